import { catalogue, type SpringServiceSpec } from '../lib/sportstix/catalogue';
import { type Environment, local } from '../lib/sportstix/environments';
import type { SecretValues } from '../lib/sportstix/secrets';

/** The local environment with generated Spring services in place of the catalogue's. */
export function generatedEnvironment(count: number): Environment {
  const template = catalogue.find((service) => service.kind === 'spring');
  if (template?.kind !== 'spring') {
    throw new Error('The catalogue has no Spring service, which the benchmark multiplies.');
  }
  const services = Array.from({ length: count }, (_, index): SpringServiceSpec => ({
    ...template,
    redis: true,
    kafka: true,
    jwt: false,
    name: `service-${index}`,
    port: 10_000 + index,
    database: { name: `database_${index}`, username: `user_${index}`, owner: `owner_${index}` },
    routes: [{ path: `/api/v1/service-${index}` }],
  }));
  return { ...local, name: 'bench', services };
}

/** Placeholders: a benchmark needs no secret. */
export function placeholderSecrets({ services, postgres, redis }: Environment): SecretValues {
  const users = services.flatMap((service) =>
    service.kind === 'spring' && service.database !== undefined
      ? [service.database.username, service.database.owner]
      : [],
  );
  const databases = new Map(users.map((user) => [user, 'placeholder']));
  return {
    passwords: {
      databases: new Map(postgres.map(({ name }) => [name, databases])),
      redis: new Map(redis.map(({ name }) => [name, 'placeholder'])),
    },
    jwt: { privateKey: 'placeholder', publicKey: 'placeholder', keyId: 'placeholder' },
  };
}
