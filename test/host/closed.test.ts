import { join } from 'node:path';
import type { LocalSetup } from '../../lib/k3d/checks';
import { strangersResult } from '../../lib/k3d/checks/firewall';
import { thisSystem, type System } from '../../lib/host/system';
import { access } from '../k3d/example';
import { Lab, requireHost } from './lab';

const FLUSH = [
  ...['iptables', 'ip6tables'].flatMap((tool) => [`${tool} -P INPUT ACCEPT`, `${tool} -F`, `${tool} -X`]),
  'nft flush ruleset',
].join('; ');
/** For both families; `lo` and what is established stay open, as in every firewall. */
const BOTH = (...rules: readonly string[]): string =>
  ['iptables', 'ip6tables']
    .flatMap((tool) =>
      ['-A INPUT -i lo -j ACCEPT', '-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT', ...rules].map(
        (rule) => `${tool} ${rule}`,
      ),
    )
    // Without it IPv6 finds no neighbour.
    .concat('ip6tables -I INPUT -p ipv6-icmp -j ACCEPT')
    .join(' && ');
/** A table of nftables that filters what comes in. */
const TABLE = (policy: string, ...rules: readonly string[]): string =>
  `nft -f - <<'END'
table inet theirs {
  set friends { type ipv4_addr; flags interval; elements = { 198.51.100.0/24 } }
  map doors { type inet_service : verdict; elements = { 5432 : accept } }
  chain aside {
    ${rules
      .filter((rule) => rule.startsWith('aside '))
      .map((rule) => rule.slice(6))
      .join('\n')}
  }
  chain input {
    type filter hook input priority filter; policy ${policy};
    iif "lo" accept
    ct state established,related accept
    meta l4proto ipv6-icmp accept
    ${rules.filter((rule) => !rule.startsWith('aside ')).join('\n    ')}
  }
}
END`;

let lab: Lab;
const shell = (line: string): string => lab.must('host', 'sh', ['-c', line]);
/** From another network, over IPv4 and IPv6, to each port; then from the pod, the node, and the host itself. */
async function reached(): Promise<Readonly<Record<string, string>>> {
  const tries = (['5432', '6379'] as const).flatMap((port) => [
    [`other, IPv4, ${port}`, 'other', '198.51.100.1', port] as const,
    [`other, IPv6, ${port}`, 'other', '2001:db8::1', port] as const,
    [`other to the cluster's gateway, ${port}`, 'other', '172.21.0.1', port] as const,
    [`pod, ${port}`, 'pod', '172.21.0.1', port] as const,
    [`node, ${port}`, 'node', '172.21.0.1', port] as const,
    [`host, 127.0.0.1, ${port}`, 'host', '127.0.0.1', port] as const,
    [`host, ::1, ${port}`, 'host', '::1', port] as const,
    [`host, its own address, ${port}`, 'host', '198.51.100.1', port] as const,
  ]);
  const results = await Promise.all(
    tries.map(async ([name, from, address, port]) => [name, await lab.connect(from, address, Number(port))] as const),
  );
  return Object.fromEntries(results);
}

/** What the doctor says of each port: `ok`, or the problem. Its commands run on the host. */
async function said(): Promise<Readonly<Record<string, string>>> {
  const here = thisSystem();
  const system: System = { ...here, run: (command, options) => here.run([...lab.enter('host'), ...command], options) };
  const setup: LocalSetup = { access, configFile: '', images: [], passwordOf: () => undefined, system };
  const results = access.endpoints.map(async (endpoint) => {
    const { status, found } = await strangersResult(setup, endpoint);
    return [String(endpoint.port), status === 'problem' ? found : status] as const;
  });
  return Object.fromEntries(await Promise.all(results));
}

/** Whether what the doctor says is what happens: from another network, over IPv4 and IPv6. */
async function compare(): Promise<{
  readonly open: readonly string[];
  readonly said: Readonly<Record<string, string>>;
}> {
  const [connections, diagnoses] = await Promise.all([reached(), said()]);
  const open: string[] = [];
  for (const port of ['5432', '6379']) {
    for (const family of ['IPv4', 'IPv6']) {
      const isOpen = connections[`other, ${family}, ${port}`] === 'open';
      if (isOpen) open.push(`${port} ${family}`);
      // Named in each case: the verdict is of this port and this family.
      expect([port, family, diagnoses[port]?.includes(`port ${port} is open over ${family}`) ?? false]).toEqual([
        port,
        family,
        isOpen,
      ]);
    }
  }
  return { open, said: diagnoses };
}

