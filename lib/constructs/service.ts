import { Duration } from 'cdk8s';
import type { Construct, IConstruct } from 'constructs';
import { k8s } from '../../imports/k8s';
import { InvalidPropError } from './invalid-prop';
import { checkPort, type NamedPort } from './port';
import { checkAnnotations, checkAppProtocol, checkInteger, isQualifiedName, isRange, wholeSeconds } from './validation';

/** Which nodes answer what comes from outside: all, or those alone that run a pod, which then see the client's address. */
export type ExternalTrafficPolicy = 'Cluster' | 'Local';

/** A Service that is reached through a load balancer. */
export interface LoadBalancerOptions {
  /**
   * Who makes the load balancer. It cannot change while the Service exists.
   * @default - the cluster's default
   */
  readonly loadBalancerClass?: string;
  /**
   * Who may connect: ranges of addresses such as `203.0.113.0/24`.
   * @default - everybody
   */
  readonly loadBalancerSourceRanges?: readonly string[];
  /**
   * Which nodes answer.
   * @default 'Cluster'
   */
  readonly externalTrafficPolicy?: ExternalTrafficPolicy;
}

/** A Service that is reached on a port of every node. */
export interface NodePortOptions {
  /**
   * The port of the nodes for the Service's first port, within the cluster's range.
   * @default - one that the cluster chooses
   */
  readonly nodePort?: number;
  /**
   * Which nodes answer.
   * @default 'Cluster'
   */
  readonly externalTrafficPolicy?: ExternalTrafficPolicy;
}

/**
 * From where a Service is reached.
 * https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types
 */
export class ServiceType {
  /** From inside of the cluster, by one address. */
  public static clusterIp(): ServiceType {
    return new ServiceType({ type: 'ClusterIP' });
  }

  /** From inside of the cluster; its name resolves to the addresses of the pods, and clients choose among them. */
  public static headless(): ServiceType {
    return new ServiceType({ type: 'ClusterIP', clusterIp: 'None' });
  }

  /** Besides, on a port of every node. The policy `service-exposed` asks for an acknowledged exception with the reason. */
  public static nodePort({ nodePort, externalTrafficPolicy }: NodePortOptions = {}): ServiceType {
    return new ServiceType(
      { type: 'NodePort', ...(externalTrafficPolicy !== undefined && { externalTrafficPolicy }) },
      nodePort,
    );
  }

  /** Besides, through a load balancer, often from the whole internet. The policy `service-exposed` asks for an acknowledged exception with the reason. */
  public static loadBalancer(options: LoadBalancerOptions = {}): ServiceType {
    return new ServiceType({ type: 'LoadBalancer', ...options });
  }

  private constructor(
    private readonly spec: LoadBalancerOptions & {
      readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer';
      readonly clusterIp?: 'None';
    },
    /** The port of the nodes for the Service's first port. */
    public readonly nodePort?: number,
  ) {}

  /** Whether its name resolves to the pods' own addresses, so that clients connect to the containers' ports. */
  public get isHeadless(): boolean {
    return this.spec.clusterIp === 'None';
  }

  /** Whether a load balancer stands in front of it. */
  public get isLoadBalanced(): boolean {
    return this.spec.type === 'LoadBalancer';
  }

  /** Whether it is reached from outside of the cluster. */
  public get isExposed(): boolean {
    return this.spec.type !== 'ClusterIP';
  }

  /**
   * The fields of the Service's spec; none for the type that it has anyway.
   *
   * @throws InvalidPropError for what the API server refuses.
   */
  public toKube(scope: IConstruct, prop: string): k8s.ServiceSpec {
    const { type, loadBalancerClass, loadBalancerSourceRanges, ...others } = this.spec;
    if (this.nodePort !== undefined) {
      checkPort(scope, `${prop}.nodePort`, this.nodePort);
    }
    if (loadBalancerClass !== undefined && !isQualifiedName(loadBalancerClass)) {
      throw new InvalidPropError(scope, {
        prop: `${prop}.loadBalancerClass`,
        value: loadBalancerClass,
        reason: 'not a name of a class, and the API server refuses it.',
        remedy: "Use a DNS name and '/' (both may be missing), then at most 63 letters, digits, '-', '_' and '.'.",
      });
    }
    if (loadBalancerSourceRanges?.length === 0) {
      throw new InvalidPropError(scope, {
        prop: `${prop}.loadBalancerSourceRanges`,
        value: loadBalancerSourceRanges,
        reason: 'no range, and so everybody may connect.',
        remedy: 'Leave it out if that is meant, or name who may connect.',
      });
    }
    for (const [index, range] of (loadBalancerSourceRanges ?? []).entries()) {
      if (!isRange(range)) {
        throw new InvalidPropError(scope, {
          prop: `${prop}.loadBalancerSourceRanges[${index}]`,
          value: range,
          reason: 'not a range of addresses, and the API server refuses it.',
          remedy: 'Give an address and the number of its leading bits, as in 203.0.113.0/24.',
        });
      }
    }
    return {
      ...(type !== 'ClusterIP' && { type }),
      ...others,
      ...(loadBalancerClass !== undefined && { loadBalancerClass }),
      ...(loadBalancerSourceRanges !== undefined && { loadBalancerSourceRanges: [...loadBalancerSourceRanges] }),
    };
  }
}

