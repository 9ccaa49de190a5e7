import { isIP } from 'node:net';
import { isExposedService, Reachability } from '../graph';
import type { Barrier, Destination, Graph, GraphObject, Party, Reference, Workload } from '../graph';
import { addTo, child, listAt } from '../manifest/plain-data';
import { excerptOf } from './dangling';
import type { GraphFault } from './policy';
import { accountOf } from './related';
import { compareText, formatResource } from './report';

// What network policies make of the connections that manifests say.

const known = new WeakMap<Graph, Reachability>();

function reachabilityOf(graph: Graph): Reachability {
  let found = known.get(graph);
  if (found === undefined) {
    found = new Reachability(graph);
    known.set(graph, found);
  }
  return found;
}

/** The addresses that nobody who is told them can reach. */
export function heldBackConnections(graph: Graph): readonly GraphFault[] {
  const reachability = reachabilityOf(graph);
  /** What holds each reader back. A ConfigMap may tell several: the address is meant for those who may. */
  const found = new Map<Reference, (readonly Barrier[])[]>();
  if (reachability.hasPolicies) {
    for (const { from, to, because } of graph.connections) {
      if (from !== undefined) {
        const barriers = barriersOf(reachability, { type: 'pods', workload: from }, to);
        for (const reference of because) {
          addTo(found, reference, barriers);
        }
      }
    }
  }
  return [...found].flatMap(([reference, readers]): GraphFault[] => {
    const [barriers = []] = readers.toSorted((a, b) => a.length - b.length);
    return barriers.length === 0
      ? []
      : [faultAt(reference, `${addressOf(reference)} cannot be reached: ${reasons(barriers)}`)];
  });
}

/** The backends of an Ingress or route that do not let its controller in. */
export function heldBackEntrances(graph: Graph): readonly GraphFault[] {
  const reachability = reachabilityOf(graph);
  if (!reachability.hasPolicies) {
    return [];
  }
  const controller: Party = { type: 'stranger', mightBe: (workload) => mayAskTheApiServer(graph, workload) };
  return graph.connections.flatMap(({ from, to, because }): readonly GraphFault[] => {
    const barriers = from === undefined ? barriersOf(reachability, controller, to) : [];
    return barriers.length === 0
      ? []
      : because.map((reference) => faultAt(reference, `its controller cannot reach this: ${reasons(barriers)}`));
  });
}

/** Who connects to a name, and cannot ask what its address is. */
export function heldBackFromDns(graph: Graph): readonly GraphFault[] {
  const reachability = reachabilityOf(graph);
  const servers: Party = { type: 'stranger', mightBe: isDnsServer };
  const names = new Map<Workload, string>();
  for (const { from, because } of graph.connections) {
    if (from !== undefined && !names.has(from) && reachability.isIsolated(from, 'egress')) {
      const name = because.map(hostOf).find((host) => host !== '' && isIP(host) === 0);
      if (name !== undefined) {
        names.set(from, name);
      }
    }
  }
  return [...names].flatMap(([workload, name]): readonly GraphFault[] => {
    const [barriers = []] = DNS_PORTS.map((port) =>
      reachability.barriers({ type: 'pods', workload }, servers, { port, protocol: 'UDP' }),
    ).toSorted((a, b) => a.length - b.length);
    const message = `its pods cannot ask DNS for ${name}: ${reasons(barriers)}`;
    return barriers.length === 0 ? [] : [{ object: workload, path: [], message }];
  });
}

