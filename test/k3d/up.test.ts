import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { main as downMain } from '../../lib/cli/down';
import { main as upMain } from '../../lib/cli/up';
import { bringUp, takeDown, type Session, type OutdatedFile } from '../../lib/k3d/bring-up';
import { thisSystem } from '../../lib/host/system';
import { thisTerminal } from '../../lib/k3d/terminal';
import { readWorkloads } from '../../lib/k3d/workloads';
import { platform } from './platform';
import { exited, setup, terminal, type RecordingTerminal } from './stand-ins';

const NODES = ['k3d-shop-server-0', 'k3d-shop-agent-0', 'k3d-shop-agent-1'];
const IMAGES = ['shop/orders-service:dev', 'shop/carts-service:dev'];
const ASK = {
  clusters: 'k3d cluster list -o json',
  contexts: 'kubectl config get-contexts -o name',
  built: IMAGES.map((image) => `docker image inspect ${image}`),
  images: NODES.map((node) => `docker exec ${node} crictl images -o json`),
  contents: IMAGES.map((image) => `docker exec k3d-shop-server-0 crictl inspecti -o json docker.io/${image}`),
  workloads:
    'kubectl --context k3d-shop --namespace shop get deployments,statefulsets,rollouts.argoproj.io,pods -o json',
};
const DO = {
  create: 'k3d cluster create --config dist/local/k3d.yml',
  load: 'k3d image import --cluster shop shop/orders-service:dev shop/carts-service:dev',
  definitions: 'kubectl --context k3d-shop apply --server-side -f crds',
  established: 'kubectl --context k3d-shop wait --for=condition=Established --timeout=60s crd/rollouts.argoproj.io',
  platform: 'kubectl --context k3d-shop apply -f dist/local/manifests',
};

// Every step is a process of its own, and they are slow where the machine is busy.
let folder: string;
let state: string;
const path = process.env['PATH'] ?? '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'up-'));
  state = mkdtempSync(join(tmpdir(), 'up-state-'));
  for (const name of ['docker', 'k3d', 'kubectl', 'npm'])
    symlinkSync(join(__dirname, 'stand-in.sh'), join(folder, name));
  process.env['PATH'] = `${folder}:${path}`;
  process.env['STAND_IN_STATE'] = state;
  tell('built', builtAs(1));
});
afterEach(() => {
  process.env['PATH'] = path;
  rmSync(folder, { recursive: true });
  rmSync(state, { recursive: true });
});

function tell(file: string, text: string): void {
  writeFileSync(join(state, file), text);
}

/** What Docker has: each image in some version. */
function builtAs(orders: number, carts = orders): string {
  return `shop/orders-service:dev orders-${orders}\nshop/carts-service:dev carts-${carts}\n`;
}

function calls(): readonly string[] {
  return existsSync(join(state, 'calls')) ? readFileSync(join(state, 'calls'), 'utf8').trim().split('\n') : [];
}

/** What was run since, without the questions. */
function done(from = 0): readonly string[] {
  return calls()
    .slice(from)
    .filter(
      (call) =>
        Object.values(DO).includes(call) || /cluster (start|delete|create)|kubeconfig|image import|npm/.test(call),
    );
}

function session(screen: RecordingTerminal): Session {
  return {
    system: thisSystem(),
    terminal: {
      ...screen,
      execute: (command) =>
        thisSystem()
          .run(command)
          .then((result) => (result.kind === 'exited' ? result.code : 127)),
    },
    signal: new AbortController().signal,
    pollMilliseconds: 1,
  };
}

function up(screen = terminal(), doctor = 0, what = platform, running = 0): Promise<number> {
  return bringUp(what, session(screen), {
    outdated: () => [],
    doctor: (phase) => Promise.resolve(phase === 'host' ? doctor : running),
  });
}

const RUNNING = nodes('1/1', '2/2');

function nodes(servers: string, agents: string): string {
  const [serversRunning, serversCount] = servers.split('/').map(Number);
  const [agentsRunning, agentsCount] = agents.split('/').map(Number);
  return JSON.stringify([{ name: 'shop', serversRunning, serversCount, agentsRunning, agentsCount }]);
}

