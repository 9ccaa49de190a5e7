import { type Endpoint, hostPort } from '../constructs/endpoint';
import { ATTRIBUTES, LOKI_TRACE_ID, lokiLabel } from './attributes';
import { DATA_SOURCES } from './dashboards/data-sources';
import { dashboardPath } from './dashboards/link';
import { CONTAINERS } from './rules/promql';

/** Where Grafana asks, and what for. */
export interface DataSourcesProps {
  /** Tempo's HTTP server. */
  readonly tempo: Endpoint;
  /** Loki's HTTP server. */
  readonly loki: Endpoint;
  /** Prometheus' HTTP server, where there is one. */
  readonly prometheus?: Endpoint | undefined;
  /** Seconds between two scrapes. */
  readonly scrapeSeconds: number;
  /** Whether there is a dashboard of a service, to which a line of its log leads. */
  readonly serviceDashboard: boolean;
}

/** https://grafana.com/docs/grafana/v11.4/administration/provisioning/#data-sources */
interface DataSources {
  readonly apiVersion: 1;
  readonly datasources: readonly (TempoDataSource | LokiDataSource | PrometheusDataSource)[];
}

interface DataSource {
  readonly name: string;
  readonly uid: string;
  readonly access: 'proxy';
  readonly url: string;
  readonly isDefault: boolean;
  readonly editable: boolean;
}

/** https://grafana.com/docs/grafana/v11.4/datasources/tempo/configure-tempo-data-source/ */
interface TempoDataSource extends DataSource {
  readonly type: 'tempo';
  readonly jsonData: {
    readonly tracesToLogsV2: {
      readonly datasourceUid: string;
      readonly spanStartTimeShift: string;
      readonly spanEndTimeShift: string;
      readonly tags: readonly { readonly key: string; readonly value: string }[];
      readonly customQuery: boolean;
      readonly query: string;
    };
    readonly tracesToMetrics?: {
      readonly datasourceUid: string;
      readonly spanStartTimeShift: string;
      readonly spanEndTimeShift: string;
      readonly tags: readonly { readonly key: string; readonly value: string }[];
      readonly queries: readonly { readonly name: string; readonly query: string }[];
    };
    readonly nodeGraph: { readonly enabled: boolean };
  };
}

/** https://grafana.com/docs/grafana/v11.4/datasources/prometheus/configure-prometheus-data-source/ */
interface PrometheusDataSource extends DataSource {
  readonly type: 'prometheus';
  readonly jsonData: {
    readonly httpMethod: 'POST';
    readonly prometheusType: 'Prometheus';
    /** The interval of scrapes: a rate is computed over four of them at least. */
    readonly timeInterval: string;
    /** Whether its alerts are shown under Alerting. */
    readonly manageAlerts: boolean;
    readonly exemplarTraceIdDestinations: readonly {
      readonly name: string;
      readonly datasourceUid: string;
      readonly urlDisplayLabel: string;
    }[];
  };
}

/** https://grafana.com/docs/grafana/v11.4/datasources/loki/configure-loki-data-source/ */
interface LokiDataSource extends DataSource {
  readonly type: 'loki';
  readonly jsonData: {
    readonly derivedFields: readonly {
      readonly name: string;
      readonly matcherType: 'label';
      readonly matcherRegex: string;
      readonly datasourceUid?: string;
      readonly url: string;
      readonly urlDisplayLabel: string;
    }[];
  };
}

/** A variable that Grafana fills in when a link is followed: in provisioning files a single `$` names an environment variable. */
function linkVariable(name: string): string {
  return `$\${${name}}`;
}

