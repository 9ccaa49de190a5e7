import { isExposedService } from '../../graph';
import type { Graph, GraphObject, Workload } from '../../graph';
import { child, field, listAt, textAt, textsAt } from '../../manifest/plain-data';
import type { Path } from '../../manifest/plain-data';
import { annotatedExceptions, annotationFor } from '../../policy/exceptions';
import { identityOf } from '../model';
import type { Comparison, Consequence, ObjectChange, Rule, Severity } from '../model';
import { dangerOf, grantsOf, grantsText, isAllowed, subjectsOf } from './grants';
import {
  annotationOf,
  causeIn,
  consequence,
  isChanged,
  isWorkload,
  kindOf,
  listText,
  nameOf,
  perGraph,
  reachabilityOf,
  removedBy,
  updateOf,
  workloadIn,
} from './objects';
import { openingsOf } from './pod-rights';

const RBAC = 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/';
const SERVICE_TYPES =
  'https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types';
const ADMISSION = 'https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/';
const WEBHOOKS = 'https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/';
const POD_SECURITY = 'https://kubernetes.io/docs/concepts/security/pod-security-admission/';
const POLICIES = 'https://kubernetes.io/docs/concepts/services-networking/network-policies/';
const ACCOUNTS = 'https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/';
const KAFKA_USERS = 'https://strimzi.io/docs/operators/latest/deploying.html#assembly-securing-access-str';

/** Who may do more than before, or is reached by more. */
export const rights: Rule = function* (change, comparison): Iterable<Consequence> {
  yield* roles(change);
  yield* bindings(change, comparison);
  yield* exceptions(change);
  yield* pods(change);
  yield* services(change);
  yield* entrances(change);
  yield* admission(change);
  yield* podSecurity(change);
  yield* networkPolicies(change, comparison);
  yield* accounts(change);
  yield* strimzi(change);
};

function manifestsOf(change: ObjectChange): readonly [unknown, unknown] {
  // A new object of another name adds to the old one, and takes its place only when that is deleted.
  return [change.action === 'create' ? undefined : change.old?.manifest, change.new?.manifest];
}

const ROLES = new Set(['rbac.authorization.k8s.io/Role', 'rbac.authorization.k8s.io/ClusterRole']);
const BINDINGS = new Set(['rbac.authorization.k8s.io/RoleBinding', 'rbac.authorization.k8s.io/ClusterRoleBinding']);

function* roles(change: ObjectChange): Iterable<Consequence> {
  const now = change.new;
  if (now === undefined || !ROLES.has(kindOf(now))) {
    return;
  }
  const [before, after] = manifestsOf(change).map((manifest) => grantsOf(listAt(manifest, 'rules')));
  const added = (after ?? []).filter((grant) => !isAllowed(grant, before ?? []));
  if (added.length > 0) {
    const dangers = [...new Set(added.flatMap((grant) => dangerOf(grant) ?? []))];
    yield consequence(
      'rights',
      dangers.length > 0 ? 'danger' : 'warning',
      `Whoever is bound to it may also: ${listText(grantsText(added))}.${dangers.length === 0 ? '' : ` That ${listText(dangers)}.`}`,
      causeIn(change, ['rules']),
      RBAC,
    );
  }
  const aggregates = ['admin', 'edit', 'view'].filter((name) => {
    const label = `rbac.authorization.k8s.io/aggregate-to-${name}`;
    const [was, is] = manifestsOf(change).map((manifest) => textAt(field(manifest, 'metadata', 'labels'), label));
    return is === 'true' && was !== 'true';
  });
  if (aggregates.length > 0) {
    yield consequence(
      'rights',
      'warning',
      `Its rules become part of ${listText(aggregates.map((name) => `ClusterRole ${name}`))}.`,
      causeIn(change, ['metadata', 'labels']),
      RBAC,
    );
  }
}

/** Roles and subjects that are nobody's in particular, or everything. */
const EVERYTHING = /^(cluster-admin|admin)$/;
const EVERYBODY = /^Group system:(authenticated|unauthenticated|serviceaccounts|masters)(:|$)|^User system:anonymous$/;

