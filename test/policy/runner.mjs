// Runs the tests of the policies for Stryker, many times faster than Jest does: what mutants do not change is loaded once, and the tests that
// have found most mutants of a file come first.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { Script } from 'node:vm';
import { PluginKind, declareClassPlugin } from '@stryker-mutator/api/plugin';
import {
  DryRunStatus,
  TestStatus,
  determineHitLimitReached,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';

const require = createRequire(import.meta.url);
const { bind } = require('jest-each');
const { equals, iterableEquality } = require('@jest/expect-utils');
const { expect } = require('expect');
const { ModuleMocker } = require('jest-mock');
const { format } = require('pretty-format');

/** Jest's own keeps files. */
expect.extend({
  toMatchInlineSnapshot(received, expected) {
    const found = format(received, { escapeString: false, printBasicPrototype: false });
    return { pass: found.trim() === dedent(expected).trim(), message: () => found };
  },
});

/** Without the indentation that it has in the test. */
function dedent(text) {
  const [indent = ''] = /\n */.exec(text) ?? [];
  return text.replaceAll(indent, '\n');
}

/** `expect` makes all matchers at every call, which takes longer than most of what is tested: what holds needs none. */
class Expectation {
  constructor(received) {
    this.received = received;
  }

  toBe(expected) {
    if (!Object.is(this.received, expected)) {
      expect(this.received).toBe(expected);
    }
  }

  toEqual(expected) {
    if (!equals(this.received, expected, [iterableEquality])) {
      expect(this.received).toEqual(expected);
    }
  }
}

for (const name of Object.keys(expect(undefined))) {
  if (!Object.hasOwn(Expectation.prototype, name)) {
    Object.defineProperty(Expectation.prototype, name, {
      get() {
        return expect(this.received)[name];
      },
    });
  }
}

const jest = new ModuleMocker(globalThis);

/** What Jest gives to a file of tests, and the tests that come of it. All of them are synchronous. */
function collector() {
  const tests = [];
  let scope = { prefix: '', after: [] };
  const test = (name, body) => {
    const { prefix, after } = scope;
    const run = () => {
      try {
        if (body() instanceof Promise) {
          throw new Error('nobody waits for a test');
        }
      } finally {
        after.forEach((hook) => hook());
      }
    };
    tests.push({ name: prefix + name, run });
  };
  const describe = (name, body) => {
    const outer = scope;
    scope = { prefix: `${outer.prefix}${name} `, after: [...outer.after] };
    body();
    scope = outer;
  };
  const afterEach = (hook) => scope.after.push(hook);
  return {
    tests,
    globals: {
      startFile: (name) => (scope = { prefix: `${name} `, after: [] }),
      test: Object.assign(test, { each: bind(test) }),
      describe: Object.assign(describe, { each: bind(describe) }),
      afterEach,
      expect: Object.assign((received) => new Expectation(received), expect),
      jest,
    },
  };
}

/** What a mutant is switched on with: https://stryker-mutator.io/docs/stryker-js/guides/create-a-plugin/ */
const stryker = (globalThis.__stryker__ = {});

// Nobody reads them, and every `expect` makes some.
Error.stackTraceLimit = 0;

class PolicyTestRunner {
  /** How many mutants each test has found, by file and of all files (''). */
  #found = new Map([['', new Map()]]);
  /** The expressions of the policies as they are, by their text: to parse them takes longer than the tests. */
  #parsed = new Map();
  #load;

  capabilities() {
    return { reloadEnvironment: true };
  }

  init() {
    const path = join(process.cwd(), 'test/policy/all.bundle.js');
    const code = `(function (require, module, { ${Object.keys(collector().globals).join()} }) {${readFileSync(path, 'utf8')}\n})`;
    this.#load = new Script(code, { filename: path }).runInThisContext();
  }

  dryRun() {
    stryker.activeMutant = undefined;
    stryker.hitCount = undefined;
    stryker.mutantCoverage = undefined;
    const { tests } = this.#run((all) => all);
    const { mutantCoverage } = stryker;
    // In another order than for people, as mutants will be looked for.
    const { tests: reversed } = this.#run((all) => all.toReversed());
    stryker.mutantCoverage = undefined;
    return {
      status: DryRunStatus.Complete,
      tests: tests.some(({ status }) => status === TestStatus.Failed) ? tests : reversed,
      mutantCoverage,
    };
  }

  mutantRun({ activeMutant, hitLimit, disableBail, sandboxFileName }) {
    stryker.activeMutant = activeMutant.id;
    stryker.hitCount = hitLimit === undefined ? undefined : 0;
    stryker.hitLimit = hitLimit;
    const ofFile = this.#found.get(sandboxFileName) ?? new Map();
    this.#found.set(sandboxFileName, ofFile);
    const ofAll = this.#found.get('');
    const words = relative(join(process.cwd(), 'lib/policy'), sandboxFileName).replace('.ts', '').split('/');
    const score = ({ name }) =>
      1000 * (ofFile.get(name) ?? 0) +
      500 * words.filter((word) => name.includes(word)).length +
      (ofAll.get(name) ?? 0);
    const scored = (tests) =>
      tests
        .map((test) => ({ test, score: score(test) }))
        .sort((a, b) => b.score - a.score)
        .map(({ test }) => test);
    const result = this.#run(scored, !disableBail);
    const timeout = determineHitLimitReached(stryker.hitCount, hitLimit);
    for (const { name, status } of timeout === undefined ? result.tests : []) {
      if (status === TestStatus.Failed) {
        for (const counts of [ofFile, ofAll]) {
          counts.set(name, (counts.get(name) ?? 0) + 1);
        }
      }
    }
    return toMutantRunResult(timeout ?? result);
  }

  #run(order, bail = false) {
    const { tests, globals } = collector();
    const failed = (name, error, start) => ({
      ...{ id: name, name, status: TestStatus.Failed, timeSpentMs: performance.now() - start },
      failureMessage: String(error?.message ?? error),
    });
    const results = [];
    let start = performance.now();
    try {
      this.#load(
        (id) => (id === './parsed-expressions' ? { parsedExpressions: this.#expressions() } : require(id)),
        { exports: {} },
        globals,
      );
    } catch (error) {
      return { status: DryRunStatus.Complete, tests: [failed('loading', error, start)] };
    }
    for (const { name, run } of order(tests)) {
      start = performance.now();
      try {
        run();
        results.push({ id: name, name, status: TestStatus.Success, timeSpentMs: performance.now() - start });
      } catch (error) {
        results.push(failed(name, error, start));
        if (bail) break;
      } finally {
        jest.restoreAllMocks();
      }
    }
    return { status: DryRunStatus.Complete, tests: results };
  }

  #expressions() {
    return {
      get: (text) => this.#parsed.get(text),
      set: (text, parsed) => {
        if (stryker.activeMutant === undefined) this.#parsed.set(text, parsed);
      },
    };
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'policies', PolicyTestRunner)];
