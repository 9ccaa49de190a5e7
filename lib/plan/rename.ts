import type { GraphObject } from '../graph';
import { groupBy } from '../manifest/plain-data';

// An object that is gone and one that is new are one that was renamed, where they are the same but for the name and what repeats it.

/** Who renames more than that at once is told of each as gone and new: to look for pairs would take too long. */
const MOST_PAIRS = 250_000;

/** The new object of each that was renamed. Where an object could be one of several, nobody can know. */
export function renamesAmong(
  deleted: readonly GraphObject[],
  created: readonly GraphObject[],
): ReadonlyMap<GraphObject, GraphObject> {
  const kindOf = ({ resource, namespace }: GraphObject): string =>
    [resource.apiVersion ?? '', resource.kind ?? '', namespace].join('\n');
  const candidates = groupBy(created, kindOf);
  const found = new Map<GraphObject, GraphObject>();
  for (const [kind, gone] of groupBy(deleted, kindOf)) {
    const added = candidates.get(kind) ?? [];
    if (gone.length * added.length > MOST_PAIRS) {
      continue;
    }
    const pairs = gone.flatMap((old) =>
      added.filter((object) => isRenamed(old, object)).map((object) => ({ old, object })),
    );
    const ofOld = countsOf(pairs.map(({ old }) => old));
    const ofNew = countsOf(pairs.map(({ object }) => object));
    for (const { old, object } of pairs) {
      if (ofOld.get(old) === 1 && ofNew.get(object) === 1) {
        found.set(old, object);
      }
    }
  }
  return found;
}

/** How often each stands in a list. */
function countsOf(objects: readonly GraphObject[]): ReadonlyMap<GraphObject, number> {
  const counts = new Map<GraphObject, number>();
  for (const object of objects) {
    counts.set(object, (counts.get(object) ?? 0) + 1);
  }
  return counts;
}

function isRenamed(old: GraphObject, current: GraphObject): boolean {
  const [name, newName] = [old.resource.name, current.resource.name];
  if (name === null || newName === null) {
    return false;
  }
  const [from, to] = wordsThatDiffer(name, newName);
  // The name, where it is a word or several of a longer one: `auth` in `auth-config`, and not in `author`.
  const word = new RegExp(`(?<![a-z0-9])${from.replace(/[^a-z0-9-]/gi, '\\$&')}(?![a-z0-9])`, 'g');
  const isSameText = (a: string, b: string): boolean => a === b || a.replace(word, () => to) === b;
  const isSame = (a: unknown, b: unknown): boolean => {
    if (typeof a === 'string' && typeof b === 'string') {
      return isSameText(a, b);
    }
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
      return a === b;
    }
    const entries: readonly (readonly [string, unknown])[] = Object.entries(a);
    const others = new Map<string, unknown>(Object.entries(b));
    if (entries.length !== others.size || Array.isArray(a) !== Array.isArray(b)) {
      return false;
    }
    return entries.every(([key, value]) => {
      const other = others.has(key) ? key : key.replace(word, () => to);
      return others.has(other) && isSame(value, others.get(other));
    });
  };
  return isSame(old.manifest, current.manifest);
}

/** What is another in a name: `web` and `shop` of `web-config` and `shop-config`. Numbers say which of several it is, and are no name. */
function wordsThatDiffer(from: string, to: string): readonly [from: string, to: string] {
  const [a, b] = [from.split('-'), to.split('-')];
  while (a.length > 0 && a[0] === b[0]) {
    a.shift();
    b.shift();
  }
  while (a.length > 0 && a.at(-1) === b.at(-1)) {
    a.pop();
    b.pop();
  }
  const isName = (words: readonly string[]): boolean => /[a-z]/.test(words.join());
  return isName(a) && isName(b) ? [a.join('-'), b.join('-')] : [from, to];
}
