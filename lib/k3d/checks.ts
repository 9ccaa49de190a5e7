import { asRoot, sudo, type Check, type Fix, type Result } from './doctor';
import { field, listAt, numberAt, parseJson, textAt, textsAt } from './json';
import { type HostAccess, type HostEndpoint, type PasswordOf, type PostgresServer, type RedisServer } from './model';
import { addressAt, contains, overlap, parseRange } from './network';
import { shellLine, sqlString } from './quote';
import { scramMatches } from './scram';
import { hbaEntries, sqlCommand, type HbaEntry } from './servers';
import type { CommandResult, System } from './system';

/** What the doctor looks at. */
export interface Patient {
  readonly access: HostAccess;
  /** The k3d configuration file, as people in the project's folder name it: `dist/local/k3d.yml`. */
  readonly configFile: string;
  /** The images that are imported into the cluster. */
  readonly images: readonly string[];
  readonly passwordOf: PasswordOf;
  readonly system: System;
}

/** The oldest versions that do. */
const OLDEST = {
  // k3d's requirement for its version 5 (k3d-io/k3d#807: runc before 1.0.0-rc93 cannot start k3s).
  docker: [20, 10, 5],
  // With 5.6 the configuration's version, k3d.io/v1alpha5, is in use; older ones know v1alpha4.
  k3d: [5, 6, 0],
} as const;

type Version = readonly [number, number, number];

function ok(found: string): Result {
  return { status: 'ok', found };
}

function problem(found: string, why: string, remedy: readonly string[], fix?: Fix): Result {
  return { status: 'problem', found, why, remedy, ...(fix === undefined ? {} : { fix }) };
}

function couldNotRun(found: string, ...remedy: readonly string[]): Result {
  return { status: 'could-not-run', found, remedy };
}

/** What a command that did not do its work said about it, on one line. */
function complaint(command: readonly string[], result: CommandResult): string {
  const line = shellLine(command.slice(0, 3));
  switch (result.kind) {
    case 'missing':
      return `${command[0] ?? ''} is not installed, or not in PATH`;
    case 'timed out':
      return `${line} ... did not end in time`;
    case 'exited': {
      const said = (result.stderr.trim() || result.stdout.trim()).split('\n').at(-1) ?? '';
      return `${line} ... ended with exit code ${result.code}${said === '' ? '' : `: ${said}`}`;
    }
  }
}

function parseVersion(text: string): Version | undefined {
  const [, major, minor, patch] = /(\d+)\.(\d+)\.(\d+)/.exec(text) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}

function isOlder(version: Version, oldest: Version): boolean {
  const [index = 0] = [0, 1, 2].filter((place) => version[place] !== oldest[place]);
  return (version[index] ?? 0) < (oldest[index] ?? 0);
}

/** What k3d says of the cluster. */
type ClusterState =
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'present'; readonly servers: Nodes; readonly agents: Nodes };

interface Nodes {
  readonly running: number;
  readonly count: number;
}

/** Asks k3d for the cluster's state. */
export async function clusterState(name: string, system: Pick<System, 'run'>): Promise<ClusterState> {
  const command = ['k3d', 'cluster', 'list', '-o', 'json'];
  const result = await system.run(command);
  const list = result.kind === 'exited' && result.code === 0 ? parseJson(result.stdout) : undefined;
  if (!Array.isArray(list)) return { kind: 'unknown', reason: complaint(command, result) };
  const cluster: unknown = list.find((entry) => textAt(entry, 'name') === name);
  if (cluster === undefined) return { kind: 'absent' };
  const nodes = (role: string): Nodes => ({
    running: numberAt(cluster, `${role}sRunning`),
    count: numberAt(cluster, `${role}sCount`),
  });
  return { kind: 'present', servers: nodes('server'), agents: nodes('agent') };
}

/** Whether every node runs. */
export function isRunning(state: ClusterState): boolean {
  return (
    state.kind === 'present' &&
    state.servers.running === state.servers.count &&
    state.agents.running === state.agents.count
  );
}

/** A value that is found out once, when it is first asked for. */
function once<T>(find: () => Promise<T>): () => Promise<T> {
  let found: Promise<T> | undefined;
  return () => (found ??= find());
}

