import type { Connection, Graph, GraphObject, Party, Reachability, Reference, Workload } from '../../graph';
import { addTo, field, textAt } from '../../manifest/plain-data';
import type { Path } from '../../manifest/plain-data';
import { OF_THE_CLUSTER } from '../../policy/dangling';
import { identityOf } from '../model';
import type { Comparison, Consequence, ObjectChange, Rule } from '../model';
import {
  causeIn,
  consequence,
  isChanged,
  isWorkload,
  kindOf,
  listText,
  nameOf,
  perComparison,
  perGraph,
  reachabilityOf,
  updateOf,
} from './objects';
import { routesOf } from './routes';

const POLICIES = 'https://kubernetes.io/docs/concepts/services-networking/network-policies/';
const DNS = 'https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/';
const SERVICE = 'https://kubernetes.io/docs/concepts/services-networking/service/#headless-services';

/** Who reaches what, and what is named that is not there. */
export const reach: Rule = function* (change, comparison): Iterable<Consequence> {
  yield* connectionsOf(comparison).get(change) ?? [];
  yield* danglingOf(comparison).get(change) ?? [];
  yield* movedRoutes(change);
  yield* addressThatStays(change);
};

// Connections.

/** A connection that somebody is told to make, and whether he may. */
interface Link {
  readonly connection: Connection;
  readonly text: string;
  /** The policies that do not let it through. */
  readonly barred: readonly GraphObject[] | undefined;
}

const linksOf = perGraph((graph): ReadonlyMap<string, Link> => {
  const reachability = reachabilityOf(graph);
  return new Map(
    graph.connections.flatMap((connection): readonly (readonly [string, Link])[] => {
      const { from, to } = connection;
      if (from === undefined) {
        return [];
      }
      const ends = to.type === 'pods' ? to.workloads.map(identityOf).toSorted() : [...to.hosts].toSorted();
      const barriers =
        to.type === 'pods'
          ? to.workloads.map((workload) => barriersOf(reachability, from, { type: 'pods', workload }, to))
          : [barriersOf(reachability, from, { type: 'hosts', hosts: to.hosts }, to)];
      const who = to.type === 'pods' ? listText(to.workloads.map(nameOf)) : listText(to.hosts);
      return [
        [
          [identityOf(from), ...ends, to.port, to.protocol].join('\n'),
          {
            connection,
            text: `${who === '' ? (to.service === undefined ? 'somebody' : nameOf(to.service)) : who} on port ${to.port}`,
            barred: barriers.length > 0 && barriers.every((each) => each !== undefined) ? barriers.flat() : undefined,
          },
        ],
      ];
    }),
  );
});

function barriersOf(
  reachability: Reachability,
  workload: Workload,
  to: Party,
  { port, protocol }: { readonly port: number; readonly protocol: 'TCP' | 'UDP' | 'SCTP' },
): readonly GraphObject[] | undefined {
  const barriers = reachability.barriers({ type: 'pods', workload }, to, { port, protocol });
  return barriers.length === 0 ? undefined : barriers.flatMap(({ policies }) => policies);
}

/** Fields of a workload outside of its pod template that nobody names, and that name nobody. */
const INERT = new Set([
  'minReadySeconds',
  'progressDeadlineSeconds',
  'revisionHistoryLimit',
  'strategy',
  'updateStrategy',
]);

/** The same, of its pods and of their containers. */
const INERT_IN_PODS = new Set(['nodeSelector', 'securityContext', 'terminationGracePeriodSeconds', 'tolerations']);
const INERT_IN_CONTAINERS = new Set([
  'image',
  'imagePullPolicy',
  'lifecycle',
  'livenessProbe',
  'readinessProbe',
  'resources',
  'securityContext',
  'startupProbe',
]);

/** Whether a change leaves all connections and references as they are: most do, and need no look at everything else. */
function isInert({ action, new: now, fields }: ObjectChange): boolean {
  return (
    action === 'update' &&
    isWorkload(now) &&
    fields.every(({ path }) => {
      const { length } = now.templatePath;
      if (now.templatePath.some((key, at) => path[at] !== key)) {
        return path[0] === 'metadata' || (path[0] === 'spec' && INERT.has(String(path[1])));
      }
      const [part, name, , of] = path.slice(length);
      return part === 'metadata'
        ? name === 'annotations'
        : INERT_IN_PODS.has(String(name)) || (name === 'containers' && INERT_IN_CONTAINERS.has(String(of)));
    })
  );
}

/** Who could be the cause of something, most likely first. */
class Causes {
  private readonly byObject = new Map<string, ObjectChange>();

  public constructor({ changes }: Comparison) {
    for (const change of changes) {
      for (const object of [change.old, change.new]) {
        if (object !== undefined) {
          this.byObject.set(identityOf(object), change);
        }
      }
    }
  }

