import { parseArgs } from 'node:util';
import type { Environment } from '../sportstix/environments';
import { synthesize, type SynthesizeOptions } from '../sportstix/synth';
import { UserError } from '../synth/user-error';
import { readArguments } from './command-line';

const USAGE = `Usage: npm run synth

Writes the manifests of every environment, and what goes with them, to dist/ENVIRONMENT. Replaces what a synth wrote there before,
and no other file. Secret values that are missing are generated into .secrets/ENVIRONMENT.yml; none is changed.

  --help   this text

CDK8S_OUTDIR, a variable, names another folder than dist.

Exit code: 0 when all is written, 1 when it could not be, and nothing was changed, 2 for an unknown argument.
`;

/**
 * Synthesizes.
 *
 * @param args the command line's arguments.
 * @returns the process' exit code.
 */
export function main(
  args: readonly string[],
  environments: readonly Environment[],
  options: Omit<SynthesizeOptions, 'log'>,
): number {
  const parsed = readArguments('npm run synth', USAGE, () =>
    parseArgs({ args: [...args], options: { help: { type: 'boolean' } } }),
  );
  if (typeof parsed === 'number') {
    return parsed;
  }
  try {
    synthesize(environments, { ...options, log: (line) => process.stderr.write(`${line}\n`) });
    return 0;
  } catch (error) {
    // A stack says where in the code the mistake is; where it is not in the code, it only hides what is.
    const text = error instanceof UserError ? error.message : error instanceof Error ? error.stack : String(error);
    process.stderr.write(`${text}\n`);
    return 1;
  }
}
