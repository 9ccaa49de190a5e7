import { celString } from '../cel';
import type { Policy } from '../policy';
import { HARMLESS_VALUE, SECRET_LINE, SECRET_NAME, SECRET_VALUE, SUSPICIOUS } from '../secrets';

/**
 * How many characters of one ConfigMap are searched for passwords at most, shared out evenly among its keys: patterns on a megabyte
 * would go beyond what an API server lets one expression cost, and it would refuse the ConfigMap. What is longer (a dashboard, a
 * script) is searched for private keys only.
 */
const MAX_SEARCHED = 50_000;

const VALUE = 'object.data[k]';

const SECRET = [
  `${VALUE}.contains('PRIVATE KEY-----')`,
  `(k.matches(${celString(SECRET_NAME)}) && ${VALUE} != '' && !${VALUE}.matches(${celString(HARMLESS_VALUE)}))`,
  `(size(${VALUE}) * size(object.data) <= ${MAX_SEARCHED} && ${VALUE}.matches(${celString(SUSPICIOUS)}) && ${VALUE}.matches(${celString(`${SECRET_VALUE}|${SECRET_LINE}`)}))`,
].join(' || ');

export const configMapSecret: Policy = {
  id: 'config-map-secret',
  title: 'No ConfigMap holds a secret',
  severity: 'error',
  scope: { group: '', version: 'v1', kind: 'ConfigMap', resource: 'configmaps' },
  rules: [
    {
      on: 'object',
      field: 'data.{f}',
      offenders: `!has(object.data) ? [] : object.data.filter(k, ${SECRET})`,
      message: `'key "' + f + '" holds a secret in plain text'`,
    },
  ],
  why: 'ConfigMaps are readable to many, are not encrypted at rest and end up in repositories.',
  fix: 'Put it into a Secret; a configuration file can refer to a variable that is read from one.',
  link: 'https://kubernetes.io/docs/concepts/configuration/configmap/',
};
