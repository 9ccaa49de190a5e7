import { DATA_SOURCES } from './data-sources';
import { NEUTRAL } from './thresholds';
import type {
  BarGaugePanel,
  CellOptions,
  Color,
  DataLink,
  FieldColor,
  FieldConfig,
  FieldOverride,
  FieldProperty,
  LogsPanel,
  PrometheusTarget,
  StatPanel,
  TablePanel,
  Thresholds,
  TimeSeriesPanel,
  ValueMapping,
} from './model';

/** What every panel says. */
interface Described {
  readonly title: string;
  /** What it shows, and what to think of it. */
  readonly description: string;
}

/** How values are shown. */
interface Shown {
  /** A unit of Grafana. */
  readonly unit: Unit;
  /**
   * Digits after the point.
   * @default - as many as a value needs
   */
  readonly decimals?: number;
  /**
   * From which value on which colour.
   * @default - none
   */
  readonly thresholds?: Thresholds;
  /**
   * What stands where there is nothing to show in a healthy platform.
   * @default - Grafana's "No data"
   */
  readonly noValue?: string;
  /**
   * Where a click on a value leads.
   * @default - nowhere
   */
  readonly links?: readonly DataLink[];
}

/** The units in use. https://github.com/grafana/grafana/blob/v11.4.0/packages/grafana-data/src/valueFormats/categories.ts */
export type Unit =
  | 'none'
  | 'short'
  | 'string'
  | 'percentunit'
  | 's'
  | 'ms'
  | 'bytes'
  | 'reqps'
  | 'mps'
  | 'cps'
  | 'suffix: cores'
  | 'suffix:×';

/** PromQL and what its series are called. */
export interface Query {
  readonly expr: string;
  /** The series' name, such as `{{service}}`. */
  readonly legend: string;
  /** Whether the line is dashed: a limit beside what is measured. */
  readonly dashed?: boolean;
  /** The line's colour, where it means something. */
  readonly color?: Color;
}

/** Props of {@link timeSeries}. */
interface TimeSeriesProps extends Described, Shown {
  readonly queries: readonly Query[];
  /** Whether single requests are drawn as points that lead to their traces. */
  readonly exemplars?: boolean;
  /** Whether the series are added up. */
  readonly stacked?: boolean;
  /** Bars for what happens at some times only. */
  readonly bars?: boolean;
  /** The axis' end, where there is one. */
  readonly max?: number;
}

/** Lines over time. */
export function timeSeries(props: TimeSeriesProps): TimeSeriesPanel {
  const { queries, exemplars = false, stacked = false, bars = false, thresholds } = props;
  return {
    type: 'timeseries',
    ...described(props),
    datasource: DATA_SOURCES.prometheus,
    targets: queries.map(({ expr, legend }, index) => ({
      ...target(index, expr),
      legendFormat: legend,
      format: 'time_series',
      instant: false,
      range: true,
      exemplar: exemplars,
    })),
    fieldConfig: {
      defaults: {
        ...shown(props),
        ...(props.max !== undefined && { max: props.max }),
        min: 0,
        color: { mode: 'palette-classic' },
        custom: {
          drawStyle: bars ? 'bars' : 'line',
          lineWidth: bars ? 0 : 2,
          fillOpacity: bars ? 80 : stacked ? 40 : 8,
          showPoints: 'never',
          spanNulls: false,
          axisSoftMin: 0,
          stacking: { mode: stacked ? 'normal' : 'none', group: 'A' },
          thresholdsStyle: { mode: thresholds === undefined ? 'off' : 'dashed' },
        },
      },
      overrides: queries.flatMap((query, index) => lineOverride(query, index)),
    },
    options: {
      legend: { showLegend: true, displayMode: 'list', placement: 'bottom', calcs: ['lastNotNull'] },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
  };
}

function lineOverride({ dashed = false, color }: Query, index: number): FieldOverride[] {
  const properties = [...given(color, (value) => ({ id: 'color', value: fixed(value) })), ...(dashed ? DASHED : [])];
  return properties.length === 0 ? [] : [{ matcher: { id: 'byFrameRefID', options: refId(index) }, properties }];
}

const DASHED: readonly FieldProperty[] = [
  { id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 8] } },
  { id: 'custom.fillOpacity', value: 0 },
];

/** A property, where there is a value for it. */
function given<Value>(value: Value | undefined, toProperty: (value: Value) => FieldProperty): FieldProperty[] {
  return value === undefined ? [] : [toProperty(value)];
}

