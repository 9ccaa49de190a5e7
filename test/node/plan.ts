import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { App, Chart, Duration, Size } from 'cdk8s';
import { loadAll } from 'js-yaml';
import { Cpu } from '../../imports/k8s';
import { ConfigMap } from '../../lib/constructs/config-map';
import { KafkaKraft } from '../../lib/constructs/kafka-kraft';
import { Namespace } from '../../lib/constructs/namespace';
import { PreStop } from '../../lib/constructs/pre-stop';
import type { ResourceProps } from '../../lib/constructs/resources';
import { UpdateStrategy } from '../../lib/constructs/update-strategy';
import { WebService, type WebServiceProps } from '../../lib/constructs/web-service';
import { Graph } from '../../lib/graph';
import { compare } from '../../lib/plan/compare';
import { type Plan, plan } from '../../lib/plan/plan';
import { production } from '../../lib/sportstix/environments';
import { renderCharts } from '../../lib/synth/manifests';
import { record, text } from '../cluster/json';
import type { KubernetesObject } from '../cluster/kubectl';
import { STAND_IN_IMAGE, type StandInVersion } from './images';
import type { Node } from './node';
import { isReady, RunningPlatform } from './platform';
import { productionObjects } from './production';

// What a plan says of changes, held to pods that run and to a client who asks them all the while: who is replaced, who is down, and how long
// it takes at least. All changes are one plan and one apply, and their rollouts go on beside each other.

const NAMESPACE = 'plan';
const NAME_LABEL = 'app.kubernetes.io/name';
/** The Services that are asked all the while. */
const ASKED = ['surge', 'recreate', 'kafka'] as const;
type Asked = (typeof ASKED)[number];

