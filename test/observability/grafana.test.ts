import Ajv from 'ajv';
import { Size } from 'cdk8s';
import { Cpu } from '../../imports/k8s';
import { InvalidPropError } from '../../lib/constructs/invalid-prop';
import { Grafana, type GrafanaProps } from '../../lib/observability/grafana';
import { Loki } from '../../lib/observability/loki';
import schema from './grafana-datasources.schema.json';
import { at, NAMESPACE, type Objects, synth } from './synth';

const tempo = { host: 'tempo.example.com', port: 3200 };
const loki = { host: 'loki.example.com', port: 3100 };
const build = (props: Partial<GrafanaProps> = {}) =>
  synth((chart) => new Grafana(chart, 'dashboard', { tempo, loki, ...props }));

function setting(objects: Objects, name: string): unknown {
  const variables = objects.container('env') as { name: string; value: string }[];
  return variables.find((variable) => variable.name === name)?.value;
}

describe('Grafana', () => {
  const objects = build();
  const dataSource = (index: number, ...path: string[]): unknown => objects.config('datasources', index, ...path);

  test('answers HTTP on 3000', () => {
    expect(objects.at('Service', 'spec', 'ports')).toEqual([{ name: 'http', port: 3000, targetPort: 'http' }]);
    expect(setting(objects, 'GF_SERVER_HTTP_PORT')).toBe('3000');
  });

  test('exposes its endpoint and selector', () => {
    synth((chart) => {
      expect(new Grafana(chart, 'dashboard', { tempo, loki })).toMatchObject({
        name: 'dashboard',
        http: { host: `dashboard.${NAMESPACE}.svc.cluster.local`, port: 3000 },
        selector: { 'app.kubernetes.io/name': 'dashboard' },
      });
    });
  });

  test('lets anybody look, and nobody log in', () => {
    expect(setting(objects, 'GF_AUTH_ANONYMOUS_ENABLED')).toBe('true');
    expect(setting(objects, 'GF_AUTH_ANONYMOUS_ORG_ROLE')).toBe('Viewer');
    expect(setting(objects, 'GF_AUTH_DISABLE_LOGIN_FORM')).toBe('true');
    expect(setting(objects, 'GF_AUTH_BASIC_ENABLED')).toBe('false');
  });

  test('has no user admin with a password that everybody knows', () => {
    expect(setting(objects, 'GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION')).toBe('true');
  });

  test('lets a Viewer use Explore, where traces and logs are', () => {
    expect(setting(objects, 'GF_USERS_VIEWERS_CAN_EDIT')).toBe('true');
  });

  test.each([
    ['GF_ANALYTICS_REPORTING_ENABLED', 'false'],
    ['GF_ANALYTICS_CHECK_FOR_UPDATES', 'false'],
    ['GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES', 'false'],
    ['GF_NEWS_NEWS_FEED_ENABLED', 'false'],
    ['GF_PLUGINS_PREINSTALL_DISABLED', 'true'],
    ['GF_SECURITY_DISABLE_GRAVATAR', 'true'],
  ])('connects to no server on the Internet: %s=%s', (name, value) => {
    expect(setting(objects, name)).toBe(value);
  });

  test('is provisioned as Grafana documents it', () => {
    const valid = new Ajv({ strict: false }).compile(schema);
    const provisioned = objects.config() as Readonly<Record<string, unknown>>;

    expect(valid(provisioned) || valid.errors).toBe(true);
    expect(valid({ ...provisioned, datasource: [] })).toBe(false);
    expect(valid({ ...provisioned, apiVersion: 2 })).toBe(false);
    const [tempoSource] = provisioned['datasources'] as readonly object[];
    expect(valid({ ...provisioned, datasources: [{ ...tempoSource, jsonData: { tracesToLogs: {} } }] })).toBe(false);
    expect(valid({ ...provisioned, datasources: [{ ...tempoSource, access: 'server' }] })).toBe(false);
  });

  test('has Tempo as its default data source, and Loki', () => {
    expect(dataSource(0)).toMatchObject({
      type: 'tempo',
      uid: 'tempo',
      isDefault: true,
      access: 'proxy',
      url: 'http://tempo.example.com:3200',
    });
    expect(dataSource(1)).toMatchObject({
      type: 'loki',
      uid: 'loki',
      isDefault: false,
      access: 'proxy',
      url: 'http://loki.example.com:3100',
    });
    expect(objects.config('apiVersion')).toBe(1);
  });

  test('leads from a line to its trace by the trace id that Loki keeps beside the line', () => {
    expect(dataSource(1, 'jsonData', 'derivedFields')).toEqual([
      {
        name: 'Trace',
        matcherType: 'label',
        matcherRegex: 'trace_id',
        datasourceUid: dataSource(0, 'uid'),
        url: '$${__value.raw}',
        urlDisplayLabel: 'View trace',
      },
    ]);
  });

  test('leads from a span to the lines of its trace', () => {
    expect(dataSource(0, 'jsonData', 'tracesToLogsV2')).toMatchObject({
      datasourceUid: dataSource(1, 'uid'),
      customQuery: true,
      query: '{$${__tags}} | trace_id = "$${__span.traceId}"',
      spanStartTimeShift: '-5m',
      spanEndTimeShift: '5m',
    });
  });

  test('asks Loki for labels that it has', () => {
    const lokiLabels = at(
      synth((chart) => new Loki(chart, 'loki')).config(
        'limits_config',
        'otlp_config',
        'resource_attributes',
        'attributes_config',
      ),
      0,
      'attributes',
    ) as string[];
    const tags = dataSource(0, 'jsonData', 'tracesToLogsV2', 'tags') as { key: string; value: string }[];
    expect(tags.length).toBeGreaterThan(0);
    for (const { key, value } of tags) {
      expect(lokiLabels).toContain(key);
      expect(value).toBe(key.replaceAll('.', '_'));
    }
  });

  test('leaves every variable of a link to the moment it is followed: a single $ would name an environment variable', () => {
    const [file] = Object.values(objects.at('ConfigMap', 'data') as Record<string, string>);
    expect(file).toContain('$${');
    expect(file).not.toMatch(/(?<!\$)\$(?!\$)/);
  });

  test('is provisioned by a file in the folder that Grafana reads', () => {
    expect(objects.container('volumeMounts')).toContainEqual({
      name: 'etc-grafana-provisioning-datasources',
      mountPath: '/etc/grafana/provisioning/datasources',
      readOnly: true,
    });
    expect(objects.pod('volumes')).toContainEqual({
      name: 'etc-grafana-provisioning-datasources',
      configMap: { name: 'dashboard-datasources' },
    });
  });

  test('keeps its database on a volume of 1Gi', () => {
    expect(objects.container('volumeMounts')).toContainEqual({
      name: 'dashboard-data',
      mountPath: '/var/lib/grafana',
    });
    expect(
      at(objects.at('StatefulSet', 'spec', 'volumeClaimTemplates'), 0, 'spec', 'resources', 'requests', 'storage'),
    ).toBe('1Gi');
  });

  test('is probed through its health API', () => {
    for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe']) {
      expect(objects.container(probe, 'httpGet')).toEqual({ path: '/api/health', port: 3000 });
    }
  });

  test('takes every prop', () => {
    const props: Required<GrafanaProps> = {
      tempo: { host: 'other-tempo.example.com', port: 13200 },
      loki: { host: 'other-loki.example.com', port: 13100 },
      component: 'telemetry',
      labels: { 'shop.example/team': 'a' },
      annotations: { 'shop.example/owner': 'Team A' },
      image: 'registry.example.com/grafana:1',
      httpPort: 13000,
      anonymousRole: 'Editor',
      settings: { GF_SERVER_ROOT_URL: 'https://grafana.example.com' },
      storage: { size: Size.gibibytes(3), storageClassName: 'fast' },
      resources: {
        cpu: { request: Cpu.millis(11), limit: Cpu.millis(12) },
        memory: { request: Size.mebibytes(13), limit: Size.mebibytes(14) },
      },
    };
    const all = build(props);
    const landed: Record<keyof GrafanaProps, [unknown, unknown]> = {
      tempo: [all.config('datasources', 0, 'url'), 'http://other-tempo.example.com:13200'],
      loki: [all.config('datasources', 1, 'url'), 'http://other-loki.example.com:13100'],
      component: [all.at('StatefulSet', 'metadata', 'labels', 'app.kubernetes.io/component'), 'telemetry'],
      labels: [all.each('metadata', 'labels', 'shop.example/team').filter((label) => label !== 'a'), []],
      annotations: [
        all.each('metadata', 'annotations', 'shop.example/owner').filter((owner) => owner !== 'Team A'),
        [],
      ],
      image: [all.container('image'), 'registry.example.com/grafana:1'],
      httpPort: [setting(all, 'GF_SERVER_HTTP_PORT'), '13000'],
      anonymousRole: [setting(all, 'GF_AUTH_ANONYMOUS_ORG_ROLE'), 'Editor'],
      settings: [setting(all, 'GF_SERVER_ROOT_URL'), 'https://grafana.example.com'],
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
    expect(all.container('ports')).toEqual([{ name: 'http', containerPort: 13000 }]);
  });

  test.each<[string, Partial<GrafanaProps>]>([
    ['a setting that the construct makes itself', { settings: { GF_AUTH_ANONYMOUS_ENABLED: 'false' } }],
    ['a setting that Grafana does not read', { settings: { SERVER_ROOT_URL: 'https://grafana.example.com' } }],
    ['a port out of range', { httpPort: 65536 }],
    ['a port of Tempo out of range', { tempo: { host: 'tempo', port: 0 } }],
    ['a port of Loki out of range', { loki: { host: 'loki', port: 0 } }],
    ['an image that is latest', { image: 'grafana/grafana:latest' }],
  ])('refuses %s', (_, props) => {
    expect(() => build(props)).toThrow(InvalidPropError);
  });
});
