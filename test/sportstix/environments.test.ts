import { Graph } from '../../lib/graph/graph';
import type { ServiceSpec, SpringServiceSpec } from '../../lib/sportstix/catalogue';
import { type Environment, environments, type ExternalServer } from '../../lib/sportstix/environments';
import { bringUpOf, hostAccessOf, passwordsFrom } from '../../lib/sportstix/host';
import { imagesOf } from '../../lib/sportstix/images';
import { databasesOf, databaseServer, isSpring, redisServer } from '../../lib/sportstix/servers';
import { renderEnvironment } from '../../lib/sportstix/synth';
import { toYamlStream } from '../../lib/synth/yaml';
import { containerOf, environmentOf, find, type Manifest, podTemplateOf } from '../testing';
import { dataOf, placeholderSecrets, synthesize } from './example';

// What holds for every service of every environment, whichever there are: a service or an environment more needs no edit here. The facts
// of the services that there are stand in contract.test.ts.

/** What every cluster of an environment's kind has, or somebody sets up in it. */
function takenFromCluster({ entrance, secrets, network, metrics }: Environment): string[] {
  const gateway = network?.entrance?.type === 'pods' ? network.entrance.namespace : '';
  return [
    ...(entrance.kind === 'ingress'
      ? [`there is no IngressClass ${entrance.className}`]
      : [
          `there is no GatewayClass ${entrance.className}`,
          `there is no ClusterIssuer ${entrance.certificate.issuer.name}`,
          `no namespace has the label kubernetes.io/metadata.name=${gateway}`,
        ]),
    ...(metrics.kind === 'prometheus-operator'
      ? [
          `no namespace has the label kubernetes.io/metadata.name=${metrics.server.peer.namespace}`,
          `there is no Service prometheus-operated in namespace ${metrics.server.peer.namespace}`,
        ]
      : []),
    ...(secrets.kind === 'external' ? [`there is no ClusterSecretStore ${secrets.store.name}`] : []),
  ];
}

describe.each(environments)('environment $name', (environment) => {
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

    expect(new Set(problems)).toEqual(new Set(takenFromCluster(environment)));
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

  test("no pod and no file knows PostgreSQL's superuser, neither by name nor by a password of its own", () => {
    const values = manifests
      .filter(({ kind }) => kind === 'Secret' || kind === 'ConfigMap')
      .flatMap((manifest) => Object.entries(dataOf(manifest)));

    expect(manifests.some(({ metadata }) => metadata.name === 'db-secret')).toBe(false);
    expect(values.filter(([key, value]) => key === 'POSTGRES_PASSWORD' || value === 'postgres')).toEqual([]);
  });

  test('its entrance leads every route to its service, and nothing else anywhere', () => {
    const byText = (one: string, other: string): number => (one < other ? -1 : 1);
    const expected = environment.services.flatMap(({ kind, name, port, routes }) =>
      routes.map(({ path, exact = false }) =>
        environment.entrance.kind === 'ingress'
          ? `${exact ? 'Exact' : 'Prefix'} ${path} ${name}:http`
          : `${environment.entrance.hosts[kind === 'web' ? 'frontend' : 'api']} ${exact ? 'Exact' : 'PathPrefix'} ${path} ${name}:${port}`,
      ),
    );

    const grafana =
      environment.entrance.kind === 'ingress' && environment.entrance.grafanaHost !== undefined
        ? ['Prefix / grafana:http']
        : [];

    expect(routesOf(manifests).toSorted(byText)).toEqual([...expected, ...grafana].toSorted(byText));
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
          const passwordOf = passwordsFrom(placeholderSecrets(environment).passwords);
          expect([passwordOf(endpoint, user), passwordOf(endpoint, owner)]).toEqual([
            `${endpoint.name}-${user}-placeholder`,
            `${endpoint.name}-${owner}-placeholder`,
          ]);
        }
      }
    }
    expect(access && bringUpOf(environment, access).images).toEqual(
      access && environment.services.map(imagesOf(environment)),
    );
  });
});

describe.each(environments.filter((environment) => environment.secrets.kind === 'file'))(
  'the secret values of environment $name',
  (environment) => {
    const secrets = placeholderSecrets(environment);
    const files = synthesize(environment);
    const manifests = [...files.values()].flat();
    const spring = environment.services.filter(isSpring);

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
  },
);

describe.each(environments.filter((environment) => environment.secrets.kind === 'external'))(
  'the secret values of environment $name',
  (environment) => {
    test('pass through no synth: without them it is the same, and has no Secret of its own', () => {
      const { manifests, others } = renderEnvironment(environment);
      const given = renderEnvironment(environment, placeholderSecrets(environment));
      const text = [...manifests.values(), ...[...others.values()].map(({ content }) => content)].join('');

      expect(given).toEqual({ manifests, others });
      expect(text).not.toMatch(/^kind: Secret$/m);
      expect(text).not.toContain('placeholder');
    });
  },
);

