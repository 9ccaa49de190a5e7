import { celString, celStrings, compile, indexesOf, isCelError, stringsOf, toCelObject } from '../../lib/policy/cel';
import type { CelObject } from '../../lib/policy/cel';
import type { Path } from '../../lib/manifest/plain-data';

const run = (text: string, object: unknown = {}): unknown => compile(text).run({ object: toCelObject(object).value });

describe('what an expression reads', () => {
  test.each<[string, readonly string[]]>([
    ['true', []],
    ['c', ['c']],
    ['c.securityContext.privileged', ['c.securityContext.privileged']],
    ['has(c.a.b)', ['c.a.b']],
    ['dyn(object).spec.x', ['object.spec.x']],
    ["object.metadata.labels['x'].y", ['object.metadata.labels']],
    ['c.a == 1 && object.b.c', ['c.a', 'object.b.c']],
    ['size(c) > 0', ['c']],
    ['c.a.startsWith(c.b)', ['c.a', 'c.b']],
    ['c.dyn(c.x)', ['c', 'c.x']],
    ['f(c).g', ['c']],
    ['[c.a, object.b]', ['c.a', 'object.b']],
    ['{c.k: c.v}', ['c.k', 'c.v']],
    ['(c.a ? c.b : c.d).e', ['c.a', 'c.b', 'c.d']],
  ])('%s', (text, reads) => {
    expect(
      compile(text)
        .reads()
        .map((read) => read.join('.')),
    ).toEqual(reads);
  });

  test('a comprehension reads its list and whatever its condition reads', () => {
    const reads = compile('c.list.filter(x, x.y == object.z)')
      .reads()
      .map((read) => read.join('.'));

    expect(reads).toEqual(expect.arrayContaining(['c.list', 'x.y', 'object.z']));
  });
});

describe('compile', () => {
  test('says that a text is no CEL when it is used, not before', () => {
    const program = compile('a b c');

    expect(() => program.run({})).toThrow();
    expect(() => program.reads()).toThrow();
  });

  test('compiles a text once', () => {
    expect(compile('1 + 1')).toBe(compile('1 + 1'));
    expect(compile('1 + 1')).not.toBe(compile('1 + 2'));
  });

  test('matches as RE2 does, anywhere in the text', () => {
    expect(run("'abc'.matches('b')")).toBe(true);
    expect(run("'abc'.matches('^b')")).toBe(false);
    expect(run("'abc'.matches('b')")).toBe(true);
    expect(run("'ABC'.matches('(?i)b')")).toBe(true);
    expect(isCelError(run("'abc'.matches('(?=b)')"))).toBe(true);
  });
});

describe("Kubernetes' lists", () => {
  test('have a sum of whole numbers', () => {
    expect(run('[1, 2, 39].sum()')).toBe(42n);
    expect(run('[].sum()')).toBe(0n);
    expect(isCelError(run("['a'].sum()"))).toBe(true);
  });
});

describe('text as CEL writes it', () => {
  test('is read back as it was', () => {
    const awkward = 'a"b\\c\n\u00e9';

    expect(run(celString(awkward))).toBe(awkward);
    expect(celStrings([])).toBe('[]');
    expect(celStrings(['a', 'b"'])).toBe('["a", "b\\""]');
  });
});

describe('a manifest as CEL sees it', () => {
  const part = (object: CelObject, text: string): unknown => compile(text).run({ object: object.value });
  const pathOf = (manifest: unknown, text: string): Path | undefined => {
    const object = toCelObject(manifest);
    return object.pathOf(part(object, text));
  };

  test('tells where each map and list stands', () => {
    const manifest = { spec: { containers: [{ env: [] }, { env: [{ name: 'A' }] }] } };

    expect(pathOf(manifest, 'object')).toEqual([]);
    expect(pathOf(manifest, 'object.spec')).toEqual(['spec']);
    expect(pathOf(manifest, 'object.spec.containers')).toEqual(['spec', 'containers']);
    expect(pathOf(manifest, 'object.spec.containers[1].env[0]')).toEqual(['spec', 'containers', 1, 'env', 0]);
  });

  test('knows no place of what is no part of it', () => {
    expect(pathOf({ a: 'text' }, 'object.a')).toBeUndefined();
    expect(pathOf({}, '{}')).toBeUndefined();
    expect(toCelObject([]).pathOf(undefined)).toBeUndefined();
  });

  test.each<[unknown, unknown]>([
    ['text', 'text'],
    [true, true],
    [7n, 7n],
    [7, 7n],
    [1.5, 1.5],
    [null, null],
    [undefined, null],
    [Symbol('x'), null],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
  ])('%p is %p', (manifest, value) => {
    expect(toCelObject(manifest).value).toBe(value);
  });

  test('has no fields that are null', () => {
    const manifest = { a: null, b: undefined, c: 1, d: { e: null } };

    expect(
      ["'a' in object", "'b' in object", "'c' in object", "'e' in object.d"].map((text) => run(text, manifest)),
    ).toEqual([false, false, true, false]);
    expect(run('size(object)', manifest)).toBe(2n);
  });

  test('may be deeper than anybody writes, but has an end', () => {
    const nested = (levels: number): unknown =>
      Array.from({ length: levels }).reduce<unknown>(
        (value, _, level) => (level % 2 === 0 ? [value] : { a: value }),
        'leaf',
      );

    expect(() => toCelObject(nested(500))).not.toThrow();
    expect(() => toCelObject(nested(100_000))).toThrow(RangeError);
  });
});

describe('indexesOf', () => {
  test('takes lists of items of the object only, wherever they were put together', () => {
    const object = toCelObject({ a: [{ x: 1 }, { x: 1 }, ['y'], 'z'], b: { c: { x: 1 } } });
    const result = (text: string): unknown => {
      const indexes = indexesOf(compile(text).run({ object: object.value }), object);
      return isCelError(indexes) ? indexes.message : indexes;
    };

    expect(result('[object.a[1], object.a[0]]')).toEqual([1, 0]);
    expect(result("object.a.filter(i, i != 'z')")).toEqual([0, 1, 2]);
    expect(result("object.a.filter(i, i == {'x': 1})")).toEqual([0, 1]);
    expect(result('[]')).toEqual([]);
    for (const other of ['object.a', '[object]', '[object.b.c]', "[{'x': 1}]", "['a']", '1', 'true']) {
      expect(result(other)).toContain('not a list of items of the object');
    }
    expect(result('object.d')).toContain('not found');
  });
});

describe('stringsOf', () => {
  test('takes lists of strings only', () => {
    const result = (text: string): unknown => {
      const strings = stringsOf(compile(text).run({}));
      return isCelError(strings) ? strings.message : strings;
    };

    expect(result("['a', 'b']")).toEqual(['a', 'b']);
    expect(result('[]')).toEqual([]);
    expect(result("['a', 1]")).toContain('not a list of strings');
    expect(result('1')).toContain('not a list of strings');
    expect(result("{'a': 1}.b")).toContain('not found');
  });
});
