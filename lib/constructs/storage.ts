import type { Size } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { k8s } from '../../imports/k8s';
import { checkObjectName, wholeBytes } from './validation';

/** Storage that outlives a pod. */
export interface StorageProps {
  /**
   * Size of the volume.
   *
   * Of a StatefulSet that exists the API server refuses every change of it, when it is applied: the claims that were made from
   * the old size stay as they are. A volume grows without losing data, for a StatefulSet `NAME` with the claim `CLAIM-NAME-0`, so:
   *
   * 1. Where `kubectl get storageclass` says ALLOWVOLUMEEXPANSION true, grow the claim of each pod:
   *    `kubectl patch pvc CLAIM-NAME-0 -p '{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}'`, and wait until
   *    `kubectl get pvc` shows the new capacity.
   * 2. Remove the StatefulSet, but neither pods nor claims: `kubectl delete statefulset NAME --cascade=orphan`.
   * 3. Apply again: the new StatefulSet takes over pods and claims.
   *
   * A class that cannot grow volumes (k3s' local-path: a folder of the node, whose size nobody enforces) leaves the first step
   * out: the claims keep their old size, and what matters is the room on the node. Elsewhere the data must be copied to a new
   * claim. No volume can be made smaller. https://kubernetes.io/docs/concepts/storage/persistent-volumes/#expanding-persistent-volumes-claims
   */
  readonly size: Size;
  /**
   * Name of the StorageClass; an empty one stands for volumes that belong to no class. It cannot change while the StatefulSet exists.
   * @default - the cluster's default class
   */
  readonly storageClassName?: string;
}

/**
 * A claim for a volume that one node at a time may write to.
 *
 * @param scope the construct that was given `storage`, to name in errors.
 */
export function volumeClaim(
  scope: IConstruct,
  name: string,
  { size, storageClassName }: StorageProps,
): k8s.KubePersistentVolumeClaimProps {
  if (storageClassName !== undefined && storageClassName !== '') {
    checkObjectName(scope, 'storage.storageClassName', storageClassName);
  }
  return {
    metadata: { name },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: k8s.Quantity.fromString(wholeBytes(scope, 'storage.size', size)) } },
      ...(storageClassName !== undefined && { storageClassName }),
    },
  };
}
