import { format } from '@cfworker/json-schema';
import type { Schema } from '@cfworker/json-schema';
import { parseQuantity } from '../../manifest/quantity';
import { matchesPattern } from '../patterns';

// Formats of texts, as the API server reads them. The validator asks its own table, so that is where they are added.

/** Whole numbers of 32 bits. */
export const INT32: Schema = { type: 'integer', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 };
/** Whole numbers of 64 bits, as near as JavaScript's numbers come to their limits. */
export const INT64: Schema = { type: 'integer', minimum: -(2 ** 63), maximum: 2 ** 63 };
/** Numbers of 32 bits, and any text. */
export const INT_OR_STRING: Schema = { ...INT32, type: ['integer', 'string'] };

/** What each format is, for whoever wrote something else. */
export const FORMATS: Readonly<Record<string, { readonly is: (text: string) => boolean; readonly what: string }>> = {
  quantity: {
    is: (text) => parseQuantity(text) !== undefined,
    what: 'a quantity such as 2, 100m or 512Mi',
  },
  // https://pkg.go.dev/k8s.io/apimachinery/pkg/apis/meta/v1#Time
  'date-time': {
    is: (text) => isTime(text, /^(?:\.\d+)?$/),
    what: 'a time such as 2026-01-31T08:00:00Z',
  },
  'micro-time': {
    is: (text) => isTime(text, /^\.\d{6}$/),
    what: 'a time with microseconds such as 2026-01-31T08:00:00.000000Z',
  },
  byte: {
    is: (text) =>
      /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text.replaceAll(/[\r\n]/g, '')),
    what: 'base64',
  },
};

for (const [name, { is }] of Object.entries(FORMATS)) {
  format[name] = is;
}

const PATTERN = 'pattern ';

/** A format of the texts that a pattern of RE2 matches: with JavaScript's own, a schema in the input could make the check run away. */
export function patternFormat(pattern: string): string {
  const name = PATTERN + pattern;
  format[name] ??= (text) => matchesPattern(text, pattern);
  return name;
}

/** What a text of the format looks like. */
export function describeFormat(name: string): string {
  return FORMATS[name]?.what ?? (name.startsWith(PATTERN) ? `text that matches ${name.slice(PATTERN.length)}` : name);
}

const TIME =
  /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)T(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)(?<fraction>\.\d+)?(?:Z|[+-](?<offsetHour>\d\d):(?<offsetMinute>\d\d))$/;

/** RFC 3339, as Go's time.Parse takes it. */
function isTime(text: string, fraction: RegExp): boolean {
  const found = TIME.exec(text)?.groups;
  if (found === undefined) {
    return false;
  }
  const part = (name: string): number => Number(found[name] ?? 0);
  const days = new Date(Date.UTC(part('year'), part('month'), 0)).getUTCDate();
  return (
    fraction.test(found['fraction'] ?? '') &&
    within(part('month'), 1, 12) &&
    within(part('day'), 1, days) &&
    within(part('hour'), 0, 23) &&
    within(part('minute'), 0, 59) &&
    within(part('second'), 0, 59) &&
    within(part('offsetHour'), 0, 24) &&
    within(part('offsetMinute'), 0, 59)
  );
}

function within(number: number, least: number, most: number): boolean {
  return number >= least && number <= most;
}
