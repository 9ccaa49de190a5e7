import { thisSystem } from '../../lib/host/system';
import type { Environment } from '../../lib/sportstix/environments';
import { bringUpOf, hostAccessOf, passwordsFrom, localSetupOf } from '../../lib/sportstix/host';
import { renderEnvironment } from '../../lib/sportstix/synth';
import { billing, example, placeholderSecrets, withoutCluster } from './example';

function accessOf(environment: Environment): NonNullable<ReturnType<typeof hostAccessOf>> {
  const found = hostAccessOf(environment);
  if (found === undefined) {
    throw new Error(`The environment ${environment.name} has no cluster.`);
  }
  return found;
}

const access = accessOf(example);

function contentOf(path: string, environment: Environment = example): string {
  const file = renderEnvironment(environment, placeholderSecrets(environment)).others.get(path);
  if (file === undefined) {
    throw new Error(`${path} is not synthesized.`);
  }
  return file.content;
}

test('the host lets in what the manifests connect to: every database of the catalogue with its user, and Redis', () => {
  expect(access.endpoints).toEqual([
    {
      kind: 'postgresql',
      name: 'postgres-external',
      host: 'host.k3d.internal',
      port: 5432,
      superuser: 'postgres',
      databases: ['orders', 'billing'].map((name) => ({
        name: `shop_${name}`,
        user: `${name}_user`,
        owner: `${name}_owner`,
      })),
    },
    { kind: 'redis', name: 'redis-external', host: 'host.k3d.internal', port: 6379 },
  ]);
});

test("passwords come from the secrets, by server and user; nobody knows the superuser's", () => {
  const passwordOf = passwordsFrom(placeholderSecrets(example).passwords);
  const [postgres, redis] = access.endpoints;
  if (postgres?.kind !== 'postgresql' || redis?.kind !== 'redis') {
    throw new Error('The endpoints are not PostgreSQL and Redis.');
  }
  expect(passwordOf(postgres, 'orders_user')).toBe('postgres-external-orders_user-placeholder');
  expect(passwordOf(postgres, 'orders_owner')).toBe('postgres-external-orders_owner-placeholder');
  expect(passwordOf(postgres, 'postgres')).toBeUndefined();
  expect(passwordOf(postgres, 'default')).toBeUndefined();
  expect(passwordOf(redis, 'default')).toBe('redis-external-placeholder');
  expect(passwordOf(redis, 'orders_user')).toBeUndefined();
});

test('the doctor knows what the image of each service is built with', () => {
  const { buildArguments, images } = localSetupOf(
    example,
    access,
    () => placeholderSecrets(example).passwords,
    thisSystem(),
  );

  expect([...(buildArguments ?? [])].map(([image]) => image)).toEqual(images);
  expect([...(buildArguments ?? [])].filter(([, words]) => words.length > 0)).toEqual([
    ['shop/web:dev', ['API_URL=http://localhost:8880', 'WS_URL=ws://localhost:8880']],
  ]);
});

test('nothing that is synthesized beside the manifests holds a secret', () => {
  for (const [path, { content }] of renderEnvironment(example, placeholderSecrets(example)).others) {
    expect([path, content.includes('placeholder')]).toEqual([path, false]);
  }
});

test('the API server believes the controllers that the environment names', () => {
  const makes = ['ReplicaSet of argoproj.io/v1alpha1 Rollout'] as const;
  const account = 'system:serviceaccount:rollouts:controller';
  const argo = 'system:serviceaccount:argo-rollouts:argo-rollouts makes';
  const policies = contentOf('admission/policies.k8s.yaml', { ...example, controllers: [{ account, makes }] });

  expect([policies.includes(`${account} makes ${makes[0]}`), policies.includes(argo)]).toEqual([true, false]);
  expect(contentOf('admission/policies.k8s.yaml')).toContain(argo);
});

test('a port that changes in the environment changes in the configuration, the Ingress and what the doctor looks at', () => {
  const changed = { ...example, cluster: { ...example.cluster, ports: [{ host: 9980, container: 80 }] } };

  expect(contentOf('k3d.yml', changed)).toContain('9980:80');
  expect(contentOf('k3d.yml', changed)).not.toContain('8880');
  expect(renderEnvironment(changed, placeholderSecrets(changed)).manifests.get('ingress.k8s.yaml')).toContain(
    'http://localhost:9980',
  );
  expect(hostAccessOf(changed)?.cluster.ports).toEqual([{ host: 9980, container: 80 }]);
});

