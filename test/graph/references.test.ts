import { Graph } from '../../lib/graph/graph';
import type { Problem } from '../../lib/graph/model';
import { formatPath } from '../../lib/manifest/manifest';
import { object, running, service, spec, workload } from './manifests';
import type { Data } from './manifests';

interface Row {
  readonly what: string;
  /** What refers. */
  readonly from: Data;
  /** Where. */
  readonly field: string;
  /** What must be there. */
  readonly to: Data;
  /** What is said when it is not. */
  readonly message: string;
  /** What is there in both cases. */
  readonly beside?: readonly Data[];
}

function problemsOf(objects: readonly Data[], given: readonly Data[] = []): readonly string[] {
  const members = [
    ...objects.map((manifest) => ({ manifest })),
    ...given.map((manifest) => ({ manifest, isGiven: true })),
  ];
  const graph = new Graph(members);
  return graph.objects
    .filter(({ isGiven }) => !isGiven)
    .flatMap((each) => graph.referencesOf(each))
    .flatMap((reference) => {
      const problem = graph.problemOf(reference);
      return problem === undefined ? [] : [`${formatPath(reference.path)}: ${textOf(problem)}`];
    });
}

function textOf({ message, nearest }: Problem): string {
  return nearest === undefined ? message : `${message} (${nearest}?)`;
}

function row(what: string, from: Data, field: string, to: Data, message: string, ...beside: readonly Data[]): Row {
  return { what, from, field, to, message, beside };
}

const pod = (fields: Data): Data => running('carts', {}, fields);
const CONTAINER = 'spec.template.spec.containers[0]';
const POD = 'spec.template.spec';
const secret = (name: string, ...keys: readonly string[]): Data =>
  object('Secret', name, { data: Object.fromEntries(keys.map((key) => [key, ''])) });
const configMap = (name: string, ...keys: readonly string[]): Data =>
  object('ConfigMap', name, { data: Object.fromEntries(keys.map((key) => [key, ''])) });
const ref = (kind: string, name: string, more: Data = {}): Data => ({ kind, name, ...more });
const NO_PORTS = { ports: [] };
const SELECTED = workload('Deployment', 'web', { containers: [{ ports: [{ name: 'http', containerPort: 8080 }] }] });
const cluster = (kind: string, more: Data = {}): Data =>
  object(kind, 'x', { metadata: { labels: { 'strimzi.io/cluster': 'events' } }, ...more });
const KAFKA = object(
  'Kafka',
  'events',
  spec({ kafka: { listeners: [{ name: 'plain', port: 9092, type: 'internal' }] } }),
);
const RELEASE = (steps: Data): Data => workload('Rollout', 'carts', {}, { strategy: steps });
const template = (kind: string, name: string, ...args: readonly Data[]): Data => object(kind, name, spec({ args }));
const grant = (kind: string, group: string, to: Data): Data =>
  object('ReferenceGrant', 'infra/grant', spec({ from: [{ group, kind, namespace: 'shop' }], to: [to] }));
const GATEWAY_GROUP = 'gateway.networking.k8s.io';
const POLICY = (fields: Data): Data =>
  object('NetworkPolicy', 'web', spec({ podSelector: { matchLabels: { app: 'web' } }, ...fields }));

