import { Size } from 'cdk8s';
import { Cpu } from '../../imports/k8s';
import { InvalidPropError } from '../../lib/constructs/invalid-prop';
import type { AlertChannel } from '../../lib/observability/alert-routing';
import { Alertmanager, type AlertmanagerProps } from '../../lib/observability/alertmanager';
import { at, NAMESPACE, synth } from './synth';

const CHANNEL: AlertChannel = {
  kind: 'webhook',
  url: { from: { kind: 'Secret', name: 'on-call', keys: ['hook'] }, key: 'hook' },
  server: { host: 'hooks.example.com', port: 443, peer: { type: 'addresses', ranges: ['192.0.2.0/24'] } },
};

const build = (props: Partial<AlertmanagerProps> = {}) =>
  synth((chart) => new Alertmanager(chart, 'alerts', { channel: CHANNEL, ...props }));

describe('Alertmanager', () => {
  const objects = build();

  test('answers HTTP on 9093, and serves its metrics there', () => {
    expect(objects.at('Service', 'spec', 'ports')).toEqual([{ name: 'http', port: 9093, targetPort: 'http' }]);
    expect(objects.container('args')).toContain('--web.listen-address=:9093');
  });

  test('exposes its endpoint and selector', () => {
    synth((chart) => {
      expect(new Alertmanager(chart, 'alerts', { channel: CHANNEL })).toMatchObject({
        name: 'alerts',
        http: { host: `alerts.${NAMESPACE}.svc.cluster.local`, port: 9093 },
        selector: { 'app.kubernetes.io/name': 'alerts' },
      });
    });
  });

  test('has no peers', () => {
    expect(objects.container('args')).toContain('--cluster.listen-address=');
  });

  test('keeps silences on a volume of 1Gi', () => {
    expect(objects.container('args')).toContain('--storage.path=/alertmanager');
    expect(objects.container('volumeMounts')).toContainEqual({ name: 'alerts-data', mountPath: '/alertmanager' });
    expect(
      at(objects.at('StatefulSet', 'spec', 'volumeClaimTemplates'), 0, 'spec', 'resources', 'requests', 'storage'),
    ).toBe('1Gi');
  });

  test('reads the URL from a file of the Secret, and no configuration has it', () => {
    expect(objects.config('receivers')).toEqual([
      {
        name: 'people',
        webhook_configs: [{ url_file: '/etc/alertmanager-channel/url', send_resolved: true }],
      },
    ]);
    expect(objects.pod('volumes')).toContainEqual({
      name: 'etc-alertmanager-channel',
      secret: { secretName: 'on-call', items: [{ key: 'hook', path: 'url' }] },
    });
    expect(objects.container('volumeMounts')).toContainEqual({
      name: 'etc-alertmanager-channel',
      mountPath: '/etc/alertmanager-channel',
      readOnly: true,
    });
  });

  test('writes to Slack what alerts say', () => {
    const slack = build({ channel: { ...CHANNEL, kind: 'slack' } });

    const [receiver] = slack.config('receivers') as unknown[];
    expect(at(receiver, 'slack_configs', 0)).toMatchObject({
      api_url_file: '/etc/alertmanager-channel/url',
      send_resolved: true,
      title_link: expect.stringContaining('.Annotations.dashboard') as string,
    });
    for (const annotation of ['summary', 'description', 'impact', 'action']) {
      expect(at(receiver, 'slack_configs', 0, 'text')).toContain(`.Annotations.${annotation} }}`);
    }
  });

  test('makes one message of the alerts of a kind about a service, and repeats what is critical sooner', () => {
    expect(objects.config('route')).toEqual({
      receiver: 'people',
      group_by: ['alertname', 'namespace', 'service'],
      group_wait: '30s',
      group_interval: '5m',
      repeat_interval: '12h',
      routes: [{ matchers: ['severity="critical"'], repeat_interval: '1h' }],
    });
  });

  test('is silent on warnings about a service that is in a critical state', () => {
    expect(objects.config('inhibit_rules')).toEqual([
      {
        source_matchers: ['severity="critical"', 'service!=""'],
        target_matchers: ['severity="warning"', 'service!=""'],
        equal: ['namespace', 'service'],
      },
    ]);
  });

  test('takes every prop', () => {
    const props: Required<AlertmanagerProps> = {
      component: 'telemetry',
      labels: { 'shop.example/team': 'a' },
      annotations: { 'shop.example/owner': 'Team A' },
      channel: { ...CHANNEL, kind: 'slack' },
      image: 'registry.example.com/alertmanager:1',
      httpPort: 19093,
      storage: { size: Size.gibibytes(3), storageClassName: 'fast' },
      resources: {
        cpu: { request: Cpu.millis(11), limit: Cpu.millis(12) },
        memory: { request: Size.mebibytes(13), limit: Size.mebibytes(14) },
      },
    };
    const all = build(props);
    const landed: Record<keyof AlertmanagerProps, [unknown, unknown]> = {
      component: [all.at('StatefulSet', 'metadata', 'labels', 'app.kubernetes.io/component'), 'telemetry'],
      labels: [all.each('metadata', 'labels', 'shop.example/team').filter((label) => label !== 'a'), []],
      annotations: [
        all.each('metadata', 'annotations', 'shop.example/owner').filter((owner) => owner !== 'Team A'),
        [],
      ],
      channel: [Object.keys(at(all.config('receivers'), 0) as object), ['name', 'slack_configs']],
      image: [all.container('image'), 'registry.example.com/alertmanager:1'],
      httpPort: [all.container('ports'), [{ name: 'http', containerPort: 19093 }]],
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
  });

  test.each<[string, Partial<AlertmanagerProps>]>([
    ['a port out of range', { httpPort: 0 }],
    ['an image that is latest', { image: 'prom/alertmanager:latest' }],
    ['a key that the Secret has not', { channel: { ...CHANNEL, url: { ...CHANNEL.url, key: 'other' } } }],
    ['a Secret without name', { channel: { ...CHANNEL, url: { from: { kind: 'Secret', name: '' }, key: 'hook' } } }],
    [
      'a server of no range',
      { channel: { ...CHANNEL, server: { ...CHANNEL.server, peer: { type: 'addresses', ranges: [] } } } },
    ],
  ])('refuses %s', (_, props) => {
    expect(() => build(props)).toThrow(InvalidPropError);
  });
});
