import { type ClusterState, firstServer, isRunning } from '../cluster-state';
import { readAsset } from '../../host/assets';
import { complaint, succeeded } from '../../host/command';
import { sudo, type Result } from '../doctor';
import { listAt, numberAt, parseJson, textAt } from '../../manifest/plain-data';
import { hostAddress, sourceRanges, type HostEndpoint } from '../../host/model';
import { addressAt, contains, parseRange } from '../../host/network';
import { openings } from '../../host/packet-filter';
import { reaches } from './addresses';
import { listeners } from './listeners';
import type { LocalSetup } from './local-setup';
import { couldNotRun, ok, problem } from './results';
import { closeFix } from './services';

function firewallProblem({ access }: LocalSetup, found: string): Result {
  const script = `${access.folder}/firewall.sh`;
  return problem(
    found,
    'Pods fail with "Connect timed out", although the server listens and would let them log in.',
    [sudo(script, 'install')],
    { commands: [[script, 'install']], undo: sudo(script, 'uninstall') },
  );
}

/** Whether the host's firewall lets pods reach a server: tested where the cluster runs, read where it does not. */
export async function firewallResult(setup: LocalSetup, endpoint: HostEndpoint, state: ClusterState): Promise<Result> {
  const { system } = setup;
  if (!isRunning(state)) return firewallRead(setup);
  return system.root
    ? firewallTested(setup, endpoint)
    : couldNotRun('opening a connection from inside the cluster needs root', 'sudo env "PATH=$PATH" npm run -s doctor');
}

/** Opens the connection from where pods would: in a node's network namespace, from its address and from the pods' range. */
async function firewallTested(setup: LocalSetup, endpoint: HostEndpoint): Promise<Result> {
  const { access, system } = setup;
  const node = firstServer(access.cluster.name);
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
  const connect = readAsset('lib/k3d/connect.cjs');
  for (const source of sources) {
    const command = [...enter, process.execPath, '-e', connect, source.address, target, String(endpoint.port)];
    const result = await system.run(command);
    if (!succeeded(result)) return couldNotRun(complaint(command, result));
    const came = result.stdout.trim();
    const from = `from ${source.range} to ${target}:${endpoint.port}`;
    if (came === 'timed out') {
      return firewallProblem(setup, `a connection ${from} timed out: this host's firewall drops it`);
    }
    if (came !== 'open') {
      const listening = ((await listeners(system, endpoint.port)) ?? []).some(({ address }) =>
        reaches(access, address),
      );
      return listening
        ? firewallProblem(setup, `a connection ${from} was rejected (${came}) by this host's firewall`)
        : couldNotRun(`a connection ${from} failed (${came}), but nothing listens there; see above`);
    }
  }
  return ok(`tested from ${sources.map((source) => source.range).join(' and ')}`);
}

/** Without a cluster there is nowhere to test from; the rules themselves can be read. */
async function firewallRead(setup: LocalSetup): Promise<Result> {
  const { access, system } = setup;
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
      return firewallProblem(setup, `read, not tested, since the cluster does not run: ${said}`);
    case 3:
      return couldNotRun(
        'ufw or firewalld manages the firewall; it is tested once the cluster runs',
        ...result.stdout.trim().split('\n'),
      );
    default:
      return couldNotRun(complaint(command, result));
  }
}

/** An address of this host, on an interface. */
interface HostNetwork {
  readonly family: 4 | 6;
  readonly link: string;
  readonly address: string;
  readonly bits: number;
}

/**
 * Whether anybody but this host and the cluster reaches a server: read from the kernel's rules, whoever made them, since a
 * connection from elsewhere cannot be tried from here.
 */
