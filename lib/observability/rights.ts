import type { Construct } from 'constructs';
import { k8s } from '../../imports/k8s';
import { type Component, metadataOf, namespaceOf, withoutNamespace } from '../constructs/labels';

/** Who is granted something: a workload, with the labels of its objects, and its ServiceAccount. */
export interface Grantee extends Component {
  readonly name: string;
  readonly serviceAccountName: string;
}

const API_GROUP = 'rbac.authorization.k8s.io';

/** What holds in a whole cluster, and what gives it to the ServiceAccount. */
export interface ClusterGrant {
  readonly clusterRole: k8s.KubeClusterRole;
  readonly clusterRoleBinding: k8s.KubeClusterRoleBinding;
}

/** Grants rights to the objects of every namespace, and to those of none. */
export function grantInCluster(scope: Construct, grantee: Grantee, rules: k8s.PolicyRule[]): ClusterGrant {
  const name = roleName(scope, grantee);
  const metadata = metadataOf(scope, grantee, name);
  const clusterRole = new k8s.KubeClusterRole(scope, 'ClusterRole', { metadata, rules });
  const clusterRoleBinding = new k8s.KubeClusterRoleBinding(scope, 'ClusterRoleBinding', {
    metadata,
    roleRef: { apiGroup: API_GROUP, kind: 'ClusterRole', name },
    subjects: subjectsOf(scope, grantee),
  });
  [clusterRole, clusterRoleBinding].forEach(withoutNamespace);
  return { clusterRole, clusterRoleBinding };
}

/** Grants rights to the objects of some namespaces. */
export function grantInNamespaces(
  scope: Construct,
  grantee: Grantee,
  namespaces: readonly string[],
  rules: k8s.PolicyRule[],
): void {
  const name = roleName(scope, grantee);
  for (const namespace of namespaces) {
    const metadata = { ...metadataOf(scope, grantee, name), namespace };
    new k8s.KubeRole(scope, `Role-${namespace}`, { metadata, rules });
    new k8s.KubeRoleBinding(scope, `RoleBinding-${namespace}`, {
      metadata,
      roleRef: { apiGroup: API_GROUP, kind: 'Role', name },
      subjects: subjectsOf(scope, grantee),
    });
  }
}

/** Where the grantee is not, and in no namespace, another of its name may be granted something: the name carries its namespace. */
function roleName(scope: Construct, { name }: Grantee): string {
  return `${namespaceOf(scope)}-${name}`;
}

function subjectsOf(scope: Construct, { serviceAccountName }: Grantee): k8s.Subject[] {
  return [{ kind: 'ServiceAccount', name: serviceAccountName, namespace: namespaceOf(scope) }];
}
