import type { Alert, RuleGroup } from './model';
import { CONTAINERS, label, series } from './promql';
import type { RulesProps } from './props';
import { POD_NOT_READY, POD_SERVICE } from './recording';

// What Kubernetes says of pods, and what they use. Of kube-state-metrics' and the kubelet's series only the labels of the objects are read: whose
// target they come from differs from cluster to cluster.

/** Pods: whether they serve, how often their containers start anew, and how near they are to their limits. */
export function podRules(props: RulesProps): readonly RuleGroup[] {
  const namespace = [props.namespace, props.observabilityNamespace];
  const owner = (...kind: readonly string[]): string => series('kube_pod_owner', { namespace }, ...kind);
  const alive = byPod(series('kube_pod_status_phase', { namespace }, 'phase=~"Pending|Running|Unknown"'));
  return [
    {
      name: 'pods',
      recording: [
        {
          record: POD_SERVICE,
          // The pods of a Deployment or Rollout are a ReplicaSet's, which is named after it. Pods of a Job serve nobody.
          expr:
            'max by (namespace, pod, service) (' +
            `label_replace(${owner('owner_kind="ReplicaSet"')}, "service", "$1", "owner_name", "(.+)-[^-]+") or ` +
            `label_replace(${owner('owner_kind!~"ReplicaSet|Job|"')}, "service", "$1", "owner_name", "(.+)"))`,
        },
        {
          record: POD_NOT_READY,
          // A pod that no node has taken yet says nothing of its readiness.
          expr: `${series(POD_SERVICE, { namespace })} and on (namespace, pod) ${alive} == 1 unless on (namespace, pod) ${ready(namespace)} == 1`,
        },
      ],
      alerts: [
        serviceUnavailable(namespace),
        podNotReady(namespace),
        podRestarts(namespace),
        nearLimit(namespace, MEMORY),
        nearLimit(namespace, CPU),
        heapNearLimit(props),
      ],
    },
  ];
}

/**
 * PromQL with a series (labels `namespace`, `service`) for each service of which no pod is Ready.
 *
 * @param of which services: matchers of their labels
 */
export function unavailable(of: {
  readonly namespace: readonly string[];
  readonly service?: readonly string[];
}): string {
  return (
    `count by (namespace, service) (${series(POD_NOT_READY, of)}) unless on (namespace, service) ` +
    `count by (namespace, service) (${series(POD_SERVICE, { namespace: of.namespace })} and on (namespace, pod) ${ready(of.namespace)} == 1)`
  );
}

/** PromQL that is 1 for each pod (labels `namespace`, `pod`) that is Ready. */
function ready(namespace: readonly string[]): string {
  return byPod(series('kube_pod_status_ready', { namespace }, 'condition="true"'));
}

function byPod(selector: string): string {
  return `max by (namespace, pod) (${selector})`;
}

function serviceUnavailable(namespace: readonly string[]): Alert {
  return {
    name: 'ServiceUnavailable',
    severity: 'critical',
    // A Spring service with little CPU takes two minutes and more to start.
    for: '5m',
    expr: unavailable({ namespace }),
    summary: `No pod of ${label('service')} is ready`,
    description:
      'For five minutes, longer than it takes to start, none of its pods was Ready: its Service leads nowhere.',
    impact: 'Nobody reaches the service, nor what depends on it.',
    action: `kubectl --namespace ${label('namespace')} describe pods --selector app.kubernetes.io/name=${label('service')}`,
    panel: { dashboard: 'service', panel: 'ready', variables: { service: label('service') } },
  };
}

function podNotReady(namespace: readonly string[]): Alert {
  return {
    name: 'PodNotReady',
    severity: 'warning',
    for: '15m',
    expr: series(POD_NOT_READY, { namespace }),
    summary: `Pod ${label('pod')} is not ready`,
    description:
      'It waits for a node, an image or a volume, or does not pass its readiness probe: for a quarter of an hour, longer than a start may take.',
    impact: 'The service has fewer pods than it should, and a rollout waits.',
    action: `kubectl --namespace ${label('namespace')} describe pod ${label('pod')}`,
    panel: { dashboard: 'platform', panel: 'waiting' },
  };
}

