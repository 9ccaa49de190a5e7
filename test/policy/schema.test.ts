import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkInputs } from '../../lib/policy/check-inputs';
import { Engine } from '../../lib/policy/engine';
import { policies } from '../../lib/policy/policies';
import { schema } from '../../lib/policy/policies/schema';
import { supportedVersions } from '../../lib/policy/schema/definitions';
import { readYaml } from '../../lib/policy/yaml';
import { kubernetesVersions } from '../cluster/binaries';
import { DEMAND_ROWS } from './demand-rows';
import { container, get, podSpec, set, workload } from './manifests';
import type { Data } from './manifests';

// The policy `schema`: one field apart from what Kubernetes takes. What API servers say of the same is in test/cluster/schema.test.ts.

const engine = new Engine([schema()]);

/** `severity field: message` of each finding. */
function judge(manifest: unknown, ...others: readonly unknown[]): string[] {
  return [...engine.evaluate([manifest, ...others].map((each, id) => ({ id, manifest: each })))]
    .filter(({ id }) => id === 0)
    .map(({ violation: { severity, field, message } }) => `${severity} ${field}: ${message}`);
}

const DEPLOYMENT = workload({ group: 'apps', version: 'v1', kind: 'Deployment' }, podSpec());
const object = (apiVersion: string, kind: string, content: Data = {}): Data => ({
  apiVersion,
  kind,
  metadata: { name: 'x' },
  ...content,
});
const MAIN = 'spec.template.spec.containers[0]';
const main = (changes: Data): Data =>
  set(DEPLOYMENT, 'spec.template.spec.containers', [{ ...container('main'), ...changes }]);
const spec = (path: string, value: unknown): Data => set(DEPLOYMENT, `spec.${path}`, value);
const configMap = (data: unknown): Data => object('v1', 'ConfigMap', { data });

