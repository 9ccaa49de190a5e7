// Mutation testing of the policies: `npm run test:mutation`. It changes one thing at a time in lib/policy and expects that a test fails.
import process from 'node:process';
import { placesOfSample } from './test/policy/sample.mjs';

const sampled = process.env['MUTATION_SAMPLE'] !== undefined;

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: sampled ? await placesOfSample() : ['lib/policy/**/*.ts'],
  buildCommand: 'node test/policy/bundle.cjs',
  plugins: ['./test/policy/runner.mjs', './test/policy/sample.mjs'],
  testRunner: 'policies',
  checkers: sampled ? ['sample'] : [],
  // By all tests: what one of them has made first (a schema, a verdict) is there for the others, which are not seen to need it.
  coverageAnalysis: 'all',
  concurrency: 2,
  // A mutant that makes an endless loop is found by how often it goes round; by time only where it does not. A slow machine must not look like
  // one.
  timeoutMS: 120_000,
  timeoutFactor: 4,
  // What a run with --mutate FILE leaves alone is taken from the last report. Always with --force: Stryker sees changes of the bundle's
  // file, not of what is in it.
  incremental: !sampled,
  force: true,
  incrementalFile: 'reports/mutation/incremental.json',
  reporters: ['clear-text', 'progress', 'html', 'json'],
  clearTextReporter: { allowColor: false, reportTests: false },
  // What the tests of the policies do not need. Of test/cluster they read the names; no test outside of test/policy can be run by mistake.
  ignorePatterns: ['.secrets', 'dist', 'bench', 'test/*', '!test/policy', '!test/cluster'],
  thresholds: { high: 90, low: 85, break: 85 },
};
