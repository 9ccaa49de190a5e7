import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject, Chart, Testing } from 'cdk8s';
import { checkInputs } from '../../lib/policy/check-inputs';
import type { Checked } from '../../lib/policy/check-inputs';
import { Engine } from '../../lib/policy/engine';
import { acknowledge } from '../../lib/policy/exceptions';
import { Owners } from '../../lib/policy/owners';
import { PolicyPack } from '../../lib/policy/pack';
import { policies } from '../../lib/policy/policies';
import { WORKLOADS } from '../../lib/manifest/workloads';
import { container, LABELS, podSpec, set, workload } from './manifests';
import type { Data } from './manifests';

/** What is said of objects by themselves; what they refer to is no matter of owners. */
const SINGLE = policies().filter(({ graph }) => graph === undefined);

// An object may say that another one owns it. That excuses nothing; only what is wrong with the owner as well is said once.

const UNTAGGED: Data = { ...podSpec(), containers: [{ ...container('main'), image: 'nginx' }] };

/** `apps/v1 Deployment web`, with its owner. */
function object(what: string, spec: Data = UNTAGGED, owner?: string, changes: Data = {}): Data {
  const [, kindName = '', name = ''] = what.split(' ');
  const kind = WORKLOADS.find((each) => each.kind === kindName);
  const manifest = set(workload(kind ?? { group: '', version: 'v1', kind: kindName }, spec), 'metadata.name', name);
  return owner === undefined ? manifest : set(manifest, 'metadata.ownerReferences', [reference(owner, changes)]);
}

function reference(owner: string, changes: Data = {}): Data {
  const [apiVersion, kind, name] = owner.split(' ');
  return { apiVersion, kind, name, uid: 'uid', controller: true, ...changes };
}

function check(manifests: readonly unknown[], exceptions = true): Checked {
  return checkInputs({
    inputs: ['-'],
    stdin: Buffer.from(manifests.map((manifest) => JSON.stringify(manifest)).join('\n---\n')),
    policies: SINGLE,
    exceptions,
  });
}

/** `Kind name: policy` of each violation. */
function found(manifests: readonly unknown[]): string[] {
  return check(manifests)
    .violations.map(({ report: { violation } }) => {
      const { kind, name } = violation.resource;
      return `${kind ?? ''} ${name ?? ''}: ${violation.policy}`;
    })
    .sort();
}

const DEPLOYMENT = object('apps/v1 Deployment web');
const REPLICA_SET = object('apps/v1 ReplicaSet web-1', UNTAGGED, 'apps/v1 Deployment web');
const POD = object('v1 Pod web-1-a', UNTAGGED, 'apps/v1 ReplicaSet web-1');

