import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { hostAccessFiles } from '../../lib/host/host-access';
import { postgresServers } from '../../lib/host/model';
import { psqlPasswords, sqlFileName } from '../../lib/host/servers';
import { local } from '../../lib/sportstix/environments';
import { hostAccessOf, passwordsFrom } from '../../lib/sportstix/host';
import { completeSecrets } from '../../lib/sportstix/secrets';
import { renderEnvironment } from '../../lib/sportstix/synth';
import { toYaml } from '../../lib/synth/yaml';
import { kubeconfigUnderTest } from '../cluster/binaries';
import { record } from '../cluster/json';
import type { Kubectl, KubernetesObject } from '../cluster/kubectl';
import type { Lab } from '../host/lab';
import { configureServers, type Node, runSql, startNode } from './node';
import { eventsOf, RunningPlatform, SPRING } from './platform';
import { beforeAllInTurn } from './turn';

// An installation of an earlier dist/ goes over to this one, by the steps that README names, and keeps all that it has.

const ROOT = join(__dirname, '..', '..');
/** The last commit whose dist/ gave the superuser's password to every pod, and left Redis without one. */
const EARLIER = 'c26ae46885b33e07d62e3efdf0ac7d6fd8f67890';
const DATABASES = SPRING.flatMap(({ name, database }) =>
  database === undefined ? [] : [{ service: name, ...database }],
);
const TOPIC = 'sportstix.events';

const git = (...args: readonly string[]): string =>
  execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** Why this cannot be tried here, if it cannot. */
function obstacle(): string | undefined {
  if (kubeconfigUnderTest() !== undefined) {
    return "the host of KUBECONFIG_UNDER_TEST is somebody else's";
  }
  // A shallow clone has no earlier commits; another one that lacks this one has another history.
  return git('rev-parse', '--is-shallow-repository').trim() === 'true'
    ? 'this is a shallow clone, without the earlier dist/'
    : undefined;
}

const leftOut = obstacle();
if (leftOut !== undefined) {
  process.stderr.write(`LEFT OUT: going over from an earlier dist/: ${leftOut}\n`);
}

/** What an installation of before has in .secrets/local.yml. */
function earlierSecrets(): Readonly<Record<string, string>> {
  const password = (): string => randomBytes(24).toString('hex');
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return {
    'postgres-password': password(),
    ...Object.fromEntries(DATABASES.map(({ service }) => [`${service}-db-password`, password()])),
    'jwt-private-key': pair.privateKey,
    'jwt-public-key': pair.publicKey,
  };
}

/** The Secrets of before, which no commit holds. */
function earlierSecretObjects(values: Readonly<Record<string, string>>): readonly KubernetesObject[] {
  const secret = (name: string, stringData: Readonly<Record<string, string | undefined>>): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: local.namespace, labels: { 'app.kubernetes.io/part-of': 'sportstix' } },
    type: 'Opaque',
    stringData,
  });
  return [
    secret('db-secret', {
      POSTGRES_PASSWORD: values['postgres-password'],
      SPRING_FLYWAY_USER: 'postgres',
      SPRING_FLYWAY_PASSWORD: values['postgres-password'],
    }),
    ...DATABASES.map(({ service }) =>
      secret(`${service}-db-secret`, { SPRING_DATASOURCE_PASSWORD: values[`${service}-db-password`] }),
    ),
    secret('jwt-secret', {
      JWT_PRIVATE_KEY: values['jwt-private-key'],
      JWT_PUBLIC_KEY: values['jwt-public-key'],
      JWT_KID: 'earlier',
    }),
  ];
}

/** Writes the files for the host, executable where they are scripts. */
function writeHostFiles(lab: Lab, files: ReadonlyMap<string, string>): void {
  for (const [name, content] of files) {
    writeFileSync(join(lab.files, name), content);
    chmodSync(join(lab.files, name), name.endsWith('.sh') ? 0o755 : 0o644);
  }
}

