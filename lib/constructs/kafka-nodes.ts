import { type ApiObject, Duration, SizeRoundingBehavior } from 'cdk8s';
import type { Construct } from 'constructs';
import { k8s } from '../../imports/k8s';
import { declareConnections, type WorkloadConnections } from './connections';
import { type Endpoint, type PodPeer, podPeer, serviceHost } from './endpoint';
import { InvalidPropError } from './invalid-prop';
import { type Component, metadataOf, selectorOf } from './labels';
import { type PodProps, podTemplate } from './pod-template';
import type { NamedPort } from './port';
import { Probe } from './probe';
import { checkResources, type ResourceProps } from './resources';
import { type StorageProps, volumeClaim } from './storage';
import { wholeSeconds } from './validation';
import { Volume } from './volumes';
import { workload } from './workload';

/** Where the data of a node is mounted. */
export const DATA_PATH = '/tmp/kraft-combined-logs';

/** Where the image's start writes server.properties and log4j files, and the JVM its garbage collector's log. */
const WRITABLE_PATHS = ['/tmp', '/opt/kafka/config', '/opt/kafka/logs'];

/** Nodes of a Kafka cluster that are alike: the pods of a StatefulSet, whose ordinals are the ids of the nodes. */
export class KafkaNodes {
  /** Name of the Service by which the nodes are known. */
  public readonly headlessName: string;
  /** Ids of the nodes. */
  public readonly ids: readonly number[];
  /** Names of the nodes, in the order of their ids. */
  public readonly hosts: readonly string[];
  /** What a node's name ends in, after that of its pod. */
  public readonly domain: string;
  private readonly peer: PodPeer;

  /**
   * @param name of the StatefulSet.
   * @param count how many there are.
   * @param first id of the first.
   */
  constructor(
    scope: Construct,
    public readonly name: string,
    public readonly count: number,
    public readonly first: number,
  ) {
    this.headlessName = `${name}-headless`;
    this.domain = serviceHost(scope, this.headlessName);
    this.ids = Array.from({ length: count }, (_, index) => first + index);
    this.hosts = this.ids.map((id) => `${name}-${id}.${this.domain}`);
    this.peer = podPeer(scope, selectorOf(name));
  }

  /** The nodes, at one of their ports. */
  public endpointAt({ port }: NamedPort): Endpoint {
    return { host: this.domain, port, peer: this.peer };
  }
}

/** Props of {@link addNodes}. */
export interface KafkaNodesProps extends Component, Omit<PodProps, 'user' | 'serviceAccount'> {
  readonly nodes: KafkaNodes;
  readonly image: string;
  readonly serviceAccountName: string;
  /** Ports of the pods. */
  readonly ports: readonly NamedPort[];
  /** The one that opens once the node is usable. */
  readonly probed: NamedPort;
  readonly resources: ResourceProps;
  readonly storage: StorageProps;
  readonly startupBudget?: Duration;
  readonly antiAffinity?: 'preferred' | 'required';
  /** What the nodes connect to, and who connects to them. */
  readonly connections: Omit<WorkloadConnections, 'selector'>;
}

/** The objects of nodes with the same roles. */
export interface KafkaNodesObjects {
  /** Their StatefulSet. */
  readonly statefulSet: ApiObject;
  /** The headless Service through which they are found. */
  readonly headlessService: k8s.KubeService;
  /** Their PodDisruptionBudget; undefined for one node. */
  readonly podDisruptionBudget: k8s.KubePodDisruptionBudget | undefined;
}

/**
 * Makes the Service through which nodes are found.
 *
 * @param prefix what the id of its construct starts with.
 */
export function addHeadlessService(
  scope: Construct,
  prefix: string,
  props: Component,
  nodes: KafkaNodes,
  ports: readonly NamedPort[],
): k8s.KubeService {
  return new k8s.KubeService(scope, `${prefix}HeadlessService`, {
    metadata: metadataOf(scope, { ...props, name: nodes.name }, nodes.headlessName),
    spec: {
      clusterIp: 'None',
      // The voters must find each other before any of them is ready.
      publishNotReadyAddresses: true,
      selector: selectorOf(nodes.name),
      ports: ports.map(toServicePort),
    },
  });
}

/**
 * Makes the StatefulSet of nodes and, where there are several, their disruption budget.
 *
 * @param prefix what the ids of its constructs start with.
 */
