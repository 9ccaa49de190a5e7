import { isAutoscaler } from '../autoscaler';
import { isSet } from '../policy';
import type { Policy } from '../policy';

export const autoscaledReplicas: Policy = {
  id: 'autoscaled-replicas',
  title: 'What an autoscaler scales does not say how many replicas it has',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'object',
      field: 'spec.replicas',
      rule: `!(${isSet('dyn(object)', 'spec.replicas')}) || !variables.related.exists(a, ${isAutoscaler('a')})`,
      message: `variables.related.filter(a, ${isAutoscaler('a')}).map(a, 'it says replicas: ' + string(dyn(object).spec.replicas) + ', and the ' + a.kind + ' ' + a.metadata.name + ' scales it')[0]`,
      beforeApply: true,
    },
  ],
  why: 'Each apply sets the number back to what stands here, in the middle of the load that the autoscaler has scaled for.',
  fix: 'Leave spec.replicas out; minReplicas of the autoscaler says how many there are at least.',
  link: 'https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling',
};
