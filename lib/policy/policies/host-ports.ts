import { valueOr } from '../policy';
import type { Policy } from '../policy';

export const hostPorts: Policy = {
  id: 'host-ports',
  title: 'No container takes a port of the node',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'container',
      field: 'ports',
      // On the node's network every port of a pod is one of the node.
      rule: `!has(c.ports) || !c.ports.exists(p, (has(p.hostPort) && p.hostPort != 0) || ${valueOr('variables.podSpec', 'hostNetwork', 'false')} == true)`,
      message: "'takes a port of the node (hostPort)'",
    },
  ],
  why: "A host port is open on the node's address, past Services and network policies, and two pods that want it cannot share a node.",
  fix: 'Leave hostPort out; use a Service or an Ingress.',
  link: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline',
};
