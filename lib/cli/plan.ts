import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { thisSystem } from '../host/system';
import { compare } from '../plan/compare';
import { Git } from '../plan/git';
import { plansToMarkdown } from '../plan/markdown';
import { plan, summaryOf } from '../plan/plan';
import { readSets } from '../plan/read';
import { formatPlans, plansToJson } from '../plan/report';
import type { TitledPlan } from '../plan/report';
import { wantsColour } from '../policy/report';
import { Cluster } from '../preflight/cluster';
import { callersFolder, readArguments, runCommand } from './command-line';

const NAME = 'npm run -s plan';

const FORMATS = ['text', 'markdown', 'json'] as const;
type Format = (typeof FORMATS)[number];

const USAGE = `Says what a change of manifests does to a cluster: what restarts, what is down meanwhile, what the API server refuses, which data is
lost, what is left behind, who reaches whom, which rights and how much room there are.

Usage: ${NAME} -- [--format text|markdown|json] [OLD [NEW]]

  OLD, NEW  a file or folder of manifests; - for standard input; git:REF:PATH, where PATH is written from the repository's root; or
            cluster:CONTEXT, by kubectl's configuration: what the cluster holds of the other side's objects, and of the same application
            (app.kubernetes.io/part-of, in the same namespaces). Nothing is changed there.
            Without NEW: the working tree's PATH of git:REF:PATH. Without both: for each environment dist/ENVIRONMENT/manifests of the
            commit at which this branch left origin/main, and of the working tree
  --format  how it is written (default: text); markdown is for a comment on a pull request
  --help    this text

Files of folders and commits that git ignores, such as generated Secrets, are left out on both sides. A Secret's values are never shown.
An object takes responsibility for what its change does by the annotation plan-acknowledge/KIND: REASON (of one that is deleted, as it was).

Exit code: 0 nothing dangerous, 1 something dangerous that is not acknowledged, 2 something could not be read (it is named).
`;

const ROOT = join(__dirname, '..', '..');

/** What to compare. */
interface Pair {
  readonly title: string;
  readonly old: string;
  readonly new: string;
  /** How the sides are called in the plan. */
  readonly from: string;
  readonly to: string;
  /** The folder that names are relative to. */
  readonly folder: string;
  /** Whether there need not be anything on the old side: an environment that is new. */
  readonly mayBeMissing: boolean;
}

interface Arguments {
  readonly format: Format;
  readonly inputs: readonly string[];
  readonly help: boolean;
}

/** @throws Error that says what is wrong. */
function parse(args: readonly string[]): { readonly values: Arguments } {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { format: { type: 'string', default: 'text' }, help: { type: 'boolean', default: false } },
  });
  const format = FORMATS.find((known): known is Format => known === values.format);
  if (format === undefined) {
    throw new Error(`--format ${values.format}: there is no such format; it is one of ${FORMATS.join(', ')}`);
  }
  const [old = '', current, ...more] = positionals;
  if (more.length > 0) {
    throw new Error(`${more.join(' ')}: two sides are compared, OLD and NEW`);
  }
  if (old !== '' && current === undefined && !old.startsWith('git:')) {
    throw new Error(`${old}: name what it is compared with, as NEW`);
  }
  return { values: { format, inputs: positionals, help: values.help } };
}

/** Where this branch began: the commit, and how people know it. */
function baseOf(git: Git): { readonly commit: string; readonly name: string } | undefined {
  for (const name of ['origin/main', 'origin/HEAD', 'main']) {
    if (git.commitOf(name) !== undefined) {
      // In a clone that is too shallow to know it, the branch's tip is all that there is.
      return { commit: git.mergeBaseOf('HEAD', name) ?? name, name };
    }
  }
  const head = git.commitOf('HEAD');
  return head === undefined ? undefined : { commit: head, name: 'HEAD' };
}

/** @throws Error if there is nothing to compare with. */
async function pairs(inputs: readonly string[]): Promise<readonly Pair[]> {
  const [old, given] = inputs;
  const folder = callersFolder('plan');
  if (old !== undefined) {
    const [, ref = '', path = ''] = /^git:([^:]*):(.*)$/.exec(old) ?? [];
    const isAlone = given === undefined;
    const current = given ?? path;
    return [
      {
        title: '',
        old,
        new: current,
        from: isAlone ? `${ref}:${path}` : old,
        to: isAlone ? 'the working tree' : current,
        folder: isAlone ? (new Git(folder).root ?? folder) : folder,
        mayBeMissing: false,
      },
    ];
  }
  const base = baseOf(new Git(ROOT));
  if (base === undefined) {
    throw new Error('there is no commit to compare with: name OLD and NEW');
  }
  // With all that an environment is made of, which takes longer to load than what two sets of manifests take to compare.
  const { environments } = await import('../sportstix/environments.js');
  return environments.map(({ name }) => ({
    title: name,
    old: `git:${base.commit}:dist/${name}/manifests`,
    new: `dist/${name}/manifests`,
    from: `${base.name} at ${base.commit.slice(0, 10)}`,
    to: 'the working tree',
    folder: ROOT,
    mayBeMissing: true,
  }));
}

function write(plans: readonly TitledPlan[], format: Format): string {
  switch (format) {
    case 'text':
      return formatPlans(plans, wantsColour(process.stdout));
    case 'markdown':
      return plansToMarkdown(plans);
    case 'json':
      return `${JSON.stringify(plansToJson(plans), null, 2)}\n`;
  }
}

runCommand(NAME, async () => {
  const parsed = readArguments(NAME, USAGE, () => parse(process.argv.slice(2)));
  if (typeof parsed === 'number') return parsed;
  const { format, inputs } = parsed.values;
  const stdin = inputs.includes('-') ? await buffer(process.stdin) : new Uint8Array();
  const plans: TitledPlan[] = [];
  let isUnreadable = false;
  for (const pair of await pairs(inputs)) {
    const sets = await readSets({ ...pair, stdin, cluster: (context) => new Cluster(thisSystem(), context) });
    for (const { file, line, reason } of sets.unreadable) {
      process.stderr.write(`cannot read ${file}${line === null ? '' : `:${line}`}: ${reason}\n`);
    }
    isUnreadable ||= sets.unreadable.length > 0;
    plans.push({ ...pair, leftOut: sets.leftOut, ...plan(compare(sets.old, sets.new, sets)) });
  }
  // What was not read would be told as gone.
  if (isUnreadable) return 2;
  process.stdout.write(write(plans, format));
  return summaryOf(plans).danger > 0 ? 1 : 0;
});
