import type { Policy } from '../policy';

export const unknownWorkload: Policy = {
  id: 'unknown-workload',
  title: 'No containers stand where no policy looks',
  severity: 'error',
  scope: 'everything',
  rules: [
    {
      on: 'unseenContainers',
      field: '',
      rule: 'false',
      message: `'nothing judges the containers of a ' + object.kind + ' of ' + object.apiVersion + (nearest == '' ? '' : '; is a ' + nearest + ' meant?')`,
    },
  ],
  why: 'The policies know pod templates by the kind of object. Of what they do not know they have not said that it is clean: it may be a mistake that the API server refuses, or pods that nobody has looked at.',
  fix: 'Correct apiVersion and kind. For a custom resource, say where its pod template stands (check --pod-template GROUP/KIND=spec.template, PolicyPack workloads), or acknowledge this policy on it.',
  link: 'https://kubernetes.io/docs/concepts/workloads/',
};
