import { ApiObject, type Duration, type GroupVersionKind, Size, SizeRoundingBehavior } from 'cdk8s';
import type { Construct } from 'constructs';
import type { KafkaNodePoolSpec, KafkaSpec, KafkaTopicSpec, KafkaUserSpec } from '../../imports/kafka.strimzi.io';
import { Cpu } from '../../imports/k8s';
import { declareConnections } from './connections';
import { API_SERVER, type Endpoint, hostPort, podPeer, serviceHost } from './endpoint';
import { InvalidPropError } from './invalid-prop';
import type { KafkaBootstrap } from './kafka-listener';
import { type Component, metadataOf } from './labels';
import { PatchableConstruct } from './patch';
import { checkResources, type ResourceProps } from './resources';
import type { StorageProps } from './storage';
import { checkInteger, checkName, checkObjectName, wholeBytes } from './validation';
import type { KeyValue } from './variables';

/** Nodes of a kind. */
export interface StrimziNodePoolProps {
  /**
   * Number of nodes; of controllers an odd one.
   * @default 3
   */
  readonly replicas?: number;
  /** Storage of each node. It is kept when the cluster is removed. */
  readonly storage: StorageProps;
  /**
   * CPU and memory of each node. Half of the memory limit becomes the Java heap.
   * @default - of a broker CPU 500m / 2 and memory 2Gi, of a controller CPU 200m / 1 and memory 1Gi
   */
  readonly resources?: ResourceProps;
}

/** Who reads a topic. */
export interface TopicConsumer {
  /** Name of the user. */
  readonly user: string;
  /** Id of its consumer group. */
  readonly group: string;
}

/** A topic, and who uses it: users and their rights follow from it. */
export interface StrimziTopicProps {
  /** Name in Kafka, such as `orders.placed`. */
  readonly name: string;
  /** Number of partitions. It can grow, which moves keys to other partitions, and never shrink. */
  readonly partitions: number;
  /** Users who write to it. */
  readonly producers: readonly string[];
  /**
   * Who reads it. Consumers write what they cannot handle to the dead-letter topic.
   * @default - nobody
   */
  readonly consumers?: readonly TopicConsumer[];
  /**
   * Whether there is a topic `NAME.DLT` of as many partitions: Spring's DeadLetterPublishingRecoverer writes to the partition of the same number.
   * https://docs.spring.io/spring-kafka/reference/kafka/annotation-error-handling.html#dead-letters
   * @default true
   */
  readonly deadLetterTopic?: boolean;
  /**
   * How long messages are kept.
   * @default - as the cluster's properties say
   */
  readonly retention?: Duration;
}

/** Props of {@link StrimziKafka}. */
export interface StrimziKafkaProps extends Omit<Component, 'name'> {
  /** Version of Kafka, one that the operator supports. */
  readonly version: string;
  /** Brokers. */
  readonly brokers: StrimziNodePoolProps;
  /** Controllers, which run apart. */
  readonly controllers: StrimziNodePoolProps;
  /**
   * Label of the nodes by whose value replicas are spread, such as the zone.
   * @default 'topology.kubernetes.io/zone'
   */
  readonly rackTopologyKey?: string;
  /**
   * Replicas of each partition.
   * @default - the number of brokers, at most 3
   */
  readonly replicationFactor?: number;
  /**
   * Replicas that must have a message before it counts as written. Below the replication factor, or no broker could ever be restarted.
   * @default - one less than the replication factor, at least 1
   */
  readonly minInSyncReplicas?: number;
  /** The topics. */
  readonly topics: readonly StrimziTopicProps[];
  /**
   * Users who connect and neither read nor write.
   * @default - none
   */
  readonly users?: readonly string[];
  /**
   * Users who may ask for every topic, consumer group and broker, and read no message: what collects metrics.
   * @default - none
   */
  readonly observers?: readonly string[];
  /**
   * Further properties of brokers and controllers. Those of listeners, security and storage are the operator's.
   * @default - none
   */
  readonly properties?: Readonly<Record<string, string | number | boolean>>;
  /**
   * Whether {@link NetworkPolicies} decides who reaches the brokers. The operator makes a network policy of its own, which lets everybody reach them
   * otherwise.
   * @default false
   */
  readonly clientsByNetworkPolicies?: boolean;
}

