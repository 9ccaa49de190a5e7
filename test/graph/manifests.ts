// Manifests of a shop, as short as they can be.

export type Data = Readonly<Record<string, unknown>>;

/** Group and version of the kinds that tests name by their kind alone. */
const API_VERSIONS: Readonly<Record<string, string>> = {
  AlertmanagerConfig: 'monitoring.coreos.com/v1alpha1',
  AnalysisTemplate: 'argoproj.io/v1alpha1',
  BackendTLSPolicy: 'gateway.networking.k8s.io/v1',
  Certificate: 'cert-manager.io/v1',
  ClusterAnalysisTemplate: 'argoproj.io/v1alpha1',
  ClusterExternalSecret: 'external-secrets.io/v1',
  ClusterIssuer: 'cert-manager.io/v1',
  ClusterRole: 'rbac.authorization.k8s.io/v1',
  ClusterRoleBinding: 'rbac.authorization.k8s.io/v1',
  ClusterSecretStore: 'external-secrets.io/v1',
  CronJob: 'batch/v1',
  CustomResourceDefinition: 'apiextensions.k8s.io/v1',
  DaemonSet: 'apps/v1',
  Deployment: 'apps/v1',
  EndpointSlice: 'discovery.k8s.io/v1',
  ExternalSecret: 'external-secrets.io/v1',
  Gateway: 'gateway.networking.k8s.io/v1',
  GatewayClass: 'gateway.networking.k8s.io/v1',
  GRPCRoute: 'gateway.networking.k8s.io/v1',
  HorizontalPodAutoscaler: 'autoscaling/v2',
  HTTPRoute: 'gateway.networking.k8s.io/v1',
  Ingress: 'networking.k8s.io/v1',
  IngressClass: 'networking.k8s.io/v1',
  Issuer: 'cert-manager.io/v1',
  Job: 'batch/v1',
  Kafka: 'kafka.strimzi.io/v1',
  KafkaBridge: 'kafka.strimzi.io/v1',
  KafkaConnect: 'kafka.strimzi.io/v1',
  KafkaConnector: 'kafka.strimzi.io/v1',
  KafkaNodePool: 'kafka.strimzi.io/v1',
  KafkaTopic: 'kafka.strimzi.io/v1',
  KafkaUser: 'kafka.strimzi.io/v1',
  MutatingWebhookConfiguration: 'admissionregistration.k8s.io/v1',
  NetworkPolicy: 'networking.k8s.io/v1',
  PodDisruptionBudget: 'policy/v1',
  PodMonitor: 'monitoring.coreos.com/v1',
  Probe: 'monitoring.coreos.com/v1',
  Prometheus: 'monitoring.coreos.com/v1',
  PriorityClass: 'scheduling.k8s.io/v1',
  PushSecret: 'external-secrets.io/v1alpha1',
  ReferenceGrant: 'gateway.networking.k8s.io/v1beta1',
  ReplicaSet: 'apps/v1',
  Role: 'rbac.authorization.k8s.io/v1',
  RoleBinding: 'rbac.authorization.k8s.io/v1',
  Rollout: 'argoproj.io/v1alpha1',
  RuntimeClass: 'node.k8s.io/v1',
  ScaledObject: 'keda.sh/v1alpha1',
  SealedSecret: 'bitnami.com/v1alpha1',
  SecretProviderClass: 'secrets-store.csi.x-k8s.io/v1',
  SecretStore: 'external-secrets.io/v1',
  ServiceMonitor: 'monitoring.coreos.com/v1',
  StatefulSet: 'apps/v1',
  StorageClass: 'storage.k8s.io/v1',
  TCPRoute: 'gateway.networking.k8s.io/v1alpha2',
  TriggerAuthentication: 'keda.sh/v1alpha1',
  ValidatingAdmissionPolicy: 'admissionregistration.k8s.io/v1',
  ValidatingAdmissionPolicyBinding: 'admissionregistration.k8s.io/v1',
  ValidatingWebhookConfiguration: 'admissionregistration.k8s.io/v1',
  VerticalPodAutoscaler: 'autoscaling.k8s.io/v1',
  VirtualService: 'networking.istio.io/v1',
};

/** An object of namespace `shop`, or of the one that stands before a slash in its name; with a slash at its start, of none. */
export function object(kind: string, name: string, more: Data = {}): Data {
  const [namespace, plain] = name.includes('/') ? name.split('/') : ['shop', name];
  const { metadata, ...rest } = more;
  return {
    apiVersion: API_VERSIONS[kind] ?? 'v1',
    kind,
    metadata: { name: plain, ...(namespace !== '' && { namespace }), ...(metadata as Data | undefined) },
    ...rest,
  };
}

/** A workload whose pods have the label `app: NAME`. */
export function workload(kind: string, name: string, podSpec: Data = {}, more: Data = {}): Data {
  const plain = name.split('/').at(-1);
  const template = { metadata: { labels: { app: plain } }, spec: podSpec };
  return object(kind, name, {
    spec: { ...(kind === 'CronJob' ? { jobTemplate: { spec: { template } } } : { template }), ...more },
  });
}

/** A Deployment whose one container is this. */
export function running(name: string, container: Data, podSpec: Data = {}): Data {
  return workload('Deployment', name, { containers: [{ name: 'main', image: 'x:1', ...container }], ...podSpec });
}

/** A Service of port 80 before pods with the label `app: NAME`. */
export function service(name: string, spec: Data = {}): Data {
  const plain = name.split('/').at(-1);
  return object('Service', name, { spec: { selector: { app: plain }, ports: [{ name: 'http', port: 80 }], ...spec } });
}

/** `spec`, of a kind whose fields stand there. */
export function spec(fields: Data): Data {
  return { spec: fields };
}
