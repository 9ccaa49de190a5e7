import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  BarGaugePanel,
  Dashboard,
  FieldProperty,
  GridPos,
  LogsPanel,
  Panel,
  StatPanel,
  TablePanel,
  TimeSeriesPanel,
} from '../../lib/observability/dashboards/model';
import type { Unit } from '../../lib/observability/dashboards/panels';
import { linesOf, type LogLine, nameOf, type Series, seriesOf, tracesOf } from './answers';
import { COLORS, thresholdColor } from './colors';
import { block, element, escape } from './markup';
import { clock, graph, type Mark, type TimeRange } from './time-series';
import { format } from './values';

/** What a data source said to a query. */
export interface Answer {
  /** Title of the panel, as in the dashboard; `annotation NAME` for events. */
  readonly panel: string;
  readonly refId: string;
  /** The body of the answer, parsed. */
  readonly answer: unknown;
  /** The body of Prometheus' answer to `query_exemplars`, where it was asked. */
  readonly exemplars?: unknown;
}

/** What the page says of itself. */
export interface PageProps {
  /** Values of the dashboard's variables: they stand at the top, and in titles. */
  readonly variables?: Readonly<Record<string, string>>;
  /**
   * The range of time, in seconds.
   * @default - from the first to the last point of all series
   */
  readonly range?: TimeRange;
}

export const PAGE_WIDTH = 1600;
const MARGIN = 16;
const HEADER = 56;
/** As Grafana has it: rows of 30 pixels, 8 apart. */
const ROW = 38;
const GAP = 8;
const TITLE = 34;

/** How high a dashboard's page is. */
export function pageHeight({ panels }: Dashboard): number {
  return HEADER + ROW * Math.max(...panels.map(({ gridPos }) => gridPos.y + gridPos.h)) + MARGIN;
}

/** A dashboard as a page of HTML: every panel in its place, drawn from the answers to its queries. */
export function page(dashboard: Dashboard, answers: readonly Answer[], props: PageProps = {}): string {
  const { variables = {} } = props;
  const range = props.range ?? rangeOf(answers);
  const fill = (text: string): string => text.replace(/\$(\w+)/g, (whole, name: string) => variables[name] ?? whole);
  const events = dashboard.annotations.list.flatMap(({ name, iconColor, useValueForTime }) =>
    answers
      .filter(({ panel }) => panel === `annotation ${name}`)
      .flatMap(({ answer }) => seriesOf(answer))
      .map(({ points }) => points[0])
      .flatMap((first) =>
        first === undefined
          ? []
          : [
              {
                time: useValueForTime ? first[1] / 1000 : first[0],
                color: isColor(iconColor) ? COLORS[iconColor] : iconColor,
              },
            ],
      ),
  );
  const chosen = dashboard.templating.list.map(({ name, label }) =>
    element('span', { class: 'variable' }, escape(label), element('b', {}, escape(variables[name] ?? ''))),
  );
  const body = dashboard.panels.map((panel) => {
    const box = boxOf(panel.gridPos);
    if (panel.type === 'row') {
      return placed('heading', box, escape(panel.title));
    }
    const own = answers.filter((answer) => answer.panel === panel.title);
    const drawn = content(panel, { answers: own, range, events, fill, width: box.width, height: box.height - TITLE });
    return placed('panel', box, block('title', escape(fill(panel.title))), block(`body ${panel.type}`, drawn));
  });
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    element('title', {}, escape(dashboard.title)),
    element('style', {}, readFileSync(join(__dirname, 'page.css'), 'utf8')),
    '</head><body>',
    element(
      'header',
      {},
      element('h1', {}, escape(dashboard.title)),
      ...chosen,
      element('span', { class: 'time' }, `${clock(range.from)} to ${clock(range.to)} UTC`),
    ),
    ...body,
    '</body></html>\n',
  ].join('\n');
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function boxOf({ x, y, w, h }: GridPos): Box {
  const column = (PAGE_WIDTH - 2 * MARGIN + GAP) / 24;
  return {
    left: Math.round(MARGIN + x * column),
    top: HEADER + y * ROW,
    width: Math.round(w * column) - GAP,
    height: h * ROW - GAP,
  };
}

function placed(className: string, { left, top, width, height }: Box, ...markup: readonly string[]): string {
  const style = `left:${left}px;top:${top}px;width:${width}px;height:${height}px`;
  return element('section', { class: className, style }, ...markup);
}

/** What a panel is drawn from. */
interface Drawing {
  readonly answers: readonly Answer[];
  readonly range: TimeRange;
  readonly events: readonly { readonly time: number; readonly color: string }[];
  readonly fill: (text: string) => string;
  readonly width: number;
  readonly height: number;
}

