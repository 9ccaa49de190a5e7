import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { psqlPasswords, sqlFileName } from '../../lib/host/servers';
import { access, postgres } from '../k3d/example';
import { Lab, must, requireHost } from './lab';

const PASSWORDS: Readonly<Record<string, string>> = {
  carts_owner: "own'er\\pass",
  carts_user: 'carts-"$(id)`-\\n-pass',
  orders_owner: 'orders owner',
  orders_user: 'orders pass',
  default: 'red"is\\ $(id) \'pass',
};
const passwordOf = (_: unknown, user: string): string | undefined => PASSWORDS[user];

const FIREWALLS = {
  iptables: {
    drop: 'iptables -P INPUT DROP; iptables -P FORWARD DROP; iptables -A INPUT -i lo -j ACCEPT; iptables -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT; iptables -A INPUT -p tcp --dport 22 -j ACCEPT',
    flush: 'iptables -F; iptables -X',
    rules: 'iptables-save | grep -v "^[#:]"',
  },
  nftables: {
    drop: `nft -f - <<'END'
flush ruleset
table inet filter {
  chain input {
    type filter hook input priority filter; policy drop;
    iif "lo" accept
    ct state established,related accept
    tcp dport 22 accept
  }
  chain forward { type filter hook forward priority filter; policy drop; }
}
END`,
    flush: 'nft flush ruleset',
    rules: 'nft list ruleset',
  },
};

const BOTH = {
  drop: `${FIREWALLS.iptables.drop}\n${FIREWALLS.nftables.drop.replace('flush ruleset\n', '')}`,
  flush: 'iptables -F; iptables -X; iptables -P INPUT ACCEPT; nft flush ruleset',
  // Not `nft list ruleset`: it would count packets of what iptables keeps there.
  rules: `${FIREWALLS.iptables.rules}; nft list table inet filter`,
};

beforeAll(() => {
  requireHost();
});

