import { isIP } from 'node:net';
import type { Duration, Size } from 'cdk8s';
import type { IConstruct } from 'constructs';
import type { Cpu } from '../../imports/k8s';
import { InvalidPropError } from './invalid-prop';
import { NANOS, parseQuantity } from '../manifest/quantity';

// The API server's own rules, those of 1.28, which no later version narrows:
// https://github.com/kubernetes/apimachinery/blob/v0.28.15/pkg/util/validation/validation.go and
// https://github.com/kubernetes/kubernetes/blob/v1.28.15/pkg/apis/core/validation/validation.go
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/; // IsDNS1123Label
const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/; // IsDNS1123Subdomain
const ENVIRONMENT_VARIABLE = /^(?!\.$|\.\.)[-._a-zA-Z][-._a-zA-Z0-9]*$/; // IsEnvVarName
const DATA_KEY = /^(?!\.$|\.\.)[-._a-zA-Z0-9]{1,253}$/; // IsConfigMapKey
const LABEL_NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/; // IsQualifiedName, IsValidLabelValue

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

/** Checks the name of a namespace: a DNS label of RFC 1123, which may start with a digit. */
export function checkNamespaceName(scope: IConstruct, prop: string, value: string): void {
  if (value.length > 63 || !DNS_LABEL.test(value)) {
    throw new InvalidPropError(scope, {
      prop,
      value,
      reason: 'not a name for a namespace, and the API server refuses it.',
      remedy: "Use at most 63 lower-case letters, digits and '-', starting and ending with a letter or digit.",
    });
  }
}

/** Checks the name of an object of most kinds, such as ConfigMaps, Secrets, Ingresses and classes: a DNS subdomain of RFC 1123. */
export function checkObjectName(scope: IConstruct, prop: string, value: string): void {
  if (!isSubdomain(value)) {
    throw new InvalidPropError(scope, {
      prop,
      value,
      reason: 'not a DNS subdomain, and the API server refuses it as a name.',
      remedy:
        "Use at most 253 lower-case letters, digits, '-' and '.', each part starting and ending with a letter or digit.",
    });
  }
}

/** What the API server takes for a DNS name: its labels may be longer than DNS has them. */
function isSubdomain(value: string): boolean {
  return value.length <= 253 && DNS_SUBDOMAIN.test(value);
}

/**
 * Whether a text is a name that DNS knows, such as `host.k3d.internal`. `10.0.0.1` is none, nor is any other whose last label is a number:
 * what connects to it takes it for an IPv4 address (https://url.spec.whatwg.org/#ends-in-a-number-checker).
 */
export function isDnsName(value: string): boolean {
  return (
    isSubdomain(value) &&
    value.split('.').every((label) => label.length <= 63) &&
    !/(^|\.)(\d+|0x[0-9a-f]*)$/.test(value)
  );
}

/** Whether a text is a range of addresses: an address, `/`, and the number of its leading bits. */
export function isRange(value: string): boolean {
  const [address = '', bits = '', ...more] = value.split('/');
  const family = isIP(address);
  return (
    family !== 0 &&
    !address.includes('%') &&
    more.length === 0 &&
    /^(0|[1-9]\d*)$/.test(bits) &&
    Number(bits) <= (family === 4 ? 32 : 128)
  );
}

/** Checks a range of addresses, which begins at its first: `172.21.0.1/16` is wider than it looks, and newer API servers refuse it. */
export function checkRange(scope: IConstruct, prop: string, value: string): void {
  if (!isRange(value)) {
    throw new InvalidPropError(scope, {
      prop,
      value,
      reason: 'not a range of addresses, and the API server refuses it.',
      remedy: 'Give an address and the number of its leading bits, as in 203.0.113.0/24.',
    });
  }
  const [address = '', bits = ''] = value.split('/');
  if (binary(address).slice(Number(bits)).includes('1')) {
    throw new InvalidPropError(scope, {
      prop,
      value,
      reason: 'begins before the address that it names, so that it is wider than it looks.',
      remedy: 'Give its first address, or the address alone with /32 (/128 for IPv6).',
    });
  }
}

