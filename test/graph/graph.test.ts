import { Graph } from '../../lib/graph/graph';
import type { Destination, GraphObject } from '../../lib/graph/model';
import { object, running, service, spec, workload } from './manifests';
import type { Data } from './manifests';

function graphOf(...manifests: readonly Data[]): Graph {
  return new Graph(manifests.map((manifest) => ({ manifest })));
}

const idOf = ({ resource }: GraphObject): string => `${resource.kind ?? ''}/${resource.name ?? ''}`;

function textOf(to: Destination): string {
  const ends = to.type === 'pods' ? to.workloads.map(idOf).join(' + ') : `outside ${to.hosts.join(' ')}`.trim();
  return `${ends} ${to.port}/${to.protocol}${to.service === undefined ? '' : ` by ${to.service.resource.name ?? ''}`}`;
}

function connectionsOf(...manifests: readonly Data[]): readonly string[] {
  return graphOf(...manifests).connections.map(
    ({ from, to }) => `${from === undefined ? 'entrance' : idOf(from)} -> ${textOf(to)}`,
  );
}

function selected(manifests: readonly Data[], selector: unknown, namespace = 'shop'): readonly string[] {
  return graphOf(...manifests)
    .podsSelectedBy(namespace, selector)
    .map(idOf);
}

describe('objects', () => {
  test('are those of the input, in its order, each in its namespace', () => {
    const graph = new Graph([
      { manifest: object('ClusterRole', '/b') },
      { manifest: object('ConfigMap', 'a'), isGiven: true },
      { manifest: null },
      { manifest: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'c' } } },
    ]);

    expect(graph.objects.map((each) => [idOf(each), each.group, each.namespace, each.isGiven])).toEqual([
      ['ClusterRole/b', 'rbac.authorization.k8s.io', '', false],
      ['ConfigMap/a', '', 'shop', true],
      ['/', '', 'default', false],
      ['Secret/c', '', 'default', false],
    ]);
  });

  test('of a custom kind are in no namespace where its definition says so', () => {
    const definition = object(
      'CustomResourceDefinition',
      '/tenants.example.com',
      spec({ group: 'example.com', scope: 'Cluster', names: { kind: 'Tenant' } }),
    );
    const tenant = { apiVersion: 'example.com/v1', kind: 'Tenant', metadata: { name: 'a' } };

    expect(graphOf(tenant).objects[0]?.namespace).toBe('default');
    expect(graphOf(definition, tenant).objects[1]?.namespace).toBe('');
  });

  test('are found by their name, the first of several', () => {
    const graph = graphOf(object('ConfigMap', 'a', { data: { first: '' } }), object('ConfigMap', 'a'));

    expect(graph.find('', 'ConfigMap', 'shop', 'a')).toBe(graph.objects[0]);
    expect(graph.find('', 'ConfigMap', 'infra', 'a')).toBeUndefined();
    expect(graph.find('apps', 'ConfigMap', 'shop', 'a')).toBeUndefined();
  });
});

