import type { Graph, GraphObject, Workload } from '../../graph';
import { child, field, listAt, textAt } from '../../manifest/plain-data';
import type { Path } from '../../manifest/plain-data';
import { dangling } from '../dangling';
import { graphPolicy } from '../policy';
import type { GraphFault } from '../policy';
import { AUTOSCALERS, scaleTargetOf } from '../related';

export const autoscalerTarget = graphPolicy({
  id: 'autoscaler-target',
  title:
    'An autoscaler scales something that is there, that nothing else scales, by a resource that its containers request',
  severity: 'error',
  graph: (graph) => [...dangling(graph, 'autoscaler-target'), ...scaledTwice(graph), ...withoutRequest(graph)],
  why: 'Without its target, or without a request to measure the use by, it never scales; two autoscalers of one target undo what the other does.',
  fix: 'Correct spec.scaleTargetRef, leave each workload one autoscaler (several metrics stand in one), and give each container a request of what it is scaled by.',
  link: 'https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#how-does-a-horizontalpodautoscaler-work',
});

const TARGET: Path = ['spec', 'scaleTargetRef'];

/** The HorizontalPodAutoscalers and ScaledObjects that somebody wrote: KEDA makes a HorizontalPodAutoscaler of each ScaledObject. */
function autoscalersIn({ objects }: Graph): readonly GraphObject[] {
  return objects.filter(
    ({ group, resource: { kind }, manifest }) =>
      AUTOSCALERS.has(`${group}/${kind ?? ''}`) && listAt(manifest, 'metadata', 'ownerReferences').length === 0,
  );
}

function targetOf({ manifest, group, namespace }: GraphObject): readonly [string, string, string, string] {
  const target = scaleTargetOf(manifest, group);
  return [target.group, target.kind, namespace, target.name];
}

function scaledTwice(graph: Graph): readonly GraphFault[] {
  const scalers = new Map<string, GraphObject>();
  return autoscalersIn(graph).flatMap((object): GraphFault[] => {
    const key = JSON.stringify(targetOf(object));
    const other = scalers.get(key);
    if (other === undefined) {
      scalers.set(key, object);
      return [];
    }
    const [, kind, , name] = targetOf(object);
    const [blamed, beside] = object.isGiven ? [other, object] : [object, other];
    const message = `${kind} ${name} is scaled by ${String(beside.resource.kind)} ${String(beside.resource.name)} too`;
    return [{ object: blamed, path: TARGET, message }];
  });
}

/** What an autoscaler measures in proportion to what is requested. */
interface Utilization {
  readonly resource: string;
  /** @default - the pod, all of its containers */
  readonly container?: string;
  readonly path: Path;
}

function withoutRequest(graph: Graph): readonly GraphFault[] {
  const workloads = new Map(graph.workloads.map((workload): [unknown, Workload] => [workload.manifest, workload]));
  const limited = new Set(
    graph.objects.filter(({ resource }) => resource.kind === 'LimitRange').map(({ namespace }) => namespace),
  );
  return autoscalersIn(graph).flatMap((object) => {
    const target = graph.find(...targetOf(object));
    const workload = target === undefined ? undefined : workloads.get(target.manifest);
    // A LimitRange may give requests to whoever has none.
    if (workload === undefined || limited.has(object.namespace)) {
      return [];
    }
    const containers = [
      ...listAt(workload.podSpec, 'containers'),
      ...listAt(workload.podSpec, 'initContainers').filter((each) => child(each, 'restartPolicy') === 'Always'),
    ];
    return utilizationsOf(object).flatMap(({ resource, container, path }): GraphFault[] => {
      const measured = containers.filter((each) => container === undefined || child(each, 'name') === container);
      const lacking = measured.find((each) => !requests(each, resource));
      const of = `of ${String(workload.resource.kind)} ${String(workload.resource.name)}`;
      if (container !== undefined && measured.length === 0) {
        return [{ object, path, message: `there is no container "${container}" ${of}` }];
      }
      return lacking === undefined
        ? []
        : [{ object, path, message: `container "${textAt(lacking, 'name')}" ${of} requests no ${resource}` }];
    });
  });
}

/** A limit is the request of who says none. */
function requests(container: unknown, resource: string): boolean {
  return ['requests', 'limits'].some((list) => child(field(container, 'resources', list), resource) !== undefined);
}

function utilizationsOf({ manifest, group, resource: { apiVersion } }: GraphObject): readonly Utilization[] {
  if (group === 'keda.sh') {
    return listAt(manifest, 'spec', 'triggers').flatMap((trigger, index): Utilization[] => {
      const resource = textAt(trigger, 'type');
      const container = textAt(trigger, 'metadata', 'containerName');
      const isUtilization = (textAt(trigger, 'metricType') || 'Utilization') === 'Utilization';
      return (resource === 'cpu' || resource === 'memory') && isUtilization
        ? [{ resource, ...(container !== '' && { container }), path: ['spec', 'triggers', index] }]
        : [];
    });
  }
  if (apiVersion === 'autoscaling/v1') {
    return [{ resource: 'cpu', path: ['spec', 'targetCPUUtilizationPercentage'] }];
  }
  const metrics = listAt(manifest, 'spec', 'metrics');
  if (metrics.length === 0) {
    // https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/
    return [{ resource: 'cpu', path: ['spec', 'metrics'] }];
  }
  return metrics.flatMap((metric, index): Utilization[] => {
    const ofContainer = child(metric, 'type') === 'ContainerResource';
    const name = ofContainer ? 'containerResource' : 'resource';
    const source = child(metric, name);
    return textAt(source, 'target', 'type') === 'Utilization'
      ? [
          {
            resource: textAt(source, 'name'),
            ...(ofContainer && { container: textAt(source, 'container') }),
            path: ['spec', 'metrics', index, name],
          },
        ]
      : [];
  });
}
