import { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { connectionsOf, type MetricsEndpoint } from '../constructs/connections';
import { namespaceOf } from '../constructs/labels';

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

function keyOf({ namespace, name }: ScrapeTarget): string {
  return `${namespace}/${name}`;
}