/** Where requests go, by what Ingresses and HTTPRoutes say: path and Service, and the host where it decides. Redirects lead to none. */
function routesOf(manifests: readonly Manifest[]): string[] {
  const ingresses = manifests.filter(({ kind }) => kind === 'Ingress') as unknown as readonly {
    spec: {
      rules: {
        http: {
          paths: {
            path: string;
            pathType: string;
            backend: { service: { name: string; port: { name: string } } };
          }[];
        };
      }[];
    };
  }[];
  const routes = manifests.filter(({ kind }) => kind === 'HTTPRoute') as unknown as readonly {
    spec: {
      hostnames: string[];
      rules: {
        matches?: { path: { type: string; value: string } }[];
        backendRefs?: { name: string; port?: number }[];
      }[];
    };
  }[];
  // What keeps a client at its pod stands before the Service.
  const portBehind = (name: string): number => {
    const { weighted } = find(manifests, 'TraefikService', name)['spec'] as {
      weighted: { services: { name: string; port: number }[] };
    };
    return weighted.services.find((service) => service.name === name)?.port ?? NaN;
  };
  return [
    ...ingresses.flatMap(({ spec }) =>
      spec.rules.flatMap(({ http }) =>
        http.paths.map(
          ({ path, pathType, backend: { service } }) => `${pathType} ${path} ${service.name}:${service.port.name}`,
        ),
      ),
    ),
    ...routes.flatMap(({ spec: { hostnames, rules } }) =>
      rules.flatMap(({ matches = [], backendRefs = [] }) =>
        hostnames.flatMap((host) =>
          matches.flatMap(({ path }) =>
            backendRefs.map(
              ({ name, port = portBehind(name) }) => `${host} ${path.type} ${path.value} ${name}:${port}`,
            ),
          ),
        ),
      ),
    ),
  ];
}

/** Names of the Secrets that a service reads. */
function secretsOf(environment: Environment, service: SpringServiceSpec): string[] {
  const redis = redisServer(environment, service, environment.redis).name;
  return [
    ...(service.database === undefined ? [] : [`${service.name}-db-secret`]),
    ...(service.redis === false ? [] : [redis === environment.redis[0].name ? 'redis-secret' : `${redis}-secret`]),
    ...(service.jwt ? ['jwt-secret'] : []),
  ];
}

/** How many pods a service may have. */
function most(
  { scaling }: Environment,
  { name }: ServiceSpec,
): { readonly pods: number; readonly autoscaled: boolean } {
  return scaling.kind === 'fixed'
    ? { pods: scaling.replicas, autoscaled: false }
    : { pods: (scaling.services[name] ?? scaling.usual).maxReplicas, autoscaled: true };
}

/** Where a server outside of the cluster is reached: one with TLS by the name that its certificate is for. */
function hostOf({ namespace }: Environment, { name, host, tls = false }: ExternalServer): string {
  return tls ? host : `${name}.${namespace}.svc.cluster.local`;
}

const containing = (text: string): unknown => expect.stringContaining(text);

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
      ...(most(environment, service).autoscaled ? ['HorizontalPodAutoscaler'] : []),
      ...(most(environment, service).pods > 1 ? ['PodDisruptionBudget'] : []),
      'NetworkPolicy',
    ];
    expect(files.get(`${name}.k8s.yaml`)?.map(({ kind }) => kind)).toEqual(
      service.kind === 'web' ? expected : ['ConfigMap', ...expected],
    );
  });

  test('runs its image, as often as and in the namespace that the environment says', () => {
    expect(container).toMatchObject({ name, image: imagesOf(environment)(service) });
    expect(workload).toMatchObject({
      metadata: { namespace: environment.namespace },
      spec: { revisionHistoryLimit: 3 },
    });
    expect((workload['spec'] as { replicas?: number }).replicas).toBe(
      environment.scaling.kind === 'fixed' ? environment.scaling.replicas : undefined,
    );
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

  test('is spread over the nodes, and over what else the environment says', () => {
    const { topologySpread } = environment;
    const constraints =
      typeof topologySpread === 'string'
        ? [{ topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: topologySpread }]
        : topologySpread;

    expect(template.spec['topologySpreadConstraints']).toEqual(
      constraints.map((constraint) => ({
        maxSkew: 1,
        ...constraint,
        ...(constraint.whenUnsatisfiable === 'DoNotSchedule' && { nodeTaintsPolicy: 'Honor' }),
        labelSelector: { matchLabels: { 'app.kubernetes.io/name': name } },
      })),
    );
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
    const mounts = container['volumeMounts'] as { mountPath: string; readOnly?: boolean }[];
    expect(mounts.filter(({ readOnly }) => readOnly !== true).map(({ mountPath }) => mountPath)).toEqual(
      service.kind === 'web' ? service.writablePaths : ['/tmp'],
    );
    // What is not written is a Secret.
    expect((template.spec['volumes'] as object[]).every((volume) => 'emptyDir' in volume || 'secret' in volume)).toBe(
      true,
    );
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
          SPRING_DATASOURCE_URL: containing(
            `jdbc:postgresql://${hostOf(environment, postgres)}:${postgres.port}/${service.database.name}`,
          ),
          SPRING_DATASOURCE_USERNAME: service.database.username,
        }),
        ...(service.redis !== false && {
          SPRING_DATA_REDIS_HOST: hostOf(environment, redis),
          SPRING_DATA_REDIS_PORT: String(redis.port),
        }),
      });
      expect(Object.hasOwn({ ...common, ...data }, 'SPRING_DATASOURCE_URL')).toBe(service.database !== undefined);
    });
  }
}
