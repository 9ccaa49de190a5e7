import { Graph } from '../../lib/graph/graph';
import { object, running, spec, workload } from './manifests';
import type { Data } from './manifests';

interface Row {
  readonly what: string;
  readonly producer: Data;
  /** Kinds and names, in namespace `shop` or in none, and keys. */
  readonly made: readonly (readonly [kind: string, name: string, ...keys: readonly string[]])[];
  readonly notMade?: readonly (readonly [kind: string, name: string])[];
  readonly beside?: readonly Data[];
}

const external = (more: Data): Data => object('ExternalSecret', 'db', spec(more));
const annotated = (kind: string, more: Data, annotation = 'cert-manager.io/cluster-issuer'): Data =>
  object(kind, 'x', { metadata: { annotations: { [annotation]: 'letsencrypt' } }, ...more });
const user = (type: string): Data =>
  object('KafkaUser', 'orders', {
    metadata: { labels: { 'strimzi.io/cluster': 'events' } },
    spec: { authentication: { type } },
  });
const kafka = (more: Data = {}): Data =>
  object(
    'Kafka',
    'events',
    spec({
      kafka: {
        listeners: [
          { name: 'plain', port: 9092, type: 'internal' },
          { name: 'lan', port: 9095, type: 'nodeport' },
        ],
      },
      ...more,
    }),
  );

const ROWS: readonly Row[] = [
  {
    what: 'an ExternalSecret its Secret',
    producer: external({ data: [{ secretKey: 'password' }] }),
    made: [['Secret', 'db', 'password']],
  },
  {
    what: 'an ExternalSecret a Secret of another name',
    producer: external({ target: { name: 'database' }, data: [{ secretKey: 'a' }] }),
    made: [['Secret', 'database', 'a']],
    notMade: [['Secret', 'db']],
  },
  {
    what: 'an ExternalSecret the keys of its template alone',
    producer: external({ target: { template: { data: { url: '' } } }, data: [{ secretKey: 'a' }] }),
    made: [['Secret', 'db', 'url']],
  },
  {
    what: 'an ExternalSecret the keys of its template too',
    producer: external({
      target: { template: { mergePolicy: 'Merge', data: { url: '' } } },
      data: [{ secretKey: 'a' }],
    }),
    made: [['Secret', 'db', 'a', 'url']],
  },
  {
    what: 'an ExternalSecret nothing where it only adds',
    producer: external({ target: { creationPolicy: 'Merge' } }),
    made: [],
    notMade: [['Secret', 'db']],
  },
  {
    what: 'an ExternalSecret no Secret where it makes another kind',
    producer: external({ target: { manifest: { apiVersion: 'v1', kind: 'ConfigMap' } } }),
    made: [],
    notMade: [['Secret', 'db']],
  },
  {
    what: 'a SealedSecret its Secret',
    producer: object(
      'SealedSecret',
      'db',
      spec({ encryptedData: { password: 'x' }, template: { data: { user: '' } } }),
    ),
    made: [['Secret', 'db', 'password', 'user']],
  },
  {
    what: 'a Certificate its Secret',
    producer: object('Certificate', 'x', spec({ secretName: 'cert' })),
    made: [['Secret', 'cert', 'tls.crt', 'tls.key', 'ca.crt']],
  },
  {
    what: 'a Certificate its stores',
    producer: object(
      'Certificate',
      'x',
      spec({
        secretName: 'cert',
        keystores: { jks: {}, pkcs12: {} },
        additionalOutputFormats: [{ type: 'DER' }, { type: 'CombinedPEM' }],
      }),
    ),
    made: [
      [
        'Secret',
        'cert',
        'tls.crt',
        'tls.key',
        'ca.crt',
        'keystore.jks',
        'truststore.jks',
        'keystore.p12',
        'truststore.p12',
        'key.der',
        'tls-combined.pem',
      ],
    ],
  },
  {
    what: 'an Ingress with an issuer its certificates',
    producer: annotated('Ingress', spec({ tls: [{ secretName: 'cert' }] })),
    made: [['Secret', 'cert', 'tls.crt', 'tls.key', 'ca.crt']],
  },
  {
    what: 'an Ingress without an issuer none',
    producer: object('Ingress', 'x', spec({ tls: [{ secretName: 'cert' }] })),
    made: [],
    notMade: [['Secret', 'cert']],
  },
  {
    what: 'a Gateway with an issuer its certificates',
    producer: annotated(
      'Gateway',
      spec({ listeners: [{ tls: { certificateRefs: [{ name: 'cert' }] } }] }),
      'cert-manager.io/issuer',
    ),
    made: [['Secret', 'cert', 'tls.crt', 'tls.key', 'ca.crt']],
  },
  {
    what: 'a StatefulSet its claims',
    producer: workload(
      'StatefulSet',
      'db',
      {},
      { replicas: 2, volumeClaimTemplates: [{ metadata: { name: 'data' } }] },
    ),
    made: [
      ['PersistentVolumeClaim', 'data-db-0'],
      ['PersistentVolumeClaim', 'data-db-1'],
    ],
    notMade: [
      ['PersistentVolumeClaim', 'data-db-2'],
      ['PersistentVolumeClaim', 'data-db'],
    ],
  },
  {
    what: 'a StatefulSet its claims from another ordinal on',
    producer: workload(
      'StatefulSet',
      'db',
      {},
      { ordinals: { start: 5 }, volumeClaimTemplates: [{ metadata: { name: 'data' } }] },
    ),
    made: [['PersistentVolumeClaim', 'data-db-5']],
    notMade: [['PersistentVolumeClaim', 'data-db-0']],
  },
  {
    what: 'a volume the class by which it is claimed',
    producer: object('PersistentVolume', '/pv', spec({ storageClassName: 'manual' })),
    made: [['StorageClass', 'manual']],
  },
  {
    what: 'a Kafka its Services, Secrets and accounts',
    producer: kafka(),
    made: [
      ['Service', 'events-kafka-bootstrap'],
      ['Service', 'events-kafka-brokers'],
      ['Service', 'events-kafka-lan-bootstrap'],
      ['Secret', 'events-cluster-ca-cert', 'ca.crt', 'ca.p12', 'ca.password'],
      ['Secret', 'events-clients-ca-cert', 'ca.crt', 'ca.p12', 'ca.password'],
      ['Secret', 'events-cluster-ca', 'ca.key'],
      ['ServiceAccount', 'events-kafka'],
    ],
    notMade: [['Service', 'events-kafka-plain-bootstrap']],
  },
  {
    what: 'a KafkaUser with a password',
    producer: user('scram-sha-512'),
    made: [['Secret', 'orders', 'password', 'sasl.jaas.config']],
  },
  {
    what: 'a KafkaUser with a certificate',
    producer: user('tls'),
    made: [['Secret', 'orders', 'ca.crt', 'user.crt', 'user.key', 'user.p12', 'user.password']],
  },
  {
    what: 'a KafkaUser whose certificate is made elsewhere nothing',
    producer: user('tls-external'),
    made: [],
    notMade: [['Secret', 'orders']],
  },
  {
    what: 'a KafkaUser of a cluster whose Secrets have a prefix',
    producer: user('tls'),
    beside: [kafka({ entityOperator: { userOperator: { secretPrefix: 'kafka-' } } })],
    made: [['Secret', 'kafka-orders', 'ca.crt', 'user.crt', 'user.key', 'user.p12', 'user.password']],
    notMade: [['Secret', 'orders']],
  },
  {
    what: 'a KafkaConnect its Service',
    producer: object('KafkaConnect', 'debezium'),
    made: [['Service', 'debezium-connect-api']],
  },
  {
    what: 'a namespace its account and the authority of the cluster',
    producer: object('Namespace', '/shop'),
    made: [
      ['ServiceAccount', 'default'],
      ['ConfigMap', 'kube-root-ca.crt', 'ca.crt'],
    ],
  },
  { what: 'a Rollout nothing', producer: workload('Rollout', 'web'), made: [], notMade: [['Service', 'web']] },
];

