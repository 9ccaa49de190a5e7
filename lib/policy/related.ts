import { LabelIndex, selectsAll } from '../graph/selectors';
import { groupOf, resourceOf } from '../manifest/manifest';
import type { Resource } from '../manifest/manifest';
import { addTo, child, field, listAt, textAt, valueAt } from '../manifest/plain-data';
import type { PodTemplateKind } from '../manifest/workloads';

// What the objects that are applied together say of each other. All of it is of one namespace, as in Kubernetes.

/** An object, and which others it is applied with. */
interface Member {
  readonly manifest: unknown;
  readonly set?: string;
}

/** A ServiceAccount, by name. */
export interface ServiceAccount {
  readonly namespace: string;
  readonly name: string;
}

/** A workload whose pods somebody may select. */
interface Workload {
  readonly manifest: unknown;
  readonly resource: Resource;
  readonly podLabels: unknown;
}

/** What is known of the objects of one namespace. */
interface Namespace {
  readonly accounts: Map<string, unknown[]>;
  /** By what they scale. */
  readonly autoscalers: Map<string, unknown[]>;
  readonly workloads: Workload[];
  /** The same workloads, by the labels of their pods. */
  byLabel: LabelIndex<Workload> | undefined;
}

/** Finds for an object those that decide about it together with itself. Takes time in proportion to the number of objects. */
export class RelatedObjects {
  private readonly namespaces = new Map<string, Namespace>();
  private readonly kinds: ReadonlyMap<string, PodTemplateKind>;

  /**
   * @param members all objects
   * @param kinds the kinds that are judged as workloads
   */
  public constructor(members: Iterable<Member>, kinds: readonly PodTemplateKind[]) {
    this.kinds = byGroupAndKind(kinds);
    for (const { manifest, set = '' } of members) {
      const resource = resourceOf(manifest);
      const group = groupOf(resource.apiVersion ?? '');
      const namespace = (): Namespace => this.namespaceOf(set, resource);
      const kind = this.kinds.get(`${group}/${resource.kind ?? ''}`);
      if (kind !== undefined) {
        // Pods that a Deployment's ReplicaSet owns are the Deployment's.
        if (listAt(manifest, 'metadata', 'ownerReferences').length === 0) {
          const template = valueAt(manifest, pathOf(kind));
          namespace().workloads.push({ manifest, resource, podLabels: field(template, 'metadata', 'labels') });
        }
      } else if (group === '' && resource.kind === 'ServiceAccount') {
        addTo(namespace().accounts, resource.name ?? '', manifest);
      } else if (AUTOSCALERS.has(`${group}/${resource.kind ?? ''}`)) {
        const target = scaleTargetOf(manifest, group);
        addTo(namespace().autoscalers, keyOf(target.group, target.kind, target.name), manifest);
      }
    }
  }

  /**
   * For a workload its ServiceAccount and what scales it, for a PodDisruptionBudget the workloads that it selects and what scales these, for
   * anything else nothing.
   */
  public of({ manifest, set = '' }: Member): readonly unknown[] {
    const resource = resourceOf(manifest);
    const group = groupOf(resource.apiVersion ?? '');
    const namespace = this.namespaces.get(keyOf(set, resource.namespace ?? ''));
    if (namespace === undefined) {
      return NOTHING;
    }
    const kind = this.kinds.get(`${group}/${resource.kind ?? ''}`);
    if (kind !== undefined) {
      const account = namespace.accounts.get(accountOf(field(valueAt(manifest, pathOf(kind)), 'spec'))) ?? NOTHING;
      const autoscalers = autoscalersOf(namespace, resource);
      return autoscalers.length === 0 ? account : [...account, ...autoscalers];
    }
    return group === 'policy' && resource.kind === 'PodDisruptionBudget'
      ? selectedBy(manifest, namespace).flatMap((workload) => [
          workload.manifest,
          ...autoscalersOf(namespace, workload.resource),
        ])
      : NOTHING;
  }

  private namespaceOf(set: string, { namespace }: Resource): Namespace {
    const key = keyOf(set, namespace ?? '');
    let found = this.namespaces.get(key);
    if (found === undefined) {
      found = { accounts: new Map(), autoscalers: new Map(), workloads: [], byLabel: undefined };
      this.namespaces.set(key, found);
    }
    return found;
  }
}

