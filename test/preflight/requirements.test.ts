import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { clusterPage, requirementsOf } from '../../lib/preflight';
import { namesOf } from '../../lib/preflight/model';
import { resourceNameOf } from '../../lib/preflight/products';
import { definition } from './kubectl';
import { graphOf, shop } from './shop';

const CRDS = join(__dirname, '../../imports/crds');

function whatOf(...manifests: readonly unknown[]): readonly string[] {
  return requirementsOf(graphOf(manifests))
    .map(({ what }) => what)
    .filter((what) => !/^Kubernetes that serves|^room in/.test(what));
}

const pod = { containers: [{ name: 'app', image: 'app:1' }] };

function workload(kind: string, more: object = {}, spec: object = {}, metadata: object = {}): object {
  return {
    apiVersion: kind === 'Rollout' ? 'argoproj.io/v1alpha1' : 'apps/v1',
    kind,
    metadata: { name: 'app', namespace: 'default', ...metadata },
    spec: { ...spec, template: { metadata: { labels: { app: 'a' } }, spec: { ...pod, ...more } } },
  };
}

function object(apiVersion: string, kind: string, spec: object, metadata: object = {}): object {
  return { apiVersion, kind, metadata: { name: 'app', namespace: 'default', ...metadata }, spec };
}

const baseline = 'namespace default lets pods in that are baseline';
const zone = 'topology.kubernetes.io/zone';
const spread = (more: object): object => ({
  topologySpreadConstraints: [{ topologyKey: zone, maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', ...more }],
});
const claim = (spec: object): object => object('v1', 'PersistentVolumeClaim', spec);
const autoscaler = (...types: readonly string[]): object =>
  object('autoscaling/v2', 'HorizontalPodAutoscaler', { maxReplicas: 5, metrics: types.map((type) => ({ type })) });

test('all that a shop needs, in the order in which it would be missed', () => {
  const requirements = requirementsOf(graphOf(shop()));

  expect(requirements.map(({ what, neededBy }) => `${what} <- ${namesOf(neededBy)}`)).toMatchSnapshot();
});

test('the page of its cluster', () => {
  const page = clusterPage('production', 'dist/production/manifests', graphOf(shop()));

  expect(page).toMatchSnapshot();
  expect(clusterPage('production', 'dist/production/manifests', graphOf(shop()))).toBe(page);
});

test('waves are listed where there are several', () => {
  const wave = (kind: string, number: string): object =>
    object('v1', kind, {}, { annotations: { 'argocd.argoproj.io/sync-wave': number } });

  const page = clusterPage('staging', 'm', graphOf([wave('Service', '2'), wave('Secret', '-1'), claim({})]));

  expect(page).toContain('- -1: Secret\n- 0: PersistentVolumeClaim\n- 2: Service\n');
});

test.each<[string, readonly string[], readonly object[]]>([
  ['a class that is named', [baseline, 'PriorityClass high'], [workload('Deployment', { priorityClassName: 'high' })]],
  ['a runtime', [baseline, 'RuntimeClass gvisor'], [workload('Deployment', { runtimeClassName: 'gvisor' })]],
  ['an entrance', ['IngressClass edge'], [object('networking.k8s.io/v1', 'Ingress', { ingressClassName: 'edge' })]],
  ['an entrance of no class', ['a default IngressClass'], [object('networking.k8s.io/v1', 'Ingress', {})]],
  [
    'an entrance whose class is an annotation',
    [],
    [object('networking.k8s.io/v1', 'Ingress', {}, { annotations: { 'kubernetes.io/ingress.class': 'edge' } })],
  ],
  ['a claim of a class', ['StorageClass fast'], [claim({ storageClassName: 'fast' })]],
  ['a claim of no class', ['a default StorageClass'], [claim({})]],
  ['a claim that wants none', [], [claim({ storageClassName: '' })]],
  [
    'the claims of a StatefulSet',
    [baseline, 'a default StorageClass'],
    [workload('StatefulSet', {}, { volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: {} }] })],
  ],
  [
    'a certificate',
    [
      'CustomResourceDefinition certificates.cert-manager.io that serves v1',
      'the controller of cert-manager',
      'Issuer own in namespace default, Ready',
    ],
    [object('cert-manager.io/v1', 'Certificate', { secretName: 'tls', issuerRef: { name: 'own' } })],
  ],
  ['a metric of pods themselves', ['metrics-server (APIService v1beta1.metrics.k8s.io)'], [autoscaler('Resource')]],
  [
    'metrics of others, once each',
    ['an adapter that serves custom.metrics.k8s.io', 'an adapter that serves external.metrics.k8s.io'],
    [autoscaler('Pods', 'Object', 'External', 'External')],
  ],
  [
    'a spread that must be',
    [baseline, `nodes with 2 or more values of ${zone}`],
    [workload('Deployment', spread({}), { replicas: 3 })],
  ],
  ['one that should be', [baseline], [workload('Deployment', spread({ whenUnsatisfiable: 'ScheduleAnyway' }))]],
  [
    'one with its own number',
    [baseline, `nodes with 3 or more values of ${zone}`],
    [workload('Deployment', spread({ minDomains: 3 }))],
  ],
  [
    'pods each on a node of its own, as many as the autoscaler may make',
    [baseline, '5 nodes or more'],
    [
      workload('Deployment', {
        affinity: {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'a' } } },
            ],
          },
        },
      }),
      object('autoscaling/v2', 'HorizontalPodAutoscaler', {
        maxReplicas: 5,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'app' },
      }),
    ],
  ],
  [
    'pods that are started anew',
    [baseline, 'the controller of Reloader'].toReversed(),
    [workload('Deployment', {}, {}, { annotations: { 'reloader.stakater.com/auto': 'true' } })],
  ],
  [
    'another annotation that ends alike',
    [baseline],
    [workload('Deployment', {}, {}, { annotations: { 'unloader.stakater.com/auto': 'true' } })],
  ],
  [
    'a namespace that nobody makes',
    ['Namespace shop', 'namespace shop lets pods in that are privileged'],
    [workload('Deployment', { hostNetwork: true }, {}, { namespace: 'shop' })],
  ],
  ['what is optional', [], [object('v1', 'Pod', {})]],
  [
    'a Secret that is not in the set',
    [baseline, 'Secret token in namespace default'],
    [workload('Deployment', { imagePullSecrets: [{ name: 'token' }] })],
  ],
])('%s', (_, expected, manifests) => {
  expect(whatOf(...manifests)).toEqual(expected);
});

