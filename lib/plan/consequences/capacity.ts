import { amountText, askingSpecOf, claimsOf, isScoped, leastPods, mostPods, roomOf } from '../../graph';
import type { Graph, GraphObject, Room, Workload } from '../../graph';
import { amountOfPod, quantityAt } from '../../manifest/pod-resources';
import { field, numberAt } from '../../manifest/plain-data';
import type { Path } from '../../manifest/plain-data';
import type { Comparison, Consequence, ObjectChange, Rule } from '../model';
import { consequence, isChanged, isWorkload, kindOf, listText, nameOf, perComparison, perGraph } from './objects';
import { podCount, podsText } from './pods';

const RESOURCES = 'https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/';
const QUOTAS = 'https://kubernetes.io/docs/concepts/policy/resource-quotas/';

/** What is kept for pods, and what they may use at most, before and after. */
export const capacity: Rule = function* (change, comparison): Iterable<Consequence> {
  yield* ofWorkload(change, comparison);
  yield* ofAutoscaler(change);
  yield* ofNamespace(comparison).get(change) ?? [];
};

/** The amounts of a pod that people speak of. */
const SHOWN = [
  ['requests', 'cpu'],
  ['requests', 'memory'],
  ['limits', 'cpu'],
  ['limits', 'memory'],
] as const;

function* ofWorkload(change: ObjectChange, { old: before, new: after }: Comparison): Iterable<Consequence> {
  const [old, now] = [isWorkload(change.old) ? change.old : undefined, isWorkload(change.new) ? change.new : undefined];
  if (change.action !== 'update' || old === undefined || now === undefined) {
    return;
  }
  const changed = SHOWN.flatMap(([bound, resource]) => {
    const [was, is] = [old, now].map((workload) => amountOfPod(askingSpecOf(workload), bound, resource));
    return was === is
      ? []
      : [`${bound}.${resource} ${amountText(resource, is ?? 0n)} instead of ${amountText(resource, was ?? 0n)}`];
  });
  const path = ['spec', 'replicas'];
  if (changed.length > 0) {
    yield consequence(
      'capacity',
      'info',
      `Each of its pods (${podsText(podCount(now, after))}) has ${listText(changed)}.`,
      firstPath(change, (field) => field.includes('resources')),
      RESOURCES,
    );
  }
  const [was, is] = [podCount(old, before), podCount(now, after)];
  if ((was.least !== is.least || was.most !== is.most) && isChanged(change, path)) {
    yield consequence('capacity', 'info', `${podsText(is)} instead of ${podsText(was)}.`, path, RESOURCES);
  }
}

function firstPath({ fields }: ObjectChange, is: (path: Path) => boolean): Path {
  return (fields.find(({ path }) => is(path)) ?? fields[0])?.path ?? [];
}

function* ofAutoscaler(change: ObjectChange): Iterable<Consequence> {
  const object = change.new ?? change.old;
  if (object === undefined || kindOf(object) !== 'autoscaling/HorizontalPodAutoscaler') {
    return;
  }
  const range = ({ manifest }: GraphObject): string =>
    `${numberAt(manifest, 'spec', 'minReplicas') || 1} to ${numberAt(manifest, 'spec', 'maxReplicas')}`;
  if (
    change.action === 'update' &&
    change.old !== undefined &&
    change.new !== undefined &&
    range(change.old) !== range(change.new)
  ) {
    yield consequence(
      'capacity',
      'info',
      `${range(change.new)} pods instead of ${range(change.old)}.`,
      firstPath(change, (path) => path.includes('minReplicas') || path.includes('maxReplicas')),
      'https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/',
    );
  }
}

/** By namespace, what its pods ask for at the autoscalers' minimum and maximum. */
interface Range {
  readonly least: ReadonlyMap<string, Room>;
  readonly most: ReadonlyMap<string, Room>;
}

const rangeOf = perGraph((graph): Range => {
  const of = (count: ReadonlyMap<Workload, number>): ReadonlyMap<string, Room> =>
    roomOf(graph, count, claimsOf(graph, count));
  return { least: of(leastPods(graph)), most: of(mostPods(graph)) };
});

