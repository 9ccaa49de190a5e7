import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { App, Chart, Size } from 'cdk8s';
import { loadAll } from 'js-yaml';
import { WebSocket } from 'ws';
import { Cpu } from '../../imports/k8s';
import { KafkaKraft, KafkaSasl } from '../../lib/constructs/kafka-kraft';
import { Namespace } from '../../lib/constructs/namespace';
import { local } from '../../lib/sportstix/environments';
import { hostAccessOf, passwordsFrom } from '../../lib/sportstix/host';
import { Platform } from '../../lib/sportstix/platform';
import { completeSecrets, type SecretValues } from '../../lib/sportstix/secrets';
import { renderCharts, synthesizeCharts } from '../../lib/synth/manifests';
import { kubeconfigUnderTest } from '../cluster/binaries';
import { type Cluster, startCluster } from '../cluster/control-plane';
import { jsonLines, type JsonRecord, record, records, text } from '../cluster/json';
import type { Kubectl, KubernetesObject } from '../cluster/kubectl';
import { issueCertificate } from './certificates';
import { unpackKafka } from './images';
import { Monitoring } from './monitoring';
import {
  API_SERVER,
  HOST_ADDRESS,
  KUBELET,
  closeFirewall,
  configureHost,
  type Node,
  openFirewall,
  serveLoadBalancer,
  startNode,
} from './node';
import { describeObservability } from './observability';
import {
  apiOf,
  containers,
  eventsOf,
  isReady,
  named,
  NAMESPACES,
  newTrace,
  restarts,
  RunningPlatform,
  SPRING,
  status,
} from './platform';
import { type Cell, derive, endsOf, graphOfCluster, type Source, type Target, untilAsDerived } from './truth-table';
import { beforeAllInTurn } from './turn';

const ROOT = join(__dirname, '..', '..');
const MANIFESTS = join(ROOT, 'dist', 'local', 'manifests');

/** What a pod's file system refuses, in the words of the programs that run here. */
const REFUSED_WRITES = /EROFS|[Rr]ead-only file ?system|EACCES|[Pp]ermission denied|AccessDeniedException/;

/** Whether the cluster is made for these tests, with images that answer as test/node/images/README.md says. */
const isOwn = kubeconfigUnderTest() === undefined;
const own = isOwn ? test : test.skip;

let cluster: Cluster;
/** Undefined where the cluster is somebody else's: its host is not ours to break. */
let node: Node | undefined;
let kubectl: Kubectl;
let platform: RunningPlatform;
let secrets: SecretValues;

beforeAllInTurn(async () => {
  if (!existsSync(join(MANIFESTS, 'secrets.k8s.yaml'))) {
    throw new Error('dist/local has no Secrets: run `npm run synth` first.');
  }
  secrets = completeSecrets(join(ROOT, '.secrets', 'local.yml'), local).values;
  if (isOwn) {
    const access = hostAccessOf(local);
    if (access === undefined) {
      throw new Error('the local environment has no cluster');
    }
    node = await startNode(access, (lab) => {
      configureHost(lab, passwordsFrom(secrets.passwords));
    });
    ({ cluster } = node);
  } else {
    cluster = await startCluster('');
    const taken = (await cluster.kubectl.list('namespaces')).filter(({ metadata }) =>
      NAMESPACES.includes(metadata.name),
    );
    if (taken.length > 0) {
      await cluster.stop();
      throw new Error(
        `KUBECONFIG_UNDER_TEST: the cluster has namespace ${NAMESPACES.join(' or ')} already. The tests delete both at their end, ` +
          'with the data in them: give them a cluster without.',
      );
    }
  }
  ({ kubectl } = cluster);
  platform = new RunningPlatform(kubectl, node);
  isApplied = true;
  await kubectl.apply({ files: MANIFESTS });
  await platform.untilReady();
});

let isApplied = false;

afterAll(async () => {
  if (node !== undefined) {
    await node.stop();
  } else if (isApplied) {
    await kubectl.delete({ files: MANIFESTS });
    await cluster.stop();
  }
});

