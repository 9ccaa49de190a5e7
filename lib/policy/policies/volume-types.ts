import { celStrings } from '../cel';
import { nameOf, valueOr } from '../policy';
import type { Policy } from '../policy';

const ALLOWED = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

export const volumeTypes: Policy = {
  id: 'volume-types',
  title: 'Only volume types that are safe to use',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'pod',
      field: 'volumes[{f}]',
      // A volume that names no type at all is an emptyDir; hostPath has a policy of its own.
      offenders: `${valueOr('variables.podSpec', 'volumes', '[]')}.filter(v, v.exists(t, t != 'name') && !${celStrings([...ALLOWED, 'hostPath'])}.exists(t, t in v))`,
      message: `'volume "' + ${nameOf('f')} + '" has a type that is not allowed'`,
    },
  ],
  why: 'Other types reach storage directly, past PersistentVolumes and what an administrator allows there.',
  fix: 'Use one of configMap, csi, downwardAPI, emptyDir, ephemeral, image, persistentVolumeClaim, projected, secret.',
  link: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted',
};
