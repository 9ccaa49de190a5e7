import { type ApiObject, Duration, Size, SizeRoundingBehavior } from 'cdk8s';
import type { Construct } from 'constructs';
import { Cpu, type k8s } from '../../imports/k8s';
import { ConfigMap } from '../constructs/config-map';
import { checkPeer } from '../constructs/connections';
import { API_SERVER, type Endpoint, hostPort, podPeer, serviceHost } from '../constructs/endpoint';
import { InvalidPropError } from '../constructs/invalid-prop';
import { type Component, namespaceOf, selectorOf } from '../constructs/labels';
import { PatchableConstruct } from '../constructs/patch';
import { checkPort } from '../constructs/port';
import { type ResourceProps } from '../constructs/resources';
import type { StorageProps } from '../constructs/storage';
import { checkName, wholeSeconds } from '../constructs/validation';
import { Volume } from '../constructs/volumes';
import { httpProbes } from '../constructs/web-service';
import { groupBy } from '../manifest/plain-data';
import { toYaml } from '../synth/yaml';
import { retentionHours } from './retention';
import { checkGrafanaUrl } from './grafana-url';
import { grantInCluster, grantInNamespaces } from './rights';
import type { RuleGroup } from './rules/model';
import { literal } from './rules/promql';
import { toRuleFile } from './rules/render';
import { checkTargets, keyOf, SCRAPE_INTERVAL, type ScrapeTarget, scrapeTarget } from './scrape-targets';
import { singleStatefulSet } from './single-stateful-set';

/** The kubelets, which know what containers and volumes use. */
export interface Kubelets {
  /** Ranges of the nodes' addresses. */
  readonly ranges: readonly string[];
  /**
   * Port on which they serve HTTPS, with a certificate of the cluster's CA: it is checked, since they are shown a token.
   * @default 10250
   */
  readonly port?: number;
}

/** Props of {@link Prometheus}. */
export interface PrometheusProps extends Omit<Component, 'name'> {
  /** What is scraped besides itself: {@link scrapeTargets} finds the workloads that serve metrics. */
  readonly targets: readonly ScrapeTarget[];
  /**
   * The kubelets: of pods in the namespaces of the targets, what containers use of CPU and memory, and how full volumes are.
   * @default - they are not scraped
   */
  readonly kubelets?: Kubelets;
  /**
   * Rules, such as {@link platformRules} makes.
   * @default - none
   */
  readonly rules?: readonly RuleGroup[];
  /**
   * Where people open Grafana: alerts lead to its panels.
   * @default - alerts lead nowhere
   */
  readonly grafanaUrl?: string;
  /**
   * Who is told of alerts.
   * @default - nobody: they are seen in Prometheus and Grafana
   */
  readonly alertmanager?: Endpoint;
  /**
   * Image.
   * @default 'prom/prometheus:v3.14.0'
   */
  readonly image?: string;
  /**
   * Port of the HTTP server.
   * @default 9090
   */
  readonly httpPort?: number;
  /**
   * How often targets are scraped and rules evaluated: whole seconds.
   * @default Duration.seconds(30)
   */
  readonly interval?: Duration;
  /**
   * How long samples are kept: whole hours. The oldest go sooner where they take four fifths of the storage.
   * @default Duration.hours(72)
   */
  readonly retention?: Duration;
  /**
   * Storage of the samples.
   * @default - 10Gi of the cluster's default StorageClass
   */
  readonly storage?: StorageProps;
  /**
   * CPU and memory.
   * @default - CPU 100m / 1, memory 256Mi / 1Gi
   */
  readonly resources?: ResourceProps;
}

const CONFIG_FOLDER = '/etc/prometheus';
const CONFIG_FILE = 'prometheus.yaml';
const RULES_FILE = 'rules.yaml';
const DATA_PATH = '/prometheus';
const HTTP_PORT = 9090;

/** Where the kubelet puts the token and the CA of a ServiceAccount. */
const ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

// What Prometheus knows of a pod: https://prometheus.io/docs/prometheus/latest/configuration/configuration/#kubernetes_sd_config
const POD = '__meta_kubernetes_pod';
const POD_NAMESPACE = '__meta_kubernetes_namespace';

