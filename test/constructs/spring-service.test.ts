import { Duration, Size } from 'cdk8s';
import { Cpu } from '../../imports/k8s';
import { ConfigMap } from '../../lib/constructs/config-map';
import { ScalingMetric, ScalingPolicy } from '../../lib/constructs/horizontal-pod-autoscaler';
import type { ScalingRules } from '../../lib/constructs/horizontal-pod-autoscaler';
import { Secret } from '../../lib/constructs/secret';
import { ServiceType } from '../../lib/constructs/service';
import { type KafkaBootstrap, KafkaKraft } from '../../lib/constructs/kafka-kraft';
import { PreStop } from '../../lib/constructs/pre-stop';
import { SpringService, type SpringServiceProps, springVariables } from '../../lib/constructs/spring-service';
import type { KeyValue } from '../../lib/constructs/variables';
import type { ContainerManifest } from '../testing';
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
import { AUTOSCALER_SPEC, everyDeploymentProp, everyServiceProp, SERVICE_SPEC, without } from './web-props';

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
const UNTRACED =
  '/actuator/health,/actuator/health/readiness,/actuator/health/liveness,/actuator/prometheus,/actuator/info';
/** A Kafka that says how it is trusted and logged in to. */
const SECURED: KafkaBootstrap = {
  bootstrapServers: 'kafka:9092',
  security: { protocol: 'SSL', ca: { from: { kind: 'Secret', name: 'kafka-tls' }, key: 'ca.crt' } },
};
const CA = { from: { kind: 'Secret', name: 'servers-ca' }, key: 'ca.pem' } as const;
const TRACES = { host: 'otel', port: 4317 };
const REDIS = { host: 'redis.shop.svc.cluster.local', port: 6380 };
const TLS_DATABASE = { ...DATABASE, endpoint: { host: 'db.shop.example', port: 5432, tls: { ca: CA } } };
const TLS_REDIS = { host: 'redis.shop.example', port: 6379, tls: { ca: CA } };

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
      SPRING_LIFECYCLE_TIMEOUTPERSHUTDOWNPHASE: '20s',
    });
  });

  test('has its variables in a ConfigMap of its own', () => {
    expect(find(manifests, 'ConfigMap', 'orders-config')['data']).toEqual({
      SERVER_PORT: '8081',
      OTEL_SERVICE_NAME: 'orders-service',
      SPRING_DATASOURCE_URL: 'jdbc:postgresql://db.shop.svc.cluster.local:5432/orders',
      SPRING_DATASOURCE_USERNAME: 'orders_user',
      OTEL_JAVAAGENT_EXCLUDE_URLS: UNTRACED,
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

    expect(dataOf({ ...shared, OTEL_JAVAAGENT_EXCLUDE_URLS: UNTRACED }, { redis: REDIS })).toEqual({
      SERVER_PORT: '8081',
      OTEL_SERVICE_NAME: 'orders-service',
    });
  });

  test('are its own where a shared ConfigMap says something else', () => {
    expect(dataOf({ SPRING_DATA_REDIS_HOST: 'other', SPRING_DATA_REDIS_PORT: '6380' }, { redis: REDIS })).toEqual({
      SERVER_PORT: '8081',
      OTEL_SERVICE_NAME: 'orders-service',
      SPRING_DATA_REDIS_HOST: REDIS.host,
      OTEL_JAVAAGENT_EXCLUDE_URLS: UNTRACED,
    });
  });
});

