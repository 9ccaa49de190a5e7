import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { differences, MARK, type OutputFile, replaceOutput } from '../../lib/synth/output';
import { giveToOrdinaryUser, ORDINARY_USER, runFile } from '../processes';
import { expectRefusal as expectRefusalOf } from '../testing';

let root: string;
let folder: string;

beforeEach(() => {
  root = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'output-test-')));
  folder = join(root, 'dist', 'local');
});
afterEach(() => {
  fs.chmodSync(root, 0o755);
  fs.rmSync(root, { recursive: true });
});

const files = (content: Readonly<Record<string, string>>): Map<string, OutputFile> =>
  new Map(Object.entries(content).map(([path, text]) => [path, { content: text }]));

function replace(content: Readonly<Record<string, string>>, into = folder): void {
  expect(replaceOutput({ folders: new Map([[into, files(content)]]) })).toBe(true);
}

function make(path: string, content = 'foreign'): void {
  fs.mkdirSync(join(path, '..'), { recursive: true });
  fs.writeFileSync(path, content);
}

/** Everything below the test's folder, except marks: path to content, target of a link, or null for an empty folder. */
function all(from = root, prefix = ''): Record<string, string | null> {
  const entries = fs.readdirSync(from, { withFileTypes: true }).flatMap((entry): [string, string | null][] => {
    const path = join(from, entry.name);
    const key = prefix + entry.name;
    if (entry.isSymbolicLink()) {
      return [[key, `-> ${fs.readlinkSync(path)}`]];
    }
    if (entry.isDirectory()) {
      const below = Object.entries(all(path, `${key}/`));
      return below.length === 0 ? [[key, null]] : below;
    }
    return entry.name === MARK ? [] : [[key, fs.readFileSync(path, 'utf8')]];
  });
  return Object.fromEntries(entries);
}

/** Expects a call to be refused, with every file as it was. */
const expectRefusal = (call: () => unknown, message: string | RegExp): void => {
  expectRefusalOf(call, message, all);
};

describe('a folder', () => {
  test('is made with files, and the folders above and below', () => {
    replace({ 'x.yaml': 'x', 'c/d.yaml': 'ä' });
    expect(all()).toEqual({ 'dist/local/x.yaml': 'x', 'dist/local/c/d.yaml': 'ä' });
  });

  test('that is empty is filled', () => {
    fs.mkdirSync(folder, { recursive: true });
    replace({ 'x.yaml': 'x' });
    expect(all()).toEqual({ 'dist/local/x.yaml': 'x' });
  });

  test('loses what was generated before, and is not any more', () => {
    replace({ 'stale.yaml': 'stale', 'old/stale.yaml': 'stale', 'x.yaml': 'old' });
    replace({ 'x.yaml': 'x' });
    expect(all()).toEqual({ 'dist/local/x.yaml': 'x' });
  });

  describe('that holds just what is to be written', () => {
    const content = { 'x.yaml': 'x', 'c/d.yaml': 'd' };
    const inode = (): number => fs.statSync(folder).ino;
    const expectToStay = (
      stays: boolean,
      change: () => void,
      after: Readonly<Record<string, string>> = content,
    ): void => {
      replace(content);
      change();
      const before = inode();
      replace(after);
      expect(inode() === before).toBe(stays);
      expect(all(folder)).toEqual(after);
    };

    test('is left alone', () => {
      expectToStay(true, () => undefined);
    });

    test.each<[string, () => void]>([
      [
        'another content',
        () => {
          fs.writeFileSync(join(folder, 'c/d.yaml'), 'e');
        },
      ],
      [
        'other permissions',
        () => {
          fs.chmodSync(join(folder, 'c/d.yaml'), 0o600);
        },
      ],
      [
        'no such file',
        () => {
          fs.rmSync(join(folder, 'x.yaml'));
        },
      ],
      [
        'a mark that lists another file',
        () => {
          fs.appendFileSync(join(folder, MARK), 'gone.yaml\n');
        },
      ],
    ])('but not with %s', (_, change) => {
      expectToStay(false, change);
    });

    test('but not with a file less or more', () => {
      expectToStay(false, () => undefined, { 'x.yaml': 'x' });
      expectToStay(false, () => undefined, { ...content, 'y.yaml': 'y' });
    });
  });

  test('keeps its permissions', () => {
    replace({ x: 'x' });
    fs.chmodSync(folder, 0o2770);
    replace({ x: 'x' });
    expect(fs.statSync(folder).mode & 0o7777).toBe(0o2770);
  });

  test('gives a file the permissions that were asked for', () => {
    const content: [string, OutputFile][] = [
      ['secret', { content: '', mode: 0o600 }],
      ['plain', { content: '' }],
    ];
    replaceOutput({ folders: new Map([[folder, new Map(content)]]) });

    expect(fs.statSync(join(folder, 'secret')).mode & 0o777).toBe(0o600);
    expect(fs.statSync(join(folder, 'plain')).mode & 0o077).toBe(0o044);
  });
});

