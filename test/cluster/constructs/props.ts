import { App, Chart, Duration, Size } from 'cdk8s';
import type { Construct } from 'constructs';
import fc from 'fast-check';
import { Cpu, type k8s } from '../../../imports/k8s';
import type { CanaryStep } from '../../../lib/constructs/canary';
import type { MetricsEndpoint } from '../../../lib/constructs/connections';
import { ConfigMap, type ConfigMapProps, type EnvironmentSource } from '../../../lib/constructs/config-map';
import type { ContainerProps, InitContainerProps, SidecarProps } from '../../../lib/constructs/container';
import { CronJob, type CronJobProps } from '../../../lib/constructs/cron-job';
import type { AddressPeer, Endpoint, Peer, PodPeer } from '../../../lib/constructs/endpoint';
import {
  ExternalSecret,
  type ExternalSecretProps,
  type RemoteRef,
  type SecretStore,
} from '../../../lib/constructs/external-secret';
import { type CertificateIssuer, Gateway, type GatewayProps } from '../../../lib/constructs/gateway';
import {
  HttpRoute,
  type HttpRouteBackend,
  type HttpRouteProps,
  type HttpRouteRule,
} from '../../../lib/constructs/http-route';
import {
  ExternalHostService,
  type ExternalHostServiceProps,
  type ExternalPort,
} from '../../../lib/constructs/external-host-service';
import {
  Ingress,
  type IngressBackend,
  type IngressProps,
  type IngressRoute,
  type IngressRule,
  type IngressTls,
} from '../../../lib/constructs/ingress';
import { Job, type JobProps, type JobRunProps } from '../../../lib/constructs/job';
import type { DeploymentProps } from '../../../lib/constructs/deployment';
import { DisruptionBudget } from '../../../lib/constructs/pod-disruption-budget';
import { type AutoscalingProps, ScalingMetric, ScalingPolicy } from '../../../lib/constructs/horizontal-pod-autoscaler';
import {
  type ServicePort,
  type ServiceProps,
  type ServicePortOptions,
  SessionAffinity,
  ServiceType,
} from '../../../lib/constructs/service';
import { UpdateStrategy } from '../../../lib/constructs/update-strategy';
import {
  type KafkaControllersProps,
  type KafkaExternalListener,
  type KafkaJmxExporter,
  KafkaKraft,
  type KafkaKraftProps,
  type KafkaListenerSecurity,
  KafkaSasl,
} from '../../../lib/constructs/kafka-kraft';
import type { KafkaBootstrap, KafkaClientSecurity } from '../../../lib/constructs/kafka-listener';
import type { Component } from '../../../lib/constructs/labels';
import { Namespace, type NamespaceProps } from '../../../lib/constructs/namespace';
import {
  type ApiServer,
  type DnsServer,
  NetworkPolicies,
  type NetworkPoliciesProps,
} from '../../../lib/constructs/network-policies';
import type { PlacementProps, TopologySpreadConstraint } from '../../../lib/constructs/placement';
import type { PodProps } from '../../../lib/constructs/pod-template';
import type { NamedPort } from '../../../lib/constructs/port';
import { PreStop } from '../../../lib/constructs/pre-stop';
import { Probe, type Probes, type ProbeTiming } from '../../../lib/constructs/probe';
import type { ResourceProps } from '../../../lib/constructs/resources';
import { Secret, type SecretProps } from '../../../lib/constructs/secret';
import { SpringService, type SpringDatabase, type SpringServiceProps } from '../../../lib/constructs/spring-service';
import type { StorageProps } from '../../../lib/constructs/storage';
import {
  StrimziKafka,
  type StrimziKafkaProps,
  type StrimziNodePoolProps,
  type StrimziTopicProps,
  type TopicConsumer,
} from '../../../lib/constructs/strimzi-kafka';
import type {
  Divisor,
  EnvironmentFrom,
  KeyValue,
  ResourceValue,
  VariableValue,
} from '../../../lib/constructs/variables';
import {
  type EmptyDirOptions,
  type FileMode,
  type KeyFile,
  type KeyFiles,
  type Mount,
  type ProjectedSource,
  Volume,
} from '../../../lib/constructs/volumes';
import { WebService, type WebServiceProps } from '../../../lib/constructs/web-service';
import { Worker, type WorkerProps } from '../../../lib/constructs/worker';
import type { AlertChannel, SecretKey } from '../../../lib/observability/alert-routing';
import { Alertmanager, type AlertmanagerProps } from '../../../lib/observability/alertmanager';
import { Grafana, type GrafanaProps } from '../../../lib/observability/grafana';
import { LogCollector, type LogCollectorProps, type LogFields } from '../../../lib/observability/log-collector';
import { KafkaMetrics, type KafkaMetricsProps } from '../../../lib/observability/kafka-metrics';
import { KubeStateMetrics, type KubeStateMetricsProps } from '../../../lib/observability/kube-state-metrics';
import { Loki, type LokiProps } from '../../../lib/observability/loki';
import {
  OpenTelemetryCollector,
  type OpenTelemetryCollectorProps,
} from '../../../lib/observability/open-telemetry-collector';
import { type Kubelets, Prometheus, type PrometheusProps } from '../../../lib/observability/prometheus';
import {
  AlertReceiver,
  type AlertReceiverProps,
  PodMonitors,
  type PodMonitorsProps,
  PrometheusRules,
  type PrometheusRulesProps,
} from '../../../lib/observability/prometheus-operator';
import type { RulesProps } from '../../../lib/observability/rules/props';
import { platformRules } from '../../../lib/observability/rules/rules';
import type { ScrapeTarget } from '../../../lib/observability/scrape-targets';
import { Tempo, type TempoProps } from '../../../lib/observability/tempo';

// Random props for each construct. An arbitrary for each kind of prop gives values that are right, and one that is nearly so, to one prop at
// most of each construct: otherwise hardly any construct would be made. Where the border lies, the construct and the API server say, not this file.

/** Of a hundred values, how many are perhaps wrong, until one is. */
let chance = 0;

/** Whether no value of the construct is perhaps wrong so far. */
let allRight = true;

/** What is right where it stands, mostly. */
function mostly<T>(right: fc.Arbitrary<T>, perhaps: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.nat(99).chain((number) => {
    if (number >= chance || !allRight) {
      return right;
    }
    allRight = false;
    return perhaps;
  });
}

/** What people type by mistake, and what lies at the border of some rule. */
const AWKWARD = [
  ...['.', '..', '-', '--', '_', '/', '//', ' ', ':', '*', '*.', '%2F', '@', '=', '$', "'", '"', '\\', '\n', '\0'],
  ...['A', 'Z', '0', '1', 'ä', '한', '😀', '/../', '/./', '/.', '0x', '__proto__', 'localhost', 'a'.repeat(63)],
];

/** Where something awkward stands. */
const PLACES: readonly ((text: string, awkward: string) => string)[] = [
  (text, awkward) => awkward + text,
  (_, awkward) => awkward,
  (text, awkward) => text + awkward,
  (text, awkward) => text.slice(0, text.length >> 1) + awkward + text.slice(text.length >> 1),
];

