/**
 * The programs that a control plane consists of, built once from Go modules into a cache folder outside the repository.
 *
 * As a script, `node --import tsx test/cluster/binaries.ts` builds all that the cluster tests need.
 */
import { execFile as execFileCallback, execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify, types } from 'node:util';
import { record, records, text } from './json';

const execFile = promisify(execFileCallback);

/** Oldest: what cdk8s-plus-28 types, at its last patch. Newest: the newest release that can be had as a Go module. */
const SUPPORTED_KUBERNETES_VERSIONS = '1.28.15,1.37.2';
const ETCD_VERSION = '3.6.13';
const KWOK_VERSION = '0.8.0';

/** The programs, by the names that Kubernetes' own releases, and envtest's folders of them, use. */
export type BinaryName =
  'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kubectl' | 'kwok' | 'kwokctl';

/** What the Go toolchain needs to know to build one program. */
interface Recipe {
  readonly name: BinaryName;
  readonly module: string;
  /** Without the leading `v`. */
  readonly version: string;
  readonly package: string;
  /** Variables that the linker sets: a program built from a module does not know its own version otherwise. */
  readonly linkerVariables: Readonly<Record<string, string>>;
}

function recipe(name: BinaryName, kubernetesVersion: string): Recipe {
  switch (name) {
    case 'etcd': {
      const module = 'go.etcd.io/etcd/server/v3';
      return { name, module, version: ETCD_VERSION, package: module, linkerVariables: {} };
    }
    case 'kwok':
    case 'kwokctl': {
      const module = 'sigs.k8s.io/kwok';
      const linkerVariables = { [`${module}/pkg/consts.Version`]: KWOK_VERSION };
      return { name, module, version: KWOK_VERSION, package: `${module}/cmd/${name}`, linkerVariables };
    }
    case 'kube-apiserver':
    case 'kube-controller-manager':
    case 'kube-scheduler':
    case 'kubectl': {
      const module = 'k8s.io/kubernetes';
      const variable = (field: string) => `k8s.io/component-base/version.${field}`;
      const linkerVariables = {
        [variable('gitVersion')]: `v${kubernetesVersion}`,
        [variable('gitMajor')]: '1',
        [variable('gitMinor')]: String(minorVersion(kubernetesVersion)),
      };
      return { name, module, version: kubernetesVersion, package: `${module}/cmd/${name}`, linkerVariables };
    }
  }
}

/** The 28 of 1.28.15. */
export function minorVersion(kubernetesVersion: string): number {
  return Number(kubernetesVersion.split('.')[1]);
}

/** The newest of some Kubernetes versions. */
export function newestVersion(versions: readonly string[]): string {
  const [newest] = [...versions].sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  if (newest === undefined) {
    throw new Error('no Kubernetes version given');
  }
  return newest;
}

/**
 * The Kubernetes versions to test against: those of KUBERNETES_VERSIONS, else the one in KUBEBUILDER_ASSETS, else the
 * oldest and the newest supported.
 */
export function kubernetesVersions(): readonly string[] {
  const chosen = process.env['KUBERNETES_VERSIONS'];
  const assets = assetsKubernetesVersion();
  if (chosen === undefined && assets !== undefined) {
    return [assets];
  }
  return (chosen ?? SUPPORTED_KUBERNETES_VERSIONS).split(',').map((entry) => {
    const version = entry.trim();
    if (!/^1\.\d+\.\d+$/.test(version)) {
      throw new Error(
        `KUBERNETES_VERSIONS: "${version}" is not a Kubernetes release. The control plane is built from the module of ` +
          `exactly that release: write releases in full, separated by commas, as in ${SUPPORTED_KUBERNETES_VERSIONS}.`,
      );
    }
    return version;
  });
}

/**
 * Where a program is, built before if it was not there yet (minutes for Kubernetes' own).
 *
 * @param signal interrupts the build; nothing is left of it then.
 */
export async function binary(name: BinaryName, kubernetesVersion: string, signal?: AbortSignal): Promise<string> {
  const existing = findBinary(name, kubernetesVersion);
  if (existing !== undefined) {
    return existing;
  }
  const wanted = recipe(name, kubernetesVersion);
  await requireGo();
  const path = cachePath(wanted);
  await build(wanted, path, signal);
  return path;
}

