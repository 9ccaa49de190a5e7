import { nameOf, valueOr } from '../policy';
import type { Policy } from '../policy';
import { annotationsWithSecret, holdsSecret, isNamedSecret, lineHoldsSecret } from '../secrets';

const ANNOTATION = `'annotation "' + f + '" holds a secret in plain text'`;

const inWords = (list: string): string =>
  `(has(c.${list}) && ${lineHoldsSecret(`c.${list}.join('\\n')`)} ? ['${list}'] : [])`;

export const literalSecret: Policy = {
  id: 'literal-secret',
  title: 'No variable, argument or annotation holds a secret in plain text',
  severity: 'error',
  findsSecrets: true,
  scope: 'workloads',
  rules: [
    {
      on: 'container',
      field: 'env[{f}].value',
      offenders: `${valueOr('c', 'env', '[]')}.filter(e, has(e.value) && (${isNamedSecret(nameOf('e'), 'e.value')} || ${holdsSecret('e.value')}))`,
      message: `'variable "' + ${nameOf('f')} + '" holds a secret in plain text'`,
    },
    {
      on: 'container',
      field: '{f}',
      offenders: `${inWords('command')} + ${inWords('args')}`,
      message: `f + ' holds a secret in plain text'`,
    },
    {
      on: 'object',
      field: 'metadata.annotations.{f}',
      // A Pod's own metadata is that of the pods.
      offenders: `object.kind == 'Pod' || !has(object.metadata) ? [] : (${annotationsWithSecret('object.metadata')})`,
      message: ANNOTATION,
    },
    {
      on: 'template',
      field: 'annotations.{f}',
      offenders: annotationsWithSecret('variables.podMetadata'),
      message: ANNOTATION,
    },
  ],
  why: 'Whoever may read the workload, the repository or its history has the secret, and it cannot be changed in one place.',
  fix: 'Put it into a Secret, and read it with valueFrom.secretKeyRef or envFrom.secretRef.',
  link: 'https://kubernetes.io/docs/concepts/configuration/secret/',
};
