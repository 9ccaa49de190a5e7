import { field, listAt, textAt } from './plain-data';
import { parseQuantity } from './quantity';

// What pods ask for: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/

/** Whether it is kept for a pod, or the most that it may use. */
export type Bound = 'requests' | 'limits';

/** An amount of a resource, such as `cpu`, as a manifest has it: a text or a number. Undefined where there is none. */
export function quantityAt(value: unknown, ...path: readonly string[]): bigint | undefined {
  const found = field(value, ...path);
  return typeof found === 'string' || typeof found === 'number' ? parseQuantity(String(found)) : undefined;
}

/** What a container requests of a resource, or may use at most, in nano-units; undefined where it does not say. */
export function amountOfContainer(container: unknown, bound: Bound, resource: string): bigint | undefined {
  const said = quantityAt(container, 'resources', bound, resource);
  // Who names a limit only, requests as much.
  return bound === 'requests' ? (said ?? quantityAt(container, 'resources', 'limits', resource)) : said;
}

/**
 * What a pod requests of a resource, or may use at most, in nano-units; a container that does not say counts as nothing. Init containers
 * run one after the other and before the rest, so of them the largest counts, unless they stay.
 */
export function amountOfPod(spec: unknown, bound: Bound, resource: string): bigint {
  const amount = (container: unknown): bigint => amountOfContainer(container, bound, resource) ?? 0n;
  const inits = listAt(spec, 'initContainers');
  const staying = inits.filter((container) => textAt(container, 'restartPolicy') === 'Always');
  const sum = [...listAt(spec, 'containers'), ...staying].map(amount).reduce((one, other) => one + other, 0n);
  return inits.map(amount).reduce((one, other) => (one > other ? one : other), sum);
}
