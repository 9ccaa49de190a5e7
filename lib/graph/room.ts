import { addTo, child, field, listAt, textAt, textsAt } from '../manifest/plain-data';
import { amountOfContainer, amountOfPod, type Bound, quantityAt } from '../manifest/pod-resources';
import { NANOS } from '../manifest/quantity';
import type { Graph } from './graph';
import type { GraphObject, Workload } from './model';
import { scaledName, scaledReplicas } from './scaling';
import type { ScaledReplicas } from './scaling';

// What pods ask for together: https://kubernetes.io/docs/concepts/policy/resource-quotas/

const BOUNDS: readonly Bound[] = ['requests', 'limits'];

/** A claim of a pod or of its own. */
export interface Claim {
  readonly from: GraphObject;
  /** Undefined where the default counts; empty where none shall. */
  readonly storageClass: string | undefined;
  /** In nano-units. */
  readonly size: bigint;
  readonly count: number;
}

/** What the pods of a namespace ask for together. */
export interface Room {
  /** In nano-units, by name as a ResourceQuota has it: `requests.cpu`, `limits.memory`, `pods`, `requests.storage`. */
  readonly amounts: ReadonlyMap<string, bigint>;
  /** By the same names, who has pods that do not say: a quota of that name refuses them. */
  readonly unsaid: ReadonlyMap<string, readonly GraphObject[]>;
  /** LabelSelectors of the pods, by which those that run already are known. */
  readonly selectors: readonly unknown[];
}

/** How many pods of each workload there are at most: of a DaemonSet one on each node, which is not counted here. */
export function mostPods(graph: Graph): ReadonlyMap<Workload, number> {
  return podsOf(graph, (said, scaled) => Math.max(scaled?.most ?? 0, said));
}

/** How many pods of each workload there are at least. */
export function leastPods(graph: Graph): ReadonlyMap<Workload, number> {
  return podsOf(graph, (said, scaled) => scaled?.least ?? said);
}

function podsOf(
  graph: Graph,
  count: (said: number, scaled: ScaledReplicas | undefined) => number,
): ReadonlyMap<Workload, number> {
  const scaled = scaledReplicas(graph.objects);
  return new Map(
    graph.workloads.map((workload) => {
      const { manifest } = workload;
      const said = field(manifest, 'spec', 'replicas') ?? field(manifest, 'spec', 'parallelism');
      return [workload, count(typeof said === 'number' ? said : 1, scaled.get(scaledName(workload)))];
    }),
  );
}

/** Every claim that names a class, or none. */
export function claimsOf(graph: Graph, most: ReadonlyMap<Workload, number>): readonly Claim[] {
  const claim = (from: GraphObject, spec: unknown, count: number): Claim => {
    const storageClass = child(spec, 'storageClassName');
    return {
      from,
      storageClass: typeof storageClass === 'string' ? storageClass : undefined,
      size: quantityAt(spec, 'resources', 'requests', 'storage') ?? 0n,
      count,
    };
  };
  const own = graph.objects
    .filter(({ group, resource }) => group === '' && resource.kind === 'PersistentVolumeClaim')
    .map((object) => claim(object, field(object.manifest, 'spec'), 1));
  const ofPods = graph.workloads.flatMap((workload) => {
    const { manifest, podSpec, group, resource } = workload;
    const count = most.get(workload) ?? 1;
    return [
      ...listAt(manifest, 'spec', 'volumeClaimTemplates').map((template) => field(template, 'spec')),
      ...listAt(podSpec, 'volumes').flatMap(
        (volume) => field(volume, 'ephemeral', 'volumeClaimTemplate', 'spec') ?? [],
      ),
    ]
      .map((spec) => claim(workload, spec, count))
      .concat(group === 'kafka.strimzi.io' && resource.kind === 'KafkaNodePool' ? kafkaClaims(workload, count) : []);
  });
  return [...own, ...ofPods];
}

/** https://strimzi.io/docs/operators/latest/configuring.html#type-PersistentClaimStorage-reference */
function kafkaClaims(pool: Workload, count: number): readonly Claim[] {
  const storage = field(pool.manifest, 'spec', 'storage');
  const volumes = textAt(storage, 'type') === 'jbod' ? listAt(storage, 'volumes') : [storage];
  return volumes
    .filter((volume) => textAt(volume, 'type') === 'persistent-claim')
    .map((volume) => ({
      from: pool,
      storageClass: textAt(volume, 'class') || undefined,
      size: quantityAt(volume, 'size') ?? 0n,
      count,
    }));
}

