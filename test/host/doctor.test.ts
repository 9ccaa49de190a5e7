import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { psqlPasswords, sqlFileName } from '../../lib/host/servers';
import { access, postgres } from '../k3d/example';
import { Lab, must, requireHost, type Outcome } from './lab';

const PASSWORDS: Readonly<Record<string, string>> = {
  carts_owner: 'ao',
  carts_user: "a'\\b",
  orders_owner: 'go',
  orders_user: 'g',
  default: 'redis "password"',
};
const passwordOf = (_: unknown, user: string): string | undefined => PASSWORDS[user];

/** Programs that stand for docker, k3d and kubectl: a cluster runs, and its node is the lab's. */
function standIns(lab: Lab): string {
  const folder = join(lab.folder, 'stand-ins');
  const node = lab.start('node', 'sleep', ['infinity']);
  const programs = {
    docker: `case "$*" in
      version*) echo '{"Server":{"Version":"28.2.2"}}' ;;
      ps*) ;;
      'network inspect k3d-shop') echo '[{"IPAM":{"Config":[{"Subnet":"172.21.0.0/16"}]}}]' ;;
      inspect*) echo ${node} ;;
      info*) echo '{"CgroupVersion":"2","DockerRootDir":"/","MemTotal":16777216000,"NCPU":8}' ;;
      port*) printf '80/tcp -> 0.0.0.0:8880\\n443/tcp -> 0.0.0.0:8443\\n' ;;
      'image inspect'*) echo '[{"RootFS":{"Layers":["sha256:1"]}}]' ;;
      exec*images*) echo '{"images":[{"id":"1","repoTags":["docker.io/shop/carts-service:dev"]}]}' ;;
      exec*inspecti*) echo '{"info":{"imageSpec":{"rootfs":{"diff_ids":["sha256:1"]}}}}' ;;
      exec*nslookup*) printf 'Server: 10.43.0.10\\n\\nName: host.k3d.internal\\nAddress: 172.21.0.1\\n' ;;
      exec*nodes*) echo '{"items":[{"status":{"conditions":[{"type":"Ready","status":"True"}]}}]}' ;;
      *) exit 1 ;;
    esac`,
    k3d: `case $1 in
      version) echo 'k3d version v5.8.3' ;;
      *) echo '[{"name":"shop","serversRunning":1,"serversCount":1,"agentsRunning":2,"agentsCount":2}]' ;;
    esac`,
    // As systemd restarts them. Before it does, another network must not reach what is about to listen.
    systemctl: `case "$*" in
      'restart postgresql')
        runuser -u postgres -- /usr/lib/postgresql/*/bin/pg_ctl -D ${lab.folder}/postgres -l ${lab.folder}/postgres/log -m fast -w restart >&2
        ;;
      'restart redis-server')
        redis-cli SHUTDOWN NOSAVE >&2
        setsid redis-server ${lab.folder}/redis.conf >/dev/null 2>&1 &
        until redis-cli PING 2>&1 | grep -q 'PONG\\|NOAUTH'; do sleep 0.1; done
        ;;
      *) exit 1 ;;
    esac
    echo "$*; $(nft list ruleset | grep -c 'drop comment "shop-host-access: closed') rules close" >> ${lab.folder}/restarts`,
    kubectl: `echo '{"clientVersion":{"gitVersion":"v1.31.5"}}'`,
  };
  mkdirSync(folder);
  for (const [name, body] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  }
  return folder;
}

let lab: Lab;
let path: string;

/** Runs the doctor on the host; what it installs goes into empty folders that only it sees, and are gone after it. */
function doctor(...args: readonly string[]): Outcome {
  const script = `mount -t tmpfs none /usr/local/sbin && mount -t tmpfs none /etc/systemd/system && exec "$@"`;
  return lab.run(
    'host',
    'unshare',
    [
      '--mount',
      'sh',
      '-c',
      script,
      'sh',
      process.execPath,
      '--import',
      'tsx',
      join(__dirname, 'run-doctor.ts'),
      ...args,
    ],
    {
      env: {
        PATH: `${path}:${process.env['PATH'] ?? ''}`,
        LAB_FILES: lab.files,
        LAB_PASSWORDS: JSON.stringify(PASSWORDS),
        REDIS_CONF_FILE: join(lab.folder, 'redis.conf'),
        REDIS_PASSWORD_FILE: lab.redisPasswordFile,
      },
    },
  );
}

/** The check that failed, and what is said below it. */
function section(output: string, check: string): string {
  return new RegExp(`^[×‼] ${check}.*\n( {4}.*\n)*`, 'm').exec(output)?.[0] ?? `not found: ${check}\n${output}`;
}

beforeAll(() => {
  requireHost();
  lab = new Lab(access);
  path = standIns(lab);
  lab.initPostgres();
  lab.startPostgres();
  lab.startRedis();
  lab.writeRedisPassword(passwordOf);
});
afterAll(() => {
  lab.close();
});

