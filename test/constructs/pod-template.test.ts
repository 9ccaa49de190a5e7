import { Duration, Size } from 'cdk8s';
import { Cpu, type k8s } from '../../imports/k8s';
import { ConfigMap } from '../../lib/constructs/config-map';
import { NetworkPolicies } from '../../lib/constructs/network-policies';
import type { PodProps } from '../../lib/constructs/pod-template';
import { PreStop } from '../../lib/constructs/pre-stop';
import { Probe, withTiming } from '../../lib/constructs/probe';
import { Secret } from '../../lib/constructs/secret';
import type { EnvironmentFrom } from '../../lib/constructs/variables';
import { type Mount, type ProjectedSource, Volume } from '../../lib/constructs/volumes';
import { WebService } from '../../lib/constructs/web-service';
import { Worker, type WorkerProps } from '../../lib/constructs/worker';
import { Engine } from '../../lib/policy/engine';
import { policiesWithOptional } from '../../lib/policy/policies';
import { asYaml, find, type Manifest, podTemplateOf, synthesized, testChart } from '../testing';
import { everyPodProp, SMALL } from './pod-props';

const PORT = { name: 'http', port: 8080 };
const probe = Probe.fromHttpGet('/', PORT.port, { failureThreshold: 60 });
const ready = Probe.fromHttpGet('/ready', PORT.port);
const MINIMAL: WorkerProps = {
  image: 'shop/orders:1.0',
  resources: SMALL,
  ports: [PORT],
  probes: { startup: probe, readiness: ready, liveness: probe },
};
const credentials = { kind: 'Secret', name: 'credentials' } as const;

function worker(props: Partial<WorkerProps>): Manifest {
  const chart = testChart();
  new Worker(chart, 'orders', { ...MINIMAL, ...props });
  return find(synthesized(chart), 'Deployment', 'orders');
}

/** What a network policy lets through from the pods. */
function egressOf(props: Partial<WorkerProps>): readonly unknown[] {
  const chart = testChart();
  new Worker(chart, 'orders', { ...MINIMAL, ...props });
  const {
    policies: [policy],
  } = new NetworkPolicies(chart, 'network-policies', {
    dns: { peer: { type: 'addresses', ranges: ['169.254.20.10/32'] } },
  });
  return (policy?.toJson() as { spec: { egress: readonly unknown[] } }).spec.egress;
}

interface Spec {
  readonly [field: string]: unknown;
  readonly containers: readonly Record<string, unknown>[];
  readonly initContainers?: readonly Record<string, unknown>[];
}
const specOf = (workload: Manifest): Spec => podTemplateOf(workload).spec;

