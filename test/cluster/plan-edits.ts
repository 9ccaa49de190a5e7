/** Changes to objects, one thing each, of which a plan and an API server say what they do. */
import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from './kubectl';

type Path = readonly (string | number)[];

/** A change to one field of an object; `to` takes what is there, and undefined takes it away. */
export interface Edit {
  /** `group/Kind`; `/Kind` for the core group. */
  readonly kinds: readonly string[];
  readonly path: Path;
  readonly to: (old: unknown, object: KubernetesObject) => unknown;
}

const DEPLOYMENT = 'apps/Deployment';
const STATEFUL_SET = 'apps/StatefulSet';
const DAEMON_SET = 'apps/DaemonSet';
const ROLLOUT = 'argoproj.io/Rollout';
const ALL = [DEPLOYMENT, STATEFUL_SET, DAEMON_SET, ROLLOUT];
const TEMPLATE = ['spec', 'template'];
const POD = [...TEMPLATE, 'spec'];
const CONTAINER = [...POD, 'containers', 0];

type To = Edit['to'];

const edit = (kinds: string | readonly string[], path: Path, to: To | object | string | number | boolean): Edit => ({
  kinds: typeof kinds === 'string' ? [kinds] : kinds,
  path,
  to: typeof to === 'function' ? (to as To) : () => to,
});
const gone = (): undefined => undefined;
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as readonly unknown[]) : []);
const plus =
  (...items: readonly unknown[]) =>
  (old: unknown) => [...list(old), ...items];
const reversed = (old: unknown): unknown => list(old).toReversed();
const with_ = (fields: object) => (old: unknown) => ({ ...(old as object), ...fields });

const withProbe = (fields: object) => (old: unknown) =>
  old === undefined ? undefined : { ...(old as object), ...fields };

/** What a Service of type ExternalName never has. */
const unlessExternal = (address: string) => (old: unknown, object: KubernetesObject) =>
  textOf(object, ['spec', 'type']) === 'ExternalName' ? old : address;

