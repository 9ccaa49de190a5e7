import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Schema } from '@cfworker/json-schema';
import { child, textAt, textsAt } from '../../manifest/plain-data';
import { DEMANDS } from './demands';
import type { Demand } from './demands';
import { INT32, INT64, INT_OR_STRING } from './formats';

// Kubernetes' own kinds, from imports/kubernetes: what `npm run import:kubernetes` has taken from its sources.

/** Minor versions between which something is known; none where all that are supported know it. */
export interface Span {
  /** The first that knows it. */
  readonly since: string | undefined;
  /** The last that knows it. */
  readonly until: string | undefined;
}

/** A kind of Kubernetes' own. */
export interface Kind extends Span {
  readonly apiVersion: string;
  readonly kind: string;
  /** None for a kind that no supported version serves. */
  readonly definition: string | undefined;
  readonly deprecated: string | undefined;
  readonly removed: string | undefined;
  /** What to use instead, such as `apps/v1 Deployment`. */
  readonly successor: string | undefined;
}

/** A field of a definition, as the file has it. */
interface Field extends Span {
  readonly type: string;
  readonly enum: readonly string[];
  /** The values of the enumeration that not all versions know. */
  readonly values: ReadonlyMap<string, Span>;
}

interface Definition {
  readonly required: readonly string[];
  readonly fields: ReadonlyMap<string, Field>;
}

/** A minor version of Kubernetes, such as `1.30`. */
export type MinorVersion = `${number}.${number}`;

/**
 * By what an object is judged:
 * - a minor version: what every supported one takes from this one on
 * - `any`: what at least one takes
 * - `status`: what can be decoded at all. Nobody who writes a manifest has a say in the status; of it the API server decodes what it drops.
 */
export type View = MinorVersion | 'any' | 'status';

const FOLDER = join(__dirname, '..', '..', '..', 'imports', 'kubernetes');

let definitionLines: ReadonlyMap<string, string> | undefined;
let kindsByVersion: ReadonlyMap<string, ReadonlyMap<string, Kind>> | undefined;
let supported: { readonly oldest: MinorVersion; readonly newest: MinorVersion } | undefined;
const definitions = new Map<string, Definition | undefined>();
const schemas = new Map<string, Schema>();

/** Each line is a name and JSON: only what is needed is parsed. */
function lines(): ReadonlyMap<string, string> {
  definitionLines ??= new Map(
    readLines('definitions.jsonl').map((line) => {
      const space = line.indexOf(' ');
      return [line.slice(0, space), line.slice(space + 1)];
    }),
  );
  return definitionLines;
}

function readLines(file: string): readonly string[] {
  return readFileSync(join(FOLDER, file), 'utf8').trimEnd().split('\n');
}

/** Kubernetes' own kinds, by apiVersion and kind. */
export function builtInKinds(): ReadonlyMap<string, ReadonlyMap<string, Kind>> {
  if (kindsByVersion === undefined) {
    const [, ...all] = readLines('kinds.jsonl');
    const found = new Map<string, Map<string, Kind>>();
    for (const line of all) {
      const value: unknown = JSON.parse(line);
      const said = (name: string): string | undefined => textAt(value, name) || undefined;
      const [apiVersion, kind] = [textAt(value, 'apiVersion'), textAt(value, 'kind')];
      const ofVersion = found.get(apiVersion) ?? new Map<string, Kind>();
      found.set(apiVersion, ofVersion);
      ofVersion.set(kind, {
        apiVersion,
        kind,
        definition: said('definition'),
        deprecated: said('deprecated'),
        removed: said('removed'),
        successor: said('successor'),
        ...spanOf(value),
      });
    }
    kindsByVersion = found;
  }
  return kindsByVersion;
}

/** The oldest and the newest minor version that are supported. */
export function supportedVersions(): { readonly oldest: MinorVersion; readonly newest: MinorVersion } {
  if (supported === undefined) {
    const head: unknown = JSON.parse(readLines('kinds.jsonl')[0] ?? '');
    supported = { oldest: minorVersion(textAt(head, 'oldest')), newest: minorVersion(textAt(head, 'newest')) };
  }
  return supported;
}

/**
 * A minor version of Kubernetes that is supported.
 *
 * @throws Error if it is none.
 */
export function supportedVersion(text: string): MinorVersion {
  const { oldest, newest } = supportedVersions();
  const version = isMinorVersion(text) ? text : undefined;
  if (version === undefined || isNewer(oldest, version) || isNewer(version, newest)) {
    throw new Error(
      `Kubernetes ${text}: no version that is supported. Give one from ${oldest} to ${newest}, as in 1.30.`,
    );
  }
  return version;
}

function minorVersion(text: string): MinorVersion {
  if (!isMinorVersion(text)) {
    throw new Error(`imports/kubernetes names no version: ${text}. Run npm run import:kubernetes.`);
  }
  return text;
}

function isMinorVersion(text: string): text is MinorVersion {
  return /^1\.(?:0|[1-9]\d{0,2})$/.test(text);
}

function isNewer(one: string, other: string): boolean {
  return Number(one.slice(one.indexOf('.') + 1)) > Number(other.slice(other.indexOf('.') + 1));
}

/** Whether every supported version knows it, from one on. */
export function isKnownFrom(oldest: MinorVersion, { since, until }: Span): boolean {
  return until === undefined && (since === undefined || !isNewer(since, oldest));
}

function spanOf(value: unknown): Span {
  return { since: textAt(value, 'since') || undefined, until: textAt(value, 'until') || undefined };
}

function definitionOf(name: string): Definition | undefined {
  if (!definitions.has(name)) {
    const line = lines().get(name);
    definitions.set(name, line === undefined ? undefined : readDefinition(JSON.parse(line)));
  }
  return definitions.get(name);
}

