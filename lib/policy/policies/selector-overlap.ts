import { matchesLabels } from '../../graph';
import type { Graph, Workload } from '../../graph';
import { field, textAt } from '../../manifest/plain-data';
import { graphPolicy } from '../policy';
import type { GraphFault } from '../policy';
import { formatResource } from '../report';

export const selectorOverlap = graphPolicy({
  id: 'selector-overlap',
  title: "No two workloads select each other's pods",
  severity: 'error',
  graph: overlaps,
  why: "Kubernetes does not stop controllers whose selectors overlap: autoscalers count the other's pods, and pods that lose their owner are taken over and deleted.",
  fix: 'Give each workload a label of its own, such as app.kubernetes.io/name, in its selector and its pod template.',
  link: 'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector',
});

/** Kinds with a selector that somebody wrote; that of a Job is generated. */
const SELECTING: ReadonlySet<string> = new Set([
  'apps/DaemonSet',
  'apps/Deployment',
  'apps/ReplicaSet',
  'apps/StatefulSet',
  'argoproj.io/Rollout',
]);

function selects({ group, resource }: Workload): boolean {
  return SELECTING.has(`${group}/${String(resource.kind)}`);
}

function selectorOf({ manifest }: Workload): unknown {
  return field(manifest, 'spec', 'selector');
}

function overlaps(graph: Graph): readonly GraphFault[] {
  const before = new Set<Workload>();
  return graph.workloads.filter(selects).flatMap((object): GraphFault[] => {
    before.add(object);
    const other = graph.podsSelectedBy(object.namespace, selectorOf(object)).find(
      (each) =>
        // One that is defined twice is a fault of its own.
        formatResource(each.resource) !== formatResource(object.resource) &&
        // Of two that overlap, one is to blame.
        (before.has(each) || each.isGiven) &&
        selects(each) &&
        matchesLabels(selectorOf(each), object.podLabels) &&
        !borrows(object, each) &&
        !borrows(each, object),
    );
    return other === undefined
      ? []
      : [
          {
            object,
            path: ['spec', 'selector'],
            message: `it selects the pods of ${formatResource(other.resource)}, which selects its pods`,
          },
        ];
  });
}

/** A Rollout takes the pods of a Deployment over, with its template and its selector. */
function borrows(rollout: Workload, { resource: { kind, name } }: Workload): boolean {
  const reference = field(rollout.manifest, 'spec', 'workloadRef');
  return textAt(reference, 'kind') === kind && textAt(reference, 'name') === name;
}
