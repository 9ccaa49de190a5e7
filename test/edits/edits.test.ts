import { loadAll } from 'js-yaml';
import { catalogue, type ServiceSpec } from '../../lib/sportstix/catalogue';
import { environments } from '../../lib/sportstix/environments';
import { isSpring } from '../../lib/sportstix/servers';
import type { Manifest } from '../testing';
import { Repository } from './repository';

// What people do to the catalogue and the environments, done to a copy of this repository: it must cost the edit, a synth and
// `npm test -- -u`, break no test, and change no file but those that it is about.

const CATALOGUE = 'lib/sportstix/catalogue.ts';
const ENVIRONMENTS = 'lib/sportstix/environments.ts';
const TOPICS = 'lib/sportstix/topics.ts';
/** The tests that read the catalogue and the environments of the platform. A lint rule keeps all others from it. */
const CONCERNED = ['test/sportstix/(contract|environments|dist)\\.test'];
/** Those, and all others that run what lib/sportstix makes of them. */
const ALL_NEAR = ['test/(sportstix|cli)/'];
const SNAPSHOTS = {
  contract: 'M test/sportstix/__snapshots__/contract.test.ts.snap',
  environments: 'M test/sportstix/__snapshots__/environments.test.ts.snap',
};
/** A file is added to, or gone from, what a synth lists. */
const LISTS = ['M dist/local/.generated', 'M dist/local/kustomization.yml'];
/** Who connects to whom has changed. */
const TOPOLOGY = 'M dist/local/topology.md';
/** Whom Prometheus looks at, and by which rules. */
const MONITORED = 'manifests/prometheus.k8s.yaml';
/** What the host's files say of the databases. */
const databaseFiles = (server: string): string[] =>
  ['pg_hba.conf', 'remove.sql', 'sql'].map((file) => `M dist/local/host/${server}.${file}`);

/** What lets a service in that connects to it: the manifests of whom it talks to. */
const talkedTo = (service: ServiceSpec): string[] =>
  isSpring(service)
    ? [...(service.kafka || service.kafkaAdmin === true ? ['kafka'] : []), 'otel-collector'].map(
        (name) => `M dist/local/manifests/${name}.k8s.yaml`,
      )
    : [];

/** The environments of clusters that are made elsewhere. */
const ELSEWHERE = environments.filter(({ cluster }) => cluster === undefined).map(({ name }) => name);
/** What the cluster must have: who needs it. */
const NEEDS_ELSEWHERE = 'M README.md';
/** There, a file is added to, or gone from, what a synth lists. */
const LISTS_ELSEWHERE = ['M .generated', 'M kustomization.yml', NEEDS_ELSEWHERE];
/** What changes there with a Secret that is taken from the store. */
const SECRETS_ELSEWHERE = 'M manifests/10-external-secrets.k8s.yaml';

/** Changes of the output of every environment elsewhere. */
const elsewhere = (...changes: string[]): string[] =>
  ELSEWHERE.flatMap((name) => changes.map((change) => change.replace(' ', ` dist/${name}/`)));
/** Their files of images. */
const images = (): string[] => ELSEWHERE.map((name) => `images/${name}.yaml`);
/** What lets a service in there that connects to it. */
const talkedToElsewhere = (service: ServiceSpec): string[] =>
  talkedTo(service).map((change) => change.replace('dist/local/', '').replace('/kafka.', '/20-kafka.'));

const [local] = environments;
if (local === undefined) {
  throw new Error('There is no environment.');
}
const [postgres] = local.postgres;
const [redis] = local.redis;

let repository: Repository;

beforeAll(async () => {
  repository = new Repository();
  // From here on, what differs is what an edit has changed.
  await repository.make([CATALOGUE, ENVIRONMENTS, TOPICS], CONCERNED);
  expect(repository.changes()).toEqual([]);
});
afterEach(() => {
  repository.reset();
});
afterAll(() => {
  repository.remove();
});

/** Makes what follows from the edits, and says what differs then. */
async function changesOf(edit: () => void, tests = CONCERNED): Promise<string[]> {
  edit();
  await repository.make([CATALOGUE, ENVIRONMENTS, TOPICS], tests);
  return repository.changes();
}

