/**
 * A dashboard as Grafana 11.4 reads it: of its schema what the dashboards here use. `@grafana/schema` holds it to that in the tests.
 * https://grafana.com/docs/grafana/v11.4/dashboards/build-dashboards/view-dashboard-json-model/
 */
export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly schemaVersion: number;
  readonly editable: boolean;
  /** 1: the pointer's time is shown in every panel. */
  readonly graphTooltip: 0 | 1 | 2;
  readonly timezone: 'browser' | 'utc';
  readonly time: { readonly from: string; readonly to: string };
  readonly refresh: string;
  readonly links: readonly DashboardLink[];
  readonly annotations: { readonly list: readonly Annotation[] };
  readonly templating: { readonly list: readonly Variable[] };
  readonly panels: readonly (Panel | RowPanel)[];
}

/** A link to the other dashboards, at the top of each. */
export interface DashboardLink {
  readonly type: 'dashboards';
  readonly title: string;
  readonly tags: readonly string[];
  readonly icon: string;
  readonly tooltip: string;
  readonly asDropdown: boolean;
  readonly includeVars: boolean;
  readonly keepTime: boolean;
  readonly targetBlank: boolean;
}

/** A data source: kind and uid. */
export interface DataSource {
  readonly type: 'prometheus' | 'loki' | 'tempo';
  readonly uid: string;
}

/** Events drawn over every panel with a time axis. */
export interface Annotation {
  readonly name: string;
  readonly datasource: DataSource;
  readonly enable: boolean;
  readonly hide: boolean;
  readonly iconColor: string;
  /** PromQL: each of its series is an event. */
  readonly expr: string;
  readonly titleFormat: string;
  readonly textFormat: string;
  readonly tagKeys: string;
  /** Interval between the times at which it is asked. */
  readonly step: string;
  /** Whether the value is the time of the event, in milliseconds. */
  readonly useValueForTime: boolean;
}

/** A variable of a dashboard, chosen at its top. */
export type Variable = QueryVariable | CustomVariable;

interface VariableBase {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly multi: false;
  readonly includeAll: false;
}

/** A variable whose values Prometheus knows. */
export interface QueryVariable extends VariableBase {
  readonly type: 'query';
  readonly datasource: DataSource;
  readonly definition: string;
  readonly query: { readonly qryType: 1; readonly query: string; readonly refId: string };
  /** 2: they are asked for again when the range of time changes. */
  readonly refresh: 2;
  /** 1: in alphabetical order. */
  readonly sort: 1;
}

/** A variable with values that are written down. */
export interface CustomVariable extends VariableBase {
  readonly type: 'custom';
  readonly query: string;
  readonly current: VariableOption;
  readonly options: readonly VariableOption[];
}

interface VariableOption {
  readonly selected: boolean;
  readonly text: string;
  readonly value: string;
}

