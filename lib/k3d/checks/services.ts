import { sudo, type Fix } from '../doctor';
import type { LocalSetup } from './local-setup';

/** systemd's names of the servers, as Debian has them. */
export const UNITS = { postgresql: 'postgresql', redis: 'redis-server' } as const;

/** A remedy, for people and for `--fix`. */
export interface Mending {
  readonly remedy: readonly string[];
  readonly fix: Fix;
}

/** The script that configures the servers. */
export function servicesFix({ access }: LocalSetup): Mending {
  const script = `${access.folder}/services.sh`;
  return {
    remedy: [sudo(script, 'apply')],
    fix: { commands: [[script, 'apply']], undo: sudo(script, 'remove') },
  };
}

/** Closes the servers' ports to all but this host and the cluster, and lets the cluster in. */
export function closeFix({ access }: LocalSetup): Mending {
  const script = `${access.folder}/firewall.sh`;
  return {
    remedy: [sudo(script, 'install', '--close')],
    fix: { commands: [[script, 'install', '--close']], undo: sudo(script, 'uninstall') },
  };
}

/**
 * Makes a server listen to the cluster, by its configuration and a restart. Its port is closed to others first: so there is
 * no instant in which it is open to them.
 */
export function listenFix(setup: LocalSetup, kind: keyof typeof UNITS): Mending {
  const [close, services] = [closeFix(setup), servicesFix(setup)];
  const restart = ['systemctl', 'restart', UNITS[kind]];
  return {
    remedy: [...close.remedy, ...services.remedy, sudo(...restart)],
    fix: {
      commands: [...close.fix.commands, ...services.fix.commands, restart],
      undo: `${services.fix.undo} && ${sudo(...restart)} && ${close.fix.undo}`,
    },
  };
}