function fixed(color: Color): FieldColor {
  return { mode: 'fixed', fixedColor: color };
}

/** Props of {@link stat}. */
interface StatProps extends Described, Shown {
  readonly expr: string;
  readonly thresholds: Thresholds;
}

/** One value, large, in the colour of its threshold. */
export function stat(props: StatProps): StatPanel {
  return {
    type: 'stat',
    ...described(props),
    datasource: DATA_SOURCES.prometheus,
    targets: [instant(0, props.expr, '__auto', 'time_series')],
    fieldConfig: { defaults: { ...shown(props), color: { mode: 'thresholds' } }, overrides: [] },
    options: {
      colorMode: 'value',
      graphMode: 'none',
      justifyMode: 'center',
      textMode: 'value',
      wideLayout: true,
      showPercentChange: false,
      percentChangeColorMode: 'standard',
      orientation: 'auto',
      reduceOptions: LAST,
    },
  };
}

const LAST = { calcs: ['lastNotNull'], fields: '', values: false } as const;

/** Props of {@link barGauge}. */
interface BarGaugeProps extends Described, Shown {
  readonly expr: string;
  readonly legend: string;
  readonly thresholds: Thresholds;
  /**
   * The value of a full bar.
   * @default - the largest value
   */
  readonly max?: number;
}

/** A bar for each of several values. */
export function barGauge(props: BarGaugeProps): BarGaugePanel {
  return {
    type: 'bargauge',
    ...described(props),
    datasource: DATA_SOURCES.prometheus,
    targets: [instant(0, props.expr, props.legend, 'time_series')],
    fieldConfig: {
      defaults: {
        ...shown(props),
        min: 0,
        ...(props.max !== undefined && { max: props.max }),
        color: { mode: 'thresholds' },
      },
      overrides: [],
    },
    options: {
      displayMode: 'basic',
      valueMode: 'color',
      namePlacement: 'left',
      showUnfilled: true,
      sizing: 'manual',
      minVizWidth: 8,
      minVizHeight: 16,
      maxVizHeight: 28,
      legend: { showLegend: false, displayMode: 'list', placement: 'bottom', calcs: [] },
      orientation: 'horizontal',
      reduceOptions: LAST,
    },
  };
}

/** A column of text: a label of the series. */
export interface LabelColumn {
  readonly label: string;
  readonly title: string;
  readonly links?: readonly DataLink[];
  /** Colour by text. */
  readonly colors?: Readonly<Record<string, Color>>;
}

/** A column of values, from a query of its own. */
export interface ValueColumn extends Omit<Shown, 'noValue'> {
  readonly title: string;
  readonly expr: string;
  /** Whether the value is a share of 1, drawn as a bar. */
  readonly bar?: boolean;
}

/** Props of {@link table}. */
interface TableProps extends Described {
  /** What a row is: the labels that all queries have in common. */
  readonly rows: readonly LabelColumn[];
  readonly columns: readonly ValueColumn[];
  /** Title of the column by which rows are sorted, the largest first. */
  readonly sortBy?: string;
  readonly noValue?: string;
}

/** Rows and columns: the labels of series, and the value of each of several queries for them. */
export function table(props: TableProps): TablePanel {
  const { rows, columns, sortBy } = props;
  const fields = [
    ...rows.map(({ label, title }) => ({ field: label, title })),
    ...columns.map(({ title }, index) => ({
      // Grafana calls the values of a query so, where there are several.
      field: columns.length === 1 ? 'Value' : `Value #${refId(index)}`,
      title,
    })),
  ];
  return {
    type: 'table',
    ...described(props),
    datasource: DATA_SOURCES.prometheus,
    targets: columns.map(({ expr }, index) => instant(index, expr, '__auto', 'table')),
    transformations: [
      { id: 'merge', options: {} },
      { id: 'filterFieldsByName', options: { include: { names: fields.map(({ field }) => field) } } },
      {
        id: 'organize',
        options: {
          excludeByName: {},
          indexByName: Object.fromEntries(fields.map(({ field }, index) => [field, index])),
          renameByName: Object.fromEntries(fields.map(({ field, title }) => [field, title])),
        },
      },
    ],
    fieldConfig: {
      defaults: {
        unit: 'short',
        ...(props.noValue !== undefined && { noValue: props.noValue }),
        color: { mode: 'thresholds' },
        thresholds: NEUTRAL,
        custom: { align: 'auto', cellOptions: { type: 'auto' }, inspect: false },
      },
      overrides: [...rows.flatMap(labelOverride), ...columns.map(valueOverride)],
    },
    options: {
      showHeader: true,
      frameIndex: 0,
      cellHeight: 'sm',
      footer: { show: false, reducer: [] },
      sortBy: sortBy === undefined ? [] : [{ displayName: sortBy, desc: true }],
    },
  };
}

