import { shellLine } from './quote';
import type { CommandResult } from './system';

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
