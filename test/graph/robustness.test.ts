import fc from 'fast-check';
import { Graph } from '../../lib/graph/graph';
import { object, running, service, spec, workload } from './manifests';
import type { Data } from './manifests';

/** Everything that a graph tells of itself. */
function everything(graph: Graph): readonly unknown[] {
  const references = graph.objects.flatMap((each) => [...graph.referencesOf(each)]);
  return [
    references.map((each) => [graph.problemOf(each), graph.destinationOf(each)]),
    graph.objects.map((each) => graph.readersOf(each)),
    graph.connections,
    graph.workloads,
  ];
}

/** A set in which there is something of each kind that is read in its own way. */
const SET: readonly Data[] = [
  running(
    'carts',
    {
      envFrom: [{ prefix: 'A_', configMapRef: { name: 'common' } }],
      env: [
        { name: 'A_HOST', value: '$(B)' },
        { name: 'B', valueFrom: { secretKeyRef: { name: 'db', key: 'a' } } },
      ],
      args: ['--url', 'http://web:80'],
      ports: [{ name: 'http', containerPort: 80 }],
    },
    { volumes: [{ name: 'v', configMap: { name: 'common', items: [{ key: 'a.yml', path: 'a' }] } }] },
  ),
  object('ConfigMap', 'common', {
    data: { KAFKA_BROKERS: 'kafka-0.kafka:9092', 'a.yml': 'redis:\n  host: redis\n  port: 6379\n' },
  }),
  service('web', { ports: [{ name: 'http', port: 80, targetPort: 'http' }] }),
  service('kafka', { clusterIP: 'None' }),
  workload(
    'StatefulSet',
    'kafka',
    {},
    {
      replicas: 2,
      ordinals: { start: 1 },
      serviceName: 'kafka',
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { storageClassName: 'fast' } }],
    },
  ),
  object('Service', 'db', spec({ ports: [{ name: 'sql', port: 5432 }] })),
  object('EndpointSlice', 'db-1', {
    metadata: { labels: { 'kubernetes.io/service-name': 'db' } },
    ports: [{ name: 'sql', port: 5432 }],
    endpoints: [{ addresses: ['192.0.2.1'] }],
  }),
  object(
    'NetworkPolicy',
    'x',
    spec({
      podSelector: { matchLabels: { app: 'carts' } },
      ingress: [{ from: [{ namespaceSelector: { matchLabels: { a: 'b' } } }], ports: [{ port: 'http' }] }],
      egress: [{ to: [{ podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['kafka'] }] } }] }],
    }),
  ),
  object('Ingress', 'x', {
    metadata: { annotations: { 'cert-manager.io/issuer': 'a' } },
    spec: {
      tls: [{ secretName: 'cert' }],
      rules: [{ http: { paths: [{ backend: { service: { name: 'web', port: { name: 'http' } } } }] } }],
    },
  }),
  object(
    'HTTPRoute',
    'x',
    spec({
      parentRefs: [{ name: 'main', sectionName: 'a' }],
      rules: [{ backendRefs: [{ name: 'web', namespace: 'infra', port: 80 }] }],
    }),
  ),
  object(
    'ReferenceGrant',
    'infra/x',
    spec({
      from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'shop' }],
      to: [{ group: '', kind: 'Service' }],
    }),
  ),
  service('infra/web'),
  object(
    'HorizontalPodAutoscaler',
    'x',
    spec({ maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'kafka' } }),
  ),
  workload(
    'Rollout',
    'x',
    {},
    { strategy: { canary: { analysis: { templates: [{ templateName: 'errors' }], args: [{ name: 'a' }] } } } },
  ),
  object(
    'AnalysisTemplate',
    'errors',
    spec({ args: [{ name: 'a' }], metrics: [{ provider: { prometheus: { address: 'http://web' } } }] }),
  ),
  object('ExternalSecret', 'db', spec({ target: { template: { data: { a: '' } } }, data: [{ secretKey: 'a' }] })),
  object('Kafka', 'events', spec({ kafka: { listeners: [{ name: 'plain', port: 9092, type: 'internal' }] } })),
  object('KafkaNodePool', 'brokers', {
    metadata: { labels: { 'strimzi.io/cluster': 'events' } },
    spec: { roles: ['broker'] },
  }),
  object(
    'ServiceMonitor',
    'x',
    spec({
      selector: { matchLabels: { app: 'web' } },
      namespaceSelector: { matchNames: ['shop'] },
      endpoints: [{ port: 'http' }],
    }),
  ),
  object('CustomResourceDefinition', '/x', spec({ scope: 'Cluster', group: 'a.b', names: { kind: 'A' } })),
  object('Namespace', '/shop', { metadata: { labels: { a: 'b' } } }),
];

const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    '',
    'x',
    0,
    -1,
    1.5,
    1e300,
    NaN,
    [],
    {},
    [null],
    [[]],
    ['x'],
    { x: null },
    '__proto__',
    'constructor',
    '..',
    'a.b.svc',
    ':',
    '://',
  ),
  fc.string(),
  fc.jsonValue({ maxDepth: 2 }),
);

function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  const below = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [path, ...below.flatMap(([key, each]: [string, unknown]) => pathsOf(each, [...path, key]))];
}

