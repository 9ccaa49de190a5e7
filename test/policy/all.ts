import { readdirSync } from 'node:fs';
import { join } from 'node:path';

// All tests of the policies but the random ones, for mutation testing: loading the modules takes longer than running the tests, and as one
// file they are loaded once for each mutant.

/** What finds most mutants of the policies themselves; the last one first. */
const FIRST = ['policies.test.ts', 'docs.test.ts'];

readdirSync(__dirname)
  .filter((file) => file.endsWith('.test.ts') && file !== 'robustness.test.ts')
  .toSorted((a, b) => FIRST.indexOf(b) - FIRST.indexOf(a))
  .forEach((file) => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    require(join(__dirname, file));
  });
