import { setTimeout as sleep } from 'node:timers/promises';
import { clusterState, isRunning } from './cluster-state';
import { coloured, plain, type Style } from './doctor';
import { fullImageName } from './image-name';
import { listAt, parseJson, textAt, textsAt } from './json';
import type { K3dCluster } from './model';
import { shellLine } from './quote';
import type { CommandResult, System } from './system';
import type { Terminal } from './terminal';
import { readWorkloads, type Workload } from './workloads';

/** Manifests that are applied together. */
export interface ManifestStep {
  /** What they are, for people: `custom resources`. */
  readonly name: string;
  /** The arguments of `kubectl apply`: `['--server-side', '-f', 'crds']`, `['-f', 'dist/local/manifests']`. */
  readonly apply: readonly string[];
  /** Names of CustomResourceDefinitions that must be served before the next step. @default none */
  readonly established?: readonly string[];
}

/** What `up` brings up. */
export interface Platform {
  readonly cluster: K3dCluster;
  /** The k3d configuration file: `dist/local/k3d.yml`. */
  readonly configFile: string;
  /** Images that are built on this machine and in no registry. */
  readonly images: readonly string[];
  /** Applied in this order. */
  readonly manifests: readonly ManifestStep[];
  /** Namespaces whose workloads are waited for. */
  readonly namespaces: readonly string[];
  /** Kinds of workloads, as kubectl names them: `deployments`, `rollouts.argoproj.io`. */
  readonly workloadKinds: readonly string[];
  /** How long the workloads may take. A Spring service at half a CPU can need minutes. @default 900 */
  readonly timeoutSeconds?: number;
}

/** What `up` and `down` act through. */
export interface Hands {
  readonly system: Pick<System, 'run'>;
  readonly terminal: Terminal;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Between two looks at the workloads. @default 2000 */
  readonly pollMilliseconds?: number;
}

/** A step failed, or was interrupted: the exit code to end with. What happened has been said. */
class Stop extends Error {
  public constructor(public readonly exitCode: number) {
    super();
  }
}

/** Ctrl-C's exit code, as shells have it. */
const INTERRUPTED = 130;

const SETTLE_MILLISECONDS = 50;

/** The context that k3d writes into the kubeconfig. Named in every command, so that nothing reaches another cluster. */
function context(cluster: K3dCluster): string {
  return `k3d-${cluster.name}`;
}

class Steps {
  private readonly style: Style;
  private current = '';

  public constructor(private readonly hands: Hands) {
    this.style = hands.terminal.live ? coloured : plain;
  }

  public begin(name: string): void {
    this.checkInterrupt();
    this.current = name;
    this.hands.terminal.write(`\n${this.style('heading', `==> ${name}`)}\n`);
  }

  public say(text: string): void {
    this.hands.terminal.write(`${text}\n`);
  }

  /** Shows a command as a person would type it, and runs it. */
  public async run(command: readonly string[]): Promise<void> {
    this.checkInterrupt();
    const line = shellLine(command);
    this.say(this.style('faint', `$ ${line}`));
    const code = await this.hands.terminal.execute(command, this.hands.signal);
    await this.settle(code === 0);
    if (code !== 0) {
      this.fail(`${line} ended with exit code ${code}.`, 'Mend that, and run npm run up again: it goes on here.');
    }
  }

  /** Runs a command that only asks. */
  public async ask(command: readonly string[]): Promise<CommandResult> {
    this.checkInterrupt();
    const result = await this.hands.system.run(command);
    await this.settle(result.kind === 'exited' && result.code === 0);
    return result;
  }

  /** Asks k3d for the cluster's state. */
  public clusterState(name: string): ReturnType<typeof clusterState> {
    return clusterState(name, { run: (command) => this.ask(command) });
  }

  /** Ctrl-C ends a command too, and its end may be noticed before the signal: what failed may have been interrupted. */
  private async settle(succeeded: boolean): Promise<void> {
    if (!succeeded) await sleep(SETTLE_MILLISECONDS, undefined, { signal: this.hands.signal }).catch(() => undefined);
    this.checkInterrupt();
  }

  public fail(...lines: readonly string[]): never {
    this.hands.terminal.error(
      `${this.style('problem', `× ${this.current}`)}\n${lines.map((line) => `    ${line}\n`).join('')}`,
    );
    throw new Stop(1);
  }

  public checkInterrupt(): void {
    if (!this.hands.signal.aborted) return;
    this.hands.terminal.error(`\nInterrupted during: ${this.current}. Run the same again to go on from here.\n`);
    throw new Stop(INTERRUPTED);
  }
}

