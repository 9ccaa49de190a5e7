import { ApiObject, App, Chart, DependencyGraph } from 'cdk8s';
import { UserError } from './user-error';
import { toYamlStream } from './yaml';

/** The manifests of one chart. */
export interface ChartManifests {
  /** Name of the chart's file, such as `auth.k8s.yaml`: the chart's id, never numbered, so that no other chart renames it. */
  readonly fileName: string;
  /** The chart's API objects as plain data, dependencies first. */
  readonly manifests: readonly unknown[];
}

let memo: WeakMap<ApiObject, unknown> | undefined;

/**
 * The manifest of an API object as it will be written. While {@link synthesizeCharts} runs, each object is rendered once
 * and then remembered, so that validations may look at the whole tree without rendering it again.
 */
export function manifestOf(apiObject: ApiObject): unknown {
  if (memo === undefined) {
    return apiObject.toJson();
  }
  let manifest = memo.get(apiObject);
  if (manifest === undefined) {
    manifest = apiObject.toJson();
    memo.set(apiObject, manifest);
  }
  return manifest;
}

/** Forgets what {@link manifestOf} remembers of an object that has changed. */
export function forgetManifest(apiObject: ApiObject): void {
  memo?.delete(apiObject);
}

/**
 * Synthesizes every chart of an app, validations first, in time linear in the number of objects. `App.synth` validates
 * and resolves the whole app once for every chart, so that its time grows with the square of their number.
 *
 * @returns one element for each chart, in the order in which `kubectl apply -f FOLDER` reads their files.
 * @throws UserError with every validation error of the tree, each with its construct's path; or if two charts would be
 * written to one file; or if a chart depends on one whose file is applied after its own.
 */
export function synthesizeCharts(app: App): ChartManifests[] {
  return chartsOf(app, (fileName, manifests) => ({ fileName, manifests }));
}

/** The charts of an app as files: name to YAML, in the same order and refused for the same reasons. */
export function renderCharts(app: App): Map<string, string> {
  return new Map(chartsOf(app, (fileName, manifests) => [fileName, toYamlStream(manifests)]));
}

/** What becomes of each chart. No more than one chart's manifests are needed at once, where nobody asked for them before. */
function chartsOf<T>(app: App, write: (fileName: string, manifests: readonly unknown[]) => T): T[] {
  memo = new WeakMap();
  try {
    validate(app);
    const charts = app.node.findAll().filter((construct) => construct instanceof Chart);
    checkFileOrder(app);
    const files = charts.map((chart) => ({ chart, fileName: fileNameOf(app, chart) }));
    files.sort((a, b) => (a.fileName < b.fileName ? -1 : 1));
    for (const [index, { fileName }] of files.entries()) {
      if (fileName === files[index + 1]?.fileName) {
        throw new UserError(
          `Two charts are written to ${fileName}, and one would overwrite the other: give them ids of their own.`,
        );
      }
    }
    return files.map(({ chart, fileName }) => write(fileName, manifestsOf(chart)));
  } finally {
    memo = undefined;
  }
}

function validate(app: App): void {
  const errors = app.node
    .findAll()
    .flatMap((construct) => construct.node.validate().map((error) => `[${construct.node.path}] ${error}`));
  if (errors.length > 0) {
    throw new UserError(`Validation failed with the following errors:\n  ${errors.join('\n  ')}`);
  }
}

function fileNameOf(app: App, chart: Chart): string {
  return chart.node.id + app.outputFileExtension;
}

function manifestsOf(chart: Chart): unknown[] {
  const constructs = chart.node.findAll();
  // Without dependencies the graph's order is the tree's, and the graph in vain.
  const ordered = constructs.some(({ node }) => node.dependencies.length > 0)
    ? new DependencyGraph(chart.node).topology()
    : constructs;
  return ordered
    .filter((construct) => construct instanceof ApiObject)
    .filter((apiObject) => Chart.of(apiObject) === chart)
    .map((apiObject) => {
      const manifest: unknown = memo?.get(apiObject) ?? apiObject.toJson();
      memo?.delete(apiObject);
      return manifest;
    });
}

function checkFileOrder(app: App): void {
  for (const source of app.node.findAll()) {
    for (const target of source.node.dependencies) {
      const sourceChart = Chart.of(source);
      const targetChart = Chart.of(target);
      if (sourceChart !== targetChart && fileNameOf(app, sourceChart) < fileNameOf(app, targetChart)) {
        throw new UserError(
          `${source.node.path} depends on ${target.node.path}, but kubectl applies a folder's files in alphabetical order, ` +
            `${fileNameOf(app, sourceChart)} before ${fileNameOf(app, targetChart)}: rename one of the charts.`,
        );
      }
    }
  }
}
