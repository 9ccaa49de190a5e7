import type { GraphObject } from '../graph';
import { groupOf, resourceOf } from '../manifest/manifest';
import { identityOf } from './model';
import { compareCodeUnits, field, groupBy, listAt, textAt } from '../manifest/plain-data';

// What a cluster holds of a set of manifests, and what it holds of the same application that the set lacks.

/** A cluster, asked through kubectl. */
export interface LiveCluster {
  /** What kubectl prints; undefined where what is asked for is not there. */
  ask(...args: readonly string[]): Promise<string | undefined>;
  /** The objects that `kubectl get` lists. */
  list(...args: readonly string[]): Promise<readonly unknown[]>;
}

/** A kind that the API server serves. */
interface ServedKind {
  /** The name in addresses. */
  readonly resource: string;
  readonly group: string;
  readonly version: string;
  readonly isNamespaced: boolean;
  readonly kind: string;
}

/** By this label we know our own. */
const PART_OF = 'app.kubernetes.io/part-of';

/** Kinds whose objects others make, be they labelled as what they are made for. */
const MADE_BY_OTHERS: ReadonlySet<string> = new Set([
  '/Endpoints',
  '/Event',
  'apps/ControllerRevision',
  'apps/ReplicaSet',
  'cilium.io/CiliumEndpoint',
  'discovery.k8s.io/EndpointSlice',
  'events.k8s.io/Event',
  'metrics.k8s.io/NodeMetrics',
  'metrics.k8s.io/PodMetrics',
]);

/**
 * What a cluster holds of some objects; and, in their namespaces, what carries the same label `app.kubernetes.io/part-of` and is none of
 * them. Of Secrets only those are read that are asked for.
 *
 * @throws Error if the cluster does not answer.
 */
export async function readCluster(cluster: LiveCluster, objects: readonly GraphObject[]): Promise<readonly unknown[]> {
  const served = parseKinds((await cluster.ask('api-resources', '--verbs=list', '--no-headers')) ?? '');
  const versions = new Set(((await cluster.ask('api-versions')) ?? '').split(/\s+/));
  const wanted = kindsOf(objects, served, versions);
  const identities = new Set(objects.map(identityOf));
  const parts = new Set(objects.map(({ manifest }) => textAt(manifest, 'metadata', 'labels', PART_OF)));
  const labels = [...parts].filter((part) => part !== '').sort(compareCodeUnits);
  const namespaces = [...new Set(objects.map(({ namespace }) => namespace))].sort(compareCodeUnits);
  const found: unknown[] = [];
  for (const namespace of namespaces) {
    const isHere = ({ isNamespaced }: ServedKind): boolean => isNamespaced === (namespace !== '');
    const where = namespace === '' ? [] : ['--namespace', namespace];
    const list = async (kinds: readonly ServedKind[], ...args: readonly string[]): Promise<readonly unknown[]> =>
      kinds.length === 0
        ? []
        : cluster.list(kinds.map(addressOf).join(','), ...where, ...args, '--show-managed-fields');
    const here = wanted.filter(isHere);
    const isWanted = (item: unknown): boolean => {
      const resource = resourceOf(item);
      return identities.has(identityOf({ group: groupOf(resource.apiVersion ?? ''), namespace, resource }));
    };
    found.push(...(await list(here)).filter(isWanted));
    // In no namespace there is what belongs to other environments too: of kinds that ours has none of, nobody can tell.
    const others =
      namespace === '' ? here : [...here, ...served.filter((kind) => isHere(kind) && isOthers(kind, here))];
    const ours = others.filter(({ group, kind }) => !(group === '' && (kind === 'Secret' || kind === 'Namespace')));
    const labelled = labels.length === 0 ? [] : await list(ours, '--selector', `${PART_OF} in (${labels.join(',')})`);
    found.push(
      ...labelled.filter((item) => !isWanted(item) && !isMade(item, labelled) && isOurs(item, labelled, namespaces)),
    );
  }
  return found;
}

/** NAME [SHORTNAMES] APIVERSION NAMESPACED KIND */
function parseKinds(text: string): readonly ServedKind[] {
  return text.split('\n').flatMap((line) => {
    const [, resource, apiVersion, isNamespaced, kind] =
      /^(\S+)\s+(?:\S+\s+)?(\S+)\s+(true|false)\s+(\S+)/.exec(line) ?? [];
    if (resource === undefined || apiVersion === undefined || kind === undefined) {
      return [];
    }
    const group = groupOf(apiVersion);
    const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
    return [{ resource, group, version, isNamespaced: isNamespaced === 'true', kind }];
  });
}

/** The kinds of some objects that the server knows, in the versions of the objects where it serves these. */
function kindsOf(
  objects: readonly GraphObject[],
  served: readonly ServedKind[],
  versions: ReadonlySet<string>,
): readonly ServedKind[] {
  const byKind = groupBy(objects, ({ group, resource }) => `${group}/${resource.kind ?? ''}`);
  return [...byKind.values()].flatMap(([{ group, resource }]) => {
    const kind = served.find((each) => each.group === group && each.kind === resource.kind);
    const apiVersion = resource.apiVersion ?? '';
    return kind === undefined
      ? []
      : [versions.has(apiVersion) ? { ...kind, version: apiVersion.slice(apiVersion.indexOf('/') + 1) } : kind];
  });
}

function isOthers({ group, kind }: ServedKind, known: readonly ServedKind[]): boolean {
  return !MADE_BY_OTHERS.has(`${group}/${kind}`) && !known.some((each) => each.group === group && each.kind === kind);
}

/** As kubectl takes it: `deployments.v1.apps`; of the core group the name alone is enough. */
function addressOf({ resource, version, group }: ServedKind): string {
  return group === '' ? resource : `${resource}.${version}.${group}`;
}

/** Whether a controller has made it: it has an owner, or it is a claim of a StatefulSet's. */
function isMade(item: unknown, all: readonly unknown[]): boolean {
  if (listAt(item, 'metadata', 'ownerReferences').length > 0) {
    return true;
  }
  const name = textAt(item, 'metadata', 'name');
  return (
    textAt(item, 'kind') === 'PersistentVolumeClaim' &&
    // One that is left of a StatefulSet that is gone has lost its owner, and its number.
    (/-\d+$/.test(name) ||
      all.some((other) => textAt(other, 'kind') === 'StatefulSet' && name.includes(textAt(other, 'metadata', 'name'))))
  );
}

/** Whether it is of these namespaces: what is in none is of others where it gives rights to accounts of others alone. */
function isOurs(item: unknown, all: readonly unknown[], namespaces: readonly string[]): boolean {
  const kind = textAt(item, 'kind');
  const isForeign = (binding: unknown): boolean => {
    const subjects = listAt(binding, 'subjects').map((subject) => textAt(subject, 'namespace'));
    return subjects.length > 0 && subjects.every((namespace) => !namespaces.includes(namespace));
  };
  if (kind === 'ClusterRoleBinding') {
    return !isForeign(item);
  }
  if (kind === 'ClusterRole') {
    const name = textAt(item, 'metadata', 'name');
    const bindings = all.filter((other) => field(other, 'roleRef', 'name') === name);
    return bindings.length === 0 || !bindings.every(isForeign);
  }
  return true;
}
