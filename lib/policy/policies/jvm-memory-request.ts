import { IS_JVM } from '../jvm';
import { isSet } from '../policy';
import type { Policy } from '../policy';

const SIZE = (amount: string): string => `quantity(string(c.resources.${amount}.memory)).asApproximateFloat()`;

export const jvmMemoryRequest: Policy = {
  id: 'jvm-memory-request',
  title: 'A JVM requests at least half of its memory limit',
  severity: 'warning',
  scope: 'workloads',
  rules: [
    {
      on: 'resourced',
      field: 'resources.requests.memory',
      rule: `!(${isSet('c', 'resources.requests.memory')}) || !(${isSet('c', 'resources.limits.memory')}) || 2.0 * ${SIZE('requests')} >= ${SIZE('limits')} || !${IS_JVM}`,
      message:
        "'requests ' + string(c.resources.requests.memory) + ' of memory, less than half of the limit (' + string(c.resources.limits.memory) + ') that its heap grows by'",
    },
  ],
  why: 'A JVM sizes its heap by the limit and gives little of it back: the node is filled by what is requested, runs out of memory, and ends the pods that use most above their request.',
  fix: 'Raise resources.requests.memory to what the service uses on an ordinary day, at least half of the limit, or lower the limit.',
  link: 'https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/',
};
