import { dashboardLink, podLogsLink } from './explore';
import { dashboard } from './layout';
import type { Dashboard } from './model';
import { barGauge, stat, table, timeSeries } from './panels';
import { bound, most, nothing, use } from './promql';
import type { Platform } from './props';
import { above, atLeast, NEUTRAL, NONE_EXPECTED, SHARE_OF_LIMIT } from './thresholds';

/** Messages that wait: a burst is some hundred, and thousands are more than one. */
const LAG = above([1000, 'orange'], [10_000, 'red']);

/** Kafka: its brokers, its topics, and how far each consumer group has come. */
export function kafkaDashboard({ namespace, kafkaPods }: Platform): Dashboard {
  const cluster = `namespace="${namespace}"`;
  const brokers = `${cluster}, pod=~"${kafkaPods}"`;
  const deadLetterTopics = `${cluster}, topic=~".+[.]DLT"`;
  const kept = (matchers: string): string =>
    `max by (topic, partition) (kafka_partition_current_offset{${matchers}}) - max by (topic, partition) (kafka_partition_oldest_offset{${matchers}})`;
  const byPartition = (metric: string): string => `max by (topic, partition) (${metric}{${cluster}})`;
  const lag = `max by (group, topic) (kafka_consumer_group_lag_sum{${cluster}})`;
  const logs = [podLogsLink(namespace, kafkaPods)];
  const podLogs = [podLogsLink(namespace, '${__field.labels.pod}')];

  return dashboard('kafka', {
    description:
      'Brokers, partitions that have too few replicas in sync, and what each consumer group has still to read.',
    panels: {
      brokers: stat({
        title: 'Brokers',
        description: 'Brokers that are members of the cluster.',
        unit: 'none',
        expr: `max(kafka_brokers{${cluster}}) or vector(0)`,
        thresholds: atLeast(1),
        links: logs,
      }),
      underReplicated: stat({
        title: 'Under-replicated partitions',
        description:
          'Partitions of which a replica is not in sync. One broker more that fails, and messages are lost or cannot be written.',
        unit: 'none',
        expr: `count(${byPartition('kafka_partition_replicas_in_sync')} < ${byPartition('kafka_partition_replicas')}) or vector(0)`,
        thresholds: NONE_EXPECTED,
        links: logs,
      }),
      topics: stat({
        title: 'Topics',
        description: "Topics, with Kafka's own.",
        unit: 'none',
        expr: `count(max by (topic) (kafka_topic_partitions{${cluster}})) or vector(0)`,
        thresholds: NEUTRAL,
        links: logs,
      }),
      partitions: stat({
        title: 'Partitions',
        description: 'Partitions of all topics.',
        unit: 'none',
        expr: `sum(max by (topic) (kafka_topic_partitions{${cluster}})) or vector(0)`,
        thresholds: NEUTRAL,
        links: logs,
      }),
      lag: stat({
        title: 'Still to read',
        description: 'Messages that consumer groups have not had yet.',
        unit: 'short',
        expr: `sum(${lag}) or vector(0)`,
        thresholds: LAG,
        links: logs,
      }),
      deadLetters: stat({
        title: 'Dead letters',
        description: 'Messages that a consumer could not handle, in topics whose name ends in .DLT.',
        unit: 'short',
        expr: `sum(${kept(deadLetterTopics)}) or vector(0)`,
        thresholds: above([1, 'orange']),
        links: logs,
      }),
      lagByGroup: timeSeries({
        title: 'Still to read, by group',
        description: 'It should come back to 0; what only grows is stuck.',
        unit: 'short',
        noValue: 'No consumer group yet.',
        queries: [{ expr: `sum by (group) (${lag})`, legend: '{{group}}' }],
        links: logs,
      }),
      lagByTopic: barGauge({
        title: 'Still to read, by group and topic',
        description: 'The groups and topics with the most messages that wait.',
        unit: 'short',
        noValue: 'No consumer group yet.',
        expr: most(lag),
        legend: '{{group}} {{topic}}',
        thresholds: LAG,
        links: logs,
      }),
      membersByGroup: timeSeries({
        title: 'Consumers by group',
        description:
          'A group without a member reads nothing. With each that comes or goes, the partitions are shared out anew.',
        unit: 'none',
        noValue: 'No consumer group yet.',
        queries: [{ expr: `max by (group) (kafka_consumer_group_members{${cluster}})`, legend: '{{group}}' }],
        links: logs,
      }),
      produced: timeSeries({
        title: 'Written, by topic',
        description: 'Messages per second.',
        unit: 'mps',
        noValue: 'No topic yet.',
        queries: [
          {
            expr: `sum by (topic) (rate(kafka_partition_current_offset{${cluster}, topic!~"__.+"}[$__rate_interval]))`,
            legend: '{{topic}}',
          },
        ],
        links: logs,
      }),
      consumed: timeSeries({
        title: 'Read, by group',
        description: 'Messages per second that a group has done with.',
        unit: 'mps',
        noValue: 'No consumer group yet.',
        queries: [
          {
            expr: `sum by (group) (rate(kafka_consumer_group_offset{${cluster}}[$__rate_interval]))`,
            legend: '{{group}}',
          },
        ],
        links: logs,
      }),
      inSyncByTopic: table({
        title: 'Topics and their replicas',
        description: 'The fewest replicas in sync that a partition of the topic has, of how many there should be.',
        rows: [{ label: 'topic', title: 'Topic' }],
        columns: [
          { title: 'Partitions', unit: 'none', expr: `max by (topic) (kafka_topic_partitions{${cluster}})` },
          { title: 'Replicas', unit: 'none', expr: `max by (topic) (kafka_partition_replicas{${cluster}})` },
          {
            title: 'In sync',
            unit: 'percentunit',
            decimals: 0,
            bar: true,
            thresholds: atLeast(1),
            expr: `min by (topic) (${byPartition('kafka_partition_replicas_in_sync')} / ${byPartition('kafka_partition_replicas')})`,
          },
          { title: 'Messages kept', unit: 'short', expr: `sum by (topic) (${kept(cluster)})` },
        ],
        sortBy: 'Messages kept',
        noValue: 'No topic yet.',
      }),
      deadLettersByTopic: barGauge({
        title: 'Dead letters, by topic',
        description:
          'Messages that a consumer could not handle. They stay until somebody reads them, or until Kafka removes them.',
        unit: 'short',
        expr: `${most(`sum by (topic) (${kept(deadLetterTopics)}) > 0`)} or on () ${nothing({ topic: 'none' })}`,
        legend: '{{topic}}',
        thresholds: above([1, 'orange']),
        links: logs,
      }),
      cpu: timeSeries({
        title: 'CPU of the brokers',
        description: 'Cores in use.',
        unit: 'suffix: cores',
        queries: [
          { expr: `sum by (pod) (${use('cpu', brokers)})`, legend: '{{pod}}' },
          { expr: `max(${bound('limits', 'cpu', brokers)})`, legend: 'limit', dashed: true, color: 'red' },
        ],
        links: podLogs,
      }),
      memory: timeSeries({
        title: 'Memory of the brokers',
        description: 'Memory that counts against the limit. At the limit the kernel kills the broker.',
        unit: 'bytes',
        queries: [
          { expr: `sum by (pod) (${use('memory', brokers)})`, legend: '{{pod}}' },
          { expr: `max(${bound('limits', 'memory', brokers)})`, legend: 'limit', dashed: true, color: 'red' },
        ],
        links: podLogs,
      }),
      volumes: barGauge({
        title: 'Volumes of the brokers',
        description: 'How full they are. A broker whose volume is full stops.',
        unit: 'percentunit',
        decimals: 0,
        max: 1,
        noValue: 'The kubelet says nothing of volumes that are folders of a node.',
        expr: most(
          `max by (persistentvolumeclaim) (kubelet_volume_stats_used_bytes{${cluster}, persistentvolumeclaim=~".*kafka.*"} / kubelet_volume_stats_capacity_bytes{${cluster}, persistentvolumeclaim=~".*kafka.*"})`,
        ),
        legend: '{{persistentvolumeclaim}}',
        thresholds: SHARE_OF_LIMIT,
        links: [dashboardLink('cluster')],
      }),
    },
    rows: [
      {
        lines: [{ height: 4, panels: ['brokers', 'underReplicated', 'lag', 'deadLetters', 'topics', 'partitions'] }],
      },
      {
        title: 'Consumers',
        lines: [
          { height: 8, panels: ['lagByGroup', 'lagByTopic'] },
          { height: 7, panels: ['consumed', 'membersByGroup'] },
        ],
      },
      {
        title: 'Topics',
        lines: [
          { height: 8, panels: ['produced', 'deadLettersByTopic'] },
          { height: 12, panels: ['inSyncByTopic'] },
        ],
      },
      { title: 'Brokers', lines: [{ height: 7, panels: ['cpu', 'memory', 'volumes'] }] },
    ],
  });
}
