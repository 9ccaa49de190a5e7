import { fewestPods, isAutoscaler } from '../autoscaler';
import { POD_DISRUPTION_BUDGET } from '../kinds';
import { isSet, valueOr } from '../policy';
import type { Policy } from '../policy';

const SPEC = 'dyn(object).spec';
const HAS_MIN = isSet('dyn(object)', 'spec.minAvailable');
const MIN = `string(${SPEC}.minAvailable)`;
const ALL = "matches('^0*100%$')";

/** Kinds of which it is known how many pods there are. */
const COUNTED = "['Deployment', 'StatefulSet', 'ReplicaSet', 'ReplicationController', 'Rollout', 'Pod']";
const SELECTED = `variables.related.filter(w, !${isAutoscaler('w')})`;
const SCALED = `variables.related.filter(a, ${isAutoscaler('a')} && a.spec.scaleTargetRef.name == w.metadata.name && ${valueOr('a', 'spec.scaleTargetRef.kind', "'Deployment'")} == w.kind)`;

/** CEL: how many pods the budget selects, at the least; 0 where nobody knows. */
const PODS = `(${SELECTED}.all(w, w.kind in ${COUNTED}) ? ${SELECTED}.map(w, [${SCALED}].map(s, size(s) > 0 ? ${fewestPods('s[0]')} : ${valueOr('w', 'spec.replicas', '1')})[0]).sum() : 0)`;

/** CEL: how many of `t` pods must stay; of a percentage the next whole number (https://kubernetes.io/docs/tasks/run-application/configure-pdb/#rounding-logic-when-specifying-percentages). */
const STAY = `(${MIN}.endsWith('%') ? (int(${MIN}.replace('%', '')) * t + 99) / 100 : int(${MIN}))`;

export const podDisruptionBudget: Policy = {
  id: 'pod-disruption-budget',
  title: 'A PodDisruptionBudget allows an eviction',
  severity: 'error',
  scope: POD_DISRUPTION_BUDGET,
  rules: [
    {
      on: 'object',
      field: 'spec.maxUnavailable',
      rule: `!(${isSet('dyn(object)', 'spec.maxUnavailable')}) || !string(${SPEC}.maxUnavailable).matches('^0+%?$')`,
      message: `'maxUnavailable ' + string(${SPEC}.maxUnavailable) + ' allows no pod to be evicted'`,
    },
    {
      on: 'object',
      field: 'spec.minAvailable',
      rule: `!(${HAS_MIN}) || !${MIN}.${ALL}`,
      message: `'minAvailable ' + ${MIN} + ' allows no pod to be evicted'`,
    },
    {
      on: 'object',
      field: 'spec.minAvailable',
      rule: `!(${HAS_MIN}) || ${MIN}.${ALL} || [${PODS}].all(t, t == 0 || ${STAY} < t)`,
      message: `'minAvailable ' + ${MIN} + ' allows none of the pods that it selects to be evicted, of which there are ' + string(${PODS})`,
      beforeApply: true,
    },
  ],
  why: 'Draining a node then waits for ever: no upgrade of the cluster, no repair of the node gets past these pods, until somebody removes the budget by hand.',
  fix: 'Set maxUnavailable to 1, or minAvailable below the number of replicas (and below minReplicas of an autoscaler); what has one pod needs no budget.',
  link: 'https://kubernetes.io/docs/tasks/run-application/configure-pdb/',
};
