/** What people look at, asked of a running platform: Prometheus' targets, series and alerts, and what dashboards and rules ask for. */
import { setTimeout as sleep } from 'node:timers/promises';
import { local } from '../../lib/sportstix/environments';
import { type JsonRecord, record, records, text } from '../cluster/json';
import { parse } from '../observability/dashboards/metrics';
import { apiOf, eventsOf, type RunningPlatform } from './platform';

const NAMESPACE = local.observabilityNamespace;
/** Seconds that are looked back. */
const PERIOD = 15 * 60;
/** Seconds between two values. */
const STEP = 15;

/** The languages of the data sources. */
export type Language = 'PromQL' | 'LogQL' | 'TraceQL';

/** A question to a data source. */
export interface Question {
  /** Who asks, for people. */
  readonly asker: string;
  readonly language: Language;
  readonly expr: string;
  /**
   * Whether PromQL is evaluated for one time; otherwise for a range.
   * @default false
   */
  readonly instant?: boolean;
}

/** What Prometheus scrapes, by the labels that it gives to its series. */
export interface ActiveTarget {
  readonly job: string;
  readonly namespace: string;
  readonly service: string;
  readonly url: string;
  /** Empty where it is up. */
  readonly lastError: string;
}

/** An alert that is pending or fires. */
export interface ActiveAlert {
  readonly name: string;
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A rule that Prometheus has loaded. */
export interface LoadedRule {
  readonly name: string;
  readonly type: 'alerting' | 'recording';
  readonly expr: string;
  /** Empty where it can be evaluated. */
  readonly lastError: string;
}

/** The servers that are asked. */
export class Monitoring {
  public constructor(private readonly platform: RunningPlatform) {}

  /** What Prometheus scrapes now. */
  public async targets(): Promise<readonly ActiveTarget[]> {
    const { activeTargets } = await this.prometheus('targets', { state: 'active' });
    return records(activeTargets).map(({ labels, scrapeUrl, health, lastError }) => {
      const { job, namespace = '', service = '' } = record(labels);
      return {
        job: text(job),
        namespace: text(namespace),
        service: text(service),
        url: text(scrapeUrl),
        lastError: health === 'up' ? '' : `${text(health)} ${text(lastError)}`,
      };
    });
  }

  /** The rules that Prometheus evaluates. */
  public async rules(): Promise<readonly LoadedRule[]> {
    const { groups } = await this.prometheus('rules', {});
    return records(groups)
      .flatMap(({ rules }) => records(rules))
      .map(({ name, type, query, health, lastError }) => ({
        name: text(name),
        type: type === 'alerting' ? 'alerting' : 'recording',
        expr: text(query),
        lastError: health === 'ok' ? '' : `${text(health)} ${text(lastError ?? '')}`,
      }));
  }

  /** Alerts that are pending or fire. */
  public async alerts(): Promise<readonly ActiveAlert[]> {
    const { alerts } = await this.prometheus('alerts', {});
    return records(alerts).map(({ state, labels }) => {
      const { alertname, ...others } = record(labels);
      const entries = Object.entries(others).map(([name, value]) => [name, text(value)] as const);
      return { name: text(alertname), state: text(state), labels: Object.fromEntries(entries) };
    });
  }

  /** What PromQL finds now: the labels and the value of each series. */
  public async now(
    expr: string,
  ): Promise<readonly { readonly labels: Readonly<Record<string, unknown>>; readonly value: number }[]> {
    const { result } = await this.prometheus('query', { query: expr });
    return records(result).map(({ metric, value }) => ({ labels: record(metric), value: Number(lastOf(value)) }));
  }

  /** A trace that Prometheus keeps beside a series. */
  public async exemplarTrace(series: string): Promise<string | undefined> {
    const [trace] = records((await this.exemplars(series))['data'])
      .flatMap(({ exemplars }) => records(exemplars))
      .map(({ labels }) => record(labels)['trace_id']);
    return trace === undefined ? undefined : text(trace);
  }

  /** Of some questions those to which there is no answer: no number, line or trace. */
  public async unanswered<Q extends Question>(questions: readonly Q[]): Promise<readonly Q[]> {
    const found: Q[] = [];
    for (const question of questions) {
      if (!showsSomething(question.language, await this.answer(question))) {
        found.push(question);
      }
    }
    return found;
  }

