import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../lib/cli/preflight';
import { terminal } from '../k3d/stand-ins';
import { cluster, kubectl } from '../preflight/kubectl';
import { shop } from '../preflight/shop';
import { example } from '../sportstix/example';

const environments = [example];
let outdir: string;

beforeAll(() => {
  outdir = mkdtempSync(join(tmpdir(), 'preflight-'));
  const folder = join(outdir, example.name, 'manifests');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'shop.k8s.yaml'),
    shop()
      .map((manifest) => JSON.stringify(manifest))
      .join('\n---\n'),
  );
});
afterAll(() => {
  rmSync(outdir, { recursive: true });
});

test('asks the cluster that is named for what the manifests need', async () => {
  const screen = terminal();
  const system = kubectl(cluster({ store: undefined }));

  const code = await main([example.name, '--context', 'eu'], environments, outdir, screen, system);

  expect(code).toBe(1);
  expect(screen.written()).toMatch(/^cluster\n-------\n√ the cluster answers /);
  expect(screen.written()).toContain('× ClusterSecretStore vault, Ready\n    there is none\n');
  expect(screen.written()).toMatch(/\n28 checks: 1 to mend, 0 could not run\n$/);
  expect(system.ran.every((line) => line.endsWith('--context eu'))).toBe(true);
});

test('says all of it as JSON', async () => {
  const screen = terminal();

  const code = await main([example.name, '--format', 'json'], environments, outdir, screen, kubectl(cluster()));

  expect(code).toBe(0);
  const { exitCode, sections } = JSON.parse(screen.written()) as { exitCode: number; sections: { name: string }[] };
  expect(exitCode).toBe(0);
  expect(sections.map(({ name }) => name)).toEqual([
    'cluster',
    'API',
    'controllers',
    'objects',
    'nodes',
    'network',
    'quotas',
  ]);
});

test.each<[string, readonly string[], RegExp]>([
  ['no environment', [], /which environment\? There are example\./],
  ['two', ['example', 'other'], /other: give one environment\./],
  ['a format that there is not', ['example', '--format', 'xml'], /--format xml: there is text and json\./],
])('%s is refused with one line', async (_, args, message) => {
  const screen = terminal();

  expect(await main(args, environments, outdir, screen, kubectl([]))).toBe(2);
  expect(screen.written()).toMatch(message);
});

test('an environment that is not there, or was never synthesized, is said to be so', async () => {
  const ask = (name: string, folder: string): Promise<number> =>
    main([name], environments, folder, terminal(), kubectl([]));

  await expect(ask('exemple', outdir)).rejects.toThrow('there is no environment "exemple", only example.');
  await expect(ask('example', '/nonexistent')).rejects.toThrow(
    '/nonexistent/example/manifests is missing: npm run synth makes it.',
  );
});
