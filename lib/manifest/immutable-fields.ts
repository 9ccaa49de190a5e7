import { child, groupBy, textAt, valueAt } from './plain-data';
import { parseQuantity } from './quantity';
import type { Path } from './plain-data';

// What an API server refuses to change of an object that is there.

/** A field that API servers let nobody change. */
interface ImmutableField {
  /** `group/Kind`; `/Kind` for the core group. */
  readonly kind: string;
  readonly field: Path;
  /**
   * Whether it may change after all, by what the two objects say besides.
   * @default - never
   */
  readonly mayChange?: (old: unknown, now: unknown) => boolean;
  /**
   * The last minor version of Kubernetes that refuses it.
   * @default - all do
   */
  readonly until?: string;
  readonly source: string;
}

/** A change that an API server refuses. */
export interface RefusedChange {
  readonly field: Path;
  /** The last minor version of Kubernetes that refuses it; undefined where all do. */
  readonly until: string | undefined;
  readonly source: string;
}

type Condition = Omit<ImmutableField, 'kind' | 'source'>;

function of(kind: string, source: string, ...rest: readonly (string | Condition)[]): readonly ImmutableField[] {
  return rest.map((each) => ({ kind, source, ...(typeof each === 'string' ? { field: each.split('.') } : each) }));
}

function at(path: string, rest: Omit<Condition, 'field'>): Condition {
  return { field: path.split('.'), ...rest };
}

const validation = (group: string): string => `pkg/apis/${group}/validation/validation.go of Kubernetes`;

function specOf(object: unknown, name: string): unknown {
  return valueAt(object, ['spec', name]);
}

function isOfType(type: string): (service: unknown) => boolean {
  return (service) => (textAt(service, 'spec', 'type') || 'ClusterIP') === type;
}

function isHeadless(service: unknown): boolean {
  return specOf(service, 'clusterIP') === 'None';
}

function hasHealthCheck(service: unknown): boolean {
  return isOfType('LoadBalancer')(service) && specOf(service, 'externalTrafficPolicy') === 'Local';
}

/** Where neither it nor the parallelism is said, there is one. */
function completionsOf(job: unknown): unknown {
  return specOf(job, 'completions') ?? (specOf(job, 'parallelism') === undefined ? 1 : undefined);
}

function mayChangeUnlessImmutable(old: unknown): boolean {
  return child(old, 'immutable') !== true;
}

/** What a server has filled in, and keeps where a manifest does not name it. */
function isLeftToServer(...path: readonly string[]): (old: unknown, now: unknown) => boolean {
  return (_, now) => (valueAt(now, path) ?? '') === '';
}

/** Fields of a PersistentVolume's spec that are not where its data is. */
const NO_SOURCE = [
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeAttributesClassName',
];

/** What of a pod's spec may change: images, and two numbers that only ever go down. */
const POD_MAY_CHANGE = /^(activeDeadlineSeconds|terminationGracePeriodSeconds|tolerations|schedulingGates)$/;

function withoutKeys(value: unknown, isLeftOut: (key: string) => boolean): unknown {
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).filter(([key]) => !isLeftOut(key)))
    : value;
}

function podWithoutImages(pod: unknown): string {
  const spec = withoutKeys(child(pod, 'spec'), (key) => POD_MAY_CHANGE.test(key));
  return JSON.stringify(spec, (key, value: unknown) =>
    ['containers', 'initContainers'].includes(key) && Array.isArray(value)
      ? value.map((container: unknown) => withoutKeys(container, (name) => name === 'image'))
      : value,
  );
}

/** A Job that is suspended, and has not started, may still be told where its pods run. */
function withoutPlacement(template: unknown): string {
  const affinity = withoutKeys(valueAt(template, ['spec', 'affinity']), (key) => key === 'nodeAffinity');
  const metadata = withoutKeys(child(template, 'metadata'), (key) => key === 'annotations' || key === 'labels');
  const isEmpty = (value: unknown): boolean => typeof value === 'object' && Object.keys(value ?? {}).length === 0;
  return JSON.stringify([
    isEmpty(metadata) ? undefined : metadata,
    isEmpty(affinity) ? undefined : affinity,
    withoutKeys(child(template, 'spec'), (key) => PLACEMENT.includes(key)),
  ]);
}

const PLACEMENT = ['affinity', 'nodeSelector', 'schedulingGates', 'tolerations'];