/** Every check, in the order in which things would fail. */
export function checks(patient: Patient): readonly Check[] {
  const { access, images, system } = patient;
  const state = once(() => clusterState(access.cluster.name, system));
  return [
    ...toolChecks(patient),
    ...access.cluster.ports.map((port): Check => ({
      section: 'ports',
      name: `port ${port.host} is free, for the cluster's ${port.container}`,
      phase: 'host',
      run: async () => portResult(patient, port.host, await state()),
    })),
    {
      section: 'network',
      name: 'no route of this host overlaps with the ranges of the cluster',
      phase: 'host',
      run: () => routesResult(patient),
    },
    ...access.endpoints.flatMap((endpoint) => endpointChecks(patient, endpoint, state)),
    {
      section: 'cluster',
      name: `cluster ${access.cluster.name} is up`,
      phase: 'cluster',
      run: async () => clusterResult(patient, await state()),
    },
    {
      section: 'cluster',
      name: `its Docker network is ${access.cluster.subnet}`,
      phase: 'cluster',
      run: async () => networkResult(patient, await state()),
    },
    ...(images.length === 0
      ? []
      : [
          {
            section: 'images',
            name: `${images.length} images are imported on every node`,
            phase: 'cluster',
            run: async () => imagesResult(patient, await state()),
          } as const,
        ]),
  ];
}

// --- Tools

function toolChecks({ access, system }: Patient): readonly Check[] {
  const [, k3sMinor = '0'] = /:v1\.(\d+)\./.exec(access.cluster.image) ?? [];
  // kubectl works with API servers one minor version older or newer (Kubernetes' version skew policy).
  const oldestKubectl: Version = [1, Number(k3sMinor) - 1, 0];
  const tool = (name: string, oldest: Version, run: () => Promise<Result>): Check => ({
    section: 'tools',
    name: `${name} is installed, version ${oldest.join('.')} or newer`,
    phase: 'host',
    run,
  });
  const judge = (name: string, text: string, oldest: Version, install: string): Result => {
    const version = parseVersion(text);
    if (version === undefined) return couldNotRun(`${name} tells no version: ${text.slice(0, 80)}`);
    if (!isOlder(version, oldest)) return ok(version.join('.'));
    return problem(
      `${name} is version ${version.join('.')}`,
      `Versions before ${oldest.join('.')} do not work with this cluster.`,
      [install],
    );
  };
  const simple = async (name: string, args: readonly string[], oldest: Version, install: string): Promise<Result> => {
    const command = [name, ...args];
    const result = await system.run(command);
    if (result.kind === 'missing') {
      return problem(`${name} is not installed, or not in PATH`, 'The cluster is made and used with it.', [install]);
    }
    return result.kind === 'exited' && result.code === 0
      ? judge(name, result.stdout, oldest, install)
      : couldNotRun(complaint(command, result));
  };
  return [
    tool('docker', OLDEST.docker, async () => {
      const command = ['docker', 'version', '--format', '{{json .}}'];
      const install = 'install Docker Engine: https://docs.docker.com/engine/install/';
      const result = await system.run(command);
      if (result.kind === 'missing') {
        return problem('docker is not installed, or not in PATH', "The cluster's nodes are containers.", [install]);
      }
      if (result.kind === 'timed out') return couldNotRun(complaint(command, result));
      const server = textAt(parseJson(result.stdout), 'Server', 'Version');
      if (server !== '') return judge('docker', server, OLDEST.docker, install);
      if (/permission denied/i.test(result.stderr)) {
        return problem('you may not talk to the Docker daemon', 'k3d makes containers through it, as you.', [
          'sudo usermod -aG docker "$USER"',
          'log out and in again (members of the group docker can become root)',
        ]);
      }
      return problem(
        `the Docker daemon does not answer: ${result.stderr.trim().split('\n').at(-1) ?? ''}`,
        "The cluster's nodes are containers.",
        [sudo('systemctl', 'start', 'docker')],
        { commands: [['systemctl', 'start', 'docker']], undo: sudo('systemctl', 'stop', 'docker') },
      );
    }),
    tool('k3d', OLDEST.k3d, () =>
      simple('k3d', ['version'], OLDEST.k3d, 'install k3d: https://k3d.io/stable/#installation'),
    ),
    tool('kubectl', oldestKubectl, () =>
      simple(
        'kubectl',
        ['version', '--client', '-o', 'json'],
        oldestKubectl,
        'install kubectl: https://kubernetes.io/docs/tasks/tools/',
      ),
    ),
  ];
}

// --- Ports

interface Listener {
  readonly address: string;
  /** `NAME (pid PID)`, where it may be seen. */
  readonly process?: string;
}

