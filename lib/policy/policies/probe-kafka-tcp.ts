import { celString } from '../cel';
import { probesWhere } from '../policy';
import type { Policy } from '../policy';

/** The repository's last component, whoever built the image; not kafka-ui, kafka-exporter and the like. */
const KAFKA = celString('(?:^|/)(?:kafka|kafka-native|cp-kafka|cp-server)(?:$|[:@])');

export const probeKafkaTcp: Policy = {
  id: 'probe-kafka-tcp',
  title: 'Kafka is probed by TCP only',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'container',
      field: '{f}',
      offenders: `!has(c.image) || !c.image.matches(${KAFKA}) ? [] : (${probesWhere((probe) => `!has(${probe}.tcpSocket)`)})`,
      message: `f + ' of a Kafka broker is not tcpSocket'`,
    },
  ],
  why: 'Every tool that comes with Kafka is a JVM, too slow and too heavy for a probe; a broker in KRaft mode opens its listener when it is usable, so that the port tells enough.',
  fix: "Use tcpSocket on the client listener's port for all three probes.",
  link: 'https://kafka.apache.org/documentation/#kraft',
};
