import { Duration, Size } from 'cdk8s';
import { Cpu } from '../../imports/k8s';
import type { CanaryStep } from '../../lib/constructs/canary';
import type { DeploymentProps } from '../../lib/constructs/deployment';
import { ScalingMetric, ScalingPolicy } from '../../lib/constructs/horizontal-pod-autoscaler';
import type { AutoscalingProps } from '../../lib/constructs/horizontal-pod-autoscaler';
import { DisruptionBudget } from '../../lib/constructs/pod-disruption-budget';
import { SpringService } from '../../lib/constructs/spring-service';
import { UpdateStrategy } from '../../lib/constructs/update-strategy';
import { type AccessMode, type Mount, Volume } from '../../lib/constructs/volumes';
import { WebService, type WebServiceProps } from '../../lib/constructs/web-service';
import { Engine } from '../../lib/policy/engine';
import { Owners } from '../../lib/policy/owners';
import { policiesWithOptional } from '../../lib/policy/policies';
import { find, type Manifest, synthesized, testChart } from '../testing';
import { everyDeploymentProp, without } from './web-props';

const MINIMAL: WebServiceProps = {
  component: 'site',
  image: 'shop/web:1.0',
  port: 8080,
  resources: {
    cpu: { request: Cpu.millis(100) },
    memory: { request: Size.mebibytes(400), limit: Size.mebibytes(512) },
  },
};

function web(props: Partial<WebServiceProps>): Manifest[] {
  const chart = testChart();
  new WebService(chart, 'web', { ...MINIMAL, ...props });
  return synthesized(chart);
}

const kindsOf = (manifests: readonly Manifest[]): string[] => manifests.map(({ kind }) => kind);
const specOf = (manifests: readonly Manifest[], kind: string): unknown => find(manifests, kind, 'web')['spec'];
const cpu = [ScalingMetric.cpuUtilization(70)];

describe('a disruption budget', () => {
  test('is there as soon as more than one pod may run, and lets every node be drained', () => {
    const spec = {
      maxUnavailable: 1,
      selector: { matchLabels: { 'app.kubernetes.io/name': 'web' } },
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    };

    expect(specOf(web({ replicas: 2 }), 'PodDisruptionBudget')).toEqual(spec);
    expect(specOf(web({ autoscaling: { maxReplicas: 2, metrics: cpu } }), 'PodDisruptionBudget')).toEqual(spec);
  });

  test.each<[string, DeploymentProps]>([
    ['one pod', {}],
    ['no pod', { replicas: 0 }],
    ['an autoscaler of one pod', { autoscaling: { maxReplicas: 1, metrics: cpu } }],
    ['who wants none', { replicas: 3, disruptionBudget: DisruptionBudget.none() }],
  ])('is not made for %s', (_, props) => {
    expect(kindsOf(web(props))).not.toContain('PodDisruptionBudget');
  });

  test('can be another', () => {
    expect(
      specOf(web({ replicas: 3, disruptionBudget: DisruptionBudget.minAvailable(2) }), 'PodDisruptionBudget'),
    ).toMatchObject({ minAvailable: 2 });
    expect(
      specOf(web({ disruptionBudget: DisruptionBudget.maxUnavailable('100%') }), 'PodDisruptionBudget'),
    ).toMatchObject({ maxUnavailable: '100%' });
  });
});

describe('an autoscaler', () => {
  const manifests = web({ autoscaling: { maxReplicas: 4, metrics: cpu } });

  test('scales the Deployment, which says nothing of replicas', () => {
    expect(specOf(manifests, 'HorizontalPodAutoscaler')).toEqual({
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 1,
      maxReplicas: 4,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
      ],
      behavior: { scaleDown: { stabilizationWindowSeconds: 300 } },
    });
    expect(specOf(manifests, 'Deployment')).not.toHaveProperty('replicas');
  });

  test('removes pods after five minutes, whatever else is said of removing them', () => {
    const policies = [ScalingPolicy.pods(1, Duration.minutes(1))];

    expect(
      specOf(
        web({ autoscaling: { maxReplicas: 4, metrics: cpu, scaleDown: { policies } } }),
        'HorizontalPodAutoscaler',
      ),
    ).toMatchObject({
      behavior: {
        scaleDown: { stabilizationWindowSeconds: 300, policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] },
      },
    });
  });

  test('without one there is none', () => {
    expect(kindsOf(web({ replicas: 2 }))).not.toContain('HorizontalPodAutoscaler');
  });
});