test('on an empty machine: every step in its order, with its arguments', async () => {
  const screen = terminal();

  expect(await up(screen)).toBe(0);

  expect(calls()).toEqual([
    ...[ASK.clusters, DO.create],
    ...[ASK.clusters, ...ASK.built, ...ASK.images, DO.load],
    // k3d's word is not taken for it.
    ...[...ASK.built, ...ASK.images.slice(0, 1), ...ASK.contents, ...ASK.images.slice(1)],
    ...[DO.definitions, DO.established, DO.platform, ASK.workloads, ASK.workloads],
  ]);
  expect(screen.written()).toMatchSnapshot();
});

test('prints every command that it runs, so that a person can do it by hand', async () => {
  const screen = terminal();

  await up(screen);

  for (const command of Object.values(DO)) expect(screen.written()).toContain(`$ ${command}\n`);
});

test('names the context in every kubectl that changes something', async () => {
  await up();

  for (const call of calls().filter((line) => /^kubectl.*(apply|wait)/.test(line)))
    expect(call).toContain('--context k3d-shop');
});

test('run again when all is up: nothing is made twice', async () => {
  await up();
  const before = calls().length;

  expect(await up()).toBe(0);

  expect(done(before)).toEqual([DO.definitions, DO.established, DO.platform]);
});

test.each([
  ['cluster create', [DO.create, DO.load, DO.definitions, DO.established, DO.platform]],
  ['image import', [DO.load, DO.definitions, DO.established, DO.platform]],
  ['apply --server-side', [DO.definitions, DO.established, DO.platform]],
  ['wait --for', [DO.definitions, DO.established, DO.platform]],
  ['apply -f dist', [DO.definitions, DO.established, DO.platform]],
])('when %s fails it says so and stops; run again it goes on there', async (step, rest) => {
  const screen = terminal();
  tell('fail', step);

  expect(await up(screen)).toBe(1);

  expect(done().at(-1)).toContain(step);
  expect(screen.written()).toContain('ended with exit code 1');
  tell('fail', '');
  const before = calls().length;
  expect(await up()).toBe(0);
  expect(done(before)).toEqual(rest);
});

test('a workload that does not come up is named with its reason', async () => {
  const screen = terminal();
  tell('fail', ' get ');
  expect(await up(screen, 0, { ...platform, timeoutSeconds: 0 })).toBe(1);
  expect(screen.written()).toContain('kubectl does not answer: as it was told');
  tell('fail', '');

  expect(await up(screen, 0, { ...platform, timeoutSeconds: 0 })).toBe(1);

  expect(screen.written()).toContain('    shop/orders 0 of 1: ContainerCreating\n');
});

test('what the doctor finds stops it before anything is made', async () => {
  expect(await up(terminal(), 1)).toBe(1);
  expect(calls()).toEqual([]);
});

test('what the doctor could not check does not', async () => {
  const screen = terminal();

  expect(await up(screen, 2)).toBe(0);
  expect(screen.written()).toContain('Not everything could be checked; going on.');
});

describe('a cluster that is there', () => {
  test('and is stopped, is started', async () => {
    tell('clusters', nodes('0/1', '0/2'));
    tell('contexts', 'k3d-shop\n');

    expect(await up()).toBe(0);
    expect(done()[0]).toBe('k3d cluster start shop');
  });

  test('and does not start, although k3d says so, is a stop', async () => {
    const screen = terminal();
    tell('clusters', nodes('0/1', '0/2'));
    tell('contexts', 'k3d-shop\n');
    tell('stuck', '');

    expect(await up(screen)).toBe(1);
    expect(done()).toEqual(['k3d cluster start shop']);
    expect(screen.written()).toContain('not every node of shop runs');
  });

  test.each([
    ['whose making was cut short', nodes('1/1', '0/1'), 'other\n'],
    ['whose making was cut short, and kubectl knows no context', nodes('1/1', '0/1'), ''],
    ['that was made from another configuration', nodes('1/1', '1/1'), 'k3d-shop\n'],
    ['that was made from another configuration, and is stopped', nodes('0/1', '0/4'), 'k3d-shop\n'],
  ])('and %s, is never touched: it says so, and how it is removed', async (_, list, contexts) => {
    const screen = terminal({ answer: true });
    tell('clusters', list);
    tell('contexts', contexts);

    expect(await up(screen)).toBe(1);
    expect(done()).toEqual([]);
    expect(screen.written()).toContain('Nothing is removed here. npm run down says what is stored in it, and asks');
  });

  test('and is in another network than the firewall knows, is a stop', async () => {
    const screen = terminal();
    tell('clusters', RUNNING);
    tell('contexts', 'k3d-shop\n');
    tell('network', '172.18.0.0/16');

    expect(await up(screen)).toBe(1);
    expect(done()).toEqual([]);
    expect(screen.written()).toContain('in the Docker network 172.18.0.0/16, and the environment has 172.21.0.0/16');
  });

  test('and has lost what pods need, as after a reboot, is a stop; one that is started here has it', async () => {
    tell('clusters', RUNNING);
    tell('contexts', 'k3d-shop\n');

    expect(await up(terminal(), 0, platform, 1)).toBe(1);
    expect(done()).toEqual([]);

    tell('clusters', nodes('0/1', '0/2'));
    expect(await up(terminal(), 0, platform, 1)).toBe(0);
    expect(done()[0]).toBe('k3d cluster start shop');
  });

  test("and that kubectl does not know, is made known, and kubectl's current context stays", async () => {
    const screen = terminal();
    tell('clusters', RUNNING);
    tell('contexts', 'other\n');

    expect(await up(screen)).toBe(0);
    expect(done()[0]).toBe('k3d kubeconfig merge shop --kubeconfig-merge-default --kubeconfig-switch-context=false');
    expect(screen.written()).toContain('the current one stays');
  });
});

