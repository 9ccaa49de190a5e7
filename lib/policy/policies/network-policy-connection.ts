import { heldBackConnections } from '../network-policies';
import { graphPolicy } from '../policy';

export const networkPolicyConnection = graphPolicy({
  id: 'network-policy-connection',
  title: 'NetworkPolicies let every connection that is written down out and in',
  severity: 'error',
  graph: heldBackConnections,
  why: 'Packets are dropped or refused without a word: who connects waits for a time-out, and no log tells why. Once a policy selects pods for a direction, only what some rule names gets through.',
  fix: 'Give the policies of those who connect an egress rule, and those of the destination an ingress rule, for the port of the pods (not that of the Service). An address that is not meant to be used is best removed.',
  link: 'https://kubernetes.io/docs/concepts/services-networking/network-policies/#the-two-sorts-of-pod-isolation',
});
