import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv from 'ajv-draft-04';
import { check } from '../../lib/policy/check';
import { checkInputs } from '../../lib/policy/check-inputs';
import type { CheckOptions, CheckResult } from '../../lib/policy/check';
import { policies } from '../../lib/policy/policies';
import { container, podSpec, set, workload } from './manifests';
import type { Data } from './manifests';

const POD = { group: '', version: 'v1', kind: 'Pod' };
const good = (name = 'good'): Data => set(workload(POD, podSpec()), 'metadata.name', name);
const bad = (image = 'nginx', name = 'bad'): Data =>
  set(workload(POD, { ...podSpec(), containers: [{ ...container('main'), image }] }), 'metadata.name', name);

const BAD_YAML = `apiVersion: v1
kind: ConfigMap
metadata:
  name: c
data:
  A_TOKEN: abc
`;

function folder(files: Record<string, string | Uint8Array>): string {
  const path = mkdtempSync(join(tmpdir(), 'check-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(path, name, '..'), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return path;
}

function options(inputs: readonly string[], changes: Partial<CheckOptions> = {}): CheckOptions {
  return {
    inputs,
    stdin: new Uint8Array(),
    policies: policies(),
    format: 'text',
    colour: false,
    exceptions: true,
    ...changes,
  };
}

function run(inputs: readonly string[], changes: Partial<CheckOptions> = {}): CheckResult {
  return check(options(inputs, changes));
}

function stdin(text: string, changes: Partial<CheckOptions> = {}): CheckResult {
  return run(['-'], { stdin: Buffer.from(text), ...changes });
}

/** `file:line policy` of each violation, files without the folder. */
function found(inputs: readonly string[], base: string, changes: Partial<CheckOptions> = {}): string[] {
  return checkInputs(options(inputs, changes)).violations.map(
    ({ file, line, report }) => `${file.replace(`${base}/`, '')}:${line} ${report.violation.policy}`,
  );
}

const json = (value: unknown): string => JSON.stringify(value);

/** jest's own type for these is any. */
const containing = (text: string): unknown => expect.stringContaining(text);
const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

describe('exit codes', () => {
  test('0 where everything is clean', () => {
    expect(stdin(json(good()))).toEqual({
      exitCode: 0,
      stdout: '1 object in 1 file, judged as one set: 0 policy errors, 0 warnings, 0 acknowledged violations\n',
      stderr: '',
    });
  });

  test('0 where there are only warnings', () => {
    const warned = stdin(json(workload(POD, { ...podSpec(), enableServiceLinks: true })));

    expect(warned).toMatchObject({ exitCode: 0, stdout: containing('warning  service-links') });
  });

  test('1 where a policy is violated', () => {
    expect(stdin(json(bad()))).toMatchObject({ exitCode: 1, stderr: '' });
  });

  test.each([
    ['broken YAML', 'a: [', '-:1'],
    ['an unknown alias', '\n\na: *b', '-:3'],
    ['nothing at all', '', 'no Kubernetes object'],
    ['comments only', '# x\n---\n', 'no Kubernetes object'],
    ['an empty list', 'apiVersion: v1\nkind: List\nitems: []', 'no Kubernetes object'],
    ['a list of nothing', 'apiVersion: v1\nkind: PodList\nitems: null', 'no Kubernetes object'],
    ['a list that is no object', '- a', '-:1: not a Kubernetes object: no kind'],
    ['text', 'hello', 'not a Kubernetes object: no kind'],
    ['no kind', 'apiVersion: v1', 'not a Kubernetes object: no kind'],
    ['no apiVersion', 'kind: Pod', 'not a Kubernetes object: no apiVersion'],
    ['a kind that is no text', 'apiVersion: v1\nkind: 5', 'not a Kubernetes object: no kind'],
    [
      'an item that is no object',
      'apiVersion: v1\nkind: List\nitems:\n- 5',
      '-:4: items[0]: not a Kubernetes object: no kind',
    ],
    [
      'an item of a typed list that is no object',
      'apiVersion: v1\nkind: PodList\nitems:\n- text',
      '-:4: items[0]: not a Kubernetes object: no kind',
    ],
    [
      'an item of a typed list that is nothing',
      'apiVersion: v1\nkind: PodList\nitems:\n- null',
      '-:4: items[0]: not a Kubernetes object: no kind',
    ],
    [
      'an item that does not say its version, in a list that says it only of itself',
      'apiVersion: v1\nkind: List\nitems:\n- kind: Pod',
      '-:4: items[0]: not a Kubernetes object: no apiVersion',
    ],
  ])('2 for %s', (_, text, reason) => {
    const result = stdin(text);

    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain(`cannot read -`);
    expect(result.stderr).toContain(reason);
  });

  test('2 for bytes that are no text', () => {
    expect(run(['-'], { stdin: Uint8Array.of(0x61, 0xff, 0xfe) })).toMatchObject({ exitCode: 2 });
  });

  test('2 for a file that does not exist, and the rest is checked', () => {
    const path = folder({ 'a.yaml': json(bad()), 'b.yaml': 'a: [', 'c.yaml': BAD_YAML });

    const result = run([join(path, 'nothing.yaml'), path]);

    expect(result.exitCode).toBe(2);
    expect(result.stderr.split('\n').length).toBe(3);
    expect(result.stderr).toContain(`cannot read ${path}/nothing.yaml: ENOENT`);
    expect(result.stderr).toContain(`cannot read ${path}/b.yaml:1: `);
    expect(result.stdout).toContain('2 objects in 2 files, judged as one set: 2 policy errors');
  });
});

describe('input', () => {
  test('folders, with what is in them by extension, in a fixed order', () => {
    const path = folder({
      'b/z.yml': BAD_YAML,
      'a.yaml': json(bad('x', 'a')),
      'c.json': json(bad('x', 'c')),
      'notes.txt': 'a: [',
      'kustomization.yaml': 'resources: []',
      'b/kustomization.yml': 'resources: []',
      // kubectl apply -R reads these too.
      '.hidden/x.yaml': json(bad('x', 'd')),
      'node_modules/x/y.yaml': json(bad('x', 'e')),
    });

    expect(found([path], path)).toEqual([
      '.hidden/x.yaml:1 image-tag',
      'a.yaml:1 image-tag',
      'b/z.yml:6 config-map-secret',
      'c.json:1 image-tag',
      'node_modules/x/y.yaml:1 image-tag',
    ]);
    expect(run([path]).stderr).toBe('');
  });

  test('folders, where a name only looks like one', () => {
    const path = folder({
      'a.yaml.orig': 'a: [',
      ayaml: 'a: [',
      'b.json5': 'a: [',
      'my-kustomization.yaml': BAD_YAML,
      'kustomization.yaml.json': json(bad()),
      'kustomization-yaml.yml': BAD_YAML.replace('name: c', 'name: d'),
      'node_modules.d/x.yml': BAD_YAML.replace('name: c', 'name: e'),
    });

    expect(found([path], path)).toEqual([
      'kustomization-yaml.yml:6 config-map-secret',
      'kustomization.yaml.json:1 image-tag',
      'my-kustomization.yaml:6 config-map-secret',
      'node_modules.d/x.yml:6 config-map-secret',
    ]);
    expect(run([path]).stderr).toBe('');
  });

  test('an input that holds nothing is named, beside others', () => {
    const path = folder({ 'a.yaml': json(good()), 'empty/notes.txt': 'x' });

    expect(run([join(path, 'a.yaml'), join(path, 'empty')])).toMatchObject({
      exitCode: 2,
      stderr: `cannot read ${path}/empty: it holds no Kubernetes object\n`,
    });
    // What cannot be read is reason enough.
    expect(stdin('a: [').stderr.trimEnd().split('\n').length).toBe(1);
    expect(run([`${path}/a.yaml`, `${path}/a.yaml`, '-', '-'], { stdin: Buffer.from(json(bad())) }).stderr).toBe('');
  });

  test('a file under two names is read once', () => {
    const path = folder({ 'a.yaml': json(bad()) });
    symlinkSync(join(path, 'a.yaml'), join(path, 'b.yaml'));

    expect(found([path], path)).toEqual(['a.yaml:1 image-tag']);
  });

  test('a file that cannot be read is named without a line', () => {
    const path = folder({ 'a.yaml': Uint8Array.of(0x61, 0xff) });

    expect(run([path]).stderr).toMatch(/^cannot read [^:]*\/a\.yaml: .+\n$/);
  });

  test('files of any name, once each', () => {
    const path = folder({ manifest: json(bad()) });

    expect(found([`${path}/manifest`, `${path}/./manifest`], path)).toEqual(['manifest:1 image-tag']);
    expect(run([`${path}/manifest`, `${path}/./manifest`])).toMatchObject({ exitCode: 1, stderr: '' });
  });

  test('several documents, and lists in lists, each with its own line', () => {
    const text = `# first
${BAD_YAML}---
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: d}
  data:
    B_TOKEN: x
- apiVersion: v1
  kind: ConfigMapList
  items:
  - metadata: {name: e}
    data:
      C_TOKEN: x
`;

    expect(found(['-'], '', { stdin: Buffer.from(text) })).toEqual([
      '-:7 config-map-secret',
      '-:16 config-map-secret',
      '-:22 config-map-secret',
    ]);
  });

  test('objects that are defined twice count within a folder', () => {
    const path = folder({
      'local/a.yaml': json(good()),
      'local/b.yaml': json(good()),
      'production/a.yaml': json(good()),
    });

    expect(found([path], path)).toEqual(['local/b.yaml:1 duplicate-object']);
  });

  test('containers that nothing judges are errors, which name the place', () => {
    const text = `apiVersion: extensions/v1beta1
kind: Deployment
metadata: {name: old}
spec:
  template:
    spec:
      containers:
      - name: main
        image: nginx
---
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: DeploymentList
  items:
  - metadata: {name: mistaken}
    spec:
      template:
        spec:
          initContainers: [{name: init}]
---
apiVersion: example.com/v1
kind: Widget
metadata:
  name: w
  annotations: {policy-exception/unknown-workload: looked at by hand}
spec: {containers: [{name: main}]}
---
apiVersion: example.com/v1
kind: Deployment
metadata: {name: custom}
spec: {containers: [{name: main}]}
`;
    const { stdout, exitCode } = stdin(text, { format: 'json' });

    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject([
      // What there is not needs nobody to judge it.
      { policy: 'schema', field: 'apiVersion', line: 1 },
      { policy: 'schema', field: 'kind', line: 17 },
      {
        policy: 'unknown-workload',
        severity: 'error',
        message: 'nothing judges the containers of a Deployment of example.com/v1; is a Deployment of apps meant?',
        fix: containing('--pod-template GROUP/KIND=spec.template'),
        resource: { apiVersion: 'example.com/v1', kind: 'Deployment', namespace: null, name: 'custom' },
        field: 'spec.containers',
        file: '-',
        line: 33,
      },
    ]);
    expect(stdin(text).stdout).toContain('Widget w  -  unknown-workload: looked at by hand');
    expect(stdin(text, { exceptions: false }).stdout).toContain('nothing judges the containers of a Widget');
  });

  test('a kind that is registered is judged, and needs no exception from that', () => {
    const widget = {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { name: 'w' },
      spec: { pod: { spec: podSpec() } },
    };
    const workloads = [{ group: 'example.com', kind: 'Widget', template: 'spec.pod' }];
    const untagged = set(widget, 'spec.pod.spec.containers', [{ ...container('main'), image: 'nginx' }]);
    const excused = set(widget, ['metadata', 'annotations', 'policy-exception/unknown-workload'], 'because');

    expect(stdin(json(widget)).exitCode).toBe(1);
    expect(stdin(json(widget), { workloads }).exitCode).toBe(0);
    expect(found(['-'], '', { workloads, stdin: Buffer.from(json(untagged)) })).toContain('-:1 image-tag');
    expect(found(['-'], '', { workloads, stdin: Buffer.from(json(excused)) })).toContain('-:1 stale-exception');
  });

  test('custom resources, lists of their own and unknown kinds pass', () => {
    const custom = [
      { apiVersion: 'example.com/v1', kind: 'Widget', spec: { containers: 5 } },
      { apiVersion: 'example.com/v1', kind: 'AllowList', spec: {} },
      { apiVersion: 'example.com/v1', kind: 'Deployment' },
      { apiVersion: 'example.com/v1', kind: 'Basket', items: [{ apple: 1 }] },
    ];

    expect(stdin(custom.map(json).join('\n---\n'))).toMatchObject({
      exitCode: 0,
      stdout: containing('4 objects in 1 file, judged as one set'),
      stderr: '',
    });
  });

  test('documents that hold nothing are passed over, as kubectl does it', () => {
    expect(stdin(`null\n---\n~\n---\n${json(good())}\n---\n# nothing\n`)).toMatchObject({
      exitCode: 0,
      stdout: containing('1 object in 1 file, judged as one set'),
      stderr: '',
    });
  });

  test('YAML is read as Kubernetes reads it', () => {
    const pod = `apiVersion: v1
kind: Pod
metadata: {name: a}
spec: {hostNetwork: yes}
`;

    expect(found(['-'], '', { stdin: Buffer.from(pod) })).toContain('-:4 host-namespaces');
  });
});

describe('a set', () => {
  const web = `apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  serviceAccountName: web
  containers:
  - name: main
    envFrom:
    - configMapRef: {name: settings}
    - secretRef: {name: login}
`;
  const settings = `apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data:
  application.yml: |
    # first
    orders:
      url: http://orders.shop.svc:8080
    payments:
      url: http://payments.shop.svc:8080
`;
  const references = policies().filter(({ graph }) => graph !== undefined);
  const named = (kind: string, name: string): string =>
    json({ apiVersion: 'v1', kind, metadata: { name, namespace: 'shop' } });
  const orders = json({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'orders', namespace: 'shop' },
    spec: { ports: [{ port: 8080 }] },
  });
  const linesOf = (path: string, inputs: readonly string[], changes: Partial<CheckOptions> = {}): readonly string[] =>
    found(inputs, path, { policies: references, ...changes });

  test('is all that one call names, and what is in none of it is said with file and line', () => {
    const path = folder({ 'a/web.yaml': web, 'b/settings.yaml': settings, 'c/orders.json': orders });

    expect(linesOf(path, [path])).toEqual([
      'a/web.yaml:5 reference-object',
      'a/web.yaml:10 reference-object',
      'b/settings.yaml:10 address',
    ]);
    expect(linesOf(path, [join(path, 'a')])).toEqual([
      'a/web.yaml:5 reference-object',
      'a/web.yaml:9 reference-object',
      'a/web.yaml:10 reference-object',
    ]);
    expect(run([path], { policies: references }).stdout).toMatch(
      /\n3 objects in 3 files, judged as one set: 3 policy errors, 0 warnings, 0 acknowledged violations\n$/,
    );
  });

  test('may refer to what is given, which is not judged', () => {
    const path = folder({
      'web.yaml': web,
      'settings.yaml': settings,
      'cluster/list.yaml': `apiVersion: v1\nkind: List\nitems:\n- ${named('Secret', 'login')}\n- ${named('ServiceAccount', 'web')}`,
      'cluster/bad.yaml': json(bad()),
    });
    const given = [join(path, 'cluster')];
    const inputs = [join(path, 'web.yaml'), join(path, 'settings.yaml')];

    expect(linesOf(path, inputs, { given })).toEqual(['settings.yaml:8 address', 'settings.yaml:10 address']);
    expect(run(inputs, { policies: references, given }).stdout).toContain(
      '2 objects in 2 files, judged as one set beside 3 that are given: ',
    );
    expect(linesOf(path, inputs, { given: ['-', ...given], stdin: Buffer.from(orders) })).toEqual([
      'settings.yaml:10 address',
    ]);
  });

  test('is judged though it is among what is given', () => {
    const path = folder({ 'web.yaml': web, 'settings.yaml': settings, 'orders.json': orders });

    expect(linesOf(path, [join(path, 'web.yaml')], { given: [path] })).toEqual([
      'web.yaml:5 reference-object',
      'web.yaml:10 reference-object',
    ]);
  });

  test('is what it will be, whatever is given of the same name', () => {
    const inCluster = settings.replace('settings', 'other').replace('payments.shop', 'orders.shop');
    const stale = orders.replace('8080', '9090');

    expect(linesOf('', ['-'], { stdin: Buffer.from([inCluster, orders].join('---\n')) })).toEqual([]);
    const path = folder({ 'stale.json': stale });
    const text = [inCluster, orders].join('---\n');
    expect(linesOf(path, ['-'], { stdin: Buffer.from(text), given: [path] })).toEqual([]);
  });

  test('is not judged as a whole where what is given cannot be read: exit code 2', () => {
    const path = folder({ 'a.yaml': json(good()), 'given.yaml': 'a: [' });

    expect(run([join(path, 'a.yaml')], { given: [join(path, 'given.yaml'), '/nothing'] })).toMatchObject({
      exitCode: 2,
      stderr: matching(/^cannot read [^ ]*given.yaml:1: .*\ncannot read \/nothing: .*\n$/),
    });
  });

  test('has exceptions like all policies', () => {
    const excused = web.replace('{name: web,', '{name: web, annotations: {policy-exception/reference-object: later},');

    const result = stdin(excused, { policies: references });

    expect(result).toMatchObject({ exitCode: 0, stdout: containing('3 acknowledged violations') });
    expect(result.stdout).toContain('Pod shop/web  -  reference-object: later');
  });

  test('is asked what nothing uses, which is no fault', () => {
    const analysis = (name: string): string =>
      json({ apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisTemplate', metadata: { name, namespace: 'shop' } });
    const rollout = json({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Rollout',
      metadata: { name: 'carts', namespace: 'shop' },
      spec: {
        strategy: {
          canary: {
            analysis: { templates: [{ templateName: 'startup' }] },
            steps: [{ analysis: { templates: [{ templateName: 'errors' }] } }],
          },
        },
      },
    });
    const path = folder({
      'web.yaml': web,
      'used.yaml': [named('Secret', 'login'), named('ServiceAccount', 'web'), settings].join('\n---\n'),
      'old.yaml': ['ConfigMap', 'Secret', 'PersistentVolumeClaim', 'ServiceAccount', 'Service']
        .map((kind) => named(kind, `old-${kind.toLowerCase()}`))
        .join('\n---\n'),
      'rollout.yaml': ['errors', 'latency', 'startup'].map(analysis).concat(rollout).join('\n---\n'),
      'default.yaml': [named('ServiceAccount', 'default'), named('ConfigMap', 'kube-root-ca.crt'), orders].join(
        '\n---\n',
      ),
      'exposed.json': json({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'exposed', namespace: 'shop' },
        spec: { type: 'LoadBalancer', ports: [{ port: 80 }] },
      }),
    });
    const changes = { policies: [], unused: true };

    expect(run([path], changes)).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: [
        'Used by nothing in the set:',
        `  ConfigMap shop/old-configmap  ${path}/old.yaml:1`,
        `  Secret shop/old-secret  ${path}/old.yaml:3`,
        `  PersistentVolumeClaim shop/old-persistentvolumeclaim  ${path}/old.yaml:5`,
        `  ServiceAccount shop/old-serviceaccount  ${path}/old.yaml:7`,
        `  Service shop/old-service  ${path}/old.yaml:9`,
        `  AnalysisTemplate shop/latency  ${path}/rollout.yaml:3`,
        '',
        '17 objects in 6 files, judged as one set: 0 policy errors, 0 warnings, 0 acknowledged violations',
        '',
      ].join('\n'),
    });
    expect(JSON.parse(run([path], { ...changes, format: 'json' }).stdout)).toMatchObject({
      violations: [],
      unused: [{ resource: { kind: 'ConfigMap', name: 'old-configmap' }, line: 1 }, {}, {}, {}, {}, {}],
    });
    expect(run([join(path, 'web.yaml')], changes).stdout).toContain('Everything is used by something.\n');
    expect(JSON.parse(run([path], { policies: [], format: 'json' }).stdout)).toEqual([]);
  });
});

