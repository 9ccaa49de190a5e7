import type { Duration } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { k8s } from '../../imports/k8s';
import type { EnvironmentSource } from './config-map';
import { checkImage } from './image';
import { InvalidPropError } from './invalid-prop';
import type { NamedPort } from './port';
import type { PreStop, PreStopHandler } from './pre-stop';
import type { Probes } from './probe';
import { checkResources, type ResourceProps } from './resources';
import { checkInteger } from './validation';
import { type EnvironmentFrom, toEnv, toEnvFrom, type VariableValue } from './variables';
import { type Mount, Volume } from './volumes';

/** What a user may say of any container. */
export interface ContainerProps {
  /** Image, with a tag that is not `latest`, or a digest. */
  readonly image: string;
  /**
   * The program, in place of the image's entry point. No shell: `$(NAME)` in it stands for an environment variable.
   * @default - the image's own
   */
  readonly command?: readonly string[];
  /**
   * Arguments of the image's entry point, or of the command. `$(NAME)` in one stands for an environment variable.
   * @default - the image's own
   */
  readonly args?: readonly string[];
  /**
   * Folder in which the process starts.
   * @default - the image's own
   */
  readonly workingDir?: string;
  /**
   * ConfigMaps and Secrets whose keys become environment variables; a later one overrides an earlier one.
   * @default - none
   */
  readonly environmentFrom?: readonly (EnvironmentSource | EnvironmentFrom)[];
  /**
   * Environment variables, which override those of {@link environmentFrom}. They are written in this order, but a variable stands after those
   * that it refers to as `$(NAME)`.
   * @default - none
   */
  readonly environment?: Readonly<Record<string, VariableValue>>;
  /**
   * Files from ConfigMaps, Secrets, volume claims and the pod itself. Pods are rolled when a ConfigMap construct that they read changes.
   * @default - none
   */
  readonly mounts?: readonly Mount[];
  /**
   * Folders that the process writes to and whose content may be lost: an emptyDir each. Everything else is read-only.
   * @default ['/tmp']
   */
  readonly writablePaths?: readonly string[];
  /** CPU and memory. */
  readonly resources: ResourceProps;
}

/** A container that runs to its end before the next one starts. It is as hardened as every other. */
export interface InitContainerProps extends ContainerProps {
  /** Name of the container. */
  readonly name: string;
  /**
   * User and group id of the process.
   * @default - those of the pod
   */
  readonly user?: number;
  /**
   * `Always` makes a sidecar of it: see {@link SidecarProps}.
   * @default - it runs to its end
   */
  readonly restartPolicy?: undefined;
}

/**
 * A container that starts before the next one, runs beside all that follow, and stops after them; a Job ends without waiting for it. It needs
 * Kubernetes 1.29 or newer: 1.28 takes it for a container that must end, unless its feature SidecarContainers is on.
 * https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
 */
export interface SidecarProps extends Omit<InitContainerProps, 'restartPolicy'> {
  /** What makes it a sidecar. */
  readonly restartPolicy: 'Always';
  /**
   * Ports that it listens on.
   * @default - none
   */
  readonly ports?: readonly NamedPort[];
  /**
   * Its probes. The next container starts once the startup probe, where there is one, has succeeded; the pod is ready only while it is. Policies
   * `probe-startup`, `probe-readiness` and `probe-liveness` ask for all three.
   * @default - none
   */
  readonly probes?: Partial<Probes>;
  /**
   * What happens after it was told to stop and before its process is.
   * @default PreStop.none()
   */
  readonly preStop?: PreStop;
}

/** A container of whatever kind, with what its pod decides. */
export interface PodContainer extends ContainerProps {
  readonly name: string;
  readonly ports?: readonly NamedPort[];
  readonly probes?: Partial<Probes>;
  readonly preStop?: PreStop | undefined;
  readonly user?: number;
  readonly restartPolicy?: 'Always' | undefined;
}

/** A container as a Kubernetes object, with what 1.28's types do not know. */
export interface Container extends k8s.Container {
  readonly lifecycle?: { readonly preStop?: PreStopHandler };
}

/**
 * The hardened container that every container of every workload is: it cannot gain privileges, has no capability, and writes only where it is
 * said.
 *
 * @param prefix what stands before the names of its props in errors, such as `initContainers[0].`.
 * @param gracePeriod how long its pod may take to stop.
 * @throws InvalidPropError for props that the API server or the kubelet would refuse or that would not work.
 */
