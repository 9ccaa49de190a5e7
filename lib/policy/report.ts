import { groupOf } from '../manifest/manifest';
import type { Resource } from '../manifest/manifest';
import type { Violation } from './violation';

/** A violation, and where whoever reads the report finds its object: a construct's path, or a file. */
export interface ReportedViolation {
  readonly where: string;
  /** The line of the file. */
  readonly line?: number;
  readonly violation: Violation;
}

/** A violation that somebody has taken responsibility for. */
export interface ReportedException extends ReportedViolation {
  readonly reason: string;
}

/** Everything that a run has found. */
export interface Report {
  readonly violations: readonly ReportedViolation[];
  readonly acknowledged: readonly ReportedException[];
}

export type Paint = (code: number, text: string) => string;

/** Escape sequences of a terminal; with `colour` false, the text as it is. */
export function painter(colour: boolean): Paint {
  return (code, text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
}

export const BOLD = 1;
export const DIM = 2;
export const RED = 31;
export const YELLOW = 33;

/** Whether to colour what is written there: terminals only, and not where https://no-color.org asks not to. */
export function wantsColour(stream: { readonly isTTY?: boolean }): boolean {
  return stream.isTTY === true && (process.env['NO_COLOR'] ?? '') === '';
}

/** Sorted by where, line, object, policy and field, by code point: the same on every machine. */
export function sortReport(report: Report): Report {
  return { violations: report.violations.toSorted(compare), acknowledged: report.acknowledged.toSorted(compare) };
}

function compare(a: ReportedViolation, b: ReportedViolation): number {
  return (
    compareText(a.where, b.where) ||
    (a.line ?? 0) - (b.line ?? 0) ||
    compareText(formatResource(a.violation.resource), formatResource(b.violation.resource)) ||
    compareText(a.violation.policy, b.violation.policy) ||
    compareText(a.violation.field, b.violation.field) ||
    compareText(a.violation.message, b.violation.message)
  );
}

/** By code point, whatever the locale; numbers in `list[10]` and `file:10` by value. */
export function compareText(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split(/(\d+)/));
  for (let index = 0; index < Math.max(left?.length ?? 0, right?.length ?? 0); index++) {
    const [x, y] = [left?.[index] ?? '', right?.[index] ?? ''];
    if (x !== y) {
      const difference = index % 2 === 1 ? x.length - y.length : 0;
      return difference !== 0 ? difference : x < y ? -1 : 1;
    }
  }
  return 0;
}

/** `Deployment sportstix/auth` */
export function formatResource({ kind, namespace, name }: Resource): string {
  return kind === null ? '' : `${kind} ${namespace === null ? '' : `${namespace}/`}${name ?? '(no name)'}`;
}

/**
 * The report as text. For each object what is wrong, in a line each; then, once for each policy, why that matters and what to do; the numbers
 * last, where a long report ends on a screen.
 *
 * @param judged put before the numbers: of what they are
 */
export function formatReport(report: Report, colour: boolean, judged = ''): string {
  const paint = painter(colour);
  const { violations, acknowledged } = sortReport(report);
  const sections = [
    ...[...groupBy(violations, keyOf).values()].map((ofObject) => objectSection(ofObject, paint)),
    exceptionSection(acknowledged),
    ...policySections([...violations, ...acknowledged], paint),
  ].filter((lines) => lines.length > 0);
  return [...sections.map((lines) => `${lines.join('\n')}\n`), `${judged}${summary(report)}`].join('\n');
}

/** An object of a file is the same in another one; without a file, it is where it is made. */
function keyOf({ where, line, violation: { resource } }: ReportedViolation): string {
  const { apiVersion, kind, namespace, name } = resource;
  return JSON.stringify([line === undefined ? where : '', groupOf(apiVersion ?? ''), kind, namespace, name]);
}

