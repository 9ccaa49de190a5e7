import { POD_SERVICE } from '../rules/recording';
import { dashboardLink, podLogsLink } from './explore';
import { dashboard } from './layout';
import type { Dashboard } from './model';
import { barGauge, stat, table, timeSeries } from './panels';
import { bound, matchersOf, namespacesOf, nothing, use, withService } from './promql';
import type { Platform } from './props';
import { above, atLeast, NONE_EXPECTED, SHARE_OF_LIMIT } from './thresholds';

const DAY = 24 * 3600;

/** The cluster: what pods request, may use and do use, its nodes and volumes, and whether what observes it works. */
export function clusterDashboard(platform: Platform): Dashboard {
  const { namespace, observabilityNamespace, certificates } = platform;
  const { all } = matchersOf(platform);
  const namespaces = namespacesOf(platform);
  const everywhere = 'namespace!=""';
  const byWorkload = (expr: string): string =>
    `sum by (service) (${withService(`sum by (namespace, pod) (${expr})`, all)})`;
  const allocatable = (resource: 'cpu' | 'memory'): string =>
    `sum(max by (node) (kube_node_status_allocatable{resource="${resource}"}))`;
  // Pods that have ended keep their place among the objects and need no room.
  const requested = (resource: 'cpu' | 'memory'): string =>
    `sum(${bound('requests', resource, everywhere)} and on (namespace, pod) kube_pod_status_phase{phase=~"Pending|Running"} == 1)`;
  const collectors = `namespace="${observabilityNamespace}"`;
  const sentOf = (matcher: string, signal: 'spans' | 'log_records'): string =>
    `sum(rate(otelcol_${matcher}_${signal}{${collectors}}[$__rate_interval]))`;
  const collectorLogs = [podLogsLink(observabilityNamespace, '.*collector.*')];
  const workloadLogs = [podLogsLink(namespaces, '${__field.labels.service}-.+')];

  return dashboard('cluster', {
    description:
      'What pods request, may use and do use; nodes and volumes; and whether what observes the platform works.',
    panels: {
      nodesReady: stat({
        title: 'Nodes ready',
        description: 'Nodes on which pods can run.',
        unit: 'none',
        expr: 'sum(max by (node) (kube_node_status_condition{condition="Ready", status="true"})) or vector(0)',
        thresholds: atLeast(1),
      }),
      podsRunning: stat({
        title: 'Pods running',
        description: 'Pods of the platform that run.',
        unit: 'none',
        expr: `sum(max by (namespace, pod) (kube_pod_status_phase{${all}, phase="Running"})) or vector(0)`,
        thresholds: atLeast(1),
        links: [dashboardLink('platform')],
      }),
      podsNotRunning: stat({
        title: 'Pods that wait or failed',
        description: 'Pods of the platform without a node or image, or that ended in failure.',
        unit: 'none',
        expr: `sum(max by (namespace, pod) (kube_pod_status_phase{${all}, phase=~"Pending|Failed|Unknown"})) or vector(0)`,
        thresholds: NONE_EXPECTED,
        links: [dashboardLink('platform')],
      }),
      cpuRequested: stat({
        title: 'CPU requested',
        description:
          'Share of the CPU of all nodes that pods of all namespaces have requested. What is left is room for more.',
        unit: 'percentunit',
        decimals: 0,
        expr: `${requested('cpu')} / ${allocatable('cpu')}`,
        thresholds: SHARE_OF_LIMIT,
      }),
      memoryRequested: stat({
        title: 'Memory requested',
        description:
          'Share of the memory of all nodes that pods of all namespaces have requested. What is left is room for more.',
        unit: 'percentunit',
        decimals: 0,
        expr: `${requested('memory')} / ${allocatable('memory')}`,
        thresholds: SHARE_OF_LIMIT,
      }),
      targetsUp: stat({
        title: 'Targets up',
        description: 'Share of the pods that serve metrics whose metrics can be read.',
        unit: 'percentunit',
        decimals: 0,
        expr: `avg(up{${all}})`,
        thresholds: atLeast(1),
      }),
      pods: table({
        title: 'Requests and limits against use',
        description:
          'Every workload of the platform, its pods together: use over five minutes. Use far below the request is room that nobody else gets; near the limit it is too little.',
        rows: [
          {
            label: 'service',
            title: 'Workload',
            links: [podLogsLink(namespaces, '${__data.fields.Workload}-.+')],
          },
        ],
        columns: [
          { title: 'Pods', unit: 'none', expr: `count by (service) (${POD_SERVICE}{${all}})` },
          {
            title: 'CPU used',
            unit: 'suffix: cores',
            decimals: 3,
            expr: byWorkload(use('cpu', all, '5m')),
          },
          {
            title: 'CPU requested',
            unit: 'suffix: cores',
            decimals: 2,
            expr: byWorkload(bound('requests', 'cpu', all)),
          },
          { title: 'CPU limit', unit: 'suffix: cores', decimals: 2, expr: byWorkload(bound('limits', 'cpu', all)) },
          {
            title: 'CPU of its limit',
            unit: 'percentunit',
            decimals: 0,
            bar: true,
            thresholds: SHARE_OF_LIMIT,
            expr: `${byWorkload(use('cpu', all, '5m'))} / ${byWorkload(bound('limits', 'cpu', all))}`,
          },
          { title: 'Memory used', unit: 'bytes', expr: byWorkload(use('memory', all)) },
          { title: 'Memory requested', unit: 'bytes', expr: byWorkload(bound('requests', 'memory', all)) },
          { title: 'Memory limit', unit: 'bytes', expr: byWorkload(bound('limits', 'memory', all)) },
          {
            title: 'Memory of its limit',
            unit: 'percentunit',
            decimals: 0,
            bar: true,
            thresholds: SHARE_OF_LIMIT,
            expr: `${byWorkload(use('memory', all))} / ${byWorkload(bound('limits', 'memory', all))}`,
          },
        ],
        sortBy: 'Memory used',
      }),
      cpuByWorkload: timeSeries({
        title: 'CPU by workload',
        description: 'Cores in use.',
        unit: 'suffix: cores',
        stacked: true,
        queries: [{ expr: byWorkload(use('cpu', all)), legend: '{{service}}' }],
        links: workloadLogs,
      }),
      memoryByWorkload: timeSeries({
        title: 'Memory by workload',
        description: 'Memory that counts against limits.',
        unit: 'bytes',
        stacked: true,
        queries: [{ expr: byWorkload(use('memory', all)), legend: '{{service}}' }],
        links: workloadLogs,
      }),
      cpuOfNodes: timeSeries({
        title: 'CPU of the nodes',
        description:
          'Cores that the nodes have for pods, that pods of all namespaces have requested, and that they use.',
        unit: 'suffix: cores',
        queries: [
          { expr: `sum(${use('cpu', everywhere)})`, legend: 'used', color: 'blue' },
          { expr: requested('cpu'), legend: 'requested', dashed: true, color: 'orange' },
          { expr: allocatable('cpu'), legend: 'there are', dashed: true, color: 'red' },
        ],
      }),
      memoryOfNodes: timeSeries({
        title: 'Memory of the nodes',
        description:
          'Memory that the nodes have for pods, that pods of all namespaces have requested, and that they use.',
        unit: 'bytes',
        queries: [
          { expr: `sum(${use('memory', everywhere)})`, legend: 'used', color: 'blue' },
          { expr: requested('memory'), legend: 'requested', dashed: true, color: 'orange' },
          { expr: allocatable('memory'), legend: 'there is', dashed: true, color: 'red' },
        ],
      }),
      volumes: table({
        title: 'Volumes',
        description: 'The volumes of the platform, as the kubelet sees them.',
        rows: [{ label: 'persistentvolumeclaim', title: 'Claim' }],
        columns: [
          {
            title: 'Used',
            unit: 'bytes',
            expr: `max by (persistentvolumeclaim) (kubelet_volume_stats_used_bytes{${all}})`,
          },
          {
            title: 'Size',
            unit: 'bytes',
            expr: `max by (persistentvolumeclaim) (kubelet_volume_stats_capacity_bytes{${all}})`,
          },
          {
            title: 'Used of its size',
            unit: 'percentunit',
            decimals: 0,
            bar: true,
            thresholds: SHARE_OF_LIMIT,
            expr: `max by (persistentvolumeclaim) (kubelet_volume_stats_used_bytes{${all}} / kubelet_volume_stats_capacity_bytes{${all}})`,
          },
        ],
        sortBy: 'Used of its size',
        noValue: 'The kubelet says nothing of volumes that are folders of a node.',
      }),
      targets: table({
        title: 'What is scraped',
        description:
          'Workloads that serve metrics: how many of their pods, whether they answer, how long they take, and how many series they have.',
        rows: [{ label: 'service', title: 'Workload' }],
        columns: [
          { title: 'Targets', unit: 'none', expr: `count by (service) (up{${all}})` },
          {
            title: 'Up',
            unit: 'percentunit',
            decimals: 0,
            thresholds: atLeast(1),
            expr: `avg by (service) (up{${all}})`,
          },
          {
            title: 'Takes',
            unit: 's',
            thresholds: above([5, 'orange'], [10, 'red']),
            expr: `max by (service) (scrape_duration_seconds{${all}})`,
          },
          { title: 'Series', unit: 'short', expr: `sum by (service) (scrape_samples_post_metric_relabeling{${all}})` },
        ],
        sortBy: 'Series',
      }),
      seriesByService: timeSeries({
        title: 'Series by workload',
        description: 'What Prometheus keeps of each: memory and disk grow with it.',
        unit: 'short',
        stacked: true,
        queries: [{ expr: `sum by (service) (scrape_samples_post_metric_relabeling{${all}})`, legend: '{{service}}' }],
        links: workloadLogs,
      }),
      telemetry: timeSeries({
        title: 'Spans and log lines that arrive',
        description: 'Per second: what the collectors received, and sent on to Tempo and Loki.',
        unit: 'cps',
        noValue: 'No collector is scraped.',
        queries: [
          { expr: sentOf('receiver_accepted', 'spans'), legend: 'spans received' },
          { expr: sentOf('exporter_sent', 'spans'), legend: 'spans sent on' },
          { expr: sentOf('receiver_accepted', 'log_records'), legend: 'lines received' },
          { expr: sentOf('exporter_sent', 'log_records'), legend: 'lines sent on' },
        ],
        links: collectorLogs,
      }),
      lostTelemetry: timeSeries({
        title: 'Spans and log lines that are lost',
        description: 'Per second: what collectors refused for want of memory, or could not send on.',
        unit: 'cps',
        bars: true,
        queries: [
          { expr: `${sentOf('receiver_refused', 'spans')} or vector(0)`, legend: 'spans refused' },
          { expr: `${sentOf('exporter_send_failed', 'spans')} or vector(0)`, legend: 'spans not sent' },
          { expr: `${sentOf('receiver_refused', 'log_records')} or vector(0)`, legend: 'lines refused' },
          { expr: `${sentOf('exporter_send_failed', 'log_records')} or vector(0)`, legend: 'lines not sent' },
        ],
        links: collectorLogs,
      }),
      certificates: barGauge({
        title: 'Certificates',
        description: 'How long they are valid for. cert-manager renews one when a third of its time is left.',
        unit: 's',
        // Scraped as its own chart has it, cert-manager's namespace takes the place of the certificate's.
        expr: `sort(min by (name) ((certmanager_certificate_expiration_timestamp_seconds{namespace="${namespace}"} or certmanager_certificate_expiration_timestamp_seconds{exported_namespace="${namespace}"}) - time())) or on () ${nothing({ name: 'no certificate' })}`,
        legend: '{{name}}',
        thresholds: {
          mode: 'absolute',
          steps: [
            { color: 'red', value: null },
            { color: 'orange', value: 3 * DAY },
            { color: 'green', value: 14 * DAY },
          ],
        },
      }),
    },
    rows: [
      {
        lines: [
          {
            height: 4,
            panels: ['nodesReady', 'podsRunning', 'podsNotRunning', 'cpuRequested', 'memoryRequested', 'targetsUp'],
          },
        ],
      },
      {
        title: 'Pods',
        lines: [
          { height: 17, panels: ['pods'] },
          { height: 8, panels: ['cpuByWorkload', 'memoryByWorkload'] },
        ],
      },
      {
        title: 'Nodes and volumes',
        lines: [{ height: 8, panels: ['cpuOfNodes', 'memoryOfNodes', 'volumes'] }],
      },
      {
        title: 'What observes it',
        lines: [
          { height: 15, panels: ['targets', 'seriesByService'] },
          {
            height: 7,
            panels: certificates ? ['telemetry', 'lostTelemetry', 'certificates'] : ['telemetry', 'lostTelemetry'],
          },
        ],
      },
    ],
  });
}
