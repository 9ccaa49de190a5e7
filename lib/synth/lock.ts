import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { errorCode, fileError, makeFolder, writeNewFile } from './files';
import { UserError } from './user-error';

/** Whoever holds a lock does so for a moment; this is only to say something in the end to who waits for a lock that is never given back. */
const PATIENCE_MS = 120_000;

/**
 * Runs something while no other process does: who comes second waits. Node has no lock of the operating system's that ends with
 * its process, so it is a file; one that was left by a process which has ended is taken over.
 *
 * @param path the lock's file, which is there as long as the lock is held.
 * @param patience how long to wait for a lock of which it cannot be said whether its process still runs, in milliseconds.
 */
export function withLock<Result>(path: string, action: () => Result, patience = PATIENCE_MS): Result {
  makeFolder(dirname(path));
  const own = describe(process.pid);
  const deadline = Date.now() + patience;
  while (!create(path, own)) {
    const holder = read(path);
    if (holder !== undefined && hasEnded(holder)) {
      // Several may see the same left lock. Only one of them may remove it, and only as long as it is that one: the next
      // may hold a lock of its own already.
      withLock(`${path}.left`, () => {
        if (read(path) === holder) {
          rmSync(path, { force: true });
        }
      });
    } else if (Date.now() > deadline) {
      throw new UserError(
        `${path}: held by ${holder?.split(' ').slice(0, 2).join(', process ') ?? 'another process'} for too long. If no other synth runs, remove this file.`,
      );
    } else {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
  try {
    return action();
  } finally {
    rmSync(path, { force: true });
  }
}

/** Host, process, when that process started, and what no other lock says. */
function describe(pid: number): string {
  return [hostname(), pid, startOf(pid) ?? '-', randomUUID()].join(' ');
}

function create(path: string, content: string): boolean {
  try {
    writeNewFile(path, content, { mode: 0o644 });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') {
      return false;
    }
    throw fileError(error, dirname(path), 'cannot be written to');
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      return undefined;
    }
    throw fileError(error, path, 'cannot be read');
  }
}

/** Whether the process of a lock has ended for certain. Nothing is known of a process on another host, or in another container. */
function hasEnded(holder: string): boolean {
  const [host, pid, start] = holder.split(' ');
  if (host !== hostname() || pid === undefined || start === undefined || !/^\d+$/.test(pid)) {
    return false;
  }
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    return errorCode(error) === 'ESRCH';
  }
  // Its number may have gone to another process since.
  return start !== '-' && startOf(Number(pid)) !== start;
}

/** When a process started, in the kernel's ticks since boot (proc(5)); undefined if it has ended, or where the kernel is not Linux. */
function startOf(pid: number): string | undefined {
  try {
    // The second field is the program's name in brackets, which may hold spaces.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
