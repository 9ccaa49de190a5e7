import fc from 'fast-check';
import { flowchart, idOf, type Node, type Shape } from '../../lib/graph/mermaid';
import { readMermaid } from './read-mermaid';

const SHAPES: readonly Shape[] = ['workload', 'store', 'entrance', 'host', 'document', 'group'];

/** Names that mean something to Mermaid, Markdown or HTML, or that nobody should have given. */
const ODD_NAMES = [
  'end',
  'graph',
  'subgraph',
  'default',
  'style',
  'style: #1;',
  'classDef x:#2;',
  'click',
  'o',
  'x',
  '1',
  '1. item',
  '- item',
  'a--b',
  '-a-',
  'a.b',
  'A',
  'carts_v2',
  'a"b',
  '"]; b["',
  'a|b',
  'a]b',
  'a-->b',
  '#',
  '#35;',
  '#quot;',
  '&amp;',
  '<b>bold</b>',
  '<script>alert(1)</script>',
  '`code`',
  '**bold**',
  '_carts_',
  '%% comment',
  '%%{init: {"theme": "dark"}}%%',
  'a\\b',
  'a\\nb',
  "it's",
  '$$x$$',
  ':::class',
  '@{ shape: rect }',
  '한국어',
  'é',
  '🎫',
  'fa:fa-car',
];

const nodeOf = (name: string, shape: Shape = 'workload'): Node => ({ id: idOf('pod', name), lines: [name], shape });

/** A diagram that shows a name wherever there can be one. */
function textFor(name: string): string {
  const box = { id: idOf('namespace', name), title: name };
  const nodes = SHAPES.map((shape) => ({ ...nodeOf(name, shape), id: idOf(shape, name), box }));
  const [from, to] = [nodes[0], nodes[1]];
  return flowchart(nodes, from && to ? [{ from, to, lines: [name], line: 'solid' }] : [], from);
}

/** What a reader sees of it. */
function shown(name: string): unknown {
  const ids = SHAPES.map((shape) => idOf(shape, name));
  return {
    nodes: ids.toSorted().map((id) => ({ id, text: name })),
    boxes: [{ id: idOf('namespace', name), title: name, nodes: expect.arrayContaining(ids) as unknown }],
    edges: [{ from: ids[0], to: ids[1], text: name }],
  };
}

describe('a name is read back from the diagram as it is', () => {
  let read: ReadonlyMap<string, unknown>;

  beforeAll(() => {
    const all = readMermaid(ODD_NAMES.map(textFor));
    read = new Map(ODD_NAMES.map((name, index) => [name, all[index]]));
  });

  test.each(ODD_NAMES)('%j', (name) => {
    expect(read.get(name)).toEqual(shown(name));
  });

  test('any text', () => {
    const anyText = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => text.trim() === text);
    const names = fc.sample(anyText, { numRuns: 100, seed: 19 });

    expect(readMermaid(names.map(textFor))).toEqual(names.map(shown));
  });
});

test('an empty text is drawn all the same', () => {
  const node = nodeOf('');
  const [read] = readMermaid([flowchart([node], [{ from: node, to: node, lines: [''], line: 'crossed' }])]);

  expect(read?.error).toBeUndefined();
});

describe('an id', () => {
  test.each([
    [['pod', 'shop', 'carts'], 'pod__shop__carts'],
    [['pod', 'shop', 'carts-v2'], 'pod__shop__carts_v2'],
  ])('%j is %s', (names, id) => {
    expect(idOf(...names)).toBe(id);
  });

  test('is different where a name is', () => {
    const name = fc.oneof(fc.string({ unit: fc.constantFrom('a', '-', '_', '.', 'X', '2', 'd') }), fc.string());
    fc.assert(
      fc.property(fc.array(name, { minLength: 1 }), fc.array(name, { minLength: 1 }), (a, b) => {
        expect(idOf(...a) === idOf(...b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
      { numRuns: 2000 },
    );
  });
});

test('nodes stand in their boxes, and all in the order of their ids, whatever the order in which they are given', () => {
  const box = { id: 'namespace__shop', title: 'shop' };
  const [carts, orders, host] = [
    { ...nodeOf('carts'), box },
    { ...nodeOf('orders', 'store'), box },
    nodeOf('db', 'host'),
  ];
  const edges = [
    { from: orders, to: host, lines: ['TCP 5432'], line: 'solid' as const },
    { from: carts, to: orders, lines: [], line: 'dotted' as const },
  ];

  const text = flowchart([orders, host, carts, orders], edges, carts);

  expect(text).toBe(
    [
      'flowchart LR',
      '  pod__db{{"db"}}',
      '  subgraph namespace__shop["shop"]',
      '    pod__carts["carts"]',
      '    pod__orders[("orders")]',
      '  end',
      '  pod__carts -.-> pod__orders',
      '  pod__orders -->|"TCP 5432"| pod__db',
      '  style pod__carts stroke-width:3px',
      '',
    ].join('\n'),
  );
  expect(flowchart([carts, orders, host], [...edges].reverse(), carts)).toBe(text);
});
