/**
 * Services, Kafka and what they need, on one hardened pod template.
 *
 * @example
 * ```ts
 * import { App, Chart, Size } from 'cdk8s';
 * import { Cpu, ExternalHostService, KafkaKraft, Patch, SpringService } from 'sportstix-cdk8s/constructs';
 * import { PolicyPack } from 'sportstix-cdk8s/policy';
 *
 * const app = new App();
 * // Made by hand: kubectl create secret generic orders-database --from-literal=SPRING_DATASOURCE_PASSWORD=...
 * new PolicyPack({ given: [{ kind: 'Secret', namespace: 'shop', name: 'orders-database' }] }).apply(app);
 * const chart = new Chart(app, 'shop', { namespace: 'shop' });
 * const postgres = new ExternalHostService(chart, 'postgres', {
 *   host: 'db.example.com',
 *   ports: [{ name: 'postgresql', port: 5432 }],
 * });
 * const kafka = new KafkaKraft(chart, 'kafka', { replicas: 3 });
 * const orders = new SpringService(chart, 'orders', {
 *   image: 'registry.example.com/orders:1.4.2',
 *   port: 8080,
 *   resources: {
 *     cpu: { request: Cpu.millis(200), limit: Cpu.units(1) },
 *     memory: { request: Size.mebibytes(640), limit: Size.mebibytes(768) },
 *   },
 *   database: { endpoint: postgres.endpoint(), name: 'orders', username: 'orders' },
 *   kafka,
 *   secrets: [{ kind: 'Secret', name: 'orders-database' }],
 * });
 * // What no prop stands for.
 * orders.patch(
 *   { kind: 'Deployment' },
 *   Patch.merge({ spec: { template: { spec: { dnsConfig: { options: [{ name: 'ndots', value: '1' }] } } } } }),
 *   Patch.json([{ op: 'add', path: '/spec/template/spec/hostAliases', value: [{ ip: '192.0.2.7', hostnames: ['pay.example.com'] }] }]),
 * );
 * app.synth();
 * ```
 *
 * @module constructs
 */
export { type CanaryPods, canaryPods, type CanaryStep } from './canary';
export { ConfigMap, type ConfigMapProps, type EnvironmentSource } from './config-map';
export type { Container, ContainerProps, InitContainerProps, PodContainer, SidecarProps } from './container';
export {
  type ConnectionProps,
  declareConnections,
  type ExposedPort,
  type MetricsEndpoint,
  type WorkloadConnections,
} from './connections';
export { CronJob, type CronJobProps } from './cron-job';
export type { DeploymentProps } from './deployment';
export {
  type AddressPeer,
  API_SERVER,
  type ApiServerPeer,
  type Endpoint,
  type EndpointTls,
  hostPort,
  type Peer,
  type PodPeer,
  podPeer,
  serviceHost,
} from './endpoint';
export { externalEndpoint, type ExternalEndpointProps } from './external-endpoint';
export { ExternalHostService, type ExternalHostServiceProps, type ExternalPort } from './external-host-service';
export { ExternalSecret, type ExternalSecretProps, type RemoteRef, type SecretStore } from './external-secret';
export { type CertificateIssuer, Gateway, type GatewayProps } from './gateway';
export {
  type AutoscalingProps,
  type ExternalMetric,
  ScalingMetric,
  ScalingPolicy,
  type ScalingRules,
} from './horizontal-pod-autoscaler';
export { HttpRoute, type HttpRouteBackend, type HttpRouteProps, type HttpRouteRule } from './http-route';
export {
  Ingress,
  type IngressBackend,
  type IngressProps,
  type IngressRoute,
  type IngressRule,
  type IngressTls,
} from './ingress';
export { type InvalidProp, InvalidPropError } from './invalid-prop';
export { Job, type JobProps, type JobRunProps } from './job';
export { type KafkaControllersProps, type KafkaJmxExporter, KafkaKraft, type KafkaKraftProps } from './kafka-kraft';
export {
  type KafkaBootstrap,
  type KafkaClientSecurity,
  type KafkaExternalListener,
  type KafkaListenerSecurity,
  KafkaSasl,
} from './kafka-listener';
export type { KafkaNodesObjects } from './kafka-nodes';
export type { KafkaProperties, KafkaPropertyValue } from './kafka-properties';
export { type Component, labelsOf, selectorOf } from './labels';
export { Namespace, type NamespaceProps, type PodSecurityLevel } from './namespace';
export {
  type ApiServer,
  type ClusterPeers,
  type DnsServer,
  type ExposedService,
  NetworkPolicies,
  type NetworkPoliciesProps,
} from './network-policies';
export { type Json, Patch, PatchableConstruct, patchObject, type PatchOperation, type PatchTarget } from './patch';
export type { PlacementProps, TopologySpread, TopologySpreadConstraint, WhenUnsatisfiable } from './placement';
export type { PodCount } from './pod-count';
export { DisruptionBudget } from './pod-disruption-budget';
export { type PodProps, type PodTemplate, podTemplate, type PodTemplateProps } from './pod-template';
export type { NamedPort, Protocol } from './port';
export { PreStop, type PreStopHandler } from './pre-stop';
export { Probe, type Probes, type ProbeTiming, type ProbeTimings } from './probe';
export type { ResourceProps } from './resources';
export { Secret, type SecretProps } from './secret';
export {
  type ExternalTrafficPolicy,
  type LoadBalancerOptions,
  type NodePortOptions,
  type ServicePort,
  type ServicePortOptions,
  type ServiceProps,
  ServiceType,
  SessionAffinity,
} from './service';
export type { ExistingServiceAccount, OwnServiceAccount, ServiceAccountProps } from './service-account';
export {
  type SpringConnections,
  type SpringDatabase,
  SpringService,
  type SpringServiceProps,
  springVariables,
} from './spring-service';
export type { StorageProps } from './storage';
export {
  StrimziKafka,
  type StrimziKafkaProps,
  type StrimziNodePoolProps,
  type StrimziTopicProps,
  type TopicConsumer,
} from './strimzi-kafka';
export { type RollingUpdateOptions, UpdateStrategy } from './update-strategy';
export type {
  ContainerResource,
  Divisor,
  EnvironmentFrom,
  FieldValue,
  KeyValue,
  ResourceValue,
  VariableValue,
} from './variables';
export {
  type AccessMode,
  type EmptyDirOptions,
  type FileMode,
  type KeyFile,
  type KeyFiles,
  type Mount,
  type PersistentVolumeClaimOptions,
  type ProjectedSource,
  Volume,
  type VolumeSource,
} from './volumes';
export { httpProbes, WebService, type WebServiceProps } from './web-service';
export { Worker, type WorkerProps } from './worker';
export { Cpu } from '../../imports/k8s';