/** Tempo, Loki and, where there is one, Prometheus, each leading to the others. Prometheus is the default, or else Tempo. */
export function toDataSources(props: DataSourcesProps): DataSources {
  const { tempo, loki, prometheus, scrapeSeconds, serviceDashboard } = props;
  const { tempo: traces, loki: logs, prometheus: metrics } = DATA_SOURCES;
  return {
    apiVersion: 1,
    datasources: [
      {
        name: 'Tempo',
        ...traces,
        ...reached(tempo),
        isDefault: prometheus === undefined,
        jsonData: {
          // From a span to the lines that its pod wrote for the trace.
          tracesToLogsV2: {
            datasourceUid: logs.uid,
            ...AROUND_SPAN,
            tags: [ATTRIBUTES.namespace, ATTRIBUTES.pod].map((key) => ({ key, value: lokiLabel(key) })),
            customQuery: true,
            query: `{${linkVariable('__tags')}} | ${LOKI_TRACE_ID} = "${linkVariable('__span.traceId')}"`,
          },
          ...(prometheus !== undefined && {
            // From a span to what its pod was like at that time.
            tracesToMetrics: {
              datasourceUid: metrics.uid,
              ...AROUND_SPAN,
              tags: [
                { key: ATTRIBUTES.namespace, value: 'namespace' },
                { key: ATTRIBUTES.pod, value: 'pod' },
              ],
              queries: POD_QUERIES,
            },
          }),
          nodeGraph: { enabled: true },
        },
      },
      {
        name: 'Loki',
        ...logs,
        ...reached(loki),
        isDefault: false,
        jsonData: {
          // To Grafana, structured metadata are labels of the line.
          derivedFields: [
            {
              name: 'Trace',
              matcherType: 'label',
              matcherRegex: LOKI_TRACE_ID,
              datasourceUid: traces.uid,
              url: linkVariable('__value.raw'),
              urlDisplayLabel: 'View trace',
            },
            ...(serviceDashboard
              ? [
                  {
                    name: 'Metrics',
                    matcherType: 'label' as const,
                    matcherRegex: lokiLabel(ATTRIBUTES.service),
                    url: `${dashboardPath('service')}?var-service=${linkVariable('__value.raw')}`,
                    urlDisplayLabel: 'Dashboard of the service',
                  },
                ]
              : []),
          ],
        },
      },
      ...(prometheus === undefined
        ? []
        : [
            {
              name: 'Prometheus',
              ...metrics,
              ...reached(prometheus),
              isDefault: true,
              jsonData: {
                httpMethod: 'POST' as const,
                prometheusType: 'Prometheus' as const,
                timeInterval: `${scrapeSeconds}s`,
                manageAlerts: true,
                // From a single request that a histogram remembers to its trace.
                exemplarTraceIdDestinations: [
                  { name: EXEMPLAR_TRACE_ID, datasourceUid: traces.uid, urlDisplayLabel: 'View trace' },
                ],
              },
            },
          ]),
    ],
  };
}

/** Label of an exemplar that says of which trace it is: Micrometer's, and what OpenMetrics proposes. */
const EXEMPLAR_TRACE_ID = 'trace_id';

/** A line reaches the log a little before its span begins or after it ends, and a pod's metrics are read every now and then. */
const AROUND_SPAN = { spanStartTimeShift: '-5m', spanEndTimeShift: '5m' };

/** What is asked of the pod of a span. Its tags stand for its namespace and name. */
const POD_QUERIES = [
  {
    name: 'Requests by route',
    query: `sum by (method, uri) (rate(http_server_requests_seconds_count{${linkVariable('__tags')}}[5m]))`,
  },
  {
    name: 'Heap',
    query: `sum by (pod) (jvm_memory_used_bytes{${linkVariable('__tags')}, area="heap"})`,
  },
  {
    name: 'Connections to the database',
    query: `sum by (pod) (hikaricp_connections_active{${linkVariable('__tags')}})`,
  },
  {
    name: 'CPU',
    query: `sum by (pod) (rate(container_cpu_usage_seconds_total{${linkVariable('__tags')}, ${CONTAINERS}}[5m]))`,
  },
];

/** How Grafana reaches a data source: Grafana itself asks it, not the browser, and nobody changes it. */
function reached(endpoint: Endpoint): Pick<DataSource, 'access' | 'url' | 'editable'> {
  return { access: 'proxy', url: `http://${hostPort(endpoint)}`, editable: false };
}
