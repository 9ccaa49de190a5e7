import type { GrafanaDashboard } from '../grafana-dashboards';
import { clusterDashboard } from './cluster';
import { kafkaDashboard } from './kafka';
import type { Dashboard } from './model';
import { platformDashboard } from './platform';
import { type DashboardsProps, platformOf } from './props';
import { serviceDashboard } from './service';

/**
 * The dashboards of a platform of Spring services, Kafka, and what observes them: *Platform*, *Service*, *Kafka* and *Cluster*. They ask
 * for what Spring's Micrometer, kube-state-metrics, the kubelet, the OpenTelemetry Collector and its receiver `kafkametrics` say, and for
 * what the platform's rules record.
 */
export function platformDashboards(props: DashboardsProps): readonly GrafanaDashboard[] {
  return dashboardModels(props);
}

/** {@link platformDashboards}, with everything that is in them. */
export function dashboardModels(props: DashboardsProps): readonly Dashboard[] {
  const platform = platformOf(props);
  return [platformDashboard, serviceDashboard, kafkaDashboard, clusterDashboard].map((make) => make(platform));
}
