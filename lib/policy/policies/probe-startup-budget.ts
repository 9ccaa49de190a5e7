import { valueOr } from '../policy';
import type { Policy } from '../policy';

export const probeStartupBudget: Policy = {
  id: 'probe-startup-budget',
  title: 'The startup probe allows at least 60 seconds',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'container',
      field: 'startupProbe',
      rule: `!has(c.startupProbe) || ${valueOr('c.startupProbe', 'failureThreshold', '3')} * ${valueOr('c.startupProbe', 'periodSeconds', '10')} >= 60`,
      subject: "'startupProbe'",
      message: "'gives up after less than 60 s (failureThreshold x periodSeconds)'",
    },
  ],
  why: 'A container that does not start within the budget is killed and starts again, just as slowly: it never comes up. A Java service at half a CPU was seen to need 75 s.',
  fix: 'Set failureThreshold x periodSeconds to at least 60, better to twice the slowest start; a short period costs nothing, as a start ends at the first success.',
  link: 'https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#define-startup-probes',
};
