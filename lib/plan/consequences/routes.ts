import type { GraphObject } from '../../graph';
import { child, field, listAt, numberAt, textAt, textsAt } from '../../manifest/plain-data';
import type { Path } from '../../manifest/plain-data';
import { kindOf } from './objects';

// Where requests from outside are sent.

/** A way from a host and path to something in the cluster. */
export interface Route {
  /** `api.example.org/v1 (Prefix)`. */
  readonly from: string;
  /** `Service auth, port 8081`; several with their weights. */
  readonly to: string;
  readonly path: Path;
}

/** The routes of an Ingress, HTTPRoute, GRPCRoute, or of Traefik's IngressRoute; none of any other object. */
export function routesOf(object: GraphObject): readonly Route[] {
  switch (kindOf(object)) {
    case 'networking.k8s.io/Ingress':
      return ofIngress(object);
    case 'gateway.networking.k8s.io/HTTPRoute':
    case 'gateway.networking.k8s.io/GRPCRoute':
      return ofGateway(object);
    case 'traefik.io/IngressRoute':
      return listAt(object.manifest, 'spec', 'routes').map((route, index) => ({
        from: textAt(route, 'match'),
        to: listAt(route, 'services').map(backendText).join(', '),
        path: ['spec', 'routes', index],
      }));
    default:
      return [];
  }
}

function ofIngress({ manifest }: GraphObject): readonly Route[] {
  const fallback = field(manifest, 'spec', 'defaultBackend');
  return [
    ...(fallback === undefined
      ? []
      : [{ from: 'Every other request', to: ingressBackend(fallback), path: ['spec', 'defaultBackend'] }]),
    ...listAt(manifest, 'spec', 'rules').flatMap((rule, index) =>
      listAt(rule, 'http', 'paths').map((each, place) => ({
        from: `${textAt(rule, 'host') || '*'}${textAt(each, 'path') || '/'} (${textAt(each, 'pathType')})`,
        to: ingressBackend(child(each, 'backend')),
        path: ['spec', 'rules', index, 'http', 'paths', place],
      })),
    ),
  ];
}

function ingressBackend(backend: unknown): string {
  const service = child(backend, 'service');
  const number = numberAt(service, 'port', 'number');
  return service === undefined
    ? `${textAt(backend, 'resource', 'kind')} ${textAt(backend, 'resource', 'name')}`
    : `Service ${textAt(service, 'name')}, port ${number > 0 ? number : textAt(service, 'port', 'name')}`;
}

function ofGateway({ manifest }: GraphObject): readonly Route[] {
  const hosts = textsAt(manifest, 'spec', 'hostnames');
  const parents = listAt(manifest, 'spec', 'parentRefs')
    .map((parent) => [textAt(parent, 'name'), textAt(parent, 'sectionName')].filter((part) => part !== '').join('/'))
    .join(', ');
  return listAt(manifest, 'spec', 'rules').flatMap((rule, index) => {
    const backends = listAt(rule, 'backendRefs').map(backendText).join(', ');
    const matches = listAt(rule, 'matches');
    return (matches.length === 0 ? [undefined] : matches).flatMap((match) =>
      (hosts.length === 0 ? ['*'] : hosts).map((host) => ({
        from: `${host}${matchText(match)} at Gateway ${parents}`,
        to: backends === '' ? 'what its filters say' : backends,
        path: ['spec', 'rules', index],
      })),
    );
  });
}

function matchText(match: unknown): string {
  const type = textAt(match, 'path', 'type') || 'PathPrefix';
  const method =
    textAt(match, 'method') ||
    [textAt(match, 'method', 'service'), textAt(match, 'method', 'method')].filter((part) => part !== '').join('/');
  const more = ['headers', 'queryParams']
    .flatMap((list) => listAt(match, list))
    .map((each) => `${textAt(each, 'name')}=${textAt(each, 'value')}`);
  const extra = [method, ...more].filter((part) => part !== '');
  return `${textAt(match, 'path', 'value') || '/'} (${[type, ...extra].join(', ')})`;
}

function backendText(backend: unknown): string {
  const kind = textAt(backend, 'kind') || 'Service';
  const port = child(backend, 'port');
  const weight = child(backend, 'weight');
  return [
    `${kind} ${textAt(backend, 'name')}`,
    ...(typeof port === 'number' || typeof port === 'string' ? [`port ${port}`] : []),
    ...(typeof weight === 'number' && weight !== 1 ? [`weight ${weight}`] : []),
  ].join(', ');
}
