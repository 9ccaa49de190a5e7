// Synthesizes an environment as main.ts does: `run-synth.ts OUTDIR SECRETSFOLDER`.
import { main } from '../../lib/cli/synth';
import { example } from './example';

const [outdir = '', secretsFolder = ''] = process.argv.slice(2);

process.exitCode = main([], [example], { outdir, secretsFolder });
