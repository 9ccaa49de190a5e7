import { valueOr } from '../policy';
import type { Policy } from '../policy';

const FIELD = 'securityContext.runAsUser';

export const runAsUser: Policy = {
  id: 'run-as-user',
  title: 'A container does not run as user 0',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'pod',
      field: 'securityContext.runAsUser',
      rule: `${valueOr('variables.podSpec', FIELD, '1')} != 0`,
      message: "'the pod runs as user 0'",
    },
    {
      on: 'container',
      field: 'securityContext.runAsUser',
      rule: `${valueOr('c', FIELD, '1')} != 0`,
      message: "'runs as user 0'",
    },
  ],
  why: 'User 0 is root, whatever else is set.',
  fix: "Set securityContext.runAsUser to the image's user, or leave it out.",
  link: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted',
};
