/**
 * Production on a node: its objects as they stand in dist/production. The programs of its pods, and the operators, are stood for, and what
 * is outside of the cluster.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { production } from '../../lib/sportstix/environments';
import { binary, moduleFolder, newestVersion, kubernetesVersions, requiredModuleFolder } from '../cluster/binaries';
import { type JsonRecord, record, records, text } from '../cluster/json';
import type { Kubectl, KubernetesObject } from '../cluster/kubectl';
import type { Lab } from '../host/lab';
import { STAND_IN_IMAGE, type StandInVersion } from './images';
import type { Node } from './node';

const ROOT = join(__dirname, '..', '..');
/** The gateway that production has in its cluster. */
const GATEWAY_MANIFEST = join(__dirname, 'gateway.yaml');
/** Where its pods are. */
export const GATEWAY_NAMESPACE = 'gateway';
/** A namespace without a policy. */
export const OUTSIDE = 'outside';
/** Pods that nobody knows: among the services, beside the gateway, outside. */
const STRANGERS = [production.namespace, GATEWAY_NAMESPACE, OUTSIDE];

/** A server outside of the cluster. */
interface OutsideServer {
  readonly name: string;
  /** In the range in which production says that it is. */
  readonly address: string;
  readonly port: number;
}

const API_SERVER: OutsideServer = { name: 'API server', address: '10.0.0.10', port: 443 };

/** What production connects to outside of the cluster, where its network policies have it. */
export const OUTSIDE_SERVERS: readonly OutsideServer[] = [
  ...[...production.postgres, ...production.redis].map(({ host, port }) => ({
    name: host,
    address: '10.0.64.10',
    port,
  })),
  API_SERVER,
];

/** What stands for Strimzi's pods: the ports that they listen on, and the labels that the operator gives them. */
const STRIMZI_PODS = [
  { name: 'sportstix-kafka-brokers-0', ports: [9090, 9091, 9093, 8443], pool: 'brokers' },
  { name: 'sportstix-kafka-controllers-3', ports: [9090, 8443], pool: 'controllers' },
  { name: 'sportstix-kafka-entity-operator', ports: [8080, 8081] },
];

/** The objects of an environment, as they stand in dist. */
export function objectsOf(environment: string): readonly KubernetesObject[] {
  const folder = join(ROOT, 'dist', environment, 'manifests');
  return readdirSync(folder).flatMap(
    (file) => loadAll(readFileSync(join(folder, file), 'utf8')) as readonly KubernetesObject[],
  );
}

/**
 * Production's objects, as they are applied here: the images of its services are of the digests that there are, other programs are stood for
 * on all of their ports, and all ask for so little that they find a place on one small node.
 */
export function productionObjects(
  { standIns }: Pick<Node, 'standIns'>,
  versions: Readonly<Record<string, StandInVersion>> = {},
): readonly KubernetesObject[] {
  const containerOf = (container: JsonRecord): JsonRecord => {
    const image = text(container['image']);
    const resources = { requests: { cpu: '5m', memory: '16Mi' }, limits: { memory: '64Mi' } };
    if (image.startsWith(production.images.registry)) {
      const version = versions[text(container['name'])] ?? '1.0.0';
      const repository = image.slice(0, image.lastIndexOf(':', image.indexOf('@') - 1));
      return { ...container, resources, image: `${repository}:${version}@${standIns[version]}` };
    }
    const ports = records(container['ports']).map(({ containerPort }) => String(containerPort));
    return { ...container, resources, image: STAND_IN_IMAGE, command: ['/stand-in'], args: ports };
  };
  return objectsOf(production.name).map((object) => {
    const { template } = record(object['spec']);
    const podSpec = record(record(template)['spec']);
    return podSpec['containers'] === undefined
      ? object
      : {
          ...object,
          spec: {
            ...record(object['spec']),
            template: {
              ...record(template),
              spec: { ...podSpec, containers: records(podSpec['containers']).map(containerOf) },
            },
          },
        };
  });
}

/** The Secrets that External Secrets Operator and Strimzi would make. */
function operatorsSecrets(objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const secret = (name: string, keys: readonly string[]): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: production.namespace },
    stringData: Object.fromEntries(keys.map((key) => [key, `of ${name}`])),
  });
  return objects.flatMap(({ kind, metadata, spec }) => {
    switch (kind) {
      case 'ExternalSecret':
        return [
          secret(
            metadata.name,
            records(record(spec)['data']).map(({ secretKey }) => text(secretKey)),
          ),
        ];
      case 'KafkaUser':
        return [secret(metadata.name, ['password', 'sasl.jaas.config'])];
      case 'Kafka':
        return [secret(`${metadata.name}-cluster-ca-cert`, ['ca.crt'])];
      default:
        return [];
    }
  });
}

