import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';

/** What became of a command. Commands that fail are results, not exceptions. */
export type CommandResult =
  | { readonly kind: 'exited'; readonly code: number; readonly stdout: string; readonly stderr: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'timed out' };

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** @default 20 */
  readonly timeoutSeconds?: number;
}

/** What became of a TCP exchange. */
export type Exchange =
  { readonly kind: 'answer'; readonly text: string } | { readonly kind: 'failed'; readonly reason: string };

/** What the checks need of the machine that they look at; nothing here changes it. Tests put a stand-in in its place. */
export interface System {
  /** Whether this process is root's. */
  readonly root: boolean;
  /** IPv4 addresses of this machine, without the loopback's. */
  readonly addresses: readonly string[];
  /** Runs a command, without a shell and without standard input. */
  run(command: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** Whether one could listen on a TCP port, of one address or of every, found out by doing so for an instant. */
  canListen(port: number, address?: string): Promise<'yes' | 'taken' | 'forbidden'>;
  /** Sends lines to a TCP server, and reads a line of answer to each; fewer where it closes the connection. */
  exchange(address: string, port: number, lines: readonly string[]): Promise<Exchange>;
}

const DEFAULT_TIMEOUT_SECONDS = 20;

function run(command: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [program = '', ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Messages are matched below in English, and numbers are read.
      env: { ...process.env, LC_ALL: 'C', ...options.env },
    });
    let stdout = '';
    let stderr = '';
    const timer = setTimeout(
      () => {
        child.kill('SIGKILL');
        resolve({ kind: 'timed out' });
      },
      (options.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS) * 1000,
    );
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', () => {
      clearTimeout(timer);
      resolve({ kind: 'missing' });
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      // A process that a signal ended has no exit code; a shell would say 128 and the signal's number.
      resolve({ kind: 'exited', code: code ?? 128, stdout, stderr });
    });
  });
}

/** The reason why a socket operation failed, such as `EADDRINUSE`. */
function errorCode(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}

function canListen(port: number, address = '0.0.0.0'): Promise<'yes' | 'taken' | 'forbidden'> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', (error) => {
      resolve(errorCode(error) === 'EACCES' ? 'forbidden' : 'taken');
    });
    server.listen({ port, host: address, exclusive: true }, () => {
      server.close(() => {
        resolve('yes');
      });
    });
  });
}

function exchange(address: string, port: number, lines: readonly string[]): Promise<Exchange> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const end = (result: Exchange): void => {
      socket.destroy();
      resolve(result);
    };
    let text = '';
    socket.setTimeout(10_000, () => {
      end({ kind: 'failed', reason: 'timed out' });
    });
    socket.on('error', (error) => {
      end({ kind: 'failed', reason: errorCode(error) });
    });
    socket.on('connect', () => socket.write(lines.map((line) => `${line}\r\n`).join('')));
    socket.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      const answers = text.split('\r\n');
      if (answers.length > lines.length) end({ kind: 'answer', text: answers.slice(0, lines.length).join('\n') });
    });
    socket.on('end', () => {
      end(
        text === ''
          ? { kind: 'failed', reason: 'closed without an answer' }
          : { kind: 'answer', text: text.trimEnd().replaceAll('\r\n', '\n') },
      );
    });
  });
}

/** The machine that this process runs on. */
export function thisSystem(): System {
  return {
    root: process.getuid?.() === 0,
    addresses: Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter((address) => address.family === 'IPv4' && !address.internal)
      .map((address) => address.address),
    run,
    canListen,
    exchange,
  };
}
