import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Chart, Size } from 'cdk8s';
import { loadAll } from 'js-yaml';
import type { KafkaUserSpec } from '../../imports/kafka.strimzi.io';
import { Cpu } from '../../imports/k8s';
import { externalEndpoint } from '../../lib/constructs/external-endpoint';
import { KafkaKraft, KafkaSasl } from '../../lib/constructs/kafka-kraft';
import type { KafkaBootstrap } from '../../lib/constructs/kafka-listener';
import { Namespace } from '../../lib/constructs/namespace';
import { SpringService } from '../../lib/constructs/spring-service';
import { StrimziKafka } from '../../lib/constructs/strimzi-kafka';
import type { KeyValue } from '../../lib/constructs/variables';
import { local } from '../../lib/sportstix/environments';
import { passwordsFrom } from '../../lib/sportstix/host';
import { completeSecrets, type SecretValues } from '../../lib/sportstix/secrets';
import { renderCharts } from '../../lib/synth/manifests';
import { jsonLines, type JsonRecord, record } from '../cluster/json';
import type { Kubectl, KubernetesObject } from '../cluster/kubectl';
import { type Lab, must } from '../host/lab';
import { until } from '../testing';
import { type Certificate, issueCertificate } from './certificates';
import { configureHost, HOST_ADDRESS, type Node, runSql } from './node';
import { isReady, RunningPlatform, SPRING } from './platform';

// Servers that take TLS alone, and services that connect to them by the variables which SpringService derives. The broker is configured as
// Strimzi's operators would do it: by the users and rights of StrimziKafka, whose Secrets have the operators' names and keys.

const NAMESPACE = 'trust';
/** The name of the machine with PostgreSQL and Redis, and its address, for which it has no certificate. */
const SERVER = { host: 'host.k3d.internal', address: HOST_ADDRESS };
const PORTS = { database: 5432, redis: 6380 };
const TOPIC = 'sportstix.events';
/** The service whose image the clients run. */
const GAME = 'game';

const secretKey = (name: string, key: string): KeyValue => ({ from: { kind: 'Secret', name }, key });
/** The CA of PostgreSQL and Redis, and one that has signed nothing here. */
const [SERVERS_CA, UNKNOWN_CA] = [secretKey('servers-ca', 'ca.crt'), secretKey('unknown-ca', 'ca.crt')];

/** A service, and what is otherwise about it than it should be. */
interface Client {
  /** Its name, which is that of its Kafka user too. */
  readonly name: string;
  /** Host of PostgreSQL and Redis. */
  readonly host?: string;
  /** CA that it trusts, of all servers. */
  readonly ca?: KeyValue;
  /** Whether its passwords are none of the servers'. */
  readonly guesses?: boolean;
  /** Why the servers are no use to it, by the health of each, in the words of the clients' libraries. */
  readonly refused: Readonly<Record<string, RegExp>>;
}

const CLIENTS: readonly Client[] = [
  { name: 'orders', refused: {} },
  // It may use another topic alone.
  { name: 'foreigner', refused: {} },
  {
    name: 'guesser',
    guesses: true,
    refused: {
      DataSource: /password authentication failed for user/,
      Redis: /WRONGPASS/,
      Kafka: /invalid credentials with SASL mechanism SCRAM-SHA-512/,
    },
  },
  {
    name: 'deceived',
    ca: UNKNOWN_CA,
    refused: {
      DataSource: /PKIX path (building|validation) failed/,
      Redis: /PKIX path (building|validation) failed/,
      Kafka: /PKIX path (building|validation) failed/,
    },
  },
  {
    name: 'misled',
    host: SERVER.address,
    refused: {
      DataSource: /hostname .*could not be verified/i,
      Redis: /No subject alternative names matching IP address/,
    },
  },
];
const [ORDERS, FOREIGNER] = CLIENTS.map(({ name }) => name);
/** Health indicators of the service, by what they are called in its log. */
const INDICATORS = { DataSource: 'db', Redis: 'redis', Kafka: 'kafka' } as const;

