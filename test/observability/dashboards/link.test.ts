import { DASHBOARDS, panelId, type PanelReference, panelUrl } from '../../../lib/observability/dashboards/link';

const grafanaUrl = 'http://grafana.example.com';

describe('panelUrl', () => {
  test('shows one panel of a dashboard', () => {
    expect(panelUrl({ grafanaUrl, dashboard: 'platform', panel: 'targetsDown' })).toBe(
      'http://grafana.example.com/d/platform/platform?viewPanel=2',
    );
  });

  test('fills in variables', () => {
    expect(panelUrl({ grafanaUrl, dashboard: 'service', panel: 'ready', variables: { service: 'a b' } })).toBe(
      'http://grafana.example.com/d/service/service?viewPanel=1&var-service=a%20b',
    );
  });

  test('leaves templates of an alert to Prometheus', () => {
    const variables = { service: '{{ $labels.service }}', slow: '1 s' };
    expect(panelUrl({ grafanaUrl, dashboard: 'service', panel: 'ready', variables })).toBe(
      'http://grafana.example.com/d/service/service?viewPanel=1&var-service={{ $labels.service }}&var-slow=1%20s',
    );
  });

  test('takes an address that ends in a slash', () => {
    expect(panelUrl({ grafanaUrl: `${grafanaUrl}/`, dashboard: 'kafka', panel: 'brokers' })).toBe(
      'http://grafana.example.com/d/kafka/kafka?viewPanel=1',
    );
  });

  test('knows no panel of another dashboard', () => {
    // @ts-expect-error: brokers is a panel of the dashboard Kafka
    const reference: PanelReference = { dashboard: 'cluster', panel: 'brokers' };
    expect(panelId(reference.dashboard, reference.panel)).toBe(0);
  });
});

test.each(Object.entries(DASHBOARDS))('%s has no key twice', (_, { panels }) => {
  expect(new Set<string>(panels).size).toBe(panels.length);
});
