import { App, Chart, Duration } from 'cdk8s';
import { InvalidPropError } from '../../lib/constructs/invalid-prop';
import { Grafana } from '../../lib/observability/grafana';
import { KafkaMetrics } from '../../lib/observability/kafka-metrics';
import { LogCollector } from '../../lib/observability/log-collector';
import { Loki } from '../../lib/observability/loki';
import { OpenTelemetryCollector } from '../../lib/observability/open-telemetry-collector';
import { Prometheus } from '../../lib/observability/prometheus';
import { Tempo } from '../../lib/observability/tempo';
import { renderCharts } from '../../lib/synth/manifests';
import { at, NAMESPACE, synth } from './synth';

const tempo = { host: 'traces.example.com', port: 3200 };
const loki = { host: 'logs.example.com', port: 3100 };

interface Part {
  readonly id: string;
  readonly build: (chart: Chart, id: string) => unknown;
  readonly image: string;
  readonly user: number;
}

const PARTS: readonly Part[] = [
  {
    id: 'collector',
    build: (chart, id) => new OpenTelemetryCollector(chart, id, { traces: { ...tempo, port: 4317 } }),
    image: 'otel/opentelemetry-collector-contrib:0.114.0',
    user: 10001,
  },
  {
    id: 'logs',
    build: (chart, id) => new LogCollector(chart, id, { loki, namespaces: ['shop'] }),
    image: 'otel/opentelemetry-collector-contrib:0.114.0',
    user: 0,
  },
  { id: 'tempo', build: (chart, id) => new Tempo(chart, id), image: 'grafana/tempo:2.6.1', user: 10001 },
  { id: 'loki', build: (chart, id) => new Loki(chart, id), image: 'grafana/loki:3.3.2', user: 10001 },
  {
    id: 'grafana',
    build: (chart, id) => new Grafana(chart, id, { tempo, loki }),
    image: 'grafana/grafana:11.4.0',
    user: 472,
  },
  {
    id: 'prometheus',
    build: (chart, id) => new Prometheus(chart, id, { targets: [], kubelets: { ranges: ['10.0.0.0/18'] } }),
    image: 'prom/prometheus:v3.14.0',
    user: 65534,
  },
  {
    id: 'kafka-metrics',
    build: (chart, id) => new KafkaMetrics(chart, id, { kafka: { bootstrapServers: 'kafka.example.com:9092' } }),
    image: 'otel/opentelemetry-collector-contrib:0.114.0',
    user: 10001,
  },
];

