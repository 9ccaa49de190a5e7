import {
  BarGaugeDisplayMode,
  BarGaugeNamePlacement,
  BarGaugeSizing,
  BarGaugeValueMode,
  BigValueColorMode,
  BigValueGraphMode,
  BigValueJustifyMode,
  BigValueTextMode,
  defaultDashboard,
  FieldColorModeId,
  GraphDrawStyle,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LogsDedupStrategy,
  LogsSortOrder,
  PercentChangeColorMode,
  SortOrder,
  StackingMode,
  TableCellDisplayMode,
  TableCellHeight,
  ThresholdsMode,
  TooltipDisplayMode,
  VariableRefresh,
  VariableSort,
  VisibilityMode,
  VizOrientation,
} from '@grafana/schema';
import { DATA_SOURCES } from '../../../lib/observability/dashboards/data-sources';
import { dashboardModels } from '../../../lib/observability/dashboards/dashboards';
import { DASHBOARDS, panelId } from '../../../lib/observability/dashboards/link';
import type { Dashboard, Panel, PanelContent } from '../../../lib/observability/dashboards/model';
import * as recording from '../../../lib/observability/rules/recording';
import { METRICS } from './known-metrics';
import { dashboardQueries, metricsOf, panelsOf, parse, queriesOf, substitute } from './metrics';
import { UNITS } from './units';

const props = { namespace: 'shop', observabilityNamespace: 'monitoring', certificates: true };
const dashboards = dashboardModels(props);
const panels: readonly (readonly [string, Panel, Dashboard])[] = dashboards.flatMap((dashboard) =>
  panelsOf(dashboard).map((panel) => [`${dashboard.uid}: ${panel.title}`, panel, dashboard] as const),
);
const queries = dashboardQueries(props);

describe('the dashboards', () => {
  test('are those that links know', () => {
    expect(dashboards.map(({ uid, title }) => [uid, title])).toEqual(
      Object.entries(DASHBOARDS).map(([uid, { title }]) => [uid, title]),
    );
  });

  test('have every panel that links know, under its number', () => {
    for (const dashboard of dashboards) {
      const ids = panelsOf(dashboard).map(({ id }) => id);
      const known = DASHBOARDS[dashboard.uid as keyof typeof DASHBOARDS].panels;
      expect(ids.sort((a, b) => a - b)).toEqual(known.map((_, index) => index + 1));
    }
    expect(panelId('kafka', 'underReplicated')).toBe(2);
    expect(panels.find(([, panel, { uid }]) => uid === 'kafka' && panel.id === 2)?.[1].title).toBe(
      'Under-replicated partitions',
    );
  });

  test('have the variables that links know', () => {
    for (const { uid, templating } of dashboards) {
      expect(templating.list.map(({ name }) => name)).toEqual(DASHBOARDS[uid as keyof typeof DASHBOARDS].variables);
    }
  });

  test('show certificates only where cert-manager is scraped', () => {
    const [, , , cluster] = dashboardModels({ ...props, certificates: false });
    expect(cluster && panelsOf(cluster).map(({ title }) => title)).not.toContain('Certificates');
    expect(queriesOf(cluster ?? missing()).flatMap(({ metrics }) => metrics)).not.toContainEqual(
      expect.stringMatching(/^certmanager/),
    );
  });

  test('are the same each time', () => {
    expect(JSON.stringify(dashboardModels(props))).toBe(JSON.stringify(dashboards));
  });

  test('take every prop', () => {
    const others = JSON.stringify(
      dashboardModels({
        namespace: 'NAMESPACE',
        observabilityNamespace: 'OBSERVABILITY',
        objective: 0.95,
        traceService: 'TRACES-$service',
        kafkaPods: 'BROKERS',
        certificates: false,
      }),
    );
    for (const text of ['NAMESPACE', 'OBSERVABILITY', 'TRACES-$service', 'BROKERS', ' / 0.05"', '95 %']) {
      expect(others).toContain(text);
    }
    expect(others).not.toMatch(/shop|monitoring/);
  });

  test.each(dashboards.map((dashboard) => [dashboard.uid, dashboard] as const))(
    '%s matches its snapshot',
    (_, dashboard) => {
      expect(
        queriesOf(dashboard)
          .map(({ panel, refId, expr }) => `${panel} ${refId}\n  ${expr}`)
          .join('\n'),
      ).toMatchSnapshot();
    },
  );
});

