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
    expect(read('')).toEqual([]);
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

  test('the line of a field behind an alias is that of the alias', () => {
    const [document] = documents('x: &x\n  a: 1\ny: *x\n');

    expect(document?.lineOf(['y', 'a'])).toBe(3);
  });

  test('the line of a repeated field is that of the one that counts', () => {
    const [document] = documents('a: 1\nb: 2\na: 3\n');

    expect(document?.lineOf(['a'])).toBe(3);
  });
});
