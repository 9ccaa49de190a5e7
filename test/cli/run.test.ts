import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import v8 from 'node:v8';
import { parse } from '@bufbuild/cel';
import { policies } from '../../lib/policy/policies';
import { workloads } from '../../lib/policy/policy';
import { ORDINARY_USER } from '../processes';

// bin/run.cjs in projects of its own: small ones, and a copy of this one.
const ROOT = join(__dirname, '../..');

let folder: string;

beforeEach(() => {
  folder = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'run-')));
});
afterEach(() => {
  fs.rmSync(folder, { recursive: true });
});

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function write(path: string, content: string): void {
  fs.mkdirSync(join(folder, path, '..'), { recursive: true });
  fs.writeFileSync(join(folder, path), content);
}

/** A project with the packages of this one, whose main.ts prints what lib/word.ts says. */
function smallProject(): void {
  fs.cpSync(join(ROOT, 'bin'), join(folder, 'bin'), { recursive: true });
  fs.mkdirSync(join(folder, 'node_modules'));
  for (const name of fs.readdirSync(join(ROOT, 'node_modules')).filter((each) => !each.startsWith('.'))) {
    fs.symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  }
  write('tsconfig.json', '{ "compilerOptions": { "strict": true } }');
  write('package.json', '{ "name": "small", "private": true }');
  write('node_modules/a-package/package.json', '{ "name": "a-package", "version": "1.0.0" }');
  write('node_modules/a-package/index.js', "exports.end = '!';\n");
  write('lib/word.ts', "export const word: string = 'hello';\n");
  write(
    'main.ts',
    "import { end } from 'a-package';\nimport { word } from './lib/word';\nconsole.log(word + end, ...process.argv.slice(2));\n",
  );
}

function run(args: readonly string[] = [], options: typeof ORDINARY_USER = {}): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'bin/run.cjs'), 'main.ts', ...args], {
    cwd: folder,
    encoding: 'utf8',
    ...options,
  });
  return { status, stdout, stderr };
}

/** The folder in which the bundle of main.ts is kept. */
function cache(): string {
  const all = join(folder, 'node_modules/.cache/sportstix');
  const names = fs.readdirSync(all);
  expect(names).toEqual([expect.stringMatching(/^main\.ts-/)]);
  return join(all, names[0] ?? '');
}

function bundle(): string {
  const names = fs.readdirSync(cache()).filter((name) => !name.includes('.'));
  expect(names).toHaveLength(1);
  return join(cache(), names[0] ?? '');
}

/** Nothing can be made or transformed from here on. */
function withoutTools(): void {
  for (const name of ['esbuild', 'tsx']) {
    fs.rmSync(join(folder, 'node_modules', name));
  }
}

const CONFIG_MAP = JSON.stringify({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'c' },
  data: { A_TOKEN: 'x' },
});

/** This project itself. */
function copyOfProject(): void {
  smallProject();
  for (const path of ['main.ts', 'lib', 'imports', 'images', 'package.json', 'tsconfig.json']) {
    fs.rmSync(join(folder, path), { recursive: true, force: true });
    fs.cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  }
}

function start(command: readonly string[], input = ''): Outcome {
  const { status, stdout, stderr } = spawnSync(command[0] ?? '', command.slice(1), {
    cwd: folder,
    encoding: 'utf8',
    input,
  });
  return { status, stdout, stderr };
}

const HELLO: Outcome = { status: 0, stdout: 'hello!\n', stderr: '' };

test('a bundle is made once, and run with the arguments that are given', () => {
  smallProject();

  expect(run()).toEqual(HELLO);
  withoutTools();

  expect(run()).toEqual(HELLO);
  expect(run(['--a', 'b'])).toEqual({ ...HELLO, stdout: 'hello! --a b\n' });
});

