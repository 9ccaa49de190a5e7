import { groupOf } from '../manifest/manifest';
import { child, field as fieldOf, listAt, textAt, valueAt } from '../manifest/plain-data';
import type { Path } from '../manifest/plain-data';
import type { GraphObject, ObjectTarget, Reference, SelectedTarget, Workload } from './model';
import { fieldsAt, Patterns } from './patterns';
import type { Match } from './patterns';
import { NAMESPACE_NAME_LABEL } from './selectors';

// Which fields of which kinds name what. Paths are those of patterns.ts.

/** A field that names an object. The paths of all other fields start beside it. */
export interface NameField {
  readonly name: string;
  /** A field that counts instead, where it is there. */
  readonly unless?: string;
  /** What a field says where this names no object. */
  readonly unlessSaid?: { readonly field: string; readonly value: string };
  /** @default - the core group */
  readonly group?: string;
  /** The field that holds the group, or an apiVersion. */
  readonly groupField?: string;
  readonly kind: string;
  readonly kindField?: string;
  /** The only kind that counts, where others name nothing that is an object. */
  readonly only?: string;
  /** A field that is true where `kind` has a counterpart that is in no namespace, and means that. */
  readonly clusterKind?: { readonly field: string; readonly kind: string };
  readonly namespaceField?: string;
  /** Fields that name keys. */
  readonly keys?: readonly string[];
  /** Keys that whoever reads it expects. */
  readonly expectedKeys?: readonly string[];
  /** Fields that hold the port. */
  readonly ports?: readonly string[];
  readonly defaultPort?: number;
  /** How far above the name the field `args` stands beside which it is given arguments. */
  readonly argumentsAbove?: number;
  readonly needsGrant?: true;
  /** The field that is true where it may be missing; or true where it always may. */
  readonly optional?: string | true;
}

/** A field that selects pods or Services. */
interface SelectorField {
  readonly selector: string;
  /** @default 'pods' */
  readonly selects?: 'pods' | 'services';
  /** Whether it is a map of labels, and no LabelSelector. */
  readonly isMap?: true;
  /** Fields from the object's root that name ports. Numbers need no container that declares them. */
  readonly ports?: readonly string[];
  /** Fields from the object's root that name ports, of which a container must declare numbers too. */
  readonly declaredPorts?: readonly string[];
  /** The field from the object's root that says in which namespaces, as ServiceMonitors have it. */
  readonly namespaces?: string;
}

interface KindOfReferences {
  readonly group: string;
  readonly kinds: readonly string[];
  readonly names?: readonly NameField[];
  readonly selectors?: readonly SelectorField[];
}

const RBAC = 'rbac.authorization.k8s.io';
const GATEWAY = 'gateway.networking.k8s.io';
const STORE = 'external-secrets.io';
const ISSUER = 'cert-manager.io';
const STRIMZI = 'kafka.strimzi.io';
const ARGO = 'argoproj.io';
const MONITORING = 'monitoring.coreos.com';
const STORAGE_CLASS = { group: 'storage.k8s.io', kind: 'StorageClass' };

const CONTAINERS = ['containers', 'initContainers', 'ephemeralContainers'];

/** Of the spec of pods: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/ */
export const OF_PODS: readonly NameField[] = [
  ...CONTAINERS.flatMap((list): NameField[] => [
    { name: `${list}[*].envFrom[*].configMapRef.name`, kind: 'ConfigMap', optional: 'optional' },
    { name: `${list}[*].envFrom[*].secretRef.name`, kind: 'Secret', optional: 'optional' },
    {
      name: `${list}[*].env[*].valueFrom.configMapKeyRef.name`,
      kind: 'ConfigMap',
      keys: ['key'],
      optional: 'optional',
    },
    { name: `${list}[*].env[*].valueFrom.secretKeyRef.name`, kind: 'Secret', keys: ['key'], optional: 'optional' },
  ]),
  { name: 'volumes[*].configMap.name', kind: 'ConfigMap', keys: ['items[*].key'], optional: 'optional' },
  { name: 'volumes[*].secret.secretName', kind: 'Secret', keys: ['items[*].key'], optional: 'optional' },
  {
    name: 'volumes[*].projected.sources[*].configMap.name',
    kind: 'ConfigMap',
    keys: ['items[*].key'],
    optional: 'optional',
  },
  {
    name: 'volumes[*].projected.sources[*].secret.name',
    kind: 'Secret',
    keys: ['items[*].key'],
    optional: 'optional',
  },
  { name: 'volumes[*].persistentVolumeClaim.claimName', kind: 'PersistentVolumeClaim' },
  { name: 'volumes[*].ephemeral.volumeClaimTemplate.spec.storageClassName', ...STORAGE_CLASS },
  { name: 'volumes[*].csi.nodePublishSecretRef.name', kind: 'Secret' },
  {
    name: 'volumes[*].csi.volumeAttributes.secretProviderClass',
    group: 'secrets-store.csi.x-k8s.io',
    kind: 'SecretProviderClass',
  },
  { name: 'volumes[*].azureFile.secretName', kind: 'Secret' },
  ...['cephfs', 'cinder', 'flexVolume', 'iscsi', 'rbd', 'scaleIO', 'storageos'].map((driver): NameField => ({
    name: `volumes[*].${driver}.secretRef.name`,
    kind: 'Secret',
  })),
  { name: 'serviceAccountName', kind: 'ServiceAccount' },
  { name: 'serviceAccount', unless: 'serviceAccountName', kind: 'ServiceAccount' },
  { name: 'imagePullSecrets[*].name', kind: 'Secret' },
  { name: 'priorityClassName', group: 'scheduling.k8s.io', kind: 'PriorityClass' },
  { name: 'runtimeClassName', group: 'node.k8s.io', kind: 'RuntimeClass' },
  { name: 'resourceClaims[*].resourceClaimName', group: 'resource.k8s.io', kind: 'ResourceClaim' },
  { name: 'resourceClaims[*].resourceClaimTemplateName', group: 'resource.k8s.io', kind: 'ResourceClaimTemplate' },
];

