import { Duration, Size } from 'cdk8s';
import { Cpu } from '../../imports/k8s';
import { KafkaKraft, type KafkaKraftProps, KafkaSasl } from '../../lib/constructs/kafka-kraft';
import { SpringService } from '../../lib/constructs/spring-service';
import { Engine } from '../../lib/policy/engine';
import { Owners } from '../../lib/policy/owners';
import { policies } from '../../lib/policy/policies';
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
import type { PodProps } from '../../lib/constructs/pod-template';
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

const certificate = { kind: 'Secret', name: 'kafka-tls' } as const;
const jaasConfig = { from: { kind: 'Secret', name: 'kafka-users' }, key: 'brokers' } as const;

type PodPropsOfKafka = Omit<Required<PodProps>, 'command' | 'args' | 'workingDir' | 'user'>;

/** Every prop of pods that is not the image's to decide. */
function podProps(): PodPropsOfKafka {
  const all: Partial<Required<PodProps>> = everyPodProp();
  for (const key of ['command', 'args', 'workingDir', 'user'] as const) {
    Reflect.deleteProperty(all, key);
  }
  return all as Required<PodProps>;
}

/** Every prop of its own: brokers apart from their controllers, secured inside and outside, and all the rest. */
function ownProps(): Omit<
  Required<KafkaKraftProps>,
  Exclude<keyof PodProps, 'affinity' | 'probeTiming' | 'terminationGracePeriod'>
> {
  return {
    labels: { 'shop.example/team': 'a' },
    annotations: { 'shop.example/owner': 'Team A' },
    component: 'broker',
    image: 'registry.example.com:5000/apache/kafka:3.9.1',
    replicas: 4,
    controllers: {
      replicas: 5,
      resources: {
        cpu: { request: Cpu.millis(50), limit: Cpu.units(1) },
        memory: { request: Size.mebibytes(256), limit: Size.mebibytes(512) },
      },
      storage: { size: Size.gibibytes(2), storageClassName: 'slow' },
      topologySpread: 'DoNotSchedule',
      nodeSelector: { pool: 'controllers' },
      affinity: {},
      tolerations: [],
      priorityClassName: 'very-important',
      runtimeClassName: 'runc',
    },
    resources: {
      cpu: { request: Cpu.millis(250), limit: Cpu.units(2) },
      memory: { request: Size.gibibytes(2), limit: Size.gibibytes(3) },
    },
    storage: { size: Size.gibibytes(20), storageClassName: 'fast' },
    startupBudget: Duration.minutes(7),
    clusterId: 'MkU3OEVBNTcwNTJENDM2Qg',
    properties: {
      'log.retention.hours': 24,
      'auto.create.topics.enable': false,
      'delegation.token.expiry.check-x.interval_ms': '5',
      'delegation.token.secret.key': { from: { kind: 'Secret', name: 'kafka-tokens' }, key: 'key' },
    },
    security: { certificate, sasl: KafkaSasl.plain(jaasConfig) },
    networkPolicy: true,
    externalListener: {
      addresses: [0, 1, 2, 3].map((broker) => ({ host: `kafka-${broker}.shop.example`, port: 9094 })),
      serviceType: 'LoadBalancer',
      serviceAnnotations: { 'service.example/scheme': 'internal' },
      security: { certificate: { kind: 'Secret', name: 'kafka-public-tls' }, sasl: KafkaSasl.scramSha512() },
    },
    jmxExporter: {
      image: 'shop/jmx-exporter:1.0.1',
      jarPath: '/agent/jmx_prometheus_javaagent.jar',
      port: 5556,
      configuration: { rules: [{ pattern: 'kafka.server.*' }] },
    },
    antiAffinity: 'required',
    affinity: {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 10, preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] } },
        ],
      },
    },
    probeTiming: { startup: { period: Duration.seconds(4) }, readiness: { failureThreshold: 2 } },
    terminationGracePeriod: Duration.minutes(2),
  };
}

/** Every prop. */
function everyProp(): Required<KafkaKraftProps> {
  return { ...podProps(), ...ownProps() };
}

