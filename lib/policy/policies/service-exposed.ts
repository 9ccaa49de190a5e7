import { SERVICE } from '../kinds';
import { isSet, valueOr } from '../policy';
import type { Policy } from '../policy';

export const serviceExposed: Policy = {
  id: 'service-exposed',
  title: 'A Service is reached from inside of the cluster alone',
  severity: 'error',
  scope: SERVICE,
  rules: [
    {
      on: 'object',
      field: 'spec.type',
      rule: `!(${valueOr('dyn(object)', 'spec.type', "'ClusterIP'")} in ['NodePort', 'LoadBalancer'])`,
      message: "'a Service of type ' + dyn(object).spec.type + ' is reached from outside of the cluster'",
    },
    {
      on: 'object',
      field: 'spec.externalIPs',
      rule: `!(${isSet('dyn(object)', 'spec.externalIPs')}) || size(dyn(object).spec.externalIPs) == 0`,
      message:
        "'externalIPs take traffic for addresses outside of the cluster: ' + dyn(object).spec.externalIPs.join(', ')",
    },
  ],
  why: 'A NodePort is open on every node, a LoadBalancer often to the whole internet, past the Ingress with its TLS and its rules; externalIPs can take the traffic of any address.',
  fix: 'Leave type out (ClusterIP) and put a route into the Ingress; what must be reached otherwise acknowledges this policy, with the reason.',
  link: 'https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types',
};
