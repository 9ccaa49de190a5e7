import { child } from './plain-data';
import type { Path } from './plain-data';

// A manifest as plain data: which object it is, and its fields.

/** Which object. What a manifest does not say is null. */
export interface Resource {
  readonly apiVersion: string | null;
  readonly kind: string | null;
  readonly namespace: string | null;
  readonly name: string | null;
}

/** `spec.containers[0].env[2].value`, `data["application.yml"]`. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') {
      return `${text}[${key}]`;
    }
    return /^[A-Za-z_][\w-]*$/.test(key) ? (text === '' ? key : `${text}.${key}`) : `${text}[${JSON.stringify(key)}]`;
  }, '');
}

/** Which object a manifest is, as far as it says. */
export function resourceOf(manifest: unknown): Resource {
  const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
  const metadata = child(manifest, 'metadata');
  return {
    apiVersion: text(child(manifest, 'apiVersion')),
    kind: text(child(manifest, 'kind')),
    namespace: text(child(metadata, 'namespace')),
    name: text(child(metadata, 'name')),
  };
}

/** `apps` of `apps/v1`; empty for the core group. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** Groups of Kubernetes' own: `apps`, `networking.k8s.io`, `rbac.authorization.k8s.io`; not `gateway.networking.k8s.io`. */
const OWN_GROUP = /^[a-z]*$|^[a-z]+(\.(authorization|apiserver))?\.k8s\.io$/;

/** Whether every API server has a group, without a CustomResourceDefinition. */
export function isKubernetesGroup(group: string): boolean {
  return OWN_GROUP.test(group);
}
