// The same as rows.ts, for policies that judge whole objects, and for what other objects say of one.

import { LABELS, podSpec, set, silentPodSpec, workload } from './manifests';
import type { Data } from './manifests';

/** An object, and what it is applied with. */
export type Set = readonly [object: Data, ...beside: readonly Data[]];

/** Two of them with one difference that matters to the object. */
export interface ObjectRow {
  readonly policy: string;
  readonly good: Set;
  readonly bad: Set;
  /** The field to blame. */
  readonly field: string;
  readonly message: string;
  /** An API server refuses the bad one by itself. */
  readonly invalid?: true;
}

const RBAC = 'rbac.authorization.k8s.io';
const DEPLOYMENT = { group: 'apps', version: 'v1', kind: 'Deployment' };
const metadata = { name: 'x', namespace: 'shop' };

function role(rules: readonly Data[], kind = 'Role'): Data {
  return { apiVersion: `${RBAC}/v1`, kind, metadata: kind === 'Role' ? metadata : { name: 'x' }, rules };
}

function rule(verbs: string, resources: string, apiGroup = '', extra: Data = {}): Data {
  return { apiGroups: [apiGroup], resources: resources.split(' '), verbs: verbs.split(' '), ...extra };
}

/** One rule, beside one that is harmless. */
function rbac(policy: string, good: Data, bad: Data, message: string): readonly ObjectRow[] {
  const harmless = rule('get list watch', 'configmaps');
  return ['Role', 'ClusterRole'].map((kind) => ({
    policy,
    good: [role([harmless, good], kind)],
    bad: [role([harmless, bad], kind)],
    field: 'rules',
    message,
  }));
}

const wildcard = (good: Data, bad: Data, what: string): readonly ObjectRow[] =>
  rbac('rbac-wildcard', good, bad, `a rule allows everything of a sort (*): ${what}`);
const secrets = (good: Data, bad: Data, what: string): readonly ObjectRow[] =>
  rbac('rbac-secrets', good, bad, `a rule lets read all Secrets: ${what}`);
const podExec = (good: Data, bad: Data, what: string): readonly ObjectRow[] =>
  rbac('rbac-pod-exec', good, bad, `a rule lets get into pods that run: ${what}`);
const escalation = (good: Data, bad: Data, what: string): readonly ObjectRow[] =>
  rbac('rbac-escalation', good, bad, `a rule gives rights that are not its own: ${what}`);

function binding(roleKind: string, name: string, kind = 'RoleBinding'): Data {
  return {
    apiVersion: `${RBAC}/v1`,
    kind,
    metadata: kind === 'RoleBinding' ? metadata : { name: 'x' },
    roleRef: { apiGroup: RBAC, kind: roleKind, name },
    subjects: [{ kind: 'ServiceAccount', name: 'x', namespace: 'shop' }],
  };
}

const clusterAdmin = (good: Data, bad: Data): ObjectRow => ({
  policy: 'rbac-cluster-admin',
  good: [good],
  bad: [bad],
  field: 'roleRef.name',
  message: 'it binds cluster-admin',
});

const aggregated = (clusterRoleSelectors: readonly Data[]): Data => ({
  ...role([rule('*', '*', '*')], 'ClusterRole'),
  aggregationRule: { clusterRoleSelectors },
});

function service(spec: Data, ports: readonly Data[] = [{ port: 80 }]): Data {
  return { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: { a: 'b' }, ports, ...spec } };
}

const servicePort = (good: readonly Data[], bad: readonly Data[], field: string, message: string): ObjectRow => ({
  policy: 'service-port-name',
  good: [service({}, good)],
  bad: [service({}, bad)],
  field,
  message,
  invalid: true,
});

