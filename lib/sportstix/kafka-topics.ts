import { Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { Cpu } from '../../imports/k8s';
import { ConfigMap } from '../constructs/config-map';
import { Job } from '../constructs/job';
import type { KafkaKraft } from '../constructs/kafka-kraft';
import { hostPort } from '../constructs/endpoint';
import { Volume } from '../constructs/volumes';
import { readAsset } from '../host/assets';
import type { Topic } from './topics';

const NAME = 'kafka-topics';
const FOLDER = '/etc/kafka-topics';
const [SCRIPT, LIST] = ['make.sh', 'topics'];

/**
 * A Job that makes topics on brokers that no operator looks after, each with its dead-letter topic. A changed list is another Job; a topic that is there
 * keeps its partitions and replicas.
 *
 * @param image the brokers' image, which has the tool.
 * @param brokers number of brokers: each topic has as many replicas, at most 3, as the brokers themselves assume.
 */
export function addTopicsJob(
  scope: Construct,
  kafka: KafkaKraft,
  { topics, brokers, image }: { readonly topics: readonly Topic[]; readonly brokers: number; readonly image: string },
): void {
  const replicas = Math.min(brokers, 3);
  const lines = topics.flatMap(({ name, partitions }) =>
    [name, `${name}.DLT`].map((each) => `${each} ${partitions} ${replicas}\n`),
  );
  const config = new ConfigMap(scope, `${NAME}-config`, {
    name: NAME,
    component: 'topics',
    data: { [SCRIPT]: readAsset('lib/sportstix/kafka-topics.sh'), [LIST]: lines.join('') },
  });
  new Job(scope, NAME, {
    component: 'topics',
    nameSuffixHash: true,
    image,
    command: ['/bin/sh', `${FOLDER}/${SCRIPT}`],
    environment: {
      BOOTSTRAP_SERVERS: hostPort(kafka.endpoint),
      TOPICS: `${FOLDER}/${LIST}`,
      // Beside the tool nothing may be written.
      LOG_DIR: '/tmp',
    },
    mounts: [{ path: FOLDER, volume: Volume.fromSource(config) }],
    resources: {
      cpu: { request: Cpu.millis(100), limit: Cpu.units(1) },
      memory: { request: Size.mebibytes(384), limit: Size.mebibytes(512) },
    },
    connectsTo: [kafka.endpoint],
  });
}