const AMOUNTS = ['pods', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory', 'requests.storage'];

/** The sums of a namespace, said once, at the first change that has a part in them. */
const ofNamespace = perComparison((comparison): ReadonlyMap<ObjectChange, readonly Consequence[]> => {
  const found = new Map<ObjectChange, readonly Consequence[]>();
  const parts = comparison.changes.filter(hasPart);
  if (parts.length === 0) {
    return found;
  }
  const [before, after] = [rangeOf(comparison.old), rangeOf(comparison.new)];
  for (const change of parts) {
    const namespace = (change.new ?? change.old)?.namespace ?? '';
    if ([...found.keys()].some((each) => ((each.new ?? each.old)?.namespace ?? '') === namespace)) {
      continue;
    }
    const sums = AMOUNTS.flatMap((name) => {
      const [was, is] = [before, after].map(
        ({ least, most }) => [amountIn(least, namespace, name), amountIn(most, namespace, name)] as const,
      );
      return was === undefined || is === undefined || (was[0] === is[0] && was[1] === is[1])
        ? []
        : [`${name} ${spanText(name, is)} instead of ${spanText(name, was)}`];
    });
    if (sums.length > 0) {
      found.set(change, [
        consequence(
          'capacity',
          'info',
          `All pods of namespace ${namespace} together: ${sums.join('; ')}.`,
          [],
          RESOURCES,
        ),
        ...quotas(comparison, namespace, before, after),
      ]);
    }
  }
  return found;
});

const COUNTED = new Set([
  'autoscaling/HorizontalPodAutoscaler',
  'keda.sh/ScaledObject',
  '/PersistentVolumeClaim',
  '/ResourceQuota',
]);

/** Fields by which pods ask for more or less, wherever they stand. */
const ASKING = new Set(['parallelism', 'replicas', 'resources', 'storage', 'volumeClaimTemplates', 'volumes']);

const LISTS = new Set(['containers', 'initContainers']);

/** Whether a change alters what pods and claims ask for together. */
function hasPart(change: ObjectChange): boolean {
  const object = change.new ?? change.old;
  if (object === undefined) {
    return false;
  }
  return (
    COUNTED.has(kindOf(object)) ||
    (isWorkload(object) &&
      (change.action !== 'update' ||
        change.fields.some(
          ({ path }) =>
            path.some((key) => ASKING.has(String(key))) ||
            // A container that comes or goes.
            [path.at(-1), path.at(-2)].some((key) => LISTS.has(String(key))),
        )))
  );
}

function amountIn(rooms: ReadonlyMap<string, Room>, namespace: string, name: string): bigint {
  return rooms.get(namespace)?.amounts.get(name) ?? 0n;
}

function spanText(name: string, [least, most]: readonly [bigint, bigint]): string {
  return least === most ? amountText(name, least) : `${amountText(name, least)} to ${amountText(name, most)}`;
}

/** Older names of what a quota limits. */
const SYNONYMS: Readonly<Record<string, string>> = { cpu: 'requests.cpu', memory: 'requests.memory' };

/** Quotas that have room for what was, and none for what is. */
function quotas(
  { old, new: graph }: Comparison,
  namespace: string,
  before: Range,
  after: Range,
): readonly Consequence[] {
  return graph.objects
    .filter(
      (object) => kindOf(object) === '/ResourceQuota' && object.namespace === namespace && !isScoped(object.manifest),
    )
    .flatMap((quota) =>
      Object.keys(field(quota.manifest, 'spec', 'hard') ?? {}).flatMap((key) => {
        const name = SYNONYMS[key] ?? key;
        const hard = quantityAt(quota.manifest, 'spec', 'hard', key) ?? 0n;
        const wasHard = quantityAt(sameQuota(old, quota)?.manifest, 'spec', 'hard', key);
        const [least, most] = [amountIn(after.least, namespace, name), amountIn(after.most, namespace, name)];
        const fitted = wasHard !== undefined && amountIn(before.most, namespace, name) <= wasHard;
        return most <= hard || (!fitted && wasHard !== undefined)
          ? []
          : [
              consequence(
                'capacity',
                least > hard ? 'danger' : 'warning',
                `${nameOf(quota)} has ${amountText(name, hard)} of ${name}, and ${least > hard ? 'the fewest pods ask' : 'the most pods that autoscalers make ask'} for ${amountText(name, least > hard ? least : most)}: those beyond it are not made.`,
                ['spec', 'hard', key],
                QUOTAS,
              ),
            ];
      }),
    );
}

function sameQuota(graph: Graph, { namespace, resource }: GraphObject): GraphObject | undefined {
  return graph.find('', 'ResourceQuota', namespace, resource.name ?? '');
}
