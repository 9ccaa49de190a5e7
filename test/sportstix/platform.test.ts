import { App, Size } from 'cdk8s';
import { Cpu } from '../../imports/k8s';
import type { ServiceSpec } from '../../lib/sportstix/catalogue';
import { buildArgumentsOf, type Environment, environments, local } from '../../lib/sportstix/environments';
import { Platform } from '../../lib/sportstix/platform';
import { synthesizeCharts } from '../../lib/synth/manifests';
import { toYamlStream } from '../../lib/synth/yaml';
import { containerOf, environmentOf, find, type Manifest, podTemplateOf } from '../testing';
import { PLACEHOLDERS } from './placeholder-secrets';

// Everything below says again, on purpose, what the catalogue and the constructs say: it is the contract of the platform.

function synthesize(environment: Environment, secrets = PLACEHOLDERS): Map<string, Manifest[]> {
  const app = new App();
  new Platform(app, environment.name, { environment, secrets });
  return new Map(synthesizeCharts(app).map(({ fileName, manifests }) => [fileName, manifests as Manifest[]]));
}

const files = synthesize(local);
const manifests = [...files.values()].flat();
const workload = (name: string): Manifest => find(manifests, name === 'booking' ? 'Rollout' : 'Deployment', name);
const dataOf = (kind: string, name: string): Record<string, string> =>
  find(manifests, kind, name)['data'] as Record<string, string>;
const plainText = (secret: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(dataOf('Secret', secret)).map(([key, value]) => [
      key,
      Buffer.from(value, 'base64').toString('utf8'),
    ]),
  );

describe.each(environments)('environment $name', (environment) => {
  test.each([...synthesize(environment)])('%s is what the snapshot shows', (_, content) => {
    expect(toYamlStream(content)).toMatchSnapshot();
  });
});

const SERVICES = [
  // name, image, port, CPU request / limit, memory request / limit, database, user, reads the JWT keys
  ['auth', 'sportstix/auth-service', 8081, '100m', '500m', '512Mi', '640Mi', 'sportstix_auth', 'auth_user', true],
  ['game', 'sportstix/game-service', 8082, '100m', '500m', '512Mi', '640Mi', 'sportstix_game', 'game_user', false],
  ['queue', 'sportstix/queue-service', 8083, '200m', '1', '640Mi', '768Mi', undefined, undefined, false],
  [
    'booking',
    'sportstix/booking-service',
    8084,
    '200m',
    '1',
    '640Mi',
    '768Mi',
    'sportstix_booking',
    'booking_user',
    false,
  ],
  [
    'payment',
    'sportstix/payment-service',
    8085,
    '100m',
    '500m',
    '512Mi',
    '640Mi',
    'sportstix_payment',
    'payment_user',
    false,
  ],
  ['admin', 'sportstix/admin-service', 8086, '100m', '500m', '512Mi', '640Mi', 'sportstix_admin', 'admin_user', false],
  ['frontend', 'sportstix/frontend', 3000, '50m', '300m', '256Mi', '384Mi', undefined, undefined, false],
] as const;

