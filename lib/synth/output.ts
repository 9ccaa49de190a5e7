import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** A file to be written. */
export interface OutputFile {
  /** Text of the file, written as UTF-8. */
  readonly content: string;
  /**
   * Permissions of the file.
   * @default 0o644
   */
  readonly mode?: number;
}

/**
 * Replaces a folder's whole content, or leaves it as it was: the new content is written beside the folder and renamed
 * into its place once it is complete.
 *
 * @param folder the folder, made if it is not there.
 * @param files path below the folder, with `/` between its parts, to the file.
 * @throws whatever the file system throws, with the old folder still in place.
 */
export function replaceFolder(folder: string, files: ReadonlyMap<string, OutputFile>): void {
  mkdirSync(dirname(folder), { recursive: true });
  const staging = mkdtempSync(join(dirname(folder), `.${basename(folder)}-`));
  try {
    const complete = join(staging, 'new');
    mkdirSync(complete);
    for (const [path, { content, mode = 0o644 }] of files) {
      const file = join(complete, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content, { mode });
    }
    const previous = join(staging, 'previous');
    const hadPrevious = renameIfExists(folder, previous);
    try {
      renameSync(complete, folder);
    } catch (error) {
      if (hadPrevious) {
        renameSync(previous, folder);
      }
      throw error;
    }
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** Replaces a file, or leaves it as it was. */
export function replaceFile(file: string, { content, mode = 0o644 }: OutputFile): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, content, { mode });
    renameSync(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function renameIfExists(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (isErrorCode(error, 'ENOENT')) {
      return false;
    }
    throw error;
  }
}

/** Whether something thrown by the file system has a certain code, such as `ENOENT`. */
export function isErrorCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