const ROWS: readonly Row[] = [
  // Pods
  row(
    'envFrom a ConfigMap',
    running('carts', { envFrom: [{ configMapRef: { name: 'settings' } }] }),
    `${CONTAINER}.envFrom[0].configMapRef.name`,
    configMap('settings'),
    'there is no ConfigMap settings in namespace shop',
  ),
  row(
    'envFrom a Secret',
    running('carts', { envFrom: [{ secretRef: { name: 'db' } }] }),
    `${CONTAINER}.envFrom[0].secretRef.name`,
    secret('db'),
    'there is no Secret db in namespace shop',
  ),
  row(
    'a variable from a ConfigMap',
    running('carts', { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'settings', key: 'a' } } }] }),
    `${CONTAINER}.env[0].valueFrom.configMapKeyRef.name`,
    configMap('settings', 'a'),
    'there is no ConfigMap settings in namespace shop',
  ),
  row(
    'a variable from a Secret',
    running('carts', { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'db', key: 'a' } } }] }),
    `${CONTAINER}.env[0].valueFrom.secretKeyRef.name`,
    secret('db', 'a'),
    'there is no Secret db in namespace shop',
  ),
  row(
    'an init container',
    pod({ initContainers: [{ envFrom: [{ secretRef: { name: 'db' } }] }] }),
    `${POD}.initContainers[0].envFrom[0].secretRef.name`,
    secret('db'),
    'there is no Secret db in namespace shop',
  ),
  row(
    'a CronJob',
    workload('CronJob', 'report', { serviceAccountName: 'report' }),
    'spec.jobTemplate.spec.template.spec.serviceAccountName',
    object('ServiceAccount', 'report'),
    'there is no ServiceAccount report in namespace shop',
  ),
  row(
    'a Pod',
    object('Pod', 'once', spec({ volumes: [{ secret: { secretName: 'db' } }] })),
    'spec.volumes[0].secret.secretName',
    secret('db'),
    'there is no Secret db in namespace shop',
  ),
  row(
    'a Rollout',
    workload('Rollout', 'carts', { serviceAccountName: 'carts' }),
    `${POD}.serviceAccountName`,
    object('ServiceAccount', 'carts'),
    'there is no ServiceAccount carts in namespace shop',
  ),
  row(
    'a volume of a ConfigMap',
    pod({ volumes: [{ configMap: { name: 'files' } }] }),
    `${POD}.volumes[0].configMap.name`,
    configMap('files'),
    'there is no ConfigMap files in namespace shop',
  ),
  row(
    'a projected ConfigMap',
    pod({ volumes: [{ projected: { sources: [{ configMap: { name: 'files' } }] } }] }),
    `${POD}.volumes[0].projected.sources[0].configMap.name`,
    configMap('files'),
    'there is no ConfigMap files in namespace shop',
  ),
  row(
    'a projected Secret',
    pod({ volumes: [{ projected: { sources: [{ secret: { name: 'db' } }] } }] }),
    `${POD}.volumes[0].projected.sources[0].secret.name`,
    secret('db'),
    'there is no Secret db in namespace shop',
  ),
  row(
    'a claim',
    pod({ volumes: [{ persistentVolumeClaim: { claimName: 'data' } }] }),
    `${POD}.volumes[0].persistentVolumeClaim.claimName`,
    object('PersistentVolumeClaim', 'data'),
    'there is no PersistentVolumeClaim data in namespace shop',
  ),
  row(
    'the class of an ephemeral volume',
    pod({ volumes: [{ ephemeral: { volumeClaimTemplate: { spec: { storageClassName: 'fast' } } } }] }),
    `${POD}.volumes[0].ephemeral.volumeClaimTemplate.spec.storageClassName`,
    object('StorageClass', '/fast'),
    'there is no StorageClass fast',
  ),
  row(
    'a CSI volume',
    pod({ volumes: [{ csi: { volumeAttributes: { secretProviderClass: 'vault' } } }] }),
    `${POD}.volumes[0].csi.volumeAttributes.secretProviderClass`,
    object('SecretProviderClass', 'vault'),
    'there is no SecretProviderClass vault in namespace shop',
  ),
  row(
    'a ServiceAccount',
    pod({ serviceAccountName: 'carts' }),
    `${POD}.serviceAccountName`,
    object('ServiceAccount', 'carts'),
    'there is no ServiceAccount carts in namespace shop',
  ),
  row(
    'a ServiceAccount in the old field',
    pod({ serviceAccount: 'carts' }),
    `${POD}.serviceAccount`,
    object('ServiceAccount', 'carts'),
    'there is no ServiceAccount carts in namespace shop',
  ),
  row(
    'a pull secret',
    pod({ imagePullSecrets: [{ name: 'registry' }] }),
    `${POD}.imagePullSecrets[0].name`,
    secret('registry'),
    'there is no Secret registry in namespace shop',
  ),
  row(
    'a priority class',
    pod({ priorityClassName: 'high' }),
    `${POD}.priorityClassName`,
    object('PriorityClass', '/high'),
    'there is no PriorityClass high',
  ),
  row(
    'a runtime class',
    pod({ runtimeClassName: 'gvisor' }),
    `${POD}.runtimeClassName`,
    object('RuntimeClass', '/gvisor'),
    'there is no RuntimeClass gvisor',
  ),
  row(
    "a ServiceAccount's pull secret",
    object('ServiceAccount', 'carts', { imagePullSecrets: [{ name: 'registry' }] }),
    'imagePullSecrets[0].name',
    secret('registry'),
    'there is no Secret registry in namespace shop',
  ),

  // Storage
  row(
    'a class of a claim',
    object('PersistentVolumeClaim', 'data', spec({ storageClassName: 'fast' })),
    'spec.storageClassName',
    object('StorageClass', '/fast'),
    'there is no StorageClass fast',
  ),
  row(
    'a volume of a claim',
    object('PersistentVolumeClaim', 'data', spec({ volumeName: 'pv' })),
    'spec.volumeName',
    object('PersistentVolume', '/pv'),
    'there is no PersistentVolume pv',
  ),
  row(
    'a source of a claim',
    object('PersistentVolumeClaim', 'data', spec({ dataSource: ref('PersistentVolumeClaim', 'old') })),
    'spec.dataSource.name',
    object('PersistentVolumeClaim', 'old'),
    'there is no PersistentVolumeClaim old in namespace shop',
  ),
  row(
    'a claim of a volume',
    object('PersistentVolume', '/pv', spec({ claimRef: { namespace: 'shop', name: 'data' } })),
    'spec.claimRef.name',
    object('PersistentVolumeClaim', 'data'),
    'there is no PersistentVolumeClaim data in namespace shop',
  ),
  row(
    "a class in a StatefulSet's claims",
    workload(
      'StatefulSet',
      'db',
      {},
      { volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { storageClassName: 'fast' } }] },
    ),
    'spec.volumeClaimTemplates[0].spec.storageClassName',
    object('StorageClass', '/fast'),
    'there is no StorageClass fast',
  ),

  // Services
  row(
    'the pods of a Service',
    service('web'),
    'spec.selector',
    workload('Deployment', 'web'),
    'no pod in namespace shop has the label app=web',
  ),
  row(
    'the Service of a StatefulSet',
    workload('StatefulSet', 'db', {}, { serviceName: 'db-headless' }),
    'spec.serviceName',
    service('db-headless', { selector: { app: 'db' } }),
    'there is no Service db-headless in namespace shop',
  ),
  row(
    'the Service of an EndpointSlice',
    object('EndpointSlice', 'x', { metadata: { labels: { 'kubernetes.io/service-name': 'db' } } }),
    'metadata.labels["kubernetes.io/service-name"]',
    object('Service', 'db', spec(NO_PORTS)),
    'there is no Service db in namespace shop',
  ),
  row(
    'the Service of Endpoints',
    object('Endpoints', 'db'),
    'metadata.name',
    object('Service', 'db', spec(NO_PORTS)),
    'there is no Service db in namespace shop',
  ),
  row(
    'the backend of an Ingress',
    object(
      'Ingress',
      'x',
      spec({ rules: [{ http: { paths: [{ backend: { service: { name: 'web', port: { number: 80 } } } }] } }] }),
    ),
    'spec.rules[0].http.paths[0].backend.service.name',
    service('web'),
    'there is no Service web in namespace shop',
    SELECTED,
  ),
  row(
    'the default backend of an Ingress',
    object('Ingress', 'x', spec({ defaultBackend: { service: { name: 'web', port: { name: 'http' } } } })),
    'spec.defaultBackend.service.name',
    service('web'),
    'there is no Service web in namespace shop',
    SELECTED,
  ),
  row(
    'a resource as backend',
    object(
      'Ingress',
      'x',
      spec({ defaultBackend: { resource: { apiGroup: 'traefik.io', kind: 'TraefikService', name: 'web' } } }),
    ),
    'spec.defaultBackend.resource.name',
    { ...object('TraefikService', 'web'), apiVersion: 'traefik.io/v1alpha1' },
    'there is no TraefikService web in namespace shop',
  ),
  ...(['weighted', 'mirroring'] as const).map((kind) =>
    row(
      `the Service of a TraefikService that is ${kind}`,
      {
        ...object('TraefikService', 'x', {
          spec: { [kind]: kind === 'weighted' ? { services: [{ name: 'web', port: 80 }] } : { name: 'web', port: 80 } },
        }),
        apiVersion: 'traefik.io/v1alpha1',
      },
      kind === 'weighted' ? 'spec.weighted.services[0].name' : 'spec.mirroring.name',
      object('Service', 'web', { spec: { ports: [{ port: 80 }] } }),
      'there is no Service web in namespace shop',
    ),
  ),
  row(
    'the class of an Ingress',
    object('Ingress', 'x', spec({ ingressClassName: 'traefik' })),
    'spec.ingressClassName',
    object('IngressClass', '/traefik'),
    'there is no IngressClass traefik',
  ),
  row(
    'the certificate of an Ingress',
    object('Ingress', 'x', spec({ tls: [{ secretName: 'cert' }] })),
    'spec.tls[0].secretName',
    secret('cert', 'tls.crt', 'tls.key'),
    'there is no Secret cert in namespace shop',
  ),
  row(
    'a ClusterIssuer in an annotation',
    object('Ingress', 'x', { metadata: { annotations: { 'cert-manager.io/cluster-issuer': 'letsencrypt' } } }),
    'metadata.annotations["cert-manager.io/cluster-issuer"]',
    object('ClusterIssuer', '/letsencrypt'),
    'there is no ClusterIssuer letsencrypt',
  ),
  row(
    'an Issuer in an annotation',
    object('Gateway', 'x', { metadata: { annotations: { 'cert-manager.io/issuer': 'ca' } } }),
    'metadata.annotations["cert-manager.io/issuer"]',
    object('Issuer', 'ca'),
    'there is no Issuer ca in namespace shop',
  ),

  // Gateway API
  row(
    'the class of a Gateway',
    object('Gateway', 'x', spec({ gatewayClassName: 'traefik' })),
    'spec.gatewayClassName',
    object('GatewayClass', '/traefik'),
    'there is no GatewayClass traefik',
  ),
  row(
    'the certificate of a Gateway',
    object('Gateway', 'x', spec({ listeners: [{ tls: { certificateRefs: [{ name: 'cert' }] } }] })),
    'spec.listeners[0].tls.certificateRefs[0].name',
    secret('cert', 'tls.crt', 'tls.key'),
    'there is no Secret cert in namespace shop',
  ),
  row(
    'a certificate in another namespace',
    object('Gateway', 'x', spec({ listeners: [{ tls: { certificateRefs: [{ name: 'cert', namespace: 'infra' }] } }] })),
    'spec.listeners[0].tls.certificateRefs[0].name',
    grant('Gateway', GATEWAY_GROUP, { group: '', kind: 'Secret' }),
    'no ReferenceGrant in namespace infra lets a Gateway of namespace shop name Secret cert',
    secret('infra/cert', 'tls.crt', 'tls.key'),
  ),
  ...['HTTPRoute', 'GRPCRoute', 'TCPRoute'].flatMap((kind) => [
    row(
      `the Gateway of a ${kind}`,
      object(kind, 'x', spec({ parentRefs: [{ name: 'main' }] })),
      'spec.parentRefs[0].name',
      object('Gateway', 'main'),
      'there is no Gateway main in namespace shop',
    ),
    row(
      `a Gateway of another namespace of a ${kind}`,
      object(kind, 'x', spec({ parentRefs: [{ name: 'main', namespace: 'infra' }] })),
      'spec.parentRefs[0].name',
      object('Gateway', 'infra/main'),
      'there is no Gateway main in namespace infra',
    ),
    row(
      `the backend of a ${kind}`,
      object(kind, 'x', spec({ rules: [{ backendRefs: [{ name: 'web', port: 80 }] }] })),
      'spec.rules[0].backendRefs[0].name',
      service('web'),
      'there is no Service web in namespace shop',
      SELECTED,
    ),
  ]),
  row(
    'a backend in another namespace',
    object('HTTPRoute', 'x', spec({ rules: [{ backendRefs: [{ name: 'web', namespace: 'infra', port: 80 }] }] })),
    'spec.rules[0].backendRefs[0].name',
    grant('HTTPRoute', GATEWAY_GROUP, { group: '', kind: 'Service', name: 'web' }),
    'no ReferenceGrant in namespace infra lets a HTTPRoute of namespace shop name Service web',
    service('infra/web'),
    workload('Deployment', 'infra/web'),
  ),
  row(
    'a mirror',
    object(
      'HTTPRoute',
      'x',
      spec({ rules: [{ filters: [{ requestMirror: { backendRef: { name: 'web', port: 80 } } }] }] }),
    ),
    'spec.rules[0].filters[0].requestMirror.backendRef.name',
    service('web'),
    'there is no Service web in namespace shop',
    SELECTED,
  ),
  row(
    'an extension of a route',
    object(
      'HTTPRoute',
      'x',
      spec({ rules: [{ filters: [{ extensionRef: { group: 'traefik.io', kind: 'Middleware', name: 'strip' } }] }] }),
    ),
    'spec.rules[0].filters[0].extensionRef.name',
    { ...object('Middleware', 'strip'), apiVersion: 'traefik.io/v1alpha1' },
    'there is no Middleware strip in namespace shop',
  ),
  row(
    'the target of a BackendTLSPolicy',
    object('BackendTLSPolicy', 'x', spec({ targetRefs: [{ group: '', kind: 'Service', name: 'web' }] })),
    'spec.targetRefs[0].name',
    service('web'),
    'there is no Service web in namespace shop',
    SELECTED,
  ),
  row(
    'the authority of a BackendTLSPolicy',
    object(
      'BackendTLSPolicy',
      'x',
      spec({ validation: { caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: 'ca' }] } }),
    ),
    'spec.validation.caCertificateRefs[0].name',
    configMap('ca', 'ca.crt'),
    'there is no ConfigMap ca in namespace shop',
  ),

  // Scaling and disruption
  row(
    'the target of a HorizontalPodAutoscaler',
    object(
      'HorizontalPodAutoscaler',
      'x',
      spec({ scaleTargetRef: ref('Deployment', 'web', { apiVersion: 'apps/v1' }) }),
    ),
    'spec.scaleTargetRef.name',
    SELECTED,
    'there is no Deployment web in namespace shop',
  ),
  row(
    'a target of the wrong kind',
    object(
      'HorizontalPodAutoscaler',
      'x',
      spec({ scaleTargetRef: ref('Rollout', 'web', { apiVersion: 'argoproj.io/v1alpha1' }) }),
    ),
    'spec.scaleTargetRef.name',
    workload('Rollout', 'web'),
    'there is no Rollout web in namespace shop',
    SELECTED,
  ),
  row(
    'the target of a VerticalPodAutoscaler',
    object('VerticalPodAutoscaler', 'x', spec({ targetRef: ref('Deployment', 'web', { apiVersion: 'apps/v1' }) })),
    'spec.targetRef.name',
    SELECTED,
    'there is no Deployment web in namespace shop',
  ),
  row(
    'the target of a ScaledObject',
    object('ScaledObject', 'x', spec({ scaleTargetRef: { name: 'web' } })),
    'spec.scaleTargetRef.name',
    SELECTED,
    'there is no Deployment web in namespace shop',
  ),
  row(
    'how a ScaledObject signs in',
    object('ScaledObject', 'x', spec({ triggers: [{ authenticationRef: { name: 'kafka' } }] })),
    'spec.triggers[0].authenticationRef.name',
    object('TriggerAuthentication', 'kafka'),
    'there is no TriggerAuthentication kafka in namespace shop',
  ),
  row(
    'what a TriggerAuthentication reads',
    object('TriggerAuthentication', 'x', spec({ secretTargetRef: [{ name: 'db', key: 'a' }] })),
    'spec.secretTargetRef[0].name',
    secret('db', 'a'),
    'there is no Secret db in namespace shop',
  ),
  row(
    'the pods of a PodDisruptionBudget',
    object('PodDisruptionBudget', 'x', spec({ selector: { matchLabels: { app: 'web' } } })),
    'spec.selector',
    SELECTED,
    'no pod in namespace shop has the label app=web',
  ),

  // Network policies
  row(
    'the pods of a NetworkPolicy',
    POLICY({}),
    'spec.podSelector',
    SELECTED,
    'no pod in namespace shop has the label app=web',
  ),
  row(
    'who may come in',
    POLICY({ ingress: [{ from: [{ podSelector: { matchLabels: { app: 'carts' } } }] }] }),
    'spec.ingress[0].from[0].podSelector',
    workload('Deployment', 'carts'),
    'no pod in namespace shop has the label app=carts',
    SELECTED,
  ),
  row(
    'where they may go',
    POLICY({
      egress: [{ to: [{ podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['db'] }] } }] }],
    }),
    'spec.egress[0].to[0].podSelector',
    workload('StatefulSet', 'db'),
    'no pod in namespace shop has the label app In (db)',
    SELECTED,
  ),
  row(
    'in another namespace',
    POLICY({
      egress: [
        {
          to: [
            {
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'infra' } },
              podSelector: { matchLabels: { app: 'db' } },
            },
          ],
        },
      ],
    }),
    'spec.egress[0].to[0].podSelector',
    workload('StatefulSet', 'infra/db'),
    'no pod of the namespaces selected has the label app=db',
    SELECTED,
    object('ConfigMap', 'infra/x'),
  ),
  row(
    'a namespace by its label',
    POLICY({ ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'infra' } } }] }] }),
    'spec.ingress[0].from[0].namespaceSelector',
    object('Namespace', '/infra', { metadata: { labels: { team: 'infra' } } }),
    'no namespace has the label team=infra',
    SELECTED,
  ),

  // Rights
  row(
    'the Role of a RoleBinding',
    object('RoleBinding', 'x', { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' } }),
    'roleRef.name',
    object('Role', 'reader'),
    'there is no Role reader in namespace shop',
  ),
  row(
    'the ClusterRole of a RoleBinding',
    object('RoleBinding', 'x', {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'reader' },
    }),
    'roleRef.name',
    object('ClusterRole', '/reader'),
    'there is no ClusterRole reader',
  ),
  row(
    'the subject of a RoleBinding',
    object('RoleBinding', 'x', { subjects: [ref('ServiceAccount', 'carts', { namespace: 'infra' })] }),
    'subjects[0].name',
    object('ServiceAccount', 'infra/carts'),
    'there is no ServiceAccount carts in namespace infra',
  ),
  row(
    'the subject of a ClusterRoleBinding',
    object('ClusterRoleBinding', '/x', { subjects: [ref('ServiceAccount', 'carts', { namespace: 'shop' })] }),
    'subjects[0].name',
    object('ServiceAccount', 'carts'),
    'there is no ServiceAccount carts in namespace shop',
  ),

  // Webhooks
  ...['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'].map((kind) =>
    row(
      `the Service of a ${kind}`,
      object(kind, '/x', { webhooks: [{ clientConfig: { service: { namespace: 'shop', name: 'hook' } } }] }),
      'webhooks[0].clientConfig.service.name',
      object('Service', 'hook', spec({ ports: [{ port: 443 }] })),
      'there is no Service hook in namespace shop',
    ),
  ),
  row(
    'the Service of an APIService',
    {
      ...object('APIService', '/x', spec({ service: { namespace: 'shop', name: 'api' } })),
      apiVersion: 'apiregistration.k8s.io/v1',
    },
    'spec.service.name',
    object('Service', 'api', spec({ ports: [{ port: 443 }] })),
    'there is no Service api in namespace shop',
  ),
  row(
    'the Service of a conversion',
    object(
      'CustomResourceDefinition',
      '/x',
      spec({ conversion: { webhook: { clientConfig: { service: { namespace: 'shop', name: 'hook' } } } } }),
    ),
    'spec.conversion.webhook.clientConfig.service.name',
    object('Service', 'hook', spec({ ports: [{ port: 443 }] })),
    'there is no Service hook in namespace shop',
  ),
  row(
    'the policy of a binding',
    object('ValidatingAdmissionPolicyBinding', '/x', spec({ policyName: 'p' })),
    'spec.policyName',
    object('ValidatingAdmissionPolicy', '/p'),
    'there is no ValidatingAdmissionPolicy p',
  ),

  // Argo Rollouts
  ...[
    { canary: { canaryService: 'next' } },
    { canary: { stableService: 'next' } },
    { blueGreen: { activeService: 'next' } },
    { blueGreen: { previewService: 'next' } },
  ].map((strategy) => {
    const field = Object.entries(strategy)
      .flatMap(([key, value]: [string, object]) => [key, ...Object.keys(value)])
      .join('.');
    return row(
      `${field} of a Rollout`,
      RELEASE(strategy),
      `spec.strategy.${field}`,
      service('next', { selector: { app: 'carts' } }),
      'there is no Service next in namespace shop',
    );
  }),
  row(
    'the template that a Rollout borrows',
    object('Rollout', 'x', spec({ workloadRef: ref('Deployment', 'web', { apiVersion: 'apps/v1' }) })),
    'spec.workloadRef.name',
    SELECTED,
    'there is no Deployment web in namespace shop',
  ),
  row(
    'an analysis',
    RELEASE({ canary: { analysis: { templates: [{ templateName: 'errors' }] } } }),
    'spec.strategy.canary.analysis.templates[0].templateName',
    template('AnalysisTemplate', 'errors'),
    'there is no AnalysisTemplate errors in namespace shop',
  ),
  row(
    'an analysis for all namespaces',
    RELEASE({ canary: { steps: [{ analysis: { templates: [{ templateName: 'errors', clusterScope: true }] } }] } }),
    'spec.strategy.canary.steps[0].analysis.templates[0].templateName',
    template('ClusterAnalysisTemplate', '/errors'),
    'there is no ClusterAnalysisTemplate errors',
  ),
  row(
    'an analysis before promotion',
    RELEASE({ blueGreen: { prePromotionAnalysis: { templates: [{ templateName: 'errors' }] } } }),
    'spec.strategy.blueGreen.prePromotionAnalysis.templates[0].templateName',
    template('AnalysisTemplate', 'errors'),
    'there is no AnalysisTemplate errors in namespace shop',
  ),
  row(
    'an analysis of an experiment',
    RELEASE({ canary: { steps: [{ experiment: { analyses: [{ templateName: 'errors' }] } }] } }),
    'spec.strategy.canary.steps[0].experiment.analyses[0].templateName',
    template('AnalysisTemplate', 'errors'),
    'there is no AnalysisTemplate errors in namespace shop',
  ),
  row(
    'the Ingress of a canary',
    RELEASE({ canary: { trafficRouting: { nginx: { stableIngress: 'main' } } } }),
    'spec.strategy.canary.trafficRouting.nginx.stableIngress',
    object('Ingress', 'main'),
    'there is no Ingress main in namespace shop',
  ),
  row(
    'the VirtualService of a canary',
    RELEASE({ canary: { trafficRouting: { istio: { virtualService: { name: 'main' } } } } }),
    'spec.strategy.canary.trafficRouting.istio.virtualService.name',
    object('VirtualService', 'main'),
    'there is no VirtualService main in namespace shop',
  ),
  row(
    'the HTTPRoute of a canary',
    RELEASE({ canary: { trafficRouting: { plugins: { 'argoproj-labs/gatewayAPI': { httpRoute: 'main' } } } } }),
    'spec.strategy.canary.trafficRouting.plugins["argoproj-labs/gatewayAPI"].httpRoute',
    object('HTTPRoute', 'main'),
    'there is no HTTPRoute main in namespace shop',
  ),
  row(
    "an analysis template's secret",
    template('AnalysisTemplate', 'errors', { name: 'token', valueFrom: { secretKeyRef: { name: 'db', key: 'a' } } }),
    'spec.args[0].valueFrom.secretKeyRef.name',
    secret('db', 'a'),
    'there is no Secret db in namespace shop',
  ),

  // External Secrets and cert-manager
  row(
    'a SecretStore',
    object('ExternalSecret', 'x', spec({ secretStoreRef: { name: 'vault' } })),
    'spec.secretStoreRef.name',
    object('SecretStore', 'vault'),
    'there is no SecretStore vault in namespace shop',
  ),
  row(
    'a ClusterSecretStore',
    object('ExternalSecret', 'x', spec({ secretStoreRef: ref('ClusterSecretStore', 'vault') })),
    'spec.secretStoreRef.name',
    object('ClusterSecretStore', '/vault'),
    'there is no ClusterSecretStore vault',
  ),
  row(
    'a template of an ExternalSecret',
    object('ExternalSecret', 'x', spec({ target: { template: { templateFrom: [{ configMap: { name: 'files' } }] } } })),
    'spec.target.template.templateFrom[0].configMap.name',
    configMap('files'),
    'there is no ConfigMap files in namespace shop',
  ),
  row(
    'the store of a PushSecret',
    object('PushSecret', 'x', spec({ secretStoreRefs: [{ name: 'vault' }] })),
    'spec.secretStoreRefs[0].name',
    object('SecretStore', 'vault'),
    'there is no SecretStore vault in namespace shop',
  ),
  row(
    'the Secret of a PushSecret',
    object('PushSecret', 'x', spec({ selector: { secret: { name: 'db' } } })),
    'spec.selector.secret.name',
    secret('db'),
    'there is no Secret db in namespace shop',
  ),
  row(
    'the Issuer of a Certificate',
    object('Certificate', 'x', spec({ issuerRef: { name: 'ca' } })),
    'spec.issuerRef.name',
    object('Issuer', 'ca'),
    'there is no Issuer ca in namespace shop',
  ),
  row(
    'the ClusterIssuer of a Certificate',
    object('Certificate', 'x', spec({ issuerRef: ref('ClusterIssuer', 'ca') })),
    'spec.issuerRef.name',
    object('ClusterIssuer', '/ca'),
    'there is no ClusterIssuer ca',
  ),
  row(
    'the Secret of an Issuer',
    object('Issuer', 'x', spec({ ca: { secretName: 'ca' } })),
    'spec.ca.secretName',
    secret('ca', 'tls.crt', 'tls.key'),
    'there is no Secret ca in namespace shop',
  ),

  // Prometheus operator
  row(
    "the URL of an AlertmanagerConfig's receiver",
    object(
      'AlertmanagerConfig',
      'x',
      spec({ receivers: [{ webhookConfigs: [{ urlSecret: { name: 'on-call', key: 'url' } }] }] }),
    ),
    'spec.receivers[0].webhookConfigs[0].urlSecret.name',
    secret('on-call', 'url'),
    'there is no Secret on-call in namespace shop',
  ),
  row(
    "the URL of an AlertmanagerConfig's channel in Slack",
    object(
      'AlertmanagerConfig',
      'x',
      spec({ receivers: [{ slackConfigs: [{ apiURL: { name: 'on-call', key: 'url' } }] }] }),
    ),
    'spec.receivers[0].slackConfigs[0].apiURL.name',
    secret('on-call', 'url'),
    'there is no Secret on-call in namespace shop',
  ),
  // Strimzi
  ...['KafkaTopic', 'KafkaUser', 'KafkaNodePool'].map((kind) =>
    row(
      `the cluster of a ${kind}`,
      cluster(kind),
      'metadata.labels["strimzi.io/cluster"]',
      KAFKA,
      'there is no Kafka events in namespace shop',
    ),
  ),
  row(
    'the cluster of a KafkaConnector',
    cluster('KafkaConnector'),
    'metadata.labels["strimzi.io/cluster"]',
    object('KafkaConnect', 'events'),
    'there is no KafkaConnect events in namespace shop',
  ),
  row(
    'the password of a KafkaUser',
    cluster(
      'KafkaUser',
      spec({
        authentication: { type: 'scram-sha-512', password: { valueFrom: { secretKeyRef: { name: 'db', key: 'a' } } } },
      }),
    ),
    'spec.authentication.password.valueFrom.secretKeyRef.name',
    secret('db', 'a'),
    'there is no Secret db in namespace shop',
    KAFKA,
  ),
  row(
    'the certificate of a listener',
    object(
      'Kafka',
      'x',
      spec({
        kafka: {
          listeners: [
            { configuration: { brokerCertChainAndKey: { secretName: 'brokers', certificate: 'a', key: 'b' } } },
          ],
        },
      }),
    ),
    'spec.kafka.listeners[0].configuration.brokerCertChainAndKey.secretName',
    secret('brokers', 'a', 'b'),
    'there is no Secret brokers in namespace shop',
  ),
  row(
    'the metrics of a Kafka',
    object(
      'Kafka',
      'x',
      spec({ kafka: { metricsConfig: { valueFrom: { configMapKeyRef: { name: 'metrics', key: 'a' } } } } }),
    ),
    'spec.kafka.metricsConfig.valueFrom.configMapKeyRef.name',
    configMap('metrics', 'a'),
    'there is no ConfigMap metrics in namespace shop',
  ),
  row(
    'the class of a KafkaNodePool',
    cluster('KafkaNodePool', spec({ storage: { class: 'fast' } })),
    'spec.storage.class',
    object('StorageClass', '/fast'),
    'there is no StorageClass fast',
    KAFKA,
  ),

  // Monitors
  row(
    'the Services of a ServiceMonitor',
    object('ServiceMonitor', 'x', spec({ selector: { matchLabels: { app: 'web' } } })),
    'spec.selector',
    object('Service', 'web', { metadata: { labels: { app: 'web' } } }),
    'no Service in namespace shop has the label app=web',
  ),
  row(
    'the Services of another namespace',
    object(
      'ServiceMonitor',
      'x',
      spec({ selector: { matchLabels: { app: 'web' } }, namespaceSelector: { matchNames: ['infra'] } }),
    ),
    'spec.selector',
    object('Service', 'infra/web', { metadata: { labels: { app: 'web' } } }),
    'no Service of the namespaces selected has the label app=web',
    object('ConfigMap', 'infra/x'),
  ),
  row(
    'the pods of a PodMonitor',
    object('PodMonitor', 'x', spec({ selector: { matchLabels: { app: 'web' } } })),
    'spec.selector',
    SELECTED,
    'no pod in namespace shop has the label app=web',
  ),
  row(
    'the password of a ServiceMonitor',
    object(
      'ServiceMonitor',
      'x',
      spec({ selector: {}, endpoints: [{ basicAuth: { password: { name: 'db', key: 'a' } } }] }),
    ),
    'spec.endpoints[0].basicAuth.password.name',
    secret('db', 'a'),
    'there is no Secret db in namespace shop',
  ),
];

