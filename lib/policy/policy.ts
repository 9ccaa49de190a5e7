/** An `error` fails the synth, the check and the request to the API server; a `warning` is reported. */
export type Severity = 'error' | 'warning';

/**
 * What a rule judges, one at a time:
 * - `object`: the whole object.
 * - `template`: the metadata of the pods (a Pod's own, or its template's).
 * - `pod`: the pod's spec.
 * - `container`: every container, init container and ephemeral container, as `c`.
 * - `resourced`: containers and init containers, as `c`: Kubernetes allows ephemeral ones no resources.
 * - `longRunning`: containers that are meant to run until they are stopped, as `c`: those of pods that restart always, and
 *   restartable init containers (sidecars).
 */
export type Subject = 'object' | 'template' | 'pod' | 'container' | 'resourced' | 'longRunning';

/**
 * One thing that a policy demands. Its expressions are CEL, see `object`, `variables` and, for containers, `c`, and are the same text
 * wherever they are evaluated.
 */
export interface Rule {
  readonly on: Subject;
  /**
   * The field to blame, from what is judged; `{f}` stands for an offender, and `name[{f}]` for the item of that name in a list.
   */
  readonly field: string;
  /** What must hold. Either this or `offenders`. */
  readonly rule?: string;
  /** What must be empty: a list of strings, each of which gives one violation and is `f` in the message. */
  readonly offenders?: string;
  /** What is wrong. For a container its name is put in front. */
  readonly message: string;
}

/** Which kinds of object a policy judges. `workloads`: every kind that holds a pod template, and Pod itself. */
export type Scope =
  'workloads' | { readonly group: string; readonly version: string; readonly kind: string; readonly resource: string };

/** A policy: what must hold, why, and what to do where it does not. */
export interface Policy {
  /** Also the name of the policy's file. */
  readonly id: string;
  /** What must hold, in one line. */
  readonly title: string;
  readonly severity: Severity;
  readonly scope: Scope | 'everything';
  readonly rules: readonly Rule[];
  /**
   * For a policy about a set of objects: the CEL expression of a key that no two of them may share. No API server can decide this, since
   * it sees one object at a time.
   */
  readonly unique?: { readonly key: string; readonly message: string };
  readonly why: string;
  readonly fix: string;
  readonly link: string;
}

/** Kinds that hold a pod template, and where it stands. */
export interface WorkloadKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly resource: string;
}

/** Pod, and every kind whose controller makes pods. */
export const WORKLOADS: readonly WorkloadKind[] = [
  { group: '', version: 'v1', kind: 'Pod', resource: 'pods' },
  { group: 'apps', version: 'v1', kind: 'Deployment', resource: 'deployments' },
  { group: 'apps', version: 'v1', kind: 'StatefulSet', resource: 'statefulsets' },
  { group: 'apps', version: 'v1', kind: 'DaemonSet', resource: 'daemonsets' },
  { group: 'apps', version: 'v1', kind: 'ReplicaSet', resource: 'replicasets' },
  { group: 'batch', version: 'v1', kind: 'Job', resource: 'jobs' },
  { group: 'batch', version: 'v1', kind: 'CronJob', resource: 'cronjobs' },
  { group: 'argoproj.io', version: 'v1alpha1', kind: 'Rollout', resource: 'rollouts' },
];

/** A named expression that rules share as `variables.NAME`; each may use those above it. */
export interface Variable {
  readonly name: string;
  readonly expression: string;
}

const LISTED = (list: string): string => `(has(variables.podSpec.${list}) ? variables.podSpec.${list} : [])`;

/** Evaluated once for each object that holds a pod template. */
export const WORKLOAD_VARIABLES: readonly Variable[] = [
  {
    name: 'podSpec',
    expression:
      "object.kind == 'Pod' ? dyn(object).spec : object.kind == 'CronJob' ? dyn(object).spec.jobTemplate.spec.template.spec : dyn(object).spec.template.spec",
  },
  {
    name: 'podMetadata',
    expression: [
      "object.kind == 'Pod' ? (has(object.metadata) ? dyn(object).metadata : dyn({}))",
      "object.kind == 'CronJob' ? (has(dyn(object).spec.jobTemplate.spec.template.metadata) ? dyn(object).spec.jobTemplate.spec.template.metadata : dyn({}))",
      '(has(dyn(object).spec.template.metadata) ? dyn(object).spec.template.metadata : dyn({}))',
    ].join(' : '),
  },
  { name: 'podContainers', expression: LISTED('containers') },
  { name: 'initContainers', expression: LISTED('initContainers') },
  {
    name: 'containers',
    expression: `variables.podContainers + variables.initContainers + ${LISTED('ephemeralContainers')}`,
  },
  { name: 'resourced', expression: 'variables.podContainers + variables.initContainers' },
  {
    name: 'runsToCompletion',
    expression:
      "object.kind in ['Job', 'CronJob'] || (has(variables.podSpec.restartPolicy) && variables.podSpec.restartPolicy != 'Always')",
  },
  {
    name: 'longRunning',
    expression:
      "(variables.runsToCompletion ? [] : variables.podContainers) + variables.initContainers.filter(c, has(c.restartPolicy) && c.restartPolicy == 'Always')",
  },
  {
    name: 'windows',
    expression: "has(variables.podSpec.os) && has(variables.podSpec.os.name) && variables.podSpec.os.name == 'windows'",
  },
];

/** The variable that lists what a rule on containers judges. */
export const CONTAINER_LISTS = { container: 'containers', resourced: 'resourced', longRunning: 'longRunning' } as const;

/** Kinds whose pods (or Jobs, or ReplicaSets) are judged through them. */
const OWNERS = ['ReplicaSet', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'Rollout'];

/**
 * Which workloads are judged: not what the controller of another workload made, as that one has been judged itself, and not a
 * Rollout that borrows the template of a Deployment.
 */
export const WORKLOAD_CONDITIONS: readonly Variable[] = [
  {
    name: 'not-made-by-a-controller',
    expression: `!has(object.metadata) || !has(object.metadata.ownerReferences) || !object.metadata.ownerReferences.exists(o, has(o.controller) && o.controller == true && o.kind in ${JSON.stringify(OWNERS)})`,
  },
  {
    name: 'has-a-template',
    expression: "object.kind != 'Rollout' || !has(dyn(object).spec) || !has(dyn(object).spec.workloadRef)",
  },
];

/** CEL: whether the field `path` of `base` is set, however deep it is. */
export function isSet(base: string, path: string): string {
  const parts = path.split('.');
  return parts.map((_, index) => `has(${base}.${parts.slice(0, index + 1).join('.')})`).join(' && ');
}

/** CEL: the field `path` of `base`, or `otherwise` where it is not set. */
export function valueOr(base: string, path: string, otherwise: string): string {
  return `(${isSet(base, path)} ? ${base}.${path} : ${otherwise})`;
}

/** The probes that a container may have, in the order in which they come to matter. */
export const PROBES = ['startupProbe', 'livenessProbe', 'readinessProbe'] as const;

/** CEL: the names of the probes of `c` that `condition` holds for. */
export function probesWhere(condition: (probe: string) => string): string {
  return PROBES.map((name) => `(has(c.${name}) && (${condition(`c.${name}`)}) ? ['${name}'] : [])`).join(' + ');
}