/** The bits of an address. */
function binary(address: string): string {
  if (isIP(address) === 4) {
    return address
      .split('.')
      .map((byte) => Number(byte).toString(2).padStart(8, '0'))
      .join('');
  }
  // In its canonical form, :: stands for as many zeros as are missing.
  const [before = '', after = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const wordsOf = (part: string): string[] => part.split(':').filter((word) => word !== '');
  const [head, tail] = [wordsOf(before), wordsOf(after)];
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return [...head, ...zeros, ...tail].map((word) => parseInt(word, 16).toString(2).padStart(16, '0')).join('');
}

/** Whether a text is what Kubernetes calls a qualified name: `NAME` or `PREFIX/NAME`, the prefix a DNS subdomain. */
export function isQualifiedName(value: string): boolean {
  const slash = value.lastIndexOf('/');
  const name = value.slice(slash + 1);
  return name.length <= 63 && LABEL_NAME.test(name) && (slash === -1 || isSubdomain(value.slice(0, slash)));
}

/** Checks the host of a URL: a DNS name, or `*.` and one, which stands for every name with one label more (IsWildcardDNS1123Subdomain). */
export function checkHostName(scope: IConstruct, prop: string, value: string): void {
  if (value.length > 253 || !isDnsName(value.replace(/^\*\./, ''))) {
    throw new InvalidPropError(scope, {
      prop,
      value,
      reason: 'not a DNS name, and the API server refuses it or takes it for another.',
      remedy:
        'Give a name such as www.example.com or *.example.com in lower case, without scheme, port and path; an address cannot be a host.',
    });
  }
}

/**
 * Checks the path of a route: absolute and normal (https://kubernetes.io/docs/concepts/services-networking/ingress/#path-types, and Gateway
 * API's HTTPPathMatch), and no white space, which no URL has.
 */
export function checkRoutePath(scope: IConstruct, prop: string, value: string): void {
  if (!value.startsWith('/') || /\/\/|\/\.\.?(\/|$)|\s|%2f/i.test(value)) {
    throw new InvalidPropError(scope, {
      prop,
      value,
      reason: 'not an absolute, normal path, and the API server refuses it.',
      remedy: "Start it with '/', without '//', '.' and '..' as parts.",
    });
  }
}

/** What tells the match of one route from that of another: a prefix matches part by part, so that one of /a and of /a/ are the same. */
export function routeMatch({ path, exact = false }: { readonly path: string; readonly exact?: boolean }): string {
  return exact ? `exact ${path}` : `prefix ${path.replace(/\/$/, '')}`;
}

/** Checks the path of a request over HTTP. */
export function checkHttpPath(scope: IConstruct, prop: string, value: string): void {
  if (!value.startsWith('/')) {
    throw new InvalidPropError(scope, { prop, value, reason: 'not an absolute path.', remedy: "Start it with '/'." });
  }
}

/** Checks the name of an application protocol: an IANA service name, or a name of its own with a prefix, such as `kubernetes.io/h2c`. */
export function checkAppProtocol(scope: IConstruct, prop: string, value: string): void {
  if (!isQualifiedName(value)) {
    throw new InvalidPropError(scope, {
      prop,
      value,
      reason: 'not a protocol name, and the API server refuses it.',
      remedy: 'Give an IANA service name such as https, or one with a prefix such as kubernetes.io/h2c.',
    });
  }
}

/** Fields of a pod that a variable may have the value of. (`status.hostIPs` is unknown before 1.29.) */
const FIELD_PATHS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.podIP',
  'status.podIPs',
];

/** Checks the path of a pod's field that a variable gets its value from, such as `status.podIP` or `metadata.labels['KEY']`. */
export function checkFieldPath(scope: IConstruct, prop: string, value: string): void {
  const [, of, key = ''] = /^metadata\.(labels|annotations)\['(.*)'\]$/s.exec(value) ?? [];
  if (of === undefined ? !FIELD_PATHS.includes(value) : !isQualifiedName(of === 'labels' ? key : key.toLowerCase())) {
    throw new InvalidPropError(scope, {
      prop,
      value,
      reason: 'not a field of a pod that a variable can have the value of, and the API server refuses it.',
      remedy: `Use one of ${FIELD_PATHS.join(', ')}, metadata.labels['KEY'] and metadata.annotations['KEY'].`,
    });
  }
}

/** What the API server's 32-bit fields hold at most: every count. */
const INT32_MAX = 2 ** 31 - 1;

/** Checks a whole number with a lower and an upper bound. */
export function checkInteger(scope: IConstruct, prop: string, value: number, min: number, max = INT32_MAX): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new InvalidPropError(scope, {
      prop,
      value,
      reason: `not a whole number from ${min} to ${max}.`,
      remedy: 'Give such a number.',
    });
  }
}

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

/** The longest that Gateway API takes: https://gateway-api.sigs.k8s.io/geps/gep-2257/ */
const MAX_HOURS = 99_999;

