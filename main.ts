import { join } from 'node:path';
import { environments } from './lib/sportstix/environments';
import { synthesize } from './lib/sportstix/synth';

synthesize(environments, {
  outdir: process.env['CDK8S_OUTDIR'] ?? join(__dirname, 'dist'),
  secretsFolder: join(__dirname, '.secrets'),
  log: console.error,
});
