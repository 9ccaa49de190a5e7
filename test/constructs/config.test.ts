import { ConfigMap } from '../../lib/constructs/config-map';
import { Namespace } from '../../lib/constructs/namespace';
import { Secret } from '../../lib/constructs/secret';
import { asYaml, find, synthesized, testChart } from '../testing';

describe('ConfigMap', () => {
  test('every prop lands in the manifest', () => {
    const chart = testChart();
    new ConfigMap(chart, 'config', { name: 'web', component: 'site', data: { 'a.yaml': 'x: 1\n', B: ' on ' } });
    const manifests = synthesized(chart);

    expect(find(manifests, 'ConfigMap', 'config')).toMatchObject({
      metadata: { labels: { 'app.kubernetes.io/name': 'web', 'app.kubernetes.io/component': 'site' } },
      data: { 'a.yaml': 'x: 1\n', B: ' on ' },
    });
    expect(asYaml(manifests)).toMatchSnapshot();
  });

  test.each(['a b', '', '..', '__proto__', 'ä', 'x'.repeat(254)])('refuses %j as key', (key) => {
    const data = Object.fromEntries([[key, 'x']]);
    expect(() => new ConfigMap(testChart(), 'config', { data })).toThrow(
      `test/config: data ${JSON.stringify(key)}: not a key`,
    );
  });

  test('refuses more than 1 MiB, counted in bytes', () => {
    const half = 'ä'.repeat(256 * 1024);
    expect(() => new ConfigMap(testChart(), 'config', { data: { a: half, b: half } })).not.toThrow();
    expect(() => new ConfigMap(testChart(), 'config', { data: { a: half, b: `${half}x` } })).toThrow(
      '1048577 bytes in all',
    );
  });
});

describe('Secret', () => {
  test('every prop lands in the manifest, values in base64', () => {
    const chart = testChart();
    new Secret(chart, 'secret', { name: 'web', component: 'site', data: { PASSWORD: 'pässword\n' } });

    expect(find(synthesized(chart), 'Secret', 'secret')).toMatchObject({
      metadata: { labels: { 'app.kubernetes.io/name': 'web', 'app.kubernetes.io/component': 'site' } },
      type: 'Opaque',
      data: { PASSWORD: Buffer.from('pässword\n').toString('base64') },
    });
  });

  test('shows no value in an error', () => {
    const make = (data: Record<string, string>) => () => new Secret(testChart(), 'secret', { data });
    for (const bad of [make({ 'a b': 'hunter2' }), make({ a: 'hunter2'.repeat(200_000) })]) {
      expect(bad).toThrow('test/secret: data');
      expect(bad).not.toThrow('hunter2');
    }
  });
});

describe('Namespace', () => {
  test('enforces the restricted Pod Security Standard by default', () => {
    const chart = testChart();
    new Namespace(chart, 'shop');
    const manifests = synthesized(chart);

    const { metadata } = find(manifests, 'Namespace', 'shop');
    expect(metadata).not.toHaveProperty('namespace'); // The chart has one, but a namespace lies in none.
    expect(metadata.labels).toEqual({
      'app.kubernetes.io/name': 'shop',
      'app.kubernetes.io/part-of': 'shop',
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
    expect(asYaml(manifests)).toMatchSnapshot();
  });

  test('every prop lands in the manifest', () => {
    const chart = testChart();
    new Namespace(chart, 'shop', { podSecurity: 'privileged', labels: { 'istio-injection': 'enabled' } });

    expect(find(synthesized(chart), 'Namespace', 'shop').metadata.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'privileged',
      'istio-injection': 'enabled',
    });
  });
});
