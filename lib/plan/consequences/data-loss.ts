import type { Graph, GraphObject, Workload } from '../../graph';
import { formatPath } from '../../manifest/manifest';
import { child, field, listAt, numberAt, textAt } from '../../manifest/plain-data';
import type { Path } from '../../manifest/plain-data';
import type { Comparison, Consequence, ObjectChange, Rule, Severity } from '../model';
import {
  addedBy,
  causeIn,
  consequence,
  isChanged,
  isWorkload,
  kindOf,
  listText,
  nameOf,
  removedBy,
  updateOf,
} from './objects';
import type { Update } from './objects';
import {
  clusterOf,
  hasBrokers,
  isKafka,
  REPLICATION_FACTORS,
  REPLICATION_PROPERTIES,
  topicsIn,
  variableOf,
  volumesOf,
} from './kafka';
import { podCount } from './pods';
import { retentionsIn } from './retention';

const KAFKA = 'https://kafka.apache.org/documentation/';
const RECLAIM = 'https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reclaiming';
const NAMESPACE = 'https://kubernetes.io/docs/tasks/administer-cluster/namespaces/#deleting-a-namespace';
const RETENTION_POLICY =
  'https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention';
const TOPIC_OPERATOR = 'https://strimzi.io/docs/operators/latest/deploying.html#using-the-topic-operator-str';
const STRIMZI_STORAGE = 'https://strimzi.io/docs/operators/latest/deploying.html#assembly-storage-str';

/** Data that goes, or that nobody finds any more. */
export const dataLoss: Rule = function* (change, comparison): Iterable<Consequence> {
  const removed = removedBy(change);
  if (removed !== undefined) {
    yield* removal(removed, change);
  }
  const update = updateOf(change);
  if (update === undefined) {
    return;
  }
  yield* claimsThatGo(update, change);
  if (isWorkload(update.old) && isWorkload(update.new)) {
    yield* volumesThatMove(update.old, update.new, change);
    if (isKafka(update.old) && isKafka(update.new)) {
      yield* kafka(update.old, update.new, change, comparison);
    }
  }
  yield* strimzi(update, change, comparison);
  yield* topicLists(update, change);
  yield* retention(update, change);
};

/** What goes with an object, once it is deleted. */
const GOES: Readonly<
  Record<
    string,
    { readonly severity: Severity; readonly source: string; readonly says: (object: GraphObject) => string }
  >
> = {
  '/Namespace': {
    severity: 'danger',
    source: NAMESPACE,
    says: () => 'Whoever deletes it deletes everything in it: every claim with its data, and every Secret.',
  },
  '/PersistentVolumeClaim': {
    severity: 'danger',
    source: RECLAIM,
    says: () => 'Whoever deletes it deletes its volume with all data, unless the reclaim policy is Retain.',
  },
  '/PersistentVolume': {
    severity: 'danger',
    source: RECLAIM,
    says: ({ manifest }) =>
      textAt(manifest, 'spec', 'persistentVolumeReclaimPolicy') === 'Delete'
        ? 'Whoever deletes it deletes its data too.'
        : 'Whoever deletes it keeps the data, where nobody finds it: the claim is Lost.',
  },
  'kafka.strimzi.io/KafkaTopic': {
    severity: 'danger',
    source: TOPIC_OPERATOR,
    says: () => "Whoever deletes it has the topic deleted with all its records, by Strimzi's operator.",
  },
  'kafka.strimzi.io/Kafka': {
    severity: 'danger',
    source: STRIMZI_STORAGE,
    says: () => 'Whoever deletes it ends the whole Kafka cluster; its claims stay where deleteClaim is false.',
  },
};

