import { sudo, type Fix } from '../doctor';
import type { Patient } from './patient';

/** systemd's names of the servers, as Debian has them. */
export const UNITS = { postgresql: 'postgresql', redis: 'redis-server', other: undefined } as const;

/** The script that configures the servers. */
export function servicesFix({ access }: Patient): { readonly remedy: string; readonly fix: Fix } {
  const script = `${access.folder}/services.sh`;
  return {
    remedy: sudo(script, 'apply'),
    fix: { commands: [[script, 'apply']], undo: sudo(script, 'remove') },
  };
}
