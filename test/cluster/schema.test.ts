import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { groupOf, resourceOf } from '../../lib/manifest/manifest';
import type { Path } from '../../lib/manifest/plain-data';
import { Engine } from '../../lib/policy/engine';
import { schema } from '../../lib/policy/policies/schema';
import { readYaml } from '../../lib/policy/yaml';
import { progress } from './binaries';
import { testedVersions, useCluster } from './control-plane';
import { record, records, text } from './json';
import type { JsonRecord } from './json';
import type { KubectlProxy } from './kubectl';
import { DIFFERENCES } from './schema/differences';
import { MUTATIONS, mutate, pathsIn, randomNumbers } from './schema/mutations';
import type { Mutation, MutationKind } from './schema/mutations';

// The policy `schema` against the judge: what an API server says of the same objects with the same mistakes.

const ROOT = join(__dirname, '../..');
const SEED = 14;
const COUNT = 4_000;
const AT_ONCE = 8;

function objectsIn(file: string): readonly JsonRecord[] {
  return [...readYaml(readFileSync(file, 'utf8'))].map((part) => {
    if ('reason' in part) {
      throw new Error(`${file}:${part.line}: ${part.reason}`);
    }
    return record(part.value);
  });
}

function objectsBelow(folder: string): readonly JsonRecord[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .flatMap((file) => objectsIn(join(folder, file)));
}

const CRDS = [join(ROOT, 'imports/crds/argo-rollouts-1.9.1.yaml'), join(__dirname, 'schema/widget.crd.yaml')].flatMap(
  objectsIn,
);

const GENERATED = ['manifests', 'admission'].flatMap((folder) => objectsBelow(join(ROOT, 'dist/local', folder)));

const WRITTEN = objectsIn(join(__dirname, 'schema/objects.yaml'));

/** All that is generated, and objects of the kinds that people use besides. */
const OBJECTS: readonly JsonRecord[] = [...WRITTEN, ...GENERATED];

/** What mistakes are made in: those written for it, and the first of each other kind, as what is generated is much alike. */
const MODELS = OBJECTS.filter(
  (object, index) => WRITTEN.includes(object) || OBJECTS.findIndex(({ kind }) => kind === object['kind']) === index,
);

/** How the API server answers, as far as it matters here. */
type Answer = 'accepted' | 'structure' | 'meaning';

/** Reasons for which the API server refuses what a schema could have told. */
const STRUCTURAL = ['FieldValueRequired', 'FieldValueNotSupported', 'FieldValueTypeInvalid'];

function classify(status: number, body: JsonRecord): Answer {
  if (status < 300) {
    return 'accepted';
  }
  const causes = records(record(body['details'])['causes']);
  const isStructural =
    // What cannot be decoded is a bad request; what can is looked at field by field.
    status === 400 ||
    causes.some(
      (cause) =>
        STRUCTURAL.includes(text(cause['reason'] ?? '')) ||
        / in body (?:must|should) /.test(text(cause['message'] ?? '')),
    );
  return isStructural ? 'structure' : 'meaning';
}

interface Finding {
  readonly severity: string;
  readonly message: string;
  readonly field: string;
}

const engine = new Engine([schema()]);

function checked(manifest: unknown, duplicates: readonly Path[] = []): readonly Finding[] {
  return [...engine.evaluate([...CRDS.map((crd) => ({ id: 1, manifest: crd })), { id: 0, manifest, duplicates }])]
    .filter(({ id }) => id === 0)
    .map(({ violation: { severity, message, field } }) => ({ severity, message, field }));
}

/** On the oldest version, what only newer ones know is refused as well. */
function refuses(findings: readonly Finding[], isOldest: boolean): boolean {
  return findings.some(
    ({ severity, message }) => severity === 'error' || (isOldest && message.includes(' known from ')),
  );
}

/** Mistakes in turn of all kinds; the larger an object, the more of them are made in it. */
function mutations(objects: readonly JsonRecord[]): readonly (readonly [JsonRecord, Mutation])[] {
  const random = randomNumbers(SEED);
  const made: (readonly [JsonRecord, Mutation])[] = [];
  const bySize = objects.flatMap((object) => pathsIn(object).map(() => object));
  for (let turn = 0; made.length < COUNT; turn++) {
    const object = bySize[random(bySize.length)] ?? {};
    const kind = MUTATIONS[turn % MUTATIONS.length] ?? 'drop';
    const mutation = mutate(object, kind, random);
    if (mutation !== undefined) {
      made.push([object, mutation]);
    }
  }
  return made;
}