describe('what is wrong with an owner as well', () => {
  test.each([
    ['from the top', [DEPLOYMENT, REPLICA_SET, POD]],
    ['from the bottom', [POD, REPLICA_SET, DEPLOYMENT]],
    ['in any order', [REPLICA_SET, POD, DEPLOYMENT]],
    [
      'in a list',
      [
        {
          apiVersion: 'v1',
          kind: 'List',
          items: [POD, { apiVersion: 'v1', kind: 'List', items: [DEPLOYMENT, REPLICA_SET] }],
        },
      ],
    ],
  ])('is said once, %s', (_, manifests) => {
    expect(found(manifests)).toEqual(['Deployment web: image-tag']);
    expect(check(manifests).objects).toBe(3);
  });

  test('is said once, wherever the files are', () => {
    const folder = mkdtempSync(join(tmpdir(), 'owners-'));
    const files = [POD, DEPLOYMENT, REPLICA_SET].map((manifest, index) => {
      const file = join(folder, `${index}.json`);
      writeFileSync(file, JSON.stringify(manifest));
      return file;
    });
    const options = {
      stdin: new Uint8Array(),
      policies: SINGLE,
      exceptions: true,
    } as const;

    expect(checkInputs({ ...options, inputs: files }).violations.map(({ file }) => file)).toEqual([files[1]]);
    expect(checkInputs({ ...options, inputs: [folder] }).violations.map(({ file }) => file)).toEqual([files[1]]);
  });

  test.each<readonly [owner: string, owned: string]>([
    ['apps/v1 StatefulSet web', 'v1 Pod web-0'],
    ['apps/v1 StatefulSet web', 'apps/v1 ControllerRevision web-1'],
    ['apps/v1 DaemonSet web', 'v1 Pod web-x'],
    ['v1 ReplicationController web', 'v1 Pod web-x'],
    ['batch/v1 Job web', 'v1 Pod web-x'],
    ['batch/v1 CronJob web', 'batch/v1 Job web-x'],
    ['argoproj.io/v1alpha1 Rollout web', 'apps/v1 ReplicaSet web-x'],
  ])('is said once, of a %s and its %s', (owner, owned) => {
    const kind = owner.split(' ')[1] ?? '';

    expect(found([object(owned, UNTAGGED, owner), object(owner)])).toEqual([`${kind} web: image-tag`]);
  });

  test('is a label too, which the template hands on', () => {
    const bare = (manifest: Data): Data => set(manifest, 'metadata.labels', { x: 'y' });
    const unlabelled = set(object('apps/v1 Deployment web', podSpec()), 'spec.template.metadata', undefined);
    const replicaSet = set(
      object('apps/v1 ReplicaSet web-1', podSpec(), 'apps/v1 Deployment web'),
      'spec.template.metadata',
      undefined,
    );
    const pod = object('v1 Pod web-1-a', podSpec(), 'apps/v1 ReplicaSet web-1');

    expect(
      check([bare(pod), unlabelled, bare(replicaSet)]).violations.map(({ report }) => report.violation.resource.kind),
    ).toEqual(Array.from({ length: Object.keys(LABELS).length + 1 }, () => 'Deployment'));
  });

  test('is a port of the node too, which the API server writes into pods alone', () => {
    const spec = { ...podSpec(), hostNetwork: true };
    const ports = [{ name: 'http', containerPort: 8080, hostPort: 8080, protocol: 'TCP' }];
    const defaulted = { ...spec, containers: [{ ...container('main'), ports }] };
    const template = {
      ...spec,
      containers: [{ ...container('main'), ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }] }],
    };
    const daemonSet = object('apps/v1 DaemonSet web', template);
    const other = [{ name: 'http', containerPort: 8080, hostPort: 22, protocol: 'TCP' }];

    expect(found([object('v1 Pod a', defaulted, 'apps/v1 DaemonSet web'), daemonSet])).toEqual([
      'DaemonSet web: host-namespaces',
      'DaemonSet web: host-ports',
    ]);
    expect(
      found([
        object('v1 Pod a', { ...spec, containers: [{ ...container('main'), ports: other }] }, 'apps/v1 DaemonSet web'),
        daemonSet,
      ]),
    ).toContain('Pod a: host-ports');
  });

  test('is acknowledged with the owner', () => {
    const acknowledged = set(DEPLOYMENT, ['metadata', 'annotations', 'policy-exception/image-tag'], 'because');
    const checked = check([POD, REPLICA_SET, acknowledged]);

    expect(checked.violations).toEqual([]);
    expect(checked.acknowledged.map(({ report }) => report.violation.resource.kind)).toEqual(['Deployment']);
    expect(check([POD, REPLICA_SET, acknowledged], false).violations.length).toBe(1);
  });

  test('is acknowledged once, where the controller hands the annotation on, which does not make it stale', () => {
    const annotate = (manifest: Data, reason = 'because'): Data =>
      set(manifest, ['metadata', 'annotations', 'policy-exception/image-tag'], reason);
    const good = object('apps/v1 ReplicaSet web-2', podSpec(), 'apps/v1 Deployment web');
    const checked = check([annotate(good), annotate(REPLICA_SET), annotate(DEPLOYMENT), POD]);

    expect(checked.violations).toEqual([]);
    expect(checked.acknowledged.map(({ report }) => report.violation.resource.name)).toEqual(['web']);
    // What the owner does not say was not handed on.
    expect(found([annotate(good), DEPLOYMENT])).toEqual([
      'Deployment web: image-tag',
      'ReplicaSet web-2: stale-exception',
    ]);
    expect(found([annotate(good, 'other'), annotate(DEPLOYMENT)])).toEqual(['ReplicaSet web-2: stale-exception']);
    expect(found([annotate(set(good, 'metadata.ownerReferences', undefined)), annotate(DEPLOYMENT)])).toEqual([
      'ReplicaSet web-2: stale-exception',
    ]);
  });

  test('is said of each in a synth, as the API server would say it to whoever applies them', () => {
    const chart = new Chart(Testing.app(), 'chart');
    const add = (id: string, { apiVersion, kind, ...rest }: Data): ApiObject =>
      new ApiObject(chart, id, { apiVersion: String(apiVersion), kind: String(kind), ...rest });
    add('replica-set', REPLICA_SET);
    const deployment = add('deployment', DEPLOYMENT);

    const where = (): string[] => new PolicyPack().judge(chart).violations.map((violation) => violation.where);

    expect(where().sort()).toEqual(['chart/deployment', 'chart/replica-set']);
    acknowledge(deployment, 'image-tag', 'because');
    expect(where()).toEqual(['chart/replica-set']);
  });
});

