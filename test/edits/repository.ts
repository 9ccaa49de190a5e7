import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

/** A copy of this repository, to edit as somebody would who works on it. */
export class Repository {
  private readonly root = mkdtempSync(join(tmpdir(), 'edits-'));
  private readonly folder = join(this.root, 'copy');

  /** Copies what git tracks or would track, as it is in the working tree, and commits it. */
  public constructor() {
    // Some tests run programs of the copy as another user.
    chmodSync(this.root, 0o755);
    const files = git(ROOT, 'ls-files', '-z', '--cached', '--others', '--exclude-standard').split('\0');
    for (const file of files.filter((path) => path !== '' && existsSync(join(ROOT, path)))) {
      mkdirSync(dirname(join(this.folder, file)), { recursive: true });
      copyFileSync(join(ROOT, file), join(this.folder, file));
    }
    symlinkSync(join(ROOT, 'node_modules'), join(this.folder, 'node_modules'));
    git(this.folder, 'init', '--quiet');
    // .gitignore ignores a folder of this name, and here it is a link.
    writeFileSync(join(this.folder, '.git', 'info', 'exclude'), '/node_modules\n');
    git(this.folder, 'add', '--all');
    git(
      this.folder,
      '-c',
      'user.name=test',
      '-c',
      'user.email=test@example.com',
      'commit',
      '--quiet',
      '--message=copy',
    );
  }

  /** Undoes all edits and all that followed from them. Passwords that were generated stay, as they do for anybody. */
  public reset(): void {
    git(this.folder, 'reset', '--quiet', '--hard');
    git(this.folder, 'clean', '-x', '--force', '-d', '--quiet', '--exclude=.secrets', '--exclude=node_modules');
  }

  public remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  public read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  /** Replaces a text that stands exactly once in a file. */
  public replace(file: string, text: string | RegExp, by: string): void {
    const before = this.read(file);
    const parts = before.split(text);
    if (parts.length !== 2) {
      throw new Error(
        `${file} has ${parts.length - 1} times the text to edit, and must have it once: ${String(text)}. Let the edit look for what is there now.`,
      );
    }
    writeFileSync(join(this.folder, file), parts.join(by));
  }

  /** Replaces every place of a file that an expression finds. */
  public replaceAll(file: string, text: RegExp, by: string): void {
    const before = this.read(file);
    const after = before.replaceAll(text, by);
    if (after === before) {
      throw new Error(`${file} has nothing to edit: ${String(text)}. Let the edit look for what is there now.`);
    }
    writeFileSync(join(this.folder, file), after);
  }

  /** The files that differ from the commit, with git's letters for how. */
  public changes(): string[] {
    return git(this.folder, 'status', '--porcelain', '--untracked-files=all')
      .split('\n')
      .filter(Boolean)
      .map((line) => line.trim().replace(/^(\S+) +/, '$1 '))
      .sort();
  }

  /**
   * What people do after an edit: format, synthesize, type check, lint, and run the tests with `-u`. Each must be green.
   *
   * @param edited the files that were edited.
   * @param tests the tests to run.
   */
  public async make(edited: readonly string[], tests: readonly string[]): Promise<void> {
    const cache = join(this.root, 'cache');
    await this.run('npx', ['prettier', '--write', ...edited]);
    await this.run('npm', ['run', 'synth']);
    // All of them end before the next edit begins.
    const results = await Promise.allSettled([
      this.run('npm', [
        'test',
        '--',
        '-u',
        `--cacheDirectory=${cache}`,
        '--maxWorkers=1',
        '--testPathPatterns',
        ...tests,
      ]),
      // One after the other, so that two processes work.
      this.run('npm', ['run', 'typecheck', '--', '--incremental', '--tsBuildInfoFile', `${cache}.tsbuildinfo`]).then(
        () => this.run('npx', ['eslint', '--max-warnings=0', ...edited]),
      ),
    ]);
    const failed = results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []));
    if (failed.length > 0) {
      throw new Error(failed.join('\n'));
    }
  }

  /** @throws Error with all that the program printed, if it fails. */
  private run(program: string, args: readonly string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const child = spawn(program, args, { cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] });
      let printed = '';
      const add = (data: Buffer): void => {
        printed += data.toString('utf8');
      };
      child.stdout.on('data', add);
      child.stderr.on('data', add);
      child.on('error', reject);
      child.on('close', (code) => {
        if (code === 0) {
          resolve();
        } else {
          reject(new Error(`${[program, ...args].join(' ')} ended with ${String(code)}:\n${printed}`));
        }
      });
    });
  }
}

function git(cwd: string, ...args: readonly string[]): string {
  return execFileSync('git', args, { cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
}
