import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { requestsIn } from '../../lib/k3d/requests';
import { environments } from '../../lib/sportstix/environments';
import type { Manifest } from '../testing';
import { synthesize } from './example';

const ROOT = join(__dirname, '..', '..');

let root: string;

beforeEach(() => {
  root = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'dist-test-')));
  // A main.ts beside which secrets may be generated: those of the project are not a test's to make.
  fs.copyFileSync(join(ROOT, 'main.ts'), join(root, 'main.ts'));
  for (const name of ['lib', 'imports', 'node_modules', 'package.json', 'tsconfig.json']) {
    fs.symlinkSync(join(ROOT, name), join(root, name));
  }
});
afterEach(() => {
  fs.rmSync(root, { recursive: true });
});

/** Path to content of every file of a folder. */
function contentOf(folder: string): Record<string, string> {
  const paths = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = paths.filter((path) => fs.statSync(join(folder, path)).isFile());
  return Object.fromEntries(files.map((path) => [path, fs.readFileSync(join(folder, path), 'utf8')]));
}

test.each(environments)('what the pods of $name request is found in its manifests', ({ name, services }) => {
  const { cpuMillis, memoryBytes } = requestsIn(join(ROOT, 'dist', name, 'manifests'), 3);
  const ofServices = services.reduce((sum, { resources }) => sum + resources.memory.request.toMebibytes(), 0);

  expect(cpuMillis).toBeGreaterThan(0);
  // Kafka and the observability parts request memory too.
  expect(memoryBytes).toBeGreaterThan(ofServices * 2 ** 20);
});

describe('as cdk8s-cli runs it', () => {
  const runMain = (cdk8sOutdir: string, env: Record<string, string> = {}): void => {
    const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'main.ts'], {
      encoding: 'utf8',
      env: { ...process.env, CDK8S_OUTDIR: cdk8sOutdir, ...env },
      cwd: root,
    });
    expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
  };

  test('writes the same bytes in every time zone and locale', () => {
    runMain(join(root, 'a'), { TZ: 'Pacific/Kiritimati', LC_ALL: 'C' });
    runMain(join(root, 'b'), { TZ: 'America/Los_Angeles', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' });

    expect(contentOf(join(root, 'a'))).toEqual(contentOf(join(root, 'b')));
  });

  test('leaves the committed dist/ as it is', () => {
    runMain(join(root, 'a'));
    const fresh = contentOf(join(root, 'a'));
    const committed = contentOf(join(ROOT, 'dist'));

    // The manifests of secrets are not committed.
    const secrets = environments
      .filter((environment) => environment.secrets.kind === 'file')
      .map(({ name }) => `${name}/manifests/secrets.k8s.yaml`);
    const hidden = Object.fromEntries(secrets.map((path) => [path, '']));
    expect(Object.keys(fresh)).toEqual(expect.arrayContaining(secrets));
    expect({ ...committed, ...hidden }).toEqual({ ...fresh, ...hidden });
  });

  test('writes one ordered stream where it is asked for standard output', () => {
    const forStdout = fs.mkdtempSync(join(tmpdir(), 'cdk8s-'));
    try {
      runMain(forStdout);
      const files = Object.entries(contentOf(forStdout)).filter(([path]) => path.endsWith('.yaml'));

      expect(files).toHaveLength(1);
      const manifests = loadAll(files[0]?.[1] ?? '') as Manifest[];
      const seen = new Set<string | undefined>([undefined]);
      for (const { kind, metadata } of manifests) {
        expect([metadata.name, seen.has(metadata.namespace)]).toEqual([metadata.name, true]);
        if (kind === 'Namespace') {
          seen.add(metadata.name);
        }
      }
      const objects = environments.flatMap((environment) => [...synthesize(environment).values()].flat());
      const ids = (all: readonly Manifest[]): string[] => all.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
      expect(ids(manifests).sort()).toEqual(ids(objects).sort());
    } finally {
      fs.rmSync(forStdout, { recursive: true });
    }
  });
});
