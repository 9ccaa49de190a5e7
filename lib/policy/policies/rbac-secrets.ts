import { ROLES } from '../kinds';
import type { Policy } from '../policy';
import { allows, listIn, rulesWhere } from '../rbac';

export const rbacSecrets: Policy = {
  id: 'rbac-secrets',
  title: 'No role reads Secrets but those that it names',
  severity: 'error',
  scope: ROLES,
  rules: [
    {
      on: 'object',
      field: 'rules',
      offenders: rulesWhere(
        `size(${listIn('resourceNames')}) == 0 && (${allows({ group: '', resources: ['secrets'], verbs: ['get', 'list', 'watch'] })})`,
      ),
      message: "'a rule lets read all Secrets: ' + f",
    },
  ],
  why: 'Whoever reads the Secrets of a namespace can act as everybody in it; list and watch show their contents as get does.',
  fix: 'Mount the Secrets that a pod needs, or name them in resourceNames.',
  link: 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/#listing-secrets',
};
