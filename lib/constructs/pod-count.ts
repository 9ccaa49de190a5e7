import type { IConstruct } from 'constructs';
import { k8s } from '../../imports/k8s';
import { checkInteger } from './validation';
import { InvalidPropError } from './invalid-prop';

/** A number of pods, or a share of them such as `25%`. */
export type PodCount = number | `${number}%`;

/** Checks a number of pods, or a share of them: whole per cent from 0 to 100. */
export function checkPodCount(scope: IConstruct, prop: string, value: PodCount): void {
  if (typeof value === 'number') {
    checkInteger(scope, prop, value, 0);
  } else if (!/^(100|[1-9]?[0-9])%$/.test(value)) {
    throw new InvalidPropError(scope, {
      prop,
      value,
      reason: 'not a share of pods: that is whole per cent from 0 to 100.',
      remedy: "Give a number of pods, or a share as in '25%'.",
    });
  }
}

/** How many of `replicas` pods it is. */
export function podsOf(value: PodCount, replicas: number, round: 'up' | 'down'): number {
  if (typeof value === 'number') {
    return value;
  }
  const pods = (Number.parseInt(value, 10) * replicas) / 100;
  return round === 'up' ? Math.ceil(pods) : Math.floor(pods);
}

/** It as Kubernetes writes it. */
export function toIntOrString(value: PodCount): k8s.IntOrString {
  return typeof value === 'number' ? k8s.IntOrString.fromNumber(value) : k8s.IntOrString.fromString(value);
}