export function toContainer(
  scope: IConstruct,
  prefix: string,
  props: PodContainer,
  volumeMounts: readonly k8s.VolumeMount[],
  gracePeriod: Duration,
): Container {
  const { name, ports = [], environment = {}, environmentFrom = [], probes = {}, user } = props;
  checkImage(scope, `${prefix}image`, props.image);
  checkResources(scope, `${prefix}resources`, props.resources);
  if (user !== undefined) {
    checkInteger(scope, `${prefix}user`, user, 1);
  }
  if (props.workingDir?.startsWith('/') === false) {
    throw new InvalidPropError(scope, {
      prop: `${prefix}workingDir`,
      value: props.workingDir,
      reason: 'not an absolute path, and the container could not be made.',
      remedy: "Start it with '/'.",
    });
  }
  const portNumbers = ports.map(({ port }) => port);
  const preStop = props.preStop?.toKube(scope, `${prefix}preStop`, gracePeriod, portNumbers);
  const probe = (kind: keyof Probes): k8s.Probe | undefined =>
    probes[kind]?.toKube(scope, `${prefix}probes.${kind}`, kind, portNumbers);
  const [startupProbe, readinessProbe, livenessProbe] = [probe('startup'), probe('readiness'), probe('liveness')];
  return {
    name,
    image: props.image,
    ...(props.command !== undefined && { command: [...props.command] }),
    ...(props.args !== undefined && { args: [...props.args] }),
    ...(props.workingDir !== undefined && { workingDir: props.workingDir }),
    ...(props.restartPolicy !== undefined && { restartPolicy: props.restartPolicy }),
    ...(ports.length > 0 && { ports: ports.map((port) => ({ name: port.name, containerPort: port.port })) }),
    ...(environmentFrom.length > 0 && { envFrom: toEnvFrom(scope, `${prefix}environmentFrom`, environmentFrom) }),
    ...(Object.keys(environment).length > 0 && {
      env: toEnv(scope, `${prefix}environment`, environment, environmentFrom),
    }),
    resources: toResourceRequirements(props.resources),
    ...(startupProbe !== undefined && { startupProbe }),
    ...(readinessProbe !== undefined && { readinessProbe }),
    ...(livenessProbe !== undefined && { livenessProbe }),
    ...(preStop !== undefined && { lifecycle: { preStop } }),
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
      ...(user !== undefined && { runAsUser: user, runAsGroup: user }),
    },
    ...(volumeMounts.length > 0 && { volumeMounts: [...volumeMounts] }),
  };
}

/** What a container mounts: an emptyDir for each of its writable paths, then its mounts. */
export function mountsOf(
  prefix: string,
  { writablePaths = ['/tmp'], mounts = [] }: ContainerProps,
): { readonly prop: string; readonly pathProp: string; readonly mount: Mount }[] {
  return [
    ...writablePaths.map((path, index) => ({
      prop: `${prefix}writablePaths[${index}]`,
      pathProp: `${prefix}writablePaths[${index}]`,
      mount: { path, volume: Volume.emptyDir() },
    })),
    ...mounts.map((mount, index) => ({
      prop: `${prefix}mounts[${index}]`,
      pathProp: `${prefix}mounts[${index}].path`,
      mount,
    })),
  ];
}

/** The ConfigMaps and Secrets that a container reads variables from. */
export function sourcesOf({ environment = {}, environmentFrom = [] }: ContainerProps): EnvironmentSource[] {
  return [
    ...environmentFrom.map((source) => ('from' in source ? source.from : source)),
    ...Object.values(environment).flatMap((value) =>
      typeof value === 'object' && 'from' in value ? [value.from] : [],
    ),
  ];
}

function toResourceRequirements({ cpu, memory }: ResourceProps): k8s.ResourceRequirements {
  return {
    requests: {
      cpu: k8s.Quantity.fromString(cpu.request.amount),
      memory: k8s.Quantity.fromString(memory.request.asString()),
    },
    limits: {
      ...(cpu.limit !== undefined && { cpu: k8s.Quantity.fromString(cpu.limit.amount) }),
      memory: k8s.Quantity.fromString(memory.limit.asString()),
    },
  };
}
