import type { Graph, GraphObject } from '../graph';
import { child, compareCodeUnits, field, groupBy, listAt, textAt } from '../manifest/plain-data';
import type { Path } from '../manifest/plain-data';
import { parseQuantity } from '../manifest/quantity';
import { below, Fields, isAlwaysThere, isAssigned, isQuantity, saysNothing } from './fields';
import type { Field } from './fields';
import { controllersFields, ownedBelow } from './managed-fields';
import { type Comparison, type FieldChange, identityOf, type ObjectChange } from './model';
import { renamesAmong } from './rename';

/** How two sets of manifests are compared. */
export interface CompareOptions {
  /**
   * Which of the two sets is what a cluster holds: it then has, beside what somebody has applied, what the API server and controllers have
   * written.
   * @default - none
   */
  readonly live?: 'old' | 'new' | undefined;
}

/** Stands where a Secret has a value. */
export const HIDDEN = '(hidden)';

/** Stands where a Secret has another value than before. */
export const HIDDEN_CHANGED = '(changed)';

/**
 * What differs between two sets of manifests: objects by group, kind, namespace and name, of several with one name the first; fields by what
 * they mean to the API server. It takes any plain data.
 */
export function compare(old: Graph, current: Graph, { live }: CompareOptions = {}): Comparison {
  const before = byIdentity(old);
  const after = byIdentity(current);
  const fields = new Fields(current.objects);
  const updates = [...after].flatMap(([identity, object]): ObjectChange[] => {
    const same = before.get(identity);
    if (same === undefined || same.manifest === object.manifest) {
      return [];
    }
    const changed = changedFields(fields, same, object, live);
    return changed.length === 0 ? [] : [{ action: 'update', old: same, new: object, fields: changed }];
  });
  const deleted = [...before].flatMap(([identity, object]) => (after.has(identity) ? [] : [object]));
  const created = [...after].flatMap(([identity, object]) => (before.has(identity) ? [] : [object]));
  const renamed = renamesAmong(deleted, created);
  const newOfRenamed = new Set(renamed.values());
  const changes: ObjectChange[] = [
    ...updates,
    ...[...renamed].map(([from, to]): ObjectChange => ({
      action: 'rename',
      old: from,
      new: to,
      fields: changedFields(fields, from, to, live),
    })),
    ...deleted.flatMap((object): ObjectChange[] =>
      renamed.has(object) ? [] : [{ action: 'delete', old: object, new: undefined, fields: [] }],
    ),
    ...created.flatMap((object): ObjectChange[] =>
      newOfRenamed.has(object) ? [] : [{ action: 'create', old: undefined, new: object, fields: [] }],
    ),
  ];
  return { old, new: current, changes: changes.sort(compareChanges) };
}

function byIdentity({ objects }: Graph): ReadonlyMap<string, GraphObject> {
  const found = new Map<string, GraphObject>();
  for (const object of objects) {
    const identity = identityOf(object);
    if (!object.isGiven && !found.has(identity)) {
      found.set(identity, object);
    }
  }
  return found;
}

function compareChanges(a: ObjectChange, b: ObjectChange): number {
  const [left, right] = [a.new ?? a.old, b.new ?? b.old];
  return (
    compareCodeUnits(left?.namespace ?? '', right?.namespace ?? '') ||
    compareCodeUnits(left?.resource.kind ?? '', right?.resource.kind ?? '') ||
    compareCodeUnits(left?.resource.name ?? '', right?.resource.name ?? '') ||
    compareCodeUnits(left?.group ?? '', right?.group ?? '')
  );
}

/** The fields in which two objects differ, by path. */
function changedFields(
  fields: Fields,
  old: GraphObject,
  current: GraphObject,
  live: CompareOptions['live'],
): readonly FieldChange[] {
  const root = fields.rootOf(current);
  const differ = new Differ(live);
  const owned = live === undefined ? [] : controllersFields((live === 'old' ? old : current).manifest);
  if (current.group === '' && current.resource.kind === 'Secret') {
    differ.object(root, side(withData(old.manifest), []), side(withData(current.manifest), []), owned);
    return differ.changes.map((change) => hideSecret(change, current.manifest));
  }
  differ.object(root, side(old.manifest, []), side(current.manifest, []), owned);
  return differ.changes;
}

/** A Secret with all its values in `data`, where the API server puts those that are written in plain text. */
function withData(manifest: unknown): unknown {
  const plain = Object.entries(child(manifest, 'stringData') ?? {}).map(([key, value]: [string, unknown]) => [
    key,
    typeof value === 'string' ? Buffer.from(value).toString('base64') : value,
  ]);
  const rest = Object.entries(manifest ?? {}).filter(([key]) => key !== 'stringData');
  const data = [...Object.entries(child(manifest, 'data') ?? {}), ...plain];
  return Object.fromEntries(data.length === 0 ? rest : [...rest, ['data', Object.fromEntries(data)]]);
}

