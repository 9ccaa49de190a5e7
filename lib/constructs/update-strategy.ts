import type { IConstruct } from 'constructs';
import { k8s } from '../../imports/k8s';
import { InvalidPropError } from './invalid-prop';
import { checkPodCount, type PodCount, podsOf, toIntOrString } from './pod-count';

/** How many pods more and fewer there may be during an update. */
export interface RollingUpdateOptions {
  /**
   * How many pods there may be above the number that is wanted; a share is rounded up.
   * @default 1
   */
  readonly maxSurge?: PodCount;
  /**
   * How many pods fewer than wanted may be available; a share is rounded down.
   * @default 0
   */
  readonly maxUnavailable?: PodCount;
}

/**
 * How old pods are replaced by new ones.
 * https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy
 */
export class UpdateStrategy {
  /** A few pods at a time: by default a new one is ready before an old one is stopped. */
  public static rollingUpdate({ maxSurge = 1, maxUnavailable = 0 }: RollingUpdateOptions = {}): UpdateStrategy {
    return new UpdateStrategy('RollingUpdate', maxSurge, maxUnavailable);
  }

  /** All old pods are stopped before a new one starts: nobody answers in between, and no two versions run side by side. */
  public static recreate(): UpdateStrategy {
    return new UpdateStrategy('Recreate', 0, '100%');
  }

  private constructor(
    /** Name of the strategy, as Kubernetes has it. */
    public readonly type: 'RollingUpdate' | 'Recreate',
    private readonly maxSurge: PodCount,
    private readonly maxUnavailable: PodCount,
  ) {}

  /** How many pods there may be above `replicas`. */
  public surgeOf(replicas: number): number {
    return podsOf(this.maxSurge, replicas, 'up');
  }

  /**
   * The strategy of a Deployment.
   *
   * @throws InvalidPropError for a number or share of pods that is none, and if no pod could ever be replaced.
   */
  public toDeployment(scope: IConstruct): k8s.DeploymentStrategy {
    return this.type === 'Recreate'
      ? { type: this.type }
      : { type: this.type, rollingUpdate: { ...this.toRollingUpdate(scope) } };
  }

  /**
   * What a canary keeps to at each step.
   *
   * @throws InvalidPropError for a number or share of pods that is none, if no pod could ever be replaced, and for all at once.
   */
  public toCanary(scope: IConstruct): { readonly maxSurge: number | string; readonly maxUnavailable: number | string } {
    if (this.type === 'Recreate') {
      throw new InvalidPropError(scope, {
        prop: 'updateStrategy',
        value: this.type,
        reason: 'stops all old pods first, and a canary runs new ones beside them.',
        remedy: 'Use UpdateStrategy.rollingUpdate(), or leave canary out.',
      });
    }
    const { maxSurge, maxUnavailable } = this.toRollingUpdate(scope);
    return { maxSurge: maxSurge.value, maxUnavailable: maxUnavailable.value };
  }

  private toRollingUpdate(scope: IConstruct): Required<k8s.RollingUpdateDeployment> {
    const { maxSurge, maxUnavailable } = this;
    for (const [name, count] of Object.entries({ maxSurge, maxUnavailable })) {
      checkPodCount(scope, `updateStrategy.${name}`, count);
    }
    if (Number.parseInt(String(maxSurge), 10) === 0 && Number.parseInt(String(maxUnavailable), 10) === 0) {
      throw new InvalidPropError(scope, {
        prop: 'updateStrategy',
        value: { maxSurge, maxUnavailable },
        reason: 'neither one pod more nor one fewer: no pod could ever be replaced, and the API server refuses it.',
        remedy: 'Let one of them be at least 1.',
      });
    }
    return { maxSurge: toIntOrString(maxSurge), maxUnavailable: toIntOrString(maxUnavailable) };
  }
}
