import { Duration, Size } from 'cdk8s';
import { Cpu } from '../../imports/k8s';
import { NetworkPolicies } from '../../lib/constructs/network-policies';
import { SpringService } from '../../lib/constructs/spring-service';
import { StrimziKafka, type StrimziKafkaProps, type StrimziTopicProps } from '../../lib/constructs/strimzi-kafka';
import { Engine } from '../../lib/policy/engine';
import { policiesWithOptional } from '../../lib/policy/policies';
import { ASKS_DNS, waysOf } from '../network-policies';
import { asYaml, containerOf, find, type Manifest, podTemplateOf, synthesized, testChart } from '../testing';

const OPERATOR = { requests: { cpu: '100m', memory: '384Mi' }, limits: { cpu: '500m', memory: '384Mi' } };

const storage = { size: Size.gibibytes(10) };
const placed: StrimziTopicProps = {
  name: 'orders.placed',
  partitions: 8,
  producers: ['orders'],
  consumers: [{ user: 'billing', group: 'billing-service' }],
};
const MINIMAL: StrimziKafkaProps = {
  version: '4.3.1',
  brokers: { storage },
  controllers: { storage },
  topics: [placed],
};
const JVM = {
  cpu: { request: Cpu.millis(200) },
  memory: { request: Size.mebibytes(640), limit: Size.mebibytes(768) },
};

function kafka(props: Partial<StrimziKafkaProps> = {}): Manifest[] {
  const chart = testChart();
  new StrimziKafka(chart, 'events', { ...MINIMAL, ...props });
  return synthesized(chart);
}

function rightsOf(manifests: readonly Manifest[], user: string): string[] {
  const { authorization } = find(manifests, 'KafkaUser', user)['spec'] as {
    authorization: { acls: { resource: Record<string, string>; operations: string[] }[] };
  };
  return authorization.acls.map(
    ({ resource: { type, name, patternType }, operations }) =>
      `${type ?? ''} ${name ?? ''} (${patternType ?? ''}): ${operations.join()}`,
  );
}

test('every prop lands in the manifests', () => {
  const props: Required<StrimziKafkaProps> = {
    component: 'broker',
    labels: { 'shop.example/team': 'a' },
    annotations: { 'shop.example/owner': 'Team A' },
    version: '4.3.1',
    brokers: {
      replicas: 4,
      storage: { size: Size.gibibytes(100), storageClassName: 'fast' },
      resources: {
        cpu: { request: Cpu.units(1), limit: Cpu.units(4) },
        memory: { request: Size.gibibytes(3), limit: Size.gibibytes(5) },
      },
    },
    controllers: { replicas: 5, storage },
    rackTopologyKey: 'shop.example/rack',
    replicationFactor: 4,
    minInSyncReplicas: 2,
    topics: [{ ...placed, deadLetterTopic: false, retention: Duration.days(1) }],
    users: ['viewer'],
    observers: ['watcher'],
    properties: { 'log.retention.hours': 24 },
    clientsByNetworkPolicies: true,
  };
  const manifests = kafka(props);
  const own = { 'app.kubernetes.io/name': 'events', 'app.kubernetes.io/component': 'broker', ...props.labels };

  expect(find(manifests, 'Kafka', 'events')).toMatchObject({
    apiVersion: 'kafka.strimzi.io/v1',
    metadata: { labels: own, annotations: props.annotations },
    spec: {
      kafka: {
        version: '4.3.1',
        listeners: [
          {
            networkPolicyPeers: [
              { podSelector: { matchLabels: { 'strimzi.io/cluster': 'events', 'strimzi.io/name': 'events-kafka' } } },
            ],
          },
        ],
        rack: { topologyKey: 'shop.example/rack' },
        config: { 'default.replication.factor': 4, 'min.insync.replicas': 2, 'log.retention.hours': 24 },
      },
    },
  });
  expect(find(manifests, 'KafkaNodePool', 'brokers')).toMatchObject({
    metadata: { labels: { ...own, 'strimzi.io/cluster': 'events' } },
    spec: {
      replicas: 4,
      roles: ['broker'],
      storage: { volumes: [{ size: '100Gi', class: 'fast' }] },
      resources: { requests: { cpu: '1', memory: '3Gi' }, limits: { cpu: '4', memory: '5Gi' } },
      jvmOptions: { '-Xms': '2560m', '-Xmx': '2560m' },
    },
  });
  expect(find(manifests, 'KafkaNodePool', 'controllers')).toMatchObject({
    spec: { replicas: 5, roles: ['controller'], storage: { volumes: [{ size: '10Gi' }] } },
  });
  expect(find(manifests, 'KafkaTopic', 'orders.placed')).toMatchObject({
    spec: { partitions: 8, replicas: 4, config: { 'min.insync.replicas': 2, 'retention.ms': 86_400_000 } },
  });
  expect(rightsOf(manifests, 'viewer')).toEqual([]);
  expect(asYaml(manifests)).toMatchSnapshot();
});

