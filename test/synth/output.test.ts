import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replaceFolder } from '../../lib/synth/output';

let root: string;

beforeEach(() => {
  root = fs.mkdtempSync(join(tmpdir(), 'output-test-'));
});
afterEach(() => {
  fs.rmSync(root, { recursive: true });
});

test('makes a folder with files, and the folders above and below', () => {
  const folder = join(root, 'a', 'b');
  replaceFolder(
    folder,
    new Map([
      ['x.yaml', { content: 'x' }],
      ['c/d.yaml', { content: 'ä' }],
    ]),
  );

  expect(fs.readFileSync(join(folder, 'x.yaml'), 'utf8')).toBe('x');
  expect(fs.readFileSync(join(folder, 'c', 'd.yaml'), 'utf8')).toBe('ä');
  expect(fs.readdirSync(join(root, 'a'))).toEqual(['b']);
});

test('replaces all that was there', () => {
  const folder = join(root, 'a');
  fs.mkdirSync(folder);
  fs.writeFileSync(join(folder, 'stale.yaml'), 'stale');
  replaceFolder(folder, new Map([['x.yaml', { content: 'x' }]]));

  expect(fs.readdirSync(folder)).toEqual(['x.yaml']);
  expect(fs.readdirSync(root)).toEqual(['a']);
});

test('gives a file the permissions that were asked for', () => {
  replaceFolder(
    join(root, 'a'),
    new Map([
      ['secret', { content: '', mode: 0o600 }],
      ['plain', { content: '' }],
    ]),
  );

  expect(fs.statSync(join(root, 'a', 'secret')).mode & 0o777).toBe(0o600);
  expect(fs.statSync(join(root, 'a', 'plain')).mode & 0o077).toBe(0o044);
});

test('leaves the folder as it was when a file cannot be written', () => {
  const folder = join(root, 'a');
  replaceFolder(folder, new Map([['x.yaml', { content: 'old' }]]));
  const clash = new Map([
    ['x.yaml', { content: 'new' }],
    ['x.yaml/below-a-file', { content: '' }],
  ]);

  expect(() => {
    replaceFolder(folder, clash);
  }).toThrow();
  expect(fs.readFileSync(join(folder, 'x.yaml'), 'utf8')).toBe('old');
  expect(fs.readdirSync(root)).toEqual(['a']);
});

test('puts the old folder back when the new one cannot take its place', () => {
  const folder = join(root, 'a');
  replaceFolder(folder, new Map([['x.yaml', { content: 'old' }]]));
  const rename = fs.renameSync;
  const spy = jest.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
    if (String(from).endsWith('new')) {
      throw new Error('no space left');
    }
    rename(from, to);
  });
  try {
    expect(() => {
      replaceFolder(folder, new Map([['x.yaml', { content: 'new' }]]));
    }).toThrow('no space left');
  } finally {
    spy.mockRestore();
  }

  expect(fs.readFileSync(join(folder, 'x.yaml'), 'utf8')).toBe('old');
  expect(fs.readdirSync(root)).toEqual(['a']);
});
