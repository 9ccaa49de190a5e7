import { type ApiObject, type Duration, Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { Cpu, type k8s } from '../../imports/k8s';
import { checkName } from '../constructs/validation';
import { checkPort } from '../constructs/port';
import { InvalidPropError } from '../constructs/invalid-prop';
import { type ResourceProps } from '../constructs/resources';
import { ConfigMap } from '../constructs/config-map';
import { type Endpoint, podPeer, serviceHost } from '../constructs/endpoint';
import { type Component, selectorOf } from '../constructs/labels';
import type { StorageProps } from '../constructs/storage';
import { Volume } from '../constructs/volumes';
import { httpProbes } from '../constructs/web-service';
import { PatchableConstruct } from '../constructs/patch';
import { toYaml } from '../synth/yaml';
import { type GrafanaDashboard, homeSetting, provisionDashboards } from './grafana-dashboards';
import { toDataSources } from './grafana-data-sources';
import { checkGrafanaUrl } from './grafana-url';
import { SCRAPE_INTERVAL } from './scrape-targets';
import { singleStatefulSet } from './single-stateful-set';

/** Props of {@link Grafana}. */
export interface GrafanaProps extends Omit<Component, 'name'> {
  /** Tempo's HTTP server. */
  readonly tempo: Endpoint;
  /** Loki's HTTP server. */
  readonly loki: Endpoint;
  /**
   * Prometheus' HTTP server. It is the default data source, and its alerts are shown under Alerting.
   * @default - none: Tempo is the default data source
   */
  readonly prometheus?: Endpoint;
  /**
   * How often Prometheus scrapes, in whole seconds: Grafana computes rates over four times as long at least.
   * @default Duration.seconds(30)
   */
  readonly scrapeInterval?: Duration;
  /**
   * Dashboards, such as those of `platformDashboards`. Nobody can change them in Grafana. The first is what Grafana opens with.
   * @default - none
   */
  readonly dashboards?: readonly GrafanaDashboard[];
  /**
   * Where browsers reach Grafana, such as `http://grafana.example.com`.
   * @default - http://localhost and the port, where `kubectl port-forward` takes it
   */
  readonly rootUrl?: string;
  /**
   * Image.
   * @default 'grafana/grafana:11.4.0'
   */
  readonly image?: string;
  /**
   * Port of the HTTP server.
   * @default 3000
   */
  readonly httpPort?: number;
  /**
   * What somebody who has not logged in may do; nobody can log in.
   * @default 'Viewer'
   */
  readonly anonymousRole?: 'Viewer' | 'Editor' | 'Admin';
  /**
   * Further settings as environment variables, such as `{ GF_LOG_LEVEL: 'debug' }`.
   * https://grafana.com/docs/grafana/v11.4/setup-grafana/configure-grafana/#override-configuration-with-environment-variables
   * @default - none
   */
  readonly settings?: Readonly<Record<string, string>>;
  /**
   * Storage of Grafana's own database.
   * @default - 1Gi of the cluster's default StorageClass
   */
  readonly storage?: StorageProps;
  /**
   * CPU and memory.
   * @default - CPU 100m / 500m, memory 128Mi / 512Mi
   */
  readonly resources?: ResourceProps;
}

const DATASOURCES_FOLDER = '/etc/grafana/provisioning/datasources';
const DATASOURCES_FILE = 'datasources.yaml';
const DATA_PATH = '/var/lib/grafana'; // the image's own

/** Grafana with Tempo, Loki and Prometheus as data sources, each leading to the others, and with dashboards. */
export class Grafana extends PatchableConstruct {
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
  /** The ConfigMap of its data sources. */
  public readonly dataSources: ConfigMap;
  /** The ConfigMaps of its dashboards: that by which it finds them, and one for each. None without dashboards. */
  public readonly dashboards: readonly ConfigMap[];

  /** @throws InvalidPropError for props that the API server or the kubelet would refuse or that would not work, and for a setting that the construct makes itself. */
  constructor(scope: Construct, id: string, props: GrafanaProps) {
    super(scope, id);
    const { httpPort = 3000, anonymousRole = 'Viewer', settings = {}, prometheus, dashboards = [] } = props;
    checkName(this, 'id', id, 52); // the pods' label controller-revision-hash is longer by up to 11 characters
    checkPort(this, 'tempo.port', props.tempo.port);
    checkPort(this, 'loki.port', props.loki.port);
    if (prometheus !== undefined) {
      checkPort(this, 'prometheus.port', prometheus.port);
    }
    checkGrafanaUrl(this, 'rootUrl', props.rootUrl);
    const ownSettings = {
      ...toSettings(httpPort, anonymousRole),
      ...(props.rootUrl !== undefined && { GF_SERVER_ROOT_URL: props.rootUrl }),
      ...homeSetting(dashboards),
    };
    checkSettings(this, settings, ownSettings);

    this.name = id;
    this.selector = selectorOf(id);
    this.http = { host: serviceHost(this, id), port: httpPort, peer: podPeer(this, this.selector) };

    this.dataSources = new ConfigMap(this, `${id}-datasources`, {
      ...props,
      name: id,
      data: {
        [DATASOURCES_FILE]: toYaml(
          toDataSources({
            ...props,
            prometheus,
            scrapeSeconds: scrapeSeconds(this, props.scrapeInterval ?? SCRAPE_INTERVAL),
            serviceDashboard: dashboards.some(({ uid }) => uid === 'service'),
          }),
        ),
      },
    });
    const provisioned = provisionDashboards(this, { ...props, name: id }, dashboards);
    this.dashboards = provisioned.map(({ configMap }) => configMap);
    const { statefulSet, service, serviceAccount } = singleStatefulSet(this, {
      ...props,
      name: id,
      image: props.image ?? 'grafana/grafana:11.4.0',
      ports: [{ name: 'http', port: httpPort }],
      metrics: { port: httpPort },
      connectsTo: [props.tempo, props.loki, ...(prometheus === undefined ? [] : [prometheus])],
      environment: { ...ownSettings, ...settings },
      probes: httpProbes(httpPort, { startup: '/api/health', readiness: '/api/health', liveness: '/api/health' }),
      resources: props.resources ?? {
        cpu: { request: Cpu.millis(100), limit: Cpu.millis(500) },
        memory: { request: Size.mebibytes(128), limit: Size.mebibytes(512) },
      },
      user: 472, // the image's own
      mounts: [
        { path: DATASOURCES_FOLDER, volume: Volume.fromSource(this.dataSources) },
        ...provisioned.map(({ path, configMap }) => ({ path, volume: Volume.fromSource(configMap) })),
      ],
      dataPath: DATA_PATH,
      storage: props.storage ?? { size: Size.gibibytes(1) },
    });
    this.statefulSet = statefulSet;
    this.service = service;
    this.serviceAccount = serviceAccount;
  }
}

/** Grafana reads each setting of its configuration file from `GF_SECTION_KEY` too. */
function toSettings(httpPort: number, anonymousRole: string): Record<`GF_${string}`, string> {
  return {
    GF_SERVER_HTTP_PORT: String(httpPort),
    GF_AUTH_ANONYMOUS_ENABLED: 'true',
    GF_AUTH_ANONYMOUS_ORG_ROLE: anonymousRole,
    // A Viewer may otherwise only look at dashboards, and traces and logs are looked at in Explore. It saves nothing.
    GF_USERS_VIEWERS_CAN_EDIT: 'true',
    // Nobody logs in: there is no form, no Basic authentication, and no user admin with the password admin.
    GF_AUTH_DISABLE_LOGIN_FORM: 'true',
    GF_AUTH_BASIC_ENABLED: 'false',
    GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION: 'true',
    // Grafana connects to no server on the Internet, nor makes a browser do so.
    GF_ANALYTICS_REPORTING_ENABLED: 'false',
    GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
    GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
    GF_ANALYTICS_FEEDBACK_LINKS_ENABLED: 'false',
    GF_NEWS_NEWS_FEED_ENABLED: 'false',
    GF_PLUGINS_PREINSTALL_DISABLED: 'true',
    GF_PLUGINS_PLUGIN_ADMIN_ENABLED: 'false',
    GF_SECURITY_DISABLE_GRAVATAR: 'true',
    GF_SNAPSHOTS_EXTERNAL_ENABLED: 'false',
  };
}

function checkSettings(
  scope: Construct,
  settings: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string>>,
): void {
  for (const setting of Object.keys(settings)) {
    if (!/^GF_[A-Z0-9_]+$/.test(setting) || Object.hasOwn(own, setting)) {
      throw new InvalidPropError(scope, {
        prop: 'settings',
        value: setting,
        reason: Object.hasOwn(own, setting)
          ? 'a setting that the construct makes itself.'
          : 'not a name that Grafana reads a setting from.',
        remedy: 'Give settings as GF_SECTION_KEY, and none that the construct makes.',
      });
    }
  }
}

function scrapeSeconds(scope: Construct, interval: Duration): number {
  const seconds = interval.toSeconds({ integral: false });
  if (!Number.isInteger(seconds) || seconds < 1) {
    throw new InvalidPropError(scope, {
      prop: 'scrapeInterval',
      value: interval.toHumanString(),
      reason: 'not a number of whole seconds of at least 1, and Grafana would compute rates over too short a time.',
      remedy: 'Give the interval at which Prometheus scrapes, such as Duration.seconds(30).',
    });
  }
  return seconds;
}