function* bindings(change: ObjectChange, { new: graph }: Comparison): Iterable<Consequence> {
  const now = change.new;
  if (now === undefined || !BINDINGS.has(kindOf(now))) {
    return;
  }
  const [before, after] = manifestsOf(change);
  const roleOf = (manifest: unknown): string =>
    `${textAt(manifest, 'roleRef', 'kind')} ${textAt(manifest, 'roleRef', 'name')}`;
  const isSameRole = roleOf(before) === roleOf(after);
  const known = isSameRole ? subjectsOf(before) : [];
  const added = subjectsOf(after).filter((subject) => !known.includes(subject));
  if (added.length === 0) {
    return;
  }
  const role = graph.find(
    'rbac.authorization.k8s.io',
    textAt(after, 'roleRef', 'kind'),
    textAt(after, 'roleRef', 'kind') === 'Role' ? now.namespace : '',
    textAt(after, 'roleRef', 'name'),
  );
  const grants = grantsOf(listAt(role?.manifest, 'rules'));
  const dangers = [...new Set(grants.flatMap((grant) => dangerOf(grant) ?? []))];
  const isDanger =
    EVERYTHING.test(textAt(after, 'roleRef', 'name')) ||
    added.some((subject) => EVERYBODY.test(subject)) ||
    dangers.length > 0;
  const what = grants.length === 0 ? '' : `: ${listText(grantsText(grants))}`;
  yield consequence(
    'rights',
    isDanger ? 'danger' : 'warning',
    `${listText(added)} ${added.length === 1 ? 'gets' : 'get'} the rights of ${roleOf(after)}${kindOf(now).endsWith('/ClusterRoleBinding') ? ' in every namespace' : ''}${what}.`,
    causeIn(change, isSameRole ? ['subjects'] : ['roleRef']),
    RBAC,
  );
}

function* exceptions(change: ObjectChange): Iterable<Consequence> {
  const [before, after] = manifestsOf(change).map(annotatedExceptions);
  for (const [policy, reason] of after ?? []) {
    const was = before?.get(policy);
    if (was === undefined) {
      yield consequence(
        'rights',
        'warning',
        `It is acknowledged not to hold to policy ${policy}: ${reason}`,
        ['metadata', 'annotations', annotationFor(policy)],
        'https://kubernetes.io/docs/concepts/security/pod-security-standards/',
      );
    }
  }
}

function* pods(change: ObjectChange): Iterable<Consequence> {
  const now = change.new;
  if (!isWorkload(now)) {
    return;
  }
  const old = change.action === 'update' && isWorkload(change.old) ? change.old : undefined;
  const known = new Set(old === undefined ? [] : openingsOf(old).map(({ id }) => id));
  for (const { id, open, path } of openingsOf(now)) {
    // A token is what an account gives unless it is told not to: of a new workload that is nothing to be told.
    if (!known.has(id) && (old !== undefined || open.severity === 'danger')) {
      yield consequence(
        'rights',
        open.severity,
        open.text(id),
        old === undefined ? path : causeIn(change, path),
        open.source,
      );
    }
  }
}

function* services(change: ObjectChange): Iterable<Consequence> {
  const now = change.new;
  if (now === undefined || kindOf(now) !== '/Service') {
    return;
  }
  const old = change.action === 'update' ? change.old : undefined;
  const [was, type] = [old, now].map((object) => textAt(object?.manifest, 'spec', 'type') || 'ClusterIP');
  const order = ['ClusterIP', 'NodePort', 'LoadBalancer'];
  if (isExposedService(now) && order.indexOf(type ?? '') > order.indexOf(was ?? '')) {
    yield consequence(
      'rights',
      'danger',
      type === 'NodePort'
        ? 'It is open on a port of every node, for whoever reaches a node.'
        : 'It gets an address outside of the cluster: whoever reaches that is let in.',
      causeIn(change, ['spec', 'type']),
      SERVICE_TYPES,
    );
  }
  const [before, after] = [old, now].map((object) => textsAt(object?.manifest, 'spec', 'externalIPs'));
  const added = (after ?? []).filter((address) => before?.includes(address) !== true);
  if (added.length > 0) {
    yield consequence(
      'rights',
      'danger',
      `It takes what is sent to ${listText(added)}, whosever address that is.`,
      causeIn(change, ['spec', 'externalIPs']),
      'https://kubernetes.io/docs/concepts/services-networking/service/#external-ips',
    );
  }
  const [ranges, nowRanges] = [old, now].map((object) => textsAt(object?.manifest, 'spec', 'loadBalancerSourceRanges'));
  if (old !== undefined && isExposedService(now) && (ranges ?? []).length > 0) {
    const wider = (nowRanges ?? []).filter((range) => ranges?.includes(range) !== true);
    if ((nowRanges ?? []).length === 0 || wider.length > 0) {
      yield consequence(
        'rights',
        'danger',
        (nowRanges ?? []).length === 0
          ? 'It lets in every address, and not only those of loadBalancerSourceRanges.'
          : `It lets in ${listText(wider)} as well.`,
        causeIn(change, ['spec', 'loadBalancerSourceRanges']),
        SERVICE_TYPES,
      );
    }
  }
}

