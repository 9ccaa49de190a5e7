import { readAsset } from './assets';
import { accessName, type HostAccess, type HostDatabase, type PostgresServer } from './model';
import { psqlString, shellLine, shellWord, sqlString } from './quote';

/**
 * The comment on every role and database that we made, or that was given to us. PostgreSQL keeps it with the role or
 * database, for all databases of the server; what lacks it belongs to somebody else.
 */
export function markOf(access: HostAccess): string {
  return `managed by ${accessName(access)}`;
}

/** The psql variable that holds a role's password: letters, digits and underscores only. */
export function passwordVariable(server: PostgresServer, role: string): string {
  return `${server.name.replaceAll('-', '_')}_${role}_password`;
}

/** The roles that log in to a server: each database's owner and user, each once. */
export function rolesOf(server: PostgresServer): readonly string[] {
  return [...new Set(server.databases.flatMap((database) => [database.owner, database.user]))];
}

/** The name of the SQL file that makes a server's databases and roles. */
export function sqlFileName(server: PostgresServer): string {
  return `${server.name}.sql`;
}

/** The name of the SQL file that takes the roles away again. */
export function removeSqlFileName(server: PostgresServer): string {
  return `${server.name}.remove.sql`;
}

function psqlCommand(server: PostgresServer, files: readonly string[], options: readonly string[]): string {
  const psql = shellLine(['psql', '-X', '-q', ...options, '-p', String(server.port), '-d', 'postgres']);
  return `cat ${shellLine(files)} | sudo -u ${shellWord(server.superuser)} ${psql}`;
}

/** The command that makes a server's databases and roles, for a shell in the project's folder. */
export function sqlCommand(access: HostAccess, server: PostgresServer): string {
  return psqlCommand(server, [access.passwordsFile, `${access.folder}/${sqlFileName(server)}`], []);
}

/** The same, also for roles and databases that somebody else made: it changes them, and prints how. */
export function takeOverCommand(access: HostAccess, server: PostgresServer): string {
  return psqlCommand(
    server,
    [access.passwordsFile, `${access.folder}/${sqlFileName(server)}`],
    ['-v', 'take_over=yes'],
  );
}

/** The command that takes the roles away again, and leaves databases and data. */
export function removeSqlCommand(access: HostAccess, server: PostgresServer): string {
  return psqlCommand(server, [`${access.folder}/${removeSqlFileName(server)}`], []);
}

/** What psql reads before the scripts: who is to be on a server, as variables. Names are plain (hostAccessFiles checks it). */
function psqlValues(access: HostAccess, server: PostgresServer): string {
  const variables = {
    server: server.name,
    name: accessName(access),
    superuser: server.superuser,
    take_over_command: takeOverCommand(access, server),
    databases: '',
  };
  return [
    '-- Generated from the environment; do not edit. Each line of "databases" is a database, its owner and its user.',
    ...Object.entries(variables).map(([name, value]) => `\\set ${name} ${psqlString(value)}`),
    ...server.databases.map(({ name, owner, user }) => `\\set databases :databases '${name} ${owner} ${user}\\n'`),
    // The last, by which the scripts know the form of the values, and that none was cut off.
    '\\set host_access_values 1',
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** The values, and scripts that stand in files as they are: psql reads all of it from one file, which may be of another user. */
function psqlScript(access: HostAccess, server: PostgresServer, script: 'make' | 'remove'): string {
  const parts = ['begin', script].map((name) => readAsset(`lib/host/databases.${name}.sql`));
  return [psqlValues(access, server), ...parts].join('\n');
}

/** The SQL that makes a server's databases and roles, or hands those over that are there. */
export function applySql(access: HostAccess, server: PostgresServer): string {
  return psqlScript(access, server, 'make');
}

/** The SQL that takes a server's roles away, and leaves its databases, which are the superuser's then. */
export function removeSql(access: HostAccess, server: PostgresServer): string {
  return psqlScript(access, server, 'remove');
}

/**
 * A query for one database: the `identity` of each object in it that is to be handed over to its owner. It is put together from
 * the script's own queries, which stand there between `$NAME$` and `$NAME$`, as psql would from variables.
 */
export function objectsToHandOver(access: HostAccess, server: PostgresServer, database: HostDatabase): string {
  const script = readAsset('lib/host/databases.make.sql');
  const variables = new Map([
    ['superuser', server.superuser],
    ['user', database.user],
    ['owner', database.owner],
    ['mark', markOf(access)],
  ]);
  const query = (name: string): string => {
    const [, text] = script.split(`$${name}$`);
    if (text === undefined) throw new Error(`databases.make.sql: it has no text between $${name}$ and $${name}$.`);
    return text.replaceAll(/:'(\w+)'/g, (_, variable: string) => {
      const value = variables.get(variable);
      if (value === undefined) throw new Error(`databases.make.sql, $${name}$: nothing sets the variable ${variable}.`);
      return sqlString(value);
    });
  };
  return `SELECT identity FROM (${query('objects')}) AS object WHERE owner IN (${query('givers')})`;
}
