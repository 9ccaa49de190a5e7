import { Ingress, type IngressProps, type IngressRoute } from '../../lib/constructs/ingress';
import { asYaml, find, synthesized, testChart } from '../testing';

const web = { name: 'web', portName: 'http' };

test('every prop lands in the manifest', () => {
  const chart = testChart();
  const props: Required<IngressProps> = {
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

test('answers every host unless one is named', () => {
  const chart = testChart();
  new Ingress(chart, 'shop', { ingressClassName: 'traefik', routes: [{ path: '/', service: web }] });

  expect(find(synthesized(chart), 'Ingress', 'shop')).not.toHaveProperty(['spec', 'rules', 0, 'host']);
});

describe('refuses', () => {
  const make = (routes: readonly IngressRoute[], host?: string) => () =>
    new Ingress(testChart(), 'shop', { ingressClassName: 'traefik', routes, ...(host !== undefined && { host }) });

  test('no route', () => {
    expect(make([])).toThrow('test/shop: routes []: no route');
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
  });

  test.each(['http://x', 'x:80', 'X'])('%j as host', (host) => {
    expect(make([{ path: '/', service: web }], host)).toThrow(`test/shop: host "${host}": not a DNS name`);
  });
});
