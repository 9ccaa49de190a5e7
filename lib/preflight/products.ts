import { field } from '../manifest/plain-data';

// What is installed into clusters, and how one knows it there.

/** Something that whoever runs the cluster installs. */
export interface Product {
  readonly name: string;
  /** API groups of its kinds. */
  readonly groups: readonly string[];
  /**
   * Its kinds, where others share the group.
   * @default - all of the groups
   */
  readonly kinds?: readonly string[];
  /** Domain of the annotations by which objects ask for its work. */
  readonly annotations?: string;
  /**
   * What its controller's Deployment is called, or its image without tag, or its label `app.kubernetes.io/name`.
   * @default - there is none, or classes tell whether it runs
   */
  readonly controller?: RegExp;
  /** What its controller does: what does not happen without it. */
  readonly does?: string;
  /**
   * What it does not do by default.
   * @default - nothing that one needs to know
   */
  readonly option?: ControllerOption & {
    /** The kind of objects for which it must. */
    readonly ofKind: string;
  };
  /** Where its documentation says how it is installed. */
  readonly install: string;
}

/** An option of a controller's command line. */
export interface ControllerOption {
  /** Its name, as the values of the Helm chart have it. */
  readonly name: string;
  /** Its argument. */
  readonly argument: RegExp;
  /**
   * Whether a file may say it too, which nobody sees from outside.
   * @default false
   */
  readonly inFile?: true;
}

export const PRODUCTS: readonly Product[] = [
  {
    name: 'Gateway API',
    groups: ['gateway.networking.k8s.io'],
    install: 'https://gateway-api.sigs.k8s.io/guides/',
  },
  {
    name: 'Argo Rollouts',
    groups: ['argoproj.io'],
    kinds: ['Rollout', 'AnalysisTemplate', 'ClusterAnalysisTemplate', 'AnalysisRun', 'Experiment'],
    controller: /(^|\/)argo-rollouts$/,
    does: 'makes pods of Rollouts',
    install: 'https://argo-rollouts.readthedocs.io/en/stable/installation/',
  },
  {
    name: 'Argo CD',
    groups: ['argoproj.io'],
    kinds: ['Application', 'ApplicationSet', 'AppProject'],
    install: 'https://argo-cd.readthedocs.io/en/stable/operator-manual/installation/',
  },
  {
    name: 'External Secrets Operator',
    groups: ['external-secrets.io', 'generators.external-secrets.io'],
    controller: /(^|\/)external-secrets$/,
    does: 'makes Secrets of what a store holds',
    install: 'https://external-secrets.io/latest/introduction/getting-started/',
  },
  {
    name: 'Strimzi',
    groups: ['kafka.strimzi.io'],
    // Its image is that of the operators within a cluster of Kafka too.
    controller: /^strimzi-cluster-operator/,
    does: 'makes the pods of Kafka, topics and users',
    install: 'https://strimzi.io/docs/operators/latest/deploying',
  },
  {
    name: 'cert-manager',
    groups: ['cert-manager.io'],
    controller: /(^|\/)cert-manager(-controller)?$/,
    does: 'makes certificates',
    // https://cert-manager.io/docs/usage/gateway/
    option: { ofKind: 'Gateway', name: 'enableGatewayAPI', argument: /--enable-gateway-api(?!=false)/, inFile: true },
    install: 'https://cert-manager.io/docs/installation/',
  },
  {
    name: 'KEDA',
    groups: ['keda.sh'],
    controller: /(^|\/)keda-operator$/,
    does: 'makes autoscalers of ScaledObjects',
    install: 'https://keda.sh/docs/latest/deploy/',
  },
  {
    name: 'Prometheus Operator',
    groups: ['monitoring.coreos.com'],
    controller: /(^|\/)prometheus-operator$/,
    does: 'tells Prometheus what to scrape',
    install: 'https://prometheus-operator.dev/docs/getting-started/installation/',
  },
  {
    name: 'Sealed Secrets',
    groups: ['bitnami.com'],
    controller: /(^|\/)sealed-secrets(-controller)?$/,
    does: 'makes Secrets of SealedSecrets',
    install: 'https://github.com/bitnami-labs/sealed-secrets#installation',
  },
  {
    name: 'Traefik',
    groups: ['traefik.io'],
    controller: /(^|\/)traefik$/,
    does: 'reads kinds of Traefik',
    // https://doc.traefik.io/traefik/providers/kubernetes-crd/
    option: {
      ofKind: 'TraefikService',
      name: 'providers.kubernetesCRD.enabled',
      argument: /--providers\.kubernetescrd(?!=false)/i,
      inFile: true,
    },
    install: 'https://doc.traefik.io/traefik/getting-started/quick-start-with-kubernetes/',
  },
  {
    name: 'Reloader',
    groups: [],
    annotations: 'reloader.stakater.com',
    controller: /(^|\/)reloader(-ubi)?$/,
    does: 'starts pods anew when a Secret or ConfigMap that they read changes',
    option: { ofKind: 'Rollout', name: 'isArgoRollouts', argument: /--is-Argo-Rollouts[= ]true/ },
    install: 'https://docs.stakater.com/reloader/',
  },
];

