import type { Graph, GraphObject } from '../../graph';
import { field, listAt, textAt } from '../../manifest/plain-data';
import { graphPolicy } from '../policy';
import type { GraphFault } from '../policy';

export const subsetPods = graphPolicy({
  id: 'subset-pods',
  title: 'Subsets of a DestinationRule select different pods',
  severity: 'error',
  graph: equalSubsets,
  why: 'Traffic that is sent to the canary goes to all pods, and so does that of the stable version: the weights mean nothing.',
  fix: 'Give each subset labels that only its pods have; or name the DestinationRule in a Rollout (trafficRouting.istio.destinationRule), whose controller adds the hash of each version.',
  link: 'https://argo-rollouts.readthedocs.io/en/stable/features/traffic-management/istio/#subset-level-traffic-splitting',
});

function equalSubsets({ objects }: Graph): readonly GraphFault[] {
  const filledIn = new Set(objects.map(filledInBy));
  return objects.flatMap((object) => {
    const { group, namespace, resource } = object;
    return group === 'networking.istio.io' &&
      resource.kind === 'DestinationRule' &&
      !filledIn.has(`${namespace}/${String(resource.name)}`)
      ? equalIn(object)
      : [];
  });
}

/** The DestinationRule whose subsets Argo Rollouts tells apart. */
function filledInBy({ manifest, namespace }: GraphObject): string {
  return `${namespace}/${textAt(field(manifest, 'spec', 'strategy', 'canary', 'trafficRouting', 'istio'), 'destinationRule', 'name')}`;
}

function equalIn(object: GraphObject): readonly GraphFault[] {
  const subsets = new Map<string, string>();
  return listAt(object.manifest, 'spec', 'subsets').flatMap((subset, index): GraphFault[] => {
    const labels = JSON.stringify(Object.entries(field(subset, 'labels') ?? {}).toSorted());
    const other = subsets.get(labels);
    const name = textAt(subset, 'name');
    subsets.set(labels, other ?? name);
    return other === undefined
      ? []
      : [
          {
            object,
            path: ['spec', 'subsets', index, 'labels'],
            message: `subsets "${other}" and "${name}" select the same pods`,
          },
        ];
  });
}
