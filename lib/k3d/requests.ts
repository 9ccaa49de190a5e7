import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { amountOfPod } from '../manifest/pod-resources';
import { NANOS } from '../manifest/quantity';
import { field, listAt, numberAt, textAt } from '../manifest/plain-data';

/** What pods request, which is kept for them. */
export interface Requests {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
}

const NANOS_OF_A_MILLI = NANOS / 1000n;

const NONE: Requests = { cpuMillis: 0, memoryBytes: 0 };

function add(one: Requests, other: Requests): Requests {
  return { cpuMillis: one.cpuMillis + other.cpuMillis, memoryBytes: one.memoryBytes + other.memoryBytes };
}

/** What a pod requests. */
function requestsOfPod(spec: unknown): Requests {
  return {
    cpuMillis: Number(amountOfPod(spec, 'requests', 'cpu') / NANOS_OF_A_MILLI),
    memoryBytes: Number(amountOfPod(spec, 'requests', 'memory') / NANOS),
  };
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
