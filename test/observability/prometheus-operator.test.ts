import { Duration } from 'cdk8s';
import type { RuleGroup } from '../../lib/observability/rules/model';
import {
  AlertReceiver,
  type AlertReceiverProps,
  PodMonitors,
  type PodMonitorsProps,
  PrometheusRules,
  type PrometheusRulesProps,
} from '../../lib/observability/prometheus-operator';
import type { ScrapeTarget } from '../../lib/observability/scrape-targets';
import { asYaml, find, synthesized, testChart } from '../testing';

const METADATA = {
  name: 'shop',
  component: 'telemetry',
  labels: { release: 'stack' },
  annotations: { 'shop.example/owner': 'Team A' },
};
const LABELS = { 'app.kubernetes.io/name': 'shop', 'app.kubernetes.io/component': 'telemetry', release: 'stack' };

const ORDERS: ScrapeTarget = {
  namespace: 'shop',
  name: 'orders',
  labels: { 'app.kubernetes.io/name': 'orders' },
  port: 8080,
  path: '/actuator/prometheus',
  scheme: 'HTTP',
  honorLabels: false,
};

describe('PodMonitors', () => {
  test('every prop lands in the manifest', () => {
    const chart = testChart();
    const props: Required<PodMonitorsProps> = { ...METADATA, targets: [ORDERS], interval: Duration.minutes(1) };
    new PodMonitors(chart, 'monitors', props);
    const manifests = synthesized(chart);

    expect(find(manifests, 'PodMonitor', 'orders')).toMatchObject({
      apiVersion: 'monitoring.coreos.com/v1',
      metadata: { namespace: 'shop', labels: LABELS, annotations: METADATA.annotations },
      spec: {
        selector: { matchLabels: ORDERS.labels },
        podMetricsEndpoints: [{ portNumber: 8080, path: '/actuator/prometheus', interval: '1m' }],
      },
    });
    expect(asYaml(manifests)).toMatchSnapshot();
  });

  test('one lies where its pods do, and each series says which service it is from', () => {
    const chart = testChart();
    new PodMonitors(chart, 'monitors', {
      targets: [ORDERS, { ...ORDERS, namespace: 'watch', name: 'loki' }],
    });

    const loki = find(synthesized(chart), 'PodMonitor', 'loki');
    expect(loki).toMatchObject({
      metadata: { namespace: 'watch', labels: { 'app.kubernetes.io/name': 'loki' } },
      spec: {
        podMetricsEndpoints: [
          { interval: '30s', relabelings: [{ action: 'replace', targetLabel: 'service', replacement: 'loki' }] },
        ],
      },
    });
    expect(loki).not.toHaveProperty('spec.namespaceSelector');
  });

  test('over TLS no certificate is checked, and metrics about others keep their labels', () => {
    const chart = testChart();
    new PodMonitors(chart, 'monitors', { targets: [{ ...ORDERS, scheme: 'HTTPS', honorLabels: true }] });

    expect(find(synthesized(chart), 'PodMonitor', 'orders')).toMatchObject({
      spec: {
        podMetricsEndpoints: [{ scheme: 'https', tlsConfig: { insecureSkipVerify: true }, honorLabels: true }],
      },
    });
  });

  test.each<[string, Partial<PodMonitorsProps>, string]>([
    ['a target twice', { targets: [ORDERS, ORDERS] }, 'test/monitors: targets[1] "shop/orders": there twice'],
    ['a target without labels', { targets: [{ ...ORDERS, labels: {} }] }, 'targets[0].labels: no label'],
    ['a label that is none', { targets: [{ ...ORDERS, labels: { 'a b': '' } }] }, 'targets[0].labels "a b"'],
    ['a port out of range', { targets: [{ ...ORDERS, port: 0 }] }, 'targets[0].port 0'],
    ['a name that is none', { targets: [{ ...ORDERS, name: 'A' }] }, 'targets[0].name "A"'],
    ['a namespace that is none', { targets: [{ ...ORDERS, namespace: 'A' }] }, 'targets[0].namespace "A"'],
    ['no time', { interval: Duration.seconds(0) }, 'interval "0s": no time'],
    ['half a second', { interval: Duration.millis(500) }, 'interval "0.5 s": not whole seconds'],
  ])('refuses %s', (_, props, message) => {
    expect(() => new PodMonitors(testChart(), 'monitors', { targets: [ORDERS], ...props })).toThrow(message);
  });
});

