import type { Endpoint } from '../constructs/endpoint';
import type { EnvironmentSource } from '../constructs/config-map';

// Who is told of alerts, and how: the same for an Alertmanager of our own and for one of Prometheus operator.

/** A key of a Secret. */
export interface SecretKey {
  /** The Secret. */
  readonly from: EnvironmentSource & { readonly kind: 'Secret' };
  /** The key. */
  readonly key: string;
}

/** Who is told of alerts. */
export interface AlertChannel {
  /** What is sent: Alertmanager's own JSON (`webhook`), or a message to an incoming webhook of Slack. */
  readonly kind: 'webhook' | 'slack';
  /** The key with the URL. It is a secret: whoever has it can send what he likes. */
  readonly url: SecretKey;
  /** The server in that URL, for network policies. */
  readonly server: Endpoint;
}

/** Name of the receiver. */
export const RECEIVER = 'people';

/** Alerts of one kind about one service are one message. */
export const GROUP_BY: readonly string[] = ['alertname', 'namespace', 'service'];

/** How long one waits for more of a group, before the first message and between later ones. */
export const GROUP_WAIT = '30s';
export const GROUP_INTERVAL = '5m';

/** How often people are told again of what goes on. */
export const REPEAT = { warning: '12h', critical: '1h' } as const;

/** Alerts of a service that is in a critical state already, of which nobody needs to hear too. */
export const INHIBITION = {
  source: [
    { name: 'severity', operator: '=', value: 'critical' },
    { name: 'service', operator: '!=', value: '' },
  ],
  target: [
    { name: 'severity', operator: '=', value: 'warning' },
    // Two alerts that have no such label would count as of one service.
    { name: 'service', operator: '!=', value: '' },
  ],
  equal: ['namespace', 'service'],
} as const;

/** A message in Slack, by the annotations that alerts have. https://prometheus.io/docs/alerting/latest/notifications/ */
export const SLACK = {
  title: '{{ .Status | toUpper }} {{ .CommonLabels.severity }}: {{ (index .Alerts 0).Annotations.summary }}',
  titleLink: '{{ (index .Alerts 0).Annotations.dashboard }}',
  text:
    '{{ range .Alerts }}{{ .Annotations.summary }}\n{{ .Annotations.description }} {{ .Annotations.impact }}\n' +
    '```{{ .Annotations.action }}```\n{{ end }}',
} as const;