test.each<readonly [what: string, manifest: Data, findings: readonly string[]]>([
  ['as it should be', DEPLOYMENT, []],
  [
    'misspelt',
    main({ imagePullPolcy: 'Always' }),
    [`error ${MAIN}.imagePullPolcy: unknown field "${MAIN}.imagePullPolcy"; did you mean "imagePullPolicy"?`],
  ],
  [
    'in other letters',
    main({ imagepullpolicy: 'Always' }),
    [`error ${MAIN}.imagepullpolicy: unknown field "${MAIN}.imagepullpolicy"; did you mean "imagePullPolicy"?`],
  ],
  [
    'a level too high',
    spec('template.spec.livenessProbe', { tcpSocket: { port: 1 } }),
    [
      'error spec.template.spec.livenessProbe: unknown field "spec.template.spec.livenessProbe"; "livenessProbe" belongs to spec.template.spec.containers[]',
    ],
  ],
  [
    'a level too low',
    main({ terminationGracePeriodSeconds: 5 }),
    [
      `error ${MAIN}.terminationGracePeriodSeconds: unknown field "${MAIN}.terminationGracePeriodSeconds"; "terminationGracePeriodSeconds" belongs to spec.template.spec`,
    ],
  ],
  ['known nowhere', spec('whatever', 1), ['error spec.whatever: unknown field "spec.whatever"']],
  ['known nowhere, and null', main({ whatever: null }), [`error ${MAIN}.whatever: unknown field "${MAIN}.whatever"`]],
  ['null where any field may be', set(DEPLOYMENT, 'metadata.annotations', { whatever: null }), []],
  [
    'null below text',
    object('v1', 'ConfigMap', { data: { a: { b: null } } }),
    [expect.stringMatching(/^error data.a: /)],
  ],
  [
    'of the object in a part of it',
    set(DEPLOYMENT, 'metadata.spec', {}),
    ['error metadata.spec: unknown field "metadata.spec"; "spec" belongs to the object itself'],
  ],
  [
    'of a part in the object',
    { ...DEPLOYMENT, replicas: 2 },
    ['error replicas: unknown field "replicas"; "replicas" belongs to spec'],
  ],
  [
    'of a part far below',
    { ...DEPLOYMENT, containers: [] },
    ['error containers: unknown field "containers"; "containers" belongs to spec.template.spec'],
  ],
  [
    'of a part farther below',
    { ...DEPLOYMENT, imagePullPolicy: '' },
    ['error imagePullPolicy: unknown field "imagePullPolicy"'],
  ],
  [
    'of the items of a list in the object that has the list',
    spec('template.spec.hostPort', 1),
    [
      'error spec.template.spec.hostPort: unknown field "spec.template.spec.hostPort"; "hostPort" belongs to spec.template.spec.containers[].ports[]',
    ],
  ],
  [
    'with a name that a path would be taken apart by',
    set(DEPLOYMENT, 'metadata.annotations', { 'a.b/c~d': 1 }),
    [
      'error metadata.annotations["a.b/c~d"]: Invalid value: must be text (string), and is a number (number); put it in quotes',
    ],
  ],
  ...['-5', '12', '1.50', 'true'].map(
    (text) =>
      [
        `${text} as text`,
        spec('replicas', text),
        [
          'error spec.replicas: Invalid value: must be a whole number (integer), and is text (string); remove the quotes',
        ],
      ] as const,
  ),
  ...['x1', '1x', '1.', 'truex', ''].map(
    (text) =>
      [
        `${text}, which is no number`,
        spec('replicas', text),
        ['error spec.replicas: Invalid value: must be a whole number (integer), and is text (string)'],
      ] as const,
  ),
  [
    'a number of another type than quotes would mend',
    spec('template', 5),
    ['error spec.template: Invalid value: must be a map (object), and is a number (number)'],
  ],
  [
    'a number as text where there is neither',
    spec('template', '5'),
    ['error spec.template: Invalid value: must be a map (object), and is text (string)'],
  ],
  [
    'a quantity of another type',
    main({ resources: { limits: { cpu: true } } }),
    [
      `error ${MAIN}.resources.limits.cpu: Invalid value: must be a quantity such as 2, 100m or 512Mi, and is true or false (boolean)`,
    ],
  ],
  ...[
    ['x'.repeat(40), `: "${'x'.repeat(40)}"`],
    ['x'.repeat(41), ''],
  ].map(
    ([value = '', said = '']) =>
      [
        `a value of ${value.length} letters`,
        main({ imagePullPolicy: value }),
        [
          `error ${MAIN}.imagePullPolicy: Unsupported value${said}: supported values: "Always", "IfNotPresent", "Never"`,
        ],
      ] as const,
  ),
  [
    'a number as text',
    spec('replicas', '3'),
    ['error spec.replicas: Invalid value: must be a whole number (integer), and is text (string); remove the quotes'],
  ],
  [
    'a fraction of a whole',
    spec('replicas', 1.5),
    ['error spec.replicas: Invalid value: must be a whole number (integer), and is a fraction (number)'],
  ],
  [
    'beyond 32 bits',
    spec('replicas', 2 ** 31),
    ['error spec.replicas: Invalid value: should be less than or equal to 2147483647'],
  ],
  [
    'a number without quotes where there is text',
    main({ env: [{ name: 'SERVER_PORT', value: 8080 }] }),
    [`error ${MAIN}.env[0].value: Invalid value: must be text (string), and is a number (number); put it in quotes`],
  ],
  [
    'a map for a list',
    spec('template.spec.containers', { main: {} }),
    ['error spec.template.spec.containers: Invalid value: must be a list (array), and is a map (object)'],
  ],
  ['no template', spec('template', undefined), ['error spec.template: Required value']],
  ['no image', main({ image: undefined }), [`error ${MAIN}.image: Required value`]],
  ['an empty name', main({ name: '' }), [`error ${MAIN}.name: Required value`]],
  [
    'no name of its own',
    set(DEPLOYMENT, 'metadata', {}),
    ['error metadata.name: Required value: name or generateName is required'],
  ],
  ['a name to be made', set(DEPLOYMENT, 'metadata', { generateName: 'x-' }), []],
  ['a name that is null, beside one to be made', set(DEPLOYMENT, 'metadata', { name: null, generateName: 'x-' }), []],
  [
    'an empty name',
    object('v1', 'ConfigMap', { metadata: { name: '' } }),
    ['error metadata.name: Required value: name or generateName is required'],
  ],
  [
    'no name, of a kind that is called like one that needs none',
    object('rbac.authorization.k8s.io/v1', 'RoleBinding', {
      metadata: {},
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'x' },
    }),
    ['error metadata.name: Required value: name or generateName is required'],
  ],
  ['no name, of a kind that gets one', object('v1', 'LimitRange', { metadata: {}, spec: { limits: [] } }), []],
  ['no name, of a question', object('authentication.k8s.io/v1', 'TokenReview', { metadata: {}, spec: {} }), []],
  [
    'no name, of a list of objects',
    { apiVersion: 'v1', kind: 'ConfigMapList', items: [object('v1', 'ConfigMap')] },
    [],
  ],
  [
    'a number that JSON does not have',
    spec('replicas', Infinity),
    ['error spec.replicas: Invalid value: must be a whole number (integer), and is text (string)'],
  ],
  [
    'none of the values',
    main({ imagePullPolicy: 'always' }),
    [`error ${MAIN}.imagePullPolicy: Unsupported value: "always": supported values: "Always", "IfNotPresent", "Never"`],
  ],
  ['an empty value', main({ imagePullPolicy: '' }), []],
  [
    'no quantity',
    main({ resources: { limits: { memory: '1GB' } } }),
    [`error ${MAIN}.resources.limits.memory: Invalid value: must be a quantity such as 2, 100m or 512Mi`],
  ],
  ['a quantity as a number', main({ resources: { limits: { cpu: 0.5 } } }), []],
  ['a port by number or name', main({ livenessProbe: { tcpSocket: { port: 80 } } }), []],
  [
    'neither number nor name',
    main({ livenessProbe: { tcpSocket: { port: true } } }),
    [
      `error ${MAIN}.livenessProbe.tcpSocket.port: Invalid value: must be a whole number (integer) or text (string), and is true or false (boolean); put it in quotes`,
    ],
  ],
  [
    'a probe that does nothing',
    main({ livenessProbe: { periodSeconds: 5 } }),
    [`error ${MAIN}.livenessProbe: Required value: must specify one of exec, httpGet, tcpSocket, grpc`],
  ],
  [
    'a probe that does two things',
    main({ livenessProbe: { tcpSocket: { port: 1 }, exec: { command: ['x'] } } }),
    [`error ${MAIN}.livenessProbe: Forbidden: may not specify more than one of exec, httpGet, tcpSocket, grpc`],
  ],
  ['fields that are null', main({ env: null, image: 'nginx:1', livenessProbe: null }), []],
  ['null for what is required', main({ image: null }), [`error ${MAIN}.image: Required value`]],
  [
    'no time',
    set(DEPLOYMENT, 'metadata.creationTimestamp', '2026-02-30T00:00:00Z'),
    ['error metadata.creationTimestamp: Invalid value: must be a time such as 2026-01-31T08:00:00Z'],
  ],
  [
    'a time with microseconds',
    object('coordination.k8s.io/v1', 'Lease', { spec: { renewTime: '2026-01-31T08:00:00.000001Z' } }),
    [],
  ],
  ...['2026-01-31T08:00:00Z', '2026-01-31T08:00:00.123+05:30', '2026-01-31T08:00:00-09:00'].map(
    (time) => [`the time ${time}`, set(DEPLOYMENT, 'metadata.creationTimestamp', time), []] as const,
  ),
  ...[
    '2026-01-31T08:00:00+05:3',
    '2026-01-31T08:00:00+05:3x',
    '2026-01-31T08:00:00+25:00',
    '2026-01-31T08:00:00+05:60',
    '2026-01-31T08:61:00Z',
  ].map(
    (time) =>
      [
        `no time, ${time}`,
        set(DEPLOYMENT, 'metadata.creationTimestamp', time),
        ['error metadata.creationTimestamp: Invalid value: must be a time such as 2026-01-31T08:00:00Z'],
      ] as const,
  ),
  [
    'a network policy without a selector, which selects every pod',
    object('networking.k8s.io/v1', 'NetworkPolicy', { spec: { policyTypes: ['Ingress'] } }),
    [],
  ],
  ...['In', 'NotIn'].map(
    (operator) =>
      [
        `a selector by ${operator} without values`,
        set(DEPLOYMENT, 'spec.selector.matchExpressions', [{ key: 'a', operator }]),
        ['error spec.selector.matchExpressions[0].values: Required value'],
      ] as const,
  ),
  [
    'a selector by a label that is there',
    set(DEPLOYMENT, 'spec.selector.matchExpressions', [{ key: 'a', operator: 'Exists' }]),
    [],
  ],
  [
    'an admission policy that only writes into the audit log',
    object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', {
      spec: {
        matchConstraints: {
          resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['pods'] }],
        },
        auditAnnotations: [{ key: 'a', valueExpression: "'b'" }],
      },
    }),
    [expect.stringContaining('known from Kubernetes 1.30') as string],
  ],
  [
    'an admission policy of nothing',
    object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', {
      spec: { validations: [{ expression: 'true' }] },
    }),
    [
      'warning apiVersion: ValidatingAdmissionPolicy of admissionregistration.k8s.io/v1 is known from Kubernetes 1.30 on only, and 1.28 to 1.37 are supported',
      'error spec.matchConstraints: Required value',
    ],
  ],
  [
    'a version that its kind never had, of a group that has the kind',
    object('events.k8s.io/v2', 'Event', {}),
    [
      'error apiVersion: no matches for kind "Event" in version "events.k8s.io/v2"; in Kubernetes 1.37 it is of events.k8s.io/v1',
    ],
  ],
  ...['2026-01-31T08:00:00Z', '2026-01-31T08:00:00.000Z', '2026-01-31T08:00:00.0000001Z'].map(
    (renewTime) =>
      [
        `${renewTime} where microseconds are asked for`,
        object('coordination.k8s.io/v1', 'Lease', { spec: { renewTime } }),
        ['error spec.renewTime: Invalid value: must be a time with microseconds such as 2026-01-31T08:00:00.000000Z'],
      ] as const,
  ),
  [
    'no base64',
    object('v1', 'ConfigMap', { binaryData: { a: 'x' } }),
    ['error binaryData.a: Invalid value: must be base64'],
  ],
  [
    'numbers and lists in a ConfigMap',
    configMap({ a: 1, b: ['x'] }),
    [
      'error data.a: Invalid value: must be text (string), and is a number (number); put it in quotes',
      'error data.b: Invalid value: must be text (string), and is a list (array)',
    ],
  ],
  ['a status, of which nobody who writes it has a say', { ...DEPLOYMENT, status: { conditions: [{}] } }, []],
  [
    'a status of another type',
    { ...DEPLOYMENT, status: { replicas: '1' } },
    ['error status.replicas: Invalid value: must be a whole number (integer), and is text (string); remove the quotes'],
  ],
  [
    'names of what every object of JavaScript has',
    JSON.parse(
      JSON.stringify(spec('constructor', {})).replace('"spec":{', '"spec":{"__proto__":{"replicas":1},"toString":1,'),
    ) as Data,
    [
      'error spec.__proto__: unknown field "spec.__proto__"',
      'error spec.toString: unknown field "spec.toString"',
      'error spec.constructor: unknown field "spec.constructor"',
    ],
  ],
  [
    'an API version of the past',
    { ...DEPLOYMENT, apiVersion: 'extensions/v1beta1' },
    [
      'error apiVersion: no matches for kind "Deployment" in version "extensions/v1beta1"; it was removed in Kubernetes 1.16; use apps/v1 Deployment',
    ],
  ],
  [
    'an API version of the past whose successor is past as well',
    object('autoscaling/v2beta1', 'HorizontalPodAutoscaler'),
    [
      'error apiVersion: no matches for kind "HorizontalPodAutoscaler" in version "autoscaling/v2beta1"; it was removed in Kubernetes 1.25; use autoscaling/v2 HorizontalPodAutoscaler',
    ],
  ],
  [
    'a kind of another group',
    { ...DEPLOYMENT, apiVersion: 'batch/v1' },
    ['error kind: no matches for kind "Deployment" in version "batch/v1"; in Kubernetes 1.37 it is of apps/v1'],
  ],
  [
    'a mistyped kind',
    { ...DEPLOYMENT, kind: 'Deploymnet' },
    ['error kind: no matches for kind "Deploymnet" in version "apps/v1"; did you mean Deployment of apps/v1?'],
  ],
  [
    'a version that there never was',
    { ...DEPLOYMENT, apiVersion: 'apps/v3' },
    ['error apiVersion: no matches for kind "Deployment" in version "apps/v3"; in Kubernetes 1.37 it is of apps/v1'],
  ],
  [
    'a kind that goes, of another group: nobody is sent there',
    object('apps/v1', 'Endpoints'),
    ['error kind: no matches for kind "Endpoints" in version "apps/v1"'],
  ],
  [
    'a kind that goes',
    object('v1', 'Endpoints'),
    ['warning apiVersion: Endpoints of v1 is deprecated since Kubernetes 1.33; use discovery.k8s.io/v1 EndpointSlice'],
  ],
  [
    'a kind that the oldest does not have',
    object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding', {
      spec: { policyName: 'x', validationActions: ['Deny'] },
    }),
    [
      'warning apiVersion: ValidatingAdmissionPolicyBinding of admissionregistration.k8s.io/v1 is known from Kubernetes 1.30 on only, and 1.28 to 1.37 are supported',
    ],
  ],
  [
    'a field that the oldest does not know',
    main({ lifecycle: { preStop: { sleep: { seconds: 5 } } } }),
    [
      `warning ${MAIN}.lifecycle.preStop.sleep: the field "${MAIN}.lifecycle.preStop.sleep" is known from Kubernetes 1.29 on only, and 1.28 to 1.37 are supported`,
    ],
  ],
  [
    'a field that the oldest does not know and that holds any text, which nobody is shown',
    object('v1', 'Pod', { spec: { containers: [{ name: 'main', image: 'x:1' }], hostnameOverride: 'my-s3cret' } }),
    [
      'warning spec.hostnameOverride: the field "spec.hostnameOverride" is known from Kubernetes 1.34 on only, and 1.28 to 1.37 are supported',
    ],
  ],
  [
    'a value that the oldest does not know',
    object('v1', 'Pod', {
      spec: {
        containers: [{ name: 'main', image: 'x:1' }],
        tolerations: [{ key: 'k', operator: 'Gt', value: '1', effect: 'NoSchedule' }],
      },
    }),
    [
      'warning spec.tolerations[0].operator: the value "Gt" is known from Kubernetes 1.35 on only, and 1.28 to 1.37 are supported',
    ],
  ],
  [
    'a field that only the oldest knows',
    object('v1', 'PersistentVolumeClaim', {
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' }, claims: [{ name: 'x' }] },
      },
    }),
    [
      'warning spec.resources.claims: the field "spec.resources.claims" is known until Kubernetes 1.28 only, and 1.28 to 1.37 are supported',
    ],
  ],
  ['a kind that nobody has a schema of', object('example.com/v1', 'Widget', { spec: { replicas: '3' } }), []],
  ["a file of Kubernetes' programs", object('kubelet.config.k8s.io/v1beta1', 'KubeletConfiguration'), []],
])('%s', (_, manifest, findings) => {
  expect(judge(manifest)).toEqual(findings);
});