/** Who listens on a TCP port, by ss; undefined where ss cannot tell. */
async function listeners(system: System, port: number): Promise<readonly Listener[] | undefined> {
  const result = await system.run(['ss', '-H', '-l', '-t', '-n', '-p', `sport = :${port}`]);
  if (result.kind !== 'exited' || result.code !== 0) return undefined;
  return result.stdout
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const local = line.trim().split(/\s+/)[3] ?? '';
      const [, name, pid] = /\(\("([^"]+)",pid=(\d+)/.exec(line) ?? [];
      const address = local
        .slice(0, local.lastIndexOf(':'))
        .replace(/^\[(.*)\]$/, '$1')
        .replace(/%.*$/, '');
      return name === undefined || pid === undefined ? { address } : { address, process: `${name} (pid ${pid})` };
    });
}

async function portResult({ access, system }: Patient, port: number, state: ClusterState): Promise<Result> {
  const listen = await system.canListen(port);
  if (listen === 'yes') return ok('free');
  if (listen === 'forbidden') return ok('only root may try; Docker runs as root, so it can');
  const loadBalancer = `k3d-${access.cluster.name}-serverlb`;
  const containers = await system.run(['docker', 'ps', '--filter', `publish=${port}`, '--format', '{{.Names}}']);
  const names = containers.kind === 'exited' && containers.code === 0 ? containers.stdout.trim().split('\n') : [];
  const container = names.find((name) => name !== '');
  if (container === loadBalancer && state.kind === 'present') return ok('held by the cluster itself');
  const holders = (await listeners(system, port)) ?? [];
  const [holder] = holders.flatMap((listener) => listener.process ?? []);
  const why = `k3d publishes the cluster on this port: with it taken, creating the cluster fails and is rolled back.`;
  const elsewhere = 'or change the published port in the environment, and synthesize again';
  if (container !== undefined) {
    return problem(`the container ${container} holds it`, why, [shellLine(['docker', 'stop', container]), elsewhere]);
  }
  const look = sudo('ss', '-ltnp', `sport = :${port}`);
  if (holder === undefined) {
    return problem(
      system.root
        ? 'it is taken, and no process is shown as its holder'
        : 'another user holds it; only root can see who',
      why,
      [`find out who: ${look}`, elsewhere],
    );
  }
  return problem(`${holder} holds it`, why, [
    `end it, if nobody needs it: kill ${/\d+(?=\)$)/.exec(holder)?.[0] ?? ''}`,
    elsewhere,
  ]);
}

// --- Network

/** The range of the cluster's Docker network, if there is one. */
async function dockerSubnet({ access, system }: Patient): Promise<string | undefined> {
  const result = await system.run(['docker', 'network', 'inspect', `k3d-${access.cluster.name}`]);
  if (result.kind !== 'exited' || result.code !== 0) return undefined;
  const [network] = listAt(parseJson(result.stdout));
  const [config] = listAt(network, 'IPAM', 'Config');
  return textAt(config, 'Subnet');
}

async function routesResult(patient: Patient): Promise<Result> {
  const { access, system } = patient;
  const command = ['ip', '-j', '-4', 'route', 'show'];
  const result = await system.run(command);
  const routes = result.kind === 'exited' && result.code === 0 ? parseJson(result.stdout) : undefined;
  if (!Array.isArray(routes)) return couldNotRun(complaint(command, result), sudo('apt-get', 'install', 'iproute2'));
  const subnet = parseRange(access.cluster.subnet);
  const existing = await dockerSubnet(patient);
  const ranges = (['subnet', 'podCidr', 'serviceCidr'] as const).flatMap((name) => {
    const range = parseRange(access.cluster[name]);
    return range === undefined ? [] : [{ name, range }];
  });
  for (const route of listAt(routes)) {
    const target = parseRange(textAt(route, 'dst'));
    if (target === undefined) continue;
    const gateway = parseRange(textAt(route, 'gateway'));
    const own =
      subnet !== undefined &&
      existing === access.cluster.subnet &&
      (target.text === subnet.text || (gateway !== undefined && contains(subnet, gateway)));
    const hit = own ? undefined : ranges.find(({ range }) => overlap(range, target));
    if (hit !== undefined) {
      return problem(
        `the route to ${target.text} through ${textAt(route, 'dev')} overlaps with ${hit.name} ${hit.range.text}`,
        'Packets for the cluster would go there, or those for that network into the cluster.',
        [
          `look at it: ${shellLine(['ip', '-4', 'route', 'show', 'root', target.text])}`,
          `leave that network, or change ${hit.name} in the environment and synthesize again`,
        ],
      );
    }
  }
  return ok(ranges.map(({ range }) => range.text).join(', '));
}

