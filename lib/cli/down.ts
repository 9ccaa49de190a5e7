import { parseArgs } from 'node:util';
import { takeDown, type BringUpProps } from '../k3d/bring-up';
import { thisSystem, type System } from '../host/system';
import { thisTerminal, type Terminal } from '../k3d/terminal';
import { interruptible, readArguments } from './command-line';

const USAGE = `Usage: npm run down [-- --yes]

Removes the cluster with everything that is stored in it, for good: Kafka's data, traces, logs, dashboards. Says before what
that is, and asks. What is on the host stays: PostgreSQL, Redis and their data, the firewall rules, .secrets, and the images
in Docker.

  --yes   does not ask
  --help  this text

Exit code: 0 when there is no cluster any more, 1 when it was not removed (also when nobody said yes, and when there is no
terminal to ask on), 2 when it was used wrongly, 130 when interrupted.
`;

/**
 * Removes the cluster.
 *
 * @param platform whose cluster: the composition root makes it from an environment.
 * @param args the command line's arguments.
 * @returns the process' exit code.
 */
export async function main(
  platform: Pick<BringUpProps, 'cluster'>,
  args: readonly string[],
  terminal: Terminal = thisTerminal(),
  system: Pick<System, 'run'> = thisSystem(),
): Promise<number> {
  const parsed = readArguments(
    'npm run down',
    USAGE,
    () =>
      parseArgs({ args: [...args], options: { yes: { type: 'boolean', default: false }, help: { type: 'boolean' } } }),
    terminal,
  );
  if (typeof parsed === 'number') return parsed;
  const { yes } = parsed.values;
  return interruptible((signal) => takeDown(platform, { system, terminal, signal }, { yes }));
}
