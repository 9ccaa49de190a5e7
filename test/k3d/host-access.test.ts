import fc from 'fast-check';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostAccessFiles } from '../../lib/host/host-access';
import type { HostAccess } from '../../lib/host/model';
import { addressAt, contains, overlap, parseRange, type Range } from '../../lib/host/network';
import {
  hbaName,
  nftString,
  psqlString,
  redisString,
  shellLine,
  shellWord,
  sqlName,
  sqlString,
} from '../../lib/host/quote';
import { hbaEntries, psqlPasswords, redisPasswords } from '../../lib/host/servers';
import { access, postgres } from './example';

function content(name: string, from: HostAccess = access): string {
  const file = hostAccessFiles(from).get(name);
  if (file === undefined) throw new Error(`${name} is not generated`);
  return file.content;
}

/** A file of lib/host as it stands. */
const source = (name: string): string => readFileSync(join(__dirname, '../../lib/host', name), 'utf8');
const SCRIPTS = ['firewall.sh', 'services.sh', 'values.sh'];
/** What follows the values in a file for psql. */
const SQL: Readonly<Record<string, string>> = {
  'postgres-external.sql': `\n${source('databases.begin.sql')}\n${source('databases.make.sql')}`,
  'postgres-external.remove.sql': `\n${source('databases.begin.sql')}\n${source('databases.remove.sql')}`,
};

