import { execFile, type ExecFileException, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { record, records, text, type JsonRecord } from './json';

/** Milliseconds after which a command is ended: by itself kubectl waits for ever, for an answer and for what is to go. */
const COMMAND_LIMIT = 15 * 60_000;

/** An API object, of any kind. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

/** What the tests read of an object's metadata. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly resourceVersion?: string;
  readonly [field: string]: unknown;
}

/** What to apply, compare or delete: a file or a folder of them, a kustomization's folder, or the objects themselves. */
export type Source =
  { readonly files: string } | { readonly kustomization: string } | { readonly objects: readonly KubernetesObject[] };

/** How to apply or compare. */
export interface ApplyOptions {
  /**
   * Server-side apply, in the name of this field manager.
   *
   * @default - client-side apply
   */
  readonly fieldManager?: string;
  /**
   * Further flags, such as `--prune`.
   *
   * @default - none
   */
  readonly flags?: readonly string[];
}

/** What a kubectl command printed. */
export interface KubectlOutput {
  readonly stdout: string;
  readonly stderr: string;
  /** The API server's and kubectl's own warnings, without the leading `Warning: `. */
  readonly warnings: readonly string[];
}

/** A kubectl command that failed; the message carries what kubectl said. */
export class KubectlError extends Error {
  override readonly name = 'KubectlError';

  constructor(
    readonly args: readonly string[],
    readonly exitCode: number | undefined,
    readonly output: KubectlOutput,
    cause: ExecFileException,
  ) {
    const said = output.stderr.trim() === '' ? cause.message : output.stderr.trim();
    const how =
      cause.killed === true ? `ended after ${COMMAND_LIMIT / 60_000} minutes` : `exit code ${String(exitCode)}`;
    super(`kubectl ${args.join(' ')} (${how}): ${said}`, { cause });
  }
}

/** A running `kubectl proxy`. */
export interface KubectlProxy {
  readonly server: string;
  readonly stop: () => void;
}

/** kubectl, bound to one cluster. Nothing of the caller's own kubectl configuration is read or written. */
export class Kubectl {
  /**
   * @param path the program
   * @param kubeconfig which cluster, and as whom
   * @param cacheFolder for what kubectl learns about the API server. It is kept by host and port, and another cluster
   * may have had the same port an hour ago.
   */
  constructor(
    private readonly path: string,
    readonly kubeconfig: string,
    private readonly cacheFolder: string,
  ) {}

  /** Runs any kubectl command, with further variables for what only these turn on. */
  async run(
    args: readonly string[],
    input = '',
    variables: Readonly<Record<string, string>> = {},
  ): Promise<KubectlOutput> {
    const options = {
      env: {
        ...process.env,
        KUBECONFIG: this.kubeconfig,
        KUBECACHEDIR: this.cacheFolder,
        KUBECTL_KUBERC: 'false',
        ...variables,
      },
      maxBuffer: 64 * 1024 * 1024,
      timeout: COMMAND_LIMIT,
    };
    return new Promise((resolve, reject) => {
      const running = execFile(this.path, args, options, (error, stdout, stderr) => {
        const warnings = stderr.split('\n').flatMap((line) => /^Warning: (.*)$/.exec(line)?.[1] ?? []);
        const output = { stdout, stderr, warnings };
        if (error === null) {
          resolve(output);
        } else {
          reject(new KubectlError(args, running.exitCode ?? undefined, output, error));
        }
      });
      // kubectl may end before it has read everything, and says why by itself.
      running.stdin?.on('error', () => undefined);
      running.stdin?.end(input);
    });
  }

  /** Applies with strict field validation: an unknown or duplicate field is an error. */
  async apply(source: Source, options: ApplyOptions = {}): Promise<KubectlOutput> {
    return this.runOn(source, ['apply', '--validate=strict', ...applyFlags(options)]);
  }

  /** What applying would change, as a unified diff; empty when nothing. */
  async diff(source: Source, options: ApplyOptions = {}): Promise<string> {
    try {
      return (await this.runOn(source, ['diff', ...applyFlags(options)])).stdout;
    } catch (error) {
      if (error instanceof KubectlError && error.exitCode === 1 && error.output.stdout !== '') {
        return error.output.stdout;
      }
      throw error;
    }
  }

  /** Deletes what is there of the source, and waits until it is gone. */
  async delete(source: Source): Promise<KubectlOutput> {
    return this.runOn(source, ['delete', '--ignore-not-found']);
  }

  /** One object, such as `get('deployment/auth', 'sportstix')`. */
  async get(resource: string, namespace?: string): Promise<KubernetesObject> {
    return kubernetesObject(await this.getJson([resource, ...namespaceFlags(namespace)]));
  }

  /** All objects of some kinds, such as `list('deployments,services', 'sportstix')`; of all namespaces without one. */
  async list(resources: string, namespace?: string, selector = ''): Promise<readonly KubernetesObject[]> {
    const where = namespace === undefined ? ['--all-namespaces'] : namespaceFlags(namespace);
    const list = await this.getJson([resources, ...where, `--selector=${selector}`]);
    return records(list['items']).map(kubernetesObject);
  }

  /**
   * Waits until something holds, in the words of `kubectl wait`.
   *
   * @param resource such as `deployment/auth`, or `pod --selector=app=auth`
   * @param condition such as `condition=Available`, `jsonpath={.status.readyReplicas}=3` or `delete`
   */
  async wait(resource: string, condition: string, namespace?: string, timeoutSeconds = 600): Promise<void> {
    const args = [
      'wait',
      ...resource.split(' '),
      `--for=${condition}`,
      `--timeout=${timeoutSeconds}s`,
      ...namespaceFlags(namespace),
    ];
    for (const end = Date.now() + timeoutSeconds * 1000; ;) {
      try {
        await this.run(args);
        return;
      } catch (error) {
        // An object that was made just now may have null for its conditions, on which kubectl gives up.
        const tooEarly = error instanceof KubectlError && error.message.includes('accessor error: <nil>');
        if (!tooEarly || Date.now() > end) {
          throw error;
        }
        await sleep(200);
      }
    }
  }

  /** The API server's address for plain HTTP, until it is stopped. */
  async proxy(): Promise<KubectlProxy> {
    const process = spawn(this.path, ['proxy', '--port=0', `--kubeconfig=${this.kubeconfig}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: process.stdout })) {
      return { server: `http://${/[\d.]+:\d+/.exec(line)?.[0] ?? ''}`, stop: () => process.kill() };
    }
    throw new Error('kubectl proxy ended without an address');
  }

  /** The API server's release, without the leading `v`. */
  async serverVersion(): Promise<string> {
    return parseServerVersion((await this.run(['version', '--output=json'])).stdout);
  }

  private async getJson(args: readonly string[]): Promise<JsonRecord> {
    return record(JSON.parse((await this.run(['get', '--output=json', ...args])).stdout));
  }

  private async runOn(source: Source, args: readonly string[]): Promise<KubectlOutput> {
    if ('objects' in source) {
      // As documents, not as one List: of a List, kubectl checks the fields by itself, before the API server can.
      return this.run(
        [...args, '--filename=-'],
        source.objects.map((object) => JSON.stringify(object)).join('\n---\n'),
      );
    }
    return this.run([
      ...args,
      'files' in source ? `--filename=${source.files}` : `--kustomize=${source.kustomization}`,
    ]);
  }
}

function applyFlags({ fieldManager, flags = [] }: ApplyOptions): readonly string[] {
  return fieldManager === undefined ? flags : ['--server-side', `--field-manager=${fieldManager}`, ...flags];
}

function namespaceFlags(namespace: string | undefined): readonly string[] {
  return namespace === undefined ? [] : [`--namespace=${namespace}`];
}

/** The release in what `kubectl version --output=json` prints, without the leading `v`. */
export function parseServerVersion(json: string): string {
  return text(record(record(JSON.parse(json))['serverVersion'])['gitVersion']).replace(/^v(\d+\.\d+\.\d+).*$/, '$1');
}

function isKubernetesObject(value: JsonRecord): value is JsonRecord & KubernetesObject {
  return (
    typeof value['apiVersion'] === 'string' &&
    typeof value['kind'] === 'string' &&
    typeof record(value['metadata'])['name'] === 'string'
  );
}

function kubernetesObject(value: JsonRecord): KubernetesObject {
  if (!isKubernetesObject(value)) {
    throw new Error(`expected an API object, got ${JSON.stringify(value)}`);
  }
  return value;
}
