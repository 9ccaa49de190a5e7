// What the rest of the project uses of the policies.

export { addAdmissionPolicies, admissionPolicies, ARGO_ROLLOUTS, isAdmissible } from './admission';
export type { Admission, AdmissionProps, Controller } from './admission';
export { enforce } from './enforce';
export type { EnforcedProp } from './enforce';
export { Engine } from './engine';
export type { Finding, Subject, Violation } from './engine';
export { acknowledge } from './exceptions';
export type { Resource } from './manifest';
export { PolicyPack } from './pack';
export type { ApplyOptions, Judgement, ObjectException, PolicyPackProps } from './pack';
export { policies } from './policies';
export type { PolicySettings } from './policies';
export type { Policy, PodTemplateKind, Rule, Severity, WorkloadKind } from './policy';
export { formatReport } from './report';
