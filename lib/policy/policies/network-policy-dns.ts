import { heldBackFromDns } from '../network-policies';
import { graphPolicy } from '../policy';

export const networkPolicyDns = graphPolicy({
  id: 'network-policy-dns',
  title: 'Pods that connect to names may ask DNS',
  severity: 'error',
  graph: heldBackFromDns,
  why: 'A policy that names only destinations forgets DNS: every name fails to resolve, as if the destination were not there.',
  fix: 'Add an egress rule to port 53, UDP and TCP, of the pods of DNS: a namespaceSelector with kubernetes.io/metadata.name: kube-system, and a podSelector with k8s-app: kube-dns.',
  link: 'https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/',
});
