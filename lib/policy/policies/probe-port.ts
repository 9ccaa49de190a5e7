import { probesWhere } from '../policy';
import type { Policy } from '../policy';

/** CEL: whether `port` is declared neither by number nor by name. Probes speak TCP; of the same number there may be a port for UDP. */
function undeclared(port: string): string {
  return `!(has(c.ports) && c.ports.exists(q, (!has(q.protocol) || q.protocol == 'TCP') && ((has(q.containerPort) && q.containerPort == ${port}) || (has(q.name) && q.name == ${port}))))`;
}

export const probePort: Policy = {
  id: 'probe-port',
  title: 'A probe asks a TCP port that the container declares',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'container',
      field: '{f}',
      offenders: probesWhere((probe) =>
        ['httpGet', 'tcpSocket', 'grpc']
          .map((handler) => `(has(${probe}.${handler}) && ${undeclared(`${probe}.${handler}.port`)})`)
          .join(' || '),
      ),
      message: `f + ' asks a TCP port that the container does not declare'`,
    },
  ],
  why: 'A probe on a port that nothing listens on fails for ever; where names are used, the kubelet cannot even resolve them. Most often the port was changed in one place only.',
  fix: 'Declare the port under ports, or ask the one that is declared, best by its name.',
  link: 'https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#use-a-named-port',
};
