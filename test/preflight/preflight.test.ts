import type { CommandResult } from '../../lib/host/system';
import { exitCode, type Diagnosis, type Result } from '../../lib/k3d/doctor';
import { Cluster, preflight, requirementsOf } from '../../lib/preflight';
import {
  cluster,
  type ClusterObject,
  daemonSet,
  definition,
  deployment,
  ELSEWHERE,
  kubectl,
  node,
  pod,
  quota,
  withCondition,
} from './kubectl';
import { graphOf, shop } from './shop';

const SILENT = { start: () => undefined, finish: () => undefined };
const requirements = requirementsOf(graphOf(shop()));

function exited(code: number, stderr: string): CommandResult {
  return { kind: 'exited', code, stdout: '', stderr };
}

type Replies = readonly (readonly [RegExp, CommandResult])[];

async function ask(objects: readonly ClusterObject[], replies: Replies = []): Promise<readonly Diagnosis[]> {
  return preflight(requirements, new Cluster(kubectl(objects, replies)), SILENT);
}

test('a cluster that has everything is told so, requirement by requirement', async () => {
  const diagnoses = await ask(cluster());

  expect(
    diagnoses.map(({ check, result }) => `${check.section}: ${check.name}: ${result.status}, ${result.found}`),
  ).toMatchSnapshot();
  expect(exitCode(diagnoses)).toBe(0);
});

test('an empty cluster lacks everything but quotas', async () => {
  const diagnoses = await ask([]);

  expect(diagnoses.filter(({ result }) => result.status === 'ok').map(({ check }) => check.section)).toEqual([
    'cluster',
    'API',
    'quotas',
  ]);
  expect(exitCode(diagnoses)).toBe(1);
});

test.each<readonly [says: string | undefined, oldest: string, status: string, found: string]>([
  ['v1.30.5-eks-ce1d5eb', '1.30', 'ok', 'v1.30.5-eks-ce1d5eb'],
  ['v1.35.5+k3s1', '1.30', 'ok', 'v1.35.5+k3s1'],
  ['v1.29.15', '1.30', 'problem', 'it is v1.29.15'],
  ['v1.9.0', '1.30', 'problem', 'it is v1.9.0'],
  ['latest', '1.30', 'could-not-run', 'its version is latest'],
  [undefined, '1.30', 'could-not-run', 'its version is not said'],
])('a cluster that says %p, where the oldest is %s', async (gitVersion, oldest, status, found) => {
  const said = { ...exited(0, ''), stdout: JSON.stringify({ serverVersion: { gitVersion } }) };
  const [, version] = await preflight(
    requirementsOf(graphOf(shop()), oldest),
    new Cluster(kubectl(cluster(), [[/ version /, said]])),
    SILENT,
  );

  expect(version?.check.name).toBe(`Kubernetes ${oldest} or newer`);
  expect(version?.result).toMatchObject({ status, found });
});

/** Nodes of k3s, which was started with some arguments. */
function k3sNodes(args: string): Readonly<Record<string, ClusterObject>> {
  return Object.fromEntries(
    ['nodeA', 'nodeB', 'nodeC'].map((key): [string, ClusterObject] => {
      const plain = node(key, key);
      const annotations = { 'k3s.io/node-args': args };
      const status = { nodeInfo: { kubeletVersion: 'v1.35.5+k3s1' } };
      return [key, { ...plain, metadata: { ...plain.metadata, annotations }, status }];
    }),
  );
}
const tainted = (effect: string): ClusterObject => node('node-c', 'c', { spec: { taints: [{ key: 'x', effect }] } });
const container = (cpu: string): object => ({ spec: { containers: [{ resources: { requests: { cpu } } }] } });
const used = (hard: Record<string, string>, use: Record<string, string>, more: object = {}): ClusterObject => ({
  ...quota(hard, more),
  status: { used: use },
});
const SWEEPER = { 'app.kubernetes.io/name': 'sweeper', 'pod-template-hash': 'a' };

