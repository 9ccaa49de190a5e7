// What refers to what: for each field that names something an object that refers, what it names, and what is said where that is not
// there. Each is judged with its target, without it, with the target given, and, where there is such a thing, optional or produced.

import type { Data } from './manifests';

/** A reference, and what makes it resolve. */
export interface ReferenceRow {
  readonly what: string;
  readonly policy: string;
  /** What refers, and what stands beside it in any case. */
  readonly from: readonly [Data, ...Data[]];
  /** What it refers to. */
  readonly target: readonly [Data, ...Data[]];
  /** What there is instead where it dangles. */
  readonly instead?: readonly Data[];
  /** The field to blame. */
  readonly field: string;
  /** What the message says, whatever else. */
  readonly message: string;
  /** The same object, which can do without. */
  readonly optional?: Data;
  /** What makes the target. */
  readonly producer?: readonly [Data, ...Data[]];
}

export function object(apiVersion: string, kind: string, name: string, more: Data = {}, namespace = 'shop'): Data {
  return { apiVersion, kind, metadata: { name, ...(namespace !== '' && { namespace }) }, ...more };
}

const labelled = (data: Data, labels: Data): Data => ({ ...data, metadata: { ...(data['metadata'] as Data), labels } });

const CARTS = { app: 'carts' };
export const container = (more: Data = {}): Data => ({ name: 'main', image: 'registry.example.com/carts:1', ...more });

export function pod(spec: Data, labels: Data = CARTS, name = 'carts'): Data {
  return labelled(object('v1', 'Pod', name, { spec: { containers: [container()], ...spec } }), labels);
}

export function workload(
  kind: string,
  more: Data = {},
  labels: Data = CARTS,
  podSpec: Data = {},
  name = 'carts',
): Data {
  return object(kind === 'Rollout' ? 'argoproj.io/v1alpha1' : 'apps/v1', kind, name, {
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container()], ...podSpec } },
      ...more,
    },
  });
}

export const deployment = (labels: Data = CARTS, podSpec: Data = {}, name = 'carts'): Data =>
  workload('Deployment', {}, labels, podSpec, name);

export const configMap = (name = 'settings', data: Data = { color: 'red' }): Data =>
  object('v1', 'ConfigMap', name, { data });
export const secret = (name = 'login', data: Data = { password: '' }): Data => object('v1', 'Secret', name, { data });
export const service = (name = 'carts', spec: Data = {}, labels: Data = CARTS): Data =>
  labelled(
    object('v1', 'Service', name, { spec: { selector: labels, ports: [{ name: 'http', port: 80 }], ...spec } }),
    labels,
  );
const pods = [deployment()] as const;

const env = (valueFrom: Data): Data => pod({ containers: [container({ env: [{ name: 'X', valueFrom }] })] });
const envFrom = (source: Data): Data => pod({ containers: [container({ envFrom: [source] })] });
const volume = (source: Data): Data => pod({ volumes: [{ name: 'v', ...source }] });

const externalSecret = (name: string, spec: Data): Data =>
  object('external-secrets.io/v1', 'ExternalSecret', name, {
    spec: { secretStoreRef: { kind: 'ClusterSecretStore', name: 'vault' }, ...spec },
  });
const loginFromStore = externalSecret('login', { data: [{ secretKey: 'password', remoteRef: { key: 'x' } }] });
const certificate = object('cert-manager.io/v1', 'Certificate', 'web', {
  spec: { secretName: 'web-tls', issuerRef: { kind: 'ClusterIssuer', name: 'public' } },
});
const tls = object('v1', 'Secret', 'web-tls', { type: 'kubernetes.io/tls', data: { 'tls.crt': '', 'tls.key': '' } });
const strimzi = object('kafka.strimzi.io/v1', 'Kafka', 'events', {
  spec: { kafka: { listeners: [{ name: 'tls', port: 9093, type: 'internal', tls: true }] } },
});
const kafkaUser = labelled(
  object('kafka.strimzi.io/v1', 'KafkaUser', 'login', { spec: { authentication: { type: 'scram-sha-512' } } }),
  { 'strimzi.io/cluster': 'events' },
);

