import { complaint } from '../../host/command';
import { sudo, type Check, type Result } from '../doctor';
import { parseJson, textAt } from '../../manifest/plain-data';
import { kubernetesMinor } from '../model';
import type { LocalSetup } from './local-setup';
import { couldNotRun, ok, problem } from './results';

/** The oldest versions that do. */
const OLDEST = {
  // k3d's requirement for its version 5 (k3d-io/k3d#807: runc before 1.0.0-rc93 cannot start k3s).
  docker: [20, 10, 5],
  // With 5.6 the configuration's version, k3d.io/v1alpha5, is in use; older ones know v1alpha4.
  k3d: [5, 6, 0],
} as const;

type Version = readonly [number, number, number];

function parseVersion(text: string): Version | undefined {
  const [, major, minor, patch] = /(\d+)\.(\d+)\.(\d+)/.exec(text) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}

function isOlder(version: Version, oldest: Version): boolean {
  const [index = 0] = [0, 1, 2].filter((place) => version[place] !== oldest[place]);
  return (version[index] ?? 0) < (oldest[index] ?? 0);
}

/** The tools that make and use the cluster. */
export function toolChecks({ access, system }: LocalSetup): readonly Check[] {
  // kubectl works with API servers one minor version older or newer (Kubernetes' version skew policy).
  const oldestKubectl: Version = [1, kubernetesMinor(access.cluster) - 1, 0];
  const tool = (name: string, oldest: Version, run: () => Promise<Result>): Check => ({
    section: 'tools',
    name: `${name} is installed, version ${oldest.join('.')} or newer`,
    phase: 'host',
    run,
  });
  const judge = (name: string, text: string, oldest: Version, install: string): Result => {
    const version = parseVersion(text);
    if (version === undefined) return couldNotRun(`${name} tells no version: ${text.slice(0, 80)}`);
    if (!isOlder(version, oldest)) return ok(version.join('.'));
    return problem(
      `${name} is version ${version.join('.')}`,
      `Versions before ${oldest.join('.')} do not work with this cluster.`,
      [install],
    );
  };
  const simple = async (name: string, args: readonly string[], oldest: Version, install: string): Promise<Result> => {
    const command = [name, ...args];
    const result = await system.run(command);
    if (result.kind === 'missing') {
      return problem(`${name} is not installed, or not in PATH`, 'The cluster is made and used with it.', [install]);
    }
    return result.kind === 'exited' && result.code === 0
      ? judge(name, result.stdout, oldest, install)
      : couldNotRun(complaint(command, result));
  };
  return [
    tool('docker', OLDEST.docker, async () => {
      const command = ['docker', 'version', '--format', '{{json .}}'];
      const install = 'install Docker Engine: https://docs.docker.com/engine/install/';
      const result = await system.run(command);
      if (result.kind === 'missing') {
        return problem('docker is not installed, or not in PATH', "The cluster's nodes are containers.", [install]);
      }
      if (result.kind === 'timed out') return couldNotRun(complaint(command, result));
      const server = textAt(parseJson(result.stdout), 'Server', 'Version');
      if (server !== '') return judge('docker', server, OLDEST.docker, install);
      if (/permission denied/i.test(result.stderr)) {
        return problem('you may not talk to the Docker daemon', 'k3d makes containers through it, as you.', [
          'sudo usermod -aG docker "$USER"',
          'log out and in again (members of the group docker can become root)',
        ]);
      }
      return problem(
        `the Docker daemon does not answer: ${result.stderr.trim().split('\n').at(-1) ?? ''}`,
        "The cluster's nodes are containers.",
        [sudo('systemctl', 'start', 'docker')],
        { commands: [['systemctl', 'start', 'docker']], undo: sudo('systemctl', 'stop', 'docker') },
      );
    }),
    tool('k3d', OLDEST.k3d, () =>
      simple('k3d', ['version'], OLDEST.k3d, 'install k3d: https://k3d.io/stable/#installation'),
    ),
    tool('kubectl', oldestKubectl, () =>
      simple(
        'kubectl',
        ['version', '--client', '-o', 'json'],
        oldestKubectl,
        'install kubectl: https://kubernetes.io/docs/tasks/tools/',
      ),
    ),
  ];
}