/** The JAAS line that Strimzi writes into a user's Secret. */
const jaas = (user: string, password: string): string =>
  `org.apache.kafka.common.security.scram.ScramLoginModule required username="${user}" password="${password}";`;
const newPassword = (): string => randomBytes(16).toString('hex');

/** The host of a node, with servers as those of the local environment, but that they take TLS alone. */
export class TlsHost {
  public readonly certificate = issueCertificate([SERVER.host]);
  public readonly secrets: SecretValues;
  private readonly folder = mkdtempSync(join(tmpdir(), 'tls-'));

  public constructor(lab: Lab) {
    this.secrets = completeSecrets(join(this.folder, 'local.yml'), local).values;
    configureHost(lab, passwordsFrom(this.secrets.passwords));
    secureHost(lab, this.certificate);
  }

  /** Removes its files. */
  public remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Lets PostgreSQL and Redis speak TLS: the one to nobody otherwise, the other on a port of its own. */
function secureHost(lab: Lab, certificate: Certificate): void {
  const data = join(lab.folder, 'postgres');
  const file = (name: keyof Certificate): string => join(data, name);
  for (const name of ['tls.crt', 'tls.key', 'ca.crt'] as const) {
    writeFileSync(file(name), certificate[name], { mode: 0o600 });
    must('chown', ['postgres:postgres', file(name)]);
  }
  must('sed', ['-i', 's/^host\\b/hostssl/', join(data, 'pg_hba.conf')]);
  runSql(
    lab,
    `ALTER SYSTEM SET ssl_cert_file = '${file('tls.crt')}';
     ALTER SYSTEM SET ssl_key_file = '${file('tls.key')}';
     ALTER SYSTEM SET ssl = on;
     SELECT pg_reload_conf();`,
  );
  const { stdout, stderr } = lab.redis(
    ...['CONFIG', 'SET', 'tls-cert-file', file('tls.crt'), 'tls-key-file', file('tls.key')],
    ...['tls-ca-cert-file', file('ca.crt'), 'tls-auth-clients', 'no', 'tls-port', String(PORTS.redis)],
  );
  if (stdout.trim() !== 'OK') {
    throw new Error(`Redis: ${stdout}${stderr}`);
  }
}

/**
 * Tests that servers with TLS take whom they know, and nobody else.
 *
 * @param of the node, and its host, once the tests run
 */
export function describeTls(of: () => { readonly node: Node; readonly host: TlsHost }): void {
  describe('servers with TLS', () => {
    const [{ name: databaseServer }] = local.postgres;
    const [{ name: redisServer }] = local.redis;
    const database = SPRING.find(({ name }) => name === GAME)?.database;
    let secrets: SecretValues;
    let node: Node;
    let kubectl: Kubectl;
    let platform: RunningPlatform;

    const objectsOf = (app: App): readonly KubernetesObject[] =>
      [...renderCharts(app).values()].flatMap((yaml) => loadAll(yaml) as KubernetesObject[]);
    const secret = (name: string, stringData: Readonly<Record<string, string>>): KubernetesObject => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: NAMESPACE },
      stringData,
    });
    const logOf = async (name: string): Promise<string> => {
      const [pod] = await platform.livePods(name, NAMESPACE);
      return pod === undefined ? '' : platform.logOf(pod).catch(() => '');
    };
    const waitUntil = <T>(what: string, look: () => Promise<T | undefined | false>) =>
      until(what, look, async () => {
        const names = ['kafka', ...CLIENTS.map(({ name }) => name)];
        const logs = await Promise.all(names.map(async (name) => [`--- ${name}`, ...ends(await logOf(name))]));
        return [...logs.flat(), node.logs()].join('\n');
      });
    const ready = (name: string): Promise<unknown> =>
      waitUntil(`${name} is Ready`, async () => {
        const found = await platform.livePods(name, NAMESPACE);
        return found.length === 1 && found.every(isReady);
      });
    const url = (name: string, path: string): string =>
      `--raw=/api/v1/namespaces/${NAMESPACE}/services/${name}:http/proxy${path}`;
    const ask = async (name: string, path: string): Promise<JsonRecord> =>
      record(JSON.parse((await kubectl.run(['get', url(name, path)])).stdout));
    const send = async (name: string, payload: string): Promise<JsonRecord> =>
      record(JSON.parse((await kubectl.run(['create', url(name, '/events'), '--filename=-'], payload)).stdout));
    /** How a service finds what it depends on. No answer in time is none. */
    const healthOf = (name: string): Promise<JsonRecord> =>
      ask(name, '/').then(
        ({ components }) => record(components),
        () => ({}),
      );

