import { isSet } from '../policy';
import type { Policy } from '../policy';

export const cpuRequest: Policy = {
  id: 'cpu-request',
  title: 'A container requests CPU',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'resourced',
      field: 'resources.requests.cpu',
      // A limit alone is also the request (Kubernetes copies it).
      rule: `(${isSet('c', 'resources.requests.cpu')}) || (${isSet('c', 'resources.limits.cpu')})`,
      message: "'requests no CPU'",
    },
  ],
  why: 'Without it the scheduler takes the container for free and overbooks the node, and under load the container gets next to nothing.',
  fix: 'Set resources.requests.cpu to what the container uses on an ordinary day, such as 100m.',
  link: 'https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/',
};
