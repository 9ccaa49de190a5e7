# shellcheck shell=sh
# Reads host.values, in which the environment says what firewall.sh and services.sh are to work with. Both read this file.
#
# The values are lines that are read, and never a script that is run: root runs this, and a slip of the pen or of a disk must
# not become a command, nor an empty word a rule without a source. So every line is checked before anything on the host is
# looked at or changed: what is missing, cut off, given twice, unknown, or of another form is refused, with its line.
#
#   version 1                         first: the form of what follows
#   name NAME                         what chains, comments, units and installed files carry
#   range ADDRESS/LENGTH              an IPv4 range that is let in; one line for each
#   postgresql NAME PORT SUPERUSER    a PostgreSQL server
#   redis NAME PORT PASSWORDS         the Redis server, and the file with its password, as seen from this folder
#   end                               last: nothing was cut off
#
# Lines that begin with # are comments.

# A whole number without a zero in front, and short enough for a shell to count with.
is_number() { case $1 in '' | *[!0-9]* | 0?* | ??????*) return 1 ;; esac; }

is_port() { is_number "$1" && [ "$1" -ge 1 ] && [ "$1" -le 65535 ]; }

# A DNS label: nothing in it means anything to a shell, a rule, a path or a unit.
is_label() { case $1 in '' | *[!a-z0-9-]* | -* | *-) return 1 ;; esac && [ "${#1}" -le 63 ]; }

is_role() { case $1 in '' | *[!a-z0-9_]* | [0-9]*) return 1 ;; esac && [ "${#1}" -le 63 ]; }

is_file() { case $1 in '' | *[!A-Za-z0-9._/@+-]* | [/-]*) return 1 ;; esac; }

# The first address of the range, and its length, which is not that of everything: firewalls and PostgreSQL would read
# 172.21.0.1/16 as more than it looks like.
is_range() {
  case $1 in *[!0-9./]* | *[./] | *.*.*.*.* | */*/*) return 1 ;; *.*.*.*/*) ;; *) return 1 ;; esac
  # shellcheck disable=SC2046 # five words
  set -- $(printf '%s' "$1" | tr ./ '  ')
  [ "$#" -eq 5 ] || return 1
  for part; do is_number "$part" && [ "$part" -le 255 ] || return 1; done
  [ "$5" -ge 1 ] && [ "$5" -le 32 ] && [ $(((($1 * 256 + $2) * 256 + $3) * 256 + $4 & ((1 << (32 - $5)) - 1))) -eq 0 ]
}

# $1: the file. Sets NAME, RANGES (separated by spaces) and SERVERS ("KIND NAME PORT REST", a line for each).
read_values() {
  if [ ! -f "$1" ] || [ ! -r "$1" ]; then fail "$1: no such file, or it may not be read, and it says what to do here: synthesize again. Nothing was done"; fi
  values=$1
  number=0
  version='' name='' RANGES='' SERVERS='' names=' ' ports=' ' redis='' ended=''
  while IFS= read -r line || [ -n "$line" ]; do
    number=$((number + 1))
    [ -z "$ended" ] || refuse_line 'something follows the end'
    case $line in '#'*) continue ;; esac
    # Split into words by nothing but single spaces, and no name of a file is put in for a word.
    set -f
    # shellcheck disable=SC2086
    set -- $line
    set +f
    if [ "$#" -eq 0 ] || [ "$*" != "$line" ]; then refuse_line 'it is not words with one space between them'; fi
    [ -n "$version" ] || [ "$1" = version ] || refuse_line 'it stands before the version'
    case $1:$# in
      version:2)
        [ -z "$version" ] || refuse_line 'it is given twice'
        [ "$2" = 1 ] || refuse_line 'it is of a version that this script does not know'
        version=$2
        ;;
      name:2)
        [ -z "$name" ] || refuse_line 'it is given twice'
        is_label "$2" || refuse_line 'its name has other characters than a-z, 0-9 and -'
        name=$2
        ;;
      range:2)
        is_range "$2" || refuse_line 'it is no IPv4 range, such as 172.21.0.0/16'
        case " $RANGES " in *" $2 "*) refuse_line 'its range is given twice' ;; esac
        RANGES=${RANGES:+$RANGES }$2
        ;;
      postgresql:4 | redis:4)
        is_label "$2" || refuse_line 'its name has other characters than a-z, 0-9 and -'
        is_port "$3" || refuse_line 'it has no TCP port'
        case $names in *" $2 "*) refuse_line 'its name is given twice' ;; esac
        case $ports in *" $3 "*) refuse_line 'its port is given twice' ;; esac
        if [ "$1" = redis ]; then
          [ -z "$redis" ] || refuse_line 'there is a second Redis, and one redis.conf'
          is_file "$4" || refuse_line 'its file has other characters than letters, digits and ._/@+-'
          redis=$2
        else
          is_role "$4" || refuse_line 'its superuser has other characters than a-z, 0-9 and _'
        fi
        names="$names$2 "
        ports="$ports$3 "
        SERVERS="${SERVERS:+$SERVERS
}$line"
        ;;
      end:1) ended=yes ;;
      *) refuse_line 'it is not known' ;;
    esac
  done < "$values"
  [ -n "$ended" ] || fail "$values: its end is missing after line $number, so more may be: synthesize again. Nothing was done"
  [ -n "$name" ] || refuse_line 'there is no name before it'
  [ -n "$RANGES" ] || refuse_line 'there is no range before it'
  [ -n "$SERVERS" ] || refuse_line 'there is no server before it'
  # shellcheck disable=SC2034 # for who reads this file
  NAME=$name
}

# The line itself is not printed: it may hold what a terminal would obey.
refuse_line() { fail "$values, line $number: $*. Synthesize again. Nothing was done"; }