    /** Adds a service to a chart: but for what it should not have, as every other is. */
    function addClient(chart: Chart, { name, host = SERVER.host, ca, refused }: Client, kafka: KafkaBootstrap): void {
      if (database === undefined) {
        throw new Error(`${GAME} has no database`);
      }
      const endpoint = (port: number): ReturnType<typeof externalEndpoint> =>
        externalEndpoint(chart, { host, port, tls: { ca: ca ?? SERVERS_CA } });
      const { security } = kafka;
      new SpringService(chart, name, {
        image: `sportstix/${GAME}-service:dev`,
        port: 8080,
        resources: {
          cpu: { request: Cpu.millis(50) },
          memory: { request: Size.mebibytes(256), limit: Size.mebibytes(640) },
        },
        javaOptions: ['-XX:MaxRAMPercentage=50'],
        database: { endpoint: endpoint(PORTS.database), name: database.name, username: database.username },
        redis: endpoint(PORTS.redis),
        kafka: ca === undefined || security === undefined ? kafka : { ...kafka, security: { ...security, ca } },
        secrets: [{ kind: 'Secret', name: `${name}-passwords` }],
        // It starts without what it depends on, and says how that is.
        ...(Object.keys(refused).length > 0 && {
          config: {
            SPRING_FLYWAY_ENABLED: 'false',
            SPRING_JPA_DATABASEPLATFORM: 'org.hibernate.dialect.PostgreSQLDialect',
            MANAGEMENT_ENDPOINT_HEALTH_GROUP_READINESS_INCLUDE: 'readinessState',
          },
        }),
      });
    }

    /** Does with a broker what Strimzi's operators do with StrimziKafka's topics and users. */
    async function administer(strimzi: StrimziKafka, passwords: ReadonlyMap<string, string>): Promise<void> {
      const tool = (name: string, ...args: readonly string[]): string =>
        ['/opt/kafka/bin/kafka-run-class.sh', name, '--bootstrap-server localhost:9091', ...args].join(' ');
      const commands = [
        tool('org.apache.kafka.tools.TopicCommand', `--create --topic ${TOPIC} --partitions 1`),
        ...[...passwords].map(([user, password]) =>
          tool(
            'kafka.admin.ConfigCommand',
            `--alter --entity-type users --entity-name ${user} --add-config 'SCRAM-SHA-512=[password=${password}]'`,
          ),
        ),
        ...[...strimzi.users].flatMap(([user, object]) =>
          ((object.toJson() as { spec: KafkaUserSpec }).spec.authorization?.acls ?? []).map(
            ({ resource, operations }) =>
              tool(
                'kafka.admin.AclCommand',
                `--add --allow-principal User:${user} --${resource.type} ${resource.name ?? ''}`,
                ...operations.map((operation) => `--operation ${operation}`),
              ),
          ),
        ),
      ];
      await kubectl.run(
        ['exec', '--stdin', 'kafka-0', `--namespace=${NAMESPACE}`, '--', 'env', 'KAFKA_HEAP_OPTS=-Xmx96m', 'sh', '-es'],
        `${commands.join('\n')}\n`,
      );
    }

