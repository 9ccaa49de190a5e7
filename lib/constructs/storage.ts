import type { Size } from 'cdk8s';
import { k8s } from '../../imports/k8s';

/** Storage that outlives a pod. */
export interface StorageProps {
  /** Size of the volume. */
  readonly size: Size;
  /**
   * Name of the StorageClass.
   * @default - the cluster's default class
   */
  readonly storageClassName?: string;
}

/** A claim for a volume that one node at a time may write to. */
export function volumeClaim(
  name: string,
  { size, storageClassName }: StorageProps,
): k8s.KubePersistentVolumeClaimProps {
  return {
    metadata: { name },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: k8s.Quantity.fromString(size.asString()) } },
      ...(storageClassName !== undefined && { storageClassName }),
    },
  };
}
