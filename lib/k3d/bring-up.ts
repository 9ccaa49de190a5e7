import { setTimeout as sleep } from 'node:timers/promises';
import { clusterState, isRunning, networkRange, nodeNames, type ClusterState } from './cluster-state';
import { answerOf, Unanswered } from '../host/command';
import { coloured, plain, type Style } from './doctor';
import { buildLines, compareImages, imageNames, lackingText } from './images';
import type { K3dCluster } from './model';
import { shellLine } from '../host/quote';
import type { CommandOptions, CommandResult, System } from '../host/system';
import type { Terminal } from './terminal';
import { storedVolumes } from './volumes';
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
export interface BringUpProps {
  readonly cluster: K3dCluster;
  /** The k3d configuration file: `dist/local/k3d.yml`. */
  readonly configFile: string;
  /** Images that are built on this machine and in no registry. */
  readonly images: readonly string[];
  /** The build arguments of those images that have some: `NAME=value`. @default none */
  readonly buildArguments?: ReadonlyMap<string, readonly string[]>;
  /** Applied in this order. */
  readonly manifests: readonly ManifestStep[];
  /** Namespaces whose workloads are waited for. */
  readonly namespaces: readonly string[];
  /** Kinds of workloads, as kubectl names them: `deployments`, `rollouts.argoproj.io`. */
  readonly workloadKinds: readonly string[];
  /** Where people reach what is up, by what they call it: the last lines that are printed. @default none */
  readonly addresses?: ReadonlyMap<string, string>;
  /** How long the workloads may take. A Spring service at half a CPU can need minutes. @default 900 */
  readonly timeoutSeconds?: number;
}

/** A generated file that is not what the code makes now. */
export interface OutdatedFile {
  /** As people in the project's folder name it: `dist/local/manifests/auth.k8s.yaml`. */
  readonly file: string;
  /** `foreign`: the code does not make it, and the folder is applied as a whole. */
  readonly is: 'missing' | 'different' | 'foreign';
  /** Whether git has it, so that people review what changes in it. */
  readonly committed: boolean;
}

/** What `up` looks at before it goes on. */
export interface Before {
  /** The generated files that are not what the code makes now. */
  readonly outdated: () => readonly OutdatedFile[];
  /**
   * Runs the doctor's checks of the host, or those of a cluster that runs already, and gives its exit code. What else the
   * cluster lacks is what the steps bring.
   */
  readonly doctor: (phase: 'host' | 'running') => Promise<number>;
}

/** What `up` and `down` act through. */
export interface Session {
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

  public constructor(private readonly session: Session) {
    this.style = session.terminal.live ? coloured : plain;
  }

  public begin(name: string): void {
    this.checkInterrupt();
    this.current = name;
    this.session.terminal.write(`\n${this.style('heading', `==> ${name}`)}\n`);
  }

  public say(text: string): void {
    this.session.terminal.write(`${text}\n`);
  }

  /** Shows a command as a person would type it, and runs it. */
  public async run(command: readonly string[]): Promise<void> {
    this.checkInterrupt();
    const line = shellLine(command);
    this.say(this.style('faint', `$ ${line}`));
    const code = await this.session.terminal.execute(command, this.session.signal);
    await this.settle(code === 0);
    if (code !== 0) {
      this.fail(`${line} ended with exit code ${code}.`, 'Mend that, and run npm run up again: it goes on here.');
    }
  }

  /** Runs a command that only asks. */
  public async ask(command: readonly string[], options?: CommandOptions): Promise<CommandResult> {
    this.checkInterrupt();
    const result = await this.session.system.run(command, options);
    await this.settle(result.kind === 'exited' && result.code === 0);
    return result;
  }

  /** Asks what others also ask, so that Ctrl-C is heeded. */
  public readonly asking: Pick<System, 'run'> = { run: (command, options) => this.ask(command, options) };

  /**
   * Asks k3d for the cluster's state.
   *
   * @throws Unanswered if it cannot be found out.
   */
  public async clusterState(name: string): Promise<Exclude<ClusterState, { kind: 'unknown' }>> {
    const state = await clusterState(name, this.asking);
    if (state.kind === 'unknown') {
      throw new Unanswered(`what clusters there are cannot be found out: ${state.reason}`);
    }
    return state;
  }

  /** Ctrl-C ends a command too, and its end may be noticed before the signal: what failed may have been interrupted. */
  private async settle(succeeded: boolean): Promise<void> {
    if (!succeeded) await sleep(SETTLE_MILLISECONDS, undefined, { signal: this.session.signal }).catch(() => undefined);
    this.checkInterrupt();
  }

  public fail(...lines: readonly string[]): never {
    this.session.terminal.error(
      `${this.style('problem', `× ${this.current}`)}\n${lines.map((line) => `    ${line}\n`).join('')}`,
    );
    throw new Stop(1);
  }