  public of(objects: readonly (GraphObject | undefined)[]): ObjectChange | undefined {
    for (const object of objects) {
      const found = object === undefined ? undefined : this.byObject.get(identityOf(object.producedBy ?? object));
      if (found !== undefined) {
        return found;
      }
    }
    return undefined;
  }
}

const causesOf = perComparison((comparison) => new Causes(comparison));

/** The field of a reference, where the change is one of the object that has it. */
function pathIn(change: ObjectChange, because: readonly Reference[]): Path {
  const ids = new Set([change.old, change.new].flatMap((object) => (object === undefined ? [] : [identityOf(object)])));
  const own = because.filter(({ from }) => ids.has(identityOf(from)));
  const changed = own.find(({ path }) => isChanged(change, path)) ?? own[0];
  return changed === undefined ? (change.fields[0]?.path ?? []) : changed.path;
}

const connectionsOf = perComparison((comparison): ReadonlyMap<ObjectChange, readonly Consequence[]> => {
  const found = new Map<ObjectChange, Consequence[]>();
  if (comparison.changes.every(isInert)) {
    return found;
  }
  const causes = causesOf(comparison);
  const [before, after] = [linksOf(comparison.old), linksOf(comparison.new)];
  const policies = (graph: Graph): readonly GraphObject[] =>
    graph.objects.filter((object) => kindOf(object) === 'networking.k8s.io/NetworkPolicy');
  const changedPolicies = [...policies(comparison.old), ...policies(comparison.new)].filter(
    (policy) => causes.of([policy]) !== undefined,
  );
  const objectsOf = ({ connection: { from, to, because } }: Link): readonly (GraphObject | undefined)[] => [
    ...because.map((reference) => reference.from),
    from,
    to.service,
    ...(to.type === 'pods' ? to.workloads : []),
  ];
  const add = (objects: readonly (GraphObject | undefined)[], link: Link, make: (path: Path) => Consequence): void => {
    const change = causes.of(objects);
    if (change !== undefined) {
      addTo(found, change, make(pathIn(change, link.connection.because)));
    }
  };
  for (const [key, link] of after) {
    const was = before.get(key);
    const from = link.connection.from === undefined ? '' : nameOf(link.connection.from);
    const barred = link.barred === undefined ? undefined : listText([...new Set(link.barred.map(nameOf))]);
    if (was === undefined) {
      add(objectsOf(link), link, (path) =>
        barred === undefined
          ? consequence('reach', 'info', `${from} connects to ${link.text} from now on.`, path, DNS)
          : consequence(
              'reach',
              'danger',
              `${from} is told to connect to ${link.text}, and ${barred} ${link.barred?.length === 1 ? 'does' : 'do'} not let it through.`,
              path,
              POLICIES,
            ),
      );
    } else if (barred !== undefined && was.barred === undefined) {
      add([...(link.barred ?? []), ...changedPolicies, ...objectsOf(link)], link, (path) =>
        consequence(
          'reach',
          'danger',
          `${from} cannot connect to ${link.text} any more: ${barred} ${new Set(link.barred).size === 1 ? 'does' : 'do'} not let it through.`,
          path,
          POLICIES,
        ),
      );
    } else if (barred === undefined && was.barred !== undefined) {
      add([...changedPolicies, ...was.barred, ...objectsOf(link)], link, (path) =>
        consequence(
          'reach',
          'info',
          `${from} can connect to ${link.text} now, which network policies forbade.`,
          path,
          POLICIES,
        ),
      );
    }
  }
  for (const [key, link] of before) {
    if (!after.has(key)) {
      const from = link.connection.from === undefined ? '' : nameOf(link.connection.from);
      add(objectsOf(link), link, (path) =>
        consequence('reach', 'info', `${from} does not connect to ${link.text} any more.`, path, DNS),
      );
    }
  }
  return found;
});

// References.

const kindsIn = perGraph((graph): ReadonlySet<string> => new Set(graph.objects.map(kindOf)));

/** Whether it names what whoever runs a cluster makes for everybody, such as a StorageClass, and the set holds none of the kind. */
function isLeftToCluster({ target }: Reference, graph: Graph): boolean {
  const kind = target.type === 'object' ? `${target.group}/${target.kind}` : '';
  return OF_THE_CLUSTER.has(kind) && !kindsIn(graph).has(kind);
}

/** What does not resolve: by who names it and what is wrong, whatever its place. */
const problemsIn = perGraph(
  (graph): ReadonlyMap<string, { readonly reference: Reference; readonly message: string }> =>
    new Map(
      graph.objects
        .filter(({ isGiven }) => !isGiven)
        .flatMap((object) => graph.referencesOf(object))
        .filter((reference) => !reference.isOptional && !isLeftToCluster(reference, graph))
        .flatMap((reference) => {
          const problem = graph.problemOf(reference);
          return problem === undefined
            ? []
            : [[`${identityOf(reference.from)}\n${problem.message}`, { reference, message: problem.message }] as const];
        }),
    ),
);

