import { valueOr } from '../policy';
import type { Policy } from '../policy';

const TYPES = "['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t']";

const holds = (base: string): string =>
  [
    `${valueOr(base, 'securityContext.seLinuxOptions.type', "''")} in ${TYPES}`,
    `${valueOr(base, 'securityContext.seLinuxOptions.user', "''")} == ''`,
    `${valueOr(base, 'securityContext.seLinuxOptions.role', "''")} == ''`,
  ].join(' && ');

export const selinux: Policy = {
  id: 'selinux',
  title: 'SELinux options keep the container confined',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'pod',
      field: 'securityContext.seLinuxOptions',
      rule: holds('variables.podSpec'),
      message: "'the pod sets an SELinux type, user or role that is not allowed'",
    },
    {
      on: 'container',
      field: 'securityContext.seLinuxOptions',
      rule: holds('c'),
      message: "'sets an SELinux type, user or role that is not allowed'",
    },
  ],
  why: 'The type decides what SELinux lets a container do; a user or role of its own can lift all of it.',
  fix: 'Leave seLinuxOptions out; its type may be container_t, container_init_t, container_kvm_t or container_engine_t, user and role must be empty.',
  link: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline',
};