/** Keeps a client with one pod. */
export class SessionAffinity {
  /**
   * Requests from one address go to the pod that had its last one, as long as that is not longer ago than `timeout` (whole seconds, a day at most). Behind an
   * Ingress the address is the ingress controller's, so that it only helps clients that connect to the Service themselves.
   */
  public static clientIp(timeout: Duration = Duration.hours(3)): SessionAffinity {
    return new SessionAffinity(timeout);
  }

  private constructor(private readonly timeout: Duration) {}

  /**
   * The fields of the Service's spec.
   *
   * @throws InvalidPropError for a time-out that the API server refuses.
   */
  public toKube(scope: IConstruct, prop: string): k8s.ServiceSpec {
    const timeoutSeconds = wholeSeconds(scope, `${prop}.timeout`, this.timeout, 1);
    checkInteger(scope, `${prop}.timeout (s)`, timeoutSeconds, 1, 86_400);
    return { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIp: { timeoutSeconds } } };
  }
}

/** How a port of a container is offered by the Service in front of it. */
export interface ServicePortOptions {
  /**
   * Port of the Service.
   * @default - the container's
   */
  readonly servicePort?: number;
  /**
   * What is spoken on it, for load balancers and meshes that go by it: an IANA service name such as `https`, or a name with a prefix such as
   * `kubernetes.io/h2c`. https://kubernetes.io/docs/concepts/services-networking/service/#application-protocol
   * @default - not said
   */
  readonly appProtocol?: string;
}

/** A port of a container, and of the Service in front of it. */
export interface ServicePort extends NamedPort, ServicePortOptions {
  /**
   * Whether the Service has it, or the container alone.
   * @default true
   */
  readonly inService?: boolean;
}

/** How a Service is reached. */
export interface ServiceProps {
  /**
   * From where it is reached.
   * @default ServiceType.clusterIp()
   */
  readonly type?: ServiceType;
  /**
   * Keeps a client with one pod.
   * @default - each connection goes to any pod
   */
  readonly sessionAffinity?: SessionAffinity;
  /**
   * Annotations of the Service, in which load balancers have their settings.
   * @default - those of every object of the construct
   */
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * A Service in front of pods. Its ports lead to the containers' by name.
 *
 * @param scope the construct of the workload; named in errors.
 * @throws InvalidPropError for what the API server refuses, and what would have no effect.
 */
export function service(
  scope: Construct,
  {
    metadata,
    selector,
    ports,
    type = ServiceType.clusterIp(),
    sessionAffinity,
    annotations = {},
  }: ServiceProps & {
    readonly metadata: k8s.ObjectMeta;
    readonly selector: Readonly<Record<string, string>>;
    readonly ports: readonly ServicePort[];
  },
): k8s.KubeService {
  checkServicePorts(scope, ports, type);
  const allAnnotations = { ...metadata.annotations, ...annotations };
  checkAnnotations(scope, 'service.annotations', annotations);
  if (sessionAffinity !== undefined && type.isHeadless) {
    throw new InvalidPropError(scope, {
      prop: 'service.sessionAffinity',
      reason: 'without effect on a headless Service: its clients choose among the pods themselves.',
      remedy: 'Leave it out, or use ServiceType.clusterIp().',
    });
  }
  return new k8s.KubeService(scope, 'Service', {
    metadata: { ...metadata, ...(Object.keys(allAnnotations).length > 0 && { annotations: allAnnotations }) },
    spec: {
      ...type.toKube(scope, 'service.type'),
      selector,
      ports: ports.map(({ name, port, servicePort = port, appProtocol }, index) => ({
        name,
        port: servicePort,
        targetPort: k8s.IntOrString.fromString(name),
        ...(index === 0 && type.nodePort !== undefined && { nodePort: type.nodePort }),
        ...(appProtocol !== undefined && { appProtocol }),
      })),
      ...sessionAffinity?.toKube(scope, 'service.sessionAffinity'),
    },
  });
}

/** Of the kubelet: the API server lets no load balancer have it. */
const KUBELET_PORT = 10250;

/** Checks the Service's side of ports; the containers' is checked with the pod template. */
function checkServicePorts(scope: IConstruct, ports: readonly ServicePort[], type: ServiceType): void {
  const seen = new Map<number, string>();
  for (const { name, port, servicePort = port, appProtocol } of ports) {
    const prop = `servicePort of ${name}`;
    checkPort(scope, prop, servicePort);
    const other = seen.get(servicePort);
    if (other !== undefined) {
      throw new InvalidPropError(scope, {
        prop,
        value: servicePort,
        reason: `given twice, also to ${other}; numbers of ports are unique within a Service.`,
        remedy: 'Give each a number of its own.',
      });
    }
    seen.set(servicePort, name);
    if (type.isHeadless && servicePort !== port) {
      throw new InvalidPropError(scope, {
        prop,
        value: servicePort,
        reason: `without effect on a headless Service: its clients connect to the pods themselves, on port ${port}.`,
        remedy: 'Leave it out, or use ServiceType.clusterIp().',
      });
    }
    if (type.isLoadBalanced && servicePort === KUBELET_PORT) {
      throw new InvalidPropError(scope, {
        prop,
        value: servicePort,
        reason: "the kubelet's port, which the API server lets no load balancer have.",
        remedy: 'Give another.',
      });
    }
    if (appProtocol !== undefined) {
      checkAppProtocol(scope, `appProtocol of ${name}`, appProtocol);
    }
  }
}
