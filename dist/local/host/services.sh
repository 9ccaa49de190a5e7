#!/bin/sh
# Generated from the environment; do not edit.
#
# Puts what the cluster needs into the configuration of PostgreSQL and Redis on this host, between two marker lines of its
# own: the *.conf files beside this script. All else in those files stays as it is; the file as it was is kept beside it,
# as FILE.before-sportstix-host-access. A file is replaced whole or not at all. Running it again changes nothing.
# Restarts nothing: it says what to restart.
set -eu

NAME=sportstix-host-access

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

say() { printf '%s\n' "$*"; }
fail() { printf '%s: %s\n' "$NAME" "$*" >&2; exit 2; }

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
    fail "$1: the marker lines \"$begin\" and \"$end\" do not pair up, so what is between them is unknown: mend them by hand"
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
  # $1: name
  changed=no
  snippet "${REDIS_CONF_FILE:-/etc/redis/redis.conf}" "$here/$1.redis.conf" bottom
  if [ "$changed" = yes ]; then say "$1: now run: systemctl restart redis-server"; fi
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

result=0
postgresql postgres-external postgres 5432
redis redis-external
exit "$result"
