import { isSet } from '../policy';
import type { Policy } from '../policy';

const FIELD = 'securityContext.seccompProfile.type';
const ALLOWED = "['RuntimeDefault', 'Localhost']";

export const seccomp: Policy = {
  id: 'seccomp',
  title: 'A seccomp profile is set: RuntimeDefault or Localhost',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'pod',
      field: 'securityContext.seccompProfile.type',
      rule: `variables.windows || !(${isSet('variables.podSpec', FIELD)}) || variables.podSpec.${FIELD} in ${ALLOWED}`,
      message: "'the pod has a seccomp profile that is not allowed'",
    },
    {
      on: 'container',
      field: 'securityContext.seccompProfile.type',
      rule: `variables.windows || (${isSet('c', FIELD)} ? c.${FIELD} in ${ALLOWED} : ${isSet('variables.podSpec', FIELD)})`,
      message: "'has no seccomp profile, or one that is not allowed'",
    },
  ],
  why: 'Without a profile every system call of the kernel is open to the container, and with it every bug in one.',
  fix: "Set the pod's securityContext.seccompProfile.type to RuntimeDefault.",
  link: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted',
};
