import { isExposedService } from '../graph';
import type { Graph, GraphObject, Reference } from '../graph';
import { field, textAt } from '../manifest/plain-data';

// What nothing uses: no fault, and often a sign of one.

/** Kinds of object that are there for others to name, or to select. */
const FOR_OTHERS: ReadonlySet<string> = new Set([
  '/ConfigMap',
  '/PersistentVolumeClaim',
  '/Secret',
  '/Service',
  '/ServiceAccount',
  'argoproj.io/AnalysisTemplate',
  'argoproj.io/ClusterAnalysisTemplate',
  'rbac.authorization.k8s.io/ClusterRole',
  'rbac.authorization.k8s.io/Role',
]);

/** The objects that are there for others, and that no other refers to, in the order of the graph. */
export function unusedIn(graph: Graph): readonly GraphObject[] {
  const used = new Set(graph.objects.flatMap((object) => [...usedBy(object, graph)]));
  return graph.objects.filter(
    (object) =>
      !object.isGiven &&
      FOR_OTHERS.has(`${object.group}/${object.resource.kind ?? ''}`) &&
      !used.has(object) &&
      !isForOthersToFind(object),
  );
}

function* usedBy(object: GraphObject, graph: Graph): Generator<GraphObject, void, undefined> {
  for (const reference of graph.referencesOf(object)) {
    for (const target of targetsOf(reference, graph)) {
      if (target !== undefined && target !== object) {
        yield target;
      }
    }
  }
}

function targetsOf(reference: Reference, graph: Graph): readonly (GraphObject | undefined)[] {
  const { target } = reference;
  switch (target.type) {
    case 'object': {
      const found = graph.find(target.group, target.kind, target.namespace, target.name);
      return [found, found?.producedBy];
    }
    case 'address':
      return [graph.destinationOf(reference)?.service];
    case 'pods':
    case 'services':
      return [];
  }
}

/** Who uses it stands in no manifest: people outside of the cluster, or Kubernetes itself. */
function isForOthersToFind(object: GraphObject): boolean {
  const {
    manifest,
    resource: { kind, name },
  } = object;
  const labels = Object.keys(field(manifest, 'metadata', 'labels') ?? {});
  return (
    isExposedService(object) ||
    (kind === 'ServiceAccount' && name === 'default') ||
    (kind === 'ConfigMap' && name === 'kube-root-ca.crt') ||
    (kind === 'Secret' && textAt(manifest, 'type') === 'kubernetes.io/service-account-token') ||
    (kind === 'ClusterRole' && labels.some((label) => label.startsWith(AGGREGATED)))
  );
}

/** https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles */
const AGGREGATED = 'rbac.authorization.k8s.io/aggregate-to-';
