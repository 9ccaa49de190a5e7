import type { Policy } from '../policy';

const NAMED = 'c.env.filter(e, has(e.name))';

/**
 * CEL: the variables whose name stands more than once. All names, each between line breaks, are `names`: a list of one is how CEL binds a
 * name, and comparing each variable with each other would take the square of their number.
 */
const REPEATED = `['\\n' + ${NAMED}.map(e, e.name).join('\\n\\n') + '\\n'].map(names, ${NAMED}.filter(e, size(names.split('\\n' + e.name + '\\n')) != 2))`;

export const duplicateVariable: Policy = {
  id: 'duplicate-variable',
  title: 'No variable is defined twice',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'container',
      field: 'env[{f}]',
      // The last one of a name, as Kubernetes takes it; of the first name that stands more than once.
      offenders: `!has(c.env) ? [] : ${REPEATED}.filter(r, size(r) > 0).map(r, r.filter(e, e.name == r[0].name)).map(s, s[size(s) - 1])`,
      message: `'variable "' + f.name + '" is defined more than once'`,
    },
  ],
  why: 'The last one wins, unseen by whoever reads or patches the first; and server-side apply refuses the list.',
  fix: 'Define it once.',
  link: 'https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/',
};
