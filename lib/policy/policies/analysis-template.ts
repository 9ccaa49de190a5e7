import { dangling } from '../dangling';
import { graphPolicy } from '../policy';

export const analysisTemplate = graphPolicy({
  id: 'analysis-template',
  title: 'An analysis names templates that are there, and gives them the arguments that they need',
  severity: 'error',
  graph: (graph) => dangling(graph, 'analysis-template'),
  why: 'Argo Rollouts makes no AnalysisRun of a template that is not there, or lacks the value of an argument: the Rollout is invalid, and goes no further.',
  fix: 'Correct the name, and give each argument in args beside the templates, or its value in the template itself.',
  link: 'https://argo-rollouts.readthedocs.io/en/stable/features/analysis/#analysis-template-arguments',
});
