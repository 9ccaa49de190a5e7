import type { Construct } from 'constructs';
import { k8s } from '../../imports/k8s';
import { checkName, isDnsName } from './validation';
import { InvalidPropError } from './invalid-prop';
import { type Component, metadataOf } from './labels';
import { PatchableConstruct } from './patch';

/** A path of the ingress and the service that answers it. */
export interface IngressRoute {
  /** Path of the URL, starting with `/`. */
  readonly path: string;
  /**
   * Whether only this path matches, or every path below it too.
   * @default false
   */
  readonly exact?: boolean;
  /** The service, in the ingress' namespace. */
  readonly service: {
    /** Name of the Service. */
    readonly name: string;
    /** Name of its port. */
    readonly portName: string;
  };
}

/** Props of {@link Ingress}. */
export interface IngressProps extends Component {
  /** Name of the IngressClass, that is, of the ingress controller. */
  readonly ingressClassName: string;
  /**
   * DNS name in the URL.
   * @default - every name
   */
  readonly host?: string;
  /**
   * What a reader should know, such as where it is reached from outside: the annotation `kubernetes.io/description`.
   * @default - none
   */
  readonly description?: string;
  /** The routes. The longest path that matches wins, an exact one before a prefix. */
  readonly routes: readonly IngressRoute[];
}

/** HTTP routes from outside the cluster to services. */
export class Ingress extends PatchableConstruct {
  /** Name of the Ingress: the construct's id. */
  public readonly name: string;

  /** @throws InvalidPropError if there is no route, a path is not absolute or stands twice, or the host is no DNS name. */
  constructor(scope: Construct, id: string, props: IngressProps) {
    super(scope, id);
    checkName(this, 'id', id);
    checkRoutes(this, props.routes);
    if (props.host !== undefined && !isDnsName(props.host)) {
      throw new InvalidPropError(this, {
        prop: 'host',
        value: props.host,
        reason: 'not a DNS name, and the API server refuses it.',
        remedy: 'Give a name such as www.example.com, without scheme, port and path.',
      });
    }
    this.name = id;

    new k8s.KubeIngress(this, 'Ingress', {
      metadata: metadataOf(
        this,
        {
          ...props,
          name: props.name ?? id,
          annotations: {
            ...props.annotations,
            ...(props.description !== undefined && { 'kubernetes.io/description': props.description }),
          },
        },
        id,
      ),
      spec: {
        ingressClassName: props.ingressClassName,
        rules: [
          {
            ...(props.host !== undefined && { host: props.host }),
            http: {
              paths: props.routes.map(({ path, exact = false, service }) => ({
                path,
                pathType: exact ? 'Exact' : 'Prefix',
                backend: { service: { name: service.name, port: { name: service.portName } } },
              })),
            },
          },
        ],
      },
    });
  }
}

function checkRoutes(scope: Construct, routes: readonly IngressRoute[]): void {
  if (routes.length === 0) {
    throw new InvalidPropError(scope, {
      prop: 'routes',
      value: routes,
      reason: 'no route: the ingress would reach no service.',
      remedy: 'Name at least one.',
    });
  }
  const seen = new Set<string>();
  for (const [index, { path, exact = false }] of routes.entries()) {
    // https://kubernetes.io/docs/concepts/services-networking/ingress/#path-types
    if (!path.startsWith('/') || /\/\/|\/\.\.?(\/|$)|\s|%2f/i.test(path)) {
      throw new InvalidPropError(scope, {
        prop: `routes[${index}].path`,
        value: path,
        reason: 'not an absolute, normal path, and the API server refuses it.',
        remedy: "Start it with '/', without '//', '.' and '..' as parts.",
      });
    }
    const key = `${exact ? 'exact' : 'prefix'} ${path}`;
    if (seen.has(key)) {
      throw new InvalidPropError(scope, {
        prop: `routes[${index}].path`,
        value: path,
        reason: 'given twice; which service answers would be up to the ingress controller.',
        remedy: 'Remove one.',
      });
    }
    seen.add(key);
  }
}