const NO_NAMESPACE = ['StorageClass'];
const GROUPS: Readonly<Record<string, string>> = { StorageClass: 'storage.k8s.io' };

describe('produces', () => {
  test.each(ROWS)('$what', ({ producer, made, notMade = [], beside = [] }) => {
    const graph = new Graph([producer, ...beside].map((manifest) => ({ manifest })));
    const find = (kind: string, name: string): unknown =>
      graph.find(GROUPS[kind] ?? '', kind, NO_NAMESPACE.includes(kind) ? '' : 'shop', name)?.manifest;

    expect(made.map(([kind, name]) => [kind, name, ...keysOf(find(kind, name))])).toEqual(
      made.map(([...each]) => each),
    );
    expect(notMade.filter(([kind, name]) => find(kind, name) !== undefined)).toEqual([]);
  });
});

function keysOf(manifest: unknown): readonly string[] {
  expect(manifest).toBeDefined();
  return Object.keys((manifest as { readonly data?: object }).data ?? {});
}

describe('a Secret that an ExternalSecret makes', () => {
  const reader = running('carts', {
    env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }],
  });
  const missing = (more: Data): readonly string[] => {
    const graph = new Graph([external(more), reader].map((manifest) => ({ manifest })));
    return graph.objects
      .flatMap((each) => graph.referencesOf(each))
      .flatMap((each) => graph.problemOf(each)?.message ?? []);
  };

  test('has the keys that are said, and no others', () => {
    expect(missing({ data: [{ secretKey: 'password' }] })).toEqual([]);
    expect(missing({ data: [{ secretKey: 'other' }] })).toEqual(['Secret db has no key password']);
  });

  test('may have any, where only the store knows', () => {
    expect(missing({ dataFrom: [{ extract: { key: 'x' } }] })).toEqual([]);
  });

  test('says what makes it, and is in the cluster where that is', () => {
    const graph = new Graph([{ manifest: external({}), isGiven: true }]);

    expect(graph.find('', 'Secret', 'shop', 'db')).toMatchObject({ producedBy: graph.objects[0], isGiven: true });
  });

  test('is the one of the manifests where there is one', () => {
    const graph = new Graph([external({}), object('Secret', 'db')].map((manifest) => ({ manifest })));

    expect(graph.find('', 'Secret', 'shop', 'db')).toBe(graph.objects[1]);
  });
});

test.each([
  ['', 'Namespace', '', 'kube-system'],
  ['', 'Service', 'default', 'kubernetes'],
  ['', 'Service', 'kube-system', 'kube-dns'],
  ['', 'ServiceAccount', 'kube-system', 'deployment-controller'],
  ['rbac.authorization.k8s.io', 'ClusterRole', '', 'cluster-admin'],
  ['rbac.authorization.k8s.io', 'ClusterRole', '', 'system:node-reader'],
  ['rbac.authorization.k8s.io', 'Role', 'kube-system', 'extension-apiserver-authentication-reader'],
  ['scheduling.k8s.io', 'PriorityClass', '', 'system-cluster-critical'],
])('every cluster has %s %s %s/%s', (group, kind, namespace, name) => {
  const graph = new Graph([]);

  expect(graph.find(group, kind, namespace, name)).toMatchObject({
    group,
    namespace,
    resource: { kind, name },
    isGiven: true,
  });
  expect(graph.find(group, kind, namespace, `${name}-x`)?.resource.name ?? '').toMatch(/^(|system:.*)$/);
});
