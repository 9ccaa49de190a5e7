import { dangling } from '../dangling';
import { graphPolicy } from '../policy';

export const routeBackend = graphPolicy({
  id: 'route-backend',
  title: 'Ingresses and routes lead to a port of a Service that is there, and hang on a Gateway that is there',
  severity: 'error',
  graph: (graph) => dangling(graph, 'route-backend'),
  why: 'The controller answers such a path by 404, 500 or 503, or leaves out the whole route.',
  fix: 'Correct the name or the port; the port is that of the Service, not of its pods. A Gateway that somebody else makes is given (check --given, PolicyPack given).',
  link: 'https://kubernetes.io/docs/concepts/services-networking/ingress/#the-ingress-resource',
});