function content(panel: Panel, drawing: Drawing): string {
  const empty = block('nothing', escape(drawing.fill(panel.fieldConfig.defaults.noValue ?? 'No data')));
  switch (panel.type) {
    case 'timeseries':
      return timeSeries(panel, drawing) ?? empty;
    case 'stat':
      return stat(panel, drawing) ?? empty;
    case 'bargauge':
      return barGauge(panel, drawing) ?? empty;
    case 'table':
      return (panel.datasource.type === 'tempo' ? traces(drawing) : table(panel, drawing)) ?? empty;
    case 'logs':
      return logs(panel, drawing) ?? empty;
  }
}

/** The series that a panel's queries found, with their names. */
function seriesOfPanel(
  { targets }: Panel,
  { answers }: Drawing,
): (Series & { readonly refId: string; readonly name: string })[] {
  return targets.flatMap((target) =>
    answers
      .filter(({ refId }) => refId === target.refId)
      .flatMap(({ answer }) => seriesOf(answer))
      .filter(({ points }) => points.length > 0)
      .map((series) => ({
        ...series,
        refId: target.refId,
        name: nameOf('legendFormat' in target ? target.legendFormat : '', series.labels),
      })),
  );
}

function timeSeries(panel: TimeSeriesPanel & Panel, drawing: Drawing): string | undefined {
  const lines = seriesOfPanel(panel, drawing);
  return lines.length === 0
    ? undefined
    : graph({ panel, lines, exemplars: drawing.answers.flatMap(exemplarsOf), ...drawing });
}

/** https://prometheus.io/docs/prometheus/latest/querying/api/#querying-exemplars */
function exemplarsOf({ exemplars }: Answer): Mark[] {
  const found = exemplars as
    { readonly data: readonly { readonly exemplars: readonly { value: string; timestamp: number }[] }[] } | undefined;
  return (found?.data ?? []).flatMap((series) =>
    series.exemplars.map(({ value, timestamp }) => ({ time: timestamp, value: Number(value) })),
  );
}

function stat(panel: StatPanel & Panel, drawing: Drawing): string | undefined {
  const { unit, decimals, thresholds } = panel.fieldConfig.defaults;
  const value = seriesOfPanel(panel, drawing)[0]?.points.at(-1)?.[1];
  if (value === undefined) {
    return undefined;
  }
  const [, number = '', rest = ''] = /^([-\d.]+)(.*)$/.exec(format(value, unit as Unit, decimals)) ?? [];
  return element(
    'div',
    { class: 'value', style: `color:${thresholdColor(value, thresholds)}` },
    escape(number),
    element('small', {}, escape(rest)),
  );
}

function barGauge(panel: BarGaugePanel & Panel, drawing: Drawing): string | undefined {
  const { unit, decimals, thresholds, max } = panel.fieldConfig.defaults;
  const bars = seriesOfPanel(panel, drawing).map(({ name, points }) => ({ name, value: points.at(-1)?.[1] ?? 0 }));
  if (bars.length === 0) {
    return undefined;
  }
  const full = max ?? (Math.max(...bars.map(({ value }) => value)) || 1);
  return bars
    .map(({ name, value }) =>
      block(
        'bar',
        element('span', { class: 'name' }, escape(name)),
        element(
          'span',
          { class: 'track' },
          element('i', {
            style: `width:${Math.min(100, (100 * value) / full)}%;background:${thresholdColor(value, thresholds)}`,
          }),
        ),
        element(
          'span',
          { class: 'amount', style: `color:${thresholdColor(value, thresholds)}` },
          escape(format(value, unit as Unit, decimals)),
        ),
      ),
    )
    .join('');
}

/** A cell: what it says, and what it is sorted by. */
interface Cell {
  readonly value: number | string;
  readonly markup: string;
}

/** A table of Grafana: the answers of several queries, one row for all series of the same labels, its columns chosen and renamed. */
function table(panel: TablePanel & Panel, drawing: Drawing): string | undefined {
  const organize = (panel.transformations ?? []).flatMap((one) => (one.id === 'organize' ? [one.options] : []))[0];
  const fields = Object.entries(organize?.indexByName ?? {})
    .sort(([, a], [, b]) => a - b)
    .map(([field]) => ({ field, title: organize?.renameByName[field] ?? field }));
  const labels = fields.filter(({ field }) => !field.startsWith('Value')).map(({ field }) => field);
  const rows = new Map<string, Map<string, number | string>>();
  for (const { labels: own, points, refId } of seriesOfPanel(panel, drawing)) {
    const texts = labels.map((label) => own[label] ?? '');
    const key = JSON.stringify(texts);
    const row =
      rows.get(key) ?? new Map<string, number | string>(labels.map((label, index) => [label, texts[index] ?? '']));
    row.set(panel.targets.length === 1 ? 'Value' : `Value #${refId}`, points.at(-1)?.[1] ?? 0);
    rows.set(key, row);
  }
  if (rows.size === 0) {
    return undefined;
  }
  const cells = [...rows.values()].map((row) => fields.map(({ field, title }) => cell(row.get(field), panel, title)));
  const [sort] = panel.options.sortBy;
  const column = fields.findIndex(({ title }) => title === sort?.displayName);
  return tableOf(
    fields.map(({ title }) => title),
    column < 0 ? cells : [...cells].sort((a, b) => Number(b[column]?.value ?? -1) - Number(a[column]?.value ?? -1)),
  );
}

