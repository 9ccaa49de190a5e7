import type { Size } from 'cdk8s';
import type { IConstruct } from 'constructs';
import type { Cpu } from '../../imports/k8s';
import { wholeBytes, wholeMillis } from './validation';
import { enforce } from './enforce';

/** CPU and memory of a container. */
export interface ResourceProps {
  /** CPU time. */
  readonly cpu: {
    /** What the scheduler reserves on the node. */
    readonly request: Cpu;
    /**
     * What the container may use at most; beyond it the kernel slows it down.
     * @default - no limit: the container may use what the node has to spare
     */
    readonly limit?: Cpu;
  };
  /** Memory. */
  readonly memory: {
    /** What the scheduler reserves on the node. */
    readonly request: Size;
    /** What the container may use at most; beyond it the kernel kills it. */
    readonly limit: Size;
  };
}

/** Checks that CPU and memory are amounts that Kubernetes knows, above zero, and, by the policy, that no request is above its limit. */
export function checkResources(scope: IConstruct, prop: string, { cpu, memory }: ResourceProps): void {
  const cpuLimit = cpu.limit && wholeMillis(scope, `${prop}.cpu.limit`, cpu.limit);
  const amounts = [
    { resource: 'cpu', request: wholeMillis(scope, `${prop}.cpu.request`, cpu.request), limit: cpuLimit },
    {
      resource: 'memory',
      request: wholeBytes(scope, `${prop}.memory.request`, memory.request),
      limit: wholeBytes(scope, `${prop}.memory.limit`, memory.limit),
    },
  ];
  for (const { resource, request, limit } of amounts) {
    const resources = { requests: { [resource]: request }, limits: limit === undefined ? {} : { [resource]: limit } };
    enforce(scope, {
      prop: `${prop}.${resource}.request`,
      value: request,
      policies: ['request-within-limit'],
      manifest: { apiVersion: 'v1', kind: 'Pod', spec: { containers: [{ name: 'container', resources }] } },
    });
  }
}
