import { firewallFiles } from './firewall';
import {
  accessName,
  postgresServers,
  redisServers,
  sourceRanges,
  type GeneratedFile,
  type HostAccess,
  type PostgresServer,
} from './model';
import { checkRanges } from './network';
import { serverFiles } from './servers';
import { passwordVariable, removeSqlCommand, rolesOf, sqlCommand, takeOverCommand } from './sql';
import { redisPasswordPath, valuesFiles } from './values';

function refuse(what: string, reason: string, remedy: string): never {
  throw new Error(`host access: ${what}: ${reason} ${remedy}`);
}

function checkUnique(what: string, names: readonly (string | number)[], reason: string): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) refuse(`${what} ${twice}`, `given twice: ${reason}`, 'Give each its own.');
}

/** Whether a name is a DNS label: nothing in it means anything to a shell, a rule, a path or a unit. */
function isLabel(name: string): boolean {
  return /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name) && name.length <= 63;
}

/** Refuses what the scripts would refuse to read (values.sh) or could not do. */
function checkAccess(access: HostAccess): void {
  const { name: cluster, subnet, podCidr } = access.cluster;
  if (!isLabel(accessName(access))) {
    refuse(
      `cluster, name ${JSON.stringify(cluster)}`,
      `${accessName(access)}, after which chains, units and files are named, is not a DNS label.`,
      'Rename it.',
    );
  }
  checkRanges({ subnet, podCidr }, (field, value, ...why) =>
    refuse(`cluster, ${field} ${JSON.stringify(value)}`, ...why),
  );
  for (const { name, port } of access.endpoints) {
    if (!isLabel(name) || /^[0-9]/.test(name)) {
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
  if (redisServers(access).length > 1) {
    refuse(
      `endpoint ${redisServers(access)[1]?.name ?? ''}`,
      'a second Redis, but the file of secrets has one password and services.sh writes one redis.conf.',
      'Keep one.',
    );
  }
  const passwords = redisPasswordPath(access);
  if (!/^[\w.@+][\w./@+-]*$/.test(passwords)) {
    refuse(
      `redisPasswordFile, seen from folder, ${JSON.stringify(passwords)}`,
      'services.sh reads a path of letters, digits and ._/@+- only.',
      'Rename the folders or the file.',
    );
  }
  checkUnique(
    'psql variable',
    postgresServers(access).flatMap((server) => rolesOf(server).map((role) => passwordVariable(server, role))),
    'two roles would get one password.',
  );
  postgresServers(access).forEach(checkDatabases);
}

/** Databases that every server has. */
const OWN_DATABASES = ['postgres', 'template0', 'template1'];
/** Names that PostgreSQL keeps for itself as roles, besides those that start with pg_. */
const RESERVED_ROLES = ['public', 'none', 'current_role', 'current_user', 'session_user'];

function checkDatabases(server: PostgresServer): void {
  const roles = rolesOf(server);
  for (const name of [server.superuser, ...server.databases.map((database) => database.name), ...roles]) {
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
  for (const { name } of server.databases) {
    if (OWN_DATABASES.includes(name)) {
      refuse(`${server.name}, database ${name}`, "it is PostgreSQL's own.", 'Use a database of its own.');
    }
  }
  for (const role of roles) {
    const its = server.databases.find((database) => database.user === role || database.owner === role)?.name ?? '';
    if (role.startsWith('pg_') || RESERVED_ROLES.includes(role)) {
      refuse(`${server.name}, role ${role} of ${its}`, 'PostgreSQL keeps this name for itself.', 'Rename it.');
    }
    if (role === server.superuser) {
      refuse(
        `${server.name}, database ${its}`,
        `its role ${role} is the superuser, who reaches every database.`,
        'Give it roles of its own.',
      );
    }
    const owned = server.databases.find((database) => database.owner === role);
    const used = server.databases.find((database) => database.user === role);
    if (owned !== undefined && used !== undefined) {
      refuse(
        `${server.name}, role ${role}`,
        `it owns ${owned.name} and is the user of ${used.name}, so a service could change the structure of its data, or of another's.`,
        'Let owners only own, and users only use.',
      );
    }
  }
}

function readme(access: HostAccess): string {
  const commands = (command: (access: HostAccess, server: PostgresServer) => string): string =>
    postgresServers(access)
      .map((server) => `    ${command(access, server)}`)
      .join('\n');
  const ranges = sourceRanges(access).join(' and ');
  return `# What the cluster ${access.cluster.name} needs of its host

Generated from the environment; do not edit. Nothing here contains a password. Each script says what it does with
\`--help\`, shows it with \`--dry-run\`, and can undo it.

| what | do | undo |
| --- | --- | --- |
| the firewall lets the cluster in and nobody else, also after a reboot | \`sudo ./firewall.sh install --close\` | \`sudo ./firewall.sh uninstall\` |
| the same, until the next reboot | \`sudo ./firewall.sh apply --close\` | \`sudo ./firewall.sh remove\` |
| the firewall lets the cluster in, and is else as it was | \`install\` or \`apply\`, with \`--no-close\` after \`--close\` | as above |
| PostgreSQL and Redis listen to the cluster and let it in by passwords | \`sudo ./services.sh apply\`, then restart them | \`sudo ./services.sh remove\`, then restart them |
| databases and their roles | the SQL below | the SQL below |

In this order: with \`--close\`, the ports of the servers are open to this host and to ${ranges},
over IPv4 and IPv6, before they listen to more than this host. Connections that are open stay open.
\`${accessName(access)}.service\` is what \`firewall.sh install\` enables.

## Redis

\`services.sh apply\` puts the password of \`${access.redisPasswordFile}\` into a file beside redis.conf, which only Redis reads, and
redis.conf includes it. From Redis' next start everybody gives it, on this host too: \`redis-cli --askpass\`. Until then
nothing is changed: address and password come into force together.

## Databases

From the project's folder:

${commands(sqlCommand)}

Each database has an owner, who migrates it, and a user, who changes data and no structure. Neither may do anything
else, and nothing is done to the superuser's password. Running it again changes nothing but the passwords.

It marks what it made (\`COMMENT ON ROLE\`, \`COMMENT ON DATABASE\`). What is there without the mark is somebody else's: it
then stops, has changed nothing, and prints what it would change. This goes on, and is how databases that belong to the
superuser, with tables, rows and Flyway's history, are handed over to their owners:

${commands(takeOverCommand)}

Handed over are databases, schemas, tables, sequences, views, types, functions and the like that belong to the superuser or
to the user; not what belongs to an extension, and what belongs to anybody else is named and left. Functions that
are SECURITY DEFINER then run as the owner. No row is read or written. Each database is one transaction that locks each of
its tables for an instant: services may run, and their statements wait; a migration may not. A lock that is not had
within 30 seconds, or a deadlock, ends it, and that database is as it was: run it again. From then on Flyway logs in as
the owner, so apply the manifests after it.

To take the roles away, and leave databases and rows, which are the superuser's then; stop the services first:

${commands(removeSqlCommand)}

The databases keep the mark, so that the first command makes the roles again and gives the databases back to them.
`;
}

/**
 * Everything that the host needs so that pods reach its servers, and only they: files by name, for one folder.
 */
export function hostAccessFiles(access: HostAccess): ReadonlyMap<string, GeneratedFile> {
  checkAccess(access);
  return new Map([
    ['README.md', { content: readme(access) }],
    ...valuesFiles(access),
    ...firewallFiles(access),
    ...serverFiles(access),
  ]);
}