/** A service that an edit can be made to. */
function serviceThat(what: string, fits: (service: ServiceSpec) => boolean): ServiceSpec {
  const found = catalogue.find(fits);
  if (found === undefined) {
    throw new Error(`The catalogue has no service that ${what}: choose another for this edit.`);
  }
  return found;
}

const hasDatabase = (service: ServiceSpec): boolean => isSpring(service) && service.database !== undefined;

/** The text of a service in the catalogue. */
function entryOf({ name }: ServiceSpec): string {
  const entries = repository
    .read(CATALOGUE)
    .split(/^(?= {2}\{$)/m)
    .filter((entry) => entry.includes(`\n    name: '${name}',\n`));
  const [text = ''] = /^[\s\S]*?\n {2}\},\n/.exec(entries[0] ?? '') ?? [];
  if (text === '' || entries.length !== 1) {
    throw new Error(`${CATALOGUE} has no entry of ${name} in the form that this edit knows.`);
  }
  return text;
}

/** Replaces a text of a service's entry. */
function editEntry(service: ServiceSpec, text: string | RegExp, by: string): void {
  const entry = entryOf(service);
  const edited = entry.replace(text, by);
  if (edited === entry) {
    throw new Error(`The entry of ${service.name} has nothing like ${String(text)}.`);
  }
  repository.replace(CATALOGUE, entry, edited);
}

/** Adds a server to those of an environment. */
function addServer(first: { readonly name: string; readonly port: number }, server: string): void {
  repository.replace(
    ENVIRONMENTS,
    new RegExp(`(?<=\\{ name: '${first.name}', host: '[^']*', port: ${first.port} \\})(?=\\])`),
    `, ${server}`,
  );
}

/** Adds a server to those of the environments elsewhere. */
function addServerElsewhere(kind: 'postgres' | 'redis', name: string): void {
  const server = `{ ...production.${kind}[0], name: '${name}', host: '${name}.example.com' }`;
  const [ofProduction, ofStaging] = [`host: '${kind}.internal`, `host: '${kind}.staging`];
  repository.replace(
    ENVIRONMENTS,
    new RegExp(`(?<=${ofProduction}[^\\]]*\\}),?\\s*(?=\\])`),
    `, ${server.replace(/\.\.\.[^,]*, /, "port: 1, ranges: ['192.0.2.0/24'], tls: true, ")}`,
  );
  repository.replace(ENVIRONMENTS, new RegExp(`(?<=${ofStaging}[^\\]]*\\}),?\\s*(?=\\])`), `, ${server}`);
}

test('the service that README adds', async () => {
  const [, model = '', name = ''] =
    /`([a-z]+)`'s once more, with another\s+name, port, database and routes \(`([a-z]+)`, say\)/.exec(
      repository.read('README.md'),
    ) ?? [];
  const service = serviceThat('README names', (each) => each.name === model && hasDatabase(each));
  const free = Math.max(...catalogue.map(({ port }) => port)) + 1;
  const entry = entryOf(service)
    .replaceAll(model, name)
    .replace(/(?<=\n {4}port: )\d+/, String(free));
  const changed = await changesOf(() => {
    repository.replace(CATALOGUE, /\];\n$/, `${entry}];\n`);
    for (const file of images()) {
      repository.replace(file, /\n$/, `\n${name}: 1.0.0@sha256:${'0'.repeat(64)}\n`);
    }
  }, ALL_NEAR);

  expect(changed).toEqual(
    [
      `M ${CATALOGUE}`,
      ...LISTS,
      ...databaseFiles(postgres.name),
      `?? dist/local/manifests/${name}.k8s.yaml`,
      'M dist/local/manifests/ingress.k8s.yaml',
      ...talkedTo(service),
      `M dist/local/${MONITORED}`,
      TOPOLOGY,
      ...images().map((file) => `M ${file}`),
      ...elsewhere(
        ...LISTS_ELSEWHERE,
        SECRETS_ELSEWHERE,
        `?? manifests/${name}.k8s.yaml`,
        'M manifests/gateway.k8s.yaml',
        ...talkedToElsewhere(service),
        `M ${MONITORED}`,
        'M topology.md',
      ),
      ...Object.values(SNAPSHOTS),
    ].sort(),
  );
  const manifests = loadAll(repository.read(`dist/local/manifests/${name}.k8s.yaml`)) as Manifest[];
  expect(manifests.map(({ kind }) => kind).sort()).toEqual([
    'ConfigMap',
    'Deployment',
    'NetworkPolicy',
    'Service',
    'ServiceAccount',
  ]);
});