function podRestarts(namespace: readonly string[]): Alert {
  return {
    name: 'PodRestarts',
    severity: 'warning',
    for: '1m',
    expr:
      `max by (namespace, pod, container) (changes(${series('kube_pod_container_status_restarts_total', { namespace })}[1h])) ` +
      `* on (namespace, pod) group_left (service) ${series(POD_SERVICE, { namespace })} >= 3`,
    summary: `Container ${label('container')} of pod ${label('pod')} restarted {{ $value }} times in an hour`,
    description:
      'One restart may be chance; of three there is a cause: the process ends, the kernel ends it for want of memory, or its liveness probe fails.',
    impact: 'What it was working on is lost each time, and while it starts the service has a pod less.',
    action: `kubectl --namespace ${label('namespace')} logs ${label('pod')} --container ${label('container')} --previous --tail 100`,
    panel: { dashboard: 'platform', panel: 'restartsByPod' },
  };
}

/** Something of which containers may use no more than so much. */
interface Limited {
  readonly resource: 'cpu' | 'memory';
  readonly alert: Pick<Alert, 'name' | 'summary' | 'description' | 'impact'>;
  readonly panel: 'cpu' | 'memory';
  /** Share of the limit above which it is told. */
  readonly share: number;
  /** What a container uses, of these series. */
  readonly used: (namespace: readonly string[]) => string;
}

const MEMORY: Limited = {
  resource: 'memory',
  panel: 'memory',
  share: 0.95,
  // What the kernel cannot take back: files that it has read count in the working set, and a broker's fill that to its limit.
  used: (namespace) => series('container_memory_rss', { namespace }, CONTAINERS),
  alert: {
    name: 'MemoryNearLimit',
    summary: `Container ${label('container')} of pod ${label('pod')} uses {{ $value | humanizePercentage }} of its memory limit`,
    description: 'Memory that cannot be taken back was above 95 % of the limit for a quarter of an hour.',
    impact: 'At the limit the kernel ends the process, and whatever it was working on.',
  },
};

const CPU: Limited = {
  resource: 'cpu',
  panel: 'cpu',
  share: 0.9,
  used: (namespace) => `rate(${series('container_cpu_usage_seconds_total', { namespace }, CONTAINERS)}[5m])`,
  alert: {
    name: 'CpuNearLimit',
    summary: `Container ${label('container')} of pod ${label('pod')} uses {{ $value | humanizePercentage }} of its CPU limit`,
    description:
      'It used more than 90 % of what it may for a quarter of an hour: a start is shorter. The kernel makes it wait at the limit.',
    impact: 'Requests take longer, at last so long that probes fail.',
  },
};

function nearLimit(namespace: readonly string[], { resource, alert, panel, share, used }: Limited): Alert {
  return {
    ...alert,
    severity: 'warning',
    for: '15m',
    expr:
      `max by (namespace, pod, container) (${used(namespace)}) / ` +
      `max by (namespace, pod, container) (${series('kube_pod_container_resource_limits', { namespace, resource })}) ` +
      `* on (namespace, pod) group_left (service) ${series(POD_SERVICE, { namespace })} > ${share}`,
    action: `kubectl --namespace ${label('namespace')} top pod ${label('pod')} --containers`,
    panel: { dashboard: 'service', panel, variables: { service: label('service') } },
  };
}

function heapNearLimit({ namespace }: RulesProps): Alert {
  const ofPod = (metric: string): string => `max by (namespace, service, pod) (${series(metric, { namespace })})`;
  return {
    name: 'HeapNearLimit',
    severity: 'warning',
    for: '10m',
    // What is left after a collection: what is used before one says nothing.
    expr: `${ofPod('jvm_gc_live_data_size_bytes')} / ${ofPod('jvm_gc_max_data_size_bytes')} > 0.9`,
    summary: `{{ $value | humanizePercentage }} of the heap of pod ${label('pod')} is in use after garbage collection`,
    description:
      'More than 90 % of the heap is of use to the program: collections free next to nothing, and come ever more often.',
    impact: 'The service gets slow, and then ends with an OutOfMemoryError.',
    action: `kubectl --namespace ${label('namespace')} logs ${label('pod')} --since 1h --tail -1 | grep OutOfMemoryError`,
    panel: { dashboard: 'service', panel: 'heap', variables: { service: label('service') } },
  };
}
