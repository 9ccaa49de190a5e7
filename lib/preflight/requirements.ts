import { claimsOf, matchesLabels, mostPods, Reachability, roomOf, roomText, SYSTEM_NAMESPACES } from '../graph';
import type { Claim, Graph, GraphObject, ObjectTarget, SelectedTarget, Workload } from '../graph';
import { isKubernetesGroup } from '../manifest/manifest';
import { child, compareCodeUnits, field, groupBy, listAt, numberAt, textAt, textsAt } from '../manifest/plain-data';
import type { Requirement } from './model';
import { imagesIn } from './images';
import { monitoring } from './monitoring';
import { podSecurityLevelOf, levelForAll } from './pod-security';
import { asksFor, productOf, PRODUCTS, resourceNameOf, SHARED_KINDS } from './products';
import { namespaceOf, selectorText } from './selector-text';

const HOST_NAME = 'kubernetes.io/hostname';

/** Spread over one is not spread. */
const FEWEST_DOMAINS = 2;

/** Kafka keeps no more replicas of a partition by default, however many brokers there are. */
const MOST_REPLICAS = 3;

/** Who serves the metrics of an autoscaler: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#support-for-metrics-apis */
const METRICS_APIS: Readonly<Record<string, { readonly group: string; readonly version: string }>> = {
  Resource: { group: 'metrics.k8s.io', version: 'v1beta1' },
  ContainerResource: { group: 'metrics.k8s.io', version: 'v1beta1' },
  Pods: { group: 'custom.metrics.k8s.io', version: 'v1beta2' },
  Object: { group: 'custom.metrics.k8s.io', version: 'v1beta2' },
  External: { group: 'external.metrics.k8s.io', version: 'v1beta1' },
};

/**
 * What must be in a cluster before the objects of a set can be applied, and work; in the order in which it would be missed. It follows from
 * the objects, and what they bring themselves is not among it.
 *
 * @param oldestKubernetes the oldest minor version that they are for, such as `1.30`
 */
export function requirementsOf(graph: Graph, oldestKubernetes?: string): readonly Requirement[] {
  const objects = graph.objects.filter(({ isGiven }) => !isGiven);
  const most = mostPods(graph);
  const claims = claimsOf(graph, most);
  return [
    ...(oldestKubernetes === undefined ? [] : [version(objects, oldestKubernetes)]),
    ...kubernetes(objects),
    ...definitions(objects),
    ...metrics(objects),
    ...controllers(graph, objects),
    ...monitoring(graph, objects),
    ...namespaces(graph, objects),
    ...podSecurity(graph),
    ...named(graph, objects),
    ...defaultClasses(objects, claims),
    ...domains(graph, objects, most),
    ...networkPolicies(graph, objects),
    ...rooms(graph, most, claims),
  ];
}

const UPGRADE = 'https://kubernetes.io/docs/tasks/administer-cluster/cluster-upgrade/';

function versionOf({ resource }: GraphObject): string {
  return resource.apiVersion?.split('/').at(-1) ?? '';
}

function unique<T>(items: readonly T[]): readonly T[] {
  return [...new Set(items)];
}

function version(objects: readonly GraphObject[], oldest: string): Requirement {
  return {
    what: `Kubernetes ${oldest} or newer`,
    why: 'What only older versions lack may be in any object: nobody has looked for it.',
    neededBy: objects.filter(({ group }) => isKubernetesGroup(group)),
    command: ['kubectl', 'version'],
    remedy: UPGRADE,
    condition: { type: 'version', oldest },
  };
}

function kubernetes(objects: readonly GraphObject[]): readonly Requirement[] {
  const own = objects.filter(({ group, resource }) => isKubernetesGroup(group) && resource.apiVersion !== null);
  const apiVersions = unique(own.map(({ resource }) => resource.apiVersion ?? '')).toSorted();
  if (apiVersions.length === 0) {
    return [];
  }
  return [
    {
      what: `Kubernetes that serves ${apiVersions.join(', ')}`,
      why: 'The API server refuses objects of a version that it does not serve.',
      neededBy: own,
      command: ['kubectl', 'api-versions'],
      remedy: UPGRADE,
      condition: { type: 'kubernetes', apiVersions },
    },
  ];
}