describe('every prop of pods', () => {
  const workload = worker({ ...everyPodProp(), component: 'worker' });
  const template = podTemplateOf(workload);
  const spec = specOf(workload);
  const [main = {}] = spec.containers;
  const [prepare = {}, proxy = {}] = spec.initContainers ?? [];

  test('lands in the manifest', () => {
    const egress = egressOf(everyPodProp());
    const landed: Record<keyof PodProps, readonly [unknown, unknown]> = {
      command: [main['command'], ['/bin/run', '--node=$(NODE)']],
      args: [main['args'], ['serve']],
      workingDir: [main['workingDir'], '/srv'],
      environmentFrom: [
        main['envFrom'],
        [
          { configMapRef: { name: 'settings' } },
          { prefix: 'CREDENTIAL_', secretRef: { name: 'credentials', optional: true } },
        ],
      ],
      environment: [
        main['env'],
        [
          { name: 'GREETING', value: 'hello' },
          { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
          { name: 'MEMORY', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
          { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'credentials', key: 'password' } } },
          { name: 'FLAG', valueFrom: { configMapKeyRef: { name: 'settings', key: 'flag', optional: true } } },
        ],
      ],
      mounts: [
        main['volumeMounts'],
        [
          { name: 'srv-cache', mountPath: '/srv/cache' },
          {
            name: 'etc-settings-app-yaml',
            mountPath: '/etc/settings/app.yaml',
            readOnly: true,
            subPath: 'app.yaml',
          },
          { name: 'etc-credentials', mountPath: '/etc/credentials', readOnly: true },
          { name: 'srv-uploads', mountPath: '/srv/uploads' },
          { name: 'srv-catalogue', mountPath: '/srv/catalogue', readOnly: true },
          { name: 'srv-shared', mountPath: '/srv/shared' },
          { name: 'etc-identity', mountPath: '/etc/identity', readOnly: true },
        ],
      ],
      writablePaths: [
        spec['volumes'],
        [
          { name: 'srv-cache', emptyDir: {} },
          { name: 'etc-settings-app-yaml', configMap: { name: 'settings' } },
          {
            name: 'etc-credentials',
            secret: {
              secretName: 'credentials',
              items: [{ key: 'password', path: 'db/password', mode: 0o400 }],
              defaultMode: 0o440,
              optional: true,
            },
          },
          { name: 'srv-uploads', persistentVolumeClaim: { claimName: 'uploads' } },
          { name: 'srv-catalogue', persistentVolumeClaim: { claimName: 'catalogue' } },
          { name: 'srv-shared', emptyDir: { sizeLimit: '64Mi', medium: 'Memory' } },
          {
            name: 'etc-identity',
            projected: {
              defaultMode: 0o440,
              sources: [
                { configMap: { name: 'settings' } },
                { serviceAccountToken: { path: 'token', audience: 'vault', expirationSeconds: 600 } },
                {
                  downwardAPI: {
                    items: [
                      { path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } },
                      {
                        path: 'cpus',
                        resourceFieldRef: { containerName: 'proxy', resource: 'limits.cpu', divisor: '1m' },
                      },
                    ],
                  },
                },
              ],
            },
          },
          // The init container's own; the sidecar asked for none.
          { name: 'prepare-tmp', emptyDir: {} },
        ],
      ],
      topologySpread: [
        spec['topologySpreadConstraints'],
        [
          {
            maxSkew: 2,
            topologyKey: 'kubernetes.io/hostname',
            whenUnsatisfiable: 'DoNotSchedule',
            nodeTaintsPolicy: 'Honor',
            labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'orders' } },
            matchLabelKeys: ['pod-template-hash'],
          },
          {
            maxSkew: 1,
            topologyKey: 'topology.kubernetes.io/zone',
            whenUnsatisfiable: 'ScheduleAnyway',
            labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'orders' } },
          },
        ],
      ],
      nodeSelector: [spec['nodeSelector'], { 'kubernetes.io/arch': 'amd64' }],
      affinity: [spec['affinity'], everyPodProp().affinity],
      tolerations: [spec['tolerations'], everyPodProp().tolerations],
      priorityClassName: [spec['priorityClassName'], 'important'],
      runtimeClassName: [spec['runtimeClassName'], 'gvisor'],
      serviceAccount: [spec['serviceAccountName'], 'orders-sa'],
      serviceAccountToken: [spec['automountServiceAccountToken'], true],
      podLabels: [template.metadata.labels?.['shop.example/tier'], 'front'],
      podAnnotations: [template.metadata.annotations?.['shop.example/note'], 'Any text, of any length.'],
      initContainers: [
        [prepare['name'], prepare['restartPolicy'], proxy['name'], proxy['restartPolicy']],
        ['prepare', undefined, 'proxy', 'Always'],
      ],
      user: [
        spec['securityContext'],
        {
          runAsNonRoot: true,
          runAsUser: 1234,
          runAsGroup: 1234,
          fsGroup: 1234,
          fsGroupChangePolicy: 'OnRootMismatch', // it has a claim
          seccompProfile: { type: 'RuntimeDefault' },
        },
      ],
      imagePullSecrets: [spec['imagePullSecrets'], [{ name: 'registry' }]],
      probeTiming: [main['startupProbe'], { httpGet: { path: '/', port: 8080 }, failureThreshold: 240 }],
      preStop: [main['lifecycle'], { preStop: { sleep: { seconds: 9 } } }],
      terminationGracePeriod: [spec['terminationGracePeriodSeconds'], 45],
      connectsTo: [
        egress[1],
        { to: [{ ipBlock: { cidr: '192.0.2.10/32' } }], ports: [{ port: 6379, protocol: 'TCP' }] },
      ],
      discovers: [egress[0], { to: [{ ipBlock: { cidr: '192.0.2.11/32' } }], ports: [{ port: 25, protocol: 'TCP' }] }],
    };
    for (const [prop, [actual, expected]] of Object.entries(landed)) {
      expect({ [prop]: actual }).toEqual({ [prop]: expected });
    }
  });

  test('lands in init containers and sidecars, as hardened as the main container', () => {
    const hardened = {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    };
    const resources = { requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '50m', memory: '32Mi' } };
    expect(prepare).toEqual({
      name: 'prepare',
      image: 'shop/prepare:1.0',
      args: ['--into', '/work'],
      resources,
      securityContext: { ...hardened, runAsUser: 1001, runAsGroup: 1001 },
      volumeMounts: [
        { name: 'prepare-tmp', mountPath: '/tmp' },
        { name: 'srv-shared', mountPath: '/work' },
      ],
    });
    expect(proxy).toEqual({
      name: 'proxy',
      image: 'shop/proxy:1.0',
      restartPolicy: 'Always',
      ports: [{ name: 'proxy', containerPort: 15001 }],
      resources,
      startupProbe: { grpc: { port: 15001, service: 'ready' }, failureThreshold: 60 },
      readinessProbe: { tcpSocket: { port: 15001 } },
      livenessProbe: { httpGet: { path: '/alive', port: 15001 }, failureThreshold: 6 },
      lifecycle: { preStop: { sleep: { seconds: 3 } } },
      securityContext: hardened,
    });
    expect(main['securityContext']).toEqual(hardened);
  });

  test('is the same for a Rollout as for a Deployment', () => {
    const templateOf = (kind: 'Deployment' | 'Rollout'): unknown => {
      const chart = testChart();
      const { image, resources } = MINIMAL;
      new WebService(chart, 'orders', {
        ...everyPodProp(),
        image,
        resources,
        port: PORT.port,
        ...(kind === 'Rollout' && { canary: [{ weight: 50 }] }),
      });
      return podTemplateOf(find(synthesized(chart), kind, 'orders'));
    };
    const ofDeployment = templateOf('Deployment');

    expect(ofDeployment).toMatchObject({
      spec: { containers: [{ lifecycle: { preStop: { sleep: { seconds: 9 } } } }] },
    });
    expect(templateOf('Rollout')).toEqual(ofDeployment);
  });

  test('breaks no policy and no schema, but where it asks for a token and for what is newer than 1.28', () => {
    // By itself, without what it names.
    const ofOneObject = policiesWithOptional().filter(({ graph }) => graph === undefined);
    const findings = [...new Engine(ofOneObject).evaluate([{ id: undefined, manifest: workload }])].map(
      ({ violation: { policy, severity, field } }) => `${severity} ${policy} ${field}`,
    );

    expect(findings.sort()).toEqual([
      'error service-account-token spec.template.spec.automountServiceAccountToken',
      'warning schema spec.template.spec.containers[0].lifecycle.preStop.sleep',
      'warning schema spec.template.spec.initContainers[1].lifecycle.preStop.sleep',
    ]);
  });

  test('makes the ServiceAccount that the cloud knows', () => {
    const chart = testChart();
    new Worker(chart, 'orders', { ...MINIMAL, ...everyPodProp(), annotations: { 'shop.example/owner': 'Team A' } });

    expect(find(synthesized(chart), 'ServiceAccount', 'orders-sa')).toMatchObject({
      metadata: {
        annotations: {
          'shop.example/owner': 'Team A',
          'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/orders',
        },
      },
      automountServiceAccountToken: false,
    });
  });
});

