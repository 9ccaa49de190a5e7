import { Duration, Size } from 'cdk8s';
import { Cpu } from '../../imports/k8s';
import { InvalidPropError } from '../../lib/constructs/invalid-prop';
import { Loki, type LokiProps } from '../../lib/observability/loki';
import { at, NAMESPACE, synth } from './synth';

const build = (props: LokiProps = {}) => synth((chart) => new Loki(chart, 'logs', props));

/** Every text in a value. */
function texts(value: unknown): string[] {
  if (typeof value === 'string') {
    return [value];
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
}

describe('Loki', () => {
  const objects = build();

  test('answers HTTP on 3100', () => {
    expect(objects.at('Service', 'spec', 'ports')).toEqual([{ name: 'http', port: 3100, targetPort: 'http' }]);
    expect(objects.config('server', 'http_listen_port')).toBe(3100);
  });

  test('exposes its endpoint and selector', () => {
    synth((chart) => {
      expect(new Loki(chart, 'logs')).toMatchObject({
        name: 'logs',
        http: { host: `logs.${NAMESPACE}.svc.cluster.local`, port: 3100 },
        selector: { 'app.kubernetes.io/name': 'logs' },
      });
    });
  });

  test('is one process without tenants', () => {
    expect(objects.config('auth_enabled')).toBe(false);
    expect(objects.config('common')).toMatchObject({
      replication_factor: 1,
      ring: { kvstore: { store: 'inmemory' } },
    });
  });

  test('keeps a TSDB index of schema v13 on the file system', () => {
    expect(objects.config('schema_config', 'configs')).toEqual([
      {
        from: '2024-01-01',
        store: 'tsdb',
        object_store: 'filesystem',
        schema: 'v13',
        index: { prefix: 'index_', period: '24h' },
      },
    ]);
  });

  test('keeps log lines for 72 hours, and deletes what is older', () => {
    expect(objects.config('limits_config', 'retention_period')).toBe('72h');
    expect(objects.config('compactor')).toEqual({ retention_enabled: true, delete_request_store: 'filesystem' });
  });

  test('writes nowhere but into the volume, of 10Gi', () => {
    const paths = texts(objects.config()).filter((text) => text.startsWith('/'));
    expect(paths).toEqual(expect.arrayContaining(['/var/loki', '/var/loki/chunks']));
    expect(paths.filter((path) => path !== '/var/loki' && !path.startsWith('/var/loki/'))).toEqual([]);
    expect(objects.config('common', 'path_prefix')).toBe('/var/loki');
    expect(objects.container('volumeMounts')).toContainEqual({ name: 'logs-data', mountPath: '/var/loki' });
    expect(
      at(objects.at('StatefulSet', 'spec', 'volumeClaimTemplates'), 0, 'spec', 'resources', 'requests', 'storage'),
    ).toBe('10Gi');
  });

  test('keeps what came with a line beside it, and makes labels of service, namespace, pod and container only', () => {
    expect(objects.config('limits_config', 'allow_structured_metadata')).toBe(true);
    expect(objects.config('limits_config', 'otlp_config', 'resource_attributes')).toEqual({
      ignore_defaults: true,
      attributes_config: [
        {
          action: 'index_label',
          attributes: ['service.name', 'k8s.namespace.name', 'k8s.pod.name', 'k8s.container.name'],
        },
      ],
    });
  });

  test('loses no line for being long or for coming with others', () => {
    expect(objects.config('limits_config')).toMatchObject({
      max_structured_metadata_size: '256KB',
      max_line_size_truncate: true,
      ingestion_rate_mb: 32,
      ingestion_burst_size_mb: 64,
      per_stream_rate_limit: '16MB',
      per_stream_rate_limit_burst: '32MB',
    });
    expect(objects.config('server', 'grpc_server_max_recv_msg_size')).toBe(64 * 1024 * 1024);
  });

  test('reports its usage to nobody', () => {
    expect(objects.config('analytics', 'reporting_enabled')).toBe(false);
  });

  test('gets traffic once it is ready, and is restarted only when it no longer answers', () => {
    expect(objects.container('startupProbe', 'httpGet')).toEqual({ path: '/ready', port: 3100 });
    expect(objects.container('readinessProbe', 'httpGet')).toEqual({ path: '/ready', port: 3100 });
    expect(objects.container('livenessProbe', 'httpGet')).toEqual({
      path: '/loki/api/v1/status/buildinfo',
      port: 3100,
    });
  });

  test('reads the configuration that is mounted', () => {
    expect(objects.container('args')).toEqual(['-config.file=/etc/loki/config.yaml']);
    expect(objects.pod('volumes')).toContainEqual({ name: 'etc-loki', configMap: { name: 'logs-config' } });
  });

  test('takes every prop', () => {
    const props: Required<LokiProps> = {
      component: 'telemetry',
      labels: { 'shop.example/team': 'a' },
      annotations: { 'shop.example/owner': 'Team A' },
      image: 'registry.example.com/loki:1',
      httpPort: 13100,
      retention: Duration.days(2),
      storage: { size: Size.gibibytes(3), storageClassName: 'fast' },
      resources: {
        cpu: { request: Cpu.millis(11), limit: Cpu.millis(12) },
        memory: { request: Size.mebibytes(13), limit: Size.mebibytes(14) },
      },
    };
    const all = build(props);
    const landed: Record<keyof LokiProps, [unknown, unknown]> = {
      component: [all.at('StatefulSet', 'metadata', 'labels', 'app.kubernetes.io/component'), 'telemetry'],
      labels: [all.each('metadata', 'labels', 'shop.example/team').filter((label) => label !== 'a'), []],
      annotations: [
        all.each('metadata', 'annotations', 'shop.example/owner').filter((owner) => owner !== 'Team A'),
        [],
      ],
      image: [all.container('image'), 'registry.example.com/loki:1'],
      httpPort: [all.config('server', 'http_listen_port'), 13100],
      retention: [all.config('limits_config', 'retention_period'), '48h'],
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
    expect(all.container('ports')).toEqual([{ name: 'http', containerPort: 13100 }]);
  });

  test.each<[string, LokiProps]>([
    ['a retention of less than a day', { retention: Duration.hours(23) }],
    ['a retention that is not whole hours', { retention: Duration.minutes(1501) }],
    ['a port out of range', { httpPort: 0 }],
    ['an image without a version', { image: 'grafana/loki' }],
  ])('refuses %s', (_, props) => {
    expect(() => build(props)).toThrow(InvalidPropError);
  });
});