describe('from an empty node', () => {
  const ROUTES = SPRING.flatMap(({ name, routes }) =>
    routes.flatMap(({ path, exact }) =>
      [path, ...(exact === true ? [] : [`${path}/below`])].map((url) => ({ name, url })),
    ),
  );
  /** Traces of requests, by their paths. */
  const traces = new Map<string, string>();
  const traceOf = (path: string): string => text(traces.get(path));

  // A trace takes seconds until it can be found. So all are on their way before the first is looked for.
  beforeAll(async () => {
    for (const path of new Set([...ROUTES.map(({ url }) => url), ...SPRING.map(({ name }) => apiOf(name))])) {
      const trace = newTrace();
      await platform.request(path, { trace });
      traces.set(path, trace);
    }
  });

  test('every pod becomes Ready, without one restart', async () => {
    expect((await platform.pods()).filter((pod) => restarts(pod) > 0).map(({ metadata }) => metadata.name)).toEqual([]);
  });

  test.each(SPRING)('$name is UP', async ({ name }) => {
    await platform.until(`${name} is UP`, () =>
      platform.ask(local.namespace, name, '/actuator/health').then(
        (health) => health['status'] === 'UP',
        () => false,
      ),
    );
  });

  own.each(SPRING)('$name has exactly what it depends on, UP', async ({ name, database, redis, kafka }) => {
    const dependencies = await platform.until('all that it depends on is UP', async () => {
      const { components } = record(JSON.parse((await platform.request(apiOf(name))).body));
      const found = Object.entries(record(components)).filter(([key]) => ['db', 'redis', 'kafka'].includes(key));
      return found.every(([, health]) => health === 'UP') && found;
    });
    expect(Object.fromEntries(dependencies)).toEqual({
      ...(database && { db: 'UP' }),
      ...(redis && { redis: 'UP' }),
      ...(kafka && { kafka: 'UP' }),
    });
  });

  test('the frontend answers where no other service does', async () => {
    const { code, body } = await platform.request('/');
    expect([code, body]).toEqual([200, expect.stringContaining('<html')]);
  });

  test.each(ROUTES)('$url leads to $name', async ({ name, url }) => {
    // Whatever it answers, it is the one who did.
    expect(await platform.attributesOf(traceOf(url))).toMatchObject({ 'service.name': `${name}-service` });
  });

  own.each(
    local.services.flatMap(({ name, routes }) =>
      routes.filter(({ path: route }) => route.startsWith('/ws/')).map(({ path }) => ({ name, path })),
    ),
  )('$path carries a WebSocket to $name', async ({ path }) => {
    const at = platform.entrance();
    const url = 'socketPath' in at ? `ws+unix://${at.socketPath}:${path}` : `ws://${at.host}:${at.port}${path}`;
    const socket = new WebSocket(url, { headers: { Host: 'localhost' } });
    await once(socket, 'open');
    const answer = once(socket, 'message');
    socket.send('hello');
    const [data] = (await answer) as [Buffer];
    socket.close();

    expect(data.toString('utf8')).toContain('hello');
  });

  test.each(SPRING)('a request to $name is a trace in Tempo and a line in Loki, under one id', async ({ name }) => {
    const trace = traceOf(apiOf(name));
    const attributes = await platform.attributesOf(trace);
    const [pod] = await platform.livePods(name);
    expect(attributes).toMatchObject({
      'k8s.namespace.name': local.namespace,
      'k8s.pod.name': pod?.metadata.name,
    });
    // A Rollout's pods belong to no Deployment.
    expect(attributes['k8s.deployment.name'] ?? name).toBe(name);

    const query = encodeURIComponent(`{k8s_namespace_name="${local.namespace}"} | trace_id="${trace}"`);
    const found = await platform.until(`Loki has a line of trace ${trace}`, async () => {
      const answer = await platform.ask(
        local.observabilityNamespace,
        'loki',
        `/loki/api/v1/query_range?query=${query}`,
      );
      const streams = records(record(answer['data'])['result']);
      return streams.length > 0 && streams;
    });
    expect(found.map(({ stream }) => record(stream)['k8s_pod_name'])).toContain(pod?.metadata.name);
  });

  own('an event goes through PostgreSQL, Redis and Kafka to every consumer group', async () => {
    const payload = `event-${Date.now()}`;
    const { code } = await platform.request(eventsOf('game'), { method: 'POST', body: payload });
    expect(code).toBe(200);

    for (const { name } of SPRING.filter(({ kafka }) => kafka)) {
      await platform.until(`${name} has consumed it`, async () => {
        const { consumed } = record(JSON.parse((await platform.request(eventsOf(name))).body));
        return Array.isArray(consumed) && consumed.includes(payload);
      });
    }
    const groups = (
      await platform.kafkaTool('kafka-consumer-groups.sh', [
        '--bootstrap-server=localhost:9092',
        '--list',
        '--timeout=600000',
      ])
    ).split('\n');
    expect(groups).toEqual(
      expect.arrayContaining(SPRING.filter(({ kafka }) => kafka).map(({ name }) => `${name}-service`)),
    );
  });
});

describeObservability(() => ({ platform, kubectl, secrets, node }));

