import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject, App, Chart, JsonPatch, Size, Testing } from 'cdk8s';
import { Construct } from 'constructs';
import { parseAllDocuments } from 'yaml';
import { Cpu, k8s } from '../../imports/k8s';
import { InvalidPropError } from '../../lib/constructs/invalid-prop';
import { type Json, Patch, patchObject, PatchableConstruct, type PatchOperation } from '../../lib/constructs/patch';
import { WebService } from '../../lib/constructs/web-service';
import { PolicyPack } from '../../lib/policy/pack';
import { find, type Manifest, synthesized, testChart } from '../testing';

function orders(chart: Chart): WebService {
  return new WebService(chart, 'orders', {
    image: 'shop/orders:1.0',
    port: 8080,
    resources: {
      cpu: { request: Cpu.millis(100), limit: Cpu.millis(500) },
      memory: { request: Size.mebibytes(128), limit: Size.mebibytes(256) },
    },
  });
}

/** What a Deployment of {@link orders} is patched to. */
function deployment(...patches: readonly Patch[]): Manifest {
  const chart = testChart();
  orders(chart).patch({ kind: 'Deployment' }, ...patches);
  return find(synthesized(chart), 'Deployment', 'orders');
}

/** An untyped object with fields of every shape. */
function anyObject(chart: Chart = testChart()): ApiObject {
  return new ApiObject(chart, 'Widget', {
    apiVersion: 'shop.example/v1',
    kind: 'Widget',
    metadata: { name: 'carts', annotations: { 'shop.example/owner': 'carts', 'a~b/c': 'x' } },
    spec: { list: [1, 2], text: 'hunter2', map: { a: 1 } },
  });
}

function specOf(...patches: readonly Patch[]): unknown {
  const object = anyObject();
  patchObject(object, ...patches);
  return (object.toJson() as Manifest)['spec'];
}

describe('what cdk8s drops without a word lands as it is given', () => {
  const fields = { spec: { strategy: { rollingUpdate: { maxSurge: '50%', maxUnavailable: 2 } } } };
  const memory: PatchOperation = {
    op: 'replace',
    path: '/spec/template/spec/containers/0/resources/limits/memory',
    value: '2Gi',
  };

  test('a percentage, a plain number and a quantity', () => {
    expect(deployment(Patch.merge(fields), Patch.json([memory]))).toMatchObject({
      spec: {
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '50%', maxUnavailable: 2 } },
        template: { spec: { containers: [{ resources: { limits: { cpu: '500m', memory: '2Gi' } } }] } },
      },
    });
  });

  test('a field that the types do not know', () => {
    const manifest = deployment(Patch.merge({ spec: { template: { spec: { resources: { limits: { cpu: '1' } } } } } }));

    expect(manifest).toHaveProperty(['spec', 'template', 'spec', 'resources'], { limits: { cpu: '1' } });
  });

  test('where addJsonPatch of a typed object loses all of them', () => {
    const chart = testChart();
    const container = { name: 'orders', resources: { limits: { memory: k8s.Quantity.fromString('1Gi') } } };
    const object = new k8s.KubeDeployment(chart, 'Deployment', {
      metadata: { name: 'orders' },
      spec: { selector: {}, strategy: { rollingUpdate: {} }, template: { spec: { containers: [container] } } },
    });
    object.addJsonPatch(
      JsonPatch.add('/spec/strategy/rollingUpdate/maxSurge', '50%'),
      JsonPatch.replace(memory.path, '2Gi'),
      JsonPatch.add('/spec/template/spec/resources', { limits: { cpu: '1' } }),
    );
    const manifest: unknown = JSON.parse(JSON.stringify(find(synthesized(chart), 'Deployment', 'orders')));

    expect(manifest).not.toHaveProperty(['spec', 'strategy', 'rollingUpdate', 'maxSurge']);
    expect(manifest).not.toHaveProperty(['spec', 'template', 'spec', 'containers', 0, 'resources', 'limits', 'memory']);
    expect(manifest).not.toHaveProperty(['spec', 'template', 'spec', 'resources']);
  });
});

