import { compile, isCelError, toCelObject } from '../../lib/policy/cel';
import { Engine } from '../../lib/policy/engine';
import { child, messageOf } from '../../lib/manifest/plain-data';
import { formatPath, groupOf, resourceOf } from '../../lib/manifest/manifest';
import type { Policy, Rule } from '../../lib/policy/policy';
import { judgedObjects } from '../../lib/policy/judged-objects';
import { compareText } from '../../lib/policy/report';
import { container, podSpec, set, workload } from './manifests';

const POD = { group: '', version: 'v1', kind: 'Pod' };

function policy(rule: Partial<Rule>, changes: Partial<Policy> = {}): Policy {
  return {
    id: 'test',
    title: 'A test',
    severity: 'warning',
    scope: 'workloads',
    rules: [{ on: 'container', field: 'image', message: "'wrong'", ...rule }],
    why: 'why',
    fix: 'fix',
    link: 'https://example.com',
    ...changes,
  };
}

function judge(rule: Partial<Rule>, manifest: unknown = workload(POD, podSpec())): string[] {
  return [...new Engine([policy(rule)]).evaluate([{ id: 0, manifest }])].map(
    ({ violation }) => `${violation.severity} ${violation.field}: ${violation.message}`,
  );
}

describe('the engine', () => {
  test('a rule that holds gives nothing, one that does not a violation', () => {
    expect(judge({ rule: 'true' })).toEqual([]);
    expect(judge({ rule: 'false' })).toEqual(['warning spec.containers[0].image: container "main": wrong']);
  });

  test('each offender gives a violation', () => {
    expect(judge({ offenders: "['a', 'b']", field: 'env.{f}', message: "f + ' is wrong'" })).toEqual([
      'warning spec.containers[0].env.a: container "main": a is wrong',
      'warning spec.containers[0].env.b: container "main": b is wrong',
    ]);
    expect(judge({ offenders: '[]' })).toEqual([]);
  });

  test('an item of a list is blamed where it stands, whatever its name', () => {
    const env = [{ name: 'A', value: 'x' }, { name: 'A', value: 'y' }, { value: 'x' }, { name: 'A', value: 'x' }];
    const rule = {
      offenders: "c.env.filter(e, e.value == 'x')",
      field: 'env[{f}].value',
      message: "(has(f.name) ? f.name : 'it') + ' is ' + f.value",
    };
    const manifest = workload(POD, { ...podSpec(), containers: [{ ...container('main'), env }] });

    expect(judge(rule, manifest)).toEqual([
      'warning spec.containers[0].env[0].value: container "main": A is x',
      'warning spec.containers[0].env[2].value: container "main": it is x',
      'warning spec.containers[0].env[3].value: container "main": A is x',
    ]);
  });

  test('an item is found again in an object whose like was judged before', () => {
    const rule = { offenders: 'c.env.filter(e, has(e.value))', field: 'env[{f}]', message: 'f.value' };
    const object = (name: string): unknown =>
      set(
        workload(POD, { ...podSpec(), containers: [{ ...container('main'), env: [{ name: 'A' }, { value: 'x' }] }] }),
        'metadata.name',
        name,
      );

    const found = [...new Engine([policy(rule)]).evaluate(['a', 'b'].map((id) => ({ id, manifest: object(id) })))];

    expect(found.map(({ id, violation }) => [id, violation.field, violation.message])).toEqual(
      ['a', 'b'].map((id) => [id, 'spec.containers[0].env[1]', 'container "main": x']),
    );
  });

  test.each([
    ['env[{f}]', "['a']", 'not a list of items of the object'],
    ['env[{f}]', "[{'name': 'a'}]", 'not a list of items of the object'],
    ['env[{f}]', '[object]', 'not a list of items'],
    ['env[{f}]', '1', 'not a list of items'],
    ['env[{f}]', 'c.nothing', 'not found'],
    ['env.{f}', 'c.ports', 'not a list of strings'],
    ['env', 'c.ports', 'not a list of strings'],
  ])('offenders at %s that are none of their sort cannot be judged: %s', (field, offenders, reason) => {
    const found = judge({ field, offenders });

    expect(found).toEqual([expect.stringMatching(/^error spec\.containers\[0\]: cannot be judged \(A test\): /)]);
    expect(found[0]).toContain(reason);
  });

  test.each([
    ['c.nothing == 1', 'not found'],
    ["c.name + 1 == 'x'", 'overload'],
    ["'text'", 'not a list of strings'],
    ['[1]', 'not a list of strings'],
    ['1', 'not a list of strings'],
    ['unknown', 'unresolved'],
    ['nothing()', 'unbound function'],
  ])('a rule that cannot be evaluated fails as an error, whatever its severity: %s', (rule, reason) => {
    const [violation, ...rest] = judge({ rule });

    expect(rest).toEqual([]);
    expect(violation).toMatch(/^error spec\.containers\[0\]: cannot be judged \(A test\): /);
    expect(violation).toContain(reason);
  });

  test('a rule that is no CEL is a failure too', () => {
    expect(judge({ rule: 'a b c' })).toEqual([expect.stringContaining('error : cannot be judged')]);
  });

  test('where a message cannot be evaluated, what should hold is said to hold not', () => {
    const unmet = 'warning spec.containers[0].image: container "main": this does not hold: A test';

    expect(judge({ rule: 'false', message: 'c.nothing' })).toEqual([unmet]);
    expect(judge({ rule: 'false', message: '5' })).toEqual([unmet]);
    expect(judge({ rule: 'false', subject: 'c.nothing' })).toEqual([unmet]);
    expect(judge({ rule: 'false', subject: '5' })).toEqual([unmet]);
  });

  test('a subject stands before what is wrong with it, and is left out for whoever sees it', () => {
    const rule = { rule: 'false', subject: "'image ' + c.image", message: "'is old'" };
    const image = 'registry.example.com:5000/shop/web:1.2.3';
    const [finding] = new Engine([policy(rule)]).evaluate([{ id: 0, manifest: workload(POD, podSpec()) }]);

    expect(finding?.violation).toMatchObject({ message: `container "main": image ${image} is old`, fault: 'is old' });
    const [ofPod] = new Engine([policy({ on: 'pod', field: '', rule: 'false' })]).evaluate([
      { id: 0, manifest: workload(POD, podSpec()) },
    ]);
    expect(ofPod?.violation).not.toHaveProperty('fault');
  });

  test('equal parts are judged once, and other parts anew', () => {
    const rule = { rule: "c.image.startsWith('registry')" };
    const engine = new Engine([policy(rule)]);
    const pod = (image: string): unknown =>
      workload(POD, { ...podSpec(), containers: [{ ...container('main'), image }] });
    const images = ['registry/a', 'x', 'registry/a', 'y', 'x', 'registry/b'];

    const findings = [...engine.evaluate(images.map((image) => ({ id: image, manifest: pod(image) })))];

    expect(findings.map(({ id }) => id)).toEqual(['x', 'y', 'x']);
  });

  test('what the whole container decides is never taken for equal', () => {
    const engine = new Engine([policy({ rule: "size(c) > 0 && ('x' in c) == false" })]);
    const pod = (extra: object): unknown =>
      workload(POD, { ...podSpec(), containers: [{ ...container('main'), ...extra }] });

    expect(
      [...engine.evaluate([{}, { x: 1 }, {}, { x: 2 }].map((extra, id) => ({ id, manifest: pod(extra) })))].map(
        ({ id }) => id,
      ),
    ).toEqual([1, 3]);
  });

  test.each([
    ['a list put together of two', { on: 'pod', field: '', rule: "variables.containers.all(c, c.name != 'bad')" }],
    ['a list of the manifest', { on: 'pod', field: '', rule: "variables.podContainers.all(c, c.name != 'bad')" }],
  ] as const)('%s is judged anew where its items differ', (_, rule) => {
    const engine = new Engine([policy(rule)]);
    const pods = ['good', 'bad', 'good', 'bad'].map((name, id) => ({
      id,
      manifest: workload(POD, { ...podSpec(), containers: [container(name)] }),
    }));

    expect([...engine.evaluate(pods)].map(({ id }) => id)).toEqual([1, 3]);
  });

  test('what JSON writes as null is not taken for what is not there', () => {
    const engine = new Engine([policy({ rule: '!has(c.limit)' })]);
    const pods = [null, Infinity, null, NaN].map((limit, id) => ({
      id,
      manifest: workload(POD, { ...podSpec(), containers: [{ ...container('main'), limit }] }),
    }));

    expect([...engine.evaluate(pods)].map(({ id }) => id)).toEqual([1, 3]);
  });

  test('a rule on containers that nobody judges may depend on the kind that is meant', () => {
    const engine = new Engine([policy({ on: 'unseenContainers', rule: "nearest == ''" }, { scope: 'everything' })]);
    const objects = ['Deploymnt', 'Somethingelse', 'Deploymnt'].map((kind, id) => ({
      id,
      manifest: { apiVersion: 'apps/v1', kind, spec: { containers: [{ name: 'a' }] } },
    }));

    expect([...engine.evaluate(objects)].map(({ id }) => id)).toEqual([0, 2]);
  });

  test('verdicts are not confused after very many different objects', () => {
    const engine = new Engine([policy({ rule: "!c.image.endsWith('7')" })]);
    const pod = (image: string): unknown =>
      workload(POD, { ...podSpec(), containers: [{ ...container('main'), image }] });
    const subjects = Array.from({ length: 1_200 }, (_, id) => ({ id, manifest: pod(`i${id}`) }));

    expect([...engine.evaluate(subjects)].map(({ id }) => id)).toEqual(
      subjects.map(({ id }) => id).filter((id) => id % 10 === 7),
    );
  });

  test('an object that cannot be opened fails every policy', () => {
    const endless: Record<string, unknown> = { apiVersion: 'v1', kind: 'Pod' };
    endless['spec'] = endless;

    expect(judge({ rule: 'true' }, endless)).toEqual([expect.stringContaining('cannot be judged')]);
  });

  test('null is absent, whole numbers are ints, and dates are text', () => {
    const { value } = toCelObject({ a: null, b: 1, c: 1.5, d: new Date(0), e: undefined, f: [null, 2], g: () => 1 });
    const evaluate = (text: string): unknown => compile(text).run({ object: value });

    expect(
      [
        'has(object.a)',
        'object.b == 1',
        'object.c == 1.5',
        "object.d == '1970-01-01T00:00:00.000Z'",
        'has(object.e)',
        'object.f == [null, 2]',
      ].map(evaluate),
    ).toEqual([false, true, true, true, false, true]);
    expect(isCelError(evaluate('object.nothing'))).toBe(true);
  });

  test('a reason names what is missing in an object without a template', () => {
    const [message] = judge({ rule: 'true' }, { apiVersion: 'apps/v1', kind: 'Deployment', spec: {} });

    expect(message).toMatch(/^error : cannot be judged \(A test\): .*(no such|not found)/);
  });
});

