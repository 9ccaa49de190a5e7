import { probesWhere, shown, valueOr } from '../policy';
import type { Policy } from '../policy';
import { isNoPort, isPortName, namedTwice } from '../port-name';

const PORTS = valueOr('c', 'ports', '[]');

/** CEL: whether a handler asks a port that cannot be. */
const asksNone = (handler: string): string =>
  ['httpGet', 'tcpSocket']
    .map((by) => `(has(${handler}.${by}) && has(${handler}.${by}.port) && ${isNoPort(`${handler}.${by}.port`)})`)
    .join(' || ');

export const portName: Policy = {
  id: 'port-name',
  title: 'Ports of a container have names that Kubernetes takes',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'container',
      field: 'ports[{f}].name',
      offenders: `${PORTS}.filter(p, has(p.name) && p.name != '' && !${isPortName('p.name')})`,
      message: `'"' + ${shown('f.name')} + '" is no name of a port'`,
    },
    {
      on: 'container',
      field: 'ports',
      rule: `size(${namedTwice(PORTS)}) == 0`,
      message: `'two ports have the name "' + ${namedTwice(PORTS)}[0] + '"'`,
    },
    {
      on: 'container',
      field: '{f}',
      offenders: probesWhere(asksNone),
      message: "f + ' asks a port whose name is none'",
    },
  ],
  why: 'The API server refuses the pod: of a Deployment, too, none ever appears.',
  fix: 'Give a name of at most 15 lower-case letters, digits and dashes, with at least one letter, no dash at either end and no two in a row; a port number is written without quotes.',
  link: 'https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#ports',
};
