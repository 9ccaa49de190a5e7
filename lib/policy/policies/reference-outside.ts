import { dangling } from '../dangling';
import { graphPolicy } from '../policy';

export const referenceOutside = graphPolicy({
  id: 'reference-outside',
  title: 'What is named outside of the set is given',
  severity: 'warning',
  graph: (graph) => dangling(graph, 'reference-outside'),
  why: 'A class, a ClusterRole, or an object of a namespace of which the set has nothing may be in the cluster already. Nobody can tell by the manifests alone, and a name that is wrong is found when it is applied.',
  fix: 'Correct the name, or say that it is there: check --given FILE|DIR (such as what kubectl get -o yaml prints), PolicyPack given.',
  link: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/names/',
});
