import { once } from 'node:events';
import { type IncomingHttpHeaders, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { WebSocket } from 'ws';
import { Graph, matchesLabels, type Workload } from '../../lib/graph';
import { local, production, staging } from '../../lib/sportstix/environments';
import { hostAccessOf } from '../../lib/sportstix/host';
import { kubeconfigUnderTest } from '../cluster/binaries';
import { record, records, text, texts } from '../cluster/json';
import type { Kubectl, KubernetesObject } from '../cluster/kubectl';
import { type Certificate, issueCertificate } from './certificates';
import type { StandInVersion } from './images';
import { HOST_ADDRESS, type Node, startNode } from './node';
import { describePlan } from './plan';
import { isReady, RunningPlatform, status } from './platform';
import {
  applyKinds,
  applyProduction,
  GATEWAY_NAMESPACE,
  objectsOf,
  OUTSIDE,
  OUTSIDE_SERVERS,
  productionObjects,
  startOutsideServers,
} from './production';
import { describeSpringService } from './spring-service';
import { describeTls, TlsHost } from './tls';
import {
  type Cell,
  derive,
  type End,
  endsOf,
  graphOfCluster,
  type Source,
  type Target,
  untilAsDerived,
} from './truth-table';
import { beforeAllInTurn } from './turn';

// Production as it stands in dist/production, on a real node with a real gateway, the real controllers of network policies and of Rollouts, and
// small programs in the place of its services; the topics of staging on real brokers; and servers that speak TLS. All of them share a node, and
// wait beside each other.

const MINUTE = 60_000;
const { namespace, observabilityNamespace } = production;
const { hosts, certificate: issued } = production.entrance;
/** The Rollout. */
const BOOKING = 'booking';
/** Its pods: as many as make whole numbers of a quarter, a half and three quarters. */
const BOOKING_PODS = 4;
/** What production.md says of its canary. */
const CANARY = [
  { weight: 25, seconds: 120 },
  { weight: 50, seconds: 120 },
  { weight: 75, seconds: 120 },
];

/** Between a message and the next one. */
const SILENCE = 2 * MINUTE;

/** An answer of the gateway. */
interface Answer {
  readonly code: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A pause of the canary, as it was. */
interface Pause {
  readonly weight: unknown;
  readonly pods: Readonly<Record<string, number>>;
  /** Versions that answered. */
  readonly answers: readonly string[];
  readonly seconds: number;
}

let node: Node;
let kubectl: Kubectl;
let platform: RunningPlatform;
let certificate: Certificate;
let canary: Promise<{ readonly aborted: Omit<Pause, 'seconds'>; readonly pauses: readonly Pause[] }>;
let table: { readonly sources: readonly Source[]; readonly targets: readonly Target[] };

(kubeconfigUnderTest() === undefined ? describe : describe.skip)('production on a node', () => {
  let tls: TlsHost;
  let silent: ReturnType<typeof keepSilent>;

  beforeAllInTurn(async () => {
    const access = hostAccessOf(local);
    if (access === undefined) {
      throw new Error('the local environment has no cluster');
    }
    node = await startNode(access, (lab) => {
      tls = new TlsHost(lab);
    });
    ({ kubectl } = node.cluster);
    platform = new RunningPlatform(kubectl, node);
    certificate = issueCertificate(Object.values(hosts));
    await startOutsideServers(node.lab);
    await applyKinds(kubectl);
    await applyProduction(node, [
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: issued.secretName, namespace },
        type: 'kubernetes.io/tls',
        stringData: { 'tls.crt': certificate['tls.crt'], 'tls.key': certificate['tls.key'] },
      },
    ]);
    // As many as the autoscaler would make under load.
    await kubectl.wait('rollouts.argoproj.io/booking', 'jsonpath={.spec.replicas}', namespace);
    await kubectl.run([
      'scale',
      'rollouts.argoproj.io/booking',
      `--replicas=${BOOKING_PODS}`,
      `--namespace=${namespace}`,
    ]);
    const wanted = new Map<string, number>(
      production.services.map(({ name }) => [name, name === BOOKING ? BOOKING_PODS : 2]),
    );
    await platform.until('every pod of production is Ready', async () => {
      const pods = await platform.pods('', [namespace, observabilityNamespace, GATEWAY_NAMESPACE, OUTSIDE]);
      return (
        pods.every(isReady) &&
        [...wanted].every(
          ([name, count]) => pods.filter(({ metadata }) => metadata.labels?.[NAME_LABEL] === name).length === count,
        )
      );
    });
    await openGateway();
    table = await tableOf();
    // Its pods go while the others are looked at.
    const cells = derive(await graphOfCluster(kubectl), table.sources, table.targets);
    await untilAsDerived('the connections of booking are as derived', cells.filter(isOfBooking));
    canary = followCanary();
    canary.catch(() => undefined);
    for (const file of ['00-namespaces.k8s.yaml', '20-kafka.k8s.yaml']) {
      await kubectl.apply({ files: join(__dirname, '..', '..', 'dist', staging.name, 'manifests', file) });
    }
  });

  afterAll(async () => {
    await (node as Node | undefined)?.stop();
    (tls as TlsHost | undefined)?.remove();
  });

  describe('the gateway', () => {
    beforeAll(async () => {
      await platform.until('the gateway serves queue', async () => {
        const { code } = await ask(hosts.api, '/api/v1/queue').catch(() => ({ code: 0 }));
        return code === 200;
      });
      silent = keepSilent('/ws/queue');
      silent.catch(() => undefined);
    });

    test('is programmed, and takes every route', async () => {
      const conditionsOf = (object: unknown): Record<string, unknown> =>
        Object.fromEntries(records(record(object)['conditions']).map(({ type, status: value }) => [text(type), value]));
      const gateway = await kubectl.get('gateways.gateway.networking.k8s.io/sportstix', namespace);
      const routes = await kubectl.list('httproutes.gateway.networking.k8s.io', namespace);

      expect(conditionsOf(status(gateway))).toMatchObject({ Accepted: 'True', Programmed: 'True' });
      for (const listener of records(status(gateway)['listeners'])) {
        expect([listener['name'], conditionsOf(listener)]).toEqual([
          listener['name'],
          expect.objectContaining({ Accepted: 'True', Programmed: 'True', ResolvedRefs: 'True' }),
        ]);
      }
      expect(records(status(gateway)['listeners'])).toHaveLength(1 + Object.keys(hosts).length);
      expect(routes.map(({ metadata }) => metadata.name).sort()).toEqual([
        'sportstix-api',
        'sportstix-frontend',
        'sportstix-redirect',
      ]);
      for (const route of routes) {
        expect([route.metadata.name, records(status(route)['parents']).map(conditionsOf)]).toEqual([
          route.metadata.name,
          [expect.objectContaining({ Accepted: 'True', ResolvedRefs: 'True' })],
        ]);
      }
    });

    test.each(
      production.services.flatMap(({ name, kind, routes }) =>
        routes.flatMap(({ path, exact }) =>
          [path, ...(exact === true || path === '/' ? [] : [`${path}/below`])].map((url) => ({
            name,
            url,
            host: kind === 'spring' ? hosts.api : hosts.frontend,
          })),
        ),
      ),
    )('https://$host$url leads to $name', async ({ name, url, host }) => {
      const { code, body } = await ask(host, url);

      expect([code, JSON.parse(body)]).toEqual([
        200,
        { pod: expect.stringMatching(`^${name}-`) as unknown, version: expect.any(String) as unknown, path: url },
      ]);
    });

    test('shows the certificate of its Secret on both hosts', async () => {
      for (const host of Object.values(hosts)) {
        const socket = secure(host);
        await once(socket, 'secureConnect');
        const { subjectaltname } = socket.getPeerCertificate();
        socket.destroy();

        expect([socket.authorized, subjectaltname]).toEqual([true, expect.stringContaining(`DNS:${host}`)]);
      }
    });

    test.each(Object.values(hosts))('redirects http://%s, and serves nothing there', async (host) => {
      for (const path of ['/', '/api/v1/queue?position=1']) {
        const { code, headers, body } = await ask(host, path, { isSecure: false });

        expect([code, headers.location, body]).toEqual([
          301,
          `https://${host}${path}`,
          expect.not.stringContaining('pod'),
        ]);
      }
    });

    test('brings a client back to his pod of queue, also by WebSocket, and without his cookie to any', async () => {
      const cookies = new Map<string, string>();
      await platform.until('both pods of queue have answered', async () => {
        const { headers, body } = await ask(hosts.api, '/api/v1/queue');
        const [cookie = ''] = headers['set-cookie'] ?? [];
        cookies.set(podIn(body), cookie);
        return cookies.size === 2;
      });
      const names = (await platform.livePods('queue', namespace)).map(({ metadata }) => metadata.name);

      expect([...cookies.keys()].sort()).toEqual(names.sort());
      for (const [pod, setCookie] of cookies) {
        expect(setCookie).toMatch(/^queue-pod=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
        const cookie = setCookie.split(';')[0] ?? '';
        const answers: string[] = [];
        for (let request = 0; request < 10; request++) {
          answers.push(podIn((await ask(hosts.api, '/api/v1/queue', { cookie })).body));
          const socket = webSocket('/ws/queue', cookie);
          answers.push(podIn(await messageOf(socket)));
          socket.close();
        }
        expect(new Set(answers)).toEqual(new Set([pod]));
      }
    });

    test('sets no cookie where no session is kept', async () => {
      for (const [host, path] of [
        [hosts.frontend, '/'],
        [hosts.api, '/api/v1/games'],
      ] as const) {
        expect((await ask(host, path)).headers['set-cookie']).toBeUndefined();
      }
    });
  });

  describe('network policies', () => {
    let cells: readonly Cell[];

    beforeAll(async () => {
      cells = derive(await graphOfCluster(kubectl), table.sources, table.targets);
    });

    test('let every pair connect where they are said to, and nowhere else', async () => {
      const open = cells.filter(({ isOpen }) => isOpen).length;
      process.stderr.write(
        `${cells.length} connections: ${table.sources.length} sources, ${table.targets.length} ports; ${open} open, ${cells.length - open} closed\n`,
      );

      await untilAsDerived(
        'every connection is as derived',
        cells.filter((cell) => !isOfBooking(cell)),
      );
    });

    test('are open to what production says that it connects to, and to what every cluster and Strimzi need', () => {
      const isDeclared = declaredBy(new Graph(objectsOf(production.name).map((manifest) => ({ manifest }))));
      const ours = [namespace, observabilityNamespace];
      const touchesUs = ({ source, target }: Cell): boolean =>
        [source, target].some(({ pod }) => ours.includes(pod?.metadata.namespace ?? ''));
      const sayings = (wanted: (cell: Cell) => boolean): string[] =>
        cells
          .filter((cell) => touchesUs(cell) && wanted(cell))
          .map(sayingOf)
          .sort();
      const services = production.services.filter(({ kind }) => kind === 'spring').map(({ name }) => name);
      const asks = (who: readonly string[], what: string, ports: readonly (string | number)[]): string[] =>
        who.flatMap((name) => ports.map((port) => `${name} to ${what}:${port}`));

      expect(sayings((cell) => cell.isOpen && !isDeclared(cell))).toEqual(
        [
          ...asks(
            [
              ...[...services, 'grafana', 'kafka-metrics', 'log-collector', 'otel-collector'],
              ...['brokers', 'controllers', 'entity-operator'],
            ],
            'kube-dns',
            ['53', '53/UDP'],
          ),
          ...asks(['log-collector', 'otel-collector', 'entity-operator'], 'API server', [443]),
          'brokers to controllers:9090',
          'entity-operator to brokers:9091',
        ].sort(),
      );
      // The address of Redis is in the configuration of all services: these two do not use it.
      expect(sayings((cell) => !cell.isOpen && isDeclared(cell))).toEqual(
        asks(['admin', 'payment'], OUTSIDE_SERVERS[1]?.name ?? '', [6379]),
      );
    });
  });

  describeTls(() => ({ node, host: tls }));

  describe('the Job of staging that makes topics', () => {
    const job = objectsOf(staging.name).find(({ kind }) => kind === 'Job')?.metadata.name ?? '';
    const isDone = async (): Promise<boolean> =>
      records(status(await kubectl.get(`job/${job}`, staging.namespace))['conditions']).some(
        ({ type, status: value }) => type === 'Complete' && value === 'True',
      );
    /** What the brokers say of each topic, on a line of its own. */
    const topics = async (): Promise<string[]> => {
      const tool = ['/opt/kafka/bin/kafka-topics.sh', '--bootstrap-server=localhost:9092', '--describe'];
      const { stdout } = await kubectl.run([
        ...['exec', 'kafka-0', `--namespace=${staging.namespace}`, '--'],
        ...['env', 'KAFKA_HEAP_OPTS=-Xmx96m', ...tool],
      ]);
      return stdout
        .split('\n')
        .filter((line) => /^Topic: .*PartitionCount/.test(line))
        .sort();
    };

    test('makes all of them on three brokers, and run again changes nothing', async () => {
      await platform.until('the Job is done', isDone);
      const made = await topics();

      await kubectl.run(['delete', 'job', job, `--namespace=${staging.namespace}`]);
      await kubectl.apply({
        files: join(__dirname, '..', '..', 'dist', staging.name, 'manifests', '20-kafka.k8s.yaml'),
      });
      await platform.until('the Job is done again', isDone);

      expect(made.map((line) => /^Topic: (\S+)\s/.exec(line)?.[1])).toEqual(
        (staging.topics ?? []).flatMap(({ name }) => [name, `${name}.DLT`]).sort(),
      );
      for (const { name, partitions } of staging.topics ?? []) {
        for (const topic of [name, `${name}.DLT`]) {
          const line = made.find((each) => each.startsWith(`Topic: ${topic}\t`)) ?? '';
          expect(line).toContain(`\tPartitionCount: ${partitions}\tReplicationFactor: 3\t`);
          expect(line).toMatch(/Configs: .*\bmin\.insync\.replicas=2\b/);
        }
      }
      expect(await topics()).toEqual(made);
    });
  });

  describeSpringService(() => node);

  describe('a WebSocket through the gateway', () => {
    test('stays open over two minutes of silence', async () => {
      const { milliseconds, answer } = await silent;

      expect(milliseconds).toBeGreaterThanOrEqual(SILENCE);
      expect(answer).toBe('still there');
    });
  });

  describePlan(() => ({ node, canary: { rollout: BOOKING, replicas: BOOKING_PODS, seen: canary } }));

  describe('the canary of booking', () => {
    test('takes each step with as many pods as its weight, and two minutes', async () => {
      const { pauses } = await canary;
      process.stderr.write(`${pauses.map((pause) => JSON.stringify(pause)).join('\n')}\n`);

      expect(pauses).toEqual(
        CANARY.map(({ weight }) => ({
          weight,
          pods: { '1.0.0': BOOKING_PODS * (1 - weight / 100), '1.1.0': BOOKING_PODS * (weight / 100) },
          answers: ['1.0.0', '1.1.0'],
          seconds: expect.any(Number) as unknown,
        })),
      );
      for (const [index, { seconds }] of pauses.entries()) {
        expect(seconds).toBeGreaterThanOrEqual(CANARY[index]?.seconds ?? 0);
      }
    });

    test('goes back when it is aborted', async () => {
      const { aborted } = await canary;

      expect(aborted).toEqual({ weight: 0, pods: { '1.0.0': BOOKING_PODS }, answers: ['1.0.0'] });
    });

    test('ends with the new version alone, and with as many pods as the autoscaler has made', async () => {
      await canary;
      const rollout = await kubectl.get('rollouts.argoproj.io/booking', namespace);

      expect(record(rollout['spec'])['replicas']).toBe(BOOKING_PODS);
      expect(await podsByVersion()).toEqual({ '1.1.0': BOOKING_PODS });
    });
  });

  describe('at the end of it', () => {
    const VARIABLE = 'SPRING_DATA_REDIS_PASSWORD';

    // This is what Reloader asks for, by the annotation of the Rollout: its own program cannot be had.
    test('a restart gives every pod of booking what a changed Secret says, and takes no step', async () => {
      await canary;
      const before = await platform.livePods(BOOKING, namespace);
      const merge = (kind: string, name: string, change: unknown): Promise<unknown> =>
        kubectl.run([
          ...['patch', kind, name, `--namespace=${namespace}`, '--type=merge'],
          `--patch=${JSON.stringify(change)}`,
        ]);
      await merge('secret', 'redis-secret', { stringData: { [VARIABLE]: 'another one' } });
      await merge('rollouts.argoproj.io', BOOKING, { spec: { restartAt: new Date().toISOString() } });
      const old = new Set(before.map(({ metadata }) => metadata['uid']));
      const pods = await platform.until('every pod of booking is another one', async () => {
        const found = await platform.livePods(BOOKING, namespace);
        return (
          found.length === BOOKING_PODS && found.every((pod) => isReady(pod) && !old.has(pod.metadata['uid'])) && found
        );
      });
      const values = await Promise.all(
        pods.map(async ({ metadata }) => {
          const where = ['exec', metadata.name, `--namespace=${namespace}`, '--'];
          return (await kubectl.run([...where, 'printenv', VARIABLE])).stdout.trim();
        }),
      );
      const rollout = await kubectl.get('rollouts.argoproj.io/booking', namespace);

      expect(values).toEqual(pods.map(() => 'another one'));
      expect(await podsByVersion()).toEqual({ '1.1.0': BOOKING_PODS });
      expect(status(rollout)['currentStepIndex']).toBe(2 * CANARY.length);
    });

    test('applying production again changes nothing', async () => {
      expect(await kubectl.diff({ objects: productionObjects(node, { [BOOKING]: '1.1.0' }) })).toBe('');
    });
  });
});

const NAME_LABEL = 'app.kubernetes.io/name';

/** What the gateway answers; its two sockets lead to its ports. */
const socketOf = (isSecure: boolean): string => join(node.lab.folder, isSecure ? 'gateway-https' : 'gateway-http');

/** Leads sockets to the gateway's ports. */
async function openGateway(): Promise<void> {
  const [pod] = await platform.livePods('traefik', GATEWAY_NAMESPACE);
  for (const isSecure of [true, false]) {
    const address = `TCP:${text(status(pod ?? fail('there is no gateway'))['podIP'])}:${isSecure ? 443 : 80}`;
    node.lab.start('node', 'socat', [`UNIX-LISTEN:${socketOf(isSecure)},fork`, address]);
  }
}

function fail(message: string): never {
  throw new Error(message);
}

/** A connection to a host of the gateway, whose certificate is checked. */
function secure(host: string): TLSSocket {
  return connect({ path: socketOf(true), servername: host, ca: certificate['ca.crt'] });
}

/** A request to the gateway. */
function ask(host: string, path: string, { isSecure = true, cookie = '' } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { path, headers: { Host: host, ...(cookie !== '' && { Cookie: cookie }) }, timeout: 5 * MINUTE };
    const outgoing = isSecure
      ? httpsRequest({ ...options, createConnection: () => secure(host) })
      : httpRequest({ ...options, agent: false, socketPath: socketOf(false) });
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = [];
      response
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('error', reject)
        .on('end', () => {
          const body = Buffer.concat(chunks).toString('utf8');
          resolve({ code: response.statusCode ?? 0, headers: response.headers, body });
        });
    });
    outgoing.on('error', reject);
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${host}${path}: no answer`)));
    outgoing.end();
  });
}

function webSocket(path: string, cookie = ''): WebSocket {
  return new WebSocket(`wss://${hosts.api}${path}`, {
    createConnection: () => secure(hosts.api),
    headers: { Origin: `https://${hosts.frontend}`, ...(cookie !== '' && { Cookie: cookie }) },
  });
}

