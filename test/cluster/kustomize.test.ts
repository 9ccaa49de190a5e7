import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { load, loadAll } from 'js-yaml';
import { formatPath } from '../../lib/manifest/manifest';
import { listAt, textAt, valueAt } from '../../lib/manifest/plain-data';
import { Graph } from '../../lib/graph';
import { kustomizeBase } from '../../lib/synth/kustomize';
import { toYaml, toYamlStream } from '../../lib/synth/yaml';
import { object } from '../graph/manifests';
import type { Manifest } from '../testing';
import { checkInputs } from '../../lib/policy/check-inputs';
import { local, policyPackOf } from '../../lib/sportstix/environments';
import { isSpring } from '../../lib/sportstix/servers';
import { overlayOf, changed } from './overlay';
import { binary, kubernetesVersions, newestVersion } from './binaries';

// Needs a synth before it, since the file of secrets is not in git.

const BASE = join(__dirname, '..', '..', 'dist', 'local');

let kubectl: string;
let folder: string;
/** The base without what Kustomize is told of custom resources. */
let bare: string;

/** What Kustomize makes of a folder, in the order of the base. */
function kustomize(path: string): readonly Manifest[] {
  const { status, stdout, stderr, error } = spawnSync(kubectl, ['kustomize', path], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) {
    throw new Error(`kubectl kustomize ${path} failed: ${error?.message ?? stderr}`);
  }
  return loadAll(stdout) as Manifest[];
}

/** What an overlay makes of a base. */
function overlay(kustomization: object, base = BASE): readonly Manifest[] {
  writeFileSync(
    join(folder, 'kustomization.yaml'),
    toYaml({ resources: [relative(folder, base)], sortOptions: { order: 'fifo' }, ...kustomization }),
  );
  return kustomize(folder);
}

function idOf({ kind, metadata }: Manifest): string {
  return `${kind}/${metadata.name}`;
}

/** Every field of plain data that is no object and no list, by its path. */
function leaves(value: unknown, path: readonly (string | number)[] = []): ReadonlyMap<string, string> {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) {
    return new Map([[formatPath(path), JSON.stringify(value)]]);
  }
  const fields = Array.isArray(value)
    ? value.map((item: unknown, index) => [index, item] as const)
    : Object.entries(value);
  return new Map(fields.flatMap(([key, below]) => [...leaves(below, [...path, key])]));
}

/** What an overlay has changed in an object, field by field. */
function changes(before: Manifest, after: Manifest | undefined): readonly string[] {
  const [old, now] = [leaves(before), leaves(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((path) => old.get(path) !== now.get(path))
    .map((path) => `${path}: ${old.get(path) ?? '(none)'} -> ${now.get(path) ?? '(none)'}`)
    .sort();
}

beforeAll(async () => {
  kubectl = await binary('kubectl', newestVersion(kubernetesVersions()));
  if (!existsSync(join(BASE, 'manifests/secrets.k8s.yaml'))) {
    throw new Error('dist/local/manifests/secrets.k8s.yaml is missing: run "npm run synth" first.');
  }
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'overlay-')));
  bare = realpathSync(mkdtempSync(join(tmpdir(), 'base-')));
  cpSync(join(BASE, 'manifests'), join(bare, 'manifests'), { recursive: true });
  const { resources } = load(readFileSync(join(BASE, 'kustomization.yml'), 'utf8')) as { resources: string[] };
  writeFileSync(join(bare, 'kustomization.yml'), toYaml({ resources }));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(bare, { recursive: true, force: true });
});

test('dist/local is a Kustomize base with all that its manifests hold', () => {
  const base = kustomize(BASE).map(idOf);
  expect(base).toEqual(
    expect.arrayContaining([
      `Namespace/${local.namespace}`,
      ...local.services.map(({ name, canary }) => `${canary === undefined ? 'Deployment' : 'Rollout'}/${name}`),
      'Secret/redis-secret',
    ]),
  );
});

