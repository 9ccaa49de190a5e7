import { isIPv4 } from 'node:net';
import { type ClusterState, firstServer, isRunning } from '../cluster-state';
import { answerOf, complaint, Unanswered } from '../../host/command';
import type { Result } from '../doctor';
import { addressAt, parseRange } from '../../host/network';
import { shellLine } from '../../host/quote';
import { hostAddress } from '../../host/model';
import type { LocalSetup } from './local-setup';
import { couldNotRun, ok, problem } from './results';

/** What the cluster's DNS says of a name. */
type Resolution =
  | { readonly kind: 'addresses'; readonly addresses: readonly string[] }
  | { readonly kind: 'no answer' }
  /** The node has no program that asks. */
  | { readonly kind: 'cannot ask' };

/** The names by which pods reach servers on this host; an address needs no DNS. */
export function namedHosts({ access }: LocalSetup): readonly string[] {
  return [...new Set(access.endpoints.map((endpoint) => endpoint.host).filter((host) => !isIPv4(host)))];
}

/** Names of the Services that stand for such a name; those that stand for an address have one of their own. */
function namedServices({ access }: LocalSetup): readonly string[] {
  return access.endpoints.filter((endpoint) => !isIPv4(endpoint.host)).map((endpoint) => endpoint.name);
}

/**
 * Whether the names of the host lead to it: the cluster's own DNS is asked. k3d writes `host.k3d.internal` into CoreDNS'
 * configuration when it makes or starts a cluster, and k3s writes that anew when Docker starts the nodes by itself, after
 * a reboot (k3d-io/k3d#1112).
 */
export async function hostNamesResult(setup: LocalSetup, state: ClusterState): Promise<Result> {
  const unasked = whyNotAsked(state);
  if (unasked !== undefined) return unasked;
  const hosts = namedHosts(setup);
  for (const host of hosts) {
    const wrong = judge(setup, host, await resolve(setup, host));
    if (wrong !== undefined) return wrong;
  }
  return ok(`${hosts.join(', ')}: ${hostAddress(setup.access)}`);
}

/** Whether the Services that stand for the host's servers lead to it. */
export async function hostServicesResult(setup: LocalSetup, namespace: string, state: ClusterState): Promise<Result> {
  const unasked = whyNotAsked(state);
  if (unasked !== undefined) return unasked;
  const services = namedServices(setup);
  for (const service of services) {
    const name = `${service}.${namespace}.svc.cluster.local`;
    const resolution = await resolve(setup, name);
    if (resolution.kind === 'addresses' && resolution.addresses.length === 0) {
      return problem(
        `there is no Service ${service} in namespace ${namespace}`,
        'The services ask for it by that name.',
        ['npm run up (which applies the manifests)'],
      );
    }
    const wrong = judge(setup, name, resolution);
    if (wrong !== undefined) return wrong;
  }
  return ok(`${services.join(', ')}: ${hostAddress(setup.access)}`);
}

function whyNotAsked(state: ClusterState): Result | undefined {
  if (state.kind === 'unknown') return couldNotRun(state.reason);
  if (state.kind === 'absent') return ok('the cluster is not created yet');
  return isRunning(state) ? undefined : couldNotRun('the cluster does not run; see above');
}

/** Where the cluster's DNS answers: k3s takes the tenth address of the Services' range. */
function dnsServer({ cluster }: LocalSetup['access']): string {
  const services = parseRange(cluster.serviceCidr);
  return services === undefined ? '' : addressAt(services, 10);
}

/** What is wrong with a resolution, if something is. */
function judge({ access }: LocalSetup, host: string, resolution: Resolution): Result | undefined {
  const { name } = access.cluster;
  const wanted = hostAddress(access);
  if (resolution.kind === 'addresses' && resolution.addresses.includes(wanted)) return undefined;
  const stop = ['k3d', 'cluster', 'stop', name];
  const start = ['k3d', 'cluster', 'start', name];
  const restart = [shellLine(stop), shellLine(start)];
  if (resolution.kind === 'cannot ask') return couldNotRun('the node has no nslookup to ask with');
  if (resolution.kind === 'no answer') {
    return problem(`the cluster's DNS does not answer at ${dnsServer(access)}`, 'No pod finds anything by its name.', [
      `see why: kubectl --context k3d-${name} -n kube-system get pods -l k8s-app=kube-dns`,
      ...restart,
    ]);
  }
  return problem(
    resolution.addresses.length === 0
      ? `the cluster's DNS does not know ${host}`
      : `the cluster's DNS says ${resolution.addresses.join(', ')} for ${host}, and this host is ${wanted}`,
    "Pods fail with UnknownHostException or time-outs, although the host's servers and firewall are well. k3d writes the name when it starts a cluster; Docker does not, after a reboot.",
    restart,
    // Pods are started again; what is stored stays.
    { commands: [stop, start], undo: shellLine(start) },
  );
}

async function resolve({ access, system }: LocalSetup, host: string): Promise<Resolution> {
  const node = firstServer(access.cluster.name);
  const command = ['docker', 'exec', node, 'nslookup', host, dnsServer(access)];
  const result = await system.run(command);
  if (result.kind !== 'exited') throw new Unanswered(complaint(command, result));
  const said = `${result.stdout}\n${result.stderr}`;
  // As docker says it of a program that is not there, and a shell.
  if (/executable file not found|no such file or directory|nslookup: not found/i.test(said))
    return written(access, system, host);
  if (/timed out|no servers could be reached|connection refused/i.test(said)) return { kind: 'no answer' };
  // The server's own address stands first, and before an empty line.
  const answer = result.stdout
    .split(/\n\s*\n/)
    .slice(1)
    .join('\n');
  const addresses = [...answer.matchAll(/^Address(?: \d+)?:\s*(\S+)/gm)].flatMap(([, address = '']) =>
    isIPv4(address) ? [address] : [],
  );
  const denied = /can't find|can't resolve|NXDOMAIN|No answer/i.test(said);
  if (addresses.length === 0 && !denied) throw new Unanswered(complaint(command, result));
  return { kind: 'addresses', addresses };
}

/** What is written down for CoreDNS, where it cannot be asked: an address and its names a line. */
async function written(
  { cluster }: LocalSetup['access'],
  system: LocalSetup['system'],
  host: string,
): Promise<Resolution> {
  const command = [
    ...['docker', 'exec', firstServer(cluster.name), 'kubectl', '--namespace', 'kube-system'],
    ...['get', 'configmap', 'coredns', '-o', 'jsonpath={.data.NodeHosts}'],
  ];
  if (host.endsWith('.svc.cluster.local')) return { kind: 'cannot ask' };
  const lines = (await answerOf(system, command)).split('\n').map((line) => line.trim().split(/\s+/));
  return {
    kind: 'addresses',
    addresses: lines.flatMap(([address = '', ...names]) => (names.includes(host) ? [address] : [])),
  };
}
