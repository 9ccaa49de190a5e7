#!/bin/sh
# Opens this host's firewall to a k3d cluster, and nothing more than this: the ports of the servers in host.values, from the
# ranges in it. That file stands beside this one, and values.sh, which reads it, does too.
#
# Works on both firewalls of the kernel, since a packet must be let in by each of them:
#   iptables: a chain of its own, that INPUT jumps to first;
#   nftables: one rule at the head of every input chain. A chain of its own would not do: with nftables, what one chain
#             accepts another can still drop.
# Only INPUT is opened. A packet from a pod to the host is for the host itself, whatever its source, so FORWARD never sees
# it; a rule there would open these ports on every machine behind the host.
# With --close it also closes these ports to everybody else but this host, over IPv4 and IPv6: in a table of its own in
# nftables, since what one chain drops no other can accept; where there is no nft, in the chains of iptables and ip6tables.
# Every change is one transaction: it is made whole or not at all. Running it again changes nothing.
set -eu
# What other programs print is read below, and a-z are 26 letters.
LC_ALL=C
export LC_ALL

NAME=${0##*/}
# For staging and tests: a folder that stands for the root of the file system.
DESTDIR=${DESTDIR:-}

usage() {
  cat <<'END'
Usage: firewall.sh COMMAND [--close | --no-close] [--dry-run] [--backend auto|iptables|nftables]

  apply      let the cluster in
  remove     undo apply
  status     say whether the cluster is let in; exit code 1 when it is not
  install    apply now, after every reboot and whenever the firewall is reloaded (copies itself and the values, enables a systemd unit)
  uninstall  undo install, and remove
  commands   print the same for hosts whose firewall ufw or firewalld manages

  --close    with apply and install: also close the servers' ports to everybody but this host and the cluster;
             --no-close undoes that. Without either it stays as it is.
  --dry-run  print what would be done, do nothing
  --backend  which firewall; auto, the default, means each that is there, and on a host with ufw or firewalld none:
             it prints the commands for those instead (exit code 3)
END
}

say() { printf '%s\n' "$*"; }
fail() { printf '%s: %s\n' "$NAME" "$*" >&2; exit 2; }
have() { command -v "$1" >/dev/null 2>&1; }

# "RANGE PORT SERVER" for each range and server.
openings() {
  say "$SERVERS" | while read -r _ server port _; do
    for range in $RANGES; do say "$range $port $server"; done
  done
}

# --- firewalls that others manage: what to run there. They keep their rules over reboots and reloads themselves.

# $1: what comes before the rule, $2: what comes after it
ufw_allow() { openings | while read -r range port _; do say "$1 allow proto tcp from $range to any port $port$2"; done; }
ufw_deny() { for port in $PORTS; do say "$1 deny proto tcp to any port $port$2"; done; }

# $1: apply, close or remove
ufw_commands() {
  case $1 in
    remove)
      ufw_allow 'ufw --force delete' ''
      ufw_deny 'ufw --force delete' ''
      ;;
    close)
      # The first rule that matches decides, and each is put before all others: so what is put last comes first.
      ufw_deny 'ufw prepend' " comment $NAME"
      ufw_allow 'ufw prepend' " comment $NAME"
      ;;
    *) ufw_allow ufw " comment $NAME" ;;
  esac
}

# The order among rules is their priority; a negative one comes before all that have none (firewalld.richlanguage(5)).
# $1: add or remove
firewalld_accept() {
  openings | while read -r range port _; do
    firewalld_rule "$1" "priority=\"-100\" family=\"ipv4\" source address=\"$range\" port port=\"$port\" protocol=\"tcp\" accept"
  done
}
firewalld_drop() { for port in $PORTS; do firewalld_rule "$1" "priority=\"-99\" port port=\"$port\" protocol=\"tcp\" drop"; done; }
firewalld_rule() { say "firewall-cmd --permanent '--$1-rich-rule=rule $2'"; }

# $1: apply, close or remove
firewalld_commands() {
  case $1 in
    remove)
      firewalld_accept remove
      firewalld_drop remove
      ;;
    close)
      firewalld_accept add
      firewalld_drop add
      ;;
    *) firewalld_accept add ;;
  esac
  say 'firewall-cmd --reload'
}

