import { shellLine } from './quote';
import type { CommandResult, System } from './system';

/** Whether a command did its work. */
export function succeeded(result: CommandResult | undefined): result is Extract<CommandResult, { kind: 'exited' }> {
  return result?.kind === 'exited' && result.code === 0;
}

/** What a command that did not do its work said about it, on one line. */
export function complaint(command: readonly string[], result: CommandResult): string {
  const line = shellLine(command.slice(0, 3));
  switch (result.kind) {
    case 'missing':
      return `${command[0] ?? ''} is not installed, or not in PATH`;
    case 'timed out':
      return `${line} ... did not end in time`;
    case 'exited': {
      const said = (result.stderr.trim() || result.stdout.trim()).split('\n').at(-1) ?? '';
      return `${line} ... ended with exit code ${result.code}${said === '' ? '' : `: ${said}`}`;
    }
  }
}

/** A question that was not answered. Nothing may be concluded from that, so whoever asked stops. */
export class Unanswered extends Error {}

/** Generous: nodes answer late while they start and while images are imported. */
const TIMEOUT_SECONDS = 120;

/**
 * Asks by a command, and gives what it printed.
 *
 * @throws Unanswered if it did not do its work.
 */
export async function answerOf(system: Pick<System, 'run'>, command: readonly string[]): Promise<string> {
  const result = await system.run(command, { timeoutSeconds: TIMEOUT_SECONDS });
  if (!succeeded(result)) throw new Unanswered(complaint(command, result));
  return result.stdout;
}
