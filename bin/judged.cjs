// @ts-check
'use strict';
const { readWhole, toWhole, writeFile } = require('./cache.cjs');

/**
 * How many objects of earlier runs stay beside those of the last one, if it had fewer: enough for what people go back and forth between,
 * and read in some milliseconds.
 */
const OTHERS = 2_000;

/**
 * What was said of objects, by their digests, as earlier runs of the same bundle left it: a synth that changes one service judges that
 * one. The file is read when the first object is asked for.
 *
 * @template Judged
 * @param {string} path
 * @returns {{ get(digest: string): Judged | undefined, set(digest: string, judged: Judged): void, save(): void }}
 */
function keepJudged(path) {
  /** @type {Map<string, Judged> | undefined} */
  let before;
  /** @type {Map<string, Judged>} */
  const used = new Map();
  let isChanged = false;
  const known = () => (before ??= readWhole(path) ?? new Map());
  return {
    get: (digest) => {
      const judged = used.get(digest) ?? known().get(digest);
      if (judged !== undefined) {
        used.set(digest, judged);
      }
      return judged;
    },
    set: (digest, judged) => {
      used.set(digest, judged);
      isChanged = true;
    },
    save: () => {
      if (isChanged) {
        const others = [...known()].filter(([digest]) => !used.has(digest));
        writeFile(path, toWhole(new Map([...used, ...others.slice(0, Math.max(OTHERS, used.size))])));
      }
    },
  };
}

module.exports = { keepJudged };
