import { isIP } from 'node:net';
import type { IConstruct } from 'constructs';
import { namespaceOf } from './labels';
import type { Protocol } from './port';
import type { KeyValue } from './variables';

/** Pods, wherever they run. */
export interface PodPeer {
  readonly type: 'pods';
  /** The namespace that they are in. */
  readonly namespace: string;
  /** Labels that they all have. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Addresses that are no pod's, such as those of servers outside of the cluster. */
export interface AddressPeer {
  readonly type: 'addresses';
  /** Ranges of addresses, such as `10.0.64.0/20`. */
  readonly ranges: readonly string[];
}

/** The API server, whose addresses only the environment knows. */
export interface ApiServerPeer {
  readonly type: 'api-server';
}

/** Who answers a connection, as a network policy sees it: behind Services and names. */
export type Peer = PodPeer | AddressPeer | ApiServerPeer;

/** How clients trust a server. */
export interface EndpointTls {
  /** Key with the PEM of the CA that signed the certificate of the server, which must be for the {@link Endpoint.host}. */
  readonly ca: KeyValue;
}

/** Where a client connects to: a name that resolves inside the cluster, and a port. */
export interface Endpoint {
  /** DNS name, fully qualified, so that it resolves from every namespace. */
  readonly host: string;
  /** Port number. */
  readonly port: number;
  /**
   * Who answers there. {@link NetworkPolicies} must know it.
   * @default - not known, unless the host is an address
   */
  readonly peer?: Peer;
  /**
   * Port of who answers, where a Service leads to another: a network policy sees the pods' ports.
   * @default - the same as `port`
   */
  readonly targetPort?: number;
  /**
   * Protocol over IP.
   * @default 'TCP'
   */
  readonly protocol?: Protocol;
  /**
   * How clients trust the server. What derives a client's configuration from an endpoint makes it speak TLS, and check the server's certificate.
   * @default - it does not say: {@link SpringService} connects without TLS
   */
  readonly tls?: EndpointTls;
}

/** Domain of the cluster's DNS. Both k3s and kubeadm have this default. */
const CLUSTER_DOMAIN = 'cluster.local';

/** The API server, as pods know it: their library finds its address in the variables that the kubelet gives to every container. */
export const API_SERVER: Endpoint = {
  host: `kubernetes.default.svc.${CLUSTER_DOMAIN}`,
  port: 443,
  peer: { type: 'api-server' },
};

/** DNS name of a Service in the namespace of a construct. */
export function serviceHost(scope: IConstruct, serviceName: string): string {
  return `${serviceName}.${namespaceOf(scope)}.svc.${CLUSTER_DOMAIN}`;
}

/** The spellings of an endpoint's host that resolve in a namespace. https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/ */
export function shortHosts({ host }: Endpoint, namespace: string): string[] {
  const inCluster = `.svc.${CLUSTER_DOMAIN}`;
  const suffixes = [`.${CLUSTER_DOMAIN}`, inCluster, `.${namespace}${inCluster}`];
  return [
    host,
    `${host}.`,
    ...suffixes.filter((suffix) => host.endsWith(suffix)).map((suffix) => host.slice(0, -suffix.length)),
  ];
}

/** Pods in the namespace of a construct. */
export function podPeer(scope: IConstruct, labels: Readonly<Record<string, string>>): PodPeer {
  return { type: 'pods', namespace: namespaceOf(scope), labels };
}

/** The range of one address. */
export function rangeOf(address: string): string {
  return `${address}/${isIP(address) === 4 ? 32 : 128}`;
}

/** Who answers at an endpoint; undefined where nobody knows. */
export function peerOf({ host, peer }: Endpoint): Peer | undefined {
  return peer ?? (isIP(host) === 0 ? undefined : { type: 'addresses', ranges: [rangeOf(host)] });
}

/** `HOST:PORT`. */
export function hostPort({ host, port }: Endpoint): string {
  return `${host}:${port}`;
}
