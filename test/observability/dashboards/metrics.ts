import { createRequire } from 'node:module';
import type { Parser, SyntaxNode } from '@lezer/common';
import { dashboardModels } from '../../../lib/observability/dashboards/dashboards';
import type { Dashboard, Panel, Target } from '../../../lib/observability/dashboards/model';
import type { DashboardsProps } from '../../../lib/observability/dashboards/props';

// Its types are those of an ECMAScript module, which its file for `require` is not.
const { parser } = createRequire(__filename)('@prometheus-io/lezer-promql') as { readonly parser: Parser };

/** A query of a dashboard. */
export interface DashboardQuery {
  /** The dashboard's uid. */
  readonly dashboard: string;
  /** Title of the panel, or what else asks: `variable NAME`, `annotation NAME`. */
  readonly panel: string;
  readonly refId: string;
  readonly language: 'PromQL' | 'LogQL' | 'TraceQL';
  /** As it stands in the dashboard, with variables. */
  readonly expr: string;
  /** Whether it is asked for one time; otherwise for a range. */
  readonly instant: boolean;
  /** The metrics that it reads; of LogQL and TraceQL none. */
  readonly metrics: readonly string[];
}

/** Every query of every dashboard: of its panels, its variables and its annotations. */
export function dashboardQueries(props: DashboardsProps): DashboardQuery[] {
  return dashboardModels(props).flatMap(queriesOf);
}

/** Every query of a dashboard. */
export function queriesOf(dashboard: Dashboard): DashboardQuery[] {
  const at = (panel: string) => ({ dashboard: dashboard.uid, panel });
  const promQl = (expr: string) => ({ language: 'PromQL', expr, metrics: metricsOf(expr) }) as const;
  return [
    ...panelsOf(dashboard).flatMap((panel) =>
      panel.targets.map((target) => ({ ...at(panel.title), ...query(target) })),
    ),
    ...dashboard.annotations.list.map(({ name, expr }) => ({
      ...at(`annotation ${name}`),
      ...promQl(expr),
      refId: 'A',
      instant: false,
    })),
    ...dashboard.templating.list.flatMap((variable) =>
      variable.type === 'query'
        ? [
            {
              ...at(`variable ${variable.name}`),
              ...promQl(selectorOfVariable(variable.definition)),
              refId: 'A',
              instant: true,
            },
          ]
        : [],
    ),
  ];
}

/** The panels of a dashboard, without the headings. */
export function panelsOf(dashboard: Dashboard): Panel[] {
  return dashboard.panels.flatMap((panel) => (panel.type === 'row' ? [] : [panel]));
}

/** What a query says, of what data source. */
function query(target: Target): Omit<DashboardQuery, 'dashboard' | 'panel'> {
  const { refId } = target;
  if ('tableType' in target) {
    return { refId, language: 'TraceQL', expr: target.query, instant: false, metrics: [] };
  }
  return 'queryType' in target
    ? { refId, language: 'LogQL', expr: target.expr, instant: false, metrics: [] }
    : { refId, language: 'PromQL', expr: target.expr, instant: target.instant, metrics: metricsOf(target.expr) };
}

/** The series of which a variable takes a label's values: `label_values(SERIES, LABEL)`. */
function selectorOfVariable(definition: string): string {
  const [, selector] = /^label_values\((.+), \w+\)$/.exec(definition) ?? [];
  if (selector === undefined) {
    throw new Error(`not label_values(SERIES, LABEL): ${definition}`);
  }
  return selector;
}

/** Values for a dashboard's variables, and for those that Grafana knows itself. */
export interface VariableValues {
  readonly service: string;
  readonly slow?: string;
  /** `$__rate_interval`: at least four times the interval of scrapes. */
  readonly rateInterval?: string;
}

/** Fills in variables, as Grafana does before it asks. */
export function substitute(expr: string, { service, slow = '500ms', rateInterval = '2m' }: VariableValues): string {
  const values: Readonly<Record<string, string>> = { service, slow, __rate_interval: rateInterval };
  return expr.replace(/\$(?:(\w+)|\{(\w+)\})/g, (text, plain?: string, braced?: string) => {
    const value = values[plain ?? braced ?? ''];
    if (value === undefined) {
      throw new Error(`no variable ${text} in ${expr}`);
    }
    return value;
  });
}

/** The names of metrics that PromQL reads, sorted. */
export function metricsOf(expr: string): string[] {
  const names = new Set<string>();
  const filled = substitute(expr, { service: 'service' });
  visit(parse(filled), (node) => {
    if (node.name === 'VectorSelector') {
      const identifier = node.getChild('Identifier');
      if (identifier === null) {
        throw new Error(`a selector without a metric's name: ${expr}`);
      }
      names.add(filled.slice(identifier.from, identifier.to));
    }
  });
  return [...names].sort();
}

/** @throws Error if it is no PromQL. */
export function parse(expr: string): SyntaxNode {
  const { topNode } = parser.parse(expr);
  visit(topNode, ({ type, from, to }) => {
    if (type.isError) {
      throw new Error(`no PromQL at ${from} to ${to}: ${expr}`);
    }
  });
  return topNode;
}

function visit(node: SyntaxNode, what: (node: SyntaxNode) => void): void {
  what(node);
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    visit(child, what);
  }
}
