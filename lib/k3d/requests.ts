import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { parseQuantity } from '../manifest/quantity';
import { field, listAt, numberAt, textAt } from '../manifest/plain-data';

/** What pods request, which is kept for them. */
export interface Requests {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
}

const NONE: Requests = { cpuMillis: 0, memoryBytes: 0 };

function add(one: Requests, other: Requests): Requests {
  return { cpuMillis: one.cpuMillis + other.cpuMillis, memoryBytes: one.memoryBytes + other.memoryBytes };
}

function larger(one: Requests, other: Requests): Requests {
  return {
    cpuMillis: Math.max(one.cpuMillis, other.cpuMillis),
    memoryBytes: Math.max(one.memoryBytes, other.memoryBytes),
  };
}

/** A quantity in units of the `nanos`th part of one; 0 where there is none. */
function quantity(value: unknown, nanos: bigint): number {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value : '0';
  return Number((parseQuantity(text) ?? 0n) / nanos);
}

function requestsOfContainer(container: unknown): Requests {
  const requested = (resource: string): unknown =>
    // Who names a limit only, requests as much (Kubernetes' documentation, "Resource Management for Pods and Containers").
    field(container, 'resources', 'requests', resource) ?? field(container, 'resources', 'limits', resource);
  return {
    cpuMillis: quantity(requested('cpu'), 1_000_000n),
    memoryBytes: quantity(requested('memory'), 1_000_000_000n),
  };
}

/** Init containers run one after the other and before the rest, so of them the largest counts, unless they stay. */
function requestsOfPod(spec: unknown): Requests {
  const inits = listAt(spec, 'initContainers');
  const staying = inits.filter((container) => textAt(container, 'restartPolicy') === 'Always');
  const sum = [...listAt(spec, 'containers'), ...staying].map(requestsOfContainer).reduce(add, NONE);
  return inits.map(requestsOfContainer).reduce(larger, sum);
}

/** How many pods a workload has; a DaemonSet has one on each node. */
function podsOf(workload: unknown, nodes: number): number {
  if (textAt(workload, 'kind') === 'DaemonSet') return nodes;
  const replicas = field(workload, 'spec', 'replicas');
  return replicas === undefined ? 1 : numberAt(workload, 'spec', 'replicas');
}

/** What the pods of the workloads among some manifests request together, in a cluster of some nodes. */
export function requestsOf(manifests: readonly unknown[], nodes: number): Requests {
  return manifests
    .filter((manifest) => listAt(manifest, 'spec', 'template', 'spec', 'containers').length > 0)
    .map((workload) => {
      const { cpuMillis, memoryBytes } = requestsOfPod(field(workload, 'spec', 'template', 'spec'));
      const pods = podsOf(workload, nodes);
      return { cpuMillis: cpuMillis * pods, memoryBytes: memoryBytes * pods };
    })
    .reduce(add, NONE);
}

/**
 * What the pods request that `kubectl apply -f FOLDER` would make.
 *
 * @throws Error if the folder cannot be read.
 */
export function requestsIn(folder: string, nodes: number): Requests {
  if (!existsSync(folder)) throw new Error(`${folder} is missing: npm run synth makes it`);
  const files = readdirSync(folder).filter((file) => /\.(ya?ml|json)$/.test(file));
  return requestsOf(
    files.flatMap((file) => loadAll(readFileSync(join(folder, file), 'utf8'))),
    nodes,
  );
}
