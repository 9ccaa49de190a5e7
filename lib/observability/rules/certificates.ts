import type { Alert, RuleGroup } from './model';
import { label, series } from './promql';
import type { RulesProps } from './props';

const DAY = 24 * 3600;

/** Certificates that cert-manager makes, and renews when a third of their time is left. */
export function certificateRules({ namespace, certificates = false }: RulesProps): readonly RuleGroup[] {
  const metric = 'certmanager_certificate_expiration_timestamp_seconds';
  // Scraped as its own chart has it, cert-manager's namespace takes the certificate's place in the label.
  const expiry =
    `max by (namespace, name) (${series(metric, { namespace })} or ` +
    `label_replace(${series(metric, { exported_namespace: namespace })}, "namespace", "$1", "exported_namespace", "(.+)"))`;
  const expires = (days: number): Omit<Alert, 'name' | 'severity'> => ({
    for: '1h',
    expr: `${expiry} - time() < ${days * DAY}`,
    summary: `Certificate ${label('name')} expires in {{ $value | humanizeDuration }}`,
    description: `It is valid for less than ${days} days, and should have been renewed by now: its issuer refuses, or cannot be asked.`,
    impact: 'Once it has expired, no browser opens the platform.',
    action: `kubectl --namespace ${label('namespace')} describe certificate ${label('name')}`,
    panel: { dashboard: 'cluster', panel: 'certificates' },
  });
  return certificates
    ? [
        {
          name: 'certificates',
          alerts: [
            { ...expires(14), name: 'CertificateExpiresSoon', severity: 'warning' },
            { ...expires(3), name: 'CertificateExpires', severity: 'critical' },
          ],
        },
      ]
    : [];
}
