import { execFile as execFileCallback, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startCluster, testedVersions, useCluster } from './control-plane';
import { record } from './json';
import type { KubernetesObject } from './kubectl';

const execFile = promisify(execFileCallback);

const labels = { app: 'demo' };
/** As much as the "restricted" Pod Security Standard wants. */
const podTemplate = {
  metadata: { labels },
  spec: {
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'demo',
        image: 'nginx:1.27.3',
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      },
    ],
  },
};

function deployment(namespace: string, spec: Readonly<Record<string, unknown>> = {}): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'demo', namespace },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: podTemplate, ...spec },
  };
}

describe.each(testedVersions())('a cluster of Kubernetes %s', (version) => {
  const cluster = useCluster(version);

  it('is of that version', async () => {
    await expect(cluster().kubectl.serverVersion()).resolves.toBe(version);
  });

  it('runs the pods of a Deployment', async () => {
    const { kubectl } = cluster();
    const namespace = await cluster().createNamespace('deployment');

    const { warnings } = await kubectl.apply({ objects: [deployment(namespace)] });
    await kubectl.wait('deployment/demo', 'condition=Available', namespace);

    expect(warnings).toEqual([]);
    await kubectl.wait('pod --selector=app=demo', 'condition=Ready', namespace);
    await expect(kubectl.list('pods', namespace)).resolves.toMatchObject([{ status: { phase: 'Running' } }]);
  });

  it('gives each replica of a StatefulSet a volume of its own, which outlives the pod', async () => {
    const { kubectl } = cluster();
    const namespace = await cluster().createNamespace('stateful-set');
    const claimTemplate = {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    };
    const statefulSet = (replicas: number): KubernetesObject => ({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'demo', namespace },
      spec: {
        replicas,
        serviceName: 'demo',
        selector: { matchLabels: labels },
        template: podTemplate,
        volumeClaimTemplates: [claimTemplate],
      },
    });
    const claims = async () =>
      (await kubectl.list('persistentvolumeclaims', namespace)).map((claim) => ({
        name: claim.metadata.name,
        volume: record(claim['spec'])['volumeName'],
        phase: record(claim['status'])['phase'],
      }));

    await kubectl.apply({ objects: [statefulSet(2)] });
    await kubectl.wait('statefulset/demo', 'jsonpath={.status.readyReplicas}=2', namespace);
    const bound = await claims();
    await kubectl.apply({ objects: [statefulSet(1)] });
    await kubectl.wait('pod/demo-1', 'delete', namespace);

    expect(bound).toMatchObject([
      { name: 'data-demo-0', phase: 'Bound' },
      { name: 'data-demo-1', phase: 'Bound' },
    ]);
    expect(new Set(bound.map(({ volume }) => volume)).size).toBe(2);
    await expect(claims()).resolves.toEqual(bound);
  });

  it('has room for three replicas that avoid each other, and no more', async () => {
    const { kubectl } = cluster();
    const namespace = await cluster().createNamespace('anti-affinity');
    const podAntiAffinity = {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { labelSelector: { matchLabels: labels }, topologyKey: 'kubernetes.io/hostname' },
      ],
    };
    const template = { ...podTemplate, spec: { ...podTemplate.spec, affinity: { podAntiAffinity } } };

    await kubectl.apply({ objects: [deployment(namespace, { replicas: 4, template })] });
    await kubectl.wait('deployment/demo', 'jsonpath={.status.readyReplicas}=3', namespace);

    await kubectl.wait('deployment/demo', 'jsonpath={.status.unavailableReplicas}=1', namespace);
  });

  it('refuses a field that it does not know', async () => {
    const namespace = await cluster().createNamespace('strict');
    const misspelt = deployment(namespace, { replica: 1 });

    await expect(cluster().kubectl.apply({ objects: [misspelt] }, { fieldManager: 'test' })).rejects.toThrow(
      '.spec.replica: field not declared in schema',
    );
    await expect(cluster().kubectl.apply({ objects: [misspelt] })).rejects.toThrow('unknown field "spec.replica"');
  });

  it('enforces the Pod Security Standard that a namespace asks for', async () => {
    const namespace = await cluster().createNamespace('restricted', {
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
    const pod = (securityContext: Readonly<Record<string, unknown>>): KubernetesObject => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'demo', namespace },
      spec: { ...podTemplate.spec, securityContext: { ...podTemplate.spec.securityContext, ...securityContext } },
    });

    const root = cluster().kubectl.apply({ objects: [pod({ runAsUser: 0 })] });

    await expect(root).rejects.toThrow(/violates PodSecurity "restricted:latest": runAsUser=0/);
    await cluster().kubectl.apply({ objects: [pod({})] });
  });

  it('passes on the warnings of the API server', async () => {
    const namespace = await cluster().createNamespace('warned', { 'pod-security.kubernetes.io/warn': 'restricted' });
    const template = { ...podTemplate, spec: { ...podTemplate.spec, hostNetwork: true } };

    const { warnings } = await cluster().kubectl.apply({ objects: [deployment(namespace, { template })] });

    expect(warnings).toEqual([expect.stringMatching(/would violate PodSecurity "restricted:latest": host namespaces/)]);
  });

  it.each([{}, { fieldManager: 'test' }])(
    'shows what applying with %j would change, and nothing after it',
    async (how) => {
      const { kubectl } = cluster();
      const namespace = await cluster().createNamespace(`diff-${Object.keys(how).length}`);
      const source = { objects: [deployment(namespace)] };

      const before = await kubectl.diff(source, how);
      await kubectl.apply(source, how);
      const { metadata } = await kubectl.get('deployment/demo', namespace);
      const after = await kubectl.diff(source, how);

      expect(before).toMatch(/^\+kind: Deployment$/m);
      expect(metadata).toMatchObject({ name: 'demo', namespace });
      expect(after).toBe('');
    },
  );
});

