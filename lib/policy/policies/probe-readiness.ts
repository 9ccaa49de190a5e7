import type { Policy } from '../policy';

export const probeReadiness: Policy = {
  id: 'probe-readiness',
  title: 'A long-running container has a readiness probe',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'longRunning',
      field: 'readinessProbe',
      rule: 'has(c.readinessProbe)',
      message: "'has no readiness probe'",
    },
  ],
  why: 'Without it a pod gets requests from the moment its process runs, long before a JVM answers, and keeps getting them when it no longer can.',
  fix: 'Add a readinessProbe on the port that serves requests, such as httpGet /actuator/health/readiness.',
  link: 'https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/',
};