describe.each(dashboards.map((dashboard) => [dashboard.uid, dashboard] as const))(
  'the grid of %s',
  (_, { panels: placed }) => {
    test('has 24 columns, all of which are taken', () => {
      const cells = placed.reduce((sum, { gridPos }) => sum + gridPos.w * gridPos.h, 0);
      const bottom = Math.max(...placed.map(({ gridPos }) => gridPos.y + gridPos.h));
      expect(cells).toBe(24 * bottom);
      for (const { gridPos } of placed) {
        expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
        expect(gridPos.w).toBeGreaterThan(0);
      }
    });

    test('has no panel on top of another', () => {
      const taken = new Map<string, number>();
      for (const { id, gridPos } of placed) {
        for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
          for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
            expect(taken.get(`${x},${y}`)).toBeUndefined();
            taken.set(`${x},${y}`, id);
          }
        }
      }
    });

    test('has every id and title once', () => {
      expect(new Set(placed.map(({ id }) => id)).size).toBe(placed.length);
      const titles = placed.flatMap((panel) => (panel.type === 'row' ? [] : [panel.title]));
      expect(new Set(titles).size).toBe(titles.length);
    });
  },
);

describe.each(panels)('%s', (_, panel, dashboard) => {
  test('says what it shows, and in which unit', () => {
    expect(panel.title).toMatch(/^[A-Z]/);
    expect(panel.description).toMatch(/^[A-Z].+\.$/);
    for (const unit of unitsOf(panel)) {
      expect(UNITS).toContain(unit);
    }
  });

  test('asks data sources that there are', () => {
    for (const { datasource } of [panel, ...panel.targets]) {
      expect(Object.values(DATA_SOURCES)).toContainEqual(datasource);
    }
    for (const target of panel.targets) {
      expect(target.datasource).toEqual(panel.datasource);
    }
  });

  test('has thresholds in order, of which the first is for everything', () => {
    for (const { steps } of thresholdsOf(panel)) {
      const values = steps.map(({ value }) => value);
      expect(values[0]).toBeNull();
      const rest = values.slice(1).map(Number);
      expect(rest).toEqual([...rest].sort((a, b) => a - b));
    }
  });

  test('leads only to dashboards and to Explore, with queries that are as they should be', () => {
    for (const { url } of linksOf(panel)) {
      if (url.startsWith('/explore?')) {
        const { one } = JSON.parse(panesOf(url)) as Record<string, ExplorePane>;
        const [query] = one?.queries ?? [];
        expect(Object.values(DATA_SOURCES)).toContainEqual(query?.datasource);
        expect(one?.datasource).toBe(query?.datasource.uid);
        expect(one?.range).toEqual({ from: '${__from}', to: '${__to}' });
        expect(query?.expr ?? query?.query).toMatch(/^\{.+\}$/);
      } else {
        expect(url).toMatch(/^\/(alerting\/list|d\/(platform|service|kafka|cluster)\/)/);
      }
    }
  });

  test('refers only to variables of its dashboard, and to what Grafana knows itself', () => {
    const known = [...dashboard.templating.list.map(({ name }) => name), ...GRAFANA_VARIABLES];
    for (const text of textsOf(panel)) {
      for (const [, plain, braced] of text.matchAll(/\$(?:(\w+)|\{(\w+)[^}]*\})/g)) {
        expect(known).toContain(plain ?? braced);
      }
    }
  });

  test('names fields of tables and series as the queries have them', () => {
    if (panel.datasource.type === 'prometheus' && panel.type === 'table') {
      const titles = (panel.transformations ?? []).flatMap((one) =>
        one.id === 'organize' ? Object.values(one.options.renameByName) : [],
      );
      const named = panel.fieldConfig.overrides.map(({ matcher }) => matcher.options);
      expect(titles).toEqual(
        expect.arrayContaining([...named, ...panel.options.sortBy.map(({ displayName }) => displayName)]),
      );
      expect(new Set(titles).size).toBe(titles.length);
    } else {
      const refIds = panel.targets.map(({ refId }) => refId);
      expect(refIds).toEqual(expect.arrayContaining(panel.fieldConfig.overrides.map(({ matcher }) => matcher.options)));
    }
  });
});

