import { Chart, Duration, Size } from 'cdk8s';
import { Cpu } from '../../imports/k8s';
import { KafkaKraft } from '../../lib/constructs/kafka-kraft';
import { PreStop } from '../../lib/constructs/pre-stop';
import { Probe, type Probes } from '../../lib/constructs/probe';
import { SpringService } from '../../lib/constructs/spring-service';
import { httpProbes, WebService, type WebServiceProps } from '../../lib/constructs/web-service';
import { Grafana } from '../../lib/observability/grafana';
import { Loki } from '../../lib/observability/loki';
import { Tempo } from '../../lib/observability/tempo';
import { containerOf, find, synthesized, testChart } from '../testing';

// Kubernetes counts in whole seconds, whole bytes and whole thousandths of a CPU. cdk8s knows finer ones, and says of what it
// cannot convert neither where it stands nor what it is for.

const BASE = {
  image: 'shop/web:1.0.0',
  port: 8080,
  resources: {
    cpu: { request: Cpu.millis(100), limit: Cpu.millis(500) },
    memory: { request: Size.mebibytes(128), limit: Size.mebibytes(256) },
  },
};
const { cpu, memory } = BASE.resources;

const web = (props: Partial<WebServiceProps>) => (chart: Chart) => new WebService(chart, 'web', { ...BASE, ...props });
const probes = (changed: Partial<Probes>): Probes => ({
  ...httpProbes(BASE.port, { startup: '/', readiness: '/', liveness: '/' }),
  ...changed,
});
const http = { host: 'tempo.shop.svc.cluster.local', port: 3200 };

const SECONDS: [string, string, (chart: Chart, duration: Duration) => unknown][] = [
  ['web', 'preStop', (chart, duration) => web({ preStop: PreStop.sleepCommand(duration) })(chart)],
  ['web', 'terminationGracePeriod', (chart, duration) => web({ terminationGracePeriod: duration })(chart)],
  [
    'web',
    'canary[1].pause',
    (chart, duration) => web({ canary: [{ weight: 20 }, { weight: 40, pause: duration }] })(chart),
  ],
  [
    'web',
    'probes.liveness.initialDelay',
    (chart, duration) =>
      web({ probes: probes({ liveness: Probe.fromTcpSocket(8080, { initialDelay: duration }) }) })(chart),
  ],
  [
    'web',
    'probes.readiness.period',
    (chart, duration) => web({ probes: probes({ readiness: Probe.fromTcpSocket(8080, { period: duration }) }) })(chart),
  ],
  [
    'web',
    'probes.startup.timeout',
    (chart, duration) =>
      web({ probes: probes({ startup: Probe.fromTcpSocket(8080, { timeout: duration, failureThreshold: 60 }) }) })(
        chart,
      ),
  ],
  [
    'api',
    'preStop',
    (chart, duration) => new SpringService(chart, 'api', { ...BASE, preStop: PreStop.sleepCommand(duration) }),
  ],
  [
    'api',
    'terminationGracePeriod',
    (chart, duration) => new SpringService(chart, 'api', { ...BASE, terminationGracePeriod: duration }),
  ],
  [
    'kafka',
    'terminationGracePeriod',
    (chart, duration) => new KafkaKraft(chart, 'kafka', { terminationGracePeriod: duration }),
  ],
];

const BYTES: [string, string, (chart: Chart, size: Size) => unknown][] = [
  [
    'web',
    'resources.memory.request',
    (chart, request) => web({ resources: { cpu, memory: { ...memory, request } } })(chart),
  ],
  ['web', 'resources.memory.limit', (chart, limit) => web({ resources: { cpu, memory: { ...memory, limit } } })(chart)],
  [
    'kafka',
    'resources.memory.limit',
    (chart, limit) => new KafkaKraft(chart, 'kafka', { resources: { cpu, memory: { ...memory, limit } } }),
  ],
  ['kafka', 'storage.size', (chart, size) => new KafkaKraft(chart, 'kafka', { storage: { size } })],
  ['tempo', 'storage.size', (chart, size) => new Tempo(chart, 'tempo', { storage: { size } })],
  ['loki', 'storage.size', (chart, size) => new Loki(chart, 'loki', { storage: { size } })],
  [
    'grafana',
    'storage.size',
    (chart, size) => new Grafana(chart, 'grafana', { tempo: http, loki: http, storage: { size } }),
  ],
];

