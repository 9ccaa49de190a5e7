import {
  DEFAULT_SCALAR_STYLE_RULES,
  type Document,
  dump,
  type Node,
  SCALAR_STYLE,
  type ScalarLayout,
  strTag,
} from 'js-yaml';
import { compareCodeUnits } from '../manifest/plain-data';

// What a reader looks for first; every other key follows by code point, so that the order never depends on the order
// of insertion or on a locale.
const FIRST_KEYS = ['apiVersion', 'kind', 'metadata', 'name', 'namespace', 'image'];

const rank = new Map(FIRST_KEYS.map((key, index) => [key, index]));

// Strings that some parser takes for a date (go-yaml v3, with which Kustomize reads), a number (YAML 1.1 knows one without
// digits, `.`; 1e999 is infinity to some; go-yaml reads 0O17 and 0X1f) or the end of a document, and that the library would
// write without quotes.
const AMBIGUOUS = /^(\d{4}-\d|[-+]?0[xXoObB][\da-fA-F_]*$|[-+]?[\d_]*\.?[\d_]*([eE][-+]?[\d_]+)?$|---|\.\.\.)/;

/**
 * Serializes a value as one YAML document that YAML 1.1 and 1.2 parsers, Kubernetes' own among them, read alike: every
 * string arrives as it was given. (cdk8s' own writer turns the string `0o17` into the number 15.)
 *
 * What {@link toYamlByLibrary} writes, faster: how a text must be quoted is asked once, and manifests repeat most texts.
 *
 * @param value plain data: objects, arrays, strings, numbers, booleans, null.
 */
export function toYaml(value: unknown): string {
  const lines = writeLines(value, '');
  return lines === undefined ? toYamlByLibrary(value) : `${lines}\n`;
}

/** The same, by the library alone. */
export function toYamlByLibrary(value: unknown): string {
  return dump(value, {
    lineWidth: -1,
    noRefs: true,
    transform: sortKeys,
    scalarStyleRules: [...Object.values(DEFAULT_SCALAR_STYLE_RULES), quoteAmbiguous],
  });
}

/**
 * The lines of a list or object that has items, the first of them not indented; undefined for what is left to the library: the rest of
 * what there is to a value, keys of several lines, and texts after which a document must be ended.
 */