function cell(value: number | string | undefined, panel: TablePanel, title: string): Cell {
  const properties = panel.fieldConfig.overrides
    .filter(({ matcher }) => matcher.id === 'byName' && matcher.options === title)
    .flatMap((override) => override.properties);
  const own = Object.fromEntries(properties.map((property) => [property.id, property.value])) as {
    readonly [Property in FieldProperty as Property['id']]?: Property['value'];
  };
  if (value === undefined) {
    return { value: -1, markup: '' };
  }
  if (typeof value === 'string') {
    const color = own.mappings?.flatMap(({ options }) => options[value]?.color ?? [])[0];
    return { value, markup: colored(value, color === undefined ? undefined : COLORS[color]) };
  }
  const thresholds = own.thresholds;
  const color = thresholds === undefined ? undefined : thresholdColor(value, thresholds);
  const text = format(value, (own.unit ?? 'none') as Unit, own.decimals);
  if (own['custom.cellOptions']?.type === 'gauge') {
    const bar = element('i', { style: `width:${Math.min(100, 100 * value)}%;background:${color ?? COLORS.blue}` });
    return { value, markup: element('span', { class: 'track' }, bar) + colored(text, color) };
  }
  return { value, markup: colored(text, color) };
}

function colored(text: string, color: string | undefined): string {
  return color === undefined ? escape(text) : element('span', { style: `color:${color}` }, escape(text));
}

function tableOf(titles: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const numeric = titles.map((_, index) => rows.some((row) => typeof row[index]?.value === 'number'));
  const classOf = (index: number): Readonly<Record<string, string>> =>
    numeric[index] === true ? { class: 'number' } : {};
  return element(
    'table',
    {},
    element('tr', {}, ...titles.map((title, index) => element('th', classOf(index), escape(title)))),
    ...rows.map((row) => element('tr', {}, ...row.map(({ markup }, index) => element('td', classOf(index), markup)))),
  );
}

function traces({ answers }: Drawing): string | undefined {
  const found = answers.flatMap(({ answer }) => tracesOf(answer));
  const rows = found.map(({ id, start, service, name, duration }) => [
    { value: id, markup: element('span', { class: 'link' }, escape(id.slice(0, 16))) },
    { value: '', markup: clock(Math.round(start / 1000)) },
    { value: service, markup: escape(service) },
    { value: name, markup: escape(name) },
    { value: duration, markup: escape(format(duration, 'ms')) },
  ]);
  return rows.length === 0 ? undefined : tableOf(['Trace ID', 'Start time', 'Service', 'Name', 'Duration'], rows);
}

const LEVELS: Readonly<Record<string, string>> = {
  error: COLORS.red,
  warn: COLORS.orange,
  warning: COLORS.orange,
  info: COLORS.green,
  debug: COLORS.blue,
};

function logs(panel: LogsPanel & Panel, { answers, height }: Drawing): string | undefined {
  const lines = answers.flatMap(({ answer }) => linesOf(answer)).slice(0, Math.ceil(height / 22));
  return lines.length === 0 ? undefined : lines.map((line) => logLine(line, panel)).join('');
}

function logLine({ time, labels, text }: LogLine, { options }: LogsPanel): string {
  const level = (
    labels['detected_level'] ??
    labels['severity_text'] ??
    /"level":"(\w+)"/.exec(text)?.[1] ??
    ''
  ).toLowerCase();
  return block(
    'line',
    element('i', { style: `background:${LEVELS[level] ?? '#555'}` }),
    ...(options.showTime ? [element('time', {}, new Date(time).toISOString().slice(11, 23))] : []),
    element('span', {}, escape(text)),
  );
}

/** From the first to the last point of what was asked over time. */
function rangeOf(answers: readonly Answer[]): TimeRange {
  const times = answers
    .map(({ answer }) => answer as { readonly data?: { readonly resultType?: string } })
    .filter(({ data }) => data?.resultType === 'matrix')
    .flatMap(seriesOf)
    .flatMap(({ points }) => points.map(([seconds]) => seconds));
  return times.length === 0 ? { from: 0, to: 3600 } : { from: Math.min(...times), to: Math.max(...times) };
}

function isColor(name: string): name is keyof typeof COLORS {
  return name in COLORS;
}
