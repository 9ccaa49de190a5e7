import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { celString, celStrings, compile } from './cel';
import { groupOf } from '../manifest/manifest';
import type { ObjectException } from './pack';
import {
  admissibleKinds,
  admissibleRules,
  CONTAINER_LISTS,
  isAdmissible,
  kindsOf,
  nameOf,
  unmet,
  valueOr,
  workloads,
} from './policy';
import { WORKLOADS } from '../manifest/workloads';
import type { Policy, Rule, Variable, Workloads } from './policy';
import type { ServiceAccount } from './related';
import type { WorkloadKind } from '../manifest/workloads';

// ValidatingAdmissionPolicy, in the API server itself from Kubernetes 1.30:
// https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/

/** Who makes objects of a template that was judged in another object. */
export interface Controller {
  /** The user name of its requests, such as `system:serviceaccount:NAMESPACE:NAME`. */
  readonly account: string;
  /** What it makes, and of which owner: `ReplicaSet of argoproj.io/v1alpha1 Rollout`. */
  readonly makes: readonly `${string} of ${string} ${string}`[];
}

/**
 * What the controllers of Kubernetes make, by the name of their service account in kube-system
 * (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#controller-roles).
 */
const BUILT_IN: Readonly<Record<string, Controller['makes']>> = {
  'deployment-controller': ['ReplicaSet of apps/v1 Deployment'],
  'replicaset-controller': ['Pod of apps/v1 ReplicaSet'],
  'statefulset-controller': ['Pod of apps/v1 StatefulSet', 'ControllerRevision of apps/v1 StatefulSet'],
  'daemon-set-controller': ['Pod of apps/v1 DaemonSet', 'ControllerRevision of apps/v1 DaemonSet'],
  'replication-controller': ['Pod of v1 ReplicationController'],
  'job-controller': ['Pod of batch/v1 Job'],
  'cronjob-controller': ['Job of batch/v1 CronJob'],
};

const CONTROLLERS: readonly Controller[] = [
  ...Object.entries(BUILT_IN).map(([name, makes]) => ({ account: `system:serviceaccount:kube-system:${name}`, makes })),
  // All of them, where the controller manager runs without --use-service-account-credentials.
  { account: 'system:kube-controller-manager', makes: Object.values(BUILT_IN).flat() },
];

/**
 * Argo Rollouts, as it installs itself. What it makes of an Experiment or of an AnalysisTemplate is judged like anybody's: their templates
 * are not.
 */
export const ARGO_ROLLOUTS: Controller = {
  account: 'system:serviceaccount:argo-rollouts:argo-rollouts',
  makes: ['ReplicaSet of argoproj.io/v1alpha1 Rollout'],
};

/** Where and how the API server enforces policies. */
export interface AdmissionProps {
  /**
   * The policies. Errors are refused; warnings are reported, to whoever makes the request and in the audit log. Those that no API server
   * can decide are left out.
   */
  readonly policies: readonly Policy[];
  /** The namespaces whose objects are judged; no other is touched. */
  readonly namespaces: readonly string[];
  /**
   * Names start with it, as policies belong to the whole cluster.
   * @default 'policy'
   */
  readonly prefix?: string;
  /**
   * Objects that may violate a policy: exactly these, whatever annotations others carry.
   * @default [] no exception
   */
  readonly exceptions?: readonly ObjectException[];
  /**
   * ServiceAccounts that switch the token off for pods which do not say so themselves.
   * @default [] such a pod mounts a token, as far as the API server knows
   */
  readonly tokenlessAccounts?: readonly ServiceAccount[];
  /**
   * Controllers besides those of Kubernetes itself. Whoever acts as one of these accounts is not judged in what it makes, so name none
   * that people can use.
   * @default [ARGO_ROLLOUTS]
   */
  readonly controllers?: readonly Controller[];
  /**
   * Kinds of custom resources that hold a pod template, to be judged as workloads.
   * @default [] those of Kubernetes and Argo Rollouts alone
   */
  readonly workloads?: readonly WorkloadKind[];
}