test('a ServiceAccount that exists is used, and none is made', () => {
  const chart = testChart();
  new Worker(chart, 'orders', { ...MINIMAL, serviceAccount: { name: 'payments.shared' } });
  const manifests = synthesized(chart);

  expect(manifests.map(({ kind }) => kind)).toEqual(['Deployment']);
  expect(specOf(find(manifests, 'Deployment', 'orders'))['serviceAccountName']).toBe('payments.shared');
});

describe('variables', () => {
  const namesOf = (environment: WorkerProps['environment'], more: Partial<WorkerProps> = {}): unknown => {
    const [main = {}] = specOf(worker({ ...(environment && { environment }), ...more })).containers;
    return (main['env'] as readonly { readonly name: string }[]).map(({ name }) => name);
  };

  test('stand in the order given, but after those that they refer to', () => {
    expect(
      namesOf({
        JAVA_OPTS: '-Dhost=$(POD_IP) -Dname=$(FULL_NAME)',
        FULL_NAME: '$(POD_NAME).orders',
        OTHER: 'x',
        POD_IP: { fieldPath: 'status.podIP' },
        POD_NAME: { fieldPath: 'metadata.name' },
      }),
    ).toEqual(['POD_IP', 'POD_NAME', 'FULL_NAME', 'JAVA_OPTS', 'OTHER']);
  });

  test('are no references where the dollar sign is doubled, nor where there is no such variable', () => {
    expect(namesOf({ A: '$$(B) $$$$(B) $(date) $B', B: '$$$(C)', C: '1' })).toEqual(['A', 'C', 'B']);
  });

  test('may add to what is read from a ConfigMap under their name', () => {
    const from = (keys?: readonly string[]): readonly EnvironmentFrom[] => [
      { from: { kind: 'ConfigMap', name: 'settings', ...(keys && { keys }) }, prefix: 'APP_' },
    ];
    const environment = { APP_OPTS: '$(APP_OPTS) -x' };

    expect(namesOf(environment, { environmentFrom: from() })).toEqual(['APP_OPTS']);
    expect(namesOf(environment, { environmentFrom: from(['OPTS']) })).toEqual(['APP_OPTS']);
    for (const environmentFrom of [from(['APP_OPTS']), []]) {
      expect(() => worker({ environment, environmentFrom })).toThrow(
        'environment.APP_OPTS: refers to itself, through APP_OPTS -> APP_OPTS',
      );
    }
  });
});