describe.each(SERVICES)(
  '%s',
  (name, image, port, cpuRequest, cpuLimit, memoryRequest, memoryLimit, database, user, jwt) => {
    const container = containerOf(workload(name));
    const template = podTemplateOf(workload(name));
    const spring = name !== 'frontend';
    const redis = ['auth', 'game', 'queue', 'booking'].includes(name);

    test('runs its image with tag dev, one replica, in namespace sportstix', () => {
      expect(container).toMatchObject({ name, image: `${image}:dev` });
      expect(workload(name)).toMatchObject({
        metadata: { namespace: 'sportstix' },
        spec: { replicas: 1, revisionHistoryLimit: 3 },
      });
      expect(container).not.toHaveProperty('imagePullPolicy');
    });

    test('has its CPU and memory', () => {
      expect(container['resources']).toEqual({
        requests: { cpu: cpuRequest, memory: memoryRequest },
        limits: { cpu: cpuLimit, memory: memoryLimit },
      });
    });

    test('has a Service of its name on its port, named http', () => {
      expect(find(manifests, 'Service', name)['spec']).toEqual({
        selector: { 'app.kubernetes.io/name': name },
        ports: [{ name: 'http', port, targetPort: 'http' }],
      });
      expect(container['ports']).toEqual([{ name: 'http', containerPort: port }]);
    });

    test('has a ServiceAccount without token', () => {
      expect(find(manifests, 'ServiceAccount', `${name}-sa`)['automountServiceAccountToken']).toBe(false);
      expect(template.spec).toMatchObject({ serviceAccountName: `${name}-sa`, automountServiceAccountToken: false });
    });

    test('is updated without a gap', () => {
      const spec = workload(name)['spec'];
      const expected = { maxSurge: 1, maxUnavailable: 0 };
      expect(spec).toMatchObject({
        strategy: name === 'booking' ? { canary: expected } : { type: 'RollingUpdate', rollingUpdate: expected },
      });
    });

    test('is spread over the nodes as far as possible', () => {
      expect(template.spec['topologySpreadConstraints']).toEqual([
        {
          maxSkew: 1,
          topologyKey: 'kubernetes.io/hostname',
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: { matchLabels: { 'app.kubernetes.io/name': name } },
        },
      ]);
    });

    test('carries the labels, and is selected by its name alone', () => {
      const labels = {
        'app.kubernetes.io/name': name,
        'app.kubernetes.io/part-of': 'sportstix',
        'app.kubernetes.io/component': spring ? 'backend' : 'frontend',
      };
      expect(workload(name).metadata.labels).toEqual(labels);
      expect(template.metadata.labels).toEqual({ ...labels, 'sportstix.io/tier': spring ? 'backend' : 'frontend' });
      expect(workload(name)).toHaveProperty(['spec', 'selector'], { matchLabels: { 'app.kubernetes.io/name': name } });
    });

    test('runs as its user, with a read-only root file system and emptyDirs where it writes', () => {
      const id = spring ? 1000 : 1001;
      expect(template.spec['securityContext']).toMatchObject({ runAsNonRoot: true, runAsUser: id, fsGroup: id });
      expect(container['securityContext']).toMatchObject({ readOnlyRootFilesystem: true });
      const paths = spring ? ['/tmp'] : ['/tmp', '/app/.next/cache'];
      expect((container['volumeMounts'] as { mountPath: string }[]).map(({ mountPath }) => mountPath)).toEqual(paths);
      expect((template.spec['volumes'] as object[]).every((volume) => 'emptyDir' in volume)).toBe(true);
    });

    test('serves 5 s more after it was told to stop, and has 30 s to end', () => {
      expect(container['lifecycle']).toEqual({ preStop: { exec: { command: ['sleep', '5'] } } });
      expect(template.spec['terminationGracePeriodSeconds']).toBe(30);
    });

    test('is probed by HTTP on its port, and has ten minutes to start', () => {
      const path = (probe: string): unknown => ({ httpGet: { path: spring ? probe : '/', port } });
      expect(container['startupProbe']).toMatchObject({
        ...(path('/actuator/health/liveness') as object),
        periodSeconds: 5,
        failureThreshold: 120,
      });
      expect(container['readinessProbe']).toMatchObject(path('/actuator/health/readiness') as object);
      expect(container['livenessProbe']).toMatchObject(path('/actuator/health/liveness') as object);
    });

    test('gets its variables', () => {
      expect(environmentOf(workload(name))).toMatchObject(
        spring
          ? { JAVA_OPTS: '-XX:+UseG1GC -XX:MaxRAMPercentage=75.0 -javaagent:/app/opentelemetry-javaagent.jar' }
          : { NODE_ENV: 'production', HOSTNAME: '0.0.0.0' },
      );
    });

    test('reads the common settings, its own, then its secrets', () => {
      const configMap = (source: string): object => ({ configMapRef: { name: source } });
      const secret = (source: string): object => ({ secretRef: { name: source } });
      expect(container['envFrom']).toEqual(
        spring
          ? [
              configMap('sportstix-common'),
              configMap(`${name}-config`),
              ...(database === undefined ? [] : [secret(`${name}-db-secret`)]),
              ...(redis ? [secret('redis-secret')] : []),
              ...(jwt ? [secret('jwt-secret')] : []),
            ]
          : undefined,
      );
    });

    test(spring ? 'has its own settings' : 'has no settings of its own', () => {
      if (!spring) {
        expect(manifests.some(({ metadata }) => metadata.name === `${name}-config`)).toBe(false);
        return;
      }
      expect(dataOf('ConfigMap', `${name}-config`)).toEqual({
        SERVER_PORT: String(port),
        OTEL_SERVICE_NAME: `${name}-service`,
        ...(database !== undefined && {
          SPRING_DATASOURCE_URL: `jdbc:postgresql://postgres-external.sportstix.svc.cluster.local:5432/${database}`,
          SPRING_DATASOURCE_USERNAME: user,
        }),
        ...(name === 'queue' && { WEBSOCKET_ALLOWED_ORIGINS: 'http://localhost:8880' }),
      });
    });

    test(
      database === undefined ? 'has no database password' : "has its user's and its owner's password, and no other",
      () => {
        const secrets = manifests.filter(({ metadata }) => metadata.name === `${name}-db-secret`);
        expect(secrets).toHaveLength(database === undefined ? 0 : 1);
        if (database !== undefined) {
          expect(plainText(`${name}-db-secret`)).toEqual({
            SPRING_DATASOURCE_PASSWORD: `${name}-user-placeholder`,
            SPRING_FLYWAY_USER: `${name}_owner`,
            SPRING_FLYWAY_PASSWORD: `${name}-owner-placeholder`,
          });
        }
      },
    );

    test('has a file of its own', () => {
      const expected = ['ServiceAccount', 'Service', name === 'booking' ? 'Rollout' : 'Deployment'];
      expect(files.get(`${name}.k8s.yaml`)?.map(({ kind }) => kind)).toEqual(
        spring ? ['ConfigMap', ...expected] : expected,
      );
    });
  },
);

