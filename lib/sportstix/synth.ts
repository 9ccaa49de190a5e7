import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { ApiObject, App, Chart } from 'cdk8s';
import { serviceHost } from '../constructs/endpoint';
import { k3dConfig } from '../k3d/cluster-config';
import { connectivityJob } from '../k3d/connectivity-job';
import { hostAccessFiles } from '../k3d/host-access';
import { psqlPasswords } from '../k3d/servers';
import { addAdmissionPolicies, type Judgement, PolicyPack } from '../policy';
import { forgetManifest, manifestOf, renderCharts } from '../synth/manifests';
import { type OutputFile, replaceFile, replaceFolder } from '../synth/output';
import { toYaml } from '../synth/yaml';
import type { Environment } from './environments';
import { hostAccessOf, passwordsFrom } from './host';
import { PART_OF, Platform } from './platform';
import { loadSecrets, type SecretValues } from './secrets';

const SECRETS_FILE = 'secrets.k8s.yaml';

/** Where {@link synthesize} reads and writes. */
export interface SynthesizeOptions {
  /** Folder that gets a folder for each environment. */
  readonly outdir: string;
  /** Folder with a file of secret values for each environment, which is made if it is not there. */
  readonly secretsFolder: string;
  /** Takes a line about what was done. */
  readonly log: (line: string) => void;
}

/**
 * Synthesizes environments to files. Nothing is written unless all of them succeed, except that secret values are generated
 * at the first time.
 *
 * @throws Error or InvalidPropError if an environment cannot be synthesized; the output folder is then as it was.
 */
export function synthesize(
  environments: readonly Environment[],
  { outdir, secretsFolder, log }: SynthesizeOptions,
): void {
  const outputs = environments.map((environment) => {
    const file = join(secretsFolder, `${environment.name}.yml`);
    const { values, generated } = loadSecrets(file, environment.services);
    if (generated.length > 0) {
      log(`Generated ${generated.join(', ')} in ${file}`);
    }
    return { environment, values, ...renderEnvironment(environment, values) };
  });
  if (isForStandardOutput(outdir)) {
    const stream = outputs.flatMap(({ manifests }) => [...manifests.values()]).join('');
    replaceFolder(join(outdir, 'all'), new Map([['all.k8s.yaml', { content: stream }]]));
    return;
  }
  for (const { environment, values, manifests, others } of outputs) {
    replaceFolder(join(outdir, environment.name), new Map([...manifestFiles(manifests), ...others]));
    const access = hostAccessOf(environment);
    if (access !== undefined) {
      const passwords = psqlPasswords(access, passwordsFrom(environment.services, values));
      replaceFile(join(secretsFolder, `${environment.name}.psql`), { content: passwords, mode: 0o600 });
    }
    log(`Synthesized ${join(outdir, environment.name)}: ${manifests.size} files of manifests`);
  }
}

/** What an environment is synthesized to. */
export interface RenderedEnvironment {
  /** File name to YAML, in the order in which `kubectl apply -f FOLDER` reads them. */
  readonly manifests: ReadonlyMap<string, string>;
  /** Everything that is not applied with them: path below the environment's folder to file. */
  readonly others: ReadonlyMap<string, OutputFile>;
}

/** Renders an environment without writing anything. */
export function renderEnvironment(environment: Environment, secrets: SecretValues): RenderedEnvironment {
  const app = new App();
  const platform = new Platform(app, environment.name, { environment, secrets });
  const pack = new PolicyPack();
  let judgement: Judgement | undefined;
  pack.apply(platform, {
    manifestOf,
    onAnnotated: forgetManifest,
    onJudged: (result) => {
      judgement = result;
    },
    // Exceptions stand on the objects, where a review sees them; a synth that is well is silent.
    print: () => undefined,
  });
  const manifests = renderCharts(app);
  const others = new Map<string, OutputFile>([
    ['kustomization.yml', kustomization([...manifests.keys()].map((name) => `manifests/${name}`))],
    ...withKustomization('admission', renderAdmission(environment, pack, judgement?.exceptions ?? [])),
    ...clusterFiles(environment, pack),
  ]);
  return { manifests, others };
}

function manifestFiles(manifests: ReadonlyMap<string, string>): [string, OutputFile][] {
  return [...manifests].map(([name, content]) => [
    `manifests/${name}`,
    { content, ...(name === SECRETS_FILE && { mode: 0o600 }) },
  ]);
}

/** The policies for the API server itself: one file each, scoped to the platform's namespaces. */
function renderAdmission(
  { namespace, observabilityNamespace, controllers }: Environment,
  pack: PolicyPack,
  exceptions: Judgement['exceptions'],
): Map<string, string> {
  const app = new App();
  addAdmissionPolicies(new Chart(app, 'policies', { labels: PART_OF }), {
    policies: pack.policies,
    namespaces: [namespace, observabilityNamespace],
    prefix: 'sportstix',
    exceptions,
    workloads: pack.workloads,
    ...(controllers && { controllers }),
  });
  return renderCharts(app);
}

/** The cluster's configuration, what its host must let in, and a Job that tests from inside whether it does. */
function clusterFiles(environment: Environment, pack: PolicyPack): [string, OutputFile][] {
  const access = hostAccessOf(environment);
  if (access === undefined) {
    return [];
  }
  const app = new App();
  const chart = new Chart(app, 'external-hosts', { namespace: environment.namespace });
  const name = 'check-external-hosts';
  const job = connectivityJob({
    name,
    namespace: environment.namespace,
    labels: { ...PART_OF, 'app.kubernetes.io/name': name, 'app.kubernetes.io/component': 'check' },
    targets: access.endpoints.map((endpoint) => ({
      name: endpoint.name,
      host: serviceHost(chart, endpoint.name),
      port: endpoint.port,
    })),
  });
  new ApiObject(chart, 'job', { apiVersion: 'batch/v1', kind: 'Job', ...job });
  pack.apply(app, { manifestOf, onAnnotated: forgetManifest });
  return [
    ['k3d.yml', { content: toYaml(k3dConfig(access.cluster)) }],
    ...[...renderCharts(app)].map(([file, content]): [string, OutputFile] => [`checks/${file}`, { content }]),
    ...[...hostAccessFiles(access)].map(([file, { content, executable = false }]): [string, OutputFile] => [
      `host/${file}`,
      { content, ...(executable && { mode: 0o755 }) },
    ]),
  ];
}

function withKustomization(folder: string, files: ReadonlyMap<string, string>): [string, OutputFile][] {
  return [
    ...[...files].map(([name, content]): [string, OutputFile] => [`${folder}/${name}`, { content }]),
    [`${folder}/kustomization.yml`, kustomization([...files.keys()])],
  ];
}

/** In a file named .yml, since `cdk8s synth --stdout` prints every .yaml below the folder, and this is no API object. */
function kustomization(resources: readonly string[]): OutputFile {
  return {
    content: toYaml({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources }),
  };
}

/**
 * Whether cdk8s-cli asked for output that it will print (`cdk8s synth --stdout`): it then hands over a folder of its own, made by
 * mkdtemp with this prefix. It prints every .yaml file that it finds there, all at once and in no fixed order, but namespaces
 * must come first.
 */
function isForStandardOutput(outdir: string): boolean {
  const folder = resolve(outdir);
  return dirname(folder) === resolve(tmpdir()) && /^cdk8s-\w{6}$/.test(basename(folder));
}
