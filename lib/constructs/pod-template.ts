import type { Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import { k8s } from '../../imports/k8s';
import { checkInteger, checkLabels, checkVariableNames, wholeSeconds } from './validation';
import { checkPorts, type NamedPort } from './port';
import { checkResources, type ResourceProps } from './resources';
import { InvalidPropError } from './invalid-prop';
import { CHECKSUM_ANNOTATION, combinedChecksum, ConfigMap, type EnvironmentSource } from './config-map';
import { checkImage } from './image';
import { type Component, labelsOf, selectorOf } from './labels';
import type { Probes } from './probe';

/** Value of an environment variable: a text, or a field of the pod. */
export type VariableValue = string | { readonly fieldPath: string };

/** Files in a container. */
export interface Mount {
  /** Absolute path in the container. */
  readonly path: string;
  /**
   * Where the files come from: the keys of a ConfigMap, a folder of the node, or a volume claim of the StatefulSet that has
   * this name.
   */
  readonly source:
    | { readonly configMap: ConfigMap }
    | { readonly hostPath: string; readonly type: 'Directory' | 'DirectoryOrCreate' }
    | { readonly claimName: string };
  /**
   * Whether the container may write there.
   * @default - true for a volume claim, false for everything else
   */
  readonly writable?: boolean;
}

/** How strictly pods are spread over the nodes. */
export type TopologySpread = 'ScheduleAnyway' | 'DoNotSchedule';

/** Props of {@link podTemplate}. */
export interface PodTemplateProps extends Component {
  /** Name of the workload, its container and its selector. */
  readonly name: string;
  /**
   * Further labels of the pods.
   * @default - none
   */
  readonly podLabels?: Readonly<Record<string, string>>;
  /** Image, with a tag that is not `latest`, or a digest. */
  readonly image: string;
  /**
   * Arguments of the image's entry point.
   * @default - the image's own
   */
  readonly args?: readonly string[];
  /** Ports that the container listens on. */
  readonly ports: readonly NamedPort[];
  /**
   * ConfigMaps and Secrets whose keys become environment variables; a later one overrides an earlier one.
   * @default - none
   */
  readonly environmentFrom?: readonly EnvironmentSource[];
  /**
   * Environment variables, which override those of {@link environmentFrom}. They are written in this order; a value may
   * refer to an earlier variable as `$(NAME)`.
   * @default - none
   */
  readonly environment?: Readonly<Record<string, VariableValue>>;
  /** The three probes. */
  readonly probes: Probes;
  /** CPU and memory. */
  readonly resources: ResourceProps;
  /**
   * User id of the process, and group id of the process and its volumes; `root` only where a pod must read files of the node
   * that belong to root.
   */
  readonly user: number | 'root';
  /** Name of the pods' ServiceAccount. */
  readonly serviceAccountName: string;
  /**
   * Whether the pods get a token for the API server.
   * @default false
   */
  readonly serviceAccountToken?: boolean;
  /**
   * Folders that the process writes to and whose content may be lost: an emptyDir each. Everything else is read-only.
   * @default ['/tmp']
   */
  readonly writablePaths?: readonly string[];
  /**
   * Files from ConfigMaps, the node, or volume claims.
   * @default - none
   */
  readonly mounts?: readonly Mount[];
  /**
   * How long the container goes on serving after it was told to stop, so that every load balancer has taken it out by
   * then. The image must have a `sleep` command: Kubernetes' own sleep action is newer than 1.28.
   * @default - none: it stops at once
   */
  readonly preStopSleep?: Duration;
  /** How long the pod may take to stop, the preStop sleep included, before it is killed. */
  readonly terminationGracePeriod: Duration;
  /**
   * Whether pods that would make the numbers of pods of two nodes differ by more than 1 are scheduled all the same.
   * @default - the pods are not spread
   */
  readonly topologySpread?: TopologySpread;
  /**
   * Which pods the scheduler keeps away from each other or close together.
   * @default - none
   */
  readonly affinity?: k8s.Affinity;
  /**
   * Taints of nodes on which the pods may run all the same.
   * @default - none
   */
  readonly tolerations?: readonly k8s.Toleration[];
}

/** What {@link podTemplate} makes: only fields that it sets, so that it fits the pod template of a custom resource too. */
export interface PodTemplate {
  readonly metadata: k8s.ObjectMeta;
  readonly spec: Pick<
    k8s.PodSpec,
    | 'serviceAccountName'
    | 'automountServiceAccountToken'
    | 'enableServiceLinks'
    | 'terminationGracePeriodSeconds'
    | 'securityContext'
    | 'affinity'
    | 'tolerations'
    | 'topologySpreadConstraints'
    | 'containers'
    | 'volumes'
  >;
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
  const { name, ports, environment = {}, environmentFrom = [], mounts = [], writablePaths = ['/tmp'] } = props;
  checkImage(scope, 'image', props.image);
  checkPorts(scope, 'ports', ports);
  checkResources(scope, 'resources', props.resources);
  checkVariableNames(scope, 'environment', Object.keys(environment));
  checkLabels(scope, 'podLabels', props.podLabels ?? {});
  if (props.user !== 'root') {
    checkInteger(scope, 'user', props.user, 1, 2 ** 31 - 1);
  }
  const stop = stopSeconds(scope, props);
  checkPaths(scope, [
    ...writablePaths.map((path, index) => ({ prop: `writablePaths[${index}]`, path })),
    ...mounts.map(({ path }, index) => ({ prop: `mounts[${index}].path`, path })),
  ]);

  const configMaps = [
    ...environmentFrom,
    ...mounts.map(({ source }) => ('configMap' in source ? source.configMap : undefined)),
  ].filter((source) => source instanceof ConfigMap);
  const portNumbers = ports.map(({ port }) => port);
  const userId = props.user === 'root' ? 0 : props.user;
  const hasClaim = mounts.some(({ source }) => 'claimName' in source);
  const volumes = [
    ...writablePaths.map((path): k8s.Volume => ({ name: volumeName(path), emptyDir: {} })),
    ...mounts.flatMap(toVolumes),
  ];
  const volumeMounts = [
    ...writablePaths.map((path): k8s.VolumeMount => ({ name: volumeName(path), mountPath: path })),
    ...mounts.map(toVolumeMount),
  ];

  return {
    metadata: {
      labels: { ...labelsOf(scope, props), ...props.podLabels },
      ...(configMaps.length > 0 && { annotations: { [CHECKSUM_ANNOTATION]: combinedChecksum(configMaps) } }),
    },
    spec: {
      serviceAccountName: props.serviceAccountName,
      automountServiceAccountToken: props.serviceAccountToken ?? false,
      // A Service named kafka would give every pod KAFKA_PORT=tcp://..., which the Kafka image takes for a broker property.
      enableServiceLinks: false,
      terminationGracePeriodSeconds: stop.gracePeriod,
      securityContext: {
        runAsNonRoot: props.user !== 'root',
        runAsUser: userId,
        runAsGroup: userId,
        fsGroup: userId,
        // Otherwise the kubelet changes the owner of every file of the volume at each start.
        ...(hasClaim && { fsGroupChangePolicy: 'OnRootMismatch' }),
        seccompProfile: { type: 'RuntimeDefault' },
      },
      ...(props.affinity !== undefined && { affinity: props.affinity }),
      ...(props.tolerations !== undefined && { tolerations: [...props.tolerations] }),
      ...(props.topologySpread !== undefined && {
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: 'kubernetes.io/hostname',
            whenUnsatisfiable: props.topologySpread,
            labelSelector: { matchLabels: selectorOf(name) },
          },
        ],
      }),
      containers: [
        {
          name,
          image: props.image,
          ...(props.args !== undefined && { args: [...props.args] }),
          ports: ports.map((port) => ({ name: port.name, containerPort: port.port })),
          ...(environmentFrom.length > 0 && { envFrom: environmentFrom.map(toEnvFrom) }),
          ...(Object.keys(environment).length > 0 && {
            env: Object.entries(environment).map(([variable, value]) =>
              typeof value === 'string'
                ? { name: variable, value }
                : { name: variable, valueFrom: { fieldRef: { fieldPath: value.fieldPath } } },
            ),
          }),
          resources: toResourceRequirements(props.resources),
          startupProbe: props.probes.startup.toKube(scope, 'startup', portNumbers),
          readinessProbe: props.probes.readiness.toKube(scope, 'readiness', portNumbers),
          livenessProbe: props.probes.liveness.toKube(scope, 'liveness', portNumbers),
          ...(stop.preStopSleep !== undefined && {
            lifecycle: { preStop: { exec: { command: ['sleep', String(stop.preStopSleep)] } } },
          }),
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          ...(volumeMounts.length > 0 && { volumeMounts }),
        },
      ],
      ...(volumes.length > 0 && { volumes }),
    },
  };
}

