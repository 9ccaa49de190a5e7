import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseRange } from '../../lib/host/network';
import { openings, type Stranger } from '../../lib/host/packet-filter';

const KNOWN = ['172.21.0.0/16', '10.42.0.0/16'].flatMap((text) => parseRange(text) ?? []);

function stranger(port = 5432, family: Stranger['family'] = 4): Stranger {
  return { family, port, known: KNOWN, interfaces: ['lo', 'br-1'] };
}

/** Rules of iptables, below a policy. */
function iptables(policy: 'ACCEPT' | 'DROP', ...rules: readonly string[]): string {
  return ['*filter', `:INPUT ${policy} [0:0]`, ':theirs - [0:0]', ':more - [0:0]', ...rules, 'COMMIT', ''].join('\n');
}

/** A chain of nftables, with a policy: each rule is its list of statements. */
function nftables(policy: string, ...rules: readonly (readonly object[])[]): string {
  const place = { family: 'inet', table: 'theirs' };
  return JSON.stringify({
    nftables: [
      { metainfo: { json_schema_version: 1 } },
      { chain: { ...place, name: 'input', type: 'filter', hook: 'input', prio: 0, policy } },
      ...rules.map((expr, handle) => ({ rule: { ...place, chain: 'input', handle, expr } })),
    ],
  });
}

describe('iptables', () => {
  test.each<[string, string, boolean]>([
    ['nothing but a policy that accepts', iptables('ACCEPT'), false],
    ['a policy that drops', iptables('DROP'), true],
    ['what drops everything at the end', iptables('ACCEPT', '-A INPUT -j DROP'), true],
    [
      'what rejects the port',
      iptables('ACCEPT', '-A INPUT -p tcp -m tcp --dport 5432 -j REJECT --reject-with tcp-reset'),
      true,
    ],
    ['what rejects another port', iptables('ACCEPT', '-A INPUT -p tcp -m tcp --dport 5433 -j DROP'), false],
    ['what drops from some network only', iptables('ACCEPT', '-A INPUT -s 192.0.2.0/24 -j DROP'), false],
    ['what drops all but the cluster', iptables('ACCEPT', '-A INPUT ! -s 172.21.0.0/16 -j DROP'), true],
    ['what drops all but some network', iptables('ACCEPT', '-A INPUT ! -s 192.0.2.0/24 -j DROP'), false],
    ['what accepts from some network', iptables('DROP', '-A INPUT -s 192.0.2.0/24 -j ACCEPT'), false],
    [
      'what accepts from within the cluster',
      iptables('DROP', '-A INPUT -s 172.21.0.2/32 -j ACCEPT', '-A INPUT -i br-1 -j ACCEPT'),
      true,
    ],
    ['what accepts from more than the cluster', iptables('DROP', '-A INPUT -s 172.16.0.0/12 -j ACCEPT'), false],
    ['what accepts by another interface', iptables('DROP', '-A INPUT -i eth0 -j ACCEPT'), false],
    ['what drops by all but the loopback', iptables('ACCEPT', '-A INPUT ! -i lo -j DROP'), true],
    [
      'what accepts what is established',
      iptables('DROP', '-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT'),
      true,
    ],
    ['what accepts what is new', iptables('DROP', '-A INPUT -m conntrack --ctstate NEW -j ACCEPT'), false],
    ['what drops what is invalid', iptables('ACCEPT', '-A INPUT -m conntrack --ctstate INVALID -j DROP'), false],
    ['what accepts within a rate', iptables('DROP', '-A INPUT -m limit --limit 3/min -j ACCEPT'), false],
    ['what drops above a rate', iptables('ACCEPT', '-A INPUT -m hashlimit --hashlimit-above 3/min -j DROP'), false],
    [
      'what drops all that opens a connection',
      iptables('ACCEPT', '-A INPUT -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j DROP'),
      true,
    ],
    [
      'what drops what opens a connection and has no other flag',
      iptables('ACCEPT', '-A INPUT -p tcp -m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG SYN -j DROP'),
      false,
    ],
    [
      'what drops all but what opens a connection',
      iptables('ACCEPT', '-A INPUT -p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN -j DROP'),
      false,
    ],
    ['a list of ports', iptables('DROP', '-A INPUT -p tcp -m multiport --dports 80,5000:6000 -j ACCEPT'), false],
    ['UDP', iptables('DROP', '-A INPUT -p udp -m udp --dport 5432 -j ACCEPT'), true],
    ['a match that nobody here knows', iptables('DROP', '-A INPUT -m geoip --source-country XX -j ACCEPT'), false],
    ['a target that nobody here knows', iptables('DROP', '-A INPUT -p tcp -j SYNPROXY --mss 1460'), false],
    ['a log, which decides nothing', iptables('DROP', '-A INPUT -j LOG --log-prefix "-j ACCEPT"'), true],
    ['a comment that looks like an option', iptables('ACCEPT', '-A INPUT -m comment --comment -x -j DROP'), true],
    ['a comment that looks like a verdict', iptables('DROP', '-A INPUT -m comment --comment -j -j ACCEPT'), false],
    [
      'a chain that comes back',
      iptables('ACCEPT', '-A INPUT -j theirs', '-A theirs -s 192.0.2.0/24 -j RETURN', '-A theirs -j DROP'),
      false,
    ],
    [
      'a chain that drops',
      iptables('ACCEPT', '-A INPUT -j theirs', '-A theirs -p tcp -j more', '-A more -j DROP'),
      true,
    ],
    [
      'a chain gone to for good',
      iptables('ACCEPT', '-A INPUT -j theirs', '-A theirs -g more', '-A theirs -j DROP', '-A more -p udp -j DROP'),
      false,
    ],
    [
      'a chain gone to from a chain, and a drop after both',
      iptables('ACCEPT', '-A INPUT -j theirs', '-A theirs -g more', '-A INPUT -j DROP'),
      true,
    ],
    ['another table', iptables('ACCEPT').replace('*filter', '*mangle'), false],
  ])('%s', (_, rules, closed) => {
    expect(openings(stranger(), rules, undefined)?.closed).toBe(closed);
  });

  test('the rules of ufw: closed by its policy, open where a rule of the user says so, and that rule is named', () => {
    const ufw = readFileSync(join(__dirname, 'ufw.iptables-save'), 'utf8');

    expect(openings(stranger(6379), ufw, undefined)).toEqual({ closed: true, rules: [] });
    expect(openings(stranger(5432), ufw, undefined)).toEqual({
      closed: false,
      rules: ['-A ufw-user-input -s 192.0.2.0/24 -p tcp -m tcp --dport 5432 -j ACCEPT'],
    });
    expect(openings(stranger(22), ufw, undefined)?.rules).toEqual([
      '-A ufw-user-input -p tcp -m tcp --dport 22 -j ACCEPT',
    ]);
  });
});