describe('from a handful of props', () => {
  const manifests = kafka();
  const config = find(manifests, 'Kafka', 'events');

  test('clients speak TLS and log in, and have the rights that they were given', () => {
    expect(config).toMatchObject({
      spec: {
        kafka: {
          listeners: [
            { name: 'client', port: 9093, type: 'internal', tls: true, authentication: { type: 'scram-sha-512' } },
          ],
          authorization: { type: 'simple' },
        },
        entityOperator: { topicOperator: { resources: OPERATOR }, userOperator: { resources: OPERATOR } },
      },
    });
  });

  test('what is written survives a broker, and a broker may restart', () => {
    expect(config).toMatchObject({
      spec: {
        kafka: {
          rack: { topologyKey: 'topology.kubernetes.io/zone' },
          config: {
            'default.replication.factor': 3,
            'min.insync.replicas': 2,
            'offsets.topic.replication.factor': 3,
            'transaction.state.log.replication.factor': 3,
            'transaction.state.log.min.isr': 2,
          },
        },
      },
    });
    expect(find(manifests, 'KafkaTopic', 'orders.placed')).toMatchObject({
      spec: { replicas: 3, config: { 'min.insync.replicas': 2 } },
    });
  });

  test('no topic is made at first use', () => {
    expect(config).toMatchObject({ spec: { kafka: { config: { 'auto.create.topics.enable': false } } } });
  });

  test.each(['brokers', 'controllers'])('the volumes of %s outlive them', (name) => {
    expect(find(manifests, 'KafkaNodePool', name)).toMatchObject({
      spec: {
        replicas: 3,
        storage: { type: 'jbod', volumes: [{ type: 'persistent-claim', deleteClaim: false, kraftMetadata: 'shared' }] },
      },
    });
  });

  test('each topic has one for dead letters, of as many partitions', () => {
    expect(find(manifests, 'KafkaTopic', 'orders.placed.dlt')).toMatchObject({
      metadata: { labels: { 'strimzi.io/cluster': 'events' } },
      spec: { topicName: 'orders.placed.DLT', partitions: 8, replicas: 3 },
    });
  });

  test('producers write, consumers read in their group and write dead letters, and nobody does more', () => {
    expect(rightsOf(manifests, 'orders')).toEqual(['topic orders.placed (literal): Describe,Write']);
    expect(rightsOf(manifests, 'billing')).toEqual([
      'group billing-service (literal): Read',
      'topic orders.placed (literal): Describe,Read',
      'topic orders.placed.DLT (literal): Describe,Write',
    ]);
    expect(manifests.filter(({ kind }) => kind === 'KafkaUser')).toHaveLength(2);
  });

  test('violates no policy, and is what the definitions of Strimzi want', () => {
    const subjects = manifests.map((manifest) => ({ id: manifest.metadata.name, manifest }));
    expect([...new Engine(policiesWithOptional()).evaluate(subjects)]).toEqual([]);

    const broken = subjects.map(({ id, manifest }) => ({ id, manifest: { ...manifest, spec: { kafak: {} } } }));
    expect([...new Engine(policiesWithOptional()).evaluate(broken)]).not.toEqual([]);
  });
});

test('one who writes and reads a topic has its rights in one line, whatever the order of the topics', () => {
  const refunded: StrimziTopicProps = {
    name: 'orders.refunded',
    partitions: 3,
    producers: ['orders'],
    consumers: [{ user: 'orders', group: 'orders-saga' }],
    deadLetterTopic: false,
  };
  for (const topics of [
    [placed, refunded],
    [refunded, placed],
  ]) {
    expect(rightsOf(kafka({ topics }), 'orders')).toEqual([
      'group orders-saga (literal): Read',
      'topic orders.placed (literal): Describe,Write',
      'topic orders.refunded (literal): Describe,Read,Write',
    ]);
  }
});

test('one broker keeps one replica', () => {
  expect(find(kafka({ brokers: { storage, replicas: 1 } }), 'Kafka', 'events')).toMatchObject({
    spec: { kafka: { config: { 'default.replication.factor': 1, 'min.insync.replicas': 1 } } },
  });
});

