import {
  accessSync,
  chownSync,
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  realpathSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from './user-error';

/** The code of something thrown by the file system, such as `ENOENT`; undefined for everything else. */
export function errorCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

const REMEDIES: Readonly<Record<string, (path: string) => string>> = {
  EACCES: notAllowed,
  EPERM: notAllowed,
  EROFS: () => 'The file system is read-only. Choose a folder on another.',
  ENOSPC: () => 'The disk is full.',
  EBUSY: () => 'Something is mounted there. Mount the folder above it instead.',
  ENOTDIR: () => 'A part of the path is a file, not a folder.',
  EEXIST: () => 'Something stands there that is no folder. Move it away.',
  EISDIR: () => 'It is a folder, and should be a file.',
  ELOOP: () => 'Its links lead in a circle. Remove one of them.',
};

/** A command run through sudo may have made it, or a folder above it. */
function notAllowed(path: string): string {
  const quoted = /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
  return canEnter(dirname(path))
    ? `Your user may not do this. Give it to yourself: sudo chown -R "$(id -u):$(id -g)" ${quoted} && chmod u+rwX ${quoted}`
    : notAllowed(dirname(path));
}

function canEnter(folder: string): boolean {
  try {
    accessSync(folder, constants.X_OK);
    return true;
  } catch {
    return folder === dirname(folder);
  }
}

/**
 * What a file system's error means for a path.
 *
 * @param what what could not be done, as in `cannot be read`.
 * @returns an error that names the path and what to do; anything that is not the file system's is returned as it is.
 */
export function fileError(error: unknown, path: string, what: string): unknown {
  const code = errorCode(error);
  return code === undefined
    ? error
    : new UserError(`${path}: ${what} (${code}). ${REMEDIES[code]?.(path) ?? 'Look at the path.'}`);
}

/** Runs something, and says of an error of the file system which path it is about. */
export function naming<Result>(path: string, what: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw fileError(error, path, what);
  }
}

/**
 * Where a path leads: itself, or the target of the link that it is, so that what writes there leaves the link alone.
 *
 * @throws UserError that names link and target if the target is not there.
 */
export function followLink(path: string): string {
  return naming(path, 'cannot be looked at', () => {
    if (statOf(path)?.isSymbolicLink() !== true) {
      return path;
    }
    try {
      return realpathSync(path);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') {
        throw error;
      }
      throw new UserError(
        `${path}: a link to ${readlinkSync(path)}, which is not there. Remove the link, or make what it leads to.`,
      );
    }
  });
}

/** What stands at a path, links not followed; undefined if nothing does. */
export function statOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/**
 * Makes a folder, and the ones above it that are missing.
 *
 * @param mode permissions of those that are made.
 */
export function makeFolder(path: string, mode = 0o777): void {
  const real = followLink(path);
  if (statSync(real, { throwIfNoEntry: false })?.isDirectory() === true) {
    return;
  }
  if (dirname(real) !== real) {
    makeFolder(dirname(real), mode);
  }
  naming(path, 'cannot be made', () => {
    try {
      mkdirSync(real, { mode });
      giveToFolderOwner(real);
    } catch (error) {
      // Another process was first.
      if (errorCode(error) !== 'EEXIST' || !statSync(real).isDirectory()) {
        throw error;
      }
    }
  });
}

/** How {@link writeNewFile} writes. */
export interface WriteOptions {
  /** Permissions. */
  readonly mode: number;
  /**
   * Whether the content must survive a power cut from then on.
   * @default false
   */
  readonly durable?: boolean;
}

/** Writes a file that is not there yet. */
export function writeNewFile(path: string, content: string | Buffer, { mode, durable = false }: WriteOptions): void {
  const descriptor = openSync(path, 'wx', mode);
  try {
    writeFileSync(descriptor, content);
    if (durable) {
      fsyncSync(descriptor);
    }
  } finally {
    closeSync(descriptor);
  }
  giveToFolderOwner(path);
}

/**
 * Gives what root has just made to the owner of the folder that it lies in. Otherwise a command that was run through sudo
 * would leave files in a user's project which the user can neither read nor replace.
 */
export function giveToFolderOwner(path: string): void {
  if (process.getuid?.() === 0) {
    const { uid, gid } = statSync(dirname(path));
    if (uid !== 0 || gid !== process.getgid?.()) {
      chownSync(path, uid, gid);
    }
  }
}

let counter = 0;

/** A path beside another, for what is renamed into its place; no other process uses the same. */
export function besides(path: string): string {
  counter += 1;
  return join(dirname(path), `.${basename(path)}-${process.pid}-${counter}.tmp`);
}
