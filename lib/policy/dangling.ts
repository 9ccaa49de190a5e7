import { NAMESPACE_NAME_LABEL } from '../graph/selectors';
import type { Graph, GraphObject, ObjectTarget, Problem, Reference, SelectedTarget } from '../graph';
import { addTo, child, field, listAt, textsAt, valueAt } from '../manifest/plain-data';
import type { GraphFault } from './policy';

// References that do not resolve, and which policy each is a matter of.

/** What a reference is about, as the policies tell them apart. */
export type Concern =
  | 'address'
  | 'analysis-template'
  | 'autoscaler-target'
  | 'disruption-budget-pods'
  | 'monitor-target'
  | 'network-policy-pods'
  | 'rbac-subject'
  | 'reference-key'
  | 'reference-object'
  | 'reference-outside'
  | 'route-backend'
  | 'service-pods'
  | 'stateful-set-service';

/**
 * What whoever runs a cluster makes for everybody. A set that names one and holds none of its kind leaves them all to the cluster: nothing
 * is said of it until one is in the set, or given.
 */
export const OF_THE_CLUSTER: ReadonlySet<string> = new Set([
  'cert-manager.io/ClusterIssuer',
  'external-secrets.io/ClusterSecretStore',
  'gateway.networking.k8s.io/GatewayClass',
  'networking.k8s.io/IngressClass',
  'node.k8s.io/RuntimeClass',
  'resource.k8s.io/DeviceClass',
  'scheduling.k8s.io/PriorityClass',
  'snapshot.storage.k8s.io/VolumeSnapshotClass',
  'storage.k8s.io/StorageClass',
  'storage.k8s.io/VolumeAttributesClass',
]);

/** By the kind of the object that refers. */
const CONCERNS: ReadonlyMap<string, Concern> = new Map([
  ['/Service', 'service-pods'],
  ['autoscaling/HorizontalPodAutoscaler', 'autoscaler-target'],
  ['keda.sh/ScaledObject', 'autoscaler-target'],
  ['gateway.networking.k8s.io/GRPCRoute', 'route-backend'],
  ['gateway.networking.k8s.io/HTTPRoute', 'route-backend'],
  ['gateway.networking.k8s.io/TCPRoute', 'route-backend'],
  ['gateway.networking.k8s.io/TLSRoute', 'route-backend'],
  ['gateway.networking.k8s.io/UDPRoute', 'route-backend'],
  ['monitoring.coreos.com/PodMonitor', 'monitor-target'],
  ['monitoring.coreos.com/ServiceMonitor', 'monitor-target'],
  ['networking.k8s.io/Ingress', 'route-backend'],
  ['networking.k8s.io/NetworkPolicy', 'network-policy-pods'],
  ['policy/PodDisruptionBudget', 'disruption-budget-pods'],
  ['rbac.authorization.k8s.io/ClusterRoleBinding', 'rbac-subject'],
  ['rbac.authorization.k8s.io/RoleBinding', 'rbac-subject'],
]);

/** Where the cluster itself runs: nobody has all of it in manifests. */
const SYSTEM_NAMESPACE = 'kube-system';

/** By the kind of what is referred to, whoever does: a Secret of an Ingress is a Secret. */
const CONCERNS_OF_TARGETS: ReadonlyMap<string, Concern> = new Map([
  ['/ConfigMap', 'reference-object'],
  ['/Secret', 'reference-object'],
  ['argoproj.io/AnalysisTemplate', 'analysis-template'],
]);

const known = new WeakMap<Graph, ReadonlyMap<Concern, readonly GraphFault[]>>();

/** What does not resolve in a graph, of one concern. */
export function dangling(graph: Graph, concern: Concern): readonly GraphFault[] {
  let found = known.get(graph);
  if (found === undefined) {
    found = danglingIn(graph);
    known.set(graph, found);
  }
  return found.get(concern) ?? [];
}

function danglingIn(graph: Graph): ReadonlyMap<Concern, readonly GraphFault[]> {
  const found = new Map<Concern, GraphFault[]>();
  const view = new View(graph);
  for (const object of graph.objects) {
    if (object.isGiven) {
      continue;
    }
    for (const reference of graph.referencesOf(object)) {
      const problem = reference.isOptional ? undefined : graph.problemOf(reference);
      const concern = problem === undefined ? undefined : view.concernOf(reference, problem);
      if (problem !== undefined && concern !== undefined) {
        const fault = { object, path: reference.path, message: messageOf(problem), ...excerptOf(reference) };
        addTo(found, concern, fault);
      }
    }
  }
  return found;
}

