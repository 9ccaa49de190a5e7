import { isSet } from '../policy';
import type { Policy } from '../policy';

export const memoryLimit: Policy = {
  id: 'memory-limit',
  title: 'A container has a memory limit',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'resourced',
      field: 'resources.limits.memory',
      rule: isSet('c', 'resources.limits.memory'),
      message: "'has no memory limit'",
    },
  ],
  why: "A leak then takes the node's memory, and the kernel ends whatever it finds, in other pods too; and a JVM sizes its heap by the limit.",
  fix: 'Set resources.limits.memory.',
  link: 'https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/',
};
