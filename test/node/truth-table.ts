/** Who can connect to whom on a node, tried with real connections, beside what network policies say of it. */
import { execFile as execFileCallback } from 'node:child_process';
import { promisify } from 'node:util';
import { Graph, matchesLabels, type Party, Reachability } from '../../lib/graph';
import { record, records, text } from '../cluster/json';
import type { Kubectl, KubernetesObject } from '../cluster/kubectl';
import { until } from '../testing';
import type { Node } from './node';
import { status } from './platform';

const execFile = promisify(execFileCallback);

/** How often a connection is tried whose outcome another try may contradict. */
const ATTEMPTS = 3;
/** Milliseconds: no command here takes as long, on a busy machine either. */
const COMMAND_LIMIT = { timeout: 5 * 60_000 };

/** Somebody at one end of a connection. */
export interface End {
  readonly name: string;
  readonly address: string;
  /**
   * The pod that he is.
   * @default - a machine
   */
  readonly pod?: KubernetesObject;
}

/** Somebody who connects. */
export interface Source extends End {
  /** The words before a command that make it run in his network. */
  readonly enter: readonly string[];
}

/** A port that somebody listens on. */
export interface Target extends End {
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
}

/** One cell of the table. */
export interface Cell {
  readonly source: Source;
  readonly target: Target;
  readonly isOpen: boolean;
}

/** What decides about connections, as it is in the cluster. */
export async function graphOfCluster(kubectl: Kubectl): Promise<Graph> {
  const kinds = 'namespaces,networkpolicies,deployments,statefulsets,daemonsets,rollouts.argoproj.io,pods';
  const { stdout } = await kubectl.run(['get', kinds, '--all-namespaces', '--output=json']);
  return new Graph(
    records(record(JSON.parse(stdout))['items'])
      // Other pods are those of a workload.
      .filter(({ kind, metadata }) => kind !== 'Pod' || record(metadata)['ownerReferences'] === undefined)
      .map((manifest) => ({ manifest })),
  );
}

/** Pods of a node, as those who connect, and all ports on which they listen. */
export async function endsOf(
  node: Node,
  pods: readonly KubernetesObject[],
): Promise<{ readonly sources: readonly Source[]; readonly targets: readonly Target[] }> {
  const sources = pods.map((pod): Source => ({
    name: `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`,
    address: text(status(pod)['podIP']),
    pod,
    enter: node.enterPod(text(pod.metadata['uid'])),
  }));
  const targets = await Promise.all(
    sources.map(async (pod): Promise<Target[]> => {
      const ports = await listeningPorts(pod);
      return [
        ...ports.map((port): Target => ({ ...pod, port, protocol: 'TCP' })),
        ...(ports.includes(53) ? [{ ...pod, port: 53, protocol: 'UDP' } as const] : []),
      ];
    }),
  );
  return { sources, targets: targets.flat() };
}

/** Every pair of somebody and another, and whether the policies of a graph let him connect. */
export function derive(graph: Graph, sources: readonly Source[], targets: readonly Target[]): readonly Cell[] {
  const reachability = new Reachability(graph);
  const parties = new Map([...sources, ...targets].map((end) => [end.name, partyOf(graph, end)]));
  return sources.flatMap((source) =>
    targets
      // What stays within one pod passes no policy.
      .filter(({ name }) => name !== source.name)
      .map((target): Cell => {
        const [from, to] = [source, target].map(({ name }) => parties.get(name));
        return {
          source,
          target,
          isOpen: from !== undefined && to !== undefined && reachability.barriers(from, to, target).length === 0,
        };
      }),
  );
}

/** A pod is one of a workload of the graph, by its labels. */
function partyOf(graph: Graph, { name, address, pod }: End): Party {
  if (pod === undefined) {
    return { type: 'hosts', hosts: [address] };
  }
  const { namespace, labels } = pod.metadata;
  const workload = graph.workloads.find(
    (candidate) => candidate.namespace === namespace && matchesLabels({ matchLabels: candidate.podLabels }, labels),
  );
  if (workload === undefined) {
    throw new Error(`no workload of the graph has made ${name}`);
  }
  return { type: 'pods', workload, addresses: [address] };
}

