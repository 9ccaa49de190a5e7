import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Schema } from '@cfworker/json-schema';
import { child, listAt, textAt, textsAt } from '../../manifest/plain-data';
import { groupOf, resourceOf } from '../../manifest/manifest';
import { readYaml } from '../yaml';
import { refOf } from './definitions';
import { patternFormat } from './formats';

// Custom resources, by the schemas in their CustomResourceDefinitions:
// https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/

/** A kind of custom resource. */
export interface CustomKind {
  readonly kind: string;
  /** Its schema by version, for those that are served. */
  readonly versions: ReadonlyMap<string, () => Schema>;
  /** What tells its definition from another. */
  readonly digest: () => string;
}

/** The fields that tell the items of a list apart, as structural schemas say it. Validation does not look at it. */
export const LIST_MAP_KEYS = 'x-kubernetes-list-map-keys';

const FOLDER = join(__dirname, '..', '..', '..', 'imports', 'crds');

let imported: readonly string[] | undefined;
const importedKinds = new Map<string, CustomKind | undefined>();

/** The kinds that CustomResourceDefinitions among some objects define; of several that define one, the first counts. */
export function customKindsIn(manifests: Iterable<unknown>): ReadonlyMap<string, CustomKind> {
  const found = new Map<string, CustomKind>();
  for (const manifest of manifests) {
    const { apiVersion, kind } = resourceOf(manifest);
    if (kind === 'CustomResourceDefinition' && apiVersion === 'apiextensions.k8s.io/v1') {
      const custom = readDefinition(manifest);
      const key = keyOf(textAt(manifest, 'spec', 'group'), custom.kind);
      if (!found.has(key)) {
        found.set(key, custom);
      }
    }
  }
  return found;
}

/** The kind that a definition in imports/crds defines. Only files that name both group and kind are parsed. */
export function importedKind(apiVersion: string, kind: string): CustomKind | undefined {
  const group = groupOf(apiVersion);
  const key = keyOf(group, kind);
  if (!importedKinds.has(key)) {
    imported ??= readdirSync(FOLDER)
      .sort()
      .map((file) => readFileSync(join(FOLDER, file), 'utf8'));
    const documents = imported
      .filter((text) => text.includes(`group: ${group}`) && text.includes(`kind: ${kind}`))
      .flatMap((text) => [...readYaml(text)].flatMap((part) => ('value' in part ? [part.value] : [])));
    importedKinds.set(key, customKindsIn(documents).get(key));
  }
  return importedKinds.get(key);
}

/** What tells kinds apart; their versions do not. */
export function keyOf(group: string, kind: string): string {
  return `${group}/${kind}`;
}

function readDefinition(manifest: unknown): CustomKind {
  const versions = listAt(manifest, 'spec', 'versions').filter((version) => child(version, 'served') === true);
  let digest: string | undefined;
  return {
    kind: textAt(manifest, 'spec', 'names', 'kind'),
    versions: new Map(
      versions.map((version) => {
        let schema: Schema | undefined;
        return [textAt(version, 'name'), () => (schema ??= rootSchema(version))];
      }),
    ),
    digest: () => (digest ??= createHash('sha256').update(JSON.stringify(manifest)).digest('base64')),
  };
}

function rootSchema(version: unknown): Schema {
  const root = toSchema(child(child(version, 'schema'), 'openAPIV3Schema'), true);
  const hasStatus = child(child(version, 'subresources'), 'status') !== undefined;
  return {
    ...root,
    properties: {
      ...root.properties,
      ...IDENTITY,
      // Dropped when an object is made.
      ...(hasStatus ? { status: true } : {}),
    },
  };
}

/** What every object has, whether its schema says so or not. */
const IDENTITY = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
  metadata: { $ref: refOf('any', 'meta.v1.ObjectMeta') },
} satisfies Readonly<Record<string, Schema>>;

/**
 * A part of a structural schema as JSON Schema.
 *
 * @param prunes whether it says which fields there are: those within `allOf` and its like only say more of them
 */
function toSchema(node: unknown, prunes: boolean): Schema {
  const is = (extension: string): boolean => child(node, `x-kubernetes-${extension}`) === true;
  const alternatives = (name: string): readonly Schema[] => listAt(node, name).map((each) => toSchema(each, false));
  const properties = Object.entries(child(node, 'properties') ?? {}).map(([name, value]: [string, unknown]) => ({
    name,
    // A null that is one of its values is dropped with all others before anybody looks.
    mayLack: child(value, 'default') !== undefined || child(value, 'nullable') === true,
    schema: toSchema(value, prunes),
  }));
  const required = textsAt(node, 'required').filter(
    (name) => !properties.some((property) => property.name === name && property.mayLack),
  );
  const schema: Schema = {
    ...typeOf(node, is('int-or-string')),
    ...limitsOf(node),
    ...(properties.length === 0
      ? {}
      : { properties: Object.fromEntries(properties.map((property) => [property.name, property.schema])) }),
    ...(required.length === 0 ? {} : { required }),
    ...(child(node, 'items') === undefined ? {} : { items: toSchema(child(node, 'items'), prunes) }),
    ...(child(node, 'default') === undefined ? {} : { default: child(node, 'default') }),
    ...(child(node, LIST_MAP_KEYS) === undefined ? {} : { [LIST_MAP_KEYS]: textsAt(node, LIST_MAP_KEYS) }),
    ...(child(node, 'not') === undefined ? {} : { not: toSchema(child(node, 'not'), false) }),
  };
  for (const name of ['allOf', 'anyOf', 'oneOf'] as const) {
    const of = alternatives(name);
    if (of.length > 0) {
      schema[name] = [...(schema[name] ?? []), ...of];
    }
  }
  const values = child(node, 'additionalProperties');
  if (typeof values === 'object') {
    schema.additionalProperties = toSchema(values, prunes);
  } else if (prunes && textAt(node, 'type') === 'object' && values !== true && !is('preserve-unknown-fields')) {
    schema.additionalProperties = false;
  }
  return is('embedded-resource')
    ? {
        ...schema,
        properties: { ...schema.properties, ...IDENTITY },
        required: [...new Set([...required, 'apiVersion', 'kind'])],
      }
    : schema;
}

function typeOf(node: unknown, isIntOrString: boolean): Schema {
  const type = JSON_TYPES.find((each) => each === child(node, 'type'));
  return isIntOrString ? { type: ['integer', 'string'] } : type === undefined ? {} : { type };
}

const JSON_TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'] as const;

/** Keywords that mean the same in both. */
const LIMITS = [
  'maxItems',
  'minItems',
  'maxLength',
  'minLength',
  'maxProperties',
  'minProperties',
  'multipleOf',
] as const;

function limitsOf(node: unknown): Schema {
  const schema: Schema = {};
  for (const name of LIMITS) {
    const limit = child(node, name);
    if (typeof limit === 'number') {
      schema[name] = limit;
    }
  }
  for (const [name, exclusive] of [
    ['minimum', 'exclusiveMinimum'],
    ['maximum', 'exclusiveMaximum'],
  ] as const) {
    const limit = child(node, name);
    if (typeof limit === 'number') {
      schema[child(node, exclusive) === true ? exclusive : name] = limit;
    }
  }
  const values = child(node, 'enum');
  if (Array.isArray(values)) {
    schema.enum = values.map((value: unknown) => value);
  }
  const format = textAt(node, 'format');
  // Of numbers, formats are not looked at.
  if (format === 'date-time' || format === 'byte') {
    schema.format = format;
  }
  const pattern = textAt(node, 'pattern');
  if (pattern !== '') {
    schema.format = patternFormat(pattern);
  }
  return schema;
}
