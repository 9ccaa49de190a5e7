import { join } from 'node:path';
import { main } from './lib/cli/synth';
import { environments } from './lib/sportstix/environments';

// cdk8s-cli, which runs this too, names the output folder by a variable.
const { CDK8S_OUTDIR: outdir = '' } = process.env;

process.exitCode = main(process.argv.slice(2), environments, {
  outdir: outdir === '' ? join(__dirname, 'dist') : outdir,
  secretsFolder: join(__dirname, '.secrets'),
});