/**
 * Tries all of a table, and waits until everything is as it says: policies take a moment to be enforced, and a connection on a busy machine
 * to be made. What is said to be closed has to stay so. A packet that slips through while the controller writes its rules anew (it does so
 * whenever a pod or a policy changes) opens nothing: what is open is so whenever it is tried.
 */
export async function untilAsDerived(what: string, cells: readonly Cell[]): Promise<void> {
  let others = cells;
  await until(
    what,
    async () => {
      others = await differing(others);
      return others.length === 0;
    },
    () => Promise.resolve(others.map((cell) => `${describe(cell)}, and it is not`).join('\n')),
  );
  const closed = cells.filter(({ isOpen }) => !isOpen);
  for (let round = 1; round < ATTEMPTS; round++) {
    let opened = await differing(closed);
    for (let again = 1; again < ATTEMPTS && opened.length > 0; again++) {
      process.stderr.write(opened.map((cell) => `${describe(cell)}, and was not at one try\n`).join(''));
      opened = await differing(opened);
    }
    if (opened.length > 0) {
      throw new Error(`${what}: ${opened.map((cell) => `${describe(cell)}, and it is not always`).join('\n')}`);
    }
  }
}

function describe({ source, target, isOpen }: Cell): string {
  const { name, port, protocol } = target;
  return `${source.name} to ${name}:${port} (${protocol}) should be ${isOpen ? 'open' : 'closed'}`;
}

/** Those of a table's cells that are not as it says. */
async function differing(cells: readonly Cell[]): Promise<readonly Cell[]> {
  const sources = [...new Set(cells.map(({ source }) => source))];
  const found = await Promise.all(
    sources.map(async (source) => {
      const own = cells.filter((cell) => cell.source === source);
      const opened = await connect(
        source,
        own.map(({ target }) => target),
      );
      return own.filter(({ isOpen }, index) => isOpen !== opened[index]);
    }),
  );
  return found.flat();
}

/** Whether each of some ports lets somebody connect. */
async function connect({ enter }: Source, targets: readonly Target[]): Promise<readonly unknown[]> {
  const [command = '', ...args] = enter;
  const asked = JSON.stringify(targets.map(({ address, port, protocol }) => ({ address, port, protocol })));
  const { stdout } = await execFile(command, [...args, process.execPath, '-e', CONNECT, asked], COMMAND_LIMIT);
  const answer: unknown = JSON.parse(stdout);
  return Array.isArray(answer) ? answer.map((isOpen: unknown) => isOpen) : [];
}

/** Of the targets that it is given as JSON, it prints whether each is open. What is asked by UDP is a DNS server. */
const CONNECT = `
const open = ({ address, port, protocol }) => new Promise((resolve) => {
  const isTcp = protocol === 'TCP';
  const socket = isTcp ? require('node:net').connect({ host: address, port }) : require('node:dgram').createSocket('udp4');
  const end = (answer) => { clearTimeout(timer); isTcp ? socket.destroy() : socket.close(); resolve(answer); };
  // The news of a connection comes before setImmediate, also where this process had to wait for a CPU.
  const timer = setTimeout(() => setImmediate(end, false), 2000);
  socket.on('error', () => end(false));
  if (isTcp) {
    socket.on('connect', () => end(true));
  } else {
    socket.on('message', () => end(true));
    // A question for the addresses of the root.
    socket.connect(port, address, () => socket.send(Buffer.from('000101000001000000000000' + '00' + '00010001', 'hex')));
  }
});
Promise.all(JSON.parse(process.argv[1]).map(open)).then((answers) => console.log(JSON.stringify(answers)));
`;

/** The TCP ports on which somebody listens for others, by what his kernel says of his network. */
async function listeningPorts({ enter }: Pick<Source, 'enter'>): Promise<readonly number[]> {
  const [command = '', ...args] = enter;
  const { stdout } = await execFile(
    command,
    [...args, 'ss', '--no-header', '--listening', '--tcp', '--numeric'],
    COMMAND_LIMIT,
  );
  const ports = stdout
    .split('\n')
    .map((line) => line.split(/\s+/)[3] ?? '')
    .filter((address) => address !== '' && !/^(127\.|\[::1\]|\[::ffff:127\.)/.test(address))
    .map((address) => Number(address.slice(address.lastIndexOf(':') + 1)));
  return [...new Set(ports)].sort((a, b) => a - b);
}