/** The next message. */
async function messageOf(socket: WebSocket): Promise<string> {
  const closed = once(socket, 'close').then(([code]: unknown[]) => fail(`the WebSocket was closed: ${String(code)}`));
  closed.catch(() => undefined);
  const [data] = (await Promise.race([once(socket, 'message'), closed])) as [Buffer];
  return data.toString('utf8');
}

/** Says nothing for two minutes, and then something. */
async function keepSilent(path: string): Promise<{ readonly milliseconds: number; readonly answer: string }> {
  const socket = webSocket(path);
  await messageOf(socket);
  const start = Date.now();
  // Nobody says anything meanwhile, and it is open still.
  await Promise.race([sleep(SILENCE), messageOf(socket).then((message) => fail(`it has said ${message}`))]);
  const milliseconds = Date.now() - start;
  const answer = messageOf(socket);
  socket.send('still there');
  const result = { milliseconds, answer: await answer };
  socket.close();
  return result;
}

const podIn = (body: string): string => text(record(JSON.parse(body))['pod']);

/** How many pods of booking are Ready, by version. */
async function podsByVersion(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { spec } of (await platform.livePods(BOOKING, namespace)).filter(isReady)) {
    const image = text(records(record(spec)['containers'])[0]?.['image']);
    const version = Object.entries(node.standIns).find(([, digest]) => image.endsWith(digest))?.[0] ?? image;
    counts[version] = (counts[version] ?? 0) + 1;
  }
  return counts;
}

