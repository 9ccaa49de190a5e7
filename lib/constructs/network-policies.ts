import { ApiObject } from 'cdk8s';
import { Construct, type IConstruct } from 'constructs';
import { isIP } from 'node:net';
import { k8s } from '../../imports/k8s';
import { NAMESPACE_NAME_LABEL } from '../graph/selectors';
import { child, field } from '../manifest/plain-data';
import { WORKLOADS } from '../manifest/workloads';
import { pathOf } from '../policy/exceptions';
import { checkPeer, connectionsOf, type WorkloadConnections } from './connections';
import { type AddressPeer, type Endpoint, hostPort, peerOf, type PodPeer } from './endpoint';
import { HttpRoute } from './http-route';
import { Ingress } from './ingress';
import { InvalidPropError } from './invalid-prop';
import { type Component, labelsOf } from './labels';
import { PatchableConstruct } from './patch';
import { checkPort, type Protocol } from './port';
import { unusedConnections } from './unused-connections';

/** The cluster's DNS. */
export interface DnsServer {
  /** Who answers: its pods, or the address of a cache on every node. */
  readonly peer: PodPeer | AddressPeer;
  /**
   * Port of its pods, over UDP and TCP. The Service has 53, whatever the pods have.
   * @default 53
   */
  readonly port?: number;
}

/** The API server. */
export interface ApiServer {
  /** Ranges of the addresses at which it answers: those behind the Service `kubernetes`, which `kubectl get endpointslices` shows. */
  readonly ranges: readonly string[];
  /** Port at which it answers there: of many clusters not the 443 of the Service. */
  readonly port: number;
}

/** A Service that clients outside of the cluster reach. */
export interface ExposedService {
  readonly namespace: string;
  readonly name: string;
}

/** What a cluster has, and only whoever knows it can say. */
export interface ClusterPeers {
  /** Who resolves names. */
  readonly dns: DnsServer;
  /**
   * The API server, for the workloads that ask it.
   * @default - not known: an error where a workload asks it
   */
  readonly apiServer?: ApiServer;
  /**
   * Who connects to the services that an Ingress or HttpRoute leads to: the ingress controller, or the gateway.
   * @default - not known: an error where there is one
   */
  readonly entrance?: PodPeer | AddressPeer;
  /**
   * Who connects to the pods behind a Service that clients outside of the cluster reach (a NodePort, a LoadBalancer): the clients, or what stands in
   * front and gives its own address for theirs.
   * @default - not known: an error where there is such a Service
   */
  readonly exposedTo?: (service: ExposedService) => PodPeer | AddressPeer;
  /**
   * Who collects metrics.
   * @default - nobody
   */
  readonly metricsScraper?: PodPeer | AddressPeer;
}

/** Props of {@link NetworkPolicies}. */
export interface NetworkPoliciesProps extends ClusterPeers, Omit<Component, 'name'> {
  /**
   * Where the workloads are: the construct below which each gets a policy.
   * @default - the whole app
   */
  readonly appliesTo?: IConstruct;
  /**
   * Whether each namespace of the workloads gets a policy that lets no pod connect and nobody connect to it, whatever else runs there.
   * @default true
   */
  readonly defaultDeny?: boolean;
  /**
   * The manifest of an object as it will be written.
   * @default - the object's own toJson
   */
  readonly manifestOf?: (object: ApiObject) => unknown;
}

/**
 * A NetworkPolicy for each workload, of the connections that the constructs declare: it selects the workload's pods, lets them connect to what they
 * are said to connect to and lets in who is said to connect to them, and nothing else. It stands in the workload's own chart, and so file, and bears
 * its name. Make it after everything else.
 *
 * - Who connects to a name may ask the cluster's DNS. Who connects to the API server says so ({@link API_SERVER}).
 * - Who connects to nothing is let out nowhere.
 * - Probes need no rule: what comes from the node that a pod runs on, such as the kubelet, is always let in, and so is `kubectl port-forward`. A pod
 *   always reaches itself. https://kubernetes.io/docs/concepts/services-networking/network-policies/
 *
 * A cluster must enforce network policies: where nobody does, these have no effect, without a word.
 */
export class NetworkPolicies extends PatchableConstruct {
  /** The policies of the workloads, in the order of the tree. */
  public readonly policies: readonly k8s.KubeNetworkPolicy[];
  /** The policies that let nothing through, one for each namespace, in the order of their names. */
  public readonly defaultDenies: readonly k8s.KubeNetworkPolicy[];

