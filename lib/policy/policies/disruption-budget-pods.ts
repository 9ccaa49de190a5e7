import type { Graph, GraphObject } from '../../graph';
import { field, textAt } from '../../manifest/plain-data';
import { dangling } from '../dangling';
import { graphPolicy } from '../policy';
import type { GraphFault } from '../policy';
import { formatResource } from '../report';

export const disruptionBudgetPods = graphPolicy({
  id: 'disruption-budget-pods',
  title: 'A PodDisruptionBudget selects pods, and no pod has two budgets',
  severity: 'error',
  graph: (graph) => [...dangling(graph, 'disruption-budget-pods'), ...overlapping(graph)],
  why: 'A budget that selects nothing protects nothing; a pod with two is never evicted (the API server answers 500), so that no node is drained.',
  fix: 'Make the selector what the labels of the pods are, and leave each pod one budget.',
  link: 'https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/#how-api-initiated-eviction-works',
});

function overlapping(graph: Graph): readonly GraphFault[] {
  const budgets = new Map<GraphObject, GraphObject>();
  const faults: GraphFault[] = [];
  for (const object of graph.objects) {
    if (object.group !== 'policy' || object.resource.kind !== 'PodDisruptionBudget') {
      continue;
    }
    const pods = graph.podsSelectedBy(object.namespace, field(object.manifest, 'spec', 'selector'));
    const shared = pods.find((pod) => budgets.has(pod));
    const other = shared === undefined ? undefined : budgets.get(shared);
    if (shared !== undefined && other !== undefined) {
      const message = `selects pods of ${formatResource(shared.resource)}, as PodDisruptionBudget ${textAt(other.manifest, 'metadata', 'name')} does`;
      // What is in the cluster already is not what is wrong.
      faults.push({ object: object.isGiven ? other : object, path: ['spec', 'selector'], message });
    }
    pods.forEach((pod) => budgets.set(pod, object));
  }
  return faults;
}
