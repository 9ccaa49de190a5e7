/** A series as a scrape at each minute sees it. */
export interface Series {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Its value at a minute; undefined where it is not there. */
  readonly at: (minute: number) => number | undefined;
}

/** A gauge. */
export function gauge(metric: string, labels: Series['labels'], at: number | Series['at']): Series {
  return { metric, labels, at: typeof at === 'number' ? () => at : at };
}

/** A counter that grows by so much in each minute. Where the process is not there neither is the series, and the next one counts from 0. */
export function counter(metric: string, labels: Series['labels'], perMinute: number | Series['at']): Series {
  const growth = typeof perMinute === 'number' ? () => perMinute : perMinute;
  const known: (number | undefined)[] = [];
  const at = (minute: number): number | undefined => {
    for (let each = known.length; each <= minute; each++) {
      const more = growth(each);
      known.push(more === undefined ? undefined : (known[each - 1] ?? 0) + more);
    }
    return known[minute];
  };
  return { metric, labels, at };
}

/** Series as promtool's tests write them: `{ series: 'up{job="a"}', values: '1 1 0' }`. A series that ends is marked as stale, as Prometheus does. */
export function toInput(
  all: readonly Series[],
  minutes: number,
  interval: number,
): readonly { readonly series: string; readonly values: string }[] {
  return all.map(({ metric, labels, at }) => {
    const matchers = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    const values: string[] = [];
    let last: number | undefined;
    for (let minute = 0; minute <= minutes; minute += interval) {
      const value = at(minute);
      values.push(value === undefined ? (last === undefined ? '_' : 'stale') : String(value));
      last = value;
    }
    return { series: `${metric}{${matchers.join(', ')}}`, values: packed(values) };
  });
}

/** Repeats, of which there are thousands, in promtool's short form: `1x3` are four. */
function packed(values: readonly string[]): string {
  const parts: string[] = [];
  for (let start = 0; start < values.length;) {
    const value = values[start] ?? '';
    let end = start;
    while (values[end + 1] === value) end++;
    parts.push(end === start || value === 'stale' ? values.slice(start, end + 1).join(' ') : `${value}x${end - start}`);
    start = end + 1;
  }
  return parts.join(' ');
}
