import type { TimeSeriesPanel } from '../../lib/observability/dashboards/model';
import type { Unit } from '../../lib/observability/dashboards/panels';
import { COLORS, seriesColor } from './colors';
import { block, element, escape } from './markup';
import { format, ticks } from './values';

/** A line to be drawn. */
export interface Line {
  readonly name: string;
  readonly refId: string;
  readonly points: readonly (readonly [seconds: number, value: number])[];
}

/** A range of time, in seconds. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** Something at a time: an event, or a single request. */
export interface Mark {
  readonly time: number;
  readonly value: number;
}

/** What a graph is drawn from. */
export interface Graph {
  readonly panel: TimeSeriesPanel;
  readonly lines: readonly Line[];
  readonly exemplars: readonly Mark[];
  readonly events: readonly { readonly time: number; readonly color: string }[];
  readonly range: TimeRange;
  readonly width: number;
  readonly height: number;
}

const LEGEND_HEIGHT = 22;
const BOTTOM = 20;
const TOP = 8;
const RIGHT = 10;

/** Lines over time, with axes and a legend. */
export function graph({ panel, lines, exemplars, events, range, width, height }: Graph): string {
  const { unit, thresholds, custom, decimals } = panel.fieldConfig.defaults;
  const shownUnit = unit as Unit;
  const stacked = custom?.stacking.mode === 'normal';
  const styled = lines.map((line, place) => ({ ...line, base: [], style: styleOf(panel, line, place) }));
  const drawn = stacked ? stack(styled) : styled;
  const legend = legendOf(styled, width, (value) => format(value, shownUnit, decimals));
  const plotHeight = height - BOTTOM - TOP - legend.height;

  const largest = Math.max(
    0,
    ...drawn.flatMap(({ points }) => points.map(([, value]) => value)),
    ...exemplars.map(({ value }) => value),
  );
  const marks = ticks(largest === 0 ? 1 : largest * 1.05, Math.max(2, Math.floor(plotHeight / 38)), shownUnit);
  const top = Math.max(marks.at(-1) ?? 1, largest * 1.05) || 1;
  const labels = marks.map((mark) => format(mark, shownUnit));
  const left = 14 + 6.2 * Math.max(...labels.map((label) => label.length));
  const plotWidth = width - left - RIGHT;
  const x = (seconds: number): number => left + (plotWidth * (seconds - range.from)) / (range.to - range.from);
  const y = (value: number): number => TOP + plotHeight * (1 - value / top);

  const line = (x1: number, y1: number, x2: number, y2: number, more: Readonly<Record<string, string | number>>) =>
    element('line', { x1: round(x1), y1: round(y1), x2: round(x2), y2: round(y2), ...more });
  const text = (at: readonly [number, number], anchor: string, content: string): string =>
    element('text', { x: round(at[0]), y: round(at[1]), 'text-anchor': anchor }, escape(content));

  const svg = element(
    'svg',
    { width, height: height - legend.height, viewBox: `0 0 ${width} ${height - legend.height}` },
    ...marks.map((mark) => line(left, y(mark), left + plotWidth, y(mark), { stroke: '#2c2f36' })),
    ...marks.map((mark, index) => text([left - 8, y(mark) + 4], 'end', labels[index] ?? '')),
    ...timeMarks(range, plotWidth).map((seconds) =>
      text([x(seconds), TOP + plotHeight + 16], 'middle', clock(seconds)),
    ),
    ...drawn.map((series) => path(series, { panel, x, y })),
    ...(thresholds?.steps ?? [])
      .filter(({ value }) => value !== null && value <= top)
      .map(({ value, color }) =>
        line(left, y(value ?? 0), left + plotWidth, y(value ?? 0), {
          stroke: COLORS[color],
          'stroke-dasharray': '10 8',
          'stroke-opacity': 0.8,
        }),
      ),
    ...exemplars.map(({ time, value }) =>
      element('path', {
        d: `M${round(x(time))} ${round(y(value) - 4)} l4 4 l-4 4 l-4 -4 z`,
        fill: COLORS.purple,
        'fill-opacity': 0.9,
      }),
    ),
    ...events
      .filter(({ time }) => time >= range.from && time <= range.to)
      .map(({ time, color }) =>
        line(x(time), TOP, x(time), TOP + plotHeight, {
          stroke: color,
          'stroke-dasharray': '4 4',
          'stroke-width': 1.5,
        }),
      ),
  );
  return block('graph', svg, legend.markup);
}

interface DrawnLine extends Line {
  /** What the line stands on; nothing is 0. */
  readonly base: Line['points'];
  readonly style: Style;
}

/** Each line on top of those before it. */
function stack(lines: readonly DrawnLine[]): DrawnLine[] {
  const sums = new Map<number, number>();
  return lines.map((line) => {
    const base = line.points.map(([seconds]) => [seconds, sums.get(seconds) ?? 0] as const);
    const points = line.points.map(([seconds, value]) => [seconds, value + (sums.get(seconds) ?? 0)] as const);
    points.forEach(([seconds, value]) => sums.set(seconds, value));
    return { ...line, points, base };
  });
}

interface Scales {
  readonly panel: TimeSeriesPanel;
  readonly x: (seconds: number) => number;
  readonly y: (value: number) => number;
}

