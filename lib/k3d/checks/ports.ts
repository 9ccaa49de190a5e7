import { type ClusterState, loadBalancer } from '../cluster-state';
import { sudo, type Result } from '../doctor';
import { shellLine } from '../../host/quote';
import { listeners } from './listeners';
import type { PublishedPort } from '../model';
import type { LocalSetup } from './local-setup';
import { ok, problem } from './results';

/** Whether a port of the host is free for the cluster. */
export async function portResult(
  { access, system }: LocalSetup,
  { host: port, address }: PublishedPort,
  state: ClusterState,
): Promise<Result> {
  const listen = await system.canListen(port, address);
  if (listen === 'yes') return ok('free');
  if (listen === 'forbidden') return ok('only root may try; Docker runs as root, so it can');
  const containers = await system.run(['docker', 'ps', '--filter', `publish=${port}`, '--format', '{{.Names}}']);
  const names = containers.kind === 'exited' && containers.code === 0 ? containers.stdout.trim().split('\n') : [];
  const container = names.find((name) => name !== '');
  if (container === loadBalancer(access.cluster.name) && state.kind === 'present')
    return ok('held by the cluster itself');
  // One that listens on another address only is not in the way.
  const holders = ((await listeners(system, port)) ?? []).filter(
    (listener) => address === undefined || [address, '0.0.0.0', '*', '::'].includes(listener.address),
  );
  const [holder] = holders.flatMap((listener) => listener.process ?? []);
  const why = `k3d publishes the cluster on this port: with it taken, creating the cluster fails and is rolled back.`;
  const elsewhere = 'or change the published port in the environment, and synthesize again';
  if (container !== undefined) {
    return problem(`the container ${container} holds it`, why, [shellLine(['docker', 'stop', container]), elsewhere]);
  }
  const look = sudo('ss', '-ltnp', `sport = :${port}`);
  if (holder === undefined) {
    return problem(
      system.root
        ? 'it is taken, and no process is shown as its holder'
        : 'another user holds it; only root can see who',
      why,
      [`find out who: ${look}`, elsewhere],
    );
  }
  return problem(`${holder} holds it`, why, [
    `end it, if nobody needs it: kill ${/\d+(?=\)$)/.exec(holder)?.[0] ?? ''}`,
    elsewhere,
  ]);
}
