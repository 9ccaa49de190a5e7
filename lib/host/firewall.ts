import { readAsset } from './assets';
import { accessName, type GeneratedFile, type HostAccess } from './model';

/** Where `firewall.sh install` puts a link to its copy of the script, which the unit runs, since a clone may move. */
function installedProgram(access: HostAccess): string {
  return `/usr/local/sbin/${accessName(access)}`;
}

/** What loads a firewall's rules, and so may wipe out ours, on the common distributions. */
const FIREWALL_UNITS = ['nftables.service', 'iptables.service', 'netfilter-persistent.service'];

/**
 * The unit that restores the rules. It is started after whatever loads the firewall (After, WantedBy), again when that is
 * started again (PartOf restarts it, WantedBy starts it), and reloaded with it (ReloadPropagatedFrom); systemd.unit(5).
 */
function unitFile(access: HostAccess): string {
  const units = FIREWALL_UNITS.join(' ');
  const program = installedProgram(access);
  return `# Generated from the environment; do not edit.
[Unit]
Description=Lets the k3d cluster ${access.cluster.name} reach ${access.endpoints.map((endpoint) => endpoint.name).join(' and ')} on this host
After=${units} docker.service
PartOf=${units}
ReloadPropagatedFrom=${units}

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${program} apply
ExecReload=${program} apply
ExecStop=${program} remove

[Install]
WantedBy=multi-user.target ${units}
`;
}

/** The firewall script and its systemd unit, by file name. */
export function firewallFiles(access: HostAccess): ReadonlyMap<string, GeneratedFile> {
  return new Map([
    ['firewall.sh', { content: readAsset('lib/host/firewall.sh'), executable: true }],
    [`${accessName(access)}.service`, { content: unitFile(access) }],
  ]);
}
