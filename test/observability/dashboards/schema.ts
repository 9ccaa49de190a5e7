import type * as grafana from '@grafana/schema';
import type * as barGauge from '@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen';
import type * as logs from '@grafana/schema/dist/esm/raw/composable/logs/panelcfg/x/LogsPanelCfg_types.gen';
import type * as loki from '@grafana/schema/dist/esm/raw/composable/loki/dataquery/x/LokiDataQuery_types.gen';
import type * as stat from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type * as table from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen';
import type * as tempo from '@grafana/schema/dist/esm/raw/composable/tempo/dataquery/x/TempoDataQuery_types.gen';
import type * as timeSeries from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';
import type {
  Annotation,
  BarGaugePanel,
  CustomVariable,
  Dashboard,
  DashboardLink,
  FieldConfig,
  LogsPanel,
  LokiTarget,
  Panel,
  QueryVariable,
  RowPanel,
  StatPanel,
  TableCustom,
  TablePanel,
  TempoTarget,
  TimeSeriesCustom,
  TimeSeriesPanel,
} from '../../../lib/observability/dashboards/model';

// Grafana publishes no JSON schema of a dashboard, but its types. This file holds the types of our dashboards to them: it does not compile
// when a field is called or typed otherwise there.

/** Grafana's type as JSON has it: an enumeration is its values, and nothing need be changed. */
type Json<Type> = Type extends string
  ? `${Type}`
  : Type extends number
    ? Numeric<`${Type}`>
    : Type extends readonly (infer Item)[]
      ? readonly Json<Item>[]
      : Type extends object
        ? { readonly [Key in keyof Type]: Json<Type[Key]> }
        : Type;

type Numeric<Text extends string> = Text extends `${infer Value extends number}` ? Value : number;

/** True if Grafana takes what is ours. */
type Takes<Theirs, Ours> = [Ours] extends [Json<Theirs>] ? true : false;

/** Fields of ours that Grafana does not know. */
type Unknown<Theirs, Ours> = Exclude<keyof Ours, keyof Theirs>;

/** Compiles only for what is so. */
type Holds<Statement extends true> = Statement;

/** Compiles only if there is none. */
type None<Field extends never> = Field;

/** What holds of the types of our dashboards. */
export type Held = [
  Holds<Takes<grafana.Dashboard, Omit<Dashboard, 'panels' | 'annotations' | 'templating'>>>,
  None<Unknown<grafana.Dashboard, Dashboard>>,
  Holds<Takes<grafana.DashboardLink, DashboardLink>>,
  None<Unknown<grafana.DashboardLink, DashboardLink>>,
  Holds<Takes<grafana.AnnotationQuery, Annotation>>,
  // Fields of the data source's own.
  None<
    Exclude<
      Unknown<grafana.AnnotationQuery, Annotation>,
      'expr' | 'step' | 'titleFormat' | 'textFormat' | 'tagKeys' | 'useValueForTime'
    >
  >,
  Holds<Takes<grafana.VariableModel, QueryVariable>>,
  Holds<Takes<grafana.VariableModel, CustomVariable>>,
  // What the variable's editor shows.
  None<Exclude<Unknown<grafana.VariableModel, QueryVariable>, 'definition'>>,
  None<Unknown<grafana.VariableModel, CustomVariable>>,

  Holds<Takes<grafana.RowPanel, RowPanel>>,
  None<Unknown<grafana.RowPanel, RowPanel>>,
  Holds<
    Takes<
      Omit<grafana.Panel, 'fieldConfig' | 'options' | 'targets' | 'transformations'>,
      Omit<Panel, 'fieldConfig' | 'options' | 'targets' | 'transformations'>
    >
  >,
  None<Unknown<grafana.Panel, Panel>>,
  Holds<Takes<Omit<grafana.FieldConfig, 'custom' | 'mappings'>, Omit<FieldConfig<never>, 'custom' | 'mappings'>>>,
  None<Unknown<grafana.FieldConfig, FieldConfig<never>>>,

  Holds<Takes<timeSeries.Options, TimeSeriesPanel['options']>>,
  None<Unknown<timeSeries.Options, TimeSeriesPanel['options']>>,
  Holds<Takes<timeSeries.FieldConfig, TimeSeriesCustom>>,
  None<Unknown<timeSeries.FieldConfig, TimeSeriesCustom>>,
  Holds<Takes<stat.Options, StatPanel['options']>>,
  None<Unknown<stat.Options, StatPanel['options']>>,
  Holds<Takes<barGauge.Options, BarGaugePanel['options']>>,
  None<Unknown<barGauge.Options, BarGaugePanel['options']>>,
  Holds<Takes<table.Options, TablePanel['options']>>,
  None<Unknown<table.Options, TablePanel['options']>>,
  Holds<Takes<table.FieldConfig, TableCustom>>,
  None<Unknown<table.FieldConfig, TableCustom>>,
  Holds<Takes<logs.Options, LogsPanel['options']>>,
  None<Unknown<logs.Options, LogsPanel['options']>>,
  Holds<Takes<loki.LokiDataQuery, LokiTarget>>,
  None<Unknown<loki.LokiDataQuery, LokiTarget>>,
  Holds<Takes<tempo.TempoQuery, TempoTarget>>,
  None<Unknown<tempo.TempoQuery, TempoTarget>>,

  // That it does not compile otherwise:
  // @ts-expect-error: no place for a legend
  Holds<Takes<grafana.VizLegendOptions, { placement: 'top'; displayMode: 'list'; showLegend: true; calcs: [] }>>,
  // @ts-expect-error: no way to draw a bar
  Holds<Takes<barGauge.Options['displayMode'], 'plain'>>,
  // @ts-expect-error: no option of a stat panel
  None<Unknown<stat.Options, StatPanel['options'] & { readonly colour: string }>>,
];
