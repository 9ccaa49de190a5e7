import type { Path } from '../../../lib/manifest/plain-data';
import { child, valueAt } from '../../../lib/manifest/plain-data';
import { parseQuantity } from '../../../lib/manifest/quantity';

// Mistakes that people make in manifests, made by a program: the same ones each time.

/** The kinds of mistake. */
export const MUTATIONS = [
  'drop',
  'rename',
  'move',
  'retype',
  'null',
  'duplicate',
  'enum',
  'quantity',
  'empty',
] as const;
export type MutationKind = (typeof MUTATIONS)[number];

/** An object with one mistake. */
export interface Mutation {
  readonly kind: MutationKind;
  /** Where, in the object as it was. */
  readonly path: Path;
  /** What was done, in short. */
  readonly what: string;
  readonly manifest: unknown;
  /** The fields that {@link Mutation.json} gives twice. */
  readonly duplicates: readonly Path[];
  readonly json: string;
}

/** Numbers that look random, and are the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** A mistake of a kind in an object; undefined where the object has nothing that it could be made with. */
export function mutate(manifest: unknown, kind: MutationKind, random: (below: number) => number): Mutation | undefined {
  const pick = <T>(list: readonly T[]): T | undefined => list[random(list.length)];
  const fields = pathsIn(manifest).filter(isMutable);
  const named = fields.filter((path) => typeof path.at(-1) === 'string');
  const done = (path: Path, what: string, changed: unknown): Mutation => ({
    kind,
    path,
    what,
    manifest: changed,
    duplicates: [],
    json: JSON.stringify(changed),
  });
  switch (kind) {
    case 'drop': {
      const path = pick(named);
      return path && done(path, 'dropped', without(manifest, path));
    }
    case 'rename': {
      const path = pick(named);
      const name = String(path?.at(-1));
      const at = random(name.length);
      const wrong = pick([
        name.slice(0, at) + name.slice(at + 1),
        `${name}s`,
        name.toLowerCase(),
        name.charAt(0).toUpperCase() + name.slice(1),
      ]);
      return path === undefined || wrong === undefined || wrong === '' || wrong === name
        ? undefined
        : done(path, `called ${wrong}`, renamed(manifest, path, wrong));
    }
    case 'move': {
      const path = pick(named);
      const maps = pathsIn(manifest)
        .concat([[]])
        .filter((target) => isMap(valueAt(manifest, target)));
      const target = pick(
        maps.filter((each) => path !== undefined && !startsWith(each, path) && !same(each, path.slice(0, -1))),
      );
      return path === undefined || target === undefined
        ? undefined
        : done(
            path,
            `moved to ${target.join('.')}`,
            without(withValue(manifest, [...target, path.at(-1) ?? ''], valueAt(manifest, path)), path),
          );
    }
    case 'retype': {
      const path = pick(fields);
      const value = path && valueAt(manifest, path);
      const other = path && pick(retyped(value));
      return path && done(path, `${JSON.stringify(other).slice(0, 40)} instead`, withValue(manifest, path, other));
    }
    case 'null': {
      const path = pick(named);
      return path && done(path, 'null', withValue(manifest, path, null));
    }
    case 'empty': {
      const path = pick(
        named.filter((each) => typeof valueAt(manifest, each) === 'string' || Array.isArray(valueAt(manifest, each))),
      );
      return path && done(path, 'empty', withValue(manifest, path, Array.isArray(valueAt(manifest, path)) ? [] : ''));
    }
    case 'enum': {
      const path = pick(fields.filter((each) => /^[A-Z][A-Za-z0-9]{2,}$/.test(String(valueAt(manifest, each)))));
      const value = path && String(valueAt(manifest, path));
      const other = value && pick([value.toLowerCase(), `${value}s`, 'Bogus']);
      return path && other ? done(path, `${other} instead of ${value}`, withValue(manifest, path, other)) : undefined;
    }
    case 'quantity': {
      const path = pick(
        fields.filter((each) => {
          const value = valueAt(manifest, each);
          return typeof value === 'string' && /\d/.test(value) && parseQuantity(value) !== undefined;
        }),
      );
      const other = pick(['1GB', '1 Gi', 'abc', '1,5', '0x10', 2, 0.5, '1e3', '3Gi']);
      return path && done(path, `${JSON.stringify(other)} instead`, withValue(manifest, path, other));
    }
    case 'duplicate': {
      const path = pick(named);
      if (path === undefined) {
        return undefined;
      }
      const marked = withValue(manifest, [...path.slice(0, -1), MARK], valueAt(manifest, path));
      return {
        ...done(path, 'given twice', manifest),
        duplicates: [path],
        json: JSON.stringify(marked).replace(JSON.stringify(MARK), JSON.stringify(path.at(-1))),
      };
    }
  }
}

const MARK = 'duplicate of a field';

/** Which object it is, and in which namespace, is said in the request's address. */
function isMutable(path: Path): boolean {
  return !['apiVersion', 'kind', 'metadata.namespace'].includes(path.join('.'));
}

/** Every field and every item of a list. */
export function pathsIn(value: unknown, base: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  const keys: readonly (string | number)[] = Array.isArray(value) ? value.map((_, index) => index) : Object.keys(value);
  return keys.flatMap((key) => [[...base, key], ...pathsIn(child(value, key), [...base, key])]);
}

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function startsWith(path: Path, start: Path): boolean {
  return start.every((key, index) => path[index] === key);
}

function same(a: Path, b: Path): boolean {
  return a.length === b.length && startsWith(a, b);
}

function retyped(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) {
    const first: unknown = value[0] ?? 'x';
    return [first, { a: first }, 'text'];
  }
  if (typeof value === 'object') {
    return [[value], 'text', 1];
  }
  if (typeof value === 'string') {
    return [1, true, [value], { a: value }, 1.5];
  }
  if (typeof value === 'number') {
    return [JSON.stringify(value), value + 0.5, [value], true, 2 ** 40];
  }
  return [JSON.stringify(value), 1, [value]];
}

function withValue(root: unknown, path: Path, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) {
    return value;
  }
  if (Array.isArray(root)) {
    const items: readonly unknown[] = root;
    return items.map((item, index) => (index === key ? withValue(item, rest, value) : item));
  }
  return { ...(typeof root === 'object' ? root : {}), [key]: withValue(child(root, key), rest, value) };
}

function without(root: unknown, path: Path): unknown {
  const name = path.at(-1);
  const parent = path.slice(0, -1);
  const entries = Object.entries(valueAt(root, parent) ?? {}).filter(([key]) => key !== name);
  return withValue(root, parent, Object.fromEntries(entries));
}

function renamed(root: unknown, path: Path, wrong: string): unknown {
  const name = path.at(-1);
  const parent = path.slice(0, -1);
  const entries = Object.entries(valueAt(root, parent) ?? {}).map(
    ([key, value]: [string, unknown]): [string, unknown] => [key === name ? wrong : key, value],
  );
  return withValue(root, parent, Object.fromEntries(entries));
}