const ANNOTATED_ISSUERS: readonly NameField[] = [
  { name: 'metadata.annotations["cert-manager.io/cluster-issuer"]', group: ISSUER, kind: 'ClusterIssuer' },
  {
    name: 'metadata.annotations["cert-manager.io/issuer"]',
    group: ISSUER,
    groupField: '["cert-manager.io/issuer-group"]',
    kind: 'Issuer',
    kindField: '["cert-manager.io/issuer-kind"]',
  },
];

/** The keys of a Secret of type kubernetes.io/tls. */
const TLS_KEYS = ['tls.crt', 'tls.key'];

const INGRESS_BACKENDS = ['spec.defaultBackend', 'spec.rules[*].http.paths[*].backend'];

const PARENT: NameField = {
  name: 'spec.parentRefs[*].name',
  group: GATEWAY,
  groupField: 'group',
  kind: 'Gateway',
  kindField: 'kind',
  namespaceField: 'namespace',
  ports: ['sectionName', 'port'],
};

function backends(...fields: readonly string[]): readonly NameField[] {
  return fields.map((field) => ({
    name: `${field}.name`,
    groupField: 'group',
    kind: 'Service',
    kindField: 'kind',
    namespaceField: 'namespace',
    ports: ['port'],
    needsGrant: true,
  }));
}

function webhook(field: string): NameField {
  return {
    name: `${field}.name`,
    kind: 'Service',
    namespaceField: 'namespace',
    ports: ['port'],
    defaultPort: 443,
  };
}

function scaled(field: string): NameField {
  return { name: `${field}.name`, groupField: 'apiVersion', kind: '', kindField: 'kind' };
}

function keyOf(field: string, kind = 'Secret'): NameField {
  return { name: `${field}.name`, kind, keys: ['key'], optional: 'optional' };
}

function analyses(field: string, argumentsAbove?: number): NameField {
  return {
    name: `${field}.templateName`,
    group: ARGO,
    kind: 'AnalysisTemplate',
    clusterKind: { field: 'clusterScope', kind: 'ClusterAnalysisTemplate' },
    ...(argumentsAbove !== undefined && { argumentsAbove }),
  };
}

function stores(field: string): NameField {
  return { name: `${field}.name`, group: STORE, kind: 'SecretStore', kindField: 'kind' };
}

const CLUSTER_LABEL: NameField = { name: 'metadata.labels["strimzi.io/cluster"]', group: STRIMZI, kind: 'Kafka' };

/** What a template of Strimzi says of pods and their containers. */
function strimziPods(template: string, ...containers: readonly string[]): readonly NameField[] {
  return [
    ...containers.flatMap((container) => [
      keyOf(`${template}.${container}.env[*].valueFrom.secretKeyRef`),
      keyOf(`${template}.${container}.env[*].valueFrom.configMapKeyRef`, 'ConfigMap'),
    ]),
    { name: `${template}.pod.imagePullSecrets[*].name`, kind: 'Secret' },
    { name: `${template}.pod.priorityClassName`, group: 'scheduling.k8s.io', kind: 'PriorityClass' },
  ];
}

const SUBJECT: NameField = {
  name: 'subjects[*].name',
  groupField: 'apiGroup',
  kind: '',
  kindField: 'kind',
  only: 'ServiceAccount',
  namespaceField: 'namespace',
};
const ROLE: NameField = { name: 'roleRef.name', group: RBAC, groupField: 'apiGroup', kind: '', kindField: 'kind' };

