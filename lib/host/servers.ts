import { posix } from 'node:path';
import {
  accessName,
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
import { hbaName, psqlString, redisString, shellLine, shellWord } from './quote';
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

function servicesScript(access: HostAccess): string {
  const name = accessName(access);
  const passwords = posix.relative(access.folder, access.redisPasswordFile);
  const calls = [
    // First, since without its password nothing at all is changed.
    ...redisServers(access).map((server) => shellLine(['redis', server.name])),
    ...postgresServers(access).map((server) =>
      shellLine(['postgresql', server.name, server.superuser, String(server.port)]),
    ),
  ];
  return `#!/bin/sh
# ${HEAD}
#
# Puts what the cluster needs into the configuration of PostgreSQL and Redis on this host, between two marker lines of its
# own: the *.conf files beside this script. All else in those files stays as it is; the file as it was is kept beside it,
# as FILE.before-${name}. A file is replaced whole or not at all. Running it again changes nothing.
# Redis' password comes from the git-ignored file of secrets into a file of its own beside redis.conf, which redis.conf
# includes; it is never printed. Restarts nothing: it says what to restart.
set -eu

NAME=${shellWord(name)}

usage() {
  cat <<'END'
Usage: services.sh COMMAND [--dry-run]

  apply      put the snippets into pg_hba.conf, postgresql.conf and redis.conf, and give Redis its password
  remove     take them out again
  status     say whether they are there; exit code 1 when one is not

  --dry-run  print the changes as a diff, make none

The files are asked of the running PostgreSQL, and Redis' is /etc/redis/redis.conf;
PG_HBA_FILE, PG_CONF_FILE and REDIS_CONF_FILE in the environment name others, and
REDIS_PASSWORD_FILE another file with Redis' password than ${access.redisPasswordFile}.
END
}

say() { printf '%s\\n' "$*"; }
fail() { printf '%s: %s\\n' "$NAME" "$*" >&2; exit 2; }

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
temporary=''
# Whatever ends this script, no half-written file stays.
trap 'if [ -n "$temporary" ]; then rm -f -- "$temporary"; fi' EXIT
trap 'exit 130' INT TERM

begin="# BEGIN $NAME"
end="# END $NAME"

# A file without what is ours.
theirs() { awk -v begin="$begin" -v end="$end" '$0 == begin { ours = 1 } !ours { print } $0 == end { ours = 0 }' "$1"; }

# What a file is to hold: $1 the file, $2 its snippet, $3 top or bottom, $4 a line below the snippet, if any.
wanted() {
  if [ "$(grep -c -x -e "$begin" "$1" || true)" != "$(grep -c -x -e "$end" "$1" || true)" ]; then
    fail "$1: the marker lines \\"$begin\\" and \\"$end\\" do not pair up, so what is between them is unknown: mend them by hand"
  fi
  if [ "$command" != remove ] && [ "$3" = top ]; then say "$begin"; cat -- "$2"; say "$end"; fi
  theirs "$1"
  if [ "$command" != remove ] && [ "$3" = bottom ]; then say "$begin"; cat -- "$2"; [ -z "\${4:-}" ] || say "$4"; say "$end"; fi
}

# The same arguments. Sets changed to yes when it changed the file.
snippet() {
  [ -f "$1" ] || fail "$1: no such file: name the right one in the environment (see --help)"
  [ -r "$1" ] || fail "$1: may not be read: run this with sudo"
  if [ "$dry_run" = yes ] || [ "$command" = status ]; then
    content=$(wanted "$@")
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
  wanted "$@" > "$temporary"
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
  conf=\${REDIS_CONF_FILE:-/etc/redis/redis.conf}
  password="\${conf%/*}/$NAME.conf"
  secret=\${REDIS_PASSWORD_FILE:-$here/${shellWord(passwords)}}
  changed=no
  if [ "$command" = apply ]; then redis_may_start "$conf" && check_secret "$secret"; fi
  if [ "$command" = remove ]; then
    snippet "$conf" "$here/$1.redis.conf" bottom
    if [ "$dry_run" = yes ]; then say "$password: would be removed"; else rm -f -- "$password"; fi
  else
    give_password "$secret" "$password" "$conf"
    snippet "$conf" "$here/$1.redis.conf" bottom "include $password"
  fi
  if [ "$changed" = yes ]; then say "$1: now run: systemctl restart redis-server"; fi
}

# Whether Redis would heed the password: $1 redis.conf.
redis_may_start() {
  [ -r "$1" ] || fail "$1: missing, or may not be read: run this with sudo, or name the right file in REDIS_CONF_FILE"
  if theirs "$1" | grep -Eiq '^[[:space:]]*(aclfile|user[[:space:]]+"?default)'; then
    fail "$1: it has an ACL file or a user \\"default\\" of its own, beside which Redis ignores requirepass. Nothing was changed. Give the user \\"default\\" the password of the secrets there, or take that line out"
  fi
  if theirs "$1" | grep -Eiq '^[[:space:]]*requirepass[[:space:]]'; then
    say "$1: has a password already; Redis takes the last, which is that of the secrets. To keep yours, write it into the secrets"
  fi
}

# Whether a file holds Redis' password and nothing else, for its owner's eyes only.
check_secret() {
  [ -f "$1" ] || fail "$1: no such file, so Redis would have no password: synthesize, or name the file in REDIS_PASSWORD_FILE. Nothing was changed"
  [ -r "$1" ] || fail "$1: may not be read: run this with sudo. Nothing was changed"
  if [ -n "$(find -L "$1" -perm /077)" ]; then
    fail "$1: others than its owner may read it: run chmod 600 on it, and if somebody may have read it change the password. Nothing was changed"
  fi
  # Not even a part of it is printed, since what is malformed may be the password.
  if [ "$(wc -l < "$1")" != 1 ] || ! LC_ALL=C grep -Eqx 'requirepass "([^"\\\\[:cntrl:]]|\\\\["\\\\])+"' "$1"; then
    fail "$1: is not one line of the form requirepass \\"PASSWORD\\": synthesize again. Nothing was changed"
  fi
}

# Puts the password where Redis reads it, and nobody else: $1 the secret, $2 the file beside redis.conf, $3 redis.conf.
give_password() {
  if [ "$dry_run" = yes ]; then say "$2: would get the password in $1"; return 0; fi
  if [ "$command" = status ]; then
    if cmp -s -- "$1" "$2"; then say "$2: in place"; else say "$2: missing or outdated"; result=1; fi
    return 0
  fi
  if cmp -s -- "$1" "$2" && [ -z "$(find "$2" -perm /007)" ]; then say "$2: nothing to change"; return 0; fi
  temporary="$2.$$"
  # redis.conf's owner and group without its content, and before there is a password in it.
  cp -p -- "$3" "$temporary"
  chmod o= -- "$temporary"
  # Where redis.conf is root's, Redis reads it as one of the others.
  if [ -n "$(find "$temporary" -user root)" ] && id -u redis >/dev/null 2>&1; then chown redis -- "$temporary"; fi
  cat -- "$1" > "$temporary"
  mv -f -- "$temporary" "$2"
  temporary=''
  changed=yes
  say "$2: changed"
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
      [sqlFileName(server), { content: applySql(access, server) }],
      [removeSqlFileName(server), { content: removeSql(access, server) }],
    ]),
    ...redisServers(access).map((server): [string, GeneratedFile] => [
      `${server.name}.redis.conf`,
      { content: redisConf(server) },
    ]),
    ['services.sh', { content: servicesScript(access), executable: true }],
  ]);
}
