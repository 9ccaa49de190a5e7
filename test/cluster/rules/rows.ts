import { type Events, kafka, pod, PODS, type PodState } from './platform';
import { gauge } from './series';

/** What people are told. */
interface Told {
  /** The alert's labels, without its severity. */
  readonly labels: Readonly<Record<string, string>>;
  /** Its summary, as people read it. */
  readonly summary: string;
}

/** Something that is wrong, and what people are told after which time. */
export interface Firing extends Told {
  readonly alert: string;
  /** What happens. */
  readonly events: Events;
  /**
   * Minutes between evaluations, and between scrapes.
   * @default 1
   */
  readonly interval?: number;
  /** The first minute at whose end the alert's expression holds. */
  readonly holdsFrom: number;
  /**
   * What the same alert tells at the same time of others.
   * @default - nothing
   */
  readonly also?: readonly Told[];
  /**
   * The minute at whose end nobody is told of anything any more, as it was mended.
   * @default - it goes on
   */
  readonly endsAt?: number;
}

/** Something of which nobody is told. */
export interface Silent {
  readonly name: string;
  readonly events: Events;
  /** For how long it is looked at. */
  readonly minutes: number;
  /**
   * Minutes between evaluations, and between scrapes.
   * @default 1
   */
  readonly interval?: number;
}

const from =
  <T>(start: number, state: T) =>
  (minute: number): T | Record<string, never> =>
    minute >= start ? state : {};
const during =
  <T>(start: number, end: number, state: T) =>
  (minute: number): T | Record<string, never> =>
    minute >= start && minute < end ? state : {};

const HOUR = 60;
const DAY = 24 * HOUR;
const ORDERS = { namespace: 'shop', service: 'orders' };
const CARTS = { namespace: 'shop', service: 'carts' };
const CLAIM = { namespace: 'watch', persistentvolumeclaim: 'loki-data-loki-0' };
const GROUP = { namespace: 'shop', group: 'carts-service', topic: 'orders.placed' };
const CERTIFICATE = { namespace: 'shop', name: 'shop-tls' };

