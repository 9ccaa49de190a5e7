import { createHash } from 'node:crypto';
import { accessName, sourceRanges, type GeneratedFile, type HostAccess } from './model';
import { nftString, shellLine, shellWord } from './quote';

/** The longest name of an iptables chain (XT_EXTENSION_MAXNAMELEN, with its end mark). */
const CHAIN_LENGTH = 28;

/** The commands of a managed firewall that open a port, that close it to all others, and that undo both. */
export interface ManagedFirewall {
  readonly apply: readonly string[];
  readonly close: readonly string[];
  readonly remove: readonly string[];
}

/** What to run on a host whose firewall ufw or firewalld manages: they keep their rules over reboots and reloads themselves. */
export function managedFirewallCommands(access: HostAccess): Readonly<Record<'ufw' | 'firewalld', ManagedFirewall>> {
  const ports = portsOf(access).map(String);
  const allowed = access.endpoints.flatMap(({ port }) =>
    sourceRanges(access).map((source) => ({ source, port: String(port) })),
  );
  const comment = ['comment', accessName(access)];
  const allow = allowed.map(({ source, port }) => [
    ...['allow', 'proto', 'tcp', 'from', source, 'to', 'any', 'port', port],
  ]);
  const deny = ports.map((port) => ['deny', 'proto', 'tcp', 'to', 'any', 'port', port]);
  const line = (...words: readonly string[]): string => shellLine(words);
  const richRules = (verb: 'add' | 'remove', rules: readonly string[]): string[] =>
    rules.map((rule) => line('firewall-cmd', '--permanent', `--${verb}-rich-rule=rule ${rule}`));
  // The order among rules is their priority; a negative one comes before all that have none (firewalld.richlanguage(5)).
  const accept = allowed.map(
    ({ source, port }) =>
      `priority="-100" family="ipv4" source address="${source}" port port="${port}" protocol="tcp" accept`,
  );
  const drop = ports.map((port) => `priority="-99" port port="${port}" protocol="tcp" drop`);
  const reload = line('firewall-cmd', '--reload');
  return {
    ufw: {
      apply: allow.map((rule) => line('ufw', ...rule, ...comment)),
      // The first rule that matches decides, and each is put before all others: so what is put last comes first.
      close: [...deny, ...allow].map((rule) => line('ufw', 'prepend', ...rule, ...comment)),
      remove: [...allow, ...deny].map((rule) => line('ufw', '--force', 'delete', ...rule)),
    },
    firewalld: {
      apply: [...richRules('add', accept), reload],
      close: [...richRules('add', [...accept, ...drop]), reload],
      remove: [...richRules('remove', [...accept, ...drop]), reload],
    },
  };
}

function portsOf(access: HostAccess): readonly number[] {
  return [...new Set(access.endpoints.map((endpoint) => endpoint.port))].sort((a, b) => a - b);
}

