import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { documentation } from '../policy/docs';
import { policiesWithOptional } from '../policy/policies';
import { readArguments, runCommand } from './command-line';

const USAGE = `Usage: npm run docs [-- --check]

Writes lib/policy/README.md, the list of policies, from their definitions, and docs/api, the reference of the library, from its comments.

  --check  writes nothing, and fails if a file is not what would be written
  --help   this text

Exit code: 0 when the files are as they should be, 1 when --check finds that they are not, 2 when it was used wrongly.
`;

const ROOT = join(__dirname, '..', '..');
const POLICIES = join(ROOT, 'lib', 'policy', 'README.md');
const API = join(ROOT, 'docs', 'api');

/** Files by path. */
type Files = ReadonlyMap<string, string>;

function read(folder: string): Files {
  return new Map(readdirSync(folder).map((name) => [join(API, name), readFileSync(join(folder, name), 'utf8')]));
}

/** What TypeDoc makes of the comments, as typedoc.json tells it. */
function apiReference(): Files {
  const folder = mkdtempSync(join(tmpdir(), 'api-'));
  try {
    const typedoc = join(ROOT, 'node_modules', 'typedoc', 'bin', 'typedoc');
    execFileSync(process.execPath, [typedoc, '--out', folder, '--logLevel', 'Warn'], { cwd: ROOT, stdio: 'inherit' });
    return read(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

runCommand('npm run docs', () => {
  const parsed = readArguments('npm run docs', USAGE, () =>
    parseArgs({ options: { check: { type: 'boolean', default: false }, help: { type: 'boolean' } } }),
  );
  if (typeof parsed === 'number') return parsed;
  const made: Files = new Map([[POLICIES, documentation(policiesWithOptional())], ...apiReference()]);
  const there: Files = new Map([[POLICIES, readFileSync(POLICIES, 'utf8')], ...read(API)]);
  const stale = [...new Set([...made.keys(), ...there.keys()])].filter((path) => made.get(path) !== there.get(path));
  if (parsed.values.check) {
    for (const path of stale) {
      process.stderr.write(
        `${relative(ROOT, path)} differs from what the code says. Run \`npm run docs\` and commit what it writes.\n`,
      );
    }
    return stale.length > 0 ? 1 : 0;
  }
  for (const path of stale) {
    const text = made.get(path);
    if (text === undefined) {
      rmSync(path);
    } else {
      writeFileSync(path, text);
    }
  }
  return 0;
});
