import { Graph } from '../../lib/graph';
import { formatPath } from '../../lib/manifest/manifest';
import { compare } from '../../lib/plan/compare';
import { RULES } from '../../lib/plan/consequences';
import { canaryPods } from '../../lib/plan/consequences/replacement';
import type { ConsequenceKind } from '../../lib/plan/model';

type Manifest = Readonly<Record<string, unknown>>;

/** What a plan says of each object: `KIND SEVERITY OBJECT FIELD: MESSAGE`. */
function said(old: readonly Manifest[], now: readonly Manifest[]): readonly string[] {
  const graphOf = (objects: readonly Manifest[]): Graph => new Graph(objects.map((manifest) => ({ manifest })));
  const comparison = compare(graphOf(old), graphOf(now));
  return comparison.changes.flatMap((change) => {
    const { kind, name } = (change.new ?? change.old)?.resource ?? {};
    return RULES.flatMap((rule) => [...rule(change, comparison)]).map(
      (each) => `${each.kind} ${each.severity} ${kind ?? ''}/${name ?? ''} ${formatPath(each.field)}: ${each.message}`,
    );
  });
}

// Objects, in which a row changes one thing.

const merged = (one: unknown, other: unknown): unknown => {
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null || Array.isArray(other)) {
    return other;
  }
  const fields: Manifest = { ...other };
  const all = new Map<string, unknown>(Object.entries(one));
  for (const [key, value] of Object.entries(fields)) {
    all.set(key, merged(all.get(key), value));
  }
  // What is undefined is left out, so that a row can take something away.
  return Object.fromEntries([...all].filter(([, value]) => value !== undefined));
};
const object =
  (apiVersion: string, kind: string, base: object) =>
  (change: object = {}, name = 'web'): Manifest =>
    merged({ apiVersion, kind, metadata: { name, namespace: 'shop' }, ...base }, change) as Manifest;

const HARDENED = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};
const CONTAINER = {
  name: 'web',
  image: 'registry.example.org/web:1.2.3',
  ports: [{ name: 'http', containerPort: 8080 }],
  readinessProbe: { tcpSocket: { port: 8080 } },
  securityContext: HARDENED,
};
const POD = {
  automountServiceAccountToken: false,
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
};
const labels = { app: 'web' };
const template = (container: object = {}, pod: object = {}, metadata: object = {}) => ({
  spec: {
    template: {
      metadata: { labels, ...metadata },
      spec: { ...POD, ...pod, containers: [merged(CONTAINER, container)] },
    },
  },
});
const SELECTED = { selector: { matchLabels: labels } };
const deployment = object(
  'apps/v1',
  'Deployment',
  merged({ spec: { replicas: 2, ...SELECTED } }, template()) as object,
);
const statefulSet = object(
  'apps/v1',
  'StatefulSet',
  merged({ spec: { replicas: 3, serviceName: 'web', ...SELECTED } }, template()) as object,
);
const daemonSet = object('apps/v1', 'DaemonSet', merged({ spec: SELECTED }, template()) as object);
const rollout = object(
  'argoproj.io/v1alpha1',
  'Rollout',
  merged(
    {
      spec: {
        replicas: 4,
        ...SELECTED,
        strategy: {
          canary: { maxSurge: 1, maxUnavailable: 0, steps: [{ setWeight: 25 }, { pause: { duration: '2m' } }] },
        },
      },
    },
    template(),
  ) as object,
);
const service = object('v1', 'Service', {
  spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
});
const configMap = object('v1', 'ConfigMap', { data: { A: '1' } });
const secret = object('v1', 'Secret', { stringData: { PASSWORD: 'hunter2' } });
const autoscaler = object('autoscaling/v2', 'HorizontalPodAutoscaler', {
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, minReplicas: 2, maxReplicas: 6 },
});
const budget = object('policy/v1', 'PodDisruptionBudget', {
  spec: { selector: { matchLabels: labels }, maxUnavailable: 1 },
});
const claim = object('v1', 'PersistentVolumeClaim', {
  spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '2Gi' } } },
});
const storageClass = object('storage.k8s.io/v1', 'StorageClass', {
  provisioner: 'example.org/fast',
  allowVolumeExpansion: true,
});
const role = object('rbac.authorization.k8s.io/v1', 'Role', {
  rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }],
});
const roleBinding = object('rbac.authorization.k8s.io/v1', 'RoleBinding', {
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'web' },
  subjects: [{ kind: 'ServiceAccount', name: 'web', namespace: 'shop' }],
});
const namespace = (change: object = {}, name = 'shop'): Manifest =>
  merged(
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    },
    change,
  ) as Manifest;
const account = object('v1', 'ServiceAccount', { automountServiceAccountToken: false });
const networkPolicy = object('networking.k8s.io/v1', 'NetworkPolicy', {
  spec: {
    podSelector: { matchLabels: labels },
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ from: [{ podSelector: { matchLabels: { app: 'other' } } }] }],
    egress: [{ to: [{ podSelector: { matchLabels: { app: 'db' } } }], ports: [{ port: 5432 }] }],
  },
});
const ingress = object('networking.k8s.io/v1', 'Ingress', {
  spec: {
    rules: [
      {
        host: 'example.org',
        http: {
          paths: [
            { path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } },
            { path: '/api', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } },
          ],
        },
      },
    ],
  },
});
const admissionBinding = object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding', {
  spec: { policyName: 'web', validationActions: ['Deny'] },
});
const admissionPolicy = object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', {
  spec: { failurePolicy: 'Fail', validations: [{ expression: 'a' }, { expression: 'b' }] },
});
const quota = object('v1', 'ResourceQuota', { spec: { hard: { 'requests.cpu': '2' } } });
const job = object('batch/v1', 'Job', {
  spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'web', image: 'web:1.0.0' }] } } },
});
const KAFKA_ENV = {
  CLUSTER_ID: 'owcYvhzFTgxqc3V_Dxp2bg',
  KAFKA_PROCESS_ROLES: 'broker,controller',
  KAFKA_CONTROLLER_QUORUM_VOTERS: '0@web-0.web:9093,1@web-1.web:9093,2@web-2.web:9093',
  KAFKA_LOG_DIRS: '/data/logs',
  KAFKA_DEFAULT_REPLICATION_FACTOR: '3',
  KAFKA_LOG_RETENTION_HOURS: '168',
};
const kafka = (
  env: Readonly<Record<string, string | undefined>> = {},
  more: object = {},
  image = 'apache/kafka:3.9.0',
) =>
  statefulSet(
    merged(
      merged(
        template({
          image,
          env: envOf({ ...KAFKA_ENV, ...env }),
          volumeMounts: [{ name: 'data', mountPath: '/data' }],
        }),
        {
          spec: {
            volumeClaimTemplates: [
              { metadata: { name: 'data' }, spec: { resources: { requests: { storage: '1Gi' } } } },
            ],
          },
        },
      ),
      more,
    ) as object,
  );
const strimzi = (kind: string, spec: object) =>
  object('kafka.strimzi.io/v1', kind, {
    metadata: { name: 'web', namespace: 'shop', labels: { 'strimzi.io/cluster': 'web' } },
    spec,
  });
const topic = strimzi('KafkaTopic', { partitions: 6, replicas: 3, config: { 'retention.ms': 604800000 } });
const pool = strimzi('KafkaNodePool', {
  replicas: 3,
  roles: ['broker'],
  storage: { type: 'jbod', volumes: [{ id: 0, type: 'persistent-claim', size: '100Gi', deleteClaim: false }] },
});
const strimziKafka = strimzi('Kafka', {
  kafka: { version: '4.3.1', authorization: { type: 'simple' }, config: { 'min.insync.replicas': 2 }, listeners: [] },
});

const cronJob = object('batch/v1', 'CronJob', {
  spec: {
    schedule: '0 0 * * *',
    jobTemplate: {
      spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'web', image: 'web:1.0.0' }] } } },
    },
  },
});
const ACL = { resource: { type: 'topic', name: 'orders' }, operations: ['Read'] };
const kafkaUser = strimzi('KafkaUser', { authorization: { type: 'simple', acls: [ACL] } });
const CLAIMED = { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'web' } }] };

const externalSecret = object('external-secrets.io/v1', 'ExternalSecret', {
  spec: { refreshInterval: '1h', data: [{ secretKey: 'PASSWORD', remoteRef: { key: 'web' } }] },
});
const gateway = object('gateway.networking.k8s.io/v1', 'Gateway', {
  spec: { gatewayClassName: 'web', listeners: [{ name: 'web', port: 443, protocol: 'HTTPS' }] },
});

const NEW_IMAGE = template({ image: 'registry.example.org/web:1.2.4' });

/** A change, and what is said of it; of the last in `without` nothing of that kind is said, although it differs by one field alone. */
interface Row {
  readonly kind: ConsequenceKind;
  readonly what: string;
  readonly old: readonly Manifest[];
  readonly now: readonly Manifest[];
  /** A part of what is said, with the severity and the object in front. */
  readonly says: string;
  /** Another new set, of which nothing of that kind is said; or another pair. */
  readonly without: readonly Manifest[] | readonly [readonly Manifest[], readonly Manifest[]];
}