/** A ConfigMap or Secret that a pod reads. */
const READ: readonly ReferenceRow[] = [
  {
    what: 'a variable of a ConfigMap',
    policy: 'reference-object',
    from: [env({ configMapKeyRef: { name: 'settings', key: 'color' } })],
    target: [configMap()],
    instead: [configMap('setting')],
    field: 'spec.containers[0].env[0].valueFrom.configMapKeyRef.name',
    message: 'ConfigMap settings',
    optional: env({ configMapKeyRef: { name: 'settings', key: 'color', optional: true } }),
  },
  {
    what: "a variable of a ConfigMap's key",
    policy: 'reference-key',
    from: [env({ configMapKeyRef: { name: 'settings', key: 'color' } })],
    target: [configMap()],
    instead: [configMap('settings', { colour: 'red' })],
    field: 'spec.containers[0].env[0].valueFrom.configMapKeyRef.key',
    message: 'did you mean colour?',
    optional: env({ configMapKeyRef: { name: 'settings', key: 'color', optional: true } }),
  },
  {
    what: 'a variable of a Secret',
    policy: 'reference-object',
    from: [env({ secretKeyRef: { name: 'login', key: 'password' } })],
    target: [secret()],
    field: 'spec.containers[0].env[0].valueFrom.secretKeyRef.name',
    message: 'Secret login',
    optional: env({ secretKeyRef: { name: 'login', key: 'password', optional: true } }),
    producer: [loginFromStore],
  },
  {
    what: "a variable of a Secret's key",
    policy: 'reference-key',
    from: [env({ secretKeyRef: { name: 'login', key: 'password' } })],
    target: [secret()],
    instead: [secret('login', { pasword: '' })],
    field: 'spec.containers[0].env[0].valueFrom.secretKeyRef.key',
    message: 'did you mean pasword?',
    optional: env({ secretKeyRef: { name: 'login', key: 'password', optional: true } }),
    producer: [loginFromStore],
  },
  {
    what: 'a key that an ExternalSecret does not write',
    policy: 'reference-key',
    from: [env({ secretKeyRef: { name: 'login', key: 'password' } })],
    target: [secret()],
    instead: [externalSecret('login', { data: [{ secretKey: 'passwort', remoteRef: { key: 'x' } }] })],
    field: 'spec.containers[0].env[0].valueFrom.secretKeyRef.key',
    message: 'did you mean passwort?',
    producer: [externalSecret('any', { target: { name: 'login' }, dataFrom: [{ extract: { key: 'x' } }] })],
  },
  {
    what: 'a key of stringData',
    policy: 'reference-key',
    from: [env({ secretKeyRef: { name: 'login', key: 'password' } })],
    target: [object('v1', 'Secret', 'login', { stringData: { password: '' } })],
    instead: [secret('login', { user: '' })],
    field: 'spec.containers[0].env[0].valueFrom.secretKeyRef.key',
    message: 'password',
    producer: [kafkaUser, strimzi],
  },
  {
    what: 'all variables of a ConfigMap',
    policy: 'reference-object',
    from: [envFrom({ configMapRef: { name: 'settings' } })],
    target: [configMap()],
    field: 'spec.containers[0].envFrom[0].configMapRef.name',
    message: 'ConfigMap settings',
    optional: envFrom({ configMapRef: { name: 'settings', optional: true } }),
  },
  {
    what: 'all variables of a Secret',
    policy: 'reference-object',
    from: [envFrom({ secretRef: { name: 'login' } })],
    target: [secret()],
    instead: [secret('logins')],
    field: 'spec.containers[0].envFrom[0].secretRef.name',
    message: 'did you mean logins?',
    optional: envFrom({ secretRef: { name: 'login', optional: true } }),
    producer: [loginFromStore],
  },
  {
    what: 'an init container',
    policy: 'reference-object',
    from: [pod({ initContainers: [container({ envFrom: [{ secretRef: { name: 'login' } }] })] })],
    target: [secret()],
    field: 'spec.initContainers[0].envFrom[0].secretRef.name',
    message: 'Secret login',
  },
  {
    what: 'the files of a ConfigMap',
    policy: 'reference-object',
    from: [volume({ configMap: { name: 'settings' } })],
    target: [configMap()],
    field: 'spec.volumes[0].configMap.name',
    message: 'ConfigMap settings',
    optional: volume({ configMap: { name: 'settings', optional: true } }),
  },
  {
    what: 'a file of a ConfigMap',
    policy: 'reference-key',
    from: [volume({ configMap: { name: 'settings', items: [{ key: 'color', path: 'x' }] } })],
    target: [configMap()],
    instead: [configMap('settings', { size: 'l' })],
    field: 'spec.volumes[0].configMap.items[0].key',
    message: 'color',
    optional: volume({ configMap: { name: 'settings', optional: true, items: [{ key: 'color', path: 'x' }] } }),
  },
  {
    what: 'the files of a Secret',
    policy: 'reference-object',
    from: [volume({ secret: { secretName: 'web-tls' } })],
    target: [tls],
    field: 'spec.volumes[0].secret.secretName',
    message: 'Secret web-tls',
    optional: volume({ secret: { secretName: 'web-tls', optional: true } }),
    producer: [certificate],
  },
  {
    what: 'a file of a Secret',
    policy: 'reference-key',
    from: [volume({ secret: { secretName: 'web-tls', items: [{ key: 'tls.crt', path: 'x' }] } })],
    target: [tls],
    instead: [object('v1', 'Secret', 'web-tls', { data: { 'tls.cert': '' } })],
    field: 'spec.volumes[0].secret.items[0].key',
    message: 'did you mean tls.cert?',
    optional: volume({ secret: { secretName: 'web-tls', optional: true, items: [{ key: 'tls.crt', path: 'x' }] } }),
    producer: [certificate],
  },
  {
    what: 'a projected ConfigMap',
    policy: 'reference-object',
    from: [volume({ projected: { sources: [{ configMap: { name: 'settings' } }] } })],
    target: [configMap()],
    field: 'spec.volumes[0].projected.sources[0].configMap.name',
    message: 'ConfigMap settings',
    optional: volume({ projected: { sources: [{ configMap: { name: 'settings', optional: true } }] } }),
  },
  {
    what: 'a key of a projected Secret',
    policy: 'reference-key',
    from: [
      volume({ projected: { sources: [{ secret: { name: 'login', items: [{ key: 'password', path: 'x' }] } }] } }),
    ],
    target: [secret()],
    instead: [secret('login', { user: '' })],
    field: 'spec.volumes[0].projected.sources[0].secret.items[0].key',
    message: 'password',
  },
];

/** Everything else that pods need. */
const OF_PODS: readonly ReferenceRow[] = [
  {
    what: 'a claim',
    policy: 'reference-object',
    from: [volume({ persistentVolumeClaim: { claimName: 'data-carts-0' } })],
    target: [object('v1', 'PersistentVolumeClaim', 'data-carts-0')],
    field: 'spec.volumes[0].persistentVolumeClaim.claimName',
    message: 'PersistentVolumeClaim data-carts-0',
    producer: [
      workload('StatefulSet', {
        serviceName: 'carts',
        volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: {} }],
      }),
      service(),
    ],
  },
  {
    what: 'a ServiceAccount',
    policy: 'reference-object',
    from: [deployment(CARTS, { serviceAccountName: 'carts' })],
    target: [object('v1', 'ServiceAccount', 'carts')],
    instead: [object('v1', 'ServiceAccount', 'cart')],
    field: 'spec.template.spec.serviceAccountName',
    message: 'did you mean cart?',
  },
  {
    what: 'a pull secret',
    policy: 'reference-object',
    from: [pod({ imagePullSecrets: [{ name: 'registry' }] })],
    target: [secret('registry')],
    field: 'spec.imagePullSecrets[0].name',
    message: 'Secret registry',
  },
  {
    what: 'the pull secret of a ServiceAccount',
    policy: 'reference-object',
    from: [object('v1', 'ServiceAccount', 'carts', { imagePullSecrets: [{ name: 'registry' }] })],
    target: [secret('registry')],
    field: 'imagePullSecrets[0].name',
    message: 'Secret registry',
  },
  {
    what: 'a PriorityClass, where there are some',
    policy: 'reference-outside',
    from: [pod({ priorityClassName: 'high' })],
    target: [object('scheduling.k8s.io/v1', 'PriorityClass', 'high', { value: 1 }, '')],
    instead: [object('scheduling.k8s.io/v1', 'PriorityClass', 'highest', { value: 1 }, '')],
    field: 'spec.priorityClassName',
    message: 'PriorityClass high',
  },
  {
    what: 'a RuntimeClass, where there are some',
    policy: 'reference-outside',
    from: [pod({ runtimeClassName: 'gvisor' })],
    target: [object('node.k8s.io/v1', 'RuntimeClass', 'gvisor', { handler: 'x' }, '')],
    instead: [object('node.k8s.io/v1', 'RuntimeClass', 'gvizor', { handler: 'x' }, '')],
    field: 'spec.runtimeClassName',
    message: 'did you mean gvizor?',
  },
  {
    what: 'a StorageClass, where there are some',
    policy: 'reference-outside',
    from: [object('v1', 'PersistentVolumeClaim', 'data', { spec: { storageClassName: 'fast' } })],
    target: [object('storage.k8s.io/v1', 'StorageClass', 'fast', {}, '')],
    instead: [object('storage.k8s.io/v1', 'StorageClass', 'slow', {}, '')],
    field: 'spec.storageClassName',
    message: 'StorageClass fast',
  },
  {
    what: 'the Service of a StatefulSet',
    policy: 'stateful-set-service',
    from: [workload('StatefulSet', { serviceName: 'carts' })],
    target: [service('carts', { clusterIP: 'None' })],
    field: 'spec.serviceName',
    message: 'Service carts',
  },
];

