import { type ClusterState, networkRange } from '../cluster-state';
import { complaint } from '../../host/command';
import { sudo, type Result } from '../doctor';
import { listAt, parseJson, textAt } from '../../manifest/plain-data';
import { contains, overlap, parseRange } from '../../host/network';
import { shellLine } from '../../host/quote';
import { MADE_ANEW } from './cluster';
import type { LocalSetup } from './local-setup';
import { couldNotRun, ok, problem } from './results';

/** Whether packets for the cluster's ranges go to the cluster. */
export async function routesResult(setup: LocalSetup): Promise<Result> {
  const { access, system } = setup;
  const command = ['ip', '-j', '-4', 'route', 'show'];
  const result = await system.run(command);
  const routes = result.kind === 'exited' && result.code === 0 ? parseJson(result.stdout) : undefined;
  if (!Array.isArray(routes)) return couldNotRun(complaint(command, result), sudo('apt-get', 'install', 'iproute2'));
  const subnet = parseRange(access.cluster.subnet);
  // Without Docker there is no such network.
  const existing = await networkRange(access.cluster.name, system).catch(() => undefined);
  const ranges = (['subnet', 'podCidr', 'serviceCidr'] as const).flatMap((name) => {
    const range = parseRange(access.cluster[name]);
    return range === undefined ? [] : [{ name, range }];
  });
  for (const route of listAt(routes)) {
    const target = parseRange(textAt(route, 'dst'));
    if (target === undefined) continue;
    const gateway = parseRange(textAt(route, 'gateway'));
    const own =
      subnet !== undefined &&
      existing === access.cluster.subnet &&
      (target.text === subnet.text || (gateway !== undefined && contains(subnet, gateway)));
    const hit = own ? undefined : ranges.find(({ range }) => overlap(range, target));
    if (hit !== undefined) {
      return problem(
        `the route to ${target.text} through ${textAt(route, 'dev')} overlaps with ${hit.name} ${hit.range.text}`,
        'Packets for the cluster would go there, or those for that network into the cluster.',
        [
          `look at it: ${shellLine(['ip', '-4', 'route', 'show', 'root', target.text])}`,
          `leave that network, or change ${hit.name} in the environment and synthesize again`,
        ],
      );
    }
  }
  return ok(ranges.map(({ range }) => range.text).join(', '));
}

/** Whether the cluster's Docker network is the one that the firewall knows. */
export async function networkResult(setup: LocalSetup, state: ClusterState): Promise<Result> {
  const { access, system } = setup;
  if (state.kind === 'unknown') return couldNotRun(state.reason);
  if (state.kind === 'absent') return ok('not created yet');
  const subnet = await networkRange(access.cluster.name, system);
  if (subnet === undefined) return couldNotRun(`docker knows no network k3d-${access.cluster.name}`);
  return subnet === access.cluster.subnet
    ? ok(subnet)
    : problem(
        `it is ${subnet}`,
        "The firewall's rules and pg_hba.conf name the other range, and let nobody in from this one.",
        MADE_ANEW,
      );
}