// The examples of RFC 7386, appendix A, whose patches are objects and change something that is not removed in vain.
test.each<[unknown, Record<string, Json>, unknown]>([
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c', d: 'e' } }, { a: { b: 'd', d: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [['a', 'b'], { a: 'b' }, { a: 'b' }],
  [{}, { a: { bb: {} } }, { a: { bb: {} } }],
])('merging into %j the patch %j gives %j', (before, patch, after) => {
  const manifest = { apiVersion: 'v1', kind: 'Widget', metadata: { name: 'carts' }, spec: before };

  expect(Patch.merge({ spec: patch }).apply(anyObject(), manifest)).toEqual({ ...manifest, spec: after });
});

test.each<[string, readonly PatchOperation[], unknown]>([
  ['add', [{ op: 'add', path: '/spec/map/b', value: 2 }], { map: { a: 1, b: 2 } }],
  ['add to a list', [{ op: 'add', path: '/spec/list/1', value: 9 }], { list: [1, 9, 2] }],
  ['add to the end of a list', [{ op: 'add', path: '/spec/list/-', value: 9 }], { list: [1, 2, 9] }],
  ['remove', [{ op: 'remove', path: '/spec/list/0' }], { list: [2] }],
  ['replace', [{ op: 'replace', path: '/spec/text', value: ['y'] }], { text: ['y'] }],
  ['move', [{ op: 'move', from: '/spec/map/a', path: '/spec/text' }], { text: 1, map: {} }],
  ['copy', [{ op: 'copy', from: '/spec/list', path: '/spec/map/a' }], { map: { a: [1, 2] } }],
  [
    'test',
    [
      { op: 'test', path: '/spec/text', value: 'hunter2' },
      { op: 'remove', path: '/spec/map' },
    ],
    { map: undefined },
  ],
  [
    'one after the other',
    [
      { op: 'add', path: '/spec/map/b', value: {} },
      { op: 'add', path: '/spec/map/b/c', value: 1 },
    ],
    { map: { a: 1, b: { c: 1 } } },
  ],
])('the operations of a JSON patch: %s', (_, operations, changed) => {
  const before = specOf(Patch.merge({ spec: { other: true } })) as object;

  expect(specOf(Patch.merge({ spec: { other: true } }), Patch.json(operations))).toEqual(
    JSON.parse(JSON.stringify({ ...before, ...(changed as object) })),
  );
});

test('patches apply in the order in which they are given, over several calls', () => {
  const object = anyObject();
  patchObject(
    object,
    Patch.merge({ spec: { list: [3] } }),
    Patch.json([{ op: 'add', path: '/spec/list/0', value: 4 }]),
  );
  patchObject(object, Patch.json([{ op: 'replace', path: '/spec/list/1', value: 5 }]));

  expect(object.toJson()).toHaveProperty(['spec', 'list'], [4, 5]);
  expect(object.toJson()).toEqual(object.toJson());
});

test('keys are escaped as in a JSON pointer', () => {
  const object = anyObject();
  patchObject(object, Patch.json([{ op: 'remove', path: '/metadata/annotations/a~0b~1c' }]));

  expect(object.toJson()).toHaveProperty(['metadata', 'annotations'], { 'shop.example/owner': 'carts' });
});

test('what the object gets later is patched too', () => {
  const object = anyObject();
  patchObject(object, Patch.json([{ op: 'copy', from: '/spec/text', path: '/metadata/annotations/text' }]));
  object.metadata.addLabel('tier', 'web');

  expect(object.toJson()).toMatchObject({ metadata: { labels: { tier: 'web' }, annotations: { text: 'hunter2' } } });
});