// Each question that comes before something is made, started or imported.
test.each([
  ['k3d cluster list', []],
  ['docker network inspect', []],
  ['kubectl config get-contexts', []],
  ['docker image inspect', []],
  ['docker exec k3d-shop-agent-1 crictl images', []],
  ['crictl inspecti', []],
])('when %s fails, nothing is changed, and it stops at once', async (question, changes) => {
  const screen = terminal({ answer: true });
  await up();
  const before = calls().length;
  tell('fail', question);

  expect(await up(screen)).toBe(1);

  expect(done(before)).toEqual(changes);
  expect(screen.written()).toContain('as it was told');
});

describe('images', () => {
  const loads = (from: number): readonly string[] =>
    calls()
      .slice(from)
      .filter((call) => call.startsWith('k3d image import'));

  test.each(['', 'containerd'])(
    'are not imported again where the store is "%s" and nothing was built',
    async (store) => {
      tell('store', store);
      await up();
      const before = calls().length;

      expect(await up()).toBe(0);
      expect(loads(before)).toEqual([]);
    },
  );

  test.each(['', 'containerd'])('and one that was built again is, where the store is "%s"', async (store) => {
    tell('store', store);
    await up();
    const before = calls().length;
    tell('built', builtAs(1, 2));
    const screen = terminal();

    expect(await up(screen)).toBe(0);
    expect(loads(before)).toEqual(['k3d image import --cluster shop shop/carts-service:dev']);
    expect(screen.written()).toContain(
      'shop/carts-service:dev on k3d-shop-server-0, k3d-shop-agent-0, k3d-shop-agent-1',
    );
  });

  test.each([
    ['for the first time', '', 'shop/orders-service:dev is missing on k3d-shop-agent-1'],
    ['again', '2', 'shop/orders-service:dev on k3d-shop-agent-1 is another than Docker has'],
  ])('that do not get to a node %s, although k3d ends well, stop it at once', async (_, again, message) => {
    const screen = terminal();
    if (again !== '') {
      await up();
      tell('built', builtAs(Number(again)));
    }
    tell('broken-node', 'k3d-shop-agent-1');
    const before = calls().length;

    expect(await up(screen)).toBe(1);

    expect(loads(before)).toEqual([DO.load]);
    expect(calls().slice(before).join()).not.toContain('apply');
    expect(screen.written()).toContain(`× Images\n    ${message}\n`);
  });

  test('are not imported where a node does not run, which is named', async () => {
    const screen = terminal();
    await up();
    tell('down-node', 'k3d-shop-agent-0');
    const before = calls().length;

    expect(await up(screen)).toBe(1);

    expect(done(before)).toEqual([]);
    expect(screen.written()).toContain('docker exec k3d-shop-agent-0 ... ended with exit code 1');
    expect(screen.written()).toContain('is not running');
  });

  test('that are not built stop it, with how each is built', async () => {
    const screen = terminal();
    tell('built', builtAs(1).split('\n')[0] ?? '');
    const buildArguments = new Map([['shop/carts-service:dev', ['API_URL=http://localhost:8880', 'NAME=a b']]]);

    expect(await up(screen, 0, { ...platform, buildArguments })).toBe(1);

    expect(done()).toEqual([DO.create]);
    expect(screen.written()).toContain(
      "docker build --build-arg API_URL=http://localhost:8880 --build-arg 'NAME=a b' -t shop/carts-service:dev FOLDER\n",
    );
  });

  test('that are not in Docker any more, but on every node, are well', async () => {
    await up();
    tell('built', '');
    const before = calls().length;

    expect(await up()).toBe(0);
    expect(loads(before)).toEqual([]);
  });
});

