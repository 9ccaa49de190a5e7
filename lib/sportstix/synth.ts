import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { App } from 'cdk8s';
import { renderCharts } from '../synth/manifests';
import { type OutputFile, replaceFolder } from '../synth/output';
import { toYaml } from '../synth/yaml';
import type { Environment } from './environments';
import { Platform } from './platform';
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
    return { environment, manifests: renderManifests(environment, values) };
  });
  if (isForStandardOutput(outdir)) {
    const stream = outputs.flatMap(({ manifests }) => [...manifests.values()]).join('');
    replaceFolder(join(outdir, 'all'), new Map([['all.k8s.yaml', { content: stream }]]));
    return;
  }
  for (const { environment, manifests } of outputs) {
    replaceFolder(join(outdir, environment.name), outputFiles(manifests));
    log(`Synthesized ${join(outdir, environment.name)}: ${manifests.size} files of manifests`);
  }
}

/**
 * The manifests of an environment: file name to YAML, in the order in which `kubectl apply -f FOLDER` reads them.
 */
export function renderManifests(environment: Environment, secrets: SecretValues): Map<string, string> {
  const app = new App();
  new Platform(app, environment.name, { environment, secrets });
  return renderCharts(app);
}

function outputFiles(manifests: ReadonlyMap<string, string>): Map<string, OutputFile> {
  const files = new Map<string, OutputFile>();
  for (const [name, content] of manifests) {
    files.set(`manifests/${name}`, { content, ...(name === SECRETS_FILE && { mode: 0o600 }) });
  }
  // .yml, since `cdk8s synth --stdout` prints every .yaml below the folder, and this is no API object.
  files.set('kustomization.yml', {
    content: toYaml({
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: [...manifests.keys()].map((name) => `manifests/${name}`),
    }),
  });
  return files;
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