// --- Servers on the host

function endpointChecks(
  patient: Patient,
  endpoint: HostEndpoint,
  state: () => Promise<ClusterState>,
): readonly Check[] {
  const check = (name: string, run: () => Promise<Result>): Check => ({
    section: endpoint.name,
    name,
    phase: 'host',
    run,
  });
  const own =
    endpoint.kind === 'postgresql'
      ? [
          check('pg_hba.conf lets pods log in, by scram-sha-256', () => hbaResult(patient, endpoint)),
          check('the databases are there', () => databasesResult(patient, endpoint)),
          check('the users are there, with the passwords of the secrets', () => usersResult(patient, endpoint)),
        ]
      : endpoint.kind === 'redis'
        ? [check('Redis answers others than this host', () => redisResult(patient, endpoint))]
        : [];
  return [
    check(`it listens on port ${endpoint.port}, where pods can reach it`, () => listeningResult(patient, endpoint)),
    ...own,
    check('the firewall lets pods in', async () => firewallResult(patient, endpoint, await state())),
  ];
}

const PRODUCTS = { postgresql: 'PostgreSQL', redis: 'Redis', other: 'the server' } as const;
const UNITS = { postgresql: 'postgresql', redis: 'redis-server', other: undefined } as const;

/** The address by which pods reach the host: Docker gives the first of a network's range to the host. */
function hostAddress(access: HostAccess): string {
  const range = parseRange(access.cluster.subnet);
  return range === undefined ? '' : addressAt(range, 1);
}

function reaches(access: HostAccess, address: string): boolean {
  return ['0.0.0.0', '*', '::', hostAddress(access)].includes(address);
}

function servicesFix({ access }: Patient): { readonly remedy: string; readonly fix: Fix } {
  const script = `${access.folder}/services.sh`;
  return {
    remedy: sudo(script, 'apply'),
    fix: { commands: [[script, 'apply']], undo: sudo(script, 'remove') },
  };
}

async function listeningResult(patient: Patient, endpoint: HostEndpoint): Promise<Result> {
  const { access, system } = patient;
  const found = await listeners(system, endpoint.port);
  const unit = UNITS[endpoint.kind];
  if (found === undefined) {
    return couldNotRun('ss, which tells who listens, is missing or failed', sudo('apt-get', 'install', 'iproute2'));
  }
  if (found.length === 0) {
    return problem(
      `nothing listens on port ${endpoint.port}: ${PRODUCTS[endpoint.kind]} is down, or on another port`,
      `Pods would get "connection refused".`,
      unit === undefined
        ? [`start ${endpoint.name}`]
        : [
            sudo('systemctl', 'start', unit),
            `if it does not start: ${sudo('journalctl', '-u', `${unit}*`, '-n', '50')}`,
          ],
      unit === undefined
        ? undefined
        : { commands: [['systemctl', 'start', unit]], undo: sudo('systemctl', 'stop', unit) },
    );
  }
  const addresses = [...new Set(found.map((listener) => listener.address))];
  if (addresses.some((address) => reaches(access, address))) return ok(`on ${addresses.join(', ')}`);
  const { remedy, fix } = servicesFix(patient);
  return problem(
    `it listens on ${addresses.join(' and ')} only`,
    `Pods come to ${hostAddress(access)}, and would get "connection refused".`,
    unit === undefined
      ? [`make ${endpoint.name} listen on ${hostAddress(access)}`]
      : [remedy, sudo('systemctl', 'restart', unit)],
    unit === undefined ? undefined : { commands: [...fix.commands, ['systemctl', 'restart', unit]], undo: fix.undo },
  );
}

/** What PostgreSQL answers to a statement, or why it does not. */
type Answer = { readonly kind: 'rows'; readonly value: unknown } | { readonly kind: 'none'; readonly result: Result };