# $1: ufw or firewalld, $2: apply, close or remove
managed_commands() { case $1 in ufw) ufw_commands "$2" ;; *) firewalld_commands "$2" ;; esac }

# What manages the firewall, if anything does: rules made behind its back are lost, or confuse the next person.
manager() {
  if have firewall-cmd && firewall-cmd --state >/dev/null 2>&1; then
    say firewalld
  elif have ufw && grep -qs '^ENABLED=yes' "$DESTDIR/etc/ufw/ufw.conf"; then
    say ufw
  fi
}

# --- iptables

iptables_rules() {
  openings | while read -r range port server; do
    say "-A $CHAIN -s $range -p tcp -m tcp --dport $port -m comment --comment \"$NAME: $server\" -j ACCEPT"
  done
}

# Only what opens a connection is dropped, so that those that are open stay, also where the kernel does not track them.
iptables_closing() {
  for port in $PORTS; do
    say "-A $CHAIN ! -i lo -p tcp -m tcp --dport $port --tcp-flags FIN,SYN,RST,ACK SYN -m comment --comment \"$NAME: closed\" -j DROP"
  done
}

# What the chain is to hold: $1 iptables or ip6tables. The ranges are IPv4.
iptables_wanted() {
  if [ "$1" = iptables ]; then iptables_rules; fi
  if [ "$closed_by" = iptables ]; then iptables_closing; fi
}

# The jump, as "iptables -S" writes it; asked for by its place, since a rule that drops may stand before it.
iptables_first() { "$1" -w 5 -S INPUT | sed -n '2p'; }

iptables_jumps() { "$1" -w 5 -S INPUT | grep -c -x -e "-A INPUT -j $CHAIN" || true; }

iptables_made() { "$1" -w 5 -S "$CHAIN" >/dev/null 2>&1; }

iptables_drops() { [ "$(iptables -w 5 -S INPUT | grep -v -x -e "-A INPUT -j $CHAIN")" != '-P INPUT ACCEPT' ]; }

# Whether the chain is needed: $1 iptables or ip6tables.
iptables_needed() { [ "$closed_by" = iptables ] || { [ "$1" = iptables ] && iptables_drops; }; }

iptables_apply() {
  for tool in iptables ip6tables; do
    have "$tool" || continue
    if iptables_needed "$tool"; then
      jumps=$(iptables_jumps "$tool")
      {
        say '*filter'
        # Declared again, a chain is emptied; --noflush leaves every other chain alone (iptables-restore(8)).
        say ":$CHAIN - [0:0]"
        iptables_wanted "$tool"
        while [ "$jumps" -gt 0 ]; do
          say "-D INPUT -j $CHAIN"
          jumps=$((jumps - 1))
        done
        say "-I INPUT 1 -j $CHAIN"
        say COMMIT
      } | run "$tool-restore" --wait 5 --noflush || return
    elif iptables_made "$tool"; then
      iptables_drop_chain "$tool" || return
    elif [ "$tool" = iptables ]; then
      say 'iptables: drops nothing, so nothing to open'
    fi
  done
}

iptables_remove() {
  for tool in iptables ip6tables; do
    have "$tool" || continue
    if iptables_made "$tool"; then
      iptables_drop_chain "$tool" || return
    elif [ "$tool" = iptables ]; then
      say 'iptables: nothing to remove'
    fi
  done
}

iptables_drop_chain() {
  jumps=$(iptables_jumps "$1")
  {
    say '*filter'
    while [ "$jumps" -gt 0 ]; do
      say "-D INPUT -j $CHAIN"
      jumps=$((jumps - 1))
    done
    say "-F $CHAIN"
    say "-X $CHAIN"
    say COMMIT
  } | run "$1-restore" --wait 5 --noflush
}