/** The secrets by which a Prometheus reads what it scrapes (https://prometheus-operator.dev/docs/api-reference/api/). */
/** Secrets with which Alertmanager asks who is told: https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1alpha1.Receiver */
const RECEIVER_SECRETS = [
  'discordConfigs[*].apiURL',
  'emailConfigs[*].authPassword',
  'emailConfigs[*].authSecret',
  'msteamsConfigs[*].webhookUrl',
  'opsgenieConfigs[*].apiKey',
  'pagerdutyConfigs[*].routingKey',
  'pagerdutyConfigs[*].serviceKey',
  'pushoverConfigs[*].token',
  'pushoverConfigs[*].userKey',
  'slackConfigs[*].apiURL',
  'telegramConfigs[*].botToken',
  'victoropsConfigs[*].apiKey',
  'webhookConfigs[*].urlSecret',
  'wechatConfigs[*].apiSecret',
].map((field) => keyOf(`spec.receivers[*].${field}`));

function scrapeSecrets(field: string): readonly NameField[] {
  return [
    keyOf(`${field}.basicAuth.username`),
    keyOf(`${field}.basicAuth.password`),
    keyOf(`${field}.bearerTokenSecret`),
    keyOf(`${field}.authorization.credentials`),
    keyOf(`${field}.oauth2.clientSecret`),
    keyOf(`${field}.oauth2.clientId.secret`),
    keyOf(`${field}.oauth2.clientId.configMap`, 'ConfigMap'),
    keyOf(`${field}.tlsConfig.ca.secret`),
    keyOf(`${field}.tlsConfig.ca.configMap`, 'ConfigMap'),
    keyOf(`${field}.tlsConfig.cert.secret`),
    keyOf(`${field}.tlsConfig.cert.configMap`, 'ConfigMap'),
    keyOf(`${field}.tlsConfig.keySecret`),
  ];
}

const ROLLOUT_ROUTING = 'spec.strategy.canary.trafficRouting';