test('as installed: names what PostgreSQL and Redis lack', () => {
  const { code, stdout, stderr } = doctor();

  expect(stderr).toBe('');
  expect(code).toBe(1);
  expect(section(stdout, 'it listens on port 5432')).toContain('it listens on 127.0.0.1 only');
  expect(section(stdout, 'it listens on port 6379')).toContain('it listens on 127.0.0.1 and ::1 only');
  expect(section(stdout, 'pg_hba.conf')).toContain('has no entry for carts_user of shop_carts from 172.21.0.0/16');
  expect(section(stdout, 'the databases')).toContain('missing: shop_carts, shop_orders');
  expect(section(stdout, 'the roles')).toContain('the role carts_owner is missing');
  expect(section(stdout, 'the firewall lets pods in')).toContain('nothing listens there');
  expect(stdout.match(/√ the firewall lets nobody else in \(it listens to nobody but this host\)/g)).toHaveLength(2);
});

test('--fix --yes on a host without a firewall: closes the ports to others before anything listens, and opens nothing', async () => {
  const { stdout, stderr } = doctor('--fix', '--yes');

  expect(stderr).toContain(
    `To be run:
  ${lab.files}/firewall.sh install --close
  ${lab.files}/services.sh apply
  systemctl restart postgresql
  systemctl restart redis-server
`,
  );
  expect(stdout + stderr).not.toContain(PASSWORDS['default']);
  expect(readFileSync(join(lab.folder, 'restarts'), 'utf8')).toBe(
    'restart postgresql; 1 rules close\nrestart redis-server; 1 rules close\n',
  );
  for (const port of [5432, 6379]) {
    expect(await lab.connect('pod', '172.21.0.1', port)).toBe('open');
    expect(await lab.connect('other', '198.51.100.1', port)).toBe('connection timed out');
  }
  expect(lab.must('node', 'redis-cli', ['-h', '172.21.0.1', 'PING'])).toContain('NOAUTH');
  // What SQL changes is for a person to decide.
  expect(section(stdout, 'the databases')).toContain('missing: shop_carts, shop_orders');
});

test('with the databases made, all is well', () => {
  const sql = readFileSync(join(lab.files, sqlFileName(postgres)), 'utf8');
  expect(lab.sql(psqlPasswords(access, passwordOf) + sql)).toMatchObject({ code: 0, stderr: '' });

  const { code, stdout } = doctor();

  expect(stdout).toContain('√ the firewall lets pods in (tested from 172.21.0.0/16 and 10.42.0.0/16)');
  expect(stdout).toContain(
    '√ the firewall lets nobody else in (read: open to this host and 172.21.0.0/16 and 10.42.0.0/16 alone)',
  );
  expect(stdout).toContain('all is well');
  expect(code).toBe(0);
});

test('opened to others again: named with who they are, and closed by --fix', () => {
  expect(lab.script('firewall.sh', ['remove']).code).toBe(0);

  const before = doctor();
  const fixed = doctor('--fix', '--yes');

  expect(section(before.stdout, 'the firewall lets nobody else in')).toContain(
    'port 5432 is open over IPv4 to every network of this host that its rules let in: 198.51.100.0/24 (to-other)',
  );
  expect(before.code).toBe(1);
  expect(fixed.stdout).toContain('all is well');
  expect(fixed.code).toBe(0);
  expect(lab.script('firewall.sh', ['remove']).code).toBe(0);
});

describe.each([
  [
    'iptables',
    'iptables -P INPUT DROP && iptables -A INPUT -i lo -j ACCEPT',
    'iptables -P INPUT ACCEPT; iptables -F; iptables -X',
  ],
  [
    'nftables',
    `nft 'table inet filter { chain input { type filter hook input priority 0; policy drop; iif lo accept; }; }'`,
    'nft flush ruleset',
  ],
])('a firewall that drops, by %s', (_, drop, flush) => {
  afterAll(() => {
    lab.must('host', 'sh', ['-c', flush]);
  });

  test('is named, and mended by --fix', () => {
    lab.must('host', 'sh', ['-c', drop]);

    const before = doctor();
    const fixed = doctor('--fix', '--yes');

    for (const server of ['5432', '6379']) {
      expect(before.stdout).toContain(
        `a connection from 172.21.0.0/16 to 172.21.0.1:${server} timed out: this host's firewall drops it`,
      );
    }
    expect(before.code).toBe(1);
    expect(fixed.stderr).toContain(
      `To be run:\n  ${lab.files}/firewall.sh install\nUndone by:\n  sudo ${lab.files}/firewall.sh uninstall\n`,
    );
    expect(fixed.stdout).toContain('all is well');
    expect(fixed.code).toBe(0);
  });
});

test('a process that listens on 8880: named with its pid', () => {
  const pid = lab.start('host', process.execPath, ['-e', 'require("node:net").createServer().listen(8880)']);
  while (lab.must('host', 'ss', ['-Hltn', 'sport', '=', ':8880']) === '') must('sleep', ['0.1']);

  const { code, stdout } = doctor();

  expect(section(stdout, 'port 8880')).toContain(`node (pid ${pid}) holds it`);
  expect(section(stdout, 'port 8880')).toContain(`kill ${pid}`);
  expect(code).toBe(1);
  process.kill(pid);
});

