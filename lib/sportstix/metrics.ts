import type { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Endpoint } from '../constructs/endpoint';
import { selectorOf } from '../constructs/labels';
import { KubeStateMetrics } from '../observability/kube-state-metrics';
import { type Kubelets, Prometheus } from '../observability/prometheus';
import { platformRules } from '../observability/rules/rules';
import type { RuleDatabase, RuleKafka } from '../observability/rules/props';
import { scrapeTargets } from '../observability/scrape-targets';
import { acknowledge } from '../policy/exceptions';
import { grafanaUrlOf } from './entrance';
import type { Environment } from './environment';
import { databasesOf } from './servers';

const PROMETHEUS = 'prometheus';

/** Where metrics are asked for, in the namespace of a construct: known before there is anything to scrape. */
export function prometheusIn(scope: Construct): Endpoint {
  return Prometheus.endpoint(scope, PROMETHEUS);
}

/**
 * Makes what collects metrics of all that serves some, and judges them by rules.
 *
 * @param platform below which all workloads are.
 * @param chart gives the chart of that name, in the namespace of the observability parts.
 */
export function addMetrics(platform: Construct, chart: (name: string) => Chart, environment: Environment): void {
  const { namespace, observabilityNamespace, observability } = environment;
  const state = new KubeStateMetrics(chart('kube-state-metrics'), 'kube-state-metrics', {
    component: 'metrics',
    namespaces: [namespace, observabilityNamespace],
  });
  acknowledge(state, 'service-account-token', 'It asks the API server for the state of pods and what makes them.');
  const targets = scrapeTargets(platform);
  const scope = chart(PROMETHEUS);
  const grafanaUrl = grafanaUrlOf(environment);
  const prometheus = new Prometheus(scope, PROMETHEUS, {
    component: 'metrics-store',
    ...observability,
    targets,
    kubelets: kubeletsOf(environment),
    grafanaUrl,
    rules: platformRules(scope, {
      namespace,
      observabilityNamespace,
      grafanaUrl,
      targets: [...targets, { namespace: observabilityNamespace, name: PROMETHEUS }],
      databases: databaseServersOf(environment),
      kafka: kafkaOf(environment),
      ownPrometheus: { prometheus: PROMETHEUS },
    }),
  });
  acknowledge(
    prometheus,
    'service-account-token',
    'It asks the API server which pods there are, and the kubelets what they use.',
  );
}

/** The nodes, which the environment names where its cluster is made elsewhere. */
function kubeletsOf({ name, cluster, metrics }: Environment): Kubelets {
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

function kafkaOf({ kafka }: Environment): RuleKafka {
  return kafka.kind === 'kraft'
    ? { brokers: kafka.replicas, selector: selectorOf('kafka') }
    : { brokers: kafka.brokers.replicas ?? 3, selector: { 'strimzi.io/kind': 'Kafka' } };
}
