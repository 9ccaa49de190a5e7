import { bringUp, type Platform } from '../k3d/bring-up';
import { checks, type Patient } from '../k3d/checks';
import { exitCode, runChecks } from '../k3d/doctor';
import { thisTerminal, type Terminal } from '../k3d/terminal';
import { textProgress } from './doctor';

const USAGE = `Usage: npm run up

Runs the doctor, makes the cluster, imports the images that are built, applies the manifests and waits for every workload.
Prints each command that it runs. Can be interrupted and run again at any point.

Exit code: 0 when all is up, 1 when a step failed, 130 when interrupted.
`;

/**
 * Brings the platform up.
 *
 * @param platform what to bring up: the composition root makes it from an environment.
 * @param patient what the doctor looks at before.
 * @param args the command line's arguments.
 * @returns the process' exit code.
 */
export async function main(
  platform: Platform,
  patient: Patient,
  args: readonly string[],
  terminal: Terminal = thisTerminal(),
): Promise<number> {
  if (args.length > 0) {
    if (args[0] === '--help') {
      terminal.write(USAGE);
      return 0;
    }
    terminal.error(USAGE);
    return 2;
  }
  const interrupt = new AbortController();
  const abort = (): void => {
    interrupt.abort();
  };
  process.once('SIGINT', abort);
  process.once('SIGTERM', abort);
  try {
    const doctor = async (): Promise<number> => {
      // What the cluster lacks is what the next steps bring.
      const host = checks(patient).filter((check) => check.phase === 'host');
      return exitCode(await runChecks(host, textProgress(terminal)));
    };
    return await bringUp(platform, { system: patient.system, terminal, signal: interrupt.signal }, doctor);
  } finally {
    process.removeListener('SIGINT', abort);
    process.removeListener('SIGTERM', abort);
  }
}
