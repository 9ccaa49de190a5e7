import { createHash } from 'node:crypto';
import { Duration, Size, SizeRoundingBehavior } from 'cdk8s';
import type { Construct } from 'constructs';
import { Cpu, k8s } from '../../imports/k8s';
import { checkInteger, checkName } from './validation';
import { checkResources, type ResourceProps } from './resources';
import { InvalidPropError } from './invalid-prop';
import { type Endpoint, hostPort, serviceHost } from './endpoint';
import { type Component, metadataOf, namespaceOf, selectorOf } from './labels';
import { podTemplate, type PodProps } from './pod-template';
import { Probe } from './probe';
import { serviceAccount } from './service-account';
import { type StorageProps, volumeClaim } from './storage';
import type { VariableValue } from './variables';
import { Volume } from './volumes';
import { workload } from './workload';
import { PatchableConstruct } from './patch';

/** What a client needs to know of a Kafka cluster. */
export interface KafkaBootstrap {
  /** Value for `bootstrap.servers`: `HOST:PORT`. */
  readonly bootstrapServers: string;
}

/** Props of {@link KafkaKraft}. */
export interface KafkaKraftProps
  extends
    Omit<Component, 'name'>,
    // The image decides its user, the folders that it writes to and what starts it; brokers are kept apart by antiAffinity.
    Omit<PodProps, 'user' | 'writablePaths' | 'command' | 'args' | 'workingDir' | 'environment' | 'affinity'> {
  /**
   * Image, one of the official `apache/kafka` or a mirror of it.
   * @default 'apache/kafka:3.9.0'
   */
  readonly image?: string;
  /**
   * Number of brokers, each a controller too: odd, since a quorum of an even number survives no more failures than of one less.
   * @default 1
   */
  readonly replicas?: number;
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
   * Id of the cluster, which is written into the volume at the first start and must not change afterwards: 16 bytes in
   * URL-safe base64 without padding, as `kafka-storage.sh random-uuid` prints.
   * @default - derived from the namespace and the construct's id
   */
  readonly clusterId?: string;
  /**
   * Further broker properties, such as `{ 'log.retention.hours': 24 }`.
   * https://kafka.apache.org/39/documentation.html#brokerconfigs
   * @default - none
   */
  readonly properties?: Readonly<Record<string, string | number | boolean>>;
  /**
   * Whether two brokers may run on one node (`preferred`: only if there is no other way; `required`: never).
   * @default 'preferred'
   */
  readonly antiAffinity?: 'preferred' | 'required';
}

const CLIENT_PORT = { name: 'client', port: 9092 };
const CONTROLLER_PORT = { name: 'controller', port: 9093 };
const DATA_PATH = '/tmp/kraft-combined-logs';

/**
 * Kafka from the official image in KRaft mode, every broker a controller too: a StatefulSet, a headless Service through which
 * the brokers find each other, and a Service for clients.
 *
 * Probes only open a TCP connection: a broker opens its client port once it is usable, and a command such as
 * `kafka-topics.sh` would start a JVM for each probe.
 */
export class KafkaKraft extends PatchableConstruct implements KafkaBootstrap {
  /** Name of the StatefulSet and of the Service for clients: the construct's id. */
  public readonly name: string;
  /** The Service for clients. */
  public readonly endpoint: Endpoint;
  public readonly bootstrapServers: string;
  /** Labels by which a Service or network policy selects the brokers' pods. */
  public readonly selector: Readonly<Record<string, string>>;

