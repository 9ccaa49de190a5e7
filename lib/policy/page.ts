import { descriptionOf } from './docs';
import { STALE_EXCEPTION } from './exceptions';
import { closest } from '../manifest/nearest';
import type { Policy, Rule, RuleTarget } from './policy';
import { policiesWithOptional } from './policies';

// What `check --list` and `check --explain` print: of every policy that there is, also of those that judge only where a setting asks for it.

/** How the two are written. */
export type PageFormat = 'text' | 'json';

interface Entry {
  readonly policy: Policy;
  /** Whether it judges, with the settings at hand. */
  readonly enabled: boolean;
}

function entriesOf(enabled: readonly Policy[]): readonly Entry[] {
  const optional = policiesWithOptional().filter(({ id }) => !enabled.some((policy) => policy.id === id));
  return [
    ...[...enabled, STALE_EXCEPTION].map((policy) => ({ policy, enabled: true })),
    ...optional.map((policy) => ({ policy, enabled: false })),
  ];
}

/**
 * Every policy: its id, severity and title.
 *
 * @param enabled those that judge
 */
export function listOfPolicies(enabled: readonly Policy[], format: PageFormat): string {
  const entries = entriesOf(enabled);
  if (format === 'json') {
    return toJson(entries.map(({ policy, ...rest }) => ({ ...descriptionOf(policy), ...rest })));
  }
  const width = Math.max(...entries.map(({ policy }) => policy.id.length));
  return entries
    .map(({ policy: { id, severity, title }, enabled: judges }) =>
      [id.padEnd(width), (judges ? severity : 'off').padEnd('warning'.length), title].join('  '),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/**
 * All that there is to say of one policy.
 *
 * @param enabled the policies that judge
 * @throws Error if there is no policy of that id
 */
export function pageOfPolicy(id: string, enabled: readonly Policy[], format: PageFormat): string {
  const entries = entriesOf(enabled);
  const found = entries.find(({ policy }) => policy.id === id);
  if (found === undefined) {
    const near = closest(id, entries, ({ policy }) => policy.id)?.candidate.policy.id;
    const known = near === undefined ? '' : `, and the nearest is ${near}`;
    throw new Error(`--explain ${id}: there is no such policy${known}; --list lists all`);
  }
  const { policy, enabled: judges } = found;
  const demands = demandsOf(policy);
  return format === 'json'
    ? toJson({ ...descriptionOf(policy), enabled: judges, rules: demands })
    : toText(found, demands);
}

/** What a policy demands, one thing at a time, as it is written in CEL. */
interface Demand {
  /** What it is demanded of. */
  readonly of: string;
  /** The field to blame. */
  readonly field: string;
  /** What must hold; or what must be empty, and is `f` in the message. */
  readonly rule?: string;
  readonly offenders?: string;
  /** What is said where it does not hold. */
  readonly message: string;
}

const TARGETS: Readonly<Record<RuleTarget, string>> = {
  object: 'the object',
  template: 'the metadata of the pods',
  pod: "the pod's spec",
  container: 'each container (c)',
  resourced: 'each container (c) but ephemeral ones',
  longRunning: 'each container (c) that runs until it is stopped',
  applied: 'the object, with the annotations that kubectl apply gives it',
  unseenContainers: 'each list of containers that nothing judges',
};

function demandsOf({ rules, unique }: Policy): readonly Demand[] {
  return [
    ...rules.map(({ on, field, rule, offenders, subject, message }: Rule) => ({
      of: TARGETS[on],
      field,
      ...(rule === undefined ? {} : { rule }),
      ...(offenders === undefined ? {} : { offenders }),
      message: subject === undefined ? message : `${subject} + ' ' + (${message})`,
    })),
    ...(unique === undefined
      ? []
      : [{ of: 'all objects together: no two have the same', field: '', rule: unique.key, message: unique.message }]),
  ];
}

/** Longer ones nobody reads, such as the patterns of what a secret looks like. */
const READABLE = 1_000;

function toText({ policy, enabled }: Entry, demands: readonly Demand[]): string {
  const { id, title, severity, judges, enforcedIn, why, fix, link, exception } = descriptionOf(policy);
  const facts = [
    ['judges', judges],
    ['enforced in', enabled ? enforcedIn.join(', ') : 'nothing, until a setting of policies() asks for it'],
    ['why', why],
    ['fix', fix],
    ['exception', exception],
    ['source', link],
  ] as const;
  const width = Math.max(...facts.map(([name]) => name.length)) + 1;
  return [
    `${id} (${severity}): ${title}.`,
    '',
    ...facts.map(([name, text]) => `${`${name}:`.padEnd(width)} ${text}`),
    ...(demands.length === 0 ? [] : ['', 'As CEL (f is each of what offends):']),
    ...demands.flatMap(({ of, field, rule, offenders, message }) => [
      '',
      `  of ${of}${field === '' ? '' : `, at ${field}`}`,
      `  ${offenders === undefined ? 'holds: ' : 'none of:'} ${readable(offenders ?? rule ?? '')}`,
      `  says:   ${readable(message)}`,
    ]),
    '',
  ].join('\n');
}

function readable(expression: string): string {
  return expression.length <= READABLE
    ? expression
    : `${expression.slice(0, READABLE)}... (${expression.length} characters; --format json has them all)`;
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
