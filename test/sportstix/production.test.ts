import { Graph } from '../../lib/graph/graph';
import { Engine } from '../../lib/policy/engine';
import { type Environment, policyPackOf, production, staging } from '../../lib/sportstix/environments';
import { renderEnvironment } from '../../lib/sportstix/synth';
import { ASKS_DNS, waysOf } from '../network-policies';
import { containerOf, environmentOf, find, type Manifest, podTemplateOf } from '../testing';
import { dataOf, synthesize } from './example';

// What production is, said again on purpose: a row for each fact. What holds for every environment stands in environments.test.ts.

const files = synthesize(production);
const manifests = [...files.values()].flat();
const kindOf = (service: string): string => (service === 'booking' ? 'Rollout' : 'Deployment');
const specOf = (kind: string, name: string, among = manifests): Record<string, unknown> =>
  find(among, kind, name)['spec'] as Record<string, unknown>;
const namesOf = (kind: string, among = manifests): string[] =>
  among.filter((manifest) => manifest.kind === kind).map(({ metadata }) => metadata.name);

const SERVICES = ['auth', 'game', 'queue', 'booking', 'payment', 'admin', 'frontend'];

describe('services', () => {
  test.each([
    { service: 'auth', most: 4, percent: 70 },
    { service: 'game', most: 4, percent: 70 },
    { service: 'frontend', most: 4, percent: 70 },
    { service: 'admin', most: 4, percent: 70 },
    { service: 'payment', most: 6, percent: 70 },
    { service: 'booking', most: 8, percent: 65 },
    { service: 'queue', most: 10, percent: 60 },
  ])('$service has 2 to $most pods, by $percent % of its CPU', ({ service, most, percent }) => {
    const workload = find(manifests, kindOf(service), service);

    expect(specOf('HorizontalPodAutoscaler', service)).toMatchObject({
      scaleTargetRef: { apiVersion: workload.apiVersion, kind: workload.kind, name: service },
      minReplicas: 2,
      maxReplicas: most,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: percent } } },
      ],
      behavior: { scaleDown: { stabilizationWindowSeconds: 300 } },
    });
    expect(workload['spec']).not.toHaveProperty('replicas');
  });

  test.each([
    ['auth', undefined],
    ['game', undefined],
    ['payment', undefined],
    ['admin', undefined],
    ['booking', 100],
    ['queue', 100],
  ])('%s is not scaled up by its own start, and may double: %s', (service, percent) => {
    expect(specOf('HorizontalPodAutoscaler', service)).toHaveProperty('behavior.scaleUp', {
      stabilizationWindowSeconds: 60,
      ...(percent !== undefined && { policies: [{ type: 'Percent', value: percent, periodSeconds: 15 }] }),
    });
  });

  test.each(SERVICES)('%s lets one pod be evicted at a time, and any that is not well', (service) => {
    expect(specOf('PodDisruptionBudget', service)).toEqual({
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
      selector: { matchLabels: { 'app.kubernetes.io/name': service } },
    });
  });

  test.each(SERVICES)('%s is spread over nodes, whatever happens, and over zones where that goes', (service) => {
    expect(podTemplateOf(find(manifests, kindOf(service), service)).spec['topologySpreadConstraints']).toMatchObject([
      { topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule', maxSkew: 1 },
      { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 1 },
    ]);
  });

  test.each([
    ['auth', 'auth-service'],
    ['game', 'game-service'],
    ['queue', 'queue-service'],
    ['booking', 'booking-service'],
    ['payment', 'payment-service'],
    ['admin', 'admin-service'],
    ['frontend', 'frontend'],
  ])('%s runs an image by version and digest, of the registry', (service, repository) => {
    const { image } = containerOf(find(manifests, kindOf(service), service));
    const [name = '', digest] = image.split('@');

    expect(name.split(':')[0]).toBe(`123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/sportstix/${repository}`);
    expect(name.split(':')[1]).toMatch(/^\d+\.\d+\.\d+$/);
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  test("booking's canary goes by 25, 50 and 75 %, two minutes each", () => {
    expect(specOf('Rollout', 'booking')).toHaveProperty(
      'strategy.canary.steps',
      [25, 50, 75].flatMap((setWeight) => [{ setWeight }, { pause: { duration: '120s' } }]),
    );
  });

  test('all have the profile', () => {
    expect(find(manifests, 'ConfigMap', 'sportstix-common')['data']).toMatchObject({
      SPRING_PROFILES_ACTIVE: 'production',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=production',
    });
  });

  test('their namespace keeps pods to the restricted standard', () => {
    expect(find(manifests, 'Namespace', 'sportstix').metadata.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
  });
});

describe('policies', () => {
  test.each(['latest', 'dev', 'main', 'master', 'snapshot'])('take no image with the tag %s', (tag) => {
    const { others } = renderEnvironment(production);

    expect(others.get('admission/policies.k8s.yaml')?.content).toContain(`"${tag}"`);
    expect(() => renderEnvironment({ ...production, images: { kind: 'tag', tag } })).toThrow(/image/);
  });

  test('take no image of the registry without a digest', () => {
    const engine = new Engine(policyPackOf(production).policies.filter(({ id }) => id === 'image-digest'));
    const image = '123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/sportstix/auth-service:1.0.0';
    const found = (name: string): number => {
      const spec = { containers: [{ name: 'auth', image: name }] };
      const manifest = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'auth' }, spec };
      return [...engine.evaluate([{ id: undefined, manifest }])].length;
    };

    expect(found(image)).toBe(1);
    expect(found(`${image}@sha256:${'a'.repeat(64)}`)).toBe(0);
  });
});