describe('hostAccessFiles', () => {
  test.each(SCRIPTS)('%s is the file of lib/host, whatever the environment', (name) => {
    expect(content(name)).toBe(source(name));
  });

  test.each(Object.entries(SQL))('%s is the values and then the files of lib/host', (name, program) => {
    expect(content(name).slice(-program.length)).toBe(program);
  });

  test.each([...hostAccessFiles(access)].filter(([name]) => !SCRIPTS.includes(name)))(
    '%s matches the snapshot',
    (name, file) => {
      expect(file.content.replace(SQL[name] ?? '', '')).toMatchSnapshot();
    },
  );

  test('the scripts are executable, and nothing else', () => {
    const executable = [...hostAccessFiles(access)]
      .filter(([, file]) => file.executable === true)
      .map(([name]) => name);

    expect(executable).toEqual(['firewall.sh', 'services.sh']);
  });

  test('the same environment gives the same files', () => {
    expect([...hostAccessFiles(access)]).toEqual([...hostAccessFiles(structuredClone(access))]);
  });

  test('the unit starts after, with and again after the firewalls, and reloads with them', () => {
    const unit = content('shop-host-access.service');

    for (const key of ['After', 'PartOf', 'ReloadPropagatedFrom', 'WantedBy']) {
      expect(unit).toMatch(new RegExp(`^${key}=.*nftables\\.service.*netfilter-persistent\\.service`, 'm'));
    }
    expect(unit).toContain('\nExecStart=/usr/local/sbin/shop-host-access apply\n');
    expect(unit).toContain('\nExecReload=/usr/local/sbin/shop-host-access apply\n');
    expect(unit).toMatch(/^WantedBy=multi-user\.target/m);
  });

  test('pg_hba.conf names each database with its user and its owner, from the two ranges, by scram', () => {
    const entries = content('postgres-external.pg_hba.conf')
      .split('\n')
      .filter((line) => line.startsWith('host'));

    expect(entries).toEqual([
      'host "shop_carts" "carts_user" 172.21.0.0/16 scram-sha-256',
      'host "shop_carts" "carts_user" 10.42.0.0/16 scram-sha-256',
      'host "shop_carts" "carts_owner" 172.21.0.0/16 scram-sha-256',
      'host "shop_carts" "carts_owner" 10.42.0.0/16 scram-sha-256',
      'host "shop_orders" "orders_user" 172.21.0.0/16 scram-sha-256',
      'host "shop_orders" "orders_user" 10.42.0.0/16 scram-sha-256',
      'host "shop_orders" "orders_owner" 172.21.0.0/16 scram-sha-256',
      'host "shop_orders" "orders_owner" 10.42.0.0/16 scram-sha-256',
    ]);
    expect(hbaEntries(access, postgres)).toHaveLength(entries.length);
    expect(content('postgres-external.pg_hba.conf')).not.toMatch(/10\.0\.0\.0\/8|"postgres"/);
  });

  test('Redis and PostgreSQL listen on every IPv4 address, Redis in protected mode and with a password from elsewhere', () => {
    expect(content('postgres-external.postgresql.conf')).toContain("\nlisten_addresses = '0.0.0.0, ::1'\n");
    expect(content('redis-external.redis.conf')).toMatch(/\nbind 0\.0\.0\.0\n[^]*\nprotected-mode yes\n/);
    for (const [, file] of hostAccessFiles(access)) expect(file.content).not.toMatch(/^ *requirepass/m);
  });

  test('the SQL takes every password from a variable, has none, and knows none of the superuser', () => {
    const sql = content('postgres-external.sql');
    const passwords = [...sql.matchAll(/PASSWORD (.*);/g)].map((match) => match[1]);

    // The variable's name is put in for %2$s where it is run.
    expect(passwords).toEqual([":'%2$s'"]);
    expect(sql).not.toMatch(/ALTER (ROLE|USER) "?postgres/);
  });

  test('the SQL gives data, not structure', () => {
    const grants = [
      ...content('postgres-external.sql').matchAll(/GRANT ((?:[A-Z]+, )*[A-Z]+) ON ([A-Z]+)/g),
      ...content('postgres-external.sql').matchAll(/'((?:[A-Z]+, )*[A-Z]+) ON (TABLE|SEQUENCE)'/g),
    ];

    expect(new Set(grants.map((grant) => `${grant[1] ?? ''} ON ${grant[2] ?? ''}`))).toEqual(
      new Set([
        'CONNECT ON DATABASE',
        'USAGE ON SCHEMA',
        'SELECT, INSERT, UPDATE, DELETE ON TABLES',
        'USAGE, SELECT ON SEQUENCES',
        'SELECT, INSERT, UPDATE, DELETE ON TABLE',
        'USAGE, SELECT ON SEQUENCE',
      ]),
    );
  });

  test('passwords become psql variables, and the configuration of Redis; a missing one is named', () => {
    expect(psqlPasswords(access, (_, user) => `${user}'s\\`)).toBe(
      String.raw`\set postgres_external_carts_owner_password 'carts_owner\'s\\'
\set postgres_external_carts_user_password 'carts_user\'s\\'
\set postgres_external_orders_owner_password 'orders_owner\'s\\'
\set postgres_external_orders_user_password 'orders_user\'s\\'
`,
    );
    expect(redisPasswords(access, (_, user) => `${user}'s "\\`)).toBe(String.raw`requirepass "default's \"\\"${'\n'}`);
    for (const nothing of [undefined, '']) {
      expect(() => psqlPasswords(access, () => nothing)).toThrow(
        'postgres-external: no password for the user carts_owner',
      );
      expect(() => redisPasswords(access, () => nothing)).toThrow('redis-external: no password for the user default');
    }
  });

  test('two databases may share an owner, or a user, each of whom has one password', () => {
    const [carts, orders] = postgres.databases;
    if (carts === undefined || orders === undefined) throw new Error('the example has two databases');
    const databases = [carts, { ...orders, owner: carts.owner, user: carts.user }];
    const shared = { ...access, endpoints: [{ ...postgres, databases }] };

    expect(hostAccessFiles(shared).size).toBeGreaterThan(0);
    expect(psqlPasswords(shared, (_, user) => user).split('\n')).toHaveLength(3);
  });

  test.each<[string, Partial<HostAccess>, string]>([
    ['a name that is no DNS label', { endpoints: [{ ...postgres, name: 'a b' }] }, 'endpoint "a b": not a DNS label'],
    ['a port that is none', { endpoints: [{ ...postgres, port: 70000 }] }, 'port 70000: not a TCP port'],
    [
      'two endpoints of one name',
      { endpoints: [postgres, { ...postgres, port: 1 }] },
      'endpoint postgres-external: given twice',
    ],
    ['two endpoints on one port', { endpoints: [postgres, { ...postgres, name: 'b' }] }, 'port 5432: given twice'],
    [
      'a user that needs quotes',
      { endpoints: [{ ...postgres, databases: [{ name: 'a', user: 'x; --', owner: 'o' }] }] },
      'name "x; --": not a plain',
    ],
    [
      'the superuser as a service',
      { endpoints: [{ ...postgres, databases: [{ name: 'a', user: 'postgres', owner: 'o' }] }] },
      'its role postgres is the superuser',
    ],
    [
      'an owner who is the superuser',
      { endpoints: [{ ...postgres, databases: [{ name: 'a', user: 'u', owner: 'postgres' }] }] },
      'its role postgres is the superuser',
    ],
    [
      'an owner who is a user',
      {
        endpoints: [
          {
            ...postgres,
            databases: [
              { name: 'a', user: 'u', owner: 'o' },
              { name: 'b', user: 'o', owner: 'p' },
            ],
          },
        ],
      },
      'role o: it owns a and is the user of b',
    ],
    [
      "PostgreSQL's own database",
      { endpoints: [{ ...postgres, databases: [{ name: 'template1', user: 'u', owner: 'o' }] }] },
      "database template1: it is PostgreSQL's own",
    ],
    [
      "PostgreSQL's own role",
      { endpoints: [{ ...postgres, databases: [{ name: 'a', user: 'pg_monitor', owner: 'o' }] }] },
      'role pg_monitor of a: PostgreSQL keeps this name',
    ],
    [
      'two roles of one variable',
      {
        endpoints: [
          { ...postgres, name: 'pg', databases: [{ name: 'a', user: 'x_y', owner: 'o' }] },
          { ...postgres, name: 'pg-x', port: 1, databases: [{ name: 'a', user: 'y', owner: 'o' }] },
        ],
      },
      'psql variable pg_x_y_password: given twice',
    ],
    [
      'two Redis servers',
      { endpoints: ['a', 'b'].map((name, port) => ({ kind: 'redis', name, host: 'h', port: port + 1 })) },
      'endpoint b: a second Redis',
    ],
    [
      'a cluster whose name is no DNS label',
      { cluster: { ...access.cluster, name: 'shop"; rm -rf /; "' } },
      'after which chains, units and files are named, is not a DNS label',
    ],
    [
      'a path of the password that a script would not read',
      { redisPasswordFile: '.secrets/a b.conf' },
      'redisPasswordFile, seen from folder, "../../../.secrets/a b.conf"',
    ],
    ['an impossible cluster', { cluster: { ...access.cluster, subnet: '1' } }, 'subnet "1": not an IPv4 range'],
  ])('refuses %s', (_, change, message) => {
    expect(() => hostAccessFiles({ ...access, ...change })).toThrow(message);
  });
});

const ACCEPTED = [5432, 6379].flatMap((port) =>
  ['172.21.0.0/16', '10.42.0.0/16'].map(
    (range) => `priority="-100" family="ipv4" source address="${range}" port port="${port}" protocol="tcp" accept`,
  ),
);
const DROPPED = [5432, 6379].map((port) => `priority="-99" port port="${port}" protocol="tcp" drop`);
const FIREWALLD = (verb: string, richRules: readonly string[]): readonly string[] => [
  ...richRules.map((rule) => `firewall-cmd --permanent '--${verb}-rich-rule=rule ${rule}'`),
  'firewall-cmd --reload',
];

/** Programs that only write down that they were run. The firewall drops all that comes in, and has no rules. */
const STAND_INS: Readonly<Record<string, string>> = {
  id: 'case $1 in -u) echo 0 ;; *) echo root ;; esac',
  iptables: `case $* in *'-S INPUT') echo '-P INPUT DROP' ;; *) exit 1 ;; esac`,
  ip6tables: `case $* in *'-S INPUT') echo '-P INPUT DROP' ;; *) exit 1 ;; esac`,
  nft: `case $* in
    '-a list ruleset') printf '%s\\n' 'table inet filter { # handle 1' 'chain input { # handle 1' 'type filter hook input priority filter; policy drop;' '}' '}' ;;
    *) exit 1 ;;
  esac`,
  ...Object.fromEntries(
    [
      'iptables-restore',
      'ip6tables-restore',
      'systemctl',
      'psql',
      'runuser',
      'install',
      'mkdir',
      'rm',
      'ln',
      'cp',
      'mv',
    ].map((name) => [name, 'exit 1']),
  ),
};

describe('the scripts, without root', () => {
  const root = mkdtempSync(join(tmpdir(), 'host-access-'));
  const programs = join(root, 'programs');
  const log = join(root, 'log');
  afterAll(() => {
    rmSync(root, { recursive: true });
  });
  beforeAll(() => {
    mkdirSync(programs);
    for (const [name, body] of Object.entries(STAND_INS)) {
      writeFileSync(join(programs, name), `#!/bin/sh\necho "\${0##*/} $*" >> '${log}'\n${body}\n`, { mode: 0o755 });
    }
  });

  /** The files of an environment in a folder of their own, with other values if they are given. */
  function written(from: HostAccess = access, values?: string): string {
    const folder = mkdtempSync(join(root, 'files-'));
    for (const [name, file] of hostAccessFiles(from)) {
      writeFileSync(join(folder, name), file.content, { mode: file.executable === true ? 0o755 : 0o644 });
    }
    if (values !== undefined) writeFileSync(join(folder, 'host.values'), values);
    return folder;
  }
  const run = (folder: string, script: string, ...args: string[]): string =>
    execFileSync(join(folder, script), args, { encoding: 'utf8' });
  /** Runs a script with the stand-ins, and says which of them it ran. */
  function runBeside(
    folder: string,
    script: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): { readonly code: number | null; readonly stdout: string; readonly stderr: string; readonly ran: string } {
    rmSync(log, { force: true });
    const { status, stdout, stderr } = spawnSync(join(folder, script), args, {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${programs}:${process.env['PATH'] ?? ''}`, ...env },
    });
    return { code: status, stdout, stderr, ran: existsSync(log) ? readFileSync(log, 'utf8') : '' };
  }
  /** The rules that would be made: a dry run. */
  const rules = (from: HostAccess, backend: string): string => {
    const { code, stdout, stderr } = runBeside(written(from), 'firewall.sh', [
      ...['apply', '--close', '--dry-run', '--backend', backend],
    ]);
    expect([stderr, code]).toEqual(['', 0]);
    return stdout;
  };

  test.each(['firewall.sh', 'services.sh'])('%s says what it does', (script) => {
    expect(run(written(), script, '--help')).toMatch(/^Usage:[^]*--dry-run/);
  });

  test('opens exactly the needed ports from exactly the two ranges, in iptables', () => {
    const lines = rules(access, 'iptables')
      .split('\n')
      .filter((line) => line.startsWith('-A '));
    const close = [5432, 6379].map(
      (port) =>
        `-A SHOP-HOST-ACCESS ! -i lo -p tcp -m tcp --dport ${port} --tcp-flags FIN,SYN,RST,ACK SYN -m comment --comment "shop-host-access: closed" -j DROP`,
    );

    expect(lines).toEqual([
      '-A SHOP-HOST-ACCESS -s 172.21.0.0/16 -p tcp -m tcp --dport 5432 -m comment --comment "shop-host-access: postgres-external" -j ACCEPT',
      '-A SHOP-HOST-ACCESS -s 10.42.0.0/16 -p tcp -m tcp --dport 5432 -m comment --comment "shop-host-access: postgres-external" -j ACCEPT',
      '-A SHOP-HOST-ACCESS -s 172.21.0.0/16 -p tcp -m tcp --dport 6379 -m comment --comment "shop-host-access: redis-external" -j ACCEPT',
      '-A SHOP-HOST-ACCESS -s 10.42.0.0/16 -p tcp -m tcp --dport 6379 -m comment --comment "shop-host-access: redis-external" -j ACCEPT',
      ...close, // in iptables
      ...close, // in ip6tables
    ]);
  });

  test('and in nftables', () => {
    const lines = rules(access, 'nftables').split('\n');

    expect(lines).toContain(
      'insert rule inet filter input ip saddr { 172.21.0.0/16, 10.42.0.0/16 } tcp dport { 5432, 6379 } accept comment "shop-host-access"',
    );
    // The digest is of the rules, and so of the values; it is what earlier versions wrote, whose table is thus known.
    expect(lines).toContain(
      '    tcp dport { 5432, 6379 } tcp flags & (fin | syn | rst | ack) == syn drop comment "shop-host-access: closed 4a33d547db7a"',
    );
  });

  test('follows the environment: another port, another range', () => {
    const other = {
      ...access,
      cluster: { ...access.cluster, subnet: '172.30.0.0/16' },
      endpoints: [{ ...postgres, port: 5433 }],
    };

    expect(rules(other, 'nftables')).toContain(
      'ip saddr { 172.30.0.0/16, 10.42.0.0/16 } tcp dport { 5433 } accept comment "shop-host-access"',
    );
    for (const backend of ['iptables', 'nftables']) expect(rules(other, backend)).not.toMatch(/172\.21|5432|6379/);
  });

  test("the iptables chain's name fits into the kernel's 28 characters", () => {
    const long = { ...access, cluster: { ...access.cluster, name: 'a'.repeat(32) } };

    expect(rules(long, 'iptables')).toContain(`\n:${'A'.repeat(28)} - [0:0]\n`);
  });

  test('firewall.sh prints the commands for managed firewalls, quoted for a shell', () => {
    const lines = run(written(), 'firewall.sh', 'commands').split('\n');

    expect(lines).toEqual([
      '# ufw',
      'ufw allow proto tcp from 172.21.0.0/16 to any port 5432 comment shop-host-access',
      'ufw allow proto tcp from 10.42.0.0/16 to any port 5432 comment shop-host-access',
      'ufw allow proto tcp from 172.21.0.0/16 to any port 6379 comment shop-host-access',
      'ufw allow proto tcp from 10.42.0.0/16 to any port 6379 comment shop-host-access',
      '# ufw, closed to others',
      'ufw prepend deny proto tcp to any port 5432 comment shop-host-access',
      'ufw prepend deny proto tcp to any port 6379 comment shop-host-access',
      'ufw prepend allow proto tcp from 172.21.0.0/16 to any port 5432 comment shop-host-access',
      'ufw prepend allow proto tcp from 10.42.0.0/16 to any port 5432 comment shop-host-access',
      'ufw prepend allow proto tcp from 172.21.0.0/16 to any port 6379 comment shop-host-access',
      'ufw prepend allow proto tcp from 10.42.0.0/16 to any port 6379 comment shop-host-access',
      '# ufw, to undo',
      'ufw --force delete allow proto tcp from 172.21.0.0/16 to any port 5432',
      'ufw --force delete allow proto tcp from 10.42.0.0/16 to any port 5432',
      'ufw --force delete allow proto tcp from 172.21.0.0/16 to any port 6379',
      'ufw --force delete allow proto tcp from 10.42.0.0/16 to any port 6379',
      'ufw --force delete deny proto tcp to any port 5432',
      'ufw --force delete deny proto tcp to any port 6379',
      '# firewalld',
      ...FIREWALLD('add', ACCEPTED),
      '# firewalld, closed to others',
      ...FIREWALLD('add', [...ACCEPTED, ...DROPPED]),
      '# firewalld, to undo',
      ...FIREWALLD('remove', [...ACCEPTED, ...DROPPED]),
      '',
    ]);
  });

  const GOOD = content('host.values');
  /** The values with a line in the place of another. */
  const withLine = (line: string, replacement: string): string => {
    expect(`\n${GOOD}`).toContain(`\n${line}\n`);
    return `\n${GOOD}`.replace(`\n${line}\n`, () => `\n${replacement}\n`).slice(1);
  };
  const RANGE = 'range 10.42.0.0/16';
  const POSTGRES = 'postgresql postgres-external 5432 postgres';
  const REDIS = 'redis redis-external 6379 ../../../.secrets/local.redis.conf';
  /** What is wrong with the values, and the line that is named. */
  const WRONG: readonly [string, string, RegExp][] = [
    ['empty', '', /its end is missing after line 0/],
    ['cut off after a line', GOOD.replace(/end\n$/, ''), /its end is missing after line 7/],
    ['cut off within a line', GOOD.replace(/\.conf\nend\n$/, ''), /its end is missing after line 7/],
    ['cut off within the end', GOOD.replace(/d\n$/, ''), /line 8: it is not known/],
    ['with more after the end', `${GOOD}range 0.0.0.0/1\n`, /line 9: something follows the end/],
    ['of another version', withLine('version 1', 'version 2'), /line 2: it is of a version that/],
    ['without a version', GOOD.replace('version 1\n', ''), /line 2: it stands before the version/],
    ['with two versions', withLine('version 1', 'version 1\nversion 1'), /line 3: it is given twice/],
    ['without a name', GOOD.replace('name shop-host-access\n', ''), /line 7: there is no name before it/],
    ['with two names', withLine('name shop-host-access', 'name a\nname b'), /line 4: it is given twice/],
    ['without a range', GOOD.replaceAll(/range .*\n/g, ''), /line 6: there is no range before it/],
    ['without a server', GOOD.replaceAll(/(redis|postgresql) .*\n/g, ''), /line 6: there is no server before it/],
    ['with a range twice', withLine(RANGE, 'range 172.21.0.0/16'), /line 5: its range is given twice/],
    ['with a server twice', withLine(POSTGRES, `${POSTGRES}\n${POSTGRES}`), /line 7: its name is given twice/],
    ['with a port twice', withLine(POSTGRES, POSTGRES.replace('5432', '6379')), /line 7: its port is given twice/],
    ['with a second Redis', withLine(POSTGRES, 'redis other 1 x'), /line 7: there is a second Redis/],
    ['with an unknown key', withLine(RANGE, `${RANGE}\nallow everybody`), /line 6: it is not known/],
    ['with a word too many', withLine(RANGE, `${RANGE} 0.0.0.0/1`), /line 5: it is not known/],
    ['with a word too few', withLine(POSTGRES, 'postgresql postgres-external 5432'), /line 6: it is not known/],
    ['with an empty line', withLine(RANGE, `${RANGE}\n`), /line 6: it is not words/],
    ['with two spaces', withLine(RANGE, RANGE.replace(' ', '  ')), /line 5: it is not words/],
    ['with lines of Windows', GOOD.replaceAll('\n', '\r\n'), /line 2: it is of a version that/],
    ...[
      ...['', '0.0.0.0/0', '10.42.0.0', '10.42.0.0/', '10.42.0.0/33', '10.42.0.0/016', '10.42.0.0/1x', '10.42.0.1/16'],
      ...['10.42.0/16', '10.42.0.0.0/16', '10.42.0.256/32', '010.42.0.0/16', '10.42..0/16', '/16', '10.42.0.0/16/16'],
      ...[
        '10.42.0.0/-1',
        '-10.42.0.0/16',
        '10.42/0.0.16',
        'fd00::/8',
        '*/16',
        '$(id)/16',
        '10.42.0.0/16,0.0.0.0/1',
        '!10.42.0.0/16',
      ],
      ...['10.42.0.0/99999999999999999999', '4294967296.0.0.0/8'],
    ].map((range): [string, string, RegExp] => [
      `with the range "${range}"`,
      withLine(RANGE, `range ${range}`),
      /line 5: it is (no IPv4 range|not words)/,
    ]),
    ...[
      '',
      '0',
      '65536',
      '05432',
      '-1',
      '5432:6000',
      '1,2',
      '5e3',
      '0x10',
      '5432;id',
      '$(id)',
      '99999999999999999999',
    ].map((port): [string, string, RegExp] => [
      `with the port "${port}"`,
      withLine(POSTGRES, `postgresql postgres-external ${port} postgres`),
      /line 6: it (has no TCP port|is not words)/,
    ]),
    ...[
      ...['', '-', '-a', 'a-', 'A', 'é', 'a_b', 'a.b', '../a', '/a', 'a;reboot', '$(reboot)', '`reboot`', "a'b", 'a"b'],
      ...['a\\nb', 'a|b', 'a&b', 'a>b', '*', '~', 'a\tb', 'a\u0001b', 'a'.repeat(64)],
    ].flatMap((name): [string, string, RegExp][] => [
      [
        `named ${JSON.stringify(name)}`,
        withLine('name shop-host-access', `name ${name}`),
        /line 3: its name|line 3: it is not words/,
      ],
      [
        `with a server named ${JSON.stringify(name)}`,
        withLine(POSTGRES, `postgresql ${name} 5432 postgres`),
        /line 6: its name|line 6: it is not words/,
      ],
    ]),
    ...['-u', '0postgres', 'post-gres', 'postgres;id', '$(id)', 'a'.repeat(64)].map(
      (role): [string, string, RegExp] => [
        `with the superuser "${role}"`,
        withLine(POSTGRES, `postgresql postgres-external 5432 ${role}`),
        /line 6: its superuser/,
      ],
    ),
    ...['/etc/shadow', '-x', 'a$(id)', 'a;id', "a'b", 'a*'].map((file): [string, string, RegExp] => [
      `with the file "${file}"`,
      withLine(REDIS, `redis redis-external 6379 ${file}`),
      /line 7: its file/,
    ]),
    [
      'with a command for a line',
      withLine(RANGE, 'touch "$DESTDIR/ran"; rm -rf "$DESTDIR"'),
      /line 5: it is not known/,
    ],
  ];

  test.each(WRONG)('values that are %s are refused, and nothing is done', (_, values, message) => {
    const folder = written(access, values);
    const destination = mkdtempSync(join(root, 'destination-'));
    const files = ['hba', 'pg', 'r'].map((name) => join(destination, name));
    for (const file of files) writeFileSync(file, 'theirs\n');
    const env = {
      DESTDIR: destination,
      PG_HBA_FILE: files[0] ?? '',
      PG_CONF_FILE: files[1] ?? '',
      REDIS_CONF_FILE: files[2] ?? '',
    };
    for (const [script, command] of [
      ['firewall.sh', 'install'],
      ['services.sh', 'apply'],
    ] as const) {
      const { code, stdout, stderr, ran } = runBeside(folder, script, [command], env);

      expect([code, stdout, ran]).toEqual([2, '', '']);
      expect(stderr).toMatch(message);
      expect(stderr).toMatch(
        /^[\x20-\x7e]* Synthesize again\. Nothing was done\n$|: synthesize again\. Nothing was done\n$/,
      );
    }
    expect(readdirSync(destination).sort()).toEqual(['hba', 'pg', 'r']);
    for (const file of files) expect(readFileSync(file, 'utf8')).toBe('theirs\n');
  });

  test.each([
    ...['apply', 'remove', 'status', 'install', 'uninstall', 'commands'].map(
      (command) => ['firewall.sh', command] as const,
    ),
    ...['apply', 'remove', 'status'].map((command) => ['services.sh', command] as const),
  ])('without the values, %s %s does nothing', (script, command) => {
    const folder = written();
    rmSync(join(folder, 'host.values'));

    const { code, stdout, stderr, ran } = runBeside(folder, script, [command]);

    expect([code, stdout, ran]).toEqual([2, '', '']);
    expect(stderr).toBe(
      `${script}: ${folder}/host.values: no such file, or it may not be read, and it says what to do here: synthesize again. Nothing was done\n`,
    );
  });

  test('what an environment may say, the scripts read', () => {
    const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,20}[a-z0-9])?$/);
    const port = fc.integer({ min: 1, max: 65535 });
    const range = fc
      .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 2, max: 32 }))
      .map(([number, bits]) => {
        const size = 2 ** (32 - bits);
        return `${[24, 16, 8, 0].map((shift) => Math.floor((number - (number % size)) / 2 ** shift) % 256).join('.')}/${bits}`;
      });
    fc.assert(
      fc.property(
        label,
        fc.uniqueArray(range, { minLength: 2, maxLength: 2 }),
        fc.uniqueArray(port, { minLength: 2, maxLength: 2 }),
        label,
        (name, ranges, ports, server) => {
          const [subnet = '', podCidr = ''] = ranges;
          const [one = parseRange('0.0.0.0'), other = one] = ranges.map(parseRange);
          fc.pre(one !== undefined && other !== undefined && !overlap(one, other));
          const folder = written({
            ...access,
            cluster: { ...access.cluster, name, subnet, podCidr },
            endpoints: ports.map((number, index) => ({
              ...postgres,
              name: index === 0 ? server : `${server}-x`,
              port: number,
            })),
          });
          const said = run(folder, 'firewall.sh', 'commands');
          rmSync(folder, { recursive: true });
          for (const text of ranges)
            expect(said).toContain(` from ${text} to any port ${ports[0] ?? ''} comment ${name}-host-access\n`);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('services.sh puts the snippets in and takes them out again, byte for byte', () => {
    const folder = written();
    const env = {
      ...process.env,
      PG_HBA_FILE: join(folder, 'hba'),
      PG_CONF_FILE: join(folder, 'pg'),
      REDIS_CONF_FILE: join(folder, 'r'),
      REDIS_PASSWORD_FILE: join(folder, 'secret'),
    };
    writeFileSync(env.REDIS_PASSWORD_FILE, 'requirepass "secret value"\n', { mode: 0o600 });
    const files = [env.PG_HBA_FILE, env.PG_CONF_FILE, env.REDIS_CONF_FILE];
    const before = '# a $HOME `id` \\n "quoted" line\n\n  last\n';
    for (const file of files) writeFileSync(file, before);
    const services = (command: string): string =>
      execFileSync(join(folder, 'services.sh'), [command], {
        encoding: 'utf8',
        env,
        stdio: ['ignore', 'pipe', 'ignore'],
      });

    services('apply');
    const applied = files.map((file) => execFileSync('cat', [file], { encoding: 'utf8' }));
    services('apply');

    expect(files.map((file) => execFileSync('cat', [file], { encoding: 'utf8' }))).toEqual(applied);
    expect(applied[0]).toMatch(/^# BEGIN shop-host-access\n[^]*\n# END shop-host-access\n# a \$HOME/);
    expect(applied[2]).toMatch(/ {2}last\n# BEGIN shop-host-access\n[^]*\n# END shop-host-access\n$/);
    services('remove');
    for (const file of files) expect(execFileSync('cat', [file], { encoding: 'utf8' })).toBe(before);
  });

  test('services.sh touches no file whose markers do not pair up', () => {
    const folder = written();
    for (const name of ['pg', 'r']) writeFileSync(join(folder, name), 'theirs\n');
    writeFileSync(join(folder, 'secret'), 'requirepass "secret value"\n', { mode: 0o600 });
    const mangled = '# BEGIN shop-host-access\nhost all all all trust\n';
    writeFileSync(join(folder, 'hba'), mangled);
    const env = {
      ...process.env,
      PG_HBA_FILE: join(folder, 'hba'),
      PG_CONF_FILE: join(folder, 'pg'),
      REDIS_CONF_FILE: join(folder, 'r'),
      REDIS_PASSWORD_FILE: join(folder, 'secret'),
    };

    expect(() => execFileSync(join(folder, 'services.sh'), ['apply'], { env, stdio: 'pipe' })).toThrow(
      'do not pair up',
    );
    expect(execFileSync('cat', [join(folder, 'hba')], { encoding: 'utf8' })).toBe(mangled);
  });
});

describe('quoting', () => {
  const printable = fc.string({ unit: 'grapheme' }).filter((text) => !/\p{Cc}/u.test(text));

  test('a shell reads back every word', () => {
    fc.assert(
      fc.property(fc.array(printable, { minLength: 1, maxLength: 20 }), (words) => {
        const output = execFileSync('sh', ['-c', `printf '%s\\n' ${shellLine(words)}`], { encoding: 'utf8' });
        expect(output).toBe(words.map((word) => `${word}\n`).join(''));
      }),
      { numRuns: 50 },
    );
  });

  test('each language doubles or escapes what would end its string', () => {
    expect(sqlString("a'b\\")).toBe("'a''b\\'");
    expect(sqlName('a"b')).toBe('"a""b"');
    expect(psqlString("a'b\\")).toBe("'a\\'b\\\\'");
    expect(redisString('a"b\\')).toBe('"a\\"b\\\\"');
    expect(hbaName('all')).toBe('"all"');
    expect(() => hbaName('a"b')).toThrow('cannot name it');
    expect(() => nftString('a"b')).toThrow('double quote');
  });

  test.each([shellWord, sqlString, sqlName, psqlString, redisString, hbaName, nftString])(
    '%p refuses control characters, and does not show the text, which may be a password',
    (quote) => {
      for (const text of ['hunter2\nb', 'hunter2\0b', 'hunter2\rb', 'hunter2\u001bb']) {
        expect(() => quote(text)).toThrow('control character');
        expect(() => quote(text)).not.toThrow('hunter2');
      }
    },
  );
});

describe('ranges', () => {
  const range = (text: string): Range => parseRange(text) ?? { text, first: NaN, last: NaN };

  test('are read exactly', () => {
    expect(range('172.21.0.0/16')).toMatchObject({ first: 0xac150000, last: 0xac15ffff });
    expect(range('255.255.255.255')).toMatchObject({ first: 2 ** 32 - 1, last: 2 ** 32 - 1 });
    expect(range('0.0.0.0/0')).toMatchObject({ first: 0, last: 2 ** 32 - 1 });
    for (const text of [
      '',
      'a',
      '1.2.3',
      '1.2.3.4/8',
      '1.2.3.0/33',
      '1.2.3.0/',
      '1.2.3.0/24/1',
      '01.2.3.0/24',
      '1.2.3.0/-1',
    ]) {
      expect(parseRange(text)).toBeUndefined();
    }
  });

  test('overlap, contain and count', () => {
    expect(overlap(range('10.0.0.0/8'), range('10.42.0.0/16'))).toBe(true);
    expect(overlap(range('10.41.0.0/16'), range('10.42.0.0/16'))).toBe(false);
    expect(contains(range('10.0.0.0/8'), range('10.42.0.0/16'))).toBe(true);
    expect(contains(range('10.42.0.0/16'), range('10.0.0.0/8'))).toBe(false);
    expect(addressAt(range('172.21.0.0/16'), 1)).toBe('172.21.0.1');
    expect(addressAt(range('255.255.255.0/24'), 255)).toBe('255.255.255.255');
  });
});
