import { counter, gauge, type Series } from './series';

// A platform of two services, Kafka and what observes it, as its metrics show it from minute to minute.

/** What happens to one pod: undefined where all is well. */
export interface PodState {
  /** Whether there is such a pod. */
  readonly exists?: boolean;
  /** Whether the process answers: serves metrics, is Ready. */
  readonly up?: boolean;
  /** Restarts of its container so far. */
  readonly restarts?: number;
  readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  /** Share of the CPU limit. */
  readonly cpu?: number;
  /** Share of the memory limit, of what the kernel cannot take back. */
  readonly memory?: number;
  /** Share of the heap that is in use after garbage collection. */
  readonly heap?: number;
  /** Requests in a minute, how many of them fail, and how long each takes. */
  readonly requests?: number;
  readonly failures?: number;
  readonly seconds?: number;
  /** Of the connection pool, of 10. */
  readonly connections?: number;
  readonly active?: number;
  readonly pending?: number;
  readonly timeouts?: number;
}

type At<T> = (minute: number) => T;

/** A pod of a workload. */
export interface Pod {
  readonly namespace: string;
  readonly service: string;
  readonly name: string;
  /** What owns it. @default - a ReplicaSet of the service */
  readonly owner?: { readonly kind: string; readonly name: string };
  /** Whether it is a Spring service. @default true */
  readonly isSpring?: boolean;
  readonly at: At<PodState>;
}

/** Usual latencies of a request, as buckets: seconds up to which. */
const BUCKETS = [0.1, 0.5, 1, 2.5, 10];
const LIMITS = { cpu: 0.5, memory: 640 * 2 ** 20 };
const HEAP = 480 * 2 ** 20;

/** Everything that is known of a pod. */
export function pod({ namespace, service, name, owner, isSpring = true, at }: Pod): readonly Series[] {
  const object = { namespace, pod: name };
  const ofContainer = { ...object, container: service };
  const target = { namespace, service, pod: name, instance: `${name}:8080` };
  const exists = (minute: number): boolean => at(minute).exists ?? true;
  const isUp = (minute: number): boolean => exists(minute) && (at(minute).up ?? true);
  const objectGauge = (metric: string, labels: Series['labels'], value: At<number>): Series =>
    gauge(metric, { ...labels, job: 'kube-state-metrics', service: 'kube-state-metrics', instance: 'ksm' }, (minute) =>
      exists(minute) ? value(minute) : undefined,
    );
  const scraped = (metric: string, labels: Series['labels'], value: At<number>): Series =>
    gauge(metric, { ...target, ...labels }, (minute) => (isUp(minute) ? value(minute) : undefined));
  const counted = (metric: string, labels: Series['labels'], value: At<number>): Series =>
    counter(metric, { ...target, ...labels }, (minute) => (isUp(minute) ? value(minute) : undefined));
  const requests = (minute: number): number => at(minute).requests ?? 60;
  const failures = (minute: number): number => at(minute).failures ?? 0;
  const route = { method: 'GET', uri: '/api/v1/things/{id}' };
  const { kind: ownerKind, name: ownerName } = owner ?? { kind: 'ReplicaSet', name: name.replace(/-[^-]+$/, '') };
  return [
    gauge('up', target, (minute) => (exists(minute) ? Number(isUp(minute)) : undefined)),
    objectGauge('kube_pod_owner', { ...object, owner_kind: ownerKind, owner_name: ownerName }, () => 1),
    ...(['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'] as const).map((phase) =>
      objectGauge('kube_pod_status_phase', { ...object, phase }, (minute) =>
        Number((at(minute).phase ?? 'Running') === phase),
      ),
    ),
    objectGauge('kube_pod_status_ready', { ...object, condition: 'true' }, (minute) => Number(isUp(minute))),
    objectGauge('kube_pod_container_status_restarts_total', ofContainer, (minute) => at(minute).restarts ?? 0),
    objectGauge('kube_pod_container_resource_limits', { ...ofContainer, resource: 'cpu' }, () => LIMITS.cpu),
    objectGauge('kube_pod_container_resource_limits', { ...ofContainer, resource: 'memory' }, () => LIMITS.memory),
    counter('container_cpu_usage_seconds_total', { ...ofContainer, instance: 'node-1' }, (minute) =>
      exists(minute) ? 60 * LIMITS.cpu * (at(minute).cpu ?? 0.1) : undefined,
    ),
    gauge('container_memory_rss', { ...ofContainer, instance: 'node-1' }, (minute) =>
      exists(minute) ? LIMITS.memory * (at(minute).memory ?? 0.7) : undefined,
    ),
    ...(isSpring
      ? [
          counted(
            'http_server_requests_seconds_count',
            { ...route, status: '200' },
            (minute) => requests(minute) - failures(minute),
          ),
          // A series of failures begins with the first of them.
          failing(counted('http_server_requests_seconds_count', { ...route, status: '500' }, failures)),
          counted(
            'http_server_requests_seconds_count',
            { method: 'GET', uri: '/actuator/health/liveness', status: '200' },
            () => 6,
          ),
          ...[...BUCKETS, Infinity].map((le) =>
            counted(
              'http_server_requests_seconds_bucket',
              { ...route, status: '200', le: le === Infinity ? '+Inf' : String(le) },
              (minute) => ((at(minute).seconds ?? 0.05) <= le ? requests(minute) : 0),
            ),
          ),
          scraped('jvm_gc_live_data_size_bytes', {}, (minute) => HEAP * (at(minute).heap ?? 0.4)),
          scraped('jvm_gc_max_data_size_bytes', {}, () => HEAP),
          scraped('hikaricp_connections', { pool: 'HikariPool-1' }, (minute) => at(minute).connections ?? 10),
          scraped('hikaricp_connections_max', { pool: 'HikariPool-1' }, () => 10),
          scraped('hikaricp_connections_active', { pool: 'HikariPool-1' }, (minute) => at(minute).active ?? 1),
          scraped('hikaricp_connections_pending', { pool: 'HikariPool-1' }, (minute) => at(minute).pending ?? 0),
          counted('hikaricp_connections_timeout_total', { pool: 'HikariPool-1' }, (minute) => at(minute).timeouts ?? 0),
        ]
      : []),
  ];
}