/** The version of booking that answers a request. */
async function answeringVersion(): Promise<string> {
  const { code, body } = await ask(hosts.api, '/api/v1/bookings');
  return code === 200 ? text(record(JSON.parse(body))['version']) : `code ${code}`;
}

/** The versions of booking that answer, once all of some have. */
async function answering(...versions: readonly StandInVersion[]): Promise<readonly string[]> {
  const seen = new Set<string>();
  await platform.until(`${versions.join(' and ')} of booking answer`, async () => {
    for (let request = 0; request < 10; request++) {
      seen.add(await answeringVersion());
    }
    return versions.every((version) => seen.has(version));
  });
  return [...seen].sort();
}

/** Gives booking a new image, aborts, tries again, and looks at every pause until it is everywhere. */
async function followCanary(): Promise<{
  readonly aborted: Omit<Pause, 'seconds'>;
  readonly pauses: readonly Pause[];
}> {
  const name = 'rollouts.argoproj.io/booking';
  const untilStep = (index: number): Promise<void> =>
    kubectl.wait(name, `jsonpath={.status.currentStepIndex}=${index}`, namespace, 15 * 60);
  const patch = (change: unknown): Promise<unknown> =>
    kubectl.run([
      ...['patch', name, `--namespace=${namespace}`, '--subresource=status', '--type=merge'],
      `--patch=${JSON.stringify({ status: change })}`,
    ]);
  const isRollout = ({ kind }: KubernetesObject): boolean => kind === 'Rollout';
  await kubectl.apply({ objects: productionObjects(node, { [BOOKING]: '1.1.0' }).filter(isRollout) });
  // What `kubectl argo rollouts abort` and `retry` do.
  await untilStep(1);
  await answering('1.0.0', '1.1.0');
  await patch({ abort: true });
  await kubectl.wait(name, 'jsonpath={.status.phase}=Degraded', namespace, 15 * 60);
  const pods = await platform.until('only pods of before are there', async () => {
    const found = await podsByVersion();
    return found['1.1.0'] === undefined && found['1.0.0'] === BOOKING_PODS && found;
  });
  await untilEndpoints();
  const aborted = { weight: 0, pods, answers: await answering('1.0.0') };
  await untilStep(0);
  await patch({ abort: null });

  const steps = records(
    record(record(record((await kubectl.get(name, namespace))['spec'])['strategy'])['canary'])['steps'],
  );
  const pauses: Pause[] = [];
  for (const [index, step] of steps.entries()) {
    if (step['pause'] !== undefined) {
      await untilStep(index);
      // The controller may say a moment later when the pause has begun.
      const startTime = await platform.until(`the pause of step ${index} has begun`, async () => {
        const [condition] = records(status(await kubectl.get(name, namespace))['pauseConditions']);
        return condition !== undefined && text(condition['startTime']);
      });
      const seen = {
        weight: steps[index - 1]?.['setWeight'],
        pods: await podsByVersion(),
        answers: await answering('1.0.0', '1.1.0'),
      };
      await untilStep(index + 1);
      pauses.push({ ...seen, seconds: (Date.now() - Date.parse(startTime)) / 1000 });
    }
  }
  await kubectl.wait(name, 'jsonpath={.status.phase}=Healthy', namespace, 15 * 60);
  return { aborted, pauses };
}

