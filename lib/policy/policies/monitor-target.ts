import { dangling } from '../dangling';
import { graphPolicy } from '../policy';

export const monitorTarget = graphPolicy({
  id: 'monitor-target',
  title: 'A monitor selects Services or pods, which have the port that it scrapes',
  severity: 'error',
  graph: (graph) => dangling(graph, 'monitor-target'),
  why: 'Prometheus scrapes nothing, and says nothing: rules over metrics that are not there never fire.',
  fix: 'Make selector and port what the Services (ServiceMonitor) or pods (PodMonitor) say: their labels, and the name of a port.',
  link: 'https://prometheus-operator.dev/docs/platform/troubleshooting/#troubleshooting-servicemonitor-changes',
});
