import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { plansToMarkdown } from '../../lib/plan/markdown';
import { plan } from '../../lib/plan/plan';
import { compareTexts, Manifests, manifestsOf } from './manifests';

// What a reviewer reads of a dozen edits and more. `GOLDEN=write npx jest test/plan/golden.test.ts` writes the files anew; they are there to
// be read: who sees only the comment must know what will happen.

const FOLDER = join(__dirname, 'golden');

interface Edit {
  readonly name: string;
  readonly environment: 'local' | 'production';
  readonly edit: (manifests: Manifests) => Manifests;
}

/** The text of a service's objects, as another service's. */
function copyOf(manifests: Manifests, service: string, name: string): readonly string[] {
  return manifests
    .objectsOf(service)
    .map((document) => document.replaceAll(new RegExp(`\\b${service}\\b`, 'g'), name).replaceAll('8081', '8090'));
}

const EDITS: readonly Edit[] = [
  {
    name: 'service-port',
    environment: 'production',
    edit: (manifests) => manifests.replace('Service booking', 'port: 8084', 'port: 8094'),
  },
  {
    name: 'port-everywhere',
    environment: 'local',
    edit: (manifests) =>
      manifests
        .replace('Service auth', 'port: 8081', 'port: 8091')
        .replace('Deployment auth', '8081', '8091')
        .replace('Deployment auth', 'checksum/config: ', 'checksum/config: 0')
        .replace('ConfigMap auth-config', '8081', '8091')
        .replace('NetworkPolicy auth', '8081', '8091'),
  },
  {
    name: 'service-removed',
    environment: 'production',
    edit: (manifests) => manifests.removeAll(manifests.objectsOf('game')).remove('KafkaUser game'),
  },
  {
    name: 'service-added',
    environment: 'production',
    edit: (manifests) => {
      copyOf(manifests, 'auth', 'notice').forEach((document) => manifests.add(document));
      return manifests;
    },
  },
  {
    name: 'service-renamed',
    environment: 'local',
    edit: (manifests) => {
      const old = manifests.objectsOf('frontend');
      const renamed = old.map((document) => document.replaceAll('frontend', 'website'));
      manifests.removeAll(old);
      renamed.forEach((document) => manifests.add(document));
      return manifests.replace('Ingress sportstix', 'name: frontend', 'name: website');
    },
  },
  {
    name: 'kafka-three-brokers',
    environment: 'local',
    edit: (manifests) => {
      const voter = (index: number): string =>
        `${index}@kafka-${index}.kafka-headless.sportstix.svc.cluster.local:9093`;
      return manifests
        .replace('StatefulSet kafka', 'replicas: 1', 'replicas: 3')
        .replace('StatefulSet kafka', voter(0), [0, 1, 2].map(voter).join(','))
        .replace('StatefulSet kafka', "FACTOR\n              value: '1'", "FACTOR\n              value: '3'")
        .replace('StatefulSet kafka', "ISR\n              value: '1'", "ISR\n              value: '2'")
        .replace(
          'StatefulSet kafka',
          "INSYNC_REPLICAS\n              value: '1'",
          "INSYNC_REPLICAS\n              value: '2'",
        );
    },
  },
  {
    name: 'image-bumped',
    environment: 'production',
    edit: (manifests) =>
      manifests
        .replace('Deployment auth', 'auth-service:1.0.0', 'auth-service:1.1.0')
        .replace('Rollout booking', 'booking-service:1.0.0', 'booking-service:1.1.0'),
  },
  {
    name: 'kafka-downgraded',
    environment: 'local',
    edit: (manifests) => manifests.replace('StatefulSet kafka', 'apache/kafka:3.9.0', 'apache/kafka:3.7.0'),
  },
  {
    name: 'route-moved',
    environment: 'production',
    edit: (manifests) => manifests.replace('HTTPRoute sportstix-api', '/api/v1/stadiums', '/api/v2/stadiums'),
  },
  {
    name: 'volume-grown',
    environment: 'local',
    edit: (manifests) => manifests.replace('StatefulSet kafka', 'storage: 1Gi', 'storage: 5Gi'),
  },
  {
    name: 'broker-volumes-grown',
    environment: 'production',
    edit: (manifests) => manifests.replace('KafkaNodePool brokers', 'size: 100Gi', 'size: 200Gi'),
  },
  {
    name: 'replicas-fewer',
    environment: 'production',
    edit: (manifests) => manifests.replace('HorizontalPodAutoscaler queue', 'minReplicas: 2', 'minReplicas: 1'),
  },
  {
    name: 'config-value-that-nobody-reads-again',
    environment: 'local',
    edit: (manifests) => manifests.replace('ConfigMap sportstix-common', "'6379'", "'6380'"),
  },
  {
    name: 'config-value',
    environment: 'local',
    edit: (manifests) =>
      manifests
        .replace('ConfigMap auth-config', '\ndata:\n', '\ndata:\n  LOGGING_LEVEL_ROOT: DEBUG\n')
        .replace('Deployment auth', 'checksum/config: ', 'checksum/config: 0'),
  },
  {
    name: 'probe-on-another-port',
    environment: 'production',
    edit: (manifests) =>
      manifests.replace(
        'Deployment payment',
        'path: /actuator/health/readiness\n              port: 8085',
        'path: /actuator/health/readiness\n              port: 8080',
      ),
  },
  {
    name: 'network-policy-removed',
    environment: 'local',
    edit: (manifests) => manifests.remove('NetworkPolicy kafka'),
  },
  {
    name: 'topic-removed-and-partitions-fewer',
    environment: 'production',
    edit: (manifests) =>
      manifests
        .remove('KafkaTopic ticket.seat.held')
        .replace('KafkaTopic ticket.booking.created', 'partitions: 8', 'partitions: 4'),
  },
  {
    name: 'partitions-fewer-acknowledged',
    environment: 'production',
    edit: (manifests) =>
      manifests
        .replace('KafkaTopic ticket.booking.created', 'partitions: 8', 'partitions: 4')
        .replace(
          'KafkaTopic ticket.booking.created',
          '  annotations:\n',
          '  annotations:\n    plan-acknowledge/refused: the topic is made anew while sales are closed\n    plan-acknowledge/data-loss: the topic is made anew while sales are closed\n',
        ),
  },
  {
    name: 'selector-changed',
    environment: 'production',
    edit: (manifests) =>
      manifests.replace('Deployment admin', 'app.kubernetes.io/name: admin', 'app.kubernetes.io/name: backoffice'),
  },
  {
    name: 'memory-doubled',
    environment: 'production',
    edit: (manifests) => manifests.replace('Deployment game', 'memory: 640Mi', 'memory: 1280Mi'),
  },
];

describe.each(EDITS)('$name', ({ name, environment, edit }) => {
  it('reads as it is committed', () => {
    const before = manifestsOf(environment);
    const comparison = compareTexts(before, edit(new Manifests(before)).text);
    const markdown = plansToMarkdown([{ ...plan(comparison), title: '', from: 'before', to: 'after', leftOut: [] }]);
    const file = join(FOLDER, `${name}.md`);
    if (process.env['GOLDEN'] === 'write') writeFileSync(file, markdown);
    expect(comparison.changes).not.toEqual([]);
    expect(markdown).toBe(readFileSync(file, 'utf8'));
  });
});

test('every file is one of an edit', () => {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.md'));
  expect(files).toEqual(EDITS.map(({ name }) => `${name}.md`).sort());
});
