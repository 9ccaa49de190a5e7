import type { PostgresServer } from '../../lib/host/model';
import type { K3dHostAccess } from '../../lib/k3d/model';
import type { K3dCluster } from '../../lib/k3d/model';

/** A cluster, as an environment would describe it. */
export const cluster: K3dCluster = {
  name: 'shop',
  servers: 1,
  agents: 2,
  ports: [
    { host: 8880, container: 80 },
    { host: 8443, container: 443 },
  ],
  subnet: '172.21.0.0/16',
  podCidr: '10.42.0.0/16',
  serviceCidr: '10.43.0.0/16',
  image: 'rancher/k3s:v1.31.5-k3s1',
};

export const postgres: PostgresServer = {
  kind: 'postgresql',
  name: 'postgres-external',
  host: 'host.k3d.internal',
  port: 5432,
  superuser: 'postgres',
  databases: [
    { name: 'shop_carts', user: 'carts_user', owner: 'carts_owner' },
    { name: 'shop_orders', user: 'orders_user', owner: 'orders_owner' },
  ],
};

export const access: K3dHostAccess = {
  cluster,
  folder: 'dist/local/host',
  passwordsFile: '.secrets/local.psql',
  redisPasswordFile: '.secrets/local.redis.conf',
  endpoints: [postgres, { kind: 'redis', name: 'redis-external', host: 'host.k3d.internal', port: 6379 }],
};