test('what V8 has compiled is what V8 takes', () => {
  copyOfProject();
  start([process.execPath, 'bin/run.cjs', 'lib/cli/check.ts', '-'], CONFIG_MAP);
  const [kept = ''] = fs.readdirSync(join(folder, 'node_modules/.cache/sportstix'));
  const files = fs
    .readdirSync(join(folder, 'node_modules/.cache/sportstix', kept))
    .filter((name) => !name.endsWith('.map'))
    .map((name) => join(folder, 'node_modules/.cache/sportstix', kept, name));
  const script = `const { code, compiled } = require('./bin/cache.cjs').readWhole(process.argv[1]);
    process.stdout.write(String(new (require('node:vm').Script)(code, { cachedData: compiled }).cachedDataRejected));`;

  expect(files).toHaveLength(2);
  expect(files.map((file) => start([process.execPath, '--eval', script, file]))).toEqual(
    files.map(() => ({ status: 0, stdout: 'false', stderr: '' })),
  );
});

test.each([
  ['a source', 'lib/word.ts', "export const word: string = 'bye';\n"],
  ['a package', 'node_modules/a-package/index.js', "exports.end = '?';\n"],
  ['a file that hides another', 'lib/word/index.ts', "export const word = 'nobody asks';\n"],
  ['what the packages are', 'node_modules/.package-lock.json', '{}'],
])('a change of %s is seen, and the bundle before it is gone', (_, path, content) => {
  smallProject();
  run();
  const before = [bundle(), fs.readFileSync(bundle())] as const;
  const foundOut = [`${bundle()}.parsed`, `${bundle()}.judged`];
  foundOut.forEach((name) => {
    fs.writeFileSync(name, 'by what was there before');
  });

  write(path, content);

  const { stdout } = spawnSync(process.execPath, ['--import', 'tsx', 'main.ts'], { cwd: folder, encoding: 'utf8' });
  expect(run()).toEqual({ ...HELLO, stdout });
  expect([bundle(), fs.readFileSync(bundle())]).not.toEqual(before);
  expect(foundOut.filter((name) => fs.existsSync(name))).toEqual([]);
});

test.each<[string, (bytes: Buffer) => Buffer]>([
  ['cut off', (bytes) => bytes.subarray(0, bytes.length - 100)],
  ['empty', () => Buffer.alloc(0)],
  ['changed', (bytes) => Buffer.from(bytes.toString('latin1').replaceAll('hello', 'hallo'), 'latin1')],
])('a bundle that is %s is made again', (_, damage) => {
  smallProject();
  run();
  const whole = fs.readFileSync(bundle());
  const damaged = damage(whole);
  expect(damaged.equals(whole)).toBe(false);
  fs.writeFileSync(bundle(), damaged);

  expect(run()).toEqual(HELLO);
  withoutTools();
  expect(run()).toEqual(HELLO);
});

test('where nothing can be kept the sources are run', () => {
  smallProject();
  fs.chmodSync(join(folder, 'node_modules'), 0o555);
  fs.chmodSync(folder, 0o755);

  expect(run([], ORDINARY_USER)).toEqual(HELLO);
  expect(fs.existsSync(join(folder, 'node_modules/.cache'))).toBe(false);
});

test('a bundle that somebody else keeps is used by who may only read it', () => {
  smallProject();
  run();
  withoutTools();
  fs.chmodSync(folder, 0o755);

  expect(run([], ORDINARY_USER)).toEqual(HELLO);
});

test('what root keeps belongs to whose project it is', () => {
  smallProject();
  fs.mkdirSync(join(folder, 'node_modules/.cache'));
  const owner = fs.statSync(folder);
  const { uid = owner.uid, gid = owner.gid } = ORDINARY_USER;
  fs.chownSync(join(folder, 'node_modules/.cache'), uid, gid);

  run();

  const kept = [join(cache(), '..'), cache(), bundle(), `${bundle()}.map`].map((path) => fs.statSync(path));
  expect(kept.map((stat) => [stat.uid, stat.gid])).toEqual(kept.map(() => [uid, gid]));
});

test('several at once do not disturb each other', async () => {
  smallProject();
  const outcomes = await Promise.all(
    Array.from(
      { length: 4 },
      () =>
        new Promise<[number | null, string]>((resolve) => {
          const child = spawn(process.execPath, [join(folder, 'bin/run.cjs'), 'main.ts'], { cwd: folder });
          let stdout = '';
          child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
          child.on('close', (code) => {
            resolve([code, stdout]);
          });
        }),
    ),
  );

  expect(outcomes).toEqual(Array.from({ length: 4 }, () => [0, 'hello!\n']));
  withoutTools();
  expect(run()).toEqual(HELLO);
  expect(fs.readdirSync(cache()).filter((name) => !/^[0-9a-f]+(\.map)?$/.test(name))).toEqual([]);
});

