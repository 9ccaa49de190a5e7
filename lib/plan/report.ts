import { BOLD, DIM, painter, printable, RED, YELLOW } from '../policy/report';
import type { Paint } from '../policy/report';
import type { Resource } from '../manifest/manifest';
import type { FieldChange, Severity } from './model';
import { type Plan, type PlannedChange, type PlannedConsequence, summaryOf } from './plan';
import { countsOf, doneTo, fieldsToShow, linesOf, nameOf, readablePath, verdictOf } from './words';

// Plans as text for a terminal, and as JSON.

/** A plan, and what it is a plan of. */
export interface TitledPlan extends Plan {
  /** Such as an environment; empty where there is but one. */
  readonly title: string;
  /** Names of what was compared. */
  readonly from: string;
  readonly to: string;
  /** Files that git ignores, which are on neither side. */
  readonly leftOut: readonly string[];
}

const COLOURS: Readonly<Record<Severity, number>> = { danger: RED, warning: YELLOW, info: DIM };
const GREEN = 32;

/** A value that is longer stands on a line of its own. */
const SHORT = 60;

/** Plans as text: each object with its fields and what becomes of it, the numbers last, where a long text ends on a screen. */
export function formatPlans(plans: readonly TitledPlan[], colour: boolean): string {
  const paint = painter(colour);
  const sections = plans.flatMap((each) => [
    paint(BOLD, printable(`${each.title === '' ? '' : `${each.title}: `}${each.from} -> ${each.to}`)),
    ...(each.changes.length === 0 ? ['No object differs.'] : each.changes.map((change) => formatChange(change, paint))),
    ...remarksOf(each).map(printable),
  ]);
  const summary = summaryOf(plans);
  return `${[...sections, `${countsOf(summary)}: ${verdictOf(summary)}`].join('\n\n')}\n`;
}

/** What else there is to say of a plan. */
export function remarksOf({ useless, leftOut }: TitledPlan): readonly string[] {
  return [
    ...useless.map(
      ({ object: { resource }, kind, problem }) =>
        `${resource.kind ?? ''} ${resource.namespace === null ? '' : `${resource.namespace}/`}${resource.name ?? ''}: its annotation plan-acknowledge/${kind}: ${problem}`,
    ),
    ...(leftOut.length === 0 ? [] : [`Left out on both sides, since git ignores it: ${leftOut.join(', ')}`]),
  ];
}

function formatChange(change: PlannedChange, paint: Paint): string {
  return [
    paint(BOLD, printable(`${nameOf(change)}  ${doneTo(change)}`)),
    ...fieldsToShow(change).flatMap((field) => formatField(field, change, paint)),
    ...change.consequences.flatMap((consequence) => formatConsequence(consequence, change, paint)),
  ].join('\n');
}

function formatField(field: FieldChange, change: PlannedChange, paint: Paint): readonly string[] {
  const path = printable(readablePath(field.path, change));
  const { gone, added } = linesOf(field);
  const [old = '(none)', current = '(gone)'] = [gone[0], added[0]];
  // Of a text of several lines, one is not its value.
  const isWhole = [field.old, field.new].every((value) => typeof value !== 'string' || !value.includes('\n'));
  if (isWhole && gone.length <= 1 && added.length <= 1 && old.length + current.length <= SHORT) {
    return [`    ${path}: ${paint(DIM, `${printable(old)} ->`)} ${printable(current)}`];
  }
  return [
    `    ${path}:`,
    ...gone.map((line) => paint(RED, `      - ${printable(line)}`)),
    ...added.map((line) => paint(GREEN, `      + ${printable(line)}`)),
  ];
}

function formatConsequence(
  { severity, kind, message, field, source, acknowledged }: PlannedConsequence,
  change: PlannedChange,
  paint: Paint,
): readonly string[] {
  const label = acknowledged === undefined ? severity : 'acknowledged';
  const path = field.length === 0 ? '' : `${readablePath(field, change)}, `;
  return [
    `  ${paint(acknowledged === undefined ? COLOURS[severity] : DIM, label)}  ${kind}: ${printable(message)}`,
    ...(acknowledged === undefined ? [] : [`      because: ${printable(acknowledged)}`]),
    paint(DIM, `      ${printable(`${path}${source}`)}`),
  ];
}

/** Plans as plain data for JSON; `environment` only where there are several. */
export function plansToJson(plans: readonly TitledPlan[]): object {
  return {
    changes: plans.flatMap((each) =>
      each.changes.map((change) => ({
        ...(each.title !== '' && { environment: each.title }),
        action: change.action,
        object: plain((change.new ?? change.old)?.resource),
        ...(change.action === 'rename' && { before: plain(change.old?.resource) }),
        fields: change.fields.map((field) => ({
          path: readablePath(field.path, change),
          old: field.old ?? null,
          new: field.new ?? null,
        })),
        consequences: change.consequences.map(({ kind, severity, message, field, source, acknowledged }) => ({
          kind,
          severity,
          message,
          field: readablePath(field, change),
          source,
          ...(acknowledged !== undefined && { acknowledged }),
        })),
      })),
    ),
    summary: summaryOf(plans),
    useless: plans.flatMap((each) =>
      each.useless.map(({ object, kind, problem }) => ({ object: plain(object.resource), kind, problem })),
    ),
    leftOut: [...new Set(plans.flatMap(({ leftOut }) => leftOut))],
  };
}

function plain(resource: Resource | undefined): Resource {
  const { apiVersion = null, kind = null, namespace = null, name = null } = resource ?? {};
  return { apiVersion, kind, namespace, name };
}