describe('servers with TLS', () => {
  const JDBC =
    'jdbc:postgresql://db.shop.example:5432/orders?sslmode=verify-full&sslrootcert=/etc/trusted-ca/database/ca.crt';
  const CONNECTIONS = { database: TLS_DATABASE, redis: TLS_REDIS, kafka: SECURED };
  const TRUST = {
    SPRING_DATA_REDIS_SSL_ENABLED: 'true',
    SPRING_DATA_REDIS_SSL_BUNDLE: 'redis',
    SPRING_SSL_BUNDLE_PEM_REDIS_TRUSTSTORE_CERTIFICATE: 'file:/etc/trusted-ca/redis/ca.crt',
    SPRING_KAFKA_SSL_TRUSTSTORETYPE: 'PEM',
    SPRING_KAFKA_SSL_TRUSTSTORELOCATION: 'file:/etc/trusted-ca/kafka/ca.crt',
  };

  test('are trusted by their CA alone, and by their names', () => {
    const manifests = spring(CONNECTIONS);

    expect(find(manifests, 'ConfigMap', 'orders-config')['data']).toMatchObject({
      SPRING_DATASOURCE_URL: JDBC,
      SPRING_DATA_REDIS_HOST: 'redis.shop.example',
      SPRING_DATA_REDIS_PORT: '6379',
      SPRING_KAFKA_SECURITY_PROTOCOL: 'SSL',
      ...TRUST,
    });
  });

  test('have their CAs mounted, read-only, and nothing else of where these are', () => {
    const deployment = find(spring(CONNECTIONS), 'Deployment', 'orders');
    const mounts = containerOf(deployment)['volumeMounts'] as { readonly name: string }[];
    const volumes = podTemplateOf(deployment).spec['volumes'] as { readonly name: string }[];
    const trusted = ({ name }: { readonly name: string }): boolean => name.startsWith('etc-trusted-ca-');
    const secret = (server: string, secretName: string, key: string): object => ({
      name: `etc-trusted-ca-${server}`,
      secret: { secretName, items: [{ key, path: 'ca.crt' }] },
    });

    expect(mounts.filter(trusted)).toEqual(
      ['database', 'redis', 'kafka'].map((server) => ({
        name: `etc-trusted-ca-${server}`,
        mountPath: `/etc/trusted-ca/${server}`,
        readOnly: true,
      })),
    );
    expect(volumes.filter(trusted)).toEqual([
      secret('database', 'servers-ca', 'ca.pem'),
      secret('redis', 'servers-ca', 'ca.pem'),
      secret('kafka', 'kafka-tls', 'ca.crt'),
    ]);
  });

  test.each<[string, KeyValue, object]>([
    [
      'a ConfigMap',
      { from: { kind: 'ConfigMap', name: 'cas' }, key: 'ca.crt' },
      { configMap: { name: 'cas', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    ],
    [
      'what may be missing',
      { ...CA, optional: true },
      { secret: { secretName: 'servers-ca', items: [{ key: 'ca.pem', path: 'ca.crt' }], optional: true } },
    ],
  ])('may have their CA in %s', (_, ca, volume) => {
    const deployment = find(spring({ redis: { ...TLS_REDIS, tls: { ca } } }), 'Deployment', 'orders');

    expect(podTemplateOf(deployment).spec['volumes']).toContainEqual({ name: 'etc-trusted-ca-redis', ...volume });
  });

  test('are in variables that services share, but for the files, which a service has that connects there', () => {
    const shared = springVariables(CONNECTIONS);
    const chart = testChart();
    const sharedConfig = [new ConfigMap(chart, 'shared', { data: shared })];
    new SpringService(chart, 'orders', { ...MINIMAL, ...CONNECTIONS, sharedConfig });
    new SpringService(chart, 'carts', { ...MINIMAL, sharedConfig });
    const manifests = synthesized(chart);
    const own = (name: string): unknown => find(manifests, 'ConfigMap', `${name}-config`)['data'];

    expect(shared).toEqual({
      SPRING_DATASOURCE_URL: JDBC,
      SPRING_DATASOURCE_USERNAME: 'orders_user',
      SPRING_DATA_REDIS_HOST: 'redis.shop.example',
      SPRING_DATA_REDIS_PORT: '6379',
      SPRING_KAFKA_BOOTSTRAP_SERVERS: 'kafka:9092',
      SPRING_KAFKA_SECURITY_PROTOCOL: 'SSL',
    });
    expect(own('orders')).toMatchObject(TRUST);
    expect(own('carts')).toEqual({
      SERVER_PORT: '8081',
      OTEL_SERVICE_NAME: 'carts-service',
      OTEL_JAVAAGENT_EXCLUDE_URLS: UNTRACED,
    });
  });
});

describe('where it answers', () => {
  const given = (
    props: Partial<SpringServiceProps>,
  ): { container: ContainerManifest; data: unknown; ports: unknown } => {
    const manifests = spring(props);
    return {
      container: containerOf(find(manifests, 'Deployment', 'orders')),
      data: find(manifests, 'ConfigMap', 'orders-config')['data'],
      ports: (find(manifests, 'Service', 'orders')['spec'] as { ports: unknown }).ports,
    };
  };
  const probesOf = (path: string, port: number, scheme?: 'HTTPS'): object => {
    const get = (group: string): object => ({
      httpGet: { path: `${path}/health/${group}`, port, ...(scheme !== undefined && { scheme }) },
    });
    return { startupProbe: get('liveness'), readinessProbe: get('readiness'), livenessProbe: get('liveness') };
  };

  test('with a context path, Actuator is below it', () => {
    const { container, data } = given({ contextPath: '/orders' });

    expect(container).toMatchObject(probesOf('/orders/actuator', 8081));
    expect(data).toMatchObject({
      SERVER_SERVLET_CONTEXTPATH: '/orders',
      OTEL_JAVAAGENT_EXCLUDE_URLS:
        '/orders/actuator/health,/orders/actuator/health/readiness,/orders/actuator/health/liveness,/orders/actuator/prometheus,/orders/actuator/info',
    });
  });

  test('a reactive one has its context path in a property of its own', () => {
    const { container, data } = given({ contextPath: '/orders', webApplicationType: 'reactive' });

    expect(container).toMatchObject(probesOf('/orders/actuator', 8081));
    expect(data).toMatchObject({ SPRING_WEBFLUX_BASEPATH: '/orders', SPRING_MAIN_WEBAPPLICATIONTYPE: 'reactive' });
    expect(data).not.toHaveProperty('SERVER_SERVLET_CONTEXTPATH');
  });

  test('with a management port, probes, container and Service go there, and the context path does not count', () => {
    const { container, data, ports } = given({ contextPath: '/orders', managementPort: 9001 });

    expect(container).toMatchObject(probesOf('/actuator', 9001));
    expect(container['ports']).toEqual([
      { name: 'http', containerPort: 8081 },
      { name: 'management', containerPort: 9001 },
    ]);
    expect(ports).toEqual([
      { name: 'http', port: 8081, targetPort: 'http' },
      { name: 'management', port: 9001, targetPort: 'management' },
    ]);
    expect(data).toMatchObject({ MANAGEMENT_SERVER_PORT: '9001', OTEL_JAVAAGENT_EXCLUDE_URLS: UNTRACED });
  });

  test('its own base path counts on the management port, and so does that of the endpoints', () => {
    const { container, data } = given({
      contextPath: '/orders',
      managementPort: 9001,
      managementBasePath: '/manage',
      endpointsBasePath: '/ops',
    });

    expect(container).toMatchObject(probesOf('/manage/ops', 9001));
    expect(data).toMatchObject({
      MANAGEMENT_SERVER_BASEPATH: '/manage',
      MANAGEMENT_ENDPOINTS_WEB_BASEPATH: '/ops',
      OTEL_JAVAAGENT_EXCLUDE_URLS:
        '/manage/ops/health,/manage/ops/health/readiness,/manage/ops/health/liveness,/manage/ops/prometheus,/manage/ops/info',
    });
  });

  test('with the root as base path, the endpoints are right below it', () => {
    expect(given({ managementPort: 9001, endpointsBasePath: '/' }).container).toMatchObject(probesOf('', 9001));
  });

  test('nobody outside of the cluster reaches the management port', () => {
    const { ports, container } = given({ managementPort: 9001, service: { type: ServiceType.loadBalancer() } });

    expect(ports).toEqual([{ name: 'http', port: 8081, targetPort: 'http' }]);
    expect(container).toMatchObject(probesOf('/actuator', 9001));
  });

  test('with a certificate it speaks TLS, and is probed over it', () => {
    const manifests = spring({ tls: { kind: 'Secret', name: 'orders-tls' } });
    const deployment = find(manifests, 'Deployment', 'orders');

    expect(containerOf(deployment)).toMatchObject({
      ...probesOf('/actuator', 8081, 'HTTPS'),
      ports: [{ name: 'https', containerPort: 8081 }],
      volumeMounts: expect.arrayContaining([
        { name: 'etc-server-tls', mountPath: '/etc/server-tls', readOnly: true },
      ]) as unknown,
    });
    expect(podTemplateOf(deployment).spec['volumes']).toContainEqual({
      name: 'etc-server-tls',
      secret: {
        secretName: 'orders-tls',
        items: [
          { key: 'tls.crt', path: 'tls.crt' },
          { key: 'tls.key', path: 'tls.key' },
        ],
      },
    });
    expect(find(manifests, 'ConfigMap', 'orders-config')['data']).toMatchObject({
      SERVER_SSL_BUNDLE: 'server',
      SPRING_SSL_BUNDLE_PEM_SERVER_KEYSTORE_CERTIFICATE: 'file:/etc/server-tls/tls.crt',
      SPRING_SSL_BUNDLE_PEM_SERVER_KEYSTORE_PRIVATEKEY: 'file:/etc/server-tls/tls.key',
      SPRING_SSL_BUNDLE_PEM_SERVER_RELOADONUPDATE: 'true',
    });
    expect(find(manifests, 'Service', 'orders')).toMatchObject({
      spec: { ports: [{ name: 'https', port: 8081, targetPort: 'https' }] },
    });
  });

  test.each([
    [undefined, 'HTTPS', undefined],
    [true, 'HTTPS', undefined],
    [false, undefined, 'false'],
  ] as const)(
    'with a certificate and managementTls %s its management port speaks %s',
    (managementTls, scheme, enabled) => {
      const { container, data } = given({
        tls: { kind: 'Secret', name: 'orders-tls' },
        managementPort: 9001,
        ...(managementTls !== undefined && { managementTls }),
      });

      expect(container).toMatchObject(probesOf('/actuator', 9001, scheme));
      expect((container['livenessProbe'] as { httpGet: object }).httpGet).toHaveProperty('port', 9001);
      expect(Object.keys((container['livenessProbe'] as { httpGet: object }).httpGet).includes('scheme')).toBe(
        scheme !== undefined,
      );
      expect((data as Record<string, unknown>)['MANAGEMENT_SERVER_SSL_ENABLED']).toBe(enabled);
    },
  );

  test('each probe can have a timing of its own', () => {
    const { container } = given({ probeTiming: { liveness: { failureThreshold: 9 } } });

    expect(container).toMatchObject({
      startupProbe: { failureThreshold: 120 },
      livenessProbe: { failureThreshold: 9, periodSeconds: 10 },
    });
  });
});

describe('how it stops', () => {
  const timeout = (props: Partial<SpringServiceProps>): unknown =>
    environmentOf(find(spring(props), 'Deployment', 'orders'))['SPRING_LIFECYCLE_TIMEOUTPERSHUTDOWNPHASE'];

  test.each<[string, Partial<SpringServiceProps>, string]>([
    ['requests take all that is left', {}, '20s'],
    ['Kafka listeners stop before, in a phase of their own', { kafka: { bootstrapServers: 'kafka:9092' } }, '10s'],
    ['a third phase has its third', { kafka: { bootstrapServers: 'kafka:9092' }, shutdownPhases: 3 }, '6s'],
    ['without a preStop hook there is more', { preStop: PreStop.none() }, '25s'],
    ['with a longer grace period there is more', { terminationGracePeriod: Duration.minutes(1) }, '50s'],
  ])('%s', (_, props, expected) => {
    expect(timeout(props)).toBe(expected);
  });
});

describe('the options of its JVM', () => {
  test('stand in the variable that is named', () => {
    const deployment = find(spring({ javaOptionsVariable: 'JAVA_TOOL_OPTIONS' }), 'Deployment', 'orders');

    expect(environmentOf(deployment)).toMatchObject({ JAVA_TOOL_OPTIONS: '-XX:+UseG1GC -XX:MaxRAMPercentage=75.0' });
    expect(environmentOf(deployment)).not.toHaveProperty('JAVA_OPTS');
  });

  test('may refer to a variable of the pod, which then stands before them', () => {
    const deployment = find(
      spring({
        javaOptions: ['-Djava.rmi.server.hostname=$(POD_IP)'],
        environment: { POD_IP: { fieldPath: 'status.podIP' } },
      }),
      'Deployment',
      'orders',
    );

    expect(containerOf(deployment).env?.map(({ name }) => name)).toEqual([
      'POD_IP',
      'JAVA_OPTS',
      'SERVER_SHUTDOWN',
      'SPRING_LIFECYCLE_TIMEOUTPERSHUTDOWNPHASE',
    ]);
  });

  const fits = (javaOptions: readonly string[], limit: number, others: Partial<SpringServiceProps> = {}): unknown =>
    spring({
      javaOptions,
      resources: {
        cpu: { request: Cpu.millis(100) },
        memory: { request: Size.mebibytes(limit), limit: Size.mebibytes(limit) },
      },
      ...others,
    });

  test.each<[string, readonly string[], number]>([
    ['three quarters of 640 MiB', ['-XX:MaxRAMPercentage=75.0'], 640],
    ['a quarter, where nothing is said', [], 128],
    ['a heap in mebibytes', ['-Xmx416m'], 512],
    ['a heap in kibibytes', ['-Xmx425984K'], 512],
    ['a heap in bytes', ['-Xmx436207616'], 512],
    ['a heap in hexadecimal digits', ['-Xmx0x1A000000'], 512],
    ['a heap in gibibytes', ['-XX:MaxHeapSize=1G'], 1120],
    ['the last of two', ['-Xmx2g', '-Xmx256m'], 512],
    ['a size before a share', ['-Xmx256m', '-XX:MaxRAMPercentage=90'], 512],
    ['a share of less memory', ['-XX:MaxRAM=512m', '-XX:MaxRAMPercentage=90'], 1024],
    ['a fraction', ['-XX:MaxRAMFraction=2'], 512],
  ])('a heap that fits is taken: %s', (_, javaOptions, limit) => {
    expect(() => fits(javaOptions, limit)).not.toThrow();
  });

  test.each<[string, readonly string[], number, string, Partial<SpringServiceProps>?]>([
    ['as large as the limit', ['-Xmx512m'], 512, 'lets the heap take all of the memory limit (512Mi)'],
    ['all of it', ['-XX:MaxRAMPercentage=100'], 512, 'lets the heap take all of the memory limit (512Mi)'],
    ['in gibibytes', ['-Xmx1G'], 1024, 'lets the heap take all of the memory limit (1024Mi)'],
    ['with 95 MiB left', ['-Xmx417m'], 512, 'a heap of 417 MiB leaves 95 MiB of the memory limit of 512 MiB'],
    ['with 95 MiB left, in hexadecimal digits', ['-Xmx0x1A100000'], 512, 'a heap of 417 MiB leaves 95 MiB'],
    ['with 90 % of a small limit', ['-XX:MaxRAMPercentage=90.0'], 640, 'a heap of 576 MiB leaves 64 MiB'],
    ['with the whole of less memory', ['-XX:MaxRAM=500m', '-XX:MaxRAMPercentage=99'], 512, 'leaves 17 MiB'],
    ['where nothing is said and nothing is left', [], 120, 'a heap of 30 MiB leaves 90 MiB'],
    ['the last of two', ['-Xmx256m', '-Xmx480m'], 512, 'a heap of 480 MiB leaves 32 MiB'],
    ['in a unit that a JVM does not know', ['-Xmx256Mi'], 512, 'javaOptions "-Xmx256Mi": not a size that a JVM takes'],
    ['of a fraction of a unit', ['-Xmx1.5g'], 4096, '"-Xmx1.5g": not a size that a JVM takes'],
    ['of a share that is no number', ['-XX:MaxRAMPercentage=75%'], 512, 'not a share of the memory that a JVM takes'],
    ['of a share above all', ['-XX:MaxRAMPercentage=0'], 512, 'not a share of the memory that a JVM takes'],
    ['that starts larger than it may grow', ['-Xms300m', '-Xmx256m'], 512, 'an initial heap of 300 MiB is larger'],
    [
      'by a variable that the JVM reads last',
      ['-Xmx256m'],
      512,
      'a heap of 500 MiB leaves 12 MiB',
      { environment: { _JAVA_OPTIONS: '-Xmx500m' } },
    ],
    [
      'by a variable of the ConfigMap',
      [],
      512,
      'a heap of 500 MiB leaves 12 MiB',
      { config: { JAVA_TOOL_OPTIONS: '-Xmx500m' } },
    ],
    [
      'by the command',
      [],
      512,
      'a heap of 500 MiB leaves 12 MiB',
      { args: ['-c', "exec java '-Xmx500m' -jar app.jar"] },
    ],
  ])('a heap is refused %s', (_, javaOptions, limit, message, ...[others]) => {
    expect(() => fits(javaOptions, limit, others)).toThrow('test/orders: javaOptions');
    expect(() => fits(javaOptions, limit, others)).toThrow(message);
  });

  test('of two variables the one that the JVM reads later counts', () => {
    expect(() => fits(['-Xmx256m'], 512, { environment: { JAVA_TOOL_OPTIONS: '-Xmx1g' } })).not.toThrow();
  });
});

test('an autoscaler does not take for load what a JVM burns after its start, unless it is told otherwise', () => {
  const metrics = [ScalingMetric.cpuUtilization(70)];
  const behavior = (scaleUp?: ScalingRules): unknown =>
    (
      find(
        spring({ autoscaling: { maxReplicas: 4, metrics, ...(scaleUp !== undefined && { scaleUp }) } }),
        'HorizontalPodAutoscaler',
        'orders',
      )['spec'] as { behavior: unknown }
    ).behavior;
  const policies = [ScalingPolicy.percent(100, Duration.seconds(15))];

  expect(behavior()).toMatchObject({ scaleUp: { stabilizationWindowSeconds: 60 } });
  expect(behavior({ policies })).toMatchObject({
    scaleUp: { stabilizationWindowSeconds: 60, policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] },
  });
  expect(behavior({ stabilizationWindow: Duration.seconds(0) })).toMatchObject({
    scaleUp: { stabilizationWindowSeconds: 0 },
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

describe('with every prop', () => {
  const pod = without(everyPodProp(), 'environmentFrom');
  const every = (sharedConfig: readonly ConfigMap[]): Required<SpringServiceProps> => ({
    ...pod,
    ...everyDeploymentProp(),
    labels: { 'shop.example/team': 'a' },
    annotations: { 'shop.example/owner': 'Team A' },
    component: 'backend',
    image: 'shop/orders:2.0',
    port: 9000,
    ports: [{ name: 'grpc', port: 9090 }],
    service: everyServiceProp(),
    resources: {
      cpu: { request: Cpu.millis(10), limit: Cpu.millis(20) },
      memory: { request: Size.mebibytes(200), limit: Size.mebibytes(400) },
    },
    contextPath: '/orders',
    managementPort: 9001,
    managementBasePath: '/manage',
    endpointsBasePath: '/ops',
    webApplicationType: 'reactive',
    tls: { kind: 'Secret', name: 'orders-tls' },
    managementTls: false,
    database: DATABASE,
    redis: REDIS,
    kafka: { bootstrapServers: 'kafka:9092' },
    traces: TRACES,
    metrics: { port: 9001, path: '/ops/prometheus' },
    sharedConfig,
    config: { LOGGING_LEVEL_ROOT: 'warn' },
    secrets: [
      { kind: 'Secret', name: 'orders-secret' },
      { from: { kind: 'Secret', name: 'mail' }, prefix: 'MAIL_' },
    ],
    javaOptions: ['-Xlog:gc', '-XX:+UseZGC'],
    javaOptionsVariable: 'JDK_JAVA_OPTIONS',
    shutdownPhases: 3,
    openTelemetryServiceName: 'shop-orders',
  });
  const manifestsOf = (choose: (props: Required<SpringServiceProps>) => SpringServiceProps): Manifest[] => {
    const chart = testChart();
    new SpringService(chart, 'orders', choose(every([new ConfigMap(chart, 'shared', { data: { A: '1' } })])));
    return synthesized(chart);
  };
  const manifests = manifestsOf((props) => without(props, 'autoscaling'));
  const scaled = manifestsOf((props) => without(props, 'replicas'));
  const rollout = find(manifests, 'Rollout', 'orders');

  test('is what the snapshot shows', () => {
    expect(asYaml(manifests)).toMatchSnapshot();
  });

  test('the ConfigMap has each', () => {
    expect(find(manifests, 'ConfigMap', 'orders-config')).toMatchObject({
      metadata: {
        labels: {
          'app.kubernetes.io/name': 'orders',
          'app.kubernetes.io/component': 'backend',
          'shop.example/team': 'a',
        },
        annotations: { 'shop.example/owner': 'Team A' },
      },
    });
    expect(find(manifests, 'ConfigMap', 'orders-config')['data']).toEqual({
      SERVER_PORT: '9000',
      OTEL_SERVICE_NAME: 'shop-orders',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel:4317',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      SPRING_DATASOURCE_URL: 'jdbc:postgresql://db.shop.svc.cluster.local:5432/orders',
      SPRING_DATASOURCE_USERNAME: 'orders_user',
      SPRING_DATA_REDIS_HOST: 'redis.shop.svc.cluster.local',
      SPRING_DATA_REDIS_PORT: '6380',
      SPRING_KAFKA_BOOTSTRAP_SERVERS: 'kafka:9092',
      SPRING_MAIN_WEBAPPLICATIONTYPE: 'reactive',
      SPRING_WEBFLUX_BASEPATH: '/orders',
      MANAGEMENT_SERVER_PORT: '9001',
      MANAGEMENT_SERVER_BASEPATH: '/manage',
      MANAGEMENT_ENDPOINTS_WEB_BASEPATH: '/ops',
      SERVER_SSL_BUNDLE: 'server',
      SPRING_SSL_BUNDLE_PEM_SERVER_KEYSTORE_CERTIFICATE: 'file:/etc/server-tls/tls.crt',
      SPRING_SSL_BUNDLE_PEM_SERVER_KEYSTORE_PRIVATEKEY: 'file:/etc/server-tls/tls.key',
      SPRING_SSL_BUNDLE_PEM_SERVER_RELOADONUPDATE: 'true',
      MANAGEMENT_SERVER_SSL_ENABLED: 'false',
      OTEL_JAVAAGENT_EXCLUDE_URLS:
        '/manage/ops/health,/manage/ops/health/readiness,/manage/ops/health/liveness,/manage/ops/prometheus,/manage/ops/info',
      LOGGING_LEVEL_ROOT: 'warn',
    });
  });

  test('the container has each', () => {
    const liveness = { path: '/manage/ops/health/liveness', port: 9001 };
    expect(containerOf(rollout)).toMatchObject({
      image: 'shop/orders:2.0',
      ports: [
        { name: 'https', containerPort: 9000 },
        { name: 'management', containerPort: 9001 },
        { name: 'grpc', containerPort: 9090 },
      ],
      resources: { requests: { cpu: '10m', memory: '200Mi' }, limits: { cpu: '20m', memory: '400Mi' } },
      envFrom: [
        { configMapRef: { name: 'shared' } },
        { configMapRef: { name: 'orders-config' } },
        { secretRef: { name: 'orders-secret' } },
        { secretRef: { name: 'mail' }, prefix: 'MAIL_' },
      ],
      startupProbe: { httpGet: liveness, failureThreshold: 240 },
      livenessProbe: { httpGet: liveness },
      readinessProbe: { httpGet: { path: '/manage/ops/health/readiness', port: 9001 } },
      lifecycle: { preStop: { sleep: { seconds: 9 } } },
    });
    expect(environmentOf(rollout)).toMatchObject({
      JDK_JAVA_OPTIONS: '-Xlog:gc -XX:+UseZGC',
      SERVER_SHUTDOWN: 'graceful',
      // 45 s of grace, 9 of sleep, 5 for the JVM to end, three phases.
      SPRING_LIFECYCLE_TIMEOUTPERSHUTDOWNPHASE: '10s',
      GREETING: 'hello',
      NODE: { fieldRef: { fieldPath: 'spec.nodeName' } },
    });
  });

  test('the pods have each', () => {
    expect(podTemplateOf(rollout)).toMatchObject({
      metadata: { labels: { 'shop.example/tier': 'front', 'app.kubernetes.io/component': 'backend' } },
      spec: {
        terminationGracePeriodSeconds: 45,
        securityContext: { runAsUser: 1234 },
        topologySpreadConstraints: [{ whenUnsatisfiable: 'DoNotSchedule' }, { whenUnsatisfiable: 'ScheduleAnyway' }],
        initContainers: [{ name: 'prepare' }, { name: 'proxy' }],
        volumes: expect.arrayContaining([
          expect.objectContaining({ name: 'etc-server-tls' }),
          { name: 'srv-cache', emptyDir: {} },
        ]) as unknown,
      },
    });
  });

  test('Service, workload, disruption budget and autoscaler have each', () => {
    expect(find(manifests, 'Service', 'orders')['spec']).toEqual({
      ...SERVICE_SPEC,
      selector: { 'app.kubernetes.io/name': 'orders' },
      ports: [
        { name: 'https', port: 443, targetPort: 'https', appProtocol: 'kubernetes.io/h2c' },
        { name: 'grpc', port: 9090, targetPort: 'grpc' },
      ],
    });
    expect(rollout).toMatchObject({
      spec: {
        replicas: 4,
        minReadySeconds: 20,
        progressDeadlineSeconds: 1200,
        revisionHistoryLimit: 5,
        strategy: {
          canary: { maxSurge: '50%', maxUnavailable: 1, steps: [{ setWeight: 25 }, {}, { setWeight: 50 }, {}] },
        },
      },
    });
    expect(find(manifests, 'PodDisruptionBudget', 'orders')).toMatchObject({ spec: { minAvailable: '50%' } });
    expect(find(scaled, 'Rollout', 'orders')).not.toHaveProperty('spec.replicas');
    expect(find(scaled, 'HorizontalPodAutoscaler', 'orders')['spec']).toEqual({
      scaleTargetRef: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'orders' },
      ...AUTOSCALER_SPEC,
    });
  });
});

describe('what contradicts a derived setting, or moves what the probes ask, is refused', () => {
  const shared = (data: Record<string, string>): Partial<SpringServiceProps> => ({
    sharedConfig: [new ConfigMap(testChart(), 'shared', { data })],
  });
  const secret = (...keys: string[]): Partial<SpringServiceProps> => ({
    secrets: [
      new Secret(testChart(), 'orders-secret', { data: Object.fromEntries(keys.map((key) => [key, 'hidden'])) }),
    ],
  });
  const json = (value: unknown): Record<string, string> => ({ SPRING_APPLICATION_JSON: JSON.stringify(value) });

  test.each<[spelling: string, props: Partial<SpringServiceProps>, message: string]>([
    ['its name', { config: { SERVER_PORT: '1' } }, 'config.SERVER_PORT: sets server.port, which SpringService derives'],
    ['in lower case', { config: { server_port: '1' } }, 'config.server_port: sets server.port'],
    ['with dots', { environment: { 'server.port': '1' } }, 'environment.server.port: sets server.port'],
    [
      'with underscores for dashes',
      { environment: { SPRING_LIFECYCLE_TIMEOUT_PER_SHUTDOWN_PHASE: '1s' } },
      'sets spring.lifecycle.timeout-per-shutdown-phase, which SpringService derives from its other props as "20s"',
    ],
    [
      'with dashes',
      { config: { 'spring.lifecycle.timeout-per-shutdown-phase': '1s' } },
      'sets spring.lifecycle.timeout-per-shutdown-phase',
    ],
    [
      'as a field of the pod',
      { environment: { SERVER_PORT: { fieldPath: 'status.podIP' } } },
      'environment.SERVER_PORT',
    ],
    [
      'in a ConfigMap that is shared, under another name',
      shared({ 'server.port': '1' }),
      'sharedConfig.shared.server.port',
    ],
    ['as a key of a Secret', secret('SERVER_PORT'), 'secrets.orders-secret.SERVER_PORT: sets server.port'],
    [
      'as a key of a Secret, with a prefix',
      { secrets: [{ from: new Secret(testChart(), 's', { data: { PORT: 'hidden' } }), prefix: 'SERVER_' }] },
      'secrets.s.SERVER_PORT',
    ],
    [
      'as nested JSON',
      { config: json({ server: { port: 1 } }) },
      'config.SPRING_APPLICATION_JSON (server.port): sets server.port',
    ],
    [
      'as dotted JSON',
      { environment: json({ 'server.port': 1 }) },
      'environment.SPRING_APPLICATION_JSON (server.port)',
    ],
    [
      'as JSON in a ConfigMap that is shared',
      shared(json({ management: { server: { port: 1 } } })),
      'sharedConfig.shared.SPRING_APPLICATION_JSON (management.server.port)',
    ],
    [
      'as JSON in a property of the JVM',
      { javaOptions: ['-Dspring.application.json={"server.port":1}'] },
      'javaOptions (-Dspring.application.json) (server.port)',
    ],
    ['as a property of the JVM', { javaOptions: ['-Dserver.port=1'] }, 'javaOptions (-Dserver.port): sets server.port'],
    [
      'as a property of the JVM in another variable',
      { environment: { JAVA_TOOL_OPTIONS: '-Xlog:gc "-Dserver.port=1"' } },
      'environment.JAVA_TOOL_OPTIONS (-Dserver.port)',
    ],
    ['as an argument', { args: ['--server.port=1'] }, 'args (--server.port): sets server.port'],
    [
      'in a command line',
      { command: ['sh', '-c', 'exec java -jar app.jar --server.port=1'] },
      'command (--server.port)',
    ],
  ])('%s', (_, props, message) => {
    expect(() => spring(props)).toThrow('test/orders: ');
    expect(() => spring(props)).toThrow(message);
    expect(() => spring(props)).not.toThrow('hidden');
  });

  test.each<[variable: string, value: string, prop: string]>([
    ['MANAGEMENT_SERVER_PORT', '9001', 'managementPort'],
    ['MANAGEMENT_SERVER_BASE_PATH', '/manage', 'managementBasePath'],
    ['MANAGEMENT_ENDPOINTS_WEB_BASEPATH', '/ops', 'endpointsBasePath'],
    ['SERVER_SERVLET_CONTEXT_PATH', '/orders', 'contextPath'],
    ['SPRING_WEBFLUX_BASE_PATH', '/orders', 'contextPath'],
    ['SPRING_MVC_SERVLET_PATH', '/orders', 'contextPath'],
    ['SERVER_SSL_ENABLED', 'true', 'tls'],
    ['SERVER_SSL_KEYSTORE', '/x', 'tls'],
    ['SERVER_SSL_BUNDLE', 'x', 'tls'],
    ['MANAGEMENT_SERVER_SSL_ENABLED', 'true', 'managementTls'],
    ['SPRING_MAIN_WEB_APPLICATION_TYPE', 'none', 'webApplicationType'],
    ['SERVER_SHUTDOWN', 'immediate', 'terminationGracePeriod'],
    ['OTEL_SERVICE_NAME', 'x', 'openTelemetryServiceName'],
    ['JAVA_OPTS', '', 'javaOptions'],
  ])('%s=%s, for the prop says it', (variable, value, prop) => {
    expect(() => spring({ config: { [variable]: value } })).toThrow(`config.${variable}: sets `);
    expect(() => spring({ config: { [variable]: value } })).toThrow(`use the prop ${prop}.`);
  });

  test.each<[variable: string, value: string]>([
    ['SERVER_ADDRESS', '127.0.0.1'],
    ['MANAGEMENT_SERVER_ADDRESS', 'localhost'],
    ['MANAGEMENT_ENDPOINTS_WEB_PATHMAPPING_HEALTH', 'healthcheck'],
    ['MANAGEMENT_ENDPOINTS_WEB_EXPOSURE_INCLUDE', 'info,prometheus'],
    ['MANAGEMENT_ENDPOINTS_WEB_EXPOSURE_INCLUDE_0', 'info'],
    ['MANAGEMENT_ENDPOINTS_WEB_EXPOSURE_EXCLUDE', 'env, health'],
    ['MANAGEMENT_ENDPOINTS_WEB_EXPOSURE_EXCLUDE_0_', '*'],
    ['MANAGEMENT_ENDPOINTS_ENABLED_BY_DEFAULT', 'false'],
    ['MANAGEMENT_ENDPOINTS_ACCESS_DEFAULT', 'none'],
    ['MANAGEMENT_ENDPOINTS_ACCESS_MAXPERMITTED', 'NONE'],
    ['MANAGEMENT_ENDPOINT_HEALTH_ENABLED', 'false'],
    ['MANAGEMENT_ENDPOINT_HEALTH_ACCESS', 'none'],
    ['MANAGEMENT_ENDPOINT_HEALTH_PROBES_ENABLED', 'false'],
  ])('%s=%s, for nobody would answer the probes', (variable, value) => {
    expect(() => spring({ config: { [variable]: value } })).toThrow(
      /: sets \S+: the service would answer elsewhere or otherwise than its probes and its Service take for granted\. Leave it out\.$/,
    );
  });

  test.each<[Partial<SpringServiceProps>, string, string]>([
    [{ database: DATABASE }, 'SPRING_DATASOURCE_URL', 'database'],
    [{ database: DATABASE }, 'SPRING_DATASOURCE_HIKARI_JDBC_URL', 'database'],
    [{ redis: REDIS }, 'SPRING_DATA_REDIS_URL', 'redis'],
    [{ traces: TRACES }, 'OTEL_EXPORTER_OTLP_ENDPOINT', 'traces'],
    [{ traces: TRACES }, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'traces'],
    [{ traces: TRACES }, 'OTEL_EXPORTER_OTLP_PROTOCOL', 'traces'],
    [{ redis: REDIS }, 'SPRING_DATA_REDIS_SENTINEL_MASTER', 'redis'],
    [{ kafka: { bootstrapServers: 'kafka:9092' } }, 'SPRING_KAFKA_BOOTSTRAPSERVERS_0', 'kafka'],
    [{ kafka: { bootstrapServers: 'kafka:9092' } }, 'SPRING_KAFKA_CONSUMER_BOOTSTRAP_SERVERS', 'kafka'],
    ...[
      'SPRING_KAFKA_SECURITY_PROTOCOL',
      'SPRING_KAFKA_PRODUCER_SECURITY_PROTOCOL',
      'SPRING_KAFKA_SSL_TRUST_STORE_TYPE',
      'SPRING_KAFKA_SSL_TRUSTSTORECERTIFICATES',
      'SPRING_KAFKA_SSL_TRUSTSTORELOCATION',
      'SPRING_KAFKA_PROPERTIES_SECURITY_PROTOCOL',
      'SPRING_KAFKA_PROPERTIES_SASL_MECHANISM',
      'SPRING_KAFKA_CONSUMER_PROPERTIES_SASL_JAAS_CONFIG',
      'SPRING_KAFKA_SSL_BUNDLE',
      'SPRING_KAFKA_ADMIN_SECURITY_PROTOCOL',
      'SPRING_KAFKA_PROPERTIES_SSL_ENDPOINT_IDENTIFICATION_ALGORITHM',
      'SPRING_KAFKA_PROPERTIES_SSL_ENGINE_FACTORY_CLASS',
      'SPRING_KAFKA_PRODUCER_PROPERTIES_SSL_TRUSTSTORE_LOCATION',
    ].map((variable): [Partial<SpringServiceProps>, string, string] => [{ kafka: SECURED }, variable, 'kafka']),
    ...[
      'SPRING_DATASOURCE_HIKARI_DATA_SOURCE_PROPERTIES_SSLMODE',
      'SPRING_DATASOURCE_HIKARI_DATASOURCEPROPERTIES_SSLROOTCERT',
      'spring.datasource.hikari.data-source-properties.sslfactory',
      'SPRING_DATASOURCE_HIKARI_DATASOURCEPROPERTIES_SSLHOSTNAMEVERIFIER',
      'SPRING_FLYWAY_URL',
    ].map((variable): [Partial<SpringServiceProps>, string, string] => [
      { database: TLS_DATABASE },
      variable,
      'database',
    ]),
    ...[
      'SPRING_DATA_REDIS_SSL_ENABLED',
      'SPRING_DATA_REDIS_SSL_BUNDLE',
      'SPRING_SSL_BUNDLE_PEM_REDIS_TRUSTSTORE_CERTIFICATE',
      'SPRING_SSL_BUNDLE_JKS_REDIS_TRUSTSTORE_LOCATION',
    ].map((variable): [Partial<SpringServiceProps>, string, string] => [{ redis: TLS_REDIS }, variable, 'redis']),
    [{ tls: { kind: 'Secret', name: 't' } }, 'SPRING_SSL_BUNDLE_PEM_SERVER_KEYSTORE_CERTIFICATE', 'tls'],
  ])('%j beside %s, and only beside it', (props, variable, prop) => {
    const config = { [variable]: 'other' };

    expect(() => spring({ ...props, config })).toThrow(`use the prop ${prop}.`);
    expect(() => spring({ config })).not.toThrow();
  });

  test.each<[string, string]>([
    [
      'SPRING_DATASOURCE_HIKARI_DATASOURCEPROPERTIES_SSLFACTORY',
      'the service would connect elsewhere or otherwise than database says.',
    ],
    ['SPRING_DATASOURCE_URL', 'which SpringService derives from its other props as "jdbc:postgresql://db.shop.example'],
  ])('%s says what it contradicts', (variable, message) => {
    expect(() => spring({ database: TLS_DATABASE, config: { [variable]: 'other' } })).toThrow(message);
  });

  test.each<[string, Partial<SpringServiceProps>]>([
    [
      'a URL of its own for Flyway that checks the certificate as well',
      {
        database: TLS_DATABASE,
        config: {
          SPRING_FLYWAY_URL: 'jdbc:postgresql://direct.shop.example/orders?sslmode=verify-full&sslrootcert=/x',
        },
      },
    ],
    [
      'TLS by hand, of a Redis that says nothing of it',
      { redis: REDIS, config: { SPRING_DATA_REDIS_SSL_ENABLED: 'true' } },
    ],
    ['every address', { config: { SERVER_ADDRESS: '0.0.0.0', MANAGEMENT_SERVER_ADDRESS: '::' } }],
    ['health among others', { config: { MANAGEMENT_ENDPOINTS_WEB_EXPOSURE_INCLUDE: 'info, health' } }],
    [
      'health among others, an item each',
      {
        config: {
          MANAGEMENT_ENDPOINTS_WEB_EXPOSURE_INCLUDE_0: 'info',
          MANAGEMENT_ENDPOINTS_WEB_EXPOSURE_INCLUDE_1: 'health',
        },
      },
    ],
    ['all endpoints', { config: { MANAGEMENT_ENDPOINTS_WEB_EXPOSURE_INCLUDE: '*' } }],
    ['the groups of health', { config: { MANAGEMENT_ENDPOINT_HEALTH_PROBES_ENABLED: 'true' } }],
    ['another property', { config: json({ logging: { level: { root: 'warn' } }, list: [1, 2] }) }],
    ['what a shared ConfigMap says as well', shared({ 'server.shutdown': 'graceful', SERVER_SHUTDOWN: 'graceful' })],
    ['what the service says otherwise than a shared ConfigMap', shared({ SERVER_PORT: '1' })],
    ['further untraced paths', { config: { OTEL_JAVAAGENT_EXCLUDE_URLS: '/favicon.ico' } }],
    ['a key of a Secret that sets nothing', secret('SPRING_DATASOURCE_PASSWORD')],
    ['an option that is no property', { args: ['--debug', '-Xlog:gc'] }],
  ])('but not %s', (_, props) => {
    expect(() => spring(props)).not.toThrow();
  });

  test('JSON that is none, without a word of it', () => {
    expect(() => spring({ config: { SPRING_APPLICATION_JSON: '{"password":"hidden"' } })).toThrow(
      /config\.SPRING_APPLICATION_JSON: not a JSON object(?!.*hidden)/,
    );
  });
});

describe('refuses', () => {
  test.each<[string, Partial<SpringServiceProps>, string]>([
    ['what its workload refuses', { image: 'shop/orders:latest' }, 'image "shop/orders:latest": has the tag latest'],
    ['the management port of the service', { managementPort: 8081 }, 'managementPort 8081: the port of the service'],
    ['a management port that is none', { managementPort: 70000 }, '70000: not a port'],
    ['a context path that ends with /', { contextPath: '/orders/' }, 'contextPath "/orders/": not a path'],
    ['a context path without /', { contextPath: 'orders' }, 'contextPath "orders": not a path'],
    ['the root as context path', { contextPath: '/' }, 'contextPath "/": not a path'],
    [
      'a management base path with a space',
      { managementPort: 9001, managementBasePath: '/a b' },
      'managementBasePath "/a b": not a path',
    ],
    ['endpoints without a path', { endpointsBasePath: '' }, 'endpointsBasePath "": not a path'],
    [
      'a management base path without a port',
      { managementBasePath: '/manage' },
      'managementBasePath "/manage": without effect: it is of Actuator\'s own port',
    ],
    ['managementTls without a port', { managementTls: false }, 'managementTls false: without effect'],
    [
      'managementTls without a certificate',
      { managementPort: 9001, managementTls: true },
      'managementTls true: there is no certificate',
    ],
    ['a certificate in a ConfigMap', { tls: { kind: 'ConfigMap', name: 'x' } }, 'tls "x": a ConfigMap'],
    [
      'a Secret without a certificate',
      { tls: new Secret(testChart(), 'orders-tls', { data: { 'tls.key': 'hidden' } }) },
      'tls "tls.crt": not a key of Secret orders-tls',
    ],
    [
      'a CA that its Secret has not',
      { redis: { ...TLS_REDIS, tls: { ca: { from: { kind: 'Secret', name: 'x', keys: ['a'] }, key: 'ca.crt' } } } },
      'redis.tls.ca.key "ca.crt": not a key of Secret x',
    ],
    [
      'a CA in a Secret whose name is none',
      { kafka: { ...SECURED, security: { protocol: 'SSL', ca: { from: { kind: 'Secret', name: 'A B' }, key: 'a' } } } },
      'kafka.security.ca.from.name "A B"',
    ],
    ['traces over TLS', { traces: { ...TRACES, tls: { ca: CA } } }, 'traces.tls "ca.pem": without effect'],
    ['no phase at all', { shutdownPhases: 0 }, 'shutdownPhases 0: not a whole number'],
    [
      'more phases than seconds',
      { shutdownPhases: 21 },
      'leaves no time for open requests after the preStop hook of 5 seconds and 5 seconds for the JVM to end, in each of 21 phases',
    ],
    ['a variable for options that is none', { javaOptionsVariable: 'A B' }, 'javaOptionsVariable "A B": not a name'],
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
