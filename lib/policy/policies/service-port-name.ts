import { SERVICE } from '../kinds';
import { shown, valueOr } from '../policy';
import type { Policy } from '../policy';
import { isNoPort, namedTwice } from '../port-name';

const PORTS = valueOr('dyn(object)', 'spec.ports', '[]');

export const servicePortName: Policy = {
  id: 'service-port-name',
  title: 'Ports of a Service have names that Kubernetes takes',
  severity: 'error',
  scope: SERVICE,
  rules: [
    {
      on: 'object',
      field: 'spec.ports[{f}].name',
      offenders: `${PORTS}.filter(p, has(p.name) && p.name != '' && (size(p.name) > 63 || !p.name.matches('^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$')))`,
      message: `'"' + ${shown('f.name')} + '" is no name of a port'`,
    },
    {
      on: 'object',
      field: 'spec.ports',
      rule: `size(${PORTS}) < 2 || ${PORTS}.all(p, has(p.name) && p.name != '')`,
      message: "'one of several ports has no name'",
    },
    {
      on: 'object',
      field: 'spec.ports',
      rule: `size(${namedTwice(PORTS)}) == 0`,
      message: `'two ports have the name "' + ${namedTwice(PORTS)}[0] + '"'`,
    },
    {
      on: 'object',
      field: 'spec.ports[{f}].targetPort',
      offenders: `${PORTS}.filter(p, has(p.targetPort) && ${isNoPort('p.targetPort')})`,
      message: `'targetPort "' + ${shown('f.targetPort')} + '" is no name of a port'`,
    },
  ],
  why: 'The API server refuses the Service.',
  fix: 'Name each port by lower-case letters, digits and dashes; a targetPort is a number without quotes, or the name of a port of the container (at most 15 characters, with a letter).',
  link: 'https://kubernetes.io/docs/concepts/services-networking/service/#multi-port-services',
};
