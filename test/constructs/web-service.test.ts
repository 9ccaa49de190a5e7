import { Duration, Size } from 'cdk8s';
import { Cpu } from '../../imports/k8s';
import { ConfigMap } from '../../lib/constructs/config-map';
import { PreStop } from '../../lib/constructs/pre-stop';
import { Probe } from '../../lib/constructs/probe';
import { WebService, type WebServiceProps } from '../../lib/constructs/web-service';
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

const MINIMAL: WebServiceProps = {
  image: 'shop/web:1.0',
  port: 8080,
  resources: {
    cpu: { request: Cpu.millis(100), limit: Cpu.millis(500) },
    memory: { request: Size.mebibytes(128), limit: Size.mebibytes(256) },
  },
};

function webService(props: Partial<WebServiceProps> = {}, id = 'web'): Manifest[] {
  const chart = testChart();
  new WebService(chart, id, { ...MINIMAL, ...props });
  return synthesized(chart);
}

describe('from a handful of props', () => {
  const manifests = webService();
  const deployment = find(manifests, 'Deployment', 'web');
  const { spec } = podTemplateOf(deployment);
  const container = containerOf(deployment);

  test('is what the snapshot shows', () => {
    expect(asYaml(manifests)).toMatchSnapshot();
  });

  test('a new pod is ready before an old one is stopped', () => {
    expect(deployment['spec']).toMatchObject({
      replicas: 1,
      revisionHistoryLimit: 3,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    });
  });

  test('a pod that is told to stop goes on serving for 5 of its 30 s', () => {
    expect(container['lifecycle']).toEqual({ preStop: { exec: { command: ['sleep', '5'] } } });
    expect(spec['terminationGracePeriodSeconds']).toBe(30);
  });

  test('has four minutes to start, looked at every 5 s', () => {
    expect(container['startupProbe']).toEqual({
      httpGet: { path: '/', port: 8080 },
      periodSeconds: 5,
      timeoutSeconds: 3,
      failureThreshold: 120,
    });
  });

  test('satisfies the restricted Pod Security Standard and cannot write but to /tmp', () => {
    expect(spec['securityContext']).toEqual({
      runAsNonRoot: true,
      runAsUser: 1000,
      runAsGroup: 1000,
      fsGroup: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container['securityContext']).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(spec['volumes']).toEqual([{ name: 'tmp', emptyDir: {} }]);
    expect(container['volumeMounts']).toEqual([{ name: 'tmp', mountPath: '/tmp' }]);
  });

  test('runs as a ServiceAccount of its own, without token and without variables of other Services', () => {
    expect(find(manifests, 'ServiceAccount', 'web-sa')['automountServiceAccountToken']).toBe(false);
    expect(spec).toMatchObject({
      serviceAccountName: 'web-sa',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
    });
  });

  test('is selected by its name alone', () => {
    const selector = { 'app.kubernetes.io/name': 'web' };
    expect(deployment).toHaveProperty(['spec', 'selector'], { matchLabels: selector });
    expect(find(manifests, 'Service', 'web')['spec']).toEqual({
      selector,
      ports: [{ name: 'http', port: 8080, targetPort: 'http' }],
    });
    expect(spec['topologySpreadConstraints']).toEqual([
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: selector },
      },
    ]);
  });
});

describe('as a canary', () => {
  const canary = [{ weight: 20, pause: Duration.seconds(30) }, { weight: 50 }];
  const manifests = webService({ canary });
  const rollout = find(manifests, 'Rollout', 'web');

  test('is what the snapshot shows', () => {
    expect(asYaml(manifests)).toMatchSnapshot();
  });

  test('steps by weight, and waits for a person where no pause is given', () => {
    expect(rollout).toMatchObject({
      apiVersion: 'argoproj.io/v1alpha1',
      spec: {
        strategy: {
          canary: {
            maxSurge: 1,
            maxUnavailable: 0,
            steps: [{ setWeight: 20 }, { pause: { duration: '30s' } }, { setWeight: 50 }, { pause: {} }],
          },
        },
      },
    });
    expect(manifests.some(({ kind }) => kind === 'Deployment')).toBe(false);
  });

  test('has the pod template that a Deployment would have', () => {
    expect(podTemplateOf(rollout)).toEqual(podTemplateOf(find(webService(), 'Deployment', 'web')));
  });
});

