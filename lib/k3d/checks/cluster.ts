import { type ClusterState, isRunning } from '../cluster-state';
import type { Result } from '../doctor';
import { shellLine } from '../quote';
import type { Patient } from './patient';
import { couldNotRun, ok, problem } from './results';

/** Whether the cluster is as the environment has it, and runs. */
export function clusterResult({ access, configFile }: Patient, state: ClusterState): Result {
  const { name, servers, agents } = access.cluster;
  if (state.kind === 'unknown') return couldNotRun(state.reason);
  if (state.kind === 'absent') return ok(`not created yet: k3d cluster create --config ${configFile}`);
  const shown = `${state.servers.running} of ${state.servers.count} servers and ${state.agents.running} of ${state.agents.count} agents run`;
  const recreate = [
    shellLine(['k3d', 'cluster', 'delete', name]),
    shellLine(['k3d', 'cluster', 'create', '--config', configFile]),
  ];
  if (state.servers.count !== servers || state.agents.count !== agents) {
    return problem(
      `${shown}, but the environment has ${servers} and ${agents}`,
      'It was made from another configuration, or its making was cut short.',
      recreate,
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
