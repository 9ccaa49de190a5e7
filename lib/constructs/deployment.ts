import type { ApiObject, Duration, GroupVersionKind } from 'cdk8s';
import type { Construct } from 'constructs';
import type { RolloutSpec } from '../../imports/argoproj.io';
import { k8s } from '../../imports/k8s';
import { type CanaryStep, canarySteps } from './canary';
import { type ConnectionProps, declareConnections, type WorkloadConnections } from './connections';
import { type AutoscalingProps, horizontalPodAutoscaler } from './horizontal-pod-autoscaler';
import { InvalidPropError } from './invalid-prop';
import type { Metadata } from './labels';
import { DisruptionBudget, podDisruptionBudget } from './pod-disruption-budget';
import type { PodProps, PodTemplate } from './pod-template';
import { UpdateStrategy } from './update-strategy';
import { checkInteger, wholeSeconds } from './validation';
import { workload } from './workload';

/** How many pods there are, and how a new version replaces them. */
export interface DeploymentProps {
  /**
   * Number of pods.
   * @default 1, or what {@link autoscaling} says
   */
  readonly replicas?: number;
  /**
   * Lets a HorizontalPodAutoscaler decide how many pods there are. The workload then says nothing of `replicas`, so that an apply never scales down.
   *
   * Taking it out of a manifest that said `replicas` sets the number to 1 for a moment, where it was applied from the client's side: before, run
   * `kubectl apply edit-last-applied deployment/NAME` and remove it there
   * (https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling).
   * @default - none: a fixed number of pods
   */
  readonly autoscaling?: AutoscalingProps;
  /**
   * How many pods may be evicted at the same time, as when a node is drained.
   * @default - DisruptionBudget.maxUnavailable(1) where more than one pod may run, none otherwise
   */
  readonly disruptionBudget?: DisruptionBudget;
  /**
   * Steps of a canary: each new version is then rolled out by Argo Rollouts instead of a Deployment, which needs its
   * controller in the cluster.
   * @default - none: a Deployment
   */
  readonly canary?: readonly CanaryStep[];
  /**
   * How old pods are replaced by new ones; of a canary, how many pods more and fewer there may be at a step.
   * @default - UpdateStrategy.rollingUpdate(): a new pod is ready before an old one is stopped. UpdateStrategy.recreate() where a volume is for one pod
   */
  readonly updateStrategy?: UpdateStrategy;
  /**
   * How long a new pod must have been ready before it counts as available, in whole seconds.
   * @default Duration.seconds(0) (Kubernetes' own)
   */
  readonly minReady?: Duration;
  /**
   * How long an update may make no progress before it counts as failed, in whole seconds; longer than {@link minReady}. Nothing is rolled back.
   * @default Duration.minutes(10) (Kubernetes' own)
   */
  readonly progressDeadline?: Duration;
  /**
   * How many old versions are kept to roll back to.
   * @default 3
   */
  readonly revisionHistoryLimit?: number;
}

/** What {@link deployment} makes. */
export interface DeploymentObjects {
  /** The Deployment or Rollout. */
  readonly workload: ApiObject;
  /** Undefined without autoscaling. */
  readonly horizontalPodAutoscaler: k8s.KubeHorizontalPodAutoscalerV2 | undefined;
  /** Undefined where no more than one pod may run, unless it is asked for. */
  readonly podDisruptionBudget: k8s.KubePodDisruptionBudget | undefined;
}

const ROLLOUT: GroupVersionKind = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout' };

/** Seconds: what Kubernetes and Argo Rollouts assume. */
const PROGRESS_DEADLINE = 600;

/**
 * A workload whose pods are alike: a Deployment, or an Argo Rollout for a canary, with its autoscaler and disruption budget.
 *
 * @param scope the construct of the workload; named in errors.
 * @param props how many pods there are and what they mount.
 * @throws InvalidPropError for numbers that the API server refuses, and for more than one pod where a volume is for one.
 */
