import { child, field, listAt, numberAt, textAt, textsAt } from '../manifest/plain-data';
import { POD_SECURITY_LEVELS, type PodSecurityLevel } from './model';

// https://kubernetes.io/docs/concepts/security/pod-security-standards/, as far as one can tell from fields that are in use; where in doubt,
// pods count as less restricted.

/** Capabilities that the level `baseline` lets pods add. */
const BASELINE_CAPABILITIES = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

const RESTRICTED_VOLUMES = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);

/** The strictest level of a namespace that lets pods in. */
export function podSecurityLevelOf(podSpec: unknown): PodSecurityLevel {
  const containers = ['containers', 'initContainers', 'ephemeralContainers'].flatMap((list) => listAt(podSpec, list));
  const pod = field(podSpec, 'securityContext');
  const volumes = listAt(podSpec, 'volumes');
  const profiles = [pod, ...containers.map((each) => field(each, 'securityContext'))].map((context) =>
    textAt(context, 'seccompProfile', 'type'),
  );
  const isPrivileged =
    ['hostNetwork', 'hostPID', 'hostIPC'].some((key) => child(podSpec, key) === true) ||
    volumes.some((volume) => child(volume, 'hostPath') !== undefined) ||
    profiles.includes('Unconfined') ||
    listAt(pod, 'sysctls').length > 0 ||
    containers.some((container) => {
      const context = field(container, 'securityContext');
      return (
        child(context, 'privileged') === true ||
        field(context, 'windowsOptions', 'hostProcess') === true ||
        !['', 'Default'].includes(textAt(context, 'procMount')) ||
        textsAt(context, 'capabilities', 'add').some((name) => !BASELINE_CAPABILITIES.has(name)) ||
        listAt(container, 'ports').some((port) => numberAt(port, 'hostPort') !== 0)
      );
    });
  if (isPrivileged) {
    return 'privileged';
  }
  const isRestricted =
    volumes.every((volume) =>
      Object.keys(typeof volume === 'object' && volume !== null ? volume : {}).every(
        (key) => key === 'name' || RESTRICTED_VOLUMES.has(key),
      ),
    ) &&
    child(pod, 'runAsUser') !== 0 &&
    containers.every((container) => {
      const context = field(container, 'securityContext');
      return (
        (child(context, 'runAsNonRoot') ?? child(pod, 'runAsNonRoot')) === true &&
        child(context, 'runAsUser') !== 0 &&
        child(context, 'allowPrivilegeEscalation') === false &&
        textsAt(context, 'capabilities', 'drop').includes('ALL') &&
        textsAt(context, 'capabilities', 'add').every((name) => name === 'NET_BIND_SERVICE') &&
        (textAt(context, 'seccompProfile', 'type') || textAt(pod, 'seccompProfile', 'type')) !== ''
      );
    });
  return isRestricted ? 'restricted' : 'baseline';
}

/** The strictest level that lets all in of which each needs one. */
export function levelForAll(levels: readonly PodSecurityLevel[]): PodSecurityLevel {
  return POD_SECURITY_LEVELS[Math.max(...levels.map((level) => POD_SECURITY_LEVELS.indexOf(level)))] ?? 'restricted';
}

/** Whether a namespace that enforces a level lets pods in that need another. */
export function letsIn(enforced: string, needed: PodSecurityLevel): boolean {
  const index = POD_SECURITY_LEVELS.findIndex((level) => level === enforced);
  return index < 0 || index >= POD_SECURITY_LEVELS.indexOf(needed);
}
