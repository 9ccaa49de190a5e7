import type { IConstruct } from 'constructs';
import type { k8s } from '../../imports/k8s';
import { checkAffinity } from './affinity';
import { InvalidPropError } from './invalid-prop';
import { selectorOf } from './labels';
import { checkInteger, checkLabels, checkLabelValue, checkObjectName } from './validation';

/**
 * What the scheduler does with a pod that would be one too many: put it there all the same, or leave it pending. Where it may be left pending, nodes
 * with a taint that the pod does not tolerate, such as one that is drained, do not count.
 */
export type WhenUnsatisfiable = 'ScheduleAnyway' | 'DoNotSchedule';

/** How evenly pods are spread over the values of one label of nodes. */
export interface TopologySpreadConstraint {
  /** Label of nodes, such as `kubernetes.io/hostname` or `topology.kubernetes.io/zone`. */
  readonly topologyKey: string;
  /** What happens to a pod that would make the numbers differ by more. */
  readonly whenUnsatisfiable: WhenUnsatisfiable;
  /**
   * By how much the numbers of pods may differ.
   * @default 1
   */
  readonly maxSkew?: number;
  /**
   * Labels of pods by which they are counted apart: `pod-template-hash` counts each version of a Deployment for itself, so that the pods of
   * the old version do not keep those of the new one off a node.
   * @default - all pods of the workload are counted together
   */
  readonly matchLabelKeys?: readonly string[];
}

/** How strictly pods are spread over the nodes, or over nodes, zones and whatever else nodes are labelled with. */
export type TopologySpread = WhenUnsatisfiable | readonly TopologySpreadConstraint[];

/** Where pods run. */
export interface PlacementProps {
  /**
   * How evenly the pods are spread: over the nodes, by the short form (at most one pod more on a node than on another), or over a list of labels.
   * Production in several zones wants
   * `[{ topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule' }, { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' }]`.
   * @default - 'ScheduleAnyway' for services and workers, none for others
   */
  readonly topologySpread?: TopologySpread;
  /**
   * Labels that a node must have.
   * @default - none: any node
   */
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /**
   * Which nodes pods are drawn to, and which pods the scheduler keeps away from each other or close together.
   * @default - none
   */
  readonly affinity?: k8s.Affinity;
  /**
   * Taints of nodes on which the pods may run all the same.
   * @default - none
   */
  readonly tolerations?: readonly k8s.Toleration[];
  /**
   * Name of the PriorityClass: which pods go first, and which are evicted first.
   * @default - the cluster's default
   */
  readonly priorityClassName?: string;
  /**
   * Name of the RuntimeClass, such as one of gVisor.
   * @default - the node's own runtime
   */
  readonly runtimeClassName?: string;
}

/**
 * Where the pods of a workload run, as fields of its pods.
 *
 * @param name name of the workload.
 * @throws InvalidPropError for what the API server would refuse.
 */
export function placement(
  scope: IConstruct,
  name: string,
  props: PlacementProps,
): Pick<
  k8s.PodSpec,
  'nodeSelector' | 'affinity' | 'tolerations' | 'topologySpreadConstraints' | 'priorityClassName' | 'runtimeClassName'
> {
  const { nodeSelector = {}, affinity, tolerations, priorityClassName, runtimeClassName } = props;
  checkLabels(scope, 'nodeSelector', nodeSelector);
  checkAffinity(scope, 'affinity', affinity ?? {});
  tolerations?.forEach((toleration, index) => {
    checkToleration(scope, `tolerations[${index}]`, toleration);
  });
  for (const [prop, value] of Object.entries({ priorityClassName, runtimeClassName })) {
    if (value !== undefined) {
      checkObjectName(scope, prop, value);
    }
  }
  const spread = toSpread(scope, name, props.topologySpread);
  return {
    ...(Object.keys(nodeSelector).length > 0 && { nodeSelector: { ...nodeSelector } }),
    ...(affinity !== undefined && { affinity }),
    ...(tolerations !== undefined && { tolerations: [...tolerations] }),
    ...(spread.length > 0 && { topologySpreadConstraints: spread }),
    ...(priorityClassName !== undefined && { priorityClassName }),
    ...(runtimeClassName !== undefined && { runtimeClassName }),
  };
}

