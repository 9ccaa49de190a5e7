import type { Construct, IConstruct } from 'constructs';
import { k8s } from '../../imports/k8s';
import { InvalidPropError } from './invalid-prop';
import { checkPodCount, type PodCount, podsOf, toIntOrString } from './pod-count';

/**
 * How many of a workload's pods may be evicted at the same time, as when a node is drained. What ends without asking (a node that fails,
 * an update, a pod that is deleted) does not ask here either.
 * https://kubernetes.io/docs/tasks/run-application/configure-pdb/
 */
export class DisruptionBudget {
  /** At most so many pods may be missing; of a share, the next whole number of pods. */
  public static maxUnavailable(pods: PodCount): DisruptionBudget {
    return new DisruptionBudget('maxUnavailable', pods);
  }

  /** At least so many pods must stay; of a share, the next whole number of pods. */
  public static minAvailable(pods: PodCount): DisruptionBudget {
    return new DisruptionBudget('minAvailable', pods);
  }

  /** No budget: all pods may be evicted at once. */
  public static none(): DisruptionBudget {
    return new DisruptionBudget('maxUnavailable', '100%', true);
  }

  private constructor(
    private readonly field: 'maxUnavailable' | 'minAvailable',
    private readonly pods: PodCount,
    /** Whether there is no budget. */
    public readonly isNone = false,
  ) {}

  /**
   * The budget's field as Kubernetes writes it.
   *
   * @param replicas how many pods there are at the least.
   * @throws InvalidPropError for a number or share of pods that is none, and for a budget that allows no eviction.
   */
  public toKube(
    scope: IConstruct,
    prop: string,
    replicas: number,
  ): Pick<k8s.PodDisruptionBudgetSpec, 'maxUnavailable' | 'minAvailable'> {
    checkPodCount(scope, `${prop}.${this.field}`, this.pods);
    const pods = podsOf(this.pods, replicas, 'up');
    if (this.field === 'maxUnavailable' ? pods === 0 : pods >= replicas) {
      throw new InvalidPropError(scope, {
        prop: `${prop}.${this.field}`,
        value: this.pods,
        reason: `allows none of the pods to be evicted, of which there ${replicas === 1 ? 'is' : 'are'} ${replicas} at the least: draining a node would wait for ever.`,
        remedy: 'Use DisruptionBudget.maxUnavailable(1), or let there be more pods.',
      });
    }
    return { [this.field]: toIntOrString(this.pods) };
  }
}

/** What {@link podDisruptionBudget} makes. */
export interface PodDisruptionBudgetProps {
  /** Name, labels and annotations of the object. */
  readonly metadata: k8s.ObjectMeta;
  /** Labels of the pods. */
  readonly selector: Readonly<Record<string, string>>;
  /** How many pods may be evicted at the same time. */
  readonly disruptionBudget: DisruptionBudget;
  /** How many pods there are at the least. */
  readonly replicas: number;
}

/**
 * A PodDisruptionBudget. A pod that runs and is not ready may always be evicted: otherwise one that never becomes ready would keep its node from
 * being drained. https://kubernetes.io/docs/tasks/run-application/configure-pdb/#unhealthy-pod-eviction-policy
 *
 * @param scope the construct of the workload; named in errors.
 * @throws InvalidPropError for a number or share of pods that is none, and for a budget that allows no eviction.
 */
export function podDisruptionBudget(
  scope: Construct,
  { metadata, selector, disruptionBudget, replicas }: PodDisruptionBudgetProps,
): k8s.KubePodDisruptionBudget {
  return new k8s.KubePodDisruptionBudget(scope, 'PodDisruptionBudget', {
    metadata,
    spec: {
      ...disruptionBudget.toKube(scope, 'disruptionBudget', replicas),
      selector: { matchLabels: selector },
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    },
  });
}
