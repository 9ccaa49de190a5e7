import { probesWhere, valueOr } from '../policy';
import type { Policy } from '../policy';

/** CEL: whether the handler names a host. */
function elsewhere(handler: string): string {
  return `${valueOr(handler, 'httpGet.host', "''")} != '' || ${valueOr(handler, 'tcpSocket.host', "''")} != ''`;
}

export const hostProbes: Policy = {
  id: 'host-probes',
  title: 'Probes and lifecycle hooks ask the pod itself',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'container',
      field: '{f}',
      offenders: probesWhere(elsewhere),
      message: "f + ' names a host'",
    },
    {
      on: 'container',
      field: 'lifecycle.{f}',
      offenders: `!has(c.lifecycle) ? [] : ['postStart', 'preStop'].filter(h, h in c.lifecycle && (${elsewhere('c.lifecycle[h]')}))`,
      message: "'lifecycle hook ' + f + ' names a host'",
    },
  ],
  why: "The kubelet sends the request from the node's own network: with a host of its own choosing, a pod can make the node ask anything, such as a metadata service that pods may not reach.",
  fix: "Leave host out: the pod's own address is the default.",
  link: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline',
};