function hideSecret({ path, old, new: current }: FieldChange, manifest: unknown): FieldChange {
  const [part, key] = path;
  if (part !== 'data') {
    return { path, old, new: current };
  }
  const isPlain = typeof key === 'string' && child(child(manifest, 'stringData'), key) !== undefined;
  return {
    path: isPlain ? ['stringData', key] : path,
    old: old === undefined ? undefined : HIDDEN,
    new: current === undefined ? undefined : old === undefined ? HIDDEN : HIDDEN_CHANGED,
  };
}

/** A value in one of the two objects. */
interface Side {
  /** Undefined where it is not there, or null. */
  readonly value: unknown;
  readonly path: Path;
  /** The object that has, or lacks, the field. */
  readonly owner: unknown;
}

function side(value: unknown, path: Path, owner?: unknown): Side {
  return { value: value ?? undefined, path, owner };
}

function step({ value, path }: Side, key: string | number): Side {
  return side(child(value, key), [...path, key], value);
}

/** Where kubectl keeps what was applied last. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Finds the fields in which two objects differ. */
class Differ {
  public readonly changes: FieldChange[] = [];

  /** @param live which of the objects is one of a cluster */
  public constructor(private readonly live: CompareOptions['live']) {}

  /** @param owned what a controller owns of it, as parts of managed fields */
  public object(of: Field, old: Side, current: Side, owned: readonly unknown[]): void {
    const keys = new Set([...Object.keys(old.value ?? {}), ...Object.keys(current.value ?? {})]);
    for (const key of [...keys].sort(compareCodeUnits)) {
      if (!this.isNobodysWord(of, current.path, key)) {
        this.value(below(of, key), step(old, key), step(current, key), ownedBelow(owned, key));
      }
    }
  }

  /** Whether a field is none that whoever writes the manifest decides by writing it. */
  private isNobodysWord(of: Field, path: Path, key: string): boolean {
    return (
      (path.length === 0 && key === 'status' && (this.live !== undefined || of.definition !== '')) ||
      // Of objects that are compared it is the same, written or not.
      (path.length === 1 && path[0] === 'metadata' && key === 'namespace') ||
      key === LAST_APPLIED
    );
  }

  private value(of: Field, old: Side, current: Side, owned: readonly unknown[] | 'all'): void {
    const [a, b] = [old.value, current.value];
    if (Object.is(a, b) || owned === 'all') {
      return;
    }
    if (isAlwaysThere(of) && [a, b].every((value) => value === undefined || isObject(value))) {
      this.object(of, old, current, owned);
    } else if (a === undefined || b === undefined) {
      const isSame = a === undefined ? saysNothing(of, b, old.owner) : saysNothing(of, a, current.owner);
      const isOfServer = this.live === (a === undefined ? 'new' : 'old') && isAssigned(of);
      if (!isSame && !isOfServer) {
        this.push(old, current);
      }
    } else if (Array.isArray(a) && Array.isArray(b)) {
      this.list(of, old, current, owned);
    } else if (isObject(a) && isObject(b)) {
      this.object(of, old, current, owned);
    } else if (!(isQuantity(of) && isSameQuantity(a, b))) {
      this.push(old, current);
    }
  }

  private push(old: Side, current: Side): void {
    this.changes.push({ path: (current.value === undefined ? old : current).path, old: old.value, new: current.value });
  }

  private list(of: Field, old: Side, current: Side, owned: readonly unknown[]): void {
    const [before, after] = [itemsOf(old), itemsOf(current)];
    const keys = of.keys ?? namingKeysOf([...before, ...after]);
    const lists = keys === undefined ? undefined : keyedLists(before, after, keys);
    if (lists !== undefined) {
      this.keyedList(of, lists, owned);
      // Containers in another order are another pod template; the ports of a Service are the same ones.
      if (of.keys === undefined || IN_PODS.has(of.owner)) {
        this.order(current.path, lists);
      }
    } else if ([...before, ...after].every(({ value }) => isObject(value))) {
      this.alignedList(of, old, current, before, after);
    } else if (textOf(old.value) !== textOf(current.value)) {
      this.push(old, current);
    }
  }

  private keyedList(of: Field, { before, after }: KeyedLists, owned: readonly unknown[]): void {
    const item = below(of, 0);
    const gone = [...before].flatMap(([id, old]) => (after.has(id) ? [] : [old]));
    const added = [...after].flatMap(([id, current]) => (before.has(id) ? [] : [current]));
    const moved = sameNames(gone, added);
    for (const [id, current] of after) {
      const old = before.get(id) ?? moved.get(current) ?? side(undefined, current.path);
      this.value(item, old, current, ownedBelow(owned, current.value));
    }
    const stays = new Set(moved.values());
    for (const old of gone.filter((each) => !stays.has(each))) {
      this.value(item, old, side(undefined, old.path), ownedBelow(owned, old.value));
    }
  }

