import type { Policy } from '../policy';

export const probeLiveness: Policy = {
  id: 'probe-liveness',
  title: 'A long-running container has a liveness probe',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'longRunning',
      field: 'livenessProbe',
      rule: 'has(c.livenessProbe)',
      message: "'has no liveness probe'",
    },
  ],
  why: 'Without it a process that hangs is never restarted.',
  fix: 'Add a livenessProbe that asks the process alone and none of its dependencies, such as httpGet /actuator/health/liveness.',
  link: 'https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/',
};
