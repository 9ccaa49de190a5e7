import { ApiObject, type GroupVersionKind } from 'cdk8s';
import type { Construct } from 'constructs';
import type { GatewaySpec, HTTPRouteSpec } from '../../imports/gateway.networking.k8s.io';
import { InvalidPropError } from './invalid-prop';
import { type Component, metadataOf } from './labels';
import { PatchableConstruct } from './patch';
import { checkHostName, checkObjectName } from './validation';

/** Who signs a certificate: an issuer of cert-manager, which somebody has set up in the cluster. */
export interface CertificateIssuer {
  /** Name of the issuer. */
  readonly name: string;
  /**
   * Whether it serves the whole cluster or the Gateway's namespace.
   * @default 'ClusterIssuer'
   */
  readonly kind?: 'ClusterIssuer' | 'Issuer';
}

/** Props of {@link Gateway}. */
export interface GatewayProps extends Component {
  /** Name of the GatewayClass, that is, of the controller. */
  readonly gatewayClassName: string;
  /** DNS names that are served over HTTPS; `*.example.com` stands for every name below. */
  readonly hosts: readonly string[];
  /** The certificate of the hosts. */
  readonly certificate: {
    /** Name of the Secret with certificate and key, in the Gateway's namespace. */
    readonly secretName: string;
    /**
     * Who signs it: cert-manager then makes the Secret, for all hosts, and renews it in time.
     * https://cert-manager.io/docs/usage/gateway/
     * @default - the Secret is made elsewhere
     */
    readonly issuer?: CertificateIssuer;
  };
}

const API_VERSION = 'gateway.networking.k8s.io/v1';
const GATEWAY: GroupVersionKind = { apiVersion: API_VERSION, kind: 'Gateway' };

/** A kind whose objects send requests on. */
export const HTTP_ROUTE: GroupVersionKind = { apiVersion: API_VERSION, kind: 'HTTPRoute' };

/** The listener that sends every request to HTTPS. */
const HTTP_LISTENER = 'http';

/**
 * The entrance of a cluster by Gateway API: HTTPS on port 443 for each host, and HTTP on port 80, which sends everybody to HTTPS and serves
 * nothing. Routes of its own namespace alone may attach to it, and only to HTTPS, as {@link HttpRoute} does.
 * https://gateway-api.sigs.k8s.io/reference/api-types/gateway/
 */
export class Gateway extends PatchableConstruct {
  /** Name of the Gateway: the construct's id. */
  public readonly name: string;
  /** The hosts that it serves. */
  public readonly hosts: readonly string[];
  /** The Gateway. */
  public readonly gateway: ApiObject;
  /** The HTTPRoute that sends from HTTP to HTTPS. */
  public readonly redirect: ApiObject;

  /** @throws InvalidPropError if there is no host, one is no DNS name or stands twice, or a name is none. */
  constructor(scope: Construct, id: string, props: GatewayProps) {
    super(scope, id);
    const { gatewayClassName, hosts, certificate } = props;
    checkObjectName(this, 'id', id);
    checkObjectName(this, 'gatewayClassName', gatewayClassName);
    checkHosts(this, hosts);
    checkObjectName(this, 'certificate.secretName', certificate.secretName);
    if (certificate.issuer !== undefined) {
      checkObjectName(this, 'certificate.issuer.name', certificate.issuer.name);
    }
    this.name = id;
    this.hosts = hosts;

    const named = { ...props, name: props.name ?? id };
    const annotations = { ...props.annotations, ...issuerAnnotation(certificate.issuer) };
    const allowedRoutes = { namespaces: { from: 'Same' as const } };
    this.gateway = new ApiObject(this, 'Gateway', {
      ...GATEWAY,
      metadata: metadataOf(this, { ...named, annotations }, id),
      spec: {
        gatewayClassName,
        listeners: [
          { name: HTTP_LISTENER, protocol: 'HTTP', port: 80, allowedRoutes },
          ...hosts.map((host) => ({
            name: listenerOf(host),
            // cert-manager takes the names of the certificate from here.
            hostname: host,
            protocol: 'HTTPS',
            port: 443,
            tls: { mode: 'Terminate' as const, certificateRefs: [{ name: certificate.secretName }] },
            allowedRoutes,
          })),
        ],
      } satisfies GatewaySpec,
    });
    this.redirect = new ApiObject(this, 'Redirect', {
      ...HTTP_ROUTE,
      metadata: metadataOf(this, named, `${id}-redirect`),
      spec: {
        parentRefs: [{ name: id, sectionName: HTTP_LISTENER }],
        hostnames: [...hosts],
        rules: [
          { filters: [{ type: 'RequestRedirect' as const, requestRedirect: { scheme: 'https', statusCode: 301 } }] },
        ],
      } satisfies HTTPRouteSpec,
    });
  }
}

/** Name of the listener for a host over HTTPS, in which no `*` can stand. */
export function listenerOf(host: string): string {
  return `https-${host.replace(/^\*/, 'any')}`;
}

/** https://cert-manager.io/docs/usage/gateway/#supported-annotations */
function issuerAnnotation(issuer: CertificateIssuer | undefined): Record<string, string> {
  if (issuer === undefined) {
    return {};
  }
  return { [issuer.kind === 'Issuer' ? 'cert-manager.io/issuer' : 'cert-manager.io/cluster-issuer']: issuer.name };
}

function checkHosts(scope: Construct, hosts: readonly string[]): void {
  if (hosts.length === 0) {
    throw new InvalidPropError(scope, {
      prop: 'hosts',
      reason: 'no host: nobody would be served over HTTPS.',
      remedy: 'Name at least one.',
    });
  }
  for (const [index, host] of hosts.entries()) {
    checkHostName(scope, `hosts[${index}]`, host);
    if (hosts.indexOf(host) !== index) {
      throw new InvalidPropError(scope, {
        prop: `hosts[${index}]`,
        value: host,
        reason: 'given twice, and the API server refuses two listeners of one host and port.',
        remedy: 'Remove one.',
      });
    }
  }
}
