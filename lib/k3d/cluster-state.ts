import { complaint, succeeded } from './command';
import { numberAt, parseJson, textAt } from './json';
import type { System } from './system';

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