test('what the set brings is not required', () => {
  const others = [
    definition('external-secrets.io', 'ExternalSecret', 'v1'),
    object('gateway.networking.k8s.io/v1', 'GatewayClass', {}, { name: 'edge' }),
    object('external-secrets.io/v1', 'ClusterSecretStore', {}, { name: 'vault' }),
    object('storage.k8s.io/v1', 'StorageClass', {}, { name: 'fast' }),
    object(
      'storage.k8s.io/v1',
      'StorageClass',
      {},
      {
        name: 'standard',
        annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
      },
    ),
    workload('Deployment', { containers: [{ image: 'quay.io/argoproj/argo-rollouts:v1' }] }, {}, { name: 'x' }),
  ];
  const before = whatOf(...shop());

  const after = whatOf(...shop(), ...others);

  expect(before.filter((what) => !after.includes(what))).toEqual([
    'CustomResourceDefinition externalsecrets.external-secrets.io that serves v1',
    'the controller of Argo Rollouts',
    'ClusterSecretStore vault, Ready',
    'GatewayClass edge, Accepted',
    'StorageClass fast',
    'a default StorageClass',
  ]);
});

test('a definition that is brought must serve the version in use', () => {
  const older = definition('external-secrets.io', 'ExternalSecret', 'v1beta1');
  const spec = {
    group: 'external-secrets.io',
    names: { kind: 'ExternalSecret' },
    versions: [{ name: 'v1', served: false }],
  };
  const required = 'CustomResourceDefinition externalsecrets.external-secrets.io that serves v1';

  expect(whatOf(...shop(), older)).toContain(required);
  expect(whatOf(...shop(), { ...older, spec })).toContain(required);
});

test('kinds are named as their definitions name them', () => {
  const names = readdirSync(CRDS).flatMap((file) =>
    loadAll(readFileSync(join(CRDS, file), 'utf8')).map(
      (each) => each as { metadata: { name: string }; spec: { group: string; names: { kind: string } } },
    ),
  );

  expect(names.map(({ spec }) => resourceNameOf(spec.group, spec.names.kind))).toEqual(
    names.map(({ metadata }) => metadata.name),
  );
});
