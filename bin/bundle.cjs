// @ts-check
'use strict';
// Makes bundles: what takes long, and is loaded only where one is missing.
const { accessSync, constants, readdirSync, readFileSync, rmSync, statSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { bundleOf, cacheOf, isSource, makeFolder, toWhole, writeFile } = require('./cache.cjs');
const { compile } = require('./parsed.cjs');

/**
 * @typedef {import('./cache.cjs').Bundle} Bundle
 * @typedef {import('./cache.cjs').Input} Input
 */

/**
 * Makes the bundle of a file, and keeps it.
 *
 * @param {string} root
 * @param {string} entry
 * @returns {Promise<Bundle | undefined>} nothing where it cannot be kept, or the sources cannot be bundled.
 */
async function makeBundle(root, entry) {
  try {
    const cache = cacheOf(root, entry);
    const { folder, key } = cache;
    makeFolder(cache);
    accessSync(folder, constants.W_OK);
    const { code, map, inputs } = await build(root, entry);
    const bundle = bundleOf(cache, code, compile(code, `${join(folder, key)}.cjs`));
    // What was edited meanwhile may be in the bundle, or not.
    if (cacheOf(root, entry).key === key) {
      // What earlier runs have found out goes too, also of the same sources: a package may be another.
      for (const name of readdirSync(folder)) {
        rmSync(join(folder, name), { force: true });
      }
      writeFile(bundle.mapPath, map);
      writeFile(join(folder, key), toWhole({ code, compiled: bundle.compiled, inputs }));
    }
    return bundle;
  } catch {
    return undefined;
  }
}

/**
 * @param {string} root
 * @param {string} entry
 */
async function build(root, entry) {
  const esbuild = require('esbuild');
  const { outputFiles, metafile } = await esbuild.build({
    entryPoints: [entry],
    absWorkingDir: root,
    // Nothing is written: sources are named in the map from here.
    outdir: root,
    bundle: true,
    write: false,
    platform: 'node',
    target: `node${process.versions.node}`,
    format: 'cjs',
    // The function that is given what a module has; on lines of their own, so that those of the map are the bundle's.
    banner: { js: '(function (require, module) {' },
    footer: { js: '})' },
    sourcemap: 'external',
    sourcesContent: false,
    // Comments may hold letters that make V8 keep all of the text in twice the space.
    minifyWhitespace: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'silent',
    plugins: [
      {
        name: 'outlasting',
        // What outlasts a process comes from whoever runs it.
        setup: (plugins) =>
          plugins.onResolve({ filter: /\/(parsed-expressions|judged-objects)$/ }, ({ path }) => ({
            path: path.slice(path.lastIndexOf('/') + 1),
            external: true,
          })),
      },
      places,
    ],
  });
  const text = (/** @type {string} */ end) => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? '';
  const inputs = Object.keys(metafile.inputs)
    .filter((path) => !isSource(root, entry, path))
    .map((path) => {
      const { size, mtimeMs } = statSync(join(root, path));
      return /** @type {Input} */ ([path, size, mtimeMs]);
    });
  return { code: text('.js'), map: text('.map'), inputs };
}

/**
 * A module in a bundle still is where its file is.
 *
 * @type {import('esbuild').Plugin}
 */
const places = {
  name: 'places',
  setup: (plugins) =>
    plugins.onLoad({ filter: /\.[cm]?[jt]s$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!/\b__(dir|file)name\b/.test(text)) {
        return undefined;
      }
      const [start = ''] = /^\s*(['"]use strict['"];)?/.exec(text) ?? [];
      const declared = `const __dirname = ${JSON.stringify(dirname(path))}, __filename = ${JSON.stringify(path)};`;
      return { contents: start + declared + text.slice(start.length), loader: path.endsWith('ts') ? 'ts' : 'js' };
    }),
};

module.exports = { makeBundle, places };
