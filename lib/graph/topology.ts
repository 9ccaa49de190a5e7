import { child, compareCodeUnits, listAt, textAt, textsAt, valueAt } from '../manifest/plain-data';
import { type Graph, isExposedService } from './graph';
import { type Box, type Edge, flowchart, idOf, type Node } from './mermaid';
import type { Connection, Destination, GraphObject, Reference, Workload } from './model';
import { type Party, Reachability } from './reachability';

// A picture of who connects to whom: Markdown with Mermaid's diagrams, which GitHub shows.

/** Of more edges than this nobody can tell which leads where. (GitHub draws 500 and refuses more.) */
const MOST_EDGES = 59;

/** A diagram without edges grows too. */
const MOST_NODES = 100;

/** Where there are too many edges, more workloads of a namespace than this that lead to the same are one node. */
const FEW = 2;

/** An edge says no more than these things of what it carries. */
const MOST_DETAILS = 6;

/** Kinds whose pods keep data. */
const STORES: readonly string[] = ['StatefulSet', 'KafkaNodePool'];

const OUTSIDE: Box = { id: 'outside', title: 'outside the cluster' };

/** One node leads to another. */
interface Link {
  readonly from: Node;
  readonly to: Node;
  /** Undefined where nobody connects: a workload reads a ConfigMap. */
  readonly port: Pick<Destination, 'port' | 'protocol'> | undefined;
  /** What else is to be said: the paths of a route. */
  readonly details: readonly string[];
  /** Whether the network policies of the set forbid it. */
  readonly isForbidden?: true;
}

/** A workload, with all that leads to it or from it. */
interface Part {
  readonly workload: Workload;
  readonly node: Node;
  readonly links: Link[];
}

/** The picture of a set of manifests: who connects to whom, by what is written in them. */
export class Topology {
  private readonly links: readonly Link[];
  /** By the id of the workload's node, and in the order of these. */
  private readonly parts: ReadonlyMap<string, Part>;

  /** Takes time in proportion to the objects and their connections. */
  public constructor(private readonly graph: Graph) {
    const reachability = new Reachability(graph);
    this.links = [
      ...graph.connections.flatMap((connection) => linksOf(connection, reachability)),
      ...graph.objects.flatMap((object) => exposed(object, graph)),
    ];
    const parts = graph.workloads.map((workload): [string, Part] => {
      const node = workloadNode(workload);
      return [node.id, { workload, node, links: [] }];
    });
    this.parts = new Map(parts.sort(([a], [b]) => compareCodeUnits(a, b)));
    for (const link of this.links) {
      for (const id of new Set([link.from.id, link.to.id])) {
        this.parts.get(id)?.links.push(link);
      }
    }
  }

  /** The whole picture as Markdown: an overview, and a part for each workload. */
  public toMarkdown(): string {
    const own = this.ownParts();
    return [
      '# Topology',
      'Who connects to whom, by what the manifests say: addresses in variables, arguments and configuration files, and routes. In the part of a workload a dotted arrow leads to the ConfigMaps and Secrets that it reads, and a cross ends what it is told to connect to and network policies forbid.',
      this.overview(),
      ...own.flatMap((part) => this.describe(part)),
    ].join('\n\n');
  }

  /** Who connects to whom, as one diagram in Markdown. */
  public overview(): string {
    return diagram(
      this.ownParts().map(({ node }) => node),
      this.allowed(),
    );
  }

  /** Who connects to whom, a line each, such as `shop/carts -> shop/orders: TCP 8080`; sorted. */
  public connections(): readonly string[] {
    return edgesOf(this.allowed())
      .map(({ from, to, lines }) => `${nameOf(from)} -> ${nameOf(to)}: ${lines.join(', ')}`)
      .sort(compareCodeUnits);
  }