/** The containers of a workload's pods, as far as somebody has written them; an operator's pods ask for what its object says. */
export function askingSpecOf({ manifest, podSpec }: Workload): unknown {
  const isTemplate = listAt(podSpec, 'containers').some((container) => textAt(container, 'image') !== '');
  if (isTemplate) {
    return podSpec;
  }
  // The pods of a Kafka of Strimzi's itself: those of its brokers are the node pools'.
  const operators = ['topicOperator', 'userOperator'].map((name) => field(manifest, 'spec', 'entityOperator', name));
  const asking = operators.filter((operator) => operator !== undefined);
  return {
    containers: (asking.length > 0 ? asking : [field(manifest, 'spec')]).map((each) => ({
      resources: child(each, 'resources'),
    })),
  };
}

function selectorOf({ manifest, podLabels }: Workload): unknown {
  const selector = field(manifest, 'spec', 'selector');
  return child(selector, 'matchLabels') === undefined ? { matchLabels: podLabels } : selector;
}

/** A number of pods; what no API server takes for one counts as one. */
function wholeOf(count: number): bigint {
  return Number.isSafeInteger(count) ? BigInt(count) : 1n;
}

/** By namespace, what its pods ask for. What operators and rollouts make besides is not known, and not counted. */
export function roomOf(
  graph: Graph,
  most: ReadonlyMap<Workload, number>,
  claims: readonly Claim[],
): ReadonlyMap<string, Room> {
  const namespaces = [...new Set(graph.workloads.map(({ namespace }) => namespace))].toSorted();
  return new Map(
    namespaces.map((namespace) => {
      const workloads = graph.workloads.filter((workload) => !workload.isGiven && workload.namespace === namespace);
      const amounts = new Map<string, bigint>();
      const unsaid = new Map<string, GraphObject[]>();
      const add = (name: string, amount: bigint): void => {
        amounts.set(name, (amounts.get(name) ?? 0n) + amount);
      };
      for (const workload of workloads) {
        const spec = askingSpecOf(workload);
        const count = wholeOf(most.get(workload) ?? 1);
        add('pods', count * NANOS);
        for (const bound of BOUNDS) {
          for (const resource of ['cpu', 'memory', ...furtherResources(spec, bound)]) {
            const name = `${bound}.${resource}`;
            add(name, amountOfPod(spec, bound, resource) * count);
            const containers = [...listAt(spec, 'containers'), ...listAt(spec, 'initContainers')];
            if (containers.some((container) => amountOfContainer(container, bound, resource) === undefined)) {
              addTo(unsaid, name, workload);
            }
          }
        }
      }
      for (const { size, count } of claims.filter(({ from }) => from.namespace === namespace)) {
        add('persistentvolumeclaims', wholeOf(count) * NANOS);
        add('requests.storage', size * wholeOf(count));
      }
      return [namespace, { amounts, unsaid, selectors: workloads.map(selectorOf) }];
    }),
  );
}

/** Resources besides those that quotas are usually about, such as `ephemeral-storage` and `nvidia.com/gpu`. */
function furtherResources(spec: unknown, bound: Bound): readonly string[] {
  const names = listAt(spec, 'containers').flatMap((container) =>
    Object.keys(field(container, 'resources', bound) ?? {}),
  );
  return [...new Set(names)].filter((name) => name !== 'cpu' && name !== 'memory').toSorted();
}

const GIBI = 2n ** 30n;
const MEBI = 2n ** 20n;

/** An amount as people read it: `7.3`, `12.5Gi`. */
export function amountText(name: string, nanos: bigint): string {
  const hundredths = (unit: bigint): string => String(Number((nanos * 100n) / (unit * NANOS)) / 100);
  if (!/memory$|storage$/.test(name)) {
    return hundredths(1n);
  }
  return nanos >= GIBI * NANOS ? `${hundredths(GIBI)}Gi` : `${hundredths(MEBI)}Mi`;
}

/** All amounts of a namespace on a line. */
export function roomText({ amounts }: Room): string {
  return [...amounts]
    .filter(([, amount]) => amount > 0n)
    .map(([name, amount]) => `${name} ${amountText(name, amount)}`)
    .join(', ');
}

/** Whether a quota counts some pods or claims only. */
export function isScoped(quota: unknown): boolean {
  return textsAt(quota, 'spec', 'scopes').length > 0 || field(quota, 'spec', 'scopeSelector') !== undefined;
}
