import { celMap } from '@bufbuild/cel';
import type { CelInput } from '@bufbuild/cel';
import { Chart, Testing } from 'cdk8s';
import { addAdmissionPolicies, admissionPolicies, ARGO_ROLLOUTS } from '../../lib/policy/admission';
import type { Admission, AdmissionProps } from '../../lib/policy/admission';
import { compile, isCelError, toCelObject } from '../../lib/policy/cel';
import * as kinds from '../../lib/policy/kinds';
import { builtInKinds, refOf, schemaOf } from '../../lib/policy/schema/definitions';
import { groupOf, resourceOf } from '../../lib/manifest/manifest';
import { policies } from '../../lib/policy/policies';
import { admissibleRules, isAdmissible } from '../../lib/policy/policy';
import { WORKLOADS } from '../../lib/manifest/workloads';
import { cases } from './cases';
import { container, debugContainer, get, podSpec, set, silentPodSpec, workload } from './manifests';
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

test('kinds are known as Kubernetes knows them, with the fields that are judged', () => {
  const known = Object.values(kinds).flat();

  expect(known.length).toBeGreaterThan(8);
  for (const { group, version, kind, resource, judged = ['spec'] } of known) {
    const definition = builtInKinds()
      .get(group === '' ? version : `${group}/${version}`)
      ?.get(kind)?.definition;
    const { properties } = definition === undefined ? {} : schemaOf(refOf('any', definition));

    expect([kind, resource]).toEqual([kind, `${kind.toLowerCase()}${kind.endsWith('s') ? 'es' : 's'}`]);
    expect(Object.keys(properties ?? {})).toEqual(expect.arrayContaining([...judged]));
    expect(judged.length).toBeGreaterThan(0);
  }
  expect(kinds.SECRET.judged).toEqual(['data', 'stringData']);
});