describe.each(ROWS)('$what', ({ from, field, to, message, beside = [] }) => {
  test('resolves', () => {
    expect(problemsOf([from, to, ...beside])).toEqual([]);
  });

  test('resolves to what is in the cluster already', () => {
    expect(problemsOf([from], [to, ...beside])).toEqual([]);
  });

  test('dangles', () => {
    expect(problemsOf([from, ...beside])).toEqual([`${field}: ${message}`]);
  });
});

/** What must be in an object that is there. */
interface PartRow {
  readonly what: string;
  readonly from: Data;
  readonly good: Data;
  readonly bad: Data;
  readonly problem: string;
  readonly beside?: readonly Data[];
}

function part(what: string, from: Data, good: Data, bad: Data, problem: string, ...beside: readonly Data[]): PartRow {
  return { what, from, good, bad, problem, beside };
}

const port = (name: string, number: number): Data => spec({ ports: [{ name, port: number }] });
const listening = (name: string): Data =>
  workload('Deployment', 'web', { containers: [{ ports: [{ name, containerPort: 8080 }] }] });
const monitored = (name: string): Data =>
  object('Service', 'web', { metadata: { labels: { app: 'web' } }, spec: { ports: [{ name, port: 80 }] } });

const PARTS: readonly PartRow[] = [
  part(
    'a key of a variable',
    running('carts', { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }] }),
    secret('db', 'password'),
    secret('db', 'passwort'),
    `${CONTAINER}.env[0].valueFrom.secretKeyRef.key: Secret db has no key password (passwort?)`,
  ),
  part(
    'a key in stringData',
    running('carts', { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'db', key: 'a' } } }] }),
    object('Secret', 'db', { stringData: { a: '' } }),
    object('Secret', 'db', { stringData: { other: '' } }),
    `${CONTAINER}.env[0].valueFrom.secretKeyRef.key: Secret db has no key a`,
  ),
  part(
    'a key of a Secret without data',
    running('carts', { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'db', key: 'a' } } }] }),
    object('Secret', 'db', { data: { a: '' } }),
    object('Secret', 'db'),
    `${CONTAINER}.env[0].valueFrom.secretKeyRef.key: Secret db has no key a`,
  ),
  part(
    'a key of a volume',
    pod({ volumes: [{ configMap: { name: 'files', items: [{ key: 'a.yml', path: 'a' }] } }] }),
    configMap('files', 'a.yml'),
    configMap('files', 'a.yaml'),
    `${POD}.volumes[0].configMap.items[0].key: ConfigMap files has no key a.yml (a.yaml?)`,
  ),
  part(
    'a key in binaryData',
    pod({ volumes: [{ configMap: { name: 'files', items: [{ key: 'a', path: 'a' }] } }] }),
    object('ConfigMap', 'files', { binaryData: { a: '' } }),
    object('ConfigMap', 'files'),
    `${POD}.volumes[0].configMap.items[0].key: ConfigMap files has no key a`,
  ),
  part(
    'a key of a projected Secret',
    pod({ volumes: [{ projected: { sources: [{ secret: { name: 'db', items: [{ key: 'a', path: 'a' }] } }] } }] }),
    secret('db', 'a'),
    secret('db', 'other'),
    `${POD}.volumes[0].projected.sources[0].secret.items[0].key: Secret db has no key a`,
  ),
  part(
    'a key of a certificate',
    object('Ingress', 'x', spec({ tls: [{ secretName: 'cert' }] })),
    secret('cert', 'tls.crt', 'tls.key'),
    secret('cert', 'tls.crt', 'key'),
    'spec.tls[0].secretName: Secret cert has no key tls.key',
  ),
  part(
    'the token of a ServiceAccount',
    running('carts', { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'sa', key: 'token' } } }] }),
    object('Secret', 'sa', { type: 'kubernetes.io/service-account-token' }),
    object('Secret', 'sa'),
    `${CONTAINER}.env[0].valueFrom.secretKeyRef.key: Secret sa has no key token`,
  ),
  part(
    'a target port by name',
    service('web', { ports: [{ port: 80, targetPort: 'http' }] }),
    listening('http'),
    listening('htpp'),
    'spec.ports[0].targetPort: no container of the pods selected has a port http (htpp?)',
  ),
  part(
    'the port of an Ingress by name',
    object('Ingress', 'x', spec({ defaultBackend: { service: { name: 'web', port: { name: 'http' } } } })),
    object('Service', 'web', port('http', 80)),
    object('Service', 'web', port('htp', 80)),
    'spec.defaultBackend.service.port.name: Service web has no port http (htp?)',
  ),
  part(
    'the port of an Ingress by number',
    object('Ingress', 'x', spec({ defaultBackend: { service: { name: 'web', port: { number: 80 } } } })),
    object('Service', 'web', port('http', 80)),
    object('Service', 'web', port('http', 8080)),
    'spec.defaultBackend.service.port.number: Service web has no port 80',
  ),
  part(
    'the port of a route',
    object('HTTPRoute', 'x', spec({ rules: [{ backendRefs: [{ name: 'web', port: 80 }] }] })),
    object('Service', 'web', port('http', 80)),
    object('Service', 'web', port('http', 8080)),
    'spec.rules[0].backendRefs[0].port: Service web has no port 80',
  ),
  part(
    'the listener of a route',
    object('HTTPRoute', 'x', spec({ parentRefs: [{ name: 'main', sectionName: 'https' }] })),
    object('Gateway', 'main', spec({ listeners: [{ name: 'https', port: 443 }] })),
    object('Gateway', 'main', spec({ listeners: [{ name: 'http', port: 80 }] })),
    'spec.parentRefs[0].sectionName: Gateway main has no listener https (http?)',
  ),
  part(
    'the port of a Gateway',
    object('HTTPRoute', 'x', spec({ parentRefs: [{ name: 'main', port: 443 }] })),
    object('Gateway', 'main', spec({ listeners: [{ name: 'https', port: 443 }] })),
    object('Gateway', 'main', spec({ listeners: [{ name: 'http', port: 80 }] })),
    'spec.parentRefs[0].port: Gateway main has no listener 443',
  ),
  part(
    'the port of a webhook',
    object('ValidatingWebhookConfiguration', '/x', {
      webhooks: [{ clientConfig: { service: { namespace: 'shop', name: 'hook' } } }],
    }),
    object('Service', 'hook', port('https', 443)),
    object('Service', 'hook', port('https', 8443)),
    'webhooks[0].clientConfig.service.name: Service hook has no port 443',
  ),
  part(
    'the port of an Ingress at a NetworkPolicy',
    POLICY({ ingress: [{ ports: [{ port: 'http' }] }] }),
    listening('http'),
    listening('web'),
    'spec.ingress[0].ports[0].port: no container of the pods selected has a port http',
  ),
  part(
    'the port of a peer',
    POLICY({ egress: [{ to: [{ podSelector: { matchLabels: { app: 'db' } } }], ports: [{ port: 'sql' }] }] }),
    workload('StatefulSet', 'db', { containers: [{ ports: [{ name: 'sql', containerPort: 5432 }] }] }),
    workload('StatefulSet', 'db'),
    'spec.egress[0].ports[0].port: no container of the pods selected has a port sql',
    listening('http'),
  ),
  part(
    'the port of a ServiceMonitor',
    object(
      'ServiceMonitor',
      'x',
      spec({ selector: { matchLabels: { app: 'web' } }, endpoints: [{ port: 'metrics' }] }),
    ),
    monitored('metrics'),
    monitored('metric'),
    'spec.endpoints[0].port: no Service of those selected has a port metrics (metric?)',
  ),
  part(
    'the port of a PodMonitor',
    object(
      'PodMonitor',
      'x',
      spec({ selector: { matchLabels: { app: 'web' } }, podMetricsEndpoints: [{ port: 'metrics' }] }),
    ),
    listening('metrics'),
    listening('http'),
    'spec.podMetricsEndpoints[0].port: no container of the pods selected has a port metrics',
  ),
  part(
    "the number of a PodMonitor's port",
    object(
      'PodMonitor',
      'x',
      spec({ selector: { matchLabels: { app: 'web' } }, podMetricsEndpoints: [{ portNumber: 8080 }] }),
    ),
    listening('http'),
    workload('Deployment', 'web'),
    'spec.podMetricsEndpoints[0].portNumber: no container of the pods selected has a port 8080',
  ),
  part(
    'an argument of an analysis',
    RELEASE({ canary: { analysis: { templates: [{ templateName: 'errors' }], args: [{ name: 'service' }] } } }),
    template(
      'AnalysisTemplate',
      'errors',
      { name: 'service' },
      { name: 'limit', value: '1' },
      { name: 'token', valueFrom: { fieldRef: {} } },
    ),
    template('AnalysisTemplate', 'errors', { name: 'service' }, { name: 'limit' }),
    'spec.strategy.canary.analysis.templates[0].templateName: AnalysisTemplate errors needs a value for its argument limit',
  ),
  part(
    'an argument of a step',
    RELEASE({ canary: { steps: [{ analysis: { templates: [{ templateName: 'errors' }] } }] } }),
    template('AnalysisTemplate', 'errors'),
    template('AnalysisTemplate', 'errors', { name: 'service' }),
    'spec.strategy.canary.steps[0].analysis.templates[0].templateName: AnalysisTemplate errors needs a value for its argument service',
  ),
  part(
    'an argument of an experiment',
    RELEASE({
      canary: { steps: [{ experiment: { analyses: [{ templateName: 'errors', args: [{ name: 'service' }] }] } }] },
    }),
    template('AnalysisTemplate', 'errors', { name: 'service' }),
    template('AnalysisTemplate', 'errors', { name: 'other' }),
    'spec.strategy.canary.steps[0].experiment.analyses[0].templateName: AnalysisTemplate errors needs a value for its argument other',
  ),
];

