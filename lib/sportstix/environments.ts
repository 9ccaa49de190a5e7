import { Duration, Size } from 'cdk8s';
import {
  type AutoscalingProps,
  ScalingMetric,
  ScalingPolicy,
  type ScalingRules,
} from '../constructs/horizontal-pod-autoscaler';
import { kubernetesMinor } from '../k3d/model';
import { PolicyPack } from '../policy/pack';
import { policies } from '../policy/policies';
import { catalogue } from './catalogue';
import type {
  Alerts,
  Environment,
  ExternalSecrets,
  FixedScaling,
  GatewayEntrance,
  KraftKafka,
  PinnedImages,
} from './environment';
import { topics } from './topics';

export type { Environment, ExternalServer, PolicyProps, Servers } from './environment';

/**
 * The policies of an environment, with its settings.
 *
 * @throws Error if a severity is lowered, or is that of a policy which does not exist.
 */
export function policyPackOf({ cluster, images, policies: props = {} }: Environment): PolicyPack {
  const { severities, workloads, given, ...settings } = props;
  return new PolicyPack({
    policies: policies({
      // A cluster that is made here is of one version.
      ...(cluster && { oldestKubernetes: `1.${kubernetesMinor(cluster)}` }),
      ...settings,
      importedTags: cluster === undefined || images.kind !== 'tag' ? [] : [images.tag],
    }),
    ...(severities && { severities }),
    ...(workloads && { workloads }),
    ...(given && { given }),
  });
}

/** Where services that run on the host itself, such as in an IDE, reach Kafka. */
const KAFKA_ON_HOST = { host: 'localhost', port: 9094 };

/** An environment of one machine: as many pods and brokers as it says. */
interface LocalEnvironment extends Environment {
  readonly kafka: KraftKafka;
  readonly scaling: FixedScaling;
}

/** A k3d cluster on one's own machine; PostgreSQL and Redis run on the machine itself. */
export const local: LocalEnvironment = {
  name: 'local',
  namespace: 'sportstix',
  observabilityNamespace: 'observability',
  services: catalogue,
  profile: 'k8s',
  images: { kind: 'tag', tag: 'dev' },
  scaling: { kind: 'fixed', replicas: 1 },
  topologySpread: 'ScheduleAnyway',
  postgres: [{ name: 'postgres-external', host: 'host.k3d.internal', port: 5432 }],
  redis: [{ name: 'redis-external', host: 'host.k3d.internal', port: 6379 }],
  kafka: {
    kind: 'kraft',
    replicas: 1,
    storage: { size: Size.gibibytes(1) },
    externalListener: {
      addresses: [KAFKA_ON_HOST],
      reason:
        'Services that run on the host reach Kafka by it; its port is published on 127.0.0.1, where nobody else does.',
    },
  },
  secrets: { kind: 'file' },
  // Browsers resolve every name below localhost to the machine itself (RFC 6761).
  entrance: { kind: 'ingress', className: 'traefik', grafanaHost: 'grafana.localhost' },
  metrics: { kind: 'prometheus' },
  // It is reached from the machine itself alone.
  policies: { ingressTls: false },
  cluster: {
    name: 'sportstix',
    servers: 1,
    agents: 2,
    // The host's own ports 80 and 443 are often taken.
    ports: [
      { host: 8880, container: 80 },
      { host: 8443, container: 443 },
      // k3d publishes ports when it makes a cluster; `k3d cluster edit` adds one later.
      { address: '127.0.0.1', host: KAFKA_ON_HOST.port, container: KAFKA_ON_HOST.port },
    ],
    subnet: '172.21.0.0/16',
    podCidr: '10.42.0.0/16',
    serviceCidr: '10.43.0.0/16',
    image: 'rancher/k3s:v1.35.5-k3s1',
  },
};

/** A service's pods: as many as keep the CPU of each at so many per cent of what it requests. */
function onCpu(maxReplicas: number, percent: number, scaleUp?: ScalingRules): AutoscalingProps {
  return {
    minReplicas: 2,
    maxReplicas,
    metrics: [ScalingMetric.cpuUtilization(percent)],
    ...(scaleUp !== undefined && { scaleUp }),
    scaleDown: { stabilizationWindow: Duration.seconds(300) },
  };
}

/** Twice as many pods every 15 s: when the sale of a game opens, everybody comes at once. */
const DOUBLING: ScalingRules = { policies: [ScalingPolicy.percent(100, Duration.seconds(15))] };

/** Where the services' images are pushed. */
const REGISTRY = '123456789012.dkr.ecr.ap-northeast-2.amazonaws.com';

/** Range of the addresses of the servers in the data centre. */
const SERVERS = ['10.0.64.0/20'];

/** Range of the addresses of the nodes, and of the API server. */
const NODES = ['10.0.0.0/18'];

