import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Each command as a process of its own, as people start it. No programs are in PATH: nothing could be run by mistake.
const ROOT = join(__dirname, '../..');
const COMMANDS = {
  synth: ['main.ts'],
  check: ['lib/cli/check.ts'],
  preflight: ['lib/cli/main.ts', 'preflight'],
  doctor: ['lib/cli/main.ts', 'doctor'],
  up: ['lib/cli/main.ts', 'up'],
  down: ['lib/cli/main.ts', 'down'],
  docs: ['lib/cli/docs.ts'],
  bench: ['bench/bench.ts'],
  'test:cluster, programs': ['test/cluster/binaries.ts'],
  'test:node, programs': ['test/node/binaries.ts'],
};

let nowhere: string;

beforeAll(() => {
  nowhere = mkdtempSync(join(tmpdir(), 'commands-'));
});
afterAll(() => {
  rmSync(nowhere, { recursive: true });
});

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(command: readonly string[], args: readonly string[], cwd = ROOT): Promise<Outcome> {
  const [file = '', ...rest] = command;
  const loader = join(ROOT, 'node_modules/tsx/dist/loader.mjs');
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['--import', loader, join(ROOT, file), ...rest, ...args],
      { cwd, env: { ...process.env, PATH: nowhere } },
      (_, stdout, stderr) => {
        resolve({ status: child.exitCode, stdout, stderr });
      },
    );
  });
}

/** The files of the secrets, their rights, and when each was written. */
function secrets(): readonly string[] {
  const folder = join(ROOT, '.secrets');
  return existsSync(folder)
    ? [folder, ...readdirSync(folder).map((name) => join(folder, name))].map(
        (path) => `${path} ${statSync(path).mtimeMs} ${statSync(path).mode}`,
      )
    : [];
}

test.each(Object.entries(COMMANDS))(
  '%s: --help says how it is used and touches no secret, an unknown option is refused with one line',
  async (_, command) => {
    const before = secrets();

    const [help, unknown] = await Promise.all([run(command, ['--help']), run(command, ['--nonsense'])]);

    expect(help).toMatchObject({ status: 0, stderr: '' });
    expect(help.stdout).toMatch(/^(.*\n\n)?Usage: /);
    expect(help.stdout).toContain('--help');
    expect(unknown).toMatchObject({ status: 2, stdout: '' });
    expect(unknown.stderr).toMatch(/^[^\n]*'--nonsense'[^\n]*\n$/);
    expect(secrets()).toEqual(before);
  },
);

test('whatever else is wrong is refused with one line too', async () => {
  const wrong = [
    ['lib/cli/main.ts', 'preflight'],
    ['lib/cli/main.ts', 'preflight', 'nowhere'],
    ['lib/cli/main.ts', 'doctor', 'extra'],
    ['lib/cli/main.ts', 'doctor', '--yes'],
    ['lib/cli/main.ts', 'up', 'extra'],
    ['lib/cli/main.ts', 'down', 'extra'],
    ['main.ts', 'extra'],
    ['lib/cli/docs.ts', 'extra'],
    ['bench/bench.ts', '--runs=many'],
    ['lib/cli/check.ts', '--format=xml'],
    ['lib/cli/main.ts', 'upp'],
  ];

  for (const command of wrong) {
    const { status, stdout, stderr } = await run(command, []);

    expect({ command, status, stdout }).toEqual({ command, status: 2, stdout: '' });
    expect(stderr).toMatch(/^[^\n]+\n$/);
  }
});

test('the doctor makes no secrets, wherever it is started', async () => {
  const before = secrets();

  const { status, stderr } = await run(COMMANDS.doctor, [], nowhere);

  // Without docker there is something to mend.
  expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
  expect(secrets()).toEqual(before);
  expect(readdirSync(nowhere)).toEqual([]);
});