/** By what is looked at: what is otherwise in the cluster, and what is then seen. */
const CASES: readonly [
  name: string,
  check: RegExp,
  changes: Readonly<Record<string, ClusterObject | undefined>>,
  status: Result['status'],
  found: string | RegExp,
][] = [
  [
    'a definition of an older version',
    /^CustomResourceDefinition kafkas/,
    {
      kafkas: definition('kafka.strimzi.io', 'Kafka', 'v1beta2'),
      pools: undefined,
      topics: undefined,
      users: undefined,
    },
    'problem',
    'kafka.strimzi.io is there in version v1beta2, not v1',
  ],
  [
    'a definition beside others of its group',
    /^CustomResourceDefinition kafkas/,
    { kafkas: undefined },
    'problem',
    'there is no Kafka of kafka.strimzi.io/v1',
  ],
  [
    'a group that is not there',
    /^CustomResourceDefinition externalsecrets/,
    { externalSecrets: undefined },
    'problem',
    'there is no ExternalSecret of external-secrets.io/v1',
  ],
  ['no metrics-server', /^metrics-server/, { metricsServer: undefined }, 'problem', /there is no APIService/],
  [
    'a metrics-server that does not answer',
    /^metrics-server/,
    {
      metricsServer: {
        ...withCondition(
          'apiregistration.k8s.io/v1',
          'APIService',
          'v1beta1.metrics.k8s.io',
          'Available',
          'False',
          'no endpoints',
        ),
        spec: { group: 'metrics.k8s.io' },
      },
    },
    'problem',
    'v1beta1.metrics.k8s.io: Available is False: no endpoints',
  ],
  ['no controller', /controller of Reloader/, { reloader: undefined }, 'problem', /no Deployment has its image/],
  [
    'a program of a similar name',
    /controller of Reloader/,
    { reloader: deployment('prometheus', 'quay.io/prometheus-operator/prometheus-config-reloader:v1') },
    'problem',
    /no Deployment has its image/,
  ],
  [
    "an operator's own clusters, without the operator",
    /controller of Strimzi/,
    { strimzi: deployment('events-entity-operator', 'quay.io/strimzi/operator:1.0.0') },
    'problem',
    /no Deployment has its image/,
  ],
  [
    'a controller that does not run',
    /controller of Argo/,
    { argo: deployment('argo-rollouts', 'quay.io/argoproj/argo-rollouts:v1.9.1', 0) },
    'problem',
    'no pod is available of operators/argo-rollouts',
  ],
  [
    'a controller without an option',
    /controller of Reloader/,
    { reloader: deployment('reloader', 'ghcr.io/stakater/reloader:v1', 1, ['--log-format=json']) },
    'problem',
    'no argument of operators/reloader is isArgoRollouts',
  ],
  [
    'one whose option is written as its program does not know it',
    /controller of Reloader/,
    { reloader: deployment('reloader', 'ghcr.io/stakater/reloader:v1', 1, ['--is-argo-rollouts=true']) },
    'problem',
    'no argument of operators/reloader is isArgoRollouts',
  ],
  [
    'one whose options may stand in a file',
    /controller of cert-manager/,
    { certManager: deployment('cert-manager', 'quay.io/jetstack/cert-manager-controller:v1') },
    'could-not-run',
    /no argument .* is enableGatewayAPI; its configuration file may say it/,
  ],
  ['no store', /^ClusterSecretStore/, { store: undefined }, 'problem', 'there is none'],
  [
    'a store that cannot be read',
    /^ClusterSecretStore/,
    { store: withCondition('external-secrets.io/v1', 'ClusterSecretStore', 'vault', 'Ready', 'False', 'denied') },
    'problem',
    'Ready is False: denied',
  ],
  [
    'an issuer that nobody has looked at',
    /^ClusterIssuer/,
    { issuer: { apiVersion: 'cert-manager.io/v1', kind: 'ClusterIssuer', metadata: { name: 'letsencrypt' } } },
    'problem',
    'Ready is not said yet',
  ],
  [
    'a class that no controller takes',
    /^GatewayClass/,
    { gatewayClass: withCondition('gateway.networking.k8s.io/v1', 'GatewayClass', 'edge', 'Accepted', 'Unknown') },
    'problem',
    'Accepted is Unknown',
  ],
  ['no class of storage', /^StorageClass/, { fast: undefined }, 'problem', 'there is none'],
  ['no default', /^a default StorageClass/, { standard: undefined }, 'problem', 'none of fast is the default'],
  ['two zones', /zone$/, { nodeC: node('node-c', 'a') }, 'problem', '3 nodes in a, b'],
  [
    'a node that takes no pods',
    /zone$/,
    { nodeC: tainted('NoSchedule') },
    'problem',
    /2 nodes without a taint, 1 with, in a, b/,
  ],
  ['a node that pods rather avoid', /zone$/, { nodeC: tainted('PreferNoSchedule') }, 'ok', '3 nodes in a, b, c'],
  ['one node', /^2 nodes/, { nodeB: undefined, nodeC: undefined }, 'problem', '1 node in node-a'],
  [
    'no known plugin',
    /network plugin/,
    { network: daemonSet('kube-proxy', 'kube-proxy:v1') },
    'could-not-run',
    /none is known of kube-proxy/,
  ],
  [
    'a plugin none of whose pods is ready',
    /network plugin/,
    { network: { ...daemonSet('cilium', 'quay.io/cilium/cilium:v1'), status: { numberReady: 0 } } },
    'could-not-run',
    /none is known/,
  ],
  ['Canal', /network plugin/, { network: daemonSet('rke2-canal', 'rancher/calico/node:v3') }, 'ok', 'Calico'],
  [
    'kube-router that only routes',
    /network plugin/,
    { network: daemonSet('kube-router', 'cloudnativelabs/kube-router:v2', { args: ['--run-firewall=false'] }) },
    'could-not-run',
    /none is known/,
  ],
  ['k3s', /network plugin/, { network: undefined, ...k3sNodes('["server"]') }, 'ok', 'k3s, by itself'],
  [
    'k3s that was told not to',
    /network plugin/,
    { network: undefined, ...k3sNodes('["server","--disable-network-policy"]') },
    'could-not-run',
    /none is known/,
  ],
  [
    'the VPC CNI with its agent',
    /network plugin/,
    { network: daemonSet('aws-node', 'eks/vpc-cni:v1', { args: ['--enable-network-policy=true'] }) },
    'ok',
    /network policy agent/,
  ],
  [
    'the VPC CNI without',
    /network plugin/,
    { network: daemonSet('aws-node', 'eks/vpc-cni:v1', { args: ['--enable-network-policy=false'] }) },
    'could-not-run',
    /none is known/,
  ],
  ['another gateway', /^pods of app=gateway/, { gateway: pod('edge', { app: 'other' }) }, 'problem', 'there are none'],
  [
    'an API server elsewhere',
    /API server's address/,
    { apiServer: ELSEWHERE },
    'problem',
    /it is 192.0.2.9 port 443, and policies keep .*sweeper from it/,
  ],
  ['room', /^room/, { quota: used({ pods: '20' }, { pods: '2' }) }, 'ok', 'compute'],
  [
    'a quota that is too small',
    /^room/,
    { quota: quota({ 'requests.cpu': '2' }) },
    'problem',
    'compute: requests.cpu 3.2 are needed of 2',
  ],
  [
    'by its older name',
    /^room/,
    { quota: quota({ memory: '4Gi' }) },
    'problem',
    /requests.memory 14.25Gi are needed of 4Gi/,
  ],
  [
    'a quota of which others use too much',
    /^room/,
    { quota: used({ cpu: '4' }, { cpu: '2' }), other: pod('shop', { app: 'other' }, container('2')) },
    'problem',
    'compute: requests.cpu 3.2 are needed of 4, and others use 2',
  ],
  [
    'a quota that its own pods use',
    /^room/,
    { quota: used({ cpu: '4' }, { cpu: '2' }), own: pod('shop', SWEEPER, container('2')) },
    'ok',
    'compute',
  ],
  [
    'a quota of which somebody uses too much',
    /^room/,
    { quota: used({ 'requests.storage': '400Gi' }, { 'requests.storage': '100Gi' }) },
    'could-not-run',
    /330Gi are needed of 400Gi, and 100Gi are in use/,
  ],
  [
    'a quota of scopes',
    /^room/,
    { quota: quota({ pods: '1' }, { scopes: ['BestEffort'] }) },
    'could-not-run',
    /by its scopes/,
  ],
  ['a quota of other things', /^room/, { quota: quota({ services: '1' }) }, 'ok', 'compute'],
];

