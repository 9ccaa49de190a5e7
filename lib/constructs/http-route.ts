import { ApiObject, type Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import type { HTTPRouteSpec } from '../../imports/gateway.networking.k8s.io';
import type { Endpoint } from './endpoint';
import { type Gateway, HTTP_ROUTE, listenerOf } from './gateway';
import { InvalidPropError } from './invalid-prop';
import { type Component, metadataOf } from './labels';
import { PatchableConstruct } from './patch';
import { checkPort } from './port';
import { checkName, checkObjectName, checkRoutePath, routeMatch, goDuration } from './validation';

/** A service that answers requests: the construct itself, such as a WebService, or what is known of another. */
export interface HttpRouteBackend {
  /** Name of the Service, in the route's namespace. */
  readonly name: string;
  /** Where it answers: routes know ports by number. */
  readonly endpoint: Endpoint;
}

/** A path and the service that answers it. */
export interface HttpRouteRule {
  /** Path of the URL, starting with `/`. */
  readonly path: string;
  /**
   * Whether only this path matches, or every path below it too.
   * @default false
   */
  readonly exact?: boolean;
  /** The service. */
  readonly service: HttpRouteBackend;
  /**
   * How long a request may take until it is answered. Zero: as long as it takes, which a WebSocket needs, since its request ends with it.
   * https://gateway-api.sigs.k8s.io/guides/user-guides/http-timeouts/
   * @default - the controller's own limit
   */
  readonly requestTimeout?: Duration;
}

/** Props of {@link HttpRoute}. */
export interface HttpRouteProps extends Component {
  /** The Gateway that it is attached to, in the route's namespace. */
  readonly gateway: Gateway;
  /**
   * DNS names in the URL, of those that the Gateway serves.
   * @default - all that the Gateway serves
   */
  readonly hosts?: readonly string[];
  /** The routes, 16 at most. The longest path that matches wins, an exact one before a prefix. */
  readonly routes: readonly HttpRouteRule[];
}

/** How many rules an HTTPRoute may have (maxItems in its definition). */
const MAX_RULES = 16;

/** What a path may hold, and how long it may be (a validation and maxLength in the definition). */
const PATH = /^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+$/;
const MAX_PATH = 1024;

/**
 * HTTP routes from a {@link Gateway} to services, over HTTPS alone.
 * https://gateway-api.sigs.k8s.io/reference/api-types/httproute/
 */
export class HttpRoute extends PatchableConstruct {
  /** Name of the HTTPRoute: the construct's id. */
  public readonly name: string;
  /** The services that it leads to, each once. */
  public readonly backends: readonly HttpRouteBackend[];
  /** The HTTPRoute. */
  public readonly httpRoute: ApiObject;

  /**
   * @throws InvalidPropError if there is no route, or more than 16; if a path is not absolute or stands twice, a host is none of the Gateway's,
   * or a name or port is none.
   */
  constructor(scope: Construct, id: string, props: HttpRouteProps) {
    super(scope, id);
    const { gateway, hosts = gateway.hosts, routes } = props;
    checkObjectName(this, 'id', id);
    checkHosts(this, hosts, gateway);
    checkRoutes(this, routes);
    this.name = id;
    this.backends = [
      ...new Map(routes.map(({ service }) => [`${service.name} ${service.endpoint.port}`, service])).values(),
    ];

    this.httpRoute = new ApiObject(this, 'HTTPRoute', {
      ...HTTP_ROUTE,
      metadata: metadataOf(this, { ...props, name: props.name ?? id }, id),
      spec: {
        // By listener, or the one for HTTP would take it too.
        parentRefs: hosts.map((host) => ({ name: gateway.name, sectionName: listenerOf(host) })),
        hostnames: [...hosts],
        rules: routes.map(({ path, exact = false, service, requestTimeout }, index) => ({
          matches: [{ path: { type: exact ? ('Exact' as const) : ('PathPrefix' as const), value: path } }],
          backendRefs: [{ name: service.name, port: service.endpoint.port }],
          ...(requestTimeout !== undefined && {
            timeouts: { request: goDuration(this, `routes[${index}].requestTimeout`, requestTimeout) },
          }),
        })),
      } satisfies HTTPRouteSpec,
    });
  }
}

function checkHosts(scope: Construct, hosts: readonly string[], gateway: Gateway): void {
  if (hosts.length === 0) {
    throw new InvalidPropError(scope, {
      prop: 'hosts',
      reason: 'no host: the route would be attached to nothing.',
      remedy: 'Name at least one, or leave it out for all of the Gateway.',
    });
  }
  for (const [index, host] of hosts.entries()) {
    if (!gateway.hosts.includes(host)) {
      throw new InvalidPropError(scope, {
        prop: `hosts[${index}]`,
        value: host,
        reason: 'a host that the Gateway does not serve, and no request for it would come.',
        remedy: `Use one of its hosts (${gateway.hosts.join(', ')}), or add it there.`,
      });
    }
    if (hosts.indexOf(host) !== index) {
      throw new InvalidPropError(scope, {
        prop: `hosts[${index}]`,
        value: host,
        reason: 'given twice, and the API server refuses a route that is attached twice to one listener.',
        remedy: 'Remove one.',
      });
    }
  }
}

function checkRoutes(scope: Construct, routes: readonly HttpRouteRule[]): void {
  if (routes.length === 0 || routes.length > MAX_RULES) {
    throw new InvalidPropError(scope, {
      prop: 'routes',
      value: routes.length,
      reason: `not 1 to ${MAX_RULES} routes, and the API server refuses it.`,
      remedy: 'Spread them over several HttpRoutes of one Gateway.',
    });
  }
  const seen = new Set<string>();
  for (const [index, { path, exact = false, service }] of routes.entries()) {
    checkPath(scope, `routes[${index}].path`, path);
    const key = routeMatch({ path, exact });
    if (seen.has(key)) {
      throw new InvalidPropError(scope, {
        prop: `routes[${index}].path`,
        value: path,
        reason: 'given twice; the second would answer no request.',
        remedy: 'Remove one.',
      });
    }
    seen.add(key);
    checkName(scope, `routes[${index}].service.name`, service.name);
    checkPort(scope, `routes[${index}].service.endpoint.port`, service.endpoint.port);
  }
}

function checkPath(scope: Construct, prop: string, path: string): void {
  checkRoutePath(scope, prop, path);
  if (!PATH.test(path) || path.length > MAX_PATH) {
    throw new InvalidPropError(scope, {
      prop,
      value: path,
      reason: `not a path as it stands in a URL, of at most ${MAX_PATH} characters, and the API server refuses it.`,
      remedy: 'Write what is neither an ASCII letter nor a digit percent-encoded, as encodeURI does.',
    });
  }
}
