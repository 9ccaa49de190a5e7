import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { TraefikServiceSpec } from '../../imports/traefik.io';
import type { HttpRoute, HttpRouteRule } from '../constructs/http-route';
import { type Component, metadataOf } from '../constructs/labels';
import { Patch } from '../constructs/patch';

const GROUP = 'traefik.io';
const KIND = 'TraefikService';

/** A route of an {@link HttpRoute} whose clients must come back to the pod that they came to first. */
export interface StickyRoute extends HttpRouteRule {
  readonly isSticky: boolean;
}

/**
 * Brings clients back to the pod that they came to first, by a cookie, on the routes that ask for it: these lead to a TraefikService in front of the
 * service, which Traefik reads where its Kubernetes CRD provider is on. Gateway API has nothing for it in its standard channel (GEP-1619 is
 * experimental), and Traefik does not read that.
 * https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/crd/http/traefikservice/
 *
 * @param routes the routes of the HttpRoute, in their order.
 */
export function addStickySessions(
  scope: Construct,
  route: HttpRoute,
  routes: readonly StickyRoute[],
  component: Omit<Component, 'name'>,
): void {
  const sticky = routes.flatMap(({ service, isSticky }, index) => (isSticky ? [{ service, index }] : []));
  for (const service of new Set(sticky.map((each) => each.service))) {
    const { name, endpoint } = service;
    new ApiObject(scope, `${KIND}-${name}`, {
      apiVersion: `${GROUP}/v1alpha1`,
      kind: KIND,
      metadata: metadataOf(scope, { ...component, name }),
      spec: {
        weighted: {
          services: [
            {
              name,
              port: endpoint.port,
              sticky: { cookie: { name: `${name}-pod`, httpOnly: true, secure: true, sameSite: 'lax' } },
            },
          ],
        },
      } satisfies TraefikServiceSpec,
    });
  }
  if (sticky.length > 0) {
    route.patch(
      { kind: 'HTTPRoute' },
      Patch.json(
        sticky.map(({ service: { name }, index }) => ({
          op: 'replace',
          path: `/spec/rules/${index}/backendRefs`,
          value: [{ group: GROUP, kind: KIND, name }],
        })),
      ),
    );
  }
}