/** Who is told of alerts: a server in the data centre, which knows who is on duty. */
const ALERTS: Alerts = {
  kind: 'webhook',
  server: { host: 'alerts.internal.sportstix.io', port: 443, peer: { type: 'addresses', ranges: SERVERS } },
};

/** An environment on a cluster that is made elsewhere. */
interface ManagedEnvironment extends Environment {
  readonly images: PinnedImages;
  readonly secrets: ExternalSecrets;
  readonly entrance: GatewayEntrance;
}

/** A managed cluster in three zones, with an operator for whatever has one. */
export const production: ManagedEnvironment = {
  name: 'production',
  namespace: 'sportstix',
  observabilityNamespace: 'observability',
  services: catalogue,
  topics,
  profile: 'production',
  images: {
    kind: 'pinned',
    registry: REGISTRY,
    file: 'images/production.yaml',
  },
  scaling: {
    kind: 'autoscaling',
    usual: onCpu(4, 70),
    services: { payment: onCpu(6, 70), booking: onCpu(8, 65, DOUBLING), queue: onCpu(10, 60, DOUBLING) },
  },
  canaries: { booking: [25, 50, 75].map((weight) => ({ weight, pause: Duration.minutes(2) })) },
  topologySpread: [
    { topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule' },
    { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' },
  ],
  postgres: [
    { name: 'postgres-external', host: 'postgres.internal.sportstix.io', port: 5432, ranges: SERVERS, tls: true },
  ],
  redis: [{ name: 'redis-external', host: 'redis.internal.sportstix.io', port: 6379, ranges: SERVERS, tls: true }],
  kafka: {
    kind: 'strimzi',
    version: '4.3.1',
    brokers: { replicas: 3, storage: { size: Size.gibibytes(100) } },
    controllers: { replicas: 3, storage: { size: Size.gibibytes(100) } },
  },
  secrets: {
    kind: 'external',
    store: { name: 'aws-secrets-manager' },
    folder: 'sportstix',
    refreshInterval: Duration.hours(1),
  },
  secretReloader: 'stakater',
  syncWaves: 'argocd',
  entrance: {
    kind: 'gateway',
    className: 'traefik',
    hosts: { frontend: 'sportstix.io', api: 'api.sportstix.io' },
    stickySessions: 'traefik',
    certificate: { secretName: 'sportstix-tls', issuer: { name: 'letsencrypt-prod' } },
  },
  observability: { retention: Duration.days(7), storage: { size: Size.gibibytes(50) } },
  metrics: {
    kind: 'prometheus-operator',
    labels: { release: 'kube-prometheus-stack' },
    server: {
      host: 'prometheus-operated.monitoring.svc.cluster.local',
      port: 9090,
      peer: { type: 'pods', namespace: 'monitoring', labels: { 'app.kubernetes.io/name': 'prometheus' } },
    },
    alerts: ALERTS,
  },
  network: {
    dns: { peer: { type: 'pods', namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } } },
    apiServer: { ranges: NODES, port: 443 },
    entrance: { type: 'pods', namespace: 'gateway', labels: { 'app.kubernetes.io/name': 'traefik' } },
  },
  policies: {
    oldestKubernetes: '1.30',
    mutableTags: ['latest', 'dev', 'main', 'master', 'snapshot'],
    digestRegistries: [REGISTRY],
  },
};

/** As production, smaller, with what the platform brings itself where production has an operator. */
export const staging: ManagedEnvironment = {
  ...production,
  name: 'staging',
  namespace: 'sportstix-staging',
  observabilityNamespace: 'observability-staging',
  profile: 'staging',
  images: { ...production.images, file: 'images/staging.yaml' },
  scaling: { kind: 'fixed', replicas: 2 },
  postgres: [{ ...production.postgres[0], host: 'postgres.staging.internal.sportstix.io' }],
  redis: [{ ...production.redis[0], host: 'redis.staging.internal.sportstix.io' }],
  kafka: { kind: 'kraft', replicas: 3, storage: { size: Size.gibibytes(10) } },
  secrets: { ...production.secrets, folder: 'sportstix-staging' },
  entrance: {
    ...production.entrance,
    hosts: { frontend: 'staging.sportstix.io', api: 'api.staging.sportstix.io' },
  },
  observability: { retention: Duration.days(3), storage: { size: Size.gibibytes(10) } },
  metrics: { kind: 'prometheus', kubelets: { ranges: NODES }, alerts: ALERTS },
};

/** The environments that are synthesized. */
export const environments: readonly Environment[] = [local, production, staging];

/**
 * An environment by its name.
 *
 * @throws Error if there is none, with the names of those that there are.
 */
export function environmentNamed(name: string, among = environments): Environment {
  const found = among.find((environment) => environment.name === name);
  if (found === undefined) {
    throw new Error(
      `there is no environment "${name}", only ${among.map((environment) => environment.name).join(', ')}.`,
    );
  }
  return found;
}