/** For each alert what fires it: at `holdsFrom` and its time, and not a minute before. */
export const FIRING: readonly Firing[] = [
  {
    alert: 'ErrorBudgetBurn1h',
    // Half of all requests: 1.44 % of an hour's are reached in the second minute.
    events: { orders: from(90, { failures: 60 }) },
    holdsFrom: 91,
    labels: ORDERS,
    summary: '7.062% of the requests to orders failed in 1h',
  },
  {
    alert: 'ErrorBudgetBurn6h',
    // 1 % of all requests: 0.6 % of 6 hours' are reached after 215 minutes.
    events: { orders: from(400, { failures: 1.2 }) },
    holdsFrom: 615,
    labels: ORDERS,
    summary: '0.6986% of the requests to orders failed in 6h',
  },
  {
    alert: 'ErrorBudgetBurn1d',
    // 0.5 % of all requests: 0.3 % of a day's are reached after 865 minutes.
    events: { orders: from(DAY, { failures: 0.6 }) },
    holdsFrom: DAY + 865,
    labels: ORDERS,
    summary: '0.3453% of the requests to orders failed in 1d',
  },
  {
    alert: 'ErrorBudgetBurn3d',
    // 0.25 % of all requests: 0.1 % of three days' are reached after 1728 minutes.
    events: { orders: from(3 * DAY, { failures: 0.3 }) },
    interval: 2,
    holdsFrom: 3 * DAY + 1728,
    labels: ORDERS,
    summary: '0.1226% of the requests to orders failed in 3d',
  },
  {
    alert: 'LatencyHigh',
    events: { carts: from(30, { seconds: 2 }) },
    holdsFrom: 30,
    labels: CARTS,
    summary: 'Of the requests to carts, 5 % take longer than 2.425s',
  },
  {
    alert: 'RouteFails',
    events: { carts: from(30, { failures: 60 }) },
    holdsFrom: 32,
    labels: { ...CARTS, method: 'GET', uri: '/api/v1/things/{id}' },
    summary: '100% of GET /api/v1/things/{id} of carts fail',
  },
  {
    alert: 'ServiceUnavailable',
    events: { carts: from(30, { up: false }) },
    holdsFrom: 30,
    labels: CARTS,
    summary: 'No pod of carts is ready',
  },
  {
    alert: 'PodNotReady',
    events: { orders: from(30, { up: false, phase: 'Pending' }) },
    holdsFrom: 30,
    labels: { ...ORDERS, pod: PODS.orders },
    summary: `Pod ${PODS.orders} is not ready`,
  },
  {
    alert: 'PodRestarts',
    events: { carts: (minute) => ({ restarts: minute < 30 ? 0 : Math.floor((minute - 20) / 10) }) },
    holdsFrom: 50,
    labels: { ...CARTS, pod: PODS.carts, container: 'carts' },
    summary: `Container carts of pod ${PODS.carts} restarted 3 times in an hour`,
  },
  {
    alert: 'MemoryNearLimit',
    events: { carts: from(30, { memory: 0.96 }) },
    holdsFrom: 30,
    labels: { ...CARTS, pod: PODS.carts, container: 'carts' },
    summary: `Container carts of pod ${PODS.carts} uses 96% of its memory limit`,
  },
  {
    alert: 'CpuNearLimit',
    events: { carts: from(30, { cpu: 1 }) },
    holdsFrom: 33,
    labels: { ...CARTS, pod: PODS.carts, container: 'carts' },
    summary: 'Container carts of pod carts-7b9c4-ccccc uses 100% of its CPU limit',
  },
  {
    alert: 'HeapNearLimit',
    events: { carts: from(30, { heap: 0.93 }) },
    holdsFrom: 30,
    labels: { ...CARTS, pod: PODS.carts },
    summary: `93% of the heap of pod ${PODS.carts} is in use after garbage collection`,
  },
  {
    alert: 'DatabaseUnreachable',
    // Nobody asks for anything: the pool finds out by itself. Then the database is there again.
    events: { carts: during(30, 45, { requests: 0, connections: 0, active: 0 }) },
    holdsFrom: 30,
    endsAt: 45,
    labels: CARTS,
    summary: 'carts does not reach its database',
  },
  {
    alert: 'DatabaseUnreachable',
    // The server takes no more connections: requests wait, although the pool is not full.
    events: { carts: from(30, { connections: 3, active: 3, pending: 4, timeouts: 2 }) },
    holdsFrom: 30,
    labels: CARTS,
    summary: 'carts does not reach its database',
  },
  {
    alert: 'DatabaseUnreachable',
    // Both services that use it end as they start.
    events: {
      orders: during(30, 60, { up: false }),
      other: during(30, 60, { up: false }),
      carts: during(30, 60, { up: false }),
    },
    holdsFrom: 30,
    endsAt: 60,
    labels: CARTS,
    also: [{ labels: ORDERS, summary: 'orders does not reach its database' }],
    summary: 'carts does not reach its database',
  },
  {
    alert: 'ConnectionPoolExhausted',
    events: { carts: from(30, { active: 10, pending: 7, timeouts: 2 }) },
    holdsFrom: 30,
    labels: { ...CARTS, pod: PODS.carts },
    summary: `7 threads of pod ${PODS.carts} wait for a connection to the database`,
  },
  {
    alert: 'KafkaBrokersMissing',
    events: { kafka: from(30, { brokers: 2 }) },
    holdsFrom: 30,
    labels: { namespace: 'shop' },
    summary: '2 of 3 Kafka brokers answer',
  },
  {
    alert: 'KafkaBrokersMissing',
    events: { kafka: from(30, { brokers: 'none' as const }) },
    holdsFrom: 30,
    labels: { namespace: 'shop' },
    summary: '0 of 3 Kafka brokers answer',
  },
  {
    alert: 'KafkaUnderReplicated',
    events: { kafka: from(30, { inSync: 2 }) },
    holdsFrom: 30,
    labels: { namespace: 'shop', topic: 'orders.placed' },
    summary: '1 partitions of topic orders.placed have too few replicas in sync',
  },
  {
    alert: 'ConsumerStuck',
    events: { kafka: (minute) => (minute < 30 ? { consumed: 5 } : { consumed: 0, lag: 5 * (minute - 29) }) },
    holdsFrom: 38,
    labels: GROUP,
    summary: 'Group carts-service consumes nothing of topic orders.placed, 95 messages wait',
  },
  {
    alert: 'ConsumerLagGrows',
    events: { kafka: (minute) => ({ consumed: 5, lag: minute < 30 ? 0 : 100 * (minute - 29) }) },
    holdsFrom: 40,
    labels: GROUP,
    summary: 'Group carts-service falls behind in topic orders.placed by 2600 messages',
  },
  {
    alert: 'VolumeNearlyFull',
    events: { observing: from(30, { free: 90 }) },
    holdsFrom: 30,
    labels: CLAIM,
    summary: 'Only 9% of volume loki-data-loki-0 are free',
  },
  {
    alert: 'VolumeFullIn4Hours',
    // 2 of 1000 in a minute.
    events: { observing: (minute) => ({ free: 600 - 2 * minute }) },
    holdsFrom: 61,
    labels: CLAIM,
    summary: 'Volume loki-data-loki-0 will be full in 4 hours',
  },
  {
    alert: 'TargetDown',
    events: { orders: from(30, { up: false }) },
    holdsFrom: 30,
    labels: { ...ORDERS, pod: PODS.orders },
    summary: `Pod ${PODS.orders} of orders does not say how it is`,
  },
  {
    alert: 'TargetMissing',
    events: { carts: from(30, { exists: false }) },
    holdsFrom: 30,
    labels: CARTS,
    summary: 'No pod of carts is scraped',
  },
  {
    alert: 'SourceMissing',
    events: { without: { metric: /^kube_/, from: 30 } },
    holdsFrom: 30,
    labels: { namespace: 'shop', source: 'kube-state-metrics' },
    summary: 'There are no metrics of kube-state-metrics',
  },
  {
    alert: 'SourceMissing',
    events: { without: { metric: /^container_/, from: 30 } },
    holdsFrom: 30,
    labels: { namespace: 'shop', source: 'kubelet' },
    summary: 'There are no metrics of kubelet',
  },
  {
    alert: 'RulesFail',
    events: { observing: from(30, { ruleFailures: 2 }) },
    holdsFrom: 30,
    labels: { namespace: 'watch', rule_group: 'requests' },
    summary: 'Prometheus cannot evaluate rules of requests',
  },
  {
    alert: 'ConfigurationRefused',
    events: { observing: from(30, { configuration: 0 }) },
    holdsFrom: 30,
    labels: { namespace: 'watch', pod: 'prometheus-0' },
    summary: 'Prometheus prometheus-0 refuses its configuration',
  },
  {
    alert: 'AlertsNotSent',
    events: { observing: from(30, { notSent: 1 }) },
    holdsFrom: 30,
    labels: { namespace: 'watch', pod: 'prometheus-0' },
    summary: 'Prometheus prometheus-0 cannot send alerts to Alertmanager',
  },
  {
    alert: 'AlertsNotDelivered',
    events: { observing: from(30, { notDelivered: 1 }) },
    holdsFrom: 30,
    labels: { namespace: 'watch', integration: 'webhook' },
    summary: 'Alertmanager cannot deliver alerts by webhook',
  },
  {
    alert: 'CertificateExpiresSoon',
    events: { observing: () => ({ certificate: 14 * DAY * 60 + 30 * 60 }) },
    holdsFrom: 31,
    labels: CERTIFICATE,
    summary: 'Certificate shop-tls expires in 13d 22h 59m 0s',
  },
  {
    alert: 'CertificateExpires',
    events: { observing: () => ({ certificate: 3 * DAY * 60 + 30 * 60 }) },
    holdsFrom: 31,
    labels: CERTIFICATE,
    summary: 'Certificate shop-tls expires in 2d 22h 59m 0s',
  },
];

