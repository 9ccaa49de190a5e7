import { App, Chart, Size } from 'cdk8s';
import { Cpu } from '../../imports/k8s';
import { ConfigMap } from '../../lib/constructs/config-map';
import { SpringService, type SpringServiceProps } from '../../lib/constructs/spring-service';
import { httpProbes, WebService } from '../../lib/constructs/web-service';
import { Worker } from '../../lib/constructs/worker';
import { scrapeTargets } from '../../lib/observability/scrape-targets';
import { Tempo } from '../../lib/observability/tempo';

const resources = {
  cpu: { request: Cpu.millis(100), limit: Cpu.units(1) },
  memory: { request: Size.mebibytes(512), limit: Size.mebibytes(768) },
};
const EXPOSURE = 'MANAGEMENT_ENDPOINTS_WEB_EXPOSURE_INCLUDE';
const image = 'shop/orders:1.0.0';

function targetOf(props: Partial<SpringServiceProps>) {
  const chart = new Chart(new App(), 'shop', { namespace: 'shop' });
  new SpringService(chart, 'orders', { image, port: 8080, resources, ...props });
  return scrapeTargets(chart)[0];
}

test('are the workloads that say that they serve metrics, by namespace and name', () => {
  const app = new App();
  const shop = new Chart(app, 'shop', { namespace: 'shop' });
  new WebService(shop, 'web', { image: 'shop/web:1.0.0', port: 3000, resources });
  new Worker(shop, 'mail', {
    image: 'shop/mail:1.0.0',
    resources,
    ports: [{ name: 'metrics', port: 9000 }],
    probes: httpProbes(9000, { startup: '/', readiness: '/', liveness: '/' }),
    metrics: { port: 9000, path: '/own', honorLabels: true },
  });
  new SpringService(shop, 'orders', { image, port: 8080, resources, config: { [EXPOSURE]: 'health,prometheus' } });
  new Tempo(new Chart(app, 'watch', { namespace: 'watch' }), 'tempo');

  expect(scrapeTargets(app)).toEqual([
    {
      namespace: 'shop',
      name: 'mail',
      labels: { 'app.kubernetes.io/name': 'mail' },
      port: 9000,
      path: '/own',
      scheme: 'HTTP',
      honorLabels: true,
    },
    {
      namespace: 'shop',
      name: 'orders',
      labels: { 'app.kubernetes.io/name': 'orders' },
      port: 8080,
      path: '/actuator/prometheus',
      scheme: 'HTTP',
      honorLabels: false,
    },
    {
      namespace: 'watch',
      name: 'tempo',
      labels: { 'app.kubernetes.io/name': 'tempo' },
      port: 3200,
      path: '/metrics',
      scheme: 'HTTP',
      honorLabels: false,
    },
  ]);
});

describe('a Spring service', () => {
  test.each<[string, Partial<SpringServiceProps>]>([
    ['exposes nothing but health', {}],
    ['exposes other endpoints', { config: { [EXPOSURE]: 'health,info' } }],
    [
      'takes back what is common',
      {
        sharedConfig: [
          new ConfigMap(new Chart(new App(), 'c'), 'common', { data: { [EXPOSURE]: 'health,prometheus' } }),
        ],
        config: { [EXPOSURE]: 'health' },
      },
    ],
  ])('is none where it %s', (_, props) => {
    expect(targetOf(props)).toBeUndefined();
  });

  test.each<[string, Partial<SpringServiceProps>]>([
    ['a variable', { environment: { [EXPOSURE]: 'health, prometheus' } }],
    ['every endpoint', { config: { [EXPOSURE]: '*' } }],
    [
      'what is common',
      {
        sharedConfig: [
          new ConfigMap(new Chart(new App(), 'c'), 'common', { data: { [EXPOSURE]: 'health,prometheus' } }),
        ],
      },
    ],
    ['an option of the JVM', { javaOptions: ['-Dmanagement.endpoints.web.exposure.include=health,prometheus'] }],
  ])('is one by %s', (_, props) => {
    expect(targetOf(props)).toMatchObject({ name: 'orders', port: 8080, path: '/actuator/prometheus' });
  });

  test.each<[string, Partial<SpringServiceProps>, object]>([
    [
      'below its context path',
      { contextPath: '/orders', endpointsBasePath: '/ops' },
      { port: 8080, path: '/orders/ops/prometheus' },
    ],
    [
      "at Actuator's own port",
      { contextPath: '/orders', managementPort: 9001, managementBasePath: '/manage' },
      { port: 9001, path: '/manage/actuator/prometheus' },
    ],
    ['over TLS', { tls: { kind: 'Secret', name: 'orders-tls' } }, { port: 8080, scheme: 'HTTPS' }],
    [
      'in plain text beside TLS',
      { tls: { kind: 'Secret', name: 'orders-tls' }, managementPort: 9001, managementTls: false },
      { port: 9001, scheme: 'HTTP' },
    ],
    ['where it says so itself', { metrics: { port: 8080, path: '/metrics' } }, { port: 8080, path: '/metrics' }],
  ])('serves them %s', (_, props, expected) => {
    expect(targetOf({ config: { [EXPOSURE]: 'health,prometheus' }, ...props })).toMatchObject(expected);
  });
});

test.each<[string, SpringServiceProps['metrics']]>([
  ['a port that is none', { port: 0 }],
  ['a path that is none', { port: 8080, path: 'metrics' }],
  ['a path with a query', { port: 8080, path: '/metrics?x=1' }],
])('refuses %s', (_, metrics) => {
  expect(() => targetOf(metrics === undefined ? {} : { metrics })).toThrow(/metrics\.(port|path)/);
});
