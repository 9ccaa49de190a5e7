import { type ApiObject, Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import type { k8s } from '../../imports/k8s';
import type { MetricsEndpoint } from './connections';
import type { ContainerProps } from './container';
import { deployment, type DeploymentProps } from './deployment';
import { type Component, metadataOf, selectorOf } from './labels';
import { PatchableConstruct } from './patch';
import { podTemplate, type PodProps } from './pod-template';
import type { NamedPort } from './port';
import type { Probes } from './probe';
import { serviceAccount } from './service-account';
import { checkName } from './validation';

/** Props of {@link Worker}. */
export interface WorkerProps
  extends Omit<Component, 'name'>, PodProps, DeploymentProps, Pick<ContainerProps, 'image' | 'resources'> {
  /**
   * The container's probes: of a port of its own, such as that of Spring Boot's Actuator, or a command.
   */
  readonly probes: Probes;
  /**
   * Ports that the container listens on, for probes and scrapers.
   * @default - none
   */
  readonly ports?: readonly NamedPort[];
  /**
   * Where a scraper finds metrics, at one of them: a network policy lets it in there.
   * @default - nowhere
   */
  readonly metrics?: MetricsEndpoint;
}

/**
 * A process that answers nobody, such as one that reads a queue: a Deployment or an Argo Rollout and a ServiceAccount without token, and no
 * Service; where more than one pod may run a PodDisruptionBudget, and a HorizontalPodAutoscaler if it is asked for. During an update a new pod is
 * ready before an old one is stopped.
 */
export class Worker extends PatchableConstruct {
  /** Name of the workload: the construct's id. */
  public readonly name: string;
  /** Labels by which a network policy or a monitor selects the pods. */
  public readonly selector: Readonly<Record<string, string>>;
  /** The Deployment or Rollout. */
  public readonly workload: ApiObject;
  /** The ServiceAccount; undefined where the pods use one that exists. */
  public readonly serviceAccount: k8s.KubeServiceAccount | undefined;
  /** The HorizontalPodAutoscaler; undefined without autoscaling. */
  public readonly horizontalPodAutoscaler: k8s.KubeHorizontalPodAutoscalerV2 | undefined;
  /** The PodDisruptionBudget; undefined where no more than one pod may run, unless it is asked for. */
  public readonly podDisruptionBudget: k8s.KubePodDisruptionBudget | undefined;

  /** @throws InvalidPropError for props that the API server or the kubelet would refuse or that would not work. */
  constructor(scope: Construct, id: string, props: WorkerProps) {
    super(scope, id);
    checkName(this, 'id', id);
    this.name = id;
    this.selector = selectorOf(id);

    const named = { ...props, name: id };
    const { name: serviceAccountName, object } = serviceAccount(this, named);
    this.serviceAccount = object;
    const template = podTemplate(this, {
      topologySpread: 'ScheduleAnyway',
      user: 1000,
      ports: [],
      terminationGracePeriod: Duration.seconds(30),
      ...named,
      serviceAccountName,
    });
    const metadata = metadataOf(this, named);
    const { workload, horizontalPodAutoscaler, podDisruptionBudget } = deployment(
      this,
      { metadata, selector: this.selector, template },
      props,
    );
    this.workload = workload;
    this.horizontalPodAutoscaler = horizontalPodAutoscaler;
    this.podDisruptionBudget = podDisruptionBudget;
  }
}
