import { validate } from '@cfworker/json-schema';
import type { Schema } from '@cfworker/json-schema';
import { formatPath, groupOf, resourceOf } from '../../manifest/manifest';
import { child } from '../../manifest/plain-data';
import type { Path } from '../../manifest/plain-data';
import { nearest } from '../../manifest/nearest';
import type { Severity } from '../policy';
import { customKindsIn, importedKind, keyOf } from './custom-resources';
import type { CustomKind } from './custom-resources';
import { builtInKinds, isKnownFrom, refOf, schemaOf, supportedVersions } from './definitions';
import type { Kind, MinorVersion } from './definitions';
import { shapeOf } from './shapes';
import { explain, explainVersions, spanWords, unknownNulls } from './explain';

/** One thing that is wrong with an object's structure, and whether every supported version of Kubernetes minds. */
export interface StructureFault {
  readonly path: Path;
  readonly message: string;
  readonly severity: Severity;
}

/** Schemas by the names that others refer to them by, made as they are asked for. */
const SCHEMAS = new Proxy<Record<string, Schema | boolean>>(
  {},
  { get: (_, ref) => (typeof ref === 'string' ? schemaOf(ref) : undefined) },
);

/** Shapes of objects that passed, by the schema. */
const passed = new WeakMap<Schema, Set<string>>();
/** Who has seen so many different ones will see few again. */
const MAX_KNOWN = 1_000;

function shapesOf(schema: Schema): Set<string> {
  const known = passed.get(schema) ?? new Set();
  passed.set(schema, known);
  return known;
}

/** Made in answer to a question and kept nowhere, or given a name by the API server. */
const WITHOUT_NAME = /Review$|^(?:Eviction|Binding|LimitRange|Scale)$/;

/**
 * The structure that Kubernetes gives objects: their fields, types, enumerations and what is required. Objects of its own kinds are judged
 * by its definitions, custom resources by the CustomResourceDefinitions among the objects or in imports/crds; of others nothing is known.
 */
export class Structure {
  private readonly custom: ReadonlyMap<string, CustomKind>;

  /**
   * @param manifests all objects that are judged together
   * @param oldest the oldest version of the clusters that they are for
   */
  public constructor(
    manifests: Iterable<unknown>,
    private readonly oldest: MinorVersion = supportedVersions().oldest,
  ) {
    this.custom = customKindsIn(manifests);
  }

  /** What the answer for objects of a kind depends on, beside the object and what this program holds. */
  public sourceOf(apiVersion: string, kind: string): string | undefined {
    return this.custom.get(keyOf(groupOf(apiVersion), kind))?.digest();
  }

  /** What is wrong with an object's structure. */
  public faultsIn(manifest: unknown): readonly StructureFault[] {
    const { apiVersion, kind } = resourceOf(manifest);
    if (apiVersion === null || kind === null) {
      return [];
    }
    const ofKubernetes = builtInKinds().get(apiVersion)?.get(kind);
    if (ofKubernetes !== undefined) {
      return builtInFaults(ofKubernetes, manifest, this.oldest);
    }
    const custom = this.custom.get(keyOf(groupOf(apiVersion), kind)) ?? importedKind(apiVersion, kind);
    if (custom !== undefined) {
      return customFaults(custom, apiVersion, manifest, this.oldest);
    }
    const isOfKubernetes = [...builtInKinds().keys()].some((known) => groupOf(known) === groupOf(apiVersion));
    return isOfKubernetes && !(apiVersion === 'v1' && kind === 'List')
      ? [
          {
            path: [whatIsUnknown(apiVersion)],
            message: noMatch(apiVersion, kind) + meant(apiVersion, kind),
            severity: 'error',
          },
        ]
      : [];
  }
}

function whatIsUnknown(apiVersion: string): string {
  return builtInKinds().has(apiVersion) ? 'kind' : 'apiVersion';
}

function builtInFaults(kind: Kind, manifest: unknown, oldest: MinorVersion): readonly StructureFault[] {
  const { definition } = kind;
  if (definition === undefined) {
    const removed = kind.removed === undefined ? '' : `; it was removed in Kubernetes ${kind.removed}`;
    return [
      {
        path: ['apiVersion'],
        message: `${noMatch(kind.apiVersion, kind.kind)}${removed}${use(kind)}`,
        severity: 'error',
      },
    ];
  }
  const nulls: Path[] = [];
  const plain = isPlain(manifest) ? manifest : withoutNulls(manifest, nulls);
  return [
    ...lifecycleFaults(kind, oldest),
    ...namelessFault(plain, kind.kind, definition),
    ...faultsBy(plain, nulls, { $ref: refOf(oldest, definition) }, { $ref: refOf('any', definition) }, oldest),
  ];
}

/** @param any what some supported version takes, where that is more than what every one does from the oldest on */
function faultsBy(
  plain: unknown,
  nulls: readonly Path[],
  every: Schema,
  any: Schema,
  oldest: MinorVersion,
): readonly StructureFault[] {
  const unknown = unknownNulls(nulls, any, plain);
  const isCustom = every.$ref === undefined;
  const known = shapesOf(isCustom ? every : schemaOf(every.$ref ?? ''));
  const shape = shapeOf(plain, every, isCustom ? 'far' : 'near');
  if (unknown.length === 0 && known.has(shape)) {
    return [];
  }
  const strict = validate(plain, every, '7', SCHEMAS, false);
  if (strict.valid && unknown.length === 0) {
    if (known.size < MAX_KNOWN) {
      known.add(shape);
    }
    return [];
  }
  const faults = [...explain(validate(plain, any, '7', SCHEMAS, false).errors, any, plain), ...unknown];
  const paths = new Set(faults.map(({ path }) => JSON.stringify(path)));
  return [
    ...faults.map((fault) => ({ ...fault, severity: 'error' as const })),
    ...explain(strict.errors, every, plain)
      .filter(({ path }) => !paths.has(JSON.stringify(path)))
      .map(({ path }) => ({
        path,
        message: explainVersions({ root: any, manifest: plain, path }, oldest),
        severity: 'warning' as const,
      })),
  ];
}

