/**
 * A real node: a kubelet with containerd, on which real processes run in real containers, without Docker. PostgreSQL, Redis and a
 * firewall are on the machine that it would run on, `host.k3d.internal`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { PasswordOf } from '../../lib/host/model';
import type { K3dHostAccess } from '../../lib/k3d/model';
import { postgresServers } from '../../lib/host/model';
import { psqlPasswords, sqlFileName } from '../../lib/host/servers';
import { binary, kubernetesVersions, moduleFolder, newestVersion, progress, seconds } from '../cluster/binaries';
import { type Cluster, type NodeNetwork, pkiFolder, startCluster, storage } from '../cluster/control-plane';
import type { Kubectl, KubernetesObject } from '../cluster/kubectl';
import { Lab, must, requireHost } from '../host/lab';
import { record, records, text } from '../cluster/json';
import { issueCertificate } from './certificates';
import { LOAD_BALANCER_IMAGE, type StandInVersion, writeImages } from './images';

/** Name of the node, as k3d would name it. */
export const NODE = 'k3d-sportstix-server-0';
/** Where nodes and pods reach what runs on the node itself. */
const ADDRESS = '172.21.0.2';
/** Where what runs on the host is reached. */
export const HOST_ADDRESS = '172.21.0.1';
/** Where the API server answers, as it does in k3s. */
export const API_SERVER = { address: ADDRESS, port: 6443 };
/** Where the kubelet answers. */
export const KUBELET = { address: ADDRESS, port: 10250 };
/** First address of the cluster's Services, that of the API server. */
const SERVICE_ADDRESS = '10.43.0.1';
/** What k3s runs in every cluster. */
export const KUBE_SYSTEM_MANIFEST = join(__dirname, 'kube-system.yaml');
/** Debian's packages beyond those of the host, by a program of each. */
const PACKAGES: Readonly<Record<string, string>> = {
  containerd: 'containerd',
  runc: 'runc',
  '/usr/lib/cni/bridge': 'containernetworking-plugins',
  conntrack: 'conntrack',
  ipset: 'ipset',
  debootstrap: 'debootstrap',
  mvn: 'maven',
  openssl: 'openssl',
  javac: 'openjdk-17-jdk-headless',
  socat: 'socat',
  curl: 'curl',
};
/** Programs that run on the node. */
const PROGRAMS = ['kubelet', 'kube-proxy', 'kube-router', 'rollouts-controller'] as const;

/** A firewall that drops what nobody asked for, as that of the outage did. */
const CLOSED =
  'iptables -P INPUT DROP; iptables -P FORWARD DROP; iptables -A INPUT -i lo -j ACCEPT; ' +
  'iptables -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT';

/** A node, and what is around it. */
export interface Node {
  readonly lab: Lab;
  readonly cluster: Cluster;
  /** Unix socket that leads to the ingress controller. */
  readonly ingressSocket: string;
  /** Where the volumes are: a folder of each. */
  readonly volumes: string;
  /** The digest of each version of what stands for the services in production. */
  readonly standIns: Readonly<Record<StandInVersion, string>>;
  /** The words before a command that make it run in a pod's network. */
  enterPod(uid: string): readonly string[];
  /** The end of the log of each program on the node, and of its pods in kube-system. */
  logs(): string;
  /** Stops everything, and leaves nothing behind. */
  stop(): Promise<void>;
}

/**
 * Starts a node, and waits until it is Ready. What it needs and is missing is installed or built first.
 *
 * @param access the servers that pods reach on the host
 * @param prepareHost makes them ready for pods
 */