function writeLines(value: unknown, indent: string): string | undefined {
  const lines: string[] = [];
  if (isList(value)) {
    for (const item of value) {
      const text = writeLines(item, `${indent}  `) ?? writeInline(item, indent);
      if (text === undefined) {
        return undefined;
      }
      lines.push(`- ${text}`);
    }
  } else if (isPlainObject(value)) {
    for (const [name, field] of Object.entries(value).sort(([a], [b]) => compareKeys(a, b))) {
      const key = writeKey(name);
      const below = writeLines(field, `${indent}  `);
      const text = below === undefined ? writeInline(field, indent) : '';
      if (key === undefined || text === undefined) {
        return undefined;
      }
      lines.push(below === undefined ? `${key}: ${text}` : `${key}:\n${indent}  ${below}`);
    }
  }
  return lines.length === 0 ? undefined : lines.join(`\n${indent}`);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** Whether it is written as the fields that it has, and not as a date or the like. */
function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/**
 * Texts of one line that need no quotes: they begin as no list, number or date does, are longer than YAML's words for true and null, and have no colon
 * that ends a key nor a hash that begins a comment.
 */
const PLAIN = /^[A-Za-z_$(/](?:[!-9;-~]|:(?=[!-~])| (?=[!"$-~])){5,}$/;
/** Those that would be taken for a key, a comment or a tag otherwise. */
const QUOTED = /^(?=!|.*(?:: | #|:$))[A-Za-z_$(/!][ -~]*$/;
/** Keys that need no quotes. */
const PLAIN_KEY = /^[A-Za-z][\w./-]{5,99}$/;

/** Texts and keys that were written before; long ones are hardly ever equal. */
const written = new Map<unknown, string>();
const writtenKeys = new Map<string, string | undefined>();
const MAX_WRITTEN = 20_000;
const MAX_WRITTEN_LENGTH = 100;

/** What stands behind a key or dash at `indent`. */
function writeInline(value: unknown, indent: string): string | undefined {
  switch (typeof value) {
    case 'string':
      if (PLAIN.test(value)) {
        return value;
      }
      if (QUOTED.test(value)) {
        return `'${value.replaceAll("'", "''")}'`;
      }
      return value.includes('\n') ? writeLongText(value, indent) : remembered(value);
    case 'number':
      return Object.is(value, -0) ? undefined : remembered(value);
    case 'boolean':
      return remembered(value);
    case 'object':
      if (value === null) {
        return remembered(value);
      }
      if (isList(value)) {
        return value.length === 0 ? '[]' : undefined;
      }
      return isPlainObject(value) && Object.keys(value).length === 0 ? '{}' : undefined;
    case 'bigint':
    case 'undefined':
    case 'function':
    case 'symbol':
      return undefined;
  }
}

function remembered(value: string | number | boolean | null): string {
  const known = written.get(value);
  if (known !== undefined) {
    return known;
  }
  const text = writeAlone(value);
  if (written.size < MAX_WRITTEN && !(typeof value === 'string' && value.length > MAX_WRITTEN_LENGTH)) {
    written.set(value, text);
  }
  return text;
}

/** As the library writes it behind a key of the outermost object. */
function writeAlone(value: unknown): string {
  return toYamlByLibrary({ k: value }).slice('k: '.length, -1);
}

/** Lines of a text are indented as the object is that they stand in. A document that ends in a text's empty lines must be ended itself. */
function writeLongText(text: string, indent: string): string | undefined {
  return text.endsWith('\n\n') || text === '\n' ? undefined : writeAlone(text).replace(/\n(?=[^\n])/g, `\n${indent}`);
}

/** Undefined where a key takes more than its place before the colon. */
function writeKey(name: string): string | undefined {
  if (PLAIN_KEY.test(name)) {
    return name;
  }
  if (!writtenKeys.has(name)) {
    const pair = toYamlByLibrary(Object.fromEntries([[name, 0]]));
    const key = /^(?!\? )([^\n]*): 0\n$/.exec(pair)?.[1];
    if (writtenKeys.size >= MAX_WRITTEN || name.length > MAX_WRITTEN_LENGTH) {
      return key;
    }
    writtenKeys.set(name, key);
  }
  return writtenKeys.get(name);
}

/**
 * Serializes manifests as one YAML stream. Each document starts with `---`, so that files can be concatenated.
 *
 * @param manifests API objects as plain data.
 */
export function toYamlStream(manifests: readonly unknown[]): string {
  return manifests.map((manifest) => `---\n${toYaml(manifest)}`).join('');
}

function sortKeys(documents: readonly Document[]): void {
  for (const { contents } of documents) {
    if (contents !== null) {
      sortKeysBelow(contents);
    }
  }
}

function sortKeysBelow(node: Node): void {
  if (node.kind === 'mapping') {
    node.items.sort((a, b) => compareKeys(textOf(a.key), textOf(b.key)));
    for (const { value } of node.items) {
      sortKeysBelow(value);
    }
  } else if (node.kind === 'sequence') {
    node.items.forEach(sortKeysBelow);
  }
}

function textOf(key: Node): string {
  return key.kind === 'scalar' ? key.value : '';
}

function compareKeys(a: string, b: string): number {
  const byRank = (rank.get(a) ?? FIRST_KEYS.length) - (rank.get(b) ?? FIRST_KEYS.length);
  if (byRank !== 0) {
    return byRank;
  }
  return compareCodeUnits(a, b);
}

function quoteAmbiguous(layout: ScalarLayout): void {
  const { tag, value } = layout.node;
  if (layout.style === SCALAR_STYLE.PLAIN && tag === strTag.tagName && AMBIGUOUS.test(value)) {
    layout.style = SCALAR_STYLE.SINGLE_QUOTED;
  }
  // Parsers disagree on the blanks of a block that stand before its first or after its last letter.
  if (layout.style === SCALAR_STYLE.LITERAL_BLOCK && /^\s|[ \t]$|[ \t]\n*$/.test(value)) {
    layout.style = SCALAR_STYLE.DOUBLE_QUOTED;
  }
}
