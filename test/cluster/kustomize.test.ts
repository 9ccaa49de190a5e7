import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import type { Manifest } from '../testing';
import { binary, kubernetesVersions, newestVersion } from './binaries';

// Needs a synth before it, since the file of secrets is not in git.

const ROOT = join(__dirname, '..', '..');

let kubectl: string;

function kustomize(folder: string): Map<string, Manifest> {
  const { status, stdout, stderr, error } = spawnSync(kubectl, ['kustomize', join(ROOT, folder)], {
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
    expect.arrayContaining(['Namespace/sportstix', 'Rollout/booking', 'Secret/jwt-secret']),
  );
});

test('an overlay changes what it patches and nothing else', () => {
  const base = kustomize('dist/local');
  const overlay = kustomize('test/fixtures/overlay');

  expect([...overlay.keys()]).toEqual([...base.keys()]);
  const changed = [...base.keys()].filter((id) => JSON.stringify(base.get(id)) !== JSON.stringify(overlay.get(id)));
  expect(changed.sort()).toEqual(['ConfigMap/sportstix-common', 'Deployment/auth', 'Deployment/game']);

  // Undoing the three changes in the text gives the base again, so that there is no fourth.
  const undo = (id: string, from: string, to: string): void => {
    const text = JSON.stringify(overlay.get(id));
    expect(text.split(from)).toHaveLength(2);
    expect(text.replace(from, to)).toBe(JSON.stringify(base.get(id)));
  };
  undo('Deployment/auth', 'sportstix/auth-service:1.4.2', 'sportstix/auth-service:dev');
  undo('Deployment/game', '"replicas":2', '"replicas":1');
  undo(
    'ConfigMap/sportstix-common',
    '"OTEL_TRACES_SAMPLER":"always_off"',
    '"OTEL_TRACES_SAMPLER":"parentbased_always_on"',
  );
});
