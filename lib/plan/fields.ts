import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Schema } from '@cfworker/json-schema';
import type { GraphObject } from '../graph';
import { groupOf } from '../manifest/manifest';
import { child, listAt, parseJson, textAt, textsAt } from '../manifest/plain-data';
import type { Path } from '../manifest/plain-data';
import { customKindsIn, importedKind, keyOf, LIST_MAP_KEYS } from '../policy/schema/custom-resources';
import type { CustomKind } from '../policy/schema/custom-resources';
import { builtInKinds, refOf, schemaOf } from '../policy/schema/definitions';

// What the API says of the fields of an object, as far as it matters to a comparison: which are quantities, which lists have merge keys, and
// what the API server fills in where nobody has written anything.

/** A field, as far as the API is known; of other fields nothing is. */
export interface Field {
  readonly schema: Schema | boolean | undefined;
  /** Kubernetes' definition of the value, such as `core.v1.Container`; empty where there is none. */
  readonly definition: string;
  /** The definition of the object that has the field, or that and the name of the map: `meta.v1.ObjectMeta.labels`; empty where there is none. */
  readonly owner: string;
  /** The name of the field, or of the list that an item is of. */
  readonly name: string;
  /** The fields that tell the items of a list apart; undefined where there are none, and the list is one value. */
  readonly keys: readonly string[] | undefined;
  /** From here to a pod template, where the object is a workload of a kind that is not Kubernetes' own. */
  readonly template: Path | undefined;
}

/** Of an object of which nothing else is known. */
const ANY_OBJECT: Schema = { properties: { metadata: { $ref: refOf('any', 'meta.v1.ObjectMeta') } } };

const POD_TEMPLATE = 'core.v1.PodTemplateSpec';

/** The fields of the objects of one set of manifests. */
export class Fields {
  private custom: ReadonlyMap<string, CustomKind> | undefined;

  /** @param objects among which there may be CustomResourceDefinitions */
  public constructor(private readonly objects: readonly GraphObject[]) {}

  /** The object as a whole. */
  public rootOf(object: GraphObject): Field {
    const apiVersion = object.resource.apiVersion ?? '';
    const kind = object.resource.kind ?? '';
    const definition = builtInKinds().get(apiVersion)?.get(kind)?.definition;
    if (definition !== undefined) {
      return fieldOf({ $ref: refOf('any', definition) }, '', '');
    }
    this.custom ??= customKindsIn(this.objects.map(({ manifest }) => manifest));
    const custom = this.custom.get(keyOf(groupOf(apiVersion), kind)) ?? importedKind(apiVersion, kind);
    const schema = custom?.versions.get(apiVersion.slice(apiVersion.indexOf('/') + 1))?.();
    const template = 'templatePath' in object ? child(object, 'templatePath') : undefined;
    return {
      ...fieldOf(schema ?? ANY_OBJECT, '', ''),
      template: Array.isArray(template) ? template.filter((key) => typeof key === 'string') : undefined,
    };
  }
}

/** What is below a field: a field of an object, a value of a map, or an item of a list. */
export function below(parent: Field, key: string | number): Field {
  const { definition, template } = parent;
  const schema = resolved(parent.schema);
  if (typeof key === 'number') {
    const items = typeof schema === 'object' && !Array.isArray(schema.items) ? schema.items : undefined;
    return fieldOf(items, '', parent.name);
  }
  const [next, ...rest] = template ?? [];
  if (next === key && rest.length === 0) {
    return fieldOf({ $ref: refOf('any', POD_TEMPLATE) }, '', key);
  }
  const properties = typeof schema === 'object' ? schema.properties : undefined;
  const known = properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined;
  const isOfMap = known === undefined && definition === '' && parent.owner !== '';
  const found = fieldOf(
    known ?? (typeof schema === 'object' ? schema.additionalProperties : undefined),
    isOfMap ? `${parent.owner}.${parent.name}` : definition,
    key,
  );
  return next === key ? { ...found, template: rest } : found;
}