describe.each<[string, (chart: Chart, outdir: string) => readonly unknown[]]>([
  ['App.synth', (chart, outdir) => (App.of(chart).synth(), read(outdir))],
  [
    'App.synthYaml',
    (chart) => parseAllDocuments(App.of(chart).synthYaml()).map((document) => document.toJS() as unknown),
  ],
  ['Testing.synth', (chart) => Testing.synth(chart) as unknown[]],
  ['synthesizeCharts', (chart) => synthesized(chart)],
])('rendered by %s', (_, render) => {
  let outdir: string;
  beforeEach(() => {
    outdir = mkdtempSync(join(tmpdir(), 'patch-'));
  });
  afterEach(() => {
    rmSync(outdir, { recursive: true });
  });
  const newChart = (): Chart => new Chart(new App({ outdir }), 'test');

  test('the patch is in the manifest', () => {
    const chart = newChart();
    orders(chart).patch({ kind: 'Service' }, Patch.merge({ spec: { trafficDistribution: 'PreferClose' } }));

    const service = render(chart, outdir).find((manifest) => (manifest as Manifest).kind === 'Service');
    expect(service).toHaveProperty(['spec', 'trafficDistribution'], 'PreferClose');
  });

  test('a patch that no longer changes anything is an error', () => {
    const chart = newChart();
    const service = ApiObject.of(orders(chart).node.findChild('Service'));
    patchObject(service, Patch.merge({ metadata: { labels: { tier: 'web' } } }));
    service.metadata.addLabel('tier', 'web');

    expect(() => render(chart, outdir)).toThrow('test/orders/Service: patch: changes nothing');
  });

  test('policies judge what is written', () => {
    const chart = newChart();
    new PolicyPack().apply(chart);
    orders(chart).patch(
      { kind: 'Deployment' },
      Patch.json([{ op: 'add', path: '/spec/template/spec/containers/0/securityContext/privileged', value: true }]),
    );

    expect(() => render(chart, outdir)).toThrow(/privileged/);
  });
});

function read(folder: string): unknown[] {
  return readdirSync(folder).flatMap((file) =>
    parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map((document) => document.toJS() as unknown),
  );
}

describe('a policy that is violated without a patch', () => {
  test('is satisfied by one', () => {
    const chart = testChart();
    const object = new k8s.KubePod(chart, 'Pod', {
      metadata: { name: 'carts' },
      spec: { containers: [{ name: 'carts', image: 'shop/carts:latest' }] },
    });
    const pack = new PolicyPack({ policies: new PolicyPack().policies.filter(({ id }) => id === 'image-tag') });
    const failsBefore = pack.judge(chart).failed;
    patchObject(object, Patch.json([{ op: 'replace', path: '/spec/containers/0/image', value: 'shop/carts:1.0' }]));

    expect([failsBefore, pack.judge(chart).failed]).toEqual([true, false]);
  });
});

// A field that is mistyped is not dropped: the structure of the result is judged.
test('a mistyped field is found by a policy', () => {
  const chart = testChart();
  orders(chart).patch({ kind: 'Deployment' }, Patch.merge({ spec: { replcias: 3 } }));

  expect(new PolicyPack().judge(chart).violations.map(({ violation }) => violation.policy)).toContain('schema');
});

describe('which object', () => {
  const two = (chart: Chart): PatchableConstruct => {
    class Carts extends PatchableConstruct {}
    const carts = new Carts(chart, 'carts');
    const inner = new Construct(carts, 'inner');
    new k8s.KubeConfigMap(inner, 'A', { metadata: { name: 'first' } });
    new k8s.KubeConfigMap(carts, 'B', { metadata: { name: 'second' } });
    return carts;
  };

  test('its name tells it from others of its kind, at any depth', () => {
    const chart = testChart();
    two(chart).patch({ kind: 'ConfigMap', name: 'first' }, Patch.merge({ immutable: true }));

    expect(find(synthesized(chart), 'ConfigMap', 'first')).toHaveProperty('immutable', true);
    expect(find(synthesized(chart), 'ConfigMap', 'second')).not.toHaveProperty('immutable');
  });

  test.each([
    [{ kind: 'ConfigMap' }, 'more than one'],
    [{ kind: 'Secret' }, 'not one'],
    [{ kind: 'ConfigMap', name: 'third' }, 'not one'],
  ])('%j is refused', (target, reason) => {
    expect(() => {
      two(testChart()).patch(target, Patch.merge({ immutable: true }));
    }).toThrow(
      new InvalidPropError(two(testChart()), {
        prop: 'target',
        value: target,
        reason: `${reason} of the construct's objects: ConfigMap first, ConfigMap second.`,
        remedy: 'Name one of them.',
      }),
    );
  });
});

const json = (...operations: readonly PatchOperation[]): Patch => Patch.json(operations);

