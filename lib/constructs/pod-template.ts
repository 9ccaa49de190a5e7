import type { Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import type { k8s } from '../../imports/k8s';
import { CHECKSUM_ANNOTATION, combinedChecksum } from './config-map';
import type { ConnectionProps } from './connections';
import {
  type Container,
  type ContainerProps,
  type InitContainerProps,
  mountsOf,
  type PodContainer,
  type SidecarProps,
  sourcesOf,
  toContainer,
} from './container';
import { InvalidPropError } from './invalid-prop';
import { checkFurtherLabels, type Component, labelsOf } from './labels';
import { placement, type PlacementProps } from './placement';
import { checkPorts, type NamedPort } from './port';
import type { PreStop } from './pre-stop';
import { type Probes, type ProbeTimings, withTiming } from './probe';
import type { ServiceAccountProps } from './service-account';
import { checkAnnotations, checkInteger, checkName, checkObjectName, wholeSeconds } from './validation';
import { podVolumes, type Volume } from './volumes';

/**
 * What a user may say of the pods of any workload.
 *
 * | What a pod gets | By default | Why | How to change it |
 * | --- | --- | --- | --- |
 * | User and group | 1000, which may never be root | The "restricted" Pod Security Standard; many images run as root unless told otherwise | `user`, and `user` of an init container |
 * | Privileges | None to gain, no capability, the runtime's seccomp profile | The same standard | `patch`, with a policy acknowledged |
 * | Root file system | Read-only, but for an emptyDir at `/tmp` | Who breaks in cannot change programs, and nothing fills the node unseen | `writablePaths`, `mounts` |
 * | CPU and memory | No default: both are asked for | The scheduler knows what fits; the kernel ends what takes too much memory, and not its neighbour | `resources` |
 * | Image | Not `latest`, from no denied repository | What runs is what was reviewed | `image`, `imagePullSecrets` |
 * | Probes | Those of the workload; none for Jobs | A start is waited for, traffic goes where it is answered, a process that hangs is restarted | `probes`, `probeTiming` |
 * | Stop | Services go on for 5 s, then have the rest of 30 s | Load balancers learn late that a pod is going | `preStop`, `terminationGracePeriod` |
 * | Nodes | Pods of services and workers are spread over nodes, if possible | One node fails at a time | `topologySpread`, `affinity`, `nodeSelector`, `tolerations` |
 * | Priority and runtime | The cluster's | Only the cluster knows its classes | `priorityClassName`, `runtimeClassName` |
 * | ServiceAccount | One of its own, without token | Rights are given to one workload; few programs ask the API server | `serviceAccount`, `serviceAccountToken` |
 * | Variables of other Services | None (`enableServiceLinks: false`) | A Service named `kafka` would set `KAFKA_PORT` in every pod | `patch` |
 * | Volumes | Belong to the group of the user; those that outlive the pod change their owner only once | The process can write, and a large volume does not delay each start | `user` |
 * | Rollout on change | A checksum of the ConfigMap constructs that it reads | Variables are read once, at the start | Give a ConfigMap by its name: then nobody is rolled |
 * | Labels | The chart's, those of `labels`, name and component | They are found by them; the name alone selects | `labels`, `podLabels`, `podAnnotations` |
 */
export interface PodProps
  extends Omit<ContainerProps, 'image' | 'resources'>, PlacementProps, ServiceAccountProps, ConnectionProps {
  /**
   * Further labels of the pods.
   * @default - none
   */
  readonly podLabels?: Readonly<Record<string, string>>;
  /**
   * Annotations of the pods.
   * @default - none but the checksum of the ConfigMaps that they read
   */
  readonly podAnnotations?: Readonly<Record<string, string>>;
  /**
   * Containers that run to their end before the pod's own starts, and sidecars that run beside it, in the order in which they start.
   * @default - none
   */
  readonly initContainers?: readonly (InitContainerProps | SidecarProps)[];
  /**
   * User id of the process, and group id of the process and its volumes: not 0.
   * @default 1000
   */
  readonly user?: number;
  /**
   * Names of the Secrets with which images are pulled from a registry that asks for a password.
   * @default - none
   */
  readonly imagePullSecrets?: readonly string[];
  /**
   * Timing of the probes, where it is to be another than the workload's own.
   * @default - the workload's own
   */
  readonly probeTiming?: ProbeTimings;
  /**
   * What happens after the container was told to stop and before its process is.
   * @default - PreStop.sleepCommand(Duration.seconds(5)) for what answers requests, PreStop.none() for everything else
   */
  readonly preStop?: PreStop;
  /**
   * How long a pod may take to stop, the preStop hook included, before it is killed.
   * @default Duration.seconds(30)
   */
  readonly terminationGracePeriod?: Duration;
}

/** Props of {@link podTemplate}. */
export interface PodTemplateProps
  extends
    Component,
    Omit<PodProps, 'user' | 'serviceAccount' | keyof ConnectionProps>,
    Pick<ContainerProps, 'image' | 'resources'> {
  /** Name of the workload, its container and its selector. */
  readonly name: string;
  /** Ports that the container listens on. */
  readonly ports: readonly NamedPort[];
  /**
   * The three probes.
   * @default - none, for a container that ends by itself
   */
  readonly probes?: Probes;
  /**
   * User id of the process, and group id of the process and its volumes; `root` only where a pod must read files of the node
   * that belong to root.
   */
  readonly user: number | 'root';
  /** Name of the pods' ServiceAccount. */
  readonly serviceAccountName: string;
  /** How long the pod may take to stop, the preStop hook included, before it is killed. */
  readonly terminationGracePeriod: Duration;
  /**
   * What happens to a container that has ended: `Never` and `OnFailure` for one that ends by itself.
   * @default - it is started again
   */
  readonly restartPolicy?: 'Never' | 'OnFailure';
}

/** What {@link podTemplate} makes, typed but for what is newer than Kubernetes 1.28. */
export interface PodTemplate {
  readonly metadata: k8s.ObjectMeta;
  readonly spec: k8s.PodSpec & {
    readonly containers: Container[];
    readonly initContainers?: Container[];
  };
}

/**
 * The pod template of every workload: it satisfies the "restricted" Pod Security Standard (unless it runs as root or mounts
 * folders of the node), has a read-only root file system, no service links, and is rolled when a ConfigMap that it reads changes.
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/
 *
 * @param scope the construct of the workload; named in errors, its chart's labels go onto the pods.
 * @throws InvalidPropError for props that the API server or the kubelet would refuse or that would not work.
 */
export function podTemplate(scope: Construct, props: PodTemplateProps): PodTemplate {
  const { user, restartPolicy, probes, probeTiming = {}, ...own } = props;
  const { podLabels = {}, podAnnotations = {}, initContainers = [], imagePullSecrets = [] } = props;
  checkFurtherLabels(scope, 'podLabels', podLabels);
  checkNoChecksum(scope, podAnnotations);
  imagePullSecrets.forEach((secret, index) => {
    checkObjectName(scope, `imagePullSecrets[${index}]`, secret);
  });
  if (user !== 'root') {
    checkInteger(scope, 'user', user, 1);
  }
  const gracePeriod = wholeSeconds(scope, 'terminationGracePeriod', props.terminationGracePeriod);
  const containers: readonly PodContainer[] = [
    { ...own, ...(probes !== undefined && { probes: withTiming(probes, probeTiming) }) },
    ...initContainers,
  ];
  const prefixOf = (index: number): string => (index === 0 ? '' : `initContainers[${index - 1}].`);
  checkContainers(scope, containers, prefixOf);
  const { volumes, volumeMounts, mounted } = podVolumes(
    scope,
    containers.map((container, index) => ({
      namePrefix: index === 0 ? '' : `${container.name}-`,
      mounts: mountsOf(prefixOf(index), container),
    })),
  );
  checkReferredContainers(scope, containers, prefixOf, mounted);
  const kubeContainers = containers.map((container, index) =>
    toContainer(scope, prefixOf(index), container, volumeMounts[index] ?? [], props.terminationGracePeriod),
  );
  const checksum = combinedChecksum([...containers.flatMap(sourcesOf), ...mounted.flatMap(({ sources }) => sources)]);
  const annotations = { ...podAnnotations, ...(checksum !== undefined && { [CHECKSUM_ANNOTATION]: checksum }) };
  checkAnnotations(scope, 'podAnnotations', annotations);
  const userId = user === 'root' ? 0 : user;

  return {
    metadata: {
      labels: { ...labelsOf(scope, props), ...podLabels },
      ...(Object.keys(annotations).length > 0 && { annotations }),
    },
    spec: {
      serviceAccountName: props.serviceAccountName,
      automountServiceAccountToken: props.serviceAccountToken ?? false,
      // A Service named kafka would give every pod KAFKA_PORT=tcp://..., which the Kafka image takes for a broker property.
      enableServiceLinks: false,
      ...(restartPolicy !== undefined && { restartPolicy }),
      terminationGracePeriodSeconds: gracePeriod,
      ...(imagePullSecrets.length > 0 && { imagePullSecrets: imagePullSecrets.map((secret) => ({ name: secret })) }),
      securityContext: {
        runAsNonRoot: user !== 'root',
        runAsUser: userId,
        runAsGroup: userId,
        fsGroup: userId,
        // Otherwise the kubelet changes the owner of every file of the volume at each start.
        ...(mounted.some(({ persistent }) => persistent) && { fsGroupChangePolicy: 'OnRootMismatch' }),
        seccompProfile: { type: 'RuntimeDefault' },
      },
      ...placement(scope, props.name, props),
      ...(initContainers.length > 0 && { initContainers: kubeContainers.slice(1) }),
      containers: kubeContainers.slice(0, 1),
      ...(volumes.length > 0 && { volumes: [...volumes] }),
    },
  };
}

function checkContainers(
  scope: Construct,
  containers: readonly PodContainer[],
  prefixOf: (index: number) => string,
): void {
  const taken = new Map<string | number, string>();
  const claim = (prop: string, value: string | number): void => {
    const other = taken.get(value);
    if (other !== undefined) {
      throw new InvalidPropError(scope, {
        prop,
        value,
        reason: `taken by container ${other}; the containers of a pod share its network and its list of names.`,
        remedy: 'Give each container a name and ports of its own.',
      });
    }
  };
  for (const [index, { name, ports = [] }] of containers.entries()) {
    const prefix = prefixOf(index);
    if (index > 0) {
      checkName(scope, `${prefix}name`, name);
    }
    claim(`${prefix}name`, name);
    if (ports.length > 0) {
      checkPorts(scope, `${prefix}ports`, ports);
    }
    ports.forEach(({ port }, at) => {
      claim(`${prefix}ports[${at}].port`, port);
    });
    [name, ...ports.map(({ port }) => port)].forEach((value) => taken.set(value, name));
  }
}

/** Checks that the containers are there whose resources variables and files tell. */
function checkReferredContainers(
  scope: Construct,
  containers: readonly PodContainer[],
  prefixOf: (index: number) => string,
  volumes: readonly Volume[],
): void {
  const names = containers.map(({ name }) => name);
  const referred = [
    ...containers.flatMap(({ environment = {} }, index) =>
      Object.entries(environment).flatMap(([variable, value]) =>
        typeof value === 'object' && 'resource' in value && value.containerName !== undefined
          ? [{ prop: `${prefixOf(index)}environment.${variable}.containerName`, value: value.containerName }]
          : [],
      ),
    ),
    ...volumes.flatMap(({ containers: told }) => told.map((value) => ({ prop: 'mounts', value }))),
  ];
  for (const { prop, value } of referred) {
    if (!names.includes(value)) {
      throw new InvalidPropError(scope, {
        prop,
        value,
        reason: `not a container of the pod, which has ${names.join(', ')}: the pod would never start.`,
        remedy: 'Name one of them.',
      });
    }
  }
}

function checkNoChecksum(scope: Construct, annotations: Readonly<Record<string, string>>): void {
  if (Object.hasOwn(annotations, CHECKSUM_ANNOTATION)) {
    throw new InvalidPropError(scope, {
      prop: 'podAnnotations',
      value: CHECKSUM_ANNOTATION,
      reason: 'the annotation by which pods are rolled when a ConfigMap that they read changes.',
      remedy: 'Use another key.',
    });
  }
}