/** Lines as the body of a shell here-document or of `printf '%s\n'`. */
function printLines(lines: readonly string[]): string {
  return ["printf '%s\\n'", ...lines.map((line) => `'${line.replaceAll("'", `'\\''`)}'`)].join(' \\\n      ');
}

/** The chain that holds the rules in iptables. */
export function chainName(access: HostAccess): string {
  const name = accessName(access).toUpperCase();
  return name.length <= CHAIN_LENGTH ? name : name.slice(0, CHAIN_LENGTH);
}

/**
 * The script that opens the host's firewall to the cluster.
 *
 * Only INPUT is opened. A packet from a pod to the host is for the host itself, whatever its source, so FORWARD never
 * sees it; a rule there would open these ports on every machine *behind* the host.
 */
function firewallScript(access: HostAccess): string {
  const name = accessName(access);
  const chain = chainName(access);
  const sources = sourceRanges(access);
  const commands = managedFirewallCommands(access);
  const rules = access.endpoints.flatMap((endpoint) =>
    sources.map(
      (source) =>
        `-A ${chain} -s ${source} -p tcp -m tcp --dport ${endpoint.port} -m comment --comment ${nftString(`${name}: ${endpoint.name}`)} -j ACCEPT`,
    ),
  );
  const ports = portsOf(access);
  // Only what opens a connection is dropped, so that those that are open stay, also where the kernel does not track them.
  const closing = ports.map(
    (port) =>
      `-A ${chain} ! -i lo -p tcp -m tcp --dport ${port} --tcp-flags FIN,SYN,RST,ACK SYN -m comment --comment ${nftString(`${name}: closed`)} -j DROP`,
  );
  const nftRule = `ip saddr { ${sources.join(', ')} } tcp dport { ${ports.join(', ')} } accept comment ${nftString(name)}`;
  const nftClosing = [
    'iifname "lo" accept',
    `ip saddr { ${sources.join(', ')} } tcp dport { ${ports.join(', ')} } accept`,
    `tcp dport { ${ports.join(', ')} } tcp flags & (fin | syn | rst | ack) == syn drop`,
  ];
  const digest = createHash('sha256').update(nftClosing.join()).digest('hex').slice(0, 12);
  const openings = access.endpoints.map(
    (endpoint) => `#   TCP port ${endpoint.port} (${endpoint.name}) from ${sources.join(' and ')}`,
  );
  return `#!/bin/sh
# Generated from the environment; do not edit.
#
# Opens this host's firewall to the k3d cluster ${access.cluster.name}, and nothing more than this:
${openings.join('\n')}
#
# Works on both firewalls of the kernel, since a packet must be let in by each of them:
#   iptables: a chain of its own, ${chain}, that INPUT jumps to first;
#   nftables: one rule at the head of every input chain. A chain of its own would not do: with nftables, what one chain
#             accepts another can still drop.
# With --close it also closes these ports to everybody else but this host, over IPv4 and IPv6: in a table of its own in
# nftables, since what one chain drops no other can accept; where there is no nft, in the chains of iptables and ip6tables.
# Every change is one transaction: it is made whole or not at all. Running it again changes nothing.
set -eu

NAME=${shellWord(name)}
CHAIN=${shellWord(chain)}
TABLE=${shellWord(name.replaceAll('-', '_'))}
CLOSED=${shellWord(`${name}: closed ${digest}`)}
# For staging and tests: a folder that stands for the root of the file system.
DESTDIR=\${DESTDIR:-}
PROGRAM=/usr/local/sbin/$NAME
UNIT=/etc/systemd/system/$NAME.service

usage() {
  cat <<'END'
Usage: firewall.sh COMMAND [--close | --no-close] [--dry-run] [--backend auto|iptables|nftables]

  apply      let the cluster in
  remove     undo apply
  status     say whether the cluster is let in; exit code 1 when it is not
  install    apply now, after every reboot and whenever the firewall is reloaded (copies itself, enables a systemd unit)
  uninstall  undo install, and remove
  commands   print the same for hosts whose firewall ufw or firewalld manages

  --close    with apply and install: also close the servers' ports to everybody but this host and the cluster;
             --no-close undoes that. Without either it stays as it is.
  --dry-run  print what would be done, do nothing
  --backend  which firewall; auto, the default, means each that is there, and on a host with ufw or firewalld none:
             it prints the commands for those instead (exit code 3)
END
}

say() { printf '%s\\n' "$*"; }
fail() { printf '%s: %s\\n' "$NAME" "$*" >&2; exit 2; }
have() { command -v "$1" >/dev/null 2>&1; }

ufw_commands() {
  case $1 in
    remove) ${printLines(commands.ufw.remove)} ;;
    close) ${printLines(commands.ufw.close)} ;;
    *) ${printLines(commands.ufw.apply)} ;;
  esac
}

firewalld_commands() {
  case $1 in
    remove) ${printLines(commands.firewalld.remove)} ;;
    close) ${printLines(commands.firewalld.close)} ;;
    *) ${printLines(commands.firewalld.apply)} ;;
  esac
}

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
  cat <<'END'
${rules.join('\n')}
END
}

iptables_closing() {
  cat <<'END'
${closing.join('\n')}
END
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
      } | run "$tool-restore" --wait 5 --noflush
    elif iptables_made "$tool"; then
      iptables_drop_chain "$tool"
    elif [ "$tool" = iptables ]; then
      say 'iptables: drops nothing, so nothing to open'
    fi
  done
}

iptables_remove() {
  for tool in iptables ip6tables; do
    have "$tool" || continue
    if iptables_made "$tool"; then
      iptables_drop_chain "$tool"
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
      if (index($0, "comment \\"" name "\\"")) print "rule", family, table, chain, $NF, place
    }'
}

nft_rule() {
  cat <<'END'
${nftRule}
END
}

# The table that closes, whole: begun anew, so that it never holds rules of an older environment.
nft_closing() {
  cat <<END
table inet $TABLE
delete table inet $TABLE
table inet $TABLE {
  chain input {
    type filter hook input priority filter - 10; policy accept;
${nftClosing.map((rule, index) => `    ${rule}${index === nftClosing.length - 1 ? ' comment "$CLOSED"' : ''}`).join('\n')}
  }
}
END
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
  found=$(nft_scan)
  batch=$(nft_batch "$found" "$1")
  if [ -z "$batch" ]; then
    say "nftables: nothing to $1"
  else
    say "$batch" | run nft -f -
  fi
}

nft_status() {
  found=$(nft_scan)
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
      "iptables_$1" || result=1
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
      if [ "$1" = apply ] && [ "$close" = yes ]; then "\${managed}_commands" close; else "\${managed}_commands" "$1"; fi
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

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
command=\${1:-}
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
    --backend=*) backend=\${1#--backend=} ;;
    --backend) [ "$#" -gt 1 ] || fail '--backend needs a value'; backend=$2; shift ;;
    *) usage >&2; fail "unknown argument: $1" ;;
  esac
  shift
done
case $command:$close in apply:* | install:* | *:) ;; *) fail "--close and --no-close go with apply and install" ;; esac
case $backend in auto | iptables | nftables) ;; *) fail "no such backend: $backend; use auto, iptables or nftables" ;; esac

case $command in
  apply | remove | status) do_command "$command" ;;
  install)
    managed=$(manager)
    if [ -n "$managed" ]; then do_command apply; exit; fi
    [ "$(id -u)" = 0 ] || [ "$dry_run" = yes ] || fail 'install writes below /usr/local and /etc, which needs root: run it with sudo'
    [ -f "$here/$NAME.service" ] || fail "$here/$NAME.service is missing: run synth again"
    system mkdir -p "$DESTDIR\${PROGRAM%/*}" "$DESTDIR\${UNIT%/*}"
    system install -m 0755 "$here/\${0##*/}" "$DESTDIR$PROGRAM"
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
    system rm -f "$DESTDIR$UNIT" "$DESTDIR$PROGRAM"
    if systemd_runs; then system systemctl daemon-reload; fi
    ;;
  commands)
    say '# ufw'; ufw_commands apply
    say '# ufw, closed to others'; ufw_commands close
    say '# ufw, to undo'; ufw_commands remove
    say '# firewalld'; firewalld_commands apply
    say '# firewalld, closed to others'; firewalld_commands close
    say '# firewalld, to undo'; firewalld_commands remove
    ;;
  help | --help | -h) usage ;;
  *) usage >&2; exit 2 ;;
esac
`;
}

/** Where `firewall.sh install` puts the script; the unit runs that copy, since a clone may move. */
export function installedProgram(access: HostAccess): string {
  return `/usr/local/sbin/${accessName(access)}`;
}

/** What loads a firewall's rules, and so may wipe out ours, on the common distributions. */
const FIREWALL_UNITS = ['nftables.service', 'iptables.service', 'netfilter-persistent.service'];

/**
 * The unit that restores the rules. It is started after whatever loads the firewall (After, WantedBy), again when that is
 * started again (PartOf restarts it, WantedBy starts it), and reloaded with it (ReloadPropagatedFrom); systemd.unit(5).
 */
function unitFile(access: HostAccess): string {
  const units = FIREWALL_UNITS.join(' ');
  const program = installedProgram(access);
  return `# Generated from the environment; do not edit.
[Unit]
Description=Lets the k3d cluster ${access.cluster.name} reach ${access.endpoints.map((endpoint) => endpoint.name).join(' and ')} on this host
After=${units} docker.service
PartOf=${units}
ReloadPropagatedFrom=${units}

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${program} apply
ExecReload=${program} apply
ExecStop=${program} remove

[Install]
WantedBy=multi-user.target ${units}
`;
}

/** The firewall script and its systemd unit, by file name. */
export function firewallFiles(access: HostAccess): ReadonlyMap<string, GeneratedFile> {
  return new Map([
    ['firewall.sh', { content: firewallScript(access), executable: true }],
    [`${accessName(access)}.service`, { content: unitFile(access) }],
  ]);
}
