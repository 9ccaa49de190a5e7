import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline/promises';
import { shellLine } from '../host/quote';

/** Where a command's user is: what is shown, asked and run in front of them. Tests put a stand-in in its place. */
export interface Terminal {
  /** Whether a person watches: colours and lines that are drawn again are for them only. */
  readonly live: boolean;
  write(text: string): void;
  error(text: string): void;
  /** Asks a yes or no question; no where nobody can answer. */
  confirm(question: string): Promise<boolean>;
  /** Runs a command whose output goes to the user. Its exit code; 127 where it is not installed. */
  execute(command: readonly string[], signal?: AbortSignal): Promise<number>;
}

/** How long a child may take to end by itself after Ctrl-C, which the terminal sends to it too. */
const GRACE_MILLISECONDS = 1000;

function execute(command: readonly string[], signal?: AbortSignal): Promise<number> {
  const [program = '', ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'inherit', env: process.env });
    let timer: NodeJS.Timeout | undefined;
    const interrupt = (): void => {
      timer = setTimeout(() => child.kill('SIGINT'), GRACE_MILLISECONDS);
    };
    const end = (code: number): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', interrupt);
      resolve(code);
    };
    signal?.addEventListener('abort', interrupt);
    child.on('error', (error) => {
      process.stderr.write(`${shellLine(command)}: ${error.message}\n`);
      end(127);
    });
    child.on('close', (code) => {
      end(code ?? 130);
    });
  });
}

/** The terminal, or the files, that this process was started with. */
export function thisTerminal(): Terminal {
  // https://no-color.org; TERM=dumb cannot draw lines again.
  const live = process.stdout.isTTY && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb';
  return {
    live,
    write: (text) => void process.stdout.write(text),
    error: (text) => void process.stderr.write(text),
    async confirm(question) {
      if (!process.stdin.isTTY) return false;
      const reader = createInterface({ input: process.stdin, output: process.stderr });
      try {
        return await new Promise<boolean>((resolve) => {
          // Ctrl-C and Ctrl-D close it without an answer, and a question that is closed is never answered.
          reader.once('close', () => {
            resolve(false);
          });
          reader.question(`${question} [y/N] `).then(
            (answer) => {
              resolve(/^y(es)?$/i.test(answer.trim()));
            },
            () => {
              resolve(false);
            },
          );
        });
      } finally {
        reader.close();
      }
    },
    execute,
  };
}

/** Forgets the line that was begun, on a live terminal. */
export const ERASE_LINE = '\r\u001b[2K';