/** Those who go are no longer asked. */
async function untilEndpoints(): Promise<void> {
  await platform.until('booking leads to its pods alone', async () => {
    const addresses = (await platform.livePods(BOOKING, namespace)).map((pod) => text(status(pod)['podIP']));
    const slices = await kubectl.list('endpointslices', namespace, `kubernetes.io/service-name=${BOOKING}`);
    const known = slices.flatMap((slice) => records(slice['endpoints']).flatMap((each) => texts(each['addresses'])));
    return known.sort().join() === addresses.sort().join();
  });
  // The gateway hears of it a moment later.
  await platform.until('the gateway has heard of it', async () => {
    const seen = new Set<string>();
    for (let request = 0; request < 2 * BOOKING_PODS; request++) {
      seen.add(await answeringVersion());
    }
    return seen.size === 1;
  });
}

/** A pod of each workload, and what is outside of the cluster. */
async function tableOf(): Promise<{ readonly sources: readonly Source[]; readonly targets: readonly Target[] }> {
  const all = await platform.pods('', [namespace, observabilityNamespace, GATEWAY_NAMESPACE, 'kube-system', OUTSIDE]);
  const pods = [
    ...new Map(all.map((pod) => [`${pod.metadata.namespace ?? ''}/${nameOf({ pod, name: '' })}`, pod])).values(),
  ];
  const { sources, targets } = await endsOf(node, pods);
  return {
    sources: [...sources, { name: 'host', address: HOST_ADDRESS, enter: node.lab.enter('host') }],
    targets: [...targets, ...OUTSIDE_SERVERS.map((server): Target => ({ ...server, protocol: 'TCP' }))],
  };
}