const KINDS: readonly KindOfReferences[] = [
  {
    group: '',
    kinds: ['Service'],
    selectors: [{ selector: 'spec.selector', isMap: true, ports: ['spec.ports[*].targetPort'] }],
  },
  {
    group: '',
    kinds: ['ServiceAccount'],
    names: [
      { name: 'secrets[*].name', kind: 'Secret' },
      { name: 'imagePullSecrets[*].name', kind: 'Secret' },
    ],
  },
  {
    group: '',
    kinds: ['PersistentVolumeClaim'],
    names: [
      { name: 'spec.storageClassName', ...STORAGE_CLASS },
      { name: 'spec.volumeName', kind: 'PersistentVolume' },
      { name: 'spec.dataSource.name', groupField: 'apiGroup', kind: '', kindField: 'kind' },
      {
        name: 'spec.dataSourceRef.name',
        groupField: 'apiGroup',
        kind: '',
        kindField: 'kind',
        namespaceField: 'namespace',
      },
    ],
  },
  {
    group: '',
    kinds: ['PersistentVolume'],
    names: [
      { name: 'spec.claimRef.name', kind: 'PersistentVolumeClaim', namespaceField: 'namespace' },
      ...[
        'controllerPublishSecretRef',
        'nodeStageSecretRef',
        'nodePublishSecretRef',
        'controllerExpandSecretRef',
        'nodeExpandSecretRef',
      ].map((field): NameField => ({
        name: `spec.csi.${field}.name`,
        kind: 'Secret',
        namespaceField: 'namespace',
      })),
    ],
  },
  { group: '', kinds: ['Endpoints'], names: [{ name: 'metadata.name', kind: 'Service' }] },
  {
    group: 'discovery.k8s.io',
    kinds: ['EndpointSlice'],
    names: [{ name: 'metadata.labels["kubernetes.io/service-name"]', kind: 'Service' }],
  },
  {
    group: 'apps',
    kinds: ['StatefulSet'],
    names: [
      { name: 'spec.serviceName', kind: 'Service' },
      { name: 'spec.volumeClaimTemplates[*].spec.storageClassName', ...STORAGE_CLASS },
    ],
  },
  {
    group: 'networking.k8s.io',
    kinds: ['Ingress'],
    names: [
      { name: 'spec.ingressClassName', group: 'networking.k8s.io', kind: 'IngressClass' },
      ...INGRESS_BACKENDS.flatMap((backend): NameField[] => [
        {
          name: `${backend}.service.name`,
          kind: 'Service',
          ports: ['port.name', 'port.number'],
          // https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/#actions
          unlessSaid: { field: 'port.name', value: 'use-annotation' },
        },
        { name: `${backend}.resource.name`, groupField: 'apiGroup', kind: '', kindField: 'kind' },
      ]),
      { name: 'spec.tls[*].secretName', kind: 'Secret', expectedKeys: TLS_KEYS },
      ...ANNOTATED_ISSUERS,
    ],
  },
  {
    group: 'networking.k8s.io',
    kinds: ['IngressClass'],
    names: [
      {
        name: 'spec.parameters.name',
        groupField: 'apiGroup',
        kind: '',
        kindField: 'kind',
        namespaceField: 'namespace',
      },
    ],
  },
  { group: 'policy', kinds: ['PodDisruptionBudget'], selectors: [{ selector: 'spec.selector' }] },
  {
    group: 'autoscaling',
    kinds: ['HorizontalPodAutoscaler'],
    names: [scaled('spec.scaleTargetRef'), scaled('spec.metrics[*].object.describedObject')],
  },
  { group: 'autoscaling.k8s.io', kinds: ['VerticalPodAutoscaler'], names: [scaled('spec.targetRef')] },
  {
    group: 'keda.sh',
    kinds: ['ScaledObject'],
    names: [
      // https://keda.sh/docs/latest/reference/scaledobject-spec/#scaletargetref
      {
        name: 'spec.scaleTargetRef.name',
        group: 'apps',
        groupField: 'apiVersion',
        kind: 'Deployment',
        kindField: 'kind',
      },
      {
        name: 'spec.triggers[*].authenticationRef.name',
        group: 'keda.sh',
        kind: 'TriggerAuthentication',
        kindField: 'kind',
      },
    ],
  },
  {
    group: 'keda.sh',
    kinds: ['TriggerAuthentication'],
    names: [
      { name: 'spec.secretTargetRef[*].name', kind: 'Secret', keys: ['key'] },
      { name: 'spec.configMapTargetRef[*].name', kind: 'ConfigMap', keys: ['key'] },
    ],
  },
  { group: RBAC, kinds: ['RoleBinding', 'ClusterRoleBinding'], names: [ROLE, SUBJECT] },
  {
    group: 'admissionregistration.k8s.io',
    kinds: ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'],
    names: [webhook('webhooks[*].clientConfig.service')],
  },
  {
    group: 'admissionregistration.k8s.io',
    kinds: ['ValidatingAdmissionPolicyBinding'],
    names: [{ name: 'spec.policyName', group: 'admissionregistration.k8s.io', kind: 'ValidatingAdmissionPolicy' }],
  },
  { group: 'apiregistration.k8s.io', kinds: ['APIService'], names: [webhook('spec.service')] },
  {
    group: 'apiextensions.k8s.io',
    kinds: ['CustomResourceDefinition'],
    names: [webhook('spec.conversion.webhook.clientConfig.service')],
  },
  {
    group: GATEWAY,
    kinds: ['GatewayClass'],
    names: [
      {
        name: 'spec.parametersRef.name',
        groupField: 'group',
        kind: '',
        kindField: 'kind',
        namespaceField: 'namespace',
      },
    ],
  },
  {
    group: GATEWAY,
    kinds: ['Gateway'],
    names: [
      { name: 'spec.gatewayClassName', group: GATEWAY, kind: 'GatewayClass' },
      {
        name: 'spec.listeners[*].tls.certificateRefs[*].name',
        groupField: 'group',
        kind: 'Secret',
        kindField: 'kind',
        namespaceField: 'namespace',
        expectedKeys: TLS_KEYS,
        needsGrant: true,
      },
      ...['default', 'perPort[*].tls'].map((scope): NameField => ({
        name: `spec.tls.frontend.${scope}.validation.caCertificateRefs[*].name`,
        groupField: 'group',
        kind: 'ConfigMap',
        kindField: 'kind',
        namespaceField: 'namespace',
        expectedKeys: ['ca.crt'],
        needsGrant: true,
      })),
      {
        name: 'spec.tls.backend.clientCertificateRef.name',
        groupField: 'group',
        kind: 'Secret',
        kindField: 'kind',
        namespaceField: 'namespace',
        expectedKeys: TLS_KEYS,
        needsGrant: true,
      },
      { name: 'spec.infrastructure.parametersRef.name', groupField: 'group', kind: '', kindField: 'kind' },
      ...ANNOTATED_ISSUERS,
    ],
  },
  {
    group: GATEWAY,
    kinds: ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'],
    names: [
      PARENT,
      ...backends(
        'spec.rules[*].backendRefs[*]',
        'spec.rules[*].filters[*].requestMirror.backendRef',
        'spec.rules[*].backendRefs[*].filters[*].requestMirror.backendRef',
      ),
      ...['spec.rules[*].filters[*]', 'spec.rules[*].backendRefs[*].filters[*]'].map((filter): NameField => ({
        name: `${filter}.extensionRef.name`,
        groupField: 'group',
        kind: '',
        kindField: 'kind',
      })),
    ],
  },
  {
    group: GATEWAY,
    kinds: ['BackendTLSPolicy'],
    names: [
      {
        name: 'spec.targetRefs[*].name',
        groupField: 'group',
        kind: 'Service',
        kindField: 'kind',
        ports: ['sectionName'],
      },
      {
        name: 'spec.validation.caCertificateRefs[*].name',
        groupField: 'group',
        kind: 'ConfigMap',
        kindField: 'kind',
        expectedKeys: ['ca.crt'],
      },
    ],
  },
  {
    group: ARGO,
    kinds: ['Rollout'],
    names: [
      { name: 'spec.strategy.canary.canaryService', kind: 'Service' },
      { name: 'spec.strategy.canary.stableService', kind: 'Service' },
      { name: 'spec.strategy.canary.pingPong.pingService', kind: 'Service' },
      { name: 'spec.strategy.canary.pingPong.pongService', kind: 'Service' },
      { name: 'spec.strategy.blueGreen.activeService', kind: 'Service' },
      { name: 'spec.strategy.blueGreen.previewService', kind: 'Service' },
      scaled('spec.workloadRef'),
      ...[
        'spec.strategy.canary.analysis',
        'spec.strategy.canary.steps[*].analysis',
        'spec.strategy.blueGreen.prePromotionAnalysis',
        'spec.strategy.blueGreen.postPromotionAnalysis',
      ].map((field) => analyses(`${field}.templates[*]`, 3)),
      analyses('spec.strategy.canary.steps[*].experiment.analyses[*]', 1),
      { name: `${ROLLOUT_ROUTING}.nginx.stableIngress`, group: 'networking.k8s.io', kind: 'Ingress' },
      { name: `${ROLLOUT_ROUTING}.nginx.stableIngresses[*]`, group: 'networking.k8s.io', kind: 'Ingress' },
      { name: `${ROLLOUT_ROUTING}.alb.ingress`, group: 'networking.k8s.io', kind: 'Ingress' },
      { name: `${ROLLOUT_ROUTING}.alb.ingresses[*]`, group: 'networking.k8s.io', kind: 'Ingress' },
      { name: `${ROLLOUT_ROUTING}.alb.rootService`, kind: 'Service' },
      { name: `${ROLLOUT_ROUTING}.smi.rootService`, kind: 'Service' },
      {
        name: `${ROLLOUT_ROUTING}.istio.virtualService.name`,
        group: 'networking.istio.io',
        kind: 'VirtualService',
      },
      {
        name: `${ROLLOUT_ROUTING}.istio.virtualServices[*].name`,
        group: 'networking.istio.io',
        kind: 'VirtualService',
      },
      {
        name: `${ROLLOUT_ROUTING}.istio.destinationRule.name`,
        group: 'networking.istio.io',
        kind: 'DestinationRule',
      },
      {
        name: `${ROLLOUT_ROUTING}.traefik.weightedTraefikServiceName`,
        group: 'traefik.io',
        kind: 'TraefikService',
      },
      ...['httpRoute', 'httpRoutes[*].name'].map((field): NameField => ({
        name: `${ROLLOUT_ROUTING}.plugins["argoproj-labs/gatewayAPI"].${field}`,
        group: GATEWAY,
        kind: 'HTTPRoute',
      })),
    ],
  },
  {
    group: ARGO,
    kinds: ['AnalysisTemplate', 'ClusterAnalysisTemplate'],
    names: [
      analyses('spec.templates[*]'),
      keyOf('spec.args[*].valueFrom.secretKeyRef'),
      keyOf('spec.metrics[*].provider.prometheus.authentication.oauth2.clientSecret'),
      keyOf('spec.metrics[*].provider.web.authentication.oauth2.clientSecret'),
    ],
  },
  {
    group: STORE,
    kinds: ['ExternalSecret'],
    names: [
      stores('spec.secretStoreRef'),
      stores('spec.data[*].sourceRef.storeRef'),
      stores('spec.dataFrom[*].sourceRef.storeRef'),
      ...['data', 'dataFrom'].map((list): NameField => ({
        name: `spec.${list}[*].sourceRef.generatorRef.name`,
        group: 'generators.external-secrets.io',
        groupField: 'apiVersion',
        kind: '',
        kindField: 'kind',
      })),
      {
        name: 'spec.target.template.templateFrom[*].configMap.name',
        kind: 'ConfigMap',
        keys: ['items[*].key'],
      },
      { name: 'spec.target.template.templateFrom[*].secret.name', kind: 'Secret', keys: ['items[*].key'] },
    ],
  },
  {
    group: STORE,
    kinds: ['PushSecret'],
    names: [stores('spec.secretStoreRefs[*]'), { name: 'spec.selector.secret.name', kind: 'Secret' }],
  },
  {
    group: ISSUER,
    kinds: ['Certificate'],
    names: [
      { name: 'spec.issuerRef.name', group: ISSUER, groupField: 'group', kind: 'Issuer', kindField: 'kind' },
      keyOf('spec.keystores.jks.passwordSecretRef'),
      keyOf('spec.keystores.pkcs12.passwordSecretRef'),
    ],
  },
  {
    group: ISSUER,
    kinds: ['Issuer'],
    names: [{ name: 'spec.ca.secretName', kind: 'Secret', expectedKeys: TLS_KEYS }],
  },
  {
    // https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/crd/http/ingressroute/
    group: 'traefik.io',
    kinds: ['IngressRoute', 'IngressRouteTCP'],
    names: [
      {
        name: 'spec.routes[*].services[*].name',
        kind: 'Service',
        kindField: 'kind',
        only: 'Service',
        namespaceField: 'namespace',
        ports: ['port'],
      },
      {
        name: 'spec.routes[*].middlewares[*].name',
        group: 'traefik.io',
        kind: 'Middleware',
        namespaceField: 'namespace',
      },
      { name: 'spec.tls.secretName', kind: 'Secret', expectedKeys: TLS_KEYS },
    ],
  },
  {
    // https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/crd/http/traefikservice/
    group: 'traefik.io',
    kinds: ['TraefikService'],
    names: ['spec.weighted.services[*]', 'spec.mirroring', 'spec.mirroring.mirrors[*]'].map((place): NameField => ({
      name: `${place}.name`,
      kind: 'Service',
      kindField: 'kind',
      only: 'Service',
      namespaceField: 'namespace',
      ports: ['port'],
    })),
  },
  {
    group: STRIMZI,
    kinds: ['Kafka'],
    names: [
      {
        name: 'spec.kafka.listeners[*].configuration.brokerCertChainAndKey.secretName',
        kind: 'Secret',
        keys: ['certificate', 'key'],
      },
      ...[
        'kafka.metricsConfig',
        'kafka.logging',
        'cruiseControl.metricsConfig',
        'cruiseControl.logging',
        'entityOperator.topicOperator.logging',
        'entityOperator.userOperator.logging',
      ].map((field) => keyOf(`spec.${field}.valueFrom.configMapKeyRef`, 'ConfigMap')),
      keyOf('spec.cruiseControl.apiUsers.valueFrom.secretKeyRef'),
      ...strimziPods('spec.kafka.template', 'kafkaContainer', 'initContainer'),
      ...strimziPods('spec.cruiseControl.template', 'cruiseControlContainer'),
      ...strimziPods('spec.entityOperator.template', 'topicOperatorContainer', 'userOperatorContainer'),
      ...strimziPods('spec.kafkaExporter.template', 'container'),
    ],
  },
  {
    group: STRIMZI,
    kinds: ['KafkaNodePool'],
    names: [
      CLUSTER_LABEL,
      { name: 'spec.storage.class', ...STORAGE_CLASS },
      { name: 'spec.storage.volumes[*].class', ...STORAGE_CLASS },
      ...strimziPods('spec.template', 'kafkaContainer', 'initContainer'),
    ],
  },
  { group: STRIMZI, kinds: ['KafkaTopic'], names: [CLUSTER_LABEL] },
  {
    group: STRIMZI,
    kinds: ['KafkaUser'],
    names: [CLUSTER_LABEL, keyOf('spec.authentication.password.valueFrom.secretKeyRef')],
  },
  {
    group: STRIMZI,
    kinds: ['KafkaConnector'],
    names: [{ name: 'metadata.labels["strimzi.io/cluster"]', group: STRIMZI, kind: 'KafkaConnect' }],
  },
  {
    group: STRIMZI,
    kinds: ['KafkaConnect', 'KafkaBridge'],
    names: [
      { name: 'spec.tls.trustedCertificates[*].secretName', kind: 'Secret', keys: ['certificate'] },
      { name: 'spec.authentication.passwordSecret.secretName', kind: 'Secret', keys: ['password'] },
      { name: 'spec.authentication.certificateAndKey.secretName', kind: 'Secret', keys: ['certificate', 'key'] },
    ],
  },
  {
    group: MONITORING,
    kinds: ['ServiceMonitor'],
    names: scrapeSecrets('spec.endpoints[*]'),
    selectors: [
      {
        selector: 'spec.selector',
        selects: 'services',
        ports: ['spec.endpoints[*].port'],
        namespaces: 'spec.namespaceSelector',
      },
    ],
  },
  {
    group: MONITORING,
    kinds: ['PodMonitor'],
    names: scrapeSecrets('spec.podMetricsEndpoints[*]'),
    selectors: [
      {
        selector: 'spec.selector',
        ports: ['spec.podMetricsEndpoints[*].port'],
        // https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PodMetricsEndpoint
        declaredPorts: ['spec.podMetricsEndpoints[*].portNumber'],
        namespaces: 'spec.namespaceSelector',
      },
    ],
  },
  { group: MONITORING, kinds: ['AlertmanagerConfig'], names: RECEIVER_SECRETS },
];