(isOwn ? describe : describe.skip)('network policies', () => {
  /** A namespace without a policy. */
  const OUTSIDE = 'outside';
  /** Pods that nobody knows: one beside the services, one outside. */
  const STRANGERS = [local.namespace, OUTSIDE];
  let sources: readonly Source[];
  let targets: readonly Target[];

  const ours = (): Node => {
    if (node === undefined) {
      throw new Error('the node is not ours');
    }
    return node;
  };
  /** By the objects that are in the cluster now. */
  const derived = async (): Promise<readonly Cell[]> => derive(await graphOfCluster(kubectl), sources, targets);
  /** The cells that a change has made others, once they are as they should be now. */
  const changedBy = async (change: () => Promise<unknown>): Promise<readonly Cell[]> => {
    const before = await derived();
    await change();
    const changed = (await derived()).filter(({ isOpen }, index) => isOpen !== before[index]?.isOpen);
    await untilAsDerived('what the change has opened and closed', changed);
    return changed;
  };

  beforeAll(async () => {
    await serveLoadBalancer(kubectl, local.namespace, 'kafka-external-0');
    await kubectl.run(['create', 'namespace', OUTSIDE]);
    await kubectl.apply({ objects: STRANGERS.map(strangerIn) });
    for (const namespace of STRANGERS) {
      await kubectl.wait('pod/stranger', 'condition=Ready', namespace);
    }
    const address = HOST_ADDRESS;
    const ofPods = await endsOf(ours(), await platform.pods('', [...NAMESPACES, 'kube-system', OUTSIDE]));
    sources = [...ofPods.sources, { name: 'host', address, enter: ours().lab.enter('host') }];
    targets = [
      ...ofPods.targets,
      ...[...local.postgres, ...local.redis].map(({ name, port }): Target => ({
        name,
        address,
        port,
        protocol: 'TCP',
      })),
      { name: 'API server', ...API_SERVER, protocol: 'TCP' },
      { name: 'kubelet', ...KUBELET, protocol: 'TCP' },
    ];
  });
  afterAll(async () => {
    await kubectl.run(['delete', 'pod', 'stranger', `--namespace=${local.namespace}`, '--grace-period=1']);
    await platform.removeNamespaces(OUTSIDE);
  });

  test('let every pair of pods, the host, DNS and the API server connect where they are said to, and nowhere else', async () => {
    const cells = await derived();
    const open = cells.filter(({ isOpen }) => isOpen).length;
    process.stderr.write(
      `${cells.length} connections: ${sources.length} sources, ${targets.length} ports; ${open} open, ${cells.length - open} closed\n`,
    );

    await untilAsDerived('every connection is as derived', cells);
    for (const { name } of sources.filter(({ pod }) => pod !== undefined)) {
      expect([name, targets.some((target) => target.name === name) || name.endsWith('/stranger')]).toEqual([
        name,
        true,
      ]);
    }
  });

  test('open what is closed once they are taken away, and close it again', async () => {
    const [service = { name: '' }] = SPRING;
    const taken = (await kubectl.list('networkpolicies', local.namespace)).filter(({ metadata }) =>
      ['default-deny', service.name].includes(metadata.name),
    );
    const names = taken.map(({ metadata }) => metadata.name);
    const opened = await changedBy(() =>
      kubectl.run(['delete', 'networkpolicies', ...names, `--namespace=${local.namespace}`]),
    );
    const closed = await changedBy(() => kubectl.apply({ files: MANIFESTS }));

    expect(names.length).toBe(2);
    expect(opened.every(({ isOpen }) => isOpen)).toBe(true);
    expect(opened.map(pairOf)).toContainEqual([
      `${OUTSIDE}/stranger`,
      expect.stringMatching(`^${local.namespace}/${service.name}-`),
    ]);
    expect(closed.map(pairOf)).toEqual(opened.map(pairOf));
  });

  test('close what is open where there is one too many', async () => {
    const deny: KubernetesObject = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'deny', namespace: OUTSIDE },
      spec: { podSelector: {}, policyTypes: ['Egress'] },
    };
    const closed = await changedBy(() => kubectl.apply({ objects: [deny] }));

    expect(closed.every(({ source, isOpen }) => source.name === `${OUTSIDE}/stranger` && !isOpen)).toBe(true);
    expect(closed.map(({ target }) => target.name)).toEqual(
      expect.arrayContaining(['API server', ...local.postgres.map(({ name }) => name)]),
    );
  });
});

