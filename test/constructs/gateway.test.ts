import { Duration } from 'cdk8s';
import { Gateway, type GatewayProps } from '../../lib/constructs/gateway';
import { HttpRoute, type HttpRouteBackend, type HttpRouteProps } from '../../lib/constructs/http-route';
import { NetworkPolicies } from '../../lib/constructs/network-policies';
import { WebService } from '../../lib/constructs/web-service';
import { Engine } from '../../lib/policy/engine';
import { policiesWithOptional } from '../../lib/policy/policies';
import { waysOf } from '../network-policies';
import { asYaml, find, type Manifest, synthesized, testChart } from '../testing';
import { SMALL } from './pod-props';

const MINIMAL: GatewayProps = {
  gatewayClassName: 'traefik',
  hosts: ['shop.example.com'],
  certificate: { secretName: 'shop-tls' },
};
const backend = (name: string, port: number): HttpRouteBackend => ({ name, endpoint: { host: name, port } });
const web = backend('web', 8080);

function gateway(props: Partial<GatewayProps> = {}): Manifest[] {
  const chart = testChart();
  new Gateway(chart, 'shop', { ...MINIMAL, ...props });
  return synthesized(chart);
}

function route(props: Partial<Omit<HttpRouteProps, 'gateway'>>, hosts = MINIMAL.hosts): Manifest[] {
  const chart = testChart();
  const entrance = new Gateway(chart, 'shop', { ...MINIMAL, hosts });
  new HttpRoute(chart, 'web', { gateway: entrance, routes: [{ path: '/', service: web }], ...props });
  return synthesized(chart);
}