async function inSteps(hands: Hands, work: (steps: Steps) => Promise<void>): Promise<number> {
  try {
    await work(new Steps(hands));
    return 0;
  } catch (error) {
    if (error instanceof Stop) return error.exitCode;
    throw error;
  }
}

/**
 * Brings the platform up. Every step looks first at what is there, so it can be run again after whatever happened.
 *
 * @param doctor runs the doctor's checks of the host, and returns its exit code.
 * @returns the process' exit code.
 */
export function bringUp(platform: Platform, hands: Hands, doctor: () => Promise<number>): Promise<number> {
  return inSteps(hands, async (steps) => {
    steps.begin('Doctor');
    steps.say('$ npm run -s doctor');
    const verdict = await doctor();
    steps.checkInterrupt();
    if (verdict === 1) steps.fail('Mend what the doctor found, and run npm run up again.');
    if (verdict !== 0) steps.say('Not everything could be checked; going on.');

    steps.begin('Cluster');
    await bringUpCluster(platform, steps);

    steps.begin('Images');
    await importImages(platform, steps);

    for (const { name, apply, established } of platform.manifests) {
      steps.begin(`Manifests: ${name}`);
      const kubectl = ['kubectl', '--context', context(platform.cluster)];
      await steps.run([...kubectl, 'apply', ...apply]);
      if (established !== undefined && established.length > 0) {
        const definitions = established.map((definition) => `crd/${definition}`);
        await steps.run([...kubectl, 'wait', '--for=condition=Established', '--timeout=60s', ...definitions]);
      }
    }

    steps.begin('Workloads');
    await waitForWorkloads(platform, hands, steps);
  });
}

/** Removes the cluster, and nothing else. */
export function takeDown(platform: Pick<Platform, 'cluster'>, hands: Hands): Promise<number> {
  return inSteps(hands, async (steps) => {
    const { name } = platform.cluster;
    steps.begin('Cluster');
    const state = await steps.clusterState(name);
    if (state.kind === 'unknown') steps.fail(`What clusters there are cannot be found out: ${state.reason}`);
    if (state.kind === 'absent') {
      steps.say(`There is no cluster ${name}: nothing to remove.`);
      return;
    }
    await steps.run(['k3d', 'cluster', 'delete', name]);
    steps.say('What is on the host stays: PostgreSQL, Redis, their data, and the firewall rules.');
  });
}

async function bringUpCluster({ cluster, configFile }: Platform, steps: Steps): Promise<void> {
  const { name, servers, agents } = cluster;
  const create = ['k3d', 'cluster', 'create', '--config', configFile];
  const state = await steps.clusterState(name);
  if (state.kind === 'unknown') steps.fail(`What clusters there are cannot be found out: ${state.reason}`);
  if (state.kind === 'absent') {
    await steps.run(create);
    return;
  }
  const contexts = await steps.ask(['kubectl', 'config', 'get-contexts', '-o', 'name']);
  const known = contexts.kind === 'exited' && contexts.stdout.split('\n').includes(context(cluster));
  const complete = state.servers.count === servers && state.agents.count === agents;
  if (!complete && known) {
    steps.fail(
      `The cluster ${name} has ${state.servers.count} servers and ${state.agents.count} agents, and the environment ${servers} and ${agents}.`,
      'Run npm run down, which removes it with what is stored in it, then npm run up.',
    );
  }
  if (!complete) {
    // k3d writes the context last of all: without it and with nodes missing, nobody has ever used this cluster.
    steps.say(`The making of the cluster ${name} was cut short: it is made again.`);
    await steps.run(['k3d', 'cluster', 'delete', name]);
    await steps.run(create);
    return;
  }
  if (!isRunning(state)) await steps.run(['k3d', 'cluster', 'start', name]);
  else steps.say(`The cluster ${name} runs.`);
  if (!known) await steps.run(['k3d', 'kubeconfig', 'merge', name, '--kubeconfig-merge-default']);
}

async function importImages({ cluster, images }: Platform, steps: Steps): Promise<void> {
  const here = new Map<string, string>();
  for (const image of images) {
    const result = await steps.ask(['docker', 'image', 'inspect', '--format', '{{.Id}}', image]);
    if (result.kind === 'exited' && result.code === 0) here.set(image, result.stdout.trim());
  }
  const absent = images.filter((image) => !here.has(image));
  if (absent.length > 0) {
    steps.say(`Not built on this machine, so their pods will wait until they are: ${absent.join(', ')}`);
  }
  const there = await importedImages(cluster, steps);
  const wanted = [...here].filter(([image, id]) => !there.every((node) => node.get(fullImageName(image)) === id));
  if (wanted.length === 0) steps.say('Nothing to import.');
  else await steps.run(['k3d', 'image', 'import', '--cluster', cluster.name, ...wanted.map(([image]) => image)]);
}

