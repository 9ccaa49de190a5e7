/**
 * Metrics, traces and logs: the OpenTelemetry Collector, a collector of logs on every node, Prometheus, Alertmanager, Tempo, Loki and Grafana; what
 * Prometheus operator reads where a cluster has it; and rules of what people are told.
 *
 * @module observability
 */
export type { AlertChannel, SecretKey } from './alert-routing';
export { Alertmanager, type AlertmanagerProps } from './alertmanager';
export { platformDashboards } from './dashboards/dashboards';
export {
  DASHBOARDS,
  type DashboardUid,
  type PanelKey,
  type PanelReference,
  type VariableName,
} from './dashboards/link';
export type { DashboardsProps } from './dashboards/props';
export { Grafana, type GrafanaProps } from './grafana';
export type { GrafanaDashboard } from './grafana-dashboards';
export { KafkaMetrics, type KafkaMetricsProps } from './kafka-metrics';
export { KubeStateMetrics, type KubeStateMetricsProps } from './kube-state-metrics';
export { LogCollector, type LogCollectorProps, type LogFields } from './log-collector';
export { Loki, type LokiProps } from './loki';
export { OpenTelemetryCollector, type OpenTelemetryCollectorProps } from './open-telemetry-collector';
export { type Kubelets, Prometheus, type PrometheusProps } from './prometheus';
export {
  AlertReceiver,
  type AlertReceiverProps,
  PodMonitors,
  type PodMonitorsProps,
  PrometheusRules,
  type PrometheusRulesProps,
} from './prometheus-operator';
export type { Alert, PromDuration, RecordingRule, RuleGroup, Severity } from './rules/model';
export type { RuleDatabase, RuleKafka, RulesProps, RuleTarget } from './rules/props';
export {
  ERROR_RATIO_WINDOWS,
  type ErrorRatioWindow,
  HTTP_ERROR_RATIO,
  HTTP_ERRORS,
  HTTP_LATENCY,
  HTTP_REQUESTS,
  POD_NOT_READY,
  POD_SERVICE,
  type RecordedSeries,
} from './rules/recording';
export { platformRules } from './rules/rules';
export { type ScrapeTarget, scrapeTarget, scrapeTargets } from './scrape-targets';
export { Tempo, type TempoProps } from './tempo';