function messageOf({ message, nearest }: Problem): string {
  return nearest === undefined ? message : `${message}; did you mean ${nearest}?`;
}

/** The address in a text of many lines. */
export function excerptOf({ from, path, target }: Reference): Pick<GraphFault, 'excerpt'> {
  const text = target.type === 'address' ? valueAt(from.manifest, path) : undefined;
  if (target.type !== 'address' || typeof text !== 'string' || !text.includes('\n')) {
    return {};
  }
  const whole = `${target.host}:${String(target.port)}`;
  return { excerpt: text.includes(whole) ? whole : target.host };
}

/** What is known of a cluster by what is in the set, and given. */
class View {
  private readonly kinds: ReadonlySet<string>;
  /** Those of which all is known. */
  private readonly namespaces: ReadonlySet<string>;

  /** Objects that say no namespace: whoever applies them says it. */
  private readonly unplaced: ReadonlySet<string>;

  public constructor({ objects }: Graph) {
    this.kinds = new Set(objects.map(kindOf));
    this.unplaced = new Set(
      objects
        .filter(({ namespace, resource }) => namespace !== '' && resource.namespace === null)
        .map((object) => `${kindOf(object)} ${object.resource.name ?? ''}`),
    );
    this.namespaces = new Set(
      objects.map(({ namespace }) => namespace).filter((namespace) => !['', SYSTEM_NAMESPACE].includes(namespace)),
    );
  }

  /** Undefined where nobody can know whether there is a fault. */
  public concernOf({ from, target }: Reference, { missing }: Problem): Concern | undefined {
    switch (target.type) {
      case 'address': {
        const [, name = '', namespace] = /([^.]+)\.([^.]+)\.svc(?:\.|$)/.exec(target.host) ?? [];
        if (namespace === undefined || this.namespaces.has(namespace)) {
          return 'address';
        }
        return this.isUnplaced('/Service', name) ? undefined : 'reference-outside';
      }
      case 'pods':
      case 'services':
        return this.knowsNamespacesOf(target) ? CONCERNS.get(kindOf(from)) : undefined;
      case 'object': {
        const kind = kindOf(target);
        if (OF_THE_CLUSTER.has(kind) && !this.kinds.has(kind)) {
          return undefined;
        }
        if (!this.namespaces.has(target.namespace)) {
          if (this.isUnplaced(kind, target.name)) {
            return undefined;
          }
          return missing === 'argument' ? 'analysis-template' : 'reference-outside';
        }
        if (missing === 'key') {
          return 'reference-key';
        }
        if (kindOf(from) === 'apps/StatefulSet' && kind === '/Service') {
          return 'stateful-set-service';
        }
        return CONCERNS_OF_TARGETS.get(kind) ?? CONCERNS.get(kindOf(from)) ?? 'reference-object';
      }
    }
  }

  private isUnplaced(kind: string, name: string): boolean {
    return this.unplaced.has(`${kind} ${name}`);
  }

  /** Other labels than its name other namespaces may have as well, of which nobody knows. */
  private knowsNamespacesOf({ namespace, namespaceSelector }: SelectedTarget): boolean {
    if (namespaceSelector === undefined) {
      return this.namespaces.has(namespace);
    }
    const name = field(namespaceSelector, 'matchLabels', NAMESPACE_NAME_LABEL);
    const names = listAt(namespaceSelector, 'matchExpressions')
      .filter((each) => child(each, 'key') === NAMESPACE_NAME_LABEL && child(each, 'operator') === 'In')
      .flatMap((each) => textsAt(each, 'values'));
    const all = typeof name === 'string' ? [name] : names;
    return all.length > 0 && all.every((each) => this.namespaces.has(each));
  }
}

/** `apps/Deployment`, `/Service` */
function kindOf({ group, ...named }: GraphObject | ObjectTarget): string {
  return `${group}/${'kind' in named ? named.kind : (named.resource.kind ?? '')}`;
}
