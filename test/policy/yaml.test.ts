import { readYaml } from '../../lib/policy/yaml';
import type { YamlDocument } from '../../lib/policy/yaml';

function read(text: string): unknown[] {
  return [...readYaml(text)].map((part) => ('reason' in part ? `line ${part.line}: ${part.reason}` : part.value));
}

function documents(text: string): YamlDocument[] {
  return [...readYaml(text)].filter((part): part is YamlDocument => 'value' in part);
}

describe('readYaml', () => {
  // As sigs.k8s.io/yaml reads them.
  test.each<[string, unknown]>([
    ['yes', true],
    ['Yes', true],
    ['y', true],
    ['on', true],
    ['OFF', false],
    ['n', false],
    ['no', false],
    ['true', true],
    ['yEs', 'yEs'],
    ['~', null],
    ['null', null],
    ['', null],
    ['Null', null],
    ['17', 17],
    ['017', 15],
    ['0o17', 15],
    ['0x1F', 31],
    ['0b11', 3],
    ['-0b11', -3],
    ['+5', 5],
    ['-5', -5],
    ['08', 8],
    ['1_000', 1000],
    ['_1', '_1'],
    ['1e3', 1000],
    ['.5', 0.5],
    ['1.', 1],
    ['.inf', Infinity],
    ['-.inf', -Infinity],
    ['.nan', NaN],
    ['.', '.'],
    ['+', '+'],
    ['12:30', '12:30'],
    ['2001-01-01', '2001-01-01'],
    ['1.2.3', '1.2.3'],
    ['"8"', '8'],
    ["'yes'", 'yes'],
    ['!!str 8', '8'],
    ['!!binary aGk=', 'hi'],
    ['0o8', '0o8'],
    ['1e', '1e'],
  ])('%s', (source, value) => {
    expect(read(`a: ${source}`)).toEqual([{ a: value }]);
  });

  test.each<[unknown, string]>([
    [true, 'y Y yes Yes YES true True TRUE on On ON'],
    [false, 'n N no No NO false False FALSE off Off OFF'],
    [null, '~ null Null NULL'],
    [Infinity, '.inf .Inf .INF +.inf +.INF'],
    [-Infinity, '-.inf -.Inf -.INF'],
    [NaN, '.nan .NaN .NAN'],
    [31, '31 +31 3_1 31_ 0x1F 0x1f 0X1f +0x1f 037 0o37 0O37 0_37 0b11111 0B11111 31.0 3.1e1 3.1E1 3.1e+1 310e-1 +31.'],
    [-31, '-31 -_31 -0x1f -037 -0b11111 -31.0 -3.1e1'],
    [0, '0 00 0x0 0.0 .0 0e5'],
    [9, '09 9 9. 9.0'],
  ])('%p is written %s', (value, sources) => {
    for (const source of sources.split(' ')) {
      expect([source, ...read(`a: ${source}`)]).toEqual([source, { a: value }]);
    }
  });

  test.each([
    'ye yesno nope oN tRUE nULL nul .infx x.inf +.infx .nanx x.nan +.nan .iNF',
    '0x 0xg 0b 0b2 +-1 1-1 1+ _ _31 _.5 x31 31x 0x1fx x0x1f 1.5x x1.5 1..5 1.5.2 e5 1e5x 1e5.5 1e+ .e5 -.',
  ])('all of these are text: %s', (sources) => {
    for (const source of sources.split(' ')) {
      expect(read(`a: [${source}]`)).toEqual([{ a: [source] }]);
    }
  });

  test('a tag says what a text is', () => {
    expect(
      read('[!!int "8", !!float "1.5", !!bool "yes", !!null "", !!timestamp 2001-01-01, !!binary "gIE=", !!str on]'),
    ).toEqual([[8, 1.5, true, null, '2001-01-01', '\u0080\u0081', 'on']]);
  });

  test('keys are text, whatever they look like, and the last of equal ones counts', () => {
    expect(read('on: 1\n2: b\na: 1\na: 2\n')).toEqual([{ true: 1, 2: 'b', a: 2 }]);
  });

  test('merges and aliases', () => {
    expect(read('a: &a {x: 1, z: 2}\nb:\n  <<: *a\n  z: 3\n')).toEqual([{ a: { x: 1, z: 2 }, b: { x: 1, z: 3 } }]);
  });

  test('splits documents, and leaves out those that hold nothing', () => {
    expect(read('---\n# only a comment\n---\na: 1\n--- # next\nb: |\n  --- text\n  x\n---\n\n')).toEqual([
      { a: 1 },
      { b: '--- text\nx\n' },
    ]);
    expect(read('a: 1\n---\t\nb: 2\n---   # x\nc: 3\n---\n \t# only a comment\n')).toEqual([
      { a: 1 },
      { b: 2 },
      { c: 3 },
    ]);
    expect(read('a: |\n  x\n ---\n')).toEqual([expect.stringMatching(/^line /)]);
    expect(read('')).toEqual([]);
    expect(read(' \t\r\n')).toEqual([]);
    expect(read('\uFEFFa: 1')).toEqual([{ a: 1 }]);
    expect(read('{"a": 1}')).toEqual([{ a: 1 }]);
    expect(read('a: 1\r\n---\r\nb: 2\r\n')).toEqual([{ a: 1 }, { b: 2 }]);
  });

  test('names what is broken by its line, and reads the rest', () => {
    const [first, second, third] = read('a: 1\n---\n# x\nb: [\n---\nc: 3\n');

    expect(first).toEqual({ a: 1 });
    expect(second).toMatch(/^line [45]: /);
    expect(third).toEqual({ c: 3 });
  });

  test.each([
    ['a: *b', /alias/],
    ['a: &a [*a]', /itself|alias/],
    ['a: b: c', /./],
    ['\ta: 1', /./],
    ['a: "x', /./],
    [
      `a: &a [1,2,3,4,5,6,7,8,9,10]\n${'bcdefgh'
        .split('')
        .map(
          (name, i) =>
            `${name}: &${name} [${Array(10)
              .fill(`*${'abcdefg'[i] ?? ''}`)
              .join(',')}]`,
        )
        .join('\n')}`,
      /million/,
    ],
    [`a: &a 1\nb: [${Array(1_001).fill('*a').join(',')}]`, /./],
  ])('refuses %j', (text, reason) => {
    expect(read(text)).toEqual([expect.stringMatching(reason)]);
  });

  test('tells the line of each field', () => {
    const [, document] = documents(
      `a: 1
---
# comment
metadata:
  name: x
spec:
  containers:
    - name: a
      image: one

    - {name: b,
       image: two}
  list:
  - x
  - y
`,
    );

    const line = (...path: (string | number)[]): number | undefined => document?.lineOf(path);
    expect([line(), line('metadata'), line('metadata', 'name'), line('spec', 'containers')]).toEqual([4, 4, 5, 7]);
    expect([line('spec', 'containers', 0), line('spec', 'containers', 0, 'image')]).toEqual([8, 9]);
    expect([line('spec', 'containers', 1), line('spec', 'containers', 1, 'image')]).toEqual([11, 12]);
    expect([line('spec', 'list', 1), line('spec', 'list', 5), line('spec', 'nothing', 'here')]).toEqual([15, 13, 6]);
    expect(line('spec', 'list', 0, 'deeper')).toBe(14);
  });

  test('a document may begin beside its separator', () => {
    const [first, second, third] = documents('a: 1\n--- {b: 2,\n c: 3}\n---\nd: 4\n');

    expect([first?.value, second?.value, third?.value]).toEqual([{ a: 1 }, { b: 2, c: 3 }, { d: 4 }]);
    expect([first?.lineOf(['a']), second?.lineOf(['b']), second?.lineOf(['c']), third?.lineOf(['d'])]).toEqual([
      1, 2, 3, 5,
    ]);
  });

  test('the line of what has no fields is its own', () => {
    expect(documents('# x\n\ntext').map(({ lineOf }) => [lineOf([]), lineOf(['a']), lineOf([0])])).toEqual([[3, 3, 3]]);
    expect(documents('\n[]').map(({ lineOf }) => [lineOf([]), lineOf([0])])).toEqual([[2, 2]]);
    expect(documents('a:\n  b:\n  c: 1\n').map(({ lineOf }) => [lineOf(['a', 'b']), lineOf(['a', 'c'])])).toEqual([
      [2, 3],
    ]);
  });

  test('the line of a field after others that are deep', () => {
    const [document] = documents(
      'a:\n  - {x: [1, {y: 2}]}\n  - [[], {}]\nb:\n  - 1\n  - {a: {b: 1}}\n  - c:\n      d: 1\n',
    );

    expect(
      [['a', 1], ['b'], ['b', 0], ['b', 1, 'a'], ['b', 2], ['b', 2, 'c', 'd']].map((path) => document?.lineOf(path)),
    ).toEqual([3, 4, 5, 6, 7, 8]);
  });

  test('the line of a field whose key is a number', () => {
    const [document] = documents('a: 1\n7: x\nc: 2\n');

    expect([document?.lineOf(['c']), document?.lineOf(['7']), document?.lineOf([7])]).toEqual([3, 2, 2]);
  });

  test('the line of an item that is an alias is its own', () => {
    const [document] = documents('x: &x\n  a: 1\nl:\n- 1\n- *x\n- 2\n');

    expect([document?.lineOf(['l', 1]), document?.lineOf(['l', 1, 'a']), document?.lineOf(['l', 2])]).toEqual([
      5, 5, 6,
    ]);
  });

  test('the line of a text is where it starts, unless an excerpt of it is meant', () => {
    const [document] = documents('a: |\n  one\n  undefined\n  two\nb: {c: 1}\n');

    expect(document?.lineOf(['a'])).toBe(1);
    expect(document?.lineOf(['a'], 'two')).toBe(4);
    expect(document?.lineOf(['a'], 'three')).toBe(1);
    expect(document?.lineOf(['b'], 'two')).toBe(5);
  });

  test('an alias may hold nothing', () => {
    expect(read('a: &a {b: null}\nc: *a')).toEqual([{ a: { b: null }, c: { b: null } }]);
  });

  test('aliases may be many, and may repeat', () => {
    expect(read(`a: &a 1\nb: [${Array(1_000).fill('*a').join(',')}]`)).toEqual([{ a: 1, b: Array(1_000).fill(1) }]);
    expect(read('a: &a {x: 1}\nb: [*a, *a, {c: *a}]\n')).toEqual([
      { a: { x: 1 }, b: [{ x: 1 }, { x: 1 }, { c: { x: 1 } }] },
    ]);
  });

  test('says why it refuses what aliases make of a text', () => {
    expect(read('\n\na: &a [*a]')).toEqual([expect.stringMatching(/^line [13]: .+/)]);
  });

  test('the line of a field behind an alias is that of the alias', () => {
    const [document] = documents('x: &x\n  a: 1\ny: *x\n');

    expect(document?.lineOf(['y', 'a'])).toBe(3);
  });

  test('the line of a repeated field is that of the one that counts', () => {
    const [document] = documents('a: 1\nb: 2\na: 3\n');

    expect(document?.lineOf(['a'])).toBe(3);
  });
});
