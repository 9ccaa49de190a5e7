import type { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Endpoint } from '../constructs/endpoint';
import { ExternalSecret } from '../constructs/external-secret';
import { InvalidPropError } from '../constructs/invalid-prop';
import type { AlertChannel } from '../observability/alert-routing';
import { Alertmanager } from '../observability/alertmanager';
import { KubeStateMetrics } from '../observability/kube-state-metrics';
import { type Kubelets, Prometheus } from '../observability/prometheus';
import { AlertReceiver, PodMonitors, PrometheusRules } from '../observability/prometheus-operator';
import type { RuleDatabase, RulesProps } from '../observability/rules/props';
import { platformRules } from '../observability/rules/rules';
import { scrapeTargets } from '../observability/scrape-targets';
import { acknowledge } from '../policy/exceptions';
import { grafanaUrlOf } from './entrance';
import type { Alerts, Environment, OperatedPrometheus, OwnPrometheus } from './environment';
import { brokersOf } from './kafka';
import { databasesOf } from './servers';

const [PROMETHEUS, ALERTMANAGER] = ['prometheus', 'alertmanager'];

/** Key of the Secret with the URL at which people are told of alerts, and property of its entry in the store. */
const URL_KEY = 'url';

/** Gives the chart of a name, in some namespace. */
type ChartOf = (name: string) => Chart;

/** Where metrics are asked for, by who is in the namespace of a construct. */
export function prometheusFor(scope: Construct, { metrics }: Environment): Endpoint {
  return metrics.kind === 'prometheus' ? Prometheus.endpoint(scope, PROMETHEUS) : metrics.server;
}

/** Whether metrics tell when certificates end: those of cert-manager, which the cluster's own Prometheus scrapes. */
export function hasCertificateMetrics({ metrics, entrance }: Environment): boolean {
  return metrics.kind === 'prometheus-operator' && entrance.kind === 'gateway';
}

/**
 * Makes what collects metrics of all that serves some, judges them by rules, and tells people.
 *
 * @param platform below which all workloads are.
 * @param chart gives a chart in the namespace of the services.
 * @param observabilityChart gives one in that of the observability parts.
 */
export function addMetrics(
  platform: Construct,
  chart: ChartOf,
  observabilityChart: ChartOf,
  environment: Environment,
): void {
  const { metrics } = environment;
  switch (metrics.kind) {
    case 'prometheus':
      addOwn(platform, observabilityChart, environment, metrics);
      break;
    case 'prometheus-operator':
      addOperated(platform, chart, observabilityChart, environment, metrics);
      break;
  }
}

function addOwn(platform: Construct, chart: ChartOf, environment: Environment, metrics: OwnPrometheus): void {
  const { namespace, observabilityNamespace, observability } = environment;
  const state = new KubeStateMetrics(chart('kube-state-metrics'), 'kube-state-metrics', {
    component: 'metrics',
    namespaces: [namespace, observabilityNamespace],
  });
  acknowledge(state, 'service-account-token', 'It asks the API server for the state of pods and of what makes them.');
  const alertmanager = metrics.alerts && addAlertmanager(chart(ALERTMANAGER), environment, metrics.alerts);
  const targets = scrapeTargets(platform);
  const scope = chart(PROMETHEUS);
  const prometheus = new Prometheus(scope, PROMETHEUS, {
    component: 'metrics-store',
    ...observability,
    targets,
    kubelets: kubeletsOf(environment, metrics),
    ...(alertmanager !== undefined && { alertmanager: alertmanager.http }),
    grafanaUrl: grafanaUrlOf(environment),
    rules: platformRules(scope, {
      ...rulesOf(environment),
      targets: [...targets, { namespace: observabilityNamespace, name: PROMETHEUS }],
      ownPrometheus: { prometheus: PROMETHEUS, ...(alertmanager !== undefined && { alertmanager: ALERTMANAGER }) },
    }),
  });
  acknowledge(
    prometheus,
    'service-account-token',
    'It asks the API server which pods there are, and the kubelets what these use.',
  );
}

function addAlertmanager(scope: Chart, environment: Environment, alerts: Alerts): Alertmanager {
  return new Alertmanager(scope, ALERTMANAGER, {
    component: 'alerting',
    channel: { ...alerts, url: addUrl(scope, environment) },
  });
}

function addOperated(
  platform: Construct,
  chart: ChartOf,
  observabilityChart: ChartOf,
  environment: Environment,
  { labels, alerts }: OperatedPrometheus,
): void {
  const props = { component: 'metrics', labels };
  const targets = scrapeTargets(platform);
  const scope = observabilityChart(PROMETHEUS);
  new PodMonitors(scope, 'pod-monitors', { ...props, targets });
  new PrometheusRules(scope, 'sportstix', {
    ...props,
    grafanaUrl: grafanaUrlOf(environment),
    rules: platformRules(scope, {
      ...rulesOf(environment),
      targets,
      certificates: hasCertificateMetrics(environment),
    }),
  });
  if (alerts !== undefined) {
    // Each tells of the alerts of its own namespace.
    for (const at of [chart('alert-receiver'), scope]) {
      new AlertReceiver(at, 'alert-receiver', {
        ...props,
        component: 'alerting',
        channel: { kind: alerts.kind, url: addUrl(at, environment) },
      });
    }
  }
}

/** The Secret with the URL at which people are told. */
function addUrl(scope: Chart, { secrets }: Environment): AlertChannel['url'] {
  if (secrets.kind !== 'external') {
    throw new InvalidPropError(scope, {
      prop: 'environment.metrics.alerts',
      value: secrets.kind,
      reason: 'given where secrets come from a file of generated passwords, which holds no URL: nobody would be told.',
      remedy: 'Let the secrets be external, or leave alerts out: Grafana shows them.',
    });
  }
  const { store, folder, refreshInterval } = secrets;
  const secret = new ExternalSecret(scope, 'alert-channel', {
    component: 'alerting',
    store,
    refreshInterval,
    data: { [URL_KEY]: { key: `${folder}/alerts`, property: URL_KEY } },
  });
  return { from: secret, key: URL_KEY };
}

/** What rules must know of an environment, however they are evaluated. */
function rulesOf(environment: Environment): Omit<RulesProps, 'targets'> {
  const { namespace, observabilityNamespace } = environment;
  return {
    namespace,
    observabilityNamespace,
    databases: databaseServersOf(environment),
    kafka: brokersOf(environment),
  };
}

/** The nodes, which the environment names where its cluster is made elsewhere. */
function kubeletsOf({ name, cluster }: Environment, metrics: OwnPrometheus): Kubelets {
  const kubelets = metrics.kubelets ?? (cluster && { ranges: [cluster.subnet] });
  if (kubelets === undefined) {
    throw new Error(
      `Environment ${name}: metrics.kubelets: missing, and the cluster is made elsewhere: no network policy could name its nodes. Give the ranges of their addresses.`,
    );
  }
  return kubelets;
}

/** Who has a database on which server. */
function databaseServersOf(environment: Environment): readonly RuleDatabase[] {
  const services = new Map<string, string[]>();
  for (const { service, server } of databasesOf(environment)) {
    services.set(server.name, [...(services.get(server.name) ?? []), service]);
  }
  return [...services].map(([server, names]) => ({ server, services: names }));
}