  /**
   * @throws InvalidPropError for a workload of which nobody declared what it connects to, an endpoint of which nobody knows who answers, and for what
   * the workloads need and the props do not say.
   */
  constructor(scope: Construct, id: string, props: NetworkPoliciesProps) {
    super(scope, id);
    const {
      appliesTo = this.node.root,
      defaultDeny = true,
      manifestOf = (object: ApiObject): unknown => object.toJson(),
    } = props;
    checkPeers(this, props);
    const workloads = new Workloads(workloadsBelow(appliesTo));
    const routes = appliesTo.node
      .findAll()
      .filter((construct) => construct instanceof Ingress || construct instanceof HttpRoute);
    const incoming = incomingOf(this, props, workloads, routes);

    this.policies = workloads.all.map((workload) => {
      const { object, scope: place, name, connections } = workload;
      const [ingress, egress] = [
        toRules(incoming.get(workload) ?? [], workload, workloads),
        toRules(outgoingOf(this, props, workload), workload, workloads),
      ];
      return new k8s.KubeNetworkPolicy(place, policyId(object), {
        metadata: { name, labels: labelsOfObject(object) },
        spec: {
          podSelector: { matchLabels: { ...connections.selector } },
          policyTypes: ['Ingress', 'Egress'],
          ...(ingress.length > 0 && { ingress: ingress.map(({ ports, peers }) => ({ from: peers, ports })) }),
          ...(egress.length > 0 && { egress: egress.map(({ ports, peers }) => ({ to: peers, ports })) }),
        },
      });
    });
    this.defaultDenies = (defaultDeny ? workloads.namespaces : []).map(
      (namespace) =>
        new k8s.KubeNetworkPolicy(this, namespace, {
          metadata: { name: DEFAULT_DENY, namespace, labels: labelsOf(this, { ...props, name: DEFAULT_DENY }) },
          spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
        }),
    );
    this.node.addValidation({
      validate: () => [
        ...objectsOfPodsBelow(appliesTo)
          .filter((object) => !workloads.has(object))
          .map(
            (object) =>
              `${nameAndPath(object)} has no network policy: it was made after them. Make it before, or the network policies after everything else.`,
          ),
        // Of the whole app, since the ConfigMaps that a workload reads stand anywhere in it.
        ...unusedConnections(new Map(objectsBelow(this.node.root).map((object) => [object, manifestOf(object)])))
          .filter(({ workload }) => workloads.has(workload))
          .map(
            ({ workload, endpoint }) =>
              `${nameAndPath(workload)}: connectsTo ${JSON.stringify(endpoint)}: no variable, argument or configuration file names it, so it is a way out that nobody needs. Leave it out; where the address stands in the image or in a Secret, give it as discovers.`,
          ),
      ],
    });
  }
}

const DEFAULT_DENY = 'default-deny';

/** A workload, and where its policy goes. */
interface Workload {
  readonly object: ApiObject;
  /** The construct that made it. */
  readonly scope: Construct;
  readonly namespace: string;
  readonly name: string;
  readonly connections: WorkloadConnections;
}

/** The workloads, by their labels. */
class Workloads {
  private readonly byLabel = new Map<string, Workload[]>();
  private readonly objects: ReadonlySet<IConstruct>;

  constructor(public readonly all: readonly Workload[]) {
    this.objects = new Set(all.map(({ object }) => object));
    for (const workload of all) {
      for (const [key, value] of Object.entries(workload.connections.selector)) {
        const at = keyOf(workload.namespace, key, value);
        const found = this.byLabel.get(at) ?? [];
        found.push(workload);
        this.byLabel.set(at, found);
      }
    }
    for (const workload of all) {
      this.checkApart(workload);
    }
  }

  public get namespaces(): readonly string[] {
    return [...new Set(this.all.map(({ namespace }) => namespace))].sort();
  }

  public has(object: IConstruct): boolean {
    return this.objects.has(object);
  }

  /** Those whose pods have all of the labels. */
  public selectedBy({ namespace, labels }: Omit<PodPeer, 'type'>): readonly Workload[] {
    const [first, ...others] = Object.entries(labels);
    const candidates = first === undefined ? [] : (this.byLabel.get(keyOf(namespace, ...first)) ?? []);
    return candidates.filter(({ connections: { selector } }) =>
      others.every(([key, value]) => selector[key] === value),
    );
  }

