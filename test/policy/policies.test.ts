import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Engine } from '../../lib/policy/engine';
import { judgedObjects } from '../../lib/policy/judged-objects';
import { policies, policiesWithOptional } from '../../lib/policy/policies';
import { duplicateObject } from '../../lib/policy/policies/duplicate-object';
import { WORKLOADS } from '../../lib/manifest/workloads';
import { cases, TCP } from './cases';
import { container, debugContainer, LABELS, podSpec, set, workload } from './manifests';
import type { Data } from './manifests';
import { OBJECT_ROWS } from './object-rows';
import { HARMLESS_PROBES, ROWS } from './rows';
import { HARMLESS_PAIRS, HARMLESS_TEXTS, SECRET_PAIRS, SECRET_TEXTS } from './secret-rows';

/** What is said of objects by themselves. What they refer to is in references.test.ts. */
const SINGLE = policies().filter(({ graph }) => graph === undefined);

const engine = new Engine(SINGLE);

/** For each policy an engine that knows nothing else: what the others would say takes long, and is not asked. */
const engines = new Map(SINGLE.map((policy) => [policy.id, new Engine([policy])]));

function judge(manifest: unknown, policy?: string, judgeBy = engines.get(policy ?? '') ?? engine): string[] {
  return [...judgeBy.evaluate([{ id: 0, manifest }])]
    .filter(({ violation }) => policy === undefined || violation.policy === policy)
    .map(({ violation }) => `${violation.field}: ${violation.message}`);
}

