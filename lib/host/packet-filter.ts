import { isIPv4, isIPv6 } from 'node:net';
import { field, listAt, numberAt, parseJson, textAt } from '../manifest/plain-data';
import { contains, parseRange, type Range } from './network';

/**
 * Who asks for a connection: somebody of whom is only known who it is not. It is a TCP packet with SYN alone, for this host,
 * that comes from outside of `known` and by none of `interfaces`.
 */
export interface Stranger {
  readonly family: 4 | 6;
  /** The port that it is for. */
  readonly port: number;
  /** IPv4 ranges that it is not from. */
  readonly known: readonly Range[];
  /** Interfaces that it does not come by: the loopback's, and those of the known ranges. */
  readonly interfaces: readonly string[];
}

/** Whether a rule is about a stranger: about every one, about none, or about some or, as far as it is understood here, perhaps. */
type Odds = 'always' | 'never' | 'maybe';

type Verdict =
  { readonly kind: 'accept' | 'drop' | 'return' | 'none' } | { readonly kind: 'jump' | 'goto'; readonly chain: string };

interface Rule {
  readonly odds: Odds;
  readonly verdict: Verdict;
  /** How people find it. */
  readonly text: string;
}

/** A chain that the kernel itself asks about what comes in. */
interface BaseChain {
  readonly chain: string;
  readonly text: string;
  readonly policy: 'accept' | 'drop';
}

/** The rules about what comes in, as one kind of stranger meets them. */
interface Ruleset {
  readonly bases: readonly BaseChain[];
  readonly chains: ReadonlyMap<string, readonly Rule[]>;
}

/** Whether a stranger gets in. */
export interface Openings {
  readonly closed: boolean;
  /** The rules that may let one in, of the chain that lets in the least; none where nothing is filtered. */
  readonly rules: readonly string[];
}

/**
 * What lets a stranger in. Each chain that the kernel asks must let a packet in, so one that lets none in is enough. Where
 * a rule is not understood, one that accepts counts and one that drops does not: "closed" is only said of what is.
 *
 * @param iptables output of iptables-save or ip6tables-save, whichever is of the stranger's family; undefined where there is none
 * @param nftables output of `nft -j list ruleset`; undefined where there is none
 * @returns undefined where that output is not what nft prints
 */
export function openings(
  stranger: Stranger,
  iptables: string | undefined,
  nftables: string | undefined,
): Openings | undefined {
  const read = nftables === undefined ? { bases: [], chains: new Map() } : nftRuleset(nftables, stranger);
  if (read === undefined) return undefined;
  const rulesets = [...(iptables === undefined ? [] : [iptablesRuleset(iptables, stranger)]), read];
  const accepting = rulesets.flatMap((ruleset) => ruleset.bases.map((base) => acceptedBy(ruleset, base)));
  const closed = accepting.some((accepted) => accepted.length === 0);
  // Of several that let somebody in, the one that is not open by its policy says most.
  const [least = []] = accepting.sort((one, other) => byPolicy(one) - byPolicy(other));
  return { closed, rules: closed ? [] : least.map(({ text }) => text) };
}

interface Accepted {
  readonly text: string;
  readonly policy: boolean;
}

function byPolicy(accepted: readonly Accepted[]): number {
  return accepted.filter(({ policy }) => policy).length;
}

function acceptedBy(ruleset: Ruleset, base: BaseChain): readonly Accepted[] {
  const { accepts, falls } = walk(ruleset, base.chain, new Map());
  return [
    ...[...new Set(accepts)].map((text) => ({ text, policy: false })),
    ...(falls && base.policy === 'accept' ? [{ text: base.text, policy: true }] : []),
  ];
}

/** What comes of a chain: the rules that may accept, and whether a packet may come out at its end. */
interface Walk {
  readonly accepts: readonly string[];
  readonly falls: boolean;
}