/** Who is selected by labels. */
const SELECTED: readonly ReferenceRow[] = [
  {
    what: 'the pods of a Service',
    policy: 'service-pods',
    from: [service()],
    target: [deployment()],
    instead: [deployment({ app: 'cart' })],
    field: 'spec.selector',
    message: 'app=carts',
  },
  ...['StatefulSet', 'DaemonSet', 'ReplicaSet', 'Rollout'].map((kind): ReferenceRow => ({
    what: `a Service of a ${kind}`,
    policy: 'service-pods',
    from: [service()],
    target: [workload(kind, kind === 'StatefulSet' ? { serviceName: 'carts' } : {})],
    field: 'spec.selector',
    message: 'app=carts',
  })),
  {
    what: 'a named port of pods',
    policy: 'service-pods',
    from: [service('carts', { ports: [{ port: 80, targetPort: 'http' }] })],
    target: [deployment(CARTS, { containers: [container({ ports: [{ name: 'http', containerPort: 8080 }] })] })],
    instead: [deployment(CARTS, { containers: [container({ ports: [{ name: 'htp', containerPort: 8080 }] })] })],
    field: 'spec.ports[0].targetPort',
    message: 'did you mean htp?',
  },
  {
    what: 'the pods of a PodDisruptionBudget',
    policy: 'disruption-budget-pods',
    from: [object('policy/v1', 'PodDisruptionBudget', 'carts', { spec: { selector: { matchLabels: CARTS } } })],
    target: pods,
    instead: [deployment({ app: 'cart' })],
    field: 'spec.selector',
    message: 'app=carts',
  },
  {
    what: 'the pods of a NetworkPolicy',
    policy: 'network-policy-pods',
    from: [object('networking.k8s.io/v1', 'NetworkPolicy', 'carts', { spec: { podSelector: { matchLabels: CARTS } } })],
    target: pods,
    instead: [deployment({ app: 'cart' })],
    field: 'spec.podSelector',
    message: 'app=carts',
  },
  ...(['from', 'to'] as const).map((peers): ReferenceRow => {
    const direction = peers === 'from' ? 'ingress' : 'egress';
    return {
      what: `a peer of a NetworkPolicy, ${direction}`,
      policy: 'network-policy-pods',
      from: [
        object('networking.k8s.io/v1', 'NetworkPolicy', 'carts', {
          spec: { podSelector: {}, [direction]: [{ [peers]: [{ podSelector: { matchLabels: CARTS } }] }] },
        }),
        deployment({ app: 'other' }, {}, 'other'),
      ],
      target: pods,
      field: `spec.${direction}[0].${peers}[0].podSelector`,
      message: 'app=carts',
    };
  }),
  ...Object.entries<Data>({
    'a namespace that is named': { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } },
    'one of some namespaces that are named': {
      matchExpressions: [
        { key: 'kubernetes.io/metadata.name', operator: 'In', values: ['shop'] },
        { key: 'team', operator: 'DoesNotExist' },
      ],
    },
  }).map(([where, namespaceSelector]): ReferenceRow => ({
    what: `a peer of a NetworkPolicy, in ${where}`,
    policy: 'network-policy-pods',
    from: [
      letsIn({ namespaceSelector, podSelector: { matchLabels: CARTS } }),
      deployment({ app: 'other' }, {}, 'other'),
    ],
    target: pods,
    field: 'spec.ingress[0].from[0].podSelector',
    message: 'app=carts',
  })),
  {
    what: 'a named port of a NetworkPolicy',
    policy: 'network-policy-pods',
    from: [
      object('networking.k8s.io/v1', 'NetworkPolicy', 'carts', {
        spec: {
          podSelector: { matchLabels: CARTS },
          ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 'http' }] }],
        },
      }),
    ],
    target: [deployment(CARTS, { containers: [container({ ports: [{ name: 'http', containerPort: 8080 }] })] })],
    instead: [deployment(CARTS, { containers: [container({ ports: [{ name: 'web', containerPort: 8080 }] })] })],
    field: 'spec.ingress[0].ports[0].port',
    message: 'http',
  },
  {
    what: 'the Services of a ServiceMonitor',
    policy: 'monitor-target',
    from: [monitor('http')],
    target: [service(), deployment()],
    instead: [deployment()],
    field: 'spec.selector',
    message: 'app=carts',
  },
  {
    what: 'the port of a ServiceMonitor',
    policy: 'monitor-target',
    from: [monitor('metrics'), deployment()],
    target: [service('carts', { ports: [{ name: 'metrics', port: 9090 }] })],
    instead: [service()],
    field: 'spec.endpoints[0].port',
    message: 'metrics',
  },
  {
    what: 'the pods of a PodMonitor',
    policy: 'monitor-target',
    from: [
      object('monitoring.coreos.com/v1', 'PodMonitor', 'carts', {
        spec: { selector: { matchLabels: CARTS }, podMetricsEndpoints: [{}] },
      }),
    ],
    target: pods,
    field: 'spec.selector',
    message: 'app=carts',
  },
  {
    // By it the operator keeps containers that declare the port.
    what: "the number of a PodMonitor's port",
    policy: 'monitor-target',
    from: [
      object('monitoring.coreos.com/v1', 'PodMonitor', 'carts', {
        spec: { selector: { matchLabels: CARTS }, podMetricsEndpoints: [{ portNumber: 9090 }] },
      }),
    ],
    target: [deployment(CARTS, { containers: [container({ ports: [{ containerPort: 9090 }] })] })],
    instead: [deployment(CARTS, { containers: [container({ ports: [{ containerPort: 8080 }] })] })],
    field: 'spec.podMetricsEndpoints[0].portNumber',
    message: '9090',
  },
];

function monitor(port: string): Data {
  return object('monitoring.coreos.com/v1', 'ServiceMonitor', 'carts', {
    spec: { selector: { matchLabels: CARTS }, endpoints: [{ port }] },
  });
}

function ingress(backend: Data, spec: Data = {}): Data {
  return object('networking.k8s.io/v1', 'Ingress', 'shop', {
    spec: { rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }], ...spec },
  });
}

const toCarts = ingress({ service: { name: 'carts', port: { number: 80 } } });
const BACKEND = 'spec.rules[0].http.paths[0].backend.service';

function route(rule: Data, spec: Data = {}, kind = 'HTTPRoute'): Data {
  return object('gateway.networking.k8s.io/v1', kind, 'shop', { spec: { rules: [rule], ...spec } });
}

const gateway = object('gateway.networking.k8s.io/v1', 'Gateway', 'shop', {
  spec: { gatewayClassName: 'traefik', listeners: [{ name: 'https', port: 443, protocol: 'HTTPS' }] },
});