test.each(CASES)('%s', async (_, name, changes, status, found) => {
  const diagnoses = await ask(cluster(changes));

  const result = diagnoses.find(({ check }) => name.test(check.name))?.result;
  expect(result?.status).toBe(status);
  expect(result?.found).toEqual(typeof found === 'string' ? found : expect.stringMatching(found));
  expect(exitCode(diagnoses)).toBe({ ok: 0, problem: 1, 'could-not-run': 2 }[status]);
});

const BARE = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'bare', namespace: 'shop' },
  spec: { template: { spec: { containers: [{ name: 'bare', image: 'bare:1' }] } } },
};
const namespaceShop = (labels: Readonly<Record<string, string>>): ClusterObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'shop', labels },
});
const enforce = (level: string): ClusterObject => namespaceShop({ 'pod-security.kubernetes.io/enforce': level });
const limitRange: ClusterObject = {
  apiVersion: 'v1',
  kind: 'LimitRange',
  metadata: { name: 'defaults', namespace: 'shop' },
};

test.each<[string, RegExp, readonly ClusterObject[], Result['status'], string]>([
  ['a namespace that is not there', /^Namespace shop/, [], 'problem', 'there is none'],
  ['one that is', /^Namespace shop/, [namespaceShop({})], 'ok', 'it is there'],
  ['one of no level', /lets pods in/, [namespaceShop({})], 'ok', 'it enforces no level of its own'],
  ['one of the level', /lets pods in/, [enforce('baseline')], 'ok', 'it enforces baseline'],
  ['a stricter one', /lets pods in/, [enforce('restricted')], 'problem', 'it enforces restricted'],
  [
    'a quota of what the pods do not say',
    /^room/,
    [quota({ 'limits.cpu': '10' })],
    'problem',
    'compute refuses pods that say no limits.cpu: Deployment bare',
  ],
  [
    'a quota of what a LimitRange says for them',
    /^room/,
    [quota({ 'limits.cpu': '10' }), limitRange],
    'could-not-run',
    'compute: limits.cpu of Deployment bare are what a LimitRange says',
  ],
])('a set for a namespace that somebody else has made: %s', async (_, name, objects, status, found) => {
  const needs = requirementsOf(graphOf([BARE]));

  const diagnoses = await preflight(needs, new Cluster(kubectl(objects)), SILENT);

  expect(diagnoses.find(({ check }) => name.test(check.name))?.result).toMatchObject({ status, found });
});

