import { CONTAINERS } from '../rules/promql';
import { POD_SERVICE } from '../rules/recording';
import type { Platform } from './props';

// PromQL that several dashboards ask.

/** Matchers: what lies in the services' namespace, and in that and the one of what observes them. */
export function matchersOf(platform: Platform): { readonly services: string; readonly all: string } {
  return { services: `namespace="${platform.namespace}"`, all: `namespace=~"${namespacesOf(platform)}"` };
}

/** Regular expression of the platform's namespaces. */
export function namespacesOf({ namespace, observabilityNamespace }: Platform): string {
  return `${namespace}|${observabilityNamespace}`;
}

/** Adds the label `service` to series of pods. kube-state-metrics and the kubelet know pods alone. */
export function withService(expr: string, matchers: string): string {
  return `${expr} * on (namespace, pod) group_left (service) ${POD_SERVICE}{${matchers}}`;
}

/** Of series of kube-state-metrics, whichever of its pods they come from: one for each container. */
function byContainer(expr: string): string {
  return `max by (namespace, pod, container) (${expr})`;
}

/** A container's request or limit of CPU (cores) or memory (bytes). */
export function bound(kind: 'requests' | 'limits', resource: 'cpu' | 'memory', matchers: string): string {
  return byContainer(`kube_pod_container_resource_${kind}{${matchers}, resource="${resource}"}`);
}

/** The CPU that a container uses (cores), or the memory that counts against its limit (bytes). */
export function use(resource: 'cpu' | 'memory', matchers: string, window = '$__rate_interval'): string {
  return byContainer(
    resource === 'cpu'
      ? `rate(container_cpu_usage_seconds_total{${matchers}, ${CONTAINERS}}[${window}])`
      : `container_memory_working_set_bytes{${matchers}, ${CONTAINERS}}`,
  );
}

/** How often containers started anew within a time. */
export function restarts(matchers: string, window: string): string {
  return byContainer(`increase(kube_pod_container_status_restarts_total{${matchers}}[${window}])`);
}

/** The largest eight, the largest first. */
export function most(expr: string): string {
  return `sort_desc(topk(8, ${expr}))`;
}

/** A series of value 0 that says in its labels that there is nothing: a table or a graph of what goes wrong is never empty. */
export function nothing(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels).reduce(
    (expr, [label, text]) => `label_replace(${expr}, "${label}", "${text}", "", "")`,
    'vector(0)',
  );
}

/** Alerts that fire for the platform, or for no namespace: of a cluster's own Prometheus, those of other namespaces are left out. */
export function firing(metric: 'ALERTS' | 'ALERTS_FOR_STATE', platform: Platform): string {
  const state = metric === 'ALERTS' ? 'alertstate="firing", ' : '';
  return `${metric}{${state}severity=~"critical|warning", namespace=~"${namespacesOf(platform)}|"}`;
}