    beforeAll(async () => {
      const { host } = of();
      ({ node } = of());
      ({ secrets } = host);
      const ofServers = host.certificate;
      node.lab.must('host', 'iptables', ['-I', 'INPUT', '-p', 'tcp', '--dport', String(PORTS.redis), '-j', 'ACCEPT']);
      ({ kubectl } = node.cluster);
      platform = new RunningPlatform(kubectl, node);

      const app = new App();
      new Namespace(new Chart(app, '00-namespace'), NAMESPACE);
      const chart = new Chart(app, 'trust', { namespace: NAMESPACE, disableResourceNameHashes: true });
      const storage = { size: Size.gibibytes(1) };
      // Nobody here acts upon its objects: they say who may do what, and what clients are told.
      const strimzi = new StrimziKafka(new Chart(new App(), 'strimzi', { namespace: NAMESPACE }), 'events', {
        version: '4.3.1',
        brokers: { storage, replicas: 1 },
        controllers: { storage, replicas: 1 },
        topics: [
          {
            name: TOPIC,
            partitions: 1,
            deadLetterTopic: false,
            producers: [ORDERS ?? ''],
            consumers: [{ user: ORDERS ?? '', group: `${ORDERS ?? ''}-service` }],
          },
          { name: 'other', partitions: 1, deadLetterTopic: false, producers: [FOREIGNER ?? ''] },
        ],
        users: CLIENTS.map(({ name }) => name),
      });
      const certificate = { kind: 'Secret', name: 'kafka-tls' } as const;
      const broker = new KafkaKraft(chart, 'kafka', {
        security: { certificate, sasl: KafkaSasl.scramSha512() },
        properties: {
          'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
          // The brokers' own listener, where nobody logs in.
          'super.users': 'User:ANONYMOUS',
          'auto.create.topics.enable': false,
        },
      });
      const ofBroker = issueCertificate([strimzi.endpoint.host, ...broker.dnsNames]);
      const bootstrapService: KubernetesObject = {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: strimzi.endpoint.host.split('.')[0] ?? '', namespace: NAMESPACE },
        spec: { selector: broker.selector, ports: [{ port: strimzi.endpoint.port, targetPort: 9092 }] },
      };
      for (const client of CLIENTS) {
        addClient(chart, client, strimzi.bootstrapFor(client.name));
      }
      const passwords = new Map(CLIENTS.map(({ name }) => [name, newPassword()]));
      const objects = objectsOf(app);
      await kubectl.apply({ objects: objects.filter(({ kind }) => kind === 'Namespace') });
      await kubectl.apply({
        objects: [
          secret(certificate.name, ofBroker),
          secret(`${strimzi.name}-cluster-ca-cert`, { 'ca.crt': ofBroker['ca.crt'] }),
          secret(SERVERS_CA.from.name, { 'ca.crt': ofServers['ca.crt'] }),
          secret(UNKNOWN_CA.from.name, { 'ca.crt': issueCertificate(['elsewhere.example'])['ca.crt'] }),
          ...CLIENTS.flatMap(({ name, guesses = false }) => {
            const given = (password: string | undefined): string => (guesses ? newPassword() : (password ?? ''));
            const ofDatabase = secrets.passwords.databases.get(databaseServer);
            const ofKafka = given(passwords.get(name));
            return [
              secret(name, { password: ofKafka, 'sasl.jaas.config': jaas(name, ofKafka) }),
              secret(`${name}-passwords`, {
                SPRING_DATASOURCE_PASSWORD: given(ofDatabase?.get(database?.username ?? '')),
                SPRING_FLYWAY_USER: database?.owner ?? '',
                SPRING_FLYWAY_PASSWORD: given(ofDatabase?.get(database?.owner ?? '')),
                SPRING_DATA_REDIS_PASSWORD: given(secrets.passwords.redis.get(redisServer)),
              }),
            ];
          }),
          bootstrapService,
          // Topics and users come before the services.
          ...objects.filter((object) => !isOfClient(object)),
        ],
      });
      await ready('kafka');
      await administer(strimzi, passwords);
      await kubectl.apply({ objects: objects.filter(isOfClient) });
    });

    test('take the connections of a service with their passwords and CAs, encrypted', async () => {
      const payload = `event-${newPassword()}`;
      await ready('orders');
      const health = await waitUntil('all that it depends on is UP', async () => {
        const found = await healthOf('orders');
        return Object.values(INDICATORS).every((indicator) => found[indicator] === 'UP') && found;
      });
      const answer = await waitUntil('an event is taken in', () => send('orders', payload).catch(() => undefined));
      const { consumed } = await waitUntil('it is consumed', async () => {
        const seen = await ask('orders', '/events').catch(() => record());
        return Array.isArray(seen['consumed']) && seen['consumed'].includes(payload) && seen;
      });

      expect(health).toMatchObject({ db: 'UP', redis: 'UP', kafka: 'UP' });
      expect(answer).toMatchObject({ stored: { id: expect.any(Number) as unknown }, sent: { topic: TOPIC } });
      expect(consumed).toContain(payload);
      expect(
        runSql(
          node.lab,
          `SELECT DISTINCT ssl, version FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = '${database?.username ?? ''}';`,
        ).trim(),
      ).toBe('t|TLSv1.3');
    });

    test('refuse a topic that is not of the user', async () => {
      const payload = `foreign-${newPassword()}`;
      await ready('foreigner');
      // It has come as far as the topic: what is before it has taken the event in.
      await waitUntil('the event is stored', async () => {
        await send('foreigner', payload).catch(() => undefined);
        return runSql(node.lab, `\\c ${database?.name ?? ''}\nSELECT payload FROM events;`).includes(payload);
      });
      await waitUntil('the topic is refused', async () => {
        await expect(send('foreigner', payload)).rejects.toThrow();
        return jsonLines(await logOf('foreigner')).some(({ stack_trace: trace = '' }) =>
          String(trace).includes(`TopicAuthorizationException: Not authorized to access topics: [${TOPIC}]`),
        );
      });

      const { consumed } = await waitUntil('orders says what it has consumed', () =>
        ask('orders', '/events').catch(() => undefined),
      );
      expect(consumed).not.toContain(payload);
    });

    test.each(
      CLIENTS.flatMap(({ name, refused }) =>
        Object.entries(refused).map(([indicator, words]) => ({ name, indicator, words })),
      ),
    )('$indicator is refused to the $name', async ({ name, indicator, words }) => {
      await ready(name);
      const component = INDICATORS[indicator as keyof typeof INDICATORS];
      // A time-out on a busy machine is no refusal: the log must say why.
      const health = await waitUntil(`the log of ${name} says why ${indicator} fails`, async () => {
        const found = await healthOf(name);
        const lines = jsonLines(await logOf(name)).filter(
          ({ message, stack_trace: trace = '' }) =>
            message === `${indicator} health check failed` && words.test(String(trace)),
        );
        return lines.length > 0 && found[component] !== undefined && found;
      });

      expect(health[component]).toBe('DOWN');
    });

    test('let those in alone who are not refused: the one who is misled about two of them uses the third', async () => {
      await ready('misled');
      const health = await waitUntil('Kafka is UP', async () => {
        const found = await healthOf('misled');
        return found['kafka'] === 'UP' && found;
      });

      expect(health).toMatchObject({ db: 'DOWN', redis: 'DOWN' });
    });
  });
}

/** Whether an object is one of a client's. */
const isOfClient = ({ metadata }: KubernetesObject): boolean =>
  CLIENTS.some(({ name }) => metadata.name === name || metadata.name.startsWith(`${name}-`));

/** The end of a log. */
const ends = (log: string): readonly string[] =>
  log
    .trim()
    .split('\n')
    .slice(-5)
    .map((line) => line.slice(0, 600));