/** What a kind is a part of. */
export function productOf(group: string, kind: string): Product | undefined {
  return PRODUCTS.find(({ groups, kinds }) => groups.includes(group) && (kinds?.includes(kind) ?? true));
}

/** Whether an object asks for a product's work by an annotation. */
export function asksFor(manifest: unknown, { annotations: domain }: Product): boolean {
  const annotations = field(manifest, 'metadata', 'annotations');
  return (
    domain !== undefined &&
    typeof annotations === 'object' &&
    annotations !== null &&
    Object.keys(annotations).some((key) => `.${key.split('/')[0] ?? ''}`.endsWith(`.${domain}`) && key.includes('/'))
  );
}

/** A kind that whoever runs the cluster makes objects of. */
export interface SharedKind {
  readonly why: string;
  readonly remedy: string;
  /** The condition of the status that tells whether it works. */
  readonly condition?: string;
}

const STORE: SharedKind = {
  why: 'No secret is read without it, and pods wait for their Secrets.',
  remedy: 'https://external-secrets.io/latest/introduction/getting-started/#create-your-first-secretstore',
  condition: 'Ready',
};

const ISSUER: SharedKind = {
  why: 'No certificate is made without it, and nothing is served over TLS.',
  remedy: 'https://cert-manager.io/docs/configuration/',
  condition: 'Ready',
};

/** By group and kind. */
export const SHARED_KINDS: ReadonlyMap<string, SharedKind> = new Map([
  [
    'gateway.networking.k8s.io/GatewayClass',
    {
      why: 'No controller serves the Gateway without it.',
      remedy: 'https://gateway-api.sigs.k8s.io/implementations/',
      condition: 'Accepted',
    },
  ],
  [
    'networking.k8s.io/IngressClass',
    {
      why: 'No controller serves the Ingress without it.',
      remedy: 'https://kubernetes.io/docs/concepts/services-networking/ingress-controllers/',
    },
  ],
  [
    'storage.k8s.io/StorageClass',
    {
      why: 'No volume is made without it, and pods wait for theirs.',
      remedy: 'https://kubernetes.io/docs/concepts/storage/storage-classes/',
    },
  ],
  [
    'scheduling.k8s.io/PriorityClass',
    {
      why: 'The API server refuses pods of a class that is not there.',
      remedy: 'https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/',
    },
  ],
  [
    'node.k8s.io/RuntimeClass',
    {
      why: 'The API server refuses pods of a class that is not there.',
      remedy: 'https://kubernetes.io/docs/concepts/containers/runtime-class/',
    },
  ],
  ['external-secrets.io/ClusterSecretStore', STORE],
  ['external-secrets.io/SecretStore', STORE],
  ['cert-manager.io/ClusterIssuer', ISSUER],
  ['cert-manager.io/Issuer', ISSUER],
  [
    '/Namespace',
    {
      why: 'The API server refuses objects of a namespace that is not there.',
      remedy: 'https://kubernetes.io/docs/tasks/administer-cluster/namespaces/',
    },
  ],
]);

/** The name of a kind in addresses, with its group; as English has it, since no manifest says it. */
export function resourceNameOf(group: string, kind: string): string {
  const name = kind.toLowerCase();
  const plural = /(s|x|ch|sh)$/.test(name)
    ? `${name}es`
    : /[^aeiou]y$/.test(name)
      ? `${name.slice(0, -1)}ies`
      : `${name}s`;
  return group === '' ? plural : `${plural}.${group}`;
}