export const EDITS: readonly Edit[] = [
  // Of the pods' template.
  edit(ALL, [...CONTAINER, 'image'], 'registry.example.org/other:2.0.0'),
  edit(ALL, [...CONTAINER, 'imagePullPolicy'], 'IfNotPresent'),
  edit(ALL, [...CONTAINER, 'imagePullPolicy'], 'Always'),
  edit(ALL, [...CONTAINER, 'env'], plus({ name: 'ADDED', value: '1' })),
  edit(ALL, [...CONTAINER, 'env'], reversed),
  edit(ALL, [...CONTAINER, 'env'], plus({ name: 'EMPTY', value: '' })),
  edit(ALL, [...CONTAINER, 'args'], plus('--more')),
  edit(ALL, [...CONTAINER, 'resources', 'limits', 'cpu'], '1000m'),
  edit(ALL, [...CONTAINER, 'resources', 'requests', 'memory'], '101Mi'),
  edit(ALL, [...CONTAINER, 'terminationMessagePath'], '/dev/termination-log'),
  edit(ALL, [...CONTAINER, 'tty'], false),
  edit(ALL, [...CONTAINER, 'lifecycle'], { preStop: { exec: { command: ['sleep', '7'] } } }),
  edit(ALL, [...CONTAINER, 'securityContext', 'privileged'], false),
  edit(ALL, [...CONTAINER, 'ports'], (old: unknown) =>
    list(old).map((port) => ({ protocol: 'TCP', ...(port as object) })),
  ),
  edit(ALL, [...CONTAINER, 'ports'], plus({ name: 'added', containerPort: 9999 })),
  edit(ALL, [...CONTAINER, 'readinessProbe'], withProbe({ periodSeconds: 7 })),
  edit(ALL, [...CONTAINER, 'readinessProbe'], withProbe({ successThreshold: 1 })),
  edit(ALL, [...CONTAINER, 'readinessProbe'], gone),
  edit(ALL, [...CONTAINER, 'volumeMounts'], reversed),
  edit(ALL, [...POD, 'terminationGracePeriodSeconds'], 31),
  edit(ALL, [...POD, 'terminationGracePeriodSeconds'], 30),
  edit(ALL, [...POD, 'restartPolicy'], 'Always'),
  edit(ALL, [...POD, 'dnsPolicy'], 'ClusterFirst'),
  edit(ALL, [...POD, 'dnsPolicy'], 'Default'),
  edit(ALL, [...POD, 'schedulerName'], 'default-scheduler'),
  edit(ALL, [...POD, 'hostNetwork'], false),
  edit(ALL, [...POD, 'enableServiceLinks'], gone),
  edit(ALL, [...POD, 'tolerations'], plus({ key: 'added', operator: 'Exists' })),
  edit(ALL, [...POD, 'volumes'], plus({ name: 'added', emptyDir: {} })),
  edit(ALL, [...POD, 'volumes'], reversed),
  edit(ALL, [...POD, 'nodeSelector'], {}),
  edit(ALL, [...POD, 'serviceAccount'], (_: unknown, object: KubernetesObject) =>
    textOf(object, [...POD, 'serviceAccountName']),
  ),
  edit(ALL, [...POD, 'securityContext', 'fsGroup'], 1234),
  edit(ALL, [...POD, 'topologySpreadConstraints'], gone),
  edit(ALL, [...TEMPLATE, 'metadata', 'annotations', 'checksum/config'], 'f00'),
  edit(ALL, [...TEMPLATE, 'metadata', 'labels', 'added'], 'yes'),
  edit([DEPLOYMENT, STATEFUL_SET, DAEMON_SET], [...TEMPLATE, 'metadata', 'labels', 'app.kubernetes.io/name'], 'other'),

  // Of the workload.
  edit(ALL, ['metadata', 'labels', 'added'], 'yes'),
  edit(ALL, ['metadata', 'annotations', 'added'], 'yes'),
  edit(ALL, ['spec', 'revisionHistoryLimit'], 7),
  edit(ALL, ['spec', 'minReadySeconds'], 7),
  edit([DEPLOYMENT, STATEFUL_SET, ROLLOUT], ['spec', 'replicas'], 2),
  edit(DEPLOYMENT, ['spec', 'progressDeadlineSeconds'], 700),
  edit(DEPLOYMENT, ['spec', 'paused'], true),
  edit(DEPLOYMENT, ['spec', 'strategy'], { type: 'Recreate' }),
  edit(DEPLOYMENT, ['spec', 'strategy'], {
    type: 'RollingUpdate',
    rollingUpdate: { maxSurge: '50%', maxUnavailable: 0 },
  }),
  edit([STATEFUL_SET, DAEMON_SET], ['spec', 'updateStrategy'], { type: 'OnDelete' }),
  edit([STATEFUL_SET, DAEMON_SET], ['spec', 'updateStrategy'], { type: 'RollingUpdate' }),
  edit(ROLLOUT, ['spec', 'strategy', 'canary', 'steps'], [{ setWeight: 10 }, { pause: {} }]),
  edit(
    [DEPLOYMENT, DAEMON_SET, STATEFUL_SET, ROLLOUT],
    ['spec', 'selector', 'matchLabels', 'app.kubernetes.io/part-of'],
    'sportstix',
  ),
  edit(
    [DEPLOYMENT, ROLLOUT],
    ['spec', 'selector', 'matchExpressions'],
    [{ key: 'app.kubernetes.io/name', operator: 'Exists' }],
  ),
  edit(STATEFUL_SET, ['spec', 'serviceName'], 'other'),
  edit(STATEFUL_SET, ['spec', 'serviceName'], gone),
  edit(STATEFUL_SET, ['spec', 'podManagementPolicy'], 'Parallel'),
  edit(STATEFUL_SET, ['spec', 'podManagementPolicy'], 'OrderedReady'),
  edit(STATEFUL_SET, ['spec', 'podManagementPolicy'], gone),
  edit(STATEFUL_SET, ['spec', 'persistentVolumeClaimRetentionPolicy'], { whenDeleted: 'Delete', whenScaled: 'Retain' }),
  edit(STATEFUL_SET, ['spec', 'persistentVolumeClaimRetentionPolicy'], { whenDeleted: 'Retain', whenScaled: 'Retain' }),
  edit(STATEFUL_SET, ['spec', 'volumeClaimTemplates', 0, 'spec', 'resources', 'requests', 'storage'], '77Gi'),
  edit(STATEFUL_SET, ['spec', 'volumeClaimTemplates', 0, 'spec', 'resources', 'requests', 'storage'], mebibytes),
  edit(STATEFUL_SET, ['spec', 'volumeClaimTemplates', 0, 'spec', 'volumeMode'], 'Filesystem'),
  edit(STATEFUL_SET, ['spec', 'volumeClaimTemplates', 0, 'spec', 'storageClassName'], 'other'),
  edit(STATEFUL_SET, ['spec', 'volumeClaimTemplates', 0, 'metadata', 'labels', 'added'], 'yes'),
  edit(STATEFUL_SET, ['spec', 'volumeClaimTemplates'], gone),

  // Of objects besides.
  edit('batch/Job', [...CONTAINER, 'image'], 'registry.example.org/other:2.0.0'),
  edit('batch/Job', [...CONTAINER, 'imagePullPolicy'], 'IfNotPresent'),
  edit('batch/Job', [...POD, 'nodeSelector'], { added: 'yes' }),
  edit('batch/Job', [...TEMPLATE, 'metadata', 'annotations', 'added'], 'yes'),
  edit('batch/Job', ['spec', 'backoffLimit'], 3),
  edit('batch/Job', ['spec', 'backoffLimitPerIndex'], gone),
  edit('batch/Job', ['spec', 'completions'], 2),
  edit('batch/Job', ['spec', 'completions'], 1),
  edit('batch/Job', ['spec', 'parallelism'], 2),
  edit('batch/Job', ['spec', 'suspend'], true),
  edit('batch/Job', ['spec', 'ttlSecondsAfterFinished'], 600),
  edit('batch/Job', ['spec', 'activeDeadlineSeconds'], 600),
  edit('batch/Job', ['spec'], (old: unknown) => ({ ...(old as object), completionMode: 'Indexed', completions: 1 })),
  edit(
    'batch/CronJob',
    ['spec', 'jobTemplate', 'spec', 'template', 'spec', 'containers', 0, 'image'],
    'registry.example.org/other:2.0.0',
  ),
  edit('batch/CronJob', ['spec', 'schedule'], '5 5 * * *'),

  edit('/Service', ['spec', 'ports'], plus({ name: 'added', port: 9999 })),
  edit('/Service', ['spec', 'ports', 0, 'port'], 7777),
  edit('/Service', ['spec', 'ports', 0, 'targetPort'], 7777),
  edit('/Service', ['spec', 'selector', 'added'], 'yes'),
  edit('/Service', ['spec', 'type'], 'NodePort'),
  edit('/Service', ['spec', 'type'], 'LoadBalancer'),
  edit('/Service', ['spec'], (old: unknown) => ({
    ...(old as object),
    type: 'ExternalName',
    externalName: 'else.example.org',
    clusterIP: undefined,
  })),
  edit('/Service', ['spec', 'clusterIP'], unlessExternal('None')),
  edit('/Service', ['spec', 'clusterIP'], unlessExternal('10.96.77.77')),
  edit('/Service', ['spec', 'clusterIP'], gone),
  edit('/Service', ['spec', 'sessionAffinity'], 'ClientIP'),
  edit('/Service', ['spec', 'publishNotReadyAddresses'], true),
  edit('/Service', ['spec', 'internalTrafficPolicy'], 'Local'),

  edit('/ConfigMap', ['data', 'added'], 'yes'),
  edit('/ConfigMap', ['immutable'], true),
  edit('/Secret', ['type'], 'kubernetes.io/basic-auth'),
  edit('/Secret', ['type'], 'Opaque'),
  edit('/Secret', ['stringData', 'added'], 'yes'),
  edit('/Secret', ['stringData', 'password'], 'another'),
  edit('/Secret', ['immutable'], gone),
  edit('/Namespace', ['metadata', 'labels', 'pod-security.kubernetes.io/enforce'], 'privileged'),
  edit('/ServiceAccount', ['automountServiceAccountToken'], true),

  edit('rbac.authorization.k8s.io/ClusterRole', ['rules', 0, 'verbs'], ['*']),
  edit(
    'rbac.authorization.k8s.io/ClusterRoleBinding',
    ['subjects'],
    plus({ kind: 'ServiceAccount', name: 'other', namespace: 'other' }),
  ),
  edit('rbac.authorization.k8s.io/ClusterRoleBinding', ['roleRef', 'name'], 'view'),
  edit('rbac.authorization.k8s.io/RoleBinding', ['roleRef'], with_({ kind: 'ClusterRole' })),

  edit('networking.k8s.io/Ingress', ['spec', 'rules', 0, 'http', 'paths', 0, 'backend', 'service', 'name'], 'other'),
  edit('networking.k8s.io/Ingress', ['spec', 'ingressClassName'], 'other'),
  edit('networking.k8s.io/NetworkPolicy', ['spec', 'podSelector', 'matchLabels'], { added: 'yes' }),
  edit('networking.k8s.io/NetworkPolicy', ['spec', 'ingress'], [{}]),
  edit('policy/PodDisruptionBudget', ['spec', 'maxUnavailable'], 2),
  edit('policy/PodDisruptionBudget', ['spec', 'selector', 'matchLabels', 'added'], 'yes'),
  edit('autoscaling/HorizontalPodAutoscaler', ['spec', 'maxReplicas'], 11),
  edit('autoscaling/HorizontalPodAutoscaler', ['spec', 'scaleTargetRef', 'name'], 'other'),

  edit('gateway.networking.k8s.io/HTTPRoute', ['spec', 'hostnames'], ['else.example.org']),
  edit('gateway.networking.k8s.io/Gateway', ['spec', 'gatewayClassName'], 'other'),
  edit('gateway.networking.k8s.io/GatewayClass', ['spec', 'controllerName'], 'example.org/other'),
  edit('external-secrets.io/ExternalSecret', ['spec', 'refreshInterval'], '2h'),
  edit('external-secrets.io/ExternalSecret', ['spec', 'target', 'name'], 'other'),
  edit('kafka.strimzi.io/KafkaTopic', ['spec', 'partitions'], 1),
  edit('kafka.strimzi.io/KafkaTopic', ['spec', 'topicName'], 'other'),
  edit('kafka.strimzi.io/Kafka', ['spec', 'kafka', 'version'], '4.2.0'),
  edit('kafka.strimzi.io/KafkaNodePool', ['spec', 'replicas'], 1),
  edit('kafka.strimzi.io/KafkaNodePool', ['spec', 'storage', 'volumes', 0, 'size'], '1Gi'),
  edit('kafka.strimzi.io/KafkaUser', ['spec', 'authorization', 'acls'], []),

  edit('/Pod', ['spec', 'containers', 0, 'image'], 'registry.example.org/other:2.0.0'),
  edit('/Pod', ['spec', 'containers', 0, 'env'], [{ name: 'ADDED', value: '1' }]),
  edit('/Pod', ['metadata', 'labels', 'added'], 'yes'),
  edit('/PersistentVolumeClaim', ['spec', 'resources', 'requests', 'storage'], '3Gi'),
  edit('/PersistentVolumeClaim', ['spec', 'resources', 'requests', 'storage'], '1Gi'),
  edit('/PersistentVolumeClaim', ['spec', 'resources', 'requests', 'storage'], '2048Mi'),
  edit('/PersistentVolumeClaim', ['spec', 'accessModes'], ['ReadWriteMany']),
  edit('/PersistentVolumeClaim', ['spec', 'storageClassName'], 'other'),
  edit('/PersistentVolumeClaim', ['metadata', 'labels', 'added'], 'yes'),
  edit('/PersistentVolume', ['spec', 'hostPath', 'path'], '/other'),
  edit('/PersistentVolume', ['spec', 'capacity', 'storage'], '3Gi'),
  edit('/PersistentVolume', ['spec', 'persistentVolumeReclaimPolicy'], 'Delete'),
  edit('storage.k8s.io/StorageClass', ['parameters', 'added'], 'yes'),
  edit('storage.k8s.io/StorageClass', ['provisioner'], 'example.org/other'),
  edit('storage.k8s.io/StorageClass', ['reclaimPolicy'], 'Delete'),
  edit('storage.k8s.io/StorageClass', ['reclaimPolicy'], 'Retain'),
  edit('storage.k8s.io/StorageClass', ['volumeBindingMode'], 'WaitForFirstConsumer'),
  edit('storage.k8s.io/StorageClass', ['allowVolumeExpansion'], true),
  edit('storage.k8s.io/CSIDriver', ['spec', 'attachRequired'], false),
  edit('storage.k8s.io/CSIDriver', ['spec', 'podInfoOnMount'], true),
  edit('storage.k8s.io/CSIDriver', ['spec', 'volumeLifecycleModes'], ['Ephemeral']),
  edit('networking.k8s.io/IngressClass', ['spec', 'controller'], 'example.org/other'),
  edit('scheduling.k8s.io/PriorityClass', ['value'], 7),
  edit('scheduling.k8s.io/PriorityClass', ['preemptionPolicy'], 'Never'),
  edit('scheduling.k8s.io/PriorityClass', ['preemptionPolicy'], 'PreemptLowerPriority'),
  edit('scheduling.k8s.io/PriorityClass', ['description'], 'other'),
  edit('node.k8s.io/RuntimeClass', ['handler'], 'other'),
  edit('node.k8s.io/RuntimeClass', ['overhead'], { podFixed: { cpu: '10m' } }),
  edit('discovery.k8s.io/EndpointSlice', ['endpoints'], []),
  edit('apps/ReplicaSet', ['spec', 'selector', 'matchLabels', 'b'], 'b'),
  edit('apps/ReplicaSet', [...CONTAINER, 'image'], 'registry.example.org/other:2.0.0'),
];