iptables_status() {
  state=0
  for tool in iptables ip6tables; do
    have "$tool" || continue
    if ! iptables_needed "$tool"; then
      if [ "$tool" = iptables ]; then say 'iptables: drops nothing'; fi
    elif [ "$(iptables_first "$tool")" = "-A INPUT -j $CHAIN" ] && [ "$("$tool" -w 5 -S "$CHAIN" | sed 1d)" = "$(iptables_wanted "$tool")" ]; then
      say "$tool: rules in place"
    else
      say "$tool: rules missing ($("$tool" -w 5 -S INPUT | sed -n '1p'))"
      state=1
    fi
  done
  return "$state"
}

# --- nftables

# Prints "chain FAMILY TABLE CHAIN" for every chain that filters input, "rule FAMILY TABLE CHAIN HANDLE PLACE" for every
# rule of ours that opens, and "closed" where the table is that closes. What iptables and firewalld keep in nftables is theirs to change.
nft_scan() {
  compatible=no
  if have iptables && iptables -V | grep -q nf_tables; then compatible=yes; fi
  ruleset=$(nft -a list ruleset 2>&1) || fail "nft: $ruleset"
  say "$ruleset" | awk -v name="$NAME" -v own="$TABLE" -v compatible="$compatible" '
    $1 == "table" { family = $2; table = $3; if (family == "inet" && table == own) print "closed"; next }
    family == "inet" && table == own { next }
    $1 == "chain" { chain = $2; place = 0; next }
    table == "firewalld" || (family != "ip" && family != "inet") { next }
    compatible == "yes" && family == "ip" && table == "filter" && chain == "INPUT" { next }
    $1 == "type" && $2 == "filter" && $3 == "hook" && $4 == "input" { print "chain", family, table, chain; next }
    / # handle [0-9]+$/ {
      place++
      if (index($0, "comment \"" name "\"")) print "rule", family, table, chain, $NF, place
    }'
}

# What packets of the cluster to the servers are like.
nft_match() { say "ip saddr { $(listed "$RANGES") } tcp dport { $(listed "$PORTS") }"; }

listed() { say "$1" | sed 's/ /, /g'; }

nft_rule() { say "$(nft_match) accept comment \"$NAME\""; }

nft_closing_rules() {
  say 'iifname "lo" accept'
  say "$(nft_match) accept"
  say "tcp dport { $(listed "$PORTS") } tcp flags & (fin | syn | rst | ack) == syn drop"
}

# The comment by which the table that closes is known to be of these values.
closed_mark() {
  digest=$(nft_closing_rules | paste -s -d , - | tr -d '\n' | sha256sum | cut -c 1-12)
  [ "${#digest}" -eq 12 ] || fail 'sha256sum is missing: install coreutils'
  say "$NAME: closed $digest"
}

# The table that closes, whole: begun anew, so that it never holds rules of older values.
nft_closing() {
  say "table inet $TABLE"
  say "delete table inet $TABLE"
  say "table inet $TABLE {"
  say '  chain input {'
  say '    type filter hook input priority filter - 10; policy accept;'
  nft_closing_rules | sed -e 's/^/    /' -e "\$s/\$/ comment \"$CLOSED\"/"
  say '  }'
  say '}'
}

nft_batch() {
  # $1: what nft_scan printed; $2: apply or remove
  say "$1" | while read -r kind family table chain handle _; do
    case $kind in
      rule) say "delete rule $family $table $chain handle $handle" ;;
      chain) if [ "$2" = apply ]; then say "insert rule $family $table $chain $(nft_rule)"; fi ;;
      closed) if [ "$2" = remove ] || [ "$closed_by" != nftables ]; then say "delete table inet $TABLE"; fi ;;
    esac
  done
  if [ "$2" = apply ] && [ "$closed_by" = nftables ]; then nft_closing; fi
}

nft_change() {
  # An exit in a substitution ends only that.
  found=$(nft_scan) || exit
  batch=$(nft_batch "$found" "$1")
  if [ -z "$batch" ]; then
    say "nftables: nothing to $1"
  else
    say "$batch" | run nft -f -
  fi
}

