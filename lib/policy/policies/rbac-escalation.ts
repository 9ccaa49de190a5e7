import { ROLES } from '../kinds';
import type { Policy } from '../policy';
import { allows, listIn, rulesWhere } from '../rbac';

const BY_NAME = `${listIn('verbs')}.exists(v, v in ['escalate', 'bind'] || v.startsWith('impersonate'))`;

export const rbacEscalation: Policy = {
  id: 'rbac-escalation',
  title: 'No role gives more rights than it has',
  severity: 'error',
  scope: ROLES,
  rules: [
    {
      on: 'object',
      field: 'rules',
      offenders: rulesWhere(
        [
          BY_NAME,
          allows(
            // These have such verbs: all verbs are those, too.
            { group: 'rbac.authorization.k8s.io', resources: ['roles', 'clusterroles'], verbs: [] },
            { group: '', resources: ['users', 'groups', 'serviceaccounts'], verbs: [] },
            { group: '', resources: ['serviceaccounts/token'], verbs: ['create'] },
          ),
        ].join(' || '),
      ),
      message: "'a rule gives rights that are not its own: ' + f",
    },
  ],
  why: 'escalate writes rights into a role that its author does not have, bind hands out any role, impersonate acts as anybody, and a token of another ServiceAccount is its rights: each of them is as good as cluster-admin.',
  fix: 'Leave out escalate, bind, impersonate and serviceaccounts/token, or acknowledge this policy for a controller whose work it is.',
  link: 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/#escalate-verb',
};