function objectSection(ofObject: Group<ReportedViolation>, paint: Paint): readonly string[] {
  const places = ofObject.map(({ where, line }) => (line === undefined ? '' : printable(`${where}:${line}`)));
  const policies = ofObject.map(({ violation }) => violation.policy);
  const width = (texts: readonly string[]): number => texts.reduce((widest, text) => Math.max(widest, text.length), 0);
  const widths = { place: width(places), policy: width(policies) };
  return [
    paint(BOLD, headingOf(ofObject[0])),
    ...ofObject.map(({ violation: { severity, policy, field, message } }, index) => {
      const place = places[index] ?? '';
      return [
        '',
        ...(widths.place === 0 ? [] : [paint(DIM, place.padEnd(widths.place))]),
        paint(severity === 'error' ? RED : YELLOW, severity.padEnd('warning'.length)),
        policy.padEnd(widths.policy),
        `${field === '' ? '' : `${paint(DIM, `${printable(field)}:`)} `}${printable(message)}`,
      ].join('  ');
    }),
  ];
}

function headingOf({ where, line, violation }: ReportedViolation): string {
  const parts = [formatResource(violation.resource), line === undefined ? where : ''];
  return printable(parts.filter((part) => part !== '').join('  '));
}

function exceptionSection(acknowledged: readonly ReportedException[]): readonly string[] {
  const listed = acknowledged.map(({ where, violation: { resource, policy }, reason }) =>
    printable(`  ${formatResource(resource)}  ${where}  ${policy}: ${reason}`),
  );
  return listed.length === 0 ? [] : ['Acknowledged exceptions:', ...new Set(listed)];
}

type Reported = ReportedViolation | ReportedException;

function isOpen(reported: Reported): boolean {
  return !('reason' in reported);
}

/** What to know of each policy; once for all that have the same to say, such as that they cannot be judged; of the acknowledged ones last. */
function policySections(found: readonly Reported[], paint: Paint): readonly (readonly string[])[] {
  const byPolicy = found.toSorted((a, b) => compareText(a.violation.policy, b.violation.policy));
  const groups = [...groupBy(byPolicy, ({ violation: { why, fix } }) => JSON.stringify([why, fix])).values()];
  const countsIn = (group: readonly Reported[]): string =>
    [...groupBy(group, ({ violation }) => violation.policy)]
      .map(([policy, ofPolicy]) => `${paint(BOLD, policy)}: ${countsOf(ofPolicy)}`)
      .join('; ');
  return [
    ...groups
      .filter((group) => group.some(isOpen))
      .map((group) => {
        const { why, fix, link } = group[0].violation;
        return [countsIn(group), `  why: ${why}`, `  fix: ${fix}`, paint(DIM, `  see: ${link}`)];
      }),
    groups.filter((group) => !group.some(isOpen)).map(countsIn),
  ];
}

function countsOf(found: readonly Reported[]): string {
  const open = found.filter(isOpen);
  const errors = open.filter(({ violation }) => violation.severity === 'error').length;
  return [
    ...(errors > 0 ? [count(errors, 'error')] : []),
    ...(open.length > errors ? [count(open.length - errors, 'warning')] : []),
    ...(found.length > open.length ? [`${found.length - open.length} acknowledged`] : []),
  ].join(', ');
}

/** What comes from an input, in one line, and without what a terminal would take for a command. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (char) => {
    const code = char.charCodeAt(0).toString(16);
    return char === '\n' ? '\\n' : `\\u${code.padStart(4, '0')}`;
  });
}

type Group<T> = readonly [T, ...T[]];

/** The items by key, in the order of the first of each. */
function groupBy<T>(items: readonly T[], keyOfItem: (item: T) => string): ReadonlyMap<string, Group<T>> {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const key = keyOfItem(item);
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, [item]);
    } else {
      group.push(item);
    }
  }
  return groups;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

function summary({ violations, acknowledged }: Report): string {
  const errors = violations.filter(({ violation }) => violation.severity === 'error').length;
  const parts = [
    count(errors, 'policy error'),
    count(violations.length - errors, 'warning'),
    count(acknowledged.length, 'acknowledged violation'),
  ];
  return parts.join(', ');
}