const IN_PODS = new Patterns(OF_PODS.map((field) => [field.name, field]));

const BY_KIND = new Map(
  KINDS.flatMap(({ group, kinds, names = [], selectors = [] }) => {
    const patterns = new Patterns(names.map((field): [string, NameField] => [field.name, field]));
    return kinds.map((kind) => [`${group}/${kind}`, { patterns, selectors }]);
  }),
);

/** What tells of kinds that are in no namespace. */
export type IsClusterScoped = (group: string, kind: string) => boolean;

/** Every field of an object that names others; what stands in texts is no part of it. */
export function namesIn(
  object: GraphObject,
  workload: Workload | undefined,
  isClusterScoped: IsClusterScoped,
): readonly Reference[] {
  let references: Reference[] = [];
  const { manifest, group, resource } = object;
  const read = (match: Match, field: NameField): void => {
    readName(object, match, field, isClusterScoped, references);
  };
  if (workload !== undefined) {
    const { podSpec } = workload;
    const base = [...workload.templatePath, 'spec'];
    IN_PODS.each(podSpec, base, read);
    // A volume that is named like a claim template is the pod's own claim, whatever else it says.
    const claims = new Set(
      listAt(manifest, 'spec', 'volumeClaimTemplates').map((template) => textAt(template, 'metadata', 'name')),
    );
    references = references.filter(
      ({ path }) =>
        path[base.length] !== 'volumes' ||
        !claims.has(textAt(valueAt(manifest, path.slice(0, base.length + 2)), 'name')),
    );
  }
  const entry = BY_KIND.get(`${group}/${resource.kind ?? ''}`);
  entry?.patterns.each(manifest, [], read);
  for (const field of entry?.selectors ?? []) {
    readSelector(object, field, references);
  }
  if (group === 'networking.k8s.io' && resource.kind === 'NetworkPolicy') {
    readNetworkPolicy(object, references);
  }
  return references;
}

