import { readFileSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { Graph } from '../graph';
import { compareCodeUnits, messageOf } from '../manifest/plain-data';
import { decode, filesOf, isManifest, objectsIn } from '../policy/object-reader';
import type { Unreadable } from '../policy/object-reader';
import type { KnownDocuments } from '../policy/yaml';
import { type LiveCluster, readCluster } from './cluster';
import { Git } from './git';

// The two sets of manifests that are compared: from files, from a commit, from a cluster.

/** What is read, and from where. */
export interface ReadOptions {
  /** What NEW, or OLD, is: a file or folder, `-`, `git:REF:PATH`, or `cluster:CONTEXT`. */
  readonly old: string;
  readonly new: string;
  /** The folder that names of files are relative to. */
  readonly folder: string;
  /** What came on standard input. */
  readonly stdin: Uint8Array;
  /** A cluster by the name of its context. */
  readonly cluster: (context: string) => LiveCluster;
  /**
   * Whether a path that a commit does not have holds no objects, instead of being an error.
   * @default false
   */
  readonly mayBeMissing?: boolean;
}

/** What was read. */
export interface ReadSets {
  readonly old: Graph;
  readonly new: Graph;
  /** Which of the two is what a cluster holds, if one is. */
  readonly live: 'old' | 'new' | undefined;
  /** Files that git ignores: they are read on neither side. */
  readonly leftOut: readonly string[];
  readonly unreadable: readonly Unreadable[];
}

/** A file with manifests. */
interface SourceFile {
  /** As people know it. */
  readonly file: string;
  /** From the folder that is read; empty for a file that is read itself. */
  readonly below: string;
}

/** Where manifests are read from. */
interface Source {
  readonly files: readonly SourceFile[];
  /** Those of the files that git ignores, by their path below the folder. */
  readonly ignored: ReadonlySet<string>;
  readonly textsOf: (files: readonly SourceFile[]) => Iterable<string | undefined>;
}

const CLUSTER = 'cluster:';
const GIT = 'git:';

/**
 * Reads both sets. What stands in both, word for word, is parsed once and is the same object in both.
 *
 * @throws Error if a name is none of what can be read, or a cluster does not answer.
 */
export async function readSets(options: ReadOptions): Promise<ReadSets> {
  const { old, new: current, cluster } = options;
  if (old.startsWith(CLUSTER) && current.startsWith(CLUSTER)) {
    throw new Error(`${old} ${current}: one of the two must be manifests, which say what to look for in the cluster`);
  }
  if (old === '-' && current === '-') {
    throw new Error('- -: standard input is read once, as what is old or as what is new');
  }
  const unreadable: Unreadable[] = [];
  const names = [old, current].filter((name) => !name.startsWith(CLUSTER));
  const sources = names.map((name) => sourceOf(name, options, unreadable));
  // A file that one side ignores is left out of the other too, or it would be told as gone or new.
  const ignored = new Set(sources.flatMap((source) => [...source.ignored]));
  const known: KnownDocuments = new Map();
  const graphs = sources.map((source, index) => {
    const files = source.files.filter(({ below }) => below === '' || !ignored.has(below));
    const members = [...objectsOf(files, source.textsOf(files), unreadable, known)];
    const isEmpty = members.length === 0 && files.length === source.files.length && unreadable.length === 0;
    if (isEmpty && options.mayBeMissing !== true) {
      unreadable.push({ file: names[index] ?? '', line: null, reason: 'it holds no Kubernetes object' });
    }
    return new Graph(members);
  });
  const [first = new Graph([]), second = new Graph([])] = graphs;
  const live = async (name: string): Promise<Graph> =>
    new Graph(
      (await readCluster(cluster(name.slice(CLUSTER.length)), first.objects)).map((manifest) => ({ manifest })),
    );
  return {
    old: old.startsWith(CLUSTER) ? await live(old) : first,
    new: current.startsWith(CLUSTER) ? await live(current) : old.startsWith(CLUSTER) ? first : second,
    live: old.startsWith(CLUSTER) ? 'old' : current.startsWith(CLUSTER) ? 'new' : undefined,
    leftOut: [
      ...new Set(
        sources.flatMap(({ files }) => files.flatMap(({ file, below }) => (ignored.has(below) ? [file] : []))),
      ),
    ].sort(compareCodeUnits),
    unreadable,
  };
}

function* objectsOf(
  files: readonly SourceFile[],
  texts: Iterable<string | undefined>,
  unreadable: Unreadable[],
  known: KnownDocuments,
): Generator<{ readonly manifest: unknown }> {
  let index = 0;
  for (const text of texts) {
    const file = files[index++]?.file ?? '';
    if (text !== undefined) {
      for (const { manifest } of objectsIn(file, text, unreadable, known)) {
        yield { manifest };
      }
    }
  }
}

function sourceOf(name: string, options: ReadOptions, unreadable: Unreadable[]): Source {
  return name.startsWith(GIT) ? ofCommit(name, options, unreadable) : ofFiles(name, options, unreadable);
}

function ofFiles(name: string, { folder, stdin }: ReadOptions, unreadable: Unreadable[]): Source {
  const root = name === '-' || isAbsolute(name) ? name : join(folder, name);
  const called = (path: string): string => (isAbsolute(name) ? path : relative(folder, path));
  const missing: Unreadable[] = [];
  const paths = filesOf(root, missing);
  unreadable.push(...missing.map((each) => ({ ...each, file: called(each.file) })));
  if (name === '-') {
    const texts = (): readonly (string | undefined)[] => [textOf(name, () => stdin, unreadable)];
    return { files: [{ file: name, below: '' }], ignored: new Set(), textsOf: texts };
  }
  const files = paths.map((path) => ({ file: called(path), path, below: relative(root, path) }));
  const named = files.flatMap(({ below }) => (below === '' ? [] : [below]));
  const byName = new Map(files.map(({ file, path }) => [file, path]));
  return {
    files,
    ignored: named.length === 0 ? new Set() : new Git(root).ignored(named),
    textsOf: (some) => some.map(({ file }) => textOf(file, () => readFileSync(byName.get(file) ?? file), unreadable)),
  };
}

/** The text of a file; undefined where it has none, which is added to what is unreadable. */
function textOf(file: string, read: () => Uint8Array, unreadable: Unreadable[]): string | undefined {
  try {
    return decode(read());
  } catch (error) {
    unreadable.push({ file, line: null, reason: messageOf(error) });
    return undefined;
  }
}

/** git:REF:PATH */
function ofCommit(name: string, { folder, mayBeMissing = false }: ReadOptions, unreadable: Unreadable[]): Source {
  const none = (reason: string): Source => {
    unreadable.push({ file: name, line: null, reason });
    return { files: [], ignored: new Set(), textsOf: () => [] };
  };
  const [, ref, written] = /^git:([^:]+):(.*)$/.exec(name) ?? [];
  if (ref === undefined || written === undefined) {
    return none('write git:REF:PATH, such as git:origin/main:dist/production/manifests');
  }
  const git = new Git(folder);
  const { root } = git;
  const commit = git.commitOf(ref);
  if (root === undefined) {
    return none(`${folder} is in no git repository`);
  }
  if (commit === undefined) {
    return none(`there is no commit ${ref}: git fetch may bring it`);
  }
  const path = written.replace(/^(\.?\/)+|\/+$/g, '');
  const all = git.filesOf(commit, path);
  if (all.length === 0 && !mayBeMissing) {
    return none(`the commit has no ${path === '' ? 'files' : path}; a path is written from the repository's root`);
  }
  const files = all
    .filter((file) => file.path === path || isManifest(file.path))
    .map((file) => ({
      ...file,
      file: `${GIT}${ref}:${file.path}`,
      below: file.path === path ? '' : file.path.slice(path === '' ? 0 : path.length + 1),
    }));
  const ignored = new Git(root).ignored(files.map((file) => file.path));
  const byName = new Map(files.map((file) => [file.file, file]));
  return {
    files,
    ignored: new Set(files.flatMap((file) => (file.below !== '' && ignored.has(file.path) ? [file.below] : []))),
    textsOf: (some) => {
      const wanted = some.flatMap(({ file }) => byName.get(file) ?? []);
      return git.textsOf(wanted).map((text, index) => {
        if (typeof text === 'string') {
          return text;
        }
        unreadable.push({ file: wanted[index]?.file ?? name, line: null, reason: text.message });
        return undefined;
      });
    },
  };
}
