import { annotationFor, STALE_EXCEPTION } from './exceptions';
import { admissibleKinds, isAdmissible, kindsOf } from './policy';
import type { Policy, Severity } from './policy';
import { SEARCHED } from './policies/config-map-secret';
import { WORKLOADS } from '../manifest/workloads';

/** Ids of the policies that constructs ask in their constructors. */
const IN_CONSTRUCTORS = [
  'image-denied',
  'image-mutable-tag',
  'image-tag',
  'jvm-heap',
  'probe-no-jvm',
  'probe-startup-budget',
  'probe-timeout',
  'request-within-limit',
];

function scopeOf({ scope, graph }: Policy): string {
  if (graph !== undefined) {
    return 'all objects together, by what they refer to';
  }
  switch (scope) {
    case 'workloads':
      return 'pod templates';
    case 'everything':
      return 'all objects together';
    default:
      return listed(kindsOf(scope).map(({ kind }) => kind));
  }
}

/** What an API server enforces of a policy. */
function inServer({ scope, rules }: Policy): string {
  const kinds = kindsOf(scope);
  const asked = kinds.filter((kind) => admissibleKinds(kinds).includes(kind));
  const limits = [
    ...(asked.length < kinds.length ? [`of ${listed(asked.map(({ kind }) => kind))} alone`] : []),
    ...(rules.some(({ beforeApply }) => beforeApply === true) ? ['by what the object says for itself'] : []),
  ];
  return limits.length === 0 ? 'API server' : `API server (${limits.join(', ')})`;
}

function enforcedIn(policy: Policy): readonly string[] {
  return [
    'synth',
    'check',
    ...(isAdmissible(policy) ? [inServer(policy)] : []),
    ...(IN_CONSTRUCTORS.includes(policy.id) ? ['constructors'] : []),
  ];
}

/** What people are told of a policy, wherever they read of it. */
export interface Description {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  /** Which objects it judges. */
  readonly judges: string;
  /** Where it holds. */
  readonly enforcedIn: readonly string[];
  readonly why: string;
  readonly fix: string;
  readonly link: string;
  /** How an exception from it is acknowledged. */
  readonly exception: string;
}

export function descriptionOf(policy: Policy): Description {
  const { id, title, severity, why, fix, link } = policy;
  const told = { id, title, severity, enforcedIn: enforcedIn(policy), why, fix, link };
  if (id === STALE_EXCEPTION.id) {
    return { ...told, judges: 'acknowledged exceptions', exception: 'None: remove what is not needed.' };
  }
  const toServer = isAdmissible(policy) ? '; the API server knows it by the exact object, from the next synth on' : '';
  return {
    ...told,
    judges: scopeOf(policy),
    exception: `acknowledge(construct, '${id}', 'REASON') in code. It stands as the annotation ${annotationFor(id)}: REASON on the object, where check finds it${toServer}.`,
  };
}

/** Who could get past the policies, by which way, what says no, and the test that shows it. */
const THREATS: readonly (readonly [who: string, way: string, answer: string, test: string])[] = [
  [
    'Who may write workloads in a namespace',
    'writes `ownerReferences` into a Pod, ReplicaSet, Job or any other kind, or adds them with the change (create, patch, apply, generated name)',
    'The API server judges by the requester: nobody but the controller of that kind of owner is believed',
    'admission.test.ts, "nobody else gets past them"',
  ],
  [
    'the same',
    'changes what a controller made: the image of a pod, the template of a ReplicaSet',
    'It is judged, as the requester is no controller',
    'the same',
  ],
  [
    'the same',
    'adds a container to a pod that runs (`pods/ephemeralcontainers`), or resizes it (`pods/resize`)',
    'Both subresources are judged',
    'the same',
  ],
  [
    'the same',
    'uses a kind that makes pods beside the usual ones: ReplicationController, PodTemplate (a Rollout may borrow it), ControllerRevision (a StatefulSet or DaemonSet goes back to it), a Rollout with workloadRef and a template',
    'They are judged like the others',
    'the same, and "judges a ... as check does"',
  ],
  [
    'the same',
    'has a custom resource make the pods: an Experiment or AnalysisTemplate of Argo Rollouts, any operator',
    'What their controllers make is judged like what anybody makes; only ReplicaSets of a Rollout are taken from the account of Argo Rollouts',
    'the same',
  ],
  [
    'the same',
    'runs the Job of an acknowledged CronJob by hand (`kubectl create job --from`)',
    'It is judged: the requester is no controller',
    'the same',
  ],
  [
    'the same',
    'keeps an object that is being deleted by a finalizer, and changes its template',
    'It is judged; removing the finalizer changes nothing that is judged',
    'the same, "an object that goes away"',
  ],
  [
    'the same',
    'changes labels, owners, finalizers, `status` or `scale` only',
    'That changes no template, so it is let through whatever the object is',
    'the same, "lets through"',
  ],
  [
    'the same',
    "copies an exception's annotation, or the name of an acknowledged object for another kind, namespace or policy",
    'The API server knows exceptions by the exact object and policy',
    'the same',
  ],
  [
    'the same, or who may change the Namespace',
    "sets the namespace's label aside by which the policies find it",
    'They go by `kubernetes.io/metadata.name`, which the API server itself sets',
    'the same, "the label by which a namespace is known"',
  ],
  [
    'Who writes manifests that are checked',
    'says that another object owns this one, also in a circle',
    'check judges each object; it leaves out what is reported or acknowledged of the owner in the same input, with the same message and value',
    'owners.test.ts',
  ],
  [
    'the same',
    'mistypes the kind, takes an old group, or a custom resource that holds containers',
    'unknown-workload: containers that nothing judges are an error',
    'policies.test.ts, "unknown-workload"; check.test.ts',
  ],
  [
    'the same',
    'writes what cannot be judged (a number for a list, a quantity that is none)',
    'A rule that cannot be evaluated fails',
    'robustness.test.ts, engine.test.ts',
  ],
];

