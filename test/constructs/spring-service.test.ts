import { Duration, Size } from 'cdk8s';
import { Cpu } from '../../imports/k8s';
import { ConfigMap } from '../../lib/constructs/config-map';
import { KafkaKraft } from '../../lib/constructs/kafka-kraft';
import { PreStop } from '../../lib/constructs/pre-stop';
import { SpringService, type SpringServiceProps } from '../../lib/constructs/spring-service';
import {
  asYaml,
  containerOf,
  environmentOf,
  find,
  type Manifest,
  podTemplateOf,
  synthesized,
  testChart,
} from '../testing';
import { everyPodProp } from './pod-props';

const MINIMAL: SpringServiceProps = {
  image: 'shop/orders:1.0',
  port: 8081,
  resources: {
    cpu: { request: Cpu.millis(100), limit: Cpu.millis(500) },
    memory: { request: Size.mebibytes(512), limit: Size.mebibytes(640) },
  },
};
const DATABASE = {
  endpoint: { host: 'db.shop.svc.cluster.local', port: 5432 },
  name: 'orders',
  username: 'orders_user',
};
const REDIS = { host: 'redis.shop.svc.cluster.local', port: 6380 };

function spring(props: Partial<SpringServiceProps> = {}): Manifest[] {
  const chart = testChart();
  new SpringService(chart, 'orders', { ...MINIMAL, ...props });
  return synthesized(chart);
}

describe('from a handful of props', () => {
  const manifests = spring({ database: DATABASE });
  const deployment = find(manifests, 'Deployment', 'orders');

  test('is what the snapshot shows', () => {
    expect(asYaml(manifests)).toMatchSnapshot();
  });

  test('is probed by Actuator, with ten minutes to start, whatever its dependencies do', () => {
    expect(containerOf(deployment)).toMatchObject({
      startupProbe: {
        httpGet: { path: '/actuator/health/liveness', port: 8081 },
        periodSeconds: 5,
        failureThreshold: 120,
      },
      readinessProbe: { httpGet: { path: '/actuator/health/readiness', port: 8081 } },
      livenessProbe: { httpGet: { path: '/actuator/health/liveness', port: 8081 } },
    });
  });

  test('ends open requests within the grace period, after the preStop sleep', () => {
    expect(environmentOf(deployment)).toEqual({
      JAVA_OPTS: '-XX:+UseG1GC -XX:MaxRAMPercentage=75.0',
      SERVER_SHUTDOWN: 'graceful',
      SPRING_LIFECYCLE_TIMEOUT_PER_SHUTDOWN_PHASE: '20s',
    });
  });

  test('has its variables in a ConfigMap of its own', () => {
    expect(find(manifests, 'ConfigMap', 'orders-config')['data']).toEqual({
      SERVER_PORT: '8081',
      OTEL_SERVICE_NAME: 'orders-service',
      SPRING_DATASOURCE_URL: 'jdbc:postgresql://db.shop.svc.cluster.local:5432/orders',
      SPRING_DATASOURCE_USERNAME: 'orders_user',
    });
    expect(containerOf(deployment)['envFrom']).toEqual([{ configMapRef: { name: 'orders-config' } }]);
  });
});

describe('variables of what it connects to', () => {
  const dataOf = (shared: Record<string, string>, props: Partial<SpringServiceProps>): unknown => {
    const chart = testChart();
    const sharedConfig = [new ConfigMap(chart, 'shared', { data: shared })];
    new SpringService(chart, 'orders', { ...MINIMAL, ...props, sharedConfig });
    return find(synthesized(chart), 'ConfigMap', 'orders-config')['data'];
  };

  test('follow from the typed values of other constructs', () => {
    const kafka = new KafkaKraft(testChart(), 'events');

    expect(dataOf({}, { redis: REDIS, kafka })).toMatchObject({
      SPRING_DATA_REDIS_HOST: 'redis.shop.svc.cluster.local',
      SPRING_DATA_REDIS_PORT: '6380',
      SPRING_KAFKA_BOOTSTRAP_SERVERS: 'events.shop.svc.cluster.local:9092',
    });
  });

  test('are left to a shared ConfigMap that says the same', () => {
    const shared = { SPRING_DATA_REDIS_HOST: REDIS.host, SPRING_DATA_REDIS_PORT: String(REDIS.port) };

    expect(dataOf(shared, { redis: REDIS })).toEqual({ SERVER_PORT: '8081', OTEL_SERVICE_NAME: 'orders-service' });
  });

  test('are its own where a shared ConfigMap says something else', () => {
    expect(dataOf({ SPRING_DATA_REDIS_HOST: 'other', SPRING_DATA_REDIS_PORT: '6380' }, { redis: REDIS })).toEqual({
      SERVER_PORT: '8081',
      OTEL_SERVICE_NAME: 'orders-service',
      SPRING_DATA_REDIS_HOST: REDIS.host,
    });
  });
});

test('its pods are rolled when the shared or its own configuration changes', () => {
  const checksum = (shared: string, own: string): string | undefined => {
    const chart = testChart();
    const sharedConfig = [new ConfigMap(chart, 'shared', { data: { A: shared } })];
    new SpringService(chart, 'orders', { ...MINIMAL, sharedConfig, config: { B: own } });
    return podTemplateOf(find(synthesized(chart), 'Deployment', 'orders')).metadata.annotations?.['checksum/config'];
  };

  expect(checksum('1', '2')).toBe(checksum('1', '2'));
  expect(checksum('1', '3')).not.toBe(checksum('1', '2'));
  expect(checksum('3', '2')).not.toBe(checksum('1', '2'));
});