describe('Kafka', () => {
  let starved: ReturnType<typeof starveBrokers>;

  // They mostly wait, beside whatever the other tests do.
  beforeAll(() => {
    starved = starveBrokers();
    starved.catch(() => undefined);
  });

  const BOOTSTRAP = '--bootstrap-server=localhost:9092';
  const lag = async (group: string): Promise<string> =>
    platform.kafkaTool('kafka-consumer-groups.sh', [BOOTSTRAP, '--describe', `--group=${group}`, '--timeout=600000']);
  const consume = (group: string, count: number): Promise<string> =>
    platform.kafkaTool('kafka-console-consumer.sh', [
      BOOTSTRAP,
      '--topic=kept',
      `--group=${group}`,
      '--from-beginning',
      `--max-messages=${count}`,
      '--timeout-ms=600000',
    ]);

  test('messages and offsets outlive the pod', async () => {
    await platform.kafkaTool('kafka-console-producer.sh', [BOOTSTRAP, '--topic=kept'], 'one\ntwo\n');
    expect(await consume('reader', 1)).toBe('one\n');
    const [before] = await platform.livePods('kafka');

    await kubectl.run(['delete', 'pod', 'kafka-0', `--namespace=${local.namespace}`]);
    await platform.until('a new pod is Ready', async () => {
      const [pod] = await platform.livePods('kafka');
      return pod !== undefined && pod.metadata['uid'] !== before?.metadata['uid'] && isReady(pod);
    });

    expect(await consume('reader', 1)).toBe('two\n');
    expect(await lag('reader')).toMatch(/reader +kept +0 +2 +2 +0/);
    if (node !== undefined) {
      expect(dataFolders(node)).toContain('kept-0');
    }
  });

  own('is reached from the host itself at localhost:9094, and from nowhere else', async () => {
    if (node === undefined) {
      throw new Error('there is no host');
    }
    const { lab } = node;
    const [{ host, port } = { host: '', port: 0 }] = local.kafka.externalListener?.addresses ?? [];
    await serveLoadBalancer(kubectl, local.namespace, 'kafka-external-0');
    const folder = join(lab.folder, 'kafka');
    await unpackKafka(folder);
    const onHost = (tool: string, args: readonly string[], input = ''): string =>
      lab.must(
        'host',
        'java',
        [
          ...['-Xmx96m', `-Dlog4j.configuration=file:${folder}/etc/kafka/docker/tools-log4j.properties`],
          ...[
            '-cp',
            `${folder}/opt/kafka/libs/*`,
            tool,
            `--bootstrap-server=${host}:${port}`,
            '--topic=outside',
            ...args,
          ],
        ],
        { input },
      );
    const consumer = ['--from-beginning', '--max-messages=2', '--timeout-ms=600000'];

    // A client is sent to where the broker says that it is: both ways lead to the same one, each by its own address.
    await platform.until(
      'the load balancer leads to the broker',
      async () => (await lab.connect('host', '127.0.0.1', port)) === 'open',
    );
    onHost('kafka.tools.ConsoleProducer', [], 'from the host\n');
    await platform.kafkaTool('kafka-console-producer.sh', [BOOTSTRAP, '--topic=outside'], 'from a pod\n');

    expect(onHost('org.apache.kafka.tools.consumer.ConsoleConsumer', consumer)).toBe('from the host\nfrom a pod\n');
    expect(await platform.kafkaTool('kafka-console-consumer.sh', [BOOTSTRAP, '--topic=outside', ...consumer])).toBe(
      'from the host\nfrom a pod\n',
    );
    expect([host, port]).toEqual(['localhost', 9094]);
    expect(await lab.connect('host', '172.21.0.1', port)).toBe('connection refused');
    expect(await lab.connect('node', '172.21.0.1', port)).not.toBe('open');
  });

  (isOwn ? describe : describe.skip)('with controllers apart, TLS and passwords', () => {
    const NAMESPACE = 'secured';
    const PASSWORD = randomBytes(12).toString('hex');
    const bootstrap = `kafka.${NAMESPACE}.svc.cluster.local:9092`;
    let ca = '';

    /** Runs one of Kafka's tools in the platform's broker, as a client of the other one. No argument holds the password. */
    const asClient = (tool: string, password: string, input = ''): Promise<string> =>
      platform.inBroker(
        ['sh', '-s'],
        `cat > /tmp/ca.crt <<'END'
${ca}END
cat > /tmp/client.properties <<'END'
security.protocol=SASL_SSL
sasl.mechanism=PLAIN
sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="orders" password="${password}";
ssl.truststore.type=PEM
ssl.truststore.location=/tmp/ca.crt
END
printf '${input}' | /opt/kafka/bin/${tool} --bootstrap-server=${bootstrap}
`,
      );
    const produce = (password: string): Promise<string> =>
      asClient('kafka-console-producer.sh --producer.config=/tmp/client.properties --topic=safe', password, 'one\\n');
    const isReadyThere = async (name: string): Promise<boolean> => {
      const found = await platform.livePods(name, NAMESPACE);
      return found.length === 1 && found.every(isReady);
    };

    beforeAll(async () => {
      await letToolsOut(NAMESPACE);
      const app = new App();
      new Namespace(new Chart(app, '00-namespace'), NAMESPACE);
      const chart = new Chart(app, 'kafka', { namespace: NAMESPACE, disableResourceNameHashes: true });
      const certificate = { kind: 'Secret', name: 'kafka-tls' } as const;
      const users = { from: { kind: 'Secret', name: 'kafka-users' }, key: 'brokers' } as const;
      const { dnsNames } = new KafkaKraft(chart, 'kafka', {
        controllers: { replicas: 1 },
        resources: {
          cpu: { request: Cpu.millis(50), limit: Cpu.units(1) },
          memory: { request: Size.mebibytes(512), limit: Size.gibibytes(1) },
        },
        security: { certificate, sasl: KafkaSasl.plain(users) },
      });
      const issued = issueCertificate(dnsNames);
      ca = issued['ca.crt'];
      const secret = (name: string, data: Readonly<Record<string, string>>): KubernetesObject => ({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, namespace: NAMESPACE },
        stringData: data,
      });
      const login = 'org.apache.kafka.common.security.plain.PlainLoginModule required';
      const objects = [...renderCharts(app).values()].flatMap((yaml) => loadAll(yaml) as KubernetesObject[]);
      await kubectl.apply({ objects: objects.filter(({ kind }) => kind === 'Namespace') });
      await kubectl.apply({
        objects: [
          secret(certificate.name, issued),
          secret(users.from.name, { [users.key]: `${login} user_orders="${PASSWORD}";` }),
          ...objects,
        ],
      });
      await platform.until(
        'broker and controller are Ready',
        async () => (await isReadyThere('kafka')) && (await isReadyThere('kafka-controller')),
      );
    });
    afterAll(() => platform.removeNamespaces(NAMESPACE));

    test('a client with the password writes and reads', async () => {
      await produce(PASSWORD);
      const consumed = await asClient(
        'kafka-console-consumer.sh --consumer.config=/tmp/client.properties --topic=safe --from-beginning --max-messages=1 --timeout-ms=600000',
        PASSWORD,
      );
      expect(consumed).toContain('one\n');
    });

    test('a client with another one, or without, does not', async () => {
      const list = 'kafka-topics.sh --list';
      await expect(asClient(`${list} --command-config=/tmp/client.properties`, 'guessed')).rejects.toThrow(
        'Invalid username or password',
      );
      await expect(asClient(list, PASSWORD)).rejects.toThrow('AdminClient thread has exited');
    });

    test('no password stands in a variable, the properties or the log of the broker', async () => {
      const pod = ['kafka-0', `--namespace=${NAMESPACE}`];
      const said = await Promise.all([
        kubectl.run(['exec', ...pod, '--', 'sh', '-c', 'env; cat /opt/kafka/config/server.properties']),
        kubectl.run(['logs', ...pod]),
        kubectl.run(['get', 'pod', ...pod, '--output=yaml']),
      ]);
      const text = said.map(({ stdout }) => stdout).join('\n');
      expect(text).toContain('sasl.jaas.config=${dir:');
      expect(text).not.toContain(PASSWORD);
      expect(text).not.toContain('PRIVATE KEY-----');
    });
  });

  describe('with three brokers', () => {
    const NAMESPACE = 'three-brokers';
    const bootstrap = `kafka.${NAMESPACE}.svc.cluster.local:9092`;

    beforeAll(async () => {
      await letToolsOut(NAMESPACE);
      const app = new App();
      new Namespace(new Chart(app, '00-namespace'), NAMESPACE);
      const chart = new Chart(app, 'kafka', { namespace: NAMESPACE, disableResourceNameHashes: true });
      new KafkaKraft(chart, 'kafka', {
        replicas: 3,
        // Beside everything else, on a node of two CPUs.
        resources: {
          cpu: { request: Cpu.millis(50), limit: Cpu.units(1) },
          memory: { request: Size.mebibytes(512), limit: Size.gibibytes(1) },
        },
      });
      const objects = [...renderCharts(app).values()].flatMap((yaml) => loadAll(yaml) as KubernetesObject[]);
      await kubectl.apply({ objects });
      await untilThree();
    });
    afterAll(() => platform.removeNamespaces(NAMESPACE));

    async function untilThree(): Promise<void> {
      await platform.until('three brokers are Ready', async () => {
        const found = await platform.livePods('kafka', NAMESPACE);
        return found.length === 3 && found.every(isReady);
      });
    }

    test('the disruption budget lets one go at a time', async () => {
      const evict = (pod: string): Promise<unknown> => {
        const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace: NAMESPACE } };
        const url = `/api/v1/namespaces/${NAMESPACE}/pods/${pod}/eviction`;
        return kubectl.run(['create', `--raw=${url}`, '--filename=-'], JSON.stringify(eviction));
      };
      // Its controller may learn a moment later that the last broker is Ready.
      await platform.until('one may go', async () => {
        const budgets = await kubectl.list('poddisruptionbudgets', NAMESPACE);
        return budgets.some((budget) => status(budget)['disruptionsAllowed'] === 1);
      });
      const answers = await Promise.allSettled(['kafka-1', 'kafka-2'].map(evict));
      await untilThree();

      expect(answers.map(({ status: how }) => how).sort()).toEqual(['fulfilled', 'rejected']);
      expect(answers.find(({ status: how }) => how === 'rejected')).toMatchObject({
        reason: { message: expect.stringContaining("would violate the pod's disruption budget") as unknown },
      });
    });

    test('no acknowledged message is lost while brokers are deleted one after the other', async () => {
      await platform.kafkaTool('kafka-topics.sh', [
        `--bootstrap-server=${bootstrap}`,
        '--create',
        '--topic=kept',
        '--partitions=3',
      ]);
      const acknowledgements = async (): Promise<number> =>
        Number(await platform.shell('grep -c producer_send_success /tmp/produced || true'));
      // It produces until it is told to stop.
      const producing = platform.shell(`rm -f /tmp/produced /tmp/stop
        /opt/kafka/bin/kafka-run-class.sh org.apache.kafka.tools.VerifiableProducer --bootstrap-server ${bootstrap} \\
          --topic kept --acks -1 --throughput 50 --max-messages 1000000 > /tmp/produced &
        while kill -0 $! && [ ! -e /tmp/stop ]; do sleep 1; done
        kill $!
        wait $!
        cat /tmp/produced`);
      try {
        for (const pod of ['kafka-0', 'kafka-1', 'kafka-2', undefined]) {
          const before = await acknowledgements();
          await platform.until('messages are acknowledged', async () => (await acknowledgements()) > before + 200);
          if (pod !== undefined) {
            await kubectl.run(['delete', 'pod', pod, `--namespace=${NAMESPACE}`]);
            await untilThree();
          }
        }
      } finally {
        await platform.shell('touch /tmp/stop');
      }
      const acknowledged = jsonLines(await producing)
        .filter(({ name }) => name === 'producer_send_success')
        .map(({ value }) => text(value));
      const ends = await platform.kafkaTool('kafka-run-class.sh', [
        ...['org.apache.kafka.tools.GetOffsetShell', '--bootstrap-server', bootstrap, '--topic', 'kept'],
      ]);
      const count = [...ends.matchAll(/^kept:\d+:(\d+)$/gm)].reduce((sum, [, end]) => sum + Number(end), 0);
      const consumed = await platform.kafkaTool('kafka-console-consumer.sh', [
        ...[`--bootstrap-server=${bootstrap}`, '--topic=kept', '--from-beginning'],
        ...[`--max-messages=${count}`, '--timeout-ms=600000'],
      ]);

      expect(acknowledged.length).toBeGreaterThan(800);
      const kept = new Set(consumed.split('\n'));
      expect(acknowledged.filter((message) => !kept.has(message))).toEqual([]);
    });
  });

  describe('where CPU is scarce', () => {
    afterAll(() => platform.removeNamespaces(...STARVED));

    test('the probe of the outage, a JVM each time, restarts the broker with 143; ours does not', async () => {
      const { exitCode, ours, failures } = await starved;

      expect(exitCode).toBe(143);
      expect(ours).toMatchObject({ ready: true, restartCount: 0 });
      expect(failures).toBe(0);
    });
  });
});