test('an overlay changes what it patches and nothing else', () => {
  const base = overlay({});
  const after = overlay(load(overlayOf(relative(folder, BASE))) as object);
  const { tagged, scaled, setting } = changed;

  expect(after.map(idOf)).toEqual(base.map(idOf));
  const all = base.flatMap((before, index) =>
    changes(before, after[index]).map((change) => `${idOf(before)} ${change}`),
  );
  expect(all.sort()).toEqual(
    [
      `ConfigMap/sportstix-common data.${setting.name}: "${setting.from}" -> "${setting.to}"`,
      `Deployment/${tagged.service.name} spec.template.spec.containers[0].image: "${tagged.from}" -> "${tagged.to}"`,
      `Deployment/${scaled.service.name} spec.replicas: ${scaled.from} -> ${scaled.to}`,
    ].sort(),
  );
});

const PODS = ['spec', 'template', 'spec'];
const TEMPLATE = 'spec.template.metadata.labels';
const SPEC = 'spec.template.spec';
const CONTAINER = `${SPEC}.containers[0]`;
const SPREAD = `${SPEC}.topologySpreadConstraints[0].labelSelector.matchLabels`;

/** A strategic merge patch, of the fields that it gives. */
function patchOf(apiVersion: string, kind: string, name: string, namespace: string, fields: object): object {
  return { patch: toYaml({ apiVersion, kind, metadata: { name, namespace }, ...fields }) };
}

const rollout = local.services.find(({ canary }) => canary !== undefined);
const name = rollout?.name ?? '';
const image = rollout?.repository ?? '';

function rolloutIn(manifests: readonly Manifest[]): Manifest {
  const found = manifests.find(({ kind }) => kind === 'Rollout');
  if (found === undefined) throw new Error('There is no Rollout.');
  return found;
}

function patchOfPods(spec: object): object {
  return patchOf('argoproj.io/v1alpha1', 'Rollout', name, local.namespace, { spec: { template: { spec } } });
}

/** What each field of an overlay makes of the Rollout. */
const OVERLAYS: readonly (readonly [what: string, kustomization: object, rollout: readonly string[]])[] = [
  [
    'namePrefix',
    { namePrefix: 'dev-' },
    [
      `metadata.name: "${name}" -> "dev-${name}"`,
      `${CONTAINER}.envFrom[0].configMapRef.name: "sportstix-common" -> "dev-sportstix-common"`,
      `${CONTAINER}.envFrom[1].configMapRef.name: "${name}-config" -> "dev-${name}-config"`,
      `${CONTAINER}.envFrom[2].secretRef.name: "${name}-db-secret" -> "dev-${name}-db-secret"`,
      `${CONTAINER}.envFrom[3].secretRef.name: "redis-secret" -> "dev-redis-secret"`,
      `${SPEC}.serviceAccountName: "${name}-sa" -> "dev-${name}-sa"`,
    ],
  ],
  [
    'nameSuffix',
    { nameSuffix: '-b' },
    [
      `metadata.name: "${name}" -> "${name}-b"`,
      `${CONTAINER}.envFrom[0].configMapRef.name: "sportstix-common" -> "sportstix-common-b"`,
      `${CONTAINER}.envFrom[1].configMapRef.name: "${name}-config" -> "${name}-config-b"`,
      `${CONTAINER}.envFrom[2].secretRef.name: "${name}-db-secret" -> "${name}-db-secret-b"`,
      `${CONTAINER}.envFrom[3].secretRef.name: "redis-secret" -> "redis-secret-b"`,
      `${SPEC}.serviceAccountName: "${name}-sa" -> "${name}-sa-b"`,
    ],
  ],
  [
    'labels with selectors',
    { labels: [{ pairs: { env: 'dev' }, includeSelectors: true }] },
    ['metadata.labels', 'spec.selector.matchLabels', TEMPLATE, SPREAD].map((at) => `${at}.env: (none) -> "dev"`),
  ],
  [
    'commonLabels',
    { commonLabels: { env: 'dev' } },
    ['metadata.labels', 'spec.selector.matchLabels', TEMPLATE, SPREAD].map((at) => `${at}.env: (none) -> "dev"`),
  ],
  [
    'labels with templates',
    { labels: [{ pairs: { env: 'dev' }, includeTemplates: true }] },
    ['metadata.labels', TEMPLATE].map((at) => `${at}.env: (none) -> "dev"`),
  ],
  ['labels alone', { labels: [{ pairs: { env: 'dev' } }] }, [`metadata.labels.env: (none) -> "dev"`]],
  ['replicas', { replicas: [{ name, count: 3 }] }, ['spec.replicas: 1 -> 3']],
  [
    'images',
    { images: [{ name: image, newTag: '1.4.2' }] },
    [`${CONTAINER}.image: "${image}:dev" -> "${image}:1.4.2"`],
  ],
];