const CLUSTER_LABEL = 'strimzi.io/cluster';
/** Of the pods: the operator's name for the component that they are part of. */
const NAME_LABEL = 'strimzi.io/name';
const POOL_LABEL = 'strimzi.io/pool-name';
const CLIENT_PORT = { name: 'client', port: 9093 };
/** Ports of the controllers, and of the brokers among themselves (https://strimzi.io/docs/operators/latest/deploying). */
const [CONTROL_PLANE_PORT, REPLICATION_PORT] = [9090, 9091];
const [CONTROLLERS, BROKERS] = ['controllers', 'brokers'];
const BROKER_RESOURCES: ResourceProps = {
  cpu: { request: Cpu.millis(500), limit: Cpu.units(2) },
  memory: { request: Size.gibibytes(2), limit: Size.gibibytes(2) },
};
const CONTROLLER_RESOURCES: ResourceProps = {
  cpu: { request: Cpu.millis(200), limit: Cpu.units(1) },
  memory: { request: Size.gibibytes(1), limit: Size.gibibytes(1) },
};

/** Of the operator that makes topics, and of that which makes users: a namespace with a quota refuses pods that say none. */
const OPERATOR_RESOURCES: ResourceProps = {
  cpu: { request: Cpu.millis(100), limit: Cpu.millis(500) },
  memory: { request: Size.mebibytes(384), limit: Size.mebibytes(384) },
};

/**
 * Kafka as Strimzi's operator runs it: the cluster with controllers and brokers apart, its topics, and a user for everybody who connects, with no more
 * rights than follow from the topics. Clients speak TLS and log in by SCRAM-SHA-512; the operator makes their passwords, and Secrets named after them.
 *
 * Nothing is made at first use: a topic that is not here would have the replication factor that whoever asks for it says.
 * https://strimzi.io/docs/operators/latest/configuring
 */
export class StrimziKafka extends PatchableConstruct {
  /** Name of the cluster: the construct's id. */
  public readonly name: string;
  /** The Service for clients, which the operator makes. */
  public readonly endpoint: Endpoint;
  /** The Kafka. */
  public readonly kafka: ApiObject;
  /** The KafkaNodePools: controllers and brokers. */
  public readonly nodePools: readonly ApiObject[];
  /** The KafkaTopics, those for dead letters after those that they are for. */
  public readonly topics: readonly ApiObject[];
  /** The KafkaUsers, by name. */
  public readonly users: ReadonlyMap<string, ApiObject>;

