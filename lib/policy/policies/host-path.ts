import { nameOf, valueOr } from '../policy';
import type { Policy } from '../policy';

export const hostPath: Policy = {
  id: 'host-path',
  title: 'No volume is a folder of the node',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'pod',
      field: 'volumes[{f}].hostPath',
      offenders: `${valueOr('variables.podSpec', 'volumes', '[]')}.filter(v, has(v.hostPath))`,
      message: `'volume "' + ${nameOf('f')} + '" is a hostPath'`,
    },
  ],
  why: 'A folder of the node shows what belongs to the node or to other pods, and writing to it can take the node over.',
  fix: 'Use a persistentVolumeClaim, an emptyDir, a configMap or a secret.',
  link: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline',
};
