import type { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { type Endpoint, hostPort, type Peer } from './endpoint';
import { InvalidPropError } from './invalid-prop';
import { checkPort } from './port';
import { checkLabels, checkNamespaceName, checkRange } from './validation';

/** What a workload connects to, where no other prop says it. */
export interface ConnectionProps {
  /**
   * What the pods connect to, besides what other props say: of these connections {@link NetworkPolicies} makes network policies, and a variable, an
   * argument or a configuration file must name each.
   * @default - nothing
   */
  readonly connectsTo?: readonly Endpoint[];
  /**
   * What the pods connect to although no text of theirs names it: its address is in the image or in a Secret, or they learn it while they run.
   * @default - nothing
   */
  readonly discovers?: readonly Endpoint[];
}

/** A port that clients outside of the cluster reach. */
export interface ExposedPort {
  /** Name of the Service by which they do. */
  readonly service: string;
  /** Port of the pods. */
  readonly port: number;
}

/** Where a scraper finds metrics of each pod, in Prometheus' format. */
export interface MetricsEndpoint {
  /** Port of the container. */
  readonly port: number;
  /**
   * Path.
   * @default '/metrics'
   */
  readonly path?: string;
  /**
   * What is spoken on the port. With HTTPS the scraper does not check the certificate: it asks a pod by its address, for which no certificate is.
   * @default 'HTTP'
   */
  readonly scheme?: 'HTTP' | 'HTTPS';
  /**
   * Whether the metrics tell of other things than the pod that serves them, such as kube-state-metrics': then their own labels `namespace` and `pod` stay.
   * @default false
   */
  readonly honorLabels?: boolean;
}

/** What the pods of a workload connect to, and who connects to them without being a workload. */
export interface WorkloadConnections extends ConnectionProps {
  /** Labels by which a network policy selects the workload's pods, and no others of the namespace. */
  readonly selector: Readonly<Record<string, string>>;
  /**
   * Name of the network policy.
   * @default - that of the workload
   */
  readonly name?: string;
  /**
   * Ports that clients outside of the cluster reach.
   * @default - none
   */
  readonly exposedPorts?: readonly ExposedPort[];
  /**
   * Where a scraper finds metrics: a network policy lets it in there.
   * @default - nowhere
   */
  readonly metrics?: MetricsEndpoint | undefined;
}

const declared = new WeakMap<IConstruct, WorkloadConnections>();

/**
 * Says what the pods of a workload connect to. The constructs here do it for theirs; it is for a workload that is made otherwise, such as of
 * {@link podTemplate}.
 *
 * @param workload the object whose controller makes the pods, or the Pod itself.
 * @throws InvalidPropError for what is no port and no range, and if it was said before.
 */
export function declareConnections(workload: ApiObject, connections: WorkloadConnections): void {
  const scope = workload.node.scope ?? workload;
  for (const [prop, endpoints = []] of Object.entries({
    connectsTo: connections.connectsTo,
    discovers: connections.discovers,
  })) {
    endpoints.forEach((endpoint, index) => {
      checkEndpoint(scope, `${prop}[${index}]`, endpoint);
    });
  }
  if (connections.metrics !== undefined) {
    checkMetrics(scope, connections.metrics);
  }
  if (declared.has(workload)) {
    throw new InvalidPropError(scope, {
      prop: 'connectsTo',
      value: connections.connectsTo?.map(hostPort) ?? [],
      reason: `what ${workload.kind} ${workload.name} connects to was said before, and only one of the two would hold.`,
      remedy: 'Say it once.',
    });
  }
  declared.set(workload, connections);
}

/** What was declared of a workload; undefined where nothing was. */
export function connectionsOf(workload: IConstruct): WorkloadConnections | undefined {
  return declared.get(workload);
}

function checkMetrics(scope: IConstruct, { port, path = '/metrics' }: MetricsEndpoint): void {
  checkPort(scope, 'metrics.port', port);
  if (!/^\/[^\s?#]*$/.test(path)) {
    throw new InvalidPropError(scope, {
      prop: 'metrics.path',
      value: path,
      reason: 'not a path: every scrape would fail.',
      remedy: "Start it with '/', without '?' and '#'.",
    });
  }
}

function checkEndpoint(scope: IConstruct, prop: string, { port, targetPort = port, peer }: Endpoint): void {
  checkPort(scope, `${prop}.port`, port);
  checkPort(scope, `${prop}.targetPort`, targetPort);
  if (peer !== undefined) {
    checkPeer(scope, `${prop}.peer`, peer);
  }
}

/** Checks who is at the other end of connections. */
export function checkPeer(scope: IConstruct, prop: string, peer: Peer): void {
  switch (peer.type) {
    case 'pods':
      if (Object.keys(peer.labels).length === 0) {
        throw new InvalidPropError(scope, {
          prop: `${prop}.labels`,
          value: peer.labels,
          reason: `no label: every pod of namespace ${peer.namespace} would be meant.`,
          remedy: 'Give labels that the pods have and others have not.',
        });
      }
      checkNamespaceName(scope, `${prop}.namespace`, peer.namespace);
      checkLabels(scope, `${prop}.labels`, peer.labels);
      break;
    case 'addresses':
      if (peer.ranges.length === 0) {
        throw new InvalidPropError(scope, {
          prop: `${prop}.ranges`,
          value: peer.ranges,
          reason: 'no range, and a network policy would take that for every address.',
          remedy: 'Give one or more, such as 10.0.64.0/20.',
        });
      }
      peer.ranges.forEach((range, index) => {
        checkRange(scope, `${prop}.ranges[${index}]`, range);
      });
      break;
    case 'api-server':
      break;
  }
}
