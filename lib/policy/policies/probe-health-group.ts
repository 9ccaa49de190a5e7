import { celString } from '../cel';
import { probesWhere } from '../policy';
import type { Policy } from '../policy';

/** The endpoint itself, below whatever base path, and none of the groups below it. */
const PATH = celString('(?:^|/)actuator/health/*(?:[?#].*)?$');
/** The same in a command line. */
const IN_COMMAND = celString('/actuator/health/*(?:[?#\\s"\'`;|&)>]|$)');

export const probeHealthGroup: Policy = {
  id: 'probe-health-group',
  title: 'Startup and liveness probes ask no health that depends on others',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'container',
      field: '{f}',
      offenders: probesWhere(
        (probe) =>
          `(has(${probe}.httpGet) && has(${probe}.httpGet.path) && ${probe}.httpGet.path.matches(${PATH})) || (has(${probe}.exec) && has(${probe}.exec.command) && ${probe}.exec.command.join('\\n').matches(${IN_COMMAND}))`,
        ['startupProbe', 'livenessProbe'],
      ),
      message: "f + ' asks /actuator/health, which answers 503 while any dependency is down'",
    },
  ],
  why: 'While the database or the broker is down, the kubelet restarts every healthy service that uses it, over and over, and they all start at once when it is back.',
  fix: 'Ask /actuator/health/liveness, which is about the process alone; readiness may ask /actuator/health/readiness.',
  link: 'https://docs.spring.io/spring-boot/reference/actuator/endpoints.html#actuator.endpoints.kubernetes-probes',
};
