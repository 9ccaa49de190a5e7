/** The platform as it runs on a cluster, and what its tests ask of it and do to it. */
import { randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { readWorkloads, type Workload } from '../../lib/k3d/workloads';
import type { SpringServiceSpec } from '../../lib/sportstix/catalogue';
import { local } from '../../lib/sportstix/environments';
import { type JsonRecord, record, records, text } from '../cluster/json';
import type { Kubectl, KubernetesObject } from '../cluster/kubectl';
import { until } from '../testing';
import type { Node } from './node';

/** The platform's namespaces. */
export const NAMESPACES: readonly string[] = [local.namespace, local.observabilityNamespace];
/** The Spring services. */
export const SPRING = local.services.filter((service): service is SpringServiceSpec => service.kind === 'spring');

/** What the ingress controller answers by itself. It hears a moment later than the API server that a pod is Ready. */
const TRAEFIKS_OWN = /^(404 page not found|no available server|Bad Gateway|Gateway Timeout)\s*$/;
/** Milliseconds. */
const REQUEST_LIMIT = 5 * 60_000;

/** An answer to a request. */
export interface Answer {
  readonly code: number;
  readonly body: string;
}

/** An object's status. */
export const status = (object: KubernetesObject): JsonRecord => record(object['status']);

/** The state of each of a pod's containers. */
export const containers = (pod: KubernetesObject): readonly JsonRecord[] => records(status(pod)['containerStatuses']);

/** Whether a pod is Ready. */
export const isReady = (pod: KubernetesObject): boolean =>
  records(status(pod)['conditions']).some(({ type, status: value }) => type === 'Ready' && value === 'True');

/** How often a pod's containers were restarted. */
export const restarts = (pod: KubernetesObject): number =>
  containers(pod).reduce((sum, { restartCount }) => sum + Number(restartCount), 0);

/** The selector of a workload's pods. */
export const named = (name: string): string => `app.kubernetes.io/name=${name}`;

/** Id of a trace that begins here. */
export const newTrace = (): string => randomBytes(16).toString('hex');

/** What hands a trace over, https://www.w3.org/TR/trace-context/: sampled, so that the service continues it. */
const traceparent = (trace: string): string => `00-${trace}-${randomBytes(8).toString('hex')}-01`;

/** The path of a service's API. */
export function apiOf(service: string): string {
  const routes = local.services.find(({ name }) => name === service)?.routes ?? [];
  return routes.find(({ path }) => path.startsWith('/api/'))?.path ?? '/';
}

/** The path under which a service takes and gives events. */
export function eventsOf(service: string): string {
  return `${apiOf(service)}/events`;
}

/** The platform on a cluster. */
export class RunningPlatform {
  /**
   * @param kubectl for the cluster
   * @param node where the cluster is made for the tests
   */
  public constructor(
    private readonly kubectl: Kubectl,
    private readonly node: Node | undefined,
  ) {}

  /**
   * Waits until there is something, or something holds; see {@link until}. Its error tells how the pods are.
   *
   * @param describe says more, for the error
   */
  public until<T>(
    what: string,
    look: () => Promise<T | undefined | false>,
    describe = (): string => '',
  ): Promise<Exclude<T, undefined | false>> {
    return until(what, look, async () => [describe(), await this.describePods()].join('\n'));
  }

  /** The pods. */
  public async pods(selector = '', namespaces: readonly string[] = NAMESPACES): Promise<KubernetesObject[]> {
    const found = await Promise.all(namespaces.map((namespace) => this.kubectl.list('pods', namespace, selector)));
    return found.flat();
  }

  /** The pods of a workload that are not on their way out. */
  public async livePods(name: string, namespace: string = local.namespace): Promise<KubernetesObject[]> {
    return (await this.pods(named(name), [namespace])).filter(
      ({ metadata }) => metadata['deletionTimestamp'] === undefined,
    );
  }

  /** Every workload has as many Ready pods as it wants, of its newest version, and no others; and they are asked what comes in. */
  public async untilReady(): Promise<void> {
    await this.until('every pod is Ready', async () => {
      const [found, workloads] = [await this.pods(), await this.workloads()];
      const wanted = workloads.reduce((sum, workload) => sum + workload.wanted, 0);
      return found.length === wanted && found.every(isReady) && workloads.every(({ done }) => done);
    });
    for (const { name, routes } of local.services) {
      for (const { path } of routes) {
        await this.until(`${path} leads to ${name}`, () =>
          this.request(path).then(
            ({ body }) => !TRAEFIKS_OWN.test(body),
            () => false,
          ),
        );
      }
    }
  }

  /** The workloads that are applied, and how far each has come. */
  private async workloads(): Promise<readonly Workload[]> {
    const kinds = 'deployments,statefulsets,daemonsets,rollouts.argoproj.io,pods';
    const lists = await Promise.all(
      NAMESPACES.map((namespace) => this.kubectl.run(['get', kinds, '--output=json', `--namespace=${namespace}`])),
    );
    return lists.flatMap(({ stdout }) => readWorkloads(stdout) ?? []);
  }

  /** Lets namespaces go, also those that a test has left in the middle. Nobody waits for it, nor a broker that has no quorum to stop. */
  public async removeNamespaces(...names: readonly string[]): Promise<void> {
    await this.kubectl.run(['delete', 'namespace', ...names, '--ignore-not-found', '--wait=false']);
    for (const name of names) {
      const pods = ['delete', 'pods', '--all', '--ignore-not-found', `--namespace=${name}`];
      await this.kubectl.run([...pods, '--grace-period=1', '--wait=false']);
    }
  }

  /** How the pods are, and the end of the log of those that are not Ready. */
  private async describePods(): Promise<string> {
    const lines = [];
    for (const pod of await this.pods()) {
      const states = containers(pod).map(({ state, lastState }) => JSON.stringify({ state, lastState }));
      lines.push(
        `${pod.metadata.name}: ${isReady(pod) ? 'Ready' : 'not Ready'}, restarts ${restarts(pod)} ${states.join(' ')}`,
      );
      if (!isReady(pod)) {
        const log = await this.logOf(pod).catch(String);
        lines.push(...log.trim().split('\n').slice(-5));
      }
    }
    return [...lines, this.node?.logs() ?? ''].join('\n');
  }

  /** The log of a pod, and of its container before that. */
  public async logOf(pod: KubernetesObject): Promise<string> {
    const { name, namespace = '' } = pod.metadata;
    const args = ['logs', name, `--namespace=${namespace}`, '--all-containers'];
    const { stdout } = await this.kubectl.run(args);
    return restarts(pod) === 0 ? stdout : stdout + (await this.kubectl.run([...args, '--previous'])).stdout;
  }

  /** Where the ingress controller answers. */
  public entrance(): { socketPath: string } | { host: string; port: number } {
    const [published] = local.cluster?.ports ?? [];
    return this.node === undefined
      ? { host: 'localhost', port: published?.host ?? 80 }
      : { socketPath: this.node.ingressSocket };
  }

  /** A request through the ingress controller. */
  public async request(path: string, { method = 'GET', body = '', trace = newTrace() } = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = {
        Host: 'localhost',
        'Content-Type': 'text/plain',
        'Content-Length': Buffer.byteLength(body),
        traceparent: traceparent(trace),
      };
      const outgoing = httpRequest(
        { ...this.entrance(), path, method, headers, agent: false, timeout: REQUEST_LIMIT },
        (response) => {
          const chunks: Buffer[] = [];
          response
            .on('data', (chunk: Buffer) => chunks.push(chunk))
            .on('error', reject)
            .on('end', () => {
              resolve({ code: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
            });
        },
      );
      outgoing.on('error', reject);
      outgoing.on('timeout', () => outgoing.destroy(new Error(`${method} ${path}: no answer`)));
      outgoing.end(body);
    });
  }

  /** A request to a Service, past the ingress controller. */
  public async ask(namespace: string, service: string, path: string): Promise<JsonRecord> {
    const url = `/api/v1/namespaces/${namespace}/services/${service}:http/proxy${path}`;
    return record(JSON.parse((await this.kubectl.run(['get', `--raw=${url}`])).stdout));
  }

  /** Runs a command in the broker's container. The heap of a JVM must fit in beside the broker's. */
  public async inBroker(command: readonly string[], input = ''): Promise<string> {
    const where = ['kafka-0', `--namespace=${local.namespace}`, '--', 'env', 'KAFKA_HEAP_OPTS=-Xmx96m'];
    return (await this.kubectl.run(['exec', '--stdin', ...where, ...command], input)).stdout;
  }

  /** Runs a script in the broker's container. */
  public shell(script: string): Promise<string> {
    return this.inBroker(['sh', '-c', script]);
  }

  /** Runs one of Kafka's tools in the broker's container. */
  public kafkaTool(tool: string, args: readonly string[], input = ''): Promise<string> {
    return this.inBroker([`/opt/kafka/bin/${tool}`, ...args], input);
  }

  /** What Tempo knows of the process that a trace went to. */
  public async attributesOf(trace: string): Promise<JsonRecord> {
    const batches = await this.until(`Tempo has trace ${trace}`, async () => {
      const found = await this.ask(local.observabilityNamespace, 'tempo', `/api/traces/${trace}`).then(
        (answer) => records(answer['batches']),
        () => [],
      );
      return found.length > 0 && found;
    });
    return Object.fromEntries(
      batches.flatMap(({ resource }) =>
        records(record(resource)['attributes']).map(({ key, value }) => [text(key), record(value)['stringValue']]),
      ),
    );
  }
}
