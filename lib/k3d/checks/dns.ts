import { isIPv4 } from 'node:net';
import { type ClusterState, firstServer, isRunning } from '../cluster-state';
import { answerOf, complaint, Unanswered } from '../command';
import type { Result } from '../doctor';
import { addressAt, parseRange } from '../network';
import { shellLine } from '../quote';
import { hostAddress } from './addresses';
import type { Patient } from './patient';
import { couldNotRun, ok, problem } from './results';

/** What the cluster's DNS says of a name. */
type Resolution =
  | { readonly kind: 'addresses'; readonly addresses: readonly string[] }
  | { readonly kind: 'no answer' }
  /** The node has no program that asks. */
  | { readonly kind: 'cannot ask' };

/**
 * Whether the names by which pods reach the host's servers lead to this host: the cluster's own DNS is asked. k3d writes
 * `host.k3d.internal` into CoreDNS' configuration when it makes or starts a cluster; when Docker starts the nodes by
 * itself, after a reboot, it can be gone.
 */
export async function dnsResult(patient: Patient, state: ClusterState): Promise<Result> {
  const { access, namespace } = patient;
  const { name, serviceCidr } = access.cluster;
  if (state.kind === 'unknown') return couldNotRun(state.reason);
  if (state.kind === 'absent') return ok('the cluster is not created yet');
  if (!isRunning(state)) return couldNotRun('the cluster does not run; see above');
  const services = parseRange(serviceCidr);
  // k3s' default of `cluster-dns`.
  const server = services === undefined ? '' : addressAt(services, 10);
  const hosts = [...new Set(access.endpoints.map((endpoint) => endpoint.host).filter((host) => !isIPv4(host)))];
  for (const host of hosts) {
    const wrong = judge(patient, host, server, await resolve(patient, host, server));
    if (wrong !== undefined) return wrong;
  }
  const own =
    namespace === undefined ? [] : access.endpoints.map((endpoint) => ({ service: endpoint.name, namespace }));
  for (const { service, namespace: folder } of own) {
    const resolution = await resolve(patient, `${service}.${folder}.svc.cluster.local`, server);
    if (resolution.kind === 'cannot ask') break;
    if (resolution.kind === 'addresses' && resolution.addresses.length === 0) {
      return problem(`there is no Service ${service} in namespace ${folder}`, 'The services ask for it by that name.', [
        `apply the manifests: npm run up, or kubectl --context k3d-${name} apply -f FOLDER`,
      ]);
    }
    const wrong = judge(patient, `${service}.${folder}.svc.cluster.local`, server, resolution);
    if (wrong !== undefined) return wrong;
  }
  return ok(`${[...hosts, ...own.map(({ service }) => service)].join(', ')}: ${hostAddress(access)}`);
}

/** What is wrong with a resolution, if something is. */
function judge({ access }: Patient, host: string, server: string, resolution: Resolution): Result | undefined {
  const { name } = access.cluster;
  const wanted = hostAddress(access);
  if (resolution.kind === 'addresses' && resolution.addresses.includes(wanted)) return undefined;
  const stop = ['k3d', 'cluster', 'stop', name];
  const start = ['k3d', 'cluster', 'start', name];
  const restart = [shellLine(stop), shellLine(start)];
  if (resolution.kind !== 'addresses') {
    return problem(`the cluster's DNS does not answer at ${server}`, 'No pod finds anything by its name.', [
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

async function resolve({ access, system }: Patient, host: string, server: string): Promise<Resolution> {
  const node = firstServer(access.cluster.name);
  const command = ['docker', 'exec', node, 'nslookup', host, server];
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
async function written({ cluster }: Patient['access'], system: Patient['system'], host: string): Promise<Resolution> {
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
