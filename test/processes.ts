import { spawn, type SpawnOptionsWithoutStdio } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..');

/** What a process said, and how it ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a TypeScript file of the project in a process of its own. */
export async function runFile(
  file: string,
  args: readonly string[],
  options: SpawnOptionsWithoutStdio = {},
): Promise<Ended> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(ROOT, file), ...args], {
    cwd: ROOT,
    ...options,
  });
  const read = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      read[name] += text;
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...read };
}

/** What makes {@link runFile} run as somebody to whom permissions apply: to root none do. */
export const ORDINARY_USER: Pick<SpawnOptionsWithoutStdio, 'uid' | 'gid'> =
  process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

/** Makes a folder and all in it that user's. */
export function giveToOrdinaryUser(folder: string): void {
  const { uid, gid } = ORDINARY_USER;
  if (uid !== undefined && gid !== undefined) {
    for (const path of [
      folder,
      ...fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    ]) {
      fs.lchownSync(path, uid, gid);
    }
  }
}