describe('the mark', () => {
  test('lists what was generated, one file a line, sorted, and nothing that differs from run to run', () => {
    replace({ 'b/y': 'y', a: 'a', 'b/Z': 'Z' });
    expect(fs.readFileSync(join(folder, MARK), 'utf8')).toBe(
      '# Generated, and committed with what it lists: a synth replaces these files, and no others.\na\nb/Z\nb/y\n',
    );
  });

  test.each<[string, (mark: string) => string]>([
    ['with line ends of Windows', (mark) => `${mark}theirs\n`.replaceAll('\n', '\r\n')],
    ['merged from two branches', (mark) => `${mark}theirs\n`],
    ['with a conflict in it', (mark) => mark.replace('ours', '<<<<<<< ours\nours\n=======\ntheirs\n>>>>>>> theirs')],
  ])('%s still says what was generated', (_, change) => {
    replace({ ours: 'x', both: 'x' });
    make(join(folder, 'theirs'), 'generated on another branch');
    fs.writeFileSync(join(folder, MARK), change(fs.readFileSync(join(folder, MARK), 'utf8')));
    replace({ both: 'y' });

    expect(all()).toEqual({ 'dist/local/both': 'y' });
  });

  test('may list files that are gone', () => {
    replace({ x: 'x', 'a/y': 'y', 'b/z': 'z' });
    fs.rmSync(join(folder, 'x'));
    fs.rmSync(join(folder, 'b'), { recursive: true });
    fs.rmSync(join(folder, 'a', 'y'));
    replace({ x: 'new' });
    expect(all()).toEqual({ 'dist/local/x': 'new' });
  });

  test('of another program is none', () => {
    make(join(folder, MARK), '# by something else\nprecious\n');
    make(join(folder, 'precious'));
    expectRefusal(() => {
      replace({ x: 'x' });
    }, 'has no .generated file');
  });

  test.each(['../precious', '/etc/passwd', '..', '.', '', 'a/../b', 'a//b', './a', 'a/', 'a\\b', 'a\nb', MARK])(
    'cannot list the path %j, nor can a file be written there',
    (path) => {
      expect(() => {
        replace({ [path]: 'x' });
      }).toThrow('is no path of a file below the output folder');
      expect(fs.existsSync(folder)).toBe(false);
    },
  );

  test('that lists a path outside of the folder has no power there', () => {
    make(join(root, 'precious'));
    replace({ x: 'x' });
    fs.appendFileSync(join(folder, MARK), '../../precious\n..\n/etc/passwd\n');
    replace({ x: 'y' });
    expect(all()).toEqual({ precious: 'foreign', 'dist/local/x': 'y' });
  });
});

