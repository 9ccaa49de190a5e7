import { isDeepStrictEqual } from 'node:util';
import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { applyOperation } from 'fast-json-patch';
import { groupOf, resourceOf } from '../manifest/manifest';
import { child, textAt } from '../manifest/plain-data';
import { InvalidPropError } from './invalid-prop';

/** Plain data, as JSON knows it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [field: string]: Json };

/** An operation of a JSON patch. Paths are JSON pointers, such as `/spec/ports/0/name`; `/` in a key is written `~1`, and `~` is `~0`. */
export type PatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: Json }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'move' | 'copy'; readonly from: string; readonly path: string };

/** Which of a construct's objects is meant, as Kustomize's `target` says it. */
export interface PatchTarget {
  /** Its kind, such as `Deployment`. */
  readonly kind: string;
  /**
   * Its name.
   * @default - the only object of its kind
   */
  readonly name?: string;
}

/** A change of a manifest that no prop stands for. */
export class Patch {
  /**
   * A merge patch (RFC 7386): fields are set or, by `null`, removed; a list is replaced as a whole.
   * https://datatracker.ietf.org/doc/html/rfc7386
   */
  public static merge(patch: Readonly<Record<string, Json>>): Patch {
    return new Patch(patch, (object, manifest) => merge(object, manifest, patch, manifest, ''));
  }

  /**
   * A JSON patch (RFC 6902): operations, of which each finds what those before it have left.
   * https://datatracker.ietf.org/doc/html/rfc6902
   */
  public static json(operations: readonly PatchOperation[]): Patch {
    return new Patch(operations, (object, manifest) =>
      operations.reduce((document, operation) => applyTo(object, document, operation), manifest),
    );
  }

  private constructor(
    private readonly given: Json | readonly PatchOperation[],
    private readonly change: (object: ApiObject, manifest: unknown) => unknown,
  ) {}

  /**
   * A manifest with this change.
   *
   * @param object whose manifest it is; named in errors.
   * @throws InvalidPropError as {@link patchObject} does.
   */
  public apply(object: ApiObject, manifest: unknown): unknown {
    checkPlain(object, this.given, '');
    const changed = this.change(object, manifest);
    if (isDeepStrictEqual(changed, manifest)) {
      throw invalid(object, 'changes nothing: the manifest says all of it already.', 'Remove it.');
    }
    if (!isDeepStrictEqual(identityOf(changed), identityOf(manifest))) {
      throw invalid(
        object,
        'makes another object of it (group, kind, namespace or name), and whatever refers to the object would not find it.',
        'Give the construct another id, its chart another namespace, or make an object of your own.',
      );
    }
    return changed;
  }
}

/**
 * Changes the manifest of an object as it is written, after everything else: what is set stands there as it is given, and fields that the
 * object's type does not know do too. (`addJsonPatch` of cdk8s comes before the object's own conversion, which drops a `2Gi`, a `50%` and
 * every field newer than its version of Kubernetes without a word.) Policies judge the result. Patches apply in the order in which they
 * are given.
 *
 * @param object any object, such as one that a construct has among its fields.
 * @throws InvalidPropError at once, and again whenever the object is written, for a patch that changes nothing, a path that is not there,
 * what is no plain data, and a change of the group, kind, namespace or name. No error shows a value.
 */
export function patchObject(object: ApiObject, ...patches: readonly Patch[]): void {
  for (const patch of patches) {
    const render: () => unknown = object.toJson.bind(object);
    const renderPatched = (): unknown => patch.apply(object, render());
    renderPatched();
    object.toJson = renderPatched;
  }
}

/** A construct whose objects can be patched. */
export abstract class PatchableConstruct extends Construct {
  /**
   * Changes the manifest of one of the construct's objects as it is written, after everything else: {@link patchObject} says how.
   *
   * @param target which object.
   * @param patches what is changed, in this order.
   * @throws InvalidPropError if there is no such object, or several; and whatever {@link patchObject} throws.
   */
  public patch(target: PatchTarget, ...patches: readonly Patch[]): void {
    patchObject(this.objectOf(target), ...patches);
  }

