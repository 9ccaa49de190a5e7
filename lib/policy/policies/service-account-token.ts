import { nameOf, valueOr } from '../policy';
import type { Policy } from '../policy';

const OFF = `${valueOr('variables.podSpec', 'automountServiceAccountToken', 'true')} == false`;

export const serviceAccountToken: Policy = {
  id: 'service-account-token',
  title: 'No service account token is mounted',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'pod',
      field: 'automountServiceAccountToken',
      rule: OFF,
      message: "'the pod mounts a service account token'",
    },
    {
      on: 'pod',
      field: 'volumes[{f}].projected',
      // Where the token is mounted by itself, the API server adds such a volume: that is the rule above.
      offenders: `!(${OFF}) ? [] : ${valueOr('variables.podSpec', 'volumes', '[]')}.filter(v, has(v.projected) && has(v.projected.sources) && v.projected.sources.exists(s, has(s.serviceAccountToken)))`,
      message: `'volume "' + ${nameOf('f')} + '" holds a service account token'`,
    },
  ],
  why: 'Whoever breaks into the container can ask the API server with it. Few programs ever need it.',
  fix: "Set automountServiceAccountToken to false in the pod's spec; a program that does ask the API server acknowledges this policy, with the reason.",
  link: 'https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting',
};
