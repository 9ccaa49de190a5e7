import { Duration, Size } from 'cdk8s';
import { Cpu } from '../../imports/k8s';
import { ServiceType, SessionAffinity } from '../../lib/constructs/service';
import { WebService, type WebServiceProps } from '../../lib/constructs/web-service';
import { find, synthesized, testChart } from '../testing';

const MINIMAL: WebServiceProps = {
  image: 'shop/web:1.0',
  port: 8080,
  resources: {
    cpu: { request: Cpu.millis(100) },
    memory: { request: Size.mebibytes(128), limit: Size.mebibytes(256) },
  },
};

function serviceOf(props: Partial<WebServiceProps>): Record<string, unknown> {
  const chart = testChart();
  new WebService(chart, 'web', { ...MINIMAL, ...props });
  return find(synthesized(chart), 'Service', 'web')['spec'] as Record<string, unknown>;
}

const selector = { 'app.kubernetes.io/name': 'web' };
const http = { name: 'http', port: 8080, targetPort: 'http' };

describe('is reached', () => {
  test.each<[string, ServiceType, object]>([
    ['from inside of the cluster', ServiceType.clusterIp(), {}],
    ["by the pods' own addresses", ServiceType.headless(), { clusterIP: 'None' }],
    ['on a port of every node', ServiceType.nodePort(), { type: 'NodePort' }],
    [
      'on a port of the nodes that run a pod',
      ServiceType.nodePort({ nodePort: 30080, externalTrafficPolicy: 'Local' }),
      { type: 'NodePort', externalTrafficPolicy: 'Local', ports: [{ ...http, nodePort: 30080 }] },
    ],
    ['through a load balancer', ServiceType.loadBalancer(), { type: 'LoadBalancer' }],
    [
      'through a load balancer of a class, by some',
      ServiceType.loadBalancer({ loadBalancerClass: 'internal', loadBalancerSourceRanges: ['10.0.0.0/8'] }),
      { type: 'LoadBalancer', loadBalancerClass: 'internal', loadBalancerSourceRanges: ['10.0.0.0/8'] },
    ],
  ])('%s', (_, type, spec) => {
    expect(serviceOf({ service: { type } })).toMatchObject({ selector, ports: [http], ...spec });
    // A field that nobody asked for is left to the API server.
    expect(Object.keys(serviceOf({ service: { type } })).sort()).toEqual(
      [...new Set(['selector', 'ports', ...Object.keys(spec)])].sort(),
    );
  });
});

test('has a port of its own, to which others connect', () => {
  expect(serviceOf({ service: { servicePort: 80 } })).toMatchObject({
    ports: [{ name: 'http', port: 80, targetPort: 'http' }],
  });
  expect(new WebService(testChart(), 'web', { ...MINIMAL, service: { servicePort: 80 } }).endpoint.port).toBe(80);
});

test('of a container that speaks TLS has a port by that name, and asks it over TLS', () => {
  const chart = testChart();
  const service = new WebService(chart, 'web', { ...MINIMAL, scheme: 'HTTPS' });

  expect(service.portName).toBe('https');
  expect(find(synthesized(chart), 'Deployment', 'web')).toHaveProperty(
    'spec.template.spec.containers.0.readinessProbe.httpGet',
    { path: '/', port: 8080, scheme: 'HTTPS' },
  );
});

test('keeps a client with a pod for three hours, where nothing else is said', () => {
  expect(serviceOf({ service: { sessionAffinity: SessionAffinity.clientIp() } })).toMatchObject({
    sessionAffinity: 'ClientIP',
    sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } },
  });
});

describe('refuses', () => {
  const loadBalancer = (...ranges: string[]): Partial<WebServiceProps> => ({
    service: { type: ServiceType.loadBalancer({ loadBalancerSourceRanges: ranges }) },
  });
  const range = 'service.type.loadBalancerSourceRanges';

  test.each<[string, Partial<WebServiceProps>, string]>([
    ['a port that is none', { service: { servicePort: 0 } }, 'servicePort of http 0: not a port'],
    [
      'a port of the nodes that is none',
      { service: { type: ServiceType.nodePort({ nodePort: 0 }) } },
      'nodePort 0: not a',
    ],
    [
      'two ports of one number',
      { ports: [{ name: 'metrics', port: 9090, servicePort: 8080 }] },
      'servicePort of metrics 8080: given twice, also to http',
    ],
    ['two ports of one name', { ports: [{ name: 'http', port: 9090 }] }, 'ports[1] "http": given twice'],
    [
      'two ports of the container of one number',
      { ports: [{ name: 'metrics', port: 8080 }] },
      'ports[1] 8080: given twice',
    ],
    ['a name that is none', { ports: [{ name: 'Metrics', port: 9090 }] }, 'ports[1].name "Metrics": not a port name'],
    [
      'a port of a headless Service',
      { service: { type: ServiceType.headless(), servicePort: 80 } },
      'servicePort of http 80: without effect on a headless Service',
    ],
    [
      'affinity of a headless Service',
      { service: { type: ServiceType.headless(), sessionAffinity: SessionAffinity.clientIp() } },
      'service.sessionAffinity: without effect on a headless Service',
    ],
    [
      "the kubelet's port of a load balancer",
      { service: { type: ServiceType.loadBalancer(), servicePort: 10250 } },
      "servicePort of http 10250: the kubelet's port",
    ],
    ['a protocol that is none', { service: { appProtocol: 'a b' } }, 'appProtocol of http "a b": not a protocol name'],
    [
      'a class that is none',
      { service: { type: ServiceType.loadBalancer({ loadBalancerClass: '' }) } },
      'loadBalancerClass ""',
    ],
    ['no range', loadBalancer(), `${range} []: no range, and so everybody may connect`],
    ['a range without bits', loadBalancer('10.0.0.0'), `${range}[0] "10.0.0.0": not a range of addresses`],
    ['a range of too many bits', loadBalancer('10.0.0.0/33'), `${range}[0] "10.0.0.0/33": not a range`],
    ['a range of a name', loadBalancer('10.0.0.0/8', 'localhost/8'), `${range}[1] "localhost/8": not a range`],
    ['a range of bits twice', loadBalancer('10.0.0.0/8/8'), `${range}[0] "10.0.0.0/8/8": not a range`],
    [
      'a time-out of more than a day',
      { service: { sessionAffinity: SessionAffinity.clientIp(Duration.seconds(86_401)) } },
      'service.sessionAffinity.timeout (s) 86401: not a whole number from 1 to 86400',
    ],
    ['an annotation that is none', { service: { annotations: { 'a b': 'x' } } }, 'service.annotations "a b"'],
  ])('%s', (_, props, message) => {
    expect(() => serviceOf(props)).toThrow('test/web: ');
    expect(() => serviceOf(props)).toThrow(message);
  });
});
