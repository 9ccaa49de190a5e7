import { valueOr } from '../policy';
import type { Policy } from '../policy';

export const hostNamespaces: Policy = {
  id: 'host-namespaces',
  title: 'The pod shares no namespace with its node',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'pod',
      field: '{f}',
      offenders: ['hostNetwork', 'hostPID', 'hostIPC']
        .map((name) => `(${valueOr('variables.podSpec', name, 'false')} == true ? ['${name}'] : [])`)
        .join(' + '),
      message: "'the pod sets ' + f",
    },
  ],
  why: "The node's network, processes and memory are then open to the container: it can listen to other pods' traffic, reach services bound to localhost and signal the node's processes.",
  fix: 'Leave hostNetwork, hostPID and hostIPC out; use a Service to be reachable.',
  link: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline',
};
