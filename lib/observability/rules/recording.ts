/**
 * Names of the recorded series, which alerts and dashboards ask for. As Prometheus advises, a name says by what it is summed up, what it
 * measures, and how: https://prometheus.io/docs/practices/rules/#naming
 */

/** Windows over which the ratio of failed requests is recorded: alerts on burn rates compare a long one with a short one. */
export const ERROR_RATIO_WINDOWS = ['5m', '30m', '1h', '2h', '6h', '1d', '3d'] as const;

/** A window over which the ratio of failed requests is recorded. */
export type ErrorRatioWindow = (typeof ERROR_RATIO_WINDOWS)[number];

/** Requests of a service (labels `namespace`, `service`) per second over five minutes, those to Actuator left out. */
export const HTTP_REQUESTS = 'service:http_requests:rate5m';

/** Those of {@link HTTP_REQUESTS} that were answered with a status of 500 or more. 0 where there were none. */
export const HTTP_ERRORS = 'service:http_errors:rate5m';

/**
 * Share of a service's requests (labels `namespace`, `service`) that failed, from 0 to 1, over each window. A service without requests in a
 * window has no series for it.
 */
export const HTTP_ERROR_RATIO = {
  '5m': 'service:http_error_ratio:rate5m',
  '30m': 'service:http_error_ratio:rate30m',
  '1h': 'service:http_error_ratio:rate1h',
  '2h': 'service:http_error_ratio:rate2h',
  '6h': 'service:http_error_ratio:rate6h',
  '1d': 'service:http_error_ratio:rate1d',
  '3d': 'service:http_error_ratio:rate3d',
} as const satisfies Readonly<Record<ErrorRatioWindow, string>>;

/**
 * Seconds within which that share of a service's requests (labels `namespace`, `service`) was answered over five minutes. A service without
 * requests has no series.
 */
export const HTTP_LATENCY = {
  p50: 'service:http_latency_p50:5m',
  p95: 'service:http_latency_p95:5m',
  p99: 'service:http_latency_p99:5m',
} as const;

/** 1 for each pod that there is, with the service that it belongs to: labels `namespace`, `pod`, `service`. */
export const POD_SERVICE = 'pod:service:info';

/** 1 for each pod (labels `namespace`, `pod`, `service`) that should serve and is not Ready: pods that have ended are none. */
export const POD_NOT_READY = 'pod:not_ready:info';

/** Name of a recorded series. */
export type RecordedSeries =
  | typeof HTTP_REQUESTS
  | typeof HTTP_ERRORS
  | (typeof HTTP_ERROR_RATIO)[keyof typeof HTTP_ERROR_RATIO]
  | (typeof HTTP_LATENCY)[keyof typeof HTTP_LATENCY]
  | typeof POD_SERVICE
  | typeof POD_NOT_READY;
