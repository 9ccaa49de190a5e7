import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Construct } from 'constructs';
import * as constructs from '../../lib/constructs';
import { PatchableConstruct } from '../../lib/constructs/patch';
import * as observability from '../../lib/observability';

const LIB = join(__dirname, '../../lib');

/** The classes that a folder has, by what stands in its files. */
const filesOf = (folder: string): readonly string[] =>
  readdirSync(join(LIB, folder), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const classesOf = (folder: string): readonly string[] =>
  filesOf(folder).flatMap((file) =>
    [...readFileSync(join(LIB, folder, file), 'utf8').matchAll(/^export class (\w+) extends \w*Construct\b/gm)].map(
      ([, name = '']) => name,
    ),
  );

describe.each([
  ['constructs', constructs],
  ['observability', observability],
])('the public face of %s', (folder, exported) => {
  const made = Object.entries(exported).filter(
    ([, value]) => typeof value === 'function' && (value as typeof Construct).prototype instanceof Construct,
  );

  test('has every construct', () => {
    expect(
      made
        .map(([name]) => name)
        .filter((name) => name !== 'PatchableConstruct')
        .sort(),
    ).toEqual([...classesOf(folder)].sort());
    expect(made.length).toBeGreaterThan(4);
  });

  test.each(made)('%s can be patched', (_, construct) => {
    expect(
      construct === PatchableConstruct || (construct as typeof Construct).prototype instanceof PatchableConstruct,
    ).toBe(true);
  });
});
