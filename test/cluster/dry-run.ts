import { groupOf } from '../../lib/manifest/manifest';
import { record, records, text, type JsonRecord } from './json';
import type { Kubectl, KubectlProxy } from './kubectl';

/** How many objects are on their way at once. */
const AT_ONCE = 8;

/** What an API server says of an object. */
export interface Answer {
  /** Whether it would make it. */
  readonly accepts: boolean;
  /** Why not. */
  readonly message: string;
}

/** Asks an API server whether it would make objects, all of them in one namespace, without making them. */
export class DryRun {
  private readonly answers = new Map<string, Promise<Answer>>();

  private constructor(
    private readonly proxy: KubectlProxy,
    private readonly namespace: string,
    private readonly resources: ReadonlyMap<string, { readonly name: string; readonly namespaced: boolean }>,
  ) {}

  /** @param apiVersions of all the objects */
  static async in(kubectl: Kubectl, namespace: string, apiVersions: readonly string[]): Promise<DryRun> {
    const proxy = await kubectl.proxy();
    const resources = new Map<string, { readonly name: string; readonly namespaced: boolean }>();
    for (const apiVersion of apiVersions) {
      const response = await fetch(`${proxy.server}${folderOf(apiVersion)}`);
      for (const { kind, name, namespaced } of records(record(await response.json())['resources'])) {
        if (!text(name).includes('/')) {
          resources.set(`${apiVersion} ${text(kind)}`, { name: text(name), namespaced: namespaced === true });
        }
      }
    }
    return new DryRun(proxy, namespace, resources);
  }

  /** What the server says, once for equal objects: with unknown fields refused, in the namespace whatever the object says. */
  async ask(object: JsonRecord): Promise<Answer> {
    const apiVersion = text(object['apiVersion']);
    const kind = text(object['kind']);
    const resource = this.resources.get(`${apiVersion} ${kind}`);
    if (resource === undefined) {
      throw new Error(`the API server has no ${kind} of ${apiVersion}`);
    }
    const body = JSON.stringify({
      ...object,
      metadata: {
        ...record(object['metadata']),
        namespace: resource.namespaced ? this.namespace : undefined,
      },
    });
    const place = resource.namespaced ? `/namespaces/${this.namespace}` : '';
    const answer = this.answers.get(body) ?? this.post(`${folderOf(apiVersion)}${place}/${resource.name}`, body);
    this.answers.set(body, answer);
    return answer;
  }

  /** Works through a list, several at a time. */
  async each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
    const waiting = [...items];
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        await work(next);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  stop(): void {
    this.proxy.stop();
  }

  private async post(path: string, body: string): Promise<Answer> {
    const response = await fetch(`${this.proxy.server}${path}?dryRun=All&fieldValidation=Strict&fieldManager=test`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const message = text(record(await response.json())['message'] ?? '');
    // What cannot be decoded, and what is not valid. Anything else says nothing about the object.
    if (response.status >= 300 && response.status !== 400 && response.status !== 422) {
      throw new Error(`${path}: ${response.status}: ${message}`);
    }
    return { accepts: response.status < 300, message };
  }
}

function folderOf(apiVersion: string): string {
  return `${groupOf(apiVersion) === '' ? '/api' : '/apis'}/${apiVersion}`;
}