describe('a policy about a set of objects', () => {
  const unique = { key: 'object.metadata.name', message: "'again: ' + object.metadata.name" };
  const judgeNames = (changes: NonNullable<Policy['unique']>, ...names: readonly unknown[]): string[] =>
    [
      ...new Engine([policy({}, { scope: 'everything', rules: [], unique: changes })]).evaluate(
        names.map((name, id) => ({ id, manifest: { apiVersion: 'v1', kind: 'Widget', metadata: { name } } })),
      ),
    ].map(({ id, violation }) => `${id} ${violation.severity} ${violation.field}: ${violation.message}`);

  test('objects to every object but the first with the same key', () => {
    expect(judgeNames(unique, 'a', 'b', 'a', 'a')).toEqual(['2 warning : again: a', '3 warning : again: a']);
  });

  test('has nothing against keys that are empty', () => {
    expect(judgeNames({ ...unique, key: "''" }, 'a', 'a')).toEqual([]);
  });

  test('says that its title does not hold where it has no message', () => {
    expect(judgeNames({ ...unique, message: '5' }, 'a', 'a')).toEqual(['1 warning : this does not hold: A test']);
  });

  test('fails where there is no key', () => {
    expect(judgeNames({ ...unique, key: '5' }, 'a')).toEqual([
      '0 error : cannot be judged (A test): the key is no text',
    ]);
    expect(judgeNames({ ...unique, key: 'object.nothing' }, 'a')).toEqual([
      expect.stringMatching(/^0 error : cannot be judged \(A test\): .*not found/),
    ]);
  });

  test('does not mix up the keys of two policies', () => {
    const engine = new Engine(['one', 'two'].map((id) => policy({}, { id, scope: 'everything', rules: [], unique })));

    expect([
      ...engine.evaluate([{ id: 0, manifest: { apiVersion: 'v1', kind: 'Widget', metadata: { name: 'a' } } }]),
    ]).toEqual([]);
  });
});