function isDefinition({ group, resource }: GraphObject): boolean {
  return group === 'apiextensions.k8s.io' && resource.kind === 'CustomResourceDefinition';
}

/** Whether the set brings the definition of a kind, with this version. */
function isDefined(objects: readonly GraphObject[], group: string, kind: string, version: string): boolean {
  return objects.some(
    (object) =>
      isDefinition(object) &&
      textAt(object.manifest, 'spec', 'group') === group &&
      textAt(object.manifest, 'spec', 'names', 'kind') === kind &&
      listAt(object.manifest, 'spec', 'versions').some(
        (each) => textAt(each, 'name') === version && child(each, 'served') === true,
      ),
  );
}

function definitions(objects: readonly GraphObject[]): readonly Requirement[] {
  const custom = objects.filter(
    ({ group, resource }) => !isKubernetesGroup(group) && resource.apiVersion !== null && resource.kind !== null,
  );
  return [...groupBy(custom, ({ resource }) => `${resource.apiVersion ?? ''} ${resource.kind ?? ''}`).values()]
    .filter(([first]) => !isDefined(objects, first.group, first.resource.kind ?? '', versionOf(first)))
    .toSorted(([a], [b]) =>
      compareCodeUnits(`${a.group}/${a.resource.kind ?? ''}`, `${b.group}/${b.resource.kind ?? ''}`),
    )
    .map((neededBy): Requirement => {
      const [first] = neededBy;
      const { group } = first;
      const kind = first.resource.kind ?? '';
      const version = versionOf(first);
      const name = resourceNameOf(group, kind);
      const product = productOf(group, kind);
      return {
        what: `CustomResourceDefinition ${name} that serves ${version}`,
        why: `The API server knows no ${kind} without it.`,
        neededBy,
        command: ['kubectl', 'get', 'crd', name, '-o', 'jsonpath={.spec.versions[?(@.served==true)].name}'],
        remedy: product === undefined ? `install what ${group} belongs to` : `${product.name}: ${product.install}`,
        condition: { type: 'definition', group, version, kind },
      };
    });
}

function controllers(graph: Graph, objects: readonly GraphObject[]): readonly Requirement[] {
  const workloads = new Set<GraphObject>(graph.workloads);
  return PRODUCTS.flatMap((product): readonly Requirement[] => {
    const { name, controller, does = '', install } = product;
    const neededBy = objects.filter(
      (object) =>
        productOf(object.group, object.resource.kind ?? '') === product ||
        (workloads.has(object) && asksFor(object.manifest, product)) ||
        graph
          .referencesOf(object)
          .some(({ target }) => target.type === 'object' && productOf(target.group, target.kind) === product),
    );
    // A set may hold the controller itself.
    const brings = graph.workloads.some(
      ({ group, resource, podSpec }) =>
        group === 'apps' &&
        resource.kind === 'Deployment' &&
        [resource.name ?? '', ...imagesIn(podSpec)].some((text) => controller?.test(text) === true),
    );
    const option = neededBy.some(({ resource }) => resource.kind === product.option?.ofKind)
      ? product.option
      : undefined;
    return controller === undefined || neededBy.length === 0 || brings
      ? []
      : [
          {
            what: `the controller of ${name}${option === undefined ? '' : `, with its option ${option.name}`}`,
            why: `Nothing else ${does}.`,
            neededBy,
            command: ['kubectl', 'get', 'deployments', '--all-namespaces', '-o', 'wide'],
            remedy: `${name}: ${install}`,
            condition: { type: 'controller', known: controller, ...(option !== undefined && { option }) },
          },
        ];
  });
}

