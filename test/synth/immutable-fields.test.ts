import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { immutableChanges } from '../../lib/synth/immutable-fields';
import { toYamlStream } from '../../lib/synth/yaml';

const job = (image: string, changes: object = {}): string =>
  toYamlStream([
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'migrations', namespace: 'shop' },
      spec: { template: { spec: { containers: [{ name: 'main', image }] } }, ...changes },
    },
  ]);

test('a Job cannot do something else under its name', () => {
  const folder = mkdtempSync(join(tmpdir(), 'immutable-'));
  writeFileSync(join(folder, 'jobs.yaml'), job('shop/migrations:1'));

  expect(immutableChanges(folder, new Map([['jobs.yaml', job('shop/migrations:2')]]))).toEqual([
    'WARNING: Job shop/migrations: spec.template.spec.containers[0].image changes from shop/migrations:1 to shop/migrations:2: ' +
      'kubectl apply will be refused, since this cannot change while the Job exists. ' +
      'Remove it first, which ends its pods (kubectl -n shop delete job migrations), and apply again.',
  ]);
  expect(
    immutableChanges(folder, new Map([['jobs.yaml', job('shop/migrations:1', { ttlSecondsAfterFinished: 60 })]])),
  ).toEqual([]);
});