test.each<readonly [args: readonly string[] | undefined, status: Result['status'], found: RegExp]>([
  [undefined, 'problem', /no Deployment has its image or name/],
  [['--providers.kubernetescrd', '--providers.kubernetesgateway'], 'ok', /traefik/],
  [['--providers.kubernetescrd=false'], 'could-not-run', /no argument .* is providers\.kubernetesCRD\.enabled/],
  [['--providers.kubernetesgateway'], 'could-not-run', /its configuration file may say it/],
])('a TraefikService, where Traefik is started with %p', async (args, status, found) => {
  const cookie = {
    apiVersion: 'traefik.io/v1alpha1',
    kind: 'TraefikService',
    metadata: { name: 'a', namespace: 'shop' },
  };
  const objects = args === undefined ? [] : [deployment('traefik', 'docker.io/traefik:v3.5.3', 1, args)];

  const diagnoses = await preflight(requirementsOf(graphOf([cookie])), new Cluster(kubectl(objects)), SILENT);
  const result = diagnoses.find(({ check }) => check.name.includes('controller of Traefik'))?.result;

  expect(result?.status).toBe(status);
  expect(result?.found).toMatch(found);
});

test('what is missing is told with who needs it, what to do, and what shows it', async () => {
  const diagnoses = await preflight(requirements, new Cluster(kubectl(cluster({ store: undefined })), 'eu'), SILENT);

  expect(diagnoses.filter(({ result }) => result.status !== 'ok').map(({ result }) => result)).toEqual([
    {
      status: 'problem',
      found: 'there is none',
      why: 'No secret is read without it, and pods wait for their Secrets. It is for ExternalSecret orders-database.',
      remedy: [
        'https://external-secrets.io/latest/introduction/getting-started/#create-your-first-secretstore',
        'see: kubectl get clustersecretstores.external-secrets.io vault --context eu',
      ],
    },
  ]);
});