beforeAll(() => {
  requireHost();
  lab = new Lab(access);
  for (const [machine, end, address] of [
    ['host', 'to-other', '2001:db8::1/64'],
    ['other', 'to-host', '2001:db8::2/64'],
  ] as const) {
    lab.must(machine, 'ip', ['-6', 'address', 'add', address, 'dev', end, 'nodad']);
  }
  // On every address of both families, as the worst server would.
  lab.start('host', process.execPath, [
    '-e',
    'for (const port of [5432, 6379]) require("node:net").createServer((socket) => socket.pipe(socket)).listen(port, "::")',
  ]);
});
beforeEach(async () => {
  while ((await lab.connect('host', '127.0.0.1', 6379)) !== 'open') await new Promise((done) => setTimeout(done, 100));
  shell(FLUSH);
});
afterAll(() => {
  lab.close();
});

const ALL = ['5432 IPv4', '5432 IPv6', '6379 IPv4', '6379 IPv6'];
const ACCEPTED = 'the rule that lets in is named';

test.each<[string, string, readonly string[], string?]>([
  ['nothing', ':', ALL, '198.51.100.0/24 (to-other)'],
  ['a policy that drops', BOTH('-P INPUT DROP'), []],
  [
    'a policy that drops, and a rule before that accepts a port from everywhere',
    BOTH('-A INPUT -p tcp -m tcp --dport 5432 -j ACCEPT', '-P INPUT DROP'),
    ['5432 IPv4', '5432 IPv6'],
    '-A INPUT -p tcp -m tcp --dport 5432 -j ACCEPT',
  ],
  ['a rule at the end that drops', BOTH('-A INPUT -p tcp -j REJECT'), []],
  [
    'a rule at the end that drops what comes over one family',
    `iptables -A INPUT ! -i lo -j DROP`,
    ['5432 IPv6', '6379 IPv6'],
  ],
  [
    'a chain of its own that drops, left before it does',
    BOTH(
      '-N theirs',
      '-A INPUT -j theirs',
      '-A theirs -p tcp -m multiport --dports 6000:7000 -j RETURN',
      '-A theirs -j DROP',
    ),
    ['6379 IPv4', '6379 IPv6'],
  ],
  [
    'a chain of its own that accepts, before a policy that drops',
    BOTH('-P INPUT DROP', '-N theirs', '-A INPUT -p tcp -g theirs', '-A theirs -p tcp --dport 5000:6000 -j ACCEPT'),
    ['5432 IPv4', '5432 IPv6'],
    '-A theirs -p tcp -m tcp --dport 5000:6000 -j ACCEPT',
  ],
  [
    'a comment that looks like a rule',
    BOTH('-P INPUT DROP', '-A INPUT -m comment --comment "-j DROP" -p tcp --dport 6379 -j ACCEPT'),
    ['6379 IPv4', '6379 IPv6'],
  ],
  ['a table of nftables that drops', TABLE('drop'), []],
  ['a table that accepts, beside a policy that drops', `${BOTH('-P INPUT DROP')}\n${TABLE('accept', 'accept')}`, []],
  [
    'a table that drops, with a set, a map and a chain of its own that accept',
    TABLE(
      'drop',
      'ip saddr @friends tcp dport 5432 accept',
      'meta nfproto ipv6 tcp dport vmap @doors',
      'jump aside',
      'aside ip6 saddr 2001:db8::/32 tcp dport 6379 accept',
    ),
    ['5432 IPv4', '5432 IPv6', '6379 IPv6'],
  ],
  ['a table whose policy accepts, and drops at its end', TABLE('accept', 'meta l4proto tcp reject with tcp reset'), []],
  [
    'a table that drops but for new connections',
    TABLE('drop', 'ct state new tcp dport != 5432 accept'),
    ['6379 IPv4', '6379 IPv6'],
  ],
])('with %s, the doctor says who gets in', async (_, rules, open, named = '') => {
  shell(rules);

  const result = await compare();

  expect(result.open).toEqual(open);
  expect([ACCEPTED, Object.values(result.said).join('\n')]).toEqual([ACCEPTED, expect.stringContaining(named)]);
});

