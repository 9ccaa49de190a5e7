import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requestsIn, requestsOf } from '../../lib/k3d/requests';

const MEBIBYTE = 2 ** 20;

function container(cpu: string, memory: string, more: object = {}): object {
  return { resources: { requests: { cpu, memory } }, ...more };
}

function workload(kind: string, containers: readonly object[], more: object = {}): object {
  const { initContainers, ...spec } = { initContainers: [], ...more };
  return { kind, spec: { ...spec, template: { spec: { containers, initContainers } } } };
}

test.each<[string, object, number, number]>([
  ['a Deployment of one pod', workload('Deployment', [container('100m', '512Mi')]), 100, 512],
  ['a Rollout of two pods', workload('Rollout', [container('0.2', '512Mi')], { replicas: 2 }), 400, 1024],
  ['a workload of no pods', workload('StatefulSet', [container('1', '1Gi')], { replicas: 0 }), 0, 0],
  ['a DaemonSet, a pod a node', workload('DaemonSet', [container('50m', '128Mi')]), 150, 384],
  ['all containers of a pod', workload('Job', [container('1', '1Gi'), container('1', '1Gi')]), 2000, 2048],
  [
    'an init container that needs more than the rest',
    workload('Deployment', [container('100m', '100Mi')], { initContainers: [container('50m', '300Mi')] }),
    100,
    300,
  ],
  [
    'an init container that stays',
    workload('Deployment', [container('100m', '100Mi')], {
      initContainers: [container('50m', '300Mi', { restartPolicy: 'Always' })],
    }),
    150,
    400,
  ],
  [
    'a limit without a request',
    workload('Deployment', [{ resources: { limits: { cpu: 1, memory: '1Mi' } } }]),
    1000,
    1,
  ],
  ['a container that requests nothing', workload('Deployment', [{}]), 0, 0],
  ['what has no pods', { kind: 'ConfigMap', data: {} }, 0, 0],
])('counts %s', (_, manifest, cpuMillis, mebibytes) => {
  expect(requestsOf([manifest], 3)).toEqual({ cpuMillis, memoryBytes: mebibytes * MEBIBYTE });
});

test('adds up what a folder of manifests has, as kubectl reads it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'requests-'));
  const text = JSON.stringify(workload('Deployment', [container('100m', '1Mi')]));
  writeFileSync(join(folder, 'a.yaml'), `${text}\n---\n${text}\n`);
  writeFileSync(join(folder, 'b.yml'), text);
  writeFileSync(join(folder, 'notes.txt'), text);

  expect(requestsIn(folder, 1)).toEqual({ cpuMillis: 300, memoryBytes: 3 * MEBIBYTE });
  rmSync(folder, { recursive: true });
});
