import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { celString } from './cel';
import { groupOf } from './engine';
import type { ObjectException } from './pack';
import { CONTAINER_LISTS, WORKLOADS, WORKLOAD_CONDITIONS, WORKLOAD_VARIABLES } from './policy';
import type { Policy, Rule, Variable } from './policy';

// ValidatingAdmissionPolicy, in the API server itself from Kubernetes 1.30:
// https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/

/** Where and how the API server enforces policies. */
export interface AdmissionProps {
  /** The policies, with the severities that hold there. Those that no API server can decide are left out. */
  readonly policies: readonly Policy[];
  /** The namespaces whose objects are judged; no other is touched. */
  readonly namespaces: readonly string[];
  /**
   * Names start with it, as policies belong to the whole cluster.
   * @default 'policy'
   */
  readonly prefix?: string;
  /**
   * Whether violations are only reported: as a warning to whoever makes the request, and in the audit log.
   * @default false errors are refused, warnings are reported
   */
  readonly audit?: boolean;
  /**
   * Objects that may violate a policy: exactly these, whatever annotations others carry.
   * @default [] no exception
   */
  readonly exceptions?: readonly ObjectException[];
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

/** Whether an API server, which sees one object at a time, can decide the policy. */
export function isAdmissible(policy: Policy): boolean {
  return policy.scope !== 'everything' && policy.unique === undefined;
}

/** Objects for the API server: the same rules and the same messages as everywhere else. */
export function admissionPolicies(props: AdmissionProps): readonly Admission[] {
  return props.policies.filter(isAdmissible).map((policy) => {
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
          matchConstraints: { resourceRules: resourceRules(policy) },
          matchConditions: [...conditions(policy), ...exempt(exceptions)],
          variables: variables(policy),
          validations: policy.rules.map((rule) => ({
            expression: holds(rule),
            message: policy.title,
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
          validationActions: props.audit === true || policy.severity === 'warning' ? ['Warn', 'Audit'] : ['Deny'],
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

function resourceRules({ scope, rules }: Policy): readonly ResourceRule[] {
  const kinds = scope === 'workloads' ? WORKLOADS : scope === 'everything' ? [] : [scope];
  // `kubectl debug` adds a container to a pod that is already there.
  const debug = scope === 'workloads' && rules.some(({ on }) => on === 'container') ? ['pods/ephemeralcontainers'] : [];
  const groups = new Map<string, { readonly group: string; readonly version: string; readonly resources: string[] }>();
  for (const { group, version, resource } of kinds) {
    const key = `${group}/${version}`;
    const entry = groups.get(key) ?? { group, version, resources: group === '' ? [...debug] : [] };
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

/** A container that is added to a running pod is judged even where the pod itself was judged through its controller. */
const ADDS_CONTAINER = "has(request.subResource) && request.subResource == 'ephemeralcontainers'";

function conditions({ scope }: Policy): readonly NamedExpression[] {
  return [
    // An object that is going away must be able to lose its finalizers.
    { name: 'not-being-deleted', expression: '!has(object.metadata.deletionTimestamp)' },
    ...(scope !== 'workloads'
      ? []
      : WORKLOAD_CONDITIONS.map(({ name, expression }) => ({
          name,
          expression: name === 'not-made-by-a-controller' ? `(${ADDS_CONTAINER}) || (${expression})` : expression,
        }))),
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
function variables({ scope, rules }: Policy): readonly Variable[] {
  if (scope !== 'workloads') {
    return [];
  }
  const needed = new Set<string>();
  const need = (text: string): void => {
    for (const { name, expression } of WORKLOAD_VARIABLES) {
      if (!needed.has(name) && new RegExp(`\\bvariables\\.${name}\\b`).test(text)) {
        needed.add(name);
        need(expression);
      }
    }
  };
  rules.forEach((rule) => {
    need(`${holds(rule)} ${message(rule)}`);
  });
  return WORKLOAD_VARIABLES.filter(({ name }) => needed.has(name)).map(({ name, expression }) => ({
    name,
    expression:
      name === 'containers'
        ? `${ADDS_CONTAINER} ? (has(variables.podSpec.ephemeralContainers) ? variables.podSpec.ephemeralContainers : []) : (${expression})`
        : expression,
  }));
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
  const one = list === undefined ? rule.message : `'container "' + c.name + '": ' + (${rule.message})`;
  const ofItem = rule.offenders === undefined ? one : `(${rule.offenders}).map(f, ${one}).join('; ')`;
  return list === undefined ? ofItem : `${list}.filter(c, !(${itemHolds(rule)})).map(c, ${ofItem}).join('; ')`;
}
