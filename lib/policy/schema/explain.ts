import type { OutputUnit, Schema } from '@cfworker/json-schema';
import { formatPath } from '../../manifest/manifest';
import { child, parseJson, textAt, valueAt } from '../../manifest/plain-data';
import type { Path } from '../../manifest/plain-data';
import { nearest } from '../../manifest/nearest';
import { schemaOf, spanOfField, spanOfValue, supportedVersions } from './definitions';
import type { MinorVersion, Span } from './definitions';
import { describeFormat } from './formats';

// What a validator has found, in the words of Kubernetes. Of values only those of enumerations are said: any other may be a secret.

/** One thing that is wrong with an object's structure. */
export interface Fault {
  readonly path: Path;
  readonly message: string;
}

/** What a schema says of an object, and where. */
interface Place {
  readonly root: Schema;
  readonly manifest: unknown;
  readonly path: Path;
}

/** A longer text in the place of a value is none that anybody mistyped. */
const MAX_VALUE = 40;

/** What is wrong, by what the validator says of it; each field once, and nothing of what is only wrong because of something within. */
export function explain(errors: readonly OutputUnit[], root: Schema, manifest: unknown): readonly Fault[] {
  const faults = new Map<string, Fault>();
  for (const error of errors) {
    const place = { root, manifest, path: pathOf(error.instanceLocation, manifest) };
    for (const fault of isAlternative(error) ? [] : faultsOf(error, place)) {
      const key = JSON.stringify(fault.path);
      if (!faults.has(key)) {
        faults.set(key, fault);
      }
    }
  }
  return [...faults.values()];
}

/** What one of several alternatives lacks is no fault while another fits; that none does is said of them all. */
function isAlternative({ keywordLocation }: OutputUnit): boolean {
  return /\/(?:oneOf|anyOf|not)\//.test(keywordLocation);
}

/** A field that nobody knows is none, even where it is null and all else that is null is dropped. */
export function unknownNulls(paths: readonly Path[], root: Schema, manifest: unknown): readonly Fault[] {
  return paths.flatMap((path) => {
    const parent = schemasAlong({ root, path: path.slice(0, -1) }).at(-1);
    return parent?.additionalProperties === false && !hasProperty(parent, String(path.at(-1)))
      ? faultsOf({ keyword: 'false', error: '', instanceLocation: '', keywordLocation: '' }, { root, manifest, path })
      : [];
  });
}

/** `#/spec/containers/0/a~1b`; what is a number and what is a name is seen from the object. */
function pathOf(location: string, manifest: unknown): Path {
  let at = manifest;
  return location
    .split('/')
    .slice(1)
    .map((part) => {
      const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
      const key = Array.isArray(at) ? Number(name) : name;
      at = child(at, key);
      return key;
    });
}

function faultsOf({ keyword, keywordLocation, error }: OutputUnit, place: Place): readonly Fault[] {
  const { root, path, manifest } = place;
  const schema = schemaAt(root, keywordLocation);
  const value = valueAt(manifest, path);
  const fault = (message: string): readonly Fault[] => [{ path, message }];
  switch (keyword) {
    case 'false':
      return fault(`unknown field ${quote(formatPath(path))}${suggestion(place)}`);
    case 'type':
      return fault(`Invalid value: must be ${typeWords(schema)}, and is ${typeOf(value)}${typeHint(schema, value)}`);
    case 'required': {
      // Which one, only the validator's own words say.
      const name = /"(.*)"\.$/s.exec(error)?.[1];
      return name === undefined ? [] : [{ path: [...path, name], message: 'Required value' }];
    }
    case 'enum': {
      const values = parseJson(/\[.*\]/s.exec(error)?.[0] ?? '');
      const supported = Array.isArray(values) ? values.filter((each) => each !== '').map(quote) : [];
      return fault(`${shown(value)}: supported values: ${supported.join(', ')}`);
    }
    case 'format':
      return fault(`Invalid value: must be ${describeFormat(schema.format ?? '')}`);
    case 'minLength':
    case 'minItems': {
      const least = schema[keyword] ?? 1;
      return fault(
        least === 1
          ? 'Required value'
          : `Invalid value: should have at least ${least} ${keyword === 'minItems' ? 'items' : 'characters'}`,
      );
    }
    case 'maxLength':
    case 'maxItems':
      return fault(
        `Too long: may not have more than ${schema[keyword] ?? 0} ${keyword === 'maxItems' ? 'items' : 'characters'}`,
      );
    case 'minProperties':
    case 'maxProperties':
      return fault(
        `Invalid value: should have at ${keyword === 'minProperties' ? 'least' : 'most'} ${schema[keyword] ?? 0} properties`,
      );
    case 'minimum':
    case 'exclusiveMinimum':
    case 'maximum':
    case 'exclusiveMaximum':
      return fault(`Invalid value: should be ${LIMITS[keyword]} ${schema[keyword] ?? 0}`);
    case 'multipleOf':
      return fault(`Invalid value: should be a multiple of ${schema.multipleOf ?? 1}`);
    case 'oneOf':
      return fault(oneOfMessage(schema, value));
    case 'anyOf':
    case 'not':
      return fault('Invalid value: is none of what the schema of its kind allows here');
    default:
      // That something within has errors is said of that.
      return [];
  }
}