describe('every prop', () => {
  const props = everyProp();
  const manifests = kafka(props);
  const brokers = find(manifests, 'StatefulSet', 'kafka');
  const controllers = find(manifests, 'StatefulSet', 'kafka-controller');

  test('of its own is what the snapshot shows', () => {
    expect(asYaml(kafka(ownProps()))).toMatchSnapshot();
  });

  test('violates no policy, but for what is to be acknowledged', () => {
    const chart = testChart();
    new KafkaKraft(chart, 'kafka', ownProps());
    const subjects = synthesized(chart).map((manifest) => ({ id: undefined, manifest }));
    // Secrets that the props name are made elsewhere.
    const secrets = ['kafka-tls', 'kafka-users', 'kafka-tokens', 'kafka-public-tls'].map((name) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: chart.namespace },
    }));
    const found = [...new Engine(policies()).evaluate(subjects, new Owners(), secrets)];
    // Its own network policy lets every client in.
    expect([...new Set(found.map(({ violation }) => violation.policy))]).toEqual([
      'service-exposed',
      'network-policy-open',
    ]);
  });

  test('lands on the brokers', () => {
    expect(brokers).toMatchObject({
      metadata: {
        labels: { 'app.kubernetes.io/component': 'broker', 'shop.example/team': 'a' },
        annotations: { 'shop.example/owner': 'Team A' },
      },
      spec: {
        replicas: 4,
        template: {
          metadata: {
            labels: { 'app.kubernetes.io/component': 'broker', 'shop.example/tier': 'front' },
            annotations: { 'shop.example/note': 'Any text, of any length.' },
          },
          spec: {
            terminationGracePeriodSeconds: 120,
            imagePullSecrets: [{ name: 'registry' }],
            nodeSelector: { 'kubernetes.io/arch': 'amd64' },
            affinity: {
              nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 10 }] },
              podAntiAffinity: {
                requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname' }],
              },
            },
            initContainers: [{ name: 'jmx-exporter' }, { name: 'prepare' }, { name: 'proxy' }],
          },
        },
        volumeClaimTemplates: [{ spec: { storageClassName: 'fast', resources: { requests: { storage: '20Gi' } } } }],
      },
    });
    expect(containerOf(brokers)).toMatchObject({
      image: props.image,
      resources: { requests: { cpu: '250m', memory: '2Gi' }, limits: { cpu: '2', memory: '3Gi' } },
      startupProbe: { tcpSocket: { port: 9092 }, periodSeconds: 4, failureThreshold: 105 },
      readinessProbe: { failureThreshold: 2 },
      envFrom: [{ configMapRef: { name: 'settings' } }, { secretRef: { name: 'credentials' } }],
    });
    expect(containerOf(brokers)).not.toHaveProperty('command');
    expect(containerOf(brokers)['volumeMounts']).toEqual(
      expect.arrayContaining([
        { name: 'srv-cache', mountPath: '/srv/cache' },
        expect.objectContaining({ mountPath: '/etc/credentials' }),
      ]),
    );
    expect(environmentOf(brokers)).toMatchObject({
      CLUSTER_ID: props.clusterId,
      KAFKA_PROCESS_ROLES: 'broker',
      KAFKA_HEAP_OPTS: '-Xms1536m -Xmx1536m',
      KAFKA_LOG_RETENTION_HOURS: '24',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_DELEGATION_TOKEN_EXPIRY_CHECK___X_INTERVAL__MS: '5',
      KAFKA_DELEGATION_TOKEN_SECRET_KEY: { secretKeyRef: { name: 'kafka-tokens', key: 'key' } },
      GREETING: 'hello',
      PASSWORD: { secretKeyRef: { name: 'credentials', key: 'password' } },
    });
  });

  test('lands on the controllers, which keep to themselves', () => {
    expect(controllers).toMatchObject({
      metadata: { labels: { 'app.kubernetes.io/name': 'kafka-controller' } },
      spec: {
        serviceName: 'kafka-controller-headless',
        replicas: 5,
        ordinals: { start: 100 },
        podManagementPolicy: 'Parallel',
        template: {
          spec: {
            nodeSelector: { pool: 'controllers' },
            priorityClassName: 'very-important',
            runtimeClassName: 'runc',
            topologySpreadConstraints: [{ whenUnsatisfiable: 'DoNotSchedule' }],
          },
        },
        volumeClaimTemplates: [
          {
            metadata: { name: 'kafka-controller-data' },
            spec: { storageClassName: 'slow', resources: { requests: { storage: '2Gi' } } },
          },
        ],
      },
    });
    expect(podTemplateOf(controllers).spec['affinity']).toEqual({
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          {
            topologyKey: 'kubernetes.io/hostname',
            labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'kafka-controller' } },
          },
        ],
      },
    });
    expect(environmentOf(controllers)).toMatchObject({
      KAFKA_PROCESS_ROLES: 'controller',
      KAFKA_LISTENERS: 'CONTROLLER://:9093',
      KAFKA_HEAP_OPTS: '-Xms256m -Xmx256m',
      KAFKA_LOG_RETENTION_HOURS: '24',
    });
    expect(containerOf(controllers)).toMatchObject({ startupProbe: { tcpSocket: { port: 9093 } } });
  });
});

