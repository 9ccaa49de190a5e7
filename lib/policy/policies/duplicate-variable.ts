import type { Policy } from '../policy';

/**
 * CEL: evaluates `body` with all names, each between line breaks, as `names`. A list of one is how CEL binds a name; comparing each
 * variable with each other would take the square of their number.
 */
function withNames(body: string): string {
  return `['\\n' + c.env.map(e, e.name).join('\\n\\n') + '\\n'].map(names, ${body})[0]`;
}

const ONCE = "size(names.split('\\n' + e.name + '\\n')) == 2";

export const duplicateVariable: Policy = {
  id: 'duplicate-variable',
  title: 'No variable is defined twice',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'container',
      field: 'env',
      rule: `!has(c.env) || size(c.env) == 0 || ${withNames(`c.env.all(e, ${ONCE})`)}`,
      message: `'variable "' + ${withNames(`c.env.filter(e, !(${ONCE}))[0].name`)} + '" is defined more than once'`,
    },
  ],
  why: 'The last one wins, unseen by whoever reads or patches the first; and server-side apply refuses the list.',
  fix: 'Define it once.',
  link: 'https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/',
};