  /**
   * What one workload touches, as Markdown: who connects to it, what it connects to, and which ConfigMaps and Secrets it reads.
   *
   * @param name the name of a workload, or of a Service; `NAMESPACE/NAME` where several have it.
   * @returns undefined if there is none of that name.
   */
  public of(name: string): string | undefined {
    const ids = new Set<string>();
    for (const { workload, node } of this.parts.values()) {
      if (namesOf(workload).includes(name)) ids.add(node.id);
    }
    const hosts = this.services()
      .filter((service) => namesOf(service).includes(name))
      .flatMap((service) => {
        const pods = this.graph.podsBehind(service);
        pods.forEach((workload) => ids.add(workloadNode(workload).id));
        return pods.length > 0 ? [] : this.describeHost(service);
      });
    const found = [...this.parts].filter(([id]) => ids.has(id)).flatMap(([, part]) => this.describe(part));
    return [...found, ...hosts].join('\n\n') || undefined;
  }

  /** The names that {@link of} knows. */
  public get names(): readonly string[] {
    return [...[...this.parts.values()].map(({ workload }) => workload), ...this.services()].flatMap(namesOf);
  }

  private ownParts(): readonly Part[] {
    return [...this.parts.values()].filter(({ workload }) => !workload.isGiven);
  }

  /** All but what network policies forbid. */
  private allowed(): readonly Link[] {
    return this.links.filter(({ isForbidden }) => isForbidden !== true);
  }

  private services(): readonly GraphObject[] {
    return this.graph.objects.filter(({ group, resource }) => group === '' && resource.kind === 'Service');
  }

  /** Who connects to a Service that stands for something outside of the cluster. */
  private describeHost({ namespace, resource }: GraphObject): readonly string[] {
    const id = serviceId(namespace, resource.name);
    const links = this.links.filter(({ to }) => to.id === id);
    const [link] = links;
    return link === undefined
      ? []
      : [headingOf('Service', namespace, resource.name), diagram([link.to], links, link.to)];
  }

  private describe({ workload, node, links }: Part): readonly string[] {
    const { namespace, resource } = workload;
    const documents = new Set(this.graph.referencesOf(workload).flatMap(documentOf));
    const read: Link = {
      from: node,
      to: {
        id: idOf('read', namespace, resource.name ?? ''),
        lines: [...documents].sort(compareCodeUnits),
        shape: 'document',
      },
      port: undefined,
      details: [],
    };
    return [
      headingOf(resource.kind ?? '', namespace, resource.name),
      diagram([node], documents.size === 0 ? links : [...links, read], node),
    ];
  }
}

function nameOf({ lines, box }: Node): string {
  return `${box === undefined || box === OUTSIDE ? '' : `${box.title}/`}${lines.join(' ')}`;
}

function headingOf(kind: string, namespace: string, name: string | null): string {
  return `## ${kind} ${namespace}/${name ?? ''}`;
}

function serviceId(namespace: string, name: string | null): string {
  return idOf('service', namespace, name ?? '');
}

function namesOf({ namespace, resource }: GraphObject): readonly string[] {
  return resource.name === null ? [] : [resource.name, `${namespace}/${resource.name}`];
}

function boxOf(namespace: string): Box {
  return { id: idOf('namespace', namespace), title: namespace };
}

function workloadNode({ namespace, resource }: Workload): Node {
  const [kind, name] = [resource.kind ?? '', resource.name ?? ''];
  const shape = STORES.includes(kind) ? 'store' : 'workload';
  return { id: idOf(kind.toLowerCase(), namespace, name), lines: [name], shape, box: boxOf(namespace) };
}

/** Where a request comes in: an Ingress, or the Gateway of a route. */
function entranceNode({ manifest, namespace, resource }: GraphObject): Node {
  const [parent] = listAt(manifest, 'spec', 'parentRefs');
  const [kind, name] =
    parent === undefined
      ? [resource.kind ?? '', resource.name ?? '']
      : [textAt(parent, 'kind') || 'Gateway', textAt(parent, 'name')];
  const of = textAt(parent, 'namespace') || namespace;
  return { id: idOf(kind.toLowerCase(), of, name), lines: [`${kind} ${name}`], shape: 'entrance' };
}

