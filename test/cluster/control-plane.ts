/**
 * A Kubernetes cluster for tests: a real control plane, run by kwokctl as processes, with KWOK's simulated nodes.
 *
 * As a script, `node --import tsx test/cluster/control-plane.ts 1.37.2` starts one, prints how to reach it, and stops it
 * when its standard input ends. The tests use that very script: however they end, even by SIGKILL, the operating system
 * closes the pipe, and the cluster goes with them.
 */
import { execFile as execFileCallback, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  binary,
  findBinary,
  kubeconfigUnderTest,
  kubernetesVersions,
  newestVersion,
  progress,
  reason,
  seconds,
} from './binaries';
import { record, text, texts, type JsonRecord } from './json';
import { Kubectl, parseServerVersion, type KubernetesObject } from './kubectl';

const execFile = promisify(execFileCallback);

/** A required anti-affinity of three replicas can be met, and a fourth replica would have to wait. */
const NODES = 3;
/** Every claim of a test gets one; nothing gives a volume back, since nothing empties it. */
const VOLUMES = 30;
/** Objects outside namespaces carry it, so that a cluster that outlives the test can be cleaned of them. */
const RUN_LABEL = 'sportstix.test/run';
/** kwokctl's name for the cluster; every cluster has a folder of its own, so one name is enough. */
const CLUSTER_NAME = 'test';

/** Who waits for a busy machine longer than a lease lasts ends as one who is no leader any more, and nobody starts it again. */
const PATIENT_LEADER = [
  { key: 'leader-elect-lease-duration', value: '2h' },
  { key: 'leader-elect-renew-deadline', value: '1h' },
];

/** The network that a control plane runs in, where that is not the machine's own, and what is in it: real nodes. */
export interface NodeNetwork {
  /** The words before a command that make it run in the network. */
  readonly enter: readonly string[];
  /** Folder for the files of the control plane, which go with the network. */
  readonly folder: string;
  /** Address at which nodes and pods reach the API server. */
  readonly address: string;
  /** Range of the addresses of Services. */
  readonly serviceCidr: string;
  /** First address of that range, which Service `kubernetes` has. */
  readonly serviceAddress: string;
}

/** A cluster to test against. */
export interface Cluster {
  readonly kubectl: Kubectl;
  /** Whether nobody else uses it. If not (KUBECONFIG_UNDER_TEST), tests keep to {@link Cluster.createNamespace}. */
  readonly isOwn: boolean;
  /** What names of namespaces and of objects outside namespaces start with; empty on an own cluster. */
  readonly prefix: string;
  /** What objects outside namespaces are labelled with, so that {@link Cluster.stop} finds them. */
  readonly runLabels: Readonly<Record<string, string>>;
  /** Makes a namespace that goes with the cluster's use, and returns its name: `name`, after the prefix. */
  createNamespace(name: string, labels?: Readonly<Record<string, string>>): Promise<string>;
  /** Stops everything that was started, and waits until it has. */
  stop(): Promise<void>;
}

/** The versions to test against, for `describe.each`: one alone, the server's, with KUBECONFIG_UNDER_TEST. */
export function testedVersions(): readonly string[] {
  const kubeconfig = kubeconfigUnderTest();
  if (kubeconfig === undefined) {
    return kubernetesVersions();
  }
  const kubectl = findBinary('kubectl', newestVersion(kubernetesVersions())) ?? 'kubectl';
  try {
    const json = execFileSync(kubectl, ['version', '--output=json', `--kubeconfig=${kubeconfig}`], {
      encoding: 'utf8',
    });
    return [parseServerVersion(json)];
  } catch (error) {
    throw new Error(`KUBECONFIG_UNDER_TEST: the cluster of ${kubeconfig} does not answer: ${reason(error)}`, {
      cause: error,
    });
  }
}

/**
 * Starts a cluster before the tests of the enclosing `describe`, and stops it after them.
 *
 * @returns the cluster, once the tests run
 */
export function useCluster(kubernetesVersion: string): () => Cluster {
  let cluster: Cluster | undefined;
  // Long enough to build everything, for those who run jest without the step that builds; a start has its own limit.
  const limit = 45 * 60_000;
  beforeAll(async () => {
    cluster = await startCluster(kubernetesVersion);
  }, limit);
  afterAll(async () => {
    await cluster?.stop();
  }, limit);
  return () => {
    if (cluster === undefined) {
      throw new Error('the cluster runs only while the tests run: ask for it inside a test or a hook');
    }
    return cluster;
  };
}

/**
 * Starts a cluster of a Kubernetes version, or takes that of KUBECONFIG_UNDER_TEST.
 *
 * @param network where its real nodes are; without, it has simulated ones
 */