/** The ServiceAccounts that switch the token off for a workload which does not say so itself. */
export function tokenlessAccounts(
  members: readonly Member[],
  kinds: readonly PodTemplateKind[],
): readonly ServiceAccount[] {
  const known = byGroupAndKind(kinds);
  const relied = new Set<string>();
  for (const { manifest } of members) {
    const { apiVersion, kind, namespace } = resourceOf(manifest);
    const place = known.get(`${groupOf(apiVersion ?? '')}/${kind ?? ''}`);
    const spec = place === undefined ? undefined : field(valueAt(manifest, pathOf(place)), 'spec');
    if (spec !== undefined && (child(spec, 'automountServiceAccountToken') ?? undefined) === undefined) {
      relied.add(keyOf(namespace ?? 'default', accountOf(spec)));
    }
  }
  return relied.size === 0
    ? []
    : members.flatMap(({ manifest }): ServiceAccount[] => {
        const { apiVersion, kind, namespace, name } = resourceOf(manifest);
        const account = { namespace: namespace ?? 'default', name: name ?? '' };
        return apiVersion === 'v1' &&
          kind === 'ServiceAccount' &&
          child(manifest, 'automountServiceAccountToken') === false &&
          relied.has(keyOf(account.namespace, account.name))
          ? [account]
          : [];
      });
}

const NOTHING: readonly unknown[] = [];

/** Kinds that set the replicas of what their `spec.scaleTargetRef` names. */
export const AUTOSCALERS: ReadonlySet<string> = new Set([
  'autoscaling/HorizontalPodAutoscaler',
  'keda.sh/ScaledObject',
]);

/** What an autoscaler scales. KEDA takes what is not said for a Deployment: https://keda.sh/docs/latest/reference/scaledobject-spec/#scaletargetref */
export function scaleTargetOf(
  autoscaler: unknown,
  group: string,
): { readonly group: string; readonly kind: string; readonly name: string } {
  const target = field(autoscaler, 'spec', 'scaleTargetRef');
  const unsaid = group === 'keda.sh' ? { apiVersion: 'apps/v1', kind: 'Deployment' } : { apiVersion: '', kind: '' };
  return {
    group: groupOf(textAt(target, 'apiVersion') || unsaid.apiVersion),
    kind: textAt(target, 'kind') || unsaid.kind,
    name: textAt(target, 'name'),
  };
}

function byGroupAndKind(kinds: readonly PodTemplateKind[]): ReadonlyMap<string, PodTemplateKind> {
  return new Map(kinds.map((kind) => [`${kind.group}/${kind.kind}`, kind]));
}

function pathOf({ template }: PodTemplateKind): readonly string[] {
  return template === '' ? [] : template.split('.');
}

function keyOf(...parts: readonly string[]): string {
  return parts.join('\n');
}

/** The name of a pod's ServiceAccount; the older field is an alias (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/). */
export function accountOf(podSpec: unknown): string {
  return textAt(podSpec, 'serviceAccountName') || textAt(podSpec, 'serviceAccount') || 'default';
}

function autoscalersOf({ autoscalers }: Namespace, { apiVersion, kind, name }: Resource): readonly unknown[] {
  return autoscalers.size === 0
    ? NOTHING
    : (autoscalers.get(keyOf(groupOf(apiVersion ?? ''), kind ?? '', name ?? '')) ?? NOTHING);
}

/** The workloads whose pods a selector selects. */
function selectedBy(budget: unknown, namespace: Namespace): readonly Workload[] {
  const selector = field(budget, 'spec', 'selector');
  if (typeof selector !== 'object' || selector === null) {
    return [];
  }
  if (selectsAll(selector) && textAt(budget, 'apiVersion') !== 'policy/v1') {
    // One that names nothing selects all; before policy/v1, none.
    return [];
  }
  namespace.byLabel ??= new LabelIndex(namespace.workloads, ({ podLabels }) => podLabels);
  return namespace.byLabel.select(selector);
}
