import { matchesLabels } from '../graph';
import type { Graph, GraphObject } from '../graph';
import { NAMESPACE_NAME_LABEL } from '../graph/selectors';
import { child, field, groupBy, listAt, textAt } from '../manifest/plain-data';
import type { Requirement } from './model';
import { imagesIn } from './images';

// Prometheus operator: an object that no Prometheus or Alertmanager chooses is applied without an error, and nothing comes of it.
// https://prometheus-operator.dev/docs/platform/troubleshooting/#overview-of-servicemonitor-tagging-and-related-elements

const GROUP = 'monitoring.coreos.com';

/** Who chooses objects of a kind, and by which fields of its spec: `NAMESelector`, `NAMENamespaceSelector`. */
interface Choice {
  readonly chooser: 'Prometheus' | 'Alertmanager';
  readonly name: string;
}

const CHOICES: Readonly<Record<string, Choice>> = {
  AlertmanagerConfig: { chooser: 'Alertmanager', name: 'alertmanagerConfig' },
  PodMonitor: { chooser: 'Prometheus', name: 'podMonitor' },
  PrometheusRule: { chooser: 'Prometheus', name: 'rule' },
  ServiceMonitor: { chooser: 'Prometheus', name: 'serviceMonitor' },
};

const PLURALS = { Prometheus: 'prometheuses', Alertmanager: 'alertmanagers' } as const;

const KUBE_STATE_METRICS = /(^|\/)kube-state-metrics$/;

/** What of a cluster's own monitoring objects of Prometheus operator need. */
export function monitoring(graph: Graph, objects: readonly GraphObject[]): readonly Requirement[] {
  const chosen = objects.filter(({ group, resource }) => group === GROUP && CHOICES[resource.kind ?? ''] !== undefined);
  const rules = chosen.filter(({ resource, manifest }) => resource.kind === 'PrometheusRule' && asksForPods(manifest));
  const brings = graph.workloads.some(({ podSpec }) =>
    imagesIn(podSpec).some((image) => KUBE_STATE_METRICS.test(image)),
  );
  return [
    ...[...groupBy(chosen, ({ resource }) => resource.kind ?? '')].flatMap(([kind, all]) => {
      const choice = CHOICES[kind];
      return choice === undefined ? [] : [chooser(kind, choice, all)];
    }),
    ...(rules.length === 0 || brings ? [] : [kubeStateMetrics(rules)]),
  ];
}

function chooser(kind: string, { chooser: by, name }: Choice, objects: readonly GraphObject[]): Requirement {
  const resource = `${PLURALS[by]}.${GROUP}`;
  return {
    what: `${by === 'Alertmanager' ? 'an' : 'a'} ${by} that chooses the ${kind}s`,
    why: 'What none chooses is applied without an error, and nothing comes of it.',
    neededBy: objects,
    command: ['kubectl', 'get', resource, '--all-namespaces', '-o', `jsonpath={.items[*].spec.${name}Selector}`],
    remedy: `say in the environment by which labels it chooses (${name}Selector), or let it choose in these namespaces (${name}NamespaceSelector)`,
    condition: { type: 'chosen', resource, selector: name, objects },
  };
}

/** Whether a rule asks for what kube-state-metrics tells: all of its metrics begin so. */
function asksForPods(manifest: unknown): boolean {
  return listAt(manifest, 'spec', 'groups').some((group) =>
    listAt(group, 'rules').some((rule) => /\bkube_[a-z]/.test(textAt(rule, 'expr'))),
  );
}

function kubeStateMetrics(neededBy: readonly GraphObject[]): Requirement {
  return {
    what: 'kube-state-metrics',
    why: 'Rules ask for its metrics: without, no alert about pods fires.',
    neededBy,
    command: ['kubectl', 'get', 'deployments', '--all-namespaces', '-l', 'app.kubernetes.io/name=kube-state-metrics'],
    remedy: 'kube-state-metrics: https://github.com/kubernetes/kube-state-metrics#kubernetes-deployment',
    condition: { type: 'controller', known: KUBE_STATE_METRICS },
  };
}

/** Whether a Prometheus or Alertmanager chooses an object. One without a selector chooses nothing, one with an empty one everything. */
export function isChosen(object: GraphObject, chooser: unknown, name: string, namespaces: readonly unknown[]): boolean {
  const selector = field(chooser, 'spec', `${name}Selector`);
  const namespaceSelector = field(chooser, 'spec', `${name}NamespaceSelector`);
  const namespace = namespaces.find((each) => textAt(each, 'metadata', 'name') === object.namespace);
  // It need not be there yet.
  const labels = field(namespace, 'metadata', 'labels') ?? { [NAMESPACE_NAME_LABEL]: object.namespace };
  return (
    isSelector(selector) &&
    matchesLabels(selector, field(object.manifest, 'metadata', 'labels')) &&
    (isSelector(namespaceSelector)
      ? matchesLabels(namespaceSelector, labels)
      : textAt(chooser, 'metadata', 'namespace') === object.namespace)
  );
}

function isSelector(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