test.each<[string, Patch, string]>([
  ['an empty merge patch', Patch.merge({}), 'changes nothing'],
  ['no operation', json(), 'changes nothing'],
  ['what is there already', Patch.merge({ spec: { map: { a: 1 } } }), 'changes nothing'],
  ['a test alone', json({ op: 'test', path: '/spec/map/a', value: 1 }), 'changes nothing'],
  [
    'there and back',
    json({ op: 'remove', path: '/spec/map/a' }, { op: 'add', path: '/spec/map/a', value: 1 }),
    'changes nothing',
  ],
  [
    'a null for what is not there',
    Patch.merge({ spec: { map: { b: null, c: 1 } } }),
    'null at /spec/map/b: nothing is there; /spec/map has a.',
  ],
  [
    'a null below what is not there',
    Patch.merge({ spce: { a: null } }),
    'null at /spce/a: nothing is there; the manifest has',
  ],
  ['a null below a list', Patch.merge({ spec: { list: { a: null } } }), '/spec/list is a list of 2.'],
  [
    'a remove of what is not there',
    json({ op: 'remove', path: '/spec/map/b' }),
    'remove at /spec/map/b: nothing is there',
  ],
  [
    'a replace of what is not there',
    json({ op: 'replace', path: '/spec/x', value: 1 }),
    'replace at /spec/x: nothing is there',
  ],
  ['a test of what is not there', json({ op: 'test', path: '/spec/x', value: 1 }), 'test at /spec/x: nothing is there'],
  ['an add below what is not there', json({ op: 'add', path: '/spec/x/y', value: 1 }), '/spec has list, map, text.'],
  ['an add below a text', json({ op: 'add', path: '/spec/text/y', value: 1 }), '/spec/text has no fields.'],
  ['an index beyond the list', json({ op: 'add', path: '/spec/list/3', value: 1 }), '/spec/list is a list of 2.'],
  ['a key of a list', json({ op: 'add', path: '/spec/list/a', value: 1 }), '/spec/list is a list of 2.'],
  ['a move from nowhere', json({ op: 'move', from: '/spec/x', path: '/spec/y' }), 'move at /spec/x: nothing is there'],
  ['a copy to nowhere', json({ op: 'copy', from: '/spec/map', path: '/x/y' }), 'copy at /x/y: nothing is there'],
  ['a move into itself', json({ op: 'move', from: '/spec', path: '/spec/x' }), 'move at /spec/x'],
  ['a test that fails', json({ op: 'test', path: '/spec/text', value: 'hunter3' }), 'another value'],
  ['a path that is none', json({ op: 'remove', path: 'spec/text' }), `remove at "spec/text": not the path of a field`],
  ['all of the manifest', json({ op: 'add', path: '', value: {} }), `add at "": not the path of a field`],
  ['a prototype', json({ op: 'add', path: '/__proto__/polluted', value: 1 }), 'add at /__proto__/polluted'],
  ['another kind', Patch.merge({ kind: 'Gadget' }), 'makes another object of it'],
  ['another group', Patch.merge({ apiVersion: 'example/v1' }), 'makes another object of it'],
  ['another name', Patch.merge({ metadata: { name: 'orders' } }), 'makes another object of it'],
  ['another namespace', Patch.merge({ metadata: { namespace: 'other' } }), 'makes another object of it'],
  ['no metadata', json({ op: 'remove', path: '/metadata' }), 'makes another object of it'],
  ['what JSON does not have', Patch.merge({ spec: { a: [Number.NaN] } }), 'holds at /spec/a/0 what is no plain data'],
  [
    'nothing where a value should be',
    Patch.merge({ spec: { a: undefined as unknown as Json } }),
    'holds at /spec/a what',
  ],
  [
    'an object of a class',
    json({ op: 'add', path: '/spec/a', value: k8s.Quantity.fromString('hunter2') as unknown as Json }),
    'holds at /0/value what is no plain data',
  ],
])('%s is refused, at once and with no value shown', (_, patch, message) => {
  const object = anyObject();
  const before: unknown = object.toJson();
  let thrown: unknown;
  try {
    patchObject(object, patch);
  } catch (error) {
    thrown = error;
  }

  expect(thrown).toBeInstanceOf(InvalidPropError);
  expect((thrown as Error).message).toMatch(/^test\/Widget: patch: /);
  expect((thrown as Error).message).toContain(message);
  expect((thrown as Error).message).not.toMatch(/hunter/);
  expect(object.toJson()).toEqual(before);
});

test('another version of the same group is the same object', () => {
  const object = anyObject();
  patchObject(object, Patch.merge({ apiVersion: 'shop.example/v2' }));

  expect(object.toJson()).toHaveProperty('apiVersion', 'shop.example/v2');
});
