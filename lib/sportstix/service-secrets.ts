import type { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { EnvironmentSource } from '../constructs/config-map';
import type { EndpointTls } from '../constructs/endpoint';
import { ExternalSecret, type RemoteRef } from '../constructs/external-secret';
import { InvalidPropError } from '../constructs/invalid-prop';
import { Secret } from '../constructs/secret';
import type { SpringServiceSpec } from './catalogue';
import type { Environment, ExternalServer } from './environment';
import type { SecretValues } from './secrets';
import { databasesOf, isSpring, redisServer } from './servers';

/** A value of a Secret: where a store has it, and how it follows from the values of a file. */
interface SecretValue {
  /** Entry of the store, below the environment's folder. */
  readonly entry: string;
  /** Property of the entry. */
  readonly property: string;
  readonly from: (values: SecretValues) => string;
}

/** A Secret that services read. */
interface ServiceSecret {
  readonly id: string;
  /**
   * What it is of, as the label says it.
   * @default - its id
   */
  readonly name?: string;
  readonly component: string;
  /** Key to value; one that is a text is no secret. */
  readonly data: Readonly<Record<string, SecretValue | string>>;
}

/** The Secrets, for whoever reads them. */
export interface ServiceSecrets {
  /** The Secrets that a service reads, in this order. */
  readonly of: (service: SpringServiceSpec) => EnvironmentSource[];
  /** How a server outside of the cluster is trusted; undefined for one that does not speak TLS. */
  readonly trust: (server: ExternalServer) => EndpointTls | undefined;
}

/** Key of the Secret with the CA of the servers outside of the cluster, and property of its entry in the store. */
const CA = 'ca.crt';

/**
 * Makes the Secrets.
 *
 * @param chart gives the chart of that name.
 * @param values the values, where they come from a file.
 * @throws InvalidPropError if a value is missing, and if a server speaks TLS where no store has the CA to trust.
 */
export function addServiceSecrets(
  chart: (name: string) => Chart,
  environment: Environment,
  values: SecretValues | undefined,
): ServiceSecrets {
  const make = makerOf(chart, environment, values);
  const spring = environment.services.filter(isSpring);
  const databaseSecrets = new Map<string, EnvironmentSource>();
  for (const { service, server, database } of databasesOf(environment)) {
    const entry = `${service}-db-credentials`;
    const secret = make((scope) => ({
      id: `${service}-db-secret`,
      name: service,
      component: 'database',
      data: {
        SPRING_DATASOURCE_PASSWORD: {
          entry,
          property: 'user-password',
          from: ({ passwords }) => passwordOf(scope, passwords, server.name, database.username),
        },
        // Flyway migrates as the database's owner: the service's own user may not change tables.
        SPRING_FLYWAY_USER: database.owner,
        SPRING_FLYWAY_PASSWORD: {
          entry,
          property: 'owner-password',
          from: ({ passwords }) => passwordOf(scope, passwords, server.name, database.owner),
        },
      },
    }));
    databaseSecrets.set(service, secret);
  }
  const redisOf = (service: SpringServiceSpec): string | undefined =>
    service.redis === false ? undefined : redisServer(environment, service, environment.redis).name;
  const redisInUse = new Set(spring.map(redisOf));
  const redisSecrets = new Map<string | undefined, EnvironmentSource>();
  for (const [index, { name }] of environment.redis.entries()) {
    if (redisInUse.has(name)) {
      const secret = make((scope) => ({
        id: index === 0 ? 'redis-secret' : `${name}-secret`,
        component: 'cache',
        data: {
          SPRING_DATA_REDIS_PASSWORD: {
            entry: index === 0 ? 'redis' : name,
            property: 'password',
            from: ({ passwords }) => passwordOf(scope, passwords, name),
          },
        },
      }));
      redisSecrets.set(name, secret);
    }
  }
  const ofKeys = (property: string, from: SecretValue['from']): SecretValue => ({
    entry: 'jwt-secret',
    property,
    from,
  });
  const jwtSecret = spring.some((service) => service.jwt)
    ? make(() => ({
        id: 'jwt-secret',
        component: 'authentication',
        data: {
          JWT_PRIVATE_KEY: ofKeys('private-key', ({ jwt }) => jwt.privateKey),
          JWT_PUBLIC_KEY: ofKeys('public-key', ({ jwt }) => jwt.publicKey),
          JWT_KID: ofKeys('kid', ({ jwt }) => jwt.keyId),
        },
      }))
    : undefined;
  const servers = [...environment.postgres, ...environment.redis].filter(speaksTls);
  const tls: EndpointTls | undefined =
    servers.length === 0
      ? undefined
      : {
          ca: {
            key: CA,
            from: make((scope) => ({
              id: 'servers-ca',
              component: 'authentication',
              data: {
                [CA]: {
                  entry: 'ca',
                  property: CA,
                  from: () => {
                    throw noCa(scope, servers);
                  },
                },
              },
            })),
          },
        };
  return {
    of: (service) =>
      [
        databaseSecrets.get(service.name),
        redisSecrets.get(redisOf(service)),
        service.jwt ? jwtSecret : undefined,
      ].filter((source) => source !== undefined),
    trust: (server) => (speaksTls(server) ? tls : undefined),
  };
}

function speaksTls({ tls }: ExternalServer): boolean {
  return tls === true;
}

function noCa(scope: Construct, servers: readonly ExternalServer[]): InvalidPropError {
  return new InvalidPropError(scope, {
    prop: 'environment.secrets',
    value: 'file',
    reason: `a file of passwords, which holds no CA, and ${servers.map(({ name }) => name).join(' and ')} speak TLS: no service would trust them.`,
    remedy: 'Let the secrets be external, or leave tls out.',
  });
}

/** How Secrets are made: with their values, or as what takes them from a store. */
function makerOf(
  chart: (name: string) => Chart,
  { secrets }: Environment,
  values: SecretValues | undefined,
): (describe: (scope: Construct) => ServiceSecret) => EnvironmentSource {
  switch (secrets.kind) {
    case 'file': {
      const scope = chart('secrets');
      if (values === undefined) {
        throw new InvalidPropError(scope, {
          prop: 'secrets',
          reason: 'missing, and the environment takes the values of its Secrets from a file: no service could log in.',
          remedy: "Give them, or let the environment's secrets be external.",
        });
      }
      return (describe) => {
        const { id, data, ...component } = describe(scope);
        return new Secret(scope, id, {
          ...component,
          data: mapValues(data, (value) => (typeof value === 'string' ? value : value.from(values))),
        });
      };
    }
    case 'external': {
      const scope = chart('10-external-secrets');
      const { store, folder, refreshInterval } = secrets;
      return (describe) => {
        const { id, data, ...component } = describe(scope);
        const entries = Object.entries(data);
        return new ExternalSecret(scope, id, {
          ...component,
          store,
          refreshInterval,
          data: Object.fromEntries(
            entries.flatMap(([key, value]): [string, RemoteRef][] =>
              typeof value === 'string' ? [] : [[key, { key: `${folder}/${value.entry}`, property: value.property }]],
            ),
          ),
          values: Object.fromEntries(
            entries.flatMap(([key, value]): [string, string][] => (typeof value === 'string' ? [[key, value]] : [])),
          ),
        });
      };
    }
  }
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

/** The password of a server, or of a user of it. */
function passwordOf(scope: Construct, passwords: SecretValues['passwords'], server: string, user?: string): string {
  const password = user === undefined ? passwords.redis.get(server) : passwords.databases.get(server)?.get(user);
  if (password === undefined) {
    const whose =
      user === undefined
        ? `${server}'s, and no service could then log in`
        : `of ${user} on ${server}, who could then not log in`;
    throw new InvalidPropError(scope, {
      prop: `secrets.passwords.${user === undefined ? 'redis' : 'databases'}`,
      reason: `no password ${whose}.`,
      remedy: 'Give one for each Redis, and for each user and each owner of a database.',
    });
  }
  return password;
}