function toEnvFrom({ kind, name }: EnvironmentSource): k8s.EnvFromSource {
  return kind === 'ConfigMap' ? { configMapRef: { name } } : { secretRef: { name } };
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

function toVolumes({ path, source }: Mount): k8s.Volume[] {
  if ('configMap' in source) {
    return [{ name: volumeName(path), configMap: { name: source.configMap.name } }];
  }
  if ('hostPath' in source) {
    return [{ name: volumeName(path), hostPath: { path: source.hostPath, type: source.type } }];
  }
  return []; // The StatefulSet controller adds the volumes of its claims.
}

function toVolumeMount({ path, source, writable = 'claimName' in source }: Mount): k8s.VolumeMount {
  return {
    name: 'claimName' in source ? source.claimName : volumeName(path),
    mountPath: path,
    ...(!writable && { readOnly: true }),
  };
}

/** `/app/.next/cache` makes `app-next-cache`. */
function volumeName(path: string): string {
  return path
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((part) => part !== '')
    .join('-');
}

/** How long a pod takes to stop, in seconds. */
function stopSeconds(
  scope: Construct,
  props: PodTemplateProps,
): { readonly preStopSleep: number | undefined; readonly gracePeriod: number } {
  const { terminationGracePeriod } = props;
  const preStopSleep = props.preStopSleep && wholeSeconds(scope, 'preStopSleep', props.preStopSleep);
  const gracePeriod = wholeSeconds(scope, 'terminationGracePeriod', terminationGracePeriod);
  if (preStopSleep !== undefined && preStopSleep >= gracePeriod) {
    throw new InvalidPropError(scope, {
      prop: 'preStopSleep',
      value: props.preStopSleep?.toHumanString(),
      reason: `not shorter than the grace period of ${terminationGracePeriod.toHumanString()}, so the container would be killed before it is told to stop.`,
      remedy: 'Shorten the sleep or lengthen terminationGracePeriod.',
    });
  }
  return { preStopSleep, gracePeriod };
}

function checkPaths(scope: Construct, paths: readonly { readonly prop: string; readonly path: string }[]): void {
  const names = new Map<string, string>();
  for (const { prop, path } of paths) {
    if (
      !/^\/[^:]*[^:/]$/.test(path) ||
      path.split('/').includes('..') ||
      volumeName(path).length > 63 ||
      volumeName(path) === ''
    ) {
      throw new InvalidPropError(scope, {
        prop,
        value: path,
        reason: 'not a path where a volume can be mounted.',
        remedy: "Give an absolute path without ':' and '..', with a name that makes at most 63 characters.",
      });
    }
    const other = names.get(volumeName(path));
    if (other !== undefined) {
      throw new InvalidPropError(scope, {
        prop,
        value: path,
        reason: `${other === path ? 'mounted twice' : `its volume would be named as that of ${other}`}, and the API server refuses that.`,
        remedy: 'Mount each path once, at paths that differ in more than punctuation.',
      });
    }
    names.set(volumeName(path), path);
  }
}
