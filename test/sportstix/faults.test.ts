import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Chart, Size } from 'cdk8s';
import { loadAll } from 'js-yaml';
import { DisruptionBudget } from '../../lib/constructs/pod-disruption-budget';
import { ScalingMetric } from '../../lib/constructs/horizontal-pod-autoscaler';
import { StrimziKafka } from '../../lib/constructs/strimzi-kafka';
import { WebService } from '../../lib/constructs/web-service';
import { Graph } from '../../lib/graph/graph';
import { Engine } from '../../lib/policy/engine';
import { Owners } from '../../lib/policy/owners';
import { unusedIn } from '../../lib/policy/unused';
import { type Environment, policyPackOf, production, staging } from '../../lib/sportstix/environments';
import { renderEnvironment, synthesize } from '../../lib/sportstix/synth';
import { example, synthesize as manifestsOf } from './example';

// The faults of the manifests that production replaces. Each cannot be said, or is found in YAML that somebody wrote by hand.

const engine = new Engine(policyPackOf(production).policies);

function objectsOf(file: string): unknown[] {
  return loadAll(readFileSync(join(__dirname, 'faults', `${file}.yaml`), 'utf8'));
}

/** `POLICY FIELD: MESSAGE` of each violation. */
function found(file: string): string[] {
  const subjects = objectsOf(file).map((manifest, id) => ({ id, manifest }));
  return [...engine.evaluate(subjects, new Owners())].map(
    ({ violation: { policy, field, message } }) => `${policy} ${field}: ${message}`,
  );
}

describe('check finds', () => {
  test.each([
    [
      'an autoscaler beside a fixed number of replicas',
      'autoscaler-beside-replicas',
      'autoscaled-replicas spec.replicas: it says replicas: 2, and the HorizontalPodAutoscaler orders scales it',
    ],
    [
      'a disruption budget that keeps the only pod',
      'budget-of-one-pod',
      'pod-disruption-budget spec.minAvailable: minAvailable 1 allows none of the pods that it selects to be evicted, of which there are 1',
    ],
    [
      'a network policy of pods that are not there',
      'policy-of-no-pods',
      'network-policy-pods spec.podSelector: no pod in namespace shop has the label name=postgres',
    ],
    [
      'network policies without a way into Kafka',
      'no-way-into-kafka',
      'network-policy-connection spec.template.spec.containers[0].env[0].value: kafka.shop.svc.cluster.local:9092 cannot be reached: no NetworkPolicy lets it in to Deployment shop/kafka (kafka)',
    ],
    [
      'a network policy without DNS',
      'no-dns',
      'network-policy-dns : its pods cannot ask DNS for carts: no NetworkPolicy lets it out to there from Deployment shop/orders (orders)',
    ],
    [
      'a network policy for an ingress controller that is not the one in use',
      'another-ingress-controller',
      'network-policy-entrance spec.rules[0].http.paths[0].backend.service.port.name: its controller cannot reach this: no NetworkPolicy lets it in to Deployment shop/orders (orders)',
    ],
    [
      'a scaler of a workload that is not there',
      'scaler-of-nothing',
      'autoscaler-target spec.scaleTargetRef.name: there is no Deployment order-service in namespace shop',
    ],
    [
      'a scaler that asks a Service that is not there',
      'scaler-of-nothing',
      'address spec.triggers[0].metadata.bootstrapServers: there is no Service kafka-headless in namespace shop',
    ],
    [
      'two subsets of the same pods',
      'subsets-of-the-same-pods',
      'subset-pods spec.subsets[1].labels: subsets "stable" and "canary" select the same pods',
    ],
    [
      'a Secret that an ExternalSecret writes too',
      'secret-of-two-writers',
      'single-writer metadata.name: ExternalSecret orders-db-secret writes this Secret too',
    ],
    [
      'an address for traces on a port that the collector does not have',
      'traces-to-no-port',
      'address spec.template.spec.containers[0].env[0].value: Service collector has no port 4318',
    ],
    [
      'a monitor of a service that has no such port',
      'monitor-of-no-port',
      'monitor-target spec.endpoints[0].port: no Service of those selected has a port metrics',
    ],
  ])('%s', (_, file, violation) => {
    expect(found(file)).toContain(violation);
  });

  test('an analysis template that nobody names', () => {
    const graph = new Graph(objectsOf('analysis-template-of-nobody').map((manifest) => ({ manifest })));

    expect(unusedIn(graph).map(({ resource }) => `${resource.kind ?? ''} ${resource.name ?? ''}`)).toEqual([
      'AnalysisTemplate success-rate',
    ]);
  });
});

