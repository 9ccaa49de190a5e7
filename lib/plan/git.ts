import { spawnSync } from 'node:child_process';
import { decode } from '../policy/object-reader';

// What a repository holds, as git says it. Nothing is written to it.

/** A file of a commit. */
export interface GitFile {
  /** From the repository's root. */
  readonly path: string;
  readonly id: string;
}

/** Whole repositories of manifests are smaller. */
const MOST_BYTES = 1024 ** 3;

/** A repository, asked from a folder in it. */
export class Git {
  /** @param folder where git is run */
  public constructor(private readonly folder: string) {}

  /** The commit that a name stands for; undefined where there is none. */
  public commitOf(name: string): string | undefined {
    return this.ask('rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`)?.trim();
  }

  /** The commit at which two lines of work parted; undefined where they have none in common, or it is not known here. */
  public mergeBaseOf(one: string, other: string): string | undefined {
    return this.ask('merge-base', one, other)?.trim();
  }

  /**
   * The files of a commit at a path and below it.
   *
   * @param path from the repository's root; empty for all.
   */
  public filesOf(commit: string, path: string): readonly GitFile[] {
    const listed = this.ask('ls-tree', '-r', '-z', '--full-tree', commit, '--', ...(path === '' ? [] : [path])) ?? '';
    return listed.split('\0').flatMap((line) => {
      const [, id, file] = /^100\d{3} blob ([0-9a-f]+)\t([^]+)$/.exec(line) ?? [];
      return id === undefined || file === undefined ? [] : [{ path: file, id }];
    });
  }

  /** The texts of files, in their order; an Error for one that is no text. */
  public textsOf(files: readonly GitFile[]): readonly (string | Error)[] {
    const { stdout } = this.run(['cat-file', '--batch'], files.map(({ id }) => `${id}\n`).join(''));
    let at = 0;
    return files.map(({ id, path }) => {
      const line = stdout.indexOf('\n', at);
      const size = Number(/^\S+ blob (\d+)$/.exec(stdout.subarray(at, line).toString('latin1'))?.[1]);
      if (!Number.isInteger(size)) {
        throw new Error(`git cat-file has no content of ${path} (${id})`);
      }
      at = line + 1 + size + 1;
      try {
        return decode(stdout.subarray(line + 1, at - 1));
      } catch (error) {
        return error instanceof Error ? error : new Error(String(error));
      }
    });
  }

  /** Those of some paths, of files in the folder or from it, that git ignores; none where there is no repository. */
  public ignored(paths: readonly string[]): ReadonlySet<string> {
    if (paths.length === 0) {
      return new Set();
    }
    const { stdout } = this.run(['check-ignore', '-z', '--stdin'], paths.map((path) => `${path}\0`).join(''));
    return new Set(
      stdout
        .toString('utf8')
        .split('\0')
        .filter((path) => path !== ''),
    );
  }

  /** The repository's root; undefined where there is no repository, or no git. */
  public get root(): string | undefined {
    return this.ask('rev-parse', '--show-toplevel')?.replace(/\n$/, '');
  }

  /** What git prints; undefined where it does not do what is asked for. */
  private ask(...args: readonly string[]): string | undefined {
    const { status, stdout } = this.run(args);
    return status === 0 ? stdout.toString('utf8') : undefined;
  }

  private run(args: readonly string[], input = ''): { readonly status: number | null; readonly stdout: Buffer } {
    const { status, stdout } = spawnSync('git', args, {
      cwd: this.folder,
      input,
      maxBuffer: MOST_BYTES,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    // There is none where git is not installed.
    return { status, stdout: Buffer.isBuffer(stdout) ? stdout : Buffer.alloc(0) };
  }
}
