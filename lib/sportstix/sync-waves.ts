import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { SYNC_WAVE } from '../preflight';

/**
 * What is applied before the workloads of the services, which are in wave 0 with all else. The next wave begins when everything of the one before is
 * healthy, so that what a wave needs to become healthy stands before it: network policies and Services before the pods that they are for.
 */
const WAVES: readonly { readonly wave: number; readonly kinds: readonly string[] }[] = [
  { wave: -4, kinds: ['Namespace'] },
  {
    wave: -3,
    kinds: [
      'ClusterRole',
      'ClusterRoleBinding',
      'ConfigMap',
      'EndpointSlice',
      'ExternalSecret',
      'NetworkPolicy',
      'Secret',
      'Service',
      'ServiceAccount',
    ],
  },
  // What keeps data, before those who write to it.
  { wave: -2, kinds: ['Kafka', 'KafkaNodePool', 'StatefulSet'] },
  { wave: -1, kinds: ['Job', 'KafkaTopic', 'KafkaUser'] },
];

const WAVE_OF: ReadonlyMap<string, number> = new Map(
  WAVES.flatMap(({ wave, kinds }) => kinds.map((kind): [string, number] => [kind, wave])),
);

/** Says, on every object below a construct, in which wave Argo CD applies it. */
export function addSyncWaves(scope: Construct): void {
  for (const object of scope.node.findAll().filter((construct) => ApiObject.isApiObject(construct))) {
    const wave = WAVE_OF.get(object.kind);
    if (wave !== undefined) {
      object.metadata.addAnnotation(SYNC_WAVE, String(wave));
    }
  }
}