test('every prop lands in the manifest', () => {
  const chart = testChart();
  const config = new ConfigMap(chart, 'config', { data: { A: '1' } });
  const probe = Probe.fromHttpGet('/live', 8081, {
    initialDelay: Duration.seconds(1),
    period: Duration.minutes(1),
    timeout: Duration.seconds(2),
    failureThreshold: 7,
  });
  const props: Required<WebServiceProps> = {
    ...everyPodProp(),
    labels: { 'shop.example/team': 'a' },
    annotations: { 'shop.example/owner': 'Team A' },
    component: 'site',
    image: 'shop/web:2.0',
    port: 8081,
    resources: {
      cpu: { request: Cpu.millis(50), limit: Cpu.units(1) },
      memory: { request: Size.mebibytes(64), limit: Size.gibibytes(1) },
    },
    replicas: 4,
    canary: [{ weight: 10 }],
    user: 1234,
    environment: { GREETING: 'hello', NODE: { fieldPath: 'spec.nodeName' } },
    environmentFrom: [config, { kind: 'Secret', name: 'web-secret' }],
    probes: { startup: probe, readiness: probe, liveness: probe },
    writablePaths: ['/app/cache'],
    podLabels: { 'shop.example/tier': 'front' },
    topologySpread: 'DoNotSchedule',
    preStop: PreStop.sleepCommand(Duration.seconds(9)),
    terminationGracePeriod: Duration.seconds(45),
    revisionHistoryLimit: 5,
  };
  new WebService(chart, 'web', props);
  const rollout = find(synthesized(chart), 'Rollout', 'web');
  const template = podTemplateOf(rollout);
  const expectedProbe = {
    httpGet: { path: '/live', port: 8081 },
    initialDelaySeconds: 1,
    periodSeconds: 60,
    timeoutSeconds: 2,
    failureThreshold: 7,
  };
  const startupProbe = { ...expectedProbe, failureThreshold: props.probeTiming.startup?.failureThreshold };

  expect(rollout).toMatchObject({
    metadata: { labels: { 'app.kubernetes.io/component': 'site' } },
    spec: { replicas: 4, revisionHistoryLimit: 5, strategy: { canary: { steps: [{ setWeight: 10 }, { pause: {} }] } } },
  });
  expect(template.metadata.labels).toMatchObject({
    'shop.example/tier': 'front',
    'app.kubernetes.io/component': 'site',
  });
  expect(template.spec).toMatchObject({
    terminationGracePeriodSeconds: 45,
    securityContext: { runAsUser: 1234, runAsGroup: 1234, fsGroup: 1234 },
    topologySpreadConstraints: [{ whenUnsatisfiable: 'DoNotSchedule' }],
    volumes: expect.arrayContaining([{ name: 'app-cache', emptyDir: {} }]) as unknown,
  });
  expect(containerOf(rollout)).toMatchObject({
    image: 'shop/web:2.0',
    ports: [{ name: 'http', containerPort: 8081 }],
    resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { cpu: '1', memory: '1Gi' } },
    envFrom: [{ configMapRef: { name: 'config' } }, { secretRef: { name: 'web-secret' } }],
    startupProbe,
    readinessProbe: expectedProbe,
    livenessProbe: expectedProbe,
    lifecycle: { preStop: { exec: { command: ['sleep', '9'] } } },
    volumeMounts: expect.arrayContaining([{ name: 'app-cache', mountPath: '/app/cache' }]) as unknown,
  });
  expect(environmentOf(rollout)).toEqual({ GREETING: 'hello', NODE: { fieldRef: { fieldPath: 'spec.nodeName' } } });
});

test('pods are rolled when a ConfigMap that they read changes, and only then', () => {
  const checksum = (data: Record<string, string>): string | undefined => {
    const chart = testChart();
    new WebService(chart, 'web', { ...MINIMAL, environmentFrom: [new ConfigMap(chart, 'config', { data })] });
    return podTemplateOf(find(synthesized(chart), 'Deployment', 'web')).metadata.annotations?.['checksum/config'];
  };

  expect(checksum({ A: '1', B: '2' })).toMatch(/^[0-9a-f]{64}$/);
  expect(checksum({ B: '2', A: '1' })).toBe(checksum({ A: '1', B: '2' }));
  expect(checksum({ A: '1', B: '3' })).not.toBe(checksum({ A: '1', B: '2' }));
  expect(checksum({ A: '1' })).not.toBe(checksum({ A: '1', B: '2' }));
});

test('exposes what others connect to', () => {
  const service = new WebService(testChart(), 'web', MINIMAL);

  expect(service).toMatchObject({
    endpoint: { host: 'web.shop.svc.cluster.local', port: 8080 },
    portName: 'http',
    selector: { 'app.kubernetes.io/name': 'web' },
  });
});

