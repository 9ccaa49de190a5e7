import type { Color, Thresholds } from '../../lib/observability/dashboards/model';

/** The named colours on a dark ground. */
export const COLORS: Readonly<Record<Color, string>> = {
  green: '#73bf69',
  yellow: '#fade2a',
  orange: '#ff9830',
  red: '#f2495c',
  blue: '#6e9fff',
  purple: '#b877d9',
  text: '#ccccdc',
};

/** Colours of series without one of their own, in their order. */
const SERIES = [
  '#7eb26d',
  '#eab839',
  '#6ed0e0',
  '#ef843c',
  '#e24d42',
  '#5195ce',
  '#d683ce',
  '#8f7fc9',
  '#9ac48a',
  '#f2c96d',
  '#65c5db',
  '#f9934e',
];

/** The colour of the series at a place. */
export function seriesColor(index: number): string {
  return SERIES[index % SERIES.length] ?? COLORS.text;
}

/** The colour of the last threshold that a value reaches. */
export function thresholdColor(value: number, thresholds: Thresholds | undefined): string {
  const reached = (thresholds?.steps ?? []).filter((step) => step.value === null || value >= step.value);
  return COLORS[reached.at(-1)?.color ?? 'text'];
}
