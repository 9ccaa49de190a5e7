import { valueOr } from '../policy';
import type { Policy } from '../policy';

export const privileged: Policy = {
  id: 'privileged',
  title: 'No privileged container',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'container',
      field: 'securityContext.privileged',
      rule: `${valueOr('c', 'securityContext.privileged', 'false')} != true`,
      message: "'is privileged'",
    },
  ],
  why: 'A privileged container is root on the node in all but name.',
  fix: 'Leave securityContext.privileged out; give the one capability or device that is needed.',
  link: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline',
};