describe('under the restricted security context', () => {
  test('nothing tries to write where it may not', async () => {
    for (const pod of await platform.pods()) {
      const refused = (await platform.logOf(pod)).split('\n').filter((line) => REFUSED_WRITES.test(line));
      expect([pod.metadata.name, refused]).toEqual([pod.metadata.name, []]);
    }
  });

  test('every pod keeps within its limits, by what the kubelet reports', async () => {
    const rows = await platform.until('the kubelet reports on all', async () => {
      const found = await usage();
      return found.every(({ memory }) => memory > 0) && found;
    });
    process.stderr.write(`${markdownTable(rows)}\n`);

    expect(rows.map(({ name }) => name).sort()).toEqual(
      (await platform.pods()).map(({ metadata }) => metadata.name).sort(),
    );
    for (const { name, memory, memoryLimit } of rows) {
      expect([name, memory > 0 && memory < memoryLimit]).toEqual([name, true]);
    }
  });
});

(isOwn ? describe : describe.skip)('when the host fails', () => {
  const WITH_DATABASE = SPRING.filter(({ database }) => database !== undefined).map(({ name }) => name);
  const lab = (): Node['lab'] => {
    if (node === undefined) {
      throw new Error('the node is not ours');
    }
    return node.lab;
  };
  const databasePods = async (): Promise<KubernetesObject[]> =>
    (await Promise.all(WITH_DATABASE.map((name) => platform.livePods(name)))).flat();
  /** As in the report of the outage. */
  const timedOut = async (pod: KubernetesObject): Promise<boolean> =>
    (await platform.logOf(pod).catch(String)).includes('SocketTimeoutException: Connect timed out');
  const identities = (found: readonly KubernetesObject[]): unknown =>
    found.map((pod) => [pod.metadata.name, pod.metadata['uid'], restarts(pod)]);

  // Whatever a test has left closed and stopped, if it failed.
  afterEach(async () => {
    openFirewall(lab());
    lab().startPostgres();
    await platform.untilReady();
  });

  test('a closed firewall makes pods unready, with the time-out of the report, and the generated rules bring them back', async () => {
    const before = identities(await databasePods());
    closeFirewall(lab());
    await platform.until('no pod with a database is Ready', async () => !(await databasePods()).some(isReady));
    // A probe gives up before the connection pool does, so a pod is unready before its log tells why.
    for (const pod of await databasePods()) {
      await platform.until(`${pod.metadata.name} tells of the time-out`, () => timedOut(pod));
    }

    openFirewall(lab());
    await platform.untilReady();
    expect(identities(await databasePods())).toEqual(before);
  });

  test('a pod that starts behind a closed firewall fails as in the report, and comes up by itself once it is open', async () => {
    closeFirewall(lab());
    await kubectl.run(['delete', 'pod', `--selector=${named('payment')}`, `--namespace=${local.namespace}`]);
    const failed = await platform.until('it has failed', async () => {
      const [pod] = await platform.livePods('payment');
      return pod !== undefined && (await timedOut(pod)) && pod;
    });

    openFirewall(lab());
    await platform.untilReady();
    expect((await platform.livePods('payment')).map(({ metadata }) => metadata.name)).toEqual([failed.metadata.name]);
  });

  test('PostgreSQL is stopped and started: an alert says so and ends, and no pod is restarted for it', async () => {
    const before = identities(await databasePods());
    const monitoring = new Monitoring(platform);
    const unreachable = async (): Promise<readonly unknown[]> =>
      (await monitoring.alerts())
        .filter(({ name, state }) => name === 'DatabaseUnreachable' && state === 'firing')
        .map(({ labels }) => labels['service'])
        .sort();
    lab().stopPostgres();
    await platform.until('no pod with a database is Ready', async () => !(await databasePods()).some(isReady));
    await platform.until('an alert says that no service reaches its database', async () => {
      const services = await unreachable();
      return WITH_DATABASE.every((name) => services.includes(name));
    });

    lab().startPostgres();
    await platform.untilReady();
    expect(identities(await databasePods())).toEqual(before);
    await platform.until('the alert has ended', async () => (await unreachable()).length === 0);
    await platform.until('game takes events in', async () => {
      return (await platform.request(eventsOf('game'), { method: 'POST', body: 'after the stop' })).code === 200;
    });
  });
});

