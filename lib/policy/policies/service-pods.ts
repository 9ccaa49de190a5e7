import { dangling } from '../dangling';
import { graphPolicy } from '../policy';
import { selectorsTooMany } from './service-selector';

export const servicePods = graphPolicy({
  id: 'service-pods',
  title: 'A Service selects pods, which have the ports that it names',
  severity: 'error',
  graph: (graph) => {
    // What must have no selector is no better off with pods.
    const others = selectorsTooMany(graph);
    return dangling(graph, 'service-pods').filter(({ object }) => !others.has(object));
  },
  why: 'A Service that selects nothing, or a port that no container has, answers nobody: each connection is refused or waits.',
  fix: 'Make selector and targetPort what the pod template says: its labels, and the name of a port of a container.',
  link: 'https://kubernetes.io/docs/tasks/debug/debug-application/debug-service/#does-the-service-have-any-endpointslices',
});