/** Of something else people are told, and not of this. */
export interface OtherAlert extends Silent {
  readonly alert: string;
}

export const OTHER_ALERTS: readonly OtherAlert[] = [
  {
    alert: 'DatabaseUnreachable',
    name: 'one of two services does not start',
    events: { carts: from(30, { up: false }) },
    minutes: HOUR,
  },
  {
    alert: 'DatabaseUnreachable',
    name: 'a pool is exhausted',
    events: { carts: from(30, { active: 10, pending: 7, timeouts: 2 }) },
    minutes: HOUR,
  },
  {
    alert: 'ConnectionPoolExhausted',
    name: 'a database is not there',
    events: { carts: from(30, { connections: 0, active: 0, pending: 7, timeouts: 2 }) },
    minutes: HOUR,
  },
  {
    alert: 'ServiceUnavailable',
    name: 'one of two pods is not ready',
    events: { orders: from(30, { up: false }) },
    minutes: 2 * HOUR,
  },
  {
    alert: 'ConsumerStuck',
    name: 'a consumer falls behind',
    events: { kafka: (minute) => ({ consumed: 5, lag: minute < 30 ? 0 : 100 * (minute - 29) }) },
    minutes: 2 * HOUR,
  },
  {
    alert: 'ErrorBudgetBurn1h',
    name: 'failures that use up the budget in days',
    events: { orders: from(30, { failures: 1.2 }) },
    minutes: 8 * HOUR,
  },
  {
    alert: 'VolumeFullIn4Hours',
    name: 'a volume is nearly full, and stays so',
    events: { observing: () => ({ free: 50 }) },
    minutes: 4 * HOUR,
  },
];

