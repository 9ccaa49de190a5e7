import { Cluster, preflight, requirementsOf } from '../../lib/preflight';
import type { Result } from '../../lib/k3d/doctor';
import { type ClusterObject, deployment, kubectl } from './kubectl';
import { graphOf } from './shop';

const SILENT = { start: () => undefined, finish: () => undefined };

function monitoring(kind: string, spec: object = {}, namespace = 'shop'): ClusterObject {
  const apiVersion = `monitoring.coreos.com/${kind === 'AlertmanagerConfig' ? 'v1alpha1' : 'v1'}`;
  return { apiVersion, kind, metadata: { name: 'carts', namespace, labels: { release: 'stack' } }, spec };
}

const POD_MONITOR = monitoring('PodMonitor');
const RULES = monitoring('PrometheusRule', {
  groups: [{ name: 'pods', rules: [{ alert: 'A', expr: 'max by (pod) (kube_pod_status_ready) == 0' }] }],
});
const namespace = (labels: Readonly<Record<string, string>>): ClusterObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'shop', labels },
});
const ALL = { podMonitorSelector: {}, podMonitorNamespaceSelector: {} };
const RELEASE = { matchLabels: { release: 'stack' } };

/** What is found of one requirement of an object. */
async function ask(object: ClusterObject, name: RegExp, there: readonly ClusterObject[]): Promise<Result | undefined> {
  const diagnoses = await preflight(requirementsOf(graphOf([object])), new Cluster(kubectl(there)), SILENT);
  return diagnoses.find(({ check }) => name.test(check.name))?.result;
}

test.each<[string, ClusterObject, readonly ClusterObject[], Result['status'], string]>([
  ['no Prometheus', POD_MONITOR, [], 'problem', 'there is none'],
  ['one that chooses all', POD_MONITOR, [monitoring('Prometheus', ALL, 'watch')], 'ok', 'watch/carts'],
  [
    'one that chooses by a label',
    POD_MONITOR,
    [monitoring('Prometheus', { ...ALL, podMonitorSelector: RELEASE }, 'watch')],
    'ok',
    'watch/carts',
  ],
  [
    'one that chooses by another',
    POD_MONITOR,
    [monitoring('Prometheus', { ...ALL, podMonitorSelector: { matchLabels: { release: 'other' } } }, 'watch')],
    'problem',
    'watch/carts does not choose PodMonitor carts',
  ],
  [
    'one that says no labels',
    POD_MONITOR,
    [monitoring('Prometheus', { podMonitorNamespaceSelector: {} }, 'watch')],
    'problem',
    'watch/carts does not choose PodMonitor carts',
  ],
  [
    'one that says no namespaces, in another',
    POD_MONITOR,
    [monitoring('Prometheus', { podMonitorSelector: {} }, 'watch')],
    'problem',
    'watch/carts does not choose PodMonitor carts',
  ],
  [
    'one that says no namespaces, in the same',
    POD_MONITOR,
    [monitoring('Prometheus', { podMonitorSelector: {} })],
    'ok',
    'shop/carts',
  ],
  [
    'one that chooses by a label of namespaces',
    POD_MONITOR,
    [
      monitoring('Prometheus', { ...ALL, podMonitorNamespaceSelector: { matchLabels: { team: 'a' } } }, 'watch'),
      namespace({ team: 'a' }),
    ],
    'ok',
    'watch/carts',
  ],
  [
    'one that chooses by a label that the namespace has not',
    POD_MONITOR,
    [
      monitoring('Prometheus', { ...ALL, podMonitorNamespaceSelector: { matchLabels: { team: 'a' } } }, 'watch'),
      namespace({ team: 'b' }),
    ],
    'problem',
    'watch/carts does not choose PodMonitor carts',
  ],
  [
    'one that chooses by the name of a namespace that is not there yet',
    POD_MONITOR,
    [
      monitoring(
        'Prometheus',
        { ...ALL, podMonitorNamespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } } },
        'watch',
      ),
    ],
    'ok',
    'watch/carts',
  ],
  [
    'one that chooses other kinds',
    RULES,
    [monitoring('Prometheus', ALL, 'watch')],
    'problem',
    'watch/carts does not choose PrometheusRule carts',
  ],
  [
    'one that chooses rules',
    RULES,
    [monitoring('Prometheus', { ruleSelector: RELEASE, ruleNamespaceSelector: {} }, 'watch')],
    'ok',
    'watch/carts',
  ],
  [
    'an Alertmanager that chooses',
    monitoring('AlertmanagerConfig'),
    [
      monitoring(
        'Alertmanager',
        { alertmanagerConfigSelector: RELEASE, alertmanagerConfigNamespaceSelector: {} },
        'watch',
      ),
    ],
    'ok',
    'watch/carts',
  ],
])('of Prometheus operator: %s', async (_, object, there, status, found) => {
  expect(await ask(object, /that chooses the/, there)).toMatchObject({ status, found });
});

test.each<[string, readonly ClusterObject[], Result['status']]>([
  ['nowhere', [], 'problem'],
  [
    'part of a stack',
    [deployment('stack-kube-state-metrics', 'registry.k8s.io/kube-state-metrics/kube-state-metrics:v2')],
    'ok',
  ],
])('rules that ask for pods need kube-state-metrics, which is %s', async (_, there, status) => {
  expect((await ask(RULES, /^kube-state-metrics/, there))?.status).toBe(status);
});

test('rules that ask for no pods need none, nor does a set that brings it', () => {
  const requests = monitoring('PrometheusRule', { groups: [{ name: 'a', rules: [{ record: 'a:b', expr: 'up' }] }] });
  const own = deployment('kube-state-metrics', 'registry.k8s.io/kube-state-metrics/kube-state-metrics:v2');
  const whatOf = (...objects: readonly ClusterObject[]): readonly string[] =>
    requirementsOf(graphOf(objects)).map(({ what }) => what);

  expect(whatOf(requests)).not.toContain('kube-state-metrics');
  expect(whatOf(RULES, own)).not.toContain('kube-state-metrics');
  expect(whatOf(RULES)).toContain('kube-state-metrics');
});
