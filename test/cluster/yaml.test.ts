import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { toYaml } from '../../lib/synth/yaml';
import { AWKWARD_STRINGS } from '../synth/awkward-strings';

/** Reads YAML by the library with which the API server and kubectl read it. */
function readByKubernetes(yaml: string): unknown {
  const { status, stdout, stderr, error } = spawnSync('go', ['run', '.'], {
    cwd: join(__dirname, 'yaml-to-json'),
    input: yaml,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (error !== undefined || status !== 0) {
    throw new Error(`sigs.k8s.io/yaml did not read it: ${error?.message ?? stderr.slice(0, 2000)}`);
  }
  return JSON.parse(stdout);
}

/** Each string as value, as list item and as key. */
function document(texts: readonly string[]): { values: string[]; nested: unknown[]; keys: [string, string][] } {
  return {
    values: [...texts],
    nested: texts.map((text) => ({ value: text, list: [text, [text]] })),
    keys: texts.map((text) => [text, text]),
  };
}

test.each([
  ['awkward', [...AWKWARD_STRINGS]],
  [
    'random',
    // One seed, so that a failure can be looked at; npm test has new ones at every run.
    fc.sample(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' })), {
      numRuns: 5000,
      seed: 20_240_601,
    }),
  ],
])("Kubernetes' own parser reads %s strings as they were given", (_, texts) => {
  const { values, nested, keys } = document(texts);
  const mappings = keys.filter(([key]) => key !== '__proto__').map(([key, value]) => ({ [key]: value }));

  expect(readByKubernetes(toYaml({ values, nested, mappings }))).toEqual({ values, nested, mappings });
});
