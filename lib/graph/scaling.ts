import { field, numberAt, textAt } from '../manifest/plain-data';
import type { GraphObject, Workload } from './model';

/** How many replicas an autoscaler makes. */
export interface ScaledReplicas {
  readonly least: number;
  readonly most: number;
}

/** https://keda.sh/docs/latest/reference/scaledobject-spec/#maxreplicacount */
const KEDA_MOST_REPLICAS = 100;

/** How many replicas autoscalers make, by what they scale: see {@link scaledName}. KEDA takes who names no kind for a Deployment. */
export function scaledReplicas(objects: readonly GraphObject[]): ReadonlyMap<string, ScaledReplicas> {
  return new Map(
    objects.flatMap(({ group, namespace, resource, manifest }): readonly (readonly [string, ScaledReplicas])[] => {
      const target = field(manifest, 'spec', 'scaleTargetRef');
      const key = `${namespace}/${textAt(target, 'kind') || 'Deployment'}/${textAt(target, 'name')}`;
      const number = (name: string, otherwise: number): number => {
        const said = field(manifest, 'spec', name);
        return typeof said === 'number' ? said : otherwise;
      };
      switch (`${group}/${resource.kind ?? ''}`) {
        case 'autoscaling/HorizontalPodAutoscaler': {
          const most = numberAt(manifest, 'spec', 'maxReplicas');
          return most < 1 ? [] : [[key, { least: number('minReplicas', 1), most }]];
        }
        case 'keda.sh/ScaledObject':
          return [
            [
              key,
              {
                least: number('minReplicaCount', 0),
                most: numberAt(manifest, 'spec', 'maxReplicaCount') || KEDA_MOST_REPLICAS,
              },
            ],
          ];
        default:
          return [];
      }
    }),
  );
}

/** The name by which {@link scaledReplicas} knows a workload: `NAMESPACE/KIND/NAME`. */
export function scaledName({ namespace, resource }: Workload): string {
  return `${namespace}/${resource.kind ?? ''}/${resource.name ?? ''}`;
}

/** How many replicas autoscalers make at most, by what they scale: `NAMESPACE/KIND/NAME`. */
export function mostReplicas(objects: readonly GraphObject[]): ReadonlyMap<string, number> {
  return new Map([...scaledReplicas(objects)].map(([key, { most }]) => [key, most]));
}
