import { Duration, Size } from 'cdk8s';
import { Cpu } from '../../imports/k8s';
import { KafkaKraft, type KafkaKraftProps } from '../../lib/constructs/kafka-kraft';
import {
  asYaml,
  containerOf,
  environmentOf,
  find,
  type Manifest,
  podTemplateOf,
  synthesized,
  testChart,
} from '../testing';
import { everyPodProp } from './pod-props';

function kafka(props: KafkaKraftProps = {}): Manifest[] {
  const chart = testChart();
  new KafkaKraft(chart, 'kafka', props);
  return synthesized(chart);
}

describe.each([1, 3, 5])('with %d replicas', (replicas) => {
  const manifests = kafka({ replicas });
  const statefulSet = find(manifests, 'StatefulSet', 'kafka');
  const container = containerOf(statefulSet);
  const environment = environmentOf(statefulSet);

  test('is what the snapshot shows', () => {
    expect(asYaml(manifests)).toMatchSnapshot();
  });

  test('is probed by TCP on the client port alone', () => {
    const tcpSocket = { port: 9092 };
    expect(container).toMatchObject({
      startupProbe: { tcpSocket, failureThreshold: 30, periodSeconds: 5 },
      readinessProbe: { tcpSocket },
      livenessProbe: { tcpSocket, initialDelaySeconds: 15, periodSeconds: 20 },
    });
    expect(JSON.stringify(manifests)).not.toContain('"exec"');
  });

  test('starts by the image itself, without a shell', () => {
    expect(container).not.toHaveProperty('command');
    expect(container).not.toHaveProperty('args');
  });

  test('is reached through a headless Service that knows pods before they are ready, and one for clients', () => {
    expect(find(manifests, 'Service', 'kafka-headless')['spec']).toEqual({
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      selector: { 'app.kubernetes.io/name': 'kafka' },
      ports: [
        { name: 'client', port: 9092, targetPort: 'client' },
        { name: 'controller', port: 9093, targetPort: 'controller' },
      ],
    });
    expect(find(manifests, 'Service', 'kafka')['spec']).toEqual({
      selector: { 'app.kubernetes.io/name': 'kafka' },
      ports: [{ name: 'client', port: 9092, targetPort: 'client' }],
    });
    expect(statefulSet).toHaveProperty(['spec', 'serviceName'], 'kafka-headless');
  });

  test('starts all brokers at once, since none is ready before there is a quorum', () => {
    expect(statefulSet['spec']).toMatchObject({ replicas, podManagementPolicy: 'Parallel' });
  });

  test('takes node ids from the ordinals of the pods, by the downward API', () => {
    expect(environment['KAFKA_NODE_ID']).toEqual({
      fieldRef: { fieldPath: "metadata.labels['apps.kubernetes.io/pod-index']" },
    });
  });

  test('names every broker as a voter', () => {
    expect(environment['KAFKA_CONTROLLER_QUORUM_VOTERS']).toBe(
      Array.from({ length: replicas }, (_, id) => `${id}@kafka-${id}.kafka-headless.shop.svc.cluster.local:9093`).join(
        ',',
      ),
    );
  });

  test('advertises each broker by its own name, from a variable that is set before', () => {
    expect(environment['KAFKA_ADVERTISED_LISTENERS']).toBe(
      'PLAINTEXT://$(POD_NAME).kafka-headless.shop.svc.cluster.local:9092',
    );
    const names = container.env?.map(({ name }) => name) ?? [];
    expect(names.indexOf('POD_NAME')).toBeLessThan(names.indexOf('KAFKA_ADVERTISED_LISTENERS'));
    expect(environment['POD_NAME']).toEqual({ fieldRef: { fieldPath: 'metadata.name' } });
  });

  test('replicates as far as there are brokers', () => {
    const factor = String(Math.min(replicas, 3));
    const minInSync = replicas === 1 ? '1' : '2';
    expect(environment).toMatchObject({
      KAFKA_DEFAULT_REPLICATION_FACTOR: factor,
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: factor,
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: factor,
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: minInSync,
      KAFKA_MIN_INSYNC_REPLICAS: minInSync,
    });
  });

  test('writes its data below the mount point of its volume', () => {
    expect(container['volumeMounts']).toContainEqual({ name: 'kafka-data', mountPath: '/tmp/kraft-combined-logs' });
    expect(environment['KAFKA_LOG_DIRS']).toBe('/tmp/kraft-combined-logs/data');
    expect(statefulSet).toMatchObject({
      spec: {
        volumeClaimTemplates: [
          { metadata: { name: 'kafka-data' }, spec: { resources: { requests: { storage: '1Gi' } } } },
        ],
      },
    });
  });

  test('leaves half of the memory limit to what is not heap', () => {
    expect(environment['KAFKA_HEAP_OPTS']).toBe('-Xms512m -Xmx512m');
    expect(container['resources']).toEqual({
      requests: { cpu: '200m', memory: '512Mi' },
      limits: { cpu: '1', memory: '1Gi' },
    });
  });

  test('runs restricted, with emptyDirs where the image writes', () => {
    expect(podTemplateOf(statefulSet).spec).toMatchObject({
      enableServiceLinks: false,
      automountServiceAccountToken: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 1000,
        fsGroup: 1000,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      volumes: [
        { name: 'tmp', emptyDir: {} },
        { name: 'opt-kafka-config', emptyDir: {} },
        { name: 'opt-kafka-logs', emptyDir: {} },
      ],
    });
    expect(container['securityContext']).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  test(replicas === 1 ? 'has no disruption budget' : 'lets only one broker at a time be evicted', () => {
    const budgets = manifests.filter(({ kind }) => kind === 'PodDisruptionBudget').map((budget) => budget['spec']);
    const expected = { maxUnavailable: 1, selector: { matchLabels: { 'app.kubernetes.io/name': 'kafka' } } };
    expect(budgets).toEqual(replicas === 1 ? [] : [expected]);
  });

  test(replicas === 1 ? 'has no anti-affinity' : 'keeps brokers on nodes of their own', () => {
    const term = {
      topologyKey: 'kubernetes.io/hostname',
      labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'kafka' } },
    };
    const preferred = { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }] };
    expect(podTemplateOf(statefulSet).spec['affinity']).toEqual(
      replicas === 1 ? undefined : { podAntiAffinity: preferred },
    );
  });
});

