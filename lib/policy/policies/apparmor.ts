import { valueOr } from '../policy';
import type { Policy } from '../policy';

const holds = (base: string): string =>
  `${valueOr(base, 'securityContext.appArmorProfile.type', "'RuntimeDefault'")} in ['RuntimeDefault', 'Localhost']`;

/** The form that came before the field (https://kubernetes.io/docs/tutorials/security/apparmor/). */
const ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';

export const apparmor: Policy = {
  id: 'apparmor',
  title: 'The AppArmor profile of the runtime is not weakened',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'pod',
      field: 'securityContext.appArmorProfile.type',
      rule: holds('variables.podSpec'),
      message: "'the pod has an AppArmor profile that is not allowed'",
    },
    {
      on: 'container',
      field: 'securityContext.appArmorProfile.type',
      rule: holds('c'),
      message: "'has an AppArmor profile that is not allowed'",
    },
    {
      on: 'template',
      field: 'annotations.{f}',
      offenders: `${valueOr('variables.podMetadata', 'annotations', '{}')}.filter(k, k.startsWith('${ANNOTATION}') && !(variables.podMetadata.annotations[k] in ['', 'runtime/default']) && !variables.podMetadata.annotations[k].startsWith('localhost/'))`,
      message: `'annotation ' + f + ' sets an AppArmor profile that is not allowed'`,
    },
  ],
  why: 'AppArmor confines what a container can do with files and system calls where the rest fails; Unconfined turns it off.',
  fix: 'Leave the profile out, or set type to RuntimeDefault or Localhost.',
  link: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline',
};