describe('policies', () => {
  test('each stands in a file of its own, named by its id', () => {
    const files = readdirSync(join(__dirname, '../../lib/policy/policies')).filter((file) => file !== 'index.ts');

    expect(
      policiesWithOptional()
        .map(({ id }) => `${id}.ts`)
        .sort(),
    ).toEqual(files.sort());
  });

  test('each says what, why, how to fix it and where that comes from', () => {
    for (const policy of policies({ mutableTags: ['dev'] })) {
      expect([policy.title, policy.why, policy.fix].map((text) => text.trim().length > 10)).toEqual([true, true, true]);
      expect(policy.link).toMatch(/^https:\/\//);
    }
  });

  test.each(WORKLOADS.map((kind) => [kind.kind, kind] as const))('a good %s has no violation', (_, kind) => {
    const spec = {
      ...podSpec(),
      initContainers: [container('init', false), { ...container('sidecar'), restartPolicy: 'Always' }],
      ephemeralContainers: [debugContainer('debug')],
    };

    expect(judge(workload(kind, spec))).toEqual([]);
  });

  test.each(ROWS.map((row, index) => [row.policy, row.message, index] as const))('%s: %s', (_, __, index) => {
    const row = ROWS[index];
    let judged = 0;
    for (const kind of row === undefined ? [] : WORKLOADS) {
      for (const { good, bad, field, prefix } of row === undefined ? [] : cases(row, kind)) {
        judged++;
        expect(judge(good, row?.policy)).toEqual([]);
        const found = judge(bad, row?.policy);
        expect(found).toContain(`${field}: ${prefix}${row?.message ?? ''}`);
        expect(found.filter((message) => message.includes('this does not hold'))).toEqual([]);
      }
    }
    expect(judged).toBeGreaterThanOrEqual(row?.onlyIn?.length ?? 5);
  });

  test.each(OBJECT_ROWS.map((row, index) => [row.policy, row.message, index] as const))(
    '%s: %s (%i)',
    (_, __, index) => {
      const row = OBJECT_ROWS[index];
      const by = engines.get(row?.policy ?? '');
      // Of each set the object is judged; what is applied with it may come before it as well as after it.
      const found = (set: readonly Data[] = []): readonly string[] =>
        [set, set.toReversed()].flatMap((ordered) =>
          [...(by?.evaluate(ordered.map((manifest) => ({ id: manifest, manifest }))) ?? [])]
            .filter(({ id }) => id === set[0])
            .map(({ violation }) => `${violation.field}: ${violation.message}`),
        );

      expect(found(row?.good)).toEqual([]);
      expect(found(row?.bad)).toEqual(Array(2).fill(`${row?.field ?? ''}: ${row?.message ?? ''}`));
    },
  );

  test('every policy has a row', () => {
    const covered = new Set([...ROWS, ...OBJECT_ROWS].map(({ policy }) => policy));
    const others = ['schema', 'config-map-secret', 'duplicate-object', 'unknown-workload'];

    expect(SINGLE.filter(({ id }) => !covered.has(id) && !others.includes(id))).toEqual([]);
  });
});

const [POD] = WORKLOADS;
const pod = (spec: Data): Data => workload(POD ?? { group: '', version: 'v1', kind: 'Pod' }, spec);
const deployment = (spec: Data): Data => workload({ group: 'apps', version: 'v1', kind: 'Deployment' }, spec);
const one = (changes: Data): Data => ({ ...podSpec(), containers: [{ ...container('main'), ...changes }] });

describe('what is judged', () => {
  test('containers of a pod that runs to completion need no probes', () => {
    const plain = { ...podSpec(), containers: [container('main', false)] };

    expect(judge(pod({ ...plain, restartPolicy: 'Never' }))).toEqual([]);
    expect(judge(pod({ ...plain, restartPolicy: 'OnFailure' }))).toEqual([]);
    expect(judge(pod({ ...plain, restartPolicy: 'Always' })).length).toBe(3);
    expect(judge(pod(plain)).length).toBe(3);
  });

  test('init containers need no probes unless they are restartable', () => {
    const init = (changes: Data): Data => ({
      ...podSpec(),
      initContainers: [{ ...container('i', false), ...changes }],
    });

    expect(judge(pod(init({})))).toEqual([]);
    expect(judge(pod(init({ restartPolicy: 'Always' }))).length).toBe(3);
  });

  test.each(WORKLOADS.map((kind) => [kind.kind, kind] as const))(
    'a %s is judged whoever is said to own it',
    (_, kind) => {
      const bad = workload(kind, one({ image: 'nginx' }));
      for (const [owner, controller] of [
        ...WORKLOADS.map((each) => [each.kind, true] as const),
        ['Deployment', false],
        ['Deployment', undefined],
        ['TaskRun', true],
      ] as const) {
        const owned = set(bad, 'metadata.ownerReferences', [
          { apiVersion: 'apps/v1', kind: owner, controller, name: 'x', uid: 'uid' },
        ]);

        expect(judge(owned)).toEqual(judge(bad));
        expect(judge(owned).length).toBe(1);
      }
    },
  );

  test('a Rollout that borrows a template is left to the Deployment, and judged by a template of its own', () => {
    const bad = workload({ group: 'argoproj.io', version: 'v1alpha1', kind: 'Rollout' }, one({ image: 'nginx' }));
    const borrows = set(bad, 'spec.workloadRef', { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' });
    const message =
      'spec.template.spec.containers[0].image: container "main": image "nginx" has neither a tag nor a digest';

    expect(judge(bad)).toEqual([message]);
    expect(judge(borrows)).toEqual([message]);
    expect(judge(set(borrows, 'spec.template', undefined))).toEqual([]);
    // As clients written in Go leave it out, which the API server refuses; nothing else is said of it.
    expect(judge(set(borrows, 'spec.template.spec', { containers: null }))).toEqual([
      'spec.template.spec.containers: Required value',
    ]);
    expect(judge(set(bad, 'spec', {}))).not.toEqual([]);
  });

  test('a ControllerRevision that holds something else is left alone', () => {
    const revision = { apiVersion: 'apps/v1', kind: 'ControllerRevision', metadata: { name: 'r', labels: LABELS } };

    expect(judge({ ...revision, data: { spec: { running: true } } })).toEqual([]);
    expect(judge({ ...revision, revision: 1 })).toEqual([]);
    expect(judge({ ...revision, data: { spec: { other: one({ image: 'nginx' }) } } })).toEqual([
      'data.spec.other.containers: nothing judges the containers of a ControllerRevision of apps/v1',
    ]);
  });

  test('an older version of a known group is judged', () => {
    expect(judge({ ...deployment(one({ image: 'nginx' })), apiVersion: 'apps/v1beta1' })).toEqual([
      'apiVersion: no matches for kind "Deployment" in version "apps/v1beta1"; it was removed in Kubernetes 1.16; use apps/v1 Deployment',
      'spec.template.spec.containers[0].image: container "main": image "nginx" has neither a tag nor a digest',
    ]);
  });

  test.each([undefined, null, 5, 'text', [], {}, { kind: 'Pod' }, { apiVersion: 'v1' }, { apiVersion: 5, kind: [] }])(
    'what is no object passes: %j',
    (manifest) => {
      expect(judge(manifest)).toEqual([]);
    },
  );
});

describe('unknown-workload', () => {
  const bad = deployment(one({ image: 'nginx', securityContext: { privileged: true } }));
  const spec = one({ image: 'nginx' });

  /** Each beside an object of the same look that is judged, or that holds no containers. */
  test.each<readonly [apiVersion: string, kind: string, nearest: string]>([
    ['v1', 'Deployment', 'Deployment of apps'],
    ['extensions/v1beta1', 'Deployment', 'Deployment of apps'],
    ['apps/v1', 'Deploymnet', 'Deployment of apps'],
    ['apps/v1', 'deployment', 'Deployment of apps'],
    ['batch/v1', 'Deployment', 'Deployment of apps'],
    ['apps/v1', 'Job', 'Job of batch'],
    ['apps/v1', 'Pods', 'Pod of v1'],
    ['v1', 'Foo', ''],
    ['apps.openshift.io/v1', 'DeploymentConfig', ''],
    ['serving.knative.dev/v1', 'Service', ''],
    ['example.com/v1', 'Widget', ''],
    ['apps', 'Deployment', 'Deployment of apps'],
  ])('finds the containers of a %s %s', (apiVersion, kind, nearest) => {
    expect(judge({ ...bad, apiVersion, kind }, 'unknown-workload')).toEqual([
      `spec.template.spec.containers: nothing judges the containers of a ${kind} of ${apiVersion}${nearest === '' ? '' : `; is a ${nearest} meant?`}`,
    ]);
  });

  test('finds lists of containers wherever they stand, each of them', () => {
    const widget = {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      containers: spec['containers'],
      spec: {
        pods: [{ spec: { containers: [{ name: 'a' }], initContainers: [{ name: 'b' }] } }, {}, null],
        debug: { ephemeralContainers: ['x', { name: 'c' }] },
        status: { metadata: { containers: [{ name: 'f' }] } },
      },
      status: { containers: [{ name: 'd' }] },
      metadata: { containers: [{ name: 'e' }] },
    };

    expect(judge(widget).map((text) => text.split(':')[0])).toEqual([
      'containers',
      'spec.pods[0].spec.containers',
      'spec.pods[0].spec.initContainers',
      'spec.debug.ephemeralContainers',
      'spec.status.metadata.containers',
    ]);
  });

  test.each([
    ['text', { spec: { containers: 'all' } }],
    ['numbers', { spec: { containers: 5 } }],
    ['names', { spec: { containers: ['a', 'b', null, ['c']] } }],
    ['none', { spec: { containers: [] } }],
    ['a map', { spec: { containers: { main: { image: 'nginx' } } } }],
    ['other words', { spec: { container: spec['containers'], Containers: spec['containers'] } }],
    ['YAML in a ConfigMap', { kind: 'ConfigMap', apiVersion: 'v1', data: { 'pod.yaml': JSON.stringify(bad) } }],
    [
      'a schema, with a default',
      {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        spec: { versions: [{ schema: { properties: { containers: { type: 'array', items: {} } }, default: spec } }] },
      },
    ],
    [
      'a rule',
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicy',
        spec: { validations: [{ expression: 'object.spec.containers.all(c, has(c.image))' }] },
      },
    ],
    [
      'measurements',
      {
        apiVersion: 'metrics.k8s.io/v1beta1',
        kind: 'PodMetrics',
        containers: [{ name: 'main', usage: { cpu: '1m' } }],
      },
    ],
  ])('has nothing against %s', (_, object) => {
    expect(judge({ apiVersion: 'example.com/v1', kind: 'Widget', ...object }, 'unknown-workload')).toEqual([]);
  });

  test('only those kinds of their groups are schemas and measurements', () => {
    const other = { apiVersion: 'example.com/v1', kind: 'PodMetrics', containers: [{ name: 'main' }] };

    expect(judge(other).length).toBe(1);
    expect(judge({ ...other, apiVersion: 'metrics.k8s.io/v1beta1', kind: 'NodeMetrics' }).length).toBe(1);
  });

  test('a kind that is registered is judged as a workload, and so is nothing else', () => {
    const registered = [
      { group: 'example.com', kind: 'Widget', template: 'spec.job.podTemplate' },
      { group: 'example.com', kind: 'Pod', template: 'spec.template' },
      { group: 'example.com', kind: 'CronJob', template: 'podTemplate' },
    ];
    const by = new Engine(SINGLE, registered);
    const template = { metadata: { labels: LABELS }, spec };
    const object = (kind: string, content: Data, apiVersion = 'example.com/v1'): Data => ({
      apiVersion,
      kind,
      metadata: { name: 'x', labels: LABELS },
      ...content,
    });
    const wrong = 'container "main": image "nginx" has neither a tag nor a digest';

    expect(judge(object('Widget', { spec: { job: { podTemplate: template } } }), undefined, by)).toEqual([
      `spec.job.podTemplate.spec.containers[0].image: ${wrong}`,
    ]);
    expect(judge(object('Pod', { spec: { template } }), undefined, by)).toEqual([
      `spec.template.spec.containers[0].image: ${wrong}`,
    ]);
    expect(judge(object('CronJob', { podTemplate: template }), undefined, by)).toEqual([
      `podTemplate.spec.containers[0].image: ${wrong}`,
    ]);
    // The known kinds of these names are judged as ever.
    expect(judge(pod(spec), undefined, by)).toEqual(judge(pod(spec)));
    expect(judge(workload({ group: 'batch', version: 'v1', kind: 'CronJob' }, spec), undefined, by).length).toBe(1);
    // Without a template there, whatever else lists containers is nothing that was looked at.
    expect(judge(object('Widget', { spec: { job: {} } }), undefined, by)).toEqual([]);
    expect(judge(object('Widget', { spec: { containers: [{ name: 'a' }] } }), undefined, by)).toEqual([
      'spec.containers: nothing judges the containers of a Widget of example.com/v1',
    ]);
    expect(
      judge(object('Widget', { spec: { job: { podTemplate: template } } }, 'example.org/v1'), undefined, by),
    ).toEqual([
      'spec.job.podTemplate.spec.containers: nothing judges the containers of a Widget of example.org/v1; is a Widget of example.com meant?',
    ]);
  });

  test.each([
    [{ group: 'apps', kind: 'Deployment', template: 'spec.template' }, 'apps/Deployment: the place is known already'],
    [{ group: '', kind: 'Widget', template: 'spec.template' }, '/Widget: this is no API group and kind'],
    [{ group: 'example.com', kind: 'Wid get', template: 'spec.template' }, 'this is no API group and kind'],
    [{ group: "x') || true", kind: 'Widget', template: 'spec.template' }, 'this is no API group and kind'],
    [{ group: 'example.com', kind: 'Widget', template: '' }, '"" is no path of fields'],
    [{ group: 'example.com', kind: 'Widget', template: 'spec..template' }, '"spec..template" is no path of fields'],
    [{ group: 'example.com', kind: 'Widget', template: 'spec[0]' }, '"spec[0]" is no path of fields'],
    [{ group: 'example.com', kind: 'Widget', template: 'spec) || (true' }, 'is no path of fields'],
  ])('a place that cannot be is refused: %j', (kind, reason) => {
    expect(() => new Engine(policies(), [kind])).toThrow(reason);
  });

  test('a kind is registered once', () => {
    const kind = { group: 'example.com', kind: 'Widget', template: 'spec.template' };

    expect(() => new Engine(policies(), [kind, { ...kind, template: 'spec.pod' }])).toThrow(
      'pod template of example.com/Widget: the place is known already, and only one of the two would be judged. Leave it out.',
    );
  });
});

describe('image-denied', () => {
  const by = (...deniedRepositories: string[]): Engine => new Engine(policies({ deniedRepositories }));
  const judgeImage = (engineOf: Engine, image: string): number =>
    judge(pod(one({ image })), 'image-denied', engineOf).length;

  test('takes another list', () => {
    expect(judgeImage(by('evil'), 'x/evil/a:1')).toBe(1);
    expect(judgeImage(by('evil'), 'bitnami/a:1')).toBe(0);
    expect(judgeImage(by('evil'), 'evil:1')).toBe(0);
    expect(judgeImage(by(), 'bitnami/a:1')).toBe(0);
  });

  test('takes whole repositories, and no pattern', () => {
    expect(judgeImage(by('library/nginx'), 'docker.io/library/nginx:1')).toBe(1);
    expect(judgeImage(by('library/nginx'), `library/nginx@sha256:${'a'.repeat(64)}`)).toBe(1);
    expect(judgeImage(by('library/nginx'), 'library/nginx-extra:1')).toBe(0);
    expect(judgeImage(by('a.c'), 'abc/x:1')).toBe(0);
    expect(judgeImage(by('a.c'), 'a.c/x:1')).toBe(1);
  });
});

// https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/#safe-and-unsafe-sysctls
test.each([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_notsent_lowat',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_slow_start_after_idle',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
])('sysctls allows %s', (name) => {
  const withSysctl = set(pod(podSpec()), 'spec.securityContext.sysctls', [{ name, value: '1' }]);

  expect(judge(withSysctl, 'sysctls')).toEqual([]);
});

// https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
test.each([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
  // Has a policy of its own.
  'hostPath',
])('volume-types allows %s', (type) => {
  expect(judge(pod({ ...podSpec(), volumes: [{ name: 'd', [type]: {} }] }), 'volume-types')).toEqual([]);
});

describe('image-pull-policy', () => {
  const judgeImage = (settings: Parameters<typeof policies>[0], changes: Data): number =>
    judge(pod(one(changes)), 'image-pull-policy', new Engine(policies(settings))).length;

  test('allows other pull policies, and takes other tags', () => {
    expect(judgeImage({}, { image: 'a:dev', imagePullPolicy: 'Always' })).toBe(1);
    expect(judgeImage({}, { image: 'a:dev', imagePullPolicy: 'IfNotPresent' })).toBe(0);
    expect(judgeImage({}, { image: 'a:dev' })).toBe(0);
    expect(judgeImage({}, { image: 'a:devel', imagePullPolicy: 'Always' })).toBe(0);
    expect(judgeImage({ importedTags: ['local'] }, { image: 'a:dev', imagePullPolicy: 'Always' })).toBe(0);
    expect(judgeImage({ importedTags: ['local'] }, { image: 'a:local', imagePullPolicy: 'Always' })).toBe(1);
    expect(judgeImage({ importedTags: [] }, { image: 'a:dev', imagePullPolicy: 'Always' })).toBe(0);
    const several = { importedTags: ['local', '1.x'] };
    expect(judgeImage(several, { image: 'a:local', imagePullPolicy: 'Always' })).toBe(1);
    expect(judgeImage(several, { image: 'a:1.x', imagePullPolicy: 'Always' })).toBe(1);
    expect(judgeImage(several, { image: 'a:1-x', imagePullPolicy: 'Always' })).toBe(0);
  });
});

test('image-mutable-tag is there only where tags are named', () => {
  const strict = new Engine(policies({ mutableTags: ['dev', 'main'] }));

  expect(judge(pod(one({ image: 'a:dev' })))).toEqual([]);
  expect(judge(pod(one({ image: 'a:dev' })), undefined, strict)).toEqual([
    'spec.containers[0].image: container "main": image "a:dev" has a tag that is moved from build to build',
  ]);
  expect(judge(pod(one({ image: 'a:main' })), 'image-mutable-tag', strict).length).toBe(1);
  expect(judge(pod(one({ image: 'a:dev-1' })), 'image-mutable-tag', strict)).toEqual([]);
  expect(judge(pod(one({ image: `a:dev@sha256:${'a'.repeat(64)}` })), 'image-mutable-tag', strict)).toEqual([]);
});

test('image-digest is there only where registries are named, and judges their images alone', () => {
  const strict = new Engine(policies({ digestRegistries: ['registry.example.com:5000'] }));
  const digest = `sha256:${'a'.repeat(64)}`;
  const found = (image: string, engine = strict): number => judge(pod(one({ image })), 'image-digest', engine).length;

  expect(judge(pod(one({ image: 'registry.example.com:5000/a:1.2.3' })), undefined, strict)).toEqual([
    'spec.containers[0].image: container "main": image "registry.example.com:5000/a:1.2.3" has no digest',
  ]);
  expect(found('registry.example.com:5000/a:1.2.3', new Engine(policies()))).toBe(0);
  expect(found(`registry.example.com:5000/a:1.2.3@${digest}`)).toBe(0);
  expect(found(`registry.example.com:5000/a@${digest}`)).toBe(0);
  expect(found(`registry.example.com:5000/a:1.2.3@${digest.slice(0, -1)}`)).toBe(1);
  expect(found('Registry.Example.COM:5000/a:1.2.3')).toBe(1);
  const standardPort = new Engine(policies({ digestRegistries: ['registry.example.com'] }));
  expect(found('registry.example.com:443/a:1.2.3', standardPort)).toBe(1);
  expect(found('registry.example.com.evil.com/a:1.2.3', standardPort)).toBe(0);
  expect(found('registryxexample.com/a:1.2.3', standardPort)).toBe(0);
  expect(found('registry.example.com:50001/a:1.2.3')).toBe(0);
  expect(found('example.com/registry.example.com:5000/a:1.2.3')).toBe(0);
});

test.each(HARMLESS_PROBES.map((command) => [command.join(' '), command] as const))(
  'probe-no-jvm allows: %s',
  (_, command) => {
    expect(judge(pod(one({ livenessProbe: { exec: { command } } })), 'probe-no-jvm')).toEqual([]);
  },
);

test.each(['startupProbe', 'livenessProbe', 'readinessProbe'])('probes are judged alike: %s', (name) => {
  const jvm = one({ [name]: { exec: { command: ['java'] }, timeoutSeconds: 20, failureThreshold: 30 } });

  expect(judge(pod(jvm))).toEqual([
    `spec.containers[0].${name}.exec.command: container "main": ${name} starts a JVM`,
    `spec.containers[0].${name}.timeoutSeconds: container "main": ${name} waits longer (timeoutSeconds) than the time between two probes (periodSeconds)`,
  ]);
});

test.each([
  'apache/kafka',
  'apache/kafka:3.9.0',
  'kafka:1',
  'confluentinc/cp-kafka:7',
  'r:5000/x/kafka-native@sha256:a',
])('probe-kafka-tcp knows %s', (image) => {
  const http = { httpGet: { port: 8080 }, failureThreshold: 30 };
  const probes = { startupProbe: http, livenessProbe: TCP, readinessProbe: http };

  expect(judge(pod(one({ image, ...probes })), 'probe-kafka-tcp').length).toBe(2);
  expect(
    judge(pod(one({ image, startupProbe: TCP, livenessProbe: TCP, readinessProbe: TCP })), 'probe-kafka-tcp'),
  ).toEqual([]);
});

test('probe-port: a container that declares no ports cannot be asked', () => {
  expect(judge(pod(one({ ports: undefined })), 'probe-port').length).toBe(3);
});

test('literal-secret allows references', () => {
  const env = [{ name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }];

  expect(judge(pod(one({ env })))).toEqual([]);
});

test('seccomp and run-as-non-root may be set on each container instead of the pod', () => {
  const own = {
    ...(container('main')['securityContext'] as Data),
    runAsNonRoot: true,
    seccompProfile: { type: 'Localhost', localhostProfile: 'profile.json' },
  };
  const spec = one({ securityContext: own });

  expect(judge(pod({ ...spec, securityContext: {} }))).toEqual([]);
  expect(judge(pod({ ...podSpec(), securityContext: {} })).length).toBe(2);
  expect(judge(pod(set(podSpec(), 'securityContext', undefined))).length).toBe(2);
});

test('Windows pods are excused from what only Linux has', () => {
  const spec = { ...podSpec(), os: { name: 'windows' }, securityContext: { runAsNonRoot: true } };
  const windows = { ...spec, containers: [{ ...container('main'), securityContext: {} }] };

  expect(judge(pod(windows))).toEqual([]);
  expect(judge(pod({ ...windows, os: { name: 'linux' } })).length).toBe(4);
});

test('apparmor: the annotation counts too', () => {
  const key = 'container.apparmor.security.beta.kubernetes.io/main';
  const annotated = (value: string): string[] => judge(set(pod(podSpec()), ['metadata', 'annotations', key], value));
  const inTemplate = set(deployment(podSpec()), ['spec', 'template', 'metadata', 'annotations', key], 'unconfined');

  expect(annotated('unconfined')).toEqual([
    `metadata.annotations["${key}"]: annotation ${key} sets an AppArmor profile that is not allowed`,
  ]);
  expect(['', 'runtime/default', 'localhost/x'].flatMap(annotated)).toEqual([]);
  expect(judge(inTemplate)).toEqual([
    `spec.template.metadata.annotations["${key}"]: annotation ${key} sets an AppArmor profile that is not allowed`,
  ]);
});

test('service-account-token: a projected token is named only where the token is not mounted by itself', () => {
  const volumes = [{ name: 't', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }];

  expect(judge(pod({ ...podSpec(), volumes, automountServiceAccountToken: true })).length).toBe(1);
});

test('recommended-labels: pod templates need them too, and the list is configurable', () => {
  const bare = set(deployment(podSpec()), 'spec.template.metadata', undefined);
  const onlyName = new Engine(policies({ labels: ['app.kubernetes.io/name'] }));

  expect(judge(bare, 'recommended-labels')).toEqual(
    ['name', 'part-of', 'component'].map(
      (label) =>
        `spec.template.metadata.labels["app.kubernetes.io/${label}"]: the label app.kubernetes.io/${label} is missing`,
    ),
  );
  expect(judge(bare, 'recommended-labels', onlyName).length).toBe(1);
});

describe('config-map-secret', () => {
  const configMap = (data: unknown): Data => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data });
  const found = (value: string, key = 'app.yaml'): number =>
    judge(configMap({ [key]: value }), 'config-map-secret').length;

  test('names each key, and reads no further than an API server could', () => {
    expect(judge(configMap({ A_TOKEN: 'x', b: 'y', 'C.SECRET': 'z' }))).toEqual([
      'data.A_TOKEN: key "A_TOKEN" holds a secret in plain text',
      'data["C.SECRET"]: key "C.SECRET" holds a secret in plain text',
    ]);
    expect(found(`${' '.repeat(14_900)}\npassword: hunter2`)).toBe(1);
    expect(found(`${' '.repeat(15_000)}\npassword: hunter2`)).toBe(0);
    expect(found(`${' '.repeat(49_000)}\nredis://:hunter2@host`)).toBe(1);
    expect(found(`${' '.repeat(50_000)}\nredis://:hunter2@host`)).toBe(0);
    expect(found(`${' '.repeat(500_000)}\n-----BEGIN PRIVATE KEY-----`)).toBe(1);
    expect(judge({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } })).toEqual([]);
  });
});

