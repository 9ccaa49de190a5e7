import { productsOf } from '../../graph/produced';
import type { Product } from '../../graph/produced';
import type { Graph, GraphObject } from '../../graph';
import { groupOf } from '../../manifest/manifest';
import { field, valueAt } from '../../manifest/plain-data';
import type { Path } from '../../manifest/plain-data';
import { graphPolicy } from '../policy';
import type { GraphFault } from '../policy';

export const singleWriter = graphPolicy({
  id: 'single-writer',
  title: 'No two objects write the same Secret',
  severity: 'error',
  graph: writtenTwice,
  why: 'Each overwrites what the other wrote, for ever or whenever it is applied: which values are read is a matter of luck.',
  fix: 'Leave one: the Secret, or what makes it of a store, a certificate or a user; or give one of them another name.',
  link: 'https://external-secrets.io/latest/guides/ownership-deletion-policy/',
});

/** What has one owner. Operators share a Service among objects of a kind, and a StatefulSet takes claims that are there already. */
const WRITTEN = 'Secret';

/** They leave alone what somebody else makes (https://cert-manager.io/docs/usage/ingress/). */
const YIELDING: ReadonlySet<string> = new Set(['Gateway', 'Ingress']);

/** Where an object says what it writes, if not by its own name. */
const FIELDS: readonly Path[] = [
  ['spec', 'target', 'name'],
  ['spec', 'secretName'],
];

function writtenTwice(graph: Graph): readonly GraphFault[] {
  const find = graph.find.bind(graph);
  const writers = new Map<string, GraphObject>();
  const faults: GraphFault[] = [];
  for (const object of graph.objects) {
    // What is there already may be what the other one has written.
    if (object.isGiven || YIELDING.has(object.resource.kind ?? '')) {
      continue;
    }
    for (const product of productsOf(object, find)) {
      const key = keyOf(product);
      const other = writers.get(key);
      if (product.kind === WRITTEN && other !== undefined && shown(other) !== shown(object)) {
        faults.push({
          object,
          path: fieldOf(object),
          message: `${product.kind} ${product.name} is written by ${shown(other)} too`,
        });
      }
      writers.set(key, other ?? object);
    }
  }
  return [...faults, ...graph.objects.flatMap((object) => writtenBeside(object, writers))];
}

/** What is wrong with an object that another one writes as well. */
function writtenBeside(object: GraphObject, writers: ReadonlyMap<string, GraphObject>): readonly GraphFault[] {
  const { manifest, group, resource, namespace, isGiven } = object;
  const kind = resource.kind ?? '';
  const isRead = field(manifest, 'metadata', 'uid') !== undefined;
  const writer =
    isGiven || isRead || group !== '' || kind !== WRITTEN
      ? undefined
      : writers.get(keyOf({ apiVersion: 'v1', kind, namespace, name: resource.name ?? '' }));
  return writer === undefined
    ? []
    : [{ object, path: ['metadata', 'name'], message: `${shown(writer)} writes this ${kind} too` }];
}

function keyOf({ apiVersion, kind, namespace, name }: Product): string {
  return JSON.stringify([groupOf(apiVersion), kind, namespace, name]);
}

function fieldOf({ manifest }: GraphObject): Path {
  return FIELDS.find((path) => valueAt(manifest, path) !== undefined) ?? ['metadata', 'name'];
}

function shown({ resource: { kind, name } }: GraphObject): string {
  return `${kind ?? ''} ${name ?? ''}`;
}