/** The images of each node, by name, with their ids. A node that cannot be asked has none. */
async function importedImages(cluster: K3dCluster, steps: Steps): Promise<readonly ReadonlyMap<string, string>[]> {
  const nodes = (['server', 'agent'] as const).flatMap((role) =>
    Array.from({ length: cluster[`${role}s`] }, (_, index) => `k3d-${cluster.name}-${role}-${index}`),
  );
  const found: ReadonlyMap<string, string>[] = [];
  for (const node of nodes) {
    const result = await steps.ask(['docker', 'exec', node, 'crictl', 'images', '-o', 'json']);
    const list = result.kind === 'exited' && result.code === 0 ? listAt(parseJson(result.stdout), 'images') : [];
    found.push(new Map(list.flatMap((image) => textsAt(image, 'repoTags').map((tag) => [tag, textAt(image, 'id')]))));
  }
  return found;
}

const DEFAULT_TIMEOUT_SECONDS = 900;

async function waitForWorkloads(platform: Platform, hands: Hands, steps: Steps): Promise<void> {
  const { terminal, signal } = hands;
  const kinds = [...platform.workloadKinds, 'pods'].join(',');
  const commands = platform.namespaces.map((namespace) => [
    ...['kubectl', '--context', context(platform.cluster), '--namespace', namespace],
    ...['get', kinds, '-o', 'json'],
  ]);
  for (const command of commands) steps.say(`$ ${shellLine(command.slice(0, -2))}`);
  const deadline = Date.now() + (platform.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS) * 1000;
  const view = terminal.live ? liveView(terminal) : lineView(terminal);
  for (;;) {
    const workloads: Workload[] = [];
    let unanswered = '';
    for (const command of commands) {
      const result = await steps.ask(command);
      const read = result.kind === 'exited' && result.code === 0 ? readWorkloads(result.stdout) : undefined;
      if (read === undefined) {
        unanswered = result.kind === 'exited' ? result.stderr.trim() : `kubectl: ${result.kind}`;
      } else {
        workloads.push(...read);
      }
    }
    steps.checkInterrupt();
    view(workloads);
    const waiting = workloads.filter((workload) => !workload.done);
    if (unanswered === '' && workloads.length > 0 && waiting.length === 0) {
      steps.say(`All ${workloads.length} workloads are ready.`);
      return;
    }
    if (Date.now() >= deadline) {
      steps.fail(
        ...(unanswered === '' ? [] : [`kubectl does not answer: ${unanswered}`]),
        ...(workloads.length === 0 ? ['There is no workload.'] : []),
        ...waiting.map((workload) => lineOf(workload)),
        'Look at one with kubectl describe and kubectl logs, and run npm run up again: it goes on here.',
      );
    }
    await sleep(hands.pollMilliseconds ?? 2000, undefined, { signal }).catch(() => undefined);
  }
}

function lineOf({ namespace, name, ready, wanted, why }: Workload): string {
  return `${namespace}/${name} ${ready} of ${wanted}${why === '' ? '' : `: ${why}`}`;
}

/** On a terminal: a line a workload, drawn again over the last. */
function liveView(terminal: Terminal): (workloads: readonly Workload[]) => void {
  let drawn = 0;
  return (workloads) => {
    const up = drawn === 0 ? '' : `\u001b[${drawn}A`;
    const lines = workloads.map((workload) => {
      const mark = workload.done ? coloured('ok', '√') : coloured('warning', '…');
      return `\u001b[2K${mark} ${lineOf(workload)}\n`;
    });
    // What is left of a longer view is erased.
    terminal.write(`${up}${lines.join('')}\u001b[J`);
    drawn = lines.length;
  };
}

/** In a file: a line whenever a workload has come further, or has another reason why not. */
function lineView(terminal: Terminal): (workloads: readonly Workload[]) => void {
  const last = new Map<string, string>();
  return (workloads) => {
    for (const workload of workloads) {
      const line = `${workload.done ? '√' : '…'} ${lineOf(workload)}`;
      const key = `${workload.kind} ${workload.namespace}/${workload.name}`;
      if (last.get(key) !== line) terminal.write(`${line}\n`);
      last.set(key, line);
    }
  };
}