  /** What stands in both in another order; the values are what tells the items apart. */
  private order(path: Path, { before, after, keys }: KeyedLists): void {
    const old = [...before].filter(([id]) => after.has(id));
    const current = [...after].filter(([id]) => before.has(id));
    if (old.some(([id], index) => id !== current[index]?.[0])) {
      const identities = (items: readonly (readonly [string, Side])[]): readonly unknown[] =>
        items.map(([, { value }]) => Object.fromEntries(keys.map((key) => [key, field(value, ...key.split('.'))])));
      this.changes.push({ path, old: identities(old), new: identities(current) });
    }
  }

  /** A list of objects that nothing tells apart: what is equal stays; what stands between is one by one another, or gone and new. */
  private alignedList(of: Field, old: Side, current: Side, before: readonly Side[], after: readonly Side[]): void {
    const texts = (items: readonly Side[]): readonly string[] => items.map(({ value }) => textOf(value));
    const [a, b] = [texts(before), texts(after)];
    if (textOf(a) === textOf(b)) {
      return;
    }
    if (textOf(a.toSorted(compareCodeUnits)) === textOf(b.toSorted(compareCodeUnits))) {
      this.push(old, current);
      return;
    }
    const item = below(of, 0);
    const between = (gone: readonly Side[], added: readonly Side[]): void => {
      const isOneByOne = gone.length === added.length;
      for (const [index, each] of added.entries()) {
        this.value(item, (isOneByOne ? gone[index] : undefined) ?? side(undefined, each.path), each, []);
      }
      for (const each of isOneByOne ? [] : gone) {
        this.value(item, each, side(undefined, each.path), []);
      }
    };
    const places = groupBy(a.keys(), (index) => a[index] ?? '');
    let [atOld, atNew] = [0, 0];
    for (const [index, text] of b.entries()) {
      const found = places.get(text)?.find((place) => place >= atOld);
      if (found !== undefined) {
        between(before.slice(atOld, found), after.slice(atNew, index));
        [atOld, atNew] = [found + 1, index + 1];
      }
    }
    between(before.slice(atOld), after.slice(atNew));
  }
}

/** Definitions of which a pod template is made. */
const IN_PODS: ReadonlySet<string> = new Set([
  'core.v1.PodSpec',
  'core.v1.Container',
  'core.v1.EphemeralContainer',
  'core.v1.PodSecurityContext',
]);

/** Two lists whose items are told apart by the values of keys. */
interface KeyedLists {
  readonly keys: readonly string[];
  readonly before: ReadonlyMap<string, Side>;
  readonly after: ReadonlyMap<string, Side>;
}

/** Undefined where the keys do not tell all items apart. */
function keyedLists(before: readonly Side[], after: readonly Side[], keys: readonly string[]): KeyedLists | undefined {
  const identify = (items: readonly Side[]): ReadonlyMap<string, Side> =>
    new Map(
      items.flatMap((item): [string, Side][] => {
        const values = keys.map(
          (key) => field(item.value, ...key.split('.')) ?? (key === 'protocol' ? 'TCP' : undefined),
        );
        return values.includes(undefined) ? [] : [[textOf(values), item]];
      }),
    );
  const [a, b] = [identify(before), identify(after)];
  return a.size === before.length && b.size === after.length ? { keys, before: a, after: b } : undefined;
}

/** The old one of each new item that has another key and the same name, such as a port with another number. */
function sameNames(gone: readonly Side[], added: readonly Side[]): ReadonlyMap<Side, Side> {
  const nameOf = ({ value }: Side): string => textAt(value, 'name');
  const [old, current] = [groupBy(gone, nameOf), groupBy(added, nameOf)];
  return new Map(
    [...current].flatMap(([name, [item, ...more]]): [Side, Side][] => {
      const [same, ...others] = old.get(name) ?? [];
      return name === '' || same === undefined || more.length + others.length > 0 ? [] : [[item, same]];
    }),
  );
}

/** What a list of objects without merge keys may be read by all the same; the path of a key has dots. */
const NAMING_KEYS = ['name', 'metadata.name', 'type'];

function namingKeysOf(items: readonly Side[]): readonly string[] | undefined {
  const found = NAMING_KEYS.find((key) => items.every(({ value }) => textAt(value, ...key.split('.')) !== ''));
  return found === undefined ? undefined : [found];
}

function itemsOf({ value, path }: Side): readonly Side[] {
  return listAt({ value }, 'value').map((item, index) => side(item, [...path, index], value));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSameQuantity(a: unknown, b: unknown): boolean {
  const [x, y] = [a, b].map((value) =>
    typeof value === 'string' || typeof value === 'number' ? parseQuantity(String(value)) : undefined,
  );
  return x !== undefined && x === y;
}

/** A text that is equal for two values only if they are, whatever the order of their maps. */
function textOf(value: unknown): string {
  return JSON.stringify([value], (_, each: unknown) =>
    isObject(each) ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => compareCodeUnits(a, b))) : each,
  );
}
