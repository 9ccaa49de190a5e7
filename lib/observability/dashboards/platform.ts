import { NOT_ACTUATOR } from '../rules/promql';
import { HTTP_ERROR_RATIO, HTTP_ERRORS, HTTP_LATENCY, HTTP_REQUESTS, POD_NOT_READY } from '../rules/recording';
import { deployments } from './annotations';
import {
  dashboardLink,
  logsLink,
  namespaceLogsLink,
  podLogsLink,
  serviceLink,
  slowTracesLink,
  tracesLink,
} from './explore';
import { dashboard } from './layout';
import type { DataLink, Dashboard } from './model';
import { barGauge, stat, table, timeSeries, type ValueColumn } from './panels';
import { bound, firing, matchersOf, most, namespacesOf, nothing, restarts, use, withService } from './promql';
import {
  allowanceOf,
  atLeast,
  BURN_RATE,
  errorThresholds,
  LATENCY,
  NEUTRAL,
  NONE_EXPECTED,
  percent,
  RESTARTS,
  SHARE_OF_LIMIT,
} from './thresholds';
import type { Platform } from './props';

/** The platform at a glance: what a person on duty looks at first. */
export function platformDashboard(platform: Platform): Dashboard {
  const { namespace } = platform;
  const { services, all } = matchersOf(platform);
  const allowance = allowanceOf(platform);
  const errors = errorThresholds(platform);
  const linksOf = (service: string): DataLink[] => [
    serviceLink(service),
    logsLink({ namespace, service }),
    slowTracesLink(platform.traceService.replaceAll('$service', service), '500ms'),
  ];
  const ofSeries = linksOf('${__field.labels.service}');
  const podLogs = [podLogsLink(namespacesOf(platform), '${__field.labels.pod}')];
  const requests = `sum by (service) (${HTTP_REQUESTS}{${services}})`;
  const since = `(time() - ${firing('ALERTS_FOR_STATE', platform)}) and ignoring (alertstate) ${firing('ALERTS', platform)}`;
  const waits = `sum by (namespace, pod, reason) (kube_pod_container_status_waiting_reason{${all}}) > 0`;
  const pending = `sum by (namespace, pod) (kube_pod_status_phase{${all}, phase="Pending"}) > 0`;

  return dashboard('platform', {
    description:
      'Requests, errors and latency of every service; what is wrong, what restarts or waits, and what is near its limits.',
    annotations: [deployments(namespace, '.+')],
    panels: {
      firingAlerts: stat({
        title: 'Alerts',
        description:
          'How many alerts fire now. Below it is said which, and what to do stands with each of them under Alerting.',
        unit: 'none',
        expr: `count(${firing('ALERTS', platform)}) or vector(0)`,
        thresholds: NONE_EXPECTED,
        links: [{ title: 'All alerts', url: '/alerting/list', targetBlank: false }],
      }),
      targetsDown: stat({
        title: 'Targets down',
        description: 'Pods that serve metrics and whose metrics cannot be read. Of them nothing below is known.',
        unit: 'none',
        expr: `count(up{${all}} == 0) or vector(0)`,
        thresholds: NONE_EXPECTED,
        links: [dashboardLink('cluster')],
      }),
      podsNotReady: stat({
        title: 'Pods not ready',
        description:
          'Pods that should serve and do not. A new pod is one of them until it has started, which may take two minutes.',
        unit: 'none',
        expr: `count(${POD_NOT_READY}{${all}}) or vector(0)`,
        thresholds: NONE_EXPECTED,
        links: [dashboardLink('cluster')],
      }),
      restarts: stat({
        title: 'Restarts in 1 h',
        description:
          'How often containers started anew within the last hour: they ended, were killed for memory, or failed their liveness probe.',
        unit: 'none',
        decimals: 0,
        expr: `sum(${restarts(all, '1h')})`,
        thresholds: RESTARTS,
        links: [namespaceLogsLink(namespace)],
      }),
      requests: stat({
        title: 'Requests',
        description: 'Requests to all services per second, over five minutes; probes and scrapes are left out.',
        unit: 'reqps',
        expr: `sum(${HTTP_REQUESTS}{${services}}) or vector(0)`,
        thresholds: NEUTRAL,
        links: [namespaceLogsLink(namespace)],
      }),
      errors: stat({
        title: 'Errors',
        description: 'Share of all requests that were answered with a status of 500 or more, over five minutes.',
        unit: 'percentunit',
        decimals: 2,
        expr: `sum(${HTTP_ERRORS}{${services}}) / (sum(${HTTP_REQUESTS}{${services}}) > 0) or vector(0)`,
        thresholds: errors,
        links: [namespaceLogsLink(namespace), tracesLink('Traces of all services with errors', '{status = error}')],
      }),
      latency: stat({
        title: 'Latency, p95',
        description: 'Within this time 95 of 100 requests were answered, over five minutes and all services.',
        unit: 's',
        noValue: 'no requests',
        expr: `histogram_quantile(0.95, sum by (le) (rate(http_server_requests_seconds_bucket{${services}, ${NOT_ACTUATOR}}[5m]))) >= 0`,
        thresholds: LATENCY,
        links: [tracesLink('Traces of all services over 500ms', '{duration > 500ms}')],
      }),
      alerts: table({
        title: 'Alerts that fire',
        description:
          'What is wrong now, and for how long. A click on an alert leads to what it means and what to do first.',
        rows: [
          {
            label: 'severity',
            title: 'Severity',
            colors: { critical: 'red', warning: 'orange', none: 'green' },
          },
          {
            label: 'alertname',
            title: 'Alert',
            links: [
              {
                title: 'What it means, and what to do first',
                url: '/alerting/list?search=${__data.fields.Alert}',
                targetBlank: false,
              },
            ],
          },
          { label: 'service', title: 'Service' },
          { label: 'pod', title: 'Pod' },
        ],
        columns: [
          {
            title: 'Since',
            unit: 's',
            expr: `${since} or on () ${nothing({ alertname: 'Nothing is wrong', severity: 'none' })}`,
          },
        ],
        sortBy: 'Since',
      }),
      services: table({
        title: 'Services',
        description:
          'Every workload of the platform: over five minutes, and restarts within the last hour. A click leads to its own dashboard, logs and slow traces.',
        rows: [{ label: 'service', title: 'Service', links: linksOf('${__data.fields.Service}') }],
        columns: [
          column(
            'Ready',
            'none',
            `sum by (service) (${withService(`max by (namespace, pod) (kube_pod_status_ready{${services}, condition="true"})`, services)})`,
            {
              thresholds: atLeast(1),
            },
          ),
          column('Requests', 'reqps', requests),
          column(
            'Errors',
            'percentunit',
            `sum by (service) (${HTTP_ERROR_RATIO['5m']}{${services}} or ${HTTP_REQUESTS}{${services}} * 0)`,
            { thresholds: errors, decimals: 2 },
          ),
          column('Latency, p95', 's', `sum by (service) (${HTTP_LATENCY.p95}{${services}})`, { thresholds: LATENCY }),
          column(
            'Restarts',
            'none',
            `sum by (service) (${withService(`sum by (namespace, pod) (${restarts(services, '1h')})`, services)})`,
            {
              thresholds: RESTARTS,
              decimals: 0,
            },
          ),
          column(
            'Memory of its limit',
            'percentunit',
            `max by (service) (${withService(`max by (namespace, pod) (${use('memory', services)} / ${bound('limits', 'memory', services)})`, services)})`,
            { thresholds: SHARE_OF_LIMIT, bar: true, decimals: 0 },
          ),
        ],
        sortBy: 'Requests',
      }),
      requestsByService: timeSeries({
        title: 'Requests by service',
        description: 'Requests per second, over five minutes; probes and scrapes are left out.',
        unit: 'reqps',
        noValue: 'No service has had a request yet.',
        queries: [{ expr: requests, legend: '{{service}}' }],
        links: ofSeries,
      }),
      errorsByService: timeSeries({
        title: 'Errors by service',
        description: `Share of requests that were answered with a status of 500 or more, over five minutes. The objective allows ${percent(allowance)}.`,
        unit: 'percentunit',
        noValue: 'No service has had a request yet.',
        queries: [
          {
            expr: `sum by (service) (${HTTP_ERROR_RATIO['5m']}{${services}} or ${HTTP_REQUESTS}{${services}} * 0)`,
            legend: '{{service}}',
          },
        ],
        thresholds: errors,
        links: ofSeries,
      }),
      latencyByService: timeSeries({
        title: 'Latency by service, p95',
        description:
          'Within this time 95 of 100 requests were answered. A point is a single request: it leads to its trace.',
        unit: 's',
        noValue: 'No requests in this time.',
        queries: [
          {
            expr: `histogram_quantile(0.95, sum by (service, le) (rate(http_server_requests_seconds_bucket{${services}, ${NOT_ACTUATOR}}[$__rate_interval]))) >= 0`,
            legend: '{{service}}',
          },
        ],
        exemplars: true,
        thresholds: LATENCY,
        links: ofSeries,
      }),
      burnRateByService: timeSeries({
        title: 'Burn rate by service, 1 h',
        description: `How many times as many requests failed within an hour as the objective of ${percent(platform.objective)} allows. At 1 a month's allowance lasts a month, at 14.4 two days.`,
        unit: 'suffix:×',
        noValue: 'No service has had a request yet.',
        queries: [
          {
            expr: `sum by (service) (${HTTP_ERROR_RATIO['1h']}{${services}} or ${HTTP_REQUESTS}{${services}} * 0) / ${allowance}`,
            legend: '{{service}}',
          },
        ],
        thresholds: BURN_RATE,
        links: ofSeries,
      }),
      restartsByPod: timeSeries({
        title: 'What restarts',
        description: 'Containers that started anew, by pod. Their last logs say why.',
        unit: 'none',
        decimals: 0,
        bars: true,
        queries: [
          {
            expr: `sum by (pod) (${restarts(all, '$__rate_interval')}) > 0 or on () ${nothing({ pod: 'nothing restarts' })}`,
            legend: '{{pod}}',
          },
        ],
        links: podLogs,
      }),
      waiting: table({
        title: 'What waits',
        description:
          'Pods that do not serve, and why: a container that cannot start, no node with room, or a readiness probe that fails.',
        rows: [
          {
            label: 'pod',
            title: 'Pod',
            links: [podLogsLink(namespacesOf(platform), '${__data.fields.Pod}')],
          },
          { label: 'reason', title: 'Reason', colors: { none: 'green' } },
        ],
        columns: [
          {
            title: 'Containers',
            unit: 'none',
            expr:
              `${waits} or on (namespace, pod) label_replace(${pending}, "reason", "Pending", "", "") ` +
              `or on (namespace, pod) label_replace(${POD_NOT_READY}{${all}}, "reason", "Not ready", "", "") ` +
              `or on () ${nothing({ pod: 'Nothing waits', reason: 'none' })}`,
          },
        ],
      }),
      memoryNearLimit: barGauge({
        title: 'Memory of its limit',
        description: 'The containers nearest to their limit of memory. At the limit the kernel kills the container.',
        unit: 'percentunit',
        decimals: 0,
        max: 1,
        expr: most(`max by (namespace, pod) (${use('memory', all)} / ${bound('limits', 'memory', all)})`),
        legend: '{{pod}}',
        thresholds: SHARE_OF_LIMIT,
        links: podLogs,
      }),
      cpuNearLimit: barGauge({
        title: 'CPU of its limit',
        description:
          'The containers nearest to their limit of CPU, over five minutes. At the limit the kernel makes them wait.',
        unit: 'percentunit',
        decimals: 0,
        max: 1,
        expr: most(`max by (namespace, pod) (${use('cpu', all, '5m')} / ${bound('limits', 'cpu', all)})`),
        legend: '{{pod}}',
        thresholds: SHARE_OF_LIMIT,
        links: podLogs,
      }),
      heapNearLimit: barGauge({
        title: 'Heap of its maximum',
        description:
          'The Java processes nearest to their largest heap. It rises until the collector runs: what matters is that it falls again.',
        unit: 'percentunit',
        decimals: 0,
        max: 1,
        expr: most(
          // Of the heap's areas, G1 has a largest size for all of them together, and says -1 of the others.
          `sum by (service, pod) (jvm_memory_used_bytes{${services}, area="heap"}) / sum by (service, pod) (jvm_memory_max_bytes{${services}, area="heap"} > 0)`,
        ),
        legend: '{{pod}}',
        thresholds: SHARE_OF_LIMIT,
        links: ofSeries,
      }),
      poolNearLimit: barGauge({
        title: 'Database connections of the pool',
        description: 'The services nearest to the size of their pool. When all are in use, requests wait for one.',
        unit: 'percentunit',
        decimals: 0,
        max: 1,
        expr: most(
          `sum by (service, pod) (hikaricp_connections_active{${services}}) / sum by (service, pod) (hikaricp_connections_max{${services}} > 0)`,
        ),
        legend: '{{pod}}',
        thresholds: SHARE_OF_LIMIT,
        links: ofSeries,
      }),
      volumesNearLimit: barGauge({
        title: 'Volumes',
        description: 'The fullest volumes, as the kubelet sees them.',
        unit: 'percentunit',
        decimals: 0,
        max: 1,
        noValue: 'The kubelet says nothing of volumes that are folders of a node.',
        expr: most(
          `max by (namespace, persistentvolumeclaim) (kubelet_volume_stats_used_bytes{${all}} / kubelet_volume_stats_capacity_bytes{${all}})`,
        ),
        legend: '{{persistentvolumeclaim}}',
        thresholds: SHARE_OF_LIMIT,
      }),
      lagByGroup: timeSeries({
        title: 'What consumers have still to read',
        description:
          'Messages in Kafka that a consumer group has not had yet. It should come back to 0; what only grows is stuck.',
        unit: 'short',
        noValue: 'No consumer group yet.',
        queries: [{ expr: `sum by (group) (kafka_consumer_group_lag_sum{${services}})`, legend: '{{group}}' }],
        links: [dashboardLink('kafka')],
      }),
    },
    rows: [
      {
        lines: [
          {
            height: 4,
            panels: ['firingAlerts', 'targetsDown', 'podsNotReady', 'restarts', 'requests', 'errors', 'latency'],
          },
          { height: 11, panels: ['services', 'alerts'], widths: [14, 10] },
        ],
      },
      {
        title: 'Requests',
        lines: [
          { height: 8, panels: ['requestsByService', 'errorsByService'] },
          { height: 8, panels: ['latencyByService', 'burnRateByService'] },
        ],
      },
      {
        title: 'What restarts, what waits',
        lines: [{ height: 7, panels: ['restartsByPod', 'waiting'] }],
      },
      {
        title: 'Near its limits',
        lines: [
          { height: 8, panels: ['memoryNearLimit', 'cpuNearLimit', 'heapNearLimit'] },
          { height: 8, panels: ['poolNearLimit', 'volumesNearLimit', 'lagByGroup'] },
        ],
      },
    ],
  });
}

function column(
  title: string,
  unit: ValueColumn['unit'],
  expr: string,
  more: Partial<Pick<ValueColumn, 'thresholds' | 'decimals' | 'bar'>> = {},
): ValueColumn {
  return { title, unit, expr, ...more };
}
