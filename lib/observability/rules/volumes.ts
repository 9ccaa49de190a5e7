import type { Alert, RuleGroup } from './model';
import { label, series } from './promql';
import type { RulesProps } from './props';

/** Volumes, as the kubelet sees them: of those that are folders of a node, as k3s' own are, it says nothing. */
export function volumeRules(props: RulesProps): readonly RuleGroup[] {
  const namespace = [props.namespace, props.observabilityNamespace];
  const byClaim = (expr: string): string => `max by (namespace, persistentvolumeclaim) (${expr})`;
  const available = series('kubelet_volume_stats_available_bytes', { namespace });
  const share = `${byClaim(available)} / ${byClaim(series('kubelet_volume_stats_capacity_bytes', { namespace }))}`;
  const of: Pick<Alert, 'impact' | 'action' | 'panel'> = {
    impact: 'What writes to a full volume stops: messages, traces, logs or metrics are no longer taken.',
    action: `kubectl --namespace ${label('namespace')} describe persistentvolumeclaim ${label('persistentvolumeclaim')}`,
    panel: { dashboard: 'platform', panel: 'volumesNearLimit' },
  };
  return [
    {
      name: 'volumes',
      alerts: [
        {
          ...of,
          name: 'VolumeNearlyFull',
          severity: 'warning',
          for: '15m',
          expr: `${share} < 0.1`,
          summary: `Only {{ $value | humanizePercentage }} of volume ${label('persistentvolumeclaim')} are free`,
          description: 'Less than a tenth of the volume is free.',
        },
        {
          ...of,
          name: 'VolumeFullIn4Hours',
          severity: 'critical',
          for: '30m',
          // What is written at first, to a volume that is nearly empty, says nothing of later.
          expr: `${byClaim(`predict_linear(${available}[1h], 4 * 3600)`)} < 0 and ${share} < 0.5`,
          summary: `Volume ${label('persistentvolumeclaim')} will be full in 4 hours`,
          description: 'More than half of it is used, and it fills as fast as in the last hour.',
        },
      ],
    },
  ];
}