  /** @throws InvalidPropError for an even or negative number of replicas, an invalid cluster id, or a property that the construct manages itself. */
  constructor(scope: Construct, id: string, props: KafkaKraftProps = {}) {
    super(scope, id);
    const {
      replicas = 1,
      clusterId = deriveClusterId(`${namespaceOf(this)}/${id}`),
      resources = {
        cpu: { request: Cpu.millis(200), limit: Cpu.units(1) },
        memory: { request: Size.mebibytes(512), limit: Size.gibibytes(1) },
      },
      antiAffinity = 'preferred',
    } = props;
    // The pods' label controller-revision-hash is the name, '-' and up to 10 characters.
    checkName(this, 'id', id, 52);
    checkReplicas(this, replicas);
    checkClusterId(this, clusterId);
    checkResources(this, 'resources', resources); // before the heap is made from it

    this.name = id;
    this.endpoint = { host: serviceHost(this, id), port: CLIENT_PORT.port };
    this.bootstrapServers = hostPort(this.endpoint);
    this.selector = selectorOf(id);

    const headlessName = `${id}-headless`;
    const claimName = `${id}-data`;
    const named = { ...props, name: id };
    const metadata = metadataOf(this, named);
    const brokerHost = (pod: string): string => `${pod}.${serviceHost(this, headlessName)}`;
    const properties = brokerProperties(replicas, brokerHost, id);
    checkProperties(this, props.properties ?? {}, properties);

    const serviceAccountName = serviceAccount(this, named);
    new k8s.KubeService(this, 'HeadlessService', {
      metadata: metadataOf(this, named, headlessName),
      spec: {
        clusterIp: 'None',
        // The voters must find each other before any of them is ready.
        publishNotReadyAddresses: true,
        selector: this.selector,
        ports: [CLIENT_PORT, CONTROLLER_PORT].map(toServicePort),
      },
    });
    new k8s.KubeService(this, 'Service', {
      metadata,
      spec: { selector: this.selector, ports: [toServicePort(CLIENT_PORT)] },
    });
    const template = podTemplate(this, {
      ...named,
      image: props.image ?? 'apache/kafka:3.9.0',
      ports: [CLIENT_PORT, CONTROLLER_PORT],
      environment: {
        POD_NAME: { fieldPath: 'metadata.name' },
        CLUSTER_ID: clusterId,
        KAFKA_HEAP_OPTS: heapOptions(resources),
        ...toVariables({ ...properties, ...props.properties }),
      },
      probes: {
        startup: Probe.fromTcpSocket(CLIENT_PORT.port, { period: Duration.seconds(5), failureThreshold: 30 }),
        readiness: Probe.fromTcpSocket(CLIENT_PORT.port),
        liveness: Probe.fromTcpSocket(CLIENT_PORT.port, {
          initialDelay: Duration.seconds(15),
          period: Duration.seconds(20),
        }),
      },
      resources,
      user: 1000, // appuser of the image
      serviceAccountName,
      terminationGracePeriod: props.terminationGracePeriod ?? Duration.seconds(60),
      // The image's start writes server.properties and log4j files into config, the JVM its garbage collector's log into logs.
      writablePaths: ['/tmp', '/opt/kafka/config', '/opt/kafka/logs'],
      mounts: [{ path: DATA_PATH, volume: Volume.fromVolumeClaimTemplate(claimName) }, ...(props.mounts ?? [])],
      ...(replicas > 1 && { affinity: { podAntiAffinity: toAntiAffinity(antiAffinity, this.selector) } }),
    });
    workload(this, 'StatefulSet', k8s.KubeStatefulSet.GVK, {
      metadata,
      template,
      spec: k8s.toJson_StatefulSetSpec({
        serviceName: headlessName,
        replicas,
        // A first pod that waits for a quorum never becomes ready, so the others must not wait for it.
        podManagementPolicy: 'Parallel',
        selector: { matchLabels: this.selector },
        template,
        volumeClaimTemplates: [volumeClaim(this, claimName, props.storage ?? { size: Size.gibibytes(1) })],
      }),
    });
    if (replicas > 1) {
      new k8s.KubePodDisruptionBudget(this, 'PodDisruptionBudget', {
        metadata,
        spec: { maxUnavailable: k8s.IntOrString.fromNumber(1), selector: { matchLabels: this.selector } },
      });
    }
  }
}

/**
 * The properties that follow from the construct. The image leaves out its own server.properties as soon as one is set, and
 * Kafka's own defaults (replication factor 3, data in /tmp/kafka-logs) fit neither one broker nor the volume.
 */
