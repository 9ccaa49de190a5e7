import { Ingress, type IngressProps, type IngressRoute, type IngressRule } from '../../lib/constructs/ingress';
import { asYaml, find, synthesized, testChart } from '../testing';

const web = { name: 'web', portName: 'http' };

test('every prop lands in the manifest', () => {
  const chart = testChart();
  const props: Omit<Required<IngressProps>, 'rules'> = {
    name: 'entrance',
    component: 'ingress',
    labels: { 'shop.example/team': 'a' },
    annotations: { 'shop.example/owner': 'Team A' },
    ingressClassName: 'traefik',
    host: 'shop.example.com',
    description: 'Reached at https://shop.example.com',
    routes: [
      { path: '/keys', exact: true, service: { name: 'orders', portName: 'https' } },
      { path: '/', service: web },
    ],
    defaultBackend: { name: 'errors', portName: 'http' },
    tls: [{ secretName: 'shop-tls', hosts: ['shop.example.com'] }],
  };
  new Ingress(chart, 'shop', props);
  const manifests = synthesized(chart);

  expect(find(manifests, 'Ingress', 'shop')).toMatchObject({
    metadata: {
      labels: { 'app.kubernetes.io/name': 'entrance', 'app.kubernetes.io/component': 'ingress', ...props.labels },
      annotations: { 'kubernetes.io/description': props.description, ...props.annotations },
    },
    spec: {
      ingressClassName: 'traefik',
      defaultBackend: { service: { name: 'errors', port: { name: 'http' } } },
      tls: props.tls,
      rules: [
        {
          host: 'shop.example.com',
          http: {
            paths: [
              { path: '/keys', pathType: 'Exact', backend: { service: { name: 'orders', port: { name: 'https' } } } },
              { path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { name: 'http' } } } },
            ],
          },
        },
      ],
    },
  });
  expect(asYaml(manifests)).toMatchSnapshot();
});

test('gives each host routes of its own, and one certificate to all of them', () => {
  const chart = testChart();
  const rules: readonly Required<IngressRule>[] = [
    { host: 'shop.example.com', routes: [{ path: '/', service: web }] },
    { host: '*.example.com', routes: [{ path: '/', service: { name: 'tenants', portName: 'http' } }] },
  ];
  new Ingress(chart, 'shop', { ingressClassName: 'traefik', rules, tls: [{ secretName: 'wildcard.example.com' }] });
  const manifests = synthesized(chart);

  expect(find(manifests, 'Ingress', 'shop')).toMatchObject({
    spec: {
      tls: [{ secretName: 'wildcard.example.com', hosts: ['shop.example.com', '*.example.com'] }],
      rules: [
        { host: 'shop.example.com', http: { paths: [{ backend: { service: { name: 'web' } } }] } },
        { host: '*.example.com', http: { paths: [{ backend: { service: { name: 'tenants' } } }] } },
      ],
    },
  });
  expect(asYaml(manifests)).toMatchSnapshot();
});

test('needs no route with a default backend, and no Secret for HTTPS', () => {
  const chart = testChart();
  new Ingress(chart, 'shop', { ingressClassName: 'traefik', defaultBackend: web, tls: [{}] });

  expect(find(synthesized(chart), 'Ingress', 'shop')['spec']).toEqual({
    ingressClassName: 'traefik',
    defaultBackend: { service: { name: 'web', port: { name: 'http' } } },
    tls: [{}],
  });
});

test('answers every host unless one is named', () => {
  const chart = testChart();
  new Ingress(chart, 'shop', { ingressClassName: 'traefik', routes: [{ path: '/', service: web }] });

  expect(find(synthesized(chart), 'Ingress', 'shop')).not.toHaveProperty(['spec', 'rules', 0, 'host']);
});