function lifecycleFaults(kind: Kind, oldest: MinorVersion): readonly StructureFault[] {
  const name = `${kind.kind} of ${kind.apiVersion}`;
  const partial = isKnownFrom(oldest, kind) ? [] : [`${name} is ${spanWords(kind, oldest)}`];
  const deprecated =
    kind.deprecated === undefined || kind.until !== undefined
      ? []
      : [`${name} is deprecated since Kubernetes ${kind.deprecated}`];
  return [...partial, ...deprecated].map((message) => ({
    path: ['apiVersion'],
    message: message + use(kind),
    severity: 'warning',
  }));
}

function namelessFault(plain: unknown, kind: string, definition: string): readonly StructureFault[] {
  const metadata = schemaOf(refOf('any', definition)).properties?.['metadata'];
  const isNamed = typeof metadata === 'object' && metadata.$ref === refOf('any', 'meta.v1.ObjectMeta');
  return isNamed && !WITHOUT_NAME.test(kind) ? nameFault(plain) : [];
}

function nameFault(plain: unknown): readonly StructureFault[] {
  const metadata = child(plain, 'metadata');
  const hasName = ['name', 'generateName'].some(
    (field) => !['', undefined, null].includes(textOrOther(child(metadata, field))),
  );
  return hasName
    ? []
    : [{ path: ['metadata', 'name'], message: 'Required value: name or generateName is required', severity: 'error' }];
}

/** What is no text is said to be of the wrong type, and not to be missing. */
function textOrOther(value: unknown): string | null | undefined {
  return value === null || value === undefined || typeof value === 'string' ? value : 'other';
}

function customFaults(
  custom: CustomKind,
  apiVersion: string,
  manifest: unknown,
  oldest: MinorVersion,
): readonly StructureFault[] {
  const schema = custom.versions.get(apiVersion.slice(apiVersion.indexOf('/') + 1))?.();
  if (schema === undefined) {
    const served = [...custom.versions.keys()].map((version) => `${groupOf(apiVersion)}/${version}`);
    return [
      {
        path: ['apiVersion'],
        message: `${noMatch(apiVersion, custom.kind)}; its CustomResourceDefinition serves ${served.join(', ') || 'none'}`,
        severity: 'error',
      },
    ];
  }
  const nulls: Path[] = [];
  const plain = withoutNulls(manifest, nulls);
  return [...nameFault(plain), ...faultsBy(plain, nulls, schema, schema, oldest)];
}

/** As kubectl says it. */
function noMatch(apiVersion: string, kind: string): string {
  return `no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`;
}

function use({ successor }: Kind): string {
  return successor === undefined ? '' : `; use ${successor}`;
}

/** The kind that is meant, if one is near: of the same name in another version or group, or of a name with a mistake or two. */
function meant(apiVersion: string, kind: string): string {
  const { newest } = supportedVersions();
  const served = [...builtInKinds().values()]
    .flatMap((kinds) => [...kinds.values()])
    .filter(({ definition, deprecated, until }) => definition !== undefined && (deprecated ?? until) === undefined);
  const same = served.filter((known) => known.kind === kind);
  const sameGroup = same.filter((known) => groupOf(known.apiVersion) === groupOf(apiVersion));
  const [best] = sameGroup.length > 0 ? sameGroup : same;
  if (best !== undefined) {
    return `; in Kubernetes ${newest} it is of ${best.apiVersion}`;
  }
  const near = nearest(kind, served, (known) => known.kind);
  return near === undefined ? '' : `; did you mean ${near.kind} of ${near.apiVersion}?`;
}

/** Whether it is as JSON has it, and holds nothing that is null. */
function isPlain(value: unknown): boolean {
  if (typeof value === 'object') {
    return value !== null && !(value instanceof Date) && Object.values(value).every(isPlain);
  }
  return typeof value === 'number' ? Number.isFinite(value) : typeof value === 'string' || typeof value === 'boolean';
}

/**
 * The API server drops what is null.
 *
 * @param nulls gets the paths of what is dropped
 */
function withoutNulls(value: unknown, nulls: Path[], path: Path = []): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return String(value); // JSON has no such number.
  }
  if (typeof value === 'bigint') {
    return Number(value);
  }
  if (value instanceof Date) {
    return value.toISOString();
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => withoutNulls(item, nulls, [...path, index]));
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, field]: [string, unknown]) => {
      if (field === null) {
        nulls.push([...path, key]);
      }
      return field === null || field === undefined ? [] : [[key, withoutNulls(field, nulls, [...path, key])]];
    }),
  );
}

/** A field that is given twice: what strict decoding refuses. */
export function duplicateFault(path: Path): StructureFault {
  return {
    path,
    message: `duplicate field ${JSON.stringify(formatPath(path))}; the last one counts`,
    severity: 'error',
  };
}
