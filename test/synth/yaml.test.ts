import fc from 'fast-check';
import { load, loadAll } from 'js-yaml';
import { parse } from 'yaml';
import { toYaml, toYamlByLibrary, toYamlStream } from '../../lib/synth/yaml';
import { AWKWARD_STRINGS } from './awkward-strings';

const anyString = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(...AWKWARD_STRINGS),
  fc.tuple(fc.constantFrom(...AWKWARD_STRINGS), fc.constantFrom(...AWKWARD_STRINGS)).map(([a, b]) => a + b),
);
const key = anyString.filter((text) => text !== '__proto__');

function placed(text: string): unknown {
  return { value: text, list: [text, [text], { nested: text }], deep: { deeper: { deepest: text } } };
}

describe('every string arrives as it was given', () => {
  test.each(AWKWARD_STRINGS)('%j', (text) => {
    expect(load(toYaml(placed(text)))).toEqual(placed(text));
    expect(load(toYaml({ [text]: text }))).toEqual({ [text]: text });
  });

  test('any string as value, key and list item, by a YAML 1.2 and a YAML 1.1 parser', () => {
    fc.assert(
      fc.property(anyString, key, (text, name) => {
        const value = { ...(placed(text) as object), [name]: { [name]: text } };
        const yaml = toYaml(value);
        expect(load(yaml)).toEqual(value);
        expect(parse(yaml, { version: '1.1', merge: false })).toEqual(value);
      }),
      { numRuns: 2000 },
    );
  });

  test('any plain data', () => {
    const data = fc.jsonValue({ stringUnit: 'binary' });
    fc.assert(
      fc.property(data, (value) => {
        expect(JSON.stringify(sorted(load(toYaml(value))))).toBe(JSON.stringify(sorted(value)));
      }),
      { numRuns: 2000 },
    );
  });

  test('a stream of documents', () => {
    fc.assert(
      fc.property(fc.array(key), (texts) => {
        expect(loadAll(toYamlStream(texts.map(placed)))).toEqual(texts.map(placed));
      }),
    );
  });
});

describe('keys', () => {
  test('stand in the order that a reader looks for them, whatever the order of insertion', () => {
    const manifest = {
      spec: { b: 1, a: [{ value: 'x', name: 'm', image: 'z' }] },
      data: {},
      metadata: { labels: {}, namespace: 'space', name: 'm' },
      kind: 'K',
      apiVersion: 'v1',
    };

    expect(toYaml(manifest)).toBe(
      [
        'apiVersion: v1',
        'kind: K',
        'metadata:',
        '  name: m',
        '  namespace: space',
        '  labels: {}',
        'data: {}',
        'spec:',
        '  a:',
        '    - name: m',
        '      image: z',
        '      value: x',
        '  b: 1',
        '',
      ].join('\n'),
    );
  });

  test('are ordered by code point, not by locale', () => {
    expect(toYaml({ ä: 1, z: 1, Z: 1, a: 1 })).toBe('Z: 1\na: 1\nz: 1\nä: 1\n');
  });
});

test('long strings are not folded, repeated objects not abbreviated', () => {
  const shared = { text: 'word '.repeat(100).trim() };
  expect(toYaml({ a: shared, b: shared })).toBe(`a:\n  text: ${shared.text}\nb:\n  text: ${shared.text}\n`);
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sorted);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, content]): unknown => [name, sorted(content)]);
  }
  return value;
}

describe('what is written faster is what the library writes', () => {
  test.each(AWKWARD_STRINGS)('%j', (text) => {
    expect(toYaml(placed(text))).toBe(toYamlByLibrary(placed(text)));
    expect(toYaml({ [text]: { [text]: text } })).toBe(toYamlByLibrary({ [text]: { [text]: text } }));
  });

  test('any texts, of one line and of many, at any depth', () => {
    const lines = fc.array(anyString, { maxLength: 4 }).map((texts) => texts.join('\n'));
    const names = fc.stringMatching(/^[A-Za-z.0-9:_/-]{1,9}$/);
    const sentences = fc.stringMatching(/^[A-Za-z_$(/!][ -~]{0,30}$/);
    const texts = fc.oneof(
      anyString,
      lines,
      names,
      sentences,
      fc.constantFrom('', '\n', 'a\n', 'a\n\n', ' a\nb', 'a \n b\n'),
    );
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        texts,
        fc.constantFrom(null, true, false, 0, -0, 1, -1.5, 1e21, NaN, Infinity, undefined, 5n, new Date(0)),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(fc.oneof(texts, fc.constantFrom('name', 'kind', 'metadata', 'b', 'a')), tie('tree'), {
          maxKeys: 4,
        }),
      ),
    }));
    const attempt = (write: (value: unknown) => string, value: unknown): string => {
      try {
        return write(value);
      } catch {
        return 'refused';
      }
    };
    fc.assert(
      fc.property(tree, (value) => {
        expect(attempt(toYaml, value)).toBe(attempt(toYamlByLibrary, value));
      }),
      { numRuns: 3000 },
    );
  });
});
