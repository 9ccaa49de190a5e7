// One project per tier. `npm test` is the tier that needs nothing but Node; the others need what their name says.
const common = {
  testEnvironment: 'node',
  transform: { '^.+\\.ts$': ['ts-jest', { diagnostics: false }] },
  moduleFileExtensions: ['ts', 'js', 'json'],
  // As in tsconfig.json: who uses the package, in the examples and in README, finds the sources here.
  moduleNameMapper: { '^sportstix-cdk8s/(\\w+)$': '<rootDir>/lib/$1/index.ts' },
  // Copies of the project.
  modulePathIgnorePatterns: ['<rootDir>/.stryker-tmp/'],
};
const tiers = ['edits', 'package', 'cluster', 'host', 'node'];

module.exports = {
  // A test that hangs ends by this. It is no verdict on a slow or busy machine, on which a test of seconds may take minutes. (Jest reads it
  // here and not in a project.)
  testTimeout: 20 * 60_000,
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', ...tiers.map((tier) => `<rootDir>/test/${tier}/`)],
    },
    ...tiers.map((tier) => ({
      ...common,
      displayName: tier,
      testMatch: [`<rootDir>/test/${tier}/**/*.test.ts`],
      ...(['cluster', 'node'].includes(tier) && { testEnvironment: '<rootDir>/test/environment.ts' }),
    })),
  ],
};