const TLS = 'https://kubernetes.io/docs/concepts/services-networking/ingress/#tls';
const GATEWAY = 'https://gateway-api.sigs.k8s.io/guides/tls/';

/** Entrances that were held by TLS, and are open without from now on. */
function* entrances(change: ObjectChange): Iterable<Consequence> {
  const update = updateOf(change);
  if (update === undefined) {
    return;
  }
  const { old, new: now } = update;
  if (kindOf(now) === 'networking.k8s.io/Ingress') {
    const [before, after] = [old, now].map(({ manifest }) =>
      listAt(manifest, 'spec', 'tls').flatMap((each) => textsAt(each, 'hosts')),
    );
    const gone = (before ?? []).filter((host) => after?.includes(host) !== true);
    if (
      gone.length > 0 ||
      (listAt(old.manifest, 'spec', 'tls').length > 0 && listAt(now.manifest, 'spec', 'tls').length === 0)
    ) {
      yield consequence(
        'rights',
        'danger',
        `${gone.length === 0 ? 'It' : listText(gone)} ${gone.length > 1 ? 'have' : 'has'} no certificate of its own any more: what is sent can be read on the way.`,
        causeIn(change, ['spec', 'tls']),
        TLS,
      );
    }
  }
  if (kindOf(now) === 'gateway.networking.k8s.io/Gateway') {
    for (const [index, listener] of listAt(now.manifest, 'spec', 'listeners').entries()) {
      const before = listAt(old.manifest, 'spec', 'listeners').find(
        (each) => textAt(each, 'name') === textAt(listener, 'name'),
      );
      const path = ['spec', 'listeners', index];
      const isPlain = (each: unknown): boolean => ['HTTP', 'TCP'].includes(textAt(each, 'protocol'));
      if (before !== undefined && isPlain(listener) && !isPlain(before)) {
        yield consequence(
          'rights',
          'danger',
          `Listener ${textAt(listener, 'name')} is without TLS: what is sent can be read on the way.`,
          causeIn(change, path),
          GATEWAY,
        );
      }
      const from = (each: unknown): string => textAt(each, 'allowedRoutes', 'namespaces', 'from') || 'Same';
      if (before !== undefined && from(listener) !== 'Same' && from(before) === 'Same') {
        yield consequence(
          'rights',
          'warning',
          `Routes of other namespaces may attach to listener ${textAt(listener, 'name')} (${from(listener)}).`,
          causeIn(change, [...path, 'allowedRoutes']),
          GATEWAY,
        );
      }
    }
  }
}

const VALIDATING = 'admissionregistration.k8s.io/ValidatingAdmissionPolicy';
const POLICY_KINDS = new Set([VALIDATING, `${VALIDATING}Binding`]);
const WEBHOOK_KINDS = new Set([
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
]);