test('a mistake in the syntax is named with its file and line', () => {
  smallProject();
  write('lib/word.ts', '\nexport const word: = 5;\n');

  expect(run()).toMatchObject({ status: 1, stderr: expect.stringContaining('lib/word.ts:2:19') as string });
});

test('a stack names the lines of the sources', () => {
  smallProject();
  write(
    'lib/word.ts',
    "\nexport interface Nothing {}\n\nexport class Word {\n  constructor() {\n    throw new TypeError('no word');\n  }\n}\n",
  );
  write('main.ts', "import { Word } from './lib/word';\n\nexport const made: Word = new Word();\n");

  const { status, stderr } = run();

  expect(status).toBe(1);
  expect(stderr.split('\n').slice(0, 3)).toEqual([
    'TypeError: no word',
    `    at new Word (${folder}/lib/word.ts:6:11)`,
    expect.stringContaining(`${folder}/main.ts:3:27`),
  ]);
  fs.rmSync(`${bundle()}.map`);
  expect(run().stderr).toContain('TypeError: no word\n    at new Word');
});

test('a module is where its file is', () => {
  smallProject();
  write(
    'lib/word.ts',
    "'use strict';\nexport const word = `${__dirname} ${__filename} ${String((function (this: unknown) { return this; })())}`;\n",
  );

  expect(run()).toEqual({ ...HELLO, stdout: `${folder}/lib ${folder}/lib/word.ts undefined!\n` });
});

describe('this project', () => {
  const sources = (file: string, ...args: string[]): string[] => [process.execPath, '--import', 'tsx', file, ...args];
  const script = (name: string, ...args: string[]): string[] => ['npm', 'run', '-s', name, '--', ...args];

  /** Every file below dist, with its content. */
  function output(): Map<string, string> {
    const dist = join(folder, 'dist');
    const files = fs.readdirSync(dist, { recursive: true, encoding: 'utf8' }).sort();
    return new Map(
      files
        .filter((file) => fs.statSync(join(dist, file)).isFile())
        .map((file) => [file, fs.readFileSync(join(dist, file), 'utf8')]),
    );
  }

  test('npm run synth and check do what the sources do, the first time and again', () => {
    copyOfProject();
    // So that there are secrets, and no word about them later.
    start(sources('main.ts'));
    const synthesized = start(sources('main.ts'));
    const files = output();
    expect(files.size).toBeGreaterThan(20);
    const checks: [string[], string?][] = [
      [['dist/local/manifests']],
      [['--format', 'json', '-'], CONFIG_MAP],
      [['--format', 'sarif', '--no-exceptions', 'dist/local/manifests']],
      [['-'], 'a: ['],
      [['--pod-template', 'example.com/Widget=spec.template', 'nowhere']],
      [['--format', 'none', '-']],
      [[]],
      [['--help']],
    ];
    const checked = checks.map(([args, input]) => start(sources('lib/cli/check.ts', ...args), input));
    expect(checked.map(({ status }) => status)).toEqual([0, 1, 1, 2, 2, 2, 2, 0]);

    for (let time = 1; time <= 2; time++) {
      fs.rmSync(join(folder, 'dist'), { recursive: true });
      expect(start(script('synth'))).toEqual(synthesized);
      expect(output()).toEqual(files);
      expect(checks.map(([args, input]) => start(script('check', ...args), input))).toEqual(checked);
    }
  });

  test('the line at which a prop is refused is the same', () => {
    copyOfProject();
    const catalogue = join(folder, 'lib/sportstix/catalogue.ts');
    fs.writeFileSync(catalogue, fs.readFileSync(catalogue, 'utf8').replace('Cpu.millis(50)', 'Cpu.millis(-50)'));

    const { status, stderr } = start(script('synth'));
    const expected = start(sources('main.ts'));
    const named = (text: string): string => text.replaceAll(/<anonymous> \((.*)\)$/gm, '$1');

    expect(status).toBe(1);
    expect(stderr).toContain('lib/constructs/web-service.ts:');
    expect(named(stderr)).toBe(named(expected.stderr));
  });
});

