import { ApiObject, Duration } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { connectionsOf, type MetricsEndpoint } from '../constructs/connections';
import { InvalidPropError } from '../constructs/invalid-prop';
import { namespaceOf } from '../constructs/labels';
import { checkPort } from '../constructs/port';
import { checkLabels, checkName, checkNamespaceName } from '../constructs/validation';

/** How often metrics are scraped, and rules evaluated, unless something else is said. */
export const SCRAPE_INTERVAL = Duration.seconds(30);

/** The pods of a workload, and where each serves metrics. */
export interface ScrapeTarget extends Required<MetricsEndpoint> {
  /** Namespace of the pods. */
  readonly namespace: string;
  /** Name of the workload. */
  readonly name: string;
  /** Labels that these pods have, and no others of the namespace. */
  readonly labels: Readonly<Record<string, string>>;
}

/** A target with everything said. */
export function scrapeTarget(
  of: Pick<ScrapeTarget, 'namespace' | 'name' | 'labels'>,
  { port, path = '/metrics', scheme = 'HTTP', honorLabels = false }: MetricsEndpoint,
): ScrapeTarget {
  return { ...of, port, path, scheme, honorLabels };
}

/** All workloads at and below a construct that say that they serve metrics, by namespace and name. */
export function scrapeTargets(scope: IConstruct): ScrapeTarget[] {
  return scope.node
    .findAll()
    .flatMap((construct): ScrapeTarget[] => {
      const connections = connectionsOf(construct);
      if (!ApiObject.isApiObject(construct) || connections?.metrics === undefined) {
        return [];
      }
      const of = { namespace: namespaceOf(construct), name: construct.name, labels: connections.selector };
      return [scrapeTarget(of, connections.metrics)];
    })
    .sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
}

/** A target, as no other is called. */
export function keyOf({ namespace, name }: Pick<ScrapeTarget, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`;
}

/** Checks workloads that are scraped: that each is there once, and found. */
export function checkTargets(scope: IConstruct, targets: readonly ScrapeTarget[]): void {
  const seen = new Set<string>();
  targets.forEach(({ namespace, name, labels, port }, index) => {
    const prop = `targets[${index}]`;
    checkNamespaceName(scope, `${prop}.namespace`, namespace);
    checkName(scope, `${prop}.name`, name);
    checkLabels(scope, `${prop}.labels`, labels);
    checkPort(scope, `${prop}.port`, port);
    if (Object.keys(labels).length === 0) {
      throw new InvalidPropError(scope, {
        prop: `${prop}.labels`,
        reason: `no label: every pod of namespace ${namespace} would count as ${name}.`,
        remedy: 'Give labels that its pods have and others have not.',
      });
    }
    const key = keyOf({ namespace, name });
    if (seen.has(key)) {
      throw new InvalidPropError(scope, {
        prop,
        value: key,
        reason: 'there twice: one would take the place of the other.',
        remedy: 'Give each workload once.',
      });
    }
    seen.add(key);
  });
}