describe('a change', () => {
  const rolled = async (name: string, before: readonly KubernetesObject[]): Promise<boolean> => {
    const old = new Set(before.map(({ metadata }) => metadata['uid']));
    const found = await platform.pods(named(name), [local.namespace]);
    return found.length === 1 && found.every((pod) => isReady(pod) && !old.has(pod.metadata['uid']));
  };

  test.each(['game', 'frontend'])('kubectl rollout restart of %s loses no request of a steady load', async (name) => {
    const path = name === 'frontend' ? '/' : apiOf(name);
    const before = await platform.livePods(name);
    const usual = (await platform.request(path)).code;
    const failures: string[] = [];
    let requests = 0;
    let done = false;
    const client = async (): Promise<void> => {
      while (!done) {
        requests++;
        await platform.request(path).then(
          ({ code }) => code === usual || failures.push(`answer ${code}`),
          (error: unknown) => failures.push(String(error)),
        );
        await sleep(50);
      }
    };
    const clients = [client(), client(), client()];
    try {
      await kubectl.run(['rollout', 'restart', `deployment/${name}`, `--namespace=${local.namespace}`]);
      await platform.until(`${name} is rolled, with 200 requests meanwhile`, async () => {
        return (await rolled(name, before)) && requests > 200;
      });
    } finally {
      done = true;
      await Promise.all(clients);
    }

    expect(usual).toBeLessThan(500);
    expect(failures).toEqual([]);
  });

  test('of a configuration rolls exactly the pods that read it', async () => {
    const before = await platform.pods();
    const read = (await platform.livePods('admin')).map(({ metadata }) => metadata.name);
    // Another user of the database, who is there already. The host's own files would not be generated for him.
    const services = local.services.map((service) =>
      service.name === 'admin' && service.kind === 'spring' && service.database !== undefined
        ? { ...service, database: { ...service.database, username: service.database.owner } }
        : service,
    );
    const app = new App();
    new Platform(app, local.name, { environment: { ...local, services }, secrets });
    const objects = synthesizeCharts(app).flatMap(({ manifests }) => manifests as KubernetesObject[]);
    await kubectl.apply({ objects });
    await platform.until('admin is rolled', () => rolled('admin', before));

    const uids = new Set((await platform.pods()).map(({ metadata }) => metadata['uid']));
    const gone = before.filter(({ metadata }) => !uids.has(metadata['uid']));
    expect(gone.map(({ metadata }) => metadata.name)).toEqual(read);
  });
});