function replace(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) {
    return by;
  }
  const copy: unknown = Array.isArray(value) ? [...(value as unknown[])] : { ...(value as Data) };
  Reflect.set(copy as object, key, replace(Reflect.get(value as object, key), rest, by));
  return copy;
}

describe('whatever it is given, a graph answers', () => {
  const paths = pathsOf(SET);

  test('a set in which values are replaced by whatever', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), odd), { minLength: 1, maxLength: 3 }), (changes) => {
        const set = changes.reduce<unknown>((value, [index, by]) => {
          const now = value === SET ? paths : pathsOf(value);
          return replace(value, now[1 + (index % (now.length - 1))] ?? [], by);
        }, SET);
        everything(new Graph((set as unknown[]).map((manifest) => ({ manifest }))));
      }),
      { numRuns: 500 },
    );
  });

  test('any value in each place', () => {
    for (const path of paths.slice(1)) {
      for (const by of [null, 'x', [null], { x: 'y' }]) {
        everything(new Graph((replace(SET, path, by) as unknown[]).map((manifest) => ({ manifest }))));
      }
    }
  });

  test('any text in a variable and in a file', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[-:/@.,;${}()[\]a-z0-9 \n]{0,60}$/));
    fc.assert(
      fc.property(text, text, (name, value) => {
        const manifests = [
          running('a', { env: [{ name, value }], args: [value] }),
          object('ConfigMap', 'b', { data: { [`x${name}`]: value } }),
        ];
        everything(new Graph(manifests.map((manifest) => ({ manifest }))));
      }),
      { numRuns: 1_000 },
    );
  });

  test('a number of replicas that nobody can have', () => {
    for (const replicas of [1e15, Infinity, -5, 0.5]) {
      const set = workload(
        'StatefulSet',
        'db',
        {},
        { replicas, volumeClaimTemplates: [{ metadata: { name: 'data' } }] },
      );
      everything(
        new Graph([
          { manifest: set },
          { manifest: service('db', { selector: { 'apps.kubernetes.io/pod-index': '1' } }) },
        ]),
      );
    }
  });

  test('a text of a megabyte, in which everything could be the start of an address', () => {
    for (const part of ['a', 'a:', 'a.', 'a-', '${', '$(', '{{', 'http://', 'a@', 'a,', ':1', '[', '.svc']) {
      const long = part.repeat(1_000_000 / part.length);
      const data = { A_URL: `${long} ://`, 'a.txt': `://\n${long}` };
      everything(new Graph([{ manifest: object('ConfigMap', 'a', { data }) }]));
    }
  });

  test('YAML that repeats itself more than anybody could hold', () => {
    const lines = Array.from({ length: 40 }, (_, level) => `a${level + 1}: &a${level + 1} [*a${level}, *a${level}]`);
    const data = { 'a.yml': ['a0: &a0 http://web:80', ...lines, ''].join('\n') };
    const graph = new Graph([{ manifest: object('ConfigMap', 'a', { data }) }, { manifest: service('web') }]);

    expect(graph.objects.flatMap((each) => graph.referencesOf(each))).toHaveLength(2);
  });
});

describe('what it takes grows with the number of objects', () => {
  /** How often something is read in a set of so many services. */
  function readsOf(count: number, extra: (index: number) => readonly Data[]): number {
    let reads = 0;
    const counted = (value: unknown): unknown =>
      typeof value !== 'object' || value === null
        ? value
        : new Proxy(value, {
            get: (target, key) => {
              reads++;
              return counted(Reflect.get(target, key));
            },
          });
    const set = Array.from({ length: count }, (_, index) => [
      running(`carts-${index}`, {
        env: [
          { name: 'KAFKA_BROKERS', value: `kafka:9092` },
          { name: 'NEXT_URL', value: `http://carts-${index + 1}` },
        ],
        envFrom: [{ configMapRef: { name: 'common' } }, { secretRef: { name: `missing-${index}` } }],
      }),
      service(`carts-${index}`),
      object('PodDisruptionBudget', `carts-${index}`, spec({ selector: { matchLabels: { app: `carts-${index}` } } })),
      ...extra(index),
    ]).flat();
    everything(new Graph([...SET, ...set].map((manifest) => ({ manifest: counted(manifest) }))));
    return reads;
  }

  test.each<readonly [string, (index: number) => readonly Data[]]>([
    ['services', () => []],
    [
      'selectors without a label',
      (index) => [
        object(
          'NetworkPolicy',
          `x-${index}`,
          spec({ podSelector: { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] } }),
        ),
      ],
    ],
    [
      'Services of single pods',
      (index) => [
        service(`db-${index}`, { selector: { 'statefulset.kubernetes.io/pod-name': `db-${index}` } }),
        workload('StatefulSet', 'db', {}, { replicas: 1e6 }),
      ],
    ],
    [
      'wrong names',
      (index) => [
        running(`x-${index}`, {}, { serviceAccountName: `y-${index}` }),
        object('ServiceAccount', `z-${index}`),
      ],
    ],
    [
      'routes',
      (index) => [
        object('HTTPRoute', `x-${index}`, spec({ rules: [{ backendRefs: [{ name: `carts-${index}`, port: 80 }] }] })),
      ],
    ],
  ])('%s', (_, extra) => {
    const [few, many] = [readsOf(50, extra), readsOf(200, extra)];

    expect(many / few).toBeLessThan(4.5);
  });
});
