import { isIP } from 'node:net';
import { child, field, listAt, textAt, textsAt } from '../manifest/plain-data';
import type { Graph } from './graph';
import { IpBlock } from './ip-block';
import type { GraphObject, Workload } from './model';
import { LabelIndex, NAMESPACE_NAME_LABEL, selectsAll } from './selectors';

// What the NetworkPolicies of a set let through, by what Kubernetes says of them:
// https://kubernetes.io/docs/concepts/services-networking/network-policies/

/** Somebody at one end of a connection. */
export type Party =
  | {
      readonly type: 'pods';
      readonly workload: Workload;
      /**
       * Their addresses, where they run already.
       * @default - nobody knows; it may be in every range of private addresses
       */
      readonly addresses?: readonly string[];
    }
  | {
      /** Outside of the cluster, or a node of it. */
      readonly type: 'hosts';
      /** DNS names, or addresses. */
      readonly hosts: readonly string[];
    }
  | Stranger;

/** Somebody of whom the set says nothing, such as the pods of cluster DNS or of an ingress controller. */
export interface Stranger {
  readonly type: 'stranger';
  /** Whether a workload of the set might be the one after all. */
  readonly mightBe: (workload: Workload) => boolean;
}

/** Where a connection leads to. */
export interface Port {
  /** That of the pods, not that of their Service. */
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
}

/** Why somebody is not let through. */
export interface Barrier {
  readonly direction: 'egress' | 'ingress';
  /** Whose pods may not. */
  readonly workload: Workload;
  /** All that decide about this direction; none of them has a rule that lets it through. */
  readonly policies: readonly GraphObject[];
}

/** Who can be reached by everybody. */
export interface Open {
  readonly workload: Workload;
  /** The policy that lets everybody in; undefined where none decides about who comes in. */
  readonly policy: GraphObject | undefined;
  /** Its rules that let everybody in. */
  readonly rules: readonly number[];
}

/** A rule of a policy: who is let through, and where to. */
interface Rule {
  /** Undefined: to every port. */
  readonly ports: readonly unknown[] | undefined;
  /** Undefined: everybody. */
  readonly peers: Peers | undefined;
}

/** All peers of a rule together. Where the set does not tell whether somebody is one, he is. */
interface Peers {
  readonly workloads: ReadonlySet<Workload>;
  /** Namespaces all of whose pods are let through. */
  readonly namespaces: ReadonlySet<string>;
  readonly blocks: readonly IpBlock[];
  /** Whether they may be pods of which the set does not tell. */
  readonly hasStrangers: boolean;
}

/** A policy, and its rules of one direction. */
interface Decision {
  readonly policy: GraphObject;
  readonly rules: readonly Rule[];
}

interface Namespace {
  readonly name: string;
  readonly labels: unknown;
}

const DIRECTIONS = {
  ingress: { policyType: 'Ingress', peers: 'from' },
  egress: { policyType: 'Egress', peers: 'to' },
} as const;

/**
 * Says who may connect to whom. Policies only ever add: pods that none selects are open, and a connection needs one rule to let it out and
 * one to let it in.
 *
 * What the set does not tell counts as allowed: the labels of a namespace that it does not have, the address of a DNS name or of a pod.
 * Pods on the network of their node are neither held by policies nor found by the labels of a peer for certain.
 */
export class Reachability {
  /** Whether there is any policy at all. */
  public readonly hasPolicies: boolean;
  private readonly decisions = {
    ingress: new Map<Workload, Decision[]>(),
    egress: new Map<Workload, Decision[]>(),
  };
  private readonly namespaces: LabelIndex<Namespace>;
  /** Those of which the set has pods, and not themselves. */
  private readonly unknownNamespaces: LabelIndex<Namespace>;
  /** The names of those that the set makes, rather than to find them in the cluster. */
  private readonly made: ReadonlySet<string>;
  private readonly strangers = new WeakMap<Stranger, Map<string, boolean>>();

