import type { Graph, GraphObject, Workload } from '../../graph';
import { child, field, listAt, textAt } from '../../manifest/plain-data';
import type { Comparison, ObjectChange } from '../model';
import { annotationOf, kindOf, perComparison, updateOf } from './objects';

// Who reads a ConfigMap or Secret, and who is restarted when it changes.

/** How the containers of a workload read something of a ConfigMap or Secret. */
export interface Reading {
  /** As variables, which are read when a container starts. */
  readonly asVariables: boolean;
  /** As files, which the kubelet updates. */
  readonly asFiles: boolean;
  /** As files by a subPath, which it does not. */
  readonly bySubPath: boolean;
}

const DATA = ['data', 'binaryData', 'stringData'];

/** The keys of a ConfigMap or Secret whose values changed, came or went. */
export function changedKeys({ fields, old, new: now }: ObjectChange): ReadonlySet<string> {
  return new Set(
    fields
      .filter(({ path }) => DATA.includes(String(path[0])))
      .flatMap(({ path: [part = '', key] }) =>
        key === undefined
          ? [old, now].flatMap((object) => Object.keys(child(object?.manifest, part) ?? {}))
          : [String(key)],
      ),
  );
}

/** How a workload reads one of some keys of a ConfigMap or Secret. */
export function readingOf({ podSpec }: Workload, object: GraphObject, keys: ReadonlySet<string>): Reading {
  const isSecret = object.resource.kind === 'Secret';
  const name = object.resource.name ?? '';
  const keyRef = isSecret ? 'secretKeyRef' : 'configMapKeyRef';
  const fromRef = isSecret ? 'secretRef' : 'configMapRef';
  const hasItem = (source: unknown): boolean => {
    const items = listAt(source, 'items');
    return items.length === 0 || items.some((item) => keys.has(textAt(item, 'key')));
  };
  const isNamed = (source: unknown): boolean =>
    (textAt(source, 'name') || textAt(source, 'secretName')) === name && hasItem(source);
  const volumes = new Set(
    listAt(podSpec, 'volumes')
      .filter((volume) => {
        const part = isSecret ? 'secret' : 'configMap';
        const sources = listAt(volume, 'projected', 'sources').map((source) => child(source, part));
        return [child(volume, part), ...sources].some((source) => source !== undefined && isNamed(source));
      })
      .map((volume) => textAt(volume, 'name')),
  );
  const containers = [...listAt(podSpec, 'containers'), ...listAt(podSpec, 'initContainers')];
  const mounts = containers
    .flatMap((container) => listAt(container, 'volumeMounts'))
    .filter((mount) => volumes.has(textAt(mount, 'name')));
  const isSubPath = (mount: unknown): boolean => textAt(mount, 'subPath') !== '' || textAt(mount, 'subPathExpr') !== '';
  return {
    asVariables: containers.some(
      (container) =>
        listAt(container, 'envFrom').some((source) => textAt(source, fromRef, 'name') === name) ||
        listAt(container, 'env').some((variable) => {
          const reference = field(variable, 'valueFrom', keyRef);
          return textAt(reference, 'name') === name && keys.has(textAt(reference, 'key'));
        }),
    ),
    asFiles: mounts.some((mount) => !isSubPath(mount)),
    bySubPath: mounts.some(isSubPath),
  };
}

/** Data of a ConfigMap or Secret that changes. */
export interface ChangedData {
  readonly object: GraphObject;
  readonly keys: ReadonlySet<string>;
}

/** The data that a change alters: its own, or that of the Secret that an operator makes of it. */
export function changedDataOf(change: ObjectChange, graph: Graph): ChangedData | undefined {
  const object = changedData(change);
  if (object !== undefined) {
    return { object, keys: changedKeys(change) };
  }
  const update = updateOf(change);
  if (update === undefined || kindOf(update.new) !== 'external-secrets.io/ExternalSecret') {
    return undefined;
  }
  const { manifest, namespace, resource } = update.new;
  const secret = graph.find(
    '',
    'Secret',
    namespace,
    textAt(manifest, 'spec', 'target', 'name') || (resource.name ?? ''),
  );
  const entries = listAt(manifest, 'spec', 'data');
  const keys = new Set(
    change.fields.flatMap(({ path: [spec, part, index, ...rest] }) =>
      spec !== 'spec'
        ? []
        : part === 'data' && typeof index === 'number'
          ? [textAt(entries[index], 'secretKey')]
          : part === 'dataFrom'
            ? ['everything']
            : part === 'target' && index === 'template' && rest[0] === 'data'
              ? [String(rest[1] ?? 'everything')]
              : [],
    ),
  );
  return secret === undefined || keys.size === 0 ? undefined : { object: secret, keys };
}

const PREFIX = 'reloader.stakater.com';
const PARTS: Readonly<Record<string, string>> = { ConfigMap: 'configmap', Secret: 'secret' };

/**
 * Whether Stakater's Reloader restarts a workload when a ConfigMap or Secret changes that it reads: by annotations of its own or of its pod
 * template (https://github.com/stakater/Reloader#readme).
 */
export function isReloaded(workload: Workload, object: GraphObject): boolean {
  const part = PARTS[object.resource.kind ?? ''] ?? '';
  const template = field(workload.manifest, 'spec', 'template', 'metadata', 'annotations');
  const said = (name: string): string => annotationOf(workload, name) || textAt(template, name);
  const named = said(`${part}.${PREFIX}/reload`).split(',');
  return (
    said(`${PREFIX}/auto`) === 'true' ||
    said(`${part}.${PREFIX}/auto`) === 'true' ||
    named.map((name) => name.trim()).includes(object.resource.name ?? '') ||
    (said(`${PREFIX}/search`) === 'true' && annotationOf(object, `${PREFIX}/match`) === 'true')
  );
}

const changedObjects = perComparison(({ changes, new: graph }) => {
  const byReader = new Map<Workload, GraphObject[]>();
  for (const change of changes) {
    const object = changedData(change);
    for (const reader of object === undefined ? [] : graph.readersOf(object)) {
      const found = byReader.get(reader) ?? [];
      byReader.set(reader, [...found, ...(object === undefined ? [] : [object])]);
    }
  }
  return byReader;
});

/** The ConfigMap or Secret whose data a change alters. */
export function changedData(change: ObjectChange): GraphObject | undefined {
  const update = updateOf(change);
  return update !== undefined && ['/ConfigMap', '/Secret'].includes(kindOf(update.new)) && changedKeys(change).size > 0
    ? update.new
    : undefined;
}

/** The ConfigMaps and Secrets of the new set that a workload reads and whose data changed. */
export function changedConfiguration(workload: Workload, comparison: Comparison): readonly GraphObject[] {
  return changedObjects(comparison).get(workload) ?? [];
}

/** Names in a Secret or ConfigMap, such as `spec.data[].secretKey`, are no values. */
export function keysText(keys: ReadonlySet<string>): string {
  return [...keys].toSorted().join(', ');
}
