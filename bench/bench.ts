// Measures synthesis beside bare cdk8s, kustomize and helm in one run, and says which aims are met.
// Times of one run are compared with each other only: machines differ, and are noisy.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readArguments, runCommand } from '../lib/cli/command-line';
import { toYaml } from '../lib/synth/yaml';
import { binary, kubernetesVersions, newestVersion } from '../test/cluster/binaries';
import type { Measurement } from './case';

const USAGE = `Usage: npm run bench [-- --sizes 7,100,1000,3000] [--runs 3]

Measures synthesis beside bare cdk8s, Kustomize and Helm, and says which aims are met. Writes to temporary folders only, but that kubectl
and helm are built from Go modules the first time, into the cache folder of the cluster tests.

  --sizes  numbers of generated services
  --runs   runs of each case, more of small ones; the median counts. Cases that take more than 10 s are run once
  --help   this text
`;

const TIME_LIMIT = 180_000;
/** What takes longer is run once. */
const SLOW = 10_000;
const ROOT = join(__dirname, '..');
/** How people run TypeScript, and how package.json runs this project's. */
const TSX = [process.execPath, '--import', 'tsx'];
const RUN = [process.execPath, join(ROOT, 'bin', 'run.cjs')];
const EMPTY_APP = 'empty app, its own process';
const SYNTH = 'synth of the local environment, its own process';
const SYNTH_OF_ALL = 'npm run synth of all environments, its own process';
const CHECK = 'npm run check, its own process';
const CASES = [
  'platform',
  'platform, policies on',
  'platform, policies anew',
  'platform, references alone',
  'bare cdk8s, one chart',
  'bare cdk8s, chart per service',
];

