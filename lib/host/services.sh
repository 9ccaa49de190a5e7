#!/bin/sh
# Puts what the cluster needs into the configuration of PostgreSQL and Redis on this host, between two marker lines of its
# own: the *.conf files beside this script. Which servers there are stands in host.values beside it. All else in those files
# stays as it is; the file as it was is kept beside it, as FILE.before-NAME. A file is replaced whole or not at all. Running
# it again changes nothing.
# Redis' password comes from the git-ignored file of secrets into a file of its own beside redis.conf, which redis.conf
# includes; it is never printed. Restarts nothing: it says what to restart.
set -eu
# Files are bytes, and a-z are 26 letters.
LC_ALL=C
export LC_ALL

NAME=${0##*/}

usage() {
  cat <<'END'
Usage: services.sh COMMAND [--dry-run]

  apply      put the snippets into pg_hba.conf, postgresql.conf and redis.conf, and give Redis its password
  remove     take them out again
  status     say whether they are there; exit code 1 when one is not

  --dry-run  print the changes as a diff, make none

The files are asked of the running PostgreSQL, and Redis' is /etc/redis/redis.conf;
PG_HBA_FILE, PG_CONF_FILE and REDIS_CONF_FILE in the environment name others, and
REDIS_PASSWORD_FILE another file with Redis' password than that of the secrets.
END
}

say() { printf '%s\n' "$*"; }
fail() { printf '%s: %s\n' "$NAME" "$*" >&2; exit 2; }

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=values.sh
. "$here/values.sh"

temporary=''
# Whatever ends this script, no half-written file stays.
trap 'if [ -n "$temporary" ]; then rm -f -- "$temporary"; fi' EXIT
trap 'exit 130' INT TERM

# A file without what is ours.
theirs() { awk -v begin="$begin" -v end="$end" '$0 == begin { ours = 1 } !ours { print } $0 == end { ours = 0 }' "$1"; }

# What a file is to hold: $1 the file, $2 its snippet, $3 top or bottom, $4 a line below the snippet, if any.
wanted() {
  if [ "$(grep -c -x -e "$begin" "$1" || true)" != "$(grep -c -x -e "$end" "$1" || true)" ]; then
    fail "$1: the marker lines \"$begin\" and \"$end\" do not pair up, so what is between them is unknown: mend them by hand"
  fi
  if [ "$command" != remove ] && [ "$3" = top ]; then say "$begin"; cat -- "$2"; say "$end"; fi
  theirs "$1"
  if [ "$command" != remove ] && [ "$3" = bottom ]; then say "$begin"; cat -- "$2"; [ -z "${4:-}" ] || say "$4"; say "$end"; fi
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
  hba=${PG_HBA_FILE:-$(ask "$2" "$3" 'SHOW hba_file')} || fail "$1: PostgreSQL does not answer on port $3, so its files are unknown: start it, or set PG_HBA_FILE and PG_CONF_FILE"
  conf=${PG_CONF_FILE:-$(ask "$2" "$3" 'SHOW config_file')} || fail "$1: PostgreSQL does not answer on port $3: start it, or set PG_CONF_FILE"
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
  # $1: name, $2: the file with its password
  conf=${REDIS_CONF_FILE:-/etc/redis/redis.conf}
  password="${conf%/*}/$NAME.conf"
  secret=${REDIS_PASSWORD_FILE:-$here/$2}
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
    fail "$1: it has an ACL file or a user \"default\" of its own, beside which Redis ignores requirepass. Nothing was changed. Give the user \"default\" the password of the secrets there, or take that line out"
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
  if [ "$(wc -l < "$1")" != 1 ] || ! LC_ALL=C grep -Eqx 'requirepass "([^"\\[:cntrl:]]|\\["\\])+"' "$1"; then
    fail "$1: is not one line of the form requirepass \"PASSWORD\": synthesize again. Nothing was changed"
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

command=${1:-}
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

read_values "$here/host.values"
begin="# BEGIN $NAME"
end="# END $NAME"

# $1: the kind of servers. Not in a pipe, so that what fails in it ends this script.
each_server() {
  while read -r kind name port rest; do
    case $1:$kind in
      redis:redis) redis "$name" "$rest" ;;
      postgresql:postgresql) postgresql "$name" "$rest" "$port" ;;
    esac < /dev/null
  done <<END
$SERVERS
END
}

result=0
# First, since without its password nothing at all is changed.
each_server redis
each_server postgresql
exit "$result"
