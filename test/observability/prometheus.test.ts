import { App, Chart, Duration, Size } from 'cdk8s';
import { load } from 'js-yaml';
import { Cpu } from '../../imports/k8s';
import { InvalidPropError } from '../../lib/constructs/invalid-prop';
import { KUBELET_METRICS, Prometheus, type PrometheusProps } from '../../lib/observability/prometheus';
import { platformRules } from '../../lib/observability/rules/rules';
import type { ScrapeTarget } from '../../lib/observability/scrape-targets';
import { METRICS } from './dashboards/known-metrics';
import { at, NAMESPACE, type Objects, synth } from './synth';

const target = (name: string, props: Partial<ScrapeTarget> = {}): ScrapeTarget => ({
  namespace: 'shop',
  name,
  labels: { 'app.kubernetes.io/name': name },
  port: 8080,
  path: '/actuator/prometheus',
  scheme: 'HTTP',
  honorLabels: false,
  ...props,
});
const build = (props: Partial<PrometheusProps> = {}) =>
  synth((chart) => new Prometheus(chart, 'metrics', { targets: [target('orders')], ...props }));
const file = (objects: Objects, name: string): unknown => load(String(objects.at('ConfigMap', 'data', name)));
const scrapes = (objects: Objects): Record<string, unknown>[] =>
  at(file(objects, 'prometheus.yaml'), 'scrape_configs') as Record<string, unknown>[];
const scrape = (objects: Objects, job: string): Record<string, unknown> | undefined =>
  scrapes(objects).find(({ job_name: name }) => name === job);
const relabelings = (job: Record<string, unknown>) => job['relabel_configs'] as Record<string, unknown>[];
const keepOf = (job: Record<string, unknown>): unknown =>
  relabelings(job).find(({ action }) => action === 'keep')?.['regex'];
const ofService = (job: Record<string, unknown>): unknown =>
  relabelings(job).find(({ target_label: label }) => label === 'service');