/** Where requests from outside go. */
const ROUTED: readonly ReferenceRow[] = [
  {
    what: 'the Service of an Ingress',
    policy: 'route-backend',
    from: [toCarts, deployment()],
    target: [service()],
    instead: [service('cart')],
    field: `${BACKEND}.name`,
    message: 'did you mean cart?',
  },
  {
    what: 'the port of an Ingress, by number',
    policy: 'route-backend',
    from: [ingress({ service: { name: 'carts', port: { number: 8080 } } }), deployment()],
    target: [service('carts', { ports: [{ port: 8080 }] })],
    instead: [service()],
    field: `${BACKEND}.port.number`,
    message: '8080',
  },
  {
    what: 'the port of an Ingress, by name',
    policy: 'route-backend',
    from: [ingress({ service: { name: 'carts', port: { name: 'http' } } }), deployment()],
    target: [service()],
    instead: [service('carts', { ports: [{ name: 'web', port: 80 }] })],
    field: `${BACKEND}.port.name`,
    message: 'http',
  },
  {
    what: 'the default backend of an Ingress',
    policy: 'route-backend',
    from: [
      object('networking.k8s.io/v1', 'Ingress', 'shop', {
        spec: { defaultBackend: { service: { name: 'carts', port: { number: 80 } } } },
      }),
      deployment(),
    ],
    target: [service()],
    field: 'spec.defaultBackend.service.name',
    message: 'Service carts',
  },
  {
    what: 'the certificate of an Ingress',
    policy: 'reference-object',
    from: [
      ingress({ service: { name: 'carts', port: { number: 80 } } }, { tls: [{ secretName: 'web-tls' }] }),
      service(),
      deployment(),
    ],
    target: [tls],
    field: 'spec.tls[0].secretName',
    message: 'Secret web-tls',
    producer: [certificate],
  },
  {
    what: 'an IngressClass, where there are some',
    policy: 'reference-outside',
    from: [
      ingress({ service: { name: 'carts', port: { number: 80 } } }, { ingressClassName: 'traefik' }),
      service(),
      deployment(),
    ],
    target: [object('networking.k8s.io/v1', 'IngressClass', 'traefik', {}, '')],
    instead: [object('networking.k8s.io/v1', 'IngressClass', 'traefic', {}, '')],
    field: 'spec.ingressClassName',
    message: 'did you mean traefic?',
  },
  {
    what: 'the Service of a route',
    policy: 'route-backend',
    from: [route({ backendRefs: [{ name: 'carts', port: 80 }] }), deployment()],
    target: [service()],
    field: 'spec.rules[0].backendRefs[0].name',
    message: 'Service carts',
  },
  {
    what: 'the port of a route',
    policy: 'route-backend',
    from: [route({ backendRefs: [{ name: 'carts', port: 8080 }] }), deployment()],
    target: [service('carts', { ports: [{ port: 8080 }] })],
    instead: [service()],
    field: 'spec.rules[0].backendRefs[0].port',
    message: '8080',
  },
  {
    what: 'the Service of a GRPCRoute',
    policy: 'route-backend',
    from: [route({ backendRefs: [{ name: 'carts', port: 80 }] }, {}, 'GRPCRoute'), deployment()],
    target: [service()],
    field: 'spec.rules[0].backendRefs[0].name',
    message: 'Service carts',
  },
  {
    what: 'the Gateway of a route',
    policy: 'route-backend',
    from: [route({}, { parentRefs: [{ name: 'shop' }] })],
    target: [gateway],
    field: 'spec.parentRefs[0].name',
    message: 'Gateway shop',
  },
  {
    what: 'the listener of a Gateway',
    policy: 'route-backend',
    from: [route({}, { parentRefs: [{ name: 'shop', sectionName: 'https' }] })],
    target: [gateway],
    instead: [
      object('gateway.networking.k8s.io/v1', 'Gateway', 'shop', {
        spec: { gatewayClassName: 'traefik', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
      }),
    ],
    field: 'spec.parentRefs[0].sectionName',
    message: 'https',
  },
  {
    what: 'the certificate of a Gateway',
    policy: 'reference-object',
    from: [
      object('gateway.networking.k8s.io/v1', 'Gateway', 'shop', {
        spec: { listeners: [{ name: 'https', port: 443, tls: { certificateRefs: [{ name: 'web-tls' }] } }] },
      }),
    ],
    target: [tls],
    field: 'spec.listeners[0].tls.certificateRefs[0].name',
    message: 'Secret web-tls',
    producer: [certificate],
  },
  {
    what: 'a GatewayClass, where there are some',
    policy: 'reference-outside',
    from: [gateway],
    target: [object('gateway.networking.k8s.io/v1', 'GatewayClass', 'traefik', {}, '')],
    instead: [object('gateway.networking.k8s.io/v1', 'GatewayClass', 'istio', {}, '')],
    field: 'spec.gatewayClassName',
    message: 'GatewayClass traefik',
  },
];

const scaler = (kind: string, apiVersion = 'apps/v1'): Data =>
  object('autoscaling/v2', 'HorizontalPodAutoscaler', 'carts', {
    spec: { scaleTargetRef: { apiVersion, kind, name: 'carts' }, metrics: [{ type: 'External' }] },
  });

function binding(kind: string, roleRef: Data, subjects: readonly Data[]): Data {
  return object(
    'rbac.authorization.k8s.io/v1',
    kind,
    'carts',
    { roleRef: { apiGroup: 'rbac.authorization.k8s.io', ...roleRef }, subjects },
    kind === 'RoleBinding' ? 'shop' : '',
  );
}

const account = { kind: 'ServiceAccount', name: 'carts', namespace: 'shop' };
const role = object('rbac.authorization.k8s.io/v1', 'Role', 'reader', { rules: [] });
const view = { kind: 'ClusterRole', name: 'view' };

/** What controllers act on. */
const CONTROLLED: readonly ReferenceRow[] = [
  ...['Deployment', 'StatefulSet', 'ReplicaSet'].map((kind): ReferenceRow => ({
    what: `a ${kind} that is scaled`,
    policy: 'autoscaler-target',
    from: [scaler(kind), service()],
    target: [workload(kind, kind === 'StatefulSet' ? { serviceName: 'carts' } : {})],
    instead: [deployment(CARTS, {}, 'cart')],
    field: 'spec.scaleTargetRef.name',
    message: `${kind} carts`,
  })),
  {
    what: 'a Rollout that is scaled',
    policy: 'autoscaler-target',
    from: [scaler('Rollout', 'argoproj.io/v1alpha1')],
    target: [workload('Rollout')],
    instead: [deployment()],
    field: 'spec.scaleTargetRef.name',
    message: 'Rollout carts',
  },
  {
    what: 'what KEDA scales',
    policy: 'autoscaler-target',
    from: [object('keda.sh/v1alpha1', 'ScaledObject', 'carts', { spec: { scaleTargetRef: { name: 'carts' } } })],
    target: pods,
    instead: [deployment(CARTS, {}, 'cart')],
    field: 'spec.scaleTargetRef.name',
    message: 'did you mean cart?',
  },
  {
    what: 'the Role of a binding',
    policy: 'rbac-subject',
    from: [
      binding('RoleBinding', { kind: 'Role', name: 'reader' }, [account]),
      object('v1', 'ServiceAccount', 'carts'),
    ],
    target: [role],
    field: 'roleRef.name',
    message: 'Role reader',
  },
  {
    what: 'the ServiceAccount of a binding',
    policy: 'rbac-subject',
    from: [binding('RoleBinding', view, [account])],
    target: [object('v1', 'ServiceAccount', 'carts')],
    instead: [object('v1', 'ServiceAccount', 'cart')],
    field: 'subjects[0].name',
    message: 'did you mean cart?',
  },
  {
    what: 'the ServiceAccount of a ClusterRoleBinding',
    policy: 'rbac-subject',
    from: [binding('ClusterRoleBinding', view, [account])],
    target: [object('v1', 'ServiceAccount', 'carts')],
    instead: [configMap()],
    field: 'subjects[0].name',
    message: 'ServiceAccount carts',
  },
  {
    what: 'a ClusterRole',
    policy: 'reference-outside',
    from: [binding('RoleBinding', { kind: 'ClusterRole', name: 'reader' }, [])],
    target: [object('rbac.authorization.k8s.io/v1', 'ClusterRole', 'reader', { rules: [] }, '')],
    field: 'roleRef.name',
    message: 'ClusterRole reader',
  },
  {
    what: 'the Service of a webhook',
    policy: 'reference-object',
    from: [webhook({ name: 'carts', namespace: 'shop' }), deployment()],
    target: [service('carts', { ports: [{ port: 443 }] })],
    field: 'webhooks[0].clientConfig.service.name',
    message: 'Service carts',
  },
  {
    what: 'the port of a webhook',
    policy: 'reference-object',
    from: [webhook({ name: 'carts', namespace: 'shop', port: 8443 }), deployment()],
    target: [service('carts', { ports: [{ port: 8443 }] })],
    instead: [service()],
    field: 'webhooks[0].clientConfig.service.port',
    message: '8443',
  },
  {
    what: 'the Services of a canary',
    policy: 'reference-object',
    from: [workload('Rollout', { strategy: { canary: { canaryService: 'canary' } } })],
    target: [service('canary')],
    field: 'spec.strategy.canary.canaryService',
    message: 'Service canary',
  },
  {
    what: 'an analysis',
    policy: 'analysis-template',
    from: [analysis([{ templateName: 'errors' }])],
    target: [template([])],
    instead: [object('argoproj.io/v1alpha1', 'AnalysisTemplate', 'error', { spec: {} })],
    field: 'spec.strategy.canary.analysis.templates[0].templateName',
    message: 'did you mean error?',
  },
  {
    what: 'an analysis of the cluster',
    policy: 'reference-outside',
    from: [analysis([{ templateName: 'errors', clusterScope: true }])],
    target: [object('argoproj.io/v1alpha1', 'ClusterAnalysisTemplate', 'errors', { spec: {} }, '')],
    field: 'spec.strategy.canary.analysis.templates[0].templateName',
    message: 'ClusterAnalysisTemplate errors',
  },
  {
    what: 'an argument of an analysis',
    policy: 'analysis-template',
    from: [analysis([{ templateName: 'errors' }])],
    target: [template([{ name: 'service', value: 'carts' }])],
    instead: [template([{ name: 'service' }])],
    field: 'spec.strategy.canary.analysis.templates[0].templateName',
    message: 'service',
  },
  {
    what: 'an argument of an analysis of the cluster',
    policy: 'analysis-template',
    from: [analysis([{ templateName: 'errors', clusterScope: true }])],
    target: [
      object(
        'argoproj.io/v1alpha1',
        'ClusterAnalysisTemplate',
        'errors',
        { spec: { args: [{ name: 'service', value: 'carts' }] } },
        '',
      ),
    ],
    instead: [
      object(
        'argoproj.io/v1alpha1',
        'ClusterAnalysisTemplate',
        'errors',
        { spec: { args: [{ name: 'service' }] } },
        '',
      ),
    ],
    field: 'spec.strategy.canary.analysis.templates[0].templateName',
    message: 'service',
  },
  {
    what: 'the issuer of a certificate, where there are some',
    policy: 'reference-outside',
    from: [certificate],
    target: [object('cert-manager.io/v1', 'ClusterIssuer', 'public', {}, '')],
    instead: [object('cert-manager.io/v1', 'ClusterIssuer', 'publik', {}, '')],
    field: 'spec.issuerRef.name',
    message: 'did you mean publik?',
  },
  {
    what: 'the store of an ExternalSecret, where there are some',
    policy: 'reference-outside',
    from: [loginFromStore],
    target: [object('external-secrets.io/v1', 'ClusterSecretStore', 'vault', {}, '')],
    instead: [object('external-secrets.io/v1', 'ClusterSecretStore', 'aws', {}, '')],
    field: 'spec.secretStoreRef.name',
    message: 'ClusterSecretStore vault',
  },
  {
    what: 'the store of a namespace',
    policy: 'reference-object',
    from: [externalSecret('login', { secretStoreRef: { name: 'vault' } })],
    target: [object('external-secrets.io/v1', 'SecretStore', 'vault')],
    field: 'spec.secretStoreRef.name',
    message: 'SecretStore vault',
  },
  {
    what: 'the cluster of a KafkaUser',
    policy: 'reference-object',
    from: [kafkaUser],
    target: [strimzi],
    field: 'metadata.labels["strimzi.io/cluster"]',
    message: 'Kafka events',
  },
];

const robots = object('rbac.authorization.k8s.io/v1', 'RoleBinding', 'robots', {
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
  subjects: [{ kind: 'ServiceAccount', name: 'robot', namespace: 'ops' }],
});

function letsIn(peer: Data): Data {
  return object('networking.k8s.io/v1', 'NetworkPolicy', 'carts', {
    spec: { podSelector: {}, ingress: [{ from: [peer] }] },
  });
}

function webhook(to: Data): Data {
  return object(
    'admissionregistration.k8s.io/v1',
    'ValidatingWebhookConfiguration',
    'carts',
    { webhooks: [{ name: 'carts.example.com', clientConfig: { service: to } }] },
    '',
  );
}

function analysis(templates: readonly Data[]): Data {
  return workload('Rollout', { strategy: { canary: { analysis: { templates } } } });
}

function template(args: readonly Data[]): Data {
  return object('argoproj.io/v1alpha1', 'AnalysisTemplate', 'errors', { spec: { args } });
}

function analysisBy(address: string): Data {
  return object('argoproj.io/v1alpha1', 'AnalysisTemplate', 'errors', {
    spec: { metrics: [{ name: 'errors', provider: { prometheus: { address, query: 'x' } } }] },
  });
}

const says = (value: string): Data => pod({ containers: [container({ env: [{ name: 'URL', value }] })] });
const VALUE = 'spec.containers[0].env[0].value';

interface AddressRow {
  readonly what: string;
  readonly text: string;
  readonly target: readonly [Data, ...Data[]];
  readonly instead?: readonly Data[];
  readonly message: string;
  readonly producer?: readonly [Data, ...Data[]];
}

const orders = { app: 'orders' };
const ordersService = (ports: readonly Data[] = [{ port: 5432 }], name = 'orders'): Data =>
  service(name, { ports }, orders);
const ordersPods = deployment(orders, {}, 'orders');
const broker = (replicas: number): Data =>
  workload('StatefulSet', { serviceName: 'brokers', replicas }, { app: 'broker' }, {}, 'broker');
const brokers = service('brokers', { clusterIP: 'None', ports: [{ port: 9093 }] }, { app: 'broker' });

/** Addresses in texts. */
const ADDRESSES: readonly AddressRow[] = [
  { what: 'a URL', text: 'http://orders:5432/x', target: [ordersService(), ordersPods], message: 'orders' },
  {
    what: 'a JDBC URL',
    text: 'jdbc:postgresql://orders.shop.svc.cluster.local:5432/orders',
    target: [ordersService(), ordersPods],
    instead: [ordersService([{ port: 5432 }], 'order'), ordersPods],
    message: 'did you mean order',
  },
  {
    what: 'a full name',
    text: 'orders.shop.svc.cluster.local:5432',
    target: [ordersService(), ordersPods],
    message: 'orders',
  },
  {
    what: 'a name with its namespace',
    text: 'orders.shop.svc:5432',
    target: [ordersService(), ordersPods],
    message: 'orders',
  },
  {
    what: 'a port',
    text: 'orders.shop.svc:5432',
    target: [ordersService(), ordersPods],
    instead: [ordersService([{ port: 5433 }]), ordersPods],
    message: '5432',
  },
  {
    what: 'the port of a scheme',
    text: 'http://orders.shop.svc/x',
    target: [ordersService([{ port: 80 }]), ordersPods],
    instead: [ordersService([{ port: 8080 }]), ordersPods],
    message: '80',
  },
  {
    what: 'a Redis URL',
    text: 'redis://orders.shop.svc:6379/0',
    target: [ordersService([{ port: 6379 }]), ordersPods],
    message: 'orders',
  },
  {
    what: 'a list of brokers',
    text: 'outside.example.com:9092,orders.shop.svc:9092',
    target: [ordersService([{ port: 9092 }]), ordersPods],
    message: 'orders',
  },
  {
    what: 'a voter',
    text: '0@broker-0.brokers.shop.svc.cluster.local:9093,1@broker-1.brokers.shop.svc.cluster.local:9093',
    target: [broker(2), brokers],
    instead: [broker(1), brokers],
    message: 'broker-1',
  },
  {
    what: 'a pod of a StatefulSet',
    text: 'broker-2.brokers.shop.svc:9093',
    target: [broker(3), brokers],
    instead: [broker(2), brokers],
    message: 'broker-2',
  },
  {
    what: 'the bootstrap Service of Strimzi',
    text: 'events-kafka-bootstrap.shop.svc:9093',
    target: [service('events-kafka-bootstrap', { ports: [{ port: 9093 }] }), deployment()],
    message: 'events-kafka-bootstrap',
    producer: [strimzi],
  },
];

export const REFERENCE_ROWS: readonly ReferenceRow[] = [
  ...READ,
  ...OF_PODS,
  ...SELECTED,
  ...ROUTED,
  ...CONTROLLED,
  ...ADDRESSES.map(({ what, text, ...row }): ReferenceRow => ({
    what: `${what}, in a variable`,
    policy: 'address',
    from: [says(text)],
    field: VALUE,
    ...row,
  })),
];

/** Sets that differ in one thing, and what is said of the bad one: `KIND NAME policy field: message`, or a part of it. */
export interface SetRow {
  readonly what: string;
  readonly good: readonly Data[];
  readonly bad: readonly Data[];
  readonly violation: string;
}

const outside = service('postgres', { type: 'ExternalName', externalName: 'db.example.com', selector: undefined });
const bare = (more: Data = {}): Data =>
  object('v1', 'Service', 'postgres', { spec: { ports: [{ port: 5432 }], ...more } });
const slice = (labels: Data = {}): Data =>
  labelled(object('discovery.k8s.io/v1', 'EndpointSlice', 'postgres', { endpoints: [] }), {
    'kubernetes.io/service-name': 'postgres',
    ...labels,
  });
const budget = (name: string, selector: Data): Data =>
  object('policy/v1', 'PodDisruptionBudget', name, { spec: { selector } });
const canary = { app: 'carts', track: 'canary' };

const byCpu = (metrics: unknown, apiVersion = 'autoscaling/v2', spec: Data = {}): Data =>
  object(apiVersion, 'HorizontalPodAutoscaler', 'carts', {
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'carts' }, metrics, ...spec },
  });
