import { checkCluster } from './cluster-config';
import { firewallFiles } from './firewall';
import { accessName, postgresServers, type GeneratedFile, type HostAccess } from './model';
import { serverFiles, sqlCommand } from './servers';

function refuse(what: string, reason: string, remedy: string): never {
  throw new Error(`host access: ${what}: ${reason} ${remedy}`);
}

function checkUnique(what: string, names: readonly (string | number)[], reason: string): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) refuse(`${what} ${twice}`, `given twice: ${reason}`, 'Give each its own.');
}

function checkAccess(access: HostAccess): void {
  checkCluster(access.cluster);
  for (const { name, port } of access.endpoints) {
    if (!/^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name) || name.length > 63) {
      refuse(`endpoint ${JSON.stringify(name)}`, 'not a DNS label, and files are named after it.', 'Rename it.');
    }
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
      refuse(`endpoint ${name}, port ${port}`, 'not a TCP port.', 'Use a whole number from 1 to 65535.');
    }
  }
  checkUnique(
    'endpoint',
    access.endpoints.map((endpoint) => endpoint.name),
    'its files would be written over.',
  );
  checkUnique(
    'port',
    access.endpoints.map((endpoint) => endpoint.port),
    'two servers cannot listen on it.',
  );
  for (const server of postgresServers(access)) {
    for (const name of [server.superuser, ...server.databases.flatMap((database) => [database.name, database.user])]) {
      // PostgreSQL would take more with quotes, but psql's variables and people's shells would not; 63 is its NAMEDATALEN.
      if (!/^[a-z_][a-z0-9_]{0,62}$/.test(name)) {
        refuse(
          `${server.name}, name ${JSON.stringify(name)}`,
          'not a plain PostgreSQL name, so it would need quotes wherever it is used.',
          "Use lower-case letters, digits and '_', 63 at most, not starting with a digit.",
        );
      }
    }
    checkUnique(
      `${server.name}, database`,
      server.databases.map((database) => database.name),
      'it would have two owners of its data.',
    );
    const superuserDatabase = server.databases.find((database) => database.user === server.superuser);
    if (superuserDatabase !== undefined) {
      refuse(
        `${server.name}, database ${superuserDatabase.name}`,
        'its user is the superuser, who reaches every database.',
        'Give it a user of its own.',
      );
    }
  }
}

function readme(access: HostAccess): string {
  const sql = postgresServers(access).map((server) => `    ${sqlCommand(access, server)}`);
  return `# What the cluster ${access.cluster.name} needs of its host

Generated from the environment; do not edit. Nothing here contains a password. Each script says what it does with
\`--help\`, shows it with \`--dry-run\`, and can undo it.

| what | do | undo |
| --- | --- | --- |
| the firewall lets the cluster in, also after a reboot | \`sudo ./firewall.sh install\` | \`sudo ./firewall.sh uninstall\` |
| the same, until the next reboot | \`sudo ./firewall.sh apply\` | \`sudo ./firewall.sh remove\` |
| PostgreSQL and Redis listen to it and let it in | \`sudo ./services.sh apply\` | \`sudo ./services.sh remove\` |

\`${accessName(access)}.service\` is what \`firewall.sh install\` enables. Databases and their users, from the project's
folder:

${sql.join('\n')}
`;
}

/**
 * Everything that the host needs so that pods reach its servers, and only they: files by name, for one folder.
 */
export function hostAccessFiles(access: HostAccess): ReadonlyMap<string, GeneratedFile> {
  checkAccess(access);
  return new Map([['README.md', { content: readme(access) }], ...firewallFiles(access), ...serverFiles(access)]);
}
