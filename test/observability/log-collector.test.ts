import { Size } from 'cdk8s';
import { Cpu } from '../../imports/k8s';
import { InvalidPropError } from '../../lib/constructs/invalid-prop';
import { LogCollector, type LogCollectorProps } from '../../lib/observability/log-collector';
import { at, NAMESPACE, synth } from './synth';

const loki = { host: 'loki.example.com', port: 3100 };
const build = (props: Partial<LogCollectorProps> = {}) =>
  synth((chart) => new LogCollector(chart, 'logs', { loki, namespaces: ['shop'], ...props }));

describe('LogCollector', () => {
  const objects = build();
  const operators = objects.config('receivers', 'filelog', 'operators') as Record<string, unknown>[];
  const operator = (type: string): Record<string, unknown> | undefined => operators.find((one) => one['type'] === type);

  test('runs on every node, tainted ones too', () => {
    expect(objects.kinds()).toContain('DaemonSet');
    expect(objects.pod('tolerations')).toEqual([{ operator: 'Exists' }]);
  });

  test("follows the log files of the namespaces' containers", () => {
    expect(build({ namespaces: ['shop', 'stock'] }).config('receivers', 'filelog', 'include')).toEqual([
      '/var/log/pods/shop_*_*/*/*.log',
      '/var/log/pods/stock_*_*/*/*.log',
    ]);
  });

  test('never collects its own lines, not even where its own namespace is collected', () => {
    expect(build({ namespaces: [NAMESPACE] }).config('receivers', 'filelog', 'exclude')).toEqual([
      `/var/log/pods/${NAMESPACE}_logs-*_*/*/*.log`,
    ]);
  });

  test('reads from the beginning of a file, and goes on where it was after a restart', () => {
    expect(objects.config('receivers', 'filelog')).toMatchObject({ start_at: 'beginning', storage: 'file_storage' });
    expect(objects.config('service', 'extensions')).toContain('file_storage');
    const folder = objects.config('extensions', 'file_storage', 'directory');
    expect(objects.container('volumeMounts')).toContainEqual({
      name: 'var-lib-otelcol-file-storage',
      mountPath: folder,
    });
    expect(objects.pod('volumes')).toContainEqual({
      name: 'var-lib-otelcol-file-storage',
      hostPath: { path: `/var/lib/otelcol/${NAMESPACE}-logs`, type: 'DirectoryOrCreate' },
    });
  });

  test("sees the node's logs read-only", () => {
    expect(objects.container('volumeMounts')).toContainEqual({
      name: 'var-log-pods',
      mountPath: '/var/log/pods',
      readOnly: true,
    });
    expect(objects.pod('volumes')).toContainEqual({
      name: 'var-log-pods',
      hostPath: { path: '/var/log/pods', type: 'Directory' },
    });
  });

  test("takes off the container runtime's frame before it parses JSON", () => {
    const types = operators.map(({ type }) => type);
    expect(types[0]).toBe('container');
    expect(types.indexOf('json_parser')).toBeGreaterThan(0);
    expect(objects.config('receivers', 'filelog', 'include_file_path')).toBe(true);
  });

  test('makes severity, trace id and body of level, traceId and message', () => {
    expect(operator('severity_parser')).toMatchObject({ parse_from: 'attributes["level"]' });
    expect(operator('trace_parser')).toMatchObject({
      trace_id: { parse_from: 'attributes["traceId"]' },
      span_id: { parse_from: 'attributes["spanId"]' },
    });
    expect(operator('move')).toMatchObject({ from: 'attributes["message"]', to: 'body' });
  });

  test('sends a line that is not as expected as it is', () => {
    for (const type of ['json_parser', 'severity_parser', 'trace_parser']) {
      expect(operator(type)).toHaveProperty('on_error', 'send_quiet');
      expect(operator(type)).toHaveProperty('if');
    }
  });

  test('names the service after the label of its pod', () => {
    expect(objects.config('processors', 'k8sattributes', 'extract', 'labels')).toEqual([
      { tag_name: 'service.name', key: 'app.kubernetes.io/name', from: 'pod' },
    ]);
    expect(objects.config('processors', 'k8sattributes', 'pod_association')).toEqual([
      { sources: [{ from: 'resource_attribute', name: 'k8s.pod.uid' }] },
    ]);
  });

  test('watches the pods of its own node alone', () => {
    expect(objects.config('processors', 'k8sattributes', 'filter')).toEqual({ node_from_env_var: 'K8S_NODE_NAME' });
    expect(objects.container('env')).toEqual([
      { name: 'K8S_NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
    ]);
  });

  test("sends lines to Loki's OTLP endpoint, and keeps them on the node's disk while Loki is away", () => {
    expect(objects.config('exporters')).toEqual({
      otlphttp: {
        endpoint: 'http://loki.example.com:3100/otlp',
        retry_on_failure: { max_elapsed_time: '0s' },
        sending_queue: { storage: 'file_storage', queue_size: 200 },
      },
    });
    expect(objects.config('service', 'pipelines')).toEqual({
      logs: {
        receivers: ['filelog'],
        processors: ['memory_limiter', 'k8sattributes', 'batch'],
        exporters: ['otlphttp'],
      },
    });
  });

  test('is probed through the health check on 13133', () => {
    for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe']) {
      expect(objects.container(probe, 'httpGet')).toEqual({ path: '/', port: 13133 });
    }
    expect(objects.config('extensions', 'health_check', 'endpoint')).toBe('0.0.0.0:13133');
  });

  test('takes every prop', () => {
    const props: Required<LogCollectorProps> = {
      loki: { host: 'other.example.com', port: 13100 },
      namespaces: ['stock'],
      fields: { level: 'lvl', message: '@message', traceId: 'trace.id', spanId: 'span.id' },
      component: 'telemetry',
      labels: { 'shop.example/team': 'a' },
      annotations: { 'shop.example/owner': 'Team A' },
      image: 'registry.example.com/collector:1',
      stateFolder: '/srv/collector',
      metricsPort: 28888,
      healthPort: 23133,
      resources: {
        cpu: { request: Cpu.millis(11), limit: Cpu.millis(12) },
        memory: { request: Size.mebibytes(13), limit: Size.mebibytes(14) },
      },
      tolerations: [{ key: 'dedicated', operator: 'Exists' }],
    };
    const all = build(props);
    const parsed = all.config('receivers', 'filelog', 'operators') as Record<string, unknown>[];
    const from = parsed.flatMap((one) => [
      at(one, 'parse_from'),
      at(one, 'trace_id', 'parse_from'),
      at(one, 'span_id', 'parse_from'),
      at(one, 'from'),
    ]);
    const landed: Record<keyof LogCollectorProps, [unknown, unknown]> = {
      loki: [all.config('exporters', 'otlphttp', 'endpoint'), 'http://other.example.com:13100/otlp'],
      namespaces: [all.config('receivers', 'filelog', 'include'), ['/var/log/pods/stock_*_*/*/*.log']],
      fields: [
        from.filter((field) => field !== undefined),
        ['attributes["lvl"]', 'attributes["trace.id"]', 'attributes["span.id"]', 'attributes["@message"]'],
      ],
      component: [all.at('DaemonSet', 'metadata', 'labels', 'app.kubernetes.io/component'), 'telemetry'],
      labels: [all.each('metadata', 'labels', 'shop.example/team').filter((label) => label !== 'a'), []],
      annotations: [
        all.each('metadata', 'annotations', 'shop.example/owner').filter((owner) => owner !== 'Team A'),
        [],
      ],
      image: [all.container('image'), 'registry.example.com/collector:1'],
      stateFolder: [at(all.pod('volumes'), 3, 'hostPath', 'path'), '/srv/collector'],
      metricsPort: [
        all.config('service', 'telemetry', 'metrics', 'readers', 0, 'pull', 'exporter', 'prometheus', 'port'),
        28888,
      ],
      healthPort: [all.config('extensions', 'health_check', 'endpoint'), '0.0.0.0:23133'],
      resources: [
        all.container('resources'),
        { requests: { cpu: '11m', memory: '13Mi' }, limits: { cpu: '12m', memory: '14Mi' } },
      ],
      tolerations: [all.pod('tolerations'), [{ key: 'dedicated', operator: 'Exists' }]],
    };
    for (const [actual, expected] of Object.values(landed)) {
      expect(actual).toEqual(expected);
    }
  });

  test.each<[string, Partial<LogCollectorProps>]>([
    ['no namespace', { namespaces: [] }],
    ['a namespace that is none', { namespaces: ['shop*'] }],
    ['a port of Loki out of range', { loki: { host: 'loki', port: 0 } }],
    ['a port that is used twice', { healthPort: 8888 }],
    ['a state folder that is not absolute', { stateFolder: 'state' }],
    ["the node's root as state folder", { stateFolder: '/' }],
    ['a state folder that leads elsewhere', { stateFolder: '/var/lib/../../etc' }],
    ['a field that no expression can name', { fields: { level: 'a"b', message: 'm', traceId: 't', spanId: 's' } }],
    ['an image without a version', { image: 'otel/opentelemetry-collector-contrib' }],
  ])('refuses %s', (_, props) => {
    expect(() => build(props)).toThrow(InvalidPropError);
  });
});
