import { isIPv4, isIPv6 } from 'node:net';
import type { Construct } from 'constructs';
import { k8s } from '../../imports/k8s';
import { checkAppProtocol, checkName } from './validation';
import { checkPort, checkPorts, type NamedPort, type Protocol } from './port';
import { InvalidPropError } from './invalid-prop';
import { type Endpoint, rangeOf, serviceHost } from './endpoint';
import { checkHost, checkRanges, invalidHost, isAddress, normalized } from './external-endpoint';
import { type Component, metadataOf, namespaceOf } from './labels';
import { PatchableConstruct } from './patch';

/** A port of a server outside the cluster. Its `port` is that of the Service, to which clients in the cluster connect. */
export interface ExternalPort extends NamedPort {
  /**
   * Port on which the server answers, where it is another: 1 to 65535. Only for a server that is given by address: behind a DNS alias a
   * client connects to the server itself, on the port that it was told.
   * @default - the same as `port`
   */
  readonly targetPort?: number;
  /**
   * Protocol over IP.
   * @default 'TCP'
   */
  readonly protocol?: Protocol;
  /**
   * What is spoken on the port, for a service mesh or an ingress controller that asks: an IANA service name such as `https`, or one with
   * a prefix such as `kubernetes.io/h2c`. https://kubernetes.io/docs/concepts/services-networking/service/#application-protocol
   * @default - not said
   */
  readonly appProtocol?: string;
}

/** Props of {@link ExternalHostService}. */
export interface ExternalHostServiceProps extends Component {
  /**
   * The server outside the cluster: a DNS name that the cluster's DNS resolves, or IPv4 and IPv6 addresses, one or several, among which
   * connections are spread. A trailing dot, upper case, and an address' longer spellings are made uniform.
   */
  readonly host: string | readonly string[];
  /** Ports of the server, named. */
  readonly ports: readonly ExternalPort[];
  /**
   * Ranges of the addresses that a DNS name may stand for, such as `10.0.64.0/20`: network policies know no names.
   * @default - not known; of a server that is given by address, its addresses
   */
  readonly ranges?: readonly string[];
}

/**
 * A stable name in the cluster for a server outside it, so that no client's configuration holds the server's address.
 *
 * A DNS name makes a Service of type ExternalName. Addresses make a Service without selector, and an EndpointSlice for each family of
 * addresses, since ExternalName is a DNS alias and cannot hold an address:
 * https://kubernetes.io/docs/concepts/services-networking/service/#externalname
 *
 * It is for servers without TLS. One whose certificate clients check is called by its own name: {@link externalEndpoint}.
 */
export class ExternalHostService extends PatchableConstruct {
  /** Name of the Service: the construct's id. */
  public readonly name: string;
  /** DNS name of the Service, which resolves from every namespace of the cluster. */
  public readonly host: string;
  /** The server outside the cluster: one DNS name, or its addresses. */
  public readonly externalHosts: readonly string[];
  /** The Service. */
  public readonly service: k8s.KubeService;
  /** The EndpointSlices, one for each family of addresses; none for a DNS name. */
  public readonly endpointSlices: readonly k8s.KubeEndpointSlice[];
  /** Ranges of the server's addresses, for network policies; undefined for a DNS name of which nobody said them. */
  public readonly ranges: readonly string[] | undefined;
  private readonly ports: readonly ExternalPort[];

  /**
   * @throws InvalidPropError if the id is no Service name, a host is neither a DNS name nor a usable address, leads back into the pod or to
   * the Service itself, or stands beside others as a name; if a port is invalid, or differs from the server's behind a DNS name.
   */
  constructor(scope: Construct, id: string, props: ExternalHostServiceProps) {
    super(scope, id);
    checkName(this, 'id', id);
    checkPorts(this, 'ports', props.ports);
    const given = [props.host].flat();
    const hosts = given.map((host) => normalized(host));
    checkHosts(this, id, given, hosts);
    checkTargets(this, props.ports, hosts);
    checkRanges(this, props.ranges, hosts);
    this.name = id;
    this.host = serviceHost(this, id);
    this.externalHosts = hosts;
    this.ranges = props.ranges ?? (hosts.every(isAddress) ? hosts.map(rangeOf) : undefined);
    this.ports = props.ports;

    const metadata = metadataOf(this, { ...props, name: props.name ?? id }, id);
    const families = FAMILIES.map(({ isOf, ...family }) => ({ ...family, addresses: hosts.filter(isOf) })).filter(
      ({ addresses }) => addresses.length > 0,
    );

    this.service = new k8s.KubeService(this, 'Service', {
      metadata,
      spec: {
        ...(families.length === 0 && { type: 'ExternalName', externalName: hosts.join() }),
        ...(families.length === 1 && {
          ipFamilies: families.map(({ addressType }) => addressType),
          ipFamilyPolicy: 'SingleStack',
        }),
        // A cluster that has one family alone gives the Service that one, and refuses `ipFamilies` of two.
        ...(families.length === 2 && { ipFamilyPolicy: 'PreferDualStack' }),
        ports: props.ports.map(({ name, port, targetPort, protocol, appProtocol }) => ({
          name,
          port,
          ...(targetPort !== undefined && { targetPort: k8s.IntOrString.fromNumber(targetPort) }),
          ...(protocol !== undefined && { protocol }),
          ...(appProtocol !== undefined && { appProtocol }),
        })),
      },
    });
    this.endpointSlices = families.map(
      ({ addressType, suffix, addresses }) =>
        new k8s.KubeEndpointSlice(this, `EndpointSlice${suffix}`, {
          metadata: {
            ...metadata,
            // Named by the family, which of an EndpointSlice that exists cannot change.
            name: `${id}${suffix}`,
            labels: {
              ...metadata.labels,
              // Ties the slice to the Service, and tells that no controller of the cluster manages it.
              // https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/
              'kubernetes.io/service-name': id,
              'endpointslice.kubernetes.io/managed-by': 'cdk8s',
            },
          },
          addressType,
          endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
          ports: props.ports.map(({ name, port, targetPort = port, protocol = 'TCP', appProtocol }) => ({
            name,
            port: targetPort,
            protocol,
            ...(appProtocol !== undefined && { appProtocol }),
          })),
        }),
    );
  }

