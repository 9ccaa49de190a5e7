import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binary, goModEdits, kubernetesVersions, newestVersion, parseGoMod } from './binaries';

/** Stands for the Go toolchain: knows one module, and "builds" what `build` says. */
function fakeGo(build: string): string {
  return `#!/bin/sh
case "$*" in
  'mod download'*) echo '{"GoMod": "go.mod"}' ;;
  'mod edit -json'*) echo '{"Go": "1.26.0", "Require": null, "Replace": null}' ;;
  build*)
    while [ "$1" != -o ]; do shift; done
    ${build} ;;
esac
`;
}

describe('binaries', () => {
  const environment = process.env;
  let folder: string;
  const cache = () => join(folder, 'sportstix-test');
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
    await program('go', fakeGo('echo half >"$2"; chmod +x "$2"; touch "$XDG_CACHE_HOME/started"; exec sleep 60'));
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