describe.each(PARTS)('$what', ({ from, good, bad, problem, beside = [] }) => {
  test('is found', () => {
    expect(problemsOf([from, good, ...beside])).toEqual([]);
  });

  test('is missed', () => {
    expect(problemsOf([from, bad, ...beside])).toEqual([problem]);
  });
});

describe('addresses', () => {
  const calling = (value: string): Data => running('carts', { env: [{ name: 'UPSTREAM_URL', value }] });
  const VALUE = `${CONTAINER}.env[0].value`;
  const brokers = [
    service('kafka-headless', { clusterIP: 'None', selector: { app: 'kafka' }, ports: [{ port: 9092 }] }),
    workload(
      'StatefulSet',
      'kafka',
      { containers: [{ ports: [{ containerPort: 9092 }] }] },
      { replicas: 2, serviceName: 'kafka-headless' },
    ),
  ];
  const web = [service('web'), workload('Deployment', 'web')];

  const ADDRESSES: readonly (readonly [string, readonly Data[], ...string[]])[] = [
    ['http://web', web],
    ['http://web.shop:80', web],
    ['http://web.shop.svc.cluster.local:80', web],
    ['http://wep', web, 'there is no Service wep in namespace shop (web?)'],
    ['http://web.infra.svc', web, 'there is no Service web in namespace infra, but in namespace shop'],
    ['http://web:8080', web, 'Service web has no port 8080'],
    ['https://example.com:8443', web],
    ['http://192.0.2.1:8080', web],
    ['https://kubernetes.default.svc', web],
    ['kafka-1.kafka-headless.shop.svc.cluster.local:9092', brokers],
    ['kafka-1.kafka-headless:9092', brokers],
    ['kafka-2.kafka-headless:9092', brokers, 'StatefulSet kafka has no pod kafka-2: its last is kafka-1'],
    ['kafka-2.kafka-headless.shop.svc:9092', brokers, 'StatefulSet kafka has no pod kafka-2: its last is kafka-1'],
    [
      'old-kafka-0.kafka-headless:9092',
      brokers,
      'no StatefulSet behind Service kafka-headless has a pod old-kafka-0 (kafka-0?)',
    ],
    ['kafka-headless:9092', brokers],
    ['kafka-headless:9094', brokers, 'Service kafka-headless has no port 9094'],
  ];

  test.each(ADDRESSES.map(([value, objects, ...messages]) => ({ value, objects, messages })))(
    '$value',
    ({ value, objects, messages }) => {
      expect(problemsOf([calling(value), ...objects])).toEqual(messages.map((message) => `${VALUE}: ${message}`));
    },
  );

  test('a StatefulSet that is scaled has the pods of its most replicas', () => {
    const scaler = object(
      'HorizontalPodAutoscaler',
      'x',
      spec({ scaleTargetRef: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'kafka' }, maxReplicas: 3 }),
    );

    expect(problemsOf([calling('kafka-2.kafka-headless:9092'), ...brokers, scaler])).toEqual([]);
    expect(problemsOf([calling('kafka-3.kafka-headless:9092'), ...brokers, scaler])).toHaveLength(1);
  });

  test('a headless Service stands for pods on whatever port they listen', () => {
    const pods = workload('StatefulSet', 'kafka', {
      containers: [{ ports: [{ containerPort: 9092 }, { containerPort: 9094 }] }],
    });

    expect(problemsOf([calling('kafka-headless:9094'), ...brokers.slice(0, 1), pods])).toEqual([]);
  });
});

