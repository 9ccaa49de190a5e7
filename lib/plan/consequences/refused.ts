import { matchesLabels } from '../../graph';
import type { GraphObject } from '../../graph';
import { refusedChanges } from '../../manifest/immutable-fields';
import { formatPath } from '../../manifest/manifest';
import { child, field, listAt, textAt, valueAt } from '../../manifest/plain-data';
import type { Path } from '../../manifest/plain-data';
import { parseQuantity } from '../../manifest/quantity';
import { builtInKinds, supportedVersions } from '../../policy/schema/definitions';
import type { Comparison, Consequence, ObjectChange, Rule } from '../model';
import { addedBy, causeIn, consequence, isChanged, isWorkload, kindOf, perComparison, updateOf } from './objects';

// What API servers do not take.

/** What is to be done instead, and what that costs. */
type WayRound = (object: GraphObject, field: Path) => string;

/** The command that deletes an object. */
export function deleteCommand(object: GraphObject, flags = ''): string {
  const { resource, namespace, group } = object;
  const kind = (resource.kind ?? '').toLowerCase();
  // Short where nobody else has a kind of that name, as `kubectl api-resources` lists it.
  const name = group === '' || OWN_KINDS.has(group) ? kind : `${kind}.${group}`;
  return `kubectl ${namespace === '' ? '' : `-n ${namespace} `}delete ${name} ${resource.name ?? ''}${flags}`;
}

const OWN_KINDS = new Set(['apps', 'autoscaling', 'batch', 'policy', 'rbac.authorization.k8s.io', 'storage.k8s.io']);

const anew =
  (cost: string): WayRound =>
  (object) =>
    `Delete it and apply again (${deleteCommand(object)}): ${cost}.`;

const endsPods = anew('its pods end, and new ones start from nothing');

const WAYS: Readonly<Record<string, WayRound>> = {
  'apps/Deployment': endsPods,
  'apps/DaemonSet': endsPods,
  'apps/ReplicaSet': endsPods,
  'argoproj.io/Rollout': endsPods,
  'apps/StatefulSet': (object, path) =>
    path[1] === 'selector'
      ? endsPods(object, path)
      : `Delete it without its pods and apply again (${deleteCommand(object, ' --cascade=orphan')}): the pods run on, and are then replaced one after the other. ` +
        (path[1] === 'volumeClaimTemplates'
          ? 'Claims that are there stay as they are: each is to be grown by itself, or to be deleted with its data.'
          : 'Its claims and their data stay.'),
  'batch/Job': anew('what it has done stays done, and it runs once more'),
  '/Pod': anew('it ends, and starts from nothing'),
  '/Service': anew('it has another cluster IP, and is not there meanwhile'),
  '/ConfigMap': () => 'Make one of another name, and name that in the pod templates: the pods are then replaced.',
  '/Secret': (object, path) =>
    path[0] === 'type'
      ? anew('pods that start meanwhile wait for it')(object, path)
      : 'Make one of another name, and name that in the pod templates: the pods are then replaced.',
  '/PersistentVolumeClaim': () =>
    'Make a claim of another name and copy the data; to delete this one may delete its volume with all data.',
  '/PersistentVolume': () => 'Make a volume of another name; to delete this one may leave its claim Lost.',
  'rbac.authorization.k8s.io/RoleBinding': anew('meanwhile its subjects may nothing by it'),
  'rbac.authorization.k8s.io/ClusterRoleBinding': anew('meanwhile its subjects may nothing by it'),
  'storage.k8s.io/StorageClass': anew('volumes that are there keep what they were made with'),
  'apiextensions.k8s.io/CustomResourceDefinition': anew('every object of its kind is deleted with it'),
};

const OTHERS = anew('it is not there meanwhile');

/** Changes that an API server refuses. */
export const refused: Rule = function* (change, comparison): Iterable<Consequence> {
  const known = [...immutable(change)];
  yield* known;
  if (known.length === 0) {
    yield* custom(change, comparison);
  }
  yield* selectorOfOthers(change);
  yield* strategyThatStays(change);
  yield* openedWithoutAddress(change);
  yield* claimThatGrows(change, comparison);
  yield* versionThatEnded(change);
};

/** Whether every API server refuses a change. */
export function isRefused(change: ObjectChange, comparison: Comparison): boolean {
  return [...refused(change, comparison)].some(({ severity }) => severity === 'danger');
}

