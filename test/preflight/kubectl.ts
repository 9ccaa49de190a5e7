import type { CommandResult, System } from '../../lib/host/system';
import { groupOf } from '../../lib/manifest/manifest';
import { matchesLabels } from '../../lib/graph';
import { resourceNameOf } from '../../lib/preflight/products';
import type { Manifest } from '../testing';

/** An object as a cluster has it: any that has a name. */
export type ClusterObject = Pick<Manifest, 'apiVersion' | 'kind' | 'metadata'> & Readonly<Record<string, unknown>>;

export interface StandIn extends Pick<System, 'run'> {
  /** The command lines that were run. */
  readonly ran: readonly string[];
}

const API_VERSIONS = ['apps/v1', 'autoscaling/v2', 'networking.k8s.io/v1', 'policy/v1', 'v1'];

function exited(code: number, stdout: string, stderr = ''): CommandResult {
  return { kind: 'exited', code, stdout, stderr };
}

const NOT_FOUND = exited(1, '', 'Error from server (NotFound): it is not here\n');

/**
 * kubectl, of a cluster that has some objects.
 *
 * @param replies what it says instead, by command line; the first match counts
 */
export function kubectl(
  objects: readonly ClusterObject[],
  replies: readonly (readonly [RegExp, CommandResult])[] = [],
): StandIn {
  const ran: string[] = [];
  return {
    ran,
    run(command) {
      const line = command.filter((word) => !word.startsWith('--request-timeout')).join(' ');
      ran.push(line);
      return Promise.resolve(replies.find(([pattern]) => pattern.test(line))?.[1] ?? answer(command.slice(1), objects));
    },
  };
}

function answer(words: readonly string[], objects: readonly ClusterObject[]): CommandResult {
  const [verb = '', what = '', ...rest] = words;
  if (verb === 'version') return exited(0, JSON.stringify({ serverVersion: { gitVersion: 'v1.35.5' } }));
  if (verb === 'config') return exited(0, JSON.stringify({ contexts: [{ name: 'shop-cluster' }] }));
  if (verb === 'api-versions') return exited(0, `${API_VERSIONS.join('\n')}\n`);
  if (verb !== 'get') return exited(1, '', `error: unknown command "${verb}"`);
  if (what === '--raw') return discovery(rest[0] ?? '', objects);
  const flag = (name: string): string | undefined => {
    const index = rest.indexOf(name);
    return index < 0 ? undefined : rest[index + 1];
  };
  const name = rest[0]?.startsWith('-') === false ? rest[0] : undefined;
  const found = objects.filter(({ apiVersion, kind, metadata }) => {
    const resource = resourceNameOf(groupOf(apiVersion), kind);
    return (
      (resource === what || resource.split('.')[0] === what || kind.toLowerCase() === what) &&
      (name === undefined || metadata.name === name) &&
      (flag('-n') === undefined || metadata.namespace === flag('-n')) &&
      matchesLabels({ matchLabels: labelsOf(flag('-l')) }, metadata.labels)
    );
  });
  if (name !== undefined && found.length === 0) return NOT_FOUND;
  if (flag('-o') === 'name') return exited(0, found.map(({ metadata }) => `${what}/${metadata.name}\n`).join(''));
  return exited(0, JSON.stringify(name === undefined ? { kind: 'List', items: found } : found[0]));
}

function labelsOf(selector = ''): Readonly<Record<string, string>> {
  const pairs = selector.split(',').flatMap((part): [string, string][] => {
    const [key = '', value = ''] = part.split('=');
    return key === '' ? [] : [[key, value]];
  });
  return Object.fromEntries(pairs);
}

/** What the definitions among the objects serve. */
function discovery(path: string, objects: readonly ClusterObject[]): CommandResult {
  const [, , group, version] = path.split('/');
  const specs = objects
    .filter(({ kind }) => kind === 'CustomResourceDefinition')
    .map(
      ({ spec }) => spec as { group: string; names: { kind: string }; versions: { name: string; served: boolean }[] },
    )
    .filter((spec) => spec.group === group);
  const served = specs.flatMap(({ names, versions }) =>
    versions.filter((each) => each.served).map(({ name }) => ({ kind: names.kind, version: name })),
  );
  if (version === undefined) {
    return served.length === 0 ? NOT_FOUND : exited(0, JSON.stringify({ versions: served }));
  }
  const resources = served.filter((each) => each.version === version);
  return resources.length === 0 ? NOT_FOUND : exited(0, JSON.stringify({ resources }));
}

