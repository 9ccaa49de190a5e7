// Kubernetes' quantities, with the API server's semantics:
// https://pkg.go.dev/k8s.io/apimachinery/pkg/api/resource#Quantity

/** Every quantity is a whole number of these, since the API server rounds up to 10^-9. */
export const NANOS = 1_000_000_000n;

/** Binary quantities are capped here; decimal ones are not. */
const BINARY_MAX = ((1n << 63n) - 1n) * NANOS;

/** Powers of ten beyond this only serve to make arithmetic slow; no resource has that many of anything. */
const MAX_EXPONENT = 1000;

/** A longer text is no quantity that anybody wrote on purpose. */
const MAX_LENGTH = 1000;

const SYNTAX = /^([+-]?)(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[+-]?\d*)$/;

const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY: Readonly<Record<string, bigint>> = { Ki: 10n, Mi: 20n, Gi: 30n, Ti: 40n, Pi: 50n, Ei: 60n };

/**
 * The value of a quantity such as `100m`, `1.5Gi` or `2e3`, in nano-units.
 *
 * @returns undefined if the API server would refuse the text as a quantity.
 */
export function parseQuantity(text: string): bigint | undefined {
  const match = text.length > MAX_LENGTH ? null : SYNTAX.exec(text);
  if (text === '' || match === null) {
    return undefined;
  }
  const [, sign, whole = '', fraction = '', suffix = ''] = match;
  const digits = BigInt(`0${whole}${fraction}`);
  const magnitude = scale(digits, fraction.length, suffix);
  return sign === '-' && magnitude !== undefined ? -magnitude : magnitude;
}

/** `digits` x 10^-`decimals`, times what the suffix says, in nano-units. */
function scale(digits: bigint, decimals: number, suffix: string): bigint | undefined {
  const bits = Object.hasOwn(BINARY, suffix) ? BINARY[suffix] : undefined;
  if (bits !== undefined) {
    const value = timesPowerOfTen((digits << bits) * NANOS, -decimals);
    return value > BINARY_MAX ? BINARY_MAX : value;
  }
  const exponent = Object.hasOwn(DECIMAL, suffix) ? DECIMAL[suffix] : scientific(suffix);
  return exponent === undefined ? undefined : timesPowerOfTen(digits * NANOS, exponent - decimals);
}

/** The exponent in `e3`, `E-2`. */
function scientific(suffix: string): number | undefined {
  const match = /^[eE]([+-]?\d+)$/.exec(suffix);
  return match === null ? undefined : Math.max(-MAX_EXPONENT, Math.min(MAX_EXPONENT, Number(match[1])));
}

/** Rounds up: who asks for a little gets a little, not nothing. */
function timesPowerOfTen(value: bigint, exponent: number): bigint {
  if (exponent >= 0) {
    return value * 10n ** BigInt(exponent);
  }
  const divisor = 10n ** BigInt(-exponent);
  return (value + divisor - 1n) / divisor;
}