describe('what API servers demand of', () => {
  const objects = new Map<string, Data>(
    [...readYaml(readFileSync(join(__dirname, '../cluster/schema/objects.yaml'), 'utf8'))].map((part) => {
      const manifest = ('value' in part ? part.value : {}) as Data;
      return [`${String(manifest['kind'])} ${String(get(manifest, 'metadata.name'))}`, manifest] as const;
    }),
  );

  test.each([...objects])('%s as it stands is nothing', (_, manifest) => {
    expect(judge(manifest).filter((finding) => finding.startsWith('error'))).toEqual([]);
  });

  test.each(Object.entries(DEMAND_ROWS).flatMap(([name, rows]) => rows.map((row) => [name, ...row] as const)))(
    '%s with %s %j',
    (name, path, value, findings) => {
      expect(judge(set(objects.get(name) ?? {}, path, value))).toEqual(findings);
    },
  );
});

const CRD = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { kind: 'Widget', plural: 'widgets' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            required: ['spec'],
            properties: {
              spec: {
                type: 'object',
                required: ['size', 'mode'],
                properties: {
                  size: { type: 'integer', minimum: 1, maximum: 5, exclusiveMaximum: true },
                  mode: { type: 'string', default: 'auto', enum: ['auto', 'manual'] },
                  code: { type: 'string', pattern: '^(?i)[a-z]+$' },
                  slow: { type: 'string', pattern: '^(a+)+$' },
                  port: { 'x-kubernetes-int-or-string': true },
                  free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                  maybe: { type: 'string', nullable: true },
                  inner: {
                    type: 'object',
                    'x-kubernetes-embedded-resource': true,
                    'x-kubernetes-preserve-unknown-fields': true,
                  },
                },
              },
            },
          },
        },
      },
      { name: 'v1beta1', served: false, storage: false, schema: { openAPIV3Schema: { type: 'object' } } },
    ],
  },
};

