import { ApiObject, App, Chart, Include, JsonPatch, Lazy } from 'cdk8s';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manifestOf, renderCharts, synthesizeCharts } from '../../lib/synth/manifests';

function configMap(chart: Chart, id: string, data: Record<string, string> = {}): ApiObject {
  return new ApiObject(chart, id, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: id }, data });
}

test('every chart becomes a file named after it, in the order in which kubectl applies a folder', () => {
  const app = new App();
  configMap(new Chart(app, 'b'), 'two');
  configMap(new Chart(app, 'a'), 'one');
  configMap(new Chart(app, '00-first'), 'zero');

  expect([...renderCharts(app).keys()]).toEqual(['00-first.k8s.yaml', 'a.k8s.yaml', 'b.k8s.yaml']);
});

test('writes the same objects as cdk8s itself, patches, includes and nested charts among them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'manifests-test-'));
  try {
    writeFileSync(join(folder, 'included.yaml'), 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: included\n');
    const app = new App();
    const chart = new Chart(app, 'a', { namespace: 'n', labels: { l: 'v' } });
    configMap(chart, 'plain', { lazy: Lazy.any({ produce: () => 'value' }) as string });
    configMap(chart, 'patched', { x: '1' }).addJsonPatch(JsonPatch.replace('/data/x', '2'));
    new Include(chart, 'include', { url: join(folder, 'included.yaml') });
    const nested = new Chart(chart, 'nested');
    configMap(nested, 'inner');

    const ours = synthesizeCharts(app);

    expect(ours.map(({ fileName }) => fileName)).toEqual(['a.k8s.yaml', 'nested.k8s.yaml']);
    expect(ours[0]?.manifests).toEqual(chart.toJson());
    expect(ours[1]?.manifests).toEqual(nested.toJson());
    expect(ours[0]?.manifests).toMatchObject([{ data: { lazy: 'value' } }, { data: { x: '2' } }, { kind: 'Secret' }]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('puts an object after those that it depends on', () => {
  const app = new App();
  const chart = new Chart(app, 'a');
  const first = configMap(chart, 'first');
  first.addDependency(configMap(chart, 'second'));

  expect(synthesizeCharts(app)[0]?.manifests).toMatchObject([
    { metadata: { name: 'second' } },
    { metadata: { name: 'first' } },
  ]);
});

test('takes a chart that depends on one whose file is applied before, and refuses the reverse', () => {
  const charts = (source: string, target: string): App => {
    const app = new App();
    const from = new Chart(app, source);
    from.addDependency(new Chart(app, target));
    return app;
  };

  expect(synthesizeCharts(charts('b', 'a')).map(({ fileName }) => fileName)).toEqual(['a.k8s.yaml', 'b.k8s.yaml']);
  expect(() => synthesizeCharts(charts('a', 'b'))).toThrow('a depends on b, but kubectl applies');
});

test('refuses two charts of one file name', () => {
  const app = new App();
  new Chart(new Chart(app, 'a'), 'b');
  new Chart(app, 'b');

  expect(() => synthesizeCharts(app)).toThrow('Two charts are written to b.k8s.yaml');
});

describe('validations', () => {
  test('all fail the synth together, each with its path', () => {
    const app = new App();
    const chart = new Chart(app, 'a');
    configMap(chart, 'x').node.addValidation({ validate: () => ['wrong', 'very wrong'] });
    chart.node.addValidation({ validate: () => ['odd'] });

    expect(() => synthesizeCharts(app)).toThrow('[a] odd\n  [a/x] wrong\n  [a/x] very wrong');
  });

  test('run once, however many charts there are', () => {
    const app = new App();
    const validate = jest.fn(() => []);
    app.node.addValidation({ validate });
    for (let index = 0; index < 5; index++) {
      configMap(new Chart(app, `chart-${index}`), 'x');
    }
    synthesizeCharts(app);

    expect(validate).toHaveBeenCalledTimes(1);
  });

  test('see each object as it will be written, rendered once', () => {
    const app = new App();
    const object = configMap(new Chart(app, 'a'), 'x', { a: '1' });
    const toJson = jest.spyOn(object, 'toJson');
    const seen: unknown[] = [];
    app.node.addValidation({
      validate: () => {
        seen.push(manifestOf(object));
        return [];
      },
    });
    const [chart] = synthesizeCharts(app);

    expect(seen).toEqual(chart?.manifests);
    expect(toJson).toHaveBeenCalledTimes(1);
  });

  test('leave nothing remembered when they fail', () => {
    const app = new App();
    const object = configMap(new Chart(app, 'a'), 'x', { a: '1' });
    app.node.addValidation({ validate: () => [JSON.stringify(manifestOf(object))] });
    expect(() => synthesizeCharts(app)).toThrow('"a":"1"');
    object.addJsonPatch(JsonPatch.replace('/data/a', '2'));

    expect(manifestOf(object)).toMatchObject({ data: { a: '2' } });
  });
});