function* immutable(change: ObjectChange): Iterable<Consequence> {
  const update = updateOf(change);
  if (update === undefined) {
    return;
  }
  const { old, new: now } = update;
  const found = refusedChanges(kindOf(now), old.manifest, now.manifest, (path) => isChanged(change, path));
  for (const { field: path, until, source } of found) {
    const way = (WAYS[kindOf(now)] ?? OTHERS)(now, path);
    const who = until === undefined ? 'The API server refuses' : `API servers up to Kubernetes ${until} refuse`;
    yield consequence(
      'refused',
      until === undefined ? 'danger' : 'warning',
      `${who} to change ${formatPath(path)} while the ${now.resource.kind ?? ''} is there. ${way}`,
      causeIn(change, path),
      source,
    );
  }
}

/** A rule of a CustomResourceDefinition by which a field is as it was for ever. */
const TRANSITION = /^self\s*==\s*oldSelf$/;

const definitions = perComparison(({ new: graph }: Comparison) =>
  graph.objects.filter(
    ({ group, resource }) => group === 'apiextensions.k8s.io' && resource.kind === 'CustomResourceDefinition',
  ),
);

/** What the definition of a custom kind among the objects lets nobody change. */
function* custom(change: ObjectChange, comparison: Comparison): Iterable<Consequence> {
  const update = updateOf(change);
  const definition =
    update === undefined
      ? undefined
      : definitions(comparison).find(
          ({ manifest }) =>
            textAt(manifest, 'spec', 'group') === update.new.group &&
            textAt(manifest, 'spec', 'names', 'kind') === update.new.resource.kind,
        );
  if (update === undefined || definition === undefined) {
    return;
  }
  const { apiVersion } = update.new.resource;
  const version = listAt(definition.manifest, 'spec', 'versions').find(
    (each) => textAt(each, 'name') === apiVersion?.slice(apiVersion.indexOf('/') + 1),
  );
  for (const path of fixedFields(field(version, 'schema', 'openAPIV3Schema'), [])) {
    const [old, now] = [update.old, update.new].map(({ manifest }) => valueAt(manifest, path));
    // A rule of old and new holds where there are both.
    if (old !== undefined && now !== undefined && isChanged(change, path)) {
      yield consequence(
        'refused',
        'danger',
        `The API server refuses to change ${formatPath(path)} while the ${update.new.resource.kind ?? ''} is there, by a rule of its definition. ${OTHERS(update.new, path)}`,
        causeIn(change, path),
        'https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#transition-rules',
      );
    }
  }
}

function* fixedFields(schema: unknown, path: Path): Iterable<Path> {
  if (listAt(schema, 'x-kubernetes-validations').some((rule) => TRANSITION.test(textAt(rule, 'rule').trim()))) {
    yield path;
    return;
  }
  for (const [name, property] of Object.entries(field(schema, 'properties') ?? {})) {
    yield* fixedFields(property, [...path, name]);
  }
}

const SELECTING = new Set(['apps/Deployment', 'apps/StatefulSet', 'apps/DaemonSet', 'apps/ReplicaSet']);

/** A selector that does not select the pods of its own template. */
function* selectorOfOthers(change: ObjectChange): Iterable<Consequence> {
  const now = change.new;
  const selector = field(now?.manifest, 'spec', 'selector');
  if (
    isWorkload(now) &&
    SELECTING.has(kindOf(now)) &&
    selector !== undefined &&
    !matchesLabels(selector, now.podLabels)
  ) {
    yield consequence(
      'refused',
      'danger',
      'The API server refuses a selector that does not select the pods of its own template: every label of the selector must stand in the template as well.',
      updateOf(change) === undefined
        ? ['spec', 'selector']
        : causeIn(change, [...now.templatePath, 'metadata', 'labels']),
      'pkg/apis/apps/validation/validation.go of Kubernetes',
    );
  }
}

/** What an API server fills in beside RollingUpdate, and does not take beside another type. */
const FILLED_IN: Readonly<Record<string, { readonly strategy: string; readonly names: readonly string[] }>> = {
  'apps/Deployment': { strategy: 'strategy', names: ['maxSurge', 'maxUnavailable'] },
  'apps/StatefulSet': { strategy: 'updateStrategy', names: ['partition', 'maxUnavailable'] },
};

