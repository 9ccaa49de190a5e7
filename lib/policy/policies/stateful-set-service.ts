import { dangling } from '../dangling';
import type { Policy } from '../policy';

export const statefulSetService: Policy = {
  id: 'stateful-set-service',
  title: 'The governing Service of a StatefulSet is there',
  severity: 'warning',
  scope: 'everything',
  rules: [],
  graph: (graph) => dangling(graph, 'stateful-set-service'),
  why: 'The pods start without it, and have no DNS names of their own: nobody reaches a single one of them.',
  fix: 'Add a headless Service (clusterIP: None) of that name which selects the pods, or correct spec.serviceName; it cannot be changed later.',
  link: 'https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-network-id',
};
