import { nameOf, valueOr } from '../policy';
import type { Policy } from '../policy';

/** CEL: the values that `c` has for a variable, where they are known. */
const values = (name: string): string =>
  `${valueOr('c', 'env', '[]')}.filter(e, ${nameOf('e')} == '${name}' && has(e.value)).map(e, e.value)`;

/**
 * CEL: how many voters each container names that is one itself. One whose node.id is written down is one of several workloads, each of
 * which has a voter.
 */
const VOTERS = `variables.podContainers.filter(c, ${values('KAFKA_PROCESS_ROLES')}.exists(v, v.contains('controller')) && size(${values('KAFKA_NODE_ID')}) == 0).map(c, ${values('KAFKA_CONTROLLER_QUORUM_VOTERS')}.filter(v, v != '')).filter(v, size(v) > 0).map(v, size(v[0].split(',')))`;

const REPLICAS = valueOr('dyn(object)', 'spec.replicas', '1');

export const kafkaVoters: Policy = {
  id: 'kafka-voters',
  title: 'A StatefulSet of Kafka controllers has a replica for each voter',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'object',
      field: 'spec.replicas',
      // None at all is how a cluster is stopped.
      rule: `object.kind != 'StatefulSet' || ${REPLICAS} == 0 || ${VOTERS}.all(v, v == ${REPLICAS})`,
      message: `'replicas: ' + string(${REPLICAS}) + ', and controller.quorum.voters has ' + string(${VOTERS}.filter(v, v != ${REPLICAS})[0])`,
    },
  ],
  why: 'A controller that is not among the voters refuses to start, and one that is missing is a failure that the quorum must survive from the beginning: the number of replicas alone scales nothing.',
  fix: 'Change the voters with the replicas, as KafkaKraft does, and follow Kafka on how a quorum is changed; or run the controllers apart from the brokers, whose number is free.',
  link: 'https://kafka.apache.org/39/documentation.html#kraft_voter',
};