export async function startCluster(kubernetesVersion: string, network?: NodeNetwork): Promise<Cluster> {
  const [command = '', ...args] = [
    ...(network?.enter ?? []),
    ...[process.execPath, '--import', 'tsx', __filename, kubernetesVersion],
    ...(network === undefined ? [] : [JSON.stringify(network)]),
  ];
  const keeper = spawn(command, args, {
    cwd: resolve(__dirname, '../..'),
    // Said because jest's process.env is a copy, which Node does not know.
    env: process.env,
    // Ctrl-C interrupts every process of the terminal's group. The keeper has to outlive it to clean up.
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(keeper, 'exit');
  const answer = record(await firstLine(keeper.stdout));
  const failure = answer['error'];
  if (failure !== undefined) {
    await ended;
    throw new Error(text(failure));
  }
  const { kubectl, isOwn, run } = parseKept(answer);
  const prefix = isOwn ? '' : `test-${run}-`;
  const runLabels = { [RUN_LABEL]: run };
  return {
    kubectl,
    isOwn,
    prefix,
    runLabels,
    async createNamespace(name, labels = {}) {
      const metadata = { name: `${prefix}${name}`, labels: { ...labels, ...runLabels } };
      await kubectl.apply({ objects: [{ apiVersion: 'v1', kind: 'Namespace', metadata }] });
      // Pods are refused until the namespace has its service account.
      await kubectl.wait('serviceaccount/default', 'create', metadata.name);
      return metadata.name;
    },
    async stop() {
      keeper.stdin.end();
      await ended;
      if (keeper.exitCode !== 0) {
        throw new Error(`cluster ${run} was not cleaned up; standard error says why, and what is left`);
      }
    },
  };
}

async function firstLine(stream: Readable): Promise<unknown> {
  try {
    for await (const line of createInterface({ input: stream })) {
      return JSON.parse(line);
    }
  } finally {
    // An open pipe keeps jest from ending.
    stream.destroy();
  }
  return { error: 'the process that keeps the cluster ended without a word; standard error may say why' };
}

/** What the keeper tells about the cluster it keeps. */
interface Kept {
  readonly kubectl: Kubectl;
  readonly isOwn: boolean;
  readonly run: string;
}

/** The same, as one line of JSON. */
interface KeptMessage {
  readonly kubectl: string;
  readonly kubeconfig: string;
  readonly cacheFolder: string;
  readonly isOwn: boolean;
  readonly run: string;
}

function parseKept(message: JsonRecord): Kept {
  const field = (name: keyof KeptMessage) => text(message[name]);
  return {
    kubectl: new Kubectl(field('kubectl'), field('kubeconfig'), field('cacheFolder')),
    isOwn: message['isOwn'] === true,
    run: field('run'),
  };
}

function parseNetwork(json: string): NodeNetwork {
  const message = record(JSON.parse(json));
  const field = (name: keyof NodeNetwork) => text(message[name]);
  return {
    enter: texts(message['enter']),
    folder: field('folder'),
    address: field('address'),
    serviceCidr: field('serviceCidr'),
    serviceAddress: field('serviceAddress'),
  };
}

/** Keeps a cluster until told to stop. This, and what it calls, runs in the keeper's process. */
async function keep(kubernetesVersion: string, network: NodeNetwork | undefined, stop: AbortSignal): Promise<void> {
  const run = randomBytes(3).toString('hex');
  const existing = kubeconfigUnderTest();
  const kubectlPath = await binary('kubectl', newestVersion(kubernetesVersions()), stop);
  const folder = await mkdtemp(join(network?.folder ?? tmpdir(), `sportstix-cluster-${run}-`));
  const kubeconfig = existing ?? join(folder, 'kubeconfig');
  const cacheFolder = join(folder, 'cache');
  const kubectl = new Kubectl(kubectlPath, kubeconfig, cacheFolder);
  const message: KeptMessage = {
    kubectl: network === undefined ? kubectlPath : await wrap(kubectlPath, network, folder),
    kubeconfig,
    cacheFolder,
    isOwn: existing === undefined,
    run,
  };
  try {
    const cluster =
      existing === undefined ? await ownCluster(kubernetesVersion, network, folder, kubectlPath, stop) : undefined;
    try {
      await cluster?.create(kubectl);
      stop.throwIfAborted();
      process.stdout.write(`${JSON.stringify(message)}\n`);
      await once(stop, 'abort');
    } finally {
      await (cluster === undefined ? clean(kubectl, run) : cluster.remove());
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Where kwokctl has the certificates and keys of a cluster, by the folder of its kubeconfig: `ca.crt`, `admin.crt`. */
export function pkiFolder(folder: string): string {
  return join(folder, 'clusters', CLUSTER_NAME, 'pki');
}

/** A program that runs another one in a network, wherever it is started itself. */
async function wrap(program: string, { enter }: NodeNetwork, folder: string): Promise<string> {
  const path = join(folder, basename(program));
  await writeFile(path, `#!/bin/sh\nexec ${enter.join(' ')} ${program} "$@"\n`, { mode: 0o755 });
  return path;
}

/** Removes what tests left in a cluster that is not theirs: their namespaces, and what they labelled outside of these. */
async function clean(kubectl: Kubectl, run: string): Promise<void> {
  const kinds = await kubectl.run(['api-resources', '--namespaced=false', '--verbs=list,delete', '--output=name']);
  await kubectl.run([
    'delete',
    kinds.stdout.trim().split('\n').join(','),
    `--selector=${RUN_LABEL}=${run}`,
    '--timeout=5m',
  ]);
}

/** A cluster that kwokctl makes. */
interface OwnCluster {
  create(kubectl: Kubectl): Promise<void>;
  remove(): Promise<void>;
}

async function ownCluster(
  kubernetesVersion: string,
  network: NodeNetwork | undefined,
  folder: string,
  kubectlPath: string,
  stop: AbortSignal,
): Promise<OwnCluster> {
  const kwokctl = await binary('kwokctl', kubernetesVersion, stop);
  const configuration = {
    apiVersion: 'config.kwok.x-k8s.io/v1alpha1',
    kind: 'KwokctlConfiguration',
    options: {
      runtime: 'binary',
      components: [
        ...['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'],
        // It would take over the real nodes.
        ...(network === undefined ? ['kwok-controller'] : []),
      ],
      // kwokctl's own default is every address of the machine. In a network of its own, that is what nodes and pods need.
      bindAddress: network === undefined ? '127.0.0.1' : '0.0.0.0',
      // As k3s has it: network policies name it. In a network of its own it is free.
      ...(network && { kubeApiserverPort: 6443 }),
      ...(network && { kubeApiserverCertSANs: [network.address, network.serviceAddress] }),
      kubeVersion: `v${kubernetesVersion}`,
      etcdBinary: await binary('etcd', kubernetesVersion, stop),
      kubeApiserverBinary: await binary('kube-apiserver', kubernetesVersion, stop),
      kubeControllerManagerBinary: await binary('kube-controller-manager', kubernetesVersion, stop),
      kubeSchedulerBinary: await binary('kube-scheduler', kubernetesVersion, stop),
      kwokControllerBinary: await binary('kwok', kubernetesVersion, stop),
      disableQPSLimits: true,
    },
    componentsPatches: [
      // The data need not survive the machine.
      { name: 'etcd', extraArgs: [{ key: 'unsafe-no-fsync', value: 'true' }] },
      // As in k3s and kubeadm: each controller has an account of its own, by which policies know it.
      {
        name: 'kube-controller-manager',
        extraArgs: [{ key: 'use-service-account-credentials', value: 'true' }, ...PATIENT_LEADER],
      },
      { name: 'kube-scheduler', extraArgs: PATIENT_LEADER },
      {
        name: 'kube-apiserver',
        extraArgs: [
          // What Service kubernetes leads to; otherwise the machine's address in the network, and without one no start. It
          // must not be loopback, so where nothing uses it, it is one from documentation (RFC 5737).
          { key: 'advertise-address', value: network?.address ?? '198.51.100.1' },
          ...(network === undefined
            ? // Services of both families of addresses.
              [{ key: 'service-cluster-ip-range', value: '10.96.0.0/16,fd00:10::/112' }]
            : [
                { key: 'service-cluster-ip-range', value: network.serviceCidr },
                // A node's name resolves nowhere.
                { key: 'kubelet-preferred-address-types', value: 'InternalIP' },
                // Kubelets know it by a certificate, and are known by theirs, as in k3s and kubeadm.
                { key: 'kubelet-client-certificate', value: join(pkiFolder(folder), 'admin.crt') },
                { key: 'kubelet-client-key', value: join(pkiFolder(folder), 'admin.key') },
                { key: 'kubelet-certificate-authority', value: join(pkiFolder(folder), 'ca.crt') },
              ]),
        ],
      },
    ],
  };
  const configurationPath = join(folder, 'kwokctl.json');
  await writeFile(configurationPath, JSON.stringify(configuration));
  const env = {
    ...process.env,
    KWOK_WORKDIR: folder,
    KUBECONFIG: join(folder, 'kubeconfig'),
    KUBECACHEDIR: join(folder, 'cache'),
    // kwokctl takes kubectl from PATH, and would download one otherwise.
    PATH: [dirname(kubectlPath), process.env['PATH']].join(delimiter),
  };
  const run = (...args: readonly string[]) =>
    execFile(kwokctl, ['--config', configurationPath, '--name', CLUSTER_NAME, ...args], { env });

  return {
    async create(kubectl) {
      const start = Date.now();
      try {
        await alone(async () => {
          await run('create', 'cluster', '--timeout', '10m', '--wait', '10m');
        });
        // kwokctl only logs it when it waited in vain, and takes a dead process for a living one where init reaps none.
        await kubectl.run(['get', '--raw=/readyz']);
        if (network === undefined) {
          await run('scale', 'node', '--replicas', String(NODES));
          await kubectl.apply({ objects: storage('/nonexistent') });
          await kubectl.wait('node --all', 'condition=Ready');
        }
        // The others are at work, too: the controller manager, the scheduler.
        await kubectl.wait('serviceaccount/default', 'create', 'default');
        await kubectl.wait('lease/kube-scheduler', 'create', 'kube-system');
      } catch (error) {
        throw new Error(
          `Kubernetes ${kubernetesVersion} did not start: ${reason(error)}\n${await lastLogLines(folder)}`,
          { cause: error },
        );
      }
      progress(`started Kubernetes ${kubernetesVersion} in ${seconds(start)} s`);
    },
    async remove() {
      await run('delete', 'cluster');
    },
  };
}

/**
 * Runs something that no other process runs at the same time. kwokctl looks for free ports first and binds them later:
 * two clusters that start at once choose the same, and then one API server writes into the other's etcd.
 */
async function alone(work: () => Promise<void>): Promise<void> {
  // A port is a lock that its holder cannot leave behind. It lies below those that kwokctl chooses from.
  const port = 7613;
  const deadline = Date.now() + 15 * 60_000;
  const lock = createServer();
  for (;;) {
    try {
      await once(lock.listen(port, '127.0.0.1'), 'listening');
      break;
    } catch (error) {
      if (Date.now() > deadline) {
        throw new Error(
          `port ${port} of 127.0.0.1 has been taken for 15 minutes. It lets one test cluster start at a time: see ` +
            `who holds it (ss -tlnp), and end that.`,
          { cause: error },
        );
      }
      await sleep(200);
    }
  }
  try {
    await work();
  } finally {
    lock.close();
  }
}

/**
 * What k3d brings and a bare control plane lacks: a default StorageClass of that name, which binds when a pod comes.
 * Nothing provisions here, so the volumes exist beforehand.
 *
 * @param folder of the volumes' folders, each by its volume's name; where nothing runs, it need not exist
 */
export function storage(folder: string): readonly KubernetesObject[] {
  const storageClass = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'local-path', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'kubernetes.io/no-provisioner',
    volumeBindingMode: 'WaitForFirstConsumer',
  };
  const volumes = Array.from({ length: VOLUMES }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `volume-${index}` },
    spec: {
      storageClassName: storageClass.metadata.name,
      capacity: { storage: '1Ti' },
      accessModes: ['ReadWriteOnce'],
      // As k3s makes them, and not by hostPath, of which the kubelet does not say how full it is.
      local: { path: `${folder}/volume-${index}` },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'Exists' }] }],
        },
      },
    },
  }));
  return [storageClass, ...volumes];
}

