import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import type { LocalSetup } from '../../lib/k3d/checks';
import type { CommandResult, Exchange, System } from '../../lib/host/system';
import type { Terminal } from '../../lib/k3d/terminal';
import { access, cluster } from './example';

/** What a command answers: its output, or all of its result. */
export type Reply = string | CommandResult;

export function exited(code: number, stderr: string, stdout = ''): CommandResult {
  return { kind: 'exited', code, stdout, stderr };
}

export const MISSING: CommandResult = { kind: 'missing' };
export const TIMED_OUT: CommandResult = { kind: 'timed out' };

/** What PostgreSQL keeps of a password. */
export function verifier(password: string): string {
  const salt = Buffer.from('0123456789abcdef');
  const salted = pbkdf2Sync(password, salt, 4096, 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  const storedKey = createHash('sha256').update(clientKey).digest('base64');
  const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64');
  return `SCRAM-SHA-256$4096:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

export const hbaRules = [
  ...['shop_carts/carts_user', 'shop_carts/carts_owner', 'shop_orders/orders_user', 'shop_orders/orders_owner'].flatMap(
    (pair, index) =>
      [
        ['172.21.0.0', '255.255.0.0'],
        ['10.42.0.0', '255.255.0.0'],
      ].map(([address, netmask], second) => ({
        line: index * 2 + second + 4,
        type: 'host',
        databases: [pair.split('/')[0]],
        users: [pair.split('/')[1]],
        address,
        netmask,
        method: 'scram-sha-256',
        error: null,
      })),
  ),
];

export function hba(rules: readonly object[], stale = false): string {
  return JSON.stringify({ file: '/etc/postgresql/15/main/pg_hba.conf', stale, rules });
}

export const MARK = 'managed by shop-host-access';

/** Roles as PostgreSQL has them; `change` is of the first. */
export function roles(passwords: Readonly<Record<string, string>>, change: object = {}): string {
  return JSON.stringify(
    Object.entries(passwords).map(([name, password], index) => ({
      ...{ name, login: true, password: verifier(password), mark: MARK, expired: false, super: false, roles: null },
      ...(index === 0 ? change : {}),
    })),
  );
}

/** The databases' roles, each with its password. */
export const ROLES = { carts_owner: 'ao', carts_user: 'a', orders_owner: 'go', orders_user: 'g' };
export const PASSWORDS = { ...ROLES, default: 'redis password' };

export function databases(...names: readonly string[]): string {
  return JSON.stringify(names.map((name) => ({ name, owner: name.replace('shop_', '').concat('_owner'), mark: MARK })));
}
export const IMAGES = ['shop/orders-service:dev', 'redis:7.2'];

export function listening(address: string, port: number, process = ''): string {
  return `LISTEN 0 511 ${address}:${port} 0.0.0.0:* ${process}\n`;
}

export function clusters(servers: string, agents: string): string {
  const [serversRunning, serversCount] = servers.split('/').map(Number);
  const [agentsRunning, agentsCount] = agents.split('/').map(Number);
  return JSON.stringify([{ name: cluster.name, serversRunning, serversCount, agentsRunning, agentsCount }]);
}

/** What df says of a file system, in KiB. */
export function df(size: number, available: number): string {
  return `Filesystem     1024-blocks      Used Available Capacity Mounted on
/dev/mapper/my root ${size} ${size - available} ${available} 40% /
`;
}

/** What docker says of the published ports 80, 443 and so on, in this order. */
export function published(...addresses: readonly string[]): string {
  return addresses.map((address, index) => `${[80, 443, 9094][index] ?? 0}/tcp -> ${address}\n`).join('');
}

/** What kubectl says of the nodes; those of the first are given, beside being ready. */
export function nodeConditions(first: Readonly<Record<string, string>>): string {
  const node = (name: string, conditions: Readonly<Record<string, string>>): object => ({
    metadata: { name },
    status: { conditions: Object.entries(conditions).map(([type, status]) => ({ type, status })) },
  });
  const well = { Ready: 'True', DiskPressure: 'False', MemoryPressure: 'False' };
  return JSON.stringify({
    items: [node('k3d-shop-server-0', { ...well, ...first }), node('k3d-shop-agent-0', well)],
  });
}

/** What busybox' nslookup says; the server's own address stands first. */
export function nslookup(...addresses: readonly string[]): string {
  const found = addresses.map((address) => `Name:\thost.k3d.internal\nAddress: ${address}\n`).join('');
  return `Server:\t\t10.43.0.10\nAddress:\t10.43.0.10:53\n\n${found}\n`;
}

/** An image as docker has it: every setting, also those that are not there. */
export function dockerImage(layer: string): string {
  return JSON.stringify([
    {
      Id: 'sha256:manifest',
      Created: '2025-11-02T10:00:00Z',
      RootFS: { Type: 'layers', Layers: ['sha256:root', `sha256:${layer}`] },
      Config: {
        Hostname: '',
        User: '',
        Env: ['PATH=/bin'],
        Cmd: null,
        Entrypoint: ['java'],
        Labels: {},
        Volumes: null,
      },
    },
  ]);
}

/** The same image as a node has it. */
export function ociImage(layer: string): string {
  return JSON.stringify({
    status: { id: 'sha256:config' },
    info: {
      imageSpec: {
        created: '2025-11-02T10:00:00Z',
        config: { Env: ['PATH=/bin'], Entrypoint: ['java'] },
        rootfs: { type: 'layers', diff_ids: ['sha256:root', `sha256:${layer}`] },
      },
    },
  });
}

/** A machine and a cluster on which all is well; by command lines, first match counts. */
export const WELL: readonly (readonly [RegExp, Reply])[] = [
  [/^docker version/, '{"Client":{"Version":"28.2.2"},"Server":{"Version":"28.2.2"}}'],
  [/^k3d version/, 'k3d version v5.8.3\nk3s version v1.31.5-k3s1 (default)\n'],
  [/^kubectl version/, '{"clientVersion":{"gitVersion":"v1.32.4"}}'],
  [/^k3d cluster list/, clusters('1/1', '2/2')],
  [
    /^docker info/,
    '{"CgroupVersion":"2","DockerRootDir":"/var/lib/docker","MemTotal":16777216000,"NCPU":8,"ServerVersion":"28.2.2"}',
  ],
  [/^df -P -k \/var\/lib\/docker/, df(500_000_000, 300_000_000)],
  [/^docker ps --filter publish=/, 'k3d-shop-serverlb\n'],
  [/^docker port k3d-shop-serverlb/, '6443/tcp -> 0.0.0.0:39001\n' + published('0.0.0.0:8880', '0.0.0.0:8443')],
  [/^docker exec k3d-shop-server-0 kubectl get nodes/, nodeConditions({})],
  [/^docker exec k3d-shop-server-0 nslookup \S+ 10.43.0.10/, nslookup('172.21.0.1')],
  [/^docker network inspect k3d-shop/, '[{"IPAM":{"Config":[{"Subnet":"172.21.0.0/16"}]}}]'],
  [
    /^ip -j -4 route/,
    '[{"dst":"default","gateway":"192.0.2.1","dev":"eth0"},{"dst":"192.0.2.0/24","dev":"eth0"},{"dst":"172.21.0.0/16","dev":"br-1"}]',
  ],
  [/^ss .*sport = :5432/, listening('0.0.0.0', 5432) + listening('[::]', 5432)],
  [/^ss .*sport = :6379/, listening('0.0.0.0', 6379)],
  [/pg_hba_file_rules/, hba(hbaRules)],
  [/pg_identify_object/, '[]'],
  [/FROM pg_database$/, databases('shop_carts', 'shop_orders')],
  [/FROM pg_authid/, roles(ROLES)],
  [
    /^ip -j address show/,
    '[{"ifname":"lo","addr_info":[{"family":"inet","local":"127.0.0.1","prefixlen":8}]},{"ifname":"eth0","addr_info":[{"family":"inet","local":"192.0.2.130","prefixlen":25},{"family":"inet6","local":"2001:db8::2","prefixlen":64}]},{"ifname":"br-1","addr_info":[{"family":"inet","local":"172.21.0.1","prefixlen":16}]}]',
  ],
  [/^ip6?tables-save/, '*filter\n:INPUT DROP [0:0]\n-A INPUT -i lo -j ACCEPT\nCOMMIT\n'],
  [/^nft -j list ruleset/, '{"nftables":[{"metainfo":{"json_schema_version":1}}]}'],
  [/^docker inspect --format \{\{.State.Pid\}\} k3d-shop-server-0/, '4242\n'],
  [
    /^nsenter --net=\/proc\/4242\/ns\/net ip /,
    '[{"addr_info":[{"local":"172.21.0.2"}]},{"addr_info":[{"local":"10.42.0.1"}]}]',
  ],
  [/^nsenter --net=\/proc\/4242\/ns\/net .*node -e/, 'open\n'],
  [
    /^docker exec k3d-shop-(server|agent)-\d crictl images/,
    '{"images":[{"id":"1","repoTags":["docker.io/shop/orders-service:dev"]},{"id":"2","repoTags":["docker.io/library/redis:7.2"]}]}',
  ],
  [/^docker exec k3d-shop-(server|agent)-\d crictl inspecti/, ociImage('base')],
  [/^docker image inspect/, dockerImage('base')],
];

export function answer(text: string): Exchange {
  return { kind: 'answer', text };
}

export interface StandIn {
  readonly root?: boolean;
  readonly taken?: readonly number[];
  /** What Redis answers without the password, and with it. */
  readonly redis?: readonly [without: Exchange, withPassword?: Exchange];
  readonly addresses?: readonly string[];
}

/** A machine that answers as it is told, and remembers what was run. */
export function standIn(
  replies: readonly (readonly [RegExp, Reply])[],
  machine: StandIn = {},
): System & { readonly ran: string[] } {
  const ran: string[] = [];
  return {
    ran,
    root: machine.root ?? true,
    addresses: machine.addresses ?? ['192.0.2.2'],
    run(command) {
      const line = command.join(' ');
      ran.push(line);
      const reply = replies.find(([pattern]) => pattern.test(line))?.[1] ?? MISSING;
      return Promise.resolve(typeof reply === 'string' ? exited(0, '', reply) : reply);
    },
    canListen: (port) => Promise.resolve((machine.taken ?? [8880, 8443]).includes(port) ? 'taken' : 'yes'),
    exchange(_address, _port, lines) {
      const [without, withPassword] = machine.redis ?? [answer('-NOAUTH Authentication required.')];
      const right = lines[0] === `AUTH "${PASSWORDS.default}"`;
      return Promise.resolve(
        lines.length === 1 ? without : (withPassword ?? answer(right ? '+OK\n+PONG' : '-WRONGPASS invalid\n-NOAUTH')),
      );
    },
  };
}

export function setup(
  replies: readonly (readonly [RegExp, Reply])[] = [],
  machine: StandIn = {},
): LocalSetup & { readonly system: System & { readonly ran: string[] } } {
  return {
    access,
    configFile: 'dist/local/k3d.yml',
    images: IMAGES,
    namespace: 'shop',
    requests: () => ({ cpuMillis: 1650, memoryBytes: 5 * 2 ** 30 }),
    passwordOf: (_, user) => new Map(Object.entries(PASSWORDS)).get(user),
    system: standIn([...replies, ...WELL], machine),
  };
}

export interface RecordingTerminal extends Terminal {
  readonly written: () => string;
  readonly executed: string[];
}

/** A terminal that records. */
export function terminal(
  options: { readonly live?: boolean; readonly answer?: boolean; readonly codes?: (line: string) => number } = {},
): RecordingTerminal {
  let written = '';
  const executed: string[] = [];
  const write = (text: string): void => {
    written += text;
  };
  return {
    live: options.live ?? false,
    write,
    error: write,
    written: () => written,
    executed,
    confirm: () => Promise.resolve(options.answer ?? false),
    execute(command) {
      const line = command.join(' ');
      executed.push(line);
      return Promise.resolve(options.codes?.(line) ?? 0);
    },
  };
}
