import { RE2JS } from '@bufbuild/re2';

/** Longer texts are hardly ever equal. */
const MAX_REMEMBERED_TEXT = 200;
/** Texts of one pattern; a run that sees more sees few of them again. */
const MAX_REMEMBERED_TEXTS = 5_000;

interface Pattern {
  readonly test: (text: string) => boolean;
  /** Which texts match. Objects of one platform hold the same names and values over and over. */
  readonly known: Map<string, boolean>;
}

const patterns = new Map<string, Pattern>();

/**
 * Whether a text holds what a pattern of RE2 matches, as on the API server: no manifest can make a pattern run away. Each pattern is compiled
 * once.
 *
 * @throws if the pattern is none.
 */
export function matchesPattern(text: string, pattern: string): boolean {
  let found = patterns.get(pattern);
  if (found === undefined) {
    found = { test: compile(pattern), known: new Map() };
    patterns.set(pattern, found);
  }
  const { test, known } = found;
  let result = known.get(text);
  if (result === undefined) {
    result = test(text);
    if (text.length <= MAX_REMEMBERED_TEXT && known.size < MAX_REMEMBERED_TEXTS) {
      known.set(text, result);
    }
  }
  return result;
}

function compile(pattern: string): Pattern['test'] {
  const native = toRegExp(pattern);
  if (native !== undefined) {
    return (text) => native.test(text);
  }
  const compiled = RE2JS.compile(pattern);
  return (text) => compiled.test(text);
}

/** Letters, classes of them, alternatives of these, and what may be left out. */
const SIMPLE = /^(?:[\w/:@ -]|\\\.|\[[\w.:@-]+\]|\(\?:|\)|[|?^$])*$/;

/**
 * JavaScript's own expression for a pattern that repeats nothing, and means the same in both: what it does at one place of a text does not
 * depend on the text's length, so it cannot run away either, and takes a fraction of the time. Undefined for any other.
 */
export function toRegExp(pattern: string): RegExp | undefined {
  const [start = ''] = /^\(\?i\)/.exec(pattern) ?? [];
  const rest = pattern.slice(start.length);
  try {
    // Both fold case as Unicode has it, beyond ASCII too.
    return SIMPLE.test(rest) ? new RegExp(rest, start === '' ? 'u' : 'iu') : undefined;
  } catch {
    return undefined; // It is for RE2 to say what is wrong.
  }
}
