import type { ApiObject } from 'cdk8s';
import { Graph } from '../graph/graph';
import type { AddressTarget, Destination, GraphObject } from '../graph/model';
import { connectionsOf } from './connections';
import { type Endpoint, hostPort, peerOf, shortHosts } from './endpoint';

/** A connection that a workload declares and has no use for. */
export interface UnusedConnection {
  readonly workload: ApiObject;
  /** `HOST:PORT`. */
  readonly endpoint: string;
}

/** What a workload's texts say of where it connects to. */
interface Written {
  readonly addresses: AddressTarget[];
  readonly destinations: Destination[];
}

/**
 * The connections that workloads declare although no variable, argument and configuration file of theirs names them. Takes time in proportion to
 * the number of objects.
 *
 * @param manifests everything that is applied together, by object.
 */
export function unusedConnections(manifests: ReadonlyMap<ApiObject, unknown>): UnusedConnection[] {
  const graph = new Graph([...manifests.values()].map((manifest) => ({ manifest })));
  const written = new Map<GraphObject, Written>();
  const writtenBy = (workload: GraphObject): Written => {
    const found = written.get(workload) ?? { addresses: [], destinations: [] };
    written.set(workload, found);
    return found;
  };
  for (const object of graph.objects) {
    const addresses = graph.referencesOf(object).flatMap(({ target }) => (target.type === 'address' ? [target] : []));
    if (addresses.length > 0) {
      for (const workload of object.resource.kind === 'ConfigMap' ? graph.readersOf(object) : [object]) {
        writtenBy(workload).addresses.push(...addresses);
      }
    }
  }
  for (const { from, to } of graph.connections) {
    if (from !== undefined) {
      writtenBy(from).destinations.push(to);
    }
  }
  return [...manifests.keys()].flatMap((workload, index) => {
    const object = graph.objects[index];
    const { connectsTo = [] } = connectionsOf(workload) ?? {};
    return connectsTo
      .filter((endpoint) => object !== undefined && !isNamed(endpoint, object.namespace, writtenBy(object)))
      .map((endpoint) => ({ workload, endpoint: hostPort(endpoint) }));
  });
}

function isNamed(endpoint: Endpoint, namespace: string, { addresses, destinations }: Written): boolean {
  const peer = peerOf(endpoint);
  if (peer?.type === 'api-server') {
    return true; // the kubelet gives its address to every container
  }
  const { port, targetPort = port } = endpoint;
  const hosts = shortHosts(endpoint, namespace);
  return (
    addresses.some(
      (address) => hosts.includes(address.host.toLowerCase()) && (address.port === undefined || address.port === port),
    ) ||
    destinations.some(
      (destination) =>
        destination.type === 'pods' &&
        destination.port === targetPort &&
        peer?.type === 'pods' &&
        destination.workloads.some(
          (workload) =>
            workload.namespace === peer.namespace &&
            Object.entries(peer.labels).every(([key, value]) => workload.podLabels[key] === value),
        ),
    )
  );
}
