import type { Checked, CheckedViolation } from './check-inputs';
import type { Unreadable } from './object-reader';
import { descriptionOf, markdownOf } from './docs';
import { STALE_EXCEPTION } from './exceptions';
import { formatResource } from './report';
import type { Policy } from './policy';

// SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html

/** The log that code scanning takes: a rule for each policy, a result for each violation. */
export function toSarif({ violations, acknowledged, unreadable }: Checked, policies: readonly Policy[]): object {
  const rules = [...policies, STALE_EXCEPTION].map(toRule);
  const indexes = new Map(rules.map(({ id }, index) => [id, index]));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'sportstix-policy-check', rules } },
        columnKind: 'utf16CodeUnits',
        invocations: [
          { executionSuccessful: unreadable.length === 0, toolExecutionNotifications: unreadable.map(toNotification) },
        ],
        results: [...violations, ...acknowledged].map((violation) => toResult(violation, indexes)),
      },
    ],
  };
}

function toRule(policy: Policy): { readonly id: string } & Readonly<Record<string, unknown>> {
  return {
    id: policy.id,
    shortDescription: { text: policy.title },
    fullDescription: { text: policy.why },
    help: { text: policy.fix, markdown: markdownOf(descriptionOf(policy)) },
    helpUri: policy.link,
    defaultConfiguration: { level: policy.severity },
  };
}

function toResult({ file, line, report, reason }: CheckedViolation, indexes: ReadonlyMap<string, number>): object {
  const { policy, severity, message, fix, resource, field } = report.violation;
  const ruleIndex = indexes.get(policy);
  return {
    ruleId: policy,
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    level: severity,
    message: { text: `${message}. ${fix}` },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: toUri(file) }, region: { startLine: line } },
        logicalLocations: [{ name: field, fullyQualifiedName: `${formatResource(resource)} ${field}`.trim() }],
      },
    ],
    ...(reason === undefined ? {} : { suppressions: [{ kind: 'inSource', justification: reason }] }),
  };
}

function toNotification({ file, line, reason }: Unreadable): object {
  return {
    level: 'error',
    message: { text: `cannot read ${file}: ${reason}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: toUri(file) },
          ...(line === null ? {} : { region: { startLine: line } }),
        },
      },
    ],
  };
}

/** A path is a URI reference once what has a meaning there is escaped. */
function toUri(file: string): string {
  return file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
}
