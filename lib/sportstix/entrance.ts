import { type Chart, Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import { Gateway } from '../constructs/gateway';
import { HttpRoute } from '../constructs/http-route';
import { Ingress } from '../constructs/ingress';
import { InvalidPropError } from '../constructs/invalid-prop';
import type { WebService } from '../constructs/web-service';
import type { AddressForm, Route, ServiceSpec, SpringServiceSpec } from './catalogue';
import type { K3dCluster } from '../k3d/model';
import type { Grafana } from '../observability/grafana';
import type { Environment, GatewayEntrance, IngressEntrance } from './environment';
import { imagesOf } from './images';
import { addStickySessions } from './sticky-sessions';

/** Name of the Ingress, or of the Gateway. */
const ENTRANCE = 'sportstix';

/** What answers behind the entrance: what runs in a browser comes from the frontend, and calls the API. */
type Part = keyof GatewayEntrance['hosts'];

/** Parts in the order of their routes. */
const PARTS: readonly Part[] = ['frontend', 'api'];

function partOf({ kind }: Pick<ServiceSpec, 'kind'>): Part {
  return kind === 'web' ? 'frontend' : 'api';
}

/**
 * Where the environment is reached from outside, without a scheme: `localhost:8880`. Undefined where it answers to every name, on a
 * cluster that is made elsewhere: nobody knows then.
 */
function hostOf({ cluster, entrance }: Environment, part: Part): string | undefined {
  return entrance.kind === 'gateway' ? entrance.hosts[part] : withPort(cluster, entrance, entrance.host);
}

/** A host with the port by which the ingress controller is reached, where that is not the usual one. */
function withPort(
  cluster: K3dCluster | undefined,
  { tls = false }: IngressEntrance,
  host: string | undefined,
): string | undefined {
  const standardPort = tls ? 443 : 80;
  const port = cluster?.ports.find(({ container }) => container === standardPort)?.host;
  if (cluster === undefined || port === standardPort) {
    return host ?? (cluster && 'localhost');
  }
  return port === undefined ? undefined : `${host ?? 'localhost'}:${port}`;
}

/** Address at which a part of an environment is reached from outside; undefined where that is not known. */
function addressOf(environment: Environment, form: AddressForm, part: Part): string | undefined {
  const { entrance } = environment;
  const host = hostOf(environment, part);
  const isSecure = entrance.kind === 'gateway' || entrance.tls === true;
  return host && `${{ http: 'http', webSocket: 'ws' }[form]}${isSecure ? 's' : ''}://${host}`;
}

/**
 * The build arguments of each service's image, which tell it of the environment: image to `NAME=value`, ...
 *
 * @throws Error if a service needs the environment's address, and that is not known.
 */
export function buildArgumentsOf(environment: Environment): Map<string, string[]> {
  const imageOf = imagesOf(environment);
  return new Map(
    environment.services.map((service) => [
      imageOf(service),
      Object.entries((service.kind === 'web' ? service.buildArguments : undefined) ?? {}).flatMap(([name, form]) => {
        const address = addressOf(environment, form, 'api');
        if (address === undefined) {
          throw new Error(
            `Environment ${environment.name}: ${service.name}'s image has the address built in at which the environment is reached, and that is not known. Give entrance.host.`,
          );
        }
        return [`${name}=${address}`];
      }),
    ]),
  );
}

/**
 * The origins that a service accepts WebSockets from: a browser's is where the frontend is reached, and no other.
 *
 * @throws InvalidPropError if that is not known.
 */
export function originVariables(
  scope: Construct,
  environment: Environment,
  { allowedOrigins }: SpringServiceSpec,
): Record<string, string> {
  if (allowedOrigins === undefined) {
    return {};
  }
  const address = addressOf(environment, 'http', 'frontend');
  if (address === undefined) {
    throw new InvalidPropError(scope, {
      prop: 'environment.entrance.host',
      reason: `missing, and so the value of ${allowedOrigins}: the service would refuse every browser's WebSocket.`,
      remedy: 'Give the DNS name by which the environment is reached.',
    });
  }
  return { [allowedOrigins]: address };
}

/** A service, and what was made of it. */
export interface Exposed {
  readonly spec: ServiceSpec;
  readonly service: WebService;
}

/** Makes what leads from outside to the services. */
export function addEntrance(
  chart: (name: string) => Chart,
  environment: Environment,
  services: readonly Exposed[],
): void {
  const { entrance } = environment;
  const routes = services.flatMap(({ spec, service }) =>
    spec.routes.map((route) => ({
      part: partOf(spec),
      route: { ...routeTo(route, service), isSticky: spec.kind === 'spring' && spec.keepsSessions === true },
    })),
  );
  switch (entrance.kind) {
    case 'ingress':
      new Ingress(chart('ingress'), ENTRANCE, {
        component: 'ingress',
        ingressClassName: entrance.className,
        ...(entrance.host !== undefined && { host: entrance.host }),
        ...describeEntrance(environment),
        routes: routes.map(({ route: { path, exact, service } }) => ({ path, exact, service })),
      });
      break;
    case 'gateway': {
      const scope = chart('gateway');
      const { className, hosts, certificate } = entrance;
      const gateway = new Gateway(scope, ENTRANCE, {
        component: 'gateway',
        gatewayClassName: className,
        hosts: PARTS.map((part) => hosts[part]),
        certificate,
      });
      for (const part of PARTS) {
        const ofPart = routes.filter((each) => each.part === part).map(({ route }) => route);
        const httpRoute = new HttpRoute(scope, `${ENTRANCE}-${part}`, {
          component: 'gateway',
          gateway,
          hosts: [hosts[part]],
          routes: ofPart,
        });
        if (entrance.stickySessions !== undefined) {
          addStickySessions(scope, httpRoute, ofPart, { component: 'gateway' });
        }
      }
      break;
    }
  }
}

function routeTo(
  { path, exact = false, webSocket = false }: Route,
  service: WebService,
): {
  readonly path: string;
  readonly exact: boolean;
  readonly service: WebService;
  readonly requestTimeout?: Duration;
} {
  return {
    path,
    exact,
    service,
    // The request of a WebSocket lasts as long as it does.
    ...(webSocket && { requestTimeout: Duration.seconds(0) }),
  };
}

/** Where the environment is reached, for whoever reads the Ingress. */
function describeEntrance(environment: Environment): { readonly description?: string } {
  const address = addressOf(environment, 'http', 'frontend');
  return address === undefined ? {} : { description: `Reached at ${address}` };
}

/** Where people reach the environment from outside. */
export function addressesOf(environment: Environment): ReadonlyMap<string, string> {
  const platform = addressOf(environment, 'http', 'frontend');
  return new Map([
    ...(platform === undefined ? [] : [['Sportstix', platform] as const]),
    ...(grafanaIngressOf(environment) === undefined ? [] : [['Grafana', grafanaUrlOf(environment)] as const]),
  ]);
}

/** Where `kubectl port-forward svc/grafana 3000` puts Grafana. */
const FORWARDED = 'http://localhost:3000';

/** The Ingress that leads to Grafana as well; undefined where none does. */
function grafanaIngressOf({ entrance }: Environment): (IngressEntrance & { readonly grafanaHost: string }) | undefined {
  return entrance.kind === 'ingress' && entrance.grafanaHost !== undefined
    ? { ...entrance, grafanaHost: entrance.grafanaHost }
    : undefined;
}

/** Where people open Grafana: by the Ingress, or, where none leads there, after `kubectl port-forward svc/grafana 3000`. */
export function grafanaUrlOf(environment: Environment): string {
  const ingress = grafanaIngressOf(environment);
  const host = ingress && withPort(environment.cluster, ingress, ingress.grafanaHost);
  return host === undefined ? FORWARDED : `http${ingress?.tls === true ? 's' : ''}://${host}`;
}

/** Makes what leads from outside to Grafana, where the environment has a name for it. */
export function addGrafanaEntrance(scope: Construct, environment: Environment, grafana: Grafana): void {
  const ingress = grafanaIngressOf(environment);
  if (ingress !== undefined) {
    new Ingress(scope, `${grafana.name}-ingress`, {
      name: grafana.name,
      component: 'ingress',
      ingressClassName: ingress.className,
      host: ingress.grafanaHost,
      description: `Reached at ${grafanaUrlOf(environment)}`,
      routes: [{ path: '/', service: { name: grafana.name, portName: 'http', endpoint: grafana.http } }],
    });
  }
}