describe('what a secret looks like', () => {
  const configMap = (data: Data, annotations: Data = {}): Data => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'c', annotations },
    data,
  });
  const [literal, inConfigMap] = ['literal-secret', 'config-map-secret'];
  /** Where a text is found, of all places where it can stand. */
  const places = (text: string): Record<string, boolean> => ({
    variable: judge(pod(one({ env: [{ name: 'X', value: text }] })), literal).length > 0,
    argument: judge(pod(one({ args: ['sh', '-c', text] })), literal).length > 0,
    command: judge(pod(one({ command: ['sh', '-c', text] })), literal).length > 0,
    data: judge(configMap({ x: text }), inConfigMap).length > 0,
    "a ConfigMap's annotation": judge(configMap({}, { x: text }), inConfigMap).length > 0,
    'annotation of a pod': judge(set(pod(podSpec()), 'metadata.annotations', { x: text }), literal).length > 0,
    'annotation of a workload':
      judge(set(deployment(podSpec()), 'metadata.annotations', { x: text }), literal).length > 0,
    'annotation of a template':
      judge(set(deployment(podSpec()), 'spec.template.metadata.annotations', { x: text }), literal).length > 0,
  });
  const everywhere = (found: boolean): Record<string, boolean> =>
    Object.fromEntries(Object.keys(places('')).map((place) => [place, found]));
  /** Where a name and its value are found. */
  const named = ([name, value]: readonly [string, string]): readonly boolean[] => [
    judge(pod(one({ env: [{ name, value }] })), literal).length > 0,
    judge(configMap({ [name]: value }), inConfigMap).length > 0,
    judge(configMap({}, { [name]: value }), inConfigMap).length > 0,
  ];

  test.each(SECRET_PAIRS)('%s is a secret: %s', (name, value) => {
    expect(named([name, value])).toEqual([true, true, true]);
  });

  test.each(HARMLESS_PAIRS)('%s is none: %s', (name, value) => {
    expect(named([name, value])).toEqual([false, false, false]);
  });

  // An option and its value, with a blank between them, is for command lines only.
  test.each(SECRET_TEXTS.filter((text) => !/^--[\w-]+ /.test(text)))('is in %j', (text) => {
    expect(places(text)).toEqual(everywhere(true));
  });

  test.each(HARMLESS_TEXTS)('is not in %j', (text) => {
    expect(places(text)).toEqual(everywhere(false));
  });

  test('is kept for no later run', () => {
    const kept = jest.spyOn(judgedObjects, 'set');
    expect(judge(pod(one({ env: [{ name: 'DB_PASSWORD', value: 'hunter2' }] })), literal).length).toBe(1);
    expect(judge(configMap({ DB_PASSWORD: 'hunter2' }), inConfigMap).length).toBe(1);

    expect(kept).not.toHaveBeenCalled();
    kept.mockRestore();
  });

  test('an option may be followed by its value', () => {
    expect(judge(pod(one({ args: ['--user', 'a', '--password', 'hunter2'] })), literal)).toEqual([
      'spec.containers[0].args: container "main": args holds a secret in plain text',
    ]);
    expect(judge(pod(one({ args: ['--password', '$(PASSWORD)', '--token', '--verbose'] })), literal)).toEqual([]);
  });

  test('an annotation that names a policy or a Secret gives it no value', () => {
    const annotations = {
      'policy-exception/service-account-token': 'It asks the API server.',
      'example.com/tls-secret': 'web',
    };

    expect(judge(set(deployment(podSpec()), 'metadata.annotations', annotations))).toEqual([]);
    expect(judge(set(deployment(podSpec()), 'metadata.annotations', { 'example.com/token': 'abc' })).length).toBe(1);
  });

  test("kubectl's copy of the object is not searched", () => {
    const copy = { 'kubectl.kubernetes.io/last-applied-configuration': '{"password":"hunter2"}' };

    expect(judge(set(deployment(podSpec()), 'metadata.annotations', copy))).toEqual([]);
  });

  test('there are rows enough', () => {
    expect(SECRET_PAIRS.length + HARMLESS_PAIRS.length + SECRET_TEXTS.length + HARMLESS_TEXTS.length).toBeGreaterThan(
      150,
    );
  });
});