function namespaces(graph: Graph, objects: readonly GraphObject[]): readonly Requirement[] {
  const missing = objects.filter(
    ({ namespace }) =>
      namespace !== '' &&
      !SYSTEM_NAMESPACES.includes(namespace) &&
      graph.find('', 'Namespace', '', namespace) === undefined,
  );
  return [...groupBy(missing, ({ namespace }) => namespace)].map(([name, neededBy]) =>
    object({ group: '', kind: 'Namespace', namespace: '', name }, neededBy),
  );
}

/** An object that must be there. */
function object(
  { group, kind, namespace, name }: Pick<ObjectTarget, 'group' | 'kind' | 'namespace' | 'name'>,
  neededBy: readonly GraphObject[],
): Requirement {
  const shared = SHARED_KINDS.get(`${group}/${kind}`);
  const resource = resourceNameOf(group, kind);
  return {
    what: `${kind} ${name}${namespace === '' ? '' : ` in namespace ${namespace}`}${shared?.condition === undefined ? '' : `, ${shared.condition}`}`,
    why: shared?.why ?? 'It is named, and not among what is applied.',
    neededBy,
    command: ['kubectl', 'get', resource, name, ...(namespace === '' ? [] : ['-n', namespace])],
    remedy: shared?.remedy ?? 'make it, or put it into what is applied',
    condition: {
      type: 'object',
      resource,
      namespace,
      name,
      ...(shared?.condition !== undefined && { condition: shared.condition }),
    },
  };
}

/** What objects name, and none of the set is. */
function named(graph: Graph, objects: readonly GraphObject[]): readonly Requirement[] {
  const missing = objects.flatMap((from) =>
    graph
      .referencesOf(from)
      .flatMap(({ target, isOptional }) =>
        target.type === 'object' &&
        !isOptional &&
        graph.find(target.group, target.kind, target.namespace, target.name) === undefined
          ? [{ from, target }]
          : [],
      ),
  );
  const byTarget = groupBy(missing, ({ target: { group, kind, namespace, name } }) =>
    [group, kind, namespace, name].join('\n'),
  );
  return [...byTarget.values()]
    .toSorted(([a], [b]) => compareCodeUnits(sortKey(a.target), sortKey(b.target)))
    .map((references) => object(references[0].target, unique(references.map(({ from }) => from))));
}

/** Classes and stores first, since they are those of the cluster. */
function sortKey({ group, kind, namespace, name }: ObjectTarget): string {
  return [SHARED_KINDS.has(`${group}/${kind}`) ? 0 : 1, kind, namespace, name].join('\n');
}

function defaultClasses(objects: readonly GraphObject[], claims: readonly Claim[]): readonly Requirement[] {
  const ingresses = objects.filter(
    ({ group, resource, manifest }) =>
      group === 'networking.k8s.io' &&
      resource.kind === 'Ingress' &&
      textAt(manifest, 'spec', 'ingressClassName') === '' &&
      child(field(manifest, 'metadata', 'annotations'), 'kubernetes.io/ingress.class') === undefined,
  );
  const unnamed = claims.filter(({ storageClass }) => storageClass === undefined).map(({ from }) => from);
  return [
    // https://kubernetes.io/docs/concepts/storage/storage-classes/#default-storageclass
    ...defaultClass(objects, 'storage.k8s.io', 'StorageClass', 'storageclass.kubernetes.io/is-default-class', unnamed),
    // https://kubernetes.io/docs/concepts/services-networking/ingress/#default-ingress-class
    ...defaultClass(
      objects,
      'networking.k8s.io',
      'IngressClass',
      'ingressclass.kubernetes.io/is-default-class',
      ingresses,
    ),
  ];
}

function defaultClass(
  objects: readonly GraphObject[],
  group: string,
  kind: string,
  annotation: string,
  neededBy: readonly GraphObject[],
): readonly Requirement[] {
  const isBrought = objects.some(
    (object) => object.group === group && object.resource.kind === kind && isDefaultClass(object.manifest, annotation),
  );
  if (neededBy.length === 0 || isBrought) {
    return [];
  }
  const { why = '', remedy = '' } = SHARED_KINDS.get(`${group}/${kind}`) ?? {};
  const resource = resourceNameOf(group, kind);
  return [
    {
      what: `a default ${kind}`,
      why,
      neededBy: unique(neededBy),
      command: ['kubectl', 'get', resource],
      remedy: `mark one by the annotation ${annotation}: "true" (${remedy})`,
      condition: { type: 'default-class', resource, annotation },
    },
  ];
}

