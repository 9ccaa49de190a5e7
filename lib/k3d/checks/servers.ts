import type { ClusterState } from '../cluster-state';
import { sudo, type Check, type Result } from '../doctor';
import { hostAddress, type HostEndpoint } from '../../host/model';
import { listeners } from './listeners';
import { reaches } from './addresses';
import { firewallResult, strangersResult } from './firewall';
import type { LocalSetup } from './local-setup';
import { databasesResult, hbaOthersResult, hbaResult, rolesResult } from './postgres';
import { redisResult } from './redis';
import { couldNotRun, ok, problem } from './results';
import { listenFix, UNITS } from './services';

/** A server on the host: whether it listens, lets the services log in, and is let through by the firewall. */
export function endpointChecks(
  setup: LocalSetup,
  endpoint: HostEndpoint,
  state: () => Promise<ClusterState>,
): readonly Check[] {
  const check = (name: string, run: () => Promise<Result>): Check => ({
    section: endpoint.name,
    name,
    phase: 'host',
    run,
  });
  const own =
    endpoint.kind === 'postgresql'
      ? [
          check('pg_hba.conf lets pods log in, by scram-sha-256', () => hbaResult(setup, endpoint)),
          check('pg_hba.conf lets nobody in without a password, and not everybody from everywhere', () =>
            hbaOthersResult(setup, endpoint),
          ),
          check('the databases are there, and their owners own them', () => databasesResult(setup, endpoint)),
          check('the roles are there, with the passwords of the secrets and no more rights than they need', () =>
            rolesResult(setup, endpoint),
          ),
        ]
      : [check('Redis answers by its password, and not without', () => redisResult(setup, endpoint))];
  return [
    check(`it listens on port ${endpoint.port}, where pods can reach it`, () => listeningResult(setup, endpoint)),
    ...own,
    check('the firewall lets pods in', async () => firewallResult(setup, endpoint, await state())),
    check('the firewall lets nobody else in', () => strangersResult(setup, endpoint)),
  ];
}

const PRODUCTS = { postgresql: 'PostgreSQL', redis: 'Redis' } as const;

async function listeningResult(setup: LocalSetup, endpoint: HostEndpoint): Promise<Result> {
  const { access, system } = setup;
  const found = await listeners(system, endpoint.port);
  const unit = UNITS[endpoint.kind];
  if (found === undefined) {
    return couldNotRun('ss, which tells who listens, is missing or failed', sudo('apt-get', 'install', 'iproute2'));
  }
  if (found.length === 0) {
    return problem(
      `nothing listens on port ${endpoint.port}: ${PRODUCTS[endpoint.kind]} is down, or on another port`,
      `Pods would get "connection refused".`,
      [sudo('systemctl', 'start', unit), `if it does not start: ${sudo('journalctl', '-u', `${unit}*`, '-n', '50')}`],
      { commands: [['systemctl', 'start', unit]], undo: sudo('systemctl', 'stop', unit) },
    );
  }
  const addresses = [...new Set(found.map((listener) => listener.address))];
  if (addresses.some((address) => reaches(access, address))) return ok(`on ${addresses.join(', ')}`);
  const { remedy, fix } = listenFix(setup, endpoint.kind);
  return problem(
    `it listens on ${addresses.join(' and ')} only`,
    `Pods come to ${hostAddress(access)}, and would get "connection refused".`,
    remedy,
    fix,
  );
}
