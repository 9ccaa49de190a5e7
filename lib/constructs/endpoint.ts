import type { IConstruct } from 'constructs';
import { namespaceOf } from './labels';

/** Where a client connects to: a name that resolves inside the cluster, and a port. */
export interface Endpoint {
  /** DNS name, fully qualified, so that it resolves from every namespace. */
  readonly host: string;
  /** Port number. */
  readonly port: number;
}

/** Domain of the cluster's DNS. Both k3s and kubeadm have this default. */
const CLUSTER_DOMAIN = 'cluster.local';

/** DNS name of a Service in the namespace of a construct. */
export function serviceHost(scope: IConstruct, serviceName: string): string {
  return `${serviceName}.${namespaceOf(scope)}.svc.${CLUSTER_DOMAIN}`;
}

/** `HOST:PORT`. */
export function hostPort({ host, port }: Endpoint): string {
  return `${host}:${port}`;
}
