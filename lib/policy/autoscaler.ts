import { isSet, valueOr } from './policy';

// Autoscalers among the related objects, as CEL.

/** CEL: whether `name` is an autoscaler. */
export function isAutoscaler(name: string): string {
  return `(${isSet(name, 'spec.scaleTargetRef')})`;
}

/**
 * CEL: how many pods an autoscaler keeps at least while there are any: `minReplicas` of a HorizontalPodAutoscaler, `minReplicaCount` of
 * a ScaledObject of KEDA, 1 where it says nothing.
 */
export function fewestPods(name: string): string {
  const said = valueOr(name, 'spec.minReplicas', valueOr(name, 'spec.minReplicaCount', '1'));
  return `(${said} > 0 ? ${said} : 1)`;
}