describe('a client', () => {
  const chart = testChart();
  const cluster = new StrimziKafka(chart, 'events', { ...MINIMAL, clientsByNetworkPolicies: true });
  new SpringService(chart, 'billing', {
    image: 'shop/billing:1.0',
    port: 8080,
    resources: JVM,
    kafka: cluster.bootstrapFor('billing'),
  });
  new NetworkPolicies(chart, 'network-policies', {
    dns: { peer: { type: 'pods', namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } } },
    apiServer: { ranges: ['10.0.0.0/18'], port: 443 },
  });
  const manifests = synthesized(chart);

  test('logs in as its user, and trusts the CA of the cluster', () => {
    expect(find(manifests, 'ConfigMap', 'billing-config')['data']).toMatchObject({
      SPRING_KAFKA_BOOTSTRAP_SERVERS: 'events-kafka-bootstrap.shop.svc.cluster.local:9093',
      SPRING_KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
      SPRING_KAFKA_PROPERTIES_SASL_MECHANISM: 'SCRAM-SHA-512',
      SPRING_KAFKA_SSL_TRUSTSTORETYPE: 'PEM',
      SPRING_KAFKA_SSL_TRUSTSTORELOCATION: 'file:/etc/trusted-ca/kafka/ca.crt',
    });
    const deployment = find(manifests, 'Deployment', 'billing');
    expect(podTemplateOf(deployment).spec['volumes']).toContainEqual({
      name: 'etc-trusted-ca-kafka',
      secret: { secretName: 'events-cluster-ca-cert', items: [{ key: 'ca.crt', path: 'ca.crt' }] },
    });
    expect(containerOf(deployment)).toMatchObject({
      env: expect.arrayContaining([
        {
          name: 'SPRING_KAFKA_PROPERTIES_SASL_JAAS_CONFIG',
          valueFrom: { secretKeyRef: { name: 'billing', key: 'sasl.jaas.config' } },
        },
      ]) as unknown,
    });
  });

  test('reaches the brokers, which reach each other and the controllers; the operator of topics and users reaches the brokers', () => {
    const brokers = 'strimzi.io/cluster=events,strimzi.io/name=events-kafka,strimzi.io/pool-name=brokers';
    const controllers = brokers.replace('brokers', 'controllers');
    const operator = 'strimzi.io/cluster=events,strimzi.io/name=events-entity-operator';

    expect(waysOf(manifests, 'billing').out).toEqual([...ASKS_DNS, `${brokers}:9093`]);
    expect([...waysOf(manifests, 'events-brokers').in].sort()).toEqual(
      ['billing:9093', `${brokers}:9091`, `${operator}:9091`].sort(),
    );
    expect([...waysOf(manifests, 'events-controllers').in].sort()).toEqual(
      [`${brokers}:9090`, `${controllers}:9090`].sort(),
    );
    expect(waysOf(manifests, 'events-entity-operator').out).toEqual([
      ...ASKS_DNS,
      '10.0.0.0/18:443',
      `${brokers}:9091`,
    ]);
  });

  test('must be a user', () => {
    expect(() => cluster.bootstrapFor('carts')).toThrow(
      'test/events: user "carts": neither produces, consumes nor connects, and so has no password and no rights. Name it in a topic or in users. There are billing, orders.',
    );
  });
});

test.each<[string, Partial<StrimziKafkaProps>, string]>([
  ['an even number of controllers', { controllers: { storage, replicas: 2 } }, 'controllers.replicas 2: even'],
  ['no broker', { brokers: { storage, replicas: 0 } }, 'brokers.replicas 0: not a whole number from 1'],
  ['more replicas than brokers', { replicationFactor: 4 }, 'replicationFactor 4: more than the 3 brokers'],
  ['as many in sync as replicas', { minInSyncReplicas: 3 }, 'minInSyncReplicas 3: not below the replication factor 3'],
  ['more in sync than replicas', { replicationFactor: 1, minInSyncReplicas: 2 }, 'minInSyncReplicas 2: not below'],
  ['a topic without name', { topics: [{ ...placed, name: '' }] }, 'topics[0].name "": no name of a topic'],
  ['a topic of a blank', { topics: [{ ...placed, name: 'a b' }] }, 'topics[0].name "a b": no name of a topic'],
  [
    'a topic that no object can be named after',
    { topics: [{ ...placed, name: 'a_b' }] },
    'topics[0].name "a_b": not a',
  ],
  ['a topic twice', { topics: [placed, placed] }, 'topics[1].name "orders.placed": there is a topic orders.placed'],
  [
    'topics that differ by case alone',
    { topics: [placed, { ...placed, name: 'Orders.placed' }] },
    'topics[1].name "Orders.placed": there is a topic orders.placed',
  ],
  [
    'a topic that is the dead letters of another',
    { topics: [placed, { ...placed, name: 'orders.placed.DLT' }] },
    'topics[1].name "orders.placed.DLT": there is a topic orders.placed.DLT',
  ],
  ['no partition', { topics: [{ ...placed, partitions: 0 }] }, 'topics[0].partitions 0: not a whole number from 1'],
  ['a producer that is no name', { topics: [{ ...placed, producers: ['A'] }] }, 'topics[0].users "A": not a DNS'],
  ['a user that is no name', { users: ['A'] }, 'users[0] "A": not a DNS subdomain'],
  [
    'a group without id',
    { topics: [{ ...placed, consumers: [{ user: 'billing', group: '' }] }] },
    'topics[0].consumers[0].group "": empty',
  ],
])('refuses %s', (_, props, message) => {
  expect(() => kafka(props)).toThrow(message);
});
