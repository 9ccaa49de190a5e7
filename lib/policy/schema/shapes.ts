import type { Schema } from '@cfworker/json-schema';
import { child } from '../../manifest/plain-data';
import { schemaOf } from './definitions';
import { FORMATS, INT32, INT64, INT_OR_STRING } from './formats';

// Objects of one platform are much alike: of most texts and numbers in them a schema only asks that they are some. What has the shape of an
// object that passed passes, and to find the shape takes a fraction of what it takes to validate.

/**
 * How far the conditions of a schema look: those of Kubernetes' own definitions at the texts beside them (test/policy/schema.test.ts), those of
 * a custom resource wherever they like.
 */
export type Conditions = 'near' | 'far';

/**
 * A text that is equal for two objects only if a schema says the same of both.
 *
 * @param isCondition whether what other fields must be may depend on the value
 */
export function shapeOf(value: unknown, schema: Schema | boolean, conditions: Conditions, isCondition = false): string {
  if (schema === true) {
    return '*';
  }
  if (typeof value === 'string') {
    return isFreeText(schema, value) && !isCondition ? (value === '' ? '0' : 's') : JSON.stringify(value);
  }
  if (typeof value === 'number' && !isCondition && isFreeNumber(schema, value)) {
    return 'i';
  }
  if (typeof value !== 'object' || value === null || schema === false) {
    return JSON.stringify(value);
  }
  const resolved = schema.$ref === undefined ? schema : schemaOf(schema.$ref);
  const isFar = conditions === 'far' && isCondition;
  if (Array.isArray(value)) {
    const { items } = resolved;
    const item = items === undefined || Array.isArray(items) ? false : items;
    return `[${value.map((each: unknown) => shapeOf(each, item, conditions, isFar)).join()}]`;
  }
  const { properties, additionalProperties = false } = resolved;
  const asked = conditionsOf(resolved);
  let shape = '{';
  for (const [key, field] of Object.entries(value)) {
    const isKnown = properties !== undefined && Object.hasOwn(properties, key);
    const below = (isKnown ? properties[key] : undefined) ?? additionalProperties;
    shape += `${JSON.stringify(key)}:${shapeOf(field, below, conditions, isFar || (conditions === 'far' ? asked.size > 0 : asked.has(key)))},`;
  }
  return `${shape}}`;
}

const known = new WeakMap<Schema, ReadonlySet<string>>();

/** The fields that a schema's conditions name, and what the conditions are called themselves. */
function conditionsOf(schema: Schema): ReadonlySet<string> {
  let found = known.get(schema);
  if (found === undefined) {
    const names = new Set<string>();
    const visit = (value: unknown): void => {
      if (typeof value === 'object' && value !== null) {
        Object.keys(child(value, 'properties') ?? {}).forEach((name) => names.add(name));
        Object.values(value).forEach(visit);
      }
    };
    for (const keyword of CONDITIONS.filter((each) => schema[each] !== undefined)) {
      names.add(keyword);
      visit(schema[keyword]);
    }
    found = names;
    known.set(schema, found);
  }
  return found;
}

const CONDITIONS = ['allOf', 'anyOf', 'oneOf', 'not'] as const;

function isFreeText(schema: Schema | boolean, text: string): boolean {
  return (
    typeof schema === 'object' &&
    schema.type === 'string' &&
    schema.enum === undefined &&
    (schema.format === undefined || FORMATS[schema.format]?.is(text) === true) &&
    schema.maxLength === undefined &&
    (schema.minLength ?? 1) === 1
  );
}

const WHOLE_NUMBERS: readonly (Schema | boolean)[] = [INT32, INT64, INT_OR_STRING];

function isFreeNumber(schema: Schema | boolean, value: number): boolean {
  return WHOLE_NUMBERS.includes(schema) && Number.isInteger(value) && Math.abs(value) < 2 ** 31;
}