test('a service that goes', async () => {
  const service = serviceThat('has a database', hasDatabase);
  const changed = await changesOf(() => {
    repository.replace(CATALOGUE, entryOf(service), '');
    for (const file of images()) {
      repository.replace(file, new RegExp(`^${service.name}: .*\\n`, 'm'), '');
    }
  });

  expect(changed).toEqual(
    [
      `M ${CATALOGUE}`,
      ...LISTS,
      ...databaseFiles(postgres.name),
      `D dist/local/manifests/${service.name}.k8s.yaml`,
      'M dist/local/manifests/ingress.k8s.yaml',
      ...talkedTo(service),
      `M dist/local/${MONITORED}`,
      TOPOLOGY,
      ...images().map((file) => `M ${file}`),
      ...elsewhere(
        ...LISTS_ELSEWHERE,
        SECRETS_ELSEWHERE,
        `D manifests/${service.name}.k8s.yaml`,
        'M manifests/gateway.k8s.yaml',
        ...talkedToElsewhere(service),
        `M ${MONITORED}`,
        'M topology.md',
      ),
      ...Object.values(SNAPSHOTS),
    ].sort(),
  );
});

test('a service that is renamed: its database is what it was', async () => {
  const service = serviceThat('has a canary and a database', (one) => one.canary !== undefined && hasDatabase(one));
  const changed = await changesOf(() => {
    editEntry(service, `name: '${service.name}',`, "name: 'renamed',");
    for (const file of images()) {
      repository.replace(file, new RegExp(`^${service.name}(?=: )`, 'm'), 'renamed');
    }
    repository.replaceAll(TOPICS, new RegExp(`(?<=(producer|service): ')${service.name}(?=')`, 'g'), 'renamed');
    repository.replaceAll(ENVIRONMENTS, new RegExp(`(?<= )${service.name}(?=: [[o])`, 'g'), 'renamed');
  });

  expect(changed).toEqual(
    [
      `M ${CATALOGUE}`,
      ...LISTS,
      `D dist/local/manifests/${service.name}.k8s.yaml`,
      '?? dist/local/manifests/renamed.k8s.yaml',
      'M dist/local/manifests/ingress.k8s.yaml',
      ...talkedTo(service),
      `M dist/local/${MONITORED}`,
      TOPOLOGY,
      `M ${TOPICS}`,
      `M ${ENVIRONMENTS}`,
      ...images().map((file) => `M ${file}`),
      ...elsewhere(
        ...LISTS_ELSEWHERE,
        SECRETS_ELSEWHERE,
        `D manifests/${service.name}.k8s.yaml`,
        '?? manifests/renamed.k8s.yaml',
        'M manifests/gateway.k8s.yaml',
        ...talkedToElsewhere(service),
        `M ${MONITORED}`,
        'M topology.md',
      ),
      ...Object.values(SNAPSHOTS),
    ].sort(),
  );
});

/** What changes with a database that a service is given, or that is taken from it. */
function changesOfDatabase(service: ServiceSpec): readonly string[] {
  return [
    `M ${CATALOGUE}`,
    ...databaseFiles(postgres.name),
    `M dist/local/manifests/${service.name}.k8s.yaml`,
    `M dist/local/${MONITORED}`,
    TOPOLOGY,
    ...elsewhere(
      NEEDS_ELSEWHERE,
      SECRETS_ELSEWHERE,
      `M manifests/${service.name}.k8s.yaml`,
      `M ${MONITORED}`,
      'M topology.md',
    ),
    ...Object.values(SNAPSHOTS),
  ].sort();
}

