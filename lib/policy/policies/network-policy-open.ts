import { openToEverybody } from '../network-policies';
import { graphPolicy } from '../policy';

export const networkPolicyOpen = graphPolicy({
  id: 'network-policy-open',
  title: 'Where NetworkPolicies guard a namespace, nobody in it is open to everybody',
  severity: 'warning',
  graph: openToEverybody,
  why: 'Policies only add up, and pods that none selects are open: one workload left out, or one rule without peers, is reached from every pod of the cluster. Pods behind a Service of type LoadBalancer or NodePort are left out: they are published.',
  fix: 'Select all pods of the namespace by a policy without rules, and name in each rule who may come in.',
  link: 'https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-policies',
});