interface NamedExpression {
  readonly name: string;
  readonly expression: string;
}

interface ResourceRule {
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly operations: readonly ('CREATE' | 'UPDATE')[];
  readonly resources: readonly string[];
}

/** What is written for one policy; the fields of the API that are used. */
export interface ValidatingAdmissionPolicy {
  readonly apiVersion: 'admissionregistration.k8s.io/v1';
  readonly kind: 'ValidatingAdmissionPolicy';
  readonly metadata: { readonly name: string; readonly annotations: Readonly<Record<string, string>> };
  readonly spec: {
    readonly failurePolicy: 'Fail';
    readonly matchConstraints: { readonly resourceRules: readonly ResourceRule[] };
    readonly matchConditions: readonly NamedExpression[];
    readonly variables: readonly Variable[];
    readonly validations: readonly {
      readonly expression: string;
      readonly message: string;
      readonly messageExpression: string;
      readonly reason: 'Invalid';
    }[];
  };
}

/** Puts a policy into force. */
export interface ValidatingAdmissionPolicyBinding {
  readonly apiVersion: 'admissionregistration.k8s.io/v1';
  readonly kind: 'ValidatingAdmissionPolicyBinding';
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly policyName: string;
    readonly validationActions: readonly ('Deny' | 'Warn' | 'Audit')[];
    readonly matchResources: {
      readonly namespaceSelector: {
        readonly matchExpressions: readonly [
          { readonly key: 'kubernetes.io/metadata.name'; readonly operator: 'In'; readonly values: readonly string[] },
        ];
      };
    };
  };
}

/** One policy of ours, as the API server takes it. */
export interface Admission {
  readonly policy: ValidatingAdmissionPolicy;
  readonly binding: ValidatingAdmissionPolicyBinding;
}

/** Objects for the API server: the same rules and the same messages as everywhere else. */
export function admissionPolicies(props: AdmissionProps): readonly Admission[] {
  const known = workloads(props.workloads);
  const kinds = [...WORKLOADS, ...(props.workloads ?? [])];
  const controllers = [...CONTROLLERS, ...(props.controllers ?? [ARGO_ROLLOUTS])];
  return props.policies.filter(isAdmissible).map((given) => {
    const policy = { ...given, rules: admissibleRules(given.rules) };
    const name = `${props.prefix ?? 'policy'}-${policy.id}`;
    const exceptions = (props.exceptions ?? []).filter((exception) => exception.policy === policy.id);
    return {
      policy: {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicy',
        metadata: {
          name,
          annotations: { 'policy/why': policy.why, 'policy/fix': policy.fix, 'policy/link': policy.link },
        },
        spec: {
          failurePolicy: 'Fail',
          matchConstraints: { resourceRules: resourceRules(policy, kinds) },
          matchConditions: [...conditions(policy, known, kinds, controllers), ...exempt(exceptions)],
          variables: variables(policy, known, props.tokenlessAccounts ?? []),
          validations: policy.rules.map((rule) => ({
            expression: holds(rule),
            // Where the other one fails, has more than 5 KiB, or has line breaks.
            message: unmet(policy),
            messageExpression: message(rule),
            reason: 'Invalid',
          })),
        },
      },
      binding: {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata: { name },
        spec: {
          policyName: name,
          validationActions: policy.severity === 'warning' ? ['Warn', 'Audit'] : ['Deny'],
          matchResources: {
            namespaceSelector: {
              // The API server itself sets this label on every namespace, and nobody can change it.
              matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: props.namespaces }],
            },
          },
        },
      },
    };
  });
}

/** Adds the API server's policies to a chart, each beside its binding. */
export function addAdmissionPolicies(scope: Construct, props: AdmissionProps): void {
  for (const { policy, binding } of admissionPolicies(props)) {
    new ApiObject(scope, policy.metadata.name, { ...policy });
    new ApiObject(scope, `${binding.metadata.name}-binding`, { ...binding });
  }
}