describe.each(PARTS)('$id, as every part', ({ id, build, image, user }) => {
  const objects = synth((chart) => build(chart, id));

  test('runs the image and version of the platform', () => {
    expect(objects.container('image')).toBe(image);
  });

  test('is labelled with the chart and its own name, in every object', () => {
    for (const labels of objects.each('metadata', 'labels')) {
      expect(labels).toEqual({ 'app.kubernetes.io/part-of': 'shop', 'app.kubernetes.io/name': id });
    }
  });

  test('has startup, readiness and liveness probes over HTTP', () => {
    for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe']) {
      expect(objects.container(probe, 'httpGet', 'path')).toMatch(/^\//);
    }
  });

  test('runs as the user of its image, with no capability and a read-only root file system', () => {
    expect(objects.pod('securityContext')).toMatchObject({
      runAsUser: user,
      runAsGroup: user,
      runAsNonRoot: user !== 0,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(objects.container('securityContext')).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  test('requests CPU and memory and limits both', () => {
    for (const bound of ['requests', 'limits']) {
      expect(objects.container('resources', bound, 'cpu')).toMatch(/^\d+m?$/);
      expect(objects.container('resources', bound, 'memory')).toMatch(/^\d+[MG]i$/);
    }
  });

  test('has a ServiceAccount of its own', () => {
    expect(objects.at('ServiceAccount', 'metadata', 'name')).toBe(`${id}-sa`);
    expect(objects.pod('serviceAccountName')).toBe(`${id}-sa`);
  });

  test('gets a token for the API server only where it looks up pods', () => {
    expect(objects.pod('automountServiceAccountToken')).toBe(['collector', 'logs', 'prometheus'].includes(id));
  });

  test('is rolled when its configuration changes', () => {
    const annotations = objects.each('spec', 'template', 'metadata', 'annotations', 'checksum/config');
    expect(annotations.filter((annotation) => annotation !== undefined)).toEqual([
      expect.stringMatching(/^[0-9a-f]{64}$/),
    ]);
  });

  test('contains no Secret', () => {
    expect(objects.kinds()).not.toContain('Secret');
  });

  test('matches its snapshot', () => {
    expect(`\n${objects.toYaml()}`).toMatchSnapshot();
  });

  test('refuses an id that is no name', () => {
    expect(() => synth((chart) => build(chart, 'Not_A_Name'))).toThrow(InvalidPropError);
    expect(() => synth((chart) => build(chart, 'a'.repeat(53)))).toThrow(InvalidPropError);
  });
});

describe.each(['Tempo', 'Loki', 'Grafana', 'Prometheus'])('%s, as every part with a volume', (kind) => {
  const id = kind.toLowerCase();
  const part = PARTS.find((candidate) => candidate.id === id);
  const objects = synth((chart) => part?.build(chart, id));

  test('is one pod that no second one runs beside', () => {
    expect(objects.at('StatefulSet', 'spec', 'replicas')).toBe(1);
  });

  test('has a claim that is mounted, and writes nowhere else but /tmp', () => {
    const claim = at(objects.at('StatefulSet', 'spec', 'volumeClaimTemplates'), 0);
    expect(at(claim, 'metadata', 'name')).toBe(`${id}-data`);
    const writable = (objects.container('volumeMounts') as Record<string, unknown>[])
      .filter((mount) => mount['readOnly'] !== true)
      .map((mount) => mount['name']);
    expect(writable).toEqual(['tmp', `${id}-data`]);
  });
});

/** The way the parts are put together: one chart for each, and endpoints of one handed to the others. */
function platform(ports: { tempoHttp?: number; tempoOtlp?: number; lokiHttp?: number } = {}): Map<string, string> {
  const app = new App();
  const chart = (id: string): Chart => new Chart(app, id, { namespace: NAMESPACE });
  const traces = new Tempo(chart('tempo'), 'tempo', {
    httpPort: ports.tempoHttp ?? 3200,
    otlpGrpcPort: ports.tempoOtlp ?? 4317,
    retention: Duration.hours(72),
  });
  const logs = new Loki(chart('loki'), 'loki', { httpPort: ports.lokiHttp ?? 3100 });
  new OpenTelemetryCollector(chart('otel-collector'), 'otel-collector', { traces: traces.otlpGrpc });
  new LogCollector(chart('log-collector'), 'log-collector', { loki: logs.http, namespaces: ['shop'] });
  new Grafana(chart('grafana'), 'grafana', { tempo: traces.http, loki: logs.http });
  return renderCharts(app);
}

describe('the parts together', () => {
  test('are one file each, with no order among them', () => {
    expect([...platform().keys()]).toEqual([
      'grafana.k8s.yaml',
      'log-collector.k8s.yaml',
      'loki.k8s.yaml',
      'otel-collector.k8s.yaml',
      'tempo.k8s.yaml',
    ]);
  });

  test.each([
    [
      'the collector sends traces to Tempo',
      'otel-collector',
      { tempoOtlp: 14317 },
      `tempo.${NAMESPACE}.svc.cluster.local:14317`,
    ],
    [
      'the log collector sends lines to Loki',
      'log-collector',
      { lokiHttp: 13100 },
      `http://loki.${NAMESPACE}.svc.cluster.local:13100/otlp`,
    ],
    ['Grafana asks Tempo', 'grafana', { tempoHttp: 13200 }, `http://tempo.${NAMESPACE}.svc.cluster.local:13200`],
    ['Grafana asks Loki', 'grafana', { lokiHttp: 13100 }, `http://loki.${NAMESPACE}.svc.cluster.local:13100`],
    ['Tempo listens where the collector sends', 'tempo', { tempoOtlp: 14317 }, '0.0.0.0:14317'],
    ['Loki listens where it is asked', 'loki', { lokiHttp: 13100 }, 'http_listen_port: 13100'],
    ['Tempo listens where it is asked', 'tempo', { tempoHttp: 13200 }, 'http_listen_port: 13200'],
  ])('%s, wherever that is', (_, chart, ports, expected) => {
    expect(platform().get(`${chart}.k8s.yaml`)).not.toContain(expected);
    expect(platform(ports).get(`${chart}.k8s.yaml`)).toContain(expected);
  });
});