const ownClusterOnly = process.env['KUBECONFIG_UNDER_TEST'] === undefined ? describe : describe.skip;

ownClusterOnly('the end of a cluster', () => {
  const [version = ''] = testedVersions();

  /** The processes that mention a folder in their command line, as each of the control plane's does. */
  async function processesOf(folder: string): Promise<readonly string[]> {
    const { stdout } = await execFile('ps', ['-A', '-o', 'pid=,args=']);
    return stdout.split('\n').filter((line) => line.includes(folder));
  }

  /** A test that waits for what does not come fails by its own time limit. */
  async function untilGone(folder: string): Promise<void> {
    while (existsSync(folder) || (await processesOf(folder)).length > 0) {
      await sleep(100);
    }
  }

  it('leaves no process and no file', async () => {
    const cluster = await startCluster(version);
    const folder = dirname(cluster.kubectl.kubeconfig);
    const running = await processesOf(folder);

    await cluster.stop();

    const programs = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok-controller'];
    expect(programs.filter((name) => !running.some((process) => process.includes(`/${name} `)))).toEqual([]);
    // Nobody outside the machine can reach it meanwhile.
    expect(running.filter((process) => !process.includes('127.0.0.1'))).toEqual([]);
    expect(running.filter((process) => /0\.0\.0\.0|\[::\]/.test(process))).toEqual([]);
    expect(existsSync(folder)).toBe(false);
    await expect(processesOf(folder)).resolves.toEqual([]);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('comes with the end of the tests by %s', async (signal) => {
    const script = `
        require('./test/cluster/control-plane').startCluster('${version}').then((cluster) => {
          console.log(cluster.kubectl.kubeconfig);
        });`;
    const tests = spawn(process.execPath, ['--import', 'tsx', '--eval', script], {
      cwd: resolve(__dirname, '../..'),
      env: process.env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const folder = await new Promise<string>((found) => {
      createInterface({ input: tests.stdout }).once('line', (kubeconfig) => {
        found(dirname(kubeconfig));
      });
    });
    await expect(processesOf(folder)).resolves.not.toEqual([]);

    tests.kill(signal);

    await untilGone(folder);
  });

  it('is not that of another, started at the same time', async () => {
    const clusters = await Promise.all([startCluster(version), startCluster(version)]);
    try {
      const [one, other] = clusters;
      await one.createNamespace('mine');
      await one.stop();

      const namespaces = (await other.kubectl.list('namespaces')).map(({ metadata }) => metadata.name);
      expect(namespaces).toEqual(['default', 'kube-node-lease', 'kube-public', 'kube-system']);
    } finally {
      await Promise.all(clusters.map((cluster) => cluster.stop()));
    }
  });

  it('follows a start that fails, which says why', async () => {
    const assets = await mkdtemp(join(tmpdir(), 'sportstix-assets-'));
    const environment = process.env;
    const programs = {
      'kube-apiserver': 'echo Kubernetes v1.30.0',
      kwokctl: `echo "$KWOK_WORKDIR $*" >>${assets}/calls; case "$*" in *create*) echo no room >&2; exit 1; esac`,
      ...Object.fromEntries(
        ['etcd', 'kube-controller-manager', 'kube-scheduler', 'kubectl', 'kwok'].map((name) => [name, '']),
      ),
    };
    try {
      for (const [name, script] of Object.entries(programs)) {
        await writeFile(join(assets, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      }
      process.env = { ...environment, KUBEBUILDER_ASSETS: assets };

      const start = startCluster('1.30.0');

      await expect(start).rejects.toThrow(/^Kubernetes 1\.30\.0 did not start: .*no room/s);
      const calls = (await readFile(join(assets, 'calls'), 'utf8')).trim().split('\n');
      expect(calls).toEqual([expect.stringContaining(' create cluster '), expect.stringMatching(/ delete cluster$/)]);
      expect(existsSync(calls[0]?.split(' ')[0] ?? '')).toBe(false);
    } finally {
      process.env = environment;
      await rm(assets, { recursive: true });
    }
  });
});
