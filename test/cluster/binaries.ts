/**
 * The programs of a cluster, built once from Go modules into a cache folder outside the repository.
 *
 * As a script, `node --import tsx test/cluster/binaries.ts` builds all that the cluster tests need; `--missing` only says what of that
 * is yet to be built.
 */
import { execFile as execFileCallback, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, readdirSync, readFileSync, statSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs, promisify, types } from 'node:util';
import { readArguments } from '../../lib/cli/command-line';
import { record, records, text } from './json';

const execFile = promisify(execFileCallback);

/** Oldest: what cdk8s-plus-28 types, at its last patch. Newest: the newest release that can be had as a Go module. */
const SUPPORTED_KUBERNETES_VERSIONS = '1.28.15,1.37.2';
/** The Go modules of this repository. */
const OWN_PROGRAMS = resolve(__dirname, '../node/programs');

/** What the programs of the Prometheus project, and those made like them, take their version from. */
const PROMETHEUS_VERSION_VARIABLE = 'github.com/prometheus/common/version.Version';

/** What the Go toolchain needs to know to build one program of a published module. */
interface Recipe {
  readonly module: string;
  /** Without the leading `v`; without a version, that of the cluster. */
  readonly version?: string;
  /** Folder of the program in the module; without, the module's root. */
  readonly folder?: string;
  /** Build tags, https://pkg.go.dev/cmd/go#hdr-Build_constraints. */
  readonly tags?: readonly string[];
  /** Variables that the linker sets: a program built from a module does not know its own version otherwise. */
  readonly linkerVariables?: (version: string) => Readonly<Record<string, string>>;
}

const kubernetes = {
  module: 'k8s.io/kubernetes',
  linkerVariables: (version) => ({
    'k8s.io/component-base/version.gitVersion': `v${version}`,
    'k8s.io/component-base/version.gitMajor': '1',
    'k8s.io/component-base/version.gitMinor': String(minorVersion(version)),
  }),
} satisfies Recipe;

const kwok = {
  module: 'sigs.k8s.io/kwok',
  version: '0.8.0',
  linkerVariables: (version) => ({ 'sigs.k8s.io/kwok/pkg/consts.Version': version }),
} satisfies Recipe;

const prometheus = {
  module: 'github.com/prometheus/prometheus',
  // Of release 3.14.0.
  version: '0.314.0',
  // It finds pods, and what is written down: the clients of all other clouds would be most of its build.
  tags: ['remove_all_sd', 'enable_kubernetes_sd'],
  linkerVariables: () => ({ [PROMETHEUS_VERSION_VARIABLE]: '3.14.0' }),
} satisfies Recipe;

/** The programs, by the names that their own releases, and envtest's folders of them, use. */
const RECIPES = {
  etcd: { module: 'go.etcd.io/etcd/server/v3', version: '3.6.13' },
  'kube-apiserver': { ...kubernetes, folder: 'cmd/kube-apiserver' },
  'kube-controller-manager': { ...kubernetes, folder: 'cmd/kube-controller-manager' },
  'kube-scheduler': { ...kubernetes, folder: 'cmd/kube-scheduler' },
  kubectl: { ...kubernetes, folder: 'cmd/kubectl' },
  kubelet: { ...kubernetes, folder: 'cmd/kubelet' },
  'kube-proxy': { ...kubernetes, folder: 'cmd/kube-proxy' },
  kwok: { ...kwok, folder: 'cmd/kwok' },
  kwokctl: { ...kwok, folder: 'cmd/kwokctl' },
  coredns: { module: 'github.com/coredns/coredns', version: '1.15.0' },
  // What k3s embeds to enforce network policies.
  'kube-router': {
    module: 'github.com/cloudnativelabs/kube-router/v2',
    version: '2.1.0',
    folder: 'cmd/kube-router',
    linkerVariables: (version) => ({ 'github.com/cloudnativelabs/kube-router/v2/pkg/version.Version': `v${version}` }),
  },
  'rollouts-controller': {
    module: 'github.com/argoproj/argo-rollouts',
    version: '1.9.1',
    folder: 'cmd/rollouts-controller',
    linkerVariables: (version) => ({ 'github.com/argoproj/argo-rollouts/utils/version.version': version }),
  },
  traefik: {
    module: 'github.com/traefik/traefik/v3',
    version: '3.5.3',
    folder: 'cmd/traefik',
    linkerVariables: (version) => ({ 'github.com/traefik/traefik/v3/pkg/version.Version': version }),
  },
  loki: {
    module: 'github.com/grafana/loki/v3',
    version: '3.3.2',
    folder: 'cmd/loki',
    linkerVariables: (version) => ({ 'github.com/grafana/loki/v3/pkg/util/build.Version': version }),
  },
  prometheus: { ...prometheus, folder: 'cmd/prometheus' },
  promtool: { ...prometheus, folder: 'cmd/promtool' },
  amtool: {
    module: 'github.com/prometheus/alertmanager',
    version: '0.35.0',
    folder: 'cmd/amtool',
    linkerVariables: (version) => ({ [PROMETHEUS_VERSION_VARIABLE]: version }),
  },
  'kube-state-metrics': {
    module: 'k8s.io/kube-state-metrics/v2',
    version: '2.19.1',
    linkerVariables: (version) => ({ [PROMETHEUS_VERSION_VARIABLE]: `v${version}` }),
  },
  helm: {
    module: 'helm.sh/helm/v3',
    version: '3.22.0',
    folder: 'cmd/helm',
    linkerVariables: (version) => ({ 'helm.sh/helm/v3/internal/version.version': `v${version}` }),
  },
  actionlint: {
    module: 'github.com/rhysd/actionlint',
    version: '1.7.12',
    folder: 'cmd/actionlint',
    linkerVariables: (version) => ({ 'github.com/rhysd/actionlint.version': version }),
  },
  // Go modules of this repository.
  'otelcol-contrib': 'own',
  tempo: 'own',
  grafana: 'own',
  pause: 'own',
  'stand-in': 'own',
} satisfies Readonly<Record<string, Recipe | 'own'>>;

