import { App, Chart, Duration } from 'cdk8s';
import { InvalidPropError } from '../../../lib/constructs/invalid-prop';
import type { RulesProps } from '../../../lib/observability/rules/props';
import * as recording from '../../../lib/observability/rules/recording';
import { series } from '../../../lib/observability/rules/promql';
import { toRuleFile, toRulesData } from '../../../lib/observability/rules/render';
import { platformRules } from '../../../lib/observability/rules/rules';

const LEAST: RulesProps = {
  namespace: 'shop',
  observabilityNamespace: 'watch',
  targets: [{ namespace: 'shop', name: 'orders' }],
};
const ALL: Required<RulesProps> = {
  ...LEAST,
  objective: 0.995,
  latency: Duration.millis(500),
  databases: [{ server: 'postgres', services: ['orders', 'carts'] }],
  kafka: { brokers: 3, selector: { 'app.kubernetes.io/name': 'kafka' } },
  certificates: true,
  ownPrometheus: { prometheus: 'prometheus', alertmanager: 'alertmanager' },
};

const rulesOf = (props: RulesProps) => platformRules(new Chart(new App(), 'test'), props);
const alertsOf = (props: RulesProps) => rulesOf(props).flatMap(({ alerts = [] }) => alerts);
const exprOf = (props: RulesProps, name: string) => alertsOf(props).find((alert) => alert.name === name)?.expr;

test('records every series that there is a name of, once', () => {
  const names = Object.values(recording).flatMap((value) =>
    typeof value === 'string' ? [value] : Array.isArray(value) ? [] : Object.values(value),
  );

  const recorded = rulesOf(LEAST).flatMap(({ recording: rules = [] }) => rules.map(({ record }) => record));

  expect(recorded.toSorted()).toEqual(names.toSorted());
});

test('no two groups or alerts have one name', () => {
  const names = [...rulesOf(ALL).map(({ name }) => name), ...alertsOf(ALL).map(({ name }) => name)];

  expect(names).toEqual([...new Set(names)]);
});

test.each(alertsOf(ALL))('$name says what it means, why it matters, and what to do first', (alert) => {
  for (const sentence of [alert.description, alert.impact]) {
    expect(sentence).toMatch(/^[A-Z].*\.$/);
  }
  expect(alert.summary).toMatch(/^([A-Z]|\{\{ \$).*[^.]$/);
  // It reads and changes nothing, in a namespace that is said.
  expect(alert.action).toMatch(
    /^kubectl (--namespace (\{\{ \$labels\.namespace \}\}|[a-z]+) )?(get|describe|logs|top) \S/,
  );
});

test.each(alertsOf(ALL))(
  '$name tells whose namespace it is about, and asks only for its own',
  ({ expr, namespace }) => {
    expect(namespace ?? expr).toMatch(/shop|watch/);
    // A selector without namespace would be of every platform in the cluster.
    const selectors = expr.match(/[a-z_:0-9]+\{[^}]*\}/g) ?? [];
    expect(selectors.filter((selector) => !selector.includes('namespace='))).toEqual([]);
    expect(expr).not.toContain('job=');
  },
);

test('what is not there is not asked for', () => {
  const names = alertsOf(LEAST).map(({ name }) => name);

  expect(names.filter((name) => /Kafka|Consumer|Database|Pool|Certificate|Rules|Alerts/.test(name))).toEqual([]);
  expect(alertsOf({ ...LEAST, targets: [] }).map(({ name }) => name)).not.toContain('TargetMissing');
  expect(alertsOf({ ...ALL, ownPrometheus: { prometheus: 'p' } }).map(({ name }) => name)).not.toContain(
    'AlertsNotSent',
  );
});

test('thresholds follow from the objective', () => {
  expect(exprOf(LEAST, 'ErrorBudgetBurn1h')).toContain('rate1h{namespace="shop"} > 0.0144 and ');
  expect(exprOf(LEAST, 'ErrorBudgetBurn3d')).toContain('rate3d{namespace="shop"} > 0.001 and ');
  expect(exprOf(ALL, 'ErrorBudgetBurn6h')).toContain('rate6h{namespace="shop"} > 0.03 and ');
  expect(exprOf(LEAST, 'LatencyHigh')).toMatch(/ > 1$/);
  expect(exprOf(ALL, 'LatencyHigh')).toMatch(/ > 0.5$/);
  expect(exprOf(ALL, 'KafkaBrokersMissing')).toContain('< 3 ');
});

test('of a server that one service uses nobody says that none of its services starts', () => {
  const one = exprOf({ ...ALL, databases: [{ server: 'a', services: ['orders'] }] }, 'DatabaseUnreachable');

  expect(one).not.toContain(recording.POD_NOT_READY);
  expect(exprOf(ALL, 'DatabaseUnreachable')).toContain(recording.POD_NOT_READY);
});

test('alerts lead to their panels where there is a Grafana', () => {
  expect(toRuleFile(rulesOf(LEAST))).not.toContain('dashboard:');
  for (const { rules } of toRulesData(rulesOf(ALL), 'https://grafana.example.com').groups) {
    for (const rule of rules.filter((each) => 'alert' in each)) {
      expect(rule).toHaveProperty(
        'annotations.dashboard',
        expect.stringMatching(/^https:\/\/grafana\.example\.com\/d\//),
      );
    }
  }
});

test('the rule file of a platform', () => {
  expect(`\n${toRuleFile(rulesOf(ALL), 'https://grafana.example.com')}`).toMatchSnapshot();
});

test.each([
  [{ namespace: 'shop' }, 'up{namespace="shop"}'],
  [{ namespace: ['shop', 'watch'] }, 'up{namespace=~"shop|watch"}'],
  [{ namespace: ['shop', 'shop'] }, 'up{namespace="shop"}'],
  [{ pod: ['a.b', 'c'] }, 'up{pod=~"a\\\\.b|c"}'],
])('a selector by %p', (matchers, text) => {
  expect(series('up', matchers)).toBe(text);
});

test.each<[string, Partial<RulesProps>, string]>([
  ['an objective of everything', { objective: 1 }, 'test: objective 1: not between 0 and 1'],
  ['an objective in per cent', { objective: 99.9 }, 'objective 99.9'],
  ['an objective that is none', { objective: NaN }, 'objective NaN'],
  ['no time to answer', { latency: Duration.seconds(0) }, 'latency "0 ms"'],
  ['a namespace that is none', { namespace: 'Shop' }, 'namespace "Shop"'],
  ['another that is none', { observabilityNamespace: '' }, 'observabilityNamespace ""'],
  ['a target that is none', { targets: [{ namespace: 'shop', name: 'A"' }] }, 'targets[0].name'],
  ['a namespace of a target', { targets: [{ namespace: 'A', name: 'a' }] }, 'targets[0].namespace "A"'],
  ['a service that is none', { databases: [{ server: 'a', services: ['A'] }] }, 'databases[0].services[0] "A"'],
  ['no broker', { kafka: { brokers: 0, selector: { app: 'kafka' } } }, 'kafka.brokers 0'],
])('refuses %s', (_, props, message) => {
  expect(() => rulesOf({ ...LEAST, ...props })).toThrow(InvalidPropError);
  expect(() => rulesOf({ ...LEAST, ...props })).toThrow(message);
});