describe('a forged owner hides nothing', () => {
  const good = object('apps/v1 Deployment web', podSpec());
  const pod = (changes: Data = {}, owner = 'apps/v1 Deployment web'): Data =>
    object('v1 Pod x', UNTAGGED, owner, changes);

  test.each<readonly [what: string, manifests: readonly unknown[]]>([
    ['that is not there', [pod()]],
    ['that is clean', [good, pod()]],
    ['that has something else wrong', [object('apps/v1 Deployment web', { ...podSpec(), hostPID: true }), pod()]],
    ['of another name', [pod({}, 'apps/v1 Deployment other'), object('apps/v1 Deployment web')]],
    ['of another kind', [pod({}, 'apps/v1 ReplicaSet web'), object('apps/v1 Deployment web')]],
    ['of another group', [pod({}, 'example.com/v1 Deployment web'), object('apps/v1 Deployment web')]],
    ['in another namespace', [set(object('apps/v1 Deployment web'), 'metadata.namespace', 'other'), pod()]],
    ['of another uid', [set(object('apps/v1 Deployment web'), 'metadata.uid', '1'), pod({ uid: '2' })]],
    ['that does not control it', [object('apps/v1 Deployment web'), pod({ controller: false })]],
    ['that is only said to', [object('apps/v1 Deployment web'), pod({ controller: 'true' })]],
    [
      'that nothing judges',
      [{ apiVersion: 'v1', kind: 'Widget', metadata: { name: 'web', namespace: 'shop' } }, pod({}, 'v1 Widget web')],
    ],
    ['that is no reference', [set(pod(), 'metadata.ownerReferences', ['web', null, 5])]],
    ['that is no list', [set(pod(), 'metadata.ownerReferences', { controller: true })]],
    ['that is nameless', [set(object('apps/v1 Deployment web'), 'metadata.name', undefined), pod({ name: undefined })]],
  ])('%s', (_, manifests) => {
    expect(found(manifests)).toContain('Pod x: image-tag');
  });

  test('of whatever kind, in every policy', () => {
    const bad = {
      ...podSpec(),
      hostPID: true,
      containers: [{ ...container('main'), image: 'nginx', securityContext: { privileged: true } }],
    };
    const alone = found([object('v1 Pod x', bad)]);

    expect(alone.length).toBeGreaterThan(5);
    for (const { group, version, kind } of WORKLOADS) {
      const owner = `${group === '' ? version : `${group}/${version}`} ${kind} web`;
      expect(
        found([object(owner, podSpec()), object('v1 Pod x', bad, owner)]).filter((each) => each.startsWith('Pod')),
      ).toEqual(alone);
    }
  });

  test('that is accused of the same, but for something else', () => {
    const logs = (path: string): Data => ({ ...podSpec(), volumes: [{ name: 'logs', hostPath: { path } }] });
    const daemonSet = set(
      object('apps/v1 DaemonSet web', logs('/var/log')),
      ['metadata', 'annotations', 'policy-exception/host-path'],
      'collects logs',
    );

    expect(found([daemonSet, object('v1 Pod x', logs('/var/log'), 'apps/v1 DaemonSet web')])).toEqual([]);
    expect(found([daemonSet, object('v1 Pod x', logs('/'), 'apps/v1 DaemonSet web')])).toEqual(['Pod x: host-path']);
  });

  test('of a pod that got something besides', () => {
    const injected = {
      ...UNTAGGED,
      containers: [
        { ...container('main'), image: 'nginx' },
        { ...container('proxy'), image: 'proxy' },
      ],
    };

    expect(found([DEPLOYMENT, object('v1 Pod x', injected, 'apps/v1 Deployment web')])).toEqual([
      'Deployment web: image-tag',
      'Pod x: image-tag',
    ]);
  });

  test('that leads to a bad one through one that is clean', () => {
    const replicaSet = object('apps/v1 ReplicaSet web-1', podSpec(), 'apps/v1 Deployment web');

    expect(found([DEPLOYMENT, replicaSet, POD])).toEqual(['Deployment web: image-tag', 'Pod web-1-a: image-tag']);
  });

  test('in a circle, of which each is named, and what hangs on it is not', () => {
    const circle = (length: number): Data[] =>
      Array.from({ length }, (_, index) =>
        object(`apps/v1 ReplicaSet r${index}`, UNTAGGED, `apps/v1 ReplicaSet r${(index + 1) % length}`),
      );

    for (const length of [1, 2, 3, 7]) {
      expect(found(circle(length))).toEqual(circle(length).map((_, index) => `ReplicaSet r${index}: image-tag`));
      expect(found([object('v1 Pod x', UNTAGGED, 'apps/v1 ReplicaSet r0'), ...circle(length)])).toEqual(
        circle(length).map((_, index) => `ReplicaSet r${index}: image-tag`),
      );
    }
  });

  test('that is there twice, where one is clean', () => {
    const twice = found([good, DEPLOYMENT, pod()]);

    expect(twice).toContain('Pod x: image-tag');
    expect(twice).toContain('Deployment web: image-tag');
  });
});

