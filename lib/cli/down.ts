import { takeDown, type Platform } from '../k3d/bring-up';
import { thisSystem, type System } from '../k3d/system';
import { thisTerminal, type Terminal } from '../k3d/terminal';

const USAGE = `Usage: npm run down

Removes the cluster with everything in it. What is on the host stays: PostgreSQL, Redis, their data, and the firewall rules.
`;

/**
 * Removes the cluster.
 *
 * @param platform whose cluster: the composition root makes it from an environment.
 * @param args the command line's arguments.
 * @returns the process' exit code.
 */
export async function main(
  platform: Pick<Platform, 'cluster'>,
  args: readonly string[],
  terminal: Terminal = thisTerminal(),
  system: Pick<System, 'run'> = thisSystem(),
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
  try {
    return await takeDown(platform, { system, terminal, signal: interrupt.signal });
  } finally {
    process.removeListener('SIGINT', abort);
  }
}