/** Who is at the other end, and its node. */
function endsOf(to: Destination): readonly (readonly [Party, Node])[] {
  if (to.type === 'pods') {
    return to.workloads.map((workload) => [{ type: 'pods', workload }, workloadNode(workload)]);
  }
  const { service, hosts } = to;
  const node: Node = {
    id: service === undefined ? idOf('host', ...hosts) : serviceId(service.namespace, service.resource.name),
    lines: service === undefined ? hosts : [service.resource.name ?? '', ...hosts],
    shape: 'host',
    box: OUTSIDE,
  };
  return [[{ type: 'hosts', hosts }, node]];
}

/** A ConfigMap or Secret that is named. */
function documentOf({ target }: Reference): readonly string[] {
  return target.type === 'object' && target.group === '' && (target.kind === 'ConfigMap' || target.kind === 'Secret')
    ? [`${target.kind} ${target.name}`]
    : [];
}

function linksOf({ from, to, because }: Connection, reachability: Reachability): readonly Link[] {
  const ends = endsOf(to);
  if (from === undefined) {
    return because.flatMap((reference) =>
      ends.map(([, node]) => ({
        from: entranceNode(reference.from),
        to: node,
        port: to,
        details: routesAt(reference),
      })),
    );
  }
  return ends.map(([party, node]) => {
    const isForbidden = reachability.barriers({ type: 'pods', workload: from }, party, to).length > 0;
    return { from: workloadNode(from), to: node, port: to, details: [], ...(isForbidden && { isForbidden }) };
  });
}

/** What leads to a backend of an Ingress or route: hosts and paths. */
function routesAt({ from: { manifest }, path }: Reference): readonly string[] {
  const rule = valueAt(manifest, path.slice(0, 3));
  const hosts = [textAt(rule, 'host'), ...textsAt(manifest, 'spec', 'hostnames')].filter((host) => host !== '');
  const paths = [
    textAt(valueAt(manifest, path.slice(0, 6)), 'path'),
    ...listAt(rule, 'matches').map((match) => textAt(match, 'path', 'value')),
  ].filter((each) => each !== '');
  return hosts.length === 0
    ? paths
    : hosts.flatMap((host) => (paths.length === 0 ? host : paths.map((each) => host + each)));
}

/** What a Service lets in from outside of the cluster by itself. */
function exposed(object: GraphObject, graph: Graph): readonly Link[] {
  const { manifest, namespace, resource, isGiven } = object;
  if (isGiven || !isExposedService(object)) {
    return [];
  }
  const type = textAt(manifest, 'spec', 'type');
  const name = resource.name ?? '';
  const from: Node = { id: serviceId(namespace, name), lines: [`Service ${name}`, type], shape: 'entrance' };
  return graph.podsBehind(object).flatMap((workload) =>
    listAt(manifest, 'spec', 'ports').flatMap((each) => {
      const port = child(each, 'port');
      const protocol = child(each, 'protocol');
      return typeof port === 'number'
        ? [
            {
              from,
              to: workloadNode(workload),
              port: { port, protocol: protocol === 'UDP' || protocol === 'SCTP' ? protocol : ('TCP' as const) },
              details: [],
            },
          ]
        : [];
    }),
  );
}

/** How a diagram is drawn: in full, or, where that has too many edges, ever more coarsely. */
const LEVELS: readonly {
  readonly remark: string;
  readonly fold: (links: readonly Link[], subject: Node | undefined) => readonly Link[];
}[] = [
  { remark: '', fold: (links) => links },
  {
    remark: `Where more than ${FEW} workloads of a namespace connect to the same, they are drawn as one: the parts of each say which.`,
    fold: foldSources,
  },
  { remark: 'There are too many connections to draw each: a namespace is drawn as one.', fold: foldNamespaces },
];