describe('entrance', () => {
  test('is one Gateway: HTTPS for both hosts with a certificate of the issuer, and HTTP', () => {
    const gateway = find(manifests, 'Gateway', 'sportstix');
    const https = {
      protocol: 'HTTPS',
      port: 443,
      tls: { mode: 'Terminate', certificateRefs: [{ name: 'sportstix-tls' }] },
    };

    expect(namesOf('Gateway')).toEqual(['sportstix']);
    expect(gateway.metadata.annotations).toMatchObject({ 'cert-manager.io/cluster-issuer': 'letsencrypt-prod' });
    expect(gateway['spec']).toMatchObject({
      gatewayClassName: 'traefik',
      listeners: [
        { protocol: 'HTTP', port: 80 },
        { hostname: 'sportstix.io', ...https },
        { hostname: 'api.sportstix.io', ...https },
      ],
    });
    expect(namesOf('Ingress')).toEqual([]);
  });

  test('sends from HTTP to HTTPS, and serves nothing there', () => {
    expect(specOf('HTTPRoute', 'sportstix-redirect')).toMatchObject({
      parentRefs: [{ name: 'sportstix', sectionName: 'http' }],
      rules: [{ filters: [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https', statusCode: 301 } }] }],
    });
    const onHttp = manifests
      .filter(({ kind }) => kind === 'HTTPRoute')
      .filter(({ spec }) => JSON.stringify((spec as { parentRefs: unknown }).parentRefs).includes('"http"'));
    expect(onHttp.map(({ metadata }) => metadata.name)).toEqual(['sportstix-redirect']);
  });

  test.each([
    ['/ws/queue', '0s'],
    ['/ws/booking', '0s'],
    ['/api/v1/queue', undefined],
    ['/api/v1/bookings', undefined],
  ])('%s has the time-out %s', (path, request) => {
    const { rules } = specOf('HTTPRoute', 'sportstix-api') as unknown as {
      rules: { matches: { path: { value: string } }[]; timeouts?: { request: string } }[];
    };

    expect(rules.find(({ matches }) => matches[0]?.path.value === path)?.timeouts?.request).toBe(request);
  });

  test('brings a client of queue, which keeps sessions, back to its pod by a cookie', () => {
    const { rules } = specOf('HTTPRoute', 'sportstix-api') as unknown as {
      rules: { matches: { path: { value: string } }[]; backendRefs: { kind?: string }[] }[];
    };
    const sticky = rules.filter(({ backendRefs }) => backendRefs[0]?.kind === 'TraefikService');

    expect(sticky.map(({ matches }) => matches[0]?.path.value)).toEqual(['/api/v1/queue', '/ws/queue']);
    expect(sticky.map(({ backendRefs }) => backendRefs)).toEqual(
      sticky.map(() => [{ group: 'traefik.io', kind: 'TraefikService', name: 'queue' }]),
    );
    expect(specOf('TraefikService', 'queue')).toMatchObject({
      weighted: {
        services: [{ name: 'queue', port: 8083, sticky: { cookie: { httpOnly: true, secure: true } } }],
      },
    });
  });

  test("queue takes WebSockets of the frontend's pages alone", () => {
    expect(dataOf(find(manifests, 'ConfigMap', 'queue-config'))['WEBSOCKET_ALLOWED_ORIGINS']).toBe(
      'https://sportstix.io',
    );
  });
});

describe('servers outside of the cluster', () => {
  test.each([
    ['auth', 'sportstix_auth'],
    ['game', 'sportstix_game'],
    ['booking', 'sportstix_booking'],
    ['payment', 'sportstix_payment'],
    ['admin', 'sportstix_admin'],
  ])('%s trusts PostgreSQL by its own name alone', (service, database) => {
    const url = dataOf(find(manifests, 'ConfigMap', `${service}-config`))['SPRING_DATASOURCE_URL'] ?? '';
    const { host, pathname, searchParams } = new URL(url.replace('jdbc:', ''));

    expect([host, pathname, searchParams.get('sslmode')]).toEqual([
      'postgres.internal.sportstix.io:5432',
      `/${database}`,
      'verify-full',
    ]);
    expect(mountOf(service, searchParams.get('sslrootcert') ?? '')).toEqual({
      secretName: 'servers-ca',
      key: 'ca.crt',
    });
  });

  test.each(['auth', 'game', 'queue', 'booking'])('%s trusts Redis, and logs in', (service) => {
    const data = {
      ...dataOf(find(manifests, 'ConfigMap', 'sportstix-common')),
      ...dataOf(find(manifests, 'ConfigMap', `${service}-config`)),
    };
    const certificate = data['SPRING_SSL_BUNDLE_PEM_REDIS_TRUSTSTORE_CERTIFICATE'] ?? '';

    expect(data).toMatchObject({
      SPRING_DATA_REDIS_HOST: 'redis.internal.sportstix.io',
      SPRING_DATA_REDIS_PORT: '6379',
      SPRING_DATA_REDIS_SSL_ENABLED: 'true',
      SPRING_DATA_REDIS_SSL_BUNDLE: 'redis',
    });
    expect(mountOf(service, certificate.replace('file:', ''))).toEqual({ secretName: 'servers-ca', key: 'ca.crt' });
    expect(containerOf(find(manifests, kindOf(service), service))['envFrom']).toContainEqual({
      secretRef: { name: 'redis-secret' },
    });
  });
});

/** What a container finds in a file: which key of which Secret. */
function mountOf(service: string, path: string): { secretName?: string; key?: string } {
  const workload = find(manifests, kindOf(service), service);
  const mounts = containerOf(workload)['volumeMounts'] as { name: string; mountPath: string }[];
  const mount = mounts.find(({ mountPath }) => path.startsWith(`${mountPath}/`));
  const volumes = podTemplateOf(workload).spec['volumes'] as {
    name: string;
    secret?: { secretName: string; items?: { key: string; path: string }[] };
  }[];
  const secret = volumes.find(({ name }) => name === mount?.name)?.secret;
  const file = path.slice((mount?.mountPath.length ?? 0) + 1);
  const key = secret?.items?.find((item) => item.path === file)?.key;
  return { ...(secret && { secretName: secret.secretName }), ...(key !== undefined && { key }) };
}

describe('secrets', () => {
  const database = (service: string): object => ({
    SPRING_DATASOURCE_PASSWORD: `sportstix/${service}-db-credentials user-password`,
    SPRING_FLYWAY_PASSWORD: `sportstix/${service}-db-credentials owner-password`,
  });
  test.each([
    ['auth-db-secret', database('auth'), { SPRING_FLYWAY_USER: 'auth_owner' }],
    ['game-db-secret', database('game'), { SPRING_FLYWAY_USER: 'game_owner' }],
    ['booking-db-secret', database('booking'), { SPRING_FLYWAY_USER: 'booking_owner' }],
    ['payment-db-secret', database('payment'), { SPRING_FLYWAY_USER: 'payment_owner' }],
    ['admin-db-secret', database('admin'), { SPRING_FLYWAY_USER: 'admin_owner' }],
    ['redis-secret', { SPRING_DATA_REDIS_PASSWORD: 'sportstix/redis password' }, undefined],
    [
      'jwt-secret',
      {
        JWT_PRIVATE_KEY: 'sportstix/jwt-secret private-key',
        JWT_PUBLIC_KEY: 'sportstix/jwt-secret public-key',
        JWT_KID: 'sportstix/jwt-secret kid',
      },
      undefined,
    ],
    ['servers-ca', { 'ca.crt': 'sportstix/ca ca.crt' }, undefined],
  ])('%s is taken from the store, every hour', (name, refs, values) => {
    const { data, ...spec } = specOf('ExternalSecret', name);
    const entries = data as { secretKey: string; remoteRef: { key: string; property: string } }[];

    expect(
      Object.fromEntries(
        entries.map(({ secretKey, remoteRef }) => [secretKey, `${remoteRef.key} ${remoteRef.property}`]),
      ),
    ).toEqual(refs);
    expect(spec).toMatchObject({
      secretStoreRef: { kind: 'ClusterSecretStore', name: 'aws-secrets-manager' },
      refreshInterval: '1h',
      target: { name, ...(values && { template: { data: values, mergePolicy: 'Merge' } }) },
    });
  });

  test.each([
    ['auth', ['auth', 'auth-db-secret', 'jwt-secret', 'redis-secret', 'servers-ca', 'sportstix-kafka-cluster-ca-cert']],
    ['game', ['game', 'game-db-secret', 'redis-secret', 'servers-ca', 'sportstix-kafka-cluster-ca-cert']],
    ['queue', ['queue', 'redis-secret', 'servers-ca', 'sportstix-kafka-cluster-ca-cert']],
    ['booking', ['booking', 'booking-db-secret', 'redis-secret', 'servers-ca', 'sportstix-kafka-cluster-ca-cert']],
    ['payment', ['payment', 'payment-db-secret', 'servers-ca', 'sportstix-kafka-cluster-ca-cert']],
    ['admin', ['admin', 'admin-db-secret', 'servers-ca', 'sportstix-kafka-cluster-ca-cert']],
    ['frontend', []],
  ])('%s is rolled when one of the Secrets changes that it reads', (service, names) => {
    const annotation = find(manifests, kindOf(service), service).metadata.annotations?.[
      'secret.reloader.stakater.com/reload'
    ];

    expect(annotation?.split(',') ?? []).toEqual(names);
  });

  test('a Rollout alone is restarted for it, and takes no steps', () => {
    const restarted = manifests.filter(
      ({ metadata }) => metadata.annotations?.['reloader.stakater.com/rollout-strategy'] === 'restart',
    );

    expect(restarted.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual(['Rollout/booking']);
  });
});

describe('Kafka', () => {
  test('is a cluster of Strimzi, over TLS with passwords and rights, and its brokers know their zone', () => {
    expect(specOf('Kafka', 'sportstix-kafka')).toMatchObject({
      kafka: {
        version: '4.3.1',
        listeners: [{ port: 9093, type: 'internal', tls: true, authentication: { type: 'scram-sha-512' } }],
        authorization: { type: 'simple' },
        rack: { topologyKey: 'topology.kubernetes.io/zone' },
        config: { 'default.replication.factor': 3, 'min.insync.replicas': 2, 'auto.create.topics.enable': false },
      },
    });
  });

  test.each([
    ['controllers', 'controller'],
    ['brokers', 'broker'],
  ])('has three %s, with 100Gi each that stay', (pool, role) => {
    expect(specOf('KafkaNodePool', pool)).toMatchObject({
      replicas: 3,
      roles: [role],
      storage: { volumes: [{ type: 'persistent-claim', size: '100Gi', deleteClaim: false }] },
    });
  });

  const TOPICS: readonly [string, number, string, Readonly<Record<string, string>>][] = [
    ['ticket.booking.created', 8, 'booking', { payment: 'payment-service', admin: 'admin-service' }],
    ['ticket.booking.confirmed', 8, 'booking', { payment: 'payment-service', admin: 'admin-service' }],
    ['ticket.booking.cancelled', 8, 'booking', { payment: 'payment-service', admin: 'admin-service' }],
    ['ticket.seat.held', 8, 'booking', {}],
    ['ticket.seat.released', 8, 'booking', {}],
    ['ticket.payment.completed', 6, 'payment', { booking: 'booking-saga', admin: 'admin-service' }],
    ['ticket.payment.failed', 6, 'payment', { booking: 'booking-saga' }],
    ['ticket.payment.refunded', 6, 'payment', { booking: 'booking-saga', admin: 'admin-service' }],
    ['ticket.queue.entered', 4, 'queue', {}],
    ['ticket.queue.token-issued', 4, 'queue', {}],
    ['ticket.game.seat-initialized', 3, 'game', { booking: 'booking-service' }],
    ['ticket.game.info-updated', 3, 'game', { booking: 'booking-service', admin: 'admin-service' }],
  ];

  test('has these topics, and no other', () => {
    expect(namesOf('KafkaTopic').sort()).toEqual(TOPICS.flatMap(([name]) => [name, `${name}.dlt`]).sort());
  });

  /** `OPERATION TYPE NAME` of all that a user may do. */
  const rightsOf = (user: string): string[] => {
    const { authorization } = specOf('KafkaUser', user) as {
      authorization: { acls: { resource: { type: string; name: string }; operations: string[] }[] };
    };
    return authorization.acls.flatMap(({ resource, operations }) =>
      operations.map((operation) => `${operation} ${resource.type} ${resource.name}`),
    );
  };

  test.each(TOPICS)(
    '%s has %i partitions, is written by %s and read by %o',
    (name, partitions, producer, consumers) => {
      for (const each of [name, `${name}.DLT`]) {
        expect(specOf('KafkaTopic', each.toLowerCase())).toMatchObject({
          topicName: each,
          partitions,
          replicas: 3,
          config: { 'min.insync.replicas': 2 },
        });
      }
      for (const user of ['auth', 'game', 'queue', 'booking', 'payment', 'admin']) {
        const rights = rightsOf(user);
        const group = consumers[user];
        expect([user, rights.includes(`Write topic ${name}`)]).toEqual([user, user === producer]);
        expect([user, rights.includes(`Read topic ${name}`)]).toEqual([user, group !== undefined]);
        expect([user, rights.includes(`Write topic ${name}.DLT`)]).toEqual([user, group !== undefined]);
        expect([user, group === undefined || rights.includes(`Read group ${group}`)]).toEqual([user, true]);
      }
    },
  );

  test('lets nobody make topics, and lets auth in with no rights', () => {
    const users = namesOf('KafkaUser');

    expect(users).toEqual(expect.arrayContaining(['admin', 'auth', 'booking', 'game', 'payment', 'queue']));
    expect(users.flatMap(rightsOf).filter((right) => /Create|Alter|All/.test(right))).toEqual([]);
    expect(rightsOf('auth')).toEqual([]);
  });

  test.each(['auth', 'game', 'queue', 'booking', 'payment', 'admin'])(
    '%s logs in as itself, and trusts it',
    (service) => {
      const common = dataOf(find(manifests, 'ConfigMap', 'sportstix-common'));
      const own = dataOf(find(manifests, 'ConfigMap', `${service}-config`));

      expect(common).toMatchObject({
        SPRING_KAFKA_BOOTSTRAP_SERVERS: 'sportstix-kafka-kafka-bootstrap.sportstix.svc.cluster.local:9093',
        SPRING_KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
        SPRING_KAFKA_PROPERTIES_SASL_MECHANISM: 'SCRAM-SHA-512',
      });
      expect(environmentOf(find(manifests, kindOf(service), service))).toMatchObject({
        SPRING_KAFKA_PROPERTIES_SASL_JAAS_CONFIG: { secretKeyRef: { name: service, key: 'sasl.jaas.config' } },
      });
      expect(mountOf(service, (own['SPRING_KAFKA_SSL_TRUSTSTORELOCATION'] ?? '').replace('file:', ''))).toEqual({
        secretName: 'sportstix-kafka-cluster-ca-cert',
        key: 'ca.crt',
      });
    },
  );
});

describe('network policies', () => {
  const KAFKA =
    'strimzi.io/cluster=sportstix-kafka,strimzi.io/name=sportstix-kafka-kafka,strimzi.io/pool-name=brokers:9093';

  test.each([
    { service: 'auth', servers: [5432, 6379], kafka: true },
    { service: 'game', servers: [5432, 6379], kafka: true },
    { service: 'queue', servers: [6379], kafka: true },
    { service: 'booking', servers: [5432, 6379], kafka: true },
    { service: 'payment', servers: [5432], kafka: true },
    { service: 'admin', servers: [5432], kafka: true },
    { service: 'frontend', servers: [], kafka: false },
  ])('let $service get to its servers, and the gateway to it', ({ service, servers, kafka }) => {
    const ways = waysOf(manifests, service);

    expect(ways.in.map((way) => way.replace(/:\d+$/, ''))).toEqual([
      'gateway/traefik',
      ...(service === 'frontend' ? [] : ['monitoring/prometheus']),
    ]);
    expect(ways.out.toSorted()).toEqual(
      [
        ...(service === 'frontend' ? [] : ASKS_DNS),
        ...servers.map((port) => `10.0.64.0/20:${port}`),
        ...(kafka ? [KAFKA, 'observability/otel-collector:4317'] : []),
      ].toSorted(),
    );
  });

  test.each(['otel-collector', 'log-collector', 'sportstix-kafka-entity-operator'])(
    'let %s ask the API server where it answers',
    (name) => {
      expect(waysOf(manifests, name).out).toContain('10.0.0.0/18:443');
    },
  );

  test('let the users of Kafka in to its brokers', () => {
    expect(waysOf(manifests, 'sportstix-kafka-brokers').in).toEqual(
      expect.arrayContaining(['auth', 'game', 'queue', 'booking', 'payment', 'admin'].map((name) => `${name}:9093`)),
    );
  });
});

describe('observability', () => {
  test.each(['tempo', 'loki'])('%s has 50Gi', (name) => {
    expect(specOf('StatefulSet', name)).toHaveProperty(
      'volumeClaimTemplates.0.spec.resources.requests.storage',
      '50Gi',
    );
  });

  test.each([
    ['tempo', 'block_retention: 168h'],
    ['loki', 'retention_period: 168h'],
  ])('%s keeps what it has for a week', (name, retention) => {
    expect(JSON.stringify(find(manifests, 'ConfigMap', `${name}-config`)['data'])).toContain(retention);
  });

  test('Grafana has no public route', () => {
    const graph = new Graph(manifests.map((manifest) => ({ manifest })));
    const reached = graph.connections
      .filter(({ from }) => from === undefined)
      .flatMap(({ to }) => (to.type === 'pods' ? to.workloads.map(({ resource }) => resource.name) : []));

    expect(reached).toContain('frontend');
    expect(reached).not.toContain('grafana');
  });
});

describe('order', () => {
  const waveOf = ({ metadata }: Manifest): number =>
    Number(metadata.annotations?.['argocd.argoproj.io/sync-wave'] ?? 0);

  test.each([
    ['Namespace', 'NetworkPolicy'],
    ['NetworkPolicy', 'Kafka'],
    ['ExternalSecret', 'Deployment'],
    ['ConfigMap', 'Deployment'],
    ['Service', 'StatefulSet'],
    ['Kafka', 'KafkaTopic'],
    ['Kafka', 'KafkaUser'],
    ['KafkaTopic', 'Deployment'],
    ['KafkaTopic', 'Rollout'],
    ['KafkaUser', 'Deployment'],
    ['KafkaUser', 'Rollout'],
  ])('Argo CD makes every %s before any %s', (first, second) => {
    const waves = (kind: string): number[] => manifests.filter((manifest) => manifest.kind === kind).map(waveOf);

    expect(Math.max(...waves(first))).toBeLessThan(Math.min(...waves(second)));
  });

  test('kubectl makes namespaces, then what takes secrets, then Kafka, then all else', () => {
    expect([...files.keys()].sort().slice(0, 3)).toEqual([
      '00-namespaces.k8s.yaml',
      '10-external-secrets.k8s.yaml',
      '20-kafka.k8s.yaml',
    ]);
  });
});

describe('staging', () => {
  const staged = [...synthesize(staging).values()].flat();

  test('differs from production in these, and in nothing else', () => {
    const differing = Object.keys(production).filter(
      (field) => staging[field as keyof Environment] !== production[field as keyof Environment],
    );

    expect(Object.keys(staging)).toEqual(Object.keys(production));
    expect(differing).toEqual([
      'name',
      'namespace',
      'observabilityNamespace',
      'profile',
      'images',
      'scaling',
      'postgres',
      'redis',
      'kafka',
      'secrets',
      'entrance',
      'observability',
      'metrics',
    ]);
  });

  test('writes to no namespace of production, and to none of its other names', () => {
    const idOf = ({ apiVersion, kind, metadata }: Manifest): string =>
      [apiVersion, kind, metadata.namespace, metadata.name].join(' ');
    const ids = new Set(manifests.map(idOf));

    expect(staged.map(idOf).filter((id) => ids.has(id))).toEqual([]);
  });

  test('has three brokers of its own, and each topic three times before a service starts', () => {
    expect(specOf('StatefulSet', 'kafka', staged)).toMatchObject({ replicas: 3 });
    const { topics: list = '' } = dataOf(find(staged, 'ConfigMap', 'kafka-topics-config'));
    const topics = list.trimEnd().split('\n');
    expect(topics).toHaveLength(24);
    expect(topics).toEqual(expect.arrayContaining(['ticket.booking.created 8 3', 'ticket.booking.created.DLT 8 3']));
    expect(new Set(topics.map((line) => line.split(' ')[2]))).toEqual(new Set(['3']));
    const [job] = staged.filter(({ kind }) => kind === 'Job');
    expect(Number(job?.metadata.annotations?.['argocd.argoproj.io/sync-wave'])).toBeLessThan(0);
  });

  test('takes its secrets from entries of its own', () => {
    const entries = staged
      .filter(({ kind }) => kind === 'ExternalSecret')
      .flatMap(({ spec }) => (spec as { data: { remoteRef: { key: string } }[] }).data);

    expect(entries.filter(({ remoteRef }) => !remoteRef.key.startsWith('sportstix-staging/'))).toEqual([]);
    expect(entries).not.toEqual([]);
  });

  test('has hosts of its own', () => {
    expect(specOf('Gateway', 'sportstix', staged)).toMatchObject({
      listeners: [{}, { hostname: 'staging.sportstix.io' }, { hostname: 'api.staging.sportstix.io' }],
    });
  });
});
