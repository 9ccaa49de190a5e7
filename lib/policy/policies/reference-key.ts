import { dangling } from '../dangling';
import { graphPolicy } from '../policy';

export const referenceKey = graphPolicy({
  id: 'reference-key',
  title: 'A ConfigMap or Secret has the keys that are read from it',
  severity: 'error',
  graph: (graph) => dangling(graph, 'reference-key'),
  why: 'A container whose variable or file is a key that is not there does not start.',
  fix: 'Correct the key, or add it; a key that need not be there is optional: true.',
  link: 'https://kubernetes.io/docs/tasks/configure-pod-container/configure-pod-configmap/#restrictions',
});