describe('which objects a policy judges', () => {
  const scope = { group: 'example.com', version: 'v1', kind: 'Widget', resource: 'widgets' };
  const judged = (manifest: object): number =>
    [...new Engine([policy({ on: 'object', rule: 'false' }, { scope })]).evaluate([{ id: 0, manifest }])].length;

  test('those of one kind: of its group, in any version', () => {
    expect(judged({ apiVersion: 'example.com/v1', kind: 'Widget' })).toBe(1);
    expect(judged({ apiVersion: 'example.com/v2', kind: 'Widget' })).toBe(1);
    expect(judged({ apiVersion: 'v1', kind: 'Widget' })).toBe(0);
    expect(judged({ apiVersion: 'example.com/v1', kind: 'Gadget' })).toBe(0);
  });

  test('those of several kinds', () => {
    const engine = new Engine([
      policy({ on: 'object', rule: 'false' }, { scope: [scope, { ...scope, kind: 'Gadget', resource: 'gadgets' }] }),
    ]);
    const kinds = ['Widget', 'Gadget', 'Other'].map((kind) => ({
      id: kind,
      manifest: { apiVersion: 'example.com/v1', kind },
    }));

    expect([...engine.evaluate(kinds)].map(({ id }) => id)).toEqual(['Widget', 'Gadget']);
  });
});

