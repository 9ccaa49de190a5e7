// @ts-check
'use strict';
const { readWhole, toWhole, writeFile } = require('./cache.cjs');

/** How many are kept at most: those of the last runs. */
const MOST = 50_000;

/**
 * Objects that nothing was wrong with, by their digests, as earlier runs of the same bundle left them: a synth that changes one service
 * judges that one. The file is read when the first object is asked for.
 *
 * @param {string} path
 * @returns {{ get(digest: string): readonly string[] | undefined, set(digest: string, keys: readonly string[]): void, save(): void }}
 */
function keepPassed(path) {
  /** @type {Map<string, readonly string[]> | undefined} */
  let before;
  /** @type {Map<string, readonly string[]>} */
  const used = new Map();
  let isChanged = false;
  const known = () => (before ??= readWhole(path) ?? new Map());
  return {
    get: (digest) => {
      const keys = used.get(digest) ?? known().get(digest);
      if (keys !== undefined) {
        used.set(digest, keys);
      }
      return keys;
    },
    set: (digest, keys) => {
      used.set(digest, keys);
      isChanged = true;
    },
    save: () => {
      if (isChanged) {
        const all = new Map([...used, ...[...known()].filter(([digest]) => !used.has(digest))].slice(0, MOST));
        writeFile(path, toWhole(all));
      }
    },
  };
}

module.exports = { keepPassed };
