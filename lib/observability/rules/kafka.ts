import type { Alert, RuleGroup } from './model';
import { label, series } from './promql';
import type { RuleKafka, RulesProps } from './props';

// Kafka, as the OpenTelemetry Collector's receiver kafkametrics sees it from outside:
// https://github.com/open-telemetry/opentelemetry-collector-contrib/blob/v0.114.0/receiver/kafkametricsreceiver/documentation.md

/** Lag that a consumer may have, in messages: less is worked off in no time. */
const LAG = 1000;

/** Brokers, replicas, and whether consumers keep up. */
export function kafkaRules(props: RulesProps): readonly RuleGroup[] {
  const { kafka } = props;
  return kafka === undefined
    ? []
    : [
        {
          name: 'kafka',
          alerts: [
            brokersMissing(props, kafka),
            underReplicated(props, kafka),
            consumerStuck(props),
            consumerLagGrows(props),
          ],
        },
      ];
}

function places({ namespace, observabilityNamespace }: RulesProps): { readonly namespace: readonly string[] } {
  return { namespace: [namespace, observabilityNamespace] };
}

function brokerPods({ namespace }: RulesProps, { selector }: RuleKafka): string {
  const labels = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
  return `kubectl --namespace ${namespace} get pods --selector ${labels.join(',')} --output wide`;
}

function brokersMissing(props: RulesProps, kafka: RuleKafka): Alert {
  return {
    name: 'KafkaBrokersMissing',
    namespace: props.namespace,
    severity: 'critical',
    for: '5m',
    // Where no broker answers at all, there is no number.
    expr: `min(${series('kafka_brokers', places(props))}) < ${kafka.brokers} or absent(${series('kafka_brokers', places(props))}) - 1`,
    summary: `{{ $value }} of ${kafka.brokers} Kafka brokers answer`,
    description: `There should be ${kafka.brokers}. None is told too where nobody could ask them for five minutes.`,
    impact: 'Partitions have fewer replicas; without enough of them nothing can be written, and events stay behind.',
    action: brokerPods(props, kafka),
    panel: { dashboard: 'kafka', panel: 'brokers' },
  };
}

function underReplicated(props: RulesProps, kafka: RuleKafka): Alert {
  const byPartition = (metric: string): string => `max by (topic, partition) (${series(metric, places(props))})`;
  return {
    name: 'KafkaUnderReplicated',
    namespace: props.namespace,
    severity: 'warning',
    // A broker that restarts has caught up within minutes.
    for: '10m',
    expr:
      `count by (topic) (${byPartition('kafka_partition_replicas_in_sync')} < ` +
      `${byPartition('kafka_partition_replicas')})`,
    summary: `{{ $value }} partitions of topic ${label('topic')} have too few replicas in sync`,
    description: 'A replica is not in sync with its leader for ten minutes: a broker is down, slow, or out of space.',
    impact: 'One broker more that fails, and messages are lost or nothing can be written.',
    action: brokerPods(props, kafka),
    panel: { dashboard: 'kafka', panel: 'inSyncByTopic' },
  };
}

/** What the consumers of a group say; Spring's name their group in every line. */
function consumerLog({ namespace }: RulesProps): string {
  return (
    `kubectl --namespace ${namespace} logs --selector app.kubernetes.io/name --prefix --since 15m --tail -1 --max-log-requests 100 ` +
    `| grep groupId=${label('group')}`
  );
}

function consumerStuck(props: RulesProps): Alert {
  const byGroup = (metric: string): string => `sum by (group, topic) (${series(metric, places(props))})`;
  return {
    name: 'ConsumerStuck',
    namespace: props.namespace,
    severity: 'critical',
    for: '10m',
    expr: `${byGroup('kafka_consumer_group_lag')} > 0 and sum by (group, topic) (delta(${series('kafka_consumer_group_offset', places(props))}[10m])) == 0`,
    summary: `Group ${label('group')} consumes nothing of topic ${label('topic')}, {{ $value }} messages wait`,
    description:
      'There are messages that it has not had, and its offset did not move: no consumer is there, or one cannot go on.',
    impact: 'What should follow from these events does not happen, and whoever sent them is told nothing.',
    action: consumerLog(props),
    panel: { dashboard: 'kafka', panel: 'lagByTopic' },
  };
}

function consumerLagGrows(props: RulesProps): Alert {
  const lag = series('kafka_consumer_group_lag_sum', places(props));
  return {
    name: 'ConsumerLagGrows',
    namespace: props.namespace,
    severity: 'warning',
    for: '15m',
    expr: `max by (group, topic) (${lag}) > ${LAG} and max by (group, topic) (deriv(${lag}[15m])) > 0`,
    summary: `Group ${label('group')} falls behind in topic ${label('topic')} by {{ $value }} messages`,
    description: `More than ${LAG} messages wait, and more come than are consumed, for a quarter of an hour.`,
    impact: 'What should follow from these events happens later and later.',
    action: consumerLog(props),
    panel: { dashboard: 'kafka', panel: 'lagByTopic' },
  };
}