export async function startNode(access: K3dHostAccess, prepareHost: (lab: Lab) => void): Promise<Node> {
  requireHost('npm run test:node runs containers', PACKAGES);
  const version = newestVersion(kubernetesVersions());
  const folders = new Set<string>();
  for (const name of PROGRAMS) {
    folders.add(dirname(await binary(name, version)));
  }
  const controlGroup = `sportstix-node-${process.pid}`;
  // A process may take a moment to leave its group.
  const removeControlGroups = `for attempt in $(seq 600); do
  [ -n "$(find /sys/fs/cgroup -maxdepth 2 -name ${controlGroup})" ] || break
  find /sys/fs/cgroup -depth -type d -path '*/${controlGroup}*' -exec rmdir {} + 2>/dev/null
  sleep 0.1
done`;
  const lab = new Lab(access, ['node', 'host'], () => removeControlGroups);
  const folder = join(lab.folder, 'node');
  const volumes = join(folder, 'volumes');
  let cluster: Cluster | undefined;
  let init: ChildProcess | undefined;
  const logs = (): string => ends(join(folder, 'logs')) + ends(join(folder, 'var/log/pods'), `${KUBE_SYSTEM}_`);
  const stop = async (): Promise<void> => {
    if (init?.exitCode === null && init.signalCode === null) {
      const ended = once(init, 'exit');
      init.stdin?.end();
      await ended;
    }
    await cluster?.stop();
    lab.close();
  };
  try {
    lab.initPostgres();
    lab.startPostgres();
    lab.startRedis();
    prepareHost(lab);
    closeFirewall(lab);
    openFirewall(lab);
    const standIns = await writeImages(join(folder, 'images'), version);
    const start = Date.now();
    const network: NodeNetwork = {
      enter: lab.enter('node'),
      folder: lab.folder,
      address: ADDRESS,
      serviceCidr: access.cluster.serviceCidr,
      serviceAddress: SERVICE_ADDRESS,
    };
    cluster = await startCluster(version, network);
    const { kubectl } = cluster;
    // The controller watches kinds of its own, and the platform only needs the one of them.
    const crds = join(await moduleFolder('rollouts-controller'), 'manifests', 'crds');
    await kubectl.apply({ kustomization: crds }, { fieldManager: 'sportstix-test' });
    await kubectl.apply({ objects: [ROLLOUTS_NAMESPACE] });
    writeKubeletCertificate(join(folder, 'kubelet'), pkiFolder(dirname(kubectl.kubeconfig)));
    const [enter = '', ...inNetwork] = network.enter;
    init = spawn(
      enter,
      [
        ...inNetwork,
        ...['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
        ...[join(__dirname, 'node.sh'), folder, controlGroup, NODE],
      ],
      {
        env: {
          ...process.env,
          KUBECONFIG: kubectl.kubeconfig,
          PATH: [...folders, process.env['PATH'], '/usr/sbin', '/sbin'].join(delimiter),
        },
        // Ctrl-C ends it by the end of its standard input, and by the lab's watchdog.
        detached: true,
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    await says(init, 'started');
    for (const { metadata } of storage(volumes)) {
      if (metadata.name.startsWith('volume-')) {
        // As k3s' local-path provisioner makes them.
        mkdirSync(join(volumes, metadata.name), { recursive: true });
        chmodSync(join(volumes, metadata.name), 0o777);
      }
    }
    await kubectl.apply({ objects: storage(volumes) });
    await kubectl.apply({ files: KUBE_SYSTEM_MANIFEST });
    await kubectl.wait(`node/${NODE}`, 'create');
    await kubectl.wait(`node/${NODE}`, 'condition=Ready');
    await kubectl.wait('deployment --all', 'condition=Available', KUBE_SYSTEM);
    const ingressSocket = join(lab.folder, 'ingress');
    lab.start('node', 'socat', [`UNIX-LISTEN:${ingressSocket},fork`, `TCP:${ADDRESS}:80`]);
    // As k3d's load balancer, whose container Docker publishes on the host, and which leads to the port of the same number on the nodes.
    for (const { address = '0.0.0.0', host, container } of access.cluster.ports) {
      const listen = `TCP-LISTEN:${host},bind=${address},reuseaddr,fork`;
      lab.start('host', 'socat', [listen, `TCP:${ADDRESS}:${container}`]);
    }
    progress(`started a node of Kubernetes ${version} in ${seconds(start)} s`);
    const enterPod = (uid: string): readonly string[] => [
      'nsenter',
      `--net=/proc/${processOf(controlGroup, uid)}/ns/net`,
    ];
    return { lab, cluster, ingressSocket, volumes, standIns, enterPod, logs, stop };
  } catch (error) {
    const said = logs();
    await stop();
    throw new Error(`the node did not start\n${said}`, { cause: error });
  }
}

/** Writes the certificate by which the kubelet is known at the node's name and address, signed by the cluster's CA. */
function writeKubeletCertificate(folder: string, pki: string): void {
  const authority = { certificate: join(pki, 'ca.crt'), key: join(pki, 'ca.key') };
  mkdirSync(folder);
  for (const [name, content] of Object.entries(issueCertificate([NODE, ADDRESS], authority))) {
    writeFileSync(join(folder, name), content, { mode: 0o600 });
  }
}

/** Where k3s has what it brings. */
const KUBE_SYSTEM = 'kube-system';

/** Where the Rollouts controller elects its leader. */
const ROLLOUTS_NAMESPACE: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'argo-rollouts' },
};

/**
 * Serves a Service of type LoadBalancer as k3s' ServiceLB does: by a pod that takes the port on the node, and that what is behind it takes
 * for the client. https://docs.k3s.io/networking/networking-services#how-does-the-servicelb-work
 */
export async function serveLoadBalancer(kubectl: Kubectl, namespace: string, name: string): Promise<void> {
  const service = (await kubectl.list('services', namespace)).find(({ metadata }) => metadata.name === name);
  const { clusterIP, ports } = record(service?.['spec']);
  const [port] = records(ports).map((entry) => Number(entry['port']));
  await kubectl.apply({ objects: [loadBalancerPod(namespace, name, text(clusterIP), port ?? 0)] });
  await kubectl.wait(`pod/svclb-${name}`, 'condition=Ready', KUBE_SYSTEM);
}

function loadBalancerPod(namespace: string, service: string, address: string, port: number): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `svclb-${service}`,
      namespace: KUBE_SYSTEM,
      labels: {
        app: `svclb-${service}`,
        'svccontroller.k3s.cattle.io/svcname': service,
        'svccontroller.k3s.cattle.io/svcnamespace': namespace,
      },
    },
    spec: {
      automountServiceAccountToken: false,
      containers: [
        {
          name: `lb-tcp-${port}`,
          image: LOAD_BALANCER_IMAGE,
          args: [String(port), address, String(port)],
          ports: [{ containerPort: port, hostPort: port }],
        },
      ],
    },
  };
}

