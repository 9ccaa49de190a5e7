import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

// The package as a user has it: packed, installed into an empty folder, and used by the example.
const ROOT = join(__dirname, '..', '..');
const SHOP = join(ROOT, 'examples', 'shop');

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly bin: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
const { name, version, exports: exported, bin, peerDependencies } = manifestOf(ROOT);
const entries = Object.keys(exported)
  .filter((entry) => entry !== './package.json')
  .map((entry) => entry.replace('.', name));

let work: string;
let shop: string;
/** The files of the package. */
let packed: readonly string[];

function run(program: string, args: readonly string[], cwd = shop): Outcome {
  // Nothing of the project, and nothing that npm tells those whom it runs.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([key]) => !/^npm_|^NODE_OPTIONS$|^CDK8S_/.test(key)),
  );
  const { status, stdout, stderr } = spawnSync(program, [...args], { cwd, env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** Expects a program to end well, and says what it said otherwise. */
function succeed(program: string, args: readonly string[], cwd = shop): Outcome {
  const outcome = run(program, args, cwd);
  expect(outcome).toMatchObject({ status: 0 });
  return outcome;
}

const filesOf = (folder: string): Record<string, string> =>
  Object.fromEntries(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]));

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'package-'));
  shop = join(work, 'shop');
  execFileSync('npm', ['pack', '--silent', '--pack-destination', work], { cwd: ROOT });
  const tgz = join(work, `${name}-${version}.tgz`);
  packed = execFileSync('tar', ['-tzf', tgz], { encoding: 'utf8' })
    .trimEnd()
    .split('\n')
    .map((path) => path.replace('package/', ''));
  mkdirSync(shop);
  for (const file of readdirSync(SHOP).filter((each) => each !== 'dist' && each !== 'node_modules')) {
    cpSync(join(SHOP, file), join(shop, file), { recursive: true });
  }
  const manifest = join(shop, 'package.json');
  writeFileSync(
    manifest,
    readFileSync(manifest, 'utf8').replace(`"${name}": "${version}"`, `"${name}": "file:${tgz}"`),
  );
  succeed('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']);
});
afterAll(() => {
  rmSync(work, { recursive: true, force: true });
});

test('holds the library, compiled, and nothing of the platform', () => {
  const folders = new Set(
    packed.map((path) => path.split('/').slice(0, 3).join('/')).filter((path) => path !== basename(path)),
  );

  expect([...folders].filter((path) => path.startsWith('build/lib/')).sort()).toEqual(
    ['cli', 'constructs', 'graph', 'manifest', 'observability', 'policy', 'synth'].map(
      (folder) => `build/lib/${folder}`,
    ),
  );
  expect(packed.filter((path) => !/^(build\/(lib|imports)|docs\/api)\//.test(path)).sort()).toEqual([
    'CHANGELOG.md',
    'README.ko.md',
    'README.md',
    'lib/policy/README.md',
    'package.json',
  ]);
  expect(packed.filter((path) => /test|dist\/|\.secrets|\.env|\.pem$|\.key$|[^d]\.ts$/.test(path))).toEqual([]);
});

test('each file of code has its types and a source map that holds the source', () => {
  const code = packed.filter((path) => path.endsWith('.js'));
  const folder = join(shop, 'node_modules', name);

  expect(code.length).toBeGreaterThan(100);
  expect(code.filter((path) => !packed.includes(path.replace(/js$/, 'd.ts')))).toEqual([]);
  for (const path of code) {
    const { sources, sourcesContent } = JSON.parse(readFileSync(join(folder, `${path}.map`), 'utf8')) as {
      sources: readonly string[];
      sourcesContent: readonly string[];
    };
    expect(sources.map((source) => basename(source))).toEqual([basename(path).replace(/js$/, 'ts')]);
    expect(sourcesContent[0]).toBe(readFileSync(join(ROOT, path.replace('build/', '').replace(/js$/, 'ts')), 'utf8'));
  }
});

test('a stack leads to the source of a construct and the line of its caller', () => {
  const program = join(shop, 'wrong.ts');
  writeFileSync(
    program,
    `import { App, Chart } from 'cdk8s';
import { Namespace } from '${name}/constructs';

new Namespace(new Chart(new App(), 'chart'), 'No_Name');
`,
  );
  const { status, stderr } = run(process.execPath, ['--enable-source-maps', '--import', 'tsx', program]);
  rmSync(program);

  expect(status).toBe(1);
  expect(stderr).toContain('InvalidPropError: chart/No_Name: id "No_Name"');
  expect(stderr).toContain('lib/constructs/namespace.ts:');
  expect(stderr).toContain('wrong.ts:4:');
});

