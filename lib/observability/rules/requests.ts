import { decimal, label, NOT_ACTUATOR, series } from './promql';
import type { Alert, PromDuration, RecordingRule, RuleGroup, Severity } from './model';
import {
  ERROR_RATIO_WINDOWS,
  type ErrorRatioWindow,
  HTTP_ERROR_RATIO,
  HTTP_ERRORS,
  HTTP_LATENCY,
  HTTP_REQUESTS,
} from './recording';
import type { RulesProps } from './props';

// What clients notice: requests that fail, and requests that take long.

/** Labels that tell services apart. */
const BY_SERVICE = 'sum by (namespace, service)';
const FAILED = 'status=~"5.."';

/** Windows that are longer than series of pods live: their ratio comes from what was recorded. */
const FROM_RECORDED: readonly ErrorRatioWindow[] = ['1d', '3d'];
const QUANTILES = { p50: 0.5, p95: 0.95, p99: 0.99 } as const;

/** How fast an objective's allowance of failures is used up, and who must know. */
interface BurnRate {
  /** How many times as many requests fail as the objective allows. */
  readonly factor: number;
  /** Whether it is worth telling. */
  readonly long: ErrorRatioWindow;
  /** Whether it goes on: it ends soon after the failures do. */
  readonly short: ErrorRatioWindow;
  /** Longer than the short window, so that what one bad minute did has left it by then. */
  readonly for: PromDuration;
  /** How often failures are counted in the long window. */
  readonly step: '1m' | '5m';
  readonly severity: Severity;
  /** After which time nothing is left of a month's allowance. */
  readonly exhausted: string;
}

/** Of 30 days, as https://sre.google/workbook/alerting-on-slos/ (6: multiwindow, multi-burn-rate alerts) has them. */
const BURN_RATES: readonly BurnRate[] = [
  { factor: 14.4, long: '1h', short: '5m', for: '6m', step: '1m', severity: 'critical', exhausted: '2 days' },
  { factor: 6, long: '6h', short: '30m', for: '35m', step: '5m', severity: 'critical', exhausted: '5 days' },
  { factor: 3, long: '1d', short: '2h', for: '130m', step: '5m', severity: 'warning', exhausted: '10 days' },
  { factor: 1, long: '3d', short: '6h', for: '390m', step: '5m', severity: 'warning', exhausted: '30 days' },
];

const SECONDS = { '1m': 60, '5m': 300 } as const;

/** With fewer failures in the long window, nobody is told: of ten requests at night one is much, and means little. */
const FEWEST_FAILURES = 10;

/** Requests to services: how many, how many of them fail, and how long they take. */
export function requestRules(props: RulesProps): readonly RuleGroup[] {
  const { namespace } = props;
  const rate = (window: PromDuration, ...more: readonly string[]): string =>
    `${BY_SERVICE} (rate(${series('http_server_requests_seconds_count', { namespace }, NOT_ACTUATOR, ...more)}[${window}]))`;
  const ratio = (window: ErrorRatioWindow): RecordingRule => ({
    record: HTTP_ERROR_RATIO[window],
    expr:
      window === '5m'
        ? `${series(HTTP_ERRORS, { namespace })} / (${series(HTTP_REQUESTS, { namespace })} > 0)`
        : FROM_RECORDED.includes(window)
          ? `sum_over_time(${series(HTTP_ERRORS, { namespace })}[${window}]) / (sum_over_time(${series(HTTP_REQUESTS, { namespace })}[${window}]) > 0)`
          : `(${rate(window, FAILED)} or 0 * ${rate(window)}) / (${rate(window)} > 0)`,
  });
  return [
    {
      name: 'requests',
      recording: [
        { record: HTTP_REQUESTS, expr: rate('5m') },
        // A service of which no request ever failed has no series that says so.
        { record: HTTP_ERRORS, expr: `${rate('5m', FAILED)} or 0 * ${series(HTTP_REQUESTS, { namespace })}` },
        ...ERROR_RATIO_WINDOWS.filter((window) => !FROM_RECORDED.includes(window)).map(ratio),
        ...(['p50', 'p95', 'p99'] as const).map((quantile) => ({
          record: HTTP_LATENCY[quantile],
          expr:
            `histogram_quantile(${QUANTILES[quantile]}, sum by (namespace, service, le) (rate(` +
            `${series('http_server_requests_seconds_bucket', { namespace }, NOT_ACTUATOR)}[5m]))) ` +
            `and on (namespace, service) ${series(HTTP_REQUESTS, { namespace })} > 0`,
        })),
      ],
      alerts: [...BURN_RATES.slice(0, 2).map((rate) => burnRate(rate, props)), latencyHigh(props), routeFails(props)],
    },
    {
      name: 'requests-of-days',
      interval: '2m',
      recording: FROM_RECORDED.map(ratio),
      alerts: BURN_RATES.slice(2).map((rate) => burnRate(rate, props)),
    },
  ];
}

