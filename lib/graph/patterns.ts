import { child } from '../manifest/plain-data';
import type { Path } from '../manifest/plain-data';

// Fields by their path, written as in `kubectl explain`, where `[*]` stands for each item of a list: `spec.volumes[*].configMap.name`. Keys
// that are no plain names stand as in `metadata.labels["a.b/c"]`.

/** What stands at a place that a pattern names. */
export interface Match {
  readonly path: Path;
  readonly value: unknown;
  /** What holds it. */
  readonly holder: unknown;
}

/** A step of patterns, and what stands below it. */
interface Step<T> {
  readonly keys: Map<string, Step<T>>;
  /** Each item of a list. */
  items: Step<T> | undefined;
  /** What the patterns stand for that end here. */
  readonly ends: T[];
}

/** Many patterns that are looked for at once, each with what it stands for. */
export class Patterns<T> {
  private readonly root: Step<T> = newStep();

  public constructor(patterns: Iterable<readonly [string, T]>) {
    for (const [pattern, end] of patterns) {
      let step = this.root;
      for (const [all, quoted, plain] of pattern.matchAll(/\[\*\]|\["([^"]+)"\]|([^.[]+)/g)) {
        step = all === '[*]' ? (step.items ??= newStep()) : stepTo(step.keys, quoted ?? plain ?? '');
      }
      step.ends.push(end);
    }
  }

  /** Calls back for every field that a pattern names and that is there. */
  public each(root: unknown, base: Path, found: (match: Match, end: T) => void): void {
    const path = [...base];
    const visit = (value: unknown, holder: unknown, step: Step<T>): void => {
      if (value === undefined || value === null) {
        return;
      }
      for (const end of step.ends) {
        found({ path: [...path], value, holder }, end);
      }
      if (step.items !== undefined && Array.isArray(value)) {
        for (let index = 0; index < value.length; index++) {
          path.push(index);
          visit(value[index], value, step.items);
          path.pop();
        }
      }
      for (const [key, below] of step.keys) {
        const inside = child(value, key);
        if (inside !== undefined) {
          path.push(key);
          visit(inside, value, below);
          path.pop();
        }
      }
    };
    visit(root, undefined, this.root);
  }
}

const single = new Map<string, Patterns<true>>();

/** Every field of `root` that one pattern names and that is there. */
export function fieldsAt(root: unknown, pattern: string, base: Path = []): readonly Match[] {
  let patterns = single.get(pattern);
  if (patterns === undefined) {
    patterns = new Patterns([[pattern, true]]);
    single.set(pattern, patterns);
  }
  const matches: Match[] = [];
  patterns.each(root, base, (match) => matches.push(match));
  return matches;
}

function newStep<T>(): Step<T> {
  return { keys: new Map(), items: undefined, ends: [] };
}

function stepTo<T>(keys: Map<string, Step<T>>, key: string): Step<T> {
  let step = keys.get(key);
  if (step === undefined) {
    step = newStep();
    keys.set(key, step);
  }
  return step;
}
