import { type App, Chart, Size } from 'cdk8s';
import {
  ConfigMap,
  Cpu,
  type Endpoint,
  ExternalHostService,
  httpProbes,
  Ingress,
  KafkaKraft,
  Namespace,
  NetworkPolicies,
  Patch,
  type ResourceProps,
  SpringService,
  WebService,
  Worker,
} from 'sportstix-cdk8s/constructs';
import type { GivenObject } from 'sportstix-cdk8s/policy';

const REGISTRY = 'registry.example.com/shop';

/** CPU and memory of what runs on a JVM. */
const JVM: ResourceProps = {
  cpu: { request: Cpu.millis(200), limit: Cpu.units(1) },
  memory: { request: Size.mebibytes(640), limit: Size.mebibytes(768) },
};
const SMALL: ResourceProps = {
  cpu: { request: Cpu.millis(50), limit: Cpu.millis(500) },
  memory: { request: Size.mebibytes(128), limit: Size.mebibytes(256) },
};

/** A server on the internet, among the addresses that its owner names. */
function server(host: string, port: number): Endpoint {
  return { host, port, peer: { type: 'addresses', ranges: ['203.0.113.0/24'] } };
}

/** What it needs in the cluster and does not make. */
export const SECRETS: readonly GivenObject[] = [
  ...['orders', 'payments'].map((name) => ({
    kind: 'Secret',
    namespace: 'shop',
    name: `${name}-database`,
    keys: ['SPRING_DATASOURCE_PASSWORD'],
  })),
  { kind: 'Secret', namespace: 'shop', name: 'shop-tls' },
];

/** A shop: what customers see, two services with a database each, and a worker that sends mail. A chart, and so a file, for each. */
export function addShop(app: App): void {
  const labels = { 'app.kubernetes.io/part-of': 'shop' };
  const chart = (name: string): Chart => new Chart(app, name, { namespace: 'shop', labels });

  new Namespace(new Chart(app, '00-namespace', { labels }), 'shop');

  // The server is known by its address: a Service without selector, and an EndpointSlice.
  const postgres = new ExternalHostService(chart('postgres'), 'postgres', {
    component: 'database',
    host: '192.0.2.10',
    ports: [{ name: 'postgresql', port: 5432 }],
  });
  const kafka = new KafkaKraft(chart('kafka'), 'kafka', {
    component: 'broker',
    replicas: 3,
    storage: { size: Size.gibibytes(20) },
    properties: { 'auto.create.topics.enable': false },
  });

  const common = new ConfigMap(chart('common'), 'common', {
    data: {
      SPRING_PROFILES_ACTIVE: 'production',
      SPRING_KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrapServers,
    },
  });
  const service = (name: string, port: number, discovers: readonly Endpoint[] = []): SpringService =>
    new SpringService(chart(name), name, {
      component: 'backend',
      image: `${REGISTRY}/${name}:1.4.2`,
      port,
      resources: JVM,
      replicas: 2,
      database: { endpoint: postgres.endpoint(), name, username: name },
      kafka,
      discovers,
      sharedConfig: [common],
      // Made by whoever knows the password: kubectl create secret generic NAME-database --from-literal=SPRING_DATASOURCE_PASSWORD=...
      secrets: [{ kind: 'Secret', name: `${name}-database` }],
    });
  const orders = service('orders', 8080);
  // The provider's address is in the image.
  const payments = service('payments', 8080, [server('api.pay.example.com', 443)]);

  // What no prop stands for: names of the payment provider are looked up as they are, without the cluster's five suffixes.
  payments.patch(
    { kind: 'Deployment' },
    Patch.merge({
      spec: {
        template: {
          spec: { dnsConfig: { options: [{ name: 'ndots', value: '1' }] } },
        },
      },
    }),
  );

  new Worker(chart('mailer'), 'mailer', {
    component: 'worker',
    image: `${REGISTRY}/mailer:2.0.1`,
    resources: SMALL,
    environment: {
      KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrapServers,
      KAFKA_GROUP: 'mailer',
    },
    // By this the mailer gets its way to Kafka, and Kafka lets it in.
    connectsTo: [kafka.endpoint],
    discovers: [server('smtp.example.com', 587)],
    ports: [{ name: 'health', port: 9000 }],
    probes: httpProbes(9000, { startup: '/health', readiness: '/health', liveness: '/health' }),
  });

  const storefront = new WebService(chart('storefront'), 'storefront', {
    component: 'frontend',
    image: `${REGISTRY}/storefront:3.1.0`,
    port: 3000,
    resources: SMALL,
    replicas: 2,
    environment: { NODE_ENV: 'production' },
    writablePaths: ['/tmp', '/app/.next/cache'],
  });

  new Ingress(chart('ingress'), 'shop', {
    ingressClassName: 'traefik',
    host: 'shop.example.com',
    tls: [{ secretName: 'shop-tls' }],
    routes: [
      { path: '/api/orders', service: orders.webService },
      { path: '/api/payments', service: payments.webService },
      { path: '/', service: storefront },
    ],
  });

  // Of what is said above, a policy for each workload. Only the cluster's own pods and addresses must be said here.
  new NetworkPolicies(chart('network-policies'), 'network-policies', {
    dns: { peer: { type: 'pods', namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } } },
    entrance: { type: 'pods', namespace: 'traefik', labels: { 'app.kubernetes.io/name': 'traefik' } },
  });
}
