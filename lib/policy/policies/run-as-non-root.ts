import { isSet, valueOr } from '../policy';
import type { Policy } from '../policy';

const FIELD = 'securityContext.runAsNonRoot';

export const runAsNonRoot: Policy = {
  id: 'run-as-non-root',
  title: 'A container may not run as root',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'pod',
      field: 'securityContext.runAsNonRoot',
      rule: `${valueOr('variables.podSpec', FIELD, 'true')} != false`,
      message: "'the pod sets runAsNonRoot to false'",
    },
    {
      on: 'container',
      field: 'securityContext.runAsNonRoot',
      rule: `${isSet('c', FIELD)} ? c.${FIELD} == true : ${isSet('variables.podSpec', FIELD)}`,
      message: "'does not set runAsNonRoot to true, nor does the pod'",
    },
  ],
  why: 'Root in a container is root on the node as soon as anything lets it out; with this set, the kubelet refuses to start an image that would run as root.',
  fix: "Set the pod's securityContext.runAsNonRoot to true, and runAsUser where the image names its user by name.",
  link: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted',
};
