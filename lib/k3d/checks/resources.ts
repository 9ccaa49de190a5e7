import { answerOf, Unanswered } from '../../host/command';
import type { Check, Result } from '../doctor';
import { numberAt, parseJson, textAt } from '../../manifest/plain-data';
import { type K3dCluster, kubernetesMinor } from '../model';
import { shellLine } from '../../host/quote';
import type { LocalSetup } from './local-setup';
import { couldNotRun, ok, problem } from './results';

/** A kubelet of this minor version and newer does not start on cgroup v1 (its `failCgroupV1`). */
const CGROUP_V2_FROM = 35;

/**
 * From this share on a kubelet deletes images that no pod uses (its `imageGCHighThresholdPercent`), and imported ones can
 * be pulled from nowhere.
 */
const IMAGES_DELETED_PERCENT = 85;

/** From this share on k3s' kubelet evicts pods (k3s sets `eviction-hard` to imagefs.available<5%,nodefs.available<5%). */
const PODS_EVICTED_PERCENT = 95;

/** What the machine must have for the cluster. */
export function resourceChecks(setup: LocalSetup): readonly Check[] {
  const { access, requests, system } = setup;
  let info: Promise<unknown> | undefined;
  const dockerInfo = (): Promise<unknown> => (info ??= askDocker(setup));
  const check = (name: string, run: () => Promise<Result>): Check => ({
    section: 'resources',
    name,
    phase: 'host',
    run,
  });
  return [
    check('the kernel has cgroups as the kubelet wants them', async () =>
      cgroupResult(access.cluster, await dockerInfo()),
    ),
    ...(requests === undefined
      ? []
      : [check('memory for what the pods request', async () => requestsResult(requests(), await dockerInfo()))]),
    check("disk for Docker, where the nodes' images and volumes are", async () => {
      const root = textAt(await dockerInfo(), 'DockerRootDir');
      return root === '' ? couldNotRun('docker info tells no DockerRootDir') : diskResult(root, system);
    }),
  ];
}

async function askDocker({ system }: LocalSetup): Promise<unknown> {
  const info = parseJson(await answerOf(system, ['docker', 'info', '--format', '{{json .}}']));
  // Without a daemon docker ends well too, and tells about itself only.
  if (textAt(info, 'DockerRootDir') === '') throw new Unanswered('the Docker daemon tells nothing of its machine');
  return info;
}

function cgroupResult(cluster: K3dCluster, info: unknown): Result {
  const version = textAt(info, 'CgroupVersion');
  if (version === '') return couldNotRun('docker info tells no CgroupVersion');
  if (version !== '1' || kubernetesMinor(cluster) < CGROUP_V2_FROM) return ok(`version ${version}`);
  return problem(
    `version ${version}, and ${cluster.image} needs version 2`,
    `From Kubernetes 1.${CGROUP_V2_FROM} on the kubelet does not start on version 1, and no node becomes ready.`,
    [
      'start the kernel with systemd.unified_cgroup_hierarchy=1 (the default of every current distribution), and reboot',
    ],
  );
}

const GIBIBYTE = 2 ** 30;

function gibibytes(bytes: number): string {
  return `${(bytes / GIBIBYTE).toFixed(1)} GiB`;
}

/**
 * Every node thinks that all of the machine is its own, so the scheduler places more than there is. Of CPUs there may be
 * fewer than requested: all is slower then, and nothing ends.
 */
function requestsResult(
  { cpuMillis, memoryBytes }: { readonly cpuMillis: number; readonly memoryBytes: number },
  info: unknown,
): Result {
  const [memory, cpus] = [numberAt(info, 'MemTotal'), numberAt(info, 'NCPU')];
  if (memory === 0 || cpus === 0) return couldNotRun('docker info tells no MemTotal and NCPU');
  const shown = `the pods request ${gibibytes(memoryBytes)} and ${(cpuMillis / 1000).toFixed(1)} CPUs, the machine has ${gibibytes(memory)} and ${cpus}`;
  if (memoryBytes > memory) {
    return problem(shown, 'The kernel ends processes when memory runs out, whichever pod or program they are of.', [
      'give the machine (or the virtual machine that Docker runs in) more memory',
    ]);
  }
  return ok(shown);
}

async function diskResult(folder: string, system: LocalSetup['system']): Promise<Result> {
  // A header, then: file system, size, used, available, capacity, mount point (POSIX); names may have spaces.
  const answer = await answerOf(system, ['df', '-P', '-k', folder]);
  const [, size = '', available = ''] = /\s(\d+)\s+\d+\s+(\d+)\s+\d+%\s/.exec(answer) ?? [];
  if (size === '' || Number(size) === 0) return couldNotRun(`df tells no size of the file system of ${folder}`);
  const percent = Math.floor(100 - (Number(available) * 100) / Number(size));
  const shown = `${gibibytes(Number(available) * 1024)} of ${gibibytes(Number(size) * 1024)} left at ${folder}, ${percent} % used`;
  if (percent < IMAGES_DELETED_PERCENT) return ok(shown);
  return problem(
    shown,
    percent >= PODS_EVICTED_PERCENT
      ? 'The kubelet evicts pods, and deletes images that no pod uses.'
      : `From ${IMAGES_DELETED_PERCENT} % on the kubelet deletes images that no pod uses, and imported ones can be pulled from nowhere; from ${PODS_EVICTED_PERCENT} % on it evicts pods.`,
    [`see what takes it: ${shellLine(['docker', 'system', 'df'])}`, 'free some, or give it more'],
  );
}
