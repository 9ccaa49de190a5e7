import { valueOr } from '../policy';
import type { Policy } from '../policy';

export const readOnlyRootFilesystem: Policy = {
  id: 'read-only-root-filesystem',
  title: 'The root file system is read-only',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'container',
      field: 'securityContext.readOnlyRootFilesystem',
      rule: `variables.windows || ${valueOr('c', 'securityContext.readOnlyRootFilesystem', 'false')} == true`,
      message: "'has a writable root file system'",
    },
  ],
  why: 'Who breaks into the container cannot change its program or leave a tool there, and nothing is lost unseen at the next restart.',
  fix: 'Set securityContext.readOnlyRootFilesystem to true, and mount an emptyDir where the program writes, such as /tmp.',
  link: 'https://kubernetes.io/docs/tasks/configure-pod-container/security-context/',
};
