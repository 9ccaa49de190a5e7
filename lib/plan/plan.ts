import type { GraphObject } from '../graph';
import { RULES } from './consequences';
import { compareCodeUnits, field } from '../manifest/plain-data';
import { formatPath } from '../manifest/manifest';
import {
  type Comparison,
  type Consequence,
  CONSEQUENCE_KINDS,
  type ObjectChange,
  type Rule,
  SEVERITIES,
} from './model';

// What changes, what that does, and what of it somebody has taken responsibility for.

/** A consequence, and why it may be. */
export interface PlannedConsequence extends Consequence {
  /** Undefined where nobody has acknowledged it. */
  readonly acknowledged: string | undefined;
}

/** A change and what it does, the worst first. */
export interface PlannedChange extends ObjectChange {
  readonly consequences: readonly PlannedConsequence[];
}

/** An annotation that acknowledges nothing. */
export interface UselessAcknowledgement {
  readonly object: GraphObject;
  /** What it says that it acknowledges. */
  readonly kind: string;
  readonly problem: string;
}

/** What becomes of a cluster. */
export interface Plan extends Comparison {
  readonly changes: readonly PlannedChange[];
  readonly useless: readonly UselessAcknowledgement[];
}

/** Annotations `plan-acknowledge/KIND: REASON` of an object: consequences of this kind may be. */
const PREFIX = 'plan-acknowledge/';

/** What the changes of a comparison do. */
export function plan(comparison: Comparison, rules: readonly Rule[] = RULES): Plan {
  const used = new Map<GraphObject, Set<string>>();
  const changes = comparison.changes.map((change): PlannedChange => {
    // Of one that is deleted there is none but the old one.
    const object = change.new ?? change.old;
    const reasons = object === undefined ? new Map<string, string>() : acknowledgements(object);
    const consequences = rules.flatMap((rule) =>
      [...rule(change, comparison)].map((consequence) => {
        const reason = reasons.get(consequence.kind);
        return { ...consequence, acknowledged: reason === '' ? undefined : reason };
      }),
    );
    if (object !== undefined) {
      used.set(object, new Set(consequences.map(({ kind }) => kind)));
    }
    return { ...change, consequences: consequences.sort(compareConsequences) };
  });
  return { old: comparison.old, new: comparison.new, changes, useless: uselessIn(comparison, used) };
}

function acknowledgements({ manifest }: GraphObject): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(field(manifest, 'metadata', 'annotations') ?? {}).flatMap(
      ([key, reason]: [string, unknown]): [string, string][] =>
        key.startsWith(PREFIX) ? [[key.slice(PREFIX.length), typeof reason === 'string' ? reason.trim() : '']] : [],
    ),
  );
}

/** Who left one behind would acknowledge, unseen, whatever comes next. */
function uselessIn(
  { new: current }: Comparison,
  used: ReadonlyMap<GraphObject, ReadonlySet<string>>,
): readonly UselessAcknowledgement[] {
  return current.objects.flatMap((object) =>
    [...acknowledgements(object)].flatMap(([kind, reason]): UselessAcknowledgement[] => {
      const problem = !CONSEQUENCE_KINDS.some((known) => known === kind)
        ? `there is no such kind of consequence, only ${CONSEQUENCE_KINDS.join(', ')}`
        : reason === ''
          ? 'it gives no reason, so it acknowledges nothing'
          : used.get(object)?.has(kind) === true
            ? undefined
            : 'nothing in this plan needs it; left there it would acknowledge what comes next unseen: remove it';
      return problem === undefined ? [] : [{ object, kind, problem }];
    }),
  );
}

function compareConsequences(a: Consequence, b: Consequence): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    CONSEQUENCE_KINDS.indexOf(a.kind) - CONSEQUENCE_KINDS.indexOf(b.kind) ||
    compareCodeUnits(formatPath(a.field), formatPath(b.field)) ||
    compareCodeUnits(a.message, b.message)
  );
}

/** How many of what there are in plans. */
export interface Summary {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
  readonly rename: number;
  /** Those that nobody has acknowledged. */
  readonly danger: number;
  readonly warning: number;
  readonly acknowledged: number;
}

/** Counts what some plans hold. */
export function summaryOf(plans: readonly Plan[]): Summary {
  const changes = plans.flatMap((each) => each.changes);
  const consequences = changes.flatMap((each) => each.consequences);
  const actions = (action: string): number => changes.filter((change) => change.action === action).length;
  const open = (severity: string): number =>
    consequences.filter((each) => each.severity === severity && each.acknowledged === undefined).length;
  return {
    create: actions('create'),
    update: actions('update'),
    delete: actions('delete'),
    rename: actions('rename'),
    danger: open('danger'),
    warning: open('warning'),
    acknowledged: consequences.filter(({ acknowledged }) => acknowledged !== undefined).length,
  };
}
