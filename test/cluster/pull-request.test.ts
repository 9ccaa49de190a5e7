import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binary, kubernetesVersions, newestVersion } from './binaries';

// The workflow, by the checker of workflows; what it runs is run by test/pull-request.test.ts.

const WORKFLOW = join(__dirname, '../../.github/workflows/pull-request.yml');

let folder: string;
let actionlint: string;

beforeAll(async () => {
  actionlint = await binary('actionlint', newestVersion(kubernetesVersions()));
  folder = mkdtempSync(join(tmpdir(), 'actionlint-'));
  mkdirSync(join(folder, '.github/workflows'), { recursive: true });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** What actionlint says of a workflow; the programs that it would ask of scripts are other tests' and other machines'. */
function lint(file: string): { readonly status: number | null; readonly stdout: string } {
  const { status, stdout, stderr } = spawnSync(actionlint, ['-no-color', '-shellcheck=', '-pyflakes=', file], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, stdout: stdout + stderr };
}

test('actionlint finds nothing in the workflow', () => {
  const copy = join(folder, '.github/workflows/pull-request.yml');
  copyFileSync(WORKFLOW, copy);

  expect(lint(copy)).toEqual({ status: 0, stdout: '' });
});

test('actionlint finds a step whose output is called otherwise', () => {
  const broken = join(folder, '.github/workflows/broken.yml');
  writeFileSync(broken, readFileSync(WORKFLOW, 'utf8').replace('steps.plan.outputs.code', 'steps.plans.outputs.code'));

  expect(lint(broken)).toMatchObject({
    status: 1,
    stdout: expect.stringContaining('"plans" is not defined') as unknown,
  });
});