test('booking is rolled out by a canary of 20, 40, 60 and 80 per cent, 30 s each, without traffic routing', () => {
  const pause = { pause: { duration: '30s' } };
  const rollout = workload('booking');
  expect(rollout.apiVersion).toBe('argoproj.io/v1alpha1');
  expect(rollout).toHaveProperty(
    ['spec', 'strategy', 'canary', 'steps'],
    [{ setWeight: 20 }, pause, { setWeight: 40 }, pause, { setWeight: 60 }, pause, { setWeight: 80 }, pause],
  );
  expect(rollout).not.toHaveProperty(['spec', 'strategy', 'canary', 'trafficRouting']);
});

test.each(
  Object.entries({
    SPRING_PROFILES_ACTIVE: 'k8s',
    SPRING_KAFKA_BOOTSTRAP_SERVERS: 'kafka.sportstix.svc.cluster.local:9092',
    SPRING_DATA_REDIS_HOST: 'redis-external.sportstix.svc.cluster.local',
    SPRING_DATA_REDIS_PORT: '6379',
    SPRING_JPA_OPEN_IN_VIEW: 'false',
    SPRING_JPA_HIBERNATE_DDL_AUTO: 'validate',
    MANAGEMENT_ENDPOINTS_WEB_EXPOSURE_INCLUDE: 'health,info,prometheus',
    MANAGEMENT_ENDPOINT_HEALTH_SHOW_DETAILS: 'when_authorized',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel-collector.observability.svc.cluster.local:4317',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_TRACES_SAMPLER: 'parentbased_always_on',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=k8s',
    OTEL_JAVAAGENT_EXCLUDE_URLS:
      '/actuator/health,/actuator/health/readiness,/actuator/health/liveness,/actuator/prometheus,/actuator/info',
  }),
)('sportstix-common says %s=%s', (variable, value) => {
  expect(dataOf('ConfigMap', 'sportstix-common')[variable]).toBe(value);
  expect(Object.keys(dataOf('ConfigMap', 'sportstix-common'))).toHaveLength(15);
});

