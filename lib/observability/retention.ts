import type { Duration } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { InvalidPropError } from '../constructs/invalid-prop';

/** How long data is kept, as Tempo and Loki write it: `72h`. Checks that it is whole hours, and no fewer than a minimum. */
export function retentionHours(scope: IConstruct, retention: Duration, minimum: number): string {
  const hours = retention.toHours({ integral: false });
  if (!Number.isInteger(hours) || hours < minimum) {
    throw new InvalidPropError(scope, {
      prop: 'retention',
      value: retention.toHumanString(),
      reason: `not a number of whole hours of at least ${minimum}; data would be deleted too early or never.`,
      remedy: 'Use a retention such as Duration.hours(72).',
    });
  }
  return `${hours}h`;
}