describe('an owner', () => {
  test('is known by its uid where both have one', () => {
    const pod = object('v1 Pod x', UNTAGGED, 'apps/v1 Deployment web', { uid: '2' });
    const owner = (uid?: string): Data => set(object('apps/v1 Deployment web'), 'metadata.uid', uid);

    expect(found([owner('2'), pod])).toEqual(['Deployment web: image-tag']);
    expect(found([owner(), pod])).toEqual(['Deployment web: image-tag']);
    expect(found([owner('2'), object('v1 Pod x', UNTAGGED, 'apps/v1 Deployment web', { uid: undefined })])).toEqual([
      'Deployment web: image-tag',
      // Without one, the API server takes no reference.
      'Pod x: schema',
    ]);
  });

  test('is one whatever its version', () => {
    expect(found([DEPLOYMENT, object('v1 Pod x', UNTAGGED, 'apps/v1beta1 Deployment web')])).toEqual([
      'Deployment web: image-tag',
    ]);
  });

  test('is found by position', () => {
    const owners = new Owners();

    expect([POD, 5, DEPLOYMENT, REPLICA_SET].map((manifest) => owners.add(manifest))).toEqual([
      { position: 0, isOwned: true },
      { position: 1, isOwned: false },
      { position: 2, isOwned: false },
      { position: 3, isOwned: true },
    ]);
    expect([0, 1, 2, 3, 4].map((position) => owners.ownerOf(position))).toEqual([
      3,
      undefined,
      undefined,
      2,
      undefined,
    ]);
  });

  test('of an object that cannot be read to its end excuses nothing', () => {
    const endless = object('v1 Pod x', UNTAGGED, 'v1 Pod y');
    endless['spec'] = endless;
    const other = object('v1 Pod y');
    other['spec'] = other;

    const findings = [...new Engine(policies()).evaluate([endless, other].map((manifest, id) => ({ id, manifest })))];

    expect(findings.filter(({ id }) => id === 0).length).toBeGreaterThan(30);
    expect(findings.some(({ inherited }) => inherited)).toBe(false);
  });
});
