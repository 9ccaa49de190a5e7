import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { documentation } from '../policy/docs';
import { policiesWithOptional } from '../policy/policies';
import { readArguments, runCommand } from './command-line';

const USAGE = `Usage: npm run docs [-- --check]

Writes lib/policy/README.md, the list of policies, from their definitions.

  --check  writes nothing, and fails if the file is not what would be written
  --help   this text

Exit code: 0 when the file is as it should be, 1 when --check finds that it is not, 2 when it was used wrongly.
`;

const FILE = join(__dirname, '..', 'policy', 'README.md');

runCommand('npm run docs', () => {
  const parsed = readArguments('npm run docs', USAGE, () =>
    parseArgs({ options: { check: { type: 'boolean', default: false }, help: { type: 'boolean' } } }),
  );
  if (typeof parsed === 'number') return parsed;
  const text = documentation(policiesWithOptional());
  if (!parsed.values.check) {
    writeFileSync(FILE, text);
    return 0;
  }
  if (readFileSync(FILE, 'utf8') === text) return 0;
  process.stderr.write(
    'lib/policy/README.md differs from the policies. Run `npm run docs` and commit what it writes.\n',
  );
  return 1;
});