function ingress(hosts: readonly (string | undefined)[], tls?: readonly Data[], annotations?: Data): Data {
  const backend = { service: { name: 'x', port: { number: 80 } } };
  const rules = hosts.map((host) => ({ ...(host !== undefined && { host }), http: paths(backend) }));
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { ...metadata, ...(annotations && { annotations }) },
    spec: { ...(hosts.length === 0 ? { defaultBackend: backend } : { rules }), ...(tls && { tls }) },
  };
}

function paths(backend: Data): Data {
  return { paths: [{ path: '/', pathType: 'Prefix', backend }] };
}

const ingressTls = (good: Data, bad: Data, who: string): ObjectRow => ({
  policy: 'ingress-tls',
  good: [good],
  bad: [bad],
  field: 'spec.tls',
  message: `${who} is served without TLS`,
});

const volume = (source: Data): Data => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'x' },
  spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], ...source },
});

function budget(spec: Data, apiVersion = 'policy/v1'): Data {
  return {
    apiVersion,
    kind: 'PodDisruptionBudget',
    metadata,
    spec: { selector: { matchLabels: { 'app.kubernetes.io/name': 'web' } }, ...spec },
  };
}

const deployment = (replicas: number | undefined, spec: Data = podSpec()): Data =>
  set(workload(DEPLOYMENT, spec), 'spec.replicas', replicas);

function autoscaler(minReplicas: number | undefined, target: Data = {}): Data {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata,
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', ...target },
      ...(minReplicas !== undefined && { minReplicas }),
      maxReplicas: 10,
    },
  };
}

function scaledObject(minReplicaCount: number | undefined, target: Data = {}): Data {
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata,
    spec: { scaleTargetRef: { name: 'web', ...target }, ...(minReplicaCount !== undefined && { minReplicaCount }) },
  };
}

function eviction(field: 'maxUnavailable' | 'minAvailable', good: number | string, bad: number | string): ObjectRow {
  return {
    policy: 'pod-disruption-budget',
    good: [budget({ [field]: good })],
    bad: [budget({ [field]: bad })],
    field: `spec.${field}`,
    message: `${field} ${bad} allows no pod to be evicted`,
  };
}

/** A budget of `minAvailable`, with what leaves a pod to be evicted, and with the `pods` that do not. */
function tight(
  minAvailable: number | string,
  pods: number,
  good: readonly Data[],
  bad: readonly Data[],
  object = budget({ minAvailable }),
): ObjectRow {
  return {
    policy: 'pod-disruption-budget',
    good: [object, ...good],
    bad: [object, ...bad],
    field: 'spec.minAvailable',
    message: `minAvailable ${minAvailable} allows none of the pods that it selects to be evicted, of which there are ${pods}`,
  };
}

const rename = (manifest: Data, name: string): Data => set(manifest, 'metadata.name', name);
const elsewhere = (manifest: Data): Data => set(manifest, 'metadata.namespace', 'other');
const owned = (manifest: Data): Data =>
  set(manifest, 'metadata.ownerReferences', [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'x' }]);

function scaled(good: readonly Data[], bad: readonly Data[], message: string, replicas = 2): ObjectRow {
  return {
    policy: 'autoscaled-replicas',
    good: [deployment(replicas), ...good],
    bad: [deployment(replicas), ...bad],
    field: 'spec.replicas',
    message: `it says replicas: ${replicas}, and the ${message} scales it`,
  };
}

/** A Kafka StatefulSet of that many pods, with these variables on top of those that a voter has. */
function kafka(replicas: number | undefined, variables: Readonly<Record<string, Data | undefined>> = {}): Data {
  const environment: Readonly<Record<string, Data | undefined>> = {
    KAFKA_PROCESS_ROLES: { value: 'broker,controller' },
    KAFKA_NODE_ID: { valueFrom: { fieldRef: { fieldPath: "metadata.labels['apps.kubernetes.io/pod-index']" } } },
    KAFKA_CONTROLLER_QUORUM_VOTERS: { value: '0@web-0.web:9093,1@web-1.web:9093,2@web-2.web:9093' },
    ...variables,
  };
  const env = Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [{ name, ...value }]));
  const statefulSet = workload({ group: 'apps', version: 'v1', kind: 'StatefulSet' }, podSpec());
  return set(set(statefulSet, 'spec.template.spec.containers.0.env', env), 'spec.replicas', replicas);
}

