import { valueOr } from '../policy';
import type { Policy } from '../policy';

export const privilegeEscalation: Policy = {
  id: 'privilege-escalation',
  title: 'No process gains more privileges than its parent',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'container',
      field: 'securityContext.allowPrivilegeEscalation',
      rule: `variables.windows || ${valueOr('c', 'securityContext.allowPrivilegeEscalation', 'true')} == false`,
      message: "'does not set allowPrivilegeEscalation to false'",
    },
  ],
  why: 'A set-user-ID binary in the image makes an ordinary user root again.',
  fix: 'Set securityContext.allowPrivilegeEscalation to false.',
  link: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted',
};
