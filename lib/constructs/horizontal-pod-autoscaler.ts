import { Duration } from 'cdk8s';
import type { Construct, IConstruct } from 'constructs';
import { k8s } from '../../imports/k8s';
import { InvalidPropError } from './invalid-prop';
import { NANOS, parseQuantity } from '../manifest/quantity';
import { checkInteger, checkLabels, wholeSeconds } from './validation';

/** A metric from outside the cluster, as an adapter such as KEDA's or Prometheus' serves it. */
export interface ExternalMetric {
  /** Name of the metric, as the adapter knows it. */
  readonly name: string;
  /**
   * Labels of the metric.
   * @default - none
   */
  readonly labels?: Readonly<Record<string, string>>;
  /** How much of it one pod is for, as a quantity such as `30` or `1500m`. */
  readonly averageValue: string;
}

/**
 * What an autoscaler looks at. Of several metrics the one that asks for most pods counts.
 * https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details
 */
export class ScalingMetric {
  /** The pods' CPU time, in per cent of what they request. The cluster needs metrics-server. */
  public static cpuUtilization(percent: number): ScalingMetric {
    return ScalingMetric.utilization('cpu', percent);
  }

  /**
   * The pods' memory, in per cent of what they request. The cluster needs metrics-server.
   *
   * Only for what gives memory back: a JVM keeps what its heap has grown by, so that it scales up and never down.
   */
  public static memoryUtilization(percent: number): ScalingMetric {
    return ScalingMetric.utilization('memory', percent);
  }

  /** A metric from outside the cluster, such as the length of a queue. The cluster needs an adapter that serves it. */
  public static external({ name, labels, averageValue }: ExternalMetric): ScalingMetric {
    return new ScalingMetric((scope, prop) => {
      if (!/^[^\s/%]+$/.test(name) || name === '.' || name === '..') {
        throw new InvalidPropError(scope, {
          prop: `${prop}.name`,
          value: name,
          reason: 'not a name of a metric: it is a part of the path that the API server is asked for it by.',
          remedy: "Use letters, digits, '-', '_', '.' and ':'.",
        });
      }
      checkLabels(scope, `${prop}.labels`, labels ?? {});
      const amount = parseQuantity(averageValue);
      if (amount === undefined || amount <= 0n || amount % (NANOS / 1000n) !== 0n) {
        throw new InvalidPropError(scope, {
          prop: `${prop}.averageValue`,
          value: averageValue,
          reason: 'not a quantity above zero, in whole thousandths.',
          remedy: "Give such a quantity, as in '30' or '1500m'.",
        });
      }
      return {
        type: 'External',
        external: {
          metric: { name, ...(labels !== undefined && { selector: { matchLabels: { ...labels } } }) },
          target: { type: 'AverageValue', averageValue: k8s.Quantity.fromString(averageValue) },
        },
      };
    });
  }

  private static utilization(name: 'cpu' | 'memory', percent: number): ScalingMetric {
    return new ScalingMetric((scope, prop) => {
      checkInteger(scope, `${prop}.${name}Utilization`, percent, 1);
      return {
        type: 'Resource',
        resource: { name, target: { type: 'Utilization', averageUtilization: percent } },
      };
    });
  }

  /**
   * The metric as Kubernetes writes it.
   *
   * @throws InvalidPropError for what the API server refuses.
   */
  public readonly toKube: (scope: IConstruct, prop: string) => k8s.MetricSpecV2;

  private constructor(toKube: (scope: IConstruct, prop: string) => k8s.MetricSpecV2) {
    this.toKube = toKube;
  }
}

/** How far the number of pods may change at once: so much within so long. */
export class ScalingPolicy {
  /** So many pods within so long (whole seconds, 30 minutes at most). */
  public static pods(value: number, period: Duration): ScalingPolicy {
    return new ScalingPolicy('Pods', value, period);
  }

  /** So many per cent of the pods within so long (whole seconds, 30 minutes at most): 100 % of them on the way up is twice as many. */
  public static percent(value: number, period: Duration): ScalingPolicy {
    return new ScalingPolicy('Percent', value, period);
  }

  private constructor(
    private readonly type: 'Pods' | 'Percent',
    private readonly value: number,
    private readonly period: Duration,
  ) {}

  /**
   * The policy as Kubernetes writes it.
   *
   * @throws InvalidPropError for what the API server refuses.
   */
  public toKube(scope: IConstruct, prop: string): k8s.HpaScalingPolicyV2 {
    checkInteger(scope, `${prop}.value`, this.value, 1);
    const periodSeconds = secondsUpTo(scope, `${prop}.period`, this.period, 1, MAX_PERIOD);
    return { type: this.type, value: this.value, periodSeconds };
  }
}

/** How the number of pods changes in one direction. */
export interface ScalingRules {
  /**
   * How long a different number of pods must have been wanted, in whole seconds, an hour at most: of all numbers wanted meanwhile the one that
   * changes least counts.
   * @default Duration.seconds(0) on the way up, Duration.minutes(5) on the way down
   */
  readonly stabilizationWindow?: Duration;
  /**
   * How far the number may change at once; the policy that allows most counts.
   * @default - up: 4 pods or twice as many every 15 s; down: as far as wanted
   */
  readonly policies?: readonly ScalingPolicy[];
}

