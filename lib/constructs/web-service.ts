import { Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import {
  Rollout,
  RolloutSpecStrategyCanaryMaxSurge,
  RolloutSpecStrategyCanaryMaxUnavailable,
  toJson_RolloutSpec,
} from '../../imports/argoproj.io';
import { k8s } from '../../imports/k8s';
import { type CanaryStep, canarySteps } from './canary';
import { checkInteger, checkName } from './validation';
import { type ResourceProps } from './resources';
import { type Endpoint, serviceHost } from './endpoint';
import { type Component, metadataOf, selectorOf } from './labels';
import { podTemplate, type PodProps } from './pod-template';
import { PreStop } from './pre-stop';
import { Probe, type Probes } from './probe';
import { serviceAccount } from './service-account';
import { workload } from './workload';
import { PatchableConstruct } from './patch';

/** Props of {@link WebService}. */
export interface WebServiceProps extends Omit<Component, 'name'>, PodProps {
  /** Image, with a tag that is not `latest`, or a digest. */
  readonly image: string;
  /** Port on which the container answers HTTP, and the Service too. */
  readonly port: number;
  /** CPU and memory of each pod. */
  readonly resources: ResourceProps;
  /**
   * Number of pods.
   * @default 1
   */
  readonly replicas?: number;
  /**
   * Steps of a canary: each new version is then rolled out by Argo Rollouts instead of a Deployment, which needs its
   * controller in the cluster.
   * @default - none: a Deployment
   */
  readonly canary?: readonly CanaryStep[];
  /**
   * The container's probes.
   * @default - GET / on the port: every 5 s for up to 4 minutes until started, then every 5 s for readiness and 10 s for liveness
   */
  readonly probes?: Probes;
  /**
   * How many old versions are kept to roll back to.
   * @default 3
   */
  readonly revisionHistoryLimit?: number;
}

/**
 * HTTP probes of a container that may need long to start: the startup probe allows ten minutes and is polled often, so that
 * a fast start is noticed. Six Spring Boot services with the OpenTelemetry agent that start together on two CPUs need two to three, and
 * were seen not to be done after four while something else kept the CPUs busy; a restart then starts them all over. One that cannot
 * start ends by itself.
 *
 * @param port port of the container.
 * @param paths path of each probe.
 */
export function httpProbes(port: number, paths: Readonly<Record<keyof Probes, string>>): Probes {
  const timeout = Duration.seconds(3);
  return {
    startup: Probe.fromHttpGet(paths.startup, port, { period: Duration.seconds(5), timeout, failureThreshold: 120 }),
    readiness: Probe.fromHttpGet(paths.readiness, port, { period: Duration.seconds(5), timeout }),
    // A minute of failures: a restart cures a process that hangs, and makes one that is merely slow slower.
    liveness: Probe.fromHttpGet(paths.liveness, port, { period: Duration.seconds(10), timeout, failureThreshold: 6 }),
  };
}

/** What {@link WebService} takes for granted where its props are silent. */
export const WEB_SERVICE_DEFAULTS = {
  preStop: PreStop.sleepCommand(Duration.seconds(5)),
  terminationGracePeriod: Duration.seconds(30),
};

/**
 * A service that answers HTTP: a Deployment or an Argo Rollout, a Service and a ServiceAccount without token. During an
 * update a new pod is ready before an old one is stopped, which then goes on serving for a moment.
 */
export class WebService extends PatchableConstruct {
  /** Name of the workload and of the Service: the construct's id. */
  public readonly name: string;
  /** The Service. */
  public readonly endpoint: Endpoint;
  /** Name of the Service's port. */
  public readonly portName = 'http';
  /** Labels by which a Service or network policy selects the pods. */
  public readonly selector: Readonly<Record<string, string>>;

  /** @throws InvalidPropError for props that the API server or the kubelet would refuse or that would not work. */
  constructor(scope: Construct, id: string, props: WebServiceProps) {
    super(scope, id);
    const { replicas = 1, revisionHistoryLimit = 3 } = props;
    checkName(this, 'id', id);
    checkInteger(this, 'replicas', replicas, 0);
    checkInteger(this, 'revisionHistoryLimit', revisionHistoryLimit, 0);

    this.name = id;
    this.endpoint = { host: serviceHost(this, id), port: props.port };
    this.selector = selectorOf(id);

    const named = { ...props, name: id };
    const metadata = metadataOf(this, named);
    const template = podTemplate(this, {
      ...WEB_SERVICE_DEFAULTS,
      topologySpread: 'ScheduleAnyway',
      user: 1000,
      probes: httpProbes(props.port, { startup: '/', readiness: '/', liveness: '/' }),
      ...named,
      ports: [{ name: this.portName, port: props.port }],
      serviceAccountName: serviceAccount(this, named),
    });
    const common = { replicas, revisionHistoryLimit, selector: { matchLabels: this.selector } };

    new k8s.KubeService(this, 'Service', {
      metadata,
      spec: {
        selector: this.selector,
        ports: [{ name: this.portName, port: props.port, targetPort: k8s.IntOrString.fromString(this.portName) }],
      },
    });
    if (props.canary === undefined) {
      workload(this, 'Deployment', k8s.KubeDeployment.GVK, {
        metadata,
        template,
        spec: k8s.toJson_DeploymentSpec({
          ...common,
          template,
          strategy: {
            type: 'RollingUpdate',
            rollingUpdate: { maxSurge: k8s.IntOrString.fromNumber(1), maxUnavailable: k8s.IntOrString.fromNumber(0) },
          },
        }),
      });
    } else {
      workload(this, 'Rollout', Rollout.GVK, {
        metadata,
        template,
        spec: toJson_RolloutSpec({
          ...common,
          strategy: {
            canary: {
              maxSurge: RolloutSpecStrategyCanaryMaxSurge.fromNumber(1),
              maxUnavailable: RolloutSpecStrategyCanaryMaxUnavailable.fromNumber(0),
              steps: canarySteps(this, props.canary),
            },
          },
        }),
      });
    }
  }
}