function fieldOf(schema: Schema | boolean | undefined, owner: string, name: string): Field {
  const ref = typeof schema === 'object' ? (schema.$ref ?? '') : '';
  const ofSchema = child(schema, LIST_MAP_KEYS);
  return {
    schema,
    definition: ref.slice(ref.indexOf(':') + 1),
    owner,
    name,
    keys: Array.isArray(ofSchema) ? textsAt(schema, LIST_MAP_KEYS) : mergeKeysOf(owner)?.get(name),
    template: undefined,
  };
}

function resolved(schema: Schema | boolean | undefined): Schema | boolean | undefined {
  return typeof schema === 'object' && schema.$ref !== undefined ? schemaOf(schema.$ref) : schema;
}

/**
 * Whether there is no difference between an empty one and none: a map of Kubernetes' own kinds, such as labels, and what the API server makes
 * where it is missing, such as a strategy.
 */
export function isAlwaysThere({ schema, owner, name }: Field): boolean {
  const type = resolved(schema);
  const isMap = owner !== '' && typeof type === 'object' && typeof type.additionalProperties === 'object';
  return isMap || inTable(inTable(DEFAULTS, owner), name) === ALWAYS_THERE;
}

/** Whether `1` and `1000m` are the same there. */
export function isQuantity({ schema }: Field): boolean {
  return child(schema, 'format') === 'quantity';
}

const MERGE_KEYS = join(__dirname, '..', '..', 'imports', 'kubernetes', 'merge-keys.jsonl');

let mergeKeys: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>> | undefined;

/** The lists with merge keys that a definition has. */
function mergeKeysOf(definition: string): ReadonlyMap<string, readonly string[]> | undefined {
  mergeKeys ??= new Map(
    readFileSync(MERGE_KEYS, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => {
        const space = line.indexOf(' ');
        const name = line.slice(0, space).replace(/^io\.k8s\.(api|[\w-]+\.pkg\.apis)\./, '');
        const lists = Object.entries(child(parseJson(line.slice(space + 1)), 'properties') ?? {}).map(
          ([list, said]: [string, unknown]): [string, readonly string[]] => [list, textsAt(said, LIST_MAP_KEYS)],
        );
        return [name, new Map(lists.filter(([, keys]) => keys.length > 0))];
      }),
  );
  return mergeKeys.get(definition);
}

// Defaults.

/** Whether a value is what the API server fills in. */
type Test = (value: unknown, owner: unknown) => boolean;

function is(...defaults: readonly unknown[]): Test {
  return (value) => defaults.includes(value);
}

/** An object that is there whether it is written or not: it says something only by its fields. */
const ALWAYS_THERE = 'always there';

function hasLatest(image: string): boolean {
  const name = image.slice(image.lastIndexOf('/') + 1);
  return !name.includes('@') && (!name.includes(':') || name.endsWith(':latest'));
}

function pullPolicy(value: unknown, image: string): boolean {
  return value === (hasLatest(image) ? 'Always' : 'IfNotPresent');
}

const PROTOCOL = { protocol: is('TCP') };
const MODE = { defaultMode: is(0o644) };
const OFF = is(false);
const ROLLING_UPDATE = { type: is('RollingUpdate'), rollingUpdate: ALWAYS_THERE } as const;
const LABEL_SELECTOR: Test = (value) => typeof value === 'object' && value !== null && Object.keys(value).length === 0;
const WEBHOOK = {
  failurePolicy: is('Fail'),
  matchPolicy: is('Equivalent'),
  namespaceSelector: LABEL_SELECTOR,
  objectSelector: LABEL_SELECTOR,
  timeoutSeconds: is(10),
};
const HISTORY = { revisionHistoryLimit: is(10) };

/**
 * What the API server writes where a manifest says nothing, by definition: pkg/apis/*\/v1/defaults.go of Kubernetes 1.28 to 1.37, and what Go
 * leaves out since it is empty. `replicas` is none of them: where it is taken away, an object with five pods gets one.
 */
