import type { Graph, GraphObject } from '../../graph';
import { child, field, textAt } from '../../manifest/plain-data';
import { graphPolicy } from '../policy';

export const serviceSelector = graphPolicy({
  id: 'service-selector',
  title: 'A Service that leads elsewhere has no selector',
  severity: 'error',
  graph: (graph) =>
    [...selectorsTooMany(graph)].map(([object, message]) => ({ object, path: ['spec', 'selector'], message })),
  why: 'With a selector, Kubernetes fills in the endpoints by the pods that it finds: they stand beside those that somebody wrote, or replace them. An ExternalName has none at all. Labels that Kustomize writes into selectors come to such Services too.',
  fix: 'Remove the selector; in an overlay, write labels without selectors (labels: includeSelectors: false), or patch it away.',
  link: 'https://kubernetes.io/docs/concepts/services-networking/service/#services-without-selectors',
});

/** https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#management */
const CONTROLLER = 'endpointslice-controller.k8s.io';

/** The Services that have a selector and must have none, and why they must not. */
export function selectorsTooMany({ objects }: Graph): ReadonlyMap<GraphObject, string> {
  const written = new Map<string, GraphObject>();
  for (const object of objects) {
    const service = writtenFor(object);
    if (service !== undefined) {
      written.set(`${object.namespace}/${service}`, object);
    }
  }
  const found = new Map<GraphObject, string>();
  for (const object of objects.filter(hasSelector)) {
    const endpoints = written.get(`${object.namespace}/${object.resource.name ?? ''}`);
    if (textAt(object.manifest, 'spec', 'type') === 'ExternalName') {
      found.set(object, 'an ExternalName Service selects no pods, and has a selector');
    } else if (endpoints !== undefined) {
      const { kind, name } = endpoints.resource;
      found.set(object, `its endpoints are written in ${kind ?? ''} ${name ?? ''}, and it has a selector`);
    }
  }
  return found;
}

function hasSelector({ manifest, group, resource }: GraphObject): boolean {
  const selector = field(manifest, 'spec', 'selector');
  const isEmpty = typeof selector !== 'object' || selector === null || Object.keys(selector).length === 0;
  return group === '' && resource.kind === 'Service' && !isEmpty;
}

/** The Service whose endpoints somebody wrote by hand; those of a controller say so. */
function writtenFor({ manifest, group, resource: { kind, name } }: GraphObject): string | undefined {
  const labels = field(manifest, 'metadata', 'labels');
  if (group === 'discovery.k8s.io' && kind === 'EndpointSlice') {
    const isManaged = textAt(labels, 'endpointslice.kubernetes.io/managed-by') === CONTROLLER;
    return isManaged ? undefined : textAt(labels, 'kubernetes.io/service-name');
  }
  const triggered = 'endpoints.kubernetes.io/last-change-trigger-time';
  return group === '' &&
    kind === 'Endpoints' &&
    child(field(manifest, 'metadata', 'annotations'), triggered) === undefined
    ? (name ?? undefined)
    : undefined;
}
