import type { GraphObject } from '../../graph';
import { listAt, numberAt, textAt } from '../../manifest/plain-data';
import type { Consequence, Rule } from '../model';
import { consequence, kindOf, removedBy } from './objects';
import { deleteCommand } from './refused';

const PRUNE = 'https://kubernetes.io/docs/tasks/manage-kubernetes-objects/declarative-config/#how-to-delete-objects';

/** What the object goes on doing, by kind. */
const GOES_ON: Readonly<Record<string, string>> = {
  '/Namespace': 'it stays, with everything in it',
  '/Service': 'its name and its address stay, and lead to whatever pods its selector finds',
  '/ServiceAccount': 'whoever has a token of it keeps its rights',
  '/PersistentVolumeClaim': 'it stays, and so does its data',
  'apps/DaemonSet': 'its pods run on',
  'apps/Deployment': 'its pods run on',
  'apps/StatefulSet': 'its pods run on, and its claims stay',
  'argoproj.io/Rollout': 'its pods run on',
  'autoscaling/HorizontalPodAutoscaler': 'it goes on setting the number of replicas',
  'batch/CronJob': 'it goes on starting Jobs',
  'gateway.networking.k8s.io/HTTPRoute': 'it goes on routing',
  'kafka.strimzi.io/Kafka': 'its operator keeps the whole cluster as it is',
  'kafka.strimzi.io/KafkaTopic': 'the topic stays, with its records',
  'kafka.strimzi.io/KafkaUser': 'the user can log in as before',
  'networking.k8s.io/Ingress': 'it goes on routing',
  'networking.k8s.io/NetworkPolicy': 'it goes on deciding about the pods that it selects',
  'policy/PodDisruptionBudget': 'it goes on deciding about evictions of the pods that it selects',
  'rbac.authorization.k8s.io/ClusterRole': 'it stays',
  'rbac.authorization.k8s.io/ClusterRoleBinding': 'its subjects keep their rights',
  'rbac.authorization.k8s.io/RoleBinding': 'its subjects keep their rights',
};

/** What a plain `kubectl apply` does not delete. */
export const leftBehind: Rule = function* (change): Iterable<Consequence> {
  const removed = removedBy(change);
  if (removed === undefined) {
    return;
  }
  const kind = kindOf(removed);
  const goesOn = GOES_ON[kind] === undefined ? '' : `: ${GOES_ON[kind]}`;
  const also = kind === '/Namespace' ? ', and everything in it' : '';
  const rest = claimsLeft(removed);
  yield consequence(
    'left-behind',
    'warning',
    `kubectl apply does not delete it${goesOn}. This does${also}: ${deleteCommand(removed)}.${rest === '' ? '' : ` ${rest}`}`,
    [],
    PRUNE,
  );
};

/** What stays of a StatefulSet when it is deleted. */
function claimsLeft(removed: GraphObject): string {
  const { manifest, namespace, resource } = removed;
  const claims = listAt(manifest, 'spec', 'volumeClaimTemplates').map((template) =>
    textAt(template, 'metadata', 'name'),
  );
  if (
    kindOf(removed) !== 'apps/StatefulSet' ||
    claims.length === 0 ||
    textAt(manifest, 'spec', 'persistentVolumeClaimRetentionPolicy', 'whenDeleted') === 'Delete'
  ) {
    return '';
  }
  const first = numberAt(manifest, 'spec', 'ordinals', 'start');
  const name = `${claims[0] ?? ''}-${resource.name ?? ''}-${first}`;
  return `Its claims outlive it (${name} and so on); their data goes with kubectl -n ${namespace} delete persistentvolumeclaim ${name}.`;
}
