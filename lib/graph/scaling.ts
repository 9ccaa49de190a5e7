import { field, numberAt, textAt } from '../manifest/plain-data';
import type { GraphObject } from './model';

/** https://keda.sh/docs/latest/reference/scaledobject-spec/#maxreplicacount */
const KEDA_MOST_REPLICAS = 100;

/** How many replicas autoscalers make at most, by what they scale: `NAMESPACE/KIND/NAME`. KEDA takes who names no kind for a Deployment. */
export function mostReplicas(objects: readonly GraphObject[]): ReadonlyMap<string, number> {
  return new Map(
    objects.flatMap(({ group, namespace, resource, manifest }): readonly (readonly [string, number])[] => {
      const kind = `${group}/${resource.kind ?? ''}`;
      const most =
        kind === 'autoscaling/HorizontalPodAutoscaler'
          ? numberAt(manifest, 'spec', 'maxReplicas')
          : kind === 'keda.sh/ScaledObject'
            ? numberAt(manifest, 'spec', 'maxReplicaCount') || KEDA_MOST_REPLICAS
            : 0;
      const target = field(manifest, 'spec', 'scaleTargetRef');
      return most < 1
        ? []
        : [[`${namespace}/${textAt(target, 'kind') || 'Deployment'}/${textAt(target, 'name')}`, most]];
    }),
  );
}
