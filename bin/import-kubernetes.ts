/**
 * Writes imports/kubernetes: what Kubernetes' own sources say of its kinds, without prose, as far as objects can be judged by it.
 *
 *     npm run import:kubernetes
 *
 * takes the sources of each release through the Go proxy (`go mod download`). Definitions (fields, types, what is required) come from
 * api/openapi-spec/swagger.json of k8s.io/kubernetes, values of enumerations from its generated OpenAPI code, and from k8s.io/api and its
 * sisters since when a kind is deprecated, when it was removed, and what replaces it. How a strategic merge patch merges lists comes from
 * the newest release alone: a merge key never changes.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { child, listAt, textAt, textsAt } from '../lib/manifest/plain-data';

/** The supported releases of Kubernetes, oldest first: of each minor version the last that the Go proxy has. */
const RELEASES = [
  '1.28.15',
  '1.29.6',
  '1.30.14',
  '1.31.14',
  '1.32.13',
  '1.33.13',
  '1.34.4',
  '1.35.4',
  '1.36.3',
  '1.37.2',
];

/** Modules whose kinds say when they are deprecated and removed, beside k8s.io/kubernetes v1.M.P as v0.M.P. */
const LIFECYCLE_MODULES = ['k8s.io/api', 'k8s.io/apiextensions-apiserver', 'k8s.io/kube-aggregator'];

/** Deprecated as their API server says when they are used, and not in the sources' lifecycle. */
const DEPRECATED: ReadonlyMap<string, Lifecycle> = new Map([
  // pkg/registry/core/endpoint/strategy.go
  ['v1 Endpoints', { deprecated: '1.33', successor: 'discovery.k8s.io/v1 EndpointSlice' }],
  // pkg/registry/core/componentstatus/rest.go
  ['v1 ComponentStatus', { deprecated: '1.19' }],
]);

const FOLDER = join(__dirname, '..', 'imports', 'kubernetes');

/** Types that JSON has not, by the names of their definitions. */
const SCALARS: Readonly<Record<string, string>> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'quantity',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'int-or-string',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 'date-time',
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': 'micro-time',
  // Any JSON.
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': 'any',
  'io.k8s.apimachinery.pkg.runtime.RawExtension': 'any',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON': 'any',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray': 'any',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool': 'any',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray': 'any',
};

/** What every group has, and nobody writes to a file. */
const NO_OBJECTS = [
  'DeleteOptions',
  'WatchEvent',
  'Status',
  'APIGroup',
  'APIGroupList',
  'APIVersions',
  'APIResourceList',
];

interface Field {
  readonly type: string;
  readonly enum?: readonly string[];
}

interface Definition {
  readonly required: readonly string[];
  readonly fields: ReadonlyMap<string, Field>;
}

interface Lifecycle {
  readonly deprecated?: string;
  readonly removed?: string;
  readonly successor?: string;
}

/** One minor version, as its sources have it. */
interface Release {
  readonly minor: string;
  readonly definitions: ReadonlyMap<string, Definition>;
  /** Definitions by `apiVersion kind`. */
  readonly kinds: ReadonlyMap<string, string>;
  readonly lifecycles: ReadonlyMap<string, Lifecycle>;
}

function moduleFolder(module: string, version: string): string {
  const out = execFileSync('go', ['mod', 'download', '-json', `${module}@v${version}`], { encoding: 'utf8' });
  return textAt(JSON.parse(out), 'Dir');
}

function shortName(name: string): string {
  return name.replace(/^io\.k8s\.(api|[\w-]+\.pkg\.apis)\./, '');
}

function typeOf(schema: unknown): string {
  const ref = textAt(schema, '$ref').replace('#/definitions/', '');
  if (ref !== '') {
    return SCALARS[ref] ?? shortName(ref);
  }
  const format = textAt(schema, 'format');
  switch (textAt(schema, 'type')) {
    case 'array':
      return `[]${typeOf(child(schema, 'items'))}`;
    case 'object': {
      const values = child(schema, 'additionalProperties');
      return values === undefined ? 'any' : `map[string]${typeOf(values)}`;
    }
    case 'integer':
      return format;
    case 'string':
      return format === '' ? 'string' : format;
    case 'boolean':
      return 'boolean';
    case 'number':
      return 'number';
    default:
      throw new Error(`no type is known for ${JSON.stringify(schema)}`);
  }
}

/** The type that lists and maps hold in the end. */
function baseOf(type: string): string {
  return type.replace(/^(\[\]|map\[string\])+/, '');
}