describe('controllers of their own', () => {
  const manifests = kafka({ replicas: 2, controllers: {} });
  const environments = ['kafka', 'kafka-controller'].map((name) => environmentOf(find(manifests, 'StatefulSet', name)));

  test('are the only voters, with ids that no broker has', () => {
    const voters = [100, 101, 102]
      .map((id) => `${id}@kafka-controller-${id}.kafka-controller-headless.shop.svc.cluster.local:9093`)
      .join(',');
    expect(environments.map((environment) => environment['KAFKA_CONTROLLER_QUORUM_VOTERS'])).toEqual([voters, voters]);
    expect(find(manifests, 'Service', 'kafka-controller-headless')['spec']).toEqual({
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      selector: { 'app.kubernetes.io/name': 'kafka-controller' },
      ports: [{ name: 'controller', port: 9093, targetPort: 'controller' }],
    });
  });

  test('leave brokers the listeners for clients, and know how brokers talk', () => {
    const [broker, controller] = environments;
    expect(broker).toMatchObject({
      KAFKA_PROCESS_ROLES: 'broker',
      KAFKA_LISTENERS: 'PLAINTEXT://:9092',
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    });
    expect(controller).toMatchObject({
      KAFKA_PROCESS_ROLES: 'controller',
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
      KAFKA_INTER_BROKER_LISTENER_NAME: 'PLAINTEXT',
    });
    // The image refuses to start a controller that has it.
    expect(controller).not.toHaveProperty('KAFKA_ADVERTISED_LISTENERS');
  });

  test('may be evicted one at a time, as the brokers', () => {
    const budgets = manifests.filter(({ kind }) => kind === 'PodDisruptionBudget').map(({ metadata }) => metadata.name);
    expect(budgets.sort()).toEqual(['kafka', 'kafka-controller']);
  });

  test('are as many as there are voters, also by the policy', () => {
    const engine = new Engine(policies());
    const found = [...engine.evaluate(manifests.map((manifest) => ({ id: undefined, manifest })))];
    expect(found.map(({ violation }) => violation.policy)).not.toContain('kafka-voters');
  });
});

describe('the startup budget', () => {
  test.each([
    [Size.gibibytes(1), 30],
    [Size.mebibytes(100), 30],
    [Size.gibibytes(2), 39],
    [Size.gibibytes(100), 842],
    [Size.tebibytes(1), 8411],
  ])('of %s grows with what must be read again after a hard stop', (size, failureThreshold) => {
    const statefulSet = find(kafka({ storage: { size } }), 'StatefulSet', 'kafka');
    expect(containerOf(statefulSet)).toMatchObject({ startupProbe: { periodSeconds: 5, failureThreshold } });
  });

  test('is whole periods, of the probe as it is', () => {
    const probe = (props: KafkaKraftProps): unknown =>
      containerOf(find(kafka(props), 'StatefulSet', 'kafka'))['startupProbe'];
    expect(probe({ startupBudget: Duration.seconds(61) })).toMatchObject({ periodSeconds: 5, failureThreshold: 13 });
    expect(
      probe({ startupBudget: Duration.minutes(2), probeTiming: { startup: { period: Duration.seconds(10) } } }),
    ).toMatchObject({ periodSeconds: 10, failureThreshold: 12 });
    expect(probe({ probeTiming: { startup: { failureThreshold: 100 } } })).toMatchObject({ failureThreshold: 100 });
  });
});

describe('an external listener', () => {
  const one = { addresses: [{ host: 'localhost', port: 9094 }] };

  test('of one broker is advertised by its address, beside that for the cluster', () => {
    const manifests = kafka({ externalListener: one });
    expect(environmentOf(find(manifests, 'StatefulSet', 'kafka'))).toMatchObject({
      KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093,EXTERNAL://:9094',
      KAFKA_ADVERTISED_LISTENERS:
        'PLAINTEXT://$(POD_NAME).kafka-headless.shop.svc.cluster.local:9092,EXTERNAL://localhost:9094',
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,EXTERNAL:PLAINTEXT',
      KAFKA_INTER_BROKER_LISTENER_NAME: 'PLAINTEXT',
    });
    expect(find(manifests, 'Service', 'kafka-external-0')['spec']).toEqual({
      type: 'LoadBalancer',
      selector: { 'app.kubernetes.io/name': 'kafka', 'apps.kubernetes.io/pod-index': '0' },
      ports: [{ name: 'external', port: 9094, targetPort: 'external' }],
    });
    expect(find(manifests, 'Service', 'kafka-headless')['spec']).not.toHaveProperty('ports.2');
  });

  test('of several brokers has a Service and an address for each, which each looks up by its id', () => {
    const addresses = [30094, 30095, 30096].map((port) => ({ host: 'node.shop.example', port }));
    const manifests = kafka({ replicas: 3, externalListener: { addresses, serviceType: 'NodePort' } });
    const environment = environmentOf(find(manifests, 'StatefulSet', 'kafka'));

    expect(environment).toMatchObject({
      EXTERNAL_ADDRESS_0: 'node.shop.example:30094',
      EXTERNAL_ADDRESS_2: 'node.shop.example:30096',
      KAFKA_CONFIG_PROVIDERS: 'env',
      KAFKA_CONFIG_PROVIDERS_ENV_CLASS: 'org.apache.kafka.common.config.provider.EnvVarConfigProvider',
    });
    expect(environment['KAFKA_ADVERTISED_LISTENERS']).toContain(',EXTERNAL://${env:EXTERNAL_ADDRESS_$(KAFKA_NODE_ID)}');
    const names = Object.keys(environment);
    expect(names.indexOf('KAFKA_NODE_ID')).toBeLessThan(names.indexOf('KAFKA_ADVERTISED_LISTENERS'));
    expect(find(manifests, 'Service', 'kafka-external-1')['spec']).toEqual({
      type: 'NodePort',
      selector: { 'app.kubernetes.io/name': 'kafka', 'apps.kubernetes.io/pod-index': '1' },
      ports: [{ name: 'external', port: 9094, targetPort: 'external', nodePort: 30095 }],
    });
  });

  test('is what policy service-exposed asks a reason for', () => {
    const manifests = kafka({ externalListener: one });
    const found = [...new Engine(policies()).evaluate(manifests.map((manifest) => ({ id: undefined, manifest })))];
    expect(
      found
        .filter(({ violation }) => violation.policy === 'service-exposed')
        .map(({ violation }) => violation.resource.name),
    ).toEqual(['kafka-external-0']);
  });

  test('tells its clients how to connect', () => {
    const { external } = new KafkaKraft(testChart(), 'kafka', {
      externalListener: { ...one, security: { certificate } },
    });
    expect(external).toEqual({
      bootstrapServers: 'localhost:9094',
      security: { protocol: 'SSL', ca: { from: certificate, key: 'ca.crt' } },
    });
    expect(new KafkaKraft(testChart(), 'kafka').external).toBeUndefined();
  });
});

