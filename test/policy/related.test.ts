import { Engine } from '../../lib/policy/engine';
import { judgedObjects } from '../../lib/policy/judged-objects';
import { policies } from '../../lib/policy/policies';
import { RelatedObjects, tokenlessAccounts } from '../../lib/policy/related';
import { WORKLOADS } from '../../lib/manifest/workloads';
import { podSpec, set, silentPodSpec, workload } from './manifests';
import type { Data } from './manifests';

const DEPLOYMENT = { group: 'apps', version: 'v1', kind: 'Deployment' };

function named(kind: string, name: string, more: Data = {}, namespace = 'shop'): Data {
  const apiVersion = kind === 'HorizontalPodAutoscaler' ? 'autoscaling/v2' : 'v1';
  return { apiVersion, kind, metadata: { name, namespace }, ...more };
}

/** Names of what is related to the first object. */
function relatedOf(object: Data, ...others: readonly Data[]): readonly string[] {
  const related = new RelatedObjects(
    [object, ...others].map((manifest) => ({ manifest })),
    WORKLOADS,
  );
  return related.of({ manifest: object }).map((each) => `${String(field(each, 'kind'))} ${nameOf(each)}`);
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function nameOf(value: unknown): string {
  return String(field(field(value, 'metadata'), 'name'));
}

describe('related objects', () => {
  const web = workload(DEPLOYMENT, podSpec());
  const scaler = (name: string, target: Data): Data =>
    named('HorizontalPodAutoscaler', name, { spec: { scaleTargetRef: target } });

  test('of a workload are its ServiceAccount and what scales it, of the same namespace', () => {
    const own = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };

    expect(
      relatedOf(
        web,
        named('ServiceAccount', 'default'),
        named('ServiceAccount', 'other'),
        named('ServiceAccount', 'default', {}, 'other'),
        scaler('one', own),
        scaler('two', { ...own, name: 'api' }),
        scaler('three', { ...own, kind: 'StatefulSet' }),
        { ...scaler('four', own), kind: 'PodAutoscaler' },
        { ...scaler('five', own), apiVersion: 'example.com/v1' },
      ),
    ).toEqual(['ServiceAccount default', 'HorizontalPodAutoscaler one']);
  });

  test('of a Rollout are found as of a Deployment, wherever the template stands', () => {
    const rollout = workload({ group: 'argoproj.io', version: 'v1alpha1', kind: 'Rollout' }, podSpec());
    const target = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'web' };
    const cronJob = workload({ group: 'batch', version: 'v1', kind: 'CronJob' }, { serviceAccountName: 'x' });

    expect(relatedOf(rollout, scaler('one', target))).toEqual(['HorizontalPodAutoscaler one']);
    expect(relatedOf(cronJob, named('ServiceAccount', 'x'))).toEqual(['ServiceAccount x']);
  });

  test('of other objects are none, nor of what is applied elsewhere', () => {
    const members = [
      { manifest: web, set: 'a' },
      { manifest: named('ServiceAccount', 'default'), set: 'b' },
    ];
    const related = new RelatedObjects(members, WORKLOADS);

    expect(related.of({ manifest: web, set: 'a' })).toEqual([]);
    expect(related.of({ manifest: web, set: 'b' })).toEqual([members[1]?.manifest]);
    expect(related.of({ manifest: named('ConfigMap', 'web'), set: 'b' })).toEqual([]);
    expect(related.of({ manifest: null })).toEqual([]);
  });

  test('are not confused by what is no object', () => {
    const odd = [null, 5, 'text', {}, { kind: 'ServiceAccount' }, set(web, 'metadata', 5), set(web, 'spec', 'x')];
    const budget = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { namespace: 'shop' } };
    const related = new RelatedObjects(
      [...odd, web].map((manifest) => ({ manifest })),
      WORKLOADS,
    );

    for (const selector of [undefined, null, 5, { matchLabels: null, matchExpressions: [5, { operator: 'x' }] }]) {
      expect(related.of({ manifest: { ...budget, spec: { selector } } })).toEqual([]);
    }
    expect(related.of({ manifest: { ...budget, spec: { selector: {} } } })).toContain(web);
  });
});

describe('a verdict that depends on related objects', () => {
  // Where no other test has an object: what is said of one is kept for as long as the process lasts.
  const web = set(workload(DEPLOYMENT, silentPodSpec()), 'metadata.namespace', 'related');
  const account = (automountServiceAccountToken: boolean, name = 'default'): Data =>
    set(named('ServiceAccount', name, { automountServiceAccountToken }), 'metadata.namespace', 'related');
  const engine = new Engine(policies().filter(({ id }) => id === 'service-account-token'));
  const found = (...manifests: readonly Data[]): number =>
    [...engine.evaluate(manifests.map((manifest, id) => ({ id, manifest })))].length;

  test('is not kept for when they are others', () => {
    const kept = jest.spyOn(judgedObjects, 'set');

    expect(found(web, account(false))).toBe(0);
    expect(kept).toHaveBeenCalledTimes(2);
    expect(found(web, account(false))).toBe(0);
    expect(kept).toHaveBeenCalledTimes(2);
    expect(found(web, account(true))).toBe(1);
    expect(found(web)).toBe(1);
    expect(found(web, account(false))).toBe(0);
    kept.mockRestore();
  });

  test('is each one of its own among many alike', () => {
    const workloads = Array.from({ length: 20 }, (_unused, i) =>
      set(set(web, 'metadata.name', `w${i}`), 'spec.template.spec.serviceAccountName', `a${i}`),
    );
    const accounts = workloads.map((_unused, i) => account(i % 3 === 0, `a${i}`));
    const subjects = [...workloads, ...accounts].map((manifest, id) => ({ id, manifest }));

    expect([...engine.evaluate(subjects)].map(({ id }) => id)).toEqual([0, 3, 6, 9, 12, 15, 18]);
  });
});

test('an API server is told of the ServiceAccounts that a workload leaves the token to, and of no other', () => {
  const silent = (serviceAccountName?: string): Data => {
    return workload(DEPLOYMENT, {
      ...silentPodSpec(),
      ...(serviceAccountName !== undefined && { serviceAccountName }),
    });
  };
  const off = (name: string, namespace?: string): Data =>
    named('ServiceAccount', name, { automountServiceAccountToken: false }, namespace);
  const of = (...manifests: readonly Data[]): unknown =>
    tokenlessAccounts(
      manifests.map((manifest) => ({ manifest })),
      WORKLOADS,
    );

  expect(of(silent('x'), off('x'), off('y'), off('x', 'other'))).toEqual([{ namespace: 'shop', name: 'x' }]);
  expect(of(off('default'), silent())).toEqual([{ namespace: 'shop', name: 'default' }]);
  expect(of(silent('x'), named('ServiceAccount', 'x'))).toEqual([]);
  expect(of(silent('x'), named('ConfigMap', 'x', { automountServiceAccountToken: false }))).toEqual([]);
  expect(of(silent('x'), { ...off('x'), apiVersion: 'example.com/v1' })).toEqual([]);
  expect(of(workload(DEPLOYMENT, { ...podSpec(), serviceAccountName: 'x' }), off('x'))).toEqual([]);
  expect(of(set(silent('x'), 'spec.template.spec.automountServiceAccountToken', true), off('x'))).toEqual([]);
  expect(of(set(silent('x'), 'spec.template.spec.automountServiceAccountToken', null), off('x'))).toHaveLength(1);
  expect(of(set(silent('x'), 'metadata.namespace', undefined), set(off('x'), 'metadata.namespace', undefined))).toEqual(
    [{ namespace: 'default', name: 'x' }],
  );
});