function readRelease(version: string): Release {
  const kubernetes = moduleFolder('k8s.io/kubernetes', version);
  const swagger: unknown = JSON.parse(readFileSync(join(kubernetes, 'api/openapi-spec/swagger.json'), 'utf8'));
  const enums = readEnums(join(kubernetes, 'pkg/generated/openapi/zz_generated.openapi.go'));
  const definitions = new Map<string, Definition>();
  const kinds = new Map<string, string>();
  for (const [fullName, schema] of entries(child(swagger, 'definitions'))) {
    const name = shortName(fullName);
    if (definitions.has(name)) {
      throw new Error(`two definitions are called ${name} in short`);
    }
    const fields = entries(child(schema, 'properties')).map(([field, type]): [string, Field] => {
      const values = enums.get(`${name}.${field}`);
      return [field, { type: typeOf(type), ...(values === undefined ? {} : { enum: values }) }];
    });
    definitions.set(name, { required: textsAt(schema, 'required'), fields: new Map(fields) });
    for (const gvk of listAt(schema, 'x-kubernetes-group-version-kind')) {
      const kind = textAt(gvk, 'kind');
      if (!NO_OBJECTS.includes(kind)) {
        kinds.set(`${apiVersionOf(textAt(gvk, 'group'), textAt(gvk, 'version'))} ${kind}`, name);
      }
    }
  }
  const lifecycles = new Map<string, Lifecycle>();
  for (const module of LIFECYCLE_MODULES) {
    readLifecycles(moduleFolder(module, version.replace(/^1\./, '0.')), lifecycles);
  }
  return { minor: minorOf(version), definitions, kinds, lifecycles };
}

/** Values of enumerations, by `definition.field`: they are in the code that the definitions come from, and left out of those by default. */
function readEnums(file: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  let definition = '';
  let field = '';
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [, group, version, type] = /^func schema_(?:k8sio_api|pkg_apis)_(\w+?)_(v\d\w*?)_(\w+)\(/.exec(line) ?? [];
    if (line.startsWith('func ')) {
      definition = type === undefined ? '' : `${group ?? ''}.${version ?? ''}.${type}`;
    }
    field = /^\t{5}"([^"]+)": \{$/.exec(line)?.[1] ?? field;
    const values = /^\t+Enum: +\[\]interface\{\}\{(.*)\},$/.exec(line)?.[1];
    if (values !== undefined && definition !== '') {
      found.set(`${definition}.${field}`, [...values.matchAll(/"([^"]*)"/g)].map(([, value = '']) => value).sort());
    }
  }
  return found;
}

/** What prerelease-lifecycle-gen has written into the Go sources. */
function readLifecycles(folder: string, into: Map<string, Lifecycle>): void {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  for (const file of files.filter((path) => path.endsWith('/zz_generated.prerelease-lifecycle.go'))) {
    const register = readFileSync(join(folder, file, '..', 'register.go'), 'utf8');
    const group = /GroupName += "([^"]*)"/.exec(register)?.[1] ?? groupAbove(join(folder, file, '..'));
    const version = /Version: "([^"]+)"/.exec(register)?.[1] ?? '';
    const source = readFileSync(join(folder, file), 'utf8');
    for (const [, kind = '', what = '', body = ''] of source.matchAll(
      /^func \(in \*(\w+)\) APILifecycle(\w+)\(\) .*\{\n\treturn (.*)\n\}/gm,
    )) {
      const key = `${apiVersionOf(group, version)} ${kind}`;
      const release = body.replace(', ', '.');
      const [, toGroup = '', toVersion = '', toKind = ''] =
        /Group: "([^"]*)", Version: "([^"]*)", Kind: "([^"]*)"/.exec(body) ?? [];
      const said: Lifecycle =
        what === 'Deprecated'
          ? { deprecated: release }
          : what === 'Removed'
            ? { removed: release }
            : what === 'Replacement'
              ? { successor: `${apiVersionOf(toGroup, toVersion)} ${toKind}` }
              : {};
      into.set(key, { ...into.get(key), ...said });
    }
  }
}

/** Where the version's own file does not name the group, that of the types without a version does. */
function groupAbove(folder: string): string {
  const register = join(folder, '..', 'register.go');
  const group = existsSync(register) ? /GroupName += "([^"]*)"/.exec(readFileSync(register, 'utf8'))?.[1] : undefined;
  if (group === undefined) {
    throw new Error(`${folder}: the API group is not found`);
  }
  return group;
}

const PATCH_STRATEGY = 'x-kubernetes-patch-strategy';

/** What says how a list is merged; Kustomize asks for several keys before it asks for one. */
const PATCH_KEYWORDS = [PATCH_STRATEGY, 'x-kubernetes-patch-merge-key', 'x-kubernetes-list-map-keys'];

/** What nobody patches in a file: who owns an object, and its state. */
const NEVER_PATCHED = ['metadata', 'status'];

/** A name of a definition, of a version that is stable. */
const STABLE = /\.v\d+\.\w+$/;