describe.each([
  ['iptables', FIREWALLS.iptables],
  ['nftables', FIREWALLS.nftables],
  ['both at once', BOTH],
])('the outage, with %s', (backend, firewall) => {
  let lab: Lab;
  const shell = (line: string): string => lab.must('host', 'sh', ['-c', line]);
  const connections = (): Promise<string[]> =>
    Promise.all(
      [5432, 6379].flatMap((port) => (['pod', 'node'] as const).map((from) => lab.connect(from, '172.21.0.1', port))),
    );
  const ALL_TIMED_OUT = Array<string>(4).fill('connection timed out');
  const ALL_OPEN = Array<string>(4).fill('open');
  let before: string;

  beforeAll(() => {
    lab = new Lab(access);
    lab.initPostgres();
    lab.startPostgres();
    lab.startRedis();
    lab.start('host', process.execPath, ['-e', 'require("node:net").createServer().listen(9999)']);
  });
  afterAll(() => {
    lab.close();
  });

  test('as installed, PostgreSQL and Redis refuse pods', async () => {
    expect(await lab.connect('pod', '172.21.0.1', 5432)).toBe('connection refused');
    expect(await lab.connect('pod', '172.21.0.1', 6379)).toBe('connection refused');
  });

  test('without a password for Redis that nobody else can read, nothing is changed', () => {
    const files = ['postgres/pg_hba.conf', 'postgres/postgresql.conf', 'redis.conf'].map((name) =>
      join(lab.folder, name),
    );
    const before = files.map((file) => readFileSync(file, 'utf8'));
    const apply = (content: string | undefined, mode = 0o600): string => {
      rmSync(lab.redisPasswordFile, { force: true });
      if (content !== undefined) writeFileSync(lab.redisPasswordFile, content, { mode });
      const { code, stdout, stderr } = lab.script('services.sh', ['apply']);
      expect([code, stdout]).toEqual([2, '']);
      return stderr;
    };

    expect(apply(undefined)).toContain('no such file, so Redis would have no password');
    expect(apply('requirepass "secret-value"\n', 0o644)).toContain('others than its owner may read it');
    for (const malformed of [
      '',
      'requirepass secret-value\n',
      'requirepass ""\n',
      'requirepass "secret-value"\nprotected-mode no\n',
      'requirepass "secret-value" "nopass"\n',
      'requirepass "secret-value\\"\n',
      'requirepass "secret-value\t"\n',
      'user default on nopass\n',
    ]) {
      const said = apply(malformed);
      expect(said).toContain('is not one line of the form');
      expect(said).not.toContain('secret-value');
    }
    lab.writeRedisPassword(passwordOf);
    writeFileSync(files[2] ?? '', `${before[2] ?? ''}aclfile /etc/redis/users.acl\n`);
    expect(lab.script('services.sh', ['apply'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Redis ignores requirepass') as unknown,
    });
    writeFileSync(files[2] ?? '', before[2] ?? '');
    expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(before);
  });

  test('the servers are configured, twice with the same result', () => {
    lab.writeRedisPassword(passwordOf);
    const dryRun = lab.script('services.sh', ['apply', '--dry-run']);
    expect(dryRun.stdout).toContain('+host "shop_carts" "carts_user" 10.42.0.0/16 scram-sha-256');
    expect(dryRun.stdout).toContain(`+include ${join(lab.folder, 'shop-host-access.conf')}`);
    const status = lab.script('services.sh', ['status']);
    expect(status.code).toBe(1);

    const applied = lab.script('services.sh', ['apply']);

    expect({ code: applied.code, stderr: applied.stderr }).toEqual({ code: 0, stderr: '' });
    const hba = readFileSync(join(lab.folder, 'postgres/pg_hba.conf'), 'utf8');
    expect(lab.script('services.sh', ['apply']).stdout).toContain('pg_hba.conf: nothing to change');
    expect(readFileSync(join(lab.folder, 'postgres/pg_hba.conf'), 'utf8')).toBe(hba);
    const again = lab.script('services.sh', ['status']);
    expect(again.code).toBe(0);
    expect(must('stat', ['-c', '%U %a', join(lab.folder, 'postgres/pg_hba.conf')])).toBe('postgres 600\n');
    // The password is in one file, which only Redis reads, and is never said. redis.conf is everybody's here.
    expect(must('stat', ['-c', '%U %a', join(lab.folder, 'shop-host-access.conf')])).toBe('redis 640\n');
    expect(must('stat', ['-c', '%a', join(lab.folder, 'redis.conf')])).toBe('644\n');
    for (const said of [dryRun, status, applied, again]) expect(said.stdout + said.stderr).not.toContain('red"is');
    expect(readFileSync(join(lab.folder, 'redis.conf'), 'utf8')).not.toContain('requirepass');
    lab.stopPostgres();
    lab.startPostgres();
    lab.stopRedis();
    lab.startRedis();
    expect(lab.sql('SELECT error FROM pg_hba_file_rules WHERE error IS NOT NULL').stdout).toBe('');
  });

  test('the databases and users are made, twice with the same result', () => {
    const sql = readFileSync(join(lab.files, sqlFileName(postgres)), 'utf8');
    const passwords = psqlPasswords(access, passwordOf);
    const state = (): string =>
      must('runuser', ['-u', 'postgres', '--', 'pg_dumpall', '--no-role-passwords', '-h', lab.folder])
        // Newer versions write a random key on these lines.
        .replaceAll(/^\\(un)?restrict .*$/gm, '');
    expect(lab.sql(sql)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('postgres_external_carts_owner_password is not set') as unknown,
    });

    const first = lab.sql(passwords + sql);
    const made = state();
    const second = lab.sql(passwords + sql);

    expect(first).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(second).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(state()).toBe(made);
    // The server logs every statement, and yet:
    const log = readFileSync(join(lab.folder, 'postgres/log'), 'utf8');
    expect(log).toContain('GRANT USAGE ON SCHEMA public');
    expect(log).not.toMatch(/PASSWORD '/);
  });

  test('with a firewall that drops, pods time out, as in the report', async () => {
    expect(await connections()).toEqual(ALL_OPEN);
    shell(firewall.drop);
    before = shell(firewall.rules);

    expect(await connections()).toEqual(ALL_TIMED_OUT);
    expect(lab.script('firewall.sh', ['status'])).toMatchObject({ code: 1 });
  });

  test('the dry run shows the rules and makes none', () => {
    const { code, stdout } = lab.script('firewall.sh', ['apply', '--dry-run']);

    expect(code).toBe(0);
    expect(stdout).toContain('5432');
    expect(shell(firewall.rules)).toBe(before);
  });

  test('with the rules, both connect', async () => {
    expect(lab.script('firewall.sh', ['apply'])).toMatchObject({ code: 0, stderr: '' });

    expect(await connections()).toEqual(ALL_OPEN);
    expect(lab.script('firewall.sh', ['status'])).toMatchObject({ code: 0 });
  });

  test('applied again, the rules are the same', () => {
    const rules = shell(firewall.rules);

    expect(lab.script('firewall.sh', ['apply'])).toMatchObject({ code: 0, stderr: '' });

    expect(shell(firewall.rules)).toBe(rules);
  });

  test('a rule that was put before ours is noticed, and mended', async () => {
    shell(
      backend !== 'nftables'
        ? 'iptables -I INPUT -p tcp --dport 5432 -j DROP'
        : 'nft insert rule inet filter input tcp dport 5432 drop',
    );
    expect(await lab.connect('pod', '172.21.0.1', 5432)).toBe('connection timed out');
    expect(lab.script('firewall.sh', ['status']).code).toBe(1);

    lab.script('firewall.sh', ['apply']);

    expect(await connections()).toEqual(ALL_OPEN);
    shell(
      backend !== 'nftables'
        ? 'iptables -D INPUT -p tcp --dport 5432 -j DROP'
        : 'nft delete rule inet filter input handle $(nft -a list chain inet filter input | sed -n "s/.*tcp dport 5432 drop # handle //p")',
    );
  });

  test('a third port stays closed, and another network stays out', async () => {
    expect(await lab.connect('pod', '172.21.0.1', 9999)).toBe('connection timed out');
    expect(await lab.connect('node', '172.21.0.1', 9999)).toBe('connection timed out');
    expect(await lab.connect('other', '198.51.100.1', 5432)).toBe('connection timed out');
    expect(await lab.connect('other', '172.21.0.1', 6379)).toBe('connection timed out');
  });

  test('carts_user logs in from the pod by its password, over scram, and reaches only its database', () => {
    const carts = PASSWORDS['carts_user'] ?? '';

    expect(lab.login('carts_user', 'shop_carts', carts)).toMatchObject({ code: 0, stdout: 'carts_user\n' });
    expect(lab.login('carts_user', 'shop_carts', 'wrong').stderr).toContain('password authentication failed');
    for (const database of ['shop_orders', 'postgres', 'template1']) {
      expect(lab.login('carts_user', database, carts).stderr).toContain('no pg_hba.conf entry');
    }
    // As the superuser nobody comes from the cluster, though its password is what it was.
    expect(lab.login('postgres', 'shop_carts', 'as-installed').stderr).toContain('no pg_hba.conf entry');
    expect(
      lab.must('host', 'psql', ['-XAtc', 'SELECT 1', '-h', '127.0.0.1', '-U', 'postgres', '-d', 'shop_carts'], {
        env: { PGPASSWORD: 'as-installed' },
      }),
    ).toBe('1\n');
    // And where pg_hba.conf lets it in, as on the host itself, the privileges do not.
    expect(
      lab.run('host', 'psql', ['-h', '127.0.0.1', '-U', 'carts_user', '-d', 'shop_orders'], {
        env: { PGPASSWORD: carts },
      }).stderr,
    ).toContain('permission denied for database "shop_orders"');
    expect(
      lab.sql(`SELECT rolpassword LIKE 'SCRAM-SHA-256$%' FROM pg_authid WHERE rolname = 'carts_user'`).stdout,
    ).toBe('t\n');
  });

  test('what the owner migrates, the user may change in data and not in structure', () => {
    const owner = PASSWORDS['carts_owner'] ?? '';
    const carts = PASSWORDS['carts_user'] ?? '';
    const migration = 'CREATE TABLE account (id bigserial PRIMARY KEY, name text)';
    expect(lab.login('carts_owner', 'shop_carts', owner, migration)).toMatchObject({ code: 0 });
    expect(lab.login('carts_owner', 'shop_carts', owner, 'CREATE ROLE other').stderr).toContain('permission denied');
    expect(lab.login('carts_owner', 'shop_carts', owner, 'CREATE DATABASE other').stderr).toContain(
      'permission denied',
    );
    expect(lab.login('carts_owner', 'shop_orders', owner).stderr).toContain('no pg_hba.conf entry');

    const as = (statement: string): string => {
      const { stdout, stderr } = lab.login('carts_user', 'shop_carts', carts, statement);
      return stdout + stderr;
    };

    expect(as("INSERT INTO account (name) VALUES ('a') RETURNING id")).toContain('1');
    expect(as("UPDATE account SET name = 'b'")).toContain('UPDATE 1');
    expect(as('DELETE FROM account')).toContain('DELETE 1');
    expect(as('DROP TABLE account')).toContain('must be owner of table account');
    expect(as('TRUNCATE account')).toContain('permission denied');
    expect(as('CREATE TABLE other (id int)')).toContain('permission denied for schema public');
    expect(as('CREATE TEMPORARY TABLE other (id int)')).toContain('permission denied');
    expect(as('CREATE DATABASE other')).toContain('permission denied');
    lab.login('carts_owner', 'shop_carts', owner, 'DROP TABLE account');
  });

  test('Redis answers from the pod by its password, and not without, and closes itself if it loses it', () => {
    const ping = (password?: string): string =>
      lab.run('pod', 'redis-cli', ['-h', '172.21.0.1', 'PING'], {
        env: password === undefined ? {} : { REDISCLI_AUTH: password },
      }).stdout;

    expect(ping(PASSWORDS['default'])).toBe('PONG\n');
    expect(ping()).toContain('NOAUTH');
    expect(ping('wrong')).toContain('NOAUTH');
    lab.redis('CONFIG', 'SET', 'requirepass', '');
    expect(ping()).toContain('DENIED');
    expect(lab.redis('CONFIG', 'SET', 'requirepass', PASSWORDS['default'] ?? '').stdout).toBe('OK\n');
  });

  test("after a reboot, the installed unit's command restores the rules", async () => {
    const root = mkdtempSync(join(lab.folder, 'root-'));
    const installed = lab.script('firewall.sh', ['install'], { DESTDIR: root });
    expect({ code: installed.code, stderr: installed.stderr }).toEqual({ code: 0, stderr: '' });
    const unit = readFileSync(join(root, 'etc/systemd/system/shop-host-access.service'), 'utf8');
    const command = /^ExecStart=(\S+) (\S+)$/m.exec(unit);
    shell(firewall.flush);
    shell(firewall.drop);
    expect(await connections()).toEqual(ALL_TIMED_OUT);

    lab.must('host', join(root, command?.[1] ?? ''), [command?.[2] ?? '']);

    expect(await connections()).toEqual(ALL_OPEN);
  });

  test('removed, everything is as before', async () => {
    expect(lab.script('firewall.sh', ['remove'])).toMatchObject({ code: 0, stderr: '' });

    expect(shell(firewall.rules)).toBe(before);
    expect(await connections()).toEqual(ALL_TIMED_OUT);
    expect(lab.script('firewall.sh', ['remove'])).toMatchObject({ code: 0, stderr: '' });
    expect(shell(firewall.rules)).toBe(before);
  });

  test('taken out of their files, the servers are as installed', () => {
    const hba = join(lab.folder, 'postgres/pg_hba.conf');
    expect(lab.script('services.sh', ['remove']).code).toBe(0);

    expect(existsSync(join(lab.folder, 'shop-host-access.conf'))).toBe(false);
    for (const file of [hba, join(lab.folder, 'postgres/postgresql.conf'), join(lab.folder, 'redis.conf')]) {
      expect(readFileSync(file, 'utf8')).toBe(readFileSync(`${file}.before-shop-host-access`, 'utf8'));
    }
  });
});