const LIMITS = {
  minimum: 'greater than or equal to',
  exclusiveMinimum: 'greater than',
  maximum: 'less than or equal to',
  exclusiveMaximum: 'less than',
} as const;

/** The schema that says a keyword: `#/$ref/properties/spec/allOf/0/maxLength`. */
function schemaAt(root: Schema, keywordLocation: string): Schema {
  let at: unknown = root;
  for (const part of keywordLocation.split('/').slice(1, -1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    at = name === '$ref' ? schemaOf(textAt(at, name)) : child(at, Array.isArray(at) ? Number(name) : name);
  }
  return isSchema(at) ? at : {};
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null;
}

/** The schemas of the object, and of what stands at each step of the path; as far as they say anything. */
function schemasAlong({ root, path }: Pick<Place, 'root' | 'path'>): readonly Schema[] {
  const along: Schema[] = [resolve(root)];
  for (const key of path) {
    const at = along.at(-1);
    const next =
      typeof key === 'number'
        ? at?.items
        : at?.properties !== undefined && Object.hasOwn(at.properties, key)
          ? at.properties[key]
          : at?.additionalProperties;
    along.push(typeof next === 'object' && !Array.isArray(next) ? resolve(next) : {});
  }
  return along;
}

function resolve(schema: Schema): Schema {
  return schema.$ref === undefined ? schema : schemaOf(schema.$ref);
}

/** Where the field is meant to stand, or how it is meant to be written, if that is near. */
function suggestion({ root, path }: Place): string {
  const name = String(path.at(-1));
  const parent = path.slice(0, -1);
  const along = schemasAlong({ root, path: parent });
  const names = Object.keys(along.at(-1)?.properties ?? {});
  const meant = nearest(name, names, (each) => each);
  if (meant !== undefined) {
    return `; did you mean ${quote(meant)}?`;
  }
  const above = parent.map((_, index) => index).findLast((index) => hasProperty(along[index], name));
  const place = above === undefined ? placeBelow(along.at(-1) ?? {}, parent, name) : formatPath(parent.slice(0, above));
  return place === undefined ? '' : `; ${quote(name)} belongs to ${place === '' ? 'the object itself' : place}`;
}

function hasProperty(schema: Schema | undefined, name: string): boolean {
  return schema?.properties !== undefined && Object.hasOwn(schema.properties, name);
}

/** How far down a misplaced field is looked for. */
const DEPTH = 3;

function placeBelow(schema: Schema, path: Path, name: string): string | undefined {
  let level = [{ schema, text: formatPath(path) }];
  for (let depth = 0; depth < DEPTH; depth++) {
    level = level.flatMap(({ schema: { properties = {} }, text }) =>
      Object.entries(properties).flatMap(([field, below]) => {
        const inner = typeof below === 'object' ? below : {};
        const here = `${text === '' ? '' : `${text}.`}${field}`;
        const item = inner.items;
        return typeof item === 'object' && !Array.isArray(item)
          ? [{ schema: resolve(item), text: `${here}[]` }]
          : [{ schema: resolve(inner), text: here }];
      }),
    );
    const found = level.find((each) => hasProperty(each.schema, name));
    if (found !== undefined) {
      return found.text;
    }
  }
  return undefined;
}

const ARTICLES: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'a map',
  string: 'text',
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
};

