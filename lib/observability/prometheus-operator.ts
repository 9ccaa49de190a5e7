import { ApiObject, type Duration, type GroupVersionKind } from 'cdk8s';
import type { Construct } from 'constructs';
import type { AlertmanagerConfigSpec, PodMonitorSpec, PrometheusRuleSpec } from '../../imports/monitoring.coreos.com';
import { checkSourceKey } from '../constructs/config-map';
import { InvalidPropError } from '../constructs/invalid-prop';
import { type Component, metadataOf } from '../constructs/labels';
import { PatchableConstruct } from '../constructs/patch';
import { checkObjectName, goDuration } from '../constructs/validation';
import {
  type AlertChannel,
  GROUP_BY,
  GROUP_INTERVAL,
  GROUP_WAIT,
  INHIBITION,
  RECEIVER,
  REPEAT,
  SLACK,
} from './alert-routing';
import { checkGrafanaUrl } from './grafana-url';
import type { RuleGroup } from './rules/model';
import { toRulesData } from './rules/render';
import { checkTargets, SCRAPE_INTERVAL, type ScrapeTarget } from './scrape-targets';

// What Prometheus operator reads, for clusters that have a Prometheus of their own: which pods it scrapes, by which rules, and who is told.
// https://prometheus-operator.dev/docs/api-reference/api/

const GROUP = 'monitoring.coreos.com';

function gvk(kind: string, version = 'v1'): GroupVersionKind {
  return { apiVersion: `${GROUP}/${version}`, kind };
}

/** Props of {@link PodMonitors}. */
export interface PodMonitorsProps extends Component {
  /** The workloads that are scraped: {@link scrapeTargets} finds those that serve metrics. */
  readonly targets: readonly ScrapeTarget[];
  /**
   * How often: whole seconds.
   * @default Duration.seconds(30)
   */
  readonly interval?: Duration;
}

/**
 * A PodMonitor for each workload that serves metrics, in the workload's namespace and of its name. As by {@link Prometheus}, each series says which
 * service it is from, by the label `service`.
 *
 * The cluster's Prometheus chooses PodMonitors by their labels: give those as `labels`, such as `{ release: 'kube-prometheus-stack' }`.
 */
export class PodMonitors extends PatchableConstruct {
  /** The PodMonitors. */
  public readonly podMonitors: readonly ApiObject[];

  /** @throws InvalidPropError for a name, label, port or time that the API server would refuse or that would not work, and a target that is there twice. */
  constructor(scope: Construct, id: string, props: PodMonitorsProps) {
    super(scope, id);
    const interval = goDuration(this, 'interval', props.interval ?? SCRAPE_INTERVAL);
    checkInterval(this, interval);
    checkTargets(this, props.targets);
    this.podMonitors = props.targets.map(({ namespace, name, labels, port, path, scheme, honorLabels }) => {
      const metadata = metadataOf(this, { ...props, name: props.name ?? name }, name);
      return new ApiObject(this, `PodMonitor-${namespace}-${name}`, {
        ...gvk('PodMonitor'),
        metadata: { ...metadata, namespace },
        spec: {
          selector: { matchLabels: { ...labels } },
          podMetricsEndpoints: [
            {
              portNumber: port,
              path,
              interval,
              ...(honorLabels && { honorLabels }),
              // A pod is asked by its address, for which no certificate is.
              ...(scheme === 'HTTPS' && { scheme: 'https' as const, tlsConfig: { insecureSkipVerify: true } }),
              relabelings: [{ action: 'replace', targetLabel: 'service', replacement: name }],
            },
          ],
        } satisfies PodMonitorSpec,
      });
    });
  }
}

function checkInterval(scope: Construct, interval: string): void {
  if (interval === '0s') {
    throw new InvalidPropError(scope, {
      prop: 'interval',
      value: interval,
      reason: 'no time, and Prometheus refuses it.',
      remedy: 'Give a longer one, as in Duration.seconds(30).',
    });
  }
}

