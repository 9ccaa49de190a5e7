// @ts-check
'use strict';
const { setFlagsFromString } = require('node:v8');
const { Script } = require('node:vm');
const { readWhole, toWhole, writeFile } = require('./cache.cjs');

/** What is kept at most: whoever registers other kinds each time must not make the file grow for ever. */
const MOST = 1000;

/**
 * The policies' parsed expressions, by their text, as earlier runs of the same bundle left them: to parse them takes longer than all else
 * that a synth does. They are kept as a program that makes them, compiled: no other form is read as fast.
 *
 * @param {string} path
 * @returns {{ get(text: string): unknown, set(text: string, parsed: unknown): void, save(): void }}
 */
function keepParsed(path) {
  /** @type {{ code: string, compiled: Buffer } | undefined} */
  const kept = readWhole(path);
  /** @type {Map<string, () => unknown>} */
  const makers = kept === undefined ? new Map() : run(path, kept);
  const before = makers.size;
  return {
    get: (text) => makers.get(text)?.(),
    set: (text, parsed) => {
      if (makers.size < MOST) {
        makers.set(text, () => parsed);
      }
    },
    save: () => {
      if (makers.size > before) {
        const entries = [...makers].map(([text, make]) => `[${toSource(text)},()=>(${toSource(make())})]`);
        const code = `new Map([${entries.join(',')}])`;
        writeFile(path, toWhole({ code, compiled: compile(code, path) }));
      }
    },
  };
}

/**
 * @param {string} path
 * @param {{ code: string, compiled: Buffer }} program
 */
function run(path, { code, compiled }) {
  return new Script(code, { filename: path, cachedData: compiled }).runInThisContext();
}

/**
 * An expression of JavaScript for plain data.
 *
 * @param {unknown} value
 * @returns {string}
 */
function toSource(value) {
  if (typeof value === 'bigint') {
    return `${value}n`;
  }
  if (value instanceof Uint8Array) {
    return `Uint8Array.of(${value.join()})`;
  }
  if (Array.isArray(value)) {
    return `[${value.map(toSource).join()}]`;
  }
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([name, field]) => `${JSON.stringify(name)}:${toSource(field)}`)
      .join()}}`;
  }
  return typeof value === 'number'
    ? Object.is(value, -0)
      ? '-0'
      : String(value)
    : (JSON.stringify(value) ?? 'undefined');
}

/**
 * Compiles all functions, and not only those that one run needs: the next may need others.
 *
 * @param {string} code
 * @param {string} filename what stacks name: V8 keeps it with what it has compiled in this process.
 */
function compile(code, filename) {
  setFlagsFromString('--no-lazy');
  let script;
  try {
    script = new Script(code, { filename });
  } finally {
    setFlagsFromString('--lazy');
  }
  // Only now: what is compiled is of use to a process with the same flags.
  return script.createCachedData();
}

module.exports = { compile, keepParsed };