nft_status() {
  found=$(nft_scan) || exit
  missing=$(say "$found" | awk '
    $1 == "chain" { chains[$2 " " $3 " " $4] = 1 }
    $1 == "rule" && $6 == 1 { first[$2 " " $3 " " $4] = 1 }
    END { for (chain in chains) if (!(chain in first)) print chain }' | sort)
  state=0
  if [ -n "$missing" ]; then
    say "nftables: rules missing in $(say "$missing" | paste -s -d , -)"
    state=1
  elif say "$found" | grep -q '^chain '; then
    say 'nftables: rules in place'
  else
    say 'nftables: drops nothing'
  fi
  if say "$found" | grep -q '^closed' && ! nft list table inet "$TABLE" | grep -qF "$CLOSED"; then
    say 'nftables: what closes the ports to others is of an older environment'
    state=1
  fi
  return "$state"
}

# --- closing

# What closes the ports to others at present: nftables, iptables or nothing.
closed_now() {
  if have nft && nft list table inet "$TABLE" >/dev/null 2>&1; then
    say nftables
  elif have iptables && iptables -w 5 -S "$CHAIN" 2>/dev/null | grep -q -e '-j DROP'; then
    say iptables
  fi
}

# What is to close them: $1 apply, remove or status.
closes() {
  if [ "$1" = status ]; then closed_now; return 0; fi
  if [ "$1" = remove ] || [ "$close" = no ] || { [ -z "$close" ] && [ -z "$(closed_now)" ]; }; then return 0; fi
  if [ "$backend" != iptables ] && have nft; then
    say nftables
  elif [ "$backend" != nftables ] && have iptables; then
    have ip6tables || [ ! -e /proc/net/if_inet6 ] || fail 'ip6tables is not installed, and without it IPv6 stays open: install iptables, or nftables'
    say iptables
  else
    fail 'neither iptables nor nft is installed, so nothing can be closed: install nftables'
  fi
}

# --- both

run() {
  # Runs a command that reads its standard input; in a dry run shows both.
  if [ "$dry_run" = yes ]; then
    say "$* <<'END'"
    cat
    say END
  else
    "$@"
  fi
}

each_backend() {
  # $1: apply, remove or status
  result=0
  done=''
  closed_by=$(closes "$1") || exit
  if [ "$backend" != nftables ]; then
    if have iptables; then
      case $1 in
        apply) iptables_apply || result=1 ;;
        remove) iptables_remove || result=1 ;;
        status) iptables_status || result=1 ;;
      esac
      done=yes
    elif [ "$backend" = iptables ]; then
      fail 'iptables is not installed'
    fi
  fi
  if [ "$backend" != iptables ]; then
    if have nft; then
      case $1 in status) nft_status || result=1 ;; *) nft_change "$1" || result=1 ;; esac
      done=yes
    elif [ "$backend" = nftables ]; then
      fail 'nft is not installed'
    fi
  fi
  if [ -z "$done" ]; then say 'neither iptables nor nft is installed: nothing to do'; fi
  if [ "$1" = status ]; then
    if [ -n "$closed_by" ]; then say "closed to others, by $closed_by"; else say 'not closed to others by this script'; fi
  fi
  return "$result"
}

do_command() {
  # $1: apply, remove or status
  if [ "$backend" = auto ]; then
    managed=$(manager)
    if [ -n "$managed" ]; then
      say "$managed manages this host's firewall. As root, run:"
      if [ "$1" = apply ] && [ "$close" = yes ]; then managed_commands "$managed" close; else managed_commands "$managed" "$1"; fi
      return 3
    fi
  fi
  [ "$(id -u)" = 0 ] || fail "$1 reads and changes the firewall, which needs root: run it with sudo"
  each_backend "$1"
}

system() {
  # Runs a command; in a dry run shows it.
  if [ "$dry_run" = yes ]; then say "$*"; else "$@"; fi
}

systemd_runs() { [ -z "$DESTDIR" ] && [ -d /run/systemd/system ]; }

# What is installed is a link to this script.
here=$(dirname -- "$(readlink -f -- "$0")")
# shellcheck source-path=SCRIPTDIR source=values.sh
. "$here/values.sh"

