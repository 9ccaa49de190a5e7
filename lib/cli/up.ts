import { parseArgs } from 'node:util';
import { bringUp, type Before, type BringUpProps } from '../k3d/bring-up';
import { checks, type LocalSetup } from '../k3d/checks';
import { exitCode, runChecks, type Check } from '../k3d/doctor';
import { thisTerminal, type Terminal } from '../k3d/terminal';
import { interruptible, readArguments } from './command-line';
import { textProgress } from './doctor';

const USAGE = `Usage: npm run up

Runs the doctor, makes the cluster, imports the images that are built, applies the manifests and waits for every workload.
Prints each command that it runs. Can be interrupted and run again at any point. Removes nothing: a cluster that is not as
the environment has it is left as it is, and said.

  --help  this text

Exit code: 0 when all is up, 1 when a step failed, 2 when it was used wrongly, 130 when interrupted.
`;

/**
 * Brings the platform up.
 *
 * @param platform what to bring up: the composition root makes it from an environment.
 * @param setup what the doctor looks at before.
 * @param outdated the generated files that are not what the code makes now.
 * @param args the command line's arguments.
 * @returns the process' exit code.
 */
export async function main(
  platform: BringUpProps,
  setup: LocalSetup,
  outdated: Before['outdated'],
  args: readonly string[],
  terminal: Terminal = thisTerminal(),
): Promise<number> {
  const parsed = readArguments(
    'npm run up',
    USAGE,
    () => parseArgs({ args: [...args], options: { help: { type: 'boolean' } } }),
    terminal,
  );
  if (typeof parsed === 'number') return parsed;
  const doctor = async (phase: Check['phase']): Promise<number> => {
    const chosen = checks(setup).filter((check) => check.phase === phase);
    return exitCode(await runChecks(chosen, textProgress(terminal)));
  };
  return interruptible((signal) => bringUp(platform, { system: setup.system, terminal, signal }, { outdated, doctor }));
}