test('a mangled pg_hba.conf: named with its line', () => {
  const file = join(lab.folder, 'postgres/pg_hba.conf');
  const good = readFileSync(file, 'utf8');
  writeFileSync(file, good.replace('scram-sha-256\n', 'scram-sha-265\n'));

  const { stdout } = doctor();

  const line = good.split('\n').findIndex((text) => text.endsWith('scram-sha-256')) + 1;
  expect(section(stdout, 'pg_hba.conf')).toContain(
    `${file}, line ${line}: invalid authentication method "scram-sha-265"`,
  );
  writeFileSync(file, good);
});

test('an entry before ours that rejects: named, and read though not yet loaded', () => {
  const file = join(lab.folder, 'postgres/pg_hba.conf');
  const good = readFileSync(file, 'utf8');
  writeFileSync(file, `host all all 10.0.0.0/8 reject\n${good}`);

  const rejected = doctor();
  writeFileSync(file, good);
  const unread = doctor();
  lab.sql('SELECT pg_reload_conf()');

  expect(section(rejected.stdout, 'pg_hba.conf')).toContain(
    'carts_user of shop_carts from 10.42.0.0/16 is met by the method "reject"',
  );
  expect(section(unread.stdout, 'pg_hba.conf')).toContain('newer than what PostgreSQL has read');
});

test('a missing or foreign database, a wrong password, too many rights and a missing role: named', () => {
  lab.sql('DROP DATABASE shop_orders');
  lab.sql("ALTER ROLE carts_user PASSWORD 'other'");

  const wrong = doctor();
  lab.sql(
    'CREATE DATABASE shop_orders; ALTER DATABASE shop_carts OWNER TO postgres; COMMENT ON DATABASE shop_carts IS NULL',
  );
  const foreign = doctor();
  lab.sql('ALTER ROLE carts_owner CREATEDB; GRANT pg_monitor TO carts_owner');
  const excess = doctor();
  lab.sql('ALTER ROLE carts_owner NOCREATEDB; REVOKE pg_monitor FROM carts_owner');
  lab.sql('DROP DATABASE shop_carts');
  lab.sql('DROP ROLE carts_user');
  const missing = doctor();

  expect(section(wrong.stdout, 'the databases')).toContain('missing: shop_orders');
  expect(section(wrong.stdout, 'the roles')).toContain('the password of carts_user is not the one in the secrets');
  expect(section(missing.stdout, 'the roles')).toContain('the role carts_user is missing');
  expect(section(foreign.stdout, 'the databases')).toContain('not made by shop-host-access: shop_carts');
  expect(section(foreign.stdout, 'the databases')).toContain('-v take_over=yes');
  expect(section(excess.stdout, 'the roles')).toContain('the role carts_owner has CREATEDB, membership in pg_monitor');
});

test('Redis without a password, in protected mode, with another password, or bound to 127.0.0.1: named', () => {
  const file = join(lab.folder, 'redis.conf');
  const good = readFileSync(file, 'utf8');
  const restart = (text: string, passwords = passwordOf): void => {
    lab.stopRedis();
    writeFileSync(file, text);
    lab.writeRedisPassword(passwords);
    lab.startRedis();
  };
  const without = good.replace(/^include .*$/m, '');

  restart(without, () => 'none');
  const isProtected = doctor();
  restart(without.replaceAll('protected-mode yes', 'protected-mode no'), () => 'none');
  const open = doctor();
  restart(`${good}requirepass other\n`, () => 'other');
  const other = doctor();
  restart(good.replace('bind 0.0.0.0', 'bind 127.0.0.1'));
  const bound = doctor();
  restart(good);

  expect(section(isProtected.stdout, 'Redis answers')).toContain(
    'Redis is in protected mode, since it has no password',
  );
  expect(section(open.stdout, 'Redis answers')).toContain('Redis asks for no password');
  expect(section(other.stdout, 'Redis answers')).toContain('the password of Redis is not the one in the secrets');
  expect(section(bound.stdout, 'it listens on port 6379')).toContain('it listens on 127.0.0.1 only');
});

test('a PostgreSQL that is down: named once, and what depends on it says why it could not run', () => {
  lab.stopPostgres();

  const { code, stdout } = doctor();

  expect(section(stdout, 'it listens on port 5432')).toContain('nothing listens on port 5432: PostgreSQL is down');
  expect(section(stdout, 'the databases')).toContain('PostgreSQL does not answer on port 5432, so it cannot be asked');
  expect(stdout).not.toMatch(/^\s+at /m);
  expect(code).toBe(1);
});

test('systemd takes the unit', () => {
  const { stderr } = lab.run('host', 'systemd-analyze', ['verify', join(lab.files, 'shop-host-access.service')]);

  // The program is installed with the unit, not here.
  expect(stderr.split('\n').filter((line) => !/^$|is not executable: No such file/.test(line))).toEqual([]);
});