describe('secrets', () => {
  test("no pod and no file knows PostgreSQL's superuser, neither by name nor by a password of its own", () => {
    expect(manifests.some(({ metadata }) => metadata.name === 'db-secret')).toBe(false);
    const values = manifests
      .filter(({ kind }) => kind === 'Secret' || kind === 'ConfigMap')
      .flatMap(({ kind, metadata }) =>
        Object.entries(kind === 'Secret' ? plainText(metadata.name) : dataOf(kind, metadata.name)),
      );
    expect(values.filter(([key, value]) => key === 'POSTGRES_PASSWORD' || value === 'postgres')).toEqual([]);
  });

  test('redis-secret holds the password of Redis', () => {
    expect(plainText('redis-secret')).toEqual({ SPRING_DATA_REDIS_PASSWORD: 'redis-placeholder' });
  });

  test('jwt-secret holds the key pair and its id', () => {
    expect(plainText('jwt-secret')).toEqual({
      JWT_PRIVATE_KEY: PLACEHOLDERS.jwt.privateKey,
      JWT_PUBLIC_KEY: PLACEHOLDERS.jwt.publicKey,
      JWT_KID: PLACEHOLDERS.jwt.keyId,
    });
  });

  test('are Opaque, and stand in one file that holds nothing else', () => {
    expect(files.get('secrets.k8s.yaml')?.map(({ kind, type }) => [kind, type])).toEqual(
      Array.from({ length: 7 }, () => ['Secret', 'Opaque']),
    );
  });

  test('appear nowhere else, neither plain nor encoded nor as a change of anything', () => {
    const others = [...files].filter(([name]) => name !== 'secrets.k8s.yaml');
    const text = JSON.stringify(others);
    const { passwords, jwt } = PLACEHOLDERS;
    for (const value of [...passwords.databases.values(), passwords.redis, ...Object.values(jwt)]) {
      expect(text).not.toContain(value);
      expect(text).not.toContain(Buffer.from(value).toString('base64'));
    }
    const app = new App();
    new Platform(app, 'local', {
      environment: local,
      secrets: {
        passwords: {
          databases: new Map([...passwords.databases.keys()].map((user) => [user, 'other'])),
          redis: 'other',
        },
        jwt: { privateKey: 'other', publicKey: 'other', keyId: 'other' },
      },
    });
    const withOtherSecrets = synthesizeCharts(app).filter(({ fileName }) => fileName !== 'secrets.k8s.yaml');
    expect(withOtherSecrets.map(({ fileName, manifests: content }) => [fileName, content])).toEqual(others);
  });
});

describe('servers outside the cluster', () => {
  test.each([
    ['postgres-external', 'postgresql', 5432],
    ['redis-external', 'redis', 6379],
  ])('%s leads to the host, port %s %d', (name, portName, port) => {
    expect(find(manifests, 'Service', name)).toMatchObject({
      metadata: { namespace: 'sportstix' },
      spec: { type: 'ExternalName', externalName: 'host.k3d.internal', ports: [{ name: portName, port }] },
    });
  });
});

describe('kafka', () => {
  const statefulSet = find(manifests, 'StatefulSet', 'kafka');
  const container = containerOf(statefulSet);

  test('is the official image, one replica, with its CPU, memory and storage', () => {
    expect(statefulSet).toMatchObject({ metadata: { namespace: 'sportstix' }, spec: { replicas: 1 } });
    expect(container).toMatchObject({
      image: 'apache/kafka:3.9.0',
      resources: { requests: { cpu: '200m', memory: '512Mi' }, limits: { cpu: '1', memory: '1Gi' } },
    });
    expect(statefulSet).toMatchObject({
      spec: {
        volumeClaimTemplates: [
          { metadata: { name: 'kafka-data' }, spec: { resources: { requests: { storage: '1Gi' } } } },
        ],
      },
    });
    expect(container['volumeMounts']).toContainEqual({ name: 'kafka-data', mountPath: '/tmp/kraft-combined-logs' });
  });

  test('has its Services', () => {
    expect(find(manifests, 'Service', 'kafka')).toMatchObject({ spec: { ports: [{ name: 'client', port: 9092 }] } });
    expect(find(manifests, 'Service', 'kafka-headless')).toMatchObject({
      spec: {
        clusterIP: 'None',
        ports: [
          { name: 'client', port: 9092 },
          { name: 'controller', port: 9093 },
        ],
      },
    });
  });

  test('is probed as it must be', () => {
    const tcpSocket = { port: 9092 };
    expect(container['startupProbe']).toEqual({ tcpSocket, failureThreshold: 30, periodSeconds: 5 });
    expect(container['readinessProbe']).toEqual({ tcpSocket });
    expect(container['livenessProbe']).toEqual({ tcpSocket, initialDelaySeconds: 15, periodSeconds: 20 });
  });
});