/** Patches of kinds that Kustomize knows by itself. */
const OWN_KINDS: readonly object[] = local.services.slice(0, 1).flatMap(({ name: service }) => [
  patchOf('apps/v1', 'Deployment', service, local.namespace, {
    spec: {
      template: {
        spec: {
          containers: [
            { name: service, env: [{ name: 'FEATURE', value: 'on' }], ports: [{ name: 'admin', containerPort: 9999 }] },
            { name: 'sidecar', image: 'shop/sidecar:1.0.0' },
          ],
          volumes: [{ name: 'cache', emptyDir: {} }],
        },
      },
    },
  }),
  patchOf('v1', 'Service', service, local.namespace, { spec: { ports: [{ name: 'admin', port: 9999 }] } }),
]);

describe('what an overlay makes of the Rollout', () => {
  test.each(OVERLAYS)('%s', (_, kustomization, expected) => {
    const before = rolloutIn(overlay({}));
    const after = rolloutIn(overlay(kustomization));

    expect(changes(before, after)).toEqual([...expected].sort());
  });

  test('a strategic merge patch adds to its lists, and keeps what it does not name', () => {
    const before = rolloutIn(overlay({}));
    const spec = {
      containers: [
        { name, image: 'shop/orders:1.4.2', env: [{ name: 'FEATURE', value: 'on' }] },
        { name: 'sidecar', image: 'shop/sidecar:1.0.0' },
      ],
      volumes: [{ name: 'cache', emptyDir: {} }],
    };
    const after = rolloutIn(overlay({ patches: [patchOfPods(spec)] }));

    const [container] = listAt(before, ...PODS, 'containers') as [Record<string, unknown>];
    const [variable] = spec.containers[0]?.env ?? [];
    expect(valueAt(after, PODS)).toEqual({
      ...(valueAt(before, PODS) as object),
      containers: [
        { ...container, image: 'shop/orders:1.4.2', env: [variable, ...listAt(container, 'env')] },
        spec.containers[1],
      ],
      volumes: [...spec.volumes, ...listAt(before, ...PODS, 'volumes')],
    });
    expect(changes(before, after).filter((change) => !change.startsWith(SPEC))).toEqual([]);
  });

  test('a strategic merge patch removes what it says', () => {
    const before = rolloutIn(overlay({}));
    const [first, ...rest] = listAt(before, ...PODS, 'containers') as Record<string, unknown>[];
    const [removed, ...kept] = listAt(first, 'env');
    const after = rolloutIn(
      overlay({
        patches: [patchOfPods({ containers: [{ name, env: [{ name: textAt(removed, 'name'), $patch: 'delete' }] }] })],
      }),
    );

    expect(valueAt(after, [...PODS, 'containers'])).toEqual([{ ...first, env: kept }, ...rest]);
  });
});

// A base that brings a schema of its own takes away the one that Kustomize has built in.
describe('what an overlay makes of all else is what Kustomize makes of it by itself', () => {
  test.each([
    ...OVERLAYS.map(([what, kustomization]) => [what, kustomization] as const),
    ['patches', { patches: OWN_KINDS }] as const,
  ])('%s', (what, kustomization) => {
    const others = (manifests: readonly Manifest[]): readonly Manifest[] =>
      manifests.filter(({ kind }) => kind !== 'Rollout');
    // Without being told of a Rollout's replicas, Kustomize refuses.
    const alone = what === 'replicas' ? {} : kustomization;

    expect(others(overlay(kustomization))).toEqual(others(overlay(alone, bare)));
  });
});

/** What a check of an overlay finds wrong: each object and policy once. */
function faultsOf(kustomization: object, base = BASE): readonly string[] {
  const text = overlay(kustomization, base).map((manifest) => `---\n${toYaml(manifest)}`);
  const { violations } = checkInputs({
    inputs: ['-'],
    stdin: Buffer.from(text.join('')),
    policies: policyPackOf(local).policies,
    exceptions: true,
  });
  const errors = violations.map(({ report }) => report.violation).filter(({ severity }) => severity === 'error');
  const found = errors.map(({ policy, resource: { kind, name: named } }) => `${kind ?? ''}/${named ?? ''} ${policy}`);
  return [...new Set(found)].sort();
}

