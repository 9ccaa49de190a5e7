import { Size } from 'cdk8s';
import { Cpu } from '../../imports/k8s';
import { InvalidPropError } from '../../lib/constructs/invalid-prop';
import { KafkaMetrics, type KafkaMetricsProps } from '../../lib/observability/kafka-metrics';
import { scrapeTargets } from '../../lib/observability/scrape-targets';
import { synth } from './synth';

const kafka = { bootstrapServers: 'kafka-0.shop:9092,kafka-1.shop:9092' };
const ca = { from: { kind: 'Secret', name: 'kafka-ca' }, key: 'ca.pem' } as const;
const secured = { ...kafka, security: { protocol: 'SASL_SSL', mechanism: 'SCRAM-SHA-512', ca } } as const;
const login = {
  username: 'metrics',
  password: { from: { kind: 'Secret', name: 'metrics' }, key: 'password' },
} as const;
const build = (props: Partial<KafkaMetricsProps> = {}) =>
  synth((chart) => new KafkaMetrics(chart, 'metrics', { kafka, ...props }));

describe("Kafka's metrics", () => {
  const objects = build();

  test('are asked of all bootstrap servers, and served under their own names', () => {
    expect(objects.config('receivers', 'kafkametrics')).toEqual({
      brokers: ['kafka-0.shop:9092', 'kafka-1.shop:9092'],
      protocol_version: '2.6.0',
      collection_interval: '30s',
      scrapers: ['brokers', 'topics', 'consumers'],
    });
    expect(objects.config('exporters', 'prometheus')).toEqual({
      endpoint: '0.0.0.0:8889',
      add_metric_suffixes: false,
      metric_expiration: '2m',
    });
    expect(objects.config('service', 'pipelines')).toEqual({
      metrics: { receivers: ['kafkametrics'], processors: ['memory_limiter'], exporters: ['prometheus'] },
    });
  });

  test('are a target', () => {
    synth((chart) => {
      new KafkaMetrics(chart, 'metrics', { kafka });
      expect(scrapeTargets(chart)).toMatchObject([{ name: 'metrics', port: 8889, path: '/metrics' }]);
    });
  });

  test('are asked by a user whose password stands in a Secret alone, of a server that the CA has signed', () => {
    const all = build({ kafka: secured, login });
    expect(all.config('receivers', 'kafkametrics', 'auth')).toEqual({
      tls: { ca_file: '/etc/trusted-ca/kafka/ca.crt' },
      sasl: { username: 'metrics', password: '${env:KAFKA_PASSWORD}', mechanism: 'SCRAM-SHA-512' },
    });
    expect(all.container('env')).toContainEqual({
      name: 'KAFKA_PASSWORD',
      valueFrom: { secretKeyRef: { name: 'metrics', key: 'password' } },
    });
    expect(all.container('volumeMounts')).toContainEqual(
      expect.objectContaining({ mountPath: '/etc/trusted-ca/kafka', readOnly: true }),
    );
    expect(all.pod('volumes')).toContainEqual(
      expect.objectContaining({ secret: { secretName: 'kafka-ca', items: [{ key: 'ca.pem', path: 'ca.crt' }] } }),
    );
  });

  test('are asked without a name of a listener that only speaks TLS', () => {
    const all = build({ kafka: { ...kafka, security: { protocol: 'SSL', ca } } });
    expect(all.config('receivers', 'kafkametrics', 'auth')).toEqual({
      tls: { ca_file: '/etc/trusted-ca/kafka/ca.crt' },
    });
  });

  test('take every prop', () => {
    const all = build({
      component: 'telemetry',
      image: 'registry.example.com/collector:1',
      httpPort: 18889,
      metricsPort: 18888,
      healthPort: 23133,
      resources: {
        cpu: { request: Cpu.millis(11), limit: Cpu.millis(12) },
        memory: { request: Size.mebibytes(13), limit: Size.mebibytes(14) },
      },
    });
    expect(all.container('image')).toBe('registry.example.com/collector:1');
    expect(all.container('ports')).toEqual([
      { name: 'http', containerPort: 18889 },
      { name: 'metrics', containerPort: 18888 },
      { name: 'health', containerPort: 23133 },
    ]);
    expect(all.config('exporters', 'prometheus', 'endpoint')).toBe('0.0.0.0:18889');
    expect(all.config('extensions', 'health_check', 'endpoint')).toBe('0.0.0.0:23133');
    expect(all.at('Deployment', 'metadata', 'labels', 'app.kubernetes.io/component')).toBe('telemetry');
    expect(all.container('resources', 'limits')).toEqual({ cpu: '12m', memory: '14Mi' });
  });

  test.each<[string, Partial<KafkaMetricsProps>]>([
    ['a listener that wants a login, without one', { kafka: secured }],
    ['a login that nobody asks for', { login }],
    ['a port that is used twice', { httpPort: 8888 }],
    ['an image that is latest', { image: 'collector:latest' }],
  ])('refuse %s', (_, props) => {
    expect(() => build(props)).toThrow(InvalidPropError);
  });
});