describe('generated files', () => {
  const SECRET: OutdatedFile = { file: 'dist/secrets.k8s.yaml', is: 'missing', committed: false };
  const bring = (screen: RecordingTerminal, outdated: () => readonly OutdatedFile[]): Promise<number> =>
    bringUp(platform, session(screen), { outdated, doctor: () => Promise.resolve(0) });
  const synthesized = (): boolean => existsSync(join(state, 'synthesized'));

  test('that a fresh clone lacks are synthesized, before anything else', async () => {
    const screen = terminal();

    expect(await bring(screen, () => (synthesized() ? [] : [SECRET]))).toBe(0);

    expect(calls()[0]).toBe('npm run synth');
    expect(screen.written()).toContain('dist/secrets.k8s.yaml is missing, and not in git\n$ npm run synth\n');
  });

  test('that are still not there after it stop it', async () => {
    const screen = terminal();

    expect(await bring(screen, () => [SECRET])).toBe(1);

    expect(calls()).toEqual(['npm run synth']);
    expect(screen.written()).toContain('× Generated files\n    dist/secrets.k8s.yaml is missing\n');
  });

  test('that git has and are older than the code are named, and nothing is changed', async () => {
    const screen = terminal();
    const old = [
      SECRET,
      { file: 'dist/orders.k8s.yaml', is: 'different', committed: true } as const,
      { file: 'dist/new.k8s.yaml', is: 'missing', committed: true } as const,
    ];

    expect(await bring(screen, () => old)).toBe(1);

    expect(calls()).toEqual([]);
    expect(screen.written()).toContain(
      '    dist/orders.k8s.yaml is not what the code makes now\n    dist/new.k8s.yaml is missing\n    Run npm run synth, look',
    );
  });
});

describe('interrupted', () => {
  async function interrupted(step: string): Promise<{ readonly code: unknown; readonly output: string }> {
    tell('slow', step);
    const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'run-up.ts')], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: process.env,
      // A process group of its own: a terminal's Ctrl-C goes to all of it, and to nothing else.
      detached: true,
    });
    const closed = once(child, 'close') as Promise<[unknown]>;
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    while (!existsSync(join(state, 'started')) && child.exitCode === null) await sleep(50);
    process.kill(-(child.pid ?? 0), 'SIGINT');
    const [code] = await closed;
    return { code, output };
  }

  test.each(['cluster create', 'image import', 'apply -f', 'crictl images', ' get '])(
    'during %s: it ends at once, leaves no file, and goes on when run again',
    async (step) => {
      const before = readdirSync(process.cwd());

      const { code, output } = await interrupted(step);

      expect(code).toBe(130);
      expect(output).toMatch(
        /\nInterrupted during: (Cluster|Images|Manifests: platform|Workloads)\. Run the same again/,
      );
      expect(output).not.toMatch(/^\s+at /m);
      expect(readdirSync(process.cwd())).toEqual(before);
      expect(calls().at(-1)).toContain(step);
      tell('slow', '');
      expect(await up()).toBe(0);
    },
  );

  test('a command that only this process was told to end is ended too', async () => {
    const controller = new AbortController();
    tell('slow', 'cluster create');
    const running = thisTerminal().execute(['k3d', 'cluster', 'create'], controller.signal);
    while (!existsSync(join(state, 'started'))) await sleep(50);

    controller.abort();

    expect(await running).toBe(130);
  });
});