const spring = local.services.filter(isSpring);
const labelled = { labels: [{ pairs: { env: 'dev' }, includeSelectors: true }] };
const external = [...local.postgres, ...local.redis].map((server) => server.name);
/** Those that name another object by its address. */
const addressing = [
  'ConfigMap/grafana-datasources',
  'ConfigMap/kafka-metrics-config',
  'ConfigMap/log-collector-config',
  'ConfigMap/otel-collector-config',
  'ConfigMap/sportstix-common',
  'StatefulSet/kafka',
  ...spring.flatMap((service) => (service.database === undefined ? [] : [`ConfigMap/${service.name}-config`])),
];

describe('check finds no fault in', () => {
  test.each([
    ['the base', {}],
    ['labels on objects', { labels: [{ pairs: { env: 'dev' } }] }],
    ['labels on objects and pods', { labels: [{ pairs: { env: 'dev' }, includeTemplates: true }] }],
    ['replicas of a service', { replicas: [{ name, count: 3 }] }],
    ['images', { images: [{ name: image, newTag: '1.4.2' }] }],
    ['patches', { patches: OWN_KINDS.slice(1) }],
  ])('%s', (_, kustomization) => {
    expect(faultsOf(kustomization)).toEqual([]);
  });
});

describe('check names what an overlay damages:', () => {
  test('a prefix leaves addresses as they were', () => {
    const prefixed = addressing.map((object) => `${object.replace('/', '/dev-')} address`);
    expect(faultsOf({ namePrefix: 'dev-' })).toEqual(prefixed.sort());
  });

  test('labels with selectors reach Services that must select nothing', () => {
    expect(faultsOf(labelled)).toEqual(external.map((server) => `Service/${server} service-selector`).sort());
  });

  test('replicas alone make no voters of Kafka', () => {
    expect(faultsOf({ replicas: [{ name: 'kafka', count: 3 }] })).toContain('StatefulSet/kafka kafka-voters');
  });

  test('a base that says nothing of Rollouts: a prefix leaves references behind', () => {
    expect(faultsOf({ namePrefix: 'dev-' }, bare)).toContain(`Rollout/dev-${name} reference-object`);
  });

  test('a base that says nothing of Rollouts: labels reach the Service and not the pods', () => {
    expect(faultsOf(labelled, bare)).toContain(`Service/${name} service-pods`);
  });
});

test('a prefix reaches what custom resources refer to, and the label that says whose an EndpointSlice is', () => {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'base-')));
  const manifests = [
    object('Service', 'carts'),
    object('EndpointSlice', 'carts-1', { metadata: { labels: { 'kubernetes.io/service-name': 'carts' } } }),
    object('HTTPRoute', 'carts', { spec: { rules: [{ backendRefs: [{ name: 'carts', port: 80 }] }] } }),
    object('Rollout', 'carts', { spec: { template: {} } }),
    object('HorizontalPodAutoscaler', 'carts', {
      spec: { scaleTargetRef: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'carts' } },
    }),
    object('Kafka', 'events'),
    object('KafkaTopic', 'orders', { metadata: { labels: { 'strimzi.io/cluster': 'events' } } }),
  ];
  const graph = new Graph(manifests.map((manifest) => ({ manifest })));
  writeFileSync(join(base, 'shop.yaml'), toYamlStream(manifests));
  for (const [path, content] of kustomizeBase(['shop.yaml'], graph)) {
    mkdirSync(dirname(join(base, path)), { recursive: true });
    writeFileSync(join(base, path), content);
  }

  const before = overlay({}, base);
  const after = overlay({ namePrefix: 'dev-' }, base);
  rmSync(base, { recursive: true });

  const references = before.flatMap((manifest, index) =>
    changes(manifest, after[index]).filter((change) => !change.startsWith('metadata.name:')),
  );
  expect(references).toEqual([
    'metadata.labels["kubernetes.io/service-name"]: "carts" -> "dev-carts"',
    'spec.rules[0].backendRefs[0].name: "carts" -> "dev-carts"',
    'spec.scaleTargetRef.name: "carts" -> "dev-carts"',
    'metadata.labels["strimzi.io/cluster"]: "events" -> "dev-events"',
  ]);
});