describe('what is no problem', () => {
  const SETS: readonly (readonly [string, ...Data[]])[] = [
    ['what is optional is said to be so', object('ConfigMap', 'x')],
    ['an empty class of a claim', object('PersistentVolumeClaim', 'x', spec({ storageClassName: '' }))],
    [
      'a user or group as subject',
      object('RoleBinding', 'x', { subjects: [ref('User', 'jane'), ref('Group', 'devs')] }),
    ],
    [
      'roles of every cluster',
      object('ClusterRoleBinding', '/x', {
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:auth-delegator' },
      }),
    ],
    ['a priority class of every cluster', pod({ priorityClassName: 'system-node-critical' })],
    ['the default ServiceAccount', pod({ serviceAccountName: 'default' })],
    [
      'a policy for all pods where there are none',
      object('NetworkPolicy', 'x', spec({ podSelector: {}, policyTypes: ['Ingress'] })),
    ],
    [
      'an action of a load balancer',
      object(
        'Ingress',
        'x',
        spec({ defaultBackend: { service: { name: 'redirect', port: { name: 'use-annotation' } } } }),
      ),
    ],
    [
      'the pods of a Prometheus',
      service('metrics', {
        selector: { prometheus: 'main', team: 'a' },
        ports: [
          { port: 9090, targetPort: 'web' },
          { port: 10901, targetPort: 'grpc' },
        ],
      }),
      object('Prometheus', 'main', spec({ thanos: {}, podMetadata: { labels: { team: 'a' } } })),
    ],
    ['an external name', object('Service', 'x', spec({ type: 'ExternalName', externalName: 'db.example.com' }))],
    [
      'a target port by number that no container declares',
      service('web', { ports: [{ port: 80, targetPort: 8080 }] }),
      workload('Deployment', 'web'),
    ],
    [
      'a selector of several workloads',
      service('web'),
      workload('Deployment', 'web'),
      object('Pod', 'other', { metadata: { labels: { app: 'web' } } }),
    ],
    [
      'the labels that a StatefulSet gives',
      service('db', { selector: { app: 'db', 'apps.kubernetes.io/pod-index': '0' } }),
      service('db-0', { selector: { 'statefulset.kubernetes.io/pod-name': 'db-0' } }),
      workload('StatefulSet', 'db'),
    ],
    ['the labels that a Job gives', service('once', { selector: { 'job-name': 'once' } }), workload('Job', 'once')],
    ['peers outside', POLICY({ egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }] }), SELECTED],
    [
      'DNS in kube-system',
      POLICY({
        egress: [
          {
            to: [
              {
                namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
                podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
              },
            ],
          },
        ],
      }),
      SELECTED,
    ],
  ];

  test.each(SETS.map(([what, ...objects]) => ({ what, objects })))('$what', ({ objects }) => {
    expect(problemsOf(objects)).toEqual([]);
  });

  test('of a Secret that is there already only what its manifest says is known', () => {
    const reader = running('carts', { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'db', key: 'a' } } }] });

    expect(problemsOf([reader], [object('Secret', 'db')])).toEqual([]);
    expect(problemsOf([reader], [secret('db', 'other')])).toEqual([
      `${CONTAINER}.env[0].valueFrom.secretKeyRef.key: Secret db has no key a`,
    ]);
  });
});