  /** A dashboard as Grafana serves it. */
  public async dashboard(uid: string): Promise<JsonRecord> {
    return record((await this.platform.ask(NAMESPACE, 'grafana', `/api/dashboards/uid/${uid}`))['dashboard']);
  }

  /** What the data source itself answers. */
  public answer({ language, expr, instant = false }: Question): Promise<JsonRecord> {
    const { start, end } = lastSeconds(PERIOD);
    switch (language) {
      case 'PromQL':
        return instant
          ? this.ask('prometheus', '/api/v1/query', { query: expr })
          : this.ask('prometheus', '/api/v1/query_range', { query: expr, start, end, step: String(STEP) });
      case 'LogQL': {
        const nanoseconds = { start: `${start}000000000`, end: `${end}000000000` };
        return this.ask('loki', '/loki/api/v1/query_range', { query: expr, ...nanoseconds, step: String(STEP) });
      }
      case 'TraceQL':
        return this.ask('tempo', '/api/search', { q: expr, start, end });
    }
  }

  /** What Prometheus answers to the question for the exemplars of an expression's series. */
  public exemplars(expr: string): Promise<JsonRecord> {
    return this.ask('prometheus', '/api/v1/query_exemplars', { query: expr, ...lastSeconds(PERIOD) });
  }

  private async prometheus(endpoint: string, parameters: Readonly<Record<string, string>>): Promise<JsonRecord> {
    return record((await this.ask('prometheus', `/api/v1/${endpoint}`, parameters))['data']);
  }

  private ask(service: string, path: string, parameters: Readonly<Record<string, string>>): Promise<JsonRecord> {
    return this.platform.ask(NAMESPACE, service, `${path}?${new URLSearchParams(parameters).toString()}`);
  }
}

/** The end of a pair of time and value. */
function lastOf(pair: unknown): unknown {
  return Array.isArray(pair) ? pair.at(-1) : undefined;
}

/** Whether there is anything to be seen in an answer. */
function showsSomething(language: Language, answer: JsonRecord): boolean {
  if (language === 'TraceQL') {
    return records(answer['traces']).length > 0;
  }
  const result = records(record(answer['data'])['result']);
  return language === 'LogQL'
    ? result.length > 0
    : result.some(({ value, values = [value] }) => Array.isArray(values) && values.some(isNumber));
}

/** Whether a pair of time and value shows anything: what was divided by zero does not. */
function isNumber(pair: unknown): boolean {
  return Number.isFinite(Number(lastOf(pair)));
}

/** A time that ends now, in seconds since 1970. */
function lastSeconds(count: number): { readonly start: string; readonly end: string } {
  const end = Math.floor(Date.now() / 1000);
  return { start: String(end - count), end: String(end) };
}

/** The series that PromQL reads, each by its name and labels, without a range. */
export function seriesOf(expr: string): readonly string[] {
  const found = new Set<string>();
  parse(expr)
    .cursor()
    .iterate(({ name, from, to }) => {
      if (name === 'VectorSelector') {
        found.add(expr.slice(from, to));
      }
    });
  return [...found];
}

/** Requests to services, of which some are slow and some fail, until it is stopped. */
export class Load {
  private readonly start = Date.now();
  private isOver = false;
  private readonly clients: readonly Promise<void>[];

  /** @param services names of those that are asked */
  public constructor(
    private readonly platform: RunningPlatform,
    services: readonly string[],
  ) {
    this.clients = services.map((service) => this.use(service));
  }

  /** For how long it has lasted. */
  public seconds(): number {
    return (Date.now() - this.start) / 1000;
  }

  /** Ends it, once the last answers are there. */
  public async stop(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.clients);
  }

  private async use(service: string): Promise<void> {
    for (let turn = 0; !this.isOver; turn++) {
      // What becomes of a request is what is looked at.
      await this.request(service, turn % 20).catch(() => undefined);
      await sleep(500);
    }
  }

  private request(service: string, turn: number): Promise<unknown> {
    const path = apiOf(service);
    switch (turn) {
      case 3:
        return this.platform.request(`${path}?status=500`);
      case 7:
      case 13:
        return this.platform.request(`${path}?delay=1500`);
      case 5:
      case 15:
        return this.platform.request(eventsOf(service), { method: 'POST', body: 'from the load' });
      case 17:
        return this.platform.request(`${path}/unknown?status=404`);
      default:
        return this.platform.request(path);
    }
  }
}
