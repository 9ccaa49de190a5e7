import { child, listAt, textAt, textsAt } from '../manifest/plain-data';

// LabelSelectors: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors

/** The label that every namespace has by itself (https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-metadata-name). */
export const NAMESPACE_NAME_LABEL = 'kubernetes.io/metadata.name';

/** Whether a LabelSelector names no label at all, and so selects everything. */
export function selectsAll(selector: unknown): boolean {
  return labelsOf(selector).length + listAt(selector, 'matchExpressions').length === 0;
}

/** Whether labels meet a LabelSelector. */
export function matchesLabels(selector: unknown, labels: unknown): boolean {
  return matcherOf(selector)(labels);
}

/** What a LabelSelector says of labels; it is read once, however many are asked about. */
function matcherOf(selector: unknown): (labels: unknown) => boolean {
  const equal = labelsOf(selector);
  const expressions = listAt(selector, 'matchExpressions').map(expressionOf);
  return (labels) =>
    equal.every(([key, value]) => child(labels, key) === value) && expressions.every((meets) => meets(labels));
}

/** Things that have labels, found by LabelSelectors without a look at each of them. */
export class LabelIndex<T> {
  /** By label, and by the label's key alone. */
  private index: ReadonlyMap<string, readonly T[]> | undefined;
  /** What selectors select that need a look at each. */
  private readonly selected = new Map<string, readonly T[]>();

  public constructor(
    public readonly items: readonly T[],
    private readonly labelsOf: (item: T) => unknown,
  ) {}

  /** Those that a LabelSelector selects, which are all where it names no label. */
  public select(selector: unknown): readonly T[] {
    if (selectsAll(selector)) {
      return this.items;
    }
    const index = (this.index ??= this.makeIndex());
    const labels = labelsOf(selector);
    const expressions = listAt(selector, 'matchExpressions');
    const [only] = labels;
    if (only !== undefined && labels.length === 1 && expressions.length === 0) {
      return index.get(keyOf(...only)) ?? [];
    }
    const lists = [
      ...labels.map(([key, value]) => index.get(keyOf(key, value)) ?? []),
      ...expressions.flatMap((expression) => {
        const key = textAt(expression, 'key');
        switch (child(expression, 'operator')) {
          case 'In':
            return [[...new Set(textsAt(expression, 'values'))].flatMap((value) => index.get(keyOf(key, value)) ?? [])];
          case 'Exists':
            return [index.get(key) ?? []];
          default:
            return [];
        }
      }),
    ];
    const fewest = lists.toSorted((a, b) => a.length - b.length)[0];
    const matches = matcherOf(selector);
    if (fewest !== undefined) {
      return fewest.filter((item) => matches(this.labelsOf(item)));
    }
    const key = JSON.stringify(selector);
    const found = this.selected.get(key) ?? this.items.filter((item) => matches(this.labelsOf(item)));
    this.selected.set(key, found);
    return found;
  }

  private makeIndex(): ReadonlyMap<string, readonly T[]> {
    const index = new Map<string, T[]>();
    for (const item of this.items) {
      for (const [key, value] of Object.entries(this.labelsOf(item) ?? {})) {
        for (const each of [key, keyOf(key, value)]) {
          const list = index.get(each);
          if (list === undefined) {
            index.set(each, [item]);
          } else {
            list.push(item);
          }
        }
      }
    }
    return index;
  }
}

function labelsOf(selector: unknown): readonly (readonly [string, unknown])[] {
  return Object.entries(child(selector, 'matchLabels') ?? {});
}

function keyOf(key: string, value: unknown): string {
  return typeof value === 'string' ? `${key}\n${value}` : `${key}\n\n${String(value)}`;
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#resources-that-support-set-based-requirements */
function expressionOf(expression: unknown): (labels: unknown) => boolean {
  const key = textAt(expression, 'key');
  const values = new Set<unknown>(textsAt(expression, 'values'));
  switch (child(expression, 'operator')) {
    case 'In':
      return (labels) => values.has(child(labels, key));
    case 'NotIn':
      return (labels) => !values.has(child(labels, key));
    case 'Exists':
      return (labels) => child(labels, key) !== undefined;
    case 'DoesNotExist':
      return (labels) => child(labels, key) === undefined;
    default:
      return () => false;
  }
}