test('a violation says all that a reader needs', () => {
  const [finding] = new Engine([policy({ rule: 'false' })]).evaluate([
    { id: 'x', manifest: set(workload(POD, podSpec()), 'metadata.name', 'web') },
  ]);

  expect(finding).toEqual({
    id: 'x',
    inherited: false,
    violation: {
      policy: 'test',
      severity: 'warning',
      message: 'container "main": wrong',
      fault: 'wrong',
      why: 'why',
      fix: 'fix',
      link: 'https://example.com',
      resource: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'web' },
      field: 'spec.containers[0].image',
      path: ['spec', 'containers', 0, 'image'],
    },
  });
});

test('a rule that cannot be evaluated has a reason and a remedy of its own', () => {
  const [finding] = new Engine([policy({ rule: 'c.nothing' })]).evaluate([
    { id: 0, manifest: workload(POD, podSpec()) },
  ]);

  expect(finding?.violation).toMatchObject({
    why: 'A rule that cannot be evaluated says nothing about the object, and the API server would refuse the request.',
    fix: 'Look for a field that is missing or has another type than Kubernetes gives it.',
    link: 'https://example.com',
    path: ['spec', 'containers', 0],
  });
});

test('containers that are no list cannot be judged', () => {
  const bad = workload(POD, { ...podSpec(), containers: 5 });

  expect(judge({ rule: 'true' }, bad)).toEqual([expect.stringMatching(/^error : cannot be judged \(A test\): ./)]);
});

test('a container without a name has an empty one', () => {
  const nameless = workload(POD, { ...podSpec(), containers: [{ image: 'x' }] });

  expect(judge({ rule: 'false' }, nameless)).toEqual(['warning spec.containers[0].image: container "": wrong']);
});

test('a policy is given once', () => {
  expect(() => new Engine([policy({}, { id: 'a' }), policy({}, { id: 'b' }), policy({}, { id: 'a' })])).toThrow(
    'policy "a" is given twice. Exceptions and reports tell policies apart by their id. Leave one out.',
  );
});

