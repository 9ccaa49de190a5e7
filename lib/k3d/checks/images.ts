import { type ClusterState, isRunning } from '../cluster-state';
import { complaint, succeeded } from '../command';
import type { Result } from '../doctor';
import { fullImageName } from '../image-name';
import { listAt, parseJson, textsAt } from '../json';
import { shellLine } from '../quote';
import type { Patient } from './patient';
import { couldNotRun, ok, problem } from './results';

/** Whether every node has the images that are in no registry. */
export async function imagesResult({ access, images, system }: Patient, state: ClusterState): Promise<Result> {
  const { name } = access.cluster;
  if (state.kind === 'unknown') return couldNotRun(state.reason);
  if (state.kind === 'absent') return ok('the cluster is not created yet');
  if (!isRunning(state)) return couldNotRun('the cluster does not run; see above');
  const nodes = [
    ...Array.from({ length: state.servers.count }, (_, index) => `k3d-${name}-server-${index}`),
    ...Array.from({ length: state.agents.count }, (_, index) => `k3d-${name}-agent-${index}`),
  ];
  const missing = new Set<string>();
  for (const node of nodes) {
    const command = ['docker', 'exec', node, 'crictl', 'images', '-o', 'json'];
    const result = await system.run(command);
    if (!succeeded(result)) return couldNotRun(complaint(command, result));
    const tags = new Set(listAt(parseJson(result.stdout), 'images').flatMap((image) => textsAt(image, 'repoTags')));
    for (const image of images) if (!tags.has(fullImageName(image))) missing.add(image);
  }
  if (missing.size === 0) return ok(`${nodes.length} nodes`);
  const onHost = new Map<string, boolean>();
  for (const image of missing) onHost.set(image, succeeded(await system.run(['docker', 'image', 'inspect', image])));
  const ready = [...missing].filter((image) => onHost.get(image) === true);
  const unbuilt = [...missing].filter((image) => onHost.get(image) !== true);
  const load = ['k3d', 'image', 'import', '-c', name, ...ready];
  return problem(
    `missing on a node: ${[...missing].join(', ')}`,
    'They are in no registry: pods wait with ErrImagePull.',
    [
      ...(unbuilt.length === 0 ? [] : [`build, since docker has them neither: ${unbuilt.join(', ')}`]),
      ...(ready.length === 0 ? [] : [shellLine(load)]),
    ],
    ready.length === 0
      ? undefined
      : { commands: [load], undo: `docker exec NODE crictl rmi ${shellLine(ready)}, on each node` },
  );
}
