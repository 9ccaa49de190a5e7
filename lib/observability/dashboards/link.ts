/**
 * The dashboards, their variables and the keys of their panels. A panel's number in Grafana, which links carry, is its key's place
 * in the list: new keys stand at its end, so that links in old messages still lead where they did.
 */
export const DASHBOARDS = {
  platform: {
    title: 'Platform',
    variables: [],
    panels: [
      'firingAlerts',
      'targetsDown',
      'podsNotReady',
      'restarts',
      'requests',
      'errors',
      'latency',
      'alerts',
      'services',
      'requestsByService',
      'errorsByService',
      'latencyByService',
      'burnRateByService',
      'restartsByPod',
      'waiting',
      'memoryNearLimit',
      'cpuNearLimit',
      'heapNearLimit',
      'poolNearLimit',
      'volumesNearLimit',
      'lagByGroup',
    ],
  },
  service: {
    title: 'Service',
    variables: ['service', 'slow'],
    panels: [
      'ready',
      'restarts',
      'requests',
      'errors',
      'latency',
      'burnRate',
      'requestsByRoute',
      'errorsByRoute',
      'latencyByRoute',
      'latencyQuantiles',
      'burnRateByWindow',
      'requestsByStatus',
      'heap',
      'garbageCollection',
      'cpu',
      'memory',
      'pool',
      'poolWait',
      'consumerLag',
      'loggedErrors',
      'logs',
      'slowTraces',
    ],
  },
  kafka: {
    title: 'Kafka',
    variables: [],
    panels: [
      'brokers',
      'underReplicated',
      'topics',
      'partitions',
      'lag',
      'deadLetters',
      'lagByGroup',
      'lagByTopic',
      'membersByGroup',
      'produced',
      'consumed',
      'inSyncByTopic',
      'deadLettersByTopic',
      'cpu',
      'memory',
      'volumes',
    ],
  },
  cluster: {
    title: 'Cluster',
    variables: [],
    panels: [
      'nodesReady',
      'podsRunning',
      'podsNotRunning',
      'cpuRequested',
      'memoryRequested',
      'targetsUp',
      'pods',
      'cpuByWorkload',
      'memoryByWorkload',
      'cpuOfNodes',
      'memoryOfNodes',
      'volumes',
      'targets',
      'seriesByService',
      'telemetry',
      'lostTelemetry',
      'certificates',
    ],
  },
} as const;

/** A dashboard: its uid in Grafana. */
export type DashboardUid = keyof typeof DASHBOARDS;

/** The key of one of a dashboard's panels. */
export type PanelKey<Uid extends DashboardUid> = (typeof DASHBOARDS)[Uid]['panels'][number];

/** The name of one of a dashboard's variables. */
export type VariableName<Uid extends DashboardUid> = (typeof DASHBOARDS)[Uid]['variables'][number];

/** One panel, and what its dashboard's variables are there. */
export type PanelReference = {
  readonly [Uid in DashboardUid]: {
    /** The dashboard's uid. */
    readonly dashboard: Uid;
    /** The panel's key. */
    readonly panel: PanelKey<Uid>;
    /**
     * Values of the dashboard's variables, such as `auth` or, in an alert's annotation, `{{ $labels.service }}`.
     * @default - each variable's own default
     */
    readonly variables?: Readonly<Partial<Record<VariableName<Uid>, string>>>;
  };
}[DashboardUid];

/** The address of a dashboard, from the root of Grafana. */
export function dashboardPath(dashboard: DashboardUid): string {
  return `/d/${dashboard}/${dashboard}`;
}

/** A panel's number in its dashboard. */
export function panelId<Uid extends DashboardUid>(dashboard: Uid, panel: PanelKey<Uid>): number {
  const keys: readonly string[] = DASHBOARDS[dashboard].panels;
  return keys.indexOf(panel) + 1;
}

/**
 * The address at which Grafana shows one panel.
 * `{{ ... }}` in the value of a variable is left to who fills in templates: Prometheus, in the annotations of an alert.
 *
 * @param link.grafanaUrl where browsers reach Grafana, such as `http://grafana.example.com`.
 */
export function panelUrl(link: PanelReference & { readonly grafanaUrl: string }): string {
  const { grafanaUrl, dashboard, variables = {} } = link;
  const values = Object.entries<string>(variables).map(
    ([name, value]) => `&var-${name}=${encodeOutsideTemplates(value)}`,
  );
  return `${grafanaUrl.replace(/\/+$/, '')}${dashboardPath(dashboard)}?viewPanel=${panelId(dashboard, link.panel)}${values.join('')}`;
}

function encodeOutsideTemplates(value: string): string {
  return value
    .split(/(\{\{.*?\}\})/)
    .map((part) => (part.startsWith('{{') ? part : encodeURIComponent(part)))
    .join('');
}
