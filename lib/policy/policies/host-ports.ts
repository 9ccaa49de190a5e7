import { shown, valueOr } from '../policy';
import type { Policy } from '../policy';

const ON_NODE = (port: string): string => `(has(${port}.hostPort) && ${port}.hostPort != 0)`;

export const hostPorts: Policy = {
  id: 'host-ports',
  title: 'No container takes a port of the node',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'container',
      field: 'ports[{f}]',
      // On the node's network every port of a pod is one of the node.
      offenders: `${valueOr('c', 'ports', '[]')}.filter(p, ${ON_NODE('p')} || ${valueOr('variables.podSpec', 'hostNetwork', 'false')} == true)`,
      message: `'takes port ' + (${ON_NODE('f')} ? ${shown('f.hostPort')} : has(f.containerPort) ? ${shown('f.containerPort')} : '?') + ' of the node'`,
    },
  ],
  why: "A host port is open on the node's address, past Services and network policies, and two pods that want it cannot share a node.",
  fix: 'Leave hostPort out; use a Service or an Ingress.',
  link: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline',
};
