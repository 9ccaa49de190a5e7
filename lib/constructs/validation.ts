import type { Duration, Size } from 'cdk8s';
import type { IConstruct } from 'constructs';
import type { Cpu } from '../../imports/k8s';
import { InvalidPropError } from './invalid-prop';
import { NANOS, parseQuantity } from '../manifest/quantity';

// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const ENVIRONMENT_VARIABLE = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;
const LABEL_NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/**
 * Checks the name of an object that must be a DNS label, as Services' must (RFC 1035: it starts with a letter).
 *
 * @param maxLength how long the name may be at most: 63 for a label, less where Kubernetes adds to it.
 */
export function checkName(scope: IConstruct, prop: string, value: string, maxLength = 63): void {
  if (!DNS_LABEL.test(value) || !/^[a-z]/.test(value)) {
    throw new InvalidPropError(scope, {
      prop,
      value,
      reason: 'not a DNS label, and the API server refuses it as a name.',
      remedy: "Use lower-case letters, digits and '-', starting with a letter and ending with a letter or digit.",
    });
  }
  if (value.length > maxLength) {
    throw new InvalidPropError(scope, {
      prop,
      value,
      reason: `${value.length} characters long; names made from it would be more than the 63 that a DNS label may have.`,
      remedy: `Use ${maxLength} characters at most.`,
    });
  }
}

/** Whether a text is a DNS name such as `host.k3d.internal`: an RFC 1123 subdomain. */
export function isDnsName(value: string): boolean {
  return value.length <= 253 && DNS_SUBDOMAIN.test(value) && value.split('.').every((label) => label.length <= 63);
}

/** Checks a whole number with a lower and, where given, an upper bound. */
export function checkInteger(scope: IConstruct, prop: string, value: number, min: number, max = Infinity): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new InvalidPropError(scope, {
      prop,
      value,
      reason: `not a whole number ${max === Infinity ? `of at least ${min}` : `from ${min} to ${max}`}.`,
      remedy: 'Give such a number.',
    });
  }
}

/** What the API server's 32-bit fields hold at most. */
const INT32_MAX = 2 ** 31 - 1;

/**
 * A duration in seconds, of which Kubernetes knows only whole ones.
 *
 * @param minimum the shortest that makes sense, in seconds.
 */
export function wholeSeconds(scope: IConstruct, prop: string, duration: Duration, minimum = 0): number {
  const seconds = duration.toSeconds({ integral: false });
  if (!Number.isInteger(seconds) || seconds < minimum || seconds > INT32_MAX) {
    throw new InvalidPropError(scope, {
      prop,
      value: `${seconds} s`,
      reason: `not whole seconds from ${minimum} to ${INT32_MAX}, and Kubernetes counts in those.`,
      remedy: 'Give such a duration, as in Duration.seconds(5).',
    });
  }
  return seconds;
}

/** A size as Kubernetes writes it. Checks that it is whole bytes, of which there is at least one. */
export function wholeBytes(scope: IConstruct, prop: string, size: Size): string {
  return wholeQuantity(scope, prop, size.asString(), {
    nanos: NANOS,
    reason: 'not a number of whole bytes above zero, and the API server refuses it or rounds it.',
    remedy: 'Give such a size, in a smaller unit if need be, as in Size.mebibytes(512).',
  });
}

/** CPU time as Kubernetes writes it. Checks that it is whole thousandths of a CPU, of which there is at least one. */
export function wholeMillis(scope: IConstruct, prop: string, { amount }: Cpu): string {
  return wholeQuantity(scope, prop, amount, {
    nanos: NANOS / 1000n,
    reason: 'not a number of whole thousandths of a CPU above zero, and Kubernetes knows no less.',
    remedy: 'Give such a number, as in Cpu.millis(100).',
  });
}

function wholeQuantity(
  scope: IConstruct,
  prop: string,
  value: string,
  { nanos, reason, remedy }: { readonly nanos: bigint; readonly reason: string; readonly remedy: string },
): string {
  const amount = parseQuantity(value);
  if (amount === undefined || amount <= 0n || amount % nanos !== 0n) {
    throw new InvalidPropError(scope, { prop, value, reason, remedy });
  }
  return value;
}

/** Checks names that become environment variables. */
export function checkVariableNames(scope: IConstruct, prop: string, names: readonly string[]): void {
  for (const name of names) {
    // `__proto__` is no own property of a JavaScript object once a library copies it, so it would be lost on the way.
    if (!ENVIRONMENT_VARIABLE.test(name) || name === '__proto__') {
      throw new InvalidPropError(scope, {
        prop,
        value: name,
        reason: 'not a name for an environment variable; the kubelet leaves such a one out without an error.',
        remedy: "Use letters, digits, '_', '-' and '.', not starting with a digit.",
      });
    }
  }
}

/** Checks the data of a ConfigMap or Secret: valid keys, and 1 MiB at most. No error shows a value. */
export function checkData(scope: IConstruct, data: Readonly<Record<string, string>>): void {
  let bytes = 0;
  for (const [key, value] of Object.entries(data)) {
    if (!/^[-._a-zA-Z0-9]{1,253}$/.test(key) || ['.', '..', '__proto__'].includes(key)) {
      throw new InvalidPropError(scope, {
        prop: 'data',
        value: key,
        reason: 'not a key, and the API server refuses it.',
        remedy: "Use at most 253 letters, digits, '-', '_' and '.'.",
      });
    }
    bytes += Buffer.byteLength(value);
  }
  if (bytes > 1024 * 1024) {
    throw new InvalidPropError(scope, {
      prop: 'data',
      reason: `${bytes} bytes in all, and the API server refuses more than 1 MiB.`,
      remedy: 'Spread the data over several objects.',
    });
  }
}

/** Checks labels and annotations' keys, and labels' values. */
export function checkLabels(scope: IConstruct, prop: string, labels: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(labels)) {
    const slash = key.lastIndexOf('/');
    const name = key.slice(slash + 1);
    const prefixValid = slash === -1 || isDnsName(key.slice(0, slash));
    if (!prefixValid || name.length > 63 || !LABEL_NAME.test(name)) {
      throw new InvalidPropError(scope, {
        prop,
        value: key,
        reason: 'not a label key, and the API server refuses it.',
        remedy: "Use a DNS name and '/' (both may be missing), then at most 63 letters, digits, '-', '_' and '.'.",
      });
    }
    if (value !== '' && (value.length > 63 || !LABEL_NAME.test(value))) {
      throw new InvalidPropError(scope, {
        prop: `${prop}[${JSON.stringify(key)}]`,
        value,
        reason: 'not a label value, and the API server refuses it.',
        remedy: "Use at most 63 letters, digits, '-', '_' and '.', starting and ending with a letter or digit.",
      });
    }
  }
}