  /** Checks that no policy would select the pods of another workload. */
  private checkApart({ object, scope, namespace, connections: { selector } }: Workload): void {
    const other = this.selectedBy({ namespace, labels: selector }).find((found) => found.object !== object);
    if (other !== undefined) {
      throw new InvalidPropError(scope, {
        prop: 'selector',
        value: selector,
        reason: `selects the pods of ${nameAndPath(other.object)} too, and each would have the ways in and out of both.`,
        remedy: 'Give the pods labels of their own.',
      });
    }
  }
}

function keyOf(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}

/** Kinds whose objects hold a template that others make pods of. */
const NO_PODS_OF_THEIR_OWN = ['PodTemplate', 'ControllerRevision'];

function objectsBelow(scope: IConstruct): ApiObject[] {
  return scope.node.findAll().filter((construct) => ApiObject.isApiObject(construct));
}

/** `Deployment orders (shop/orders/Deployment)`. */
function nameAndPath(object: ApiObject): string {
  return `${object.kind} ${object.name} (${pathOf(object)})`;
}

/** The objects that are pods, or whose controllers make some. */
function objectsOfPodsBelow(scope: IConstruct): ApiObject[] {
  return objectsBelow(scope).filter(
    (object) => connectionsOf(object) !== undefined || (isWorkload(object) && hasTemplate(object)),
  );
}

/** The namespace that an object is in. */
function namespaceOf({ metadata }: ApiObject): string {
  return metadata.namespace ?? 'default';
}

/** cdk8s calls the group without a name `core`. */
function groupName(apiGroup: string): string {
  return apiGroup === 'core' ? '' : apiGroup;
}

function isWorkload({ apiGroup, kind }: ApiObject): boolean {
  return WORKLOADS.some(
    (known) => known.group === groupName(apiGroup) && known.kind === kind && !NO_PODS_OF_THEIR_OWN.includes(kind),
  );
}

/** Whether its pods are its own: a Rollout may borrow the template of a Deployment. */
function hasTemplate(object: ApiObject): boolean {
  return field(object.toJson(), 'spec', 'workloadRef') === undefined;
}

function workloadsBelow(scope: IConstruct): Workload[] {
  const taken = new Map<string, string>(
    objectsBelow(scope)
      .filter(({ apiGroup, kind }) => apiGroup === 'networking.k8s.io' && kind === 'NetworkPolicy')
      .map((object) => [keyOf(namespaceOf(object), object.name), pathOf(object)]),
  );
  return objectsOfPodsBelow(scope).map((object) => {
    const connections = connectionsOf(object);
    const { scope: place } = object.node;
    if (connections === undefined || !Construct.isConstruct(place)) {
      throw new InvalidPropError(place ?? object, {
        prop: 'connectsTo',
        reason: `not declared of ${object.kind} ${object.name}: its network policy would cut it off from everything.`,
        remedy: `Call declareConnections(${object.kind === 'Pod' ? 'pod' : 'workload'}, { selector, connectsTo }) where it is made.`,
      });
    }
    const { name = object.name } = connections;
    const namespace = namespaceOf(object);
    const other = taken.get(keyOf(namespace, name));
    if (other !== undefined) {
      throw new InvalidPropError(place, {
        prop: 'networkPolicy',
        value: name,
        reason: `there is a NetworkPolicy of this name (${other}), and policies add up: what one of them lets through, no other stops.`,
        remedy: 'Leave that one out; of KafkaKraft by networkPolicy: false.',
      });
    }
    return { object, scope: place, namespace, name, connections };
  });
}

/** Somebody who connects or is connected to, and the port of who answers. */
interface Opening {
  readonly peer: PodPeer | AddressPeer;
  readonly port: number;
  readonly protocol: Protocol;
}

/** Where a workload connects to. */
function outgoingOf(scope: IConstruct, { dns, apiServer }: ClusterPeers, workload: Workload): Opening[] {
  const { connectsTo = [], discovers = [] } = workload.connections;
  const endpoints = [...connectsTo, ...discovers];
  const { peer, port = 53 } = dns;
  return [
    ...(endpoints.some(({ host }) => isIP(host) === 0)
      ? (['TCP', 'UDP'] as const).map((protocol) => ({ peer, port, protocol }))
      : []),
    ...endpoints.map((endpoint): Opening => {
      const { port: servicePort, targetPort = servicePort, protocol = 'TCP' } = endpoint;
      const answering = peerOrThrow(workload.scope, 'connectsTo', endpoint);
      if (answering.type !== 'api-server') {
        return { peer: answering, port: targetPort, protocol };
      }
      if (apiServer === undefined) {
        throw new InvalidPropError(scope, {
          prop: 'apiServer',
          reason: `missing, and ${nameAndPath(workload.object)} asks the API server.`,
          remedy: 'Give the ranges and the port at which it answers.',
        });
      }
      return { peer: { type: 'addresses', ranges: apiServer.ranges }, port: apiServer.port, protocol };
    }),
  ];
}