describe('a custom resource', () => {
  const widget = (changes: Data): Data => object('example.com/v1', 'Widget', { spec: { size: 3, ...changes } });

  test.each<readonly [what: string, changes: Data, findings: readonly string[]]>([
    ['as it should be', { code: 'AbC', port: 'http', free: { x: [1] }, maybe: null, slow: 'aaa' }, []],
    ['misspelt', { sise: 1 }, ['error spec.sise: unknown field "spec.sise"; did you mean "size"?']],
    ['without what is required', { size: null }, ['error spec.size: Required value']],
    ['too large', { size: 5 }, ['error spec.size: Invalid value: should be less than 5']],
    [
      'of another type',
      { size: 'x' },
      ['error spec.size: Invalid value: must be a whole number (integer), and is text (string)'],
    ],
    ['of no value', { mode: 'x' }, ['error spec.mode: Unsupported value: "x": supported values: "auto", "manual"']],
    ['of another pattern', { code: '1' }, ['error spec.code: Invalid value: must be text that matches ^(?i)[a-z]+$']],
    [
      'that makes a pattern run away',
      { slow: `${'a'.repeat(50_000)}!` },
      ['error spec.slow: Invalid value: must be text that matches ^(a+)+$'],
    ],
    [
      'neither number nor text',
      { port: [] },
      ['error spec.port: Invalid value: must be a whole number (integer) or text (string), and is a list (array)'],
    ],
    [
      'that holds an object which is none',
      { inner: { kind: 'X', metadata: { labels: { a: 1 } } } },
      [
        'error spec.inner.metadata.labels.a: Invalid value: must be text (string), and is a number (number); put it in quotes',
        'error spec.inner.apiVersion: Required value',
      ],
    ],
  ])('%s, by a definition that comes after it', (_, changes, findings) => {
    expect(judge(widget(changes), CRD).sort()).toEqual([...findings].sort());
  });

  test('is judged by no other version than those that are served', () => {
    expect(judge({ ...widget({}), apiVersion: 'example.com/v1beta1' }, CRD)).toEqual([
      'error apiVersion: no matches for kind "Widget" in version "example.com/v1beta1"; its CustomResourceDefinition serves example.com/v1',
    ]);
  });

  test('is judged anew when its definition changes', () => {
    const stricter = structuredClone(CRD);
    const ofSpec = stricter.spec.versions[0]?.schema.openAPIV3Schema.properties?.spec.properties;
    Object.assign(ofSpec?.size ?? {}, { maximum: 2 });

    expect(judge(widget({}), CRD)).toEqual([]);
    expect(judge(widget({}), stricter)).toEqual(['error spec.size: Invalid value: should be less than 2']);
  });

  test('by imports/crds', () => {
    const rollout = workload({ group: 'argoproj.io', version: 'v1alpha1', kind: 'Rollout' }, podSpec());

    expect(judge(rollout)).toEqual([]);
    expect(judge(set(rollout, 'spec.strategy', { canary: { steps: [{ setWeigth: 5 }] } }))).toEqual([
      'error spec.strategy.canary.steps[0].setWeigth: unknown field "spec.strategy.canary.steps[0].setWeigth"; did you mean "setWeight"?',
    ]);
    expect(
      judge(set(rollout, 'spec.template.spec.containers', [{ name: 'a', env: [{ name: 'A', value: 1 }] }])),
    ).toEqual([
      'error spec.template.spec.containers[0].env[0].value: Invalid value: must be text (string), and is a number (number); put it in quotes',
    ]);
  });

  test('whose definition is broken is not judged by it, and stops nothing', () => {
    const broken = set(CRD, 'spec.versions', [{ name: 'v1', served: true, schema: { openAPIV3Schema: 5 } }]);

    expect(judge(widget({ anything: 1 }), broken)).toEqual([]);
    expect(judge(widget({}), { apiVersion: CRD.apiVersion, kind: CRD.kind, spec: 5 })).toEqual([]);
  });
});

