import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { loadAll } from 'js-yaml';
import type { Manifest } from '../testing';
import { local } from '../../lib/sportstix/environments';
import { overlayOf, changed } from './overlay';
import { binary, kubernetesVersions, newestVersion } from './binaries';

// Needs a synth before it, since the file of secrets is not in git.

const ROOT = join(__dirname, '..', '..');

let kubectl: string;

function kustomize(folder: string): Map<string, Manifest> {
  const { status, stdout, stderr, error } = spawnSync(kubectl, ['kustomize', resolve(ROOT, folder)], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) {
    throw new Error(`kubectl kustomize ${folder} failed: ${error?.message ?? stderr}`);
  }
  const manifests = loadAll(stdout) as Manifest[];
  return new Map(manifests.map((manifest) => [`${manifest.kind}/${manifest.metadata.name}`, manifest]));
}

beforeAll(async () => {
  kubectl = await binary('kubectl', newestVersion(kubernetesVersions()));
  if (!existsSync(join(ROOT, 'dist/local/manifests/secrets.k8s.yaml'))) {
    throw new Error('dist/local/manifests/secrets.k8s.yaml is missing: run "npm run synth" first.');
  }
});

test('dist/local is a Kustomize base with all that its manifests hold', () => {
  const base = kustomize('dist/local');
  expect([...base.keys()]).toEqual(
    expect.arrayContaining([
      `Namespace/${local.namespace}`,
      ...local.services.map(({ name, canary }) => `${canary === undefined ? 'Deployment' : 'Rollout'}/${name}`),
      'Secret/redis-secret',
    ]),
  );
});

test('an overlay changes what it patches and nothing else', () => {
  const base = kustomize('dist/local');
  const folder = mkdtempSync(join(tmpdir(), 'overlay-'));
  writeFileSync(
    join(folder, 'kustomization.yaml'),
    overlayOf(relative(realpathSync(folder), join(ROOT, 'dist/local'))),
  );
  const overlay = kustomize(folder);
  rmSync(folder, { recursive: true });

  expect([...overlay.keys()]).toEqual([...base.keys()]);
  const different = [...base.keys()].filter((id) => JSON.stringify(base.get(id)) !== JSON.stringify(overlay.get(id)));
  const { tagged, scaled, setting } = changed;
  const taggedId = `Deployment/${tagged.service.name}`;
  const scaledId = `Deployment/${scaled.service.name}`;
  expect(different.sort()).toEqual(['ConfigMap/sportstix-common', taggedId, scaledId].sort());

  // Undoing the three changes in the text gives the base again, so that there is no fourth.
  const undo = (id: string, from: string, to: string): void => {
    const text = JSON.stringify(overlay.get(id));
    expect(text.split(from)).toHaveLength(2);
    expect(text.replace(from, to)).toBe(JSON.stringify(base.get(id)));
  };
  undo(taggedId, tagged.to, tagged.from);
  undo(scaledId, `"replicas":${scaled.to}`, `"replicas":${scaled.from}`);
  undo('ConfigMap/sportstix-common', `"${setting.name}":"${setting.to}"`, `"${setting.name}":"${setting.from}"`);
});