export function definition(group: string, kind: string, ...versions: readonly string[]): ClusterObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: resourceNameOf(group, kind) },
    spec: { group, names: { kind }, versions: versions.map((name) => ({ name, served: true })) },
  };
}

export function deployment(
  name: string,
  image: string,
  availableReplicas = 1,
  args: readonly string[] = [],
): ClusterObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'operators' },
    spec: { template: { spec: { containers: [{ name, image, args }] } } },
    status: { availableReplicas },
  };
}

export function daemonSet(name: string, image: string, container: object = {}): ClusterObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: 'kube-system' },
    spec: { template: { spec: { containers: [{ name, image, ...container }] } } },
    status: { numberReady: 3 },
  };
}

export function node(name: string, zone: string, more: object = {}): ClusterObject {
  const labels = { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': zone };
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, ...more };
}

export function pod(namespace: string, labels: Readonly<Record<string, string>>, more: object = {}): ClusterObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'pod', namespace, labels }, ...more };
}

/** An object of which one condition is said to be true, or what it is instead. */
export function withCondition(
  apiVersion: string,
  kind: string,
  name: string,
  type: string,
  status = 'True',
  message = '',
): ClusterObject {
  return { apiVersion, kind, metadata: { name }, status: { conditions: [{ type, status, message }] } };
}

export function quota(hard: Readonly<Record<string, string>>, more: object = {}): ClusterObject {
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'compute', namespace: 'shop' },
    spec: { hard, ...more },
    status: { used: {} },
  };
}

function apiServer(address: string): ClusterObject {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    ports: [{ port: 443 }],
    endpoints: [{ addresses: [address] }],
  };
}

const metricsServer: ClusterObject = {
  ...withCondition('apiregistration.k8s.io/v1', 'APIService', 'v1beta1.metrics.k8s.io', 'Available'),
  spec: { group: 'metrics.k8s.io' },
};

/** A cluster that has all that the shop needs. */
export const READY: Readonly<Record<string, ClusterObject>> = {
  rollouts: definition('argoproj.io', 'Rollout', 'v1alpha1'),
  externalSecrets: definition('external-secrets.io', 'ExternalSecret', 'v1beta1', 'v1'),
  gateways: definition('gateway.networking.k8s.io', 'Gateway', 'v1'),
  routes: definition('gateway.networking.k8s.io', 'HTTPRoute', 'v1'),
  kafkas: definition('kafka.strimzi.io', 'Kafka', 'v1'),
  pools: definition('kafka.strimzi.io', 'KafkaNodePool', 'v1'),
  topics: definition('kafka.strimzi.io', 'KafkaTopic', 'v1'),
  users: definition('kafka.strimzi.io', 'KafkaUser', 'v1'),
  metricsServer,
  argo: deployment('argo-rollouts', 'quay.io/argoproj/argo-rollouts:v1.9.1'),
  eso: deployment('eso', 'ghcr.io/external-secrets/external-secrets:v2.9.0@sha256:0a'),
  strimzi: deployment('strimzi-cluster-operator', 'quay.io/strimzi/operator:1.0.0'),
  certManager: deployment('cert-manager', 'registry.example.com:5000/mirror/cm:1', 1, ['--enable-gateway-api']),
  reloader: deployment('reloader-reloader', 'registry.example.com:5000/stakater/reloader:v1', 1, [
    '--is-Argo-Rollouts=true',
  ]),
  issuer: withCondition('cert-manager.io/v1', 'ClusterIssuer', 'letsencrypt', 'Ready'),
  store: withCondition('external-secrets.io/v1', 'ClusterSecretStore', 'vault', 'Ready'),
  gatewayClass: withCondition('gateway.networking.k8s.io/v1', 'GatewayClass', 'edge', 'Accepted'),
  fast: { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'fast' } },
  standard: {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  },
  nodeA: node('node-a', 'a'),
  nodeB: node('node-b', 'b'),
  nodeC: node('node-c', 'c'),
  network: daemonSet('calico-node', 'docker.io/calico/node:v3.30.0'),
  gateway: pod('edge', { app: 'gateway' }),
  dns: pod('kube-system', { 'k8s-app': 'kube-dns' }),
  apiServer: apiServer('10.0.0.7'),
};

/** The same cluster with other objects, or without (undefined). */
export function cluster(changes: Readonly<Record<string, ClusterObject | undefined>> = {}): readonly ClusterObject[] {
  return Object.values({ ...READY, ...changes }).filter((each) => each !== undefined);
}

export const ELSEWHERE = apiServer('192.0.2.9');
