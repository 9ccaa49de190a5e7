import { loadAll } from 'js-yaml';
import { type ExternalServer, local } from '../../lib/sportstix/environments';
import { bringUpOf, hostAccessOf, localSetupOf } from '../../lib/sportstix/host';
import { databaseServer, isSpring, redisServer } from '../../lib/sportstix/servers';
import { renderEnvironment } from '../../lib/sportstix/synth';
import { thisSystem } from '../../lib/host/system';
import { ASKS_DNS, waysOf } from '../network-policies';
import { containerOf, environmentOf, find, type Manifest, podTemplateOf } from '../testing';
import { dataOf, placeholderSecrets, synthesize } from './example';

// Everything below says again, on purpose, what the catalogue and the constructs say: it is the contract of the platform.
// A fact of a service is a row that names it, and holds as long as there is a service of that name. Which there are, and what has no row,
// shows the snapshot of the first test: a service may be added, removed or renamed by `npm test -- -u`, and a review sees it.

/** What each service is. Whether it has a database stands in the first test's snapshot, and which one in DATABASES. */
const SERVICES = [
  {
    service: 'auth',
    image: 'sportstix/auth-service:dev',
    port: 8081,
    cpu: ['100m', '500m'],
    memory: ['512Mi', '640Mi'],
    redis: true,
    kafka: false,
    jwt: true,
  },
  {
    service: 'game',
    image: 'sportstix/game-service:dev',
    port: 8082,
    cpu: ['100m', '500m'],
    memory: ['512Mi', '640Mi'],
    redis: true,
    kafka: true,
    jwt: false,
  },
  {
    service: 'queue',
    image: 'sportstix/queue-service:dev',
    port: 8083,
    cpu: ['200m', '1'],
    memory: ['640Mi', '768Mi'],
    redis: true,
    kafka: true,
    jwt: false,
  },
  {
    service: 'booking',
    image: 'sportstix/booking-service:dev',
    port: 8084,
    cpu: ['200m', '1'],
    memory: ['640Mi', '768Mi'],
    redis: true,
    kafka: true,
    jwt: false,
  },
  {
    service: 'payment',
    image: 'sportstix/payment-service:dev',
    port: 8085,
    cpu: ['100m', '500m'],
    memory: ['512Mi', '640Mi'],
    redis: false,
    kafka: true,
    jwt: false,
  },
  {
    service: 'admin',
    image: 'sportstix/admin-service:dev',
    port: 8086,
    cpu: ['100m', '500m'],
    memory: ['512Mi', '640Mi'],
    redis: false,
    kafka: true,
    jwt: false,
  },
  {
    service: 'frontend',
    image: 'sportstix/frontend:dev',
    port: 3000,
    cpu: ['50m', '300m'],
    memory: ['256Mi', '384Mi'],
    redis: false,
    kafka: false,
    jwt: false,
  },
];

/**
 * What each service connects to besides its database, and so what its network policy lets through. auth has no topic, but its Kafka admin client
 * connects at start.
 */
const CONNECTIONS = [
  { service: 'auth', redis: true, kafka: true, traces: true },
  { service: 'game', redis: true, kafka: true, traces: true },
  { service: 'queue', redis: true, kafka: true, traces: true },
  { service: 'booking', redis: true, kafka: true, traces: true },
  { service: 'payment', redis: false, kafka: true, traces: true },
  { service: 'admin', redis: false, kafka: true, traces: true },
  { service: 'frontend', redis: false, kafka: false, traces: false },
];

/** The database of each service that has one. */
const DATABASES = [
  { service: 'auth', database: 'sportstix_auth', user: 'auth_user', owner: 'auth_owner' },
  { service: 'game', database: 'sportstix_game', user: 'game_user', owner: 'game_owner' },
  { service: 'booking', database: 'sportstix_booking', user: 'booking_user', owner: 'booking_owner' },
  { service: 'payment', database: 'sportstix_payment', user: 'payment_user', owner: 'payment_owner' },
  { service: 'admin', database: 'sportstix_admin', user: 'admin_user', owner: 'admin_owner' },
];

const ROUTES = [
  { service: 'auth', path: '/.well-known/jwks.json', pathType: 'Exact' },
  { service: 'auth', path: '/api/v1/auth', pathType: 'Prefix' },
  { service: 'game', path: '/api/v1/games', pathType: 'Prefix' },
  { service: 'game', path: '/api/v1/stadiums', pathType: 'Prefix' },
  { service: 'queue', path: '/api/v1/queue', pathType: 'Prefix' },
  { service: 'queue', path: '/ws/queue', pathType: 'Prefix' },
  { service: 'booking', path: '/api/v1/bookings', pathType: 'Prefix' },
  { service: 'booking', path: '/ws/booking', pathType: 'Prefix' },
  { service: 'payment', path: '/api/v1/payments', pathType: 'Prefix' },
  { service: 'admin', path: '/api/v1/admin', pathType: 'Prefix' },
  { service: 'frontend', path: '/', pathType: 'Prefix' },
];