function path(line: DrawnLine, { panel, x, y }: Scales): string {
  const { custom } = panel.fieldConfig.defaults;
  const { style } = line;
  if (custom?.drawStyle === 'bars') {
    const [first, second] = line.points;
    const width = Math.max(2, first && second ? 0.7 * (x(second[0]) - x(first[0])) : 8);
    const floor = new Map(line.base);
    return line.points
      .filter(([seconds, value]) => value > (floor.get(seconds) ?? 0))
      .map(([seconds, value]) =>
        element('rect', {
          x: round(x(seconds) - width / 2),
          y: round(y(value)),
          width: round(width),
          height: round(y(floor.get(seconds) ?? 0) - y(value)),
          fill: style.color,
          'fill-opacity': 0.8,
        }),
      )
      .join('');
  }
  const pieces = continuous(line.points);
  const d = (points: Line['points']): string =>
    points
      .map(([seconds, value], index) => `${index === 0 ? 'M' : 'L'}${round(x(seconds))} ${round(y(value))}`)
      .join('');
  const floor = new Map(line.base);
  const areas = pieces.map((points) => {
    const bottom = [...points].reverse().map(([seconds]) => [seconds, floor.get(seconds) ?? 0] as const);
    return `${d(points)}${d(bottom).replace('M', 'L')}Z`;
  });
  return [
    element('path', { d: areas.join(''), fill: style.color, 'fill-opacity': style.fill / 100, stroke: 'none' }),
    element('path', {
      d: pieces.map(d).join(''),
      fill: 'none',
      stroke: style.color,
      'stroke-width': custom?.lineWidth ?? 1,
      'stroke-linejoin': 'round',
      'stroke-linecap': 'round',
      ...(style.dashed && { 'stroke-dasharray': '8 8' }),
    }),
  ].join('');
}

/** The pieces between gaps: more than three times the usual interval between two points is one. */
function continuous(points: Line['points']): Line['points'][] {
  const intervals = points.slice(1).map(([seconds], index) => seconds - (points[index]?.[0] ?? 0));
  const usual = [...intervals].sort((a, b) => a - b)[Math.floor(intervals.length / 2)] ?? 0;
  const pieces: (readonly [number, number])[][] = [];
  points.forEach((point, index) => {
    const before = points[index - 1];
    if (before === undefined || point[0] - before[0] > 3 * usual) {
      pieces.push([]);
    }
    pieces.at(-1)?.push(point);
  });
  return pieces;
}

interface Style {
  readonly color: string;
  readonly dashed: boolean;
  readonly fill: number;
}

/** Colour and stroke: what the panel says of the query, and otherwise the colour of the line's place. */
function styleOf(panel: TimeSeriesPanel, { refId }: Line, place: number): Style {
  const properties = panel.fieldConfig.overrides
    .filter(({ matcher }) => matcher.id === 'byFrameRefID' && matcher.options === refId)
    .flatMap((override) => override.properties);
  const color = properties.flatMap((property) =>
    property.id === 'color' && property.value.mode === 'fixed' ? [COLORS[property.value.fixedColor]] : [],
  );
  const dashed = properties.some(({ id }) => id === 'custom.lineStyle');
  return {
    color: color[0] ?? seriesColor(place),
    dashed,
    fill: dashed ? 0 : (panel.fieldConfig.defaults.custom?.fillOpacity ?? 0),
  };
}

function legendOf(
  lines: readonly DrawnLine[],
  width: number,
  write: (value: number) => string,
): { readonly markup: string; readonly height: number } {
  const entries = lines.map(({ name, points, style }) => ({ name, last: write(points.at(-1)?.[1] ?? 0), style }));
  const widths = entries.map(({ name, last }) => 44 + 7.1 * (name.length + last.length));
  const rows = widths.reduce(
    ({ count, used }, next) =>
      used + next > width - 16 ? { count: count + 1, used: next } : { count, used: used + next },
    { count: 1, used: 0 },
  ).count;
  const shown = Math.min(rows, 3);
  const markup = block(
    'legend',
    ...entries.map(({ name, last, style }) =>
      element(
        'span',
        { class: 'entry' },
        element('i', { style: `border-top: 3px ${style.dashed ? 'dashed' : 'solid'} ${style.color}` }),
        escape(name),
        element('b', {}, escape(last)),
      ),
    ),
  );
  return {
    markup: `<div style="height:${shown * LEGEND_HEIGHT}px;overflow:hidden">${markup}</div>`,
    height: shown * LEGEND_HEIGHT,
  };
}

/** Round times within a range. */
function timeMarks({ from, to }: TimeRange, width: number): number[] {
  const wanted = (to - from) / Math.max(2, Math.floor(width / 90));
  const step =
    [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400].find((one) => one >= wanted) ?? 86_400;
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.max(0, Math.floor((to - first) / step) + 1) }, (_, index) => first + index * step);
}

/** A time of day, in UTC so that a picture does not depend on where it is made. */
export function clock(seconds: number): string {
  const text = new Date(seconds * 1000).toISOString().slice(11, 19);
  return text.endsWith(':00') ? text.slice(0, 5) : text;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
