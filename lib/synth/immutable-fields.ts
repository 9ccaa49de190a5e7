import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { refusedChanges } from '../manifest/immutable-fields';
import { formatPath, groupOf, resourceOf } from '../manifest/manifest';
import { child, valueAt } from '../manifest/plain-data';
import type { Path } from '../manifest/plain-data';

/** Kinds whose pods end with them. */
const WITH_PODS = new Set(['Deployment', 'DaemonSet', 'ReplicaSet', 'Job', 'Rollout', 'Pod']);

/**
 * The changes that `kubectl apply` would refuse, where what was synthesized last was applied: a line for each object.
 *
 * @param folder the manifests that were synthesized last; what is not there or cannot be read is passed over.
 * @param manifests file name to the YAML that takes its place.
 */
export function immutableChanges(folder: string, manifests: ReadonlyMap<string, string>): string[] {
  return [...manifests].flatMap(([fileName, after]) => {
    const before = readIfPossible(join(folder, fileName));
    if (before === undefined || before === after) {
      return [];
    }
    const old = new Map(objects(before).map((object) => [idOf(object), object]));
    return objects(after).flatMap((object) => {
      const id = idOf(object);
      const { apiVersion, kind, namespace, name } = resourceOf(object);
      const changesAt = (path: Path): readonly string[] =>
        changesOf(formatPath(path), valueAt(old.get(id), path), valueAt(object, path));
      // What some servers refuse and others do not, a plan tells.
      const changes = refusedChanges(
        `${groupOf(apiVersion ?? '')}/${kind ?? ''}`,
        old.get(id),
        object,
        (path) => changesAt(path).length > 0,
      )
        .filter(({ until }) => until === undefined)
        .flatMap(({ field }) => changesAt(field));
      return !old.has(id) || changes.length === 0
        ? []
        : [
            `WARNING: ${id}: ${changes.join(', ')}: kubectl apply will be refused, since this cannot change while the ${kind ?? ''} exists. ` +
              (kind === 'StatefulSet'
                ? 'README, "Grow a volume", says what to do without losing data.'
                : `Remove it first${WITH_PODS.has(kind ?? '') ? ', which ends its pods' : ''} (kubectl -n ${namespace ?? 'default'} delete ${(kind ?? '').toLowerCase()} ${name ?? ''}), and apply again.`),
          ];
    });
  });
}

function readIfPossible(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function objects(yaml: string): unknown[] {
  try {
    return loadAll(yaml);
  } catch {
    return []; // Somebody's own edit, which is about to go.
  }
}

function idOf(object: unknown): string {
  const { kind, namespace, name } = resourceOf(object);
  return `${kind ?? ''} ${namespace === null ? '' : `${namespace}/`}${name ?? ''}`;
}

/** The differing parts of two values, down to what is no object. */
function changesOf(path: string, before: unknown, after: unknown): string[] {
  if (isObject(before) && isObject(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      changesOf(Array.isArray(after) ? `${path}[${key}]` : `${path}.${key}`, child(before, key), child(after, key)),
    );
  }
  return JSON.stringify(before) === JSON.stringify(after)
    ? []
    : [`${path} changes from ${shown(before)} to ${shown(after)}`];
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