describe('words of the report', () => {
  test('a group is what stands before the slash', () => {
    expect(['v1', 'apps/v1', '/v1', ''].map(groupOf)).toEqual(['', 'apps', '', '']);
  });

  test('a field is one of the object itself', () => {
    expect(child({ a: 1 }, 'a')).toBe(1);
    expect(child(['x'], 0)).toBe('x');
    expect([child({}, 'constructor'), child('text', 'length'), child(null, 'a'), child(undefined, 0)]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('whatever was thrown has a text', () => {
    expect([new Error('bad'), { message: 'odd' }, 'text', 5, { message: 5 }].map(messageOf)).toEqual([
      'bad',
      'odd',
      'text',
      '5',
      '[object Object]',
    ]);
  });

  test('paths', () => {
    expect(formatPath([])).toBe('');
    expect(formatPath(['spec', 'a-b', 0, 'c.d', '0'])).toBe('spec.a-b[0]["c.d"]["0"]');
    expect(formatPath(['a/b', '_x', 'A1', 'a b', '-a'])).toBe('["a/b"]._x.A1["a b"]["-a"]');
  });

  test('resources', () => {
    expect(resourceOf({ apiVersion: 'v1', kind: '', metadata: { name: 5, namespace: 'n' } })).toEqual({
      apiVersion: 'v1',
      kind: null,
      namespace: 'n',
      name: null,
    });
  });

  test('order', () => {
    expect(['b', 'a10', 'a9', 'a', 'B', 'ä', 'a9b', 'a9a', ''].sort(compareText)).toEqual([
      '',
      'B',
      'a',
      'a9',
      'a9a',
      'a9b',
      'a10',
      'b',
      'ä',
    ]);
    expect(compareText('a', 'a')).toBe(0);
  });
});

describe('an object that has passed', () => {
  const image = (name: string): unknown =>
    workload(POD, { ...podSpec(), containers: [{ ...container('main'), image: name }] });
  const not = (name: string, changes: Partial<Policy> = {}): Policy =>
    policy({ rule: `c.image != '${name}'` }, changes);
  const count = (engine: Engine, ...manifests: readonly unknown[]): number =>
    [...engine.evaluate(manifests.map((manifest, id) => ({ id, manifest })))].length;

  test('has passed by those policies and kinds alone', () => {
    const manifest = image('a');
    expect(count(new Engine([not('b')]), manifest)).toBe(0);

    expect(count(new Engine([not('a')]), manifest)).toBe(1);
    expect(count(new Engine([not('b'), not('a', { id: 'other' })]), manifest)).toBe(1);
    const widget = { apiVersion: 'example.com/v1', kind: 'Widget', spec: { template: { spec: podSpec() } } };
    const fails = policy({ rule: 'false' });
    expect(count(new Engine([fails]), widget)).toBe(0);
    expect(
      count(new Engine([fails], [{ group: 'example.com', kind: 'Widget', template: 'spec.template' }]), widget),
    ).toBe(1);
  });

  test('is judged again when anything in it is another', () => {
    const engine = new Engine([not('a')]);

    expect(count(engine, image('b'))).toBe(0);
    expect(count(engine, image('a'))).toBe(1);
    expect(count(engine, image('b'))).toBe(0);
  });

  test('still is one of a kind', () => {
    const named = policy(
      {},
      { rules: [], scope: 'everything', unique: { key: 'object.metadata.name', message: "'twice'" } },
    );
    const engine = new Engine([named]);
    const manifest = image('a');

    expect(count(engine, manifest)).toBe(0);
    expect(count(engine, manifest)).toBe(0);
    expect(count(engine, manifest, manifest)).toBe(1);
    expect(count(engine, image('b'), manifest)).toBe(1);
    expect(count(engine, manifest, image('b'))).toBe(1);
    const sets = ['x', 'y'].map((set, id) => ({ id, manifest, set }));
    expect([...engine.evaluate(sets)].length).toBe(0);
  });

  test('is told the same again where something is wrong', () => {
    const engine = new Engine([policy({}, { id: 'first' }), policy({ rule: 'false', subject: "'the image'" })]);
    const [before, after] = [0, 1].map((id) => [...engine.evaluate([{ id, manifest: image('wrong') }])]);

    expect(after?.map(({ violation }) => violation)).toEqual(before?.map(({ violation }) => violation));
    expect(after).toHaveLength(1);
  });

  test('is known only where JSON says all of it, and never where it may hold a secret', () => {
    const kept = jest.spyOn(judgedObjects, 'set');
    const passes = policy({ rule: 'true' });
    const keptFor = (manifest: unknown, by = passes): number => {
      kept.mockClear();
      count(new Engine([by]), manifest);
      return kept.mock.calls.length;
    };
    const circular: Record<string, unknown> = { ...workload(POD, podSpec()) };
    circular['self'] = circular;

    expect(keptFor(image('once'))).toBe(1);
    expect(keptFor(image('once'))).toBe(0);
    expect(keptFor({ ...workload(POD, podSpec()), x: Infinity })).toBe(0);
    expect(keptFor({ ...workload(POD, podSpec()), x: 1n })).toBe(0);
    expect(keptFor(circular)).toBe(0);
    expect(keptFor(image('wrong'), not('wrong'))).toBe(1);
    expect(keptFor(image('secret'), { ...not('secret'), findsSecrets: true })).toBe(0);
    expect(keptFor(image('unjudged'), policy({ rule: 'object.spec.nothing == 1' }))).toBe(0);
    kept.mockRestore();
  });
});
