import type { Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import {
  type RolloutSpecStrategyCanarySteps,
  RolloutSpecStrategyCanaryStepsPauseDuration,
} from '../../imports/argoproj.io';
import { checkInteger, wholeSeconds } from './validation';
import { InvalidPropError } from './invalid-prop';

/** A step of a canary: a share of the new version, and a wait. */
export interface CanaryStep {
  /** Share of the new version in per cent: 1 to 100. */
  readonly weight: number;
  /**
   * How long to wait before the next step.
   * @default - until somebody promotes the rollout
   */
  readonly pause?: Duration;
}

/** A canary's steps as Argo Rollouts' API objects. */
export function canarySteps(scope: Construct, steps: readonly CanaryStep[]): RolloutSpecStrategyCanarySteps[] {
  if (steps.length === 0) {
    throw new InvalidPropError(scope, {
      prop: 'canary',
      value: steps,
      reason: 'no step: every pod would be replaced at once, as if there were no canary.',
      remedy: 'Name at least one step, or leave canary out to make a Deployment.',
    });
  }
  let previous = 0;
  for (const [index, { weight }] of steps.entries()) {
    checkInteger(scope, `canary[${index}].weight`, weight, 1, 100);
    if (weight <= previous) {
      throw new InvalidPropError(scope, {
        prop: `canary[${index}].weight`,
        value: weight,
        reason: `not above the weight before it, ${previous}: the new version would lose traffic again on its way.`,
        remedy: 'Order the steps by rising weight.',
      });
    }
    previous = weight;
  }
  return steps.flatMap(({ weight, pause }, index) => [
    { setWeight: weight },
    { pause: pause === undefined ? {} : { duration: toPauseDuration(scope, `canary[${index}].pause`, pause) } },
  ]);
}

function toPauseDuration(scope: Construct, prop: string, pause: Duration): RolloutSpecStrategyCanaryStepsPauseDuration {
  return RolloutSpecStrategyCanaryStepsPauseDuration.fromString(`${wholeSeconds(scope, prop, pause)}s`);
}
