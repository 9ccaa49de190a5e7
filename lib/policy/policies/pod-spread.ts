import { fewestPods, isAutoscaler } from '../autoscaler';
import { valueOr } from '../policy';
import type { Policy } from '../policy';

const LABELS = valueOr('variables.podMetadata', 'labels', '{}');
const MATCH = 's.labelSelector.matchLabels';

/** CEL: whether one of `list` is about the workload's own pods; without a selector it is about none. */
const aboutItself = (list: string): string =>
  `${list}.exists(s, has(s.labelSelector) && (!has(${MATCH}) || ${MATCH}.all(k, k in ${LABELS} && ${LABELS}[k] == ${MATCH}[k])))`;

const APART = 'affinity.podAntiAffinity';
const REQUIRED = valueOr('variables.podSpec', `${APART}.requiredDuringSchedulingIgnoredDuringExecution`, '[]');
const PREFERRED = valueOr('variables.podSpec', `${APART}.preferredDuringSchedulingIgnoredDuringExecution`, '[]');
const SPREAD = [
  aboutItself(valueOr('variables.podSpec', 'topologySpreadConstraints', '[]')),
  aboutItself(REQUIRED),
  aboutItself(`${PREFERRED}.filter(p, has(p.podAffinityTerm)).map(p, p.podAffinityTerm)`),
].join(' || ');

const SEVERAL = `${valueOr('dyn(object)', 'spec.replicas', '1')} > 1`;
const SCALED = `variables.related.filter(a, ${isAutoscaler('a')} && ${fewestPods('a')} > 1)`;

export const podSpread: Policy = {
  id: 'pod-spread',
  title: 'Several pods of a workload are spread over the nodes',
  severity: 'warning',
  scope: 'workloads',
  rules: [
    {
      on: 'pod',
      field: 'topologySpreadConstraints',
      rule: `!(${SEVERAL}) || ${SPREAD}`,
      message: "'nothing keeps its ' + string(dyn(object).spec.replicas) + ' pods apart'",
    },
    {
      on: 'pod',
      field: 'topologySpreadConstraints',
      rule: `${SEVERAL} || size(${SCALED}) == 0 || ${SPREAD}`,
      message: `'nothing keeps its pods apart, of which the ' + ${SCALED}[0].kind + ' ' + ${SCALED}[0].metadata.name + ' keeps at least ' + string(${fewestPods(`${SCALED}[0]`)})`,
      beforeApply: true,
    },
  ],
  why: 'The scheduler may put all of them on one node: they are several for the day that it fails, and then all fail with it.',
  fix: 'Add a topologySpreadConstraint over kubernetes.io/hostname, or a podAntiAffinity, whose labelSelector selects these pods.',
  link: 'https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/',
};