function voters(good: Data, bad: Data, replicas: number, count: number): ObjectRow {
  return {
    policy: 'kafka-voters',
    good: [good],
    bad: [bad],
    field: 'spec.replicas',
    message: `replicas: ${replicas}, and controller.quorum.voters has ${count}`,
  };
}

function spread(good: Data, bad: Data): ObjectRow {
  return {
    policy: 'pod-spread',
    good: [deployment(3, { ...podSpec(), ...good })],
    bad: [deployment(3, { ...podSpec(), ...bad })],
    field: 'spec.template.spec.topologySpreadConstraints',
    message: 'nothing keeps its 3 pods apart',
  };
}

const own = { matchLabels: { 'app.kubernetes.io/name': 'web' } };
const others = { matchLabels: { 'app.kubernetes.io/name': 'api' } };
const over = { topologyKey: 'kubernetes.io/hostname' };
const constraint = (labelSelector?: Data): Data => ({
  topologySpreadConstraints: [
    { ...over, maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway', ...(labelSelector && { labelSelector }) },
  ],
});
const required = (labelSelector?: Data): Data => ({
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [{ ...over, ...(labelSelector && { labelSelector }) }],
    },
  },
});
const preferred = (labelSelector: Data): Data => ({
  affinity: {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: { ...over, labelSelector } }],
    },
  },
});
const together = (labelSelector: Data): Data => ({
  affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ ...over, labelSelector }] } },
});

const silent = (changes: Data = {}): Data => ({ ...silentPodSpec(), ...changes });
const account = (name: string, automountServiceAccountToken?: boolean): Data => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name, namespace: 'shop' },
  ...(automountServiceAccountToken !== undefined && { automountServiceAccountToken }),
});

function token(spec: Data, good: readonly Data[], bad: readonly Data[], says = false): ObjectRow {
  return {
    policy: 'service-account-token',
    good: [deployment(undefined, spec), ...good],
    bad: [deployment(undefined, says ? { ...spec, automountServiceAccountToken: true } : spec), ...bad],
    field: 'spec.template.spec.automountServiceAccountToken',
    message: says
      ? 'the pod mounts a service account token'
      : 'the pod does not say that it mounts no service account token, and no ServiceAccount known here says so for it',
  };
}

function large(kind: string, content: Data, more: Data, bytes: number): ObjectRow {
  const object = (data: Data): Data => ({ apiVersion: 'v1', kind, metadata, ...data });
  return {
    policy: 'apply-size',
    good: [object(content)],
    bad: [object(more)],
    field: '',
    message: `with the copy of the object that kubectl apply puts there, its annotations have ${bytes} bytes; an API server takes 262144`,
  };
}

/** The annotation's own name, and the JSON of a ConfigMap with one key whose value is empty. */
const AROUND =
  'kubectl.kubernetes.io/last-applied-configuration'.length +
  '{"apiVersion":"v1","data":{"k":""},"kind":"ConfigMap","metadata":{"annotations":{},"name":"x","namespace":"shop"}}\n'
    .length;
const LIMIT = 262_144;
const fill = (bytes: number, text = ''): Data => ({ data: { k: 'x'.repeat(LIMIT - AROUND - bytes) + text } });

/** Each selects the pods of the Deployment. */
const SELECTORS: readonly { readonly selector: Data; readonly apiVersion?: string }[] = [
  { selector: {} },
  { selector: { matchExpressions: [{ key: 'app.kubernetes.io/name', operator: 'In', values: ['api', 'web'] }] } },
  { selector: { matchExpressions: [{ key: 'app.kubernetes.io/name', operator: 'NotIn', values: ['api'] }] } },
  { selector: { matchExpressions: [{ key: 'app.kubernetes.io/name', operator: 'Exists' }] } },
  { selector: { matchExpressions: [{ key: 'track', operator: 'DoesNotExist' }] } },
  { selector: { matchLabels: LABELS }, apiVersion: 'policy/v1beta1' },
];