const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } };
const requesting = (resources: Data, more: Data = {}): Data =>
  deployment(CARTS, { containers: [container({ resources })], ...more });
const REQUESTED = requesting({ requests: { cpu: '100m' } });
const lacking = deployment();
const subsets = (stable: Data, canaryLabels: Data): Data =>
  object('networking.istio.io/v1', 'DestinationRule', 'carts', {
    spec: {
      host: 'carts',
      subsets: [
        { name: 'stable', labels: stable },
        { name: 'canary', labels: canaryLabels },
      ],
    },
  });
const scaled = (name: string, metrics: readonly Data[] = [{ type: 'External' }]): Data => ({
  ...byCpu(metrics),
  metadata: { name, namespace: 'shop' },
});
const keda = (more: Data = {}): Data =>
  object('keda.sh/v1alpha1', 'ScaledObject', 'carts-keda', { spec: { scaleTargetRef: { name: 'carts' }, ...more } });

export const SET_ROWS: readonly SetRow[] = [
  {
    what: 'has no ExternalName with a selector',
    good: [outside],
    bad: [service('postgres', { type: 'ExternalName', externalName: 'db.example.com' }), deployment()],
    violation: 'Service postgres service-selector spec.selector: an ExternalName Service selects no pods',
  },
  {
    what: 'has no selector beside an EndpointSlice',
    good: [bare(), slice()],
    bad: [bare({ selector: CARTS }), slice(), deployment()],
    violation: 'Service postgres service-selector spec.selector: its endpoints are written in EndpointSlice postgres',
  },
  {
    what: 'has no selector beside Endpoints, unless a controller wrote them',
    good: [
      bare({ selector: CARTS }),
      deployment(),
      slice({ 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' }),
    ],
    bad: [bare({ selector: CARTS }), deployment(), object('v1', 'Endpoints', 'postgres', {})],
    violation: 'Service postgres service-selector spec.selector: its endpoints are written in Endpoints postgres',
  },
  {
    what: 'has no two budgets for a pod',
    good: [budget('a', { matchLabels: CARTS }), deployment(), budget('b', { matchLabels: orders }), ordersPods],
    bad: [budget('a', { matchLabels: CARTS }), budget('b', {}), deployment(), ordersPods],
    violation:
      'PodDisruptionBudget b disruption-budget-pods spec.selector: selects pods of Deployment shop/carts, as PodDisruptionBudget a does',
  },
  {
    what: 'may have a canary beside the stable version, and no two workloads with one selector',
    good: [deployment({ ...CARTS, track: 'stable' }), deployment(canary, {}, 'canary'), service()],
    bad: [deployment(), workload('DaemonSet', {}, CARTS, {}, 'other')],
    violation:
      'DaemonSet other selector-overlap spec.selector: it selects the pods of Deployment shop/carts, which selects its pods',
  },
  ...['DaemonSet', 'ReplicaSet', 'StatefulSet', 'Rollout'].map((kind): SetRow => ({
    what: `has no ${kind} beside another with its selector`,
    good: [workload(kind), workload(kind, {}, { app: 'other' }, {}, 'other')],
    bad: [workload(kind), workload(kind, {}, CARTS, {}, 'other')],
    violation: `${kind} other selector-overlap spec.selector: it selects the pods of ${kind} shop/carts, which selects its pods`,
  })),
  {
    what: 'may lead to what whoever applies it puts into another namespace, or selects namespaces that nobody knows',
    good: [
      robots,
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot' } },
      letsIn({ namespaceSelector: { matchLabels: { team: 'a' } }, podSelector: { matchLabels: CARTS } }),
    ],
    bad: [robots, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'rebot' } }],
    violation: 'RoleBinding robots reference-outside subjects[0].name: ',
  },
  {
    what: 'has a Rollout that takes a Deployment over, and no other',
    good: [
      deployment(),
      workload('Rollout', { workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'carts' } }),
    ],
    bad: [deployment(), workload('Rollout')],
    violation: 'Rollout carts selector-overlap spec.selector: it selects the pods of Deployment shop/carts',
  },
  {
    what: 'has no claim in the place of that of a StatefulSet',
    good: [
      workload('StatefulSet', { volumeClaimTemplates: [{ metadata: { name: 'data' } }] }, CARTS, {
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'any' } }],
      }),
    ],
    bad: [
      workload('StatefulSet', {}, CARTS, { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'any' } }] }),
    ],
    violation: 'StatefulSet carts reference-object spec.template.spec.volumes[0].persistentVolumeClaim.claimName: ',
  },
  {
    what: 'has no analysis by the metrics of a Prometheus that nothing has',
    good: [
      analysisBy('http://prometheus.shop.svc:9090'),
      service('prometheus', { ports: [{ port: 9090 }] }),
      deployment(),
    ],
    bad: [
      analysisBy('http://prometheus.shop.svc:9091'),
      service('prometheus', { ports: [{ port: 9090 }] }),
      deployment(),
    ],
    violation:
      'AnalysisTemplate errors address spec.metrics[0].provider.prometheus.address: Service prometheus has no port 9091',
  },
  {
    what: 'has one autoscaler for each workload',
    good: [scaled('a'), deployment()],
    bad: [scaled('a'), scaled('b'), deployment()],
    violation:
      'HorizontalPodAutoscaler b autoscaler-target spec.scaleTargetRef: Deployment carts is scaled by HorizontalPodAutoscaler a too',
  },
  {
    what: 'says of what is scaled of which group it is',
    good: [scaler('Deployment'), deployment()],
    bad: [scaler('Deployment', ''), deployment()],
    violation:
      'HorizontalPodAutoscaler carts autoscaler-target spec.scaleTargetRef.name: there is no Deployment carts of the core group in namespace shop, but of group apps',
  },
  {
    what: 'has no autoscaler beside that of KEDA, but the one that KEDA makes',
    good: [
      keda(),
      {
        ...scaled('keda-hpa-carts'),
        metadata: { name: 'x', namespace: 'shop', ownerReferences: [{ kind: 'ScaledObject' }] },
      },
      deployment(),
    ],
    bad: [keda(), scaled('b'), deployment()],
    violation:
      'HorizontalPodAutoscaler b autoscaler-target spec.scaleTargetRef: Deployment carts is scaled by ScaledObject carts-keda too',
  },
  ...(
    [
      ['by use of the CPU', byCpu([cpu]), 'spec.metrics[0].resource'],
      ['by default', byCpu(undefined), 'spec.metrics'],
      ['as before', byCpu(undefined, 'autoscaling/v1'), 'spec.targetCPUUtilizationPercentage'],
      [
        'by KEDA',
        {
          ...keda({ triggers: [{ type: 'cpu', metadata: { value: '70' } }] }),
          metadata: { name: 'carts', namespace: 'shop' },
        },
        'spec.triggers[0]',
      ],
    ] as const
  ).map(([what, autoscaler, field]): SetRow => ({
    what: `is scaled ${what} where each container requests some`,
    good: [autoscaler, REQUESTED],
    bad: [autoscaler, lacking],
    violation: `carts autoscaler-target ${field}: container "main" of Deployment carts requests no cpu`,
  })),
  {
    what: 'is scaled by a limit too',
    good: [byCpu([cpu]), requesting({ limits: { cpu: '1' } })],
    bad: [byCpu([cpu]), requesting({ limits: { memory: '1Gi' } })],
    violation: 'container "main" of Deployment carts requests no cpu',
  },
  {
    what: 'may be scaled by what a LimitRange gives',
    good: [byCpu([cpu]), lacking, object('v1', 'LimitRange', 'defaults')],
    bad: [byCpu([cpu]), lacking, object('v1', 'LimitRange', 'defaults', {}, 'other')],
    violation: 'container "main" of Deployment carts requests no cpu',
  },
  {
    what: 'is scaled by a container that is there',
    good: [
      byCpu([{ type: 'ContainerResource', containerResource: { ...cpu.resource, container: 'main' } }]),
      REQUESTED,
    ],
    bad: [byCpu([{ type: 'ContainerResource', containerResource: { ...cpu.resource, container: 'mian' } }]), REQUESTED],
    violation:
      'HorizontalPodAutoscaler carts autoscaler-target spec.metrics[0].containerResource: there is no container "mian" of Deployment carts',
  },
  {
    what: 'is scaled by sidecars as well, and not by init containers',
    good: [byCpu([cpu]), requesting({ requests: { cpu: '1' } }, { initContainers: [container({ name: 'init' })] })],
    bad: [
      byCpu([cpu]),
      requesting(
        { requests: { cpu: '1' } },
        { initContainers: [container({ name: 'side', restartPolicy: 'Always' })] },
      ),
    ],
    violation: 'container "side" of Deployment carts requests no cpu',
  },
  {
    what: 'may be scaled by an amount without a request',
    good: [
      byCpu([{ ...cpu, resource: { name: 'cpu', target: { type: 'AverageValue', averageValue: '1' } } }]),
      lacking,
    ],
    bad: [
      byCpu([{ ...cpu, resource: { name: 'memory', target: { type: 'Utilization', averageUtilization: 70 } } }]),
      lacking,
    ],
    violation: 'container "main" of Deployment carts requests no memory',
  },
  {
    what: 'has subsets that differ, or that a Rollout tells apart; of other kinds nothing is said',
    good: [
      subsets(CARTS, canary),
      { ...subsets(CARTS, CARTS), metadata: { name: 'told-apart', namespace: 'shop' } },
      workload('Rollout', {
        strategy: { canary: { trafficRouting: { istio: { destinationRule: { name: 'told-apart' } } } } },
      }),
      { ...subsets(CARTS, CARTS), kind: 'Other' },
      { ...subsets(CARTS, CARTS), apiVersion: 'example.com/v1' },
    ],
    bad: [subsets(CARTS, CARTS)],
    violation:
      'DestinationRule carts subset-pods spec.subsets[1].labels: subsets "stable" and "canary" select the same pods',
  },
  // What Kustomize does to a Rollout and to names in texts that it does not know (https://github.com/kubernetes-sigs/kustomize).
  ...(
    [
      [
        'ConfigMap',
        { envFrom: [{ configMapRef: { name: 'settings' } }] },
        {},
        configMap('staging-settings'),
        'containers[0].envFrom[0].configMapRef.name',
      ],
      [
        'Secret',
        { envFrom: [{ secretRef: { name: 'login' } }] },
        {},
        secret('staging-login'),
        'containers[0].envFrom[0].secretRef.name',
      ],
      [
        'ServiceAccount',
        {},
        { serviceAccountName: 'carts' },
        object('v1', 'ServiceAccount', 'staging-carts'),
        'serviceAccountName',
      ],
    ] as const
  ).map(([kind, more, spec, prefixed, field]): SetRow => {
    const name = String((prefixed['metadata'] as Data)['name']);
    const rollout = workload('Rollout', {}, CARTS, { containers: [container(more)], ...spec }, 'staging-carts');
    return {
      what: `has no prefix that left the reference to a ${kind} behind`,
      good: [rollout, { ...prefixed, metadata: { name: name.replace('staging-', ''), namespace: 'shop' } }],
      bad: [rollout, prefixed],
      violation: `Rollout staging-carts reference-object spec.template.spec.${field}: there is no ${kind} ${name.replace('staging-', '')} in namespace shop; did you mean ${name}?`,
    };
  }),
  {
    what: 'has no prefix that left an autoscaler of a Rollout behind',
    good: [scaler('Rollout', 'argoproj.io/v1alpha1'), workload('Rollout')],
    bad: [scaler('Rollout', 'argoproj.io/v1alpha1'), workload('Rollout', {}, CARTS, {}, 'staging-carts')],
    violation: 'HorizontalPodAutoscaler carts autoscaler-target spec.scaleTargetRef.name: ',
  },
  {
    what: 'has no labels that reach the Service only',
    good: [service('carts', {}, { ...CARTS, env: 'staging' }), workload('Rollout', {}, { ...CARTS, env: 'staging' })],
    bad: [service('carts', {}, { ...CARTS, env: 'staging' }), workload('Rollout')],
    violation: 'Service carts service-pods spec.selector: ',
  },
  {
    what: 'has no labels that reach a Service which must have no selector',
    good: [bare(), slice()],
    bad: [bare({ selector: { env: 'staging' } }), slice()],
    violation: 'Service postgres service-selector spec.selector: its endpoints are written in EndpointSlice postgres',
  },
  {
    what: 'has no full names that a prefix missed',
    good: [says('0@broker-0.brokers.shop.svc.cluster.local:9093'), broker(1), brokers],
    bad: [
      says('0@broker-0.brokers.shop.svc.cluster.local:9093'),
      workload('StatefulSet', { serviceName: 'staging-brokers' }, { app: 'broker' }, {}, 'staging-broker'),
      service('staging-brokers', { clusterIP: 'None', ports: [{ port: 9093 }] }, { app: 'broker' }),
    ],
    violation: `Pod carts address ${VALUE}: `,
  },
  {
    what: 'has no names of a namespace that an overlay left',
    good: [says('http://orders.shop.svc:5432'), ordersService(), ordersPods],
    bad: [says('http://orders.base.svc:5432'), ordersService(), ordersPods],
    violation: `Pod carts reference-outside ${VALUE}: `,
  },
  {
    what: 'has no voters beyond the replicas',
    good: [says('1@broker-1.brokers.shop.svc.cluster.local:9093'), broker(2), brokers],
    bad: [says('1@broker-1.brokers.shop.svc.cluster.local:9093'), broker(1), brokers],
    violation: `Pod carts address ${VALUE}: `,
  },
  // What went wrong in platforms that were written by hand.
  {
    what: 'has no NetworkPolicy for a database that is no pod',
    good: [
      object('networking.k8s.io/v1', 'NetworkPolicy', 'db', { spec: { podSelector: { matchLabels: CARTS } } }),
      deployment(),
    ],
    bad: [
      object('networking.k8s.io/v1', 'NetworkPolicy', 'db', {
        spec: { podSelector: { matchLabels: { name: 'postgres' } } },
      }),
      deployment(),
    ],
    violation: 'NetworkPolicy db network-policy-pods spec.podSelector: ',
  },
  {
    what: 'has no scaler by the metrics of a Prometheus that nothing has',
    good: [
      keda({
        triggers: [{ type: 'prometheus', metadata: { serverAddress: 'http://prometheus.shop.svc:9090', query: 'x' } }],
      }),
      deployment(),
      service('prometheus', { ports: [{ port: 9090 }] }),
    ],
    bad: [
      keda({
        triggers: [
          { type: 'prometheus', metadata: { serverAddress: 'http://prometheus-server.shop.svc:9090', query: 'x' } },
        ],
      }),
      deployment(),
      service('prometheus', { ports: [{ port: 9090 }] }),
    ],
    violation: 'ScaledObject carts-keda address spec.triggers[0].metadata.serverAddress: ',
  },
  {
    what: "has no tracing address on a port that the collector's Service has not",
    good: [
      says('http://collector.shop.svc.cluster.local:4317'),
      service('collector', { ports: [{ port: 4317 }] }),
      deployment(),
    ],
    bad: [
      says('http://collector.shop.svc.cluster.local:4318'),
      service('collector', { ports: [{ port: 4317 }] }),
      deployment(),
    ],
    violation: `Pod carts address ${VALUE}: `,
  },
  {
    what: 'has no monitor of a port that the Service has not',
    good: [monitor('http'), service(), deployment()],
    bad: [monitor('metrics'), service(), deployment()],
    violation: 'ServiceMonitor carts monitor-target spec.endpoints[0].port: ',
  },
  {
    what: 'has no Secret beside an ExternalSecret that writes it',
    good: [loginFromStore, secret('other'), configMap('login')],
    bad: [loginFromStore, secret()],
    violation: 'Secret login single-writer metadata.name: ExternalSecret login writes this Secret too',
  },
  {
    what: 'has no two ExternalSecrets with one target, unless one adds to it',
    good: [loginFromStore, externalSecret('more', { target: { name: 'login', creationPolicy: 'Merge' } })],
    bad: [loginFromStore, externalSecret('more', { target: { name: 'login' } })],
    violation:
      'ExternalSecret more single-writer spec.target.name: Secret login is written by ExternalSecret login too',
  },
  {
    what: 'has no Secret beside its Certificate, but the one that cert-manager wrote',
    good: [certificate, { ...tls, metadata: { ...(tls['metadata'] as Data), uid: 'x' } }],
    bad: [certificate, tls],
    violation: 'Secret web-tls single-writer metadata.name: Certificate web writes this Secret too',
  },
  {
    what: 'has no Secret beside its KafkaUser',
    good: [kafkaUser, strimzi, secret('other')],
    bad: [kafkaUser, strimzi, secret()],
    violation: 'Secret login single-writer metadata.name: KafkaUser login writes this Secret too',
  },
];