function resourceRules({ scope, rules }: Policy, workloadKinds: readonly WorkloadKind[]): readonly ResourceRule[] {
  const kinds = scope === 'workloads' ? workloadKinds : admissibleKinds(kindsOf(scope));
  const judges = (on: Rule['on']): boolean => scope === 'workloads' && rules.some((rule) => rule.on === on);
  const subresources = [
    // `kubectl debug` adds a container to a pod that is already there.
    ...(judges('container') ? ['pods/ephemeralcontainers'] : []),
    // From 1.33 on, resources of a pod that runs are changed here alone.
    ...(judges('resourced') ? ['pods/resize'] : []),
  ];
  const groups = new Map<string, { readonly group: string; readonly version: string; readonly resources: string[] }>();
  for (const { group, version, resource } of kinds) {
    const key = `${group}/${version}`;
    const entry = groups.get(key) ?? { group, version, resources: group === '' ? [...subresources] : [] };
    entry.resources.push(resource);
    groups.set(key, entry);
  }
  return [...groups.values()].map(({ group, version, resources }) => ({
    apiGroups: [group],
    apiVersions: [version],
    operations: ['CREATE', 'UPDATE'],
    resources: resources.toSorted(),
  }));
}

const ADDS_CONTAINER = "has(request.subResource) && request.subResource == 'ephemeralcontainers'";

/** CEL: whether one of the fields of `base` in the object is another one than before. */
function changes(fields: readonly string[], base = ''): string {
  const value = (object: string): string => `(f in dyn(${object})${base} ? [dyn(${object})${base}[f]] : [])`;
  return `${celStrings(fields)}.exists(f, ${value('object')} != ${value('oldObject')})`;
}

function conditions(
  { scope, rules }: Policy,
  { conditions: ofWorkloads }: Workloads,
  kinds: readonly WorkloadKind[],
  controllers: readonly Controller[],
): readonly NamedExpression[] {
  const reads = rules
    .flatMap(({ rule, offenders }) => compile(rule ?? offenders ?? 'true').reads())
    .map((read) => read.slice(0, 3).join('.'));
  const roots =
    scope === 'workloads'
      ? // Where a template stands below the root of a kind; that of a Pod is its spec.
        ['spec', ...kinds.map(({ template }) => template.split('.')[0] ?? '').filter((root) => root !== '')]
      : kindsOf(scope).flatMap(({ judged = ['spec'] }) => judged);
  const judged = [
    changes([...new Set(roots)].toSorted()),
    ...(reads.includes('object.metadata.labels') ? [changes(['labels'], '.metadata')] : []),
    // Those of a template are part of it.
    ...(reads.some((read) => read.startsWith('variables.podMetadata'))
      ? [`object.kind == 'Pod' && ${changes(['annotations', 'labels'], '.metadata')}`]
      : []),
  ];
  const madeBy = controllers.flatMap(({ account, makes }) => makes.map((made) => `${account} makes ${made}`));
  return [
    // Whoever changes nothing that is judged adds nothing: labels are set, a finalizer is removed, an owner is given up, also where an object
    // is older than the policy, or an acknowledged one's controller made it.
    {
      name: 'changes-what-is-judged',
      expression: `request.operation != 'UPDATE' || ${judged.map((changed) => `(${changed})`).join(' || ')}`,
    },
    ...(scope !== 'workloads'
      ? []
      : [
          {
            // What an object says of its owner is its author's word. The template of the owner was judged when the requester is the controller.
            name: 'not-made-by-a-controller',
            expression: `!has(object.metadata.ownerReferences) || !object.metadata.ownerReferences.exists(o, has(o.controller) && o.controller == true && (request.userInfo.username + ' makes ' + object.kind + ' of ' + o.apiVersion + ' ' + o.kind) in ${celStrings(madeBy)})`,
          },
          ...ofWorkloads,
        ]),
  ];
}