function* removal(removed: GraphObject, change: ObjectChange): Iterable<Consequence> {
  const goes = GOES[kindOf(removed)];
  const renamed = change.action === 'rename' ? ` The new ${nameOf(change.new ?? removed)} starts empty.` : '';
  if (goes !== undefined) {
    const hasData = kindOf(removed) !== '/Namespace' && kindOf(removed) !== 'kafka.strimzi.io/Kafka';
    yield consequence('data-loss', goes.severity, `${goes.says(removed)}${hasData ? renamed : ''}`, [], goes.source);
    return;
  }
  if (kindOf(removed) === 'kafka.strimzi.io/KafkaNodePool') {
    const isDeleted = volumesOf(removed).some((volume) => child(volume, 'deleteClaim') === true);
    yield consequence(
      'data-loss',
      'danger',
      isDeleted
        ? 'Whoever deletes it ends its Kafka nodes and deletes their volumes (deleteClaim: true).'
        : 'Whoever deletes it ends its Kafka nodes; partitions that are on no other node are gone until their claims are used again.',
      [],
      STRIMZI_STORAGE,
    );
    return;
  }
  const claims = listAt(removed.manifest, 'spec', 'volumeClaimTemplates');
  if (kindOf(removed) === 'apps/StatefulSet' && claims.length > 0) {
    const policy = textAt(removed.manifest, 'spec', 'persistentVolumeClaimRetentionPolicy', 'whenDeleted');
    const names = claims.map((template) => textAt(template, 'metadata', 'name'));
    const next = addedBy(change);
    yield consequence(
      'data-loss',
      policy === 'Delete' || next !== undefined ? 'danger' : 'warning',
      policy === 'Delete'
        ? `Whoever deletes it deletes its claims ${listText(names)} with their data (persistentVolumeClaimRetentionPolicy.whenDeleted: Delete).${renamed}`
        : next !== undefined
          ? `Its data stays in the claims of ${nameOf(removed)}.${renamed}`
          : `Its data stays in its claims ${listText(names)}, which nobody reads any more.`,
      [],
      RETENTION_POLICY,
    );
  }
}

/** Policies by which claims go that stayed before. */
function* claimsThatGo({ old, new: now }: Update, change: ObjectChange): Iterable<Consequence> {
  if (kindOf(now) === 'apps/StatefulSet') {
    for (const [name, when] of [
      ['whenDeleted', 'it is deleted'],
      ['whenScaled', 'it is scaled down'],
    ] as const) {
      const path = ['spec', 'persistentVolumeClaimRetentionPolicy', name];
      if (field(now.manifest, ...path) === 'Delete' && field(old.manifest, ...path) !== 'Delete') {
        yield consequence(
          'data-loss',
          'danger',
          `From now on its claims go with their data when ${when}.`,
          path,
          RETENTION_POLICY,
        );
      }
    }
    const [before, after] = [old, now].map(({ manifest }) => replicasOf(manifest));
    if (
      before !== undefined &&
      after !== undefined &&
      after < before &&
      textAt(now.manifest, 'spec', 'persistentVolumeClaimRetentionPolicy', 'whenScaled') === 'Delete'
    ) {
      yield consequence(
        'data-loss',
        'danger',
        `The claims of ${before - after} pods go with their data (persistentVolumeClaimRetentionPolicy.whenScaled: Delete).`,
        ['spec', 'replicas'],
        RETENTION_POLICY,
      );
    }
  }
  const reclaim = ['/PersistentVolume', 'storage.k8s.io/StorageClass'].includes(kindOf(now))
    ? kindOf(now) === '/PersistentVolume'
      ? ['spec', 'persistentVolumeReclaimPolicy']
      : ['reclaimPolicy']
    : undefined;
  if (reclaim !== undefined && isChanged(change, reclaim) && field(now.manifest, ...reclaim) === 'Delete') {
    yield consequence('data-loss', 'danger', 'From now on the data goes when the claim is deleted.', reclaim, RECLAIM);
  }
}

function replicasOf(manifest: unknown): number {
  const said = field(manifest, 'spec', 'replicas');
  return typeof said === 'number' ? said : 1;
}

/** Names of volumes that keep data: those of claims. */
function dataVolumes({ manifest, podSpec }: Workload): ReadonlySet<string> {
  return new Set([
    ...listAt(manifest, 'spec', 'volumeClaimTemplates').map((template) => textAt(template, 'metadata', 'name')),
    ...listAt(podSpec, 'volumes')
      .filter((volume) =>
        ['persistentVolumeClaim', 'hostPath', 'nfs', 'csi'].some((source) => child(volume, source) !== undefined),
      )
      .map((volume) => textAt(volume, 'name')),
  ]);
}

/** Where a container finds a volume. */
interface Mount {
  readonly container: string;
  readonly volume: string;
  readonly at: string;
  readonly path: Path;
}

