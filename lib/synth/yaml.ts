import {
  DEFAULT_SCALAR_STYLE_RULES,
  type Document,
  dump,
  type Node,
  SCALAR_STYLE,
  type ScalarLayout,
  strTag,
} from 'js-yaml';

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
 * @param value plain data: objects, arrays, strings, numbers, booleans, null.
 */
export function toYaml(value: unknown): string {
  return dump(value, {
    lineWidth: -1,
    noRefs: true,
    transform: sortKeys,
    scalarStyleRules: [...Object.values(DEFAULT_SCALAR_STYLE_RULES), quoteAmbiguous],
  });
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
  return a < b ? -1 : a > b ? 1 : 0;
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
