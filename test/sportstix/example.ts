import { App, Duration, Size } from 'cdk8s';
import { Cpu } from '../../imports/k8s';
import type { ServiceSpec, SpringServiceSpec } from '../../lib/sportstix/catalogue';
import type { Environment, IngressEntrance, KraftKafka } from '../../lib/sportstix/environment';
import { Platform } from '../../lib/sportstix/platform';
import type { SecretValues } from '../../lib/sportstix/secrets';
import { clusterPeersOf } from '../../lib/sportstix/network';
import { databasesOf, fromEach } from '../../lib/sportstix/servers';
import { synthesizeCharts } from '../../lib/synth/manifests';
import type { Manifest } from '../testing';

// What the platform is made of is tested on services of its own here, so that nobody who edits the catalogue or an environment breaks it.

const resources = {
  cpu: { request: Cpu.millis(100), limit: Cpu.millis(500) },
  memory: { request: Size.mebibytes(512), limit: Size.mebibytes(640) },
};

/** With a database, Redis and the keys, without Kafka. */
export const orders: SpringServiceSpec = {
  kind: 'spring',
  name: 'orders',
  repository: 'shop/orders-service',
  port: 9001,
  resources,
  database: { name: 'shop_orders', username: 'orders_user', owner: 'orders_owner' },
  redis: true,
  kafka: false,
  jwt: true,
  routes: [{ path: '/keys', exact: true }, { path: '/api/orders' }],
};

/** With a database and Kafka, without Redis. */
export const billing: SpringServiceSpec = {
  kind: 'spring',
  name: 'billing',
  repository: 'shop/billing-service',
  port: 9002,
  resources,
  database: { name: 'shop_billing', username: 'billing_user', owner: 'billing_owner' },
  redis: false,
  kafka: true,
  jwt: false,
  routes: [{ path: '/api/billing' }],
};

const live: SpringServiceSpec = {
  kind: 'spring',
  name: 'live',
  repository: 'shop/live-service',
  port: 9003,
  resources,
  canary: [{ weight: 50, pause: Duration.seconds(30) }],
  redis: true,
  kafka: true,
  jwt: false,
  allowedOrigins: 'ALLOWED_ORIGINS',
  routes: [{ path: '/ws/live' }],
};

const web: ServiceSpec = {
  kind: 'web',
  name: 'web',
  repository: 'shop/web',
  port: 3000,
  resources,
  user: 1001,
  environment: { NODE_ENV: 'production' },
  writablePaths: ['/tmp'],
  buildArguments: { API_URL: 'http', WS_URL: 'webSocket' },
  routes: [{ path: '/' }],
};

/** An environment with what a k3d cluster has. */
export interface Example extends Environment {
  readonly images: Extract<Environment['images'], { readonly kind: 'tag' }>;
  readonly kafka: KraftKafka;
  readonly entrance: IngressEntrance;
}

/** An environment that is none of the platform's own: a k3d cluster with one PostgreSQL and one Redis on its host. */
export const example: Example & Required<Pick<Environment, 'cluster'>> = {
  name: 'example',
  namespace: 'shop',
  observabilityNamespace: 'watch',
  services: [orders, billing, live, web],
  profile: 'k8s',
  images: { kind: 'tag', tag: 'dev' },
  scaling: { kind: 'fixed', replicas: 1 },
  topologySpread: 'ScheduleAnyway',
  postgres: [{ name: 'postgres-external', host: 'host.k3d.internal', port: 5432 }],
  redis: [{ name: 'redis-external', host: 'host.k3d.internal', port: 6379 }],
  kafka: { kind: 'kraft', replicas: 1, storage: { size: Size.gibibytes(1) } },
  secrets: { kind: 'file' },
  entrance: { kind: 'ingress', className: 'traefik' },
  metrics: { kind: 'prometheus' },
  cluster: {
    name: 'shop',
    servers: 1,
    agents: 1,
    ports: [
      { host: 8880, container: 80 },
      { host: 8443, container: 443 },
    ],
    subnet: '172.21.0.0/16',
    podCidr: '10.42.0.0/16',
    serviceCidr: '10.43.0.0/16',
    image: 'rancher/k3s:v1.35.5-k3s1',
  },
};

/** An environment on a cluster that is made elsewhere, and that has the same pods for DNS and entrance. */
export function withoutCluster(environment: Example): Example {
  const elsewhere = {
    ...environment,
    network: clusterPeersOf(environment),
    metrics: { kind: 'prometheus', kubelets: { ranges: ['192.0.2.0/24'] } } as const,
    postgres: fromEach(environment.postgres, (server) => ({ ...server, ranges: ['192.0.2.0/24'] })),
    redis: fromEach(environment.redis, (server) => ({ ...server, ranges: ['192.0.2.0/24'] })),
  };
  Reflect.deleteProperty(elsewhere, 'cluster');
  return elsewhere;
}

/** Values for every secret of an environment that are easy to find again: `SERVER-USER-placeholder`, `REDIS-placeholder`, ... */
export function placeholderSecrets(environment: Environment): SecretValues {
  const databases = new Map<string, Map<string, string>>();
  for (const { server, database } of databasesOf(environment)) {
    const users = databases.get(server.name) ?? new Map<string, string>();
    for (const user of [database.username, database.owner]) {
      users.set(user, `${server.name}-${user}-placeholder`);
    }
    databases.set(server.name, users);
  }
  return {
    passwords: { databases, redis: new Map(environment.redis.map(({ name }) => [name, `${name}-placeholder`])) },
    jwt: { privateKey: 'private-placeholder', publicKey: 'public-placeholder', keyId: 'id-placeholder' },
  };
}

/** The manifests of an environment: file name to objects. */
export function synthesize(
  environment: Environment,
  secrets = placeholderSecrets(environment),
): Map<string, Manifest[]> {
  const app = new App();
  new Platform(app, environment.name, { environment, secrets });
  return new Map(synthesizeCharts(app).map(({ fileName, manifests }) => [fileName, manifests as Manifest[]]));
}

/** What a ConfigMap or, in plain text, a Secret holds. */
export function dataOf({ kind, data }: Manifest): Record<string, string> {
  const entries = Object.entries(data as Record<string, string>);
  return Object.fromEntries(
    kind === 'Secret' ? entries.map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]) : entries,
  );
}