describe('down', () => {
  const VOLUMES =
    'docker exec k3d-shop-server-0 kubectl get persistentvolumeclaims,persistentvolumes,pods --all-namespaces -o json';
  const claim = (namespace: string, name: string, size: string): object => ({
    kind: 'PersistentVolumeClaim',
    metadata: { namespace, name },
    spec: { resources: { requests: { storage: size } } },
    status: { capacity: { storage: size } },
  });
  const volume = (name: string, size: string, claimed: string): object => ({
    kind: 'PersistentVolume',
    metadata: { name },
    spec: { capacity: { storage: size }, claimRef: { namespace: claimed.split('/')[0], name: claimed.split('/')[1] } },
  });
  const pod = (namespace: string, name: string, owner: object | undefined, claimName: string): object => ({
    kind: 'Pod',
    metadata: { namespace, name, ...(owner && { ownerReferences: [{ controller: true, ...owner }] }) },
    spec: { volumes: [{ emptyDir: {} }, { persistentVolumeClaim: { claimName } }] },
  });
  const STORED = JSON.stringify({
    kind: 'List',
    items: [
      claim('shop', 'data-kafka-0', '1Gi'),
      claim('monitoring', 'grafana', '2Gi'),
      claim('shop', 'old', '3Gi'),
      volume('pvc-1', '1Gi', 'shop/data-kafka-0'),
      volume('pvc-9', '9Gi', 'gone/gone'),
      pod('shop', 'kafka-0', { kind: 'StatefulSet', name: 'kafka' }, 'data-kafka-0'),
      pod('monitoring', 'grafana-7d9f-x', { kind: 'ReplicaSet', name: 'grafana-7d9f' }, 'grafana'),
      pod('other', 'o', { kind: 'StatefulSet', name: 'o' }, 'old'),
    ],
  });

  test('says what is stored in the cluster, and removes nothing where nobody says yes', async () => {
    const screen = terminal();
    await up();
    tell('stored', STORED);
    const before = calls().length;

    expect(await downMain(platform, [], { ...session(screen).terminal })).toBe(1);

    expect(calls().slice(before)).toEqual([ASK.clusters, VOLUMES]);
    expect(screen.written()).toMatchSnapshot();
  });

  test.each([
    ['at a yes', [], true],
    ['with --yes', ['--yes'], false],
  ])('removes the cluster %s, having said what goes and what stays', async (_, args, answer) => {
    const screen = terminal({ answer });
    await up();
    tell('stored', STORED);
    const before = calls().length;

    expect(await downMain(platform, args, session(screen).terminal)).toBe(0);

    expect(calls().slice(before)).toEqual([ASK.clusters, VOLUMES, 'k3d cluster delete shop', ASK.clusters]);
    const said = screen.written();
    expect(said.indexOf('shop/data-kafka-0, 1Gi, used by StatefulSet kafka')).toBeGreaterThan(0);
    expect(said.indexOf('What stays: PostgreSQL, Redis and their data')).toBeLessThan(said.indexOf('cluster delete'));
  });

  test('says that it cannot tell what is stored where the cluster cannot be asked, and asks all the same', async () => {
    const screen = terminal();
    tell('clusters', nodes('0/1', '0/2'));
    tell('down-node', 'k3d-shop-server-0');

    expect(await takeDown(platform, session(screen), { yes: false })).toBe(1);

    expect(screen.written()).toContain('which volumes there are cannot be told: docker exec k3d-shop-server-0');
    expect(screen.written()).toContain('k3d cluster start shop');
    expect(screen.written()).toContain('every volume, since they are folders in the node containers');
    expect(done()).toEqual([]);
  });

  test('without a cluster does nothing, and says so', async () => {
    const screen = terminal();

    expect(await downMain(platform, [], screen)).toBe(0);

    expect(calls()).toEqual([ASK.clusters]);
    expect(screen.written()).toContain('nothing to remove');
  });

  test('when k3d cannot tell what clusters there are, says so and removes nothing', async () => {
    const screen = terminal({ answer: true });
    tell('fail', 'cluster list');

    expect(await downMain(platform, ['--yes'], screen)).toBe(1);
    expect(screen.written()).toContain('as it was told');
    expect(calls()).toEqual([ASK.clusters]);
  });

  test('when k3d ends well and the cluster is still there, says so', async () => {
    const screen = terminal();
    await up();
    tell('stuck', '');

    expect(await downMain(platform, ['--yes'], session(screen).terminal)).toBe(1);
    expect(screen.written()).toContain('the cluster shop is still there');
  });
});