/** How many pods there are, by what they have to do. */
export interface AutoscalingProps {
  /**
   * How many pods there are at the least.
   * @default 1
   */
  readonly minReplicas?: number;
  /** How many pods there are at most. */
  readonly maxReplicas: number;
  /** What decides between the two. */
  readonly metrics: readonly ScalingMetric[];
  /**
   * How pods are added.
   * @default - at once, 4 or twice as many every 15 s
   */
  readonly scaleUp?: ScalingRules;
  /**
   * How pods are removed.
   * @default - as far as wanted, once it has been for five minutes
   */
  readonly scaleDown?: ScalingRules;
}

/** Seconds: what the API server takes at most. */
const [MAX_PERIOD, MAX_WINDOW] = [1800, 3600];

/** What {@link horizontalPodAutoscaler} makes. */
export interface HorizontalPodAutoscalerProps {
  /** Name, labels and annotations of the object. */
  readonly metadata: k8s.ObjectMeta;
  /** The workload whose pods are counted. It must say nothing of `replicas`: each apply would set them back. */
  readonly scaleTargetRef: k8s.CrossVersionObjectReferenceV2;
  /** How many pods it has. */
  readonly autoscaling: AutoscalingProps;
}

/**
 * A HorizontalPodAutoscaler.
 *
 * What a pod uses of the CPU while it starts does not count: as long as a pod is not ready, and for one measurement (15 s to a minute) after, the
 * controller takes it for one that uses nothing when there would be more pods, for the five minutes after its start; and so later, if it has not been
 * ready yet. So the readiness probe must not pass before the start is over, which a startup probe sees to. What a pod burns *after* it is ready (a
 * JVM compiles for a while) counts like any load; `scaleUp.stabilizationWindow` outlasts it.
 * https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details
 *
 * @param scope the construct of the workload; named in errors.
 * @throws InvalidPropError for numbers that the API server refuses.
 */
export function horizontalPodAutoscaler(
  scope: Construct,
  { metadata, scaleTargetRef, autoscaling }: HorizontalPodAutoscalerProps,
): k8s.KubeHorizontalPodAutoscalerV2 {
  const { minReplicas = 1, maxReplicas, metrics, scaleUp, scaleDown = {} } = autoscaling;
  checkInteger(scope, 'autoscaling.minReplicas', minReplicas, 1);
  checkInteger(scope, 'autoscaling.maxReplicas', maxReplicas, 1);
  if (maxReplicas < minReplicas) {
    throw new InvalidPropError(scope, {
      prop: 'autoscaling.maxReplicas',
      value: maxReplicas,
      reason: `below minReplicas, ${minReplicas}, and the API server refuses it.`,
      remedy: 'Give as many or more; for a fixed number of pods use replicas.',
    });
  }
  if (metrics.length === 0) {
    throw new InvalidPropError(scope, {
      prop: 'autoscaling.metrics',
      value: metrics,
      reason: 'no metric, and the API server would take 80 % of the CPU request.',
      remedy: 'Name at least one, as in ScalingMetric.cpuUtilization(70).',
    });
  }
  return new k8s.KubeHorizontalPodAutoscalerV2(scope, 'HorizontalPodAutoscaler', {
    metadata,
    spec: {
      scaleTargetRef,
      minReplicas,
      maxReplicas,
      metrics: metrics.map((metric, index) => metric.toKube(scope, `autoscaling.metrics[${index}]`)),
      behavior: {
        ...(scaleUp !== undefined && { scaleUp: toScalingRules(scope, 'autoscaling.scaleUp', scaleUp) }),
        scaleDown: toScalingRules(scope, 'autoscaling.scaleDown', {
          stabilizationWindow: Duration.minutes(5),
          ...scaleDown,
        }),
      },
    },
  });
}

function toScalingRules(
  scope: IConstruct,
  prop: string,
  { stabilizationWindow, policies }: ScalingRules,
): k8s.HpaScalingRulesV2 {
  if (policies?.length === 0) {
    throw new InvalidPropError(scope, {
      prop: `${prop}.policies`,
      value: policies,
      reason: 'no policy, and the API server refuses an empty list.',
      remedy: 'Leave it out, or name at least one.',
    });
  }
  return {
    ...(stabilizationWindow !== undefined && {
      stabilizationWindowSeconds: secondsUpTo(scope, `${prop}.stabilizationWindow`, stabilizationWindow, 0, MAX_WINDOW),
    }),
    ...(policies !== undefined && {
      policies: policies.map((policy, index) => policy.toKube(scope, `${prop}.policies[${index}]`)),
    }),
  };
}

function secondsUpTo(scope: IConstruct, prop: string, duration: Duration, minimum: number, maximum: number): number {
  const seconds = wholeSeconds(scope, prop, duration, minimum);
  checkInteger(scope, `${prop} (s)`, seconds, minimum, maximum);
  return seconds;
}
