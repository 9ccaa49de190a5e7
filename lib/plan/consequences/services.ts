import type { Graph, GraphObject, Workload } from '../../graph';
import { matchesLabels } from '../../graph';
import { child, field, groupBy, listAt, numberAt, textAt } from '../../manifest/plain-data';
import { perGraph } from './objects';

// Services, and the pods behind them.

const byNamespace = perGraph((graph) =>
  groupBy(
    graph.objects.filter(({ group, resource }) => group === '' && resource.kind === 'Service'),
    ({ namespace }) => namespace,
  ),
);

/** The Services that lead to a workload's pods. */
export function servicesOf(workload: Workload, graph: Graph): readonly GraphObject[] {
  return (byNamespace(graph).get(workload.namespace) ?? []).filter((service) => {
    const labels: readonly (readonly [string, unknown])[] = Object.entries(
      field(service.manifest, 'spec', 'selector') ?? {},
    );
    const isOfTemplate = labels.filter(([key]) => workload.podLabels[key] !== undefined);
    return (
      labels.length > 0 &&
      isOfTemplate.every(([key, value]) => workload.podLabels[key] === value) &&
      // The other labels may be a controller's, such as a pod's index.
      (isOfTemplate.length === labels.length || graph.podsBehind(service).includes(workload))
    );
  });
}

/** Whether a Service selects pods of a workload, as they are there. */
export function selects(service: GraphObject, workload: Workload): boolean {
  const selector = field(service.manifest, 'spec', 'selector');
  return (
    service.namespace === workload.namespace &&
    typeof selector === 'object' &&
    selector !== null &&
    Object.keys(selector).length > 0 &&
    matchesLabels({ matchLabels: selector }, workload.podLabels)
  );
}

/** A port of a Service, and where it leads. */
export interface ServicePort {
  /** Its index in the Service. */
  readonly index: number;
  readonly port: number;
  readonly target: string | number;
}

/** The ports of a Service; without a targetPort, a port leads to its own number. */
export function portsOf({ manifest }: GraphObject): readonly ServicePort[] {
  return listAt(manifest, 'spec', 'ports').map((each, index) => {
    const target = child(each, 'targetPort');
    const port = numberAt(each, 'port');
    return {
      index,
      port,
      target: typeof target === 'string' || (typeof target === 'number' && target > 0) ? target : port,
    };
  });
}

/** The ports that the containers of a workload declare: number by name, and the numbers. */
export function declaredPorts({ podSpec }: Workload): {
  readonly named: ReadonlyMap<string, number>;
  readonly numbers: ReadonlySet<number>;
} {
  const ports = listAt(podSpec, 'containers').flatMap((container) => listAt(container, 'ports'));
  return {
    named: new Map(ports.map((each) => [textAt(each, 'name'), numberAt(each, 'containerPort')])),
    numbers: new Set(ports.map((each) => numberAt(each, 'containerPort'))),
  };
}

/** Whether pods listen where a Service's port leads to, as far as they declare it; who declares none, may. */
export function listensOn(workload: Workload, target: string | number): boolean {
  const { named, numbers } = declaredPorts(workload);
  return typeof target === 'string' ? named.has(target) : numbers.size === 0 || numbers.has(target);
}
