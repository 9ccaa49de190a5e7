import { Graph } from '../../lib/graph/graph';
import type { Destination } from '../../lib/graph/model';
import { example, synthesize } from './example';

// What the manifests of the platform say of each other, as a graph reads them.

const graph = new Graph([...synthesize(example).values()].flat().map((manifest) => ({ manifest })));

function endOf(to: Destination): string {
  const ends = to.type === 'pods' ? to.workloads.map(({ resource }) => resource.name) : to.hosts;
  return `${ends.join(' + ')}:${to.port}`;
}

test('every reference resolves, but to the class of the entrance', () => {
  const problems = graph.objects
    .flatMap((each) => graph.referencesOf(each))
    .flatMap((each) => graph.problemOf(each)?.message ?? []);

  expect(problems).toEqual(['there is no IngressClass traefik']);
});

test('everybody connects to what it is given, and to nothing else', () => {
  const connections = new Map<string, string[]>();
  for (const { from, to } of graph.connections) {
    const name = from?.resource.name ?? 'entrance';
    connections.set(name, [...(connections.get(name) ?? []), endOf(to)].toSorted());
  }

  // The settings that all Spring services share name Redis and Kafka to those too that use neither.
  const shared = ['host.k3d.internal:6379', 'kafka:9092', 'otel-collector:4317'];
  expect(Object.fromEntries(connections)).toEqual({
    orders: ['host.k3d.internal:5432', ...shared],
    billing: ['host.k3d.internal:5432', ...shared],
    live: shared,
    kafka: ['kafka:9092', 'kafka:9093'],
    'kafka-metrics': ['kafka:9092'],
    grafana: ['loki:3100', 'prometheus:9090', 'tempo:3200'],
    'log-collector': ['loki:3100'],
    'otel-collector': ['tempo:4317'],
    entrance: ['billing:9002', 'live:9003', 'orders:9001', 'web:3000'],
  });
});

test('who reads the shared settings is every Spring service', () => {
  const common = graph.objects.find(
    ({ resource }) => resource.kind === 'ConfigMap' && (resource.name ?? '').endsWith('common'),
  );

  expect((common === undefined ? [] : graph.readersOf(common)).map(({ resource }) => resource.name).toSorted()).toEqual(
    ['billing', 'live', 'orders'],
  );
});