  /**
   * Takes time in proportion to the policies, and to the pods that they select.
   *
   * @param graph the policies of which decide, also those that are given
   */
  public constructor(private readonly graph: Graph) {
    const policies = graph.objects.filter((object) => isA(object, 'networking.k8s.io', 'NetworkPolicy'));
    const namespaces = graph.objects.filter((object) => isA(object, '', 'Namespace'));
    const known = new Map(
      namespaces.map(({ manifest, resource }) => [resource.name ?? '', field(manifest, 'metadata', 'labels')]),
    );
    const others = new Set(graph.workloads.map(({ namespace }) => namespace).filter((name) => !known.has(name)));
    this.namespaces = new LabelIndex(
      [...known].map(([name, labels]) => namespaceOf(name, labels)),
      ({ labels }) => labels,
    );
    this.unknownNamespaces = new LabelIndex(
      [...others].map((name) => namespaceOf(name, {})),
      ({ labels }) => labels,
    );
    this.made = new Set(namespaces.filter(({ isGiven }) => !isGiven).map(({ resource }) => resource.name ?? ''));
    this.hasPolicies = policies.length > 0;
    for (const policy of policies) {
      this.add(policy);
    }
  }

  /** What keeps somebody from connecting to somebody else; nothing where he may. */
  public barriers(from: Party, to: Party, port: Port): readonly Barrier[] {
    const barriers: Barrier[] = [];
    if (from.type === 'pods' && !this.letsThrough('egress', from.workload, to, port, to)) {
      barriers.push(this.barrier('egress', from.workload));
    }
    if (to.type === 'pods' && !this.letsThrough('ingress', to.workload, from, port, to)) {
      barriers.push(this.barrier('ingress', to.workload));
    }
    return barriers;
  }

  /** Whether a policy decides about what goes out of a workload's pods, or comes in. */
  public isIsolated(workload: Workload, direction: 'egress' | 'ingress'): boolean {
    return !isOnNode(workload) && this.decisions[direction].has(workload);
  }

  /** Who can be reached by everybody, on some port at least, for certain. */
  public openToEverybody(): readonly Open[] {
    return this.graph.workloads.flatMap((workload): Open[] => {
      const decisions = this.decisions.ingress.get(workload);
      if (decisions === undefined || isOnNode(workload)) {
        return [{ workload, policy: undefined, rules: [] }];
      }
      return decisions.flatMap(({ policy }) => {
        const rules = rulesOf(policy, 'ingress').flatMap((rule, index) => (isForEverybody(rule) ? [index] : []));
        return rules.length === 0 ? [] : [{ workload, policy, rules }];
      });
    });
  }

  private barrier(direction: 'egress' | 'ingress', workload: Workload): Barrier {
    const policies = (this.decisions[direction].get(workload) ?? []).map(({ policy }) => policy);
    return { direction, workload, policies };
  }

  private letsThrough(
    direction: 'egress' | 'ingress',
    workload: Workload,
    party: Party,
    port: Port,
    to: Party,
  ): boolean {
    return (
      !this.isIsolated(workload, direction) ||
      // What a node sends to its own pods is never held back, and nobody knows which node it is.
      (direction === 'ingress' && party.type === 'pods' && isOnNode(party.workload)) ||
      (this.decisions[direction].get(workload) ?? []).some(({ rules }) =>
        rules.some(
          ({ ports, peers }) => leadTo(ports, port, to) && (peers === undefined || this.isOneOf(peers, party)),
        ),
      )
    );
  }

  private add(policy: GraphObject): void {
    const selected = this.graph.podsSelectedBy(policy.namespace, field(policy.manifest, 'spec', 'podSelector') ?? {});
    for (const direction of ['ingress', 'egress'] as const) {
      if (decidesOn(policy, direction)) {
        const decision = {
          policy,
          rules: rulesOf(policy, direction).map((rule) => this.rule(policy, direction, rule)),
        };
        for (const workload of selected) {
          const others = this.decisions[direction].get(workload);
          if (others === undefined) {
            this.decisions[direction].set(workload, [decision]);
          } else {
            others.push(decision);
          }
        }
      }
    }
  }

