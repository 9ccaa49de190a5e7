import { answerOf, Unanswered } from '../host/command';
import { firstServer } from './cluster-state';
import { field, listAt, parseJson, textAt } from '../manifest/plain-data';
import type { System } from '../host/system';

/** Storage that ends with the cluster. */
export interface StoredVolume {
  /** `NAMESPACE/CLAIM`, or the volume's own name where no claim has it. */
  readonly name: string;
  /** `1Gi`. */
  readonly size: string;
  /** The workloads whose pods use it: `StatefulSet kafka`. */
  readonly usedBy: readonly string[];
}

/**
 * Asks the cluster what it stores: in its own node, so that no context of kubectl's can lead to another cluster.
 *
 * @throws Unanswered if it cannot be asked, as one that does not run.
 */
export async function storedVolumes(
  clusterName: string,
  system: Pick<System, 'run'>,
): Promise<readonly StoredVolume[]> {
  const kinds = 'persistentvolumeclaims,persistentvolumes,pods';
  const command = [
    ...['docker', 'exec', firstServer(clusterName)],
    ...['kubectl', 'get', kinds, '--all-namespaces', '-o', 'json'],
  ];
  const list = parseJson(await answerOf(system, command));
  if (textAt(list, 'kind') !== 'List') throw new Unanswered('kubectl in the node told no list');
  const ofKind = (kind: string): readonly unknown[] =>
    listAt(list, 'items').filter((object) => textAt(object, 'kind') === kind);
  const claims = ofKind('PersistentVolumeClaim').map((claim) => ({
    name: nameOf(claim),
    size: textAt(claim, 'status', 'capacity', 'storage') || textAt(claim, 'spec', 'resources', 'requests', 'storage'),
    usedBy: [
      ...new Set(
        ofKind('Pod')
          .filter((pod) => uses(pod, claim))
          .map(ownerOf),
      ),
    ],
  }));
  const claimed = new Set(claims.map(({ name }) => name));
  const unclaimed = ofKind('PersistentVolume').filter(
    (volume) =>
      !claimed.has(`${textAt(volume, 'spec', 'claimRef', 'namespace')}/${textAt(volume, 'spec', 'claimRef', 'name')}`),
  );
  return [
    ...claims,
    ...unclaimed.map((volume) => ({
      name: textAt(volume, 'metadata', 'name'),
      size: textAt(volume, 'spec', 'capacity', 'storage'),
      usedBy: [],
    })),
  ];
}

function nameOf(object: unknown): string {
  return `${textAt(object, 'metadata', 'namespace')}/${textAt(object, 'metadata', 'name')}`;
}

function uses(pod: unknown, claim: unknown): boolean {
  return (
    textAt(pod, 'metadata', 'namespace') === textAt(claim, 'metadata', 'namespace') &&
    listAt(pod, 'spec', 'volumes').some(
      (volume) => textAt(volume, 'persistentVolumeClaim', 'claimName') === textAt(claim, 'metadata', 'name'),
    )
  );
}

/** The workload that a pod belongs to. Between it and a Deployment or Rollout stands a ReplicaSet, named after it and a hash. */
function ownerOf(pod: unknown): string {
  const owner = listAt(pod, 'metadata', 'ownerReferences').find((reference) => field(reference, 'controller') === true);
  if (owner === undefined) return `pod ${textAt(pod, 'metadata', 'name')}`;
  const [kind, name] = [textAt(owner, 'kind'), textAt(owner, 'name')];
  return kind === 'ReplicaSet' ? name.replace(/-[a-z0-9]+$/, '') : `${kind} ${name}`;
}