test.each([
  ['/.well-known/jwks.json', 'Exact', 'auth'],
  ['/api/v1/auth', 'Prefix', 'auth'],
  ['/api/v1/games', 'Prefix', 'game'],
  ['/api/v1/stadiums', 'Prefix', 'game'],
  ['/api/v1/queue', 'Prefix', 'queue'],
  ['/ws/queue', 'Prefix', 'queue'],
  ['/api/v1/bookings', 'Prefix', 'booking'],
  ['/ws/booking', 'Prefix', 'booking'],
  ['/api/v1/payments', 'Prefix', 'payment'],
  ['/api/v1/admin', 'Prefix', 'admin'],
  ['/', 'Prefix', 'frontend'],
])('the ingress leads %s (%s) to %s', (path, pathType, service) => {
  const { spec } = find(manifests, 'Ingress', 'sportstix') as unknown as {
    spec: { ingressClassName: string; rules: { http: { paths: unknown[] } }[] };
  };
  expect(spec.ingressClassName).toBe('traefik');
  expect(spec.rules[0]?.http.paths).toHaveLength(11);
  expect(spec.rules[0]?.http.paths).toContainEqual({
    path,
    pathType,
    backend: { service: { name: service, port: { name: 'http' } } },
  });
});

test('the ingress says where it is reached', () => {
  expect(find(manifests, 'Ingress', 'sportstix').metadata.annotations).toEqual({
    'kubernetes.io/description': 'Reached at http://localhost:8880',
  });
});

test('namespace sportstix comes first, is restricted and has no Istio injection', () => {
  expect([...files.keys()][0]).toBe('00-namespaces.k8s.yaml');
  expect(find(manifests, 'Namespace', 'sportstix').metadata).toEqual({
    name: 'sportstix',
    labels: {
      'app.kubernetes.io/name': 'sportstix',
      'app.kubernetes.io/part-of': 'sportstix',
      'pod-security.kubernetes.io/enforce': 'restricted',
    },
  });
});

describe('observability', () => {
  test.each([
    ['Deployment', 'otel-collector', 'otel/opentelemetry-collector-contrib:0.114.0'],
    ['DaemonSet', 'log-collector', 'otel/opentelemetry-collector-contrib:0.114.0'],
    ['StatefulSet', 'tempo', 'grafana/tempo:2.6.1'],
    ['StatefulSet', 'loki', 'grafana/loki:3.3.2'],
    ['StatefulSet', 'grafana', 'grafana/grafana:11.4.0'],
  ])('%s %s runs %s in namespace observability', (kind, name, image) => {
    expect(find(manifests, kind, name).metadata.namespace).toBe('observability');
    expect(containerOf(find(manifests, kind, name)).image).toBe(image);
  });

  test.each([
    ['otel-collector', [4317, 4318, 8888]],
    ['tempo', [3200, 4317]],
    ['loki', [3100]],
    ['grafana', [3000]],
  ])('Service %s has ports %j', (name, ports) => {
    const { spec } = find(manifests, 'Service', name) as unknown as { spec: { ports: { port: number }[] } };
    expect(spec.ports.map(({ port }) => port)).toEqual(ports);
  });

  test.each([
    ['tempo', '10Gi'],
    ['loki', '10Gi'],
    ['grafana', '1Gi'],
  ])('%s keeps %s', (name, storage) => {
    expect(find(manifests, 'StatefulSet', name)).toMatchObject({
      spec: { volumeClaimTemplates: [{ spec: { resources: { requests: { storage } } } }] },
    });
  });

  test('the namespace allows what the log collector needs', () => {
    expect(find(manifests, 'Namespace', 'observability').metadata.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'privileged',
    });
  });

  test('traces go to Tempo, logs of namespace sportstix to Loki', () => {
    expect(dataOf('ConfigMap', 'otel-collector-config')['config.yaml']).toContain(
      'tempo.observability.svc.cluster.local:4317',
    );
    const logs = dataOf('ConfigMap', 'log-collector-config')['config.yaml'];
    expect(logs).toContain('http://loki.observability.svc.cluster.local:3100/otlp');
    expect(logs).toContain('/var/log/pods/sportstix_*_*/*/*.log');
  });
});

