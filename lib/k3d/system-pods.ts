// The pods that k3s brings, in namespace kube-system, and where its API server answers.

/** Namespace of the pods that k3s brings. */
export const SYSTEM_NAMESPACE = 'kube-system';

/** Labels of CoreDNS: https://github.com/k3s-io/k3s/blob/v1.35.5%2Bk3s1/manifests/coredns.yaml */
export const DNS_LABELS = { 'k8s-app': 'kube-dns' };

/** Labels of Traefik, as its chart gives them. */
export const INGRESS_CONTROLLER_LABELS = { 'app.kubernetes.io/name': 'traefik' };

/** Port of the API server on the nodes: https://docs.k3s.io/cli/server#listeners */
export const API_SERVER_PORT = 6443;

/**
 * Labels of the pods by which ServiceLB serves a Service of type LoadBalancer. They give their own address for the client's.
 * https://github.com/k3s-io/k3s/blob/v1.35.5%2Bk3s1/pkg/cloudprovider/servicelb.go
 */
export function loadBalancerLabels(service: {
  readonly namespace: string;
  readonly name: string;
}): Record<string, string> {
  return {
    'svccontroller.k3s.cattle.io/svcname': service.name,
    'svccontroller.k3s.cattle.io/svcnamespace': service.namespace,
  };
}
