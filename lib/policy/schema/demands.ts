import type { Schema } from '@cfworker/json-schema';

/** What the API server demands of a definition beyond, or against, what its published schema says. */
export interface Demand {
  /** Fields without which it refuses the object. */
  readonly required?: readonly string[];
  /** Fields that the schema calls required, and that it does without: it has a default, or none is as good as empty. */
  readonly optional?: readonly string[];
  /** Fields of which there is exactly one. */
  readonly oneOf?: readonly string[];
  /** The values of a text; empty where it takes any, whatever the schema says. */
  readonly enums?: Readonly<Record<string, readonly string[]>>;
  /** Enumerations whose empty text is a value, and none of theirs: in Go they are pointers. */
  readonly pointers?: readonly string[];
  /** What depends on the value of another field. */
  readonly also?: readonly Schema[];
}

/** Where `field` has one of these values, others are required. */
function when(field: string, values: readonly string[], ...required: readonly string[]): Schema {
  return {
    if: { required: [field], properties: { [field]: { enum: [...values] } } },
    then: needs(...required),
  };
}

/** In Go nobody can tell an empty text or list from none. */
function needs(...required: readonly string[]): Schema {
  const filled: Schema = { minItems: 1, minLength: 1 };
  return { required: [...required], properties: Object.fromEntries(required.map((name) => [name, filled])) };
}

const TEMPLATE: Schema = { properties: { template: needs('spec') } };
/** Elsewhere than in a container, its name must be said. */
const RESOURCES_OF_A_CONTAINER: Schema = {
  properties: { items: { items: { properties: { resourceFieldRef: needs('containerName') } } } },
};
const SCALING_POLICIES = ['Max', 'Min', 'Disabled'];
const WEBHOOK: Demand = {
  required: ['clientConfig', 'sideEffects', 'admissionReviewVersions'],
  pointers: ['failurePolicy', 'matchPolicy', 'sideEffects', 'reinvocationPolicy'],
};
const RULE: Demand = { required: ['apiGroups', 'apiVersions', 'operations', 'resources'], pointers: ['scope'] };

/**
 * By the name of the definition. What stands here is what test/cluster/schema.test.ts has found API servers to do; they do it in Go
 * (https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go and its siblings).
 */
