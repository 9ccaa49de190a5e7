import { type Chart, Size } from 'cdk8s';
import { ConfigMap } from '../../lib/constructs/config-map';
import { CronJob } from '../../lib/constructs/cron-job';
import { ExternalHostService } from '../../lib/constructs/external-host-service';
import { Ingress } from '../../lib/constructs/ingress';
import { Job } from '../../lib/constructs/job';
import { KafkaKraft } from '../../lib/constructs/kafka-kraft';
import type { Component } from '../../lib/constructs/labels';
import { Probe } from '../../lib/constructs/probe';
import { Secret } from '../../lib/constructs/secret';
import { SpringService } from '../../lib/constructs/spring-service';
import { WebService } from '../../lib/constructs/web-service';
import { Worker } from '../../lib/constructs/worker';
import { type Manifest, podTemplateOf, synthesized, testChart } from '../testing';
import { SMALL } from './pod-props';

const probe = Probe.fromCommand(['true'], { failureThreshold: 60 });
const container = { image: 'shop/orders:1.0', resources: SMALL };
const jvm = { ...SMALL, memory: { request: Size.mebibytes(512), limit: Size.mebibytes(640) } };

type Props = Omit<Component, 'name'>;

const CONSTRUCTS: readonly (readonly [string, (chart: Chart, props: Props) => unknown])[] = [
  ['ConfigMap', (chart, props) => new ConfigMap(chart, 'orders', { ...props, data: {} })],
  ['Secret', (chart, props) => new Secret(chart, 'orders', { ...props, data: {} })],
  ['WebService', (chart, props) => new WebService(chart, 'orders', { ...props, ...container, port: 80 })],
  [
    'WebService as a canary',
    (chart, props) => new WebService(chart, 'orders', { ...props, ...container, port: 80, canary: [{ weight: 50 }] }),
  ],
  [
    'SpringService',
    (chart, props) => new SpringService(chart, 'orders', { ...props, ...container, resources: jvm, port: 80 }),
  ],
  ['KafkaKraft', (chart, props) => new KafkaKraft(chart, 'orders', { ...props, replicas: 3 })],
  [
    'Worker',
    (chart, props) =>
      new Worker(chart, 'orders', {
        ...props,
        ...container,
        probes: { startup: probe, readiness: probe, liveness: probe },
      }),
  ],
  ['Job', (chart, props) => new Job(chart, 'orders', { ...props, ...container })],
  ['CronJob', (chart, props) => new CronJob(chart, 'orders', { ...props, ...container, schedule: '@daily' })],
  [
    'Ingress',
    (chart, props) =>
      new Ingress(chart, 'orders', {
        ...props,
        ingressClassName: 'nginx',
        routes: [{ path: '/', service: { name: 'orders', portName: 'http' } }],
      }),
  ],
  [
    'ExternalHostService by name',
    (chart, props) =>
      new ExternalHostService(chart, 'orders', { ...props, host: 'a.example', ports: [{ name: 'a', port: 1 }] }),
  ],
  [
    'ExternalHostService by address',
    (chart, props) =>
      new ExternalHostService(chart, 'orders', { ...props, host: '10.0.0.1', ports: [{ name: 'a', port: 1 }] }),
  ],
];

describe.each(CONSTRUCTS)('%s', (_, build) => {
  const chart = testChart();
  build(chart, {
    component: 'backend',
    labels: { 'shop.example/team': 'a', 'app.kubernetes.io/part-of': 'other' },
    annotations: { 'shop.example/owner': 'Team A' },
  });
  const manifests = synthesized(chart);

  test('writes labels and annotations on every object', () => {
    expect(manifests).not.toEqual([]);
    for (const { metadata } of manifests) {
      expect(metadata).toMatchObject({
        labels: {
          'app.kubernetes.io/name': 'orders',
          'app.kubernetes.io/component': 'backend',
          'app.kubernetes.io/part-of': 'other',
          'shop.example/team': 'a',
        },
        annotations: { 'shop.example/owner': 'Team A' },
      });
    }
  });

  test('writes labels, but not annotations, on pods', () => {
    for (const { metadata } of manifests.flatMap(templatesOf)) {
      expect(metadata.labels).toMatchObject({ 'shop.example/team': 'a', 'app.kubernetes.io/part-of': 'other' });
      expect(metadata.annotations ?? {}).not.toHaveProperty(['shop.example/owner']);
    }
  });

  test('selects pods by their name alone', () => {
    for (const selector of manifests.map(selectorOf).filter((found) => found !== undefined)) {
      expect(selector).toEqual({ 'app.kubernetes.io/name': 'orders' });
    }
  });

  test.each<[string, Props, string]>([
    ['a label that is none', { labels: { 'a b': '' } }, 'labels "a b": not a label key'],
    ['the value of a label that is none', { labels: { a: 'b c' } }, 'labels["a"] "b c": not a label value'],
    [
      'the label that selects',
      { labels: { 'app.kubernetes.io/name': 'x' } },
      'labels "app.kubernetes.io/name": the label',
    ],
    ['a role that is no label', { component: 'order store' }, 'component "order store": not a label value'],
    ['an annotation that is none', { annotations: { 'a/b/c': '' } }, 'annotations "a/b/c": not an annotation key'],
    [
      'annotations of more than 256 KiB',
      { annotations: { a: 'x'.repeat(2 ** 18) } },
      'annotations: 262145 bytes in all',
    ],
  ])('refuses %s', (__, props, message) => {
    expect(() => build(testChart(), props)).toThrow('test/orders');
    expect(() => build(testChart(), props)).toThrow(message);
  });
});

function templatesOf(manifest: Manifest): ReturnType<typeof podTemplateOf>[] {
  const spec = (manifest['spec'] ?? {}) as { template?: unknown; jobTemplate?: Manifest };
  return spec.jobTemplate !== undefined
    ? [podTemplateOf(spec.jobTemplate)]
    : spec.template === undefined
      ? []
      : [podTemplateOf(manifest)];
}

function selectorOf(manifest: Manifest): unknown {
  const { selector } = (manifest['spec'] ?? {}) as { selector?: { matchLabels?: unknown } };
  return selector?.matchLabels ?? selector;
}