function* admission(change: ObjectChange): Iterable<Consequence> {
  const removed = removedBy(change);
  if (
    removed !== undefined &&
    (POLICY_KINDS.has(kindOf(removed)) || kindOf(removed).endsWith('/ValidatingWebhookConfiguration'))
  ) {
    yield consequence(
      'rights',
      change.action === 'rename' ? 'warning' : 'danger',
      'Once it is deleted, nothing refuses what it refused.',
      [],
      ADMISSION,
    );
  }
  const update = updateOf(change);
  if (update === undefined) {
    return;
  }
  const { old, new: now } = update;
  const weaker = (path: Path, message: string, source: string, severity: Severity = 'danger'): Consequence =>
    consequence('rights', severity, message, causeIn(change, path), source);
  if (kindOf(now) === `${VALIDATING}Binding`) {
    const [before, after] = [old, now].map(({ manifest }) => textsAt(manifest, 'spec', 'validationActions'));
    if (before?.includes('Deny') === true && after?.includes('Deny') !== true) {
      yield weaker(
        ['spec', 'validationActions'],
        `What the policy finds is no longer refused (${after === undefined || after.length === 0 ? 'no action' : listText(after)} instead of Deny).`,
        ADMISSION,
      );
    }
    if (isChanged(change, ['spec', 'matchResources'])) {
      yield weaker(['spec', 'matchResources'], 'It holds for other objects than before.', ADMISSION, 'warning');
    }
  }
  if (kindOf(now) === VALIDATING) {
    const [before, after] = [old, now].map(({ manifest }) => listAt(manifest, 'spec', 'validations'));
    const expressions = (after ?? []).map((each) => textAt(each, 'expression'));
    const gone = (before ?? []).filter((each) => !expressions.includes(textAt(each, 'expression')));
    if (gone.length > 0) {
      const isFewer = expressions.length < (before ?? []).length;
      yield weaker(
        ['spec', 'validations'],
        isFewer
          ? `${(before ?? []).length - expressions.length} of its ${(before ?? []).length} rules go: nothing refuses what they refused.`
          : `${gone.length === 1 ? 'One of its rules says' : `${gone.length} of its rules say`} something else than before.`,
        ADMISSION,
        isFewer ? 'danger' : 'warning',
      );
    }
    for (const name of ['matchConstraints', 'matchConditions', 'variables']) {
      if (isChanged(change, ['spec', name])) {
        yield weaker(
          ['spec', name],
          `Its ${name} are others: it may hold for fewer objects than before.`,
          ADMISSION,
          'warning',
        );
      }
    }
    if (
      field(now.manifest, 'spec', 'failurePolicy') === 'Ignore' &&
      field(old.manifest, 'spec', 'failurePolicy') !== 'Ignore'
    ) {
      yield weaker(
        ['spec', 'failurePolicy'],
        'What it cannot judge is let through from now on (failurePolicy Ignore).',
        ADMISSION,
      );
    }
  }
  if (WEBHOOK_KINDS.has(kindOf(now))) {
    for (const [index, webhook] of listAt(now.manifest, 'webhooks').entries()) {
      const before = listAt(old.manifest, 'webhooks').find((each) => textAt(each, 'name') === textAt(webhook, 'name'));
      if (
        before !== undefined &&
        child(webhook, 'failurePolicy') === 'Ignore' &&
        child(before, 'failurePolicy') !== 'Ignore'
      ) {
        yield weaker(
          ['webhooks', index, 'failurePolicy'],
          `When webhook ${textAt(webhook, 'name')} does not answer, everything is let through.`,
          WEBHOOKS,
        );
      }
    }
    const names = listAt(now.manifest, 'webhooks').map((each) => textAt(each, 'name'));
    const gone = listAt(old.manifest, 'webhooks')
      .map((each) => textAt(each, 'name'))
      .filter((name) => !names.includes(name));
    if (gone.length > 0) {
      yield weaker(
        ['webhooks'],
        `Webhook${gone.length === 1 ? '' : 's'} ${listText(gone)} ${gone.length === 1 ? 'is' : 'are'} not asked any more.`,
        WEBHOOKS,
      );
    }
  }
}

const LEVELS = ['privileged', 'baseline', 'restricted'];

function* podSecurity(change: ObjectChange): Iterable<Consequence> {
  const update = updateOf(change);
  if (update === undefined || kindOf(update.new) !== '/Namespace') {
    return;
  }
  for (const mode of ['enforce', 'audit', 'warn']) {
    const label = `pod-security.kubernetes.io/${mode}`;
    const [before, after] = [update.old, update.new].map(
      ({ manifest }) => textAt(field(manifest, 'metadata', 'labels'), label) || 'privileged',
    );
    if (LEVELS.indexOf(after ?? '') < LEVELS.indexOf(before ?? '')) {
      yield consequence(
        'rights',
        mode === 'enforce' ? 'danger' : 'warning',
        mode === 'enforce'
          ? `Pods are held to ${after ?? ''} instead of ${before ?? ''} from now on.`
          : `Pods beyond ${before ?? ''} are not ${mode === 'warn' ? 'warned of' : 'recorded'} any more.`,
        causeIn(change, ['metadata', 'labels', label]),
        POD_SECURITY,
      );
    }
  }
}

const openOf = perGraph(
  (graph) =>
    new Set(
      reachabilityOf(graph)
        .openToEverybody()
        .map(({ workload }) => identityOf(workload)),
    ),
);

