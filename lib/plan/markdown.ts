import { Topology } from '../graph/topology';
import { printable } from '../policy/report';
import { type Severity, SEVERITIES } from './model';
import { type PlannedChange, type PlannedConsequence, summaryOf } from './plan';
import { remarksOf, type TitledPlan } from './report';
import { counted, countsOf, doneTo, fieldsToShow, linesOf, nameOf, readablePath, verdictOf } from './words';

// Plans as a comment on a pull request: what is dangerous stands open, the rest folded.

/** By this line whoever posts the comment finds it again. */
export const MARKER = '<!-- sportstix plan -->';

/** GitHub takes 65,536 characters. */
export const MOST_CHARACTERS = 65_000;

/** For the remark on what was left out. */
const RESERVE = 600;

/** What a comment may do without, the least first. */
const RANKS = ['diagram', 'fields', 'connections', 'info', 'warning', 'danger'] as const;
type Rank = (typeof RANKS)[number];

/** A part of the comment. Only what is there as a whole is shown. */
interface Part {
  readonly rank: Rank;
  readonly text: string;
  /**
   * What it belongs to, and is not shown without.
   * @default - it stands for itself
   */
  readonly of?: Part;
}

/** A part of the comment that holds others; where these are all left out, there is none of it. */
interface Section {
  readonly before: string;
  readonly parts: readonly Part[];
  readonly after: string;
}

/** Plans as Markdown of at most {@link MOST_CHARACTERS}; what is least severe is left out first, and that is said. */
export function plansToMarkdown(plans: readonly TitledPlan[]): string {
  const summary = summaryOf(plans);
  const changed = plans.filter(({ changes }) => changes.length > 0);
  const head = [
    MARKER,
    `## Plan: ${verdictOf(summary)}`,
    headline(plans),
    ...plans.flatMap(remarksOf).map((remark) => `> ${prose(remark)}`),
  ];
  const sections = changed.flatMap((each) => sectionsOf(each, plans.length > 1));
  return write(head, sections);
}

/** What there is, and where. */
function headline(plans: readonly TitledPlan[]): string {
  return plans
    .map((each) => {
      const where = each.title === '' ? '' : `**${prose(each.title)}**: `;
      return `${where}${countsOf(summaryOf([each]))} (${code(each.from)} → ${code(each.to)})`;
    })
    .join('  \n');
}

function sectionsOf(each: TitledPlan, isTitled: boolean): readonly Section[] {
  const title = isTitled ? `### ${prose(each.title)}` : '';
  const open = each.changes.filter((change) => rankOf(change) === 'danger');
  const folded = each.changes.filter((change) => rankOf(change) !== 'danger');
  const parts = (changes: readonly PlannedChange[]): readonly Part[] => changes.flatMap(partsOf);
  const warnings = summaryOf([{ ...each, changes: folded }]).warning;
  const rest = `${counted(folded.length, open.length === 0 ? 'change' : 'other change')}${warnings === 0 ? '' : `, ${counted(warnings, 'warning')}`}`;
  return [
    { before: title, parts: parts(open), after: '' },
    {
      before: `${open.length === 0 ? `${title}\n\n` : ''}<details><summary>${html(rest)}</summary>`.trim(),
      parts: parts(folded),
      after: '</details>',
    },
    topologySection(each),
  ];
}

/** The worst that nobody has acknowledged. */
function rankOf({ consequences }: PlannedChange): Severity {
  const open = consequences.filter(({ acknowledged }) => acknowledged === undefined);
  return SEVERITIES.find((severity) => open.some((each) => each.severity === severity)) ?? 'info';
}

/** What becomes of an object and what that does; and its fields, which are of less use without. */
function partsOf(change: PlannedChange): readonly Part[] {
  const fields = fieldsToShow(change).flatMap((field) => {
    const { gone, added } = linesOf(field);
    return [
      `@@ ${printable(readablePath(field.path, change))} @@`,
      ...gone.map((line) => `- ${printable(line)}`),
      ...added.map((line) => `+ ${printable(line)}`),
    ];
  });
  const consequences = change.consequences.map((each) => consequenceText(each, change));
  const head: Part = {
    rank: rankOf(change),
    text: [
      `**${code(nameOf(change))}** ${prose(doneTo(change))}`,
      ...(consequences.length === 0 ? [] : [consequences.join('\n')]),
    ].join(SEPARATOR),
  };
  return fields.length === 0 ? [head] : [head, { rank: 'fields', text: fenced('diff', fields.join('\n')), of: head }];
}