/** A counter that is not there before it counts. */
function failing(series: Series): Series {
  return { ...series, at: (minute) => (series.at(minute) === 0 ? undefined : series.at(minute)) };
}

/** What happens to Kafka: undefined where all is well. */
export interface KafkaState {
  readonly brokers?: number | 'none';
  /** Replicas of the one partition that are in sync, of 3. */
  readonly inSync?: number;
  /** Messages that wait. */
  readonly lag?: number;
  /** How many are consumed in a minute. */
  readonly consumed?: number;
}

const KAFKA = {
  namespace: 'watch',
  service: 'kafka-metrics',
  pod: 'kafka-metrics-5c9-x',
  instance: 'kafka-metrics:9464',
};

/** Everything that is known of Kafka. */
export function kafka(at: At<KafkaState>): readonly Series[] {
  const partition = { ...KAFKA, topic: 'orders.placed', partition: '0' };
  const group = { ...KAFKA, group: 'carts-service', topic: 'orders.placed' };
  const there =
    (value: At<number>): Series['at'] =>
    (minute) =>
      at(minute).brokers === 'none' ? undefined : value(minute);
  return [
    gauge('kafka_brokers', KAFKA, (minute) => {
      const { brokers = 3 } = at(minute);
      return brokers === 'none' ? undefined : brokers;
    }),
    gauge(
      'kafka_partition_replicas',
      partition,
      there(() => 3),
    ),
    gauge(
      'kafka_partition_replicas_in_sync',
      partition,
      there((minute) => at(minute).inSync ?? 3),
    ),
    gauge(
      'kafka_consumer_group_lag',
      { ...group, partition: '0' },
      there((minute) => at(minute).lag ?? 0),
    ),
    gauge(
      'kafka_consumer_group_lag_sum',
      group,
      there((minute) => at(minute).lag ?? 0),
    ),
    counter(
      'kafka_consumer_group_offset',
      { ...group, partition: '0' },
      there((minute) => at(minute).consumed ?? 0),
    ),
  ];
}