const RULES: readonly RuleGroup[] = [
  {
    name: 'requests',
    interval: '2m',
    recording: [{ record: 'service:http_requests:rate5m', expr: 'sum(rate(requests[5m]))' }],
    alerts: [
      {
        name: 'Slow',
        severity: 'warning',
        for: '5m',
        expr: 'a > 1',
        summary: 's',
        description: 'd',
        impact: 'i',
        action: 'kubectl get pods',
        panel: { dashboard: 'service', panel: 'requests', variables: { service: '{{ $labels.service }}' } },
      },
      {
        name: 'Gone',
        severity: 'critical',
        for: '1m',
        namespace: 'shop',
        expr: 'absent(a)',
        summary: 's',
        description: 'd',
        impact: 'i',
        action: 'kubectl get pods',
        panel: { dashboard: 'platform', panel: 'alerts' },
      },
    ],
  },
];

describe('PrometheusRules', () => {
  test('every prop lands in the manifest', () => {
    const chart = testChart();
    const props: Required<PrometheusRulesProps> = { ...METADATA, rules: RULES, grafanaUrl: 'https://g.example.com/' };
    new PrometheusRules(chart, 'platform', props);
    const manifests = synthesized(chart);

    expect(find(manifests, 'PrometheusRule', 'platform')).toMatchObject({
      apiVersion: 'monitoring.coreos.com/v1',
      metadata: { labels: LABELS, annotations: METADATA.annotations },
      spec: {
        groups: [
          {
            name: 'requests',
            interval: '2m',
            rules: [
              { record: 'service:http_requests:rate5m', expr: 'sum(rate(requests[5m]))' },
              {
                alert: 'Slow',
                expr: 'a > 1',
                for: '5m',
                labels: { severity: 'warning' },
                annotations: {
                  summary: 's',
                  description: 'd',
                  impact: 'i',
                  action: 'kubectl get pods',
                  dashboard: expect.stringMatching(
                    /^https:\/\/g\.example\.com\/d\/service\/.*var-service=\{\{ \$labels\.service \}\}$/,
                  ) as string,
                },
              },
              { alert: 'Gone', labels: { severity: 'critical', namespace: 'shop' } },
            ],
          },
        ],
      },
    });
    expect(asYaml(manifests)).toMatchSnapshot();
  });

  test('without an address of Grafana, alerts lead nowhere', () => {
    const chart = testChart();
    new PrometheusRules(chart, 'platform', { rules: RULES });

    expect(JSON.stringify(find(synthesized(chart), 'PrometheusRule', 'platform'))).not.toContain('dashboard');
  });

  test.each(['grafana.example.com', 'https://grafana.example.com/?a'])('refuses the address %s', (grafanaUrl) => {
    expect(() => new PrometheusRules(testChart(), 'platform', { rules: RULES, grafanaUrl })).toThrow(
      `grafanaUrl ${JSON.stringify(grafanaUrl)}`,
    );
  });

  test('refuses a name that is none', () => {
    expect(() => new PrometheusRules(testChart(), 'Platform', { rules: RULES })).toThrow('not a DNS subdomain');
  });
});

const CHANNEL: AlertReceiverProps['channel'] = {
  kind: 'webhook',
  url: { from: { kind: 'Secret', name: 'on-call', keys: ['hook'] }, key: 'hook' },
};

describe('AlertReceiver', () => {
  test('every prop lands in the manifest', () => {
    const chart = testChart();
    const props: Required<AlertReceiverProps> = { ...METADATA, channel: CHANNEL };
    new AlertReceiver(chart, 'people', props);
    const manifests = synthesized(chart);

    expect(find(manifests, 'AlertmanagerConfig', 'people')).toMatchObject({
      apiVersion: 'monitoring.coreos.com/v1alpha1',
      metadata: { labels: LABELS, annotations: METADATA.annotations },
      spec: {
        receivers: [
          { name: 'people', webhookConfigs: [{ urlSecret: { name: 'on-call', key: 'hook' }, sendResolved: true }] },
        ],
      },
    });
    expect(asYaml(manifests)).toMatchSnapshot();
  });

  test('a channel in Slack is told what alerts say', () => {
    const chart = testChart();
    new AlertReceiver(chart, 'people', { channel: { ...CHANNEL, kind: 'slack' } });

    expect(find(synthesized(chart), 'AlertmanagerConfig', 'people')).toMatchObject({
      spec: {
        receivers: [
          {
            slackConfigs: [
              {
                apiURL: { name: 'on-call', key: 'hook' },
                sendResolved: true,
                text: expect.stringContaining('.Annotations.action') as string,
              },
            ],
          },
        ],
      },
    });
  });

  test.each<[string, AlertReceiverProps['channel'], string]>([
    ['a key that the Secret has not', { ...CHANNEL, url: { ...CHANNEL.url, key: 'b' } }, 'not a key of Secret on-call'],
    [
      'a Secret without name',
      { ...CHANNEL, url: { from: { kind: 'Secret', name: '' }, key: 'hook' } },
      'channel.url.from.name "": not a DNS subdomain',
    ],
  ])('refuses %s', (_, channel, message) => {
    expect(() => new AlertReceiver(testChart(), 'people', { channel })).toThrow(message);
  });
});