/** What no policy of ours can see or forbid. */
const REMAINS: readonly string[] = [
  'Who may change ValidatingAdmissionPolicies or their bindings (cluster administrators) can take the policies away. Who may impersonate users, make tokens of service accounts in kube-system (`serviceaccounts/token`), or write workloads there, can act as a controller. Give nobody these rights who is to be judged.',
  'An account that is named as a controller (by default Argo Rollouts, `system:serviceaccount:argo-rollouts:argo-rollouts`) is believed for ReplicaSets that a Rollout owns. Keep it in a namespace of its own: who may edit a namespace may act as its service accounts.',
  'An exception is for an object of that name, whoever writes it and whatever the policy is violated with. Pods that its controller makes inherit it, and only they.',
  'Only the namespaces of the bindings are judged. Workloads elsewhere, static pods (files of a node), and objects of the cluster (ClusterRoles, their bindings, PersistentVolumes) are out of sight of the API server; synth and check see them.',
  'The number of replicas alone is changed past them through the subresource `scale` (`kubectl scale`, an autoscaler), which has no template to judge it by: a rule about replicas holds where the whole object is written.',
  'A pod that leaves the token to its ServiceAccount is believed by the name of the account: who may change ServiceAccounts can switch the token on again. A workload that sets automountServiceAccountToken to false itself depends on nobody.',
  'What was there before the policies is judged when its template is changed; find it with `kubectl get all,podtemplates,controllerrevisions --all-namespaces -o yaml | npm run -s check -- -`. What happens inside a pod that runs (`kubectl exec`, `attach`) is not judged.',
  `Secrets are recognized by what they look like: a name, a form, an assignment. A ConfigMap of more than ${SEARCHED.whole / 1000},000 characters is searched only for what has the form of one. The API server searches an annotation of a workload or a ConfigMap when the object is made, and not when the annotation alone is changed.`,
  'check knows containers by the fields `containers`, `initContainers` and `ephemeralContainers`. What a custom resource calls otherwise is not seen there; the pods that are made of it are, by the API server.',
];

/** What is said of a policy, as Markdown. */
export function markdownOf({ title, severity, judges, enforcedIn: places, why, fix, link }: Description): string {
  return [
    `${title}.`,
    '',
    `- Severity: ${severity}. Judges: ${judges}. Enforced in: ${places.join(', ')}.`,
    `- Why: ${why}`,
    `- Fix: ${fix}`,
    `- Source: <${link}>`,
  ].join('\n');
}

/** `a, b and c` */
function listed(words: readonly string[]): string {
  return [words.slice(0, -1).join(', '), ...words.slice(-1)].filter((text) => text !== '').join(' and ');
}

/** A table as Prettier would have it, so that the file is both generated and formatted. */
function table(head: readonly string[], body: readonly (readonly string[])[]): readonly string[] {
  const widths = head.map((_, column) => Math.max(...[head, ...body].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)];
}

