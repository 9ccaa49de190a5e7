import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { main as downMain } from '../../lib/cli/down';
import { main as upMain } from '../../lib/cli/up';
import { bringUp, takeDown, type Hands } from '../../lib/k3d/bring-up';
import { thisSystem } from '../../lib/k3d/system';
import { thisTerminal } from '../../lib/k3d/terminal';
import { readWorkloads } from '../../lib/k3d/workloads';
import { platform } from './platform';
import { exited, patient, terminal, type RecordingTerminal } from './stand-ins';

const ASK = {
  clusters: 'k3d cluster list -o json',
  contexts: 'kubectl config get-contexts -o name',
  images: [
    'docker image inspect --format {{.Id}} shop/auth-service:dev',
    'docker image inspect --format {{.Id}} shop/game-service:dev',
    ...['server-0', 'agent-0', 'agent-1'].map((node) => `docker exec k3d-shop-${node} crictl images -o json`),
  ],
  workloads:
    'kubectl --context k3d-shop --namespace shop get deployments,statefulsets,rollouts.argoproj.io,pods -o json',
};
const DO = {
  create: 'k3d cluster create --config dist/local/k3d.yml',
  load: 'k3d image import --cluster shop shop/auth-service:dev',
  definitions: 'kubectl --context k3d-shop apply --server-side -f crds',
  established: 'kubectl --context k3d-shop wait --for=condition=Established --timeout=60s crd/rollouts.argoproj.io',
  platform: 'kubectl --context k3d-shop apply -f dist/local/manifests',
};

let folder: string;
let state: string;
const path = process.env['PATH'] ?? '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'up-'));
  state = mkdtempSync(join(tmpdir(), 'up-state-'));
  for (const name of ['docker', 'k3d', 'kubectl']) symlinkSync(join(__dirname, 'stand-in.sh'), join(folder, name));
  process.env['PATH'] = `${folder}:${path}`;
  process.env['STAND_IN_STATE'] = state;
});
afterEach(() => {
  process.env['PATH'] = path;
  rmSync(folder, { recursive: true });
  rmSync(state, { recursive: true });
});

function tell(file: string, text: string): void {
  writeFileSync(join(state, file), text);
}

function calls(): readonly string[] {
  return existsSync(join(state, 'calls')) ? readFileSync(join(state, 'calls'), 'utf8').trim().split('\n') : [];
}

/** What was run since, without the questions. */
function done(from = 0): readonly string[] {
  return calls()
    .slice(from)
    .filter((call) => Object.values(DO).includes(call) || /cluster (start|delete)|kubeconfig/.test(call));
}

function hands(screen: RecordingTerminal): Hands {
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

function up(screen = terminal(), doctor = 0, what = platform): Promise<number> {
  return bringUp(what, hands(screen), () => Promise.resolve(doctor));
}

test('on an empty machine: every step in its order, with its arguments', async () => {
  const screen = terminal();

  expect(await up(screen)).toBe(0);

  expect(calls()).toEqual([
    ...[ASK.clusters, DO.create, ...ASK.images, DO.load],
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

  expect(screen.written()).toContain('    shop/auth 0 of 1: ContainerCreating\n');
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
  const nodes = (servers: string, agents: string): string => {
    const [serversRunning, serversCount] = servers.split('/').map(Number);
    const [agentsRunning, agentsCount] = agents.split('/').map(Number);
    return JSON.stringify([{ name: 'shop', serversRunning, serversCount, agentsRunning, agentsCount }]);
  };

  test('and is stopped, is started', async () => {
    tell('clusters', nodes('0/1', '0/2'));
    tell('contexts', 'k3d-shop\n');

    expect(await up()).toBe(0);
    expect(done()[0]).toBe('k3d cluster start shop');
  });

  test('and whose making was cut short, is made again', async () => {
    tell('clusters', nodes('1/1', '0/1'));
    tell('contexts', 'other\n');

    expect(await up()).toBe(0);
    expect(done().slice(0, 2)).toEqual(['k3d cluster delete shop', DO.create]);
  });

  test('and was made from another configuration, is not touched', async () => {
    const screen = terminal();
    tell('clusters', nodes('1/1', '1/1'));
    tell('contexts', 'k3d-shop\n');

    expect(await up(screen)).toBe(1);
    expect(done()).toEqual([]);
    expect(screen.written()).toContain('Run npm run down');
  });

  test('and that kubectl does not know, is made known', async () => {
    tell('clusters', nodes('1/1', '2/2'));
    tell('contexts', 'other\n');

    expect(await up()).toBe(0);
    expect(done()[0]).toBe('k3d kubeconfig merge shop --kubeconfig-merge-default');
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
  test('removes the cluster and says what stays', async () => {
    const screen = terminal();
    await up();
    const before = calls().length;

    expect(await takeDown(platform, hands(screen))).toBe(0);

    expect(calls().slice(before)).toEqual([ASK.clusters, 'k3d cluster delete shop']);
    expect(screen.written()).toContain('What is on the host stays');
  });

  test('without a cluster does nothing, and says so', async () => {
    const screen = terminal();

    expect(await downMain(platform, [], screen)).toBe(0);

    expect(calls()).toEqual([ASK.clusters]);
    expect(screen.written()).toContain('nothing to remove');
  });

  test('when k3d fails says so', async () => {
    const screen = terminal();
    tell('fail', 'cluster list');

    expect(await downMain(platform, [], screen)).toBe(1);
    expect(screen.written()).toContain('as it was told');
  });
});

describe('the command line', () => {
  test('up runs only those checks of the doctor that the cluster needs, and stops at a problem', async () => {
    const screen = terminal();
    const who = patient([[/^docker version/, exited(1, 'down')]]);

    expect(await upMain(platform, who, [], screen)).toBe(1);

    expect(screen.written()).toContain('× docker is installed');
    expect(screen.written()).not.toContain('images are imported');
    expect(screen.executed).toEqual([]);
  });

  test.each([
    [['--help'], 0],
    [['--nonsense'], 2],
  ])('%j prints the usage', async (args, code) => {
    const screen = terminal();

    expect(await upMain(platform, patient(), args, screen)).toBe(code);
    expect(await downMain(platform, args, screen)).toBe(code);
    expect(screen.written()).toContain('Usage: npm run up');
    expect(screen.written()).toContain('Usage: npm run down');
    expect(calls()).toEqual([]);
  });
});

test('on a live terminal the view is drawn again over itself', async () => {
  const screen = terminal({ live: true });

  await up(screen);

  expect(screen.written()).toContain('shop/auth 0 of 1: ContainerCreating\n');
  expect(screen.written()).toContain('\u001b[2A\u001b[2K\u001b[32m√\u001b[0m shop/auth 1 of 1\n');
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
