// @ts-check
'use strict';
// Compiles what the package holds, and nothing else of lib, to build/: `npm pack` does it first.
const { execFileSync } = require('node:child_process');
const { chmodSync, cpSync, rmSync } = require('node:fs');
const { join } = require('node:path');
const { bin } = require('../package.json');

const ROOT = join(__dirname, '..');
const BUILD = join(ROOT, 'build');

rmSync(BUILD, { recursive: true, force: true });
execFileSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', join(ROOT, 'tsconfig.build.json')], {
  stdio: 'inherit',
});
// Data stands where compiled code looks for it: as far from it as from the sources.
for (const folder of ['imports/kubernetes', 'imports/crds']) {
  cpSync(join(ROOT, folder), join(BUILD, folder), { recursive: true });
}
for (const program of Object.values(bin)) {
  chmodSync(join(ROOT, program), 0o755);
}