test('there is one of each peer', () => {
  const found = execFileSync('find', [shop, '-path', '*/node_modules/*', '-name', 'package.json'], { encoding: 'utf8' })
    .trimEnd()
    .split('\n')
    .map((path) => dirname(path));

  for (const peer of Object.keys(peerDependencies)) {
    expect(found.filter((path) => path.endsWith(`/node_modules/${peer}`))).toEqual([join(shop, 'node_modules', peer)]);
  }
  expect(found.map((path) => basename(path)).filter((each) => ['esbuild', 'jest', 'typedoc'].includes(each))).toEqual(
    // By tsx, which the example asks for itself.
    found.filter((path) => path.endsWith('/esbuild')).map(() => 'esbuild'),
  );
});

test.each(entries)('%s is there for import and require, and nothing happens by it', (entry) => {
  const empty = join(work, 'empty');
  mkdirSync(empty, { recursive: true });
  const state = `JSON.stringify([process.cwd(), process.env, process.exitCode, process.eventNames(),
    Object.getOwnPropertyNames(globalThis), Error.prepareStackTrace === undefined])`;
  const load = (how: string): string => `
    const before = ${state};
    ${how};
    if (Object.keys(loaded).length < 3) throw new Error('empty');
    if (${state} !== before) throw new Error('changed');`;
  const resolved = JSON.stringify(join(shop, 'index.js'));
  const required = load(`const loaded = require('node:module').createRequire(${resolved})('${entry}')`);
  const imported = load(`const loaded = await import('${entry}')`);
  writeFileSync(join(shop, 'load.mjs'), imported);

  expect(run(process.execPath, ['-e', required], empty)).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(run(process.execPath, [join(shop, 'load.mjs')], empty)).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(readdirSync(empty)).toEqual([]);
  rmSync(join(shop, 'load.mjs'));
});

test('what is not exported cannot be imported', () => {
  const { status, stderr } = run(process.execPath, ['-e', `require('${name}/build/lib/constructs/validation.js')`]);

  expect(status).not.toBe(0);
  expect(stderr).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED');
});

test.each([
  ['as its tsconfig.json says', []],
  [
    'with the older resolution of modules',
    ['--module', 'commonjs', '--moduleResolution', 'node10', '--ignoreDeprecations', '6.0'],
  ],
  // The types of cdk8s-plus-28 themselves are wrong otherwise.
  ['with all types of libraries checked', ['--skipLibCheck', 'false', '--exactOptionalPropertyTypes', 'false']],
])('the example type-checks %s', (_, options) => {
  expect(run('npx', ['tsc', '-p', '.', ...options])).toEqual({ status: 0, stdout: '', stderr: '' });
});

test('the example synthesizes to what is committed, and the program of the package finds nothing wrong with it', () => {
  succeed('npm', ['run', 'synth']);

  expect(filesOf(join(shop, 'dist'))).toEqual(filesOf(join(SHOP, 'dist')));
  expect(succeed('npm', ['run', '-s', 'check']).stdout).toMatch(
    /^\d+ objects in \d+ files, judged as one set beside 3 that are given: 0 policy errors/m,
  );
});

test('the same by cdk8s-cli', () => {
  const dist = join(shop, 'dist');
  rmSync(dist, { recursive: true, force: true });
  succeed(process.execPath, [
    join(ROOT, 'node_modules', 'cdk8s-cli', 'bin', 'cdk8s'),
    'synth',
    '--check-upgrade=false',
  ]);

  expect(filesOf(dist)).toEqual(filesOf(join(SHOP, 'dist')));
});

test('the program of the package judges', () => {
  const [program = ''] = Object.keys(bin);
  const bad = join(work, 'bad.yaml');
  writeFileSync(bad, 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\ndata: { A_TOKEN: abc }\n');

  expect(run('npx', [program, bad])).toMatchObject({ status: 1, stderr: '' });
  expect(run('npx', [program, '--help']).stdout).toContain(`Usage: ${program} `);
  expect(run('npx', [program, '--environment', 'local', bad])).toMatchObject({ status: 2, stdout: '' });
  expect(existsSync(join(shop, 'node_modules', '.bin', program))).toBe(true);
});