test('the Job that checks the external hosts names each of them', () => {
  const job = contentOf('checks/external-hosts.k8s.yaml');
  expect(job).toContain('postgres-external.shop.svc.cluster.local');
  expect(job).toContain('redis-external.shop.svc.cluster.local');
});

test('up imports the image of each service', () => {
  expect(bringUpOf(example, access).images).toEqual([
    'shop/orders-service:dev',
    'shop/billing-service:dev',
    'shop/live-service:dev',
    'shop/web:dev',
  ]);
});

test('an environment whose cluster is made elsewhere has only manifests, policies and what that cluster needs', () => {
  const elsewhere = { ...withoutCluster(example), entrance: { ...example.entrance, host: 'tickets.example.com' } };
  const folders = [...renderEnvironment(elsewhere, placeholderSecrets(elsewhere)).others.keys()].map(
    (path) => path.split('/')[0],
  );

  expect(new Set(folders)).toEqual(
    new Set(['kustomization.yml', 'kustomize', 'topology.md', 'README.md', 'admission']),
  );
});

describe('several servers', () => {
  const [redis] = example.redis;
  const [postgres] = example.postgres;
  const elsewhere = { name: 'redis-sessions', host: 'cache.example.com', port: 6379, ranges: ['10.1.2.0/24'] };
  const archive = { name: 'postgres-archive', host: '172.21.0.1', port: 5433 };
  const database = { name: 'shop_billing', username: 'billing_user', owner: 'billing_owner', server: archive.name };
  const environment: Environment = {
    ...example,
    postgres: [
      postgres,
      archive,
      { name: 'postgres-cloud', host: 'db.example.com', port: 5432, ranges: ['10.1.2.0/24'] },
    ],
    redis: [redis, elsewhere],
    services: [...example.services.filter(({ name }) => name !== 'billing'), { ...billing, database }],
  };

  test('the host has those that are on it, by its name or its address, each with its own databases', () => {
    expect(accessOf(environment).endpoints).toMatchObject([
      { name: 'postgres-external', host: 'host.k3d.internal', databases: [{ name: 'shop_orders' }] },
      { name: 'postgres-archive', host: '172.21.0.1', port: 5433, databases: [{ name: 'shop_billing' }] },
      { name: 'redis-external', host: 'host.k3d.internal' },
    ]);
    const paths = [...renderEnvironment(environment, placeholderSecrets(environment)).others.keys()];
    expect(paths).toContain('host/postgres-archive.sql');
    expect(paths.filter((path) => /cloud|sessions/.test(path))).toEqual([]);
  });

  test('the Job that checks from inside names all of them', () => {
    const job = contentOf('checks/external-hosts.k8s.yaml', environment);
    for (const { name } of [...environment.postgres, ...environment.redis]) {
      expect(job).toContain(`${name}.shop.svc.cluster.local`);
    }
  });

  test('passwords are told apart by server', () => {
    const passwordOf = passwordsFrom(placeholderSecrets(environment).passwords);
    const [first, second] = accessOf(environment).endpoints;
    if (first === undefined || second === undefined) {
      throw new Error('The host has lost its servers.');
    }
    expect(passwordOf(second, 'billing_user')).toBe('postgres-archive-billing_user-placeholder');
    expect(passwordOf(first, 'billing_user')).toBeUndefined();
  });

  test('a host without any has nothing to let in, and a cluster all the same', () => {
    const remote: Environment = {
      ...example,
      postgres: [{ ...postgres, host: 'db.example.com', ranges: ['10.1.2.0/24'] }],
      redis: [{ ...redis, host: 'cache.example.com', ranges: ['10.1.2.0/24'] }],
    };
    expect(accessOf(remote)).toMatchObject({ cluster: example.cluster, endpoints: [] });
    expect(contentOf('k3d.yml', remote)).toBe(contentOf('k3d.yml'));
  });
});