/** Configures PostgreSQL and Redis by the generated script, and makes databases and users by the generated SQL. */
export function configureHost(lab: Lab, passwordOf: PasswordOf): void {
  lab.writeRedisPassword(passwordOf);
  configureServers(lab);
  for (const server of postgresServers(lab.access)) {
    const sql = readFileSync(join(lab.files, sqlFileName(server)), 'utf8');
    runSql(lab, psqlPasswords(lab.access, passwordOf) + sql);
  }
}

/** Configures PostgreSQL and Redis by the script that is generated, or was. */
export function configureServers(lab: Lab): void {
  script(lab, 'services.sh');
  lab.stopPostgres('fast');
  lab.startPostgres();
  lab.stopRedis();
  lab.startRedis();
}

/** Runs SQL on the host as the superuser, and returns what it prints. */
export function runSql(lab: Lab, sql: string): string {
  const { code, stdout, stderr } = lab.sql(sql);
  if (code !== 0) {
    throw new Error(`SQL: ${stderr}`);
  }
  return stdout;
}

/** The firewall of the outage. As after a reboot, it knows of no connection: those that are open are cut too. */
export function closeFirewall(lab: Lab): void {
  // What is forgotten must stay so: else a packet that PostgreSQL sends at that instant makes its connection known again, and it stays open
  // (nf_conntrack_tcp_loose, https://docs.kernel.org/networking/nf_conntrack-sysctl.html).
  const strict = 'echo 0 > /proc/sys/net/netfilter/nf_conntrack_tcp_loose';
  lab.must('host', 'sh', ['-c', `iptables --flush; iptables --delete-chain; ${CLOSED}; ${strict}; conntrack --flush`]);
}

/** The generated rules. */
export function openFirewall(lab: Lab): void {
  script(lab, 'firewall.sh');
}

function script(lab: Lab, name: string): void {
  const { code, stdout, stderr } = lab.script(name, ['apply']);
  if (code !== 0) {
    throw new Error(`${name} apply: exit code ${code}\n${stdout}${stderr}`);
  }
}

/** Waits until a process says a word, on a line of its own. */
async function says(child: ChildProcess, word: string): Promise<void> {
  if (child.stdout === null) {
    throw new Error('its output is not read');
  }
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === word) {
      return;
    }
  }
  throw new Error(`it ended without having said "${word}"`);
}

/** A process of a pod, which the kubelet has put into a control group of its own. */
function processOf(controlGroup: string, uid: string): string {
  const [pid] = must('find', ['/sys/fs/cgroup', '-path', `*/${controlGroup}/*/pod${uid}/*/cgroup.procs`])
    .trim()
    .split('\n')
    .flatMap((file) => readFileSync(file, 'utf8').trim().split('\n'));
  if (pid === undefined || pid === '') {
    throw new Error(`no process of pod ${uid} runs`);
  }
  return pid;
}

function ends(folder: string, prefix = ''): string {
  const files = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
  return files
    .filter((file) => file.startsWith(prefix) && file.endsWith('.log'))
    .map((file) => {
      const lines = readFileSync(join(folder, file), 'utf8').trim().split('\n').slice(-8);
      return [`--- ${file}`, ...lines.map((line) => line.slice(0, 400)), ''].join('\n');
    })
    .join('');
}
