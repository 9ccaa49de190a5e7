import { probesWhere, valueOr } from '../policy';
import type { Policy } from '../policy';

export const probeTimeout: Policy = {
  id: 'probe-timeout',
  title: "A probe's timeoutSeconds does not exceed its periodSeconds",
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'container',
      field: '{f}.timeoutSeconds',
      offenders: probesWhere(
        (probe) => `${valueOr(probe, 'timeoutSeconds', '1')} > ${valueOr(probe, 'periodSeconds', '10')}`,
      ),
      subject: 'f',
      message: `'waits longer (timeoutSeconds) than the time between two probes (periodSeconds)'`,
    },
  ],
  why: 'A probe that may take longer than its period is not asked as often as it says: failures are noticed later than failureThreshold x periodSeconds.',
  fix: 'Lower timeoutSeconds (default 1) or raise periodSeconds (default 10).',
  link: 'https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#configure-probes',
};