describe('an update', () => {
  const mounts = (accessMode?: AccessMode): { readonly mounts: readonly Mount[] } => ({
    mounts: [
      {
        path: '/data',
        volume: Volume.fromPersistentVolumeClaim('data', accessMode === undefined ? {} : { accessMode }),
      },
    ],
  });

  test.each<[string, Partial<WebServiceProps>, unknown]>([
    ['starts a new pod first', {}, { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }],
    [
      'stops all old pods first, where it is asked to',
      { updateStrategy: UpdateStrategy.recreate() },
      { type: 'Recreate' },
    ],
    [
      'replaces as many as it is asked to',
      { updateStrategy: UpdateStrategy.rollingUpdate({ maxSurge: 0, maxUnavailable: '25%' }) },
      { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: '25%' } },
    ],
    ['stops the old pod first, where one node may have the volume', mounts(), { type: 'Recreate' }],
    ['stops the old pod first, where one pod may have the volume', mounts('ReadWriteOncePod'), { type: 'Recreate' }],
    [
      'stops the old pod first, where an init container mounts it',
      {
        initContainers: [{ name: 'load', image: 'shop/load:1.0', resources: MINIMAL.resources, ...mounts() }],
      },
      { type: 'Recreate' },
    ],
    [
      'keeps to one pod at a time, where it is asked to',
      { ...mounts(), updateStrategy: UpdateStrategy.rollingUpdate({ maxSurge: 0, maxUnavailable: 1 }) },
      { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
    ],
    [
      'starts a new pod first, where every node may have the volume',
      mounts('ReadWriteMany'),
      { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    ],
  ])('%s', (_, props, strategy) => {
    expect(specOf(web(props), 'Deployment')).toHaveProperty('strategy', strategy);
  });

  const autoscaling = { maxReplicas: 2, metrics: cpu };
  test.each<[string, Partial<WebServiceProps>, string]>([
    ['two pods', { replicas: 2 }, 'replicas 2: is more than one pod'],
    ['an autoscaler', { autoscaling }, 'autoscaling.maxReplicas 2: is more than one pod'],
    ['a canary', { canary: [{ weight: 50 }] }, 'canary: runs two versions side by side'],
    [
      'a new pod beside the old one',
      { updateStrategy: UpdateStrategy.rollingUpdate() },
      'updateStrategy: starts a new pod while the old one runs',
    ],
  ])('%s with a volume for the pods of one node is refused', (_, props, message) => {
    expect(() => web({ ...mounts(), ...props })).toThrow(
      `test/web: ${message}, and the volume at /data is for the pods of one node`,
    );
  });
});

describe('a canary', () => {
  const weights = (...steps: number[]): CanaryStep[] => steps.map((weight) => ({ weight }));

  test.each<[string, DeploymentProps]>([
    ['of one pod, whose steps are all a half', { canary: weights(20, 40, 60, 80) }],
    ['of no pod', { replicas: 0, canary: weights(20, 40, 60, 80) }],
    ['of two pods in three steps', { replicas: 2, canary: weights(25, 50, 75) }],
    [
      'whose steps are told apart at the most that an autoscaler makes',
      { autoscaling: { minReplicas: 1, maxReplicas: 8, metrics: cpu }, canary: weights(25, 50, 75) },
    ],
    ['to the whole', { canary: weights(50, 100) }],
  ])('%s is taken', (_, props) => {
    expect(kindsOf(web(props))).toContain('Rollout');
  });

  test.each<[string, DeploymentProps, string]>([
    [
      'two steps that two pods give alike',
      { replicas: 2, canary: weights(20, 40) },
      'canary[1].weight 40: a step that the pods cannot give (step 40 % of 2 pods: 1 of 3 pods): that is what the step before it, 20 %, gives already',
    ],
    [
      'two steps that an autoscaler gives alike at its most',
      { autoscaling: { maxReplicas: 3, metrics: cpu }, canary: weights(10, 20) },
      '(step 20 % of 3 pods: 1 of 4 pods)',
    ],
    [
      'a step of one pod that may not have another beside it',
      {
        canary: weights(20),
        updateStrategy: UpdateStrategy.rollingUpdate({ maxSurge: 0, maxUnavailable: 1 }),
      },
      '(step 20 % of 1 pod: 0 of 1 pod): that is no share of the new version beside the old one',
    ],
    [
      'a step that would replace the only pod',
      {
        canary: weights(80),
        updateStrategy: UpdateStrategy.rollingUpdate({ maxSurge: 0, maxUnavailable: 1 }),
      },
      '(step 80 % of 1 pod: 1 of 1 pod): that is no share of the new version beside the old one',
    ],
    [
      'all old pods stopped first',
      { canary: weights(20), updateStrategy: UpdateStrategy.recreate() },
      'updateStrategy "Recreate": stops all old pods first',
    ],
  ])('refuses %s', (_, props, message) => {
    expect(() => web(props)).toThrow('test/web: ');
    expect(() => web(props)).toThrow(message);
  });
});

describe('refuses', () => {
  const scaled = (props: Partial<AutoscalingProps>): DeploymentProps => ({
    autoscaling: { maxReplicas: 4, metrics: cpu, ...props },
  });
  const external = (name: string, averageValue: string, labels = {}): DeploymentProps =>
    scaled({ metrics: [ScalingMetric.external({ name, averageValue, labels })] });

  test.each<[string, DeploymentProps, string]>([
    [
      'replicas beside an autoscaler',
      { replicas: 2, ...scaled({}) },
      'replicas 2: given beside autoscaling: each apply would set the number of pods back to it',
    ],
    ['replicas beyond int32', { replicas: 2 ** 31 }, 'replicas 2147483648: not a whole number'],
    [
      'a history beyond int32',
      { revisionHistoryLimit: 2 ** 31 },
      'revisionHistoryLimit 2147483648: not a whole number',
    ],
    ['an autoscaler of no pod', scaled({ minReplicas: 0 }), 'autoscaling.minReplicas 0: not a whole number'],
    ['an autoscaler beyond int32', scaled({ maxReplicas: 2 ** 31 }), 'autoscaling.maxReplicas 2147483648: not a whole'],
    ['less at most than at least', scaled({ minReplicas: 5 }), 'autoscaling.maxReplicas 4: below minReplicas, 5'],
    ['an autoscaler without a metric', scaled({ metrics: [] }), 'autoscaling.metrics []: no metric'],
    [
      'a target of nothing',
      scaled({ metrics: [ScalingMetric.cpuUtilization(0)] }),
      'autoscaling.metrics[0].cpuUtilization 0: not a whole number',
    ],
    [
      'a target of half a per cent',
      scaled({ metrics: [...cpu, ScalingMetric.memoryUtilization(0.5)] }),
      'autoscaling.metrics[1].memoryUtilization 0.5: not a whole number',
    ],
    ['a metric of a path', external('a/b', '1'), 'autoscaling.metrics[0].name "a/b": not a name of a metric'],
    ['a metric of a parent folder', external('..', '1'), '"..": not a name of a metric'],
    ['a metric with no value', external('a', '0'), 'averageValue "0": not a quantity above zero'],
    ['a metric with no quantity', external('a', '30x'), 'averageValue "30x": not a quantity above zero'],
    ['a metric with too fine a quantity', external('a', '30u'), 'averageValue "30u": not a quantity above zero'],
    ['a metric with a label that is none', external('a', '1', { 'a b': 'x' }), 'labels "a b": not a label key'],
    [
      'a window of more than an hour',
      scaled({ scaleDown: { stabilizationWindow: Duration.seconds(3601) } }),
      'autoscaling.scaleDown.stabilizationWindow (s) 3601: not a whole number from 0 to 3600',
    ],
    [
      'a period of more than half an hour',
      scaled({ scaleUp: { policies: [ScalingPolicy.pods(1, Duration.seconds(1801))] } }),
      'autoscaling.scaleUp.policies[0].period (s) 1801: not a whole number from 1 to 1800',
    ],
    [
      'a period of nothing',
      scaled({ scaleUp: { policies: [ScalingPolicy.percent(1, Duration.seconds(0))] } }),
      'autoscaling.scaleUp.policies[0].period "0 s"',
    ],
    [
      'a policy of no pod',
      scaled({ scaleUp: { policies: [ScalingPolicy.pods(0, Duration.seconds(1))] } }),
      'autoscaling.scaleUp.policies[0].value 0: not a whole number',
    ],
    ['no policy', scaled({ scaleDown: { policies: [] } }), 'autoscaling.scaleDown.policies []: no policy'],
    [
      'a budget of no pod',
      { replicas: 3, disruptionBudget: DisruptionBudget.maxUnavailable(0) },
      'disruptionBudget.maxUnavailable 0: allows none of the pods to be evicted, of which there are 3',
    ],
    [
      'a budget that keeps the only pod',
      { disruptionBudget: DisruptionBudget.minAvailable(1) },
      'disruptionBudget.minAvailable 1: allows none of the pods to be evicted, of which there is 1',
    ],
    [
      'a budget that keeps as many as an autoscaler leaves at the least',
      { ...scaled({ minReplicas: 2 }), disruptionBudget: DisruptionBudget.minAvailable('51%') },
      'disruptionBudget.minAvailable "51%": allows none of the pods to be evicted, of which there are 2',
    ],
    [
      'a budget of a share that is none',
      { replicas: 3, disruptionBudget: DisruptionBudget.maxUnavailable('101%') },
      'disruptionBudget.maxUnavailable "101%": not a share of pods',
    ],
    [
      'an update of half a pod',
      { updateStrategy: UpdateStrategy.rollingUpdate({ maxSurge: 0.5 }) },
      'updateStrategy.maxSurge 0.5: not a whole number',
    ],
    [
      'an update of a share that is none',
      { updateStrategy: UpdateStrategy.rollingUpdate({ maxUnavailable: '1.5%' }) },
      'updateStrategy.maxUnavailable "1.5%": not a share of pods',
    ],
    [
      'an update that replaces nothing',
      { updateStrategy: UpdateStrategy.rollingUpdate({ maxSurge: '0%' }) },
      'updateStrategy {"maxSurge":"0%","maxUnavailable":0}: neither one pod more nor one fewer',
    ],
    [
      'a deadline that an update cannot keep',
      { minReady: Duration.minutes(5), progressDeadline: Duration.minutes(5) },
      'progressDeadline "5 minutes": not longer than minReady, 300 s',
    ],
    ['the usual deadline, with a longer wait', { minReady: Duration.minutes(10) }, 'progressDeadline: not longer than'],
    ['half a second', { minReady: Duration.millis(500) }, 'minReady "0.5 s": not whole seconds'],
    ['no time at all', { progressDeadline: Duration.seconds(0) }, 'progressDeadline "0 s": not whole seconds from 1'],
  ])('%s', (_, props, message) => {
    expect(() => web(props)).toThrow('test/web: ');
    expect(() => web(props)).toThrow(message);
  });
});

describe('breaks no policy', () => {
  const scaled = without(everyDeploymentProp(), 'replicas');
  const fixed = without(everyDeploymentProp(), 'autoscaling');

  test.each<[string, Partial<WebServiceProps>]>([
    ['one pod', {}],
    ['several pods', { replicas: 3 }],
    ['an autoscaler', { autoscaling: { minReplicas: 2, maxReplicas: 4, metrics: cpu } }],
    ['every prop, with an autoscaler', scaled],
    ['every prop, without', fixed],
    ['a volume for one pod', { mounts: [{ path: '/data', volume: Volume.fromPersistentVolumeClaim('data') }] }],
  ])('with %s', (_name, props) => {
    const chart = testChart();
    new WebService(chart, 'web', { ...MINIMAL, ...props });
    new SpringService(chart, 'orders', { ...MINIMAL, managementPort: 9001, ...props });

    const subjects = synthesized(chart).map((manifest, id) => ({ id, manifest }));
    const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data', namespace: 'shop' } };
    expect([...new Engine(policiesWithOptional()).evaluate(subjects, new Owners(), [claim])]).toEqual([]);
  });
});
