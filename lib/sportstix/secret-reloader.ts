import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { child, field, listAt, textAt } from '../manifest/plain-data';

/** https://github.com/stakater/Reloader#2--targeted-reload */
const ANNOTATION = 'secret.reloader.stakater.com/reload';

/** Kinds that Reloader restarts, Rollouts with `reloader.isArgoRollouts`. */
const RESTARTED = ['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout'];

/**
 * Names, on every workload below a construct, the Secrets that its pods read: Stakater's Reloader rolls the pods when one of them changes. The hash of a
 * Secret's values stands nowhere in the manifests.
 */
export function addSecretReloader(scope: Construct): void {
  for (const object of scope.node.findAll()) {
    if (ApiObject.isApiObject(object) && RESTARTED.includes(object.kind)) {
      const names = secretsOf(field(object.toJson(), 'spec', 'template', 'spec'));
      if (names.length > 0) {
        object.metadata.addAnnotation(ANNOTATION, names.join(','));
      }
    }
  }
}

/** The names of the Secrets that pods read, as variables or as files. */
function secretsOf(podSpec: unknown): string[] {
  const containers = [...listAt(podSpec, 'containers'), ...listAt(podSpec, 'initContainers')];
  const names = [
    ...containers.flatMap((container) => [
      ...listAt(container, 'envFrom').map((source) => textAt(source, 'secretRef', 'name')),
      ...listAt(container, 'env').map((variable) => textAt(child(variable, 'valueFrom'), 'secretKeyRef', 'name')),
    ]),
    ...listAt(podSpec, 'volumes').map((volume) => textAt(volume, 'secret', 'secretName')),
  ];
  return [...new Set(names.filter((name) => name !== ''))].sort();
}