/** The end of each component's log: the folder is gone by the time that somebody could look. */
async function lastLogLines(folder: string): Promise<string> {
  const logs = join(folder, 'clusters', CLUSTER_NAME, 'logs');
  const files = await readdir(logs).catch(() => []);
  const ends = files.map(async (file) => {
    const lines = (await readFile(join(logs, file), 'utf8')).trim().split('\n');
    return [`--- ${file}`, ...lines.slice(-3).map((line) => line.slice(0, 400))].join('\n');
  });
  return (await Promise.all(ends)).join('\n');
}

async function main(): Promise<void> {
  const stop = new AbortController();
  const request = (why: string) => () => {
    stop.abort(new Error(`stopped: ${why}`));
  };
  process.stdin.once('end', request('standard input ended')).once('error', request('standard input broke')).resume();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, request(signal));
  }
  // Whoever started this may be gone; that is no reason to stop cleaning up.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  const [kubernetesVersion = newestVersion(kubernetesVersions()), network] = process.argv.slice(2);
  try {
    await keep(kubernetesVersion, network === undefined ? undefined : parseNetwork(network), stop.signal);
  } catch (error) {
    process.stdout.write(`${JSON.stringify({ error: reason(error) })}\n`);
    process.exitCode = 1;
  } finally {
    process.stdin.destroy();
  }
}

if (require.main === module) {
  void main();
}
