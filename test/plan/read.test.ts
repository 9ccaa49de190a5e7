import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { LiveCluster } from '../../lib/plan/cluster';
import { compare } from '../../lib/plan/compare';
import { readSets } from '../../lib/plan/read';
import type { ReadOptions, ReadSets } from '../../lib/plan/read';

let folder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'plan-read-')));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(path: string, content: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

function git(...args: readonly string[]): string {
  return execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.com', ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
}

function configMap(name: string, value = 'x', labels = '{}'): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}, namespace: shop, labels: ${labels} }\ndata: { key: ${value} }\n`;
}

const NO_CLUSTER = (): LiveCluster => {
  throw new Error('no cluster');
};

function read(old: string, current: string, options: Partial<ReadOptions> = {}): Promise<ReadSets> {
  return readSets({ old, new: current, folder, stdin: new Uint8Array(), cluster: NO_CLUSTER, ...options });
}

function namesOf(sets: ReadSets): { readonly old: readonly unknown[]; readonly new: readonly unknown[] } {
  const names = ({ objects }: ReadSets['old']): readonly unknown[] => objects.map(({ resource }) => resource.name);
  return { old: names(sets.old), new: names(sets.new) };
}

const reasons = ({ unreadable }: ReadSets): readonly string[] =>
  unreadable.map(({ file, reason }) => `${file}: ${reason}`);

describe('folders and files', () => {
  it('are read as kubectl apply reads them, and standard input beside', async () => {
    write('old/a.yaml', configMap('a'));
    write('old/below/b.yml', configMap('b'));
    write('old/kustomization.yml', 'kind: Kustomization\n');
    write('old/notes.txt', 'no manifest');
    const sets = await read('old', '-', { stdin: Buffer.from(configMap('c')) });

    expect(namesOf(sets)).toEqual({ old: ['a', 'b'], new: ['c'] });
    expect(sets).toMatchObject({ unreadable: [], leftOut: [], live: undefined });
  });

  it('share what stands in both, word for word', async () => {
    write('old/all.yaml', [configMap('a'), configMap('b')].join('---\n'));
    write('new/all.yaml', [configMap('a'), configMap('b', 'z')].join('---\n'));
    const sets = await read('old', 'new');
    const [oldA, oldB] = sets.old.objects;
    const [newA, newB] = sets.new.objects;

    expect(oldA?.manifest).toBe(newA?.manifest);
    expect(oldB?.manifest).not.toEqual(newB?.manifest);
  });

  it.each([
    { what: 'that is not there', name: 'missing', reason: /^missing: ENOENT/ },
    { what: 'without an object', name: 'empty', reason: /^empty: it holds no Kubernetes object$/ },
    { what: 'that is broken', name: 'broken', reason: /^broken\/a.yaml: / },
    { what: 'that is no text', name: 'binary', reason: /^binary\/a.yaml: / },
  ])('are named where there is one $what', async ({ name, reason }) => {
    write('good/a.yaml', configMap('a'));
    write('empty/notes.txt', '');
    write('broken/a.yaml', 'kind: [');
    write('binary/a.yaml', '');
    writeFileSync(join(folder, 'binary/a.yaml'), Buffer.from([0xff, 0xfe, 0x00]));

    expect(reasons(await read('good', name))).toEqual([expect.stringMatching(reason)]);
    expect(reasons(await read(name, 'good'))).toEqual([expect.stringMatching(reason)]);
  });
});

describe('commits', () => {
  beforeEach(() => {
    git('init', '--quiet', '--initial-branch=main');
    write('dist/a.yaml', configMap('a'));
    write('dist/b.yaml', configMap('b'));
    write('dist/kustomization.yml', 'kind: Kustomization\n');
    write('.gitignore', 'secrets.yaml\n');
    git('add', '--all');
    git('commit', '--quiet', '--message=first');
  });

  it('are read without the working tree', async () => {
    write('dist/a.yaml', configMap('a', 'z'));
    write('dist/c.yaml', configMap('c'));
    const sets = await read('git:main:dist', 'dist');

    expect(namesOf(sets)).toEqual({ old: ['a', 'b'], new: ['a', 'b', 'c'] });
    expect(compare(sets.old, sets.new).changes.map(({ action }) => action)).toEqual(['update', 'create']);
  });

  it('are read from a folder of the repository, by a path from its root, and by one file', async () => {
    mkdirSync(join(folder, 'elsewhere'));
    const sets = await read('git:HEAD:./dist/', 'git:HEAD:dist/a.yaml', { folder: join(folder, 'elsewhere') });

    expect(namesOf(sets)).toEqual({ old: ['a', 'b'], new: ['a'] });
  });

  it('and folders are read without what git ignores, on both sides', async () => {
    write('dist/secrets.yaml', configMap('secret'));
    write('copy/a.yaml', configMap('a'));
    write('copy/secrets.yaml', configMap('secret'));
    git('add', '--force', 'copy/secrets.yaml');
    const ignored = await read('git:main:dist', 'dist');

    expect(namesOf(ignored).new).toEqual(['a', 'b']);
    expect(ignored.leftOut).toEqual(['dist/secrets.yaml']);
    // Of the copy git does not ignore it.
    const sets = await read('copy', 'dist');
    expect(namesOf(sets).old).toEqual(['a']);
    expect(sets.leftOut).toEqual(['copy/secrets.yaml', 'dist/secrets.yaml']);
  });

  it.each([
    {
      what: 'a commit that there is not',
      name: 'git:nowhere:dist',
      reason: 'there is no commit nowhere: git fetch may bring it',
    },
    {
      what: 'a path that there is not',
      name: 'git:main:nowhere',
      reason: "the commit has no nowhere; a path is written from the repository's root",
    },
    {
      what: 'no path',
      name: 'git:main',
      reason: 'write git:REF:PATH, such as git:origin/main:dist/production/manifests',
    },
    {
      what: 'an option instead of a commit',
      name: 'git:--all:dist',
      reason: 'there is no commit --all: git fetch may bring it',
    },
  ])('are refused with $what', async ({ name, reason }) => {
    expect(reasons(await read(name, 'dist'))).toEqual([`${name}: ${reason}`]);
  });

  it('need not have a path where that may be missing', async () => {
    const sets = await read('git:main:nowhere', 'dist', { mayBeMissing: true });

    expect(namesOf(sets)).toEqual({ old: [], new: ['a', 'b'] });
    expect(sets.unreadable).toEqual([]);
  });
});

describe('a cluster', () => {
  const RESOURCES = `configmaps    cm      v1       true   ConfigMap
