import { compareCodeUnits } from '../manifest/plain-data';

// Mermaid's flowcharts as text: https://mermaid.js.org/syntax/flowchart.html

/** What a node looks like. */
export type Shape = 'workload' | 'store' | 'entrance' | 'host' | 'document' | 'group';

/** Boxes in which nodes stand together. */
export interface Box {
  readonly id: string;
  readonly title: string;
}

/** A node of a flowchart. */
export interface Node {
  /** Made by {@link idOf} from what it stands for, so that other nodes do not change it. */
  readonly id: string;
  /** Its text, line by line. */
  readonly lines: readonly string[];
  readonly shape: Shape;
  /** @default - none: it stands outside of all */
  readonly box?: Box;
}

/** An edge of a flowchart. */
export interface Edge {
  readonly from: Node;
  readonly to: Node;
  /** Its text, line by line. */
  readonly lines: readonly string[];
  readonly line: keyof typeof LINES;
}

const LINES = { solid: '-->', dotted: '-.->', crossed: '--x' } as const;

const BRACKETS: Readonly<Record<Shape, readonly [string, string]>> = {
  workload: ['[', ']'],
  store: ['[(', ')]'],
  entrance: ['([', '])'],
  host: ['{{', '}}'],
  document: ['[[', ']]'],
  group: ['(', ')'],
};

/** Characters that mean nothing to Mermaid in a quoted text, and nothing to HTML, which the text becomes. */
const HARMLESS = /[^\w ./,()-]/gu;

/**
 * An id of a node, from names: different names give different ids, whatever they hold, and none is a word of Mermaid's own.
 */
export function idOf(...names: readonly string[]): string {
  return names
    .map((name) =>
      name
        .replace(/[^a-z0-9-]/gu, (character) => `X${(character.codePointAt(0) ?? 0).toString(16)}X`)
        .replace(/(?<![a-z0-9])-|-(?![a-z0-9])/g, 'X2dX')
        .replaceAll('-', '_'),
    )
    .join('__');
}

function textOf(lines: readonly string[]): string {
  const escape = (line: string): string =>
    line.replace(HARMLESS, (character) => `#${String(character.codePointAt(0))};`);
  // An empty text is none to Mermaid.
  return `"${lines.map(escape).join('<br>') || ' '}"`;
}

function lineOf({ id, shape, lines }: Node): string {
  const [open, close] = BRACKETS[shape];
  return `${id}${open}${textOf(lines)}${close}`;
}

/**
 * The text of a flowchart, from left to right. Each node and each edge is a line of its own, in the order of their ids.
 *
 * @param subject a node that stands out
 */
export function flowchart(nodes: Iterable<Node>, edges: Iterable<Edge>, subject?: Node): string {
  const boxes = new Map<string, { readonly box: Box | undefined; readonly nodes: Map<string, string> }>();
  for (const node of nodes) {
    const key = node.box?.id ?? '';
    const members = boxes.get(key) ?? { box: node.box, nodes: new Map<string, string>() };
    boxes.set(key, members);
    members.nodes.set(node.id, lineOf(node));
  }
  const lines = ['flowchart LR'];
  for (const [, { box, nodes: members }] of [...boxes].sort(([a], [b]) => compareCodeUnits(a, b))) {
    const inside = [...members].sort(([a], [b]) => compareCodeUnits(a, b)).map(([, line]) => line);
    lines.push(
      ...(box === undefined
        ? inside.map((line) => `  ${line}`)
        : [`  subgraph ${box.id}[${textOf([box.title])}]`, ...inside.map((line) => `    ${line}`), '  end']),
    );
  }
  const drawn = [...edges].map(({ from, to, lines: text, line }) => {
    const label = text.length === 0 ? '' : `|${textOf(text)}|`;
    return `  ${from.id} ${LINES[line]}${label} ${to.id}`;
  });
  const emphasis = subject === undefined ? [] : [`  style ${subject.id} stroke-width:3px`];
  return [...lines, ...drawn.sort(compareCodeUnits), ...emphasis, ''].join('\n');
}