/** Asks PostgreSQL as its superuser: over the socket as the operating system's user, or else with the password. */
async function ask({ passwordOf, system }: Patient, server: PostgresServer, sql: string): Promise<Answer> {
  const psql = ['psql', '-X', '-A', '-t', '-q', '-w', '-p', String(server.port), '-d', 'postgres', '-c', sql];
  const become = system.root ? ['runuser', '-u', server.superuser, '--'] : ['sudo', '-n', '-u', server.superuser];
  const local = [...become, ...psql];
  const attempts: CommandResult[] = [await system.run(local, { timeoutSeconds: 10 })];
  const password = passwordOf(server, server.superuser);
  if (!succeeded(attempts[0]) && password !== undefined) {
    const env = { PGPASSWORD: password, PGCONNECT_TIMEOUT: '20' };
    attempts.push(await system.run([...psql, '-h', '127.0.0.1', '-U', server.superuser], { env, timeoutSeconds: 10 }));
  }
  const answer = attempts.find(succeeded);
  if (answer !== undefined) return { kind: 'rows', value: parseJson(answer.stdout) };
  const said = attempts.map((attempt) => (attempt.kind === 'exited' ? attempt.stderr : '')).join('\n');
  const down = /(Connection refused|No such file or directory)\s*\n?\s*Is the server running/.exec(said);
  const first = attempts[0] ?? { kind: 'missing' };
  return {
    kind: 'none',
    result:
      down === null
        ? couldNotRun(
            `PostgreSQL cannot be asked: ${complaint(local, first)}`,
            `run this as root, or let yourself be ${server.superuser} first: sudo -v`,
          )
        : couldNotRun(
            `PostgreSQL does not answer on port ${server.port}, so it cannot be asked`,
            sudo('systemctl', 'start', 'postgresql'),
          ),
  };
}

function succeeded(result: CommandResult | undefined): result is Extract<CommandResult, { kind: 'exited' }> {
  return result?.kind === 'exited' && result.code === 0;
}

const HBA_SQL = `SELECT json_build_object(
  'file', current_setting('hba_file'),
  'stale', (pg_stat_file(current_setting('hba_file'))).modification > pg_conf_load_time(),
  'rules', (SELECT coalesce(json_agg(json_build_object('line', line_number, 'type', type, 'databases', database,
    'users', user_name, 'address', address, 'netmask', netmask, 'method', auth_method, 'error', error)), '[]')
    FROM pg_hba_file_rules))`;

/** Whether a rule of pg_hba.conf is about an entry: all of its range, its database and its user. */
function isAbout(rule: unknown, entry: HbaEntry): boolean {
  const databases = textsAt(rule, 'databases');
  const users = textsAt(rule, 'users');
  const address = textAt(rule, 'address');
  const mask = textAt(rule, 'netmask');
  const bits = mask.split('.').reduce((sum, byte) => sum + Number(byte).toString(2).replaceAll('0', '').length, 0);
  const range = parseRange(`${address}/${bits}`);
  const source = parseRange(entry.source);
  return (
    // Encryption by TLS is the client's choice, and by GSSAPI nobody's here.
    ['host', 'hostnossl'].includes(textAt(rule, 'type')) &&
    (databases.includes('all') ||
      databases.includes(entry.database) ||
      (databases.includes('sameuser') && entry.database === entry.user)) &&
    (users.includes('all') || users.includes(entry.user)) &&
    (address === 'all' || (range !== undefined && source !== undefined && contains(range, source)))
  );
}

async function hbaResult(patient: Patient, server: PostgresServer): Promise<Result> {
  const { access } = patient;
  const answer = await ask(patient, server, HBA_SQL);
  if (answer.kind === 'none') return answer.result;
  const file = textAt(answer.value, 'file');
  const rules = listAt(answer.value, 'rules');
  const reload = `sudo -u ${server.superuser} psql -p ${server.port} -c 'SELECT pg_reload_conf()'`;
  const wrong = rules.find((rule) => textAt(rule, 'error') !== '');
  if (wrong !== undefined) {
    return problem(
      `${file}, line ${numberAt(wrong, 'line')}: ${textAt(wrong, 'error')}`,
      'PostgreSQL goes on with the rules that it read before, and will not start again with this file.',
      [`mend the line: ${sudo('-u', server.superuser, 'editor', `+${numberAt(wrong, 'line')}`, file)}`, reload],
    );
  }
  const entries = hbaEntries(access, server);
  const { remedy, fix } = servicesFix(patient);
  for (const entry of entries) {
    const who = `${entry.user} of ${entry.database} from ${entry.source}`;
    const rule = rules.find((candidate) => isAbout(candidate, entry));
    if (rule === undefined) {
      return problem(`${file} has no entry for ${who}`, 'PostgreSQL refuses whom no entry names.', [remedy], fix);
    }
    const method = textAt(rule, 'method');
    // md5 means scram-sha-256 for passwords that are kept as that (PostgreSQL's documentation, "Password Authentication").
    if (method !== 'scram-sha-256' && method !== 'md5') {
      return problem(
        `${file}, line ${numberAt(rule, 'line')}: ${who} is met by the method "${method}"`,
        method === 'trust'
          ? 'Whoever gets a connection gets in, without a password.'
          : 'The first entry that matches decides, and this one lets no password in.',
        [remedy],
        fix,
      );
    }
  }
  if (field(answer.value, 'stale') === true) {
    return problem(`${file} is right, but newer than what PostgreSQL has read`, 'The old rules still count.', [reload]);
  }
  return ok(`${entries.length} entries`);
}

