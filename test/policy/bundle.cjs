// @ts-check
'use strict';
// For mutation testing: all tests of the policies but the random ones, and what they test, as one file. Loading modules takes longer than most
// tests, and each mutant loads them anew.
const { readdirSync } = require('node:fs');
const { join } = require('node:path');
const { build } = require('esbuild');
const { places } = require('../../bin/bundle.cjs');

/** What finds most mutants of the policies themselves; the last one first. */
const FIRST = ['policies.test.ts', 'docs.test.ts'];

const tests = readdirSync(__dirname)
  .filter((file) => file.endsWith('.test.ts') && file !== 'robustness.test.ts')
  .sort((a, b) => FIRST.indexOf(b) - FIRST.indexOf(a));

void build({
  stdin: { contents: tests.map((file) => `require('./${file}');`).join('\n'), resolveDir: __dirname },
  bundle: true,
  outfile: join(__dirname, 'all.bundle.js'),
  platform: 'node',
  target: `node${process.versions.node}`,
  format: 'cjs',
  // Bundled, and only within Jest, it refuses a list of its own.
  external: ['@bufbuild/*'],
  plugins: [places],
});
