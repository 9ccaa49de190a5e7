import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { formatPath, resourceOf } from '../manifest/manifest';
import { child, messageOf } from '../manifest/plain-data';
import type { Path } from '../manifest/plain-data';
import { compareText } from './report';
import { readYaml } from './yaml';
import type { KnownDocuments, YamlDocument } from './yaml';

// Objects from files, folders and standard input, as kubectl reads them.

/** Input that could not be read. */
export interface Unreadable {
  readonly file: string;
  readonly line: number | null;
  readonly reason: string;
}

/** Where an object came from. */
export interface Origin {
  readonly file: string;
  readonly document: YamlDocument;
  /** From the document to the object: an item of a list. */
  readonly base: Path;
  readonly manifest: unknown;
}

/** Reads the objects of inputs, each file once. */
export class ObjectReader {
  private readonly known = new Set<string>();

  /** @param unreadable what cannot be read is added to it */
  public constructor(
    private readonly stdin: Uint8Array,
    private readonly unreadable: Unreadable[],
  ) {}

  /** The objects of all inputs that no file held which was read before. */
  public *read(inputs: readonly string[]): Generator<Origin, void, undefined> {
    const { known, stdin, unreadable } = this;
    for (const input of inputs) {
      let objects = 0;
      const before = unreadable.length;
      for (const file of filesOf(input, unreadable)) {
        const identity = file === '-' ? '-' : identify(file);
        if (known.has(identity)) {
          objects++;
          continue;
        }
        known.add(identity);
        const text = readText(file, stdin, unreadable);
        for (const origin of text === undefined ? [] : objectsIn(file, text, unreadable)) {
          objects++;
          yield origin;
        }
      }
      if (objects === 0 && unreadable.length === before) {
        unreadable.push({ file: input, line: null, reason: 'it holds no Kubernetes object' });
      }
    }
  }
}

function identify(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

const EXTENSIONS = /\.(ya?ml|json)$/;

/** What tells Kustomize what to do is not applied itself. */
const NO_OBJECTS = /^kustomization\.ya?ml$/;

/** Whether a file of a folder holds objects, by its name. */
export function isManifest(name: string): boolean {
  return EXTENSIONS.test(name) && !NO_OBJECTS.test(name);
}

/**
 * The file itself, or what a folder holds; a folder's files are found as `kubectl apply -R` does it, by extension. Names that
 * start with a dot mean nothing to it: what is skipped here could be applied unjudged.
 */
export function filesOf(input: string, unreadable: Unreadable[]): readonly string[] {
  if (input === '-') {
    return [input];
  }
  try {
    return statSync(input).isDirectory() ? filesIn(input) : [input];
  } catch (error) {
    unreadable.push({ file: input, line: null, reason: messageOf(error) });
    return [];
  }
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .toSorted((a, b) => compareText(a.name, b.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        return filesIn(path);
      }
      return isManifest(entry.name) ? [path] : [];
    });
}

function readText(file: string, stdin: Uint8Array, unreadable: Unreadable[]): string | undefined {
  try {
    return decode(file === '-' ? stdin : readFileSync(file));
  } catch (error) {
    unreadable.push({ file, line: null, reason: messageOf(error) });
    return undefined;
  }
}

/** @throws TypeError if it is no UTF-8. */
export function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

/** The objects of a file's text. */
export function* objectsIn(
  file: string,
  text: string,
  unreadable: Unreadable[],
  known?: KnownDocuments,
): Generator<Origin, void, undefined> {
  for (const part of readYaml(text, known)) {
    if ('reason' in part) {
      unreadable.push({ file, ...part });
    } else if (part.value !== null && part.value !== undefined) {
      yield* expand(file, part, [], part.value, unreadable);
    }
  }
}

/** The fields that the text of an object gives twice. */
export function duplicatesBelow(document: YamlDocument, base: Path): readonly Path[] {
  return document.duplicates.flatMap((path) =>
    path.length > base.length && base.every((key, index) => path[index] === key) ? [path.slice(base.length)] : [],
  );
}

/** The object itself, or the items of a list. */
function* expand(
  file: string,
  document: YamlDocument,
  base: Path,
  value: unknown,
  unreadable: Unreadable[],
): Generator<Origin, void, undefined> {
  const { apiVersion, kind } = resourceOf(value);
  const items = child(value, 'items');
  if (kind === null || apiVersion === null) {
    const missing = kind === null ? 'kind' : 'apiVersion';
    const what = base.length === 0 ? '' : `${formatPath(base)}: `;
    unreadable.push({ file, line: document.lineOf(base), reason: `${what}not a Kubernetes object: no ${missing}` });
  } else if (kind.endsWith('List') && (Array.isArray(items) || items === null)) {
    for (const path of duplicatesBelow(document, base).filter(({ length }) => length === 1)) {
      const reason = `the list has the field ${formatPath(path)} twice, and only the last counts`;
      unreadable.push({ file, line: document.lineOf([...base, ...path]), reason });
    }
    for (const [index, item] of (items ?? []).entries()) {
      // A server's list says once what its items are.
      const typed: unknown =
        kind === 'List' || typeof item !== 'object' || item === null
          ? item
          : { apiVersion, kind: kind.slice(0, -'List'.length), ...item };
      yield* expand(file, document, [...base, 'items', index], typed, unreadable);
    }
  } else {
    yield { file, document, base, manifest: value };
  }
}
