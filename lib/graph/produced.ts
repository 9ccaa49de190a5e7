import { child, field, listAt, numberAt, textAt, textsAt } from '../manifest/plain-data';
import type { GraphObject, Workload } from './model';

// What is in a cluster without a manifest of its own: what controllers make of other objects, and what every cluster has.

/** An object that another one produces, as far as it is known. */
export interface Product {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** Data and spec. A Secret without data has keys that nobody knows before. */
  readonly content?: object;
}

type Find = (group: string, kind: string, namespace: string, name: string) => GraphObject | undefined;
type Producer = (object: GraphObject, name: string, find: Find) => readonly Product[];

/** A StatefulSet of more pods than this is nobody's, and a number in a manifest must not cost memory. */
const MOST_CLAIMS = 1000;

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/#initial-namespaces */
export const SYSTEM_NAMESPACES: readonly string[] = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

const CERTIFICATE_KEYS = ['tls.crt', 'tls.key', 'ca.crt'];
const ISSUED = ['cert-manager.io/cluster-issuer', 'cert-manager.io/issuer', 'kubernetes.io/tls-acme'];

const PRODUCERS: Readonly<Record<string, Producer>> = {
  // https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-storage
  'apps/StatefulSet': ({ manifest, namespace }, name) =>
    listAt(manifest, 'spec', 'volumeClaimTemplates').flatMap((template) => {
      const claim = textAt(template, 'metadata', 'name');
      return claim === ''
        ? []
        : Array.from({ length: Math.min(replicasOf(manifest), MOST_CLAIMS) }, (_, index) => {
            const ordinal = numberAt(manifest, 'spec', 'ordinals', 'start') + index;
            return object('PersistentVolumeClaim', namespace, `${claim}-${name}-${ordinal}`);
          });
    }),

  // A class that no object defines binds claims to the volumes that name it
  // (https://kubernetes.io/docs/concepts/storage/persistent-volumes/#class-1).
  '/PersistentVolume': ({ manifest }) => {
    const storageClass = textAt(manifest, 'spec', 'storageClassName');
    return storageClass === ''
      ? []
      : [{ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', namespace: '', name: storageClass }];
  },

  // https://external-secrets.io/latest/api/externalsecret/
  'external-secrets.io/ExternalSecret': ({ manifest, namespace }, name) => {
    const target = field(manifest, 'spec', 'target');
    const policy = textAt(target, 'creationPolicy');
    // One with a manifest makes another kind of object of what it reads.
    return policy === 'None' || policy === 'Merge' || field(target, 'manifest') !== undefined
      ? []
      : [secret(namespace, textAt(target, 'name') || name, externalKeys(field(manifest, 'spec')))];
  },

  // https://github.com/bitnami-labs/sealed-secrets
  'bitnami.com/SealedSecret': ({ manifest, namespace }, name) => {
    const template = field(manifest, 'spec', 'template');
    const keys = [field(manifest, 'spec', 'encryptedData'), field(template, 'data')].flatMap(keysOf);
    return [secret(namespace, textAt(template, 'metadata', 'name') || name, keys)];
  },

  // https://cert-manager.io/docs/usage/certificate/
  'cert-manager.io/Certificate': ({ manifest, namespace }) => {
    const name = textAt(manifest, 'spec', 'secretName');
    const stores = ['jks', 'pkcs12'].filter((type) => field(manifest, 'spec', 'keystores', type) !== undefined);
    const keys = [
      ...CERTIFICATE_KEYS,
      ...stores.flatMap((type) =>
        ['keystore', 'truststore'].map((store) => `${store}.${type === 'jks' ? type : 'p12'}`),
      ),
      ...listAt(manifest, 'spec', 'additionalOutputFormats').map((format) =>
        textAt(format, 'type') === 'DER' ? 'key.der' : 'tls-combined.pem',
      ),
    ];
    return name === '' ? [] : [secret(namespace, name, keys)];
  },

  // https://cert-manager.io/docs/usage/ingress/
  'networking.k8s.io/Ingress': ({ manifest, namespace }) =>
    isIssued(manifest)
      ? listAt(manifest, 'spec', 'tls')
          .map((tls) => textAt(tls, 'secretName'))
          .filter((name) => name !== '')
          .map((name) => secret(namespace, name, CERTIFICATE_KEYS))
      : [],

  // https://cert-manager.io/docs/usage/gateway/
  'gateway.networking.k8s.io/Gateway': ({ manifest, namespace }) =>
    isIssued(manifest)
      ? listAt(manifest, 'spec', 'listeners')
          .flatMap((listener) => listAt(listener, 'tls', 'certificateRefs'))
          .map((reference) => ({
            name: textAt(reference, 'name'),
            namespace: textAt(reference, 'namespace') || namespace,
          }))
          .filter(({ name }) => name !== '')
          .map((named) => secret(named.namespace, named.name, CERTIFICATE_KEYS))
      : [],

  // https://strimzi.io/docs/operators/latest/deploying.html#ref-list-of-kafka-cluster-resources-str
  'kafka.strimzi.io/Kafka': ({ manifest, namespace }, name) => {
    const listeners = listAt(manifest, 'spec', 'kafka', 'listeners');
    const internal = listeners.filter((listener) => textAt(listener, 'type') === 'internal');
    const nodes = { 'strimzi.io/cluster': name, 'strimzi.io/kind': 'Kafka', 'strimzi.io/name': `${name}-kafka` };
    // Clients have nothing to ask of a node that is a controller alone.
    const brokers = { ...nodes, 'strimzi.io/broker-role': 'true' };
    const replication = { name: 'tcp-replication', port: 9091 };
    const service = (suffix: string, ports: readonly object[], more: object = {}): Product =>
      object('Service', namespace, `${name}-${suffix}`, { spec: { ports, selector: brokers, ...more } });
    return [
      service('kafka-bootstrap', [replication, ...internal.map(strimziPort)]),
      service('kafka-brokers', [replication, ...listeners.map(strimziPort)], { clusterIP: 'None', selector: nodes }),
      ...listeners
        .filter((listener) => !internal.includes(listener))
        .map((listener) => service(`kafka-${textAt(listener, 'name')}-bootstrap`, [strimziPort(listener)])),
      secret(namespace, `${name}-cluster-ca`, ['ca.key']),
      secret(namespace, `${name}-cluster-ca-cert`, ['ca.crt', 'ca.p12', 'ca.password']),
      secret(namespace, `${name}-clients-ca`, ['ca.key']),
      secret(namespace, `${name}-clients-ca-cert`, ['ca.crt', 'ca.p12', 'ca.password']),
      object('ServiceAccount', namespace, `${name}-kafka`),
      object('ServiceAccount', namespace, `${name}-entity-operator`),
    ];
  },

  // https://strimzi.io/docs/operators/latest/deploying.html#con-securing-client-authentication-str
  'kafka.strimzi.io/KafkaUser': ({ manifest, namespace }, name, find) => {
    const cluster = textAt(field(manifest, 'metadata', 'labels'), 'strimzi.io/cluster');
    const kafka = find('kafka.strimzi.io', 'Kafka', namespace, cluster)?.manifest;
    const prefix = textAt(kafka, 'spec', 'entityOperator', 'userOperator', 'secretPrefix');
    const keys: Readonly<Record<string, readonly string[]>> = {
      tls: ['ca.crt', 'user.crt', 'user.key', 'user.p12', 'user.password'],
      'scram-sha-512': ['password', 'sasl.jaas.config'],
    };
    const known = keys[textAt(manifest, 'spec', 'authentication', 'type')];
    return known === undefined ? [] : [secret(namespace, `${prefix}${name}`, known)];
  },
  // https://prometheus-operator.dev/docs/api-reference/api/: the Services that govern their StatefulSets.
  'monitoring.coreos.com/Prometheus': ({ namespace }) => [
    operated(namespace, 'prometheus-operated', { 'app.kubernetes.io/name': 'prometheus' }, 9090),
  ],
  'monitoring.coreos.com/Alertmanager': ({ namespace }) => [
    operated(namespace, 'alertmanager-operated', { 'app.kubernetes.io/name': 'alertmanager' }, 9093),
  ],
  'kafka.strimzi.io/KafkaConnect': ({ namespace }, name) => [
    object('Service', namespace, `${name}-connect-api`, {
      spec: { ports: [{ name: 'rest-api', port: 8083 }], selector: { 'strimzi.io/name': `${name}-connect` } },
    }),
  ],
  'kafka.strimzi.io/KafkaBridge': ({ namespace }, name) => [
    object('Service', namespace, `${name}-bridge-service`, {
      spec: { ports: [{ name: 'rest-api', port: 8080 }], selector: { 'strimzi.io/name': `${name}-bridge` } },
    }),
  ],
};

/** What a controller makes of an object. */
export function productsOf(producer: GraphObject, find: Find): readonly Product[] {
  const { group, resource } = producer;
  const key = `${group}/${resource.kind ?? ''}`;
  const make = Object.hasOwn(PRODUCERS, key) ? PRODUCERS[key] : undefined;
  return resource.name === null || make === undefined ? [] : make(producer, resource.name, find);
}

/** What is in every cluster. */
export function systemProduct(group: string, kind: string, namespace: string, name: string): Product | undefined {
  const known = SYSTEM.find(
    (each) =>
      each.group === group &&
      each.kind === kind &&
      (each.namespace === undefined || each.namespace === namespace) &&
      each.name.test(name),
  );
  return known === undefined
    ? undefined
    : { apiVersion: group === '' ? 'v1' : `${group}/v1`, kind, namespace, name, content: known.content ?? {} };
}

/** Objects of every cluster; without a namespace, those of every namespace or of none. */
const SYSTEM: readonly {
  readonly group: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: RegExp;
  readonly content?: object;
}[] = [
  { group: '', kind: 'Namespace', name: new RegExp(`^(${SYSTEM_NAMESPACES.join('|')})$`) },
  { group: '', kind: 'ServiceAccount', name: /^default$/ },
  // The kube-controller-manager's own.
  { group: '', kind: 'ServiceAccount', namespace: 'kube-system', name: /-controller$/ },
  { group: '', kind: 'ConfigMap', name: /^kube-root-ca\.crt$/, content: { data: { 'ca.crt': '' } } },
  { group: '', kind: 'ConfigMap', namespace: 'kube-system', name: /^extension-apiserver-authentication$/ },
  {
    group: '',
    kind: 'Service',
    namespace: 'default',
    name: /^kubernetes$/,
    content: { spec: { ports: [{ name: 'https', port: 443 }] } },
  },
  {
    group: '',
    kind: 'Service',
    namespace: 'kube-system',
    name: /^kube-dns$/,
    content: {
      spec: {
        ports: [
          { name: 'dns', port: 53, protocol: 'UDP' },
          { name: 'dns-tcp', port: 53 },
        ],
      },
    },
  },
  { group: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: /^(admin|edit|view|cluster-admin|system:.+)$/ },
  {
    group: 'rbac.authorization.k8s.io',
    kind: 'Role',
    namespace: 'kube-system',
    name: /^(extension-apiserver-authentication-reader|system:.+)$/,
  },
  { group: 'scheduling.k8s.io', kind: 'PriorityClass', name: /^system-(cluster|node)-critical$/ },
];

/** How many pods an object asks for. One that is scaled to none has its first pod when it is scaled up. */
export function replicasOf(manifest: unknown): number {
  return Math.max(1, Math.floor(numberAt(manifest, 'spec', 'replicas')));
}

/** Pods that an operator makes of an object. */
interface Operated {
  readonly templatePath: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly { readonly name: string; readonly port: number }[];
}

const THANOS_PORTS = [
  { name: 'http', port: 10902 },
  { name: 'grpc', port: 10901 },
];

/** https://prometheus-operator.dev/docs/platform/operator/ */
function ofPrometheusOperator(
  label: string,
  ...ports: Operated['ports']
): (object: GraphObject, name: string) => Operated {
  return ({ manifest }, name) => ({
    templatePath: ['spec', 'podMetadata'],
    labels: {
      [label]: name,
      'app.kubernetes.io/name': label,
      'app.kubernetes.io/instance': name,
      'app.kubernetes.io/managed-by': 'prometheus-operator',
      ...textsOf(field(manifest, 'spec', 'podMetadata', 'labels')),
    },
    ports: [...ports, ...(field(manifest, 'spec', 'thanos') === undefined ? [] : THANOS_PORTS)],
  });
}

/** The operator's names for components whose pods have another in their own name. */
const COMPONENT_TYPES: Readonly<Record<string, string>> = { connect: 'kafka-connect', bridge: 'kafka-bridge' };

/** https://strimzi.io/docs/operators/latest/deploying.html#ref-pod-labels-str */
function strimziLabels(cluster: string, kind: string, component: string): Readonly<Record<string, string>> {
  return {
    'strimzi.io/cluster': cluster,
    'strimzi.io/kind': kind,
    'strimzi.io/name': `${cluster}-${component}`,
    'strimzi.io/component-type': COMPONENT_TYPES[component] ?? component,
    'app.kubernetes.io/instance': cluster,
    'app.kubernetes.io/managed-by': 'strimzi-cluster-operator',
    'app.kubernetes.io/part-of': `strimzi-${cluster}`,
  };
}

const OPERATED: Readonly<Record<string, (object: GraphObject, name: string, find: Find) => Operated | undefined>> = {
  'monitoring.coreos.com/Prometheus': ofPrometheusOperator('prometheus', { name: 'web', port: 9090 }),
  'monitoring.coreos.com/PrometheusAgent': ofPrometheusOperator('prometheus-agent', { name: 'web', port: 9090 }),
  'monitoring.coreos.com/Alertmanager': ofPrometheusOperator(
    'alertmanager',
    { name: 'web', port: 9093 },
    { name: 'mesh-tcp', port: 9094 },
  ),
  'monitoring.coreos.com/ThanosRuler': ofPrometheusOperator(
    'thanos-ruler',
    { name: 'web', port: 10902 },
    { name: 'grpc', port: 10901 },
  ),
  // The pods of the brokers are the node pools'.
  'kafka.strimzi.io/Kafka': ({ manifest }, name) =>
    field(manifest, 'spec', 'entityOperator') === undefined
      ? undefined
      : {
          templatePath: ['spec', 'entityOperator', 'template', 'pod'],
          labels: {
            ...strimziLabels(name, 'Kafka', 'entity-operator'),
            'app.kubernetes.io/name': 'entity-operator',
          },
          ports: [],
        },
  'kafka.strimzi.io/KafkaConnect': (_, name) => ({
    templatePath: ['spec', 'template', 'pod'],
    labels: strimziLabels(name, 'KafkaConnect', 'connect'),
    ports: [{ name: 'rest-api', port: 8083 }],
  }),
  'kafka.strimzi.io/KafkaBridge': (_, name) => ({
    templatePath: ['spec', 'template', 'pod'],
    labels: strimziLabels(name, 'KafkaBridge', 'bridge'),
    ports: [{ name: 'rest-api', port: 8080 }],
  }),
  'kafka.strimzi.io/KafkaNodePool': ({ manifest, namespace }, name, find) => {
    const cluster = textAt(field(manifest, 'metadata', 'labels'), 'strimzi.io/cluster');
    const kafka = field(find('kafka.strimzi.io', 'Kafka', namespace, cluster)?.manifest, 'spec', 'kafka');
    const roles = textsAt(manifest, 'spec', 'roles');
    return {
      templatePath: ['spec', 'template', 'pod'],
      labels: {
        ...strimziLabels(cluster, 'Kafka', 'kafka'),
        'strimzi.io/pool-name': name,
        'strimzi.io/broker-role': String(roles.includes('broker')),
        'strimzi.io/controller-role': String(roles.includes('controller')),
        'strimzi.io/controller': 'strimzipodset',
        'strimzi.io/controller-name': `${cluster}-${name}`,
        'app.kubernetes.io/name': 'kafka',
      },
      ports: [
        { name: 'tcp-ctrlplane', port: 9090 },
        { name: 'tcp-replication', port: 9091 },
        ...(field(kafka, 'metricsConfig') === undefined ? [] : [{ name: 'tcp-prometheus', port: 9404 }]),
        ...listAt(kafka, 'listeners').map(strimziPort),
      ],
    };
  },
};

/** The workload that an object is of whose pods an operator makes, as far as they are known. */
export function operatedWorkload(object: GraphObject, find: Find): Workload | undefined {
  const { group, resource } = object;
  const key = `${group}/${resource.kind ?? ''}`;
  const known = Object.hasOwn(OPERATED, key) ? OPERATED[key] : undefined;
  if (known === undefined || resource.name === null) {
    return undefined;
  }
  const operated = known(object, resource.name, find);
  if (operated === undefined) {
    return undefined;
  }
  const { templatePath, labels, ports } = operated;
  const declared = ports.map(({ name, port }) => ({ name, containerPort: port }));
  return {
    ...object,
    templatePath,
    podLabels: labels,
    podSpec: { containers: [{ ports: declared }, ...listAt(object.manifest, 'spec', 'containers')] },
  };
}

function textsOf(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(typeof value === 'object' && value !== null ? value : {}).flatMap(
      ([key, text]: [string, unknown]) => (typeof text === 'string' ? [[key, text] as const] : []),
    ),
  );
}

/** The keys of the Secret that an ExternalSecret makes; undefined where only the store knows them. */
function externalKeys(spec: unknown): readonly string[] | undefined {
  const template = field(spec, 'target', 'template');
  const own = keysOf(field(template, 'data'));
  const isReplaced = own.length > 0 && textAt(template, 'mergePolicy') !== 'Merge';
  if (listAt(template, 'templateFrom').length > 0 || (!isReplaced && listAt(spec, 'dataFrom').length > 0)) {
    return undefined;
  }
  const read = listAt(spec, 'data').map((entry) => textAt(entry, 'secretKey'));
  return isReplaced ? own : [...read, ...own];
}

/** The port of a listener; three have older names (https://github.com/strimzi/strimzi-kafka-operator, ListenersUtils). */
function strimziPort(listener: unknown): { readonly name: string; readonly port: number } {
  const name = textAt(listener, 'name');
  const port = numberAt(listener, 'port');
  const older: Readonly<Record<string, string>> = {
    'plain 9092': 'tcp-clients',
    'tls 9093': 'tcp-clientstls',
    'external 9094': 'tcp-external',
  };
  return { name: older[`${name} ${port}`] ?? `tcp-${name}`, port };
}

function isIssued(manifest: unknown): boolean {
  const annotations = field(manifest, 'metadata', 'annotations');
  return ISSUED.some((key) => child(annotations, key) !== undefined);
}

function object(kind: string, namespace: string, name: string, content: object = {}): Product {
  return { apiVersion: 'v1', kind, namespace, name, content };
}

function operated(namespace: string, name: string, selector: Readonly<Record<string, string>>, port: number): Product {
  return object('Service', namespace, name, { spec: { clusterIP: 'None', selector, ports: [{ name: 'web', port }] } });
}

function secret(namespace: string, name: string, keys: readonly string[] | undefined): Product {
  return object(
    'Secret',
    namespace,
    name,
    keys === undefined ? {} : { data: Object.fromEntries(keys.map((key) => [key, ''])) },
  );
}

function keysOf(value: unknown): readonly string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}
