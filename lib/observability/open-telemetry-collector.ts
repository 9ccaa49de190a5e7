import { type ApiObject, Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import { k8s } from '../../imports/k8s';
import { checkInteger, checkName } from '../constructs/validation';
import { checkPort } from '../constructs/port';
import { type ResourceProps } from '../constructs/resources';
import { declareConnections } from '../constructs/connections';
import { ConfigMap } from '../constructs/config-map';
import { API_SERVER, type Endpoint, hostPort, podPeer, serviceHost } from '../constructs/endpoint';
import { type Component, metadataOf, selectorOf } from '../constructs/labels';
import { podTemplate } from '../constructs/pod-template';
import { Volume } from '../constructs/volumes';
import { httpProbes } from '../constructs/web-service';
import { workload } from '../constructs/workload';
import { PatchableConstruct } from '../constructs/patch';
import { toYaml } from '../synth/yaml';
import {
  type CollectorConfig,
  COLLECTOR_IMAGE,
  COLLECTOR_RESOURCES,
  CONFIG_ARGS,
  CONFIG_FILE,
  CONFIG_FOLDER,
  k8sAttributes,
  listenOn,
  MEMORY_LIMITER,
  podReader,
  PROCESSORS,
  telemetry,
} from './collector';

/** Props of {@link OpenTelemetryCollector}. */
export interface OpenTelemetryCollectorProps extends Omit<Component, 'name'> {
  /** Where traces are sent: a server that speaks OTLP over gRPC without TLS, such as Tempo. */
  readonly traces: Endpoint;
  /**
   * Image of the collector's contrib distribution.
   * @default 'otel/opentelemetry-collector-contrib:0.114.0'
   */
  readonly image?: string;
  /**
   * Number of pods.
   * @default 1
   */
  readonly replicas?: number;
  /**
   * Port for OTLP over gRPC.
   * @default 4317
   */
  readonly grpcPort?: number;
  /**
   * Port for OTLP over HTTP.
   * @default 4318
   */
  readonly httpPort?: number;
  /**
   * Port of the collector's own metrics, in Prometheus' format.
   * @default 8888
   */
  readonly metricsPort?: number;
  /**
   * Port of the health check.
   * @default 13133
   */
  readonly healthPort?: number;
  /**
   * CPU and memory of each pod.
   * @default - CPU 50m / 500m, memory 128Mi / 256Mi
   */
  readonly resources?: ResourceProps;
}

/** The OpenTelemetry Collector as a gateway: receives OTLP, adds Kubernetes attributes, and sends traces on. */
export class OpenTelemetryCollector extends PatchableConstruct {
  /** Name of the Deployment and of the Service: the construct's id. */
  public readonly name: string;
  /** OTLP over gRPC. */
  public readonly otlpGrpc: Endpoint;
  /** OTLP over HTTP. */
  public readonly otlpHttp: Endpoint;
  /** The collector's own metrics. */
  public readonly metrics: Endpoint;
  /** Labels by which a Service or network policy selects the pods. */
  public readonly selector: Readonly<Record<string, string>>;
  /** The Deployment. */
  public readonly deployment: ApiObject;
  /** The Service. */
  public readonly service: k8s.KubeService;
  /** The ServiceAccount. */
  public readonly serviceAccount: k8s.KubeServiceAccount | undefined;
  /** The ClusterRole by which it reads pods and their owners. */
  public readonly clusterRole: k8s.KubeClusterRole;
  /** What gives it to the ServiceAccount. */
  public readonly clusterRoleBinding: k8s.KubeClusterRoleBinding;
  /** The ConfigMap of its configuration. */
  public readonly config: ConfigMap;

  /** @throws InvalidPropError for props that the API server or the kubelet would refuse or that would not work. */
  constructor(scope: Construct, id: string, props: OpenTelemetryCollectorProps) {
    super(scope, id);
    const { replicas = 1, grpcPort = 4317, httpPort = 4318, metricsPort = 8888, healthPort = 13133 } = props;
    checkName(this, 'id', id, 52); // what is made from it has a suffix of up to 11 characters
    checkInteger(this, 'replicas', replicas, 0);
    checkPort(this, 'traces.port', props.traces.port);

    const host = serviceHost(this, id);
    this.name = id;
    this.selector = selectorOf(id);
    const peer = podPeer(this, this.selector);
    this.otlpGrpc = { host, port: grpcPort, peer };
    this.otlpHttp = { host, port: httpPort, peer };
    this.metrics = { host, port: metricsPort, peer };

    const named = { ...props, name: id };
    const metadata = metadataOf(this, named);
    const ports = [
      { name: 'otlp-grpc', port: grpcPort },
      { name: 'otlp-http', port: httpPort },
      { name: 'metrics', port: metricsPort },
    ];
    this.config = new ConfigMap(this, `${id}-config`, {
      ...named,
      data: { [CONFIG_FILE]: toYaml(toConfig({ grpcPort, httpPort, metricsPort, healthPort }, props.traces)) },
    });
    const { serviceAccountName, serviceAccount, clusterRole, clusterRoleBinding } = podReader(this, named);
    this.serviceAccount = serviceAccount;
    this.clusterRole = clusterRole;
    this.clusterRoleBinding = clusterRoleBinding;

    this.service = new k8s.KubeService(this, 'Service', {
      metadata,
      spec: {
        selector: this.selector,
        ports: ports.map(({ name, port }) => ({ name, port, targetPort: k8s.IntOrString.fromString(name) })),
      },
    });
    const template = podTemplate(this, {
      ...named,
      image: props.image ?? COLLECTOR_IMAGE,
      args: CONFIG_ARGS,
      ports: [...ports, { name: 'health', port: healthPort }],
      probes: httpProbes(healthPort, { startup: '/', readiness: '/', liveness: '/' }),
      resources: props.resources ?? COLLECTOR_RESOURCES,
      user: 10001, // the image's own
      serviceAccountName,
      serviceAccountToken: true,
      ...(replicas > 1 && { topologySpread: 'ScheduleAnyway' }),
      mounts: [{ path: CONFIG_FOLDER, volume: Volume.fromSource(this.config) }],
      terminationGracePeriod: Duration.seconds(30),
    });
    this.deployment = workload(this, 'Deployment', k8s.KubeDeployment.GVK, {
      metadata,
      template,
      spec: k8s.toJson_DeploymentSpec({
        replicas,
        revisionHistoryLimit: 3,
        selector: { matchLabels: this.selector },
        template: {},
      }),
    });
    declareConnections(this.deployment, {
      selector: this.selector,
      connectsTo: [props.traces, API_SERVER],
      metrics: { port: metricsPort },
    });
  }
}

/** Its ports. */
type Ports = Required<Pick<OpenTelemetryCollectorProps, 'grpcPort' | 'httpPort' | 'metricsPort' | 'healthPort'>>;

type GatewayConfig = CollectorConfig<
  { readonly otlp: { readonly protocols: Record<'grpc' | 'http', ReturnType<typeof listenOn>> } },
  { readonly otlp: { readonly endpoint: string; readonly tls: { readonly insecure: boolean } } }
>;

function toConfig({ grpcPort, httpPort, metricsPort, healthPort }: Ports, traces: Endpoint): GatewayConfig {
  return {
    extensions: { health_check: listenOn(healthPort) },
    receivers: { otlp: { protocols: { grpc: listenOn(grpcPort), http: listenOn(httpPort) } } },
    processors: {
      memory_limiter: MEMORY_LIMITER,
      k8sattributes: k8sAttributes([
        { from: 'resource_attribute', name: 'k8s.pod.uid' },
        { from: 'resource_attribute', name: 'k8s.pod.ip' },
        // The OpenTelemetry agent for Java sends neither: only the address that the spans come from tells the pod.
        { from: 'connection' },
      ]),
      batch: {},
    },
    exporters: { otlp: { endpoint: hostPort(traces), tls: { insecure: true } } },
    service: {
      extensions: ['health_check'],
      telemetry: telemetry(metricsPort),
      pipelines: { traces: { receivers: ['otlp'], processors: PROCESSORS, exporters: ['otlp'] } },
    },
  };
}
