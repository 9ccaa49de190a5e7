/** A series over time: labels, and pairs of seconds and value. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly (readonly [seconds: number, value: number])[];
}

/** A line of a log: time in milliseconds. */
export interface LogLine {
  readonly time: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly text: string;
}

/** A trace that a search found. */
export interface FoundTrace {
  readonly id: string;
  readonly service: string;
  readonly name: string;
  /** Milliseconds. */
  readonly start: number;
  readonly duration: number;
}

interface PrometheusAnswer {
  readonly data: {
    readonly resultType: 'matrix' | 'vector' | 'scalar';
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly value?: readonly [number, string];
      readonly values?: readonly (readonly [number, string])[];
    }[];
  };
}

interface LokiAnswer {
  readonly data: {
    readonly result: readonly {
      readonly stream: Readonly<Record<string, string>>;
      readonly values: readonly (readonly [nanoseconds: string, line: string])[];
    }[];
  };
}

interface TempoAnswer {
  readonly traces?: readonly {
    readonly traceID: string;
    readonly rootServiceName?: string;
    readonly rootTraceName?: string;
    readonly startTimeUnixNano: string;
    readonly durationMs?: number;
  }[];
}

/** The series of an answer of Prometheus to `query` or `query_range`: https://prometheus.io/docs/prometheus/latest/querying/api/ */
export function seriesOf(answer: unknown): Series[] {
  const { result } = (answer as PrometheusAnswer).data;
  return result.map(({ metric, value, values }) => ({
    labels: metric,
    points: (values ?? (value === undefined ? [] : [value]))
      .map(([seconds, text]) => [seconds, Number(text)] as const)
      .filter(([, number]) => Number.isFinite(number)),
  }));
}

/** The lines of an answer of Loki, the newest first: https://grafana.com/docs/loki/latest/reference/loki-http-api/ */
export function linesOf(answer: unknown): LogLine[] {
  return (answer as LokiAnswer).data.result
    .flatMap(({ stream, values }) =>
      values.map(([nanoseconds, text]) => ({ time: Number(nanoseconds) / 1e6, labels: stream, text })),
    )
    .sort((a, b) => b.time - a.time);
}

/** The traces of an answer of Tempo's search, the longest first: https://grafana.com/docs/tempo/latest/api_docs/#search */
export function tracesOf(answer: unknown): FoundTrace[] {
  return ((answer as TempoAnswer).traces ?? [])
    .map((trace) => ({
      id: trace.traceID,
      service: trace.rootServiceName ?? '',
      name: trace.rootTraceName ?? '',
      start: Number(trace.startTimeUnixNano) / 1e6,
      duration: trace.durationMs ?? 0,
    }))
    .sort((a, b) => b.duration - a.duration);
}

/** A series' name: the legend with its labels filled in. Without labels to fill in, the labels themselves. */
export function nameOf(legend: string, labels: Readonly<Record<string, string>>): string {
  return legend === '__auto'
    ? Object.entries(labels)
        .map(([label, value]) => `${label}="${value}"`)
        .join(', ')
    : legend.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => labels[label] ?? '').trim();
}
