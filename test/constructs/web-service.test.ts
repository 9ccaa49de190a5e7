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
import { AUTOSCALER_SPEC, everyDeploymentProp, everyServiceProp, SERVICE_SPEC, without } from './web-props';

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

describe('with every prop', () => {
  const probe = Probe.fromHttpsGet('/live', 9090, {
    initialDelay: Duration.seconds(1),
    period: Duration.minutes(1),
    timeout: Duration.seconds(2),
    failureThreshold: 7,
  });
  const every = (config: ConfigMap): Required<WebServiceProps> => ({
    ...everyPodProp(),
    ...everyDeploymentProp(),
    labels: { 'shop.example/team': 'a' },
    annotations: { 'shop.example/owner': 'Team A' },
    component: 'site',
    image: 'shop/web:2.0',
    port: 8443,
    scheme: 'HTTPS',
    ports: [
      { name: 'metrics', port: 9090, servicePort: 90, appProtocol: 'https' },
      { name: 'jmx', port: 9091, inService: false },
    ],
    service: everyServiceProp(),
    resources: {
      cpu: { request: Cpu.millis(50), limit: Cpu.units(1) },
      memory: { request: Size.mebibytes(64), limit: Size.gibibytes(1) },
    },
    environmentFrom: [config, { kind: 'Secret', name: 'web-secret' }],
    probes: { startup: probe, readiness: probe, liveness: probe },
    metrics: { port: 9090 },
  });
  const manifestsOf = (choose: (props: Required<WebServiceProps>) => WebServiceProps): Manifest[] => {
    const chart = testChart();
    new WebService(chart, 'web', choose(every(new ConfigMap(chart, 'config', { data: { A: '1' } }))));
    return synthesized(chart);
  };
  const manifests = manifestsOf((props) => without(props, 'autoscaling'));
  const scaled = manifestsOf((props) => without(props, 'replicas'));
  const rollout = find(manifests, 'Rollout', 'web');
  const metadata = {
    name: 'web',
    labels: {
      'app.kubernetes.io/name': 'web',
      'app.kubernetes.io/component': 'site',
      'shop.example/team': 'a',
    },
    annotations: { 'shop.example/owner': 'Team A' },
  };

  test('is what the snapshot shows', () => {
    expect(asYaml(manifests)).toMatchSnapshot();
  });

  test('the container has each', () => {
    const expectedProbe = {
      httpGet: { path: '/live', port: 9090, scheme: 'HTTPS' },
      initialDelaySeconds: 1,
      periodSeconds: 60,
      timeoutSeconds: 2,
      failureThreshold: 7,
    };
    expect(containerOf(rollout)).toMatchObject({
      image: 'shop/web:2.0',
      ports: [
        { name: 'https', containerPort: 8443 },
        { name: 'metrics', containerPort: 9090 },
        { name: 'jmx', containerPort: 9091 },
      ],
      resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { cpu: '1', memory: '1Gi' } },
      envFrom: [{ configMapRef: { name: 'config' } }, { secretRef: { name: 'web-secret' } }],
      startupProbe: { ...expectedProbe, failureThreshold: 240 },
      readinessProbe: expectedProbe,
      livenessProbe: expectedProbe,
      command: ['/bin/run', '--node=$(NODE)'],
      args: ['serve'],
      workingDir: '/srv',
      lifecycle: { preStop: { sleep: { seconds: 9 } } },
      volumeMounts: expect.arrayContaining([{ name: 'srv-cache', mountPath: '/srv/cache' }]) as unknown,
    });
    expect(environmentOf(rollout)).toMatchObject({
      GREETING: 'hello',
      NODE: { fieldRef: { fieldPath: 'spec.nodeName' } },
      PASSWORD: { secretKeyRef: { name: 'credentials', key: 'password' } },
    });
  });

  test('the pods of a Rollout have what those of a Deployment have', () => {
    const deployment = manifestsOf((props) => without(props, 'autoscaling', 'canary'));
    expect(podTemplateOf(rollout)).toEqual(podTemplateOf(find(deployment, 'Deployment', 'web')));
    expect(podTemplateOf(rollout)).toMatchObject({
      metadata: {
        labels: { 'shop.example/tier': 'front', 'shop.example/team': 'a' },
        annotations: { 'shop.example/note': 'Any text, of any length.' },
      },
      spec: {
        terminationGracePeriodSeconds: 45,
        securityContext: { runAsUser: 1234, runAsGroup: 1234, fsGroup: 1234 },
        imagePullSecrets: [{ name: 'registry' }],
        nodeSelector: { 'kubernetes.io/arch': 'amd64' },
        tolerations: [{ key: 'dedicated' }],
        priorityClassName: 'important',
        runtimeClassName: 'gvisor',
        topologySpreadConstraints: [{ whenUnsatisfiable: 'DoNotSchedule' }, { whenUnsatisfiable: 'ScheduleAnyway' }],
        initContainers: [{ name: 'prepare' }, { name: 'proxy', restartPolicy: 'Always' }],
        automountServiceAccountToken: true,
      },
    });
  });

  test('the workload has each', () => {
    expect(rollout).toMatchObject({
      metadata,
      spec: {
        replicas: 4,
        minReadySeconds: 20,
        progressDeadlineSeconds: 1200,
        revisionHistoryLimit: 5,
        strategy: {
          canary: {
            maxSurge: '50%',
            maxUnavailable: 1,
            steps: [{ setWeight: 25 }, { pause: { duration: '60s' } }, { setWeight: 50 }, { pause: {} }],
          },
        },
      },
    });
  });

  test('the Service has each', () => {
    expect(find(manifests, 'Service', 'web')).toMatchObject({
      metadata: { ...metadata, annotations: { ...metadata.annotations, 'example.com/health-check': '/ready' } },
    });
    expect(find(manifests, 'Service', 'web')['spec']).toEqual({
      ...SERVICE_SPEC,
      selector: { 'app.kubernetes.io/name': 'web' },
      ports: [
        { name: 'https', port: 443, targetPort: 'https', appProtocol: 'kubernetes.io/h2c' },
        { name: 'metrics', port: 90, targetPort: 'metrics', appProtocol: 'https' },
      ],
    });
  });

  test('the disruption budget has each', () => {
    expect(find(manifests, 'PodDisruptionBudget', 'web')).toMatchObject({
      metadata,
      spec: {
        minAvailable: '50%',
        selector: { matchLabels: { 'app.kubernetes.io/name': 'web' } },
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
      },
    });
  });

  test('the ServiceAccount has its annotations and those of all', () => {
    expect(find(manifests, 'ServiceAccount', 'web-sa').metadata.annotations).toEqual({
      'shop.example/owner': 'Team A',
      'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/orders',
    });
  });

  test('the autoscaler has each, and the Rollout says nothing of replicas', () => {
    const autoscaler = find(scaled, 'HorizontalPodAutoscaler', 'web');
    expect(autoscaler).toMatchObject({ apiVersion: 'autoscaling/v2', metadata });
    expect(autoscaler['spec']).toEqual({
      scaleTargetRef: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'web' },
      ...AUTOSCALER_SPEC,
    });
    expect(find(scaled, 'Rollout', 'web')).not.toHaveProperty('spec.replicas');
  });
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