test('a service that is given a database', async () => {
  const service = serviceThat('is Spring and has no database', (one) => isSpring(one) && !hasDatabase(one));
  const changed = await changesOf(() => {
    editEntry(
      service,
      /^ {4}redis: /m,
      "    database: { name: 'given', username: 'given_user', owner: 'given_owner' },\n    redis: ",
    );
  });

  expect(changed).toEqual(changesOfDatabase(service));
});

test('a service whose database is taken away', async () => {
  const service = serviceThat('has a database', hasDatabase);
  const changed = await changesOf(() => {
    editEntry(service, /^ {4}database: .*\n/m, '');
  });

  expect(changed).toEqual(changesOfDatabase(service));
});

test('a second Redis, on another machine, for one service', async () => {
  const service = serviceThat('uses Redis', (one) => isSpring(one) && one.redis === true);
  const changed = await changesOf(() => {
    addServer(redis, "{ name: 'redis-sessions', host: 'cache.example.com', port: 6379, ranges: ['192.0.2.0/24'] }");
    addServerElsewhere('redis', 'redis-sessions');
    editEntry(service, 'redis: true,', "redis: { server: 'redis-sessions' },");
  });

  expect(changed).toEqual(
    [
      `M ${CATALOGUE}`,
      `M ${ENVIRONMENTS}`,
      'M dist/local/checks/external-hosts.k8s.yaml',
      'M dist/local/manifests/external-hosts.k8s.yaml',
      `M dist/local/manifests/${service.name}.k8s.yaml`,
      TOPOLOGY,
      ...elsewhere(NEEDS_ELSEWHERE, SECRETS_ELSEWHERE, `M manifests/${service.name}.k8s.yaml`, 'M topology.md'),
      ...Object.values(SNAPSHOTS),
    ].sort(),
  );
});

test('a second PostgreSQL, on the same machine, for the database of one service', async () => {
  const service = serviceThat('has a database', hasDatabase);
  const changed = await changesOf(() => {
    addServer(postgres, `{ name: 'postgres-second', host: '${postgres.host}', port: 5433 }`);
    addServerElsewhere('postgres', 'postgres-second');
    editEntry(service, /(?<=^ {4}database: .*) \},$/m, ", server: 'postgres-second' },");
  });

  // Firewall and servers of the machine are told of it too.
  const machine = /^M dist\/local\/host\/(?!postgres-|redis-)/;
  expect(changed.filter((file) => machine.test(file))).not.toEqual([]);
  expect(changed.filter((file) => !machine.test(file))).toEqual(
    [
      `M ${CATALOGUE}`,
      `M ${ENVIRONMENTS}`,
      'M dist/local/.generated',
      'M dist/local/checks/external-hosts.k8s.yaml',
      ...databaseFiles(postgres.name),
      ...['pg_hba.conf', 'postgresql.conf', 'remove.sql', 'sql'].map(
        (file) => `?? dist/local/host/postgres-second.${file}`,
      ),
      'M dist/local/manifests/external-hosts.k8s.yaml',
      `M dist/local/manifests/${service.name}.k8s.yaml`,
      `M dist/local/${MONITORED}`,
      TOPOLOGY,
      ...elsewhere(`M manifests/${service.name}.k8s.yaml`, `M ${MONITORED}`, 'M topology.md'),
      ...Object.values(SNAPSHOTS),
    ].sort(),
  );
});

test('one more environment', async () => {
  const before = repository.read('dist/local/.generated');
  const files = before.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const changed = await changesOf(() => {
    repository.replace(
      ENVIRONMENTS,
      /(?<=^export const environments: readonly Environment\[\] = \[.*)(?=\];$)/m,
      ", { ...local, name: 'another', profile: 'another' }",
    );
  });

  expect(changed).toEqual(
    [
      `M ${ENVIRONMENTS}`,
      ...['.generated', ...files.filter((file) => file !== 'manifests/secrets.k8s.yaml')].map(
        (file) => `?? dist/another/${file}`,
      ),
      SNAPSHOTS.environments,
    ].sort(),
  );
});
