/** Whether who opens Grafana sees what is: each target, series, query and rule, by what a platform under load really answers. */
import { join } from 'node:path';
import { App } from 'cdk8s';
import type { Dashboard } from '../../lib/observability/dashboards/model';
import { scrapeTargets } from '../../lib/observability/scrape-targets';
import { local } from '../../lib/sportstix/environments';
import { Platform } from '../../lib/sportstix/platform';
import type { SecretValues } from '../../lib/sportstix/secrets';
import { kubeconfigUnderTest } from '../cluster/binaries';
import type { Kubectl } from '../cluster/kubectl';
import { type Answer, drawDashboard } from '../dashboards-page/draw';
import { queriesOf, substitute } from '../observability/dashboards/metrics';
import { Load, Monitoring, type Question, seriesOf } from './monitoring';
import { KUBELET, type Node } from './node';
import { type RunningPlatform, SPRING } from './platform';

/** The dashboards, by their uids. */
const DASHBOARDS = ['platform', 'service', 'kafka', 'cluster'] as const;
/** A service with everything that a dashboard shows of one: a database, Kafka, Redis. */
const SERVICE = 'game';

/** The folder for pictures of the dashboards, where somebody wants them. */
const PICTURES = process.env['DASHBOARD_PICTURES'];
/** Seconds of load that are on a picture. */
const PICTURED_SECONDS = 12 * 60;

/** From where on a trace of a dashboard is slow. */
const SLOW = '500ms';

const own = kubeconfigUnderTest() === undefined ? test : test.skip;

/** What these tests need of the run that they are part of. */
export interface Observed {
  readonly platform: RunningPlatform;
  readonly kubectl: Kubectl;
  readonly secrets: SecretValues;
  /** Undefined where the cluster is somebody else's. */
  readonly node: Node | undefined;
}

