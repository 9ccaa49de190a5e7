import { celMap } from '@bufbuild/cel';
import type { CelInput } from '@bufbuild/cel';
import { Chart, Testing } from 'cdk8s';
import { addAdmissionPolicies, admissionPolicies, isAdmissible } from '../../lib/policy/admission';
import type { Admission, AdmissionProps } from '../../lib/policy/admission';
import { compile, isCelError, toCelObject } from '../../lib/policy/cel';
import { groupOf, resourceOf } from '../../lib/policy/engine';
import { policies } from '../../lib/policy/policies';
import { WORKLOADS } from '../../lib/policy/policy';
import { cases } from './cases';
import { container, debugContainer, get, podSpec, set, workload } from './manifests';
import type { Data } from './manifests';
import { ROWS } from './rows';

// What the API server makes of it is tested on a real one: test/cluster/admission.test.ts.

function emit(id: string, props: Partial<AdmissionProps> = {}): Admission {
  const asked = policies().filter((policy) => policy.id === id);
  const [found, ...others] = admissionPolicies({ policies: asked, namespaces: ['shop'], ...props });
  if (found === undefined || others.length > 0) {
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
    expect(emit('privileged', { prefix: 'shop' })).toMatchInlineSnapshot(`
      {
        "binding": {
          "apiVersion": "admissionregistration.k8s.io/v1",
          "kind": "ValidatingAdmissionPolicyBinding",
          "metadata": {
            "name": "shop-privileged",
          },
          "spec": {
            "matchResources": {
              "namespaceSelector": {
                "matchExpressions": [
                  {
                    "key": "kubernetes.io/metadata.name",
                    "operator": "In",
                    "values": [
                      "shop",
                    ],
                  },
                ],
              },
            },
            "policyName": "shop-privileged",
            "validationActions": [
              "Deny",
            ],
          },
        },
        "policy": {
          "apiVersion": "admissionregistration.k8s.io/v1",
          "kind": "ValidatingAdmissionPolicy",
          "metadata": {
            "annotations": {
              "policy/fix": "Leave securityContext.privileged out; give the one capability or device that is needed.",
              "policy/link": "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",
              "policy/why": "A privileged container is root on the node in all but name.",
            },
            "name": "shop-privileged",
          },
          "spec": {
            "failurePolicy": "Fail",
            "matchConditions": [
              {
                "expression": "!has(object.metadata.deletionTimestamp)",
                "name": "not-being-deleted",
              },
              {
                "expression": "(has(request.subResource) && request.subResource == 'ephemeralcontainers') || (!has(object.metadata) || !has(object.metadata.ownerReferences) || !object.metadata.ownerReferences.exists(o, has(o.controller) && o.controller == true && o.kind in ["ReplicaSet","Deployment","StatefulSet","DaemonSet","Job","CronJob","Rollout"]))",
                "name": "not-made-by-a-controller",
              },
              {
                "expression": "object.kind != 'Rollout' || !has(dyn(object).spec) || !has(dyn(object).spec.workloadRef)",
                "name": "has-a-template",
              },
            ],
            "matchConstraints": {
              "resourceRules": [
                {
                  "apiGroups": [
                    "",
                  ],
                  "apiVersions": [
                    "v1",
                  ],
                  "operations": [
                    "CREATE",
                    "UPDATE",
                  ],
                  "resources": [
                    "pods",
                    "pods/ephemeralcontainers",
                  ],
                },
                {
                  "apiGroups": [
                    "apps",
                  ],
                  "apiVersions": [
                    "v1",
                  ],
                  "operations": [
                    "CREATE",
                    "UPDATE",
                  ],
                  "resources": [
                    "daemonsets",
                    "deployments",
                    "replicasets",
                    "statefulsets",
                  ],
                },
                {
                  "apiGroups": [
                    "batch",
                  ],
                  "apiVersions": [
                    "v1",
                  ],
                  "operations": [
                    "CREATE",
                    "UPDATE",
                  ],
                  "resources": [
                    "cronjobs",
                    "jobs",
                  ],
                },
                {
                  "apiGroups": [
                    "argoproj.io",
                  ],
                  "apiVersions": [
                    "v1alpha1",
                  ],
                  "operations": [
                    "CREATE",
                    "UPDATE",
                  ],
                  "resources": [
                    "rollouts",
                  ],
                },
              ],
            },
            "validations": [
              {
                "expression": "variables.containers.all(c, (has(c.securityContext) && has(c.securityContext.privileged) ? c.securityContext.privileged : false) != true)",
                "message": "No privileged container",
                "messageExpression": "variables.containers.filter(c, !((has(c.securityContext) && has(c.securityContext.privileged) ? c.securityContext.privileged : false) != true)).map(c, 'container "' + c.name + '": ' + ('is privileged')).join('; ')",
                "reason": "Invalid",
              },
            ],
            "variables": [
              {
                "expression": "object.kind == 'Pod' ? dyn(object).spec : object.kind == 'CronJob' ? dyn(object).spec.jobTemplate.spec.template.spec : dyn(object).spec.template.spec",
                "name": "podSpec",
              },
              {
                "expression": "(has(variables.podSpec.containers) ? variables.podSpec.containers : [])",
                "name": "podContainers",
              },
              {
                "expression": "(has(variables.podSpec.initContainers) ? variables.podSpec.initContainers : [])",
                "name": "initContainers",
              },
              {
                "expression": "has(request.subResource) && request.subResource == 'ephemeralcontainers' ? (has(variables.podSpec.ephemeralContainers) ? variables.podSpec.ephemeralContainers : []) : (variables.podContainers + variables.initContainers + (has(variables.podSpec.ephemeralContainers) ? variables.podSpec.ephemeralContainers : []))",
                "name": "containers",
              },
            ],
          },
        },
      }
    `);
  });

  test('a policy on the pod, with offenders', () => {
    expect(emit('host-path').policy.spec.validations).toMatchInlineSnapshot(`
      [
        {
          "expression": "size((has(variables.podSpec.volumes) ? variables.podSpec.volumes : []).filter(v, has(v.hostPath)).map(v, v.name)) == 0",
          "message": "No volume is a folder of the node",
          "messageExpression": "((has(variables.podSpec.volumes) ? variables.podSpec.volumes : []).filter(v, has(v.hostPath)).map(v, v.name)).map(f, 'volume "' + f + '" is a hostPath').join('; ')",
          "reason": "Invalid",
        },
      ]
    `);
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

  test('exceptions of an object that says little about itself', () => {
    const nobody = { ...EXCEPTION, resource: { apiVersion: null, kind: null, namespace: null, name: null } };

    expect(emit('host-path', { exceptions: [nobody] }).policy.spec.matchConditions.at(-1)).toEqual({
      name: 'not-acknowledged',
      expression:
        '!(request.kind.group == "" && request.kind.kind == "" && request.namespace == "default" && has(object.metadata.name) && object.metadata.name == "")',
    });
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

/** What an API server would answer: undefined where it lets the object through. */
function serverSays({ policy: { spec } }: Admission, object: unknown, subResource?: string): string | undefined {
  const { apiVersion, kind, namespace } = resourceOf(object);
  const request = { kind: { group: groupOf(apiVersion ?? ''), kind }, namespace, subResource };
  const variables = new Map<string, CelInput>();
  const bindings = {
    object: toCelObject(object).value,
    request: toCelObject(request).value,
    variables: celMap(variables),
  };
  const evaluate = (expression: string): CelInput => {
    const value = compile(expression).run(bindings);
    if (isCelError(value)) {
      throw new Error(`${expression}: ${value.message}`);
    }
    return value;
  };
  if (spec.matchConditions.some(({ expression }) => evaluate(expression) !== true)) {
    return undefined;
  }
  for (const { name, expression } of spec.variables) {
    variables.set(name, evaluate(expression));
  }
  const broken = spec.validations.filter(({ expression }) => evaluate(expression) !== true);
  const texts = broken.map(({ messageExpression }) => evaluate(messageExpression));
  return texts.length === 0 ? undefined : texts.map((text) => (typeof text === 'string' ? text : 'no text')).join('; ');
}

describe('what the API server evaluates', () => {
  const [POD, DEPLOYMENT] = WORKLOADS;
  test.each(ROWS.map((row, index) => [row.policy, row.message, index] as const))(
    'says what the engine says: %s: %s',
    (id, message, index) => {
      const admission = emit(id);
      const row = ROWS[index];
      const kinds = WORKLOADS.filter((kind) => kind === POD || kind === DEPLOYMENT || row?.onlyIn?.includes(kind.kind));
      const judged = row === undefined ? [] : kinds.flatMap((kind) => cases(row, kind));

      expect(judged.length).toBeGreaterThan(0);
      for (const { good, bad, prefix } of judged) {
        expect(serverSays(admission, good)).toBeUndefined();
        expect(serverSays(admission, bad)).toContain(prefix + message);
      }
    },
  );

  const wrong = (image: string, changes: Data = {}): Data =>
    workload(WORKLOADS[0] ?? { group: '', version: 'v1', kind: 'Pod' }, {
      ...podSpec(),
      containers: [{ ...container('main'), image }],
      ...changes,
    });
  const owned = (object: Data): Data =>
    set(object, 'metadata.ownerReferences', [{ kind: 'ReplicaSet', controller: true, name: 'x' }]);

  test('leaves alone what is going away, and what a controller made', () => {
    const admission = emit('image-tag');

    expect(serverSays(admission, wrong('x'))).toBe('container "main": image "x" has neither a tag nor a digest');
    expect(serverSays(admission, set(wrong('x'), 'metadata.deletionTimestamp', '2026-01-01'))).toBeUndefined();
    expect(serverSays(admission, owned(wrong('x')))).toBeUndefined();
  });

  test('judges a debug container that is added to a pod, alone, whoever made the pod', () => {
    const admission = emit('image-tag');
    const debugged = owned(wrong('x', { ephemeralContainers: [{ ...debugContainer('debug'), image: 'y' }] }));

    expect(serverSays(admission, debugged, 'ephemeralcontainers')).toBe(
      'container "debug": image "y" has neither a tag nor a digest',
    );
    expect(serverSays(admission, owned(wrong('x')), 'ephemeralcontainers')).toBeUndefined();
    expect(serverSays(admission, debugged, 'status')).toBeUndefined();
  });

  test('says all that is wrong in one line', () => {
    const two = [container('a'), container('b')].map((each) => ({ ...each, image: 'x' }));
    const volumes = ['v', 'w'].map((name) => ({ name, hostPath: { path: '/' } }));

    expect(serverSays(emit('image-tag'), wrong('', { containers: two }))).toBe(
      ['a', 'b'].map((name) => `container "${name}": image "x" has neither a tag nor a digest`).join('; '),
    );
    expect(serverSays(emit('host-path'), wrong('x:1', { volumes }))?.split('; ').length).toBe(2);
  });

  test('lets through the acknowledged object, and no other', () => {
    const exception = (
      name: string,
      namespace = 'shop',
      kind = 'Pod',
      apiVersion = 'v1',
    ): AdmissionProps['exceptions'] => [
      { policy: 'image-tag', reason: 'r', resource: { apiVersion, kind, namespace, name } },
    ];
    const says = (exceptions: AdmissionProps['exceptions']): string | undefined =>
      serverSays(emit('image-tag', { exceptions: exceptions ?? [] }), wrong('x'));

    expect(says(exception('web'))).toBeUndefined();
    for (const other of [
      exception('other'),
      exception('web', 'other'),
      exception('web', 'shop', 'Job'),
      exception('web', 'shop', 'Pod', 'apps/v1'),
    ]) {
      expect(says(other)).toContain('image "x"');
    }
  });
});