function toSpread(
  scope: IConstruct,
  name: string,
  topologySpread: TopologySpread = [],
): k8s.TopologySpreadConstraint[] {
  const constraints =
    typeof topologySpread === 'string'
      ? [{ topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: topologySpread }]
      : topologySpread;
  const seen = new Set<string>();
  return constraints.map(({ topologyKey, whenUnsatisfiable, maxSkew = 1, matchLabelKeys = [] }, index) => {
    const prop = `topologySpread[${index}]`;
    checkLabels(scope, `${prop}.topologyKey`, { [topologyKey]: '' });
    checkInteger(scope, `${prop}.maxSkew`, maxSkew, 1);
    matchLabelKeys.forEach((key, at) => {
      checkLabels(scope, `${prop}.matchLabelKeys[${at}]`, { [key]: '' });
      if (Object.hasOwn(selectorOf(name), key)) {
        throw new InvalidPropError(scope, {
          prop: `${prop}.matchLabelKeys[${at}]`,
          value: key,
          reason: 'the label that selects the pods anyway, and the API server refuses it here.',
          remedy: 'Leave it out.',
        });
      }
    });
    if (seen.has(topologyKey)) {
      throw new InvalidPropError(scope, {
        prop: `${prop}.topologyKey`,
        value: topologyKey,
        reason: 'given twice; one of the two says nothing, or the API server refuses them.',
        remedy: 'Name each label once.',
      });
    }
    seen.add(topologyKey);
    return {
      maxSkew,
      topologyKey,
      whenUnsatisfiable,
      labelSelector: { matchLabels: selectorOf(name) },
      // A node that is drained is no place for pods: counted as one, with none of them, it would keep every other node from taking more.
      ...(whenUnsatisfiable === 'DoNotSchedule' && { nodeTaintsPolicy: 'Honor' }),
      ...(matchLabelKeys.length > 0 && { matchLabelKeys: [...matchLabelKeys] }),
    };
  });
}

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/**
 * What the API server asks of a toleration.
 * https://github.com/kubernetes/kubernetes/blob/v1.28.15/pkg/apis/core/validation/validation.go (ValidateTolerations)
 */
function checkToleration(
  scope: IConstruct,
  prop: string,
  { key = '', operator = 'Equal', value = '', effect = '', tolerationSeconds }: k8s.Toleration,
): void {
  const demands = [
    {
      field: 'operator',
      given: operator,
      holds: ['Equal', 'Exists'].includes(operator),
      reason: 'neither Equal nor Exists',
    },
    {
      field: 'operator',
      given: operator,
      holds: key !== '' || operator === 'Exists',
      reason: 'not possible without a key, where it must be Exists',
    },
    {
      field: 'value',
      given: value,
      holds: operator === 'Equal' || value === '',
      reason: 'not possible with Exists, which takes every value',
    },
    {
      field: 'effect',
      given: effect,
      holds: effect === '' || EFFECTS.includes(effect),
      reason: `none of ${EFFECTS.join(', ')}`,
    },
    {
      field: 'tolerationSeconds',
      given: tolerationSeconds,
      holds: tolerationSeconds === undefined || effect === 'NoExecute',
      reason: 'not possible but with effect NoExecute, which alone ends pods that run',
    },
  ];
  for (const { field, given, holds, reason } of demands) {
    if (!holds) {
      throw new InvalidPropError(scope, {
        prop: `${prop}.${field}`,
        value: given,
        reason: `${reason}, and the API server refuses it.`,
        remedy: 'Write it as the taint of the node that is meant.',
      });
    }
  }
  if (key !== '') {
    checkLabels(scope, `${prop}.key`, { [key]: '' });
  }
  checkLabelValue(scope, `${prop}.value`, value);
}