export function deployment(
  scope: Construct,
  {
    metadata,
    selector,
    template,
  }: {
    readonly metadata: Metadata;
    readonly selector: Readonly<Record<string, string>>;
    readonly template: PodTemplate;
  },
  props: DeploymentProps &
    Pick<PodProps, 'mounts' | 'initContainers'> &
    Pick<WorkloadConnections, keyof ConnectionProps | 'exposedPorts' | 'metrics'>,
): DeploymentObjects {
  const { replicas = 1, autoscaling, canary, minReady, progressDeadline, revisionHistoryLimit = 3 } = props;
  checkInteger(scope, 'replicas', replicas, 0);
  checkInteger(scope, 'revisionHistoryLimit', revisionHistoryLimit, 0);
  if (autoscaling !== undefined && props.replicas !== undefined) {
    throw new InvalidPropError(scope, {
      prop: 'replicas',
      value: props.replicas,
      reason:
        'given beside autoscaling: each apply would set the number of pods back to it, in the middle of the load.',
      remedy: 'Leave it out, or leave autoscaling out.',
    });
  }
  const most = autoscaling?.maxReplicas ?? replicas;
  const claim = claimForOnePod(props);
  const updateStrategy =
    props.updateStrategy ?? (claim === undefined ? UpdateStrategy.rollingUpdate() : UpdateStrategy.recreate());
  if (claim !== undefined) {
    checkOnePod(scope, claim, { ...props, updateStrategy }, most);
  }
  const seconds = checkTimes(scope, minReady, progressDeadline);

  const spec = {
    ...(autoscaling === undefined && { replicas }),
    ...seconds,
    revisionHistoryLimit,
    selector: { matchLabels: selector },
  };
  const object =
    canary === undefined
      ? workload(scope, 'Deployment', k8s.KubeDeployment.GVK, {
          metadata,
          template,
          spec: k8s.toJson_DeploymentSpec({ ...spec, template: {}, strategy: updateStrategy.toDeployment(scope) }),
        })
      : workload(scope, 'Rollout', ROLLOUT, {
          metadata,
          template,
          spec: {
            ...spec,
            strategy: {
              canary: {
                ...updateStrategy.toCanary(scope),
                steps: canarySteps(scope, canary, { replicas: most, maxSurge: updateStrategy.surgeOf(most) }),
              },
            },
          } satisfies RolloutSpec,
        });
  const { connectsTo = [], discovers = [], exposedPorts = [], metrics } = props;
  declareConnections(object, { selector, connectsTo, discovers, exposedPorts, metrics });
  const { apiVersion, kind, name } = object;
  const disruptionBudget = props.disruptionBudget ?? (most > 1 ? DisruptionBudget.maxUnavailable(1) : undefined);
  const fewest = autoscaling === undefined ? replicas : (autoscaling.minReplicas ?? 1);
  return {
    workload: object,
    horizontalPodAutoscaler:
      autoscaling &&
      horizontalPodAutoscaler(scope, { metadata, scaleTargetRef: { apiVersion, kind, name }, autoscaling }),
    podDisruptionBudget:
      disruptionBudget?.isNone === false
        ? podDisruptionBudget(scope, { metadata, selector, disruptionBudget, replicas: fewest })
        : undefined,
  };
}

/** Path of the first mount whose volume pods on different nodes cannot use at the same time. */
function claimForOnePod({
  mounts = [],
  initContainers = [],
}: Pick<PodProps, 'mounts' | 'initContainers'>): string | undefined {
  return [...mounts, ...initContainers.flatMap((container) => container.mounts ?? [])].find(
    ({ volume }) => volume.isForOnePod,
  )?.path;
}

function checkOnePod(
  scope: Construct,
  path: string,
  { autoscaling, canary, updateStrategy }: DeploymentProps & { readonly updateStrategy: UpdateStrategy },
  most: number,
): void {
  const fault =
    canary !== undefined
      ? { prop: 'canary', reason: 'runs two versions side by side' }
      : most > 1
        ? {
            prop: autoscaling === undefined ? 'replicas' : 'autoscaling.maxReplicas',
            value: most,
            reason: 'is more than one pod',
          }
        : updateStrategy.surgeOf(1) > 0
          ? { prop: 'updateStrategy', reason: 'starts a new pod while the old one runs' }
          : undefined;
  if (fault !== undefined) {
    throw new InvalidPropError(scope, {
      ...fault,
      reason: `${fault.reason}, and the volume at ${path} is for the pods of one node: a second pod on another node would wait for it for ever.`,
      remedy: 'Keep to one pod that is recreated, or mount a claim with access mode ReadWriteMany.',
    });
  }
}

function checkTimes(
  scope: Construct,
  minReady: Duration | undefined,
  progressDeadline: Duration | undefined,
): { readonly minReadySeconds?: number; readonly progressDeadlineSeconds?: number } {
  const minReadySeconds = minReady && wholeSeconds(scope, 'minReady', minReady);
  const progressDeadlineSeconds = progressDeadline && wholeSeconds(scope, 'progressDeadline', progressDeadline, 1);
  if ((minReadySeconds ?? 0) >= (progressDeadlineSeconds ?? PROGRESS_DEADLINE)) {
    throw new InvalidPropError(scope, {
      prop: 'progressDeadline',
      value: progressDeadline?.toHumanString(),
      reason: `not longer than minReady, ${minReadySeconds} s (it is ${PROGRESS_DEADLINE} s where nothing is said), and the API server refuses that: every update would count as failed.`,
      remedy: 'Lengthen it, or shorten minReady.',
    });
  }
  return {
    ...(minReadySeconds !== undefined && { minReadySeconds }),
    ...(progressDeadlineSeconds !== undefined && { progressDeadlineSeconds }),
  };
}
