// @ts-check
'use strict';
// Bundles in node_modules/.cache/sportstix: found by the content of all that they are made of, so that none is ever stale.
const { createHash } = require('node:crypto');
const {
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} = require('node:fs');
const { basename, dirname, join, relative, sep } = require('node:path');
const { deserialize, serialize } = require('node:v8');

/**
 * Where the bundle of a file is kept.
 *
 * @typedef {object} Cache
 * @property {string} root The project's folder.
 * @property {string} folder Folder with all that is kept for the file.
 * @property {string} key What tells the bundle of these sources from that of any others.
 */

/**
 * A file that is not among the sources; to read all of node_modules each time would take longer than it saves.
 *
 * @typedef {readonly [path: string, size: number, modified: number]} Input
 */

/**
 * A bundle to run.
 *
 * @typedef {object} Bundle
 * @property {string} path What the bundle's own code is called in a stack.
 * @property {string} mapPath
 * @property {string} parsedPath
 * @property {string} judgedPath
 * @property {string} code
 * @property {Buffer} compiled What V8 has compiled of it.
 */

/** What a bundle is made of, from the project's folder: all of it is read. */
const SOURCES = [
  'main.ts',
  'lib',
  'imports',
  'bin',
  'package.json',
  'tsconfig.json',
  'node_modules/.package-lock.json',
];

/**
 * @param {string} root
 * @param {string} entry
 * @returns {Cache}
 */
function cacheOf(root, entry) {
  const hash = createHash('sha256');
  hash.update([process.version, process.arch, root, entry].join('\n'));
  for (const source of sourcesOf(root, entry)) {
    addTo(hash, root, source);
  }
  const name = `${basename(entry)}-${createHash('sha256').update(`${root}\n${entry}`).digest('hex').slice(0, 8)}`;
  return {
    root,
    folder: join(root, 'node_modules', '.cache', 'sportstix', name),
    key: hash.digest('hex').slice(0, 32),
  };
}

/**
 * The sources, and the folder of the file itself.
 *
 * @param {string} root
 * @param {string} entry
 */
function sourcesOf(root, entry) {
  const own = relative(root, dirname(entry)).replaceAll(sep, '/');
  return own === '' || own.startsWith('..') || isBelow(own, SOURCES) ? SOURCES : [...SOURCES, own];
}

/**
 * @param {string} path
 * @param {readonly string[]} folders
 */
function isBelow(path, folders) {
  return folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
}

/**
 * Whether the content of a file, a path from the project's folder, is in the key.
 *
 * @param {string} root
 * @param {string} entry
 * @param {string} path
 */
function isSource(root, entry, path) {
  return isBelow(path, sourcesOf(root, entry));
}

/**
 * @param {import('node:crypto').Hash} hash
 * @param {string} root
 * @param {string} path
 */
function addTo(hash, root, path) {
  const stat = statSync(join(root, path), { throwIfNoEntry: false });
  if (stat === undefined) {
    return;
  }
  if (stat.isDirectory()) {
    for (const name of readdirSync(join(root, path)).sort()) {
      addTo(hash, root, `${path}/${name}`);
    }
    return;
  }
  const content = readFileSync(join(root, path));
  hash.update(`\n${path}\n${content.length}\n`).update(content);
}

/**
 * @param {Cache} cache
 * @returns {Bundle | undefined} nothing where there is none, or none that is whole and made of what is there now.
 */
function readBundle(cache) {
  const { root, folder, key } = cache;
  const content = readWhole(join(folder, key));
  if (content === undefined) {
    return undefined;
  }
  /** @type {{ code: string, compiled: Buffer, inputs: readonly Input[] }} */
  const { code, compiled, inputs } = content;
  const same = inputs.every(([path, size, modified]) => {
    const stat = statSync(join(root, path), { throwIfNoEntry: false });
    return stat?.size === size && stat.mtimeMs === modified;
  });
  return same ? bundleOf(cache, code, compiled) : undefined;
}

/**
 * @param {Cache} cache
 * @param {string} code
 * @param {Buffer} compiled
 * @returns {Bundle}
 */
function bundleOf({ folder, key }, code, compiled) {
  const path = join(folder, key);
  return {
    path: `${path}.cjs`,
    mapPath: `${path}.map`,
    parsedPath: `${path}.parsed`,
    judgedPath: `${path}.judged`,
    code,
    compiled,
  };
}

const DIGEST = 32;

/**
 * What was written with {@link toWhole}; undefined where it is missing or damaged. V8 itself does not notice all damage.
 *
 * @param {string} path
 */
function readWhole(path) {
  try {
    const bytes = readFileSync(path);
    const body = bytes.subarray(DIGEST);
    return digest(body).equals(bytes.subarray(0, DIGEST)) ? deserialize(body) : undefined;
  } catch {
    return undefined;
  }
}

/** @param {unknown} value */
function toWhole(value) {
  const body = serialize(value);
  return Buffer.concat([digest(body), body]);
}

/**
 * Writes a file so that nobody ever sees a part of it.
 *
 * @param {string} path
 * @param {string | Buffer} content
 */
function writeFile(path, content) {
  const temporary = `${path}.${process.pid}`;
  try {
    writeFileSync(temporary, content);
    giveToFolderOwner(temporary);
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** @param {Cache} cache */
function makeFolder({ folder }) {
  for (const path of [dirname(dirname(folder)), dirname(folder), folder]) {
    if (statSync(path, { throwIfNoEntry: false }) === undefined) {
      mkdirSync(path, { recursive: true });
      giveToFolderOwner(path);
    }
  }
}

/**
 * Otherwise what is run through sudo would leave behind what npm can delete no more.
 *
 * @param {string} path
 */
function giveToFolderOwner(path) {
  if (process.getuid?.() === 0) {
    const { uid, gid } = statSync(dirname(path));
    chownSync(path, uid, gid);
  }
}

/** @param {Buffer} bytes */
function digest(bytes) {
  return createHash('sha256').update(bytes).digest();
}

module.exports = { bundleOf, cacheOf, isSource, makeFolder, readBundle, readWhole, toWhole, writeFile };