describe('duplicate-object', () => {
  const object = (changes: Data = {}, metadata: Data = {}): Data => ({
    apiVersion: 'v1',
    kind: 'Service',
    ...changes,
    metadata: { name: 'a', namespace: 'x', ...metadata },
  });
  const twice = (second: unknown, sets: readonly [string, string] = ['', '']): number =>
    [
      ...new Engine([duplicateObject]).evaluate([
        { id: 1, manifest: object(), set: sets[0] },
        { id: 2, manifest: second, set: sets[1] },
      ]),
    ].length;

  test('is an object of the same group, kind, namespace and name', () => {
    expect(twice(object())).toBe(1);
    expect(twice(object({ apiVersion: 'v1beta1' }))).toBe(1);
    expect(twice(object({ apiVersion: 'example.com/v1' }))).toBe(0);
    expect(twice(object({ kind: 'ConfigMap' }))).toBe(0);
    expect(twice(object({}, { name: 'b' }))).toBe(0);
    expect(twice(object({}, { namespace: 'y' }))).toBe(0);
    expect(twice(object({}, { namespace: undefined }))).toBe(0);
    expect(twice(object(), ['a', 'b'])).toBe(0);
  });

  test('is no object that gets its name from the API server', () => {
    const generated = { apiVersion: 'v1', kind: 'Service', metadata: { generateName: 'a-' } };

    expect([...new Engine([duplicateObject]).evaluate([1, 2].map((id) => ({ id, manifest: generated })))]).toEqual([]);
  });
});

test('request-within-limit: every resource, and numbers as well as text', () => {
  const resources = (requests: Data, limits: Data): string[] =>
    judge(pod(one({ resources: { requests, limits } })), 'request-within-limit');

  expect(resources({ cpu: 2, memory: '1Gi' }, { cpu: '1500m', memory: '1023Mi' })).toEqual([
    'spec.containers[0].resources.requests.cpu: container "main": the request for cpu (2) exceeds its limit (1500m)',
    'spec.containers[0].resources.requests.memory: container "main": the request for memory (1Gi) exceeds its limit (1023Mi)',
  ]);
  expect(resources({ cpu: 0.5, 'example.com/gpu': '1' }, { cpu: '500m', 'example.com/gpu': 1 })).toEqual([]);
  expect(resources({ memory: 'much' }, { memory: '1Gi' })[0]).toContain('cannot be judged');
});
