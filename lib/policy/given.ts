import { Graph } from '../graph';
import { groupOf, resourceOf } from '../manifest/manifest';
import type { PodTemplateKind } from '../manifest/workloads';

// What is in the cluster already, to which what is applied may refer.

/** An object that is in the cluster already, as far as others refer to it. */
export interface GivenObject {
  /** @default 'v1', that of ConfigMaps, Secrets, Services and ServiceAccounts */
  readonly apiVersion?: string;
  readonly kind: string;
  /** @default - `default`; none for an object that is in no namespace */
  readonly namespace?: string;
  readonly name: string;
  /**
   * The keys that a ConfigMap or Secret has.
   * @default - any
   */
  readonly keys?: readonly string[];
  /**
   * The ports that a Service has, by number, and by name where they have one.
   * @default - any
   */
  readonly ports?: readonly { readonly name?: string; readonly port: number }[];
}

/** What is known of it, as a manifest. */
export function givenManifest({ apiVersion, kind, namespace, name, keys, ports }: GivenObject): unknown {
  return {
    apiVersion: apiVersion ?? 'v1',
    kind,
    metadata: { name, ...(namespace !== undefined && { namespace }) },
    ...(keys !== undefined && { data: Object.fromEntries(keys.map((key) => [key, ''])) }),
    ...(ports !== undefined && { spec: { ports } }),
  };
}

/**
 * The graph of what is applied, beside what is given. An object that is both is what it will be.
 *
 * @param kinds the kinds that are judged as workloads
 */
export function graphOf(
  manifests: readonly unknown[],
  given: Iterable<unknown>,
  kinds: readonly PodTemplateKind[],
): Graph {
  const applied = new Set(manifests.map(identityOf));
  const others = [...given].filter((manifest) => !applied.has(identityOf(manifest)));
  return new Graph(
    [...manifests.map((manifest) => ({ manifest })), ...others.map((manifest) => ({ manifest, isGiven: true }))],
    kinds,
  );
}

function identityOf(manifest: unknown): string {
  const { apiVersion, kind, namespace, name } = resourceOf(manifest);
  return JSON.stringify([groupOf(apiVersion ?? ''), kind, namespace ?? 'default', name]);
}
