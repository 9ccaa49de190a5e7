/**
 * OpenTelemetry resource attributes by which spans and log lines are found: the collectors set them, Loki makes labels of
 * them, Grafana goes from one to the other by them.
 * https://opentelemetry.io/docs/specs/semconv/resource/k8s/
 */
export const ATTRIBUTES = {
  service: 'service.name',
  namespace: 'k8s.namespace.name',
  pod: 'k8s.pod.name',
  container: 'k8s.container.name',
} as const;

/** Name under which Loki keeps the trace id of a log record that it was sent over OTLP, in its structured metadata. */
export const LOKI_TRACE_ID = 'trace_id';

/** Name that Loki gives to an attribute: its labels may not contain dots. */
export function lokiLabel(attribute: string): string {
  return attribute.replaceAll('.', '_');
}
