import { complaint, succeeded, Unanswered } from '../host/command';
import { listAt, numberAt, parseJson, textAt } from '../manifest/plain-data';
import type { System } from '../host/system';

/** What k3d says of the cluster. */
export type ClusterState =
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'present'; readonly servers: Nodes; readonly agents: Nodes };

export interface Nodes {
  readonly running: number;
  readonly count: number;
}

/** Asks k3d for the cluster's state. */
export async function clusterState(name: string, system: Pick<System, 'run'>): Promise<ClusterState> {
  const command = ['k3d', 'cluster', 'list', '-o', 'json'];
  const result = await system.run(command);
  const list = succeeded(result) ? parseJson(result.stdout) : undefined;
  if (!Array.isArray(list)) return { kind: 'unknown', reason: complaint(command, result) };
  const cluster: unknown = list.find((entry) => textAt(entry, 'name') === name);
  if (cluster === undefined) return { kind: 'absent' };
  const nodes = (role: string): Nodes => ({
    running: numberAt(cluster, `${role}sRunning`),
    count: numberAt(cluster, `${role}sCount`),
  });
  return { kind: 'present', servers: nodes('server'), agents: nodes('agent') };
}

/** Whether every node runs. */
export function isRunning(state: ClusterState): boolean {
  return (
    state.kind === 'present' &&
    state.servers.running === state.servers.count &&
    state.agents.running === state.agents.count
  );
}

/** The names of the containers that are the cluster's nodes. */
export function nodeNames(name: string, state: ClusterState): readonly string[] {
  if (state.kind !== 'present') return [];
  return (['server', 'agent'] as const).flatMap((role) =>
    Array.from({ length: state[`${role}s`].count }, (_, index) => `k3d-${name}-${role}-${index}`),
  );
}

/** The container that publishes the cluster's ports. */
export function loadBalancer(name: string): string {
  return `k3d-${name}-serverlb`;
}

/** The node that the cluster itself is asked in, whatever contexts kubectl has on this machine. */
export function firstServer(name: string): string {
  return `k3d-${name}-server-0`;
}

/**
 * The IPv4 range of the cluster's Docker network; undefined if there is no such network.
 *
 * @throws Unanswered if Docker cannot be asked.
 */
export async function networkRange(name: string, system: Pick<System, 'run'>): Promise<string | undefined> {
  const command = ['docker', 'network', 'inspect', `k3d-${name}`];
  const result = await system.run(command);
  // The one failure that is an answer.
  if (result.kind === 'exited' && /no such network|network \S+ not found/i.test(result.stderr)) return undefined;
  if (!succeeded(result)) throw new Unanswered(complaint(command, result));
  const [network] = listAt(parseJson(result.stdout));
  const ranges = listAt(network, 'IPAM', 'Config').map((config) => textAt(config, 'Subnet'));
  // A network with IPv6 has a range of that too.
  const range = ranges.find((text) => text.includes('.'));
  if (range === undefined) throw new Unanswered(`docker network inspect k3d-${name} told no IPv4 range`);
  return range;
}
