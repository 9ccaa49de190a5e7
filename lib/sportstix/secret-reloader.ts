import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { Graph } from '../graph';

/** https://github.com/stakater/Reloader#2--targeted-reload */
const ANNOTATION = 'secret.reloader.stakater.com/reload';

/** Kinds that Reloader restarts, Rollouts with `reloader.isArgoRollouts`. */
const RESTARTED = ['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout'];

/**
 * Names, on every workload below a construct, the Secrets that its pods read, as variables or as files: Stakater's Reloader rolls the pods when one of
 * them changes. The hash of a Secret's values stands nowhere in the manifests.
 */
export function addSecretReloader(scope: Construct): void {
  for (const object of scope.node.findAll()) {
    if (ApiObject.isApiObject(object) && RESTARTED.includes(object.kind)) {
      const names = secretsOf(object.toJson());
      if (names.length > 0) {
        object.metadata.addAnnotation(ANNOTATION, names.join(','));
      }
    }
  }
}

/** The names of the Secrets that a workload refers to. */
function secretsOf(manifest: unknown): string[] {
  const graph = new Graph([{ manifest }]);
  const names = graph.workloads
    .flatMap((workload) => graph.referencesOf(workload))
    .flatMap(({ target }) => (target.type === 'object' && target.kind === 'Secret' ? [target.name] : []));
  return [...new Set(names)].sort();
}