/** Walks a chain. No chain leads back to itself: the kernel refuses that. */
function walk(ruleset: Ruleset, name: string, known: Map<string, Walk>): Walk {
  const done = known.get(name);
  if (done !== undefined) return done;
  const accepts: string[] = [];
  let falls = false;
  const end = (last: boolean): Walk => {
    const result = { accepts, falls: falls || last };
    known.set(name, result);
    return result;
  };
  for (const { odds, verdict, text } of ruleset.chains.get(name) ?? []) {
    if (odds === 'never' || verdict.kind === 'none') continue;
    switch (verdict.kind) {
      case 'accept':
        accepts.push(text);
        if (odds === 'always') return end(false);
        break;
      case 'drop':
        if (odds === 'always') return end(false);
        break;
      case 'return':
        falls = true;
        if (odds === 'always') return end(true);
        break;
      case 'jump': {
        const inner = walk(ruleset, verdict.chain, known);
        accepts.push(...inner.accepts);
        if (odds === 'always' && !inner.falls) return end(false);
        break;
      }
      case 'goto': {
        // At its end, the packet goes on where this chain was called.
        const inner = walk(ruleset, verdict.chain, known);
        accepts.push(...inner.accepts);
        falls ||= inner.falls;
        if (odds === 'always') return end(inner.falls);
        break;
      }
    }
  }
  return end(true);
}

function all(odds: readonly Odds[]): Odds {
  return odds.includes('never') ? 'never' : odds.includes('maybe') ? 'maybe' : 'always';
}

function any(odds: readonly Odds[]): Odds {
  return odds.includes('always') ? 'always' : odds.includes('maybe') ? 'maybe' : 'never';
}

function not(odds: Odds): Odds {
  return odds === 'maybe' ? 'maybe' : odds === 'always' ? 'never' : 'always';
}

function when(condition: boolean): Odds {
  return condition ? 'always' : 'never';
}

/** Whether a stranger is from a range. */
function fromRange(stranger: Stranger, text: string): Odds {
  const [address = '', bits = ''] = text.split('/');
  if (bits === '0') return 'always';
  if (isIPv6(address)) return stranger.family === 6 && address !== '::1' ? 'maybe' : 'never';
  if (!isIPv4(address)) return 'maybe';
  const range = parseRange(text);
  const notFrom = [...stranger.known, ...[parseRange('127.0.0.0/8')].filter((loopback) => loopback !== undefined)];
  return stranger.family === 6 || (range !== undefined && notFrom.some((known) => contains(known, range)))
    ? 'never'
    : 'maybe';
}

function byInterface(stranger: Stranger, name: string): Odds {
  return stranger.interfaces.includes(name) ? 'never' : name === '*' || name === '+' ? 'always' : 'maybe';
}

function forPort(stranger: Stranger, first: number, last: number): Odds {
  return Number.isNaN(first) || Number.isNaN(last) ? 'maybe' : when(first <= stranger.port && stranger.port <= last);
}

/** Of connections that are tracked: what is related to one, and what a DNAT of this host sends, is not a stranger's own. */
function inState(state: string): Odds {
  const name = state.toLowerCase();
  if (name === 'new') return 'always';
  return ['established', 'related', 'dnat', 'snat'].includes(name) ? 'never' : 'maybe';
}

/** A packet that opens a connection has SYN, and not FIN, RST or ACK; it may have others. */
function withFlags(mask: readonly string[], set: readonly string[]): Odds {
  const flags = (names: readonly string[]): string[] => names.map((name) => name.toLowerCase());
  const [looked, wanted] = [flags(mask), flags(set)];
  const certain = ['syn', 'fin', 'rst', 'ack'].filter((flag) => looked.includes(flag));
  if (certain.some((flag) => wanted.includes(flag) !== (flag === 'syn'))) return 'never';
  return looked.every((flag) => certain.includes(flag)) ? 'always' : 'maybe';
}

function forType(type: string): Odds {
  return when(type.toLowerCase() === 'local');
}

