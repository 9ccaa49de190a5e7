import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

describe('hostAccessFiles', () => {
  test.each([...hostAccessFiles(access)])('%s matches the snapshot', (_, file) => {
    expect(file.content).toMatchSnapshot();
  });

  test('the scripts are executable, and nothing else', () => {
    const executable = [...hostAccessFiles(access)]
      .filter(([, file]) => file.executable === true)
      .map(([name]) => name);

    expect(executable).toEqual(['firewall.sh', 'services.sh']);
  });

  test('the same environment gives the same files', () => {
    expect([...hostAccessFiles(access)]).toEqual([...hostAccessFiles(structuredClone(access))]);
  });

  test('opens exactly the needed ports from exactly the two ranges, in iptables', () => {
    const rules = content('firewall.sh')
      .split('\n')
      .filter((line) => line.startsWith('-A '));

    // Those that close are in the script too, and are made only where it is asked to.
    expect(rules.filter((line) => !line.endsWith('-j ACCEPT'))).toEqual(
      [5432, 6379].map(
        (port) =>
          `-A SHOP-HOST-ACCESS ! -i lo -p tcp -m tcp --dport ${port} --tcp-flags FIN,SYN,RST,ACK SYN -m comment --comment "shop-host-access: closed" -j DROP`,
      ),
    );
    expect(rules.filter((line) => line.endsWith('-j ACCEPT'))).toEqual([
      '-A SHOP-HOST-ACCESS -s 172.21.0.0/16 -p tcp -m tcp --dport 5432 -m comment --comment "shop-host-access: postgres-external" -j ACCEPT',
      '-A SHOP-HOST-ACCESS -s 10.42.0.0/16 -p tcp -m tcp --dport 5432 -m comment --comment "shop-host-access: postgres-external" -j ACCEPT',
      '-A SHOP-HOST-ACCESS -s 172.21.0.0/16 -p tcp -m tcp --dport 6379 -m comment --comment "shop-host-access: redis-external" -j ACCEPT',
      '-A SHOP-HOST-ACCESS -s 10.42.0.0/16 -p tcp -m tcp --dport 6379 -m comment --comment "shop-host-access: redis-external" -j ACCEPT',
    ]);
  });

  test('and in nftables', () => {
    expect(content('firewall.sh')).toContain(
      '\nip saddr { 172.21.0.0/16, 10.42.0.0/16 } tcp dport { 5432, 6379 } accept comment "shop-host-access"\n',
    );
  });

  test('follows the environment: another port, another range', () => {
    const script = content('firewall.sh', {
      ...access,
      cluster: { ...access.cluster, subnet: '172.30.0.0/16' },
      endpoints: [{ ...postgres, port: 5433 }],
    });

    expect(script).toContain('ip saddr { 172.30.0.0/16, 10.42.0.0/16 } tcp dport { 5433 } accept');
    expect(script).not.toMatch(/172\.21|5432|6379/);
  });

  test('tells ufw and firewalld hosts the equivalent commands', () => {
    const script = content('firewall.sh');

    expect(script).toContain('ufw allow proto tcp from 10.42.0.0/16 to any port 5432 comment shop-host-access');
    expect(script).toContain(
      'rule priority="-100" family="ipv4" source address="172.21.0.0/16" port port="6379" protocol="tcp" accept',
    );
  });

  test("the iptables chain's name fits into the kernel's 28 characters", () => {
    const long = { ...access, cluster: { ...access.cluster, name: 'a'.repeat(32) } };

    expect(/^CHAIN=(.*)$/m.exec(content('firewall.sh', long))?.[1]).toHaveLength(28);
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
      'host "shop_auth" "auth_user" 172.21.0.0/16 scram-sha-256',
      'host "shop_auth" "auth_user" 10.42.0.0/16 scram-sha-256',
      'host "shop_auth" "auth_owner" 172.21.0.0/16 scram-sha-256',
      'host "shop_auth" "auth_owner" 10.42.0.0/16 scram-sha-256',
      'host "shop_game" "game_user" 172.21.0.0/16 scram-sha-256',
      'host "shop_game" "game_user" 10.42.0.0/16 scram-sha-256',
      'host "shop_game" "game_owner" 172.21.0.0/16 scram-sha-256',
      'host "shop_game" "game_owner" 10.42.0.0/16 scram-sha-256',
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

    expect(passwords).toEqual([
      ":'postgres_external_auth_owner_password'",
      ":'postgres_external_auth_user_password'",
      ":'postgres_external_game_owner_password'",
      ":'postgres_external_game_user_password'",
    ]);
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
      String.raw`\set postgres_external_auth_owner_password 'auth_owner\'s\\'
\set postgres_external_auth_user_password 'auth_user\'s\\'
\set postgres_external_game_owner_password 'game_owner\'s\\'
\set postgres_external_game_user_password 'game_user\'s\\'
`,
    );
    expect(redisPasswords(access, (_, user) => `${user}'s "\\`)).toBe(String.raw`requirepass "default's \"\\"${'\n'}`);
    for (const nothing of [undefined, '']) {
      expect(() => psqlPasswords(access, () => nothing)).toThrow(
        'postgres-external: no password for the user auth_owner',
      );
      expect(() => redisPasswords(access, () => nothing)).toThrow('redis-external: no password for the user default');
    }
  });

  test('two databases may share an owner, or a user, each of whom has one password', () => {
    const [auth, game] = postgres.databases;
    if (auth === undefined || game === undefined) throw new Error('the example has two databases');
    const databases = [auth, { ...game, owner: auth.owner, user: auth.user }];
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
    ['an impossible cluster', { cluster: { ...access.cluster, subnet: '1' } }, 'subnet "1": not an IPv4 range'],
  ])('refuses %s', (_, change, message) => {
    expect(() => hostAccessFiles({ ...access, ...change })).toThrow(message);
  });
});

describe('the scripts, without root', () => {
  const folder = mkdtempSync(join(tmpdir(), 'host-access-'));
  const run = (script: string, ...args: string[]): string =>
    execFileSync(join(folder, script), args, { encoding: 'utf8' });

  beforeAll(() => {
    for (const [name, file] of hostAccessFiles(access)) {
      writeFileSync(join(folder, name), file.content, { mode: file.executable === true ? 0o755 : 0o644 });
    }
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test.each(['firewall.sh', 'services.sh'])('%s says what it does', (script) => {
    expect(run(script, '--help')).toMatch(/^Usage:[^]*--dry-run/);
  });

  test('firewall.sh prints the commands for managed firewalls, quoted for a shell', () => {
    const lines = run('firewall.sh', 'commands').split('\n');

    expect(lines).toContain('ufw allow proto tcp from 172.21.0.0/16 to any port 6379 comment shop-host-access');
    expect(lines).toContain(
      `firewall-cmd --permanent '--add-rich-rule=rule priority="-100" family="ipv4" source address="10.42.0.0/16" port port="5432" protocol="tcp" accept'`,
    );
  });

  test('services.sh puts the snippets in and takes them out again, byte for byte', () => {
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