/** Whether a class says that it counts where none is named. */
export function isDefaultClass(manifest: unknown, annotation: string): boolean {
  return child(field(manifest, 'metadata', 'annotations'), annotation) === 'true';
}

function metrics(objects: readonly GraphObject[]): readonly Requirement[] {
  const wanted = objects
    .filter(({ group, resource }) => group === 'autoscaling' && resource.kind === 'HorizontalPodAutoscaler')
    .flatMap((from) =>
      listAt(from.manifest, 'spec', 'metrics').flatMap((metric) => {
        const api = METRICS_APIS[textAt(metric, 'type')];
        return api === undefined ? [] : [{ from, ...api }];
      }),
    );
  return [...groupBy(wanted, ({ group }) => group)].map(([group, all]): Requirement => {
    const name = `${all[0].version}.${group}`;
    const isResource = group === 'metrics.k8s.io';
    return {
      what: isResource ? `metrics-server (APIService ${name})` : `an adapter that serves ${group}`,
      why: 'An autoscaler that knows no metric never scales.',
      neededBy: unique(all.map(({ from }) => from)),
      command: ['kubectl', 'get', 'apiservice', name],
      remedy: isResource
        ? 'metrics-server: https://github.com/kubernetes-sigs/metrics-server#installation'
        : 'https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#support-for-metrics-apis',
      condition: { type: 'api-service', group },
    };
  });
}

/** Over how many of a label's values something is spread. */
interface Spread {
  readonly from: GraphObject;
  readonly topologyKey: string;
  readonly count: number;
}

function domains(
  graph: Graph,
  objects: readonly GraphObject[],
  most: ReadonlyMap<Workload, number>,
): readonly Requirement[] {
  const spreads = [
    ...graph.workloads
      .filter(({ isGiven }) => !isGiven)
      .flatMap((workload) => spreadsOf(workload, most.get(workload) ?? 1)),
    ...objects
      .filter(({ group, resource }) => group === 'kafka.strimzi.io' && resource.kind === 'Kafka')
      .flatMap((kafka) => racksOf(kafka, graph)),
  ].filter(({ topologyKey, count }) => topologyKey !== '' && (count > 1 || topologyKey !== HOST_NAME));
  return [...groupBy(spreads, ({ topologyKey }) => topologyKey)].map(([topologyKey, all]): Requirement => {
    const count = Math.max(...all.map((spread) => spread.count));
    return {
      what:
        topologyKey === HOST_NAME ? `${count} nodes or more` : `nodes with ${count} or more values of ${topologyKey}`,
      why: 'Pods that must be apart wait for a node, or what fails takes all of them.',
      neededBy: unique(all.map(({ from }) => from)),
      command: ['kubectl', 'get', 'nodes', '-L', topologyKey],
      remedy: `add nodes, labelled ${topologyKey}: https://kubernetes.io/docs/setup/best-practices/multiple-zones/`,
      condition: { type: 'domains', topologyKey, count },
    };
  });
}

/** https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/ */
function spreadsOf(workload: Workload, pods: number): readonly Spread[] {
  const { podSpec, podLabels } = workload;
  const constraints = listAt(podSpec, 'topologySpreadConstraints')
    .filter((each) => textAt(each, 'whenUnsatisfiable') !== 'ScheduleAnyway')
    .map((each) => ({
      topologyKey: textAt(each, 'topologyKey'),
      count: Math.max(numberAt(each, 'minDomains'), Math.min(pods, FEWEST_DOMAINS)),
    }));
  const apart = listAt(podSpec, 'affinity', 'podAntiAffinity', 'requiredDuringSchedulingIgnoredDuringExecution')
    .filter((term) => matchesLabels(field(term, 'labelSelector'), podLabels))
    .map((term) => ({ topologyKey: textAt(term, 'topologyKey'), count: pods }));
  return [...constraints, ...apart].map((spread) => ({ from: workload, ...spread }));
}

