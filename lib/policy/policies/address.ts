import { dangling } from '../dangling';
import { graphPolicy } from '../policy';

export const address = graphPolicy({
  id: 'address',
  title: 'An address in the cluster is that of a Service, and of a port that it has',
  severity: 'error',
  graph: (graph) => dangling(graph, 'address'),
  why: 'The name is not resolved, or nothing answers on that port: who connects tries for ever, or fails as late as it is first needed.',
  fix: 'Correct the name and port: those of the Service, as SERVICE, SERVICE.NAMESPACE.svc or SERVICE.NAMESPACE.svc.cluster.local; of a pod of a StatefulSet POD.SERVICE.NAMESPACE.svc, with an ordinal below its replicas.',
  link: 'https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/',
});
