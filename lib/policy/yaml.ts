import {
  constructFromEvents,
  defineScalarTag,
  EVENT_ID,
  FAILSAFE_SCHEMA,
  getScalarValue,
  mergeTag,
  NOT_RESOLVED,
  parseEvents,
  YAMLException,
} from 'js-yaml';
import type { Event } from 'js-yaml';
import { messageOf } from '../manifest/plain-data';
import type { Path } from '../manifest/plain-data';

// Manifests as Kubernetes reads them: sigs.k8s.io/yaml, which is YAML 1.1 as go-yaml has it
// (https://pkg.go.dev/sigs.k8s.io/yaml), split into documents by k8s.io/apimachinery/pkg/util/yaml.

/** One document of a file. */
export interface YamlDocument {
  readonly value: unknown;
  /**
   * The line on which the value at `path` starts, counted from 1; where the path leads nowhere, that of what is nearest. Of a text over
   * several lines that on which `excerpt` stands, if it does.
   */
  readonly lineOf: (path: Path, excerpt?: string) => number;
  /** The fields that are given more than once, of which the last counts. */
  readonly duplicates: readonly Path[];
}

/** A document that cannot be read. */
export interface YamlProblem {
  readonly line: number;
  readonly reason: string;
}

const TRUE = ['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'];
const FALSE = ['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'];
const NULL = ['', '~', 'null', 'Null', 'NULL'];

/** Of no value: nothing is written. */
const NOBODYS = (): boolean => false;

const NUMBERS = Array.from('-+.0123456789');

/** The characters with which words begin; '' for the empty word, as String.charAt has it. */
function beginningsOf(words: readonly string[]): readonly string[] {
  return [...new Set(words.map((word) => word.charAt(0)))];
}

/** A load-only tag for plain scalars that `read` understands, all of which begin with one of `beginnings`. */
function implicit<T>(
  tag: string,
  beginnings: readonly string[],
  read: (source: string) => T | undefined,
): ReturnType<typeof defineScalarTag<T>> {
  return defineScalarTag<T>(`tag:yaml.org,2002:${tag}`, {
    implicit: true,
    implicitFirstChars: beginnings,
    resolve: (source) => {
      const value = read(source);
      return value === undefined ? NOT_RESOLVED : value;
    },
    identify: NOBODYS,
  });
}

