import { Reachability } from '../../graph';
import type { Graph, GraphObject, Workload } from '../../graph';
import { field, textAt, valueAt } from '../../manifest/plain-data';
import type { Path } from '../../manifest/plain-data';
import type { Comparison, Consequence, ConsequenceKind, ObjectChange, Severity } from '../model';

// What the rules read of changes and objects.

/** An object that stays and changes. */
export interface Update {
  readonly old: GraphObject;
  readonly new: GraphObject;
}

/** The pair of objects of a change that is an update; a rename is none, since both objects are there afterwards. */
export function updateOf(change: ObjectChange): Update | undefined {
  return change.action === 'update' && change.old !== undefined && change.new !== undefined
    ? { old: change.old, new: change.new }
    : undefined;
}

/** The object that the new set does not have. */
export function removedBy(change: ObjectChange): GraphObject | undefined {
  return change.action === 'delete' || change.action === 'rename' ? change.old : undefined;
}

/** The object that the old set did not have. */
export function addedBy(change: ObjectChange): GraphObject | undefined {
  return change.action === 'create' || change.action === 'rename' ? change.new : undefined;
}

/** `apps/Deployment`; `/Service` for the core group. */
export function kindOf({ group, resource }: GraphObject): string {
  return `${group}/${resource.kind ?? ''}`;
}

/** `Deployment auth`. */
export function nameOf({ resource }: GraphObject): string {
  return `${resource.kind ?? ''} ${resource.name ?? ''}`;
}

/** An object of another set, with its identity. */
export function sameIn(graph: Graph, { group, namespace, resource }: GraphObject): GraphObject | undefined {
  return graph.find(group, resource.kind ?? '', namespace, resource.name ?? '');
}

/** Whether there are pods of an object. */
export function isWorkload(object: GraphObject | undefined): object is Workload {
  return object !== undefined && 'podSpec' in object && 'podLabels' in object;
}

/** A workload of another set, with the identity of an object. */
export function workloadIn(graph: Graph, object: GraphObject): Workload | undefined {
  const found = sameIn(graph, object);
  return isWorkload(found) ? found : undefined;
}

/** Whether a field changed, or anything below it. */
export function isChanged({ fields, old, new: now }: ObjectChange, field: Path): boolean {
  return fields.some(({ path }) =>
    path.length >= field.length
      ? field.every((key, index) => key === path[index])
      : // All of what it stands in came or went.
        path.every((key, index) => key === field[index]) &&
        JSON.stringify(valueAt(old?.manifest, field)) !== JSON.stringify(valueAt(now?.manifest, field)),
  );
}

/** The first field that changed at or below a path, or the path itself. */
export function causeIn(change: ObjectChange, path: Path): Path {
  const found = change.fields.find(({ path: changed }) => path.every((key, index) => changed[index] === key));
  return found?.path ?? path;
}

/** A label or annotation; empty where there is none. */
export function annotationOf({ manifest }: GraphObject, name: string): string {
  return textAt(field(manifest, 'metadata', 'annotations'), name);
}

/** A consequence of a change. */
export function consequence(
  kind: ConsequenceKind,
  severity: Severity,
  message: string,
  path: Path,
  source: string,
): Consequence {
  return { kind, severity, message, field: path, source };
}

/** `a`, `a and b`, `a, b and c`; of many, the first and how many more. */
export function listText(items: readonly string[], most = 6): string {
  const shown = items.length > most ? [...items.slice(0, most - 1), `${items.length - most + 1} more`] : items;
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1) ?? ''}`;
}

/** What something is computed for once for each comparison. */
export function perComparison<T>(compute: (comparison: Comparison) => T): (comparison: Comparison) => T {
  const known = new WeakMap<Comparison, { readonly value: T }>();
  return (comparison) => {
    const found = known.get(comparison) ?? { value: compute(comparison) };
    known.set(comparison, found);
    return found.value;
  };
}

/** What something is computed for once for each graph. */
export function perGraph<T>(compute: (graph: Graph) => T): (graph: Graph) => T {
  const known = new WeakMap<Graph, { readonly value: T }>();
  return (graph) => {
    const found = known.get(graph) ?? { value: compute(graph) };
    known.set(graph, found);
    return found.value;
  };
}

/** Who may connect to whom in a set. */
export const reachabilityOf = perGraph((graph) => new Reachability(graph));