/** Services that Argo Rollouts rolls out: per cent, then seconds until the next step. All others are Deployments. */
const CANARIES = [
  {
    service: 'booking',
    steps: [
      [20, 30],
      [40, 30],
      [60, 30],
      [80, 30],
    ],
  },
];

/** What is not Spring. */
const WEB = [
  {
    service: 'frontend',
    user: 1001,
    writes: ['/tmp', '/app/.next/cache'],
    variables: { NODE_ENV: 'production', HOSTNAME: '0.0.0.0' },
    builtWith: ['NEXT_PUBLIC_API_URL=http://localhost:8880', 'NEXT_PUBLIC_WS_URL=ws://localhost:8880'],
  },
];

const ORIGINS = [{ service: 'queue', variable: 'WEBSOCKET_ALLOWED_ORIGINS', origin: 'http://localhost:8880' }];

const files = synthesize(local);
const manifests = [...files.values()].flat();
const services = new Map(local.services.map((service) => [service.name, service]));
const holding = <Row extends { readonly service: string }>(rows: readonly Row[]): Row[] =>
  rows.filter(({ service }) => services.has(service));
const workload = (service: string): Manifest =>
  find(manifests, services.get(service)?.canary === undefined ? 'Deployment' : 'Rollout', service);
/** The Secrets that a service reads. */
const secretsRead = (service: string): string[] =>
  ((containerOf(workload(service))['envFrom'] ?? []) as { secretRef?: { name: string } }[]).flatMap(({ secretRef }) =>
    secretRef === undefined ? [] : [secretRef.name],
  );
const configOf = (service: string): Record<string, string> => dataOf(find(manifests, 'ConfigMap', `${service}-config`));

test('the services and the servers that they use are those that a review has seen, and each fact speaks of one', () => {
  const rows = [...SERVICES, ...CONNECTIONS, ...DATABASES, ...ROUTES, ...CANARIES, ...WEB, ...ORIGINS];
  const described = new Set(SERVICES.map(({ service }) => service));

  expect({
    services: Object.fromEntries(
      local.services.map((service) => [
        service.name,
        isSpring(service)
          ? {
              database: service.database === undefined ? 'none' : databaseServer(local, service, local.postgres).name,
              redis: service.redis === false ? 'none' : redisServer(local, service, local.redis).name,
            }
          : {},
      ]),
    ),
    'services without facts': [...services.keys()].filter((name) => !described.has(name)),
    'facts without a service': [...new Set(rows.map(({ service }) => service))].filter((name) => !services.has(name)),
  }).toMatchSnapshot();
});

for (const { service, image, port, cpu, memory, redis, kafka, jwt } of holding(SERVICES)) {
  describe(service, () => {
    const container = containerOf(workload(service));

    test(`runs ${image}, one replica, in namespace sportstix`, () => {
      expect(container.image).toBe(image);
      expect(workload(service)).toMatchObject({ metadata: { namespace: 'sportstix' }, spec: { replicas: 1 } });
    });

    test(`answers on port ${port}`, () => {
      expect(container['ports']).toEqual([{ name: 'http', containerPort: port }]);
      expect(find(manifests, 'Service', service)).toMatchObject({ spec: { ports: [{ name: 'http', port }] } });
    });

    const kind = CANARIES.some((row) => row.service === service) ? 'Rollout' : 'Deployment';
    test(`is a ${kind}`, () => {
      expect(workload(service).kind).toBe(kind);
    });

    test('has its CPU and memory', () => {
      expect(container['resources']).toEqual({
        requests: { cpu: cpu[0], memory: memory[0] },
        limits: { cpu: cpu[1], memory: memory[1] },
      });
    });

    test('is spread over the nodes as far as possible', () => {
      expect(podTemplateOf(workload(service)).spec['topologySpreadConstraints']).toMatchObject([
        { whenUnsatisfiable: 'ScheduleAnyway' },
      ]);
    });

    test(redis ? 'has the password of Redis' : 'has no password of Redis', () => {
      expect(secretsRead(service).filter((name) => name.startsWith('redis-'))).toHaveLength(redis ? 1 : 0);
    });

    test(jwt ? 'has the keys that sign JWTs' : 'has no key that signs JWTs', () => {
      expect(secretsRead(service).includes('jwt-secret')).toBe(jwt);
    });

    test(kafka ? 'uses Kafka' : 'does not use Kafka', () => {
      const found = services.get(service);
      expect(found?.kind === 'spring' && found.kafka).toBe(kafka);
    });
  });
}