function textOf(object: KubernetesObject, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string | number, unknown> | undefined)?.[key], object);
}

/** The same size in another unit. */
function mebibytes(old: unknown): unknown {
  const [, digits] = /^(\d+)Gi$/.exec(String(old)) ?? [];
  return digits === undefined ? old : `${Number(digits) * 1024}Mi`;
}

/** The object after an edit; undefined where there is nothing for it to change. */
export function edited(object: KubernetesObject, { path, to }: Edit): KubernetesObject | undefined {
  const copy = structuredClone(object);
  let holder: unknown = copy;
  for (const key of path.slice(0, -1)) {
    const next = (holder as Record<string | number, unknown>)[key];
    if (next === undefined && typeof key === 'number') {
      return undefined;
    }
    holder = next ?? ((holder as Record<string | number, unknown>)[key] = {});
  }
  const last = path.at(-1) ?? '';
  const fields = holder as Record<string | number, unknown>;
  const value = to(fields[last], object);
  if (value === undefined) {
    Reflect.deleteProperty(fields, last);
  } else {
    fields[last] = value;
  }
  return isDeepStrictEqual(copy, object) ? undefined : copy;
}

const pod = {
  containers: [{ name: 'demo', image: 'registry.example.org/demo:1.0.0' }],
};
const labels = { a: 'a', b: 'b' };
const named = (name: string, more: object = {}) => ({ name, ...more });
const inNamespace = (name: string, more: object = {}) => named(name, { namespace: 'demo', ...more });