function readDefinition(value: unknown): Definition {
  const fields = Object.entries(child(value, 'fields') ?? {}).map(
    ([name, field]: [string, unknown]): [string, Field] => [
      name,
      {
        type: typeof field === 'string' ? field : textAt(field, 'type'),
        enum: textsAt(field, 'enum'),
        values: new Map(
          Object.entries(child(field, 'values') ?? {}).map(([text, span]: [string, unknown]) => [text, spanOf(span)]),
        ),
        ...spanOf(field),
      },
    ],
  );
  return { required: textsAt(value, 'required'), fields: new Map(fields) };
}

/** Name of a definition in a view, as schemas refer to it. */
export function refOf(view: View, definition: string): string {
  return `${view}:${definition}`;
}

/** The versions between which a field of a definition is known. */
export function spanOfField(ref: string, field: string): Span | undefined {
  return fieldOf(ref, field);
}

/** The versions between which a value of a field's enumeration is known; undefined where all versions know it, or it is none of it. */
export function spanOfValue(ref: string, field: string, value: string): Span | undefined {
  return fieldOf(ref, field)?.values.get(value);
}

function fieldOf(ref: string, field: string): Field | undefined {
  return definitionOf(ref.slice(ref.indexOf(':') + 1))?.fields.get(field);
}

/** The demand on a definition beyond what Kubernetes publishes. */
function demandOn(ref: string): Demand {
  return DEMANDS[ref.slice(ref.indexOf(':') + 1)] ?? {};
}

/** A definition in a view as JSON Schema; made when it is first asked for, and once. */
export function schemaOf(ref: string): Schema {
  let schema = schemas.get(ref);
  if (schema === undefined) {
    schema = makeSchema(ref);
    schemas.set(ref, schema);
  }
  return schema;
}

function makeSchema(ref: string): Schema {
  const [view, name] = splitRef(ref);
  const definition = definitionOf(name);
  if (definition === undefined) {
    throw new Error(`imports/kubernetes has no definition ${name}. Run npm run import:kubernetes.`);
  }
  const { required: published, fields } = definition;
  const demand = demandOn(ref);
  const required =
    view === 'status'
      ? []
      : [...new Set([...published, ...(demand.required ?? [])])].filter(
          (field) => demand.optional?.includes(field) !== true,
        );
  const isKind = ['apiVersion', 'kind', 'metadata'].every((field) => fields.has(field));
  const properties = [...fields].flatMap(([fieldName, field]): [string, Schema | boolean][] => {
    if (view !== 'any' && view !== 'status' && !isKnownFrom(view, field)) {
      return [];
    }
    const ofStatus = isKind && fieldName === 'status' ? 'status' : view;
    const values = valuesOf(field, fieldName, demand, view);
    // Empty is as good as absent.
    const orEmpty = values.length === 0 || demand.pointers?.includes(fieldName) === true ? values : [...values, ''];
    const schema = typeSchema(field.type, ofStatus, orEmpty);
    return [[fieldName, required.includes(fieldName) ? notEmpty(schema) : schema]];
  });
  const also: readonly Schema[] =
    view === 'status'
      ? []
      : [
          ...(demand.oneOf === undefined ? [] : [{ oneOf: demand.oneOf.map((field) => ({ required: [field] })) }]),
          ...(demand.also ?? []),
        ];
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    additionalProperties: false,
    ...(required.length === 0 ? {} : { required }),
    ...(also.length === 0 ? {} : { allOf: [...also] }),
  };
}

function splitRef(ref: string): [view: View, name: string] {
  const [view = '', name = ''] = ref.split(':');
  if (view !== 'any' && view !== 'status' && !isMinorVersion(view)) {
    throw new Error(`${ref}: no view of a definition`);
  }
  return [view, name];
}

const ALWAYS: Span = { since: undefined, until: undefined };

/** The values that a text of a field may have; empty for any. */
function valuesOf(field: Field, name: string, demand: Demand, view: View): readonly string[] {
  const demanded = demand.enums === undefined || !Object.hasOwn(demand.enums, name) ? undefined : demand.enums[name];
  if (view === 'status') {
    return [];
  }
  return (
    demanded ?? field.enum.filter((value) => view === 'any' || isKnownFrom(view, field.values.get(value) ?? ALWAYS))
  );
}

/** In Go nobody can tell an empty text or list from none. */
function notEmpty(schema: Schema | boolean): Schema | boolean {
  if (typeof schema === 'boolean') {
    return schema;
  }
  return schema.type === 'string'
    ? { ...schema, minLength: 1 }
    : schema.type === 'array'
      ? { ...schema, minItems: 1 }
      : schema;
}

/** @param values what texts may be; empty for any */
function typeSchema(type: string, view: View, values: readonly string[]): Schema | boolean {
  if (type.startsWith('[]')) {
    return { type: 'array', items: typeSchema(type.slice('[]'.length), view, values) };
  }
  if (type.startsWith('map[string]')) {
    return { type: 'object', additionalProperties: typeSchema(type.slice('map[string]'.length), view, values) };
  }
  switch (type) {
    case 'any':
      return true;
    case 'string':
      return values.length === 0 ? { type } : { type, enum: [...values] };
    case 'boolean':
    case 'number':
      return { type };
    case 'int32':
      return INT32;
    case 'int64':
      return INT64;
    case 'int-or-string':
      return INT_OR_STRING;
    case 'quantity':
      return { type: ['string', 'number'], format: type };
    case 'date-time':
    case 'micro-time':
    case 'byte':
      return { type: 'string', format: type };
    default:
      return { $ref: refOf(view, type) };
  }
}