function mountsOf(workload: Workload): readonly Mount[] {
  const volumes = dataVolumes(workload);
  return listAt(workload.podSpec, 'containers').flatMap((container, index) =>
    listAt(container, 'volumeMounts').flatMap((mount, place): readonly Mount[] => {
      const volume = textAt(mount, 'name');
      const subPath = textAt(mount, 'subPath');
      return volumes.has(volume) && child(mount, 'readOnly') !== true
        ? [
            {
              container: textAt(container, 'name'),
              volume,
              at: `${textAt(mount, 'mountPath')}${subPath === '' ? '' : ` (subPath ${subPath})`}`,
              path: [...workload.templatePath, 'spec', 'containers', index, 'volumeMounts', place],
            },
          ]
        : [];
    }),
  );
}

const VOLUMES = 'https://kubernetes.io/docs/concepts/storage/volumes/';

/** A volume with data that is mounted elsewhere, or not at all, or that is another one. */
function* volumesThatMove(old: Workload, now: Workload, change: ObjectChange): Iterable<Consequence> {
  const after = mountsOf(now);
  for (const mount of mountsOf(old)) {
    const same = after.filter(({ container, volume }) => container === mount.container && volume === mount.volume);
    if (same.length > 0 && !same.some(({ at }) => at === mount.at)) {
      yield consequence(
        'data-loss',
        'danger',
        `Container ${mount.container} finds volume ${mount.volume} at ${same[0]?.at ?? ''} instead of ${mount.at}: unless what it is told changes with it, it starts without its data.`,
        causeIn(change, same[0]?.path ?? mount.path),
        VOLUMES,
      );
    }
    const hasContainer = listAt(now.podSpec, 'containers').some((each) => textAt(each, 'name') === mount.container);
    if (same.length === 0 && hasContainer) {
      yield consequence(
        'data-loss',
        'danger',
        `Container ${mount.container} has no volume ${mount.volume} at ${mount.at} any more: what it writes there goes with the pod.`,
        causeIn(change, [...now.templatePath, 'spec']),
        VOLUMES,
      );
    }
  }
  for (const [index, volume] of listAt(now.podSpec, 'volumes').entries()) {
    const before = listAt(old.podSpec, 'volumes').find((each) => textAt(each, 'name') === textAt(volume, 'name'));
    const [was, is] = [before, volume].map((each) => textAt(each, 'persistentVolumeClaim', 'claimName'));
    if (was !== undefined && was !== '' && was !== is) {
      yield consequence(
        'data-loss',
        'danger',
        `Volume ${textAt(volume, 'name')} is ${is === '' || is === undefined ? 'no claim' : `claim ${is}`} instead of claim ${was}: the data in ${was} stays there, and is not read.`,
        causeIn(change, [...now.templatePath, 'spec', 'volumes', index]),
        VOLUMES,
      );
    }
  }
}

/** Variables of Kafka's image that must stay as they were when the volume was formatted. */
function* kafka(old: Workload, now: Workload, change: ObjectChange, { new: graph }: Comparison): Iterable<Consequence> {
  const [cluster, wasCluster] = [now, old].map((each) => variableOf(each, 'CLUSTER_ID'));
  if (wasCluster !== undefined && cluster?.value !== wasCluster.value) {
    yield consequence(
      'data-loss',
      'danger',
      'The volumes are formatted with the old CLUSTER_ID, and Kafka refuses to start on them with another one: either it stays, or all data goes.',
      causeIn(change, cluster?.path ?? wasCluster.path),
      `${KAFKA}#kraft_storage_tool`,
    );
  }
  const [logs, wasLogs] = [now, old].map((each) => variableOf(each, 'KAFKA_LOG_DIRS'));
  if (wasLogs !== undefined && logs?.value !== wasLogs.value) {
    yield consequence(
      'data-loss',
      'danger',
      `Kafka looks for its data in ${logs?.value ?? 'its default folder'} instead of ${wasLogs.value}: it starts as an empty cluster, and writes where the volume may not be.`,
      causeIn(change, logs?.path ?? wasLogs.path),
      `${KAFKA}#brokerconfigs_log.dirs`,
    );
  }
  const [before, after] = [replicasOf(old.manifest), podCount(now, graph).least];
  const factors = REPLICATION_FACTORS.flatMap((name) => {
    const variable = variableOf(now, name);
    return variable === undefined ? [] : [{ name, value: Number(variable.value) }];
  });
  yield* fewerNodes(before, after, factors, ['spec', 'replicas']);
}