test('every prop lands in the manifest', () => {
  const chart = testChart();
  const sharedConfig = [new ConfigMap(chart, 'shared', { data: { A: '1' } })];
  const props: Required<SpringServiceProps> = {
    ...everyPodProp(),
    labels: { 'shop.example/team': 'a' },
    annotations: { 'shop.example/owner': 'Team A' },
    component: 'backend',
    image: 'shop/orders:2.0',
    port: 9000,
    resources: {
      cpu: { request: Cpu.millis(10), limit: Cpu.millis(20) },
      memory: { request: Size.mebibytes(1), limit: Size.mebibytes(2) },
    },
    replicas: 2,
    canary: [{ weight: 30, pause: Duration.minutes(1) }],
    user: 2000,
    environment: { EXTRA: 'yes' },
    writablePaths: ['/tmp', '/data'],
    podLabels: { tier: 'backend' },
    topologySpread: 'DoNotSchedule',
    preStop: PreStop.sleepCommand(Duration.seconds(10)),
    terminationGracePeriod: Duration.seconds(60),
    revisionHistoryLimit: 1,
    database: DATABASE,
    redis: REDIS,
    kafka: { bootstrapServers: 'kafka:9092' },
    sharedConfig,
    config: { LOGGING_LEVEL_ROOT: 'warn' },
    secrets: [{ kind: 'Secret', name: 'orders-secret' }],
    javaOptions: ['-Xlog:gc', '-XX:+UseZGC'],
    openTelemetryServiceName: 'shop-orders',
  };
  new SpringService(chart, 'orders', props);
  const manifests = synthesized(chart);
  const rollout = find(manifests, 'Rollout', 'orders');
  const template = podTemplateOf(rollout);

  expect(find(manifests, 'ConfigMap', 'orders-config')).toMatchObject({
    metadata: { labels: { 'app.kubernetes.io/name': 'orders', 'app.kubernetes.io/component': 'backend' } },
    data: {
      SERVER_PORT: '9000',
      OTEL_SERVICE_NAME: 'shop-orders',
      SPRING_DATASOURCE_USERNAME: 'orders_user',
      SPRING_DATA_REDIS_PORT: '6380',
      SPRING_KAFKA_BOOTSTRAP_SERVERS: 'kafka:9092',
      LOGGING_LEVEL_ROOT: 'warn',
    },
  });
  expect(rollout).toMatchObject({
    spec: {
      replicas: 2,
      revisionHistoryLimit: 1,
      strategy: { canary: { steps: [{ setWeight: 30 }, { pause: { duration: '60s' } }] } },
    },
  });
  expect(template.metadata.labels).toMatchObject({ tier: 'backend', 'app.kubernetes.io/component': 'backend' });
  expect(template.spec).toMatchObject({
    terminationGracePeriodSeconds: 60,
    securityContext: { runAsUser: 2000 },
    topologySpreadConstraints: [{ whenUnsatisfiable: 'DoNotSchedule' }],
    volumes: expect.arrayContaining([
      { name: 'tmp', emptyDir: {} },
      { name: 'data', emptyDir: {} },
    ]) as unknown,
  });
  expect(containerOf(rollout)).toMatchObject({
    image: 'shop/orders:2.0',
    ports: [{ name: 'http', containerPort: 9000 }],
    resources: { requests: { cpu: '10m', memory: '1Mi' }, limits: { cpu: '20m', memory: '2Mi' } },
    envFrom: [
      { configMapRef: { name: 'shared' } },
      { configMapRef: { name: 'orders-config' } },
      { secretRef: { name: 'orders-secret' } },
    ],
    lifecycle: { preStop: { exec: { command: ['sleep', '10'] } } },
  });
  expect(environmentOf(rollout)).toEqual({
    JAVA_OPTS: '-Xlog:gc -XX:+UseZGC',
    SERVER_SHUTDOWN: 'graceful',
    SPRING_LIFECYCLE_TIMEOUT_PER_SHUTDOWN_PHASE: '45s',
    EXTRA: 'yes',
  });
});

describe('refuses', () => {
  test.each<[string, Partial<SpringServiceProps>, string]>([
    ['what its workload refuses', { image: 'shop/orders:latest' }, 'image "shop/orders:latest": has the tag latest'],
    [
      'a variable that it derives',
      { config: { SERVER_PORT: '1' } },
      'config.SERVER_PORT: a variable that SpringService derives',
    ],
    [
      'a variable that it derives, in the container',
      { environment: { JAVA_OPTS: '' } },
      'environment.JAVA_OPTS: a variable that SpringService derives',
    ],
    [
      'a variable of its shutdown in the ConfigMap',
      { config: { SERVER_SHUTDOWN: 'immediate' } },
      'config.SERVER_SHUTDOWN',
    ],
    [
      'a variable that the kubelet would skip',
      { config: { 'a b': '' } },
      'config "a b": not a name for an environment variable',
    ],
    [
      'a database with a hyphen',
      { database: { ...DATABASE, name: 'my-orders' } },
      'database.name "my-orders": not an identifier',
    ],
    [
      'a database user with quotes',
      { database: { ...DATABASE, username: '"x"' } },
      'database.username "\\"x\\"": not an identifier',
    ],
    [
      'a grace period that leaves no time',
      { terminationGracePeriod: Duration.seconds(10) },
      'terminationGracePeriod "10 seconds": leaves no time for open requests',
    ],
  ])('%s', (_, props, message) => {
    expect(() => spring(props)).toThrow('test/orders');
    expect(() => spring(props)).toThrow(message);
  });
});
