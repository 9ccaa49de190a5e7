import type { Alert, RuleGroup } from './model';
import { label, series } from './promql';
import type { RulesProps } from './props';

// Whether anybody looks: what is not scraped fires no alert.

/** What is scraped, and who scrapes and tells. */
export function monitoringRules(props: RulesProps): readonly RuleGroup[] {
  const { observabilityNamespace: namespace, ownPrometheus } = props;
  const prometheus = ownPrometheus?.prometheus;
  const alertmanager = ownPrometheus?.alertmanager;
  return [
    {
      name: 'monitoring',
      alerts: [
        targetDown(props),
        ...(props.targets.length > 0 ? [targetMissing(props)] : []),
        sourceMissing(props),
        ...(prometheus === undefined ? [] : ofPrometheus({ namespace, service: prometheus })),
        ...(alertmanager === undefined
          ? []
          : [
              alertsNotSent({ namespace, service: prometheus ?? '' }),
              alertsNotDelivered({ namespace, service: alertmanager }),
            ]),
      ],
    },
  ];
}

function targetDown({ namespace, observabilityNamespace }: RulesProps): Alert {
  return {
    name: 'TargetDown',
    severity: 'warning',
    for: '10m',
    expr: `max by (namespace, service, pod) (${series('up', { namespace: [namespace, observabilityNamespace] }, 'service!=""', 'pod!=""')}) == 0`,
    summary: `Pod ${label('pod')} of ${label('service')} does not say how it is`,
    description:
      'Prometheus cannot read its metrics for ten minutes: it does not answer, or a network policy keeps Prometheus out.',
    impact: 'Nobody sees what happens in it, and no alert about it fires.',
    action: `kubectl --namespace ${label('namespace')} describe pod ${label('pod')}`,
    panel: { dashboard: 'cluster', panel: 'targets' },
  };
}

function targetMissing({ targets }: RulesProps): Alert {
  return {
    name: 'TargetMissing',
    severity: 'warning',
    for: '10m',
    expr: targets.map(({ namespace, name }) => `absent(${series('up', { namespace, service: name })})`).join(' or '),
    summary: `No pod of ${label('service')} is scraped`,
    description:
      'It should be, and for ten minutes Prometheus knew no pod of it: there is none, or its labels or port are others.',
    impact: 'Nobody sees what happens in it, and no alert about it fires.',
    action: `kubectl --namespace ${label('namespace')} get pods --selector app.kubernetes.io/name=${label('service')}`,
    panel: { dashboard: 'cluster', panel: 'targets' },
  };
}

/** Who tells of all pods, and a series that there always is. */
const SOURCES = {
  'kube-state-metrics': 'kube_pod_status_phase',
  kubelet: 'container_cpu_usage_seconds_total',
} as const;

function sourceMissing({ namespace }: RulesProps): Alert {
  return {
    name: 'SourceMissing',
    severity: 'critical',
    for: '10m',
    expr: Object.entries(SOURCES)
      .map(
        ([source, metric]) => `label_replace(absent(${series(metric, { namespace })}), "source", "${source}", "", "")`,
      )
      .join(' or '),
    summary: `There are no metrics of ${label('source')}`,
    description: `For ten minutes nothing was known of the pods of namespace ${label('namespace')} from ${label('source')}.`,
    impact: 'Alerts about restarts, pods that are not ready and limits do not fire.',
    action: 'kubectl get pods --all-namespaces --selector app.kubernetes.io/name=kube-state-metrics',
    panel: { dashboard: 'cluster', panel: 'pods' },
  };
}

/** A server, by its target's labels. */
interface Server {
  readonly namespace: string;
  readonly service: string;
}

function logOf({ namespace, service }: Server, words: string): string {
  return `kubectl --namespace ${namespace} logs --selector app.kubernetes.io/name=${service} --since 15m --tail -1 | grep --ignore-case ${words}`;
}

function ofPrometheus(server: Server): readonly Alert[] {
  return [
    {
      name: 'RulesFail',
      namespace: server.namespace,
      severity: 'warning',
      for: '5m',
      expr: `sum by (rule_group) (increase(${series('prometheus_rule_evaluation_failures_total', { ...server })}[5m])) > 0`,
      summary: `Prometheus cannot evaluate rules of ${label('rule_group')}`,
      description: 'A rule failed to be evaluated: its series do not fit together, or there are more than it may read.',
      impact: 'Alerts of the group do not fire.',
      action: logOf(server, 'rule'),
      panel: { dashboard: 'cluster', panel: 'telemetry' },
    },
    {
      name: 'ConfigurationRefused',
      severity: 'warning',
      for: '5m',
      expr: `max by (namespace, pod) (${series('prometheus_config_last_reload_successful', { ...server })}) == 0`,
      summary: `Prometheus ${label('pod')} refuses its configuration`,
      description: 'It goes on with what it was given before.',
      impact: 'New targets are not scraped, and at its next start it does not come up.',
      action: logOf(server, 'config'),
      panel: { dashboard: 'cluster', panel: 'telemetry' },
    },
  ];
}

function alertsNotSent(server: Server): Alert {
  return {
    name: 'AlertsNotSent',
    severity: 'warning',
    for: '10m',
    expr:
      `sum by (namespace, pod) (increase(${series('prometheus_notifications_errors_total', { ...server })}[5m])) + ` +
      `sum by (namespace, pod) (increase(${series('prometheus_notifications_dropped_total', { ...server })}[5m])) > 0`,
    summary: `Prometheus ${label('pod')} cannot send alerts to Alertmanager`,
    description: 'Alertmanager did not take what it was sent, for ten minutes.',
    impact: 'Alerts fire, and nobody is told.',
    action: logOf(server, 'alertmanager'),
    panel: { dashboard: 'cluster', panel: 'telemetry' },
  };
}

function alertsNotDelivered(server: Server): Alert {
  return {
    name: 'AlertsNotDelivered',
    severity: 'warning',
    for: '10m',
    expr: `sum by (namespace, integration) (increase(${series('alertmanager_notifications_failed_total', { ...server })}[5m])) > 0`,
    summary: `Alertmanager cannot deliver alerts by ${label('integration')}`,
    description:
      'The receiver did not take what it was sent, for ten minutes: its address in the Secret is wrong, or a network policy keeps Alertmanager in.',
    impact: 'Alerts fire, and nobody is told.',
    action: logOf(server, 'notify'),
    panel: { dashboard: 'cluster', panel: 'telemetry' },
  };
}