/** Of the hundreds of series of each container, those that dashboards and rules ask for. */
export const KUBELET_METRICS: Readonly<Record<string, readonly string[]>> = {
  '/metrics': [
    'kubelet_volume_stats_available_bytes',
    'kubelet_volume_stats_capacity_bytes',
    'kubelet_volume_stats_used_bytes',
  ],
  '/metrics/cadvisor': [
    'container_cpu_usage_seconds_total',
    'container_memory_rss',
    'container_memory_working_set_bytes',
  ],
};

/**
 * Prometheus in one process, its samples on one volume. It scrapes pods by their own addresses, and gives every series the labels `namespace`, `service`
 * (name of the workload), `pod`, `job` (`namespace/service`) and, by itself, `instance`.
 *
 * Its ServiceAccount may list pods where there are targets, and, with {@link PrometheusProps.kubelets}, list nodes and get `nodes/metrics`: not the rest
 * of the kubelet's API, by which whoever may ask it runs commands in containers.
 * https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/#kubelet-authorization
 */
export class Prometheus extends PatchableConstruct {
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
  /** The ConfigMap of its configuration and rules. */
  public readonly config: ConfigMap;

  /** @throws InvalidPropError for props that the API server, the kubelet or Prometheus would refuse or that would not work. */
  constructor(scope: Construct, id: string, props: PrometheusProps) {
    super(scope, id);
    const { targets, kubelets, httpPort = HTTP_PORT } = props;
    const { storage = { size: Size.gibibytes(10) }, interval = SCRAPE_INTERVAL } = props;
    checkName(this, 'id', id, 52); // the pods' label controller-revision-hash is longer by up to 11 characters
    const retention = retentionHours(this, props.retention ?? Duration.hours(72), 1);
    checkInterval(this, interval);
    checkTargets(this, targets);
    checkGrafanaUrl(this, 'grafanaUrl', props.grafanaUrl);
    if (kubelets !== undefined) {
      checkPeer(this, 'kubelets', { type: 'addresses', ranges: kubelets.ranges });
      checkPort(this, 'kubelets.port', kubelets.port ?? 10250);
    }

    this.name = id;
    this.selector = selectorOf(id);
    this.http = Prometheus.endpoint(this, id, httpPort);

    const own = scrapeTarget({ namespace: namespaceOf(this), name: id, labels: this.selector }, { port: httpPort });
    const all = [...targets, own];
    const namespaces = [...new Set(all.map(({ namespace }) => namespace))].sort();
    this.config = new ConfigMap(this, `${id}-config`, {
      ...props,
      name: id,
      data: {
        [CONFIG_FILE]: toYaml(toConfig(interval, all, namespaces, props)),
        ...(props.rules !== undefined && { [RULES_FILE]: toRuleFile(props.rules, props.grafanaUrl) }),
      },
    });
    const { statefulSet, service, serviceAccount, serviceAccountName } = singleStatefulSet(this, {
      ...props,
      name: id,
      image: props.image ?? 'prom/prometheus:v3.14.0',
      args: [
        `--config.file=${CONFIG_FOLDER}/${CONFIG_FILE}`,
        `--storage.tsdb.path=${DATA_PATH}`,
        `--storage.tsdb.retention.time=${retention}`,
        // The rest is for the log of what is not yet in a block, and for making blocks.
        `--storage.tsdb.retention.size=${Math.floor(storage.size.toMebibytes({ rounding: SizeRoundingBehavior.FLOOR }) * 0.8)}MB`,
        `--web.listen-address=:${httpPort}`,
        '--enable-feature=exemplar-storage',
      ],
      ports: [{ name: 'http', port: httpPort }],
      metrics: { port: httpPort },
      connectsTo: props.alertmanager === undefined ? [] : [props.alertmanager],
      // It learns from the API server where they are.
      discovers: [
        API_SERVER,
        ...targets.map(endpointOf),
        ...(kubelets === undefined ? [] : [kubeletEndpoint(kubelets)]),
      ],
      serviceAccountToken: true,
      probes: httpProbes(httpPort, { startup: '/-/ready', readiness: '/-/ready', liveness: '/-/healthy' }),
      resources: props.resources ?? {
        cpu: { request: Cpu.millis(100), limit: Cpu.units(1) },
        memory: { request: Size.mebibytes(256), limit: Size.gibibytes(1) },
      },
      user: 65534, // the image's own
      mounts: [{ path: CONFIG_FOLDER, volume: Volume.fromSource(this.config) }],
      dataPath: DATA_PATH,
      storage,
    });
    this.statefulSet = statefulSet;
    this.service = service;
    this.serviceAccount = serviceAccount;
    const grantee = { ...props, name: id, serviceAccountName };
    const watch = ['get', 'list', 'watch'];
    grantInNamespaces(this, grantee, namespaces, [{ apiGroups: [''], resources: ['pods'], verbs: watch }]);
    if (kubelets !== undefined) {
      grantInCluster(this, grantee, [
        { apiGroups: [''], resources: ['nodes'], verbs: watch },
        { apiGroups: [''], resources: ['nodes/metrics'], verbs: ['get'] },
      ]);
    }
  }

