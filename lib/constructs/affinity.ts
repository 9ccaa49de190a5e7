import type { IConstruct } from 'constructs';
import type { k8s } from '../../imports/k8s';
import { InvalidPropError } from './invalid-prop';
import { checkInteger, checkLabels, checkLabelValue, checkNamespaceName, checkObjectName } from './validation';

// What the API server asks of an affinity:
// https://github.com/kubernetes/kubernetes/blob/v1.28.15/pkg/apis/core/validation/validation.go (validateAffinity)

/** Checks which nodes pods are drawn to, and which pods they keep close to or away from. */
export function checkAffinity(
  scope: IConstruct,
  prop: string,
  { nodeAffinity, podAffinity, podAntiAffinity }: k8s.Affinity,
): void {
  const { [PREFERRED]: preferences = [], [REQUIRED]: selector } = nodeAffinity ?? {};
  if (selector !== undefined) {
    const at = `${prop}.nodeAffinity.${REQUIRED}.nodeSelectorTerms`;
    if (selector.nodeSelectorTerms.length === 0) {
      throw new InvalidPropError(scope, {
        prop: at,
        value: [],
        reason: 'no term, and the API server refuses it.',
        remedy: `Name at least one, or leave ${REQUIRED} out.`,
      });
    }
    selector.nodeSelectorTerms.forEach((term, index) => {
      checkNodes(scope, `${at}[${index}]`, term);
    });
  }
  preferences.forEach(({ weight, preference }, index) => {
    const at = `${prop}.nodeAffinity.${PREFERRED}[${index}]`;
    checkInteger(scope, `${at}.weight`, weight, 1, 100);
    checkNodes(scope, `${at}.preference`, preference);
  });
  for (const [field, pods] of Object.entries({ podAffinity, podAntiAffinity })) {
    const { [PREFERRED]: preferred = [], [REQUIRED]: required = [] } = pods ?? {};
    required.forEach((term, index) => {
      checkPods(scope, `${prop}.${field}.${REQUIRED}[${index}]`, term);
    });
    preferred.forEach(({ weight, podAffinityTerm }, index) => {
      const at = `${prop}.${field}.${PREFERRED}[${index}]`;
      checkInteger(scope, `${at}.weight`, weight, 1, 100);
      checkPods(scope, `${at}.podAffinityTerm`, podAffinityTerm);
    });
  }
}

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

function checkNodes(
  scope: IConstruct,
  prop: string,
  { matchExpressions = [], matchFields = [] }: k8s.NodeSelectorTerm,
): void {
  matchExpressions.forEach((requirement, index) => {
    checkRequirement(scope, `${prop}.matchExpressions[${index}]`, requirement, OF_NODES);
  });
  matchFields.forEach(({ key, operator, values = [] }, index) => {
    const at = `${prop}.matchFields[${index}]`;
    if (key !== 'metadata.name' || !['In', 'NotIn'].includes(operator) || values.length !== 1) {
      throw new InvalidPropError(scope, {
        prop: at,
        value: { key, operator, values },
        reason: 'not a field of nodes that pods can be placed by, and the API server refuses it.',
        remedy: 'Ask for metadata.name, with In or NotIn, and one name.',
      });
    }
    checkObjectName(scope, `${at}.values[0]`, values[0] ?? '');
  });
}

function checkPods(
  scope: IConstruct,
  prop: string,
  { labelSelector = {}, namespaceSelector = {}, namespaces = [], topologyKey }: k8s.PodAffinityTerm,
): void {
  for (const [field, { matchLabels = {}, matchExpressions = [] }] of Object.entries({
    labelSelector,
    namespaceSelector,
  })) {
    checkLabels(scope, `${prop}.${field}.matchLabels`, matchLabels);
    matchExpressions.forEach((requirement, index) => {
      checkRequirement(scope, `${prop}.${field}.matchExpressions[${index}]`, requirement, OF_LABELS);
    });
  }
  namespaces.forEach((namespace, index) => {
    checkNamespaceName(scope, `${prop}.namespaces[${index}]`, namespace);
  });
  checkLabels(scope, `${prop}.topologyKey`, { [topologyKey]: '' });
}

/** How many values each operator takes. */
type Operators = Readonly<Record<string, 'some' | 'none' | 'a number'>>;

const OF_LABELS: Operators = { In: 'some', NotIn: 'some', Exists: 'none', DoesNotExist: 'none' };
const OF_NODES: Operators = { ...OF_LABELS, Gt: 'a number', Lt: 'a number' };

function checkRequirement(
  scope: IConstruct,
  prop: string,
  { key, operator, values = [] }: k8s.NodeSelectorRequirement,
  operators: Operators,
): void {
  checkLabels(scope, `${prop}.key`, { [key]: '' });
  const takes = Object.hasOwn(operators, operator) ? operators[operator] : undefined;
  if (takes === undefined) {
    throw new InvalidPropError(scope, {
      prop: `${prop}.operator`,
      value: operator,
      reason: 'not an operator, and the API server refuses it.',
      remedy: `Use one of ${Object.keys(operators).join(', ')}.`,
    });
  }
  const fits = {
    some: values.length > 0,
    none: values.length === 0,
    // The API server takes any text; the scheduler finds no node for one that is no number.
    'a number': values.length === 1 && /^-?\d+$/.test(values[0] ?? ''),
  }[takes];
  if (!fits) {
    throw new InvalidPropError(scope, {
      prop: `${prop}.values`,
      value: values,
      reason: `not what ${operator} takes, and the API server refuses it.`,
      remedy: `Give ${takes === 'some' ? 'at least one' : takes}.`,
    });
  }
  // What no label has as value: of nodes, 1.28's API server lets it pass and newer ones do not, or warn.
  values.forEach((value, index) => {
    checkLabelValue(scope, `${prop}.values[${index}]`, value);
  });
}