describe('a field of a custom resource', () => {
  const definition = (field: unknown, changes: Data = {}): Data => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'gadgets.example.com' },
    spec: {
      group: 'example.com',
      names: { kind: 'Gadget' },
      versions: [
        {
          name: 'v1',
          served: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { a: field } } },
          ...changes,
        },
      ],
    },
  });
  const gadget = (content: Data): Data => object('example.com/v1', 'Gadget', content);
  const b = { b: { type: 'string' } };
  const bc = { ...b, c: { type: 'string' } };
  const preserve = { 'x-kubernetes-preserve-unknown-fields': true };
  const anything = { 'x-kubernetes-int-or-string': true };
  const embedded = { type: 'object', 'x-kubernetes-embedded-resource': true };
  const quoted = 'Invalid value: must be text (string), and is a number (number); put it in quotes';

  test.each<readonly [schema: Data, good: unknown, bad: unknown, findings: readonly string[]]>([
    [{ type: 'array', items: { type: 'string' } }, ['x'], [1], [`a[0]: ${quoted}`]],
    [{ type: 'array', maxItems: 1, items: anything }, [1], [1, 2], ['a: Too long: may not have more than 1 items']],
    [{ type: 'array', minItems: 1, items: anything }, [1], [], ['a: Required value']],
    [{ type: 'array', minItems: 2, items: anything }, [1, 2], [1], ['a: Invalid value: should have at least 2 items']],
    [{ type: 'string', maxLength: 1 }, 'x', 'xy', ['a: Too long: may not have more than 1 characters']],
    [{ type: 'string', minLength: 1 }, 'x', '', ['a: Required value']],
    [{ type: 'string', minLength: 2 }, 'xy', 'x', ['a: Invalid value: should have at least 2 characters']],
    [
      { type: 'object', maxProperties: 1, additionalProperties: anything },
      { x: 1 },
      { x: 1, y: 1 },
      ['a: Invalid value: should have at most 1 properties'],
    ],
    [
      { type: 'object', minProperties: 1, additionalProperties: anything },
      { x: 1 },
      {},
      ['a: Invalid value: should have at least 1 properties'],
    ],
    [{ type: 'integer', multipleOf: 5 }, 10, 11, ['a: Invalid value: should be a multiple of 5']],
    [{ type: 'integer', minimum: 1 }, 1, 0, ['a: Invalid value: should be greater than or equal to 1']],
    [
      { type: 'integer', minimum: 1, exclusiveMinimum: false },
      1,
      0,
      ['a: Invalid value: should be greater than or equal to 1'],
    ],
    [{ type: 'integer', minimum: 1, exclusiveMinimum: true }, 2, 1, ['a: Invalid value: should be greater than 1']],
    [{ type: 'integer', maximum: 5 }, 5, 6, ['a: Invalid value: should be less than or equal to 5']],
    [{ type: 'integer', maximum: 5, exclusiveMaximum: true }, 4, 5, ['a: Invalid value: should be less than 5']],
    [
      { type: 'integer', maximum: '5' },
      6,
      'x',
      [`a: Invalid value: must be a whole number (integer), and is text (string)`],
    ],
    [{ type: 'integer', enum: [1, 2] }, 1, 3, ['a: Unsupported value: supported values: 1, 2']],
    [{ type: 'string', enum: ['1', '2'] }, '1', 1, [`a: ${quoted}`]],
    [
      { type: 'string', format: 'date-time' },
      '2024-01-01T00:00:00Z',
      'yesterday',
      ['a: Invalid value: must be a time such as 2026-01-31T08:00:00Z'],
    ],
    [{ type: 'string', format: 'byte' }, 'aGk=', '%', ['a: Invalid value: must be base64']],
    [
      { type: 'integer', format: 'int32' },
      2 ** 40,
      1.5,
      ['a: Invalid value: must be a whole number (integer), and is a fraction (number)'],
    ],
    [{ type: 'string', format: 'ipv4' }, 'not looked at', 1, [`a: ${quoted}`]],
    [{ type: 'string', minLength: 3 }, 'abc', 'ab', ['a: Invalid value: should have at least 3 characters']],
    [{ type: 'string', pattern: '^a+$' }, 'aa', 'b', ['a: Invalid value: must be text that matches ^a+$']],
    [
      { type: 'boolean' },
      true,
      'true',
      ['a: Invalid value: must be true or false (boolean), and is text (string); remove the quotes'],
    ],
    [
      { type: 'number' },
      1.5,
      '1.5',
      ['a: Invalid value: must be a number (number), and is text (string); remove the quotes'],
    ],
    [{ type: 'object', properties: b }, { b: 'x' }, { c: 'x' }, ['a.c: unknown field "a.c"']],
    [{ type: 'object' }, {}, { c: 'x' }, ['a.c: unknown field "a.c"']],
    [
      { type: 'object', additionalProperties: true },
      { c: 1 },
      'x',
      ['a: Invalid value: must be a map (object), and is text (string)'],
    ],
    [{ type: 'object', additionalProperties: { type: 'string' } }, { c: 'x' }, { c: 1 }, [`a.c: ${quoted}`]],
    [{ type: 'object', ...preserve, properties: b }, { c: 1 }, { b: 1 }, [`a.b: ${quoted}`]],
    [
      anything,
      5,
      1.5,
      [
        'a: Invalid value: must be a whole number (integer) or text (string), and is a fraction (number); put it in quotes',
      ],
    ],
    [
      anything,
      '5%',
      true,
      [
        'a: Invalid value: must be a whole number (integer) or text (string), and is true or false (boolean); put it in quotes',
      ],
    ],
    [
      { ...anything, anyOf: [{ type: 'integer' }, { type: 'string' }], pattern: '^[0-9]+%$' },
      '5%',
      'x',
      ['a: Invalid value: must be text that matches ^[0-9]+%$'],
    ],
    // What stands within these says more of the fields that there are, and not that there are no others.
    [
      { type: 'object', properties: bc, allOf: [{ required: ['b'] }, { properties: { c: { maxLength: 1 } } }] },
      { b: 'x', c: 'x' },
      { c: 'xx' },
      ['a.b: Required value', 'a.c: Too long: may not have more than 1 characters'],
    ],
    [
      {
        type: 'object',
        properties: { c: { type: 'object', properties: bc, allOf: [{ type: 'object', properties: { b: {} } }] } },
      },
      { c: { b: 'x', c: 'x' } },
      { c: { d: 'x' } },
      ['a.c.d: unknown field "a.c.d"'],
    ],
    [
      { type: 'object', properties: bc, anyOf: [{ required: ['b'] }, { required: ['c'] }] },
      { b: 'x' },
      {},
      ['a: Invalid value: is none of what the schema of its kind allows here'],
    ],
    [
      { type: 'object', properties: bc, oneOf: [{ required: ['b'] }, { required: ['c'] }] },
      { c: 'x' },
      { b: 'x', c: 'x' },
      ['a: Forbidden: may not specify more than one of b, c'],
    ],
    [
      { type: 'object', properties: bc, oneOf: [{ required: ['b'] }, { required: ['c'] }] },
      { b: 'x' },
      {},
      ['a: Required value: must specify one of b, c'],
    ],
    [
      {
        type: 'object',
        properties: bc,
        oneOf: [{ required: ['b'], properties: { b: { enum: ['x'] } } }, { required: ['c'] }],
      },
      { b: 'x' },
      { b: 'y' },
      ['a: Invalid value: must be exactly one of what the schema of its kind allows here'],
    ],
    [
      { type: 'object', properties: { 'b/c~d': { type: 'string', maxLength: 1 } } },
      { 'b/c~d': 'x' },
      { 'b/c~d': 'xy' },
      ['a["b/c~d"]: Too long: may not have more than 1 characters'],
    ],
    [
      { type: 'array', items: anything },
      [1],
      [[]],
      ['a[0]: Invalid value: must be a whole number (integer) or text (string), and is a list (array)'],
    ],
    [
      { type: 'array', items: anything },
      ['x'],
      [null],
      ['a[0]: Invalid value: must be a whole number (integer) or text (string), and is null'],
    ],
    [
      { type: 'integer', oneOf: [{ minimum: 5 }, { maximum: 7 }] },
      8,
      6,
      ['a: Invalid value: must be exactly one of what the schema of its kind allows here'],
    ],
    [
      { type: 'object', properties: b, not: { type: 'object', required: ['b'], properties: { b: { enum: ['x'] } } } },
      { b: 'y' },
      { b: 'x' },
      ['a: Invalid value: is none of what the schema of its kind allows here'],
    ],
    [
      {
        type: 'object',
        required: ['b', 'c', 'd'],
        properties: { ...b, c: { type: 'string', default: 'x' }, d: { type: 'string', nullable: true } },
      },
      { b: 'x', d: null },
      { c: 'x' },
      ['a.b: Required value'],
    ],
    [
      { ...embedded, ...preserve, required: ['kind', 'spec'] },
      { apiVersion: 'v1', kind: 'X', spec: 1, metadata: { name: 'x' } },
      { metadata: { name: 1 } },
      [
        'a.apiVersion: Required value',
        'a.kind: Required value',
        `a.metadata.name: ${quoted}`,
        'a.spec: Required value',
      ],
    ],
    [
      { ...embedded, properties: { spec: { type: 'string' } } },
      { apiVersion: 'v1', kind: 'X', spec: 'x' },
      { apiVersion: 1, kind: 2, spec: 3, x: 4 },
      [`a.apiVersion: ${quoted}`, `a.kind: ${quoted}`, `a.spec: ${quoted}`, 'a.x: unknown field "a.x"'],
    ],
  ])('%j takes %j, and not %j', (schemaOfField, good, bad, findings) => {
    const custom = definition(schemaOfField);

    expect(judge(gadget({ a: good }), custom)).toEqual([]);
    expect(judge(gadget({ a: bad }), custom).sort()).toEqual(findings.map((finding) => `error ${finding}`));
  });

  test('of its metadata is as that of every object', () => {
    const custom = definition({ type: 'string' });

    expect(judge(set(gadget({}), 'metadata.labels', { a: 1 }), custom)).toEqual([`error metadata.labels.a: ${quoted}`]);
    expect(judge(gadget({ metadata: {} }), custom)).toEqual([
      'error metadata.name: Required value: name or generateName is required',
    ]);
  });

  test('of its status is dropped when it is made, where the status is a resource of its own', () => {
    const status = { type: 'object', properties: { ready: { type: 'boolean' } } };
    const root = { type: 'object', properties: { status } };
    const custom = definition({}, { schema: { openAPIV3Schema: root } });
    const asResource = definition({}, { schema: { openAPIV3Schema: root }, subresources: { status: {} } });
    const scaled = definition({}, { schema: { openAPIV3Schema: root }, subresources: { scale: {} } });
    const manifest = gadget({ status: { ready: 'x' } });

    expect(judge(manifest, asResource)).toEqual([]);
    for (const each of [custom, scaled]) {
      expect(judge(manifest, each)).toEqual([
        'error status.ready: Invalid value: must be true or false (boolean), and is text (string)',
      ]);
    }
  });

  test('is judged by the first of several definitions, and by what is one', () => {
    const [text, number] = [definition({ type: 'string' }), definition({ type: 'integer' })];

    expect(judge(gadget({ a: 1 }), text, number)).toEqual([`error a: ${quoted}`]);
    expect(judge(gadget({ a: 1 }), number, text)).toEqual([]);
    for (const other of [
      { apiVersion: 'apiextensions.k8s.io/v1beta1' },
      { kind: 'CustomResourceDefinitions' },
      { apiVersion: 'example.com/v1' },
    ]) {
      expect(judge(gadget({ a: 1 }), { ...text, ...other })).toEqual([]);
    }
  });
});