export function addNodes(
  scope: Construct,
  prefix: string,
  props: KafkaNodesProps,
): Omit<KafkaNodesObjects, 'headlessService'> {
  const { nodes, storage, writablePaths = [] } = props;
  const named = { ...props, name: nodes.name };
  const metadata = metadataOf(scope, named);
  const selector = selectorOf(nodes.name);
  const claimName = `${nodes.name}-data`;
  const claim = volumeClaim(scope, claimName, storage); // before the budget is made from its size
  const { port } = props.probed;

  const template = podTemplate(scope, {
    ...named,
    probes: {
      startup: Probe.fromTcpSocket(port, startupTiming(scope, props)),
      readiness: Probe.fromTcpSocket(port),
      liveness: Probe.fromTcpSocket(port, { initialDelay: Duration.seconds(15), period: Duration.seconds(20) }),
    },
    user: 1000, // appuser of the image
    terminationGracePeriod: props.terminationGracePeriod ?? Duration.seconds(60),
    writablePaths: [...WRITABLE_PATHS, ...writablePaths],
    mounts: [{ path: DATA_PATH, volume: Volume.fromVolumeClaimTemplate(claimName) }, ...(props.mounts ?? [])],
    ...(nodes.count > 1 && { affinity: apart(scope, props, selector) }),
  });
  const statefulSet = workload(scope, `${prefix}StatefulSet`, k8s.KubeStatefulSet.GVK, {
    metadata,
    template,
    spec: k8s.toJson_StatefulSetSpec({
      serviceName: nodes.headlessName,
      replicas: nodes.count,
      ...(nodes.first > 0 && { ordinals: { start: nodes.first } }),
      // A first pod that waits for a quorum never becomes ready, so the others must not wait for it.
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: selector },
      template: {},
      volumeClaimTemplates: [claim],
    }),
  });
  declareConnections(statefulSet, { ...props.connections, selector });
  const podDisruptionBudget =
    nodes.count > 1
      ? new k8s.KubePodDisruptionBudget(scope, `${prefix}PodDisruptionBudget`, {
          metadata,
          spec: { maxUnavailable: k8s.IntOrString.fromNumber(1), selector: { matchLabels: selector } },
        })
      : undefined;
  return { statefulSet, podDisruptionBudget };
}

/** A port of the pods on a Service. */
export function toServicePort({ name, port }: NamedPort): k8s.ServicePort {
  return { name, port, targetPort: k8s.IntOrString.fromString(name) };
}

/** Half of the memory limit as Java heap. */
export function heapOptions(scope: Construct, prop: string, resources: ResourceProps): string {
  checkResources(scope, prop, resources);
  const mebibytes = Math.floor(resources.memory.limit.toMebibytes({ rounding: SizeRoundingBehavior.NONE }) / 2);
  return `-Xms${mebibytes}m -Xmx${mebibytes}m`;
}

/** As long as it takes on a busy machine until a node without data is up. */
const BASE = Duration.seconds(150);
/**
 * A fifth of what the smallest volumes of a cloud read: https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html#gp3-ebs-volume-type
 * (125 MiB/s). One core alone recovers about 500 MiB in a second, as was measured with Kafka 3.9.
 */
const MEBIBYTES_PER_SECOND = 25;

/** How long a node with that much data may take to start. */
function defaultBudget({ size }: StorageProps): Duration {
  const beyondFirst = Math.max(0, size.toMebibytes({ rounding: SizeRoundingBehavior.NONE }) - 1024);
  return Duration.seconds(BASE.toSeconds() + Math.ceil(beyondFirst / MEBIBYTES_PER_SECOND));
}

function startupTiming(
  scope: Construct,
  { startupBudget, probeTiming, storage }: KafkaNodesProps,
): { readonly period: Duration; readonly failureThreshold: number } {
  const { period = Duration.seconds(5), failureThreshold } = probeTiming?.startup ?? {};
  if (failureThreshold !== undefined && startupBudget !== undefined) {
    throw new InvalidPropError(scope, {
      prop: 'startupBudget',
      value: startupBudget.toHumanString(),
      reason:
        'probeTiming.startup.failureThreshold says how long a broker may take as well, and one of the two would be ignored.',
      remedy: 'Leave one of them out.',
    });
  }
  const budget = wholeSeconds(scope, 'startupBudget', startupBudget ?? defaultBudget(storage), 1);
  return { period, failureThreshold: Math.ceil(budget / wholeSeconds(scope, 'probeTiming.startup.period', period, 1)) };
}

/** Keeps nodes away from each other, besides what else is said of where they run. */
function apart(
  scope: Construct,
  { antiAffinity, affinity }: KafkaNodesProps,
  selector: Readonly<Record<string, string>>,
): k8s.Affinity {
  if (affinity?.podAntiAffinity !== undefined) {
    if (antiAffinity !== undefined) {
      throw new InvalidPropError(scope, {
        prop: 'antiAffinity',
        value: antiAffinity,
        reason: 'affinity.podAntiAffinity says what keeps the pods apart as well, and one of the two would be ignored.',
        remedy: 'Leave one of them out.',
      });
    }
    return affinity;
  }
  const term = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: selector } };
  const podAntiAffinity: k8s.PodAntiAffinity =
    antiAffinity === 'required'
      ? { requiredDuringSchedulingIgnoredDuringExecution: [term] }
      : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }] };
  return { ...affinity, podAntiAffinity };
}