// --- iptables-save(8)

/** Matches that say nothing by themselves. */
const NEUTRAL = ['tcp', 'comment', 'conntrack', 'state', 'multiport', 'addrtype'];
/** Targets after which the next rule is asked. */
const GOES_ON = ['LOG', 'NFLOG', 'ULOG', 'MARK', 'CONNMARK', 'TRACE', 'AUDIT', 'SET', 'TCPMSS', 'CT', 'SECMARK'];

function words(line: string): readonly string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
}

function iptablesRuleset(text: string, stranger: Stranger): Ruleset {
  const chains = new Map<string, Rule[]>();
  let table = '';
  let policy: BaseChain['policy'] | undefined;
  for (const line of text.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1).trim();
    if (table !== 'filter') continue;
    const declared = /^:(\S+) (\S+)/.exec(line);
    if (declared?.[1] !== undefined && !chains.has(declared[1])) chains.set(declared[1], []);
    if (declared?.[1] === 'INPUT') policy = declared[2] === 'ACCEPT' ? 'accept' : 'drop';
    const rule = /^-A (\S+) (.*)$/.exec(line);
    if (rule === null) continue;
    const [, chain = '', options = ''] = rule;
    chains.set(chain, [
      ...(chains.get(chain) ?? []),
      { text: line, ...iptablesRule(words(options), stranger, chains) },
    ]);
  }
  return {
    chains,
    bases: policy === undefined ? [] : [{ chain: 'INPUT', policy, text: `-P INPUT ${policy.toUpperCase()}` }],
  };
}

function iptablesRule(
  options: readonly string[],
  stranger: Stranger,
  chains: ReadonlyMap<string, unknown>,
): Omit<Rule, 'text'> {
  const odds: Odds[] = [];
  let index = 0;
  while (index < options.length) {
    const negated = options[index] === '!';
    if (negated) index++;
    const option = options[index++] ?? '';
    if (option === '-j' || option === '-g') {
      const target = options[index] ?? '';
      return { odds: all(odds), verdict: option === '-g' ? { kind: 'goto', chain: target } : jumpTo(target, chains) };
    }
    const values: string[] = [];
    // A comment may look like anything.
    if (option === '--comment') index++;
    while (index < options.length && options[index] !== '!' && !/^--?[a-z]/.test(options[index] ?? '')) {
      values.push(options[index++] ?? '');
    }
    const matched = iptablesMatch(option, values, stranger);
    odds.push(negated ? not(matched) : matched);
  }
  return { odds: all(odds), verdict: { kind: 'none' } };
}

/** What a target comes to; one that is not known may let in whom it likes. */
function jumpTo(target: string, chains: ReadonlyMap<string, unknown>): Verdict {
  if (target === 'DROP' || target === 'REJECT' || target === 'TARPIT') return { kind: 'drop' };
  if (target === 'RETURN') return { kind: 'return' };
  if (GOES_ON.includes(target)) return { kind: 'none' };
  return chains.has(target) ? { kind: 'jump', chain: target } : { kind: 'accept' };
}

function iptablesMatch(option: string, values: readonly string[], stranger: Stranger): Odds {
  const [value = ''] = values;
  const ports = (): Odds =>
    any(
      value.split(',').map((part) => {
        const [first = '', last = first] = part.split(':');
        return forPort(stranger, Number(first), Number(last));
      }),
    );
  switch (option) {
    case '-p':
      return when(['tcp', '6', 'all', '0'].includes(value));
    case '-s':
      return fromRange(stranger, value);
    case '-i':
      return byInterface(stranger, value);
    case '--dport':
    case '--dports':
      return ports();
    case '--ctstate':
    case '--state':
      return any(value.split(',').map(inState));
    case '--tcp-flags':
      return withFlags(value.split(','), (values[1] ?? '').split(','));
    case '--dst-type':
      return any(value.split(',').map(forType));
    case '--comment':
      return 'always';
    case '-m':
      return NEUTRAL.includes(value) ? 'always' : 'maybe';
    default:
      return 'maybe';
  }
}