describe('pods are rolled when a ConfigMap construct that they read changes', () => {
  test.each<[string, (config: ConfigMap) => Partial<WorkerProps>]>([
    ['whole, as variables', (config) => ({ environmentFrom: [{ from: config, prefix: 'X_' }] })],
    ['one key, as a variable', (config) => ({ environment: { A: { from: config, key: 'A' } } })],
    ['as files', (config) => ({ mounts: [{ path: '/etc/a', volume: Volume.fromSource(config) }] })],
    [
      'among files of several sources',
      (config) => ({ mounts: [{ path: '/etc/a', volume: Volume.projected([{ from: config }]) }] }),
    ],
    [
      'in an init container',
      (config) => ({
        initContainers: [{ name: 'init', image: 'shop/init:1', resources: SMALL, environmentFrom: [config] }],
      }),
    ],
    [
      'as a file of a sidecar',
      (config) => ({
        initContainers: [
          {
            name: 'proxy',
            restartPolicy: 'Always',
            image: 'shop/proxy:1',
            resources: SMALL,
            mounts: [{ path: '/etc/a', volume: Volume.fromSource(config) }],
          },
        ],
      }),
    ],
  ])('%s', (_, read) => {
    const checksum = (value: string): string | undefined => {
      const chart = testChart();
      new Worker(chart, 'orders', { ...MINIMAL, ...read(new ConfigMap(chart, 'config', { data: { A: value } })) });
      return podTemplateOf(find(synthesized(chart), 'Deployment', 'orders')).metadata.annotations?.['checksum/config'];
    };

    expect(checksum('1')).toMatch(/^[0-9a-f]{64}$/);
    expect(checksum('1')).toBe(checksum('1'));
    expect(checksum('2')).not.toBe(checksum('1'));
  });

  test('and not for a Secret, whose data no annotation may tell', () => {
    const chart = testChart();
    const secret = new Secret(chart, 'secret', { data: { A: 'x' } });
    new Worker(chart, 'orders', { ...MINIMAL, environmentFrom: [secret] });

    expect(podTemplateOf(find(synthesized(chart), 'Deployment', 'orders')).metadata).not.toHaveProperty('annotations');
  });
});

test('containers that mount one volume share it, and otherwise have volumes of their own', () => {
  const shared = Volume.emptyDir();
  const init = { name: 'init', image: 'shop/init:1', resources: SMALL };
  const spec = specOf(
    worker({
      mounts: [{ path: '/data', volume: shared }],
      initContainers: [{ ...init, mounts: [{ path: '/out', volume: shared }] }],
    }),
  );

  expect(spec['volumes']).toEqual([
    { name: 'tmp', emptyDir: {} },
    { name: 'data', emptyDir: {} },
    { name: 'init-tmp', emptyDir: {} },
  ]);
  expect(spec.initContainers?.[0]?.['volumeMounts']).toEqual([
    { name: 'init-tmp', mountPath: '/tmp' },
    { name: 'data', mountPath: '/out' },
  ]);
});

describe('preStop', () => {
  const lifecycleOf = (preStop?: PreStop): unknown =>
    specOf(worker({ ...(preStop !== undefined && { preStop }) })).containers[0]?.['lifecycle'];

  test.each<[string, PreStop | undefined, unknown]>([
    ['nothing, unless said', undefined, undefined],
    ['nothing', PreStop.none(), undefined],
    ["the image's sleep", PreStop.sleepCommand(Duration.seconds(7)), { exec: { command: ['sleep', '7'] } }],
    ["Kubernetes' sleep", PreStop.sleep(Duration.seconds(7)), { sleep: { seconds: 7 } }],
    ['a request', PreStop.httpGet('/drain', 8080, Duration.seconds(7)), { httpGet: { path: '/drain', port: 8080 } }],
  ])('%s', (_, preStop, expected) => {
    expect(lifecycleOf(preStop)).toEqual(expected === undefined ? undefined : { preStop: expected });
  });

  test.each<[string, (duration: Duration) => PreStop]>([
    ["the image's sleep", (duration) => PreStop.sleepCommand(duration)],
    ["Kubernetes' sleep", (duration) => PreStop.sleep(duration)],
    ['a request', (duration) => PreStop.httpGet('/', 8080, duration)],
  ])('%s leaves something of the grace period', (_, preStop) => {
    const make = (seconds: number) => () =>
      worker({ preStop: preStop(Duration.seconds(seconds)), terminationGracePeriod: Duration.seconds(20) });
    expect(make(19)).not.toThrow();
    expect(make(20)).toThrow('preStop "20 seconds": not shorter than the grace period of 20 seconds');
  });
});

test('probe timing changes what it names and nothing else', () => {
  const slow = Probe.fromTcpSocket(8080, { period: Duration.seconds(5), failureThreshold: 30 });
  const { startup, readiness } = withTiming(
    { startup: slow, readiness: slow, liveness: slow },
    { startup: { failureThreshold: 90, initialDelay: Duration.seconds(2) } },
  );
  const toKube = (of: Probe): unknown => of.toKube(testChart(), 'probes.startup', 'startup', [8080]);

  expect(toKube(startup)).toEqual({
    tcpSocket: { port: { value: 8080 } },
    initialDelaySeconds: 2,
    periodSeconds: 5,
    failureThreshold: 90,
  });
  expect(toKube(readiness)).toEqual({ tcpSocket: { port: { value: 8080 } }, periodSeconds: 5, failureThreshold: 30 });
});

