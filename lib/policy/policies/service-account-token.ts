import { nameOf, valueOr } from '../policy';
import type { Policy } from '../policy';

const SAYS = 'has(variables.podSpec.automountServiceAccountToken)';
const ACCOUNTS = "variables.related.filter(a, a.kind == 'ServiceAccount')";

/** What the pod says counts, and where it says nothing, what its ServiceAccount says. */
const OFF = `(${SAYS} ? variables.podSpec.automountServiceAccountToken == false : size(${ACCOUNTS}) > 0 && ${ACCOUNTS}.all(a, ${valueOr('a', 'automountServiceAccountToken', 'true')} == false))`;

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
      message: `${SAYS} ? 'the pod mounts a service account token' : 'the pod does not say that it mounts no service account token, and no ServiceAccount known here says so for it'`,
    },
    {
      on: 'pod',
      field: 'volumes[{f}].projected',
      // Where the token is mounted by itself, the API server adds such a volume: that is the rule above.
      offenders: `!${OFF} ? [] : ${valueOr('variables.podSpec', 'volumes', '[]')}.filter(v, has(v.projected) && has(v.projected.sources) && v.projected.sources.exists(s, has(s.serviceAccountToken)))`,
      message: `'volume "' + ${nameOf('f')} + '" holds a service account token'`,
    },
  ],
  why: 'Whoever breaks into the container can ask the API server with it. Few programs ever need it.',
  fix: "Set automountServiceAccountToken to false in the pod's spec, or in its ServiceAccount beside it; a program that does ask the API server acknowledges this policy, with the reason.",
  link: 'https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting',
};
