import { shown, valueOr } from '../policy';
import type { Policy } from '../policy';

/** Kinds with a selector that somebody wrote; that of a Job is generated. */
const SELECTS =
  "object.kind in ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Rollout'] && has(dyn(object).spec.selector)";

const LABELS = valueOr('variables.podMetadata', 'labels', '{}');

export const selectorMatchesLabels: Policy = {
  id: 'selector-matches-labels',
  title: 'A selector matches the labels of its own pods',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'object',
      field: 'spec.selector.matchLabels.{f}',
      offenders: `!(${SELECTS}) || !has(dyn(object).spec.selector.matchLabels) ? [] : dyn(object).spec.selector.matchLabels.filter(k, [dyn(object).spec.selector.matchLabels[k]] != (k in ${LABELS} ? [${LABELS}[k]] : []))`,
      message: `'the selector wants ' + f + '=' + ${shown('dyn(object).spec.selector.matchLabels[f]')} + ', which the pod template does not have'`,
    },
    {
      on: 'object',
      field: 'spec.selector.matchExpressions',
      rule: `!(${SELECTS}) || !has(dyn(object).spec.selector.matchExpressions) || dyn(object).spec.selector.matchExpressions.all(e, e.operator == 'In' ? e.key in ${LABELS} && ${LABELS}[e.key] in e.values : e.operator == 'NotIn' ? !(e.key in ${LABELS} && ${LABELS}[e.key] in e.values) : e.operator == 'Exists' ? e.key in ${LABELS} : !(e.key in ${LABELS}))`,
      message: "'the selector has an expression that the labels of the pod template do not meet'",
    },
    {
      on: 'object',
      field: 'spec.selector.{f}',
      offenders: `object.kind != 'ReplicationController' || !has(dyn(object).spec.selector) ? [] : dyn(object).spec.selector.filter(k, [dyn(object).spec.selector[k]] != (k in ${LABELS} ? [${LABELS}[k]] : []))`,
      message: `'the selector wants ' + f + '=' + ${shown('dyn(object).spec.selector[f]')} + ', which the pod template does not have'`,
    },
  ],
  why: "The API server refuses a selector that does not select the workload's own pods.",
  fix: 'Give the pod template the labels that the selector names; a selector cannot be changed later, so keep it small.',
  link: 'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector',
};
