import { isIP } from 'node:net';
import { rangeOf, type PodPeer } from '../constructs/endpoint';
import type { ClusterPeers } from '../constructs/network-policies';
import { hostAddress } from '../host/model';
import {
  API_SERVER_PORT,
  DNS_LABELS,
  INGRESS_CONTROLLER_LABELS,
  loadBalancerLabels,
  SYSTEM_NAMESPACE,
} from '../k3d/system-pods';
import type { Environment, ExternalServer } from './environment';
import { HOST_OF_K3D } from './host';

/**
 * Whom network policies must know besides the services.
 *
 * @throws Error if the environment does not say it, and its cluster is made elsewhere.
 */
export function clusterPeersOf({ name, cluster, network, metrics }: Environment): ClusterPeers {
  if (network !== undefined) {
    return { ...network, ...(metrics.kind === 'prometheus-operator' && { metricsScraper: metrics.server.peer }) };
  }
  if (cluster === undefined) {
    throw new Error(
      `Environment ${name}: network: missing, and the cluster is made elsewhere: no network policy could name its DNS, its API server and its ingress controller. Say who they are.`,
    );
  }
  const systemPods = (labels: Readonly<Record<string, string>>): PodPeer => ({
    type: 'pods',
    namespace: SYSTEM_NAMESPACE,
    labels,
  });
  return {
    dns: { peer: systemPods(DNS_LABELS) },
    apiServer: { ranges: [cluster.subnet], port: API_SERVER_PORT },
    entrance: systemPods(INGRESS_CONTROLLER_LABELS),
    exposedTo: (service) => systemPods(loadBalancerLabels(service)),
  };
}

/**
 * Ranges of a server's addresses: those that the environment gives, or the host of its cluster; undefined where the server is given by address.
 *
 * @throws Error if nobody knows them.
 */
export function rangesOf(
  { name: environment, cluster }: Environment,
  { name, host, ranges }: ExternalServer,
): readonly string[] | undefined {
  const known =
    ranges ?? (host === HOST_OF_K3D && cluster !== undefined ? [rangeOf(hostAddress({ cluster }))] : undefined);
  if (known === undefined && isIP(host) === 0) {
    throw new Error(
      `Environment ${environment}: ${name}: ranges: missing, and network policies know no names such as ${host}: no service could connect to it. Give the ranges of its addresses.`,
    );
  }
  return known;
}