function readName(
  from: GraphObject,
  { path, value: name, holder }: Match,
  field: NameField,
  isClusterScoped: IsClusterScoped,
  references: Reference[],
): void {
  const group = groupAt(holder, field);
  const kind = kindAt(holder, field);
  if (
    typeof name !== 'string' ||
    name === '' ||
    kind === '' ||
    (field.only !== undefined && kind !== field.only) ||
    (field.unless !== undefined && textAt(holder, field.unless) !== '') ||
    (field.unlessSaid !== undefined &&
      fieldsAt(holder, field.unlessSaid.field).some(({ value }) => value === field.unlessSaid?.value))
  ) {
    return;
  }
  const said = field.namespaceField === undefined ? '' : textAt(holder, field.namespaceField);
  const target: ObjectTarget = {
    type: 'object',
    group,
    kind,
    namespace: isClusterScoped(group, kind) ? '' : said || from.namespace || 'default',
    name,
    ...(field.needsGrant && { needsGrant: true }),
  };
  const isOptional =
    field.optional === true || (field.optional !== undefined && child(holder, field.optional) === true);
  const beside = path.slice(0, -1);
  const refer = (at: Path, more: Partial<ObjectTarget> = {}): void => {
    references.push({ from, path: at, target: { ...target, ...more }, isOptional });
  };
  const ports = (field.ports ?? []).flatMap((port) => fieldsAt(holder, port, beside));
  refer(path);
  if (field.argumentsAbove !== undefined) {
    const given = listAt(valueAt(from.manifest, path.slice(0, -field.argumentsAbove)), 'args');
    refer(path, { givenArguments: given.map((each) => textAt(each, 'name')) });
  }
  for (const key of field.keys ?? []) {
    for (const { path: at, value } of fieldsAt(holder, key, beside)) {
      if (typeof value === 'string') {
        refer(at, { key: value });
      }
    }
  }
  for (const key of field.expectedKeys ?? []) {
    refer(path, { key });
  }
  for (const { path: at, value: port } of ports) {
    if (typeof port === 'string' || typeof port === 'number') {
      refer(at, { port });
    }
  }
  if (ports.length === 0 && field.defaultPort !== undefined) {
    refer(path, { port: field.defaultPort });
  }
}

