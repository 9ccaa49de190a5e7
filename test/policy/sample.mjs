// Mutation testing of a sample: of every mutant in lib/policy, with the share MUTATION_SAMPLE; MUTATION_SEED draws another sample.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import process from 'node:process';
import { CheckStatus } from '@stryker-mutator/api/check';
import { PluginKind, commonTokens, declareValuePlugin } from '@stryker-mutator/api/plugin';
import { createInstrumenter } from '@stryker-mutator/instrumenter';
import { createInjector } from 'typed-inject';

const share = Number(process.env['MUTATION_SAMPLE']);
const seed = process.env['MUTATION_SEED'] ?? '';

/** Where the mutants of the sample stand, as --mutate has it. */
export async function placesOfSample() {
  const logger = { debug: () => undefined, info: () => undefined, isDebugEnabled: () => false };
  const instrumenter = createInjector().provideValue(commonTokens.logger, logger).injectFunction(createInstrumenter);
  const files = readdirSync('lib/policy', { recursive: true })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `lib/policy/${file}`)
    .map((name) => ({ name, content: readFileSync(name, 'utf8'), mutate: true }));
  const { mutants } = await instrumenter.instrument(files, { plugins: null, excludedMutations: [], ignorers: [] });
  return mutants.filter(isDrawn).map(({ fileName, location: { start, end } }) => {
    return `${fileName}:${start.line + 1}:${start.column}-${end.line + 1}:${end.column}`;
  });
}

function isDrawn({ fileName, mutatorName, replacement, location: { start, end } }) {
  const file = fileName.slice(fileName.lastIndexOf('lib/policy'));
  const text = JSON.stringify([seed, file, mutatorName, replacement, start.line, start.column, end.line, end.column]);
  return createHash('sha256').update(text).digest().readUInt32BE() / 2 ** 32 < share;
}

/** What stands within the place of another comes along. Stryker does not count what does not compile. */
const checker = {
  init: () => Promise.resolve(),
  group: (mutants) => Promise.resolve([mutants.map(({ id }) => id)]),
  check: (mutants) =>
    Promise.resolve(
      Object.fromEntries(
        mutants.map((mutant) => [
          mutant.id,
          isDrawn(mutant)
            ? { status: CheckStatus.Passed }
            : { status: CheckStatus.CompileError, reason: 'not in the sample' },
        ]),
      ),
    ),
};

export const strykerPlugins = [declareValuePlugin(PluginKind.Checker, 'sample', checker)];
