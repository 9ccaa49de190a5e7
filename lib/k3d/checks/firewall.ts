import { type ClusterState, isRunning } from '../cluster-state';
import { complaint, succeeded } from '../command';
import { sudo, type Result } from '../doctor';
import { listAt, parseJson, textAt } from '../json';
import type { HostEndpoint } from '../model';
import { contains, parseRange } from '../network';
import { hostAddress, reaches } from './addresses';
import { listeners } from './listeners';
import type { Patient } from './patient';
import { couldNotRun, ok, problem } from './results';

/** Opens a connection, in the network namespace that it is started in: source address, target address, port. */
const CONNECT = `
const [localAddress, host, port] = process.argv.slice(1);
const socket = require('node:net').connect({ host, port: Number(port), ...(localAddress === '' ? {} : { localAddress }) });
const say = (what) => { console.log(what); process.exit(); };
// A connection that was made while this process had to wait for a CPU counts: it is heard before setImmediate.
socket.setTimeout(2000, () => setImmediate(say, 'timed out'));
socket.on('connect', () => say('open'));
socket.on('error', (error) => say(error.code));
`;

function firewallProblem({ access }: Patient, found: string): Result {
  const script = `${access.folder}/firewall.sh`;
  return problem(
    found,
    'Pods fail with "Connect timed out", although the server listens and would let them log in.',
    [sudo(script, 'install')],
    { commands: [[script, 'install']], undo: sudo(script, 'uninstall') },
  );
}

/** Whether the host's firewall lets pods reach a server: tested where the cluster runs, read where it does not. */
export async function firewallResult(patient: Patient, endpoint: HostEndpoint, state: ClusterState): Promise<Result> {
  const { system } = patient;
  if (!isRunning(state)) return firewallRead(patient);
  return system.root
    ? firewallTested(patient, endpoint)
    : couldNotRun('opening a connection from inside the cluster needs root', 'sudo env "PATH=$PATH" npm run -s doctor');
}

/** Opens the connection from where pods would: in a node's network namespace, from its address and from the pods' range. */
async function firewallTested(patient: Patient, endpoint: HostEndpoint): Promise<Result> {
  const { access, system } = patient;
  const node = `k3d-${access.cluster.name}-server-0`;
  const inspect = ['docker', 'inspect', '--format', '{{.State.Pid}}', node];
  const inspected = await system.run(inspect);
  const pid = succeeded(inspected) ? inspected.stdout.trim() : '';
  if (!/^[1-9]\d*$/.test(pid)) return couldNotRun(complaint(inspect, inspected));
  const enter = ['nsenter', `--net=/proc/${pid}/ns/net`];
  const listing = await system.run([...enter, 'ip', '-j', '-4', 'address', 'show']);
  const pods = parseRange(access.cluster.podCidr);
  const podSide = listAt(succeeded(listing) ? parseJson(listing.stdout) : undefined)
    .flatMap((link) => listAt(link, 'addr_info'))
    .map((address) => textAt(address, 'local'))
    .find((address) => {
      const range = parseRange(address);
      return pods !== undefined && range !== undefined && contains(pods, range);
    });
  const sources = [
    { range: access.cluster.subnet, address: '' },
    ...(podSide === undefined ? [] : [{ range: access.cluster.podCidr, address: podSide }]),
  ];
  const target = hostAddress(access);
  for (const source of sources) {
    const command = [...enter, process.execPath, '-e', CONNECT, source.address, target, String(endpoint.port)];
    const result = await system.run(command);
    if (!succeeded(result)) return couldNotRun(complaint(command, result));
    const came = result.stdout.trim();
    const from = `from ${source.range} to ${target}:${endpoint.port}`;
    if (came === 'timed out') {
      return firewallProblem(patient, `a connection ${from} timed out: this host's firewall drops it`);
    }
    if (came !== 'open') {
      const listening = ((await listeners(system, endpoint.port)) ?? []).some(({ address }) =>
        reaches(access, address),
      );
      return listening
        ? firewallProblem(patient, `a connection ${from} was rejected (${came}) by this host's firewall`)
        : couldNotRun(`a connection ${from} failed (${came}), but nothing listens there; see above`);
    }
  }
  return ok(`tested from ${sources.map((source) => source.range).join(' and ')}`);
}

/** Without a cluster there is nowhere to test from; the rules themselves can be read. */
async function firewallRead(patient: Patient): Promise<Result> {
  const { access, system } = patient;
  const script = `${access.folder}/firewall.sh`;
  if (!system.root) {
    return couldNotRun(
      "the cluster does not run, so there is nowhere to test from, and reading the firewall's rules needs root",
      sudo(script, 'status'),
    );
  }
  const command = [script, 'status'];
  const result = await system.run(command);
  if (result.kind !== 'exited') return couldNotRun(complaint(command, result));
  const said = result.stdout.trim().replaceAll('\n', '; ');
  switch (result.code) {
    case 0:
      return ok(`read, not tested, since the cluster does not run: ${said}`);
    case 1:
      return firewallProblem(patient, `read, not tested, since the cluster does not run: ${said}`);
    case 3:
      return couldNotRun(
        'ufw or firewalld manages the firewall; it is tested once the cluster runs',
        ...result.stdout.trim().split('\n'),
      );
    default:
      return couldNotRun(complaint(command, result));
  }
}
