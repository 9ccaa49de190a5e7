import { valueOr } from '../policy';
import type { Policy } from '../policy';

export const serviceLinks: Policy = {
  id: 'service-links',
  title: 'No variables for every Service of the namespace',
  severity: 'warning',
  scope: 'workloads',
  rules: [
    {
      on: 'pod',
      field: 'enableServiceLinks',
      rule: `${valueOr('variables.podSpec', 'enableServiceLinks', 'true')} == false`,
      message: "'the pod gets variables for every Service of its namespace'",
    },
  ],
  why: 'A Service named kafka gives KAFKA_PORT=tcp://..., which an image that reads KAFKA_* takes for its own configuration; and each Service makes each start slower.',
  fix: "Set enableServiceLinks to false in the pod's spec; Services are found by DNS.",
  link: 'https://kubernetes.io/docs/tutorials/services/connect-applications-service/#accessing-the-service',
};
