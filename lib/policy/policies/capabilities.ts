import { valueOr } from '../policy';
import type { Policy } from '../policy';

export const capabilities: Policy = {
  id: 'capabilities',
  title: 'A container drops all capabilities and adds none but NET_BIND_SERVICE',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'container',
      field: 'securityContext.capabilities.drop',
      rule: `variables.windows || 'ALL' in ${valueOr('c', 'securityContext.capabilities.drop', '[]')}`,
      message: "'does not drop ALL capabilities'",
    },
    {
      on: 'container',
      field: 'securityContext.capabilities.add',
      offenders: `variables.windows ? [] : ${valueOr('c', 'securityContext.capabilities.add', '[]')}.filter(a, a != 'NET_BIND_SERVICE')`,
      message: "'adds the capability ' + f",
    },
  ],
  why: 'What a container runtime grants by default (NET_RAW, SETUID, ...) is more than a service needs, and each is a step out of the container.',
  fix: 'Set securityContext.capabilities.drop to [ALL], and add at most NET_BIND_SERVICE.',
  link: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted',
};