  public checkInterrupt(): void {
    if (!this.session.signal.aborted) return;
    this.session.terminal.error(`\nInterrupted during: ${this.current}. Run the same again to go on from here.\n`);
    throw new Stop(INTERRUPTED);
  }
}

async function inSteps(session: Session, work: (steps: Steps) => Promise<void>): Promise<number> {
  const steps = new Steps(session);
  try {
    try {
      await work(steps);
    } catch (error) {
      // What is not known is never guessed: the guess could be that nobody needs what is there.
      if (error instanceof Unanswered) steps.fail(error.message, 'Mend that, and run the same again.');
      throw error;
    }
    return 0;
  } catch (error) {
    if (error instanceof Stop) return error.exitCode;
    throw error;
  }
}

/**
 * Brings the platform up. Every step looks first at what is there, so it can be run again after whatever happened. Nothing
 * is ever removed: what is there and is not as it should be is said, and left alone.
 *
 * @returns the process' exit code.
 */
export function bringUp(platform: BringUpProps, session: Session, before: Before): Promise<number> {
  return inSteps(session, async (steps) => {
    steps.begin('Generated files');
    await synthesizeMissing(before.outdated, steps);

    steps.begin('Doctor');
    steps.say('$ npm run -s doctor');
    const consult = async (phase: 'host' | 'running'): Promise<void> => {
      const verdict = await before.doctor(phase);
      steps.checkInterrupt();
      if (verdict === 1) steps.fail('Mend what the doctor found, and run npm run up again.');
      if (verdict !== 0) steps.say('Not everything could be checked; going on.');
    };
    await consult('host');

    steps.begin('Cluster');
    await bringUpCluster(platform, steps, () => consult('running'));

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
    await waitForWorkloads(platform, session, steps);
    sayAddresses(platform.addresses ?? new Map(), steps);
  });
}

function sayAddresses(addresses: ReadonlyMap<string, string>, steps: Steps): void {
  const width = Math.max(...[...addresses.keys()].map(({ length }) => length));
  for (const [name, url] of addresses) {
    steps.say(`${name.padEnd(width)}  ${url}`);
  }
}

/** What `down` removes, and whether it asks. */
export interface TakeDownOptions {
  /** Does not ask. */
  readonly yes: boolean;
}

/**
 * Removes the cluster with what is stored in it, and nothing else. Says before what that is, and asks.
 *
 * @returns the process' exit code: 1 also where nobody said yes.
 */
export function takeDown(
  platform: Pick<BringUpProps, 'cluster'>,
  session: Session,
  { yes }: TakeDownOptions,
): Promise<number> {
  return inSteps(session, async (steps) => {
    const { name } = platform.cluster;
    steps.begin('Cluster');
    const state = await steps.clusterState(name);
    if (state.kind === 'absent') {
      steps.say(`There is no cluster ${name}: nothing to remove.`);
      return;
    }
    steps.say(
      `To be removed: the cluster ${name} (servers: ${state.servers.count}, agents: ${state.agents.count}), its containers, its Docker network,`,
    );
    steps.say(`kubectl's context ${context(platform.cluster)}, and all that is stored in it, for good:`);
    for (const line of await storedText(name, steps)) steps.say(`  ${line}`);
    steps.say('What stays: PostgreSQL, Redis and their data, the firewall rules, .secrets, and the images in Docker.');
    if (!yes && !(await session.terminal.confirm(`Remove the cluster ${name} with its data?`))) {
      steps.fail('Nothing was removed. (Without a terminal to ask on, add --yes: npm run down -- --yes)');
    }
    await steps.run(['k3d', 'cluster', 'delete', name]);
    if ((await steps.clusterState(name)).kind !== 'absent') {
      steps.fail(`k3d ended without an error, but the cluster ${name} is still there.`);
    }
  });
}

/** What is stored in the cluster, as the cluster itself says. */
async function storedText(name: string, steps: Steps): Promise<readonly string[]> {
  const rest = 'everything else in its node containers: imported images, logs, Secrets and other objects';
  try {
    const volumes = await storedVolumes(name, steps.asking);
    const lines = volumes.map(
      ({ name: volume, size, usedBy }) =>
        `${volume}, ${size}, used by ${usedBy.length === 0 ? 'no pod now' : usedBy.join(', ')}`,
    );
    return [...(lines.length === 0 ? ['no volumes'] : lines), rest];
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    return [
      `which volumes there are cannot be told: ${error.message}`,
      `  (to have them listed: ${shellLine(['k3d', 'cluster', 'start', name])}, and the same again)`,
      'every volume, since they are folders in the node containers',
      rest,
    ];
  }
}

/**
 * What git has is left for people to change, who see what becomes of the cluster. What it has not, a fresh clone lacks,
 * and a synth makes.
 */
