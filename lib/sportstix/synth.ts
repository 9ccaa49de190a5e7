import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { ApiObject, App, Chart } from 'cdk8s';
import { declareConnections } from '../constructs/connections';
import type { Endpoint } from '../constructs/endpoint';
import { selectorOf } from '../constructs/labels';
import { NetworkPolicies } from '../constructs/network-policies';
import type { OutdatedFile } from '../k3d/bring-up';
import { k3dConfig } from '../k3d/cluster-config';
import { connectivityJob } from '../k3d/connectivity-job';
import { Graph } from '../graph';
import { Topology } from '../graph/topology';
import { hostAccessFiles } from '../host/host-access';
import { psqlPasswords, redisPasswords } from '../host/servers';
import { addAdmissionPolicies } from '../policy/admission';
import type { Judgement, PolicyPack } from '../policy/pack';
import { workloads } from '../policy/policy';
import { clusterPage } from '../preflight';
import { immutableChanges } from '../synth/immutable-fields';
import { kustomizeBase } from '../synth/kustomize';
import { forgetManifest, manifestOf, renderCharts, synthesizeCharts } from '../synth/manifests';
import { difference, differences, type OutputFile, type OutputFiles, replaceOutput } from '../synth/output';
import { toYaml, toYamlStream } from '../synth/yaml';
import type { Environment } from './environment';
import { policyPackOf } from './environments';
import { hostAccessOf, passwordsFrom } from './host';
import { clusterPeersOf } from './network';
import { PART_OF, Platform } from './platform';
import { type CompletedSecrets, completeSecrets, type SecretValues } from './secrets';

const SECRETS_FILE = 'secrets.k8s.yaml';

/** Where {@link synthesize} reads and writes. */
export interface SynthesizeOptions {
  /** Folder that gets a folder for each environment. */
  readonly outdir: string;
  /**
   * Folder with a file of secret values for each environment, which is made if it is not there, and with what sets the servers'
   * passwords on the host of a local cluster.
   */
  readonly secretsFolder: string;
  /** Takes a line about what was done. */
  readonly log: (line: string) => void;
}

/**
 * Synthesizes environments to files. Everything is rendered and checked before the first file changes, and either all files are
 * replaced or none. Secret values that are missing are generated, and added to their file first.
 *
 * @throws UserError or InvalidPropError if an environment cannot be synthesized; everything is then as it was.
 */
export function synthesize(environments: readonly Environment[], options: SynthesizeOptions): void {
  checkNames(environments);
  // Another synth that is first to add a value to a file of secrets is right; then everything is rendered again with its values.
  while (!synthesizeOnce(environments, options)) {
    options.log('Another synth has added secret values: synthesizing again with those.');
  }
}

/** Names become names of files and folders, and what one environment applies no other may overwrite. */
function checkNames(environments: readonly Environment[]): void {
  const seen = new Set<string>();
  for (const { name } of environments) {
    if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name) || seen.has(name)) {
      throw new Error(
        `Environment ${JSON.stringify(name)}: ${seen.has(name) ? 'there are two of this name, and one would overwrite the other' : "not a name for a folder: use lower-case letters, digits and '-'"}.`,
      );
    }
    seen.add(name);
  }
  // Of clusters that are made elsewhere nobody knows here which are one; a k3d cluster is made for one environment.
  const writers = new Map<string, string>();
  for (const { name, namespace, observabilityNamespace } of environments.filter(
    ({ cluster }) => cluster === undefined,
  )) {
    for (const each of [namespace, observabilityNamespace]) {
      const writer = writers.get(each);
      if (writer !== undefined) {
        throw new Error(
          `Environment ${name}: namespace ${each} is ${writer === name ? 'given twice' : `environment ${writer}'s too`}, and what one applies would overwrite what the other did. Give each its own.`,
        );
      }
      writers.set(each, name);
    }
  }
}

