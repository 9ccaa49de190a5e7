/**
 * The policies, to judge what a tree of constructs makes, or any manifest: {@link PolicyPack} and {@link check}.
 *
 * @module policy
 */
export { type AdmissionProps, addAdmissionPolicies, ARGO_ROLLOUTS, type Controller } from './admission';
export { check, type CheckOptions, type CheckResult, type ExitCode, type Format, FORMATS } from './check';
export type { CheckInputs } from './check-inputs';
export { acknowledge } from './exceptions';
export { type ApplyOptions, type Judgement, type ObjectException, PolicyPack, type PolicyPackProps } from './pack';
export { policies, policiesWithOptional, type PolicySettings } from './policies';
export type { GivenObject } from './given';
export type { JudgedKind } from './kinds';
export type { GraphFault, Policy, Rule, RuleTarget, Scope, Severity, Variable } from './policy';
export type { ServiceAccount } from './related';
export { formatReport, type Report, type ReportedException, type ReportedViolation, wantsColour } from './report';
export type { Violation } from './violation';
export type {
  AddressTarget,
  Connection,
  Destination,
  Graph,
  GraphMember,
  GraphObject,
  ObjectTarget,
  Problem,
  Reference,
  SelectedTarget,
  Workload,
} from '../graph';
export type { Resource } from '../manifest/manifest';
export type { Path } from '../manifest/plain-data';
export type { PodTemplateKind, WorkloadKind } from '../manifest/workloads';