/** Where a program is, unless it has to be built first. */
export function findBinary(name: BinaryName, kubernetesVersion: string): string | undefined {
  const wanted = recipe(name, kubernetesVersion);
  const candidates = [cachePath(wanted)];
  const assets = assetsFolder();
  // An envtest folder holds one Kubernetes version; what it lacks (envtest has no scheduler) comes from the cache.
  if (
    assets !== undefined &&
    (wanted.module !== 'k8s.io/kubernetes' || kubernetesVersion === assetsKubernetesVersion())
  ) {
    candidates.unshift(join(assets, name));
  }
  return candidates.find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function cacheFolder(): string {
  const base = process.env['XDG_CACHE_HOME'];
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'sportstix-test');
}

function cachePath({ module, version, name }: Recipe): string {
  return join(cacheFolder(), `${module}@v${version}`, name);
}

/** envtest's convention: a folder of binaries somebody else provides. */
function assetsFolder(): string | undefined {
  const folder = process.env['KUBEBUILDER_ASSETS'];
  return folder === '' ? undefined : folder;
}

function assetsKubernetesVersion(): string | undefined {
  const folder = assetsFolder();
  if (folder === undefined) {
    return undefined;
  }
  const apiServer = join(folder, 'kube-apiserver');
  try {
    const version = /v(1\.\d+\.\d+)/.exec(
      execFileSync(apiServer, ['--version'], { encoding: 'utf8', env: process.env }),
    )?.[1];
    if (version !== undefined) {
      return version;
    }
  } catch (error) {
    throw new Error(`KUBEBUILDER_ASSETS: ${apiServer} does not run, so its version is not known: ${reason(error)}`, {
      cause: error,
    });
  }
  throw new Error(`KUBEBUILDER_ASSETS: ${apiServer} --version names no Kubernetes release.`);
}

/** The cluster to use instead of one that is built. */
export function kubeconfigUnderTest(): string | undefined {
  const path = process.env['KUBECONFIG_UNDER_TEST'];
  return path === undefined || path === '' ? undefined : resolve(path);
}

async function requireGo(): Promise<void> {
  try {
    await execFile('go', ['version'], { env: process.env });
  } catch (error) {
    throw new Error(
      `Go is needed to build the control plane of the cluster tests, and \`go version\` does not run (${reason(error)}). ` +
        'Install Go, or name a folder with etcd and the kube-* programs in KUBEBUILDER_ASSETS, or an existing cluster ' +
        'in KUBECONFIG_UNDER_TEST.',
      { cause: error },
    );
  }
}

/**
 * Builds in a folder of its own and moves the result to `path` at the end. So a program is in the cache whole or not at
 * all, and two test runs that build the same one at the same time only do the work twice.
 */