describe('what was not generated is never deleted', () => {
  test.each<[string, string, string]>([
    ['a file', 'precious', 'local: has no .generated file, by which a synth knows'],
    ['a file far below', 'a/b/precious', '(a)'],
    ['a hidden file', '.precious', '(.precious)'],
    ['a file where one is to be written', 'x', '(x)'],
  ])('%s in a folder without a mark', (_, path, message) => {
    make(join(folder, path));
    expectRefusal(() => {
      replace({ x: 'x' });
    }, message);
  });

  test('an empty folder in a folder without a mark', () => {
    fs.mkdirSync(join(folder, 'bin'), { recursive: true });
    expectRefusal(() => {
      replace({ x: 'x' });
    }, '(bin)');
  });

  test.each<[string, string, string]>([
    [
      'a file',
      'precious',
      'local: precious was not generated, and a synth deletes no such file. Nothing was changed. Move it away.',
    ],
    ['a file beside generated ones', 'a/precious', 'a/precious was not generated'],
    ['a file far below', 'new/b/precious', 'new/b/precious was not generated'],
    ['a hidden file', 'a/.precious', 'a/.precious was not generated'],
  ])('%s in a folder with a mark', (_, path, message) => {
    replace({ x: 'x', 'a/y': 'y' });
    make(join(folder, path));
    expectRefusal(() => {
      replace({ x: 'new' });
    }, message);
  });

  test('a folder where a generated file was', () => {
    replace({ x: 'x' });
    fs.rmSync(join(folder, 'x'));
    make(join(folder, 'x', 'precious'));
    expectRefusal(() => {
      replace({ x: 'new' });
    }, 'x/precious was not generated');
  });

  test('a file where a folder of generated files was', () => {
    replace({ 'a/y': 'y' });
    fs.rmSync(join(folder, 'a'), { recursive: true });
    make(join(folder, 'a'));
    expectRefusal(() => {
      replace({ 'a/y': 'new' });
    }, 'a was not generated');
  });

  test('a folder that is empty, and a link', () => {
    replace({ x: 'x' });
    fs.mkdirSync(join(folder, 'mount-point'));
    fs.symlinkSync('/etc', join(folder, 'etc'));
    expectRefusal(() => {
      replace({ x: 'new' });
    }, 'etc, mount-point/ were not generated');
  });

  test('a file in place of the folder', () => {
    make(folder);
    expectRefusal(() => {
      replace({ x: 'x' });
    }, 'local: a file, where a folder is to be written');
  });

  test('many files are counted, the first ones named', () => {
    replace({ x: 'x' });
    for (let index = 10; index < 30; index += 1) {
      make(join(folder, `file-${index}`));
    }
    expectRefusal(() => {
      replace({ x: 'x' });
    }, 'file-18, file-19 and 10 more were not generated');
  });
});

describe('a link', () => {
  test('in place of the folder stays; what it leads to is replaced', () => {
    fs.mkdirSync(join(root, 'elsewhere'));
    fs.mkdirSync(join(root, 'dist'));
    fs.symlinkSync('../elsewhere', folder);
    replace({ x: 'x', y: 'y' });
    replace({ x: 'new' });

    expect(all()).toEqual({ 'dist/local': '-> ../elsewhere', 'elsewhere/x': 'new' });
  });

  test('in place of the folder protects what is not generated, as the folder does', () => {
    make(join(root, 'elsewhere', 'precious'));
    fs.mkdirSync(join(root, 'dist'));
    fs.symlinkSync('../elsewhere', folder);
    expectRefusal(() => {
      replace({ x: 'x' });
    }, 'local: has no .generated file');
  });

  test('in place of a folder below stays, and what it leads to is replaced under the same rules', () => {
    replace({ x: 'x', 'a/y': 'y', 'a/stale': 'stale' });
    fs.renameSync(join(folder, 'a'), join(root, 'elsewhere'));
    fs.symlinkSync('../../elsewhere', join(folder, 'a'));
    replace({ x: 'new', 'a/y': 'y' });
    expect(all()).toEqual({ 'dist/local/a': '-> ../../elsewhere', 'dist/local/x': 'new', 'elsewhere/y': 'y' });
    replace({ x: 'new', 'a/y': 'new' });
    expect(all()).toEqual({ 'dist/local/a': '-> ../../elsewhere', 'dist/local/x': 'new', 'elsewhere/y': 'new' });

    make(join(root, 'elsewhere', 'precious'));
    expectRefusal(() => {
      replace({ x: 'newer', 'a/y': 'newer' });
    }, 'local/a: precious was not generated');
  });

  test('in place of a file stays; what it leads to is replaced', () => {
    replace({ x: 'x', y: 'y' });
    fs.renameSync(join(folder, 'x'), join(root, 'kept'));
    fs.symlinkSync('../../kept', join(folder, 'x'));
    replace({ x: 'new' });
    expect(all()).toEqual({ 'dist/local/x': '-> ../../kept', kept: 'new' });
  });

  test('in place of a file that is not generated any more goes; what it led to stays', () => {
    replace({ x: 'x', y: 'y' });
    fs.renameSync(join(folder, 'x'), join(root, 'kept'));
    fs.symlinkSync('../../kept', join(folder, 'x'));
    replace({ y: 'y' });
    expect(all()).toEqual({ 'dist/local/y': 'y', kept: 'x' });
  });

  test.each<[string, () => void, string | RegExp]>([
    [
      'to nothing, in place of the folder',
      () => {
        fs.rmSync(folder, { recursive: true });
        fs.symlinkSync('gone', folder);
      },
      /local: a link to gone, which is not there\. Remove the link, or make what it leads to\.$/,
    ],
    [
      'to nothing, in place of a file',
      () => {
        fs.rmSync(join(folder, 'x'));
        fs.symlinkSync('/nowhere/gone', join(folder, 'x'));
      },
      /local\/x: a link to \/nowhere\/gone, which is not there/,
    ],
    [
      'to itself',
      () => {
        fs.rmSync(join(folder, 'x'));
        fs.symlinkSync('x', join(folder, 'x'));
      },
      /local\/x: .*\(ELOOP\)/,
    ],
    [
      'to another generated file',
      () => {
        fs.rmSync(join(folder, 'x'));
        fs.symlinkSync('a/y', join(folder, 'x'));
      },
      /local\/x: a link into the folder that is being replaced/,
    ],
    [
      'to the folder around it',
      () => {
        fs.rmSync(join(folder, 'a'), { recursive: true });
        fs.symlinkSync('..', join(folder, 'a'));
      },
      /local\/a: a link into the folder that is being replaced/,
    ],
  ])('%s is an error that names it', (_, change, message) => {
    replace({ x: 'x', 'a/y': 'y' });
    change();
    expectRefusal(() => {
      replace({ x: 'new', 'a/y': 'new' });
    }, message);
  });
});

