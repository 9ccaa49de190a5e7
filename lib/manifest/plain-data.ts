/** Reading plain data that other programs wrote, without believing its shape. */

/** Keys and indexes from the object's root. */
export type Path = readonly (string | number)[];

/** A field of plain data, or an item of a list. */
export function child(value: unknown, key: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) {
    return undefined;
  }
  return Reflect.get(value, key);
}

/** What stands at a path of plain data. */
export function valueAt(manifest: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => child(value, key), manifest);
}

/** The value that a text is, or undefined where it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/** A field of an object, by its path; undefined where it is not there. */
export function field(value: unknown, ...path: readonly string[]): unknown {
  return valueAt(value, path);
}

/** A text at a path; empty where there is none. */
export function textAt(value: unknown, ...path: readonly string[]): string {
  const found = field(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** A number at a path; 0 where there is none. */
export function numberAt(value: unknown, ...path: readonly string[]): number {
  const found = field(value, ...path);
  return typeof found === 'number' ? found : 0;
}

/** A list at a path; empty where there is none. */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = field(value, ...path);
  return Array.isArray(found) ? found.map((item: unknown) => item) : [];
}

/** The texts in a list at a path. */
export function textsAt(value: unknown, ...path: readonly string[]): readonly string[] {
  return listAt(value, ...path).filter((item) => typeof item === 'string');
}

/** Adds to the list that a key has in a map. */
export function addTo<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) {
    map.set(key, [value]);
  } else {
    list.push(value);
  }
}

/** Items by a key, in the order in which the keys come. */
export function groupBy<T>(items: Iterable<T>, keyOf: (item: T) => string): ReadonlyMap<string, readonly [T, ...T[]]> {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, [item]);
    } else {
      group.push(item);
    }
  }
  return groups;
}

/** By UTF-16 code unit: the order never depends on a locale. */
export function compareCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  const message = child(error, 'message');
  return typeof message === 'string' ? message : String(error);
}