describe('admission policies', () => {
  test('one and its binding for each policy that sees one object at a time', () => {
    const names = admissionPolicies({ policies: policies(), namespaces: [] }).map(({ policy }) => policy.metadata.name);

    expect(names).toEqual(
      policies()
        .filter(isAdmissible)
        .map(({ id }) => `policy-${id}`),
    );
    expect(
      policies()
        .filter((policy) => !isAdmissible(policy))
        .map(({ id }) => id),
    ).toEqual([
      ...['schema', 'host-path-volume', 'autoscaled-replicas', 'apply-size', 'duplicate-object', 'unknown-workload'],
      ...policies().flatMap(({ id, graph }) => (graph === undefined ? [] : [id])),
    ]);
  });

  test('say that what should hold does not, where they cannot say what is wrong', () => {
    for (const policy of policies().filter(isAdmissible)) {
      const { validations } = emit(policy.id).policy.spec;

      expect(validations.map(({ message }) => message)).toEqual(
        admissibleRules(policy.rules).map(() => `this does not hold: ${policy.title}`),
      );
    }
  });

  test('objects of no namespace are left out, as a binding would not keep them apart', () => {
    const { policy } = emit('rbac-wildcard');

    expect(policy.spec.matchConstraints.resourceRules).toEqual([
      {
        apiGroups: ['rbac.authorization.k8s.io'],
        apiVersions: ['v1'],
        operations: ['CREATE', 'UPDATE'],
        resources: ['roles'],
      },
    ]);
  });

  test.each([
    ['rbac-wildcard', ['aggregationRule', 'rules']],
    ['rbac-cluster-admin', ['roleRef', 'subjects']],
    ['config-map-secret', ['data']],
    ['service-exposed', ['spec']],
    ['pod-disruption-budget', ['spec']],
    ['pod-spread', ['data', 'spec', 'template']],
  ])('an update counts where it changes what is judged: %s', (id, fields) => {
    const [condition] = emit(id).policy.spec.matchConditions;

    expect(condition?.expression).toContain(`(${JSON.stringify(fields).replaceAll(',', ', ')}.exists(f, `);
  });

  test('what only other objects tell is left out', () => {
    expect(emit('pod-disruption-budget').policy.spec.validations.length).toBe(2);
    expect(emit('pod-spread').policy.spec.validations.length).toBe(1);
    expect(JSON.stringify(emit('pod-spread'))).not.toContain('variables.related');
  });

  test('a pod may leave the token to a ServiceAccount that the API server was told of', () => {
    const tokenless = [
      { namespace: 'shop', name: 'x' },
      { namespace: 'shop', name: 'default' },
      { namespace: 'other', name: 'y' },
    ];
    const passes = (changes: Data, told: AdmissionProps['tokenlessAccounts'] = tokenless): unknown => {
      const { policy } = emit('service-account-token', { tokenlessAccounts: told });
      const object = toCelObject(
        workload({ group: 'apps', version: 'v1', kind: 'Deployment' }, { ...silentPodSpec(), ...changes }),
      );
      const variables = new Map<string, CelInput>();
      const bindings = {
        object: object.value,
        variables: celMap(variables),
        request: celMap(new Map([['namespace', 'shop']])),
      };
      for (const { name, expression } of policy.spec.variables) {
        const value = compile(expression).run(bindings);
        if (!isCelError(value)) {
          variables.set(name, value);
        }
      }
      return compile(policy.spec.validations[0]?.expression ?? '').run(bindings);
    };

    expect(passes({})).toBe(true);
    expect(passes({ serviceAccountName: 'x' })).toBe(true);
    expect(passes({ serviceAccount: 'x' })).toBe(true);
    expect(passes({ serviceAccountName: 'y' })).toBe(false);
    expect(passes({ serviceAccountName: 'x', automountServiceAccountToken: true })).toBe(false);
    expect(passes({}, [])).toBe(false);
    expect(passes({ automountServiceAccountToken: false }, [])).toBe(true);
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
                "expression": "request.operation != 'UPDATE' || (["data", "spec", "template"].exists(f, (f in dyn(object) ? [dyn(object)[f]] : []) != (f in dyn(oldObject) ? [dyn(oldObject)[f]] : [])))",
                "name": "changes-what-is-judged",
              },
              {
                "expression": "!has(object.metadata.ownerReferences) || !object.metadata.ownerReferences.exists(o, has(o.controller) && o.controller == true && (request.userInfo.username + ' makes ' + object.kind + ' of ' + o.apiVersion + ' ' + o.kind) in ["system:serviceaccount:kube-system:deployment-controller makes ReplicaSet of apps/v1 Deployment", "system:serviceaccount:kube-system:replicaset-controller makes Pod of apps/v1 ReplicaSet", "system:serviceaccount:kube-system:statefulset-controller makes Pod of apps/v1 StatefulSet", "system:serviceaccount:kube-system:statefulset-controller makes ControllerRevision of apps/v1 StatefulSet", "system:serviceaccount:kube-system:daemon-set-controller makes Pod of apps/v1 DaemonSet", "system:serviceaccount:kube-system:daemon-set-controller makes ControllerRevision of apps/v1 DaemonSet", "system:serviceaccount:kube-system:replication-controller makes Pod of v1 ReplicationController", "system:serviceaccount:kube-system:job-controller makes Pod of batch/v1 Job", "system:serviceaccount:kube-system:cronjob-controller makes Job of batch/v1 CronJob", "system:kube-controller-manager makes ReplicaSet of apps/v1 Deployment", "system:kube-controller-manager makes Pod of apps/v1 ReplicaSet", "system:kube-controller-manager makes Pod of apps/v1 StatefulSet", "system:kube-controller-manager makes ControllerRevision of apps/v1 StatefulSet", "system:kube-controller-manager makes Pod of apps/v1 DaemonSet", "system:kube-controller-manager makes ControllerRevision of apps/v1 DaemonSet", "system:kube-controller-manager makes Pod of v1 ReplicationController", "system:kube-controller-manager makes Pod of batch/v1 Job", "system:kube-controller-manager makes Job of batch/v1 CronJob", "system:serviceaccount:argo-rollouts:argo-rollouts makes ReplicaSet of argoproj.io/v1alpha1 Rollout"])",
                "name": "not-made-by-a-controller",
              },
              {
                "expression": "(!(object.kind == 'ControllerRevision') || (has(dyn(object).data) && has(dyn(object).data.spec) && has(dyn(object).data.spec.template) && has(dyn(object).data.spec.template.spec) && has(dyn(object).data.spec.template.spec.containers) && dyn(object).data.spec.template.spec.containers != null)) && (!(object.kind == 'Rollout' && has(dyn(object).spec) && has(dyn(object).spec.workloadRef)) || (has(dyn(object).spec) && has(dyn(object).spec.template) && has(dyn(object).spec.template.spec) && has(dyn(object).spec.template.spec.containers) && dyn(object).spec.template.spec.containers != null))",
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
                    "podtemplates",
                    "replicationcontrollers",
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
                    "controllerrevisions",
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
                "message": "this does not hold: No privileged container",
                "messageExpression": "variables.containers.filter(c, !((has(c.securityContext) && has(c.securityContext.privileged) ? c.securityContext.privileged : false) != true)).map(c, 'container "' + (has(c.name) && type(c.name) == string ? c.name : '') + '": ' + ('is privileged')).join('; ')",
                "reason": "Invalid",
              },
            ],
            "variables": [
              {
                "expression": "object.kind == 'Pod' ? dyn(object).spec : object.kind == 'PodTemplate' ? dyn(object).template.spec : object.kind == 'ControllerRevision' ? dyn(object).data.spec.template.spec : object.kind == 'CronJob' ? dyn(object).spec.jobTemplate.spec.template.spec : dyn(object).spec.template.spec",
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
          "expression": "size((has(variables.podSpec.volumes) ? variables.podSpec.volumes : []).filter(v, has(v.hostPath))) == 0",
          "message": "this does not hold: No volume is a folder of the node",
          "messageExpression": "((has(variables.podSpec.volumes) ? variables.podSpec.volumes : []).filter(v, has(v.hostPath))).map(f, 'volume "' + (has(f.name) && type(f.name) == string ? f.name : '') + '" is a hostPath').join('; ')",
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
    expect(spec.matchConditions.map(({ name }) => name)).toEqual(['changes-what-is-judged']);
  });

  test('every workload kind is matched; debug containers where containers are judged, and a resize where resources are', () => {
    const resources = (id: string): string[] =>
      emit(id).policy.spec.matchConstraints.resourceRules.flatMap(({ apiGroups, resources: names }) =>
        names.map((name) => `${apiGroups.join()}/${name}`),
      );

    expect(resources('image-tag')).toEqual([
      '/pods',
      '/pods/ephemeralcontainers',
      '/podtemplates',
      '/replicationcontrollers',
      'apps/controllerrevisions',
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
    expect(
      policies()
        .filter(isAdmissible)
        .map(({ id }) => id)
        .filter((id) => resources(id).includes('/pods/resize')),
    ).toEqual([
      'cpu-request',
      'memory-request',
      'memory-limit',
      'request-within-limit',
      'jvm-heap',
      'jvm-memory-request',
    ]);
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

  test('errors are refused, warnings reported', () => {
    expect(emit('image-tag').binding.spec.validationActions).toEqual(['Deny']);
    expect(emit('service-links').binding.spec.validationActions).toEqual(['Warn', 'Audit']);
    expect(emit('image-tag').binding.spec.validationActions).toEqual(['Deny']);
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

/** Who asks, and for what besides creating an object. */
interface Asked {
  readonly subResource?: string;
  readonly username?: string;
  /** What is updated. */
  readonly from?: unknown;
}

/** What an API server would answer: undefined where it lets the object through. */
function serverSays({ policy: { spec } }: Admission, object: unknown, asked: Asked = {}): string | undefined {
  const { subResource, username = 'kubernetes-admin', from } = asked;
  const { apiVersion, kind, namespace } = resourceOf(object);
  const request = {
    kind: { group: groupOf(apiVersion ?? ''), kind },
    namespace,
    subResource,
    operation: from === undefined ? 'CREATE' : 'UPDATE',
    userInfo: { username, groups: ['system:authenticated'] },
  };
  const variables = new Map<string, CelInput>();
  const bindings = {
    object: toCelObject(object).value,
    oldObject: toCelObject(from ?? null).value,
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
  const owned = (object: Data, owner = 'apps/v1 ReplicaSet'): Data => {
    const [apiVersion, kind] = owner.split(' ');
    return set(object, 'metadata.ownerReferences', [
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'beside', uid: '1' },
      { apiVersion, kind, controller: true, name: 'x', uid: '2' },
    ]);
  };
  const MESSAGE = 'container "main": image "x" has neither a tag nor a digest';
  const inKubeSystem = (name: string): string => `system:serviceaccount:kube-system:${name}`;

  describe('who made it', () => {
    const MADE: readonly (readonly [account: string, kind: string, owner: string])[] = [
      ['replicaset-controller', 'Pod', 'apps/v1 ReplicaSet'],
      ['replication-controller', 'Pod', 'v1 ReplicationController'],
      ['statefulset-controller', 'Pod', 'apps/v1 StatefulSet'],
      ['statefulset-controller', 'ControllerRevision', 'apps/v1 StatefulSet'],
      ['daemon-set-controller', 'Pod', 'apps/v1 DaemonSet'],
      ['daemon-set-controller', 'ControllerRevision', 'apps/v1 DaemonSet'],
      ['job-controller', 'Pod', 'batch/v1 Job'],
      ['cronjob-controller', 'Job', 'batch/v1 CronJob'],
      ['deployment-controller', 'ReplicaSet', 'apps/v1 Deployment'],
    ];
    const made = (kind: string, owner: string): Data => {
      const known = WORKLOADS.find((each) => each.kind === kind);
      const spec = { ...podSpec(), containers: [{ ...container('main'), image: 'x' }] };
      return owned(workload(known ?? { group: '', version: 'v1', kind }, spec), owner);
    };
    const admission = emit('image-tag');

    test.each(MADE)(
      '%s makes a %s of an %s, with an account of its own or in one with all others',
      (name, kind, owner) => {
        for (const username of [inKubeSystem(name), 'system:kube-controller-manager']) {
          expect(serverSays(admission, made(kind, owner), { username })).toBeUndefined();
          // As a whole it is its controller's doing: without the owner it is not.
          expect(
            serverSays(admission, set(made(kind, owner), 'metadata.ownerReferences', undefined), { username }),
          ).toBe(MESSAGE);
          expect(
            serverSays(admission, set(made(kind, owner), 'metadata.ownerReferences.1.controller', false), { username }),
          ).toBe(MESSAGE);
        }
      },
    );

    test.each(MADE)('nobody else does what %s does to a %s of an %s', (name, kind, owner) => {
      for (const username of [
        'kubernetes-admin',
        'jane',
        name,
        `system:serviceaccount:shop:${name}`,
        `system:serviceaccount:kube-system:${name}x`,
        inKubeSystem('generic-garbage-collector'),
        `system:kube-controller-manager makes ${kind} of ${owner}`,
        '',
        ...MADE.filter(([other]) => other !== name).map(([other]) => inKubeSystem(other)),
      ]) {
        expect(serverSays(admission, made(kind, owner), { username })).toBe(MESSAGE);
      }
    });

    test('a controller is one only of what it owns', () => {
      const username = inKubeSystem('replicaset-controller');

      expect(serverSays(admission, made('Pod', 'apps/v1 Deployment'), { username })).toBe(MESSAGE);
      expect(serverSays(admission, made('Pod', 'example.com/v1 ReplicaSet'), { username })).toBe(MESSAGE);
      expect(serverSays(admission, made('Deployment', 'apps/v1 ReplicaSet'), { username })).toBe(MESSAGE);
    });

    test('Argo Rollouts makes the ReplicaSets of Rollouts, and other accounts may be named instead', () => {
      const rollout = made('ReplicaSet', 'argoproj.io/v1alpha1 Rollout');
      const username = 'system:serviceaccount:argo-rollouts:argo-rollouts';
      const other = { account: 'system:serviceaccount:ops:rollouts', makes: ARGO_ROLLOUTS.makes };

      expect(serverSays(admission, rollout, { username })).toBeUndefined();
      // Their templates are in objects that nobody judges.
      expect(serverSays(admission, made('ReplicaSet', 'argoproj.io/v1alpha1 Experiment'), { username })).toBe(MESSAGE);
      expect(serverSays(admission, made('Job', 'argoproj.io/v1alpha1 AnalysisRun'), { username })).toBe(MESSAGE);
      expect(serverSays(emit('image-tag', { controllers: [] }), rollout, { username })).toBe(MESSAGE);
      expect(serverSays(emit('image-tag', { controllers: [other] }), rollout, { username })).toBe(MESSAGE);
      expect(
        serverSays(emit('image-tag', { controllers: [other] }), rollout, { username: other.account }),
      ).toBeUndefined();
    });
  });

  describe('what is changed', () => {
    const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { A_TOKEN: 'x' } };

    test.each([
      ['labels', 'metadata.labels.x', 'y'],
      ['annotations', 'metadata.annotations.x', 'y'],
      ['finalizers', 'metadata.finalizers', undefined],
      ['owners', 'metadata.ownerReferences', undefined],
      ['the status', 'status.phase', 'Running'],
    ])('%s alone may be changed, whatever is wrong with the rest', (_, path, value) => {
      for (const kind of WORKLOADS) {
        const spec = { ...podSpec(), containers: [{ ...container('main'), image: 'x' }] };
        const before = set(owned(workload(kind, spec)), 'metadata.finalizers', ['example.com/keep']);

        expect(serverSays(emit('image-tag'), set(before, path, value), { from: before })).toBeUndefined();
        expect(serverSays(emit('image-tag'), set(before, path, value))).toBe(MESSAGE);
      }
      expect(serverSays(emit('config-map-secret'), set(CONFIG_MAP, path, value), { from: CONFIG_MAP })).toBeUndefined();
    });

    test('a template that is changed is judged, also where the object is going away', () => {
      for (const kind of WORKLOADS) {
        const before = set(workload(kind, podSpec()), 'metadata.deletionTimestamp', '2026-01-01T00:00:00Z');
        const after = set(before, kind.template === '' ? 'spec' : `${kind.template}.spec`, {
          ...podSpec(),
          hostNetwork: true,
        });

        expect(serverSays(emit('host-namespaces'), after, { from: before })).toBe('the pod sets hostNetwork');
        expect(
          serverSays(emit('host-namespaces'), set(after, 'metadata.deletionTimestamp', undefined), { from: before }),
        ).toBe('the pod sets hostNetwork');
      }
      const emptied = set(CONFIG_MAP, 'data', undefined);
      expect(serverSays(emit('config-map-secret'), CONFIG_MAP, { from: emptied })).toContain('A_TOKEN');
      expect(serverSays(emit('config-map-secret'), emptied, { from: CONFIG_MAP })).toBeUndefined();
    });

    test('metadata that a policy judges is judged', () => {
      const key = 'container.apparmor.security.beta.kubernetes.io/main';
      const pod = workload({ group: '', version: 'v1', kind: 'Pod' }, podSpec());
      const labelled = workload({ group: 'apps', version: 'v1', kind: 'Deployment' }, podSpec());
      const unlabelled = set(labelled, 'metadata.labels', { x: 'y' });

      expect(
        serverSays(emit('apparmor'), set(pod, ['metadata', 'annotations', key], 'unconfined'), { from: pod }),
      ).toContain('is not allowed');
      expect(serverSays(emit('recommended-labels'), unlabelled, { from: labelled })).toContain('is missing');
      expect(
        serverSays(emit('recommended-labels'), set(unlabelled, 'metadata.annotations', { a: 'b' }), {
          from: unlabelled,
        }),
      ).toBeUndefined();
    });
  });

  test('a registered kind is matched and judged like the others', () => {
    const widget = { group: 'example.com', version: 'v2', kind: 'Widget', resource: 'widgets', template: 'job.pod' };
    const admission = emit('image-tag', { workloads: [widget] });
    const spec = { ...podSpec(), containers: [{ ...container('main'), image: 'x' }] };
    const object = {
      apiVersion: 'example.com/v2',
      kind: 'Widget',
      metadata: { name: 'w', namespace: 'shop' },
      job: { pod: { spec } },
    };

    expect(admission.policy.spec.matchConstraints.resourceRules.at(-1)).toEqual({
      apiGroups: ['example.com'],
      apiVersions: ['v2'],
      operations: ['CREATE', 'UPDATE'],
      resources: ['widgets'],
    });
    expect(serverSays(admission, object)).toBe(MESSAGE);
    expect(serverSays(admission, object, { from: set(object, 'job.pod.spec', podSpec()) })).toBe(MESSAGE);
    expect(serverSays(admission, set(object, 'job', {}))).toBeUndefined();
  });

  test('judges a debug container that is added to a pod, alone, whoever made the pod', () => {
    const admission = emit('image-tag');
    const debugged = owned(wrong('x', { ephemeralContainers: [{ ...debugContainer('debug'), image: 'y' }] }));

    expect(serverSays(admission, debugged, { subResource: 'ephemeralcontainers' })).toBe(
      'container "debug": image "y" has neither a tag nor a digest',
    );
    expect(serverSays(admission, owned(wrong('x')), { subResource: 'ephemeralcontainers' })).toBeUndefined();
    expect(serverSays(admission, debugged, { subResource: 'resize' })).toContain('image "x"');
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
