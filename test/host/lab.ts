import { execFile, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hostAccessFiles } from '../../lib/host/host-access';
import type { K3dHostAccess } from '../../lib/k3d/model';
import { REDIS_USER, redisServers, type PasswordOf } from '../../lib/host/model';
import { redisPasswords } from '../../lib/host/servers';

/** What a command did. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /**
   * Milliseconds.
   * @default 600_000
   */
  readonly timeout?: number;
}

/** Debian packages, by a command of each that the test runs. */
const PACKAGES: Readonly<Record<string, string>> = {
  ip: 'iproute2',
  iptables: 'iptables',
  nft: 'nftables',
  'redis-server': 'redis-server',
  'redis-cli': 'redis-tools',
  psql: 'postgresql-client',
  'systemd-analyze': 'systemd',
};

function outcome(command: string, args: readonly string[], options: RunOptions = {}): Outcome {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: options.timeout ?? 600_000,
    env: { ...process.env, ...options.env },
    ...(options.input === undefined ? {} : { input: options.input }),
  });
  if (error) throw error;
  return { code: status ?? -1, stdout, stderr };
}

/** Runs a command that must succeed. */
export function must(command: string, args: readonly string[], options: RunOptions = {}): string {
  const { code, stdout, stderr } = outcome(command, args, options);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: exit code ${code}\n${stdout}${stderr}`);
  return stdout;
}

function postgresPrograms(): string | undefined {
  const root = '/usr/lib/postgresql';
  try {
    const newest = readdirSync(root)
      .filter((version) => readdirSync(join(root, version, 'bin')).includes('initdb'))
      .sort((a, b) => Number(b) - Number(a))[0];
    return newest === undefined ? undefined : join(root, newest, 'bin');
  } catch {
    return undefined;
  }
}

/**
 * Installs what a tier needs and lacks, from Debian's packages; says so where it cannot.
 *
 * @param why what it does that root must do
 * @param packages those beyond the host's own, by a command of each
 */
export function requireHost(
  why = 'npm run test:host makes network namespaces and firewall rules in them',
  packages: Readonly<Record<string, string>> = {},
): void {
  if (process.getuid?.() !== 0) {
    throw new Error(`${why}: run it as root.`);
  }
  const lacks = Object.entries({ ...PACKAGES, ...packages })
    .filter(([command]) => spawnSync('which', [command]).status !== 0)
    .map(([, name]) => name);
  if (postgresPrograms() === undefined) lacks.push('postgresql');
  if (lacks.length === 0) return;
  const install = ['install', '-y', '--no-install-recommends', ...lacks];
  // RUNLEVEL=1 keeps the packages from starting their servers.
  const options = { env: { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }, timeout: 10 * 60_000 };
  if (outcome('apt-get', install, options).code !== 0) {
    must('apt-get', ['update'], options);
    must('apt-get', install, options);
  }
}

/** The machines of a lab. */
export type Machine = 'pod' | 'node' | 'host' | 'other';

/**
 * The outage's machines, each a network namespace with no way out: `pod` (10.42.0.2) behind `node` (172.21.0.2), which
 * routes without masquerading; `host` (172.21.0.1), with real PostgreSQL and Redis; and `other`, on another network.
 *
 * A watchdog takes everything down when this process ends, however it ends.
 */
export class Lab {
  private static count = 0;
  /** Where files of the lab are; the superuser of PostgreSQL may enter. */
  public readonly folder = mkdtempSync(join(tmpdir(), 'host-lab-'));
  /** Where the generated files are. */
  public readonly files = join(this.folder, 'files');
  /** The git-ignored file with Redis' password, of which the generated scripts are told. */
  public readonly redisPasswordFile = join(this.folder, 'redis-password');
  private redisPassword = '';
  private readonly prefix = `lab${process.pid}-${Lab.count++}-`;
  private readonly teardown = join(this.folder, 'teardown.sh');

  /**
   * @param machines those that there are; without `pod`, whoever works on `node` makes pods
   * @param clean shell commands that follow the end of every process, for what no process owns
   */
  public constructor(
    public readonly access: K3dHostAccess,
    machines: readonly Machine[] = ['pod', 'node', 'host', 'other'],
    clean: (folder: string) => string = () => '',
  ) {
    chmodSync(this.folder, 0o755);
    writeFileSync(
      this.teardown,
      `#!/bin/sh
for namespace in ${machines.map((name) => this.prefix + name).join(' ')}; do
  ip netns list | grep -q "^$namespace\\b" || continue
  ip netns pids "$namespace" | xargs -r kill -KILL 2>/dev/null
  ip netns delete "$namespace"
done
${clean(this.folder)}
rm -rf ${this.folder}
`,
      { mode: 0o755 },
    );
    spawn(
      'setsid',
      [
        'sh',
        '-c',
        `while kill -0 ${process.pid} 2>/dev/null && [ -e "$1" ]; do sleep 0.5; done; [ ! -e "$1" ] || "$1"`,
        'sh',
        this.teardown,
      ],
      { detached: true, stdio: 'ignore' },
    ).unref();
    for (const name of machines) {
      must('ip', ['netns', 'add', this.prefix + name]);
      this.must(name, 'ip', ['link', 'set', 'lo', 'up']);
    }
    this.wire('host', '172.21.0.1/16', 'node', '172.21.0.2/16');
    this.must('node', 'sysctl', ['-q', '-w', 'net.ipv4.ip_forward=1']);
    this.must('node', 'ip', ['route', 'add', 'default', 'via', '172.21.0.1']);
    this.must('host', 'ip', ['route', 'add', '10.42.0.0/16', 'via', '172.21.0.2']);
    if (machines.includes('pod')) {
      this.wire('node', '10.42.0.1/24', 'pod', '10.42.0.2/24');
      this.must('pod', 'ip', ['route', 'add', 'default', 'via', '10.42.0.1']);
    }
    if (machines.includes('other')) {
      // TEST-NET-2 (RFC 5737): nobody's addresses.
      this.wire('host', '198.51.100.1/24', 'other', '198.51.100.2/24');
      this.must('other', 'ip', ['route', 'add', 'default', 'via', '198.51.100.1']);
    }
    mkdirSync(this.files);
    for (const [name, file] of hostAccessFiles(access)) {
      writeFileSync(join(this.files, name), file.content, { mode: file.executable === true ? 0o755 : 0o644 });
    }
  }

  private wire(one: Machine, oneAddress: string, other: Machine, otherAddress: string): void {
    const oneEnd = `to-${other}`;
    const otherEnd = `to-${one}`;
    must('ip', [
      ...['link', 'add', oneEnd, 'netns', this.prefix + one],
      ...['type', 'veth', 'peer', 'name', otherEnd, 'netns', this.prefix + other],
    ]);
    for (const [name, end, address] of [
      [one, oneEnd, oneAddress],
      [other, otherEnd, otherAddress],
    ] as const) {
      this.must(name, 'ip', ['address', 'add', address, 'dev', end]);
      this.must(name, 'ip', ['link', 'set', end, 'up']);
    }
  }

  /** The words before a command that make it run in a namespace. (`ip netns exec` would hide /sys and the cgroups.) */
  public enter(namespace: Machine): readonly string[] {
    return ['nsenter', `--net=/var/run/netns/${this.prefix}${namespace}`];
  }

  public run(namespace: Machine, command: string, args: readonly string[], options: RunOptions = {}): Outcome {
    const [enter = '', ...rest] = this.enter(namespace);
    return outcome(enter, [...rest, command, ...args], { ...options, env: { PGHOST: this.folder, ...options.env } });
  }

  public must(namespace: Machine, command: string, args: readonly string[], options: RunOptions = {}): string {
    const { code, stdout, stderr } = this.run(namespace, command, args, options);
    if (code !== 0)
      throw new Error(`${namespace}: ${command} ${args.join(' ')}: exit code ${code}\n${stdout}${stderr}`);
    return stdout;
  }

  /** Starts a process in a namespace and leaves it running. */
  public start(namespace: Machine, command: string, args: readonly string[]): number {
    const [enter = '', ...rest] = this.enter(namespace);
    const child = spawn(enter, [...rest, command, ...args], { detached: true, stdio: 'ignore', cwd: '/' });
    child.unref();
    if (child.pid === undefined) throw new Error(`${command} did not start`);
    return child.pid;
  }

  /** Runs one of the generated scripts on the host. */
  public script(name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Outcome {
    return this.run('host', join(this.files, name), args, {
      env: { REDIS_CONF_FILE: join(this.folder, 'redis.conf'), REDIS_PASSWORD_FILE: this.redisPasswordFile, ...env },
    });
  }

  /** Writes Redis' password where the scripts look for it; Redis has it from its next start after they ran. */
  public writeRedisPassword(passwordOf: PasswordOf): void {
    writeFileSync(this.redisPasswordFile, redisPasswords(this.access, passwordOf), { mode: 0o600 });
    this.redisPassword = redisServers(this.access).map((server) => passwordOf(server, REDIS_USER) ?? '')[0] ?? '';
  }

  /** Asks Redis on the host, by the password if it has one. */
  public redis(...command: readonly string[]): Outcome {
    return this.run('host', 'redis-cli', command, { env: { REDISCLI_AUTH: this.redisPassword } });
  }

  /** Makes a PostgreSQL cluster as Debian's packages do: passwords over the network, peer on the socket. */
  public initPostgres(): void {
    const bin = postgresPrograms() ?? '';
    const data = join(this.folder, 'postgres');
    const password = join(this.folder, 'initial-password');
    mkdirSync(data);
    writeFileSync(password, 'as-installed\n', { mode: 0o644 });
    chownSync(data, Number(must('id', ['-u', 'postgres'])), Number(must('id', ['-g', 'postgres'])));
    must('runuser', [
      '-u',
      'postgres',
      '--',
      join(bin, 'initdb'),
      '-D',
      data,
      '-A',
      'scram-sha-256',
      '--auth-local=peer',
      '-E',
      'UTF8',
      '-N',
      `--pwfile=${password}`,
    ]);
    must('sh', [
      '-c',
      `printf '%s\\n' "unix_socket_directories = '${this.folder}'" "fsync = off" "log_statement = all" >> ${data}/postgresql.conf`,
    ]);
    must('chmod', ['1777', this.folder]);
  }

  /** Starts PostgreSQL, unless it runs. */
  public startPostgres(): void {
    if (this.pgCtl('status').code !== 0) this.mustPgCtl('start', '-l', join(this.folder, 'postgres', 'log'));
  }

  /** Stops PostgreSQL: as a power cut does, or, `fast`, as systemd does. */
  public stopPostgres(mode: 'immediate' | 'fast' = 'immediate'): void {
    this.mustPgCtl('stop', '-m', mode);
  }

  private pgCtl(...args: readonly string[]): Outcome {
    const program = join(postgresPrograms() ?? '', 'pg_ctl');
    const data = join(this.folder, 'postgres');
    const options = ['-D', data, ...(args[0] === 'status' ? [] : ['-w', '-t', '600'])];
    return this.run('host', 'runuser', ['-u', 'postgres', '--', program, ...args, ...options]);
  }

  private mustPgCtl(...args: readonly string[]): void {
    const { code, stdout, stderr } = this.pgCtl(...args);
    if (code !== 0) throw new Error(`pg_ctl ${args.join(' ')}: exit code ${code}\n${stdout}${stderr}`);
  }

  /** Runs SQL on the host as the superuser. */
  public sql(input: string): Outcome {
    return this.run('host', 'runuser', ['-u', 'postgres', '--', 'psql', '-XAtq', '-d', 'postgres'], { input });
  }

  /** Starts Redis on its configuration file, which is as Debian's: 127.0.0.1 and protected mode. */
  public startRedis(): void {
    const file = join(this.folder, 'redis.conf');
    must('sh', [
      '-c',
      `[ -e ${file} ] || printf '%s\\n' 'bind 127.0.0.1 -::1' 'protected-mode yes' 'port 6379' 'save ""' 'dir ${this.folder}' > ${file}`,
    ]);
    this.start('host', 'redis-server', [file]);
    for (const end = Date.now() + 5 * 60_000; !this.redis('PING').stdout.includes('PONG');) {
      if (Date.now() > end) throw new Error('Redis does not answer');
      must('sleep', ['0.1']);
    }
  }

  /** Stops Redis. What it holds is kept if it is told to keep it (`CONFIG SET save`), as Debian's is. */
  public stopRedis(): void {
    this.redis('SHUTDOWN');
  }

  /** Opens a connection from a namespace: `open`, `connection refused` or `connection timed out`. */
  public async connect(namespace: Machine, address: string, port: number): Promise<string> {
    const [enter = '', ...rest] = this.enter(namespace);
    const command = [...rest, process.execPath, '-e', CONNECT, address, String(port)];
    const { stdout } = await promisify(execFile)(enter, command, { timeout: 600_000 });
    return stdout.trim();
  }

  /** Logs in to PostgreSQL from the pod. */
  public login(user: string, database: string, password: string, statement = 'SELECT current_user'): Outcome {
    return this.run(
      'pod',
      'psql',
      ['-X', '-A', '-t', '-h', '172.21.0.1', '-U', user, '-d', database, '-c', statement],
      {
        env: { PGPASSWORD: password, PGCONNECT_TIMEOUT: '60' },
      },
    );
  }

  /** Takes everything down. */
  public close(): void {
    must(this.teardown, []);
  }
}

const CONNECT = `
const socket = require('node:net').connect({ host: process.argv[1], port: Number(process.argv[2]) });
const say = (what) => { console.log(what); process.exit(); };
// The kernel makes a connection while this process has to wait for a CPU; the news of it comes before setImmediate does.
socket.setTimeout(2000, () => setImmediate(say, 'connection timed out'));
socket.on('connect', () => say('open'));
socket.on('error', (error) => say(error.code === 'ECONNREFUSED' ? 'connection refused' : error.code));
`;
