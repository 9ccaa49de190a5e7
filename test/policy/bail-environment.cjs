const { TestEnvironment } = require('jest-environment-node');

// For mutation testing: the first test that fails has found the mutant, and the others would only take time. Jest's own `bail` does
// nothing where another program starts Jest (https://github.com/jestjs/jest/issues/11766).

/** The mutant that a test has found; this module outlives the test files of one mutant, and many mutants. */
let found;

module.exports = class BailEnvironment extends TestEnvironment {
  handleTestEvent({ name, test }) {
    const mutant = process.env['__STRYKER_ACTIVE_MUTANT__'];
    if (mutant !== undefined && name === 'test_fn_failure') {
      found = mutant;
    } else if (mutant !== undefined && name === 'test_start' && found === mutant) {
      test.mode = 'skip';
    }
  }
};
