// Synthesizes the platform as main.ts does, elsewhere: `run-synth.ts OUTDIR SECRETSFOLDER`.
import { main } from '../../lib/cli/synth';
import { environments } from '../../lib/sportstix/environments';

const [outdir = '', secretsFolder = ''] = process.argv.slice(2);

process.exitCode = main([], environments, { outdir, secretsFolder });