describe('security', () => {
  const manifests = kafka({ security: { certificate, sasl: KafkaSasl.plain(jaasConfig) } });
  const statefulSet = find(manifests, 'StatefulSet', 'kafka');
  const environment = environmentOf(statefulSet);

  test('leaves the brokers a listener of their own, and clients one with TLS and names', () => {
    expect(environment).toMatchObject({
      KAFKA_LISTENERS: 'CLIENT://:9092,REPLICATION://:9091,CONTROLLER://:9093',
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CLIENT:SASL_SSL,REPLICATION:PLAINTEXT,CONTROLLER:PLAINTEXT',
      KAFKA_INTER_BROKER_LISTENER_NAME: 'REPLICATION',
      KAFKA_LISTENER_NAME_CLIENT_SASL_ENABLED_MECHANISMS: 'PLAIN',
      KAFKA_LISTENER_NAME_CLIENT_SSL_KEYSTORE_TYPE: 'PEM',
    });
  });

  test('has names of listeners by which the start script of the image does nothing of its own', () => {
    const everything = environmentOf(find(kafka(everyProp()), 'StatefulSet', 'kafka'));
    for (const advertised of [environment, everything].map((each) => each['KAFKA_ADVERTISED_LISTENERS'])) {
      expect(advertised).not.toMatch(/SSL:\/\/|SASL_/);
    }
  });

  test('has credentials in files of Secrets alone, that only the process may read', () => {
    expect(environment).toMatchObject({
      KAFKA_CONFIG_PROVIDERS: 'dir',
      KAFKA_CONFIG_PROVIDERS_DIR_CLASS: 'org.apache.kafka.common.config.provider.DirectoryConfigProvider',
      KAFKA_LISTENER_NAME_CLIENT_SSL_KEYSTORE_KEY: '${dir:/etc/kafka/listeners/client/tls:tls.key}',
      KAFKA_LISTENER_NAME_CLIENT_SSL_KEYSTORE_CERTIFICATE_CHAIN: '${dir:/etc/kafka/listeners/client/tls:tls.crt}',
      KAFKA_LISTENER_NAME_CLIENT_PLAIN_SASL_JAAS_CONFIG: '${dir:/etc/kafka/listeners/client/sasl:sasl.jaas.config}',
    });
    const { volumes } = podTemplateOf(statefulSet).spec;
    expect(volumes).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          secret: {
            secretName: 'kafka-tls',
            items: [
              { key: 'tls.crt', path: 'tls.crt' },
              { key: 'tls.key', path: 'tls.key' },
            ],
            defaultMode: 0o440,
          },
        }),
        expect.objectContaining({
          secret: {
            secretName: 'kafka-users',
            items: [{ key: 'brokers', path: 'sasl.jaas.config' }],
            defaultMode: 0o440,
          },
        }),
      ]),
    );
    expect(containerOf(statefulSet)['volumeMounts']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ mountPath: '/etc/kafka/listeners/client/tls', readOnly: true }),
        expect.objectContaining({ mountPath: '/etc/kafka/listeners/client/sasl', readOnly: true }),
      ]),
    );
  });

  test('lets only brokers and controllers past it', () => {
    const pods = {
      matchExpressions: [{ key: 'app.kubernetes.io/name', operator: 'In', values: ['kafka', 'kafka-controller'] }],
    };
    expect(find(kafka(everyProp()), 'NetworkPolicy', 'kafka')['spec']).toEqual({
      podSelector: pods,
      policyTypes: ['Ingress'],
      ingress: [
        { ports: [{ port: 9092 }, { port: 9094 }, { port: 5556 }] },
        { from: [{ podSelector: pods }], ports: [{ port: 9091 }, { port: 9093 }] },
      ],
    });
    expect(kafka().map(({ kind }) => kind)).not.toContain('NetworkPolicy');
  });

  test('of SCRAM needs no credential at start', () => {
    const scram = environmentOf(
      find(kafka({ security: { certificate, sasl: KafkaSasl.scramSha512() } }), 'StatefulSet', 'kafka'),
    );
    expect(scram).toMatchObject({
      KAFKA_LISTENER_NAME_CLIENT_SASL_ENABLED_MECHANISMS: 'SCRAM-SHA-512',
      KAFKA_LISTENER_NAME_CLIENT_SCRAM___SHA___512_SASL_JAAS_CONFIG:
        'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    });
  });

  test('of TLS alone asks for no names', () => {
    const tls = environmentOf(find(kafka({ security: { certificate } }), 'StatefulSet', 'kafka'));
    expect(tls['KAFKA_LISTENER_SECURITY_PROTOCOL_MAP']).toContain('CLIENT:SSL,');
    expect(Object.keys(tls).filter((name) => name.includes('SASL'))).toEqual([]);
  });

  test('is what clients are told, each with its own password', () => {
    const construct = new KafkaKraft(testChart(), 'kafka', {
      security: { certificate, sasl: KafkaSasl.scramSha512() },
    });
    const security = { protocol: 'SASL_SSL', mechanism: 'SCRAM-SHA-512', ca: { from: certificate, key: 'ca.crt' } };
    const orders = { from: { kind: 'Secret', name: 'orders-kafka' }, key: 'sasl.jaas.config' } as const;

    expect(construct.security).toEqual(security);
    expect(construct.bootstrapFor(orders)).toEqual({
      bootstrapServers: 'kafka.shop.svc.cluster.local:9092',
      endpoint: construct.endpoint,
      security: { ...security, jaasConfig: orders },
    });
    expect(new KafkaKraft(testChart(), 'kafka').security).toBeUndefined();
  });

  test('is what a Spring service is told, with its credentials from Secrets', () => {
    const chart = testChart();
    const construct = new KafkaKraft(chart, 'kafka', { security: { certificate, sasl: KafkaSasl.plain(jaasConfig) } });
    const orders = { from: { kind: 'Secret', name: 'orders-kafka' }, key: 'sasl.jaas.config' } as const;
    new SpringService(chart, 'orders', {
      image: 'shop/orders:1.0',
      port: 8080,
      resources: {
        cpu: { request: Cpu.millis(100) },
        memory: { request: Size.mebibytes(512), limit: Size.mebibytes(640) },
      },
      kafka: construct.bootstrapFor(orders),
    });
    const rendered = synthesized(chart);

    expect(find(rendered, 'ConfigMap', 'orders-config')['data']).toMatchObject({
      SPRING_KAFKA_BOOTSTRAP_SERVERS: 'kafka.shop.svc.cluster.local:9092',
      SPRING_KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
      SPRING_KAFKA_PROPERTIES_SASL_MECHANISM: 'PLAIN',
      SPRING_KAFKA_SSL_TRUSTSTORETYPE: 'PEM',
      SPRING_KAFKA_SSL_TRUSTSTORELOCATION: 'file:/etc/trusted-ca/kafka/ca.crt',
    });
    const deployment = find(rendered, 'Deployment', 'orders');
    expect(podTemplateOf(deployment).spec['volumes']).toContainEqual({
      name: 'etc-trusted-ca-kafka',
      secret: { secretName: 'kafka-tls', items: [{ key: 'ca.crt', path: 'ca.crt' }] },
    });
    expect(environmentOf(deployment)).toMatchObject({
      SPRING_KAFKA_PROPERTIES_SASL_JAAS_CONFIG: { secretKeyRef: { name: 'orders-kafka', key: 'sasl.jaas.config' } },
    });
  });

  test('says for which names the certificate must be', () => {
    const { dnsNames } = new KafkaKraft(testChart(), 'kafka', {
      replicas: 1,
      externalListener: { addresses: [{ host: 'kafka.shop.example', port: 9094 }] },
    });
    expect(dnsNames).toEqual([
      'kafka.shop.svc.cluster.local',
      'kafka-0.kafka-headless.shop.svc.cluster.local',
      'kafka.shop.example',
    ]);
  });
});

