import type { IConstruct } from 'constructs';
import { InvalidPropError } from './invalid-prop';

// The schedules of CronJobs, as the API server reads them: ParseStandard of https://pkg.go.dev/github.com/robfig/cron/v3. Libraries for JavaScript
// take more (seconds, L, #, 7 for Sunday), which it would refuse. What it takes for something else than it looks like (`*-5` is `*`, `+5` is 5, `5,` is 5) is
// refused here.

/** A field of a schedule: its numbers, and names for them. */
interface Field {
  readonly name: string;
  readonly first: number;
  readonly last: number;
  readonly names: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const FIELDS: readonly Field[] = [
  { name: 'minute', first: 0, last: 59, names: [] },
  { name: 'hour', first: 0, last: 23, names: [] },
  { name: 'day of the month', first: 1, last: 31, names: [] },
  { name: 'month', first: 1, last: 12, names: MONTHS },
  { name: 'day of the week', first: 0, last: 6, names: WEEKDAYS },
];

const DESCRIPTORS = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];

/** The most days that a month has, from January on. */
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Checks a schedule: one that the API server takes, and that comes true at some time. */
export function checkSchedule(scope: IConstruct, prop: string, schedule: string): void {
  const fault = schedule.startsWith('@') ? faultOfDescriptor(schedule) : faultOfFields(schedule);
  if (fault !== undefined) {
    throw new InvalidPropError(scope, {
      prop,
      value: schedule,
      reason: `${fault}.`,
      remedy:
        "Write minute, hour, day of the month, month and day of the week, as in '0 3 * * *', or @daily and the like.",
    });
  }
}

function faultOfDescriptor(schedule: string): string | undefined {
  return DESCRIPTORS.includes(schedule) || /^@every (?:\d+(?:\.\d+)?(?:h|m|s))+$/.test(schedule)
    ? undefined
    : 'not a schedule, and the API server refuses it';
}

function faultOfFields(schedule: string): string | undefined {
  const texts = schedule.trim().split(/\s+/);
  if (texts.length !== FIELDS.length) {
    return `${texts.length} fields instead of ${FIELDS.length}, and the API server refuses it`;
  }
  const values = FIELDS.map((field, index) => valuesOf(field, texts[index] ?? ''));
  const unknown = FIELDS.find((_, index) => values[index] === undefined);
  if (unknown !== undefined) {
    const names =
      unknown.names.length === 0 ? '' : ` or ${String(unknown.names[0])} to ${String(unknown.names.at(-1))}`;
    return `has no ${unknown.name} from ${unknown.first} to ${unknown.last}${names}, and the API server refuses it`;
  }
  const [, , days = [], months = []] = values;
  // Where a day of the week is named, that day counts as well as the day of the month.
  const isAnyWeekday = (texts[4] ?? '').split(',').some((part) => /^[*?](?:\/1)?$/.test(part));
  return isAnyWeekday && months.every((month) => days.every((day) => day > (DAYS[month - 1] ?? 0)))
    ? 'a day that its months do not have: no Job would ever be made'
    : undefined;
}

/** The numbers that a field stands for. Undefined if it is none. */
function valuesOf(field: Field, text: string): readonly number[] | undefined {
  const values: number[] = [];
  for (const part of text.split(',')) {
    const [, from = '', to, step] = /^([^-/]+)(?:-([^-/]+))?(?:\/(\d+))?$/.exec(part) ?? [];
    const isAny = from === '*' || from === '?';
    const first = isAny ? field.first : numberOf(field, from);
    const last =
      isAny || (to === undefined && step !== undefined) ? field.last : to === undefined ? first : numberOf(field, to);
    const by = step === undefined ? 1 : Number(step);
    if (first === undefined || last === undefined || (isAny && to !== undefined) || first > last || by === 0) {
      return undefined;
    }
    for (let value = first; value <= last; value += by) {
      values.push(value);
    }
  }
  return values;
}

function numberOf({ first, last, names }: Field, text: string): number | undefined {
  const named = names.indexOf(text.toLowerCase());
  const value = named === -1 ? (/^\d+$/.test(text) ? Number(text) : NaN) : named + first;
  return value >= first && value <= last ? value : undefined;
}

/** Checks the name of a time zone, as in the IANA database. */
export function checkTimeZone(scope: IConstruct, prop: string, timeZone: string): void {
  if (!/^[A-Za-z]/.test(timeZone) || !isTimeZone(timeZone)) {
    throw new InvalidPropError(scope, {
      prop,
      value: timeZone,
      reason: 'not a time zone, and the API server refuses it.',
      remedy: 'Give a name of the IANA database, such as Asia/Seoul or Etc/UTC.',
    });
  }
}

/** JavaScript takes a name in any case, the API server in its own alone. */
function isTimeZone(timeZone: string): boolean {
  try {
    const { timeZone: known } = new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions();
    return known === timeZone || known.toLowerCase() !== timeZone.toLowerCase();
  } catch {
    return false;
  }
}
