import { dangling } from '../dangling';
import { graphPolicy } from '../policy';

export const referenceObject = graphPolicy({
  id: 'reference-object',
  title: 'What an object names is there',
  severity: 'error',
  graph: (graph) => dangling(graph, 'reference-object'),
  why: 'Pods that name a ConfigMap, Secret, claim or ServiceAccount which is not there are never made, or never start; other objects do nothing, and few say so.',
  fix: 'Correct the name, add the object, or say that it is there already: check --given FILE|DIR, PolicyPack given. What need not be there is optional: true.',
  link: 'https://kubernetes.io/docs/concepts/configuration/secret/#restriction-secret-must-exist',
});