/** As many racks as there are replicas of a partition: https://strimzi.io/docs/operators/latest/configuring.html#type-Rack-reference */
function racksOf(kafka: GraphObject, { workloads }: Graph): readonly Spread[] {
  const { manifest, namespace, resource } = kafka;
  const topologyKey = textAt(manifest, 'spec', 'kafka', 'rack', 'topologyKey');
  const brokers = workloads
    .filter(
      (pool) =>
        pool.resource.kind === 'KafkaNodePool' &&
        pool.namespace === namespace &&
        pool.podLabels['strimzi.io/cluster'] === resource.name &&
        textsAt(pool.manifest, 'spec', 'roles').includes('broker'),
    )
    .map((pool) => numberAt(pool.manifest, 'spec', 'replicas'))
    .reduce((sum, replicas) => sum + replicas, 0);
  const factor = Number(child(field(manifest, 'spec', 'kafka', 'config'), 'default.replication.factor'));
  return [{ from: kafka, topologyKey, count: Math.max(factor || Math.min(brokers, MOST_REPLICAS), 1) }];
}

function networkPolicies(graph: Graph, objects: readonly GraphObject[]): readonly Requirement[] {
  const policies = objects.filter(
    ({ group, resource }) => group === 'networking.k8s.io' && resource.kind === 'NetworkPolicy',
  );
  if (policies.length === 0) {
    return [];
  }
  return [
    {
      what: 'a network plugin that enforces network policies',
      why: 'Without it everybody reaches every pod, and nothing says so.',
      neededBy: policies,
      command: ['kubectl', 'get', 'daemonsets', '--all-namespaces'],
      remedy: 'https://kubernetes.io/docs/concepts/extend-kubernetes/compute-storage-net/network-plugins/',
      condition: { type: 'network-policies' },
    },
    ...peers(graph, policies),
    ...apiServer(graph),
  ];
}

/** Pods that policies let in or out to, in namespaces of which the set has no pods. */
function peers(graph: Graph, policies: readonly GraphObject[]): readonly Requirement[] {
  const inhabited = new Set(graph.workloads.map(({ namespace }) => namespace));
  const elsewhere = policies.flatMap((from) =>
    graph
      .referencesOf(from)
      .flatMap(({ target, path }) =>
        target.type === 'pods' &&
        (path[1] === 'ingress' || path[1] === 'egress') &&
        target.port === undefined &&
        target.namespaceSelector !== undefined &&
        selectorText(target.namespaceSelector) !== '' &&
        !graph.namespacesSelectedBy(target.namespaceSelector).some((name) => inhabited.has(name))
          ? [{ from, target }]
          : [],
      ),
  );
  const byPods = groupBy(
    elsewhere,
    ({ target }) => `${selectorText(target.namespaceSelector)}\n${selectorText(target.selector)}`,
  );
  return [...byPods.values()].map((all): Requirement => {
    const { namespaceSelector, selector } = all[0].target;
    return {
      what: `pods ${podsText(all[0].target)}`,
      why: 'Network policies let these pods through, and no others: DNS, or the entrance, would be cut off.',
      neededBy: unique(all.map(({ from }) => from)),
      command: [...podsCommand(namespaceSelector), ...labelFlags(selector)],
      remedy: 'say in the environment which pods these are in this cluster',
      condition: { type: 'pods', namespaceSelector, selector },
    };
  });
}

function podsText({ namespaceSelector, selector }: SelectedTarget): string {
  const name = namespaceOf(namespaceSelector);
  const labels = selectorText(selector);
  return `${labels === '' ? '' : `of ${labels} `}in ${name === undefined ? `namespaces of ${selectorText(namespaceSelector)}` : `namespace ${name}`}`;
}

