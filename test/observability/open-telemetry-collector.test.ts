import { Size } from 'cdk8s';
import { Cpu } from '../../imports/k8s';
import { InvalidPropError } from '../../lib/constructs/invalid-prop';
import {
  OpenTelemetryCollector,
  type OpenTelemetryCollectorProps,
} from '../../lib/observability/open-telemetry-collector';
import { NAMESPACE, synth } from './synth';

const traces = { host: 'tempo.example.com', port: 4317 };
const build = (props: Partial<OpenTelemetryCollectorProps> = {}) =>
  synth((chart) => new OpenTelemetryCollector(chart, 'gateway', { traces, ...props }));

describe('OpenTelemetryCollector', () => {
  const objects = build();

  test('is a Deployment with all that it needs', () => {
    expect(objects.kinds().sort()).toEqual([
      'ClusterRole',
      'ClusterRoleBinding',
      'ConfigMap',
      'Deployment',
      'Service',
      'ServiceAccount',
    ]);
  });

  test('offers OTLP on 4317 and 4318 and its metrics on 8888', () => {
    expect(objects.at('Service', 'spec', 'ports')).toEqual([
      { name: 'otlp-grpc', port: 4317, targetPort: 'otlp-grpc' },
      { name: 'otlp-http', port: 4318, targetPort: 'otlp-http' },
      { name: 'metrics', port: 8888, targetPort: 'metrics' },
    ]);
  });

  test('exposes its endpoints and selector', () => {
    synth((chart) => {
      const collector = new OpenTelemetryCollector(chart, 'gateway', { traces });
      const host = `gateway.${NAMESPACE}.svc.cluster.local`;
      expect(collector).toMatchObject({
        name: 'gateway',
        otlpGrpc: { host, port: 4317 },
        otlpHttp: { host, port: 4318 },
        metrics: { host, port: 8888 },
        selector: { 'app.kubernetes.io/name': 'gateway' },
      });
    });
  });

  test('listens on every address of the pod, since its own default is localhost', () => {
    expect(objects.config('receivers', 'otlp', 'protocols')).toEqual({
      grpc: { endpoint: '0.0.0.0:4317' },
      http: { endpoint: '0.0.0.0:4318' },
    });
    expect(objects.config('extensions', 'health_check', 'endpoint')).toBe('0.0.0.0:13133');
    expect(objects.config('service', 'telemetry', 'metrics')).toEqual({
      readers: [{ pull: { exporter: { prometheus: { host: '0.0.0.0', port: 8888 } } } }],
    });
  });

  test('is probed through the health check on 13133', () => {
    for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe']) {
      expect(objects.container(probe, 'httpGet')).toEqual({ path: '/', port: 13133 });
    }
    expect(objects.config('service', 'extensions')).toEqual(['health_check']);
  });

  test('sends traces to Tempo over gRPC without TLS', () => {
    expect(objects.config('exporters')).toEqual({
      otlp: { endpoint: 'tempo.example.com:4317', tls: { insecure: true } },
    });
  });

  test('limits memory first, and batches only after the connection has told the pod', () => {
    expect(objects.config('service', 'pipelines')).toEqual({
      traces: { receivers: ['otlp'], processors: ['memory_limiter', 'k8sattributes', 'batch'], exporters: ['otlp'] },
    });
  });

  test('recognizes a pod by the connection, since the agent for Java sends no address', () => {
    expect(objects.config('processors', 'k8sattributes', 'pod_association')).toContainEqual({
      sources: [{ from: 'connection' }],
    });
  });

  test('adds the attributes by which Grafana finds the log', () => {
    expect(objects.config('processors', 'k8sattributes', 'extract', 'metadata')).toEqual(
      expect.arrayContaining(['k8s.namespace.name', 'k8s.pod.name', 'k8s.deployment.name', 'k8s.node.name']),
    );
  });

  test('refuses data before the kernel would kill it', () => {
    expect(objects.config('processors', 'memory_limiter')).toEqual({
      check_interval: '1s',
      limit_percentage: 80,
      spike_limit_percentage: 25,
    });
  });

  test('may get, list and watch pods, namespaces, nodes, deployments and replicasets, and nothing else', () => {
    expect(objects.at('ClusterRole', 'rules')).toEqual([
      { apiGroups: [''], resources: ['pods', 'namespaces', 'nodes'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: ['apps'], resources: ['deployments', 'replicasets'], verbs: ['get', 'list', 'watch'] },
    ]);
  });

  test('gives its role to its own ServiceAccount, under a name that carries the namespace', () => {
    const name = `${NAMESPACE}-gateway`;
    expect(objects.at('ClusterRole', 'metadata', 'name')).toBe(name);
    expect(objects.at('ClusterRoleBinding', 'metadata', 'name')).toBe(name);
    expect(objects.at('ClusterRoleBinding', 'roleRef', 'name')).toBe(name);
    expect(objects.at('ClusterRoleBinding', 'subjects')).toEqual([
      { kind: 'ServiceAccount', name: 'gateway-sa', namespace: NAMESPACE },
    ]);
  });

  test('puts its role into no namespace', () => {
    expect(objects.at('ClusterRole', 'metadata', 'namespace')).toBeUndefined();
    expect(objects.at('ClusterRoleBinding', 'metadata', 'namespace')).toBeUndefined();
  });

  test('reads the configuration that is mounted', () => {
    expect(objects.container('args')).toEqual(['--config=/etc/otelcol/config.yaml']);
    expect(objects.container('volumeMounts')).toContainEqual({
      name: 'etc-otelcol',
      mountPath: '/etc/otelcol',
      readOnly: true,
    });
    expect(objects.pod('volumes')).toContainEqual({ name: 'etc-otelcol', configMap: { name: 'gateway-config' } });
    expect(objects.at('ConfigMap', 'metadata', 'name')).toBe('gateway-config');
    expect(Object.keys(objects.at('ConfigMap', 'data') as object)).toEqual(['config.yaml']);
  });

  test('spreads its pods where there are several', () => {
    expect(build({ replicas: 1 }).pod('topologySpreadConstraints')).toBeUndefined();
    expect(build({ replicas: 2 }).pod('topologySpreadConstraints')).toEqual([
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'gateway' } },
      },
    ]);
  });

  test('takes every prop', () => {
    const props: Required<OpenTelemetryCollectorProps> = {
      traces: { host: 'other.example.com', port: 14317 },
      component: 'telemetry',
      labels: { 'shop.example/team': 'a' },
      annotations: { 'shop.example/owner': 'Team A' },
      image: 'registry.example.com/collector:1',
      replicas: 2,
      grpcPort: 24317,
      httpPort: 24318,
      metricsPort: 28888,
      healthPort: 23133,
      resources: {
        cpu: { request: Cpu.millis(11), limit: Cpu.millis(12) },
        memory: { request: Size.mebibytes(13), limit: Size.mebibytes(14) },
      },
    };
    const all = build(props);
    const landed: Record<keyof OpenTelemetryCollectorProps, [unknown, unknown]> = {
      traces: [all.config('exporters', 'otlp', 'endpoint'), 'other.example.com:14317'],
      component: [all.at('Deployment', 'metadata', 'labels', 'app.kubernetes.io/component'), 'telemetry'],
      labels: [all.each('metadata', 'labels', 'shop.example/team').filter((label) => label !== 'a'), []],
      annotations: [
        all.each('metadata', 'annotations', 'shop.example/owner').filter((owner) => owner !== 'Team A'),
        [],
      ],
      image: [all.container('image'), 'registry.example.com/collector:1'],
      replicas: [all.at('Deployment', 'spec', 'replicas'), 2],
      grpcPort: [all.config('receivers', 'otlp', 'protocols', 'grpc', 'endpoint'), '0.0.0.0:24317'],
      httpPort: [all.config('receivers', 'otlp', 'protocols', 'http', 'endpoint'), '0.0.0.0:24318'],
      metricsPort: [
        all.config('service', 'telemetry', 'metrics', 'readers', 0, 'pull', 'exporter', 'prometheus', 'port'),
        28888,
      ],
      healthPort: [all.config('extensions', 'health_check', 'endpoint'), '0.0.0.0:23133'],
      resources: [
        all.container('resources'),
        { requests: { cpu: '11m', memory: '13Mi' }, limits: { cpu: '12m', memory: '14Mi' } },
      ],
    };
    for (const [actual, expected] of Object.values(landed)) {
      expect(actual).toEqual(expected);
    }
    expect(all.container('ports')).toEqual([
      { name: 'otlp-grpc', containerPort: 24317 },
      { name: 'otlp-http', containerPort: 24318 },
      { name: 'metrics', containerPort: 28888 },
      { name: 'health', containerPort: 23133 },
    ]);
    expect(all.container('livenessProbe', 'httpGet', 'port')).toBe(23133);
  });

  test.each<[string, Partial<OpenTelemetryCollectorProps>]>([
    ['an image without a version', { image: 'otel/opentelemetry-collector-contrib' }],
    ['a negative number of pods', { replicas: -1 }],
    ['a port out of range', { grpcPort: 70000 }],
    ['a port that is used twice', { grpcPort: 4318 }],
    ['a port of Tempo out of range', { traces: { host: 'tempo', port: 0 } }],
  ])('refuses %s', (_, props) => {
    expect(() => build(props)).toThrow(InvalidPropError);
  });
});
