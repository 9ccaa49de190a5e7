import type { Construct } from 'constructs';
import { k8s } from '../../imports/k8s';
import { checkHostName, checkName, checkObjectName, checkRoutePath, routeMatch } from './validation';
import type { Endpoint } from './endpoint';
import { InvalidPropError } from './invalid-prop';
import { type Component, metadataOf } from './labels';
import { checkPortName } from './port';
import { PatchableConstruct } from './patch';

/** A service that answers requests. */
export interface IngressBackend {
  /** Name of the Service, in the ingress' namespace. */
  readonly name: string;
  /** Name of its port. */
  readonly portName: string;
  /**
   * The Service, by which {@link NetworkPolicies} finds the pods that the ingress controller connects to.
   * @default - not known
   */
  readonly endpoint?: Endpoint;
}

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
  readonly service: IngressBackend;
}

/** The routes of a host. */
export interface IngressRule {
  /**
   * DNS name in the URL; `*.example.com` stands for every name with one label more.
   * @default - every name that no other rule has
   */
  readonly host?: string;
  /** The routes. The longest path that matches wins, an exact one before a prefix. */
  readonly routes: readonly IngressRoute[];
}

/** HTTPS for some of the hosts. */
export interface IngressTls {
  /**
   * Name of the Secret, of type `kubernetes.io/tls` and in the ingress' namespace, that holds certificate and key.
   * @default - none: the ingress controller's own certificate
   */
  readonly secretName?: string;
  /**
   * The hosts that the certificate is for, written as in the rules: a controller compares them as texts.
   * @default - every host of the rules
   */
  readonly hosts?: readonly string[];
}

/** Props of {@link Ingress}. */
export interface IngressProps extends Component {
  /** Name of the IngressClass, that is, of the ingress controller. */
  readonly ingressClassName: string;
  /**
   * DNS name in the URL, where there is one for all of {@link routes}.
   * @default - every name
   */
  readonly host?: string;
  /**
   * The routes, where they are the same for every host. The longest path that matches wins, an exact one before a prefix.
   * @default - none: see {@link rules} and {@link defaultBackend}
   */
  readonly routes?: readonly IngressRoute[];
  /**
   * Hosts that have routes of their own. Instead of {@link host} and {@link routes}.
   * @default - none
   */
  readonly rules?: readonly IngressRule[];
  /**
   * The service that answers what no route matches.
   * @default - none: what the ingress controller answers, mostly 404
   */
  readonly defaultBackend?: IngressBackend;
  /**
   * HTTPS, with which certificate for which hosts.
   * @default - none
   */
  readonly tls?: readonly IngressTls[];
  /**
   * What a reader should know, such as where it is reached from outside: the annotation `kubernetes.io/description`.
   * @default - none
   */
  readonly description?: string;
}

/** HTTP routes from outside the cluster to services. */
export class Ingress extends PatchableConstruct {
  /** Name of the Ingress: the construct's id. */
  public readonly name: string;
  /** The services that it leads to, each once. */
  public readonly backends: readonly IngressBackend[];
  /** The Ingress. */
  public readonly ingress: k8s.KubeIngress;

  /**
   * @throws InvalidPropError if there is neither a route nor a default backend, a path is not absolute or stands twice, a host is no DNS name,
   * stands twice, or is in `tls` alone, or a name is none.
   */
  constructor(scope: Construct, id: string, props: IngressProps) {
    super(scope, id);
    checkObjectName(this, 'id', id);
    checkObjectName(this, 'ingressClassName', props.ingressClassName);
    const rules = rulesOf(this, props);
    if (props.defaultBackend !== undefined) {
      checkBackend(this, 'defaultBackend', props.defaultBackend);
    }
    const { tls = [] } = props;
    checkTls(this, tls, rules);
    this.name = id;
    this.backends = backendsOf(rules, props.defaultBackend);

    const hosts = rules.flatMap(({ host }) => host ?? []);
    this.ingress = new k8s.KubeIngress(this, 'Ingress', {
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
        ...(props.defaultBackend !== undefined && { defaultBackend: toBackend(props.defaultBackend) }),
        ...(tls.length > 0 && {
          tls: tls.map((entry) => ({
            ...((entry.hosts ?? hosts).length > 0 && { hosts: [...(entry.hosts ?? hosts)] }),
            ...(entry.secretName !== undefined && { secretName: entry.secretName }),
          })),
        }),
        ...(rules.length > 0 && { rules: rules.map(toRule) }),
      },
    });
  }
}