test('what is missed by its group is said to be of another', () => {
  const scaler = (apiVersion?: string): Readonly<Record<string, unknown>> => ({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'carts', namespace: 'shop' },
    spec: { scaleTargetRef: { apiVersion, kind: 'Deployment', name: 'carts' } },
  });

  expect(problemsOf([scaler('apps/v1'), pod({})])).toEqual([]);
  expect(problemsOf([scaler(), pod({})])).toEqual([
    'spec.scaleTargetRef.name: there is no Deployment carts of the core group in namespace shop, but of group apps',
  ]);
  expect(problemsOf([scaler('extensions/v1beta1'), pod({})])).toEqual([
    'spec.scaleTargetRef.name: there is no Deployment carts of group extensions in namespace shop, but of group apps',
  ]);
});

test('what is missed elsewhere is said to be there', () => {
  expect(problemsOf([pod({ serviceAccountName: 'carts' }), object('ServiceAccount', 'infra/carts')])).toEqual([
    `${POD}.serviceAccountName: there is no ServiceAccount carts in namespace shop, but in namespace infra`,
  ]);
});

test.each([
  ['configMapRef', 'ConfigMap'],
  ['secretRef', 'Secret'],
])('an optional %s is optional', (field, kind) => {
  const graph = new Graph(
    [true, false, undefined].map((optional) => ({
      manifest: running('carts', { envFrom: [{ [field]: { name: 'x', optional } }] }),
    })),
  );

  expect(
    graph.objects.flatMap((each) => graph.referencesOf(each)).map(({ target, isOptional }) => [target, isOptional]),
  ).toEqual(
    [true, false, false].map((isOptional) => [
      { type: 'object', group: '', kind, namespace: 'shop', name: 'x' },
      isOptional,
    ]),
  );
});