function brokerProperties(
  replicas: number,
  brokerHost: (pod: string) => string,
  name: string,
): Record<string, VariableValue> {
  const ordinals = Array.from({ length: replicas }, (_, ordinal) => ordinal);
  const replicationFactor = Math.min(replicas, 3);
  const minInSyncReplicas = Math.max(replicationFactor - 1, 1);
  return {
    'process.roles': 'broker,controller',
    // Kubernetes 1.28 and later put a StatefulSet pod's ordinal into this label.
    'node.id': { fieldPath: "metadata.labels['apps.kubernetes.io/pod-index']" },
    listeners: `PLAINTEXT://:${CLIENT_PORT.port},CONTROLLER://:${CONTROLLER_PORT.port}`,
    'advertised.listeners': `PLAINTEXT://${brokerHost('$(POD_NAME)')}:${CLIENT_PORT.port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.voters': ordinals
      .map((ordinal) => `${ordinal}@${brokerHost(`${name}-${ordinal}`)}:${CONTROLLER_PORT.port}`)
      .join(','),
    // Below the mount point: a volume formatted with ext4 has lost+found at its root, which Kafka refuses as a topic.
    'log.dirs': `${DATA_PATH}/data`,
    'default.replication.factor': String(replicationFactor),
    'min.insync.replicas': String(minInSyncReplicas),
    'offsets.topic.replication.factor': String(replicationFactor),
    'transaction.state.log.replication.factor': String(replicationFactor),
    'transaction.state.log.min.isr': String(minInSyncReplicas),
  };
}

/** How the image names the variable of a property: `.` becomes `_`, `_` becomes `__`, `-` becomes `___`. */
function toVariables(
  properties: Readonly<Record<string, VariableValue | number | boolean>>,
): Record<string, VariableValue> {
  return Object.fromEntries(
    Object.entries(properties).map(([property, value]) => [
      `KAFKA_${property.replaceAll('_', '__').replaceAll('-', '___').replaceAll('.', '_').toUpperCase()}`,
      typeof value === 'object' ? value : String(value),
    ]),
  );
}

function heapOptions({ memory }: ResourceProps): string {
  const mebibytes = Math.floor(memory.limit.toMebibytes({ rounding: SizeRoundingBehavior.NONE }) / 2);
  return `-Xms${mebibytes}m -Xmx${mebibytes}m`;
}

function toServicePort({ name, port }: typeof CLIENT_PORT): k8s.ServicePort {
  return { name, port, targetPort: k8s.IntOrString.fromString(name) };
}

function toAntiAffinity(
  antiAffinity: 'preferred' | 'required',
  selector: Readonly<Record<string, string>>,
): k8s.PodAntiAffinity {
  const term = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: selector } };
  return antiAffinity === 'required'
    ? { requiredDuringSchedulingIgnoredDuringExecution: [term] }
    : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }] };
}

function deriveClusterId(seed: string): string {
  const id = createHash('sha256').update(seed).digest().subarray(0, 16).toString('base64url');
  // Kafka makes no id that starts with '-', since its tools would take it for an option.
  return id.startsWith('-') ? deriveClusterId(id) : id;
}

function checkReplicas(scope: Construct, replicas: number): void {
  checkInteger(scope, 'replicas', replicas, 1);
  if (replicas % 2 === 0) {
    throw new InvalidPropError(scope, {
      prop: 'replicas',
      value: replicas,
      reason: `an even number: a quorum of ${replicas} survives no more failures than one of ${replicas - 1}, and fails more often.`,
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

function checkProperties(
  scope: Construct,
  given: Readonly<Record<string, unknown>>,
  managed: Readonly<Record<string, unknown>>,
): void {
  for (const property of Object.keys(given)) {
    // KAFKA_HEAP_OPTS is a variable of the start script, not a property.
    if (Object.hasOwn(managed, property) || property === 'heap.opts') {
      throw new InvalidPropError(scope, {
        prop: `properties['${property}']`,
        value: given[property],
        reason: 'a property that KafkaKraft derives from its other props; a value of its own would contradict them.',
        remedy: 'Leave it out.',
      });
    }
    if (!/^[a-z0-9]+([._-][a-z0-9]+)*$/.test(property)) {
      throw new InvalidPropError(scope, {
        prop: 'properties',
        value: property,
        reason:
          "not a broker property that the image can be given as a variable: lower-case words, joined by '.', '_' or '-'.",
        remedy: 'Write it as in the documentation of Kafka.',
      });
    }
  }
}