/** The diagram of some nodes and of what leads from one to another, with a remark where it does not show each. */
function diagram(nodes: readonly Node[], links: readonly Link[], subject?: Node): string {
  for (const { remark, fold } of LEVELS) {
    const edges = edgesOf(fold(links, subject));
    const isLast = remark === LEVELS.at(-1)?.remark;
    const alone = remark === '' ? nodes : nodes.filter(({ id }) => id === subject?.id);
    const isDrawable = edges.length <= MOST_EDGES && alone.length <= MOST_NODES;
    if (isDrawable || isLast) {
      const drawn = edges
        .slice(0, MOST_EDGES)
        .map((edge) => ({ ...edge, from: inPart(edge.from, subject), to: inPart(edge.to, subject) }));
      const left = edges.length - drawn.length;
      const remarks = [remark, left === 0 ? '' : `${left} more edges are left out.`].filter((each) => each !== '');
      const shown = alone.map((node) => inPart(node, subject));
      const text = flowchart([...shown, ...drawn.flatMap(({ from, to }) => [from, to])], drawn, subject);
      return [...(remarks.length === 0 ? [] : [remarks.join(' ')]), `\`\`\`mermaid\n${text}\`\`\``].join('\n\n');
    }
  }
  return '';
}

/** In the part of a workload, what is around it says itself where it is: boxes would take more room than all that is in them. */
function inPart(node: Node, subject: Node | undefined): Node {
  if (subject === undefined || node.box === undefined) {
    return node;
  }
  const { box, ...rest } = node;
  const isElsewhere = box !== OUTSIDE && box.id !== subject.box?.id;
  return isElsewhere ? { ...rest, lines: [...rest.lines, `in ${box.title}`] } : rest;
}

/** One edge for all that leads from one node to another. */
function edgesOf(links: readonly Link[]): readonly Edge[] {
  const pairs = new Map<string, { readonly ends: Link; readonly ports: Set<string>; readonly details: Set<string> }>();
  for (const link of links) {
    const key = `${link.from.id} ${link.to.id} ${link.isForbidden === true ? 'forbidden' : ''}`;
    const pair = pairs.get(key) ?? { ends: link, ports: new Set<string>(), details: new Set<string>() };
    pairs.set(key, pair);
    if (link.port !== undefined) pair.ports.add(`${link.port.protocol} ${link.port.port}`);
    link.details.forEach((detail) => pair.details.add(detail));
  }
  return [...pairs]
    .sort(([a], [b]) => compareCodeUnits(a, b))
    .map(([, { ends, ports, details }]) => {
      const sorted = [...details].sort(compareCodeUnits);
      const more = sorted.length > MOST_DETAILS ? ['...'] : [];
      return {
        from: ends.from,
        to: ends.to,
        lines: [...[...ports].sort(comparePorts), ...sorted.slice(0, MOST_DETAILS), ...more],
        line: ends.isForbidden === true ? 'crossed' : ports.size === 0 ? 'dotted' : 'solid',
      };
    });
}

/** `TCP 80` before `TCP 443`. */
function comparePorts(a: string, b: string): number {
  return Number(a.slice(4)) - Number(b.slice(4)) || compareCodeUnits(a, b);
}

/** Workloads of a namespace that lead to the same are one node, where they are more than a few. */
function foldSources(links: readonly Link[], subject: Node | undefined): readonly Link[] {
  const sources = new Map<string, Set<string>>();
  const keyOf = ({ from, to }: Link): string => `${from.box?.id ?? ''} ${to.id}`;
  for (const link of links) {
    const key = keyOf(link);
    sources.set(key, (sources.get(key) ?? new Set()).add(link.from.id));
  }
  return links.map((link) => {
    const { box, id } = link.from;
    const isFolded = box !== undefined && id !== subject?.id && (sources.get(keyOf(link))?.size ?? 0) > FEW;
    const from: Node | undefined = isFolded
      ? { id: idOf('workloads', box.title), lines: ['several workloads'], shape: 'group', box }
      : undefined;
    return from === undefined ? link : { ...link, from };
  });
}

/** Each namespace is one node. */
function foldNamespaces(links: readonly Link[], subject: Node | undefined): readonly Link[] {
  const fold = (node: Node): Node =>
    node.box === undefined || node.box === OUTSIDE || node.id === subject?.id
      ? node
      : { id: idOf('workloads', node.box.title), lines: [`namespace ${node.box.title}`], shape: 'group' };
  return links
    .map((link) => ({ ...link, from: fold(link.from), to: fold(link.to), details: [] }))
    .filter(({ from, to }) => from.id !== to.id);
}
