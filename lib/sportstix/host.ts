import { join } from 'node:path';
import type { BringUpProps } from '../k3d/bring-up';
import type { LocalSetup } from '../k3d/checks';
import { type PasswordOf, REDIS_USER } from '../host/model';
import type { K3dHostAccess } from '../k3d/model';
import type { System } from '../host/system';
import { buildArgumentsOf, type Environment, imageOf } from './environments';
import type { StoredPasswords } from './secrets';

/** As whom the databases and their users are made on the host. No pod logs in as it, and nothing here knows its password. */
export const POSTGRES_SUPERUSER = 'postgres';

/** Names by which pods and people know the servers outside the cluster. */
export const EXTERNAL_HOSTS = { postgres: 'postgres-external', redis: 'redis-external' };

/** Folder of the synthesized output, as people in the project's folder name it. */
const OUTPUT = 'dist';

/**
 * What the machine under a local cluster must let in, derived from the same values as the manifests; undefined for an
 * environment whose cluster this project does not make.
 */
export function hostAccessOf(environment: Environment): K3dHostAccess | undefined {
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

/** Gives the passwords of PostgreSQL's users, and of Redis. */
export function passwordsFrom({ databases, redis }: StoredPasswords['passwords']): PasswordOf {
  return (endpoint, user) => {
    switch (endpoint.kind) {
      case 'postgresql':
        return databases.get(user);
      case 'redis':
        return user === REDIS_USER ? redis : undefined;
    }
  };
}

/** Images that are built on this machine and in no registry. */
function importedImages(environment: Environment): string[] {
  return environment.services.map((service) => imageOf(environment, service));
}

/** What the doctor looks at. */
export function localSetupOf(
  environment: Environment,
  access: K3dHostAccess,
  passwords: () => StoredPasswords['passwords'],
  system: System,
): LocalSetup {
  return {
    access,
    configFile: join(OUTPUT, environment.name, 'k3d.yml'),
    images: importedImages(environment),
    buildArguments: buildArgumentsOf(environment),
    namespace: environment.namespace,
    passwordOf: (endpoint, user) => passwordsFrom(passwords())(endpoint, user),
    system,
  };
}

/** What `up` brings up. */
export function bringUpOf(environment: Environment, { cluster }: K3dHostAccess): BringUpProps {
  return {
    cluster,
    configFile: join(OUTPUT, environment.name, 'k3d.yml'),
    images: importedImages(environment),
    buildArguments: buildArgumentsOf(environment),
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
