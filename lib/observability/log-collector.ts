import { type ApiObject, Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import { k8s } from '../../imports/k8s';
import { checkName, checkNamespaceName } from '../constructs/validation';
import { checkPort } from '../constructs/port';
import { InvalidPropError } from '../constructs/invalid-prop';
import { type ResourceProps } from '../constructs/resources';
import { declareConnections } from '../constructs/connections';
import { ConfigMap } from '../constructs/config-map';
import { API_SERVER, type Endpoint, hostPort } from '../constructs/endpoint';
import { type Component, metadataOf, namespaceOf, selectorOf } from '../constructs/labels';
import { podTemplate } from '../constructs/pod-template';
import { Volume } from '../constructs/volumes';
import { httpProbes } from '../constructs/web-service';
import { workload } from '../constructs/workload';
import { PatchableConstruct } from '../constructs/patch';
import { toYaml } from '../synth/yaml';
import { ATTRIBUTES } from './attributes';
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

/** Props of {@link LogCollector}. */
export interface LogCollectorProps extends Omit<Component, 'name'> {
  /** Where log lines are sent: Loki's HTTP server. */
  readonly loki: Endpoint;
  /** Namespaces whose containers' logs are collected. */
  readonly namespaces: readonly string[];
  /**
   * Names of the fields in a line that is a JSON object.
   * @default - level, message, traceId, spanId
   */
  readonly fields?: LogFields;
  /**
   * Image of the collector's contrib distribution.
   * @default 'otel/opentelemetry-collector-contrib:0.114.0'
   */
  readonly image?: string;
  /**
   * Folder of the node where the collector remembers how far it has read, and keeps lines that Loki has not taken yet.
   * @default - `/var/lib/otelcol/` and the namespace and the id of the construct
   */
  readonly stateFolder?: string;
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
   * CPU and memory on each node.
   * @default - CPU 50m / 500m, memory 128Mi / 256Mi
   */
  readonly resources?: ResourceProps;
  /**
   * Taints of nodes on which the collector runs all the same.
   * @default - every taint: pods of the namespaces run on tainted nodes too where they tolerate it, and a node that is being
   * emptied is one whose logs are wanted
   */
  readonly tolerations?: readonly k8s.Toleration[];
}

/** Names of the fields of a log line in JSON. */
export interface LogFields {
  /** The severity, such as `ERROR`. */
  readonly level: string;
  /** The text. */
  readonly message: string;
  /** The trace id: 32 hexadecimal digits. */
  readonly traceId: string;
  /** The span id: 16 hexadecimal digits. */
  readonly spanId: string;
}

const NODE_NAME = 'K8S_NODE_NAME';
const POD_LOGS = '/var/log/pods';
const STATE_MOUNT = '/var/lib/otelcol/file_storage';

/**
 * The OpenTelemetry Collector on every node: follows the log files of containers and sends their lines to Loki.
 *
 * It runs as root, since the kubelet lets only root read these files, with no capability, and sees the node's file
 * system only where the logs and its own state lie. Its namespace must allow privileged pods (Pod Security Standards).
 */
export class LogCollector extends PatchableConstruct {
  /** Name of the DaemonSet: the construct's id. */
  public readonly name: string;
  /** Labels by which a Service or network policy selects the pods. */
  public readonly selector: Readonly<Record<string, string>>;
  /** The DaemonSet. */
  public readonly daemonSet: ApiObject;
  /** The ServiceAccount. */
  public readonly serviceAccount: k8s.KubeServiceAccount | undefined;
  /** The ClusterRole by which it reads pods and their owners. */
  public readonly clusterRole: k8s.KubeClusterRole;
  /** What gives it to the ServiceAccount. */
  public readonly clusterRoleBinding: k8s.KubeClusterRoleBinding;
  /** The ConfigMap of its configuration. */
  public readonly config: ConfigMap;

  /** @throws InvalidPropError for props that the API server or the kubelet would refuse or that would not work. */
  constructor(scope: Construct, id: string, props: LogCollectorProps) {
    super(scope, id);
    const {
      metricsPort = 8888,
      healthPort = 13133,
      stateFolder = `/var/lib/otelcol/${namespaceOf(this)}-${id}`,
      fields = { level: 'level', message: 'message', traceId: 'traceId', spanId: 'spanId' },
      tolerations = [{ operator: 'Exists' }],
    } = props;
    checkName(this, 'id', id, 52); // the pods' label controller-revision-hash is longer by up to 11 characters
    checkPort(this, 'loki.port', props.loki.port);
    checkNamespaces(this, props.namespaces);
    checkFields(this, fields);
    checkStateFolder(this, stateFolder);

    this.name = id;
    this.selector = selectorOf(id);

    const named = { ...props, name: id };
    const metadata = metadataOf(this, named);
    this.config = new ConfigMap(this, `${id}-config`, {
      ...named,
      data: {
        [CONFIG_FILE]: toYaml(
          toConfig({
            files: props.namespaces.map((namespace) => logFiles(namespace, '*')),
            // The collector logs what it cannot send; collecting that too would feed itself.
            ownFiles: logFiles(namespaceOf(this), `${id}-*`),
            fields,
            loki: props.loki,
            metricsPort,
            healthPort,
          }),
        ),
      },
    });
    const { serviceAccountName, serviceAccount, clusterRole, clusterRoleBinding } = podReader(this, named);
    this.serviceAccount = serviceAccount;
    this.clusterRole = clusterRole;
    this.clusterRoleBinding = clusterRoleBinding;

    const template = podTemplate(this, {
      ...named,
      image: props.image ?? COLLECTOR_IMAGE,
      args: CONFIG_ARGS,
      ports: [
        { name: 'metrics', port: metricsPort },
        { name: 'health', port: healthPort },
      ],
      environment: { [NODE_NAME]: { fieldPath: 'spec.nodeName' } },
      probes: httpProbes(healthPort, { startup: '/', readiness: '/', liveness: '/' }),
      resources: props.resources ?? COLLECTOR_RESOURCES,
      user: 'root',
      serviceAccountName,
      serviceAccountToken: true,
      mounts: [
        { path: CONFIG_FOLDER, volume: Volume.fromSource(this.config) },
        { path: POD_LOGS, volume: Volume.fromHostPath(POD_LOGS, 'Directory') },
        { path: STATE_MOUNT, volume: Volume.fromHostPath(stateFolder, 'DirectoryOrCreate'), writable: true },
      ],
      tolerations,
      terminationGracePeriod: Duration.seconds(30),
    });
    this.daemonSet = workload(this, 'DaemonSet', k8s.KubeDaemonSet.GVK, {
      metadata,
      template,
      spec: k8s.toJson_DaemonSetSpec({
        revisionHistoryLimit: 3,
        selector: { matchLabels: this.selector },
        template: {},
      }),
    });
    declareConnections(this.daemonSet, {
      selector: this.selector,
      connectsTo: [props.loki, API_SERVER],
      metrics: { port: metricsPort },
    });
  }
}

/** The kubelet names the files `NAMESPACE_POD_UID/CONTAINER/RESTART.log`. */
function logFiles(namespace: string, pod: string): string {
  return `${POD_LOGS}/${namespace}_${pod}_*/*/*.log`;
}

/** An operator of the filelog receiver. */
type Operator =
  | { readonly type: 'container' }
  | { readonly type: 'json_parser'; readonly if: string; readonly on_error: 'send_quiet' }
  | {
      readonly type: 'severity_parser';
      readonly if: string;
      readonly parse_from: string;
      readonly overwrite_text: boolean;
      readonly on_error: 'send_quiet';
    }
  | {
      readonly type: 'trace_parser';
      readonly if: string;
      readonly trace_id: { readonly parse_from: string };
      readonly span_id: { readonly parse_from: string };
      readonly on_error: 'send_quiet';
    }
  | { readonly type: 'move'; readonly if: string; readonly from: string; readonly to: string }
  | { readonly type: 'remove'; readonly if: string; readonly field: string };

interface FileStorage {
  readonly file_storage: { readonly directory: string };
}

type LogsConfig = CollectorConfig<
  {
    readonly filelog: {
      readonly include: readonly string[];
      readonly exclude: readonly string[];
      readonly start_at: 'beginning';
      readonly include_file_path: boolean;
      readonly include_file_name: boolean;
      readonly storage: keyof FileStorage;
      readonly retry_on_failure: { readonly enabled: boolean };
      readonly operators: readonly Operator[];
    };
  },
  {
    readonly otlphttp: {
      readonly endpoint: string;
      readonly retry_on_failure: { readonly max_elapsed_time: string };
      readonly sending_queue: { readonly storage: keyof FileStorage; readonly queue_size: number };
    };
  },
  FileStorage
>;

interface LogsConfigInput {
  readonly files: readonly string[];
  readonly ownFiles: string;
  readonly fields: LogFields;
  readonly loki: Endpoint;
  readonly metricsPort: number;
  readonly healthPort: number;
}

function toConfig({ files, ownFiles, fields, loki, metricsPort, healthPort }: LogsConfigInput): LogsConfig {
  return {
    extensions: { health_check: listenOn(healthPort), file_storage: { directory: STATE_MOUNT } },
    receivers: {
      filelog: {
        include: files,
        exclude: [ownFiles],
        // A container's first lines are written before its file is found.
        start_at: 'beginning',
        include_file_path: true, // the container operator reads the names of pod and container from it
        include_file_name: false,
        storage: 'file_storage',
        retry_on_failure: { enabled: true },
        operators: operators(fields),
      },
    },
    processors: {
      memory_limiter: MEMORY_LIMITER,
      k8sattributes: {
        ...k8sAttributes(
          [{ from: 'resource_attribute', name: 'k8s.pod.uid' }],
          [{ tag_name: ATTRIBUTES.service, key: 'app.kubernetes.io/name', from: 'pod' }],
        ),
        filter: { node_from_env_var: NODE_NAME },
      },
      batch: { send_batch_size: LINES_PER_REQUEST, send_batch_max_size: LINES_PER_REQUEST },
    },
    exporters: {
      otlphttp: {
        // https://grafana.com/docs/loki/latest/send-data/otel/: the exporter itself adds /v1/logs.
        endpoint: `http://${hostPort(loki)}/otlp`,
        // Retry for ever (0): the lines wait in the queue on the node's disk until Loki is back.
        retry_on_failure: { max_elapsed_time: '0s' },
        sending_queue: { storage: 'file_storage', queue_size: 200 },
      },
    },
    service: {
      extensions: ['health_check', 'file_storage'],
      telemetry: telemetry(metricsPort),
      pipelines: { logs: { receivers: ['filelog'], processors: PROCESSORS, exporters: ['otlphttp'] } },
    },
  };
}

/** Loki limits the size of a request, and a line with a stack trace is long; the collector's own default is 8192 lines. */
const LINES_PER_REQUEST = 1000;

/**
 * From a line of a container's log file to a log record: the container runtime's frame is taken off, and the fields of a line that is a
 * JSON object become severity, trace id, body and attributes. Whatever is not as expected is sent as it is.
 */
function operators({ level, message, traceId, spanId }: LogFields): Operator[] {
  const attribute = (name: string): string => `attributes[${JSON.stringify(name)}]`;
  const isText = (name: string): string => `type(${attribute(name)}) == "string"`;
  const isHex = (name: string, digits: number): string =>
    `${isText(name)} and ${attribute(name)} matches "^[0-9a-fA-F]{${digits}}$"`;
  const remove = (name: string, condition: string): Operator => ({
    type: 'remove',
    if: condition,
    field: attribute(name),
  });
  return [
    { type: 'container' },
    // What the container operator leaves behind would only take up room in Loki, and a JSON field of that name be taken for it.
    ...['time', 'logtag', 'log.file.path'].map((name) => remove(name, `${attribute(name)} != nil`)),
    { type: 'json_parser', if: 'type(body) == "string" and body matches "^ *[{]"', on_error: 'send_quiet' },
    {
      type: 'severity_parser',
      if: isText(level),
      parse_from: attribute(level),
      overwrite_text: true,
      on_error: 'send_quiet',
    },
    {
      type: 'trace_parser',
      if: isHex(traceId, 32),
      trace_id: { parse_from: attribute(traceId) },
      span_id: { parse_from: attribute(spanId) },
      on_error: 'send_quiet',
    },
    remove(traceId, isHex(traceId, 32)),
    remove(spanId, isHex(spanId, 16)),
    { type: 'move', if: `${attribute(message)} != nil`, from: attribute(message), to: 'body' },
  ];
}

function checkNamespaces(scope: Construct, namespaces: readonly string[]): void {
  if (namespaces.length === 0) {
    throw new InvalidPropError(scope, {
      prop: 'namespaces',
      value: namespaces,
      reason: 'no namespace: the collector would collect nothing.',
      remedy: 'Name at least one namespace.',
    });
  }
  for (const [index, namespace] of namespaces.entries()) {
    checkNamespaceName(scope, `namespaces[${index}]`, namespace);
  }
}

function checkFields(scope: Construct, fields: Readonly<Record<keyof LogFields, string>>): void {
  for (const [field, name] of Object.entries(fields)) {
    if (!/^[\w@.-]+$/.test(name)) {
      throw new InvalidPropError(scope, {
        prop: `fields.${field}`,
        value: name,
        reason: "not a field that the collector's expressions can name.",
        remedy: "Use letters, digits, '_', '-', '.' and '@'.",
      });
    }
  }
}

function checkStateFolder(scope: Construct, folder: string): void {
  if (!/^\/[^/]+(\/[^/]+)+$/.test(folder) || folder.split('/').includes('..') || folder.startsWith('/etc/')) {
    throw new InvalidPropError(scope, {
      prop: 'stateFolder',
      value: folder,
      reason: 'not an absolute path of a folder that the collector may have for itself; it writes there as root.',
      remedy: 'Give a folder such as /var/lib/otelcol/logs.',
    });
  }
}