describe('kubectl delete', () => {
  test('leaves nothing but the data of the volumes', async () => {
    await kubectl.delete({ files: MANIFESTS });
    await platform.until('what other tests have let go is gone', async () =>
      (await kubectl.list('namespaces')).every((namespace) => status(namespace)['phase'] === 'Active'),
    );

    const kinds = await kubectl.run(['api-resources', '--verbs=list,delete', '--output=name']);
    const left = await kubectl.list(
      kinds.stdout.trim().split('\n').join(','),
      undefined,
      'app.kubernetes.io/part-of=sportstix',
    );
    expect(left.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([]);
    const namespaces = (await kubectl.list('namespaces')).map(({ metadata }) => metadata.name);
    expect(namespaces.filter((name) => NAMESPACES.includes(name))).toEqual([]);
    if (node !== undefined) {
      expect(dataFolders(node)).toContain('kept-0');
    }
  });
});

/** Of a JVM that does its work in one second, this makes twenty. */
const SCARCE = '50m';
/** Namespaces of brokers that have so little: with the probe of the outage, and with ours. */
const STARVED = ['exec-probes', 'tcp-probes'] as const;

/** Lets two copies of the platform's broker starve until the probe of the outage has restarted the one, and ours has probed the other as often. */
async function starveBrokers(): Promise<{
  readonly exitCode: unknown;
  readonly ours: JsonRecord;
  readonly failures: number;
}> {
  const [outage, ours] = STARVED;
  const exec = {
    command: ['/opt/kafka/bin/kafka-topics.sh', '--bootstrap-server', 'localhost:9092', '--list'],
  };
  const container = async (namespace: string): Promise<JsonRecord> =>
    record((await platform.livePods('kafka', namespace)).flatMap(containers)[0]);
  /** How often the kubelet has found that it lives (`successful`), or does not (`failed`). */
  const probed = async (namespace: string, result: string): Promise<number> => {
    const [nodeName = ''] = (await platform.livePods('kafka', namespace)).map(({ spec }) =>
      text(record(spec)['nodeName']),
    );
    const metrics = (await kubectl.run(['get', `--raw=/api/v1/nodes/${nodeName}/proxy/metrics/probes`])).stdout;
    const parts = ['prober_probe_total{', `namespace="${namespace}"`, 'probe_type="Liveness"', `result="${result}"`];
    const line = metrics.split('\n').find((entry) => parts.every((part) => entry.includes(part)));
    return Number(line?.split(' ').at(-1) ?? 0);
  };

  for (const namespace of STARVED) {
    await kubectl.run(['create', 'namespace', namespace]);
    await kubectl.apply({
      objects: brokerIn(namespace, (probe) => (namespace === ours ? probe : { ...probe, tcpSocket: undefined, exec })),
    });
  }
  for (const namespace of STARVED) {
    await platform.until('it is Ready', async () => (await container(namespace))['ready'] === true);
  }
  const resources = { requests: { cpu: SCARCE }, limits: { cpu: SCARCE } };
  const patch = JSON.stringify({ spec: { containers: [{ name: 'kafka', resources }] } });
  for (const namespace of STARVED) {
    const where = ['pod', 'kafka-0', `--namespace=${namespace}`, '--subresource=resize'];
    await kubectl.run(['patch', ...where, `--patch=${patch}`]);
    await platform.until('it has that little CPU', async () => {
      const { resources: given } = await container(namespace);
      return record(record(given)['limits'])['cpu'] === SCARCE;
    });
  }
  const before = await probed(ours, 'successful');
  const exitCode = await platform.until('it was restarted', async () => {
    const { lastState } = await container(outage);
    return record(record(lastState)['terminated'])['exitCode'];
  });
  // As many as restart the other one.
  await platform.until('ours was probed', async () => (await probed(ours, 'successful')) >= before + 3);
  return { exitCode, ours: await container(ours), failures: await probed(ours, 'failed') };
}

/** The platform's broker once more, in a namespace of its own. */
function brokerIn(namespace: string, liveness: (ours: JsonRecord) => JsonRecord): readonly KubernetesObject[] {
  const yaml = readFileSync(join(MANIFESTS, 'kafka.k8s.yaml'), 'utf8')
    .replaceAll(`namespace: ${local.namespace}`, `namespace: ${namespace}`)
    .replaceAll(`.${local.namespace}.svc`, `.${namespace}.svc`);
  const change = (key: string, value: unknown): unknown => {
    switch (key) {
      case 'livenessProbe':
        return liveness(record(value));
      // It stops as slowly as it does everything else, and is to say by itself how it ended.
      case 'terminationGracePeriodSeconds':
        return 3600;
      // Beside everything else, on a node of two CPUs.
      case 'requests':
        return record(value)['cpu'] === undefined ? value : { ...record(value), cpu: SCARCE };
      default:
        return value;
    }
  };
  return JSON.parse(JSON.stringify(loadAll(yaml)), change) as readonly KubernetesObject[];
}

/** A pod that does nothing. */
function strangerIn(namespace: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'stranger', namespace, labels: { app: 'stranger' } },
    spec: {
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'stranger',
          image: 'registry.k8s.io/pause:3.9',
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  };
}

