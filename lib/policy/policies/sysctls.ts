import { celStrings } from '../cel';
import { nameOf, valueOr } from '../policy';
import type { Policy } from '../policy';

const SAFE = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_notsent_lowat',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_slow_start_after_idle',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
];

export const sysctls: Policy = {
  id: 'sysctls',
  title: 'Only sysctls that are safe: of the pod alone',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'pod',
      field: 'securityContext.sysctls[{f}]',
      offenders: `${valueOr('variables.podSpec', 'securityContext.sysctls', '[]')}.filter(s, !(${nameOf('s')} in ${celStrings(SAFE)}))`,
      message: `'the pod sets the sysctl ' + ${nameOf('f')}`,
    },
  ],
  why: 'Other sysctls change the kernel for the whole node, or turn its protection off.',
  fix: 'Leave it out, or set it on the node.',
  link: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline',
};