interface Row {
  readonly services: number | string;
  readonly what: string;
  readonly objects?: number;
  /** In-process times, round by round, where the case measures them itself. */
  readonly inProcess: readonly number[];
  /** Times of the whole process, round by round; none where it took longer than the time limit. */
  readonly wall: readonly number[];
  readonly peakMebibytes: readonly number[];
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

runCommand('npm run bench', async () => {
  const parsed = readArguments('npm run bench', USAGE, parseOptions);
  if (typeof parsed === 'number') return parsed;
  ({ sizes, runs } = parsed.values);
  const version = newestVersion(kubernetesVersions());
  const programs = { kubectl: await binary('kubectl', version), helm: await binary('helm', version) };
  work = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    for (const size of sizes) {
      measureSize(size, programs);
    }
    measureCheck();
    measurePlan();
    measureStart();
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  printRows();
  printAims();
  return 0;
});

/** Short runs are more often disturbed, and cost little. */
function runsOf(size: number): number {
  return size <= 100 ? Math.max(runs, 7) : runs;
}

function measureSize(size: number, { kubectl, helm }: { readonly kubectl: string; readonly helm: string }): void {
  const folder = (name: string): string => join(work, `${size}`, name.replace(/\W+/g, '-'));
  const manifests = join(folder('platform'), 'manifests');
  const synthesis = CASES.map((name): Command => ({
    name,
    command: [...RUN, join(ROOT, 'bench', 'case.ts'), name, String(size), folder(name)],
    // Every case writes all of its files.
    removed: folder(name),
  }));
  for (const [what, results] of interleaved(synthesis, runsOf(size))) {
    addMeasured(size, what, results);
  }
  measureProcesses(
    size,
    [
      // As people run it again and again, over files that are there already, in turn with what it is compared with.
      { name: 'platform, its process', command: synthesis[0]?.command ?? [] },
      { name: 'kubectl kustomize', command: [kubectl, 'kustomize', prepareKustomize(manifests, folder('kustomize'))] },
      { name: 'helm template', command: [helm, 'template', 'bench', prepareHelm(manifests, folder('helm'))] },
      {
        name: 'check (policies on the files)',
        command: [...RUN, join(ROOT, 'lib', 'cli', 'check.ts'), '--no-exceptions', manifests],
        // The log collector needs exceptions, so that there is something to find.
        expectedStatus: 1,
      },
    ],
    runsOf(size),
  );
}

/** Adds a row of a case that measures itself. */
function addMeasured(services: number, what: string, results: readonly Run[]): void {
  const measured = results.map(({ stdout }) => JSON.parse(stdout) as Measurement);
  rows.push({
    services,
    what,
    ...(measured[0] && { objects: measured[0].objects }),
    inProcess: measured.map(({ milliseconds }) => milliseconds),
    wall: results.map(({ wall }) => wall),
    peakMebibytes: measured.map(({ peakMebibytes }) => peakMebibytes),
  });
}

/** About 3,000 objects, which is what a large folder holds. */
const CHECKED_SERVICES = 600;
const CHECKED = 'synth of about 3,000 objects';
const CHECK_OF_MANY = 'check of about 3,000 objects';

function measureCheck(): void {
  const folder = join(work, 'checked');
  const synthesis = [...RUN, join(ROOT, 'bench', 'case.ts'), 'platform', String(CHECKED_SERVICES), folder];
  measureProcesses(
    CHECKED_SERVICES,
    [
      { name: CHECKED, command: synthesis },
      {
        name: CHECK_OF_MANY,
        command: [...RUN, join(ROOT, 'lib', 'cli', 'check.ts'), '--no-exceptions', join(folder, 'manifests')],
        // The log collector needs exceptions, so that there is something to find.
        expectedStatus: 1,
      },
    ],
    runs,
  );
}

const PLANNED_SERVICES = 3000;
const READING = 'reading of two sets';
const PLAN = 'plan of two sets';

/** Two sets of manifests, of which ten objects differ. */
function measurePlan(): void {
  const folder = join(work, 'planned');
  const run = [...RUN, join(ROOT, 'bench', 'case.ts')];
  execute([...run, 'platform', String(PLANNED_SERVICES), join(folder, 'old')], 0);
  cpSync(join(folder, 'old'), join(folder, 'new'), { recursive: true });
  for (let index = 0; index < 10; index++) {
    const file = join(folder, 'new', 'manifests', `service-${index}.k8s.yaml`);
    writeFileSync(file, readFileSync(file, 'utf8').replace(/(\n +image: .*):dev\n/, '$1:next\n'));
  }
  const commands = [READING, PLAN].map((name) => ({ name, command: [...run, name, String(PLANNED_SERVICES), folder] }));
  for (const [what, results] of interleaved(commands, runs)) {
    addMeasured(PLANNED_SERVICES, what, results);
  }
}

function measureStart(): void {
  const emptyApp = [...TSX, join(ROOT, 'bench', 'empty-app.ts')];
  const platform = [...RUN, join(ROOT, 'main.ts')];
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
  measureProcesses(
    'real',
    [
      { name: EMPTY_APP, command: emptyApp },
      { name: 'empty app, from a bundle', command: [...RUN, join(ROOT, 'bench', 'empty-app.ts')] },
      { name: SYNTH, command: [...RUN, join(ROOT, 'bench', 'local.ts')] },
      { name: SYNTH_OF_ALL, command: platform },
      {
        name: CHECK,
        command: [...RUN, join(ROOT, 'lib', 'cli', 'check.ts'), join(ROOT, 'dist', 'local', 'manifests')],
      },
      { name: 'empty app, cdk8s synth', command: cli(emptyApp, 'empty') },
      { name: 'Sportstix, cdk8s synth', command: cli(platform, 'platform') },
    ],
    Math.max(runs, 9),
  );
}

function measureProcesses(services: Row['services'], commands: readonly Command[], count: number): void {
  for (const [what, results] of interleaved(commands, count)) {
    rows.push({ services, what, inProcess: [], wall: results.map(({ wall }) => wall), peakMebibytes: [] });
  }
}

interface Command {
  readonly name: string;
  readonly command: readonly string[];
  /** @default 0 */
  readonly expectedStatus?: number;
  /**
   * Folder that is removed before each round.
   * @default none
   */
  readonly removed?: string;
}

interface Run {
  readonly wall: number;
  readonly stdout: string;
}

/** Runs commands in turn, so that a change of the machine's speed meets all of them. A first round only warms caches. */
function interleaved(commands: readonly Command[], count: number): Map<string, Run[]> {
  const results = new Map<string, Run[]>(commands.map(({ name }) => [name, []]));
  const finished = new Set<string>();
  for (let round = 0; round <= count; round++) {
    for (const { name, command, expectedStatus = 0, removed } of commands) {
      const before = results.get(name) ?? [];
      if (finished.has(name)) {
        continue;
      }
      if (removed !== undefined) {
        rmSync(removed, { recursive: true, force: true });
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

/** All but the mark of a synth. */
function filesOf(manifests: string): string[] {
  return readdirSync(manifests).filter((file) => file.endsWith('.yaml'));
}

function prepareKustomize(manifests: string, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const files = filesOf(manifests);
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
  for (const file of filesOf(manifests)) {
    const text = readFileSync(join(manifests, file), 'utf8').replaceAll('{{', '{{ "{{" }}');
    writeFileSync(join(templates, file), text);
  }
  return folder;
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** How many times as much `a` is as `b`: round by round, as the machine's speed changes. */
function ratio(a: readonly number[], b: readonly number[]): number | undefined {
  return median(a.slice(0, b.length).map((value, round) => value / (b[round] ?? NaN)));
}

function printRows(): void {
  const header = ['services', 'what', 'objects', 'in process', 'objects/s', 'process', 'peak memory'];
  const seconds = (value: number | undefined): string => (value === undefined ? '-' : `${(value / 1000).toFixed(2)} s`);
  const lines = rows.map(({ services, what, objects, inProcess: times, wall, peakMebibytes }) => {
    const inProcess = median(times);
    const peak = median(peakMebibytes);
    return [
      String(services),
      what,
      String(objects ?? '-'),
      seconds(inProcess),
      objects === undefined || inProcess === undefined ? '-' : String(Math.round((objects / inProcess) * 1000)),
      wall.length === 0 ? `> ${TIME_LIMIT / 1000} s` : seconds(median(wall)),
      peak === undefined ? '-' : `${Math.round(peak)} MiB`,
    ];
  });
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

interface Aim {
  readonly aim: string;
  /** Undefined where it was not measured. */
  readonly value: number | undefined;
  /** At most; without it, `atLeast` counts. */
  readonly atMost?: number;
  readonly atLeast?: number;
}

function aims(): readonly Aim[] {
  const row = (services: number | string, what: string): Row | undefined =>
    rows.find((candidate) => candidate.services === services && candidate.what === what);
  const inProcess = (size: number, what = 'platform'): readonly number[] => row(size, what)?.inProcess ?? [];
  const wall = (size: number | string, what: string): readonly number[] => row(size, what)?.wall ?? [];
  /** Without a figure, it took longer than the time limit, and is at least this. */
  const slow = (times: readonly number[], what: Row | undefined): readonly number[] =>
    times.length === 0 && what !== undefined ? [TIME_LIMIT] : times;
  const perChart = 'bare cdk8s, chart per service';
  const oneChart = 'bare cdk8s, one chart';
  const growth = ratio([median(inProcess(3000)) ?? NaN], [median(inProcess(100)) ?? NaN]);
  const policies = (size: number): number | undefined => {
    const all = ratio(inProcess(size, 'platform, policies on'), inProcess(size));
    return all === undefined ? undefined : all - 1;
  };
  const ownProcess = 'platform, its process';
  return [
    {
      aim: "synth of the local environment, policies and all: its process in the empty app's",
      value: ratio(wall('real', SYNTH), wall('real', EMPTY_APP)),
      atMost: 1.6,
    },
    {
      aim: 'npm run synth of all environments: its process in that of local alone',
      value: ratio(wall('real', SYNTH_OF_ALL), wall('real', SYNTH)),
      atMost: 2,
    },
    {
      aim: "npm run check -- dist/local/manifests: its process in the empty app's",
      value: ratio(wall('real', CHECK), wall('real', EMPTY_APP)),
      atMost: 1.6,
    },
    ...(
      [
        [7, 0.5],
        [100, 0.4],
        [1000, 0.4],
        [3000, 0.3],
      ] as const
    ).map(([size, atMost]): Aim => ({
      aim: `policies on top of a cold synth of ${size} services, in the synth's own time`,
      value: policies(size),
      atMost,
    })),
    ...sizes.map((size): Aim => {
      const all = ratio(inProcess(size, 'platform, references alone'), inProcess(size));
      return {
        aim: `the graph and its policies on top of a synth of ${size} services, in the synth's own time`,
        value: all === undefined ? undefined : all - 1,
        atMost: 0.5,
      };
    }),
    {
      aim: 'check of about 3,000 objects: its process in that of their synth',
      value: ratio(wall(CHECKED_SERVICES, CHECK_OF_MANY), wall(CHECKED_SERVICES, CHECKED)),
      atMost: 1.5,
    },
    {
      aim: 'a plan of 3,000 services and 3,000, ten of them changed, in the time of reading the two sets',
      value: ratio(inProcess(PLANNED_SERVICES, PLAN), inProcess(PLANNED_SERVICES, READING)),
      atMost: 1.5,
    },
    {
      aim: 'exponent of growth from 100 to 3,000 services',
      value: growth === undefined || Number.isNaN(growth) ? undefined : Math.log(growth) / Math.log(30),
      atMost: 1.1,
    },
    {
      aim: 'at 1,000 as many times as fast as bare cdk8s with one chart',
      value: ratio(inProcess(1000, oneChart), inProcess(1000)),
      atLeast: 1,
    },
    ...(
      [
        [1000, 3],
        [3000, 10],
      ] as const
    ).map(([size, atLeast]): Aim => ({
      aim: `at ${size} as many times as fast as bare cdk8s with a chart per service`,
      value: ratio(slow(inProcess(size, perChart), row(size, perChart)), inProcess(size)),
      atLeast,
    })),
    ...sizes
      .filter((size) => size >= 100)
      .map((size): Aim => ({
        aim: `at ${size}: its process in that of kubectl kustomize`,
        value: ratio(wall(size, ownProcess), slow(wall(size, 'kubectl kustomize'), row(size, 'kubectl kustomize'))),
        atMost: 1,
      })),
    {
      aim: "at 1,000: its process in helm's",
      value: ratio(wall(1000, ownProcess), wall(1000, 'helm template')),
      atMost: 2,
    },
    ...[perChart, oneChart].map((what): Aim => ({
      aim: `at 3,000: peak memory, policies on, in that of ${what}`,
      value: ratio(row(3000, 'platform, policies on')?.peakMebibytes ?? [], row(3000, what)?.peakMebibytes ?? []),
      atMost: 1,
    })),
  ];
}

function printAims(): void {
  console.log('');
  for (const { aim, value, atMost, atLeast } of aims()) {
    const holds =
      value !== undefined && (atMost === undefined || value <= atMost) && (atLeast === undefined || value >= atLeast);
    const verdict = value === undefined ? 'not measured' : holds ? 'met' : 'NOT met';
    const bound = atMost === undefined ? `at least ${atLeast ?? 0}` : `at most ${atMost}`;
    console.log(`${verdict.padEnd(12)}  ${aim}: ${value === undefined ? '-' : value.toFixed(2)} (${bound})`);
  }
}
