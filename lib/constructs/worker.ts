import { type ApiObject, Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import { k8s } from '../../imports/k8s';
import type { ContainerProps } from './container';
import { type Component, metadataOf, selectorOf } from './labels';
import { podTemplate, type PodProps } from './pod-template';
import type { NamedPort } from './port';
import type { Probes } from './probe';
import { serviceAccount } from './service-account';
import { checkInteger, checkName } from './validation';
import { workload } from './workload';
import { PatchableConstruct } from './patch';

/** Props of {@link Worker}. */
export interface WorkerProps extends Omit<Component, 'name'>, PodProps, Pick<ContainerProps, 'image' | 'resources'> {
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
   * Number of pods.
   * @default 1
   */
  readonly replicas?: number;
  /**
   * How many old versions are kept to roll back to.
   * @default 3
   */
  readonly revisionHistoryLimit?: number;
}

/**
 * A process that answers nobody, such as one that reads a queue: a Deployment and a ServiceAccount without token, and no Service. During an
 * update a new pod is ready before an old one is stopped.
 */
export class Worker extends PatchableConstruct {
  /** Name of the Deployment: the construct's id. */
  public readonly name: string;
  /** Labels by which a network policy or a monitor selects the pods. */
  public readonly selector: Readonly<Record<string, string>>;
  /** The Deployment. */
  public readonly deployment: ApiObject;
  /** The ServiceAccount; undefined where the pods use one that exists. */
  public readonly serviceAccount: k8s.KubeServiceAccount | undefined;

  /** @throws InvalidPropError for props that the API server or the kubelet would refuse or that would not work. */
  constructor(scope: Construct, id: string, props: WorkerProps) {
    super(scope, id);
    const { replicas = 1, revisionHistoryLimit = 3 } = props;
    checkName(this, 'id', id);
    checkInteger(this, 'replicas', replicas, 0);
    checkInteger(this, 'revisionHistoryLimit', revisionHistoryLimit, 0);
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
    this.deployment = workload(this, 'Deployment', k8s.KubeDeployment.GVK, {
      metadata: metadataOf(this, named),
      template,
      spec: k8s.toJson_DeploymentSpec({
        replicas,
        revisionHistoryLimit,
        selector: { matchLabels: this.selector },
        template,
        strategy: {
          type: 'RollingUpdate',
          rollingUpdate: { maxSurge: k8s.IntOrString.fromNumber(1), maxUnavailable: k8s.IntOrString.fromNumber(0) },
        },
      }),
    });
  }
}
