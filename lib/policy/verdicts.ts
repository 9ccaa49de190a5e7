import { valueAt } from '../manifest/plain-data';
import type { BoundObject, Item } from './bound-object';
import { isCelError } from './cel';
import type { CelError, Read } from './cel';

/** What a rule blames: a field by its name, or an item of a list by its place there. */
export type Offender = string | number;

/** Whether a rule holds, or what it blames. */
export type Verdict = boolean | readonly Offender[];

/** A rule that has seen so many different things will see no equal ones, and comparing them was in vain. */
const MAX_KNOWN = 500;

/** Longer texts (all data of a ConfigMap) are hardly ever equal. */
const MAX_KEY = 2_000;

/**
 * How deep a read is compared, by its root: finer would compare more often, coarser would find fewer equal. Roots that are not here are
 * an expression's own.
 */
const COMPARED_DEPTH: ReadonlyMap<string | undefined, number> = new Map([
  ['c', 2],
  ['object', 3],
  ['variables', 3],
  // Not at all: few objects come to it.
  ['nearest', 0],
  ['annotationBytes', 0],
]);

interface ComparedRead {
  readonly name: string;
  readonly read: Read;
}

/**
 * A rule's verdicts, by what they depend on. Workloads of one platform are much alike (the same security context, the same probes), and
 * comparing costs a fraction of evaluating.
 */
export class Verdicts {
  private readonly known = new Map<string, Verdict>();
  /** What the verdict depends on; undefined where that is too much to compare, null while nobody has asked. */
  private compared: readonly ComparedRead[] | undefined | null = null;

  /** @param reads what the rule reads */
  public constructor(private readonly reads: () => readonly Read[]) {}

  /** The verdict on an item, evaluated unless that on an equal one is known. An error is no verdict. */
  public on(object: BoundObject, item: Item, evaluate: () => Verdict | CelError): Verdict | CelError {
    const key = this.keyOf(object, item);
    if (key === undefined) {
      return evaluate();
    }
    const known = this.known.get(key);
    if (known !== undefined) {
      return known;
    }
    const verdict = evaluate();
    if (!isCelError(verdict)) {
      this.known.set(key, verdict);
    }
    return verdict;
  }

  /** A text that is equal for two items only if the rule reads equal things in both; undefined if there is none. */
  private keyOf(object: BoundObject, item: Item): string | undefined {
    this.compared = this.compared === null ? comparable(this.reads()) : this.compared;
    if (this.compared === undefined || object.unreadable.size > 0 || this.known.size >= MAX_KNOWN) {
      return undefined;
    }
    let key = '';
    for (const { name, read } of this.compared) {
      const texts = read[0] === 'c' ? item.texts : object.texts;
      let text = texts.get(name);
      if (text === undefined) {
        text = textOf(read, object, item);
        if (text === undefined) {
          return undefined;
        }
        texts.set(name, text);
      }
      key += text;
    }
    return key.length > MAX_KEY ? undefined : key;
  }
}

/** The reads that decide the verdict, or undefined where one of them is a whole object, equal to no other. */
function comparable(reads: readonly Read[]): readonly ComparedRead[] | undefined {
  const cut = new Map<string, ComparedRead>();
  for (const read of reads) {
    const depth = COMPARED_DEPTH.get(read[0]);
    if (depth !== undefined) {
      const part = read.slice(0, depth);
      if (part.length < 2) {
        return undefined;
      }
      cut.set(part.join('.'), { name: part.join('.'), read: part });
    }
  }
  return [...cut.values()];
}

/** A part of an object as text that no other part has; undefined where it has none. */
function textOf([root, ...names]: Read, { manifest, object, variables }: BoundObject, item: Item): string | undefined {
  if (root !== 'variables') {
    return jsonOf(valueAt(root === 'c' ? item.plain : manifest, names));
  }
  const [name = '', ...rest] = names;
  const variable = variables.get(name);
  const path = object.pathOf(variable);
  if (path !== undefined) {
    return jsonOf(valueAt(valueAt(manifest, path), rest));
  }
  // What an expression has put together, such as a list of two, stands nowhere in the manifest.
  return typeof variable === 'object' ? undefined : jsonOf(variable);
}

/** JSON writes null for numbers that it has not, such as infinity. */
function jsonOf(value: unknown): string | undefined {
  const text = value === undefined ? '' : JSON.stringify(value);
  return text.includes('null') ? undefined : `${text}\n`;
}