  /** Where a Prometheus of some id answers in the namespace of a construct, for who is made before it. */
  public static endpoint(scope: Construct, id: string, httpPort = HTTP_PORT): Endpoint {
    return { host: serviceHost(scope, id), port: httpPort, peer: podPeer(scope, selectorOf(id)) };
  }
}

/** Prometheus' configuration: https://prometheus.io/docs/prometheus/latest/configuration/configuration/ */
interface PrometheusConfig {
  readonly global: { readonly scrape_interval: string; readonly evaluation_interval: string };
  readonly rule_files?: readonly string[];
  readonly alerting?: {
    readonly alertmanagers: readonly { readonly static_configs: readonly { readonly targets: readonly string[] }[] }[];
  };
  readonly scrape_configs: readonly ScrapeConfig[];
}

interface ScrapeConfig {
  readonly job_name: string;
  readonly honor_labels?: boolean;
  readonly scheme?: 'https';
  readonly metrics_path: string;
  readonly authorization?: { readonly credentials_file: string };
  readonly tls_config?: { readonly ca_file: string } | { readonly insecure_skip_verify: true };
  readonly kubernetes_sd_configs: readonly {
    readonly role: 'pod' | 'node';
    readonly namespaces?: { readonly names: readonly string[] };
  }[];
  readonly relabel_configs: readonly RelabelConfig[];
  readonly metric_relabel_configs?: readonly RelabelConfig[];
}

interface RelabelConfig {
  readonly action?: 'keep' | 'drop';
  readonly source_labels?: readonly string[];
  readonly separator?: string;
  readonly regex?: string;
  readonly target_label?: string;
  readonly replacement?: string;
}

function toConfig(
  interval: Duration,
  targets: readonly ScrapeTarget[],
  namespaces: readonly string[],
  { kubelets, rules, alertmanager }: PrometheusProps,
): PrometheusConfig {
  const time = `${interval.toSeconds()}s`;
  return {
    global: { scrape_interval: time, evaluation_interval: time },
    ...(rules !== undefined && { rule_files: [`${CONFIG_FOLDER}/${RULES_FILE}`] }),
    ...(alertmanager !== undefined && {
      alerting: { alertmanagers: [{ static_configs: [{ targets: [hostPort(alertmanager)] }] }] },
    }),
    scrape_configs: [
      ...[...groupBy(targets, jobOf)].map(([job, some]) => ofPods(job, some, namespaces)),
      ...(kubelets === undefined
        ? []
        : Object.entries(KUBELET_METRICS).map(([path, metrics]) => ofKubelets(path, metrics, namespaces))),
    ],
  };
}

/** The label of a target's pods that says its name, if one does. */
function nameLabelOf({ labels, name }: ScrapeTarget): string | undefined {
  return Object.keys(labels)
    .sort()
    .find((label) => labels[label] === name);
}

/** Names of the labels by which a target's pods are found: first the one that says its name. */
function labelNamesOf(target: ScrapeTarget): readonly string[] {
  const first = nameLabelOf(target);
  const others = Object.keys(target.labels)
    .sort()
    .filter((label) => label !== first);
  return first === undefined ? others : [first, ...others];
}

/**
 * The job that scrapes a target, with all that are asked in the same way and found by the same labels: a ConfigMap has no room for some hundreds of jobs.
 * A target whose name no label says has one of its own.
 */
