import { type ClusterState, isRunning, nodeNames } from '../cluster-state';
import type { Result } from '../doctor';
import { buildLines, compareImages, imageNames, lackingText } from '../images';
import { shellLine } from '../../host/quote';
import type { LocalSetup } from './local-setup';
import { couldNotRun, ok, problem } from './results';

/** Whether every node has the images that are in no registry, as Docker has them. */
export async function imagesResult(setup: LocalSetup, state: ClusterState): Promise<Result> {
  const { access, images, buildArguments, system } = setup;
  const { name } = access.cluster;
  if (state.kind === 'unknown') return couldNotRun(state.reason);
  if (state.kind === 'absent') return ok('the cluster is not created yet');
  if (!isRunning(state)) return couldNotRun('the cluster does not run; see above');
  const nodes = nodeNames(name, state);
  const { importable, unbuilt } = await compareImages(images, nodes, system);
  const lacking = [...unbuilt, ...importable];
  if (lacking.length === 0) return ok(`${nodes.length} nodes`);
  const load = (names: readonly string[]): readonly string[] => ['k3d', 'image', 'import', '--cluster', name, ...names];
  // An image that is there in another version would be replaced, and could not be brought back.
  const safe = imageNames(importable).filter(
    (image) => !importable.some((entry) => entry.image === image && entry.has === 'another'),
  );
  return problem(
    lackingText(lacking).join('; '),
    lacking.some(({ has }) => has === 'none')
      ? 'They are in no registry: pods wait with ErrImagePull.'
      : 'Pods run what was imported before, not what was built since.',
    [
      ...buildLines(imageNames(unbuilt), buildArguments).map((line) => `build, since docker has it neither: ${line}`),
      ...(importable.length === 0 ? [] : [shellLine(load(imageNames(importable)))]),
    ],
    safe.length === 0
      ? undefined
      : { commands: [load(safe)], undo: `docker exec NODE crictl rmi ${shellLine(safe)}, on each node` },
  );
}
