import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import type { System } from '../../lib/host/system';
import { exitCode, type Diagnosis } from '../../lib/k3d/doctor';
import { Cluster, preflight, requirementsOf } from '../../lib/preflight';
import { graphOf, shop } from '../preflight/shop';
import { testedVersions, useCluster } from './control-plane';
import { record, records, text } from './json';
import { type Kubectl, KubectlError, type KubernetesObject } from './kubectl';

// Whether what a real API server answers is understood: what is missing, what is not allowed, what is there.

const CRDS = join(__dirname, '..', '..', 'imports', 'crds');
const SILENT = { start: () => undefined, finish: () => undefined };

/** With which any object is taken: what is in it is no matter here, and not every server knows all that the real schemas say. */
const OPEN = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };

/** A definition with an open schema. */
function definition(
  group: string,
  scope: string,
  names: Readonly<Record<string, unknown>>,
  versions: readonly { readonly name: string; readonly served: boolean; readonly storage: boolean }[],
): KubernetesObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    // Groups of Kubernetes' community are protected: https://kep.k8s.io/2337
    metadata: {
      name: `${text(names['plural'])}.${group}`,
      annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' },
    },
    spec: {
      group,
      scope,
      names,
      versions: versions.map((version) => ({ ...version, subresources: { status: {} }, schema: OPEN })),
    },
  };
}

/** The definitions of the kinds that constructs make objects of: group, names and versions are theirs. */
function realDefinitions(): readonly KubernetesObject[] {
  return readdirSync(CRDS)
    .flatMap((file) => loadAll(readFileSync(join(CRDS, file), 'utf8')))
    .map((document) => {
      const spec = record(record(document)['spec']);
      const versions = records(spec['versions']).map(({ name, served, storage }) => ({
        name: text(name),
        served: served === true,
        storage: storage === true,
      }));
      return definition(text(spec['group']), text(spec['scope']), record(spec['names']), versions);
    });
}

/** One of a kind that whoever runs a cluster makes objects of. */
function clusterWide(group: string, kind: string, plural: string): KubernetesObject {
  return definition(group, 'Cluster', { kind, plural }, [{ name: 'v1', served: true, storage: true }]);
}

function workload(
  kind: string,
  namespace: string,
  name: string,
  image: string,
  args: readonly string[] = [],
): KubernetesObject {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image, args }] } },
    },
  };
}

function pod(namespace: string, labels: Readonly<Record<string, string>>): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'expected', namespace, labels },
    spec: { containers: [{ name: 'main', image: 'expected:1' }] },
  };
}

function quota(cpu: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'compute', namespace: 'shop' },
    spec: { hard: { 'requests.cpu': cpu } },
  };
}

const CONTROLLERS: readonly (readonly [name: string, image: string, ...args: string[]])[] = [
  ['argo-rollouts', 'quay.io/argoproj/argo-rollouts:v1.9.1'],
  ['external-secrets', 'ghcr.io/external-secrets/external-secrets:v2.9.0'],
  ['strimzi-cluster-operator', 'quay.io/strimzi/operator:1.0.0'],
  ['cert-manager', 'quay.io/jetstack/cert-manager-controller:v1.19.0', '--enable-gateway-api'],
  ['reloader-reloader', 'ghcr.io/stakater/reloader:v1.4.8', '--is-Argo-Rollouts=true'],
];

/** With the condition by which each says that it works. */
const READY: readonly (readonly [string, KubernetesObject, string])[] = [
  [
    'gatewayclasses.gateway.networking.k8s.io/edge',
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'GatewayClass',
      metadata: { name: 'edge' },
      spec: { controllerName: 'example.com/edge' },
    },
    'Accepted',
  ],
  [
    'clustersecretstores.external-secrets.io/vault',
    { apiVersion: 'external-secrets.io/v1', kind: 'ClusterSecretStore', metadata: { name: 'vault' } },
    'Ready',
  ],
  [
    'clusterissuers.cert-manager.io/letsencrypt',
    { apiVersion: 'cert-manager.io/v1', kind: 'ClusterIssuer', metadata: { name: 'letsencrypt' } },
    'Ready',
  ],
];

