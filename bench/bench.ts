// Measures synthesis beside bare cdk8s, kustomize and helm in one run, and says which aims are met.
// Times of one run are compared with each other only: machines differ, and are noisy.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readArguments, runCommand } from '../lib/cli/command-line';
import { toYaml } from '../lib/synth/yaml';
import type { Measurement } from './case';

const USAGE = `Usage: npm run bench [-- --sizes 7,100,1000,3000] [--runs 3]

Measures synthesis beside bare cdk8s, Kustomize and Helm, and says which aims are met. Writes to temporary folders only.

  --sizes  numbers of generated services
  --runs   runs of each case; the median counts. Cases that take more than 10 s are run once
  --help   this text
`;

const TIME_LIMIT = 180_000;
/** What takes longer is run once. */
const SLOW = 10_000;
const ROOT = join(__dirname, '..');
const NODE = [process.execPath, '--import', 'tsx'];
const CASES = ['platform', 'platform, policies on', 'bare cdk8s, one chart', 'bare cdk8s, chart per service'];

interface Row {
  readonly services: number | string;
  readonly what: string;
  readonly objects?: number;
  /** In-process time where the case measures it itself. */
  readonly inProcess?: number;
  /** Time of the whole process. */
  readonly wall?: number;
  readonly peakMebibytes?: number;
}

const rows: Row[] = [];
let work = '';

/** @throws Error that says what is wrong. */
function parseOptions(): {
  readonly values: { readonly sizes: number[]; readonly runs: number; readonly help: boolean };
} {
  const { values } = parseArgs({
    options: {
      sizes: { type: 'string', default: '7,100,1000,3000' },
      runs: { type: 'string', default: '3' },
      help: { type: 'boolean', default: false },
    },
  });
  const count = (option: string, text: string): number => {
    if (!/^[1-9]\d*$/.test(text)) throw new Error(`--${option} ${text}: not a number of 1 or more.`);
    return Number(text);
  };
  return {
    values: {
      sizes: values.sizes.split(',').map((text) => count('sizes', text)),
      runs: count('runs', values.runs),
      help: values.help,
    },
  };
}

let sizes: readonly number[] = [];
let runs = 0;

runCommand('npm run bench', () => {
  const parsed = readArguments('npm run bench', USAGE, parseOptions);
  if (typeof parsed === 'number') return parsed;
  ({ sizes, runs } = parsed.values);
  work = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    for (const size of sizes) {
      measureSize(size);
    }
    measureProcesses();
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  printRows();
  printAims();
  return 0;
});

function measureSize(size: number): void {
  const folder = (name: string): string => join(work, `${size}`, name.replace(/\W+/g, '-'));
  const manifests = join(folder('platform'), 'manifests');
  const synthesis = CASES.map((name): Command => ({
    name,
    command: [...NODE, join(ROOT, 'bench', 'case.ts'), name, String(size), folder(name)],
  }));
  const measured = interleaved(synthesis);
  for (const { name } of synthesis) {
    const results = measured.get(name) ?? [];
    const parsed = results.flatMap(({ stdout }) => (stdout === '' ? [] : [JSON.parse(stdout) as Measurement]));
    rows.push({
      services: size,
      what: name,
      ...(parsed[0] && { objects: parsed[0].objects }),
      ...optional('inProcess', median(parsed.map(({ milliseconds }) => milliseconds))),
      ...optional('wall', median(results.map(({ wall }) => wall))),
      ...optional('peakMebibytes', median(parsed.map(({ peakMebibytes }) => peakMebibytes))),
    });
  }
  const renderers: Command[] = [
    { name: 'kubectl kustomize', command: ['kubectl', 'kustomize', prepareKustomize(manifests, folder('kustomize'))] },
    {
      name: 'check (policies on the files)',
      command: [...NODE, join(ROOT, 'lib', 'cli', 'check.ts'), '--no-exceptions', manifests],
      // The log collector needs exceptions, so that there is something to find.
      expectedStatus: 1,
    },
    { name: 'helm template', command: ['helm', 'template', 'bench', prepareHelm(manifests, folder('helm'))] },
  ].filter(({ command }) => command[0] === process.execPath || isOnPath(command[0] ?? ''));
  for (const [name, results] of interleaved(renderers)) {
    rows.push({ services: size, what: name, ...optional('wall', median(results.map(({ wall }) => wall))) });
  }
}