for (const { service, redis, kafka, traces } of holding(CONNECTIONS)) {
  const found = services.get(service);
  const server = ({ host, ranges, port }: ExternalServer): string =>
    `${host === 'host.k3d.internal' ? '172.21.0.1/32' : String(ranges)}:${port}`;

  test(`${service} is let in to what it uses, the entrance to it, and nothing else`, () => {
    const { in: incoming, out } = waysOf(manifests, service);
    const names =
      found === undefined || !isSpring(found)
        ? []
        : [
            ...(found.database === undefined ? [] : [server(databaseServer(local, found, local.postgres))]),
            ...(redis ? [server(redisServer(local, found, local.redis))] : []),
            ...(kafka ? ['kafka:9092'] : []),
            ...(traces ? ['observability/otel-collector:4317'] : []),
          ];
    expect(out.sort()).toEqual(names.length === 0 ? [] : [...names, ...ASKS_DNS].sort());
    const port = found?.port ?? 0;
    expect(incoming.sort()).toEqual([
      `kube-system/traefik:${port}`,
      // What is no Spring service serves no metrics.
      ...(found !== undefined && isSpring(found) ? [`observability/prometheus:${port}`] : []),
    ]);
  });
}

for (const { service, database, user, owner } of holding(DATABASES)) {
  const found = services.get(service);
  if (found?.kind === 'spring' && found.database !== undefined) {
    test(`${service} reads and writes ${database} as ${user}, and migrates it as ${owner}`, () => {
      const { name, port } = databaseServer(local, found, local.postgres);
      expect(configOf(service)).toMatchObject({
        SPRING_DATASOURCE_URL: `jdbc:postgresql://${name}.sportstix.svc.cluster.local:${port}/${database}`,
        SPRING_DATASOURCE_USERNAME: user,
      });
      expect(secretsRead(service)).toContain(`${service}-db-secret`);
      expect(dataOf(find(manifests, 'Secret', `${service}-db-secret`))).toEqual({
        SPRING_DATASOURCE_PASSWORD: `${name}-${user}-placeholder`,
        SPRING_FLYWAY_USER: owner,
        SPRING_FLYWAY_PASSWORD: `${name}-${owner}-placeholder`,
      });
    });
  }
}

for (const { service, path, pathType } of holding(ROUTES)) {
  test(`the ingress leads ${path} (${pathType}) to ${service}`, () => {
    const { spec } = find(manifests, 'Ingress', 'sportstix') as unknown as {
      spec: { rules: { http: { paths: unknown[] } }[] };
    };
    expect(spec.rules[0]?.http.paths).toContainEqual({
      path,
      pathType,
      backend: { service: { name: service, port: { name: 'http' } } },
    });
  });
}

for (const { service, steps } of holding(CANARIES)) {
  test(`${service} is rolled out by a canary of ${String(steps.map(([weight]) => weight))} per cent, without traffic routing`, () => {
    const rollout = workload(service);
    expect(rollout.apiVersion).toBe('argoproj.io/v1alpha1');
    expect(rollout).toHaveProperty(
      ['spec', 'strategy', 'canary', 'steps'],
      steps.flatMap(([setWeight, seconds = 0]) => [{ setWeight }, { pause: { duration: `${seconds}s` } }]),
    );
    expect(rollout).not.toHaveProperty(['spec', 'strategy', 'canary', 'trafficRouting']);
  });
}

for (const { service, user, writes, variables, builtWith } of holding(WEB)) {
  test(`${service} runs as user ${user}, writes to ${writes.join(' and ')}, and gets its variables`, () => {
    const container = containerOf(workload(service));
    expect(podTemplateOf(workload(service)).spec['securityContext']).toMatchObject({ runAsUser: user, fsGroup: user });
    expect((container['volumeMounts'] as { mountPath: string }[]).map(({ mountPath }) => mountPath)).toEqual(writes);
    expect(environmentOf(workload(service))).toMatchObject(variables);
  });

  test(`the doctor knows what the image of ${service} is built with`, () => {
    const { buildArguments } = localSetupOf(
      local,
      localAccess(),
      () => placeholderSecrets(local).passwords,
      thisSystem(),
    );
    expect(buildArguments?.get(containerOf(workload(service)).image)).toEqual(builtWith);
  });
}

