import type { Policy } from '../policy';

export const probeStartup: Policy = {
  id: 'probe-startup',
  title: 'A long-running container has a startup probe',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'longRunning',
      field: 'startupProbe',
      rule: 'has(c.startupProbe)',
      message: "'has no startup probe'",
    },
  ],
  why: 'Without it the liveness probe must allow for the slowest start, or kills a slow start for ever.',
  fix: 'Add a startupProbe whose failureThreshold x periodSeconds covers the slowest start.',
  link: 'https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/',
};
