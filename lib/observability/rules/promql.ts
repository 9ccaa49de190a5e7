/** A matcher of a label: equal to a text, or one of several. */
type Matchers = Readonly<Record<string, string | readonly string[]>>;

/** Requests that people make: probes and scrapes, of which there are always some, would hide that others fail. */
export const NOT_ACTUATOR = 'uri!~"/actuator.*"';

/** Containers of pods, as the kubelet counts them: neither a pod as a whole nor its pause container. */
export const CONTAINERS = 'container!="", container!="POD"';

/**
 * A selector of series, such as `up{namespace="shop"}`. A list stands for any one of its texts.
 *
 * @param more further matchers, as PromQL has them
 */
export function series(metric: string, matchers: Matchers, ...more: readonly string[]): string {
  const own = Object.entries(matchers).map(([label, value]) => {
    const values = [...new Set(typeof value === 'string' ? [value] : value)];
    const [first = ''] = values;
    return values.length > 1 ? `${label}=~${quoted(values.map(literal).join('|'))}` : `${label}=${quoted(first)}`;
  });
  return `${metric}{${[...own, ...more].join(', ')}}`;
}

/** A text literal: PromQL has JSON's escapes. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** A text that a regular expression takes as it stands. */
export function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** A number without the digits that floating point adds. */
export function decimal(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** A label of the series that fires an alert, in its texts. */
export function label(name: string): string {
  return `{{ $labels.${name} }}`;
}
