import type { ServiceSpec } from '../../lib/sportstix/catalogue';
import { buildArgumentsOf } from '../../lib/sportstix/entrance';
import type { Environment } from '../../lib/sportstix/environments';
import { waysOf } from '../network-policies';
import { containerOf, find } from '../testing';
import { billing, dataOf, example, orders, placeholderSecrets, synthesize, withoutCluster } from './example';

const files = synthesize(example);

describe('another environment', () => {
  const refunds: ServiceSpec = {
    ...billing,
    name: 'refunds',
    repository: 'shop/refunds-service',
    port: 9004,
    database: { name: 'shop_refunds', username: 'refunds_user', owner: 'refunds_owner' },
    routes: [{ path: '/api/refunds' }],
  };

  test('with one service more has one file more, and no other name', () => {
    const more = synthesize({ ...example, services: [...example.services, refunds] });
    expect([...more.keys()].filter((name) => !files.has(name))).toEqual(['refunds.k8s.yaml']);
    expect(more.get('refunds.k8s.yaml')?.map(({ kind }) => kind)).toEqual([
      'ConfigMap',
      'ServiceAccount',
      'Service',
      'Deployment',
      'NetworkPolicy',
    ]);
    expect(more.get('refunds.k8s.yaml')?.[0]?.['data']).toEqual({
      OTEL_SERVICE_NAME: 'refunds-service',
      SERVER_PORT: '9004',
      SPRING_DATASOURCE_URL: 'jdbc:postgresql://postgres-external.shop.svc.cluster.local:5432/shop_refunds',
      SPRING_DATASOURCE_USERNAME: 'refunds_user',
    });
    expect([...files.keys()].filter((name) => !more.has(name))).toEqual([]);
    const changed = [...files].filter(([name, content]) => JSON.stringify(content) !== JSON.stringify(more.get(name)));
    // Besides, who it talks to lets it in.
    expect(changed.map(([name]) => name)).toEqual([
      'ingress.k8s.yaml',
      'kafka.k8s.yaml',
      'otel-collector.k8s.yaml',
      'prometheus.k8s.yaml',
      'secrets.k8s.yaml',
    ]);
  });

  test('differs in all that an environment may choose', () => {
    const other = [
      ...synthesize({
        ...example,
        name: 'other',
        namespace: 'tickets',
        observabilityNamespace: 'monitoring',
        profile: 'staging',
        images: { kind: 'tag', tag: '1.4.2' },
        scaling: { kind: 'fixed', replicas: 3 },
        topologySpread: 'DoNotSchedule',
        postgres: [{ name: 'postgres-external', host: '10.1.2.3', port: 6432 }],
        redis: [{ name: 'redis-external', host: 'cache.example.com', port: 6380, ranges: ['10.1.3.0/24'] }],
        kafka: { ...example.kafka, replicas: 3 },
        entrance: { kind: 'ingress', className: 'nginx', host: 'tickets.example.com' },
      }).values(),
    ].flat();

    expect(new Set(other.map(({ metadata }) => metadata.namespace))).toEqual(
      new Set([undefined, 'tickets', 'monitoring']),
    );
    expect(find(other, 'Deployment', 'orders')).toMatchObject({
      spec: {
        replicas: 3,
        template: {
          spec: {
            containers: [{ image: 'shop/orders-service:1.4.2' }],
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
    expect(find(other, 'ConfigMap', 'orders-config')['data']).toMatchObject({
      SPRING_DATASOURCE_URL: 'jdbc:postgresql://postgres-external.tickets.svc.cluster.local:6432/shop_orders',
    });
    expect(find(other, 'EndpointSlice', 'postgres-external')).toMatchObject({
      endpoints: [{ addresses: ['10.1.2.3'] }],
    });
    expect(find(other, 'StatefulSet', 'kafka')).toMatchObject({ spec: { replicas: 3 } });
    expect(find(other, 'Ingress', 'sportstix')).toMatchObject({
      spec: { ingressClassName: 'nginx', rules: [{ host: 'tickets.example.com' }] },
    });
  });

  const outside = (address?: string, port = 19094): Environment => ({
    ...example,
    kafka: {
      ...example.kafka,
      externalListener: { addresses: [{ host: 'localhost', port: 19094 }], reason: 'Services run on the host.' },
    },
    cluster: {
      ...example.cluster,
      ports: [...example.cluster.ports, { host: port, container: port, ...(address !== undefined && { address }) }],
    },
  });

  test('lets services on the host reach Kafka', () => {
    const files = [...synthesize(outside('127.0.0.1')).values()].flat();

    expect(find(files, 'Service', 'kafka-external-0')).toMatchObject({
      spec: { type: 'LoadBalancer', ports: [{ port: 19094 }] },
    });
  });

  test.each([
    ['that leads nowhere', outside('127.0.0.1', 9095), 'not published by the cluster, and no client would get there'],
    ['to everybody', outside(), 'published for everybody on the network'],
    ['to everybody on a network', outside('192.0.2.1'), 'published for everybody on the network'],
  ])('refuses a port to Kafka %s', (_, environment, reason) => {
    expect(() => synthesize(environment)).toThrow(
      `kafka: environment.kafka.externalListener.addresses[0].port 19094: ${reason}`,
    );
  });

  test.each<[string, Environment['entrance'], Environment['cluster'], string]>([
    [
      'a name of its own on the local cluster',
      { kind: 'ingress', className: 'traefik', host: 'tickets.localhost' },
      example.cluster,
      'http://tickets.localhost:8880',
    ],
    [
      'TLS on the local cluster',
      { kind: 'ingress', className: 'traefik', tls: true },
      example.cluster,
      'https://localhost:8443',
    ],
    [
      'a cluster elsewhere',
      { kind: 'ingress', className: 'nginx', host: 'tickets.example.com' },
      undefined,
      'http://tickets.example.com',
    ],
    [
      'a cluster elsewhere, with TLS',
      { kind: 'ingress', className: 'nginx', host: 'tickets.example.com', tls: true },
      undefined,
      'https://tickets.example.com',
    ],
    [
      "the host's own port 80",
      { kind: 'ingress', className: 'traefik' },
      { ...example.cluster, ports: [{ host: 80, container: 80 }] },
      'http://localhost',
    ],
  ])('is reached at the address that its entrance has: %s', (_, entrance, cluster, address) => {
    const environment: Environment = {
      ...withoutCluster(example),
      entrance,
      ...(cluster !== undefined && { cluster }),
    };
    const other = [...synthesize(environment).values()].flat();

    expect(find(other, 'ConfigMap', 'live-config')['data']).toMatchObject({ ALLOWED_ORIGINS: address });
    expect(find(other, 'Ingress', 'sportstix').metadata.annotations).toEqual({
      'kubernetes.io/description': `Reached at ${address}`,
    });
    expect(buildArgumentsOf(environment).get('shop/web:dev')).toEqual([
      `API_URL=${address}`,
      `WS_URL=${address.replace('http', 'ws')}`,
    ]);
  });

  test('is refused where nobody knows at which address it is reached, and a service must be told', () => {
    const elsewhere = withoutCluster(example);

    expect(() => synthesize(elsewhere)).toThrow('example/live: environment.entrance.host: missing');
    expect(() => buildArgumentsOf(elsewhere)).toThrow("Environment example: web's image has the address built in");
  });

  test('says whom its network policies must know, where its cluster is made elsewhere', () => {
    const elsewhere = { ...withoutCluster(example), entrance: { ...example.entrance, host: 'tickets.example.com' } };
    const pods = (namespace: string, name: string) =>
      ({ type: 'pods', namespace, labels: { 'app.kubernetes.io/name': name } }) as const;
    const other = [
      ...synthesize({
        ...elsewhere,
        network: {
          dns: { peer: pods('dns', 'resolver') },
          apiServer: { ranges: ['10.0.0.0/18'], port: 443 },
          entrance: pods('gateway', 'traefik'),
        },
        redis: [{ name: 'redis-external', host: 'cache.example.com', port: 6379, ranges: ['10.0.64.0/20'] }],
      }).values(),
    ].flat();

    expect(waysOf(other, 'web').in).toEqual(['gateway/traefik:3000']);
    expect(waysOf(other, 'prometheus').out).toContain('192.0.2.0/24:10250');
    expect(waysOf(other, 'orders').out).toEqual(
      expect.arrayContaining(['dns/resolver:53', 'dns/resolver:53/UDP', '10.0.64.0/20:6379']),
    );
    expect(waysOf(other, 'log-collector').out).toContain('10.0.0.0/18:443');
  });

  test('is refused where nobody knows whose metrics its Prometheus asks the kubelets for', () => {
    const unknown = {
      ...withoutCluster(example),
      entrance: { ...example.entrance, host: 'tickets.example.com' },
      metrics: { kind: 'prometheus' } as const,
    };

    expect(() => synthesize(unknown)).toThrow('Environment example: metrics.kubelets: missing');
  });

  test('is refused where people are to be told of alerts at a URL that nobody keeps', () => {
    const alerts = { kind: 'webhook', server: { host: '192.0.2.7', port: 443 } } as const;

    expect(() => synthesize({ ...example, metrics: { kind: 'prometheus', alerts } })).toThrow(
      'environment.metrics.alerts "file"',
    );
  });

  test('is refused where nobody knows whom its network policies must know', () => {
    const unknown = { ...withoutCluster(example), entrance: { ...example.entrance, host: 'tickets.example.com' } };
    Reflect.deleteProperty(unknown, 'network');

    expect(() => synthesize(unknown)).toThrow(
      'Environment example: network: missing, and the cluster is made elsewhere',
    );
  });

  test('is refused where nobody knows the addresses of a server', () => {
    const redis = [{ name: 'redis-external', host: 'cache.example.com', port: 6379 }] as const;

    expect(() => synthesize({ ...example, redis })).toThrow(
      'Environment example: redis-external: ranges: missing, and network policies know no names such as cache.example.com: no service could connect to it. Give the ranges of its addresses.',
    );
  });

  test('gives a service that only administers Kafka a way to it', () => {
    const [first, ...others] = example.services;
    if (first?.kind !== 'spring') throw new Error('The example begins with a Spring service.');
    const ways = (service: ServiceSpec): string[] =>
      waysOf([...synthesize({ ...example, services: [service, ...others] }).values()].flat(), first.name).out;

    expect(ways(first)).not.toContain('kafka:9092');
    expect(ways({ ...first, kafkaAdmin: true })).toContain('kafka:9092');
  });

  test('may have services that share a database user, who then has one password', () => {
    const sharing: ServiceSpec = {
      ...refunds,
      database: { name: 'shop_refunds', username: 'billing_user', owner: 'billing_owner' },
    };
    const other = [...synthesize({ ...example, services: [...example.services, sharing] }).values()].flat();

    expect(find(other, 'Secret', 'refunds-db-secret')['data']).toEqual(
      find(other, 'Secret', 'billing-db-secret')['data'],
    );
  });

  test('has no Secret that none of its services reads', () => {
    const other = synthesize({ ...example, services: example.services.filter(({ name }) => name === 'billing') });

    expect(other.get('secrets.k8s.yaml')?.map(({ metadata }) => metadata.name)).toEqual(['billing-db-secret']);
  });

  test('names itself and the service in an error', () => {
    const bad: Environment = { ...example, images: { kind: 'tag', tag: 'latest' } };
    expect(() => synthesize(bad)).toThrow('example/orders/orders/orders: image "shop/orders-service:latest"');
  });
});

describe('several servers of a kind', () => {
  const sessions = { name: 'redis-sessions', host: 'cache.example.com', port: 6379, ranges: ['10.1.3.0/24'] };
  const tickets = { name: 'postgres-tickets', host: '10.1.2.3', port: 5433 };
  const [postgres] = example.postgres;
  const [redis] = example.redis;
  const environment: Environment = {
    ...example,
    postgres: [postgres, tickets],
    redis: [redis, sessions],
    services: [
      orders,
      {
        ...billing,
        redis: { server: 'redis-sessions' },
        // The user of another service, but on another server.
        database: { name: 'shop_orders', username: 'orders_user', owner: 'orders_owner', server: 'postgres-tickets' },
      },
    ],
  };
  const manifests = [...synthesize(environment).values()].flat();
  const withServers = (changes: Partial<Environment>): (() => unknown) => {
    const changed = { ...environment, ...changes };
    return () => synthesize(changed);
  };

  test('each has its Service', () => {
    expect(find(manifests, 'Service', 'redis-sessions')).toMatchObject({ spec: { externalName: 'cache.example.com' } });
    expect(find(manifests, 'EndpointSlice', 'postgres-tickets')).toMatchObject({
      endpoints: [{ addresses: ['10.1.2.3'] }],
      ports: [{ name: 'postgresql', port: 5433 }],
    });
  });

  test('a service that names one is told of it, and every other of the first', () => {
    expect(dataOf(find(manifests, 'ConfigMap', 'billing-config'))).toMatchObject({
      SPRING_DATASOURCE_URL: 'jdbc:postgresql://postgres-tickets.shop.svc.cluster.local:5433/shop_orders',
      SPRING_DATA_REDIS_HOST: 'redis-sessions.shop.svc.cluster.local',
    });
    expect(dataOf(find(manifests, 'ConfigMap', 'orders-config'))).toEqual({
      OTEL_SERVICE_NAME: 'orders-service',
      SERVER_PORT: '9001',
      SPRING_DATASOURCE_URL: 'jdbc:postgresql://postgres-external.shop.svc.cluster.local:5432/shop_orders',
      SPRING_DATASOURCE_USERNAME: 'orders_user',
    });
    expect(dataOf(find(manifests, 'ConfigMap', 'sportstix-common'))).toMatchObject({
      SPRING_DATA_REDIS_HOST: 'redis-external.shop.svc.cluster.local',
    });
  });

  test('each Redis has a password and a Secret of its own, and each PostgreSQL passwords of its own for users of one name', () => {
    const secretsOf = (service: string): string =>
      JSON.stringify(containerOf(find(manifests, 'Deployment', service))['envFrom']);
    expect(secretsOf('billing')).toContain('"redis-sessions-secret"');
    expect(secretsOf('billing')).not.toContain('"redis-secret"');
    expect(secretsOf('orders')).toContain('"redis-secret"');
    expect(dataOf(find(manifests, 'Secret', 'redis-sessions-secret'))).toEqual({
      SPRING_DATA_REDIS_PASSWORD: 'redis-sessions-placeholder',
    });
    expect(dataOf(find(manifests, 'Secret', 'redis-secret'))).toEqual({
      SPRING_DATA_REDIS_PASSWORD: 'redis-external-placeholder',
    });
    expect(dataOf(find(manifests, 'Secret', 'billing-db-secret'))['SPRING_DATASOURCE_PASSWORD']).toBe(
      'postgres-tickets-orders_user-placeholder',
    );
    expect(dataOf(find(manifests, 'Secret', 'orders-db-secret'))['SPRING_DATASOURCE_PASSWORD']).toBe(
      'postgres-external-orders_user-placeholder',
    );
  });

  test('a service that names the first is as one that names none', () => {
    const naming = {
      ...orders,
      redis: { server: redis.name },
      database: { name: 'shop_orders', username: 'orders_user', owner: 'orders_owner', server: postgres.name },
    };
    expect(synthesize({ ...example, services: [naming] })).toEqual(synthesize({ ...example, services: [orders] }));
  });

  test.each<[string, Partial<Environment>, string]>([
    [
      'a database on a server that is not there',
      { postgres: [postgres] },
      'Environment example, billing: database.server "postgres-tickets": the environment has no such server, so the service would connect to nothing. It has postgres-external.',
    ],
    [
      'a Redis that is not there',
      { redis: [redis] },
      'Environment example, billing: redis.server "redis-sessions": the environment has no such server, so the service would connect to nothing. It has redis-external.',
    ],
    [
      'two servers of one name',
      { redis: [redis, sessions, sessions] },
      'Environment example: redis[2].name "redis-sessions": two servers have this name',
    ],
    [
      "a Redis whose password could be a database's",
      { redis: [redis, sessions, { ...sessions, name: 'postgres-cache' }] },
      'Environment example: redis[2].name "postgres-cache": does not start with redis-, by which its passwords are told from all others in the file of secrets. Name it redis-postgres-cache.',
    ],
    [
      'a PostgreSQL without its kind in its name',
      { postgres: [postgres, tickets, { ...tickets, name: 'archive' }] },
      'Environment example: postgres[2].name "archive": does not start with postgres-,',
    ],
  ])('%s is refused', (_, changes, message) => {
    expect(withServers(changes)).toThrow(message);
  });

  test('a password that is not there is named by its server, and refused', () => {
    const { passwords, jwt } = placeholderSecrets(environment);
    const without = (changes: Partial<typeof passwords>): (() => unknown) => {
      return () => synthesize(environment, { passwords: { ...passwords, ...changes }, jwt });
    };
    expect(without({ redis: new Map([['redis-external', 'x']]) })).toThrow(
      "secrets.passwords.redis: no password redis-sessions's",
    );
    expect(without({ databases: new Map() })).toThrow(
      'secrets.passwords.databases: no password of orders_user on postgres-external, who could then not log in',
    );
  });
});