/** Pods that policies held, and that everybody reaches, or that reach everybody, from now on. */
function* networkPolicies(change: ObjectChange, comparison: Comparison): Iterable<Consequence> {
  const policy = change.new ?? change.old;
  if (policy === undefined || kindOf(policy) !== 'networking.k8s.io/NetworkPolicy') {
    return;
  }
  const [before, after] = [comparison.old, comparison.new].map((graph) => ({
    open: openOf(graph),
    reachability: reachabilityOf(graph),
  }));
  if (before === undefined || after === undefined) {
    return;
  }
  const selected = (graph: Graph, object: GraphObject | undefined): readonly Workload[] =>
    object === undefined
      ? []
      : graph.podsSelectedBy(object.namespace, field(object.manifest, 'spec', 'podSelector') ?? {});
  const held = selected(comparison.old, change.old);
  const both = held.flatMap((old) => {
    const now = workloadIn(comparison.new, old);
    return now === undefined ? [] : [{ old, now }];
  });
  const opened = both.filter(({ old, now }) => !before.open.has(identityOf(old)) && after.open.has(identityOf(now)));
  const freed = both.filter(
    ({ old, now }) => before.reachability.isIsolated(old, 'egress') && !after.reachability.isIsolated(now, 'egress'),
  );
  const names = (pairs: typeof both): string => listText(pairs.map(({ now }) => nameOf(now)));
  if (opened.length > 0) {
    yield consequence(
      'rights',
      'danger',
      `Everybody in the cluster can connect to ${names(opened)}.`,
      causeIn(change, ['spec']),
      POLICIES,
    );
  }
  if (freed.length > 0) {
    yield consequence(
      'rights',
      'danger',
      `${names(freed)} can connect to everybody, also outside of the cluster.`,
      causeIn(change, ['spec']),
      POLICIES,
    );
  }
  const update = updateOf(change);
  if (update !== undefined && opened.length === 0 && freed.length === 0) {
    yield* wider(change);
  }
}

/** Rules, peers and ports that a policy gets. */
function* wider(change: ObjectChange): Iterable<Consequence> {
  for (const [direction, peers, says] of [
    ['ingress', 'from', 'lets in'],
    ['egress', 'to', 'lets out'],
  ] as const) {
    const added = change.fields.find(
      ({ path, old, new: now }) =>
        path[0] === 'spec' && path[1] === direction && now !== undefined && old === undefined && path.length <= 5,
    );
    const dropped = change.fields.find(
      ({ path, new: now }) =>
        path[1] === direction && (path[3] === peers || path[3] === 'ports') && path.length === 4 && now === undefined,
    );
    const blocks = change.fields.find(
      ({ path, old, new: now }) => path[1] === direction && path.includes('ipBlock') && isWider(old, now),
    );
    const found = dropped ?? blocks ?? added;
    if (found !== undefined) {
      yield consequence(
        'rights',
        'warning',
        dropped !== undefined
          ? `It ${says} more than before: a rule without ${String(found.path[3])} is for all.`
          : `It ${says} more than before.`,
        found.path,
        POLICIES,
      );
    }
  }
}

function isWider(old: unknown, now: unknown): boolean {
  const bits = (value: unknown): number => Number(typeof value === 'string' ? (value.split('/')[1] ?? NaN) : NaN);
  return bits(now) < bits(old);
}

/** Annotations by which an account has rights of a cloud. */
const CLOUD_ROLES = [
  'eks.amazonaws.com/role-arn',
  'iam.gke.io/gcp-service-account',
  'azure.workload.identity/client-id',
];

function* accounts(change: ObjectChange): Iterable<Consequence> {
  const now = change.new;
  if (now === undefined || kindOf(now) !== '/ServiceAccount') {
    return;
  }
  const update = updateOf(change);
  const isMounted = (object: GraphObject): boolean => child(object.manifest, 'automountServiceAccountToken') !== false;
  if (update !== undefined && isMounted(now) && !isMounted(update.old)) {
    yield consequence(
      'rights',
      'warning',
      'Pods of this account get its token from now on, unless they say otherwise themselves.',
      ['automountServiceAccountToken'],
      ACCOUNTS,
    );
  }
  for (const name of CLOUD_ROLES) {
    const [before, after] = [update?.old, now].map((object) =>
      object === undefined ? '' : annotationOf(object, name),
    );
    if (after !== '' && after !== before) {
      yield consequence(
        'rights',
        'warning',
        `Its pods act as ${after ?? ''} in the cloud.`,
        ['metadata', 'annotations', name],
        ACCOUNTS,
      );
    }
  }
}

