import { dashboardModels } from '../../lib/observability/dashboards/dashboards';
import type { Dashboard } from '../../lib/observability/dashboards/model';
import { type Answer, page, pageHeight } from './page';
import { sampleAnswers } from './sample';
import { format, ticks } from './values';

const dashboards = dashboardModels({ namespace: 'shop', observabilityNamespace: 'monitoring', certificates: true });
const [platform, service] = dashboards as readonly [Dashboard, Dashboard, ...Dashboard[]];

/** What a page says, without its markup. */
function textOf(html: string): string {
  return html
    .slice(html.indexOf('<body>'))
    .replace(/<[^>]+>/g, ' ')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/\s+/g, ' ');
}

function instant(
  panel: string,
  ...values: readonly (readonly [labels: Record<string, string>, value: number])[]
): Answer {
  const result = values.map(([metric, value]) => ({ metric, value: [1000, String(value)] }));
  return { panel, refId: 'A', answer: { data: { resultType: 'vector', result } } };
}

describe.each(dashboards.map((dashboard) => [dashboard.uid, dashboard] as const))('the page of %s', (_, dashboard) => {
  const variables = { service: 'orders', slow: '500ms' };
  const html = page(dashboard, sampleAnswers(dashboard), { variables });

  test('has every panel and heading', () => {
    for (const { title } of dashboard.panels) {
      expect(textOf(html)).toContain(title.replace('$slow', '500ms'));
    }
  });

  test('is as high as its lowest panel needs', () => {
    const tops = [...html.matchAll(/top:(\d+)px;width:\d+px;height:(\d+)px/g)];
    const bottom = Math.max(...tops.map(([, top, height]) => Number(top) + Number(height)));
    expect(pageHeight(dashboard)).toBeGreaterThan(bottom);
    expect(pageHeight(dashboard)).toBeLessThan(bottom + 40);
  });

  test('draws no number that is none', () => {
    expect(html).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('is the same each time', () => {
    expect(page(dashboard, sampleAnswers(dashboard), { variables })).toBe(html);
  });
});

describe('a page', () => {
  test('says what a panel says where there is nothing', () => {
    const text = textOf(page(service, [], { variables: { service: 'orders', slow: '2s' } }));
    expect(text).toContain('No trace took longer than 2s.');
    expect(text).toContain('This service has no database.');
    expect(text).toContain('Service orders');
  });

  test('colours a value by its threshold', () => {
    expect(page(platform, [instant('Alerts', [{}, 0])])).toContain('style="color:#73bf69">0');
    expect(page(platform, [instant('Alerts', [{}, 2])])).toContain('style="color:#f2495c">2');
  });

  test('puts the values of several queries for the same labels into one row', () => {
    const requests = { ...instant('Services', [{ service: 'a' }, 3], [{ service: 'b' }, 7]), refId: 'B' };
    const errors = { ...instant('Services', [{ service: 'a' }, 0.5]), refId: 'C' };
    expect(textOf(page(platform, [requests, errors]))).toMatch(/b 7 req\/s a 3 req\/s 50.00%/);
  });

  test('leaves out of a table what no column is called by', () => {
    const alert = instant('Alerts that fire', [{ severity: 'critical', alertname: 'Down', pod: 'a-0', node: 'n' }, 61]);
    expect(textOf(page(platform, [alert]))).toMatch(/critical Down a-0 1\.02 min/);
  });

  test('marks events and single requests', () => {
    const range = { from: 0, to: 100 };
    const latency: Answer = {
      panel: 'Latency by service, p95',
      refId: 'A',
      answer: {
        data: {
          resultType: 'matrix',
          result: [
            {
              metric: { service: 'a' },
              values: [
                [0, '1'],
                [100, '1'],
              ],
            },
          ],
        },
      },
      exemplars: { data: [{ exemplars: [{ value: '0.5', timestamp: 50 }] }] },
    };
    const deployment = { ...latency, panel: 'annotation Deployments', answer: instant('', [{}, 40_000]).answer };
    const html = page(platform, [latency, deployment], { range });
    expect(html.match(/fill="#b877d9"/g)).toHaveLength(1);
    expect(html.match(/stroke="#6e9fff" stroke-dasharray="4 4"/g)).toHaveLength(1);
  });

  test('takes text as text', () => {
    const html = page(platform, [instant('Volumes', [{ persistentvolumeclaim: '<b>&"' }, 0.5])]);
    expect(html).toContain('&#60;b&#62;&#38;&#34;');
  });
});

test.each([
  [0, 'none', undefined, '0'],
  [12_345, 'short', undefined, '12.3 K'],
  [0.0012, 'percentunit', 2, '0.12%'],
  [0.5, 'percentunit', 0, '50%'],
  [0.0005, 's', undefined, '500 µs'],
  [0.25, 's', undefined, '250 ms'],
  [90, 's', undefined, '1.5 min'],
  [14 * 86_400, 's', undefined, '14 days'],
  [1430, 'ms', undefined, '1.43 s'],
  [640 * 1024 ** 2, 'bytes', undefined, '640 MiB'],
  [24.06, 'reqps', undefined, '24.1 req/s'],
  [0.25, 'suffix: cores', 2, '0.25 cores'],
  [14.4, 'suffix:×', 1, '14.4×'],
] as const)('%d in %s, %d digits, is %s', (value, unit, decimals, text) => {
  expect(format(value, unit, decimals)).toBe(text);
});

test.each([
  [1, 4, 'none', [0, 0.25, 0.5, 0.75, 1]],
  [47, 4, 'reqps', [0, 20, 40]],
  [700 * 1024 ** 2, 4, 'bytes', [0, 256, 512].map((mebibytes) => mebibytes * 1024 ** 2)],
  [0, 4, 'none', [0]],
] as const)('an axis up to %d with about %d marks, in %s', (max, count, unit, marks) => {
  expect(ticks(max, count, unit)).toEqual(marks);
});
