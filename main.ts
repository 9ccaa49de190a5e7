import { join } from 'node:path';
import { main } from './lib/cli/synth';
import { environments } from './lib/sportstix/environments';

// cdk8s-cli, which runs this too, names the output folder by a variable.
process.exitCode = main(process.argv.slice(2), environments, {
  outdir: process.env['CDK8S_OUTDIR'] ?? join(__dirname, 'dist'),
  secretsFolder: join(__dirname, '.secrets'),
});