/** Who connects to each workload. */
function incomingOf(
  scope: IConstruct,
  { entrance, exposedTo, metricsScraper }: ClusterPeers,
  workloads: Workloads,
  routes: readonly (Ingress | HttpRoute)[],
): ReadonlyMap<Workload, readonly Opening[]> {
  const incoming = new Map<Workload, Opening[]>(workloads.all.map((workload) => [workload, []]));
  const letIn = (endpoint: Endpoint, peer: PodPeer | AddressPeer): void => {
    const answering = peerOf(endpoint);
    if (answering?.type === 'pods') {
      const { port, targetPort = port, protocol = 'TCP' } = endpoint;
      for (const workload of workloads.selectedBy(answering)) {
        incoming.get(workload)?.push({ peer, port: targetPort, protocol });
      }
    }
  };
  for (const { namespace, name, object, connections } of workloads.all) {
    const { selector, connectsTo = [], discovers = [], exposedPorts = [], metrics } = connections;
    for (const endpoint of [...connectsTo, ...discovers]) {
      letIn(endpoint, { type: 'pods', namespace, labels: selector });
    }
    const own = (port: number): Endpoint => ({ host: name, port, peer: { type: 'pods', namespace, labels: selector } });
    for (const { service, port } of exposedPorts) {
      if (exposedTo === undefined) {
        throw new InvalidPropError(scope, {
          prop: 'exposedTo',
          reason: `missing, and clients outside of the cluster reach ${nameAndPath(object)} by Service ${service}.`,
          remedy: 'Say who connects to its pods then.',
        });
      }
      const peer = exposedTo({ namespace, name: service });
      checkPeer(scope, 'exposedTo', peer);
      letIn(own(port), peer);
    }
    if (metrics !== undefined && metricsScraper !== undefined) {
      letIn(own(metrics.port), metricsScraper);
    }
  }
  for (const route of routes) {
    if (entrance === undefined) {
      throw new InvalidPropError(scope, {
        prop: 'entrance',
        reason: `missing, and ${route instanceof Ingress ? 'Ingress' : 'HTTPRoute'} ${route.name} (${pathOf(route)}) leads to services that nobody could reach.`,
        remedy: 'Give the pods of the ingress controller or gateway.',
      });
    }
    for (const { name, endpoint } of route.backends) {
      if (endpoint === undefined) {
        throw new InvalidPropError(route, {
          prop: 'routes',
          value: name,
          reason: 'a Service of which nobody knows who answers, and the ingress controller would not be let in.',
          remedy: 'Give the WebService itself, or its endpoint besides name and portName.',
        });
      }
      peerOrThrow(route, 'routes', endpoint);
      letIn(endpoint, entrance);
    }
  }
  return incoming;
}

function peerOrThrow(scope: IConstruct, prop: string, endpoint: Endpoint): NonNullable<ReturnType<typeof peerOf>> {
  const peer = peerOf(endpoint);
  if (peer === undefined) {
    throw new InvalidPropError(scope, {
      prop,
      value: hostPort(endpoint),
      reason: 'nobody knows who answers there, and a network policy lets through pods and addresses, no names.',
      remedy:
        'Take the endpoint of the construct; for a name outside of the cluster give ExternalHostService or externalEndpoint its ranges; otherwise say its peer.',
    });
  }
  return peer;
}

/** Ports, and everybody who has exactly these. */
interface Rule {
  readonly ports: k8s.NetworkPolicyPort[];
  readonly peers: k8s.NetworkPolicyPeer[];
}

