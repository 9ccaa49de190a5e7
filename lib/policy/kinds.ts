// Kinds of object that are known by name, besides workloads (workloads.ts).

/** A kind of object, as an API server knows it. */
export interface JudgedKind {
  /** The API group, in whatever version. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** The kind's name in addresses, such as `services`. */
  readonly resource: string;
  /**
   * Whether its objects are in no namespace. No API server is asked about these: a policy is in force for some namespaces.
   * @default false
   */
  readonly clusterScoped?: true;
  /**
   * The fields of the object in which everything stands that is judged. A change that touches none of them is not judged.
   * @default ['spec']
   */
  readonly judged?: readonly string[];
}

const RBAC = { group: 'rbac.authorization.k8s.io', version: 'v1' };

export const CONFIG_MAP: JudgedKind = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  resource: 'configmaps',
  judged: ['data'],
};
export const SECRET: JudgedKind = {
  group: '',
  version: 'v1',
  kind: 'Secret',
  resource: 'secrets',
  judged: ['data', 'stringData'],
};
export const SERVICE: JudgedKind = { group: '', version: 'v1', kind: 'Service', resource: 'services' };
export const PERSISTENT_VOLUME: JudgedKind = {
  group: '',
  version: 'v1',
  kind: 'PersistentVolume',
  resource: 'persistentvolumes',
  clusterScoped: true,
};
export const INGRESS: JudgedKind = {
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'Ingress',
  resource: 'ingresses',
};
export const POD_DISRUPTION_BUDGET: JudgedKind = {
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  resource: 'poddisruptionbudgets',
};
export const CUSTOM_RESOURCE_DEFINITION: JudgedKind = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  resource: 'customresourcedefinitions',
  clusterScoped: true,
};

/** What may be done. */
export const ROLES: readonly JudgedKind[] = [
  { ...RBAC, kind: 'Role', resource: 'roles', judged: ['rules'] },
  {
    ...RBAC,
    kind: 'ClusterRole',
    resource: 'clusterroles',
    clusterScoped: true,
    judged: ['aggregationRule', 'rules'],
  },
];

/** Who may do it. */
export const ROLE_BINDINGS: readonly JudgedKind[] = [
  { ...RBAC, kind: 'RoleBinding', resource: 'rolebindings', judged: ['roleRef', 'subjects'] },
  {
    ...RBAC,
    kind: 'ClusterRoleBinding',
    resource: 'clusterrolebindings',
    clusterScoped: true,
    judged: ['roleRef', 'subjects'],
  },
];