describe('parsed expressions', () => {
  interface Kept {
    readonly get: (text: string) => unknown;
    readonly set: (text: string, parsed: unknown) => void;
    readonly save: () => void;
  }
  const keepParsed = (path: string): Kept => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- it is no module of TypeScript
    const { keepParsed: keep } = require('../../bin/parsed.cjs') as { keepParsed: (path: string) => Kept };
    return keep(path);
  };
  const expressions = [
    ...policies().flatMap(({ rules, unique }) => [
      ...rules.flatMap(({ rule, offenders, message }) => [rule, offenders, message]),
      unique?.key,
      unique?.message,
    ]),
    ...[workloads(), workloads([{ group: 'example.com', kind: 'Widget', template: 'spec.template' }])].flatMap(
      ({ variables, conditions }) => [...variables, ...conditions].map(({ expression }) => expression),
    ),
    "b'bytes' == b'' || 1.5 > -1.0 || 3u in [1u] || {'a': null}['a'] == -9223372036854775808",
  ].filter((text) => text !== undefined);

  test('each comes back as it was parsed', () => {
    const path = join(folder, 'parsed');
    const first = keepParsed(path);
    expressions.forEach((text) => {
      first.set(text, parse(text).expr);
    });
    first.save();

    const second = keepParsed(path);
    expect(expressions.length).toBeGreaterThan(100);
    for (const text of expressions) {
      expect([text, v8.serialize(second.get(text))]).toEqual([text, v8.serialize(parse(text).expr)]);
    }
    expect(second.get('1 + 1')).toBeUndefined();
  });

  test('what is added comes to what there is, and what is damaged is parsed anew', () => {
    const path = join(folder, 'parsed');
    for (const text of ['1', '2']) {
      const kept = keepParsed(path);
      kept.set(text, parse(text).expr);
      kept.save();
    }
    expect(['1', '2'].map((text) => keepParsed(path).get(text) !== undefined)).toEqual([true, true]);

    const bytes = fs.readFileSync(path);
    fs.writeFileSync(path, Buffer.from(bytes.toString('latin1').replace('constExpr', 'callExprX'), 'latin1'));
    expect(keepParsed(path).get('1')).toBeUndefined();
  });
});

describe('judged objects', () => {
  interface Kept {
    readonly get: (digest: string) => unknown;
    readonly set: (digest: string, judged: unknown) => void;
    readonly save: () => void;
  }
  const keepJudged = (path: string): Kept => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- it is no module of TypeScript
    const { keepJudged: keep } = require('../../bin/judged.cjs') as { keepJudged: (path: string) => Kept };
    return keep(path);
  };

  test('are known to the next run, and unknown where the file is damaged', () => {
    const path = join(folder, 'judged');
    for (const digest of ['a', 'b']) {
      const kept = keepJudged(path);
      kept.set(digest, [`${digest} is one of a kind`]);
      kept.save();
    }
    const next = keepJudged(path);
    expect(['a', 'b', 'c'].map(next.get)).toEqual([['a is one of a kind'], ['b is one of a kind'], undefined]);

    const bytes = fs.readFileSync(path);
    fs.writeFileSync(path, Buffer.from(bytes.toString('latin1').replace('one', 'two'), 'latin1'));
    expect(keepJudged(path).get('a')).toBeUndefined();
  });

  test('a run that learns nothing writes nothing', () => {
    const path = join(folder, 'judged');
    keepJudged(path).get('a');
    keepJudged(path).save();

    expect(fs.existsSync(path)).toBe(false);
  });

  test('of earlier runs no more stay than the last one had, and some thousands', () => {
    const path = join(folder, 'judged');
    const run = (name: string, count: number): void => {
      const kept = keepJudged(path);
      Array.from({ length: count }, (_, index) => {
        kept.set(`${name} ${index}`, { keys: [] });
      });
      kept.save();
    };
    const isKept = (digest: string): boolean => keepJudged(path).get(digest) !== undefined;
    run('first', 9_000);
    run('second', 3_000);
    expect(['second 0', 'second 2999', 'first 2999', 'first 3000'].map(isKept)).toEqual([true, true, true, false]);

    run('third', 1);
    expect(['third 0', 'second 1999', 'second 2000', 'first 0'].map(isKept)).toEqual([true, true, false, false]);
  });
});