describe('exceptions on objects', () => {
  const annotated = (policy: string, reason: unknown): string =>
    json(set(bad(), ['metadata', 'annotations', `policy-exception/${policy}`], reason));

  test('hold, and are listed', () => {
    const result = stdin(annotated('image-tag', 'because'));

    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    expect(result.stdout).toContain('Pod shop/bad  -  image-tag: because');
    expect(JSON.parse(stdin(annotated('image-tag', 'because'), { format: 'json' }).stdout)).toEqual([]);
  });

  test('do not hold where they are not wanted, without a reason, or for another policy', () => {
    expect(stdin(annotated('image-tag', 'because'), { exceptions: false }).exitCode).toBe(1);
    expect(stdin(annotated('image-tag', ' ')).exitCode).toBe(1);
    expect(stdin(annotated('image-tag', 5)).exitCode).toBe(1);
    expect(stdin(annotated('image-denied', 'because')).exitCode).toBe(1);
  });

  test('are errors where nothing needs them', () => {
    const stale = set(good(), ['metadata', 'annotations', 'policy-exception/image-tag'], 'because');
    const text = [json(stale), annotated('image-tag', 'because')].join('\n---\n');

    expect(found(['-'], '', { stdin: Buffer.from(text) })).toEqual(['-:1 stale-exception']);
    expect(stdin(json(stale))).toMatchObject({ exitCode: 1 });
    expect(found(['-'], '', { stdin: Buffer.from(text), exceptions: false })).toEqual(['-:3 image-tag']);
  });

  test('that nothing needs are blamed where they stand', () => {
    const text = `apiVersion: v1
kind: ConfigMap
metadata:
  name: c
  annotations:
    policy-exception/image-tag: because
    policy-exception/config-map-secret: hm
data:
  A_TOKEN: abc
`;
    const { violations, acknowledged } = checkInputs(options(['-'], { stdin: Buffer.from(text) }));

    expect(violations.map(({ line, report }) => [line, report])).toEqual([
      [
        5,
        {
          where: '-',
          line: 5,
          violation: {
            policy: 'stale-exception',
            severity: 'error',
            message: 'its annotation acknowledges "image-tag" (because), which it does not violate any more',
            why: 'An exception that nothing needs lets the next violation through unseen.',
            fix: 'Remove the acknowledgement, or correct the name of the policy.',
            link: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/',
            resource: { apiVersion: 'v1', kind: 'ConfigMap', namespace: null, name: 'c' },
            field: 'metadata.annotations',
            path: ['metadata', 'annotations'],
          },
        },
      ],
    ]);
    expect(acknowledged.map(({ line, reason }) => [line, reason])).toEqual([[9, 'hm']]);
  });

  test('of another name are no exceptions', () => {
    const other = json(set(bad(), ['metadata', 'annotations', 'x/policy-exception/image-tag'], 'because'));

    expect(stdin(other).exitCode).toBe(1);
    expect(stdin(json(set(bad(), 'metadata.annotations', 'policy-exception/image-tag'))).exitCode).toBe(1);
    expect(stdin(json(set(good(), 'metadata.annotations', null))).exitCode).toBe(0);
  });

  test('from policies that this run does not know are left alone', () => {
    expect(stdin(json(set(good(), ['metadata', 'annotations', 'policy-exception/other'], 'x'))).exitCode).toBe(0);
  });
});