async function build(wanted: Recipe, path: string, signal?: AbortSignal): Promise<void> {
  const { name, version } = wanted;
  progress(`building ${name} ${version}`);
  const start = Date.now();
  await mkdir(dirname(path), { recursive: true });
  // In the cache, for a rename works only within one file system.
  const workspace = await mkdtemp(join(cacheFolder(), 'build-'));
  try {
    // GOFLAGS and GOWORK of the caller are for the caller's own modules.
    const env = { ...process.env, CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '' };
    const go = async (...args: readonly string[]): Promise<string> => {
      signal?.throwIfAborted();
      const running = execFile('go', args, { cwd: workspace, env, maxBuffer: 64 * 1024 * 1024 });
      // Go ends its compilers when it is interrupted, and only then is the folder free to be removed.
      const interrupt = () => running.child.kill('SIGINT');
      signal?.addEventListener('abort', interrupt);
      try {
        return (await running).stdout;
      } finally {
        signal?.removeEventListener('abort', interrupt);
      }
    };
    const download = record(JSON.parse(await go('mod', 'download', '-json', `${wanted.module}@v${version}`)));
    const goMod = parseGoMod(await go('mod', 'edit', '-json', text(download['GoMod'])));
    await go('mod', 'init', 'sportstix.test/build');
    await go('mod', 'edit', ...goModEdits(wanted, goMod));
    const variables = Object.entries(wanted.linkerVariables).map(([variable, value]) => `-X ${variable}=${value}`);
    const ldflags = ['-s', '-w', ...variables].join(' ');
    await go('build', '-mod=mod', '-trimpath', `-ldflags=${ldflags}`, '-o', join(workspace, name), wanted.package);
    await rename(join(workspace, name), path);
  } catch (error) {
    signal?.throwIfAborted();
    throw new Error(`${name} ${version} could not be built from ${wanted.module}@v${version}: ${reason(error)}`, {
      cause: error,
    });
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
  progress(`built ${name} ${version} in ${seconds(start)} s`);
}

/** What of a go.mod matters to whoever builds the module's programs from outside. */
export interface GoMod {
  readonly go: string;
  readonly require: ReadonlyMap<string, string>;
  readonly replace: readonly GoModReplace[];
}

/** One replace directive; without a version the replacement is a folder. */
export interface GoModReplace {
  readonly module: string;
  readonly by: string;
  readonly version?: string;
}

/** Reads what `go mod edit -json` prints. */
export function parseGoMod(json: string): GoMod {
  const file = record(JSON.parse(json));
  return {
    go: text(file['Go']),
    require: new Map(records(file['Require']).map((entry) => [text(entry['Path']), text(entry['Version'])])),
    replace: records(file['Replace']).map((entry) => {
      const by = record(entry['New']);
      const version = by['Version'];
      const folder = { module: text(record(entry['Old'])['Path']), by: text(by['Path']) };
      return version === undefined ? folder : { ...folder, version: text(version) };
    }),
  };
}

/**
 * The arguments of `go mod edit` that make an empty module build a program of another one.
 *
 * Go applies a module's replace directives only where that module is the main one, so they are repeated here. Those that
 * lead to a folder of the module's repository lead nowhere from outside: Kubernetes requires such parts as v0.0.0 and
 * publishes them as v0.M.P beside its own v1.M.P; others (etcd) require their published version anyway.
 */
export function goModEdits({ module, version }: Pick<Recipe, 'module' | 'version'>, goMod: GoMod): readonly string[] {
  const published = version.replace(/^1\./, '0.');
  const replacements = goMod.replace.flatMap((replace) => {
    if (replace.version !== undefined) {
      return [`-replace=${replace.module}=${replace.by}@${replace.version}`];
    }
    const isPlaceholder = goMod.require.get(replace.module) === 'v0.0.0';
    return isPlaceholder ? [`-replace=${replace.module}=${replace.module}@v${published}`] : [];
  });
  // The language version also chooses the runtime's compatibility settings (GODEBUG).
  return [`-go=${goMod.go}`, `-require=${module}@v${version}`, ...replacements];
}

/** The message of whatever was thrown. */
export function reason(error: unknown): string {
  // Not instanceof: under jest, errors of Node's own modules come from another realm.
  return types.isNativeError(error) ? error.message : String(error);
}

/** Tells what takes long, and how long, on standard error. */
export function progress(message: string): void {
  process.stderr.write(`[test/cluster] ${message}\n`);
}

/** Seconds since a time, for {@link progress}. */
export function seconds(start: number): string {
  return ((Date.now() - start) / 1000).toFixed(1);
}

async function main(): Promise<void> {
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      interruption.abort(new Error(`interrupted by ${signal}`));
    });
  }
  const versions = kubernetesVersions();
  const newest = newestVersion(versions);
  const names: readonly BinaryName[] = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
  const controlPlanes: readonly (readonly [BinaryName, string])[] = [
    // The newest first: should Go be too old for it, it says so before anything is built.
    ...[newest, ...versions.filter((version) => version !== newest)].flatMap((version) =>
      names.map((name) => [name, version] as const),
    ),
    ['etcd', newest],
    ['kwok', newest],
    ['kwokctl', newest],
  ];
  const wanted = [['kubectl', newest] as const, ...(kubeconfigUnderTest() === undefined ? controlPlanes : [])];
  for (const [name, version] of wanted) {
    await binary(name, version, interruption.signal);
  }
}

if (require.main === module) {
  main().catch((error: unknown) => {
    process.stderr.write(`${reason(error)}\n`);
    process.exitCode = 1;
  });
}
