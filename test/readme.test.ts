import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

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