/** Place in the grid of 24 columns; a row is 30 pixels high. */
export interface GridPos {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** The heading of a group of panels. */
export interface RowPanel {
  readonly type: 'row';
  readonly id: number;
  readonly title: string;
  readonly collapsed: false;
  readonly gridPos: GridPos;
  readonly panels: readonly [];
}

/** A panel in its place. */
export type Panel = PanelContent & { readonly id: number; readonly gridPos: GridPos };

/** A panel wherever it stands. */
export type PanelContent = TimeSeriesPanel | StatPanel | BarGaugePanel | TablePanel | LogsPanel;

interface PanelBase<Type extends string, Options, Custom = never> {
  readonly type: Type;
  readonly title: string;
  readonly description: string;
  readonly datasource: DataSource;
  readonly targets: readonly Target[];
  readonly fieldConfig: FieldConfigSource<Custom>;
  readonly options: Options;
  readonly transformations?: readonly Transformation[];
}

/** Lines over time. */
export type TimeSeriesPanel = PanelBase<
  'timeseries',
  {
    readonly legend: {
      readonly showLegend: boolean;
      readonly displayMode: 'list' | 'table';
      readonly placement: 'bottom' | 'right';
      readonly calcs: readonly string[];
    };
    readonly tooltip: { readonly mode: 'multi'; readonly sort: 'desc' };
  },
  TimeSeriesCustom
>;

/** How lines are drawn. */
export interface TimeSeriesCustom {
  readonly drawStyle: 'line' | 'bars';
  readonly lineWidth: number;
  readonly fillOpacity: number;
  readonly showPoints: 'never' | 'auto';
  readonly spanNulls: boolean;
  readonly axisSoftMin: number;
  readonly stacking: { readonly mode: 'none' | 'normal'; readonly group: string };
  readonly thresholdsStyle: { readonly mode: 'off' | 'dashed' };
}

/** One value, large. */
export type StatPanel = PanelBase<
  'stat',
  SingleValue & {
    readonly colorMode: 'value' | 'background';
    readonly graphMode: 'none' | 'area';
    readonly justifyMode: 'auto' | 'center';
    readonly textMode: 'auto' | 'value';
    readonly wideLayout: boolean;
    readonly showPercentChange: boolean;
    readonly percentChangeColorMode: 'standard';
  }
>;

/** A bar for each of several values. */
export type BarGaugePanel = PanelBase<
  'bargauge',
  SingleValue & {
    readonly displayMode: 'basic' | 'gradient';
    readonly valueMode: 'color' | 'text';
    readonly namePlacement: 'left';
    readonly showUnfilled: boolean;
    readonly sizing: 'manual';
    readonly minVizWidth: number;
    readonly minVizHeight: number;
    readonly maxVizHeight: number;
    readonly legend: {
      readonly showLegend: false;
      readonly displayMode: 'list';
      readonly placement: 'bottom';
      readonly calcs: readonly [];
    };
  }
>;

interface SingleValue {
  readonly orientation: 'auto' | 'horizontal';
  readonly reduceOptions: { readonly calcs: readonly string[]; readonly fields: ''; readonly values: false };
}

/** Rows and columns. */
export type TablePanel = PanelBase<
  'table',
  {
    readonly showHeader: true;
    readonly frameIndex: 0;
    readonly cellHeight: 'sm';
    readonly footer: { readonly show: false; readonly reducer: readonly [] };
    readonly sortBy: readonly { readonly displayName: string; readonly desc: boolean }[];
  },
  TableCustom
>;

/** How cells are drawn. */
export interface TableCustom {
  readonly align: 'auto';
  readonly cellOptions: CellOptions;
  readonly inspect: false;
}

/** How one column's cells are drawn. */
export type CellOptions =
  | { readonly type: 'auto' }
  | { readonly type: 'color-text' }
  | { readonly type: 'color-background'; readonly mode: 'basic' }
  | { readonly type: 'gauge'; readonly mode: 'basic'; readonly valueDisplayMode: 'text' };

/** Lines of logs. */
export type LogsPanel = PanelBase<
  'logs',
  {
    readonly dedupStrategy: 'none';
    readonly enableLogDetails: boolean;
    readonly prettifyLogMessage: boolean;
    readonly showCommonLabels: boolean;
    readonly showLabels: boolean;
    readonly showLogContextToggle: boolean;
    readonly showTime: boolean;
    readonly sortOrder: 'Descending';
    readonly wrapLogMessage: boolean;
  }
>;

/** How values are shown: of every field, and of some that differ. */
export interface FieldConfigSource<Custom> {
  readonly defaults: FieldConfig<Custom>;
  readonly overrides: readonly FieldOverride[];
}

/** How a field's values are shown. */
export interface FieldConfig<Custom> {
  readonly unit: string;
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  /** What stands where there is nothing. */
  readonly noValue?: string;
  readonly color?: FieldColor;
  readonly thresholds?: Thresholds;
  readonly mappings?: readonly ValueMapping[];
  readonly links?: readonly DataLink[];
  readonly custom?: Custom;
}

/** What differs for the fields of a name. */
export interface FieldOverride {
  readonly matcher: { readonly id: 'byName' | 'byRegexp' | 'byFrameRefID'; readonly options: string };
  readonly properties: readonly FieldProperty[];
}

/** One thing that differs. */
export type FieldProperty =
  | { readonly id: 'unit'; readonly value: string }
  | { readonly id: 'decimals'; readonly value: number }
  | { readonly id: 'min'; readonly value: number }
  | { readonly id: 'max'; readonly value: number }
  | { readonly id: 'color'; readonly value: FieldColor }
  | { readonly id: 'thresholds'; readonly value: Thresholds }
  | { readonly id: 'mappings'; readonly value: readonly ValueMapping[] }
  | { readonly id: 'links'; readonly value: readonly DataLink[] }
  | { readonly id: 'custom.cellOptions'; readonly value: CellOptions }
  | { readonly id: 'custom.width'; readonly value: number }
  | { readonly id: 'custom.lineStyle'; readonly value: { readonly fill: 'dash'; readonly dash: readonly number[] } }
  | { readonly id: 'custom.fillOpacity'; readonly value: number };

/** Where a colour comes from. */
export type FieldColor =
  { readonly mode: 'thresholds' | 'palette-classic' } | { readonly mode: 'fixed'; readonly fixedColor: Color };

/** The colours in use: names that follow the theme. */
export type Color = 'green' | 'yellow' | 'orange' | 'red' | 'blue' | 'purple' | 'text';

/** From which value on which colour. */
export interface Thresholds {
  readonly mode: 'absolute';
  readonly steps: readonly { readonly color: Color; readonly value: number | null }[];
}

/** A text in place of a value. */
export interface ValueMapping {
  readonly type: 'value';
  readonly options: Readonly<Record<string, { readonly text?: string; readonly color: Color; readonly index: number }>>;
}

/** Where a click on a value leads. */
export interface DataLink {
  readonly title: string;
  readonly url: string;
  readonly targetBlank: boolean;
}

/** What a panel asks a data source. */
export type Target = PrometheusTarget | LokiTarget | TempoTarget;

interface TargetBase {
  readonly refId: string;
  readonly datasource: DataSource;
}

/** PromQL. */
export interface PrometheusTarget extends TargetBase {
  readonly expr: string;
  readonly legendFormat: string;
  readonly editorMode: 'code';
  readonly format: 'time_series' | 'table';
  /** Whether it is asked for the end of the range of time alone. */
  readonly instant: boolean;
  readonly range: boolean;
  /** Whether single requests are marked, which lead to their traces. */
  readonly exemplar: boolean;
}

/** LogQL. */
export interface LokiTarget extends TargetBase {
  readonly expr: string;
  readonly queryType: 'range';
  readonly maxLines: number;
}

/** TraceQL. */
export interface TempoTarget extends TargetBase {
  readonly query: string;
  readonly queryType: 'traceql';
  readonly tableType: 'traces' | 'spans';
  readonly limit: number;
  readonly filters: readonly [];
}

/** What is done with the answers before they are shown. */
export type Transformation =
  | { readonly id: 'merge'; readonly options: Readonly<Record<string, never>> }
  | {
      readonly id: 'organize';
      readonly options: {
        readonly excludeByName: Readonly<Record<string, boolean>>;
        readonly indexByName: Readonly<Record<string, number>>;
        readonly renameByName: Readonly<Record<string, string>>;
      };
    }
  | {
      readonly id: 'filterFieldsByName';
      readonly options: { readonly include: { readonly names: readonly string[] } };
    };