/** A pod of the program that stands for others, as restricted as every pod of production. */
function standInPod(
  name: string,
  namespace: string,
  labels: Readonly<Record<string, string>>,
  ports: readonly number[],
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels },
    spec: {
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'stand-in',
          image: STAND_IN_IMAGE,
          args: ports.map(String),
          ports: ports.map((containerPort) => ({ containerPort })),
          readinessProbe: { tcpSocket: { port: ports[0] }, periodSeconds: 1 },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  };
}

/** https://strimzi.io/docs/operators/latest/deploying.html#ref-pod-labels-str */
function strimziPod({ name, ports, pool }: (typeof STRIMZI_PODS)[number]): KubernetesObject {
  const cluster = 'sportstix-kafka';
  const component = pool === undefined ? 'entity-operator' : 'kafka';
  return standInPod(
    name,
    production.namespace,
    {
      'app.kubernetes.io/instance': cluster,
      'app.kubernetes.io/managed-by': 'strimzi-cluster-operator',
      'app.kubernetes.io/name': component,
      'app.kubernetes.io/part-of': `strimzi-${cluster}`,
      'strimzi.io/cluster': cluster,
      'strimzi.io/component-type': component,
      'strimzi.io/kind': 'Kafka',
      'strimzi.io/name': `${cluster}-${component}`,
      ...(pool !== undefined && {
        'strimzi.io/broker-role': String(pool === 'brokers'),
        'strimzi.io/controller-role': String(pool === 'controllers'),
        'strimzi.io/controller': 'strimzipodset',
        'strimzi.io/controller-name': `${cluster}-${pool}`,
        'strimzi.io/pod-name': name,
        'strimzi.io/pool-name': pool,
      }),
    },
    ports,
  );
}

/** Lets servers listen where production has its own. PostgreSQL and Redis do so already, on all addresses of the host. */
export async function startOutsideServers(lab: Lab): Promise<void> {
  for (const address of new Set(OUTSIDE_SERVERS.map((server) => server.address))) {
    lab.must('host', 'ip', ['address', 'add', `${address}/32`, 'dev', 'lo']);
    lab.must('host', 'iptables', ['-I', 'INPUT', '-d', address, '-j', 'ACCEPT']);
  }
  const standIn = await binary('stand-in', newestVersion(kubernetesVersions()));
  lab.start('host', standIn, [`${API_SERVER.address}:${API_SERVER.port}`]);
}

/** Applies the kinds of production, and of its gateway, of which a cluster knows nothing by itself. */
export async function applyKinds(kubectl: Kubectl): Promise<void> {
  const gatewayApi = join(await requiredModuleFolder('traefik', 'sigs.k8s.io/gateway-api'), 'config/crd/standard');
  const files = [
    // Traefik waits for all kinds that it knows, also for those that nobody uses.
    join(
      await moduleFolder('traefik'),
      'docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml',
    ),
    ...['grpcroutes', 'referencegrants'].map((name) => join(gatewayApi, `gateway.networking.k8s.io_${name}.yaml`)),
    join(ROOT, 'imports', 'crds'),
  ];
  for (const path of files) {
    await kubectl.apply({ files: path }, { fieldManager: 'sportstix-test' });
  }
  await kubectl.wait('crd --all', 'condition=Established');
}

/** Applies production, what its operators make, its gateway, and pods that nobody knows. */
export async function applyProduction(node: Node, further: readonly KubernetesObject[]): Promise<void> {
  const { kubectl } = node.cluster;
  const objects = productionObjects(node);
  await kubectl.apply({ files: GATEWAY_MANIFEST });
  await kubectl.run(['create', 'namespace', OUTSIDE]);
  await kubectl.apply({ objects: objects.filter(({ kind }) => kind === 'Namespace') });
  await kubectl.apply({
    objects: [
      ...operatorsSecrets(objects),
      ...further,
      ...objects,
      ...STRIMZI_PODS.map(strimziPod),
      ...STRANGERS.map((namespace) => standInPod('stranger', namespace, { app: 'stranger' }, [8080])),
    ],
  });
}
