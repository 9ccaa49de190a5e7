// One measurement, in a process of its own: `case.ts NAME SERVICES OUTDIR` prints a Measurement as JSON.
import { join } from 'node:path';
import { ApiObject, type ApiObjectProps, App, Chart } from 'cdk8s';
import { Prometheus } from '../lib/observability/prometheus';
import { compare } from '../lib/plan/compare';
import { plan } from '../lib/plan/plan';
import { readSets } from '../lib/plan/read';
import { formatPlans } from '../lib/plan/report';
import { annotationBytes } from '../lib/policy/applied';
import { Engine } from '../lib/policy/engine';
import { acknowledge } from '../lib/policy/exceptions';
import { judgedObjects } from '../lib/policy/judged-objects';
import type { Judged } from '../lib/policy/judged-objects';
import { ObjectReader } from '../lib/policy/object-reader';
import { PolicyPack } from '../lib/policy/pack';
import { ANNOTATIONS_LIMIT } from '../lib/policy/policies/apply-size';
import { policies } from '../lib/policy/policies';
import { Platform } from '../lib/sportstix/platform';
import { forgetManifest, manifestOf, renderCharts, synthesizeCharts } from '../lib/synth/manifests';
import { replaceOutput } from '../lib/synth/output';
import { generatedEnvironment, placeholderSecrets } from './generate';

/** What one run of a case took. */
export interface Measurement {
  readonly objects: number;
  readonly milliseconds: number;
  readonly peakMebibytes: number;
}

type Measured = Pick<Measurement, 'objects' | 'milliseconds'>;

const cases: Record<string, (services: number, outdir: string) => Measured | Promise<Measured>> = {
  /** From the typed environment to files. */
  platform: (services, outdir) => synthesizePlatform(services, outdir),
  /** The same, every object judged by every policy. */
  'platform, policies on': (services, outdir) => synthesizePlatform(services, outdir, new PolicyPack()),
  /** The same, judged by what objects refer to alone: the graph, and the policies about it. */
  'platform, references alone': (services, outdir) => synthesizePlatform(services, outdir, undefined, judgeReferences),
  /** The same by all policies, by a run that knows nothing of those before. */
  'platform, policies anew': (services, outdir) => {
    const ownJudged = new Map<string, Judged>();
    judgedObjects.get = (digest) => ownJudged.get(digest);
    judgedObjects.set = (digest, judged) => ownJudged.set(digest, judged);
    return synthesizePlatform(services, outdir, new PolicyPack());
  },
  /** The same objects, given to cdk8s as they will be written, a chart for each file of the platform. */
  'bare cdk8s, chart per service': (services, outdir) => bare(services, outdir, (app, file) => new Chart(app, file)),
  /** The same objects in one chart. */
  'bare cdk8s, one chart'(services, outdir) {
    let chart: Chart | undefined;
    return bare(services, outdir, (app) => (chart ??= new Chart(app, 'all')));
  },
  /** The manifests of two folders. */
  'reading of two sets'(_, folder) {
    const start = performance.now();
    const objects = ['old', 'new'].flatMap((side) => [
      ...new ObjectReader(new Uint8Array(), []).read([join(folder, side, 'manifests')]),
    ]);
    return { objects: objects.length, milliseconds: performance.now() - start };
  },
  /** From two folders to the text of a plan. */
  async 'plan of two sets'(_, folder) {
    const start = performance.now();
    const sets = await readSets({
      old: join('old', 'manifests'),
      new: join('new', 'manifests'),
      folder,
      stdin: new Uint8Array(),
      cluster: () => {
        throw new Error('nobody asks a cluster');
      },
    });
    const planned = plan(compare(sets.old, sets.new));
    if (planned.changes.length !== CHANGED) {
      throw new Error(`${planned.changes.length} objects have changed, and ${CHANGED} should have`);
    }
    formatPlans([{ ...planned, title: '', from: 'old', to: 'new', leftOut: [] }], false);
    return {
      objects: sets.old.objects.length + sets.new.objects.length,
      milliseconds: performance.now() - start,
    };
  },
};

/** Objects that bench.ts has changed. */
const CHANGED = 10;

function synthesizePlatform(
  services: number,
  outdir: string,
  pack?: PolicyPack,
  judge?: (app: App) => void,
): { objects: number; milliseconds: number } {
  const environment = generatedEnvironment(services);
  const secrets = placeholderSecrets(environment);
  const start = performance.now();
  const app = new App();
  const platform = new Platform(app, 'bench', { environment, secrets });
  acknowledgeSize(app);
  pack?.apply(platform, { manifestOf, onAnnotated: forgetManifest, print: () => undefined });
  const files = renderCharts(app);
  judge?.(app);
  const manifests = new Map([...files].map(([name, content]) => [name, { content }]));
  replaceOutput({ folders: new Map([[join(outdir, 'manifests'), manifests]]) });
  const milliseconds = performance.now() - start;
  return { objects: app.node.findAll().filter((construct) => construct instanceof ApiObject).length, milliseconds };
}

/** What Prometheus is told of thousands of services is more than client-side apply takes, and no reason not to measure. */
function acknowledgeSize(app: App): void {
  const config = app.node.findAll().find((construct) => construct instanceof Prometheus)?.config;
  if (config !== undefined && annotationBytes(config.configMap.toJson()) > ANNOTATIONS_LIMIT) {
    acknowledge(config, 'apply-size', 'It is for a benchmark, which applies nothing.');
  }
}

function judgeReferences(app: App): void {
  const subjects = app.node
    .findAll()
    .filter((construct) => ApiObject.isApiObject(construct))
    .map((object) => ({ id: object.node.path, manifest: manifestOf(object) }));
  const engine = new Engine(policies().filter(({ graph }) => graph !== undefined));
  const [found] = engine.evaluate(subjects);
  if (found !== undefined) {
    throw new Error(`${found.id}: ${found.violation.message}`);
  }
}

function bare(
  services: number,
  outdir: string,
  chartFor: (app: App, file: string) => Chart,
): { objects: number; milliseconds: number } {
  const environment = generatedEnvironment(services);
  const source = new App();
  new Platform(source, 'bench', { environment, secrets: placeholderSecrets(environment) });
  const files = synthesizeCharts(source).map(({ fileName, manifests }) => ({
    file: fileName.replace(/\..*/, ''),
    manifests: manifests as ApiObjectProps[],
  }));
  const start = performance.now();
  const app = new App({ outdir });
  let objects = 0;
  for (const { file, manifests } of files) {
    const chart = chartFor(app, file);
    for (const manifest of manifests) {
      new ApiObject(chart, `object-${objects++}`, manifest);
    }
  }
  app.synth();
  return { objects, milliseconds: performance.now() - start };
}

const [name = '', services = '', outdir = ''] = process.argv.slice(2);
const run = cases[name];
if (run === undefined) {
  throw new Error(`No case ${name}; there are ${Object.keys(cases).join('; ')}.`);
}
void Promise.resolve(run(Number(services), outdir)).then((measured) => {
  const measurement: Measurement = { ...measured, peakMebibytes: process.resourceUsage().maxRSS / 1024 };
  console.log(JSON.stringify(measurement));
});