test('every prop lands in the manifest', () => {
  const props: Required<KafkaKraftProps> = {
    ...everyPodProp(),
    labels: { 'shop.example/team': 'a' },
    annotations: { 'shop.example/owner': 'Team A' },
    component: 'broker',
    image: 'registry.example.com:5000/apache/kafka:3.9.1',
    replicas: 3,
    resources: {
      cpu: { request: Cpu.millis(250), limit: Cpu.units(2) },
      memory: { request: Size.gibibytes(1), limit: Size.gibibytes(3) },
    },
    storage: { size: Size.gibibytes(20), storageClassName: 'fast' },
    clusterId: 'MkU3OEVBNTcwNTJENDM2Qg',
    properties: {
      'log.retention.hours': 24,
      'auto.create.topics.enable': false,
      'delegation.token.expiry.check-x.interval_ms': '5',
    },
    antiAffinity: 'required',
    terminationGracePeriod: Duration.minutes(2),
  };
  const statefulSet = find(kafka(props), 'StatefulSet', 'kafka');

  expect(statefulSet).toMatchObject({
    metadata: { labels: { 'app.kubernetes.io/component': 'broker' } },
    spec: {
      replicas: 3,
      template: {
        metadata: { labels: { 'app.kubernetes.io/component': 'broker' } },
        spec: {
          terminationGracePeriodSeconds: 120,
          affinity: {
            podAntiAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname' }],
            },
          },
        },
      },
      volumeClaimTemplates: [{ spec: { storageClassName: 'fast', resources: { requests: { storage: '20Gi' } } } }],
    },
  });
  expect(containerOf(statefulSet)).toMatchObject({
    image: props.image,
    resources: { requests: { cpu: '250m', memory: '1Gi' }, limits: { cpu: '2', memory: '3Gi' } },
  });
  expect(environmentOf(statefulSet)).toMatchObject({
    CLUSTER_ID: props.clusterId,
    KAFKA_HEAP_OPTS: '-Xms1536m -Xmx1536m',
    KAFKA_LOG_RETENTION_HOURS: '24',
    KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
    KAFKA_DELEGATION_TOKEN_EXPIRY_CHECK___X_INTERVAL__MS: '5',
  });
});

