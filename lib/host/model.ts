import { addressAt, parseRange } from './network';

/**
 * The plain values that everything in this folder works on. Whoever composes the environment fills them in; nothing
 * here knows which platform runs in the cluster.
 */

/** A cluster on this machine, as the servers beside it see it. */
export interface ClusterNetwork {
  /** The cluster's name, without k3d's own `k3d-` in front. */
  readonly name: string;
  /** IPv4 range of the Docker network that the nodes are in. Firewall rules name it, so it is pinned. */
  readonly subnet: string;
  /** IPv4 range of the pods. */
  readonly podCidr: string;
}

/** A database, and who works in it. */
export interface HostDatabase {
  readonly name: string;
  /** Reads and writes its data. */
  readonly user: string;
  /** Owns the database, and migrates its schema. One role may own several, but is never a user. */
  readonly owner: string;
}

interface HostServer {
  /** The server's name in the cluster, a DNS label; files and messages name it by this. */
  readonly name: string;
  /** The name or address by which pods reach it: `host.k3d.internal`. */
  readonly host: string;
  /** The TCP port it listens on. */
  readonly port: number;
}

/** A PostgreSQL server on the host. */
export interface PostgresServer extends HostServer {
  readonly kind: 'postgresql';
  /** The user as whom the databases and their users are made. Pods never log in as it, and its password is never changed. */
  readonly superuser: string;
  readonly databases: readonly HostDatabase[];
}

/** A Redis server on the host. */
export interface RedisServer extends HostServer {
  readonly kind: 'redis';
}

/** A server on the host that pods connect to. */
export type HostEndpoint = PostgresServer | RedisServer;

/** Who reaches what: the cluster's ranges, and the servers on its host. */
export interface HostAccess {
  readonly cluster: ClusterNetwork;
  readonly endpoints: readonly HostEndpoint[];
  /** The folder that the generated files go to, as people and commands in the project's folder name it: `dist/local/host`. */
  readonly folder: string;
  /** The git-ignored file that holds the databases' passwords as psql variables: `.secrets/local.psql`. */
  readonly passwordsFile: string;
  /** The git-ignored file that holds Redis' password, as its configuration has it: `.secrets/local.redis.conf`. */
  readonly redisPasswordFile: string;
}

/** The one user of a Redis server, as whom everybody logs in who gives only a password. */
export const REDIS_USER = 'default';

/**
 * Gives the password of a user of a server on the host; undefined where none is known.
 * Passwords come in only where something is run; nothing that is generated contains one.
 */
export type PasswordOf = (endpoint: HostEndpoint, user: string) => string | undefined;

/** A generated file. */
export interface GeneratedFile {
  readonly content: string;
  /** @default false */
  readonly executable?: boolean;
}

/** The name that chains, comments, units and installed files carry, so that `remove` finds what `apply` made. */
export function accessName(access: HostAccess): string {
  return `${access.cluster.name}-host-access`;
}

/** The ranges that the servers on the host are opened to, and no others: the nodes' and the pods'. */
export function sourceRanges(access: HostAccess): readonly string[] {
  return [access.cluster.subnet, access.cluster.podCidr];
}

/** The address by which pods reach the host: Docker gives the first of a network's range to the host. */
export function hostAddress({ cluster }: Pick<HostAccess, 'cluster'>): string {
  const range = parseRange(cluster.subnet);
  return range === undefined ? '' : addressAt(range, 1);
}

/** The PostgreSQL servers among the endpoints. */
export function postgresServers(access: HostAccess): readonly PostgresServer[] {
  return access.endpoints.filter((endpoint) => endpoint.kind === 'postgresql');
}

/** The Redis servers among the endpoints. */
export function redisServers(access: HostAccess): readonly RedisServer[] {
  return access.endpoints.filter((endpoint) => endpoint.kind === 'redis');
}
