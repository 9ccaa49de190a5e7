import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFile as execFileCallback } from 'node:child_process';
import { promisify } from 'node:util';
import { App, Chart } from 'cdk8s';
import { loadAll } from 'js-yaml';
import { Alertmanager } from '../../lib/observability/alertmanager';
import { panelUrl } from '../../lib/observability/dashboards/link';
import type { Alert } from '../../lib/observability/rules/model';
import type { RulesProps } from '../../lib/observability/rules/props';
import { toRuleFile } from '../../lib/observability/rules/render';
import { platformRules } from '../../lib/observability/rules/rules';
import { environments } from '../../lib/sportstix/environments';
import { toYaml } from '../../lib/synth/yaml';
import { binary, kubernetesVersions, newestVersion } from './binaries';
import { record, text } from './json';
import { platform } from './rules/platform';
import { type Firing, FIRING, OTHER_ALERTS, SILENT } from './rules/rows';
import { toInput } from './rules/series';

const execFile = promisify(execFileCallback);

const GRAFANA_URL = 'https://grafana.example.com';
const EVERYTHING: RulesProps = {
  namespace: 'shop',
  observabilityNamespace: 'watch',
  targets: [
    { namespace: 'shop', name: 'orders' },
    { namespace: 'shop', name: 'carts' },
    { namespace: 'watch', name: 'kafka-metrics' },
    { namespace: 'watch', name: 'prometheus' },
    { namespace: 'watch', name: 'alertmanager' },
  ],
  databases: [{ server: 'postgres', services: ['orders', 'carts'] }],
  kafka: { brokers: 3, selector: { 'app.kubernetes.io/name': 'kafka' } },
  certificates: true,
  ownPrometheus: { prometheus: 'prometheus', alertmanager: 'alertmanager' },
};

const rulesOf = (props: RulesProps) => platformRules(new Chart(new App(), 'rules'), props);
const ALERTS = rulesOf(EVERYTHING).flatMap(({ alerts = [] }) => alerts);

function alertNamed(name: string): Alert {
  const found = ALERTS.find((alert) => alert.name === name);
  if (found === undefined) {
    throw new Error(`there is no alert ${name}`);
  }
  return found;
}

/** What programs read of an object: the files of a ConfigMap, the rules of a PrometheusRule. */
function filesIn(manifest: unknown): readonly { readonly file: string; readonly content: string }[] {
  const { kind, data, spec } = record(manifest);
  return kind === 'PrometheusRule'
    ? [{ file: 'rules.yaml', content: toYaml(spec) }]
    : kind === 'ConfigMap'
      ? Object.entries(record(data)).map(([file, value]) => ({ file, content: text(value) }))
      : [];
}

/** Minutes of an alert's time. */
function minutesOf({ for: time }: Alert): number {
  const [, count = '', unit = ''] = /^(\d+)([mh])$/.exec(time) ?? [];
  return Number(count) * (unit === 'h' ? 60 : 1);
}

/** What a text says of an alert with these labels. */
function filledIn(template: string, labels: Readonly<Record<string, string>>): string {
  return template.replace(/\{\{ \$labels\.(\w+) \}\}/g, (whole, name: string) => labels[name] ?? whole);
}

/** What promtool is to see, as its tests have it: https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/ */
function firingTest({ alert: name, events, holdsFrom, interval = 1, endsAt, ...told }: Firing): object {
  const alert = alertNamed(name);
  const fires = holdsFrom + minutesOf(alert);
  const { description, impact, action, panel } = alert;
  const texts = { description, impact, action, dashboard: panelUrl({ ...panel, grafanaUrl: GRAFANA_URL }) };
  const firing = [told, ...(told.also ?? [])].map(({ labels, summary }) => ({
    exp_labels: { ...labels, severity: alert.severity },
    exp_annotations: {
      summary,
      ...Object.fromEntries(Object.entries(texts).map(([key, value]) => [key, filledIn(value, labels)])),
    },
  }));
  return {
    name,
    interval: `${interval}m`,
    input_series: toInput(platform(events), endsAt ?? fires, interval),
    alert_rule_test: [
      { eval_time: `${fires}m`, alertname: name, exp_alerts: firing },
      ...(endsAt === undefined ? [] : [{ eval_time: `${endsAt}m`, alertname: name, exp_alerts: [] }]),
    ],
    promql_expr_test: [nothingFired(fires - interval, `alertname="${name}"`)],
  };
}

/** That no alert fired in so many minutes. */
function nothingFired(minutes: number, ...matchers: readonly string[]): object {
  return {
    expr: `max by (alertname, severity, namespace, service, pod, topic) (max_over_time(ALERTS{${['alertstate="firing"', ...matchers].join(', ')}}[${minutes}m]))`,
    eval_time: `${minutes}m`,
    exp_samples: [],
  };
}

