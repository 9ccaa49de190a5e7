import {
  accessName,
  REDIS_USER,
  postgresServers,
  redisServers,
  sourceRanges,
  type GeneratedFile,
  type HostAccess,
  type HostEndpoint,
  type PasswordOf,
  type PostgresServer,
  type RedisServer,
} from './model';
import { hbaName, psqlString, redisString, shellLine, shellWord, sqlName, sqlString } from './quote';

const HEAD = 'Generated from the environment; do not edit.';

/** An entry of pg_hba.conf that pods need. */
export interface HbaEntry {
  readonly database: string;
  readonly user: string;
  readonly source: string;
}

/** Each database's own user, and the superuser who migrates its schema, from each of the cluster's ranges. */
export function hbaEntries(access: HostAccess, server: PostgresServer): readonly HbaEntry[] {
  return server.databases.flatMap((database) =>
    [database.user, server.superuser].flatMap((user) =>
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
# All addresses, since the address that pods reach exists only once Docker has made the cluster's network, which is after
# PostgreSQL has started. The firewall and pg_hba.conf say who may come in. Needs a restart of PostgreSQL.
listen_addresses = '*'
port = ${server.port}
password_encryption = 'scram-sha-256'
`;
}

function redisConf(access: HostAccess, server: RedisServer): string {
  return `# ${HEAD}
# For the end of redis.conf (services.sh puts it there): Redis takes the last value. Needs a restart of Redis.
# All addresses, since the address that pods reach exists only once Docker has made the cluster's network, which is after
# Redis has started.
bind 0.0.0.0
port ${server.port}
# The services log in without a password, which protected mode refuses to everybody but this host.
# So the firewall alone says who may come in: it must drop port ${server.port} from all but ${sourceRanges(access).join(' and ')}.
protected-mode no
`;
}

/** The psql variable that holds a user's password: letters, digits and underscores only. */
function passwordVariable(server: PostgresServer, user: string): string {
  return `${server.name.replaceAll('-', '_')}_${user}_password`;
}

function users(server: PostgresServer): readonly string[] {
  return [...new Set([server.superuser, ...server.databases.map((database) => database.user)])];
}

function sqlFile(server: PostgresServer): string {
  const required = users(server).map(
    (user) => `\\if :{?${passwordVariable(server, user)}}
\\else
DO 'BEGIN RAISE EXCEPTION ''${passwordVariable(server, user)} is not set: read the file with the passwords first''; END';
\\endif`,
  );
  const roles = [...new Set(server.databases.map((database) => database.user))].map(
    (user) => `SELECT ${sqlString(`CREATE ROLE ${sqlName(user)}`)}
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = ${sqlString(user)}) \\gexec
ALTER ROLE ${sqlName(user)} WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
  PASSWORD :'${passwordVariable(server, user)}';`,
  );
  const databases = server.databases.map(
    (
      database,
    ) => `SELECT ${sqlString(`CREATE DATABASE ${sqlName(database.name)} OWNER ${sqlName(server.superuser)} ENCODING 'UTF8' TEMPLATE template0`)}
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = ${sqlString(database.name)}) \\gexec
REVOKE ALL ON DATABASE ${sqlName(database.name)} FROM PUBLIC, ${sqlName(database.user)};
GRANT CONNECT ON DATABASE ${sqlName(database.name)} TO ${sqlName(database.user)};`,
  );
  const privileges = server.databases.map((database) => {
    const user = sqlName(database.user);
    const owner = sqlName(server.superuser);
    return `\\connect ${sqlName(database.name)}
SET client_min_messages = warning;
REVOKE ALL ON SCHEMA public FROM PUBLIC, ${user};
GRANT USAGE ON SCHEMA public TO ${user};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${user};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO ${user};
ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${user};
ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO ${user};`;
  });
  return `-- ${HEAD}
--
-- Makes the databases and their users on ${server.name}, for psql as the superuser ${server.superuser}. Running it again
-- changes nothing but the passwords, which it sets to the ones given. It contains none: they are psql variables, read
-- from the git-ignored file of passwords, which goes first into the same psql.
\\set ON_ERROR_STOP on

${required.join('\n')}

-- Keeps the statements that hold a password out of the server's log.
SET client_min_messages = warning;
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';
SET password_encryption = 'scram-sha-256';

-- Who migrates the schemas logs in with a password too.
ALTER ROLE ${sqlName(server.superuser)} WITH PASSWORD :'${passwordVariable(server, server.superuser)}';

-- Users: they log in, and no more.
${roles.join('\n')}

-- Databases: only the database's own user may connect.
${databases.join('\n')}

-- Inside each: data yes, structure no, also for what is created later by migrations.
${privileges.join('\n\n')}
`;
}

/**
 * The passwords that the SQL files ask for, as psql reads them: the content of `access.passwordsFile`. For a git-ignored
 * file or psql's standard input; never for a command line, which every user of the machine can see.
 */
export function psqlPasswords(access: HostAccess, passwordOf: PasswordOf): string {
  return postgresServers(access)
    .flatMap((server) =>
      [...new Set(server.databases.flatMap((database) => [database.user, database.owner]))].map(
        (user) => `\\set ${passwordVariable(server, user)} ${psqlString(requirePassword(passwordOf, server, user))}\n`,
      ),
    )
    .join('');
}

/** Redis' password, as its configuration has it: the content of `access.redisPasswordFile`. Empty where there is no Redis. */
export function redisPasswords(access: HostAccess, passwordOf: PasswordOf): string {
  return redisServers(access)
    .map((server) => `requirepass ${redisString(requirePassword(passwordOf, server, REDIS_USER))}\n`)
    .join('');
}

function requirePassword(passwordOf: PasswordOf, server: HostEndpoint, user: string): string {
  const password = passwordOf(server, user);
  if (password === undefined) {
    throw new Error(
      `${server.name}: no password for the user ${user}, who could then not log in: add it to the secrets, or synthesize again.`,
    );
  }
  return password;
}

/** The name of the SQL file of a server. */
export function sqlFileName(server: PostgresServer): string {
  return `${server.name}.sql`;
}

/** The command that makes a server's databases and users, for a shell in the project's folder. */
export function sqlCommand(access: HostAccess, server: PostgresServer): string {
  const files = shellLine([access.passwordsFile, `${access.folder}/${sqlFileName(server)}`]);
  return `cat ${files} | sudo -u ${shellWord(server.superuser)} psql -X -q -p ${server.port} -d postgres`;
}

function servicesScript(access: HostAccess): string {
  const name = accessName(access);
  const calls = [
    ...postgresServers(access).map((server) =>
      shellLine(['postgresql', server.name, server.superuser, String(server.port)]),
    ),
    ...redisServers(access).map((server) => shellLine(['redis', server.name])),
  ];
  return `#!/bin/sh
# ${HEAD}
#
# Puts what the cluster needs into the configuration of PostgreSQL and Redis on this host, between two marker lines of its
# own: the *.conf files beside this script. All else in those files stays as it is; the file as it was is kept beside it,
# as FILE.before-${name}. A file is replaced whole or not at all. Running it again changes nothing.
# Restarts nothing: it says what to restart.
set -eu

NAME=${shellWord(name)}

usage() {
  cat <<'END'
Usage: services.sh COMMAND [--dry-run]

  apply      put the snippets into pg_hba.conf, postgresql.conf and redis.conf
  remove     take them out again
  status     say whether they are there; exit code 1 when one is not

  --dry-run  print the changes as a diff, make none

The files are asked of the running PostgreSQL, and Redis' is /etc/redis/redis.conf;
PG_HBA_FILE, PG_CONF_FILE and REDIS_CONF_FILE in the environment name others.
END
}

say() { printf '%s\\n' "$*"; }
fail() { printf '%s: %s\\n' "$NAME" "$*" >&2; exit 2; }

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
temporary=''
# Whatever ends this script, no half-written file stays.
trap 'if [ -n "$temporary" ]; then rm -f -- "$temporary"; fi' EXIT
trap 'exit 130' INT TERM

# What a file is to hold: $1 the file, $2 its snippet, $3 top or bottom.
wanted() {
  begin="# BEGIN $NAME"
  end="# END $NAME"
  if [ "$(grep -c -x -e "$begin" "$1" || true)" != "$(grep -c -x -e "$end" "$1" || true)" ]; then
    fail "$1: the marker lines \\"$begin\\" and \\"$end\\" do not pair up, so what is between them is unknown: mend them by hand"
  fi
  if [ "$command" != remove ] && [ "$3" = top ]; then say "$begin"; cat -- "$2"; say "$end"; fi
  awk -v begin="$begin" -v end="$end" '$0 == begin { ours = 1 } !ours { print } $0 == end { ours = 0 }' "$1"
  if [ "$command" != remove ] && [ "$3" = bottom ]; then say "$begin"; cat -- "$2"; say "$end"; fi
}

# $1 the file, $2 its snippet, $3 top or bottom. Sets changed to yes when it changed the file.
snippet() {
  [ -f "$1" ] || fail "$1: no such file: name the right one in the environment (see --help)"
  [ -r "$1" ] || fail "$1: may not be read: run this with sudo"
  if [ "$dry_run" = yes ] || [ "$command" = status ]; then
    content=$(wanted "$1" "$2" "$3")
    if [ "$command" = status ]; then
      if [ "$content" = "$(cat -- "$1")" ]; then say "$1: in place"; else say "$1: missing or outdated"; result=1; fi
    else
      say "$content" | diff -u -- "$1" - || true
    fi
    return 0
  fi
  temporary="$1.$NAME.$$"
  # Copied first, so that the new file has the old one's owner and mode.
  cp -p -- "$1" "$temporary"
  wanted "$1" "$2" "$3" > "$temporary"
  if cmp -s -- "$1" "$temporary"; then
    rm -f -- "$temporary"
    say "$1: nothing to change"
  else
    [ -e "$1.before-$NAME" ] || cp -p -- "$1" "$1.before-$NAME"
    mv -f -- "$temporary" "$1"
    changed=yes
    say "$1: changed"
  fi
  temporary=''
}

# Asks PostgreSQL as its superuser: $1 the superuser, $2 the port, $3 the statement.
ask() {
  if [ "$(id -un)" = "$1" ]; then
    psql -XAtq -p "$2" -d postgres -c "$3"
  else
    # Elsewhere than in /root, which the superuser may not enter.
    (cd / && runuser -u "$1" -- psql -XAtq -p "$2" -d postgres -c "$3")
  fi
}

postgresql() {
  # $1: name, $2: superuser, $3: port
  hba=\${PG_HBA_FILE:-$(ask "$2" "$3" 'SHOW hba_file')} || fail "$1: PostgreSQL does not answer on port $3, so its files are unknown: start it, or set PG_HBA_FILE and PG_CONF_FILE"
  conf=\${PG_CONF_FILE:-$(ask "$2" "$3" 'SHOW config_file')} || fail "$1: PostgreSQL does not answer on port $3: start it, or set PG_CONF_FILE"
  changed=no
  snippet "$hba" "$here/$1.pg_hba.conf" top
  snippet "$conf" "$here/$1.postgresql.conf" bottom
  if [ "$changed" = yes ]; then
    if ask "$2" "$3" 'SELECT pg_reload_conf()' >/dev/null 2>&1; then
      say "$1: PostgreSQL reads pg_hba.conf again; if it listened on other addresses before, run: systemctl restart postgresql"
    else
      say "$1: PostgreSQL does not run; start it with: systemctl restart postgresql"
    fi
  fi
}

redis() {
  # $1: name
  changed=no
  snippet "\${REDIS_CONF_FILE:-/etc/redis/redis.conf}" "$here/$1.redis.conf" bottom
  if [ "$changed" = yes ]; then say "$1: now run: systemctl restart redis-server"; fi
}

command=\${1:-}
[ "$#" -gt 0 ] && shift
dry_run=no
while [ "$#" -gt 0 ]; do
  case $1 in
    --dry-run) dry_run=yes ;;
    *) usage >&2; fail "unknown argument: $1" ;;
  esac
  shift
done
case $command in
  apply | remove | status) ;;
  help | --help | -h) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
esac

result=0
${calls.join('\n')}
exit "$result"
`;
}

/** What PostgreSQL and Redis on the host need, by file name. */
export function serverFiles(access: HostAccess): ReadonlyMap<string, GeneratedFile> {
  return new Map<string, GeneratedFile>([
    ...postgresServers(access).flatMap((server): [string, GeneratedFile][] => [
      [`${server.name}.pg_hba.conf`, { content: hbaFile(access, server) }],
      [`${server.name}.postgresql.conf`, { content: postgresConf(server) }],
      [sqlFileName(server), { content: sqlFile(server) }],
    ]),
    ...redisServers(access).map((server): [string, GeneratedFile] => [
      `${server.name}.redis.conf`,
      { content: redisConf(access, server) },
    ]),
    ['services.sh', { content: servicesScript(access), executable: true }],
  ]);
}
