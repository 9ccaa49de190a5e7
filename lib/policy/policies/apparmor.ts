import { isSet, valueOr } from '../policy';
import type { Policy, Rule } from '../policy';

const holds = (base: string): string =>
  `${valueOr(base, 'securityContext.appArmorProfile.type', "'RuntimeDefault'")} in ['RuntimeDefault', 'Localhost']`;

/** The form that came before the field (https://kubernetes.io/docs/tutorials/security/apparmor/). */
const ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';

/** CEL: which of these annotations set a profile that is not allowed. */
const weakened = (annotations: string): string =>
  `${annotations}.filter(k, k.startsWith('${ANNOTATION}') && !(${annotations}[k] in ['', 'runtime/default']) && !${annotations}[k].startsWith('localhost/'))`;

const MESSAGE = `'annotation ' + f + ' sets an AppArmor profile that is not allowed'`;

/** What a Rollout writes on its pods besides what the template says (https://argo-rollouts.readthedocs.io/en/stable/features/ephemeral-metadata/). */
const EPHEMERAL = [
  'canary.canaryMetadata',
  'canary.stableMetadata',
  'blueGreen.activeMetadata',
  'blueGreen.previewMetadata',
].map((path) => `spec.strategy.${path}.annotations`);

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
      offenders: `!has(variables.podMetadata.annotations) ? [] : ${weakened('variables.podMetadata.annotations')}`,
      message: MESSAGE,
    },
    ...EPHEMERAL.map((path): Rule => ({
      on: 'object',
      field: `${path}.{f}`,
      offenders: `object.kind != 'Rollout' || !(${isSet('dyn(object)', path)}) ? [] : ${weakened(`dyn(object).${path}`)}`,
      message: MESSAGE,
    })),
  ],
  why: 'AppArmor confines what a container can do with files and system calls where the rest fails; Unconfined turns it off.',
  fix: 'Leave the profile out, or set type to RuntimeDefault or Localhost.',
  link: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline',
};