function typesOf({ type }: Schema): readonly string[] {
  return Array.isArray(type) ? type : type === undefined ? [] : [type];
}

function typeWords(schema: Schema): string {
  return schema.format === 'quantity'
    ? describeFormat('quantity')
    : typesOf(schema)
        .map((type) => `${ARTICLES[type] ?? type} (${type})`)
        .join(' or ');
}

function typeOf(value: unknown): string {
  if (value === null) {
    return 'null';
  }
  if (typeof value === 'number' && !Number.isInteger(value)) {
    return 'a fraction (number)';
  }
  const type = Array.isArray(value) ? 'array' : typeof value;
  return `${ARTICLES[type] ?? type} (${type})`;
}

/** What people get wrong in YAML is quotation marks. */
function typeHint(schema: Schema, value: unknown): string {
  const types = schema.format === 'quantity' ? [] : typesOf(schema);
  if (types.includes('string') && (typeof value === 'number' || typeof value === 'boolean')) {
    return '; put it in quotes';
  }
  const isPlain = typeof value === 'string' && /^(?:-?\d+(?:\.\d+)?|true|false)$/.test(value);
  return isPlain && types.some((type) => type === 'integer' || type === 'number' || type === 'boolean')
    ? '; remove the quotes'
    : '';
}

function shown(value: unknown): string {
  return typeof value === 'string' && value.length <= MAX_VALUE
    ? `Unsupported value: ${quote(value)}`
    : 'Unsupported value';
}

function quote(value: unknown): string {
  return JSON.stringify(value);
}

/** The alternatives of a definition are fields, of which there must be one. */
function oneOfMessage(schema: Schema, value: unknown): string {
  const fields = (schema.oneOf ?? []).flatMap(({ required = [] }) => required);
  const given = fields.filter((name) => child(value, name) !== undefined);
  const names = fields.join(', ');
  if (given.length > 1) {
    return `Forbidden: may not specify more than one of ${names}`;
  }
  if (given.length === 0 && fields.length > 0) {
    return `Required value: must specify one of ${names}`;
  }
  return 'Invalid value: must be exactly one of what the schema of its kind allows here';
}

/** That some of the supported versions do not take what stands at a path. */
export function explainVersions({ root, manifest, path }: Place, oldest: MinorVersion): string {
  const index = path.findLastIndex((key) => typeof key === 'string');
  const field = String(path[index]);
  const owner = refAlong(root, path.slice(0, index));
  const value = valueAt(manifest, path);
  const ofField = owner === undefined ? undefined : spanOfField(owner, field);
  const ofValue = owner === undefined || typeof value !== 'string' ? undefined : spanOfValue(owner, field, value);
  // A value that is no word of an enumeration is not for others to read.
  return ofValue === undefined
    ? `the field ${quote(formatPath(path))} is ${spanWords(ofField, oldest)}`
    : `the value ${quote(value)} is ${spanWords(ofValue, oldest)}`;
}

/** The definition of what stands at a path. */
function refAlong(root: Schema, path: Path): string | undefined {
  let ref = root.$ref;
  let at: Schema = root;
  for (const key of path) {
    const { properties, items, additionalProperties } = resolve(at);
    const next = typeof key === 'number' ? items : (properties?.[key] ?? additionalProperties);
    at = typeof next === 'object' && !Array.isArray(next) ? next : {};
    ref = at.$ref;
  }
  return ref;
}

/** `known from Kubernetes 1.31 on only, and 1.28 to 1.37 are supported` */
export function spanWords(span: Span | undefined, oldest: MinorVersion): string {
  const { newest } = supportedVersions();
  const since = span?.since === undefined ? [] : [`from Kubernetes ${span.since} on`];
  const until = span?.until === undefined ? [] : [`until Kubernetes ${span.until}`];
  return `known ${[...since, ...until].join(' ')} only, and ${oldest} to ${newest} are supported`;
}