/** What lets through each opening and nothing else, in an order that follows from them alone. */
function toRules(openings: readonly Opening[], { namespace }: Workload, workloads: Workloads): Rule[] {
  const peers = new Map<string, { readonly peer: SinglePeer; readonly ports: Map<string, Opening> }>();
  for (const opening of openings) {
    for (const peer of singlePeers(opening.peer)) {
      const key = keyOfPeer(peer);
      const found = peers.get(key) ?? { peer, ports: new Map<string, Opening>() };
      peers.set(key, found);
      found.ports.set(keyOfPort(opening), opening);
    }
  }
  const rules = new Map<string, { readonly ports: readonly Opening[]; readonly peers: SinglePeer[] }>();
  for (const { peer, ports } of peers.values()) {
    const sorted = [...ports].sort(byKey);
    const key = keyOf(...sorted.map(([port]) => port));
    const found = rules.get(key) ?? { ports: sorted.map(([, opening]) => opening), peers: [] };
    rules.set(key, found);
    found.peers.push(peer);
  }
  return [...rules].sort(byKey).map(([, rule]) => ({
    ports: rule.ports.map(({ port, protocol }) => ({ port: k8s.IntOrString.fromNumber(port), protocol })),
    peers: toPeers(rule.peers, namespace, workloads),
  }));
}

/** Pods, or one range of addresses. */
type SinglePeer = PodPeer | { readonly type: 'range'; readonly cidr: string };

function singlePeers(peer: PodPeer | AddressPeer): SinglePeer[] {
  return peer.type === 'pods' ? [peer] : peer.ranges.map((cidr) => ({ type: 'range', cidr }));
}

function keyOfPeer(peer: SinglePeer): string {
  return peer.type === 'range'
    ? keyOf('range', peer.cidr)
    : keyOf('pods', peer.namespace, ...Object.entries(peer.labels).sort(byKey).flat());
}

/** Numbers in their order, TCP before UDP. */
function keyOfPort({ port, protocol }: Opening): string {
  return `${String(port).padStart(5, '0')}/${protocol}`;
}

function byKey([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}

/** Pods that differ in the value of one label alone are one peer, in whose list each has a line. */
function toPeers(peers: readonly SinglePeer[], namespace: string, workloads: Workloads): k8s.NetworkPolicyPeer[] {
  const groups = new Map<string, { readonly peer: SinglePeer; readonly values: string[] }>();
  for (const peer of peers) {
    const [label, ...others] = peer.type === 'pods' ? Object.entries(peer.labels) : [];
    const isAlone = peer.type === 'pods' && label !== undefined && others.length === 0;
    const key = isAlone
      ? keyOf('pods', peer.namespace, String(workloads.selectedBy(peer).length > 0), label[0])
      : keyOfPeer(peer);
    const group = groups.get(key) ?? { peer, values: [] };
    groups.set(key, group);
    group.values.push(label?.[1] ?? '');
  }
  return [...groups].sort(byKey).map(([, { peer, values }]) =>
    peer.type === 'range'
      ? { ipBlock: { cidr: peer.cidr } }
      : {
          ...(peer.namespace !== namespace && {
            namespaceSelector: { matchLabels: { [NAMESPACE_NAME_LABEL]: peer.namespace } },
          }),
          podSelector: toSelector(peer, values.sort(), workloads.selectedBy(peer).length > 0),
        },
  );
}

/**
 * Selects pods by their labels, or by any of several values of the only one.
 *
 * @param isMade whether the pods are of workloads here. Of others nothing stands in `matchLabels`: there overlays of Kustomize add their own labels, which
 * those pods do not have.
 */
function toSelector({ labels }: PodPeer, values: readonly string[], isMade: boolean): k8s.LabelSelector {
  return isMade && values.length === 1
    ? { matchLabels: { ...labels } }
    : {
        matchExpressions: Object.entries(labels).map(([key, value]) => ({
          key,
          operator: 'In',
          values: values.length === 1 ? [value] : [...values],
        })),
      };
}

/** Id of a workload's policy among the children of the construct that made the workload. */
function policyId({ node }: ApiObject): string {
  return `${node.id}NetworkPolicy`;
}

/** The labels of an object, as it bears them. */
function labelsOfObject(object: ApiObject): Record<string, string> {
  const labels: unknown = child(object.metadata.toJson(), 'labels');
  return Object.fromEntries(
    Object.entries(labels ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function checkPeers(scope: IConstruct, { dns, apiServer, entrance, metricsScraper }: ClusterPeers): void {
  checkPeer(scope, 'dns.peer', dns.peer);
  checkPort(scope, 'dns.port', dns.port ?? 53);
  if (apiServer !== undefined) {
    checkPeer(scope, 'apiServer', { type: 'addresses', ranges: apiServer.ranges });
    checkPort(scope, 'apiServer.port', apiServer.port);
  }
  for (const [prop, peer] of Object.entries({ entrance, metricsScraper })) {
    if (peer !== undefined) {
      checkPeer(scope, prop, peer);
    }
  }
}