const ROWS: readonly Row[] = [
  // restart
  {
    kind: 'restart',
    what: 'a pod template that changes',
    old: [deployment()],
    now: [deployment(NEW_IMAGE)],
    says: 'info Deployment/web spec.template.spec.containers[0].image: Deployment web gets a new revision: 2 pods are replaced. RollingUpdate: up to 1 pod more, and none fewer meanwhile.',
    without: [deployment({ spec: { revisionHistoryLimit: 3 } })],
  },
  {
    kind: 'restart',
    what: 'a default that is written',
    old: [deployment()],
    now: [deployment(template({ imagePullPolicy: 'Always' }))],
    says: 'Deployment web gets a new revision',
    without: [deployment(template({ imagePullPolicy: 'IfNotPresent' }))],
  },
  {
    kind: 'restart',
    what: "an autoscaler's pods",
    old: [deployment({ spec: { replicas: undefined } }), autoscaler()],
    now: [deployment(merged({ spec: { replicas: undefined } }, NEW_IMAGE) as object), autoscaler()],
    says: '2 to 6 pods are replaced',
    without: [deployment({ spec: { replicas: undefined } }), autoscaler({ spec: { maxReplicas: 7 } })],
  },
  {
    kind: 'restart',
    what: 'the pods of a StatefulSet, from the highest ordinal on',
    old: [statefulSet()],
    now: [statefulSet(merged(NEW_IMAGE, { spec: { minReadySeconds: 20 } }) as object)],
    says: 'One after the other, from web-2 to web-0, each when the one before it is available. It takes at least 60 s.',
    without: [statefulSet({ spec: { minReadySeconds: 20 } })],
  },
  {
    kind: 'restart',
    what: 'nobody with OnDelete',
    old: [daemonSet({ spec: { updateStrategy: { type: 'OnDelete' } } })],
    now: [daemonSet(merged({ spec: { updateStrategy: { type: 'OnDelete' } } }, NEW_IMAGE) as object)],
    says: 'OnDelete: nobody is restarted; each pod is replaced when somebody deletes it.',
    without: [daemonSet({ spec: { updateStrategy: { type: 'RollingUpdate' } } })],
  },
  {
    kind: 'restart',
    what: 'the steps of a canary with their pods',
    old: [rollout()],
    now: [rollout(NEW_IMAGE)],
    says: 'Canary of 4 pods: 25 % is 1 new and 3 old, 2 min pause; then all new. It takes at least 2 min',
    without: [rollout({ spec: { strategy: { canary: { steps: [] } } } })],
  },
  {
    kind: 'restart',
    what: "a checksum, and the ConfigMap's change that it stands for",
    old: [
      deployment(
        template({ envFrom: [{ configMapRef: { name: 'web' } }] }, {}, { annotations: { 'checksum/config': 'a' } }),
      ),
      configMap(),
    ],
    now: [
      deployment(
        template({ envFrom: [{ configMapRef: { name: 'web' } }] }, {}, { annotations: { 'checksum/config': 'b' } }),
      ),
      configMap({ data: { A: '2' } }),
    ],
    says: 'gets a new revision for the change of ConfigMap web, by the checksum in its pod template',
    without: [
      deployment(
        template({ envFrom: [{ configMapRef: { name: 'web' } }] }, {}, { annotations: { 'checksum/config': 'a' } }),
      ),
      configMap({ data: { A: '2' } }),
    ],
  },
  {
    kind: 'restart',
    what: 'who has Reloader for a Secret',
    old: [
      deployment(
        merged(template({ envFrom: [{ secretRef: { name: 'web' } }] }), {
          metadata: { annotations: { 'secret.reloader.stakater.com/reload': 'web' } },
        }) as object,
      ),
      secret(),
    ],
    now: [
      deployment(
        merged(template({ envFrom: [{ secretRef: { name: 'web' } }] }), {
          metadata: { annotations: { 'secret.reloader.stakater.com/reload': 'web' } },
        }) as object,
      ),
      secret({ stringData: { PASSWORD: 'other' } }),
    ],
    says: 'Reloader restarts Deployment web',
    without: [
      [
        deployment(
          merged(template({ envFrom: [{ secretRef: { name: 'web' } }] }), {
            metadata: { annotations: { 'secret.reloader.stakater.com/reload': 'webs' } },
          }) as object,
        ),
        secret(),
      ],
      [
        deployment(
          merged(template({ envFrom: [{ secretRef: { name: 'web' } }] }), {
            metadata: { annotations: { 'secret.reloader.stakater.com/reload': 'webs' } },
          }) as object,
        ),
        secret({ stringData: { PASSWORD: 'other' } }),
      ],
    ],
  },

  {
    kind: 'restart',
    what: 'what is taken, and not what is refused',
    old: [kafka()],
    now: [kafka({ ADDED: '1' })],
    says: 'StatefulSet web gets a new revision',
    without: [kafka({ ADDED: '1' }, { spec: { serviceName: 'other' } })],
  },

  // no-restart
  {
    kind: 'no-restart',
    what: 'a ConfigMap that is read as variables',
    old: [deployment(template({ envFrom: [{ configMapRef: { name: 'web' } }] })), configMap()],
    now: [deployment(template({ envFrom: [{ configMapRef: { name: 'web' } }] })), configMap({ data: { A: '2' } })],
    says: 'warning ConfigMap/web data.A: Nobody is restarted for the change of A. Deployment web reads it as variables: the pods that run keep the old values until they are restarted.',
    without: [
      deployment(template({ envFrom: [{ configMapRef: { name: 'web' } }], image: 'registry.example.org/web:1.2.4' })),
      configMap({ data: { A: '2' } }),
    ],
  },
  {
    kind: 'no-restart',
    what: 'a key that a variable reads',
    old: [
      deployment(template({ env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'web', key: 'A' } } }] })),
      configMap(),
    ],
    now: [
      deployment(template({ env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'web', key: 'A' } } }] })),
      configMap({ data: { A: '2' } }),
    ],
    says: 'Deployment web reads it as variables',
    without: [
      deployment(template({ env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'web', key: 'A' } } }] })),
      configMap({ data: { B: '2' } }),
    ],
  },
  {
    kind: 'no-restart',
    what: 'a ConfigMap that is mounted by a subPath',
    old: [
      deployment(
        template(
          { volumeMounts: [{ name: 'config', mountPath: '/a', subPath: 'A' }] },
          { volumes: [{ name: 'config', configMap: { name: 'web' } }] },
        ),
      ),
      configMap(),
    ],
    now: [
      deployment(
        template(
          { volumeMounts: [{ name: 'config', mountPath: '/a', subPath: 'A' }] },
          { volumes: [{ name: 'config', configMap: { name: 'web' } }] },
        ),
      ),
      configMap({ data: { A: '2' } }),
    ],
    says: 'Deployment web mounts it by a subPath: the files stay as they are',
    without: [
      deployment(
        template(
          { volumeMounts: [{ name: 'config', mountPath: '/a', subPath: 'A' }] },
          { volumes: [{ name: 'config', configMap: { name: 'web' } }] },
        ),
      ),
      configMap({ metadata: { labels: { a: 'b' } } }),
    ],
  },
  {
    kind: 'no-restart',
    what: 'a ConfigMap that is mounted as files',
    old: [
      deployment(
        template(
          { volumeMounts: [{ name: 'config', mountPath: '/a' }] },
          { volumes: [{ name: 'config', configMap: { name: 'web' } }] },
        ),
      ),
      configMap(),
    ],
    now: [
      deployment(
        template(
          { volumeMounts: [{ name: 'config', mountPath: '/a' }] },
          { volumes: [{ name: 'config', configMap: { name: 'web' } }] },
        ),
      ),
      configMap({ data: { A: '2' } }),
    ],
    says: 'Deployment web mounts it as files: they change within about two minutes',
    without: [
      [
        deployment(
          template(
            { volumeMounts: [{ name: 'config', mountPath: '/a' }] },
            { volumes: [{ name: 'config', configMap: { name: 'web', items: [{ key: 'B', path: 'b' }] } }] },
          ),
        ),
        configMap(),
      ],
      [
        deployment(
          template(
            { volumeMounts: [{ name: 'config', mountPath: '/a' }] },
            { volumes: [{ name: 'config', configMap: { name: 'web', items: [{ key: 'B', path: 'b' }] } }] },
          ),
        ),
        configMap({ data: { A: '2' } }),
      ],
    ],
  },

  // downtime
  {
    kind: 'downtime',
    what: 'a single pod of a StatefulSet behind a Service',
    old: [statefulSet({ spec: { replicas: 1 } }), service()],
    now: [statefulSet(merged({ spec: { replicas: 1 } }, NEW_IMAGE) as object), service()],
    says: 'danger StatefulSet/web spec.template.spec.containers[0].image: Service web is down while the pods are replaced: its only pod ends before the new one is there.',
    without: [
      [statefulSet(), service()],
      [statefulSet(NEW_IMAGE), service()],
    ],
  },
  {
    kind: 'downtime',
    what: 'Recreate',
    old: [deployment({ spec: { strategy: { type: 'Recreate' } } }), service()],
    now: [deployment(merged({ spec: { strategy: { type: 'Recreate' } } }, NEW_IMAGE) as object), service()],
    says: 'Service web is down while the pods are replaced: with Recreate all pods end first',
    without: [
      [deployment({ spec: { strategy: { type: 'RollingUpdate' } } }), service()],
      [deployment(merged({ spec: { strategy: { type: 'RollingUpdate' } } }, NEW_IMAGE) as object), service()],
    ],
  },
  {
    kind: 'downtime',
    what: 'a single pod without surge',
    old: [
      deployment({ spec: { replicas: 1, strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } } }),
      service(),
    ],
    now: [
      deployment(
        merged(
          { spec: { replicas: 1, strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } } },
          NEW_IMAGE,
        ) as object,
      ),
      service(),
    ],
    says: 'danger Deployment/web',
    without: [
      [deployment({ spec: { replicas: 1 } }), service()],
      [deployment(merged({ spec: { replicas: 1 } }, NEW_IMAGE) as object), service()],
    ],
  },
  {
    kind: 'downtime',
    what: 'new pods without a readiness probe',
    old: [deployment(template({ readinessProbe: undefined })), service()],
    now: [deployment(template({ readinessProbe: undefined, image: 'registry.example.org/web:1.2.4' })), service()],
    says: 'warning Deployment/web spec.template.spec.containers[0].image: Service web may lead to new pods before they listen: web has no readiness probe.',
    without: [
      [deployment(), service()],
      [deployment(NEW_IMAGE), service()],
    ],
  },
  {
    kind: 'downtime',
    what: 'one Kafka broker',
    old: [kafka({ KAFKA_CONTROLLER_QUORUM_VOTERS: '0@web-0.web:9093' }, { spec: { replicas: 1 } }), service()],
    now: [
      kafka({ KAFKA_CONTROLLER_QUORUM_VOTERS: '0@web-0.web:9093', ADDED: '1' }, { spec: { replicas: 1 } }),
      service(),
    ],
    says: 'danger StatefulSet/web spec.template.spec.containers[0].env[6]: Kafka is down while the pods are replaced',
    without: [
      [kafka(), service()],
      [kafka({ ADDED: '1' }), service()],
    ],
  },
  {
    kind: 'downtime',
    what: 'a quorum of two voters',
    old: [kafka({ KAFKA_CONTROLLER_QUORUM_VOTERS: '0@web-0.web:9093,1@web-1.web:9093' }, { spec: { replicas: 2 } })],
    now: [
      kafka(
        { KAFKA_CONTROLLER_QUORUM_VOTERS: '0@web-0.web:9093,1@web-1.web:9093', ADDED: '1' },
        { spec: { replicas: 2 } },
      ),
    ],
    says: 'Kafka has no controller while one of its two voters restarts',
    without: [[kafka()], [kafka({ ADDED: '1' })]],
  },
  {
    kind: 'downtime',
    what: 'voters that change',
    old: [kafka({ KAFKA_CONTROLLER_QUORUM_VOTERS: '0@web-0.web:9093' })],
    now: [kafka()],
    says: 'The voters change from 1 to 3',
    without: [
      [kafka()],
      [kafka({ KAFKA_CONTROLLER_QUORUM_VOTERS: '2@web-2.web:9093,1@web-1.web:9093,0@web-0.web:9093' })],
    ],
  },
  {
    kind: 'downtime',
    what: 'a volume of one node, and surge',
    old: [
      deployment(template({}, { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'web' } }] })),
      claim(),
    ],
    now: [
      deployment(
        template(
          { image: 'registry.example.org/web:1.2.4' },
          { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'web' } }] },
        ),
      ),
      claim(),
    ],
    says: 'The new pod waits for the volume of claim web as long as the old pod has it (ReadWriteOnce)',
    without: [
      [
        deployment(template({}, { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'web' } }] })),
        claim({ spec: { accessModes: ['ReadWriteMany'] } }),
      ],
      [
        deployment(
          template(
            { image: 'registry.example.org/web:1.2.4' },
            { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'web' } }] },
          ),
        ),
        claim({ spec: { accessModes: ['ReadWriteMany'] } }),
      ],
    ],
  },
  {
    kind: 'downtime',
    what: 'a disruption budget that allows none',
    old: [deployment(), budget()],
    now: [deployment(), budget({ spec: { maxUnavailable: 0 } })],
    says: 'warning PodDisruptionBudget/web spec.maxUnavailable: It lets no pod of Deployment web be evicted (maxUnavailable 0)',
    without: [deployment(), budget({ spec: { maxUnavailable: 2 } })],
  },
  {
    kind: 'downtime',
    what: 'fewer pods than a disruption budget needs',
    old: [deployment(), budget({ spec: { maxUnavailable: undefined, minAvailable: 1 } })],
    now: [deployment({ spec: { replicas: 1 } }), budget({ spec: { maxUnavailable: undefined, minAvailable: 1 } })],
    says: 'PodDisruptionBudget web lets none of so few pods be evicted (minAvailable 1 of 1)',
    without: [deployment({ spec: { replicas: 3 } }), budget({ spec: { maxUnavailable: undefined, minAvailable: 1 } })],
  },
  {
    kind: 'downtime',
    what: 'a Service that no longer selects the pods',
    old: [deployment(), service()],
    now: [deployment(), service({ spec: { selector: { app: 'webs' } } })],
    says: 'danger Service/web spec.selector.app: No pod has the labels of its new selector',
    without: [deployment(), service({ spec: { sessionAffinity: 'ClientIP' } })],
  },
  {
    kind: 'downtime',
    what: 'a Service that selects only new pods',
    old: [deployment(), service()],
    now: [
      deployment(template({}, {}, { labels: { ...labels, tier: 'new' } })),
      service({ spec: { selector: { tier: 'new' } } }),
    ],
    says: 'nobody is behind it until new pods of Deployment web are ready',
    without: [deployment(template({}, {}, { labels: { ...labels, tier: 'new' } })), service()],
  },
  {
    kind: 'downtime',
    what: 'a Service whose port moves with that of its pods',
    old: [deployment(), service({ spec: { ports: [{ name: 'http', port: 80, targetPort: 8080 }] } })],
    now: [
      deployment(
        template({ ports: [{ name: 'http', containerPort: 9090 }], readinessProbe: { tcpSocket: { port: 9090 } } }),
      ),
      service({ spec: { ports: [{ name: 'http', port: 80, targetPort: 9090 }] } }),
    ],
    says: 'Its port 80 leads to port 9090 at once, which only the new pods have',
    without: [
      [deployment(), service()],
      [
        deployment(
          template({ ports: [{ name: 'http', containerPort: 9090 }], readinessProbe: { tcpSocket: { port: 9090 } } }),
        ),
        service(),
      ],
    ],
  },
  {
    kind: 'downtime',
    what: 'labels by which a Service finds no new pods',
    old: [
      deployment(template({}, {}, { labels: { ...labels, tier: 'a' } })),
      service({ spec: { selector: { tier: 'a' } } }),
    ],
    now: [
      deployment(template({}, {}, { labels: { ...labels, tier: 'b' } })),
      service({ spec: { selector: { tier: 'a' } } }),
    ],
    says: 'Service web does not find the new pods by their labels',
    without: [
      deployment(template({}, {}, { labels: { ...labels, tier: 'a', more: 'b' } })),
      service({ spec: { selector: { tier: 'a' } } }),
    ],
  },
  {
    kind: 'downtime',
    what: 'no pod at all',
    old: [deployment(), service()],
    now: [deployment({ spec: { replicas: 0 } }), service()],
    says: 'It has no pod any more, and nobody is behind Service web.',
    without: [deployment({ spec: { replicas: 1 } }), service()],
  },

  // refused
  {
    kind: 'refused',
    what: 'another selector',
    old: [deployment()],
    now: [
      deployment(
        merged(
          { spec: { selector: { matchLabels: { tier: 'x' } } } },
          template({}, {}, { labels: { ...labels, tier: 'x' } }),
        ) as object,
      ),
    ],
    says: 'danger Deployment/web spec.selector.matchLabels.tier: The API server refuses to change spec.selector while the Deployment is there. Delete it and apply again (kubectl -n shop delete deployment web)',
    without: [deployment(template({}, {}, { labels: { ...labels, tier: 'x' } }))],
  },
  {
    kind: 'refused',
    what: 'a selector of other pods',
    old: [deployment()],
    now: [deployment(template({}, {}, { labels: { app: 'webs' } }))],
    says: 'The API server refuses a selector that does not select the pods of its own template',
    without: [deployment(template({}, {}, { labels: { ...labels, more: 'x' } }))],
  },
  {
    kind: 'refused',
    what: 'another size in volumeClaimTemplates',
    old: [kafka()],
    now: [
      kafka(
        {},
        {
          spec: {
            volumeClaimTemplates: [
              { metadata: { name: 'data' }, spec: { resources: { requests: { storage: '2Gi' } } } },
            ],
          },
        },
      ),
    ],
    says: 'The API server refuses to change spec.volumeClaimTemplates while the StatefulSet is there. Delete it without its pods and apply again (kubectl -n shop delete statefulset web --cascade=orphan)',
    without: [
      kafka(
        {},
        {
          spec: {
            volumeClaimTemplates: [
              { metadata: { name: 'data' }, spec: { resources: { requests: { storage: '1024Mi' } } } },
            ],
          },
        },
      ),
    ],
  },
  {
    kind: 'refused',
    what: 'another type of update beside what the server has filled in',
    old: [statefulSet()],
    now: [statefulSet({ spec: { updateStrategy: { type: 'OnDelete' } } })],
    says: 'The API server refuses OnDelete beside rollingUpdate, of which it has filled in partition and maxUnavailable',
    without: [statefulSet({ spec: { updateStrategy: { type: 'RollingUpdate' } } })],
  },
  {
    kind: 'refused',
    what: 'a cluster IP that goes',
    old: [service()],
    now: [service({ spec: { clusterIP: 'None' } })],
    says: 'danger Service/web spec.clusterIP: The API server refuses to change spec.clusterIP while the Service is there',
    without: [service({ spec: { type: 'NodePort' } })],
  },
  {
    kind: 'refused',
    what: 'a headless Service that is opened',
    old: [service({ spec: { clusterIP: 'None' } })],
    now: [service({ spec: { clusterIP: 'None', type: 'NodePort' } })],
    says: 'danger Service/web spec.type: The API server refuses a Service of type NodePort without a cluster IP',
    without: [service({ spec: { clusterIP: 'None', sessionAffinity: 'ClientIP' } })],
  },
  {
    kind: 'refused',
    what: 'a Service that is opened and stays headless',
    old: [service({ spec: { clusterIP: 'None' } })],
    now: [service({ spec: { type: 'LoadBalancer' } })],
    says: 'The API server refuses a Service of type LoadBalancer without a cluster IP',
    without: [service({ spec: { type: 'ClusterIP' } })],
  },
  {
    kind: 'refused',
    what: 'a new Service that is open and headless',
    old: [],
    now: [service({ spec: { clusterIP: 'None', type: 'NodePort' } })],
    says: 'danger Service/web spec.type: The API server refuses a Service of type NodePort without a cluster IP',
    without: [service({ spec: { type: 'NodePort' } })],
  },
  {
    kind: 'refused',
    what: "a Job's template",
    old: [job()],
    now: [job({ spec: { template: { spec: { terminationGracePeriodSeconds: 5 } } } })],
    says: 'The API server refuses to change spec.template while the Job is there',
    without: [job({ spec: { parallelism: 3 } })],
  },
  {
    kind: 'refused',
    what: 'data of an immutable ConfigMap',
    old: [configMap({ immutable: true })],
    now: [configMap({ immutable: true, data: { A: '2' } })],
    says: 'The API server refuses to change data while the ConfigMap is there. Make one of another name',
    without: [[configMap()], [configMap({ data: { A: '2' } })]],
  },
  {
    kind: 'refused',
    what: 'another role of a binding',
    old: [roleBinding()],
    now: [roleBinding({ roleRef: { name: 'other' } })],
    says: 'The API server refuses to change roleRef while the RoleBinding is there',
    without: [roleBinding({ subjects: [] })],
  },
  {
    kind: 'refused',
    what: 'a claim that shrinks',
    old: [claim(), storageClass({ metadata: { namespace: undefined, name: 'fast' } })],
    now: [
      claim({ spec: { resources: { requests: { storage: '1Gi' } } } }),
      storageClass({ metadata: { namespace: undefined, name: 'fast' } }),
    ],
    says: 'The API server refuses to change spec.resources.requests.storage while the PersistentVolumeClaim is there',
    without: [
      claim({ spec: { resources: { requests: { storage: '3Gi' } } } }),
      storageClass({ metadata: { namespace: undefined, name: 'fast' } }),
    ],
  },
  {
    kind: 'refused',
    what: 'a claim that cannot grow',
    old: [claim(), storageClass({ metadata: { namespace: undefined, name: 'fast' }, allowVolumeExpansion: false })],
    now: [
      claim({ spec: { resources: { requests: { storage: '3Gi' } } } }),
      storageClass({ metadata: { namespace: undefined, name: 'fast' }, allowVolumeExpansion: false }),
    ],
    says: 'StorageClass fast does not say allowVolumeExpansion: true',
    without: [
      [claim(), storageClass({ metadata: { namespace: undefined, name: 'fast' } })],
      [
        claim({ spec: { resources: { requests: { storage: '3Gi' } } } }),
        storageClass({ metadata: { namespace: undefined, name: 'fast' } }),
      ],
    ],
  },
  {
    kind: 'refused',
    what: 'a version of the API that went',
    old: [],
    now: [budget({ apiVersion: 'policy/v1beta1' })],
    says: 'danger PodDisruptionBudget/web apiVersion: No supported API server knows policy/v1beta1 PodDisruptionBudget any more',
    without: [budget()],
  },
  {
    kind: 'refused',
    what: 'what the definition of a custom kind keeps',
    old: [definition(), object('example.org/v1', 'Thing', { spec: { fixed: 'a', free: 'a' } })()],
    now: [definition(), object('example.org/v1', 'Thing', { spec: { fixed: 'b', free: 'a' } })()],
    says: 'danger Thing/web spec.fixed: The API server refuses to change spec.fixed while the Thing is there, by a rule of its definition.',
    without: [definition(), object('example.org/v1', 'Thing', { spec: { fixed: 'a', free: 'b' } })()],
  },

  // data-loss
  {
    kind: 'data-loss',
    what: 'a claim that is removed',
    old: [claim(), configMap()],
    now: [configMap()],
    says: 'danger PersistentVolumeClaim/web : Whoever deletes it deletes its volume with all data',
    without: [claim()],
  },
  {
    kind: 'data-loss',
    what: 'a namespace that is removed',
    old: [namespace(), configMap()],
    now: [configMap()],
    says: 'danger Namespace/shop : Whoever deletes it deletes everything in it',
    without: [namespace()],
  },
  {
    kind: 'data-loss',
    what: 'a StatefulSet whose claims go with it',
    old: [kafka({}, { spec: { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' } } })],
    now: [],
    says: 'danger StatefulSet/web : Whoever deletes it deletes its claims data with their data',
    without: [[deployment()], []],
  },
  {
    kind: 'data-loss',
    what: 'claims that go from now on',
    old: [kafka()],
    now: [kafka({}, { spec: { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' } } })],
    says: 'From now on its claims go with their data when it is deleted.',
    without: [kafka({}, { spec: { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain' } } })],
  },
  {
    kind: 'data-loss',
    what: 'another CLUSTER_ID',
    old: [kafka()],
    now: [kafka({ CLUSTER_ID: 'QGRgHzlRQpk1R31bEZgB6w' })],
    says: 'The volumes are formatted with the old CLUSTER_ID',
    without: [kafka({ ADDED: '1' })],
  },
  {
    kind: 'data-loss',
    what: 'another log directory',
    old: [kafka()],
    now: [kafka({ KAFKA_LOG_DIRS: '/tmp/logs' })],
    says: 'Kafka looks for its data in /tmp/logs instead of /data/logs',
    without: [kafka({ ADDED: '1' })],
  },
  {
    kind: 'data-loss',
    what: 'fewer brokers than replicas of a topic',
    old: [kafka()],
    now: [kafka({}, { spec: { replicas: 1 } })],
    says: 'KAFKA_DEFAULT_REPLICATION_FACTOR 3 asks for more than the 1 broker that is left.',
    without: [kafka({}, { spec: { replicas: 4 } })],
  },
  {
    kind: 'data-loss',
    what: "Kafka's retention",
    old: [kafka()],
    now: [kafka({ KAFKA_LOG_RETENTION_HOURS: '24' })],
    says: 'log.retention.hours is 24 instead of 168: what is older is deleted.',
    without: [kafka({ KAFKA_LOG_RETENTION_HOURS: '200' })],
  },
  {
    kind: 'data-loss',
    what: "Loki's retention",
    old: [configMap({ data: { 'config.yaml': 'limits_config:\n  retention_period: 168h\n' } })],
    now: [configMap({ data: { 'config.yaml': 'limits_config:\n  retention_period: 72h\n' } })],
    says: 'danger ConfigMap/web data["config.yaml"]: retention_period is 72h instead of 168h',
    without: [configMap({ data: { 'config.yaml': 'limits_config:\n  retention_period: 7d\n  other: 1\n' } })],
  },
  {
    kind: 'data-loss',
    what: 'a volume that is mounted elsewhere',
    old: [kafka()],
    now: [
      kafka(
        {},
        template({
          image: 'apache/kafka:3.9.0',
          volumeMounts: [{ name: 'data', mountPath: '/other' }],
          env: envOf(KAFKA_ENV),
        }),
      ),
    ],
    says: 'Container web finds volume data at /other instead of /data',
    without: [
      kafka(
        {},
        template({
          image: 'apache/kafka:3.9.0',
          volumeMounts: [{ name: 'data', mountPath: '/data' }],
          env: envOf(KAFKA_ENV),
          tty: true,
        }),
      ),
    ],
  },
  {
    kind: 'data-loss',
    what: 'a KafkaTopic that is removed',
    old: [topic()],
    now: [],
    says: 'danger KafkaTopic/web : Whoever deletes it has the topic deleted with all its records',
    without: [topic()],
  },
  {
    kind: 'data-loss',
    what: 'fewer partitions',
    old: [topic()],
    now: [topic({ spec: { partitions: 3 } })],
    says: 'Kafka takes no partition away (6 to 3)',
    without: [topic({ spec: { partitions: 9 } })],
  },
  {
    kind: 'data-loss',
    what: 'a topic that is kept for a shorter time',
    old: [topic()],
    now: [topic({ spec: { config: { 'retention.ms': 86400000 } } })],
    says: 'retention.ms is 86400000 instead of 604800000',
    without: [topic({ spec: { config: { 'retention.ms': -1 } } })],
  },
  {
    kind: 'data-loss',
    what: 'deleteClaim',
    old: [pool()],
    now: [
      pool({ spec: { storage: { volumes: [{ id: 0, type: 'persistent-claim', size: '100Gi', deleteClaim: true }] } } }),
    ],
    says: 'From now on the volumes go with their data',
    without: [
      pool({
        spec: { storage: { volumes: [{ id: 0, type: 'persistent-claim', size: '200Gi', deleteClaim: false }] } },
      }),
    ],
  },
  {
    kind: 'data-loss',
    what: 'fewer brokers of a node pool',
    old: [pool(), topic(), strimziKafka()],
    now: [pool({ spec: { replicas: 2 } }), topic(), strimziKafka()],
    says: 'spec.replicas of KafkaTopics 3 asks for more than the 2 brokers that are left.',
    without: [pool({ spec: { replicas: 4 } }), topic(), strimziKafka()],
  },
  {
    kind: 'data-loss',
    what: 'fewer partitions in the list that a Job makes topics from',
    old: [configMap({ data: { topics: 'orders 6 3\n' } })],
    now: [configMap({ data: { topics: 'orders 3 3\n' } })],
    says: 'Topic orders has 6 partitions of 3 replicas, and shall have 3 of 3',
    without: [configMap({ data: { topics: 'orders 9 3\n' } })],
  },

  // left-behind
  {
    kind: 'left-behind',
    what: 'an object that is removed',
    old: [deployment(), configMap()],
    now: [configMap()],
    says: 'warning Deployment/web : kubectl apply does not delete it: its pods run on. This does: kubectl -n shop delete deployment web.',
    without: [deployment(NEW_IMAGE), configMap()],
  },
  {
    kind: 'left-behind',
    what: 'the old object of one that is renamed',
    old: [configMap({}, 'old')],
    now: [configMap({}, 'new')],
    says: 'This does: kubectl -n shop delete configmap old.',
    without: [configMap({ data: { A: '2' } }, 'old')],
  },
  {
    kind: 'left-behind',
    what: 'the claims of a StatefulSet',
    old: [kafka()],
    now: [],
    says: 'Its claims outlive it (data-web-0 and so on)',
    without: [kafka()],
  },

  // reach
  {
    kind: 'reach',
    what: 'a connection that opens',
    old: [deployment(), service({}, 'db')],
    now: [deployment(template({ env: [{ name: 'DB_URL', value: 'http://db.example.org:8080' }] })), service({}, 'db')],
    says: 'info Deployment/web spec.template.spec.containers[0].env[0].value: Deployment web connects to db.example.org on port 8080 from now on.',
    without: [deployment(template({ env: [{ name: 'NAME', value: 'web' }] })), service({}, 'db')],
  },
  {
    kind: 'reach',
    what: 'a connection that a network policy closes',
    old: [deployment(template({ env: [{ name: 'DB_URL', value: 'http://db.example.org:8080' }] }))],
    now: [deployment(template({ env: [{ name: 'DB_URL', value: 'http://db.example.org:8080' }] })), networkPolicy()],
    says: 'danger NetworkPolicy/web : Deployment web cannot connect to db.example.org on port 8080 any more: NetworkPolicy web does not let it through.',
    without: [
      deployment(template({ env: [{ name: 'DB_URL', value: 'http://db.example.org:8080' }] })),
      networkPolicy({ spec: { egress: [{}] } }),
    ],
  },
  {
    kind: 'reach',
    what: 'a reference that dangles after a deletion',
    old: [deployment(template({ envFrom: [{ configMapRef: { name: 'web' } }] })), configMap()],
    now: [deployment(template({ envFrom: [{ configMapRef: { name: 'web' } }] }))],
    says: 'danger ConfigMap/web : Deployment web names what is not there any more: there is no ConfigMap web in namespace shop.',
    without: [
      [deployment(template({ envFrom: [{ configMapRef: { name: 'web', optional: true } }] })), configMap()],
      [deployment(template({ envFrom: [{ configMapRef: { name: 'web', optional: true } }] }))],
    ],
  },
  {
    kind: 'reach',
    what: 'a reference to what is not there',
    old: [deployment()],
    now: [deployment(template({ envFrom: [{ configMapRef: { name: 'web' } }] }))],
    says: 'danger Deployment/web spec.template.spec.containers[0].envFrom[0].configMapRef.name: It names what is not there: there is no ConfigMap web',
    without: [deployment(template({ envFrom: [{ configMapRef: { name: 'web', optional: true } }] }))],
  },
  {
    kind: 'reach',
    what: 'a reference that is mended',
    old: [deployment(template({ envFrom: [{ configMapRef: { name: 'web' } }] }))],
    now: [deployment(template({ envFrom: [{ configMapRef: { name: 'web' } }] })), configMap()],
    says: 'info ConfigMap/web : What Deployment web names is mended',
    without: [deployment(template({ envFrom: [{ configMapRef: { name: 'web' } }] })), configMap({}, 'other')],
  },
  {
    kind: 'reach',
    what: 'a route that moves',
    old: [ingress(), service(), service({}, 'api'), deployment()],
    now: [
      ingress({
        spec: {
          rules: [
            {
              host: 'example.org',
              http: {
                paths: [
                  { path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } },
                  { path: '/api', pathType: 'Prefix', backend: { service: { name: 'api', port: { number: 80 } } } },
                ],
              },
            },
          ],
        },
      }),
      service(),
      service({}, 'api'),
      deployment(),
    ],
    says: 'example.org/api (Prefix) leads to Service api, port 80 instead of Service web, port 80.',
    without: [ingress({ metadata: { labels: { a: 'b' } } }), service(), service({}, 'api'), deployment()],
  },
  {
    kind: 'reach',
    what: 'a headless Service that stays so',
    old: [service({ spec: { clusterIP: 'None' } }), deployment()],
    now: [service(), deployment()],
    says: 'warning Service/web spec.clusterIP: The Service stays headless',
    without: [service({ spec: { clusterIP: 'None', sessionAffinity: 'ClientIP' } }), deployment()],
  },

  // rights
  {
    kind: 'rights',
    what: 'a role that may more',
    old: [role()],
    now: [role({ rules: [{ apiGroups: [''], resources: ['pods', 'secrets'], verbs: ['get', 'list'] }] })],
    says: 'danger Role/web rules[0].resources: Whoever is bound to it may also: get, list secrets. That reads Secrets.',
    without: [role({ rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] })],
  },
  {
    kind: 'rights',
    what: 'a verb that is not dangerous',
    old: [role()],
    now: [role({ rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }] })],
    says: 'warning Role/web rules[0].verbs: Whoever is bound to it may also: watch pods.',
    without: [
      [role({ rules: [{ apiGroups: [''], resources: ['*'], verbs: ['*'] }] })],
      [role({ rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }] })],
    ],
  },
  {
    kind: 'rights',
    what: 'a subject that is added',
    old: [role(), roleBinding()],
    now: [
      role(),
      roleBinding({
        subjects: [
          { kind: 'ServiceAccount', name: 'web', namespace: 'shop' },
          { kind: 'Group', name: 'system:authenticated' },
        ],
      }),
    ],
    says: 'danger RoleBinding/web subjects[1]: Group system:authenticated gets the rights of Role web: get, list pods.',
    without: [role(), roleBinding({ subjects: [] })],
  },
  {
    kind: 'rights',
    what: 'an acknowledged exception',
    old: [deployment()],
    now: [deployment({ metadata: { annotations: { 'policy-exception/host-path': 'It reads logs' } } })],
    says: 'warning Deployment/web metadata.annotations["policy-exception/host-path"]: It is acknowledged not to hold to policy host-path: It reads logs',
    without: [deployment({ metadata: { annotations: { other: 'It reads logs' } } })],
  },
  {
    kind: 'rights',
    what: 'a privileged container',
    old: [deployment()],
    now: [deployment(template({ securityContext: { privileged: true } }))],
    says: 'danger Deployment/web spec.template.spec.containers[0].securityContext.privileged: Container web may do to its node what root may (privileged).',
    without: [deployment(template({ securityContext: { privileged: false } }))],
  },
  {
    kind: 'rights',
    what: "the node's network",
    old: [deployment()],
    now: [deployment(template({}, { hostNetwork: true }))],
    says: 'The pods are on the network of their node (hostNetwork)',
    without: [deployment(template({}, { hostNetwork: false }))],
  },
  {
    kind: 'rights',
    what: 'a folder of the node',
    old: [deployment()],
    now: [deployment(template({}, { volumes: [{ name: 'host', hostPath: { path: '/etc' } }] }))],
    says: 'The pods have /etc of their node (hostPath).',
    without: [deployment(template({}, { volumes: [{ name: 'host', emptyDir: {} }] }))],
  },
  {
    kind: 'rights',
    what: "an account's token",
    old: [deployment()],
    now: [deployment(template({}, { automountServiceAccountToken: undefined }))],
    says: 'The pods get a token of their account',
    without: [deployment(template({}, { enableServiceLinks: false }))],
  },
  {
    kind: 'rights',
    what: 'a token of all pods of an account',
    old: [account()],
    now: [account({ automountServiceAccountToken: true })],
    says: 'warning ServiceAccount/web automountServiceAccountToken',
    without: [account({ metadata: { labels: { a: 'b' } } })],
  },
  {
    kind: 'rights',
    what: 'a Service that is opened',
    old: [service(), deployment()],
    now: [service({ spec: { type: 'LoadBalancer' } }), deployment()],
    says: 'danger Service/web spec.type: It gets an address outside of the cluster',
    without: [service({ spec: { type: 'ClusterIP' } }), deployment()],
  },
  {
    kind: 'rights',
    what: 'an admission policy that refuses no longer',
    old: [admissionBinding()],
    now: [admissionBinding({ spec: { validationActions: ['Warn'] } })],
    says: 'danger ValidatingAdmissionPolicyBinding/web spec.validationActions',
    without: [admissionBinding({ spec: { validationActions: ['Deny', 'Audit'] } })],
  },
  {
    kind: 'rights',
    what: 'rules of an admission policy that go',
    old: [admissionPolicy()],
    now: [admissionPolicy({ spec: { validations: [{ expression: 'a' }] } })],
    says: '1 of its 2 rules go: nothing refuses what they refused.',
    without: [
      admissionPolicy({ spec: { validations: [{ expression: 'a' }, { expression: 'b' }, { expression: 'c' }] } }),
    ],
  },
  {
    kind: 'rights',
    what: 'a weaker Pod Security Standard',
    old: [namespace()],
    now: [namespace({ metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } } })],
    says: 'danger Namespace/shop metadata.labels["pod-security.kubernetes.io/enforce"]: Pods are held to baseline instead of restricted from now on.',
    without: [
      [namespace({ metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } } })],
      [namespace()],
    ],
  },
  {
    kind: 'rights',
    what: 'a network policy that is removed',
    old: [deployment(), networkPolicy()],
    now: [deployment()],
    says: 'danger NetworkPolicy/web spec: Everybody in the cluster can connect to Deployment web.',
    without: [
      [deployment(), networkPolicy(), networkPolicy({}, 'other')],
      [deployment(), networkPolicy({}, 'other')],
    ],
  },
  {
    kind: 'rights',
    what: 'a network policy that lets in more',
    old: [deployment(), networkPolicy()],
    now: [
      deployment(),
      networkPolicy({
        spec: {
          ingress: [
            { from: [{ podSelector: { matchLabels: { app: 'other' } } }] },
            { from: [{ podSelector: { matchLabels: { app: 'more' } } }] },
          ],
        },
      }),
    ],
    says: 'warning NetworkPolicy/web',
    without: [deployment(), networkPolicy({ spec: { ingress: [] } })],
  },

  // capacity
  {
    kind: 'capacity',
    what: 'what each pod requests, and all together',
    old: [deployment(template({ resources: { requests: { cpu: '100m' } } })), autoscaler()],
    now: [deployment(template({ resources: { requests: { cpu: '200m' } } })), autoscaler()],
    says: 'Each of its pods (2 to 6 pods) has requests.cpu 0.2 instead of 0.1.',
    without: [deployment(template({ resources: { requests: { cpu: '0.1' } } })), autoscaler()],
  },
  {
    kind: 'capacity',
    what: "an autoscaler's maximum",
    old: [deployment(template({ resources: { requests: { cpu: '100m' } } })), autoscaler()],
    now: [
      deployment(template({ resources: { requests: { cpu: '100m' } } })),
      autoscaler({ spec: { maxReplicas: 10 } }),
    ],
    says: 'All pods of namespace shop together: pods 2 to 10 instead of 2 to 6; requests.cpu 0.2 to 1 instead of 0.2 to 0.6.',
    without: [
      deployment(template({ resources: { requests: { cpu: '100m' } } })),
      autoscaler({ metadata: { labels: { a: 'b' } } }),
    ],
  },
  {
    kind: 'capacity',
    what: 'a quota without room',
    old: [deployment(template({ resources: { requests: { cpu: '500m' } } })), quota()],
    now: [deployment(template({ resources: { requests: { cpu: '1500m' } } })), quota()],
    says: 'danger Deployment/web spec.hard["requests.cpu"]: ResourceQuota web has 2 of requests.cpu, and the fewest pods ask for 3',
    without: [
      deployment(template({ resources: { requests: { cpu: '500m' } } })),
      quota({ metadata: { labels: { a: 'b' } } }),
    ],
  },

  // compatibility
  {
    kind: 'compatibility',
    what: 'a downgrade',
    old: [deployment()],
    now: [deployment(template({ image: 'registry.example.org/web:1.1.0' }))],
    says: 'warning Deployment/web spec.template.spec.containers[0].image: Container web: 1.2.3 to 1.1.0 is a downgrade.',
    without: [deployment(NEW_IMAGE)],
  },
  {
    kind: 'compatibility',
    what: 'an older Kafka',
    old: [kafka()],
    now: [kafka({}, {}, 'apache/kafka:3.8.0')],
    says: 'danger StatefulSet/web spec.template.spec.containers[0].image: Container web: Kafka 3.9.0 to 3.8.0',
    without: [kafka({}, {}, 'apache/kafka:3.9.1')],
  },
  {
    kind: 'compatibility',
    what: 'a Kafka too old for the next',
    old: [kafka({}, {}, 'apache/kafka:3.2.0')],
    now: [kafka({}, {}, 'apache/kafka:4.0.0')],
    says: 'Kafka 4 takes over from 3.3 or newer',
    without: [[kafka()], [kafka({}, {}, 'apache/kafka:3.9.1')]],
  },
  {
    kind: 'compatibility',
    what: 'a metadata version that goes down',
    old: [strimziKafka({ spec: { kafka: { metadataVersion: '4.3-IV0' } } })],
    now: [strimziKafka({ spec: { kafka: { metadataVersion: '4.2-IV1' } } })],
    says: "danger Kafka/web spec.kafka.metadataVersion: Kafka's metadata version goes down",
    without: [strimziKafka({ spec: { kafka: { metadataVersion: '4.3-IV0', version: '4.3.2' } } })],
  },
  {
    kind: 'compatibility',
    what: 'a port that a Service leads to',
    old: [deployment(), service({ spec: { ports: [{ name: 'http', port: 80, targetPort: 8080 }] } })],
    now: [
      deployment(
        template({ ports: [{ name: 'http', containerPort: 9090 }], readinessProbe: { tcpSocket: { port: 9090 } } }),
      ),
      service({ spec: { ports: [{ name: 'http', port: 80, targetPort: 8080 }] } }),
    ],
    says: 'danger Deployment/web spec.template.spec.containers[0].ports[0].containerPort: Service web leads from its port 80 to port 8080, which no container of the new pods has (they have 9090).',
    without: [
      deployment(template({ ports: [{ name: 'web', containerPort: 8080 }] })),
      service({ spec: { ports: [{ name: 'http', port: 80, targetPort: 8080 }] } }),
    ],
  },
  {
    kind: 'compatibility',
    what: 'a probe that asks elsewhere',
    old: [deployment()],
    now: [deployment(template({ readinessProbe: { tcpSocket: { port: 9090 } } }))],
    says: 'Container web: readinessProbe asks on a port that it does not declare',
    without: [deployment(template({ readinessProbe: { tcpSocket: { port: 'http' } } }))],
  },
  // Further ones of each kind.
  {
    kind: 'capacity',
    what: 'a quota without room for the most pods that an autoscaler makes',
    old: [deployment(template({ resources: { requests: { cpu: '300m' } } })), autoscaler(), quota()],
    now: [deployment(template({ resources: { requests: { cpu: '400m' } } })), autoscaler(), quota()],
    says: 'warning Deployment/web spec.hard["requests.cpu"]: ResourceQuota web has 2 of requests.cpu, and the most pods that autoscalers make ask for 2.4',
    without: [
      deployment(template({ resources: { requests: { cpu: '300m' } } })),
      autoscaler({ spec: { maxReplicas: 5 } }),
      quota(),
    ],
  },
  {
    kind: 'no-restart',
    what: 'a CronJob, whose next run takes it',
    old: [cronJob()],
    now: [cronJob({ spec: { jobTemplate: { spec: { template: { spec: { terminationGracePeriodSeconds: 5 } } } } } })],
    says: 'info CronJob/web spec.jobTemplate.spec.template.spec.terminationGracePeriodSeconds: Runs that have started go on as they are',
    without: [cronJob({ spec: { schedule: '1 1 * * *' } })],
  },
  {
    kind: 'restart',
    what: "Kafka's pods, by Strimzi's operator",
    old: [pool()],
    now: [pool({ spec: { jvmOptions: { '-Xmx': '1g' } } })],
    says: "info KafkaNodePool/web spec.jvmOptions: Strimzi's operator replaces the Kafka pods one after the other",
    without: [pool({ metadata: { labels: { a: 'b' } } })],
  },
  {
    kind: 'restart',
    what: 'nobody of a Deployment that is paused',
    old: [deployment({ spec: { paused: true } })],
    now: [deployment(merged({ spec: { paused: true } }, NEW_IMAGE) as object)],
    says: 'It is paused: no pod is replaced before spec.paused goes.',
    without: [[deployment()], [deployment(NEW_IMAGE)]],
  },
  {
    kind: 'restart',
    what: 'only ordinals from a partition on',
    old: [statefulSet({ spec: { updateStrategy: { rollingUpdate: { partition: 2 } } } })],
    now: [statefulSet(merged({ spec: { updateStrategy: { rollingUpdate: { partition: 2 } } } }, NEW_IMAGE) as object)],
    says: 'One after the other, from web-2 to web-2',
    without: [statefulSet({ spec: { updateStrategy: { rollingUpdate: { partition: 1 } } } })],
  },
  {
    kind: 'downtime',
    what: 'fewer controllers',
    old: [pool({ spec: { roles: ['controller'] } })],
    now: [pool({ spec: { roles: ['controller'], replicas: 2 } })],
    says: 'danger KafkaNodePool/web spec.replicas: A quorum of 2 controllers needs all of them; one of 3 does without 1.',
    without: [
      [pool({ spec: { roles: ['controller'], replicas: 4 } })],
      [pool({ spec: { roles: ['controller'], replicas: 3 } })],
    ],
  },
  {
    kind: 'downtime',
    what: 'the only broker of a node pool',
    old: [pool({ spec: { replicas: 1 } })],
    now: [pool({ spec: { replicas: 1, jvmOptions: { '-Xmx': '1g' } } })],
    says: 'danger KafkaNodePool/web spec.jvmOptions: Kafka is without its only broker of this pool while it restarts.',
    without: [[pool()], [pool({ spec: { jvmOptions: { '-Xmx': '1g' } } })]],
  },
  {
    kind: 'downtime',
    what: 'a volume of one pod, and surge',
    old: [deployment(template({}, CLAIMED)), claim({ spec: { accessModes: ['ReadWriteOncePod'] } })],
    now: [
      deployment(template({ image: 'registry.example.org/web:1.2.4' }, CLAIMED)),
      claim({ spec: { accessModes: ['ReadWriteOncePod'] } }),
    ],
    says: 'danger Deployment/web spec.template.spec.containers[0].image: The new pod waits for the volume',
    without: [
      [
        deployment(merged({ spec: { strategy: { type: 'Recreate' } } }, template({}, CLAIMED)) as object),
        claim({ spec: { accessModes: ['ReadWriteOncePod'] } }),
      ],
      [
        deployment(
          merged(
            { spec: { strategy: { type: 'Recreate' } } },
            template({ image: 'registry.example.org/web:1.2.4' }, CLAIMED),
          ) as object,
        ),
        claim({ spec: { accessModes: ['ReadWriteOncePod'] } }),
      ],
    ],
  },
  {
    kind: 'data-loss',
    what: 'another claim',
    old: [deployment(template({}, CLAIMED))],
    now: [deployment(template({}, { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'other' } }] }))],
    says: 'Volume data is claim other instead of claim web',
    without: [deployment(template({ image: 'registry.example.org/web:1.2.4' }, CLAIMED))],
  },
  {
    kind: 'data-loss',
    what: 'a volume that is not mounted any more',
    old: [kafka()],
    now: [kafka({}, template({ image: 'apache/kafka:3.9.0', volumeMounts: [], env: envOf(KAFKA_ENV) }))],
    says: 'Container web has no volume data at /data any more',
    without: [
      kafka(
        {},
        template({
          image: 'apache/kafka:3.9.0',
          volumeMounts: [
            { name: 'data', mountPath: '/data' },
            { name: 'tmp', mountPath: '/tmp' },
          ],
          env: envOf(KAFKA_ENV),
        }),
      ),
    ],
  },
  {
    kind: 'data-loss',
    what: 'fewer copies of a topic',
    old: [topic()],
    now: [topic({ spec: { replicas: 2 } })],
    says: 'Each partition has 2 copies instead of 3.',
    without: [topic({ spec: { replicas: 4 } })],
  },
  {
    kind: 'data-loss',
    what: 'fewer copies that must be there before a record counts',
    old: [strimziKafka()],
    now: [strimziKafka({ spec: { kafka: { config: { 'min.insync.replicas': 1 } } } })],
    says: 'min.insync.replicas is 1 instead of 2',
    without: [strimziKafka({ spec: { kafka: { config: { 'min.insync.replicas': 3 } } } })],
  },
  {
    kind: 'data-loss',
    what: 'storage that goes with the pod',
    old: [pool()],
    now: [pool({ spec: { storage: { volumes: [{ id: 0, type: 'ephemeral' }] } } })],
    says: 'The data goes with each pod: the storage is ephemeral from now on.',
    without: [
      pool({
        spec: {
          storage: {
            volumes: [
              { id: 0, type: 'persistent-claim', size: '100Gi', deleteClaim: false },
              { id: 1, type: 'persistent-claim', size: '100Gi', deleteClaim: false },
            ],
          },
        },
      }),
    ],
  },
  {
    kind: 'data-loss',
    what: 'a topic that is not in the list any more',
    old: [configMap({ data: { topics: 'orders 6 3\nbills 6 3\n' } })],
    now: [configMap({ data: { topics: 'orders 6 3\n' } })],
    says: 'warning ConfigMap/web data.topics: Topic bills is not in the list any more',
    without: [configMap({ data: { topics: 'orders 6 3\nbills 6 3\nmore 6 3\n' } })],
  },
  {
    kind: 'data-loss',
    what: 'a StatefulSet that is renamed',
    old: [kafka({}, {})],
    now: [kafka({}, { metadata: { name: 'other' } })],
    says: 'danger StatefulSet/other : Its data stays in the claims of StatefulSet web. The new StatefulSet other starts empty.',
    without: [[deployment()], [deployment({ metadata: { name: 'other' } })]],
  },
  {
    kind: 'reach',
    what: 'a route that goes',
    old: [ingress(), service(), deployment()],
    now: [
      ingress({
        spec: {
          rules: [
            {
              host: 'example.org',
              http: {
                paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }],
              },
            },
          ],
        },
      }),
      service(),
      deployment(),
    ],
    says: 'example.org/api (Prefix) is not routed to Service web, port 80 any more.',
    without: [ingress({ spec: { ingressClassName: 'other' } }), service(), deployment()],
  },
  {
    kind: 'rights',
    what: 'rights of a cloud',
    old: [account()],
    now: [account({ metadata: { annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/admin' } } })],
    says: 'warning ServiceAccount/web metadata.annotations["eks.amazonaws.com/role-arn"]: Its pods act as arn:aws:iam::1:role/admin in the cloud.',
    without: [account({ metadata: { annotations: { other: 'arn:aws:iam::1:role/admin' } } })],
  },
  {
    kind: 'rights',
    what: 'a capability',
    old: [deployment()],
    now: [deployment(template({ securityContext: { capabilities: { add: ['NET_ADMIN'] } } }))],
    says: 'danger Deployment/web spec.template.spec.containers[0].securityContext.capabilities.add: Container web has capability NET_ADMIN.',
    without: [deployment(template({ securityContext: { capabilities: { add: [] } } }))],
  },
  {
    kind: 'rights',
    what: 'root',
    old: [deployment()],
    now: [
      deployment(
        template(
          {},
          { securityContext: { runAsNonRoot: true, runAsUser: 0, seccompProfile: { type: 'RuntimeDefault' } } },
        ),
      ),
    ],
    says: 'Container web runs as root (runAsUser 0).',
    without: [
      deployment(
        template(
          {},
          { securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } } },
        ),
      ),
    ],
  },
  {
    kind: 'rights',
    what: 'an external address',
    old: [service(), deployment()],
    now: [service({ spec: { externalIPs: ['192.0.2.1'] } }), deployment()],
    says: 'danger Service/web spec.externalIPs: It takes what is sent to 192.0.2.1',
    without: [service({ spec: { sessionAffinity: 'ClientIP' } }), deployment()],
  },
  {
    kind: 'rights',
    what: 'an admission policy that is removed',
    old: [admissionPolicy(), configMap()],
    now: [configMap()],
    says: 'danger ValidatingAdmissionPolicy/web : Once it is deleted, nothing refuses what it refused.',
    without: [admissionPolicy()],
  },
  {
    kind: 'rights',
    what: "a Kafka user's rights",
    old: [kafkaUser()],
    now: [kafkaUser({ spec: { authorization: { acls: [ACL, { ...ACL, operations: ['Write'] }] } } })],
    says: 'warning KafkaUser/web spec.authorization.acls[1]: The user may also: Write topic orders.',
    without: [kafkaUser({ spec: { authorization: { acls: [] } } })],
  },
  {
    kind: 'rights',
    what: 'Kafka without authorization',
    old: [strimziKafka()],
    now: [strimziKafka({ spec: { kafka: { authorization: undefined } } })],
    says: 'danger Kafka/web spec.kafka.authorization: Whoever logs in to Kafka may do everything',
    without: [strimziKafka({ spec: { kafka: { authorization: { type: 'simple', superUsers: [] } } } })],
  },
  {
    kind: 'compatibility',
    what: 'another major version',
    old: [deployment()],
    now: [deployment(template({ image: 'registry.example.org/web:3.0.0' }))],
    says: 'warning Deployment/web spec.template.spec.containers[0].image: Container web: 1.2.3 to 3.0.0 is another major version that skips 1 more',
    without: [deployment(NEW_IMAGE)],
  },
  {
    kind: 'compatibility',
    what: "PostgreSQL's data of another major version",
    old: [kafka({}, {}, 'postgres:16.4')],
    now: [kafka({}, {}, 'postgres:17.0')],
    says: 'PostgreSQL 16.4 to 17.0: PostgreSQL does not start on the data of another major version',
    without: [kafka({}, {}, 'postgres:16.5')],
  },
  {
    kind: 'compatibility',
    what: 'more partitions',
    old: [topic()],
    now: [topic({ spec: { partitions: 9 } })],
    says: 'warning KafkaTopic/web spec.partitions: 6 to 9 partitions: records of a key go to another partition',
    without: [topic({ spec: { config: { 'cleanup.policy': 'compact' } } })],
  },
  {
    kind: 'compatibility',
    what: 'a volume that an operator makes no smaller',
    old: [pool()],
    now: [
      pool({ spec: { storage: { volumes: [{ id: 0, type: 'persistent-claim', size: '50Gi', deleteClaim: false }] } } }),
    ],
    says: "warning KafkaNodePool/web spec.storage.volumes[0].size: Strimzi's operator makes no volume smaller",
    without: [
      pool({
        spec: { storage: { volumes: [{ id: 0, type: 'persistent-claim', size: '200Gi', deleteClaim: false }] } },
      }),
    ],
  },
  {
    kind: 'downtime',
    what: 'a number of pods that is not said any more',
    old: [deployment({ spec: { replicas: 3 } })],
    now: [deployment({ spec: { replicas: undefined } }), autoscaler()],
    says: 'warning Deployment/web spec.replicas: Its 3 pods become 1 at once',
    without: [[deployment({ spec: { replicas: 1 } })], [deployment({ spec: { replicas: undefined } }), autoscaler()]],
  },
  {
    kind: 'no-restart',
    what: 'a Secret that External Secrets makes of another entry',
    old: [deployment(template({ envFrom: [{ secretRef: { name: 'web' } }] })), externalSecret()],
    now: [
      deployment(template({ envFrom: [{ secretRef: { name: 'web' } }] })),
      externalSecret({ spec: { data: [{ secretKey: 'PASSWORD', remoteRef: { key: 'other' } }] } }),
    ],
    says: 'warning ExternalSecret/web spec.data[0].remoteRef.key: Nobody is restarted for the change of PASSWORD. Deployment web reads it as variables',
    without: [
      deployment(template({ envFrom: [{ secretRef: { name: 'web' } }] })),
      externalSecret({ spec: { refreshInterval: '2h' } }),
    ],
  },
  {
    kind: 'rights',
    what: 'an Ingress without TLS',
    old: [ingress({ spec: { tls: [{ hosts: ['example.org'], secretName: 'tls' }] } }), service(), deployment()],
    now: [ingress(), service(), deployment()],
    says: 'danger Ingress/web spec.tls',
    without: [ingress({ spec: { tls: [{ hosts: ['example.org'], secretName: 'other' }] } }), service(), deployment()],
  },
  {
    kind: 'rights',
    what: 'a listener of a Gateway without TLS',
    old: [gateway()],
    now: [gateway({ spec: { listeners: [{ name: 'web', port: 443, protocol: 'HTTP' }] } })],
    says: 'danger Gateway/web spec.listeners[0].protocol: Listener web is without TLS',
    without: [gateway({ spec: { listeners: [{ name: 'web', port: 8443, protocol: 'HTTPS' }] } })],
  },
];

function definition(): Manifest {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.org' },
    spec: {
      group: 'example.org',
      names: { kind: 'Thing', plural: 'things' },
      scope: 'Namespaced',
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec: {
                  type: 'object',
                  properties: {
                    fixed: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] },
                    free: { type: 'string' },
                  },
                },
              },
            },
          },
        },
      ],
    },
  };
}