/** What becomes of a text that is right: everything awkward in some place, before anything is in another. */
const MISTAKES: readonly ((text: string) => string)[] = [
  () => '',
  (text) => text.slice(1),
  (text) => text.repeat(Math.ceil(64 / Math.max(text.length, 1))),
  (text) => text.repeat(Math.ceil(254 / Math.max(text.length, 1))),
  ...PLACES.flatMap((_, round) =>
    AWKWARD.map(
      (awkward, index) =>
        (text: string): string =>
          PLACES[(index + round) % PLACES.length]?.(text, awkward) ?? text,
    ),
  ),
];

/** A right text, mostly, and otherwise one with a mistake: of each kind of text, one mistake after the other. */
function spoilt(right: fc.Arbitrary<string>): fc.Arbitrary<string> {
  let turn = 0;
  return mostly(
    right,
    right.map((text) => MISTAKES[turn++ % MISTAKES.length]?.(text) ?? text),
  );
}

const wholeNumber = (min: number, max: number): fc.Arbitrary<number> =>
  mostly(
    fc.integer({ min, max }),
    fc.constantFrom(0, -1, 0.5, 1e21, NaN, Infinity, 2 ** 31 - 1, 2 ** 31, 65535, 65536, min - 1),
  );

const name = mostly(
  fc.stringMatching(/^[a-z][a-z0-9-]{0,12}[a-z0-9]$/),
  spoilt(fc.constantFrom('a', 'a'.repeat(52), 'a'.repeat(53), 'a'.repeat(63), '1st')),
);
/** A construct's id, of which cdk8s refuses two before the construct has a say. */
const idOf = (texts: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  texts.filter((text) => text !== '' && text !== '__proto__');
const id = idOf(spoilt(fc.stringMatching(/^[a-z][a-z0-9-]{0,12}[a-z0-9]$/)));
const subdomain = spoilt(fc.stringMatching(/^[a-z0-9]{1,8}(-[a-z0-9]{1,4})?(\.[a-z0-9]{1,8}){0,3}$/));
const labelValue = spoilt(fc.stringMatching(/^([A-Za-z0-9]([-A-Za-z0-9_.]{0,12}[A-Za-z0-9])?)?$/));
const qualifiedName = spoilt(
  fc.stringMatching(/^([a-z0-9]{1,6}(\.[a-z]{1,4})?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,8}[A-Za-z0-9])?$/),
);
const annotationKey = mostly(qualifiedName, fc.constantFrom('Example.com/a', 'a b', 'a/b/c', 'A/'));
const freeText = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ maxLength: 20 }));
const key = spoilt(
  fc.stringMatching(/^[-._a-zA-Z0-9]{1,12}$/).filter((text) => !text.startsWith('..') && text !== '.'),
);
const variable = spoilt(fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,12}$/).filter((text) => !text.startsWith('KAFKA')));
const path = spoilt(fc.stringMatching(/^\/([a-zA-Z0-9_~.-]{1,6}[a-z]\/?){0,3}$/));
const springPath = spoilt(fc.stringMatching(/^(\/[a-zA-Z0-9_~.-]{1,6}[a-z]){1,3}$/));
const field = spoilt(fc.constantFrom('level', '@message', 'trace_id'));
const folder = spoilt(fc.stringMatching(/^(\/[a-z]{1,8}){1,3}$/));
const portName = spoilt(fc.stringMatching(/^[a-z][a-z0-9]{0,4}(-[a-z0-9]{1,4})?$/));
const port = wholeNumber(1, 65535);
const host = spoilt(fc.stringMatching(/^[a-z0-9]{1,8}(-[a-z0-9]{1,4})?(\.[a-z]{1,8}){1,3}$/));
const image = spoilt(
  fc.constantFrom('shop/orders:1.0.0', 'registry.example.com:5000/a/b:2.1', `shop/web@sha256:${'0a'.repeat(32)}`),
);

function recordOf<T>(
  keys: fc.Arbitrary<string>,
  values: fc.Arbitrary<T>,
  maxKeys = 3,
): fc.Arbitrary<Record<string, T>> {
  return fc.dictionary(keys, values, { maxKeys, noNullPrototype: true });
}

const labels = recordOf(qualifiedName, labelValue);

const bytes = (mebibytes: fc.Arbitrary<number>): fc.Arbitrary<Size> =>
  mostly(
    mebibytes.map((amount) => Size.mebibytes(amount)),
    fc.constantFrom(
      Size.gibibytes(0),
      Size.gibibytes(0.3),
      Size.kibibytes(NaN),
      Size.kibibytes(1 / 1024),
      Size.pebibyte(1e9),
    ),
  );
const cpuTime = (millis: fc.Arbitrary<number>): fc.Arbitrary<Cpu> =>
  mostly(
    millis.map((amount) => Cpu.millis(amount)),
    fc.constantFrom(Cpu.units(0), Cpu.units(-1), Cpu.millis(0.5), Cpu.units(NaN), Cpu.units(1e12)),
  );
const duration = (minSeconds: number, maxSeconds: number): fc.Arbitrary<Duration> =>
  mostly(
    fc.integer({ min: minSeconds, max: maxSeconds }).map((seconds) => Duration.seconds(seconds)),
    fc.constantFrom(
      ...[0, 0.5, 2 ** 31 - 1, 2 ** 31, NaN].map((seconds) => Duration.seconds(seconds)),
      Duration.hours(72.5),
    ),
  );

/** Every prop has an arbitrary: a new prop does not compile until it has one. */
type PropArbitraries<Props> = { readonly [Prop in keyof Required<Props>]: fc.Arbitrary<Required<Props>[Prop]> };

/** @param required props that are always there, since they must be or since so few would do without */
/** @param conflicts pairs of which a construct takes one at most: the second is left out beside the first */
function props<Props extends object>(
  required: readonly (keyof Props)[],
  arbitraries: PropArbitraries<Props>,
  conflicts: readonly (readonly [kept: keyof Props, left: keyof Props])[] = [],
): fc.Arbitrary<Props> {
  return fc
    .record<Required<Props>, keyof Props>(arbitraries, { requiredKeys: [...required], noNullPrototype: true })
    .map((given) => {
      for (const [kept, left] of conflicts) {
        if (Object.hasOwn(given, kept)) {
          Reflect.deleteProperty(given, left);
        }
      }
      return given;
    });
}

const ofWorkload: PropArbitraries<Omit<Component, 'name'>> = {
  component: labelValue,
  labels,
  annotations: recordOf(annotationKey, freeText),
};
const component: PropArbitraries<Component> = { name: labelValue, ...ofWorkload };

