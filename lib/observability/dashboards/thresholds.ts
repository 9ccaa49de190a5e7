import type { Color, Thresholds } from './model';
import type { Platform } from './props';

/** Green below the first value, then a colour from each value on. */
export function above(...steps: readonly (readonly [value: number, color: Color])[]): Thresholds {
  return { mode: 'absolute', steps: [{ color: 'green', value: null }, ...steps.map(toStep)] };
}

function toStep([value, color]: readonly [number, Color]): Thresholds['steps'][number] {
  return { color, value };
}

/** Red below the value, green from there on. */
export function atLeast(value: number): Thresholds {
  return {
    mode: 'absolute',
    steps: [
      { color: 'red', value: null },
      { color: 'green', value },
    ],
  };
}

/** A value that is neither good nor bad. */
export const NEUTRAL: Thresholds = { mode: 'absolute', steps: [{ color: 'blue', value: null }] };

/** A share of a limit: at 80 % somebody should look, at 90 % it is about to be reached. */
export const SHARE_OF_LIMIT = above([0.8, 'orange'], [0.9, 'red']);

/** A number that should be 0. */
export const NONE_EXPECTED = above([1, 'red']);

/** Restarts: `increase` extrapolates, so that one is a little more or less than 1. */
export const RESTARTS = above([0.5, 'orange'], [2.5, 'red']);

/** Seconds within which people wait without noticing, and after which they do. */
export const LATENCY = above([0.5, 'orange'], [1, 'red']);

/** At 1 a month's allowance of failures lasts a month. From 14.4 on it lasts two days, and somebody is told at once. */
export const BURN_RATE = above([1, 'orange'], [14.4, 'red']);

/** Share of requests that the objective allows to fail. */
export function allowanceOf({ objective }: Platform): number {
  return Number((1 - objective).toPrecision(6));
}

/** A share of requests that failed: more than the objective allows, and ten times as many. */
export function errorThresholds(platform: Platform): Thresholds {
  const allowance = allowanceOf(platform);
  return above([allowance, 'orange'], [Number((10 * allowance).toPrecision(6)), 'red']);
}

/** A share as people read it, such as `99.9 %`. */
export function percent(share: number): string {
  return `${Number((100 * share).toPrecision(6))} %`;
}