  /**
   * @throws InvalidPropError for a name that is none, a topic that stands twice, an even number of controllers, and a replication factor or number of
   * replicas in sync that the brokers cannot give.
   */
  constructor(scope: Construct, id: string, props: StrimziKafkaProps) {
    super(scope, id);
    const { topics, users = [], observers = [] } = props;
    // The longest that is made of it and must be a label: NAME-controllers-100.
    checkName(this, 'id', id, 48);
    const scale = replicationOf(this, props);
    checkTopics(this, topics);
    users.forEach((user, index) => {
      checkObjectName(this, `users[${index}]`, user);
    });
    observers.forEach((user, index) => {
      checkObjectName(this, `observers[${index}]`, user);
    });
    this.name = id;
    const nodes = nodeLabels(id);
    const brokers = podPeer(this, StrimziKafka.brokerLabels(id));
    const controllers = podPeer(this, { ...nodes, [POOL_LABEL]: CONTROLLERS });
    this.endpoint = {
      host: serviceHost(this, `${id}-kafka-bootstrap`),
      port: CLIENT_PORT.port,
      peer: brokers,
    };

    const named = { ...props, name: id };
    const ofCluster = { ...named, labels: { ...props.labels, [CLUSTER_LABEL]: id } };
    this.kafka = new ApiObject(this, 'Kafka', {
      ...gvk('Kafka'),
      metadata: metadataOf(this, named),
      spec: {
        kafka: {
          version: props.version,
          listeners: [
            {
              ...CLIENT_PORT,
              type: 'internal',
              tls: true,
              authentication: { type: 'scram-sha-512' },
              // Policies add up: with its own pods alone it leaves the clients to theirs.
              ...(props.clientsByNetworkPolicies === true && {
                networkPolicyPeers: [{ podSelector: { matchLabels: nodes } }],
              }),
            },
          ],
          authorization: { type: 'simple' },
          rack: { topologyKey: props.rackTopologyKey ?? 'topology.kubernetes.io/zone' },
          config: {
            'auto.create.topics.enable': false,
            'default.replication.factor': scale.replicationFactor,
            'min.insync.replicas': scale.minInSyncReplicas,
            'offsets.topic.replication.factor': scale.replicationFactor,
            'transaction.state.log.replication.factor': scale.replicationFactor,
            'transaction.state.log.min.isr': scale.minInSyncReplicas,
            ...props.properties,
          },
        },
        entityOperator: {
          topicOperator: { resources: requirementsOf(OPERATOR_RESOURCES) },
          userOperator: { resources: requirementsOf(OPERATOR_RESOURCES) },
        },
      } satisfies KafkaSpec,
    });
    const controllerAt = { host: `${id}-${CONTROLLERS}`, port: CONTROL_PLANE_PORT, peer: controllers };
    const brokerAt = { host: `${id}-${BROKERS}`, port: REPLICATION_PORT, peer: brokers };
    this.nodePools = [
      {
        name: CONTROLLERS,
        spec: nodePoolSpec(this, CONTROLLERS, 'controller', { resources: CONTROLLER_RESOURCES, ...props.controllers }),
        connections: { selector: controllers.labels, discovers: [controllerAt] },
      },
      {
        name: BROKERS,
        spec: nodePoolSpec(this, BROKERS, 'broker', { resources: BROKER_RESOURCES, ...props.brokers }),
        connections: { selector: brokers.labels, discovers: [brokerAt, controllerAt] },
      },
    ].map(({ name, spec, connections }) => {
      const pool = new ApiObject(this, `KafkaNodePool-${name}`, {
        ...gvk('KafkaNodePool'),
        metadata: metadataOf(this, ofCluster, name),
        spec,
      });
      declareConnections(pool, { ...connections, name: `${id}-${name}` });
      return pool;
    });
    // The operator makes the pods that make topics and users of the cluster itself.
    declareConnections(this.kafka, {
      name: `${id}-entity-operator`,
      selector: { [CLUSTER_LABEL]: id, [NAME_LABEL]: `${id}-entity-operator` },
      discovers: [brokerAt, API_SERVER],
    });
    this.topics = topics.flatMap(withDeadLetters).map(
      ({ name, partitions, retention }) =>
        new ApiObject(this, `KafkaTopic-${name}`, {
          ...gvk('KafkaTopic'),
          // Names of objects are in lower case, those of topics need not be.
          metadata: metadataOf(this, ofCluster, name.toLowerCase()),
          spec: {
            topicName: name,
            partitions,
            replicas: scale.replicationFactor,
            config: {
              'min.insync.replicas': scale.minInSyncReplicas,
              ...(retention !== undefined && { 'retention.ms': retention.toMilliseconds() }),
            },
          } satisfies KafkaTopicSpec,
        }),
    );
    this.users = new Map(
      [...rightsOf(topics, users, observers)].map(([user, acls]) => [
        user,
        new ApiObject(this, `KafkaUser-${user}`, {
          ...gvk('KafkaUser'),
          metadata: metadataOf(this, ofCluster, user),
          spec: {
            authentication: { type: 'scram-sha-512' },
            authorization: { type: 'simple', acls },
          } satisfies KafkaUserSpec,
        }),
      ]),
    );
  }

  /** Labels of the brokers' pods of a cluster, which the operator gives them. */
  public static brokerLabels(name: string): Record<string, string> {
    return { ...nodeLabels(name), [POOL_LABEL]: BROKERS };
  }

  /** Key with a user's password, for a client that is not told by `sasl.jaas.config`. */
  public passwordOf(user: string): KeyValue {
    return { from: { kind: 'Secret', name: user, keys: ['password', 'sasl.jaas.config'] }, key: 'password' };
  }

