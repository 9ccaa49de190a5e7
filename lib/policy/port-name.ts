// Names of ports, as CEL.

/**
 * CEL: whether `name` is one that the API server takes for a port of a container, and so for whatever refers to one: IANA_SVC_NAME, in
 * lower case (IsValidPortName of k8s.io/apimachinery/pkg/util/validation).
 */
export function isPortName(name: string): string {
  return `(size(${name}) <= 15 && ${name}.matches('^[a-z0-9]+(?:-[a-z0-9]+)*$') && ${name}.matches('[a-z]'))`;
}

/** CEL: whether `port`, a number or a name, is a text that is no name of a port. */
export function isNoPort(port: string): string {
  return `(dyn(${port}) == string(${port}) && !${isPortName(`string(${port})`)})`;
}

/** CEL: the names that stand more than once in the list `ports`, each as often as it does. */
export function namedTwice(ports: string): string {
  return `${ports}.filter(p, has(p.name) && p.name != '' && ${ports}.filter(q, has(q.name) && q.name == p.name).size() > 1).map(p, p.name)`;
}