const resources = props<ResourceProps>(['cpu', 'memory'], {
  cpu: props<ResourceProps['cpu']>(['request'], {
    request: cpuTime(fc.integer({ min: 1, max: 500 })),
    limit: cpuTime(fc.integer({ min: 500, max: 4000 })),
  }),
  memory: props<ResourceProps['memory']>(['request', 'limit'], {
    request: bytes(fc.integer({ min: 1, max: 512 })),
    limit: bytes(fc.integer({ min: 512, max: 4096 })),
  }),
});
const storage = props<StorageProps>(['size'], {
  size: bytes(fc.integer({ min: 1, max: 4096 })),
  storageClassName: fc.oneof(subdomain, fc.constant('')),
});
const range = spoilt(fc.constantFrom('10.0.64.0/20', '192.0.2.10/32', '0.0.0.0/0', 'fd00:64::/64', '2001:db8::5/128'));
const peer = fc.oneof(
  fc.record<PodPeer>(
    {
      type: fc.constant('pods'),
      namespace: name,
      labels: mostly(
        fc.dictionary(qualifiedName, labelValue, { minKeys: 1, maxKeys: 2, noNullPrototype: true }),
        fc.constant({}),
      ),
    },
    { noNullPrototype: true },
  ),
  fc.record<AddressPeer>(
    {
      type: fc.constant('addresses'),
      ranges: mostly(fc.array(range, { minLength: 1, maxLength: 3 }), fc.constant<string[]>([])),
    },
    { noNullPrototype: true },
  ),
);
const plainEndpoint = props<Omit<Endpoint, 'tls'>>(['host', 'port'], {
  host: fc.constant('tempo.shop.svc.cluster.local'),
  port,
  peer: fc.oneof(peer, fc.constant<Peer>({ type: 'api-server' })),
  targetPort: port,
  protocol: fc.constantFrom('TCP', 'UDP', 'SCTP'),
});

/** The port that probes ask: of most containers in which they stand. */
const PROBED = 8080;
// What a startup probe allows is the longer, the more it may fail.
const timing = props<ProbeTiming>(['period', 'failureThreshold'], {
  initialDelay: duration(0, 60),
  period: duration(10, 60),
  timeout: duration(1, 10),
  failureThreshold: wholeNumber(60, 200),
});
const probe = fc.oneof(
  fc.tuple(path, mostly(fc.constant(PROBED), port), timing).map((given) => Probe.fromHttpGet(...given)),
  fc.tuple(fc.constant(PROBED), timing).map((given) => Probe.fromTcpSocket(...given)),
);
const probes = props<Probes>(['startup', 'readiness', 'liveness'], {
  startup: probe,
  readiness: probe,
  liveness: probe,
});

const canary = fc
  .uniqueArray(wholeNumber(1, 100), { minLength: 1, maxLength: 4 })
  .chain((weights) =>
    fc.tuple(
      ...weights
        .sort((a, b) => a - b)
        .map((weight) => props<CanaryStep>(['weight'], { weight: fc.constant(weight), pause: duration(0, 600) })),
    ),
  );

const fieldPath = spoilt(
  fc.constantFrom('metadata.name', 'status.podIP', 'spec.nodeName', "metadata.labels['a.b/c']", 'status.hostIPs'),
);
const source = props<EnvironmentSource>(['kind', 'name'], {
  kind: fc.constantFrom('ConfigMap', 'Secret'),
  name: subdomain,
  keys: fc.constant(['key', 'flag']),
  checksum: fc.constant('0a'),
});
const secret = source.map((given): EnvironmentSource => ({ ...given, kind: 'Secret' }));
const kafkaSecurity = props<KafkaListenerSecurity>(['certificate'], {
  certificate: source.map((given): EnvironmentSource => ({ kind: 'Secret', name: given.name })),
  sasl: fc.constantFrom(
    KafkaSasl.scramSha512(),
    KafkaSasl.plain({ from: { kind: 'Secret', name: 'kafka-users' }, key: 'jaas' }),
  ),
});
const ofSource = mostly(fc.constant('key'), key);
const resourceValue = props<Omit<ResourceValue, 'containerName'>>(['resource'], {
  resource: fc.constantFrom('limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'),
  divisor: mostly(fc.constant<Divisor>('1'), fc.constantFrom<Divisor>('1m', '1Mi', '1k')),
});
const keyValue = props<KeyValue>(['from', 'key'], { from: source, key: ofSource, optional: fc.boolean() });
const endpoint: fc.Arbitrary<Endpoint> = fc.oneof(
  plainEndpoint,
  fc.tuple(plainEndpoint, keyValue).map(([given, ca]) => ({ ...given, tls: { ca } })),
);
const variableValue: fc.Arbitrary<VariableValue> = fc.oneof(
  freeText,
  fieldPath.map((value) => ({ fieldPath: value })),
  resourceValue,
  keyValue,
);
const environmentFrom = fc.array(
  fc.oneof(source, props<EnvironmentFrom>(['from'], { from: source, prefix: variable, optional: fc.boolean() })),
  { maxLength: 2 },
);

const filePath = spoilt(fc.constantFrom('token', 'db/password', '.env', 'a..b'));
const mode = mostly(fc.integer({ min: 0, max: 0o777 }), fc.constantFrom(0o1000, -1, 0.5));
const keyFiles: PropArbitraries<KeyFiles> = {
  items: fc.array(props<KeyFile>(['key', 'path'], { key: ofSource, path: filePath, mode }), { maxLength: 2 }),
  optional: fc.boolean(),
};
const projected: fc.Arbitrary<ProjectedSource> = fc.oneof(
  fc.tuple(source, props<KeyFiles>([], keyFiles)).map(([from, files]) => ({ from, ...files })),
  fc.tuple(filePath, duration(600, 7200)).map(([where, expiration]) => ({
    serviceAccountToken: { path: where, audience: 'vault', expiration },
  })),
  fc
    .tuple(filePath, spoilt(fc.constantFrom('metadata.labels', 'metadata.name', "metadata.labels['a']")))
    .map(([where, field]) => ({ downwardApi: { [where]: { fieldPath: field } } })),
);
const volume = fc.oneof(
  fc
    .tuple(source, props<KeyFiles & FileMode>([], { ...keyFiles, defaultMode: mode }))
    .map((given) => Volume.fromSource(...given)),
  fc
    .tuple(fc.array(projected, { minLength: 1, maxLength: 1 }), props<FileMode>([], { defaultMode: mode }))
    .map((given) => Volume.projected(...given)),
  props<EmptyDirOptions>([], { sizeLimit: bytes(fc.integer({ min: 1, max: 64 })), medium: fc.constant('Memory') }).map(
    (given) => Volume.emptyDir(given),
  ),
  // One that a single node may mount allows one pod.
  subdomain.map((claim) => Volume.fromPersistentVolumeClaim(claim, { accessMode: 'ReadWriteMany' })),
);
const mounts = fc.array(
  props<Mount>(['path', 'volume'], {
    path: folder,
    volume,
    subPath: filePath,
    writable: mostly(fc.constant(false), fc.boolean()),
  }),
  { maxLength: 2 },
);
const preStop = fc.oneof(
  fc.constant(PreStop.none()),
  duration(0, 15).map((time) => PreStop.sleepCommand(time)),
  duration(1, 15).map((time) => PreStop.sleep(time)),
  fc.tuple(path, mostly(fc.constant(PROBED), port), duration(1, 15)).map((given) => PreStop.httpGet(...given)),
);

