import { DATA_SOURCES } from './data-sources';
import type { Annotation, Color } from './model';

/**
 * Deployments: a new ReplicaSet is a new version of a Deployment's or Rollout's pods. kube-state-metrics says when it was made.
 *
 * @param replicaSets regular expression of their names
 */
export function deployments(namespace: string, replicaSets: string): Annotation {
  return annotation({
    name: 'Deployments',
    iconColor: 'blue',
    // Grafana takes the time of an event in milliseconds.
    expr: `max by (replicaset) (kube_replicaset_created{namespace="${namespace}", replicaset=~"${replicaSets}"}) * 1000`,
    titleFormat: 'New version',
    textFormat: '{{replicaset}}',
    useValueForTime: true,
  });
}

/**
 * Steps of a canary, and of any update: as long as there are pods of two versions, how many there should be of the newest. A canary whose
 * traffic is shared by the number of pods has no other steps, and Argo Rollouts' controller need not be scraped.
 *
 * @param replicaSets regular expression of the names of one workload's ReplicaSets
 */
export function canarySteps(namespace: string, replicaSets: string): Annotation {
  const ofService = `namespace="${namespace}", replicaset=~"${replicaSets}"`;
  const pods = `max by (replicaset) (kube_replicaset_spec_replicas{${ofService}}) > 0`;
  const newest = `topk(1, max by (replicaset) (kube_replicaset_created{${ofService}}))`;
  return annotation({
    name: 'Canary steps',
    iconColor: 'purple',
    expr: `count_values by (replicaset) ("pods", ${pods}) and on () count(${pods}) > 1 and on (replicaset) ${newest}`,
    titleFormat: 'Update under way',
    textFormat: '{{replicaset}}: {{pods}} pods',
    useValueForTime: false,
  });
}

interface AnnotationProps extends Pick<Annotation, 'name' | 'expr' | 'titleFormat' | 'textFormat' | 'useValueForTime'> {
  readonly iconColor: Color;
}

function annotation(props: AnnotationProps): Annotation {
  return { ...props, datasource: DATA_SOURCES.prometheus, enable: true, hide: false, tagKeys: '', step: '30s' };
}
