import { isIPv4, isIPv6 } from 'node:net';
import type { Construct } from 'constructs';
import { k8s } from '../../imports/k8s';
import { checkName, isDnsName } from './validation';
import { checkPorts, type NamedPort } from './port';
import { InvalidPropError } from './invalid-prop';
import { type Endpoint, serviceHost } from './endpoint';
import { type Component, metadataOf } from './labels';
import { PatchableConstruct } from './patch';

/** Props of {@link ExternalHostService}. */
export interface ExternalHostServiceProps extends Component {
  /** The server outside the cluster: a DNS name that the cluster's DNS resolves, or an IPv4 or IPv6 address. */
  readonly host: string;
  /** Ports of the server, named. */
  readonly ports: readonly NamedPort[];
}

/**
 * A stable name in the cluster for a server outside it, so that no client's configuration holds the server's address.
 *
 * A DNS name makes a Service of type ExternalName. An address makes a Service without selector and an EndpointSlice, since
 * ExternalName is a DNS alias and cannot hold an address:
 * https://kubernetes.io/docs/concepts/services-networking/service/#externalname
 */
export class ExternalHostService extends PatchableConstruct {
  /** Name of the Service: the construct's id. */
  public readonly name: string;
  /** DNS name of the Service, which resolves from every namespace of the cluster. */
  public readonly host: string;
  /** The server outside the cluster, as given. */
  public readonly externalHost: string;
  private readonly ports: readonly NamedPort[];

  /** @throws InvalidPropError if the id is no Service name, the host is neither a DNS name nor a usable address, or a port is invalid. */
  constructor(scope: Construct, id: string, props: ExternalHostServiceProps) {
    super(scope, id);
    checkName(this, 'id', id);
    checkPorts(this, 'ports', props.ports);
    checkHost(this, props.host);
    this.name = id;
    this.host = serviceHost(this, id);
    this.externalHost = props.host;
    this.ports = props.ports;

    const metadata = metadataOf(this, { ...props, name: props.name ?? id }, id);
    const ports = props.ports.map(({ name, port }) => ({ name, port }));
    if (!isIPv4(props.host) && !isIPv6(props.host)) {
      new k8s.KubeService(this, 'Service', {
        metadata,
        spec: { type: 'ExternalName', externalName: props.host, ports },
      });
      return;
    }
    const addressType = isIPv4(props.host) ? 'IPv4' : 'IPv6';
    new k8s.KubeService(this, 'Service', {
      metadata,
      spec: { ipFamilies: [addressType], ipFamilyPolicy: 'SingleStack', ports },
    });
    new k8s.KubeEndpointSlice(this, 'EndpointSlice', {
      metadata: {
        ...metadata,
        labels: {
          ...metadata.labels,
          // Ties the slice to the Service, and tells that no controller of the cluster manages it.
          // https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/
          'kubernetes.io/service-name': id,
          'endpointslice.kubernetes.io/managed-by': 'cdk8s',
        },
      },
      addressType,
      endpoints: [{ addresses: [props.host], conditions: { ready: true } }],
      ports: props.ports.map(({ name, port }) => ({ name, port, protocol: 'TCP' })),
    });
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
    return { host: this.host, port: port.port };
  }
}

function checkHost(scope: Construct, host: string): void {
  const invalid = (reason: string, remedy: string): InvalidPropError =>
    // What stands before an @ in a URL is a password, or may be.
    new InvalidPropError(scope, { prop: 'host', value: host.replace(/^.*@/s, '***@'), reason, remedy });
  if (isIPv4(host) || isIPv6(host)) {
    if (isUnroutable(host)) {
      throw invalid(
        'an address that means something else in every pod (unspecified, loopback, link-local or multicast); the API server refuses it in an EndpointSlice.',
        'Give an address of the server that pods can reach.',
      );
    }
    return;
  }
  if (host.includes('://') || host.includes('/')) {
    throw invalid('a URL, and a Service stands for a host alone.', 'Give the host; its port goes into ports.');
  }
  if (/:\d+$/.test(host)) {
    throw invalid('a host with a port, and a DNS alias has none.', 'Give the host alone; its port goes into ports.');
  }
  if (!isDnsName(host) || /(^|\.)\d+$/.test(host)) {
    throw invalid(
      'neither a DNS name nor an IPv4 or IPv6 address.',
      'Give a name such as host.k3d.internal, or an address.',
    );
  }
}

// What the API server refuses (ValidateNonSpecialIP in k8s.io/kubernetes/pkg/apis/core/validation).
function isUnroutable(address: string): boolean {
  return isIPv4(address)
    ? /^(0\.0\.0\.0$|127\.|169\.254\.|22[4-9]\.|23\d\.)/.test(address)
    : /^(::1?$|fe[89ab][0-9a-f]:|ff[0-9a-f]{2}:)/i.test(address);
}
