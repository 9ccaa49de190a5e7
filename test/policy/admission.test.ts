import { Chart, Testing } from 'cdk8s';
import { addAdmissionPolicies, admissionPolicies, isAdmissible } from '../../lib/policy/admission';
import type { Admission, AdmissionProps } from '../../lib/policy/admission';
import { policies } from '../../lib/policy/policies';
import { get } from './manifests';

// What the API server makes of it is tested on a real one: test/cluster/admission.test.ts.

function emit(id: string, props: Partial<AdmissionProps> = {}): Admission {
  const found = admissionPolicies({ policies: policies(), namespaces: ['shop'], ...props }).find(
    ({ policy }) => policy.metadata.name === `${props.prefix ?? 'policy'}-${id}`,
  );
  if (found === undefined) {
    throw new Error(id);
  }
  return found;
}

const EXCEPTION = {
  policy: 'host-path',
  reason: 'logs',
  resource: { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'observability', name: 'logs' },
};

describe('admission policies', () => {
  test('one and its binding for each policy that sees one object at a time', () => {
    const names = admissionPolicies({ policies: policies(), namespaces: [] }).map(({ policy }) => policy.metadata.name);

    expect(names).toEqual(
      policies()
        .filter(({ id }) => id !== 'duplicate-object')
        .map(({ id }) => `policy-${id}`),
    );
    expect(
      policies()
        .filter((policy) => !isAdmissible(policy))
        .map(({ id }) => id),
    ).toEqual(['duplicate-object']);
  });

  test('a policy on containers', () => {
    expect(emit('privileged', { prefix: 'shop' })).toMatchSnapshot();
  });

  test('a policy on the pod, with offenders', () => {
    expect(emit('host-path').policy.spec.validations).toMatchSnapshot();
  });

  test('a policy on ConfigMaps concerns these alone', () => {
    const { spec } = emit('config-map-secret').policy;

    expect(spec.matchConstraints.resourceRules).toEqual([
      { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] },
    ]);
    expect(spec.variables).toEqual([]);
    expect(spec.matchConditions.map(({ name }) => name)).toEqual(['not-being-deleted']);
  });

  test('every workload kind is matched, and debug containers where containers are judged', () => {
    const resources = (id: string): string[] =>
      emit(id).policy.spec.matchConstraints.resourceRules.flatMap(({ apiGroups, resources: names }) =>
        names.map((name) => `${apiGroups.join()}/${name}`),
      );

    expect(resources('image-tag')).toEqual([
      '/pods',
      '/pods/ephemeralcontainers',
      'apps/daemonsets',
      'apps/deployments',
      'apps/replicasets',
      'apps/statefulsets',
      'batch/cronjobs',
      'batch/jobs',
      'argoproj.io/rollouts',
    ]);
    expect(resources('host-path')).not.toContain('/pods/ephemeralcontainers');
    expect(resources('memory-limit')).not.toContain('/pods/ephemeralcontainers');
  });

  test('variables come along only where they are used, in an order in which each is known', () => {
    expect(emit('host-path').policy.spec.variables.map(({ name }) => name)).toEqual(['podSpec']);
    expect(emit('probe-readiness').policy.spec.variables.map(({ name }) => name)).toEqual([
      'podSpec',
      'podContainers',
      'initContainers',
      'runsToCompletion',
      'longRunning',
    ]);
  });

  test('errors are refused, warnings reported; in audit everything is only reported', () => {
    expect(emit('image-tag').binding.spec.validationActions).toEqual(['Deny']);
    expect(emit('service-links').binding.spec.validationActions).toEqual(['Warn', 'Audit']);
    expect(emit('image-tag', { audit: true }).binding.spec.validationActions).toEqual(['Warn', 'Audit']);
    expect(emit('image-tag', { audit: false }).binding.spec.validationActions).toEqual(['Deny']);
  });

  test('only the given namespaces are concerned', () => {
    expect(emit('image-tag', { namespaces: ['a', 'b'] }).binding.spec).toMatchObject({
      policyName: 'policy-image-tag',
      matchResources: {
        namespaceSelector: {
          matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: ['a', 'b'] }],
        },
      },
    });
  });

  test('exceptions are carried over by the exact object, to their policy alone', () => {
    const other = { ...EXCEPTION, resource: { apiVersion: 'v1', kind: 'Pod', namespace: null, name: 'p' } };
    const conditions = (id: string): string[] =>
      emit(id, { exceptions: [EXCEPTION, other] }).policy.spec.matchConditions.map(
        ({ name, expression }) => `${name}: ${expression}`,
      );

    expect(conditions('host-path').at(-1)).toBe(
      'not-acknowledged: !(request.kind.group == "apps" && request.kind.kind == "DaemonSet" && request.namespace == "observability" && has(object.metadata.name) && object.metadata.name == "logs") && !(request.kind.group == "" && request.kind.kind == "Pod" && request.namespace == "default" && has(object.metadata.name) && object.metadata.name == "p")',
    );
    expect(conditions('host-ports').some((text) => text.startsWith('not-acknowledged'))).toBe(false);
  });

  test('a chart gets them as they are', () => {
    const chart = new Chart(Testing.app(), 'admission');

    addAdmissionPolicies(chart, { policies: policies(), namespaces: ['shop'] });

    const objects: unknown[] = Testing.synth(chart);
    const all = admissionPolicies({ policies: policies(), namespaces: ['shop'] }).flatMap(({ policy, binding }) => [
      policy,
      binding,
    ]);
    expect(objects.map((object) => [get(object, 'kind'), get(object, 'metadata.name'), get(object, 'spec')])).toEqual(
      all.map(({ kind, metadata, spec }) => [kind, metadata.name, spec]),
    );
  });
});