/** Leaves out the acknowledged objects, by everything that tells one from another. The API takes few conditions, so it is one. */
function exempt(exceptions: readonly ObjectException[]): readonly NamedExpression[] {
  const objects = exceptions.map(({ resource: { apiVersion, kind, namespace, name } }) =>
    [
      `request.kind.group == ${celString(groupOf(apiVersion ?? ''))}`,
      `request.kind.kind == ${celString(kind ?? '')}`,
      `request.namespace == ${celString(namespace ?? 'default')}`,
      `has(object.metadata.name) && object.metadata.name == ${celString(name ?? '')}`,
    ].join(' && '),
  );
  return objects.length === 0
    ? []
    : [{ name: 'not-acknowledged', expression: objects.map((same) => `!(${same})`).join(' && ') }];
}

/** The shared variables that the rules use, directly or through others. */
function variables(
  { scope, rules }: Policy,
  { variables: ofWorkloads }: Workloads,
  tokenlessAccounts: readonly ServiceAccount[],
): readonly Variable[] {
  if (scope !== 'workloads') {
    return [];
  }
  const all = [...ofWorkloads, { name: 'related', expression: related(tokenlessAccounts) }];
  const needed = new Set<string>();
  const need = (text: string): void => {
    for (const { name, expression } of all) {
      if (!needed.has(name) && new RegExp(`\\bvariables\\.${name}\\b`).test(text)) {
        needed.add(name);
        need(expression);
      }
    }
  };
  rules.forEach((rule) => {
    need(`${holds(rule)} ${message(rule)}`);
  });
  return all
    .filter(({ name }) => needed.has(name))
    .map(({ name, expression }) => ({
      name,
      expression:
        name === 'containers'
          ? // The pod itself was judged when it was made.
            `${ADDS_CONTAINER} ? (has(variables.podSpec.ephemeralContainers) ? variables.podSpec.ephemeralContainers : []) : (${expression})`
          : expression,
    }));
}

const ACCOUNT_OF_POD = valueOr(
  'variables.podSpec',
  'serviceAccountName',
  valueOr('variables.podSpec', 'serviceAccount', "'default'"),
);

/** CEL: the pod's ServiceAccount, where it is one of these. */
function related(tokenlessAccounts: readonly ServiceAccount[]): string {
  const namespaces = [...new Set(tokenlessAccounts.map(({ namespace }) => namespace))];
  const names = (namespace: string): readonly string[] =>
    tokenlessAccounts.filter((account) => account.namespace === namespace).map(({ name }) => name);
  const isOneOf = namespaces.map(
    (namespace) =>
      `(request.namespace == ${celString(namespace)} && (${ACCOUNT_OF_POD}) in ${celStrings(names(namespace))})`,
  );
  return isOneOf.length === 0
    ? 'dyn([])'
    : `${isOneOf.join(' || ')} ? dyn([{'kind': dyn('ServiceAccount'), 'automountServiceAccountToken': dyn(false)}]) : dyn([])`;
}

function listOf({ on }: Rule): string | undefined {
  return on === 'container' || on === 'resourced' || on === 'longRunning'
    ? `variables.${CONTAINER_LISTS[on]}`
    : undefined;
}

/** For one item, whether the rule holds. */
function itemHolds({ rule, offenders }: Rule): string {
  return rule ?? `size(${offenders ?? '[]'}) == 0`;
}

function holds(rule: Rule): string {
  const list = listOf(rule);
  return list === undefined ? itemHolds(rule) : `${list}.all(c, ${itemHolds(rule)})`;
}

/** All messages that the rule has for this object, in one line. */
function message(rule: Rule): string {
  const list = listOf(rule);
  const said = rule.subject === undefined ? rule.message : `${rule.subject} + ' ' + (${rule.message})`;
  const one = list === undefined ? said : `'container "' + ${nameOf('c')} + '": ' + (${said})`;
  const ofItem = rule.offenders === undefined ? one : `(${rule.offenders}).map(f, ${one}).join('; ')`;
  return list === undefined ? ofItem : `${list}.filter(c, !(${itemHolds(rule)})).map(c, ${ofItem}).join('; ')`;
}