const ofOwnContainer: PropArbitraries<Omit<ContainerProps, 'image' | 'resources' | 'environmentFrom'>> = {
  command: fc.array(freeText, { maxLength: 2 }),
  args: fc.array(freeText, { maxLength: 2 }),
  workingDir: folder,
  environment: recordOf(variable, variableValue),
  mounts,
  writablePaths: fc.array(folder, { maxLength: 3 }),
};
const ofContainer: PropArbitraries<ContainerProps> = { ...ofOwnContainer, image, environmentFrom, resources };
const user = wholeNumber(1, 70_000);
const initContainer = fc.oneof(
  props<Omit<InitContainerProps, 'restartPolicy'>>(['name', 'image', 'resources'], { ...ofContainer, name, user }),
  props<SidecarProps>(['name', 'image', 'resources', 'restartPolicy'], {
    ...ofContainer,
    name,
    user,
    restartPolicy: fc.constant('Always'),
    ports: fc.array(props<NamedPort>(['name', 'port'], { name: portName, port }), { maxLength: 1 }),
    probes: fc.constant({}),
    preStop: fc.constant(PreStop.none()),
  }),
);

const toleration = fc.oneof(
  fc.constantFrom<k8s.Toleration>(
    { operator: 'Exists' },
    { key: 'dedicated', value: 'shop', effect: 'NoExecute', tolerationSeconds: 60 },
  ),
  mostly(
    fc.constant<k8s.Toleration>({ key: 'dedicated', operator: 'Exists' }),
    props<k8s.Toleration>([], {
      key: qualifiedName,
      operator: fc.constantFrom('Exists', 'Equal', 'In'),
      value: labelValue,
      effect: fc.constantFrom('NoSchedule', 'NoExecute', 'Never', ''),
      tolerationSeconds: fc.integer({ min: -1, max: 60 }),
    }),
  ),
);
const placementProps: PropArbitraries<PlacementProps> = {
  topologySpread: fc.oneof(
    fc.constantFrom('ScheduleAnyway', 'DoNotSchedule'),
    fc.array(
      props<TopologySpreadConstraint>(['topologyKey', 'whenUnsatisfiable'], {
        topologyKey: qualifiedName,
        whenUnsatisfiable: fc.constantFrom('ScheduleAnyway', 'DoNotSchedule'),
        maxSkew: wholeNumber(1, 5),
        matchLabelKeys: fc.array(
          mostly(fc.constant('pod-template-hash'), fc.oneof(fc.constant('app.kubernetes.io/name'), qualifiedName)),
          { maxLength: 1 },
        ),
      }),
      { maxLength: 2 },
    ),
  ),
  nodeSelector: labels,
  affinity: fc.constant({}),
  tolerations: fc.array(toleration, { maxLength: 2 }),
  priorityClassName: subdomain,
  runtimeClassName: subdomain,
};
const ofJobPods: PropArbitraries<Omit<PodProps, 'environmentFrom' | 'preStop' | 'probeTiming'>> = {
  ...ofOwnContainer,
  ...placementProps,
  serviceAccount: fc.oneof(
    subdomain.map((given) => ({ name: given })),
    recordOf(annotationKey, freeText).map((annotations) => ({ annotations })),
  ),
  serviceAccountToken: fc.constant(false),
  podLabels: labels,
  podAnnotations: recordOf(annotationKey, freeText),
  initContainers: fc.array(initContainer, { maxLength: 1 }),
  user,
  connectsTo: fc.array(endpoint, { maxLength: 2 }),
  discovers: fc.array(endpoint, { maxLength: 2 }),
  imagePullSecrets: fc.array(subdomain, { maxLength: 2 }),
  terminationGracePeriod: duration(30, 120),
};
const ofPods: PropArbitraries<Omit<PodProps, 'environmentFrom'>> = {
  ...ofJobPods,
  probeTiming: fc.constant({}),
  preStop,
};

const appProtocol = spoilt(fc.constantFrom('http', 'https', 'kubernetes.io/h2c'));
const percentage = wholeNumber(1, 100);
const scalingRules = {
  stabilizationWindow: duration(0, 3600),
  policies: mostly(
    fc.array(
      fc.oneof(
        fc.tuple(wholeNumber(1, 10), duration(1, 1800)).map(([pods, period]) => ScalingPolicy.pods(pods, period)),
        fc.tuple(percentage, duration(1, 1800)).map(([percent, period]) => ScalingPolicy.percent(percent, period)),
      ),
      { minLength: 1, maxLength: 2 },
    ),
    fc.constant<ScalingPolicy[]>([]),
  ),
};
const autoscaling = props<AutoscalingProps>(['maxReplicas', 'metrics'], {
  minReplicas: wholeNumber(1, 3),
  maxReplicas: wholeNumber(3, 10),
  metrics: fc.array(
    fc.oneof(
      percentage.map((percent) => ScalingMetric.cpuUtilization(percent)),
      percentage.map((percent) => ScalingMetric.memoryUtilization(percent)),
    ),
    { minLength: 1, maxLength: 2 },
  ),
  scaleUp: fc.record(scalingRules, { noNullPrototype: true }),
  scaleDown: fc.record(scalingRules, { noNullPrototype: true }),
});
const ofDeployment: PropArbitraries<DeploymentProps> = {
  replicas: wholeNumber(0, 10),
  canary,
  revisionHistoryLimit: wholeNumber(0, 20),
  autoscaling,
  disruptionBudget: fc.oneof(
    wholeNumber(1, 3).map((pods) => DisruptionBudget.maxUnavailable(pods)),
    fc.constantFrom(DisruptionBudget.none(), DisruptionBudget.maxUnavailable('50%')),
  ),
  updateStrategy: fc.oneof(
    wholeNumber(1, 3).map((maxSurge) => UpdateStrategy.rollingUpdate({ maxSurge })),
    fc.constant(UpdateStrategy.recreate()),
  ),
  minReady: duration(0, 60),
  progressDeadline: duration(61, 1200),
};
const metricsEndpoint = props<MetricsEndpoint>(['port'], {
  port,
  path: fc.constantFrom('/metrics', '/actuator/prometheus'),
  scheme: fc.constantFrom('HTTP', 'HTTPS'),
  honorLabels: fc.boolean(),
});
/** One that scales has no fixed number; the steps of a canary must be ones that its pods can give. */
const CONFLICTS = [
  ['autoscaling', 'replicas'],
  ['autoscaling', 'canary'],
  ['canary', 'replicas'],
  ['canary', 'updateStrategy'],
] as const;
const ofService: PropArbitraries<ServiceProps & ServicePortOptions> = {
  type: fc.constantFrom(ServiceType.clusterIp(), ServiceType.nodePort(), ServiceType.loadBalancer()),
  sessionAffinity: fc.constant(SessionAffinity.clientIp()),
  annotations: recordOf(annotationKey, freeText),
  servicePort: port,
  appProtocol,
};
const ofWeb: PropArbitraries<Omit<WebServiceProps, 'probes' | 'environmentFrom'>> = {
  ...ofWorkload,
  ...ofPods,
  image,
  port: mostly(fc.constant(PROBED), port),
  resources,
  ...ofDeployment,
  scheme: fc.constantFrom('HTTP', 'HTTPS'),
  ports: fc.array(
    props<ServicePort>(['name', 'port'], {
      name: portName,
      port,
      servicePort: port,
      appProtocol,
      inService: fc.boolean(),
    }),
    { maxLength: 2 },
  ),
  service: fc.oneof(
    props<ServiceProps & ServicePortOptions>([], ofService),
    // Nobody looks at the port of a Service without an address.
    fc.constant({ type: ServiceType.headless() }),
  ),
  metrics: metricsEndpoint,
};

