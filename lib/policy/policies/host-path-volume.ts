import { PERSISTENT_VOLUME } from '../kinds';
import { isSet } from '../policy';
import type { Policy } from '../policy';

export const hostPathVolume: Policy = {
  id: 'host-path-volume',
  title: 'No PersistentVolume is a folder of whatever node a pod runs on',
  severity: 'error',
  scope: PERSISTENT_VOLUME,
  rules: [
    {
      on: 'object',
      field: 'spec.hostPath',
      // A `local` volume names its node: pods are scheduled to it, and find their data again.
      rule: `!(${isSet('dyn(object)', 'spec.hostPath')})`,
      message:
        "'it is a hostPath' + (has(dyn(object).spec.hostPath.path) ? ' (' + dyn(object).spec.hostPath.path + ')' : '')",
    },
  ],
  why: 'A pod that claims it gets a folder of the node past the policies on pods, which see a claim; and on another node it finds another folder, without its data.',
  fix: 'Use a StorageClass, or a local volume, whose nodeAffinity names its node.',
  link: 'https://kubernetes.io/docs/concepts/storage/volumes/#local',
};
