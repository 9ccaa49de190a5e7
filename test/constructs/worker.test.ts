import { Duration } from 'cdk8s';
import { Probe } from '../../lib/constructs/probe';
import { Worker, type WorkerProps } from '../../lib/constructs/worker';
import { Engine } from '../../lib/policy/engine';
import { policiesWithOptional } from '../../lib/policy/policies';
import { asYaml, containerOf, find, type Manifest, podTemplateOf, synthesized, testChart } from '../testing';
import { everyPodProp, SMALL } from './pod-props';
import { AUTOSCALER_SPEC, everyDeploymentProp, without } from './web-props';

const alive = Probe.fromCommand(['test', '-e', '/tmp/alive'], { period: Duration.seconds(5), failureThreshold: 12 });
const MINIMAL: WorkerProps = {
  component: 'backend',
  image: 'shop/mailer:1.0',
  resources: SMALL,
  probes: { startup: alive, readiness: Probe.fromCommand(['test', '-e', '/tmp/ready']), liveness: alive },
};

function worker(props: Partial<WorkerProps> = {}, id = 'mailer'): Manifest[] {
  const chart = testChart();
  new Worker(chart, id, { ...MINIMAL, ...props });
  return synthesized(chart);
}

describe('from a handful of props', () => {
  const manifests = worker();
  const deployment = find(manifests, 'Deployment', 'mailer');
  const { spec } = podTemplateOf(deployment);

  test('is what the snapshot shows', () => {
    expect(asYaml(manifests)).toMatchSnapshot();
  });

  test('has no Service, and no port', () => {
    expect(manifests.map(({ kind }) => kind)).toEqual(['ServiceAccount', 'Deployment']);
    expect(containerOf(deployment)).not.toHaveProperty('ports');
  });

  test('a new pod is ready before an old one is stopped, which stops at once', () => {
    expect(deployment['spec']).toMatchObject({
      replicas: 1,
      revisionHistoryLimit: 3,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    });
    expect(containerOf(deployment)).not.toHaveProperty('lifecycle');
    expect(spec['terminationGracePeriodSeconds']).toBe(30);
  });

  test('runs as somebody, without token, spread over the nodes', () => {
    expect(spec).toMatchObject({
      serviceAccountName: 'mailer-sa',
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000 },
      topologySpreadConstraints: [{ topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' }],
    });
  });

  test('breaks no policy', () => {
    expect([
      ...new Engine(policiesWithOptional()).evaluate(manifests.map((manifest, id) => ({ id, manifest }))),
    ]).toEqual([]);
  });
});

test('every prop lands in the manifest', () => {
  const probe = Probe.fromGrpc(9000, 'queue', { failureThreshold: 20 });
  const props: Required<WorkerProps> = {
    ...everyPodProp(),
    ...everyDeploymentProp(),
    component: 'backend',
    labels: { 'shop.example/team': 'a' },
    annotations: { 'shop.example/owner': 'Team A' },
    image: 'shop/mailer:2.0',
    resources: SMALL,
    ports: [{ name: 'grpc', port: 9000 }],
    probes: { startup: probe, readiness: probe, liveness: probe },
    metrics: { port: 9000 },
  };
  const manifests = worker(without(props, 'autoscaling', 'canary'));
  const deployment = find(manifests, 'Deployment', 'mailer');

  expect(deployment).toMatchObject({
    metadata: {
      labels: { 'app.kubernetes.io/component': 'backend', 'shop.example/team': 'a' },
      annotations: { 'shop.example/owner': 'Team A' },
    },
    spec: {
      replicas: 4,
      minReadySeconds: 20,
      progressDeadlineSeconds: 1200,
      revisionHistoryLimit: 5,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '50%', maxUnavailable: 1 } },
    },
  });
  expect(find(manifests, 'PodDisruptionBudget', 'mailer')).toMatchObject({ spec: { minAvailable: '50%' } });
  expect(podTemplateOf(deployment).metadata).toMatchObject({
    labels: { 'shop.example/team': 'a', 'shop.example/tier': 'front' },
    annotations: { 'shop.example/note': 'Any text, of any length.' },
  });
  expect(containerOf(deployment)).toMatchObject({
    image: 'shop/mailer:2.0',
    ports: [{ name: 'grpc', containerPort: 9000 }],
    resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '50m', memory: '32Mi' } },
    // By the timing of everyPodProp.
    startupProbe: { grpc: { port: 9000, service: 'queue' }, failureThreshold: 240 },
    readinessProbe: { grpc: { port: 9000, service: 'queue' }, failureThreshold: 20 },
    livenessProbe: { grpc: { port: 9000, service: 'queue' }, failureThreshold: 20 },
  });
});

test('is scaled, and rolled out by a canary, as a service is', () => {
  const { autoscaling, canary } = everyDeploymentProp();
  const manifests = worker({ autoscaling, canary });

  expect(find(manifests, 'HorizontalPodAutoscaler', 'mailer')['spec']).toEqual({
    scaleTargetRef: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'mailer' },
    ...AUTOSCALER_SPEC,
  });
  expect(find(manifests, 'Rollout', 'mailer')).not.toHaveProperty('spec.replicas');
});

test('exposes what others select and change', () => {
  const construct = new Worker(testChart(), 'mailer', MINIMAL);

  expect(construct).toMatchObject({ name: 'mailer', selector: { 'app.kubernetes.io/name': 'mailer' } });
  expect(construct.workload.kind).toBe('Deployment');
});

describe('refuses', () => {
  test.each<[string, Partial<WorkerProps>, string]>([
    ['fewer pods than none', { replicas: -1 }, 'replicas -1: not a whole number'],
    ['more pods than the API server counts', { replicas: 2 ** 31 }, 'replicas 2147483648: not a whole number'],
    ['half a version', { revisionHistoryLimit: 0.5 }, 'revisionHistoryLimit 0.5: not a whole number'],
    ['a port that is none', { ports: [{ name: 'x', port: 0 }] }, 'ports[0].port 0: not a port'],
    [
      'a probe of a port that it does not have',
      { probes: { ...MINIMAL.probes, liveness: Probe.fromGrpc(9000) } },
      'probes.liveness.port 9000: not a port of the container, which has none',
    ],
    [
      'a probe that starts a JVM',
      { probes: { ...MINIMAL.probes, liveness: Probe.fromCommand(['kafka-topics.sh', '--list']) } },
      'probes.liveness {"period":"10 s","timeout":"1 s","failureThreshold":3}: livenessProbe starts a JVM',
    ],
  ])('%s', (_, props, message) => {
    expect(() => worker(props)).toThrow(`test/mailer: ${message}`);
  });

  test.each(['Mailer', 'mail.er', 'm'.repeat(64)])('%j as name', (id) => {
    expect(() => worker({}, id)).toThrow(`id ${JSON.stringify(id)}`);
  });
});
