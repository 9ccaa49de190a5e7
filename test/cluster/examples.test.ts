import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { testedVersions, useCluster } from './control-plane';
import type { KubernetesObject } from './kubectl';

// The committed output; test/package holds that the installed package makes it.
const DIST = join(__dirname, '..', '..', 'examples', 'shop', 'dist');

describe.each(testedVersions())('the example on Kubernetes %s', (version) => {
  afterAll(async () => {
    const { isOwn, kubectl } = cluster();
    if (!isOwn) {
      await kubectl.delete({ objects: objects() });
    }
  });
  const cluster = useCluster(version);

  /** With a namespace that is free on this cluster. */
  const objects = (): KubernetesObject[] =>
    readdirSync(DIST)
      .flatMap((file) => loadAll(readFileSync(join(DIST, file), 'utf8')) as KubernetesObject[])
      .map((object) => {
        const namespace = `${cluster().prefix}shop`;
        const metadata = { ...object.metadata, ...(object.kind === 'Namespace' ? { name: namespace } : { namespace }) };
        return { ...object, metadata };
      });

  test('is accepted by server-side apply, without a warning, and is then what the server has', async () => {
    const { kubectl } = cluster();
    const { warnings } = await kubectl.apply({ objects: objects() }, { fieldManager: 'examples-test' });

    expect(warnings).toEqual([]);
    expect(await kubectl.diff({ objects: objects() }, { fieldManager: 'examples-test' })).toBe('');
  });
});
