import { valueOr } from '../policy';
import type { Policy } from '../policy';

const holds = (base: string): string =>
  `${valueOr(base, 'securityContext.windowsOptions.hostProcess', 'false')} != true`;

export const hostProcess: Policy = {
  id: 'host-process',
  title: 'No Windows host process',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'pod',
      field: 'securityContext.windowsOptions.hostProcess',
      rule: holds('variables.podSpec'),
      message: "'the pod runs as a Windows host process'",
    },
    {
      on: 'container',
      field: 'securityContext.windowsOptions.hostProcess',
      rule: holds('c'),
      message: "'runs as a Windows host process'",
    },
  ],
  why: 'A host process runs on the node itself, with its privileges.',
  fix: 'Leave securityContext.windowsOptions.hostProcess out.',
  link: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline',
};