export const OBJECT_ROWS: readonly ObjectRow[] = [
  ...wildcard(rule('get', 'pods'), rule('*', 'pods'), '* on pods'),
  ...wildcard(rule('get', 'pods'), rule('get', '*'), 'get on *'),
  ...wildcard(rule('get', 'deployments', 'apps'), rule('get', 'deployments', '*'), 'get on deployments'),
  ...wildcard(rule('patch', 'deployments/scale', 'apps'), rule('patch', '*/scale', 'apps'), 'patch on */scale'),
  ...['*', '/*'].map((url): ObjectRow => ({
    policy: 'rbac-wildcard',
    good: [role([{ nonResourceURLs: ['/metrics', '/metrics/*'], verbs: ['get'] }], 'ClusterRole')],
    bad: [role([{ nonResourceURLs: ['/metrics', url], verbs: ['get'] }], 'ClusterRole')],
    field: 'rules',
    message: `a rule allows everything of a sort (*): get on /metrics, ${url}`,
  })),
  {
    policy: 'rbac-wildcard',
    good: [aggregated([{ matchLabels: { a: 'b' } }])],
    bad: [aggregated([{ matchLabels: { a: 'b' } }, {}])],
    field: 'aggregationRule.clusterRoleSelectors',
    message: 'it is put together of every ClusterRole that there is, cluster-admin too',
  },
  {
    policy: 'rbac-wildcard',
    good: [aggregated([{ matchLabels: { a: 'b' } }])],
    // The field is one of ClusterRoles alone.
    bad: [{ ...role([rule('*', '*', '*')]), aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] } }],
    field: 'rules',
    message: 'a rule allows everything of a sort (*): * on *',
    invalid: true,
  },
  clusterAdmin(binding('ClusterRole', 'view'), binding('ClusterRole', 'cluster-admin')),
  clusterAdmin(binding('Role', 'cluster-admin'), binding('ClusterRole', 'cluster-admin')),
  clusterAdmin(
    binding('ClusterRole', 'cluster-admin-x', 'ClusterRoleBinding'),
    binding('ClusterRole', 'cluster-admin', 'ClusterRoleBinding'),
  ),
  ...['get', 'list', 'watch', '*'].flatMap((verb) =>
    secrets(rule('create', 'secrets'), rule(verb, 'secrets'), `${verb} on secrets`),
  ),
  ...secrets(rule('get', 'secrets', 'example.com'), rule('get', 'secrets pods', '*'), 'get on secrets, pods'),
  ...secrets(rule('get', '*', 'apps'), rule('get', '*'), 'get on *'),
  ...secrets(
    rule('get', 'secrets', '', { resourceNames: ['one'] }),
    rule('get', 'secrets', '', { resourceNames: [] }),
    'get on secrets',
  ),
  ...['pods/exec', 'pods/attach', 'pods/portforward', 'nodes/proxy'].flatMap((resource) =>
    ['create', 'get', '*'].flatMap((verb) =>
      podExec(rule('delete', resource), rule(verb, resource), `${verb} on ${resource}`),
    ),
  ),
  ...podExec(rule('get', 'pods pods/log'), rule('get', 'pods pods/exec'), 'get on pods, pods/exec'),
  ...podExec(rule('create', '*/eviction'), rule('create', '*/exec'), 'create on */exec'),
  ...podExec(
    rule('get', 'pods/ephemeralcontainers'),
    rule('patch', 'pods/ephemeralcontainers'),
    'patch on pods/ephemeralcontainers',
  ),
  ...podExec(rule('create', 'pods/exec', 'apps'), rule('create', 'pods/exec', '*'), 'create on pods/exec'),
  ...podExec(rule('create', 'pods'), rule('update', '*'), 'update on *'),
  ...['escalate', 'bind', '*'].flatMap((verb) =>
    escalation(rule('create', 'roles', RBAC), rule(verb, 'roles', RBAC), `${verb} on roles`),
  ),
  ...escalation(rule('*', 'roles', 'example.com'), rule('*', 'clusterroles', '*'), '* on clusterroles'),
  ...['impersonate', 'impersonate:user-info', '*'].flatMap((verb) =>
    escalation(rule('get', 'users'), rule(verb, 'users'), `${verb} on users`),
  ),
  ...escalation(rule('get create', 'serviceaccounts'), rule('*', 'serviceaccounts'), '* on serviceaccounts'),
  ...escalation(
    rule('get', 'serviceaccounts/token'),
    rule('create', 'serviceaccounts/token'),
    'create on serviceaccounts/token',
  ),

  ...['NodePort', 'LoadBalancer'].map((type): ObjectRow => ({
    policy: 'service-exposed',
    good: [service({ type: 'ClusterIP' })],
    bad: [service({ type })],
    field: 'spec.type',
    message: `a Service of type ${type} is reached from outside of the cluster`,
  })),
  {
    policy: 'service-exposed',
    good: [service({ externalIPs: [] })],
    bad: [service({ externalIPs: ['203.0.113.1', '203.0.113.2'] })],
    field: 'spec.externalIPs',
    message: 'externalIPs take traffic for addresses outside of the cluster: 203.0.113.1, 203.0.113.2',
  },

  ingressTls(
    ingress(['a.example.com'], [{ hosts: ['a.example.com'] }]),
    ingress(['a.example.com']),
    'the host a.example.com',
  ),
  ingressTls(
    ingress(['a.example.com'], [{ secretName: 'x' }]),
    ingress(['a.example.com'], []),
    'the host a.example.com',
  ),
  ingressTls(
    ingress(['a.example.com', 'b.example.com'], [{ hosts: ['b.example.com'] }, { hosts: ['a.example.com'] }]),
    ingress(['a.example.com', 'b.example.com'], [{ hosts: ['a.example.com'] }]),
    'the host b.example.com',
  ),
  ingressTls(
    ingress(['a.example.com'], [{ hosts: ['*.example.com'] }]),
    ingress(['b.a.example.com'], [{ hosts: ['*.example.com'] }]),
    'the host b.a.example.com',
  ),
  ingressTls(
    ingress(['*.example.com'], [{ hosts: ['*.example.com'] }]),
    ingress(['*.example.com'], [{ hosts: ['a.example.com'] }]),
    'the host *.example.com',
  ),
  ingressTls(ingress([undefined], [{ hosts: [] }]), ingress([undefined], [{ hosts: ['a.example.com'] }]), 'every host'),
  ingressTls(ingress([], [{ secretName: 'x' }]), ingress([]), 'every host'),
  ...[
    'alb.ingress.kubernetes.io/certificate-arn',
    'ingress.gcp.kubernetes.io/pre-shared-cert',
    'networking.gke.io/managed-certificates',
    'traefik.ingress.kubernetes.io/router.tls',
  ].map((name) =>
    ingressTls(
      ingress([undefined], undefined, { [name]: 'true' }),
      ingress([undefined], undefined, { [name]: 'false' }),
      'every host',
    ),
  ),

  {
    policy: 'host-path-volume',
    good: [
      volume({
        local: { path: '/data' },
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['a'] }] },
            ],
          },
        },
      }),
    ],
    bad: [volume({ hostPath: { path: '/data' } })],
    field: 'spec.hostPath',
    message: 'it is a hostPath (/data)',
  },

  servicePort(
    [{ name: 'http', port: 80 }],
    [{ name: 'HTTP', port: 80 }],
    'spec.ports[0].name',
    '"HTTP" is no name of a port',
  ),
  servicePort(
    [{ name: 'a'.repeat(63), port: 80 }],
    [{ name: 'a'.repeat(64), port: 80 }],
    'spec.ports[0].name',
    `"${'a'.repeat(64)}" is no name of a port`,
  ),
  servicePort(
    [{ name: 'a--b', port: 80 }],
    [{ name: 'a-', port: 80 }],
    'spec.ports[0].name',
    '"a-" is no name of a port',
  ),
  servicePort(
    [{ port: 80 }],
    [{ port: 80 }, { name: 'x', port: 81 }],
    'spec.ports',
    'one of several ports has no name',
  ),
  servicePort(
    [
      { name: 'x', port: 80 },
      { name: 'y', port: 81 },
    ],
    [
      { name: 'x', port: 80 },
      { name: 'x', port: 81 },
    ],
    'spec.ports',
    'two ports have the name "x"',
  ),
  servicePort(
    [{ port: 80, targetPort: 8080 }],
    [{ port: 80, targetPort: '8080' }],
    'spec.ports[0].targetPort',
    'targetPort "8080" is no name of a port',
  ),
  servicePort(
    [{ port: 80, targetPort: 'fifteen-letters' }],
    [{ port: 80, targetPort: 'sixteen-letters-' }],
    'spec.ports[0].targetPort',
    'targetPort "sixteen-letters-" is no name of a port',
  ),

  eviction('maxUnavailable', 1, 0),
  eviction('maxUnavailable', '1%', '0%'),
  eviction('minAvailable', '99%', '100%'),
  tight(2, 2, [deployment(3)], [deployment(2)]),
  tight(1, 1, [deployment(2)], [deployment(undefined)]),
  tight('50%', 1, [deployment(2)], [deployment(1)]),
  tight('51%', 2, [deployment(3)], [deployment(2)]),
  tight(3, 3, [deployment(2), rename(deployment(2), 'other')], [deployment(2), rename(deployment(1), 'other')]),
  tight(2, 2, [deployment(1), autoscaler(3)], [deployment(9), autoscaler(2)]),
  tight(1, 1, [deployment(undefined), autoscaler(2)], [deployment(undefined), autoscaler(undefined)]),
  tight(1, 1, [deployment(undefined), scaledObject(2)], [deployment(3), scaledObject(0)]),
  tight(1, 1, [deployment(2), autoscaler(1, { name: 'other' })], [deployment(2), autoscaler(1)]),
  // What nobody knows the number of: those of another name, of another namespace, and one on each node.
  tight(1, 1, [elsewhere(deployment(1))], [deployment(1)]),
  tight(
    1,
    1,
    [deployment(1), workload({ group: 'apps', version: 'v1', kind: 'DaemonSet' }, podSpec())],
    [deployment(1), owned(workload({ group: '', version: 'v1', kind: 'Pod' }, podSpec()))],
  ),
  tight(1, 1, [deployment(0)], [workload({ group: '', version: 'v1', kind: 'Pod' }, podSpec())]),
  ...SELECTORS.map(({ apiVersion = 'policy/v1', ...selector }) =>
    tight(1, 1, [deployment(2)], [deployment(1)], budget({ minAvailable: 1, ...selector }, apiVersion)),
  ),

  {
    ...scaled([], [autoscaler(2)], 'HorizontalPodAutoscaler x'),
    good: [deployment(undefined), autoscaler(2)],
  },
  scaled([autoscaler(2, { name: 'other' })], [autoscaler(2)], 'HorizontalPodAutoscaler x'),
  scaled([autoscaler(2, { kind: 'StatefulSet' })], [autoscaler(2)], 'HorizontalPodAutoscaler x'),
  scaled([autoscaler(2, { apiVersion: 'example.com/v1' })], [autoscaler(2)], 'HorizontalPodAutoscaler x'),
  scaled([elsewhere(autoscaler(2))], [autoscaler(2)], 'HorizontalPodAutoscaler x'),
  scaled([scaledObject(2, { name: 'other' })], [scaledObject(2)], 'ScaledObject x'),
  scaled([scaledObject(2, { kind: 'StatefulSet' })], [scaledObject(2, { kind: 'Deployment' })], 'ScaledObject x'),
  scaled([autoscaler(2, { apiVersion: undefined })], [autoscaler(2)], 'HorizontalPodAutoscaler x', 0),

  voters(kafka(3), kafka(5), 5, 3),
  voters(kafka(3), kafka(1), 1, 3),
  voters(kafka(3), kafka(undefined), 1, 3),
  // Stopped.
  voters(kafka(0), kafka(4), 4, 3),
  voters(kafka(5, { KAFKA_PROCESS_ROLES: { value: 'broker' } }), kafka(5), 5, 3),
  voters(
    kafka(5, { KAFKA_PROCESS_ROLES: { value: 'broker' } }),
    kafka(5, { KAFKA_PROCESS_ROLES: { value: 'controller' } }),
    5,
    3,
  ),
  // One workload for each broker.
  voters(kafka(1, { KAFKA_NODE_ID: { value: '1' } }), kafka(1), 1, 3),
  // An entry point makes it of the pod's name.
  voters(kafka(3, { KAFKA_NODE_ID: undefined }), kafka(2, { KAFKA_NODE_ID: undefined }), 2, 3),
  // Voters that only the cluster knows.
  ...[{ value: '' }, { valueFrom: { configMapKeyRef: { name: 'x', key: 'voters' } } }, undefined].map((unknown) =>
    voters(kafka(5, { KAFKA_CONTROLLER_QUORUM_VOTERS: unknown }), kafka(5), 5, 3),
  ),

  spread(constraint(own), {}),
  spread(constraint(own), constraint(others)),
  spread(constraint({}), constraint()),
  spread(constraint(own), { topologySpreadConstraints: [] }),
  spread(required(own), required(others)),
  spread(required({}), required()),
  spread(preferred(own), preferred(others)),
  spread(preferred(own), together(own)),
  {
    policy: 'pod-spread',
    good: [deployment(undefined), autoscaler(1)],
    bad: [deployment(undefined), autoscaler(2)],
    field: 'spec.template.spec.topologySpreadConstraints',
    message: 'nothing keeps its pods apart, of which the HorizontalPodAutoscaler x keeps at least 2',
  },

  token(silent(), [account('default', false)], [account('default')]),
  token(silent(), [account('default', false)], [account('default', true)]),
  token(silent(), [account('default', false)], [account('other', false)]),
  token(silent(), [account('default', false)], [elsewhere(account('default', false))]),
  token(silent({ serviceAccountName: 'x' }), [account('x', false)], [account('default', false)]),
  token(silent({ serviceAccount: 'x' }), [account('x', false)], [account('default', false)]),
  token(silent({ serviceAccountName: 'x' }), [account('x', false)], [account('x', false), account('x')]),
  token(silent({ serviceAccountName: 'x' }), [account('x', false)], [account('x', false)], true),

  large('ConfigMap', fill(0), fill(-1), LIMIT + 1),
  // Two bytes for each of these, then three, four, and six as Go escapes them.
  large('ConfigMap', fill(2, '\n'), fill(1, '\n'), LIMIT + 1),
  large('ConfigMap', fill(2, '"'), fill(1, '"'), LIMIT + 1),
  large('ConfigMap', fill(2, 'é'), fill(1, 'é'), LIMIT + 1),
  large('ConfigMap', fill(3, '€'), fill(2, '€'), LIMIT + 1),
  large('ConfigMap', fill(4, '😀'), fill(3, '😀'), LIMIT + 1),
  ...['<', '>', '&', '\u0001', '\u2028', '\u2029'].map((text) =>
    large('ConfigMap', fill(6, text), fill(5, text), LIMIT + 1),
  ),
];