  private rule(policy: GraphObject, direction: 'egress' | 'ingress', rule: unknown): Rule {
    const ports = listAt(rule, 'ports');
    const peers = listAt(rule, DIRECTIONS[direction].peers);
    return {
      ports: ports.length === 0 ? undefined : ports,
      peers: peers.length === 0 ? undefined : this.peers(policy, peers),
    };
  }

  /** Whether a pod of a namespace might be a stranger. */
  private mightBeIn(namespace: string, stranger: Stranger): boolean {
    const found = this.strangers.get(stranger) ?? new Map<string, boolean>();
    this.strangers.set(stranger, found);
    const known = found.get(namespace) ?? this.graph.podsSelectedBy(namespace, {}).some(stranger.mightBe);
    found.set(namespace, known);
    return known;
  }

  private peers(policy: GraphObject, manifests: readonly unknown[]): Peers {
    const workloads = new Set<Workload>();
    const namespaces = new Set<string>();
    const blocks: IpBlock[] = [];
    let hasStrangers = false;
    for (const manifest of manifests) {
      const block = IpBlock.of(child(manifest, 'ipBlock'));
      const [pods, inNamespaces] = [selectorAt(manifest, 'podSelector'), selectorAt(manifest, 'namespaceSelector')];
      if (block !== undefined) {
        blocks.push(block);
      } else if (pods !== undefined || inNamespaces !== undefined) {
        const names =
          inNamespaces === undefined
            ? [policy.namespace]
            : this.namespacesSelectedBy(inNamespaces).map(({ name }) => name);
        let found = 0;
        for (const name of names) {
          const selected = this.graph.podsSelectedBy(name, pods ?? {});
          found += selected.length;
          if (selectsAll(pods)) {
            namespaces.add(name);
          } else {
            for (const workload of selected) {
              workloads.add(workload);
            }
          }
        }
        const named = inNamespaces === undefined ? [policy.namespace] : namesIn(inNamespaces);
        hasStrangers ||= found === 0 || named?.every((name) => this.isKnownWhole(policy, name)) !== true;
      }
    }
    return { workloads, namespaces, blocks, hasStrangers };
  }

  /** The namespaces that a selector selects, or may select: of one that the set does not have only the name is known. */
  private namespacesSelectedBy(selector: unknown): readonly Namespace[] {
    return [...this.namespaces.select(selector), ...this.unknownNamespaces.select(onName(selector))];
  }

  private isOneOf({ workloads, namespaces, blocks, hasStrangers }: Peers, party: Party): boolean {
    switch (party.type) {
      case 'pods': {
        const { workload, addresses } = party;
        const mayBeIn = (block: IpBlock): boolean =>
          isOnNode(workload) || (addresses?.some((address) => block.has(address)) ?? block.mayHavePods());
        return workloads.has(workload) || namespaces.has(workload.namespace) || blocks.some(mayBeIn);
      }
      case 'hosts':
        // Each of them is connected to in its turn.
        return (
          blocks.length > 0 && party.hosts.every((host) => isIP(host) === 0 || blocks.some((block) => block.has(host)))
        );
      case 'stranger':
        return (
          hasStrangers ||
          blocks.length > 0 ||
          [...workloads].some(party.mightBe) ||
          [...namespaces].some((name) => this.mightBeIn(name, party))
        );
    }
  }

  /** Whether all pods of a namespace are in the set, as far as its author has a say: his own, and what the set makes. */
  private isKnownWhole(policy: GraphObject, name: string): boolean {
    return name !== 'kube-system' && (name === policy.namespace || this.made.has(name));
  }
}

