import { valueOr } from '../policy';
import type { Policy } from '../policy';

export const procMount: Policy = {
  id: 'proc-mount',
  title: '/proc is mounted with the default masks',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'container',
      field: 'securityContext.procMount',
      rule: `${valueOr('c', 'securityContext.procMount', "'Default'")} == 'Default'`,
      message: "'has an unmasked /proc (procMount)'",
    },
  ],
  why: "The masked parts of /proc show and change the kernel's state, which is the node's.",
  fix: 'Leave securityContext.procMount out.',
  link: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline',
};