function envOf(variables: Readonly<Record<string, string>>): readonly object[] {
  return Object.entries(variables).map(([name, value]) => ({ name, value }));
}

const isPair = (without: Row['without']): without is readonly [readonly Manifest[], readonly Manifest[]] =>
  Array.isArray(without[0]);

describe('what a change does', () => {
  it.each(ROWS)('$kind: $what', ({ kind, old, now, says }) => {
    const found = said(old, now).filter((line) => line.startsWith(`${kind} `));

    expect(found).toContainEqual(expect.stringContaining(says));
  });

  it.each(ROWS)('not $kind, one field apart: $what', ({ kind, old, says, without }) => {
    const [before, after] = isPair(without) ? without : [old, without];
    const part = says.replace(/^(danger|warning|info) \S+ [^:]*: /, '').slice(0, 24);
    const found = said(before, after).filter((line) => line.startsWith(`${kind} `) && line.includes(part));

    expect(found).toEqual([]);
  });

  it('has rows of every kind', () => {
    expect([...new Set(ROWS.map(({ kind }) => kind))].sort()).toEqual(
      [
        'capacity',
        'compatibility',
        'data-loss',
        'downtime',
        'left-behind',
        'no-restart',
        'reach',
        'refused',
        'restart',
        'rights',
      ].sort(),
    );
  });

  it("never says a Secret's value", () => {
    const reader = deployment(template({ envFrom: [{ secretRef: { name: 'web' } }] }));
    const lines = said(
      [reader, secret()],
      [reader, secret({ stringData: { PASSWORD: 'correct-horse' }, type: 'kubernetes.io/basic-auth' })],
    );

    expect(lines.join('\n')).toContain('PASSWORD');
    expect(lines.join('\n')).not.toMatch(/hunter2|correct-horse|aHVudGVyMg|Y29ycmVjdC1ob3JzZQ/);
  });

  it('says nothing dangerous of an innocent change', () => {
    const set = (image: string): readonly Manifest[] => [
      deployment(template({ image })),
      service(),
      budget(),
      ingress(),
      networkPolicy(),
    ];
    const lines = said(set('registry.example.org/web:1.2.3'), set('registry.example.org/web:1.2.4'));

    expect(lines.filter((line) => !/^\S+ info /.test(line))).toEqual([]);
    expect(lines.length).toBeGreaterThan(0);
  });
});