/** Nodes that go with the replicas that they have, and fewer nodes than copies that are asked for. */
function* fewerNodes(
  before: number,
  after: number,
  factors: readonly { readonly name: string; readonly value: number }[],
  path: Path,
): Iterable<Consequence> {
  if (after >= before) {
    return;
  }
  yield consequence(
    'data-loss',
    'danger',
    `${before - after} of ${before} Kafka brokers go: partitions whose replicas are all on them are lost, and others have too few. Move them first (kafka-reassign-partitions.sh).`,
    path,
    `${KAFKA}#basic_ops_decommissioning_brokers`,
  );
  const beyond = factors.filter(({ value }) => value > after);
  if (beyond.length > 0) {
    yield consequence(
      'data-loss',
      'danger',
      `${listText(beyond.map(({ name, value }) => `${name} ${value}`))} ${beyond.length === 1 ? 'asks' : 'ask'} for more than the ${after} broker${after === 1 ? '' : 's'} that ${after === 1 ? 'is' : 'are'} left.`,
      path,
      `${KAFKA}#replication`,
    );
  }
}

function* strimzi(update: Update, change: ObjectChange, { new: graph }: Comparison): Iterable<Consequence> {
  const { old, new: now } = update;
  switch (kindOf(now)) {
    case 'kafka.strimzi.io/KafkaNodePool': {
      const [before, after] = [old, now].map(({ manifest }) => numberAt(manifest, 'spec', 'replicas'));
      if (before !== undefined && after !== undefined && hasBrokers(now)) {
        yield* fewerNodes(before, after, after < before ? factorsOf(now, graph) : [], ['spec', 'replicas']);
      }
      for (const [index, volume] of volumesOf(now).entries()) {
        const was = volumesOf(old).find((each) => child(each, 'id') === child(volume, 'id'));
        if (child(volume, 'deleteClaim') === true && was !== undefined && child(was, 'deleteClaim') !== true) {
          yield consequence(
            'data-loss',
            'danger',
            'From now on the volumes go with their data when the Kafka or its node pool is deleted.',
            causeIn(change, ['spec', 'storage', 'volumes', index, 'deleteClaim']),
            STRIMZI_STORAGE,
          );
        }
      }
      const gone = volumesOf(old).filter(
        (volume) => !volumesOf(now).some((each) => child(each, 'id') === child(volume, 'id')),
      );
      const wasKept = volumesOf(old).some((volume) => textAt(volume, 'type') === 'persistent-claim');
      const isKept = volumesOf(now).some((volume) => textAt(volume, 'type') === 'persistent-claim');
      if (gone.length > 0 || (wasKept && !isKept)) {
        yield consequence(
          'data-loss',
          'danger',
          isKept
            ? `${gone.length === 1 ? 'A volume goes' : `${gone.length} volumes go`} with the partitions on it.`
            : 'The data goes with each pod: the storage is ephemeral from now on.',
          causeIn(change, ['spec', 'storage']),
          STRIMZI_STORAGE,
        );
      }
      return;
    }
    case 'kafka.strimzi.io/KafkaTopic': {
      const [before, after] = [old, now].map(({ manifest }) => numberAt(manifest, 'spec', 'partitions'));
      if (before !== undefined && after !== undefined && after > 0 && after < before) {
        yield consequence(
          'data-loss',
          'danger',
          `Kafka takes no partition away (${before} to ${after}): Strimzi's operator leaves the topic as it is, and whoever makes it anew for that loses its records. Make a topic of another name and move its producers and consumers.`,
          ['spec', 'partitions'],
          TOPIC_OPERATOR,
        );
      }
      if (isChanged(change, ['spec', 'topicName'])) {
        yield consequence(
          'data-loss',
          'danger',
          "Strimzi's operator renames no topic: its records stay in the old one, and the KafkaTopic is not ready any more. Make a KafkaTopic of another name.",
          ['spec', 'topicName'],
          TOPIC_OPERATOR,
        );
      }
      const [was, is] = [old, now].map(({ manifest }) => numberAt(manifest, 'spec', 'replicas'));
      if (was !== undefined && is !== undefined && is < was) {
        yield consequence(
          'data-loss',
          'danger',
          `Each partition has ${is} cop${is === 1 ? 'y' : 'ies'} instead of ${was}.`,
          ['spec', 'replicas'],
          `${KAFKA}#replication`,
        );
      }
      return;
    }
    case 'kafka.strimzi.io/Kafka':
      for (const name of REPLICATION_PROPERTIES) {
        const path = ['spec', 'kafka', 'config', name];
        const [before, after] = [old, now].map(({ manifest }) => Number(field(manifest, ...path)));
        if (before !== undefined && after !== undefined && after < before) {
          yield consequence(
            'data-loss',
            'danger',
            `${name} is ${after} instead of ${before}: what is written from now on outlives the loss of fewer brokers.`,
            path,
            `${KAFKA}#brokerconfigs`,
          );
        }
      }
      return;
    default:
  }
}

