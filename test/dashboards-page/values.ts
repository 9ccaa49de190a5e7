import type { Unit } from '../../lib/observability/dashboards/panels';

/** A value as Grafana writes it. */
export function format(value: number, unit: Unit, decimals?: number): string {
  if (!Number.isFinite(value)) {
    return String(value);
  }
  switch (unit) {
    case 'none':
    case 'string':
      return digits(value, decimals);
    case 'short':
      return scaled(value, ['', ' K', ' Mil', ' Bil'], 1000, decimals);
    case 'percentunit':
      return `${digits(value * 100, decimals)}%`;
    case 's':
      return seconds(value, decimals);
    case 'ms':
      return seconds(value / 1000, decimals);
    case 'bytes':
      return scaled(value, [' B', ' KiB', ' MiB', ' GiB', ' TiB'], 1024, decimals);
    case 'reqps':
      return scaled(value, [' req/s', 'K req/s', 'M req/s'], 1000, decimals);
    case 'mps':
      return scaled(value, [' msg/s', 'K msg/s', 'M msg/s'], 1000, decimals);
    case 'cps':
      return scaled(value, [' c/s', 'K c/s', 'M c/s'], 1000, decimals);
    case 'suffix: cores':
      return `${digits(value, decimals)} cores`;
    case 'suffix:×':
      return `${digits(value, decimals)}×`;
  }
}

/** As many digits as Grafana shows: fewer, the larger the value is. */
function digits(value: number, decimals?: number): string {
  const size = Math.abs(value);
  const places = decimals ?? (Number.isInteger(value) || size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
  const text = value.toFixed(places);
  return decimals === undefined && text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function scaled(value: number, names: readonly string[], factor: number, decimals?: number): string {
  const size = Math.abs(value);
  const exponent = size < factor ? 0 : Math.min(names.length - 1, Math.floor(Math.log(size) / Math.log(factor)));
  return `${digits(value / factor ** exponent, decimals)}${names[exponent] ?? ''}`;
}

function seconds(value: number, decimals?: number): string {
  const size = Math.abs(value);
  const [factor, name] =
    size === 0
      ? [1, 's']
      : size < 0.001
        ? [1e6, 'µs']
        : size < 1
          ? [1000, 'ms']
          : size < 60
            ? [1, 's']
            : size < 3600
              ? [1 / 60, 'min']
              : size < 86_400
                ? [1 / 3600, 'hours']
                : [1 / 86_400, 'days'];
  return `${digits(value * factor, decimals)} ${name}`;
}

/** Marks of an axis from 0 to a maximum: round values, about as many as given. */
export function ticks(max: number, count: number, unit: Unit): readonly number[] {
  if (max <= 0) {
    return [0];
  }
  const rough = max / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step =
    unit === 'bytes'
      ? 2 ** Math.ceil(Math.log2(rough))
      : power * (STEPS.find((candidate) => candidate * power >= rough) ?? 10);
  return Array.from({ length: Math.floor(max / step + 1e-9) + 1 }, (_, index) => index * step);
}

const STEPS = [1, 2, 2.5, 5, 10];
