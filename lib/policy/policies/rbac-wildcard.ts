import { ROLES } from '../kinds';
import type { Policy } from '../policy';
import { listIn, rulesWhere } from '../rbac';

const WILDCARDS = ['verbs', 'resources', 'apiGroups']
  .map((list) => `${listIn(list)}.exists(v, v.startsWith('*'))`)
  // A prefix such as /metrics/* is no wildcard for everything.
  .concat(`${listIn('nonResourceURLs')}.exists(v, v in ['*', '/*'])`)
  .join(' || ');

export const rbacWildcard: Policy = {
  id: 'rbac-wildcard',
  title: 'A role names what it allows',
  severity: 'error',
  scope: ROLES,
  rules: [
    {
      on: 'object',
      field: 'rules',
      offenders: rulesWhere(WILDCARDS),
      message: "'a rule allows everything of a sort (*): ' + f",
    },
    {
      on: 'object',
      field: 'aggregationRule.clusterRoleSelectors',
      rule: '!has(dyn(object).aggregationRule) || !has(dyn(object).aggregationRule.clusterRoleSelectors) || !dyn(object).aggregationRule.clusterRoleSelectors.exists(s, size(s) == 0)',
      message: "'it is put together of every ClusterRole that there is, cluster-admin too'",
    },
  ],
  why: 'A wildcard also allows what nobody thought of, and what comes later: kinds that are not installed yet, verbs such as escalate, subresources such as pods/exec.',
  fix: 'Name the verbs, resources and API groups that are needed.',
  link: 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege',
};