  /**
   * What a client in the cluster connects to.
   *
   * @param portName name of the port.
   * @default - the only port
   * @throws InvalidPropError if there is no port of that name, or several and no name is given.
   */
  public endpoint(portName?: string): Endpoint {
    const candidates = this.ports.filter(({ name }) => portName === undefined || name === portName);
    const [port] = candidates;
    if (port === undefined || candidates.length > 1) {
      throw new InvalidPropError(this, {
        prop: 'portName',
        value: portName,
        reason: `${portName === undefined ? 'missing, and there are several ports' : 'not one of the ports'}: ${this.ports.map(({ name }) => name).join(', ')}.`,
        remedy: 'Name one of them.',
      });
    }
    return {
      host: this.host,
      port: port.port,
      ...(this.ranges !== undefined && { peer: { type: 'addresses', ranges: this.ranges } }),
      ...(port.targetPort !== undefined && { targetPort: port.targetPort }),
      ...(port.protocol !== undefined && { protocol: port.protocol }),
    };
  }
}

const FAMILIES = [
  { addressType: 'IPv4', suffix: '', isOf: isIPv4 },
  { addressType: 'IPv6', suffix: '-ipv6', isOf: isIPv6 },
] as const;

/** How many endpoints an EndpointSlice may have (maxEndpoints in k8s.io/kubernetes/pkg/apis/discovery/validation). */
const MAX_ADDRESSES = 1000;

function checkHosts(scope: Construct, name: string, given: readonly string[], hosts: readonly string[]): void {
  if (hosts.length === 0 || hosts.length > MAX_ADDRESSES) {
    throw new InvalidPropError(scope, {
      prop: 'host',
      reason: `${hosts.length} hosts: with none nobody answers, and the API server refuses an EndpointSlice of more than ${MAX_ADDRESSES}.`,
      remedy: `Give 1 to ${MAX_ADDRESSES}.`,
    });
  }
  for (const [index, value] of given.entries()) {
    const host = normalized(value);
    const prop = hosts.length === 1 ? 'host' : `host[${index}]`;
    const invalid = (reason: string, remedy: string): InvalidPropError =>
      invalidHost(scope, prop, value, reason, remedy);
    checkHost(scope, prop, value);
    const inNamespace = `${name}.${namespaceOf(scope)}`;
    if ([name, inNamespace, `${inNamespace}.svc`, serviceHost(scope, name)].includes(host)) {
      throw invalid('the name of the Service itself: it would be an alias of its own.', 'Give the name of the server.');
    }
    if (hosts.length > 1 && !isAddress(host)) {
      throw invalid(
        'a DNS name beside other hosts, and an alias stands for one name alone.',
        'Give one DNS name, or addresses.',
      );
    }
    if (hosts.indexOf(host) !== index) {
      throw invalid('given twice, perhaps in two spellings.', 'Remove one.');
    }
  }
}

function checkTargets(scope: Construct, ports: readonly ExternalPort[], hosts: readonly string[]): void {
  const isAlias = !hosts.every(isAddress);
  for (const [index, { port, targetPort = port, appProtocol }] of ports.entries()) {
    const prop = `ports[${index}]`;
    checkPort(scope, `${prop}.targetPort`, targetPort);
    if (isAlias && targetPort !== port) {
      throw new InvalidPropError(scope, {
        prop: `${prop}.targetPort`,
        value: targetPort,
        reason: `not the port ${port}: a DNS name makes an alias, behind which a client connects to the server itself, on the port that it was told.`,
        remedy: 'Give the server by address, or let clients connect to its own port.',
      });
    }
    if (appProtocol !== undefined) {
      checkAppProtocol(scope, `${prop}.appProtocol`, appProtocol);
    }
  }
}
