import { celStrings } from '../cel';
import { valueOr } from '../policy';
import type { Policy } from '../policy';

/** CEL: which of `labels` the metadata does not have. */
function missing(metadata: string, labels: readonly string[]): string {
  return `${celStrings(labels)}.filter(l, !(l in ${valueOr(metadata, 'labels', '{}')}))`;
}

/** These labels stand on every workload and on its pods. */
export function recommendedLabels(labels: readonly string[]): Policy {
  return {
    id: 'recommended-labels',
    title: 'The recommended labels stand on a workload and on its pods',
    severity: 'warning',
    scope: 'workloads',
    rules: [
      {
        on: 'object',
        field: 'metadata.labels.{f}',
        offenders: `!has(object.metadata) ? ${celStrings(labels)} : ${missing('object.metadata', labels)}`,
        message: "'the label ' + f + ' is missing'",
      },
      {
        on: 'template',
        field: 'labels.{f}',
        offenders: `object.kind == 'Pod' ? [] : ${missing('variables.podMetadata', labels)}`,
        // As for the pods themselves: it is one mistake.
        message: "'the label ' + f + ' is missing'",
      },
    ],
    why: 'Dashboards, log queries, network policies and people find what belongs together by these labels, and tools agree on their names.',
    fix: 'Set them on the workload and on its pod template.',
    link: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/',
  };
}
