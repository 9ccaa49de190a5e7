// @ts-check
'use strict';
// For mutation testing: all tests of the policies but the random ones, and what they test, as one file. Loading modules takes longer than most
// tests, and each mutant loads them anew.
const { readdirSync } = require('node:fs');
const { join } = require('node:path');
const { build } = require('esbuild');
const { places } = require('../../bin/bundle.cjs');

const tests = readdirSync(__dirname).filter((file) => file.endsWith('.test.ts') && file !== 'robustness.test.ts');

void build({
  stdin: {
    contents: tests.map((file) => `startFile('${file.replace('.test.ts', '')}'); require('./${file}');`).join('\n'),
    resolveDir: __dirname,
  },
  bundle: true,
  outfile: join(__dirname, 'all.bundle.js'),
  platform: 'node',
  target: `node${process.versions.node}`,
  format: 'cjs',
  // What no mutant changes is loaded once.
  packages: 'external',
  external: ['./parsed-expressions'],
  plugins: [places],
});