/** A duration in Go's spelling, `1h`, `1m30s`, as custom resources have it. Checks that it is whole seconds, and no more than five digits of hours. */
export function goDuration(scope: IConstruct, prop: string, duration: Duration): string {
  const seconds = wholeSeconds(scope, prop, duration);
  if (seconds > MAX_HOURS * 3600) {
    throw new InvalidPropError(scope, {
      prop,
      value: `${seconds} s`,
      reason: `more than ${MAX_HOURS} hours, and the API server refuses it in some kinds.`,
      remedy: 'Give a shorter one.',
    });
  }
  const parts = { h: Math.floor(seconds / 3600), m: Math.floor((seconds % 3600) / 60), s: seconds % 60 };
  return Object.entries(parts)
    .filter(([unit, count]) => count > 0 || (unit === 's' && seconds === 0))
    .map(([unit, count]) => `${count}${unit}`)
    .join('');
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

/**
 * Keys by which JavaScript knows an object: `__proto__` is no own property of it once a library copies it, so whatever has that key would be
 * lost, and cdk8s takes an object that has a `constructor` for no plain one, and cannot write it. Where Kubernetes would take them as keys,
 * they must be refused.
 */
function checkNotReserved(scope: IConstruct, prop: string, keys: readonly string[]): void {
  for (const value of keys.filter((key) => ['__proto__', 'constructor'].includes(key))) {
    throw new InvalidPropError(scope, {
      prop,
      value,
      reason: 'a key that JavaScript keeps for itself, so that its value would be lost.',
      remedy: 'Use another.',
    });
  }
}

/** Checks names that become environment variables. */
export function checkVariableNames(scope: IConstruct, prop: string, names: readonly string[]): void {
  checkNotReserved(scope, prop, names);
  for (const name of names) {
    if (!ENVIRONMENT_VARIABLE.test(name)) {
      throw new InvalidPropError(scope, {
        prop,
        value: name,
        reason:
          'not a name for an environment variable: the API server refuses it, and the kubelet leaves such a key of a ConfigMap out without an error.',
        remedy: "Use letters, digits, '_', '-' and '.', not starting with a digit or '..'.",
      });
    }
  }
}

/** What the data of a ConfigMap or Secret may be at most, in bytes: the values alone count. */
const MAX_DATA = 1024 * 1024;

/** Checks the data of a ConfigMap or Secret: valid keys, and 1 MiB at most. No error shows a value. */
export function checkData(scope: IConstruct, data: Readonly<Record<string, string>>, prop = 'data'): void {
  checkNotReserved(scope, prop, Object.keys(data));
  for (const key of Object.keys(data)) {
    checkDataKey(scope, prop, key);
  }
  const bytes = bytesOf(Object.values(data));
  if (bytes > MAX_DATA) {
    throw new InvalidPropError(scope, {
      prop,
      reason: `${bytes} bytes in all, and the API server refuses more than 1 MiB.`,
      remedy: 'Spread the data over several objects.',
    });
  }
}

/** Checks a key of a ConfigMap or Secret. */
export function checkDataKey(scope: IConstruct, prop: string, key: string): void {
  if (!DATA_KEY.test(key)) {
    throw new InvalidPropError(scope, {
      prop,
      value: key,
      reason: 'not a key, and the API server refuses it.',
      remedy: "Use at most 253 letters, digits, '-', '_' and '.', not starting with '..'.",
    });
  }
}

function bytesOf(texts: readonly string[]): number {
  return texts.reduce((bytes, text) => bytes + Buffer.byteLength(text), 0);
}

/** Checks labels: keys and values. */
export function checkLabels(scope: IConstruct, prop: string, labels: Readonly<Record<string, string>>): void {
  checkNotReserved(scope, prop, Object.keys(labels));
  for (const [key, value] of Object.entries(labels)) {
    if (!isQualifiedName(key)) {
      throw new InvalidPropError(scope, {
        prop,
        value: key,
        reason: 'not a label key, and the API server refuses it.',
        remedy: KEY_REMEDY,
      });
    }
    checkLabelValue(scope, `${prop}[${JSON.stringify(key)}]`, value);
  }
}

/** Checks the value of a label. */
export function checkLabelValue(scope: IConstruct, prop: string, value: string): void {
  if (value !== '' && (value.length > 63 || !LABEL_NAME.test(value))) {
    throw new InvalidPropError(scope, {
      prop,
      value,
      reason: 'not a label value, and the API server refuses it.',
      remedy: "Use at most 63 letters, digits, '-', '_' and '.', starting and ending with a letter or digit.",
    });
  }
}

const KEY_REMEDY =
  "Use a DNS name and '/' (both may be missing), then at most 63 letters, digits, '-', '_' and '.', starting and ending with a letter or digit.";

/** What the annotations of an object may be at most, in bytes: keys and values count. */
const MAX_ANNOTATIONS = 256 * 1024;

/** Checks annotations: keys, and 256 KiB at most. A value may be any text. */
export function checkAnnotations(scope: IConstruct, prop: string, annotations: Readonly<Record<string, string>>): void {
  checkNotReserved(scope, prop, Object.keys(annotations));
  for (const key of Object.keys(annotations)) {
    // ValidateAnnotations: the prefix may have upper-case letters too.
    if (!isQualifiedName(key.toLowerCase())) {
      throw new InvalidPropError(scope, {
        prop,
        value: key,
        reason: 'not an annotation key, and the API server refuses it.',
        remedy: KEY_REMEDY,
      });
    }
  }
  const bytes = bytesOf(Object.entries(annotations).flat());
  if (bytes > MAX_ANNOTATIONS) {
    throw new InvalidPropError(scope, {
      prop,
      reason: `${bytes} bytes in all, and the API server refuses more than 256 KiB.`,
      remedy: 'Put what is large into a ConfigMap.',
    });
  }
}