function measureProcesses(): void {
  const emptyApp = [...NODE, join(ROOT, 'bench', 'empty-app.ts')];
  const platform = [...NODE, join(ROOT, 'main.ts')];
  const cli = (app: string[], outdir: string): string[] => [
    process.execPath,
    join(ROOT, 'node_modules', '.bin', 'cdk8s'),
    'synth',
    '--check-upgrade=false',
    '--app',
    app.join(' '),
    '--output',
    join(work, outdir),
  ];
  const commands: Command[] = [
    { name: 'empty app, its own process', command: emptyApp },
    { name: 'Sportstix, its own process', command: platform },
    { name: 'empty app, cdk8s synth', command: cli(emptyApp, 'empty') },
    { name: 'Sportstix, cdk8s synth', command: cli(platform, 'platform') },
  ];
  for (const [name, results] of interleaved(commands, Math.max(runs, 7))) {
    rows.push({ services: 'real', what: name, ...optional('wall', median(results.map(({ wall }) => wall))) });
  }
}

interface Command {
  readonly name: string;
  readonly command: readonly string[];
  /** @default 0 */
  readonly expectedStatus?: number;
}

interface Run {
  readonly wall: number;
  readonly stdout: string;
}

/** Runs commands in turn, so that a change of the machine's speed meets all of them. A first round only warms caches. */
function interleaved(commands: readonly Command[], count = runs): Map<string, Run[]> {
  const results = new Map<string, Run[]>(commands.map(({ name }) => [name, []]));
  const finished = new Set<string>();
  for (let round = 0; round <= count; round++) {
    for (const { name, command, expectedStatus = 0 } of commands) {
      const before = results.get(name) ?? [];
      if (finished.has(name)) {
        continue;
      }
      process.stderr.write(`  ${name}, round ${round} of ${count}\n`);
      const run = execute(command, expectedStatus);
      const slow = run === undefined || run.wall > SLOW;
      if (slow) {
        finished.add(name);
      }
      if (run !== undefined && (slow || round > 0)) {
        before.push(run);
      }
    }
  }
  return results;
}

/** Undefined where the command took longer than the time limit. */
function execute([program = '', ...args]: readonly string[], expectedStatus: number): Run | undefined {
  const outdir = mkdtempSync(join(work, 'out-'));
  const start = performance.now();
  const { status, signal, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, CDK8S_OUTDIR: outdir },
    cwd: ROOT,
    maxBuffer: 1024 ** 3,
    timeout: TIME_LIMIT,
  });
  const wall = performance.now() - start;
  rmSync(outdir, { recursive: true, force: true });
  if (signal === 'SIGTERM') {
    process.stderr.write(`  ended after ${TIME_LIMIT / 1000} s\n`);
    return undefined;
  }
  if (status !== expectedStatus) {
    throw new Error(`${program} ${args.join(' ')} failed: ${error?.message ?? stderr}`);
  }
  return { wall, stdout };
}

function isOnPath(program: string): boolean {
  const found = spawnSync(program, ['version', '--client'], { stdio: 'ignore' }).error === undefined;
  if (!found) {
    process.stderr.write(`${program} is not on the PATH: it is left out.\n`);
  }
  return found;
}

function prepareKustomize(manifests: string, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const files = readdirSync(manifests);
  for (const file of files) {
    writeFileSync(join(folder, file), readFileSync(join(manifests, file)));
  }
  writeFileSync(join(folder, 'kustomization.yaml'), toYaml({ kind: 'Kustomization', resources: files }));
  return folder;
}