  /**
   * What a client needs to know that logs in as one of the users.
   *
   * @throws InvalidPropError if there is no such user.
   */
  public bootstrapFor(user: string): KafkaBootstrap {
    if (!this.users.has(user)) {
      throw new InvalidPropError(this, {
        prop: 'user',
        value: user,
        reason: 'neither produces, consumes nor connects, and so has no password and no rights.',
        remedy: `Name it in a topic or in users. There are ${[...this.users.keys()].join(', ')}.`,
      });
    }
    return {
      bootstrapServers: hostPort(this.endpoint),
      endpoint: this.endpoint,
      security: {
        protocol: 'SASL_SSL',
        mechanism: 'SCRAM-SHA-512',
        ca: { from: { kind: 'Secret', name: `${this.name}-cluster-ca-cert`, keys: ['ca.crt'] }, key: 'ca.crt' },
        jaasConfig: { ...this.passwordOf(user), key: 'sasl.jaas.config' },
      },
    };
  }
}

/** Labels of the pods of brokers and controllers. */
function nodeLabels(name: string): Record<string, string> {
  return { [CLUSTER_LABEL]: name, [NAME_LABEL]: `${name}-kafka` };
}

function gvk(kind: string): GroupVersionKind {
  return { apiVersion: 'kafka.strimzi.io/v1', kind };
}

function nodePoolSpec(
  scope: Construct,
  name: string,
  role: 'broker' | 'controller',
  { replicas = 3, storage, resources }: StrimziNodePoolProps & { readonly resources: ResourceProps },
): KafkaNodePoolSpec {
  checkResources(scope, `${name}.resources`, resources);
  const { size, storageClassName } = storage;
  const heap = `${Math.floor(resources.memory.limit.toMebibytes({ rounding: SizeRoundingBehavior.FLOOR }) / 2)}m`;
  return {
    replicas,
    roles: [role],
    // A list of volumes can grow by another; a single one cannot become a list.
    storage: {
      type: 'jbod',
      volumes: [
        {
          id: 0,
          type: 'persistent-claim',
          size: wholeBytes(scope, `${name}.storage.size`, size),
          ...(storageClassName !== undefined && { class: storageClassName }),
          deleteClaim: false,
          kraftMetadata: 'shared',
        },
      ],
    },
    resources: requirementsOf(resources),
    jvmOptions: { '-Xms': heap, '-Xmx': heap },
  };
}

/** What a pod asks for, as the operator takes it. */
function requirementsOf({ cpu, memory }: ResourceProps): {
  readonly requests: Record<string, string>;
  readonly limits: Record<string, string>;
} {
  return {
    requests: { cpu: cpu.request.amount, memory: memory.request.asString() },
    limits: { ...(cpu.limit !== undefined && { cpu: cpu.limit.amount }), memory: memory.limit.asString() },
  };
}

/** Checks the numbers of nodes and replicas, of which some stop every write where they do not fit together. */
function replicationOf(
  scope: Construct,
  { brokers, controllers, replicationFactor, minInSyncReplicas }: StrimziKafkaProps,
): { readonly replicationFactor: number; readonly minInSyncReplicas: number } {
  const { replicas = 3 } = brokers;
  checkInteger(scope, 'brokers.replicas', replicas, 1);
  checkInteger(scope, 'controllers.replicas', controllers.replicas ?? 3, 1);
  if ((controllers.replicas ?? 3) % 2 === 0) {
    throw new InvalidPropError(scope, {
      prop: 'controllers.replicas',
      value: controllers.replicas,
      reason: 'even: a quorum of that many survives no more failures than of one less.',
      remedy: 'Give an odd number.',
    });
  }
  const factor = replicationFactor ?? Math.min(replicas, 3);
  const inSync = minInSyncReplicas ?? Math.max(factor - 1, 1);
  checkInteger(scope, 'replicationFactor', factor, 1);
  checkInteger(scope, 'minInSyncReplicas', inSync, 1);
  if (factor > replicas) {
    throw new InvalidPropError(scope, {
      prop: 'replicationFactor',
      value: factor,
      reason: `more than the ${replicas} brokers: no topic could be made.`,
      remedy: 'Let there be more brokers, or fewer replicas.',
    });
  }
  if (inSync > factor || (inSync === factor && factor > 1)) {
    throw new InvalidPropError(scope, {
      prop: 'minInSyncReplicas',
      value: inSync,
      reason: `not below the replication factor ${factor}: nothing could be written while a broker restarts.`,
      remedy: `Give ${Math.max(factor - 1, 1)} at most, or let there be more replicas.`,
    });
  }
  return { replicationFactor: factor, minInSyncReplicas: inSync };
}

/** https://github.com/apache/kafka/blob/4.1.0/clients/src/main/java/org/apache/kafka/common/internals/Topic.java */
const TOPIC = /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/;

