import type { HostAccess } from '../../host/model';
import { addressAt, parseRange } from '../../host/network';

/** The address by which pods reach the host: Docker gives the first of a network's range to the host. */
export function hostAddress(access: Pick<HostAccess, 'cluster'>): string {
  const range = parseRange(access.cluster.subnet);
  return range === undefined ? '' : addressAt(range, 1);
}

/** Whether a server that listens on an address is reached by pods. */
export function reaches(access: HostAccess, address: string): boolean {
  return ['0.0.0.0', '*', '::', hostAddress(access)].includes(address);
}
