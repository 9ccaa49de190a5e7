import { Duration } from 'cdk8s';
import { ExternalSecret, type ExternalSecretProps } from '../../lib/constructs/external-secret';
import { Job } from '../../lib/constructs/job';
import { asYaml, containerOf, find, synthesized, testChart } from '../testing';
import { SMALL } from './pod-props';

const store = { name: 'vault' };
const data = { PASSWORD: { key: 'shop/orders', property: 'password' } };

test('every prop lands in the manifest', () => {
  const chart = testChart();
  const props: Required<ExternalSecretProps> = {
    name: 'orders',
    component: 'database',
    labels: { 'shop.example/team': 'a' },
    annotations: { 'shop.example/owner': 'Team A' },
    store: { name: 'vault', kind: 'SecretStore' },
    data: { PASSWORD: { key: 'shop/orders', property: 'password', version: '3' }, TOKEN: { key: 'shop/token' } },
    values: { USER: 'orders_owner' },
    refreshInterval: Duration.minutes(90),
    type: 'shop.example/credentials',
  };
  new ExternalSecret(chart, 'orders-database', props);
  const manifests = synthesized(chart);

  expect(find(manifests, 'ExternalSecret', 'orders-database')).toMatchObject({
    apiVersion: 'external-secrets.io/v1',
    metadata: {
      labels: { 'app.kubernetes.io/name': 'orders', 'app.kubernetes.io/component': 'database', ...props.labels },
      annotations: props.annotations,
    },
    spec: {
      secretStoreRef: props.store,
      refreshInterval: '1h30m',
      target: {
        name: 'orders-database',
        template: {
          type: props.type,
          // With Replace, the default, these would be all that the Secret has.
          mergePolicy: 'Merge',
          data: props.values,
          metadata: { labels: { 'app.kubernetes.io/part-of': 'shop', ...props.labels } },
        },
      },
      data: [
        { secretKey: 'PASSWORD', remoteRef: { key: 'shop/orders', property: 'password', version: '3' } },
        { secretKey: 'TOKEN', remoteRef: { key: 'shop/token' } },
      ],
    },
  });
  expect(asYaml(manifests)).toMatchSnapshot();
});

test('the Secret goes with it, and stays where the store loses the entry', () => {
  const chart = testChart();
  new ExternalSecret(chart, 'orders-database', { store, data });

  expect(find(synthesized(chart), 'ExternalSecret', 'orders-database')).toMatchObject({
    spec: {
      secretStoreRef: { kind: 'ClusterSecretStore', name: 'vault' },
      refreshInterval: '1h',
      target: { creationPolicy: 'Owner', deletionPolicy: 'Retain', template: { type: 'Opaque' } },
    },
  });
});

test.each([
  [Duration.seconds(0), '0s'],
  [Duration.seconds(3661), '1h1m1s'],
  [Duration.days(1), '24h'],
])('writes an interval as Go reads it: %s', (refreshInterval, text) => {
  const chart = testChart();
  new ExternalSecret(chart, 'orders-database', { store, data, refreshInterval });

  expect(find(synthesized(chart), 'ExternalSecret', 'orders-database')).toMatchObject({
    spec: { refreshInterval: text },
  });
});

test('a workload reads the Secret that comes of it, of which the keys are known', () => {
  const chart = testChart();
  const secret = new ExternalSecret(chart, 'orders-database', { store, data, values: { USER: 'orders' } });
  const reading = (key: string): Job =>
    new Job(chart, key.toLowerCase(), {
      image: 'shop/orders:1.0',
      resources: SMALL,
      environment: { VALUE: { from: secret, key } },
    });

  reading('PASSWORD');
  reading('USER');
  expect(containerOf(find(synthesized(chart), 'Job', 'password'))).toMatchObject({
    env: [{ name: 'VALUE', valueFrom: { secretKeyRef: { name: 'orders-database', key: 'PASSWORD' } } }],
  });
  expect(() => reading('TOKEN')).toThrow('not a key of Secret orders-database');
});

test.each<[string, string, Partial<ExternalSecretProps>, string]>([
  ['a name that is none', 'Orders', {}, 'test/Orders: id "Orders": not a DNS subdomain'],
  ['a store without name', 'orders', { store: { name: '' } }, 'test/orders: store.name "": not a DNS subdomain'],
  ['no key', 'orders', { data: {} }, 'test/orders: data: no key'],
  ['a key that is none', 'orders', { data: { 'a b': { key: 'shop' } } }, 'test/orders: data "a b": not a key'],
  ['an entry without name', 'orders', { data: { A: { key: '' } } }, 'test/orders: data.A.key "": empty'],
  ['an empty property', 'orders', { data: { A: { key: 'a', property: '' } } }, 'data.A.property "": empty'],
  ['an empty version', 'orders', { data: { A: { key: 'a', version: '' } } }, 'data.A.version "": empty'],
  ['a value for a secret', 'orders', { values: { PASSWORD: 'x' } }, 'values "PASSWORD": a key that the store has'],
  ['a value under no key', 'orders', { values: { 'a b': 'x' } }, 'test/orders: values "a b": not a key'],
  ['an expression', 'orders', { values: { URL: 'x{{ .PASSWORD }}' } }, 'test/orders: values.URL: an expression'],
  ['half a second', 'orders', { refreshInterval: Duration.millis(500) }, 'refreshInterval "0.5 s": not whole seconds'],
])('refuses %s', (_, id, props, message) => {
  expect(() => new ExternalSecret(testChart(), id, { store, data, ...props })).toThrow(message);
});