describe('from metrics to logs and traces', () => {
  test('every graph of one service leads to its logs or its traces', () => {
    for (const [, panel, { uid }] of panels.filter(([, { type }]) => type === 'timeseries')) {
      if (uid === 'service') {
        const explored = linksOf(panel).map(({ url }) => decodeURIComponent(url));
        expect(explored.some((url) => url.includes('"uid":"loki"') && url.includes('shop'))).toBe(true);
      }
    }
  });

  test('requests, errors and latency by service lead to its dashboard, its logs and its slow traces', () => {
    for (const title of ['Requests by service', 'Errors by service', 'Latency by service, p95']) {
      const links = linksOf(panelCalled('platform', title)).map(({ url }) => decodeURIComponent(url));
      expect(links).toEqual([
        '/d/service/service?${__url_time_range}&var-service=${__field.labels.service}',
        expect.stringContaining('{k8s_namespace_name=\\"shop\\", service_name=\\"${__field.labels.service}\\"}'),
        expect.stringContaining('{resource.service.name=\\"${__field.labels.service}-service\\" && duration > 500ms}'),
      ]);
    }
  });

  test('single requests are marked where latency is shown, by the buckets that remember them', () => {
    const marked = panels.filter(([, panel]) =>
      panel.targets.some((target) => 'exemplar' in target && target.exemplar),
    );
    expect(marked.map(([name]) => name)).toEqual([
      'platform: Latency by service, p95',
      'service: Latency by route, p95',
      'service: Latency',
    ]);
    for (const [, { targets }] of marked) {
      for (const target of targets) {
        expect('expr' in target && metricsOf(target.expr)).toEqual(['http_server_requests_seconds_bucket']);
      }
    }
  });
});

describe('the dashboard Service', () => {
  const service = dashboards.find(({ uid }) => uid === 'service') ?? missing();

  test('lets one choose among the services that count their requests', () => {
    expect(service.templating.list[0]).toMatchObject({
      name: 'service',
      definition: 'label_values(http_server_requests_seconds_count{namespace="shop"}, service)',
    });
  });

  test('calls traces over 500 ms slow, unless one chooses otherwise', () => {
    expect(service.templating.list[1]).toMatchObject({ name: 'slow', current: { value: '500ms' } });
    expect(queries.find(({ language }) => language === 'TraceQL')).toMatchObject({
      panel: 'Slow traces, over $slow',
      expr: '{resource.service.name="$service-service" && duration > $slow}',
    });
  });

  test('marks deployments and the steps of canaries', () => {
    expect(service.annotations.list.map(({ name, useValueForTime }) => [name, useValueForTime])).toEqual([
      ['Deployments', true],
      ['Canary steps', false],
    ]);
  });
});