/**
 * Writes the OpenAPI definitions of all kinds, with as much of them as a strategic merge patch asks: which lists are merged, and by which
 * key. In the form in which `openapi` of a kustomization takes them.
 */
function writeMergeKeys(version: string): void {
  const file = join(moduleFolder('k8s.io/kubernetes', version), 'api/openapi-spec/swagger.json');
  const definitions = new Map(entries(child(JSON.parse(readFileSync(file, 'utf8')), 'definitions')));
  const fieldsOf = (name: string): readonly [string, unknown][] =>
    entries(child(definitions.get(name), 'properties')).filter(([field]) => !NEVER_PATCHED.includes(field));
  const referenceIn = (schema: unknown): string => textAt(schema, '$ref').replace('#/definitions/', '');
  const referencesIn = (schema: unknown): readonly string[] =>
    [schema, child(schema, 'items'), child(schema, 'additionalProperties')]
      .map(referenceIn)
      .filter((name) => name !== '');
  const leadsToKeys = (name: string, above: readonly string[] = []): boolean =>
    !above.includes(name) &&
    fieldsOf(name).some(
      ([, schema]) =>
        textAt(schema, PATCH_STRATEGY) !== '' ||
        referencesIn(schema).some((reference) => leadsToKeys(reference, [...above, name])),
    );
  const pruned = (schema: unknown): Record<string, unknown> | undefined => {
    if (schema === undefined) return undefined;
    const own = entries(schema).filter(([key]) => PATCH_KEYWORDS.includes(key));
    const reference = referenceIn(schema);
    const below: [string, unknown][] =
      reference === ''
        ? ['items', 'additionalProperties'].flatMap((key): [string, unknown][] => {
            const inner = pruned(child(schema, key));
            return inner === undefined ? [] : [[key, inner]];
          })
        : leadsToKeys(reference)
          ? [['$ref', textAt(schema, '$ref')]]
          : [];
    const type = textAt(schema, 'type');
    return own.length + below.length === 0
      ? undefined
      : // Kustomize looks into what is said to be an array, and into no other.
        { ...(type === 'array' && { type }), ...Object.fromEntries([...own, ...below]) };
  };
  const found = new Map<string, unknown>();
  const visit = (name: string): void => {
    if (found.has(name) || !leadsToKeys(name)) return;
    const kinds = listAt(definitions.get(name), 'x-kubernetes-group-version-kind');
    const properties = fieldsOf(name).flatMap(([field, schema]): [string, unknown][] => {
      const written = pruned(schema);
      return written === undefined ? [] : [[field, written]];
    });
    found.set(name, {
      ...(kinds.length > 0 && { 'x-kubernetes-group-version-kind': kinds }),
      properties: Object.fromEntries(properties),
    });
    fieldsOf(name)
      .flatMap(([, schema]) => referencesIn(schema))
      .forEach(visit);
  };
  for (const [name, schema] of definitions) {
    const isObject = listAt(schema, 'x-kubernetes-group-version-kind').length === 1 && !name.endsWith('List');
    if (isObject && STABLE.test(name)) visit(name);
  }
  const lines = [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, schema]) => `${name} ${JSON.stringify(schema)}`);
  writeFileSync(join(FOLDER, 'merge-keys.jsonl'), `${lines.join('\n')}\n`);
}

function apiVersionOf(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}

function minorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