function jobOf(target: ScrapeTarget): string {
  const { path, scheme, honorLabels } = target;
  return [
    nameLabelOf(target) === undefined ? keyOf(target) : `pods by ${labelNamesOf(target).join(', ')}`,
    `at ${path}`,
    ...(scheme === 'HTTPS' ? ['over HTTPS'] : []),
    ...(honorLabels ? ['with labels of their own'] : []),
  ].join(' ');
}

/** @param namespaces the same for all jobs: then Prometheus watches the pods once. */
function ofPods(
  job: string,
  targets: readonly [ScrapeTarget, ...ScrapeTarget[]],
  namespaces: readonly string[],
): ScrapeConfig {
  const [target] = targets;
  const labels = labelNamesOf(target);
  const nameLabel = nameLabelOf(target);
  const pods = [...groupBy(targets, ({ namespace }) => namespace)].map(
    ([namespace, some]) => `${namespace};(${some.map((each) => podsOf(each, labels)).join('|')})`,
  );
  return {
    job_name: job,
    ...(target.honorLabels && { honor_labels: true }),
    ...(target.scheme === 'HTTPS' && { scheme: 'https', tls_config: { insecure_skip_verify: true } }),
    metrics_path: target.path,
    kubernetes_sd_configs: [{ role: 'pod', namespaces: { names: namespaces } }],
    relabel_configs: [
      {
        action: 'keep',
        source_labels: [POD_NAMESPACE, ...labels.map(podLabel), `${POD}_container_port_number`],
        regex: pods.join('|'),
      },
      // A pod that has ended is there until somebody removes it, and answers nobody.
      { action: 'drop', source_labels: [`${POD}_phase`], regex: 'Succeeded|Failed' },
      { source_labels: [POD_NAMESPACE], target_label: 'namespace' },
      { source_labels: [`${POD}_name`], target_label: 'pod' },
      {
        target_label: 'service',
        ...(nameLabel === undefined ? { replacement: target.name } : { source_labels: [podLabel(nameLabel)] }),
      },
      { source_labels: ['namespace', 'service'], separator: '/', target_label: 'job' },
    ],
  };
}

/** The pods of a target among those of its namespace, and the port of theirs that is asked. */
function podsOf({ labels, port }: ScrapeTarget, names: readonly string[]): string {
  return [...names.map((name) => literal(labels[name] ?? '')), port].join(';');
}

function ofKubelets(path: string, metrics: readonly string[], namespaces: readonly string[]): ScrapeConfig {
  return {
    job_name: `kubelet${path}`,
    scheme: 'https',
    metrics_path: path,
    authorization: { credentials_file: `${ACCOUNT_FOLDER}/token` },
    tls_config: { ca_file: `${ACCOUNT_FOLDER}/ca.crt` },
    kubernetes_sd_configs: [{ role: 'node' }],
    relabel_configs: [{ source_labels: ['__meta_kubernetes_node_name'], target_label: 'node' }],
    metric_relabel_configs: [
      { action: 'keep', source_labels: ['__name__'], regex: metrics.join('|') },
      { action: 'keep', source_labels: ['namespace'], regex: namespaces.map(literal).join('|') },
    ],
  };
}

function podLabel(label: string): string {
  return `${POD}_label_${label.replaceAll(/[^a-zA-Z0-9_]/g, '_')}`;
}

/** A target as who is connected to. */
function endpointOf({ namespace, name, labels, port }: ScrapeTarget): Endpoint {
  return { host: `${name}.${namespace}`, port, peer: { type: 'pods', namespace, labels } };
}

function kubeletEndpoint({ ranges, port = 10250 }: Kubelets): Endpoint {
  return { host: 'kubelet', port, peer: { type: 'addresses', ranges } };
}

function checkInterval(scope: Construct, interval: Duration): void {
  if (wholeSeconds(scope, 'interval', interval) < 5) {
    throw new InvalidPropError(scope, {
      prop: 'interval',
      value: interval.toHumanString(),
      reason: 'shorter than 5 s: targets would do little else than answer scrapes.',
      remedy: 'Use an interval such as Duration.seconds(30).',
    });
  }
}