const FIELDS: readonly ImmutableField[] = [
  ...of(
    'apps/StatefulSet',
    validation('apps'),
    'spec.selector',
    'spec.serviceName',
    'spec.podManagementPolicy',
    'spec.volumeClaimTemplates',
    at('spec.revisionHistoryLimit', { until: '1.32' }),
  ),
  ...of('apps/Deployment', validation('apps'), 'spec.selector'),
  ...of('apps/DaemonSet', validation('apps'), 'spec.selector'),
  ...of('apps/ReplicaSet', validation('apps'), 'spec.selector'),
  ...of('apps/ControllerRevision', validation('apps'), 'data'),
  ...of(
    'batch/Job',
    validation('batch'),
    'spec.selector',
    at('spec.template', {
      mayChange: (old, now) =>
        specOf(old, 'suspend') === true &&
        withoutPlacement(specOf(old, 'template')) === withoutPlacement(specOf(now, 'template')),
    }),
    'spec.completionMode',
    at('spec.completions', {
      mayChange: (old, now) =>
        completionsOf(old) === completionsOf(now) ||
        (specOf(now, 'completionMode') === 'Indexed' && completionsOf(now) === (specOf(now, 'parallelism') ?? 1)),
    }),
    'spec.podFailurePolicy',
    'spec.backoffLimitPerIndex',
    'spec.managedBy',
    'spec.successPolicy',
  ),
  ...of(
    '/Pod',
    validation('core'),
    at('spec', { mayChange: (old, now) => podWithoutImages(old) === podWithoutImages(now) }),
  ),
  ...of(
    '/Service',
    validation('core'),
    at('spec.clusterIP', {
      mayChange: (old, now) =>
        isLeftToServer('spec', 'clusterIP')(old, now) ||
        [old, now].some(isOfType('ExternalName')) ||
        [old, now].every(isHeadless),
    }),
    at('spec.loadBalancerClass', { mayChange: (old, now) => ![old, now].every(isOfType('LoadBalancer')) }),
    at('spec.healthCheckNodePort', {
      mayChange: (old, now) =>
        isLeftToServer('spec', 'healthCheckNodePort')(old, now) || ![old, now].every(hasHealthCheck),
    }),
  ),
  ...['data', 'binaryData', 'immutable'].flatMap((name) =>
    of('/ConfigMap', validation('core'), at(name, { mayChange: mayChangeUnlessImmutable })),
  ),
  ...of('/Secret', validation('core'), 'type'),
  ...['data', 'stringData', 'immutable'].flatMap((name) =>
    of('/Secret', validation('core'), at(name, { mayChange: mayChangeUnlessImmutable })),
  ),
  ...of(
    '/PersistentVolumeClaim',
    validation('core'),
    ...['accessModes', 'selector', 'dataSource', 'dataSourceRef', 'volumeMode'].map((name) => `spec.${name}`),
    'spec.resources.limits',
    at('spec.storageClassName', { mayChange: isLeftToServer('spec', 'storageClassName') }),
    at('spec.volumeName', { mayChange: isLeftToServer('spec', 'volumeName') }),
    at('spec.resources.requests.storage', {
      mayChange: (old, now) => {
        const sizeOf = (claim: unknown): bigint =>
          parseQuantity(String(valueAt(claim, ['spec', 'resources', 'requests', 'storage']))) ?? 0n;
        return sizeOf(now) >= sizeOf(old);
      },
    }),
  ),
  ...of(
    '/PersistentVolume',
    validation('core'),
    at('spec', {
      mayChange: (old, now) => {
        const sourceOf = (volume: unknown): string =>
          JSON.stringify(withoutKeys(child(volume, 'spec'), (key) => NO_SOURCE.includes(key)));
        return sourceOf(old) === sourceOf(now);
      },
    }),
  ),
  ...of('rbac.authorization.k8s.io/RoleBinding', validation('rbac'), 'roleRef'),
  ...of('rbac.authorization.k8s.io/ClusterRoleBinding', validation('rbac'), 'roleRef'),
  ...of(
    'storage.k8s.io/StorageClass',
    validation('storage'),
    ...['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode'],
  ),
  ...of('storage.k8s.io/VolumeAttributesClass', validation('storage'), 'driverName', 'parameters'),
  ...of('storage.k8s.io/VolumeAttachment', validation('storage'), 'spec'),
  ...of(
    'storage.k8s.io/CSIDriver',
    validation('storage'),
    'spec.attachRequired',
    'spec.volumeLifecycleModes',
    at('spec.podInfoOnMount', { until: '1.28' }),
  ),
  ...of('networking.k8s.io/IngressClass', validation('networking'), 'spec.controller'),
  ...of('networking.k8s.io/IPAddress', validation('networking'), 'spec.parentRef'),
  ...of('scheduling.k8s.io/PriorityClass', validation('scheduling'), 'value', 'preemptionPolicy'),
  ...of('node.k8s.io/RuntimeClass', validation('node'), 'handler'),
  ...of('discovery.k8s.io/EndpointSlice', validation('discovery'), 'addressType'),
  ...of('resource.k8s.io/ResourceClaim', validation('resource'), 'spec'),
  ...of('resource.k8s.io/ResourceClaimTemplate', validation('resource'), 'spec'),
  ...of(
    'apiextensions.k8s.io/CustomResourceDefinition',
    'pkg/apis/apiextensions/validation/validation.go of k8s.io/apiextensions-apiserver',
    ...['spec.group', 'spec.scope', 'spec.names.kind', 'spec.names.plural'],
  ),
  // By rules of their own definitions.
  ...of('argoproj.io/Rollout', 'manifests/crds/rollout-crd.yaml of Argo Rollouts', 'spec.selector'),
  ...of(
    'gateway.networking.k8s.io/GatewayClass',
    'https://gateway-api.sigs.k8s.io/reference/spec/#gatewayclassspec',
    'spec.controllerName',
  ),
];

let byKind: ReadonlyMap<string, readonly ImmutableField[]> | undefined;

/**
 * The fields that an API server refuses to change, of an object that it has.
 *
 * @param kind `group/Kind`; `/Kind` for the core group
 * @param old as it was applied
 * @param now as it shall be
 * @param isChanged whether a field of the two is another one, or anything below it
 */
export function refusedChanges(
  kind: string,
  old: unknown,
  now: unknown,
  isChanged: (field: Path) => boolean,
): readonly RefusedChange[] {
  byKind ??= groupBy(FIELDS, (each) => each.kind);
  return (byKind.get(kind) ?? []).flatMap(({ field, mayChange, until, source }) =>
    !isChanged(field) || mayChange?.(old, now) === true ? [] : [{ field, until, source }],
  );
}
