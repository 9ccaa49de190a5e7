/**
 * Services, Kafka and what they need, on one hardened pod template.
 *
 * @module constructs
 */
export { type CanaryStep } from './canary';
export { ConfigMap, type ConfigMapProps, type EnvironmentSource } from './config-map';
export { type Endpoint, hostPort, serviceHost } from './endpoint';
export { ExternalHostService, type ExternalHostServiceProps } from './external-host-service';
export { Ingress, type IngressProps, type IngressRoute } from './ingress';
export { type InvalidProp, InvalidPropError } from './invalid-prop';
export { type KafkaBootstrap, KafkaKraft, type KafkaKraftProps } from './kafka-kraft';
export { type Component, labelsOf, selectorOf } from './labels';
export { Namespace, type NamespaceProps, type PodSecurityLevel } from './namespace';
export { type Json, Patch, PatchableConstruct, patchObject, type PatchOperation, type PatchTarget } from './patch';
export { type PodProps, type PodTemplate, podTemplate, type PodTemplateProps } from './pod-template';
export type { Container, ContainerProps, InitContainerProps, PodContainer, SidecarProps } from './container';
export type { PlacementProps, TopologySpread, TopologySpreadConstraint, WhenUnsatisfiable } from './placement';
export { PreStop, type PreStopHandler } from './pre-stop';
export type { ExistingServiceAccount, OwnServiceAccount, ServiceAccountProps } from './service-account';
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
  type EmptyDirOptions,
  type FileMode,
  type KeyFile,
  type KeyFiles,
  type Mount,
  type ProjectedSource,
  Volume,
  type VolumeSource,
} from './volumes';
export type { NamedPort } from './port';
export { Probe, type Probes, type ProbeTiming, type ProbeTimings } from './probe';
export type { ResourceProps } from './resources';
export { Secret, type SecretProps } from './secret';
export {
  type SpringConnections,
  type SpringDatabase,
  SpringService,
  type SpringServiceProps,
  springVariables,
} from './spring-service';
export type { StorageProps } from './storage';
export { httpProbes, WebService, type WebServiceProps } from './web-service';
export { Cpu } from '../../imports/k8s';