function groupAt(holder: unknown, { group = '', groupField }: NameField): string {
  const [said] = groupField === undefined ? [] : fieldsAt(holder, groupField);
  if (typeof said?.value !== 'string') {
    return group;
  }
  return groupField === 'apiVersion' ? groupOf(said.value) : said.value;
}

function kindAt(holder: unknown, { kind, kindField, clusterKind }: NameField): string {
  if (clusterKind !== undefined && child(holder, clusterKind.field) === true) {
    return clusterKind.kind;
  }
  const [said] = kindField === undefined ? [] : fieldsAt(holder, kindField);
  return typeof said?.value === 'string' && said.value !== '' ? said.value : kind;
}

function readSelector(from: GraphObject, field: SelectorField, references: Reference[]): void {
  const { manifest, namespace } = from;
  for (const { path, value } of fieldsAt(manifest, field.selector)) {
    if (typeof value !== 'object' || (field.isMap && Object.keys(value ?? {}).length === 0)) {
      continue;
    }
    const namespaces = field.namespaces === undefined ? undefined : fieldsAt(manifest, field.namespaces)[0]?.value;
    const target: SelectedTarget = {
      type: field.selects ?? 'pods',
      namespace,
      selector: field.isMap ? { matchLabels: value } : value,
      ...namespacesOf(namespaces),
    };
    references.push({ from, path, target, isOptional: false });
    for (const port of (field.ports ?? []).flatMap((pattern) => fieldsAt(manifest, pattern))) {
      // A number need not be declared by a container.
      if (typeof port.value === 'string') {
        references.push({ from, path: port.path, target: { ...target, port: port.value }, isOptional: false });
      }
    }
    for (const port of (field.declaredPorts ?? []).flatMap((pattern) => fieldsAt(manifest, pattern))) {
      if (typeof port.value === 'number') {
        const declared: SelectedTarget = { ...target, port: port.value, isDeclared: true };
        references.push({ from, path: port.path, target: declared, isOptional: false });
      }
    }
  }
}

