import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  BINARY_NAMES,
  binary,
  goModEdits,
  hashOfFolder,
  kubernetesVersions,
  newestVersion,
  parseGoMod,
} from './binaries';

/** The programs whose sources are in this repository. */
const OWN_PROGRAMS = ['otelcol-contrib', 'tempo', 'grafana', 'pause'] as const;
const OWN_SOURCES = resolve(__dirname, '../node/programs');

/** Stands for the Go toolchain: knows one module, notes how it is told to build, and "builds" what `build` says. */
function fakeGo(build: string): string {
  return `#!/bin/sh
case "$*" in
  'mod download'*) echo '{"GoMod": "go.mod"}' ;;
  'mod edit -json'*) echo '{"Go": "1.26.0", "Require": null, "Replace": null}' ;;
  build*)
    printf '%s\\n' "$@" >"$XDG_CACHE_HOME/go-build"
    while [ "$1" != -o ]; do shift; done
    ${build} ;;
esac
`;
}

describe('binaries', () => {
  const environment = process.env;
  let folder: string;
  const cache = () => join(folder, 'sportstix-test');
  const goBuild = async () => (await readFile(join(folder, 'go-build'), 'utf8')).trim().split('\n');
  const program = (name: string, script: string) => writeFile(join(folder, name), script, { mode: 0o755 });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sportstix-binaries-'));
    process.env = { PATH: `${folder}:/usr/bin:/bin`, XDG_CACHE_HOME: folder };
    jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  });

  afterEach(async () => {
    process.env = environment;
    jest.restoreAllMocks();
    await rm(folder, { recursive: true });
  });

  it('says what is missing, and what else would do, before anything is built', async () => {
    process.env['PATH'] = folder;

    await expect(binary('etcd', '1.37.2')).rejects.toThrow(/^Go is needed .*KUBEBUILDER_ASSETS.*KUBECONFIG_UNDER_TEST/);
    await expect(readdir(folder)).resolves.toEqual([]);
  });

  it('builds once for each version of a module', async () => {
    await program(
      'go',
      fakeGo('echo built >>builds; cp builds "$2"; chmod +x "$2"; cat builds >>"$XDG_CACHE_HOME/log"'),
    );

    const first = await binary('kube-scheduler', '1.28.15');
    const again = await binary('kube-scheduler', '1.28.15');
    const other = await binary('kube-scheduler', '1.37.2');

    expect(first).toBe(join(cache(), 'k8s.io/kubernetes@v1.28.15/kube-scheduler'));
    expect(again).toBe(first);
    expect(other).toBe(join(cache(), 'k8s.io/kubernetes@v1.37.2/kube-scheduler'));
    await expect(readFile(join(folder, 'log'), 'utf8')).resolves.toBe('built\nbuilt\n');
  });

  it('lets two test runs build the same at the same time', async () => {
    await program('go', fakeGo('echo whole >"$2"; chmod +x "$2"; sleep 0.3'));

    const [one, two] = await Promise.all([binary('etcd', '1.37.2'), binary('etcd', '1.37.2')]);

    expect(one).toBe(two);
    await expect(readFile(one, 'utf8')).resolves.toBe('whole\n');
    await expect(readdir(cache())).resolves.toEqual(['go.etcd.io']);
  });

  it('leaves nothing that looks whole when it is interrupted', async () => {
    await program('go', fakeGo('echo half >"$2"; chmod +x "$2"; touch "$XDG_CACHE_HOME/started"; exec sleep 3600'));
    const interruption = new AbortController();

    const building = binary('etcd', '1.37.2', interruption.signal);
    building.catch(() => undefined);
    while (!(await readdir(folder)).includes('started')) {
      await new Promise((done) => setTimeout(done, 20));
    }
    interruption.abort(new Error('interrupted'));

    await expect(building).rejects.toThrow('interrupted');
    await expect(readdir(cache(), { recursive: true })).resolves.toEqual([
      'go.etcd.io',
      'go.etcd.io/etcd',
      'go.etcd.io/etcd/server',
      'go.etcd.io/etcd/server/v3@v3.6.13',
    ]);
  });

  it('passes on why a build failed', async () => {
    await program('go', fakeGo('echo "no space left on device" >&2; exit 1'));

    await expect(binary('kwok', '1.37.2')).rejects.toThrow(
      /^kwok 0\.8\.0 could not be built from sigs\.k8s\.io\/kwok@v0\.8\.0: .*no space left on device/s,
    );
  });

  it.each([
    ['etcd', 'go.etcd.io/etcd/server/v3@v3.6.13', '', ''],
    [
      'kubelet',
      'k8s.io/kubernetes@v1.37.2',
      '/cmd/kubelet',
      ' -X k8s.io/component-base/version.gitVersion=v1.37.2 -X k8s.io/component-base/version.gitMajor=1' +
        ' -X k8s.io/component-base/version.gitMinor=37',
    ],
    ['coredns', 'github.com/coredns/coredns@v1.15.0', '', ''],
    [
      'traefik',
      'github.com/traefik/traefik/v3@v3.5.3',
      '/cmd/traefik',
      ' -X github.com/traefik/traefik/v3/pkg/version.Version=3.5.3',
    ],
  ] as const)('builds %s of %s, and tells it its version', async (name, key, path, variables) => {
    await program('go', fakeGo('touch "$2"; chmod +x "$2"'));
    const [module = ''] = key.split('@');

    await expect(binary(name, '1.37.2')).resolves.toBe(join(cache(), key, name));
    const args = await goBuild();
    expect(args).toContain(`-ldflags=-s -w${variables}`);
    expect(args.at(-1)).toBe(`${module}${path}`);
  });

  it('builds Prometheus without what finds pods of other clouds, and tells it its release', async () => {
    await program('go', fakeGo('touch "$2"; chmod +x "$2"'));

    await binary('prometheus', '1.37.2');

    await expect(goBuild()).resolves.toEqual(
      expect.arrayContaining([
        '-tags=remove_all_sd,enable_kubernetes_sd',
        '-ldflags=-s -w -X github.com/prometheus/common/version.Version=3.14.0',
      ]),
    );
  });

  it.each(OWN_PROGRAMS)(
    'builds our own %s from a copy of its sources, by the versions that they require',
    async (name) => {
      await program('go', fakeGo('ls >"$2"; chmod +x "$2"'));
      const sources = join(OWN_SOURCES, name);

      const path = await binary(name, '1.37.2');

      expect(path).toBe(join(cache(), 'programs', hashOfFolder(sources), name));
      const args = await goBuild();
      expect(args).toContain('-mod=readonly');
      expect(args.at(-1)).toBe('.');
      const present = (await readFile(path, 'utf8')).trim().split('\n');
      expect(present).toEqual(expect.arrayContaining(await readdir(sources)));
      await expect(readdir(cache())).resolves.toEqual(['programs']);
    },
  );

  it('names the folder of a program of ours whose build failed', async () => {
    await program('go', fakeGo('echo "main.go:1: syntax error" >&2; exit 1'));

    await expect(binary('pause', '1.37.2')).rejects.toThrow(
      /^pause could not be built from .*\/test\/node\/programs\/pause: .*syntax error/s,
    );
  });

  it("takes envtest's binaries, and their version, from KUBEBUILDER_ASSETS", async () => {
    await program('kube-apiserver', '#!/bin/sh\necho Kubernetes v1.30.2\n');
    await program('etcd', '#!/bin/sh\n');
    process.env['KUBEBUILDER_ASSETS'] = folder;

    expect(kubernetesVersions()).toEqual(['1.30.2']);
    await expect(binary('kube-apiserver', '1.30.2')).resolves.toBe(join(folder, 'kube-apiserver'));
    await expect(binary('etcd', '1.30.2')).resolves.toBe(join(folder, 'etcd'));
  });

  it('builds what KUBEBUILDER_ASSETS holds in another version', async () => {
    await program('go', fakeGo('touch "$2"; chmod +x "$2"'));
    await program('kube-apiserver', '#!/bin/sh\necho Kubernetes v1.30.2\n');
    process.env['KUBEBUILDER_ASSETS'] = folder;

    await expect(binary('kube-apiserver', '1.28.15')).resolves.toBe(
      join(cache(), 'k8s.io/kubernetes@v1.28.15/kube-apiserver'),
    );
  });

  it('takes versions from KUBERNETES_VERSIONS, and refuses what is no release', () => {
    process.env['KUBERNETES_VERSIONS'] = '1.30.2, 1.34.4';
    expect(kubernetesVersions()).toEqual(['1.30.2', '1.34.4']);

    process.env['KUBERNETES_VERSIONS'] = 'v1.30';
    expect(kubernetesVersions).toThrow('KUBERNETES_VERSIONS: "v1.30" is not a Kubernetes release');
  });

  it('orders versions by number', () => {
    expect(newestVersion(['1.9.11', '1.37.2', '1.37.10'])).toBe('1.37.10');
  });
});

