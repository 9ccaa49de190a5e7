import { dangling } from '../dangling';
import { graphPolicy } from '../policy';

export const networkPolicyPods = graphPolicy({
  id: 'network-policy-pods',
  title: 'A NetworkPolicy selects pods, and its peers and ports are there',
  severity: 'error',
  graph: (graph) => dangling(graph, 'network-policy-pods'),
  why: 'A policy that selects nothing protects nothing, and a peer that nobody is lets nobody in: what was meant to be open is closed, and nothing says so.',
  fix: 'Make podSelector, peers and ports by name what the pod templates say. Pods that are in the cluster already are given (check --given).',
  link: 'https://kubernetes.io/docs/concepts/services-networking/network-policies/',
});
