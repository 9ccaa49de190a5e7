import { HTTP_ERROR_RATIO, HTTP_ERRORS, HTTP_LATENCY, HTTP_REQUESTS, POD_SERVICE } from '../rules/recording';
import { canarySteps, deployments } from './annotations';
import { DATA_SOURCES } from './data-sources';
import { dashboardLink, logsLink, logsOf, podLogsLink, slowTracesLink, slowTracesOf, tracesLink } from './explore';
import { dashboard } from './layout';
import type { CustomVariable, Dashboard, QueryVariable } from './model';
import { logs, type Query, stat, timeSeries, traces } from './panels';
import { NOT_ACTUATOR } from '../rules/promql';
import { bound, restarts, use } from './promql';
import type { Platform } from './props';
import { allowanceOf, atLeast, BURN_RATE, errorThresholds, LATENCY, NEUTRAL, percent, RESTARTS } from './thresholds';

/** One service, chosen by a variable: its requests by route, its Java process, what it depends on, its logs and slow traces. */
export function serviceDashboard(platform: Platform): Dashboard {
  const { namespace, traceService } = platform;
  const service = `namespace="${namespace}", service="$service"`;
  const requests = `${service}, ${NOT_ACTUATOR}`;
  const allowance = allowanceOf(platform);
  // kube-state-metrics and the kubelet know pods alone.
  const ofService = (expr: string): string => `${expr} and on (namespace, pod) ${POD_SERVICE}{${service}}`;
  const inNamespace = `namespace="${namespace}"`;
  const replicaSets = '$service-[^-]+';

  const logsOfService = logsLink({ namespace, service: '$service' });
  const slowTraces = slowTracesLink(traceService, '$slow');
  const links = [logsOfService, slowTraces];
  const podLinks = [podLogsLink(namespace, '${__field.labels.pod}'), slowTraces];
  const rate = (by: string, more = ''): string =>
    `sum by (${by}) (rate(http_server_requests_seconds_count{${requests}${more}}[$__rate_interval]))`;
  const quantile = (share: number, by = ''): string =>
    `histogram_quantile(${share}, sum by (${by}le) (rate(http_server_requests_seconds_bucket{${requests}}[$__rate_interval]))) >= 0`;
  const burnRate = (window: keyof typeof HTTP_ERROR_RATIO): string =>
    `sum(${HTTP_ERROR_RATIO[window]}{${service}} or ${HTTP_REQUESTS}{${service}} * 0) / ${allowance}`;
  const byPod = (name: string, more = ''): string => `sum by (pod) (${name}{${service}${more}})`;
  const bounds = (resource: 'cpu' | 'memory'): Query[] => [
    { expr: `max(${ofService(bound('limits', resource, inNamespace))})`, legend: 'limit', dashed: true, color: 'red' },
    {
      expr: `max(${ofService(bound('requests', resource, inNamespace))})`,
      legend: 'request',
      dashed: true,
      color: 'orange',
    },
  ];

  return dashboard('service', {
    description:
      'One service: its requests by route, its Java process, what it depends on, its logs and its slow traces.',
    variables: [serviceVariable(namespace), slowVariable()],
    annotations: [deployments(namespace, replicaSets), canarySteps(namespace, replicaSets)],
    panels: {
      ready: stat({
        title: 'Pods ready',
        description: 'Pods that get requests.',
        unit: 'none',
        expr: `sum(${ofService(`max by (namespace, pod) (kube_pod_status_ready{${inNamespace}, condition="true"})`)}) or vector(0)`,
        thresholds: atLeast(1),
        links: [logsOfService],
      }),
      restarts: stat({
        title: 'Restarts in 1 h',
        description: 'How often its containers started anew within the last hour.',
        unit: 'none',
        decimals: 0,
        expr: `sum(${ofService(`sum by (namespace, pod) (${restarts(inNamespace, '1h')})`)}) or vector(0)`,
        thresholds: RESTARTS,
        links: [logsOfService],
      }),
      requests: stat({
        title: 'Requests',
        description: 'Requests per second, over five minutes; probes and scrapes are left out.',
        unit: 'reqps',
        expr: `sum(${HTTP_REQUESTS}{${service}}) or vector(0)`,
        thresholds: NEUTRAL,
        links,
      }),
      errors: stat({
        title: 'Errors',
        description: 'Share of requests that were answered with a status of 500 or more, over five minutes.',
        unit: 'percentunit',
        decimals: 2,
        expr: `sum(${HTTP_ERRORS}{${service}}) / (sum(${HTTP_REQUESTS}{${service}}) > 0) or vector(0)`,
        thresholds: errorThresholds(platform),
        links: [
          logsOfService,
          tracesLink(
            `Traces of ${traceService} with errors`,
            `{resource.service.name="${traceService}" && status = error}`,
          ),
        ],
      }),
      latency: stat({
        title: 'Latency, p95',
        description: 'Within this time 95 of 100 requests were answered, over five minutes.',
        unit: 's',
        noValue: 'no requests',
        expr: `sum(${HTTP_LATENCY.p95}{${service}})`,
        thresholds: LATENCY,
        links: [slowTraces],
      }),
      burnRate: stat({
        title: 'Burn rate, 1 h',
        description: `How many times as many requests failed within an hour as the objective of ${percent(platform.objective)} allows.`,
        unit: 'suffix:×',
        decimals: 1,
        expr: `(${burnRate('1h')}) or vector(0)`,
        thresholds: BURN_RATE,
        links,
      }),
      requestsByRoute: timeSeries({
        title: 'Requests by route',
        description: 'Requests per second.',
        unit: 'reqps',
        noValue: 'No requests yet.',
        queries: [{ expr: rate('method, uri'), legend: '{{method}} {{uri}}' }],
        links,
      }),
      errorsByRoute: timeSeries({
        title: 'Errors by route',
        description: 'Requests per second that were answered with a status of 500 or more.',
        unit: 'reqps',
        noValue: 'No requests yet.',
        queries: [
          {
            expr: `${rate('method, uri', ', status=~"5.."')} or ${rate('method, uri')} * 0`,
            legend: '{{method}} {{uri}}',
          },
        ],
        links,
      }),
      latencyByRoute: timeSeries({
        title: 'Latency by route, p95',
        description:
          'Within this time 95 of 100 requests were answered. A point is a single request: it leads to its trace.',
        unit: 's',
        noValue: 'No requests in this time.',
        queries: [{ expr: quantile(0.95, 'method, uri, '), legend: '{{method}} {{uri}}' }],
        exemplars: true,
        thresholds: LATENCY,
        links,
      }),
      latencyQuantiles: timeSeries({
        title: 'Latency',
        description:
          'Within this time 50, 95 and 99 of 100 requests were answered. A point is a single request: it leads to its trace.',
        unit: 's',
        noValue: 'No requests in this time.',
        queries: [
          { expr: quantile(0.99), legend: 'p99', color: 'red' },
          { expr: quantile(0.95), legend: 'p95', color: 'orange' },
          { expr: quantile(0.5), legend: 'p50', color: 'green' },
        ],
        exemplars: true,
        links,
      }),
      burnRateByWindow: timeSeries({
        title: 'Burn rate',
        description: `How many times as many requests failed as the objective of ${percent(platform.objective)} allows, over several times. At 1 a month's allowance lasts a month. Somebody is told when a long and a short time agree.`,
        unit: 'suffix:×',
        queries: (['5m', '1h', '6h', '3d'] as const).map((window) => ({ expr: burnRate(window), legend: window })),
        noValue: 'No requests yet.',
        thresholds: BURN_RATE,
        links,
      }),
      requestsByStatus: timeSeries({
        title: 'Requests by status',
        description:
          'Requests per second, by the class of their status: 4xx are mistakes of clients, 5xx of the service.',
        unit: 'reqps',
        stacked: true,
        queries: (
          [
            ['2', 'green'],
            ['3', 'blue'],
            ['4', 'orange'],
            ['5', 'red'],
          ] as const
        ).map(([digit, color]) => ({
          expr: `sum(rate(http_server_requests_seconds_count{${requests}, status=~"${digit}.."}[$__rate_interval])) or vector(0)`,
          legend: `${digit}xx`,
          color,
        })),
        links,
      }),
      heap: timeSeries({
        title: 'Heap',
        description:
          'Memory of Java objects. It rises until the collector runs: what matters is that it falls again, and how far.',
        unit: 'bytes',
        queries: [
          { expr: byPod('jvm_memory_used_bytes', ', area="heap"'), legend: '{{pod}}' },
          {
            // Of the heap's areas, G1 has a largest size for all of them together, and says -1 of the others.
            expr: `max(sum by (pod) (jvm_memory_max_bytes{${service}, area="heap"} > 0))`,
            legend: 'maximum',
            dashed: true,
            color: 'red',
          },
        ],
        links: podLinks,
      }),
      garbageCollection: timeSeries({
        title: 'Collector pauses',
        description:
          'Share of time in which the process stood still for its garbage collector. From 10 % on it is short of heap.',
        unit: 'percentunit',
        noValue: 'The collector has not run yet.',
        queries: [
          { expr: `sum by (pod) (rate(jvm_gc_pause_seconds_sum{${service}}[$__rate_interval]))`, legend: '{{pod}}' },
        ],
        links: podLinks,
      }),
      cpu: timeSeries({
        title: 'CPU',
        description: 'Cores in use. At the limit the kernel makes the process wait; a start takes all there is.',
        unit: 'suffix: cores',
        queries: [
          { expr: `sum by (pod) (${ofService(use('cpu', inNamespace))})`, legend: '{{pod}}' },
          ...bounds('cpu'),
        ],
        links: podLinks,
      }),
      memory: timeSeries({
        title: 'Memory',
        description: 'Memory of the container that counts against its limit. At the limit the kernel kills it.',
        unit: 'bytes',
        queries: [
          { expr: `sum by (pod) (${ofService(use('memory', inNamespace))})`, legend: '{{pod}}' },
          ...bounds('memory'),
        ],
        links: podLinks,
      }),
      pool: timeSeries({
        title: 'Database connections',
        description: 'Connections of the pool, over all pods. While any wait, requests do.',
        unit: 'none',
        noValue: 'This service has no database.',
        queries: [
          { expr: `sum(hikaricp_connections_active{${service}})`, legend: 'in use', color: 'blue' },
          { expr: `sum(hikaricp_connections_idle{${service}})`, legend: 'idle', color: 'green' },
          { expr: `sum(hikaricp_connections_pending{${service}})`, legend: 'waited for', color: 'red' },
          { expr: `sum(hikaricp_connections_max{${service}})`, legend: 'most', dashed: true, color: 'orange' },
        ],
        links,
      }),
      poolWait: timeSeries({
        title: 'Wait for a connection',
        description:
          'The longest that a request waited for a connection of the pool. It is given up after 30 s, and the request fails.',
        unit: 's',
        noValue: 'This service has no database.',
        queries: [{ expr: `max by (pod) (hikaricp_connections_acquire_seconds_max{${service}})`, legend: '{{pod}}' }],
        links: podLinks,
      }),
      consumerLag: timeSeries({
        title: 'What it has still to consume',
        description:
          'Messages in Kafka that its consumer groups have not had yet, by topic. Kafka itself says so, whether the service runs or not.',
        unit: 'short',
        noValue: 'This service consumes nothing.',
        queries: [
          {
            expr: `sum by (group, topic) (kafka_consumer_group_lag_sum{${inNamespace}, group=~"$service-.+"})`,
            legend: '{{group}} {{topic}}',
          },
        ],
        links: [logsOfService, dashboardLink('kafka')],
      }),
      loggedErrors: timeSeries({
        title: 'Warnings and errors in its log',
        description: 'Lines per second.',
        unit: 'cps',
        stacked: true,
        bars: true,
        queries: [
          {
            expr: `sum(rate(logback_events_total{${service}, level="error"}[$__rate_interval]))`,
            legend: 'error',
            color: 'red',
          },
          {
            expr: `sum(rate(logback_events_total{${service}, level="warn"}[$__rate_interval]))`,
            legend: 'warn',
            color: 'orange',
          },
        ],
        links: [logsOfService],
      }),
      logs: logs({
        title: 'Logs',
        description: 'The newest lines of all its pods. A line of a request leads to its trace.',
        expr: logsOf({ namespace, service: '$service' }),
        noValue: 'No pod wrote a line in this time.',
      }),
      slowTraces: traces({
        title: 'Slow traces, over $slow',
        description:
          'Requests that took longer than chosen above; each leads to its trace, and from there to its logs.',
        query: slowTracesOf(traceService, '$slow'),
        noValue: 'No trace took longer than $slow.',
      }),
    },
    rows: [
      { lines: [{ height: 4, panels: ['ready', 'restarts', 'requests', 'errors', 'latency', 'burnRate'] }] },
      {
        title: 'Requests',
        lines: [
          { height: 8, panels: ['requestsByRoute', 'errorsByRoute', 'latencyByRoute'] },
          { height: 8, panels: ['requestsByStatus', 'latencyQuantiles', 'burnRateByWindow'] },
        ],
      },
      {
        title: 'Logs and slow traces',
        lines: [{ height: 11, panels: ['logs', 'slowTraces'], widths: [14, 10] }],
      },
      {
        title: 'What it depends on',
        lines: [{ height: 7, panels: ['pool', 'poolWait', 'consumerLag'] }],
      },
      {
        title: 'Process',
        lines: [
          { height: 7, panels: ['cpu', 'memory', 'loggedErrors'] },
          { height: 7, panels: ['heap', 'garbageCollection'] },
        ],
      },
    ],
  });
}

/** The services of which requests are counted. */
function serviceVariable(namespace: string): QueryVariable {
  const query = `label_values(http_server_requests_seconds_count{namespace="${namespace}"}, service)`;
  return {
    type: 'query',
    name: 'service',
    label: 'Service',
    description: 'A service that counts its requests.',
    datasource: DATA_SOURCES.prometheus,
    definition: query,
    query: { qryType: 1, query, refId: 'PrometheusVariableQueryEditor-VariableQuery' },
    refresh: 2,
    sort: 1,
    multi: false,
    includeAll: false,
  };
}

/** From which time on a trace is slow. */
function slowVariable(): CustomVariable {
  const choice = '500ms';
  const option = (value: string): CustomVariable['current'] => ({ selected: value === choice, text: value, value });
  const values = ['50ms', '100ms', '250ms', choice, '1s', '5s'];
  return {
    type: 'custom',
    name: 'slow',
    label: 'Slow from',
    description: 'Traces that take longer are shown.',
    query: values.join(','),
    current: option(choice),
    options: values.map(option),
    multi: false,
    includeAll: false,
  };
}
