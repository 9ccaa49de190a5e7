import { readAsset } from './assets';
import {
  postgresServers,
  REDIS_USER,
  redisServers,
  sourceRanges,
  type GeneratedFile,
  type HostAccess,
  type HostEndpoint,
  type PasswordOf,
  type PostgresServer,
  type RedisServer,
} from './model';
import { hbaName, psqlString, redisString } from './quote';
import { applySql, passwordVariable, removeSql, removeSqlFileName, rolesOf, sqlFileName } from './sql';

export { sqlFileName } from './sql';

const HEAD = 'Generated from the environment; do not edit.';

/** An entry of pg_hba.conf that pods need. */
export interface HbaEntry {
  readonly database: string;
  readonly user: string;
  readonly source: string;
}

/** Each database's own user and its owner, who migrates it, from each of the cluster's ranges; nobody reaches another. */
export function hbaEntries(access: HostAccess, server: PostgresServer): readonly HbaEntry[] {
  return server.databases.flatMap((database) =>
    [database.user, database.owner].flatMap((user) =>
      sourceRanges(access).map((source) => ({ database: database.name, user, source })),
    ),
  );
}

function hbaFile(access: HostAccess, server: PostgresServer): string {
  const lines = hbaEntries(access, server).map((entry) =>
    ['host', hbaName(entry.database), hbaName(entry.user), entry.source, 'scram-sha-256'].join(' '),
  );
  return `# ${HEAD}
# For the top of pg_hba.conf (services.sh puts it there): PostgreSQL takes the first entry that matches.
${lines.join('\n')}
`;
}

function postgresConf(server: PostgresServer): string {
  return `# ${HEAD}
# For the end of postgresql.conf (services.sh puts it there): PostgreSQL takes the last value.
# All IPv4 addresses, since the one that pods reach exists only once Docker has made the cluster's network, which is after
# PostgreSQL has started. The firewall and pg_hba.conf say who may come in. Needs a restart of PostgreSQL.
listen_addresses = '0.0.0.0, ::1'
port = ${server.port}
password_encryption = 'scram-sha-256'
`;
}

function redisConf(server: RedisServer): string {
  return `# ${HEAD}
# For the end of redis.conf (services.sh puts it there): Redis takes the last value. Needs a restart of Redis.
# All IPv4 addresses, since the one that pods reach exists only once Docker has made the cluster's network, which is after
# Redis has started.
bind 0.0.0.0
port ${server.port}
# Closes Redis to all but this host whenever it has no password, whatever the reason. services.sh adds the file with the
# password below; without that file Redis does not start.
protected-mode yes
`;
}

/**
 * The passwords that the SQL files ask for, as psql reads them: the content of `access.passwordsFile`. For a git-ignored
 * file or psql's standard input; never for a command line, which every user of the machine can see.
 */
export function psqlPasswords(access: HostAccess, passwordOf: PasswordOf): string {
  return postgresServers(access)
    .flatMap((server) =>
      rolesOf(server).map(
        (role) => `\\set ${passwordVariable(server, role)} ${psqlString(knownPassword(passwordOf, server, role))}\n`,
      ),
    )
    .join('');
}

/**
 * Redis' password as its configuration has it: the content of `access.redisPasswordFile`, which services.sh gives to Redis.
 * For a git-ignored file.
 */
export function redisPasswords(access: HostAccess, passwordOf: PasswordOf): string {
  return redisServers(access)
    .map((server) => `requirepass ${redisString(knownPassword(passwordOf, server, REDIS_USER))}\n`)
    .join('');
}

function knownPassword(passwordOf: PasswordOf, server: HostEndpoint, user: string): string {
  const password = passwordOf(server, user);
  if (password === undefined || password === '') {
    throw new Error(
      `${server.name}: no password for the user ${user}, who could then not log in: add it to the secrets, or synthesize again.`,
    );
  }
  return password;
}

/** What PostgreSQL and Redis on the host need, by file name. */
export function serverFiles(access: HostAccess): ReadonlyMap<string, GeneratedFile> {
  return new Map<string, GeneratedFile>([
    ...postgresServers(access).flatMap((server): [string, GeneratedFile][] => [
      [`${server.name}.pg_hba.conf`, { content: hbaFile(access, server) }],
      [`${server.name}.postgresql.conf`, { content: postgresConf(server) }],
      [sqlFileName(server), { content: applySql(access, server) }],
      [removeSqlFileName(server), { content: removeSql(access, server) }],
    ]),
    ...redisServers(access).map((server): [string, GeneratedFile] => [
      `${server.name}.redis.conf`,
      { content: redisConf(server) },
    ]),
    ['services.sh', { content: readAsset('lib/host/services.sh'), executable: true }],
  ]);
}