/** Lets the tools that run in the platform's broker out to another one, as the platform's own policies do not. */
async function letToolsOut(namespace: string): Promise<void> {
  await kubectl.apply({
    objects: [
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: `tools-to-${namespace}`, namespace: local.namespace },
        spec: {
          podSelector: { matchLabels: { 'app.kubernetes.io/name': 'kafka' } },
          policyTypes: ['Egress'],
          egress: [{ to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } }] }],
        },
      },
    ],
  });
}

const pairOf = ({ source, target }: Cell): readonly [string, string] => [source.name, target.name];

interface Usage {
  readonly name: string;
  /** CPUs. */
  readonly cpuRequest: string;
  readonly cpuLimit: string;
  /** Seconds of CPU time since the start. */
  readonly cpuSeconds: number;
  /** Bytes. */
  readonly memoryRequest: number;
  readonly memoryLimit: number;
  readonly memory: number;
}

/** What each pod uses, as the kubelet reports it, beside what it asked for. */
async function usage(): Promise<Usage[]> {
  const nodes = (await kubectl.list('nodes')).map(({ metadata }) => metadata.name);
  const summaries = await Promise.all(
    nodes.map(async (name) =>
      record(JSON.parse((await kubectl.run(['get', `--raw=/api/v1/nodes/${name}/proxy/stats/summary`])).stdout)),
    ),
  );
  const reported = new Map(
    summaries.flatMap((summary) =>
      records(summary['pods']).map(
        (entry) => [text(record(entry['podRef'])['uid']), records(entry['containers'])] as const,
      ),
    ),
  );
  return (await platform.pods()).map((pod) => {
    const [container] = records(record(pod['spec'])['containers']);
    const { requests, limits } = record(container?.['resources']);
    const [used] = reported.get(text(pod.metadata['uid'])) ?? [];
    return {
      name: pod.metadata.name,
      cpuRequest: text(record(requests)['cpu']),
      cpuLimit: text(record(limits)['cpu']),
      cpuSeconds: Number(record(used?.['cpu'])['usageCoreNanoSeconds'] ?? 0) / 1e9,
      memoryRequest: bytes(text(record(requests)['memory'])),
      memoryLimit: bytes(text(record(limits)['memory'])),
      memory: Number(record(used?.['memory'])['workingSetBytes'] ?? 0),
    };
  });
}

function bytes(quantity: string): number {
  const units: Readonly<Record<string, number>> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 };
  const [, number = '', unit = ''] = /^(\d+)([KMG]i)$/.exec(quantity) ?? [];
  return Number(number) * (units[unit] ?? NaN);
}

/** As it stands in README. */
function markdownTable(rows: readonly Usage[]): string {
  const mebibytes = (value: number): string => `${Math.round(value / 2 ** 20)} Mi`;
  const workload = (name: string): string => name.replace(/(-[0-9a-f]{8,10})?-[0-9a-z]{5}$|-0$/, '');
  return [
    '| pod | memory used | request | limit | CPU time | request | limit |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...[...rows]
      .sort((a, b) => a.name.localeCompare(b.name, 'en'))
      .map((row) =>
        [
          '',
          workload(row.name),
          mebibytes(row.memory),
          mebibytes(row.memoryRequest),
          mebibytes(row.memoryLimit),
          `${Math.round(row.cpuSeconds)} s`,
          row.cpuRequest,
          row.cpuLimit,
          '',
        ]
          .join(' | ')
          .trim(),
      ),
  ].join('\n');
}

/** Folders of Kafka's data on the volume. */
function dataFolders({ volumes }: Node): string[] {
  return readdirSync(volumes).flatMap((volume) => {
    const data = join(volumes, volume, 'data');
    return existsSync(data) ? readdirSync(data) : [];
  });
}