function* strimzi(change: ObjectChange): Iterable<Consequence> {
  const now = change.new;
  const old = change.action === 'update' ? change.old : undefined;
  if (now !== undefined && kindOf(now) === 'kafka.strimzi.io/KafkaUser') {
    const aclsOf = (object: GraphObject | undefined): readonly string[] =>
      listAt(object?.manifest, 'spec', 'authorization', 'acls').flatMap((acl) => {
        const resource =
          `${textAt(acl, 'resource', 'type')} ${textAt(acl, 'resource', 'name')}${textAt(acl, 'resource', 'patternType') === 'prefix' ? '*' : ''}`.trim();
        return textsAt(acl, 'operations').map((operation) => `${operation} ${resource}`);
      });
    const known = aclsOf(old);
    const added = old === undefined ? [] : aclsOf(now).filter((acl) => !known.includes(acl));
    if (added.length > 0) {
      yield consequence(
        'rights',
        'warning',
        `The user may also: ${listText(added)}.`,
        causeIn(change, ['spec', 'authorization', 'acls']),
        KAFKA_USERS,
      );
    }
    if (
      old !== undefined &&
      field(old.manifest, 'spec', 'authorization') !== undefined &&
      field(now.manifest, 'spec', 'authorization') === undefined
    ) {
      yield consequence(
        'rights',
        'warning',
        'No list of rights is kept for the user any more.',
        ['spec', 'authorization'],
        KAFKA_USERS,
      );
    }
  }
  if (now !== undefined && old !== undefined && kindOf(now) === 'kafka.strimzi.io/Kafka') {
    const kafka = ({ manifest }: GraphObject): unknown => field(manifest, 'spec', 'kafka');
    if (field(kafka(old), 'authorization') !== undefined && field(kafka(now), 'authorization') === undefined) {
      yield consequence(
        'rights',
        'danger',
        'Whoever logs in to Kafka may do everything: there is no authorization any more.',
        ['spec', 'kafka', 'authorization'],
        KAFKA_USERS,
      );
    }
    const added = textsAt(kafka(now), 'authorization', 'superUsers').filter(
      (user) => !textsAt(kafka(old), 'authorization', 'superUsers').includes(user),
    );
    if (added.length > 0) {
      yield consequence(
        'rights',
        'danger',
        `${listText(added)} may do everything in Kafka.`,
        causeIn(change, ['spec', 'kafka', 'authorization', 'superUsers']),
        KAFKA_USERS,
      );
    }
    for (const [index, listener] of listAt(kafka(now), 'listeners').entries()) {
      const before = listAt(kafka(old), 'listeners').find((each) => textAt(each, 'name') === textAt(listener, 'name'));
      const path = ['spec', 'kafka', 'listeners', index];
      const name = textAt(listener, 'name');
      const type = textAt(listener, 'type');
      if (type !== 'internal' && textAt(before, 'type') !== type) {
        yield consequence(
          'rights',
          'danger',
          `Listener ${name} is reached from outside of the cluster (${type}).`,
          causeIn(change, [...path, 'type']),
          KAFKA_USERS,
        );
      }
      if (
        before !== undefined &&
        child(before, 'authentication') !== undefined &&
        child(listener, 'authentication') === undefined
      ) {
        yield consequence(
          'rights',
          'danger',
          `Listener ${name} asks nobody who he is any more.`,
          causeIn(change, [...path, 'authentication']),
          KAFKA_USERS,
        );
      }
      if (before !== undefined && child(before, 'tls') === true && child(listener, 'tls') !== true) {
        yield consequence(
          'rights',
          'danger',
          `Listener ${name} is without TLS: what is sent can be read on the way.`,
          causeIn(change, [...path, 'tls']),
          KAFKA_USERS,
        );
      }
      if (
        before !== undefined &&
        child(before, 'networkPolicyPeers') !== undefined &&
        child(listener, 'networkPolicyPeers') === undefined
      ) {
        yield consequence(
          'rights',
          'danger',
          `Everybody in the cluster can connect to listener ${name}.`,
          causeIn(change, [...path, 'networkPolicyPeers']),
          KAFKA_USERS,
        );
      }
    }
  }
}