/** What happens to what observes: undefined where all is well. */
export interface ObservingState {
  /** Bytes that are free of a volume of 1000. */
  readonly free?: number;
  readonly ruleFailures?: number;
  readonly configuration?: number;
  readonly notSent?: number;
  readonly dropped?: number;
  readonly notDelivered?: number;
  /** When the certificate expires, in seconds from the beginning. */
  readonly certificate?: number;
}

/** Everything that is known of what observes. */
export function observing(at: At<ObservingState>): readonly Series[] {
  const prometheus = { namespace: 'watch', service: 'prometheus', pod: 'prometheus-0', instance: 'prometheus:9090' };
  const alertmanager = {
    namespace: 'watch',
    service: 'alertmanager',
    pod: 'alertmanager-0',
    instance: 'alertmanager:9093',
  };
  const claim = {
    namespace: 'watch',
    persistentvolumeclaim: 'loki-data-loki-0',
    service: 'kubelet',
    instance: 'node-1',
  };
  return [
    ...[prometheus, alertmanager, KAFKA].map((target) => gauge('up', target, 1)),
    gauge('kubelet_volume_stats_capacity_bytes', claim, 1000),
    gauge('kubelet_volume_stats_available_bytes', claim, (minute) => at(minute).free ?? 600),
    counter(
      'prometheus_rule_evaluation_failures_total',
      { ...prometheus, rule_group: 'requests' },
      (minute) => at(minute).ruleFailures ?? 0,
    ),
    gauge('prometheus_config_last_reload_successful', prometheus, (minute) => at(minute).configuration ?? 1),
    counter(
      'prometheus_notifications_errors_total',
      { ...prometheus, alertmanager: 'a' },
      (minute) => at(minute).notSent ?? 0,
    ),
    counter('prometheus_notifications_dropped_total', prometheus, (minute) => at(minute).dropped ?? 0),
    counter(
      'alertmanager_notifications_failed_total',
      { ...alertmanager, integration: 'webhook' },
      (minute) => at(minute).notDelivered ?? 0,
    ),
    gauge(
      'certmanager_certificate_expiration_timestamp_seconds',
      { namespace: 'cert-manager', exported_namespace: 'shop', name: 'shop-tls', service: 'cert-manager' },
      (minute) => at(minute).certificate ?? 30 * 24 * 3600,
    ),
  ];
}

/** What happens to the platform. */
export interface Events {
  /** To pod `orders-1`, one of two of `orders`. */
  readonly orders?: At<PodState>;
  /** To the other. */
  readonly other?: At<PodState>;
  /** To the one pod of `carts`. */
  readonly carts?: At<PodState>;
  readonly kafka?: At<KafkaState>;
  readonly observing?: At<ObservingState>;
  readonly more?: readonly Series[];
  /** Metrics that nobody serves, and from when on. */
  readonly without?: { readonly metric: RegExp; readonly from: number };
}

/** The pods' names. */
export const PODS = { orders: 'orders-6d5f8-aaaaa', other: 'orders-6d5f8-bbbbb', carts: 'carts-7b9c4-ccccc' } as const;

const well = (): Record<string, never> => ({});

/** All series of the platform. */
export function platform({
  orders = well,
  other = well,
  carts = well,
  kafka: ofKafka = well,
  observing: ofObserving = well,
  more = [],
  without,
}: Events): readonly Series[] {
  const all = [
    ...pod({ namespace: 'shop', service: 'orders', name: PODS.orders, at: orders }),
    ...pod({ namespace: 'shop', service: 'orders', name: PODS.other, at: other }),
    ...pod({ namespace: 'shop', service: 'carts', name: PODS.carts, at: carts }),
    ...kafka(ofKafka),
    ...observing(ofObserving),
    ...more,
  ];
  return without === undefined
    ? all
    : all.map((each) =>
        without.metric.test(each.metric)
          ? { ...each, at: (minute) => (minute < without.from ? each.at(minute) : undefined) }
          : each,
      );
}
