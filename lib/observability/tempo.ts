import { type ApiObject, Duration, Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { Cpu, type k8s } from '../../imports/k8s';
import { checkName } from '../constructs/validation';
import { type ResourceProps } from '../constructs/resources';
import { ConfigMap } from '../constructs/config-map';
import { type Endpoint, podPeer, serviceHost } from '../constructs/endpoint';
import { type Component, selectorOf } from '../constructs/labels';
import type { StorageProps } from '../constructs/storage';
import { Volume } from '../constructs/volumes';
import { httpProbes } from '../constructs/web-service';
import { PatchableConstruct } from '../constructs/patch';
import { toYaml } from '../synth/yaml';
import { retentionHours } from './retention';
import { singleStatefulSet } from './single-stateful-set';

/** Props of {@link Tempo}. */
export interface TempoProps extends Omit<Component, 'name'> {
  /**
   * Image.
   * @default 'grafana/tempo:2.6.1'
   */
  readonly image?: string;
  /**
   * Port for queries over HTTP.
   * @default 3200
   */
  readonly httpPort?: number;
  /**
   * Port for OTLP over gRPC.
   * @default 4317
   */
  readonly otlpGrpcPort?: number;
  /**
   * How long traces are kept: whole hours.
   * @default Duration.hours(72)
   */
  readonly retention?: Duration;
  /**
   * Storage of the traces.
   * @default - 10Gi of the cluster's default StorageClass
   */
  readonly storage?: StorageProps;
  /**
   * CPU and memory.
   * @default - CPU 100m / 1, memory 256Mi / 1Gi
   */
  readonly resources?: ResourceProps;
}

const CONFIG_FOLDER = '/etc/tempo';
const CONFIG_FILE = 'config.yaml';
const DATA_PATH = '/var/tempo';

/** Grafana Tempo in one process, its traces on one volume. */
export class Tempo extends PatchableConstruct {
  /** Name of the StatefulSet and of the Service: the construct's id. */
  public readonly name: string;
  /** Queries over HTTP. */
  public readonly http: Endpoint;
  /** OTLP over gRPC, without TLS. */
  public readonly otlpGrpc: Endpoint;
  /** Labels by which a Service or network policy selects the pod. */
  public readonly selector: Readonly<Record<string, string>>;
  /** The StatefulSet. */
  public readonly statefulSet: ApiObject;
  /** The Service. */
  public readonly service: k8s.KubeService;
  /** The ServiceAccount. */
  public readonly serviceAccount: k8s.KubeServiceAccount | undefined;
  /** The ConfigMap of its configuration. */
  public readonly config: ConfigMap;

  /** @throws InvalidPropError for props that the API server, the kubelet or Tempo would refuse or that would not work. */
  constructor(scope: Construct, id: string, props: TempoProps = {}) {
    super(scope, id);
    const { httpPort = 3200, otlpGrpcPort = 4317 } = props;
    checkName(this, 'id', id, 52); // the pods' label controller-revision-hash is longer by up to 11 characters
    const retention = retentionHours(this, props.retention ?? Duration.hours(72), 1);

    const host = serviceHost(this, id);
    this.name = id;
    this.selector = selectorOf(id);
    const peer = podPeer(this, this.selector);
    this.http = { host, port: httpPort, peer };
    this.otlpGrpc = { host, port: otlpGrpcPort, peer };

    this.config = new ConfigMap(this, `${id}-config`, {
      ...props,
      name: id,
      data: { [CONFIG_FILE]: toYaml(toConfig(httpPort, otlpGrpcPort, retention)) },
    });
    const { statefulSet, service, serviceAccount } = singleStatefulSet(this, {
      ...props,
      name: id,
      image: props.image ?? 'grafana/tempo:2.6.1',
      args: [`-config.file=${CONFIG_FOLDER}/${CONFIG_FILE}`],
      ports: [
        { name: 'http', port: httpPort },
        { name: 'otlp-grpc', port: otlpGrpcPort },
      ],
      metrics: { port: httpPort },
      // /ready says no while one of Tempo's parts is not well; /status/version answers as long as the process does.
      probes: httpProbes(httpPort, { startup: '/ready', readiness: '/ready', liveness: '/status/version' }),
      resources: props.resources ?? {
        cpu: { request: Cpu.millis(100), limit: Cpu.units(1) },
        memory: { request: Size.mebibytes(256), limit: Size.gibibytes(1) },
      },
      user: 10001, // the image's own
      mounts: [{ path: CONFIG_FOLDER, volume: Volume.fromSource(this.config) }],
      dataPath: DATA_PATH,
      storage: props.storage ?? { size: Size.gibibytes(10) },
    });
    this.statefulSet = statefulSet;
    this.service = service;
    this.serviceAccount = serviceAccount;
  }
}

/** Tempo's configuration: https://grafana.com/docs/tempo/v2.6.x/configuration/ */
interface TempoConfig {
  readonly server: { readonly http_listen_port: number };
  readonly distributor: {
    readonly receivers: { readonly otlp: { readonly protocols: { readonly grpc: { readonly endpoint: string } } } };
  };
  readonly compactor: { readonly compaction: { readonly block_retention: string } };
  readonly storage: {
    readonly trace: {
      readonly backend: 'local';
      readonly wal: { readonly path: string };
      readonly local: { readonly path: string };
    };
  };
  readonly usage_report: { readonly reporting_enabled: boolean };
}

function toConfig(httpPort: number, otlpGrpcPort: number, retention: string): TempoConfig {
  return {
    server: { http_listen_port: httpPort },
    distributor: { receivers: { otlp: { protocols: { grpc: { endpoint: `0.0.0.0:${otlpGrpcPort}` } } } } },
    compactor: { compaction: { block_retention: retention } },
    storage: {
      trace: {
        backend: 'local',
        // Folders below the mount point: a volume formatted with ext4 has lost+found at its root, which Tempo would take for a tenant.
        wal: { path: `${DATA_PATH}/wal` },
        local: { path: `${DATA_PATH}/blocks` },
      },
    },
    usage_report: { reporting_enabled: false },
  };
}
