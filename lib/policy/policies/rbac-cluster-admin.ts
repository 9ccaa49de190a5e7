import { ROLE_BINDINGS } from '../kinds';
import { isSet } from '../policy';
import type { Policy } from '../policy';

export const rbacClusterAdmin: Policy = {
  id: 'rbac-cluster-admin',
  title: 'Nobody is made cluster-admin',
  severity: 'error',
  scope: ROLE_BINDINGS,
  rules: [
    {
      on: 'object',
      field: 'roleRef.name',
      rule: `!(${isSet('dyn(object)', 'roleRef.name')}) || !has(dyn(object).roleRef.kind) || dyn(object).roleRef.kind != 'ClusterRole' || dyn(object).roleRef.name != 'cluster-admin'`,
      message: "'it binds cluster-admin'",
    },
  ],
  why: 'cluster-admin may do everything, past every policy: whoever breaks into a pod of such a ServiceAccount has the cluster; bound in a namespace, all of that, its Secrets too.',
  fix: 'Bind a role that allows what is needed.',
  link: 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege',
};