describe('hashOfFolder', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sportstix-sources-'));
    await writeFile(join(folder, 'main.go'), 'package main');
    await mkdir(join(folder, 'part'));
    await writeFile(join(folder, 'part', 'part.go'), 'package part');
  });

  afterEach(() => rm(folder, { recursive: true }));

  it.each([
    ['a file has other content', () => writeFile(join(folder, 'main.go'), 'package other')],
    ['a file of a subfolder has other content', () => writeFile(join(folder, 'part', 'part.go'), 'package other')],
    ['a file has another name', () => rename(join(folder, 'main.go'), join(folder, 'other.go'))],
    ['a file is added', () => writeFile(join(folder, 'go.sum'), '')],
  ])('is another one where %s', async (_, change) => {
    const before = hashOfFolder(folder);
    await change();

    expect(hashOfFolder(folder)).not.toBe(before);
  });

  it('is the same for a copy elsewhere', async () => {
    const copy = `${folder}-copy`;
    await cp(folder, copy, { recursive: true });

    expect(hashOfFolder(copy)).toBe(hashOfFolder(folder));
    await rm(copy, { recursive: true });
  });
});

describe('node tests', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sportstix-binaries-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  /** Asks what is missing, on a machine without Go. */
  const missing = async (variables: NodeJS.ProcessEnv = {}): Promise<{ code: unknown; names: readonly string[] }> => {
    const args = ['--import', 'tsx', resolve(__dirname, '../node/binaries.ts'), '--missing'];
    const env = { PATH: folder, XDG_CACHE_HOME: folder, KUBERNETES_VERSIONS: '1.28.15,1.37.2', ...variables };
    return new Promise((done) => {
      execFile(process.execPath, args, { env }, (error, stdout) => {
        done({ code: error?.code ?? 0, names: stdout.trim().split('\n').filter(Boolean) });
      });
    });
  };
  const store = async (key: string, name: string): Promise<void> => {
    await mkdir(join(folder, 'sportstix-test', key), { recursive: true });
    await writeFile(join(folder, 'sportstix-test', key, name), '', { mode: 0o755 });
  };

  it('say which programs are missing, with the newest control plane alone, and build none', async () => {
    await store('k8s.io/kubernetes@v1.37.2', 'kubelet');
    await store(join('programs', hashOfFolder(join(OWN_SOURCES, 'tempo'))), 'tempo');

    const { code, names } = await missing();

    expect(code).toBe(1);
    expect(names).toEqual(
      expect.arrayContaining(['kube-apiserver 1.37.2', 'kube-proxy 1.37.2', 'loki 3.3.2', 'pause']),
    );
    // Two are there, and four are for others.
    expect(names).toHaveLength(BINARY_NAMES.length - 6);
    expect(names.join('\n')).not.toMatch(/kubelet|tempo|helm|actionlint|promtool|amtool|1\.28/);
    await expect(readdir(join(folder, 'sportstix-test'))).resolves.toEqual(['k8s.io', 'programs']);
  });

  it('say nothing when nothing is missing', async () => {
    await store('k8s.io/kubernetes@v1.37.2', 'kubectl');

    // A cluster that exists needs no more.
    await expect(missing({ KUBECONFIG_UNDER_TEST: 'kubeconfig' })).resolves.toEqual({ code: 0, names: [] });
  });
});