command=${1:-}
[ "$#" -gt 0 ] && shift
dry_run=no
backend=auto
close=''
closed_by=''
while [ "$#" -gt 0 ]; do
  case $1 in
    --dry-run) dry_run=yes ;;
    --close) close=yes ;;
    --no-close) close=no ;;
    --backend=*) backend=${1#--backend=} ;;
    --backend) [ "$#" -gt 1 ] || fail '--backend needs a value'; backend=$2; shift ;;
    *) usage >&2; fail "unknown argument: $1" ;;
  esac
  shift
done
case $command in
  apply | remove | status | install | uninstall | commands) ;;
  help | --help | -h) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
esac
case $command:$close in apply:* | install:* | *:) ;; *) fail "--close and --no-close go with apply and install" ;; esac
case $backend in auto | iptables | nftables) ;; *) fail "no such backend: $backend; use auto, iptables or nftables" ;; esac

read_values "$here/host.values"
PORTS=$(say "$SERVERS" | cut -d ' ' -f 3 | sort -n | paste -s -d ' ' -)
# As long as the kernel lets a chain's name be (XT_EXTENSION_MAXNAMELEN, with its end mark).
CHAIN=$(say "$NAME" | tr '[:lower:]' '[:upper:]' | cut -c 1-28)
TABLE=$(say "$NAME" | tr - _)
CLOSED=$(closed_mark)
LIBRARY=/usr/local/lib/$NAME
# A clone may move, so the unit runs a copy.
PROGRAM=/usr/local/sbin/$NAME
UNIT=/etc/systemd/system/$NAME.service

case $command in
  apply | remove | status) do_command "$command" ;;
  install)
    managed=$(manager)
    if [ -n "$managed" ]; then do_command apply; exit; fi
    [ "$(id -u)" = 0 ] || [ "$dry_run" = yes ] || fail 'install writes below /usr/local and /etc, which needs root: run it with sudo'
    [ -f "$here/$NAME.service" ] || fail "$here/$NAME.service is missing: run synth again"
    system mkdir -p "$DESTDIR${PROGRAM%/*}" "$DESTDIR$LIBRARY" "$DESTDIR${UNIT%/*}"
    system install -m 0755 "$here/firewall.sh" "$DESTDIR$LIBRARY"
    system install -m 0644 "$here/values.sh" "$here/host.values" "$DESTDIR$LIBRARY"
    # Also in the place of the one file that earlier versions installed.
    system ln -sfn "../lib/$NAME/firewall.sh" "$DESTDIR$PROGRAM"
    # Kept over a reboot by the unit: what was asked for, or else what is so.
    if [ -z "$close" ] && { grep -qs -e ' apply --close$' "$DESTDIR$UNIT" || [ -n "$(closed_now)" ]; }; then close=yes; fi
    if [ "$close" = yes ]; then
      if [ "$dry_run" = yes ]; then
        say "sed 's/ apply$/ apply --close/' $here/$NAME.service > $DESTDIR$UNIT"
      else
        sed 's/ apply$/ apply --close/' "$here/$NAME.service" > "$DESTDIR$UNIT"
      fi
    else
      system install -m 0644 "$here/$NAME.service" "$DESTDIR$UNIT"
    fi
    if systemd_runs; then
      system systemctl daemon-reload
      system systemctl enable "$NAME.service"
      # The unit's command keeps what is closed.
      if [ "$close" = no ]; then do_command apply; fi
      # One that ran with older rules takes the new ones, without an instant in which there are none.
      system systemctl reload-or-restart "$NAME.service"
    elif [ -z "$DESTDIR" ]; then
      say 'systemd does not run here: applied now, but not after a reboot'
      do_command apply
    fi
    ;;
  uninstall)
    if systemd_runs; then
      system systemctl disable --now "$NAME.service"
    elif [ -z "$DESTDIR" ]; then
      do_command remove
    fi
    system rm -rf -- "$DESTDIR$UNIT" "$DESTDIR$PROGRAM" "$DESTDIR$LIBRARY"
    if systemd_runs; then system systemctl daemon-reload; fi
    ;;
  commands)
    for firewall in ufw firewalld; do
      say "# $firewall"
      managed_commands "$firewall" apply
      say "# $firewall, closed to others"
      managed_commands "$firewall" close
      say "# $firewall, to undo"
      managed_commands "$firewall" remove
    done
    ;;
esac