const MILLIS: [string, string, (chart: Chart, cpu: Cpu) => unknown][] = [
  ['web', 'resources.cpu.request', (chart, request) => web({ resources: { cpu: { request }, memory } })(chart)],
  ['web', 'resources.cpu.limit', (chart, limit) => web({ resources: { cpu: { ...cpu, limit }, memory } })(chart)],
  [
    'kafka',
    'resources.cpu.limit',
    (chart, limit) => new KafkaKraft(chart, 'kafka', { resources: { cpu: { ...cpu, limit }, memory } }),
  ],
];

const refusal = (construct: string, prop: string): RegExp =>
  new RegExp(`^test/${construct}(/[^:]*)?: ${prop.replace(/[[\].]/g, '\\$&')} "`);

describe.each(SECONDS)('%s: %s', (construct, prop, make) => {
  test.each([
    ['1.5 s, in milliseconds', Duration.millis(1500)],
    ['1.5 s, in seconds', Duration.seconds(1.5)],
    ['a third of a minute and a bit', Duration.minutes(0.333)],
    ['no number', Duration.seconds(NaN)],
    ['for ever', Duration.days(Infinity)],
    ['more than 32 bits', Duration.days(100_000)],
  ])('refuses %s, and says where', (_, duration) => {
    expect(() => make(testChart(), duration)).toThrow(refusal(construct, prop));
  });
});

describe.each(BYTES)('%s: %s', (construct, prop, make) => {
  test.each([
    ['a third', Size.gibibytes(0.3)],
    ['half a byte', Size.kibibytes(1 / 2048)],
    ['nothing', Size.mebibytes(0)],
    ['no number', Size.mebibytes(NaN)],
    ['infinitely much', Size.mebibytes(Infinity)],
  ])('refuses %s, and says where', (_, size) => {
    expect(() => make(testChart(), size)).toThrow(refusal(construct, prop));
  });
});

describe.each(MILLIS)('%s: %s', (construct, prop, make) => {
  test.each([
    ['half a thousandth', Cpu.millis(0.5)],
    ['a tenth of a thousandth', Cpu.units(0.0001)],
    ['nothing', Cpu.units(0)],
    ['less than nothing', Cpu.millis(-1)],
    ['no number', Cpu.millis(NaN)],
  ])('refuses %s, and says where', (_, amount) => {
    expect(() => make(testChart(), amount)).toThrow(refusal(construct, prop));
  });
});

test('a retention must be whole hours', () => {
  for (const retention of [Duration.minutes(4321), Duration.hours(72.5), Duration.hours(NaN)]) {
    expect(() => new Tempo(testChart(), 'tempo', { retention })).toThrow('test/tempo: retention');
    expect(() => new Loki(testChart(), 'loki', { retention })).toThrow('test/loki: retention');
  }
});

test('what is whole in another unit is taken', () => {
  const chart = testChart();
  new KafkaKraft(chart, 'kafka', {
    terminationGracePeriod: Duration.minutes(1.5),
    resources: {
      cpu: { request: Cpu.units(0.25) },
      memory: { request: Size.gibibytes(0.5), limit: Size.gibibytes(1.5) },
    },
  });
  const kafka = find(synthesized(chart), 'StatefulSet', 'kafka');

  expect(kafka).toHaveProperty(['spec', 'template', 'spec', 'terminationGracePeriodSeconds'], 90);
  expect(containerOf(kafka)['resources']).toEqual({
    requests: { cpu: '0.25', memory: '0.5Gi' },
    limits: { memory: '1.5Gi' },
  });
  expect(containerOf(kafka).env).toContainEqual({ name: 'KAFKA_HEAP_OPTS', value: '-Xms768m -Xmx768m' });
});
