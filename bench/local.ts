// What main.ts does, for the local environment alone.
import { join } from 'node:path';
import { main } from '../lib/cli/synth';
import { local } from '../lib/sportstix/environments';

const { CDK8S_OUTDIR: outdir = '' } = process.env;

process.exitCode = main(process.argv.slice(2), [local], { outdir, secretsFolder: join(__dirname, '..', '.secrets') });
