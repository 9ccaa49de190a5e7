import { isSet } from '../policy';
import type { Policy } from '../policy';

export const memoryRequest: Policy = {
  id: 'memory-request',
  title: 'A container requests memory',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'resourced',
      field: 'resources.requests.memory',
      // A limit alone is also the request (Kubernetes copies it).
      rule: `(${isSet('c', 'resources.requests.memory')}) || (${isSet('c', 'resources.limits.memory')})`,
      message: "'requests no memory'",
    },
  ],
  why: 'Without it the scheduler takes the container for free, and it is among the first to be evicted when the node runs short.',
  fix: 'Set resources.requests.memory to what the container needs to run.',
  link: 'https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/',
};
