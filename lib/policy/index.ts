// What the rest of the project uses of the policies.

export { addAdmissionPolicies, admissionPolicies, isAdmissible } from './admission';
export type { Admission, AdmissionProps } from './admission';
export { enforce } from './enforce';
export type { EnforcedProp } from './enforce';
export { Engine } from './engine';
export type { Finding, Resource, Subject, Violation } from './engine';
export { acknowledge } from './exceptions';
export { PolicyPack } from './pack';
export type { ApplyOptions, Judgement, ObjectException, PolicyPackProps } from './pack';
export { policies } from './policies';
export type { PolicySettings } from './policies';
export type { Policy, Rule, Severity } from './policy';
export { formatReport } from './report';