describe('cannot be said:', () => {
  const chart = (): Chart => new Chart(new App(), 'test', { namespace: 'shop' });
  const [service] = example.services;
  const web = {
    image: 'example.com/shop/web:1.0.0',
    port: 8080,
    ...(service !== undefined && { resources: service.resources }),
  } as ConstructorParameters<typeof WebService>[2];
  const storage = { size: Size.gibibytes(1) };
  const { network } = production;
  if (network === undefined) {
    throw new Error('Production does not say whom its network policies must know.');
  }

  test.each<[string, () => unknown, string]>([
    [
      'an autoscaler beside a fixed number of replicas',
      () =>
        new WebService(chart(), 'web', {
          ...web,
          replicas: 2,
          autoscaling: { maxReplicas: 4, metrics: [ScalingMetric.cpuUtilization(70)] },
        }),
      'given beside autoscaling',
    ],
    [
      'a disruption budget that keeps the only pod',
      () => new WebService(chart(), 'web', { ...web, disruptionBudget: DisruptionBudget.minAvailable(1) }),
      'draining a node would wait for ever',
    ],
    [
      'network policies that do not know the API server',
      () => manifestsOf({ ...production, network: withoutField(network, 'apiServer') }),
      'apiServer',
    ],
    [
      'network policies that do not know the gateway',
      () => manifestsOf({ ...production, network: withoutField(network, 'entrance') }),
      'entrance',
    ],
    [
      'fewer replicas of a topic than must be in sync',
      () =>
        new StrimziKafka(chart(), 'events', {
          version: '4.3.1',
          brokers: { storage },
          controllers: { storage },
          topics: [],
          replicationFactor: 1,
          minInSyncReplicas: 2,
        }),
      'minInSyncReplicas',
    ],
    [
      'a consumer group of a service that does not exist',
      () =>
        manifestsOf({
          ...production,
          topics: [
            { name: 'orders', partitions: 1, producer: 'game', consumers: [{ service: 'orders', group: 'orders' }] },
          ],
        }),
      'of orders, which is no service with kafka: true',
    ],
    [
      'a namespace that two environments write to',
      () => {
        synthesize([production, { ...staging, namespace: production.namespace }], {
          outdir: '/nowhere',
          secretsFolder: '/nowhere',
          log: () => undefined,
        });
      },
      "Environment staging: namespace sportstix is environment production's too",
    ],
    [
      'numbers of pods of a service that does not exist',
      () => manifestsOf({ ...production, canaries: { bookings: [{ weight: 50 }] } }),
      'no service of the environment',
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  test.each([production, staging])('a value of a Secret, or a superuser, in $name', (environment) => {
    const { manifests, others } = renderEnvironment(environment);
    const text = [...manifests.values(), ...[...others.values()].map(({ content }) => content)].join('\n');

    expect(text).not.toMatch(/^kind: Secret$/m);
    expect(text).not.toMatch(/POSTGRES_PASSWORD|superuser|\bname: db-secret$/m);
  });

  test('a monitor of what serves no metrics', () => {
    const manifests = [...manifestsOf(production).values()].flat();
    const monitors = manifests.filter(({ kind }) => kind === 'PodMonitor');
    const graph = new Graph(manifests.map((manifest) => ({ manifest })));
    const problems = graph.objects
      .filter(({ resource }) => resource.kind === 'PodMonitor')
      .flatMap((monitor) => graph.referencesOf(monitor))
      .flatMap((reference) => graph.problemOf(reference)?.message ?? []);

    expect(monitors.length).toBeGreaterThan(6);
    expect(monitors.map(({ metadata }) => metadata.name)).not.toContain('frontend');
    expect(problems).toEqual([]);
  });

  test('a scaler, a dashboard, an analysis template or a subset by a name of its own', () => {
    const kinds = new Set([...manifestsOf(production).values()].flat().map(({ kind }) => kind));

    expect(
      [...kinds].filter((kind) => /ScaledObject|Dashboard|Analysis|DestinationRule|ServiceMonitor/.test(kind)),
    ).toEqual([]);
  });
});

function withoutField<T extends object>(value: T, field: keyof T): T {
  const copy = { ...value };
  Reflect.deleteProperty(copy, field);
  return copy;
}

test.each([production, staging])(
  'check finds nothing in $name but what is acknowledged',
  (environment: Environment) => {
    // The synth fails otherwise; no warning is let through either.
    const graph = [...manifestsOf(environment).values()].flat();
    const violations = [
      ...new Engine(policyPackOf(environment).policies).evaluate(
        graph.map((manifest, id) => ({ id, manifest })),
        new Owners(),
      ),
    ].map(({ violation: { policy, resource } }) => `${policy} ${String(resource.name)}`);
    const acknowledged = ['host-path', 'reference-outside', 'run-as-non-root', 'run-as-user', 'service-account-token'];

    expect(violations.filter((text) => !acknowledged.includes(text.split(' ')[0] ?? ''))).toEqual([]);
  },
);