function podsCommand(namespaceSelector: unknown): readonly string[] {
  const name = namespaceOf(namespaceSelector);
  return ['kubectl', 'get', 'pods', ...(name === undefined ? ['--all-namespaces'] : ['-n', name])];
}

/** The flag by which kubectl selects. */
export function labelFlags(selector: unknown): readonly string[] {
  const text = selectorText(selector);
  return text === '' ? [] : ['-l', text];
}

/** Who has a token asks the API server, whose address policies can name by ranges only. */
function apiServer(graph: Graph): readonly Requirement[] {
  const reachability = new Reachability(graph);
  const asking = graph.workloads.filter(
    (workload) => !workload.isGiven && hasToken(workload, graph) && reachability.isIsolated(workload, 'egress'),
  );
  if (asking.length === 0) {
    return [];
  }
  return [
    {
      what: "the API server's address, as network policies have it",
      why: 'Policies go by the address behind Service kubernetes: pods that ask the API server would wait in vain.',
      neededBy: asking,
      command: ['kubectl', 'get', 'endpointslices', '-n', 'default', '-l', 'kubernetes.io/service-name=kubernetes'],
      remedy: 'say in the environment in which range and on which port the API server answers',
      condition: {
        type: 'api-server',
        barriers: (address, port) =>
          asking.filter(
            (workload) =>
              reachability.barriers(
                { type: 'pods', workload },
                { type: 'hosts', hosts: [address] },
                { port, protocol: 'TCP' },
              ).length > 0,
          ),
      },
    },
  ];
}

/** https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting */
function hasToken({ podSpec, namespace }: Workload, graph: Graph): boolean {
  const isWritten = imagesIn(podSpec).some((image) => image !== '');
  const name = textAt(podSpec, 'serviceAccountName') || 'default';
  const account = graph.find('', 'ServiceAccount', namespace, name);
  const said =
    child(podSpec, 'automountServiceAccountToken') ?? child(account?.manifest, 'automountServiceAccountToken') ?? true;
  return isWritten && said === true;
}

function rooms(graph: Graph, most: ReadonlyMap<Workload, number>, claims: readonly Claim[]): readonly Requirement[] {
  return [...roomOf(graph, most, claims)].map(([namespace, room]): Requirement => {
    const neededBy = graph.workloads.filter((workload) => !workload.isGiven && workload.namespace === namespace);
    return {
      what: `room in the ResourceQuotas of namespace ${namespace}, if it has any: ${roomText(room)}`,
      why: 'The API server refuses pods for which a quota leaves no room.',
      neededBy,
      command: ['kubectl', 'describe', 'quota', '-n', namespace],
      remedy: 'raise the quota: https://kubernetes.io/docs/concepts/policy/resource-quotas/',
      condition: { type: 'room', namespace, room },
    };
  });
}

function podSecurity(graph: Graph): readonly Requirement[] {
  const elsewhere = graph.workloads.filter(
    ({ isGiven, namespace, podSpec }) =>
      !isGiven &&
      imagesIn(podSpec).some((image) => image !== '') &&
      // What the set's own namespaces let in, `check` says.
      (SYSTEM_NAMESPACES.includes(namespace) || graph.find('', 'Namespace', '', namespace) === undefined),
  );
  return [...groupBy(elsewhere, ({ namespace }) => namespace)].map(([namespace, workloads]): Requirement => {
    const levels = workloads.map(({ podSpec }) => podSecurityLevelOf(podSpec));
    const level = levelForAll(levels);
    return {
      what: `namespace ${namespace} lets pods in that are ${level}`,
      why: 'The API server refuses pods that a namespace does not let in.',
      neededBy: workloads.filter((_, index) => levels[index] === level),
      command: ['kubectl', 'get', 'namespace', namespace, '--show-labels'],
      remedy: 'https://kubernetes.io/docs/concepts/security/pod-security-admission/',
      condition: { type: 'pod-security', namespace, level },
    };
  });
}