describe('refuses', () => {
  const make = (routes: readonly IngressRoute[], host?: string) => () =>
    new Ingress(testChart(), 'shop', { ingressClassName: 'traefik', routes, ...(host !== undefined && { host }) });

  test('no route', () => {
    expect(make([])).toThrow('test/shop: routes: no route');
  });

  test.each(['api', '', '//', '/a//b', '/a/../b', '/a/.', '/a b', '/a%2Fb'])('%j as path', (path) => {
    expect(make([{ path, service: web }])).toThrow(
      `test/shop: routes[0].path ${JSON.stringify(path)}: not an absolute, normal path`,
    );
  });

  test('a path twice, unless once exact and once as a prefix', () => {
    expect(
      make([
        { path: '/a', service: web },
        { path: '/a', service: web },
      ]),
    ).toThrow('routes[1].path "/a": given twice');
    expect(
      make([
        { path: '/a', service: web },
        { path: '/a', exact: true, service: web },
      ]),
    ).not.toThrow();
    expect(
      make([
        { path: '/a', service: web },
        { path: '/a/', service: web },
      ]),
    ).toThrow('routes[1].path "/a/": given twice');
  });

  const HOSTS = [
    ...['http://x', 'x:80', 'X', '', 'a_b.example.com', 'example.com.', `${'a'.repeat(64)}.example.com`],
    ...['10.0.0.1', '010.0.0.1', 'a.1', '0x7f.0x1', '::1', '[::1]'],
    ...['*', '*.', 'a.*.com', '*a.com', 'a*.com', '*.*.com', '*.10.0.0.1'],
  ];

  test.each(HOSTS)('%j as host, be it in short, in a rule or in tls', (host) => {
    const routes = [{ path: '/', service: web }];
    expect(make(routes, host)).toThrow(`test/shop: host ${JSON.stringify(host)}: not a DNS name`);
    for (const [prop, props] of [
      ['rules[1].host', { rules: [{ routes }, { host, routes }] }],
      ['tls[0].hosts', { routes, tls: [{ hosts: [host] }] }],
    ] as const) {
      expect(() => new Ingress(testChart(), 'shop', { ingressClassName: 'traefik', ...props })).toThrow(
        `test/shop: ${prop} ${JSON.stringify(host)}: not a DNS name`,
      );
    }
  });

  const routes = [{ path: '/', service: web }];
  const REFUSED: readonly (readonly [string, Partial<IngressProps>, string])[] = [
    ['nothing to serve', {}, 'routes: no route'],
    ['no rule', { rules: [] }, 'routes: no route'],
    ['a host alone', { host: 'a.example.com', defaultBackend: web }, 'routes: no route'],
    ['a rule without route', { rules: [{ routes: [] }] }, 'rules[0].routes: no route'],
    ['rules and routes', { rules: [{ routes }], routes }, 'rules: given together with host or routes'],
    ['rules and a host', { rules: [{ routes }], host: 'a.example.com' }, 'rules: given together with host or routes'],
    [
      'a host twice',
      {
        rules: [
          { host: 'a.example.com', routes },
          { host: 'a.example.com', routes },
        ],
      },
      'rules[1].host "a.example.com": given twice',
    ],
    ['two rules without host', { rules: [{ routes }, { routes }] }, 'rules[1].host: given twice'],
    [
      'a class that is no name',
      { routes, ingressClassName: 'Traefik' },
      'ingressClassName "Traefik": not a DNS subdomain',
    ],
    ['no class', { routes, ingressClassName: '' }, 'ingressClassName "": not a DNS subdomain'],
    [
      'a service that is no name',
      { routes: [{ path: '/', service: { name: '1st', portName: 'http' } }] },
      'routes[0].service.name "1st": not a DNS label',
    ],
    [
      'a port name that is none',
      { routes: [{ path: '/', service: { name: 'web', portName: '80' } }] },
      'routes[0].service.portName "80": not a port name',
    ],
    [
      'a default backend that is no name',
      { defaultBackend: { name: 'web.shop', portName: 'http' } },
      'defaultBackend.name "web.shop": not a DNS label',
    ],
    [
      'a Secret that is no name',
      { routes, tls: [{ secretName: 'Tls' }] },
      'tls[0].secretName "Tls": not a DNS subdomain',
    ],
    [
      'a host for HTTPS that no rule has',
      { routes, host: 'a.example.com', tls: [{ hosts: ['*.example.com'] }] },
      'tls[0].hosts "*.example.com": a host of no rule',
    ],
    [
      'two certificates for one host',
      { routes, host: 'a.example.com', tls: [{ secretName: 'a' }, { secretName: 'b' }] },
      'tls[1].hosts "a.example.com": given twice',
    ],
  ];

  test.each(REFUSED)('%s', (_, props, reason) => {
    expect(() => new Ingress(testChart(), 'shop', { ingressClassName: 'traefik', ...props })).toThrow(
      `test/shop: ${reason}`,
    );
  });
});