function backendsOf(rules: readonly IngressRule[], defaultBackend: IngressBackend | undefined): IngressBackend[] {
  const all = [...rules.flatMap(({ routes }) => routes.map(({ service }) => service)), defaultBackend ?? []].flat();
  return [...new Map(all.map((backend) => [`${backend.name} ${backend.portName}`, backend])).values()];
}

function toRule({ host, routes }: IngressRule): k8s.IngressRule {
  return {
    ...(host !== undefined && { host }),
    http: {
      paths: routes.map(({ path, exact = false, service }) => ({
        path,
        pathType: exact ? 'Exact' : 'Prefix',
        backend: toBackend(service),
      })),
    },
  };
}

function toBackend({ name, portName }: IngressBackend): k8s.IngressBackend {
  return { service: { name, port: { name: portName } } };
}

/** The rules, whichever way they are given. */
function rulesOf(scope: Construct, { host, routes, rules, defaultBackend }: IngressProps): readonly IngressRule[] {
  if (rules !== undefined && (host !== undefined || routes !== undefined)) {
    throw new InvalidPropError(scope, {
      prop: 'rules',
      reason: 'given together with host or routes, which stand for a rule of their own.',
      remedy: 'Put host and routes into a rule.',
    });
  }
  const short =
    host === undefined && routes === undefined ? [] : [{ ...(host !== undefined && { host }), routes: routes ?? [] }];
  const all = rules ?? short;
  if (all.length === 0 && defaultBackend === undefined) {
    throw noRoute(scope, 'routes');
  }
  const hosts = all.map((rule) => rule.host);
  for (const [index, rule] of all.entries()) {
    const prefix = rules === undefined ? '' : `rules[${index}].`;
    if (rule.host !== undefined) {
      checkHostName(scope, `${prefix}host`, rule.host);
    }
    if (hosts.indexOf(rule.host) !== index) {
      throw new InvalidPropError(scope, {
        prop: `${prefix}host`,
        value: rule.host,
        reason: 'given twice; a controller may take the routes of one rule alone.',
        remedy: 'Put the routes of both into one rule.',
      });
    }
    checkRoutes(scope, `${prefix}routes`, rule.routes);
  }
  return all;
}

function noRoute(scope: Construct, prop: string): InvalidPropError {
  return new InvalidPropError(scope, {
    prop,
    reason: 'no route: the ingress would reach no service.',
    remedy: 'Name at least one, or a defaultBackend.',
  });
}

function checkRoutes(scope: Construct, prop: string, routes: readonly IngressRoute[]): void {
  if (routes.length === 0) {
    throw noRoute(scope, prop);
  }
  const seen = new Set<string>();
  for (const [index, { path, exact = false, service }] of routes.entries()) {
    checkRoutePath(scope, `${prop}[${index}].path`, path);
    const key = routeMatch({ path, exact });
    if (seen.has(key)) {
      throw new InvalidPropError(scope, {
        prop: `${prop}[${index}].path`,
        value: path,
        reason: 'given twice; which service answers would be up to the ingress controller.',
        remedy: 'Remove one.',
      });
    }
    seen.add(key);
    checkBackend(scope, `${prop}[${index}].service`, service);
  }
}

function checkBackend(scope: Construct, prop: string, { name, portName }: IngressBackend): void {
  checkName(scope, `${prop}.name`, name);
  checkPortName(scope, `${prop}.portName`, portName);
}

function checkTls(scope: Construct, tls: readonly IngressTls[], rules: readonly IngressRule[]): void {
  const hasEveryHost = rules.some(({ host }) => host === undefined) || rules.length === 0;
  const hosts = rules.flatMap(({ host }) => host ?? []);
  const seen = new Set<string>();
  for (const [index, entry] of tls.entries()) {
    if (entry.secretName !== undefined) {
      checkObjectName(scope, `tls[${index}].secretName`, entry.secretName);
    }
    for (const host of entry.hosts ?? hosts) {
      checkHostName(scope, `tls[${index}].hosts`, host);
      if (!hasEveryHost && !hosts.includes(host)) {
        throw new InvalidPropError(scope, {
          prop: `tls[${index}].hosts`,
          value: host,
          reason: 'a host of no rule: nothing would be served there.',
          remedy: `Write it as in the rules, which have ${hosts.join(', ')}.`,
        });
      }
      if (seen.has(host)) {
        throw new InvalidPropError(scope, {
          prop: `tls[${index}].hosts`,
          value: host,
          reason: 'given twice; which certificate is shown would be up to the ingress controller.',
          remedy: 'Remove one.',
        });
      }
      seen.add(host);
    }
  }
}