describe('rules', () => {
  let promtool: string;
  let folder: string;
  beforeAll(async () => {
    promtool = await binary('promtool', newestVersion(kubernetesVersions()));
    folder = await mkdtemp(join(tmpdir(), 'rules-'));
    await writeFile(join(folder, 'rules.yaml'), toRuleFile(rulesOf(EVERYTHING), GRAFANA_URL));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** What promtool says of a test; empty where it passes. */
  async function testRules(test: object, interval = 1): Promise<string> {
    const file = join(folder, 'test.yaml');
    const content = {
      rule_files: ['rules.yaml'],
      evaluation_interval: `${interval}m`,
      // Prometheus evaluates groups at times of their own; here one sees what another has just recorded.
      group_eval_order: rulesOf(EVERYTHING).map(({ name }) => name),
      tests: [test],
    };
    await writeFile(file, toYaml(content));
    return execFile(promtool, ['test', 'rules', file]).then(
      () => '',
      (error: unknown) =>
        typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr) : String(error),
    );
  }

  test.each([
    ['everything', EVERYTHING],
    ['nothing but services', { namespace: 'shop', observabilityNamespace: 'watch', targets: [] }],
    ['one namespace for all', { ...EVERYTHING, observabilityNamespace: 'shop', objective: 0.95 }],
  ])('promtool takes the rules of a platform with %s', async (_, props) => {
    const file = join(folder, 'check.yaml');
    await writeFile(file, toRuleFile(rulesOf(props)));

    const { stdout } = await execFile(promtool, ['check', 'rules', '--lint=all', '--lint-fatal', file]);

    expect(stdout).toMatch(/SUCCESS: [1-9]\d* rules found/);
  });

  test.each(ALERTS)('what $name says to do first is a command of kubectl', async ({ name, action }) => {
    const row = FIRING.find(({ alert }) => alert === name);
    const [command = '', ...pipe] = filledIn(action, row?.labels ?? {}).split(' | ');
    const kubectl = await binary('kubectl', newestVersion(kubernetesVersions()));

    // With --help it tells what it would do; of a flag that it does not know it complains.
    const { stdout } = await execFile(kubectl, [...command.split(' ').slice(1), '--help']);

    expect(stdout).toContain('Usage:');
    expect(command).not.toContain('{{');
    expect(pipe.filter((each) => !each.startsWith('grep '))).toEqual([]);
  });

  test.each(['webhook', 'slack'] as const)(
    'amtool takes the configuration of an Alertmanager that tells by %s',
    async (kind) => {
      const chart = new Chart(new App(), 'alerts', { namespace: 'watch' });
      const { config } = new Alertmanager(chart, 'alertmanager', {
        channel: {
          kind,
          url: { from: { kind: 'Secret', name: 'on-call' }, key: 'url' },
          server: { host: 'hooks.example.com', port: 443 },
        },
      });
      const [content = ''] = Object.values(config.data);
      const file = join(folder, 'alertmanager.yaml');
      await writeFile(file, content);
      const amtool = await binary('amtool', newestVersion(kubernetesVersions()));

      const { stdout } = await execFile(amtool, ['check-config', file]);
      const routes = await execFile(amtool, ['config', 'routes', 'test', `--config.file=${file}`, 'severity=critical']);

      expect(stdout).toMatch(/SUCCESS[^]*1 inhibit rules[^]*1 receivers/);
      expect(routes.stdout.trim()).toBe('people');
    },
  );

  test.each(environments)(
    'what environment $name has in dist is taken by the programs that read it',
    async ({ name }) => {
      const manifests = join(__dirname, '../../dist', name, 'manifests');
      const files = readdirSync(manifests).flatMap((file) =>
        loadAll(readFileSync(join(manifests, file), 'utf8')).flatMap(filesIn),
      );
      const amtool = await binary('amtool', newestVersion(kubernetesVersions()));
      const programs: Readonly<Record<string, readonly [string, ...string[]]>> = {
        // The files that it names are in the pod.
        'prometheus.yaml': [promtool, 'check', 'config', '--syntax-only'],
        'rules.yaml': [promtool, 'check', 'rules', '--lint=all', '--lint-fatal'],
        'alertmanager.yaml': [amtool, 'check-config'],
      };
      for (const { file, content } of files) {
        const [program, ...args] = programs[file] ?? [];
        if (program !== undefined) {
          const path = join(folder, `${name}-${file}`);
          await writeFile(path, content);
          await execFile(program, [...args, path]);
        }
      }

      expect(files.map(({ file }) => file)).toContain('rules.yaml');
    },
  );

  test('every alert has a row that fires it', () => {
    expect([...new Set(FIRING.map(({ alert }) => alert))].toSorted()).toEqual(
      ALERTS.map(({ name }) => name).toSorted(),
    );
  });

  test.each(FIRING.map((row) => [row.alert, row] as const))(
    '%s fires after its time, and not before',
    async (_, row) => {
      expect(await testRules(firingTest(row), row.interval)).toBe('');
    },
  );

  test.each(OTHER_ALERTS)('$alert does not fire where $name', async ({ alert, name, events, minutes }) => {
    const test = {
      name,
      interval: '1m',
      input_series: toInput(platform(events), minutes, 1),
      promql_expr_test: [nothingFired(minutes, `alertname="${alert}"`)],
    };

    expect(await testRules(test)).toBe('');
  });

  test.each(SILENT)('nobody is told of $name', async ({ name, events, minutes, interval = 1 }) => {
    const test = {
      name,
      interval: `${interval}m`,
      input_series: toInput(platform(events), minutes, interval),
      promql_expr_test: [nothingFired(minutes)],
    };

    expect(await testRules(test, interval)).toBe('');
  });
});
