import { toYaml } from '../../synth/yaml';
import { panelUrl } from '../dashboards/link';
import type { Alert, RuleGroup } from './model';

/** A rule as Prometheus reads it: https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/#rule */
type RuleData =
  | { readonly record: string; readonly expr: string }
  | {
      readonly alert: string;
      readonly expr: string;
      readonly for: string;
      readonly labels: Record<string, string>;
      readonly annotations: Record<string, string>;
    };

/** Groups of rules, as a rule file of Prometheus and the `spec` of a PrometheusRule have them. */
export interface RulesData {
  readonly groups: { readonly name: string; readonly interval?: string; readonly rules: RuleData[] }[];
}

/**
 * Rules as data of Prometheus.
 *
 * @param grafanaUrl where people open Grafana; without, alerts lead to no panel
 */
export function toRulesData(groups: readonly RuleGroup[], grafanaUrl?: string): RulesData {
  return {
    groups: groups.map(({ name, interval, recording = [], alerts = [] }) => ({
      name,
      ...(interval !== undefined && { interval }),
      rules: [
        ...recording.map(({ record, expr }) => ({ record, expr })),
        ...alerts.map((alert) => alertData(alert, grafanaUrl)),
      ],
    })),
  };
}

function alertData(alert: Alert, grafanaUrl: string | undefined): RuleData {
  const { name, severity, namespace, expr, summary, description, impact, action, panel } = alert;
  return {
    alert: name,
    expr,
    for: alert.for,
    labels: { severity, ...(namespace !== undefined && { namespace }) },
    annotations: {
      summary,
      description,
      impact,
      action,
      ...(grafanaUrl !== undefined && { dashboard: panelUrl({ ...panel, grafanaUrl }) }),
    },
  };
}

/** Rules as a rule file of Prometheus. */
export function toRuleFile(groups: readonly RuleGroup[], grafanaUrl?: string): string {
  return toYaml(toRulesData(groups, grafanaUrl));
}