test('a probe may run a command', () => {
  const alive = Probe.fromCommand(['test', '-e', '/tmp/alive'], { failureThreshold: 10 });
  const [main] = specOf(
    worker({ ports: [], probes: { startup: alive, readiness: alive, liveness: alive } }),
  ).containers;

  expect(main).toMatchObject({
    livenessProbe: { exec: { command: ['test', '-e', '/tmp/alive'] }, failureThreshold: 10 },
  });
  expect(main).not.toHaveProperty('ports');
});

test('the short form of a spread is one over nodes', () => {
  expect(specOf(worker({ topologySpread: 'DoNotSchedule' }))['topologySpreadConstraints']).toEqual([
    {
      maxSkew: 1,
      topologyKey: 'kubernetes.io/hostname',
      whenUnsatisfiable: 'DoNotSchedule',
      nodeTaintsPolicy: 'Honor',
      labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'orders' } },
    },
  ]);
  expect(specOf(worker({ topologySpread: [] }))).not.toHaveProperty('topologySpreadConstraints');
});

describe('refuses', () => {
  const mount = (volume: Volume, more: Partial<Mount> = {}): Partial<WorkerProps> => ({
    mounts: [{ path: '/data', volume, ...more }],
  });
  const projected = (...sources: readonly ProjectedSource[]): Partial<WorkerProps> => mount(Volume.projected(sources));
  const init = { name: 'init', image: 'shop/init:1', resources: SMALL };
  const initContainer = (more: object): Partial<WorkerProps> => ({ initContainers: [{ ...init, ...more }] });
  const sidecar = (more: object): Partial<WorkerProps> => ({
    initContainers: [{ ...init, restartPolicy: 'Always', ...more }],
  });
  const known = { ...credentials, keys: ['user', 'password'] };
  const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
  const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';
  const preferred = (preference: k8s.NodeSelectorTerm, weight = 1): Partial<WorkerProps> => ({
    affinity: { nodeAffinity: { [PREFERRED]: [{ weight, preference }] } },
  });
  const REQUIREMENTS: readonly (readonly [string, k8s.NodeSelectorRequirement, string])[] = [
    ['a label that is none', { key: 'a b', operator: 'Exists' }, 'key "a b": not a label key'],
    ['an operator that is none', { key: 'a', operator: 'Is' }, 'operator "Is": not an operator'],
    ['an operator of JavaScript', { key: 'a', operator: 'constructor' }, 'operator "constructor": not an operator'],
    ['being in nothing', { key: 'a', operator: 'In' }, 'values []: not what In takes'],
    ['existing as something', { key: 'a', operator: 'Exists', values: ['b'] }, 'values ["b"]: not what Exists takes'],
    ['a value that is none', { key: 'a', operator: 'In', values: ['b c'] }, 'values[0] "b c": not a label value'],
  ];
  const byRequirement = ([what, requirement, message]: (typeof REQUIREMENTS)[number]): [
    string,
    Partial<WorkerProps>,
    string,
  ][] => {
    const matchExpressions = [requirement];
    return [
      [
        `a node by ${what}`,
        { affinity: { nodeAffinity: { [REQUIRED]: { nodeSelectorTerms: [{ matchExpressions }] } } } },
        `affinity.nodeAffinity.${REQUIRED}.nodeSelectorTerms[0].matchExpressions[0].${message}`,
      ],
      [
        `pods by ${what}`,
        { affinity: { podAffinity: { [REQUIRED]: [{ topologyKey: 'zone', labelSelector: { matchExpressions } }] } } },
        `affinity.podAffinity.${REQUIRED}[0].labelSelector.matchExpressions[0].${message}`,
      ],
    ];
  };
  const zone = { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' } as const;

  test.each<[string, Partial<WorkerProps>, string]>([
    // Variables
    [
      'a field that there is not',
      { environment: { A: { fieldPath: 'status.phase' } } },
      'environment.A.fieldPath "status.phase": not a field',
    ],
    [
      'a field of files',
      { environment: { A: { fieldPath: 'metadata.labels' } } },
      'environment.A.fieldPath "metadata.labels": not a field',
    ],
    [
      'a label that is none',
      { environment: { A: { fieldPath: "metadata.labels['a b']" } } },
      'environment.A.fieldPath',
    ],
    [
      'bytes as unit of CPU',
      { environment: { A: { resource: 'limits.cpu', divisor: '1Mi' } } },
      'environment.A.divisor "1Mi": not a unit of limits.cpu',
    ],
    [
      'thousandths as unit of bytes',
      { environment: { A: { resource: 'limits.memory', divisor: '1m' } } },
      'environment.A.divisor "1m": not a unit of limits.memory',
    ],
    [
      'the resources of no container',
      { environment: { A: { resource: 'limits.memory', containerName: 'proxy' } } },
      'environment.A.containerName "proxy": not a container of the pod, which has orders',
    ],
    [
      'a Secret that is none',
      { environment: { A: { from: { kind: 'Secret', name: 'A' }, key: 'a' } } },
      'environment.A.from.name "A": not a DNS subdomain',
    ],
    [
      'a key that is none',
      { environment: { A: { from: credentials, key: '..a' } } },
      'environment.A.key "..a": not a key',
    ],
    [
      'a key that is not there',
      { environment: { A: { from: known, key: 'passwd' } } },
      'environment.A.key "passwd": not a key of Secret credentials',
    ],
    [
      'variables that refer to each other',
      { environment: { A: '$(B)', B: '$(C)', C: 'x$(A)' } },
      'environment.A: refers to itself, through A -> B -> C -> A',
    ],
    [
      'a source that is none',
      { environmentFrom: [{ kind: 'ConfigMap', name: '-' }] },
      'environmentFrom[0].name "-": not a DNS subdomain',
    ],
    [
      'a prefix that starts no variable',
      { environmentFrom: [{ from: credentials, prefix: '1_' }] },
      'environmentFrom[0].prefix "1_": not a name',
    ],
    // Files
    [
      'files of a Secret that is none',
      mount(Volume.fromSource({ kind: 'Secret', name: 'a b' })),
      'mounts[0].volume.name "a b": not a DNS subdomain',
    ],
    [
      'a file of no key',
      mount(Volume.fromSource(known, { items: [{ key: 'pass', path: 'p' }] })),
      'mounts[0].volume.items[0].key "pass": not a key of Secret credentials',
    ],
    [
      'a file outside',
      mount(Volume.fromSource(known, { items: [{ key: 'user', path: '../p' }] })),
      'mounts[0].volume.items[0].path "../p": not a path within a volume',
    ],
    [
      'a mode above 0777',
      mount(Volume.fromSource(known, { defaultMode: 0o1000 })),
      'mounts[0].volume.defaultMode 512: not a whole number from 0 to 511',
    ],
    [
      'a mode of a file below 0',
      mount(Volume.fromSource(known, { items: [{ key: 'user', path: 'u', mode: -1 }] })),
      'mounts[0].volume.items[0].mode -1',
    ],
    [
      'a mode of a projected volume',
      mount(Volume.projected([{ from: known }], { defaultMode: 0.5 })),
      'mounts[0].volume.defaultMode 0.5',
    ],
    [
      'to write files of a Secret',
      mount(Volume.fromSource(known), { writable: true }),
      'mounts[0].writable true: not possible',
    ],
    [
      'an absolute subPath',
      mount(Volume.emptyDir(), { subPath: '/a' }),
      'mounts[0].subPath "/a": not a path within a volume',
    ],
    ['a subPath that leads out', mount(Volume.emptyDir(), { subPath: 'a/../../b' }), 'mounts[0].subPath "a/../../b"'],
    [
      'a claim that is none',
      mount(Volume.fromPersistentVolumeClaim('Data')),
      'mounts[0].volume.claimName "Data": not a DNS subdomain',
    ],
    [
      'a claim that only a StatefulSet makes',
      mount(Volume.fromVolumeClaimTemplate('data')),
      'mounts "/data": a volume of claim template data, which only a StatefulSet',
    ],
    [
      'a folder of the node that is none',
      mount(Volume.fromHostPath('/var/../etc', 'Directory')),
      'mounts[0].volume.hostPath "/var/../etc": not an absolute path',
    ],
    [
      'an emptyDir of nothing',
      mount(Volume.emptyDir({ sizeLimit: Size.mebibytes(0) })),
      'mounts[0].volume.sizeLimit "0Mi"',
    ],
    [
      'a token of nine minutes',
      projected({ serviceAccountToken: { path: 't', expiration: Duration.minutes(9) } }),
      'mounts[0].volume.sources[0].serviceAccountToken.expiration "540 s"',
    ],
    [
      'a token nowhere',
      projected({ serviceAccountToken: { path: '' } }),
      'sources[0].serviceAccountToken.path "": not a path within a volume',
    ],
    [
      'a field of variables as a file',
      projected({ downwardApi: { ip: { fieldPath: 'status.podIP' } } }),
      'downwardApi[\'ip\'].fieldPath "status.podIP": not a field of a pod that a file',
    ],
    [
      'the resources of no container as a file',
      projected({ downwardApi: { cpu: { resource: 'limits.cpu', containerName: 'x' } } }),
      'mounts "x": not a container of the pod',
    ],
    [
      'two files of one path',
      projected({ serviceAccountToken: { path: 'a' } }, { downwardApi: { a: { fieldPath: 'metadata.name' } } }),
      'mounts[0].volume.sources "a": a path given twice',
    ],
    [
      'what a StatefulSet would put in its place',
      {
        mounts: [
          { path: '/a/b', volume: Volume.emptyDir() },
          { path: '/c', volume: Volume.fromVolumeClaimTemplate('a-b') },
        ],
      },
      'mounts[1].path "/c": its volume would be named a-b, as that of /a/b',
    ],
    // Containers
    ['a relative working directory', { workingDir: 'srv' }, 'workingDir "srv": not an absolute path'],
    [
      'an init container of a denied image',
      initContainer({ image: 'bitnami/kubectl:1' }),
      'initContainers[0].image "bitnami/kubectl:1": comes from a denied repository',
    ],
    ['an init container without name', initContainer({ name: '' }), 'initContainers[0].name "": not a DNS label'],
    [
      'an init container named as the main one',
      initContainer({ name: 'orders' }),
      'initContainers[0].name "orders": taken by container orders',
    ],
    ['an init container as root', initContainer({ user: 0 }), 'initContainers[0].user 0: not a whole number from 1'],
    [
      'an init container that requests more than its limit',
      initContainer({
        resources: { cpu: { request: Cpu.units(1) }, memory: { request: Size.gibibytes(2), limit: Size.gibibytes(1) } },
      }),
      'initContainers[0].resources.memory.request "2Gi": exceeds its limit',
    ],
    [
      'a variable of an init container',
      initContainer({ environment: { '1A': 'x' } }),
      'initContainers[0].environment "1A"',
    ],
    [
      'a path of an init container',
      initContainer({ writablePaths: ['tmp'] }),
      'initContainers[0].writablePaths[0] "tmp": not a path',
    ],
    [
      'a sidecar on the port of the main container',
      sidecar({ ports: [PORT] }),
      'initContainers[0].ports[0].port 8080: taken by container orders',
    ],
    [
      'a sidecar with a port that is none',
      sidecar({ ports: [{ name: 'http', port: 0 }] }),
      'initContainers[0].ports[0].port 0: not a port',
    ],
    [
      'a probe of a sidecar on a port of the main container',
      sidecar({ probes: { readiness: Probe.fromTcpSocket(8080) } }),
      'initContainers[0].probes.readiness.port 8080: not a port of the container, which has none',
    ],
    [
      'a sidecar that stops too slowly',
      sidecar({ preStop: PreStop.sleep(Duration.seconds(30)) }),
      'initContainers[0].preStop "30 seconds": not shorter',
    ],
    // Placement
    ['a node label that is none', { nodeSelector: { 'a b': 'c' } }, 'nodeSelector "a b": not a label key'],
    ['a priority class that is none', { priorityClassName: 'High' }, 'priorityClassName "High": not a DNS subdomain'],
    ['a runtime class that is none', { runtimeClassName: '' }, 'runtimeClassName "": not a DNS subdomain'],
    [
      'a spread over no label',
      { topologySpread: [{ ...zone, topologyKey: '' }] },
      'topologySpread[0].topologyKey "": not a label key',
    ],
    ['a skew of 0', { topologySpread: [{ ...zone, maxSkew: 0 }] }, 'topologySpread[0].maxSkew 0'],
    [
      'a spread twice',
      { topologySpread: [zone, zone] },
      'topologySpread[1].topologyKey "topology.kubernetes.io/zone": given twice',
    ],
    [
      'to count by the selector',
      { topologySpread: [{ ...zone, matchLabelKeys: ['app.kubernetes.io/name'] }] },
      'topologySpread[0].matchLabelKeys[0] "app.kubernetes.io/name"',
    ],
    [
      'an operator that is none',
      { tolerations: [{ key: 'a', operator: 'In' }] },
      'tolerations[0].operator "In": neither Equal nor Exists',
    ],
    [
      'every taint of one value',
      { tolerations: [{ value: 'a' }] },
      'tolerations[0].operator "Equal": not possible without a key',
    ],
    [
      'a value of any',
      { tolerations: [{ key: 'a', operator: 'Exists', value: 'b' }] },
      'tolerations[0].value "b": not possible with Exists',
    ],
    [
      'an effect that is none',
      { tolerations: [{ key: 'a', effect: 'NoRun' }] },
      'tolerations[0].effect "NoRun": none of',
    ],
    [
      'to stay a minute where no pod is ended',
      { tolerations: [{ key: 'a', effect: 'NoSchedule', tolerationSeconds: 60 }] },
      'tolerations[0].tolerationSeconds 60',
    ],
    [
      'a taint that is none',
      { tolerations: [{ key: 'a b', operator: 'Exists' }] },
      'tolerations[0].key "a b": not a label key',
    ],
    [
      'the value of a taint that is none',
      { tolerations: [{ key: 'a', value: 'b c' }] },
      'tolerations[0].value "b c": not a label value',
    ],
    [
      'no node at all',
      { affinity: { nodeAffinity: { [REQUIRED]: { nodeSelectorTerms: [] } } } },
      `affinity.nodeAffinity.${REQUIRED}.nodeSelectorTerms []: no term`,
    ],
    ...REQUIREMENTS.flatMap(byRequirement),
    [
      'a node of more than a word',
      preferred({ matchExpressions: [{ key: 'cpus', operator: 'Gt', values: ['four'] }] }),
      `affinity.nodeAffinity.${PREFERRED}[0].preference.matchExpressions[0].values ["four"]: not what Gt takes`,
    ],
    [
      'pods of more than a number',
      {
        affinity: {
          podAffinity: {
            [REQUIRED]: [
              {
                topologyKey: 'zone',
                namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'Gt', values: ['4'] }] },
              },
            ],
          },
        },
      },
      `affinity.podAffinity.${REQUIRED}[0].namespaceSelector.matchExpressions[0].operator "Gt": not an operator`,
    ],
    [
      'a node by a field that is none',
      preferred({ matchFields: [{ key: 'spec.unschedulable', operator: 'In', values: ['true'] }] }),
      `affinity.nodeAffinity.${PREFERRED}[0].preference.matchFields[0]`,
    ],
    [
      'a node of a name that is none',
      preferred({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['Node 1'] }] }),
      `affinity.nodeAffinity.${PREFERRED}[0].preference.matchFields[0].values[0] "Node 1": not a DNS subdomain`,
    ],
    ['a node with weight 101', preferred({}, 101), `affinity.nodeAffinity.${PREFERRED}[0].weight 101`],
    [
      'pods with weight 0',
      {
        affinity: {
          podAntiAffinity: { [PREFERRED]: [{ weight: 0, podAffinityTerm: { topologyKey: 'zone' } }] },
        },
      },
      `affinity.podAntiAffinity.${PREFERRED}[0].weight 0`,
    ],
    [
      'to keep away from pods nowhere',
      { affinity: { podAntiAffinity: { [PREFERRED]: [{ weight: 1, podAffinityTerm: { topologyKey: '' } }] } } },
      `affinity.podAntiAffinity.${PREFERRED}[0].podAffinityTerm.topologyKey "": not a label key`,
    ],
    [
      'to keep away from pods of no namespace',
      { affinity: { podAntiAffinity: { [REQUIRED]: [{ topologyKey: 'zone', namespaces: ['A'] }] } } },
      `affinity.podAntiAffinity.${REQUIRED}[0].namespaces[0] "A": not a name for a namespace`,
    ],
    [
      'pods by the value of a label that is none',
      {
        affinity: {
          podAntiAffinity: { [REQUIRED]: [{ topologyKey: 'zone', labelSelector: { matchLabels: { a: 'b c' } } }] },
        },
      },
      `affinity.podAntiAffinity.${REQUIRED}[0].labelSelector.matchLabels["a"] "b c": not a label value`,
    ],
    // Metadata, identity, end
    [
      'a label that selects',
      { podLabels: { 'app.kubernetes.io/name': 'x' } },
      'podLabels "app.kubernetes.io/name": the label by which pods are selected',
    ],
    [
      'the role as a label',
      { labels: { 'app.kubernetes.io/component': 'x' } },
      'labels "app.kubernetes.io/component": a label that follows',
    ],
    ['a role that is no label', { component: 'trace store' }, 'component "trace store": not a label value'],
    ['an annotation that is none', { annotations: { 'a b': '' } }, 'annotations "a b": not an annotation key'],
    [
      'an annotation of pods that is none',
      { podAnnotations: { '/a': '' } },
      'podAnnotations "/a": not an annotation key',
    ],
    [
      'the checksum',
      { podAnnotations: { 'checksum/config': '' } },
      'podAnnotations "checksum/config": the annotation by which pods are rolled',
    ],
    [
      'annotations of more than 256 KiB',
      { podAnnotations: { a: 'x'.repeat(256 * 1024) } },
      'podAnnotations: 262145 bytes in all',
    ],
    [
      'a registry secret that is none',
      { imagePullSecrets: ['a', 'B'] },
      'imagePullSecrets[1] "B": not a DNS subdomain',
    ],
    [
      'a ServiceAccount that is none',
      { serviceAccount: { name: 'A' } },
      'serviceAccount.name "A": not a DNS subdomain',
    ],
    [
      'an annotation of the ServiceAccount that is none',
      { serviceAccount: { annotations: { ' ': '' } } },
      'serviceAccount.annotations " ": not an annotation key',
    ],
    [
      "Kubernetes' sleep of nothing",
      { preStop: PreStop.sleep(Duration.seconds(0)) },
      'preStop "0 s": not whole seconds from 1',
    ],
    [
      'to ask another port before the end',
      { preStop: PreStop.httpGet('/', 9, Duration.seconds(1)) },
      'preStop.port 9: not a port of the container, which has 8080',
    ],
    [
      'to ask a relative path before the end',
      { preStop: PreStop.httpGet('drain', 8080, Duration.seconds(1)) },
      'preStop.path "drain": not an absolute path',
    ],
    [
      'a probe that runs nothing',
      { probes: { ...MINIMAL.probes, liveness: Probe.fromCommand([]) } },
      'probes.liveness.command []: no command',
    ],
    [
      'a probe timing that the policies refuse',
      { probeTiming: { startup: { failureThreshold: 1 } } },
      'gives up after less than 60 s',
    ],
  ])('%s', (_, props, message) => {
    expect(() => worker(props)).toThrow('test/orders: ');
    expect(() => worker(props)).toThrow(message);
  });

  test('an annotation without showing its value', () => {
    expect(() => worker({ podAnnotations: { a: 'hunter2'.repeat(100_000) } })).not.toThrow('hunter2');
  });
});

test('a worker with every prop of pods is what the snapshot shows', () => {
  expect(asYaml([worker(everyPodProp())])).toMatchSnapshot();
});
