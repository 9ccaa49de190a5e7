import type { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Endpoint } from '../constructs/endpoint';
import { InvalidPropError } from '../constructs/invalid-prop';
import type { KafkaBootstrap, KafkaExternalListener } from '../constructs/kafka-listener';
import { KafkaKraft } from '../constructs/kafka-kraft';
import { selectorOf } from '../constructs/labels';
import { StrimziKafka } from '../constructs/strimzi-kafka';
import type { K3dCluster } from '../k3d/model';
import { KafkaMetrics, type KafkaMetricsProps } from '../observability/kafka-metrics';
import type { RuleKafka } from '../observability/rules/props';
import { acknowledge } from '../policy/exceptions';
import type { Environment, KraftKafka, StrimziCluster } from './environment';
import { addTopicsJob } from './kafka-topics';
import { connectsToKafka } from './servers';

/** Of brokers that no operator chooses the image of. */
const IMAGE = 'apache/kafka:3.9.0';

/** Who collects Kafka's metrics, as a client of it. */
const METRICS = 'kafka-metrics';

/** Where a port is published for the machine alone. */
const LOOPBACK = '127.0.0.1';

/** Gives a service what it must know to connect to Kafka. */
export type KafkaFor = (service: { readonly name: string }) => KafkaBootstrap & { readonly endpoint: Endpoint };

/** Name of the cluster that Strimzi's operator runs. */
const STRIMZI_NAME = 'sportstix-kafka';

/** How many brokers there are, and by which labels their pods are found. */
export function brokersOf({ kafka }: Environment): RuleKafka {
  return kafka.kind === 'kraft'
    ? { brokers: kafka.replicas, selector: selectorOf('kafka') }
    : { brokers: kafka.brokers.replicas ?? 3, selector: StrimziKafka.brokerLabels(STRIMZI_NAME) };
}

/**
 * Makes the Kafka cluster, and the topics.
 *
 * @param chart gives the chart of that name.
 * @throws InvalidPropError if a topic is of a service that does not connect to Kafka, or clients outside of the cluster would not reach it.
 */
export function addKafka(chart: (name: string) => Chart, environment: Environment): KafkaFor {
  const { kafka, topics = [] } = environment;
  // Before the services, by its name, where the topics must be.
  const scope = chart(topics.length > 0 ? '20-kafka' : 'kafka');
  checkTopics(scope, environment);
  switch (kafka.kind) {
    case 'kraft':
      return addKraft(chart, scope, environment, kafka);
    case 'strimzi':
      return addStrimzi(chart, scope, environment, kafka);
  }
}

function addKraft(
  chart: (name: string) => Chart,
  scope: Chart,
  { cluster, topics = [] }: Environment,
  { replicas, storage, externalListener }: KraftKafka,
): KafkaFor {
  const kafka = new KafkaKraft(scope, 'kafka', {
    component: 'broker',
    image: IMAGE,
    replicas,
    storage,
    ...(externalListener !== undefined && { externalListener }),
  });
  if (externalListener !== undefined) {
    checkPublished(kafka, externalListener, cluster);
    acknowledge(kafka, 'service-exposed', externalListener.reason);
  }
  if (topics.length > 0) {
    addTopicsJob(scope, kafka, { topics, brokers: replicas, image: IMAGE });
  }
  addKafkaMetrics(chart(METRICS), { kafka });
  return () => kafka;
}

function addStrimzi(
  chart: (name: string) => Chart,
  scope: Chart,
  { services, topics = [] }: Environment,
  { version, brokers, controllers }: StrimziCluster,
): KafkaFor {
  const kafka = new StrimziKafka(scope, STRIMZI_NAME, {
    component: 'broker',
    version,
    brokers,
    controllers,
    topics: topics.map(({ name, partitions, producer, consumers }) => ({
      name,
      partitions,
      producers: [producer],
      consumers: consumers.map(({ service, group }) => ({ user: service, group })),
    })),
    users: services.filter(connectsToKafka).map(({ name }) => name),
    observers: [METRICS],
    clientsByNetworkPolicies: true,
  });
  addKafkaMetrics(chart(METRICS), {
    kafka: kafka.bootstrapFor(METRICS),
    login: { username: METRICS, password: kafka.passwordOf(METRICS) },
  });
  return ({ name }) => ({ ...kafka.bootstrapFor(name), endpoint: kafka.endpoint });
}

function addKafkaMetrics(scope: Chart, props: Pick<KafkaMetricsProps, 'kafka' | 'login'>): void {
  new KafkaMetrics(scope, METRICS, { component: 'metrics', ...props });
}

/** Checks that who writes and reads the topics is told how. */
function checkTopics(scope: Construct, { services, topics = [] }: Environment): void {
  const names = new Set(
    services
      .filter(connectsToKafka)
      .filter(({ kafka }) => kafka)
      .map(({ name }) => name),
  );
  for (const [index, { name, producer, consumers }] of topics.entries()) {
    const stranger = [producer, ...consumers.map(({ service }) => service)].find((service) => !names.has(service));
    if (stranger !== undefined) {
      throw new InvalidPropError(scope, {
        prop: `environment.topics[${index}]`,
        value: name,
        reason: `of ${stranger}, which is no service with kafka: true: it would not be told how to connect.`,
        remedy: `Correct the name, or the catalogue. There are ${[...names].join(', ')}.`,
      });
    }
  }
}

/** Checks that what clients on the host connect to leads into a cluster that is made here, and, without a password, that nobody else gets there. */
function checkPublished(
  scope: Construct,
  { addresses, security }: KafkaExternalListener,
  cluster: K3dCluster | undefined,
): void {
  for (const [index, { port }] of addresses.entries()) {
    const published = cluster?.ports.find(({ host, container }) => host === port && container === port);
    if (
      cluster !== undefined &&
      (published === undefined || (security === undefined && published.address !== LOOPBACK))
    ) {
      throw new InvalidPropError(scope, {
        prop: `environment.kafka.externalListener.addresses[${index}].port`,
        value: port,
        reason: `${published === undefined ? 'not published by the cluster, and no client would get there' : 'published for everybody on the network, who could read and write every topic'}.`,
        remedy: `Add { address: '${LOOPBACK}', host: ${port}, container: ${port} } to the ports of the cluster.`,
      });
    }
  }
}
