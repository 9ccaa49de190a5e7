import { join } from 'node:path';

/** What all commands do alike with their command line. */

/** Where a command writes to its user. */
export interface Streams {
  write(text: string): void;
  error(text: string): void;
}

const STANDARD: Streams = {
  write: (text) => void process.stdout.write(text),
  error: (text) => void process.stderr.write(text),
};

/** What was wrong with a command line: the exit code of every command for that. */
const MISUSED = 2;

/** An error as one line, without a stack. */
export function oneLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, ' ').trim();
}

/**
 * Reads a command's arguments. `--help` prints how it is used, and what is wrong is refused with one line.
 *
 * @param name the command, as people run it: `npm run up`.
 * @param parse reads them, by `parseArgs` of `node:util`; it throws what is wrong.
 * @returns what was parsed, or the exit code to end with.
 */
export function readArguments<T extends { readonly values: { readonly help?: boolean | undefined } }>(
  name: string,
  usage: string,
  parse: () => T,
  output: Streams = STANDARD,
): T | number {
  let parsed: T;
  try {
    parsed = parse();
  } catch (error) {
    // Node adds what to do about a file whose name starts with a dash, which is long and seldom meant.
    const what = oneLine(error).replace(/\. To specify a positional argument .*$/, '');
    output.error(`${name}: ${what} (--help says how it is used)\n`);
    return MISUSED;
  }
  if (parsed.values.help !== true) return parsed;
  output.write(usage);
  return 0;
}

/**
 * The folder that names of files are relative to: where the caller is. npm runs its scripts in the project's folder, and says where it was
 * called.
 *
 * @param script name of the script in package.json.
 */
export function callersFolder(script: string): string {
  const { INIT_CWD: caller, npm_lifecycle_event: running } = process.env;
  const here = process.cwd();
  return running === script && caller !== undefined && here === join(__dirname, '..', '..') ? caller : here;
}

/** Runs what Ctrl-C, or being told to end, interrupts. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupt = new AbortController();
  const abort = (): void => {
    interrupt.abort();
  };
  process.once('SIGINT', abort);
  process.once('SIGTERM', abort);
  try {
    return await work(interrupt.signal);
  } finally {
    process.removeListener('SIGINT', abort);
    process.removeListener('SIGTERM', abort);
  }
}

/** Runs a command to its end as this process: its exit code, and its error as one line. */
export function runCommand(name: string, work: () => Promise<number> | number): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // Whoever reads no further (`| head`) has seen enough.
      if (error.code !== 'EPIPE') throw error;
    });
  }
  Promise.resolve()
    .then(work)
    .then(
      (code) => {
        process.exitCode = code;
      },
      (error: unknown) => {
        STANDARD.error(`${name}: ${oneLine(error)}\n`);
        process.exitCode = MISUSED;
      },
    );
}
