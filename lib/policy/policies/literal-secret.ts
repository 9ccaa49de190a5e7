import { celString } from '../cel';
import { valueOr } from '../policy';
import type { Policy } from '../policy';
import { HARMLESS_VALUE, SECRET_NAME, SECRET_VALUE } from '../secrets';

export const literalSecret: Policy = {
  id: 'literal-secret',
  title: 'No variable holds a secret in plain text',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'container',
      field: 'env[{f}].value',
      offenders: `${valueOr('c', 'env', '[]')}.filter(e, has(e.value) && e.value != '' && (e.value.matches(${celString(SECRET_VALUE)}) || (e.name.matches(${celString(SECRET_NAME)}) && !e.value.matches(${celString(HARMLESS_VALUE)})))).map(e, e.name)`,
      message: `'variable "' + f + '" holds a secret in plain text'`,
    },
  ],
  why: 'Whoever may read the workload, the repository or its history has the secret, and it cannot be changed in one place.',
  fix: 'Put it into a Secret, and read it with valueFrom.secretKeyRef or envFrom.secretRef.',
  link: 'https://kubernetes.io/docs/concepts/configuration/secret/',
};
