/**
 * Traces and logs: the OpenTelemetry Collector, a collector of logs on every node, Tempo, Loki and Grafana.
 *
 * @module observability
 */
export { platformDashboards } from './dashboards/dashboards';
export type { DashboardsProps } from './dashboards/props';
export { Grafana, type GrafanaProps } from './grafana';
export type { GrafanaDashboard } from './grafana-dashboards';
export { LogCollector, type LogCollectorProps, type LogFields } from './log-collector';
export { Loki, type LokiProps } from './loki';
export { OpenTelemetryCollector, type OpenTelemetryCollectorProps } from './open-telemetry-collector';
export { Tempo, type TempoProps } from './tempo';