function consequenceText(
  { severity, kind, message, field, source, acknowledged }: PlannedConsequence,
  change: PlannedChange,
): string {
  const label = acknowledged === undefined && severity !== 'info' ? `**${severity}, ${kind}**` : kind;
  const path = field.length === 0 ? '' : ` ${code(readablePath(field, change))}`;
  const because = acknowledged === undefined ? '' : ` *Acknowledged (${severity}): ${prose(acknowledged)}*`;
  return `- ${label}: ${prose(message)}${path}${because} (${link(source)})`;
}

function topologySection({ old, new: current }: TitledPlan): Section {
  const [before, after] = [new Topology(old), new Topology(current)];
  const [was, is] = [new Set(before.connections()), new Set(after.connections())];
  const lines = [
    ...[...was].filter((line) => !is.has(line)).map((line) => `- ${line}`),
    ...[...is].filter((line) => !was.has(line)).map((line) => `+ ${line}`),
  ];
  const numbers = [
    ['+', 'added'],
    ['-', 'removed'],
  ].flatMap(([sign = '', done = '']) => {
    const number = lines.filter((line) => line.startsWith(sign)).length;
    return number === 0 ? [] : [`${number} ${done}`];
  });
  const parts: readonly Part[] =
    lines.length === 0
      ? []
      : [
          { rank: 'connections', text: fenced('diff', lines.map(printable).join('\n')) },
          { rank: 'diagram', text: ['Before:', before.overview(), 'After:', after.overview()].join('\n\n') },
        ];
  return {
    before: `<details><summary>Connections: ${numbers.join(', ')}</summary>`,
    parts,
    after: '</details>',
  };
}

/** Puts all together, from the most severe to the least, as far as it fits. */
function write(head: readonly string[], sections: readonly Section[]): string {
  const all = sections.flatMap(({ parts }) => parts);
  const kept = new Set<Part>();
  const frame = [...head, ...sections.flatMap(({ before, after }) => [before, after])];
  let left = MOST_CHARACTERS - RESERVE - frame.reduce((sum, text) => sum + text.length + SEPARATOR.length, 0);
  const leftOut = new Map<Rank, number>();
  for (const rank of RANKS.toReversed()) {
    for (const part of all.filter((each) => each.rank === rank)) {
      const length = part.text.length + SEPARATOR.length;
      if (length <= left && (part.of === undefined || kept.has(part.of))) {
        kept.add(part);
        left -= length;
      } else {
        leftOut.set(rank, (leftOut.get(rank) ?? 0) + 1);
      }
    }
  }
  const body = sections.flatMap(({ before, parts, after }) => {
    const shown = parts.filter((part) => kept.has(part));
    return shown.length === 0 ? [] : [before, ...shown.map(({ text }) => text), after];
  });
  const missing = [...leftOut].map(([rank, number]) => WORDS[rank](number));
  const remark =
    missing.length === 0
      ? []
      : [`> Left out, since a comment holds no more: ${missing.join(', ')}. \`npm run -s plan\` shows all.`];
  return `${[...head, ...remark, ...body]
    .filter((text) => text !== '')
    .join(SEPARATOR)
    .slice(0, MOST_CHARACTERS)}\n`;
}

const SEPARATOR = '\n\n';

const WORDS: Readonly<Record<Rank, (number: number) => string>> = {
  diagram: () => 'the diagrams',
  fields: (number) => `the fields of ${counted(number, 'change')}`,
  connections: () => 'who connects to whom',
  info: (number) => `${counted(number, 'change')} of no danger`,
  warning: (number) => `${counted(number, 'change')} with a warning`,
  danger: (number) => `${counted(number, 'change')} with a danger`,
};

// Text that comes from manifests means nothing to Markdown and HTML.

/** A text as code. */
function code(text: string): string {
  const plain = printable(text);
  const fence = '`'.repeat(longestRun(plain) + 1);
  // A space on both sides is taken away again.
  const padding = /^`|`$/.test(plain) ? ' ' : '';
  return plain === '' ? '' : `${fence}${padding}${plain}${padding}${fence}`;
}

/** Lines as a block of code. */
function fenced(language: string, text: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${text}\n${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
}

/** A text as text: what Markdown or HTML would read, what GitHub would take for a person or an issue. */
function prose(text: string): string {
  return printable(text)
    .replace(/[\\`*_{}[\]<>|~&$]/g, '\\$&')
    .replace(/[@#]/g, '$&<!-- -->');
}

function html(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A page by its address, or a file by its name. */
function link(source: string): string {
  return /^https:\/\/[\w./#?=&%:~+,-]+$/.test(source) ? `[source](${source})` : prose(source);
}