/** @param observed for when the tests run */
export function describeObservability(observed: () => Observed): void {
  describe('to be looked at', () => {
    let monitoring: Monitoring;
    let load: Load;

    beforeAll(async () => {
      const { platform } = observed();
      monitoring = new Monitoring(platform);
      // Where nothing has happened yet.
      await platform.until('Prometheus has looked at all', async () => {
        const targets = await monitoring.targets();
        return targets.length > 0 && targets.every(({ lastError }) => lastError === '');
      });
      load = new Load(
        platform,
        SPRING.map(({ name }) => name),
      );
    });
    afterAll(() => load.stop());

    test('Prometheus scrapes what the model says that it serves metrics, and the kubelet', async () => {
      const app = new App();
      new Platform(app, local.name, { environment: local, secrets: observed().secrets });
      const declared = scrapeTargets(app).map(
        ({ namespace, name, port, path }) => `${namespace}/${name} :${port}${path}`,
      );
      const scraped = (await monitoring.targets()).map(({ job, url }) => {
        const { port, pathname } = new URL(url);
        return `${job} :${port}${pathname}`;
      });

      expect(new Set(scraped)).toEqual(
        new Set([
          ...declared,
          ...['/metrics', '/metrics/cadvisor'].map((path) => `kubelet${path} :${KUBELET.port}${path}`),
        ]),
      );
      expect(declared).toEqual(
        expect.arrayContaining(
          SPRING.map(({ name, port }) => `${local.namespace}/${name} :${port}/actuator/prometheus`),
        ),
      );
    });

    test('every series of a workload says whose it is', async () => {
      const { platform } = observed();
      const counts = await platform.until('each service has series', async () => {
        const found = await monitoring.now('count by (namespace, service) ({service!=""})');
        return found.length > SPRING.length && found;
      });
      const rows = counts
        .map(({ labels, value }) => `${String(labels['namespace'])}/${String(labels['service'])}: ${value}`)
        .sort();
      process.stderr.write(`series of each service\n${rows.join('\n')}\n`);
      // Those of the kubelet are about pods that others serve; those that rules make have no job.
      const nobodys = await monitoring.now('count by (job) ({service="", job!~"kubelet/.*|"})');

      expect(nobodys).toEqual([]);
    });

    test('Prometheus can evaluate every rule, and there are the series that each reads', async () => {
      const { platform } = observed();
      const rules = await monitoring.rules();
      const questions = rules.flatMap(({ name, type, expr }): Question[] =>
        // What is well has no series in the expression of an alert, but in each part of it.
        (type === 'recording' ? [expr, name] : seriesOf(expr)).map((part) => ({
          asker: `rule ${name}`,
          language: 'PromQL',
          expr: part,
        })),
      );
      await untilAnswered(platform, monitoring, questions);

      expect((await monitoring.rules()).filter(({ lastError }) => lastError !== '')).toEqual([]);
      expect(rules.length).toBeGreaterThan(10);
    });

    test.each(DASHBOARDS)('no query of dashboard %s is without an answer', async (uid) => {
      const questions = questionsOf((await monitoring.dashboard(uid)) as unknown as Dashboard);
      const asked = questions.flatMap((question): readonly Question[] =>
        isOfEvents(question) ? seriesOf(question.expr).map((expr) => ({ ...question, expr })) : [question],
      );
      await untilAnswered(observed().platform, monitoring, asked);

      expect(questions.length).toBeGreaterThan(3);
    });

    test('a query of a metric that nobody emits is without an answer', async () => {
      const asked = ['up', 'http_server_request_seconds_count', 'up{service="games"}', '0 / 0 * up'].map(
        (expr): Question => ({ asker: 'this test', language: 'PromQL', expr }),
      );

      expect((await monitoring.unanswered(asked)).map(({ expr }) => expr)).toEqual(
        asked.slice(1).map(({ expr }) => expr),
      );
    });

    test('from a slow request one comes to its trace', async () => {
      const { platform } = observed();
      const series = `http_server_requests_seconds_bucket{namespace="${local.namespace}", service="${SERVICE}"}`;
      const trace = await platform.until('a series has an exemplar', () => monitoring.exemplarTrace(series));

      expect(await platform.attributesOf(trace)).toMatchObject({ 'service.name': `${SERVICE}-service` });
    });

    (PICTURES === undefined ? test.skip : test).each(DASHBOARDS)(
      'dashboard %s is drawn from what was answered',
      async (uid) => {
        const { platform } = observed();
        await platform.until('there is something to see', () => Promise.resolve(load.seconds() > PICTURED_SECONDS));
        const dashboard = (await monitoring.dashboard(uid)) as unknown as Dashboard;
        await draw(monitoring, dashboard, join(PICTURES ?? '', `${uid}.png`));
      },
    );

    own('Prometheus may read the metrics of the kubelet and nothing else of it, and others not even that', async () => {
      const { kubectl, node } = observed();
      if (node === undefined) {
        throw new Error('the node is not ours');
      }
      const token = async (namespace: string, account: string): Promise<string> =>
        (await kubectl.run(['create', 'token', account, `--namespace=${namespace}`])).stdout.trim();
      const status = (path: string, bearer: string): string =>
        node.lab.must('node', 'curl', [
          ...['--silent', '--insecure', '--output', '/dev/null', '--write-out', '%{http_code}'],
          ...['--header', `Authorization: Bearer ${bearer}`, `https://${KUBELET.address}:${KUBELET.port}${path}`],
        ]);
      const ofPrometheus = await token(local.observabilityNamespace, 'prometheus-sa');
      const paths = ['/metrics', '/metrics/cadvisor', '/pods', '/stats/summary', '/logs/', '/configz'];

      expect(paths.map((path) => `${path} ${status(path, ofPrometheus)}`)).toEqual([
        '/metrics 200',
        '/metrics/cadvisor 200',
        ...paths.slice(2).map((path) => `${path} 403`),
      ]);
      expect(status('/metrics', await token(local.namespace, 'default'))).toBe('403');
      expect(status('/metrics', 'nobody')).toBe('401');
    });
  });
}

/** Whether a question is for what a dashboard marks on its panels: events, of which there may be none. */
const isOfEvents = ({ panel }: PanelQuestion): boolean => panel.startsWith('annotation ');

/** A question, with the panel and the letter of its query. */
interface PanelQuestion extends Question {
  readonly panel: string;
  readonly refId: string;
}

/** What a dashboard asks. */
function questionsOf(dashboard: Dashboard): readonly PanelQuestion[] {
  return queriesOf(dashboard).map(({ panel, refId, language, expr, instant }) => ({
    asker: `${dashboard.uid}, ${panel}, ${refId}`,
    panel,
    refId,
    language,
    instant,
    expr: substitute(expr, { service: SERVICE, slow: SLOW }),
  }));
}

/** Draws a dashboard from what the data sources answer now. */
async function draw(monitoring: Monitoring, dashboard: Dashboard, file: string): Promise<void> {
  const answers: Answer[] = [];
  for (const question of questionsOf(dashboard)) {
    const { panel, refId, language, expr } = question;
    const exemplars = language === 'PromQL' && expr.includes('_bucket') ? await monitoring.exemplars(expr) : undefined;
    answers.push({ panel, refId, answer: await monitoring.answer(question), exemplars });
  }
  await drawDashboard(dashboard, answers, file, { variables: { service: SERVICE, slow: SLOW } });
}

/** Waits until each question has an answer. */
async function untilAnswered(
  platform: RunningPlatform,
  monitoring: Monitoring,
  questions: readonly Question[],
): Promise<void> {
  let open = questions;
  await platform.until(
    'every question is answered',
    async () => {
      open = await monitoring.unanswered(open);
      return open.length === 0;
    },
    () => open.map(({ asker, expr }) => `${asker}: ${expr}`).join('\n'),
  );
}