/** One pod ends, and another of the service takes its place: minutes until it is Ready. */
const ROLLOUT_MINUTES = 4;

/** Of what belongs to a platform that is well nobody is told, whatever the alert. */
export const SILENT: readonly Silent[] = [
  { name: 'a platform that is well', events: {}, minutes: 4 * HOUR },
  {
    name: 'a platform at the edge of what is told',
    events: {
      carts: () => ({ cpu: 0.89, memory: 0.94, heap: 0.89, seconds: 0.9, active: 9, failures: 0.05 }),
      kafka: (minute) => ({ consumed: 5, lag: minute }),
      observing: () => ({ free: 110, certificate: 15 * DAY * 60 }),
    },
    minutes: 12 * HOUR,
  },
  {
    name: 'a quiet service',
    events: { carts: from(30, { requests: 0, active: 0 }), orders: () => ({ requests: 0 }) },
    minutes: 4 * HOUR,
  },
  {
    name: 'a quiet service, of whose few requests one fails now and then',
    events: {
      carts: (minute) =>
        minute % 30 === 0 ? { requests: 1, failures: minute % 60 === 0 ? 1 : 0, seconds: 8 } : { requests: 0 },
    },
    minutes: 8 * HOUR,
  },
  {
    name: 'a restart, and another later',
    events: {
      carts: (minute: number): PodState => {
        const restarts = minute < 30 ? 0 : minute < 50 ? 1 : 2;
        const starts = (minute >= 30 && minute < 33) || (minute >= 50 && minute < 53);
        return starts ? { restarts, up: false, cpu: 1 } : { restarts };
      },
      kafka: (minute) => (minute >= 30 && minute < 33 ? { lag: 400 * (minute - 29) } : { consumed: 100 }),
    },
    minutes: 3 * HOUR,
  },
  {
    name: 'one bad minute: everything fails, is slow and full',
    events: {
      orders: during(90, 91, {
        failures: 60,
        seconds: 10,
        cpu: 1,
        memory: 0.99,
        heap: 0.99,
        active: 10,
        pending: 9,
        timeouts: 5,
      }),
      carts: during(90, 91, {
        failures: 60,
        seconds: 10,
        connections: 0,
        active: 0,
        pending: 9,
        timeouts: 5,
        up: false,
      }),
      kafka: during(90, 91, { brokers: 1, inSync: 1, lag: 50_000 }),
      observing: during(90, 91, { free: 10, configuration: 0 }),
    },
    minutes: 8 * HOUR,
  },
  {
    name: 'one bad minute, all requests of a service fail',
    // One has failed before: of a series that begins with the failures of a minute, Prometheus sees no increase.
    events: {
      carts: (minute) => (minute === 10 ? { failures: 1 } : minute === 90 ? { failures: 60, seconds: 10 } : {}),
    },
    minutes: 8 * HOUR,
  },
  {
    name: 'one bad minute, what is sent gets lost',
    events: { observing: during(90, 91, { notSent: 3, dropped: 3, notDelivered: 3 }) },
    minutes: 4 * HOUR,
  },
  {
    name: 'a rollout: one pod after the other is replaced',
    events: {
      orders: (minute) => ({ exists: minute < 30 + ROLLOUT_MINUTES }),
      more: pod({
        ...ORDERS,
        name: 'orders-7c6e9-ddddd',
        at: (minute) =>
          minute < 30
            ? { exists: false }
            : minute < 30 + ROLLOUT_MINUTES
              ? { up: false, cpu: 1, ...(minute === 30 && { phase: 'Pending' as const }) }
              : {},
      }),
    },
    minutes: 3 * HOUR,
  },
  {
    name: 'a broker that restarts, and catches up',
    events: {
      kafka: (minute) =>
        minute >= 30 && minute < 33
          ? { brokers: 2, inSync: 2 }
          : minute >= 33 && minute < 38
            ? { inSync: 2 }
            : { consumed: 10 },
    },
    minutes: 2 * HOUR,
  },
  {
    name: 'a consumer that was away, and works off what waits',
    events: {
      kafka: (minute) =>
        minute < 30
          ? { consumed: 500 }
          : minute < 38
            ? { consumed: 0, lag: 500 * (minute - 29) }
            : { consumed: 700, lag: Math.max(0, 4000 - 200 * (minute - 38)) },
    },
    minutes: 2 * HOUR,
  },
  {
    name: 'a topic to which nothing is written',
    events: { kafka: () => ({ consumed: 0, lag: 0 }) },
    minutes: 2 * HOUR,
  },
  {
    name: 'a volume that is written to by fits, and compacted',
    events: { observing: (minute) => ({ free: 300 - 3 * (minute % 20) }) },
    minutes: 4 * HOUR,
  },
  {
    name: 'a volume that is new, and filled at first',
    events: { observing: (minute) => ({ free: Math.max(1000 - 8 * minute, 520) }) },
    minutes: 4 * HOUR,
  },
  {
    name: 'jobs: one that waits, one that runs, one that is done, one that failed',
    events: {
      more: (['Pending', 'Running', 'Succeeded', 'Failed'] as const).flatMap((phase) =>
        pod({
          namespace: 'shop',
          service: 'migration',
          name: `migration-${phase.toLowerCase()}`,
          owner: { kind: 'Job', name: 'migration' },
          isSpring: false,
          at: () => ({ phase, up: phase === 'Running', cpu: 0.2 }),
        }).filter(({ metric }) => metric !== 'up'),
      ),
    },
    minutes: 2 * HOUR,
  },
  {
    name: 'another platform in the cluster, where everything is wrong',
    events: {
      more: [
        ...pod({
          namespace: 'other',
          service: 'orders',
          name: 'orders-5f5f5-eeeee',
          at: () => ({ failures: 60, up: true, connections: 0, heap: 0.99, memory: 1, cpu: 1 }),
        }),
        gauge('up', { namespace: 'other', service: 'carts', pod: 'carts-5f5f5-fffff' }, 0),
        ...kafka(() => ({ brokers: 1, inSync: 1, lag: 9999 })).map((each) => ({
          ...each,
          labels: { ...each.labels, namespace: 'other' },
        })),
      ],
    },
    minutes: 2 * HOUR,
  },
  {
    name: 'an objective that is just met: 0.09 % of all requests fail, for days',
    events: { orders: () => ({ failures: 0.108 }) },
    minutes: 3 * DAY,
    interval: 2,
  },
];