/** A pause of a canary, as it was. */
interface Pause {
  readonly weight: unknown;
  /** Ready pods by version. */
  readonly pods: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/** A canary of a Rollout of production, from version 1.0.0 to 1.1.0. */
interface Canary {
  /** Name of the Rollout. */
  readonly rollout: string;
  readonly replicas: number;
  /** How it was, once it is over. */
  readonly seen: Promise<{ readonly pauses: readonly Pause[] }>;
}

/** How a Service answered while its pods were replaced. */
interface Answers {
  readonly requests: number;
  /** How many of them had no answer, by why. */
  readonly lost: Readonly<Record<string, number>>;
  /** The longest time between two answers, in seconds. */
  readonly silence: number;
}

/** What was seen of all changes. */
interface Seen {
  readonly services: Readonly<Record<string, Answers>>;
  /** Workloads of which other pods run than before. */
  readonly replaced: readonly string[];
  /** Seconds from the apply to the end of the rollout, by workload. */
  readonly seconds: Readonly<Record<string, number>>;
  /** The variable that pods have in the end, by workload. */
  readonly versions: Readonly<Record<string, unknown>>;
}

/** What is applied first, and then with another version. */
function objectsOf(version: '1' | '2'): readonly KubernetesObject[] {
  const app = new App();
  new Namespace(new Chart(app, '00-namespace'), NAMESPACE);
  const chart = new Chart(app, NAMESPACE, { namespace: NAMESPACE, disableResourceNameHashes: true });
  const resources = (request: Size, limit: Size): ResourceProps => ({
    cpu: { request: Cpu.millis(20) },
    memory: { request, limit },
  });
  const service = (name: string, props: Partial<WebServiceProps>): WebService =>
    new WebService(chart, name, {
      image: STAND_IN_IMAGE,
      port: 3000,
      resources: resources(Size.mebibytes(16), Size.mebibytes(64)),
      ...props,
    });
  const environment = { VERSION: version };
  const configMap = (name: string): ConfigMap => new ConfigMap(chart, name, { data: environment });

  service('surge', {
    environment,
    minReady: Duration.seconds(5),
    probeTiming: { readiness: { initialDelay: Duration.seconds(18) } },
    // A node that is busy with other tests hears later than others of a pod that goes. It serves less long than a new one needs: without
    // surge nobody would answer in between.
    preStop: PreStop.sleepCommand(Duration.seconds(15)),
  });
  service('recreate', {
    environment,
    updateStrategy: UpdateStrategy.recreate(),
    probeTiming: { startup: { initialDelay: Duration.seconds(6) } },
  });
  new KafkaKraft(chart, 'kafka', {
    resources: resources(Size.mebibytes(256), Size.mebibytes(640)),
    properties: { 'auto.create.topics.enable': version === '1' },
  });
  service('configured', { environmentFrom: [configMap('settings')] });
  // By its name alone, so that nobody knows when it changes.
  service('unaware', { environmentFrom: [{ kind: 'ConfigMap', name: configMap('variables').name }] });
  service('bystander', {});
  return [...renderCharts(app).values()].flatMap((yaml) => loadAll(yaml) as readonly KubernetesObject[]);
}

const graphOf = (objects: readonly KubernetesObject[]): Graph => new Graph(objects.map((manifest) => ({ manifest })));
const planOf = (old: readonly KubernetesObject[], now: readonly KubernetesObject[]): Plan =>
  plan(compare(graphOf(old), graphOf(now)));

/** Names of the objects of which a plan says something. */
const objectsWith = ({ changes }: Plan, kind: string): readonly string[] =>
  changes
    .filter(({ consequences }) => consequences.some((consequence) => consequence.kind === kind))
    .map((change) => change.new?.resource.name ?? '')
    .sort();

/** What a plan says of an object. */
const sayings = ({ changes }: Plan, kind: string, name: string): readonly (readonly [string, string, string])[] =>
  changes
    .filter(({ new: object }) => object?.resource.kind === kind && object.resource.name === name)
    .flatMap(({ consequences }) => consequences.map((each) => [each.kind, each.severity, each.message] as const));

/** Seconds that something takes at least, as a plan says. */
function leastSeconds(sayingsOfObject: readonly (readonly [string, string, string])[]): number {
  const [, minutes = '0', seconds = '0'] =
    /It takes at least (?:(\d+) min)? ?(?:(\d+) s)?\./.exec(
      sayingsOfObject.map(([, , message]) => message).join('\n'),
    ) ?? [];
  return 60 * Number(minutes) + Number(seconds);
}

/**
 * The shortest time on a clock of what takes a number of seconds at least: each wait in it begins at a time that Kubernetes cuts to whole
 * seconds, so that up to one second of it has passed by then.
 */
const cut = (seconds: number, waits: number): number => seconds - waits;

/** Makes all changes, and follows them to their end. */
async function see(node: Node): Promise<Seen> {
  const { kubectl } = node.cluster;
  const platform = new RunningPlatform(kubectl, node);
  const before = objectsOf('1');
  const workloads = before.filter(({ kind }) => ['Deployment', 'StatefulSet'].includes(kind));
  const pods = async (): Promise<ReadonlyMap<string, KubernetesObject>> =>
    platform.until('each workload has its pod, and no other', async () => {
      const found = await platform.pods('', [NAMESPACE]);
      return (
        found.length === workloads.length &&
        found.every(isReady) &&
        new Map(found.map((pod) => [pod.metadata.labels?.[NAME_LABEL] ?? '', pod]))
      );
    });
  const untilRolled = async ({ kind, metadata }: KubernetesObject): Promise<void> => {
    await kubectl.run(['rollout', 'status', `${kind}/${metadata.name}`, `--namespace=${NAMESPACE}`, '--timeout=15m']);
  };

  await kubectl.apply({ objects: before.filter(({ kind }) => kind === 'Namespace') });
  await kubectl.apply({ objects: before });
  await Promise.all(workloads.map(untilRolled));
  const old = await pods();
  const services = await kubectl.list('services', NAMESPACE);
  const addressOf = (name: string): string =>
    text(record(services.find(({ metadata }) => metadata.name === name)?.['spec'])['clusterIP']);
  const end = await startLoad(
    node,
    ASKED.map((name) => ({ name, address: addressOf(name), ...DIALOGUES[name] })),
  );

  const start = Date.now();
  await kubectl.apply({ objects: objectsOf('2') });
  const seconds = Object.fromEntries(
    await Promise.all(
      workloads.map(async (workload) => {
        await untilRolled(workload);
        return [workload.metadata.name, (Date.now() - start) / 1000] as const;
      }),
    ),
  );
  const now = await pods();
  const seen = await end();
  const versions = Object.fromEntries(
    await Promise.all(
      ['surge', 'recreate', 'configured', 'unaware'].map(async (name) => {
        const { version } = await platform.ask(NAMESPACE, name, '/');
        return [name, version] as const;
      }),
    ),
  );
  // Others need the node's CPUs.
  await kubectl.run(['delete', 'namespace', NAMESPACE, '--wait=false']);
  const uid = (pod: KubernetesObject | undefined): unknown => pod?.metadata['uid'];
  const names = workloads.map(({ metadata }) => metadata.name).sort();
  return {
    services: seen,
    replaced: names.filter((name) => uid(old.get(name)) !== uid(now.get(name))),
    seconds,
    versions,
  };
}

/** Somebody who is asked. */
interface Dialogue {
  readonly port: number;
  /** What he is told on each new connection, in Latin 1. */
  readonly question: string;
  /** The beginning of an answer, as a regular expression for Latin 1. */
  readonly answer: string;
}

const HTTP: Dialogue = { port: 3000, question: 'GET / HTTP/1.0\r\n\r\n', answer: '^HTTP/1\\.. 200 ' };
const DIALOGUES: Readonly<Record<Asked, Dialogue>> = {
  surge: HTTP,
  recreate: HTTP,
  // Which versions of its API it knows (ApiVersions, https://kafka.apache.org/protocol.html), without an error.
  kafka: {
    port: 9092,
    question: '\0\0\0\x0a' + '\0\x12' + '\0\0' + '\0\0\0\x01' + '\xff\xff',
    answer: '^[^]{4}\0\0\0\x01\0\0',
  },
};

/**
 * Asks Services from the node, on a new connection each time, and waits until each of them has answered.
 *
 * @returns what ends it, as soon as each of them answers, and says how they were
 */
async function startLoad(
  node: Node,
  targets: readonly (Dialogue & { readonly name: string; readonly address: string })[],
): Promise<() => Promise<Readonly<Record<string, Answers>>>> {
  const [enter = '', ...inNetwork] = node.lab.enter('node');
  const client = spawn(enter, [...inNetwork, process.execPath, '-e', LOAD, JSON.stringify(targets)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: client.stdout });
  const next = async (): Promise<string> => {
    const closed = once(lines, 'close').then(() => {
      throw new Error('the client has ended');
    });
    closed.catch(() => undefined);
    return text(((await Promise.race([once(lines, 'line'), closed])) as unknown[])[0]);
  };
  await next();
  return async () => {
    const said = next();
    client.stdin.end();
    return JSON.parse(await said) as Readonly<Record<string, Answers>>;
  };
}

/** The client: it says that all have answered, and when standard input ends, how they were since then. */
const LOAD = `
const targets = JSON.parse(process.argv[1]);
let isEnding = false;
process.stdin.on('end', () => { isEnding = true; }).resume();
const pause = () => new Promise((resolve) => setTimeout(resolve, 25));
/** Why there is no answer; nothing where there is one. */
const ask = ({ address, port, question, answer }) => new Promise((resolve) => {
  const socket = require('node:net').connect({ host: address, port });
  let said = '';
  const end = (why) => { socket.destroy(); resolve(why); };
  socket.setTimeout(300_000, () => end('no answer'));
  socket.on('connect', () => socket.write(question, 'latin1'));
  socket.on('data', (chunk) => {
    said += chunk.toString('latin1');
    if (new RegExp(answer).test(said)) end();
  });
  socket.on('error', ({ code }) => end(code));
  socket.on('end', () => end('another answer: ' + said.slice(0, 40)));
});
const untilAnswered = async (target) => {
  while (await ask(target) !== undefined) await pause();
};
const load = async (target) => {
  const lost = {};
  const asked = [];
  let [silence, last, isOver] = [0, performance.now(), false];
  const request = async () => {
    const isLast = isEnding;
    const why = await ask(target);
    if (why !== undefined) {
      lost[why] = (lost[why] ?? 0) + 1;
      return;
    }
    const now = performance.now();
    silence = Math.max(silence, (now - last) / 1000);
    last = now;
    isOver ||= isLast;
  };
  // Who has no answer yet keeps nobody else from asking.
  while (!isOver) {
    asked.push(request());
    await pause();
  }
  await Promise.all(asked);
  return [target.name, { requests: asked.length, lost, silence }];
};
(async () => {
  await Promise.all(targets.map(untilAnswered));
  console.log('all have answered');
  console.log(JSON.stringify(Object.fromEntries(await Promise.all(targets.map(load)))));
})();
`;

/**
 * Tests that what a plan says of pods that are replaced is what becomes of them. They begin before the other tests of the same block, and go
 * on beside them.
 *
 * @param of the node, and the canary that is followed on it, once the tests run
 */
export function describePlan(of: () => { readonly node: Node; readonly canary: Canary }): void {
  let result: Promise<Seen>;

  beforeAll(() => {
    result = see(of().node);
    result.catch(() => undefined);
  });

  describe('a plan', () => {
    const planned = planOf(objectsOf('1'), objectsOf('2'));
    let seen: Seen;

    beforeAll(async () => {
      seen = await result;
      process.stderr.write(`${JSON.stringify(seen)}\n`);
    });

    test('says that pods restart, and exactly these are replaced', () => {
      expect(objectsWith(planned, 'restart')).toEqual(['configured', 'kafka', 'recreate', 'surge']);
      expect(seen.replaced).toEqual(objectsWith(planned, 'restart'));
    });

    test('says what is down, and exactly that loses requests', () => {
      const losers = ASKED.filter((name) => Object.keys(seen.services[name]?.lost ?? {}).length > 0).sort();

      expect(objectsWith(planned, 'downtime')).toEqual(['kafka', 'recreate']);
      expect(losers).toEqual(objectsWith(planned, 'downtime'));
    });

    test('says that a single pod with surge takes a while and is not down, and no request is lost', () => {
      const said = sayings(planned, 'Deployment', 'surge');

      expect(said).toEqual([
        [
          'restart',
          'info',
          'Deployment surge gets a new revision: 1 pod is replaced. RollingUpdate: up to 1 pod more, and none fewer meanwhile. It takes at least 23 s.',
        ],
      ]);
      expect(seen.services['surge']?.lost).toEqual({});
      expect(seen.seconds['surge']).toBeGreaterThanOrEqual(cut(leastSeconds(said), 2));
      expect(seen.versions['surge']).toBe('2');
    });

    test('says that Recreate is down as long as a new pod needs, and nobody answers so long', () => {
      const said = sayings(planned, 'Deployment', 'recreate');

      expect(said).toEqual([
        [
          'downtime',
          'danger',
          'Service recreate is down while the pods are replaced: with Recreate all pods end first.',
        ],
        [
          'restart',
          'info',
          'Deployment recreate gets a new revision: 1 pod is replaced. Recreate: all old pods end before the first new one starts. It takes at least 6 s.',
        ],
      ]);
      expect(seen.services['recreate']?.silence).toBeGreaterThanOrEqual(cut(leastSeconds(said), 1));
      expect(seen.seconds['recreate']).toBeGreaterThanOrEqual(cut(leastSeconds(said), 1));
      expect(seen.versions['recreate']).toBe('2');
    });

    test('says that Kafka with one broker is down, and connections to it are refused', () => {
      expect(sayings(planned, 'StatefulSet', 'kafka')).toEqual([
        [
          'downtime',
          'danger',
          'Kafka is down while the pods are replaced: its only pod ends before the new one is there.',
        ],
        [
          'restart',
          'info',
          'StatefulSet kafka gets a new revision: 1 pod is replaced. Its only pod, kafka-0, ends before the new one starts.',
        ],
      ]);
      expect(seen.services['kafka']?.lost).toEqual(
        expect.objectContaining({ ECONNREFUSED: expect.any(Number) as unknown }),
      );
    });

    test('says who restarts for a ConfigMap by its checksum, and he has what it says', () => {
      expect(sayings(planned, 'Deployment', 'configured')).toEqual([
        [
          'restart',
          'info',
          'Deployment configured gets a new revision for the change of ConfigMap settings, by the checksum in its pod template: 1 pod is replaced. RollingUpdate: up to 1 pod more, and none fewer meanwhile.',
        ],
      ]);
      expect(sayings(planned, 'ConfigMap', 'settings')).toEqual([]);
      expect(seen.versions['configured']).toBe('2');
    });

    test('says who does not restart for a ConfigMap that he reads as variables, and he keeps what it said', () => {
      expect(sayings(planned, 'ConfigMap', 'variables')).toEqual([
        [
          'no-restart',
          'warning',
          'Nobody is restarted for the change of VERSION. Deployment unaware reads it as variables: the pods that run keep the old values until they are restarted.',
        ],
      ]);
      expect(sayings(planned, 'Deployment', 'unaware')).toEqual([]);
      expect(seen.versions['unaware']).toBe('1');
    });

    test("says a canary's pods at each step and how long it takes, and so it does", async () => {
      const { node, canary } = of();
      const { pauses } = await canary.seen;
      const planOfCanary = planOf(canaryObjects(node, canary, '1.0.0'), canaryObjects(node, canary, '1.1.0'));
      const said = sayings(planOfCanary, 'Rollout', canary.rollout);
      const steps = pauses.map(
        ({ weight, pods }) =>
          `${String(weight)} % is ${pods['1.1.0'] ?? 0} new and ${pods['1.0.0'] ?? 0} old, 2 min pause`,
      );

      expect(objectsWith(planOfCanary, 'restart')).toEqual([canary.rollout]);
      expect(objectsWith(planOfCanary, 'downtime')).toEqual([]);
      expect(said.filter(([kind]) => kind === 'restart')).toEqual([
        [
          'restart',
          'info',
          `Rollout ${canary.rollout} gets a new revision: ${canary.replicas} pods are replaced. Canary of ${canary.replicas} pods: ${steps.join(', ')}; then all new. It takes at least 6 min.`,
        ],
      ]);
      expect(pauses.reduce((sum, { seconds }) => sum + seconds, 0)).toBeGreaterThanOrEqual(leastSeconds(said));
    });
  });
}

/** Production with a version of a Rollout, and as many of its pods as an autoscaler has made. */
function canaryObjects(
  node: Node,
  { rollout, replicas }: Canary,
  version: StandInVersion,
): readonly KubernetesObject[] {
  const is = (kind: string, object: KubernetesObject): boolean =>
    object.kind === kind && object.metadata.name === rollout && object.metadata.namespace === production.namespace;
  return productionObjects(node, { [rollout]: version })
    .filter((object) => !is('HorizontalPodAutoscaler', object))
    .map((object) => (is('Rollout', object) ? { ...object, spec: { ...record(object['spec']), replicas } } : object));
}