describe('a JMX exporter', () => {
  const exporter = { image: 'shop/jmx-exporter:1.0.1', jarPath: '/agent.jar' };
  const manifests = kafka({ jmxExporter: exporter });
  const statefulSet = find(manifests, 'StatefulSet', 'kafka');

  test('is copied by an init container, as hardened as everything else', () => {
    const { initContainers } = podTemplateOf(statefulSet).spec;
    expect(initContainers).toEqual([
      expect.objectContaining({
        name: 'jmx-exporter',
        image: exporter.image,
        command: ['cp', '/agent.jar', '/opt/jmx-exporter/agent.jar'],
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
      }),
    ]);
  });

  test('is an agent of the JVM, with its configuration, and is rolled with it', () => {
    expect(environmentOf(statefulSet)['KAFKA_OPTS']).toBe(
      '-javaagent:/opt/jmx-exporter/agent.jar=9404:/etc/jmx-exporter/config.yml',
    );
    expect(find(manifests, 'ConfigMap', 'kafka-jmx-exporter')).toMatchObject({
      data: { 'config.yml': expect.stringContaining('"pattern": "kafka.*"') as unknown },
    });
    expect(containerOf(statefulSet)['volumeMounts']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ mountPath: '/opt/jmx-exporter', readOnly: true }),
        expect.objectContaining({ mountPath: '/etc/jmx-exporter', readOnly: true }),
      ]),
    );
    expect(podTemplateOf(statefulSet).metadata).toHaveProperty(['annotations', 'checksum/config']);
  });

  test('is found on the pods and the headless Service', () => {
    expect(containerOf(statefulSet)['ports']).toContainEqual({ name: 'metrics', containerPort: 9404 });
    expect(find(manifests, 'Service', 'kafka-headless')['spec']).toMatchObject({
      ports: expect.arrayContaining([{ name: 'metrics', port: 9404, targetPort: 'metrics' }]) as unknown,
    });
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
    [0, 'not a whole number from 1 to 100'],
    [-1, 'not a whole number from 1 to 100'],
    [1.5, 'not a whole number from 1 to 100'],
    [101, 'not a whole number from 1 to 100'],
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

  test.each([
    ['node_id', 'node.id'],
    ['node-id', 'node.id'],
    ['log_dirs', 'log.dirs'],
    ['broker.id', 'node.id'],
    ['broker_id', 'node.id'],
    ['log.dir', 'log.dirs'],
    ['metadata.log.dir', 'log.dirs'],
    ['security.inter.broker.protocol', 'inter.broker.listener.name'],
    ['controller.quorum.bootstrap.servers', 'controller.quorum.voters'],
    ['zookeeper.connect', 'controller.quorum.voters'],
  ])('%s, which says the same as %s', (property, own) => {
    expect(() => kafka({ properties: { [property]: 'x' } })).toThrow(
      `test/kafka: properties['${property}'] "x": a property that KafkaKraft derives from its other props (${own})`,
    );
  });

  test.each([
    ['kafka.node.id', 'node.id'],
    ['kafka.metrics.reporters', 'metrics.reporters'],
    ['x.kafka_y', 'x_y'],
  ])('%s, of which the image would make %s', (property, made) => {
    expect(() => kafka({ properties: { [property]: 'x' } })).toThrow(
      `test/kafka: properties['${property}'] "x": the image would make ${made} of it`,
    );
  });

  test.each([
    ['opts', 'KAFKA_OPTS'],
    ['log4j.opts', 'KAFKA_LOG4J_OPTS'],
    ['log4j.loggers', 'KAFKA_LOG4J_LOGGERS'],
    ['log4j.root.loglevel', 'KAFKA_LOG4J_ROOT_LOGLEVEL'],
    ['tools.log4j.loglevel', 'KAFKA_TOOLS_LOG4J_LOGLEVEL'],
    ['jvm.performance.opts', 'KAFKA_JVM_PERFORMANCE_OPTS'],
    ['gc.log.opts', 'KAFKA_GC_LOG_OPTS'],
    ['jmx.opts', 'KAFKA_JMX_OPTS'],
    ['jmx.hostname', 'KAFKA_JMX_HOSTNAME'],
  ])('%s, which is a variable of the start script', (property, variable) => {
    expect(() => kafka({ properties: { [property]: 'x' } })).toThrow(
      `test/kafka: properties['${property}'] "x": not a property: ${variable} is a variable of the image's start script.`,
    );
    const environment = environmentOf(find(kafka({ environment: { [variable]: 'x' } }), 'StatefulSet', 'kafka'));
    expect(environment[variable]).toBe('x');
  });

  test.each([
    ['jmx.port', 'KAFKA_JMX_PORT'],
    ['debug', 'KAFKA_DEBUG'],
  ])('%s, by which everybody could run code in the broker', (property, variable) => {
    const reason = `${variable} opens a port at which everybody who reaches the pod may run code in the broker`;
    expect(() => kafka({ properties: { [property]: 9999 } })).toThrow(
      `test/kafka: properties['${property}']: ${reason}`,
    );
    expect(() => kafka({ environment: { [variable]: '9999' } })).toThrow(
      `test/kafka: environment.${variable}: ${reason}`,
    );
  });

  test.each([
    'ssl.keystore.password',
    'ssl.key.password',
    'ssl.keystore.key',
    'listener.name.plaintext.plain.sasl.jaas.config',
    'delegation.token.secret.key',
    'delegation.token.master.key',
    'password.encoder.secret',
  ])('%s in plain text, and does not show it', (property) => {
    const build = (): Manifest[] => kafka({ properties: { [property]: 'hunter2' } });
    expect(build).toThrow(`test/kafka: properties['${property}']: a credential`);
    expect(build).not.toThrow('hunter2');
    expect(() => kafka({ properties: { [property]: '${file:/etc/x:y}' } })).not.toThrow();
  });

  test.each([
    ['a\nnode.id=7', 'a line break or a backslash'],
    ['a\\', 'a line break or a backslash'],
    [Number.NaN, 'not a number'],
    [Number.POSITIVE_INFINITY, 'not a number'],
  ])('the value %j of a property', (value, reason) => {
    expect(() => kafka({ properties: { 'broker.rack': value } })).toThrow(reason);
  });

  test.each([
    ['KAFKA_NODE_ID', 'a variable that KafkaKraft derives'],
    ['KAFKA_HEAP_OPTS', 'a variable that KafkaKraft derives'],
    ['CLUSTER_ID', 'a variable that KafkaKraft derives'],
    ['POD_NAME', 'a variable that KafkaKraft derives'],
    [
      'KAFKA_NUM_PARTITIONS',
      "the image makes the property num.partitions of it, which nobody would have checked. Give it as properties: { 'num.partitions': ... }.",
    ],
    ['KAFKA_BROKER_ID', 'the image makes the property broker.id of it'],
  ])('the variable %s', (name, reason) => {
    expect(() => kafka({ environment: { [name]: 'x' } })).toThrow(`test/kafka: environment.${name}: ${reason}`);
    const from = { kind: 'ConfigMap', name: 'settings', keys: [name] } as const;
    expect(() => kafka({ environmentFrom: [from] })).toThrow(
      `test/kafka: environmentFrom[0] (ConfigMap settings, key ${name}): ${reason}`,
    );
  });

  test('a variable that gets its name by a prefix, and KAFKA_OPTS beside the JMX exporter', () => {
    const from = { kind: 'Secret', name: 'settings', keys: ['NODE_ID'] } as const;
    expect(() => kafka({ environmentFrom: [from] })).not.toThrow();
    expect(() => kafka({ environmentFrom: [{ from, prefix: 'KAFKA_' }] })).toThrow(
      'a variable that KafkaKraft derives',
    );
    const jmxExporter = { image: 'shop/jmx-exporter:1.0.1', jarPath: '/agent.jar' };
    expect(() => kafka({ jmxExporter, environment: { KAFKA_OPTS: '-Dx=y' } })).toThrow(
      'test/kafka: environment.KAFKA_OPTS',
    );
  });

  test.each(['KAFKA_LOG_DIRS', 'log..dirs', 'log._dirs', '', 'log dirs'])('%j as a property', (property) => {
    expect(() => kafka({ properties: { [property]: 'x' } })).toThrow('not a broker property');
  });

  test.each([
    'confluentinc/cp-kafka:7.8.0',
    'apache/kafka-native:3.9.0',
    'myapache/kafka:3.9.0',
    'quay.io/strimzi/kafka:0.45.0-kafka-3.9.0',
    'registry.example.com/kafka:3.9.0',
  ])('the image %s', (image) => {
    expect(() => kafka({ image })).toThrow(`test/kafka: image "${image}": not apache/kafka`);
  });

  test.each([
    'apache/kafka:3.9.1',
    'docker.io/apache/kafka:4.0.0',
    'registry.example.com:5000/mirror/apache/kafka:3.9.0',
    `apache/kafka@sha256:${'0'.repeat(64)}`,
  ])('not the mirror %s', (image) => {
    expect(containerOf(find(kafka({ image }), 'StatefulSet', 'kafka')).image).toBe(image);
  });

  test.each([
    [{ controllers: { replicas: 2 } }, 'test/kafka: controllers.replicas 2: an even number: a quorum of 2'],
    [{ controllers: { replicas: 0 } }, 'test/kafka: controllers.replicas 0: not a whole number'],
    [
      {
        controllers: {
          resources: {
            cpu: { request: Cpu.millis(1) },
            memory: { request: Size.gibibytes(2), limit: Size.gibibytes(1) },
          },
        },
      },
      'test/kafka: controllers.resources.memory.request "2Gi"',
    ],
    [{ startupBudget: Duration.seconds(30) }, '(policy probe-startup-budget)'],
    [{ startupBudget: Duration.millis(1500) }, 'test/kafka: startupBudget "1.5 s": not whole seconds'],
    [
      { startupBudget: Duration.minutes(5), probeTiming: { startup: { failureThreshold: 60 } } },
      'test/kafka: startupBudget "5 minutes": probeTiming.startup.failureThreshold says',
    ],
    [
      { replicas: 3, antiAffinity: 'required', affinity: { podAntiAffinity: {} } },
      'test/kafka: antiAffinity "required": affinity.podAntiAffinity says',
    ],
  ] as const)('%j', (props, message) => {
    expect(() => kafka(props)).toThrow(message);
  });

  test.each([
    [[], 1, 'not one for each of the 1 brokers'],
    [[['localhost', 9094]], 3, 'not one for each of the 3 brokers: a client is sent to the broker that leads'],
    [
      [
        ['localhost', 9094],
        ['localhost', 9094],
        ['localhost', 9094],
      ],
      3,
      'that of another broker',
    ],
    [[['localhost', 0]], 1, 'addresses[0].port 0: not a port'],
    [[['http://localhost', 9094]], 1, 'addresses[0].host "http://localhost": neither a DNS name nor'],
    [[['LOCALHOST', 9094]], 1, 'neither a DNS name nor'],
    [[['', 9094]], 1, 'neither a DNS name nor'],
  ] as const)('the external addresses %j of %d brokers', (pairs, replicas, reason) => {
    const addresses = pairs.map(([host, port]) => ({ host, port }));
    const build = (): Manifest[] => kafka({ replicas, externalListener: { addresses } });
    expect(build).toThrow('test/kafka: externalListener.addresses');
    expect(build).toThrow(reason);
  });

  test('NodePorts that are none, or are one', () => {
    const build = (...ports: number[]): Manifest[] =>
      kafka({
        replicas: ports.length,
        externalListener: {
          addresses: ports.map((port, index) => ({ host: `node-${index}.shop.example`, port })),
          serviceType: 'NodePort',
        },
      });
    expect(() => build(9094)).toThrow('test/kafka: externalListener.addresses[0].port 9094: not a NodePort');
    expect(() => build(30000, 30000, 30001)).toThrow('that of another broker');
    expect(() => build(30000, 30001, 32767)).not.toThrow();
  });

  test('credentials that are in no Secret, or not in the one that is named', () => {
    const configMap = { kind: 'ConfigMap', name: 'tls' } as const;
    const partial = { kind: 'Secret', name: 'tls', keys: ['tls.crt', 'ca.crt'] } as const;
    expect(() => kafka({ security: { certificate: configMap } })).toThrow(
      'test/kafka: security.certificate "ConfigMap tls": not a Secret',
    );
    expect(() => kafka({ security: { certificate: partial } })).toThrow(
      'test/kafka: security.certificate "tls.key": not a key of Secret tls',
    );
    const sasl = KafkaSasl.plain({ from: configMap, key: 'brokers' });
    expect(() => kafka({ security: { certificate, sasl } })).toThrow(
      'test/kafka: security.sasl.jaasConfig "ConfigMap tls": not a Secret',
    );
    const externalListener = { addresses: [{ host: 'localhost', port: 9094 }], security: { certificate: configMap } };
    expect(() => kafka({ externalListener })).toThrow('test/kafka: externalListener.security.certificate');
  });

  test('a client with a password where nobody asks for one, or with one that is in no Secret', () => {
    const secret = { from: { kind: 'Secret', name: 'orders' }, key: 'sasl.jaas.config' } as const;
    const plain = new KafkaKraft(testChart(), 'kafka', { security: { certificate } });
    expect(() => plain.bootstrapFor(secret)).toThrow('test/kafka: security.sasl: missing');
    const login = new KafkaKraft(testChart(), 'kafka', { security: { certificate, sasl: KafkaSasl.scramSha512() } });
    expect(() => login.bootstrapFor({ from: { kind: 'ConfigMap', name: 'x' }, key: 'y' })).toThrow('not a Secret');
  });

  test('a relative path of the exporter', () => {
    const jmxExporter = { image: 'shop/jmx-exporter:1.0.1', jarPath: 'agent.jar' };
    expect(() => kafka({ jmxExporter })).toThrow('test/kafka: jmxExporter.jarPath "agent.jar": not an absolute path');
  });

  test.each([
    [9094, 'the port of the external listener'],
    [9091, 'the port of the replication listener'],
    [0, 'not a port'],
  ])('port %d for metrics', (port, reason) => {
    const jmxExporter = { image: 'shop/jmx-exporter:1.0.1', jarPath: '/agent.jar', port };
    expect(() => kafka({ jmxExporter })).toThrow(`test/kafka: jmxExporter.port ${port}: ${reason}`);
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
    expect(() => new KafkaKraft(testChart(), 'k'.repeat(42), { controllers: {} })).toThrow('42 characters long');
    expect(() => new KafkaKraft(testChart(), 'k'.repeat(41), { controllers: {} })).not.toThrow();
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
