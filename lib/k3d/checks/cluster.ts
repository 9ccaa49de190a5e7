import { type ClusterState, firstServer, isRunning, loadBalancer } from '../cluster-state';
import { portMapping } from '../cluster-config';
import { answerOf, Unanswered } from '../../host/command';
import type { Result } from '../doctor';
import { listAt, parseJson, textAt } from '../../manifest/plain-data';
import { shellLine } from '../../host/quote';
import type { LocalSetup } from './local-setup';
import { couldNotRun, ok, problem } from './results';

/** How a cluster is made anew: by the command that says before what is lost. */
export const MADE_ANEW = [
  'npm run down (it says what is stored in the cluster and goes with it, and asks)',
  'npm run up',
] as const;

/** Whether the cluster is as the environment has it, and runs. */
export function clusterResult({ access, configFile }: LocalSetup, state: ClusterState): Result {
  const { name, servers, agents } = access.cluster;
  if (state.kind === 'unknown') return couldNotRun(state.reason);
  if (state.kind === 'absent') return ok(`not created yet: k3d cluster create --config ${configFile}`);
  const shown = `${state.servers.running} of ${state.servers.count} servers and ${state.agents.running} of ${state.agents.count} agents run`;
  if (state.servers.count !== servers || state.agents.count !== agents) {
    return problem(
      `${shown}, but the environment has ${servers} and ${agents}`,
      'It was made from another configuration, or its making was cut short.',
      MADE_ANEW,
    );
  }
  if (!isRunning(state)) {
    const start = ['k3d', 'cluster', 'start', name];
    return problem(shown, 'Nothing answers from a node that is down.', [shellLine(start)], {
      commands: [start],
      undo: shellLine(['k3d', 'cluster', 'stop', name]),
    });
  }
  return ok(shown);
}

/** Whether the cluster is published where the environment says: ports are published when a cluster is made. */
export async function publishedResult({ access, system }: LocalSetup, state: ClusterState): Promise<Result> {
  const { name, ports } = access.cluster;
  if (state.kind === 'unknown') return couldNotRun(state.reason);
  if (state.kind === 'absent') return ok('not created yet');
  if (!isRunning(state)) return couldNotRun('the cluster does not run; see above');
  // A line is `9094/tcp -> 127.0.0.1:9094`; every address is 0.0.0.0.
  const published = (await answerOf(system, ['docker', 'port', loadBalancer(name)])).split('\n');
  const lineOf = (container: number, address: string, host: number): string => `${container}/tcp -> ${address}:${host}`;
  const missing = ports.filter(
    ({ address = '0.0.0.0', host, container }) => !published.includes(lineOf(container, address, host)),
  );
  if (missing.length === 0) return ok(ports.map(portMapping).join(', '));
  const open = missing.filter(({ host, container }) => published.includes(lineOf(container, '0.0.0.0', host)));
  return problem(
    [
      ...missing.filter((port) => !open.includes(port)).map((port) => `${portMapping(port)} is not published`),
      ...open.map((port) => `${port.host} is published on every address, not on ${port.address ?? ''} only`),
    ].join('; '),
    open.length > 0
      ? 'Everybody on the network reaches what is meant for this host.'
      : 'Nothing answers there. Ports are published when a cluster is made.',
    [
      ...open.map((port) =>
        shellLine(['k3d', 'cluster', 'edit', name, '--port-delete', `${port.host}:${port.container}@loadbalancer`]),
      ),
      ...missing.map((port) =>
        shellLine(['k3d', 'cluster', 'edit', name, '--port-add', `${portMapping(port)}@loadbalancer`]),
      ),
      '(the load balancer is made again, which cuts connections; nodes and data stay)',
    ],
  );
}

const PRESSURES = ['MemoryPressure', 'DiskPressure', 'PIDPressure'];

/** Whether the nodes are ready, and have what they need; under pressure a kubelet evicts pods and takes no new ones. */
export async function nodesResult({ access, system }: LocalSetup, state: ClusterState): Promise<Result> {
  if (state.kind === 'unknown') return couldNotRun(state.reason);
  if (state.kind === 'absent') return ok('not created yet');
  if (!isRunning(state)) return couldNotRun('the cluster does not run; see above');
  const command = ['docker', 'exec', firstServer(access.cluster.name), 'kubectl', 'get', 'nodes', '-o', 'json'];
  const nodes = listAt(parseJson(await answerOf(system, command)), 'items');
  if (nodes.length === 0) throw new Unanswered('kubectl in the node told no nodes');
  const wrong = nodes.flatMap((node) => {
    const conditions = new Map(
      listAt(node, 'status', 'conditions').map((condition) => [textAt(condition, 'type'), textAt(condition, 'status')]),
    );
    const said = [
      ...(conditions.get('Ready') === 'True' ? [] : ['not ready']),
      ...PRESSURES.filter((pressure) => conditions.get(pressure) === 'True'),
    ];
    return said.length === 0 ? [] : [`${textAt(node, 'metadata', 'name')}: ${said.join(', ')}`];
  });
  return wrong.length === 0
    ? ok(`${nodes.length} nodes`)
    : problem(wrong.join('; '), 'Such a node takes no pods, and under pressure evicts those that it has.', [
        `see why: ${shellLine(['kubectl', '--context', `k3d-${access.cluster.name}`, 'describe', 'nodes'])}`,
        'free memory or disk, as the section "resources" says',
      ]);
}
