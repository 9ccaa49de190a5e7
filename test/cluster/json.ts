/** Narrows what other programs print as JSON, so that a surprise is an error here rather than `undefined` elsewhere. */

/** An object of which nothing is known but that it is one. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** The value as an object, a missing one as an empty object. */
export function record(value: unknown = {}): JsonRecord {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`expected a JSON object, got ${JSON.stringify(value)}`);
  }
  return { ...value };
}

/** The value as a list of objects; Go prints an empty list as null. */
export function records(value: unknown): readonly JsonRecord[] {
  const entries: unknown = value ?? [];
  if (!Array.isArray(entries)) {
    throw new Error(`expected a JSON list, got ${JSON.stringify(value)}`);
  }
  return entries.map(record);
}

/** The value as a string. */
export function text(value: unknown): string {
  if (typeof value !== 'string') {
    throw new Error(`expected a string, got ${JSON.stringify(value)}`);
  }
  return value;
}

/** The value as a list of strings. */
export function texts(value: unknown): readonly string[] {
  if (!Array.isArray(value)) {
    throw new Error(`expected a JSON list, got ${JSON.stringify(value)}`);
  }
  return value.map(text);
}

/** What a program prints as JSON, an object on each line. */
export function jsonLines(output: string): readonly JsonRecord[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => record(JSON.parse(line)));
}
