import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imagesOf, parseImages, withImage } from '../../lib/sportstix/images';
import { example } from './example';
import { UserError } from '../../lib/synth/user-error';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const OTHER = `sha256:${'b'.repeat(64)}`;
const SERVICES = [{ name: 'orders' }, { name: 'carts' }];
const FILE = 'images/shop.yaml';
const TEXT = `# What runs.\n\ncarts: 1.0.0@${DIGEST}\norders: 1.4.0-rc.1@${DIGEST}\n`;

test('a file names the image of each service, whatever stands between', () => {
  expect([...parseImages(FILE, TEXT, SERVICES)]).toEqual([
    ['carts', `1.0.0@${DIGEST}`],
    ['orders', `1.4.0-rc.1@${DIGEST}`],
  ]);
});

test.each([
  [
    'no digest',
    TEXT.replace(`1.0.0@${DIGEST}`, '1.0.0'),
    /^images\/shop\.yaml:3: carts: 1\.0\.0 is a version without a digest/,
  ],
  [
    'a digest that is too short',
    TEXT.replace('a\norders', '\norders'),
    /:3: carts: .* is a version with a digest that is none/,
  ],
  [
    'a digest in upper case',
    TEXT.replace('a\norders', 'A\norders'),
    /:3: carts: .* is a version with a digest that is none/,
  ],
  [
    'a digest of another kind',
    TEXT.replace('sha256', 'sha512'),
    /:3: carts: .* is a version with a digest that is none/,
  ],
  ['no version', TEXT.replace('1.0.0@', '@'), /:3: carts: .* is a version with a digest that is none/],
  [
    'a service that is not in the catalogue',
    TEXT.replace('carts', 'crats'),
    /:3: there is no service "crats" in the catalogue, only orders, carts\./,
  ],
  ['a service without a line', TEXT.replace(/^carts.*\n/m, ''), /^images\/shop\.yaml: no line for carts/],
  ['a service with two lines', `${TEXT}carts: 1.0.1@${DIGEST}\n`, /:5: carts stands twice/],
  ['a line of another kind', TEXT.replace('carts:', 'carts'), /:3: not a line of an image/],
  ['an empty file', '', /no line for orders/],
])('a file with %s is refused', (_, text, message) => {
  expect(() => parseImages(FILE, text, SERVICES)).toThrow(UserError);
  expect(() => parseImages(FILE, text, SERVICES)).toThrow(message);
});

test('a file that is not there is named', () => {
  const images = { kind: 'pinned', registry: 'registry.example.com', file: 'images/nowhere.yaml' } as const;

  expect(() => imagesOf({ ...example, images })).toThrow(UserError);
  expect(() => imagesOf({ ...example, images })).toThrow(/^images\/nowhere\.yaml: cannot be read/);
});

describe('set-image', () => {
  test.each([
    ['the first', 'carts', `# What runs.\n\ncarts: 2.0.0@${OTHER}\norders: 1.4.0-rc.1@${DIGEST}\n`],
    ['the last', 'orders', `# What runs.\n\ncarts: 1.0.0@${DIGEST}\norders: 2.0.0@${OTHER}\n`],
  ])('changes one line: %s', (_, service, after) => {
    expect(withImage(FILE, TEXT, SERVICES, { service, image: `2.0.0@${OTHER}` })).toBe(after);
  });

  test('adds a line where there is none, and leaves one alone that says so already', () => {
    const image = `1.0.0@${DIGEST}`;
    const without = TEXT.replace(/^carts.*\n/m, '');

    expect(withImage(FILE, without, SERVICES, { service: 'carts', image })).toBe(`${without}carts: ${image}\n`);
    expect(withImage(FILE, without.trimEnd(), SERVICES, { service: 'carts', image })).toBe(
      `${without}carts: ${image}\n`,
    );
    expect(withImage(FILE, TEXT, SERVICES, { service: 'carts', image })).toBe(TEXT);
  });

  test('leaves what others wrote as it is, whatever it is', () => {
    const odd = `carts: nonsense\n  # orders: x\norders:   1.0.0@${DIGEST}  \n\n\n`;

    expect(withImage(FILE, odd, SERVICES, { service: 'orders', image: `2.0.0@${OTHER}` })).toBe(
      `carts: nonsense\n  # orders: x\norders: 2.0.0@${OTHER}\n\n\n`,
    );
  });

  test.each([
    ['a service that is not in the catalogue', 'crats', `1.0.0@${DIGEST}`, 'no service "crats"'],
    ['no digest', 'carts', '1.0.0', 'a version without a digest'],
    ['a digest that is none', 'carts', '1.0.0@sha256:abc', 'a version with a digest that is none'],
    ['a line break', 'carts', `1.0.0@${DIGEST}\norders: x`, 'a version with a digest that is none'],
  ])('refuses %s', (_, service, image, message) => {
    expect(() => withImage(FILE, TEXT, SERVICES, { service, image })).toThrow(message);
  });

  test('refuses a service that stands twice', () => {
    const twice = `${TEXT}carts: 1.0.1@${DIGEST}\n`;

    expect(() => withImage(FILE, twice, SERVICES, { service: 'carts', image: `1.0.0@${DIGEST}` })).toThrow(
      'carts stands twice',
    );
  });
});

describe('npm run -s set-image', () => {
  const root = mkdtempSync(join(tmpdir(), 'set-image-'));
  beforeAll(() => {
    for (const name of ['lib', 'imports', 'images', 'package.json', 'tsconfig.json']) {
      cpSync(join(__dirname, '../..', name), join(root, name), { recursive: true });
    }
    symlinkSync(join(__dirname, '../../node_modules'), join(root, 'node_modules'));
  });
  afterAll(() => {
    rmSync(root, { recursive: true });
  });
  const read = (): Record<string, string> =>
    Object.fromEntries(
      readdirSync(join(root, 'images')).map((file) => [file, readFileSync(join(root, 'images', file), 'utf8')]),
    );
  const run = (...args: string[]): { status: number | null; stderr: string } => {
    const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'lib/cli/set-image.ts', ...args], {
      encoding: 'utf8',
      cwd: root,
    });
    return { status, stderr };
  };

  test('changes one line of one file, and leaves nothing beside it', () => {
    const [file = '', text = ''] = Object.entries(read())[0] ?? [];
    const [line = ''] = text.split('\n').filter((each) => /^[a-z]+: /.test(each));
    const service = line.split(':')[0] ?? '';
    const expected = { ...read(), [file]: text.replace(line, `${service}: 9.9.9@${OTHER}`) };

    expect(run(file.replace('.yaml', ''), service, `9.9.9@${OTHER}`)).toEqual({ status: 0, stderr: '' });
    expect(read()).toEqual(expected);
  });

  test.each([
    ['an environment that there is not', ['nowhere', 'orders', `1.0.0@${DIGEST}`], 'there is no environment "nowhere"'],
    ['an environment of a tag', ['local', 'orders', `1.0.0@${DIGEST}`], 'has the images with the tag'],
    ['an argument too few', ['production', 'orders'], 'there are three arguments'],
    ['an option that there is not', ['--force'], "Unknown option '--force'"],
  ])('refuses %s in one line, and changes nothing', (_, args, message) => {
    const before = read();
    const { status, stderr } = run(...args);

    expect(status).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd()).not.toContain('\n');
    expect(read()).toEqual(before);
  });
});
