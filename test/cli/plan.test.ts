import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const ROOT = join(__dirname, '..', '..');
/** By its address: where the program is run there are no packages. */
const TSX = pathToFileURL(require.resolve('tsx')).href;

const CONFIG_MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, namespace: shop }\ndata: { key: x }\n';
const CLAIM =
  'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: { name: a, namespace: shop, annotations: {} }\nspec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 2Gi } } }\n';
/** What the API server refuses. */
const OTHER_MODE = CLAIM.replace('ReadWriteOnce', 'ReadWriteMany');

let folder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'plan-')));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(path: string, content: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(args: readonly string[], { root = ROOT, input = '', env = {} } = {}): Outcome {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', TSX, join(root, 'lib/cli/plan.ts'), ...args],
    {
      cwd: root === ROOT ? folder : root,
      input,
      encoding: 'utf8',
      env: { ...process.env, ...env },
    },
  );
  return { status, stdout, stderr };
}

function git(...args: readonly string[]): void {
  execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.com', ...args], { cwd: folder });
}

describe('npm run plan', () => {
  it('ends with 0 where nothing is dangerous, and says what changes', () => {
    write('old/a.yaml', CONFIG_MAP);
    const outcome = run(['old', '-'], { input: CONFIG_MAP.replace('key: x', 'key: z') });

    expect(outcome).toMatchObject({ status: 0, stderr: '' });
    expect(outcome.stdout).toContain('ConfigMap shop/a  changed\n    data.key: x -> z\n');
    expect(outcome.stdout.endsWith('1 changed: no danger\n')).toBe(true);
  });

  it('ends with 1 where something is dangerous and nobody has acknowledged it', () => {
    write('old/a.yaml', CLAIM);
    write('new/a.yaml', OTHER_MODE);
    write(
      'acknowledged/a.yaml',
      OTHER_MODE.replace('annotations: {}', 'annotations: { plan-acknowledge/refused: it is made anew }'),
    );

    expect(run(['old', 'new'])).toMatchObject({ status: 1, stderr: '' });
    const acknowledged = run(['old', 'acknowledged']);
    expect(acknowledged).toMatchObject({ status: 0, stderr: '' });
    expect(acknowledged.stdout).toContain('because: it is made anew');
  });

  it('ends with 2 where something cannot be read, and tells of nothing as gone', () => {
    write('old/a.yaml', CONFIG_MAP);
    write('new/a.yaml', 'kind: [');

    expect(run(['old', 'new'])).toEqual({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/^cannot read new\/a\.yaml:1: /) as unknown,
    });
  });

  it.each([
    {
      args: ['--format', 'yaml', 'a', 'b'],
      says: '--format yaml: there is no such format; it is one of text, markdown, json',
    },
    { args: ['a', 'b', 'c'], says: 'c: two sides are compared, OLD and NEW' },
    { args: ['a'], says: 'a: name what it is compared with, as NEW' },
    { args: ['cluster:a', 'cluster:b'], says: 'one of the two must be manifests' },
    { args: ['--colour', 'a', 'b'], says: "Unknown option '--colour'" },
  ])('is refused with $args', ({ args, says }) => {
    const { status, stdout, stderr } = run(args);

    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(says);
    expect(stderr.trimEnd()).not.toContain('\n');
  });

  it('writes Markdown and JSON', () => {
    write('old/a.yaml', CONFIG_MAP);
    const input = CONFIG_MAP.replace('key: x', 'key: z');

    expect(run(['--format', 'markdown', 'old', '-'], { input }).stdout).toContain('\n## Plan: no danger\n');
    expect(JSON.parse(run(['--format', 'json', 'old', '-'], { input }).stdout)).toMatchObject({
      changes: [{ action: 'update', fields: [{ path: 'data.key', old: 'x', new: 'z' }] }],
      summary: { create: 0, update: 1, delete: 0, rename: 0, danger: 0, warning: 0 },
    });
  });

  it('says how it is used', () => {
    const { status, stdout } = run(['--help']);

    expect(status).toBe(0);
    expect(stdout).toContain('[--format text|markdown|json] [OLD [NEW]]');
  });

  it('compares a commit with the working tree, where no other side is named', () => {
    git('init', '--quiet', '--initial-branch=main');
    write('dist/a.yaml', CONFIG_MAP);
    git('add', '--all');
    git('commit', '--quiet', '--message=first');
    write('dist/a.yaml', CONFIG_MAP.replace('key: x', 'key: z'));

    expect(run(['git:HEAD:dist'])).toMatchObject({ status: 0, stderr: '' });
    expect(run(['git:HEAD:dist']).stdout).toContain('HEAD:dist -> the working tree');
  });

  it('asks a cluster through kubectl, and changes nothing there', () => {
    write('new/a.yaml', CONFIG_MAP);
    const live = {
      kind: 'List',
      apiVersion: 'v1',
      items: [
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'a', namespace: 'shop', uid: '1' },
          data: { key: 'old' },
        },
      ],
    };
    write(
      'bin/kubectl',
      `#!/bin/sh
echo "$*" >> ${join(folder, 'asked')}
case "$1" in
  api-resources) echo 'configmaps cm v1 true ConfigMap' ;;
  api-versions) echo v1 ;;
  get) echo '${JSON.stringify(live)}' ;;
  *) exit 3 ;;
esac
`,
    );
    chmodSync(join(folder, 'bin/kubectl'), 0o755);
    const { status, stdout, stderr } = run(['cluster:here', 'new'], {
      env: { PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}` },
    });

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('ConfigMap shop/a  changed\n    data.key: old -> x\n');
    const asked = execFileSync('cat', [join(folder, 'asked')], { encoding: 'utf8' })
      .trimEnd()
      .split('\n');
    expect(asked.every((line) => /^(get|api-resources|api-versions) .*--context here /.test(line))).toBe(true);
  });
});

describe('npm run plan without arguments', () => {
  /** This project, with its programs and nothing that they make. */
  beforeEach(() => {
    cpSync(join(ROOT, 'lib'), join(folder, 'lib'), { recursive: true });
    for (const name of ['imports', 'node_modules', 'package.json', 'tsconfig.json', 'images']) {
      symlinkSync(join(ROOT, name), join(folder, name));
    }
    write('.gitignore', '/lib/\n/imports\n/node_modules\n/images\n*secrets.k8s.yaml\n');
    for (const name of ['local', 'production', 'staging']) {
      write(`dist/${name}/manifests/a.k8s.yaml`, CONFIG_MAP);
    }
    git('init', '--quiet', '--initial-branch=main');
    git('add', '--all');
    git('commit', '--quiet', '--message=first');
  });

  const base = (args: readonly string[] = []): Outcome => run(args, { root: folder });

  it('compares every environment with where the branch began', () => {
    git('update-ref', 'refs/remotes/origin/main', 'HEAD');
    git('checkout', '--quiet', '-b', 'branch');
    write('dist/production/manifests/a.k8s.yaml', CONFIG_MAP.replace('key: x', 'key: committed'));
    git('commit', '--quiet', '--all', '--message=second');
    write('dist/local/manifests/secrets.k8s.yaml', CONFIG_MAP);
    // Somebody else's, since then.
    git('checkout', '--quiet', 'main');
    write('dist/staging/manifests/a.k8s.yaml', CONFIG_MAP.replace('key: x', 'key: theirs'));
    git('commit', '--quiet', '--all', '--message=theirs');
    git('update-ref', 'refs/remotes/origin/main', 'HEAD');
    git('checkout', '--quiet', 'branch');
    const { status, stdout, stderr } = base();

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^local: origin\/main at [0-9a-f]{10} -> the working tree\n\nNo object differs\.\n/);
    expect(stdout).toContain('Left out on both sides, since git ignores it: dist/local/manifests/secrets.k8s.yaml');
    expect(stdout).toContain('data.key: x -> committed');
    expect(stdout).not.toContain('theirs');
    expect(JSON.parse(base(['--format', 'json']).stdout)).toMatchObject({
      changes: [{ environment: 'production', action: 'update' }],
    });
  });

  it('compares with main where there is no origin, and with nothing where the environment is new', () => {
    rmSync(join(folder, 'dist/staging'), { recursive: true });
    git('commit', '--quiet', '--all', '--message=without staging');
    write('dist/staging/manifests/a.k8s.yaml', CONFIG_MAP);
    const { status, stdout, stderr } = base();

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/staging: main at [0-9a-f]{10} -> the working tree\n\nConfigMap shop\/a {2}created\n/);
  });

  it('is refused where there is no commit', () => {
    rmSync(join(folder, '.git'), { recursive: true });

    expect(base()).toEqual({
      status: 2,
      stdout: '',
      stderr: 'npm run -s plan: there is no commit to compare with: name OLD and NEW\n',
    });
  });
});