export async function strangersResult(setup: LocalSetup, endpoint: HostEndpoint): Promise<Result> {
  const { access, system } = setup;
  const found = await listeners(system, endpoint.port);
  if (found === undefined) {
    return couldNotRun('ss, which tells who listens, is missing or failed', sudo('apt-get', 'install', 'iproute2'));
  }
  const families = ([4, 6] as const).filter((family) => found.some(({ address }) => reachedOver(family, address)));
  if (families.length === 0) return ok('it listens to nobody but this host');
  if (!system.root) {
    return couldNotRun("reading the firewall's rules needs root", 'sudo env "PATH=$PATH" npm run -s doctor');
  }
  const known = sourceRanges(access).flatMap((text) => parseRange(text) ?? []);
  const networks = await hostNetworks(setup);
  if (networks === undefined) {
    return couldNotRun(
      'ip, which tells the networks of this host, is missing or failed',
      sudo('apt-get', 'install', 'iproute2'),
    );
  }
  const isKnown = ({ address }: HostNetwork): boolean => {
    const range = parseRange(address);
    return range !== undefined && known.some((one) => contains(one, range));
  };
  const interfaces = [...new Set(['lo', ...networks.filter(isKnown).map(({ link }) => link)])];
  const open: string[] = [];
  for (const family of families) {
    const commands = {
      iptables: [family === 4 ? 'iptables-save' : 'ip6tables-save'],
      nft: ['nft', '-j', 'list', 'ruleset'],
    };
    const [iptables, nft] = [await system.run(commands.iptables), await system.run(commands.nft)];
    if (iptables.kind !== 'missing' && !succeeded(iptables)) return couldNotRun(complaint(commands.iptables, iptables));
    if (nft.kind !== 'missing' && !succeeded(nft)) return couldNotRun(complaint(commands.nft, nft));
    const result = openings(
      { family, port: endpoint.port, known, interfaces },
      iptables.kind === 'missing' ? undefined : iptables.stdout,
      nft.kind === 'missing' ? undefined : nft.stdout,
    );
    if (result === undefined) return couldNotRun('nft lists no rules that can be read: nft -j list ruleset');
    if (result.closed) continue;
    const theirs = networks.filter((network) => network.family === family && !interfaces.includes(network.link));
    const where = theirs.map(({ address, bits, link }) => `${networkOf(address, bits)} (${link})`).join(', ');
    open.push(
      `port ${endpoint.port} is open over IPv${family} to every network of this host that its rules let in${where === '' ? '' : `: ${where}`}; ${
        result.rules.length === 0 ? 'nothing filters what comes in' : `let in by ${result.rules.join(' and by ')}`
      }`,
    );
  }
  if (open.length === 0) return ok(`read: open to this host and ${sourceRanges(access).join(' and ')} alone`);
  const { remedy, fix } = closeFix(setup);
  return problem(
    open.join('; '),
    'Whoever is there may try passwords, and finds what else the server has to offer.',
    remedy,
    fix,
  );
}

/** Whether who listens on an address is reached by others than this host over IPv4 or IPv6. */
function reachedOver(family: 4 | 6, address: string): boolean {
  if (address === '*') return true;
  return family === 4
    ? /^\d+(\.\d+){3}$/.test(address) && !address.startsWith('127.')
    : address.includes(':') && address !== '::1';
}

async function hostNetworks({ system }: LocalSetup): Promise<readonly HostNetwork[] | undefined> {
  const result = await system.run(['ip', '-j', 'address', 'show']);
  const links = succeeded(result) ? parseJson(result.stdout) : undefined;
  if (!Array.isArray(links)) return undefined;
  return listAt(links).flatMap((link) =>
    listAt(link, 'addr_info').flatMap((info): HostNetwork[] => {
      const [name, address, family] = [textAt(link, 'ifname'), textAt(info, 'local'), textAt(info, 'family')];
      return name === 'lo' || address === ''
        ? []
        : [{ family: family === 'inet6' ? 6 : 4, link: name, address, bits: numberAt(info, 'prefixlen') }];
    }),
  );
}

/** The network of an IPv4 address; of an IPv6 address, what people know it by. */
function networkOf(address: string, bits: number): string {
  const single = parseRange(address);
  if (single === undefined) return `${address}/${bits}`;
  const size = 2 ** (32 - bits);
  return `${addressAt({ ...single, first: single.first - (single.first % size) }, 0)}/${bits}`;
}