describe('all or nothing', () => {
  const one = (): string => join(root, 'dist', 'one');
  const two = (): string => join(root, 'dist', 'two');
  const output = (text: string): Parameters<typeof replaceOutput>[0] => ({
    folders: new Map([
      [one(), files({ x: text })],
      [two(), files({ x: text })],
    ]),
    files: new Map([[join(root, 'secrets', 'passwords'), { content: text, mode: 0o600 }]]),
  });

  test('folders and files are replaced together', () => {
    replaceOutput(output('old'));
    replaceOutput(output('new'));

    expect(all()).toEqual({ 'dist/one/x': 'new', 'dist/two/x': 'new', 'secrets/passwords': 'new' });
    expect(fs.statSync(join(root, 'secrets', 'passwords')).mode & 0o777).toBe(0o600);
  });

  test('a foreign file in the last of them leaves the first alone', () => {
    replaceOutput(output('old'));
    make(join(two(), 'precious'));
    expectRefusal(() => replaceOutput(output('new')), 'two: precious was not generated');
  });

  test('who asks for it not to proceed changes nothing', () => {
    replaceOutput(output('old'));
    const before = all();

    expect(replaceOutput(output('new'), () => false)).toBe(false);
    expect(all()).toEqual(before);
    expect(() =>
      replaceOutput(output('new'), () => {
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(all()).toEqual(before);
  });

  test('two paths that exclude each other are refused', () => {
    replace({ x: 'old' });
    expect(() => {
      replace({ x: 'new', 'x/below-a-file': '' });
    }).toThrow('x/below-a-file lies below x, which is a file');
    expect(all()).toEqual({ 'dist/local/x': 'old' });
  });

  /** Lets a renaming fail as it would with a full disk, or with something mounted there. */
  function failing(fails: (from: string, to: string) => boolean, call: () => void): void {
    const rename = fs.renameSync;
    const spy = jest.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
      if (fails(String(from), String(to))) {
        throw Object.assign(new Error('busy'), { code: 'EBUSY' });
      }
      rename(from, to);
    });
    try {
      call();
    } finally {
      spy.mockRestore();
    }
  }

  test.each<[string, (from: string, to: string) => boolean, RegExp]>([
    [
      'the old folder cannot be moved',
      (from) => from === one(),
      /one: cannot be replaced \(EBUSY\)\. .* Everything is as it was\.$/,
    ],
    [
      'the new folder cannot be moved',
      (from, to) => from.endsWith('new') && to === two(),
      /two: cannot be replaced \(EBUSY\)/,
    ],
    ['a file after them cannot be', (_, to) => to.endsWith('passwords'), /passwords: cannot be replaced \(EBUSY\)/],
  ])('where %s, everything is put back', (_, fails, message) => {
    replaceOutput(output('old'));
    failing(fails, () => {
      expectRefusal(() => replaceOutput(output('new')), message);
    });
    expect(all()).toEqual({ 'dist/one/x': 'old', 'dist/two/x': 'old', 'secrets/passwords': 'old' });
  });

  test('where one cannot be put back, the error says so, and where the old one is', () => {
    replaceOutput(output('old'));
    failing(
      (from, to) => from === two() || (from === one() && to.endsWith('new')),
      () => {
        expect(() => replaceOutput(output('new'))).toThrow(
          /two: cannot be replaced .* Replaced already, and not put back: \S+\/one\. Everything else is as it was\.$/,
        );
      },
    );
    expect(all()).toEqual({ 'dist/one/x': 'new', 'dist/two/x': 'old', 'secrets/passwords': 'old' });

    replaceOutput(output('old'));
    failing(
      (_, to) => to === one(),
      () => {
        expect(() => replaceOutput(output('new'))).toThrow(
          /one: cannot be replaced, nor put back\. What was in it is in /,
        );
      },
    );
    expect(
      Object.entries(all())
        .filter(([, text]) => text === 'old')
        .map(([path]) => path.replace(/-\w{6}\//, '-XXXXXX/')),
    ).toEqual(expect.arrayContaining(['dist/.one-XXXXXX/previous/x']));
  });
});

describe('what may not be written', () => {
  const run = (change: (folder: string) => void): Promise<{ code: number | null; stderr: string }> => {
    replace({ x: 'old', 'a/y': 'old' });
    change(folder);
    giveToOrdinaryUser(root);
    return runFile('test/synth/replace-output.ts', [folder], ORDINARY_USER);
  };

  test.each<[string, (folder: string) => void, RegExp]>([
    [
      'the folder',
      (path) => {
        fs.chmodSync(path, 0o555);
      },
      /\/local: cannot be replaced \(EACCES\)\. Your user may not do this\./,
    ],
    [
      'a folder below',
      (path) => {
        fs.chmodSync(join(path, 'a'), 0o555);
      },
      /\/local\/a: cannot be replaced \(EACCES\)/,
    ],
    [
      'the folder above',
      (path) => {
        fs.chmodSync(join(path, '..'), 0o555);
      },
      /\/dist: cannot be written to \(EACCES\)/,
    ],
  ])('%s is named, and all is as it was', async (_, change, message) => {
    const { code, stderr } = await run(change);

    expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
    expect(stderr).toMatch(/^[^\n]*\n$/);
    expect(all()).toEqual({ 'dist/local/x': 'old', 'dist/local/a/y': 'old' });
    fs.chmodSync(join(root, 'dist'), 0o755);
    fs.chmodSync(folder, 0o755);
    fs.chmodSync(join(folder, 'a'), 0o755);
  });

  const asRoot = process.getuid?.() === 0 ? test : test.skip;
  asRoot("belongs, if root writes it, to the folder's owner", () => {
    fs.chownSync(root, 65534, 65533);
    replace({ x: 'x', 'a/y': 'y' });
    const paths = fs.readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' });

    expect(paths).toHaveLength(5);
    for (const path of ['.', ...paths]) {
      expect([path, fs.statSync(join(root, 'dist', path))]).toEqual([
        path,
        expect.objectContaining({ uid: 65534, gid: 65533 }),
      ]);
    }
  });
});

test('processes that replace one folder at once leave what one of them wrote, whole', async () => {
  const results = await Promise.all(
    ['a', 'b', 'c', 'd', 'e'].map((text) => runFile('test/synth/replace-output.ts', [folder, text, '10'])),
  );

  expect(results.map(({ code, stderr }) => [code, stderr])).toEqual(results.map(() => [0, '']));
  const content = all();
  expect(new Set(Object.values(content).map((text) => String(text).slice(0, 1))).size).toBe(1);
  expect(Object.keys(content)).toHaveLength(41);
  expect(fs.readdirSync(join(root, 'dist'))).toEqual(['local']);
});

test('differences are told file by file, and nothing is written', () => {
  expect(differences(folder, files({ x: 'x' }))).toEqual([
    { file: `${folder}/x`, is: 'missing' },
    { file: `${folder}/.generated`, is: 'missing' },
  ]);
  replace({ x: 'x', 'a/y': 'y', 'a/z': 'z' });
  expect(differences(folder, files({ x: 'x', 'a/y': 'y', 'a/z': 'z' }))).toEqual([]);
  make(join(folder, 'precious'));
  const before = all();

  expect(differences(folder, files({ x: 'new', 'a/y': 'y', 'b/new': '' }))).toEqual([
    { file: `${folder}/x`, is: 'different' },
    { file: `${folder}/b/new`, is: 'missing' },
    { file: `${folder}/.generated`, is: 'different' },
    { file: `${folder}/a/z`, is: 'foreign' },
    { file: `${folder}/precious`, is: 'foreign' },
  ]);
  expect(all()).toEqual(before);
});
