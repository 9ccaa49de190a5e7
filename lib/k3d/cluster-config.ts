import { isIPv4 } from 'node:net';
import type { K3dCluster, PublishedPort } from './model';
import { checkRanges } from '../host/network';

function refuse(field: string, value: unknown, reason: string, remedy: string): never {
  throw new Error(`k3d cluster: ${field} ${JSON.stringify(value)}: ${reason} ${remedy}`);
}

function requirePort(field: string, port: number): void {
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    refuse(field, port, 'not a TCP port, so k3d refuses it.', 'Use a whole number from 1 to 65535.');
  }
}

/** Refuses a cluster that k3d would refuse, or that would not work, before anything is generated from it. */
export function checkCluster(cluster: K3dCluster): void {
  // k3d's config schema wants a host name, and prefixes containers and the network with `k3d-`. It refuses more than 32
  // characters (pkg/types: ClusterNameMaxLength).
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(cluster.name) || cluster.name.length > 32) {
    refuse(
      'name',
      cluster.name,
      'not a DNS label of at most 32 characters, so k3d refuses it.',
      "Use lower-case letters, digits and '-'.",
    );
  }
  if (!Number.isInteger(cluster.servers) || cluster.servers < 1) {
    refuse('servers', cluster.servers, 'a cluster needs a control plane.', 'Use 1 or more.');
  }
  if (!Number.isInteger(cluster.agents) || cluster.agents < 0) {
    refuse('agents', cluster.agents, 'not a number of nodes.', 'Use 0 or more.');
  }
  if (!/:v\d+\.\d+\.\d+-k3s\d+$/.test(cluster.image)) {
    refuse(
      'image',
      cluster.image,
      'not pinned to a k3s version, so every machine gets another Kubernetes.',
      'Use a tag such as v1.31.5-k3s1.',
    );
  }
  const hostPorts = new Set<number>();
  for (const [index, port] of cluster.ports.entries()) {
    requirePort(`ports[${index}].host`, port.host);
    requirePort(`ports[${index}].container`, port.container);
    if (port.address !== undefined && !isIPv4(port.address)) {
      refuse(
        `ports[${index}].address`,
        port.address,
        'not an IPv4 address, so Docker cannot publish on it.',
        'Use an address of the host such as 127.0.0.1, or leave it out for every one.',
      );
    }
    if (hostPorts.has(port.host)) {
      refuse(
        `ports[${index}].host`,
        port.host,
        'published twice, and only one can have it.',
        'Give each its own port.',
      );
    }
    hostPorts.add(port.host);
  }
  const { subnet, podCidr, serviceCidr } = cluster;
  checkRanges({ subnet, podCidr, serviceCidr }, refuse);
}

/** A published port as k3d and Docker write it: `8880:80`, `127.0.0.1:9094:9094`. */
export function portMapping({ address, host, container }: PublishedPort): string {
  return `${address === undefined ? '' : `${address}:`}${host}:${container}`;
}

/**
 * The cluster as a k3d configuration, for `k3d cluster create --config FILE`.
 *
 * Traefik, which k3s brings, stays: the platform's Ingress is served by it. The ranges are written down even where they
 * are k3s' defaults, because the host's firewall rules and pg_hba.conf name them.
 */
export function k3dConfig(cluster: K3dCluster): object {
  checkCluster(cluster);
  return {
    apiVersion: 'k3d.io/v1alpha5',
    kind: 'Simple',
    metadata: { name: cluster.name },
    servers: cluster.servers,
    agents: cluster.agents,
    image: cluster.image,
    subnet: cluster.subnet,
    ports: cluster.ports.map((port) => ({ port: portMapping(port), nodeFilters: ['loadbalancer'] })),
    options: {
      // Without a limit, a node that cannot start is waited for without end.
      k3d: { wait: true, timeout: '300s' },
      k3s: {
        extraArgs: [
          { arg: `--cluster-cidr=${cluster.podCidr}`, nodeFilters: ['server:*'] },
          { arg: `--service-cidr=${cluster.serviceCidr}`, nodeFilters: ['server:*'] },
        ],
      },
    },
  };
}