/** The host of before, by its own files. */
function prepareEarlierHost(lab: Lab, values: Readonly<Record<string, string>>): void {
  const folder = 'dist/local/host';
  const names = git('ls-tree', '--name-only', EARLIER, `${folder}/`).trim().split('\n');
  writeHostFiles(lab, new Map(names.map((name) => [name.slice(folder.length + 1), git('show', `${EARLIER}:${name}`)])));
  configureServers(lab);
  // As Debian's package has it: what Redis holds outlives its end.
  lab.redis('CONFIG', 'SET', 'save', '3600 1');
  const variables = [
    ['postgres', values['postgres-password']],
    ...DATABASES.map(({ service, username }) => [username, values[`${service}-db-password`]]),
  ]
    .map(([user, password]) => `\\set postgres_external_${user ?? ''}_password '${password ?? ''}'\n`)
    .join('');
  runSql(lab, variables + readFileSync(join(lab.files, 'postgres-external.sql'), 'utf8'));
}

function earlierManifests(): readonly KubernetesObject[] {
  const names = git('ls-tree', '--name-only', EARLIER, 'dist/local/manifests/').trim().split('\n');
  return names.flatMap((name) => loadAll(git('show', `${EARLIER}:${name}`)) as KubernetesObject[]);
}

(leftOut === undefined ? describe : describe.skip)('an installation of an earlier dist/', () => {
  const access = hostAccessOf(local);
  /** The folder of .secrets. */
  let secretsFolder: string;
  let node: Node;
  let kubectl: Kubectl;
  let platform: RunningPlatform;
  let before: unknown;

  beforeAllInTurn(async () => {
    if (access === undefined) {
      throw new Error('the local environment has no cluster');
    }
    secretsFolder = mkdtempSync(join(tmpdir(), 'migration-'));
    const values = earlierSecrets();
    writeFileSync(join(secretsFolder, 'local.yml'), toYaml(values), { mode: 0o600 });
    node = await startNode(access, (lab) => {
      prepareEarlierHost(lab, values);
    });
    ({ kubectl } = node.cluster);
    platform = new RunningPlatform(kubectl, node);
    const [namespace, ...others] = [...earlierManifests()].sort(
      (a, b) => Number(b.kind === 'Namespace') - Number(a.kind === 'Namespace'),
    );
    await kubectl.apply({ objects: [...(namespace ? [namespace] : []), ...others] });
    await kubectl.apply({ objects: earlierSecretObjects(values) });
    await platform.untilReady();
  });

  afterAll(async () => {
    await (node as Node | undefined)?.stop();
    rmSync(secretsFolder, { recursive: true, force: true });
  });

  /** All that it has: rows, Flyway's history, keys, messages, and how far each consumer group has read. */
  async function possessions(): Promise<unknown> {
    const { lab } = node;
    const rows = DATABASES.map(({ name }) => [
      name,
      lab
        .must('host', 'runuser', [
          '-u',
          'postgres',
          '--',
          'pg_dump',
          '--data-only',
          '--inserts',
          '--no-owner',
          '-d',
          name,
        ])
        .split('\n')
        .filter((line) => /^(INSERT INTO|SELECT pg_catalog\.setval)/.test(line)),
    ]);
    const keys = lab.redis(
      'EVAL',
      `local all = {}
       for _, key in ipairs(redis.call('KEYS', '*')) do table.insert(all, key .. ' ' .. redis.call('GET', key)) end
       table.sort(all)
       return all`,
      '0',
    ).stdout;
    const bootstrap = 'localhost:9092';
    const ends = await platform.kafkaTool('kafka-run-class.sh', [
      ...['org.apache.kafka.tools.GetOffsetShell', '--bootstrap-server', bootstrap, '--topic', TOPIC],
    ]);
    const count = [...ends.matchAll(/:(\d+)$/gm)].reduce((sum, [, end]) => sum + Number(end), 0);
    const messages = await platform.kafkaTool('kafka-console-consumer.sh', [
      ...[`--bootstrap-server=${bootstrap}`, `--topic=${TOPIC}`, '--from-beginning'],
      ...[`--max-messages=${count}`, '--timeout-ms=600000'],
    ]);
    return {
      rows,
      keys: keys.trim().split('\n'),
      messages: messages.trim().split('\n').sort(),
      read: await readOffsets(),
    };
  }

  /** Group, partition, committed offset and lag of each consumer group. */
  async function readOffsets(): Promise<readonly string[]> {
    const table = await platform.kafkaTool('kafka-consumer-groups.sh', [
      ...['--bootstrap-server=localhost:9092', '--describe', '--all-groups', '--timeout=600000'],
    ]);
    return table
      .split('\n')
      .map((line) => line.split(/\s+/))
      .filter(([group, topic]) => topic === TOPIC && group !== undefined && !group.startsWith('console-consumer'))
      .map(([group, , partition, committed, , lag]) => [group, partition, committed, lag].join(' '))
      .sort();
  }

  /** CHANGELOG's steps, in its order ("Sportstix, from an earlier version"). */
  async function goOver(): Promise<void> {
    const { lab } = node;
    if (access === undefined) {
      return;
    }
    // npm run synth: the file of secrets keeps what it has, and gets what it lacks.
    const { values, store } = completeSecrets(join(secretsFolder, 'local.yml'), local);
    store();
    const passwordOf = passwordsFrom(values.passwords);
    const { manifests } = renderEnvironment(local, values);
    writeHostFiles(lab, new Map([...hostAccessFiles(access)].map(([name, { content }]) => [name, content])));
    // On the host: services.sh apply, a restart of both servers, and the SQL, which hands over only what it is told to.
    lab.writeRedisPassword(passwordOf);
    configureServers(lab);
    const [server] = postgresServers(access);
    const sql =
      psqlPasswords(access, passwordOf) + readFileSync(join(lab.files, server ? sqlFileName(server) : ''), 'utf8');
    expect(lab.sql(sql)).toMatchObject({ code: 3, stderr: expect.stringContaining('take_over=yes') as unknown });
    runSql(lab, `\\set take_over yes\n${sql}`);
    // In the cluster.
    await kubectl.apply({ objects: [...manifests.values()].flatMap((yaml) => loadAll(yaml) as KubernetesObject[]) });
    await platform.untilReady();
    await kubectl.run(['delete', 'secret', 'db-secret', `--namespace=${local.namespace}`]);
  }

  const send = async (payload: string): Promise<void> => {
    for (const { name } of SPRING) {
      await platform.until(`${name} takes an event in`, async () => {
        return (await platform.request(eventsOf(name), { method: 'POST', body: `${payload} to ${name}` })).code === 200;
      });
    }
  };
  /** Every consumer group has read and committed all. */
  const untilRead = (): Promise<unknown> =>
    platform.until('all is read', async () => {
      const offsets = await readOffsets();
      return offsets.length > 0 && offsets.every((line) => line.endsWith(' 0'));
    });

  test('takes events in', async () => {
    for (const number of [1, 2, 3]) {
      await send(`event ${number}`);
    }
    await untilRead();
    before = await possessions();
  });

  describe('that goes over to this one by what README says', () => {
    beforeAllInTurn(goOver);

    test('has lost nothing', async () => {
      expect(await possessions()).toEqual(before);
    });

    test('works on, with what it had', async () => {
      await send('event 4');
      await untilRead();

      for (const { service } of DATABASES) {
        const { stored } = record(JSON.parse((await platform.request(eventsOf(service))).body));
        expect(stored).toEqual(expect.arrayContaining([1, 2, 3, 4].map((number) => `event ${number} to ${service}`)));
      }
    });
  });
});