/** Who can be reached by everybody, where others of the namespace cannot, and nobody has published him. */
export function openToEverybody(graph: Graph): readonly GraphFault[] {
  const reachability = reachabilityOf(graph);
  if (!reachability.hasPolicies) {
    return [];
  }
  const guarded = new Set(
    graph.workloads
      .filter((workload) => reachability.isIsolated(workload, 'ingress'))
      .map(({ namespace }) => namespace),
  );
  const published = publishedIn(graph);
  const faults: GraphFault[] = [];
  /** By policy, and by rule: whom it opens. */
  const opened = new Map<GraphObject, Map<number, Workload[]>>();
  for (const { workload, policy, rules } of reachability.openToEverybody()) {
    if (guarded.has(workload.namespace) && listens(workload) && !published.has(workload)) {
      if (policy === undefined) {
        const message = 'everybody can reach its pods: no NetworkPolicy decides who may';
        faults.push({ object: workload, path: [], message });
      } else {
        const byRule = opened.get(policy) ?? new Map<number, Workload[]>();
        opened.set(policy, byRule);
        rules.forEach((rule) => {
          addTo(byRule, rule, workload);
        });
      }
    }
  }
  for (const [object, byRule] of opened) {
    for (const [rule, workloads] of byRule) {
      const path = ['spec', 'ingress', rule];
      faults.push({
        object,
        path,
        message: `lets everybody reach the pods of ${listed(workloads.map(({ resource }) => formatResource(resource)))}`,
      });
    }
  }
  return faults;
}

/** CoreDNS' usual port; that of its pods in OpenShift, https://docs.openshift.com/container-platform/latest/networking/networking_operators/dns-operator.html */
const DNS_PORTS = [53, 5353] as const;

function isDnsServer({ podSpec }: Workload): boolean {
  return portsOf(podSpec).some((port) => DNS_PORTS.some((number) => number === child(port, 'containerPort')));
}

/** Whether pods have a token of an account of their own, as a controller has, that watches what it serves. */
function mayAskTheApiServer(graph: Graph, { namespace, podSpec }: Workload): boolean {
  const account = accountOf(podSpec);
  if (account === 'default') {
    return false;
  }
  const said =
    child(podSpec, 'automountServiceAccountToken') ??
    child(graph.find('', 'ServiceAccount', namespace, account)?.manifest, 'automountServiceAccountToken');
  return said !== false;
}

/** Those for which a Service takes a port of the nodes, or an address outside of the cluster. */
function publishedIn(graph: Graph): ReadonlySet<Workload> {
  return new Set(graph.objects.filter(isExposedService).flatMap((service) => graph.podsBehind(service)));
}

function listens({ podSpec }: Workload): boolean {
  return portsOf(podSpec).length > 0;
}

function portsOf(podSpec: unknown): readonly unknown[] {
  return [...listAt(podSpec, 'containers'), ...listAt(podSpec, 'initContainers')].flatMap((container) =>
    listAt(container, 'ports'),
  );
}

function barriersOf(reachability: Reachability, from: Party, to: Destination): readonly Barrier[] {
  return to.type === 'external'
    ? reachability.barriers(from, { type: 'hosts', hosts: to.hosts }, to)
    : to.workloads.flatMap((workload) => reachability.barriers(from, { type: 'pods', workload }, to));
}

function faultAt(reference: Reference, message: string): GraphFault {
  return { object: reference.from, path: reference.path, message, ...excerptOf(reference) };
}

function hostOf({ target }: Reference): string {
  return target.type === 'address' ? target.host : '';
}

function addressOf({ target }: Reference): string {
  return target.type === 'address' ? `${target.host}:${String(target.port)}` : 'it';
}

/** `no NetworkPolicy lets the pods of Deployment shop/carts out to it (carts, default-deny)` */
function reasons(barriers: readonly Barrier[]): string {
  const texts = barriers.map(({ direction, workload, policies }) => {
    const names = policies.map(({ resource }) => resource.name ?? '').toSorted(compareText);
    const way = direction === 'egress' ? 'out to there from' : 'in to';
    return `no NetworkPolicy lets it ${way} ${formatResource(workload.resource)} (${listed(names)})`;
  });
  return [...new Set(texts)].join('; ');
}

/** The first of some names, where there are many. */
function listed(names: readonly string[]): string {
  const others = names.length - MOST_NAMES;
  return others > 1 ? `${names.slice(0, MOST_NAMES).join(', ')} and ${others} others` : names.join(', ');
}

const MOST_NAMES = 3;