const backend = props<IngressBackend>(['name', 'portName'], { name, portName, endpoint });
const routes = fc.array(props<IngressRoute>(['path', 'service'], { path, exact: fc.boolean(), service: backend }), {
  minLength: 1,
  maxLength: 3,
});
const ingressHost = mostly(
  fc.oneof(host, fc.constantFrom('*.example.com', 'shop.example.com')),
  spoilt(fc.constantFrom('*.example.com', '10.0.0.1', '10.0.0.1.', 'Shop.example.com', 'a.*.com', 'a.1')),
);
const tls = fc.array(
  props<IngressTls>([], {
    secretName: subdomain,
    hosts: mostly(fc.constant<readonly string[]>(['shop.example.com']), fc.array(ingressHost, { maxLength: 2 })),
  }),
  {
    maxLength: 2,
  },
);

const address = mostly(
  fc.oneof(
    fc.tuple(fc.integer({ min: 1, max: 100 }), fc.nat(255), fc.nat(255)).map(([a, b, c]) => `${a}.${b}.${c}.1`),
    fc.stringMatching(/^fd00(:[0-9a-fA-F]{1,4}){7}$|^FD00(:[0-9a-f]{1,4}){0,3}::[0-9a-f]{1,4}$/),
  ),
  spoilt(
    fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.constantFrom(
        '127.0.0.1',
        '::1',
        '::ffff:127.0.0.1',
        '::FFFF:10.0.0.1',
        'fe80::1%eth0',
        '224.0.0.1',
        '0.0.0.0',
      ),
    ),
  ),
);
const externalPort: PropArbitraries<ExternalPort> = {
  name: portName,
  port,
  targetPort: port,
  protocol: fc.constantFrom('TCP', 'UDP', 'SCTP'),
  appProtocol: qualifiedName,
};
const portsOf = (given: PropArbitraries<ExternalPort>): fc.Arbitrary<ExternalPort[]> =>
  mostly(fc.array(props<ExternalPort>(['name', 'port'], given), { minLength: 1, maxLength: 3 }), fc.constant([]));

/** Makes a construct in a chart. */
export type Make = (chart: Chart) => unknown;

function made<Props>(
  construct: new (scope: Construct, id: string, props: Props) => unknown,
  ids: fc.Arbitrary<string>,
  given: fc.Arbitrary<Props>,
): fc.Arbitrary<Make> {
  // A construct of many props gets its mistake sooner: of the few, more may be wrong.
  return fc.constantFrom(1, 2, 4, 30).chain((percent) => {
    chance = percent;
    allRight = true;
    return fc.tuple(ids, given).map(
      ([ofConstruct, ofProps]): Make =>
        (chart) =>
          new construct(chart, ofConstruct, ofProps),
    );
  });
}

/** Probes that need no port of the container. */
const command = Probe.fromCommand(['true'], { failureThreshold: 60 });
const withoutPort: Probes = { startup: command, readiness: command, liveness: command };

const observed = { ...ofWorkload, image, storage, resources, httpPort: port };

const ofJob: PropArbitraries<JobRunProps> = {
  ...ofWorkload,
  ...ofJobPods,
  environmentFrom,
  image,
  resources,
  restartPolicy: fc.constantFrom('Never', 'OnFailure'),
  backoffLimit: wholeNumber(0, 10),
  activeDeadline: duration(1, 3600),
  ttlAfterFinished: duration(0, 3600),
  completions: wholeNumber(1, 5),
  parallelism: wholeNumber(1, 5),
};

const ofSpring: PropArbitraries<SpringServiceProps> = {
  ...ofWeb,
  database: props<SpringDatabase>(['endpoint', 'name', 'username'], {
    endpoint,
    name: spoilt(fc.constantFrom('orders', 'shop_orders')),
    username: spoilt(fc.constant('orders_user')),
  }),
  redis: endpoint,
  kafka: fc.constant({ bootstrapServers: 'kafka.shop.svc.cluster.local:9092' }),
  traces: plainEndpoint,
  sharedConfig: fc.constant([
    new ConfigMap(new Chart(new App(), 'shared'), 'common', { data: { SPRING_PROFILES_ACTIVE: 'k8s' } }),
  ]),
  config: recordOf(variable, freeText),
  secrets: fc.array(secret, { maxLength: 2 }),
  javaOptions: fc.array(freeText, { maxLength: 2 }),
  contextPath: springPath,
  managementPort: port,
  managementBasePath: springPath,
  endpointsBasePath: springPath,
  webApplicationType: fc.constantFrom('servlet', 'reactive'),
  tls: source.map(({ name: given }): EnvironmentSource => ({ kind: 'Secret', name: given })),
  managementTls: fc.boolean(),
  javaOptionsVariable: fc.constantFrom('JAVA_OPTS', 'JAVA_TOOL_OPTIONS'),
  shutdownPhases: wholeNumber(1, 3),
  openTelemetryServiceName: freeText,
};

/** Who connects to whom. */
interface ShopProps extends Omit<NetworkPoliciesProps, 'appliesTo' | 'manifestOf'> {
  readonly discovers: readonly Endpoint[];
}

/** A worker that connects to whatever it may, a service that is reached from outside both ways, and the policies of both. */
class ShopWithPolicies {
  constructor(chart: Construct, id: string, { discovers, ...props }: ShopProps) {
    const web = new WebService(chart, 'shop-web', {
      image: 'shop/web:1.0.0',
      port: PROBED,
      resources: SMALL_CONTAINER,
      service: { type: ServiceType.loadBalancer(), servicePort: 80 },
      metrics: { port: PROBED },
    });
    new Worker(chart, 'shop-worker', {
      image: 'shop/worker:1.0.0',
      resources: SMALL_CONTAINER,
      probes: withoutPort,
      discovers: [web.endpoint, ...discovers],
    });
    new Ingress(chart, 'shop-ingress', {
      ingressClassName: 'traefik',
      routes: [{ path: '/', service: web }],
    });
    new NetworkPolicies(chart, id, props);
  }
}