describe('Gateway', () => {
  test('every prop lands in the manifest', () => {
    const props: Required<GatewayProps> = {
      name: 'entrance',
      component: 'gateway',
      labels: { 'shop.example/team': 'a' },
      annotations: { 'shop.example/owner': 'Team A' },
      gatewayClassName: 'traefik',
      hosts: ['shop.example.com', '*.api.example.com'],
      certificate: { secretName: 'shop-tls', issuer: { name: 'letsencrypt' } },
    };
    const manifests = gateway(props);

    expect(find(manifests, 'Gateway', 'shop')).toMatchObject({
      apiVersion: 'gateway.networking.k8s.io/v1',
      metadata: {
        labels: { 'app.kubernetes.io/name': 'entrance', 'app.kubernetes.io/component': 'gateway', ...props.labels },
        annotations: { 'cert-manager.io/cluster-issuer': 'letsencrypt', ...props.annotations },
      },
      spec: {
        gatewayClassName: 'traefik',
        listeners: [
          { name: 'http', protocol: 'HTTP', port: 80 },
          {
            name: 'https-shop.example.com',
            hostname: 'shop.example.com',
            protocol: 'HTTPS',
            port: 443,
            tls: { mode: 'Terminate', certificateRefs: [{ name: 'shop-tls' }] },
          },
          { name: 'https-any.api.example.com', hostname: '*.api.example.com', protocol: 'HTTPS', port: 443 },
        ],
      },
    });
    expect(asYaml(manifests)).toMatchSnapshot();
  });

  test('HTTP serves nothing and sends every host to HTTPS, for good', () => {
    expect(find(gateway(), 'HTTPRoute', 'shop-redirect')['spec']).toEqual({
      parentRefs: [{ name: 'shop', sectionName: 'http' }],
      hostnames: ['shop.example.com'],
      rules: [{ filters: [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https', statusCode: 301 } }] }],
    });
  });

  test('only routes of its own namespace may attach to it', () => {
    const { listeners } = find(gateway(), 'Gateway', 'shop')['spec'] as { listeners: unknown[] };

    expect(listeners).toHaveLength(2);
    expect(listeners.every((listener) => JSON.stringify(listener).includes('"namespaces":{"from":"Same"}'))).toBe(true);
  });

  test('an issuer of its own namespace has an annotation of its own', () => {
    const certificate = { secretName: 'shop-tls', issuer: { name: 'own-ca', kind: 'Issuer' as const } };

    expect(find(gateway({ certificate }), 'Gateway', 'shop').metadata.annotations).toEqual({
      'cert-manager.io/issuer': 'own-ca',
    });
    expect(find(gateway(), 'Gateway', 'shop').metadata.annotations).toBeUndefined();
  });

  test.each<[string, Partial<GatewayProps>, string]>([
    ['no host', { hosts: [] }, 'test/shop: hosts: no host'],
    ['an address', { hosts: ['10.0.0.1'] }, 'test/shop: hosts[0] "10.0.0.1": not a DNS name'],
    ['a URL', { hosts: ['https://shop.example.com'] }, 'hosts[0] "https://shop.example.com": not a DNS name'],
    ['a host twice', { hosts: ['a.example.com', 'a.example.com'] }, 'hosts[1] "a.example.com": given twice'],
    ['a class that is no name', { gatewayClassName: 'Traefik' }, 'gatewayClassName "Traefik": not a DNS subdomain'],
    ['a Secret without name', { certificate: { secretName: '' } }, 'certificate.secretName "": not a DNS subdomain'],
    [
      'an issuer without name',
      { certificate: { secretName: 'shop-tls', issuer: { name: '' } } },
      'certificate.issuer.name "": not a DNS subdomain',
    ],
  ])('refuses %s', (_, props, message) => {
    expect(() => gateway(props)).toThrow(message);
  });
});

describe('HttpRoute', () => {
  test('every prop lands in the manifest', () => {
    const props: Required<Omit<HttpRouteProps, 'gateway'>> = {
      name: 'site',
      component: 'route',
      labels: { 'shop.example/team': 'a' },
      annotations: { 'shop.example/owner': 'Team A' },
      hosts: ['api.example.com'],
      routes: [
        { path: '/keys', exact: true, service: backend('auth', 8081) },
        { path: '/events', service: web, requestTimeout: Duration.seconds(0) },
        { path: '/', service: web, requestTimeout: Duration.seconds(90) },
      ],
    };
    const manifests = route(props, ['shop.example.com', 'api.example.com']);

    expect(find(manifests, 'HTTPRoute', 'web')).toMatchObject({
      metadata: {
        labels: { 'app.kubernetes.io/name': 'site', 'app.kubernetes.io/component': 'route', ...props.labels },
        annotations: props.annotations,
      },
      spec: {
        parentRefs: [{ name: 'shop', sectionName: 'https-api.example.com' }],
        hostnames: ['api.example.com'],
        rules: [
          {
            matches: [{ path: { type: 'Exact', value: '/keys' } }],
            backendRefs: [{ name: 'auth', port: 8081 }],
          },
          {
            matches: [{ path: { type: 'PathPrefix', value: '/events' } }],
            backendRefs: [{ name: 'web', port: 8080 }],
            // A WebSocket ends with its request.
            timeouts: { request: '0s' },
          },
          { matches: [{ path: { type: 'PathPrefix', value: '/' } }], timeouts: { request: '1m30s' } },
        ],
      },
    });
    expect(asYaml(manifests)).toMatchSnapshot();
  });

  test('takes a service as it is, and the gateway is let in to it', () => {
    const chart = testChart();
    const entrance = new Gateway(chart, 'shop', MINIMAL);
    const site = new WebService(chart, 'site', { image: 'shop/site:1.0', port: 8080, resources: SMALL });
    new HttpRoute(chart, 'web', { gateway: entrance, routes: [{ path: '/', service: site }] });
    const traefik = { type: 'pods', namespace: 'gateway', labels: { app: 'traefik' } } as const;
    const dns = { peer: { type: 'pods', namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } } } as const;
    expect(() => new NetworkPolicies(chart, 'closed', { dns })).toThrow(
      'missing, and HTTPRoute web (test/web) leads to',
    );
    new NetworkPolicies(chart, 'network-policies', { dns, entrance: traefik });
    const manifests = synthesized(chart);

    expect(find(manifests, 'HTTPRoute', 'web')).toMatchObject({
      spec: { rules: [{ backendRefs: [{ name: 'site', port: 8080 }] }] },
    });
    expect(waysOf(manifests, 'site').in).toEqual(['gateway/app=traefik:8080']);
  });

  test('answers for every host of the Gateway, and never over HTTP', () => {
    expect(find(route({}, ['a.example.com', 'b.example.com']), 'HTTPRoute', 'web')).toMatchObject({
      spec: {
        parentRefs: [{ sectionName: 'https-a.example.com' }, { sectionName: 'https-b.example.com' }],
        hostnames: ['a.example.com', 'b.example.com'],
      },
    });
  });

  test.each<[string, Partial<Omit<HttpRouteProps, 'gateway'>>, string]>([
    ['no route', { routes: [] }, 'test/web: routes 0: not 1 to 16 routes'],
    [
      'more routes than there can be',
      { routes: Array.from({ length: 17 }, (_, index) => ({ path: `/${index}`, service: web })) },
      'test/web: routes 17: not 1 to 16 routes',
    ],
    [
      'a character that no URL has',
      { routes: [{ path: '/자리', service: web }] },
      'routes[0].path "/자리": not a path as it stands in a URL',
    ],
    ['a percent sign alone', { routes: [{ path: '/a%', service: web }] }, 'routes[0].path "/a%": not a path'],
    ['a path too long', { routes: [{ path: `/${'a'.repeat(1024)}`, service: web }] }, 'of at most 1024 characters'],
    [
      'a request that takes longer than anybody waits',
      { routes: [{ path: '/', service: web, requestTimeout: Duration.hours(100_000) }] },
      'routes[0].requestTimeout "360000000 s": more than 99999 hours',
    ],
    ['a relative path', { routes: [{ path: 'a', service: web }] }, 'routes[0].path "a": not an absolute'],
    [
      'a path twice',
      { routes: ['/a', '/a/'].map((path) => ({ path, service: web })) },
      'routes[1].path "/a/": given twice',
    ],
    ['a Service without name', { routes: [{ path: '/', service: backend('', 80) }] }, 'routes[0].service.name'],
    ['no port', { routes: [{ path: '/', service: backend('web', 0) }] }, 'routes[0].service.endpoint.port 0'],
    [
      'half a second',
      { routes: [{ path: '/', service: web, requestTimeout: Duration.millis(500) }] },
      'requestTimeout',
    ],
    ['no host', { hosts: [] }, 'test/web: hosts: no host'],
    ['a host of nobody', { hosts: ['x.example.com'] }, 'hosts[0] "x.example.com": a host that the Gateway does not'],
    ['a host twice', { hosts: ['shop.example.com', 'shop.example.com'] }, 'hosts[1] "shop.example.com": given twice'],
  ])('refuses %s', (_, props, message) => {
    expect(() => route(props)).toThrow(message);
  });
});

test('both are what their definitions want', () => {
  const subjects = route({ routes: [{ path: '/ws', service: web, requestTimeout: Duration.seconds(0) }] }).map(
    (manifest) => ({ id: manifest.kind, manifest }),
  );

  expect(
    [...new Engine(policiesWithOptional()).evaluate(subjects)].filter(({ violation }) => violation.policy === 'schema'),
  ).toEqual([]);
  const [first] = subjects;
  const broken = { id: 'broken', manifest: { ...first?.manifest, spec: { gatewayClassname: 'traefik' } } };
  expect(
    [...new Engine(policiesWithOptional()).evaluate([broken])].some(({ violation }) => violation.policy === 'schema'),
  ).toBe(true);
});
