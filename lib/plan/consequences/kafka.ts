import type { GraphObject, Workload } from '../../graph';
import { field, listAt, textAt, textsAt } from '../../manifest/plain-data';
import type { Path } from '../../manifest/plain-data';
import { imageOf } from './images';

// What the variables of Kafka's image say (https://github.com/apache/kafka/blob/trunk/docker/README.md).

/** A variable of a container, and where it stands. */
interface Variable {
  readonly value: string;
  readonly path: Path;
}

/** Whether Kafka runs in a workload's pods as a broker or controller. */
export function isKafka(workload: Workload): boolean {
  return variableOf(workload, 'KAFKA_PROCESS_ROLES') !== undefined;
}

/** A variable of the containers that run Kafka, where it has a text. */
export function variableOf({ podSpec, templatePath }: Workload, name: string): Variable | undefined {
  for (const [at, container] of listAt(podSpec, 'containers').entries()) {
    if (/(^|\/)kafka(-native)?$/.test(imageOf(textAt(container, 'image')).repository)) {
      for (const [index, variable] of listAt(container, 'env').entries()) {
        if (textAt(variable, 'name') === name) {
          return {
            value: textAt(variable, 'value'),
            path: [...templatePath, 'spec', 'containers', at, 'env', index, 'value'],
          };
        }
      }
    }
  }
  return undefined;
}

const VOTERS = 'KAFKA_CONTROLLER_QUORUM_VOTERS';

/** The static voters. */
export function votersOf(workload: Workload): readonly string[] {
  return (variableOf(workload, VOTERS)?.value ?? '').split(',').filter((voter) => voter !== '');
}

/** Where they stand. */
export function voterPathOf(workload: Workload): Path | undefined {
  return variableOf(workload, VOTERS)?.path;
}

/** Replication factors that a broker's own settings ask for, by their name as a variable. */
export const REPLICATION_FACTORS = [
  'KAFKA_DEFAULT_REPLICATION_FACTOR',
  'KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR',
  'KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR',
  'KAFKA_MIN_INSYNC_REPLICAS',
  'KAFKA_TRANSACTION_STATE_LOG_MIN_ISR',
];

/** The same, of Strimzi's `spec.kafka.config`. */
export const REPLICATION_PROPERTIES = [
  'default.replication.factor',
  'offsets.topic.replication.factor',
  'transaction.state.log.replication.factor',
  'min.insync.replicas',
  'transaction.state.log.min.isr',
];

/** Whether a KafkaNodePool has brokers. */
export function hasBrokers({ manifest }: GraphObject): boolean {
  return textsAt(manifest, 'spec', 'roles').includes('broker');
}

/** The name of the Kafka to which an object of Strimzi's belongs. */
export function clusterOf({ manifest }: GraphObject): string {
  return textAt(field(manifest, 'metadata', 'labels'), 'strimzi.io/cluster');
}

/** The volumes of a KafkaNodePool. */
export function volumesOf({ manifest }: GraphObject): readonly unknown[] {
  const storage = field(manifest, 'spec', 'storage');
  return textAt(storage, 'type') === 'jbod' ? listAt(storage, 'volumes') : storage === undefined ? [] : [storage];
}

/** Topics as lists have them that a Job makes them from: lines of NAME PARTITIONS REPLICAS. */
export function topicsIn(
  text: string,
): ReadonlyMap<string, { readonly partitions: number; readonly replicas: number }> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const [, name, partitions, replicas] = /^([A-Za-z0-9._-]+)\s+(\d+)\s+(\d+)$/.exec(line.trim()) ?? [];
      return name === undefined
        ? []
        : [[name, { partitions: Number(partitions), replicas: Number(replicas) }] as const];
    }),
  );
}