const ofGateway: PropArbitraries<GatewayProps> = {
  ...component,
  gatewayClassName: subdomain,
  hosts: mostly(
    fc.uniqueArray(host, { minLength: 1, maxLength: 2 }),
    fc.array(fc.oneof(ingressHost, fc.constant('shop.example.com')), { maxLength: 3 }),
  ),
  certificate: fc.record(
    {
      secretName: subdomain,
      issuer: props<CertificateIssuer>(['name'], { name: subdomain, kind: fc.constantFrom('ClusterIssuer', 'Issuer') }),
    },
    { requiredKeys: ['secretName'], noNullPrototype: true },
  ),
};

/** A route needs a Gateway, whose props are right. */
interface EntranceProps extends Omit<HttpRouteProps, 'gateway'> {
  readonly served: readonly string[];
}

class Entrance {
  constructor(chart: Construct, id: string, { served, ...props }: EntranceProps) {
    const gateway = new Gateway(chart, 'shop-gateway', {
      gatewayClassName: 'traefik',
      hosts: served,
      certificate: { secretName: 'shop-tls' },
    });
    new HttpRoute(chart, id, { ...props, gateway });
  }
}

const nodePool = props<StrimziNodePoolProps>(['storage'], {
  replicas: mostly(fc.constantFrom(3, 5), fc.constantFrom(1, 2, 0, -1, 0.5)),
  storage,
  resources,
});

const channelUrl = props<SecretKey>(['from', 'key'], {
  from: source.map((given): SecretKey['from'] => ({ ...given, kind: 'Secret' })),
  key: ofSource,
});
const channelKind = fc.constantFrom<AlertChannel['kind']>('webhook', 'slack');

const SMALL_CONTAINER: ResourceProps = {
  cpu: { request: Cpu.millis(10) },
  memory: { request: Size.mebibytes(16), limit: Size.mebibytes(32) },
};

/** A platform with everything that rules are about. */
const PLATFORM: RulesProps = {
  namespace: 'shop',
  observabilityNamespace: 'observability',
  targets: [{ namespace: 'shop', name: 'orders' }],
  databases: [{ server: 'postgres', services: ['orders', 'carts'] }],
  kafka: { brokers: 3, selector: { 'app.kubernetes.io/name': 'kafka' } },
  certificates: true,
  ownPrometheus: { prometheus: 'prometheus', alertmanager: 'alertmanager' },
};

const targets = fc.array(
  props<ScrapeTarget>(['namespace', 'name', 'labels', 'port', 'path', 'scheme', 'honorLabels'], {
    namespace: fc.constantFrom('shop', 'observability'),
    name,
    labels: mostly(fc.constant({ app: 'orders' }), labels),
    port,
    path: fc.constantFrom('/metrics', '/actuator/prometheus'),
    scheme: fc.constantFrom('HTTP', 'HTTPS'),
    honorLabels: fc.boolean(),
  }),
  { maxLength: 3 },
);
const rules = fc.boolean().map((some) => (some ? platformRules(new Chart(new App(), 'rules'), PLATFORM) : []));
const grafanaUrl = spoilt(fc.constantFrom('http://grafana.localhost:8880', 'https://example.com/grafana'));

