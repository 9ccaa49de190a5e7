import type { Path } from '../manifest/plain-data';
import { groupOf } from '../manifest/manifest';
import type { Resource } from '../manifest/manifest';
import type { PodTemplateKind } from '../manifest/workloads';
import { nearest } from '../manifest/nearest';

// Containers where no pod template is known to stand: what is not looked at must not pass for clean.

/** The fields of a pod's spec that list containers. */
const LISTS = ['containers', 'initContainers', 'ephemeralContainers'];

/** What lists containers and runs none: schemas with their defaults, and measurements. */
const HARMLESS = [
  { group: 'apiextensions.k8s.io', kind: 'CustomResourceDefinition' },
  { group: 'metrics.k8s.io', kind: 'PodMetrics' },
];

/** What is written about an object, and tells nobody to run anything. */
const ABOUT = ['metadata', 'status'];

/** Every list of containers in an object: under their usual names, with a map in it, as text is no container. */
export function unseenContainers(manifest: unknown, { apiVersion, kind }: Resource): readonly Path[] {
  if (HARMLESS.some((known) => known.group === groupOf(apiVersion ?? '') && known.kind === kind)) {
    return [];
  }
  const found: Path[] = [];
  const visit = (value: unknown, path: Path): void => {
    if (typeof value !== 'object' || value === null) {
      return;
    }
    const entries: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
      ? value.map((item: unknown, index) => [index, item] as const)
      : Object.entries(value);
    for (const [key, below] of entries) {
      if (path.length === 0 && ABOUT.includes(String(key))) {
        continue;
      }
      if (LISTS.includes(String(key)) && Array.isArray(below) && below.some(isMap)) {
        found.push([...path, key]);
      } else if (typeof below === 'object') {
        visit(below, [...path, key]);
      }
    }
  };
  visit(manifest, []);
  return found;
}

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The known kind that is meant, if one is near: of the same name in another group, or of a name with a mistake or two. */
export function nearestKind({ apiVersion, kind }: Resource, kinds: readonly PodTemplateKind[]): string {
  if (kinds.some((known) => known.kind === kind && known.group === groupOf(apiVersion ?? ''))) {
    return '';
  }
  const meant = nearest(kind ?? '', kinds, (known) => known.kind);
  return meant === undefined ? '' : `${meant.kind} of ${meant.group || 'v1'}`;
}
