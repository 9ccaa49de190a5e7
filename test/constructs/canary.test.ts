import { canaryPods, describeCanaryStep } from '../../lib/constructs/canary';

describe('the pods of a step', () => {
  // The rows of Argo Rollouts' own test of what it makes of a weight: replicas, weight, maxSurge, new pods, old pods.
  // https://github.com/argoproj/argo-rollouts/blob/v1.9.1/utils/replicaset/canary_test.go (TestApproximateWeightedNewStableReplicaCounts)
  const ROWS: readonly (readonly [number, number, number, number, number])[] = [
    [0, 100, 0, 0, 0],
    [0, 0, 1, 0, 0],
    [0, 50, 1, 0, 0],
    [0, 100, 1, 0, 0],
    [1, 0, 0, 0, 1],
    [1, 1, 0, 0, 1],
    [1, 49, 0, 0, 1],
    [1, 50, 0, 1, 0],
    [1, 99, 0, 1, 0],
    [1, 100, 0, 1, 0],
    [1, 0, 1, 0, 1],
    [1, 1, 1, 1, 1],
    [1, 49, 1, 1, 1],
    [1, 50, 1, 1, 1],
    [1, 99, 1, 1, 1],
    [1, 100, 1, 1, 0],
    [2, 0, 0, 0, 2],
    [2, 1, 0, 1, 1],
    [2, 50, 0, 1, 1],
    [2, 99, 0, 1, 1],
    [2, 100, 0, 2, 0],
    [2, 0, 1, 0, 2],
    [2, 1, 1, 1, 2],
    [2, 50, 1, 1, 1],
    [2, 99, 1, 2, 1],
    [2, 100, 1, 2, 0],
    [3, 10, 0, 1, 2],
    [3, 25, 0, 1, 2],
    [3, 33, 0, 1, 2],
    [3, 34, 0, 1, 2],
    [3, 49, 0, 1, 2],
    [3, 50, 0, 2, 1],
    [3, 10, 1, 1, 3],
    [3, 25, 1, 1, 3],
    [3, 33, 1, 1, 2],
    [3, 34, 1, 1, 2],
    [3, 49, 1, 2, 2],
    [3, 50, 1, 2, 2],
    [10, 0, 1, 0, 10],
    [10, 1, 0, 1, 9],
    [10, 14, 0, 1, 9],
    [10, 15, 0, 2, 8],
    [10, 16, 0, 2, 8],
    [10, 99, 0, 9, 1],
    [10, 100, 1, 10, 0],
    [10, 0, 1, 0, 10],
    [10, 1, 1, 1, 10],
    [10, 18, 1, 2, 9],
    [10, 19, 1, 2, 9],
    [10, 20, 1, 2, 8],
    [10, 23, 1, 2, 8],
    [10, 24, 1, 3, 8],
    [10, 25, 1, 3, 8],
    [10, 99, 1, 10, 1],
    [10, 100, 1, 10, 0],
  ];

  test.each(ROWS)(
    '%i pods, %i %%, %i more allowed: %i new and %i old',
    (replicas, weight, maxSurge, canary, stable) => {
      expect(canaryPods(replicas, weight, maxSurge)).toEqual({ canary, stable });
    },
  );

  test('are what Argo Rollouts gives for every weight of one pod that may surge: a half', () => {
    for (let weight = 1; weight < 100; weight++) {
      expect(canaryPods(1, weight)).toEqual({ canary: 1, stable: 1 });
    }
  });

  test('never are all of one version from 1 to 99 %, where there may be a second pod', () => {
    for (let replicas = 1; replicas <= 50; replicas++) {
      for (let weight = 1; weight < 100; weight++) {
        const { canary, stable } = canaryPods(replicas, weight);
        expect(canary).toBeGreaterThanOrEqual(1);
        expect(stable).toBeGreaterThanOrEqual(1);
        expect(canary + stable).toBeLessThanOrEqual(replicas + 1);
      }
    }
  });

  test.each([
    [1, 20, 'step 20 % of 1 pod: 1 of 2 pods'],
    [2, 50, 'step 50 % of 2 pods: 1 of 2 pods'],
    [4, 80, 'step 80 % of 4 pods: 4 of 5 pods'],
    [10, 25, 'step 25 % of 10 pods: 3 of 11 pods'],
    [1, 100, 'step 100 % of 1 pod: 1 of 1 pod'],
  ])('of %i pods at %i %% are said', (replicas, weight, said) => {
    expect(describeCanaryStep(replicas, weight)).toBe(said);
  });
});