const danglingOf = perComparison((comparison): ReadonlyMap<ObjectChange, readonly Consequence[]> => {
  const found = new Map<ObjectChange, Consequence[]>();
  if (comparison.changes.every(isInert)) {
    return found;
  }
  const causes = causesOf(comparison);
  const [before, after] = [problemsIn(comparison.old), problemsIn(comparison.new)];
  const add = (reference: Reference, make: (path: Path, isOwn: boolean) => Consequence): void => {
    const targets = [comparison.old, comparison.new].flatMap((graph) => targetsOf(reference, graph));
    const own = causes.of([reference.from]);
    const isOwn = own !== undefined && (own.fields.length === 0 || isChanged(own, reference.path));
    const change = isOwn ? own : (causes.of(targets) ?? own ?? comparison.changes[0]);
    if (change !== undefined) {
      addTo(found, change, make(change === own ? reference.path : [], change === own));
    }
  };
  // What others name already and is in neither set is in the cluster, or else they do not work either.
  const missedBefore = new Set([...before.values()].map(({ message }) => message));
  for (const [key, { reference, message }] of after) {
    if (!before.has(key) && !missedBefore.has(message)) {
      add(reference, (path, isOwn) =>
        consequence(
          'reach',
          'danger',
          isOwn
            ? `It names what is not there: ${message}.`
            : `${nameOf(reference.from)} names what is not there any more: ${message}.`,
          path,
          'https://kubernetes.io/docs/concepts/overview/working-with-objects/names/',
        ),
      );
    }
  }
  for (const [key, { reference, message }] of before) {
    const stays = comparison.new.find(
      reference.from.group,
      reference.from.resource.kind ?? '',
      reference.from.namespace,
      reference.from.resource.name ?? '',
    );
    if (!after.has(key) && stays !== undefined) {
      add(reference, (path) =>
        consequence(
          'reach',
          'info',
          `What ${nameOf(reference.from)} names is mended: it was so that ${message}.`,
          path,
          'https://kubernetes.io/docs/concepts/overview/working-with-objects/names/',
        ),
      );
    }
  }
  return found;
});

/** The objects that a reference names or selects in a set. */
function targetsOf({ from, target }: Reference, graph: Graph): readonly GraphObject[] {
  switch (target.type) {
    case 'object': {
      const object = graph.find(target.group, target.kind, target.namespace, target.name);
      return object === undefined ? [] : [object];
    }
    case 'pods':
      return graph.podsSelectedBy(target.namespace, target.selector);
    case 'address': {
      const [name = '', namespace = from.namespace] = target.host.split('.');
      const service = graph.find('', 'Service', namespace, name);
      return service === undefined ? [] : [service, ...graph.podsBehind(service)];
    }
    case 'services':
      return [];
  }
}

// Routes.

/** Paths that lead to another Service than before, or nowhere. */
function* movedRoutes(change: ObjectChange): Iterable<Consequence> {
  const update = updateOf(change);
  const before = change.old === undefined ? [] : routesOf(change.old);
  const after = change.new === undefined ? [] : routesOf(change.new);
  if (update === undefined || (before.length === 0 && after.length === 0)) {
    return;
  }
  const source =
    kindOf(update.new) === 'networking.k8s.io/Ingress'
      ? 'https://kubernetes.io/docs/concepts/services-networking/ingress/'
      : 'https://gateway-api.sigs.k8s.io/api-types/httproute/';
  const now = new Map(after.map((route) => [route.from, route]));
  const was = new Map(before.map((route) => [route.from, route]));
  for (const route of before) {
    const other = now.get(route.from);
    if (other === undefined) {
      yield consequence(
        'reach',
        'danger',
        `${route.from} is not routed to ${route.to} any more.`,
        change.fields[0]?.path ?? [],
        source,
      );
    } else if (other.to !== route.to) {
      yield consequence(
        'reach',
        'warning',
        `${route.from} leads to ${other.to} instead of ${route.to}.`,
        causeIn(change, other.path),
        source,
      );
    }
  }
  for (const route of after) {
    if (!was.has(route.from)) {
      yield consequence(
        'reach',
        'info',
        `${route.from} leads to ${route.to} from now on.`,
        causeIn(change, route.path),
        source,
      );
    }
  }
}

/** An address of a Service that a server keeps although the manifest does not name it any more. */
function* addressThatStays(change: ObjectChange): Iterable<Consequence> {
  const update = updateOf(change);
  if (update === undefined || kindOf(update.new) !== '/Service') {
    return;
  }
  const [before, after] = [update.old, update.new].map(({ manifest }) => field(manifest, 'spec', 'clusterIP'));
  const isExternal = [update.old, update.new].some(
    ({ manifest }) => textAt(manifest, 'spec', 'type') === 'ExternalName',
  );
  if (before === 'None' && after === undefined && !isExternal) {
    yield consequence(
      'reach',
      'warning',
      'The Service stays headless: the API server keeps clusterIP None where a manifest names none. Delete it and apply again for it to have an address.',
      ['spec', 'clusterIP'],
      SERVICE,
    );
  }
}