describe('Prometheus', () => {
  const objects = build();

  test('scrapes the targets, and itself', () => {
    expect(scrapes(objects).map((job) => [job['job_name'], keepOf(job)])).toEqual([
      ['pods by app.kubernetes.io/name at /actuator/prometheus', 'shop;(orders;8080)'],
      ['pods by app.kubernetes.io/name at /metrics', `${NAMESPACE};(metrics;9090)`],
    ]);
  });

  test('chooses the pods of a target by namespace, labels and port, and nobody else', () => {
    const labels = { 'shop.example/a-b': 'x.y', 'app.kubernetes.io/name': 'orders' };
    const [{ relabel_configs: relabel, ...job } = {}] = scrapes(build({ targets: [target('orders', { labels })] }));
    expect(job).toEqual({
      job_name: 'pods by app.kubernetes.io/name, shop.example/a-b at /actuator/prometheus',
      metrics_path: '/actuator/prometheus',
      kubernetes_sd_configs: [{ role: 'pod', namespaces: { names: [NAMESPACE, 'shop'] } }],
    });
    expect(relabel).toEqual([
      {
        action: 'keep',
        source_labels: [
          '__meta_kubernetes_namespace',
          '__meta_kubernetes_pod_label_app_kubernetes_io_name',
          '__meta_kubernetes_pod_label_shop_example_a_b',
          '__meta_kubernetes_pod_container_port_number',
        ],
        regex: 'shop;(orders;x\\.y;8080)',
      },
      { action: 'drop', source_labels: ['__meta_kubernetes_pod_phase'], regex: 'Succeeded|Failed' },
      { source_labels: ['__meta_kubernetes_namespace'], target_label: 'namespace' },
      { source_labels: ['__meta_kubernetes_pod_name'], target_label: 'pod' },
      { source_labels: ['__meta_kubernetes_pod_label_app_kubernetes_io_name'], target_label: 'service' },
      { source_labels: ['namespace', 'service'], separator: '/', target_label: 'job' },
    ]);
  });

  test('says the name of a target that no label of its pods says', () => {
    const unnamed = [{ 'shop.example/app': 'a' }, { 'shop.example/app': 'b' }].map((labels, index) =>
      target(`orders-${index}`, { labels }),
    );
    expect(scrapes(build({ targets: unnamed })).map((job) => [job['job_name'], keepOf(job), ofService(job)])).toEqual([
      ['shop/orders-0 at /actuator/prometheus', 'shop;(a;8080)', { replacement: 'orders-0', target_label: 'service' }],
      ['shop/orders-1 at /actuator/prometheus', 'shop;(b;8080)', { replacement: 'orders-1', target_label: 'service' }],
      [expect.stringContaining('pods'), `${NAMESPACE};(metrics;9090)`, expect.anything()],
    ]);
  });

  test('asks in one job all that are asked in the same way', () => {
    const one = target('orders');
    const jobs = (other: Partial<ScrapeTarget>): number =>
      scrapes(build({ targets: [one, target('mail', other)] })).length - 1;

    expect(jobs({})).toBe(1);
    expect(jobs({ namespace: 'post', port: 1 })).toBe(1);
    expect(jobs({ labels: { 'shop.example/app': 'mail' } })).toBe(2);
    expect(jobs({ labels: { 'app.kubernetes.io/name': 'mail', 'shop.example/tier': 'a' } })).toBe(2);
    expect(jobs({ path: '/metrics' })).toBe(1); // Prometheus' own
    expect(jobs({ path: '/stats' })).toBe(2);
    expect(jobs({ scheme: 'HTTPS' })).toBe(2);
    expect(jobs({ honorLabels: true })).toBe(2);
    expect(keepOf(scrapes(build({ targets: [one, target('mail', { port: 25 })] }))[0] ?? {})).toBe(
      'shop;(orders;8080|mail;25)',
    );
  });

  test('has room for a thousand targets in what client-side apply takes', () => {
    const targets = Array.from({ length: 1000 }, (_, index) => target(`a-service-with-a-longer-name-${index}`));
    const many = build({ targets });
    expect(String(many.at('ConfigMap', 'data', 'prometheus.yaml')).length).toBeLessThan(64 * 1024);
  });

  test('watches the pods once, however many targets there are', () => {
    const many = build({ targets: [target('orders'), target('mail', { namespace: 'post' })] });
    const discoveries = new Set(scrapes(many).map(({ kubernetes_sd_configs: sd }) => JSON.stringify(sd)));
    expect([...discoveries]).toEqual([
      JSON.stringify([{ namespaces: { names: [NAMESPACE, 'post', 'shop'] }, role: 'pod' }]),
    ]);
  });

  test('leaves metrics that tell of others their labels, and asks over TLS where that is spoken', () => {
    const [state, orders, own] = scrapes(
      build({ targets: [target('state', { honorLabels: true }), target('orders', { scheme: 'HTTPS' })] }),
    );
    expect(state).toMatchObject({
      job_name: 'pods by app.kubernetes.io/name at /actuator/prometheus with labels of their own',
      honor_labels: true,
    });
    expect(orders).toMatchObject({
      job_name: 'pods by app.kubernetes.io/name at /actuator/prometheus over HTTPS',
      scheme: 'https',
      tls_config: { insecure_skip_verify: true },
    });
    expect(own).not.toHaveProperty('honor_labels');
    expect(own).not.toHaveProperty('scheme');
  });

  test('may list pods where there are targets, and nothing else', () => {
    const manifests = load(
      `[${objects
        .toYaml()
        .split('---\n')
        .slice(1)
        .map((yaml) => JSON.stringify(load(yaml)))
        .join()}]`,
    );
    const roles = (manifests as Record<string, unknown>[]).filter(({ kind }) => kind === 'Role');
    expect(roles.map((role) => [at(role, 'metadata', 'namespace'), role['rules']])).toEqual(
      [NAMESPACE, 'shop'].map((namespace) => [
        namespace,
        [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }],
      ]),
    );
    expect(objects.kinds()).not.toContain('ClusterRole');
  });

  test('asks kubelets, by their certificate and its own token, for what dashboards need of the same namespaces', () => {
    const all = build({ kubelets: { ranges: ['10.0.0.0/18'] } });
    expect(scrape(all, 'kubelet/metrics/cadvisor')).toMatchObject({
      scheme: 'https',
      metrics_path: '/metrics/cadvisor',
      authorization: { credentials_file: '/var/run/secrets/kubernetes.io/serviceaccount/token' },
      tls_config: { ca_file: '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt' },
      kubernetes_sd_configs: [{ role: 'node' }],
      metric_relabel_configs: [
        {
          action: 'keep',
          source_labels: ['__name__'],
          regex: expect.stringContaining('container_memory_working_set_bytes') as unknown,
        },
        { action: 'keep', source_labels: ['namespace'], regex: `${NAMESPACE}|shop` },
      ],
    });
    expect(scrape(all, 'kubelet/metrics')).toMatchObject({ metrics_path: '/metrics' });
    expect(all.at('ClusterRole', 'rules')).toEqual([
      { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: [''], resources: ['nodes/metrics'], verbs: ['get'] },
    ]);
    expect(all.at('ClusterRole', 'metadata', 'namespace')).toBeUndefined();
    expect(all.at('ClusterRoleBinding', 'subjects')).toEqual([
      { kind: 'ServiceAccount', name: 'metrics-sa', namespace: NAMESPACE },
    ]);
  });

  test('asks kubelets for what dashboards and rules ask for, and nothing else', () => {
    const props = { namespace: 'shop', observabilityNamespace: 'watch', targets: [] };
    const judged = platformRules(new Chart(new App(), 'rules'), props)
      .flatMap(({ recording = [], alerts = [] }) => [...recording, ...alerts])
      .flatMap(({ expr }) => expr.match(/\b(container|kubelet)_\w+/g) ?? []);

    expect(Object.values(KUBELET_METRICS).flat().sort()).toEqual([...new Set([...METRICS.kubelet, ...judged])].sort());
  });

  test('keeps samples for 72 hours, as far as four fifths of 10Gi go', () => {
    expect(objects.container('args')).toEqual([
      '--config.file=/etc/prometheus/prometheus.yaml',
      '--storage.tsdb.path=/prometheus',
      '--storage.tsdb.retention.time=72h',
      '--storage.tsdb.retention.size=8192MB',
      '--web.listen-address=:9090',
      '--enable-feature=exemplar-storage',
    ]);
    expect(objects.container('volumeMounts')).toContainEqual({ name: 'metrics-data', mountPath: '/prometheus' });
  });

  test('judges by rules, and tells Alertmanager', () => {
    const judging = build({
      rules: [{ name: 'requests', recording: [{ record: 'service:http_requests:rate5m', expr: 'vector(1)' }] }],
      alertmanager: { host: 'alerts.example.com', port: 9093 },
    });
    expect(at(file(judging, 'prometheus.yaml'), 'rule_files')).toEqual(['/etc/prometheus/rules.yaml']);
    expect(at(file(judging, 'rules.yaml'), 'groups', 0, 'rules')).toEqual([
      { record: 'service:http_requests:rate5m', expr: 'vector(1)' },
    ]);
    expect(
      at(file(judging, 'prometheus.yaml'), 'alerting', 'alertmanagers', 0, 'static_configs', 0, 'targets'),
    ).toEqual(['alerts.example.com:9093']);
    expect(at(file(objects, 'prometheus.yaml'), 'rule_files')).toBeUndefined();
  });

  test('exposes its endpoint, which others know before', () => {
    synth((chart) => {
      const before = Prometheus.endpoint(chart, 'metrics', 19090);
      const { http } = new Prometheus(chart, 'metrics', { targets: [], httpPort: 19090 });
      expect(http).toEqual(before);
      expect(http).toMatchObject({ host: `metrics.${NAMESPACE}.svc.cluster.local`, port: 19090 });
    });
  });

  test('takes every prop', () => {
    const all = build({
      component: 'telemetry',
      labels: { 'shop.example/team': 'a' },
      annotations: { 'shop.example/owner': 'Team A' },
      image: 'registry.example.com/prometheus:1',
      httpPort: 19090,
      interval: Duration.minutes(1),
      retention: Duration.days(2),
      storage: { size: Size.gibibytes(5), storageClassName: 'fast' },
      kubelets: { ranges: ['10.0.0.0/18'], port: 10255 },
      resources: {
        cpu: { request: Cpu.millis(11), limit: Cpu.millis(12) },
        memory: { request: Size.mebibytes(13), limit: Size.mebibytes(14) },
      },
    });
    expect(all.at('StatefulSet', 'metadata', 'labels', 'app.kubernetes.io/component')).toBe('telemetry');
    expect(all.each('metadata', 'labels', 'shop.example/team').filter((label) => label !== 'a')).toEqual([]);
    expect(all.each('metadata', 'annotations', 'shop.example/owner').filter((owner) => owner !== 'Team A')).toEqual([]);
    expect(all.container('image')).toBe('registry.example.com/prometheus:1');
    expect(all.container('args')).toEqual(
      expect.arrayContaining([
        '--storage.tsdb.retention.time=48h',
        '--storage.tsdb.retention.size=4096MB',
        '--web.listen-address=:19090',
      ]),
    );
    expect(all.container('readinessProbe', 'httpGet')).toEqual({ path: '/-/ready', port: 19090 });
    expect(at(file(all, 'prometheus.yaml'), 'global')).toEqual({ evaluation_interval: '60s', scrape_interval: '60s' });
    expect(at(all.at('StatefulSet', 'spec', 'volumeClaimTemplates'), 0, 'spec', 'storageClassName')).toBe('fast');
    expect(all.container('resources', 'limits')).toEqual({ cpu: '12m', memory: '14Mi' });
  });

  test.each<[string, Partial<PrometheusProps>, RegExp]>([
    ['an interval of a second', { interval: Duration.seconds(1) }, /interval/],
    ['a retention that is not whole hours', { retention: Duration.minutes(90) }, /retention/],
    ['a target twice', { targets: [target('orders'), target('orders')] }, /targets\[1\]/],
    ['a port that is none', { targets: [target('orders', { port: 0 })] }, /targets\[0\]\.port/],
    ['kubelets without a range', { kubelets: { ranges: [] } }, /kubelets/],
    ['a target that is found by no label', { targets: [target('orders', { labels: {} })] }, /targets\[0\]\.labels/],
    ['an address without scheme', { grafanaUrl: 'grafana.example.com' }, /grafanaUrl "grafana\.example\.com"/],
    ['an address with a query', { grafanaUrl: 'https://grafana.example.com/?a' }, /grafanaUrl/],
    ['an image that is latest', { image: 'prom/prometheus:latest' }, /latest/],
  ])('refuses %s', (_, props, message) => {
    expect(() => build(props)).toThrow(InvalidPropError);
    expect(() => build(props)).toThrow(message);
  });
});