// https://github.com/argoproj/argo-rollouts, the cases of TestApproximateWeightedNewRSReplicaCounts worked out by hand.
describe('the pods of a canary', () => {
  it.each([
    { count: 1, weight: 20, surge: 1, fresh: 1, stable: 1 },
    { count: 1, weight: 20, surge: 0, fresh: 0, stable: 1 },
    { count: 2, weight: 25, surge: 1, fresh: 1, stable: 2 },
    { count: 2, weight: 50, surge: 1, fresh: 1, stable: 1 },
    { count: 2, weight: 75, surge: 1, fresh: 2, stable: 1 },
    { count: 8, weight: 25, surge: 1, fresh: 2, stable: 6 },
    { count: 10, weight: 19, surge: 1, fresh: 2, stable: 9 },
    { count: 10, weight: 24, surge: 1, fresh: 3, stable: 8 },
    { count: 10, weight: 99, surge: 1, fresh: 10, stable: 1 },
    { count: 10, weight: 100, surge: 1, fresh: 10, stable: 0 },
    { count: 3, weight: 50, surge: 0, fresh: 2, stable: 1 },
    { count: 0, weight: 50, surge: 1, fresh: 0, stable: 0 },
  ])('$weight % of $count with surge $surge is $fresh and $stable', ({ count, weight, surge, fresh, stable }) => {
    expect(canaryPods(count, weight, surge)).toEqual({ fresh, stable });
  });

  it('keeps all old pods where traffic is routed by weight', () => {
    expect(canaryPods(4, 25, 1, true)).toEqual({ fresh: 1, stable: 4 });
  });
});