/** Another type of update, beside fields of the old one that a server has filled in and no apply takes away. */
function* strategyThatStays(change: ObjectChange): Iterable<Consequence> {
  const update = updateOf(change);
  const filledIn = update === undefined ? undefined : FILLED_IN[kindOf(update.new)];
  if (update === undefined || filledIn === undefined) {
    return;
  }
  const { strategy, names } = filledIn;
  const [was, is] = [update.old, update.new].map(({ manifest }) => field(manifest, 'spec', strategy));
  const [before, after] = [was, is].map((each) => textAt(each, 'type') || 'RollingUpdate');
  const left = names.filter((name) => field(was, 'rollingUpdate', name) === undefined);
  if (before === 'RollingUpdate' && after !== 'RollingUpdate' && left.length > 0) {
    const { resource, namespace } = update.new;
    const patch = JSON.stringify({ spec: { [strategy]: { type: after, rollingUpdate: null } } });
    yield consequence(
      'refused',
      'danger',
      `The API server refuses ${after ?? ''} beside rollingUpdate, of which it has filled in ${left.join(' and ')}, and no apply takes that away. Do it by hand first, which restarts nobody: kubectl -n ${namespace} patch ${(resource.kind ?? '').toLowerCase()} ${resource.name ?? ''} --type=merge --patch='${patch}'.`,
      causeIn(change, ['spec', strategy]),
      'https://github.com/kubernetes/kubernetes/issues/24198',
    );
  }
}

/** A headless Service that is to be open to the outside: node ports and load balancers lead to the cluster IP, of which it has none. */
function* openedWithoutAddress(change: ObjectChange): Iterable<Consequence> {
  const now = change.new;
  const update = updateOf(change);
  const type = textAt(now?.manifest, 'spec', 'type');
  if (now === undefined || kindOf(now) !== '/Service' || (type !== 'NodePort' && type !== 'LoadBalancer')) {
    return;
  }
  // A server keeps the address that a manifest does not name any more.
  const clusterIP = field(now.manifest, 'spec', 'clusterIP') ?? field(update?.old.manifest, 'spec', 'clusterIP');
  if (clusterIP === 'None') {
    yield consequence(
      'refused',
      'danger',
      `The API server refuses a Service of type ${type} without a cluster IP (clusterIP: None). Leave the headless Service as it is, and make one of another name for whom it is to be opened.`,
      ['spec', 'type'],
      'pkg/apis/core/validation/validation.go of Kubernetes',
    );
  }
}

/** A claim grows only where its class lets it. */
function* claimThatGrows(change: ObjectChange, { new: graph }: Comparison): Iterable<Consequence> {
  const update = updateOf(change);
  const path = ['spec', 'resources', 'requests', 'storage'];
  if (update === undefined || kindOf(update.new) !== '/PersistentVolumeClaim' || !isChanged(change, path)) {
    return;
  }
  const [before, after] = [update.old, update.new].map(
    ({ manifest }) => parseQuantity(String(valueAt(manifest, path))) ?? 0n,
  );
  const name = textAt(update.new.manifest, 'spec', 'storageClassName');
  const storageClass = graph.find('storage.k8s.io', 'StorageClass', '', name)?.manifest;
  const isKnown = storageClass !== undefined && textAt(storageClass, 'provisioner') !== '';
  const mayGrow = child(storageClass, 'allowVolumeExpansion') === true;
  if (after !== undefined && before !== undefined && after > before && !mayGrow) {
    yield consequence(
      'refused',
      isKnown ? 'danger' : 'warning',
      isKnown
        ? `The API server refuses to grow the claim: StorageClass ${name} does not say allowVolumeExpansion: true. Say so first.`
        : `The API server refuses to grow the claim unless its StorageClass${name === '' ? '' : ` ${name}`} says allowVolumeExpansion: true.`,
      path,
      'https://kubernetes.io/docs/concepts/storage/persistent-volumes/#expanding-persistent-volumes-claims',
    );
  }
}

/** A version of Kubernetes' own API that no server has any more, or that goes. */
function* versionThatEnded(change: ObjectChange): Iterable<Consequence> {
  const now = change.new;
  const { apiVersion, kind } = now?.resource ?? { apiVersion: null, kind: null };
  const known = builtInKinds()
    .get(apiVersion ?? '')
    ?.get(kind ?? '');
  if (
    now === undefined ||
    known?.removed === undefined ||
    (addedBy(change) === undefined && updateOf(change) === undefined)
  ) {
    return;
  }
  const instead = known.successor === undefined ? '' : ` Use ${known.successor}.`;
  const isGone = known.definition === undefined;
  yield consequence(
    'refused',
    isGone ? 'danger' : 'warning',
    isGone
      ? `No supported API server knows ${apiVersion ?? ''} ${kind ?? ''} any more: it went with Kubernetes ${known.removed}.${instead}`
      : `API servers from Kubernetes ${known.removed} on refuse ${apiVersion ?? ''} ${kind ?? ''}; ${supportedVersions().newest} is the newest that is supported.${instead}`,
    ['apiVersion'],
    'https://kubernetes.io/docs/reference/using-api/deprecation-guide/',
  );
}
