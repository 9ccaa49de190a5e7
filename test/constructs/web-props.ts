import { Duration } from 'cdk8s';
import type { DeploymentProps } from '../../lib/constructs/deployment';
import { ScalingMetric, ScalingPolicy } from '../../lib/constructs/horizontal-pod-autoscaler';
import { DisruptionBudget } from '../../lib/constructs/pod-disruption-budget';
import { ServiceType, SessionAffinity } from '../../lib/constructs/service';
import { UpdateStrategy } from '../../lib/constructs/update-strategy';
import type { WebServiceProps } from '../../lib/constructs/web-service';

/** Every prop of how many pods there are, each other than its default. `replicas` and `autoscaling` do not go together. */
export function everyDeploymentProp(): Required<DeploymentProps> {
  return {
    replicas: 4,
    autoscaling: {
      minReplicas: 2,
      maxReplicas: 8,
      metrics: [
        ScalingMetric.cpuUtilization(65),
        ScalingMetric.memoryUtilization(80),
        ScalingMetric.external({ name: 'queue-length', labels: { queue: 'orders' }, averageValue: '30' }),
      ],
      scaleUp: {
        stabilizationWindow: Duration.seconds(90),
        policies: [ScalingPolicy.percent(100, Duration.seconds(15)), ScalingPolicy.pods(2, Duration.minutes(1))],
      },
      scaleDown: { stabilizationWindow: Duration.minutes(10), policies: [ScalingPolicy.pods(1, Duration.minutes(2))] },
    },
    disruptionBudget: DisruptionBudget.minAvailable('50%'),
    canary: [{ weight: 25, pause: Duration.minutes(1) }, { weight: 50 }],
    updateStrategy: UpdateStrategy.rollingUpdate({ maxSurge: '50%', maxUnavailable: 1 }),
    minReady: Duration.seconds(20),
    progressDeadline: Duration.minutes(20),
    revisionHistoryLimit: 5,
  };
}

/** The manifest that {@link everyDeploymentProp} makes of the autoscaler. */
export const AUTOSCALER_SPEC = {
  minReplicas: 2,
  maxReplicas: 8,
  metrics: [
    { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 65 } } },
    { type: 'Resource', resource: { name: 'memory', target: { type: 'Utilization', averageUtilization: 80 } } },
    {
      type: 'External',
      external: {
        metric: { name: 'queue-length', selector: { matchLabels: { queue: 'orders' } } },
        target: { type: 'AverageValue', averageValue: '30' },
      },
    },
  ],
  behavior: {
    scaleUp: {
      stabilizationWindowSeconds: 90,
      policies: [
        { type: 'Percent', value: 100, periodSeconds: 15 },
        { type: 'Pods', value: 2, periodSeconds: 60 },
      ],
    },
    scaleDown: {
      stabilizationWindowSeconds: 600,
      policies: [{ type: 'Pods', value: 1, periodSeconds: 120 }],
    },
  },
};

/** Every prop of the Service. */
export function everyServiceProp(): Required<Required<WebServiceProps>['service']> {
  return {
    type: ServiceType.loadBalancer({
      loadBalancerClass: 'example.com/internal',
      loadBalancerSourceRanges: ['203.0.113.0/24', '2001:db8::/32'],
      externalTrafficPolicy: 'Local',
    }),
    servicePort: 443,
    appProtocol: 'kubernetes.io/h2c',
    sessionAffinity: SessionAffinity.clientIp(Duration.minutes(10)),
    annotations: { 'example.com/health-check': '/ready' },
  };
}

/** The spec that {@link everyServiceProp} makes, but for selector and ports. */
export const SERVICE_SPEC = {
  type: 'LoadBalancer',
  loadBalancerClass: 'example.com/internal',
  loadBalancerSourceRanges: ['203.0.113.0/24', '2001:db8::/32'],
  externalTrafficPolicy: 'Local',
  sessionAffinity: 'ClientIP',
  sessionAffinityConfig: { clientIP: { timeoutSeconds: 600 } },
};

/** Props but for some of them. */
export function without<Props extends object, Key extends keyof Props>(
  props: Props,
  ...keys: readonly Key[]
): Omit<Props, Key> {
  return Object.fromEntries(
    Object.entries(props).filter(([key]) => !(keys as readonly string[]).includes(key)),
  ) as Omit<Props, Key>;
}
