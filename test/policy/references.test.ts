import { Engine } from '../../lib/policy/engine';
import { givenManifest } from '../../lib/policy/given';
import { policies } from '../../lib/policy/policies';
import { Owners } from '../../lib/policy/owners';
import type { Data } from './manifests';
import { object, REFERENCE_ROWS, SET_ROWS } from './reference-rows';

const engine = new Engine(policies().filter(({ graph }) => graph !== undefined));

/** `KIND NAME policy field: message` of each violation. */
function found(set: readonly Data[], given: readonly Data[] = []): readonly string[] {
  const subjects = set.map((manifest, id) => ({ id, manifest }));
  return [...engine.evaluate(subjects, new Owners(), given)].map(
    ({ violation: { policy, field, message, resource } }) =>
      `${String(resource.kind)} ${String(resource.name)} ${policy} ${field}: ${message}`,
  );
}

describe.each(REFERENCE_ROWS.map((row) => [row.what, row] as const))('%s', (_, row) => {
  const { from, target, instead = [], policy, field, message, optional, producer } = row;
  const [first, ...beside] = from;

  test('resolves, whatever stands first', () => {
    expect(found([...from, ...target])).toEqual([]);
    expect(found([...target, ...from])).toEqual([]);
  });

  test('dangles', () => {
    const where = `${policy} ${field}: `;
    const [violation = '', ...others] = found([...from, ...instead]).filter((text) => text.includes(where));

    expect(violation).toContain(where);
    expect(violation.split(where)[1]).toContain(message);
    expect(others).toEqual([]);
    expect(found([...from, ...instead]).length).toBe(1);
  });

  test('resolves to what is given, and does not because of something else that is', () => {
    expect(found(from, target)).toEqual([]);
    expect(found(from, instead.length === 0 ? [GIVEN] : instead).length).toBe(1);
  });

  if (optional !== undefined) {
    test('need not resolve where it is optional', () => {
      expect(found([optional, ...beside, ...instead])).toEqual([]);
    });
  }

  if (producer !== undefined) {
    test('resolves to what another object makes', () => {
      expect(found([...from, ...producer])).toEqual([]);
      expect(found([first, ...beside], producer)).toEqual([]);
    });
  }
});

test('what is given has the ports that are said of it', () => {
  const route = object('networking.k8s.io/v1', 'Ingress', 'shop', {
    spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
  });
  const given = (...ports: readonly number[]): Data => {
    const service = { kind: 'Service', namespace: 'shop', name: 'web', ports: ports.map((port) => ({ port })) };
    return givenManifest(service) as Data;
  };

  expect(found([route], [given(443, 80)])).toEqual([]);
  expect(found([route], [given(443)])).toEqual([expect.stringMatching(/^Ingress shop route-backend .*port/)]);
});

test('what is given is of the version that is said of it, and of v1 otherwise', () => {
  const budget = object('autoscaling/v2', 'HorizontalPodAutoscaler', 'web', {
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      maxReplicas: 2,
      metrics: [{ type: 'External' }],
    },
  });
  const given = { kind: 'Deployment', namespace: 'shop', name: 'web' };

  expect(found([budget], [givenManifest({ ...given, apiVersion: 'apps/v1' }) as Data])).toEqual([]);
  expect(found([budget], [givenManifest(given) as Data])).toHaveLength(1);
});

/** Something of the same namespace that nothing refers to. */
const GIVEN: Data = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'unrelated', namespace: 'shop' } };

describe('a set', () => {
  test.each(SET_ROWS.map((row) => [row.what, row] as const))('%s', (_, { good, bad, violation }) => {
    expect(found(good)).toEqual([]);
    const [first = '', ...others] = found(bad);
    expect(first).toContain(violation);
    expect(others).toEqual([]);
  });

  test('every policy about the graph has a row', () => {
    const rows = [
      ...REFERENCE_ROWS.map(({ policy }) => policy),
      ...SET_ROWS.map(({ violation }) => violation.split(' ')[2]),
      // In network-policies.test.ts.
      ...['connection', 'dns', 'entrance', 'open'].map((what) => `network-policy-${what}`),
    ];

    expect(policies().filter(({ id, graph }) => graph !== undefined && !rows.includes(id))).toEqual([]);
  });

  test('over 150 rows say so', () => {
    const rows = REFERENCE_ROWS.flatMap(({ optional, producer }) => [
      ...['resolves', 'dangles', 'given'],
      ...(optional === undefined ? [] : ['optional']),
      ...(producer === undefined ? [] : ['produced']),
    ]);

    expect(rows.length + SET_ROWS.length).toBeGreaterThan(150);
  });
});