const DEFAULTS: Readonly<Record<string, Readonly<Record<string, Test | typeof ALWAYS_THERE>>>> = {
  'core.v1.PodTemplateSpec': { metadata: ALWAYS_THERE },
  'core.v1.PodSpec': {
    dnsPolicy: is('ClusterFirst'),
    restartPolicy: is('Always'),
    schedulerName: is('default-scheduler'),
    securityContext: ALWAYS_THERE,
    terminationGracePeriodSeconds: is(30),
    // A copy of serviceAccountName.
    serviceAccount: (value, owner) => value === child(owner, 'serviceAccountName'),
    hostNetwork: OFF,
    hostPID: OFF,
    hostIPC: OFF,
  },
  'core.v1.Container': {
    imagePullPolicy: (value, owner) => pullPolicy(value, textAt(owner, 'image')),
    terminationMessagePath: is('/dev/termination-log'),
    terminationMessagePolicy: is('File'),
    resources: ALWAYS_THERE,
    stdin: OFF,
    stdinOnce: OFF,
    tty: OFF,
  },
  'core.v1.ContainerPort': PROTOCOL,
  'core.v1.EnvVar': { value: is('') },
  'core.v1.VolumeMount': { readOnly: OFF },
  'core.v1.ObjectFieldSelector': { apiVersion: is('v1') },
  'core.v1.Probe': {
    timeoutSeconds: is(1),
    periodSeconds: is(10),
    successThreshold: is(1),
    failureThreshold: is(3),
    initialDelaySeconds: is(0),
  },
  'core.v1.HTTPGetAction': { path: is('/'), scheme: is('HTTP') },
  'core.v1.GRPCAction': { service: is('') },
  'core.v1.Volume': {
    emptyDir: (value, owner) =>
      LABEL_SELECTOR(value, owner) && Object.keys(owner ?? {}).every((key) => ['name', 'emptyDir'].includes(key)),
  },
  'core.v1.SecretVolumeSource': MODE,
  'core.v1.ConfigMapVolumeSource': MODE,
  'core.v1.DownwardAPIVolumeSource': MODE,
  'core.v1.ProjectedVolumeSource': MODE,
  'core.v1.ServiceAccountTokenProjection': { expirationSeconds: is(3600) },
  'core.v1.HostPathVolumeSource': { type: is('') },
  'core.v1.Secret': { type: is('Opaque') },
  'core.v1.ServiceSpec': {
    type: is('ClusterIP'),
    sessionAffinity: is('None'),
    internalTrafficPolicy: is('Cluster'),
    externalTrafficPolicy: is('Cluster'),
    allocateLoadBalancerNodePorts: is(true),
    publishNotReadyAddresses: OFF,
    sessionAffinityConfig: ALWAYS_THERE,
  },
  'core.v1.SessionAffinityConfig': { clientIP: ALWAYS_THERE },
  'core.v1.ServicePort': { ...PROTOCOL, targetPort: (value, owner) => value === child(owner, 'port') },
  'core.v1.ClientIPConfig': { timeoutSeconds: is(10_800) },
  'core.v1.PersistentVolumeClaimSpec': { volumeMode: is('Filesystem') },
  // A claim's template is an object of its own in a list.
  'core.v1.PersistentVolumeClaim': { apiVersion: is('v1'), kind: is('PersistentVolumeClaim') },
  'apps.v1.DeploymentSpec': {
    ...HISTORY,
    strategy: ALWAYS_THERE,
    progressDeadlineSeconds: is(600),
    minReadySeconds: is(0),
    paused: OFF,
  },
  'apps.v1.DeploymentStrategy': ROLLING_UPDATE,
  'apps.v1.RollingUpdateDeployment': { maxSurge: is('25%'), maxUnavailable: is('25%') },
  'apps.v1.StatefulSetSpec': {
    ...HISTORY,
    podManagementPolicy: is('OrderedReady'),
    updateStrategy: ALWAYS_THERE,
    persistentVolumeClaimRetentionPolicy: ALWAYS_THERE,
    minReadySeconds: is(0),
  },
  'apps.v1.StatefulSetUpdateStrategy': ROLLING_UPDATE,
  'apps.v1.RollingUpdateStatefulSetStrategy': { partition: is(0), maxUnavailable: is(1) },
  'apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy': { whenDeleted: is('Retain'), whenScaled: is('Retain') },
  'apps.v1.DaemonSetSpec': { ...HISTORY, updateStrategy: ALWAYS_THERE, minReadySeconds: is(0) },
  'apps.v1.DaemonSetUpdateStrategy': ROLLING_UPDATE,
  'apps.v1.RollingUpdateDaemonSet': { maxSurge: is(0), maxUnavailable: is(1) },
  'batch.v1.JobSpec': {
    // Where parallelism is set and this is not, it is done when one pod is.
    completions: (value, owner) => value === 1 && child(owner, 'parallelism') === undefined,
    parallelism: is(1),
    backoffLimit: (value, owner) => value === (child(owner, 'backoffLimitPerIndex') === undefined ? 6 : 2 ** 31 - 1),
    completionMode: is('NonIndexed'),
    suspend: OFF,
    manualSelector: OFF,
    podReplacementPolicy: (value, owner) =>
      value === (child(owner, 'podFailurePolicy') === undefined ? 'TerminatingOrFailed' : 'Failed'),
  },
  'batch.v1.JobTemplateSpec': { metadata: ALWAYS_THERE },
  'batch.v1.CronJobSpec': {
    concurrencyPolicy: is('Allow'),
    suspend: OFF,
    successfulJobsHistoryLimit: is(3),
    failedJobsHistoryLimit: is(1),
  },
  'autoscaling.v2.HorizontalPodAutoscalerSpec': { minReplicas: is(1) },
  // Its stabilizationWindowSeconds are 0 upwards, and downwards what the controller was started with.
  'autoscaling.v2.HPAScalingRules': { selectPolicy: is('Max') },
  'networking.v1.NetworkPolicyPort': PROTOCOL,
  'networking.v1.NetworkPolicySpec': {
    policyTypes: (value, owner) =>
      JSON.stringify(value) ===
      JSON.stringify(listAt(owner, 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress']),
  },
  'rbac.v1.RoleRef': { apiGroup: is('rbac.authorization.k8s.io') },
  'rbac.v1.Subject': {
    apiGroup: (value, owner) =>
      value === (textAt(owner, 'kind') === 'ServiceAccount' ? '' : 'rbac.authorization.k8s.io'),
  },
  'scheduling.v1.PriorityClass': { preemptionPolicy: is('PreemptLowerPriority'), globalDefault: OFF },
  'storage.v1.StorageClass': { reclaimPolicy: is('Delete'), volumeBindingMode: is('Immediate') },
  'admissionregistration.v1.ValidatingWebhook': WEBHOOK,
  'admissionregistration.v1.MutatingWebhook': { ...WEBHOOK, reinvocationPolicy: is('Never') },
  'admissionregistration.v1.RuleWithOperations': { scope: is('*') },
  'admissionregistration.v1.NamedRuleWithOperations': { scope: is('*') },
  'admissionregistration.v1.ServiceReference': { port: is(443) },
  'admissionregistration.v1.ValidatingAdmissionPolicySpec': { failurePolicy: is('Fail') },
  'admissionregistration.v1.MatchResources': {
    matchPolicy: is('Equivalent'),
    namespaceSelector: LABEL_SELECTOR,
    objectSelector: LABEL_SELECTOR,
  },
};

/**
 * Whether a value says no more than if it were not there.
 *
 * @param owner the object that has the field, as it is without the value
 */
export function saysNothing(of: Field, value: unknown, owner: unknown): boolean {
  if (value === undefined || value === null) {
    return true;
  }
  const test = inTable(inTable(DEFAULTS, of.owner), of.name);
  if (typeof test === 'function' ? test(value, owner) : equalsDefault(of.schema, value)) {
    return true;
  }
  if (typeof value !== 'object') {
    return false;
  }
  const isEmpty = Object.keys(value).length === 0;
  const schema = resolved(of.schema);
  // In Go an empty list or map of Kubernetes' own kinds is left out.
  if (isEmpty && of.owner !== '' && typeof schema === 'object' && schema.properties === undefined) {
    return true;
  }
  return (
    test === ALWAYS_THERE &&
    Object.entries(value).every(([key, each]: [string, unknown]) => saysNothing(below(of, key), each, undefined))
  );
}

/** Names come from manifests, and may be those of what every object of JavaScript has. */
function inTable<T>(table: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
}

/** What a custom resource's schema fills in. */
function equalsDefault(schema: Schema | boolean | undefined, value: unknown): boolean {
  const filledIn = child(schema, 'default');
  return filledIn !== undefined && JSON.stringify(filledIn) === JSON.stringify(value);
}

/** What the API server or a controller writes into an object, whatever it is, by definition. */
const ASSIGNED: Readonly<Record<string, readonly string[]>> = {
  'meta.v1.ObjectMeta': [
    'creationTimestamp',
    'deletionGracePeriodSeconds',
    'deletionTimestamp',
    'finalizers',
    'generation',
    'managedFields',
    'ownerReferences',
    'resourceVersion',
    'selfLink',
    'uid',
  ],
  'meta.v1.ObjectMeta.annotations': [
    'batch.kubernetes.io/job-tracking',
    'deployment.kubernetes.io/revision',
    'deprecated.daemonset.template.generation',
    // kubectl rollout restart; an apply leaves it.
    'kubectl.kubernetes.io/restartedAt',
    'pv.kubernetes.io/bind-completed',
    'pv.kubernetes.io/bound-by-controller',
    'rollout.argoproj.io/revision',
    'volume.beta.kubernetes.io/storage-provisioner',
    'volume.kubernetes.io/selected-node',
    'volume.kubernetes.io/storage-provisioner',
  ],
  'meta.v1.ObjectMeta.labels': [
    'batch.kubernetes.io/controller-uid',
    'batch.kubernetes.io/job-name',
    'controller-uid',
    'job-name',
    'kubernetes.io/metadata.name',
  ],
  'core.v1.NamespaceSpec': ['finalizers'],
  'core.v1.Namespace': ['spec'],
  'core.v1.ServiceAccount': ['secrets'],
  'core.v1.ServiceSpec': ['clusterIP', 'clusterIPs', 'healthCheckNodePort', 'ipFamilies', 'ipFamilyPolicy'],
  'core.v1.ServicePort': ['nodePort'],
  // By what the others of its fields say.
  'core.v1.LimitRangeItem.default': ['*'],
  'core.v1.LimitRangeItem.defaultRequest': ['*'],
  'core.v1.PersistentVolumeClaim': ['status'],
  'core.v1.PersistentVolumeClaimSpec': ['storageClassName', 'volumeName'],
  'apps.v1.DeploymentSpec': ['replicas'],
  'apps.v1.StatefulSetSpec': ['replicas'],
  'batch.v1.JobSpec': ['selector'],
  'autoscaling.v2.HorizontalPodAutoscalerSpec': ['behavior', 'metrics'],
  'autoscaling.v2.HPAScalingRules': ['policies', 'stabilizationWindowSeconds'],
  'autoscaling.v2.HorizontalPodAutoscalerBehavior': ['scaleDown', 'scaleUp'],
  'apiextensions.v1.CustomResourceDefinitionSpec': ['conversion'],
  'apiextensions.v1.CustomResourceDefinitionNames': ['listKind', 'singular'],
};

/** Whether whoever applies a manifest without the field leaves it as it is in the cluster: the server or a controller has set it. */
export function isAssigned({ owner, name }: Field): boolean {
  const names = inTable(ASSIGNED, owner) ?? [];
  return names.includes(name) || names.includes('*');
}