/** The lines of a service's log that say what failed. */
const errorsInLog = `kubectl --namespace ${label('namespace')} logs --selector app.kubernetes.io/name=${label('service')} --prefix --since 15m --tail -1 | grep '"level":"ERROR"'`;

function burnRate(rate: BurnRate, { namespace, objective = 0.999 }: RulesProps): Alert {
  const { factor, long, short, step, severity, exhausted } = rate;
  const threshold = decimal(factor * (1 - objective));
  const above = (window: ErrorRatioWindow): string =>
    `${series(HTTP_ERROR_RATIO[window], { namespace })} > ${threshold}`;
  const share = `${decimal(100 * (1 - objective))} %`;
  return {
    name: `ErrorBudgetBurn${long}`,
    severity,
    for: rate.for,
    expr:
      `${above(long)} and ${above(short)} and on (namespace, service) ` +
      `sum_over_time(${series(HTTP_ERRORS, { namespace })}[${long}:${step}]) * ${SECONDS[step]} >= ${FEWEST_FAILURES}`,
    summary: `{{ $value | humanizePercentage }} of the requests to ${label('service')} failed in ${long}`,
    description:
      `The objective allows ${share} to fail in 30 days. At this rate, ${factor} times as much in ${long} and still in the last ${short}, ` +
      `that is used up in ${exhausted}.`,
    impact: 'Clients get an error of the server (a status of 500 or more) for what they asked for.',
    action: errorsInLog,
    panel: { dashboard: 'service', panel: 'burnRateByWindow', variables: { service: label('service') } },
  };
}

function latencyHigh({ namespace, latency }: RulesProps): Alert {
  const seconds = decimal(latency?.toSeconds({ integral: false }) ?? 1);
  return {
    name: 'LatencyHigh',
    severity: 'warning',
    for: '10m',
    expr: `${series(HTTP_LATENCY.p95, { namespace })} > ${seconds}`,
    summary: `Of the requests to ${label('service')}, 5 % take longer than {{ $value | humanizeDuration }}`,
    description: `Of 100 requests, 95 are to be answered within ${seconds} s. For ten minutes they were not.`,
    impact: 'Pages wait, and so does every service that asks this one.',
    action: `kubectl --namespace ${label('namespace')} top pods --selector app.kubernetes.io/name=${label('service')}`,
    panel: { dashboard: 'service', panel: 'latencyByRoute', variables: { service: label('service') } },
  };
}

function routeFails({ namespace }: RulesProps): Alert {
  const rate = (...more: readonly string[]): string =>
    'sum by (namespace, service, method, uri) ' +
    `(rate(${series('http_server_requests_seconds_count', { namespace }, NOT_ACTUATOR, ...more)}[5m]))`;
  return {
    name: 'RouteFails',
    severity: 'warning',
    for: '10m',
    expr: `${rate(FAILED)} / (${rate()} > 0) > 0.5`,
    summary: `{{ $value | humanizePercentage }} of ${label('method')} ${label('uri')} of ${label('service')} fail`,
    description:
      'More than half of the requests to one route failed for ten minutes. Among those to others that need not show.',
    impact: 'One thing that clients do with the service does not work, while the rest does.',
    action: errorsInLog,
    panel: { dashboard: 'service', panel: 'errorsByRoute', variables: { service: label('service') } },
  };
}
