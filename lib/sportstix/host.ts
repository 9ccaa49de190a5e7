import { join } from 'node:path';
import type { Platform as BringUpPlatform } from '../k3d/bring-up';
import type { Patient } from '../k3d/checks';
import { REDIS_USER, type HostAccess, type HostEndpoint, type PasswordOf } from '../k3d/model';
import type { System } from '../k3d/system';
import type { ServiceSpec } from './catalogue';
import { type Environment, imageOf } from './environments';
import type { SecretValues } from './secrets';

/** Owner of the databases, as whom Flyway migrates. */
export const POSTGRES_SUPERUSER = 'postgres';

/** Names by which pods and people know the servers outside the cluster. */
export const EXTERNAL_HOSTS = { postgres: 'postgres-external', redis: 'redis-external' };

/** Folder of the synthesized output, as people in the project's folder name it. */
const OUTPUT = 'dist';

/**
 * What the machine under a local cluster must let in, derived from the same values as the manifests; undefined for an
 * environment whose cluster this project does not make.
 */
export function hostAccessOf(environment: Environment): HostAccess | undefined {
  const { cluster, name, postgres, redis, services } = environment;
  return (
    cluster && {
      cluster,
      endpoints: [
        {
          kind: 'postgresql',
          name: EXTERNAL_HOSTS.postgres,
          ...postgres,
          superuser: POSTGRES_SUPERUSER,
          databases: services.flatMap((service) =>
            service.kind === 'spring' && service.database !== undefined
              ? [{ name: service.database.name, user: service.database.username, owner: service.database.owner }]
              : [],
          ),
        },
        { kind: 'redis', name: EXTERNAL_HOSTS.redis, ...redis },
      ],
      folder: `${OUTPUT}/${name}/host`,
      passwordsFile: `.secrets/${name}.psql`,
      redisPasswordFile: `.secrets/${name}.redis.conf`,
    }
  );
}

/** Gives the passwords of PostgreSQL's users. */
export function passwordsFrom(services: readonly ServiceSpec[], secrets: SecretValues): PasswordOf {
  return (_server: HostEndpoint, user: string) => {
    const owner = services.find((service) => service.kind === 'spring' && service.database?.username === user);
    if (owner !== undefined) return secrets.databasePasswords[owner.name];
    const owners = services.map((service) => (service.kind === 'spring' ? service.database?.owner : undefined));
    return [POSTGRES_SUPERUSER, REDIS_USER, ...owners].includes(user) ? secrets.postgresPassword : undefined;
  };
}

/** Images that are built on this machine and in no registry. */
function importedImages(environment: Environment): string[] {
  return environment.services.map((service) => imageOf(environment, service));
}

/** What the doctor looks at. */
export function patientOf(
  environment: Environment,
  access: HostAccess,
  secrets: SecretValues,
  system: System,
): Patient {
  return {
    access,
    configFile: join(OUTPUT, environment.name, 'k3d.yml'),
    images: importedImages(environment),
    passwordOf: passwordsFrom(environment.services, secrets),
    system,
  };
}

/** What `up` brings up. */
export function bringUpOf(environment: Environment, { cluster }: HostAccess): BringUpPlatform {
  return {
    cluster,
    configFile: join(OUTPUT, environment.name, 'k3d.yml'),
    images: importedImages(environment),
    manifests: [
      {
        name: 'custom resources',
        apply: ['--server-side', '-f', 'imports/crds'],
        established: ['rollouts.argoproj.io'],
      },
      { name: 'platform and observability', apply: ['-f', `${OUTPUT}/${environment.name}/manifests`] },
    ],
    namespaces: [environment.namespace, environment.observabilityNamespace],
    workloadKinds: ['deployments', 'statefulsets', 'daemonsets', 'rollouts.argoproj.io'],
  };
}
