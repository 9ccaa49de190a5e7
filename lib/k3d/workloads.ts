import { field, listAt, numberAt, parseJson, textAt } from '../manifest/plain-data';

/** How far a workload has come. */
export interface Workload {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly ready: number;
  readonly wanted: number;
  readonly done: boolean;
  /** Why it is not ready yet, as its pods say; empty when it is, or when nothing is known. */
  readonly why: string;
}

/** A count in a status, which is left out when it is 0. */
function replicas(object: unknown, name: string): number {
  return numberAt(object, 'status', name);
}

/** What a controller has seen of a specification; until it is the newest, the rest of the status is about an older one. */
function isCurrent(object: unknown): boolean {
  const observed = field(object, 'status', 'observedGeneration');
  // Argo Rollouts writes this number as a string.
  return Number(observed) >= numberAt(object, 'metadata', 'generation');
}

interface Count {
  readonly ready: number;
  readonly wanted: number;
  readonly done: boolean;
}

function count(object: unknown): Count | undefined {
  const spec = field(object, 'spec', 'replicas');
  const wanted = typeof spec === 'number' ? spec : 1;
  switch (textAt(object, 'kind')) {
    case 'Deployment': {
      const ready = Math.min(replicas(object, 'updatedReplicas'), replicas(object, 'availableReplicas'));
      // Pods of the old version count until they are gone, as in `kubectl rollout status`.
      return { ready, wanted, done: ready >= wanted && replicas(object, 'replicas') === wanted };
    }
    case 'StatefulSet': {
      const ready = Math.min(replicas(object, 'updatedReplicas'), replicas(object, 'readyReplicas'));
      return { ready, wanted, done: ready >= wanted };
    }
    case 'DaemonSet': {
      const nodes = replicas(object, 'desiredNumberScheduled');
      const ready = Math.min(replicas(object, 'updatedNumberScheduled'), replicas(object, 'numberAvailable'));
      return { ready, wanted: nodes, done: ready >= nodes };
    }
    case 'Rollout': {
      // Its pauses keep old and new pods side by side, so its own word counts.
      const ready = replicas(object, 'availableReplicas');
      return { ready, wanted, done: ready >= wanted && textAt(object, 'status', 'phase') === 'Healthy' };
    }
    default:
      return undefined;
  }
}

function selects(workload: unknown, pod: unknown): boolean {
  const labels = field(workload, 'spec', 'selector', 'matchLabels');
  if (typeof labels !== 'object' || labels === null) return false;
  return Object.entries(labels).every(([key, value]) => field(pod, 'metadata', 'labels', key) === value);
}

/** What keeps a pod from being ready, in its own words. */
function podReason(pod: unknown): string {
  const containers = [...listAt(pod, 'status', 'initContainerStatuses'), ...listAt(pod, 'status', 'containerStatuses')];
  for (const container of containers) {
    const waiting = textAt(container, 'state', 'waiting', 'reason');
    const exit = field(container, 'lastState', 'terminated', 'exitCode');
    if (waiting !== '') return typeof exit === 'number' ? `${waiting}, last exit code ${exit}` : waiting;
  }
  const unmet = listAt(pod, 'status', 'conditions').find(
    (condition) => textAt(condition, 'type') === 'PodScheduled' && textAt(condition, 'status') === 'False',
  );
  if (unmet !== undefined) return `not scheduled: ${textAt(unmet, 'message')}`;
  const starting = containers.find((container) => field(container, 'ready') === false);
  if (starting === undefined) return '';
  const restarts = numberAt(starting, 'restartCount');
  return restarts === 0 ? 'started, not ready yet' : `started, not ready yet, restarted ${restarts} times`;
}

function isReady(pod: unknown): boolean {
  return listAt(pod, 'status', 'conditions').some(
    (condition) => textAt(condition, 'type') === 'Ready' && textAt(condition, 'status') === 'True',
  );
}

/**
 * Reads the workloads, and what their pods say, from what `kubectl get KINDS,pods -o json` prints. Undefined where that
 * is no list.
 */
export function readWorkloads(json: string): readonly Workload[] | undefined {
  const list = parseJson(json);
  if (textAt(list, 'kind') !== 'List') return undefined;
  const objects = listAt(list, 'items');
  const pods = objects.filter((object) => textAt(object, 'kind') === 'Pod');
  return objects.flatMap((object) => {
    const counted = count(object);
    if (counted === undefined) return [];
    const done = counted.done && isCurrent(object);
    const reasons = pods.filter((pod) => selects(object, pod) && !isReady(pod)).map(podReason);
    return [
      {
        namespace: textAt(object, 'metadata', 'namespace'),
        kind: textAt(object, 'kind'),
        name: textAt(object, 'metadata', 'name'),
        ...counted,
        done,
        why: done ? '' : (reasons.find((reason) => reason !== '') ?? ''),
      },
    ];
  });
}