/** Each construct and its props: a new construct is one entry. */
export const CONSTRUCTS: Readonly<Record<string, fc.Arbitrary<Make>>> = {
  ConfigMap: made(
    ConfigMap,
    fc.oneof(id, idOf(subdomain)),
    props<ConfigMapProps>(['data'], { ...component, data: recordOf(key, freeText) }),
  ),
  Secret: made(
    Secret,
    fc.oneof(id, idOf(subdomain)),
    props<SecretProps>(['data'], { ...component, data: recordOf(key, freeText) }),
  ),
  Namespace: made(
    Namespace,
    id,
    props<NamespaceProps>([], {
      annotations: recordOf(annotationKey, freeText),
      podSecurity: fc.constantFrom('privileged', 'baseline', 'restricted'),
      labels: fc.oneof(
        labels,
        fc.dictionary(
          fc
            .constantFrom('enforce', 'enforce-version', 'audit', 'audit-version', 'warn')
            .map((setting) => `pod-security.kubernetes.io/${setting}`),
          spoilt(fc.constantFrom('restricted', 'baseline', 'v1.28', 'latest', 'v1.01')),
          { maxKeys: 1, noNullPrototype: true },
        ),
      ),
    }),
  ),
  Ingress: made(
    Ingress,
    fc.oneof(id, idOf(subdomain)),
    // What comes first is wrong most often: what other constructs do not have.
    fc.oneof(
      props<Omit<IngressProps, 'rules'>>(['ingressClassName', 'routes'], {
        host: ingressHost,
        routes,
        defaultBackend: backend,
        tls,
        description: freeText,
        ingressClassName: subdomain,
        ...component,
      }),
      props<Omit<IngressProps, 'host' | 'routes'>>(['ingressClassName'], {
        rules: mostly(
          fc.array(props<IngressRule>(['routes', 'host'], { host: ingressHost, routes }), {
            minLength: 1,
            maxLength: 3,
          }),
          fc.array(props<IngressRule>(['routes'], { host: ingressHost, routes }), { maxLength: 3 }),
        ),
        defaultBackend: backend,
        tls,
        description: freeText,
        ingressClassName: subdomain,
        ...component,
      }),
    ),
  ),
  ExternalHostService: made(
    ExternalHostService,
    id,
    fc.oneof(
      props<ExternalHostServiceProps>(['host', 'ports'], {
        ...component,
        host: mostly(host, spoilt(fc.constantFrom('db', 'localhost', 'DB.example.com.', 'a.1', '127.0.0.1.'))),
        // Behind an alias, another port is refused.
        ports: mostly(
          fc.array(
            fc.record<ExternalPort>(
              { name: portName, port, protocol: externalPort.protocol, appProtocol: qualifiedName },
              { requiredKeys: ['name', 'port'], noNullPrototype: true },
            ),
            { minLength: 1, maxLength: 3 },
          ),
          portsOf(externalPort),
        ),
        ranges: mostly(fc.array(range, { minLength: 1, maxLength: 2 }), fc.constant<string[]>([])),
      }),
      props<Omit<ExternalHostServiceProps, 'ranges'>>(['host', 'ports'], {
        ...component,
        host: fc.oneof(address, mostly(fc.array(address, { minLength: 1, maxLength: 4 }), fc.constant<string[]>([]))),
        ports: portsOf(externalPort),
      }),
    ),
  ),
  ExternalSecret: made(
    ExternalSecret,
    fc.oneof(id, idOf(subdomain)),
    props<ExternalSecretProps>(['store', 'data'], {
      ...component,
      store: props<SecretStore>(['name'], {
        name: subdomain,
        kind: fc.constantFrom('ClusterSecretStore', 'SecretStore'),
      }),
      data: mostly(
        fc.dictionary(
          key,
          props<RemoteRef>(['key'], {
            key: spoilt(fc.constantFrom('shop/orders-database', 'shop/redis')),
            property: spoilt(fc.constantFrom('password', 'user-password')),
            version: spoilt(fc.constantFrom('2', 'AWSPREVIOUS')),
          }),
          { minKeys: 1, maxKeys: 3, noNullPrototype: true },
        ),
        fc.constant({}),
      ),
      values: recordOf(key, mostly(fc.constant('orders_user'), fc.constantFrom('', '{{ .password }}', '{', '\n'))),
      refreshInterval: duration(0, 86_400),
      type: labelValue,
    }),
  ),
  Gateway: made(Gateway, fc.oneof(id, idOf(subdomain)), props(['gatewayClassName', 'hosts', 'certificate'], ofGateway)),
  HttpRoute: made(
    Entrance,
    fc.oneof(id, idOf(subdomain)),
    props<EntranceProps>(['served', 'routes'], {
      ...component,
      served: fc.constant(['shop.example.com', '*.api.example.com']),
      hosts: mostly(
        fc.constantFrom<readonly string[]>(['shop.example.com'], ['*.api.example.com', 'shop.example.com']),
        fc.array(fc.constantFrom('shop.example.com', 'www.example.com'), { maxLength: 2 }),
      ),
      routes: mostly(
        fc.uniqueArray(
          props<HttpRouteRule>(['path', 'service'], {
            path,
            exact: fc.boolean(),
            service: props<HttpRouteBackend>(['name', 'endpoint'], { name, endpoint }),
            requestTimeout: duration(0, 3600),
          }),
          { minLength: 1, maxLength: 3, selector: ({ path: at }) => at.replace(/\/$/, '') },
        ),
        fc.constantFrom<readonly HttpRouteRule[]>(
          [],
          Array.from({ length: 17 }, (_, index) => ({
            path: `/${String(index)}`,
            service: { name: 'web', endpoint: { host: 'web', port: 80 } },
          })),
        ),
      ),
    }),
  ),
  StrimziKafka: made(
    StrimziKafka,
    id,
    props<StrimziKafkaProps>(['version', 'brokers', 'controllers', 'topics'], {
      ...ofWorkload,
      version: fc.constantFrom('4.2.0', '4.3.1'),
      brokers: nodePool,
      controllers: nodePool,
      rackTopologyKey: mostly(fc.constant('topology.kubernetes.io/zone'), qualifiedName),
      replicationFactor: mostly(fc.constantFrom(2, 3), fc.constantFrom(0, 1, 4, 6)),
      minInSyncReplicas: mostly(fc.constant(1), fc.constantFrom(0, 2, 3)),
      topics: fc.uniqueArray(
        props<StrimziTopicProps>(['name', 'partitions', 'producers'], {
          name: spoilt(fc.stringMatching(/^[a-z]{1,8}(\.[A-Za-z]{1,8}){0,2}$/)),
          partitions: wholeNumber(1, 12),
          producers: fc.array(subdomain, { maxLength: 2 }),
          consumers: fc.array(
            props<TopicConsumer>(['user', 'group'], {
              user: subdomain,
              group: spoilt(fc.constantFrom('billing-service', 'mail-service')),
            }),
            { maxLength: 2 },
          ),
          deadLetterTopic: fc.boolean(),
          retention: duration(60, 86_400),
        }),
        { maxLength: 3, selector: ({ name: topic }) => topic.toLowerCase() },
      ),
      users: fc.array(subdomain, { maxLength: 2 }),
      observers: fc.array(subdomain, { maxLength: 2 }),
      properties: recordOf(
        spoilt(fc.constantFrom('log.retention.hours', 'compression.type')),
        fc.oneof(fc.integer(), fc.boolean(), freeText),
      ),
      clientsByNetworkPolicies: fc.boolean(),
    }),
  ),
  WebService: made(
    WebService,
    id,
    props<WebServiceProps>(['image', 'port', 'resources'], { ...ofWeb, probes, environmentFrom }, CONFLICTS),
  ),
  SpringService: made(
    SpringService,
    id,
    fc.oneof(
      props<SpringServiceProps>(['image', 'port', 'resources', 'managementPort', 'tls'], ofSpring, CONFLICTS),
      // Of a server that there is not, nothing can be said.
      props<SpringServiceProps>(['image', 'port', 'resources'], ofSpring, [
        ...CONFLICTS,
        ['image', 'managementBasePath'],
        ['image', 'managementTls'],
      ]),
    ),
  ),
  KafkaKraft: made(
    KafkaKraft,
    id,
    props<KafkaKraftProps>(
      [],
      {
        ...ofWorkload,
        ...ofPods,
        environmentFrom,
        image: spoilt(fc.constant('apache/kafka:3.9.0')),
        replicas: mostly(fc.constantFrom(1, 3, 5), fc.constantFrom(2, 0, -1, 0.5)),
        resources,
        storage,
        clusterId: spoilt(fc.constant('MkU3OEVBNTcwNTJENDM2Qg')),
        properties: recordOf(
          spoilt(fc.constantFrom('log.retention.hours', 'num.partitions', 'compression.type')),
          fc.oneof(fc.integer(), fc.boolean(), freeText),
        ),
        antiAffinity: fc.constantFrom('preferred', 'required'),
        terminationGracePeriod: duration(30, 120),
        startupBudget: duration(60, 7200),
        controllers: props<KafkaControllersProps>([], {
          ...placementProps,
          replicas: mostly(fc.constantFrom(1, 3), fc.constantFrom(2, 0)),
          resources,
          storage,
        }),
        security: kafkaSecurity,
        networkPolicy: fc.boolean(),
        externalListener: props<KafkaExternalListener>(['addresses'], {
          // One for one broker; what a NodePort may be, a load balancer takes as well.
          addresses: fc.array(
            props<Pick<Endpoint, 'host' | 'port'>>(['host', 'port'], { host, port: wholeNumber(30_000, 32_767) }),
            {
              minLength: 1,
              maxLength: 1,
            },
          ),
          serviceType: fc.constantFrom('LoadBalancer', 'NodePort'),
          serviceAnnotations: recordOf(annotationKey, freeText),
          security: kafkaSecurity,
        }),
        jmxExporter: props<KafkaJmxExporter>(['image', 'jarPath'], {
          image,
          jarPath: path,
          port,
          configuration: fc.constant({ rules: [{ pattern: 'kafka.*' }] }),
        }),
      },
      [['externalListener', 'replicas']],
    ),
  ),
  Worker: made(
    Worker,
    id,
    props<WorkerProps>(
      ['image', 'resources', 'probes'],
      {
        ...ofWorkload,
        ...ofPods,
        environmentFrom,
        image,
        resources,
        probes: fc.constant(withoutPort),
        ports: fc.array(props<NamedPort>(['name', 'port'], { name: portName, port }), { maxLength: 2 }),
        preStop: fc.constant(PreStop.none()),
        metrics: metricsEndpoint,
        ...ofDeployment,
      },
      CONFLICTS,
    ),
  ),
  Job: made(Job, id, props<JobProps>(['image', 'resources'], { ...ofJob, nameSuffixHash: fc.boolean() })),
  CronJob: made(
    CronJob,
    id,
    props<CronJobProps>(['image', 'resources', 'schedule'], {
      ...ofJob,
      schedule: mostly(
        spoilt(fc.constantFrom('0 3 * * *', '*/15 8-18 1,15 jan-mar mon-fri', '@daily', '@every 1h30m')),
        fc.constant('0 0 31 2 *'),
      ),
      timeZone: spoilt(fc.constantFrom('Asia/Seoul', 'Etc/UTC', 'Europe/Berlin')),
      concurrencyPolicy: fc.constantFrom('Allow', 'Forbid', 'Replace'),
      startingDeadline: duration(10, 600),
      successfulJobsHistoryLimit: wholeNumber(0, 5),
      failedJobsHistoryLimit: wholeNumber(0, 5),
      suspend: fc.boolean(),
    }),
  ),
  NetworkPolicies: made(
    ShopWithPolicies,
    id,
    props<ShopProps>(['dns', 'apiServer', 'entrance', 'exposedTo', 'discovers'], {
      ...ofWorkload,
      dns: props<DnsServer>(['peer'], { peer, port }),
      apiServer: props<ApiServer>(['ranges', 'port'], {
        ranges: mostly(fc.array(range, { minLength: 1, maxLength: 2 }), fc.constant<string[]>([])),
        port,
      }),
      entrance: peer,
      exposedTo: peer.map((given) => () => given),
      metricsScraper: peer,
      defaultDeny: fc.boolean(),
      discovers: fc.array(
        fc.oneof(
          props<Omit<Endpoint, 'tls'>>(['host', 'port', 'peer'], {
            host: fc.constant('tempo.shop.svc.cluster.local'),
            port,
            peer: fc.oneof(peer, fc.constant<Peer>({ type: 'api-server' })),
            targetPort: port,
            protocol: fc.constantFrom('TCP', 'UDP', 'SCTP'),
          }),
          fc.constantFrom<Endpoint>({ host: '192.0.2.10', port: 6379 }, { host: 'fd00:64::5', port: 6379 }),
        ),
        { maxLength: 4 },
      ),
    }),
  ),
  OpenTelemetryCollector: made(
    OpenTelemetryCollector,
    id,
    props<OpenTelemetryCollectorProps>(['traces'], {
      ...ofWorkload,
      traces: endpoint,
      image,
      replicas: wholeNumber(0, 5),
      grpcPort: port,
      httpPort: port,
      metricsPort: port,
      healthPort: port,
      resources,
    }),
  ),
  LogCollector: made(
    LogCollector,
    id,
    props<LogCollectorProps>(['loki', 'namespaces'], {
      ...ofWorkload,
      loki: endpoint,
      namespaces: fc.array(name, { minLength: 1, maxLength: 2 }),
      fields: props<LogFields>(['level', 'message', 'traceId', 'spanId'], {
        level: field,
        message: field,
        traceId: field,
        spanId: field,
      }),
      image,
      stateFolder: spoilt(fc.constant('/var/lib/otelcol/logs')),
      metricsPort: port,
      healthPort: port,
      resources,
      tolerations: fc.array(fc.constant<k8s.Toleration>({ operator: 'Exists', key: 'dedicated' }), { maxLength: 2 }),
    }),
  ),
  Tempo: made(Tempo, id, props<TempoProps>([], { ...observed, otlpGrpcPort: port, retention: duration(3600, 3600) })),
  Loki: made(Loki, id, props<LokiProps>([], { ...observed, retention: duration(86_400, 86_400) })),
  Grafana: made(
    Grafana,
    id,
    props<GrafanaProps>(['tempo', 'loki'], {
      ...observed,
      tempo: endpoint,
      loki: endpoint,
      prometheus: endpoint,
      scrapeInterval: duration(1, 300),
      dashboards: fc.array(
        fc.record({ uid: spoilt(name), title: freeText, panels: fc.array(fc.record({ title: freeText })) }),
        { maxLength: 2 },
      ),
      rootUrl: spoilt(fc.constantFrom('http://grafana.example.com:8880', 'https://example.com/grafana/')),
      anonymousRole: fc.constantFrom('Viewer', 'Editor', 'Admin'),
      settings: recordOf(spoilt(fc.constantFrom('GF_SERVER_ROOT_URL', 'GF_LOG_LEVEL')), freeText),
    }),
  ),
  Alertmanager: made(
    Alertmanager,
    id,
    props<AlertmanagerProps>(['channel'], {
      ...observed,
      channel: props<AlertChannel>(['kind', 'url', 'server'], {
        kind: channelKind,
        url: channelUrl,
        server: endpoint,
      }),
    }),
  ),
  PodMonitors: made(
    PodMonitors,
    id,
    props<PodMonitorsProps>(['targets'], {
      ...component,
      targets,
      interval: duration(1, 3600),
    }),
  ),
  PrometheusRules: made(
    PrometheusRules,
    fc.oneof(id, idOf(subdomain)),
    props<PrometheusRulesProps>(['rules'], {
      ...component,
      rules,
      grafanaUrl,
    }),
  ),
  AlertReceiver: made(
    AlertReceiver,
    fc.oneof(id, idOf(subdomain)),
    props<AlertReceiverProps>(['channel'], {
      ...component,
      channel: props<AlertReceiverProps['channel']>(['kind', 'url'], { kind: channelKind, url: channelUrl }),
    }),
  ),
  Prometheus: made(
    Prometheus,
    id,
    props<PrometheusProps>(['targets'], {
      ...observed,
      targets,
      kubelets: props<Kubelets>(['ranges'], {
        ranges: mostly(fc.array(range, { minLength: 1, maxLength: 2 }), fc.constant<string[]>([])),
        port,
      }),
      rules,
      grafanaUrl,
      alertmanager: endpoint,
      interval: duration(5, 300),
      retention: duration(3600, 3600),
    }),
  ),
  KubeStateMetrics: made(
    KubeStateMetrics,
    id,
    props<KubeStateMetricsProps>(['namespaces'], {
      ...ofWorkload,
      namespaces: mostly(
        fc.array(name, { minLength: 1, maxLength: 3 }),
        fc.constantFrom<string[]>([], ['shop', 'shop']),
      ),
      image,
      httpPort: port,
      telemetryPort: port,
      resources,
    }),
  ),
  KafkaMetrics: made(
    KafkaMetrics,
    id,
    props<KafkaMetricsProps>(['kafka', 'login'], {
      ...ofWorkload,
      kafka: props<KafkaBootstrap>(['bootstrapServers', 'security'], {
        bootstrapServers: fc.constantFrom('kafka.shop.svc.cluster.local:9092', '192.0.2.10:9093,192.0.2.11:9093'),
        security: props<KafkaClientSecurity>(['protocol', 'ca', 'mechanism'], {
          protocol: fc.constant('SASL_SSL'),
          ca: keyValue,
          mechanism: fc.constantFrom('PLAIN', 'SCRAM-SHA-512'),
          jaasConfig: keyValue,
        }),
        endpoint: plainEndpoint,
      }),
      login: fc.record({ username: spoilt(fc.constant('watcher')), password: keyValue }),
      image,
      httpPort: port,
      metricsPort: port,
      healthPort: port,
      resources,
    }),
  ),
};