/** Name of a program. */
export type BinaryName = keyof typeof RECIPES;

/** The names of all programs. */
export const BINARY_NAMES: readonly BinaryName[] = Object.keys(RECIPES).filter(
  (name): name is BinaryName => name in RECIPES,
);

/** A module as published. */
interface PublishedModule {
  readonly module: string;
  /** Without the leading `v`. */
  readonly version: string;
}

/** A program to build, with everything that its recipe leaves open. */
interface Wanted {
  readonly name: BinaryName;
  /** What people call it. */
  readonly title: string;
  /** What it is built from: a published module, or a folder with a module. */
  readonly origin: PublishedModule | string;
  /** Folder in the cache: two programs of one name and different sources have different ones. */
  readonly key: string;
  /** Import path of the program. */
  readonly package: string;
  readonly tags: readonly string[];
  readonly linkerVariables: Readonly<Record<string, string>>;
}

function wantedOf(name: BinaryName, kubernetesVersion: string): Wanted {
  const recipe: Recipe | 'own' = RECIPES[name];
  if (recipe === 'own') {
    const origin = join(OWN_PROGRAMS, name);
    const key = join('programs', hashOfFolder(origin));
    return { name, title: name, origin, key, package: '.', tags: [], linkerVariables: {} };
  }
  const { module, version = kubernetesVersion, folder, tags = [], linkerVariables } = recipe;
  return {
    name,
    title: `${name} ${version}`,
    origin: { module, version },
    key: `${module}@v${version}`,
    package: folder === undefined ? module : `${module}/${folder}`,
    tags,
    linkerVariables: linkerVariables?.(version) ?? {},
  };
}

/** Tells what a folder holds now from what it held before. */
export function hashOfFolder(folder: string): string {
  const hash = createHash('sha256');
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  for (const path of paths.filter((entry) => statSync(join(folder, entry)).isFile()).sort()) {
    hash.update(JSON.stringify([path, readFileSync(join(folder, path), 'utf8')]));
  }
  return hash.digest('hex').slice(0, 16);
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
  const wanted = wantedOf(name, kubernetesVersion);
  await requireGo();
  const path = cachePath(wanted);
  await build(wanted, path, signal);
  return path;
}