/** Objects of kinds, and Services of types, that not every environment has. */
export const FURTHER_OBJECTS: readonly KubernetesObject[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: named('demo') },
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: inNamespace('default') },
  { apiVersion: 'v1', kind: 'Pod', metadata: inNamespace('demo', { labels: { c: 'c' } }), spec: pod },
  {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: inNamespace('demo'),
    spec: { replicas: 0, selector: { matchLabels: { a: 'a' } }, template: { metadata: { labels }, spec: pod } },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: inNamespace('headless'),
    spec: { clusterIP: 'None', selector: labels, ports: [{ name: 'http', port: 80 }] },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: inNamespace('open'),
    spec: { type: 'LoadBalancer', selector: labels, ports: [{ name: 'http', port: 80 }] },
  },
  {
    // With nothing said that has a default.
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: inNamespace('demo'),
    spec: {
      replicas: 0,
      selector: { matchLabels: { d: 'd' } },
      template: { metadata: { labels: { d: 'd' } }, spec: pod },
    },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: inNamespace('demo'),
    spec: {
      replicas: 0,
      serviceName: 'demo',
      selector: { matchLabels: { e: 'e' } },
      template: { metadata: { labels: { e: 'e' } }, spec: pod },
    },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: inNamespace('demo'),
    spec: { selector: { matchLabels: { f: 'f' } }, template: { metadata: { labels: { f: 'f' } }, spec: pod } },
  },
  {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: inNamespace('demo'),
    spec: {
      schedule: '0 0 1 1 *',
      jobTemplate: { spec: { template: { spec: { ...pod, restartPolicy: 'Never' } } } },
    },
  },
  {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: inNamespace('demo'),
    spec: {
      suspend: true,
      completionMode: 'Indexed',
      completions: 3,
      parallelism: 3,
      template: { metadata: { labels }, spec: { ...pod, restartPolicy: 'Never' } },
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: inNamespace('demo'),
    immutable: true,
    stringData: { username: 'demo', password: 'demo' },
  },
  { apiVersion: 'v1', kind: 'Secret', metadata: inNamespace('changing'), stringData: { password: 'demo' } },
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: inNamespace('demo'), immutable: true, data: { key: 'value' } },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: inNamespace('demo'),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'view' },
    subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'demo' }],
  },
  {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: inNamespace('demo'),
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'local-path',
      resources: { requests: { storage: '2Gi' } },
    },
  },
  {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: named('demo'),
    spec: {
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '2Gi' },
      hostPath: { path: '/nonexistent' },
      storageClassName: 'none-of-that-name',
    },
  },
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: named('demo'),
    provisioner: 'kubernetes.io/no-provisioner',
  },
  { apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', metadata: named('demo'), spec: {} },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: named('demo'),
    spec: { controller: 'example.org/demo' },
  },
  { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: named('demo'), value: 5 },
  { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: named('demo'), handler: 'demo' },
  {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'GatewayClass',
    metadata: named('demo'),
    spec: { controllerName: 'example.org/demo' },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: inNamespace('external'),
    spec: { type: 'ExternalName', externalName: 'demo.example.org', ports: [{ name: 'http', port: 80 }] },
  },
];