/** False if another process changed a file of secrets meanwhile; nothing is written then. */
function synthesizeOnce(
  environments: readonly Environment[],
  { outdir, secretsFolder, log }: SynthesizeOptions,
): boolean {
  const outputs = environments.map((environment) => {
    const secretsFile = secretsFileOf(environment, secretsFolder);
    const secrets = secretsOf(environment, secretsFile);
    const { manifests, others } = renderEnvironment(environment, secrets?.values);
    return {
      folder: join(outdir, environment.name),
      manifests,
      files: new Map([...manifestFiles(manifests), ...others]),
      passwordFiles: passwordFiles(environment, secretsFolder, secrets?.values),
      secretsFile,
      secrets,
    };
  });
  const storeSecrets = (): boolean =>
    outputs.every(({ secrets, secretsFile }) => {
      const stored = secrets?.store() ?? true;
      if (stored && secrets !== undefined && secrets.generated.length > 0) {
        log(`Generated ${secrets.generated.join(', ')} in ${secretsFile}`);
      }
      return stored;
    });
  if (isForStandardOutput(outdir)) {
    const content = outputs.flatMap(({ manifests }) => [...manifests.values()]).join('');
    const all: OutputFiles = new Map([['all.k8s.yaml', { content }]]);
    return replaceOutput({ folders: new Map([[join(outdir, 'all'), all]]) }, storeSecrets);
  }
  const warnings = outputs.flatMap(({ folder, manifests }) => immutableChanges(join(folder, 'manifests'), manifests));
  const done = replaceOutput(
    {
      folders: new Map(outputs.map(({ folder, files }) => [folder, files])),
      files: new Map(outputs.flatMap(({ passwordFiles }) => [...passwordFiles])),
    },
    storeSecrets,
  );
  if (done) {
    warnings.forEach(log);
    for (const { folder, manifests } of outputs) {
      log(`Synthesized ${folder}: ${manifests.size} files of manifests`);
    }
  }
  return done;
}

/**
 * What a synth of an environment would change. So it is empty if, and only if, what is in the output folder may be applied. Nothing is
 * written.
 *
 * @param secretsFolder folder with the files of secret values.
 * @param outdir folder with a folder for each environment.
 */
export function outdated(environment: Environment, secretsFolder: string, outdir: string): readonly OutdatedFile[] {
  const file = secretsFileOf(environment, secretsFolder);
  const { values, generated = [] } = secretsOf(environment, file) ?? {};
  const { manifests, others } = renderEnvironment(environment, values);
  const folder = join(outdir, environment.name);
  const secretManifests = join(folder, 'manifests', SECRETS_FILE);
  const found = [
    ...(generated.length > 0 ? [{ file, is: existsSync(file) ? 'different' : 'missing' } as const] : []),
    ...differences(folder, new Map([...manifestFiles(manifests), ...others])),
    ...[...passwordFiles(environment, secretsFolder, values)].flatMap(([path, output]) => difference(path, output)),
  ];
  return found.map((difference) => ({
    ...difference,
    committed: dirname(difference.file) !== secretsFolder && difference.file !== secretManifests,
  }));
}

function secretsFileOf({ name }: Environment, secretsFolder: string): string {
  return join(secretsFolder, `${name}.yml`);
}

/** The values of an environment's Secrets; undefined where a store outside of the cluster has them. */
function secretsOf(environment: Environment, file: string): CompletedSecrets | undefined {
  return environment.secrets.kind === 'file' ? completeSecrets(file, environment) : undefined;
}

/** What sets the servers' passwords on the host of a local cluster: path to file. */
function passwordFiles(
  environment: Environment,
  secretsFolder: string,
  secrets: SecretValues | undefined,
): Map<string, OutputFile> {
  const access = hostAccessOf(environment);
  if (access === undefined || secrets === undefined) {
    return new Map();
  }
  const passwordOf = passwordsFrom(secrets.passwords);
  const contents = [
    [access.passwordsFile, psqlPasswords(access, passwordOf)],
    [access.redisPasswordFile, redisPasswords(access, passwordOf)],
  ] as const;
  return new Map(contents.map(([path, content]) => [join(secretsFolder, basename(path)), { content, mode: 0o600 }]));
}

/** What an environment is synthesized to. */
export interface RenderedEnvironment {
  /** File name to YAML, in the order in which `kubectl apply -f FOLDER` reads them. */
  readonly manifests: ReadonlyMap<string, string>;
  /** Everything that is not applied with them: path below the environment's folder to file. */
  readonly others: ReadonlyMap<string, OutputFile>;
}

