import { dangling } from '../dangling';
import { graphPolicy } from '../policy';

export const statefulSetService = graphPolicy({
  id: 'stateful-set-service',
  title: 'The governing Service of a StatefulSet is there',
  severity: 'warning',
  graph: (graph) => dangling(graph, 'stateful-set-service'),
  why: 'The pods start without it, and have no DNS names of their own: nobody reaches a single one of them.',
  fix: 'Add a headless Service (clusterIP: None) of that name which selects the pods, or correct spec.serviceName; it cannot be changed later.',
  link: 'https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-network-id',
});
