/**
 * Units that Grafana knows, of those in its table, and that its dashboards may name: the ids of `getCategories()` that dashboards here use,
 * and units of our own, which Grafana writes after a value. `@grafana/data`, which has the table, needs a browser.
 * https://github.com/grafana/grafana/blob/v11.4.0/packages/grafana-data/src/valueFormats/categories.ts
 * https://grafana.com/docs/grafana/v11.4/panels-visualizations/configure-standard-options/#unit
 */
export const UNITS: readonly string[] = [
  'none',
  'string',
  'short',
  'percentunit',
  's',
  'ms',
  'bytes',
  'reqps',
  'mps',
  'cps',
  'suffix: cores',
  'suffix:×',
];