// --- nft -j, libnftables-json(5)

function nftRuleset(text: string, stranger: Stranger): Ruleset | undefined {
  const parsed = parseJson(text);
  if (field(parsed, 'nftables') === undefined) return undefined;
  const objects = listAt(parsed, 'nftables');
  const families = ['inet', stranger.family === 4 ? 'ip' : 'ip6'];
  const inFamily = (kind: string): unknown[] =>
    objects.map((object) => field(object, kind)).filter((object) => families.includes(textAt(object, 'family')));
  const named = (object: unknown, chain: string): string =>
    [textAt(object, 'family'), textAt(object, 'table'), chain].join(' ');
  const sets = new Map(
    [...inFamily('set'), ...inFamily('map')].map((set) => [named(set, textAt(set, 'name')), listAt(set, 'elem')]),
  );
  const chains = new Map<string, Rule[]>();
  for (const rule of inFamily('rule')) {
    const chain = named(rule, textAt(rule, 'chain'));
    const scope: Scope = {
      stranger,
      chain: (name) => named(rule, name),
      set: (name) => sets.get(named(rule, name)),
    };
    const comment = textAt(rule, 'comment');
    const label = `${chain}, handle ${numberAt(rule, 'handle')}${comment === '' ? '' : ` (${comment})`}`;
    chains.set(chain, [...(chains.get(chain) ?? []), ...nftRules(listAt(rule, 'expr'), scope, label)]);
  }
  const bases = inFamily('chain').flatMap((chain): BaseChain[] => {
    const name = named(chain, textAt(chain, 'name'));
    return textAt(chain, 'hook') === 'input' && textAt(chain, 'type') === 'filter'
      ? [{ chain: name, policy: textAt(chain, 'policy') === 'drop' ? 'drop' : 'accept', text: `${name}, its policy` }]
      : [];
  });
  return { bases, chains };
}

interface Scope {
  readonly stranger: Stranger;
  readonly chain: (name: string) => string;
  readonly set: (name: string) => readonly unknown[] | undefined;
}

/** Statements that neither match nor decide. */
const INERT = ['counter', 'log', 'mangle', 'ct helper'];

/** The rules that one rule of nftables comes to: a map of verdicts is a rule for each of its elements. */
function nftRules(statements: readonly unknown[], scope: Scope, text: string): readonly Rule[] {
  let odds: Odds = 'always';
  const rules: Rule[] = [];
  for (const statement of statements) {
    const match = field(statement, 'match');
    const map = field(statement, 'vmap');
    const verdict = nftVerdict(statement, scope);
    if (match !== undefined) {
      odds = all([odds, nftMatch(match, scope)]);
    } else if (map !== undefined) {
      const elements = elementsOf(field(map, 'data'), scope);
      if (elements === undefined) rules.push({ odds: all([odds, 'maybe']), verdict: { kind: 'accept' }, text });
      for (const element of elements ?? []) {
        const [key, value] = listAt(element);
        const matched = all([odds, valueOdds(field(map, 'key'), key, scope)]);
        rules.push({ odds: matched, verdict: nftVerdict(value, scope) ?? { kind: 'accept' }, text });
      }
    } else if (verdict !== undefined) {
      rules.push({ odds, verdict, text });
    } else if (!INERT.some((name) => field(statement, name) !== undefined)) {
      odds = all([odds, 'maybe']);
    }
  }
  return rules;
}

function nftVerdict(statement: unknown, { chain }: Scope): Verdict | undefined {
  const has = (name: string): boolean => field(statement, name) !== undefined;
  if (has('accept') || has('queue')) return { kind: 'accept' };
  if (has('drop') || has('reject')) return { kind: 'drop' };
  if (has('return')) return { kind: 'return' };
  if (has('jump')) return { kind: 'jump', chain: chain(textAt(field(statement, 'jump'), 'target')) };
  if (has('goto')) return { kind: 'goto', chain: chain(textAt(field(statement, 'goto'), 'target')) };
  return undefined;
}