/** Props of {@link PrometheusRules}. */
export interface PrometheusRulesProps extends Component {
  /** Rules, such as {@link platformRules} makes. */
  readonly rules: readonly RuleGroup[];
  /**
   * Where people open Grafana: alerts lead to its panels.
   * @default - alerts lead nowhere
   */
  readonly grafanaUrl?: string;
}

/**
 * Rules for the cluster's Prometheus, as a PrometheusRule. It chooses them by their labels: give those as `labels`, such as
 * `{ release: 'kube-prometheus-stack' }`.
 */
export class PrometheusRules extends PatchableConstruct {
  /** Name of the PrometheusRule: the construct's id. */
  public readonly name: string;
  /** The PrometheusRule. */
  public readonly prometheusRule: ApiObject;

  /** @throws InvalidPropError for a name or label that the API server would refuse. */
  constructor(scope: Construct, id: string, props: PrometheusRulesProps) {
    super(scope, id);
    checkObjectName(this, 'id', id);
    checkGrafanaUrl(this, 'grafanaUrl', props.grafanaUrl);
    this.name = id;
    const spec: PrometheusRuleSpec = toRulesData(props.rules, props.grafanaUrl);
    this.prometheusRule = new ApiObject(this, 'PrometheusRule', {
      ...gvk('PrometheusRule'),
      metadata: metadataOf(this, { ...props, name: props.name ?? id }, id),
      spec,
    });
  }
}

/** Props of {@link AlertReceiver}. */
export interface AlertReceiverProps extends Component {
  /** Who is told. */
  readonly channel: Pick<AlertChannel, 'kind' | 'url'>;
}

/**
 * Who is told of alerts by the cluster's Alertmanager, as an AlertmanagerConfig. It chooses them by their labels: give those as `labels`.
 *
 * The operator lets one tell only of alerts of its own namespace, and read only Secrets there: each namespace with alerts needs one.
 * https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.AlertmanagerConfigMatcherStrategy
 */
export class AlertReceiver extends PatchableConstruct {
  /** Name of the AlertmanagerConfig: the construct's id. */
  public readonly name: string;
  /** The AlertmanagerConfig. */
  public readonly alertmanagerConfig: ApiObject;

  /** @throws InvalidPropError for a name, label or key that the API server would refuse, and a key that the Secret has not. */
  constructor(scope: Construct, id: string, props: AlertReceiverProps) {
    super(scope, id);
    const { kind, url } = props.channel;
    checkObjectName(this, 'id', id);
    checkObjectName(this, 'channel.url.from.name', url.from.name);
    checkSourceKey(this, 'channel.url.key', url);
    this.name = id;
    const secretKey = { name: url.from.name, key: url.key };
    this.alertmanagerConfig = new ApiObject(this, 'AlertmanagerConfig', {
      ...gvk('AlertmanagerConfig', 'v1alpha1'),
      metadata: metadataOf(this, { ...props, name: props.name ?? id }, id),
      spec: {
        route: {
          receiver: RECEIVER,
          groupBy: [...GROUP_BY],
          groupWait: GROUP_WAIT,
          groupInterval: GROUP_INTERVAL,
          repeatInterval: REPEAT.warning,
          routes: [
            {
              receiver: RECEIVER,
              matchers: [{ name: 'severity', value: 'critical', matchType: '=' }],
              repeatInterval: REPEAT.critical,
            },
          ],
        },
        receivers: [
          {
            name: RECEIVER,
            ...(kind === 'webhook'
              ? { webhookConfigs: [{ urlSecret: secretKey, sendResolved: true }] }
              : { slackConfigs: [{ apiURL: secretKey, sendResolved: true, ...SLACK }] }),
          },
        ],
        inhibitRules: [
          {
            sourceMatch: INHIBITION.source.map(toMatcher),
            targetMatch: INHIBITION.target.map(toMatcher),
            equal: [...INHIBITION.equal],
          },
        ],
      } satisfies AlertmanagerConfigSpec,
    });
  }
}

function toMatcher({ name, operator, value }: (typeof INHIBITION)['source' | 'target'][number]): {
  name: string;
  matchType: '=' | '!=';
  value: string;
} {
  return { name, matchType: operator, value };
}