test('every object is one of a kind', () => {
  const ids = manifests.map(({ apiVersion, kind, metadata }) =>
    [apiVersion, kind, metadata.namespace, metadata.name].join(' '),
  );
  expect(new Set(ids).size).toBe(ids.length);
});

test('no name has a hash', () => {
  const names = manifests.map(({ metadata }) => metadata.name);
  expect(names.filter((name) => /-c[0-9a-f]{7}$/.test(name))).toEqual([]);
});

/** The local environment on a cluster that is made elsewhere. */
function withoutCluster(): Environment {
  const elsewhere = { ...local };
  Reflect.deleteProperty(elsewhere, 'cluster');
  return elsewhere;
}

describe('another environment', () => {
  // README shows this one.
  const refund: ServiceSpec = {
    kind: 'spring',
    name: 'refund',
    repository: 'sportstix/refund-service',
    port: 8087,
    resources: {
      cpu: { request: Cpu.millis(100), limit: Cpu.millis(500) },
      memory: { request: Size.mebibytes(512), limit: Size.mebibytes(640) },
    },
    database: { name: 'sportstix_refund', username: 'refund_user', owner: 'refund_owner' },
    redis: false,
    kafka: true,
    jwt: false,
    routes: [{ path: '/api/v1/refunds' }],
  };

  test('with one service more has one file more, and no other name', () => {
    const databases = new Map([...PLACEHOLDERS.passwords.databases, ['refund_user', 'x'], ['refund_owner', 'y']]);
    const secrets = { ...PLACEHOLDERS, passwords: { ...PLACEHOLDERS.passwords, databases } };
    const more = synthesize({ ...local, services: [...local.services, refund] }, secrets);
    expect([...more.keys()].filter((name) => !files.has(name))).toEqual(['refund.k8s.yaml']);
    expect(more.get('refund.k8s.yaml')?.map(({ kind }) => kind)).toEqual([
      'ConfigMap',
      'ServiceAccount',
      'Service',
      'Deployment',
    ]);
    expect(more.get('refund.k8s.yaml')?.[0]?.['data']).toEqual({
      OTEL_SERVICE_NAME: 'refund-service',
      SERVER_PORT: '8087',
      SPRING_DATASOURCE_URL: 'jdbc:postgresql://postgres-external.sportstix.svc.cluster.local:5432/sportstix_refund',
      SPRING_DATASOURCE_USERNAME: 'refund_user',
    });
    expect([...files.keys()].filter((name) => !more.has(name))).toEqual([]);
    const changed = [...files].filter(([name, content]) => JSON.stringify(content) !== JSON.stringify(more.get(name)));
    expect(changed.map(([name]) => name)).toEqual(['ingress.k8s.yaml', 'secrets.k8s.yaml']);
  });

  test('differs in all that an environment may choose', () => {
    const other = [
      ...synthesize({
        ...local,
        name: 'other',
        namespace: 'tickets',
        observabilityNamespace: 'monitoring',
        profile: 'staging',
        imageTag: '1.4.2',
        replicas: 3,
        topologySpread: 'DoNotSchedule',
        postgres: { host: '10.1.2.3', port: 6432 },
        redis: { host: 'cache.example.com', port: 6380 },
        kafka: { ...local.kafka, replicas: 3 },
        ingress: { className: 'nginx', host: 'tickets.example.com' },
      }).values(),
    ].flat();

    expect(new Set(other.map(({ metadata }) => metadata.namespace))).toEqual(
      new Set([undefined, 'tickets', 'monitoring']),
    );
    expect(find(other, 'Deployment', 'auth')).toMatchObject({
      spec: {
        replicas: 3,
        template: {
          spec: {
            containers: [{ image: 'sportstix/auth-service:1.4.2' }],
            topologySpreadConstraints: [{ whenUnsatisfiable: 'DoNotSchedule' }],
          },
        },
      },
    });
    expect(find(other, 'ConfigMap', 'sportstix-common')['data']).toMatchObject({
      SPRING_PROFILES_ACTIVE: 'staging',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=staging',
      SPRING_KAFKA_BOOTSTRAP_SERVERS: 'kafka.tickets.svc.cluster.local:9092',
      SPRING_DATA_REDIS_HOST: 'redis-external.tickets.svc.cluster.local',
      SPRING_DATA_REDIS_PORT: '6380',
    });
    expect(find(other, 'ConfigMap', 'sportstix-common')['data']).toMatchObject({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel-collector.monitoring.svc.cluster.local:4317',
    });
    expect(find(other, 'ConfigMap', 'auth-config')['data']).toMatchObject({
      SPRING_DATASOURCE_URL: 'jdbc:postgresql://postgres-external.tickets.svc.cluster.local:6432/sportstix_auth',
    });
    expect(find(other, 'EndpointSlice', 'postgres-external')).toMatchObject({
      endpoints: [{ addresses: ['10.1.2.3'] }],
    });
    expect(find(other, 'StatefulSet', 'kafka')).toMatchObject({ spec: { replicas: 3 } });
    expect(find(other, 'Ingress', 'sportstix')).toMatchObject({
      spec: { ingressClassName: 'nginx', rules: [{ host: 'tickets.example.com' }] },
    });
  });

  test.each<[string, Environment['ingress'], Environment['cluster'], string]>([
    [
      'a name of its own on the local cluster',
      { className: 'traefik', host: 'tickets.localhost' },
      local.cluster,
      'http://tickets.localhost:8880',
    ],
    ['TLS on the local cluster', { className: 'traefik', tls: true }, local.cluster, 'https://localhost:8443'],
    [
      'a cluster elsewhere',
      { className: 'nginx', host: 'tickets.example.com' },
      undefined,
      'http://tickets.example.com',
    ],
    [
      'a cluster elsewhere, with TLS',
      { className: 'nginx', host: 'tickets.example.com', tls: true },
      undefined,
      'https://tickets.example.com',
    ],
    [
      "the host's own port 80",
      { className: 'traefik' },
      local.cluster && { ...local.cluster, ports: [{ host: 80, container: 80 }] },
      'http://localhost',
    ],
  ])('is reached at the address that its entrance has: %s', (_, ingress, cluster, address) => {
    const environment: Environment = { ...withoutCluster(), ingress, ...(cluster !== undefined && { cluster }) };
    const other = [...synthesize(environment).values()].flat();

    expect(find(other, 'ConfigMap', 'queue-config')['data']).toMatchObject({ WEBSOCKET_ALLOWED_ORIGINS: address });
    expect(find(other, 'Ingress', 'sportstix').metadata.annotations).toEqual({
      'kubernetes.io/description': `Reached at ${address}`,
    });
    expect(buildArgumentsOf(environment).get('sportstix/frontend:dev')).toEqual([
      `NEXT_PUBLIC_API_URL=${address}`,
      `NEXT_PUBLIC_WS_URL=${address.replace('http', 'ws')}`,
    ]);
  });

  test('is refused where nobody knows at which address it is reached, and a service must be told', () => {
    const elsewhere = withoutCluster();

    expect(() => synthesize(elsewhere)).toThrow('local/queue: environment.ingress.host: missing');
    expect(() => buildArgumentsOf(elsewhere)).toThrow("Environment local: frontend's image has the address built in");
  });

  test('may have services that share a database user, who then has one password', () => {
    const sharing: ServiceSpec = {
      ...refund,
      database: { name: 'sportstix_refund', username: 'payment_user', owner: 'payment_owner' },
    };
    const other = [...synthesize({ ...local, services: [...local.services, sharing] }).values()].flat();

    expect(find(other, 'Secret', 'refund-db-secret')['data']).toEqual(
      find(other, 'Secret', 'payment-db-secret')['data'],
    );
  });

  test('has no Secret that none of its services reads', () => {
    const other = synthesize({ ...local, services: local.services.filter(({ name }) => name === 'payment') });

    expect(other.get('secrets.k8s.yaml')?.map(({ metadata }) => metadata.name)).toEqual(['payment-db-secret']);
  });

  test('names itself and the service in an error', () => {
    const bad: Environment = { ...local, imageTag: 'latest' };
    expect(() => synthesize(bad)).toThrow('local/auth/auth/auth: image "sportstix/auth-service:latest"');
  });
});
