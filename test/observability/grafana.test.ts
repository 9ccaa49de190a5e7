import Ajv from 'ajv';
import { App, Chart, Duration, Size } from 'cdk8s';
import { load } from 'js-yaml';
import { Cpu } from '../../imports/k8s';
import { connectionsOf } from '../../lib/constructs/connections';
import { InvalidPropError } from '../../lib/constructs/invalid-prop';
import { dashboardModels } from '../../lib/observability/dashboards/dashboards';
import { Grafana, type GrafanaProps } from '../../lib/observability/grafana';
import { Loki } from '../../lib/observability/loki';
import schema from './grafana-datasources.schema.json';
import { parse } from './dashboards/metrics';
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

  describe('with Prometheus and dashboards', () => {
    const prometheus = { host: 'prometheus.example.com', port: 9090 };
    const dashboards = [
      { uid: 'first', title: 'First', panels: [] },
      { uid: 'service', title: 'Service', panels: [] },
    ];
    const all = build({ prometheus, dashboards });
    const file = (configMap: string, name: string): string => String(at(all.configMap(configMap), 'data', name));
    const source = (index: number, ...path: string[]): unknown =>
      at(load(file('dashboard-datasources', 'datasources.yaml')), 'datasources', index, ...path);

    test('has Prometheus as its only default data source', () => {
      expect(source(2)).toMatchObject({
        type: 'prometheus',
        uid: 'prometheus',
        isDefault: true,
        access: 'proxy',
        url: 'http://prometheus.example.com:9090',
        editable: false,
      });
      expect([source(0, 'isDefault'), source(1, 'isDefault')]).toEqual([false, false]);
    });

    test('shows the alerts of Prometheus', () => {
      expect(source(2, 'jsonData', 'manageAlerts')).toBe(true);
    });

    test('leads from an exemplar to its trace', () => {
      expect(source(2, 'jsonData', 'exemplarTraceIdDestinations')).toEqual([
        { name: 'trace_id', datasourceUid: source(0, 'uid'), urlDisplayLabel: 'View trace' },
      ]);
    });

    test('computes rates over as many scrapes as Prometheus makes', () => {
      const seconds = (props: Partial<GrafanaProps>): unknown =>
        build({ prometheus, ...props }).config('datasources', 2, 'jsonData', 'timeInterval');
      expect(seconds({})).toBe('30s');
      expect(seconds({ scrapeInterval: Duration.minutes(1) })).toBe('60s');
    });

    test('leads from a span to the metrics of its pod', () => {
      expect(source(0, 'jsonData', 'tracesToMetrics')).toMatchObject({
        datasourceUid: source(2, 'uid'),
        tags: [
          { key: 'k8s.namespace.name', value: 'namespace' },
          { key: 'k8s.pod.name', value: 'pod' },
        ],
      });
      const queries = source(0, 'jsonData', 'tracesToMetrics', 'queries') as { query: string }[];
      expect(queries.length).toBeGreaterThan(0);
      for (const { query } of queries) {
        expect(query).toContain('$${__tags}');
        parse(query.replaceAll('$${__tags}', 'namespace="shop", pod="pod"'));
      }
    });

    test('leads from a line to the dashboard of its service, where there is one', () => {
      const link = {
        name: 'Metrics',
        matcherType: 'label',
        matcherRegex: 'service_name',
        url: '/d/service/service?var-service=$${__value.raw}',
        urlDisplayLabel: 'Dashboard of the service',
      };
      expect(source(1, 'jsonData', 'derivedFields')).toContainEqual(link);
      expect(dataSource(1, 'jsonData', 'derivedFields')).not.toContainEqual(link);
    });

    test('is provisioned as Grafana documents it', () => {
      const valid = new Ajv({ strict: false }).compile(schema);
      const provisioned = load(file('dashboard-datasources', 'datasources.yaml')) as Record<string, unknown>;

      expect(valid(provisioned) || valid.errors).toBe(true);
      const [, , prometheusSource] = provisioned['datasources'] as readonly object[];
      expect(valid({ ...provisioned, datasources: [{ ...prometheusSource, jsonData: { interval: '30s' } }] })).toBe(
        false,
      );
    });

    test('has a ConfigMap for each dashboard, mounted in a folder of its own', () => {
      expect(JSON.parse(file('dashboard-dashboard-first', 'first.json'))).toEqual(dashboards[0]);
      expect(JSON.parse(file('dashboard-dashboard-service', 'service.json'))).toEqual(dashboards[1]);
      expect(all.pod('volumes')).toContainEqual({
        name: 'etc-grafana-dashboards-first',
        configMap: { name: 'dashboard-dashboard-first' },
      });
      expect(all.container('volumeMounts')).toContainEqual({
        name: 'etc-grafana-dashboards-first',
        mountPath: '/etc/grafana/dashboards/first',
        readOnly: true,
      });
    });

    test('finds them, and lets nobody change them', () => {
      expect(load(file('dashboard-dashboards', 'dashboards.yaml'))).toEqual({
        apiVersion: 1,
        providers: [
          {
            name: 'dashboards',
            orgId: 1,
            folder: 'Platform',
            type: 'file',
            disableDeletion: false,
            allowUiUpdates: false,
            options: { path: '/etc/grafana/dashboards', foldersFromFilesStructure: false },
          },
        ],
      });
      expect(all.container('volumeMounts')).toContainEqual({
        name: 'etc-grafana-provisioning-dashboards',
        mountPath: '/etc/grafana/provisioning/dashboards',
        readOnly: true,
      });
    });

    test('opens with the first', () => {
      expect(setting(all, 'GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH')).toBe(
        '/etc/grafana/dashboards/first/first.json',
      );
      expect(setting(objects, 'GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH')).toBeUndefined();
    });

    test('is rolled when a dashboard changes', () => {
      const checksum = (title: string): unknown =>
        at(
          build({ dashboards: [{ uid: 'first', title }] }).at('StatefulSet'),
          'spec',
          'template',
          'metadata',
          'annotations',
          'checksum/config',
        );
      expect(checksum('First')).toBe(checksum('First'));
      expect(checksum('First')).not.toBe(checksum('Other'));
    });

    test('connects to Prometheus', () => {
      const app = new App();
      const chart = new Chart(app, 'chart', { namespace: NAMESPACE });
      const grafana = new Grafana(chart, 'dashboard', { tempo, loki, prometheus });
      expect(connectionsOf(grafana.statefulSet)?.connectsTo).toEqual([tempo, loki, prometheus]);
    });

    test('holds the dashboards of the platform, with room to grow', () => {
      const models = dashboardModels({ namespace: 'shop', observabilityNamespace: 'monitoring', certificates: true });
      const provisioned = build({ prometheus, dashboards: models });
      for (const { uid } of models) {
        const configMap = JSON.stringify(provisioned.configMap(`dashboard-dashboard-${uid}`));
        expect(Buffer.byteLength(configMap)).toBeLessThan(262_144 / 2);
      }
    });
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
      prometheus: { host: 'other-prometheus.example.com', port: 19090 },
      scrapeInterval: Duration.seconds(17),
      dashboards: [{ uid: 'home', title: 'Home' }],
      rootUrl: 'https://grafana.example.com',
      component: 'telemetry',
      labels: { 'shop.example/team': 'a' },
      annotations: { 'shop.example/owner': 'Team A' },
      image: 'registry.example.com/grafana:1',
      httpPort: 13000,
      anonymousRole: 'Editor',
      settings: { GF_LOG_LEVEL: 'debug' },
      storage: { size: Size.gibibytes(3), storageClassName: 'fast' },
      resources: {
        cpu: { request: Cpu.millis(11), limit: Cpu.millis(12) },
        memory: { request: Size.mebibytes(13), limit: Size.mebibytes(14) },
      },
    };
    const all = build(props);
    const source = (index: number, ...path: string[]): unknown =>
      at(
        load(String(at(all.configMap('dashboard-datasources'), 'data', 'datasources.yaml'))),
        'datasources',
        index,
        ...path,
      );
    const landed: Record<keyof GrafanaProps, [unknown, unknown]> = {
      tempo: [source(0, 'url'), 'http://other-tempo.example.com:13200'],
      loki: [source(1, 'url'), 'http://other-loki.example.com:13100'],
      prometheus: [source(2, 'url'), 'http://other-prometheus.example.com:19090'],
      scrapeInterval: [source(2, 'jsonData', 'timeInterval'), '17s'],
      dashboards: [
        JSON.parse(String(at(all.configMap('dashboard-dashboard-home'), 'data', 'home.json'))),
        { uid: 'home', title: 'Home' },
      ],
      rootUrl: [setting(all, 'GF_SERVER_ROOT_URL'), 'https://grafana.example.com'],
      component: [all.at('StatefulSet', 'metadata', 'labels', 'app.kubernetes.io/component'), 'telemetry'],
      labels: [all.each('metadata', 'labels', 'shop.example/team').filter((label) => label !== 'a'), []],
      annotations: [
        all.each('metadata', 'annotations', 'shop.example/owner').filter((owner) => owner !== 'Team A'),
        [],
      ],
      image: [all.container('image'), 'registry.example.com/grafana:1'],
      httpPort: [setting(all, 'GF_SERVER_HTTP_PORT'), '13000'],
      anonymousRole: [setting(all, 'GF_AUTH_ANONYMOUS_ORG_ROLE'), 'Editor'],
      settings: [setting(all, 'GF_LOG_LEVEL'), 'debug'],
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
    ['two addresses', { rootUrl: 'http://a.example.com', settings: { GF_SERVER_ROOT_URL: 'http://b.example.com' } }],
    ['an address without a scheme', { rootUrl: 'grafana.example.com' }],
    ['an address with a query', { rootUrl: 'https://grafana.example.com/?orgId=1' }],
    ['a port of Prometheus out of range', { prometheus: { host: 'prometheus', port: 0 } }],
    ['an interval of half a second', { scrapeInterval: Duration.millis(500) }],
    ['a uid that is no name', { dashboards: [{ uid: 'Platform', title: 'Platform' }] }],
    ['a uid that is too long', { dashboards: [{ uid: 'a'.repeat(41), title: 'Platform' }] }],
    [
      'two dashboards of one uid',
      {
        dashboards: [
          { uid: 'a', title: 'A' },
          { uid: 'a', title: 'B' },
        ],
      },
    ],
    ['a dashboard that kubectl cannot apply', { dashboards: [{ uid: 'a', title: 'A'.repeat(260_000) }] }],
    ['a port out of range', { httpPort: 65536 }],
    ['a port of Tempo out of range', { tempo: { host: 'tempo', port: 0 } }],
    ['a port of Loki out of range', { loki: { host: 'loki', port: 0 } }],
    ['an image that is latest', { image: 'grafana/grafana:latest' }],
  ])('refuses %s', (_, props) => {
    expect(() => build(props)).toThrow(InvalidPropError);
  });
});