function checkTopics(scope: Construct, topics: readonly StrimziTopicProps[]): void {
  const names = new Map<string, string>();
  for (const [index, topic] of topics.entries()) {
    const { name, partitions, producers, consumers = [] } = topic;
    const at = `topics[${index}]`;
    if (!TOPIC.test(name)) {
      throw new InvalidPropError(scope, {
        prop: `${at}.name`,
        value: name,
        reason: 'no name of a topic, and Kafka refuses it.',
        remedy: "Use at most 249 letters, digits, '.', '_' and '-'.",
      });
    }
    checkInteger(scope, `${at}.partitions`, partitions, 1);
    for (const each of withDeadLetters(topic)) {
      checkObjectName(scope, `${at}.name`, each.name.toLowerCase());
      const other = names.get(each.name.toLowerCase());
      if (other !== undefined) {
        throw new InvalidPropError(scope, {
          prop: `${at}.name`,
          value: each.name,
          reason: `there is a topic ${other}, and KafkaTopics are named in lower case: one would overwrite the other.`,
          remedy: 'Give it another name, or name the topic once.',
        });
      }
      names.set(each.name.toLowerCase(), each.name);
    }
    [...producers, ...consumers.map(({ user }) => user)].forEach((user) => {
      checkObjectName(scope, `${at}.users`, user);
    });
    consumers.forEach(({ group }, consumer) => {
      if (group === '') {
        throw new InvalidPropError(scope, {
          prop: `${at}.consumers[${consumer}].group`,
          value: group,
          reason: 'empty: Kafka refuses a group without an id.',
          remedy: 'Give the id that the consumer has (spring.kafka.consumer.group-id, or that of its listener).',
        });
      }
    });
  }
}

/** A topic, and after it the one for its dead letters. */
function withDeadLetters(topic: StrimziTopicProps): readonly StrimziTopicProps[] {
  const { name, consumers = [], deadLetterTopic = true } = topic;
  return deadLetterTopic
    ? [topic, { ...topic, name: `${name}.DLT`, producers: consumers.map(({ user }) => user), consumers: [] }]
    : [topic];
}

type Acl = NonNullable<KafkaUserSpec['authorization']>['acls'][number];
type Operation = Acl['operations'][number];

/**
 * To list groups one must describe the cluster; offsets of a topic and of a group are told to who may describe them.
 * https://kafka.apache.org/documentation/#operations_in_kafka
 */
const OBSERVING: readonly Acl[] = [
  { resource: { type: 'cluster' }, operations: ['Describe'] },
  ...(['topic', 'group'] as const).map((type): Acl => ({
    resource: { type, name: '*', patternType: 'literal' },
    operations: ['Describe'],
  })),
];

/** What each user may do, in the order of their names: no more than the topics say. */
function rightsOf(
  topics: readonly StrimziTopicProps[],
  users: readonly string[],
  observers: readonly string[],
): ReadonlyMap<string, Acl[]> {
  const operations = new Map<string, { user: string; resource: Acl['resource']; allowed: Set<Operation> }>();
  const allow = (user: string, type: 'topic' | 'group', name: string, allowed: readonly Operation[]): void => {
    const key = JSON.stringify([user, type, name]);
    const found = operations.get(key) ?? {
      user,
      resource: { type, name, patternType: 'literal' as const },
      allowed: new Set<Operation>(),
    };
    allowed.forEach((operation) => found.allowed.add(operation));
    operations.set(key, found);
  };
  for (const { name, producers, consumers = [] } of topics.flatMap(withDeadLetters)) {
    producers.forEach((user) => {
      allow(user, 'topic', name, ['Describe', 'Write']);
    });
    consumers.forEach(({ user, group }) => {
      allow(user, 'topic', name, ['Describe', 'Read']);
      allow(user, 'group', group, ['Read']);
    });
  }
  const sorted = [...operations].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, right]) => right);
  const names = [...new Set([...users, ...observers, ...sorted.map(({ user }) => user)])].sort();
  return new Map(
    names.map((name) => [
      name,
      [
        ...(observers.includes(name) ? OBSERVING : []),
        ...sorted
          .filter(({ user }) => user === name)
          .map(({ resource, allowed }) => ({ resource, operations: [...allowed].sort() })),
      ],
    ]),
  );
}
