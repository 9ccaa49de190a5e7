import { App, Chart } from 'cdk8s';
import { ConfigMap } from '../../lib/constructs/config-map';
import { Namespace, type NamespaceProps } from '../../lib/constructs/namespace';
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

  test.each(['a b', '', '.', '..', '..data', '..a', 'ä', 'x'.repeat(254)])('refuses %j as key', (key) => {
    const data = Object.fromEntries([[key, 'x']]);
    for (const make of [ConfigMap, Secret]) {
      expect(() => new make(testChart(), 'config', { data })).toThrow(
        `test/config: data ${JSON.stringify(key)}: not a key`,
      );
    }
  });

  test.each(['.a', 'a..', '-', '1', 'x'.repeat(253)])('takes %j as key', (key) => {
    expect(() => new ConfigMap(testChart(), 'config', { data: { [key]: 'x' } })).not.toThrow();
  });

  test.each(['__proto__', 'constructor'])('refuses the key %s, which JavaScript would lose', (key) => {
    for (const prop of ['data', 'labels', 'annotations']) {
      const props = { data: {}, [prop]: Object.fromEntries([[key, 'x']]) };
      expect(() => new ConfigMap(testChart(), 'config', props)).toThrow(
        `test/config: ${prop} "${key}": a key that JavaScript keeps for itself`,
      );
    }
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

describe('ConfigMap and Secret', () => {
  test.each(['1st', 'tls.example.com', 'a'.repeat(63)])('take %j as name', (id) => {
    for (const make of [ConfigMap, Secret]) {
      expect(() => new make(testChart(), id, { data: {} })).not.toThrow();
    }
  });

  test.each(['A', 'a_b', '-a', 'a.', 'a..b', 'a'.repeat(254)])('refuse %j as name', (id) => {
    for (const make of [ConfigMap, Secret]) {
      expect(() => new make(testChart(), id, { data: {} })).toThrow(`: id ${JSON.stringify(id)}: not a DNS subdomain`);
    }
  });

  test('take a name that is too long for a label only with a name for the label', () => {
    const id = `${'a'.repeat(63)}.example.com`;
    expect(() => new ConfigMap(testChart(), id, { data: {} })).toThrow(`: name "${id}": not a label value`);
    expect(() => new ConfigMap(testChart(), id, { name: 'a', data: {} })).not.toThrow();
  });

  test.each(['trace store', 'a/b', '-a', 'a_', 'ä', 'a'.repeat(64)])('refuse %j as component', (component) => {
    for (const make of [ConfigMap, Secret]) {
      expect(() => new make(testChart(), 'config', { component, data: {} })).toThrow(
        `test/config: component ${JSON.stringify(component)}: not a label value`,
      );
    }
  });

  test('refuse a label of their chart that is none', () => {
    const chart = new Chart(new App(), 'test', { labels: { 'app.kubernetes.io/part-of': 'the shop' } });
    expect(() => new ConfigMap(chart, 'config', { data: {} })).toThrow(
      'test/config: labels of the chart["app.kubernetes.io/part-of"] "the shop": not a label value',
    );
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
    const props: Required<NamespaceProps> = {
      podSecurity: 'privileged',
      annotations: { 'shop.example/owner': 'Team A' },
      labels: { 'istio-injection': 'enabled', 'pod-security.kubernetes.io/warn-version': 'v1.28' },
    };
    new Namespace(chart, 'shop', props);

    expect(find(synthesized(chart), 'Namespace', 'shop').metadata).toMatchObject({
      annotations: props.annotations,
      labels: { 'pod-security.kubernetes.io/enforce': 'privileged', ...props.labels },
    });
  });

  test('takes a name that starts with a digit, as the API server does', () => {
    expect(() => new Namespace(testChart(), '1st')).not.toThrow();
  });

  test.each(['Shop', 'a.b', '-a', 'a-', 'a'.repeat(64)])('refuses %j as name', (id) => {
    expect(() => new Namespace(testChart(), id)).toThrow(`: id ${JSON.stringify(id)}: not a name for a namespace`);
  });

  test.each([
    ['a key with two slashes', { 'a/b/c': '' }, 'labels "a/b/c": not a label key'],
    ['a key whose prefix is no DNS name', { 'A/b': '' }, 'labels "A/b": not a label key'],
    ['a key without name', { 'a/': '' }, 'labels "a/": not a label key'],
    ['a long key', { ['a'.repeat(64)]: '' }, `labels "${'a'.repeat(64)}": not a label key`],
    ['a value with a space', { a: 'b c' }, 'labels["a"] "b c": not a label value'],
    [
      'another level than podSecurity',
      { 'pod-security.kubernetes.io/enforce': 'baseline' },
      'labels["pod-security.kubernetes.io/enforce"] "baseline": a label that podSecurity stands for',
    ],
    [
      'no level',
      { 'pod-security.kubernetes.io/audit': 'strict' },
      'labels["pod-security.kubernetes.io/audit"] "strict": not a level of the Pod Security Standards',
    ],
    [
      'no version',
      { 'pod-security.kubernetes.io/enforce-version': '1.28' },
      'labels["pod-security.kubernetes.io/enforce-version"] "1.28": not a version of the Pod Security Standards',
    ],
  ])('refuses %s among its labels', (_, labels, reason) => {
    expect(() => new Namespace(testChart(), 'shop', { labels })).toThrow(`test/shop: ${reason}`);
  });
});
