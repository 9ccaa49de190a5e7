import { Size } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { OPTIONS_NAME } from '../policy/jvm';
import { NANOS, parseQuantity } from '../manifest/quantity';
import { enforce } from './enforce';
import { InvalidPropError } from './invalid-prop';

const OPTIONS_VARIABLE = new RegExp(OPTIONS_NAME);

/** Whether a variable holds options of a JVM, as far as its name says, such as JAVA_TOOL_OPTIONS. */
export function isJvmOptionsVariable(name: string): boolean {
  return OPTIONS_VARIABLE.test(name);
}

/** The words of a text, also where they stand in quotes. */
export function splitWords(text: string): string[] {
  return text.split(/[\s"']+/).filter((word) => word !== '');
}

const MEBIBYTE = 1024n * 1024n;

/**
 * What a Spring Boot 3.3 service that answers nothing but Actuator commits beside its heap: 86 MiB on a JVM 17 with the serial collector, of
 * which metaspace and shared classes are 53, compiled code 15, symbols 10, threads 3 (`jcmd PID VM.native_memory`,
 * https://docs.oracle.com/en/java/javase/21/vm/native-memory-tracking.html). Requests, drivers and agents come on top.
 */
const LEAST_BESIDE_HEAP = 96n * MEBIBYTE;

const UNITS: Readonly<Record<string, bigint>> = {
  '': 1n,
  k: 1024n,
  m: MEBIBYTE,
  g: 1024n * MEBIBYTE,
  t: 1024n * 1024n * MEBIBYTE,
};

/** A size as a JVM reads it: bytes, in decimal or hexadecimal digits, with k, m, g or t for powers of 1024. */
function parseSize(text: string): bigint | undefined {
  const [, digits, unit = ''] = /^(\d+|0x[0-9a-f]+?)([kmgt]?)$/i.exec(text) ?? [];
  return digits === undefined ? undefined : BigInt(digits) * (UNITS[unit.toLowerCase()] ?? 1n);
}

/** Options with a size, of those that say how large the heap is: under both spellings. */
const SIZE_OPTIONS = {
  heap: /^-(?:Xmx|XX:MaxHeapSize=)(.*)$/,
  initialHeap: /^-(?:Xms|XX:InitialHeapSize=)(.*)$/,
  memory: /^-XX:MaxRAM=(.*)$/,
} as const;

/** Of its memory a JVM gives so many per cent to the heap, unless it is told otherwise. */
const DEFAULT_SHARE = 25;

/**
 * Checks that a JVM's heap fits into the memory limit, and leaves room for what else a JVM needs: classes (metaspace), compiled code, the stacks of
 * its threads, direct buffers, the collector's own tables.
 *
 * @param options the options that take effect, in the order in which the JVM reads them: of several of a kind the last counts.
 * @param limit memory limit of the container.
 * @throws InvalidPropError for a size or share that the JVM does not take, a heap as large as the limit, and one that leaves too little.
 */
export function checkHeap(scope: IConstruct, prop: string, options: readonly string[], limit: Size): void {
  const quantity = limit.asString();
  enforce(scope, {
    prop,
    value: options,
    policies: ['jvm-heap'],
    manifest: {
      apiVersion: 'v1',
      kind: 'Pod',
      spec: {
        containers: [
          {
            name: 'container',
            env: [{ name: 'JAVA_OPTS', value: options.join(' ') }],
            resources: { limits: { memory: quantity } },
          },
        ],
      },
    },
  });
  const available = (parseQuantity(quantity) ?? 0n) / NANOS;
  const memory = sizeOf(scope, prop, options, 'memory');
  const heap =
    sizeOf(scope, prop, options, 'heap') ??
    shareOf(scope, prop, options, memory !== undefined && memory < available ? memory : available);
  const initialHeap = sizeOf(scope, prop, options, 'initialHeap') ?? 0n;
  if (initialHeap > heap) {
    throw new InvalidPropError(scope, {
      prop,
      value: options,
      reason: `an initial heap of ${mebibytes(initialHeap)} is larger than the largest, ${mebibytes(heap)}: the JVM does not start.`,
      remedy: 'Lower -Xms, or raise -Xmx.',
    });
  }
  const rest = available - heap;
  if (rest < LEAST_BESIDE_HEAP) {
    throw new InvalidPropError(scope, {
      prop,
      value: options,
      reason: `a heap of ${mebibytes(heap)} leaves ${mebibytes(rest)} of the memory limit of ${mebibytes(available)} for everything else: classes (metaspace), compiled code, threads' stacks, direct buffers. Spring Boot needs ${mebibytes(LEAST_BESIDE_HEAP)} for that before it does anything, and the kernel ends what takes more than the limit (OOMKilled).`,
      remedy: 'Raise resources.memory.limit, or lower -Xmx or -XX:MaxRAMPercentage.',
    });
  }
}

/** The size that the last such option says. */
function sizeOf(
  scope: IConstruct,
  prop: string,
  options: readonly string[],
  kind: keyof typeof SIZE_OPTIONS,
): bigint | undefined {
  let size: bigint | undefined;
  for (const option of options) {
    const [, text] = SIZE_OPTIONS[kind].exec(option) ?? [];
    if (text !== undefined) {
      size = parseSize(text);
      if (size === undefined) {
        throw new InvalidPropError(scope, {
          prop,
          value: option,
          reason: 'not a size that a JVM takes: it does not start.',
          remedy: 'Give whole bytes, or k, m, g or t after the number, as in -Xmx512m.',
        });
      }
    }
  }
  return size;
}

/** The heap by the share of the memory that the options say. */
function shareOf(scope: IConstruct, prop: string, options: readonly string[], memory: bigint): bigint {
  let share = DEFAULT_SHARE;
  for (const option of options) {
    const [, kind, text = ''] = /^-XX:MaxRAM(Percentage|Fraction)=(.*)$/.exec(option) ?? [];
    if (kind !== undefined) {
      const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
      share = kind === 'Percentage' ? number : 100 / number;
      if (!(share > 0 && share <= 100)) {
        throw new InvalidPropError(scope, {
          prop,
          value: option,
          reason: 'not a share of the memory that a JVM takes: it does not start.',
          remedy: 'Give a number above 0 and below 100, as in -XX:MaxRAMPercentage=75.0.',
        });
      }
    }
  }
  return (memory * BigInt(Math.round(share * 1000))) / 100_000n;
}

function mebibytes(bytes: bigint): string {
  return `${Math.round(Number((bytes * 10n) / MEBIBYTE)) / 10} MiB`;
}
