import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { Graph } from '../graph';

/** https://github.com/stakater/Reloader#2--targeted-reload */
const ANNOTATION = 'secret.reloader.stakater.com/reload';

/**
 * How Reloader rolls the pods of a Rollout: it starts them anew, one after the other, instead of changing the pod template. A changed template would
 * be a new version, which takes the steps of the canary while most pods still read what was; and since a Rollout is of a custom kind, whose lists
 * `kubectl apply` replaces as a whole, the next apply would take the change back, and roll them once more.
 * https://github.com/stakater/Reloader#4-%EF%B8%8F-workload-specific-rollout-strategy
 */
const ROLLOUT_STRATEGY = { annotation: 'reloader.stakater.com/rollout-strategy', value: 'restart' };

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
        if (object.kind === 'Rollout') {
          object.metadata.addAnnotation(ROLLOUT_STRATEGY.annotation, ROLLOUT_STRATEGY.value);
        }
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
