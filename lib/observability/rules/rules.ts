import type { Construct } from 'constructs';
import { InvalidPropError } from '../../constructs/invalid-prop';
import { checkInteger, checkName, checkNamespaceName } from '../../constructs/validation';
import { certificateRules } from './certificates';
import { databaseRules } from './databases';
import { kafkaRules } from './kafka';
import type { RuleGroup } from './model';
import { monitoringRules } from './monitoring';
import { podRules } from './pods';
import type { RulesProps } from './props';
import { requestRules } from './requests';
import { volumeRules } from './volumes';

/**
 * The rules of a platform: what is recorded, and of what people are told.
 *
 * @param scope whose path an error names
 * @throws InvalidPropError for names that are none, and an objective or time that cannot be met.
 */
export function platformRules(scope: Construct, props: RulesProps): readonly RuleGroup[] {
  checkProps(scope, props);
  return [requestRules, podRules, databaseRules, kafkaRules, volumeRules, monitoringRules, certificateRules].flatMap(
    (rules) => rules(props),
  );
}

function checkProps(scope: Construct, props: RulesProps): void {
  checkNamespaceName(scope, 'namespace', props.namespace);
  checkNamespaceName(scope, 'observabilityNamespace', props.observabilityNamespace);
  const { objective, latency, targets, databases = [], kafka } = props;
  if (objective !== undefined && !(objective > 0 && objective < 1)) {
    throw new InvalidPropError(scope, {
      prop: 'objective',
      value: objective,
      reason: 'not between 0 and 1: an objective of which nothing may fail is missed by the first request that does.',
      remedy: 'Give a share such as 0.999.',
    });
  }
  if (latency?.toMilliseconds({ integral: false }) === 0) {
    throw new InvalidPropError(scope, {
      prop: 'latency',
      value: '0 ms',
      reason: 'a time within which nothing is answered.',
      remedy: 'Give a longer one, as in Duration.seconds(1).',
    });
  }
  targets.forEach(({ namespace, name }, index) => {
    checkNamespaceName(scope, `targets[${index}].namespace`, namespace);
    checkName(scope, `targets[${index}].name`, name);
  });
  databases.forEach(({ services }, index) => {
    services.forEach((service, at) => {
      checkName(scope, `databases[${index}].services[${at}]`, service);
    });
  });
  if (kafka !== undefined) {
    checkInteger(scope, 'kafka.brokers', kafka.brokers, 1);
  }
}
