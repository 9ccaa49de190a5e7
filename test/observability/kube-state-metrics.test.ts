import { Size } from 'cdk8s';
import { Cpu } from '../../imports/k8s';
import { InvalidPropError } from '../../lib/constructs/invalid-prop';
import { KubeStateMetrics, type KubeStateMetricsProps } from '../../lib/observability/kube-state-metrics';
import { scrapeTargets } from '../../lib/observability/scrape-targets';
import { NAMESPACE, synth } from './synth';

const build = (props: Partial<KubeStateMetricsProps> = {}) =>
  synth((chart) => new KubeStateMetrics(chart, 'state', { namespaces: ['shop'], ...props }));

describe('kube-state-metrics', () => {
  const objects = build();

  test('tells of the kinds that it may list, in the namespaces where it may', () => {
    const kinds = [
      ...[
        'cronjobs',
        'daemonsets',
        'deployments',
        'horizontalpodautoscalers',
        'jobs',
        'nodes',
        'persistentvolumeclaims',
      ],
      ...['poddisruptionbudgets', 'pods', 'replicasets', 'resourcequotas', 'statefulsets'],
    ];
    expect(objects.container('args')).toEqual([
      '--port=8080',
      '--telemetry-port=8081',
      '--namespaces=shop',
      `--resources=${kinds.join()}`,
    ]);
    const rules = [objects.at('Role', 'rules'), objects.at('ClusterRole', 'rules')].flat() as {
      resources: string[];
      verbs: string[];
    }[];
    expect(rules.flatMap(({ resources }) => resources).sort()).toEqual(kinds);
    expect(new Set(rules.map(({ verbs }) => verbs.join()))).toEqual(new Set(['list,watch']));
    expect(objects.at('Role', 'metadata', 'namespace')).toBe('shop');
    expect(objects.at('RoleBinding', 'metadata', 'namespace')).toBe('shop');
    expect(objects.at('RoleBinding', 'subjects')).toEqual([
      { kind: 'ServiceAccount', name: 'state-sa', namespace: NAMESPACE },
    ]);
  });

  test('is not restarted because the API server does not answer', () => {
    expect(objects.container('readinessProbe', 'httpGet')).toEqual({ path: '/readyz', port: 8081 });
    expect(objects.container('livenessProbe', 'httpGet')).toEqual({ path: '/', port: 8081 });
  });

  test('is a target whose metrics keep their labels', () => {
    synth((chart) => {
      new KubeStateMetrics(chart, 'state', { namespaces: ['shop'], httpPort: 18080 });
      expect(scrapeTargets(chart)).toMatchObject([{ name: 'state', port: 18080, path: '/metrics', honorLabels: true }]);
    });
  });

  test('tells once of a namespace that is given twice', () => {
    const twice = build({ namespaces: ['shop', 'post', 'shop'] });

    expect(twice.container('args')).toContain('--namespaces=shop,post');
    expect(twice.kinds().filter((kind) => kind === 'Role')).toHaveLength(2);
  });

  test('takes every prop', () => {
    const all = build({
      component: 'telemetry',
      image: 'registry.example.com/state:1',
      httpPort: 18080,
      telemetryPort: 18081,
      namespaces: ['shop', 'post'],
      resources: {
        cpu: { request: Cpu.millis(11), limit: Cpu.millis(12) },
        memory: { request: Size.mebibytes(13), limit: Size.mebibytes(14) },
      },
    });
    expect(all.at('Deployment', 'metadata', 'labels', 'app.kubernetes.io/component')).toBe('telemetry');
    expect(all.container('image')).toBe('registry.example.com/state:1');
    expect(all.container('args')).toEqual(
      expect.arrayContaining(['--port=18080', '--telemetry-port=18081', '--namespaces=shop,post']),
    );
    expect(all.kinds().filter((kind) => kind === 'Role')).toHaveLength(2);
    expect(all.container('resources', 'limits')).toEqual({ cpu: '12m', memory: '14Mi' });
  });

  test.each<[string, Partial<KubeStateMetricsProps>]>([
    ['a namespace that is none', { namespaces: ['Shop'] }],
    ['no namespace', { namespaces: [] }],
    ['a port that is used twice', { httpPort: 8081 }],
    ['an image that is latest', { image: 'state:latest' }],
  ])('refuses %s', (_, props) => {
    expect(() => build(props)).toThrow(InvalidPropError);
  });
});