describe.each([
  ['iptables', ['--backend', 'iptables'], `iptables-save | grep -v '^[#:]'; ip6tables-save | grep -v '^[#:]'`],
  ['nftables', ['--backend', 'nftables'], 'nft list ruleset'],
  ['both at once', [], 'iptables -S; ip6tables -S; nft list ruleset'],
])('closed to others, by %s', (backend, options, rules) => {
  const apply = (...args: readonly string[]): void => {
    expect(lab.script('firewall.sh', [...args, ...options])).toMatchObject({ code: 0, stderr: '' });
  };
  const CLOSED = (connections: Readonly<Record<string, string>>): void => {
    for (const [name, came] of Object.entries(connections)) {
      expect([name, came]).toEqual([name, name.startsWith('other') ? 'connection timed out' : 'open']);
    }
  };

  test('only this host and the cluster get in, also what is open stays, and undone all is as it was', async () => {
    // Begun before, and still open after: it is asked for an echo from another network.
    const client = lab.start('other', process.execPath, [
      '-e',
      `const socket = require('node:net').connect(5432, '198.51.100.1', () => setInterval(() => socket.write('x'), 100));
       let count = 0;
       socket.on('data', () => require('node:fs').writeFileSync(process.argv[1], String(++count)));`,
      join(lab.folder, `echo-${backend}`),
    ]);
    const echoes = (): number => Number(lab.run('host', 'cat', [join(lab.folder, `echo-${backend}`)]).stdout);
    while (!(echoes() > 0)) await new Promise((done) => setTimeout(done, 100));
    if (backend !== 'nftables')
      shell(
        'iptables -S; ip6tables -S; iptables -A INPUT -j ACCEPT; iptables -F; ip6tables -A INPUT -j ACCEPT; ip6tables -F',
      );
    const before = shell(rules);
    const dryRun = lab.script('firewall.sh', ['apply', '--close', '--dry-run', ...options]);
    expect(dryRun.code).toBe(0);
    expect(shell(rules)).toBe(before);

    apply('apply', '--close');

    CLOSED(await reached());
    expect((await compare()).open).toEqual([]);
    const [seen, closed] = [echoes(), shell(rules)];
    while (echoes() < seen + 3) await new Promise((done) => setTimeout(done, 100));
    process.kill(client);
    expect(lab.script('firewall.sh', ['status', ...options]).stdout).toContain('closed to others, by ');
    apply('apply'); // as it is
    expect(shell(rules)).toBe(closed);
    apply('apply', '--no-close');
    expect((await compare()).open).toEqual(ALL);
    expect(lab.script('firewall.sh', ['status', ...options]).stdout).toContain('not closed to others by this script');
    apply('apply', '--close');
    apply('remove');
    expect(shell(rules)).toBe(before);
    expect((await compare()).open).toEqual(ALL);
  });

  test('beside a firewall that drops, and with rules that others put before ours', async () => {
    shell(`${BOTH('-P INPUT DROP')}\n${TABLE('drop')}`);
    const before = shell('iptables -S; ip6tables -S; nft list table inet theirs');
    // Each of both firewalls must let the cluster in.
    lab.script('firewall.sh', ['apply', '--close']);
    apply('apply');

    CLOSED(await reached());
    shell('iptables -I INPUT -j ACCEPT; ip6tables -I INPUT -j ACCEPT; nft insert rule inet theirs input accept');
    expect((await compare()).open).toEqual([]); // the table that closes has its own say
    lab.script('firewall.sh', ['apply']);
    CLOSED(await reached());
    shell('iptables -D INPUT -j ACCEPT; ip6tables -D INPUT -j ACCEPT');
    shell(
      `nft delete rule inet theirs input handle $(nft -a list chain inet theirs input | sed -n 's/^\\t*accept # handle //p')`,
    );
    lab.script('firewall.sh', ['remove']);
    expect(shell('iptables -S; ip6tables -S; nft list table inet theirs')).toBe(before);
  });
});

test('in the chains of iptables, a rule before ours opens, is noticed, and mended', async () => {
  const options = ['--backend', 'iptables'];
  lab.script('firewall.sh', ['apply', '--close', ...options]);
  shell('iptables -I INPUT -p tcp --dport 5432 -j ACCEPT');

  const { open, said: diagnoses } = await compare();

  expect(open).toEqual(['5432 IPv4']);
  expect(diagnoses['5432']).toContain('-A INPUT -p tcp -m tcp --dport 5432 -j ACCEPT');
  expect(lab.script('firewall.sh', ['status', ...options]).code).toBe(1);
  lab.script('firewall.sh', ['apply', ...options]);
  expect((await compare()).open).toEqual([]);
});

test('installed, the choice outlives a reboot and an installation without it, until it is taken back', async () => {
  const root = join(lab.folder, 'root');
  const install = (...args: readonly string[]): string => {
    expect(lab.script('firewall.sh', ['install', ...args], { DESTDIR: root })).toMatchObject({ code: 0, stderr: '' });
    return lab.must('host', 'cat', [join(root, 'etc/systemd/system/shop-host-access.service')]);
  };
  const boot = (unit: string): void => {
    shell(FLUSH);
    const [, program = '', args = ''] = /^ExecStart=(\S+) (.*)$/m.exec(unit) ?? [];
    lab.must('host', join(root, program), args.split(' '));
  };

  boot(install('--close'));
  expect((await compare()).open).toEqual([]);
  const kept = install();
  expect(kept).toMatch(/^ExecReload=\S+ apply --close$/m);
  boot(kept);
  expect((await compare()).open).toEqual([]);
  const opened = install('--no-close');
  expect(opened).not.toContain('--close');
  boot(opened);
  expect((await compare()).open).toEqual(ALL);
});