describe('what has the shape of an object that passed', () => {
  const service = (content: Data): Data => object('v1', 'Service', { spec: content });
  const role = (kind: string): Data =>
    object('rbac.authorization.k8s.io/v1', 'RoleBinding', { roleRef: { kind, name: 'x' } });
  const widget = (content: Data): Data => object('example.com/v1', 'Widget', { spec: { size: 3, ...content } });

  test.each<readonly [what: string, good: Data, bad: Data]>([
    ['empty text', main({}), main({ name: '' })],
    ['a condition', service({ clusterIP: 'None' }), service({ clusterIP: '10.0.0.1' })],
    [
      'another condition',
      service({ type: 'ExternalName', externalName: 'a.example.com' }),
      service({ type: 'ClusterIP', externalName: 'a.example.com' }),
    ],
    ['an enumeration', role('Role'), role('Rolle')],
    ['of a pod', spec('template.spec.dnsPolicy', 'Default'), spec('template.spec.dnsPolicy', 'None')],
    ['a quantity', main({ resources: { limits: { cpu: '1' } } }), main({ resources: { limits: { cpu: 'x' } } })],
    ['bytes', object('v1', 'Secret', { data: { a: 'YQ==' } }), object('v1', 'Secret', { data: { a: 'a b' } })],
    ['a number', spec('replicas', 2), spec('replicas', 2 ** 31)],
    ['a number that is no whole one', spec('replicas', 2), spec('replicas', 2.5)],
    ['a name', set(DEPLOYMENT, 'spec.paused', true), set(DEPLOYMENT, 'spec.pausde', true)],
    ['a pattern', widget({ code: 'a' }), widget({ code: '1' })],
    ['a type', widget({ maybe: 'x' }), widget({ maybe: 1 })],
    ['a limit', widget({ size: 3 }), widget({ size: 7 })],
  ])('is judged by what may differ: %s', (_, good, bad) => {
    expect(judge(good, CRD)).toEqual([]);
    expect(judge(good, CRD)).toEqual([]);
    expect(judge(bad, CRD)).not.toEqual([]);
  });
});

