import { Duration, Size } from 'cdk8s';
import { Cpu } from '../../imports/k8s';
import { InvalidPropError } from '../../lib/constructs/invalid-prop';
import { Tempo, type TempoProps } from '../../lib/observability/tempo';
import { at, NAMESPACE, synth } from './synth';

const build = (props: TempoProps = {}) => synth((chart) => new Tempo(chart, 'traces', props));

describe('Tempo', () => {
  const objects = build();

  test('answers HTTP on 3200 and takes OTLP over gRPC on 4317', () => {
    expect(objects.at('Service', 'spec', 'ports')).toEqual([
      { name: 'http', port: 3200, targetPort: 'http' },
      { name: 'otlp-grpc', port: 4317, targetPort: 'otlp-grpc' },
    ]);
    expect(objects.config('server', 'http_listen_port')).toBe(3200);
    expect(objects.config('distributor', 'receivers')).toEqual({
      otlp: { protocols: { grpc: { endpoint: '0.0.0.0:4317' } } },
    });
  });

  test('exposes its endpoints and selector', () => {
    synth((chart) => {
      const host = `traces.${NAMESPACE}.svc.cluster.local`;
      expect(new Tempo(chart, 'traces')).toMatchObject({
        name: 'traces',
        http: { host, port: 3200 },
        otlpGrpc: { host, port: 4317 },
        selector: { 'app.kubernetes.io/name': 'traces' },
      });
    });
  });

  test('keeps traces for 72 hours', () => {
    expect(objects.config('compactor', 'compaction', 'block_retention')).toBe('72h');
  });

  test('writes its log and its blocks into folders of the volume, of 10Gi', () => {
    expect(objects.config('storage', 'trace')).toEqual({
      backend: 'local',
      wal: { path: '/var/tempo/wal' },
      local: { path: '/var/tempo/blocks' },
    });
    expect(objects.container('volumeMounts')).toContainEqual({ name: 'traces-data', mountPath: '/var/tempo' });
    expect(
      at(objects.at('StatefulSet', 'spec', 'volumeClaimTemplates'), 0, 'spec', 'resources', 'requests', 'storage'),
    ).toBe('10Gi');
  });

  test('reports its usage to nobody', () => {
    expect(objects.config('usage_report', 'reporting_enabled')).toBe(false);
  });

  test('gets traffic once it is ready, and is restarted only when it no longer answers', () => {
    expect(objects.container('startupProbe', 'httpGet')).toEqual({ path: '/ready', port: 3200 });
    expect(objects.container('readinessProbe', 'httpGet')).toEqual({ path: '/ready', port: 3200 });
    expect(objects.container('livenessProbe', 'httpGet')).toEqual({ path: '/status/version', port: 3200 });
  });

  test('reads the configuration that is mounted', () => {
    expect(objects.container('args')).toEqual(['-config.file=/etc/tempo/config.yaml']);
    expect(objects.pod('volumes')).toContainEqual({ name: 'etc-tempo', configMap: { name: 'traces-config' } });
  });

  test('takes every prop', () => {
    const props: Required<TempoProps> = {
      component: 'telemetry',
      labels: { 'shop.example/team': 'a' },
      annotations: { 'shop.example/owner': 'Team A' },
      image: 'registry.example.com/tempo:1',
      httpPort: 13200,
      otlpGrpcPort: 14317,
      retention: Duration.days(2),
      storage: { size: Size.gibibytes(3), storageClassName: 'fast' },
      resources: {
        cpu: { request: Cpu.millis(11), limit: Cpu.millis(12) },
        memory: { request: Size.mebibytes(13), limit: Size.mebibytes(14) },
      },
    };
    const all = build(props);
    const landed: Record<keyof TempoProps, [unknown, unknown]> = {
      component: [all.at('StatefulSet', 'metadata', 'labels', 'app.kubernetes.io/component'), 'telemetry'],
      labels: [all.each('metadata', 'labels', 'shop.example/team').filter((label) => label !== 'a'), []],
      annotations: [
        all.each('metadata', 'annotations', 'shop.example/owner').filter((owner) => owner !== 'Team A'),
        [],
      ],
      image: [all.container('image'), 'registry.example.com/tempo:1'],
      httpPort: [all.config('server', 'http_listen_port'), 13200],
      otlpGrpcPort: [all.config('distributor', 'receivers', 'otlp', 'protocols', 'grpc', 'endpoint'), '0.0.0.0:14317'],
      retention: [all.config('compactor', 'compaction', 'block_retention'), '48h'],
      storage: [
        at(all.at('StatefulSet', 'spec', 'volumeClaimTemplates'), 0, 'spec'),
        { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '3Gi' } } },
      ],
      resources: [
        all.container('resources'),
        { requests: { cpu: '11m', memory: '13Mi' }, limits: { cpu: '12m', memory: '14Mi' } },
      ],
    };
    for (const [actual, expected] of Object.values(landed)) {
      expect(actual).toEqual(expected);
    }
    expect(all.container('ports')).toEqual([
      { name: 'http', containerPort: 13200 },
      { name: 'otlp-grpc', containerPort: 14317 },
    ]);
  });

  test.each<[string, TempoProps]>([
    ['a retention of half an hour', { retention: Duration.minutes(30) }],
    ['a retention that is not whole hours', { retention: Duration.minutes(90) }],
    ['a port that is used twice', { httpPort: 4317 }],
    ['an image that is latest', { image: 'grafana/tempo:latest' }],
  ])('refuses %s', (_, props) => {
    expect(() => build(props)).toThrow(InvalidPropError);
  });
});
