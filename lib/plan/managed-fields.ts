import { child, field, listAt, parseJson, textAt } from '../manifest/plain-data';

// Who has written a field of an object of a cluster, as the object itself says it:
// https://kubernetes.io/docs/reference/using-api/server-side-apply/#managers

/** Programs that write what nobody applies: as they call themselves in managed fields. k3s is all of Kubernetes' own in one. */
const CONTROLLERS: ReadonlySet<string> = new Set([
  'cloud-controller-manager',
  'k3s',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'rollouts-controller',
]);

/** What controllers own of an object, as the `fieldsV1` of their managed fields have it. */
export function controllersFields(manifest: unknown): readonly unknown[] {
  return listAt(manifest, 'metadata', 'managedFields')
    .filter((entry) => CONTROLLERS.has(textAt(entry, 'manager')))
    .map((entry) => child(entry, 'fieldsV1'));
}

/**
 * What is owned of a field or of an item of a list.
 *
 * @param owned what is owned of the object or list
 * @param at the name of the field, or the item itself
 * @returns `all` where the value as a whole is owned
 */
export function ownedBelow(owned: readonly unknown[], at: unknown): readonly unknown[] | 'all' {
  if (owned.length === 0) {
    return owned;
  }
  const found = owned.flatMap((fields) => {
    if (typeof at === 'string') {
      const below = child(fields, `f:${at}`);
      return below === undefined ? [] : [below];
    }
    return Object.entries(fields ?? {}).flatMap(([key, below]: [string, unknown]) =>
      key.startsWith('k:') && isItem(at, parseJson(key.slice('k:'.length))) ? [below] : [],
    );
  });
  return found.some((fields) => Object.keys(fields ?? {}).length === 0) ? 'all' : found;
}

function isItem(item: unknown, keys: unknown): boolean {
  return Object.entries(keys ?? {}).every(
    ([key, value]: [string, unknown]) => (field(item, key) ?? (key === 'protocol' ? 'TCP' : undefined)) === value,
  );
}
