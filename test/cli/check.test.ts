import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
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

/** jest's own type for it is any. */
const containing = (text: string): unknown => expect.stringContaining(text);

describe('npm run check', () => {
  const program = (args: readonly string[], input = ''): { status: number | null; stdout: string; stderr: string } => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', 'tsx', join(__dirname, '../../lib/cli/check.ts'), ...args],
      { input, encoding: 'utf8', cwd: join(__dirname, '../..') },
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
  }, 30_000);

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
    expect(program(['--nothing'])).toMatchObject({ status: 2, stderr: containing('usage:') });
  }, 120_000);

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
  }, 120_000);
});