export const DEMANDS: Readonly<Record<string, Demand>> = {
  'admissionregistration.v1.MutatingWebhook': WEBHOOK,
  'admissionregistration.v1.ValidatingWebhook': WEBHOOK,
  'admissionregistration.v1.RuleWithOperations': RULE,
  'admissionregistration.v1.NamedRuleWithOperations': RULE,
  'admissionregistration.v1.WebhookClientConfig': { oneOf: ['service', 'url'] },
  'admissionregistration.v1.ValidatingAdmissionPolicy': { required: ['spec'] },
  'admissionregistration.v1.ValidatingAdmissionPolicySpec': {
    required: ['matchConstraints'],
    pointers: ['failurePolicy'],
    also: [
      { properties: { matchConstraints: needs('resourceRules') } },
      { if: { properties: { auditAnnotations: { maxItems: 0 } } }, then: needs('validations') },
    ],
  },
  'admissionregistration.v1.Validation': {
    enums: { reason: ['Forbidden', 'Invalid', 'RequestEntityTooLarge', 'Unauthorized'] },
    pointers: ['reason'],
  },
  'admissionregistration.v1.ValidatingAdmissionPolicyBinding': { required: ['spec'] },
  'admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec': { required: ['policyName', 'validationActions'] },
  'apiextensions.v1.CustomResourceDefinitionSpec': { enums: { scope: ['Cluster', 'Namespaced'] } },
  'apiextensions.v1.CustomResourceDefinitionVersion': { required: ['schema'], optional: ['served', 'storage'] },
  'apiextensions.v1.CustomResourceValidation': { required: ['openAPIV3Schema'] },
  'apps.v1.DaemonSet': { required: ['spec'] },
  'apps.v1.DaemonSetSpec': { also: [TEMPLATE] },
  'apps.v1.Deployment': { required: ['spec'] },
  'apps.v1.DeploymentSpec': { also: [TEMPLATE] },
  'apps.v1.ReplicaSet': { required: ['spec'] },
  'apps.v1.ReplicaSetSpec': { required: ['template'], also: [TEMPLATE] },
  'apps.v1.StatefulSet': { required: ['spec'] },
  'apps.v1.StatefulSetSpec': {
    optional: ['serviceName'],
    also: [
      TEMPLATE,
      {
        properties: {
          volumeClaimTemplates: { items: { ...needs('metadata'), properties: { metadata: needs('name') } } },
        },
      },
    ],
  },
  'apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy': {
    enums: { whenDeleted: ['Delete', 'Retain'], whenScaled: ['Delete', 'Retain'] },
  },
  'autoscaling.v2.HorizontalPodAutoscaler': { required: ['spec'] },
  'autoscaling.v2.HPAScalingPolicy': { enums: { type: ['Percent', 'Pods'] } },
  'autoscaling.v2.HPAScalingRules': {
    enums: { selectPolicy: SCALING_POLICIES },
    pointers: ['selectPolicy'],
    also: [{ properties: { policies: { minItems: 1 } } }],
  },
  'autoscaling.v2.MetricSpec': {
    enums: { type: ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'] },
    also: [
      when('type', ['Resource'], 'resource'),
      when('type', ['Pods'], 'pods'),
      when('type', ['Object'], 'object'),
      when('type', ['External'], 'external'),
      when('type', ['ContainerResource'], 'containerResource'),
    ],
  },
  'autoscaling.v2.ExternalMetricSource': {
    also: [{ properties: { target: { if: { not: { required: ['value'] } }, then: { required: ['averageValue'] } } } }],
  },
  'autoscaling.v2.PodsMetricSource': { also: [{ properties: { target: { required: ['averageValue'] } } }] },
  'autoscaling.v2.ResourceMetricSource': {
    also: [
      {
        properties: {
          target: { if: { not: { required: ['averageValue'] } }, then: { required: ['averageUtilization'] } },
        },
      },
    ],
  },
  'autoscaling.v2.MetricTarget': { enums: { type: ['AverageValue', 'Utilization', 'Value'] } },
  'batch.v1.CronJob': { required: ['spec'] },
  'batch.v1.CronJobSpec': { also: [{ properties: { jobTemplate: needs('spec') } }] },
  'batch.v1.Job': { required: ['spec'] },
  'batch.v1.JobSpec': {
    pointers: ['completionMode'],
    also: [
      { properties: { template: { ...needs('spec'), properties: { spec: needs('restartPolicy') } } } },
      when('completionMode', ['Indexed'], 'completions'),
    ],
  },
  'batch.v1.PodFailurePolicy': { optional: ['rules'] },
  'batch.v1.PodFailurePolicyOnPodConditionsPattern': { enums: { status: ['False', 'True', 'Unknown'] } },
  'core.v1.ConfigMapEnvSource': { required: ['name'] },
  'core.v1.ConfigMapProjection': { required: ['name'] },
  'core.v1.ConfigMapVolumeSource': { required: ['name'] },
  'core.v1.DownwardAPIVolumeFile': { oneOf: ['fieldRef', 'resourceFieldRef'] },
  'core.v1.DownwardAPIProjection': { also: [RESOURCES_OF_A_CONTAINER] },
  'core.v1.DownwardAPIVolumeSource': { also: [RESOURCES_OF_A_CONTAINER] },
  'core.v1.EphemeralVolumeSource': { required: ['volumeClaimTemplate'] },
  'core.v1.HTTPHeader': { optional: ['value'] },
  'core.v1.PodDNSConfigOption': { required: ['name'] },
  'core.v1.PodSecurityContext': { pointers: ['fsGroupChangePolicy'] },
  'core.v1.PodSpec': {
    also: [
      {
        if: { required: ['dnsPolicy'], properties: { dnsPolicy: { const: 'None' } } },
        then: { required: ['dnsConfig'], properties: { dnsConfig: needs('nameservers') } },
      },
    ],
  },
  'core.v1.PreferredSchedulingTerm': { optional: ['preference'] },
  'core.v1.SeccompProfile': {
    also: [
      {
        if: { required: ['type'], properties: { type: { const: 'Localhost' } } },
        then: { required: ['localhostProfile'] },
      },
    ],
  },
  'core.v1.SecretProjection': { required: ['name'] },
  'core.v1.SecretVolumeSource': { required: ['secretName'] },
  'core.v1.Sysctl': { optional: ['value'] },
  'core.v1.VolumeNodeAffinity': { required: ['required'] },
  'core.v1.SecretEnvSource': { required: ['name'] },
  'core.v1.Container': { required: ['image'], enums: { restartPolicy: ['Always', 'Never', 'OnFailure'] } },
  'core.v1.EphemeralContainer': { required: ['image'] },
  'core.v1.EnvFromSource': { oneOf: ['configMapRef', 'secretRef'] },
  'core.v1.EnvVarSource': {
    oneOf: ['configMapKeyRef', 'fieldRef', 'fileKeyRef', 'resourceFieldRef', 'secretKeyRef'],
  },
  'core.v1.ExecAction': { required: ['command'] },
  'core.v1.LifecycleHandler': { oneOf: ['exec', 'httpGet', 'tcpSocket', 'sleep'] },
  'core.v1.LimitRangeSpec': { optional: ['limits'] },
  'core.v1.NodeSelectorRequirement': { also: [when('operator', ['In', 'NotIn'], 'values')] },
  'core.v1.PersistentVolume': { required: ['spec'] },
  'core.v1.PersistentVolumeSpec': {
    required: ['accessModes', 'capacity'],
    pointers: ['volumeMode'],
    oneOf: [
      'awsElasticBlockStore',
      'azureDisk',
      'azureFile',
      'cephfs',
      'cinder',
      'csi',
      'fc',
      'flexVolume',
      'flocker',
      'gcePersistentDisk',
      'glusterfs',
      'hostPath',
      'iscsi',
      'local',
      'nfs',
      'photonPersistentDisk',
      'portworxVolume',
      'quobyte',
      'rbd',
      'scaleIO',
      'storageos',
      'vsphereVolume',
    ],
    also: [
      { properties: { capacity: { required: ['storage'] } } },
      { if: { required: ['local'] }, then: { required: ['nodeAffinity'] } },
    ],
  },
  'core.v1.CSIPersistentVolumeSource': {
    also: [
      'controllerExpandSecretRef',
      'controllerPublishSecretRef',
      'nodeExpandSecretRef',
      'nodePublishSecretRef',
    ].map((field) => ({ properties: { [field]: needs('name', 'namespace') } })),
  },
  'core.v1.PersistentVolumeClaim': { required: ['spec'] },
  'core.v1.PersistentVolumeClaimSpec': {
    required: ['accessModes', 'resources'],
    pointers: ['volumeMode'],
    also: [
      { properties: { resources: { ...needs('requests'), properties: { requests: { required: ['storage'] } } } } },
    ],
  },
  'core.v1.Pod': { required: ['spec'] },
  'core.v1.PodTemplate': { required: ['template'], also: [TEMPLATE] },
  'core.v1.Probe': { oneOf: ['exec', 'httpGet', 'tcpSocket', 'grpc'] },
  'core.v1.ReplicationController': { required: ['spec'] },
  'core.v1.ReplicationControllerSpec': { required: ['template'], also: [TEMPLATE] },
  'core.v1.Service': { required: ['spec'] },
  'core.v1.ServiceSpec': {
    pointers: ['internalTrafficPolicy', 'ipFamilyPolicy'],
    also: [
      when('type', ['ExternalName'], 'externalName'),
      {
        if: {
          not: {
            anyOf: [
              { required: ['type'], properties: { type: { const: 'ExternalName' } } },
              { required: ['clusterIP'], properties: { clusterIP: { const: 'None' } } },
            ],
          },
        },
        then: needs('ports'),
      },
      // One port needs no name.
      {
        if: { required: ['ports'], properties: { ports: { minItems: 2 } } },
        then: { properties: { ports: { items: needs('name') } } },
      },
    ],
  },
  'core.v1.TypedLocalObjectReference': { optional: ['kind'] },
  'discovery.v1.EndpointPort': { pointers: ['protocol'], enums: { protocol: ['SCTP', 'TCP', 'UDP'] } },
  'meta.v1.LabelSelectorRequirement': { also: [when('operator', ['In', 'NotIn'], 'values')] },
  // The kind of a claim's data source may be missing; here it may not.
  'networking.v1.IngressBackend': { also: [{ properties: { resource: needs('kind') } }] },
  'networking.v1.IngressServiceBackend': { also: [needs('port')] },
  'networking.v1.ServiceBackendPort': {
    also: [{ if: { not: { required: ['number'] } }, then: needs('name') }],
  },
  'networking.v1.IngressClass': { required: ['spec'] },
  'networking.v1.IngressClassSpec': { required: ['controller'] },
  'networking.v1.IngressClassParametersReference': {
    enums: { scope: ['Cluster', 'Namespace'] },
    pointers: ['scope'],
  },
  'networking.v1.NetworkPolicyPeer': {
    also: [
      {
        if: { not: { anyOf: [{ required: ['podSelector'] }, { required: ['namespaceSelector'] }] } },
        then: { required: ['ipBlock'] },
      },
    ],
  },
  'networking.v1.NetworkPolicyPort': { pointers: ['protocol'], enums: { protocol: ['SCTP', 'TCP', 'UDP'] } },
  'policy.v1.PodDisruptionBudgetSpec': {
    pointers: ['unhealthyPodEvictionPolicy'],
    enums: { unhealthyPodEvictionPolicy: ['AlwaysAllow', 'IfHealthyBudget'] },
  },
  'rbac.v1.AggregationRule': { required: ['clusterRoleSelectors'] },
  'rbac.v1.ClusterRoleBinding': {
    also: [
      // In a RoleBinding it is the binding's own.
      { properties: { subjects: { items: when('kind', ['ServiceAccount'], 'namespace') } } },
      { properties: { roleRef: { properties: { kind: { enum: ['ClusterRole'] } } } } },
    ],
  },
  'rbac.v1.PolicyRule': {
    also: [
      {
        if: { not: { required: ['nonResourceURLs'], properties: { nonResourceURLs: { minItems: 1 } } } },
        then: needs('apiGroups', 'resources'),
      },
    ],
  },
  'rbac.v1.RoleRef': { optional: ['apiGroup'], enums: { kind: ['ClusterRole', 'Role'] } },
  'rbac.v1.Subject': {
    enums: { kind: ['Group', 'ServiceAccount', 'User'] },
  },
  'scheduling.v1.PriorityClass': { pointers: ['preemptionPolicy'] },
  'storage.v1.CSIDriver': { required: [], optional: ['spec'] },
  'storage.v1.CSIDriverSpec': {
    pointers: ['fsGroupPolicy'],
    enums: {
      fsGroupPolicy: ['File', 'None', 'ReadWriteOnceWithFSType'],
      volumeLifecycleModes: ['Ephemeral', 'Persistent'],
    },
  },
  'storage.v1.StorageClass': { pointers: ['volumeBindingMode'] },
  'storage.v1.TokenRequest': { optional: ['audience'] },
};
