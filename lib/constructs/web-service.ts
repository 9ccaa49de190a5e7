import { type ApiObject, Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import type { k8s } from '../../imports/k8s';
import { checkName } from './validation';
import type { MetricsEndpoint } from './connections';
import { deployment, type DeploymentProps } from './deployment';
import { type ResourceProps } from './resources';
import { type Endpoint, podPeer, serviceHost } from './endpoint';
import { type Component, metadataOf, selectorOf } from './labels';
import { podTemplate, type PodProps } from './pod-template';
import { PreStop } from './pre-stop';
import { Probe, type Probes, type ProbeTiming } from './probe';
import { service, type ServicePort, type ServicePortOptions, type ServiceProps } from './service';
import { serviceAccount } from './service-account';
import { PatchableConstruct } from './patch';

/** Props of {@link WebService}. */
export interface WebServiceProps extends Omit<Component, 'name'>, PodProps, DeploymentProps {
  /** Image, with a tag that is not `latest`, or a digest. */
  readonly image: string;
  /** Port on which the container answers HTTP. */
  readonly port: number;
  /**
   * Whether the container speaks plain HTTP on its port, or TLS. The port's name is `http` or `https`, which an ingress controller goes by.
   * @default 'HTTP'
   */
  readonly scheme?: 'HTTP' | 'HTTPS';
  /**
   * Further ports of the container and of the Service.
   * @default - none
   */
  readonly ports?: readonly ServicePort[];
  /**
   * How the Service is reached, and by which port.
   * @default - from inside of the cluster, by the container's port
   */
  readonly service?: ServiceProps & ServicePortOptions;
  /** CPU and memory of each pod. */
  readonly resources: ResourceProps;
  /**
   * The container's probes.
   * @default - GET / on the port: every 5 s for up to ten minutes until started, then every 5 s for readiness and 10 s for liveness
   */
  readonly probes?: Probes;
  /**
   * Where a scraper finds metrics: a network policy lets it in there.
   * @default - nowhere
   */
  readonly metrics?: MetricsEndpoint;
}

/**
 * HTTP probes of a container that may need long to start: the startup probe allows ten minutes and is polled often, so that
 * a fast start is noticed. Six Spring Boot services with the OpenTelemetry agent that start together on two CPUs need two to three, and
 * were seen not to be done after four while something else kept the CPUs busy; a restart then starts them all over. One that cannot
 * start ends by itself.
 *
 * @param port port of the container.
 * @param paths path of each probe.
 * @param scheme what the container speaks on the port.
 */
export function httpProbes(
  port: number,
  paths: Readonly<Record<keyof Probes, string>>,
  scheme: 'HTTP' | 'HTTPS' = 'HTTP',
): Probes {
  const timeout = Duration.seconds(3);
  const get = (path: string, timing: ProbeTiming): Probe =>
    scheme === 'HTTP' ? Probe.fromHttpGet(path, port, timing) : Probe.fromHttpsGet(path, port, timing);
  return {
    startup: get(paths.startup, { period: Duration.seconds(5), timeout, failureThreshold: 120 }),
    readiness: get(paths.readiness, { period: Duration.seconds(5), timeout }),
    // A minute of failures: a restart cures a process that hangs, and makes one that is merely slow slower.
    liveness: get(paths.liveness, { period: Duration.seconds(10), timeout, failureThreshold: 6 }),
  };
}

/** What {@link WebService} takes for granted where its props are silent. */
export const WEB_SERVICE_DEFAULTS = {
  preStop: PreStop.sleepCommand(Duration.seconds(5)),
  terminationGracePeriod: Duration.seconds(30),
};

/**
 * A service that answers HTTP: a Deployment or an Argo Rollout, a Service and a ServiceAccount without token; where more than one pod may run a
 * PodDisruptionBudget, and a HorizontalPodAutoscaler if it is asked for. During an update a new pod is ready before an old one is stopped, which then
 * goes on serving for a moment.
 */
export class WebService extends PatchableConstruct {
  /** Name of the workload and of the Service: the construct's id. */
  public readonly name: string;
  /** The Service. */
  public readonly endpoint: Endpoint;
  /** Name of the port on which it answers HTTP, of the container and of the Service. */
  public readonly portName: 'http' | 'https';
  /** Labels by which a Service or network policy selects the pods. */
  public readonly selector: Readonly<Record<string, string>>;

  /** The Deployment or Rollout. */
  public readonly workload: ApiObject;
  /** The Service. */
  public readonly service: k8s.KubeService;
  /** The ServiceAccount; undefined where the pods use one that exists. */
  public readonly serviceAccount: k8s.KubeServiceAccount | undefined;
  /** The HorizontalPodAutoscaler; undefined without autoscaling. */
  public readonly horizontalPodAutoscaler: k8s.KubeHorizontalPodAutoscalerV2 | undefined;
  /** The PodDisruptionBudget; undefined where no more than one pod may run, unless it is asked for. */
  public readonly podDisruptionBudget: k8s.KubePodDisruptionBudget | undefined;

  /** @throws InvalidPropError for props that the API server or the kubelet would refuse or that would not work. */
  constructor(scope: Construct, id: string, props: WebServiceProps) {
    super(scope, id);
    const { port, scheme = 'HTTP', service: { servicePort = port, appProtocol, ...serviceProps } = {} } = props;
    checkName(this, 'id', id);

    this.name = id;
    this.portName = scheme === 'HTTP' ? 'http' : 'https';
    this.selector = selectorOf(id);
    this.endpoint = {
      host: serviceHost(this, id),
      port: servicePort,
      peer: podPeer(this, this.selector),
      ...(servicePort !== port && { targetPort: port }),
    };

    const named = { ...props, name: id };
    const metadata = metadataOf(this, named);
    const { selector } = this;
    const ports: readonly ServicePort[] = [
      { name: this.portName, port, servicePort, ...(appProtocol !== undefined && { appProtocol }) },
      ...(props.ports ?? []),
    ];
    const { name: serviceAccountName, object } = serviceAccount(this, named);
    this.serviceAccount = object;
    const template = podTemplate(this, {
      ...WEB_SERVICE_DEFAULTS,
      topologySpread: 'ScheduleAnyway',
      user: 1000,
      probes: httpProbes(port, { startup: '/', readiness: '/', liveness: '/' }, scheme),
      ...named,
      ports,
      serviceAccountName,
    });

    const servicePorts = ports.filter(({ inService = true }) => inService);
    this.service = service(this, {
      ...serviceProps,
      metadata,
      selector,
      ports: servicePorts,
    });
    const { workload, horizontalPodAutoscaler, podDisruptionBudget } = deployment(
      this,
      { metadata, selector, template },
      {
        ...props,
        exposedPorts:
          serviceProps.type?.isExposed === true
            ? servicePorts.map((exposed) => ({ service: id, port: exposed.port }))
            : [],
      },
    );
    this.workload = workload;
    this.horizontalPodAutoscaler = horizontalPodAutoscaler;
    this.podDisruptionBudget = podDisruptionBudget;
  }
}