describe('refuses', () => {
  const seconds = (amount: number): Duration => Duration.seconds(amount);
  const withProbe = (startup: Probe): Partial<WebServiceProps> => {
    const probe = Probe.fromHttpGet('/', 8080);
    return { probes: { startup, readiness: probe, liveness: probe } };
  };
  const withMemory = (request: Size, limit: Size): Partial<WebServiceProps> => ({
    resources: { cpu: { request: Cpu.millis(1) }, memory: { request, limit } },
  });

  test.each<[string, Partial<WebServiceProps>, string]>([
    ['image latest', { image: 'shop/web:latest' }, 'image "shop/web:latest": has the tag latest'],
    ['an image without tag', { image: 'shop/web' }, 'image "shop/web": has neither a tag nor a digest'],
    ['no image', { image: '' }, 'image "": not an image reference'],
    ['a Bitnami image', { image: 'bitnami/nginx:1' }, 'comes from a denied repository (bitnami, bitnamilegacy)'],
    ['port 0', { port: 0 }, 'port 0: not a port'],
    ['port 65536', { port: 65536 }, 'port 65536: not a port'],
    ['no number of pods', { replicas: NaN }, 'replicas NaN: not a whole number'],
    ['half a pod', { replicas: 0.5 }, 'replicas 0.5: not a whole number'],
    ['fewer pods than none', { replicas: -1 }, 'replicas -1: not a whole number'],
    ['a history of less than nothing', { revisionHistoryLimit: -1 }, 'revisionHistoryLimit -1: not a whole number'],
    ['root by number', { user: 0 }, 'user 0: not a whole number from 1'],
    [
      'a memory request above the limit',
      withMemory(Size.mebibytes(2), Size.mebibytes(1)),
      'resources.memory.request "2Mi": exceeds its limit (1Mi)',
    ],
    [
      'a memory request of nothing',
      withMemory(Size.mebibytes(0), Size.mebibytes(1)),
      'resources.memory.request "0Mi": not a number of whole bytes above zero',
    ],
    [
      'a CPU request above the limit',
      { resources: { ...MINIMAL.resources, cpu: { request: Cpu.units(1), limit: Cpu.millis(999) } } },
      'resources.cpu.request "1": exceeds its limit (999m)',
    ],
    ['an empty canary', { canary: [] }, 'canary []: no step'],
    [
      'a canary that falls',
      { canary: [{ weight: 40 }, { weight: 20 }] },
      'canary[1].weight 20: not above the weight before it, 40',
    ],
    [
      'a canary that stays',
      { canary: [{ weight: 40 }, { weight: 40 }] },
      'canary[1].weight 40: not above the weight before it, 40',
    ],
    ['a canary weight of 0', { canary: [{ weight: 0 }] }, 'canary[0].weight 0: not a whole number from 1 to 100'],
    ['a canary weight of 101', { canary: [{ weight: 101 }] }, 'canary[0].weight 101: not a whole number from 1 to 100'],
    [
      'a variable that the kubelet would skip',
      { environment: { '1A': 'x' } },
      'environment "1A": not a name for an environment variable',
    ],
    [
      'a variable that JavaScript would lose',
      { environment: JSON.parse('{"__proto__":"x"}') as Record<string, string> },
      'environment "__proto__"',
    ],
    ['a label key with a space', { podLabels: { 'a b': 'x' } }, 'podLabels "a b": not a label key'],
    ['a label value with a space', { podLabels: { a: 'x y' } }, 'podLabels["a"] "x y": not a label value'],
    ['a label value of 64 characters', { podLabels: { a: 'x'.repeat(64) } }, 'not a label value'],
    ['a relative path', { writablePaths: ['tmp'] }, 'writablePaths[0] "tmp": not a path where a volume can be mounted'],
    ['the root', { writablePaths: ['/'] }, '"/": not a path where a volume can be mounted'],
    ['a path twice', { writablePaths: ['/tmp', '/tmp'] }, 'writablePaths[1] "/tmp": mounted twice'],
    [
      'two paths of one volume name',
      { writablePaths: ['/a/b', '/a.b'] },
      '"/a.b": its volume would be named a-b, as that of /a/b',
    ],
    [
      'a sleep as long as the grace period',
      { preStop: PreStop.sleepCommand(seconds(30)) },
      'preStop "30 seconds": not shorter than the grace period of 30 seconds',
    ],
    [
      'a probe of another port',
      withProbe(Probe.fromHttpGet('/', 9)),
      'probes.startup.port 9: not a port of the container, which has 8080',
    ],
    [
      'a probe of a relative path',
      withProbe(Probe.fromHttpGet('health', 8080)),
      'probes.startup.path "health": not an absolute path',
    ],
    [
      'a startup budget of 59 s',
      withProbe(Probe.fromTcpSocket(8080, { period: seconds(1), failureThreshold: 59 })),
      '"failureThreshold":59}: gives up after less than 60 s',
    ],
    [
      'the startup budget of Kubernetes',
      withProbe(Probe.fromTcpSocket(8080)),
      '"failureThreshold":3}: gives up after less than 60 s',
    ],
    [
      'a time-out longer than the period',
      withProbe(Probe.fromTcpSocket(8080, { timeout: seconds(11), failureThreshold: 10 })),
      '"failureThreshold":10}: waits longer (timeoutSeconds) than the time between two probes',
    ],
    [
      'no failure at all',
      withProbe(Probe.fromTcpSocket(8080, { failureThreshold: 0 })),
      'probes.startup.failureThreshold 0: not a whole number',
    ],
  ])('%s', (_, props, message) => {
    expect(() => webService(props)).toThrow(`test/web: `);
    expect(() => webService(props)).toThrow(message);
  });

  test.each(['Web', 'web_1', '1web', 'w'.repeat(64), ''])('%j as name', (id) => {
    expect(() => webService({}, id)).toThrow();
  });
});