async function databasesResult(patient: Patient, server: PostgresServer): Promise<Result> {
  const answer = await ask(patient, server, 'SELECT json_agg(datname) FROM pg_database');
  if (answer.kind === 'none') return answer.result;
  const present = textsAt(answer.value);
  const missing = server.databases.map((database) => database.name).filter((name) => !present.includes(name));
  return missing.length === 0
    ? ok(server.databases.map((database) => database.name).join(', '))
    : problem(`missing: ${missing.join(', ')}`, 'Their services fail at their start, in the migration.', [
        sqlCommand(patient.access, server),
      ]);
}

async function usersResult(patient: Patient, server: PostgresServer): Promise<Result> {
  const { access, passwordOf } = patient;
  const names = [...new Set([server.superuser, ...server.databases.map((database) => database.user)])];
  const answer = await ask(
    patient,
    server,
    `SELECT coalesce(json_agg(json_build_object('name', rolname, 'login', rolcanlogin, 'password', coalesce(rolpassword, ''))), '[]')
     FROM pg_authid WHERE rolname IN (${names.map(sqlString).join(', ')})`,
  );
  if (answer.kind === 'none') return answer.result;
  const roles = listAt(answer.value);
  const remedy = [sqlCommand(access, server)];
  for (const name of names) {
    const role = roles.find((candidate) => textAt(candidate, 'name') === name);
    const why = 'Its services fail at their start, with "password authentication failed".';
    if (role === undefined) return problem(`the user ${name} is missing`, why, remedy);
    if (field(role, 'login') !== true) return problem(`the user ${name} may not log in`, why, remedy);
    const verifier = textAt(role, 'password');
    if (verifier === '') return problem(`the user ${name} has no password`, why, remedy);
    if (!verifier.startsWith('SCRAM-SHA-256$')) {
      return problem(`the password of ${name} is not kept for scram-sha-256, but as md5`, why, remedy);
    }
    const password = passwordOf(server, name);
    if (password === undefined) {
      return couldNotRun(`the secrets have no password for ${name}`, 'synthesize, which makes it');
    }
    if (!scramMatches(verifier, password)) {
      return problem(`the password of ${name} is not the one in the secrets`, why, remedy);
    }
  }
  return ok(names.join(', '));
}

async function redisResult(patient: Patient, server: RedisServer): Promise<Result> {
  const { system } = patient;
  // Protected mode lets in what comes from 127.0.0.1, so it is asked from an address of this host that is not that one.
  const [address] = system.addresses;
  if (address === undefined) return couldNotRun('this host has no other address than 127.0.0.1 to ask from');
  const answer = await system.exchange(address, server.port, 'PING');
  const { remedy, fix } = servicesFix(patient);
  const restart = ['systemctl', 'restart', UNITS.redis];
  if (answer.kind === 'failed') {
    return couldNotRun(`no answer on ${address}:${server.port} (${answer.reason}); see whether it listens, above`);
  }
  if (answer.text.startsWith('+PONG')) return ok(`PONG on ${address}`);
  if (answer.text.startsWith('-DENIED')) {
    return problem(
      'Redis is in protected mode',
      'It answers this host alone, and pods with an error.',
      [remedy, sudo(...restart)],
      { commands: [...fix.commands, restart], undo: fix.undo },
    );
  }
  if (answer.text.startsWith('-NOAUTH')) {
    return problem('Redis wants a password', 'The services have none for it.', [
      "take requirepass out of Redis' configuration, and restart it",
    ]);
  }
  return couldNotRun(`what listens there does not answer as Redis does: ${answer.text.slice(0, 60)}`);
}

// --- Firewall

/** Opens a connection, in the network namespace that it is started in: source address, target address, port. */
const CONNECT = `
const [localAddress, host, port] = process.argv.slice(1);
const socket = require('node:net').connect({ host, port: Number(port), ...(localAddress === '' ? {} : { localAddress }) });
const say = (what) => { console.log(what); process.exit(); };
// A connection that was made while this process had to wait for a CPU counts: it is heard before setImmediate.
socket.setTimeout(2000, () => setImmediate(say, 'timed out'));
socket.on('connect', () => say('open'));
socket.on('error', (error) => say(error.code));
`;

