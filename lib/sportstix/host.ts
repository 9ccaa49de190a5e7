import { join } from 'node:path';
import type { BringUpProps } from '../k3d/bring-up';
import type { LocalSetup } from '../k3d/checks';
import { hostAddress, type HostEndpoint, type PasswordOf, REDIS_USER } from '../host/model';
import type { K3dHostAccess } from '../k3d/model';
import type { System } from '../host/system';
import { addressesOf, buildArgumentsOf } from './entrance';
import type { Environment, ExternalServer } from './environment';
import { imagesOf } from './images';
import type { Passwords } from './secrets';
import { databasesOf } from './servers';

/** As whom the databases and their users are made on the host. No pod logs in as it, and nothing here knows its password. */
export const POSTGRES_SUPERUSER = 'postgres';

/** Folder of the synthesized output, as people in the project's folder name it. */
const OUTPUT = 'dist';

/** The name by which pods of a k3d cluster reach its host: https://k3d.io/stable/faq/faq/#how-to-access-services-like-a-database-running-on-my-docker-host-machine */
export const HOST_OF_K3D = 'host.k3d.internal';

/**
 * What the machine under a local cluster must let in, derived from the same values as the manifests; undefined for an
 * environment whose cluster this project does not make. Servers elsewhere are not its business.
 */
export function hostAccessOf(environment: Environment): K3dHostAccess | undefined {
  const { cluster, name, postgres, redis } = environment;
  const isOnHost = ({ host }: ExternalServer): boolean =>
    cluster !== undefined && (host === HOST_OF_K3D || host === hostAddress({ cluster }));
  const databases = databasesOf(environment);
  return (
    cluster && {
      cluster,
      endpoints: [
        ...postgres.filter(isOnHost).map((server): HostEndpoint => ({
          kind: 'postgresql',
          ...server,
          superuser: POSTGRES_SUPERUSER,
          databases: databases
            .filter((placed) => placed.server === server)
            .map(({ database }) => ({ name: database.name, user: database.username, owner: database.owner })),
        })),
        ...redis.filter(isOnHost).map((server): HostEndpoint => ({ kind: 'redis', ...server })),
      ],
      folder: `${OUTPUT}/${name}/host`,
      passwordsFile: `.secrets/${name}.psql`,
      redisPasswordFile: `.secrets/${name}.redis.conf`,
    }
  );
}

/** Gives the passwords of PostgreSQL's users, and of Redis. */
export function passwordsFrom({ databases, redis }: Passwords): PasswordOf {
  return (endpoint, user) => {
    switch (endpoint.kind) {
      case 'postgresql':
        return databases.get(endpoint.name)?.get(user);
      case 'redis':
        return user === REDIS_USER ? redis.get(endpoint.name) : undefined;
    }
  };
}

/** Images that are built on this machine and in no registry. */
function importedImages(environment: Environment): string[] {
  return environment.services.map(imagesOf(environment));
}

/** What the doctor looks at. */
export function localSetupOf(
  environment: Environment,
  access: K3dHostAccess,
  passwords: () => Passwords,
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
        apply: ['--server-side', '-f', 'imports/crds/argo-rollouts-1.9.1.yaml'],
        established: ['rollouts.argoproj.io'],
      },
      { name: 'platform and observability', apply: ['-f', `${OUTPUT}/${environment.name}/manifests`] },
    ],
    namespaces: [environment.namespace, environment.observabilityNamespace],
    workloadKinds: ['deployments', 'statefulsets', 'daemonsets', 'rollouts.argoproj.io'],
    addresses: addressesOf(environment),
  };
}
