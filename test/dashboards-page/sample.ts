import type { Dashboard, Panel, Target } from '../../lib/observability/dashboards/model';
import type { Answer } from './page';

/** The end of the range of time of {@link sampleAnswers}, in seconds. */
const NOW = Date.UTC(2026, 0, 15, 12, 0, 0) / 1000;
const STEP = 60;
const POINTS = 60;

/** What labels are in the sample. */
const LABELS: Readonly<Record<string, readonly string[]>> = {
  service: ['orders', 'customers', 'payments', 'catalogue', 'shipping', 'storefront'],
  pod: ['orders-6f7d9c5b4d-x2kqp', 'customers-7c9b8d6f5-9wzlm', 'payments-5d8f7b9c6-tt4hn', 'kafka-0'],
  method: ['GET', 'POST', 'GET'],
  uri: ['/orders', '/orders', '/orders/{id}'],
  topic: ['shop.order.created', 'shop.order.paid', 'shop.order.created.DLT'],
  group: ['payments-service', 'shipping-service', 'orders-service'],
  persistentvolumeclaim: ['loki-data-loki-0', 'tempo-data-tempo-0', 'kafka-data-kafka-0'],
  name: ['shop-tls'],
  reason: ['none'],
  severity: ['none'],
  alertname: ['Nothing is wrong'],
};

/** Typical sizes of values, by unit. */
const SIZES: Readonly<Record<string, number>> = {
  none: 2,
  short: 120,
  percentunit: 0.4,
  s: 0.12,
  bytes: 400 * 1024 ** 2,
  reqps: 24,
  mps: 8,
  cps: 12,
  'suffix: cores': 0.3,
  'suffix:×': 0.4,
};

/** Made-up answers to every query of a dashboard, always the same: what its page is looked at with where there is no platform. */
export function sampleAnswers(dashboard: Dashboard): Answer[] {
  return dashboard.panels.flatMap((panel) =>
    panel.type === 'row'
      ? []
      : panel.targets.map((target) => ({ panel: panel.title, refId: target.refId, answer: answerTo(panel, target) })),
  );
}

function answerTo(panel: Panel, target: Target): unknown {
  if ('tableType' in target) {
    return {
      traces: [812, 1430, 655].map((durationMs, index) => ({
        traceID: `${index}4bf92f3577b34da6a3ce929d0e0e47${index}`,
        rootServiceName: 'orders-service',
        rootTraceName: 'POST /orders',
        startTimeUnixNano: `${NOW - 100 * index}000000000`,
        durationMs,
      })),
    };
  }
  if ('queryType' in target) {
    return {
      data: {
        result: [
          {
            stream: { service_name: 'orders', detected_level: 'info' },
            values: Array.from({ length: 30 }, (_, index) => [
              `${NOW - 7 * index}000000000`,
              `Order ${4200 - index} of customer ${index % 7} is paid`,
            ]),
          },
          {
            stream: { service_name: 'orders', detected_level: 'error' },
            values: [[`${NOW - 20}000000000`, 'Order 4199: java.net.SocketTimeoutException: Read timed out']],
          },
        ],
      },
    };
  }
  const expectsNothing = / or (on \(\) )?(label_replace|vector)\(/.test(target.expr);
  const size =
    expectsNothing && unitOf(panel, target.refId) !== 'reqps' ? 0 : (SIZES[unitOf(panel, target.refId)] ?? 1);
  const names = labelsOf(panel, target.legendFormat);
  const count = names.length === 0 ? 1 : Math.max(...names.map((name) => (LABELS[name] ?? ['a']).length));
  const result = Array.from({ length: expectsNothing ? 1 : count }, (_, index) => ({
    metric: Object.fromEntries(names.map((name) => [name, LABELS[name]?.[index] ?? LABELS[name]?.[0] ?? 'a'])),
    ...(target.instant
      ? { value: [NOW, String(valueAt(size, index, POINTS))] }
      : {
          values: Array.from({ length: POINTS }, (__, point) => [
            NOW - STEP * (POINTS - point),
            String(valueAt(size, index, point)),
          ]),
        }),
  }));
  return { status: 'success', data: { resultType: target.instant ? 'vector' : 'matrix', result } };
}

/** Labels that series must have to be shown: those of the legend, or the columns of a table. */
function labelsOf(panel: Panel, legend: string): string[] {
  if (panel.type === 'table') {
    const organize = panel.transformations?.flatMap((one) => (one.id === 'organize' ? [one.options] : []))[0];
    return Object.keys(organize?.indexByName ?? {}).filter((field) => !field.startsWith('Value'));
  }
  return [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? '');
}

function unitOf(panel: Panel, refId: string): string {
  if (panel.type !== 'table') {
    return panel.fieldConfig.defaults.unit;
  }
  const organize = panel.transformations?.flatMap((one) => (one.id === 'organize' ? [one.options] : []))[0];
  const title = organize?.renameByName[`Value #${refId}`] ?? organize?.renameByName['Value'];
  const properties = panel.fieldConfig.overrides.find(({ matcher }) => matcher.options === title)?.properties ?? [];
  return properties.flatMap((property) => (property.id === 'unit' ? [property.value] : []))[0] ?? 'none';
}

/** A value that rises and falls a little. */
function valueAt(size: number, index: number, point: number): number {
  const wave = 1 + 0.25 * Math.sin(point / 6 + index * 1.7) + 0.12 * Math.sin(point * 1.9 + index);
  const value = (size * wave * (6 - (index % 6))) / 4;
  return size >= 2 ? Math.round(value) : Number(value.toPrecision(4));
}
