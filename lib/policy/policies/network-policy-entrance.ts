import { heldBackEntrances } from '../network-policies';
import { graphPolicy } from '../policy';

export const networkPolicyEntrance = graphPolicy({
  id: 'network-policy-entrance',
  title: 'NetworkPolicies let the controller of an Ingress or route in to its backends',
  severity: 'error',
  graph: heldBackEntrances,
  why: 'The controller runs in another namespace, and connects to the pods itself: held back, it answers 502 or 504 to everybody.',
  fix: 'Add an ingress rule with the namespace and labels of the controller to a policy that selects the backend. A controller in the same namespace is found by its labels, where it is part of the set or given (check --given).',
  link: 'https://kubernetes.io/docs/concepts/services-networking/ingress-controllers/',
});
