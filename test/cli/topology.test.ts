import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toYamlStream } from '../../lib/synth/yaml';

const ROOT = join(__dirname, '..', '..');

const SHOP = toYamlStream([
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'orders', namespace: 'shop' },
    spec: { selector: { app: 'orders' }, ports: [{ port: 80, targetPort: 8080 }] },
  },
  ...['carts', 'orders'].map((name) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop' },
    spec: {
      template: {
        metadata: { labels: { app: name } },
        spec: {
          containers: [{ name, image: 'x:1', env: [{ name: 'URL', value: name === 'carts' ? 'http://orders' : '' }] }],
        },
      },
    },
  })),
]);
const EDGE = 'deployment__shop__carts -->|"TCP 8080"| deployment__shop__orders\n';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'topology-'));
  writeFileSync(join(folder, 'shop.yaml'), SHOP);
  writeFileSync(join(folder, 'broken.yaml'), 'kind: [');
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function run(args: readonly string[], input = ''): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['--import', 'tsx', join(ROOT, 'lib/cli/topology.ts'), ...args], {
    cwd: ROOT,
    input,
    encoding: 'utf8',
  });
}

describe('npm run topology', () => {
  test('draws a file', () => {
    const { status, stdout, stderr } = run([join(folder, 'shop.yaml')]);

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('## Deployment shop/carts\n');
    expect(stdout).toContain(EDGE);
  });

  test('draws standard input, and of it what one Service touches', () => {
    const { status, stdout } = run(['--of', 'orders', '-'], SHOP);

    expect(status).toBe(0);
    expect(stdout).toMatch(/^## Deployment shop\/orders\n/);
    expect(stdout).toContain(EDGE);
  });

  test('draws what it can read of a folder, and names the rest', () => {
    const { status, stdout, stderr } = run([folder]);

    expect(status).toBe(2);
    expect(stdout).toContain(EDGE);
    expect(stderr).toMatch(/^\S*broken\.yaml:1: /);
  });

  test.each([
    [['--of', 'orderz', '-'], '--of orderz: there is no workload and no Service of that name; did you mean orders?\n'],
    [[], 'nothing to draw: name a file or a folder, or - for standard input (--help says how it is used)\n'],
    [['--from', '-'], "Unknown option '--from' (--help says how it is used)\n"],
  ])('%j is refused in one line', (args, message) => {
    const { status, stdout, stderr } = run(args, SHOP);

    expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: `npm run -s topology: ${message}` });
  });

  test('--help says how it is used', () => {
    const { status, stdout } = run(['--help']);

    expect(status).toBe(0);
    expect(stdout).toMatch(/^Usage: npm run -s topology -- /);
  });
});
