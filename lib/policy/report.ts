import type { Violation } from './violation';
import type { Resource } from '../manifest/manifest';

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

/** Escape sequences of a terminal; with `colour` false, the text as it is. */
function painter(colour: boolean): (code: number, text: string) => string {
  return (code, text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
}

const BOLD = 1;
const DIM = 2;
const RED = 31;
const YELLOW = 33;

/** Whether to colour what is written there: terminals only, and not where https://no-color.org asks not to. */
export function wantsColour(stream: { readonly isTTY?: boolean }): boolean {
  return stream.isTTY === true && (process.env['NO_COLOR'] ?? '') === '';
}

/** Sorted by where, object, policy and field, by code point: the same on every machine. */
export function sortReport(report: Report): Report {
  return { violations: report.violations.toSorted(compare), acknowledged: report.acknowledged.toSorted(compare) };
}

function compare(a: ReportedViolation, b: ReportedViolation): number {
  return (
    compareText(a.where, b.where) ||
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

/** The report as text: for each object and policy what is wrong, why that matters and what to do. */
export function formatReport(report: Report, colour: boolean): string {
  const paint = painter(colour);
  const { violations, acknowledged } = sortReport(report);
  const lines: string[] = [summary(report)];
  for (const ofObject of groupBy(violations, headingOf)) {
    lines.push('', paint(BOLD, headingOf(ofObject[0])));
    for (const group of groupBy(ofObject, ({ violation: { policy, why } }) => `${policy} ${why}`)) {
      const { policy, severity, why, fix } = group[0].violation;
      lines.push(
        `  ${paint(severity === 'error' ? RED : YELLOW, severity)} ${paint(BOLD, policy)}`,
        ...group.map(({ where, line, violation: { field, message } }) =>
          ['   ', line === undefined ? '' : paint(DIM, `${where}:${line}`), field === '' ? '' : `${field}:`, message]
            .filter((part) => part !== '')
            .join(' '),
        ),
        `    why: ${why}`,
        `    fix: ${fix}`,
      );
    }
  }
  if (acknowledged.length > 0) {
    lines.push('', 'Acknowledged exceptions:');
    const listed = acknowledged.map((entry) => `  ${headingOf(entry)}  ${entry.violation.policy}: ${entry.reason}`);
    lines.push(...new Set(listed));
  }
  return lines.join('\n');
}

function headingOf({ where, violation }: ReportedViolation): string {
  return [where, formatResource(violation.resource)].filter((part) => part !== '').join('  ');
}

/** Runs of neighbours with the same key. */
function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): readonly (readonly [T, ...T[]])[] {
  const groups: [T, ...T[]][] = [];
  for (const item of items) {
    const last = groups.at(-1);
    if (last !== undefined && keyOf(last[0]) === keyOf(item)) {
      last.push(item);
    } else {
      groups.push([item]);
    }
  }
  return groups;
}

function summary({ violations, acknowledged }: Report): string {
  const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
  const errors = violations.filter(({ violation }) => violation.severity === 'error').length;
  const parts = [
    count(errors, 'policy error'),
    count(violations.length - errors, 'warning'),
    count(acknowledged.length, 'acknowledged violation'),
  ];
  return parts.join(', ');
}
