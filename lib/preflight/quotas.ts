import { amountText, isScoped } from '../graph';
import type { Room } from '../graph';
import { field, textAt } from '../manifest/plain-data';
import { amountOfPod, quantityAt } from '../manifest/pod-resources';
import { NANOS } from '../manifest/quantity';
import { namesOf } from './model';

/** What a quota says of what is needed, where it does not simply leave room. */
export interface QuotaFinding {
  readonly is: 'missing' | 'unknown';
  readonly found: string;
}

/** Older names: https://kubernetes.io/docs/concepts/policy/resource-quotas/#compute-resource-quota */
const SYNONYMS: Readonly<Record<string, string>> = {
  cpu: 'requests.cpu',
  memory: 'requests.memory',
  'ephemeral-storage': 'requests.ephemeral-storage',
};

/**
 * What keeps the pods of a namespace from being made under a quota.
 *
 * @param own the pods that run already, which it counts among what is used
 * @param hasDefaults whether a LimitRange gives pods what they do not say
 */
export function quotaFindings(
  quota: unknown,
  { amounts, unsaid }: Room,
  own: readonly unknown[],
  hasDefaults: boolean,
): readonly QuotaFinding[] {
  const name = textAt(quota, 'metadata', 'name');
  if (isScoped(quota)) {
    return [{ is: 'unknown', found: `${name} counts some pods only, by its scopes` }];
  }
  return Object.keys(field(quota, 'spec', 'hard') ?? {}).flatMap((key): readonly QuotaFinding[] => {
    const what = SYNONYMS[key] ?? key;
    const needed = amounts.get(what);
    const silent = unsaid.get(what);
    if (needed === undefined) {
      return [];
    }
    const hard = quantityAt(quota, 'spec', 'hard', key) ?? 0n;
    const used = quantityAt(quota, 'status', 'used', key) ?? 0n;
    const ours = ownUse(what, own);
    const text = (amount: bigint): string => amountText(what, amount);
    const shown = `${name}: ${what} ${text(needed)} are needed of ${text(hard)}`;
    return [
      ...(silent === undefined
        ? []
        : hasDefaults
          ? [{ is: 'unknown' as const, found: `${name}: ${what} of ${namesOf(silent)} are what a LimitRange says` }]
          : [{ is: 'missing' as const, found: `${name} refuses pods that say no ${what}: ${namesOf(silent)}` }]),
      ...(needed > hard
        ? [{ is: 'missing' as const, found: shown }]
        : needed <= hard - used
          ? []
          : ours === undefined
            ? [{ is: 'unknown' as const, found: `${shown}, and ${text(used)} are in use, by whomever` }]
            : needed > hard - (used - ours)
              ? [{ is: 'missing' as const, found: `${shown}, and others use ${text(used - ours)}` }]
              : []),
    ];
  });
}

/** What of a quota's use is the pods' own; undefined where that cannot be told. */
function ownUse(what: string, own: readonly unknown[]): bigint | undefined {
  if (what === 'pods') {
    return BigInt(own.length) * NANOS;
  }
  const [, bound, resource = ''] = /^(requests|limits)\.(?!storage$)(.+)$/.exec(what) ?? [];
  return bound === 'requests' || bound === 'limits'
    ? own.map((pod) => amountOfPod(field(pod, 'spec'), bound, resource)).reduce((sum, each) => sum + each, 0n)
    : undefined;
}
