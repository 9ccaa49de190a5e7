import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const GOOD = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: {} });
const BAD = `apiVersion: v1
kind: ConfigMap
metadata:
  name: c
data:
  A_TOKEN: abc
`;

// Each case is a process of its own, and they are slow where the machine is busy.
/** jest's own type for it is any. */
const containing = (text: string): unknown => expect.stringContaining(text);
const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

describe('npm run check', () => {
  const program = (
    args: readonly string[],
    input = '',
    root = join(__dirname, '../..'),
  ): { status: number | null; stdout: string; stderr: string } => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', 'tsx', join(root, 'lib/cli/check.ts'), ...args],
      { input, encoding: 'utf8', cwd: root },
    );
    return { status, stdout, stderr };
  };

  test('ends with the exit code, and writes the format that was asked for', () => {
    const path = mkdtempSync(join(tmpdir(), 'check-'));
    writeFileSync(join(path, 'bad.yaml'), BAD);

    expect(program(['-'], GOOD)).toMatchObject({ status: 0, stderr: '' });
    const violated = program(['--format', 'json', path]);
    expect(violated).toMatchObject({ status: 1, stderr: '' });
    expect(JSON.parse(violated.stdout)).toMatchObject([
      { policy: 'config-map-secret', line: 6, file: join(path, 'bad.yaml') },
    ]);
    expect(program(['--no-exceptions', '/nothing', path])).toMatchObject({
      status: 2,
      stderr: containing('/nothing'),
    });
  });

  test('says how it is used where it is used wrongly', () => {
    expect(program([])).toMatchObject({ status: 2, stderr: containing('nothing to check') });
    for (const [option, reason] of [
      ['example.com/Widget', 'this names no place'],
      ['example.com/Widget=spec[0]', '"spec[0]" is no path of fields'],
      ['apps/Deployment=spec.pod', 'the place is known already'],
    ] as const) {
      expect(program(['--pod-template', option, '-'])).toMatchObject({ status: 2, stderr: containing(reason) });
    }
    expect(program(['--format', 'xml', '-'])).toMatchObject({
      status: 2,
      stderr: containing('text, json, sarif'),
    });
    expect(program(['--given', '-', '-'])).toMatchObject({ status: 2, stderr: containing('read once') });
    expect(program(['--unused', '--format', 'sarif', '-'])).toMatchObject({
      status: 2,
      stderr: containing('--unused'),
    });
  });

  test('judges by the oldest version of the clusters', () => {
    const admission = join(__dirname, '../../dist/production/admission');

    expect(program([admission]).stdout).toMatch(/known from Kubernetes 1\.30 on only, and 1\.28 to /);
    expect(program(['--kubernetes', '1.30', admission])).toMatchObject({
      status: 0,
      stdout: containing(' 0 warnings'),
    });
    expect(program(['--kubernetes', '1.3', admission])).toMatchObject({
      status: 2,
      stdout: '',
      stderr: containing('Kubernetes 1.3: no version that is supported'),
    });
    expect(program(['--kubernetes', '1.30', '--environment', 'production', admission])).toMatchObject({
      status: 2,
      stderr: containing('--kubernetes: the environment says'),
    });
  });

  test.each(['production', 'staging'])('finds nothing in all that is synthesized for %s', (name) => {
    expect(program(['--environment', name, join(__dirname, '../../dist', name)])).toMatchObject({
      status: 0,
      stdout: matching(/: 0 policy errors, 0 warnings, \d+ acknowledged violations\n$/),
      stderr: '',
    });
  });

  test('takes what is given from files and from standard input, and lists what nothing uses', () => {
    const path = mkdtempSync(join(tmpdir(), 'check-'));
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'web' } };
    const claim = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'other' },
      imagePullSecrets: [{ name: 'registry' }],
    };
    writeFileSync(join(path, 'a.json'), JSON.stringify(claim));
    writeFileSync(join(path, 'b.json'), JSON.stringify(account));
    const registry = JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'registry' } });

    expect(program([join(path, 'a.json')])).toMatchObject({ status: 1, stdout: containing('Secret registry') });
    expect(
      program(['--unused', '--given', '-', '--given', join(path, 'b.json'), join(path, 'a.json')], registry),
    ).toEqual({
      status: 0,
      stdout: [
        'Used by nothing in the set:',
        `  ServiceAccount other  ${path}/a.json:1`,
        '',
        '1 object in 1 file, judged as one set beside 2 that are given: 0 policy errors, 0 warnings, 0 acknowledged violations',
        '',
      ].join('\n'),
      stderr: '',
    });
  });

  test('lists the policies, and explains one', () => {
    const list = program(['--list']);
    expect(list).toMatchObject({ status: 0, stdout: containing('image-tag '), stderr: '' });
    expect(JSON.parse(program(['--list', '--format', 'json']).stdout)).toHaveLength(
      list.stdout.trimEnd().split('\n').length,
    );

    expect(program(['--explain', 'image-tag'])).toMatchObject({
      status: 0,
      stdout: matching(/^image-tag \(error\): /),
      stderr: '',
    });
    const page = program(['--explain', 'image-tag', '--format', 'json']);
    expect(JSON.parse(page.stdout)).toMatchObject({ id: 'image-tag', rules: [{ field: 'image' }] });

    for (const [args, reason] of [
      [['--explain', 'image-tags'], 'there is no such policy, and the nearest is image-tag'],
      [['--list', '-'], '--list and --explain stand for themselves'],
      [['--list', '--explain', 'image-tag'], '--list and --explain stand for themselves'],
      [['--list', '--format', 'sarif'], 'written as text or json'],
      [['--explain', 'image-tag', '--format', 'sarif'], 'written as text or json'],
    ] as const) {
      expect(program(args)).toEqual({ status: 2, stdout: '', stderr: containing(reason) });
    }
  });

  test('may be cut off by whoever reads it', () => {
    const path = mkdtempSync(join(tmpdir(), 'check-'));
    // More than a pipe holds.
    const data = Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`A_TOKEN_${index}`, 'abc']));
    writeFileSync(join(path, 'a.json'), JSON.stringify({ ...(JSON.parse(GOOD) as object), data }));
    const command = `node --import tsx lib/cli/check.ts ${path}; echo $? >&2`;
    const { stdout, stderr } = spawnSync('sh', ['-c', `( ${command} ) | head -1`], {
      encoding: 'utf8',
      cwd: join(__dirname, '../..'),
    });

    expect([stdout, stderr]).toEqual(['ConfigMap c\n', '1\n']);
  });

  test('judges by what an environment demands', () => {
    const root = mkdtempSync(join(tmpdir(), 'check-'));
    for (const name of ['lib', 'imports', 'package.json', 'tsconfig.json']) {
      cpSync(join(__dirname, '../..', name), join(root, name), { recursive: true });
    }
    symlinkSync(join(__dirname, '../../node_modules'), join(root, 'node_modules'));
    const file = join(root, 'lib/sportstix/environments.ts');
    const demands =
      "{ mutableTags: ['nightly'], workloads: [{ group: 'example.com', version: 'v1', kind: 'Widget', resource: 'widgets', template: 'spec.pod' }] }";
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace(
        /^(export const environments: readonly Environment\[\] = \[)(\w+)/m,
        `$1{ ...$2, name: 'strict', policies: ${demands} }, $2`,
      ),
    );
    const containers = [{ name: 'main', image: 'shop/web:nightly' }];
    const widget = JSON.stringify({
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      spec: { pod: { spec: { containers } } },
    });

    expect(program(['--environment', 'strict', '-'], widget, root)).toMatchObject({
      status: 1,
      stdout: containing('image "shop/web:nightly" has a tag that is moved'),
      stderr: '',
    });
    expect(program(['-'], widget, root).stdout).not.toContain('image-mutable-tag');
    expect(program(['--environment', 'strict', '--list'], '', root).stdout).toMatch(/^image-mutable-tag +error /m);
    expect(program(['--list'], '', root).stdout).toMatch(/^image-mutable-tag +off /m);
    expect(program(['--environment', 'stict', '-'], GOOD, root)).toEqual({
      status: 2,
      stdout: '',
      stderr: matching(/: there is no environment "stict", only strict, [\w-]+/),
    });
  });

  test('files are found and named as the caller wrote them: by npm from a subfolder, and without npm', () => {
    const root = join(__dirname, '../..');
    const loader = join(root, 'node_modules/tsx/dist/loader.mjs');
    const filesOf = (program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): unknown => {
      const options = ['--no-exceptions', '--format', 'json'];
      const { status, stdout, stderr } = spawnSync(program, [...args, ...options], {
        encoding: 'utf8',
        cwd,
        env: { ...process.env, ...env },
      });
      expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
      return [...new Set((JSON.parse(stdout) as { file: string }[]).map(({ file }) => file))];
    };
    const below = join(root, 'dist/local');
    const file = 'manifests/log-collector.k8s.yaml';
    const program = ['--import', loader, join(root, 'lib/cli/check.ts')];

    expect(filesOf('npm', ['run', '-s', 'check', '--', file], below)).toEqual([file]);
    // Somebody else's npm, and another script of this project, set the same variables.
    expect(
      filesOf(process.execPath, [...program, file], below, { INIT_CWD: tmpdir(), npm_lifecycle_event: 'check' }),
    ).toEqual([file]);
    expect(
      filesOf(process.execPath, [...program, `dist/local/${file}`], root, {
        INIT_CWD: tmpdir(),
        npm_lifecycle_event: 'test',
      }),
    ).toEqual([`dist/local/${file}`]);
  });

  test('of a folder nothing is left out that kubectl apply -R would apply', () => {
    const path = mkdtempSync(join(tmpdir(), 'check-'));
    for (const folder of ['.hidden', 'node_modules/a']) {
      mkdirSync(join(path, folder), { recursive: true });
      writeFileSync(join(path, folder, 'bad.yaml'), BAD);
    }
    writeFileSync(join(path, '.bad.yml'), BAD);

    const { stdout } = program(['--format', 'json', path]);

    expect((JSON.parse(stdout) as { file: string }[]).map(({ file }) => file)).toEqual(
      ['.bad.yml', '.hidden/bad.yaml', 'node_modules/a/bad.yaml'].map((file) => join(path, file)),
    );
  });

  test('judges what it is told to hold a pod template', () => {
    const widget = JSON.stringify({
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      spec: { pod: { spec: { hostPID: true, containers: [{ name: 'main' }] } } },
    });

    expect(program(['-'], widget)).toMatchObject({ status: 1, stdout: containing('unknown-workload') });
    expect(program(['--pod-template', 'example.com/Widget=spec.pod', '-'], widget)).toMatchObject({
      status: 1,
      stdout: containing('spec.pod.spec.hostPID: the pod sets hostPID'),
    });
  });
});
