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
import { ATTRIBUTES } from './attributes';
import { retentionHours } from './retention';
import { singleStatefulSet } from './single-stateful-set';

/** Props of {@link Loki}. */
export interface LokiProps extends Omit<Component, 'name'> {
  /**
   * Image.
   * @default 'grafana/loki:3.3.2'
   */
  readonly image?: string;
  /**
   * Port of the HTTP server, which takes log lines and answers queries.
   * @default 3100
   */
  readonly httpPort?: number;
  /**
   * How long log lines are kept: whole hours, at least a day.
   * @default Duration.hours(72)
   */
  readonly retention?: Duration;
  /**
   * Storage of the log lines.
   * @default - 10Gi of the cluster's default StorageClass
   */
  readonly storage?: StorageProps;
  /**
   * CPU and memory.
   * @default - CPU 100m / 1, memory 256Mi / 1Gi
   */
  readonly resources?: ResourceProps;
}

const CONFIG_FOLDER = '/etc/loki';
const CONFIG_FILE = 'config.yaml';
const DATA_PATH = '/var/loki';

/** Grafana Loki in one process, its log lines on one volume. It takes them over OTLP too, at the path `/otlp`. */
export class Loki extends PatchableConstruct {
  /** Name of the StatefulSet and of the Service: the construct's id. */
  public readonly name: string;
  /** The HTTP server. */
  public readonly http: Endpoint;
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

  /** @throws InvalidPropError for props that the API server, the kubelet or Loki would refuse or that would not work. */
  constructor(scope: Construct, id: string, props: LokiProps = {}) {
    super(scope, id);
    const { httpPort = 3100 } = props;
    checkName(this, 'id', id, 52); // the pods' label controller-revision-hash is longer by up to 11 characters
    // Loki deletes by the day's table, and refuses less than that.
    const retention = retentionHours(this, props.retention ?? Duration.hours(72), 24);

    this.name = id;
    this.selector = selectorOf(id);
    this.http = { host: serviceHost(this, id), port: httpPort, peer: podPeer(this, this.selector) };

    this.config = new ConfigMap(this, `${id}-config`, {
      ...props,
      name: id,
      data: { [CONFIG_FILE]: toYaml(toConfig(httpPort, retention)) },
    });
    const { statefulSet, service, serviceAccount } = singleStatefulSet(this, {
      ...props,
      name: id,
      image: props.image ?? 'grafana/loki:3.3.2',
      args: [`-config.file=${CONFIG_FOLDER}/${CONFIG_FILE}`],
      ports: [{ name: 'http', port: httpPort }],
      metrics: { port: httpPort },
      // /ready says no while one of Loki's parts is not well; the build info answers as long as the process does.
      probes: httpProbes(httpPort, {
        startup: '/ready',
        readiness: '/ready',
        liveness: '/loki/api/v1/status/buildinfo',
      }),
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

/** Loki's configuration: https://grafana.com/docs/loki/v3.3.x/configure/ */
interface LokiConfig {
  readonly auth_enabled: boolean;
  readonly server: { readonly http_listen_port: number; readonly grpc_server_max_recv_msg_size: number };
  readonly common: {
    readonly instance_addr: string;
    readonly path_prefix: string;
    readonly replication_factor: number;
    readonly ring: { readonly kvstore: { readonly store: 'inmemory' } };
    readonly storage: {
      readonly filesystem: { readonly chunks_directory: string; readonly rules_directory: string };
    };
  };
  readonly schema_config: {
    readonly configs: readonly {
      readonly from: string;
      readonly store: 'tsdb';
      readonly object_store: 'filesystem';
      readonly schema: 'v13';
      readonly index: { readonly prefix: string; readonly period: '24h' };
    }[];
  };
  readonly compactor: { readonly retention_enabled: boolean; readonly delete_request_store: 'filesystem' };
  readonly limits_config: {
    readonly retention_period: string;
    readonly allow_structured_metadata: boolean;
    readonly max_structured_metadata_size: string;
    readonly max_line_size_truncate: boolean;
    readonly ingestion_rate_mb: number;
    readonly ingestion_burst_size_mb: number;
    readonly per_stream_rate_limit: string;
    readonly per_stream_rate_limit_burst: string;
    readonly otlp_config: {
      readonly resource_attributes: {
        readonly ignore_defaults: boolean;
        readonly attributes_config: readonly {
          readonly action: 'index_label';
          readonly attributes: readonly string[];
        }[];
      };
    };
  };
  readonly analytics: { readonly reporting_enabled: boolean };
}

function toConfig(httpPort: number, retention: string): LokiConfig {
  return {
    auth_enabled: false,
    // Loki's parts talk to each other over gRPC even in one process, and a collector's request with many stack traces is
    // more than gRPC's default of 4 MiB.
    server: { http_listen_port: httpPort, grpc_server_max_recv_msg_size: Size.mebibytes(64).toKibibytes() * 1024 },
    common: {
      instance_addr: '127.0.0.1',
      // Everything else that Loki writes (index, WAL, cache, compactor) goes below it too.
      path_prefix: DATA_PATH,
      replication_factor: 1,
      ring: { kvstore: { store: 'inmemory' } },
      storage: {
        filesystem: { chunks_directory: `${DATA_PATH}/chunks`, rules_directory: `${DATA_PATH}/rules` },
      },
    },
    schema_config: {
      // Any day in the past: a schema holds from its day on, and must not change for days that have data.
      configs: [
        {
          from: '2024-01-01',
          store: 'tsdb',
          object_store: 'filesystem',
          schema: 'v13',
          index: { prefix: 'index_', period: '24h' },
        },
      ],
    },
    // Without retention_enabled the retention period is not enforced.
    compactor: { retention_enabled: true, delete_request_store: 'filesystem' },
    limits_config: {
      retention_period: retention,
      allow_structured_metadata: true,
      // As much as a line: what a collector takes out of a JSON line, such as a stack trace, must fit too.
      max_structured_metadata_size: '256KB',
      max_line_size_truncate: true,
      // The defaults (4 MB/s, 3 MB/s for a stream) are for one of many tenants; what has piled up during a pause must get through.
      ingestion_rate_mb: 32,
      ingestion_burst_size_mb: 64,
      per_stream_rate_limit: '16MB',
      per_stream_rate_limit_burst: '32MB',
      otlp_config: {
        resource_attributes: {
          // Loki's own list has 17, such as the ReplicaSet, which would begin a new stream with every rollout. What is no
          // label is structured metadata, the trace id too.
          ignore_defaults: true,
          attributes_config: [{ action: 'index_label', attributes: Object.values(ATTRIBUTES) }],
        },
      },
    },
    analytics: { reporting_enabled: false },
  };
}