  private objectOf({ kind, name }: PatchTarget): ApiObject {
    const objects = this.node.findAll().filter((construct) => ApiObject.isApiObject(construct));
    const [found, ...others] = objects.filter(
      (object) => object.kind === kind && (name === undefined || object.name === name),
    );
    if (found === undefined || others.length > 0) {
      throw new InvalidPropError(this, {
        prop: 'target',
        value: { kind, name },
        reason: `${found === undefined ? 'not one' : 'more than one'} of the construct's objects: ${objects
          .map((object) => `${object.kind} ${object.name}`)
          .join(', ')}.`,
        remedy: 'Name one of them.',
      });
    }
    return found;
  }
}

function merge(object: ApiObject, value: unknown, patch: Json, manifest: unknown, pointer: string): unknown {
  if (!isFields(patch)) {
    return patch;
  }
  const merged = new Map<string, unknown>(isFields(value) ? Object.entries(value) : []);
  for (const [key, change] of Object.entries(patch)) {
    const place = `${pointer}/${escapeKey(key)}`;
    if (change !== null) {
      merged.set(key, merge(object, merged.get(key), change, manifest, place));
    } else if (!merged.delete(key)) {
      throw invalid(object, `null at ${place}: ${whereItEnds(manifest, place)}`, CORRECT_PATH);
    }
  }
  return Object.fromEntries(merged);
}

const CORRECT_PATH = 'Correct the path, or remove this part of the patch.';

function applyTo(object: ApiObject, document: unknown, operation: PatchOperation): unknown {
  const { op, path } = operation;
  const places = 'from' in operation ? [operation.from, path] : [path];
  const relative = places.find((place) => !place.startsWith('/'));
  if (relative !== undefined) {
    throw invalid(object, `${op} at "${relative}": not the path of a field, which starts with '/'.`, CORRECT_PATH);
  }
  try {
    // Validated, on a copy, and without a way to prototypes.
    return applyOperation<unknown>(document, operation, true, false, true).newDocument;
  } catch (error) {
    // Nothing but its name: the error's message shows the value and the document.
    const place = textAt(error, 'name') === 'OPERATION_FROM_UNRESOLVABLE' ? (places[0] ?? path) : path;
    throw invalid(object, `${op} at ${place}: ${whereItEnds(document, place)}`, CORRECT_PATH);
  }
}

/** How far a path leads, and what is there. Keys are shown, values never. */
function whereItEnds(manifest: unknown, pointer: string): string {
  let value = manifest;
  let reached = '';
  for (const part of pointer.slice(1).split('/')) {
    const next = child(value, part.replaceAll('~1', '/').replaceAll('~0', '~'));
    if (next === undefined) {
      const place = reached === '' ? 'the manifest' : reached;
      const content = Array.isArray(value)
        ? `is a list of ${value.length}`
        : isFields(value)
          ? `has ${Object.keys(value).sort().join(', ')}`
          : 'has no fields';
      return `nothing is there; ${place} ${content}.`;
    }
    value = next;
    reached = `${reached}/${part}`;
  }
  return 'what is there is another value, or cannot be changed so.';
}

function escapeKey(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

function isFields<T>(value: T): value is T & Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What JSON does not have would be written as something else, or as nothing. */
function checkPlain(object: ApiObject, value: unknown, pointer: string): void {
  if (Array.isArray(value) || (isFields(value) && isOfNoClass(value))) {
    for (const [key, field] of Object.entries(value)) {
      checkPlain(object, field, `${pointer}/${escapeKey(key)}`);
    }
    return;
  }
  const isPlain =
    value === null ||
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    (typeof value === 'number' && Number.isFinite(value));
  if (!isPlain) {
    throw invalid(
      object,
      `holds at ${pointer === '' ? 'its root' : pointer} what is no plain data and would not be written as it is meant.`,
      "Give texts, numbers, booleans, lists and objects, as they stand in the manifest: '2Gi' and not Size.gibibytes(2).",
    );
  }
}

/** Whether it is an object of braces or of JSON, of whatever realm: its prototype is the last. */
function isOfNoClass(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** What tells an object from any other; a version of its group is another way to write the same. */
function identityOf(manifest: unknown): unknown {
  const { apiVersion, kind, namespace, name } = resourceOf(manifest);
  return { group: groupOf(apiVersion ?? ''), kind, namespace, name };
}

function invalid(object: ApiObject, reason: string, remedy: string): InvalidPropError {
  return new InvalidPropError(object, { prop: 'patch', reason, remedy });
}
