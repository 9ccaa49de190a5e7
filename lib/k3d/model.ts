import type { ClusterNetwork, HostAccess } from '../host/model';

/** The plain values of a cluster. Whoever composes the environment fills them in; nothing here knows which platform runs in it. */

/** A port of the host that leads into the cluster. */
export interface PublishedPort {
  /** The port on the host; it must be free. */
  readonly host: number;
  /**
   * The IPv4 address of the host that it is published on: 127.0.0.1 keeps everybody else on the network out.
   * @default - every address
   */
  readonly address?: string;
  /** The port of the cluster's load balancer that it leads to. */
  readonly container: number;
}

/** A k3d cluster. */
export interface K3dCluster extends ClusterNetwork {
  /** Nodes that run the control plane. */
  readonly servers: number;
  /** Nodes that run workloads only. */
  readonly agents: number;
  /** Ports published on the load balancer. */
  readonly ports: readonly PublishedPort[];
  /** IPv4 range of the Services. */
  readonly serviceCidr: string;
  /** The k3s image, with a version as its tag: `rancher/k3s:v1.35.5-k3s1`. */
  readonly image: string;
}

/** Who reaches what on the host of a k3d cluster. */
export interface K3dHostAccess extends HostAccess {
  readonly cluster: K3dCluster;
}

/** The minor version of a cluster's Kubernetes: 35 of `rancher/k3s:v1.35.5-k3s1`. */
export function kubernetesMinor({ image }: Pick<K3dCluster, 'image'>): number {
  const [, minor = '0'] = /:v1\.(\d+)\./.exec(image) ?? [];
  return Number(minor);
}