secrets                 v1       true   Secret
endpoints     ep        v1       true   Endpoints
namespaces    ns        v1       false  Namespace
deployments   deploy    apps/v1  true   Deployment
clusterroles            rbac.authorization.k8s.io/v1  false  ClusterRole
clusterrolebindings     rbac.authorization.k8s.io/v1  false  ClusterRoleBinding
`;
  const object = (
    apiVersion: string,
    kind: string,
    name: string,
    more: object = {},
    metadata: object = {},
  ): object => ({
    apiVersion,
    kind,
    metadata: { name, namespace: 'shop', labels: { 'app.kubernetes.io/part-of': 'shop' }, ...metadata },
    ...more,
  });

  /** A cluster that holds some objects, and knows of each how it is asked for. */
  function cluster(objects: readonly object[]): LiveCluster & { readonly asked: string[][] } {
    const asked: string[][] = [];
    return {
      asked,
      ask: (what) =>
        Promise.resolve(what === 'api-resources' ? RESOURCES : 'v1\napps/v1\nrbac.authorization.k8s.io/v1\n'),
      list: (kinds = '', ...args) => {
        asked.push([kinds, ...args]);
        const resources = new Set(kinds.split(',').map((each) => each.split('.')[0]));
        const namespace = args.includes('--namespace') ? args[args.indexOf('--namespace') + 1] : undefined;
        return Promise.resolve(
          objects.filter((each) => {
            const { kind, metadata } = each as { kind: string; metadata: { namespace?: string; labels?: object } };
            const isLabelled = Object.values(metadata.labels ?? {}).includes('shop');
            return (
              resources.has(`${kind.toLowerCase()}${kind === 'Endpoints' ? '' : 's'}`) &&
              metadata.namespace === namespace &&
              (!args.includes('--selector') || isLabelled)
            );
          }),
        );
      },
    };
  }

  const PART_OF = '{ app.kubernetes.io/part-of: shop }';

  it('is asked for what the other side has, and for what else is ours in its namespaces', async () => {
    write('new/a.yaml', [configMap('a', 'x', PART_OF), configMap('missing', 'x', PART_OF)].join('---\n'));
    const live = cluster([
      object('v1', 'ConfigMap', 'a', {}, { labels: {} }),
      object('v1', 'ConfigMap', 'ours'),
      object('v1', 'ConfigMap', 'theirs', {}, { labels: {} }),
      object('v1', 'ConfigMap', 'elsewhere', {}, { namespace: 'other' }),
      object('v1', 'ConfigMap', 'made', {}, { ownerReferences: [{ kind: 'Deployment' }] }),
      object('v1', 'Endpoints', 'made-by-a-controller'),
      object('v1', 'Secret', 'not-to-be-read'),
      object('apps/v1', 'Deployment', 'of-another-kind'),
    ]);
    const sets = await read('cluster:here', 'new', { cluster: () => live });

    expect(sets.live).toBe('old');
    expect(namesOf(sets)).toEqual({ old: ['a', 'ours', 'of-another-kind'], new: ['a', 'missing'] });
    expect(live.asked.flat().join(' ')).not.toContain('secrets');
    expect(live.asked.every((args) => args.includes('--show-managed-fields'))).toBe(true);
  });

  it('is asked for Secrets that the other side has, and for no others', async () => {
    write('new/a.yaml', `apiVersion: v1\nkind: Secret\nmetadata: { name: a, namespace: shop, labels: ${PART_OF} }\n`);
    const live = cluster([object('v1', 'Secret', 'a'), object('v1', 'Secret', 'b')]);

    expect(namesOf(await read('cluster:here', 'new', { cluster: () => live })).old).toEqual(['a']);
  });

  it('may be the new side', async () => {
    write('old/a.yaml', configMap('a', 'x', PART_OF));
    const written = { data: { key: 'by hand' } };
    const live = cluster([object('v1', 'ConfigMap', 'a', written, { uid: '1', finalizers: ['a.example.org/b'] })]);
    const sets = await read('old', 'cluster:here', { cluster: () => live });

    expect(namesOf(sets)).toEqual({ old: ['a'], new: ['a'] });
    expect(compare(sets.old, sets.new, sets).changes.map(({ fields }) => fields)).toEqual([
      [{ path: ['data', 'key'], old: 'x', new: 'by hand' }],
    ]);
  });

  it('keeps the roles of other environments to itself', async () => {
    write(
      'new/a.yaml',
      `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: a, labels: ${PART_OF} }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: a, labels: ${PART_OF} }
---
${configMap('a', 'x', PART_OF)}`,
    );
    const role = (name: string, namespace: string): readonly object[] => [
      object('rbac.authorization.k8s.io/v1', 'ClusterRole', name, {}, { namespace: undefined }),
      object(
        'rbac.authorization.k8s.io/v1',
        'ClusterRoleBinding',
        name,
        { roleRef: { name }, subjects: [{ kind: 'ServiceAccount', name, namespace }] },
        { namespace: undefined },
      ),
    ];
    const live = cluster([...role('a', 'shop'), ...role('left', 'shop'), ...role('staging', 'shop-staging')]);

    expect(namesOf(await read('cluster:here', 'new', { cluster: () => live })).old).toEqual(['a', 'a', 'left', 'left']);
  });

  it('cannot be compared with another, and standard input not with itself', async () => {
    await expect(read('cluster:a', 'cluster:b')).rejects.toThrow('one of the two must be manifests');
    await expect(read('-', '-')).rejects.toThrow('standard input is read once');
  });
});