function firewallProblem({ access }: Patient, found: string): Result {
  const script = `${access.folder}/firewall.sh`;
  return problem(
    found,
    'Pods fail with "Connect timed out", although the server listens and would let them log in.',
    [sudo(script, 'install')],
    { commands: [[script, 'install']], undo: sudo(script, 'uninstall') },
  );
}

async function firewallResult(patient: Patient, endpoint: HostEndpoint, state: ClusterState): Promise<Result> {
  const { system } = patient;
  if (!isRunning(state)) return firewallRead(patient);
  return system.root
    ? firewallTested(patient, endpoint)
    : couldNotRun('opening a connection from inside the cluster needs root', 'sudo env "PATH=$PATH" npm run -s doctor');
}

/** Opens the connection from where pods would: in a node's network namespace, from its address and from the pods' range. */
async function firewallTested(patient: Patient, endpoint: HostEndpoint): Promise<Result> {
  const { access, system } = patient;
  const node = `k3d-${access.cluster.name}-server-0`;
  const inspect = ['docker', 'inspect', '--format', '{{.State.Pid}}', node];
  const inspected = await system.run(inspect);
  const pid = succeeded(inspected) ? inspected.stdout.trim() : '';
  if (!/^[1-9]\d*$/.test(pid)) return couldNotRun(complaint(inspect, inspected));
  const enter = ['nsenter', `--net=/proc/${pid}/ns/net`];
  const listing = await system.run([...enter, 'ip', '-j', '-4', 'address', 'show']);
  const pods = parseRange(access.cluster.podCidr);
  const podSide = listAt(succeeded(listing) ? parseJson(listing.stdout) : undefined)
    .flatMap((link) => listAt(link, 'addr_info'))
    .map((address) => textAt(address, 'local'))
    .find((address) => {
      const range = parseRange(address);
      return pods !== undefined && range !== undefined && contains(pods, range);
    });
  const sources = [
    { range: access.cluster.subnet, address: '' },
    ...(podSide === undefined ? [] : [{ range: access.cluster.podCidr, address: podSide }]),
  ];
  const target = hostAddress(access);
  for (const source of sources) {
    const command = [...enter, process.execPath, '-e', CONNECT, source.address, target, String(endpoint.port)];
    const result = await system.run(command);
    if (!succeeded(result)) return couldNotRun(complaint(command, result));
    const came = result.stdout.trim();
    const from = `from ${source.range} to ${target}:${endpoint.port}`;
    if (came === 'timed out') {
      return firewallProblem(patient, `a connection ${from} timed out: this host's firewall drops it`);
    }
    if (came !== 'open') {
      const listening = ((await listeners(system, endpoint.port)) ?? []).some(({ address }) =>
        reaches(access, address),
      );
      return listening
        ? firewallProblem(patient, `a connection ${from} was rejected (${came}) by this host's firewall`)
        : couldNotRun(`a connection ${from} failed (${came}), but nothing listens there; see above`);
    }
  }
  return ok(`tested from ${sources.map((source) => source.range).join(' and ')}`);
}

/** Without a cluster there is nowhere to test from; the rules themselves can be read. */
async function firewallRead(patient: Patient): Promise<Result> {
  const { access, system } = patient;
  const script = `${access.folder}/firewall.sh`;
  if (!system.root) {
    return couldNotRun(
      "the cluster does not run, so there is nowhere to test from, and reading the firewall's rules needs root",
      sudo(script, 'status'),
    );
  }
  const command = [script, 'status'];
  const result = await system.run(command);
  if (result.kind !== 'exited') return couldNotRun(complaint(command, result));
  const said = result.stdout.trim().replaceAll('\n', '; ');
  switch (result.code) {
    case 0:
      return ok(`read, not tested, since the cluster does not run: ${said}`);
    case 1:
      return firewallProblem(patient, `read, not tested, since the cluster does not run: ${said}`);
    case 3:
      return couldNotRun(
        'ufw or firewalld manages the firewall; it is tested once the cluster runs',
        ...result.stdout.trim().split('\n'),
      );
    default:
      return couldNotRun(complaint(command, result));
  }
}

// --- Cluster

