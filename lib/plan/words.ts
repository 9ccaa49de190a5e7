import { formatPath } from '../manifest/manifest';
import { child, compareCodeUnits, field, listAt, valueAt } from '../manifest/plain-data';
import type { Path } from '../manifest/plain-data';
import { formatResource } from '../policy/report';
import type { Action, FieldChange, ObjectChange } from './model';
import type { Summary } from './plan';

// How a plan is put into words, whatever it is written as.

/** What tells the items of a list apart, as people read it: the first of these that each item has, and no two alike. */
const NAMES: readonly (readonly string[])[] = [
  ['name'],
  ['metadata', 'name'],
  ['containerPort'],
  ['port'],
  ['mountPath'],
  ['devicePath'],
  ['ip'],
  ['topologyKey'],
  ['id'],
  ['type'],
];

/**
 * A path with the names of items instead of their numbers, where they have names: `spec.containers[name=web].image`.
 *
 * @param change of the object; a path leads into the new one, or where there is nothing, into the old one.
 */
export function readablePath(path: Path, { old, new: current }: Pick<ObjectChange, 'old' | 'new'>): string {
  const root = current !== undefined && valueAt(current.manifest, path) !== undefined ? current : (old ?? current);
  let text = '';
  path.forEach((key, index) => {
    const list = typeof key === 'number' ? listAt({ list: valueAt(root?.manifest, path.slice(0, index)) }, 'list') : [];
    const name = typeof key === 'number' ? nameIn(list, key) : undefined;
    text = name === undefined ? joined(text, key) : `${text}[${name}]`;
  });
  return text;
}

function joined(text: string, key: string | number): string {
  const part = formatPath([key]);
  return text === '' || part.startsWith('[') ? `${text}${part}` : `${text}.${part}`;
}

function nameIn(list: readonly unknown[], index: number): string | undefined {
  for (const names of NAMES) {
    const values = list.map((item) => field(item, ...names));
    const isName = values.every((value) => typeof value === 'string' || typeof value === 'number');
    if (isName && new Set(values).size === values.length) {
      const value = values[index];
      return value === undefined ? undefined : `${names.join('.')}=${wordOf(value)}`;
    }
  }
  return undefined;
}

/** A value in a path: quoted where it could be taken for something else. */
function wordOf(value: unknown): string {
  const text = String(value);
  return /^[\w./:@-]+$/.test(text) ? text : JSON.stringify(text);
}

const DONE: Readonly<Record<Action, string>> = {
  create: 'created',
  update: 'changed',
  delete: 'deleted',
  rename: 'renamed',
};

/** What becomes of an object: `created`, `renamed from web, ...`. */
export function doneTo({ action, old }: ObjectChange): string {
  return action === 'rename'
    ? `${DONE[action]} from ${old?.resource.name ?? ''}, and the same but for what repeats the name`
    : DONE[action];
}

/** `Deployment shop/web` */
export function nameOf({ old, new: current }: ObjectChange): string {
  const resource = (current ?? old)?.resource;
  return resource === undefined ? '' : formatResource(resource);
}

/** The fields of a change that are worth a look: where an object is another by its name alone, they all repeat it. */
export function fieldsToShow({ action, fields }: ObjectChange): readonly FieldChange[] {
  return action === 'rename' ? [] : fields;
}

/** `1 created, 2 changed`; `no object differs` where there is none. */
export function countsOf(summary: Summary): string {
  const actions: readonly Action[] = ['create', 'update', 'rename', 'delete'];
  const parts = actions.flatMap((action) => (summary[action] === 0 ? [] : [`${summary[action]} ${DONE[action]}`]));
  return parts.join(', ') || 'no object differs';
}

/** `2 dangers, 1 warning, 1 acknowledged`; `no danger` where there is nothing. */
export function verdictOf({ danger, warning, acknowledged }: Summary): string {
  const parts = [
    danger === 0 ? 'no danger' : counted(danger, 'danger'),
    ...(warning === 0 ? [] : [counted(warning, 'warning')]),
    ...(acknowledged === 0 ? [] : [`${acknowledged} acknowledged`]),
  ];
  return parts.join(', ');
}

/** `1 warning`, `2 warnings` */
export function counted(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** A field's values as lines: what goes, what comes. */
export interface ValueLines {
  readonly gone: readonly string[];
  readonly added: readonly string[];
}

/** More of a text or value than this is of no use in a review. */
const LONGEST = 160;
const MOST_LINES = 12;

/** What differs between the values of a field: of texts of several lines the lines, of lists of plain values these. */
export function linesOf({ old, new: current }: Pick<FieldChange, 'old' | 'new'>): ValueLines {
  if (Array.isArray(old) && Array.isArray(current)) {
    const [a, b] = [old.map(valueText), current.map(valueText)];
    const isReordered = a.toSorted(compareCodeUnits).join('\n') === b.toSorted(compareCodeUnits).join('\n');
    return isReordered
      ? { gone: [cut(`in this order: ${a.join(', ')}`)], added: [cut(`in this order: ${b.join(', ')}`)] }
      : limited(differences(a, b));
  }
  const isText = [old, current].some((value) => typeof value === 'string' && value.trimEnd().includes('\n'));
  if (isText) {
    const [a, b] = [old, current].map((value) =>
      typeof value === 'string' ? value.replace(/\n$/, '').split('\n') : [],
    );
    return limited(differences(a ?? [], b ?? []));
  }
  if (typeof old === 'string' && typeof current === 'string' && Math.max(old.length, current.length) > LONGEST) {
    return around(old, current);
  }
  return {
    gone: old === undefined ? [] : [cut(valueText(old))],
    added: current === undefined ? [] : [cut(valueText(current))],
  };
}

function valueText(value: unknown): string {
  if (typeof value !== 'string') {
    // What tells items of a list apart, where their order has changed.
    const name = child(value, 'name');
    return typeof name === 'string' && Object.keys(value ?? {}).length === 1 ? name : JSON.stringify(value);
  }
  // What would read as something else, or as nothing.
  const isPlain =
    value !== '' &&
    value === value.trim() &&
    Number.isNaN(Number(value)) &&
    !/^([[{"'(]|(true|false|null)$)/i.test(value);
  return isPlain ? value : JSON.stringify(value);
}

/** The items that stand in one alone; what stands in both in the same order is left out. */
function differences(a: readonly string[], b: readonly string[]): ValueLines {
  const gone: string[] = [];
  const added: string[] = [];
  let at = 0;
  for (const line of b) {
    const found = a.indexOf(line, at);
    if (found < 0) {
      added.push(line);
    } else {
      gone.push(...a.slice(at, found));
      at = found + 1;
    }
  }
  return { gone: [...gone, ...a.slice(at)], added };
}

function limited({ gone, added }: ValueLines): ValueLines {
  const limit = (lines: readonly string[]): readonly string[] =>
    lines.length <= MOST_LINES
      ? lines.map(cut)
      : [...lines.slice(0, MOST_LINES).map(cut), `(and ${counted(lines.length - MOST_LINES, 'more line')})`];
  return { gone: limit(gone), added: limit(added) };
}

/** Of long texts what is around the first difference. */
function around(old: string, current: string): ValueLines {
  let start = 0;
  while (start < old.length && old[start] === current[start]) {
    start++;
  }
  const from = Math.max(0, start - 40);
  const excerpt = (text: string): string => cut(`${from === 0 ? '' : '...'}${text.slice(from)}`);
  return { gone: [excerpt(old)], added: [excerpt(current)] };
}

function cut(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}...`;
}
