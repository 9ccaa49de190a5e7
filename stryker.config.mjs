// Mutation testing of the policies: `npm run test:mutation`. It changes one thing at a time in lib/policy and expects that a test fails.
import { createRequire } from 'node:module';

const { projects } = createRequire(import.meta.url)('./jest.config.cjs');
const [unit] = projects;

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: ['lib/policy/**/*.ts'],
  buildCommand: 'node test/policy/bundle.cjs',
  testRunner: 'jest',
  jest: {
    config: {
      ...unit,
      // Stryker lays this over jest.config.cjs, whose projects, the firewall's among them, would run as well.
      projects: [],
      testEnvironment: './test/policy/bail-environment.cjs',
      testMatch: ['<rootDir>/test/policy/all.bundle.js'],
      transform: {},
    },
    enableFindRelatedTests: false,
  },
  // By all tests: what one of them has made first (a schema, a verdict) is there for the others, which are not seen to need it.
  coverageAnalysis: 'all',
  concurrency: 2,
  // Jest keeps the modules of every run; a process that has done many spends its time on collecting garbage.
  maxTestRunnerReuse: 80,
  // A mutant that makes an endless loop is found by time; a slow machine must not look like one.
  timeoutMS: 120_000,
  timeoutFactor: 4,
  // What a run with --mutate FILE leaves alone is taken from the last report. Always with --force: Stryker sees changes of the bundle's
  // file, not of what is in it.
  incremental: true,
  force: true,
  incrementalFile: 'reports/mutation/incremental.json',
  reporters: ['clear-text', 'progress', 'html'],
  clearTextReporter: { allowColor: false, reportTests: false },
  // What the tests of the policies do not need. Of test/cluster they read the names; no test outside of test/policy can be run by mistake.
  ignorePatterns: ['.secrets', 'dist', 'bench', 'test/*', '!test/policy', '!test/cluster'],
  thresholds: { high: 90, low: 85, break: 85 },
};
