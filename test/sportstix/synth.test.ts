import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { type Environment, local } from '../../lib/sportstix/environments';
import { synthesize } from '../../lib/sportstix/synth';
import type { Manifest } from '../testing';

const ROOT = join(__dirname, '..', '..');

let root: string;
let outdir: string;

beforeEach(() => {
  root = fs.mkdtempSync(join(tmpdir(), 'synth-test-'));
  outdir = join(root, 'dist');
});
afterEach(() => {
  fs.rmSync(root, { recursive: true });
});

function run(environments: readonly Environment[] = [local]): string[] {
  const lines: string[] = [];
  synthesize(environments, { outdir, secretsFolder: join(root, '.secrets'), log: (line) => lines.push(line) });
  return lines;
}

/** Path to content of every file of the output folder. */
function written(): Record<string, string> {
  const paths = fs.readdirSync(outdir, { recursive: true, encoding: 'utf8' }).sort();
  const files = paths.filter((path) => fs.statSync(join(outdir, path)).isFile());
  return Object.fromEntries(files.map((path) => [path, fs.readFileSync(join(outdir, path), 'utf8')]));
}

describe('the output', () => {
  test('has API objects only in manifests, and a Kustomize base that lists them all', () => {
    run();
    const files = written();
    const manifests = Object.keys(files).filter((path) => path.startsWith('local/manifests/'));

    for (const path of manifests) {
      expect(path).toMatch(/^local\/manifests\/[a-z0-9-]+\.k8s\.yaml$/);
      for (const manifest of loadAll(files[path] ?? '') as Manifest[]) {
        expect(Object.keys(manifest).slice(0, 3)).toEqual(['apiVersion', 'kind', 'metadata']);
      }
    }
    const [kustomization] = loadAll(files['local/kustomization.yml'] ?? '') as { resources: string[] }[];
    expect(kustomization?.resources).toEqual(manifests.map((path) => path.replace('local/', '')));
  });

  test('does not change from one synth to the next', () => {
    run();
    const first = written();
    run();

    expect(written()).toEqual(first);
  });

  test('holds every secret in one file, which only its owner may read', () => {
    run();
    const [secrets] = loadAll(fs.readFileSync(join(root, '.secrets', 'local.yml'), 'utf8')) as Record<string, string>[];
    for (const [path, content] of Object.entries(written())) {
      for (const secret of Object.values(secrets ?? {})) {
        const found = content.includes(secret) || content.includes(Buffer.from(secret).toString('base64'));
        expect([path, found]).toEqual([path, path === 'local/manifests/secrets.k8s.yaml' && found]);
      }
    }
    expect(fs.statSync(join(outdir, 'local/manifests/secrets.k8s.yaml')).mode & 0o777).toBe(0o600);
  });

  test('loses the files of a service that has left the catalogue', () => {
    run();
    run([{ ...local, services: local.services.filter(({ name }) => name !== 'admin') }]);

    expect(Object.keys(written())).not.toContain('local/manifests/admin.k8s.yaml');
  });
});

test('says which secrets were generated, but not what they are', () => {
  const lines = run();
  const text = fs.readFileSync(join(root, '.secrets', 'local.yml'), 'utf8');

  expect(lines[0]).toContain('Generated postgres-password, auth-db-password');
  for (const secret of Object.values((loadAll(text) as Record<string, string>[])[0] ?? {})) {
    expect(lines.join('\n')).not.toContain(secret);
  }
});

test('a synth that fails in any environment leaves the whole output as it was', () => {
  run();
  const before = written();

  expect(() =>
    run([
      { ...local, replicas: 2 },
      { ...local, name: 'broken', imageTag: 'latest' },
    ]),
  ).toThrow('has the tag latest');
  expect(written()).toEqual(before);
});

describe('as cdk8s-cli runs it', () => {
  const main = (cdk8sOutdir: string, env: Record<string, string> = {}): void => {
    const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', join(ROOT, 'main.ts')], {
      encoding: 'utf8',
      env: { ...process.env, CDK8S_OUTDIR: cdk8sOutdir, ...env },
      cwd: ROOT,
    });
    expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
  };
  const read = (folder: string): Record<string, string> => {
    outdir = folder;
    return written();
  };

  test('writes the same bytes in every time zone and locale', () => {
    main(join(root, 'a'), { TZ: 'Pacific/Kiritimati', LC_ALL: 'C' });
    main(join(root, 'b'), { TZ: 'America/Los_Angeles', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' });

    expect(read(join(root, 'a'))).toEqual(read(join(root, 'b')));
  });

  test('leaves the committed dist/ as it is', () => {
    main(join(root, 'a'));
    const fresh = read(join(root, 'a'));
    const committed = read(join(ROOT, 'dist'));

    // The manifests of secrets are not committed.
    expect(Object.keys(fresh)).toContain('local/manifests/secrets.k8s.yaml');
    expect({ ...committed, 'local/manifests/secrets.k8s.yaml': '' }).toEqual({
      ...fresh,
      'local/manifests/secrets.k8s.yaml': '',
    });
  });

  test('writes one ordered stream where it is asked for standard output', () => {
    const forStdout = fs.mkdtempSync(join(tmpdir(), 'cdk8s-'));
    try {
      main(forStdout);
      const files = Object.entries(read(forStdout)).filter(([path]) => path.endsWith('.yaml'));

      expect(files).toHaveLength(1);
      const manifests = loadAll(files[0]?.[1] ?? '') as Manifest[];
      const seen = new Set<string | undefined>([undefined]);
      for (const { kind, metadata } of manifests) {
        expect([metadata.name, seen.has(metadata.namespace)]).toEqual([metadata.name, true]);
        if (kind === 'Namespace') {
          seen.add(metadata.name);
        }
      }
      expect(manifests.length).toBeGreaterThan(60);
    } finally {
      fs.rmSync(forStdout, { recursive: true });
    }
  });
});
