// Where pod templates stand.

/** A kind that holds a pod template, and where. */
export interface PodTemplateKind {
  /** The API group, in whatever version. */
  readonly group: string;
  readonly kind: string;
  /** The field that holds metadata and spec of the pods, such as `spec.template`; empty for the object itself. */
  readonly template: string;
}

/** A kind that holds a pod template, as an API server knows it. */
export interface WorkloadKind extends PodTemplateKind {
  readonly version: string;
  /** The kind's name in addresses, such as `deployments`. */
  readonly resource: string;
}

/** A kind, and whether it may do without a template: always, or where it has the field named. If it has one all the same, that counts. */
interface KnownKind extends WorkloadKind {
  readonly mayLack?: true | string;
}

/** Where most kinds have it. */
export const USUAL_TEMPLATE = 'spec.template';

/**
 * Pod, every kind whose controller makes pods, and what controllers take templates from besides: a StatefulSet and a DaemonSet go back to
 * what a ControllerRevision holds, and a Rollout may borrow a PodTemplate.
 */
export const WORKLOADS: readonly KnownKind[] = [
  { group: '', version: 'v1', kind: 'Pod', resource: 'pods', template: '' },
  {
    group: '',
    version: 'v1',
    kind: 'ReplicationController',
    resource: 'replicationcontrollers',
    template: USUAL_TEMPLATE,
  },
  { group: '', version: 'v1', kind: 'PodTemplate', resource: 'podtemplates', template: 'template' },
  { group: 'apps', version: 'v1', kind: 'Deployment', resource: 'deployments', template: USUAL_TEMPLATE },
  { group: 'apps', version: 'v1', kind: 'StatefulSet', resource: 'statefulsets', template: USUAL_TEMPLATE },
  { group: 'apps', version: 'v1', kind: 'DaemonSet', resource: 'daemonsets', template: USUAL_TEMPLATE },
  { group: 'apps', version: 'v1', kind: 'ReplicaSet', resource: 'replicasets', template: USUAL_TEMPLATE },
  {
    group: 'apps',
    version: 'v1',
    kind: 'ControllerRevision',
    resource: 'controllerrevisions',
    template: 'data.spec.template',
    // Other controllers keep other things in it.
    mayLack: true,
  },
  { group: 'batch', version: 'v1', kind: 'Job', resource: 'jobs', template: USUAL_TEMPLATE },
  { group: 'batch', version: 'v1', kind: 'CronJob', resource: 'cronjobs', template: 'spec.jobTemplate.spec.template' },
  {
    group: 'argoproj.io',
    version: 'v1alpha1',
    kind: 'Rollout',
    resource: 'rollouts',
    template: USUAL_TEMPLATE,
    // It borrows the template of another object, which is judged itself.
    mayLack: 'spec.workloadRef',
  },
];