describe('a healthy platform', () => {
  test('has no panel of what is wrong that is empty: nothing is a value', () => {
    const ofWrongs = [
      ['platform', 'Alerts'],
      ['platform', 'Targets down'],
      ['platform', 'Pods not ready'],
      ['platform', 'Errors'],
      ['platform', 'Alerts that fire'],
      ['platform', 'What restarts'],
      ['platform', 'What waits'],
      ['service', 'Errors'],
      ['kafka', 'Under-replicated partitions'],
      ['kafka', 'Dead letters'],
      ['kafka', 'Dead letters, by topic'],
      ['cluster', 'Pods that wait or failed'],
      ['cluster', 'Spans and log lines that are lost'],
    ] as const;
    for (const [uid, title] of ofWrongs) {
      for (const target of panelCalled(uid, title).targets) {
        expect('expr' in target && target.expr).toMatch(/ or (on \(\) )?(label_replace\()*vector\(0/);
      }
    }
  });

  test('says so where there may be nothing', () => {
    expect(panelCalled('service', 'Slow traces, over $slow').fieldConfig.defaults.noValue).toBe(
      'No trace took longer than $slow.',
    );
    expect(panelCalled('service', 'Database connections').fieldConfig.defaults.noValue).toBe(
      'This service has no database.',
    );
  });
});

describe('queries', () => {
  const promQl = queries.filter(({ language }) => language === 'PromQL');

  test('are of every panel, annotation and variable', () => {
    const targets = panels.flatMap(([, panel]) => panel.targets);
    const annotations = dashboards.flatMap((dashboard) => dashboard.annotations.list);
    expect(queries).toHaveLength(targets.length + annotations.length + 1);
  });

  test.each(promQl.map((query) => [`${query.dashboard}: ${query.panel} ${query.refId}`, query.expr] as const))(
    '%s is PromQL',
    (_, expr) => {
      expect(() => parse(substitute(expr, { service: 'orders' }))).not.toThrow();
    },
  );

  test('that are no PromQL are found', () => {
    expect(() => parse('sum by (service (up)')).toThrow('no PromQL');
    expect(() => substitute('up{service="$servce"}', { service: 'orders' })).toThrow('no variable $servce');
  });

  test('read metrics that targets have or rules record, each of them known', () => {
    const known = [...Object.values(METRICS).flat(), ...recorded()];
    const read = [...new Set(promQl.flatMap(({ metrics }) => metrics))].sort();
    expect(known).toEqual(expect.arrayContaining(read));
    expect(read).toEqual(expect.arrayContaining(Object.values(METRICS).flat()));
  });

  test('rely on no label that only our own scraping makes', () => {
    for (const { expr } of queries) {
      expect(expr).not.toMatch(/\bjob\b/);
    }
  });

  test('compute rates over as long as scrapes need', () => {
    for (const { expr, instant } of promQl) {
      for (const [, window] of expr.matchAll(/\[(\d\w*|\$\w+)\]/g)) {
        expect(instant ? ['5m', '1h'] : ['5m', '$__rate_interval']).toContain(window);
      }
    }
  });
});

describe("Grafana's schema", () => {
  test('has a version that Grafana 11.4 knows', () => {
    const [platform] = dashboards;
    expect(platform?.schemaVersion).toBeGreaterThanOrEqual(defaultDashboard.schemaVersion);
    expect(platform?.schemaVersion).toBeLessThanOrEqual(40);
  });

  // What is a string in the dashboards is an enumeration there.
  test.each<[string, object, (panel: PanelContent) => readonly (string | number | undefined)[]]>([
    ['FieldColorModeId', FieldColorModeId, (panel) => [panel.fieldConfig.defaults.color?.mode]],
    ['ThresholdsMode', ThresholdsMode, (panel) => [panel.fieldConfig.defaults.thresholds?.mode]],
    [
      'GraphDrawStyle',
      GraphDrawStyle,
      (panel) => (panel.type === 'timeseries' ? [panel.fieldConfig.defaults.custom?.drawStyle] : []),
    ],
    [
      'StackingMode',
      StackingMode,
      (panel) => (panel.type === 'timeseries' ? [panel.fieldConfig.defaults.custom?.stacking.mode] : []),
    ],
    [
      'VisibilityMode',
      VisibilityMode,
      (panel) => (panel.type === 'timeseries' ? [panel.fieldConfig.defaults.custom?.showPoints] : []),
    ],
    [
      'GraphThresholdsStyleMode',
      GraphThresholdsStyleMode,
      (panel) => (panel.type === 'timeseries' ? [panel.fieldConfig.defaults.custom?.thresholdsStyle.mode] : []),
    ],
    [
      'LegendDisplayMode',
      LegendDisplayMode,
      (panel) => ('legend' in panel.options ? [panel.options.legend.displayMode] : []),
    ],
    [
      'TooltipDisplayMode',
      TooltipDisplayMode,
      (panel) => ('tooltip' in panel.options ? [panel.options.tooltip.mode] : []),
    ],
    ['SortOrder', SortOrder, (panel) => ('tooltip' in panel.options ? [panel.options.tooltip.sort] : [])],
    ['BigValueColorMode', BigValueColorMode, (panel) => (panel.type === 'stat' ? [panel.options.colorMode] : [])],
    ['BigValueGraphMode', BigValueGraphMode, (panel) => (panel.type === 'stat' ? [panel.options.graphMode] : [])],
    ['BigValueJustifyMode', BigValueJustifyMode, (panel) => (panel.type === 'stat' ? [panel.options.justifyMode] : [])],
    ['BigValueTextMode', BigValueTextMode, (panel) => (panel.type === 'stat' ? [panel.options.textMode] : [])],
    [
      'PercentChangeColorMode',
      PercentChangeColorMode,
      (panel) => (panel.type === 'stat' ? [panel.options.percentChangeColorMode] : []),
    ],
    ['VizOrientation', VizOrientation, (panel) => ('orientation' in panel.options ? [panel.options.orientation] : [])],
    [
      'BarGaugeDisplayMode',
      BarGaugeDisplayMode,
      (panel) => (panel.type === 'bargauge' ? [panel.options.displayMode] : []),
    ],
    ['BarGaugeValueMode', BarGaugeValueMode, (panel) => (panel.type === 'bargauge' ? [panel.options.valueMode] : [])],
    [
      'BarGaugeNamePlacement',
      BarGaugeNamePlacement,
      (panel) => (panel.type === 'bargauge' ? [panel.options.namePlacement] : []),
    ],
    ['BarGaugeSizing', BarGaugeSizing, (panel) => (panel.type === 'bargauge' ? [panel.options.sizing] : [])],
    ['TableCellHeight', TableCellHeight, (panel) => (panel.type === 'table' ? [panel.options.cellHeight] : [])],
    [
      'TableCellDisplayMode',
      TableCellDisplayMode,
      (panel) =>
        panel.fieldConfig.overrides.flatMap(({ properties }) =>
          properties.flatMap((property) => (property.id === 'custom.cellOptions' ? [property.value.type] : [])),
        ),
    ],
    ['LogsDedupStrategy', LogsDedupStrategy, (panel) => (panel.type === 'logs' ? [panel.options.dedupStrategy] : [])],
    ['LogsSortOrder', LogsSortOrder, (panel) => (panel.type === 'logs' ? [panel.options.sortOrder] : [])],
  ])('knows every %s', (_, enumeration, valuesOf) => {
    const values = panels.flatMap(([, panel]) => valuesOf(panel)).filter((value) => value !== undefined);
    expect(values.length).toBeGreaterThan(0);
    for (const value of values) {
      expect(Object.values(enumeration)).toContain(value);
    }
  });

  test('knows when variables are asked for, and how they are sorted', () => {
    const service = dashboards.find(({ uid }) => uid === 'service') ?? missing();
    expect(service.templating.list[0]).toMatchObject({
      refresh: VariableRefresh.onTimeRangeChanged,
      sort: VariableSort.alphabeticalAsc,
    });
  });
});

/** https://grafana.com/docs/grafana/v11.4/dashboards/variables/add-template-variables/#global-variables and .../panels-visualizations/configure-data-links/ */
const GRAFANA_VARIABLES = ['__rate_interval', '__from', '__to', '__url_time_range', '__field', '__data'];

interface ExplorePane {
  readonly datasource: string;
  readonly queries: readonly {
    readonly datasource: { readonly uid: string };
    readonly expr?: string;
    readonly query?: string;
  }[];
  readonly range: object;
}

function panesOf(url: string): string {
  return decodeURIComponent(url.split('panes=')[1] ?? '');
}

function recorded(): unknown[] {
  return Object.values(recording).flatMap((name) => (typeof name === 'string' ? [name] : Object.values(name)));
}

function panelCalled(uid: string, title: string): Panel {
  return panels.find(([name]) => name === `${uid}: ${title}`)?.[1] ?? missing();
}

function missing(): never {
  throw new Error('there is none');
}

function unitsOf({ fieldConfig }: Panel): string[] {
  const properties = fieldConfig.overrides.flatMap((override) => override.properties);
  return [fieldConfig.defaults.unit, ...properties.flatMap((one) => (one.id === 'unit' ? [one.value] : []))];
}

function thresholdsOf({ fieldConfig }: Panel): { readonly steps: readonly { readonly value: number | null }[] }[] {
  const properties = fieldConfig.overrides.flatMap((override) => override.properties);
  return [
    ...(fieldConfig.defaults.thresholds === undefined ? [] : [fieldConfig.defaults.thresholds]),
    ...properties.flatMap((one) => (one.id === 'thresholds' ? [one.value] : [])),
  ];
}

function linksOf({ fieldConfig }: Panel): { readonly url: string }[] {
  const properties = fieldConfig.overrides.flatMap((override) => override.properties);
  return [...(fieldConfig.defaults.links ?? []), ...properties.flatMap((one) => (one.id === 'links' ? one.value : []))];
}

/** Every text in which Grafana fills in variables. */
function textsOf(panel: Panel): string[] {
  return [
    panel.title,
    panel.description,
    panel.fieldConfig.defaults.noValue ?? '',
    ...linksOf(panel).map(({ url }) => decodeURIComponent(url)),
    ...panel.targets.map((target) => ('query' in target ? target.query : target.expr)),
  ];
}