/** As strconv.ParseInt with base 0 reads it; underscores are ignored. */
function readInt(source: string): number | undefined {
  const plain = source.replaceAll('_', '');
  const match = /^([+-]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/.exec(plain);
  const [, sign, digits = ''] = match ?? [];
  if (match === null || !/^[-+0-9]/.test(source)) {
    return undefined;
  }
  const value = Number(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return sign === '-' ? -value : value;
}

function readFloat(source: string): number | undefined {
  const special = /^([+-]?)\.(inf|Inf|INF)$/.exec(source);
  if (special !== null) {
    return special[1] === '-' ? -Infinity : Infinity;
  }
  if (/^\.(nan|NaN|NAN)$/.test(source)) {
    return NaN;
  }
  const plain = source.replaceAll('_', '');
  return /^[-+.0-9]/.test(source) && /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/.test(plain)
    ? Number(plain)
    : undefined;
}

const SCHEMA = FAILSAFE_SCHEMA.withTags(
  // null is what `read` returns for it, and what NOT_RESOLVED stands beside.
  defineScalarTag<null>('tag:yaml.org,2002:null', {
    implicit: true,
    implicitFirstChars: beginningsOf(NULL),
    resolve: (source) => (NULL.includes(source) ? null : NOT_RESOLVED),
    identify: NOBODYS,
  }),
  implicit('bool', beginningsOf([...TRUE, ...FALSE]), (source) =>
    TRUE.includes(source) ? true : FALSE.includes(source) ? false : undefined,
  ),
  implicit('int', NUMBERS, readInt),
  implicit('float', NUMBERS, readFloat),
  defineScalarTag<string>('tag:yaml.org,2002:timestamp', { resolve: (source) => source, identify: NOBODYS }),
  defineScalarTag<string>('tag:yaml.org,2002:binary', {
    resolve: (source) => Buffer.from(source, 'base64').toString('latin1'),
    identify: NOBODYS,
  }),
  mergeTag,
);

/** Aliases may repeat a few things; what repeats more only serves to make a small file large. */
const MAX_ALIASES = 1_000;
const MAX_EXPANDED = 1_000_000;

/** What has been read already, by its text. */
export type KnownDocuments = Map<string, readonly YamlDocument[]>;

/**
 * Reads a file, document by document; one that is broken does not hide the others.
 *
 * @param known documents of other files: one of the same text has the same value, which is read once. Those of this file are added.
 */
export function* readYaml(
  text: string,
  known?: KnownDocuments,
): Generator<YamlDocument | YamlProblem, void, undefined> {
  for (const { source, line } of split(text)) {
    try {
      const documents = known?.get(source) ?? readPart(source);
      known?.set(source, documents);
      for (const { lineOf, ...document } of documents) {
        yield { ...document, lineOf: (path, excerpt) => line + lineOf(path, excerpt) };
      }
    } catch (error) {
      const mark = error instanceof YAMLException ? error.mark : undefined;
      const reason = error instanceof YAMLException ? error.reason : messageOf(error);
      yield { line: line + (mark?.line ?? 0), reason };
    }
  }
}

interface Part {
  readonly source: string;
  /** The line of the file on which it starts, counted from 1. */
  readonly line: number;
}

function* split(text: string): Generator<Part, void, undefined> {
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  let start = 0;
  for (let index = 0; index <= lines.length; index++) {
    const line = lines[index];
    if (line === undefined || /^---[ \t\r]*(#.*)?$/.test(line)) {
      const part = lines.slice(start, index);
      if (part.some((each) => /^[ \t]*[^ \t\r#]/.test(each))) {
        yield { source: part.join('\n'), line: start + 1 };
      }
      start = index + 1;
    }
  }
}

/** The documents of a part; their lines are counted from 0, and from where the part starts. */
function readPart(source: string): readonly YamlDocument[] {
  const events = parseEvents(source, {});
  const values = constructFromEvents(events, { source, schema: SCHEMA, json: true, maxAliases: MAX_ALIASES });
  if (events.some(({ type }) => type === EVENT_ID.ALIAS)) {
    values.forEach(refuseExcess);
  }
  const starts = events.flatMap(({ type }, index) => (type === EVENT_ID.DOCUMENT ? [index] : []));
  // Few documents are asked for a line, and all are kept: their text is smaller than its events.
  let again: readonly Event[] | undefined;
  const eventsAgain = (): readonly Event[] => (again ??= parseEvents(source, {}));
  return values.map((value, index) => ({
    value,
    duplicates: duplicatesIn(events, source, (starts[index] ?? 0) + 1),
    lineOf: (path, excerpt) => lineAt(source, offsetOf(eventsAgain(), source, (starts[index] ?? 0) + 1, path, excerpt)),
  }));
}

/** A map or list whose end is not read yet. */
interface Open {
  /** The keys of a map so far; a list has none. */
  readonly keys: Set<string> | undefined;
  /** Whether it stands in the place of a key itself. */
  readonly isKey: boolean;
  /** The key whose value comes next, or the position of the next item; undefined where a key comes next. */
  at: string | number | undefined;
}

/** The paths of keys that stand more than once in the document whose first node is at `start`. */
function duplicatesIn(events: readonly Event[], source: string, start: number): readonly Path[] {
  const found: Path[] = [];
  const open: Open[] = [];
  const endValue = (): void => {
    const parent = open.at(-1);
    if (parent !== undefined) {
      parent.at = typeof parent.at === 'number' ? parent.at + 1 : undefined;
    }
  };
  for (let index = start; index < events.length; index++) {
    const event = events[index];
    if (event === undefined || event.type === EVENT_ID.DOCUMENT) {
      break;
    }
    if (event.type === EVENT_ID.POP) {
      if (open.pop()?.isKey === false) {
        endValue();
      }
      continue;
    }
    const parent = open.at(-1);
    const isKey = parent !== undefined && parent.at === undefined;
    if (isKey) {
      parent.at = event.type === EVENT_ID.SCALAR ? getScalarValue(source, event) : '';
      // Several merges into one map are no field given twice.
      if (event.type === EVENT_ID.SCALAR && parent.at !== '<<') {
        if (parent.keys?.has(parent.at) === true) {
          found.push(open.map(({ at }) => at ?? ''));
        }
        parent.keys?.add(parent.at);
      }
    }
    if (event.type === EVENT_ID.MAPPING) {
      open.push({ keys: new Set(), isKey, at: undefined });
    } else if (event.type === EVENT_ID.SEQUENCE) {
      open.push({ keys: undefined, isKey, at: 0 });
    } else if (!isKey) {
      endValue();
    }
  }
  return found;
}

/** An alias that contains itself never ends, and aliases of aliases grow beyond all bounds. */
function refuseExcess(root: unknown): void {
  let count = 0;
  const open = new Set<unknown>();
  const visit = (value: unknown): void => {
    count++;
    if (count > MAX_EXPANDED) {
      throw new Error('aliases expand to more than a million values');
    }
    if (typeof value !== 'object' || value === null) {
      return;
    }
    if (open.has(value)) {
      throw new Error('an alias contains itself');
    }
    open.add(value);
    Object.values(value).forEach(visit);
    open.delete(value);
  };
  visit(root);
}

function lineAt(source: string, offset: number): number {
  let line = 0;
  for (let at = source.indexOf('\n'); at >= 0 && at < offset; at = source.indexOf('\n', at + 1)) {
    line++;
  }
  return line;
}

/** Where the node stands that `path` leads to from the node at `index`; of a text, where the excerpt does. */
function offsetOf(
  events: readonly Event[],
  source: string,
  index: number,
  path: Path,
  excerpt: string | undefined,
): number {
  let at = index;
  let offset = startOf(events[at]);
  for (const key of path) {
    const found = childOf(events, source, at, key);
    if (found === undefined) {
      break;
    }
    at = found.index;
    offset = found.offset;
  }
  const event = events[at];
  if (excerpt !== undefined && event?.type === EVENT_ID.SCALAR) {
    const found = source.slice(event.valueStart, event.valueEnd).indexOf(excerpt);
    offset = found < 0 ? offset : event.valueStart + found;
  }
  return Math.max(offset, 0);
}

/** The value of a key (at the key's own offset), or an item of a list. */
function childOf(
  events: readonly Event[],
  source: string,
  parent: number,
  key: string | number,
): { readonly index: number; readonly offset: number } | undefined {
  const type = events[parent]?.type;
  let found: { readonly index: number; readonly offset: number } | undefined;
  let position = 0;
  for (let at = parent + 1; at < events.length && events[at]?.type !== EVENT_ID.POP; position++) {
    if (type === EVENT_ID.SEQUENCE) {
      if (position === key) {
        return { index: at, offset: startOf(events[at]) };
      }
      at = after(events, at);
    } else if (type === EVENT_ID.MAPPING) {
      const value = after(events, at);
      const event = events[at];
      // The last of equal keys is the one that counts.
      if (event?.type === EVENT_ID.SCALAR && getScalarValue(source, event) === String(key)) {
        found = { index: value, offset: startOf(event) };
      }
      at = after(events, value);
    } else {
      return undefined;
    }
  }
  return found;
}

/** The event after the node that starts at `index`. */
function after(events: readonly Event[], index: number): number {
  let depth = 0;
  for (let at = index; at < events.length; at++) {
    const type = events[at]?.type;
    if (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) {
      depth++;
    } else if (type === EVENT_ID.POP) {
      depth--;
    }
    if (depth === 0) {
      return at + 1;
    }
  }
  return events.length;
}

function startOf(event: Event | undefined): number {
  switch (event?.type) {
    case EVENT_ID.SCALAR:
      return event.valueStart;
    case EVENT_ID.MAPPING:
    case EVENT_ID.SEQUENCE:
      return event.start;
    case EVENT_ID.ALIAS:
      return event.anchorStart;
    case EVENT_ID.DOCUMENT:
    case EVENT_ID.POP:
    case undefined:
      return -1;
  }
}