/**
 * Renders an environment without writing anything.
 *
 * @param secrets the values of its Secrets, where they come from a file.
 */
export function renderEnvironment(environment: Environment, secrets?: SecretValues): RenderedEnvironment {
  const app = new App();
  const pack = policyPackOf(environment);
  let judgement: Judgement | undefined;
  pack.apply(app, {
    manifestOf,
    onAnnotated: forgetManifest,
    onJudged: (result) => {
      judgement = result;
    },
    // Exceptions stand on the objects, where a review sees them; a synth that is well is silent.
    print: () => undefined,
  });
  const { externalEndpoints } = new Platform(app, environment.name, { environment, secrets });
  const charts = synthesizeCharts(app);
  const manifests = new Map(charts.map((chart) => [chart.fileName, toYamlStream(chart.manifests)]));
  const objects = charts.flatMap((chart) => chart.manifests);
  const { kinds } = workloads(pack.workloads);
  const graph = new Graph(
    objects.map((manifest) => ({ manifest })),
    kinds,
  );
  const resources = [...manifests.keys()].map((name) => `manifests/${name}`);
  const base = kustomizeBase(resources, graph, kinds);
  const others = new Map<string, OutputFile>([
    ...[...base].map(([path, content]): [string, OutputFile] => [path, { content }]),
    ['topology.md', { content: `${new Topology(graph).toMarkdown()}\n` }],
    ...withKustomization('admission', renderAdmission(environment, pack, judgement)),
    ...clusterFiles(environment, pack, externalEndpoints, objects),
    // Whoever makes the cluster here is told by the doctor.
    ...(environment.cluster === undefined ? [clusterReadme(environment, graph)] : []),
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
  judgement: Judgement | undefined,
): Map<string, string> {
  const app = new App();
  addAdmissionPolicies(new Chart(app, 'policies', { labels: PART_OF }), {
    policies: pack.policies,
    namespaces: [namespace, observabilityNamespace],
    // Policies of the API server are in no namespace.
    prefix: namespace,
    exceptions: judgement?.exceptions ?? [],
    tokenlessAccounts: judgement?.tokenlessAccounts ?? [],
    workloads: pack.workloads,
    ...(controllers && { controllers }),
  });
  return renderCharts(app);
}

/**
 * The cluster's configuration, what its host must let in, and a Job that tests from inside whether it does.
 *
 * @param platform the manifests of what the Job tests
 */
function clusterFiles(
  environment: Environment,
  pack: PolicyPack,
  externalEndpoints: ReadonlyMap<string, Endpoint>,
  platform: readonly unknown[],
): [string, OutputFile][] {
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
    targets: [...externalEndpoints].map(([server, { host, port }]) => ({ name: server, host, port })),
  });
  declareConnections(new ApiObject(chart, 'job', { apiVersion: 'batch/v1', kind: 'Job', ...job }), {
    selector: selectorOf(name),
    connectsTo: [...externalEndpoints.values()],
  });
  // The namespace has its default deny.
  new NetworkPolicies(chart, 'network-policies', { ...clusterPeersOf(environment), defaultDeny: false, manifestOf });
  pack.apply(app, { manifestOf, onAnnotated: forgetManifest, given: platform });
  return [
    ['k3d.yml', { content: toYaml(k3dConfig(access.cluster)) }],
    ...[...renderCharts(app)].map(([file, content]): [string, OutputFile] => [`checks/${file}`, { content }]),
    ...[...hostAccessFiles(access)].map(([file, { content, executable = false }]): [string, OutputFile] => [
      `host/${file}`,
      { content, ...(executable && { mode: 0o755 }) },
    ]),
  ];
}

/** What a cluster that is made elsewhere must have. */
function clusterReadme({ name, policies }: Environment, graph: Graph): [string, OutputFile] {
  return ['README.md', { content: clusterPage(name, `dist/${name}/manifests`, graph, policies?.oldestKubernetes) }];
}

function withKustomization(folder: string, files: ReadonlyMap<string, string>): [string, OutputFile][] {
  return [...files, ...kustomizeBase([...files.keys()], new Graph([]))].map(([name, content]) => [
    `${folder}/${name}`,
    { content },
  ]);
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
