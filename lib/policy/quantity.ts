import { celFunc, celMap, celMethod, CelScalar, mapType } from '@bufbuild/cel';
import type { CelFunc, CelMap } from '@bufbuild/cel';
import { NANOS, parseQuantity } from '../manifest/quantity';

// Kubernetes' `quantity` type for the CEL evaluator:
// https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-quantity-library

const { BOOL, DOUBLE, DYN, INT, STRING } = CelScalar;

/** The evaluator has no opaque types: a quantity is a map with this one key. */
const KEY = 'nanos';
const QUANTITY = mapType(DYN, DYN);

function wrap(nanos: bigint): CelMap {
  return celMap(new Map([[KEY, nanos]]));
}

function unwrap(quantity: CelMap): bigint {
  const nanos = quantity.get(KEY);
  if (typeof nanos !== 'bigint') {
    throw new Error('not a quantity');
  }
  return nanos;
}

function compare(left: CelMap, right: CelMap): bigint {
  const [a, b] = [unwrap(left), unwrap(right)];
  return a < b ? -1n : a > b ? 1n : 0n;
}

/** The functions of Kubernetes' quantity library. */
export const quantityFunctions: readonly CelFunc[] = [
  celFunc('quantity', [STRING], QUANTITY, (text) => {
    const nanos = parseQuantity(text);
    if (nanos === undefined) {
      throw new Error(`"${text}" is no quantity`);
    }
    return wrap(nanos);
  }),
  celFunc('isQuantity', [STRING], BOOL, (text) => parseQuantity(text) !== undefined),
  celMethod('compareTo', QUANTITY, [QUANTITY], INT, function (other) {
    return compare(this, other);
  }),
  celMethod('isLessThan', QUANTITY, [QUANTITY], BOOL, function (other) {
    return compare(this, other) < 0n;
  }),
  celMethod('isGreaterThan', QUANTITY, [QUANTITY], BOOL, function (other) {
    return compare(this, other) > 0n;
  }),
  celMethod('sign', QUANTITY, [], INT, function () {
    return compare(this, wrap(0n));
  }),
  celMethod('asApproximateFloat', QUANTITY, [], DOUBLE, function () {
    return Number(unwrap(this)) / Number(NANOS);
  }),
];
