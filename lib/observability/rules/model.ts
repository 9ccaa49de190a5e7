import type { PanelReference } from '../dashboards/link';
import type { RecordedSeries } from './recording';

/** A time as PromQL writes it, such as `5m` or `1d`. */
export type PromDuration = `${number}${'s' | 'm' | 'h' | 'd'}`;

/** How soon somebody must look: at once, at any hour (`critical`), or in working hours (`warning`). */
export type Severity = 'critical' | 'warning';

/** A series that Prometheus computes at each evaluation, so that alerts and dashboards need not. */
export interface RecordingRule {
  /** Its name. */
  readonly record: RecordedSeries;
  /** PromQL that computes it. */
  readonly expr: string;
}

/**
 * Something that people are told. In all texts `{{ $labels.NAME }}` stands for a label of the series that fires it, and `{{ $value }}` for its
 * value: https://prometheus.io/docs/prometheus/latest/configuration/template_reference/
 */
export interface Alert {
  /** Its name: what is the matter, in two words or three. */
  readonly name: string;
  readonly severity: Severity;
  /** How long its expression must hold before somebody is told. */
  readonly for: PromDuration;
  /**
   * Namespace that it is about, for alerts go to whoever has that.
   * @default - its series have the label `namespace`
   */
  readonly namespace?: string;
  /** PromQL that has a series for each thing that is wrong, and none for what is well. */
  readonly expr: string;
  /** What is the matter with what, in a line. */
  readonly summary: string;
  /** What it means: how one came to say so. A sentence or two. */
  readonly description: string;
  /** Why it matters: what people notice. A sentence. */
  readonly impact: string;
  /** What to do first: one line of command, which changes nothing. */
  readonly action: string;
  /** The panel that shows it. */
  readonly panel: PanelReference;
}

/** Rules that are evaluated together, in order. */
export interface RuleGroup {
  /** Its name, of which there is one. */
  readonly name: string;
  /**
   * How often it is evaluated.
   * @default - as often as Prometheus evaluates rules
   */
  readonly interval?: PromDuration;
  readonly recording?: readonly RecordingRule[];
  /** Evaluated after what is recorded. */
  readonly alerts?: readonly Alert[];
}
