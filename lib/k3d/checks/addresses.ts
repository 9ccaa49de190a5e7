import { hostAddress, type HostAccess } from '../../host/model';

/** Whether a server that listens on an address is reached by pods. */
export function reaches(access: HostAccess, address: string): boolean {
  return ['0.0.0.0', '*', '::', hostAddress(access)].includes(address);
}