function prepareHelm(manifests: string, folder: string): string {
  const templates = join(folder, 'templates');
  mkdirSync(templates, { recursive: true });
  writeFileSync(join(folder, 'Chart.yaml'), toYaml({ apiVersion: 'v2', name: 'bench', version: '1.0.0' }));
  for (const file of readdirSync(manifests)) {
    const text = readFileSync(join(manifests, file), 'utf8').replaceAll('{{', '{{ "{{" }}');
    writeFileSync(join(templates, file), text);
  }
  return folder;
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function optional<K extends string>(key: K, value: number | undefined): Partial<Record<K, number>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<K, number>>);
}

function printRows(): void {
  const header = ['services', 'what', 'objects', 'in process', 'objects/s', 'process', 'peak memory'];
  const seconds = (value: number | undefined): string => (value === undefined ? '-' : `${(value / 1000).toFixed(2)} s`);
  const lines = rows.map(({ services, what, objects, inProcess, wall, peakMebibytes }) => [
    String(services),
    what,
    String(objects ?? '-'),
    seconds(inProcess),
    objects === undefined || inProcess === undefined ? '-' : String(Math.round((objects / inProcess) * 1000)),
    wall === undefined ? `> ${TIME_LIMIT / 1000} s` : seconds(wall),
    peakMebibytes === undefined ? '-' : `${Math.round(peakMebibytes)} MiB`,
  ]);
  const widths = header.map((title, column) =>
    Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  for (const line of [header, widths.map((width) => '-'.repeat(width)), ...lines]) {
    console.log(
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}

function printAims(): void {
  const row = (services: number | string, what: string): Row | undefined =>
    rows.find((candidate) => candidate.services === services && candidate.what === what);
  const inProcess = (size: number, what = 'platform'): number | undefined => row(size, what)?.inProcess;
  const wall = (size: number | string, what: string): number | undefined => row(size, what)?.wall;
  const ratio = (a: number | undefined, b: number | undefined): number | undefined =>
    a === undefined || b === undefined ? undefined : a / b;
  const growth = ratio(inProcess(3000), inProcess(100));
  const perChart = 'bare cdk8s, chart per service';

  const aims: [aim: string, value: number | undefined, holds: (value: number) => boolean][] = [
    [
      'exponent of growth from 100 to 3,000 services at most 1.1',
      growth && Math.log(growth) / Math.log(30),
      (v) => v <= 1.1,
    ],
    [
      'at 1,000 faster than bare cdk8s with one chart (time in its share)',
      ratio(inProcess(1000), inProcess(1000, 'bare cdk8s, one chart')),
      (v) => v < 1,
    ],
    [
      'at 1,000 at least 3 times as fast as with a chart per service',
      ratio(inProcess(1000, perChart), inProcess(1000)),
      (v) => v >= 3,
    ],
    // Without a figure, bare cdk8s took longer than the time limit, and the ratio is at least this.
    [
      'at 3,000 at least 10 times as fast as with a chart per service',
      ratio(inProcess(3000, perChart) ?? TIME_LIMIT, inProcess(3000)),
      (v) => v >= 10,
    ],
    ...sizes
      .filter((size) => size >= 100)
      .map((size): [string, number | undefined, (value: number) => boolean] => [
        `at ${size} ahead of kubectl kustomize (process, in its share)`,
        ratio(
          wall(size, 'platform'),
          wall(size, 'kubectl kustomize') ?? (row(size, 'kubectl kustomize') && TIME_LIMIT),
        ),
        (v) => v < 1,
      ]),
    [
      "at 1,000 at most twice helm's time (process)",
      ratio(wall(1000, 'platform'), wall(1000, 'helm template')),
      (v) => v <= 2,
    ],
    [
      "the platform's own process at most 1.3 times the empty app's",
      ratio(wall('real', 'Sportstix, its own process'), wall('real', 'empty app, its own process')),
      (v) => v <= 1.3,
    ],
  ];
  console.log('');
  for (const [aim, value, holds] of aims) {
    const verdict = value === undefined ? 'not measured' : holds(value) ? 'met' : 'NOT met';
    console.log(`${verdict.padEnd(12)}  ${aim}${value === undefined ? '' : `: ${value.toFixed(2)}`}`);
  }
}