describe.each(testedVersions())('the preflight on Kubernetes %s', (version) => {
  const cluster = useCluster(version);

  /** This cluster, asked with further flags. */
  const system = (...flags: readonly string[]): Pick<System, 'run'> => ({
    async run([, ...args]) {
      try {
        const { stdout, stderr } = await cluster().kubectl.run([...args, ...flags]);
        return { kind: 'exited', code: 0, stdout, stderr };
      } catch (error) {
        if (!(error instanceof KubectlError)) throw error;
        return { kind: 'exited', code: error.exitCode ?? 1, ...error.output };
      }
    },
  });
  const ask = (manifests: readonly unknown[], ...flags: readonly string[]): Promise<readonly Diagnosis[]> =>
    preflight(requirementsOf(graphOf(manifests)), new Cluster(system(...flags)), SILENT);
  const namesOf = (diagnoses: readonly Diagnosis[], status: string): readonly string[] =>
    diagnoses.filter(({ result }) => result.status === status).map(({ check }) => check.name);

  test('says what a bare one lacks, and once it is there, that it is', async () => {
    const { isOwn, kubectl } = cluster();
    // What it brings is the whole cluster's.
    if (!isOwn) return;

    const bare = await ask(shop());
    expect(namesOf(bare, 'could-not-run')).toEqual(['a network plugin that enforces network policies']);
    expect(namesOf(bare, 'ok')).toEqual([
      'the cluster answers',
      expect.stringMatching(/^Kubernetes that serves/) as string,
      'a default StorageClass',
      '2 nodes or more',
      expect.stringMatching(/^room in/) as string,
    ]);
    expect(exitCode(bare)).toBe(1);

    await bring(kubectl);
    const slices = await kubectl.list('endpointslices', 'default');
    const ports = slices.flatMap((slice) => records(slice['ports']));
    const brought = await ask(shop({ ranges: ['198.51.100.0/24'], port: Number(ports[0]?.['port']) }));
    expect(brought.flatMap(({ check, result }) => (result.status === 'ok' ? [] : [check.name, result.found]))).toEqual([
      expect.stringMatching(/^room in/) as string,
      'compute: requests.cpu 3.2 are needed of 2',
    ]);

    await kubectl.apply({ objects: [quota('3.2')] });
    const ready = await ask(shop({ ranges: ['198.51.100.0/24'], port: Number(ports[0]?.['port']) }));
    expect(exitCode(ready)).toBe(0);
    // Policies that name another address than the API server has.
    expect(namesOf(await ask(shop()), 'problem')).toEqual(["the API server's address, as network policies have it"]);
  });

  test('somebody without rights is told which, and that nothing is known', async () => {
    const diagnoses = await ask(shop(), '--as=nobody');

    const unknown = diagnoses.filter(({ result }) => result.status === 'could-not-run');
    expect(unknown.map(({ result }) => result.found)).toEqual(
      expect.arrayContaining([
        'you may not list nodes in the whole cluster',
        'you may not list deployments.apps in the whole cluster',
        'you may not get storageclasses.storage.k8s.io in the whole cluster',
        'you may not list resourcequotas in namespace shop',
      ]),
    );
    expect(diagnoses.filter(({ result }) => result.status === 'ok').map(({ check }) => check.section)).toEqual(
      expect.arrayContaining(['cluster', 'API']),
    );
    expect(namesOf(diagnoses, 'ok').filter((name) => !/^the cluster|^Kubernetes|^CustomResource/.test(name))).toEqual(
      [],
    );
  });
});

/** Brings all that the shop needs, but for room. */
async function bring(kubectl: Kubectl): Promise<void> {
  await kubectl.apply({
    objects: [
      ...realDefinitions(),
      clusterWide('external-secrets.io', 'ClusterSecretStore', 'clustersecretstores'),
      clusterWide('cert-manager.io', 'ClusterIssuer', 'clusterissuers'),
    ],
  });
  await kubectl.wait('crd --all', 'condition=Established');
  const namespaces = ['shop', 'operators', 'edge'].map((name) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  }));
  await kubectl.apply({ objects: namespaces });
  for (const name of ['operators', 'edge', 'kube-system']) {
    await kubectl.wait('serviceaccount/default', 'create', name);
  }
  await kubectl.apply({
    objects: [
      quota('2'),
      ...CONTROLLERS.map(([name, image, ...args]) => workload('Deployment', 'operators', name, image, args)),
      workload('DaemonSet', 'kube-system', 'calico-node', 'quay.io/calico/node:v3.30.0'),
      pod('edge', { app: 'gateway' }),
      pod('kube-system', { 'k8s-app': 'kube-dns' }),
      {
        apiVersion: 'storage.k8s.io/v1',
        kind: 'StorageClass',
        metadata: { name: 'fast' },
        provisioner: 'kubernetes.io/no-provisioner',
      },
      {
        // Without a Service it is the API server's own, and so available.
        apiVersion: 'apiregistration.k8s.io/v1',
        kind: 'APIService',
        metadata: { name: 'v1beta1.metrics.k8s.io' },
        spec: { group: 'metrics.k8s.io', version: 'v1beta1', groupPriorityMinimum: 100, versionPriority: 100 },
      },
      ...READY.map(([, object]) => object),
    ],
  });
  for (const [resource, , type] of READY) {
    const condition = {
      type,
      status: 'True',
      reason: 'Test',
      message: '',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    };
    const patch = JSON.stringify({ status: { conditions: [condition] } });
    await kubectl.run(['patch', resource, '--subresource=status', '--type=merge', `--patch=${patch}`]);
  }
  const nodes = await kubectl.list('nodes');
  for (const [index, { metadata }] of nodes.entries()) {
    await kubectl.run(['label', 'node', metadata.name, `topology.kubernetes.io/zone=zone-${index}`]);
  }
  await kubectl.wait('deployment --all', 'condition=Available', 'operators');
  await kubectl.wait('daemonset/calico-node', `jsonpath={.status.numberReady}=${nodes.length}`, 'kube-system');
  await kubectl.wait('apiservice/v1beta1.metrics.k8s.io', 'condition=Available');
  await kubectl.wait('resourcequota/compute', 'jsonpath={.status.hard}', 'shop');
}
