import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { psqlPasswords, sqlFileName } from '../../lib/k3d/servers';
import { access, postgres } from '../k3d/example';
import { Lab, must, requireHost, type Outcome } from './lab';

const PASSWORDS: Readonly<Record<string, string>> = { postgres: 'p', auth_user: "a'\\b", game_user: 'g' };

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
      exec*images*) echo '{"images":[{"id":"1","repoTags":["docker.io/shop/auth-service:dev"]}]}' ;;
      exec*inspecti*) echo '{"info":{"imageSpec":{"rootfs":{"diff_ids":["sha256:1"]}}}}' ;;
      exec*nslookup*) printf 'Server: 10.43.0.10\\n\\nName: host.k3d.internal\\nAddress: 172.21.0.1\\n' ;;
      exec*nodes*) echo '{"items":[{"status":{"conditions":[{"type":"Ready","status":"True"}]}}]}' ;;
      *) exit 1 ;;
    esac`,
    k3d: `case $1 in
      version) echo 'k3d version v5.8.3' ;;
      *) echo '[{"name":"shop","serversRunning":1,"serversCount":1,"agentsRunning":2,"agentsCount":2}]' ;;
    esac`,
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
  expect(section(stdout, 'pg_hba.conf')).toContain('has no entry for auth_user of shop_auth from 172.21.0.0/16');
  expect(section(stdout, 'the databases')).toContain('missing: shop_auth, shop_game');
  expect(section(stdout, 'the users')).toContain('the password of postgres is not the one in the secrets');
  expect(section(stdout, 'the firewall')).toContain('nothing listens there');
});

test('after its remedies all is well', () => {
  expect(lab.script('services.sh', ['apply']).code).toBe(0);
  lab.stopPostgres();
  lab.startPostgres();
  lab.stopRedis();
  lab.startRedis();
  const sql = readFileSync(join(lab.files, sqlFileName(postgres)), 'utf8');
  expect(lab.sql(psqlPasswords(access, (_, user) => PASSWORDS[user]) + sql).code).toBe(0);

  const { code, stdout } = doctor();

  expect(stdout).toContain('√ the firewall lets pods in (tested from 172.21.0.0/16 and 10.42.0.0/16)');
  expect(stdout).toContain('all is well');
  expect(code).toBe(0);
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
    'auth_user of shop_auth from 10.42.0.0/16 is met by the method "reject"',
  );
  expect(section(unread.stdout, 'pg_hba.conf')).toContain('newer than what PostgreSQL has read');
});

test('a missing database, a wrong password and a missing user: named', () => {
  lab.sql('DROP DATABASE shop_game');
  lab.sql("ALTER ROLE auth_user PASSWORD 'other'");

  const wrong = doctor();
  lab.sql('DROP DATABASE shop_auth');
  lab.sql('DROP ROLE auth_user');
  const missing = doctor();

  expect(section(wrong.stdout, 'the databases')).toContain('missing: shop_game');
  expect(section(wrong.stdout, 'the users')).toContain('the password of auth_user is not the one in the secrets');
  expect(section(missing.stdout, 'the users')).toContain('the user auth_user is missing');
});

test('Redis in protected mode, or bound to 127.0.0.1: named', () => {
  const file = join(lab.folder, 'redis.conf');
  const good = readFileSync(file, 'utf8');
  const restart = (text: string): void => {
    lab.stopRedis();
    writeFileSync(file, text);
    lab.startRedis();
  };

  restart(good.replace('protected-mode no', 'protected-mode yes'));
  const isProtected = doctor();
  restart(good.replace('bind 0.0.0.0', 'bind 127.0.0.1'));
  const bound = doctor();
  restart(good);

  expect(section(isProtected.stdout, 'Redis answers')).toContain('Redis is in protected mode');
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

test('shellcheck finds nothing in the generated scripts', () => {
  for (const script of ['firewall.sh', 'services.sh']) {
    chmodSync(join(lab.files, script), 0o755);
    expect(lab.run('host', 'shellcheck', [join(lab.files, script)]).stdout).toBe('');
  }
});

test('systemd takes the unit', () => {
  const { stderr } = lab.run('host', 'systemd-analyze', ['verify', join(lab.files, 'shop-host-access.service')]);

  // The program is installed with the unit, not here.
  expect(stderr.split('\n').filter((line) => !/^$|is not executable: No such file/.test(line))).toEqual([]);
});
