import type { SecretValues } from '../../lib/sportstix/secrets';

const NAMES = ['auth', 'game', 'booking', 'payment', 'admin'];

/** Values for every secret of the platform that are easy to find again. */
export const PLACEHOLDERS: SecretValues = {
  passwords: {
    databases: new Map(
      NAMES.flatMap((name): [string, string][] => [
        [`${name}_user`, `${name}-user-placeholder`],
        [`${name}_owner`, `${name}-owner-placeholder`],
      ]),
    ),
    redis: 'redis-placeholder',
  },
  jwt: { privateKey: 'private-placeholder', publicKey: 'public-placeholder', keyId: 'id-placeholder' },
};
