import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { formatPath, resourceOf } from '../manifest/manifest';
import type { Resource } from '../manifest/manifest';
import { child, messageOf } from '../manifest/plain-data';
import type { Path } from '../manifest/plain-data';
import type { PodTemplateKind } from '../manifest/workloads';
import { Engine } from './engine';
import type { Subject } from './engine';
import { annotatedExceptions, uselessException } from './exceptions';
import { Owners } from './owners';
import type { Policy } from './policy';
import { compareText } from './report';
import type { Report } from './report';
import { readYaml } from './yaml';
import type { YamlDocument } from './yaml';

/** What to check, and by what. */
export interface CheckInputs {
  /** Files, folders, and `-` for standard input. */
  readonly inputs: readonly string[];
  /** What came on standard input. */
  readonly stdin: Uint8Array;
  readonly policies: readonly Policy[];
  /** Whether the exceptions that objects carry as annotations hold. */
  readonly exceptions: boolean;
  /**
   * Kinds of custom resources that hold a pod template, to be judged as workloads.
   * @default [] those of Kubernetes and Argo Rollouts alone
   */
  readonly workloads?: readonly PodTemplateKind[];
}

/** A violation as the JSON and SARIF formats have it. */
export interface CheckedViolation {
  readonly file: string;
  readonly line: number;
  readonly report: Report['violations'][number];
  /** Why it is acknowledged, if it is. */
  readonly reason?: string;
}

/** Input that could not be read. */
export interface Unreadable {
  readonly file: string;
  readonly line: number | null;
  readonly reason: string;
}

/** What was found in the input, before it is written in some format. */
export interface Checked {
  readonly objects: number;
  readonly violations: readonly CheckedViolation[];
  readonly acknowledged: readonly CheckedViolation[];
  readonly unreadable: readonly Unreadable[];
}

/** Where an object came from. */
interface Origin {
  readonly file: string;
  readonly document: YamlDocument;
  /** From the document to the object: an item of a list. */
  readonly base: Path;
  readonly manifest: unknown;
}

const ANNOTATIONS: Path = ['metadata', 'annotations'];

/** An object that carries exceptions. */
interface Excused {
  readonly resource: Resource;
  readonly file: string;
  /** Where the exceptions stand. */
  readonly line: number;
  /** Why each policy need not hold. */
  readonly reasons: ReadonlyMap<string, string>;
  /** The policies that it violates. */
  readonly used: Set<string>;
}

/** Judges all objects in the inputs. */
export function checkInputs({ inputs, stdin, policies, exceptions, workloads }: CheckInputs): Checked {
  const unreadable: Unreadable[] = [];
  const violations: CheckedViolation[] = [];
  const acknowledged: CheckedViolation[] = [];
  const owners = new Owners();
  /** By position in the input. */
  const excused = new Map<number, Excused>();
  let objects = 0;

  function* subjects(): Generator<Subject<{ origin: Origin; position: number }>, void, undefined> {
    for (const origin of readObjects(inputs, stdin, unreadable)) {
      const position = objects++;
      const { manifest, file } = origin;
      const reasons = exceptions ? annotatedExceptions(manifest) : new Map<string, string>();
      if (reasons.size > 0) {
        const line = lineOf(origin, ANNOTATIONS);
        excused.set(position, { resource: resourceOf(manifest), file, line, reasons, used: new Set() });
      }
      yield { id: { origin, position }, manifest, set: file === '-' ? '-' : dirname(file) };
    }
  }

  for (const { id, violation, inherited } of new Engine(policies, workloads).evaluate(subjects(), owners)) {
    const own = excused.get(id.position);
    const reason = own?.reasons.get(violation.policy);
    own?.used.add(violation.policy);
    if (inherited) {
      continue;
    }
    if (reason === undefined) {
      violations.push(place(id.origin, violation));
    } else {
      acknowledged.push({ ...place(id.origin, violation), reason });
    }
  }
  for (const [position, { resource, file, line, reasons, used }] of excused) {
    const owner = owners.ownerOf(position);
    for (const [policy, reason] of reasons) {
      const known = policies.some(({ id }) => id === policy);
      // A controller hands annotations on to what it makes, whether that needs them or not.
      const handedOn = owner !== undefined && excused.get(owner)?.reasons.get(policy) === reason;
      if (known && !used.has(policy) && !handedOn) {
        const message = `its annotation acknowledges "${policy}" (${reason}), which it does not violate any more`;
        const violation = { ...uselessException(message, resource), path: ANNOTATIONS, field: formatPath(ANNOTATIONS) };
        violations.push({ file, line, report: { where: file, line, violation } });
      }
    }
  }
  return {
    objects,
    violations: violations.toSorted(compare),
    acknowledged: acknowledged.toSorted(compare),
    unreadable,
  };
}

function place(origin: Origin, violation: CheckedViolation['report']['violation']): CheckedViolation {
  const line = lineOf(origin, violation.path);
  return { file: origin.file, line, report: { where: origin.file, line, violation } };
}

function lineOf({ document, base }: Origin, path: Path): number {
  return document.lineOf([...base, ...path]);
}

function compare(a: CheckedViolation, b: CheckedViolation): number {
  const [left, right] = [a.report.violation, b.report.violation];
  return (
    compareText(a.file, b.file) ||
    a.line - b.line ||
    compareText(left.policy, right.policy) ||
    compareText(left.field, right.field) ||
    compareText(left.message, right.message)
  );
}

/** The objects of all inputs; what cannot be read is added to `unreadable`. */
function* readObjects(
  inputs: readonly string[],
  stdin: Uint8Array,
  unreadable: Unreadable[],
): Generator<Origin, void, undefined> {
  const read = new Set<string>();
  for (const input of inputs) {
    let objects = 0;
    const before = unreadable.length;
    for (const file of filesOf(input, unreadable)) {
      const identity = file === '-' ? '-' : identify(file);
      if (read.has(identity)) {
        objects++;
        continue;
      }
      read.add(identity);
      const text = readText(file, stdin, unreadable);
      for (const origin of text === undefined ? [] : parse(file, text, unreadable)) {
        objects++;
        yield origin;
      }
    }
    if (objects === 0 && unreadable.length === before) {
      unreadable.push({ file: input, line: null, reason: 'it holds no Kubernetes object' });
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

/**
 * The file itself, or what a folder holds; a folder's files are found as `kubectl apply -R` does it, by extension. Names that
 * start with a dot mean nothing to it: what is skipped here could be applied unjudged.
 */
function filesOf(input: string, unreadable: Unreadable[]): readonly string[] {
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
      return EXTENSIONS.test(entry.name) && !NO_OBJECTS.test(entry.name) ? [path] : [];
    });
}

function readText(file: string, stdin: Uint8Array, unreadable: Unreadable[]): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(file === '-' ? stdin : readFileSync(file));
  } catch (error) {
    unreadable.push({ file, line: null, reason: messageOf(error) });
    return undefined;
  }
}

function* parse(file: string, text: string, unreadable: Unreadable[]): Generator<Origin, void, undefined> {
  for (const part of readYaml(text)) {
    if ('reason' in part) {
      unreadable.push({ file, ...part });
    } else if (part.value !== null && part.value !== undefined) {
      yield* expand(file, part, [], part.value, unreadable);
    }
  }
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