/** What somebody is called, whichever of several pods he is. */
function nameOf({ pod, name }: Pick<End, 'pod' | 'name'>): string {
  const labels = pod?.metadata.labels ?? {};
  const ofStrimzi = labels['strimzi.io/pool-name'] ?? labels['strimzi.io/name']?.replace(/^sportstix-kafka-/, '');
  return ofStrimzi ?? labels[NAME_LABEL] ?? labels['k8s-app'] ?? labels['app'] ?? name;
}

const sayingOf = ({ source, target }: Cell): string =>
  `${nameOf(source)} to ${nameOf(target)}:${target.port}${target.protocol === 'UDP' ? '/UDP' : ''}`;

const isOfBooking = ({ source, target }: Cell): boolean => [source, target].some((end) => nameOf(end) === BOOKING);

/** Whether manifests say that a connection is made. What a route names is connected to by the gateway. */
function declaredBy(graph: Graph): (cell: Cell) => boolean {
  const isOf = (workload: Workload, { pod }: End): boolean =>
    pod?.metadata.namespace === workload.namespace &&
    matchesLabels({ matchLabels: workload.podLabels }, pod.metadata.labels);
  return ({ source, target }) =>
    graph.connections.some(
      ({ from, to }) =>
        to.port === target.port &&
        to.protocol === target.protocol &&
        (from === undefined
          ? source.pod?.metadata.namespace === GATEWAY_NAMESPACE && nameOf(source) === 'traefik'
          : isOf(from, source)) &&
        (to.type === 'external'
          ? to.hosts.includes(target.name)
          : to.workloads.some((workload) => isOf(workload, target))),
    );
}
