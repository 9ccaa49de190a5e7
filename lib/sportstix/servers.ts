import type { ServiceSpec, SpringServiceSpec } from './catalogue';
import type { Environment, ExternalServer, Servers } from './environment';

/** Makes something of each server. */
export function fromEach<Server, Made>(
  [first, ...others]: Servers<Server>,
  make: (server: Server) => Made,
): Servers<Made> {
  return [make(first), ...others.map(make)];
}

interface Named {
  readonly name: string;
}

/**
 * The PostgreSQL server of a service's database.
 *
 * @param servers the environment's servers, or what was made of them.
 * @throws Error if the service names another one.
 */
export function databaseServer<Server extends Named>(
  environment: Named,
  service: Pick<SpringServiceSpec, 'name' | 'database'>,
  servers: Servers<Server>,
): Server {
  return chosen(environment, `${service.name}: database.server`, service.database?.server, servers);
}

/**
 * The Redis server of a service that uses Redis.
 *
 * @param servers the environment's servers, or what was made of them.
 * @throws Error if the service names another one.
 */
export function redisServer<Server extends Named>(
  environment: Named,
  service: Pick<SpringServiceSpec, 'name' | 'redis'>,
  servers: Servers<Server>,
): Server {
  const { redis } = service;
  return chosen(
    environment,
    `${service.name}: redis.server`,
    typeof redis === 'object' ? redis.server : undefined,
    servers,
  );
}

function chosen<Server extends Named>(
  environment: Named,
  where: string,
  name: string | undefined,
  servers: Servers<Server>,
): Server {
  const found = name === undefined ? servers[0] : servers.find((server) => server.name === name);
  if (found === undefined) {
    throw new Error(
      `Environment ${environment.name}, ${where} ${JSON.stringify(name)}: the environment has no such server, so the service would connect to nothing. It has ${servers.map((server) => server.name).join(', ')}.`,
    );
  }
  return found;
}

/** A database of a service, on its server. */
export interface PlacedDatabase {
  /** Name of the service. */
  readonly service: string;
  readonly server: ExternalServer;
  readonly database: NonNullable<SpringServiceSpec['database']>;
}

/**
 * The databases of an environment, in the order of its services.
 *
 * @throws Error if a service names a server that the environment does not have.
 */
export function databasesOf(environment: Pick<Environment, 'name' | 'services' | 'postgres'>): PlacedDatabase[] {
  return environment.services.filter(isSpring).flatMap((service) =>
    service.database === undefined
      ? []
      : [
          {
            service: service.name,
            server: databaseServer(environment, service, environment.postgres),
            database: service.database,
          },
        ],
  );
}

/** Whether a service is a Spring Boot service. */
export function isSpring(service: ServiceSpec): service is SpringServiceSpec {
  return service.kind === 'spring';
}

/** Whether a service connects to Kafka: to write and read topics, or its admin client alone. */
export function connectsToKafka(service: ServiceSpec): service is SpringServiceSpec {
  return isSpring(service) && (service.kafka || service.kafkaAdmin === true);
}

/**
 * Refuses servers that could not be told apart, in the cluster or in the file of secrets.
 *
 * @throws Error that names the environment and the field.
 */
export function checkServers({ name, postgres, redis }: Pick<Environment, 'name' | 'postgres' | 'redis'>): void {
  const seen = new Set<string>();
  for (const [kind, servers] of Object.entries({ postgres, redis })) {
    for (const [index, server] of servers.entries()) {
      const where = `Environment ${name}: ${kind}[${index}].name ${JSON.stringify(server.name)}`;
      if (!server.name.startsWith(`${kind}-`)) {
        throw new Error(
          `${where}: does not start with ${kind}-, by which its passwords are told from all others in the file of secrets. Name it ${kind}-${server.name}.`,
        );
      }
      if (seen.has(server.name)) {
        throw new Error(`${where}: two servers have this name, and there can be one Service of it. Give each its own.`);
      }
      seen.add(server.name);
    }
  }
}