describe('no message holds a value', () => {
  const SECRET = 'c0rrect-h0rse';

  test.each<readonly [string, Data]>([
    ['of a Secret', object('v1', 'Secret', { data: { a: SECRET }, stringData: { b: [SECRET] } })],
    ['of a variable', main({ env: [{ name: 'A', value: [SECRET] }] })],
    ['of arguments', main({ args: { a: SECRET } })],
    ['of an annotation', set(DEPLOYMENT, 'metadata.annotations', { a: [SECRET] })],
    ['of a quantity', main({ resources: { limits: { memory: SECRET } } })],
    ['that is unknown', main({ enw: [{ name: 'A', value: SECRET }] })],
  ])('%s', (_, manifest) => {
    const findings = judge(manifest);

    expect(findings.length).toBeGreaterThan(0);
    expect(findings.filter((each) => each.includes(SECRET))).toEqual([]);
  });
});

describe('one error, at the field', () => {
  const all = new Engine(policies());
  const found = (manifest: unknown, isExcused = false): string[] =>
    [...all.evaluate([{ id: 0, manifest, isExcused: (policy) => isExcused && policy === 'schema' }])].map(
      ({ violation }) => `${violation.policy} ${violation.field}`,
    );

  test('of a workload without a template, and of a number in a variable', () => {
    expect(found(spec('template', undefined))).toEqual(['schema spec.template']);
    expect(found(main({ env: [{ name: 'SERVER_PORT', value: 8080 }] }))).toEqual([`schema ${MAIN}.env[0].value`]);
  });

  test('of a kind that there is none of, whose containers nobody judges', () => {
    expect(found({ ...DEPLOYMENT, kind: 'Deploymnet' })).toEqual(['schema kind']);
  });

  test('and what is wrong beside it', () => {
    expect(found(main({ image: 'nginx', env: [{ name: 'A', value: 5 }] }))).toEqual([
      `schema ${MAIN}.env[0].value`,
      `image-tag ${MAIN}.image`,
    ]);
  });

  test('is no way past the policies for whoever takes an exception', () => {
    const broken = spec('template.spec.containers', 'x');

    expect(found(broken)).toEqual(['schema spec.template.spec.containers']);
    expect(found(broken, true).length).toBeGreaterThan(20);
  });
});