test.each<[string, RegExp, string, string, string]>([
  [
    'of the cluster',
    /get daemonsets/,
    'Error from server (Forbidden): daemonsets.apps is forbidden: User "ci" cannot list resource "daemonsets" in API group "apps" at the cluster scope',
    'you may not list daemonsets.apps in the whole cluster',
    'kubectl auth can-i list daemonsets.apps --all-namespaces',
  ],
  [
    'of a namespace',
    /get resourcequotas/,
    'Error from server (Forbidden): resourcequotas is forbidden: User "ci" cannot list resource "resourcequotas" in API group "" in the namespace "shop"',
    'you may not list resourcequotas in namespace shop',
    'kubectl auth can-i list resourcequotas --namespace=shop',
  ],
])(
  'a right %s that whoever asks lacks is named, and nothing is said to be there',
  async (_, line, stderr, found, remedy) => {
    const diagnoses = await ask(cluster(), [[line, exited(1, stderr)]]);

    const unknown = diagnoses.filter(({ result }) => result.status !== 'ok').map(({ result }) => result);
    expect(unknown).toEqual([{ status: 'could-not-run', found, remedy: [expect.stringContaining(remedy) as string] }]);
    expect(exitCode(diagnoses)).toBe(2);
  },
);

test.each<[string, CommandResult, string, string]>([
  ['no kubectl', { kind: 'missing' }, 'kubectl is not installed', 'https://kubernetes.io/docs/tasks/tools/'],
  ['no such context', exited(1, 'error: context "eu" does not exist'), 'context "eu" does not exist', 'get-contexts'],
  ['a cluster that hangs', { kind: 'timed out' }, 'did not end in time', 'get-contexts'],
])('%s: nothing more is asked', async (_, reply, found, remedy) => {
  const system = kubectl(cluster(), [[/./, reply]]);

  const diagnoses = await preflight(requirements, new Cluster(system), SILENT);

  expect(diagnoses).toHaveLength(1);
  expect(diagnoses[0]?.result).toMatchObject({
    status: 'could-not-run',
    found: expect.stringContaining(found) as string,
    remedy: [expect.stringContaining(remedy) as string],
  });
  expect(system.ran).toHaveLength(1);
  expect(exitCode(diagnoses)).toBe(2);
});

test('every question goes to the context that is named, and is asked once', async () => {
  const system = kubectl(cluster());

  await preflight(requirements, new Cluster(system, 'eu'), SILENT);

  expect(system.ran.filter((line) => !line.endsWith('--context eu'))).toEqual([]);
  expect(new Set(system.ran).size).toBe(system.ran.length);
});

test('of a Secret nothing is read but its name', async () => {
  const system = kubectl(cluster());
  const needy = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { imagePullSecrets: [{ name: 'token' }] },
  };

  await preflight(requirementsOf(graphOf([needy])), new Cluster(system), SILENT);

  expect(system.ran.filter((line) => line.includes('secret'))).toEqual([
    'kubectl get secrets token -n default -o name',
  ]);
});
