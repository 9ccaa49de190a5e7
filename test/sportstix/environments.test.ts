import { Graph } from '../../lib/graph/graph';
import type { ServiceSpec, SpringServiceSpec } from '../../lib/sportstix/catalogue';
import { type Environment, environments, imageOf } from '../../lib/sportstix/environments';
import { bringUpOf, hostAccessOf, passwordsFrom } from '../../lib/sportstix/host';
import { databasesOf, databaseServer, isSpring, redisServer } from '../../lib/sportstix/servers';
import { renderEnvironment } from '../../lib/sportstix/synth';
import { toYamlStream } from '../../lib/synth/yaml';
import { containerOf, environmentOf, find, type Manifest, podTemplateOf } from '../testing';
import { dataOf, placeholderSecrets, synthesize } from './example';

// What holds for every service of every environment, whichever there are: a service or an environment more needs no edit here. The facts
// of the services that there are stand in contract.test.ts.

describe.each(environments)('environment $name', (environment) => {
  const secrets = placeholderSecrets(environment);
  const files = synthesize(environment);
  const manifests = [...files.values()].flat();
  const spring = environment.services.filter(isSpring);

  test.each([...files])('%s is what the snapshot shows', (_, content) => {
    expect(toYamlStream(content)).toMatchSnapshot();
  });

  test('every object is one of a kind', () => {
    const ids = manifests.map(({ apiVersion, kind, metadata }) =>
      [apiVersion, kind, metadata.namespace, metadata.name].join(' '),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('every reference resolves, but to what every cluster of its kind has', () => {
    const graph = new Graph(manifests.map((manifest) => ({ manifest })));
    const problems = graph.objects
      .flatMap((each) => graph.referencesOf(each))
      .flatMap((each) => graph.problemOf(each)?.message ?? []);

    expect(problems).toEqual([`there is no IngressClass ${environment.ingress.className}`]);
  });

  test('no name has a hash', () => {
    const names = manifests.map(({ metadata }) => metadata.name);
    expect(names.filter((name) => /-c[0-9a-f]{7}$/.test(name))).toEqual([]);
  });

  test('its namespaces come first', () => {
    expect([...files.keys()].sort()[0]).toBe('00-namespaces.k8s.yaml');
    expect(files.get('00-namespaces.k8s.yaml')?.map(({ kind, metadata }) => [kind, metadata.name])).toEqual([
      ['Namespace', environment.namespace],
      ['Namespace', environment.observabilityNamespace],
      ...[environment.namespace, environment.observabilityNamespace].map(() => ['NetworkPolicy', 'default-deny']),
    ]);
  });

  describe.each([...environment.services])('$name', (service) => {
    describeService(environment, service, files);
  });

  test('each Spring service reads the common settings, its own, then its secrets, and no other', () => {
    for (const service of spring) {
      expect([service.name, containerOf(workloadOf(manifests, service))['envFrom']]).toEqual([
        service.name,
        [
          { configMapRef: { name: 'sportstix-common' } },
          { configMapRef: { name: `${service.name}-config` } },
          ...secretsOf(environment, service).map((name) => ({ secretRef: { name } })),
        ],
      ]);
    }
  });

  test('each database has a Secret with the passwords of its user and its owner on its server', () => {
    for (const { service, server, database } of databasesOf(environment)) {
      expect(dataOf(find(manifests, 'Secret', `${service}-db-secret`))).toEqual({
        SPRING_DATASOURCE_PASSWORD: `${server.name}-${database.username}-placeholder`,
        SPRING_FLYWAY_USER: database.owner,
        SPRING_FLYWAY_PASSWORD: `${server.name}-${database.owner}-placeholder`,
      });
    }
  });

  test('each Redis that is used has a Secret with its password, and the key pair has one with its id', () => {
    for (const service of spring) {
      const { name } = redisServer(environment, service, environment.redis);
      for (const secret of secretsOf(environment, service).filter((id) => id.startsWith('redis-'))) {
        expect(dataOf(find(manifests, 'Secret', secret))).toEqual({
          SPRING_DATA_REDIS_PASSWORD: `${name}-placeholder`,
        });
      }
      if (service.jwt) {
        expect(dataOf(find(manifests, 'Secret', 'jwt-secret'))).toEqual({
          JWT_PRIVATE_KEY: 'private-placeholder',
          JWT_PUBLIC_KEY: 'public-placeholder',
          JWT_KID: 'id-placeholder',
        });
      }
    }
  });

  test('its Secrets are Opaque, stand in one file that holds nothing else, and each is read by a service', () => {
    const found = files.get('secrets.k8s.yaml') ?? [];

    expect(new Set(found.map(({ kind, type }) => `${kind} ${String(type)}`))).toEqual(new Set(['Secret Opaque']));
    expect(new Set(found.map(({ metadata }) => metadata.name))).toEqual(
      new Set(spring.flatMap((service) => secretsOf(environment, service))),
    );
    expect(manifests.filter(({ kind }) => kind === 'Secret')).toEqual(found);
  });

  test('its secret values appear nowhere else, neither plain nor encoded nor as a change of anything', () => {
    const others = [...files].filter(([name]) => name !== 'secrets.k8s.yaml');
    const text = JSON.stringify(others);
    const values = [
      ...[...secrets.passwords.databases.values()].flatMap((users) => [...users.values()]),
      ...secrets.passwords.redis.values(),
      ...Object.values(secrets.jwt),
    ];
    for (const value of values) {
      expect(text).not.toContain(value);
      expect(text).not.toContain(Buffer.from(value).toString('base64'));
    }
    const other = <Key>(known: ReadonlyMap<Key, unknown>): Map<Key, string> =>
      new Map([...known.keys()].map((key) => [key, 'other']));
    const withOtherSecrets = synthesize(environment, {
      passwords: {
        databases: new Map([...secrets.passwords.databases].map(([server, users]) => [server, other(users)])),
        redis: other(secrets.passwords.redis),
      },
      jwt: { privateKey: 'other', publicKey: 'other', keyId: 'other' },
    });
    expect([...withOtherSecrets].filter(([name]) => name !== 'secrets.k8s.yaml')).toEqual(others);
    for (const [path, { content }] of renderEnvironment(environment, secrets).others) {
      expect([path, content.includes('placeholder')]).toEqual([path, false]);
    }
  });

  test("no pod and no file knows PostgreSQL's superuser, neither by name nor by a password of its own", () => {
    const values = manifests
      .filter(({ kind }) => kind === 'Secret' || kind === 'ConfigMap')
      .flatMap((manifest) => Object.entries(dataOf(manifest)));

    expect(manifests.some(({ metadata }) => metadata.name === 'db-secret')).toBe(false);
    expect(values.filter(([key, value]) => key === 'POSTGRES_PASSWORD' || value === 'postgres')).toEqual([]);
  });

  test('the ingress leads every route to its service, and nothing else anywhere', () => {
    const { spec } = find(manifests, 'Ingress', 'sportstix') as unknown as {
      spec: { rules: { http: { paths: { path: string }[] } }[] };
    };
    const expected = environment.services.flatMap(({ name, routes }) =>
      routes.map(({ path, exact = false }) => ({
        path,
        pathType: exact ? 'Exact' : 'Prefix',
        backend: { service: { name, port: { name: 'http' } } },
      })),
    );
    const byPath = (one: { path: string }, other: { path: string }): number => (one.path < other.path ? -1 : 1);

    expect(spec.rules).toHaveLength(1);
    expect([...(spec.rules[0]?.http.paths ?? [])].sort(byPath)).toEqual([...expected].sort(byPath));
  });

  test('a cluster on this machine: its host lets in every database that is on it, with its roles, and nothing else', () => {
    const access = hostAccessOf(environment);
    const endpoints = access?.endpoints ?? [];
    const placed = databasesOf(environment);

    for (const endpoint of endpoints) {
      expect([...environment.postgres, ...environment.redis]).toContainEqual(
        expect.objectContaining({ name: endpoint.name, host: endpoint.host, port: endpoint.port }),
      );
      if (endpoint.kind === 'postgresql') {
        expect(endpoint.databases).toEqual(
          placed
            .filter(({ server }) => server.name === endpoint.name)
            .map(({ database }) => ({ name: database.name, user: database.username, owner: database.owner })),
        );
        for (const { user, owner } of endpoint.databases) {
          const passwordOf = passwordsFrom(secrets.passwords);
          expect([passwordOf(endpoint, user), passwordOf(endpoint, owner)]).toEqual([
            `${endpoint.name}-${user}-placeholder`,
            `${endpoint.name}-${owner}-placeholder`,
          ]);
        }
      }
    }
    expect(access && bringUpOf(environment, access).images).toEqual(
      access && environment.services.map((service) => imageOf(environment, service)),
    );
  });
});

/** Names of the Secrets that a service reads. */
function secretsOf(environment: Environment, service: SpringServiceSpec): string[] {
  const redis = redisServer(environment, service, environment.redis).name;
  return [
    ...(service.database === undefined ? [] : [`${service.name}-db-secret`]),
    ...(service.redis === false ? [] : [redis === environment.redis[0].name ? 'redis-secret' : `${redis}-secret`]),
    ...(service.jwt ? ['jwt-secret'] : []),
  ];
}

function workloadOf(manifests: readonly Manifest[], { name, canary }: ServiceSpec): Manifest {
  return find(manifests, canary === undefined ? 'Deployment' : 'Rollout', name);
}

function describeService(
  environment: Environment,
  service: ServiceSpec,
  files: ReadonlyMap<string, readonly Manifest[]>,
): void {
  const { name, port } = service;
  const manifests = [...files.values()].flat();
  const workload = workloadOf(manifests, service);
  const container = containerOf(workload);
  const template = podTemplateOf(workload);
  const tier = service.kind === 'web' ? 'frontend' : 'backend';

  test('has a file of its own', () => {
    const expected = [
      'ServiceAccount',
      'Service',
      service.canary === undefined ? 'Deployment' : 'Rollout',
      'NetworkPolicy',
    ];
    expect(files.get(`${name}.k8s.yaml`)?.map(({ kind }) => kind)).toEqual(
      service.kind === 'web' ? expected : ['ConfigMap', ...expected],
    );
  });

  test('runs its image with the tag, the replicas and in the namespace of the environment', () => {
    expect(container).toMatchObject({ name, image: `${service.repository}:${environment.imageTag}` });
    expect(workload).toMatchObject({
      metadata: { namespace: environment.namespace },
      spec: { replicas: environment.replicas, revisionHistoryLimit: 3 },
    });
    expect(container).not.toHaveProperty('imagePullPolicy');
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
    const expected = { maxSurge: 1, maxUnavailable: 0 };
    expect(workload['spec']).toMatchObject({
      strategy:
        service.canary === undefined ? { type: 'RollingUpdate', rollingUpdate: expected } : { canary: expected },
    });
  });

  test('is spread over the nodes', () => {
    expect(template.spec['topologySpreadConstraints']).toEqual([
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: environment.topologySpread,
        labelSelector: { matchLabels: { 'app.kubernetes.io/name': name } },
      },
    ]);
  });

  test('carries the labels, and is selected by its name alone', () => {
    const labels = {
      'app.kubernetes.io/name': name,
      'app.kubernetes.io/part-of': 'sportstix',
      'app.kubernetes.io/component': tier,
    };
    expect(workload.metadata.labels).toEqual(labels);
    expect(template.metadata.labels).toEqual({ ...labels, 'sportstix.io/tier': tier });
    expect(workload).toHaveProperty(['spec', 'selector'], { matchLabels: { 'app.kubernetes.io/name': name } });
  });

  test('runs as its user, with a read-only root file system and emptyDirs where it writes', () => {
    const id = service.kind === 'web' ? service.user : 1000;
    expect(template.spec['securityContext']).toMatchObject({ runAsNonRoot: true, runAsUser: id, fsGroup: id });
    expect(container['securityContext']).toMatchObject({ readOnlyRootFilesystem: true });
    expect((container['volumeMounts'] as { mountPath: string }[]).map(({ mountPath }) => mountPath)).toEqual(
      service.kind === 'web' ? service.writablePaths : ['/tmp'],
    );
    expect((template.spec['volumes'] as object[]).every((volume) => 'emptyDir' in volume)).toBe(true);
  });

  test('serves 5 s more after it was told to stop, and has 30 s to end', () => {
    expect(container['lifecycle']).toEqual({ preStop: { exec: { command: ['sleep', '5'] } } });
    expect(template.spec['terminationGracePeriodSeconds']).toBe(30);
  });

  test('is probed by HTTP on its port, and has ten minutes to start', () => {
    const path = (probe: string): object => ({ httpGet: { path: service.kind === 'web' ? '/' : probe, port } });
    expect(container['startupProbe']).toMatchObject({
      ...path('/actuator/health/liveness'),
      periodSeconds: 5,
      failureThreshold: 120,
    });
    expect(container['readinessProbe']).toMatchObject(path('/actuator/health/readiness'));
    expect(container['livenessProbe']).toMatchObject(path('/actuator/health/liveness'));
  });

  test('gets its variables', () => {
    expect(environmentOf(workload)).toMatchObject(
      service.kind === 'web'
        ? service.environment
        : { JAVA_OPTS: '-XX:+UseG1GC -XX:MaxRAMPercentage=75.0 -javaagent:/app/opentelemetry-javaagent.jar' },
    );
  });

  if (service.kind === 'spring') {
    test('is told its port, its name in traces, its database and a Redis of its own', () => {
      const data = dataOf(find(manifests, 'ConfigMap', `${name}-config`));
      const common = dataOf(find(manifests, 'ConfigMap', 'sportstix-common'));
      const postgres = databaseServer(environment, service, environment.postgres);
      const redis = redisServer(environment, service, environment.redis);

      expect({ ...common, ...data }).toMatchObject({
        SERVER_PORT: String(port),
        OTEL_SERVICE_NAME: `${name}-service`,
        ...(service.database !== undefined && {
          SPRING_DATASOURCE_URL: `jdbc:postgresql://${postgres.name}.${environment.namespace}.svc.cluster.local:${postgres.port}/${service.database.name}`,
          SPRING_DATASOURCE_USERNAME: service.database.username,
        }),
        ...(service.redis !== false && {
          SPRING_DATA_REDIS_HOST: `${redis.name}.${environment.namespace}.svc.cluster.local`,
          SPRING_DATA_REDIS_PORT: String(redis.port),
        }),
      });
      expect(Object.hasOwn({ ...common, ...data }, 'SPRING_DATASOURCE_URL')).toBe(service.database !== undefined);
    });
  }
}