describe('by the oldest version of the clusters', () => {
  const binding = object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding', {
    spec: { policyName: 'a', validationActions: ['Deny'] },
  });
  const sleep = main({ lifecycle: { preStop: { sleep: { seconds: 5 } } } });
  const above = object('v1', 'Pod', {
    spec: {
      containers: [{ name: 'main', image: 'x:1' }],
      tolerations: [{ key: 'k', operator: 'Gt', value: '1', effect: 'NoSchedule' }],
    },
  });
  const found = (oldest: string | undefined, manifest: unknown): string[] =>
    [...new Engine([schema(oldest)]).evaluate([{ id: 0, manifest }])].map(({ violation }) => violation.message);

  test.each<readonly [what: string, manifest: Data, knownFrom: string, before: string]>([
    ['a kind', binding, '1.30', '1.29'],
    ['a field', sleep, '1.29', '1.28'],
    ['a value', above, '1.35', '1.34'],
  ])('%s is no fault where every one of them knows it', (_, manifest, knownFrom, before) => {
    expect(found(knownFrom, manifest)).toEqual([]);
    expect(found('1.37', manifest)).toEqual([]);
    expect(found(before, manifest)).toEqual([
      expect.stringContaining(`known from Kubernetes ${knownFrom} on only, and ${before} to 1.37 are supported`),
    ]);
  });

  test('what no version takes is a fault in all', () => {
    expect(found('1.37', main({ imagePullPolcy: 'Always' }))).toHaveLength(1);
    expect(found('1.37', above)).toEqual([]);
    expect(found('1.37', set(above, 'spec.tolerations.0.operator', 'Above'))).toHaveLength(1);
  });

  test.each(['1.27', '1.38', '1.3', '1.031', 'v1.30', '1.30.1', '2.30', ''])(
    '%p is no version that is supported',
    (oldest) => {
      expect(() => schema(oldest)).toThrow(
        `Kubernetes ${oldest}: no version that is supported. Give one from 1.28 to 1.37, as in 1.30.`,
      );
    },
  );
});

describe('in a file', () => {
  const lines = (text: string): string[] =>
    checkInputs({ inputs: ['-'], stdin: Buffer.from(text), policies: [schema()], exceptions: true }).violations.map(
      ({ line, report }) => `${line} ${report.violation.message}`,
    );

  test('the line of the field is named, and of the second of two', () => {
    const text = `apiVersion: v1
kind: Service
metadata:
  name: a
  labels: {x: y, x: z}
spec:
  ports:
  - port: 80
    port: 81
  - {name: b, port: 1, targetport: 1}
  selector: {}
`;

    expect(lines(text)).toEqual([
      '5 duplicate field "metadata.labels.x"; the last one counts',
      '8 Required value',
      '9 duplicate field "spec.ports[0].port"; the last one counts',
      '10 unknown field "spec.ports[1].targetport"; did you mean "targetPort"?',
    ]);
  });

  test('JSON can say a thing twice, too, and so can an item of a list', () => {
    expect(
      lines('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},\n"data":{"b":"1",\n"b":"2"}}'),
    ).toEqual(['3 duplicate field "data.b"; the last one counts']);
    expect(
      lines(
        'apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a}\n  data: {}\n  data: {}\n',
      ),
    ).toEqual(['8 duplicate field "data"; the last one counts']);
  });

  test('each item of a list answers for what it says twice, and the list does not', () => {
    const item = '- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a}\n  data: {}\n';
    const { violations, unreadable } = checkInputs({
      inputs: ['-'],
      stdin: Buffer.from(
        `apiVersion: v1\nkind: List\nitems:\n${item}${item.replace('name: a', 'name: b')}  data: {}\n`,
      ),
      policies: [schema()],
      exceptions: true,
    });

    expect(unreadable).toEqual([]);
    expect(violations.map(({ line, report }) => [line, report.violation.resource.name])).toEqual([[12, 'b']]);
  });

  test('a list that says twice what it holds cannot be read', () => {
    const item = '{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}';
    const { unreadable } = checkInputs({
      inputs: ['-'],
      stdin: Buffer.from(`apiVersion: v1\nkind: List\nitems: [${item}]\nitems: [${item}]\n`),
      policies: [schema()],
      exceptions: true,
    });

    expect(unreadable).toEqual([
      { file: '-', line: 4, reason: 'the list has the field items twice, and only the last counts' },
    ]);
  });

  test('merges and aliases are no fields given twice', () => {
    expect(
      lines('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  <<: [&a {x: "1"}, {y: "2"}]\n  z: "3"\n'),
    ).toEqual([]);
  });
});

test('objects as deep and as large as can be are answered', () => {
  let deep: unknown = 'x';
  for (let depth = 0; depth < 5_000; depth++) {
    deep = { properties: { a: deep } };
  }
  const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`key${index}`, 'x']));

  expect(judge(configMap(wide))).toEqual([]);
  expect(judge(spec('deep', deep)).length).toBeGreaterThan(0);
});

test('the versions are those that the cluster tests run', () => {
  const minors = kubernetesVersions().map((version) => version.split('.').slice(0, 2).join('.'));
  const generator = readFileSync(join(__dirname, '../../bin/import-kubernetes.ts'), 'utf8');

  expect([supportedVersions().oldest, supportedVersions().newest]).toEqual([minors[0], minors.at(-1)]);
  expect(kubernetesVersions().every((version) => generator.includes(`'${version}'`))).toBe(true);
});