test('exposes what clients connect to', () => {
  const construct = new KafkaKraft(testChart(), 'kafka');

  expect(construct.bootstrapServers).toBe('kafka.shop.svc.cluster.local:9092');
  expect(construct.selector).toEqual({ 'app.kubernetes.io/name': 'kafka' });
});

describe('the derived cluster id', () => {
  const clusterId = (namespace: string, name: string): unknown => {
    const chart = testChart();
    Object.defineProperty(chart, 'namespace', { value: namespace });
    new KafkaKraft(chart, name);
    return environmentOf(find(synthesized(chart), 'StatefulSet', name))['CLUSTER_ID'];
  };

  test('is 16 bytes in URL-safe base64, and never starts with a hyphen', () => {
    const ids = Array.from({ length: 200 }, (_, index) => clusterId('shop', `kafka-${index}`));

    expect(new Set(ids).size).toBe(200);
    for (const id of ids) {
      expect(id).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_-]{21}$/);
    }
  });

  test('stays the same for a namespace and name, and differs from others', () => {
    expect(clusterId('shop', 'kafka')).toBe(clusterId('shop', 'kafka'));
    expect(clusterId('shop', 'kafka')).not.toBe(clusterId('other', 'kafka'));
  });
});

describe('refuses', () => {
  test.each([
    [2, 'an even number: a quorum of 2 survives no more failures than one of 1'],
    [4, 'an even number: a quorum of 4 survives no more failures than one of 3'],
    [0, 'not a whole number from 1 to 2147483647'],
    [-1, 'not a whole number from 1 to 2147483647'],
    [1.5, 'not a whole number from 1 to 2147483647'],
  ])('%d replicas', (replicas, reason) => {
    expect(() => kafka({ replicas })).toThrow(`test/kafka: replicas ${replicas}: ${reason}`);
  });

  test.each([
    ['my-cluster'],
    [''],
    ['-kU3OEVBNTcwNTJENDM2Qg'],
    ['MkU3OEVBNTcwNTJENDM2QgA'],
    ['MkU3OEVBNTcwNTJENDM2Qh'],
    ['MkU3OEVBNTcwNTJENDM2+g'],
  ])('%j as cluster id', (clusterId) => {
    expect(() => kafka({ clusterId })).toThrow(`test/kafka: clusterId ${JSON.stringify(clusterId)}: not a Kafka id`);
  });

  test.each([
    'process.roles',
    'node.id',
    'listeners',
    'advertised.listeners',
    'controller.quorum.voters',
    'log.dirs',
    'offsets.topic.replication.factor',
    'min.insync.replicas',
    'heap.opts',
  ])('%s, which it manages itself', (property) => {
    expect(() => kafka({ properties: { [property]: 'x' } })).toThrow(
      `test/kafka: properties['${property}'] "x": a property that KafkaKraft derives`,
    );
  });

  test.each(['KAFKA_LOG_DIRS', 'log..dirs', 'log._dirs', '', 'log dirs'])('%j as a property', (property) => {
    expect(() => kafka({ properties: { [property]: 'x' } })).toThrow('not a broker property');
  });

  test.each([
    ['bitnami/kafka:4.0.0-debian-12-r10', '(policy image-denied)'],
    ['docker.io/bitnamilegacy/kafka:4.0.0', '(policy image-denied)'],
    ['apache/kafka', '(policy image-tag)'],
    ['apache/kafka:latest', '(policy image-tag)'],
  ])('%s as image', (image, reason) => {
    expect(() => kafka({ image })).toThrow(`test/kafka: image "${image}": `);
    expect(() => kafka({ image })).toThrow(reason);
  });

  test('a name of more than 52 characters, from which pods get a label', () => {
    expect(() => new KafkaKraft(testChart(), 'k'.repeat(53))).toThrow('53 characters long');
    expect(() => new KafkaKraft(testChart(), 'k'.repeat(52))).not.toThrow();
  });

  test('a memory request above the limit', () => {
    const resources = {
      cpu: { request: Cpu.millis(200) },
      memory: { request: Size.gibibytes(2), limit: Size.gibibytes(1) },
    };
    expect(() => kafka({ resources })).toThrow('test/kafka: resources.memory.request "2Gi": ');
    expect(() => kafka({ resources })).toThrow('(policy request-within-limit)');
  });
});