describe('the command line', () => {
  test('up runs only those checks of the doctor that the cluster needs, and stops at a problem', async () => {
    const screen = terminal();
    const who = setup([[/^docker version/, exited(1, 'down')]]);

    expect(await upMain(platform, who, () => [], [], screen)).toBe(1);

    expect(screen.written()).toContain('× docker is installed');
    expect(screen.written()).not.toContain('images are imported');
    expect(screen.executed).toEqual([]);
  });
});

test('on a live terminal the view is drawn again over itself', async () => {
  const screen = terminal({ live: true });

  await up(screen);

  expect(screen.written()).toContain('shop/orders 0 of 1: ContainerCreating\n');
  expect(screen.written()).toContain('\u001b[2A\u001b[2K\u001b[32m√\u001b[0m shop/orders 1 of 1\n');
});

describe('readWorkloads', () => {
  const workload = (kind: string, status: object, replicas?: number): string =>
    JSON.stringify({
      kind: 'List',
      items: [
        {
          kind,
          metadata: { name: 'a', namespace: 'n', generation: 2 },
          spec: { selector: { matchLabels: { app: 'a' } }, ...(replicas === undefined ? {} : { replicas }) },
          status: { observedGeneration: 2, ...status },
        },
      ],
    });

  test.each<[string, string, object, boolean]>([
    ['Deployment', 'all new and available', { replicas: 1, updatedReplicas: 1, availableReplicas: 1 }, true],
    ['Deployment', 'an old pod is still there', { replicas: 2, updatedReplicas: 1, availableReplicas: 2 }, false],
    ['Deployment', 'the new pod is not available', { replicas: 1, updatedReplicas: 1 }, false],
    [
      'Deployment',
      'the new version was not seen yet',
      { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
      false,
    ],
    ['StatefulSet', 'ready', { updatedReplicas: 1, readyReplicas: 1 }, true],
    ['StatefulSet', 'not updated', { readyReplicas: 1 }, false],
    ['DaemonSet', 'on every node', { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 }, true],
    [
      'DaemonSet',
      'on two of three',
      { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 2 },
      false,
    ],
    [
      'Rollout',
      'healthy, its generation as a string',
      { observedGeneration: '2', availableReplicas: 1, phase: 'Healthy' },
      true,
    ],
    ['Rollout', 'paused in a canary', { observedGeneration: '2', availableReplicas: 2, phase: 'Paused' }, false],
  ])('%s: %s', (kind, _, status, done) => {
    expect(readWorkloads(workload(kind, status))?.[0]?.done).toBe(done);
  });

  test('none are wanted, none are missing', () => {
    expect(readWorkloads(workload('Deployment', { replicas: 0 }, 0))).toMatchObject([{ wanted: 0, done: true }]);
  });

  test.each<[object, string]>([
    [{ containerStatuses: [{ state: { waiting: { reason: 'ErrImagePull' } } }] }, 'ErrImagePull'],
    [
      {
        containerStatuses: [
          { state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated: { exitCode: 143 } } },
        ],
      },
      'CrashLoopBackOff, last exit code 143',
    ],
    [
      {
        conditions: [
          { type: 'PodScheduled', status: 'False', message: '0/3 nodes are available: 3 Insufficient cpu.' },
        ],
      },
      'not scheduled: 0/3 nodes are available: 3 Insufficient cpu.',
    ],
    [{ containerStatuses: [{ ready: false, restartCount: 0 }] }, 'started, not ready yet'],
    [{ containerStatuses: [{ ready: false, restartCount: 2 }] }, 'started, not ready yet, restarted 2 times'],
    [
      { conditions: [{ type: 'Ready', status: 'True' }], containerStatuses: [{ state: { waiting: { reason: 'x' } } }] },
      '',
    ],
  ])('%j says why', (status, why) => {
    const list = JSON.parse(workload('Deployment', {})) as { items: object[] };
    list.items.push({
      kind: 'Pod',
      metadata: { labels: { app: 'other' } },
      status: { containerStatuses: [{ state: { waiting: { reason: 'other' } } }] },
    });
    list.items.push({ kind: 'Pod', metadata: { labels: { app: 'a', more: 'b' } }, status });

    expect(readWorkloads(JSON.stringify(list))?.[0]?.why).toBe(why);
  });

  test.each(['', 'null', '[]', '{"kind":"Status"}'])('%j is no list', (text) => {
    expect(readWorkloads(text)).toBeUndefined();
  });
});
