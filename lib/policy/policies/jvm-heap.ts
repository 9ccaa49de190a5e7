import { celString } from '../cel';
import { OPTION_VARIABLES, wordsOf } from '../jvm';
import { isSet } from '../policy';
import type { Policy } from '../policy';

/** The largest heap; the second is what the first stands for (https://docs.oracle.com/en/java/javase/21/docs/specs/man/java.html). */
const HEAP = celString('^-(?:Xmx|XX:MaxHeapSize=)[0-9]+[kKmMgGtT]?$');
const SHARE = celString('^-XX:MaxRAM(?:Percentage|Fraction)=');
const ALL_OF_IT = celString('Percentage=[1-9][0-9]{2,}(?:[.][0-9]*)?$|Fraction=1$');

const HAS_LIMIT = isSet('c', 'resources.limits.memory');
const LIMIT = 'string(c.resources.limits.memory)';

/** CEL: the size in an option, as a quantity: 1g is 1Gi. */
const sizeOf = (option: string): string =>
  `${option}.lowerAscii().replace('-xmx', '').replace('-xx:maxheapsize=', '').replace('k', 'Ki').replace('m', 'Mi').replace('g', 'Gi').replace('t', 'Ti')`;

/**
 * CEL: whether the last such option in a text, which is the one that counts, leaves nothing of the limit. A size counts before a share. Most
 * texts have none, and long scripts are not taken apart for nothing.
 */
const takesAll = (text: string): string =>
  `(${text}.contains('-Xmx') || ${text}.contains('-XX:Max')) && [${wordsOf(text)}].exists(words, [words.filter(w, w.matches(${HEAP}))].exists(h, size(h) > 0 ? quantity(${sizeOf('h[size(h) - 1]')}).compareTo(quantity(${LIMIT})) >= 0 : [words.filter(w, w.matches(${SHARE}))].exists(s, size(s) > 0 && s[size(s) - 1].matches(${ALL_OF_IT}))))`;

const MESSAGE = `f + ' lets the heap take all of the memory limit (' + ${LIMIT} + ')'`;

export const jvmHeap: Policy = {
  id: 'jvm-heap',
  title: "A JVM's heap is smaller than the memory limit",
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'resourced',
      field: 'env[{f}].value',
      offenders: `!(${HAS_LIMIT}) ? [] : ${OPTION_VARIABLES}.filter(e, ${takesAll('e.value')}).map(e, e.name)`,
      message: MESSAGE,
    },
    {
      on: 'resourced',
      field: '{f}',
      offenders: `!(${HAS_LIMIT}) ? [] : ${['command', 'args'].map((list) => `(has(c.${list}) && ${takesAll(`c.${list}.join(' ')`)} ? ['${list}'] : [])`).join(' + ')}`,
      message: MESSAGE,
    },
  ],
  why: 'A JVM needs memory besides its heap (threads, classes, compiled code, buffers): before the heap is full the kernel ends the process (OOMKilled), without a word in its log.',
  fix: 'Leave at least a quarter of the limit to the rest: -XX:MaxRAMPercentage=75, or -Xmx of at most three quarters of it.',
  link: 'https://docs.oracle.com/en/java/javase/21/docs/specs/man/java.html',
};