async function synthesizeMissing(outdated: Before['outdated'], steps: Steps): Promise<void> {
  const shown = ({ file, is }: OutdatedFile): string =>
    `${file} is ${{ missing: 'missing', different: 'not what the code makes now', foreign: 'not made by the code' }[is]}`;
  const stop = (files: readonly OutdatedFile[]): never =>
    steps.fail(...files.map(shown), 'Run npm run synth, look at what it changes (git diff), and run npm run up again.');
  const found = outdated();
  const committed = found.filter((file) => file.committed);
  if (committed.length > 0) stop(committed);
  if (found.length === 0) {
    steps.say('They are what the code makes.');
    return;
  }
  for (const file of found) steps.say(`${shown(file)}, and not in git`);
  await steps.run(['npm', 'run', 'synth']);
  const left = outdated();
  if (left.length > 0) stop(left);
}

async function bringUpCluster(
  { cluster, configFile }: BringUpProps,
  steps: Steps,
  consult: () => Promise<void>,
): Promise<void> {
  const { name, servers, agents } = cluster;
  const state = await steps.clusterState(name);
  if (state.kind === 'absent') {
    await steps.run(['k3d', 'cluster', 'create', '--config', configFile]);
    steps.say(`kubectl's current context is ${context(cluster)} now.`);
    return;
  }
  const remade =
    'Nothing is removed here. npm run down says what is stored in it, and asks; after it, npm run up makes it anew.';
  if (state.servers.count !== servers || state.agents.count !== agents) {
    steps.fail(
      `The cluster ${name} has ${state.servers.count} servers and ${state.agents.count} agents, and the environment ${servers} and ${agents}.`,
      'It was made from another configuration, or its making was cut short.',
      remade,
    );
  }
  const range = await networkRange(name, steps.asking);
  if (range !== cluster.subnet) {
    steps.fail(
      `The cluster ${name} is in the Docker network ${range ?? '(none)'}, and the environment has ${cluster.subnet}, which the host's firewall lets in.`,
      remade,
    );
  }
  if (isRunning(state)) {
    steps.say(`The cluster ${name} runs.`);
    await consult();
  } else {
    await steps.run(['k3d', 'cluster', 'start', name]);
    if (!isRunning(await steps.clusterState(name))) {
      steps.fail(
        `k3d ended without an error, but not every node of ${name} runs.`,
        `Look at those that do not: docker ps -a --filter name=k3d-${name}-, and docker logs NODE.`,
      );
    }
  }
  const contexts = await answerOf(steps.asking, ['kubectl', 'config', 'get-contexts', '-o', 'name']);
  if (!contexts.split('\n').includes(context(cluster))) {
    steps.say(
      `kubectl does not know it: its context is added to ${process.env['KUBECONFIG'] ?? '~/.kube/config'}, and the current one stays.`,
    );
    await steps.run([
      ...['k3d', 'kubeconfig', 'merge', name],
      ...['--kubeconfig-merge-default', '--kubeconfig-switch-context=false'],
    ]);
  }
}

async function importImages({ cluster, images, buildArguments }: BringUpProps, steps: Steps): Promise<void> {
  const nodes = nodeNames(cluster.name, await steps.clusterState(cluster.name));
  const { importable, unbuilt } = await compareImages(images, nodes, steps.asking);
  if (unbuilt.length > 0) {
    steps.fail(
      ...lackingText(unbuilt),
      'Docker has them neither, and they are in no registry. Build them, and run npm run up again:',
      ...buildLines(imageNames(unbuilt), buildArguments),
    );
  }
  if (importable.length === 0) {
    steps.say('Every node has them, as Docker has them.');
    return;
  }
  for (const line of lackingText(importable)) steps.say(line);
  await steps.run(['k3d', 'image', 'import', '--cluster', cluster.name, ...imageNames(importable)]);
  // k3d says so and ends well where an image did not get to a node.
  const { importable: left } = await compareImages(images, nodes, steps.asking);
  if (left.length > 0) {
    steps.fail(
      ...lackingText(left),
      'k3d image import ended without an error, but see what it said above: without the image a pod waits with ErrImagePull.',
      `Often the disk is full (npm run -s doctor), or Docker has the image for another platform only (docker image inspect).`,
    );
  }
}

const DEFAULT_TIMEOUT_SECONDS = 900;

async function waitForWorkloads(platform: BringUpProps, session: Session, steps: Steps): Promise<void> {
  const { terminal, signal } = session;
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
        'Look at one with kubectl describe and kubectl logs, and at the cluster with npm run -s doctor; then run npm run up again: it goes on here.',
      );
    }
    await sleep(session.pollMilliseconds ?? 2000, undefined, { signal }).catch(() => undefined);
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