/** https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/#NetworkPolicySpec, `policyTypes` */
function decidesOn({ manifest }: GraphObject, direction: 'egress' | 'ingress'): boolean {
  const types = textsAt(manifest, 'spec', 'policyTypes');
  return types.length > 0
    ? types.includes(DIRECTIONS[direction].policyType)
    : direction === 'ingress' || listAt(manifest, 'spec', 'egress').length > 0;
}

function rulesOf({ manifest }: GraphObject, direction: 'egress' | 'ingress'): readonly unknown[] {
  return listAt(manifest, 'spec', direction);
}

/** Whether everybody in the cluster is let in, whoever he is. */
function isForEverybody(rule: unknown): boolean {
  const peers = listAt(rule, 'from');
  return (
    peers.length === 0 ||
    peers.some(
      (peer) =>
        IpBlock.of(child(peer, 'ipBlock'))?.hasAll() === true ||
        (selectsAll(selectorAt(peer, 'podSelector')) &&
          selectorAt(peer, 'namespaceSelector') !== undefined &&
          selectsAll(selectorAt(peer, 'namespaceSelector'))),
    )
  );
}

/** Whether one of the ports of a rule is the port; a name is that of a port of the pods that are connected to. */
function leadTo(ports: readonly unknown[] | undefined, { port, protocol }: Port, to: Party): boolean {
  return (
    ports === undefined ||
    ports.some((manifest) => {
      if ((textAt(manifest, 'protocol') || 'TCP') !== protocol) {
        return false;
      }
      const [first, last] = [child(manifest, 'port') ?? undefined, child(manifest, 'endPort')];
      if (first === undefined) {
        return true;
      }
      if (typeof first === 'number') {
        return first <= port && port <= (typeof last === 'number' ? last : first);
      }
      switch (to.type) {
        case 'pods':
          return hasPort(to.workload, first, port, protocol);
        case 'hosts':
          return false;
        case 'stranger':
          return true;
      }
    })
  );
}

function hasPort({ podSpec }: Workload, name: unknown, port: number, protocol: string): boolean {
  return [...listAt(podSpec, 'containers'), ...listAt(podSpec, 'initContainers')]
    .flatMap((container) => listAt(container, 'ports'))
    .some(
      (entry) =>
        child(entry, 'name') === name &&
        child(entry, 'containerPort') === port &&
        (textAt(entry, 'protocol') || 'TCP') === protocol,
    );
}

function isA({ group, resource }: GraphObject, wantedGroup: string, kind: string): boolean {
  return group === wantedGroup && resource.kind === kind;
}

/** Its name is a label of it too. */
function namespaceOf(name: string, labels: unknown): Namespace {
  return { name, labels: { ...fields(labels), [NAMESPACE_NAME_LABEL]: name } };
}

/** Whether pods share the network of their node: what a policy does to them is undefined. */
function isOnNode({ podSpec }: Workload): boolean {
  return child(podSpec, 'hostNetwork') === true;
}

/** A selector; undefined where there is none, which is another thing than an empty one. */
function selectorAt(manifest: unknown, key: string): unknown {
  return child(manifest, key) ?? undefined;
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** What of a selector of namespaces is about their names. */
function onName(selector: unknown): unknown {
  const name = child(child(selector, 'matchLabels'), NAMESPACE_NAME_LABEL);
  return {
    matchLabels: name === undefined ? {} : { [NAMESPACE_NAME_LABEL]: name },
    matchExpressions: listAt(selector, 'matchExpressions').filter(
      (entry) => child(entry, 'key') === NAMESPACE_NAME_LABEL,
    ),
  };
}

/** The names that a selector of namespaces confines itself to; undefined where it does not. */
function namesIn(selector: unknown): readonly string[] | undefined {
  const name = textAt(selector, 'matchLabels', NAMESPACE_NAME_LABEL);
  if (name !== '') {
    return [name];
  }
  const expression = listAt(selector, 'matchExpressions').find(
    (entry) => child(entry, 'key') === NAMESPACE_NAME_LABEL && child(entry, 'operator') === 'In',
  );
  return expression === undefined ? undefined : textsAt(expression, 'values');
}
