import { clusterState, type ClusterState } from '../cluster-state';
import { asRoot, type Check } from '../doctor';
import type { System } from '../../host/system';
import { clusterResult, nodesResult, publishedResult } from './cluster';
import { hostNamesResult, hostServicesResult, namedHosts } from './dns';
import { imagesResult } from './images';
import { networkResult, routesResult } from './network';
import type { LocalSetup } from './local-setup';
import { portResult } from './ports';
import { resourceChecks } from './resources';
import { endpointChecks } from './servers';
import { toolChecks } from './tools';

export type { LocalSetup } from './local-setup';

/** A value that is found out once, when it is first asked for. */
function once<T>(find: () => Promise<T>): () => Promise<T> {
  let found: Promise<T> | undefined;
  return () => (found ??= find());
}

/** Every check, in the order in which things would fail. */
export function checks(setup: LocalSetup): readonly Check[] {
  const { access, images, system } = setup;
  const state = once(() => clusterState(access.cluster.name, system));
  return [
    ...toolChecks(setup),
    ...resourceChecks(setup),
    ...access.cluster.ports.map((port): Check => ({
      section: 'ports',
      name: `port ${port.host}${port.address === undefined ? '' : ` of ${port.address}`} is free, for the cluster's ${port.container}`,
      phase: 'host',
      run: async () => portResult(setup, port, await state()),
    })),
    {
      section: 'network',
      name: 'no route of this host overlaps with the ranges of the cluster',
      phase: 'host',
      run: () => routesResult(setup),
    },
    ...access.endpoints.flatMap((endpoint) => endpointChecks(setup, endpoint, state)),
    {
      section: 'cluster',
      name: `cluster ${access.cluster.name} is up`,
      phase: 'cluster',
      run: async () => clusterResult(setup, await state()),
    },
    {
      section: 'cluster',
      name: `its Docker network is ${access.cluster.subnet}`,
      phase: 'cluster',
      run: async () => networkResult(setup, await state()),
    },
    {
      section: 'cluster',
      name: 'it is published on the ports of the environment',
      phase: 'cluster',
      run: async () => publishedResult(setup, await state()),
    },
    {
      section: 'cluster',
      name: 'its nodes are ready, and not short of disk or memory',
      phase: 'cluster',
      run: async () => nodesResult(setup, await state()),
    },
    ...(namedHosts(setup).length === 0 ? [] : dnsChecks(setup, state)),
    ...(images.length === 0
      ? []
      : [
          {
            section: 'images',
            name: `${images.length} images are imported on every node`,
            phase: 'cluster',
            run: async () => imagesResult(setup, await state()),
          } as const,
        ]),
  ];
}

/** Whether the cluster's DNS leads pods to the servers on this host. */
function dnsChecks(setup: LocalSetup, state: () => Promise<ClusterState>): readonly Check[] {
  const { namespace } = setup;
  return [
    {
      section: 'cluster',
      name: 'its DNS knows this host',
      phase: 'running',
      run: async () => hostNamesResult(setup, await state()),
    },
    ...(namespace === undefined
      ? []
      : [
          {
            section: 'cluster',
            name: "its Services lead to this host's servers",
            phase: 'cluster',
            run: async () => hostServicesResult(setup, namespace, await state()),
          } as const,
        ]),
  ];
}

/** Commands of fixes as they are run: with sudo where this process is not root's and they need it. */
export function fixCommand(system: System, command: readonly string[]): readonly string[] {
  return command[0] === 'k3d' || command[0] === 'docker' ? command : asRoot(system, command);
}
