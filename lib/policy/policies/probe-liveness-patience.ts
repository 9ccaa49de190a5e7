import { valueOr } from '../policy';
import type { Policy } from '../policy';

const [LIVE, READY] = ['c.livenessProbe', 'c.readinessProbe'] as const;

/** CEL: whether both ask by this handler, and the same; `otherwise` is what a field is that they do not set. */
const sameBy = (handler: string, fields: Readonly<Record<string, string>>): string =>
  [
    `has(${LIVE}.${handler})`,
    `has(${READY}.${handler})`,
    ...Object.entries(fields).map(
      ([name, otherwise]) =>
        `${valueOr(`${LIVE}.${handler}`, name, otherwise)} == ${valueOr(`${READY}.${handler}`, name, otherwise)}`,
    ),
  ].join(' && ');

const SAME = [
  sameBy('httpGet', { path: "'/'", port: "''", scheme: "'HTTP'", host: "''", httpHeaders: '[]' }),
  sameBy('tcpSocket', { port: "''", host: "''" }),
  sameBy('grpc', { port: "''", service: "''" }),
  sameBy('exec', { command: '[]' }),
]
  .map((same) => `(${same})`)
  .join(' || ');

/** CEL: for how many seconds a probe fails until the kubelet acts. */
const patience = (probe: string): string =>
  `${valueOr(probe, 'failureThreshold', '3')} * ${valueOr(probe, 'periodSeconds', '10')}`;

export const probeLivenessPatience: Policy = {
  id: 'probe-liveness-patience',
  title: 'Liveness is another question than readiness, or is asked with more patience',
  severity: 'warning',
  scope: 'workloads',
  rules: [
    {
      on: 'container',
      field: 'livenessProbe',
      rule: `!has(${LIVE}) || !has(${READY}) || !(${SAME}) || ${patience(LIVE)} > ${patience(READY)}`,
      message: "'livenessProbe asks what readinessProbe asks, and gives up as soon (failureThreshold x periodSeconds)'",
    },
  ],
  why: 'A pod that is too busy to answer should get no requests until it has caught up; so it is restarted at the same moment, and the others get its load.',
  fix: 'Let liveness ask the process alone (/actuator/health/liveness), or raise its failureThreshold or periodSeconds above those of readiness.',
  link: 'https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/',
};