for (const { service, variable, origin } of holding(ORIGINS)) {
  test(`${service} accepts WebSockets from ${origin}`, () => {
    expect(configOf(service)).toMatchObject({ [variable]: origin });
  });
}

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
    MANAGEMENT_METRICS_DISTRIBUTION_PERCENTILESHISTOGRAM_HTTP_SERVER_REQUESTS: 'true',
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
  const data = dataOf(find(manifests, 'ConfigMap', 'sportstix-common'));
  expect(data[variable]).toBe(value);
  expect(Object.keys(data)).toHaveLength(16);
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
    expect(contentOf('checks/external-hosts.k8s.yaml')).toContain(`${name}.sportstix.svc.cluster.local`);
  });

  test('the host lets in what connects to them', () => {
    expect(localAccess().endpoints).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: 'postgresql', name: 'postgres-external', port: 5432, superuser: 'postgres' }),
        expect.objectContaining({ kind: 'redis', name: 'redis-external', port: 6379 }),
      ]),
    );
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

  test('is reached from the host itself, by a listener, a Service and a published port of their own', () => {
    expect(environmentOf(statefulSet)).toMatchObject({
      KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093,EXTERNAL://:9094',
      KAFKA_ADVERTISED_LISTENERS:
        'PLAINTEXT://$(POD_NAME).kafka-headless.sportstix.svc.cluster.local:9092,EXTERNAL://localhost:9094',
    });
    const exposed = manifests.filter(
      ({ kind, spec }) => kind === 'Service' && JSON.stringify(spec).includes('LoadBalancer'),
    );
    expect(exposed).toEqual([
      expect.objectContaining({
        metadata: expect.objectContaining({
          name: 'kafka-external-0',
        }) as unknown,
        spec: {
          type: 'LoadBalancer',
          selector: { 'app.kubernetes.io/name': 'kafka', 'apps.kubernetes.io/pod-index': '0' },
          ports: [{ name: 'external', port: 9094, targetPort: 'external' }],
        },
      }),
    ]);
  });

  test('is probed as it must be', () => {
    const tcpSocket = { port: 9092 };
    expect(container['startupProbe']).toEqual({ tcpSocket, failureThreshold: 30, periodSeconds: 5 });
    expect(container['readinessProbe']).toEqual({ tcpSocket });
    expect(container['livenessProbe']).toEqual({ tcpSocket, initialDelaySeconds: 15, periodSeconds: 20 });
  });
});

test.each([
  ['sportstix', 'http://localhost:8880'],
  ['grafana-ingress', 'http://grafana.localhost:8880'],
])('Ingress %s says that it is reached at %s', (name, address) => {
  expect(find(manifests, 'Ingress', name).metadata.annotations).toEqual({
    'kubernetes.io/description': `Reached at ${address}`,
  });
});

test('namespace sportstix is restricted and has no Istio injection', () => {
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
    ['StatefulSet', 'prometheus', 'prom/prometheus:v3.14.0'],
    ['Deployment', 'kube-state-metrics', 'registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.19.1'],
  ])('%s %s runs %s in namespace observability', (kind, name, image) => {
    expect(find(manifests, kind, name).metadata.namespace).toBe('observability');
    expect(containerOf(find(manifests, kind, name)).image).toBe(image);
  });

  test.each([
    ['otel-collector', [4317, 4318, 8888]],
    ['tempo', [3200, 4317]],
    ['loki', [3100]],
    ['grafana', [3000]],
    ['prometheus', [9090]],
  ])('Service %s has ports %j', (name, ports) => {
    const { spec } = find(manifests, 'Service', name) as unknown as { spec: { ports: { port: number }[] } };
    expect(spec.ports.map(({ port }) => port)).toEqual(ports);
  });

  test.each([
    ['tempo', '10Gi'],
    ['loki', '10Gi'],
    ['grafana', '1Gi'],
    ['prometheus', '10Gi'],
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
    expect(dataOf(find(manifests, 'ConfigMap', 'otel-collector-config'))['config.yaml']).toContain(
      'tempo.observability.svc.cluster.local:4317',
    );
    const logs = dataOf(find(manifests, 'ConfigMap', 'log-collector-config'))['config.yaml'];
    expect(logs).toContain('http://loki.observability.svc.cluster.local:3100/otlp');
    expect(logs).toContain('/var/log/pods/sportstix_*_*/*/*.log');
  });
});