function entries(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

/**
 * Under which name each release has a definition: a field whose type got a new name has the old one's definition there (the resources of a
 * volume claim were those of a container until 1.28).
 */
function earlierNames(releases: readonly Release[]): ReadonlyMap<Release, ReadonlyMap<string, string>> {
  return new Map(
    releases.map((release) => {
      const names = new Map<string, string>();
      for (const newer of releases.slice(releases.indexOf(release) + 1)) {
        for (const [name, { fields }] of newer.definitions) {
          for (const [field, { type }] of fields) {
            const [before, now] = [release.definitions.get(name)?.fields.get(field)?.type, type].map((each) =>
              each === undefined ? undefined : baseOf(each),
            );
            if (before !== undefined && now !== undefined && now !== before) {
              if (!now.includes('.') || !before.includes('.')) {
                process.stderr.write(`${name}.${field}: ${before} in ${release.minor}, ${now} in ${newer.minor}\n`);
              } else if (!release.definitions.has(now)) {
                names.set(now, before);
              }
            }
          }
        }
      }
      return [release, names];
    }),
  );
}

/** Since when, and until when: nothing where it is so in all releases that could have it. */
function span(
  having: readonly Release[],
  all: readonly Release[],
): { readonly since?: string; readonly until?: string } {
  const [first, last] = [having[0], having.at(-1)];
  return {
    ...(first === all[0] || first === undefined ? {} : { since: first.minor }),
    ...(last === all.at(-1) || last === undefined ? {} : { until: last.minor }),
  };
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort();
}

function writeDefinitions(releases: readonly Release[]): void {
  const names = earlierNames(releases);
  const definitionIn = (release: Release, name: string): Definition | undefined =>
    release.definitions.get(name) ?? release.definitions.get(names.get(release)?.get(name) ?? '');
  const lines: string[] = [];
  const roots = releases.flatMap(({ kinds }) => [...kinds.values()]);
  for (const name of reachable(releases, roots)) {
    const all = releases.filter((release) => definitionIn(release, name) !== undefined);
    const definitions = all.flatMap((release) => definitionIn(release, name) ?? []);
    const fields: [string, unknown][] = unique(definitions.flatMap((each) => [...each.fields.keys()])).map((field) => {
      const having = all.filter((release) => definitionIn(release, name)?.fields.has(field) === true);
      const versions = having.flatMap((release) => definitionIn(release, name)?.fields.get(field) ?? []);
      const type = versions.at(-1)?.type ?? '';
      const values = unique(versions.flatMap((each) => each.enum ?? []));
      const partial: [string, unknown][] = values.flatMap((value): [string, unknown][] => {
        const knowing = having.filter((release) => {
          const known = definitionIn(release, name)?.fields.get(field)?.enum;
          // Before a field's values were written down, they were what they were when they first are.
          return known === undefined || known.includes(value);
        });
        const part = span(knowing, having);
        return Object.keys(part).length === 0 ? [] : [[value, part]];
      });
      const written = {
        type,
        ...span(having, all),
        ...(values.length === 0 ? {} : { enum: values }),
        ...(partial.length === 0 ? {} : { values: Object.fromEntries(partial) }),
      };
      return [field, Object.keys(written).length === 1 ? type : written];
    });
    const required = (definitions.at(-1)?.required ?? []).filter((field) =>
      definitions.every((each) => each.required.includes(field)),
    );
    lines.push(
      `${name} ${JSON.stringify({
        ...(required.length === 0 ? {} : { required: [...required].sort() }),
        fields: Object.fromEntries(fields),
      })}`,
    );
  }
  writeFileSync(join(FOLDER, 'definitions.jsonl'), `${lines.join('\n')}\n`);
}

/** The definitions that kinds are made of; others belong to requests and answers. */
function reachable(releases: readonly Release[], roots: readonly string[]): readonly string[] {
  const found = new Set<string>();
  const visit = (name: string): void => {
    const definitions = releases.flatMap(({ definitions: all }) => all.get(name) ?? []);
    if (definitions.length > 0 && !found.has(name)) {
      found.add(name);
      definitions.forEach(({ fields }) => {
        fields.forEach(({ type }) => {
          visit(baseOf(type));
        });
      });
    }
  };
  roots.forEach(visit);
  return unique([...found]);
}

function writeKinds(releases: readonly Release[]): void {
  const lifecycles = new Map<string, Lifecycle>();
  for (const release of releases) {
    release.lifecycles.forEach((lifecycle, key) => lifecycles.set(key, { ...lifecycles.get(key), ...lifecycle }));
  }
  const newest = releases.at(-1)?.minor ?? '';
  const isPast = (release: string | undefined): release is string =>
    release !== undefined && Number(release.split('.')[1]) <= Number(newest.split('.')[1]);
  const served = new Set(releases.flatMap(({ kinds }) => [...kinds.keys()]));
  const removed = [...lifecycles].flatMap(([key, lifecycle]) => (isPast(lifecycle.removed) ? [key] : []));
  const lines = unique([...served, ...removed]).map((key) => {
    const having = releases.filter(({ kinds }) => kinds.has(key));
    const { deprecated, removed: gone, successor } = { ...lifecycles.get(key), ...DEPRECATED.get(key) };
    const [apiVersion, kind] = key.split(' ');
    return JSON.stringify({
      apiVersion,
      kind,
      ...(having.length === 0 ? {} : { definition: having.at(-1)?.kinds.get(key), ...span(having, releases) }),
      ...(isPast(deprecated) ? { deprecated } : {}),
      ...(having.length === 0 && isPast(gone) ? { removed: gone } : {}),
      ...(successor === undefined || (!isPast(deprecated) && !isPast(gone)) ? {} : { successor }),
    });
  });
  writeFileSync(
    join(FOLDER, 'kinds.jsonl'),
    `${[JSON.stringify({ oldest: releases[0]?.minor, newest }), ...lines].join('\n')}\n`,
  );
}

const given = process.argv.slice(2);
const versions = given.length === 0 ? RELEASES : given;
const all = versions.map(readRelease);
writeDefinitions(all);
writeKinds(all);
writeMergeKeys(versions.at(-1) ?? '');