function labelOverride({ title, links, colors }: LabelColumn): FieldOverride[] {
  const properties = [
    ...given(links, (value) => ({ id: 'links', value })),
    ...given(colors, (value) => ({ id: 'mappings', value: [toMapping(value)] })),
    ...given(colors, () => ({ id: 'custom.cellOptions', value: { type: 'color-text' } })),
  ];
  return properties.length === 0 ? [] : [{ matcher: { id: 'byName', options: title }, properties }];
}

function toMapping(colors: Readonly<Record<string, Color>>): ValueMapping {
  return {
    type: 'value',
    options: Object.fromEntries(Object.entries(colors).map(([text, color], index) => [text, { color, index }])),
  };
}

function valueOverride({ title, unit, decimals, thresholds, links, bar = false }: ValueColumn): FieldOverride {
  const cells: CellOptions = bar
    ? { type: 'gauge', mode: 'basic', valueDisplayMode: 'text' }
    : { type: thresholds === undefined ? 'auto' : 'color-text' };
  return {
    matcher: { id: 'byName', options: title },
    properties: [
      { id: 'unit', value: unit },
      { id: 'custom.cellOptions', value: cells },
      ...given(decimals, (value) => ({ id: 'decimals', value })),
      ...given(thresholds, (value) => ({ id: 'thresholds', value })),
      ...given(links, (value) => ({ id: 'links', value })),
      ...(bar ? SHARE : []),
    ],
  };
}

const SHARE: readonly FieldProperty[] = [
  { id: 'min', value: 0 },
  { id: 'max', value: 1 },
];

/** Lines of logs, the newest first. */
export function logs(props: Described & { readonly expr: string; readonly noValue: string }): LogsPanel {
  return {
    type: 'logs',
    ...described(props),
    datasource: DATA_SOURCES.loki,
    targets: [{ refId: refId(0), datasource: DATA_SOURCES.loki, expr: props.expr, queryType: 'range', maxLines: 200 }],
    fieldConfig: { defaults: { unit: 'string', noValue: props.noValue }, overrides: [] },
    options: {
      dedupStrategy: 'none',
      enableLogDetails: true,
      prettifyLogMessage: false,
      showCommonLabels: false,
      showLabels: false,
      showLogContextToggle: true,
      showTime: true,
      sortOrder: 'Descending',
      wrapLogMessage: true,
    },
  };
}

/** Traces that a search finds, the longest first; each leads to itself. */
export function traces(props: Described & { readonly query: string; readonly noValue: string }): TablePanel {
  return {
    type: 'table',
    ...described(props),
    datasource: DATA_SOURCES.tempo,
    targets: [
      {
        refId: refId(0),
        datasource: DATA_SOURCES.tempo,
        query: props.query,
        queryType: 'traceql',
        tableType: 'traces',
        limit: 20,
        filters: [],
      },
    ],
    fieldConfig: {
      defaults: {
        unit: 'ms',
        noValue: props.noValue,
        custom: { align: 'auto', cellOptions: { type: 'auto' }, inspect: false },
      },
      overrides: [],
    },
    options: {
      showHeader: true,
      frameIndex: 0,
      cellHeight: 'sm',
      footer: { show: false, reducer: [] },
      sortBy: [{ displayName: 'Duration', desc: true }],
    },
  };
}

function described({ title, description }: Described): Described {
  return { title, description };
}

function shown({ unit, decimals, thresholds, noValue, links }: Shown): FieldConfig<never> {
  return {
    unit,
    ...(decimals !== undefined && { decimals }),
    ...(thresholds !== undefined && { thresholds }),
    ...(noValue !== undefined && { noValue }),
    ...(links !== undefined && { links }),
  };
}

function instant(
  index: number,
  expr: string,
  legendFormat: string,
  format: PrometheusTarget['format'],
): PrometheusTarget {
  return { ...target(index, expr), legendFormat, format, instant: true, range: false, exemplar: false };
}

function target(index: number, expr: string): Pick<PrometheusTarget, 'refId' | 'datasource' | 'editorMode' | 'expr'> {
  return { refId: refId(index), datasource: DATA_SOURCES.prometheus, editorMode: 'code', expr };
}

/** A, B, C, ... */
function refId(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}
