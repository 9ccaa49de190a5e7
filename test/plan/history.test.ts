import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { compare } from '../../lib/plan/compare';
import { MOST_CHARACTERS, plansToMarkdown } from '../../lib/plan/markdown';
import { plan } from '../../lib/plan/plan';
import { readSets } from '../../lib/plan/read';
import { formatPlans, plansToJson } from '../../lib/plan/report';
import type { TitledPlan } from '../../lib/plan/report';

// Plans of all that this repository's dist ever was, from the first commit on: real changes, of real objects, that nobody has thought of here.

const ROOT = join(__dirname, '..', '..');

function git(...args: readonly string[]): readonly string[] {
  try {
    const said = execFileSync('git', [...args], { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return said.split('\n').filter((line) => line !== '');
  } catch {
    // An archive of the sources has no history.
    return [];
  }
}

const isWhole = git('rev-parse', '--is-shallow-repository').join() === 'false';
const commits = isWhole ? git('log', '--format=%H', '--reverse', '--', 'dist') : [];

/** The folders with manifests that a commit has: at first there were no environments. */
function foldersOf(commit: string): readonly string[] {
  const files = git('ls-tree', '-r', '--name-only', commit, '--', 'dist');
  const found = files.flatMap(
    (file) => /^dist\/(?:\w+\/)?manifests(?=\/)|^dist(?=\/[^/]+\.yaml$)/.exec(file)?.[0] ?? [],
  );
  return [...new Set(found)];
}

/** The very first has nothing before it. */
function hasParent(commit: string): boolean {
  return git('rev-parse', '--verify', '--quiet', `${commit}~1`).length > 0;
}

async function planOf(commit: string, folder: string): Promise<TitledPlan> {
  const sets = await readSets({
    old: hasParent(commit) ? `git:${commit}~1:${folder}` : `git:${commit}:nothing`,
    new: `git:${commit}:${folder}`,
    folder: ROOT,
    stdin: new Uint8Array(),
    cluster: () => {
      throw new Error('no cluster');
    },
    mayBeMissing: true,
  });
  expect(sets.unreadable).toEqual([]);
  return { ...plan(compare(sets.old, sets.new, sets)), title: folder, from: 'before', to: commit, leftOut: [] };
}

if (commits.length === 0) {
  // A clone without its history has nothing to look at; `git fetch --unshallow` brings it.
  test.skip('plans of the history of dist, which a shallow clone does not have', () => undefined);
} else {
  test.each(commits)('the commit %s has a plan', async (commit) => {
    const folders = foldersOf(commit);
    const plans: TitledPlan[] = [];
    for (const folder of folders) {
      plans.push(await planOf(commit, folder));
    }

    expect(formatPlans(plans, true)).not.toContain('undefined');
    expect(plansToMarkdown(plans).length).toBeLessThanOrEqual(MOST_CHARACTERS);
    expect(JSON.stringify(plansToJson(plans))).not.toContain('"changes":null');
  });
}
