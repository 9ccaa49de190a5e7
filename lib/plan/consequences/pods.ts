import { scaledName, scaledReplicas } from '../../graph';
import type { Graph, Workload } from '../../graph';
import { field, listAt, numberAt, textAt } from '../../manifest/plain-data';
import { kindOf, perGraph } from './objects';

/** How many pods a workload has. */
export interface PodCount {
  /** With an autoscaler, its minimum. */
  readonly least: number;
  /** With an autoscaler, its maximum. */
  readonly most: number;
  /** Whether there is one on each node instead, of which nobody knows the number. */
  readonly isPerNode: boolean;
}

const scaled = perGraph((graph) => scaledReplicas(graph.objects));

/** How many pods a workload asks for. */
export function podCount(workload: Workload, graph: Graph): PodCount {
  const isPerNode = kindOf(workload) === 'apps/DaemonSet';
  const said = field(workload.manifest, 'spec', 'replicas') ?? field(workload.manifest, 'spec', 'parallelism');
  const count = typeof said === 'number' ? said : 1;
  const range = scaled(graph).get(scaledName(workload));
  return { ...(range === undefined || isPerNode ? { least: count, most: count } : range), isPerNode };
}

/** `1 pod`, `2 to 8 pods`, `a pod on each node`. */
export function podsText({ least, most, isPerNode }: PodCount): string {
  if (isPerNode) {
    return 'a pod on each node';
  }
  return least === most ? `${least} pod${least === 1 ? '' : 's'}` : `${least} to ${most} pods`;
}

/** Seconds that pass at least before a new pod counts as available, as its probes and its workload say. */
export function secondsUntilAvailable({ manifest, podSpec }: Workload): number {
  const delays = listAt(podSpec, 'containers').flatMap((container) =>
    ['startupProbe', 'readinessProbe'].map((probe) => numberAt(container, probe, 'initialDelaySeconds')),
  );
  return Math.max(0, ...delays) + numberAt(manifest, 'spec', 'minReadySeconds');
}

/** `90 s`, `6 min`, `1 h 30 min`. */
export function durationText(seconds: number): string {
  if (seconds < 120) {
    return `${seconds} s`;
  }
  const minutes = Math.floor(seconds / 60);
  const rest = seconds % 60 === 0 ? '' : ` ${seconds % 60} s`;
  return minutes < 60
    ? `${minutes} min${rest}`
    : `${Math.floor(minutes / 60)} h${minutes % 60 === 0 ? '' : ` ${minutes % 60} min`}`;
}

/** Names of the containers that have no readiness probe. */
export function containersWithoutReadiness({ podSpec }: Workload): readonly string[] {
  return listAt(podSpec, 'containers')
    .filter((container) => field(container, 'readinessProbe') === undefined)
    .map((container) => textAt(container, 'name'));
}