describe('goModEdits', () => {
  const goMod = parseGoMod(
    JSON.stringify({
      Go: '1.26.0',
      Require: [
        { Path: 'k8s.io/api', Version: 'v0.0.0' },
        { Path: 'example.com/sibling', Version: 'v3.6.13' },
      ],
      Replace: [
        { Old: { Path: 'k8s.io/api' }, New: { Path: './staging/src/k8s.io/api' } },
        { Old: { Path: 'example.com/sibling' }, New: { Path: '../sibling' } },
        { Old: { Path: 'example.com/broken' }, New: { Path: 'example.com/fork', Version: 'v1.2.3' } },
      ],
    }),
  );
  const edits = goModEdits({ module: 'k8s.io/kubernetes', version: '1.28.15' }, goMod);

  it("requires the module, in the module's own language version", () => {
    expect(edits).toEqual(expect.arrayContaining(['-go=1.26.0', '-require=k8s.io/kubernetes@v1.28.15']));
  });

  it('takes the published part in place of a folder of the repository', () => {
    expect(edits).toContain('-replace=k8s.io/api=k8s.io/api@v0.28.15');
  });

  it('repeats a replacement by another module', () => {
    expect(edits).toContain('-replace=example.com/broken=example.com/fork@v1.2.3');
  });

  it('leaves alone what is required in a published version', () => {
    expect(edits.join('\n')).not.toContain('example.com/sibling');
  });
});