function clusterResult({ access, configFile }: Patient, state: ClusterState): Result {
  const { name, servers, agents } = access.cluster;
  if (state.kind === 'unknown') return couldNotRun(state.reason);
  if (state.kind === 'absent') return ok(`not created yet: k3d cluster create --config ${configFile}`);
  const shown = `${state.servers.running} of ${state.servers.count} servers and ${state.agents.running} of ${state.agents.count} agents run`;
  const recreate = [
    shellLine(['k3d', 'cluster', 'delete', name]),
    shellLine(['k3d', 'cluster', 'create', '--config', configFile]),
  ];
  if (state.servers.count !== servers || state.agents.count !== agents) {
    return problem(
      `${shown}, but the environment has ${servers} and ${agents}`,
      'It was made from another configuration, or its making was cut short.',
      recreate,
    );
  }
  if (!isRunning(state)) {
    const start = ['k3d', 'cluster', 'start', name];
    return problem(shown, 'Nothing answers from a node that is down.', [shellLine(start)], {
      commands: [start],
      undo: shellLine(['k3d', 'cluster', 'stop', name]),
    });
  }
  return ok(shown);
}

async function networkResult(patient: Patient, state: ClusterState): Promise<Result> {
  const { access, configFile } = patient;
  if (state.kind === 'unknown') return couldNotRun(state.reason);
  if (state.kind === 'absent') return ok('not created yet');
  const subnet = await dockerSubnet(patient);
  if (subnet === undefined) return couldNotRun(`docker knows no network k3d-${access.cluster.name}`);
  return subnet === access.cluster.subnet
    ? ok(subnet)
    : problem(
        `it is ${subnet === '' ? 'unknown' : subnet}`,
        "The firewall's rules and pg_hba.conf name the other range, and let nobody in from this one.",
        [
          shellLine(['k3d', 'cluster', 'delete', access.cluster.name]),
          shellLine(['k3d', 'cluster', 'create', '--config', configFile]),
        ],
      );
}

/** An image's full name, as container runtimes list it: Docker Hub is implied, and its folder `library`. */
export function fullImageName(image: string): string {
  const [first = '', ...rest] = image.split('/');
  if (rest.length === 0) return `docker.io/library/${image}`;
  return /[.:]/.test(first) || first === 'localhost' ? image : `docker.io/${image}`;
}

async function imagesResult({ access, images, system }: Patient, state: ClusterState): Promise<Result> {
  const { name } = access.cluster;
  if (state.kind === 'unknown') return couldNotRun(state.reason);
  if (state.kind === 'absent') return ok('the cluster is not created yet');
  if (!isRunning(state)) return couldNotRun('the cluster does not run; see above');
  const nodes = [
    ...Array.from({ length: state.servers.count }, (_, index) => `k3d-${name}-server-${index}`),
    ...Array.from({ length: state.agents.count }, (_, index) => `k3d-${name}-agent-${index}`),
  ];
  const missing = new Set<string>();
  for (const node of nodes) {
    const command = ['docker', 'exec', node, 'crictl', 'images', '-o', 'json'];
    const result = await system.run(command);
    if (!succeeded(result)) return couldNotRun(complaint(command, result));
    const tags = new Set(listAt(parseJson(result.stdout), 'images').flatMap((image) => textsAt(image, 'repoTags')));
    for (const image of images) if (!tags.has(fullImageName(image))) missing.add(image);
  }
  if (missing.size === 0) return ok(`${nodes.length} nodes`);
  const onHost = new Map<string, boolean>();
  for (const image of missing) onHost.set(image, succeeded(await system.run(['docker', 'image', 'inspect', image])));
  const ready = [...missing].filter((image) => onHost.get(image) === true);
  const unbuilt = [...missing].filter((image) => onHost.get(image) !== true);
  const load = ['k3d', 'image', 'import', '-c', name, ...ready];
  return problem(
    `missing on a node: ${[...missing].join(', ')}`,
    'They are in no registry: pods wait with ErrImagePull.',
    [
      ...(unbuilt.length === 0 ? [] : [`build, since docker has them neither: ${unbuilt.join(', ')}`]),
      ...(ready.length === 0 ? [] : [shellLine(load)]),
    ],
    ready.length === 0
      ? undefined
      : { commands: [load], undo: `docker exec NODE crictl rmi ${shellLine(ready)}, on each node` },
  );
}

/** Commands of fixes as they are run: with sudo where this process is not root's and they need it. */
export function fixCommand(system: System, command: readonly string[]): readonly string[] {
  return command[0] === 'k3d' || command[0] === 'docker' ? command : asRoot(system, command);
}
