import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';
import ts from 'typescript';
import { checkInputs } from '../lib/policy/check-inputs';
import { policies } from '../lib/policy/policies';

const ROOT = join(__dirname, '..');

/** What of a part of a README must be the same in every language. */
interface Part {
  /** 1 to 6. */
  readonly level: number;
  /** The lines of its blocks of code, without the words that explain them. */
  readonly code: readonly string[];
  /** Commands, paths and names in its sentences, in no order. */
  readonly spans: readonly string[];
  /** Where its links lead, in no order. */
  readonly links: readonly string[];
  /** Numbers of cells of its tables' rows. */
  readonly cells: readonly number[];
}

/** A README, heading by heading. */
function partsOf(file: string): readonly Part[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const heads = [...text.matchAll(/^(#{1,6}) .*$/gm)].filter(
    // In a block of code, a line that starts like this is a comment.
    ({ index }) => (text.slice(0, index).match(/^```/gm)?.length ?? 0) % 2 === 0,
  );
  return heads.map(({ index, 1: marks = '' }, position) => {
    const body = text.slice(index, heads[position + 1]?.index);
    const blocks = /^```\w*\n[^]*?^```$|^ {4}\S.*$/gm;
    const prose = body.replace(blocks, '').replace(/\s+/g, ' ');
    return {
      level: marks.length,
      code: [...body.matchAll(blocks)].flatMap(([block]) =>
        block.split('\n').map((line) => line.trim().split(/ {2,}/)[0] ?? ''),
      ),
      spans: [...prose.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span).sort(),
      links: [...prose.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target).sort(),
      cells: body
        .split('\n')
        .filter((line) => line.startsWith('|'))
        .map((line) => line.split('|').length),
    };
  });
}

test('README.ko.md says the same commands, paths and headings as README.md', () => {
  const [english, korean] = [partsOf('README.md'), partsOf('README.ko.md')];
  // The two lead to each other.
  const links = (part: Part): Part => ({
    ...part,
    links: part.links.filter((target) => !/^README(\.ko)?\.md$/.test(target)),
  });

  expect(korean.map(links)).toEqual(english.map(links));
  expect(english.length).toBeGreaterThan(8);
});

test.each(['README.md', 'README.ko.md', 'CONTRIBUTING.md'])('the links of %s lead somewhere', (file) => {
  const targets = partsOf(file)
    .flatMap(({ links }) => links)
    .filter((target) => !target.startsWith('http'))
    .map((target) => target.split('#')[0] ?? '');

  expect(targets.filter((target) => !existsSync(join(ROOT, target)))).toEqual([]);
});

test('README.md has what its users need on 200 lines', () => {
  expect(readFileSync(join(ROOT, 'README.md'), 'utf8').split('\n').length).toBeLessThanOrEqual(201);
});

test('every npm script that a README names is there', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const named = ['README.md', 'CONTRIBUTING.md'].flatMap((file) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(/npm run (?:-s )?([a-z][\w:-]*)/g)].map(
      ([, name = '']) => name,
    ),
  );

  expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  expect(named.length).toBeGreaterThan(10);
});

describe('the examples in TypeScript', () => {
  const documents = [
    'README.md',
    'README.ko.md',
    'CHANGELOG.md',
    ...['docs/api', 'examples/shop'].flatMap((folder) =>
      readdirSync(join(ROOT, folder))
        .filter((name) => name.endsWith('.md'))
        .map((name) => `${folder}/${name}`),
    ),
  ];
  const blocks = documents.flatMap((file) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code = '']) => ({
      file,
      code,
    })),
  );
  const programs = blocks.filter(({ code }) => code.startsWith('import '));

  test('there are some', () => {
    expect(programs).not.toEqual([]);
  });

  test('are what the types of the library take', () => {
    const sources = new Map(
      programs.map(({ file, code }, index) => [join(ROOT, `${index}-${file.replaceAll('/', '-')}.ts`), code]),
    );
    const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
      config: unknown;
    };
    const { options } = ts.parseJsonConfigFileContent(config, { ...ts.sys, readDirectory: () => [] }, ROOT);
    const host = ts.createCompilerHost(options);
    const read = (path: string): string | undefined => sources.get(path) ?? host.readFile(path);
    const program = ts.createProgram([...sources.keys()], options, {
      ...host,
      readFile: read,
      fileExists: (path) => sources.has(path) || host.fileExists(path),
      getSourceFile: (path, language) => {
        const text = read(path);
        return text === undefined ? undefined : ts.createSourceFile(path, text, language);
      },
    });
    const problems = [...sources.keys()].flatMap((path) => {
      const file = program.getSourceFile(path);
      return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    });

    expect(ts.formatDiagnostics(problems, { ...host, getCurrentDirectory: () => ROOT })).toBe('');
  });

  test.each(programs)('the one of $file runs, and no policy says no to what it makes', ({ code }) => {
    const outdir = mkdtempSync(join(tmpdir(), 'readme-'));
    const before = process.env['CDK8S_OUTDIR'];
    const stderr = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    process.env['CDK8S_OUTDIR'] = outdir;
    try {
      const { outputText } = ts.transpileModule(code, {
        compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true },
      });
      const run = compileFunction(outputText, ['require', 'exports']) as (...given: readonly unknown[]) => void;
      run(require, {});
      const { objects, violations } = checkInputs({
        inputs: [outdir],
        stdin: new Uint8Array(),
        // Only the program itself knows what it has given to the policies about what objects refer to.
        policies: policies().filter(({ graph }) => graph === undefined),
        workloads: [],
        exceptions: true,
      });

      expect(objects).toBeGreaterThan(0);
      expect(violations.filter(({ report }) => report.violation.severity === 'error')).toEqual([]);
    } finally {
      process.env['CDK8S_OUTDIR'] = before;
      if (before === undefined) delete process.env['CDK8S_OUTDIR'];
      stderr.mockRestore();
      rmSync(outdir, { recursive: true });
    }
  });
});
