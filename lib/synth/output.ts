import {
  accessSync,
  chmodSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { besides, fileError, followLink, giveToFolderOwner, makeFolder, naming, statOf, writeNewFile } from './files';
import { withLock } from './lock';
import { UserError } from './user-error';

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

/** Path below a folder, with `/` between its parts, to the file. */
export type OutputFiles = ReadonlyMap<string, OutputFile>;

/** What {@link replaceOutput} replaces. */
export interface Output {
  /** Folder to its whole content. */
  readonly folders: ReadonlyMap<string, OutputFiles>;
  /**
   * Path to single file, each for its own.
   * @default - none
   */
  readonly files?: ReadonlyMap<string, OutputFile>;
}

/** The file in a folder that says which of the folder's files are a synth's own. */
export const MARK = '.generated';

const MARK_HEADER = '# Generated, and committed with what it lists: a synth replaces these files, and no others.';

/**
 * Replaces folders and files, all of them or none: everything is written beside its place first, and renamed into it once
 * all is complete. One replacement at a time works on a folder, so that two never make a mixture.
 *
 * No file is deleted that was not generated: what a folder's {@link MARK} lists may be replaced, any other file in it, or a
 * folder without a mark that is not empty, is an error. Links stay links; what they lead to is replaced, under the same rules.
 *
 * (`cdk8s synth` deletes its output folder by itself, before it runs the app and so before all of this.)
 *
 * @param proceed asked once all is written and checked; false leaves everything as it was.
 * @returns what `proceed` said.
 * @throws UserError that names folder or file and what to do, with everything as it was.
 */
export function replaceOutput({ folders, files = new Map() }: Output, proceed: () => boolean = () => true): boolean {
  const targets = [...folders.keys()].map((folder) => {
    makeFolder(dirname(folder));
    return followLink(folder);
  });
  const stageAll = (): boolean => {
    const staged: Replacement[] = [];
    try {
      for (const [folder, content] of folders) {
        stageMarkedFolder(folder, content, staged);
      }
      for (const [path, file] of files) {
        stageFile(path, file, staged);
      }
      if (!proceed()) {
        return false;
      }
      replaceAll(staged);
      return true;
    } finally {
      for (const { discard } of staged) {
        discard();
      }
    }
  };
  // In one order for everybody, so that no two wait for each other.
  const locks = [...new Set(targets.map((target) => join(dirname(target), `.${basename(target)}.lock`)))].sort();
  return locks.reduceRight<() => boolean>((action, lock) => () => withLock(lock, action), stageAll)();
}

/** How a file is not what it would be replaced by. */
export interface Difference {
  readonly file: string;
  /** `foreign`: would not be written at all. */
  readonly is: 'missing' | 'different' | 'foreign';
}

/**
 * How a folder differs from what it would be replaced by; nothing is written.
 *
 * @param folder the folder, as it is named in the answer.
 */
export function differences(folder: string, files: OutputFiles): Difference[] {
  const real = followLink(folder);
  const present = new Set(statOf(real) === undefined ? [] : listFiles(real));
  const expected = withMark(files);
  return [
    ...[...expected].flatMap(([path, { content }]): Difference[] => {
      const file = join(folder, path);
      if (!present.has(path)) {
        return [{ file, is: 'missing' }];
      }
      return readText(file) === content ? [] : [{ file, is: 'different' }];
    }),
    ...[...present]
      .filter((path) => !expected.has(path))
      .map((path): Difference => ({ file: join(folder, path), is: 'foreign' })),
  ];
}

/** How a file differs from what it would be replaced by; nothing is written. */
export function difference(file: string, { content }: OutputFile): Difference[] {
  if (statOf(file) === undefined) {
    return [{ file, is: 'missing' }];
  }
  return readText(file) === content ? [] : [{ file, is: 'different' }];
}

function readText(path: string): string {
  return naming(path, 'cannot be read', () => readFileSync(path, 'utf8'));
}

/** The files below a folder, links followed, as paths with `/`. */
function listFiles(folder: string, prefix = ''): string[] {
  return readFolder(folder).flatMap((name) =>
    statSync(followLink(join(folder, name))).isDirectory()
      ? listFiles(join(folder, name), `${prefix}${name}/`)
      : [prefix + name],
  );
}

function readFolder(folder: string): string[] {
  return naming(folder, 'cannot be read', () => readdirSync(folder).sort());
}

/** A replacement that is written, but not in its place yet. None of its functions is called twice. */
interface Replacement {
  /** What is replaced, as it is named in messages. */
  readonly target: string;
  /** Puts the new in the old one's place; if it throws, the old one still is there. */
  readonly commit: () => void;
  /** Puts the old one back. */
  readonly undo: () => void;
  /** Removes what is left beside the target, whether it was replaced or not. */
  readonly discard: () => void;
}

function replaceAll(staged: readonly Replacement[]): void {
  const done: Replacement[] = [];
  for (const replacement of staged) {
    try {
      replacement.commit();
      done.unshift(replacement);
    } catch (error) {
      const left = done.filter(({ undo }) => !succeeds(undo)).map(({ target }) => target);
      const rest =
        error instanceof UserError || left.length > 0 ? 'Everything else is as it was.' : 'Everything is as it was.';
      const state = left.length === 0 ? rest : `Replaced already, and not put back: ${left.join(', ')}. ${rest}`;
      const cause = fileError(error, replacement.target, 'cannot be replaced');
      throw cause instanceof UserError ? new UserError(`${cause.message} ${state}`) : cause;
    }
  }
}

function succeeds(action: () => void): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

function withMark(files: OutputFiles): Map<string, OutputFile> {
  const paths = [...files.keys()];
  for (const path of paths) {
    const parts = path.split('/');
    // A line of the mark must hold it, and it must lie below the folder whatever the operating system.
    if (parts.some((part) => /^\.{0,2}$|[\\\p{Cc}]/u.test(part)) || path === MARK) {
      throw new Error(`${JSON.stringify(path)} is no path of a file below the output folder.`);
    }
    const above = parents(path).find((parent) => files.has(parent));
    if (above !== undefined) {
      throw new Error(`${path} lies below ${above}, which is a file.`);
    }
  }
  const content = [MARK_HEADER, ...paths.sort((a, b) => (a < b ? -1 : 1)), ''].join('\n');
  return new Map([...files, [MARK, { content }]]);
}

/** `a/b/c` lies in `a` and `a/b`. */
function parents(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** What the mark of a folder lists; undefined where there is no mark. Two lists that were merged by hand are one. */
function readMark(folder: string): string[] | undefined {
  const path = join(folder, MARK);
  if (statOf(path) === undefined) {
    return undefined;
  }
  const lines = readText(path).split(/\r?\n/);
  return lines.includes(MARK_HEADER) ? lines.filter((line) => line !== MARK_HEADER && line !== '') : undefined;
}

function stageMarkedFolder(folder: string, files: OutputFiles, staged: Replacement[]): void {
  const target = followLink(folder);
  const present = statOf(target) !== undefined;
  if (present && !statSync(target).isDirectory()) {
    throw new UserError(`${folder}: a file, where a folder is to be written. Move it away, or choose another folder.`);
  }
  const mark = present ? readMark(target) : undefined;
  const entries = present ? readFolder(target) : [];
  if (mark === undefined && entries.length > 0) {
    throw new UserError(
      `${folder}: has no ${MARK} file, by which a synth knows what it may replace, and is not empty (${list(entries)}). ` +
        'Nothing was changed. Choose another output folder, or move away what is in this one.',
    );
  }
  stageFolder(folder, { files: withMark(files), own: new Set([...(mark ?? []), MARK]) }, staged);
}

interface FolderContent {
  readonly files: OutputFiles;
  /** The files that were generated last time, and may be replaced or deleted. */
  readonly own: ReadonlySet<string>;
}

function stageFolder(folder: string, { files, own }: FolderContent, staged: Replacement[]): void {
  const target = followLink(folder);
  const previous = statOf(target);
  const { links, foreign } = previous === undefined ? NOTHING : inspect(target, files, own);
  if (foreign.length > 0) {
    throw new UserError(
      `${folder}: ${list(foreign)} ${foreign.length === 1 ? 'was' : 'were'} not generated, and a synth deletes no such file. ` +
        `Nothing was changed. Move ${foreign.length === 1 ? 'it' : 'them'} away.`,
    );
  }
  if (previous !== undefined && links.size === 0 && holdsJust(target, files, own)) {
    return;
  }
  const staging = naming(dirname(target), 'cannot be written to', () =>
    mkdtempSync(join(dirname(target), `.${basename(target)}-`)),
  );
  const before = join(staging, 'previous');
  const after = join(staging, 'new');
  let replaced = false;
  staged.push({
    target: folder,
    commit: () => {
      if (previous !== undefined) {
        renameSync(target, before);
      }
      try {
        renameSync(after, target);
      } catch (error) {
        if (
          previous !== undefined &&
          !succeeds(() => {
            renameSync(before, target);
          })
        ) {
          throw new UserError(
            `${folder}: cannot be replaced, nor put back. What was in it is in ${before}: move it back.`,
          );
        }
        throw error;
      }
      replaced = true;
    },
    undo: () => {
      renameSync(target, after);
      replaced = false;
      if (previous !== undefined) {
        renameSync(before, target);
      }
    },
    discard: () => {
      if (!replaced && statOf(before) !== undefined) {
        return; // The old folder could not be put back: it is not for us to delete.
      }
      naming(staging, 'cannot be deleted, though nothing needs it any more', () => {
        rmSync(staging, { recursive: true, force: true });
      });
    },
  });
  naming(staging, 'cannot be written to', () => {
    giveToFolderOwner(staging);
    mkdirSync(after);
    giveToFolderOwner(after);
    if (previous !== undefined) {
      chmodSync(after, previous.mode & 0o7777);
    }
    for (const [path, { content, mode = 0o644 }] of files) {
      if (![...parents(path), path].some((part) => links.has(part))) {
        makeFolder(dirname(join(after, path)));
        writeNewFile(join(after, path), content, { mode });
      }
    }
    for (const [path, { to }] of links) {
      makeFolder(dirname(join(after, path)));
      symlinkSync(to, join(after, path));
    }
  });
  for (const [path, { isFolder }] of links) {
    const linked = join(folder, path);
    if (isFolder) {
      const ownBelow = new Set(below(path, own.entries()).map(([name]) => name));
      stageFolder(linked, { files: new Map(below(path, files)), own: ownBelow }, staged);
    } else {
      const file = files.get(path);
      if (file !== undefined) {
        stageFile(linked, file, staged);
      }
    }
  }
}

/** Whether a folder that holds generated files alone holds these, as they are to be written. */
function holdsJust(folder: string, files: OutputFiles, own: ReadonlySet<string>): boolean {
  return (
    [...own].every((path) => files.has(path)) && [...files].every(([path, file]) => isWritten(join(folder, path), file))
  );
}

function isWritten(path: string, { content, mode = 0o644 }: OutputFile): boolean {
  const stat = statOf(path);
  return (
    stat?.isFile() === true &&
    (stat.mode & 0o777) === mode &&
    naming(path, 'cannot be read', () => readFileSync(path)).equals(Buffer.from(content))
  );
}

interface Inspection {
  /** The links in a folder that stay: path to what they lead to. */
  readonly links: ReadonlyMap<string, { readonly to: string; readonly isFolder: boolean }>;
  /** Files and empty folders that are not a synth's. */
  readonly foreign: readonly string[];
}

const NOTHING: Inspection = { links: new Map(), foreign: [] };

/** Looks through a folder that is about to be replaced. */
function inspect(root: string, files: OutputFiles, own: ReadonlySet<string>): Inspection {
  const known = new Set([...files.keys(), ...own]);
  const folders = new Set([...known].flatMap(parents));
  const links = new Map<string, { to: string; isFolder: boolean }>();
  const foreign: string[] = [];
  const visit = (folder: string): void => {
    // To delete a folder's files one must be able to write to the folder.
    naming(folder, 'cannot be replaced', () => {
      accessSync(folder, constants.W_OK | constants.X_OK);
    });
    for (const name of readFolder(folder)) {
      const path = join(folder, name);
      const key = relative(root, path).replaceAll('\\', '/');
      const entry = statOf(path);
      const isLink = entry?.isSymbolicLink() === true;
      const stat =
        entry !== undefined && !isLink ? entry : naming(path, 'cannot be looked at', () => statSync(followLink(path)));
      const isKnown = (stat.isDirectory() ? folders : known).has(key);
      if (!isKnown) {
        foreign.push(...contentOf(path, key));
      } else if (isLink) {
        checkLink(root, path);
        if (stat.isDirectory() || files.has(key)) {
          links.set(key, { to: readlinkSync(path), isFolder: stat.isDirectory() });
        }
      } else if (stat.isDirectory()) {
        visit(path);
      }
    }
  };
  visit(root);
  return { links, foreign };
}

/** The files of a foreign folder, or the folder itself where it has none. */
function contentOf(path: string, key: string): string[] {
  if (statOf(path)?.isDirectory() !== true) {
    return [key];
  }
  const names = readFolder(path);
  return names.length === 0 ? [`${key}/`] : names.flatMap((name) => contentOf(join(path, name), `${key}/${name}`));
}

/** A link within the folder itself, or to a folder around it, would lead to what is being replaced. */
function checkLink(root: string, link: string): void {
  const from = `${realpathSync(root)}/`;
  const to = `${realpathSync(link)}/`;
  if (to.startsWith(from) || from.startsWith(to)) {
    throw new UserError(
      `${link}: a link into the folder that is being replaced. Nothing was changed. Put a file in its place.`,
    );
  }
}

/** The entries whose paths lie below a folder, as paths from there. */
function below<Value>(folder: string, entries: Iterable<readonly [string, Value]>): [string, Value][] {
  return [...entries].flatMap(([path, value]): [string, Value][] =>
    path.startsWith(`${folder}/`) ? [[path.slice(folder.length + 1), value]] : [],
  );
}

function stageFile(path: string, { content, mode = 0o644 }: OutputFile, staged: Replacement[]): void {
  makeFolder(dirname(path), mode === 0o600 ? 0o700 : 0o777);
  const target = followLink(path);
  const stat = statOf(target);
  if (stat?.isFile() === false) {
    throw new UserError(`${path}: not a file, and so not replaced. Nothing was changed. Move it away.`);
  }
  if (isWritten(target, { content, mode })) {
    return;
  }
  const previous = stat && naming(path, 'cannot be read', () => readFileSync(target));
  const temporary = besides(target);
  const put = (text: string | Buffer, permissions: number): void => {
    writeNewFile(temporary, text, { mode: permissions });
  };
  staged.push({
    target: path,
    commit: () => {
      renameSync(temporary, target);
    },
    undo: () => {
      if (stat === undefined || previous === undefined) {
        rmSync(target);
      } else {
        put(previous, stat.mode & 0o777);
        renameSync(temporary, target);
      }
    },
    discard: () => {
      rmSync(temporary, { force: true });
    },
  });
  naming(dirname(path), 'cannot be written to', () => {
    put(content, mode);
  });
}

/** Names, the first few of them. */
function list(names: readonly string[]): string {
  const shown = 10;
  const more = names.length - shown;
  return `${names.slice(0, shown).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
