import { type ApiObject, Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import type { k8s } from '../../imports/k8s';
import { ConfigMap } from '../constructs/config-map';
import { deployment } from '../constructs/deployment';
import { InvalidPropError } from '../constructs/invalid-prop';
import { bootstrapEndpoints, type KafkaBootstrap } from '../constructs/kafka-listener';
import { type Component, metadataOf, selectorOf } from '../constructs/labels';
import { PatchableConstruct } from '../constructs/patch';
import { podTemplate } from '../constructs/pod-template';
import { type ResourceProps } from '../constructs/resources';
import { serviceAccount } from '../constructs/service-account';
import { checkName } from '../constructs/validation';
import type { KeyValue } from '../constructs/variables';
import { type Mount, Volume } from '../constructs/volumes';
import { httpProbes } from '../constructs/web-service';
import { toYaml } from '../synth/yaml';
import {
  COLLECTOR_IMAGE,
  COLLECTOR_RESOURCES,
  CONFIG_ARGS,
  CONFIG_FILE,
  CONFIG_FOLDER,
  listenOn,
  MEMORY_LIMITER,
  telemetry,
} from './collector';
import { SCRAPE_INTERVAL } from './scrape-targets';

/** Props of {@link KafkaMetrics}. */
export interface KafkaMetricsProps extends Omit<Component, 'name'> {
  /** The Kafka cluster. */
  readonly kafka: KafkaBootstrap;
  /**
   * As whom it logs in, where the cluster wants that: a user who may describe the cluster, every topic and every group.
   * @default - it does not log in
   */
  readonly login?: { readonly username: string; readonly password: KeyValue };
  /**
   * Image of the OpenTelemetry Collector's contrib distribution.
   * @default 'otel/opentelemetry-collector-contrib:0.114.0'
   */
  readonly image?: string;
  /**
   * Port of Kafka's metrics.
   * @default 8889
   */
  readonly httpPort?: number;
  /**
   * Port of the collector's own metrics.
   * @default 8888
   */
  readonly metricsPort?: number;
  /**
   * Port of the health check.
   * @default 13133
   */
  readonly healthPort?: number;
  /**
   * CPU and memory.
   * @default - CPU 50m / 500m, memory 128Mi / 256Mi
   */
  readonly resources?: ResourceProps;
}

/** Variable with the password. */
const PASSWORD = 'KAFKA_PASSWORD';
/** Where the CA is mounted. */
const CA_FOLDER = '/etc/trusted-ca/kafka';
const CA_FILE = 'ca.crt';

/**
 * What Kafka tells a client about itself, as metrics: brokers, topics, partitions with their replicas, and how far each consumer group is behind. By the
 * OpenTelemetry Collector, as a client that reads no message.
 *
 * The broker's own metrics are in its JVM, and leave it by JMX alone, which is RMI: the official image has no agent that serves them over HTTP
 * (`jmxExporter` of `KafkaKraft` takes one from an image of yours). Lag is in neither: it is what groups have committed, compared with the ends.
 * https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/v0.114.0/receiver/kafkametricsreceiver
 */
export class KafkaMetrics extends PatchableConstruct {
  /** Name of the Deployment: the construct's id. */
  public readonly name: string;
  /** Labels by which a network policy selects the pod. */
  public readonly selector: Readonly<Record<string, string>>;
  /** The Deployment. */
  public readonly deployment: ApiObject;
  /** The ServiceAccount. */
  public readonly serviceAccount: k8s.KubeServiceAccount | undefined;
  /** The ConfigMap of its configuration. */
  public readonly config: ConfigMap;

  /** @throws InvalidPropError for props that the API server or the kubelet would refuse or that would not work. */
  constructor(scope: Construct, id: string, props: KafkaMetricsProps) {
    super(scope, id);
    const { kafka, login, httpPort = 8889, metricsPort = 8888, healthPort = 13133 } = props;
    checkName(this, 'id', id, 52); // what is made from it has a suffix of up to 11 characters
    checkLogin(this, props);

    this.name = id;
    this.selector = selectorOf(id);
    const named = { ...props, name: id };
    const metadata = metadataOf(this, named);
    this.config = new ConfigMap(this, `${id}-config`, {
      ...named,
      data: { [CONFIG_FILE]: toYaml(toConfig({ httpPort, metricsPort, healthPort }, kafka, login?.username)) },
    });
    const account = serviceAccount(this, named);
    this.serviceAccount = account.object;
    const template = podTemplate(this, {
      ...named,
      image: props.image ?? COLLECTOR_IMAGE,
      args: CONFIG_ARGS,
      ports: [
        { name: 'http', port: httpPort },
        { name: 'metrics', port: metricsPort },
        { name: 'health', port: healthPort },
      ],
      ...(login !== undefined && { environment: { [PASSWORD]: login.password } }),
      probes: httpProbes(healthPort, { startup: '/', readiness: '/', liveness: '/' }),
      resources: props.resources ?? COLLECTOR_RESOURCES,
      user: 10001, // the image's own
      serviceAccountName: account.name,
      mounts: [{ path: CONFIG_FOLDER, volume: Volume.fromSource(this.config) }, ...caMounts(kafka)],
      terminationGracePeriod: Duration.seconds(30),
    });
    this.deployment = deployment(
      this,
      { metadata, selector: this.selector, template },
      { connectsTo: bootstrapEndpoints(kafka), metrics: { port: httpPort } },
    ).workload;
  }
}

function caMounts({ security }: KafkaBootstrap): Mount[] {
  if (security === undefined) {
    return [];
  }
  const { from, key } = security.ca;
  return [{ path: CA_FOLDER, volume: Volume.fromSource(from, { items: [{ key, path: CA_FILE }] }) }];
}

/** Its ports. */
type Ports = Required<Pick<KafkaMetricsProps, 'httpPort' | 'metricsPort' | 'healthPort'>>;

/** https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/v0.114.0/receiver/kafkametricsreceiver#configuration */
interface KafkaMetricsConfig {
  readonly extensions: { readonly health_check: ReturnType<typeof listenOn> };
  readonly receivers: {
    readonly kafkametrics: {
      readonly brokers: readonly string[];
      readonly protocol_version: string;
      readonly collection_interval: string;
      readonly scrapers: readonly ('brokers' | 'topics' | 'consumers')[];
      readonly auth?: {
        readonly tls: { readonly ca_file: string };
        readonly sasl?: { readonly username: string; readonly password: string; readonly mechanism: string };
      };
    };
  };
  readonly processors: { readonly memory_limiter: typeof MEMORY_LIMITER };
  readonly exporters: {
    readonly prometheus: ReturnType<typeof listenOn> & {
      readonly add_metric_suffixes: boolean;
      readonly metric_expiration: string;
    };
  };
  readonly service: {
    readonly extensions: readonly 'health_check'[];
    readonly telemetry: ReturnType<typeof telemetry>;
    readonly pipelines: {
      readonly metrics: {
        readonly receivers: readonly 'kafkametrics'[];
        readonly processors: readonly 'memory_limiter'[];
        readonly exporters: readonly 'prometheus'[];
      };
    };
  };
}

function toConfig(
  { httpPort, metricsPort, healthPort }: Ports,
  { bootstrapServers, security }: KafkaBootstrap,
  username: string | undefined,
): KafkaMetricsConfig {
  return {
    extensions: { health_check: listenOn(healthPort) },
    receivers: {
      kafkametrics: {
        brokers: bootstrapServers.split(','),
        // What the client speaks, which newer brokers understand too.
        protocol_version: '2.6.0',
        collection_interval: `${SCRAPE_INTERVAL.toSeconds()}s`,
        scrapers: ['brokers', 'topics', 'consumers'],
        ...(security !== undefined && {
          auth: {
            tls: { ca_file: `${CA_FOLDER}/${CA_FILE}` },
            ...(security.mechanism !== undefined &&
              username !== undefined && {
                sasl: { username, password: `\${env:${PASSWORD}}`, mechanism: security.mechanism },
              }),
          },
        }),
      },
    },
    processors: { memory_limiter: MEMORY_LIMITER },
    exporters: {
      prometheus: {
        ...listenOn(httpPort),
        // The names are the receiver's own, without `_ratio` behind what is a mere number.
        add_metric_suffixes: false,
        // A broker that has gone is seen to be gone.
        metric_expiration: '2m',
      },
    },
    service: {
      extensions: ['health_check'],
      telemetry: telemetry(metricsPort),
      pipelines: {
        metrics: { receivers: ['kafkametrics'], processors: ['memory_limiter'], exporters: ['prometheus'] },
      },
    },
  };
}

function checkLogin(scope: Construct, { kafka: { security }, login }: KafkaMetricsProps): void {
  const wanted = security?.mechanism;
  if ((wanted === undefined) !== (login === undefined)) {
    throw new InvalidPropError(scope, {
      prop: 'login',
      ...(login !== undefined && { value: login.username }),
      reason:
        wanted === undefined
          ? 'without effect: the listener asks nobody to log in.'
          : `missing: the listener lets in who logs in by ${wanted} alone.`,
      remedy:
        wanted === undefined
          ? 'Leave it out.'
          : 'Give a user who may describe the cluster, topics and groups, and the key of the password.',
    });
  }
}