/** Where a program is, unless it has to be built first. */
export function findBinary(name: BinaryName, kubernetesVersion: string): string | undefined {
  const wanted = wantedOf(name, kubernetesVersion);
  const candidates = [cachePath(wanted)];
  const assets = assetsFolder();
  // An envtest folder holds one Kubernetes version; what it lacks (envtest has no scheduler) comes from the cache.
  if (
    assets !== undefined &&
    (!wanted.key.startsWith(`${kubernetes.module}@`) || kubernetesVersion === assetsKubernetesVersion())
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

/** Where everything that is built for tests is kept. */
export function cacheFolder(): string {
  const base = process.env['XDG_CACHE_HOME'];
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'sportstix-test');
}

function cachePath({ key, name }: Wanted): string {
  return join(cacheFolder(), key, name);
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
async function build(wanted: Wanted, path: string, signal?: AbortSignal): Promise<void> {
  const { title, origin } = wanted;
  progress(`building ${title}`);
  const start = Date.now();
  await mkdir(dirname(path), { recursive: true });
  // In the cache, for a rename works only within one file system.
  const workspace = await mkdtemp(join(cacheFolder(), 'build-'));
  try {
    const env = {
      ...process.env,
      CGO_ENABLED: '0',
      // Those of the caller are for the caller's own modules.
      GOWORK: 'off',
      GOFLAGS: '',
      // A fifth of a compiler's time goes into its garbage, which it hardly needs to collect: most packages take far less memory than this.
      GOGC: 'off',
      GOMEMLIMIT: '2GiB',
    };
    const go: Go = async (...args) => {
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
    if (typeof origin === 'string') {
      await cp(origin, workspace, { recursive: true });
    } else {
      await requireModule(go, origin);
    }
    const variables = Object.entries(wanted.linkerVariables).map(([variable, value]) => `-X ${variable}=${value}`);
    const ldflags = ['-s', '-w', ...variables].join(' ');
    const output = join(workspace, 'output');
    // Our own modules say all that they require; go.mod and go.sum of others are made by the build.
    const mod = typeof origin === 'string' ? 'readonly' : 'mod';
    const tags = wanted.tags.length === 0 ? [] : [`-tags=${wanted.tags.join(',')}`];
    await go('build', `-mod=${mod}`, '-trimpath', ...tags, `-ldflags=${ldflags}`, '-o', output, wanted.package);
    await rename(output, path);
  } catch (error) {
    signal?.throwIfAborted();
    const from = typeof origin === 'string' ? origin : `${origin.module}@v${origin.version}`;
    throw new Error(`${title} could not be built from ${from}: ${reason(error)}`, { cause: error });
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
  progress(`built ${title} in ${seconds(start)} s`);
}

/** Runs the Go toolchain in a folder; returns what it prints. */
type Go = (...args: readonly string[]) => Promise<string>;

/** Makes a folder a module from which a program of a published one can be built. */
async function requireModule(go: Go, wanted: PublishedModule): Promise<void> {
  const download = record(JSON.parse(await go('mod', 'download', '-json', `${wanted.module}@v${wanted.version}`)));
  const goMod = parseGoMod(await go('mod', 'edit', '-json', text(download['GoMod'])));
  await go('mod', 'init', 'sportstix.test/build');
  await go('mod', 'edit', ...goModEdits(wanted, goMod));
}

/** The folder of a program's published sources, which hold more than the program. */
export async function moduleFolder(name: BinaryName): Promise<string> {
  const { origin } = wantedOf(name, '');
  return typeof origin === 'string' ? origin : download(`${origin.module}@v${origin.version}`, 'Dir');
}

/** The folder of the published sources of a module that a program requires, at the version that it requires. */
export async function requiredModuleFolder(name: BinaryName, module: string): Promise<string> {
  const { origin } = wantedOf(name, '');
  const goMod =
    typeof origin === 'string'
      ? join(origin, 'go.mod')
      : await download(`${origin.module}@v${origin.version}`, 'GoMod');
  const { stdout } = await execFile('go', ['mod', 'edit', '-json', goMod]);
  const version = parseGoMod(stdout).require.get(module);
  if (version === undefined) {
    throw new Error(`${name} requires no module ${module}`);
  }
  return download(`${module}@${version}`, 'Dir');
}

async function download(module: string, what: 'Dir' | 'GoMod'): Promise<string> {
  const { stdout } = await execFile('go', ['mod', 'download', '-json', module]);
  return text(record(JSON.parse(stdout))[what]);
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
export function goModEdits({ module, version }: PublishedModule, goMod: GoMod): readonly string[] {
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

/** A program, and the version of Kubernetes that it is for. */
export type Program = readonly [BinaryName, string];

/** What the cluster tests need. */
function clusterPrograms(): readonly Program[] {
  const versions = kubernetesVersions();
  const newest = newestVersion(versions);
  if (kubeconfigUnderTest() !== undefined) {
    return [['kubectl', newest]];
  }
  const names: readonly BinaryName[] = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
  return [
    ['kubectl', newest],
    // The newest first: should Go be too old for it, it says so before anything is built.
    ...[newest, ...versions.filter((version) => version !== newest)].flatMap((version) =>
      names.map((name) => [name, version] as const),
    ),
    ['etcd', newest],
    ['kwok', newest],
    ['kwokctl', newest],
    ['actionlint', newest],
    // They judge rules of alerts, and who is told of them.
    ['promtool', newest],
    ['amtool', newest],
    // What a plan says of Rollouts is held to it.
    ['rollouts-controller', newest],
  ];
}

const USAGE = `Usage: node --import tsx test/cluster/binaries.ts [--missing]
       node --import tsx test/node/binaries.ts [--missing]

Builds the programs that these tests need into a cache folder outside the repository; it can be interrupted.

  --missing  builds none, says which are yet to be built, and fails if any is
  --help     this text
`;

/**
 * A script that builds programs. With `--missing` it builds none, says which of them are yet to be built, and fails if any is.
 *
 * @param programs which programs; what it throws is told as an error of the script
 */
export async function script(programs: () => readonly Program[]): Promise<void> {
  const parsed = readArguments('binaries.ts', USAGE, () =>
    parseArgs({ options: { missing: { type: 'boolean', default: false }, help: { type: 'boolean' } } }),
  );
  if (typeof parsed === 'number') {
    process.exitCode = parsed;
    return;
  }
  try {
    const wanted = programs();
    if (parsed.values.missing) {
      const missing = wanted.filter(([name, version]) => findBinary(name, version) === undefined);
      process.stdout.write(missing.map(([name, version]) => `${wantedOf(name, version).title}\n`).join(''));
      process.exitCode = missing.length === 0 ? 0 : 1;
      return;
    }
    const interruption = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        interruption.abort(new Error(`interrupted by ${signal}`));
      });
    }
    for (const [name, version] of wanted) {
      await binary(name, version, interruption.signal);
    }
  } catch (error) {
    process.stderr.write(`${reason(error)}\n`);
    process.exitCode = 1;
  }
}

if (require.main === module) {
  void script(clusterPrograms);
}
