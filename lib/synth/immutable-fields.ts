import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';

// Fields of which the API server refuses every change, by kind: what is not in this list of a StatefulSet's may change.
// https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/ and pkg/apis/apps/validation of Kubernetes
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  StatefulSet: ['volumeClaimTemplates', 'serviceName', 'podManagementPolicy', 'selector'],
  Deployment: ['selector'],
  DaemonSet: ['selector'],
};

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
      const fields = FIELDS[textAt(object, 'kind')] ?? [];
      const changes = fields.flatMap((field) =>
        changesOf(`spec.${field}`, at(old.get(idOf(object)), 'spec', field), at(object, 'spec', field)),
      );
      return !old.has(idOf(object)) || changes.length === 0
        ? []
        : [
            `WARNING: ${idOf(object)}: ${changes.join(', ')}: kubectl apply will be refused, since this cannot change while the ` +
              `${textAt(object, 'kind')} exists. README, "Grow a volume", says what to do without losing data.`,
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
  const namespace = textAt(object, 'metadata', 'namespace');
  return `${textAt(object, 'kind')} ${namespace === '' ? '' : `${namespace}/`}${textAt(object, 'metadata', 'name')}`;
}

/** The differing parts of two values, down to what is no object. */
function changesOf(path: string, before: unknown, after: unknown): string[] {
  if (isObject(before) && isObject(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      changesOf(Array.isArray(after) ? `${path}[${key}]` : `${path}.${key}`, at(before, key), at(after, key)),
    );
  }
  return JSON.stringify(before) === JSON.stringify(after)
    ? []
    : [`${path} changes from ${shown(before)} to ${shown(after)}`];
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value);
}

function textAt(value: unknown, ...keys: readonly string[]): string {
  const text = at(value, ...keys);
  return typeof text === 'string' ? text : '';
}

function at(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>((parent, key) => (isObject(parent) ? parent[key] : undefined), value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
