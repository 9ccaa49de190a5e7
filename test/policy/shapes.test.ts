import type { Schema } from '@cfworker/json-schema';
import { INT32 } from '../../lib/policy/schema/formats';
import { shapeOf } from '../../lib/policy/schema/shapes';
import type { Conditions } from '../../lib/policy/schema/shapes';

// Two values have one shape only if a schema says the same of both; and alike ones have one, or to look for it were in vain.

const map = (properties: Record<string, Schema | boolean>, more: Schema = {}): Schema => ({
  type: 'object',
  properties,
  ...more,
});
const text: Schema = { type: 'string' };
/** A field counts by the value of another. */
const conditional = map(
  { type: text, value: text, other: map({ type: text }) },
  { allOf: [{ if: { properties: { type: { const: 'a' } } }, then: { required: ['value'] } }] },
);

test.each<readonly [what: string, schema: Schema | boolean, a: unknown, b: unknown, isOne: boolean]>([
  ['texts', text, 'a', 'b', true],
  ['an empty text, which may be too short', text, '', 'a', false],
  ['texts of an enumeration', { type: 'string', enum: ['a', 'b'] }, 'a', 'b', false],
  ['texts of a length', { type: 'string', maxLength: 1 }, 'a', 'bc', false],
  ['texts that must not be empty', { type: 'string', minLength: 1 }, 'a', 'b', true],
  ['texts that must be long', { type: 'string', minLength: 2 }, 'a', 'bc', false],
  ['texts of a format', { type: 'string', format: 'byte' }, 'aGk=', 'aGkh', true],
  ['a text of a format, and one that is none', { type: 'string', format: 'byte' }, 'aGk=', '%', false],
  ['texts of a format that nobody knows', { type: 'string', format: 'unknown' }, 'a', 'b', false],
  ['texts where something else should be', { type: 'boolean' }, 'a', 'b', false],
  ['texts where nothing should be', false, 'a', 'b', false],
  ['numbers', INT32, 1, 2, true],
  ['a number and a fraction', INT32, 1, 1.5, false],
  ['a number that is too large', INT32, 1, 2 ** 31, false],
  ['numbers within bounds of their own', { type: 'integer', maximum: 5 }, 1, 6, false],
  ['a number and a text', INT32, 1, '1', false],
  ['what anything may be', true, 1, { a: 'b' }, true],
  ['null and a text', text, null, 'a', false],
  ['truth values', { type: 'boolean' }, true, false, false],
  ['lists', { type: 'array', items: text }, ['a', 'b'], ['c', 'd'], true],
  ['lists of other lengths', { type: 'array', items: text }, ['a'], ['a', 'b'], false],
  ['lists of which nothing is known', { type: 'array' }, ['a'], ['b'], false],
  ['lists by place', { type: 'array', items: [text] }, ['a'], ['b'], false],
  ['maps', map({ a: text }), { a: 'x' }, { a: 'y' }, true],
  ['maps with other fields', map({ a: text, b: text }), { a: 'x' }, { b: 'x' }, false],
  ['maps with a field that is unknown', map({ a: text }), { b: 'x' }, { b: 'y' }, false],
  ['maps of texts', { type: 'object', additionalProperties: text }, { a: 'x' }, { a: 'y' }, true],
  ['a field that is named as what every object has', map({}), { constructor: 'x' }, { constructor: 'y' }, false],
  ['a field by which another counts', conditional, { type: 'a', value: 'x' }, { type: 'b', value: 'x' }, false],
  ['the field that counts', conditional, { type: 'a', value: 'x' }, { type: 'a', value: 'y' }, true],
  ['a field of that name elsewhere', conditional, { other: { type: 'a' } }, { other: { type: 'b' } }, true],
])('%s', (_, schema, a, b, isOne) => {
  expect(shapeOf(a, schema, 'near') === shapeOf(b, schema, 'near')).toBe(isOne);
});

test.each<readonly [conditions: Conditions, isOne: boolean]>([
  ['near', true],
  ['far', false],
])('below a condition that looks %s', (conditions, isOne) => {
  const [a, b] = ['x', 'y'].map((value) => shapeOf({ other: { type: value } }, conditional, conditions));

  expect(a === b).toBe(isOne);
});
