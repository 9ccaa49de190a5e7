import type { Chart } from 'cdk8s';
import type { Endpoint } from '../constructs/endpoint';
import { platformDashboards } from '../observability/dashboards/dashboards';
import { Grafana } from '../observability/grafana';
import { LogCollector } from '../observability/log-collector';
import { Loki } from '../observability/loki';
import { OpenTelemetryCollector } from '../observability/open-telemetry-collector';
import { Tempo } from '../observability/tempo';
import { acknowledge } from '../policy/exceptions';
import { addGrafanaEntrance, grafanaUrlOf } from './entrance';
import type { Environment } from './environment';
import { hasCertificateMetrics, prometheusFor } from './metrics';

const ASKS_FOR_PODS = 'It asks the API server which pod a trace or log line comes from.';
const ONLY_ROOT_READS_LOGS = 'The log files of containers belong to root, and only root may read them.';

/**
 * Makes what collects, keeps and shows traces and logs.
 *
 * @param chart gives the chart of that name, in the namespace of the observability parts.
 * @returns where services send traces.
 */
export function addObservability(chart: (name: string) => Chart, environment: Environment): Endpoint {
  const { namespace, observabilityNamespace, observability } = environment;
  const tempo = new Tempo(chart('tempo'), 'tempo', { component: 'trace-store', ...observability });
  const loki = new Loki(chart('loki'), 'loki', { component: 'log-store', ...observability });
  const collector = new OpenTelemetryCollector(chart('otel-collector'), 'otel-collector', {
    component: 'collector',
    traces: tempo.otlpGrpc,
  });
  acknowledge(collector, 'service-account-token', ASKS_FOR_PODS);
  const logCollector = new LogCollector(chart('log-collector'), 'log-collector', {
    component: 'collector',
    loki: loki.http,
    namespaces: [namespace],
  });
  acknowledge(logCollector, 'service-account-token', ASKS_FOR_PODS);
  acknowledge(
    logCollector,
    'host-path',
    "It reads the log files of the node's containers, and remembers on the node how far it has read.",
  );
  acknowledge(logCollector, 'run-as-non-root', ONLY_ROOT_READS_LOGS);
  acknowledge(logCollector, 'run-as-user', ONLY_ROOT_READS_LOGS);
  const scope = chart('grafana');
  const grafana = new Grafana(scope, 'grafana', {
    component: 'dashboard',
    tempo: tempo.http,
    loki: loki.http,
    prometheus: prometheusFor(scope, environment),
    dashboards: platformDashboards({
      namespace,
      observabilityNamespace,
      certificates: hasCertificateMetrics(environment),
    }),
    rootUrl: grafanaUrlOf(environment),
  });
  if (environment.metrics.kind === 'prometheus-operator') {
    acknowledge(
      grafana.dataSources,
      'reference-outside',
      'It asks the Prometheus of the cluster, which others install.',
    );
  }
  addGrafanaEntrance(scope, environment, grafana);
  return collector.otlpGrpc;
}
