import { type ApiObject, Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { Cpu, type k8s } from '../../imports/k8s';
import { ConfigMap } from '../constructs/config-map';
import { type Endpoint, podPeer, serviceHost } from '../constructs/endpoint';
import { type Component, selectorOf } from '../constructs/labels';
import { PatchableConstruct } from '../constructs/patch';
import { type ResourceProps } from '../constructs/resources';
import type { StorageProps } from '../constructs/storage';
import { checkName } from '../constructs/validation';
import { Volume } from '../constructs/volumes';
import { httpProbes } from '../constructs/web-service';
import { toYaml } from '../synth/yaml';
import {
  type AlertChannel,
  GROUP_BY,
  GROUP_INTERVAL,
  GROUP_WAIT,
  INHIBITION,
  RECEIVER,
  REPEAT,
  SLACK,
} from './alert-routing';
import { singleStatefulSet } from './single-stateful-set';

/** Props of {@link Alertmanager}. */
export interface AlertmanagerProps extends Omit<Component, 'name'> {
  /** Who is told. */
  readonly channel: AlertChannel;
  /**
   * Image.
   * @default 'prom/alertmanager:v0.35.0'
   */
  readonly image?: string;
  /**
   * Port of the HTTP server, which takes alerts.
   * @default 9093
   */
  readonly httpPort?: number;
  /**
   * Storage of silences, and of what was sent.
   * @default - 1Gi of the cluster's default StorageClass
   */
  readonly storage?: StorageProps;
  /**
   * CPU and memory.
   * @default - CPU 20m / 200m, memory 64Mi / 128Mi
   */
  readonly resources?: ResourceProps;
}

const CONFIG_FOLDER = '/etc/alertmanager';
const CONFIG_FILE = 'alertmanager.yaml';
const URL_FOLDER = '/etc/alertmanager-channel';
const DATA_PATH = '/alertmanager'; // the image's own

/**
 * Alertmanager in one process: it takes alerts of Prometheus, puts those that belong together into one message, and tells people. The URL at which it
 * does is read from a file of a Secret for each message, and stands in no configuration.
 */
export class Alertmanager extends PatchableConstruct {
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

  /** @throws InvalidPropError for props that the API server, the kubelet or Alertmanager would refuse or that would not work. */
  constructor(scope: Construct, id: string, props: AlertmanagerProps) {
    super(scope, id);
    const { channel, httpPort = 9093 } = props;
    checkName(this, 'id', id, 52); // the pods' label controller-revision-hash is longer by up to 11 characters

    this.name = id;
    this.selector = selectorOf(id);
    this.http = { host: serviceHost(this, id), port: httpPort, peer: podPeer(this, this.selector) };

    this.config = new ConfigMap(this, `${id}-config`, {
      ...props,
      name: id,
      data: { [CONFIG_FILE]: toYaml(toConfig(channel)) },
    });
    const { statefulSet, service, serviceAccount } = singleStatefulSet(this, {
      ...props,
      name: id,
      image: props.image ?? 'prom/alertmanager:v0.35.0',
      args: [
        `--config.file=${CONFIG_FOLDER}/${CONFIG_FILE}`,
        `--storage.path=${DATA_PATH}`,
        `--web.listen-address=:${httpPort}`,
        // It is alone, and listens to no others.
        '--cluster.listen-address=',
      ],
      ports: [{ name: 'http', port: httpPort }],
      metrics: { port: httpPort },
      discovers: [channel.server],
      probes: httpProbes(httpPort, { startup: '/-/ready', readiness: '/-/ready', liveness: '/-/healthy' }),
      resources: props.resources ?? {
        cpu: { request: Cpu.millis(20), limit: Cpu.millis(200) },
        memory: { request: Size.mebibytes(64), limit: Size.mebibytes(128) },
      },
      user: 65534, // the image's own
      mounts: [
        { path: CONFIG_FOLDER, volume: Volume.fromSource(this.config) },
        {
          path: URL_FOLDER,
          volume: Volume.fromSource(channel.url.from, { items: [{ key: channel.url.key, path: URL_FILE }] }),
        },
      ],
      dataPath: DATA_PATH,
      storage: props.storage ?? { size: Size.gibibytes(1) },
    });
    this.statefulSet = statefulSet;
    this.service = service;
    this.serviceAccount = serviceAccount;
  }
}

const URL_FILE = 'url';

/** Alertmanager's configuration: https://prometheus.io/docs/alerting/latest/configuration/ */
interface AlertmanagerConfiguration {
  readonly route: Route & {
    readonly receiver: string;
    readonly group_by: readonly string[];
    readonly group_wait: string;
    readonly group_interval: string;
    readonly routes: readonly (Route & { readonly matchers: readonly string[] })[];
  };
  readonly receivers: readonly {
    readonly name: string;
    readonly webhook_configs?: readonly { readonly url_file: string; readonly send_resolved: boolean }[];
    readonly slack_configs?: readonly {
      readonly api_url_file: string;
      readonly send_resolved: boolean;
      readonly title: string;
      readonly title_link: string;
      readonly text: string;
    }[];
  }[];
  readonly inhibit_rules: readonly {
    readonly source_matchers: readonly string[];
    readonly target_matchers: readonly string[];
    readonly equal: readonly string[];
  }[];
}

interface Route {
  readonly repeat_interval: string;
}

function toConfig({ kind }: AlertChannel): AlertmanagerConfiguration {
  const file = `${URL_FOLDER}/${URL_FILE}`;
  return {
    route: {
      receiver: RECEIVER,
      group_by: GROUP_BY,
      group_wait: GROUP_WAIT,
      group_interval: GROUP_INTERVAL,
      repeat_interval: REPEAT.warning,
      routes: [{ matchers: ['severity="critical"'], repeat_interval: REPEAT.critical }],
    },
    receivers: [
      {
        name: RECEIVER,
        ...(kind === 'webhook'
          ? { webhook_configs: [{ url_file: file, send_resolved: true }] }
          : {
              slack_configs: [
                {
                  api_url_file: file,
                  send_resolved: true,
                  title: SLACK.title,
                  title_link: SLACK.titleLink,
                  text: SLACK.text,
                },
              ],
            }),
      },
    ],
    inhibit_rules: [
      {
        source_matchers: INHIBITION.source.map(toMatcher),
        target_matchers: INHIBITION.target.map(toMatcher),
        equal: INHIBITION.equal,
      },
    ],
  };
}

function toMatcher({ name, operator, value }: (typeof INHIBITION)['source' | 'target'][number]): string {
  return `${name}${operator}"${value}"`;
}
