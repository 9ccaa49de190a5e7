import { celError } from '@bufbuild/cel';
import type { BoundObject, Item } from '../../lib/policy/bound-object';
import { isCelError } from '../../lib/policy/cel';
import type { Read } from '../../lib/policy/cel';
import { Verdicts } from '../../lib/policy/verdicts';

// A verdict is found once for things that are equal in all that a rule reads, and anew for others.

interface Thing {
  /** The object's manifest. */
  readonly manifest?: unknown;
  /** The item that the rule judges. */
  readonly item?: unknown;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Where a variable stands in the manifest. */
  readonly paths?: ReadonlyMap<unknown, readonly string[]>;
  readonly isUnreadable?: boolean;
}

function evaluations(reads: readonly Read[], ...things: readonly Thing[]): number {
  const verdicts = new Verdicts(() => reads);
  let count = 0;
  for (const [index, { manifest = {}, item = {}, variables = {}, paths, isUnreadable = false }] of things.entries()) {
    const object = {
      manifest,
      unreadable: new Map(isUnreadable ? [['podSpec', 'x']] : []),
      texts: new Map<string, string>(),
      variables: new Map(Object.entries(variables)),
      object: { pathOf: (variable: unknown) => paths?.get(variable) },
    } as unknown as BoundObject;
    const verdict = verdicts.on(object, { plain: item, texts: new Map() } as unknown as Item, () => {
      count++;
      return [`${index}`];
    });
    expect(isCelError(verdict)).toBe(false);
  }
  return count;
}

const IMAGE: readonly Read[] = [['c', 'image']];

test.each<readonly [what: string, reads: readonly Read[], a: Thing, b: Thing, evaluated: 1 | 2]>([
  [
    'items that are equal in what is read',
    IMAGE,
    { item: { image: 'a', name: 'x' } },
    { item: { image: 'a', name: 'y' } },
    1,
  ],
  ['items that are not', IMAGE, { item: { image: 'a' } }, { item: { image: 'b' } }, 2],
  ['one that lacks what is read', IMAGE, { item: { image: '' } }, { item: {} }, 2],
  ['a read of a whole item', [['c']], { item: { image: 'a' } }, { item: { image: 'a' } }, 2],
  ['an item of which a part is null', IMAGE, { item: { image: null } }, { item: { image: null } }, 2],
  [
    'a read below what is compared',
    [['c', 'resources', 'limits']],
    { item: { resources: { a: 1 } } },
    { item: { resources: { a: 2 } } },
    2,
  ],
  [
    'objects that are equal three fields deep',
    [['object', 'spec', 'template', 'spec']],
    { manifest: { spec: { template: { a: 1 }, replicas: 1 } } },
    { manifest: { spec: { template: { a: 1 }, replicas: 2 } } },
    1,
  ],
  [
    'objects that are not',
    [['object', 'spec', 'template', 'spec']],
    { manifest: { spec: { template: { a: 1 } } } },
    { manifest: { spec: { template: { a: 2 } } } },
    2,
  ],
  [
    'what an expression has made of text',
    [['variables', 'name']],
    { variables: { name: 'a' } },
    { variables: { name: 'a' } },
    1,
  ],
  ['and of other text', [['variables', 'name']], { variables: { name: 'a' } }, { variables: { name: 'b' } }, 2],
  [
    'a list that an expression has put together',
    [['variables', 'list']],
    { variables: { list: ['a'] } },
    { variables: { list: ['a'] } },
    2,
  ],
  ['a read of all variables', [['variables']], {}, {}, 2],
  [
    'what an expression names itself',
    [['item', 'a', 'b'], ...IMAGE],
    { item: { image: 'a' } },
    { item: { image: 'a' } },
    1,
  ],
  [
    'an object that cannot be read',
    IMAGE,
    { item: { image: 'a' }, isUnreadable: true },
    { item: { image: 'a' }, isUnreadable: true },
    2,
  ],
  [
    'a text too long to compare',
    IMAGE,
    { item: { image: 'a'.repeat(2_000) } },
    { item: { image: 'a'.repeat(2_000) } },
    2,
  ],
  ['one that is not', IMAGE, { item: { image: 'a'.repeat(1_990) } }, { item: { image: 'a'.repeat(1_990) } }, 1],
  [
    'two reads of which the texts run together alike',
    [
      ['c', 'a'],
      ['c', 'b'],
    ],
    { item: { a: 1, b: 23 } },
    { item: { a: 12, b: 3 } },
    2,
  ],
])('%s', (_, reads, a, b, evaluated) => {
  expect(evaluations(reads, a, b)).toBe(evaluated);
});

test('a variable that stands in the manifest is compared there', () => {
  const [first, second, third] = [{ a: 1 }, { a: 1 }, { a: 2 }];
  const thing = (variable: unknown): Thing => ({
    manifest: { spec: variable },
    variables: { podSpec: variable },
    paths: new Map([[variable, ['spec']]]),
  });

  expect(evaluations([['variables', 'podSpec', 'a']], thing(first), thing(second), thing(third))).toBe(2);
});

test('an error is no verdict', () => {
  const verdicts = new Verdicts(() => IMAGE);
  const object = { manifest: {}, unreadable: new Map(), texts: new Map() } as unknown as BoundObject;
  const item = { plain: { image: 'a' }, texts: new Map() } as unknown as Item;

  expect(isCelError(verdicts.on(object, item, () => celError('no')))).toBe(true);
  expect(verdicts.on(object, item, () => false)).toBe(false);
  expect(verdicts.on(object, item, () => true)).toBe(false);
});

test('who has seen many different things goes on judging, and compares no more', () => {
  const things = Array.from({ length: 500 }, (_, index): Thing => ({ item: { image: `a${index}` } }));

  expect(evaluations(IMAGE, ...things, { item: { image: 'a0' } })).toBe(501);
  expect(evaluations(IMAGE, ...things.slice(1), { item: { image: 'a1' } })).toBe(499);
});