describe('formats', () => {
  test('text groups by object, and says once of a policy why and how', () => {
    const path = folder({ 'a.yaml': BAD_YAML, 'x/a.yaml': `# the same, elsewhere\n${BAD_YAML}` });

    expect(run([path]).stdout.replaceAll(`${path}/`, '')).toBe(
      [
        'ConfigMap c',
        '  a.yaml:6    error    config-map-secret  data.A_TOKEN: key "A_TOKEN" holds a secret in plain text',
        '  x/a.yaml:7  error    config-map-secret  data.A_TOKEN: key "A_TOKEN" holds a secret in plain text',
        '',
        'config-map-secret: 2 errors',
        '  why: ConfigMaps are readable to many, are not encrypted at rest and end up in repositories.',
        '  fix: Put it into a Secret; a configuration file can refer to a variable that is read from one.',
        '  see: https://kubernetes.io/docs/concepts/configuration/configmap/',
        '',
        '2 objects in 2 files, judged as one set: 2 policy errors, 0 warnings, 0 acknowledged violations',
        '',
      ].join('\n'),
    );
  });

  test('text has colours where it is asked for them', () => {
    expect(stdin(BAD_YAML, { colour: true }).stdout).toContain(
      '\u001b[31merror  \u001b[0m  config-map-secret  \u001b[2mdata.A_TOKEN:\u001b[0m key',
    );
  });

  test('JSON', () => {
    expect(JSON.parse(stdin(BAD_YAML, { format: 'json' }).stdout)).toEqual([
      {
        policy: 'config-map-secret',
        severity: 'error',
        message: 'key "A_TOKEN" holds a secret in plain text',
        fix: containing('Put it into a Secret'),
        resource: { apiVersion: 'v1', kind: 'ConfigMap', namespace: null, name: 'c' },
        field: 'data.A_TOKEN',
        file: '-',
        line: 6,
      },
    ]);
    expect(stdin(json(good()), { format: 'json' }).stdout).toBe('[]\n');
  });

  test('JSON is sorted by file, line, policy and field, by number where there are numbers', () => {
    const documents = Array.from({ length: 11 }, (_, index) => json(bad('x', `p${index}`))).join('\n---\n');
    const lines = checkInputs(options(['-'], { stdin: Buffer.from(documents) })).violations.map(({ line }) => line);

    expect(lines).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21]);
  });

  test('what is found in one line is sorted by policy, field and message', () => {
    const ports = [{ name: 'a', containerPort: 1, hostPort: 1 }];
    const one = (name: string): Data => ({ ...container(name), image: 'x', ports });
    const spec = {
      ...podSpec(),
      hostNetwork: true,
      containers: Array.from({ length: 11 }, (_, index) => one(`c${10 - index}`)),
    };
    const { violations } = checkInputs(options(['-'], { stdin: Buffer.from(json(workload(POD, spec))) }));
    const order = violations.map(({ report: { violation } }) => [violation.policy, violation.field]);

    expect(order.filter(([policy]) => policy === 'image-tag')).toEqual(
      Array.from({ length: 11 }, (_, index) => ['image-tag', `spec.containers[${index}].image`]),
    );
    expect(order.map(([policy]) => policy)).toEqual(order.map(([policy]) => policy).toSorted());
  });

  test('acknowledged violations are sorted too', () => {
    const excused = (name: string): Data =>
      set(bad('x', name), ['metadata', 'annotations', 'policy-exception/image-tag'], 'because');
    const path = folder({ 'a/b.yaml': json(excused('b')), 'a.yaml': json(excused('a')) });

    const { acknowledged } = checkInputs(options([join(path, 'a'), path]));

    expect(acknowledged.map(({ file }) => file)).toEqual([`${path}/a.yaml`, `${path}/a/b.yaml`]);
  });

  test('the text format lists exceptions', () => {
    const excused = set(bad('x', 'e'), ['metadata', 'annotations', 'policy-exception/image-tag'], 'because');

    expect(stdin(json(excused)).stdout).toBe(
      [
        'Acknowledged exceptions:',
        '  Pod shop/e  -  image-tag: because',
        '',
        'image-tag: 1 acknowledged',
        '',
        '1 object in 1 file, judged as one set: 0 policy errors, 0 warnings, 1 acknowledged violation',
        '',
      ].join('\n'),
    );
    expect(stdin([good('a'), good('b')].map(json).join('\n---\n')).stdout).toContain(
      '2 objects in 1 file, judged as one set: ',
    );
  });

  test('SARIF is valid by its schema, and says all', () => {
    const excused = set(bad('y', 'excused'), ['metadata', 'annotations', 'policy-exception/image-tag'], 'because');
    const path = folder({ 'a b#.yaml': BAD_YAML, 'c.yaml': 'a: [', 'd.json': json(excused) });
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const schema = require('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json') as object;
    const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema);

    const result = run([path, '/nothing'], { format: 'sarif' });
    const log = JSON.parse(result.stdout) as {
      runs: { tool: { driver: { rules: { id: string }[] } }; results: Data[]; invocations: Data[] }[];
    };

    expect([validate(log), validate.errors]).toEqual([true, null]);
    expect(validate({ ...log, version: '1' })).toBe(false);
    const [sarif] = log.runs;
    expect(sarif?.tool.driver.rules.map(({ id }) => id)).toEqual([
      ...policies().map(({ id }) => id),
      'stale-exception',
    ]);
    expect(sarif?.invocations).toMatchObject([
      { executionSuccessful: false, toolExecutionNotifications: [{ level: 'error' }, { level: 'error' }] },
    ]);
    expect(sarif?.results).toMatchObject([
      {
        ruleId: 'config-map-secret',
        ruleIndex: policies().findIndex(({ id }) => id === 'config-map-secret'),
        level: 'error',
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: matching(/\/a%20b%23\.yaml$/) },
              region: { startLine: 6 },
            },
            logicalLocations: [{ fullyQualifiedName: 'ConfigMap c data.A_TOKEN' }],
          },
        ],
      },
      { ruleId: 'image-tag', suppressions: [{ kind: 'inSource', justification: 'because' }] },
    ]);
    expect(sarif?.results[0]).not.toHaveProperty('suppressions');
    expect(JSON.parse(stdin(json(good()), { format: 'sarif' }).stdout)).toMatchObject({
      runs: [{ results: [], invocations: [{ executionSuccessful: true, toolExecutionNotifications: [] }] }],
    });
  });
});