describe('nftables', () => {
  const match = (left: object, right: unknown, op = '=='): object => ({ match: { op, left, right } });
  const dport = { payload: { protocol: 'tcp', field: 'dport' } };
  const saddr = { payload: { protocol: 'ip', field: 'saddr' } };
  const [accept, drop] = [{ accept: null }, { drop: null }];

  test.each<[string, string, boolean]>([
    ['nothing but a policy that accepts', nftables('accept'), false],
    ['a policy that drops', nftables('drop'), true],
    ['the port', nftables('drop', [match(dport, 5432), accept]), false],
    ['a range of ports', nftables('drop', [match(dport, { set: [22, { range: [5000, 6000] }] }), accept]), false],
    ['other ports', nftables('drop', [match(dport, { set: [22, 80] }), accept]), true],
    ['all but the port', nftables('accept', [match(dport, 5432, '!='), accept], [drop]), true],
    ['the cluster', nftables('drop', [match(saddr, { prefix: { addr: '172.21.0.0', len: 16 } }), accept]), true],
    [
      'all but the cluster',
      nftables('accept', [match(saddr, { prefix: { addr: '172.21.0.0', len: 16 } }, '!='), drop]),
      true,
    ],
    ['a named set that is not known', nftables('drop', [match(saddr, '@theirs'), accept]), false],
    ['what drops from a named set', nftables('accept', [match(saddr, '@theirs'), drop]), false],
    ['a map of verdicts that is not known', nftables('drop', [{ vmap: { key: dport, data: '@theirs' } }]), false],
    [
      'a map of verdicts',
      nftables(
        'drop',
        [
          {
            vmap: {
              key: dport,
              data: {
                set: [
                  [22, accept],
                  [5432, drop],
                ],
              },
            },
          },
        ],
        [accept],
      ),
      true,
    ],
    ['a rate', nftables('accept', [{ limit: { rate: 5, per: 'second' } }, drop]), false],
    ['a counter', nftables('accept', [{ counter: { packets: 0, bytes: 0 } }, drop]), true],
    ['a statement that nobody here knows', nftables('accept', [{ xt: { type: 'match', name: 'geoip' } }, drop]), false],
    [
      'a link address',
      nftables('drop', [match({ payload: { protocol: 'ether', field: 'saddr' } }, '02:00:00:00:00:01'), accept]),
      false,
    ],
    ['UDP', nftables('drop', [match({ payload: { protocol: 'udp', field: 'dport' } }, 5432), accept]), true],
    ['IPv6', nftables('drop', [match({ payload: { protocol: 'ip6', field: 'saddr' } }, '2001:db8::1'), accept]), true],
    ['a queue, whose reader decides', nftables('drop', [{ queue: null }]), false],
  ])('%s', (_, rules, closed) => {
    expect(openings(stranger(), undefined, rules)?.closed).toBe(closed);
  });

  test('what it prints when it fails is no ruleset', () => {
    for (const text of ['', '[]', 'null', '{}', 'Operation not permitted']) {
      expect(openings(stranger(), undefined, text)).toBeUndefined();
    }
  });
});

test('one firewall that lets nobody in is enough, and else the rules of the stricter one are named', () => {
  const open = nftables('accept', [{ accept: null }]);

  expect(openings(stranger(), iptables('DROP'), open)).toEqual({ closed: true, rules: [] });
  expect(openings(stranger(), iptables('ACCEPT'), nftables('drop'))).toEqual({ closed: true, rules: [] });
  expect(openings(stranger(), iptables('DROP', '-A INPUT -j ACCEPT'), nftables('accept'))?.rules).toEqual([
    '-A INPUT -j ACCEPT',
  ]);
  expect(openings(stranger(), undefined, undefined)).toEqual({ closed: false, rules: [] });
});