/** The text of README.md. */
export function documentation(given: readonly Policy[]): string {
  const list = [...given, STALE_EXCEPTION];
  return `${[
    '# Policies',
    '',
    '<!-- Generated from the definitions in policies/ by `npm run docs`; edit those. -->',
    '',
    'Each policy is defined once, in `policies/ID.ts`: the rule and its message are CEL expressions, as in Kubernetes itself. The same',
    'text is evaluated wherever manifests pass:',
    '',
    '- **synth**: `new PolicyPack().apply(scope)` judges every API object below a construct as it will be written, and fails the synth with',
    '  one report. `policies({ deniedRepositories, mutableTags, ... })` and `severities` say what an environment demands beyond the defaults.',
    '- **constructors**: `enforce(construct, ...)` refuses a prop where it is given, so that the stack points at the caller, by the packs',
    '  that were applied above the construct before it was made.',
    '- **check**: `npm run -s check -- FILE|DIR|-...` judges any YAML, such as what an overlay made of it:',
    '  `kubectl kustomize OVERLAY | npm run -s check -- -`. `--environment NAME` judges by what that environment demands. `--list` lists the',
    '  policies, and `--explain ID` prints what is said here of one, with its expressions.',
    '- **API server**: `addAdmissionPolicies(chart, ...)` writes a ValidatingAdmissionPolicy and its binding (Kubernetes 1.30 and later).',
    '  It is in force in the namespaces that are named, so objects of no namespace (ClusterRole, PersistentVolume, ...) are not judged there,',
    '  and neither is what only other objects tell, such as the autoscaler of a workload.',
    '',
    'An `error` fails; a `warning` is reported. A rule that cannot be evaluated fails.',
    '',
    `Pod templates are those of ${listed(WORKLOADS.map(({ kind }) => kind))}.`,
    'Containers, init containers and ephemeral containers are judged; those that run until they are stopped (also restartable init',
    'containers) must be probed. A custom resource is judged like them once it is said where its pod template stands: `--pod-template',
    'GROUP/KIND=spec.template` for check, `workloads` of a PolicyPack for synth and the API server. Until then its containers are the error',
    '`unknown-workload`.',
    '',
    'The API server lets pass what a controller of Kubernetes or of Argo Rollouts makes of a template (pods, ReplicaSets, Jobs): the template',
    'was judged. It knows them by their account, whether they have one each or one together. An update that changes no template and no data',
    'passes as well. check judges every object, and what is wrong with an owner in the same input is not said again of what it owns.',
    '',
    'An object is judged with what the others of its namespace say of it: a workload with its ServiceAccount and the autoscalers that scale',
    'it, a PodDisruptionBudget with the workloads that it selects. For synth that is everything below the construct, for check everything in',
    'the same folder (or on standard input). The API server knows of these the ServiceAccounts of the tree that switch the token off for a',
    'workload which does not say so itself.',
    '',
    'The policies from `reference-object` on judge what objects refer to, over all of them together: for synth everything below the construct,',
    'for check everything that one call names, which is one set. What is not in it and in the cluster already is given: `given` of a PolicyPack,',
    '`--given FILE|DIR` for check (such as what `kubectl get -o yaml` prints). It is not judged. What controllers make counts as there: the Secret',
    'of an ExternalSecret, a Certificate or a KafkaUser with its keys, the claims of a StatefulSet, the Services of a Strimzi cluster, the default',
    'ServiceAccount. Classes, ClusterIssuers and ClusterSecretStores are the business of whoever runs the cluster: nothing is said of a name',
    'until one of that kind is in the set, or given. No API server is asked, as it sees one object at a time.',
    '',
    '**Exceptions** are acknowledged in code, `acknowledge(construct, id, reason)`, for a construct and what is below it. They are listed in',
    'every report and stand on the object as an annotation `policy-exception/ID`; one that nothing needs any more is the error',
    '`stale-exception`. The API server knows them by the exact object, and ignores the annotation.',
    '',
    'The security policies from `host-process` to `run-as-user` are the controls of the "restricted" Pod Security Standard, as of Kubernetes',
    '1.37. Where a control of "baseline" is repeated more strictly in "restricted" (capabilities, seccomp), there is one policy. They are',
    'stricter in one point: a user namespace (`hostUsers: false`) excuses nothing, as clusters before 1.35 may not honour it.',
    '',
    ...table(
      ['id', 'severity', 'what must hold'],
      list.map(({ id, severity, title }) => [`[${id}](#${id})`, severity, title]),
    ),
    '',
    list.map((policy) => `### ${policy.id}\n\n${markdownOf(descriptionOf(policy))}`).join('\n\n'),
    '',
    '## Who could get past them',
    '',
    'Tests of admission.test.ts run on a real API server with real controllers (`npm run test:cluster`), as a user who may do everything with',
    'workloads in the namespace; the others stand in `test/policy`.',
    '',
    ...table(['who', 'by which way', 'what says no', 'the test'], THREATS),
    '',
    'What remains, by nature:',
    '',
    ...REMAINS.map((text) => `- ${text}`),
  ].join('\n')}\n`;
}