/** https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.NamespaceSelector */
function namespacesOf(selector: unknown): Pick<SelectedTarget, 'namespaceSelector'> {
  const values = listAt(selector, 'matchNames');
  if (child(selector, 'any') === true) {
    return { namespaceSelector: {} };
  }
  return values.length === 0
    ? {}
    : { namespaceSelector: { matchExpressions: [{ key: NAMESPACE_NAME_LABEL, operator: 'In', values }] } };
}

/** https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/ */
function readNetworkPolicy(from: GraphObject, references: Reference[]): void {
  const { manifest, namespace } = from;
  const refer = (path: Path, target: SelectedTarget): void => {
    references.push({ from, path, target, isOptional: false });
  };
  const own: SelectedTarget = { type: 'pods', namespace, selector: fieldOf(manifest, 'spec', 'podSelector') };
  refer(['spec', 'podSelector'], own);
  for (const { path } of fieldsAt(manifest, 'spec.ingress[*]')) {
    readPorts(manifest, path, (at, port) => {
      refer(at, { ...own, port });
    });
    readPeers(from, [...path, 'from'], refer);
  }
  for (const { path } of fieldsAt(manifest, 'spec.egress[*]')) {
    const peers = readPeers(from, [...path, 'to'], refer);
    readPorts(manifest, path, (at, port) => {
      for (const peer of peers) {
        refer(at, { ...peer, port });
      }
    });
  }
}

function readPeers(
  { manifest, namespace }: GraphObject,
  path: Path,
  refer: (path: Path, target: SelectedTarget) => void,
): readonly SelectedTarget[] {
  return fieldsAt(valueAt(manifest, path), '[*]', path).flatMap(({ path: at, value: peer }) => {
    const namespaceSelector = child(peer, 'namespaceSelector');
    const podSelector = child(peer, 'podSelector');
    if (typeof (podSelector ?? namespaceSelector ?? undefined) !== 'object') {
      return [];
    }
    const target: SelectedTarget = {
      type: 'pods',
      namespace,
      selector: podSelector ?? {},
      ...(typeof namespaceSelector === 'object' && namespaceSelector !== null && { namespaceSelector }),
    };
    refer([...at, podSelector === undefined ? 'namespaceSelector' : 'podSelector'], target);
    return [target];
  });
}

function readPorts(manifest: unknown, rule: Path, each: (path: Path, port: string) => void): void {
  for (const { path, value } of fieldsAt(valueAt(manifest, rule), 'ports[*].port', rule)) {
    if (typeof value === 'string') {
      each(path, value);
    }
  }
}