describe.each(testedVersions())('policy schema and Kubernetes %s', (version) => {
  const cluster = useCluster(version);
  const isOldest = version.startsWith('1.28.');
  let proxy: KubectlProxy | undefined;
  let server = '';
  let namespace = '';
  const resources = new Map<string, { readonly name: string; readonly namespaced: boolean }>();

  beforeAll(async () => {
    const { kubectl } = cluster();
    proxy = await kubectl.proxy();
    server = proxy.server;
    namespace = await cluster().createNamespace('schema');
    for (const crd of CRDS) {
      await kubectl.run(['apply', '--server-side', '--filename=-'], JSON.stringify(crd));
      await kubectl.wait(`crd/${text(record(crd['metadata'])['name'])}`, 'condition=Established');
    }
    for (const apiVersion of new Set(OBJECTS.map((object) => text(object['apiVersion'])))) {
      const response = await fetch(`${server}${folderOf(apiVersion)}`);
      for (const { kind, name, namespaced } of records(record(await response.json())['resources'])) {
        if (!text(name).includes('/')) {
          resources.set(`${apiVersion} ${text(kind)}`, { name: text(name), namespaced: namespaced === true });
        }
      }
    }
  });

  afterAll(() => {
    proxy?.stop();
  });

  function folderOf(apiVersion: string): string {
    return `${groupOf(apiVersion) === '' ? '/api' : '/apis'}/${apiVersion}`;
  }

  async function ask(object: JsonRecord, json: string): Promise<{ readonly answer: Answer; readonly said: string }> {
    const { apiVersion, kind } = resourceOf(object);
    const resource = resources.get(`${apiVersion ?? ''} ${kind ?? ''}`);
    if (resource === undefined) {
      return { answer: 'structure', said: 'it has no such kind' };
    }
    const place = resource.namespaced ? `/namespaces/${namespace}` : '';
    const response = await fetch(
      `${server}${folderOf(apiVersion ?? '')}${place}/${resource.name}?dryRun=All&fieldValidation=Strict&fieldManager=test`,
      { method: 'POST', headers: { 'content-type': 'application/json' }, body: json },
    );
    const body = record(await response.json());
    return { answer: classify(response.status, body), said: text(body['message'] ?? '') };
  }

  /** In the namespace of the test, whatever namespace it is meant for. */
  function placed(object: JsonRecord): JsonRecord {
    const { apiVersion, kind } = resourceOf(object);
    return resources.get(`${apiVersion ?? ''} ${kind ?? ''}`)?.namespaced === true
      ? { ...object, metadata: { ...record(object['metadata']), namespace } }
      : object;
  }

  it('accept the same objects as they are', async () => {
    const differences: unknown[] = [];
    for (const object of OBJECTS.map(placed)) {
      const findings = checked(object);
      const { answer, said } = await ask(object, JSON.stringify(object));

      if (answer !== (refuses(findings, isOldest) ? 'structure' : 'accepted')) {
        differences.push({ object: resourceOf(object), findings, answer, said });
      }
    }

    expect(differences).toEqual([]);
  });

  it(`say the same of ${COUNT} mistakes`, async () => {
    const table = new Map<
      MutationKind,
      { structure: number; found: number; accepted: number; silent: number; meaning: number }
    >();
    const differences: string[] = [];
    // What the oldest does not know as it is, it refuses with a mistake as well.
    const objects = MODELS.map(placed).filter((object) => !refuses(checked(object), isOldest));
    const waiting = [...mutations(objects)];
    const worker = async (): Promise<void> => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const [object, mutation] = next;
        const findings = checked(mutation.manifest, mutation.duplicates);
        const { answer, said } = await ask(object, mutation.json);
        const refused = refuses(findings, isOldest);
        const row = table.get(mutation.kind) ?? { structure: 0, found: 0, accepted: 0, silent: 0, meaning: 0 };
        table.set(mutation.kind, row);
        row[answer]++;
        row.found += answer === 'structure' && refused ? 1 : 0;
        row.silent += answer === 'accepted' && !refused ? 1 : 0;
        if (answer !== 'meaning' && refused !== (answer === 'structure')) {
          const what = `${text(object['kind'])} ${mutation.path.filter((key) => typeof key === 'string').join('.')} ${mutation.kind}`;
          const refusedBy = refused ? 'check' : 'server';
          const known = DIFFERENCES.find((each) => each.refusedBy === refusedBy && each.what.test(what));
          if (known === undefined) {
            differences.push(
              `${refusedBy} refuses: ${what} (${mutation.what})\n    server: ${said.slice(0, 300)}\n    check: ${findings.map(({ field, message }) => `${field}: ${message}`).join('; ')}`,
            );
          }
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));

    const rows = [...table].sort(([a], [b]) => MUTATIONS.indexOf(a) - MUTATIONS.indexOf(b));
    progress(
      [
        `agreement with Kubernetes ${version}, by kind of mistake: refused for structure, of which found; accepted, of which silent`,
        ...rows.map(
          ([kind, { structure, found, accepted, silent, meaning }]) =>
            `  ${kind.padEnd(10)} ${String(structure).padStart(4)} ${String(found).padStart(4)}   ${String(accepted).padStart(4)} ${String(silent).padStart(4)}   (${meaning} refused for what they mean)`,
        ),
      ].join('\n'),
    );
    const sum = (
      count: (row: { structure: number; found: number; accepted: number; silent: number }) => number,
    ): number => rows.reduce((total, [, row]) => total + count(row), 0);

    expect(differences.sort()).toEqual([]);
    expect(sum(({ structure, accepted }) => structure + accepted)).toBeGreaterThan(2_000);
    expect(
      sum(({ found, silent }) => found + silent) / sum(({ structure, accepted }) => structure + accepted),
    ).toBeGreaterThanOrEqual(0.99);
  });
});
