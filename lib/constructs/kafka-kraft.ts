import { createHash } from 'node:crypto';
import { type Duration, Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { Cpu, k8s } from '../../imports/k8s';
import { ConfigMap } from './config-map';
import type { InitContainerProps } from './container';
import { type Endpoint, hostPort, podPeer, serviceHost } from './endpoint';
import { checkImage } from './image';
import { InvalidPropError } from './invalid-prop';
import {
  checkExternalListener,
  checkSecret,
  checkSecurity,
  clientSecurity,
  type KafkaBootstrap,
  type KafkaClientSecurity,
  type KafkaExternalListener,
  type KafkaListener,
  type KafkaListenerSecurity,
  listenerConfig,
} from './kafka-listener';
import {
  addHeadlessService,
  addNodes,
  DATA_PATH,
  heapOptions,
  KafkaNodes,
  toServicePort,
  type KafkaNodesObjects,
} from './kafka-nodes';
import { checkBrokerProperties, checkVariables, type KafkaProperties, toVariables } from './kafka-properties';
import { type Component, metadataOf, namespaceOf, selectorOf } from './labels';
import { PatchableConstruct } from './patch';
import type { PlacementProps } from './placement';
import type { PodProps } from './pod-template';
import { checkPort, type NamedPort } from './port';
import type { ResourceProps } from './resources';
import { serviceAccount } from './service-account';
import type { StorageProps } from './storage';
import { checkInteger, checkName } from './validation';
import type { KeyValue, VariableValue } from './variables';
import { type Mount, Volume } from './volumes';

export type {
  KafkaBootstrap,
  KafkaClientSecurity,
  KafkaExternalListener,
  KafkaListenerSecurity,
} from './kafka-listener';
export { KafkaSasl } from './kafka-listener';

/** Controllers that run apart from the brokers. What is not said here is as for the brokers. */
export interface KafkaControllersProps extends PlacementProps {
  /**
   * Number of controllers: odd, since a quorum of an even number survives no more failures than of one less.
   * @default 3
   */
  readonly replicas?: number;
  /**
   * CPU and memory of each controller, of which half becomes the Java heap.
   * @default - those of a broker
   */
  readonly resources?: ResourceProps;
  /**
   * Storage of each controller, for the metadata of the cluster.
   * @default - 1Gi of the cluster's default StorageClass
   */
  readonly storage?: StorageProps;
}

/**
 * Metrics over HTTP, for Prometheus. The official image has no exporter: the agent comes from an image of your own that has its jar, as an
 * init container copies it. Kafka's tools that run in the broker's container take over its options, and find the port taken:
 * `kubectl exec NAME-0 -- env -u KAFKA_OPTS KAFKA_HEAP_OPTS=-Xmx96m /opt/kafka/bin/kafka-topics.sh ...`.
 * https://prometheus.github.io/jmx_exporter/
 */
export interface KafkaJmxExporter {
  /** Image with the agent's jar and the command `cp`. */
  readonly image: string;
  /** Path of the jar in that image, such as `/jmx_prometheus_javaagent.jar`. */
  readonly jarPath: string;
  /**
   * Port of the metrics, named `metrics`, on the pods and on the headless Service.
   * @default 9404
   */
  readonly port?: number;
  /**
   * The agent's configuration.
   * https://prometheus.github.io/jmx_exporter/1.0.1/http-mode/rules/
   * @default { lowercaseOutputName: true, rules: [{ pattern: 'kafka.*' }] }, with the JVM's own metrics beside
   */
  readonly configuration?: Readonly<Record<string, unknown>>;
}

/** Props of {@link KafkaKraft}. */
export interface KafkaKraftProps
  extends Omit<Component, 'name'>, Omit<PodProps, 'command' | 'args' | 'workingDir' | 'user' | 'writablePaths'> {
  /**
   * Image: the official `apache/kafka`, or a mirror of it whose repository ends in `apache/kafka`. Variables, paths, user and start script are
   * that image's; `apache/kafka-native` has no JVM to give options to.
   * @default 'apache/kafka:3.9.0'
   */
  readonly image?: string;
  /**
   * Number of brokers. Each is a controller too, unless there are {@link controllers}: odd then, since a quorum of an even number survives no
   * more failures than of one less, and not to be changed later, since Kafka knows its voters by number and name.
   * @default 1
   */
  readonly replicas?: number;
  /**
   * Controllers that run apart from the brokers, in a StatefulSet `NAME-controller` with node ids from 100 on. Whether they do cannot be
   * changed later.
   * @default - every broker is a controller too
   */
  readonly controllers?: KafkaControllersProps;
  /**
   * CPU and memory of each broker. Half of the memory limit becomes the Java heap, the rest serves the page cache and
   * what the JVM needs beside the heap.
   * @default - CPU 200m / 1, memory 512Mi / 1Gi
   */
  readonly resources?: ResourceProps;
  /**
   * Storage of each broker.
   * @default - 1Gi of the cluster's default StorageClass
   */
  readonly storage?: StorageProps;
  /**
   * How long a broker may take to start before it is killed. After a hard stop it reads every segment again that was not flushed, in the worst
   * case the whole volume, with `num.recovery.threads.per.data.dir` threads (one in Kafka 3.9); a budget that ends this starts it all over. A long
   * one costs nothing but a later restart of a broker that hangs.
   * https://kafka.apache.org/39/documentation.html#brokerconfigs_num.recovery.threads.per.data.dir
   * @default - 150 s for the first GiB of storage, and a second for each 25 MiB beyond (70 minutes for 100Gi)
   */
  readonly startupBudget?: Duration;
  /**
   * Id of the cluster, which is written into the volume at the first start and must not change afterwards: 16 bytes in
   * URL-safe base64 without padding, as `kafka-storage.sh random-uuid` prints.
   * @default - derived from the namespace and the construct's id
   */
  readonly clusterId?: string;
  /**
   * Further properties of brokers and controllers, such as `{ 'log.retention.hours': 24 }`; a value from a key of a Secret stays out of the
   * manifest. Variables of the start script (`KAFKA_OPTS`, `KAFKA_LOG4J_OPTS`, ...) are no properties: they go into {@link environment}.
   * https://kafka.apache.org/39/documentation.html#brokerconfigs
   * @default - none
   */
  readonly properties?: KafkaProperties;
  /**
   * TLS, and how clients log in, on the listener for clients in the cluster. The brokers then talk to each other on a listener of their own
   * (9091), in plain text; a NetworkPolicy lets nobody else reach it, nor the controllers' (9093). That takes a cluster that enforces network
   * policies: where nobody does, everybody in the cluster gets past this.
   * @default - plain text
   */
  readonly security?: KafkaListenerSecurity;
  /**
   * Whether there is a NetworkPolicy that lets everybody reach the listeners for clients, and the nodes alone their own. {@link NetworkPolicies}
   * makes one that lets in nobody but who connects.
   * @default - with {@link security}
   */
  readonly networkPolicy?: boolean;
  /**
   * A listener for clients outside of the cluster, on port 9094 of the pods.
   * @default - none
   */
  readonly externalListener?: KafkaExternalListener;
  /**
   * Metrics over HTTP.
   * @default - none
   */
  readonly jmxExporter?: KafkaJmxExporter;
  /**
   * Whether two brokers (or two controllers) may run on one node (`preferred`: only if there is no other way; `required`: never).
   * @default 'preferred', unless affinity.podAntiAffinity says it all
   */
  readonly antiAffinity?: 'preferred' | 'required';
  /**
   * Folders that the process writes to and whose content may be lost, beside /tmp and those that the image needs: an emptyDir each.
   * @default - none
   */
  readonly writablePaths?: readonly string[];
  /**
   * How long a broker may take to hand over its partitions and stop before it is killed.
   * @default Duration.seconds(60)
   */
  readonly terminationGracePeriod?: Duration;
}

/** The brokers among themselves, where clients must log in. */
const REPLICATION_PORT = { name: 'replication', port: 9091 };
const CLIENT_PORT = { name: 'client', port: 9092 };
const CONTROLLER_PORT = { name: 'controller', port: 9093 };
const EXTERNAL_PORT = { name: 'external', port: 9094 };
/** Node id of the first controller that is no broker. */
const FIRST_CONTROLLER = 100;
const CONTROLLER_SUFFIX = '-controller';
const DEFAULT_RESOURCES: ResourceProps = {
  cpu: { request: Cpu.millis(200), limit: Cpu.units(1) },
  memory: { request: Size.mebibytes(512), limit: Size.gibibytes(1) },
};
const DEFAULT_STORAGE: StorageProps = { size: Size.gibibytes(1) };

/**
 * Kafka from the official image in KRaft mode: a StatefulSet, a headless Service through which the brokers find each other, and a Service for
 * clients.
 *
 * Probes only open a TCP connection: a broker opens its client port once it is usable, and a command such as
 * `kafka-topics.sh` would start a JVM for each probe.
 *
 * Topics are not made here. Kafka makes one at its first use, with one partition (`num.partitions`) and as many replicas as there are brokers, at
 * most three; with `auto.create.topics.enable: false` it does not. What needs more partitions is made by the service that owns it (Spring: a
 * `NewTopic` bean) or by a Job with `kafka-topics.sh --create --if-not-exists`, before the first use.
 */
export class KafkaKraft extends PatchableConstruct implements KafkaBootstrap {
  /** Name of the StatefulSet and of the Service for clients: the construct's id. */
  public readonly name: string;
  /** The Service for clients. */
  public readonly endpoint: Endpoint;
  public readonly bootstrapServers: string;
  public readonly security?: KafkaClientSecurity;
  /** What a client outside of the cluster needs to know. Undefined without an external listener. */
  public readonly external?: KafkaBootstrap;
  /** Names that a certificate of the brokers must be for. */
  public readonly dnsNames: readonly string[];
  /** Labels by which a Service or network policy selects the brokers' pods. */
  public readonly selector: Readonly<Record<string, string>>;
  /** StatefulSet, headless Service and PodDisruptionBudget of the brokers, and then of the controllers where they run apart. */
  public readonly nodes: readonly KafkaNodesObjects[];
  /** The Service for clients in the cluster. */
  public readonly service: k8s.KubeService;
  /** The Services for clients outside of it, one for each broker; none without an external listener. */
  public readonly externalServices: readonly k8s.KubeService[];
  /** The ServiceAccount; undefined where the pods use one that exists. */
  public readonly serviceAccount: k8s.KubeServiceAccount | undefined;
  /** The NetworkPolicy that keeps others from the listeners among the nodes; undefined where there is none. */
  public readonly networkPolicy: k8s.KubeNetworkPolicy | undefined;
  /** The ConfigMap of the JMX exporter; undefined without one. */
  public readonly jmxExporterConfig: ConfigMap | undefined;

  /**
   * @throws InvalidPropError for an image that is not Apache's, an even or negative number of voters, an invalid cluster id, a property or
   * variable that the construct manages itself, an external listener without an address for each broker, a credential that is not in a Secret.
   */
  constructor(scope: Construct, id: string, props: KafkaKraftProps = {}) {
    super(scope, id);
    const {
      image = 'apache/kafka:3.9.0',
      replicas = 1,
      controllers,
      clusterId = deriveClusterId(`${namespaceOf(this)}/${id}`),
      properties = {},
      security,
      networkPolicy = security !== undefined,
      externalListener,
      jmxExporter,
    } = props;
    // The pods' label controller-revision-hash is the StatefulSet's name, '-' and up to 10 characters.
    checkName(this, 'id', id, 52 - (controllers === undefined ? 0 : CONTROLLER_SUFFIX.length));
    checkImage(this, 'image', image);
    checkRepository(this, image);
    checkReplicas(this, replicas, controllers);
    checkClusterId(this, clusterId);
    checkSecurity(this, 'security', security);
    if (externalListener !== undefined) {
      checkExternalListener(this, externalListener, replicas);
    }

    const named = { ...props, name: id };
    const addresses = externalListener?.addresses ?? [];
    const brokers = new KafkaNodes(this, id, replicas, 0);
    const voters =
      controllers === undefined
        ? brokers
        : new KafkaNodes(this, `${id}${CONTROLLER_SUFFIX}`, controllers.replicas ?? 3, FIRST_CONTROLLER);

    this.name = id;
    this.selector = selectorOf(id);
    this.endpoint = {
      host: serviceHost(this, id),
      port: CLIENT_PORT.port,
      peer: podPeer(this, this.selector),
    };
    this.bootstrapServers = hostPort(this.endpoint);
    this.dnsNames = [...new Set([this.endpoint.host, ...brokers.hosts, ...addresses.map(({ host }) => host)])];
    if (security !== undefined) {
      this.security = clientSecurity(security);
    }
    if (externalListener !== undefined) {
      this.external = {
        bootstrapServers: addresses.map(hostPort).join(','),
        ...(externalListener.security && { security: clientSecurity(externalListener.security) }),
      };
    }

    const { client, interBroker, controller, external } = listenersOf(props, brokers);
    const exporter = jmxExporter && exporterOf(this, named, jmxExporter);
    this.jmxExporterConfig = exporter?.configMap;
    const metrics = exporter === undefined ? [] : [exporter.port];
    const { name: serviceAccountName, object } = serviceAccount(this, named);
    this.serviceAccount = object;

    const pools = poolsOf(props, { brokers, voters }, { client, interBroker, controller, external });

    const found = pools.map((pool) => {
      const inside = pool.listeners.filter((listener) => !external.includes(listener));
      const ports = [...inside.map(({ port }) => port), ...metrics];
      return { pool, headlessService: addHeadlessService(this, pool.prefix, named, pool.nodes, ports) };
    });
    this.service = new k8s.KubeService(this, 'Service', {
      metadata: metadataOf(this, named),
      spec: { selector: this.selector, ports: [toServicePort(CLIENT_PORT)] },
    });
    this.externalServices = addresses.map(({ port }, broker) => {
      const { serviceType: type = 'LoadBalancer', serviceAnnotations } = externalListener ?? {};
      const annotations = { ...props.annotations, ...serviceAnnotations };
      return new k8s.KubeService(this, `ExternalService${broker}`, {
        metadata: metadataOf(this, { ...named, annotations }, externalName(id, broker)),
        spec: {
          type,
          // By its ordinal rather than its name, which a name prefix of Kustomize would change.
          selector: { ...this.selector, 'apps.kubernetes.io/pod-index': String(broker) },
          ports: [{ ...toServicePort(EXTERNAL_PORT), ...(type === 'NodePort' ? { nodePort: port } : { port }) }],
        },
      });
    });
    if (networkPolicy) {
      this.networkPolicy = new k8s.KubeNetworkPolicy(this, 'NetworkPolicy', {
        metadata: metadataOf(this, named),
        spec: {
          podSelector: podsOf(brokers, voters),
          policyTypes: ['Ingress'],
          ingress: [
            { ports: [CLIENT_PORT, ...external.map(({ port }) => port), ...metrics].map(toPolicyPort) },
            {
              from: [{ podSelector: podsOf(brokers, voters) }],
              ports: [...new Set([interBroker.port, controller.port])]
                .filter((port) => port !== CLIENT_PORT)
                .map(toPolicyPort),
            },
          ],
        },
      });
    }
    this.nodes = found.map(({ pool, headlessService }) => {
      const { prefix, nodes, roles, listeners, others, probed, resources, resourcesProp, storage, placement } = pool;
      const config = listenerConfig(listeners, others);
      const managed = {
        'process.roles': roles,
        // Kubernetes 1.28 and later put a StatefulSet pod's ordinal into this label.
        'node.id': { fieldPath: "metadata.labels['apps.kubernetes.io/pod-index']" },
        ...config.properties,
        'inter.broker.listener.name': interBroker.name,
        'controller.listener.names': controller.name,
        'controller.quorum.voters': votersOf(voters),
        ...dataProperties(replicas),
        ...configProviders(config.mounts.length > 0, addresses.length > 1),
      };
      const environment: Record<string, VariableValue> = {
        POD_NAME: { fieldPath: 'metadata.name' },
        CLUSTER_ID: clusterId,
        KAFKA_HEAP_OPTS: heapOptions(this, resourcesProp, resources),
        ...exporter?.environment,
        ...(addresses.length > 1 && addressVariables(addresses)),
        ...toVariables(managed),
      };
      checkBrokerProperties(this, properties, managed);
      checkVariables(this, props.environment ?? {}, props.environmentFrom ?? [], Object.keys(environment));
      const made = addNodes(this, prefix, {
        ...named,
        ...placement,
        nodes,
        image,
        serviceAccountName,
        ports: [...listeners.map(({ port }) => port), ...metrics],
        connections: {
          connectsTo: props.connectsTo ?? [],
          // Brokers register with the controllers and copy from each other; controllers vote among themselves, and connect to no broker.
          discovers: [
            ...(props.discovers ?? []),
            ...(nodes === brokers ? [brokers.endpointAt(interBroker.port)] : []),
            voters.endpointAt(controller.port),
          ],
          exposedPorts:
            nodes === brokers
              ? addresses.map((_, broker) => ({ service: externalName(id, broker), port: EXTERNAL_PORT.port }))
              : [],
          metrics: exporter && { port: exporter.port.port },
        },
        probed: probed.port,
        resources,
        storage,
        environment: { ...environment, ...toVariables(properties), ...props.environment },
        initContainers: [...(exporter?.initContainers ?? []), ...(props.initContainers ?? [])],
        mounts: [...config.mounts, ...(exporter?.mounts ?? []), ...(props.mounts ?? [])],
      });
      return { headlessService, ...made };
    });
  }

  /**
   * This cluster, as a client with a name and password of its own sees it.
   *
   * @param jaasConfig key of a Secret with the client's JAAS line, such as
   * `org.apache.kafka.common.security.plain.PlainLoginModule required username="orders" password="PASSWORD";`.
   * @throws InvalidPropError if nobody logs in here, or the key is not one of a Secret.
   */
  public bootstrapFor(jaasConfig: KeyValue): KafkaBootstrap {
    if (this.security?.mechanism === undefined) {
      throw new InvalidPropError(this, {
        prop: 'security.sasl',
        reason: 'missing: a client that gives a name and password is refused where nobody asks for one.',
        remedy: 'Say how clients log in, or pass the construct itself.',
      });
    }
    checkSecret(this, 'jaasConfig', jaasConfig.from);
    const { bootstrapServers, endpoint } = this;
    return { bootstrapServers, endpoint, security: { ...this.security, jaasConfig } };
  }
}

/** Nodes with the same roles, and what they have of their own. */
interface NodePool {
  /** What the ids of its constructs start with. */
  readonly prefix: string;
  readonly nodes: KafkaNodes;
  readonly roles: 'broker,controller' | 'broker' | 'controller';
  readonly listeners: readonly KafkaListener[];
  /** Listeners of the other nodes. */
  readonly others: readonly KafkaListener[];
  /** The one that opens once the node is usable. */
  readonly probed: KafkaListener;
  readonly resources: ResourceProps;
  /** The prop that they are from. */
  readonly resourcesProp: string;
  readonly storage: StorageProps;
  readonly placement: PlacementProps;
}

/** The brokers, and the controllers where they run apart. */
function poolsOf(
  { controllers, resources = DEFAULT_RESOURCES, storage = DEFAULT_STORAGE }: KafkaKraftProps,
  { brokers, voters }: { readonly brokers: KafkaNodes; readonly voters: KafkaNodes },
  { client, interBroker, controller, external }: Listeners,
): readonly NodePool[] {
  const ofBrokers = [...new Set([client, interBroker])];
  const broker = {
    prefix: '',
    nodes: brokers,
    probed: client,
    resources,
    resourcesProp: 'resources',
    storage,
    placement: {},
  };
  if (controllers === undefined) {
    const listeners = [...ofBrokers, controller, ...external];
    return [{ ...broker, roles: 'broker,controller', listeners, others: [] }];
  }
  const { resources: own, storage: metadata = DEFAULT_STORAGE } = controllers;
  return [
    { ...broker, roles: 'broker', listeners: [...ofBrokers, ...external], others: [controller] },
    {
      prefix: 'Controller',
      nodes: voters,
      roles: 'controller',
      listeners: [controller],
      others: [interBroker],
      probed: controller,
      resources: own ?? resources,
      resourcesProp: own === undefined ? 'resources' : 'controllers.resources',
      storage: metadata,
      placement: controllers,
    },
  ];
}

/** The listeners of a cluster. */
interface Listeners {
  /** For clients in the cluster. */
  readonly client: KafkaListener;
  /** For the brokers among themselves: that of the clients, where nobody logs in there. */
  readonly interBroker: KafkaListener;
  readonly controller: KafkaListener;
  /** For clients outside of the cluster, where there are any. */
  readonly external: readonly KafkaListener[];
}

function listenersOf({ security, externalListener }: KafkaKraftProps, { domain }: KafkaNodes): Listeners {
  const inside = (name: string, port: NamedPort): KafkaListener => ({
    name,
    port,
    advertised: `$(POD_NAME).${domain}:${port.port}`,
  });
  const client =
    security === undefined ? inside('PLAINTEXT', CLIENT_PORT) : { ...inside('CLIENT', CLIENT_PORT), security };
  return {
    client,
    interBroker: security === undefined ? client : inside('REPLICATION', REPLICATION_PORT),
    controller: { name: 'CONTROLLER', port: CONTROLLER_PORT },
    external:
      externalListener === undefined
        ? []
        : [
            {
              name: 'EXTERNAL',
              port: EXTERNAL_PORT,
              advertised: advertisedOutside(externalListener.addresses),
              ...(externalListener.security && { security: externalListener.security }),
            },
          ],
  };
}

const ADDRESS_VARIABLE = 'EXTERNAL_ADDRESS_';

/** The address of one broker; of several, each looks up its own, which the kubelet cannot put together. */
function advertisedOutside(addresses: readonly Endpoint[]): string {
  const [only] = addresses;
  return only !== undefined && addresses.length === 1 ? hostPort(only) : `\${env:${ADDRESS_VARIABLE}$(KAFKA_NODE_ID)}`;
}

function addressVariables(addresses: readonly Endpoint[]): Record<string, string> {
  return Object.fromEntries(addresses.map((address, broker) => [`${ADDRESS_VARIABLE}${broker}`, hostPort(address)]));
}

/** What reads values that start with `${dir:` and `${env:`. https://kafka.apache.org/39/documentation.html#config_providers */
function configProviders(directory: boolean, environment: boolean): Record<string, string> {
  const providers = [
    ...(directory ? [{ name: 'dir', class: 'DirectoryConfigProvider' }] : []),
    ...(environment ? [{ name: 'env', class: 'EnvVarConfigProvider' }] : []),
  ];
  return {
    ...(providers.length > 0 && { 'config.providers': providers.map(({ name }) => name).join(',') }),
    ...Object.fromEntries(
      providers.map((provider) => [
        `config.providers.${provider.name}.class`,
        `org.apache.kafka.common.config.provider.${provider.class}`,
      ]),
    ),
  };
}

function votersOf({ ids, hosts }: KafkaNodes): string {
  return ids.map((id, index) => `${id}@${hosts[index] ?? ''}:${CONTROLLER_PORT.port}`).join(',');
}

/**
 * Where data is, and how often. The image leaves out its own server.properties as soon as one property is set, and
 * Kafka's own defaults (replication factor 3, data in /tmp/kafka-logs) fit neither one broker nor the volume.
 */
function dataProperties(replicas: number): Record<string, string> {
  const replicationFactor = Math.min(replicas, 3);
  const minInSyncReplicas = Math.max(replicationFactor - 1, 1);
  return {
    // Below the mount point: a volume formatted with ext4 has lost+found at its root, which Kafka refuses as a topic.
    'log.dirs': `${DATA_PATH}/data`,
    'default.replication.factor': String(replicationFactor),
    'min.insync.replicas': String(minInSyncReplicas),
    'offsets.topic.replication.factor': String(replicationFactor),
    'transaction.state.log.replication.factor': String(replicationFactor),
    'transaction.state.log.min.isr': String(minInSyncReplicas),
  };
}

/** What a JMX exporter adds to the pods. */
interface ExporterParts {
  readonly configMap: ConfigMap;
  readonly port: NamedPort;
  readonly environment: Readonly<Record<string, string>>;
  readonly initContainers: readonly InitContainerProps[];
  readonly mounts: readonly Mount[];
}

function exporterOf(
  scope: Construct,
  props: Component & { readonly name: string },
  {
    image,
    jarPath,
    port = 9404,
    configuration = { lowercaseOutputName: true, rules: [{ pattern: 'kafka.*' }] },
  }: KafkaJmxExporter,
): ExporterParts {
  checkPort(scope, 'jmxExporter.port', port);
  const taken = [REPLICATION_PORT, CLIENT_PORT, CONTROLLER_PORT, EXTERNAL_PORT].find((other) => other.port === port);
  if (taken !== undefined) {
    throw new InvalidPropError(scope, {
      prop: 'jmxExporter.port',
      value: port,
      reason: `the port of the ${taken.name} listener, and only one of the two could listen there.`,
      remedy: 'Give another port, or leave it out.',
    });
  }
  if (!jarPath.startsWith('/')) {
    throw new InvalidPropError(scope, {
      prop: 'jmxExporter.jarPath',
      value: jarPath,
      reason: 'not an absolute path, and the init container would look for it where the image happens to start.',
      remedy: "Start it with '/'.",
    });
  }
  const { component, labels, annotations } = props;
  const configMap = new ConfigMap(scope, `${props.name}-jmx-exporter`, {
    ...(component !== undefined && { component }),
    ...(labels && { labels }),
    ...(annotations && { annotations }),
    name: props.name,
    // JSON is YAML.
    data: { 'config.yml': JSON.stringify(configuration, undefined, 2) },
  });
  const folder = '/opt/jmx-exporter';
  const jar = `${folder}/agent.jar`;
  const agent = Volume.emptyDir();
  return {
    configMap,
    port: { name: 'metrics', port },
    environment: { KAFKA_OPTS: `-javaagent:${jar}=${port}:/etc/jmx-exporter/config.yml` },
    initContainers: [
      {
        name: 'jmx-exporter',
        image,
        command: ['cp', jarPath, jar],
        mounts: [{ path: folder, volume: agent }],
        resources: {
          cpu: { request: Cpu.millis(10), limit: Cpu.millis(200) },
          memory: { request: Size.mebibytes(16), limit: Size.mebibytes(64) },
        },
      },
    ],
    mounts: [
      { path: folder, volume: agent, writable: false },
      { path: '/etc/jmx-exporter', volume: Volume.fromSource(configMap) },
    ],
  };
}

/** Name of the Service by which clients outside of the cluster reach a broker. */
function externalName(name: string, broker: number): string {
  return `${name}-external-${broker}`;
}

/** The pods of nodes. */
function podsOf(...nodes: readonly KafkaNodes[]): k8s.LabelSelector {
  const values = [...new Set(nodes.flatMap(({ name }) => Object.values(selectorOf(name))))];
  return { matchExpressions: [{ key: 'app.kubernetes.io/name', operator: 'In', values }] };
}

function toPolicyPort({ port }: NamedPort): k8s.NetworkPolicyPort {
  return { port: k8s.IntOrString.fromNumber(port) };
}

function deriveClusterId(seed: string): string {
  const id = createHash('sha256').update(seed).digest().subarray(0, 16).toString('base64url');
  // Kafka makes no id that starts with '-', since its tools would take it for an option.
  return id.startsWith('-') ? deriveClusterId(id) : id;
}

/** https://hub.docker.com/r/apache/kafka, and mirrors of it. */
function checkRepository(scope: Construct, image: string): void {
  if (!/(^|\/)apache\/kafka(@|:|$)/.test(image)) {
    throw new InvalidPropError(scope, {
      prop: 'image',
      value: image,
      reason:
        "not apache/kafka: variables, paths, user and start script are that image's, and another one would not read its settings, or write where it may not.",
      remedy: 'Use apache/kafka, or a mirror of it whose repository ends in apache/kafka.',
    });
  }
}

function checkReplicas(scope: Construct, replicas: number, controllers: KafkaControllersProps | undefined): void {
  checkInteger(scope, 'replicas', replicas, 1, FIRST_CONTROLLER);
  const [prop, voters] =
    controllers === undefined ? ['replicas', replicas] : ['controllers.replicas', controllers.replicas ?? 3];
  checkInteger(scope, prop, voters, 1, FIRST_CONTROLLER);
  if (voters % 2 === 0) {
    throw new InvalidPropError(scope, {
      prop,
      value: voters,
      reason: `an even number: a quorum of ${voters} survives no more failures than one of ${voters - 1}, and fails more often.`,
      remedy: 'Use 1, 3 or 5.',
    });
  }
}

function checkClusterId(scope: Construct, clusterId: string): void {
  const bytes = Buffer.from(clusterId, 'base64url');
  if (bytes.length !== 16 || bytes.toString('base64url') !== clusterId || clusterId.startsWith('-')) {
    throw new InvalidPropError(scope, {
      prop: 'clusterId',
      value: clusterId,
      reason:
        'not a Kafka id (16 bytes in URL-safe base64: 22 characters, not starting with -), and the volume could not be formatted with it.',
      remedy: 'Use what kafka-storage.sh random-uuid prints, or leave it out.',
    });
  }
}
