import type { Duration } from 'cdk8s';
import type { IConstruct } from 'constructs';
import type { RolloutSpec } from '../../imports/argoproj.io';
import { checkInteger, wholeSeconds } from './validation';
import { InvalidPropError } from './invalid-prop';

/**
 * A step of a canary: a share of the new version, and a wait.
 *
 * No router shares out the requests: the share of requests is the share of pods, and pods are whole. {@link canaryPods} says
 * what a weight really is for a number of pods.
 */
export interface CanaryStep {
  /** Share of the new version in per cent: 1 to 100. */
  readonly weight: number;
  /**
   * How long to wait before the next step.
   * @default - until somebody promotes the rollout
   */
  readonly pause?: Duration;
}

/** The pods of both versions at a step of a canary. */
export interface CanaryPods {
  /** Pods of the new version. */
  readonly canary: number;
  /** Pods of the old version. */
  readonly stable: number;
}

/**
 * What a weight really is: the pods that Argo Rollouts makes of it where no router shares out the requests. It takes the whole numbers
 * whose share is nearest to the weight, one pod above `replicas` among them where it may surge, and from 1 to 99 % at least one of each version:
 *
 * | weight | 1 pod | 2 pods | 4 pods | 10 pods |
 * |---|---|---|---|---|
 * | 20 % | 1 of 2 (50 %) | 1 of 3 (33 %) | 1 of 5 (20 %) | 2 of 10 (20 %) |
 * | 25 % | 1 of 2 (50 %) | 1 of 3 (33 %) | 1 of 4 (25 %) | 3 of 11 (27 %) |
 * | 50 % | 1 of 2 (50 %) | 1 of 2 (50 %) | 2 of 4 (50 %) | 5 of 10 (50 %) |
 * | 80 % | 1 of 2 (50 %) | 2 of 3 (67 %) | 4 of 5 (80 %) | 8 of 10 (80 %) |
 *
 * So the steps of one pod differ in nothing: each is one old and one new pod, and only waits.
 * https://github.com/argoproj/argo-rollouts/blob/v1.9.1/utils/replicaset/canary.go (approximateWeightedCanaryStableReplicaCounts)
 *
 * @param replicas number of pods that the Rollout has.
 * @param weight share of the new version in per cent: 0 to 100.
 * @param maxSurge how many pods there may be above `replicas`.
 */
export function canaryPods(replicas: number, weight: number, maxSurge = 1): CanaryPods {
  if (replicas === 0) {
    return { canary: 0, stable: 0 };
  }
  const exact = (replicas * weight) / 100;
  const [up, down] = [Math.ceil(exact), Math.floor(exact)];
  // One pod without another beside it can only be of one version.
  const mayBeOfOneVersion = weight === 0 || weight === 100 || (replicas === 1 && maxSurge === 0);
  const options = [replicas, ...(maxSurge > 0 ? [replicas + 1] : [])].flatMap((total) => {
    const isTied = (total * (weight / 100)) % 1 === 0.5;
    return [
      ...(up < total || mayBeOfOneVersion ? [{ canary: up, total }] : []),
      ...(!isTied && (down !== 0 || mayBeOfOneVersion) ? [{ canary: down, total }] : []),
    ];
  });
  const distance = ({ canary, total }: { canary: number; total: number }): number =>
    Math.abs((canary * 100) / total - weight);
  // It comes to no option at all for 75 % of two pods that may not surge.
  const [first = { canary: 0, total: replicas }, ...others] = options;
  const nearest = others.reduce((best, option) => (distance(option) < distance(best) ? option : best), first);
  return { canary: nearest.canary, stable: nearest.total - nearest.canary };
}

/** What a step of a canary gives, for people: `step 20 % of 1 pod: 1 of 2 pods`. */
export function describeCanaryStep(replicas: number, weight: number, maxSurge = 1): string {
  const { canary, stable } = canaryPods(replicas, weight, maxSurge);
  return `step ${weight} % of ${plural(replicas)}: ${canary} of ${plural(canary + stable)}`;
}

/** Of how many pods a canary's steps are. */
export interface CanaryScale {
  /**
   * How many pods there are, at most where an autoscaler counts: what it tells apart at its most is rounded knowingly below.
   */
  readonly replicas: number;
  /** How many pods there may be above that during an update. */
  readonly maxSurge: number;
}

type CanarySpec = NonNullable<NonNullable<RolloutSpec['strategy']>['canary']>;

/**
 * A canary's steps as Argo Rollouts' API objects.
 *
 * @throws InvalidPropError if there is none, the weights do not rise, or several pods cannot give a step: it would be the pods of the step before
 * it, none of the new version, or all.
 */
export function canarySteps(
  scope: IConstruct,
  steps: readonly CanaryStep[],
  { replicas, maxSurge }: CanaryScale,
): NonNullable<CanarySpec['steps']> {
  if (steps.length === 0) {
    throw new InvalidPropError(scope, {
      prop: 'canary',
      value: steps,
      reason: 'no step: every pod would be replaced at once, as if there were no canary.',
      remedy: 'Name at least one step, or leave canary out to make a Deployment.',
    });
  }
  let previous: CanaryStep | undefined;
  for (const [index, step] of steps.entries()) {
    checkInteger(scope, `canary[${index}].weight`, step.weight, 1, 100);
    if (previous !== undefined && step.weight <= previous.weight) {
      throw new InvalidPropError(scope, {
        prop: `canary[${index}].weight`,
        value: step.weight,
        reason: `not above the weight before it, ${previous.weight}: the new version would lose traffic again on its way.`,
        remedy: 'Order the steps by rising weight.',
      });
    }
    checkPods(scope, `canary[${index}].weight`, step, previous, { replicas, maxSurge });
    previous = step;
  }
  return steps.flatMap(({ weight, pause }, index) => [
    { setWeight: weight },
    { pause: pause === undefined ? {} : { duration: `${wholeSeconds(scope, `canary[${index}].pause`, pause)}s` } },
  ]);
}

/** Checks that pods can give a step. One pod gives every step alike, which nothing but a second pod would change. */
function checkPods(
  scope: IConstruct,
  prop: string,
  { weight }: CanaryStep,
  previous: CanaryStep | undefined,
  { replicas, maxSurge }: CanaryScale,
): void {
  const pods = canaryPods(replicas, weight, maxSurge);
  const isWhole = weight < 100 && (pods.canary === 0 || pods.stable === 0);
  const before = previous && canaryPods(replicas, previous.weight, maxSurge);
  const isAsBefore = before?.canary === pods.canary && before.stable === pods.stable;
  if (replicas > 0 && (isWhole || (isAsBefore && replicas > 1))) {
    throw new InvalidPropError(scope, {
      prop,
      value: weight,
      reason: `a step that the pods cannot give (${describeCanaryStep(replicas, weight, maxSurge)}): ${
        isWhole
          ? 'that is no share of the new version beside the old one.'
          : `that is what the step before it, ${previous?.weight} %, gives already, and it would only wait.`
      }`,
      remedy: isWhole
        ? 'Let there be more pods (replicas, or a maxSurge of 1), or leave the step out.'
        : 'Leave the step out, choose weights further apart, or let there be more pods.',
    });
  }
}

function plural(pods: number): string {
  return pods === 1 ? '1 pod' : `${pods} pods`;
}