/** The elements of a set that stands in a rule, or that is named there; undefined where they are not known. */
function elementsOf(value: unknown, scope: Scope): readonly unknown[] | undefined {
  if (typeof value === 'string' && value.startsWith('@')) return scope.set(value.slice(1));
  if (Array.isArray(value)) return listAt(value);
  return field(value, 'set') === undefined ? [value] : listAt(value, 'set');
}

function nftMatch(match: unknown, scope: Scope): Odds {
  const operator = textAt(match, 'op');
  const left = field(match, 'left');
  const right = field(match, 'right');
  if (!['==', '!=', 'in'].includes(operator)) return 'maybe';
  const elements = elementsOf(right, scope);
  const masked = listAt(left, '&');
  const odds =
    masked.length > 0
      ? maskOdds(masked, elements ?? [])
      : elements === undefined
        ? 'maybe'
        : any(elements.map((element) => valueOdds(left, element, scope)));
  return operator === '!=' ? not(odds) : odds;
}

function maskOdds([key, mask]: readonly unknown[], set: readonly unknown[]): Odds {
  const payload = field(key, 'payload');
  const names = (value: unknown): string[] =>
    (Array.isArray(value) ? value : [value]).filter((name): name is string => typeof name === 'string');
  return textAt(payload, 'protocol') === 'tcp' && textAt(payload, 'field') === 'flags'
    ? withFlags(names(mask), names(set))
    : 'maybe';
}

/** What TCP is not. A rule that looks into such a packet is about no other. */
const OTHER_PROTOCOLS = ['udp', 'udplite', 'sctp', 'dccp', 'icmp', 'icmpv6', 'igmp', 'ah', 'esp', 'comp'];

/** Whether what a match looks at is, of a stranger, a value. */
function valueOdds(key: unknown, element: unknown, scope: Scope): Odds {
  const { stranger } = scope;
  const value = field(field(element, 'elem'), 'val') ?? element;
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  const prefix = field(value, 'prefix');
  const range = listAt(value, 'range');
  const payload = field(key, 'payload');
  if (payload !== undefined) {
    const protocol = textAt(payload, 'protocol');
    const what = textAt(payload, 'field');
    if (OTHER_PROTOCOLS.includes(protocol) || protocol === (stranger.family === 4 ? 'ip6' : 'ip')) return 'never';
    if (!['ip', 'ip6', 'tcp', 'th'].includes(protocol)) return 'maybe';
    if (what === 'dport') {
      const [first, last] = range.length === 2 ? range : [value, value];
      return typeof first === 'number' && typeof last === 'number' ? forPort(stranger, first, last) : 'maybe';
    }
    if (what === 'saddr') {
      return fromRange(stranger, prefix === undefined ? text : `${textAt(prefix, 'addr')}/${numberAt(prefix, 'len')}`);
    }
    return what === 'protocol' || what === 'nexthdr' ? when(['tcp', '6'].includes(text)) : 'maybe';
  }
  switch (textAt(field(key, 'meta'), 'key')) {
    case 'iifname':
    case 'iif':
      return text === '' ? 'maybe' : byInterface(stranger, text);
    case 'l4proto':
      return when(['tcp', '6'].includes(text));
    case 'nfproto':
      return when(text === `ipv${stranger.family}`);
    case 'protocol':
      return when(text === (stranger.family === 4 ? 'ip' : 'ip6'));
    default:
  }
  const state = textAt(field(key, 'ct'), 'key');
  if (state === 'state' || state === 'status') return inState(text);
  const fib = field(key, 'fib');
  return textAt(fib, 'result') === 'type' && listAt(fib, 'flags').join() === 'daddr' ? forType(text) : 'maybe';
}