/** Replication factors of a node pool's Kafka and of its topics. */
function factorsOf(pool: GraphObject, graph: Graph): readonly { readonly name: string; readonly value: number }[] {
  const kafkaName = clusterOf(pool);
  const config = field(
    graph.find('kafka.strimzi.io', 'Kafka', pool.namespace, kafkaName)?.manifest,
    'spec',
    'kafka',
    'config',
  );
  const topics = graph.objects.filter(
    (object) => kindOf(object) === 'kafka.strimzi.io/KafkaTopic' && clusterOf(object) === kafkaName,
  );
  const highest = Math.max(0, ...topics.map(({ manifest }) => numberAt(manifest, 'spec', 'replicas')));
  return [
    ...REPLICATION_PROPERTIES.flatMap((name) => {
      const value = Number(child(config, name));
      return Number.isNaN(value) ? [] : [{ name, value }];
    }),
    ...(highest > 0 ? [{ name: 'spec.replicas of KafkaTopics', value: highest }] : []),
  ];
}

/** Topics that a Job makes from a list in a ConfigMap: it makes what is missing, and changes nothing that is there. */
function* topicLists({ old, new: now }: Update, change: ObjectChange): Iterable<Consequence> {
  if (kindOf(now) !== '/ConfigMap') {
    return;
  }
  for (const [key, value] of Object.entries(field(now.manifest, 'data') ?? {})) {
    const before = topicsIn(textAt(field(old.manifest, 'data'), key));
    const after = topicsIn(typeof value === 'string' ? value : '');
    const path = ['data', key];
    if (before.size === 0 || after.size === 0 || !isChanged(change, path)) {
      continue;
    }
    const gone = [...before.keys()].filter((name) => !after.has(name));
    if (gone.length > 0) {
      yield consequence(
        'data-loss',
        'warning',
        `Topic${gone.length === 1 ? '' : 's'} ${listText(gone)} ${gone.length === 1 ? 'is' : 'are'} not in the list any more: ${gone.length === 1 ? 'it stays with its records' : 'they stay with their records'} in Kafka, and nobody may read them.`,
        path,
        KAFKA,
      );
    }
    for (const [name, topic] of after) {
      const was = before.get(name);
      if (was !== undefined && (topic.partitions < was.partitions || topic.replicas < was.replicas)) {
        yield consequence(
          'data-loss',
          'danger',
          `Topic ${name} has ${was.partitions} partitions of ${was.replicas} replicas, and shall have ${topic.partitions} of ${topic.replicas}: Kafka takes no partition away, and a topic that is made anew is empty.`,
          path,
          `${KAFKA}#basic_ops_modify_topic`,
        );
      }
    }
  }
}

/** Data that is kept for a shorter time. */
function* retention({ old, new: now }: Update, change: ObjectChange): Iterable<Consequence> {
  const before = new Map(retentionsIn(old).map((each) => [`${formatPath(each.path.slice(0, 2))} ${each.name}`, each]));
  for (const { name, path, text, milliseconds, source } of retentionsIn(now)) {
    const was = before.get(`${formatPath(path.slice(0, 2))} ${name}`);
    if (was !== undefined && milliseconds < was.milliseconds && isChanged(change, path)) {
      yield consequence(
        'data-loss',
        'danger',
        `${name} is ${text} instead of ${was.text}: what is older is deleted.`,
        path,
        source,
      );
    }
  }
}
