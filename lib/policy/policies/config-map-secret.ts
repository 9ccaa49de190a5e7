import { CONFIG_MAP } from '../kinds';
import type { Policy } from '../policy';
import { annotationsWithSecret, hasForm, holdsSecret, isNamedSecret } from '../secrets';

/**
 * How many characters of one ConfigMap are searched at most, shared out evenly among its keys: patterns on a megabyte would go beyond what
 * an API server lets one expression cost (a million; https://pkg.go.dev/k8s.io/apiserver/pkg/apis/cel#PerCallLimit), and it would refuse the
 * ConfigMap. Longer ones are searched for what has the form of a secret only, and the longest (a dashboard, a script) for private keys.
 */
export const SEARCHED = { whole: 15_000, form: 50_000 };

const VALUE = 'object.data[k]';
const upTo = (limit: number): string => `size(${VALUE}) * size(object.data) <= ${limit}`;

const SECRET = [
  isNamedSecret('k', VALUE),
  `${VALUE}.contains('PRIVATE KEY-----')`,
  `(${upTo(SEARCHED.whole)} ? ${holdsSecret(VALUE)} : ${upTo(SEARCHED.form)} && ${hasForm(VALUE)})`,
].join(' || ');

export const configMapSecret: Policy = {
  id: 'config-map-secret',
  title: 'No ConfigMap holds a secret',
  severity: 'error',
  findsSecrets: true,
  scope: CONFIG_MAP,
  rules: [
    {
      on: 'object',
      field: 'data.{f}',
      offenders: `!has(object.data) ? [] : object.data.filter(k, ${SECRET})`,
      message: `'key "' + f + '" holds a secret in plain text'`,
    },
    {
      on: 'object',
      field: 'metadata.annotations.{f}',
      offenders: `!has(object.metadata) ? [] : (${annotationsWithSecret('object.metadata')})`,
      message: `'annotation "' + f + '" holds a secret in plain text'`,
    },
  ],
  why: 'ConfigMaps are readable to many, are not encrypted at rest and end up in repositories.',
  fix: 'Put it into a Secret; a configuration file can refer to a variable that is read from one.',
  link: 'https://kubernetes.io/docs/concepts/configuration/configmap/',
};