describe('workloads', () => {
  const owned = (kind: string, owner: Data): Data =>
    object(kind, 'owned', { metadata: { ownerReferences: [owner], labels: { app: 'web' } } });

  test('are what makes pods: no pods of a workload, and no templates', () => {
    const graph = graphOf(
      workload('Deployment', 'web'),
      workload('CronJob', 'report'),
      owned('Pod', { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-1' }),
      object('PodTemplate', 'x', { template: { metadata: { labels: { app: 'web' } } } }),
      object('Service', 'web'),
    );

    expect(graph.workloads.map(idOf)).toEqual(['Deployment/web', 'CronJob/report']);
  });

  test('are pods too that no workload owns', () => {
    const pod = owned('Pod', { apiVersion: 'core.strimzi.io/v1', kind: 'StrimziPodSet', name: 'x' });

    expect(graphOf(pod).workloads.map(idOf)).toEqual(['Pod/owned']);
  });

  test('are of registered kinds too', () => {
    const manifest = {
      apiVersion: 'example.com/v1',
      kind: 'Game',
      metadata: { name: 'a' },
      spec: { pods: { spec: { serviceAccountName: 'a' } } },
    };
    const kinds = [{ group: 'example.com', kind: 'Game', template: 'spec.pods' }];
    const graph = new Graph([{ manifest }], kinds);

    expect(graph.workloads).toEqual([
      expect.objectContaining({ templatePath: ['spec', 'pods'], podSpec: { serviceAccountName: 'a' } }),
    ]);
    expect(graph.workloads.flatMap((each) => graph.referencesOf(each)).map(({ path }) => path)).toEqual([
      ['spec', 'pods', 'spec', 'serviceAccountName'],
    ]);
    expect(new Graph([{ manifest }]).workloads).toEqual([]);
  });

  test('are the pools of a Kafka cluster', () => {
    const kafka = object(
      'Kafka',
      'events',
      spec({ kafka: { listeners: [{ name: 'plain', port: 9092, type: 'internal' }] } }),
    );
    const pool = object('KafkaNodePool', 'brokers', {
      metadata: { labels: { 'strimzi.io/cluster': 'events' } },
      spec: { roles: ['broker'] },
    });

    expect(selected([kafka, pool], { matchLabels: { 'strimzi.io/name': 'events-kafka' } })).toEqual([
      'KafkaNodePool/brokers',
    ]);
    expect(
      connectionsOf(
        kafka,
        pool,
        running('orders', { env: [{ name: 'BROKERS', value: 'events-kafka-bootstrap:9092' }] }),
      ),
    ).toEqual(['Deployment/orders -> KafkaNodePool/brokers 9092/TCP by events-kafka-bootstrap']);
  });
});

describe('pods are selected', () => {
  const ALL = [
    workload('Deployment', 'web'),
    workload('Deployment', 'infra/web'),
    object('Pod', 'debug', { metadata: { labels: { app: 'debug', tier: 'x' } } }),
    workload('StatefulSet', 'db', {}, { replicas: 2 }),
    workload('StatefulSet', 'db-copy', {}, { ordinals: { start: 3 } }),
  ];
  const expression = (key: string, operator: string, ...values: readonly string[]): Data => ({
    matchExpressions: [{ key, operator, values }],
  });

  const SELECTORS: readonly (readonly [Data, ...string[]])[] = [
    [{}, 'Deployment/web', 'Pod/debug', 'StatefulSet/db', 'StatefulSet/db-copy'],
    [{ matchLabels: { app: 'web' } }, 'Deployment/web'],
    [{ matchLabels: { app: 'debug', tier: 'x' } }, 'Pod/debug'],
    [{ matchLabels: { app: 'debug', tier: 'y' } }],
    [expression('app', 'In', 'web', 'db', 'web'), 'Deployment/web', 'StatefulSet/db'],
    [expression('app', 'NotIn', 'web', 'db'), 'Pod/debug', 'StatefulSet/db-copy'],
    [expression('tier', 'Exists'), 'Pod/debug'],
    [expression('tier', 'DoesNotExist'), 'Deployment/web', 'StatefulSet/db', 'StatefulSet/db-copy'],
    [{ ...expression('tier', 'Exists'), matchLabels: { app: 'web' } }],
    [{ matchLabels: { 'statefulset.kubernetes.io/pod-name': 'db-1' } }, 'StatefulSet/db'],
    [{ matchLabels: { 'statefulset.kubernetes.io/pod-name': 'db-2' } }],
    [{ matchLabels: { app: 'web', 'statefulset.kubernetes.io/pod-name': 'db-1' } }],
    [{ matchLabels: { app: 'db', 'apps.kubernetes.io/pod-index': '1' } }, 'StatefulSet/db'],
    [{ matchLabels: { 'apps.kubernetes.io/pod-index': '3' } }, 'StatefulSet/db-copy'],
    [{ matchLabels: { app: 'web', 'pod-template-hash': 'abc' } }, 'Deployment/web'],
    [
      { matchLabels: null, matchExpressions: 'x' },
      'Deployment/web',
      'Pod/debug',
      'StatefulSet/db',
      'StatefulSet/db-copy',
    ],
    [expression('app', 'Odd')],
  ];

  test.each(SELECTORS.map(([selector, ...expected]) => ({ selector, expected })))(
    '$selector',
    ({ selector, expected }) => {
      expect(selected(ALL, selector)).toEqual(expected);
    },
  );

  test('in their namespace', () => {
    expect(selected(ALL, {}, 'infra')).toEqual(['Deployment/web']);
    expect(selected(ALL, {}, 'nowhere')).toEqual([]);
  });

  test('by namespaces, which have their name as a label', () => {
    const graph = graphOf(...ALL, object('Namespace', '/infra', { metadata: { labels: { team: 'a' } } }));

    expect(graph.namespacesSelectedBy({ matchLabels: { 'kubernetes.io/metadata.name': 'infra' } })).toEqual(['infra']);
    expect(graph.namespacesSelectedBy({ matchLabels: { team: 'a' } })).toEqual(['infra']);
    expect(graph.namespacesSelectedBy({ matchLabels: { team: 'b' } })).toEqual([]);
    expect(graph.namespacesSelectedBy({})).toEqual(expect.arrayContaining(['infra', 'shop', 'kube-system']));
  });
});

describe('destinations', () => {
  const calling = (value: string): Data => running('carts', { env: [{ name: 'UPSTREAM_URL', value }] });
  const web = workload('Deployment', 'web', { containers: [{ ports: [{ name: 'http', containerPort: 8080 }] }] });

  test.each<{ what: string; value: string; beside: readonly Data[]; to: readonly string[] }>([
    {
      what: 'a port by name',
      value: 'http://web',
      beside: [service('web', { ports: [{ port: 80, targetPort: 'http' }] }), web],
      to: ['Deployment/web 8080/TCP by web'],
    },
    {
      what: 'a port by number',
      value: 'http://web',
      beside: [service('web', { ports: [{ port: 80, targetPort: 9000 }] }), web],
      to: ['Deployment/web 9000/TCP by web'],
    },
    { what: 'the same port', value: 'http://web', beside: [service('web'), web], to: ['Deployment/web 80/TCP by web'] },
    {
      what: 'another protocol',
      value: 'udp://web:53',
      beside: [service('web', { ports: [{ port: 53, protocol: 'UDP' }] }), web],
      to: ['Deployment/web 53/UDP by web'],
    },
    {
      what: 'a headless Service, whose port is the pods own',
      value: 'http://web:8080',
      beside: [service('web', { clusterIP: 'None', ports: [{ port: 80, targetPort: 'http' }] }), web],
      to: ['Deployment/web 8080/TCP by web'],
    },
    {
      what: 'several workloads',
      value: 'http://web',
      beside: [
        service('web', { selector: { tier: 'front' } }),
        object('Pod', 'a', { metadata: { labels: { tier: 'front' } } }),
        object('Pod', 'b', { metadata: { labels: { tier: 'front' } } }),
      ],
      to: ['Pod/a + Pod/b 80/TCP by web'],
    },
    {
      what: 'a name with another number in each',
      value: 'http://web',
      beside: [
        service('web', { selector: { tier: 'front' }, ports: [{ port: 80, targetPort: 'http' }] }),
        ...[1, 2].map((number) =>
          object('Pod', `p${number}`, {
            metadata: { labels: { tier: 'front' } },
            spec: { containers: [{ ports: [{ name: 'http', containerPort: number }] }] },
          }),
        ),
      ],
      to: ['Pod/p1 1/TCP by web', 'Pod/p2 2/TCP by web'],
    },
    {
      what: 'an ExternalName',
      value: 'postgres://db',
      beside: [object('Service', 'db', spec({ type: 'ExternalName', externalName: 'db.example.com' }))],
      to: ['outside db.example.com 5432/TCP by db'],
    },
    {
      what: 'an ExternalName of a Service',
      value: 'http://alias',
      beside: [
        object('Service', 'alias', spec({ type: 'ExternalName', externalName: 'web.shop.svc.cluster.local' })),
        service('web', { ports: [{ port: 80, targetPort: 'http' }] }),
        web,
      ],
      to: ['Deployment/web 8080/TCP by web'],
    },
    {
      what: 'an ExternalName of itself',
      value: 'http://alias',
      beside: [object('Service', 'alias', spec({ type: 'ExternalName', externalName: 'alias.shop.svc' }))],
      to: ['outside alias.shop.svc 80/TCP by alias'],
    },
    {
      what: 'an EndpointSlice',
      value: 'postgres://db',
      beside: [
        object('Service', 'db', spec({ ports: [{ name: 'sql', port: 5432 }] })),
        object('EndpointSlice', 'db-1', {
          metadata: { labels: { 'kubernetes.io/service-name': 'db' } },
          ports: [{ name: 'sql', port: 15432 }],
          endpoints: [{ addresses: ['192.0.2.1', '192.0.2.2'] }],
        }),
      ],
      to: ['outside 192.0.2.1 192.0.2.2 15432/TCP by db'],
    },
    {
      what: 'Endpoints',
      value: 'postgres://db',
      beside: [
        object('Service', 'db', spec({ ports: [{ port: 5432 }] })),
        object('Endpoints', 'db', { subsets: [{ addresses: [{ ip: '192.0.2.1' }], ports: [{ port: 5433 }] }] }),
      ],
      to: ['outside 192.0.2.1 5433/TCP by db'],
    },
    {
      what: 'a pod',
      value: 'http://db-1.db:9000',
      beside: [
        service('db', { clusterIP: 'None', ports: [{ port: 5432 }] }),
        workload('StatefulSet', 'db', {}, { replicas: 2 }),
      ],
      to: ['StatefulSet/db 9000/TCP by db'],
    },
    { what: 'a host outside', value: 'https://api.example.com', beside: [], to: ['outside api.example.com 443/TCP'] },
    { what: 'an address outside', value: '192.0.2.1:8080', beside: [], to: ['outside 192.0.2.1 8080/TCP'] },
    {
      what: 'the API server',
      value: 'https://kubernetes.default.svc',
      beside: [],
      to: ['outside 443/TCP by kubernetes'],
    },
    { what: 'a Service that is not there', value: 'http://web', beside: [], to: [] },
    { what: 'a Service without pods', value: 'http://web', beside: [service('web')], to: [] },
  ])('$what', ({ value, beside, to }) => {
    expect(connectionsOf(calling(value), ...beside)).toEqual(to.map((each) => `Deployment/carts -> ${each}`));
  });

  test('of a backend is by the name or number of its port', () => {
    const graph = graphOf(
      object('Ingress', 'x', spec({ defaultBackend: { service: { name: 'web', port: { name: 'http' } } } })),
      service('web', { ports: [{ name: 'http', port: 80, targetPort: 'http' }] }),
      web,
    );
    const [ingress] = graph.objects;
    const destinations = (ingress === undefined ? [] : graph.referencesOf(ingress)).map((each) =>
      graph.destinationOf(each),
    );

    expect(destinations.flatMap((each) => (each === undefined ? [] : [textOf(each)]))).toEqual([
      'Deployment/web 8080/TCP by web',
    ]);
  });
});

describe('connections', () => {
  const common = object('ConfigMap', 'common', {
    data: { REDIS_URL: 'redis://redis:6379', KAFKA_BROKERS: 'kafka:9092' },
  });
  const servers = ['redis', 'kafka'].flatMap((name) => [
    service(name, { ports: [{ port: name === 'redis' ? 6379 : 9092 }] }),
    workload('StatefulSet', name),
  ]);

  test('of a ConfigMap are those of everybody who reads it, as far as they read', () => {
    expect(
      connectionsOf(
        common,
        ...servers,
        running('carts', { envFrom: [{ configMapRef: { name: 'common' } }] }),
        running('orders', {
          env: [{ name: 'BROKERS', valueFrom: { configMapKeyRef: { name: 'common', key: 'KAFKA_BROKERS' } } }],
        }),
        running(
          'mailer',
          {},
          { volumes: [{ configMap: { name: 'common', items: [{ key: 'REDIS_URL', path: 'x' }] } }] },
        ),
        running('idle', {}),
      ),
    ).toEqual([
      'Deployment/carts -> StatefulSet/redis 6379/TCP by redis',
      'Deployment/carts -> StatefulSet/kafka 9092/TCP by kafka',
      'Deployment/orders -> StatefulSet/kafka 9092/TCP by kafka',
      'Deployment/mailer -> StatefulSet/redis 6379/TCP by redis',
    ]);
  });

  test('name every place that says so, and are one for all of them', () => {
    const graph = graphOf(
      ...servers,
      running('carts', {
        env: [
          { name: 'A_URL', value: 'redis://redis' },
          { name: 'B_URL', value: 'redis://redis.shop.svc:6379/1' },
        ],
      }),
    );

    expect(graph.connections).toHaveLength(1);
    expect(graph.connections[0]?.because.map(({ path }) => path.at(-2))).toEqual([0, 1]);
  });

  test('of routes come from an entrance', () => {
    const backend = { service: { name: 'web', port: { number: 80 } } };

    expect(
      connectionsOf(
        object('Ingress', 'a', spec({ rules: [{ http: { paths: [{ backend }, { backend }] } }] })),
        object('HTTPRoute', 'b', spec({ rules: [{ backendRefs: [{ name: 'web', port: 80 }] }] })),
        service('web'),
        workload('Deployment', 'web'),
      ),
    ).toEqual(['entrance -> Deployment/web 80/TCP by web']);
  });

  test('lead to what is in the cluster already, be its pods known or not', () => {
    const graph = new Graph([
      { manifest: running('carts', { env: [{ name: 'A_URL', value: 'http://web' }] }) },
      { manifest: service('web', { ports: [{ port: 80, targetPort: 8080 }] }), isGiven: true },
    ]);

    expect(graph.connections.map(({ to }) => textOf(to))).toEqual([' 8080/TCP by web']);
  });

  test('of what is in the cluster already are nobody to judge', () => {
    const given = running('carts', { env: [{ name: 'A_URL', value: 'redis://redis' }] });

    expect(
      new Graph([{ manifest: given, isGiven: true }, ...servers.map((manifest) => ({ manifest }))]).connections,
    ).toEqual([]);
  });
});

test('readers of a ConfigMap or Secret are workloads, each once', () => {
  const graph = graphOf(
    object('Secret', 'db'),
    running('carts', { envFrom: [{ secretRef: { name: 'db' } }, { secretRef: { name: 'db' } }] }),
    workload('CronJob', 'report', { volumes: [{ secret: { secretName: 'db' } }] }),
    running('infra/carts', { envFrom: [{ secretRef: { name: 'db' } }] }),
  );

  expect(graph.objects.slice(0, 1).map((each) => graph.readersOf(each).map(idOf))).toEqual([
    ['Deployment/carts', 'CronJob/report'],
  ]);
});

test('references and connections do not depend on the order of the objects', () => {
  const set = [
    object('ConfigMap', 'common', { data: { KAFKA_BROKERS: 'kafka-0.kafka:9092' } }),
    service('kafka', { clusterIP: 'None', ports: [{ port: 9092 }] }),
    workload('StatefulSet', 'kafka'),
    running('carts', { envFrom: [{ configMapRef: { name: 'common' } }] }),
  ];

  expect(connectionsOf(...set.toReversed())).toEqual(connectionsOf(...set));
  expect(connectionsOf(...set)).toHaveLength(1);
});