describe('network policies', () => {
  const clients = (rows: readonly { readonly service: string }[], namespace: string, port: number): string[] =>
    holding([...rows]).map(({ service }) => `${namespace}${service}:${port}`);

  test.each<[string, { readonly in: readonly string[]; readonly out: readonly string[] }]>([
    [
      'kafka',
      {
        in: [
          'kafka:9092',
          'kafka:9093',
          ...clients(
            CONNECTIONS.filter(({ kafka }) => kafka),
            '',
            9092,
          ),
          'kafka-metrics:9092',
          'kube-system/svccontroller.k3s.cattle.io/svcname=kafka-external-0,svccontroller.k3s.cattle.io/svcnamespace=sportstix:9094',
        ],
        out: [...ASKS_DNS, 'kafka:9092', 'kafka:9093'],
      },
    ],
    [
      'otel-collector',
      {
        in: [
          'prometheus:8888',
          ...clients(
            CONNECTIONS.filter(({ traces }) => traces),
            'sportstix/',
            4317,
          ),
        ],
        out: [...ASKS_DNS, 'tempo:4317', '172.21.0.0/16:6443'],
      },
    ],
    ['log-collector', { in: ['prometheus:8888'], out: [...ASKS_DNS, 'loki:3100', '172.21.0.0/16:6443'] }],
    ['tempo', { in: ['grafana:3200', 'prometheus:3200', 'otel-collector:4317'], out: [] }],
    ['loki', { in: ['grafana:3100', 'log-collector:3100', 'prometheus:3100'], out: [] }],
    [
      'grafana',
      {
        in: ['kube-system/traefik:3000', 'prometheus:3000'],
        out: [...ASKS_DNS, 'loki:3100', 'tempo:3200', 'prometheus:9090'],
      },
    ],
    ['kube-state-metrics', { in: ['prometheus:8080'], out: [...ASKS_DNS, '172.21.0.0/16:6443'] }],
    ['kafka-metrics', { in: ['observability/prometheus:8889'], out: [...ASKS_DNS, 'kafka:9092'] }],
  ])('let through of %s what it needs, and what uses it', (name, expected) => {
    const ways = waysOf(manifests, name);

    // Services that have no row may come on top.
    expect(ways.in).toEqual(expect.arrayContaining([...expected.in]));
    expect(ways.in.filter((way) => !expected.in.includes(way) && !isOfService(way))).toEqual([]);
    expect(ways.out).toEqual(expected.out);
  });

  test('let the Job that checks from inside reach the servers, and nothing else', () => {
    const policies = loadAll(contentOf('checks/external-hosts.k8s.yaml')) as Manifest[];

    expect(waysOf(policies, 'check-external-hosts')).toEqual({
      in: [],
      out: expect.arrayContaining([...ASKS_DNS, '172.21.0.1/32:5432', '172.21.0.1/32:6379']) as string[],
    });
    expect(policies.map(({ kind }) => kind)).toEqual(['Job', 'NetworkPolicy']);
  });

  const isOfService = (way: string): boolean =>
    local.services.some(({ name }) => way.startsWith(`${name}:`) || way.startsWith(`sportstix/${name}:`));
});

test('the cluster is that of the platform', () => {
  expect(local.cluster).toMatchObject({
    name: 'sportstix',
    servers: 1,
    agents: 2,
    ports: [
      { host: 8880, container: 80 },
      { host: 8443, container: 443 },
      { address: '127.0.0.1', host: 9094, container: 9094 },
    ],
    image: 'rancher/k3s:v1.35.5-k3s1',
    subnet: '172.21.0.0/16',
    podCidr: '10.42.0.0/16',
    serviceCidr: '10.43.0.0/16',
  });
  const config = contentOf('k3d.yml');
  for (const text of [
    'name: sportstix',
    'servers: 1',
    'agents: 2',
    '8880:80',
    '8443:443',
    '127.0.0.1:9094:9094',
    'subnet: 172.21.0.0/16',
  ]) {
    expect(config).toContain(text);
  }
  expect(config).not.toContain('traefik'); // k3s brings it unless it is disabled.
});

test('up applies custom resources before the platform', () => {
  expect(bringUpOf(local, localAccess()).manifests).toEqual([
    {
      name: 'custom resources',
      apply: ['--server-side', '-f', 'imports/crds/argo-rollouts-1.9.1.yaml'],
      established: ['rollouts.argoproj.io'],
    },
    { name: 'platform and observability', apply: ['-f', 'dist/local/manifests'] },
  ]);
});

function localAccess(): NonNullable<ReturnType<typeof hostAccessOf>> {
  const access = hostAccessOf(local);
  if (access === undefined) {
    throw new Error('The local environment has no cluster.');
  }
  return access;
}

function contentOf(path: string): string {
  const file = renderEnvironment(local, placeholderSecrets(local)).others.get(path);
  if (file === undefined) {
    throw new Error(`${path} is not synthesized.`);
  }
  return file.content;
}
