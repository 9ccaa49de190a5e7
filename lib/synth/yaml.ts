import { dump } from 'js-yaml';

// What a reader looks for first; every other key follows by code point, so that the order never depends on the order
// of insertion or on a locale.
const FIRST_KEYS = ['apiVersion', 'kind', 'metadata', 'name', 'namespace', 'image'];

const rank = new Map(FIRST_KEYS.map((key, index) => [key, index]));

function compareKeys(a: string, b: string): number {
  const byRank = (rank.get(a) ?? FIRST_KEYS.length) - (rank.get(b) ?? FIRST_KEYS.length);
  if (byRank !== 0) {
    return byRank;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Serializes a value as one YAML document that YAML 1.1 and 1.2 parsers, Kubernetes' own among them, read alike: every
 * string arrives as it was given. (cdk8s' own writer turns the string `0o17` into the number 15.)
 *
 * @param value plain data: objects, arrays, strings, numbers, booleans, null.
 */
export function toYaml(value: unknown): string {
  return dump(value, { lineWidth: -1, noRefs: true, sortKeys: compareKeys });
}

/**
 * Serializes manifests as one YAML stream. Each document starts with `---`, so that files can be concatenated.
 *
 * @param manifests API objects as plain data.
 */
export function toYamlStream(manifests: readonly unknown[]): string {
  return manifests.map((manifest) => `---\n${toYaml(manifest)}`).join('');
}
